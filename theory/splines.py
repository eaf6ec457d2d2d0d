"""B-splines on exact knots, as densities and distribution functions: exactly, to any precision, and in floats.

Two recursions, written once for every exact or multiple-precision type, and free of 0/0: let t lie in the cell
[t_l, t_(l+1)) of the sorted knots, and build up only those splines whose knots surround the cell; all others vanish in
it, whatever is repeated.

- Density (Cox, de Boor). M_k(i) is the B-spline on t_i..t_(i+k), i <= l < i+k, with M_1(l) = 1/(t_(l+1) - t_l) and
  M_k(i) = k/(k-1) [(t - t_i) M_(k-1)(i) + (t_(i+k) - t) M_(k-1)(i+1)] / (t_(i+k) - t_i). The density is M_d(0).
- Distribution function. It is the spline of degree d on the same knots, its ends repeated, with coefficients
  0,...,0,1,...,1; de Boor's algorithm collapses to W_r(j) = [(u - t) W_(r-1)(j-1) + (t - t_j) W_(r-1)(j)] / (u - t_j)
  with u = t_(d+1-r+j), W_(r-1)(-1) = 0 and W_(r-1)(r-1) = 1. The value is W_d(l): convex combinations of 0 and 1.

Both add, multiply and divide nonnegative numbers only, once the distances |t - t_i| are known.

Floats go through :class:`scipy.interpolate.BSpline`, which does the same. What needs care is what it is given. Knots
and t are turned into distances from the *nearer end* of the support, as fractions of its width: knots in exact
rationals before they are rounded, t with the end held as a sum of two floats. So every distance has a small *relative*
error however small the residuals are (2^-169 for kernel size 169), and with u = 2^-53, to first order:

- Rounding the knots: a slice of a simplex has a volume whose (d-1)-th root is concave, and homogeneity turns that into
  sum_i |d log M / d log t_i| <= 3d and |d log M / d log t| <= d on the half next to the end: 3 d u, and 4 d u for the
  four roundings of t. For the distribution function, whose d-th root is concave, 2d and d on all of the support.
- Arithmetic: five roundings in each of d levels, 5 d u, and at most d more for the sum.

Hence the density has a relative error of at most 12 d u *everywhere*, the tails included. The distribution function
has a relative error of at most 12 d u left of the mean, and its complement right of the mean; as either is at most
1 - 1/e there (Gruenbaum 1960), the absolute error is below 8 d u. (Measured for d = 2 to 169, 12 families of orders and
three objectives: relative errors up to 2.4 d u, absolute errors up to 0.9 d u. Knots that are only divided by the
largest of them lose eleven digits of the density at 1e-11 of the width from an end, even for d = 9 and R = {0,1,8}.)
What underflows is 0. The bounds assume that the support is not narrower than 2^-50 times its distance from 0, and that
no two knots are closer than 2^-1000 of its width without being equal.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import BSpline

Floats = NDArray[np.float64]

_HALVINGS = 60
"""Bisection steps of ``ppf``: the bracket ends below 2^-60 of the width of the support."""


def cell_of(knots: Sequence[Fraction], t: Fraction) -> int:
    """Index l with knots[l] <= t < knots[l+1]; the last nonempty cell where t is the last knot."""
    return (bisect_left if t == knots[-1] else bisect_right)(knots, t) - 1


def density(x: Sequence[Any], cell: int) -> Any:
    """Density from the distances x_i = |t - t_i|, for t in the cell: the first recursion of the module."""
    d = len(x) - 1
    splines = {cell: 1 / (x[cell] + x[cell + 1])}
    for k in range(2, d + 1):
        splines = {
            i: (x[i] * splines.get(i, 0) + x[i + k] * splines.get(i + 1, 0)) / (x[i] + x[i + k])
            for i in range(max(0, cell - k + 1), min(cell, d - k) + 1)
        }
    return d * splines[0]  # the product of the factors k/(k-1)


def cumulative(x: Sequence[Any], cell: int) -> Any:
    """Distribution function from the distances x_i = |t - t_i|: the second recursion of the module."""
    d = len(x) - 1
    one = (x[0] + x[d]) / (x[0] + x[d])  # in the type of the distances
    weights = {-1: 0 * one, 0: one}
    for r in range(1, d + 1):
        weights = {
            j: (x[j + d + 1 - r] * weights[j - 1] + x[j] * weights[j]) / (x[j] + x[j + d + 1 - r])
            for j in range(max(0, r - d + cell), min(r - 1, cell) + 1)
        }
        weights[-1], weights[r] = 0 * one, one
    return weights[cell]


def _two_floats(number: Fraction) -> tuple[float, float]:
    """Return the float next to a number, and the float next to what is left."""
    high = float(number)
    return high, float(number - Fraction(high))


def _unit_splines(distances: Iterable[Fraction]) -> tuple[BSpline, BSpline]:
    """Density and distribution function as SciPy splines on [0,1], from sorted knots that begin at 0 and end at 1."""
    knots = np.array([float(s) for s in distances])
    d = len(knots) - 1
    # Only the spline in the middle is the density; what pads the knots is arbitrary.
    zeros, ones = np.zeros(d), np.ones(d)
    density = BSpline(np.concatenate([zeros[1:], knots, ones[1:]]), np.eye(1, 2 * d - 1, d - 1)[0] * d, d - 1)
    return density, BSpline(np.concatenate([zeros, knots, ones]), np.concatenate([zeros, ones]), d)


def _scale(numbers: Floats, exponent: int) -> Floats:
    """Multiply by 2^exponent; what leaves the range of the floats becomes 0 or infinite without a warning."""
    with np.errstate(over="ignore", under="ignore"):
        scaled: Floats = np.ldexp(numbers, exponent)
        return scaled


def _bisect(increasing: BSpline, q: Floats, largest: float) -> Floats:
    """Solve increasing(s) = q on [0, largest] by bisection, which needs nothing but monotonicity."""
    low, high = np.zeros_like(q), np.full_like(q, largest)
    for _ in range(_HALVINGS if q.size else 0):
        middle = (low + high) / 2
        below = increasing(middle) < q
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


@dataclass(frozen=True)
class FloatSupport:
    """The support in floats: all lengths divided by 2^exponent, exactly, so that the largest |knot| is about 1.

    Its ends are sums of two floats each.
    """

    exponent: int
    lower: tuple[float, float]
    upper: tuple[float, float]
    width: float

    @classmethod
    def of(cls, knots: Sequence[Fraction]) -> FloatSupport:
        """Find the support of sorted exact knots."""
        largest = max(-knots[0], knots[-1])
        exponent = largest.numerator.bit_length() - largest.denominator.bit_length()
        lower, upper = (knot / Fraction(2) ** exponent for knot in (knots[0], knots[-1]))
        return cls(exponent, _two_floats(lower), _two_floats(upper), float(upper - lower))

    def beyond_lower(self, t: Floats) -> Floats:
        """How far t is above the lower end, with a small relative error."""
        return (_scale(t, -self.exponent) - self.lower[0]) - self.lower[1]

    def before_upper(self, t: Floats) -> Floats:
        """How far t is below the upper end, with a small relative error."""
        return (self.upper[0] - _scale(t, -self.exponent)) + self.upper[1]

    def unscaled(self, t: Floats) -> Floats:
        """Back to true lengths, and into the support where rounding left it."""
        return _scale(np.clip(t, self.lower[0], self.upper[0]), self.exponent)

    def step(self, t: Floats) -> Floats:
        """Distribution function of the point mass at the lower end."""
        return np.where(np.isnan(t), np.nan, np.where(self.beyond_lower(t) >= 0, 1.0, 0.0))


@dataclass(frozen=True)
class FloatLaw:
    """A law with a density in floats; arguments and results of the methods have one axis.

    Of the distance from either end, as a fraction of the width: density and distribution function; and its mean from
    the lower and from the upper end.
    """

    support: FloatSupport
    from_lower: tuple[BSpline, BSpline]
    from_upper: tuple[BSpline, BSpline]
    mean: tuple[float, float]

    @classmethod
    def of(cls, knots: Sequence[Fraction]) -> FloatLaw:
        """Build the law of sorted exact knots, not all equal."""
        width = knots[-1] - knots[0]
        low = [(knot - knots[0]) / width for knot in knots]
        mean = sum(low) / Fraction(len(low))
        return cls(
            support=FloatSupport.of(knots),
            from_lower=_unit_splines(low),
            from_upper=_unit_splines([1 - s for s in reversed(low)]),
            mean=(float(mean), float(1 - mean)),
        )

    def _distances(self, t: Floats) -> tuple[Floats, Floats]:
        """Distances from both ends as fractions of the width: at most one is negative, outside; NaN where t is."""
        width = self.support.width
        return self.support.beyond_lower(t) / width, self.support.before_upper(t) / width

    def pdf(self, t: Floats) -> Floats:
        """Density, the limit from inside at the ends of the support."""
        low, high = self._distances(t)
        result = np.where(np.isnan(t), np.nan, 0.0)
        near_lower = (low >= 0) & (low <= 0.5)
        near_upper = (high >= 0) & (low > 0.5)
        result[near_lower] = self.from_lower[0](low[near_lower])
        result[near_upper] = self.from_upper[0](high[near_upper])
        return _scale(result / self.support.width, -self.support.exponent)

    def cdf(self, t: Floats) -> Floats:
        """Distribution function."""
        low, high = self._distances(t)
        result = np.where(np.isnan(t), np.nan, np.where(high <= 0, 1.0, 0.0))
        left = (low > 0) & (low <= self.mean[0])
        right = (high > 0) & (low > self.mean[0])
        result[left] = self.from_lower[1](low[left])
        result[right] = 1.0 - self.from_upper[1](high[right])
        return result

    def ppf(self, q: Floats) -> Floats:
        """Inverse of the distribution function, for q in [0, 1]."""
        lower, upper = self.support.lower, self.support.upper
        left = q <= self.from_lower[1](self.mean[0])
        low = _bisect(self.from_lower[1], q[left], self.mean[0]) * self.support.width
        high = _bisect(self.from_upper[1], 1.0 - q[~left], self.mean[1]) * self.support.width
        result = np.empty_like(q)
        result[left] = lower[0] + (low + lower[1])
        result[~left] = upper[0] - (high - upper[1])
        return self.support.unscaled(np.where(q == 0, lower[0], np.where(q == 1, upper[0], result)))
