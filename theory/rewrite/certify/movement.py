"""Operators that only move elements: they act on bounds, constants and symbols alike.

Each function takes a node and its inputs, constants as arrays; of all others only the shape is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from theory.rewrite.certify.graph import Node
from theory.rewrite.certify.unsupported import Unsupported

Arrays = Sequence[Any]


@dataclass(frozen=True)
class Movement:
    """A rearrangement of elements.

    Attributes
    ----------
    rearrange : callable
        Takes the arrays, and what stands for the fill, to the result.
    data : int
        The first so many inputs of the node are arrays to rearrange, the others say how; -1 for all.
    fill : float
        The number that is put where nothing comes from.
    """

    rearrange: Callable[[Arrays, Any], Any]
    data: int = 1
    fill: float = 0.0

    def of(self, inputs: Sequence[Any]) -> Sequence[Any]:
        """Return the inputs that are rearranged."""
        return inputs if self.data < 0 else inputs[: self.data]


def settings(node: Node, inputs: Sequence[Any], position: int, attribute: str) -> list[int] | None:
    """Return integers that are an input since some opset and were an attribute before it; None if absent."""
    if attribute in node.attributes:
        return [int(i) for i in np.atleast_1d(node.attributes[attribute])]
    if len(inputs) <= position or inputs[position] is None:
        return None
    if not isinstance(inputs[position], np.ndarray):
        raise Unsupported(f"its {attribute} are computed, not constant")
    return [int(i) for i in inputs[position].ravel()]


def identity(node: Node, inputs: Sequence[Any]) -> Movement:
    """Return Identity."""
    return Movement(lambda arrays, _: arrays[0])


def dropout(node: Node, inputs: Sequence[Any]) -> Movement:
    """Return Dropout."""
    if len(inputs) > 2 and inputs[2] is not None and not (isinstance(inputs[2], np.ndarray) and not inputs[2].any()):
        raise Unsupported("it drops at random: training mode")
    return identity(node, inputs)


def flatten(node: Node, inputs: Sequence[Any]) -> Movement:
    """Return Flatten."""
    shape = inputs[0].shape
    axis = node.attributes.get("axis", 1)
    if not -len(shape) <= axis <= len(shape):
        raise Unsupported(f"a tensor of {len(shape)} axes has no axis {axis}")
    axis += len(shape) if axis < 0 else 0
    target = int(np.prod(shape[:axis])), int(np.prod(shape[axis:]))
    return Movement(lambda arrays, _: arrays[0].reshape(target))


def reshape(node: Node, inputs: Sequence[Any]) -> Movement:
    """Return Reshape."""
    target = settings(node, inputs, 1, "shape")
    if target is None:
        raise Unsupported("it has no target shape")
    if not node.attributes.get("allowzero", 0):
        target = [inputs[0].shape[i] if size == 0 else size for i, size in enumerate(target)]
    return Movement(lambda arrays, _: arrays[0].reshape(target))


def transpose(node: Node, inputs: Sequence[Any]) -> Movement:
    """Return Transpose."""
    axes = node.attributes.get("perm") or list(range(len(inputs[0].shape)))[::-1]
    return Movement(lambda arrays, _: arrays[0].transpose(axes))


def squeeze(node: Node, inputs: Sequence[Any]) -> Movement:
    """Return Squeeze."""
    axes = settings(node, inputs, 1, "axes")
    return Movement(lambda arrays, _: np.squeeze(arrays[0], None if axes is None else tuple(axes)))


def unsqueeze(node: Node, inputs: Sequence[Any]) -> Movement:
    """Return Unsqueeze."""
    axes = settings(node, inputs, 1, "axes")
    if axes is None:
        raise Unsupported("it has no axes")
    return Movement(lambda arrays, _: np.expand_dims(arrays[0], tuple(axes)))


def concat(node: Node, inputs: Sequence[Any]) -> Movement:
    """Return Concat."""
    axis = node.attributes["axis"]
    return Movement(lambda arrays, _: np.concatenate(arrays, axis), data=-1)


def slice_(node: Node, inputs: Sequence[Any]) -> Movement:
    """Return Slice."""
    starts, ends = settings(node, inputs, 1, "starts"), settings(node, inputs, 2, "ends")
    if starts is None or ends is None:
        raise Unsupported("it has no starts or ends")
    shape = inputs[0].shape
    axes = _axes(settings(node, inputs, 3, "axes"), range(len(starts)), len(shape))
    steps = settings(node, inputs, 4, "steps") or [1] * len(starts)
    selection = [slice(None)] * len(shape)
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        selection[axis] = _places(start, end, step, shape[axis])
    return Movement(lambda arrays, _: arrays[0][tuple(selection)])


def _places(start: int, end: int, step: int, size: int) -> slice:
    """Return the indices from start to end, both clamped as ONNX says, which is not as Python does.

    Examples
    --------
    >>> _places(-100, -100, -1, 4), _places(100, -100, -2, 4), _places(1, 100, 2, 4), _places(0, -100, 1, 4)
    (slice(0, None, -1), slice(3, None, -2), slice(1, 4, 2), slice(0, 0, 1))
    """
    if step == 0:
        raise Unsupported("its step is 0")
    # Going down, the first place is at most the last element, and the end may lie one before the first.
    low, high = (-1, size - 1) if step < 0 else (0, size)
    start, end = (place + size if place < 0 else place for place in (start, end))
    start, end = min(max(start, 0), high), min(max(end, low), high)
    # There is no index for the place before the first: Python counts those below 0 from the end.
    return slice(max(start, 0), end if end >= 0 else None, step)


def _axes(given: list[int] | None, default: Sequence[int], rank: int) -> list[int]:
    """Return axes counted from 0, each at most once."""
    axes = list(default) if given is None else given
    if any(not -rank <= axis < rank for axis in axes):
        raise Unsupported(f"a tensor of {rank} axes has no axes {axes}")
    axes = [axis % rank for axis in axes]
    if len(set(axes)) < len(axes):
        raise Unsupported(f"its axes {axes} repeat")
    return axes


def pad(node: Node, inputs: Sequence[Any]) -> Movement:
    """Return Pad."""
    mode = node.attributes.get("mode", "constant")
    pads = settings(node, inputs, 1, "pads")
    rank = len(inputs[0].shape)
    axes = _axes(settings(node, inputs, 3, "axes"), range(rank), rank)
    if pads is None or len(pads) != 2 * len(axes) or min(pads, default=0) < 0 or mode not in ("constant", "edge"):
        raise Unsupported(f"its mode {mode} or its pads cannot be followed")
    width = [(0, 0)] * rank
    for i, axis in enumerate(axes):
        width[axis] = pads[i], pads[i + len(axes)]
    fill = node.attributes.get("value", 0.0)
    if len(inputs) > 2 and inputs[2] is not None:
        if not isinstance(inputs[2], np.ndarray):
            raise Unsupported("its padding value is computed, not constant")
        fill = float(inputs[2].ravel()[0])

    def rearrange(arrays: Arrays, value: Any) -> Any:
        if mode == "constant":
            return np.pad(arrays[0], width, constant_values=value)
        return np.pad(arrays[0], width, mode="edge")

    return Movement(rearrange, fill=fill)


def gather(node: Node, inputs: Sequence[Any]) -> Movement:
    """Return Gather."""
    if not isinstance(inputs[1], np.ndarray):
        raise Unsupported("its indices are computed, not constant")
    axis = node.attributes.get("axis", 0)
    indices = inputs[1].astype(np.int64)
    return Movement(lambda arrays, _: np.take(arrays[0], indices, axis))


def expand(node: Node, inputs: Sequence[Any]) -> Movement:
    """Return Expand."""
    shape = settings(node, inputs, 1, "shape")
    if shape is None:
        raise Unsupported("it has no target shape")
    target = np.broadcast_shapes(tuple(shape), inputs[0].shape)
    return Movement(lambda arrays, _: np.broadcast_to(arrays[0], target))
