"""Types and shapes of a model's values, found from its inputs alone.

Shapes that are written down inside of a model count for nothing: nobody checks them, and they may be those of another
size of input. Believed are the types and sizes of the graph's inputs, since a runtime refuses what does not fit them,
and stored tensors that no caller can replace. The rest is ONNX's shape inference, on a copy of the model without its
weights.

What a Loop carries keeps the shape that it has at first, as far as :mod:`theory.models.loops` shows that it does.

Functions have no types of their own: theirs are those of the places where they are called, as far as these agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import reduce
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from typing import Any

from theory.errors import FormatError, ProblemTooLargeError
from theory.models.files import check_model
from theory.models.loops import carried_values
from theory.models.scopes import Scope, copy_of, import_onnx, opset_of, scopes_of, walk
from theory.models.skeletons import (
    Key,
    bind,
    called,
    called_by,
    copy_without_weights,
    forget_shape,
    key_of,
    only_checked_sizes,
    prepare,
)
from theory.models.values import UNKNOWN, Known, ValueInfo, both_know, look_up, read_type, set_shape

MEMORY_LIMIT = 4 << 30
"""Bytes that one value of a model may take when it is run here."""

_FOLDINGS = 4
"""Inferences after which sizes that hang on others by way of Shape are left open."""

_ROUNDS = 64
"""Inferences after which assumptions on loops are given up; a loop after or inside of another takes one more."""


class Inference:
    """What is known of a model's values: of its graph, and of its functions wherever they are called.

    Raises FormatError if the model is not a valid one.
    """

    def __init__(self, model: Any) -> None:
        self._onnx = import_onnx()
        self._functions = {key_of(function): function for function in model.functions}
        self._calls: dict[Key, dict[object, tuple[Sequence[ValueInfo], Mapping[str, Any]]]] = {}
        self._model = self._onnx.ModelProto(ir_version=max(model.ir_version, 8 if model.functions else 4))
        self._model.opset_import.extend(model.opset_import)
        self._model.functions.extend(model.functions)
        copy_without_weights(self._onnx, model, self._model.graph)
        self._check()
        callers = {key: {k for k, f in self._functions.items() if key in called(f)} for key in self._functions}
        try:
            order = list(TopologicalSorter(callers).static_order())
        except CycleError:
            raise FormatError("the model is no valid ONNX model: a function calls itself") from None
        self._forget()
        self.graph_values = self._infer(self._model)
        self._known: dict[Key, Known] = {}
        for key in order:
            self._known[key] = self._infer_calls(key)

    def values(self, scope: Scope) -> Mapping[str, ValueInfo]:
        """Return what is known of the values of a scope of the model; nothing in training graphs."""
        root = scope.root
        known = self._known[key_of(root.body)] if not root.is_graph else {} if root.outer else self.graph_values
        return known.get(scope.path, {})

    def check_run(self, shapes: Mapping[str, Sequence[int]]) -> None:
        """See that a run on inputs of these shapes does not take absurdly much memory, before it is begun.

        Raises ProblemTooLargeError if a value whose size can be inferred would take more than 4 GiB.
        """
        skeleton = copy_of(self._model)
        for value in skeleton.graph.input:
            if value.name in shapes:
                set_shape(value.type.tensor_type, shapes[value.name])
        values = {name: info for known in self._infer(skeleton).values() for name, info in known.items()}
        name = max(values, key=lambda name: values[name].elements, default="")
        # Most elements have four bytes; whether they have one or eight is not what this is about.
        needed = 4 * values.get(name, UNKNOWN).elements
        if needed > MEMORY_LIMIT:
            raise ProblemTooLargeError(
                f"the value {name!r} of the model would take {needed / 2**30:.3g} GiB in one run, more than the limit "
                f"of {MEMORY_LIMIT >> 30} GiB"
            )

    def _check(self) -> None:
        # Runtimes take what has no rank, onnx's checker does not.
        ends = (value.type for value in (*self._model.graph.input, *self._model.graph.output))
        tensors = [kind.tensor_type for kind in ends if kind.HasField("tensor_type")]
        unranked = [tensor for tensor in tensors if not tensor.HasField("shape")]
        for tensor in unranked:
            tensor.shape.SetInParent()
        check_model(self._model, "the model")
        for tensor in unranked:
            tensor.ClearField("shape")

    def _forget(self) -> None:
        """Take out what is written down of values inside of the graph and of functions."""
        for value in self._model.graph.input:
            only_checked_sizes(value.type)
        for value in (*self._model.graph.output, *self._model.graph.value_info):
            forget_shape(value.type)
        for function in self._model.functions:
            if hasattr(function, "value_info"):  # since onnx 1.17
                del function.value_info[:]
            prepare(self._onnx, function, opset_of(function.opset_import))

    def _infer_calls(self, key: Key) -> Known:
        found = [self._infer_call(self._functions[key], *call) for call in self._calls.get(key, {}).values()]
        return reduce(both_know, found) if found else {}

    def _infer_call(self, function: Any, inputs: Sequence[ValueInfo], attributes: Mapping[str, Any]) -> Known:
        skeleton = self._onnx.ModelProto(ir_version=self._model.ir_version)
        skeleton.opset_import.extend(function.opset_import)
        skeleton.functions.extend(self._model.functions)
        skeleton.graph.name = function.name
        skeleton.graph.node.extend(function.node)
        bind(skeleton.graph, {**{entry.name: entry for entry in function.attribute_proto}, **attributes})
        for name, info in zip(function.input, inputs, strict=False):
            if info.element is not None:
                skeleton.graph.input.append(self._onnx.helper.make_tensor_value_info(name, info.element, info.shape))
        return self._infer(skeleton)

    def _infer(self, model: Any) -> Known:
        skeleton, known = self._prepared(model)
        carried = list(carried_values(self._onnx, skeleton.graph))
        for rest in reversed(range(_ROUNDS)):
            # Nothing is dropped while there is more to assume, on which it may hang.
            begun = rest > _ROUNDS // 2 and [value for value in carried if value.begin(known)]
            if not begun and not [value for value in carried if value.weaken(known)]:
                break
            known = self._once(skeleton)
        else:
            for value in carried:
                value.forget()
            known = self._once(skeleton)
        for scope in walk(Scope(skeleton.graph)):
            for node in scope.nodes:
                if (key := called_by(node)) in self._functions:
                    inputs = tuple(look_up(known, scope.path, name) for name in node.input)
                    attributes = {entry.name: entry for entry in node.attribute}
                    same = (inputs, tuple(entry.SerializeToString(deterministic=True) for entry in node.attribute))
                    self._calls.setdefault(key, {})[same] = (inputs, attributes)
        return known

    def _prepared(self, model: Any) -> tuple[Any, Known]:
        """Return a copy that is ready for inference, what is computed from sizes put in as far as these are known."""
        known: Known = {}
        folded = -1
        for _ in range(_FOLDINGS):
            skeleton, before = copy_of(model), folded
            folded = prepare(self._onnx, skeleton.graph, opset_of(skeleton.opset_import), known)
            if folded == before:
                break
            known = self._once(skeleton)
            if not any(node.op_type == "Shape" for scope in walk(Scope(skeleton.graph)) for node in scope.nodes):
                break
        return skeleton, known

    def _once(self, skeleton: Any) -> Known:
        # Where inference does not understand a model, no more is known than what was put in.
        with suppress(self._onnx.shape_inference.InferenceError, RuntimeError, ValueError):
            skeleton = self._onnx.shape_inference.infer_shapes(skeleton, data_prop=True)
        return {scope.path: _read_values(scope.body) for scope in walk(Scope(skeleton.graph))}


def typed_scopes(model: Any) -> list[Scope]:
    """List all scopes of a model with what is known of their values."""
    inference, scopes = Inference(model), list(scopes_of(model))
    for scope in scopes:
        scope.values = inference.values(scope)
    return scopes


def _read_values(graph: Any) -> dict[str, ValueInfo]:
    values = {}
    for value in chain(graph.output, graph.value_info, graph.input):
        if value.type.HasField("tensor_type"):
            values[value.name] = read_type(value.type.tensor_type)
    for tensor in graph.initializer:
        values[tensor.name] = ValueInfo(tensor.data_type, tuple(tensor.dims))
    return values
