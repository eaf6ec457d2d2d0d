"""The windows that a pooling layer sees, drawn from arrays with a bounded memory.

Only windows that lie wholly inside the array are drawn: a window that reaches into the padding is completed by values
that are no data. All of them are taken, or, where they are more than a limit, one at random from each of equally long
stretches in the order of rows, which keeps the subset spread out over the array.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.empirical.pooling.geometry import check_kernel_shape
from theory.errors import InputError
from theory.models.windows import WindowGrid, read_windows
from theory.notation import check_kernel_size

_VALUES_AT_ONCE = 1 << 20
"""Numbers that are copied at once, whatever the kernel size: some MiB."""

_BLOCKS = 4
"""Parts of each axis where blocks stand in for pictures: few, so that blocks are large and nearly independent."""


def windows_of(kernel_shape: Sequence[int], strides: Sequence[int] | None = None) -> WindowGrid:
    """Lay windows of at least two inputs from the first value on; a KernelSizeError or InputError says what is wrong.

    Examples
    --------
    >>> grid_of(windows_of([3, 3], strides=[2, 2]), [7, 8])
    (3, 3)
    """
    windows = read_windows({"kernel_shape": check_kernel_shape(kernel_shape), "strides": strides})
    check_kernel_size(windows.kernel_size)
    return windows


def grid_of(windows: WindowGrid, shape: Sequence[int]) -> tuple[int, ...]:
    """Count the windows along each axis of an array with this spatial shape; an InputError if there is none."""
    if len(shape) != len(windows.axes):
        raise InputError(f"a kernel with {len(windows.axes)} extents needs as many spatial axes, not {len(shape)}")
    grid = tuple(axis.outputs(extent) for axis, extent in zip(windows.axes, shape, strict=True))
    if min(grid) < 1:
        spans, there = ("x".join(map(str, n)) for n in ([axis.span + 1 for axis in windows.axes], shape))
        raise InputError(f"a window of {spans} values is larger than what there is: {there}")
    return grid


def select(windows: int, limit: int | None, rng: np.random.Generator) -> NDArray[np.int64]:
    """Choose the numbers of windows that are looked at, increasing: all, or one of each of ``limit`` long stretches.

    Examples
    --------
    >>> select(5, None, np.random.default_rng(0))
    array([0, 1, 2, 3, 4])
    """
    if limit is None or windows <= limit:
        return np.arange(windows, dtype=np.int64)
    edges = np.arange(limit + 1, dtype=np.int64) * windows // limit
    return rng.integers(edges[:-1], edges[1:])


def sorted_windows(
    array: NDArray[Any], windows: WindowGrid, chosen: NDArray[np.int64]
) -> Iterator[NDArray[np.float64]]:
    """Yield windows as rows of increasing values, shape (n, kernel_size), some thousands at a time.

    Windows are numbered over the channels of the array, shape (channels, *spatial), then over the grid in the order of
    rows. Integers up to 2^53 and floats are kept as they are.

    Examples
    --------
    >>> image = np.array([[[3, 1], [2, 0], [5, 4]]])
    >>> [rows.tolist() for rows in sorted_windows(image, windows_of([2, 2]), np.arange(2))]
    [[[0.0, 1.0, 2.0, 3.0], [0.0, 2.0, 4.0, 5.0]]]
    """
    grid = grid_of(windows, array.shape[1:])
    # A view: nothing is copied until windows are picked.
    spans = tuple(axis.span + 1 for axis in windows.axes)
    view = np.lib.stride_tricks.sliding_window_view(array, spans, axis=tuple(range(1, array.ndim)))
    starts = (slice(-axis.begin, None, axis.stride) for axis in windows.axes)
    taps = (slice(None, None, axis.dilation) for axis in windows.axes)
    view = view[(slice(None), *starts, *taps)]
    at_once = max(1, _VALUES_AT_ONCE // windows.kernel_size)
    for first in range(0, len(chosen), at_once):
        where = np.unravel_index(chosen[first : first + at_once], (array.shape[0], *grid))
        # Floats sort faster than bytes, which NumPy has no vectorised sort for.
        yield np.sort(view[where].reshape(-1, windows.kernel_size).astype(np.float64), axis=-1)


def blocks_of(chosen: NDArray[np.int64], channels: int, grid: Sequence[int]) -> NDArray[np.int64]:
    """Find the block of the array in which each window starts, alike in all channels, 0..BLOCKS**len(grid) - 1.

    Windows are numbered as :func:`sorted_windows` does.

    Examples
    --------
    >>> blocks_of(np.arange(12), 1, [12])
    array([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3])
    """
    _, *where = np.unravel_index(chosen, (channels, *grid))
    along = tuple(index * _BLOCKS // n for index, n in zip(where, grid, strict=True))
    return np.ravel_multi_index(along, (_BLOCKS,) * len(grid))
