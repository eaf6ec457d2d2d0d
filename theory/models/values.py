"""What is known of the values of a model before it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, TypeAlias

Path: TypeAlias = tuple[tuple[int, int], ...]
"""The way to a subgraph from the outermost nodes on: the number of a node, and that of a graph among its attributes."""


@dataclass(frozen=True)
class ValueInfo:
    """The element type of a value, by ONNX's numbering, and its extents; None for what is unknown or free."""

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

Known: TypeAlias = dict[Path, dict[str, ValueInfo]]
"""What is known of the values of some nodes, and of those of the subgraphs in them, by the way there."""


def both_know(first: Known, second: Known) -> Known:
    """Return what holds for both."""
    return {
        path: {name: info.agreed(second[path][name]) for name, info in values.items() if name in second[path]}
        for path, values in first.items()
        if path in second
    }


def look_up(known: Known, path: Path, name: str) -> ValueInfo:
    """Return what is known of a value seen from a subgraph, in which and around which it may be."""
    seen = (known.get(path[:length], {}) for length in range(len(path), -1, -1))
    return next((values[name] for values in seen if name in values), UNKNOWN)


def read_type(tensor: Any) -> ValueInfo:
    """Read a type of tensors; a negative size, which some write, is a free one."""
    shape = None
    if tensor.HasField("shape"):
        shape = tuple(
            dim.dim_value if dim.HasField("dim_value") and dim.dim_value >= 0 else None for dim in tensor.shape.dim
        )
    return ValueInfo(tensor.elem_type or None, shape)


def set_shape(tensor: Any, shape: Sequence[int | None]) -> None:
    """Write a shape into a type of tensors."""
    tensor.shape.Clear()
    tensor.shape.SetInParent()
    for extent in shape:
        dim = tensor.shape.dim.add()
        if extent is not None:
            dim.dim_value = extent
