r"""One order r and the j largest orders, without intercept.

Setting
    R = {r} with {d-j..d-1}; r, j >= 1, kernel size d > r + j.
Claim
    1/E = C(d,1) + ... + C(d,j) + C(d-1,j) (d+r)/(d-r), attained by the coefficients with intercept, less the intercept,
    divided by 1 less the error with intercept.
Kind
    Tight.
Source
    This project.
Proof
    The proof with intercept (:mod:`proofs_check.theorems.order_and_top`), then :func:`proofs_check.newton.bare_steps`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from proofs_check.claim import Claim
from proofs_check.newton import off_by_one
from proofs_check.optima import family_claim
from proofs_check.top_sets import bare_top_proof
from theory import closed_forms


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["bare-order-and-top"]
    yield family_claim(
        family,
        partial(bare_top_proof, parent=closed_forms["order-and-top"]),
        idea=r"Without intercept the zero vector is matched exactly, and the other residuals grow from \( E' \), the "
        r"error with intercept, to \( E' / (1 - E') \).",
        wrong=(off_by_one(family),),
    )
