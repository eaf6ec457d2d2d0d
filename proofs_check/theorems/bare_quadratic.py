r"""The orders 1 and 2, without an intercept.

Setting
    The class R = {1, 2}, without an intercept; kernel size d >= 3.
Claim
    E(d, {1, 2}) = t/(t + 2d), with t = floor((d-1)/2) floor(d/2), with the coefficients of the family
    "bare-quadratic": those with intercept, divided by 1 - E(d, R u {0}).
Kind
    Tight.
Source
    this project.
Proof
    By :mod:`proofs_check.tight`, with the reference of the same orders with the intercept
    (:mod:`proofs_check.theorems.quadratic`): the largest value at z = d is the same L, and the error is 1/L where it
    was 1/(1 + L). A corollary of :mod:`proofs_check.theorems.removing_the_intercept`, proved again from scratch.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofs_check.claim import Claim
from proofs_check.theorems.quadratic import COVERS, REFERENCE
from proofs_check.tight import tight_claim, with_error, with_order
from theory import closed_forms
from theory.optimal.families import D


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["bare-quadratic"]
    yield tight_claim(
        family,
        REFERENCE,
        COVERS,
        idea=(
            r"Without the intercept the residual vanishes at the zero vector \(z = d\), and the same "
            r"extrapolation constant \(L\) gives \(1/L\) in place of \(1/(1 + L)\)."
        ),
        wrong=(with_error(family, family.parametric_error_formula.subs(D, D + 1)), with_order(family, 1, 3)),
    )
