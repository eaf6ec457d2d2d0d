"""Baseline: the Remez exchange as a textbook has it, in exact rational arithmetic, for R = {0..n}.

With R = {0..n} the problem is to approximate f(z) = [z = d] on {0..d} by polynomials of degree n. The program knows
nothing else about it: it starts from Chebyshev points, finds the levelled polynomial on n + 2 points by divided
differences, evaluates it everywhere, and exchanges all points at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import cos, pi

from flint import fmpq, fmpq_poly

Values = Callable[[Sequence[fmpq], Sequence[int], int], list[fmpq]]


def horner_values(coefficients: Sequence[fmpq], nodes: Sequence[int], last: int) -> list[fmpq]:
    """Evaluate a polynomial in Newton form at 0..last, by Horner's rule in rationals."""
    values = []
    for z in range(last + 1):
        value = fmpq(0)
        for coefficient, node in zip(reversed(coefficients), reversed(nodes), strict=True):
            value = value * (z - node) + coefficient
        values.append(value)
    return values


def compiled_values(coefficients: Sequence[fmpq], nodes: Sequence[int], last: int) -> list[fmpq]:
    """Do the same with Horner's rule left to FLINT's compiled polynomials: not plain any more, but fast."""
    polynomial = fmpq_poly()
    for coefficient, node in zip(reversed(coefficients), reversed(nodes), strict=True):
        polynomial = polynomial * fmpq_poly([-node, 1]) + coefficient
    return [polynomial(z) for z in range(last + 1)]


def _chebyshev_points(last: int, count: int) -> list[int]:
    points = [round(last * (1 - cos(pi * i / (count - 1))) / 2) for i in range(count)]
    for i in range(1, count):
        points[i] = max(points[i], points[i - 1] + 1)
    points[-1] = last
    for i in range(count - 2, -1, -1):
        points[i] = min(points[i], points[i + 1] - 1)
    return points


def _divided_differences(points: Sequence[int], values: Sequence[fmpq]) -> list[fmpq]:
    table = list(values)
    for k in range(1, len(points)):
        for i in range(len(points) - 1, k - 1, -1):
            table[i] = (table[i] - table[i - 1]) / (points[i] - points[i - k])
    return table


def _exchange(residuals: Sequence[fmpq], count: int) -> list[int]:
    """In each run of equal signs the point of largest residual; ends dropped, the smaller first, down to ``count``."""
    points: list[int] = []
    for z, residual in enumerate(residuals):
        if residual == 0:
            continue
        if points and (residual > 0) == (residuals[points[-1]] > 0):
            if abs(residual) > abs(residuals[points[-1]]):
                points[-1] = z
        else:
            points.append(z)
    while len(points) > count:
        points.pop(0 if abs(residuals[points[0]]) < abs(residuals[points[-1]]) else -1)
    return points


def plain_remez(kernel_size: int, degree: int, values: Values = horner_values) -> tuple[fmpq, int]:
    """Find the least error of degree n for [z = d] on {0..d}.

    Returns
    -------
    error : flint.fmpq
    iterations : int

    Examples
    --------
    >>> plain_remez(9, 1)  # (d - 1) / (2d)
    (4/9, 2)
    """
    target = [fmpq(0)] * kernel_size + [fmpq(1)]
    points = _chebyshev_points(kernel_size, degree + 2)
    iterations = 0
    while True:
        iterations += 1
        of_target = _divided_differences(points, [target[z] for z in points])
        of_signs = _divided_differences(points, [fmpq((-1) ** i) for i in range(degree + 2)])
        level = of_target[-1] / of_signs[-1]
        newton = [a - level * b for a, b in zip(of_target, of_signs, strict=True)][:-1]
        found = values(newton, points[:-1], kernel_size)
        residuals = [t - v for t, v in zip(target, found, strict=True)]
        if max(map(abs, residuals)) <= abs(level):
            return abs(level), iterations
        points = _exchange(residuals, degree + 2)
