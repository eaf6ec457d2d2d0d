"""The law of the residual e(x), the target less f(x), for x uniform on the unit cube: exact, and in floats.

The d+1 spacings that the order statistics of x cut the unit interval into are Dirichlet(1,...,1) distributed, and on
each simplex of ordered inputs e is linear, so e(x) = sum_z e_z D_z with e_z the residual at a 0/1 vector with z zeros
and D_z the spacings. The density of such a sum is the B-spline with knots e_0, ..., e_d, normalised to integral 1
(Curry, Schoenberg 1966, "On Polya frequency functions IV"; "B-splines and linear combinations of uniform order
statistics", 1985, report ADA158151); equal residuals are repeated knots. For how the estimators
come about see Matoba, Dimitriadis, Fleuret, TMLR 2023. The numerics: :mod:`theory.splines`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import comb, prod
from numbers import Rational
from typing import TYPE_CHECKING, Any, overload

import mpmath
import numpy as np
from flint import fmpq
from numpy.typing import ArrayLike

from theory.errors import ArrayError, InputError
from theory.estimator import Estimator
from theory.notation import check_kernel_size
from theory.rationals import over_common_denominator, to_fraction, to_string
from theory.splines import FloatLaw, Floats, FloatSupport, cell_of, cumulative, density
from theory.subpools import check_count
from theory.typeset import Drawn, aligned, equation, fraction, listed

if TYPE_CHECKING:
    from theory.plotting import Axes

_Recursion = Callable[[Sequence[Any], int], Any]

_CHUNK = 2**20
"""Exponential variables that ``rvs`` draws at a time."""


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
class ResidualDistribution(Drawn):
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
      error bounded in :mod:`theory.splines`. A float stands for the binary fraction that it is: where 1/20 is the end
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
        lower, upper = map(to_string, self.support)
        return f"ResidualDistribution({len(self.knots)} knots in [{lower}, {upper}])"

    def to_latex(self) -> str:
        r"""Write the law in LaTeX: the residual as a sum of knots times spacings, the knots, mean and variance.

        Examples
        --------
        >>> print(ResidualDistribution([0, 0, 1]).to_latex())
        \begin{aligned}
        e &= \sum_{z=0}^{2} t_z D_z, \quad (D_0, \ldots, D_{2}) \sim \operatorname{Dirichlet}(1, \ldots, 1), \\
        t &= (0, 0, 1), \\
        \operatorname{E} e &= \frac{1}{3}, \quad \operatorname{Var} e = \frac{1}{18}
        \end{aligned}
        """
        d = len(self.knots) - 1
        law = rf"(D_0, \ldots, D_{{{d}}}) \sim \operatorname{{Dirichlet}}(1, \ldots, 1),"
        knots = listed(map(fraction, self.knots))
        moments = fraction(self.mean), rf"\quad \operatorname{{Var}} e = {fraction(self.variance)}"
        return aligned(
            [
                rf"e &= \sum_{{z=0}}^{{{d}}} t_z D_z, \quad {law}",
                *equation("t", [*knots[:-1], f"{knots[-1]},"]),
                *equation(r"\operatorname{E} e", [f"{moments[0]},", moments[1]]),
            ]
        )

    def _facts(self) -> Iterator[tuple[str, object]]:
        yield "law of", f"the residual for uniform inputs: a B-spline with {len(self.knots)} knots"
        yield "least", self.knots[0]
        yield "largest", self.knots[-1]
        yield "mean", self.mean
        yield "variance", self.variance

    def _draw(self, axes: Axes | None) -> Axes:
        from theory.drawings import draw_density  # here, as it needs an extra

        unit = max(map(abs, self.support)) or Fraction(1)
        scaled = ResidualDistribution(knot / unit for knot in self.knots)
        lower, upper = map(float, scaled.support)
        return draw_density(unit, (lower, upper), None if self.is_point_mass else scaled.pdf, axes)

    @property
    def support(self) -> tuple[Fraction, Fraction]:
        """Smallest and largest residual."""
        return self.knots[0], self.knots[-1]

    @property
    def is_point_mass(self) -> bool:
        """Whether all knots are equal, as they are where the estimator is the target itself."""
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
        degree = check_count("the degree of a moment", k, 0)
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
        """Density at t, an int, Fraction, mpmath.mpf, float, or array of any shape, in the same type.

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
        return self._evaluate(t, density, 0, lambda x: self._float_law.pdf(x))

    @overload
    def cdf(self, t: Fraction | int) -> Fraction: ...
    @overload
    def cdf(self, t: float) -> float: ...
    @overload
    def cdf(self, t: ArrayLike) -> Any: ...
    def cdf(self, t: Any) -> Any:
        """Probability that the residual is at most t, for and in the types of :meth:`pdf`.

        Floats are in [0, 1], and monotone up to their error bound.

        Raises
        ------
        ArrayError
            If t holds anything but real numbers.
        """
        return self._evaluate(t, cumulative, 1, self._float_cdf)

    @overload
    def ppf(self, q: float) -> float: ...
    @overload
    def ppf(self, q: ArrayLike) -> Any: ...
    def ppf(self, q: Any) -> Any:
        """Invert the distribution function at a float, or an array of any shape, in [0, 1], in floats.

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

    def rvs(self, size: int | tuple[int, ...] | None = None, *, rng: int | np.random.Generator | None = None) -> Any:
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

    def _evaluate(self, t: Any, recursion: _Recursion, above: int, floats: Callable[[Floats], Floats]) -> Any:
        """Answer in the type of the question; ``above`` is the value beyond the support."""
        if _is_exact(t):
            return self._exactly(t, recursion, above)
        if isinstance(t, mpmath.mpf):
            return self._in_mpf(t, recursion, above)
        return _elementwise(floats, t)

    def _exactly(self, t: Any, recursion: _Recursion, above: int) -> Fraction:
        point = Fraction(int(t.numerator), int(t.denominator))
        known = self._off_support(point, above)
        if known is not None:
            return Fraction(known)
        distances = [fmpq(x.numerator, x.denominator) for x in self._distances(point)]
        return to_fraction(recursion(distances, cell_of(self.knots, point)))

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
            value = recursion(distances, cell_of(self.knots, point))
        return +value

    def _off_support(self, point: Fraction, above: int) -> int | None:
        """0 below the support, ``above`` above it, None in it; a distribution function is 1 from the upper end on."""
        if point < self.knots[0]:
            return 0
        return above if point > self.knots[-1] or (above and point == self.knots[-1]) else None

    def _distances(self, point: Fraction) -> list[Fraction]:
        return [abs(point - knot) for knot in self.knots]

    def _float_cdf(self, t: Floats) -> Floats:
        return self._float_support.step(t) if self.is_point_mass else self._float_law.cdf(t)

    def _ppf(self, q: Floats) -> Floats:
        wrong = q[~((q >= 0) & (q <= 1))]
        if wrong.size:
            raise InputError(f"probabilities are in [0, 1], not {float(wrong[0])!r}")
        if self.is_point_mass:
            return self._float_support.unscaled(np.full_like(q, self._float_support.lower[0]))
        return self._float_law.ppf(q)

    @cached_property
    def _float_support(self) -> FloatSupport:
        return FloatSupport.of(self.knots)

    @cached_property
    def _float_law(self) -> FloatLaw:
        return FloatLaw.of(self.knots)


def residual_distribution(estimator: Estimator) -> ResidualDistribution:
    """Law of the residual of an estimator, its target less f(x), for x uniform on [0,1]^d.

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
    >>> from subpool import optimal_estimator
    >>> law = residual_distribution(optimal_estimator(9, [0, 1, 8]))
    >>> law
    ResidualDistribution(10 knots in [-1/20, 1/20])
    >>> law.mean, law.variance, law.cdf(Fraction(1, 20))
    (Fraction(0, 1), Fraction(19, 154000), Fraction(1, 1))
    """
    if not isinstance(estimator, Estimator):
        raise InputError(f"an Estimator has a residual distribution, not {estimator!r}")
    return ResidualDistribution(estimator.vertex_residuals)
