"""Where nodes live in a model: the graph, subgraphs of its control flow, model-local functions.

A scope is one list of nodes with the names that can be seen from there. What element type and shape a value has is
found by ONNX's shape inference on a copy of the model without its weights. Functions have no types of their own: theirs
are those of the places where they are called, as far as these agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, TypeAlias

from theory.rewrite.dependencies import STANDARD_DOMAINS, import_onnx
from theory.rewrite.geometry import read_geometry

Key: TypeAlias = tuple[str, str]
"""Domain and name of a model-local function."""

_LARGE = 1 << 10
"""Elements above which a tensor's content is of no use to shape inference."""


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
class Scope:
    """A list of nodes, and what can be seen from there.

    Attributes
    ----------
    place : str
        Where it is, for people: ``"graph"``, ``"then_branch of If 'n'"``, ``"function 'f'"``.
    nodes : repeated NodeProto
        Of the model itself: to be changed in place.
    outputs : set of str
        Values that leave the scope.
    opset : int
        Version of ONNX's own operators.
    values : mapping of str to ValueInfo
    outer : Scope, optional
        The scope around a subgraph, whose values can be seen.
    graph : GraphProto or None
        None for a function.
    """

    place: str
    nodes: Any
    outputs: frozenset[str]
    opset: int
    values: Mapping[str, ValueInfo]
    outer: Scope | None = None
    graph: Any = None
    producers: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.producers = {name: node for node in self.nodes for name in node.output if name}

    def value(self, name: str) -> ValueInfo:
        """Return what is known of a value seen from here."""
        if name in self.values:
            return self.values[name]
        return self.outer.value(name) if self.outer and name not in self.producers else UNKNOWN

    def producer(self, name: str) -> tuple[Any, Scope] | None:
        """Return the node that computes a value seen from here, and its scope; None for an input or a constant."""
        if name in self.producers:
            return self.producers[name], self
        local = self.graph is None or any(value.name == name for value in chain(self.graph.input, self.constants()))
        return None if local or self.outer is None else self.outer.producer(name)

    def constants(self) -> Iterator[Any]:
        """Yield the tensors stored in the scope's graph."""
        if self.graph is not None:
            yield from self.graph.initializer

    def reads(self, name: str) -> bool:
        """Return whether anything consumes a value of this scope."""
        return name in self.outputs or any(name in read_by(node) for node in self.nodes)


def read_by(node: Any) -> set[str]:
    """Return the names that a node reads, those that its subgraphs take from outside among them.

    A name may be counted that a subgraph defines itself; ONNX forbids it to define one of outside.
    """
    found = set(node.input)
    for graph in subgraphs(node):
        for inner in graph[1].node:
            found |= read_by(inner)
        found |= {value.name for value in graph[1].output}
    return found


