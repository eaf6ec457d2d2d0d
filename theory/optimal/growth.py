"""The extrapolation constant of the orders {0..n-1}, whose C(z, s) span the polynomials of degree below n.

The exchange is that of :mod:`theory.optimal.extrapolation`, reference by reference, but without its table of d rows.
Let l(x) = prod_i (x - z_i) over a reference. By Lagrange's formula, as p(z_i) and l'(z_i) have the same sign,

    p(x) = sum_i l(x) / ((x - z_i) |l'(z_i)|),    a_i = l(d) / ((d - z_i) l'(z_i)),

which makes p one polynomial in integers, over a common denominator, that FLINT evaluates.

Nor is p needed everywhere. It has degree n - 1 and alternates at n points, so all its roots are real, one in each gap
of the reference, and by Rolle's theorem all roots of p' lie between two of them, one in each gap. So between roots |p|
rises and falls once, and beyond the outer ones it only grows: where |p| is no larger at both neighbours of a point,
there is no larger one in its run of equal signs. The best point of each run is found by going uphill from the
reference. That takes some 4 n evaluations of n products each, whatever d is, instead of d of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from flint import fmpq, fmpz, fmpz_poly

from theory.errors import SolverError


class Growth(NamedTuple):
    """The largest p(d), the coefficients of C(z, 0), C(z, 1), ..., the weights of the points, and what it took."""

    constant: fmpq
    primal: list[fmpq]
    dual: dict[int, fmpq]
    exchanges: int


def largest_growth(kernel_size: int, reference: Sequence[int]) -> Growth:
    """Exchange from a reference of n increasing points in 0..d-1, for polynomials of degree n - 1.

    SolverError if a step contradicts the theory. No answer is returned then.

    >>> growth = largest_growth(9, [0, 3, 8])
    >>> growth.constant, growth.dual
    (17/8, {0: 5/32, 4: -9/16, 8: 45/32})
    """
    d, points = kernel_size, list(reference)
    previous: fmpq | None = None
    exchanges = 0
    while True:
        exchanges += 1
        slopes, numerator, scale = _levelled(points)
        constant = fmpq(numerator(d), scale)
        if previous is not None and constant >= previous:
            raise SolverError("an exchange did not decrease the dual value, which the theory excludes")
        previous = constant
        better = _uphill(d - 1, points, numerator, scale)
        if better == points:
            break
        if any(before >= after for before, after in pairwise(better)):
            raise SolverError("two runs of signs have one largest point, which the theory excludes")
        points = better
    at_kernel_size = fmpz(1)
    for z in points:
        at_kernel_size *= d - z
    dual = {z: fmpq(at_kernel_size, (d - z) * slope) for z, slope in zip(points, slopes, strict=True)}
    primal = differences_at_zero([numerator(s) for s in range(len(points))])
    value = sum((c * fmpz.bin_uiui(d, s) for s, c in enumerate(primal)), fmpz(0))
    if sum(map(abs, dual.values()), fmpq(0)) != constant or fmpq(value, scale) != constant:
        raise SolverError("primal and dual values differ, which the theory excludes")
    return Growth(constant, [fmpq(c, scale) for c in primal], dual, exchanges)


def _levelled(points: Sequence[int]) -> tuple[list[fmpz], fmpz_poly, fmpz]:
    """Return the l'(z_i), and p as a polynomial in integers and the positive number that it is to be divided by."""
    slope = _sum_of_poles(points, [fmpz(1)] * len(points))[0]
    slopes = [slope(z) for z in points]
    scale = fmpz(1)
    for size in slopes:
        scale = scale.lcm(size)
    numerator = _sum_of_poles(points, [scale // abs(size) for size in slopes])[0]
    common = numerator.content().gcd(scale)
    return slopes, numerator // common, scale // common


def _sum_of_poles(points: Sequence[int], weights: Sequence[fmpz]) -> tuple[fmpz_poly, fmpz_poly]:
    """Return numerator and denominator of sum_i w_i / (x - z_i); with weights 1 the one is the other's derivative."""
    if len(points) == 1:
        return fmpz_poly([weights[0]]), fmpz_poly([-points[0], 1])
    half = len(points) // 2
    above, below = _sum_of_poles(points[:half], weights[:half])
    over, under = _sum_of_poles(points[half:], weights[half:])
    return above * under + over * below, below * under


def _uphill(last: int, points: Sequence[int], numerator: fmpz_poly, scale: fmpz) -> list[int]:
    """Return in the run of signs of each point the one in 0..last with the largest |p|: the point itself if it ties.

    Of two others that tie the first one is taken, as in :func:`theory.optimal.extrapolation.extremal_points`.
    """
    values = cache(numerator)
    found = []
    for place, point in enumerate(points):
        sign = -1 if (len(points) - place) % 2 == 0 else 1
        best, height = point, scale
        while best < last and sign * values(best + 1) > height:
            best += 1
            height = sign * values(best)
        while best > 0 and ((before := sign * values(best - 1)) > height or before == height > scale):
            best -= 1
            height = before
        found.append(best)
    return found


def differences_at_zero(values: Sequence[fmpz]) -> list[fmpz]:
    """Return the coefficients of C(z, 0), C(z, 1), ... of a polynomial with these values at 0, 1, ...

    >>> differences_at_zero([fmpz(z * z) for z in range(4)])
    [0, 1, 2, 0]
    """
    coefficients, row = [], list(values)
    while row:
        coefficients.append(row[0])
        row = [after - before for before, after in pairwise(row)]
    return coefficients
