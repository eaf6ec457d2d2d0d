"""Two models carried side by side: boxes of the tensors of both, and of the differences of those of the same name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from theory.rewrite.certify.answers import DeviationBound, Model, OutputDeviation, PoolingFinding, Unknown, Unsupported
from theory.rewrite.certify.arithmetic import ArithmeticOf, real_arithmetic
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.enclosures import Boxed, Domain, Enclosed, Replaced, boxed_twin, leader
from theory.rewrite.certify.functions import RELU
from theory.rewrite.certify.graph import Constant, Graph, Node, Segment, same_value
from theory.rewrite.certify.layers import MaxPooling
from theory.rewrite.certify.lifetimes import last_uses
from theory.rewrite.certify.operators import Call, Interpreted, partners
from theory.rewrite.certify.pooling_proof import Residuals, pooling_residual
from theory.rewrite.certify.propagate import (
    Values,
    attempt,
    bound_values,
    call_of,
    deviate,
    deviate_between,
    evaluate,
)
from theory.rewrite.certify.quantization import Quantized
from theory.rewrite.certify.shapes import Shapes, show
from theory.rewrite.certify.spheres import Spheres
from theory.rewrite.certify.table import understand
from theory.rewrite.certify.twins import Twins
from theory.rewrite.certify.unbounded import prove_without_bounds

_SMALL = 2.0**-6
"""A difference of no more than this part of the largest value is small beside it."""


class SideBySide:
    """Two models on the same inputs."""

    def __init__(
        self, first: Graph, second: Graph, inputs: Mapping[str, Box], arithmetic: ArithmeticOf, known: Residuals
    ) -> None:
        self._known = known
        self._graphs = first, second
        self._arithmetic = arithmetic
        self._producers = first.producers, second.producers
        sizes = {name: x.shape for name, x in inputs.items()}
        self._both_shapes = Shapes(first, sizes), Shapes(second, sizes)
        self._shapes = self._both_shapes[1]
        self._before = bound_values(first, inputs, arithmetic, self._both_shapes[0])
        self._after: Values = {**second.constants, **inputs}
        self._differences: dict[str, Box] = {name: x.zeros() for name, x in inputs.items()}
        """The second's tensor of a name less its twin of the first."""
        self._twins = Twins(first, self._before, self._after, inputs)
        self._findings: dict[str, PoolingFinding] = {}
        """By the output of the MaxPool: names of nodes may repeat."""
        self._enclosed = Enclosed(inputs, arithmetic) if Enclosed.affordable(inputs) else None
        self._spheres = Spheres(arithmetic)
        self._replaced: dict[str, tuple[Replaced, int]] = {}
        """What stands for the MaxPools, by their outputs, and which model has the MaxPool."""

    def run(self) -> DeviationBound:
        """Bound the differences of the outputs, and say what stands in the place of each MaxPool."""
        dropped = last_uses(*self._graphs)
        for place, node in enumerate(self._graphs[1].nodes):
            self._compare(node)
            self._forget(dropped.get(place, ()))
        first, second = ([node for node in graph.nodes if node.op == "MaxPool"] for graph in self._graphs)
        # Those of the second model that the first computes in another way.
        second = [node for node in second if self._model(node) == "rewritten" and node.outputs[0] in self._producers[0]]
        outputs = {name: self._output(name) for name in self._graphs[0].outputs}
        return DeviationBound(outputs, tuple(self._finding(node) for node in first + second))

    def _forget(self, names: Iterable[str]) -> None:
        """Drop the boxes of tensors, but for those of the first model that are compared with another one's."""
        compared = {twin for name, twin in self._twins.of.items() if twin != name}
        for name in names:
            self._differences.pop(name, None)
            self._spheres.forget(name)
            for values in (self._after, *([] if name in compared else [self._before])):
                if isinstance(values.get(name), Box):
                    del values[name]

    def _compare(self, node: Node) -> None:
        """Bound the first output of a node of the second model, and how far it is from the first's."""
        name = node.outputs[0]
        before, other = self._before.get(name), self._producers[0].get(name)
        twin = self._twins.find(node)
        found = None if twin is None else self._attempt(node, partial(self._through, twin, node))
        sharper = found if twin is not None and twin.outputs[0] == name else None
        costly = node.op in ("Conv", "Gemm", "MatMul")
        if costly and sharper is not None and isinstance(before, Box) and sharper.largest <= _SMALL * before.largest:
            # The node's own bounds could hardly be better, and would take as long again.
            self._record(node, replace(before.plus(sharper), history=sharper.history), sharper)
            return
        after = evaluate(node, self._after, self._arithmetic, self._shapes)
        self._after[name] = after
        if twin is not None and sharper is None and found is not None:
            self._stand_in(name, twin.outputs[0], found)
        elif found is None and node.op in ("DequantizeLinear", "Identity"):
            self._pass_on(node)
        pools = [] if other is None or node.same_operation(other) else [(other, 0), (node, 1)]
        pools = [(pool, side) for pool, side in pools if pool.op == "MaxPool"]
        if not isinstance(after, Box) or not isinstance(before, Box):
            for pool, side in pools:
                self._prove(pool, side)
            return
        if after.shape != before.shape:
            return
        for pool, side in pools:
            sharper = self._attempt(pool, partial(self._pooled, pool, side)) if sharper is None else sharper
        plain = after.minus(before)
        difference = plain if sharper is None else plain.meet(sharper)
        if name in self._differences and self._differences[name].largest < difference.largest:
            # It stands for another tensor of the first model, more closely.
            if self._twins.of[name] != name:
                return
            difference = difference.meet(self._differences[name])
        self._record(node, after.meet(before.plus(difference)), difference)

    def _stand_in(self, name: str, twin: str, difference: Box) -> None:
        """Record the difference from a tensor of the first model that may have another name."""
        self._differences[name] = difference
        self._twins.settle(name, twin)

    def _pass_on(self, node: Node) -> None:
        """Let a tensor that was quantized, or renamed, stand for what it was before, or for the positive part of it."""
        name, start = node.outputs[0], node.inputs[0]
        y, d, twin = self._after.get(start), self._differences.get(start), self._twins.of.get(start, "")
        x, relu = self._before.get(twin), self._twins.user(start, "Relu")
        if d is None or not isinstance(x, Box) or not isinstance(y, Box) or not isinstance(self._after[name], Box):
            return

        def bound() -> tuple[str, Box]:
            operator, _ = understand(call_of(node, self._after))
            if not isinstance(operator, Quantized):
                return twin, d
            kind = self._arithmetic(y.dtype)
            if not operator.rectifies or (relu is None and np.any(x.lo < 0)):
                return twin, operator.residue(y, kind, rectified=False).plus(d)
            carried = RELU.deviation([x], [y], [d], (kind, kind))
            residue = operator.residue(y, kind, rectified=True)
            return twin if relu is None else relu.outputs[0], residue.plus(carried)

        found = attempt(node, bound)
        if isinstance(found, tuple):
            self._stand_in(name, *found)

    def _record(self, node: Node, after: Box, difference: Box) -> None:
        """Keep the boxes of a tensor of both models, cut by its zonotopes and spheres."""
        name = node.outputs[0]
        self._after[name], self._differences[name] = after, difference
        self._twins.settle(name, name)
        domains: list[Domain[Any]] = [self._spheres, *([] if self._enclosed is None else [self._enclosed])]
        for domain in domains:
            found = attempt(node, partial(self._cut, node, domain))
            if not isinstance(found, Unknown):
                self._before[name], self._after[name], self._differences[name] = found

    def _boxes(self, name: str) -> Boxed | None:
        """Return the boxes of the tensors of a name in both models; None if there are none."""
        x, y, d = self._before.get(name), self._after.get(name), self._of_same_name(name)
        if not (isinstance(x, Box) and isinstance(y, Box)) or d is None or not x.shape == y.shape == d.shape:
            return None
        return x, y, d

    def _cut(self, node: Node, domain: Domain[Any]) -> Boxed:
        """Carry zonotopes or spheres through a node, and return its boxes cut by them."""
        name = node.outputs[0]
        boxes = self._boxes(name)
        if boxes is None:
            raise Unsupported("it has no boxes")
        if name in self._replaced:
            found, side = self._replaced[name]
            start = self._producers[side][name].inputs[0]
            before = self._boxes(start)
            if before is None:
                raise Unsupported("its input has no boxes")
            return domain.replaced(name, found, domain.twin(start, before), boxes, swapped=bool(side))
        interpreted, call = self._common(node)
        if isinstance(interpreted, np.ndarray):
            raise Unsupported("it is constant")
        operator, tensors = interpreted
        twins = [
            None if boxed is None else domain.twin(each, boxed)
            for each, boxed in ((each, self._boxes(each)) for each in node.inputs)
        ]
        return domain.through(name, operator, partners(tensors, call, twins, domain.constant), boxes)

    def _common(self, node: Node) -> tuple[Interpreted | Constant, Call]:
        """Read a node of both models: one operator stands for both, on tensors of the same names."""
        other = self._producers[0].get(node.outputs[0])
        if other is None or not node.same_operation(other) or len(node.inputs) != len(other.inputs):
            raise Unsupported("the models do different things here")
        first, second = call_of(other, self._before), call_of(node, self._after)
        for x, y, *names in zip(first.inputs, second.inputs, other.inputs, node.inputs, strict=True):
            if isinstance(x, np.ndarray) or isinstance(y, np.ndarray):
                if not (isinstance(x, np.ndarray) and isinstance(y, np.ndarray) and same_value(x, y)):
                    raise Unsupported("its constants differ")
            elif names[0] != names[1] or (x is not None and x.dtype != y.dtype):
                raise Unsupported("the models take tensors of different names or precisions here")
        return understand(first), first

    def _attempt(self, node: Node, bound: Callable[[], Box]) -> Box | None:
        """Bound a difference by what the nodes do, not by their values alone; None where that is not understood."""
        found = attempt(node, bound)
        if isinstance(found, Box):
            return found
        if node.op == "MaxPool":
            why = found.reason if found.node == node.name else str(found)
            self._findings[node.outputs[0]] = PoolingFinding(node.name, "original", "intervals", reason=why)
        return None

    def _through(self, twin: Node, node: Node) -> Box:
        """Carry the differences of the inputs through nodes of the two models that stand in the same place."""
        self._shapes.check_size(node.outputs[0])
        call, other = call_of(twin, self._before), call_of(node, self._after)
        same = node.same_operation(twin) and self._twins.same_constants(twin, node)
        first = understand(call)
        second = first if same else understand(other)
        if isinstance(first, np.ndarray) or isinstance(second, np.ndarray):
            raise Unsupported("it is constant")
        xs, ys = first[1], second[1]
        if same:
            ys = partners(xs, call, [y if isinstance(y, Box) else None for y in other.inputs], lambda x: x)
        if any(x.dtype != y.dtype for x, y in zip(xs, ys, strict=True)):
            raise Unsupported("the models compute it in different precisions")
        differences = [self._apart(node, call, other, x, y) for x, y in zip(xs, ys, strict=True)]
        if same:
            result = deviate(first, ys, differences, (self._arithmetic, self._arithmetic))
        else:
            result = deviate_between(first, second, differences, self._arithmetic)
        self._shapes.check(node.outputs[0], result.shape)
        return result

    def _apart(self, node: Node, first: Call, second: Call, x: Box, y: Box) -> Box:
        """Bound the difference of what two nodes in the same place take."""
        place = next((i for i, each in enumerate(second.inputs) if each is y), None)
        if x.shape != y.shape:
            raise Unsupported("the models take tensors of different shapes here")
        if place is None and not any(each is x for each in first.inputs):
            return x.zeros() if np.array_equal(x.lo, y.lo) else replace(y.minus(x), history=None)
        difference = None if place is None else self._differences.get(node.inputs[place])
        if difference is None or place is None or first.inputs[place] is not x:
            raise Unsupported("nothing is known of one of its inputs")
        return difference

    def _of_same_name(self, name: str) -> Box | None:
        """Return the difference of the tensors of a name, None if it is not known."""
        a, b, difference = self._before.get(name), self._after.get(name), self._differences.get(name)
        if difference is None or self._twins.of[name] == name:
            return difference
        return b.minus(a) if isinstance(a, Box) and isinstance(b, Box) and a.shape == b.shape else None

    def _prove(self, pool: Node, side: int) -> None:
        """See whether a MaxPool of one model has been replaced exactly in the other, where there are no bounds."""
        start, end = pool.inputs[0], pool.outputs[0]
        values = self._before if side else self._after
        constants = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}

        def prove() -> bool:
            shapes = [each.of(start) for each in self._both_shapes]
            if shapes[0] != shapes[1]:
                raise Unsupported("its inputs have different shapes")
            prove_without_bounds(pool, self._graphs[1 - side], constants, shapes[0], self._known)
            return True

        if attempt(pool, prove) is True:
            self._findings[end] = PoolingFinding(pool.name, "original", "exact", residual=0.0)

    def _pooled(self, pool: Node, side: int) -> Box:
        """Bound the difference between a MaxPool of one model and the nodes in its place in the other."""
        start, end = pool.inputs[0], pool.outputs[0]
        values = (self._after, self._before) if side else (self._before, self._after)
        graph, sign = self._graphs[1 - side], 1 - 2 * side
        x, y, d = values[0].get(start), values[1].get(start), self._of_same_name(start)
        if not (isinstance(x, Box) and isinstance(y, Box) and d is not None):
            raise Unsupported(f"the other model has no tensor {start!r} to compare")
        constants = {name: value for name, value in values[1].items() if isinstance(value, np.ndarray)}
        segment = graph.between(start, end, constants)
        if segment is None:
            raise Unsupported(f"{end!r} is computed from more than {start!r}")
        found = understand(Call(pool, [x]))
        if isinstance(found, np.ndarray) or not isinstance(found[0], MaxPooling):
            raise Unsupported("it is no max pooling")
        exact, residual, corners = pooling_residual(segment, y, found[0].windows, self._known)
        rounding = self._rounding(segment, y, values)
        self._replaced[end] = Replaced(found[0], None if exact else residual, corners, rounding), side
        carried = deviate(found, [y], [d.signed(sign)], (self._arithmetic, self._arithmetic)).plus(rounding)
        self._findings[end] = PoolingFinding(
            pool.name,
            "original",
            "exact" if exact else "combination",
            residual=0.0 if exact else residual.largest,
            rounding=rounding.largest,
        )
        return (carried if exact else carried.plus(residual)).signed(sign)

    def _rounding(self, segment: Segment, y: Box, values: tuple[Values, Values]) -> Box:
        """Bound what a runtime computes by the nodes from y, less what they do in exact arithmetic to the same."""
        others, own = values
        errors = {segment.start: y.zeros()}
        for node in segment.nodes:
            call = call_of(node, own)
            found = understand(call)
            if isinstance(found, np.ndarray):
                continue
            if node.outputs[0] in others and node.outputs[0] != segment.end:
                # Its box was narrowed by that of the other model, which says nothing about exact arithmetic.
                raise Unsupported(f"{node.outputs[0]!r} is a tensor of the other model as well")
            _, tensors = found
            before = partners(tensors, call, [errors.get(name) for name in node.inputs], Box.zeros)
            errors[node.outputs[0]] = deviate(found, tensors, before, (real_arithmetic, self._arithmetic))
        return errors[segment.end]

    def _finding(self, node: Node) -> PoolingFinding:
        """Return what is known of the place of a MaxPool, with the deviation after it."""
        name = node.outputs[0]
        model = self._model(node)
        difference = self._of_same_name(name)
        if difference is None:
            value = self._after.get(name)
            reason = value if isinstance(value, Unknown) else self._before.get(name)
            why = str(reason) if isinstance(reason, Unknown) else "its output is not computed in the other model"
            proved = self._findings.get(name)
            if proved is not None and proved.status == "exact":
                return replace(proved, model=model, reason=why)
            return PoolingFinding(node.name, model, "unknown", reason=why)
        finding = self._findings.get(name, PoolingFinding(node.name, model, "unchanged"))
        return replace(finding, model=model, deviation=difference.largest)

    def _model(self, pool: Node) -> Model:
        makers = [producers.get(pool.outputs[0]) for producers in self._producers]
        first, second = (maker is not None and maker.op == "MaxPool" for maker in makers)
        return "both" if first and second else "original" if first else "rewritten"

    def _leaders(self, name: str, boxes: Boxed) -> tuple[tuple[int | None, int | None], tuple[float, float]]:
        twin = boxed_twin(boxes) if self._enclosed is None else self._enclosed.twin(name, boxes)
        (first, before), (second, after) = leader(twin.value, twin.x), leader(twin.other, twin.y)
        return (first, second), (before, after)

    def _output(self, name: str) -> OutputDeviation:
        difference = self._of_same_name(name)
        if difference is not None and difference.lo.size:
            boxes = self._boxes(name)
            largest, margins = ((None, None), (-np.inf, -np.inf)) if boxes is None else self._leaders(name, boxes)
            return OutputDeviation(difference.lo, difference.hi, largest=largest, margins=margins)
        a, b = self._before.get(name), self._after.get(name)
        for value in (a, b):
            if isinstance(value, Unknown):
                return OutputDeviation(None, None, value)
        why = "it does not depend on the input in both models"
        if isinstance(a, Box) and isinstance(b, Box):
            shapes = f"{show(a.shape)} and {show(b.shape)}"
            why = "it has no elements" if a.shape == b.shape else f"its shapes differ: {shapes}"
        return OutputDeviation(None, None, Unknown(name, why))
