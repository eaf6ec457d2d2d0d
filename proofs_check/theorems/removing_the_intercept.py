r"""Removing the intercept from a set of orders.

Setting
    A nonempty set R of orders in 1..d-1, the class of R, and that of R with 0 added; kernel size d >= 2.
Claim
    With E' = E(d, R u {0}), E(d, R) = E'/(1 - E').
Kind
    Tight.
Source
    This project.
Proof
    At the 0/1 vector with z zeros, let X = sum beta_r phi_r(z) over r in R. At z = d all phi_r vanish and so does the
    maximum; for z < d the maximum is 1. So the residual of f = b + sum beta_r m_r is 1 - b - X for z < d, and -b at
    z = d.

    Upper bound: an optimal f for R u {0} has b <= E' <= 1/2; f - b, divided by 1 - b, has the residual of f, divided by
    1 - b, for z < d, and 0 at z = d (steps "scaling", "upper bound"). Lower bound: with the error E of f, b = E/(1 + E)
    and b + (1 - b) f has the residual E (1 - b) = b at most (steps "mixing", "balance"), so that E' <= b (step "lower
    bound").

    All numbers may be taken to be rational, since they are optimal values and solutions of rational linear programs.
    So the steps write them as quotients of integers.
Check
    The exact optima of all nonempty R within 1..d-1, up to d = 8, or 9 if asked for 16, with certificates.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from sympy import Expr, Symbol

from proofs_check.claim import Claim, stated
from proofs_check.kits.optima import AT_VERTICES, certified_error
from proofs_check.proof import Identity, Proof, Region, Sign, Step, free
from proofs_check.statement import NO_INTERCEPT, NO_MAXIMUM, Case, grid, standard, subsets
from theory.optimal.families import OURS

_B = Symbol("b")
_X = Symbol("X")
_ERROR = Symbol("E")
_WITH = Symbol("F")
"""E', the error with the intercept."""


def _without_intercept(error: Expr) -> Expr:
    """Return the claimed E(R) as a formula in E' = E(R u {0})."""
    return error / (1 - error)


def _steps() -> Iterator[Step]:
    p, q, s, t, n, x, y = map(free, "pqstnxy")
    # F = p/N with N > p >= 0, b = (p - s)/N, so b <= F < 1, and any X = (x - y)/(n + 1).
    below = Region.spelled_out({_WITH: p / (p + 1 + q), _B: (p - s) / (p + 1 + q), _X: (x - y) / (n + 1)})
    # E = p/(q + 1) and any X.
    any_error = Region.spelled_out({_ERROR: p / (q + 1), _X: (x - y) / (n + 1)})
    # E = p/(q + 1), and F = (p - s)/(p + q + 1) for p = s + t: that is 0 <= F <= E/(1 + E).
    dominated = Region.spelled_out({_ERROR: (s + t) / (q + 1), _WITH: t / (s + t + q + 1)})
    yield Identity("scaling", 1 - _X / (1 - _B), (1 - _B - _X) / (1 - _B), below)
    yield Sign("the scale is positive", 1 - _B, ((q + 1 + s) / (p + 1 + q),), below, ">")
    yield Sign(
        "upper bound",
        _without_intercept(_WITH) - _WITH / (1 - _B),
        (p, s, 1 / (q + 1), 1 / (q + 1 + s)),
        below,
    )
    b = _ERROR / (1 + _ERROR)
    yield Identity("mixing", 1 - b - (1 - b) * _X, (1 - b) * (1 - _X), any_error)
    yield Identity("balance", _ERROR * (1 - b), b, any_error)
    yield Sign("the other error is less than 1", 1 - _WITH, ((s + q + 1) / (s + t + q + 1),), dominated, ">")
    yield Sign(
        "lower bound",
        _ERROR - _without_intercept(_WITH),
        (s, s + t + q + 1, 1 / (q + 1), 1 / (s + q + 1)),
        dominated,
    )


def _proof() -> Proof:
    return Proof(
        tuple(_steps()),
        2,
        r"An estimator with intercept \(b\), less its intercept and divided by \(1 - b\), has the residual divided by "
        r"\(1 - b\) for \(z < d\) and 0 at \(z = d\), which bounds \(E(R)\) above. All numbers, \( F = E' \) too, are "
        r"rational, and so, over a common denominator, of the forms that the steps are for: \( b \le F < 1 \), and "
        r"\( F \le E/(1 + E) \) in the last two.",
        closing=r"Mixing an estimator without intercept with the constant 1, in the proportion that balances both "
        r"residuals, bounds it below.",
    )


def _cases(kernel_max: int) -> Iterator[Case]:
    return grid(most=9 if kernel_max >= 16 else 8, R=lambda d: subsets(range(1, d)))(kernel_max)


def _sides(shift: int, case: Case) -> tuple[Fraction, Fraction]:
    d, orders = case["d"], case["R"]
    error = certified_error(d, sorted({0, *orders}))
    return certified_error(d, orders), error / (shift - error)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    quotient = r"E(d, R) = \frac{E(d, R \cup \{0\})}{%s - E(d, R \cup \{0\})}"
    yield stated(
        ("removing-the-intercept", quotient % 1, 1),
        ("wrong-removing-the-intercept", quotient % 2, 2),
        kind="tight",
        rests_on=AT_VERTICES,
        source=OURS,
        idea=r"At the zero vector only the intercept \(b\) counts, so that an optimal estimator has \(b \le E'\). "
        r"Without it the residual vanishes there, and the rest is divided by \(1 - b\). Conversely, adding the "
        r"right intercept balances an estimator without one.",
        quantities=standard("d", "R"),
        hypotheses=(NO_INTERCEPT.failing_at(d=2, R=(0,)), NO_MAXIMUM),
        sides=_sides,
        cases=_cases,
        own_proof=_proof,
    )
