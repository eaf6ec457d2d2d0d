"""Two models carried side by side: boxes of the tensors of both, and of the differences of those of the same name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from theory.rewrite.certify.answers import DeviationBound, OutputDeviation, PoolingFinding, Unknown, Unsupported
from theory.rewrite.certify.arithmetic import ArithmeticOf
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.enclosures import Boxed, Domain, Enclosed, Replaced
from theory.rewrite.certify.functions import RELU
from theory.rewrite.certify.graph import POOLS, Graph, Node, Segment
from theory.rewrite.certify.layers import MaxPooling
from theory.rewrite.certify.lifetimes import last_uses
from theory.rewrite.certify.moves import KEEP
from theory.rewrite.certify.operators import Boxes, Call, Operator, partners
from theory.rewrite.certify.pooling_proof import Residuals, pooling_residual
from theory.rewrite.certify.poolings import Poolings
from theory.rewrite.certify.propagate import (
    Values,
    attempt,
    bound_values,
    call_of,
    deviate,
    deviate_between,
    evaluate,
    rounding_errors,
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
        self._poolings = Poolings(first, second)
        self._enclosed = Enclosed(inputs, arithmetic) if Enclosed.affordable(inputs) else None
        self._domains: list[Domain[Any]] = [Spheres(arithmetic), *([self._enclosed] if self._enclosed else [])]
        self._replaced: dict[str, tuple[Replaced, int]] = {}
        """What stands for the MaxPools, by their outputs, and which model has the MaxPool."""

    def run(self) -> DeviationBound:
        """Bound the differences of the outputs, and say what stands in the place of each MaxPool."""
        dropped = last_uses(*self._graphs)
        for place, node in enumerate(self._graphs[1].nodes):
            self._compare(node)
            self._forget(dropped.get(place, ()))
        outputs = {name: self._output(name) for name in self._graphs[0].outputs}
        return DeviationBound(outputs, tuple(self._finding(node) for node in self._poolings.nodes()))

    def _forget(self, names: Iterable[str]) -> None:
        """Drop the boxes of tensors, but for those of the first model that are compared in other places."""
        for name in names:
            self._differences.pop(name, None)
            for domain in self._domains:
                domain.forget(name)
            for values in (self._after, *([] if self._twins.needs(name) else [self._before])):
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
            box = replace(before.plus(sharper), history=sharper.history)
            self._keep(node, name, box, sharper, partial(self._carry, node, twin))
            return
        after = evaluate(node, self._after, self._arithmetic, self._shapes)
        self._after[name] = after
        if twin is not None and sharper is None and found is not None and isinstance(after, Box):
            self._keep(node, twin.outputs[0], after, found, partial(self._carry, node, twin))
        elif found is None and node.op in ("DequantizeLinear", "Identity"):
            self._pass_on(node)
        pools = [] if other is None or node.same_operation(other) else [(other, 0), (node, 1)]
        pools = [(pool, side) for pool, side in pools if pool.op in POOLS]
        if not isinstance(after, Box) or not isinstance(before, Box):
            for pool, side in pools:
                self._prove(pool, side)
            return
        if after.shape != before.shape:
            return
        for pool, side in pools:
            if name not in self._replaced:
                pooled = self._attempt(pool, partial(self._pooled, pool, side))
                sharper = pooled if sharper is None or pooled is None else sharper.meet(pooled)
        plain = after.minus(before)
        difference = plain if sharper is None else plain.meet(sharper)
        if name in self._differences and self._differences[name].largest < difference.largest:
            # It stands for another tensor of the first model, more closely.
            if self._twins.of[name] != name:
                return
            difference = difference.meet(self._differences[name])
        self._keep(node, name, after.meet(before.plus(difference)), difference, partial(self._carry, node, twin))

    def _pass_on(self, node: Node) -> None:
        """Let a tensor that was quantized, or renamed, stand for what it was before, or for the positive part of it."""
        name, start = node.outputs[0], node.inputs[0]
        after, boxes, relu = self._after[name], self._boxes(start), self._twins.user(start, "Relu")
        if boxes is None or not isinstance(after, Box):
            return
        x, y, d = boxes

        def bound() -> tuple[str, Box, Operator, bool]:
            operator, _ = understand(call_of(node, self._after))
            if not isinstance(operator, Quantized):
                return self._twins.of[start], d, operator, False
            kind = self._arithmetic(y.dtype)
            rectified = operator.rectifies and (relu is not None or not np.any(x.lo < 0))
            residue = operator.residue(y, kind, rectified=rectified)
            if not rectified:
                return self._twins.of[start], residue.plus(d), operator, False
            carried = residue.plus(RELU.deviation([x], [y], [d], (kind, kind)))
            return self._twins.of[start] if relu is None else relu.outputs[0], carried, operator, True

        found = attempt(node, bound)
        if not isinstance(found, Unknown):
            twin, difference, operator, rectified = found
            carry = partial(self._stand_in, node, operator, rectified=rectified)
            self._keep(node, twin, after, difference, carry)

    def _stand_in(self, node: Node, operator: Operator, domain: Domain[Any], boxes: Boxed, *, rectified: bool) -> Boxed:
        """Carry zonotopes or spheres through what one model alone does: a quantization, or another name."""
        before = self._boxes(node.inputs[0])
        if before is None:
            raise Unsupported("its input has no boxes")
        t = domain.twin(node.inputs[0], before)
        if isinstance(operator, Quantized):
            return domain.quantized(node.outputs[0], operator, t, boxes, rectified=rectified)
        return domain.through(node.outputs[0], KEEP, KEEP, [t], boxes)

    def _keep(
        self, node: Node, twin: str, after: Box, difference: Box, carry: Callable[[Domain[Any], Boxed], Boxed]
    ) -> None:
        """Keep the boxes of a tensor and of what it differs from a twin, cut by their spheres and zonotopes."""
        name = node.outputs[0]
        self._after[name], self._differences[name] = after, difference
        other = self._twins.of.get(name, twin) != twin
        self._twins.settle(name, twin)
        for domain in self._domains:
            if other:
                domain.forget(name)
            boxes = self._boxes(name)
            found = None if boxes is None else attempt(node, partial(carry, domain, boxes))
            if found is not None and not isinstance(found, Unknown):
                self._before[twin], self._after[name], self._differences[name] = found

    def _boxes(self, name: str, twin: str = "") -> Boxed | None:
        """Return the boxes of a tensor of the second model's, and of a tensor of the first's, as a rule its twin."""
        own = self._twins.of.get(name, "")
        x, y, d = self._before.get(twin or own), self._after.get(name), self._differences.get(name)
        if not (isinstance(x, Box) and isinstance(y, Box)) or d is None or x.shape != y.shape:
            return None
        return x, y, d if own == (twin or own) else y.minus(x)

    def _carry(self, node: Node, twin: Node | None, domain: Domain[Any], boxes: Boxed) -> Boxed:
        """Carry zonotopes or spheres through a node and its twin."""
        name = node.outputs[0]
        if name in self._replaced:
            found, side = self._replaced[name]
            start = self._producers[side][name].inputs[0]
            before = self._boxes(start, start)
            if before is None:
                raise Unsupported("its input has no boxes")
            t = domain.twin(start, before) if self._twins.of[start] == start else domain.boxed(before)
            return domain.replaced(name, found, t, boxes, swapped=bool(side))
        if twin is None:
            raise Unsupported("the models do different things here")
        (call, first, xs), (other, second, ys) = self._read(twin, node)
        ts = [self._twin(node, call, other, x, y, domain) for x, y in zip(xs, ys, strict=True)]
        return domain.through(name, first, second, ts, boxes)

    def _twin(self, node: Node, first: Call, second: Call, x: Box, y: Box, domain: Domain[Any]) -> Any:
        """Return what a domain knows of what two nodes in the same place take."""
        boxes = x, y, self._apart(node, first, second, x, y)
        place = next((i for i, each in enumerate(second.inputs) if each is y), None)
        return domain.boxed(boxes) if place is None else domain.twin(node.inputs[place], boxes)

    def _attempt(self, node: Node, bound: Callable[[], Box]) -> Box | None:
        """Bound a difference by what the nodes do, not by their values alone; None where that is not understood."""
        found = attempt(node, bound)
        if isinstance(found, Box):
            return found
        if node.op in POOLS:
            why = found.reason if found.node == node.name else str(found)
            self._poolings.record(node.outputs[0], PoolingFinding(node.name, "original", "intervals", reason=why))
        return None

    def _read(self, twin: Node, node: Node) -> tuple[tuple[Call, Operator, Boxes], tuple[Call, Operator, Boxes]]:
        """Read nodes of the two models that stand in the same place: one operator twice where they do the same."""
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
        return (call, first[0], xs), (other, second[0], ys)

    def _through(self, twin: Node, node: Node) -> Box:
        """Carry the differences of the inputs through nodes of the two models that stand in the same place."""
        self._shapes.check_size(node.outputs[0])
        (call, first, xs), (other, second, ys) = self._read(twin, node)
        differences = [self._apart(node, call, other, x, y) for x, y in zip(xs, ys, strict=True)]
        result = deviate_between((first, xs), (second, ys), differences, self._arithmetic)
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
        boxes = self._boxes(name, name)
        return None if boxes is None else boxes[2]

    def _prove(self, pool: Node, side: int) -> None:
        """See whether a MaxPool of one model has been replaced exactly in the other, where there are no bounds."""
        start, end = pool.inputs[0], pool.outputs[0]
        both = (self._before, self._after) if side else (self._after, self._before)
        constants, own = ({key: x for key, x in each.items() if isinstance(x, np.ndarray)} for each in both)

        def prove() -> bool:
            given = [(each.of(start), each.dtype(start)) for each in self._both_shapes]
            if given[0] != given[1]:
                raise Unsupported("its inputs have different shapes, or types")
            prove_without_bounds(pool, own, self._graphs[1 - side], constants, given[0], self._known)
            return True

        if attempt(pool, prove) is True:
            self._poolings.record(end, PoolingFinding(pool.name, "original", "exact", residual=0.0))

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
        found = understand(call_of(pool, values[0]))
        if isinstance(found, np.ndarray) or not isinstance(found[0], MaxPooling):
            raise Unsupported("it is no max pooling")
        exact, residual, corners = pooling_residual(segment, y, found[0], self._known)
        rounding = self._rounding(segment, y, 1 - side)
        self._replaced[end] = Replaced(found[0], None if exact else residual, corners, rounding), side
        carried = deviate(found, [y], [d.signed(sign)], (self._arithmetic, self._arithmetic)).plus(rounding)
        finding = PoolingFinding(
            pool.name,
            "original",
            "exact" if exact else "combination",
            residual=0.0 if exact else residual.largest,
            rounding=rounding.largest,
        )
        self._poolings.record(end, finding)
        return (carried if exact else carried.plus(residual)).signed(sign)

    def _rounding(self, segment: Segment, y: Box, side: int) -> Box:
        """Bound what a model's runtime computes by nodes from y, less what they do in exact arithmetic to the same."""
        own = (self._before, self._after)[side]
        followed = set(self._twins.of if side else self._twins.of.values())
        inner = [node.outputs[0] for node in segment.nodes if node.outputs[0] != segment.end]
        if any(name in followed or name not in own for name in inner):
            # Boxes were narrowed by those of the other model, which says nothing about exact arithmetic, or dropped.
            own = {**segment.constants, segment.start: y}
            for node in segment.nodes:
                own[node.outputs[0]] = evaluate(node, own, self._arithmetic, self._both_shapes[side])
        return rounding_errors(segment, y, own, self._arithmetic)

    def _finding(self, node: Node) -> PoolingFinding:
        """Return what is known of the place of a max pooling."""
        name = node.outputs[0]
        return self._poolings.finding(
            node, self._of_same_name(name), [values.get(name) for values in (self._after, self._before)]
        )

    def _output(self, name: str) -> OutputDeviation:
        boxes = self._boxes(name, name)
        if boxes is not None and boxes[2].lo.size:
            known = self._enclosed if self._twins.of[name] == name else None
            enclosed = known or Enclosed({}, self._arithmetic)
            difference, largest, margins = enclosed.output(name, boxes)
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
