r"""The link inequality: from one kernel size to the one below.

Setting
    For a set R of orders, E~(d,R) = min over c of max over z = 0..d of |[z = d] - sum over r in R of c_r C(z,r)|. It is
    the optimal error E(d,R) where 0 is in R.
Claim
    1/E~(d,R) <= 2/E~(d-1,S) with S = {r-1 : r in R, r >= 1}, for d >= 1.
Kind
    Lower bound on E~(d,R).
Source
    This project.
Proof
    Let p be a best approximation of [z = d]. Its difference p(z+1) - p(z), z = 0..d-1, is in the span of the C(z,r-1)
    by Pascal's rule, which turns the target C(z,d) into C(z,d-1); so its error is a difference of two residuals of p.
Check
    Exact errors for all sets of orders.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from sympy import Symbol, binomial

from proofs_check.claim import Claim
from proofs_check.kits.cases import grid, sets_of_orders
from proofs_check.kits.variants import stated
from proofs_check.proof import Identity, Proof, Region, free
from proofs_check.statement import Case, least_kernel_size, standard
from theory.bounds import indicator_error
from theory.optimal.families import OURS, D, R

ALL_SETS_UP_TO = 8
"""The largest kernel size at which all sets of orders are tried."""


def pascal() -> Iterator[Identity]:
    """Yield the steps: Pascal's rule for the orders, and for the target as C(z,d)."""
    z, a, b = Symbol("z"), free("a"), free("b")
    yield Identity(
        text="Pascal's rule for the orders",
        left=binomial(z + 1, R) - binomial(z, R),
        right=binomial(z, R - 1),
        region=Region(r"1 \le r \le z + 1", {R: a + 1, z: a + b}),
    )
    yield Identity(
        text="Pascal's rule for the target",
        left=binomial(z + 1, D) - binomial(z, D),
        right=binomial(z, D - 1),
        region=Region(r"z = d - 1 \ge 0", {D: a + 1, z: a}),
    )


def _proof() -> Proof:
    return Proof(
        steps=tuple(pascal()),
        valid_from=1,
        argument=r"The steps say that differences map the span for \( R \) into the span for \( S \) (below "
        r"\( z = r - 1 \) all three binomials are 0, and order 0 goes to 0), and the target \( [z = d] \) to "
        r"\( [z = d-1] \): only at \( z = d - 1 \) it is not 0.",
        closing=r"The difference of two residuals is at most twice the largest: "
        r"\( \tilde E(d-1, S) \le 2 \tilde E(d, R) \).",
    )


def _least_indicator_error(kernel_size: int, orders: Sequence[int]) -> Fraction:
    """Return E~(d,S), for d = 0 and d = 1, too.

    Examples
    --------
    >>> [str(_least_indicator_error(d, [0])) for d in range(3)]
    ['0', '1/2', '1/2']
    """
    if kernel_size >= 2:
        return indicator_error(kernel_size, orders)
    # The target is C(z,d) itself, and otherwise 0 or, where the constants can be used, 1/2 is the best approximation.
    if kernel_size in orders:
        return Fraction(0)
    return Fraction(1, 2) if 0 in orders else Fraction(1)


def _sides(factor: Fraction, case: Case) -> tuple[Fraction, Fraction]:
    d, orders = case["d"], case["R"]
    smaller = _least_indicator_error(d - 1, [r - 1 for r in orders if r])
    return _least_indicator_error(d, orders), smaller / factor


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    bound = r"\tilde E(d, R) \ge \frac%s \tilde E(d-1, \{r - 1 : r \in R,\ r \ge 1\})"
    yield stated(
        ("link", bound % "{1}{2}", Fraction(2)),
        ("link-with-a-smaller-factor", bound % "{2}{3}", Fraction(3, 2)),
        kind="lower",
        source=OURS,
        idea=r"The difference \( p(z+1) - p(z) \) of an approximation for \( d \) and \( R \) is an approximation for "
        r"\( d - 1 \) and the orders lowered by 1, with at most twice the error.",
        quantities={**standard("d", "R"), "d": lambda rng, _case, most: rng.randint(1, most)},
        hypotheses=(least_kernel_size(1),),
        sides=_sides,
        cases=grid(least=1, most=ALL_SETS_UP_TO, R=lambda d: sets_of_orders(d + 1)),
        own_proof=_proof,
    )
