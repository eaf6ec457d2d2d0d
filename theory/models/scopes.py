"""A model as it is written: the scopes that hold its nodes, and the nodes, tensors and names in them.

A scope is one list of nodes: a graph, a subgraph of a node's control flow, or the body of a model-local function.
:func:`walk` is the only traversal: whatever looks at all nodes, tensors or names of a model goes through it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from types import ModuleType
from typing import Any

from theory.extras import import_extra
from theory.models.values import UNKNOWN, Path, ValueInfo

STANDARD_DOMAINS = ("", "ai.onnx")
"""Names of the domain of ONNX's own operators."""


def import_onnx() -> ModuleType:
    """Return the module onnx, with the submodules used here loaded."""
    used = ("checker", "external_data_helper", "helper", "numpy_helper", "shape_inference")
    return import_extra("onnx", *used, extra="onnx", purpose="ONNX models are read and written with onnx")


@dataclass(eq=False)
class Scope:
    """A list of nodes, and what can be seen from there.

    The body is a GraphProto or a FunctionProto of the model itself, to be changed in place. A subgraph has the node
    that it belongs to, the name of its attribute there, and the scope around it, whose values can be seen.
    """

    body: Any
    opset: int = 0
    title: str = ""
    outer: Scope | None = None
    owner: Any = None
    attribute: str = ""
    path: Path = ()
    values: Mapping[str, ValueInfo] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where it is, for people: ``"graph"``, ``"then_branch of If 'n'"``, ``"function 'f'"``."""
        if self.owner is None or self.outer is None:
            return self.title
        place = f"{self.attribute} of {self.owner.op_type} {node_label(self.owner)!r}"
        return place if self.outer.place == "graph" else f"{place}, {self.outer.place}"

    @property
    def root(self) -> Scope:
        """The outermost scope, which belongs to no node."""
        return self if self.owner is None or self.outer is None else self.outer.root

    @property
    def is_graph(self) -> bool:
        """Whether it is a graph, not a function: functions store no tensors, and their values have no types."""
        return hasattr(self.body, "initializer")

    @property
    def nodes(self) -> Any:
        """The nodes, a repeated field."""
        return self.body.node

    @cached_property
    def inputs(self) -> frozenset[str]:
        """Values that come from outside by name."""
        return frozenset(value.name for value in self.body.input) if self.is_graph else frozenset(self.body.input)

    @cached_property
    def outputs(self) -> frozenset[str]:
        """Values that leave the scope."""
        return frozenset(value.name for value in self.body.output) if self.is_graph else frozenset(self.body.output)

    @cached_property
    def producers(self) -> dict[str, Any]:
        """The nodes by the values that they compute."""
        return {name: node for node in self.nodes for name in node.output if name}

    @cached_property
    def constants(self) -> dict[str, Any]:
        """The tensors stored in it that no caller may replace."""
        stored = self.body.initializer if self.is_graph else ()
        return {tensor.name: tensor for tensor in stored if tensor.name not in self.inputs}

    def value(self, name: str) -> ValueInfo:
        """Return what is known of a value seen from here."""
        if name in self.values:
            return self.values[name]
        return self.outer.value(name) if self.outer and name not in self.producers else UNKNOWN

    def producer(self, name: str) -> tuple[Any, Scope] | None:
        """Return the node that computes a value seen from here, and its scope; None for an input or a constant."""
        if name in self.producers:
            return self.producers[name], self
        local = not self.is_graph or name in self.inputs or name in self.constants
        return None if local or self.outer is None else self.outer.producer(name)

    def constant(self, name: str) -> Any:
        """Return a stored tensor seen from here, which no caller may replace; None if it is anything else."""
        if name in self.constants:
            return self.constants[name]
        if not self.is_graph or name in self.inputs or self.outer is None:
            return None
        return self.outer.constant(name)

    def reads(self, name: str) -> bool:
        """Return whether anything consumes a value of this scope, subgraphs included.

        A subgraph may define the name itself and so seem to; ONNX forbids it to define one of outside.
        """
        return any(name in scope.outputs or any(name in node.input for node in scope.nodes) for scope in walk(self))


def walk(scope: Scope) -> Iterator[Scope]:
    """Yield a scope and those of all subgraphs of its nodes, outer ones before inner ones."""
    yield scope
    for index, node in enumerate(scope.nodes):
        graphs = [(attribute.name, attribute.g) for attribute in node.attribute if attribute.HasField("g")]
        graphs += [(attribute.name, graph) for attribute in node.attribute for graph in attribute.graphs]
        for number, (name, graph) in enumerate(graphs):
            path = (*scope.path, (index, number))
            yield from walk(Scope(graph, scope.opset, scope.title, scope, node, name, path))


def scopes_of(model: Any) -> Iterator[Scope]:
    """Yield all scopes of a model: the graph, training graphs, functions, and their subgraphs."""
    opset = opset_of(model.opset_import)
    graph = Scope(model.graph, opset, "graph")
    yield from walk(graph)
    for number, training in enumerate(model.training_info):
        for part in ("initialization", "algorithm"):
            yield from walk(Scope(getattr(training, part), opset, f"{part} of training {number}", graph))
    for function in model.functions:
        yield from walk(Scope(function, opset_of(function.opset_import), f"function {function.name!r}"))


def opset_of(imports: Any) -> int:
    """Return the version of ONNX's own operators, 0 if they are not imported."""
    return max((entry.version for entry in imports if entry.domain in STANDARD_DOMAINS), default=0)


