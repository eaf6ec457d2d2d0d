"""The windows that a pooling layer sees, drawn from arrays with a bounded memory.

Only windows that lie wholly inside the array are drawn: a window that reaches into the padding is completed by values
that are no data. All of them are taken, or, where they are more than a limit, one at random from each of equally long
stretches in the order of rows, which keeps the subset spread out over the array.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.errors import InputError, KernelSizeError
from theory.subpools import check_kernel_size

_VALUES_AT_ONCE = 1 << 20
"""Numbers that are copied at once, whatever the kernel size: some MiB."""

BLOCKS = 4
"""Parts of each axis where blocks stand in for pictures: few, so that blocks are large and nearly independent."""


@dataclass(frozen=True)
class Placement:
    """How windows lie in an array, axis by axis: their extents, the steps between them, those between their inputs.

    The first window starts at ``offsets``.
    """

    kernel_shape: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    offsets: tuple[int, ...]

    @classmethod
    def of(
        cls,
        kernel_shape: Sequence[int],
        *,
        strides: Sequence[int] | None = None,
        dilations: Sequence[int] | None = None,
        offsets: Sequence[int] | None = None,
    ) -> Placement:
        """Fill in what is not given: steps of 1, the first window at the first value.

        Raises
        ------
        KernelSizeError
            If the kernel has fewer than two inputs.
        InputError
            If the extents do not belong together, or steps are not positive.
        """
        shape = tuple(kernel_shape)
        if not shape or min(shape) < 1:
            raise KernelSizeError(f"a kernel shape has extents of at least 1, not {shape}")
        check_kernel_size(prod(shape))
        steps, spread, start = (
            (default,) * len(shape) if given is None else tuple(given)
            for given, default in ((strides, 1), (dilations, 1), (offsets, 0))
        )
        if not len(steps) == len(spread) == len(start) == len(shape):
            raise InputError(
                f"a kernel with {len(shape)} extents needs as many strides, dilations and offsets, "
                f"not {steps}, {spread} and {start}"
            )
        if min(*steps, *spread) < 1 or min(start) < 0:
            raise InputError(
                f"strides and dilations are at least 1, offsets at least 0, not {steps}, {spread}, {start}"
            )
        return cls(shape, steps, spread, start)

    @property
    def kernel_size(self) -> int:
        """Number d of inputs of a window."""
        return prod(self.kernel_shape)

    @property
    def spans(self) -> tuple[int, ...]:
        """From the first to the last input of a window along each axis, both counted."""
        return tuple(d * (k - 1) + 1 for k, d in zip(self.kernel_shape, self.dilations, strict=True))

    def grid(self, shape: Sequence[int]) -> tuple[int, ...]:
        """Count the windows along each axis of an array with this spatial shape.

        Raises
        ------
        InputError
            If there is none, or the array has another number of axes.

        Examples
        --------
        >>> Placement.of([3, 3], strides=[2, 2]).grid([7, 8])
        (3, 3)
        """
        if len(shape) != len(self.kernel_shape):
            raise InputError(
                f"a kernel with {len(self.kernel_shape)} extents needs as many spatial axes, not {len(shape)}"
            )
        room = [n - o - s for n, o, s in zip(shape, self.offsets, self.spans, strict=True)]
        if min(room) < 0:
            raise InputError(
                f"a window of {'x'.join(map(str, self.spans))} values is larger than what there is: "
                f"{'x'.join(map(str, shape))}"
            )
        return tuple(r // s + 1 for r, s in zip(room, self.strides, strict=True))


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
    array: NDArray[Any], placement: Placement, chosen: NDArray[np.int64]
) -> Iterator[NDArray[np.float64]]:
    """Yield windows as rows of increasing values, shape (n, kernel_size), some thousands at a time.

    Windows are numbered over the channels of the array, shape (channels, *spatial), then over the grid in the order of
    rows. Integers up to 2^53 and floats are kept as they are.

    Examples
    --------
    >>> image = np.array([[[3, 1], [2, 0], [5, 4]]])
    >>> [rows.tolist() for rows in sorted_windows(image, Placement.of([2, 2]), np.arange(2))]
    [[[0.0, 1.0, 2.0, 3.0], [0.0, 2.0, 4.0, 5.0]]]
    """
    grid = placement.grid(array.shape[1:])
    axes = tuple(range(1, array.ndim))
    # A view: nothing is copied until windows are picked.
    view = np.lib.stride_tricks.sliding_window_view(array, placement.spans, axis=axes)
    starts = (slice(o, None, s) for o, s in zip(placement.offsets, placement.strides, strict=True))
    taps = (slice(None, None, d) for d in placement.dilations)
    view = view[(slice(None), *starts, *taps)]
    at_once = max(1, _VALUES_AT_ONCE // placement.kernel_size)
    for first in range(0, len(chosen), at_once):
        where = np.unravel_index(chosen[first : first + at_once], (array.shape[0], *grid))
        # Floats sort faster than bytes, which NumPy has no vectorised sort for.
        yield np.sort(view[where].reshape(-1, placement.kernel_size).astype(np.float64), axis=-1)


def blocks_of(chosen: NDArray[np.int64], channels: int, grid: Sequence[int]) -> NDArray[np.int64]:
    """Find the block of the array in which each window starts, alike in all channels, 0..BLOCKS**len(grid) - 1.

    Windows are numbered as :func:`sorted_windows` does.

    Examples
    --------
    >>> blocks_of(np.arange(12), 1, [12])
    array([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3])
    """
    _, *where = np.unravel_index(chosen, (channels, *grid))
    along = tuple(index * BLOCKS // n for index, n in zip(where, grid, strict=True))
    return np.ravel_multi_index(along, (BLOCKS,) * len(grid))
