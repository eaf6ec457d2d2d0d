"""The nodes between two tensors, run on symbols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify import linear, operators
from theory.rewrite.certify.bounds import Bounds
from theory.rewrite.certify.expressions import Algebra, Index, Symbols
from theory.rewrite.certify.graph import Node
from theory.rewrite.certify.interpret import Constant, fold, interpret
from theory.rewrite.certify.movement import movement, settings
from theory.rewrite.certify.unsupported import Unsupported

_MOST_TERMS = 1 << 26
"""Largest number of products of one convolution that are followed: more take minutes."""

_Operand: TypeAlias = Symbols | Constant | None


def pixel_places(shape: Sequence[int]) -> Index:
    """Return numbers of the elements of a tensor such that the difference of two tells how they lie to each other.

    Examples
    --------
    >>> pixel_places((2, 3)).tolist()
    [[0, 1, 2], [7, 8, 9]]
    """
    strides = place_strides(shape)
    axes = np.meshgrid(*map(np.arange, shape), indexing="ij", sparse=True)
    return np.asarray(sum(axis * stride for axis, stride in zip(axes, strides, strict=True)), dtype=np.int64)


def place_strides(shape: Sequence[int]) -> tuple[int, ...]:
    """Return by how much the number of a place grows along each axis."""
    strides = [1]
    for size in reversed(shape[1:]):
        # Differences along an axis lie between -size and size, and must not reach over into the next axis.
        strides.append(strides[-1] * (2 * size + 1))
    return tuple(reversed(strides))


def run_symbols(
    nodes: Sequence[Node], start: str, end: str, shape: Sequence[int], constants: Mapping[str, Constant]
) -> tuple[Algebra, Symbols, bool]:
    """Run nodes on symbols.

    Parameters
    ----------
    nodes : sequence of Node
        What computes the tensor ``end`` from ``start``, in order.
    start, end : str
    shape : sequence of int
        Of the start: (N, C, *spatial).
    constants : dict

    Returns
    -------
    algebra : Algebra
    symbols : Symbols
        The end.
    single : bool
        Whether the nodes do the same to every channel, and the symbols are those of one channel alone.

    Raises
    ------
    Unsupported
        If a node cannot be followed.
    """
    if shape[0] == 1 and shape[1] > 1:
        try:
            algebra = Algebra()
            return algebra, _Run(algebra, shape[1]).run(nodes, start, end, (1, 1, *shape[2:]), constants), True
        except Unsupported:
            pass
    algebra = Algebra()
    return algebra, _Run(algebra, 1).run(nodes, start, end, shape, constants), False


class _Run:
    """A pass over nodes.

    If ``channels`` is more than 1, only the first of so many equal blocks of channels is followed in each tensor, and
    what does not treat all blocks alike is unsupported.
    """

    def __init__(self, algebra: Algebra, channels: int) -> None:
        self._algebra = algebra
        self._channels = channels

    def run(
        self, nodes: Sequence[Node], start: str, end: str, shape: Sequence[int], constants: Mapping[str, Constant]
    ) -> Symbols:
        values: dict[str, _Operand] = {**constants, start: self._algebra.pixels(pixel_places(shape))}
        for node in nodes:
            operands = [values[name] if name else None for name in node.inputs]
            values[node.outputs[0]] = self._apply(node, operands)
        result = values[end]
        if not isinstance(result, Symbols):
            raise Unsupported("it does not depend on its input")
        return result

    def _apply(self, node: Node, operands: Sequence[_Operand]) -> _Operand:
        if node.op == "Shape" and self._channels > 1:
            raise Unsupported("it reads a shape")
        # For shapes and attributes, symbols are stood for by boxes of their shape.
        shapes = [_box(operand) if isinstance(operand, Symbols) else operand for operand in operands]
        constant = fold(node, shapes)
        if constant is not None:
            return constant
        moved = movement(node, shapes)
        if moved is not None:
            self._check_movement(node, operands)
            data = operands if moved.data < 0 else operands[: moved.data]
            symbols = [self._symbols(operand) for operand in data]
            fill = self._algebra.constant(Fraction(moved.fill))
            numbers = moved.rearrange([s.numbers for s in symbols], fill)
            return Symbols(numbers, moved.rearrange([s.places for s in symbols], 0))
        if node.op == "Cast":
            return self._symbols(operands[0])
        if node.op == "Relu":
            return self._algebra.relu(self._symbols(operands[0]))
        if node.op in _SIGNS or node.op == "Sum":
            self._check_broadcast(operands)
            signs = _SIGNS.get(node.op, (1,) * len(operands))
            return self._algebra.combine(
                [(Fraction(sign), self._symbols(x)) for sign, x in zip(signs, operands, strict=True)]
            )
        if node.op in ("Mul", "Div"):
            return self._scale(node, operands, shapes)
        if node.op == "Conv":
            return self._convolve(node, operands, shapes)
        raise Unsupported(f"the operator {node.op} is not followed symbolically")

    def _symbols(self, operand: _Operand) -> Symbols:
        if operand is None:
            raise Unsupported("an operand is missing")
        return operand if isinstance(operand, Symbols) else self._algebra.constants(operand.astype(np.float64))

    def _check_movement(self, node: Node, operands: Sequence[_Operand]) -> None:
        """See that elements stay in their channel, if one channel stands for all."""
        if self._channels == 1 or node.op in ("Identity", "Dropout"):
            return
        first = operands[0]
        rank = 0 if first is None else (first.numbers if isinstance(first, Symbols) else first).ndim
        if node.op in ("Concat", "Gather"):
            axes = [node.attributes.get("axis", 0)]
        elif node.op == "Slice":
            axes = settings(node, operands, 3, "axes") or list(range(rank))
        elif node.op == "Pad" and len(operands) < 4:
            pads = settings(node, operands, 1, "pads") or []
            axes = [axis for axis in range(rank) if pads[axis] or pads[axis + rank]]
        else:
            axes = [0]
        flat_gather = node.op != "Gather" or (isinstance(operands[1], np.ndarray) and operands[1].ndim == 1)
        if not flat_gather or any(axis % max(rank, 1) < 2 for axis in axes):
            raise Unsupported("channels do not stay apart")
        if node.op == "Concat":
            self._check_broadcast(operands)

    def _check_broadcast(self, operands: Sequence[_Operand]) -> None:
        """See that constants are the same for all channels, if one channel stands for all."""
        for operand in operands:
            if self._channels > 1 and isinstance(operand, np.ndarray) and operand.size > 1:
                raise Unsupported("a constant may differ between channels")

    def _scale(self, node: Node, operands: Sequence[_Operand], shapes: Sequence[Bounds | Constant | None]) -> Symbols:
        self._check_broadcast(operands)
        operator, _ = interpret(node, shapes)
        x = next(operand for operand in operands if isinstance(operand, Symbols))
        if not isinstance(operator, operators.Affine) or not isinstance(operator.map, linear.Scale):
            raise Unsupported("it is no product with a constant")
        if node.op == "Div":
            # The interpreter has rounded the reciprocal.
            divisor = operands[1]
            factors = np.array([1 / Fraction(float(v)) for v in np.ravel(np.asarray(divisor))], dtype=object)
            factors = factors.reshape(np.shape(np.asarray(divisor)))
        else:
            exact = [Fraction(float(v)) for v in operator.map.factor.ravel()]
            factors = np.array(exact, dtype=object).reshape(operator.map.factor.shape)
        if factors.size == 1:
            return self._algebra.combine([(factors.ravel()[0], x)])
        shape = np.broadcast_shapes(factors.shape, x.numbers.shape)
        factors = np.broadcast_to(factors, shape)
        numbers, places = np.broadcast_to(x.numbers, shape).copy(), np.broadcast_to(x.places, shape).copy()
        for factor in set(factors.ravel()):
            where = factors == factor
            part = self._algebra.combine([(factor, Symbols(numbers[where], places[where]))])
            numbers[where], places[where] = part.numbers, part.places
        return Symbols(numbers, places)

    def _convolve(
        self, node: Node, operands: Sequence[_Operand], shapes: Sequence[Bounds | Constant | None]
    ) -> Symbols:
        x, weights = operands[0], operands[1]
        if not isinstance(x, Symbols) or not isinstance(weights, np.ndarray):
            raise Unsupported("its weights are computed, not constant")
        bias = operands[2] if len(operands) > 2 else None
        bias = np.zeros(len(weights)) if bias is None else np.asarray(bias)
        groups = node.attributes.get("group", 1)
        if self._channels > 1:
            weights, bias, groups = self._first_block(weights, bias, groups)
            node = Node(node.op, node.name, node.inputs, node.outputs, {**node.attributes, "group": groups}, node.opset)
        operator, _ = interpret(node, [_box(x), weights, bias])
        if not isinstance(operator, operators.Affine) or not isinstance(operator.map, linear.Convolution):
            raise Unsupported("it is no convolution")
        return self._by_channel(x, weights, bias, groups, operator.map.geometry)

    def _first_block(self, weights: Constant, bias: Constant, groups: int) -> tuple[Constant, Constant, int]:
        if groups % self._channels or len(weights) % self._channels:
            raise Unsupported("channels do not stay apart")
        block = len(weights) // self._channels
        blocks = weights.reshape(self._channels, block, *weights.shape[1:])
        biases = bias.reshape(self._channels, block)
        if np.any(blocks != blocks[:1]) or np.any(biases != biases[:1]):
            raise Unsupported("channels have different weights")
        return blocks[0], biases[0], groups // self._channels

    def _by_channel(
        self, x: Symbols, weights: Constant, bias: Constant, groups: int, geometry: linear.Geometry
    ) -> Symbols:
        zero = self._algebra.constant(Fraction(0))
        numbers = geometry.taps(geometry.pad(x.numbers, zero))
        places = geometry.taps(geometry.pad(x.places, 0))
        flat = weights.reshape(*weights.shape[:2], -1)
        inner, outer = weights.shape[1], len(weights) // groups
        size = numbers[0][:, :1].size
        if np.count_nonzero(flat) * size > _MOST_TERMS:
            raise Unsupported("its convolutions are too large to be followed one by one")
        channels: list[Symbols] = []
        for m in range(len(weights)):
            base = m // outer * inner
            operands = [
                (Fraction(float(flat[m, i, t])), _channel(numbers[t], places[t], base + i))
                for i, t in np.argwhere(flat[m]).tolist()
            ]
            operands = operands or [(Fraction(0), _channel(numbers[0], places[0], base))]
            channels.append(self._algebra.combine(operands, Fraction(float(bias[m]))))
        return Symbols(
            np.concatenate([c.numbers for c in channels], axis=1), np.concatenate([c.places for c in channels], axis=1)
        )


_SIGNS = {"Add": (1, 1), "Sub": (1, -1), "Neg": (-1,)}


def _channel(numbers: npt.NDArray[np.generic], places: npt.NDArray[np.generic], channel: int) -> Symbols:
    part = slice(channel, channel + 1)
    return Symbols(numbers[:, part].astype(np.int64), places[:, part].astype(np.int64))


def _box(symbols: Symbols) -> Bounds:
    zeros = np.broadcast_to(np.zeros(()), symbols.numbers.shape)
    return Bounds(zeros, zeros, np.dtype(np.float64))
