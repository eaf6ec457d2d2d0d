"""Optimal estimators in the sup norm, exactly, with the certificate that proves them optimal."""

from __future__ import annotations

from fractions import Fraction
from math import comb

from theory.certificate import Certificate
from theory.errors import OrdersError
from theory.estimator import Estimator, Objective
from theory.optimal.extrapolation import Extrapolation, extrapolate


def _certified(
    kernel_size: int,
    objective: Objective,
    coefficients: dict[int, Fraction],
    error: Fraction,
    dual: dict[int, Fraction],
) -> Estimator:
    certificate = Certificate(kernel_size, objective, tuple(coefficients), coefficients, error, dual)
    return Estimator(kernel_size, coefficients, objective=objective, error=error, certificate=certificate)


def _from_maximum(kernel_size: int, orders: tuple[int, ...], objective: Objective) -> Estimator:
    """With order d in R, the maximum itself is in the class; error 0 needs no dual, since no error is smaller."""
    coefficients = {r: Fraction(int(r == kernel_size)) for r in orders}
    return _certified(kernel_size, objective, coefficients, Fraction(0), {})


def _scaled_coefficients(kernel_size: int, extrapolation: Extrapolation, factor: Fraction) -> dict[int, Fraction]:
    """From p = sum c_r C(z,r) to beta_r = factor c_r C(d,r), the coefficient of m_r, for r >= 1."""
    return {r: factor * c * comb(kernel_size, r) for r, c in extrapolation.primal.items() if r}


def _scaled_dual(extrapolation: Extrapolation, factor: Fraction) -> dict[int, Fraction]:
    return {z: factor * a for z, a in extrapolation.dual.items()}


def solve_cube(kernel_size: int, orders: tuple[int, ...]) -> Estimator:
    """Find the estimator with the least sup norm of max - f over [0,1]^d.

    Parameters
    ----------
    kernel_size : int, >= 2
    orders : tuple of int, increasing, each in 0..kernel_size, at least one

    Returns
    -------
    Estimator
        With its certificate. The optimum is unique: no dual weight at a reference vanishes.

    Notes
    -----
    Let L be the extrapolation constant of R with 0 added, p the optimal function. With 0 in R, E = 1/(1+L), the
    residual is E p(z) - [z = d], and the dual weights are a_z/(1+L), -1/(1+L) at z = d. Without 0 in R, E = 1/L, which
    is the estimator with intercept, less its intercept, divided by 1 - E' with E' = 1/(1+L): the residual is p(z)/L for
    z < d.

    Examples
    --------
    >>> solve_cube(9, (0, 1, 8))
    Estimator(9, {0: 1/20, 1: -9/70, 8: 36/35}, objective='cube', error=1/20)
    >>> solve_cube(3, (1, 2)).error  # 1/(2^d - 1)
    Fraction(1, 7)
    """
    d = kernel_size
    if orders[-1] == d:
        return _from_maximum(d, orders, "cube")
    has_intercept = orders[0] == 0
    extrapolation = extrapolate(d, orders if has_intercept else (0, *orders))
    error = 1 / (extrapolation.constant + int(has_intercept))
    coefficients = _scaled_coefficients(d, extrapolation, error)
    dual = _scaled_dual(extrapolation, error)
    if has_intercept:
        coefficients = {0: error, **coefficients}
        dual[d] = -error
    return _certified(d, "cube", coefficients, error, dual)


def solve_range(kernel_size: int, orders: tuple[int, ...]) -> Estimator:
    """Find the translation-equivariant estimator with the least error relative to the range of the window.

    Parameters
    ----------
    kernel_size : int, >= 2
    orders : tuple of int, increasing, each in 1..kernel_size, at least one

    Returns
    -------
    Estimator
        Its coefficients sum to 1, so |max(x) - f(x)| <= error * (max(x) - min(x)) for every x in R^d.

    Raises
    ------
    OrdersError
        If order 0 is among the orders: an intercept is not translation-equivariant.

    Notes
    -----
    The residual at z zeros is sum beta_r C(z,r)/C(d,r), and sum beta_r = 1 makes it 1 at z = d. Hence E = 1/L with L
    the extrapolation constant of R.

    Examples
    --------
    >>> solve_range(8, (1, 7)).error  # 1/(2d)
    Fraction(1, 16)
    """
    d = kernel_size
    if orders[0] == 0:
        raise OrdersError('order 0, the intercept, is not allowed with the objective "range"')
    if orders[-1] == d:
        return _from_maximum(d, orders, "range")
    extrapolation = extrapolate(d, orders)
    error = 1 / extrapolation.constant
    return _certified(
        d, "range", _scaled_coefficients(d, extrapolation, error), error, _scaled_dual(extrapolation, error)
    )
