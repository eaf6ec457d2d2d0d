"""The windows of Conv, MaxPool and AveragePool nodes on tensors of known shape, as onnxruntime places them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
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
        before = [(0, 0)] * (x.ndim - len(self.pads))
        padded: npt.NDArray[Any] = np.pad(x, [*before, *self.pads], constant_values=fill)
        return [padded[..., *tap] for tap in product(*self.along)]  # type: ignore[arg-type]


def place_windows(
    attributes: Mapping[str, Any], spatial: Sequence[int], kernel_shape: Sequence[int], *, ceil_mode: bool = False
) -> Windows:
    """Place the windows of a node on spatial axes of given sizes, by its strides, dilations, pads and auto_pad.

    ``ceil_mode`` counts windows that begin inside the padded input but do not end there, unless they begin in the end
    padding. Raises Unsupported if attributes do not fit, no window does, or runtimes disagree on what they mean.
    """
    rank = len(spatial)
    strides = tuple(attributes.get("strides") or (1,) * rank)
    dilations = tuple(attributes.get("dilations") or (1,) * rank)
    numbers = *kernel_shape, *strides, *dilations
    if not len(kernel_shape) == len(strides) == len(dilations) == rank or min(numbers, default=0) < 1:
        raise Unsupported(f"its kernel, strides and dilations do not fit {rank} spatial axes")
    reach = [(k - 1) * d + 1 for k, d in zip(kernel_shape, dilations, strict=True)]
    plain = not ceil_mode and all(d == 1 for d in dilations)
    begin, end = _pads(attributes, spatial, reach, strides, plain=plain, ceil_mode=ceil_mode)
    sizes, pads, along = [], [], []
    for n, k, r, s, d, first, last in zip(spatial, kernel_shape, reach, strides, dilations, begin, end, strict=True):
        room = n + first + last - r
        if room < 0:
            raise Unsupported("its window is larger than the padded input")
        size = (-(-room // s) if ceil_mode else room // s) + 1
        if ceil_mode and (size - 1) * s >= n + first:
            size -= 1
        sizes.append(size)
        reached = (size - 1) * s + 1
        pads.append((first, max(0, reached + r - 1 - first - n)))
        along.append(tuple(slice(i * d, i * d + reached, s) for i in range(k)))
    return Windows(tuple(sizes), tuple(pads), tuple(along))


def _pads(
    attributes: Mapping[str, Any],
    spatial: Sequence[int],
    reach: Sequence[int],
    strides: Sequence[int],
    *,
    plain: bool,
    ceil_mode: bool,
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the padding at the beginning and at the end of every axis."""
    rank, mode = len(spatial), attributes.get("auto_pad", "NOTSET")
    if mode == "NOTSET":
        pads = tuple(attributes.get("pads") or (0,) * 2 * rank)
        if len(pads) != 2 * rank or min(pads, default=0) < 0:
            raise Unsupported(f"its pads {pads} do not fit {rank} spatial axes")
        return pads[:rank], pads[rank:]
    if mode == "VALID" and not ceil_mode:
        return (0,) * rank, (0,) * rank
    if mode not in ("SAME_UPPER", "SAME_LOWER") or not plain:
        raise Unsupported(f"runtimes disagree on auto_pad {mode} with ceil_mode or dilations")
    total = [(-(-n // s) - 1) * s + r - n for n, r, s in zip(spatial, reach, strides, strict=True)]
    # -1 is 0 to all: it is cut off at the end, where no window looks. More is cut off at either end, or at none.
    if min(total, default=0) < -1:
        raise Unsupported(f"runtimes disagree on auto_pad {mode} where the padding comes out negative")
    small = tuple(max(0, t) // 2 for t in total)
    large = tuple(max(0, t) - max(0, t) // 2 for t in total)
    return (small, large) if mode == "SAME_UPPER" else (large, small)
