r"""An exponentially small error takes many orders.

Setting
    A set R of orders below d with 0 in R, and h further ones; kernel size d >= 2.
Claim
    E(d,R) <= eps is possible with h orders beside the intercept if and only if 2 sum_{k <= h} C(d-1,k) >= 1/eps; so
    2 d^h >= 1/eps is necessary, that is h >= log(1/(2 eps))/log d. An error of 2^-(cd) thus takes about c d/log2(d)
    orders.
Kind
    Tight (the least h); lower bound (its rate).
Source
    This project.
Proof
    The extremal theorem (:mod:`proofs_check.theorems.extremal`) and the top set, which attains it
    (:mod:`proofs_check.theorems.top`). By induction on h, sum_{k <= h} C(n,k) <= (n+1)^h, as C(n,h) <= n C(n,h-1).
Check
    For eps = 2^-s, s = 1..d, the least number of orders by exact optima, certified independently: over all sets of
    orders for small kernel sizes, then over the sets of the largest orders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache, partial
from itertools import combinations, count

from sympy import Expr, Integer, Symbol, binomial

from proofs_check.claim import Claim, Instance, Kind
from proofs_check.newton import U, V, split_sum
from proofs_check.optima import certified_error
from proofs_check.proof import Identity, Proof, Region, Sign
from proofs_check.theorems.extremal import CUBE, attained_steps, extremal_steps, subsets_up_to, value
from theory.optimal.families import OURS, D, J, K

ALL_SETS_UP_TO = 7
"""The largest kernel size at which all sets of orders are tried."""

Fits = Callable[[int, int, int], bool]
"""Whether h orders at kernel size d may have error 2^-s, by a formula: takes d, h, s."""


@cache
def least_error(kernel_size: int, size: int) -> Fraction:
    """Compute the least error of 0 and ``size`` further orders: of the largest ones beyond ALL_SETS_UP_TO."""
    d, h = kernel_size, size
    sets = combinations(range(1, d), h) if d <= ALL_SETS_UP_TO else (tuple(range(d - h, d)),)
    return min(certified_error(d, (0, *orders)) for orders in sets)


def _by_sum(inverse_bound: Expr, d: int, h: int, s: int) -> bool:
    return bool(value(inverse_bound, d, h) >= 2**s)


def _by_power(scale: int, d: int, h: int, s: int) -> bool:
    return bool(scale * d**h >= 2**s)


def _instances(fits: Fits, kernel_max: int) -> Iterator[Instance]:
    for d in range(2, kernel_max + 1):
        for s in range(1, d + 1):
            least = next(h for h in range(d) if least_error(d, h) <= Fraction(1, 2**s))
            claimed = next(h for h in count() if fits(d, h, s))
            yield Instance(f"d = {d}, eps = 2^-{s}", d, Fraction(least), Fraction(claimed))


def _necessary_and_sufficient(inverse_bound: Expr) -> Proof:
    return Proof(
        steps=(*extremal_steps(inverse_bound), *attained_steps(inverse_bound, "top")),
        valid_from=2,
        argument=r"By the steps of the extremal theorem \( 1/E \) is at most the sum, whatever the \( h \) orders, and "
        r"by those of the closed form of the top set the \( h \) largest orders attain it. The sum grows with \( h \), "
        r"so the least \( h \) at which it reaches \( 1/\varepsilon \) is the least number of orders.",
    )


def _rate(inverse_bound: Expr, scale: int) -> Proof:
    n, h = Symbol("n"), Symbol("h")
    summand, _ = split_sum(inverse_bound, K, Integer(0), J)
    region = Region(r"1 \le h \le n", {h: U + 1, n: U + V + 1})
    return Proof(
        steps=(
            *extremal_steps(inverse_bound),
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
        argument=r"By the steps of the extremal theorem \( 1/\varepsilon \le 1/E \le 2 S_h \) with "
        r"\( S_h = \sum_{k \le h} \binom{n}{k} \), \( n = d - 1 \). By the last two steps \( \binom{n}{h} \) is at "
        r"most \( n \binom{n}{h-1} \le n S_{h-1} \), so that \( S_h \le (n + 1) S_{h-1} = d S_{h-1} \), and "
        r"\( S_0 = 1 \), which the step on \( h = 0 \) compares with the constant of the rate.",
    )


def _claim(
    name: str, statement: str, kind: Kind, proof: Callable[[], Proof], fits: Fits, neighbours: tuple[Claim, ...] = ()
) -> Claim:
    return Claim(
        name=name,
        statement=statement,
        kind=kind,
        source=OURS,
        idea=r"The extremal theorem bounds the error of \( h \) orders from below by a sum of binomials, at most a "
        r"power of \( d \), and the \( h \) largest orders attain it.",
        proof=proof,
        instances=partial(_instances, fits),
        scope=f"eps = 2^-s; all sets of orders for d = 2..{ALL_SETS_UP_TO}, then the sets of the largest",
        neighbours=neighbours,
    )


def _tight(name: str, formula: str, inverse_bound: Expr, neighbours: tuple[Claim, ...] = ()) -> Claim:
    least = r"\min_{|R| = h + 1,\ 0 \in R,\ d \notin R} E(d, R)"
    return _claim(
        name,
        rf"{least} \le \varepsilon \iff {formula} \ge \frac{{1}}{{\varepsilon}}",
        "tight",
        partial(_necessary_and_sufficient, inverse_bound),
        partial(_by_sum, inverse_bound),
        neighbours,
    )


def _lower(name: str, formula: str, scale: int, neighbours: tuple[Claim, ...] = ()) -> Claim:
    return _claim(
        name,
        rf"E(d, R) \le \varepsilon \implies {formula} \ge \frac{{1}}{{\varepsilon}}, \quad h = |R| - 1",
        "lower",
        partial(_rate, CUBE, scale),
        partial(_by_power, scale),
        neighbours,
    )


def claims() -> Iterator[Claim]:
    """Yield the claims: the least number of orders, and its rate."""
    all_inputs = _tight("exponential-width-all-inputs", r"2 \sum_{k=0}^{h} \binom{d}{k}", 2 * subsets_up_to(J, D))
    yield _tight("exponential-width", r"2 \sum_{k=0}^{h} \binom{d-1}{k}", CUBE, (all_inputs,))
    yield _lower("exponential-width-rate", r"2 d^h", 2, (_lower("exponential-width-half", r"d^h", 1),))
