"""The best uniform approximation of values at 0, 1, ..., d by polynomials of a degree, exactly: the orders 0..m.

The C(z, s), s = 0..m, span the polynomials of degree m, for which the program of :mod:`theory.optimal.exchange` needs
no linear systems. A reference is m + 2 points z_i; its weights are those of the divided difference,
w_i = 1 / prod_j (z_i - z_j), none of them 0, with alternating signs s_i; and with e = sum w_i t_i / sum |w_i| the best
q on the reference, which is t_i - s_i e there, is given everywhere by Lagrange's formula. The exchange is that of Remez
(1934): floats, in barycentric form, propose a reference, and integers go on from there, with a larger e in each step.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from fractions import Fraction
from math import comb, lcm, prod
from typing import Any

import numpy as np
from flint import fmpq, fmpz
from numpy.typing import NDArray

from theory.errors import SolverError
from theory.optimal.exchange import BestFit
from theory.optimal.extrapolation import extremal_points, first_reference
from theory.optimal.growth import differences_at_zero
from theory.rationals import to_fraction

_ROUNDING = 1e-9
"""Below that floats may go round in circles; the exact steps see to the rest."""
_FLOAT_STEPS = 60
"""Exchanges in floats; where they do not settle, the last reference is as good a start as any."""


def best_polynomial(kernel_size: int, degree: int, values: Sequence[int]) -> BestFit:
    """Fit d + 1 integer values, that at z under z, by polynomials of a degree up to d.

    SolverError if a step contradicts the theory. No answer is returned then.

    >>> fit = best_polynomial(3, 1, [1, 1, 0, 0])
    >>> fit.error, {z: str(a) for z, a in fit.dual.items()}
    (Fraction(1, 4), {0: '-1/4', 1: '1/2', 2: '-1/4'})
    """
    d, m = kernel_size, degree
    if m == d:
        return BestFit(Fraction(0), _newton([fmpq(v) for v in values]), {})
    reference = _proposed(d, m, np.array([float(v) for v in values]))
    previous = fmpq(-1)
    while True:
        weights = _weights(d, reference)
        value = sum((w * values[z] for z, w in zip(reference, weights, strict=True)), fmpz(0))
        if value < 0:
            weights = [-w for w in weights]
        size = sum(map(abs, weights), fmpz(0))
        error = fmpq(abs(value), size)
        if error <= previous:
            raise SolverError("an exchange did not increase the dual value, which the theory excludes")
        previous = error
        fitted = _fitted(d, reference, weights, error, values)
        residuals = [t - q for t, q in zip(values, fitted, strict=True)]
        if max(map(abs, residuals)) <= error:
            break
        reference = _exchanged(reference, residuals)
    dual = {z: Fraction(int(w), int(size)) for z, w in zip(reference, weights, strict=True)}
    return BestFit(to_fraction(error), _newton(fitted[: m + 1]), dual if error else {})


def _fitted(
    d: int, reference: Sequence[int], weights: Sequence[fmpz], error: fmpq, values: Sequence[int]
) -> list[fmpq]:
    """Return q(0), ..., q(d) by Lagrange's formula in barycentric form.

    With h_i the values on the reference, q(z) = (sum w_i h_i / (z - z_i)) / (sum w_i / (z - z_i)).
    """
    p, q = error.p, error.q
    heights = {z: q * values[z] - (p if w > 0 else -p) for z, w in zip(reference, weights, strict=True)}
    heavy = [w * heights[z] for z, w in zip(reference, weights, strict=True)]
    # 1 / (z - z_i) times a number that makes integers of them.
    common = fmpz(lcm(*range(1, d + 1)))
    shares = [fmpz(0), *(common // k for k in range(1, d + 1)), *(-(common // k) for k in range(d, 0, -1))]
    fitted = []
    for z in range(d + 1):
        if z in heights:
            fitted.append(fmpq(heights[z], q))
            continue
        near = [shares[z - y] for y in reference]  # Python counts negative places from the end
        fit = sum(map(fmpz.__mul__, heavy, near), fmpz(0))
        one = sum(map(fmpz.__mul__, weights, near), fmpz(0))
        fitted.append(fmpq(fit, one * q))
    return fitted


def _exchanged(reference: Sequence[int], residuals: Sequence[Any]) -> list[int]:
    """Exchange all points where that makes the dual value grow for certain, else one.

    The dual value is a mean of the |residuals| of the new reference with positive weights, if their signs alternate.
    """
    least = abs(residuals[reference[0]])
    points = extremal_points(residuals, reference)
    sizes = [abs(residuals[z]) for z in points]
    while len(points) > len(reference):
        # An inner point takes a neighbour along, so that signs alternate still; one too many is at an end.
        ends = len(points) == len(reference) + 1
        least_of = (0, len(points) - 1) if ends else range(len(points))
        i = min(least_of, key=sizes.__getitem__)
        if 0 < i < len(points) - 1:
            i -= sizes[i - 1] < sizes[i + 1]
            del points[i : i + 2], sizes[i : i + 2]
        else:
            del points[i], sizes[i]
    if len(points) == len(reference) and all(abs(residuals[z]) >= least for z in points):
        return points
    entering = max(range(len(residuals)), key=lambda z: abs(residuals[z]))
    after = bisect(reference, entering)
    neighbours = reference[max(after - 1, 0) : after + 1]
    # At an end, if the signs of both differ, the point at the other end leaves.
    alike = [z for z in neighbours if residuals[z] * residuals[entering] >= 0]
    leaving = alike[0] if alike else reference[0 if after else -1]
    return sorted({*reference, entering} - {leaving})


def _proposed(d: int, m: int, values: NDArray[np.float64]) -> list[int]:
    """Exchange in floats until nothing changes, and return the reference with the largest dual value."""
    best, reference = -1.0, first_reference(d, range(m + 2))
    chosen = reference
    points = np.arange(d + 1.0)
    for _ in range(_FLOAT_STEPS):
        nodes = np.array(reference, dtype=float)
        gaps = np.abs(nodes[:, None] - nodes)
        np.fill_diagonal(gaps, 1.0)
        logarithms = -np.log(gaps).sum(axis=1)
        signs = np.where(np.arange(m + 2) % 2 == 0, 1.0, -1.0)
        weights = signs * np.exp(logarithms - logarithms.max())
        error = weights @ values[reference] / np.abs(weights).sum()
        if not abs(error) > best * (1 + _ROUNDING):
            break
        best, chosen = abs(error), reference
        apart = points[:, None] - nodes
        apart[reference, np.arange(m + 2)] = 1.0
        near = weights / apart
        with np.errstate(invalid="ignore", divide="ignore"):
            residuals = values - near @ (values[reference] - signs * error) / near.sum(axis=1)
        residuals[reference] = signs * error
        if not np.isfinite(residuals).all() or np.abs(residuals).max() <= abs(error) * (1 + _ROUNDING):
            break
        reference = _exchanged(reference, residuals.tolist())
    return chosen


def _weights(d: int, reference: Sequence[int]) -> list[fmpz]:
    """Return integers in the ratio of 1 / prod_j (z_i - z_j).

    The product over all points 0..d but z is z! (d - z)!, up to its sign, which leaves C(d, z) times the differences to
    the points that are not in the reference, if these are fewer.
    """
    inside = set(reference)
    outside = [y for y in range(d + 1) if y not in inside]
    if len(outside) < len(reference):
        sizes = [comb(d, z) * prod(abs(z - y) for y in outside) for z in reference]
    else:
        products = [prod(abs(z - y) for y in reference if y != z) for z in reference]
        common = lcm(*products)
        sizes = [common // product for product in products]
    return [fmpz(size if i % 2 == 0 else -size) for i, size in enumerate(sizes)]


def _newton(fitted: Sequence[fmpq]) -> dict[int, Fraction]:
    """Return the coefficients of the C(z, s) of a polynomial: the differences at 0 of its values at 0, 1, ..."""
    scale = fmpz(lcm(*(int(value.q) for value in fitted)))
    differences = differences_at_zero([value.p * (scale // value.q) for value in fitted])
    return {s: Fraction(int(difference), int(scale)) for s, difference in enumerate(differences)}
