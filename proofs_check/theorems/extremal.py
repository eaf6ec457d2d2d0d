r"""The extremal theorem: among all sets of h orders beside the intercept, the h largest are best; on the range, too.

Setting
    A set R of orders below d with 0 in R, and h further ones; or h orders in 1..d-1 with sum beta = 1, and the residual
    relative to max x - min x. Kernel size d >= 2.
Claim
    1/E(d,R) <= 2 (C(d-1,0) + ... + C(d-1,h)), and 1/E_range(d,R) <= C(d,1) + ... + C(d,h), with equality for the h
    largest orders.
Kind
    Lower bounds on E and on E_range; attained.
Source
    This project.
Proof
    Let k_1 < ... < k_h be the numbers d - r of the orders r >= 1 and q(t) = prod_i (1 - t/k_i), expanded as
    q(t) = sum_k (-1)^k b_k C(t,k). The weights w_{d-k} = (-1)^k b_k C(d,k) are orthogonal to the orders r, because
    q(d-r) = 0; one more weight -q(d) at z = 0, which they do not see, makes it so for order 0. As k_i >= i, all b_k are
    in [0, 1] (``_EXPANSION``). Relative to the range the weights at z = 0 and z = d are left out. Equality are the
    claims closed-form-top and closed-form-range-top.
Check
    Exact optima, certified independently: all sets of orders for small kernel sizes, then the sets of the largest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

from sympy import Expr, Integer, Sum, Symbol, binomial

from proofs_check.claim import Claim, stated
from proofs_check.kits.growing_orders import UP_TO_J, U, V, W, moments, size_of_weights, without_sums
from proofs_check.kits.optima import AT_VERTICES, certified_error
from proofs_check.kits.top_sets import top_proof
from proofs_check.proof import Identity, Proof, Region, Sign, Step
from proofs_check.statement import (
    INTERCEPT,
    NO_INTERCEPT,
    NO_MAXIMUM,
    Case,
    Cases,
    Value,
    grid,
    joined,
    sets_with_intercept,
    standard,
    subsets,
)
from theory import closed_forms
from theory.optimal.families import OURS, D, J, K, R, evaluate_formula

ALL_SETS_UP_TO = 8
"""The largest kernel size at which all sets of orders are tried."""

_I = Symbol("i")
_ROOT = Symbol("k_i")
_T = Symbol("t")


def subsets_up_to(size: Expr, of: Expr) -> Expr:
    """Return the formula for the number of subsets with at most ``size`` elements."""
    return Sum(binomial(of, _I), (_I, 0, size))


CUBE = 2 * subsets_up_to(J, D - 1)
"""The bound on 1/E in d and j, which is h here."""
_RANGE = subsets_up_to(J, D) - 1


def means() -> tuple[Step, ...]:
    """Return the steps that the numbers b_k are in [0, 1], for any d, h and k_1 < ... < k_h <= d."""
    root = Region(r"1 \le k \le k_i", {K: U + 1, _ROOT: U + V + 1})
    return (
        Identity(
            "a factor 1 - t/k_i turns b_k into a mean of b_k and b_{k-1}",
            (1 - _T / _ROOT) * binomial(_T, K),
            (1 - K / _ROOT) * binomial(_T, K) - (K + 1) / _ROOT * binomial(_T, K + 1),
            Region(r"0 \le k < t, k_i \ge 1", {K: U, _T: U + V + 1, _ROOT: W + 1}),
        ),
        Sign("the mean's first weight", 1 - K / _ROOT, (_ROOT - K, 1 / _ROOT), root),
        Sign("the mean's second weight", K / _ROOT, (K, 1 / _ROOT), root),
    )


_FACTORS = Region(r"1 \le i \le k_i \le d", {_I: U + 1, _ROOT: U + V + 1, D: U + V + W + 1})


def far_end() -> tuple[Step, ...]:
    """Return the steps that |q(d)| is at most C(d-1,h)."""
    return (
        Sign("is largest for k_i = i", D / _I - D / _ROOT, (D, _ROOT - _I, 1 / _I, 1 / _ROOT), _FACTORS),
        Identity(
            "their product",
            binomial(D - 1, _I),
            binomial(D - 1, _I - 1) * (D / _I - 1),
            Region(r"1 \le i \le d", {_I: U + 1, D: U + V + 1}),
        ),
    )


def _expansion() -> tuple[Step, ...]:
    return (
        *means(),
        Identity(
            "the moment of order r is C(d,r) q(d-r)",
            binomial(D, K) * binomial(D - K, R),
            binomial(D, R) * binomial(D - R, K),
            Region(r"0 \le r, 0 \le k, r + k \le d", {R: U, K: V, D: U + V + W}),
        ),
        Sign("a factor of q(d)", D / _ROOT - 1, (D - _ROOT, 1 / _ROOT), _FACTORS),
        *far_end(),
    )


_SIZE = "the absolute values of the weights add up to the bound at most"

_EXPANSION = (
    r"Let \( q_i(t) = \prod_{l \le i} (1 - t/k_l) = \sum_k (-1)^k b_k \binom{t}{k} \). By the first three steps the "
    r"factor \( 1 - t/k_i \) turns \( b_k \) into \( (1 - k/k_i) b_k + (k/k_i) b_{k-1} \), a mean where \( k \le i \le "
    r"k_i \) (for \( k = k_i \) it is \( b_{k-1} \)); for \( k > i \) both are 0. From \( b_0 = 1 \) on, by induction, "
    r"\( 0 \le b_k \le 1 \), and \( b_k = 0 \) for \( k > h \). By the next step the weights "
    r"\( w_{d-k} = (-1)^k b_k \binom{d}{k} \) have the moment \( \binom{d}{r} q(d - r) = 0 \) for the orders "
    r"\( r \ge 1 \), and \( w_d = 1 \). "
)

_ATTAINED = r"The remaining steps are those of the closed form of the top set, whose error is equal to the bound."


def extremal_steps(inverse_bound: Expr) -> tuple[Step, ...]:
    """Return the steps that 1/E is at most ``inverse_bound``, a formula in d and j (which is h here)."""
    return (*_expansion(), moments(), size_of_weights(_SIZE, inverse_bound, binomial(D - 1, J), UP_TO_J))


def attained_steps(inverse_bound: Expr, name: str) -> tuple[Step, ...]:
    """Return the steps that the family of top sets with this name attains the bound on 1/E."""
    family = closed_forms[name]
    region, (found, bound) = without_sums(UP_TO_J, 1 / family.parametric_error_formula, inverse_bound)
    return (Identity("the bound is 1/E of the h largest orders", found, bound, region), *top_proof(family).steps)


def _cube_proof(inverse_bound: Expr) -> Proof:
    return Proof(
        steps=(*extremal_steps(inverse_bound), *attained_steps(inverse_bound, "top")),
        valid_from=2,
        argument=_EXPANSION
        + r"A weight \( w_0 = -q(d) \), which these orders do not see, makes the sum of the weights "
        r"\( q(d) + w_0 = 0 \), the moment of order 0. \( |q(d)| = \prod_i (d/k_i - 1) \) is at most "
        r"\( \prod_i (d/i - 1) = \binom{d-1}{h} \), factor by factor, by the steps on them. The next step adds up: "
        r"\( \sum_{k \le h} \binom{d}{k} + \binom{d-1}{h} \) is the bound on \( 1/E \).",
        closing=_ATTAINED,
    )


def _range_proof(inverse_bound: Expr) -> Proof:
    return Proof(
        steps=(
            *_expansion(),
            size_of_weights(_SIZE, inverse_bound, Integer(-1), UP_TO_J),  # w_d = 1 does not count
            *attained_steps(inverse_bound, "range-top"),
        ),
        valid_from=2,
        argument=_EXPANSION
        + r"Relative to the range, \( w_d \) does not count, and no weight at \( z = 0 \) is needed. "
        r"The next step adds up: \( \sum_{1 \le k \le h} \binom{d}{k} \) is the bound on \( 1/E \).",
        closing=_ATTAINED,
    )


def _few_or_largest(few: Callable[[int], Iterable[Any]], largest: Callable[[int], Iterable[Any]]) -> Cases:
    return joined(
        grid(most=ALL_SETS_UP_TO, R=few, part="all sets of orders"),
        grid(least=ALL_SETS_UP_TO + 1, R=largest, part="the sets of the largest orders"),
    )


extremal_cases = _few_or_largest(sets_with_intercept, lambda d: [(0, *range(d - h, d)) for h in range(d)])


def _values(intercept: tuple[int, ...], inverse_bound: Expr, case: Case) -> Iterator[Value]:
    """Compare the error of ``intercept`` and h orders, (0,) or relative to the range (), with the bound on 1/E.

    Of the h largest ones both ways.
    """
    d, orders = case["d"], case["R"]
    h = len(orders) - len(intercept)
    bound = 1 / evaluate_formula(inverse_bound, {D: d, J: h})
    error = certified_error(d, orders, "cube" if intercept else "range")
    yield Value("", error, bound)
    if orders == (*intercept, *range(d - h, d)):
        yield Value("attained", bound, error)


def claims() -> Iterator[Claim]:
    """Yield the claims, on the cube and relative to the range."""
    attained = r", \text{ with equality for the } h \text{ largest orders}"
    bound = r"\frac{1}{E(d, R)} \le 2 \sum_{k=0}^{h} \binom{%s}{k}%s, \quad h = |R| - 1" + attained
    yield stated(
        ("extremal", bound % ("d-1", ""), CUBE),
        ("extremal-less-one", bound % ("d-1", " - 1"), CUBE - 1),
        ("extremal-all-inputs", bound % ("d", ""), 2 * subsets_up_to(J, D)),
        kind="lower",
        rests_on=(*AT_VERTICES, "closed-form-top"),
        source=OURS,
        idea=r"With \( q(t) = \prod_i (1 - t/k_i) \), \( k_i = d - r \), the expansion of \( q \) into "
        r"\( (-1)^k b_k \binom{t}{k} \) gives weights orthogonal to the class. As \( k_i \ge i \), every \( b_k \) is "
        r"in \( [0, 1] \), and 1 for the largest orders.",
        quantities=standard("d", "R"),
        hypotheses=(INTERCEPT.failing_at(d=2, R=(1,)), NO_MAXIMUM.failing_at(d=2, R=(0, 2))),
        values=partial(_values, (0,)),
        cases=extremal_cases,
        proof=_cube_proof,
    )
    bound = r"\frac{1}{E_{\mathrm{range}}(d, R)} \le \sum_{k=%s}^{h} \binom{d}{k}%s, \quad h = |R|" + attained
    yield stated(
        ("extremal-range", bound % (1, ""), _RANGE),
        ("extremal-range-with-the-empty-set", bound % (0, ""), _RANGE + 1),
        ("extremal-range-less-one", bound % (1, " - 1"), _RANGE - 1),
        kind="lower",
        rests_on=("extremal", "closed-form-range-top"),
        source=OURS,
        idea=r"The weights of the extremal theorem, without the two 0/1 vectors that are constant.",
        quantities=standard("d", "R"),
        hypotheses=(NO_INTERCEPT.failing_at(d=2, R=(0, 1)), NO_MAXIMUM.failing_at(d=2, R=(2,))),
        values=partial(_values, ()),
        cases=_few_or_largest(
            lambda d: subsets(range(1, d)), lambda d: [tuple(range(r, d)) for r in range(d - 1, 0, -1)]
        ),
        proof=_range_proof,
    )
