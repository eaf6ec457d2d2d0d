"""The estimator with the least mean square of its residual for uniform inputs, by exact normal equations."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from flint import fmpz_mat

from theory.estimator import Estimator
from theory.objectives import ObjectiveValue
from theory.rationals import to_fraction
from theory.subpools import vertex_features
from theory.targets import Target
from theory.work import Work, as_float, bits_of_binomial, readable


def least_squares_work(kernel_size: int, orders: Sequence[int]) -> Work:
    """Estimate what it takes to tabulate the vertex features in lowest terms, and to solve the normal equations.

    >>> round(least_squares_work(1000, range(0, 1000, 100)).seconds)
    1
    """
    d, n = as_float(kernel_size), len(orders)
    bits = sum(bits_of_binomial(kernel_size, r) for r in orders) / n
    seconds = d * (1e-4 + n * (1e-5 + 1e-10 * bits**2)) + 8e-13 * n**3 * bits**2
    # A fraction is two integers of about as many digits, and an object.
    memory = d * n * (150 + bits / 4)
    what = f"solving kernel size {readable(kernel_size)} with {n} orders up to {readable(max(orders))}"
    return Work(what, seconds, memory=memory)


def solve_least_squares(
    kernel_size: int, orders: tuple[int, ...], objective: ObjectiveValue, target: Target
) -> Estimator:
    """Find the estimator that minimises E[(g(x) - f(x))^2], g the target, for x uniform on [0,1]^d.

    Its ``error`` is its largest residual over the cube; there is no certificate, the normal equations are the proof.

    The spacings of the order statistics are Dirichlet(1,...,1) on d+1 cells, so with the vertex residuals e_z the mean
    square is e^T (I + 1 1^T) e / ((d+1)(d+2)), and beta solves Phi^T (I + 1 1^T) Phi beta = Phi^T (I + 1 1^T) t with
    Phi the vertex features. Phi has full column rank and I + 1 1^T is positive definite, so beta is unique.

    >>> from theory.objectives import OBJECTIVES
    >>> from theory.targets import find_target
    >>> solve_least_squares(2, (0, 1), OBJECTIVES["l2"], find_target("max", 2))
    Estimator(2, {0: 1/6, 1: 1}, objective='l2', error=1/3)
    """
    d, n = kernel_size, len(orders)
    features = vertex_features(d, orders)
    # Columns scaled to integers: the scaling is undone in the solution.
    scales = [lcm(*(row[j].denominator for row in features)) for j in range(n)]
    phi = fmpz_mat(d + 1, n, [int(row[j] * scales[j]) for row in features for j in range(n)])
    numerators, q = target.scaled
    values = fmpz_mat(d + 1, 1, numerators)
    ones = fmpz_mat(1, d + 1, [1] * (d + 1))
    transposed, sums = phi.transpose(), ones * phi
    gram = transposed * phi + sums.transpose() * sums
    right = transposed * values + sums.transpose() * (ones * values)
    solution = gram.solve(right)
    coefficients: dict[int, Fraction] = {r: scales[j] * to_fraction(solution[j, 0]) / q for j, r in enumerate(orders)}
    uncertified = Estimator(d, coefficients, objective=objective.name, target=target)
    error = uncertified.worst_vertex_residual
    return Estimator(d, coefficients, objective=objective.name, error=error, target=target)
