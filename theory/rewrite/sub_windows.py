"""Maxima over parts of a window: one map of maxima for each shape of part, and a convolution with their coefficients.

Along an axis a part has w of the k taps of a window, each t taps after the one before, the first one o taps after the
window's own first. Its maximum is a value of a map that has the maxima over all such parts, one for each place where
one begins; the maximum over the parts of one window are some of its values, at distances that are those of the o. So
the sum of these maxima, with their coefficients, is a convolution over the map, with the coefficients as its kernel,
zeros between them, and the stride of the windows.

Where all o, the k - 1 - (w - 1) t taps that are left, and the stride have a common divisor, in values of the input,
only every so many values of the map are read, and the map has that stride.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import gcd, prod

import numpy as np

from theory.combination import Subset
from theory.errors import InputError
from theory.models.windows import AxisWindows, WindowGrid
from theory.rewrite.convolutions import ConvLayer


@dataclass(frozen=True)
class SubWindows:
    """The windows of a map of maxima, padded as the input's own windows are, and what is computed of that map."""

    maxima: WindowGrid
    layer: ConvLayer

    def pads_alike(self, extents: Sequence[int | None]) -> bool:
        """Return whether each has a value that is no padding wherever it lies, as far as the extents are known.

        Then minus infinity as padding is as good as the least value of the window, for which the error is certified.
        Runtimes want padding below the number of taps.
        """
        return all(
            not axis.padded
            or (max(axis.begin, axis.end) < axis.kernel and (axis.dilation == 1 or (extent or 0) >= axis.dilation))
            for axis, extent in zip(self.maxima.axes, extents, strict=True)
        )


def group_sub_windows(
    windows: WindowGrid, coefficients: Mapping[Subset, Fraction], offset: Fraction
) -> list[SubWindows]:
    """Group parts of a window by their shape; the offset is added to the first group's sum.

    Raises InputError for a set of positions that is no smaller window with equal steps along each axis, which is what a
    MaxPool takes.

    Examples
    --------
    >>> grid = WindowGrid((AxisWindows(3, stride=2),) * 2)
    >>> rows = {Subset({0, 1, 2}): Fraction(1, 2), Subset({6, 7, 8}): Fraction(1, 2)}
    >>> (group,) = group_sub_windows(grid, rows, Fraction(0))
    >>> group.maxima.kernel_shape, group.maxima.strides, group.layer.windows.kernel_shape
    ((1, 3), (2, 2), (2, 1))
    """
    groups: dict[tuple[tuple[int, int], ...], dict[tuple[int, ...], Fraction]] = {}
    for subset, c in coefficients.items():
        sides = _sides(subset, windows.kernel_shape)
        shape = tuple((count, step) for _, count, step in sides)
        groups.setdefault(shape, {})[tuple(start for start, _, _ in sides)] = c
    return [
        _sub_windows(windows, shape, places, Fraction(0) if number else offset)
        for number, (shape, places) in enumerate(groups.items())
    ]


def is_sub_window(subset: Subset, kernel_shape: Sequence[int]) -> bool:
    """Return whether a set of positions is a smaller window with equal steps along each axis.

    >>> [is_sub_window(Subset(one), (3, 3)) for one in [(0, 2, 6, 8), (0, 1, 3), (0, 4, 8)]]
    [True, False, False]
    """
    axes, steps = _along_axes(subset, kernel_shape)
    return prod(map(len, axes)) == len(subset) and all(len(step) == 1 for step in steps)


def _along_axes(subset: Subset, kernel_shape: Sequence[int]) -> tuple[list[list[int]], list[set[int]]]:
    """Return the positions of a set along each axis, and the steps between them."""
    axes = [sorted(set(axis.tolist())) for axis in np.unravel_index(sorted(subset), tuple(kernel_shape))]
    return axes, [{b - a for a, b in pairwise(axis)} or {1} for axis in axes]


def _sides(subset: Subset, kernel_shape: Sequence[int]) -> list[tuple[int, int, int]]:
    """Return the first position along each axis, the number of positions, and the step between them."""
    axes, steps = _along_axes(subset, kernel_shape)
    if not is_sub_window(subset, kernel_shape):
        raise InputError(
            f"the positions {'+'.join(map(str, sorted(subset)))} are no smaller window, with equal steps along each "
            f"axis, of its kernel {'x'.join(map(str, kernel_shape))}, as a MaxPool takes; other styles take any"
        )
    return [(axis[0], len(axis), min(step)) for axis, step in zip(axes, steps, strict=True)]


def _sub_windows(
    windows: WindowGrid,
    shape: Sequence[tuple[int, int]],
    places: Mapping[tuple[int, ...], Fraction],
    offset: Fraction,
) -> SubWindows:
    pixels = all(count == 1 for count, _ in shape)
    maxima, read, units = [], [], []
    for number, (axis, (count, step)) in enumerate(zip(windows.axes, shape, strict=True)):
        dilation = step * axis.dilation if count > 1 else 1
        starts = {place[number] * axis.dilation for place in places}
        left = axis.span - (count - 1) * dilation
        # Pixels are read as they are.
        stride = 1 if pixels else gcd(axis.stride, left, *starts)
        unit = gcd(left, *starts) or stride
        maxima.append(AxisWindows(count, stride, dilation, axis.begin, axis.end))
        read.append(AxisWindows(left // unit + 1, axis.stride // stride, unit // stride))
        units.append(unit)
    kernel = np.full(tuple(axis.kernel for axis in read), Fraction(0), dtype=object)
    for place, c in places.items():
        steps = zip(place, windows.dilations, units, strict=True)
        kernel[tuple(start * dilation // unit for start, dilation, unit in steps)] = c
    layer = ConvLayer(kernel.reshape(1, 1, *kernel.shape), (offset,), WindowGrid(tuple(read)))
    return SubWindows(WindowGrid(tuple(maxima)), layer)
