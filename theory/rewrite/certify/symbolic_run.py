"""The nodes between two tensors, run on symbols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from theory.rewrite.certify.bounds import Bounds
from theory.rewrite.certify.expressions import Algebra, Index, Symbols
from theory.rewrite.certify.graph import Node
from theory.rewrite.certify.readers import Constant
from theory.rewrite.certify.rules import SymbolicOperand
from theory.rewrite.certify.table import find_row, fold, interpret
from theory.rewrite.certify.unsupported import Unsupported


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
        values: dict[str, SymbolicOperand] = {**constants, start: self._algebra.pixels(pixel_places(shape))}
        for node in nodes:
            operands = [values[name] if name else None for name in node.inputs]
            values[node.outputs[0]] = self._apply(node, operands)
        result = values[end]
        if not isinstance(result, Symbols):
            raise Unsupported("it does not depend on its input")
        return result

    def _apply(self, node: Node, operands: Sequence[SymbolicOperand]) -> SymbolicOperand:
        row = find_row(node)
        if self._channels > 1 and any(isinstance(operand, Symbols) for operand in operands):
            if row.apart is None:
                raise Unsupported("channels do not stay apart")
            node, operands = row.apart(node, operands, self._channels)
        # For shapes and attributes, symbols are stood for by boxes of their shape.
        boxes = [_box(operand) if isinstance(operand, Symbols) else operand for operand in operands]
        constant = fold(node, boxes)
        if constant is not None:
            return constant
        if row.symbolic is None:
            raise Unsupported(f"the operator {node.op} is not followed symbolically")
        operator, tensors = interpret(node, boxes)
        symbols = {id(box): x for box, x in zip(boxes, operands, strict=True) if isinstance(x, Symbols)}
        # The others are constants, which the reader made boxes of.
        given = [symbols.get(id(tensor)) or self._algebra.constants(tensor.lo) for tensor in tensors]
        return row.symbolic(self._algebra, operator, given)


def _box(symbols: Symbols) -> Bounds:
    zeros = np.broadcast_to(np.zeros(()), symbols.numbers.shape)
    return Bounds(zeros, zeros, np.dtype(np.float64))
