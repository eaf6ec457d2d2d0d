r"""The link inequality: from one kernel size to the one below.

Setting
    For a set R of orders, E~(d,R) = min over c of max over z = 0..d of |[z = d] - sum over r in R of c_r C(z,r)|. It is
    the optimal error E(d,R) where 0 is in R.
Claim
    1/E~(d,R) <= 2/E~(d-1,S) with S = {r-1 : r in R, r >= 1}, for d >= 3.
Kind
    Lower bound on E~(d,R).
Source
    This project.
Proof
    Let p be a best approximation of [z = d] with error E~. Its difference g(z) = p(z+1) - p(z), z = 0..d-1, is in the
    span of C(z,r-1), r in R, r >= 1, by Pascal's rule. On 0..d the target [z = d] is C(z,d), and the same rule turns it
    into C(z,d-1), which is [z = d-1] on 0..d-1. So [z = d-1] - g(z) is a difference of two residuals of p, and at most
    2 E~ in absolute value.
Check
    Exact errors for all sets of orders.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from itertools import chain, combinations

from sympy import Symbol, binomial

from proofs_check.claim import Claim, Instance
from proofs_check.proof import Identity, Proof, Region, free
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
        valid_from=3,
        argument=r"The steps say that differences map the span for \( R \) into the span for \( S \) (below "
        r"\( z = r - 1 \) all three binomials are 0, and order 0 goes to 0), and the target \( [z = d] \) to "
        r"\( [z = d-1] \): only at \( z = d - 1 \) it is not 0. The difference of two residuals is at most twice the "
        r"largest: \( \tilde E(d-1, S) \le 2 \tilde E(d, R) \).",
    )


def sets_of_orders(kernel_size: int) -> Iterator[tuple[int, ...]]:
    """Yield all nonempty sets of orders in 0..d-1."""
    yield from chain.from_iterable(combinations(range(kernel_size), n) for n in range(1, kernel_size + 1))


def _instances(factor: Fraction, kernel_max: int) -> Iterator[Instance]:
    for d in range(3, min(kernel_max, ALL_SETS_UP_TO) + 1):
        for orders in sets_of_orders(d):
            smaller = indicator_error(d - 1, [r - 1 for r in orders if r])
            where = f"d = {d}, R = {set(orders)}"
            yield Instance(where, d, indicator_error(d, orders), smaller / factor)


def _claim(name: str, statement: str, factor: Fraction, neighbours: tuple[Claim, ...] = ()) -> Claim:
    return Claim(
        name=name,
        statement=statement,
        kind="lower",
        source=OURS,
        idea=r"The difference \( p(z+1) - p(z) \) of an approximation for \( d \) and \( R \) is an approximation for "
        r"\( d - 1 \) and the orders lowered by 1, with at most twice the error.",
        proof=_proof,
        instances=partial(_instances, factor),
        scope=f"all sets of orders for d = 3..{ALL_SETS_UP_TO}",
        neighbours=neighbours,
    )


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    where = r"\tilde E(d-1, \{r - 1 : r \in R,\ r \ge 1\})"
    false = _claim("link-with-a-smaller-factor", rf"\tilde E(d, R) \ge \frac{{2}}{{3}} {where}", Fraction(3, 2))
    yield _claim("link", rf"\tilde E(d, R) \ge \frac{{1}}{{2}} {where}", Fraction(2), (false,))
