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
1 - 1/e there (Gruenbaum 1960), the absolute error is below 8 d u. (Measured for d = 2 to 169, 12 families of orders and
three objectives: relative errors up to 2.4 d u, absolute errors up to 0.9 d u. Knots that are only divided by the
largest of them lose eleven digits of the density at 1e-11 of the width from an end, even for d = 9 and R = {0,1,8}.)
What underflows is 0. The bounds assume that the support is not narrower than 2^-50 times its distance from 0, and that no two knots
are closer than 2^-1000 of its width without being equal.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import comb, prod
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

_Recursion = Callable[[Sequence[Any], int], Any]

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


def _bisect(cumulative: BSpline, q: Floats, largest: float) -> Floats:
    """Solve cumulative(s) = q on [0, largest] by bisection, which needs nothing but monotonicity."""
    low, high = np.zeros_like(q), np.full_like(q, largest)
    for _ in range(_HALVINGS if q.size else 0):
        middle = (low + high) / 2
        below = cumulative(middle) < q
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


@dataclass(frozen=True)
class _FloatSupport:
    """The support in floats: all lengths divided by 2^exponent, exactly, so that the largest |knot| is about 1.

    Attributes
    ----------
    exponent : int
    lower, upper : pair of float
        The ends, each as a sum of two floats.
    width : float
    """

    exponent: int
    lower: tuple[float, float]
    upper: tuple[float, float]
    width: float

    @classmethod
    def of(cls, knots: Sequence[Fraction]) -> _FloatSupport:
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
class _FloatLaw:
    """A law with a density in floats; arguments and results of the methods have one axis.

    Attributes
    ----------
    support : _FloatSupport
    from_lower, from_upper : pair of BSpline
        Density and distribution function of the distance from that end, as a fraction of the width.
    mean : pair of float
        Mean of that distance from the lower and from the upper end.
    """

    support: _FloatSupport
    from_lower: tuple[BSpline, BSpline]
    from_upper: tuple[BSpline, BSpline]
    mean: tuple[float, float]

    @classmethod
    def of(cls, knots: Sequence[Fraction]) -> _FloatLaw:
        width = knots[-1] - knots[0]
        low = [(knot - knots[0]) / width for knot in knots]
        mean = sum(low) / Fraction(len(low))
        return cls(
            support=_FloatSupport.of(knots),
            from_lower=_unit_splines(low),
            from_upper=_unit_splines([1 - s for s in reversed(low)]),
            mean=(float(mean), float(1 - mean)),
        )

    def _distances(self, t: Floats) -> tuple[Floats, Floats]:
        """Distances from both ends as fractions of the width: at most one is negative, outside; NaN where t is."""
        width = self.support.width
        return self.support.beyond_lower(t) / width, self.support.before_upper(t) / width

    def pdf(self, t: Floats) -> Floats:
        low, high = self._distances(t)
        result = np.where(np.isnan(t), np.nan, 0.0)
        near_lower = (low >= 0) & (low <= 0.5)
        near_upper = (high >= 0) & (low > 0.5)
        result[near_lower] = self.from_lower[0](low[near_lower])
        result[near_upper] = self.from_upper[0](high[near_upper])
        return _scale(result / self.support.width, -self.support.exponent)

    def cdf(self, t: Floats) -> Floats:
        low, high = self._distances(t)
        result = np.where(np.isnan(t), np.nan, np.where(high <= 0, 1.0, 0.0))
        left = (low > 0) & (low <= self.mean[0])
        right = (high > 0) & (low > self.mean[0])
        result[left] = self.from_lower[1](low[left])
        result[right] = 1.0 - self.from_upper[1](high[right])
        return result

    def ppf(self, q: Floats) -> Floats:
        lower, upper = self.support.lower, self.support.upper
        left = q <= self.from_lower[1](self.mean[0])
        low = _bisect(self.from_lower[1], q[left], self.mean[0]) * self.support.width
        high = _bisect(self.from_upper[1], 1.0 - q[~left], self.mean[1]) * self.support.width
        result = np.empty_like(q)
        result[left] = lower[0] + (low + lower[1])
        result[~left] = upper[0] - (high - upper[1])
        return self.support.unscaled(np.where(q == 0, lower[0], np.where(q == 1, upper[0], result)))


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


