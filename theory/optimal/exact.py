"""Optimal estimators in the sup norm, exactly, with the certificate that proves them optimal."""

from __future__ import annotations

from fractions import Fraction
from math import comb

from theory.certificate import Certificate
from theory.errors import InputError
from theory.estimator import Estimator
from theory.objectives import DEFAULT, ObjectiveValue, find_objective
from theory.optimal.exchange import best_fit, exchange_work
from theory.optimal.extrapolation import are_all_up_to_one, extrapolate
from theory.optimal.polynomials import best_polynomial
from theory.targets import Target

_FEW_ORDERS = 32
"""So many orders 0..m are solved by exchange of single points, more as polynomials."""


def solve_supremum(kernel_size: int, orders: tuple[int, ...], objective: ObjectiveValue, target: Target) -> Estimator:
    """Find the estimator whose largest residual is least, with its certificate, for an objective of a largest residual.

    >>> from theory.objectives import OBJECTIVES
    >>> from theory.targets import find_target
    >>> solve_supremum(9, (0, 1, 8), OBJECTIVES["cube"], find_target("median", 9)).error
    Fraction(2, 5)
    """
    objective.check_orders(orders)
    if target.is_maximum:
        return _solve_maximum(kernel_size, orders, objective, target)
    exchange_work(kernel_size, orders).check_memory()
    solve = _solve_relative if objective.relative else _solve_cube
    return solve(kernel_size, orders, objective, target)


def exact_estimator(target: Target) -> Estimator:
    """Return the target itself as an estimator with the error 0 and no more orders than it needs.

    All orders together span what is linear in the order statistics.

    >>> from theory.targets import find_target
    >>> exact_estimator(find_target("largest:k=2", 4)).coefficients
    {3: Fraction(4, 1), 4: Fraction(-3, 1)}
    """
    d = target.kernel_size
    everything = solve_supremum(d, tuple(range(d + 1)), find_objective(DEFAULT), target)
    used = {order: beta for order, beta in everything.coefficients.items() if beta}
    return Estimator(d, used or {0: Fraction(0)}, objective=DEFAULT, error=Fraction(0), target=target)


def _solve_cube(kernel_size: int, orders: tuple[int, ...], objective: ObjectiveValue, target: Target) -> Estimator:
    """Fit the values of a target on the cube.

    The best q in the span of the C(z, r) is f at the vertices: beta_r = -c_r C(d, r) for r >= 1, and beta_0 what is
    left. Without the intercept every f vanishes at z = d: q has a constant, q(d) = 0 is pinned, and the target's own
    value there is a residual that nothing changes, whose weight proves the error where it is the largest.
    """
    d = kernel_size
    values, q = target.scaled
    if orders[0] == 0:
        by_degree = len(orders) > _FEW_ORDERS and are_all_up_to_one(orders)
        fit = best_polynomial(d, orders[-1], values) if by_degree else best_fit(range(d + 1), orders, values)
        error, dual = fit.error / q, fit.dual
    else:
        fit = best_fit(range(d), (0, *orders), values[:-1], pinned=(d, 0))
        error, dual = fit.error / q, {z: w for z, w in fit.dual.items() if z < d}
        if abs(target.constant) > error:
            error, dual = abs(target.constant), {d: Fraction(1)}
    sums = {r: -c * comb(d, r) / q for r, c in fit.primal.items() if r}
    if orders[0] == 0:
        sums = {0: fit.primal[0] / q - sum(sums.values()), **sums}
    return _certified(objective, sums, error, dual, target)


def _solve_relative(kernel_size: int, orders: tuple[int, ...], objective: ObjectiveValue, target: Target) -> Estimator:
    """Fit the values of a target relative to the range, by coefficients that sum to what its weights sum to, s.

    With beta_r = c_r C(d, r) and p = sum c_r C(z, r), f is s - p(z) at the vertices, and p(d) = s.
    """
    d = kernel_size
    values, q = target.scaled
    if target.constant:
        raise InputError("relative to the range of the window a target is 0 where all inputs are 0, this one is not")
    total = values[0]
    fit = best_fit(range(1, d), orders, [total - t for t in values[1:-1]], pinned=(d, total))
    coefficients = {r: c * comb(d, r) / q for r, c in fit.primal.items()}
    return _certified(objective, coefficients, fit.error / q, {z: w for z, w in fit.dual.items() if z < d}, target)


def _solve_maximum(kernel_size: int, orders: tuple[int, ...], objective: ObjectiveValue, target: Target) -> Estimator:
    """Find the best approximation of the maximum, for which the theory leaves a shorter way.

    The optimum is unique: no dual weight at a reference vanishes. Relative to the range the coefficients sum to 1, so
    |max(x) - f(x)| <= error * (max(x) - min(x)) for every x in R^d.

    On the cube, let L be the extrapolation constant of R with 0 added, p the optimal function. With 0 in R,
    E = 1/(1+L), the residual is E p(z) - [z = d], and the dual weights are a_z/(1+L), -1/(1+L) at z = d. Without 0 in
    R, E = 1/L, which is the estimator with intercept, less its intercept, divided by 1 - E' with E' = 1/(1+L): the
    residual is p(z)/L for z < d.

    Relative to the range, the residual at z zeros is sum beta_r C(z,r)/C(d,r), and sum beta_r = 1 makes it 1 at z = d.
    Hence E = 1/L with L the extrapolation constant of R.
    """
    d = kernel_size
    if orders[-1] == d:
        # The maximum itself is in the class; error 0 needs no dual, since no error is smaller.
        return _certified(objective, {r: Fraction(int(r == d)) for r in orders}, Fraction(0), {}, target)
    has_intercept = orders[0] == 0
    extrapolation = extrapolate(d, orders if has_intercept or objective.relative else (0, *orders))
    error = 1 / (extrapolation.constant + int(has_intercept))
    # From p = sum c_r C(z,r) to beta_r = error c_r C(d,r), the coefficient of m_r, for r >= 1.
    coefficients = {r: error * c * comb(d, r) for r, c in extrapolation.primal.items() if r}
    dual = {z: error * a for z, a in extrapolation.dual.items()}
    if has_intercept:
        coefficients = {0: error, **coefficients}
        dual[d] = -error
    return _certified(objective, coefficients, error, dual, target)


def _certified(
    objective: ObjectiveValue,
    coefficients: dict[int, Fraction],
    error: Fraction,
    dual: dict[int, Fraction],
    target: Target,
) -> Estimator:
    d, orders = target.kernel_size, tuple(coefficients)
    certificate = Certificate(d, objective.name, orders, coefficients, error, dual if error else {}, target)
    return Estimator(d, coefficients, objective=objective.name, error=error, certificate=certificate, target=target)
