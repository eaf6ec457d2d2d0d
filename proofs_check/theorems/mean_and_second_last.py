r"""The mean and the order d - 2.

Setting
    The class R = {0, 1, d-2}; kernel size d >= 4.
Claim
    E(d, {0, 1, d-2}) = 1/(d+2), attained by beta_0 = E, beta_1 = -2d/((d+2)(d-3)), beta_(d-2) = d(d-1)/((d+2)(d-3)).
Kind
    Tight.
Source
    This project.
Proof
    By :mod:`proofs_check.kits.fixed_orders`. The residual is linear up to z = d-3, from E to -E; it is -E at z = d-2
    again, E at z = d-1 and -E at z = d. The reference is 0, d-3, d-1. So the order d-2 costs a factor 2(d+1)/(d+2),
    nearly 2, against d-1.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Integer

from proofs_check.claim import Claim
from proofs_check.kits.fixed_orders import Reference, ends_and_middle, tight_claim, with_error, with_order
from theory import closed_forms
from theory.optimal.families import D

REFERENCE = Reference(points=(Integer(0), D - 3, D - 1), weights=(Integer(1), -D / 2, D / 2))
COVERS = (ends_and_middle(4, bottom=1, top=3),)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["mean-and-second-last"]
    yield tight_claim(
        family,
        REFERENCE,
        COVERS,
        idea=(
            r"Up to \(z = d-3\) the residual is linear, from \(E\) to \(-E\), since \(\binom{z}{d-2} = 0\) there; the "
            r"order \(d-2\) then raises it to \(E\) at \(z = d-1\)."
        ),
        wrong=(with_error(family, 1 / (D + 3)), with_order(family, 2, D - 1)),
    )
