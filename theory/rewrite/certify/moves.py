"""Operators that only move elements: they act on boxes, constants and symbols alike.

Of the arrays that are moved only the shape is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import hypot, inf, prod
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.answers import Array, Unsupported
from theory.rewrite.certify.arithmetic import OWN, Arithmetic
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.chain import Chain
from theory.rewrite.certify.constants import Folder, of_constants
from theory.rewrite.certify.expressions import Algebra, Symbols
from theory.rewrite.certify.graph import Constant
from theory.rewrite.certify.operators import Boxes, Call, Enclosures, Interpreted, Operator, Pair, Reader
from theory.rewrite.certify.zonotope import Space, Twin, Zonotope


@dataclass(frozen=True)
class Move(Operator):
    """Elements in other places."""

    rearrange: Callable[[Sequence[Any], Any], Any]
    """Takes the arrays, and what stands for the fill, to the result."""
    joins: bool = False
    """Whether all inputs of the node are arrays to rearrange; else the first one is, and the others say how."""
    fill: float = 0.0
    """The number that is put where nothing comes from."""

    def of(self, call: Call) -> Call:
        """Return the node with the inputs alone that are rearranged."""
        return call if self.joins else replace(call, inputs=call.inputs[:1])

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Box:
        """See :class:`Operator`."""
        chains = [x.chain for x in xs]
        size: Array = self.rearrange([chain.size for chain in chains], abs(self.fill))
        return self._box(xs, self.fill, Chain.join(chains, size))

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        """See :class:`Operator`."""
        return self._box(ds, 0.0, None)

    def lengthened(self, xs: Boxes, lengths: Sequence[float]) -> float:
        """See :class:`Operator`: no longer than all together, if no element is in two places."""
        places = self._places(x.shape for x in xs).ravel()
        if np.max(np.bincount(places + 1)[1:], initial=0) > 1:
            return inf
        return hypot(*lengths) * (1 + OWN)

    def _places(self, shapes: Iterable[tuple[int, ...]]) -> npt.NDArray[np.intp]:
        """Return the number of the element that comes to each place, all inputs' counted on; -1 where none does."""
        numbers: list[npt.NDArray[np.intp]] = []
        count = 0
        for shape in shapes:
            numbers.append(np.arange(count, count + prod(shape)).reshape(shape))
            count += prod(shape)
        found: npt.NDArray[np.intp] = self.rearrange(numbers, -1)
        return found

    def between(self, other: Operator, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        """See :class:`Operator`: the same if elements come from the same places."""
        if other is self:
            return self.deviation(xs, ys, ds, arithmetic)
        shapes = [x.shape for x in xs]
        if not isinstance(other, Move) or (self.joins, self.fill) != (other.joins, other.fill):
            raise Unsupported("the models do different things here")
        if not np.array_equal(self._places(shapes), other._places(shapes)):
            raise Unsupported("the models do different things here")
        return self.deviation(xs, ys, ds, arithmetic)

    def enclose(self, ts: Sequence[Twin], space: Space) -> Enclosures:
        """See :class:`Operator`."""
        return self._moved([t.value for t in ts], self.fill), self._moved([t.difference for t in ts], 0.0)

    def _moved(self, parts: Sequence[Zonotope], fill: float) -> Zonotope:
        center: Array = self.rearrange([part.center for part in parts], fill)
        error: Array = self.rearrange([part.error for part in parts], 0.0)
        # The last column is that of padding.
        generators = np.zeros((max(len(p.generators) for p in parts), sum(p.center.size for p in parts) + 1))
        start = 0
        for part in parts:
            rows, end = part.generators, start + part.center.size
            generators[: len(rows), start:end] = rows.reshape(len(rows), part.center.size)
            start = end
        return Zonotope(center, generators[:, self._places(part.shape for part in parts)], error)

    def _box(self, xs: Boxes, fill: float, history: Chain | None) -> Box:
        lo, hi = (self.rearrange([getattr(x, end) for x in xs], fill) for end in ("lo", "hi"))
        return Box(lo, hi, xs[0].dtype, history)

    def follow(self, algebra: Algebra, xs: Sequence[Symbols]) -> Symbols:
        """See :class:`Operator`."""
        fill = algebra.constant(Fraction(self.fill))
        return Symbols(self.rearrange([x.numbers for x in xs], fill), self.rearrange([x.places for x in xs], 0))


def moved(build: Callable[[Call], Move]) -> tuple[Reader, Folder]:
    """Return how an operator that only moves elements is read, and how it is folded."""

    def read(call: Call) -> Interpreted:
        move = build(call)
        return move, move.of(call).boxes()

    def compute(call: Call) -> Constant:
        move = build(call)
        result: Constant = move.rearrange(move.of(call).inputs, move.fill)
        return result

    return read, of_constants(compute)


KEEP = Move(lambda arrays, _: arrays[0])
"""Every element in its place."""


def identity(call: Call) -> Move:
    """Return Identity."""
    return KEEP


def dropout(call: Call) -> Move:
    """Return Dropout."""
    training = call.input(2)
    if training is not None and (not isinstance(training, np.ndarray) or training.any()):
        raise Unsupported("it drops at random: training mode")
    return identity(call)


def flatten(call: Call) -> Move:
    """Return Flatten."""
    rank, axis = len(call.shape), call.get("axis", 1)
    if not -rank <= axis <= rank:
        raise Unsupported(f"a tensor of {rank} axes has no axis {axis}")
    axis += rank if axis < 0 else 0
    target = prod(call.shape[:axis]), prod(call.shape[axis:])
    return Move(lambda arrays, _: arrays[0].reshape(target))


def reshape(call: Call) -> Move:
    """Return Reshape."""
    target = call.needed_integers(1, "shape")
    if not call.get("allowzero", 0):
        target = [call.shape[i] if size == 0 else size for i, size in enumerate(target)]
    return Move(lambda arrays, _: arrays[0].reshape(target))


def transpose(call: Call) -> Move:
    """Return Transpose."""
    axes = call.get("perm") or list(range(len(call.shape)))[::-1]
    return Move(lambda arrays, _: arrays[0].transpose(axes))


def squeeze(call: Call) -> Move:
    """Return Squeeze."""
    axes = call.integers(1, "axes")
    return Move(lambda arrays, _: np.squeeze(arrays[0], None if axes is None else tuple(axes)))


def unsqueeze(call: Call) -> Move:
    """Return Unsqueeze."""
    axes = call.needed_integers(1, "axes")
    return Move(lambda arrays, _: np.expand_dims(arrays[0], tuple(axes)))


def concat(call: Call) -> Move:
    """Return Concat."""
    axis = call.node.attributes["axis"]
    return Move(lambda arrays, _: np.concatenate(arrays, axis), joins=True)


def slice_(call: Call) -> Move:
    """Return Slice."""
    starts, ends = call.needed_integers(1, "starts"), call.needed_integers(2, "ends")
    steps = call.integers(4, "steps") or [1] * len(starts)
    selection = [slice(None)] * len(call.shape)
    for start, end, axis, step in zip(starts, ends, call.axes(3, range(len(starts))), steps, strict=True):
        selection[axis] = _places(start, end, step, call.shape[axis])
    return Move(lambda arrays, _: arrays[0][tuple(selection)])


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


def pad(call: Call) -> Move:
    """Return Pad."""
    width, fill = padding_of(call)
    if fill is None:
        return Move(lambda arrays, _: np.pad(arrays[0], width, mode="edge"))
    return Move(lambda arrays, value: np.pad(arrays[0], width, constant_values=value), fill=fill)


def padding_of(call: Call) -> tuple[list[tuple[int, int]], float | None]:
    """Return how much is put before and after each axis, and which number, None for the nearest element's."""
    mode, pads, given, rank = call.get("mode", "constant"), call.integers(1, "pads"), call.input(2), len(call.shape)
    axes = call.axes(3, range(rank))
    if pads is None or len(pads) != 2 * len(axes) or min(pads, default=0) < 0 or mode not in ("constant", "edge"):
        raise Unsupported(f"its mode {mode} or its pads cannot be followed")
    if given is not None and not isinstance(given, np.ndarray):
        raise Unsupported("its padding value is computed, not constant")
    width = [(0, 0)] * rank
    for i, axis in enumerate(axes):
        width[axis] = pads[i], pads[i + len(axes)]
    fill = call.get("value", 0.0) if given is None else float(given.ravel()[0])
    return width, None if mode == "edge" else fill


def gather(call: Call) -> Move:
    """Return Gather."""
    given, axis = call.inputs[1], call.get("axis", 0)
    if not isinstance(given, np.ndarray):
        raise Unsupported("its indices are computed, not constant")
    indices = given.astype(np.int64)
    return Move(lambda arrays, _: np.take(arrays[0], indices, axis))


def expand(call: Call) -> Move:
    """Return Expand."""
    target = np.broadcast_shapes(tuple(call.needed_integers(1, "shape")), call.shape)
    return Move(lambda arrays, _: np.broadcast_to(arrays[0], target))
