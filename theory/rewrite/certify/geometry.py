"""The windows of Conv, MaxPool and AveragePool nodes on tensors of known shape, as onnxruntime places them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from theory.rewrite.certify.linear import Geometry
from theory.rewrite.certify.unsupported import Unsupported


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
