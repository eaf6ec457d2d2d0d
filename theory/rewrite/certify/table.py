"""The operators of ONNX that are covered: one row for each, and no other place that says what it does.

A row says how a node is read, as an operator whose bounds stand in :mod:`~theory.rewrite.certify.operators`,
:mod:`~theory.rewrite.certify.layers` or :mod:`~theory.rewrite.certify.functions`; how it is computed where all its
inputs are constants; what it does to symbols; and *samples*, models with which the tests compare all of that with
onnxruntime. A row without samples fails the tests, and no field has a default: what is forgotten would count as right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from theory.rewrite.certify import functions, movement, readers, rules
from theory.rewrite.certify.graph import Node
from theory.rewrite.certify.readers import Constant, Folder, Interpreted, Operand, Reader, moved, of_constants
from theory.rewrite.certify.rules import Apart, Rule
from theory.rewrite.certify.samples import SAMPLES, Sample
from theory.rewrite.certify.unsupported import Unsupported

_OLDEST_OPSET = 7
"""Since then operators broadcast as NumPy does, and are in inference mode by default."""


@dataclass(frozen=True)
class Row:
    """One operator.

    Attributes
    ----------
    op : str
        Its name in ONNX.
    read : callable or None
        Takes a node and its inputs to the operator and the tensors that it is applied to; None where all that is
        computed are constants.
    fold : callable or None
        Takes a node and its inputs to a constant, or to None if one of them is computed.
    symbolic : callable or None
        What it does to symbols; None where that is not followed.
    apart : callable or None
        What it does in one channel that stands for all; None where channels are not kept apart.
    samples : tuple of Sample
    """

    op: str
    read: Reader | None
    fold: Folder | None
    symbolic: Rule | None
    apart: Apart | None
    samples: tuple[Sample, ...]


def find_row(node: Node) -> Row:
    """Return the row of a node's operator; raises :class:`Unsupported` if there is none."""
    if node.opset < _OLDEST_OPSET:
        raise Unsupported(f"its opset {node.opset} is older than {_OLDEST_OPSET}")
    if node.op not in TABLE:
        raise Unsupported(f"the operator {node.op} is not covered")
    return TABLE[node.op]


def interpret(node: Node, operands: Sequence[Operand]) -> Interpreted:
    """Return what a node does, and the tensors that it does it to; raises :class:`Unsupported` if that is not known."""
    row = find_row(node)
    if row.read is None:
        raise Unsupported("it is not computed from constants alone")
    return row.read(node, operands)


def fold(node: Node, operands: Sequence[Operand]) -> Constant | None:
    """Compute a node that depends on no input but for shapes, if it only moves numbers or makes integers.

    Returns
    -------
    array or None
        None if it is no such node; its float arithmetic is left to the bounds.
    """
    row = find_row(node)
    return None if row.fold is None else row.fold(node, operands)


def _row(op: str, read: Reader | None, fold: Folder | None, symbolic: Rule | None, apart: Apart | None) -> Row:
    return Row(op, read, fold, symbolic, apart, SAMPLES.get(op, ()))


_ROWS = (
    _row("Add", readers.sum_of(1, 1), readers.integers(np.add), rules.add, rules.if_constants_agree),
    _row("AveragePool", readers.average_pool, None, None, None),
    _row("BatchNormalization", readers.batch_normalization, None, None, None),
    _row("Cast", readers.cast, of_constants(readers.cast_constant), rules.same, rules.anywhere),
    _row("Clip", readers.clip, None, None, None),
    _row("Concat", *moved(movement.concat), rules.move, rules.if_within_channels),
    _row("Constant", None, readers.constant, None, None),
    _row("ConstantOfShape", None, of_constants(readers.filled), None, None),
    _row("Conv", readers.conv, None, rules.convolve, rules.first_block),
    _row("Div", readers.quotient, None, rules.scale, rules.if_constants_agree),
    _row("Dropout", *moved(movement.dropout), rules.move, rules.anywhere),
    _row("Expand", *moved(movement.expand), rules.move, None),
    _row("Flatten", *moved(movement.flatten), rules.move, None),
    _row("Gather", *moved(movement.gather), rules.move, rules.if_within_channels),
    _row("Gemm", readers.gemm, None, None, None),
    _row("GlobalAveragePool", readers.global_average_pool, None, None, None),
    _row("Identity", *moved(movement.identity), rules.move, rules.anywhere),
    _row("LRN", readers.local_response, None, None, None),
    _row("MatMul", readers.matmul, None, None, None),
    _row("MaxPool", readers.max_pool, None, None, None),
    _row("Mul", readers.times, readers.integers(np.multiply), rules.scale, rules.if_constants_agree),
    _row("Neg", readers.negative, None, rules.add, rules.anywhere),
    _row("Pad", *moved(movement.pad), rules.move, rules.if_within_channels),
    _row("Relu", readers.elementwise(functions.relu), None, rules.relu, rules.anywhere),
    _row("Reshape", *moved(movement.reshape), rules.move, None),
    _row("Shape", None, readers.shape, None, None),
    _row("Sigmoid", readers.elementwise(functions.sigmoid), None, None, None),
    _row("Slice", *moved(movement.slice_), rules.move, rules.if_within_channels),
    _row("Softmax", readers.softmax, None, None, None),
    _row("Squeeze", *moved(movement.squeeze), rules.move, None),
    _row("Sub", readers.sum_of(1, -1), readers.integers(np.subtract), rules.add, rules.if_constants_agree),
    _row("Sum", readers.sum_of(), None, rules.add, rules.if_constants_agree),
    _row("Tanh", readers.elementwise(functions.tanh), None, None, None),
    _row("Transpose", *moved(movement.transpose), rules.move, None),
    _row("Unsqueeze", *moved(movement.unsqueeze), rules.move, None),
)

TABLE: dict[str, Row] = {row.op: row for row in _ROWS}
