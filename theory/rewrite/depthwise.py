"""The maximum along one axis after the other, differences and picks of neighbours being convolutions of each channel.

b + relu(a - b), where a and b are values of one sequence at two places: the difference is a convolution with a kernel
that has 1 and -1 in it, b one with a single 1. Runtimes fuse such a convolution with the Add and the Relu after it, and
keep the layout that they have for convolutions, so this is several times as fast as slices are. It needs the number of
channels, and a type for which runtimes have Conv.

A maximum over some taps is kept as (j, u): x at tap j plus the value u of ReLUs so far. Then

    max((i, u), (j, v)) = (j, v + relu(x_i - x_j + u - v)).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from theory.models.windows import AxisWindows, WindowGrid
from theory.rewrite.axis_plan import AxisPlan
from theory.rewrite.convolutions import ConvLayer, emit_conv
from theory.rewrite.emitter import Emitter
from theory.rewrite.separable import SeparablePlan

_TAPS_MAX = 16
"""Values along an axis that are compared by convolutions over all of them."""

_Partial = tuple[int, str | None]
"""A tap, and the value to be added to it; None for none."""


def fits_depthwise(plan: SeparablePlan) -> bool:
    """Return whether convolutions can take the place of all slices of a plan.

    Not where blocks lack a part, whose sequence is longer than that of the blocks by a number that depends on the
    extent; nor where many taps are compared, whose kernels of zeros grow with their square.
    """
    return not any(steps.prefix or len(steps.taps) > _TAPS_MAX for _, steps in plan.steps)


def emit_depthwise(
    emitter: Emitter, x: str, channels: int, *, windows: WindowGrid, plan: SeparablePlan, dtype: npt.DTypeLike
) -> str:
    """Add nodes for the maximum over the windows of a value of shape (N, channels, *spatial), for a plan that fits.

    Padding is with zeros, and so only for values that are nowhere negative.
    """
    for number, steps in plan.steps:
        axis = windows.axes[number]
        if axis != AxisWindows(1):
            x = _AlongAxis(emitter, number, len(windows.axes), channels, dtype).maximum(x, axis, steps)
    return x


class _AlongAxis:
    """Convolutions along one spatial axis."""

    def __init__(self, emitter: Emitter, number: int, rank: int, channels: int, dtype: npt.DTypeLike) -> None:
        self._emitter = emitter
        self._number = number
        self._rank = rank
        self._channels = channels
        self._dtype = dtype

    def maximum(self, x: str, axis: AxisWindows, plan: AxisPlan) -> str:
        # The first convolutions have the stride and the padding, those after them neither.
        if len(plan.taps) > 1 or not plan.shifts:
            x = self._over_taps(x, replace(axis, kernel=len(plan.taps)))
            axis = AxisWindows(1)
        for shift in plan.shifts:
            first = axis.kernel > 1
            x = self._over_taps(x, replace(axis, kernel=2) if first else AxisWindows(2, 1, shift))
            axis = AxisWindows(1)
        return x

    def _over_taps(self, x: str, axis: AxisWindows) -> str:
        """Compare all taps of windows in pairs."""
        values: list[_Partial] = [(j, None) for j in range(axis.kernel)]
        while len(values) > 1:
            pairs = [self._larger(x, axis, a, b) for a, b in zip(values[::2], values[1::2], strict=False)]
            values = pairs + values[len(pairs) * 2 :]
        ((tap, rest),) = values
        picked = self._conv(x, axis, {tap: 1})
        return picked if rest is None else self._emitter.op("Add", [picked, rest])

    def _larger(self, x: str, axis: AxisWindows, a: _Partial, b: _Partial) -> _Partial:
        (i, u), (j, v) = a, b
        difference = self._conv(x, axis, {i: 1, j: -1})
        if u is not None:
            difference = self._emitter.op("Add", [difference, u])
        if v is not None:
            difference = self._emitter.op("Sub", [difference, v])
        unit = self._emitter.op("Relu", [difference])
        return j, unit if v is None else self._emitter.op("Add", [unit, v])

    def _conv(self, x: str, axis: AxisWindows, taps: dict[int, int]) -> str:
        windows = WindowGrid.along(axis, self._number, self._rank)
        weights = np.array([Fraction(taps.get(tap, 0)) for tap in range(axis.kernel)], dtype=object)
        layer = ConvLayer(weights.reshape(1, 1, *windows.kernel_shape), (Fraction(0),), windows)
        return emit_conv(self._emitter, x, layer, self._channels, self._dtype)