def node_label(node: Any) -> str:
    """Return what a node is called: its name, or that of its output where it has none."""
    return str(node.name or next(iter(node.output), ""))


def attributes_of(node: Any) -> dict[str, Any]:
    """Return the attributes of a node by name, as onnx gives their values."""
    value = import_onnx().helper.get_attribute_value
    return {attribute.name: value(attribute) for attribute in node.attribute}


def copy_of(message: Any) -> Any:
    """Return a copy of a protocol buffer."""
    copy = type(message)()
    copy.CopyFrom(message)
    return copy


def is_max_pool(node: Any) -> bool:
    """Return whether a node is ONNX's MaxPool."""
    return node.op_type == "MaxPool" and node.domain in STANDARD_DOMAINS


def stored_tensors(model: Any) -> Iterator[Any]:
    """Yield all tensors stored in a model: initial values and attributes, in subgraphs and functions too."""
    for scope in scopes_of(model):
        if scope.is_graph:
            yield from scope.body.initializer
            for sparse in scope.body.sparse_initializer:
                yield from (sparse.values, sparse.indices)
        for attribute in chain.from_iterable(node.attribute for node in scope.nodes):
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors


class Names:
    """The names that a model has, and new ones; nothing in it, subgraphs and functions included, has them already.

    Examples
    --------
    >>> names = Names(["pool/subpool/max"])
    >>> names.new("pool/subpool/max"), names.new("pool/subpool/max"), names.new("other")
    ('pool/subpool/max_1', 'pool/subpool/max_2', 'other')
    """

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._next: dict[str, int] = {}

    def new(self, wanted: str) -> str:
        """Return the name that is wanted, or with a number if there is one like it."""
        name, number = wanted, self._next.get(wanted, 0)
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        self._next[wanted] = number
        self._taken.add(name)
        return name


def names_in(model: Any) -> Iterator[str]:
    """Yield all names of nodes and values of a model, of its subgraphs and of its functions."""
    for scope in scopes_of(model):
        yield from scope.inputs
        yield from scope.outputs
        if scope.is_graph:
            yield from (value.name for value in chain(scope.body.value_info, scope.body.initializer))
            yield from (tensor.values.name for tensor in scope.body.sparse_initializer)
        for node in scope.nodes:
            yield from (node.name, *node.input, *node.output)
