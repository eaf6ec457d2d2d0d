"""The windows of a MaxPool node: its attributes read into one value, whatever way they are written.

Along one axis of extent n, padded by b values before and e values after, output i is the maximum over the taps

    i * stride - b + j * dilation,    j = 0, ..., kernel - 1,

and there are floor((n + b + e - (kernel - 1) * dilation - 1) / stride) + 1 outputs. Padding counts as minus infinity.

``ceil_mode`` rounds that number up, unless the last window then starts in the end padding. That is the same as rounding
down with the end padding min(e + stride - 1, (kernel - 1) * dilation), whatever n is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import prod
from typing import Any

from theory.errors import InputError

_CHAIN_MAX = 1 << 10
"""Windows one after the other: each is a node and a pass over the values."""


@dataclass(frozen=True)
class AxisWindows:
    """The windows along one spatial axis, rounding down: taps of a window, distances, and padding before and after.

    Each window has a tap that is no padding, if the extent is ``dilation`` or more.

    Examples
    --------
    >>> AxisWindows(kernel=3, stride=2, dilation=1, begin=1, end=1).outputs(7)
    4
    """

    kernel: int
    stride: int = 1
    dilation: int = 1
    begin: int = 0
    end: int = 0

    @property
    def span(self) -> int:
        """Distance of the first and the last tap."""
        return (self.kernel - 1) * self.dilation

    @property
    def padded(self) -> bool:
        """Whether there is any padding."""
        return bool(self.begin or self.end)

    def outputs(self, extent: int) -> int:
        """Return the number of outputs for an extent; 0 or less where not one window fits."""
        return (extent + self.begin + self.end - self.span - 1) // self.stride + 1

    def rounded_up(self, extent: int | None = None) -> AxisWindows:
        """Return windows that are, rounding down, those of ``ceil_mode``: on this extent, padded no more than needed.

        Examples
        --------
        >>> [AxisWindows(3, stride=2).rounded_up(extent).end for extent in (None, 7, 8)]
        [1, 0, 1]
        """
        anywhere = replace(self, end=min(self.end + self.stride - 1, self.span))
        if extent is None or anywhere.outputs(extent) < 1:
            return anywhere
        last = (anywhere.outputs(extent) - 1) * self.stride
        return replace(self, end=max(0, last + self.span + 1 - extent - self.begin))

    def chain(self, largest: int) -> Iterator[AxisWindows]:
        """Yield windows of at most as many taps which, one after the other, see what these see, whatever the extent.

        Taps add up: sum (k_i - 1) = k - 1, the first taking what is left over; the stride is the last one's. Each pads
        as much as is left, up to k_i - 1, from the first on: what a later one takes for padding then lies before or
        behind all values, or repeats what other taps see.

        Raises InputError where that is not so: for dilated windows that are padded by k - 1 on both sides and an even
        number of taps, on some small extents.

        Examples
        --------
        >>> [(axis.kernel, axis.stride, axis.begin) for axis in AxisWindows(12, 2, begin=6).chain(5)]
        [(4, 1, 3), (5, 1, 3), (5, 2, 0)]
        """
        count = -(-(self.kernel - 1) // (largest - 1))
        if count > 1 and self.dilation > 1 and largest % 2 == 0 and self.begin == self.end == self.kernel - 1:
            raise InputError(
                f"dilated windows padded by {self.begin} on both sides take an odd largest window, not {largest}"
            )
        kernel, begin, end = self.kernel - max(0, count - 1) * (largest - 1), self.begin, self.end
        for _ in range(count - 1):
            first, last = min(begin, kernel - 1), min(end, kernel - 1)
            yield AxisWindows(kernel, 1, self.dilation, first, last)
            kernel, begin, end = largest, begin - first, end - last
        yield AxisWindows(kernel, self.stride, self.dilation, begin, end)


@dataclass(frozen=True)
class WindowGrid:
    """The windows of a pooling layer or of a convolution, along each spatial axis of an input (N, C, *spatial).

    Examples
    --------
    >>> pooling = read_windows({"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}, extents=(112, 112))
    >>> pooling.kernel_shape, pooling.strides, pooling.pads
    ((3, 3), (2, 2), (0, 0, 1, 1))
    """

    axes: tuple[AxisWindows, ...]

    @classmethod
    def along(cls, axis: AxisWindows, number: int, rank: int) -> WindowGrid:
        """Return windows of more than one value along one of several axes alone."""
        return cls(tuple(axis if i == number else AxisWindows(1) for i in range(rank)))

    @classmethod
    def over(cls, extents: Sequence[int]) -> WindowGrid:
        """Return windows of all values along each axis, which therefore have no neighbours.

        Examples
        --------
        >>> WindowGrid.over((7, 1)).strides
        (7, 1)
        """
        return cls(tuple(AxisWindows(extent, stride=extent) for extent in extents))

    def padded_by(self, begins: Sequence[int], ends: Sequence[int], extents: Sequence[int | None]) -> WindowGrid:
        """Return the same windows with more padding, on an input of these extents that lacks as many values.

        Raises InputError where a window may have no tap that is not padding.
        """
        axes = tuple(
            replace(axis, begin=axis.begin + begin, end=axis.end + end)
            for axis, begin, end in zip(self.axes, begins, ends, strict=True)
        )
        for axis, extent in zip(axes, extents, strict=True):
            _check_padding(axis)
            _check_extent(axis, extent)
        return WindowGrid(axes)

    def chain(self, largest: int) -> list[WindowGrid]:
        """Return windows of at most as many taps along each axis which, one after the other, see what these see.

        Raises InputError where they are too many.
        """
        steps = max(-(-(axis.kernel - 1) // (largest - 1)) for axis in self.axes)
        if steps > _CHAIN_MAX:
            raise InputError(f"windows of {largest} taps take {steps:,} one after the other, {_CHAIN_MAX:,} at most")
        chains = [axis.chain(largest) for axis in self.axes]
        return [WindowGrid(axes) for axes in zip_longest(*chains, fillvalue=AxisWindows(1))]

    @property
    def places(self) -> WindowGrid:
        """Windows of one value each on as many axes."""
        return WindowGrid((AxisWindows(1),) * len(self.axes))

    @property
    def unpadded(self) -> WindowGrid:
        """The same windows on an input that is padded already."""
        return WindowGrid(tuple(replace(axis, begin=0, end=0) for axis in self.axes))

    @property
    def kernel_shape(self) -> tuple[int, ...]:
        """Number of taps along each axis."""
        return tuple(axis.kernel for axis in self.axes)

    @property
    def kernel_size(self) -> int:
        """Number of taps of a window."""
        return prod(self.kernel_shape)

    @property
    def strides(self) -> tuple[int, ...]:
        """Distance of neighbouring windows along each axis."""
        return tuple(axis.stride for axis in self.axes)

    @property
    def dilations(self) -> tuple[int, ...]:
        """Distance of neighbouring taps along each axis."""
        return tuple(axis.dilation for axis in self.axes)

    @property
    def pads(self) -> tuple[int, ...]:
        """Padding as ONNX lists it: all begins, then all ends."""
        return (*(axis.begin for axis in self.axes), *(axis.end for axis in self.axes))

    @property
    def padded(self) -> bool:
        """Whether there is any padding."""
        return any(self.pads)


def writes_padding_out(attributes: Mapping[str, Any]) -> bool:
    """Say whether all padding of a pooling is written out in its attribute pads.

    >>> writes_padding_out({"pads": [1, 1, 1, 1]}), writes_padding_out({"ceil_mode": 1})
    (True, False)
    """
    return not attributes.get("ceil_mode") and _text(attributes.get("auto_pad", "NOTSET")) == "NOTSET"


def read_windows(attributes: Mapping[str, Any], extents: Sequence[int | None] | None = None) -> WindowGrid:
    """Read the attributes of a MaxPool node, as onnxruntime understands them; the spatial extents as far as known.

    Where the ONNX standard and onnxruntime differ, onnxruntime is followed (VALID with ``ceil_mode``), or the node is
    refused (SAME with dilations, or with strides that pass over values at the border: the standard's formula then gives
    negative padding, which onnxruntime refuses for floats and follows for 8-bit integers).

    Raises InputError if an attribute is malformed, a window may have no tap that is not padding, or an extent is needed
    that is not known: on it depends what ``auto_pad`` SAME_UPPER and SAME_LOWER put at the start for most strides above
    1, not for even kernels with UPPER and odd ones with LOWER at stride 2.
    """
    kernel = _integers(attributes, "kernel_shape", None, None, 1)
    rank = len(kernel)
    if not rank:
        raise InputError("kernel_shape is empty")
    extents = extents if extents is not None else [None] * rank
    if len(extents) != rank:
        raise InputError(f"kernel_shape {kernel} does not fit an input with {len(extents)} spatial axes")
    strides = _integers(attributes, "strides", rank, 1, 1)
    dilations = _integers(attributes, "dilations", rank, 1, 1)
    pads = _integers(attributes, "pads", 2 * rank, 0, 0)
    auto_pad = _text(attributes.get("auto_pad", "NOTSET"))
    if auto_pad not in ("NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"):
        raise InputError(f"auto_pad is {auto_pad!r}")
    if (ceil_mode := attributes.get("ceil_mode", 0)) not in (0, 1):
        raise InputError(f"ceil_mode is {ceil_mode!r}, not 0 or 1")
    axes = []
    for i, (k, stride, dilation, extent) in enumerate(zip(kernel, strides, dilations, extents, strict=True)):
        begin, end = pads[i], pads[rank + i]
        if auto_pad == "VALID":
            begin = end = 0
        elif auto_pad != "NOTSET":
            begin, end = _same_pads(k, stride, dilation, extent, lower=auto_pad == "SAME_LOWER")
        axis = AxisWindows(k, stride, dilation, begin, end)
        _check_padding(axis)
        axes.append(axis.rounded_up(extent) if ceil_mode and not auto_pad.startswith("SAME") else axis)
        _check_extent(axes[-1], extent)
    return WindowGrid(tuple(axes))


def _integers(
    attributes: Mapping[str, Any], name: str, length: int | None, default: int | None, least: int
) -> tuple[int, ...]:
    """Return an attribute that is a list of integers."""
    values = attributes.get(name)
    if values is None and length is not None and default is not None:
        return (default,) * length
    if values is None:
        raise InputError(f"it has no {name}")
    result = tuple(int(value) for value in values)
    if length is not None and len(result) != length:
        raise InputError(f"{name} has {len(result)} entries, not {length}")
    if min(result, default=least) < least:
        raise InputError(f"{name} is {list(result)}, but {least} is the least")
    return result


def _text(value: bytes | str) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def _same_pads(kernel: int, stride: int, dilation: int, extent: int | None, *, lower: bool) -> tuple[int, int]:
    """Return the padding with which there are ceil(extent / stride) outputs, the odd one at the end unless lower."""
    if dilation > 1:
        raise InputError("auto_pad SAME with dilations means different things to different runtimes")
    if stride == 1:
        total = kernel - 1
    elif extent is None:
        return _same_pads_everywhere(kernel, stride, lower=lower)
    else:
        total = (-(-extent // stride) - 1) * stride + kernel - extent
        # -1 is 0 to all: it is cut off at the end, where no window looks.
        if total < -1:
            raise InputError("auto_pad SAME with negative padding means different things to different runtimes")
        total = max(0, total)
    half = total // 2
    return (total - half, half) if lower else (half, total - half)


def _same_pads_everywhere(kernel: int, stride: int, *, lower: bool) -> tuple[int, int]:
    """Return padding with which rounding down gives the windows of SAME whatever the extent; InputError if none does.

    With r values for the last stride, 1 <= r <= s, the standard's padding is k - r. What it puts at the start has to be
    the same number p for all r; it is monotone in r. Then p at the start and k - 1 - p at the end give
    floor((n - 1) / s) + 1 = ceil(n / s) windows, and those are the same ones.

    Examples
    --------
    >>> _same_pads_everywhere(2, 2, lower=False), _same_pads_everywhere(3, 2, lower=True)
    ((0, 1), (1, 1))
    >>> _same_pads_everywhere(3, 2, lower=False)
    Traceback (most recent call last):
    ...
    theory.errors.InputError: auto_pad SAME_UPPER with kernel 3 and stride 2 takes a spatial extent that is not known
    """
    least, most = max(0, kernel - stride), kernel - 1
    begin = (most + lower) // 2
    if (least + lower) // 2 != begin or kernel - stride < -1:
        side = "LOWER" if lower else "UPPER"
        raise InputError(
            f"auto_pad SAME_{side} with kernel {kernel} and stride {stride} takes a spatial extent that is not known"
        )
    return begin, most - begin


def _check_padding(axis: AxisWindows) -> None:
    """Refuse padding that is as wide as a window."""
    widest = max(axis.begin, axis.end)
    if widest > axis.span:
        raise InputError(f"padding by {widest} leaves windows of {axis.kernel} taps with nothing but padding")


def _check_extent(axis: AxisWindows, extent: int | None) -> None:
    """Refuse windows that an input of this extent cannot fill."""
    if extent is None:
        return
    if axis.outputs(extent) < 1:
        raise InputError(f"a window that spans {axis.span + 1} values is larger than the padded input of {extent}")
    if axis.padded and extent < axis.dilation:
        raise InputError(f"with dilation {axis.dilation}, windows on {extent} values may have no tap but padding")
