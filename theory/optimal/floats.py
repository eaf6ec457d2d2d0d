"""Floating-point routes to the optimum, for comparison with the exact one: HiGHS and CVXPY.

Both state the problem afresh from the vertex features and share nothing with the exact solver. What they return has
neither error nor certificate, and may be no optimum: a solver that stops at its tolerance of about 1e-7 is believed.
Where that ends is measured in benchmarks/RESULTS.md: for the orders 0..d-1 both are off by more than 1% from d = 16,
for 12 random orders from d = 25, for a few orders with small coefficients never.
"""

from __future__ import annotations

import warnings
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.errors import InputError, SolverError
from theory.estimator import Estimator
from theory.extras import import_extra
from theory.objectives import CERTIFIED, ObjectiveValue
from theory.subpools import vertex_features

_Floats = NDArray[np.float64]


def _program(kernel_size: int, orders: tuple[int, ...], objective: ObjectiveValue) -> tuple[_Floats, _Floats]:
    """Tabulate features (one row a vertex) and target at the vertices that the objective looks at."""
    objective.check_orders(orders)
    features = np.array([[float(phi) for phi in row] for row in vertex_features(kernel_size, orders)])
    target = np.array([1.0] * kernel_size + [0.0])
    vertices = list(objective.vertices(kernel_size))
    return features[vertices], target[vertices]


def _estimator(kernel_size: int, orders: tuple[int, ...], objective: ObjectiveValue, beta: _Floats) -> Estimator:
    if not np.isfinite(beta).all():
        raise SolverError(f"the float solver returned {beta}")
    coefficients = {r: Fraction(float(b)) for r, b in zip(orders, beta, strict=True)}
    return Estimator(kernel_size, coefficients, objective=objective.name)


def solve_highs(kernel_size: int, orders: tuple[int, ...], objective: ObjectiveValue) -> Estimator:
    """Solve the linear program with SciPy's HiGHS, in floats."""
    from scipy.optimize import linprog

    if objective.least_squares:
        known = " or ".join(f'"{name}"' for name in CERTIFIED)
        raise InputError(f'method "highs" solves linear programs: objective {known}, not "{objective.name}"')
    features, target = _program(kernel_size, orders, objective)
    n = len(orders)
    bound = np.full((len(target), 1), -1.0)
    equation: dict[str, Any] = {}
    if objective.relative:
        equation = {"A_eq": np.array([[1.0] * n + [0.0]]), "b_eq": np.array([1.0])}
    result = linprog(
        np.array([0.0] * n + [1.0]),
        A_ub=np.block([[-features, bound], [features, bound]]),
        b_ub=np.concatenate([-target, target]),
        bounds=[(None, None)] * n + [(0.0, None)],
        method="highs",
        **equation,
    )
    if result.status != 0:
        raise SolverError(f"HiGHS did not solve the program: {result.message}")
    return _estimator(kernel_size, orders, objective, result.x[:n])


def solve_cvxpy(kernel_size: int, orders: tuple[int, ...], objective: ObjectiveValue) -> Estimator:
    """Solve the problem as stated in CVXPY's modelling language, with CVXPY's default solver, in floats."""
    cvxpy = import_extra("cvxpy", extra="cvxpy", purpose='method "cvxpy" needs CVXPY')
    features, target = _program(kernel_size, orders, objective)
    beta = cvxpy.Variable(len(orders))
    residual = target - features @ beta
    if objective.least_squares:
        loss = cvxpy.sum_squares(residual) + cvxpy.square(cvxpy.sum(residual))
    else:
        loss = cvxpy.norm_inf(residual)
    constraints = [cvxpy.sum(beta) == 1] if objective.relative else []
    problem = cvxpy.Problem(cvxpy.Minimize(loss), constraints)
    try:
        with warnings.catch_warnings():
            # Solvers that stop early say so in a warning; the estimator carries no error, so nothing is claimed.
            warnings.filterwarnings("ignore", message="Solution may be inaccurate")
            problem.solve()
    except cvxpy.error.SolverError as error:
        raise SolverError(f"CVXPY did not solve the problem: {error}") from None
    if problem.status not in ("optimal", "optimal_inaccurate") or beta.value is None:
        raise SolverError(f"CVXPY did not solve the problem: {problem.status}")
    return _estimator(kernel_size, orders, objective, np.asarray(beta.value))
