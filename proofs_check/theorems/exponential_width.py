r"""An exponentially small error takes many orders.

Setting
    A set R of orders below d with 0 in R, and h further ones; kernel size d >= 2.
Claim
    E(d,R) <= eps is possible with h orders beside the intercept if and only if 2 sum_{k <= h} C(d-1,k) >= 1/eps; so
    2 d^h >= 1/eps is necessary, that is h >= log(1/(2 eps))/log d.
    For eps = 2^-(cd), 0 < c < 1, the least h is linear in d, about d times the p <= 1/2 whose binary entropy is c: for
    c = 1/2 it is 12, 112, 1103 at d = 100, 1000, 10000. The power of d says much less: h >= 8, 51, 377.
Kind
    Tight (the least h); lower bound (its rate).
Source
    This project.
Proof
    The extremal theorem (:mod:`proofs_check.theorems.extremal`) and the top set, which attains it (claim
    closed-form-top). By induction on h, sum_{k <= h} C(n,k) <= (n+1)^h, as C(n,h) <= n C(n,h-1).
Check
    For eps = 2^-s, s = 1..d, the least number of orders by exact optima, certified independently: over all sets of
    orders for small kernel sizes, then over the sets of the largest orders.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import combinations, count
from random import Random

from sympy import Expr, Integer, Symbol, binomial

from proofs_check.claim import Claim, stated
from proofs_check.kits.growing_orders import U, V, split_sum
from proofs_check.kits.optima import certified_error
from proofs_check.proof import Identity, Proof, Region, Sign
from proofs_check.statement import INTERCEPT, NO_MAXIMUM, Case, Hypothesis, StatementError, grid, joined, standard
from proofs_check.theorems.extremal import CUBE, attained_steps, extremal_cases, extremal_steps, subsets_up_to
from theory.optimal.families import OURS, D, J, K, evaluate_formula

_ALL_SETS_UP_TO = 7
"""The largest kernel size at which all sets of orders are tried."""


@cache
def _least_error(kernel_size: int, size: int) -> Fraction:
    """Compute the least error of 0 and ``size`` further orders: of the largest ones beyond _ALL_SETS_UP_TO."""
    d, h = kernel_size, size
    sets = combinations(range(1, d), h) if d <= _ALL_SETS_UP_TO else (tuple(range(d - h, d)),)
    return min(certified_error(d, (0, *orders)) for orders in sets)


def _errors(kernel_size: int) -> list[Fraction]:
    return [Fraction(1, 2**s) for s in range(1, kernel_size + 1)]


def _draw_error(rng: Random, case: Case, _most: int) -> Fraction:
    # An error that some number of orders just attains, or anything.
    d = case["d"]
    return rng.choice([_least_error(d, rng.randrange(d)), Fraction(rng.randint(1, 60), 60), Fraction(1, 2**d + 1)])


def _least_numbers(inverse_bound: Expr, case: Case) -> tuple[int, int]:
    """Return the least numbers of orders: by exact optima, and by the formula."""
    d, eps = case["d"], case["eps"]
    least = next((h for h in range(d) if _least_error(d, h) <= eps), None)
    if least is None:
        raise StatementError(f"no set of orders below {d} has error {eps}")
    return least, next(h for h in count() if evaluate_formula(inverse_bound, {D: d, J: h}) * eps >= 1)


def _necessary_and_sufficient(inverse_bound: Expr) -> Proof:
    return Proof(
        steps=(*extremal_steps(inverse_bound), *attained_steps(inverse_bound, "top")),
        valid_from=2,
        argument=r"By the steps of the extremal theorem \( 1/E \) is at most the sum, whatever the \( h \) orders, and "
        r"by those of the closed form of the top set the \( h \) largest orders attain it.",
        closing=r"The sum grows with \( h \), so the least \( h \) at which it reaches \( 1/\varepsilon \) is the "
        r"least number of orders.",
    )


def _rate(scale: int) -> Proof:
    n, h = Symbol("n"), Symbol("h")
    summand, _ = split_sum(CUBE, K, Integer(0), J)
    region = Region(r"1 \le h \le n", {h: U + 1, n: U + V + 1})
    return Proof(
        steps=(
            *extremal_steps(CUBE),
            Identity(
                "the bound at h = 0", summand.subs({D: n + 1, K: 0}), Integer(scale), Region(r"n \ge 1", {n: U + 1})
            ),
            Identity("the next binomial", binomial(n, h) * h, binomial(n, h - 1) * (n - h + 1), region),
            Sign(
                "is at most n times the last",
                n * binomial(n, h - 1) - binomial(n, h - 1) * (n - h + 1) / h,
                (binomial(n, h - 1), n + 1, h - 1, 1 / h),
                region,
            ),
        ),
        valid_from=2,
        argument=r"By the steps of the extremal theorem \( 1/E \le 2 S_h \) with "
        r"\( S_h = \sum_{k \le h} \binom{n}{k} \), \( n = d - 1 \). By the last two steps \( \binom{n}{h} \) is at "
        r"most \( n \binom{n}{h-1} \le n S_{h-1} \), so that \( S_h \le (n + 1) S_{h-1} = d S_{h-1} \), and "
        r"\( S_0 = 1 \), which the step on \( h = 0 \) compares with the constant of the rate.",
        closing=r"By induction on \( h \), \( S_h \le d^h \), so that \( 1/E \le 2 d^h \).",
    )


_IDEA = (
    r"The extremal theorem bounds the error of \( h \) orders from below by a sum of binomials, at most a power of "
    r"\( d \), and the \( h \) largest orders attain it."
)


def claims() -> Iterator[Claim]:
    """Yield the claims: the least number of orders, and its rate."""
    least = (
        r"\min \{ h : E(d, R) \le \varepsilon \text{ for some } R,\ |R| = h + 1,\ 0 \in R,\ d \notin R \} "
        r"= \min \{ h : 2 \sum_{k=0}^{h} \binom{%s}{k} \ge \frac{1}{\varepsilon} \}"
    )
    yield stated(
        ("exponential-width", least % "d-1", CUBE),
        ("exponential-width-all-inputs", least % "d", 2 * subsets_up_to(J, D)),
        kind="tight",
        rests_on=("extremal", "closed-form-top"),
        source=OURS,
        idea=_IDEA,
        quantities={**standard("d"), "eps": _draw_error},
        hypotheses=(
            Hypothesis(r"\varepsilon \ge 2^{-d}", lambda case: case["eps"] * 2 ** case["d"] >= 1).failing_at(
                d=2, eps=Fraction(1, 5)
            ),
        ),
        sides=_least_numbers,
        cases=joined(
            grid(most=_ALL_SETS_UP_TO, eps=_errors, part="all sets of orders"),
            grid(least=_ALL_SETS_UP_TO + 1, eps=_errors, part="the sets of the largest orders"),
        ),
        proof=_necessary_and_sufficient,
    )
    rate = r"\frac{1}{E(d, R)} \le %s, \quad h = |R| - 1"
    yield stated(
        ("exponential-width-rate", rate % "2 d^h", 2),
        ("exponential-width-half", rate % "d^h", 1),
        kind="lower",
        rests_on=("extremal",),
        source=OURS,
        idea=_IDEA,
        quantities=standard("d", "R"),
        hypotheses=(INTERCEPT.failing_at(d=2, R=(1,)), NO_MAXIMUM.failing_at(d=2, R=(0, 2))),
        sides=lambda scale, case: (
            certified_error(case["d"], case["R"]),
            Fraction(1, scale * case["d"] ** (len(case["R"]) - 1)),
        ),
        cases=extremal_cases,
        proof=_rate,
    )
