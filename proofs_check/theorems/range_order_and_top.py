r"""One order r and the j largest orders, relative to the range of the window.

Setting
    R = {r} with {d-j..d-1}, sum beta = 1, and the residual relative to max x - min x; r, j >= 1, kernel size
    d > r + j.
Claim
    1/E_range = C(d,1) + ... + C(d,j) + C(d-1,j) d/(d-r), with the coefficients of
    :mod:`theory.optimal.families`.
Kind
    Tight.
Source
    This project.
Proof
    By :mod:`proofs_check.kits.top_sets`: as for the top set, with one weight more at z = d-j-1; below d-j the residual
    is a multiple of C(z,r), which moves from 0 to E or -E.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofs_check.claim import Claim
from proofs_check.kits.growing_orders import off_by_one
from proofs_check.kits.optima import family_claim
from proofs_check.kits.top_sets import top_proof
from theory import closed_forms


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["range-order-and-top"]
    yield family_claim(
        family,
        top_proof,
        idea=r"As for the top set, but below \( d - j \) zeros the residual is a multiple of \( \binom{z}{r} \) and "
        r"moves from 0 to \( \pm E \).",
        wrong=(off_by_one(family),),
    )
