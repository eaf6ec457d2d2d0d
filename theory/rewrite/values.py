"""What is known of the values of a model before it runs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any


@dataclass(frozen=True)
class ValueInfo:
    """What is known of a value before the model runs.

    Attributes
    ----------
    element : int or None
        Element type, by ONNX's numbering.
    shape : tuple of int or None, or None
        Extents; None for what is unknown or free.
    """

    element: int | None = None
    shape: tuple[int | None, ...] | None = None

    def agreed(self, other: ValueInfo) -> ValueInfo:
        """Return what holds for both."""
        shape = None
        if self.shape is not None and other.shape is not None and len(self.shape) == len(other.shape):
            shape = tuple(a if a == b else None for a, b in zip(self.shape, other.shape, strict=True))
        return ValueInfo(self.element if self.element == other.element else None, shape)

    @property
    def elements(self) -> int:
        """Number of elements, 0 where it is not known."""
        return prod(extent or 0 for extent in self.shape) if self.shape is not None else 0


UNKNOWN = ValueInfo()


@dataclass
class Tree:
    """What is known of the values of a scope, and the same for the subgraphs of its nodes by (node, subgraph)."""

    values: dict[str, ValueInfo]
    inner: dict[tuple[int, int], Tree]

    @classmethod
    def empty(cls) -> Tree:
        """Return one that knows nothing."""
        return cls({}, {})

    def within(self, index: int, number: int) -> Tree:
        """Return the tree of a subgraph."""
        return self.inner.get((index, number)) or Tree.empty()

    def agreed(self, other: Tree) -> Tree:
        """Return what holds for both."""
        values = {name: info.agreed(other.values[name]) for name, info in self.values.items() if name in other.values}
        inner = {key: tree.agreed(other.inner[key]) for key, tree in self.inner.items() if key in other.inner}
        return Tree(values, inner)

    def everything(self) -> Iterator[tuple[str, ValueInfo]]:
        """Yield all values, those of subgraphs too."""
        yield from self.values.items()
        for tree in self.inner.values():
            yield from tree.everything()


def look_up(seen: Sequence[Tree], name: str) -> ValueInfo:
    """Return what is known of a value, seen from the first of several scopes, each within the next."""
    return next((tree.values[name] for tree in seen if name in tree.values), UNKNOWN)


def set_shape(tensor: Any, shape: Sequence[int | None]) -> None:
    """Write a shape into a type of tensors."""
    tensor.shape.Clear()
    tensor.shape.SetInParent()
    for extent in shape:
        dim = tensor.shape.dim.add()
        if extent is not None:
            dim.dim_value = extent
