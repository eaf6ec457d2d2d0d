r"""The mean and the order d - 1.

Setting
    The class R = {0, 1, d-1}; kernel size d >= 3.
Claim
    E(d, {0, 1, d-1}) = 1/(2(d+1)), attained by beta_0 = E, beta_1 = -d/((d-2)(d+1)), beta_(d-1) =
    d(d-1)/((d-2)(d+1)).
Kind
    Tight.
Source
    Matoba, Dimitriadis, Fleuret, TMLR 2023.
Proof
    By :mod:`proofs_check.kits.fixed_orders`. C(z, d-1) vanishes for z < d-1, so that the residual is linear up to z =
    d-2, where it runs from E to -E; it is E at z = d-1 and -E at z = d. The reference is 0, d-2, d-1.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Integer

from proofs_check.claim import Claim
from proofs_check.kits.fixed_orders import Reference, ends_and_middle, tight_claim, with_error, with_order
from theory import closed_forms
from theory.optimal.families import D

REFERENCE = Reference(
    points=(Integer(0), D - 2, D - 1),
    weights=(Integer(1), -D, D),
)
COVERS = (ends_and_middle(3, bottom=1, top=2),)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["mean-and-last"]
    yield tight_claim(
        family,
        REFERENCE,
        COVERS,
        idea=(
            r"Up to \(z = d-2\) the residual is linear, from \(E\) to \(-E\), since \(\binom{z}{d-1} = 0\) "
            r"there; the order \(d-1\) then sets the value at \(z = d-1\) to \(E\)."
        ),
        wrong=(with_error(family, 1 / (2 * D + 1)), with_order(family, 2, D - 2)),
    )
