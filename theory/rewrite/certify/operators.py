"""What operators do to boxes, and to boxes of differences between two models.

Every operator has two methods. ``forward`` bounds what a runtime computes for a tensor of a box. ``deviation`` bounds
the difference of what two runtimes compute for two tensors, from the boxes of both and the box of their difference.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.arithmetic import SLACK, TINY64, Arithmetic
from theory.rewrite.certify.bounds import Bounds
from theory.rewrite.certify.linear import Geometry, LinearMap
from theory.rewrite.certify.movement import Movement
from theory.rewrite.certify.unsupported import Unsupported

Array = npt.NDArray[np.float64]
Boxes = Sequence[Bounds]
Pair = tuple[Arithmetic, Arithmetic]

_OWN = 2.0**-40
"""Relative error granted to NumPy's exp, tanh and power in float64, and to the few operations around them: far more
than they need, and far less than that of the runtime."""

FUNCTION_ULPS = 64
"""Error that a runtime's sigmoid, tanh and power may have, in units of the roundoff: of the largest value, 1, for the
first two, and relative for the last. Assumed; onnxruntime's were measured within 8."""


class Operator(ABC):
    """One output as a function of tensors."""

    @abstractmethod
    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Bounds:
        """Bound what a runtime computes."""

    @abstractmethod
    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Bounds:
        """Bound what the second runtime computes for ys less what the first does for xs; ys - xs is in ds."""


@dataclass(frozen=True)
class Move(Operator):
    """Elements in other places."""

    movement: Movement

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Bounds:
        """See :class:`Operator`."""
        return self._move(xs, self.movement.fill)

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Bounds:
        """See :class:`Operator`."""
        return self._move(ds, 0.0)

    def _move(self, boxes: Boxes, fill: float) -> Bounds:
        lo, hi = (self.movement.rearrange([getattr(box, end) for box in boxes], fill) for end in ("lo", "hi"))
        return Bounds(lo, hi, boxes[0].dtype, max(box.terms for box in boxes))


@dataclass(frozen=True)
class Affine(Operator):
    """A linear map plus an offset, both constant."""

    map: LinearMap

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Bounds:
        """See :class:`Operator`."""
        return self.map.image(xs[0], arithmetic)

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Bounds:
        """See :class:`Operator`."""
        magnitude = np.maximum(xs[0].magnitude, ys[0].magnitude)
        return self.map.deviation(ds[0], magnitude, arithmetic, max(xs[0].terms, ys[0].terms))


@dataclass(frozen=True)
class Sum(Operator):
    """A sum of tensors with signs."""

    signs: tuple[int, ...]

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Bounds:
        """See :class:`Operator`."""
        return self._add(xs).widened(self._error(xs, arithmetic))

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Bounds:
        """See :class:`Operator`."""
        error = self._error(xs, arithmetic[0]) + self._error(ys, arithmetic[1])
        return self._add(ds).widened(error)

    def _add(self, boxes: Boxes) -> Bounds:
        total: Bounds | None = None
        for sign, box in zip(self.signs, boxes, strict=True):
            signed = box if sign > 0 else replace(box, lo=-box.hi, hi=-box.lo)
            total = signed if total is None else total.plus(signed)
        if total is None:
            raise Unsupported("it adds nothing")
        terms = max(box.terms for box in boxes)
        return replace(total, terms=terms + len(boxes) if terms else 0)

    def _error(self, boxes: Boxes, arithmetic: Arithmetic) -> Array:
        terms = max(box.terms for box in boxes)
        factor = arithmetic.gamma(len(boxes) + (terms + SLACK if terms else 0))
        size = sum((box.magnitude for box in boxes), start=np.zeros(()))
        _check_range(size, factor, arithmetic)
        return size * (factor * (1 + _OWN)) + (1 + terms) * arithmetic.tiny


