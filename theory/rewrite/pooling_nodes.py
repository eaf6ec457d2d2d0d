"""Nodes that take maxima over windows, whatever they are called, read into one form.

GlobalMaxPool and ReduceMax over spatial axes have one window, which is as large as the input: its extents have to be
known. NhwcMaxPool is onnxruntime's own MaxPool for 8-bit integers, with the channels last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from theory.errors import InputError
from theory.models.constants import constant_value
from theory.models.scopes import STANDARD_DOMAINS, Scope, attributes_of, is_max_pool
from theory.models.values import ValueInfo
from theory.models.windows import WindowGrid, read_windows
from theory.rewrite.emitter import CHANNEL_AXES, Emitter
from theory.rewrite.padding import Source, find_source

_WHOLE = ("GlobalMaxPool", "ReduceMax")
_RUNTIME = "com.microsoft"
"""The domain of onnxruntime's own operators."""


@dataclass(frozen=True)
class PoolingNode:
    """The windows of a node on a value whose axes are batch, channels, then spatial ones.

    ``channels_last`` says that the node has the channels last; ``squeezed`` are the axes that its output lacks.
    """

    windows: WindowGrid
    value: ValueInfo
    channels_last: bool = False
    squeezed: tuple[int, ...] = ()

    def enter(self, emitter: Emitter, x: str) -> str:
        """Put the channels second."""
        return emitter.op("Transpose", [x], perm=_second(self._rank)) if self.channels_last else x

    def leave(self, emitter: Emitter, y: str) -> str:
        """Bring a result into the shape of the node's output."""
        if self.channels_last:
            y = emitter.op("Transpose", [y], perm=_last(self._rank))
        return emitter.squeeze(y, self.squeezed) if self.squeezed else y

    @property
    def _rank(self) -> int:
        return CHANNEL_AXES + len(self.windows.axes)


def _second(rank: int) -> list[int]:
    return [0, rank - 1, *range(1, rank - 1)]


def _last(rank: int) -> list[int]:
    return [0, *range(2, rank), 1]


def takes_maxima(node: Any) -> bool:
    """Return whether a node is max pooling by its name, of ONNX or of others; MaxUnpool, its inverse, is none."""
    if node.domain in STANDARD_DOMAINS and node.op_type in _WHOLE:
        return True
    name = node.op_type.lower()
    return ("maxpool" in name or name == "maxroipool") and "unpool" not in name


@dataclass(frozen=True)
class Layer:
    """A node, the value that it reads but for padding by minus infinity, and its windows there."""

    source: Source
    node: PoolingNode
    windows: WindowGrid
    value: ValueInfo

    @property
    def outputs(self) -> int | None:
        """Number of outputs for one sample of a batch; None where the shape is not known."""
        if self.value.shape is None:
            return None
        channels, *extents = self.value.shape[1:]
        if channels is None or None in extents:
            return None
        pairs = zip(self.windows.axes, extents, strict=True)
        return channels * prod(axis.outputs(n) for axis, n in pairs if n is not None)


def read_layer(scope: Scope, node: Any, *, pools: bool) -> Layer:
    """Read a node, padding by minus infinity before it being part of its windows.

    Where pools are to take its place, it may stay before them. Raises InputError if the windows are not known, or one
    may have nothing but padding; if pools are wanted, if runtimes would not take as much padding of them.
    """
    if not (node.input and node.output):
        raise InputError("it reads nothing, or gives nothing")
    try:
        layer = _read_on(find_source(scope, node.input[0]), scope, node)
        if pools:
            _check_pads(layer.windows)
    except InputError:
        if not pools:
            raise
        layer = _read_on(Source(node.input[0], scope.value(node.input[0]), scope), scope, node)
        _check_pads(layer.windows)
    return layer


def _read_on(source: Source, scope: Scope, node: Any) -> Layer:
    pooling = _read_pooling(scope, node, source.padded if source.begins else scope.value(node.input[0]))
    if not source.begins:
        return Layer(source, pooling, pooling.windows, pooling.value)
    if len(source.begins) != CHANNEL_AXES + len(pooling.windows.axes):
        raise InputError(
            f"it has {len(pooling.windows.axes)} spatial axes, the Pad before it {len(source.begins)} axes"
        )
    spatial = slice(CHANNEL_AXES, None)
    extents = _spatial(source.value) or (None,) * len(pooling.windows.axes)
    windows = pooling.windows.padded_by(source.begins[spatial], source.ends[spatial], extents)
    return Layer(source, pooling, windows, source.value)


def _check_pads(windows: WindowGrid) -> None:
    """Raise InputError where a MaxPool with explicit padding would have more of it than runtimes take."""
    for axis in windows.axes:
        if max(axis.begin, axis.end) >= axis.kernel:
            raise InputError(f"runtimes pad by less than the kernel, {axis.kernel}, not by {max(axis.begin, axis.end)}")


def _read_pooling(scope: Scope, node: Any, value: ValueInfo) -> PoolingNode:
    """Read a node that takes maxima of a value; InputError if they are not those of windows, or these are not known."""
    for attribute in node.attribute:
        if attribute.ref_attr_name:
            raise InputError(f"its {attribute.name} is an attribute of the function around it")
    if is_max_pool(node):
        return PoolingNode(read_windows(attributes_of(node), _spatial(value)), value)
    if (node.domain, node.op_type) == (_RUNTIME, "NhwcMaxPool"):
        return _read_channels_last(node, value)
    if node.domain not in STANDARD_DOMAINS or node.op_type not in _WHOLE:
        raise InputError("it has no windows, or none that are known here")
    if value.shape is None:
        raise InputError("the extents of its input are not known")
    rank = len(value.shape)
    axes, kept = (range(CHANNEL_AXES, rank), True) if node.op_type == "GlobalMaxPool" else _reduced(scope, node, rank)
    if not axes or min(axes) < CHANNEL_AXES:
        raise InputError("it takes the maximum over one of the first two axes, batch and channels")
    extents = [value.shape[axis] if axis in axes else 1 for axis in range(CHANNEL_AXES, rank)]
    known = [extent for extent in extents if extent]
    if len(known) < len(extents):
        raise InputError("the extents of its input are not known")
    return PoolingNode(WindowGrid.over(known), value, squeezed=() if kept else tuple(axes))


def _read_channels_last(node: Any, value: ValueInfo) -> PoolingNode:
    """Read a MaxPool of onnxruntime's own, of which onnx checks nothing."""
    if value.shape is not None:
        if len(value.shape) <= CHANNEL_AXES:
            raise InputError("its input has no spatial axes")
        value = ValueInfo(value.element, tuple(value.shape[axis] for axis in _second(len(value.shape))))
    try:
        return PoolingNode(read_windows(attributes_of(node), _spatial(value)), value, channels_last=True)
    except TypeError:
        raise InputError("its attributes are not what they are called") from None


def _spatial(value: ValueInfo) -> tuple[int | None, ...] | None:
    return None if value.shape is None else value.shape[CHANNEL_AXES:]


def _reduced(scope: Scope, node: Any, rank: int) -> tuple[Sequence[int], bool]:
    """Return the axes over which a ReduceMax goes, increasing, and whether its output has them."""
    attributes = attributes_of(node)
    axes = attributes.get("axes")
    if axes is None and len(node.input) > 1 and node.input[1]:
        given = constant_value(scope, node.input[1])
        if given is None:
            raise InputError("the axes that it goes over are not known")
        axes = given.ravel().tolist()
    return sorted({axis % rank for axis in axes or range(rank)}), bool(attributes.get("keepdims", 1))
