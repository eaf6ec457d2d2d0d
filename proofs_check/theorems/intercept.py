r"""A constant alone.

Setting
    The class f = beta_0, that is R = {0}; kernel size d >= 2.
Claim
    E(d, {0}) = 1/2, attained by beta_0 = 1/2.
Kind
    Tight.
Source
    Matoba, Dimitriadis, Fleuret, TMLR 2023.
Proof
    By :mod:`proofs_check.kits.fixed_orders`, with z = 0 as the only point of the reference, and weight 1. The residual
    is 1/2 for z < d and -1/2 at z = d.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Integer, Rational

from proofs_check.claim import Claim
from proofs_check.kits.fixed_orders import Reference, ends_and_middle, tight_claim, with_error
from theory import closed_forms

REFERENCE = Reference(
    points=(Integer(0),),
    weights=(Integer(1),),
)
COVERS = (ends_and_middle(2, bottom=1, top=1),)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["intercept"]
    yield tight_claim(
        family,
        REFERENCE,
        COVERS,
        idea=(
            "The maximum takes the values 0 and 1 at the 0/1 vectors, and a constant misses one of them by at "
            "least 1/2."
        ),
        wrong=(with_error(family, Rational(1, 3)),),
    )
