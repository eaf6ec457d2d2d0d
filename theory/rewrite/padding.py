"""Values before a pooling layer that sums and differences of floats do not bear: minus infinity above all.

MaxPool takes them, and exporters make use of it: padding as another library has it is written as a Pad with minus
infinity, or with the lowest float, before a MaxPool without padding. b + relu(a - b) makes NaN or infinities of both. A
Pad with such a value is the same as ``pads`` of the MaxPool, wherever each window has a value that is none of these; on
the axes of batch and channels it is the same as a Pad after the MaxPool.

Any other value is one to be compared. A large one, such as -1e9, leaves few digits to the others in float32.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Any

import numpy as np

from theory.errors import InputError
from theory.models.constants import Array, constant_value
from theory.models.scopes import STANDARD_DOMAINS, Scope, attributes_of, import_onnx, node_label
from theory.models.values import ValueInfo
from theory.rewrite.emitter import CHANNEL_AXES, Emitter
from theory.rewrite.signs import lower_bound

_LARGE = 256.0
"""Padding from which on float32 does not do: rounding is then off by 1.5e-5, which shows beside values around 1."""

_LARGEST = 2.0**32
"""Padding with which float64 does: rounding is then off by 2.4e-7, as that of float32 is beside values around 4."""

_LOWEST_BFLOAT16 = -3.3895313892515355e38

_MOVES = frozenset({
    "Cast", "Concat", "DepthToSpace", "Dropout", "Expand", "Flatten", "Gather", "Identity", "Pad", "Reshape", "Slice",
    "SpaceToDepth", "Split", "Squeeze", "Tile", "Transpose", "Unsqueeze", "Where",
})  # fmt: skip
"""Operators that hand values on as they are."""


@dataclass(frozen=True)
class Source:
    """What a pooling layer reads, Pads with minus infinity taken away.

    Attributes
    ----------
    name : str
        Of the value that is read in its stead.
    value : ValueInfo
        What is known of it, casts and Transposes on the way to the layer done.
    home : Scope
        From which it is seen.
    begins, ends : tuple of int
        The padding that was taken away, along all axes; empty for none.
    fill : ndarray or None
        What that consisted of.
    moves : tuple of NodeProto
        Casts and Transposes between, to be repeated.
    passed : tuple of (Scope, str)
        The values that are no longer read here, and where they are computed; the last one read comes first.
    large : float or None
        A value of large size that is left.
    """

    name: str
    value: ValueInfo
    home: Scope
    begins: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    fill: Array | None = None
    moves: tuple[Any, ...] = ()
    passed: tuple[tuple[Scope, str], ...] = ()
    large: float | None = None

    @property
    def padded(self) -> ValueInfo:
        """What is known of the value with its padding."""
        if not self.begins or self.value.shape is None:
            return self.value
        ends = zip(self.value.shape, self.begins, self.ends, strict=True)
        return ValueInfo(self.value.element, tuple(None if n is None else n + b + e for n, b, e in ends))

    def emit(self, emitter: Emitter) -> str:
        """Repeat the moves, and return the result."""
        x = self.name
        for node in reversed(self.moves):
            attributes = attributes_of(node)
            cast = node.op_type == "Cast"
            x = emitter.cast(x, attributes["to"]) if cast else emitter.op("Transpose", [x], perm=attributes["perm"])
        return x

    def emit_outside(self, emitter: Emitter, y: str, element: np.dtype[Any] | None) -> str:
        """Pad batch and channels of a result, if these were padded."""
        begins, ends = self.begins[:CHANNEL_AXES], self.ends[:CHANNEL_AXES]
        if not any((*begins, *ends)) or self.fill is None:
            return y
        free = [0] * (len(self.begins) - CHANNEL_AXES)
        fill = self.fill if element is None else self.fill.astype(element)
        return emitter.pad(y, [*begins, *free, *ends, *free], fill)


def find_source(scope: Scope, name: str) -> Source:
    """Look back from what a pooling layer reads; raise InputError where that may be minus infinity in another way."""
    try:
        return _LookBack(scope, name).source()
    except InputError:
        raise
    except (LookupError, ValueError):
        # Nobody checks of all nodes that their inputs and attributes are as many as they should be.
        raise InputError("the nodes that pad its input do not fit each other") from None


class _LookBack:
    """The way back from a value through Pads with minus infinity, and through what stands between."""

    def __init__(self, scope: Scope, name: str) -> None:
        self._scope, self._name = scope, name
        self._home, self._here = scope, name
        self._axes: list[int] | None = None
        """The present axis for each of the layer's; None for the same ones."""
        self._moves: list[Any] = []
        self._passed: list[tuple[Scope, str]] = []

    def source(self) -> Source:
        found = Source(self._name, self._scope.value(self._name), self._scope)
        while (producer := self._home.producer(self._here)) is not None:
            node, self._home = producer
            if node.domain not in STANDARD_DOMAINS or not self._passes(node):
                break
            self._passed.append((self._home, self._here))
            self._here = node.input[0]
            if node.op_type == "Pad":
                found = self._without(found, node)
        largest = max((abs(value) for value in _values_behind(found.home, found.name)), default=0.0)
        if not largest <= _LARGEST:
            raise InputError(f"its input may be of size {largest:.3g}, beside which sums of floats have no digits left")
        return found if largest <= _LARGE else replace(found, large=largest)

    def _passes(self, node: Any) -> bool:
        if node.op_type == "Transpose":
            perm = attributes_of(node).get("perm")
            if perm is None:
                return False
            self._axes = [perm[axis] for axis in self._axes or range(len(perm))]
        elif node.op_type == "Pad":
            return _is_minus_infinity(self._home, node) and _pads(self._home, node) is not None
        elif node.op_type == "Cast" and attributes_of(node)["to"] not in _floats():
            return False
        if node.op_type in ("Cast", "Transpose"):
            self._moves.append(node)
        return node.op_type in ("Cast", "Identity", "Transpose")

    def _without(self, found: Source, node: Any) -> Source:
        pads = _pads(self._home, node) or ()
        if min(pads, default=0) < 0:
            raise InputError(f"Pad node {node_label(node)!r} before it pads with minus infinity and cuts off at once")
        rank = len(pads) // 2
        axes = self._axes or range(rank)
        before = found.begins or (0,) * rank, found.ends or (0,) * rank
        begins, ends = (
            tuple(had + pads[shift + axis] for had, axis in zip(one, axes, strict=True))
            for one, shift in zip(before, (0, rank), strict=True)
        )
        read, value = self._home.value(self._here), self._scope.value(self._name)
        cast = any(move.op_type == "Cast" for move in self._moves)
        element = value.element if value.element is not None or cast else read.element
        shape = None if read.shape is None else tuple(read.shape[axis] for axis in axes)
        known = ValueInfo(element, shape)
        moves, passed = tuple(self._moves), tuple(self._passed)
        return Source(self._here, known, self._home, begins, ends, _fill(self._home, node), moves, passed)


