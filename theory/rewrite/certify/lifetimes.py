"""When the tensors of two models are no longer needed: those of a photograph's classifier would fill gigabytes."""

from __future__ import annotations

from collections.abc import Mapping

from theory.rewrite.certify.graph import POOLS, Graph

_ALWAYS = 1 << 62


def last_uses(first: Graph, second: Graph) -> dict[int, list[str]]:
    """Return the names of tensors that nothing looks at any more once a node of the second model is compared.

    By the node's number. A node of the first model is looked at where the second computes a tensor of the same name.
    What one model alone has may be looked at until the tensors that both have are computed from it. What is dropped
    too early makes bounds wider, never wrong.
    """
    producers = first.producers, second.producers
    places = {node.outputs[0]: place for place, node in enumerate(second.nodes)}
    pools = (node.outputs[0] for node in (*first.nodes, *second.nodes) if node.op in POOLS)
    kept = {*first.outputs, *pools}
    uses = [_uses(graph, places, other) for graph, other in ((first, producers[1]), (second, producers[0]))]
    dropped: dict[int, list[str]] = {}
    for name in {**uses[0], **uses[1]}:
        last = max(max(each.get(name, 0) for each in uses), places.get(name, 0))
        if name not in kept and last < _ALWAYS:
            dropped.setdefault(last, []).append(name)
    return dropped


def _uses(graph: Graph, places: Mapping[str, int], other: Mapping[str, object]) -> dict[str, int]:
    """Return the number of the last node of the second model that looks at each tensor of a model."""
    last: dict[str, int] = {}
    for node in reversed(graph.nodes):
        end = node.outputs[0]
        shared = end in other and end in places
        until = places[end] if shared else max(places.get(end, 0), last.get(end, 0 if end in places else _ALWAYS))
        for name in (*node.inputs, end):
            last[name] = max(last.get(name, 0), until)
    return last
