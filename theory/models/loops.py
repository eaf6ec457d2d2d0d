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

from theory.models.scopes import STANDARD_DOMAINS, Scope, walk
from theory.models.values import UNKNOWN, Known, Path, ValueInfo, look_up, set_shape


class Carried:
    """A value that a Loop carries, and what is assumed of its shape.

    The path leads to the body. Start and end are the names of the initial value and of that at the end of the body;
    the places are the types that the model gives the value at the start of the body and after the loop.
    """

    def __init__(self, path: Path, start: str, end: str, places: Sequence[Any]) -> None:
        self._path, self._start, self._end, self._places = path, start, end, places
        self._assumed: ValueInfo | None = None

    def begin(self, known: Known) -> bool:
        """Assume the shape of the initial value, as soon as that is known; return whether that is new."""
        if self._assumed is None:
            found = look_up(known, self._path[:-1], self._start)
            if found.element is not None and found.shape is not None:
                self._write(found)
                return True
        return False

    def weaken(self, known: Known) -> bool:
        """Drop what was not inferred with this assumption; return whether there was anything to be dropped."""
        if self._assumed is None:
            return False
        begun, ended = look_up(known, self._path[:-1], self._start), look_up(known, self._path, self._end)
        found = self._assumed.agreed(begun).agreed(ended)
        if found.shape == self._assumed.shape:
            return False
        self._write(found)
        return True

    def forget(self) -> None:
        """Assume nothing any more."""
        self._write(UNKNOWN)

    def _write(self, info: ValueInfo) -> None:
        self._assumed = info
        for place in self._places:
            place.tensor_type.ClearField("shape")
            if info.shape is not None:
                place.tensor_type.elem_type = info.element or place.tensor_type.elem_type
                set_shape(place.tensor_type, info.shape)


def carried_values(onnx: Any, graph: Any) -> Iterator[Carried]:
    """Yield what the loops of a graph and of its subgraphs carry."""
    for scope in walk(Scope(graph)):
        node, body, outer = scope.owner, scope.body, scope.outer
        if outer is None or (node.op_type, scope.attribute) != ("Loop", "body") or node.domain not in STANDARD_DOMAINS:
            continue
        # Beside them a Loop has the number of iterations and the condition; a body counts, and tells whether it goes
        # on; scan outputs come last.
        outputs = chain(node.output, repeat(""))
        for start, inside, end, outside in zip(node.input[2:], body.input[2:], body.output[1:], outputs, strict=False):
            yield Carried(scope.path, start, end.name, [inside.type, *_type_of(onnx, outer.body, outside)])


def _type_of(onnx: Any, graph: Any, name: str) -> Iterator[Any]:
    """Yield the place in a graph that says what type a value has, made if there is none."""
    if name:
        known = (value for value in (*graph.output, *graph.value_info) if value.name == name)
        yield (next(known, None) or _added(graph.value_info, onnx.ValueInfoProto(name=name))).type


def _added(field: Any, message: Any) -> Any:
    field.append(message)
    return field[-1]
