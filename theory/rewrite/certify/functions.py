"""Operators that are no sums: functions of each element, Softmax, LRN."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.arithmetic import OWN, SLACK, TINY64, Arithmetic
from theory.rewrite.certify.bounds import Bounds
from theory.rewrite.certify.operators import Boxes, Operator, Pair
from theory.rewrite.certify.unsupported import Unsupported

Array = npt.NDArray[np.float64]

FUNCTION_ULPS = 64
"""Error that a runtime's sigmoid, tanh, exponential and power may have, in units of the roundoff: of the largest value,
1, for the first two, and relative for the others. Assumed; onnxruntime's sigmoid and tanh were measured within 5."""


Slopes = Callable[[Array, Array], tuple[Array | float, Array | float]]


@dataclass(frozen=True)
class Monotone(Operator):
    """A nondecreasing function of each element.

    Attributes
    ----------
    function : callable
    slopes : callable
        Takes bounds of arguments to bounds of the derivative between them.
    ulps : int
        Roundoffs that the runtime may be off by, the value 1 taken as the largest; 0 where no digit is lost, but for
        those of numbers that are taken for 0.
    """

    function: Callable[[Array], Array]
    slopes: Slopes
    ulps: int

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Bounds:
        """See :class:`Operator`."""
        box = Bounds(self.function(xs[0].lo), self.function(xs[0].hi), xs[0].dtype)
        return box.widened(self._error(arithmetic) + OWN) if self.ulps else box.or_zero(arithmetic.tiny)

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Bounds:
        """See :class:`Operator`."""
        least, largest = self.slopes(np.minimum(xs[0].lo, ys[0].lo), np.maximum(xs[0].hi, ys[0].hi))
        return ds[0].times(least, largest).widened(self._error(arithmetic[0]) + self._error(arithmetic[1]))

    def _error(self, arithmetic: Arithmetic) -> float:
        # The argument may be taken for 0, or the value.
        return self.ulps * arithmetic.unit + 2 * arithmetic.tiny


def relu() -> Monotone:
    """Return Relu: its slope is 0 or 1 where the sign is known."""
    return clip(0.0, np.inf)


def clip(lowest: float, highest: float) -> Monotone:
    """Return Clip."""
    if not lowest <= highest:
        raise Unsupported(f"it clips to [{lowest}, {highest}]")

    def slopes(lo: Array, hi: Array) -> tuple[Array, Array]:
        free = (lo >= lowest) & (hi <= highest)
        fixed = (hi <= lowest) | (lo >= highest)
        return free.astype(float), (~fixed).astype(float)

    return Monotone(lambda x: np.clip(x, lowest, highest), slopes, 0)


def tanh() -> Monotone:
    """Return Tanh, whose derivative 1 - tanh^2 falls as the argument leaves 0."""
    return Monotone(np.tanh, _bell(lambda x: 1 / np.cosh(np.minimum(x, 350.0)) ** 2), FUNCTION_ULPS)


def sigmoid() -> Monotone:
    """Return Sigmoid = (1 + tanh(x/2)) / 2, whose derivative falls as the argument leaves 0."""
    derivative = _bell(lambda x: 0.25 / np.cosh(np.minimum(x, 700.0) / 2) ** 2)
    return Monotone(lambda x: 0.5 * (1 + np.tanh(x / 2)), derivative, FUNCTION_ULPS)


def _bell(derivative: Callable[[Array], Array]) -> Slopes:
    """Bound a derivative that falls with the distance from 0."""

    def slopes(lo: Array, hi: Array) -> tuple[Array, Array]:
        near = np.maximum(0, np.maximum(lo, -hi))
        far = np.maximum(np.abs(lo), np.abs(hi))
        return derivative(far) * (1 - OWN), derivative(near) * (1 + OWN)

    # Beyond its cap an argument is so large that its derivative is 0 but for an underflow, and the cap's is larger.
    def capped(lo: Array, hi: Array) -> tuple[Array, Array]:
        least, largest = slopes(lo, hi)
        return np.where(least < TINY64, 0.0, least), largest

    return capped


