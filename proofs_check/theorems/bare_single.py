r"""One order without an intercept.

Setting
    The class f = beta_r m_r, that is R = {r}; 1 <= r < d.
Claim
    E(d, {r}) = (d-r)/(d+r), attained by beta_r = 2d/(d+r).
Kind
    Tight.
Source
    This project.
Proof
    By :mod:`proofs_check.tight`, with the reference of the same order with the intercept
    (:mod:`proofs_check.theorems.single`): the largest value at z = d is the same L, and the error is 1/L where it was
    1/(1 + L).
"""

from __future__ import annotations

from collections.abc import Iterator

from proofs_check.claim import Claim
from proofs_check.theorems.single import COVERS, REFERENCE
from proofs_check.tight import tight_claim, with_error, with_order
from theory import closed_forms
from theory.optimal.families import D, R


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["bare-single"]
    yield tight_claim(
        family,
        REFERENCE,
        COVERS,
        idea=(
            r"Without the intercept the residual vanishes at the zero vector \(z = d\), and the same extrapolation "
            r"constant \(L\) gives \(1/L\) in place of \(1/(1 + L)\)."
        ),
        wrong=(with_error(family, (D - R) / (D + R + 1)), with_order(family, 0, R + 1)),
    )