def _elementwise(function: Callable[[Floats], Floats], t: Any) -> Any:
    """Apply a function of arrays with one axis to a number, which gives a float, or to an array of any shape."""
    array = _as_floats(t)
    result = function(array.ravel()).reshape(array.shape)
    return result if result.ndim else float(result[()])


def _generator(rng: object) -> np.random.Generator:
    if isinstance(rng, np.random.Generator):
        return rng
    if rng is None or (isinstance(rng, (int, np.integer)) and not isinstance(rng, bool) and rng >= 0):
        return np.random.default_rng(rng)
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
    def pdf(self, t: float) -> float: ...
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
        if _is_exact(t):
            return self._exactly(t, _density, 0)
        if isinstance(t, mpmath.mpf):
            return self._in_mpf(t, _density, 0)
        return _elementwise(self._float_law.pdf, t)

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
        if _is_exact(t):
            return self._exactly(t, _cumulative, 1)
        if isinstance(t, mpmath.mpf):
            return self._in_mpf(t, _cumulative, 1)
        return _elementwise(self._float_support.step if self.is_point_mass else self._float_law.cdf, t)

    @overload
    def ppf(self, q: float) -> float: ...
    @overload
    def ppf(self, q: ArrayLike) -> Any: ...
    def ppf(self, q: Any) -> Any:
        """Invert the distribution function, in floats.

        Parameters
        ----------
        q : float, or array of any shape, in [0, 1]

        Returns
        -------
        float, or float64 array of that shape
            ``ppf(0)`` and ``ppf(1)`` are the ends of the support.

        Raises
        ------
        InputError
            If a number is outside [0, 1] or NaN.
        ArrayError
            If q holds anything but real numbers.

        Notes
        -----
        Bisection in the distance from the lower end, or above the mean from the upper end, 60 evaluations of the
        distribution function. A bound of 40 sqrt(d) 2^-53 of the width, beside the rounding of the result, follows
        from the error bound of ``cdf``, since a log-concave density that has the standard deviation s, which is at
        most width / sqrt(4 (d+2)) here, is at least 1 / (e s sqrt(12)) at its mean (Fradelizi 1997). (Measured up to
        d = 169: 2^-51 of the width.)

        Examples
        --------
        >>> law = ResidualDistribution([0, 0, 1])
        >>> law.ppf([0, 0.75, 1]).tolist()
        [0.0, 0.5, 1.0]
        >>> law.ppf(1.5)
        Traceback (most recent call last):
        ...
        theory.errors.InputError: probabilities are in [0, 1], not 1.5
        """
        return _elementwise(self._ppf, q)

    def rvs(
        self,
        size: int | tuple[int, ...] | None = None,
        *,
        rng: int | np.random.Generator | None = None,
    ) -> Any:
        """Draw residuals.

        Parameters
        ----------
        size : int or tuple of int, >= 0, optional
        rng : int >= 0 or numpy.random.Generator, optional
            Seed or source of the draws. None: fresh entropy from the operating system; no global state is used.

        Returns
        -------
        float64 array of shape ``size``, or float if ``size`` is None

        Raises
        ------
        InputError

        Notes
        -----
        Spacings are g_z / sum g for independent standard exponential g_z.

        Examples
        --------
        >>> law = ResidualDistribution([0, 0, 1])
        >>> law.rvs((2, 3), rng=7).shape
        (2, 3)
        >>> bool((law.rvs(5, rng=7) == law.rvs(5, rng=7)).all())
        True
        """
        shape, generator = _shape(size), _generator(rng)
        support, cells = self._float_support, len(self.knots)
        knots = np.array([float(knot / Fraction(2) ** support.exponent) for knot in self.knots])
        result = np.empty(prod(shape))
        rows = max(1, _CHUNK // cells)
        for start in range(0, result.size, rows):
            g = generator.standard_exponential((min(rows, result.size - start), cells))
            result[start : start + rows] = (g @ knots) / g.sum(axis=1)
        result = support.unscaled(result).reshape(shape)
        return result if size is not None else float(result[()])

    def _exactly(self, t: Any, recursion: _Recursion, above: int) -> Fraction:
        point = Fraction(int(t.numerator), int(t.denominator))
        known = self._off_support(point, above)
        if known is not None:
            return Fraction(known)
        distances = [fmpq(x.numerator, x.denominator) for x in self._distances(point)]
        return to_fraction(recursion(distances, _cell(self.knots, point)))

    def _in_mpf(self, t: Any, recursion: _Recursion, above: int) -> Any:
        if mpmath.isnan(t):
            return +t
        if mpmath.isinf(t):
            return mpmath.mpf(above if t > 0 else 0)
        point = Fraction(*map(int, mpmath.libmp.to_rational(t._mpf_)))
        known = self._off_support(point, above)
        if known is not None:
            return mpmath.mpf(known)
        # About six roundings a level and no cancellation: the distances are exact until they are rounded here.
        with mpmath.workprec(mpmath.mp.prec + len(self.knots).bit_length() + 8):
            distances = [mpmath.mpf(x.numerator) / x.denominator for x in self._distances(point)]
            value = recursion(distances, _cell(self.knots, point))
        return +value

    def _off_support(self, point: Fraction, above: int) -> int | None:
        """0 below the support, ``above`` above it, None in it; a distribution function is 1 from the upper end on."""
        if point < self.knots[0]:
            return 0
        return above if point > self.knots[-1] or (above and point == self.knots[-1]) else None

    def _distances(self, point: Fraction) -> list[Fraction]:
        return [abs(point - knot) for knot in self.knots]

    def _ppf(self, q: Floats) -> Floats:
        wrong = q[~((q >= 0) & (q <= 1))]
        if wrong.size:
            raise InputError(f"probabilities are in [0, 1], not {float(wrong[0])!r}")
        if self.is_point_mass:
            return self._float_support.unscaled(np.full_like(q, self._float_support.lower[0]))
        return self._float_law.ppf(q)

    @cached_property
    def _float_support(self) -> _FloatSupport:
        return _FloatSupport.of(self.knots)

    @cached_property
    def _float_law(self) -> _FloatLaw:
        return _FloatLaw.of(self.knots)


def residual_distribution(estimator: Estimator) -> ResidualDistribution:
    """Law of the residual max(x) - f(x) of an estimator for x uniform on [0,1]^d.

    Parameters
    ----------
    estimator : Estimator
        For whatever objective it was found.

    Returns
    -------
    ResidualDistribution

    Raises
    ------
    InputError

    Notes
    -----
    The B-spline whose knots are the vertex residuals (Curry, Schoenberg 1966). Its second moment is
    ``estimator.mean_square``. Where the residuals equioscillate at all vertices, as with all orders below d, there are
    only the knots -E and E, and the law is that of E (2 B - 1), B a Beta variable whose parameters are how often each
    occurs.

    Examples
    --------
    >>> from theory.optimal.solve import optimal_estimator
    >>> law = residual_distribution(optimal_estimator(9, [0, 1, 8]))
    >>> law
    ResidualDistribution(10 knots in [-1/20, 1/20])
    >>> law.mean, law.variance, law.cdf(Fraction(1, 20))
    (Fraction(0, 1), Fraction(19, 154000), Fraction(1, 1))
    """
    if not isinstance(estimator, Estimator):
        raise InputError(f"an Estimator has a residual distribution, not {estimator!r}")
    return ResidualDistribution(estimator.vertex_residuals)


__all__ = ["ResidualDistribution", "residual_distribution"]
