"""Maxima that are compared with the values they are taken of: peaks are where both are equal.

h * (h == MaxPool(h)) picks the peaks of a map, as detectors of centres and of key points do. One rounding in the
maximum and the peak is lost, so such a maximum has to be right to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from theory.models.scopes import STANDARD_DOMAINS, Scope
from theory.models.skeletons import Key, called_by, key_of
from theory.rewrite.pooling_nodes import takes_maxima

Place: TypeAlias = tuple[int, str]
"""A value: which scope computes it, and its name."""

_COMPARISONS = frozenset({"Div", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Sub"})
"""Operators of which the result may tell whether both inputs are equal."""

_KEPT = frozenset({
    "Abs", "Cast", "Ceil", "Clip", "Dropout", "Exp", "Flatten", "Floor", "GlobalMaxPool", "HardSigmoid", "Identity",
    "LeakyRelu", "Log", "MaxPool", "Neg", "Pad", "ReduceMax", "Relu", "Reshape", "Round", "Sigmoid", "Slice",
    "Softplus", "Sqrt", "Squeeze", "Tanh", "Transpose", "Unsqueeze",
})  # fmt: skip
"""Operators of one value that leave equal values equal, or move them about."""

_DEEPEST = 200
"""Operators that are looked through on the way back."""


def compared_with_input(scopes: Iterable[Scope]) -> set[Place]:
    """Return the outputs of nodes that take maxima whose result is seen to be compared with what it is the maximum of.

    One too many does no harm: its maximum is then computed with more digits than it needs.
    """
    scopes = list(scopes)
    way = _WayBack({key_of(scope.body): scope for scope in scopes if not scope.is_graph and scope.owner is None})
    return {pool for scope in scopes for node in scope.nodes if _compares(node) for pool in way.pools(scope, node)}


def _compares(node: Any) -> bool:
    return node.op_type in _COMPARISONS and node.domain in STANDARD_DOMAINS and len(node.input) == 2


class _WayBack:
    """The way back from what is compared, through the functions that are called on it."""

    def __init__(self, functions: Mapping[Key, Scope]) -> None:
        self._functions = functions

    def pools(self, scope: Scope, node: Any) -> Iterator[Place]:
        (first, passed), (second, others) = (self._origin(scope, name) for name in node.input)
        if first == second and passed != others:
            # Those on both ways as well: they make values that are equal, which are to stay so.
            yield from passed | others

    def _origin(self, scope: Scope, name: str) -> tuple[Place, set[Place]]:
        """Return the value that another one is made of, operator by operator of one value, and the pools on the way."""
        pools, calls = set[Place](), list[tuple[Scope, Any]]()
        for _ in range(_DEEPEST):
            found = scope.producer(name)
            if found is None:
                place = _number(scope.root.body.input, name) if calls else None
                if place is None or place >= len(calls[-1][1].input):
                    break
                scope, call = calls.pop()
                name = call.input[place]
                continue
            node, scope = found
            function = self._functions.get(called_by(node))
            if function is not None:
                place = _number(node.output, name)
                if place is None or place >= len(function.body.output):
                    break
                calls.append((scope, node))
                scope, name = function, function.body.output[place]
                continue
            if node.op_type not in _KEPT or node.domain not in STANDARD_DOMAINS or not node.input:
                break
            if takes_maxima(node):
                pools.add((id(scope.body), name))
            name = node.input[0]
        return (_home(scope, name), name), pools


def _number(names: Sequence[str], name: str) -> int | None:
    return next((number for number, one in enumerate(names) if one == name), None)


def _home(scope: Scope, name: str) -> int:
    """Identify the scope from which a value is seen, the outermost one that knows it."""
    while (
        scope.outer is not None and scope.is_graph and name not in (*scope.producers, *scope.inputs, *scope.constants)
    ):
        scope = scope.outer
    return id(scope.body)
