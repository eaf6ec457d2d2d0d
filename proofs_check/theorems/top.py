r"""An intercept and the j largest orders, the best set of its size.

Setting
    R = {0} with {d-j..d-1}; j >= 1, kernel size d > j.
Claim
    1/E = 2 (C(d-1,0) + ... + C(d-1,j)), attained by beta_0 = E and
    beta_k = (-1)^(k+d-1) C(d,k) (sum_{i=d-j}^{k} C(k,i) + C(k-1,d-j-1)) E.
Kind
    Tight.
Source
    This project.
Proof
    By :mod:`proofs_check.kits.top_sets`: weights (-1)^k C(d,k) at z = d-k, k <= j, and one at z = 0; the residual is
    E or -E at every z, constant below d-j and of alternating signs above.
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
    family = closed_forms["top"]
    yield family_claim(
        family,
        top_proof,
        idea=r"The residual is \( \pm E \) at all 0/1 vectors: constant below \( d - j \) zeros, with alternating "
        r"signs from there on. Its \( d \)-th difference, which has to vanish, determines \( E \).",
        wrong=(off_by_one(family), without_largest_order(family)),
    )
