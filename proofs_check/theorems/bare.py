r"""Closed forms without an intercept, each from that with one.

Setting
    A family of orders with an intercept whose optimal error E' is known, and the same orders without 0.
Claim
    For each family of ``theory.closed_forms`` whose name begins with ``bare-``: E = E'/(1 - E'), attained by the
    coefficients with intercept, less the intercept, divided by 1 - E'.
Kind
    Tight.
Source
    This project.
Proof
    Corollaries of :mod:`proofs_check.theorems.removing_the_intercept`, proved again from scratch. Families of few
    orders: by :mod:`proofs_check.kits.fixed_orders` with the reference of the same orders with the intercept; the
    largest value at z = d is the same L, and the error is 1/L where it was 1/(1 + L). Families whose number of orders
    grows: the proof with intercept, then :func:`proofs_check.kits.growing_orders.bare_steps`.
Check
    The steps, which are made from the family's formulas; exact optima, certified, with each coefficient.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from proofs_check.claim import Claim
from proofs_check.kits.growing_orders import BARE_ARGUMENT, BARE_CLOSING, U, V, bare_steps, off_by_one
from proofs_check.kits.optima import AT_VERTICES, Build, family_claim
from proofs_check.kits.top_sets import WITHIN_TOP, WITHIN_TOP_BESIDE_R, top_proof
from proofs_check.proof import Proof, Region
from proofs_check.theorems import few_orders, full, full_but_last
from theory import closed_forms
from theory.optimal.families import ClosedForm, D, K

_FEW = (
    r"Without the intercept the residual vanishes at the zero vector \(z = d\), and the same extrapolation constant "
    r"\(L\) gives \(1/L\) in place of \(1/(1 + L)\)."
)
_GROWING = (
    r"Without intercept the zero vector is matched exactly, and the other residuals grow from \( E' \), the error with "
    r"intercept, to \( E' / (1 - E') \)."
)

# By the name of the family with intercept: its proof, what d, k and the parameters are, and the least d.
_PARENTS: dict[str, tuple[Build, Region, int]] = {
    "full": (full.full_proof, full.ORDERS, 2),
    "full-but-last": (
        full_but_last.full_but_last_proof,
        Region(r"1 \le k \le d - 2", {K: V + 1, D: U + V + 3}),
        3,
    ),
    "top": (top_proof, WITHIN_TOP, 2),
    "order-and-top": (top_proof, WITHIN_TOP_BESIDE_R, 3),
}


def _from_parent(name: str, family: ClosedForm) -> Proof:
    build, region, valid_from = _PARENTS[name]
    parent = closed_forms[name]
    with_intercept = build(parent)
    return Proof(
        steps=(*with_intercept.steps, *bare_steps(family, parent, region)),
        valid_from=valid_from,
        argument=with_intercept.argument + BARE_ARGUMENT,
        closing=BARE_CLOSING,
    )


def claims() -> Iterator[Claim]:
    """Yield a claim for each family without intercept."""
    builds: dict[str, tuple[Build, str, tuple[str, ...]]]
    builds = {name: (row.proof, _FEW, AT_VERTICES) for name, row in few_orders.ROWS.items()}
    builds |= {name: (partial(_from_parent, name), _GROWING, (f"closed-form-{name}",)) for name in _PARENTS}
    for name, (build, idea, rests_on) in builds.items():
        if family := closed_forms.get(f"bare-{name}"):
            yield family_claim(family, build, idea=idea, wrong=(off_by_one(family),), rests_on=rests_on)