@dataclass(frozen=True)
class Softmax(Operator):
    """Exponentials over their sum, along some axes."""

    axes: tuple[int, ...]

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Bounds:
        """See :class:`Operator`."""
        box = self._probabilities(xs[0])
        wide = box.widened(self._error(box, xs[0], arithmetic))
        # A quotient of a nonnegative number by a sum that contains it, whatever the exponentials are.
        excess = arithmetic.gamma(self._count(xs[0]) + SLACK)
        return replace(wide, lo=np.maximum(wide.lo, 0.0), hi=np.minimum(wide.hi, 1 + 2 * excess))

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Bounds:
        """See :class:`Operator`.

        Notes
        -----
        dp_i = p_i (1 - p_i) (dx_i - m), m a mean of the dx_j with j other than i; the mean value theorem along the
        segment from one argument to the other.
        """
        x, y, d = xs[0], ys[0], ds[0]
        hull = replace(x, lo=np.minimum(x.lo, y.lo), hi=np.maximum(x.hi, y.hi))
        p = self._probabilities(hull)
        slopes = p.lo * (1 - p.lo), p.hi * (1 - p.hi)
        holds_half = (p.lo <= 0.5) & (p.hi >= 0.5)
        largest = np.where(holds_half, 0.25, np.maximum(*slopes)) * (1 + OWN) + TINY64
        others = Bounds(d.lo.min(self.axes, keepdims=True), d.hi.max(self.axes, keepdims=True), d.dtype)
        change = d.minus(others).times(np.minimum(*slopes) * (1 - OWN), largest)
        return change.widened(self._error(p, x, arithmetic[0]) + self._error(p, y, arithmetic[1]))

    def _count(self, x: Bounds) -> int:
        return int(np.prod([x.shape[axis] for axis in self.axes]))

    def _probabilities(self, x: Bounds) -> Bounds:
        top = x.hi.max(self.axes, keepdims=True)
        low, high = np.exp(x.lo - top), np.exp(x.hi - top)
        count = self._count(x)
        # The sum over the others is a difference, whose error is relative to the whole sum.
        whole = low.sum(self.axes, keepdims=True), high.sum(self.axes, keepdims=True)
        least = np.maximum(0, whole[0] * (1 - count * OWN) - low)
        most = whole[1] * (1 + count * OWN) - high
        with np.errstate(invalid="ignore", divide="ignore"):
            lo = np.nan_to_num(low / (low + most), nan=0.0)
            hi = np.nan_to_num(high / (high + least), nan=1.0)
        return Bounds(np.maximum(lo * (1 - OWN) - TINY64, 0), np.minimum(hi * (1 + OWN) + TINY64, 1), x.dtype)

    def _error(self, p: Bounds, x: Bounds, arithmetic: Arithmetic) -> Array:
        """Bound the rounding: of the differences to the largest argument, the exponentials, their sum, the quotient."""
        count = self._count(x)
        # The differences, and the sum of exponentials of numbers that are nowhere positive.
        arithmetic.within_range(0, 2 * x.magnitude)
        arithmetic.within_range(0, float(count))
        spread = x.hi.max(self.axes, keepdims=True) - x.lo.min(self.axes, keepdims=True)
        relative = (2 * count + FUNCTION_ULPS + 4 * spread) * arithmetic.unit
        error: Array = np.minimum(p.hi * 2 * relative + (count + 2) * arithmetic.tiny, 1.0)
        # Where the error of the exponents is not small, probabilities are still between 0 and 1.
        return np.where(relative < 0.25, error, 1.0)


