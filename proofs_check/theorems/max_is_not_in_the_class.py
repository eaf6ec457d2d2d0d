r"""The maximum is not a linear combination of smaller mean subpool maxima.

Setting
    Any set R of orders below d; kernel size d >= 2.
Claim
    E(d, R) >= 2^-d > 0: max pooling is not in the class of any R, unless it is its own order d.
Kind
    Lower bound.
Source
    Matoba, Dimitriadis, Fleuret, TMLR 2023 (that the error is not 0); the constant is that of the full set.
Proof
    Weights w_z = (-1)^(d-z) C(d,z) on the 0/1 vectors with z zeros are orthogonal to the features of all orders below
    d, but not to the maximum, since w_d = 1. See :mod:`proofs_check.kits.growing_orders` on weak duality.
Check
    Exact optima, certified independently: all sets of orders for small kernel sizes, then the largest set.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from sympy import Integer

from proofs_check.claim import Claim, stated
from proofs_check.kits.growing_orders import FROM_TWO, binomial_theorem, moments
from proofs_check.kits.optima import AT_VERTICES, certified_error
from proofs_check.proof import Identity, Proof, Sign
from proofs_check.statement import NO_MAXIMUM, grid, joined, sets_of_orders, standard
from theory.optimal.families import PAPER, D

_ALL_SETS_UP_TO = 7
"""The largest kernel size at which all sets of orders are tried."""


def _proof(base: int) -> Proof:
    bound = Integer(base) ** -D
    return Proof(
        steps=(
            moments(),
            binomial_theorem(1),
            Identity("the weights add up to 1/(the bound)", 1 / bound, Integer(2) ** D, FROM_TWO),
            Sign("the bound is positive", bound, (bound,), FROM_TWO, ">"),
        ),
        valid_from=2,
        argument=r"By the first step the weights \( w_z = (-1)^{d-z} \binom{d}{z} \) are orthogonal to all "
        r"\( \binom{z}{r} \), \( r < d \), hence to every element of the class. The maximum differs from 1 only at "
        r"\( z = d \), so that its inner product with the weights is \( -w_d = -1 \), not 0.",
        closing=r"By the next two the absolute values of the weights add up to \( 2^d \), so that some residual is at "
        r"least \( 2^{-d} \).",
    )


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    yield stated(
        ("max-is-not-in-the-class", r"E(d, R) \ge 2^{-d} > 0", 2),
        ("max-is-far-from-the-class", r"E(d, R) \ge 1^{-d} > 0", 1),
        kind="lower",
        rests_on=AT_VERTICES,
        source=PAPER,
        idea=r"The \( d \)-th difference in the number of zeros annihilates all orders below \( d \), but not the "
        r"maximum.",
        quantities=standard("d", "R"),
        hypotheses=(NO_MAXIMUM.failing_at(d=2, R=(2,)),),
        sides=lambda base, case: (certified_error(case["d"], case["R"]), Fraction(1, base ** case["d"])),
        cases=joined(
            grid(most=_ALL_SETS_UP_TO, R=sets_of_orders, part="all sets of orders"),
            grid(least=_ALL_SETS_UP_TO + 1, R=lambda d: [tuple(range(d))], part="the largest set"),
        ),
        proof=_proof,
    )
