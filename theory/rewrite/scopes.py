"""Where nodes live in a model: the graph, subgraphs of its control flow, model-local functions.

A scope is one list of nodes with the names that can be seen from there. What element type and shape a value has is
inferred (:mod:`theory.rewrite.inference`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from theory.rewrite.dependencies import STANDARD_DOMAINS
from theory.rewrite.inference import Inference
from theory.rewrite.skeletons import subgraphs
from theory.rewrite.values import UNKNOWN, Tree, ValueInfo


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


def opset_of(imports: Any) -> int:
    """Return the version of ONNX's own operators, 0 if they are not imported."""
    return max((entry.version for entry in imports if entry.domain in STANDARD_DOMAINS), default=0)


def scopes_of(model: Any) -> list[Scope]:
    """List all scopes of a model: the graph, its subgraphs, training graphs, functions and their subgraphs."""
    inference = Inference(model)
    main = _graph_scopes("graph", model.graph, opset_of(model.opset_import), inference.graph_values, None)
    scopes = list(main)
    for number, training in enumerate(model.training_info):
        for part in ("initialization", "algorithm"):
            graph = getattr(training, part)
            scopes += _graph_scopes(
                f"{part} of training {number}", graph, opset_of(model.opset_import), Tree.empty(), scopes[0]
            )
    for function in model.functions:
        tree = inference.function_values(function)
        place = f"function {function.name!r}"
        scope = Scope(place, function.node, frozenset(function.output), opset_of(function.opset_import), tree.values)
        scopes.append(scope)
        scopes += _inner_scopes(scope, tree)
    return scopes


def _graph_scopes(place: str, graph: Any, opset: int, tree: Tree, outer: Scope | None) -> Iterator[Scope]:
    outputs = frozenset(value.name for value in graph.output)
    scope = Scope(place, graph.node, outputs, opset, tree.values, outer, graph)
    yield scope
    yield from _inner_scopes(scope, tree)


def _inner_scopes(scope: Scope, tree: Tree) -> Iterator[Scope]:
    for index, node in enumerate(scope.nodes):
        for number, (name, graph) in enumerate(subgraphs(node)):
            place = f"{name} of {node.op_type} {node.name or node.output[0]!r}"
            if scope.place != "graph":
                place += f", {scope.place}"
            yield from _graph_scopes(place, graph, scope.opset, tree.within(index, number), scope)