@dataclass(frozen=True)
class LocalResponse(Operator):
    """LRN: x_i (bias + alpha/size sum of x_j^2 over near channels j)^-beta."""

    alpha: float
    beta: float
    bias: float
    size: int

    def __post_init__(self) -> None:
        if not (self.alpha >= 0 and self.beta >= 0 and self.bias > 0 and self.size >= 1):
            raise Unsupported("its parameters allow a denominator of 0")

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Bounds:
        """See :class:`Operator`."""
        x = xs[0]
        box = self._own(replace(x, history=None).times(*self._power(x, self.beta)))
        return box.widened(self._error(box, x, arithmetic))

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Bounds:
        """See :class:`Operator`.

        Notes
        -----
        dy_i = S_i^-beta dx_i - (2 alpha beta / size) x_i S_i^(-beta-1) sum_j x_j dx_j.
        """
        x, y, d = xs[0], ys[0], ds[0]
        hull = replace(x, lo=np.minimum(x.lo, y.lo), hi=np.maximum(x.hi, y.hi))
        products = d.times(hull.lo, hull.hi)
        sums = replace(products, lo=self._near(products.lo, -1), hi=self._near(products.hi, 1))
        factor = -2 * self.alpha * self.beta / self.size
        indirect = hull.times(*self._power(hull, self.beta + 1)).times(sums.lo, sums.hi).times(factor, factor)
        change = self._own(d.times(*self._power(hull, self.beta)).plus(self._own(indirect)))
        own = self._own(hull.times(*self._power(hull, self.beta)))
        return change.widened(self._error(own, x, arithmetic[0]) + self._error(own, y, arithmetic[1]))

    def _power(self, x: Bounds, exponent: float) -> tuple[Array, Array]:
        """Bound S^-exponent."""
        squares = np.square(np.maximum(0, np.maximum(x.lo, -x.hi))), np.square(x.magnitude)
        least, most = (self.bias + self.alpha / self.size * self._near(square) for square in squares)
        return (most * (1 + OWN)) ** -exponent * (1 - OWN), (least * (1 - OWN)) ** -exponent * (1 + OWN)

    def _near(self, x: Array, direction: int = 0) -> Array:
        """Sum over the near channels; rounded down or up if the direction is -1 or 1."""
        before = (self.size - 1) // 2
        padded = np.pad(x, [(0, 0), (before, self.size - 1 - before)] + [(0, 0)] * (x.ndim - 2))
        parts = [padded[:, k : k + x.shape[1]] for k in range(self.size)]
        total = sum(parts[1:], start=parts[0])
        if direction:
            total = total + direction * OWN * sum((np.abs(part) for part in parts), start=np.zeros(()))
        return total

    def _error(self, result: Bounds, x: Bounds, arithmetic: Arithmetic) -> Array:
        """Bound the rounding of the sums of squares, and of the power.

        Notes
        -----
        Runtimes, onnxruntime among them, add the square of the channel that comes into reach to a running sum and
        subtract that of the one that leaves. What large channels lose stays in the sums of small ones after them, so
        the error is that of a sum over all channels.
        """
        channels, ratio = x.shape[1], self.alpha / self.size
        total = 2 * np.square(x.magnitude).sum(1, keepdims=True)
        # The factor comes before the sum or after it, at once or in two.
        sums = arithmetic.within_range(4 * channels + self.size + SLACK, self.bias + max(1.0, self.alpha) * total)
        whole = self.bias + ratio * total
        lost = whole * sums * (1 + OWN) + 4 * channels * max(1.0, self.alpha) * arithmetic.tiny
        if ratio < arithmetic.tiny:
            lost = lost + arithmetic.tiny * total
        squares = np.square(np.maximum(0, np.maximum(x.lo, -x.hi)))
        least = (self.bias + self.alpha / self.size * self._near(squares)) * (1 - OWN) - lost
        if not np.all(least > 0):
            raise Unsupported("rounding may bring its denominator to 0")
        # The power is multiplied with, or its inverse divided by.
        steepest = least**-self.beta
        power = arithmetic.within_range(FUNCTION_ULPS + SLACK, np.maximum(steepest, (whole + lost) ** self.beta))
        # The power's derivative, at the least denominator.
        off = x.magnitude * self.beta * lost * least ** -(self.beta + 1)
        vanishing = arithmetic.tiny * (4 + x.magnitude + steepest)
        error: Array = (off + result.magnitude * power) * (1 + OWN) + vanishing
        return error

    @staticmethod
    def _own(box: Bounds) -> Bounds:
        return box.widened(box.magnitude * OWN)
