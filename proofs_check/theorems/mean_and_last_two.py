r"""The mean and the orders d - 2 and d - 1.

Setting
    The class R = {0, 1, d-2, d-1}; kernel size d >= 4.
Claim
    E(d, {0, 1, d-2, d-1}) = 1/d^2, attained by beta_0 = E, beta_1 = 2/(d(d-3)), beta_(d-2) = -(1 + 2/(d(d-3))),
    beta_(d-1) = 2.
Kind
    Tight.
Source
    Matoba, Dimitriadis, Fleuret, TMLR 2023.
Proof
    By :mod:`proofs_check.kits.fixed_orders`. The residual is linear up to z = d-3, from -E to E, and -E, E, -E at z =
    d-2, d-1, d. The reference is 0, d-3, d-2, d-1.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Integer

from proofs_check.claim import Claim
from proofs_check.kits.fixed_orders import Reference, ends_and_middle, tight_claim, with_error, with_order
from theory import closed_forms
from theory.optimal.families import D

REFERENCE = Reference(
    points=(Integer(0), D - 3, D - 2, D - 1),
    weights=(-(D - 2) / 2, D * (D - 2) / 2, -D * (D - 1) / 2, D),
)
COVERS = (ends_and_middle(4, bottom=1, top=3),)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["mean-and-last-two"]
    yield tight_claim(
        family,
        REFERENCE,
        COVERS,
        idea=(
            r"Up to \(z = d-3\) the residual is linear, from \(-E\) to \(E\); the orders \(d-2\) and \(d-1\) "
            r"then set its values at \(z = d-2\) and \(z = d-1\) to \(-E\) and \(E\)."
        ),
        wrong=(with_error(family, 1 / (D**2 + 1)), with_order(family, 1, None)),
    )
