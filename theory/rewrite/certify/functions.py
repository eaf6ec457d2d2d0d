"""Operators that are no sums: functions of each element, Softmax, LRN."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify import relaxations
from theory.rewrite.certify.answers import Array, Unsupported
from theory.rewrite.certify.arithmetic import FUNCTION_ULPS, OWN, SLACK, TINY64, Arithmetic, float_arithmetic, gamma
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.chain import largest
from theory.rewrite.certify.constants import cast_dtype
from theory.rewrite.certify.expressions import Algebra, Symbols
from theory.rewrite.certify.operators import Boxes, Call, Enclosures, Interpreted, Operator, Pair, axes_from_0
from theory.rewrite.certify.zonotope import Space, Twin

_Slopes: TypeAlias = Callable[[Array, Array], tuple[Array | float, Array | float]]


@dataclass(frozen=True)
class _Monotone(Operator):
    """A nondecreasing function of each element, of slopes up to 1."""

    contracts: ClassVar[bool] = True

    function: Callable[[Array], Array]
    slopes: _Slopes
    """Takes bounds of arguments to bounds of the derivative between them."""
    ulps: int
    """Roundoffs that the runtime may be off by, the value 1 taken as the largest; 0 where no digit is lost, but for
    those of numbers that are taken for 0."""

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Box:
        box = xs[0].mapped(self.function)
        return box.widened(self._error(arithmetic) + OWN) if self.ulps else box.or_zero(arithmetic.tiny)

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        both = xs[0].hull(ys[0])
        change = ds[0].times(*self.slopes(both.lo, both.hi))
        return change.widened(self._error(arithmetic[0]) + self._error(arithmetic[1]))

    def bends(self, t: Twin) -> npt.NDArray[np.bool_]:
        least, most = self._between(t)
        return least < most

    def enclose(self, ts: Sequence[Twin], space: Space) -> Enclosures:
        (t,) = ts
        return None, relaxations.by_slopes(t, space, *self._between(t))

    def _between(self, t: Twin) -> tuple[Array, Array]:
        both = t.x.hull(t.y)
        least, most = (np.broadcast_to(ends, t.shape) for ends in self.slopes(both.lo, both.hi))
        return least, most

    def lengthened(self, xs: Boxes, lengths: Sequence[float]) -> float:
        _, most = self.slopes(np.array(-np.inf), np.array(np.inf))
        return largest(most) * lengths[0] * (1 + OWN)

    def _error(self, arithmetic: Arithmetic) -> float:
        # The argument may be taken for 0, or the value.
        return self.ulps * arithmetic.unit + 2 * arithmetic.tiny


def flat_outside(lowest: Array | float, highest: Array | float) -> _Slopes:
    """Bound a derivative that is 1 between two numbers, and 0 elsewhere."""

    def slopes(lo: Array, hi: Array) -> tuple[Array, Array]:
        free = (lo >= lowest) & (hi <= highest)
        fixed = (hi <= lowest) | (lo >= highest)
        return free.astype(float), (~fixed).astype(float)

    return slopes


class _Relu(_Monotone):
    """The positive part."""

    def enclose(self, ts: Sequence[Twin], space: Space) -> Enclosures:
        return relaxations.relu(ts[0], space)

    def follow(self, algebra: Algebra, xs: Sequence[Symbols]) -> Symbols:
        return algebra.relu(xs[0])


def _bell(derivative: Callable[[Array], Array]) -> _Slopes:
    """Bound a derivative that falls with the distance from 0."""

    def slopes(lo: Array, hi: Array) -> tuple[Array, Array]:
        near, far = np.maximum(0, np.maximum(lo, -hi)), np.maximum(np.abs(lo), np.abs(hi))
        least = derivative(far) * (1 - OWN)
        # Beyond its cap an argument is so large that its derivative is 0 but for an underflow, and the cap's is larger.
        return np.where(least < TINY64, 0.0, least), derivative(near) * (1 + OWN)

    return slopes


RELU = _Relu(lambda x: np.clip(x, 0.0, np.inf), flat_outside(0.0, np.inf), 0)
TANH = _Monotone(np.tanh, _bell(lambda x: 1 / np.cosh(np.minimum(x, 350.0)) ** 2), FUNCTION_ULPS)
"""Its derivative is 1 - tanh^2."""
SIGMOID = _Monotone(
    lambda x: 0.5 * (1 + np.tanh(x / 2)), _bell(lambda x: 0.25 / np.cosh(np.minimum(x, 700.0) / 2) ** 2), FUNCTION_ULPS
)
"""It is (1 + tanh(x/2)) / 2."""


def clip(call: Call) -> Interpreted:
    """Read Clip with constant limits."""
    lowest, highest = _limit(call, 1, "min", -np.inf), _limit(call, 2, "max", np.inf)
    if not lowest <= highest:
        raise Unsupported(f"it clips to [{lowest}, {highest}]")
    return _Monotone(lambda x: np.clip(x, lowest, highest), flat_outside(lowest, highest), 0), [call.tensor()]


def _limit(call: Call, position: int, attribute: str, default: float) -> float:
    limit = np.asarray(call.get(attribute, default)) if call.input(position) is None else call.input(position)
    if not isinstance(limit, np.ndarray) or limit.size != 1 or np.isnan(limit).any():
        raise Unsupported(f"its {attribute} is computed, or no number")
    return float(limit.ravel()[0])


def cast(call: Call) -> Interpreted:
    """Read Cast between floats."""
    x, dtype = call.tensor(), cast_dtype(call)
    if dtype.kind != "f":
        raise Unsupported(f"it casts to {dtype}")
    target = float_arithmetic(dtype)
    return _Cast(dtype, target.unit > float_arithmetic(x.dtype).unit, target), [x]


@dataclass(frozen=True)
class _Cast(Operator):
    """Floats of another precision."""

    dtype: np.dtype[np.floating]
    narrows: bool
    target: Arithmetic

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Box:
        x = replace(xs[0], dtype=self.dtype, history=None)
        return x.widened(self._error(x, arithmetic)) if self.narrows else x.or_zero(arithmetic.tiny)

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        error = self._error(xs[0], arithmetic[0]) + self._error(ys[0], arithmetic[1])
        return replace(ds[0], dtype=self.dtype).widened(error)

    def _error(self, x: Box, arithmetic: Arithmetic) -> Array:
        if not self.narrows or arithmetic.unit == 0:
            return np.full(x.shape, arithmetic.tiny)
        factor = self.target.within_range(1, x.magnitude)
        return x.magnitude * (factor * (1 + OWN)) + self.target.tiny

    def enclose(self, ts: Sequence[Twin], space: Space) -> Enclosures:
        return ts[0].value, ts[0].difference

    def follow(self, algebra: Algebra, xs: Sequence[Symbols]) -> Symbols:
        return xs[0]


def softmax(call: Call) -> Interpreted:
    """Read Softmax."""
    x = call.tensor()
    rank = len(x.shape)
    modern = call.node.opset >= 13
    (axis,) = axes_from_0([call.get("axis", -1 if modern else 1)], rank)
    return _Softmax((axis,) if modern else tuple(range(axis, rank))), [x]


@dataclass(frozen=True)
class _Softmax(Operator):
    """Exponentials over their sum, along some axes."""

    axes: tuple[int, ...]

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Box:
        box = self._probabilities(xs[0])
        wide = box.widened(self._error(box, xs[0], arithmetic))
        # A quotient of a nonnegative number by a sum that contains it, whatever the exponentials are.
        excess = gamma(self._count(xs[0]) + SLACK, arithmetic.unit)
        return replace(wide, lo=np.maximum(wide.lo, 0.0), hi=np.minimum(wide.hi, 1 + 2 * excess))

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        """Bound dp_i = p_i (1 - p_i) (dx_i - m), m a mean of the dx_j with j other than i.

        This is the mean value theorem along the segment from one argument to the other.
        """
        (x,), (y,), (d,) = xs, ys, ds
        p = self._probabilities(x.hull(y))
        slopes = p.lo * (1 - p.lo), p.hi * (1 - p.hi)
        holds_half = (p.lo <= 0.5) & (p.hi >= 0.5)
        largest = np.where(holds_half, 0.25, np.maximum(*slopes)) * (1 + OWN) + TINY64
        others = Box(d.lo.min(self.axes, keepdims=True), d.hi.max(self.axes, keepdims=True), d.dtype)
        change = d.minus(others).times(np.minimum(*slopes) * (1 - OWN), largest)
        return change.widened(self._error(p, x, arithmetic[0]) + self._error(p, y, arithmetic[1]))

    def _count(self, x: Box) -> int:
        return int(np.prod([x.shape[axis] for axis in self.axes]))

    def _probabilities(self, x: Box) -> Box:
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
        return Box(np.maximum(lo * (1 - OWN) - TINY64, 0), np.minimum(hi * (1 + OWN) + TINY64, 1), x.dtype)

    def _error(self, p: Box, x: Box, arithmetic: Arithmetic) -> Array:
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


def local_response(call: Call) -> Interpreted:
    """Read LRN."""
    given = {"alpha": float(np.float32(1e-4)), "beta": 0.75, "bias": 1.0, **call.node.attributes}
    alpha, beta, bias, size = (given[name] for name in ("alpha", "beta", "bias", "size"))
    if not (alpha >= 0 and beta >= 0 and bias > 0 and size >= 1):
        raise Unsupported("its parameters allow a denominator of 0")
    return _LocalResponse(alpha, beta, bias, size), [call.tensor()]


@dataclass(frozen=True)
class _LocalResponse(Operator):
    """LRN: x_i (bias + alpha/size sum of x_j^2 over near channels j)^-beta."""

    alpha: float
    beta: float
    bias: float
    size: int

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Box:
        x = replace(xs[0], history=None)
        box = _with_own_error(x.times(*self._power(x, self.beta)))
        return box.widened(self._error(box, x, arithmetic))

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        """Bound dy_i = S_i^-beta dx_i - (2 alpha beta / size) x_i S_i^(-beta-1) sum_j x_j dx_j."""
        (x,), (y,), (d,) = xs, ys, ds
        hull = x.hull(y)
        products = d.times(hull.lo, hull.hi)
        sums = self._near(products.lo, -1), self._near(products.hi, 1)
        factor = -2 * self.alpha * self.beta / self.size
        indirect = hull.times(*self._power(hull, self.beta + 1)).times(*sums).times(factor, factor)
        change = d.times(*self._power(hull, self.beta)).plus(_with_own_error(indirect))
        own = _with_own_error(hull.times(*self._power(hull, self.beta)))
        error = self._error(own, x, arithmetic[0]) + self._error(own, y, arithmetic[1])
        return _with_own_error(change).widened(error)

    def _sum(self, squares: Array) -> Array:
        """Return the denominator before the power."""
        return self.bias + self.alpha / self.size * self._near(squares)

    def _power(self, x: Box, exponent: float) -> tuple[Array, Array]:
        """Bound the denominator's power -exponent."""
        least, most = (self._sum(np.square(magnitude)) for magnitude in (x.least_magnitude, x.magnitude))
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

    def _error(self, result: Box, x: Box, arithmetic: Arithmetic) -> Array:
        """Bound the rounding of the sums of squares, and of the power.

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
        least = self._sum(np.square(x.least_magnitude)) * (1 - OWN) - lost
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


def _with_own_error(box: Box) -> Box:
    """Widen a box by what NumPy's power may be off by."""
    return box.widened(box.magnitude * OWN)
