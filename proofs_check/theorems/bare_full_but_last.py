r"""All orders below d - 1, without intercept.

Setting
    R = {1..d-2}; kernel size d >= 3.
Claim
    E(d, {1..d-2}) = 1/(C(d,floor(d/2)) - 1), attained by the coefficients with intercept, less the intercept, divided
    by 1 less the error with intercept.
Kind
    Tight.
Source
    This project.
Proof
    The proof with intercept (:mod:`proofs_check.theorems.full_but_last`), then
    :func:`proofs_check.newton.bare_steps`.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofs_check.claim import Claim
from proofs_check.newton import BARE_ARGUMENT, BARE_CLOSING, U, V, bare_steps, off_by_one
from proofs_check.optima import family_claim
from proofs_check.proof import Proof, Region
from proofs_check.theorems.full_but_last import full_but_last_proof
from theory import closed_forms
from theory.optimal.families import ClosedForm, D, K

_ORDERS = Region(r"1 \le k \le d - 2", {K: V + 1, D: U + V + 3})


def _proof(family: ClosedForm) -> Proof:
    parent = closed_forms["full-but-last"]
    with_intercept = full_but_last_proof(parent)
    return Proof(
        steps=(*with_intercept.steps, *bare_steps(family, parent, _ORDERS)),
        valid_from=3,
        argument=with_intercept.argument + BARE_ARGUMENT,
        closing=BARE_CLOSING,
    )


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["bare-full-but-last"]
    yield family_claim(
        family,
        _proof,
        idea=r"Without intercept the zero vector is matched exactly, and the other residuals grow from \( E' \), the "
        r"error with intercept, to \( E' / (1 - E') \).",
        wrong=(off_by_one(family),),
    )
