"""Operators that only move elements: they act on bounds, constants and symbols alike."""

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


def movement(node: Node, inputs: Sequence[Any]) -> Movement | None:
    """Return how a node moves the elements of its inputs, None if it does something else.

    Parameters
    ----------
    node : Node
    inputs : sequence
        Constants as arrays; of all others only the shape is looked at.
    """
    build = _BUILDERS.get(node.op)
    return None if build is None else build(node, inputs)


def settings(node: Node, inputs: Sequence[Any], position: int, attribute: str) -> list[int] | None:
    """Return integers that are an input since some opset and were an attribute before it; None if absent."""
    if attribute in node.attributes:
        return [int(i) for i in np.atleast_1d(node.attributes[attribute])]
    if len(inputs) <= position or inputs[position] is None:
        return None
    if not isinstance(inputs[position], np.ndarray):
        raise Unsupported(f"its {attribute} are computed, not constant")
    return [int(i) for i in inputs[position].ravel()]


def _identity(node: Node, inputs: Sequence[Any]) -> Movement:
    return Movement(lambda arrays, _: arrays[0])


def _dropout(node: Node, inputs: Sequence[Any]) -> Movement:
    if len(inputs) > 2 and inputs[2] is not None and not (isinstance(inputs[2], np.ndarray) and not inputs[2].any()):
        raise Unsupported("it drops at random: training mode")
    return _identity(node, inputs)


def _flatten(node: Node, inputs: Sequence[Any]) -> Movement:
    shape = inputs[0].shape
    axis = node.attributes.get("axis", 1)
    axis += len(shape) if axis < 0 else 0
    rows = int(np.prod(shape[:axis]))
    return Movement(lambda arrays, _: arrays[0].reshape(rows, -1))


def _reshape(node: Node, inputs: Sequence[Any]) -> Movement:
    target = settings(node, inputs, 1, "shape")
    if target is None:
        raise Unsupported("it has no target shape")
    if not node.attributes.get("allowzero", 0):
        target = [inputs[0].shape[i] if size == 0 else size for i, size in enumerate(target)]
    return Movement(lambda arrays, _: arrays[0].reshape(target))


def _transpose(node: Node, inputs: Sequence[Any]) -> Movement:
    axes = node.attributes.get("perm") or list(range(len(inputs[0].shape)))[::-1]
    return Movement(lambda arrays, _: arrays[0].transpose(axes))


def _squeeze(node: Node, inputs: Sequence[Any]) -> Movement:
    axes = settings(node, inputs, 1, "axes")
    return Movement(lambda arrays, _: np.squeeze(arrays[0], None if axes is None else tuple(axes)))


def _unsqueeze(node: Node, inputs: Sequence[Any]) -> Movement:
    axes = settings(node, inputs, 1, "axes")
    if axes is None:
        raise Unsupported("it has no axes")
    return Movement(lambda arrays, _: np.expand_dims(arrays[0], tuple(axes)))


def _concat(node: Node, inputs: Sequence[Any]) -> Movement:
    axis = node.attributes["axis"]
    return Movement(lambda arrays, _: np.concatenate(arrays, axis), data=-1)


def _slice(node: Node, inputs: Sequence[Any]) -> Movement:
    starts, ends = settings(node, inputs, 1, "starts"), settings(node, inputs, 2, "ends")
    if starts is None or ends is None:
        raise Unsupported("it has no starts or ends")
    axes = settings(node, inputs, 3, "axes") or list(range(len(starts)))
    steps = settings(node, inputs, 4, "steps") or [1] * len(starts)
    selection = [slice(None)] * len(inputs[0].shape)
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        size = inputs[0].shape[axis]
        # Before the first element, going down, is a place that Python has no index for.
        selection[axis] = slice(start, None if step < 0 and end < -size else end, step)
    return Movement(lambda arrays, _: arrays[0][tuple(selection)])


def _pad(node: Node, inputs: Sequence[Any]) -> Movement:
    mode = node.attributes.get("mode", "constant")
    pads = settings(node, inputs, 1, "pads")
    rank = len(inputs[0].shape)
    axes = settings(node, inputs, 3, "axes") or list(range(rank))
    if pads is None or len(pads) != 2 * len(axes) or min(pads) < 0 or mode not in ("constant", "edge"):
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


def _gather(node: Node, inputs: Sequence[Any]) -> Movement:
    if not isinstance(inputs[1], np.ndarray):
        raise Unsupported("its indices are computed, not constant")
    axis = node.attributes.get("axis", 0)
    indices = inputs[1].astype(np.int64)
    return Movement(lambda arrays, _: np.take(arrays[0], indices, axis))


def _expand(node: Node, inputs: Sequence[Any]) -> Movement:
    shape = settings(node, inputs, 1, "shape")
    if shape is None:
        raise Unsupported("it has no target shape")
    target = np.broadcast_shapes(tuple(shape), inputs[0].shape)
    return Movement(lambda arrays, _: np.broadcast_to(arrays[0], target))


_BUILDERS: dict[str, Callable[[Node, Sequence[Any]], Movement]] = {
    "Concat": _concat,
    "Dropout": _dropout,
    "Expand": _expand,
    "Flatten": _flatten,
    "Gather": _gather,
    "Identity": _identity,
    "Pad": _pad,
    "Reshape": _reshape,
    "Slice": _slice,
    "Squeeze": _squeeze,
    "Transpose": _transpose,
    "Unsqueeze": _unsqueeze,
}
