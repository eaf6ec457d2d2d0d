r"""All orders below the kernel size, without intercept.

Setting
    R = {1..d-1}; kernel size d >= 2.
Claim
    E(d, {1..d-1}) = 1/(2^d - 1), attained by the coefficients with intercept, less the intercept, divided by 1 - 2^-d.
Kind
    Tight.
Source
    This project.
Proof
    The proof with intercept (:mod:`proofs_check.theorems.full`), then :func:`proofs_check.newton.bare_steps`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Integer

from proofs_check.claim import Claim
from proofs_check.newton import BARE_ARGUMENT, BARE_CLOSING, bare_steps
from proofs_check.optima import family_claim
from proofs_check.proof import Proof
from proofs_check.theorems.full import ORDERS, full_proof
from proofs_check.tight import with_error
from theory import closed_forms
from theory.optimal.families import ClosedForm, D


def _proof(family: ClosedForm) -> Proof:
    parent = closed_forms["full"]
    with_intercept = full_proof(parent)
    return Proof(
        steps=(*with_intercept.steps, *bare_steps(family, parent, ORDERS)),
        valid_from=2,
        argument=with_intercept.argument + BARE_ARGUMENT,
        closing=BARE_CLOSING,
    )


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["bare-full"]
    yield family_claim(
        family,
        _proof,
        idea=r"Without intercept the zero vector is matched exactly, and the other residuals grow from \( 2^{-d} \) to "
        r"\( 2^{-d} / (1 - 2^{-d}) \).",
        wrong=(with_error(family, 1 / (Integer(2) ** D)),),
    )
