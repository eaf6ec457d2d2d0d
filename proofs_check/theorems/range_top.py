r"""The j largest orders, relative to the range of the window.

Setting
    R = {d-j..d-1} with sum beta = 1, and the residual relative to max x - min x; j >= 1, kernel size d > j.
Claim
    1/E_range = C(d,1) + ... + C(d,j), attained by beta_k = (-1)^(k+d-1) C(d,k) sum_{i=d-j}^{k} C(k,i) E_range.
Kind
    Tight.
Source
    This project.
Proof
    By :mod:`proofs_check.kits.top_sets`: weights (-1)^k C(d,k) at z = d-k, 1 <= k <= j; the residual is 0 below d-j,
    and E or -E above, with alternating signs.
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
    family = closed_forms["range-top"]
    yield family_claim(
        family,
        top_proof,
        idea=r"The residual is 0 below \( d - j \) zeros, and \( \pm E \) with alternating signs from there on.",
        wrong=(off_by_one(family),),
    )
