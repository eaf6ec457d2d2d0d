r"""One order, with the intercept or relative to the range, against any order statistic.

Setting
    The target x_(j), 1 <= j <= d; an order r, 1 <= r <= d, and a set S of orders above j and below d. Let
    p = C(j-1,r)/C(d,r) and q = C(j,r)/C(d,r).
Claim
    E(d, {0, r} + S; x_(j)) = max(p/q, (1-q)/(1-p))/2, with p/q read as 0 where q = 0, if p + q >= 1 or S is empty. So
    beside 0 and r no order above j is of use if p + q >= 1.
    E_range(d, {r}; x_(j)) = max(p, 1 - q).
Kind
    Tight.
Source
    This project; j = d, the maximum with r = 1: Matoba, Dimitriadis, Fleuret, TMLR 2023.
Proof
    At z zeros the target is 1 for z < j and 0 for z >= j, and the class is the span of 1 and g(z) = C(z,r)/C(d,r),
    which does not fall, from 0 to 1, and is p at j - 1 and q at j. So g is in [0,p] where the target is 1, and in [q,1]
    where it is 0.

    p/q is the larger if p + q >= 1. Then three points, g = 0, p and q, prove the lower bound, and the residual g/q - E
    or g/q - 1 - E attains it. Orders of S vanish at these points. Otherwise they are g = p, q and 1. Relative to the
    range the one estimator is m_r, with the residual g or g - 1.
Check
    The steps; exact optima, certified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from math import comb
from random import Random

from sympy import Expr, Integer, Symbol, binomial

from proofs_check.claim import Claim, stated
from proofs_check.kits.growing_orders import Z
from proofs_check.kits.optima import certified_error
from proofs_check.proof import Identity, Proof, Region, Sign, Step, free
from proofs_check.statement import Case, Hypothesis, StatementError, grid, standard, subsets
from proofs_check.theorems.order_statistic_weights import SUBSETS_EXIST
from proofs_check.theorems.order_statistics_by_maxima import IS_A_PLACE, step_values
from theory.objectives import RELATIVE
from theory.optimal.families import OURS, R

_P, _Q, _G = Symbol("p"), Symbol("q"), Symbol("g")
_DRAWN_UP_TO = 6
_ALL_UP_TO = 5

ABOVE_THE_PLACE = Hypothesis(
    r"S \subseteq \{j + 1, \dots, d - 1\}", lambda case: all(case["j"] < s < case["d"] for s in case["S"])
)

_Errors = Callable[[Fraction, Fraction], Fraction]
"""From p and q to the error."""


def _shares(case: Case) -> tuple[Fraction, Fraction]:
    """Return p and q."""
    d, r, j = case["d"], case["r"], case["j"]
    if not (1 <= j <= d and 1 <= r <= d):
        raise StatementError(f"there is no x_({j}), or no order {r}, of {d} inputs")
    return Fraction(comb(j - 1, r), comb(d, r)), Fraction(comb(j, r), comb(d, r))


def _is_low(case: Case) -> bool:
    """Say whether p + q >= 1; not where there are no such numbers."""
    d, r, j = case["d"], case["r"], case["j"]
    return j >= 1 and r <= d and comb(j - 1, r) + comb(j, r) >= comb(d, r)


def _larger_half(p: Fraction, q: Fraction) -> Fraction:
    return max(p / q if q else Fraction(0), (1 - q) / (1 - p)) / 2


def _larger(p: Fraction, q: Fraction) -> Fraction:
    return max(p, 1 - q)


def _rises() -> Step:
    return Sign(
        "C(z,r) grows with z",
        binomial(Z + 1, R) - binomial(Z, R),
        (binomial(Z, R - 1),),
        Region(r"1 \le r \le z + 1", {R: free("v") + 1, Z: free("u") + free("v")}),
    )


def _bound(upper: bool) -> Iterator[Step]:
    """Yield the steps of the lower bound by g = 0, p, q, or of that by g = p, q, 1."""
    a, b, c = map(free, "abc")
    if upper:  # p < q
        at, target, weights, error = (Integer(0), _P, _Q), (1, 1, 0), (_Q - _P, -_Q, _P), _P / (2 * _Q)
        n = a + b + 1 + c
        region = Region.spelled_out({_P: a / n, _Q: (a + b + 1) / n})
        sizes = ((b + 1) / n, (a + b + 1) / n, a / n)
    else:  # q < 1
        at, target, weights, error = (_P, _Q, Integer(1)), (1, 0, 0), (1 - _Q, _P - 1, _Q - _P), (1 - _Q) / (2 - 2 * _P)
        n = a + b + c + 1
        region = Region.spelled_out({_P: a / n, _Q: (a + b) / n})
        sizes = ((c + 1) / n, (b + c + 1) / n, b / n)
    name = "g = 0, p, q" if upper else "g = p, q, 1"
    # One more on both sides, as the checker wants no side to be 0.
    yield Identity(f"{name}: the weights add up to 0", 1 + sum(weights, Integer(0)), Integer(1), region)
    moment = sum((w * g for w, g in zip(weights, at, strict=True)), Integer(0))
    yield Identity(f"{name}: the weights are orthogonal to g", 1 + moment, Integer(1), region)
    signed = (weights[0], -weights[1], weights[2])
    for number, (weight, size) in enumerate(zip(signed, sizes, strict=True), start=1):
        yield Sign(f"{name}: sign of weight {number}", weight, (size,), region)
    value = sum((w * t for w, t in zip(weights, target, strict=True)), Integer(0))
    wanted = sum(signed, Integer(0)) * error * (-1 if upper else 1)
    yield Identity(f"{name}: what they give the target", 1 + value, 1 + wanted, region)


def within(text: str, residual: Expr, error: Expr, slacks: tuple[Expr, Expr], region: Region) -> Iterator[Step]:
    """Yield the steps that a residual is within the error; the slacks have evident signs."""
    yield Sign(f"{text}: E - e", error - residual, (slacks[0],), region)
    yield Sign(f"{text}: E + e", error + residual, (slacks[1],), region)


def _attained() -> Iterator[Step]:
    """Yield the steps that residuals are within the claimed errors, all numbers over a common denominator."""
    x, y, t, u, w, e = map(free, "xytuwe")

    def region(g: Expr, p: Expr, q: Expr, n: Expr) -> Region:
        return Region.spelled_out({_G: g / n, _P: p / n, _Q: q / n})

    error = _P / (2 * _Q)
    # 0 <= g <= p < q <= 1 <= p + q: with n = q + c and p >= c, where x + y + t + u = p and x + t = c.
    p = x + y + t + u
    q = p + w + 1
    below = region(x + y, p, q, q + x + t)
    yield from within("p + q >= 1, g <= p", _G / _Q - error, error, ((t + u) / q, (x + y) / q), below)
    # p < q <= g <= 1 <= p + q.
    p = x + y + e
    q = p + w + 1
    above = region(q + x, p, q, q + x + y)
    yield from within("p + q >= 1, g >= q", _G / _Q - 1 - error, error, ((y + e) / q, x / q), above)

    error = (1 - _Q) / (2 * (1 - _P))
    fitted = (1 - _G) / (1 - _P) - error
    # 0 <= g <= p <= q < 1 - p.
    p = x + y
    q = p + w
    below = region(x, p, q, p + q + 1 + e)
    rest = q + 1 + e
    yield from within("p + q < 1, g <= p", 1 - fitted, error, (y / rest, (1 + e + x) / rest), below)
    # 0 <= p <= q <= g <= 1, p + q < 1: n - q = x + y + t + u + 1, of which p is x + t; the 1 is in g - q or in n - g.
    p = x + t
    q = p + w
    rest = q + y + u + 1
    for text, more, less in (("q < g", x + y + 1, t + u), ("g < 1", x + y, t + u + 1)):
        above = region(q + more, p, q, q + more + less)
        yield from within(f"p + q < 1, {text}", -fitted, error, (less / rest, more / rest), above)


def _proof() -> Proof:
    a, b, c = map(free, "abc")
    order = Region.spelled_out({_P: a / (a + b + c + 1), _Q: (a + b) / (a + b + c + 1)})
    return Proof(
        steps=(
            _rises(),
            Identity("which is larger", _P * (1 - _P) - _Q * (1 - _Q) + 1, (_Q - _P) * (_P + _Q - 1) + 1, order),
            *_bound(upper=True),
            *_bound(upper=False),
            *_attained(),
        ),
        valid_from=2,
        argument=r"Let \( g(z) = \binom{z}{r} / \binom{d}{r} \), which by the first step grows from \( g(0) = 0 \) to "
        r"\( g(d) = 1 \); the class is the span of 1, \( g \), and the orders of \( S \). The target is 1 for "
        r"\( z \le j - 1 \), where \( g \le g(j-1) = p \), and 0 for \( z \ge j \), where \( g \ge g(j) = q \). All "
        r"numbers are rational, here over a common denominator. If \( q = 0 \), then \( p + q < 1 \); otherwise "
        r"\( p < q \). By the second step \( p/q \ge (1-q)/(1-p) \) where \( p + q \ge 1 \). Then the weights at "
        r"\( z = 0, j - 1, j \) show that no error is below \( p/(2q) \); orders above \( j \) vanish there. Otherwise "
        r"those at \( z = j - 1, j, d \) show that none is below \( (1-q)/(2(1-p)) \).",
        closing=r"The residuals \( g/q - E \) and \( g/q - 1 - E \), in the other case \( 1 - \ell \) and \( -\ell \) "
        r"with \( \ell = (1-g)/(1-p) - E \), are within \( E \) at all \( z \), by the last steps.",
    )


def _range_proof() -> Proof:
    x, y, w, n = map(free, "xywn")
    below = Region.spelled_out({_G: x / (x + y + n + 1), _P: (x + y) / (x + y + n + 1)})
    above = Region.spelled_out({_Q: w / (w + x + y + 1), _G: (w + x) / (w + x + y + 1)})
    return Proof(
        steps=(
            _rises(),
            Sign("below the place", _P - _G, (y / (x + y + n + 1),), below),
            Sign("from the place on", (1 - _Q) - (1 - _G), (x / (w + x + y + 1),), above),
        ),
        valid_from=2,
        argument=r"The weights of the target sum to 1, so \( m_r \) is the one estimator. At \( z \) zeros it is "
        r"\( 1 - g(z) \) with \( g(z) = \binom{z}{r} / \binom{d}{r} \), which grows with \( z \), by the first step. "
        r"The residual is \( g(z) \) for \( z < j \) and \( g(z) - 1 \) for \( z \ge j \).",
        closing=r"By the other steps it is largest at \( z = j - 1 \) and \( z = j \), where it is \( p \) and "
        r"\( q - 1 \). (Where one of them is \( 0 \) or \( d \), which do not count, its residual is 0.)",
    )


def _draw_orders(rng: Random, case: Case, _most: int) -> tuple[int, ...]:
    d, j = case["d"], case["j"]
    pool = range(j + 1, d) if rng.random() < 0.8 else range(1, d)
    return tuple(sorted(rng.sample(pool, rng.randint(0, min(len(pool), 2)))))


def _sides(errors: _Errors, case: Case) -> tuple[Fraction, Fraction]:
    d, orders = case["d"], sorted({0, case["r"], *case["S"]})
    p, q = _shares(case)
    return certified_error(d, orders, target=step_values(d, case["j"])), errors(p, q)


def _range_sides(errors: _Errors, case: Case) -> tuple[Fraction, Fraction]:
    d, j = case["d"], case["j"]
    p, q = _shares(case)
    return certified_error(d, [case["r"]], RELATIVE, target=step_values(d, j)), errors(p, q)


def _cases(kernel_max: int) -> Iterator[Case]:
    for d in range(2, min(kernel_max, _ALL_UP_TO) + 1):
        for r, j in product(range(1, d + 1), repeat=2):
            case = {"d": d, "r": r, "j": j}
            above = subsets(range(j + 1, d), least=0) if _is_low(case) else [()]
            yield from ({**case, "S": found} for found in above)


def claims() -> Iterator[Claim]:
    """Yield the claims; to take the smaller of two bounds is wrong, as is one of them alone."""
    idea = (
        r"The class is the span of 1 and one function that rises with the number of zeros, from 0 to 1, from \( p \) "
        r"to \( q \) where the target steps down."
    )
    shares = r"p = \binom{j-1}{r} / \binom{d}{r},\ q = \binom{j}{r} / \binom{d}{r} \implies "
    form = shares + r"E(d, \{0, r\} \cup S; x_{(j)}) = \frac{1}{2} %s\big(\frac{p}{q}, \frac{1-q}{1-p}\big)"
    yield stated(
        ("order-statistic-single", form % r"\max", _larger_half),
        ("wrong-order-statistic-single", form % r"\min", lambda p, q: min(p / q, (1 - q) / (1 - p)) / 2 if q else q),
        kind="tight",
        rests_on=("vertex-features",),
        source=OURS,
        idea=idea,
        quantities={**standard("d", "r", "j"), "S": _draw_orders},
        hypotheses=(
            IS_A_PLACE.failing_at(d=2, r=1, j=0, S=()),
            SUBSETS_EXIST.failing_at(d=2, r=0, j=1, S=()),
            ABOVE_THE_PLACE.failing_at(d=4, r=1, j=3, S=(3,)),
            Hypothesis(
                r"S = \emptyset \text{ or } \binom{j-1}{r} + \binom{j}{r} \ge \binom{d}{r}",
                lambda case: not case["S"] or _is_low(case),
            ).failing_at(d=4, r=1, j=1, S=(3,)),
        ),
        sides=_sides,
        cases=_cases,
        drawn_up_to=_DRAWN_UP_TO,
        own_proof=_proof,
    )
    form = shares + r"E_{\mathrm{range}}(d, \{r\}; x_{(j)}) = %s"
    yield stated(
        ("range-order-statistic-single", form % r"\max(p, 1 - q)", _larger),
        ("wrong-range-order-statistic-single", form % "p", lambda p, q: p),
        kind="tight",
        rests_on=("vertex-features",),
        source=OURS,
        idea=idea,
        quantities=standard("d", "r", "j"),
        hypotheses=(IS_A_PLACE.failing_at(d=2, r=1, j=0), SUBSETS_EXIST.failing_at(d=2, r=0, j=1)),
        sides=_range_sides,
        cases=grid(most=_ALL_UP_TO, r=lambda d: range(1, d + 1), j=lambda d: range(1, d + 1)),
        drawn_up_to=_DRAWN_UP_TO,
        own_proof=_range_proof,
    )
