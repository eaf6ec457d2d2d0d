"""Boxes carried through a model node by node."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.arithmetic import EXACT, Arithmetic, arithmetic_of
from theory.rewrite.certify.bounds import Bounds
from theory.rewrite.certify.graph import Graph, Node
from theory.rewrite.certify.readers import Constant, Interpreted, Operand
from theory.rewrite.certify.records import Unknown
from theory.rewrite.certify.shapes import Shapes
from theory.rewrite.certify.table import fold, interpret
from theory.rewrite.certify.unsupported import Unsupported

Value: TypeAlias = Bounds | Constant | Unknown
Values: TypeAlias = dict[str, Value]
ArithmeticOf: TypeAlias = Callable[[npt.DTypeLike], Arithmetic]

MISFITS = (ArithmeticError, IndexError, KeyError, MemoryError, TypeError, ValueError)
"""What NumPy raises where shapes, axes or attributes of a node do not fit its inputs."""


def real_arithmetic(_: npt.DTypeLike) -> Arithmetic:
    """Return the arithmetic of the reals for every dtype."""
    return EXACT


def float_arithmetic(dtype: npt.DTypeLike) -> Arithmetic:
    """Return the arithmetic of a runtime that computes in the dtype."""
    return arithmetic_of(dtype)


def bound_values(graph: Graph, inputs: Mapping[str, Bounds], arithmetic: ArithmeticOf, shapes: Shapes) -> Values:
    """Bound every tensor of a model.

    Parameters
    ----------
    graph : Graph
    inputs : dict of str to Bounds
    arithmetic : callable
        Of each dtype.
    shapes : Shapes
        What others make of the model.

    Returns
    -------
    dict of str to Bounds, array or Unknown
        Constants stay arrays.
    """
    values: Values = {**graph.constants, **inputs}
    for node in graph.nodes:
        values[node.outputs[0]] = evaluate(node, values, arithmetic, shapes)
    return values


def evaluate(node: Node, values: Values, arithmetic: ArithmeticOf, shapes: Shapes) -> Value:
    """Bound the first output of a node."""
    name = node.outputs[0]

    def compute(operands: Sequence[Operand]) -> Value:
        shapes.check_size(name)
        value: Bounds | Constant | None = fold(node, operands)
        if value is None:
            operator, tensors = interpret(node, operands)
            value = _sane(operator.forward(tensors, arithmetic(tensors[0].dtype)))
        shapes.check(name, value.shape)
        return value

    return attempt(node, values, compute)


def attempt(node: Node, values: Values, compute: Callable[[Sequence[Operand]], Value]) -> Value:
    """Compute something of a node, or say why that is impossible."""
    operands: list[Operand] = []
    for name in node.inputs:
        value = values.get(name, Unknown(node.name, f"its input {name!r} is not computed")) if name else None
        if isinstance(value, Unknown):
            return value
        operands.append(value)
    try:
        # What leaves the range of float64 is infinite or no number, and refused as such.
        with np.errstate(all="ignore"):
            return compute(operands)
    except Unsupported as reason:
        return Unknown(node.name, str(reason))
    except MISFITS as error:
        return Unknown(node.name, f"its inputs do not fit: {' '.join(str(error).split())[:120]}")


def deviate(
    interpreted: Interpreted,
    second: Sequence[Bounds],
    differences: Sequence[Bounds],
    arithmetic: tuple[ArithmeticOf, ArithmeticOf],
) -> Bounds:
    """Bound the difference after an operator, from the boxes before it."""
    operator, first = interpreted
    kinds = arithmetic[0](first[0].dtype), arithmetic[1](second[0].dtype)
    return _sane(operator.deviation(first, second, differences, kinds))


def _sane(box: Bounds) -> Bounds:
    if not (np.all(np.isfinite(box.lo)) and np.all(np.isfinite(box.hi))):
        raise Unsupported("the bounds of its values do not exclude an overflow")
    return box


def between(graph: Graph, start: str, end: str, values: Iterable[str]) -> tuple[Node, ...] | None:
    """Return the nodes that compute one tensor from another and constants; None if others go into it.

    Parameters
    ----------
    graph : Graph
    start, end : str
        The tensors.
    values : iterable of str
        Names of constants.
    """
    producers = graph.producers
    known = {start, "", *values}
    found: set[str] = set()
    waiting = [end]
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        if name not in producers:
            return None
        node = producers[name]
        known.update(node.outputs)
        found.add(node.outputs[0])
        waiting.extend(node.inputs)
    return tuple(node for node in graph.nodes if node.outputs[0] in found)
