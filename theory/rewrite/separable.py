"""The maximum over a window as maxima along one axis after the other, by slices and b + relu(a - b)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import inf, prod
from typing import Any

import numpy.typing as npt

from theory.models.windows import AxisWindows, WindowGrid
from theory.rewrite.axis_plan import AxisPlan, plan_axis
from theory.rewrite.emitter import CHANNEL_AXES, Emitter


@dataclass(frozen=True)
class SeparablePlan:
    """In which order to go along the spatial axes, and how along each; ReLUs for one output, the borders aside.

    Examples
    --------
    >>> three, strided = AxisWindows(3), AxisWindows(3, stride=2)
    >>> plan_separable([three, three]).units, plan_separable([strided, strided]).units
    (4, 6)
    >>> [plan_separable([AxisWindows(k)] * 2).units for k in (2, 5, 9, 13)]
    [2, 6, 8, 8]
    """

    steps: tuple[tuple[int, AxisPlan], ...]
    units: int
    hidden_layers: int


def plan_separable(axes: Sequence[AxisWindows]) -> SeparablePlan:
    """Choose the order of the axes that takes the fewest ReLUs; of equal ones that which begins with the first axes.

    An axis that comes early is paid for all values of the axes that come later, which their strides thin out only then:
    u_i s_j + u_j against u_j s_i + u_i for two of them with u ReLUs and stride s. So the least u / (s - 1) comes first.
    """
    plans = [plan_axis(axis) for axis in axes]

    def price(i: int) -> Fraction | float:
        return Fraction(plans[i].units, axes[i].stride - 1) if axes[i].stride > 1 else inf

    order = sorted(range(len(axes)), key=price)
    units = sum(plans[i].units * prod(axes[j].stride for j in order[place + 1 :]) for place, i in enumerate(order))
    return SeparablePlan(tuple((i, plans[i]) for i in order), units, sum(plan.depth for plan in plans))


def pad_window(emitter: Emitter, x: str, windows: WindowGrid, extents: Sequence[int | None]) -> str:
    """Pad so that each tap on padding repeats one of the same window that is not; the extents as far as known."""
    plain = [axis.dilation == 1 for axis in windows.axes]
    x = emitter.pad_edge(
        x,
        [axis.begin if edge else 0 for axis, edge in zip(windows.axes, plain, strict=True)],
        [axis.end if edge else 0 for axis, edge in zip(windows.axes, plain, strict=True)],
    )
    for number, (axis, extent) in enumerate(zip(windows.axes, extents, strict=True)):
        if not plain[number] and axis.padded:
            place = CHANNEL_AXES + number
            x = emitter.pad_periodic(x, place, axis.dilation, axis.begin, axis.end, extent)
    return x


def emit_separable(
    emitter: Emitter,
    x: str,
    *,
    windows: WindowGrid,
    plan: SeparablePlan,
    extents: Sequence[int | None],
    zero: npt.NDArray[Any] | None = None,
) -> str:
    """Add nodes for the maximum over the windows of a value of shape (N, C, *spatial); extents as far as known.

    Padding is with a zero, if one is given, for values that are nowhere negative; else values at the borders are
    repeated.
    """
    if zero is None:
        x = pad_window(emitter, x, windows, extents)
    elif windows.padded:
        x = emitter.pad_spatial(x, windows.pads, zero)
    for number, steps in plan.steps:
        axis, extent = windows.axes[number], extents[number]
        padded = None if extent is None else extent + axis.begin + axis.end
        x = _emit_axis(emitter, x, CHANNEL_AXES + number, steps, padded)
    return x


def _emit_axis(emitter: Emitter, x: str, place: int, plan: AxisPlan, extent: int | None) -> str:
    taps = [emitter.slice(x, place, tap.start, tap.drop, tap.step, extent) for tap in plan.taps]
    if plan.prefix:
        first = _fold(emitter, taps[: plan.prefix])
        # There is one more of the first taps than there are whole blocks.
        rest = _fold(emitter, taps[plan.prefix :])
        value = emitter.maximum(emitter.slice(first, place, 0, 1), rest)
    else:
        value = _fold(emitter, taps)
    for shift in plan.shifts:
        value = emitter.maximum(emitter.slice(value, place, 0, shift), emitter.slice(value, place, shift, 0))
    if plan.prefix:
        value = emitter.maximum(value, emitter.slice(first, place, plan.prefix_shift, 0))
    return value


def _fold(emitter: Emitter, values: Sequence[str]) -> str:
    """Add nodes for the maximum of values of one shape, compared in pairs."""
    values = list(values)
    while len(values) > 1:
        pairs = [emitter.maximum(a, b) for a, b in zip(values[::2], values[1::2], strict=False)]
        values = pairs + values[len(pairs) * 2 :]
    return values[0]
