"""Activations that fall somewhere, or whose results are rounded by how large their arguments are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import pi, sqrt
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.special import expit, ndtr

from theory.rewrite.certify.answers import Array, Unsupported
from theory.rewrite.certify.arithmetic import FUNCTION_ULPS, OWN, SLACK, Arithmetic
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.chain import largest
from theory.rewrite.certify.operators import Boxes, Call, Interpreted, Operator, Pair

_Ends: TypeAlias = Callable[[Array, Array], tuple[Array, Array]]
"""Takes the ends of intervals to bounds of a function on them."""

_NEAR = 2.0**-30
"""Turns are taken to lie in an interval that ends so close to them."""


def _monotone_but_at(function: Callable[[Array], Array], *turns: tuple[float, float]) -> _Ends:
    """Bound a function that is monotone between the places given with its values there."""

    def bounds(lo: Array, hi: Array) -> tuple[Array, Array]:
        ends = function(lo), function(hi)
        low, high = np.minimum(*ends), np.maximum(*ends)
        for place, value in turns:
            within = (lo <= place + _NEAR) & (hi >= place - _NEAR)
            low = np.where(within, np.minimum(low, value), low)
            high = np.where(within, np.maximum(high, value), high)
        return low, high

    return bounds


def _one_of(*cases: tuple[npt.NDArray[np.bool_], Array | float, Array | float]) -> tuple[Array, Array]:
    """Bound what is in one of several ranges: where it may be, the least, the largest. One of them always is."""
    low = np.minimum.reduce([np.where(where, least, np.inf) for where, least, _ in cases])
    return low, np.maximum.reduce([np.where(where, largest, -np.inf) for where, _, largest in cases])


@dataclass(frozen=True, eq=False, kw_only=True)
class _Activation(Operator):
    """A function of each element."""

    image: _Ends
    slopes: _Ends
    """Bounds the derivative between two arguments."""
    size: Callable[[Array], Array]
    """Takes the largest magnitude of arguments to that of what is rounded; nothing grows beyond ``peak``."""
    peak: Callable[[Array], Array]
    ulps: int
    """Roundoffs of that size that the runtime may be off by, beside the usual ones; -1 where no digit is lost."""

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Box:
        """See :class:`Operator`."""
        box = Box(*self.image(xs[0].lo, xs[0].hi), xs[0].dtype)
        return box.widened(self._own(xs[0])).widened(self._error(xs[0], arithmetic))

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        """See :class:`Operator`."""
        change = self._carried(xs[0].hull(ys[0]), ds[0])
        return change.widened(self._error(xs[0], arithmetic[0]) + self._error(ys[0], arithmetic[1]))

    def lengthened(self, xs: Boxes, lengths: Sequence[float]) -> float:
        """See :class:`Operator`."""
        low, high = self.slopes(np.array(-np.inf), np.array(np.inf))
        return largest(np.maximum(np.abs(low), np.abs(high))) * (1 + 8 * OWN) * lengths[0]

    def _carried(self, both: Box, difference: Box) -> Box:
        low, high = self.slopes(both.lo, both.hi)
        if self.ulps < 0:
            return difference.times(low, high)
        return difference.times(low - 4 * OWN * np.abs(low) - OWN, high + 4 * OWN * np.abs(high) + OWN)

    def _own(self, x: Box) -> Array | float:
        return 0.0 if self.ulps < 0 else self.size(x.magnitude) * OWN

    def _error(self, x: Box, arithmetic: Arithmetic) -> Array:
        size = self.size(x.magnitude)
        factor = arithmetic.within_range(self.ulps + SLACK, np.maximum(size, self.peak(x.magnitude)))
        # The argument may be taken for 0, a constant, and the value.
        vanishing = arithmetic.tiny * (4 + x.magnitude + self.size(np.ones(())))
        error: Array = vanishing if self.ulps < 0 else vanishing + size * (factor * (1 + OWN))
        return error


def _simple(call: Call, **parts: object) -> Interpreted:
    given: dict[str, object] = {"size": np.abs, "peak": np.abs, "ulps": FUNCTION_ULPS, **parts}
    return _Activation(**given), [call.tensor()]  # type: ignore[arg-type]


def leaky_relu(call: Call) -> Interpreted:
    """Read LeakyRelu."""
    return _leaky(np.asarray(call.get("alpha", float(np.float32(0.01))), np.float64), 1), [call.tensor()]


def prelu(call: Call) -> Interpreted:
    """Read PRelu with constant slopes."""
    x, slope = call.tensor(), call.weights(1)
    if np.broadcast_shapes(slope.shape, x.shape) != x.shape:
        raise Unsupported(f"slopes of shape {slope.shape} do not fit an input of shape {x.shape}")
    return _leaky(slope, 1), [x]


def absolute(call: Call) -> Interpreted:
    """Read Abs."""
    return _leaky(np.full((), -1.0), -1), [call.tensor()]


@dataclass(frozen=True, eq=False, kw_only=True)
class _Leaky(_Activation):
    """Another slope below 0 than 1."""

    slope: Array

    def between(self, other: Operator, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        """See :class:`Operator`: the difference by the slopes of the first, and what slopes differ below 0."""
        if not isinstance(other, _Leaky) or self.slope.shape != other.slope.shape:
            raise Unsupported("the models do different things here")
        turned = other.slope - self.slope
        reach = OWN * np.abs(turned)
        moved = ys[0].mapped(lambda y: np.minimum(y, 0.0)).times(turned - reach, turned + reach)
        change = self._carried(xs[0].hull(ys[0]), ds[0]).plus(moved)
        return change.widened(self._error(xs[0], arithmetic[0]) + other._error(ys[0], arithmetic[1]))


def _leaky(slope: Array, ulps: int) -> _Leaky:
    def slopes(lo: Array, hi: Array) -> tuple[Array, Array]:
        return _one_of(((hi > 0) | (lo >= 0), 1.0, 1.0), (lo < 0, slope, slope))

    return _Leaky(
        image=_monotone_but_at(lambda x: np.where(x >= 0, x, slope * x), (0.0, 0.0)),
        slopes=slopes,
        size=lambda x: x * np.maximum(1.0, np.abs(slope)),
        peak=np.abs,
        ulps=ulps,
        slope=slope,
    )


def elu(call: Call) -> Interpreted:
    """Read Elu."""
    alpha = float(call.get("alpha", 1.0))
    if not alpha >= 0:
        raise Unsupported(f"its alpha is {alpha}")

    def slopes(lo: Array, hi: Array) -> tuple[Array, Array]:
        least, most = (alpha * np.exp(np.minimum(end, 0.0)) for end in (lo, hi))
        return _one_of(((hi > 0) | (lo >= 0), 1.0, 1.0), (lo < 0, least, most))

    return _simple(
        call,
        image=_monotone_but_at(lambda x: np.where(x >= 0, x, alpha * np.expm1(np.minimum(x, 0.0)))),
        slopes=slopes,
        size=lambda x: x + alpha,
    )


def hard_sigmoid(call: Call) -> Interpreted:
    """Read HardSigmoid."""
    alpha, beta = (float(call.get(name, float(np.float32(x)))) for name, x in (("alpha", 0.2), ("beta", 0.5)))

    def size(x: Array) -> Array:
        result: Array = abs(alpha) * x + abs(beta)
        return result

    def slopes(lo: Array, hi: Array) -> tuple[Array, Array]:
        ends = alpha * lo + beta, alpha * hi + beta
        own = OWN * size(np.maximum(np.abs(lo), np.abs(hi)))
        low, high = np.minimum(*ends) - own, np.maximum(*ends) + own
        return _one_of(((high > 0) & (low < 1), alpha, alpha), ((low < 0) | (high > 1), 0.0, 0.0))

    image = _monotone_but_at(lambda x: np.clip(alpha * x + beta, 0.0, 1.0))
    return _simple(call, image=image, slopes=slopes, size=size, ulps=2)


def hard_swish(call: Call) -> Interpreted:
    """Read HardSwish: x times x/6 + 1/2 cut off at 0 and 1."""
    if call.tensor().dtype == np.float64:
        raise Unsupported("its 1/6 has the precision of float32 in some runtimes")

    def slopes(lo: Array, hi: Array) -> tuple[Array, Array]:
        least, most = (np.clip(end, -3.0, 3.0) / 3 + 0.5 for end in (lo, hi))
        return _one_of(((lo < 3) & (hi > -3), least, most), (lo <= -3, 0.0, 0.0), (hi >= 3, 1.0, 1.0))

    image = _monotone_but_at(lambda x: x * np.clip(x / 6 + 0.5, 0.0, 1.0), (-1.5, -0.375))
    return _simple(call, image=image, slopes=slopes, peak=lambda x: 6 * x, ulps=4)


def silu(call: Call) -> Interpreted:
    """Read x Sigmoid(x)."""
    steepest = 2.399357280515468
    derivative = _monotone_but_at(
        lambda x: expit(x) * (1 + x * expit(-x)), (-steepest, -0.0998393201288669), (steepest, 1.0998393201288669)
    )
    image = _monotone_but_at(lambda x: x * expit(x), (-1.278464542761074, -0.27846454276107375))
    return _simple(call, image=image, slopes=derivative)


def gelu(call: Call) -> Interpreted:
    """Read Gelu, by the error function or by tanh."""
    if call.tensor().dtype == np.float64:
        raise Unsupported("its constants have the precision of float32 in some runtimes")
    if call.get("approximate", "none") == "tanh":
        return _tanh_gelu(call)
    steepest = sqrt(2)
    derivative = _monotone_but_at(
        lambda x: ndtr(x) + x * np.exp(-np.square(np.clip(x, -40.0, 40.0)) / 2) / sqrt(2 * pi),
        (-steepest, -0.12890414518515477),
        (steepest, 1.1289041451851548),
    )
    image = _monotone_but_at(lambda x: x * ndtr(x), (-0.7517915246935645, -0.16997120747990369))
    return _simple(call, image=image, slopes=derivative)


def _tanh_gelu(call: Call) -> Interpreted:
    factor, cubic = sqrt(2 / pi), 0.044715

    def derivative(x: Array) -> Array:
        # Beyond, the bell is 0 but for an underflow.
        z = np.clip(x, -100.0, 100.0)
        bell = 1 / np.cosh(np.minimum(np.abs(factor * (z + cubic * z**3)), 350.0)) ** 2
        result: Array = 0.5 * (1 + tanh(x)) + 0.5 * z * bell * factor * (1 + 3 * cubic * z**2)
        return result

    def tanh(x: Array) -> Array:
        z = np.clip(x, -100.0, 100.0)
        return np.tanh(factor * (z + cubic * z**3))

    steepest = 1.4185040087908283
    return _simple(
        call,
        image=_monotone_but_at(lambda x: 0.5 * x * (1 + tanh(x)), (-0.7524614220710163, -0.17004075057125405)),
        slopes=_monotone_but_at(derivative, (-steepest, -0.1289930686587718), (steepest, 1.1289930686587718)),
        peak=lambda x: x**3,
    )
