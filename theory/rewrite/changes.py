"""What becomes of the nodes of one scope of a model: decided for all scopes, then made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from theory.models.scopes import Scope
from theory.models.skeletons import refill


@dataclass
class Changes:
    """What is to be changed in one scope: nodes by their places, tensors to be stored, values that nobody may read."""

    nodes: dict[int, list[Any]] = field(default_factory=dict)
    tensors: list[Any] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)


def apply_changes(scope: Scope, changes: Changes) -> None:
    """Put new nodes in the place of old ones, and forget types of values that are no more."""
    gone = {name for index in changes.nodes for name in scope.nodes[index].output[1:] if name}
    if changes.nodes:
        refill(scope.nodes, [new for index, node in enumerate(scope.nodes) for new in changes.nodes.get(index, [node])])
    if changes.tensors:
        scope.body.initializer.extend(changes.tensors)
    pending = changes.passed[::-1]
    while pending:
        # What computed by how much a Pad pads goes with it.
        maker = next((node for node in scope.nodes if pending[-1] in node.output), None)
        pending.pop()
        if maker is not None and not any(scope.reads(output) for output in maker.output if output):
            refill(scope.nodes, [node for node in scope.nodes if node is not maker])
            gone |= set(maker.output)
            pending += filter(None, maker.input)
    if scope.is_graph and gone:
        refill(scope.body.value_info, [value for value in scope.body.value_info if value.name not in gone])
