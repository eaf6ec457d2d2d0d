"""Two models carried side by side: boxes of the tensors of both, and of the differences of those of the same name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from theory.rewrite.certify.bounds import Bounds
from theory.rewrite.certify.graph import Graph, Node, same_array
from theory.rewrite.certify.operators import MaxPooling
from theory.rewrite.certify.pooling_proof import pooling_residual
from theory.rewrite.certify.propagate import (
    MISFITS,
    ArithmeticOf,
    Values,
    between,
    bound_values,
    deviate,
    evaluate,
    real_arithmetic,
)
from theory.rewrite.certify.readers import Operand
from theory.rewrite.certify.records import DeviationBound, Model, OutputDeviation, PoolingFinding, Unknown
from theory.rewrite.certify.shapes import Shapes, show
from theory.rewrite.certify.table import fold, interpret
from theory.rewrite.certify.unsupported import Unsupported

_SMALL = 2.0**-6


class SideBySide:
    """Two models on the same inputs.

    Parameters
    ----------
    first, second : Graph
    inputs : dict of str to Bounds
    arithmetic : callable
        Of each dtype.
    """

    def __init__(self, first: Graph, second: Graph, inputs: Mapping[str, Bounds], arithmetic: ArithmeticOf) -> None:
        self._graphs = first, second
        self._arithmetic = arithmetic
        self._producers = first.producers, second.producers
        sizes = {name: x.shape for name, x in inputs.items()}
        self._shapes = Shapes(second, sizes)
        self._before = bound_values(first, inputs, arithmetic, Shapes(first, sizes))
        self._after: Values = {**second.constants, **inputs}
        self._differences: dict[str, Bounds] = {name: Bounds.zero(x.shape, x.dtype) for name, x in inputs.items()}
        """The second's tensor less the first's."""
        self._findings: dict[str, PoolingFinding] = {}
        """By the output of the MaxPool: names of nodes may repeat."""

    def run(self) -> DeviationBound:
        """Bound the differences of the outputs, and say what stands in the place of each MaxPool."""
        for node in self._graphs[1].nodes:
            self._compare(node)
        pools = [node for node in self._graphs[0].nodes if node.op == "MaxPool"]
        pools += [node for node in self._graphs[1].nodes if node.op == "MaxPool" and self._is_replaced(node)]
        outputs = {name: self._output(name) for name in self._graphs[0].outputs}
        return DeviationBound(outputs, tuple(self._finding(node) for node in pools))

    def _is_replaced(self, node: Node) -> bool:
        """Say whether the first model computes the tensor of a MaxPool of the second in another way."""
        other = self._producers[0].get(node.outputs[0])
        return other is not None and other.op != "MaxPool"

    def _compare(self, node: Node) -> None:
        """Bound the first output of a node of the second model, and how far it is from the first's."""
        name = node.outputs[0]
        before, other = self._before.get(name), self._producers[0].get(name)
        shared = other is not None and node.same_operation(other) and self._same_constants(node)
        sharper = self._attempt(node, partial(self._through, node)) if shared else None
        costly = node.op in ("Conv", "Gemm", "MatMul")
        if costly and sharper is not None and isinstance(before, Bounds) and _is_small(sharper, before):
            # The node's own bounds could hardly be better, and would take as long again.
            self._record(name, replace(before.plus(sharper), history=sharper.history), sharper)
            return
        after = evaluate(node, self._after, self._arithmetic, self._shapes)
        self._after[name] = after
        if not isinstance(after, Bounds) or not isinstance(before, Bounds) or after.shape != before.shape:
            return
        if other is not None and not shared:
            for side, pool in enumerate((other, node)):
                if pool.op == "MaxPool":
                    sharper = self._attempt(pool, partial(self._pooled, pool, side))
        plain = after.minus(before)
        difference = plain if sharper is None else plain.meet(sharper)
        self._record(name, after.meet(before.plus(difference)), difference)

    def _record(self, name: str, after: Bounds, difference: Bounds) -> None:
        self._after[name], self._differences[name] = after, difference

    def _attempt(self, node: Node, bound: Callable[[], Bounds]) -> Bounds | None:
        """Bound a difference by what the nodes do, not by their values alone; None where that is not understood."""
        try:
            with np.errstate(all="ignore"):
                return bound()
        except Unsupported as reason:
            why = str(reason)
        except MISFITS as error:
            why = f"the nodes do not fit together: {' '.join(str(error).split())[:120]}"
        if node.op == "MaxPool":
            self._findings[node.outputs[0]] = PoolingFinding(node.name, "original", "intervals", reason=why)
        return None

    def _same_constants(self, node: Node) -> bool:
        """Say whether the inputs of a node are the same constants, or tensors whose difference is bounded."""
        for name in node.inputs:
            a, b = self._before.get(name), self._after.get(name)
            if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
                if not same_array(a, b):
                    return False
            elif name and name not in self._differences:
                return False
        return True

    def _through(self, node: Node) -> Bounds:
        """Carry the differences of the inputs through a node that both models have."""
        self._shapes.check_size(node.outputs[0])
        operands = [_operand(self._before, name) for name in node.inputs]
        interpreted = interpret(node, operands)
        _, second = interpret(node, [_operand(self._after, name) for name in node.inputs])
        if any(x.dtype != y.dtype for x, y in zip(interpreted[1], second, strict=True)):
            raise Unsupported("the models compute it in different precisions")
        by_operand = [(x, self._differences.get(name)) for x, name in zip(operands, node.inputs, strict=True)]
        differences = [_of(x, by_operand) for x in interpreted[1]]
        result = deviate(interpreted, second, differences, (self._arithmetic, self._arithmetic))
        self._shapes.check(node.outputs[0], result.shape)
        return result

    def _pooled(self, pool: Node, side: int) -> Bounds:
        """Bound the difference between a MaxPool of one model and the nodes in its place in the other."""
        start, end = pool.inputs[0], pool.outputs[0]
        values = (self._after, self._before) if side else (self._before, self._after)
        graph, sign = self._graphs[1 - side], 1 - 2 * side
        x, y, d = values[0].get(start), values[1].get(start), self._differences.get(start)
        if not (isinstance(x, Bounds) and isinstance(y, Bounds) and d is not None):
            raise Unsupported(f"the other model has no tensor {start!r} to compare")
        constants = {name: value for name, value in values[1].items() if isinstance(value, np.ndarray)}
        nodes = between(graph, start, end, constants)
        if nodes is None:
            raise Unsupported(f"{end!r} is computed from more than {start!r}")
        operator, _ = interpret(pool, [x])
        if not isinstance(operator, MaxPooling):
            raise Unsupported("it is no max pooling")
        found = pooling_residual(nodes, start, end, y, operator.geometry, constants)
        rounding = self._rounding(nodes, start, end, values)
        carried = deviate((operator, [x]), [y], [_signed(d, sign)], (self._arithmetic, self._arithmetic))
        self._findings[end] = PoolingFinding(
            pool.name,
            "original",
            "exact" if found.exact else "combination",
            residual=0.0 if found.exact else float(np.max(found.box.magnitude)),
            rounding=float(np.max(rounding.magnitude)),
        )
        result = carried.plus(rounding)
        return _signed(result if found.exact else result.plus(found.box), sign)

    def _rounding(self, nodes: Sequence[Node], start: str, end: str, values: Sequence[Values]) -> Bounds:
        """Bound what a runtime computes by the nodes, less what they do in exact arithmetic to the same tensor."""
        others, own = values
        y = _operand(own, start)
        if not isinstance(y, Bounds):
            raise Unsupported(f"{start!r} is constant")
        errors = {start: Bounds.zero(y.shape, y.dtype)}
        for node in nodes:
            operands = [_operand(own, name) for name in node.inputs]
            if fold(node, operands) is not None:
                continue
            if node.outputs[0] in others and node.outputs[0] != end:
                # Its box was narrowed by that of the other model, which says nothing about exact arithmetic.
                raise Unsupported(f"{node.outputs[0]!r} is a tensor of the other model as well")
            interpreted = interpret(node, operands)
            by_operand = [(x, errors.get(name)) for x, name in zip(operands, node.inputs, strict=True)]
            before = [_of(x, by_operand) for x in interpreted[1]]
            errors[node.outputs[0]] = deviate(interpreted, interpreted[1], before, (real_arithmetic, self._arithmetic))
        return errors[end]

    def _finding(self, node: Node) -> PoolingFinding:
        """Return what is known of the place of a MaxPool, with the deviation after it."""
        name = node.outputs[0]
        model = self._model(name)
        difference = self._differences.get(name)
        if difference is None:
            value = self._after.get(name)
            reason = value if isinstance(value, Unknown) else self._before.get(name)
            why = str(reason) if isinstance(reason, Unknown) else "its output is not computed in the other model"
            return PoolingFinding(node.name, model, "unknown", reason=why)
        finding = self._findings.get(name, PoolingFinding(node.name, model, "unchanged"))
        return replace(finding, model=model, deviation=float(np.max(difference.magnitude, initial=0.0)))

    def _model(self, name: str) -> Model:
        first, second = (name in producers and producers[name].op == "MaxPool" for producers in self._producers)
        return "both" if first and second else "original" if first else "rewritten"

    def _output(self, name: str) -> OutputDeviation:
        difference = self._differences.get(name)
        if difference is not None and difference.lo.size:
            return OutputDeviation(difference.lo, difference.hi)
        for values in (self._before, self._after):
            value = values.get(name)
            if isinstance(value, Unknown):
                return OutputDeviation(None, None, value)
        return OutputDeviation(None, None, self._not_compared(name))

    def _not_compared(self, name: str) -> Unknown:
        a, b = self._before.get(name), self._after.get(name)
        if not isinstance(a, Bounds) or not isinstance(b, Bounds):
            return Unknown(name, "it does not depend on the input in both models")
        if a.shape == b.shape:
            return Unknown(name, "it has no elements")
        return Unknown(name, f"its shapes differ: {show(a.shape)} and {show(b.shape)}")


def _operand(values: Values, name: str) -> Operand:
    value = values.get(name) if name else None
    if isinstance(value, Unknown) or (name and value is None):
        raise Unsupported(f"{name!r} is not bounded")
    return value


def _is_small(difference: Bounds, tensor: Bounds) -> bool:
    """Say whether a difference is small beside the tensor that it is of."""
    return bool(np.max(difference.magnitude, initial=0) <= _SMALL * np.max(tensor.magnitude, initial=0))


def _signed(box: Bounds, sign: int) -> Bounds:
    return box if sign > 0 else replace(box, lo=-box.hi, hi=-box.lo)


def _of(x: Bounds, by_operand: Sequence[tuple[Operand, Bounds | None]]) -> Bounds:
    """Return the difference of a tensor; constants, which the interpreter made boxes of, have none."""
    found = next((difference for operand, difference in by_operand if operand is x), None)
    return Bounds.zero(x.shape, x.dtype) if found is None else found
