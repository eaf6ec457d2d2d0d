r"""The mean and the order d - 1, relative to the range.

Setting
    The class R = {1, d-1} with coefficients of sum 1, relative to the range max x - min x; kernel size d >= 3.
Claim
    E_range(d, {1, d-1}) = 1/(2d), attained by beta_1 = -1/(2(d-2)), beta_(d-1) = (2d-3)/(2(d-2)).
Kind
    Tight.
Source
    this project.
Proof
    By :mod:`proofs_check.kits.fixed_orders`. The residual is proportional to z up to z = d-2, where it is -E, and E at
    z = d-1. The reference is d-2, d-1.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofs_check.claim import Claim
from proofs_check.kits.fixed_orders import Reference, ends_and_middle, tight_claim, with_error, with_order
from theory import closed_forms
from theory.optimal.families import D

REFERENCE = Reference(
    points=(D - 2, D - 1),
    weights=(-D, D),
)
COVERS = (ends_and_middle(3, bottom=1, top=2),)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["range-mean-and-last"]
    yield tight_claim(
        family,
        REFERENCE,
        COVERS,
        idea=(
            r"Up to \(z = d-2\) the residual is proportional to \(z\), down to \(-E\); the order \(d-1\) then "
            r"sets the value at \(z = d-1\) to \(E\), and extrapolation to \(z = d\) gives the required sum of "
            "the coefficients."
        ),
        wrong=(with_error(family, 1 / (2 * D + 1)), with_order(family, 0, 2)),
    )
