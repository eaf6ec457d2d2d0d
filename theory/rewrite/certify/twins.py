"""Which tensor of one model stands in the place of which of another: by the names of tensors, else by what is done.

Nothing depends on a choice here but how tight the bounds are: a difference is bounded for whatever two tensors are
taken for twins.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

import numpy as np

from theory.rewrite.certify.graph import Graph, Node, same_value


class Twins:
    """The tensors of a first model that those of a second stand for."""

    def __init__(self, first: Graph, before: Mapping[str, Any], after: Mapping[str, Any], inputs: Mapping[str, Any]):
        self._producers = first.producers
        self._users: dict[str, list[Node]] = {}
        for node in first.nodes:
            for name in dict.fromkeys(node.inputs):
                self._users.setdefault(name, []).append(node)
        self._values = before, after
        self._taken: set[str] = set()
        self.of: dict[str, str] = {name: name for name in inputs}
        """The first model's tensor for each of the second's that has one."""

    def settle(self, name: str, twin: str) -> None:
        """Take a tensor of the first model for that of the second of a name."""
        self.of[name] = twin
        self._taken.add(twin)

    def needs(self, name: str) -> bool:
        """Say whether a tensor of the first model stands for one of another name, or something is made of it still."""
        renamed = any(twin == name for own, twin in self.of.items() if own != name)
        return renamed or any(node.outputs[0] not in self._taken for node in self._users.get(name, ()))

    def find(self, node: Node) -> Node | None:
        """Return a node of the first model that does to the twins of its inputs what a node of the second does.

        Constants need not be the same, nor attributes. The node of the same name comes first.
        """
        own = self._producers.get(node.outputs[0])
        if own is not None and self._alike(own, node):
            return own
        found = (each for each in self._candidates(node) if self._alike(each, node))
        return next((each for each in found if each.outputs[0] not in self._taken), None)

    def user(self, name: str, op: str) -> Node | None:
        """Return a node of the first model that does one operation to the twin of a tensor of the second."""
        return next((each for each in self._users.get(self.of.get(name, ""), []) if each.op == op), None)

    def same_constants(self, first: Node, second: Node) -> bool:
        """Say whether two nodes that are alike have equal constants."""
        return all(
            not isinstance(a, np.ndarray) or same_value(a, b)
            for a, b in zip(
                *(map(v.get, n.inputs) for v, n in zip(self._values, (first, second), strict=True)), strict=False
            )
        )

    def _candidates(self, node: Node) -> Iterator[Node]:
        for name in node.inputs:
            if name in self.of:
                yield from self._users.get(self.of[name], [])

    def _alike(self, first: Node, second: Node) -> bool:
        """Say whether two nodes have the same operator, and in each place twins, or constants of the same shape."""
        return first.op == second.op and all(
            self._match(a, b) for a, b in zip_longest(first.inputs, second.inputs, fillvalue="")
        )

    def _match(self, first: str, second: str) -> bool:
        if not first or not second:
            return not first and not second
        a, b = (values.get(name) for values, name in zip(self._values, (first, second), strict=True))
        if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
            return bool(a.shape == b.shape)
        return bool(self.of.get(second) == first)
