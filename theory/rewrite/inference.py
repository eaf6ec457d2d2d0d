"""Types and shapes of a model's values, found from its inputs alone.

Shapes that are written down inside of a model count for nothing: nobody checks them, and they may be those of another
size of input. Believed are the types and sizes of the graph's inputs, since a runtime refuses what does not fit them,
and stored tensors that no caller can replace. The rest is ONNX's shape inference, on a copy of the model without its
weights.

That inference has nothing to say about what a Loop carries from one iteration to the next. Its shape is here assumed to
be that of the initial value, as far as inference under this assumption says the same of the value at the end of the
body; what differs is dropped until nothing differs any more. All assumptions then hold at the start of every loop and,
if they hold at the start of an iteration, at its end: so they hold always.

Functions have no types of their own: theirs are those of the places where they are called, as far as these agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from graphlib import TopologicalSorter
from itertools import chain, repeat
from typing import Any

from theory.errors import FormatError
from theory.rewrite.dependencies import STANDARD_DOMAINS, import_onnx
from theory.rewrite.skeletons import (
    Key,
    bind,
    called,
    copy_without_weights,
    forget_shape,
    only_checked_sizes,
    prepare,
    subgraphs,
)

_ROUNDS = 64
"""Inferences after which assumptions on loops are given up; a loop after or inside of another takes one more."""


@dataclass(frozen=True)
class ValueInfo:
    """What is known of a value before the model runs.

    Attributes
    ----------
    element : int or None
        Element type, by ONNX's numbering.
    shape : tuple of int or None, or None
        Extents; None for what is unknown or free.
    """

    element: int | None = None
    shape: tuple[int | None, ...] | None = None

    def agreed(self, other: ValueInfo) -> ValueInfo:
        """Return what holds for both."""
        shape = None
        if self.shape is not None and other.shape is not None and len(self.shape) == len(other.shape):
            shape = tuple(a if a == b else None for a, b in zip(self.shape, other.shape, strict=True))
        return ValueInfo(self.element if self.element == other.element else None, shape)


UNKNOWN = ValueInfo()


@dataclass
class Tree:
    """What is known of the values of a scope, and the same for the subgraphs of its nodes by (node, subgraph)."""

    values: dict[str, ValueInfo]
    inner: dict[tuple[int, int], Tree]

    @classmethod
    def empty(cls) -> Tree:
        """Return one that knows nothing."""
        return cls({}, {})

    def within(self, index: int, number: int) -> Tree:
        """Return the tree of a subgraph."""
        return self.inner.get((index, number)) or Tree.empty()

    def agreed(self, other: Tree) -> Tree:
        """Return what holds for both."""
        values = {name: info.agreed(other.values[name]) for name, info in self.values.items() if name in other.values}
        inner = {key: tree.agreed(other.inner[key]) for key, tree in self.inner.items() if key in other.inner}
        return Tree(values, inner)


class Inference:
    """What is known of a model's values: of its graph, and of its functions.

    Parameters
    ----------
    model : ModelProto

    Attributes
    ----------
    graph_values : Tree

    Raises
    ------
    FormatError
        If the model is not a valid one.
    """

    def __init__(self, model: Any) -> None:
        self._onnx = import_onnx()
        self._functions = {(f.domain, f.name): f for f in model.functions}
        self._calls: dict[Key, dict[object, tuple[Sequence[ValueInfo], Mapping[str, Any]]]] = {}
        self._model = self._onnx.ModelProto(ir_version=max(model.ir_version, 8 if model.functions else 4))
        self._model.opset_import.extend(model.opset_import)
        self._model.functions.extend(model.functions)
        copy_without_weights(self._onnx, model, self._model.graph)
        self._check()
        self._forget()
        self.graph_values = self._infer(self._model)
        callers = {key: {k for k, f in self._functions.items() if key in called(f.node)} for key in self._functions}
        self._known = {key: self._infer_calls(key) for key in TopologicalSorter(callers).static_order()}

    def function_values(self, key: Key) -> Tree:
        """Return what is known of the values of a function wherever it is called."""
        return self._known[key]

    def _check(self) -> None:
        # Runtimes take what has no rank, onnx's checker does not.
        ends = (value.type for value in (*self._model.graph.input, *self._model.graph.output))
        tensors = [kind.tensor_type for kind in ends if kind.HasField("tensor_type")]
        unranked = [tensor for tensor in tensors if not tensor.HasField("shape")]
        for tensor in unranked:
            tensor.shape.SetInParent()
        try:
            self._onnx.checker.check_model(self._model)
        except (self._onnx.checker.ValidationError, RuntimeError, ValueError) as error:
            raise FormatError(f"the model is no valid ONNX model: {' '.join(str(error).split())[:200]}") from None
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
            prepare(self._onnx, function.node)

    def _infer_calls(self, key: Key) -> Tree:
        trees = [self._infer_call(self._functions[key], *call) for call in self._calls.get(key, {}).values()]
        return reduce(Tree.agreed, trees) if trees else Tree.empty()

    def _infer_call(self, function: Any, inputs: Sequence[ValueInfo], attributes: Mapping[str, Any]) -> Tree:
        skeleton = self._onnx.ModelProto(ir_version=self._model.ir_version)
        skeleton.opset_import.extend(function.opset_import)
        skeleton.functions.extend(self._model.functions)
        skeleton.graph.name = function.name
        skeleton.graph.node.extend(function.node)
        bind(skeleton.graph.node, {**{entry.name: entry for entry in function.attribute_proto}, **attributes})
        for name, info in zip(function.input, inputs, strict=False):
            if info.element is not None:
                skeleton.graph.input.append(self._onnx.helper.make_tensor_value_info(name, info.element, info.shape))
        return self._infer(skeleton)

    def _infer(self, skeleton: Any) -> Tree:
        prepare(self._onnx, skeleton.graph.node)
        carried = list(_carried_values(self._onnx, skeleton.graph))
        tree = self._once(skeleton)
        for rest in reversed(range(_ROUNDS)):
            # Nothing is dropped while there is more to assume, on which it may hang.
            begun = rest > _ROUNDS // 2 and [value for value in carried if value.begin(tree)]
            if not begun and not [value for value in carried if value.weaken(tree)]:
                break
            tree = self._once(skeleton)
        else:
            for value in carried:
                value.forget()
            tree = self._once(skeleton)
        for node, inputs in _nodes(skeleton.graph, [tree]):
            if (key := (node.domain, node.op_type)) in self._functions:
                attributes = {entry.name: entry for entry in node.attribute}
                same = (inputs, tuple(entry.SerializeToString(deterministic=True) for entry in node.attribute))
                self._calls.setdefault(key, {})[same] = (inputs, attributes)
        return tree

    def _once(self, skeleton: Any) -> Tree:
        # Where inference does not understand a model, no more is known than what was put in.
        with suppress(self._onnx.shape_inference.InferenceError, RuntimeError, ValueError):
            skeleton = self._onnx.shape_inference.infer_shapes(skeleton, data_prop=True)
        return _read_graph(skeleton.graph)


def _nodes(graph: Any, seen: list[Tree]) -> Iterator[tuple[Any, tuple[ValueInfo, ...]]]:
    """Yield all nodes of a graph and its subgraphs, with what is known of their inputs; the innermost tree first."""
    for index, node in enumerate(graph.node):
        yield node, tuple(_look_up(seen, name) for name in node.input)
        for number, (_, inner) in enumerate(subgraphs(node)):
            yield from _nodes(inner, [seen[0].within(index, number), *seen])


def _look_up(seen: Sequence[Tree], name: str) -> ValueInfo:
    return next((tree.values[name] for tree in seen if name in tree.values), UNKNOWN)


# What loops carry


class _Carried:
    """A value that a Loop carries, and what is assumed of its shape.

    Parameters
    ----------
    path : tuple of (int, int)
        The way to the body: node and subgraph, from the outermost graph on.
    start, end : str
        Names of the initial value and of that at the end of the body.
    places : sequence of TypeProto
        What the model says of the value at the start of the body and after the loop.
    """

    def __init__(self, path: tuple[tuple[int, int], ...], start: str, end: str, places: Sequence[Any]) -> None:
        self._path, self._start, self._end, self._places = path, start, end, places
        self._assumed: ValueInfo | None = None

    def begin(self, tree: Tree) -> bool:
        """Assume the shape of the initial value, as soon as that is known; return whether that is new."""
        if self._assumed is None:
            found = self._look_up(tree, self._start, 1)
            if found.element is not None and found.shape is not None:
                self._write(found)
                return True
        return False

    def weaken(self, tree: Tree) -> bool:
        """Drop what was not inferred with this assumption; return whether there was anything to be dropped."""
        if self._assumed is None:
            return False
        found = self._assumed.agreed(self._look_up(tree, self._start, 1)).agreed(self._look_up(tree, self._end, 0))
        if found.shape == self._assumed.shape:
            return False
        self._write(found)
        return True

    def forget(self) -> None:
        """Assume nothing any more."""
        self._write(UNKNOWN)

    def _look_up(self, tree: Tree, name: str, outwards: int) -> ValueInfo:
        """Return what is known of a value seen from so many scopes outside of the body."""
        seen = [tree]
        for key in self._path:
            seen.insert(0, seen[0].within(*key))
        return _look_up(seen[outwards:], name)

    def _write(self, info: ValueInfo) -> None:
        self._assumed = info
        for place in self._places:
            tensor = place.tensor_type
            tensor.ClearField("shape")
            if info.shape is not None:
                tensor.elem_type = info.element or tensor.elem_type
                tensor.shape.SetInParent()
                for extent in info.shape:
                    dim = tensor.shape.dim.add()
                    if extent is not None:
                        dim.dim_value = extent


def _carried_values(onnx: Any, graph: Any, path: tuple[tuple[int, int], ...] = ()) -> Iterator[_Carried]:
    """Yield what the loops of a graph and of its subgraphs carry."""
    for index, node in enumerate(graph.node):
        for number, (name, body) in enumerate(subgraphs(node)):
            if (node.op_type, name) == ("Loop", "body") and node.domain in STANDARD_DOMAINS:
                # Beside them a Loop has the number of iterations and the condition; a body counts, and tells whether
                # it goes on; scan outputs come last.
                outputs = chain(node.output, repeat(""))
                values = zip(node.input[2:], body.input[2:], body.output[1:], outputs, strict=False)
                for start, inside, end, outside in values:
                    places = [inside.type, *_type_of(onnx, graph, outside)]
                    yield _Carried((*path, (index, number)), start, end.name, places)
            yield from _carried_values(onnx, body, (*path, (index, number)))


def _type_of(onnx: Any, graph: Any, name: str) -> Iterator[Any]:
    """Yield the place in a graph that says what type a value has, made if there is none."""
    if name:
        known = (value for value in (*graph.output, *graph.value_info) if value.name == name)
        yield (next(known, None) or _added(graph.value_info, onnx.ValueInfoProto(name=name))).type


def _added(field: Any, message: Any) -> Any:
    field.append(message)
    return field[-1]


# What came out


def _read_graph(graph: Any) -> Tree:
    values = {}
    for value in chain(graph.output, graph.value_info, graph.input):
        if value.type.HasField("tensor_type"):
            values[value.name] = _read_type(value.type.tensor_type)
    for tensor in graph.initializer:
        values[tensor.name] = ValueInfo(tensor.data_type, tuple(tensor.dims))
    inner = {
        (index, number): _read_graph(subgraph)
        for index, node in enumerate(graph.node)
        for number, (_, subgraph) in enumerate(subgraphs(node))
    }
    return Tree(values, inner)


def _read_type(tensor: Any) -> ValueInfo:
    shape = None
    if tensor.HasField("shape"):
        shape = tuple(
            dim.dim_value if dim.HasField("dim_value") and dim.dim_value >= 0 else None for dim in tensor.shape.dim
        )
    return ValueInfo(tensor.elem_type or None, shape)
