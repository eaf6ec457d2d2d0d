r"""Closed forms with the j largest orders: the best sets of their size, and those with one order r besides.

Setting
    R = {d-j..d-1}, j >= 1, with or without one order r below; on the cube with the order 0, or relative to the range
    max x - min x with coefficients of sum 1.
Claim
    The optimal error and coefficients are those of the families ``top``, ``order-and-top``, ``range-top`` and
    ``range-order-and-top``:
    {0} and the top: 1/E = 2 (C(d-1,0) + ... + C(d-1,j));
    {0, r} and the top: 1/E = C(d,0) + ... + C(d,j) + C(d-1,j) (d+r)/(d-r);
    the top, range: 1/E = C(d,1) + ... + C(d,j);
    {r} and the top, range: 1/E = C(d,1) + ... + C(d,j) + C(d-1,j) d/(d-r).
Kind
    Tight.
Source
    This project.
Proof
    By :mod:`proofs_check.kits.top_sets`: weights (-1)^k C(d,k) at z = d-k, one at z = 0 on the cube, and one at
    z = d-j-1 with an order r. The residual is E or -E with alternating signs from z = d-j on.
Check
    The steps, which are made from the family's formulas; exact optima, certified, with each coefficient.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofs_check.claim import Claim
from proofs_check.kits.growing_orders import off_by_one
from proofs_check.kits.optima import family_claim
from proofs_check.kits.top_sets import top_proof, without_largest_order
from theory import closed_forms

_IDEAS = {
    "top": r"The residual is \( \pm E \) at all 0/1 vectors: constant below \( d - j \) zeros, with alternating "
    r"signs from there on. Its \( d \)-th difference, which has to vanish, determines \( E \).",
    "order-and-top": r"As for the top set, but below \( d - j \) zeros the residual moves from one of \( \pm E \) to "
    r"the other, as a multiple of \( \binom{z}{r} \) plus a constant.",
    "range-top": r"The residual is 0 below \( d - j \) zeros, and \( \pm E \) with alternating signs from there on.",
    "range-order-and-top": r"As for the top set, but below \( d - j \) zeros the residual is a multiple of "
    r"\( \binom{z}{r} \) and moves from 0 to \( \pm E \).",
}


def claims() -> Iterator[Claim]:
    """Yield a claim for each family."""
    for name, idea in _IDEAS.items():
        family = closed_forms[name]
        wrong = [off_by_one(family)] + ([] if family.goal.relative else [without_largest_order(family)])
        yield family_claim(family, top_proof, idea=idea, wrong=wrong)
