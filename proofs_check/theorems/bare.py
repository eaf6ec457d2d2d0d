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
    Corollaries of :mod:`proofs_check.theorems.removing_the_intercept`, proved again from scratch. Families of single
    orders: by :mod:`proofs_check.kits.fixed_orders` with the reference of the same orders with the intercept; the
    largest value at z = d is the same L, and the error is 1/L where it was 1/(1 + L). Families whose number of orders
    grows: the proof with intercept, then :func:`proofs_check.kits.growing_orders.bare_steps`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from types import ModuleType

from proofs_check.claim import Claim
from proofs_check.kits.fixed_orders import tight_proof
from proofs_check.kits.growing_orders import BARE_ARGUMENT, BARE_CLOSING, U, V, bare_steps, off_by_one
from proofs_check.kits.optima import Build, family_claim
from proofs_check.kits.top_sets import WITHIN_TOP, WITHIN_TOP_BESIDE_R, top_proof
from proofs_check.proof import Proof, Region
from proofs_check.theorems import (
    full,
    full_but_last,
    mean,
    mean_and_last,
    mean_and_last_two,
    mean_and_second_last,
    mean_last_third_last,
    quadratic,
    single,
)
from theory import closed_forms
from theory.optimal.families import ClosedForm, D, K

_SINGLE_ORDERS = (
    r"Without the intercept the residual vanishes at the zero vector \(z = d\), and the same extrapolation constant "
    r"\(L\) gives \(1/L\) in place of \(1/(1 + L)\)."
)
_GROWING = (
    r"Without intercept the zero vector is matched exactly, and the other residuals grow from \( E' \), the error with "
    r"intercept, to \( E' / (1 - E') \)."
)


def _with_reference(module: ModuleType) -> tuple[Build, str]:
    return partial(tight_proof, reference=module.REFERENCE, covers=module.COVERS), _SINGLE_ORDERS


def _from_proof(name: str, build: Build, region: Region, valid_from: int = 2) -> tuple[Build, str]:
    parent = closed_forms[name]

    def proof(family: ClosedForm) -> Proof:
        with_intercept = build(parent)
        return Proof(
            steps=(*with_intercept.steps, *bare_steps(family, parent, region)),
            valid_from=valid_from,
            argument=with_intercept.argument + BARE_ARGUMENT,
            closing=BARE_CLOSING,
        )

    return proof, _GROWING


def _proofs() -> dict[str, tuple[Build, str]]:
    """Return, for each family with intercept, how the one without it is proved, and the idea."""
    but_last = Region(r"1 \le k \le d - 2", {K: V + 1, D: U + V + 3})
    return {
        "mean": _with_reference(mean),
        "single": _with_reference(single),
        "quadratic": _with_reference(quadratic),
        "mean-and-last": _with_reference(mean_and_last),
        "mean-and-last-two": _with_reference(mean_and_last_two),
        "mean-and-second-last": _with_reference(mean_and_second_last),
        "mean-last-third-last": _with_reference(mean_last_third_last),
        "full": _from_proof("full", full.full_proof, full.ORDERS),
        "full-but-last": _from_proof("full-but-last", full_but_last.full_but_last_proof, but_last, 3),
        "top": _from_proof("top", top_proof, WITHIN_TOP),
        "order-and-top": _from_proof("order-and-top", top_proof, WITHIN_TOP_BESIDE_R, 3),
    }


def claims() -> Iterator[Claim]:
    """Yield a claim for each family without intercept."""
    for name, (build, idea) in _proofs().items():
        family = closed_forms[f"bare-{name}"]
        yield family_claim(family, build, idea=idea, wrong=(off_by_one(family),))
