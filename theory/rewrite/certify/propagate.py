"""Boxes carried through a model node by node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias, TypeVar

import numpy as np

from theory.rewrite.certify.answers import Unknown, Unsupported
from theory.rewrite.certify.arithmetic import ArithmeticOf, real_arithmetic
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.graph import Constant, Graph, Node, Segment, in_one_line
from theory.rewrite.certify.operators import Boxes, Call, Interpreted, partners
from theory.rewrite.certify.shapes import Shapes
from theory.rewrite.certify.table import understand

Value: TypeAlias = Box | Constant | Unknown
Values: TypeAlias = dict[str, Value]

_Found = TypeVar("_Found")

_MISFITS = (ArithmeticError, IndexError, KeyError, MemoryError, TypeError, ValueError)
"""What NumPy raises where shapes, axes or attributes of a node do not fit its inputs."""


def bound_values(graph: Graph, inputs: Mapping[str, Box], arithmetic: ArithmeticOf, shapes: Shapes) -> Values:
    """Bound every tensor of a model, or say why that is unknown; constants stay arrays.

    The shapes are what others make of the model for inputs of these shapes.
    """
    values: Values = {**graph.constants, **inputs}
    for node in graph.nodes:
        values[node.outputs[0]] = evaluate(node, values, arithmetic, shapes)
    return values


def evaluate(node: Node, values: Values, arithmetic: ArithmeticOf, shapes: Shapes) -> Value:
    """Bound the first output of a node."""

    def compute() -> Box | Constant:
        call = call_of(node, values)
        shapes.check_size(node.outputs[0])
        found = understand(call)
        result = found if isinstance(found, np.ndarray) else _forward(found, arithmetic)
        shapes.check(node.outputs[0], result.shape)
        return result

    return attempt(node, compute)


def call_of(node: Node, values: Mapping[str, Value]) -> Call:
    """Return a node with its inputs; raises Unsupported if one of them is not known."""
    inputs: list[Box | Constant | None] = []
    for name in node.inputs:
        value = values.get(name) if name else None
        if isinstance(value, Unknown):
            raise Unsupported(value)
        if name and value is None:
            raise Unsupported(f"its input {name!r} is not computed")
        inputs.append(value)
    return Call(node, inputs)


def attempt(node: Node, compute: Callable[[], _Found]) -> _Found | Unknown:
    """Compute something of a node, or say why that is impossible."""
    try:
        # What leaves the range of float64 is infinite or no number, and refused as such.
        with np.errstate(all="ignore"):
            return compute()
    except Unsupported as answer:
        return answer.reason if isinstance(answer.reason, Unknown) else Unknown(node.name, answer.reason)
    except _MISFITS as error:
        return Unknown(node.name, f"its inputs do not fit: {in_one_line(error, 120)}")


def _forward(interpreted: Interpreted, arithmetic: ArithmeticOf) -> Box:
    """Bound what a runtime computes by an operator, from the boxes before it."""
    operator, xs = interpreted
    return _finite(operator.forward(xs, arithmetic(xs[0].dtype)))


def deviate(interpreted: Interpreted, second: Boxes, differences: Boxes, arithmetic: tuple[ArithmeticOf, ...]) -> Box:
    """Bound the difference after an operator, from the boxes before it."""
    operator, first = interpreted
    kinds = arithmetic[0](first[0].dtype), arithmetic[1](second[0].dtype)
    return _finite(operator.deviation(first, second, differences, kinds))


def deviate_between(first: Interpreted, second: Interpreted, differences: Boxes, arithmetic: ArithmeticOf) -> Box:
    """Bound the difference after two operators that stand in the same place, from the boxes before them."""
    (operator, xs), (other, ys) = first, second
    kinds = arithmetic(xs[0].dtype), arithmetic(ys[0].dtype)
    return _finite(operator.between(other, xs, ys, differences, kinds))


def rounding_errors(segment: Segment, y: Box, own: Mapping[str, Value], arithmetic: ArithmeticOf) -> Box:
    """Bound what a runtime computes by nodes from y, less what they do in exact arithmetic to the same.

    The values are those of their model, and no narrower than what either may compute.
    """
    errors = {segment.start: y.zeros()}
    for node in segment.nodes:
        call = call_of(node, own)
        found = understand(call)
        if isinstance(found, np.ndarray):
            continue
        before = partners(found[1], call, [errors.get(name) for name in node.inputs], Box.zeros)
        errors[node.outputs[0]] = deviate(found, found[1], before, (real_arithmetic, arithmetic))
    return errors[segment.end]


def _finite(box: Box) -> Box:
    if not (np.all(np.isfinite(box.lo)) and np.all(np.isfinite(box.hi))):
        raise Unsupported("the bounds of its values do not exclude an overflow")
    return box
