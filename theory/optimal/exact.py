"""Optimal estimators in the sup norm, exactly, with the certificate that proves them optimal."""

from __future__ import annotations

from fractions import Fraction
from math import comb

from theory.certificate import Certificate
from theory.estimator import Estimator
from theory.objectives import Objective, ObjectiveValue
from theory.optimal.extrapolation import extrapolate


def solve_supremum(kernel_size: int, orders: tuple[int, ...], objective: ObjectiveValue) -> Estimator:
    """Find the estimator whose largest residual is least, with its certificate, for an objective of a largest residual.

    The optimum is unique: no dual weight at a reference vanishes. Relative to the range the coefficients sum to 1, so
    |max(x) - f(x)| <= error * (max(x) - min(x)) for every x in R^d.

    On the cube, let L be the extrapolation constant of R with 0 added, p the optimal function. With 0 in R,
    E = 1/(1+L), the residual is E p(z) - [z = d], and the dual weights are a_z/(1+L), -1/(1+L) at z = d. Without 0 in
    R, E = 1/L, which is the estimator with intercept, less its intercept, divided by 1 - E' with E' = 1/(1+L): the
    residual is p(z)/L for z < d.

    Relative to the range, the residual at z zeros is sum beta_r C(z,r)/C(d,r), and sum beta_r = 1 makes it 1 at z = d.
    Hence E = 1/L with L the extrapolation constant of R.

    >>> from theory.objectives import OBJECTIVES
    >>> solve_supremum(9, (0, 1, 8), OBJECTIVES["cube"])
    Estimator(9, {0: 1/20, 1: -9/70, 8: 36/35}, objective='cube', error=1/20)
    >>> solve_supremum(3, (1, 2), OBJECTIVES["cube"]).error  # 1/(2^d - 1)
    Fraction(1, 7)
    >>> solve_supremum(8, (1, 7), OBJECTIVES["range"]).error  # 1/(2d)
    Fraction(1, 16)
    """
    d = kernel_size
    objective.check_orders(orders)
    if orders[-1] == d:
        # The maximum itself is in the class; error 0 needs no dual, since no error is smaller.
        return _certified(d, objective.name, {r: Fraction(int(r == d)) for r in orders}, Fraction(0), {})
    has_intercept = orders[0] == 0
    extrapolation = extrapolate(d, orders if has_intercept or objective.relative else (0, *orders))
    error = 1 / (extrapolation.constant + int(has_intercept))
    # From p = sum c_r C(z,r) to beta_r = error c_r C(d,r), the coefficient of m_r, for r >= 1.
    coefficients = {r: error * c * comb(d, r) for r, c in extrapolation.primal.items() if r}
    dual = {z: error * a for z, a in extrapolation.dual.items()}
    if has_intercept:
        coefficients = {0: error, **coefficients}
        dual[d] = -error
    return _certified(d, objective.name, coefficients, error, dual)


def _certified(
    kernel_size: int,
    objective: Objective,
    coefficients: dict[int, Fraction],
    error: Fraction,
    dual: dict[int, Fraction],
) -> Estimator:
    certificate = Certificate(kernel_size, objective, tuple(coefficients), coefficients, error, dual)
    return Estimator(kernel_size, coefficients, objective=objective, error=error, certificate=certificate)
