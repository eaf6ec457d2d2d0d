"""Rounding: of the runtimes that are certified, and of this analysis itself.

A runtime's arithmetic is described by its unit roundoff u: every elementary operation returns (exact)(1 + e) with
|e| <= u, or may return 0 where the result is below the smallest normal number. A sum of n products, added in any order,
fused or not, then differs from the exact one by at most gamma_n sum |w_i| |x_i|, gamma_n = n u / (1 - n u) (Higham,
*Accuracy and Stability of Numerical Algorithms*, 2002, section 3.1).

The analysis computes in float64 and widens its own results by the same bound.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.answers import Array, Unsupported

UNIT64 = 2.0**-53
TINY64 = 2.0**-1000
"""Covers what underflows in this analysis: every product and sum of it loses less than 2^-1022."""

_LEAST = 2.0**-1074
"""The least number above 0."""

OWN = 2.0**-40
"""Relative error granted to NumPy's exp, tanh and power in float64, and to the few operations around them: far more
than they need, and far less than that of the runtime."""

SLACK = 16
"""Roundings charged to each operation beyond its own: runtimes fold scales, offsets and batch normalisations into
weights beforehand, which takes a few roundings for each. Scales pay for themselves, but for those that are moved back
across more than one layer with weights: of these there may be so many."""

_DEVIATIONS = 7.0
"""Beyond so many a rounded sum has a probability of 5e-11: one of a thousand million has one of 5 %."""

FUNCTION_ULPS = 64
"""Error that a runtime's sigmoid, tanh, exponential and power may have, in units of the roundoff: of the largest value,
1, for the first two, and relative for the others. Assumed; onnxruntime's sigmoid and tanh were measured within 5."""


@dataclass(frozen=True)
class Arithmetic:
    """The floats that a runtime computes with: half the distance from 1 to the next, the smallest normal, the largest.

    Numbers below the smallest normal one may be taken for 0, or returned as 0.
    """

    unit: float
    tiny: float
    largest: float
    deviations: float = math.inf
    """How many standard deviations roundings are from their mean at most; infinity for all that are possible."""

    def within_range(self, operations: int, peak: Array | float) -> float:
        """Bound the relative error of a number of roundings of numbers of a magnitude of at most ``peak``.

        Raises Unsupported if they may lose everything, or overflow.
        """
        factor = min(gamma(operations, self.unit), _likely_gamma(operations, self.unit, self.deviations))
        if math.isinf(factor):
            raise Unsupported(f"sums of {operations} terms may lose all their digits")
        # Twice: for the runtime's roundings, and for those of this analysis in `peak`.
        if not np.all(peak * (1 + 2 * factor) <= self.largest):
            raise Unsupported("the bounds of its values do not exclude an overflow")
        return factor


ArithmeticOf: TypeAlias = Callable[[npt.DTypeLike], Arithmetic]


def float_arithmetic(dtype: npt.DTypeLike) -> Arithmetic:
    """Return the arithmetic of a runtime that computes in a float dtype.

    Examples
    --------
    >>> float_arithmetic("float32").unit == 2**-24
    True
    """
    info = np.finfo(dtype)
    return Arithmetic(float(info.eps) / 2, float(info.smallest_normal), float(info.max))


def real_arithmetic(_: npt.DTypeLike) -> Arithmetic:
    """Return the arithmetic of the reals for every dtype."""
    return Arithmetic(0.0, 0.0, math.inf)


def likely_arithmetic(dtype: npt.DTypeLike) -> Arithmetic:
    """Return the arithmetic of a runtime whose roundings are independent and of mean 0, which is not certain.

    Examples
    --------
    >>> certain, likely = (kind("float32").within_range(4096, 1.0) for kind in (float_arithmetic, likely_arithmetic))
    >>> round(certain / likely, 1)
    9.1
    """
    return replace(float_arithmetic(dtype), deviations=_DEVIATIONS)


def _likely_gamma(operations: int, unit: float, deviations: float) -> float:
    """Return exp(l sqrt(n) u + n u^2 / (1 - u)) - 1, rounded up: what n roundings make of a number, as a rule.

    If they are independent and of mean 0 more has a probability of at most 2 exp(-l^2 (1 - u)^2 / 2) (Higham and Mary,
    *A new approach to probabilistic rounding error analysis*, 2019, theorem 2.4).
    """
    exponent = deviations * math.sqrt(operations) * unit + operations * unit**2 / (1 - unit) if unit else 0.0
    return math.expm1(exponent) * (1 + 16 * UNIT64) if exponent < 0.5 else math.inf


def gamma(operations: int, unit: float) -> float:
    """Return gamma_n = n u / (1 - n u), rounded up; infinity if n u >= 1/2.

    Examples
    --------
    >>> gamma(3, 2**-24) >= 3 * 2**-24, gamma(10**9, 2**-24)
    (True, inf)
    """
    product = operations * unit
    if product >= 0.5:
        return math.inf
    return float(product / (1 - product)) * (1 + 8 * UNIT64)


def length(values: Array) -> float:
    """Bound the root of the sum of squares.

    Examples
    --------
    >>> 5 <= length(np.array([3.0, -4.0])) < 5 + 1e-9, length(np.zeros(2)), length(np.array([1e200, np.inf]))
    (True, 0.0, inf)
    """
    top = float(np.max(np.abs(values), initial=0.0))
    if top == 0 or not top < math.inf:
        return 0.0 if top == 0 else math.inf
    scaled = np.ravel(values) / top
    return top * math.sqrt(float(scaled @ scaled)) * (1 + 4 * values.size * UNIT64 + OWN)


def up(values: Array) -> Array:
    """Round upwards: the next float above each; for some near the smallest normal number, the one after it.

    ``np.nextafter`` takes four times as long, and is left to what is not finite. A little more than half the distance
    to the next float is added, and rounds to all of it.

    Examples
    --------
    >>> values = np.array([-1.0, 0.0, 1.0, 5e-324, 1e300])
    >>> bool(np.all(up(values) == np.nextafter(values, np.inf)))
    True
    """
    return _moved(values, 1)


def down(values: Array) -> Array:
    """Round downwards: the next float below each.

    Examples
    --------
    >>> values = np.array([-1.0, 0.0, 1.0, 5e-324, -1e300, np.inf])
    >>> bool(np.all(down(values) == np.nextafter(values, -np.inf)))
    True
    """
    return _moved(values, -1)


def _moved(values: Array, sign: int) -> Array:
    moved = np.abs(values)
    # One reduction and no array of truth values: most tensors are small, and this is done to all of them.
    if not math.isfinite(np.maximum.reduce(moved, None, initial=0.0)):
        return np.nextafter(values, sign * np.inf)
    moved *= sign * UNIT64 * (1 + 2.0**-10)
    moved += sign * _LEAST
    moved += values
    return moved
