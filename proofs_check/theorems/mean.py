r"""The mean with an intercept.

Setting
    The class f = beta_0 + beta_1 m_1, that is R = {0, 1}; kernel size d >= 2.
Claim
    E(d, {0, 1}) = (d-1)/(2d), attained by beta_0 = E, beta_1 = 1 alone.
Kind
    Tight.
Source
    Matoba, Dimitriadis, Fleuret, TMLR 2023.
Proof
    By :mod:`proofs_check.kits.fixed_orders`. The residual is linear in the number z < d of zeros, from -E at z = 0 to E
    at z = d-1, and -E again at z = d. The dual weights extrapolate linear functions from z = 0 and d-1 to d.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Integer

from proofs_check.claim import Claim
from proofs_check.kits.fixed_orders import Reference, ends_and_middle, tight_claim, with_error, with_order
from theory import closed_forms
from theory.optimal.families import D

REFERENCE = Reference(points=(Integer(0), D - 1), weights=(-1 / (D - 1), D / (D - 1)))
COVERS = (ends_and_middle(2, bottom=0, top=2),)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["mean"]
    yield tight_claim(
        family,
        REFERENCE,
        COVERS,
        idea=(
            r"A linear function bounded by 1 at \(z = 0, \ldots, d-1\) is at most \((d+1)/(d-1)\) at \(z = d\), where "
            r"the line through \((0, -1)\) and \((d-1, 1)\) leads."
        ),
        wrong=(with_error(family, (D - 1) / (2 * D + 1)), with_order(family, 1, 2)),
    )