def subgraphs(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield the graphs among a node's attributes, with the attribute's name."""
    for attribute in node.attribute:
        if attribute.HasField("g"):
            yield attribute.name, attribute.g
        for graph in attribute.graphs:
            yield attribute.name, graph


def opset_of(imports: Any) -> int:
    """Return the version of ONNX's own operators, 0 if they are not imported."""
    return max((entry.version for entry in imports if entry.domain in STANDARD_DOMAINS), default=0)


def scopes_of(model: Any) -> list[Scope]:
    """List all scopes of a model: the graph, its subgraphs, training graphs, functions and their subgraphs."""
    functions = {(f.domain, f.name): f for f in model.functions}
    inference = _Inference(model, functions)
    main = _graph_scopes("graph", model.graph, opset_of(model.opset_import), inference.graph_values, None)
    scopes = list(main)
    for number, training in enumerate(model.training_info):
        for part in ("initialization", "algorithm"):
            graph = getattr(training, part)
            scopes += _graph_scopes(
                f"{part} of training {number}", graph, opset_of(model.opset_import), _Tree({}, {}), scopes[0]
            )
    for key, function in functions.items():
        tree = inference.function_values(key)
        place = f"function {function.name!r}"
        scope = Scope(place, function.node, frozenset(function.output), opset_of(function.opset_import), tree.values)
        scopes.append(scope)
        scopes += _inner_scopes(scope, tree)
    return scopes


def _graph_scopes(place: str, graph: Any, opset: int, tree: _Tree, outer: Scope | None) -> Iterator[Scope]:
    outputs = frozenset(value.name for value in graph.output)
    scope = Scope(place, graph.node, outputs, opset, tree.values, outer, graph)
    yield scope
    yield from _inner_scopes(scope, tree)


def _inner_scopes(scope: Scope, tree: _Tree) -> Iterator[Scope]:
    for index, node in enumerate(scope.nodes):
        for number, (name, graph) in enumerate(subgraphs(node)):
            place = f"{name} of {node.op_type} {node.name or node.output[0]!r}"
            if scope.place != "graph":
                place += f", {scope.place}"
            inner = tree.inner.get((index, number), _Tree({}, {}))
            yield from _graph_scopes(place, graph, scope.opset, inner, scope)


@dataclass
class _Tree:
    """What is known of the values of a scope, and the same for the subgraphs of its nodes by (node, subgraph)."""

    values: dict[str, ValueInfo]
    inner: dict[tuple[int, int], _Tree]

    def agreed(self, other: _Tree) -> _Tree:
        values = {name: info.agreed(other.values[name]) for name, info in self.values.items() if name in other.values}
        inner = {key: tree.agreed(other.inner[key]) for key, tree in self.inner.items() if key in other.inner}
        return _Tree(values, inner)


class _Inference:
    """Types and shapes of a model's values, by ONNX's shape inference.

    That inference counts windows that start in the end padding of a ceil_mode pooling, which runtimes do not; so it
    sees the pooling layers with the padding that makes them round down.
    """

    def __init__(self, model: Any, functions: Mapping[Key, Any]) -> None:
        self._onnx = import_onnx()
        self._functions = functions
        self._model = model
        skeleton = self._onnx.ModelProto(ir_version=max(model.ir_version, 4))
        skeleton.opset_import.extend(model.opset_import)
        skeleton.functions.extend(model.functions)
        _copy_without_weights(model.graph, skeleton.graph)
        self._calls: dict[Key, list[list[ValueInfo]]] = {}
        self._known: dict[Key, _Tree] = {}
        self.graph_values = self._infer(skeleton)

    def function_values(self, key: Key) -> _Tree:
        """Return what is known of the values of a function wherever it is called."""
        if key not in self._known:
            # A function that calls itself is none; this entry only makes the search end.
            self._known[key] = _Tree({}, {})
            self._visit_callers(key)
            trees = [self._infer_call(key, call) for call in self._calls.get(key, [])]
            if trees:
                tree = trees[0]
                for other in trees[1:]:
                    tree = tree.agreed(other)
                self._known[key] = tree
        return self._known[key]

    def _visit_callers(self, key: Key) -> None:
        """Make sure that the calls from within other functions have been seen."""
        for other, function in self._functions.items():
            if other != key and any(_calls(node, key) for node in function.node):
                self.function_values(other)

    def _infer_call(self, key: Key, call: list[ValueInfo]) -> _Tree:
        function = self._functions[key]
        skeleton = self._onnx.ModelProto(ir_version=max(self._model.ir_version, 8))
        skeleton.opset_import.extend(function.opset_import)
        skeleton.functions.extend(self._model.functions)
        skeleton.graph.name = function.name
        skeleton.graph.node.extend(function.node)
        for name, info in zip(function.input, call, strict=False):
            if info.element is not None:
                skeleton.graph.input.append(self._onnx.helper.make_tensor_value_info(name, info.element, info.shape))
        return self._infer(skeleton)

    def _infer(self, skeleton: Any) -> _Tree:
        _round_down(self._onnx, skeleton.graph)
        # Where inference does not understand a model, what the model itself declares has to do.
        with suppress(self._onnx.shape_inference.InferenceError, RuntimeError, ValueError):
            skeleton = self._onnx.shape_inference.infer_shapes(skeleton, data_prop=True)
        tree = _read_graph(skeleton.graph)
        self._note_calls(skeleton.graph, tree, [])
        return tree

    def _note_calls(self, graph: Any, tree: _Tree, outer: list[_Tree]) -> None:
        seen = [tree, *outer]
        for index, node in enumerate(graph.node):
            key = (node.domain, node.op_type)
            if key in self._functions:
                inputs = [next((t.values[name] for t in seen if name in t.values), UNKNOWN) for name in node.input]
                self._calls.setdefault(key, []).append(inputs)
            for number, (_, inner) in enumerate(subgraphs(node)):
                self._note_calls(inner, tree.inner.get((index, number), _Tree({}, {})), seen)


def _calls(node: Any, key: Key) -> bool:
    return (node.domain, node.op_type) == key or any(
        _calls(inner, key) for _, graph in subgraphs(node) for inner in graph.node
    )


def _copy_without_weights(source: Any, target: Any) -> None:
    """Copy a graph, large stored tensors as inputs of their type and shape."""
    target.name = source.name
    target.node.extend(source.node)
    target.input.extend(source.input)
    target.output.extend(source.output)
    target.value_info.extend(source.value_info)
    target.sparse_initializer.extend(source.sparse_initializer)
    onnx = import_onnx()
    declared = {value.name for value in source.input}
    for tensor in source.initializer:
        elements = 1
        for extent in tensor.dims:
            elements *= extent
        if elements <= _LARGE and tensor.data_location != onnx.TensorProto.EXTERNAL:
            target.initializer.append(tensor)
        elif tensor.name not in declared:
            target.input.append(onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims)))


def _round_down(onnx: Any, graph: Any) -> None:
    """Make pooling layers round down, and forget sizes that may have been inferred otherwise."""
    found = False
    for node in graph.node:
        for _, inner in subgraphs(node):
            _round_down(onnx, inner)
        if node.op_type not in ("MaxPool", "AveragePool", "LpPool") or node.domain not in STANDARD_DOMAINS:
            continue
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute if not a.ref_attr_name}
        if not attributes.get("ceil_mode", 0) or "SAME" in str(attributes.get("auto_pad", "")):
            continue
        found = True
        try:
            pads = read_geometry(attributes).pads
        except ValueError:
            continue
        kept = [a for a in node.attribute if a.name not in ("ceil_mode", "pads", "auto_pad")]
        del node.attribute[:]
        node.attribute.extend([*kept, onnx.helper.make_attribute("pads", pads)])
    if found:
        del graph.value_info[:]
        for value in graph.output:
            value.type.tensor_type.ClearField("shape")


def _read_graph(graph: Any) -> _Tree:
    values = {}
    for value in chain(graph.input, graph.output, graph.value_info):
        if value.type.HasField("tensor_type"):
            values[value.name] = _read_type(value.type.tensor_type)
    for tensor in graph.initializer:
        values[tensor.name] = ValueInfo(tensor.data_type, tuple(tensor.dims))
    inner = {
        (index, number): _read_graph(subgraph)
        for index, node in enumerate(graph.node)
        for number, (_, subgraph) in enumerate(subgraphs(node))
    }
    return _Tree(values, inner)


def _read_type(tensor: Any) -> ValueInfo:
    shape = None
    if tensor.HasField("shape"):
        shape = tuple(dim.dim_value if dim.HasField("dim_value") else None for dim in tensor.shape.dim)
    return ValueInfo(tensor.elem_type or None, shape)
