r"""The mean and the orders d - 3 and d - 1.

Setting
    The class R = {0, 1, d-3, d-1}; kernel size d >= 5.
Claim
    E(d, {0, 1, d-3, d-1}) = 3/(2d(d+1)), attained by beta_0 = E, beta_1 = 3/((d+1)(d-4)),
    beta_(d-3) = -(d-1)(d-2)/(2(d+1)(d-4)), beta_(d-1) = 3/2.
Kind
    Tight.
Source
    This project.
Proof
    By :mod:`proofs_check.kits.fixed_orders`. The residual is linear up to z = d-4, from -E to E; it is E at z = d-3
    again, and -E, E, -E at z = d-2, d-1, d. The reference is 0, d-4, d-2, d-1.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Integer

from proofs_check.claim import Claim
from proofs_check.kits.fixed_orders import Reference, ends_and_middle, tight_claim, with_error, with_order
from theory import closed_forms
from theory.optimal.families import D

REFERENCE = Reference(
    points=(Integer(0), D - 4, D - 2, D - 1),
    weights=(-(2 * D - 3) / 3, D * (D - 2) / 3, -D * (D - 1) / 3, D),
)
COVERS = (ends_and_middle(5, bottom=1, top=4),)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["mean-last-third-last"]
    yield tight_claim(
        family,
        REFERENCE,
        COVERS,
        idea=(
            r"Up to \(z = d-4\) the residual is linear, from \(-E\) to \(E\); the orders \(d-3\) and \(d-1\) then set "
            r"its values at \(z = d-2\) and \(z = d-1\) to \(-E\) and \(E\)."
        ),
        wrong=(with_error(family, 3 / (2 * D * (D + 2))), with_order(family, 2, D - 2)),
    )
