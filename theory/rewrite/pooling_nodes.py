"""Nodes that take maxima over windows, whatever they are called, read into one form.

GlobalMaxPool and ReduceMax over spatial axes have one window, which is as large as the input: its extents have to be
known. NhwcMaxPool is onnxruntime's own MaxPool for 8-bit integers, with the channels last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from theory.errors import InputError
from theory.models.constants import constant_value
from theory.models.scopes import STANDARD_DOMAINS, Scope, attributes_of, is_max_pool
from theory.models.values import ValueInfo
from theory.models.windows import WindowGrid, read_windows
from theory.rewrite.emitter import CHANNEL_AXES, Emitter

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


def read_pooling(scope: Scope, node: Any, value: ValueInfo) -> PoolingNode:
    """Read a node that takes maxima of a value; InputError if they are not those of windows, or these are not known."""
    for attribute in node.attribute:
        if attribute.ref_attr_name:
            raise InputError(f"its {attribute.name} is an attribute of the function around it")
    if is_max_pool(node):
        return PoolingNode(read_windows(attributes_of(node), _spatial(value)), value)
    if (node.domain, node.op_type) == (_RUNTIME, "NhwcMaxPool"):
        shape = value.shape if value.shape is None else tuple(value.shape[axis] for axis in _second(len(value.shape)))
        value = ValueInfo(value.element, shape)
        return PoolingNode(read_windows(attributes_of(node), _spatial(value)), value, channels_last=True)
    if node.domain not in STANDARD_DOMAINS or node.op_type not in _WHOLE:
        raise InputError("it has no windows, or none that are known here")
    if value.shape is None:
        raise InputError("the extents of its input are not known")
    rank = len(value.shape)
    axes, kept = (range(CHANNEL_AXES, rank), True) if node.op_type == "GlobalMaxPool" else _reduced(scope, node, rank)
    if not axes or min(axes) < CHANNEL_AXES:
        raise InputError("it takes the maximum over other axes than the spatial ones")
    extents = [value.shape[axis] if axis in axes else 1 for axis in range(CHANNEL_AXES, rank)]
    known = [extent for extent in extents if extent]
    if len(known) < len(extents):
        raise InputError("the extents of its input are not known")
    return PoolingNode(WindowGrid.over(known), value, squeezed=() if kept else tuple(axes))


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
