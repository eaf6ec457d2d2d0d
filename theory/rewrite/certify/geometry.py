"""The windows of Conv, MaxPool and AveragePool nodes on tensors of known shape, as onnxruntime places them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.unsupported import Unsupported


@dataclass(frozen=True)
class Geometry:
    """Where the windows of a convolution or pooling lie; all tuples have one entry for each spatial axis."""

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    begin: tuple[int, ...]
    end: tuple[int, ...]
    size: tuple[int, ...]
    """Of the result."""

    def pad(self, x: npt.NDArray[np.generic], value: float) -> npt.NDArray[np.generic]:
        """Pad the spatial axes, the last ones, so that every tap of every window exists."""
        width = [(0, 0)] * (x.ndim - len(self.kernel))
        for axis, begin in enumerate(self.begin):
            extent = x.shape[axis - len(self.kernel)]
            last = (self.size[axis] - 1) * self.strides[axis] + (self.kernel[axis] - 1) * self.dilations[axis]
            width.append((begin, max(0, last + 1 - begin - extent)))
        return np.pad(x, width, constant_values=value)

    def taps(self, padded: npt.NDArray[np.generic]) -> list[npt.NDArray[np.generic]]:
        """Return, for each tap of the kernel in row-major order, what it sees in every window of a padded tensor."""
        return [padded[self._selection(tap)] for tap in product(*map(range, self.kernel))]

    def _selection(self, tap: tuple[int, ...]) -> tuple[Any, ...]:
        return ..., *(
            slice(k * d, k * d + (n - 1) * s + 1, s)
            for k, d, n, s in zip(tap, self.dilations, self.size, self.strides, strict=True)
        )


def window_geometry(
    attributes: Mapping[str, Any], spatial: Sequence[int], kernel: Sequence[int], *, ceil_mode: bool = False
) -> Geometry:
    """Place the windows of a node.

    Parameters
    ----------
    attributes : mapping
        Of the node: ``strides``, ``dilations``, ``pads`` and ``auto_pad``.
    spatial : sequence of int
        Sizes of the spatial axes of the input.
    kernel : sequence of int
    ceil_mode : bool
        Count windows that begin inside the padded input but do not end there, unless they begin in the end padding.

    Raises
    ------
    Unsupported
        If the attributes do not fit together, no window fits, or runtimes disagree on what they mean.
    """
    rank = len(spatial)
    strides = tuple(attributes.get("strides") or (1,) * rank)
    dilations = tuple(attributes.get("dilations") or (1,) * rank)
    if not len(kernel) == len(strides) == len(dilations) == rank or min((*kernel, *strides, *dilations), default=0) < 1:
        raise Unsupported(f"its kernel, strides and dilations do not fit {rank} spatial axes")
    reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    begin, end = _pads(attributes, spatial, reach, strides, dilations, ceil_mode=ceil_mode)
    size = []
    for n, r, s, first, last in zip(spatial, reach, strides, begin, end, strict=True):
        room = n + first + last - r
        if room < 0:
            raise Unsupported("its window is larger than the padded input")
        windows = (-(-room // s) if ceil_mode else room // s) + 1
        if ceil_mode and (windows - 1) * s >= n + first:
            windows -= 1
        size.append(windows)
    return Geometry(tuple(kernel), strides, dilations, begin, end, tuple(size))


def _pads(
    attributes: Mapping[str, Any],
    spatial: Sequence[int],
    reach: Sequence[int],
    strides: Sequence[int],
    dilations: Sequence[int],
    *,
    ceil_mode: bool,
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    rank = len(spatial)
    mode = attributes.get("auto_pad", "NOTSET")
    if mode == "NOTSET":
        pads = tuple(attributes.get("pads") or (0,) * 2 * rank)
        if len(pads) != 2 * rank or min(pads, default=0) < 0:
            raise Unsupported(f"its pads {pads} do not fit {rank} spatial axes")
        return pads[:rank], pads[rank:]
    if mode == "VALID" and not ceil_mode:
        return (0,) * rank, (0,) * rank
    if mode not in ("SAME_UPPER", "SAME_LOWER") or ceil_mode or any(d > 1 for d in dilations):
        raise Unsupported(f"runtimes disagree on auto_pad {mode} with ceil_mode or dilations")
    total = [(-(-n // s) - 1) * s + r - n for n, r, s in zip(spatial, reach, strides, strict=True)]
    # -1 is 0 to all: it is cut off at the end, where no window looks. More is cut off at either end, or at none.
    if min(total, default=0) < -1:
        raise Unsupported(f"runtimes disagree on auto_pad {mode} where the padding comes out negative")
    total = [max(0, t) for t in total]
    small = tuple(t // 2 for t in total)
    large = tuple(t - t // 2 for t in total)
    return (small, large) if mode == "SAME_UPPER" else (large, small)
