r"""An intercept, one order r and the j largest orders.

Setting
    R = {0,r} with {d-j..d-1}; r, j >= 1, kernel size d > r + j.
Claim
    1/E = C(d,0) + ... + C(d,j) + C(d-1,j) (d+r)/(d-r), with the coefficients of
    :mod:`theory.optimal.families`.
Kind
    Tight.
Source
    This project.
Proof
    By :mod:`proofs_check.kits.top_sets`: as for the top set, with one weight more at z = d-j-1; below d-j the residual
    is a multiple of C(z,r) plus a constant, which moves from one of E and -E to the other.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofs_check.claim import Claim
from proofs_check.kits.growing_orders import off_by_one
from proofs_check.kits.optima import family_claim
from proofs_check.kits.top_sets import top_proof, without_largest_order
from theory import closed_forms


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["order-and-top"]
    yield family_claim(
        family,
        top_proof,
        idea=r"As for the top set, but below \( d - j \) zeros the residual moves from one of \( \pm E \) to the "
        r"other, as a multiple of \( \binom{z}{r} \) plus a constant.",
        wrong=(off_by_one(family), without_largest_order(family)),
    )