@dataclass(frozen=True)
class Cast(Operator):
    """Floats of another precision."""

    dtype: np.dtype[np.floating]
    narrows: bool
    target: Arithmetic

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Bounds:
        """See :class:`Operator`."""
        return replace(xs[0], dtype=self.dtype).widened(self._error(xs[0], arithmetic))

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Bounds:
        """See :class:`Operator`."""
        error = self._error(xs[0], arithmetic[0]) + self._error(ys[0], arithmetic[1])
        return replace(ds[0], dtype=self.dtype).widened(error)

    def _error(self, x: Bounds, arithmetic: Arithmetic) -> Array:
        if not self.narrows or arithmetic.unit == 0:
            return np.zeros(x.shape)
        _check_range(x.magnitude, self.target.unit, self.target)
        return x.magnitude * (self.target.unit * (1 + _OWN)) + self.target.tiny


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
        Roundoffs that the runtime may be off by, the value 1 taken as the largest; 0 for exact functions.
    """

    function: Callable[[Array], Array]
    slopes: Slopes
    ulps: int = 0

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Bounds:
        """See :class:`Operator`."""
        box = Bounds(self.function(xs[0].lo), self.function(xs[0].hi), xs[0].dtype)
        return box if self.ulps == 0 else box.widened(self._error(arithmetic) + _OWN)

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Bounds:
        """See :class:`Operator`."""
        least, largest = self.slopes(np.minimum(xs[0].lo, ys[0].lo), np.maximum(xs[0].hi, ys[0].hi))
        box = replace(ds[0].times(least, largest), terms=0)
        return box if self.ulps == 0 else box.widened(self._error(arithmetic[0]) + self._error(arithmetic[1]))

    def _error(self, arithmetic: Arithmetic) -> float:
        return self.ulps * arithmetic.unit + arithmetic.tiny


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

    return Monotone(lambda x: np.clip(x, lowest, highest), slopes)


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
        return derivative(far) * (1 - _OWN), derivative(near) * (1 + _OWN)

    # Beyond its cap an argument is so large that its derivative is 0 but for an underflow, and the cap's is larger.
    def capped(lo: Array, hi: Array) -> tuple[Array, Array]:
        least, largest = slopes(lo, hi)
        return np.where(least < TINY64, 0.0, least), largest

    return capped


@dataclass(frozen=True)
class MaxPooling(Operator):
    """The maximum of every window: exact, monotone, and 1-Lipschitz in the sup norm."""

    geometry: Geometry

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Bounds:
        """See :class:`Operator`."""
        box = Bounds(self.largest(xs[0].lo), self.largest(xs[0].hi), xs[0].dtype)
        if not np.all(np.isfinite(box.lo)):
            raise Unsupported("one of its windows lies in the padding altogether")
        return box

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Bounds:
        """See :class:`Operator`."""
        return Bounds(self.smallest(ds[0].lo), self.largest(ds[0].hi), ds[0].dtype)

    def largest(self, x: Array) -> Array:
        """Return the maximum of each window."""
        return self._reduce(x, np.maximum, -np.inf)

    def smallest(self, x: Array) -> Array:
        """Return the minimum of each window."""
        return self._reduce(x, np.minimum, np.inf)

    def _reduce(self, x: Array, function: np.ufunc, padding: float) -> Array:
        first, *others = self.geometry.taps(self.geometry.pad(x, padding))
        result: Array = np.array(first, dtype=np.float64)
        for tap in others:
            function(result, tap, out=result)
        return result


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
        largest = np.where(holds_half, 0.25, np.maximum(*slopes)) * (1 + _OWN) + TINY64
        others = Bounds(d.lo.min(self.axes, keepdims=True), d.hi.max(self.axes, keepdims=True), d.dtype)
        change = replace(d, terms=0).minus(others).times(np.minimum(*slopes) * (1 - _OWN), largest)
        return change.widened(self._error(p, x, arithmetic[0]) + self._error(p, y, arithmetic[1]))

    def _count(self, x: Bounds) -> int:
        return int(np.prod([x.shape[axis] for axis in self.axes]))

    def _probabilities(self, x: Bounds) -> Bounds:
        top = x.hi.max(self.axes, keepdims=True)
        low, high = np.exp(x.lo - top), np.exp(x.hi - top)
        count = self._count(x)
        # The sum over the others is a difference, whose error is relative to the whole sum.
        whole = low.sum(self.axes, keepdims=True), high.sum(self.axes, keepdims=True)
        least = np.maximum(0, whole[0] * (1 - count * _OWN) - low)
        most = whole[1] * (1 + count * _OWN) - high
        with np.errstate(invalid="ignore", divide="ignore"):
            lo = np.nan_to_num(low / (low + most), nan=0.0)
            hi = np.nan_to_num(high / (high + least), nan=1.0)
        return Bounds(np.maximum(lo * (1 - _OWN) - TINY64, 0), np.minimum(hi * (1 + _OWN) + TINY64, 1), x.dtype)

    def _error(self, p: Bounds, x: Bounds, arithmetic: Arithmetic) -> Array:
        """Bound the rounding: of the differences to the largest argument, the exponentials, their sum, the quotient."""
        count = self._count(x)
        spread = x.hi.max(self.axes, keepdims=True) - x.lo.min(self.axes, keepdims=True)
        relative = (2 * count + FUNCTION_ULPS + 4 * spread) * arithmetic.unit
        error: Array = np.minimum(p.hi * 2 * relative + count * arithmetic.tiny, 1.0)
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
        box = self._own(replace(x, terms=0).times(*self._power(x, self.beta)))
        return box.widened(self._error(box, x, arithmetic))

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Bounds:
        """See :class:`Operator`.

        Notes
        -----
        dy_i = S_i^-beta dx_i - (2 alpha beta / size) x_i S_i^(-beta-1) sum_j x_j dx_j.
        """
        x, y, d = xs[0], ys[0], replace(ds[0], terms=0)
        hull = replace(x, lo=np.minimum(x.lo, y.lo), hi=np.maximum(x.hi, y.hi), terms=0)
        products = d.times(hull.lo, hull.hi)
        sums = replace(products, lo=self._near(products.lo, -1), hi=self._near(products.hi, 1))
        factor = -2 * self.alpha * self.beta / self.size
        indirect = hull.times(*self._power(hull, self.beta + 1)).times(sums.lo, sums.hi).times(factor, factor)
        change = self._own(d.times(*self._power(hull, self.beta)).plus(self._own(indirect)))
        own = self._own(replace(hull).times(*self._power(hull, self.beta)))
        return change.widened(self._error(own, x, arithmetic[0]) + self._error(own, y, arithmetic[1]))

    def _power(self, x: Bounds, exponent: float) -> tuple[Array, Array]:
        """Bound S^-exponent."""
        squares = np.square(np.maximum(0, np.maximum(x.lo, -x.hi))), np.square(x.magnitude)
        least, most = (self.bias + self.alpha / self.size * self._near(square) for square in squares)
        return (most * (1 + _OWN)) ** -exponent * (1 - _OWN), (least * (1 - _OWN)) ** -exponent * (1 + _OWN)

    def _near(self, x: Array, direction: int = 0) -> Array:
        """Sum over the near channels; rounded down or up if the direction is -1 or 1."""
        before = (self.size - 1) // 2
        padded = np.pad(x, [(0, 0), (before, self.size - 1 - before)] + [(0, 0)] * (x.ndim - 2))
        parts = [padded[:, k : k + x.shape[1]] for k in range(self.size)]
        total = sum(parts[1:], start=parts[0])
        if direction:
            total = total + direction * _OWN * sum((np.abs(part) for part in parts), start=np.zeros(()))
        return total

    def _error(self, result: Bounds, x: Bounds, arithmetic: Arithmetic) -> Array:
        # The power multiplies the relative error of its argument by beta.
        factor = arithmetic.gamma(int((self.size + SLACK) * (1 + self.beta)) + FUNCTION_ULPS)
        squares = np.square(x.magnitude) * self.size
        _check_range(squares * self.alpha + self.bias, factor, arithmetic)
        return result.magnitude * (factor * (1 + _OWN)) + 4 * arithmetic.tiny

    @staticmethod
    def _own(box: Bounds) -> Bounds:
        return box.widened(box.magnitude * _OWN)


def _check_range(size: Array, factor: float, arithmetic: Arithmetic) -> None:
    if np.isinf(factor):
        raise Unsupported("its sums may lose all their digits")
    if not np.all(size <= arithmetic.largest / 2):
        raise Unsupported("the bounds of its values do not exclude an overflow")
