"""Names that are new to a whole model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any


class Names:
    """The names that a model has, and new ones; nothing in it, subgraphs and functions included, has them already.

    Parameters
    ----------
    taken : iterable of str

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
    yield from _names_in_graph(model.graph)
    for training in model.training_info:
        yield from _names_in_graph(training.initialization)
        yield from _names_in_graph(training.algorithm)
    for function in model.functions:
        yield from function.input
        yield from function.output
        for node in function.node:
            yield from _names_in_node(node)


def _names_in_graph(graph: Any) -> Iterator[str]:
    for values in (graph.input, graph.output, graph.value_info, graph.initializer):
        yield from (value.name for value in values)
    yield from (tensor.values.name for tensor in graph.sparse_initializer)
    for node in graph.node:
        yield from _names_in_node(node)


def _names_in_node(node: Any) -> Iterator[str]:
    yield node.name
    yield from node.input
    yield from node.output
    for attribute in node.attribute:
        for graph in (attribute.g, *attribute.graphs):
            yield from _names_in_graph(graph)