def _floats() -> Sequence[int]:
    kinds = import_onnx().TensorProto
    return kinds.FLOAT16, kinds.BFLOAT16, kinds.FLOAT, kinds.DOUBLE


def _fill(scope: Scope, node: Any) -> Array:
    """Return what a Pad pads with; InputError if that is not known."""
    if scope.opset < 11:
        element = scope.value(node.input[0]).element
        dtype = np.dtype(np.float32) if element is None else import_onnx().helper.tensor_dtype_to_np_dtype(element)
        return np.array(attributes_of(node).get("value", 0.0), dtype=dtype)
    if len(node.input) < 3 or not node.input[2]:
        return np.zeros((), dtype=np.float32)
    value = constant_value(scope, node.input[2])
    if value is None or value.size != 1:
        raise InputError(f"what Pad node {node_label(node)!r} before it pads with is not known")
    return value.reshape(())


def _pads(scope: Scope, node: Any) -> tuple[int, ...] | None:
    """Return the padding by a Pad along all axes, all begins first; None for none, InputError if it is not known."""
    if scope.opset < 11:
        pads = tuple(attributes_of(node).get("pads", ()))
    else:
        given = constant_value(scope, node.input[1])
        if given is None:
            raise InputError(f"by how much Pad node {node_label(node)!r} before it pads is not known")
        pads = tuple(given.ravel().tolist())
        if len(node.input) > 3 and node.input[3]:
            pads = _on_all_axes(scope, node, pads)
    return pads if any(pads) else None


def _on_all_axes(scope: Scope, node: Any, pads: Sequence[int]) -> tuple[int, ...]:
    axes, shape = constant_value(scope, node.input[3]), scope.value(node.input[0]).shape
    if axes is None or not shape or 2 * axes.size != len(pads):
        raise InputError(f"along which axes Pad node {node_label(node)!r} before it pads is not known")
    result = [0] * (2 * len(shape))
    for number, axis in enumerate((axes.ravel() % len(shape)).tolist()):
        result[axis], result[len(shape) + axis] = pads[number], pads[axes.size + number]
    return tuple(result)


def _is_minus_infinity(scope: Scope, node: Any) -> bool:
    """Return whether a Pad pads with what is below all values, or below these, and too large to be compared."""
    if attributes_of(node).get("mode", b"constant") != b"constant":
        return False
    fill = _fill(scope, node)
    if fill.dtype.kind not in "fV" or not float(fill) < 0:
        return False
    lowest = float(np.finfo(fill.dtype).min) if fill.dtype.kind == "f" else _LOWEST_BFLOAT16
    if float(fill) <= lowest:
        return True
    least = lower_bound(scope, node.input[0], through_pools=False) if float(fill) < -_LARGE else None
    return least is not None and float(fill) <= least


def _values_behind(scope: Scope, name: str) -> Iterator[float]:
    """Yield the constants that are mixed into a value, the largest ones of each: by padding, selection and in a row."""
    pending, seen = [(scope, name)], set[tuple[int, str]]()
    while pending:
        scope, name = pending.pop()
        if not name or (id(scope), name) in seen:
            continue
        seen.add((id(scope), name))
        constant = constant_value(scope, name)
        producer = scope.producer(name)
        if constant is not None:
            yield _size(constant)
        elif producer is not None and producer[0].domain in STANDARD_DOMAINS:
            node, home = producer
            if node.op_type == "ConstantOfShape":
                value = attributes_of(node).get("value")
                yield 0.0 if value is None else _size(import_onnx().numpy_helper.to_array(value))
            elif node.op_type in _MOVES:
                yield from _padding(home, node)
                pending += [(home, read) for read in _handed_on(node)]


def _handed_on(node: Any) -> Sequence[str]:
    """Return those inputs of an operator that moves values whose values it hands on."""
    if node.op_type == "Concat":
        return list(node.input)
    return list(node.input[1:]) if node.op_type == "Where" else list(node.input[:1])


def _padding(scope: Scope, node: Any) -> Iterator[float]:
    if node.op_type == "Pad" and attributes_of(node).get("mode", b"constant") == b"constant":
        size = _size(_fill(scope, node))
        if size > _LARGE and _pads(scope, node) is not None:
            yield size


def _size(values: Array) -> float:
    """Return the largest absolute value of numbers, infinity for NaN."""
    if values.dtype.kind not in "fViu" or not values.size:
        return 0.0
    size = float(np.max(np.abs(values.astype(np.float64))))
    return size if size == size else inf
