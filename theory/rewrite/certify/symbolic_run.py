"""The nodes between two tensors, run on symbols."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from theory.rewrite.certify.answers import Unsupported
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.constants import cast_dtype
from theory.rewrite.certify.expressions import Algebra, Index, Symbols
from theory.rewrite.certify.graph import Constant, Segment
from theory.rewrite.certify.operators import Call, partners
from theory.rewrite.certify.table import find_row, understand

_MOVES = ("Identity", "Reshape", "Squeeze", "Transpose", "Unsqueeze")


def pixel_places(shape: Sequence[int]) -> Index:
    """Return numbers of the elements of a tensor such that the difference of two tells how they lie to each other.

    Examples
    --------
    >>> pixel_places((2, 3)).tolist()
    [[0, 1, 2], [7, 8, 9]]
    """
    axes = np.meshgrid(*map(np.arange, shape), indexing="ij", sparse=True)
    return np.asarray(sum(axis * stride for axis, stride in zip(axes, place_strides(shape), strict=True)), np.int64)


def place_strides(shape: Sequence[int]) -> tuple[int, ...]:
    """Return by how much the number of a place grows along each axis."""
    strides = [1]
    for size in reversed(shape[1:]):
        # Differences along an axis lie between -size and size, and must not reach over into the next axis.
        strides.append(strides[-1] * (2 * size + 1))
    return tuple(reversed(strides))


def run_symbols(
    segment: Segment, shape: Sequence[int], shift: Fraction = Fraction(0), *, integers: bool = False
) -> tuple[Algebra, Symbols, bool]:
    """Run nodes on symbols that stand for a tensor of shape (N, C, *spatial) less a number, of integers or not.

    Returns the symbols of the end, and whether the nodes do the same to every channel, and the symbols are those of one
    channel alone. Raises Unsupported if a node cannot be followed.
    """
    if shape[0] == 1 and shape[1] > 1:
        try:
            return *_run_blocks(segment, (1, 1, *shape[2:]), shape[1], shift, integers=integers), True
        except Unsupported:
            pass
    return *_run_blocks(segment, shape, 1, shift, integers=integers), False


def _run_blocks(
    segment: Segment, shape: Sequence[int], channels: int, shift: Fraction = Fraction(0), *, integers: bool = False
) -> tuple[Algebra, Symbols]:
    """Run nodes on the symbols of the first of so many equal blocks of channels in each tensor; 1 for all channels."""
    algebra = Algebra()
    start = algebra.combine([(Fraction(1), algebra.pixels(pixel_places(shape)))], shift)
    values: dict[str, Symbols | Constant] = {**segment.constants, segment.start: start}
    whole, rounded = {segment.start} if integers else set(), set[str]()
    for node in segment.nodes:
        x = values.get(node.inputs[0]) if node.inputs and integers else None
        if isinstance(x, Symbols) and node.op == "Cast" and cast_dtype(Call(node, ())).kind in "iu":
            if whole & {*node.inputs}:
                raise Unsupported("it casts integers to others, which may wrap around")
            # What is proved to be one of the pixels is an integer as they are; of anything else it may be off.
            values[node.outputs[0]] = x
            rounded.add(node.outputs[0])
            continue
        for kept, allowed in ((whole, (*_MOVES, "Cast", "MaxPool", "Slice")), (rounded, _MOVES)):
            if kept & {*node.inputs}:
                if node.op not in allowed:
                    raise Unsupported("it computes with integers, which may wrap around")
                kept |= {node.outputs[0]} if node.op != "Cast" else set()
        call = Call(node, [values[name] if name else None for name in node.inputs])
        values[node.outputs[0]] = _apply(algebra, call, channels)
    result = values[segment.end]
    if not isinstance(result, Symbols):
        raise Unsupported("it does not depend on its input")
    return algebra, result


def _apply(algebra: Algebra, call: Call, channels: int) -> Symbols | Constant:
    apart = find_row(call.node).apart
    if channels > 1 and any(isinstance(x, Symbols) for x in call.inputs):
        if apart is None:
            raise Unsupported("channels do not stay apart")
        call = apart(call, channels)
    symbols = [x if isinstance(x, Symbols) else None for x in call.inputs]
    # For shapes and attributes, symbols are stood for by boxes of their shape.
    call = replace(call, inputs=[_stand_in(x) if isinstance(x, Symbols) else x for x in call.inputs])
    found = understand(call)
    if isinstance(found, np.ndarray):
        return found
    if apart is None:
        raise Unsupported(f"the operator {call.node.op} is not followed symbolically")
    operator, tensors = found
    return operator.follow(algebra, partners(tensors, call, symbols, lambda box: algebra.constants(box.lo)))


def _stand_in(symbols: Symbols) -> Box:
    zeros = np.broadcast_to(np.zeros(()), symbols.shape)
    return Box(zeros, zeros, np.dtype(np.float64))
