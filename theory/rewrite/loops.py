"""What loops carry from one iteration to the next: shapes that stay the same.

ONNX's shape inference has nothing to say about it. Here the shape of such a value is assumed to be that of the initial
value, as far as inference under this assumption says the same of the value at the end of the body; what differs is
dropped until nothing differs any more. All assumptions then hold at the start of every loop and, if they hold at the
start of an iteration, at its end: so they hold always.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import Any

from theory.rewrite.dependencies import STANDARD_DOMAINS
from theory.rewrite.skeletons import subgraphs
from theory.rewrite.values import UNKNOWN, Tree, ValueInfo, look_up, set_shape


class Carried:
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
        return look_up(seen[outwards:], name)

    def _write(self, info: ValueInfo) -> None:
        self._assumed = info
        for place in self._places:
            place.tensor_type.ClearField("shape")
            if info.shape is not None:
                place.tensor_type.elem_type = info.element or place.tensor_type.elem_type
                set_shape(place.tensor_type, info.shape)


def carried_values(onnx: Any, graph: Any, path: tuple[tuple[int, int], ...] = ()) -> Iterator[Carried]:
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
                    yield Carried((*path, (index, number)), start, end.name, places)
            yield from carried_values(onnx, body, (*path, (index, number)))


def _type_of(onnx: Any, graph: Any, name: str) -> Iterator[Any]:
    """Yield the place in a graph that says what type a value has, made if there is none."""
    if name:
        known = (value for value in (*graph.output, *graph.value_info) if value.name == name)
        yield (next(known, None) or _added(graph.value_info, onnx.ValueInfoProto(name=name))).type


def _added(field: Any, message: Any) -> Any:
    field.append(message)
    return field[-1]
