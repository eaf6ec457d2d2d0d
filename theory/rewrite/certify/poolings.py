"""The max poolings of two models, and what has been found in the place of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from theory.rewrite.certify.answers import Model, PoolingFinding, Unknown
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.graph import POOLS, STAND_IN, Graph, Node


class Poolings:
    """Those of two models on the same inputs."""

    def __init__(self, first: Graph, second: Graph) -> None:
        self._graphs = first, second
        self._producers = first.producers, second.producers
        self._found: dict[str, PoolingFinding] = {}
        """By the output of the pooling: names of nodes may repeat."""

    def record(self, output: str, finding: PoolingFinding) -> None:
        """Keep what was found in the place of the pooling with an output, in whichever model it is."""
        self._found[output] = finding

    def nodes(self) -> list[Node]:
        """Return those of the first model, then those of the second that the first computes in another way."""
        first, second = ([node for node in graph.nodes if self._is_one(node)] for graph in self._graphs)
        return first + [
            node for node in second if self._model(node) == "rewritten" and node.outputs[0] in self._producers[0]
        ]

    def finding(self, node: Node, difference: Box | None, values: Sequence[Any]) -> PoolingFinding:
        """Return what is known of the place of a pooling, with the deviation after it.

        The values are those of its output in the second model, and in the first: where there is no deviation they may
        say why.
        """
        name, model = node.outputs[0], self._model(node)
        if difference is None:
            reason = next((value for value in values if isinstance(value, Unknown)), None)
            why = "its output is not computed in the other model" if reason is None else str(reason)
            proved = self._found.get(name)
            if proved is not None and proved.status == "exact":
                return replace(proved, model=model, reason=why)
            return PoolingFinding(node.name, model, "unknown", reason=why)
        finding = self._found.get(name, PoolingFinding(node.name, model, "unchanged"))
        return replace(finding, model=model, deviation=difference.largest)

    def _is_one(self, node: Node) -> bool:
        """Say whether a node is a MaxPool, or another max pooling that one of the models has not."""
        makers = [producers.get(node.outputs[0]) for producers in self._producers]
        # Of integers and what they stand for, one counts.
        stands = node.outputs[0].removesuffix(STAND_IN) + STAND_IN
        if all(stands in producers for producers in self._producers) != node.outputs[0].endswith(STAND_IN):
            return False
        return node.op == "MaxPool" or (node.op in POOLS and any(maker and maker.op != node.op for maker in makers))

    def _model(self, pool: Node) -> Model:
        makers = [producers.get(pool.outputs[0]) for producers in self._producers]
        first, second = (maker is not None and maker.op in POOLS for maker in makers)
        return "both" if first and second else "original" if first else "rewritten"
