"""ONNX models as the analysis reads them: a list of nodes without functions, and the constants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Constant: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Node:
    """One operation: ``op`` has its domain with it if that is not ONNX's own.

    A node without a name has that of its first output. Inputs and outputs that are left out are empty strings.
    Attributes are numbers, strings, lists and arrays; subgraphs as they are.
    """

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    opset: int
    memo: dict[str, Any] = field(default_factory=dict, init=False, repr=False)
    """What was made of it for inputs of a shape, as far as that is small; of this node alone, of this model."""

    def same_operation(self, other: Node) -> bool:
        """Say whether another node does the same in the same opset, whatever its inputs are called."""
        return (
            (self.op, self.opset) == (other.op, other.opset)
            and self.attributes.keys() == other.attributes.keys()
            and all(same_value(value, other.attributes[key]) for key, value in self.attributes.items())
        )


@dataclass(frozen=True, eq=False)
class Segment:
    """The nodes of a model that compute one tensor from another and constants, in order."""

    start: str
    end: str
    nodes: tuple[Node, ...]
    constants: Mapping[str, Constant]


@dataclass(frozen=True, eq=False)
class Graph:
    """A model: its nodes in an order of computation, functions inlined; sizes of inputs that are left open are None."""

    nodes: tuple[Node, ...]
    inputs: Mapping[str, tuple[np.dtype[Any], tuple[int | None, ...]]]
    outputs: tuple[str, ...]
    constants: dict[str, Constant]
    proto: Any
    """The ``onnx.ModelProto`` that was read, without the values of its constants but for a few integers."""

    def share(self, other: Graph) -> None:
        """Keep constants that another model has as well only once."""
        for name, value in other.constants.items():
            if name in self.constants and same_value(self.constants[name], value):
                self.constants[name] = value

    @property
    def producers(self) -> dict[str, Node]:
        """The node that computes each tensor."""
        return {name: node for node in self.nodes for name in node.outputs if name}

    def between(self, start: str, end: str, constants: Mapping[str, Constant]) -> Segment | None:
        """Return what computes one tensor from another and constants; None if others go into it."""
        producers = self.producers
        known = {start, "", *constants}
        found: set[str] = set()
        waiting = [end]
        while waiting:
            name = waiting.pop()
            if name in known:
                continue
            if name not in producers:
                return None
            node = producers[name]
            known.update(node.outputs)
            found.add(node.outputs[0])
            waiting.extend(node.inputs)
        return Segment(start, end, tuple(node for node in self.nodes if node.outputs[0] in found), constants)


COARSE = "coarse"
"""An attribute of DequantizeLinear here: what is quantized is a Softmax, for which runtimes have coarser kernels."""

KEEP_LEVELS = (
    *("Flatten", "Identity", "MaxPool", "Reshape", "Squeeze", "Transpose", "Unsqueeze"),
    *("GlobalMaxPool", "ReduceMax", "com.microsoft.NhwcMaxPool"),
)
"""What comes out of them is among what goes in."""


POOLS = ("MaxPool", "GlobalMaxPool", "ReduceMax", "com.microsoft.NhwcMaxPool")
"""Max poolings, if a ReduceMax goes over spatial axes."""

STAND_IN = " dequantized"
"""Ends the name of the floats that a tensor of integers stands for, which has the shape of that."""


def in_one_line(error: Exception, length: int) -> str:
    """Return the beginning of an error's message."""
    return " ".join(str(error).split())[:length]


def same_value(a: Any, b: Any) -> bool:
    """Say whether two constants or attributes are the same numbers of the same type."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a is b:
            return True
        return a.dtype == b.dtype and a.shape == b.shape and bool(np.array_equal(a, b))
    return type(a) is type(b) and bool(a == b)
