"""The law of the residual e(x) = max(x) - f(x) for x uniform on the unit cube: exact, and in floats.

The d+1 spacings that the order statistics of x cut the unit interval into are Dirichlet(1,...,1) distributed, and on
each simplex of ordered inputs e is linear, so e(x) = sum_z e_z D_z with e_z the residual at a 0/1 vector with z zeros
and D_z the spacings. The density of such a sum is the B-spline with knots e_0, ..., e_d, normalised to integral 1
(Curry, Schoenberg 1966, "On Polya frequency functions IV"); equal residuals are repeated knots. For how the estimators
come about see Matoba, Dimitriadis, Fleuret, TMLR 2023.

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
1 - 1/e there (Gruenbaum 1960), the absolute error is below 8 d u. (Measured up to d = 169: less than d u / 2.) What
underflows is 0. The bounds assume that the support is not narrower than 2^-50 times its distance from 0.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import comb
from numbers import Rational
from operator import index
from typing import Any, overload

import mpmath
import numpy as np
from flint import fmpq
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import BSpline

from theory.errors import ArrayError, InputError
from theory.estimator import Estimator
from theory.rationals import over_common_denominator, to_fraction
from theory.subpools import check_kernel_size

Floats = NDArray[np.float64]

_HALVINGS = 60
"""Bisection steps of ``ppf``: the bracket ends below 2^-60 of the width of the support."""

_CHUNK = 2**20
"""Exponential variables that ``rvs`` draws at a time."""


def _cell(knots: Sequence[Fraction], t: Fraction) -> int:
    """Index l with knots[l] <= t < knots[l+1]; the last nonempty cell where t is the last knot."""
    return (bisect_left if t == knots[-1] else bisect_right)(knots, t) - 1


def _density(x: Sequence[Any], cell: int) -> Any:
    """Density from the distances x_i = |t - t_i|, for t in the cell: the first recursion of the module."""
    d = len(x) - 1
    splines = {cell: 1 / (x[cell] + x[cell + 1])}
    for k in range(2, d + 1):
        splines = {
            i: (x[i] * splines.get(i, 0) + x[i + k] * splines.get(i + 1, 0)) / (x[i] + x[i + k])
            for i in range(max(0, cell - k + 1), min(cell, d - k) + 1)
        }
    return d * splines[0]  # the product of the factors k/(k-1)


def _cumulative(x: Sequence[Any], cell: int) -> Any:
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
    """The float next to a number, and the float next to what is left."""
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


@dataclass(frozen=True)
class _FloatForm:
    """The law in floats: all lengths are divided by 2^exponent, exactly, so that the largest |knot| is about 1.

    Attributes
    ----------
    exponent : int
    ends : pair of pairs of float
        Lower and upper end of the support, each as a sum of two floats.
    width : float
        Length of the support, > 0.
    from_lower, from_upper : pair of BSpline
        Density and distribution function of the distance from that end as a fraction of the width.
    mean : pair of float
        Mean of that distance, from the lower and from the upper end.
    """

    exponent: int
    ends: tuple[tuple[float, float], tuple[float, float]]
    width: float
    from_lower: tuple[BSpline, BSpline]
    from_upper: tuple[BSpline, BSpline]
    mean: tuple[float, float]

    def fractions_of_width(self, t: Floats) -> tuple[Floats, Floats]:
        """Distances of t from the lower and the upper end; negative outside, NaN where t is NaN."""
        (lower, lower_rest), (upper, upper_rest) = self.ends
        x = _scale(t, -self.exponent)
        return ((x - lower) - lower_rest) / self.width, ((upper - x) + upper_rest) / self.width

    def pdf(self, t: Floats) -> Floats:
        low, high = self.fractions_of_width(t)
        result = np.where(np.isnan(t), np.nan, 0.0)
        near_lower = (low >= 0) & (low <= 0.5)
        near_upper = (high >= 0) & (low > 0.5)
        result[near_lower] = self.from_lower[0](low[near_lower])
        result[near_upper] = self.from_upper[0](np.minimum(high[near_upper], 1.0))
        return _scale(result / self.width, -self.exponent)

    def cdf(self, t: Floats) -> Floats:
        low, high = self.fractions_of_width(t)
        result = np.where(np.isnan(t), np.nan, np.where(high <= 0, 1.0, 0.0))
        left = (low > 0) & (low <= self.mean[0])
        right = (high > 0) & (low > self.mean[0])
        result[left] = self.from_lower[1](low[left])
        result[right] = 1.0 - self.from_upper[1](np.minimum(high[right], 1.0))
        return result

    def ppf(self, q: Floats) -> Floats:
        (lower, lower_rest), (upper, upper_rest) = self.ends
        middle = float(self.from_lower[1](self.mean[0]))
        left = q <= middle
        result = np.empty_like(q)
        low = _bisect(self.from_lower[1], q[left], self.mean[0])
        high = _bisect(self.from_upper[1], 1.0 - q[~left], self.mean[1])
        result[left] = lower + (low * self.width + lower_rest)
        result[~left] = upper - (high * self.width - upper_rest)
        result = np.where(q == 0, lower, np.where(q == 1, upper, result))
        return _scale(np.clip(result, lower, upper), self.exponent)


def _scale(numbers: Floats, exponent: int) -> Floats:
    """Multiply by 2^exponent; what leaves the range of the floats becomes 0 or infinite without a warning."""
    with np.errstate(over="ignore", under="ignore"):
        return np.ldexp(numbers, exponent)


def _bisect(cumulative: BSpline, q: Floats, largest: float) -> Floats:
    """Solve cumulative(s) = q on [0, largest] by bisection, which needs nothing but monotonicity."""
    low, high = np.zeros_like(q), np.full_like(q, largest)
    for _ in range(_HALVINGS if q.size else 0):
        middle = (low + high) / 2
        below = cumulative(middle) < q
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def _as_floats(t: Any) -> Floats:
    """``t`` as a float64 array."""
    array = np.asarray(t)
    if array.dtype == object:
        try:
            array = np.array([float(number) for number in array.flat]).reshape(array.shape)
        except (TypeError, ValueError):
            raise ArrayError(f"real numbers are needed, not {str(t)[:40]!r}") from None
    if array.dtype.kind not in "iuf":
        raise ArrayError(f"real numbers are needed, not an array of {array.dtype}")
    return array.astype(np.float64)


def _is_exact(t: object) -> bool:
    return isinstance(t, Rational) and not isinstance(t, (bool, np.integer))


def _native(result: Floats) -> Any:
    return result if result.ndim else float(result[()])


def _generator(rng: object) -> np.random.Generator:
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is None or (isinstance(rng, (int, np.integer)) and not isinstance(rng, bool) and rng >= 0):
        return np.random.default_rng(rng)  # type: ignore[arg-type]
    raise InputError(f"rng is a nonnegative integer, a numpy.random.Generator or None, not {rng!r}")


def _shape(size: object) -> tuple[int, ...]:
    lengths = () if size is None else tuple(size) if isinstance(size, (tuple, list)) else (size,)
    if not all(isinstance(n, (int, np.integer)) and not isinstance(n, bool) and n >= 0 for n in lengths):
        raise InputError(f"size is a nonnegative integer, a tuple of such, or None, not {size!r}")
    return tuple(int(n) for n in lengths)


@dataclass(frozen=True, repr=False)
class ResidualDistribution:
    """The law of sum_z e_z D_z with D Dirichlet(1,...,1): of an estimator's residual for uniform inputs.

    Parameters
    ----------
    knots : iterable of rational, at least 3
        The vertex residuals e_0..e_d, in any order; they are kept sorted. Two laws are equal where their knots are.

    Raises
    ------
    KernelSizeError
        If there are fewer than three knots.
    InputError
        If a knot is not exact.

    Notes
    -----
    ``pdf`` and ``cdf`` answer in the type that they are asked in:

    - an int or Fraction gives a Fraction, by O(d^2) operations on rationals. The digits of the exact value grow like
      d^2 times those of the knots: at kernel size 169 a tenth of a second for residuals with few digits, but minutes
      for residuals with more than a hundred, where an ``mpmath.mpf`` is the better question;
    - an ``mpmath.mpf`` gives an mpf, right to about one unit in the last place of mpmath's working precision;
    - a float, or an array or nested sequence of any shape, gives a float or a float64 array of that shape, with the
      error bounded in :mod:`theory.residual`. A float stands for the binary fraction that it is: where 1/20 is the end
      of the support, 0.05, which is larger, is outside.

    NaN gives NaN. The density is 0 outside the support; it is the limit from inside at the two ends, which matters
    where an end is a knot repeated d times. It is continuous everywhere else. The distribution function is continuous,
    or, if all knots are equal, the step of a point mass, which is continuous from the right.

    Examples
    --------
    >>> law = ResidualDistribution([Fraction(1, 2), Fraction(1, 2), Fraction(-1, 2)])
    >>> law
    ResidualDistribution(3 knots in [-1/2, 1/2])
    >>> law.pdf(Fraction(1, 2)), law.cdf(0), law.mean, law.variance
    (Fraction(2, 1), Fraction(1, 4), Fraction(1, 6), Fraction(1, 18))
    >>> law.pdf(0.25), law.cdf([-1.0, 0.0, 1.0]).tolist(), law.ppf(0.25)
    (1.5, [0.0, 0.25, 1.0], 0.0)
    >>> ResidualDistribution([0, 0, 0]).pdf(0)
    Traceback (most recent call last):
    ...
    theory.errors.InputError: the law is a point mass at 0: it has a distribution function but no density
    """

    knots: tuple[Fraction, ...]

    def __init__(self, knots: Iterable[Rational | int]) -> None:
        given = tuple(knots)
        for knot in given:
            if not _is_exact(knot):
                raise InputError(f"knots are exact (Fraction or int), not {knot!r}")
        check_kernel_size(len(given) - 1)
        object.__setattr__(self, "knots", tuple(sorted(Fraction(knot) for knot in given)))

    def __reduce__(self) -> tuple[type[ResidualDistribution], tuple[tuple[Fraction, ...]]]:
        """Pickle the knots alone: the splines are built again where they are needed."""
        return type(self), (self.knots,)

    def __repr__(self) -> str:
        lower, upper = self.support
        return f"ResidualDistribution({len(self.knots)} knots in [{lower}, {upper}])"

    @property
    def support(self) -> tuple[Fraction, Fraction]:
        """Smallest and largest residual."""
        return self.knots[0], self.knots[-1]

    @property
    def is_point_mass(self) -> bool:
        """Whether all knots are equal, as they are where the estimator is the maximum itself."""
        return self.knots[0] == self.knots[-1]

    def moment(self, k: int) -> Fraction:
        """Compute E[e^k] exactly.

        Parameters
        ----------
        k : int, >= 0

        Raises
        ------
        InputError

        Notes
        -----
        h_k(e_0..e_d) / C(d+k, k), h_k the complete homogeneous symmetric polynomial: the joint moments of the spacings
        are E[prod D_z^(a_z)] = prod a_z! d! / (d+k)! where the a_z sum to k. One knot after the other enters h by
        h_j <- h_j + e h_(j-1): O(k d) operations, on integers.

        Examples
        --------
        >>> ResidualDistribution([0, 0, 1]).moment(2)
        Fraction(1, 6)
        """
        try:
            degree = -1 if isinstance(k, bool) else index(k)
        except TypeError:
            degree = -1
        if degree < 0:
            raise InputError(f"the degree of a moment is an integer >= 0, not {k!r}")
        numerators, q = over_common_denominator(self.knots)
        h = [1] + [0] * degree
        for numerator in numerators:
            for j in range(1, degree + 1):
                h[j] += numerator * h[j - 1]
        return Fraction(h[degree], q**degree * comb(len(numerators) - 1 + degree, degree))

    @property
    def mean(self) -> Fraction:
        """Expected residual: the average of the knots."""
        return self.moment(1)

    @property
    def variance(self) -> Fraction:
        """E[e^2] - E[e]^2: the mean squared deviation of the knots from their average, divided by d+2."""
        return self.moment(2) - self.mean**2

    @overload
    def pdf(self, t: Fraction | int) -> Fraction: ...
    @overload
    def pdf(self, t: float) -> float: ...  # type: ignore[overload-cannot-match]
    @overload
    def pdf(self, t: ArrayLike) -> Any: ...
    def pdf(self, t: Any) -> Any:
        """Density at t.

        Parameters
        ----------
        t : int, Fraction, mpmath.mpf, float, or array of any shape

        Returns
        -------
        Fraction, mpmath.mpf, float, or float64 array of that shape

        Raises
        ------
        InputError
            If the law is a point mass.
        ArrayError
            If t holds anything but real numbers.
        """
        if self.is_point_mass:
            raise InputError(
                f"the law is a point mass at {self.knots[0]}: it has a distribution function but no density"
            )
        return self._at(t, _density, outside=(0, 0))

    @overload
    def cdf(self, t: Fraction | int) -> Fraction: ...
    @overload
    def cdf(self, t: float) -> float: ...
    @overload
    def cdf(self, t: ArrayLike) -> Any: ...
    def cdf(self, t: Any) -> Any:
        """Probability that the residual is at most t.

        Parameters
        ----------
        t : int, Fraction, mpmath.mpf, float, or array of any shape

        Returns
        -------
        Fraction, mpmath.mpf, float, or float64 array of that shape
            In [0, 1]; floats are monotone up to their error bound.

        Raises
        ------
        ArrayError
            If t holds anything but real numbers.
        """
        return self._at(t, _cumulative, outside=(0, 1))
