"""The windows of Conv, MaxPool and AveragePool nodes on tensors of known shape, as onnxruntime places them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.answers import Unsupported


@dataclass(frozen=True)
class Windows:
    """Where the windows of a convolution or pooling lie; one entry for each spatial axis."""

    size: tuple[int, ...]
    """Of the result: how many windows there are."""
    pads: tuple[tuple[int, int], ...]
    """So much padding that every tap of every window exists."""
    along: tuple[tuple[slice, ...], ...]
    """What each tap of the kernel sees of the padded axis."""

    def taps(self, x: npt.NDArray[Any], fill: float) -> list[npt.NDArray[Any]]:
        """Return, for each tap of the kernel in row-major order, what it sees in every window; fill in the padding."""
        padded = x
        if any(map(any, self.pads)):
            # np.pad takes ten times as long for small tensors.
            spatial = x.shape[x.ndim - len(self.pads) :]
            whole = [size + before + after for size, (before, after) in zip(spatial, self.pads, strict=True)]
            inner = [slice(before, before + size) for size, (before, _) in zip(spatial, self.pads, strict=True)]
            padded = np.full((*x.shape[: x.ndim - len(whole)], *whole), fill, x.dtype)
            padded[..., *inner] = x  # type: ignore[index]
        return [padded[..., *tap] for tap in product(*self.along)]  # type: ignore[arg-type]

    def most_covered(self, spatial: Sequence[int], weights: npt.NDArray[np.float64] | float = 1.0) -> float:
        """Return the largest total weight of the windows that see one place."""
        places = np.arange(1, prod(spatial) + 1).reshape(spatial)
        each = np.broadcast_to(weights, (1, *self.size)).ravel()
        totals = np.zeros(places.size + 1)
        for tap in self.taps(places, 0):
            totals += np.bincount(tap.ravel(), each, places.size + 1)
        return float(np.max(totals[1:], initial=0.0))


def place_windows(
    attributes: Mapping[str, Any], spatial: Sequence[int], kernel_shape: Sequence[int], *, ceil_mode: bool = False
) -> Windows:
    """Place the windows of a node on spatial axes of given sizes, by its strides, dilations, pads and auto_pad.

    ``ceil_mode`` counts windows that begin inside the padded input but do not end there, unless they begin in the end
    padding. Raises Unsupported if attributes do not fit, no window does, or runtimes disagree on what they mean.
    """
    rank, mode = len(spatial), attributes.get("auto_pad", "NOTSET")
    strides, dilations = (tuple(attributes.get(name) or (1,) * rank) for name in ("strides", "dilations"))
    numbers = *kernel_shape, *strides, *dilations
    if not len(kernel_shape) == len(strides) == len(dilations) == rank or min(numbers, default=0) < 1:
        raise Unsupported(f"its kernel, strides and dilations do not fit {rank} spatial axes")
    given = tuple(attributes.get("pads") or (0,) * 2 * rank) if mode == "NOTSET" else (0,) * 2 * rank
    if len(given) != 2 * rank or min(given, default=0) < 0:
        raise Unsupported(f"its pads {given} do not fit {rank} spatial axes")
    same = mode in ("SAME_UPPER", "SAME_LOWER")
    if (ceil_mode and mode != "NOTSET") or (same and max(dilations) > 1) or not (same or mode in ("NOTSET", "VALID")):
        raise Unsupported(f"runtimes disagree on auto_pad {mode} with ceil_mode or dilations")
    sizes, pads, along = [], [], []
    for i, (n, k, s, d) in enumerate(zip(spatial, kernel_shape, strides, dilations, strict=True)):
        reach = (k - 1) * d + 1
        first, last = _same_pads(mode, n, s, reach) if same else (given[i], given[i + rank])
        room = n + first + last - reach
        if room < 0:
            raise Unsupported("its window is larger than the padded input")
        size = (-(-room // s) if ceil_mode else room // s) + 1
        if ceil_mode and (size - 1) * s >= n + first:
            size -= 1
        sizes.append(size)
        starts = (size - 1) * s + 1
        pads.append((first, max(0, starts + reach - 1 - first - n)))
        along.append(tuple(slice(tap * d, tap * d + starts, s) for tap in range(k)))
    return Windows(tuple(sizes), tuple(pads), tuple(along))


def _same_pads(mode: str, size: int, stride: int, reach: int) -> tuple[int, int]:
    """Return the padding before and after an axis with which the result has a window for each stride."""
    total = (-(-size // stride) - 1) * stride + reach - size
    # -1 is 0 to all: it is cut off at the end, where no window looks. More is cut off at either end, or at none.
    if total < -1:
        raise Unsupported(f"runtimes disagree on auto_pad {mode} where the padding comes out negative")
    small, large = max(0, total) // 2, max(0, total) - max(0, total) // 2
    return (small, large) if mode == "SAME_UPPER" else (large, small)
