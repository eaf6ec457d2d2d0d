"""ONNX models as the analysis reads them: a list of nodes without functions, and the constants."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.errors import FormatError, InputError
from theory.extras import import_extra

_STANDARD = ("", "ai.onnx")


@dataclass(frozen=True, eq=False)
class Node:
    """One operation.

    Attributes
    ----------
    op : str
        The operator, with its domain if that is not ONNX's own.
    name : str
        Its name, or that of its first output if it has none.
    inputs, outputs : tuple of str
        Empty strings where an optional one is left out.
    attributes : dict
        Numbers, strings, lists and arrays; subgraphs as they are.
    opset : int
    """

    op: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    opset: int

    def same_operation(self, other: Node) -> bool:
        """Say whether another node does the same to inputs of the same names, in the same opset."""
        return (
            (self.op, self.inputs, self.outputs, self.opset) == (other.op, other.inputs, other.outputs, other.opset)
            and self.attributes.keys() == other.attributes.keys()
            and all(_equal(value, other.attributes[key]) for key, value in self.attributes.items())
        )


@dataclass(frozen=True, eq=False)
class Graph:
    """A model.

    Attributes
    ----------
    nodes : tuple of Node
        In an order of computation.
    inputs : dict of str to (dtype, shape)
        Sizes that are left open are None.
    outputs : tuple of str
    constants : dict of str to array
    proto : onnx.ModelProto
        What was read, functions inlined.
    """

    nodes: tuple[Node, ...]
    inputs: Mapping[str, tuple[np.dtype[Any], tuple[int | None, ...]]]
    outputs: tuple[str, ...]
    constants: Mapping[str, npt.NDArray[Any]]
    proto: Any

    @property
    def producers(self) -> dict[str, Node]:
        """The node that computes each tensor."""
        return {name: node for node in self.nodes for name in node.outputs if name}


def read_graph(model: Any) -> Graph:
    """Read a model.

    Parameters
    ----------
    model : onnx.ModelProto or path

    Raises
    ------
    InputError
        If the file cannot be read.
    FormatError
        If it is no valid ONNX model.
    MissingDependencyError
        If onnx is not installed.
    """
    onnx = _import_onnx()
    model = load_model(model)
    if model.functions:
        model = onnx.inliner.inline_local_functions(model)
    graph = model.graph
    opsets = {entry.domain: entry.version for entry in model.opset_import}
    opset = opsets.get("", opsets.get("ai.onnx", 0))
    try:
        constants = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
        return Graph(
            tuple(_node(onnx, node, opset) for node in graph.node if node.output),
            {value.name: _input(onnx, value) for value in graph.input if value.name not in constants},
            tuple(value.name for value in graph.output),
            constants,
            model,
        )
    except (AttributeError, KeyError, TypeError, ValueError, OSError) as error:
        raise FormatError(f"the model cannot be read: {' '.join(str(error).split())[:200]}") from None


def load_model(model: Any) -> Any:
    """Return a checked ``onnx.ModelProto``, from one or from a file."""
    onnx = _import_onnx()
    from google.protobuf.message import DecodeError, EncodeError

    name = "the model"
    try:
        if isinstance(model, str | os.PathLike):
            name = f"{str(model)!r}"
            if not Path(model).is_file():
                raise InputError(f"cannot read {name}: {'a folder' if Path(model).is_dir() else 'no such file'}")
            onnx.checker.check_model(os.fspath(model), full_check=True)
            return onnx.load(os.fspath(model))
        if not isinstance(model, onnx.ModelProto):
            raise InputError(f"a model is an onnx.ModelProto or a path, not {type(model).__name__}")
        onnx.checker.check_model(model, full_check=True)
    except (DecodeError, onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise FormatError(f"{name} is no valid ONNX model: {' '.join(str(error).split())[:200]}") from None
    except (EncodeError, OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"cannot read {name}: {' '.join(str(error).split())[:200]}") from None
    return model


def _import_onnx() -> ModuleType:
    used = ("checker", "inliner", "numpy_helper", "shape_inference")
    return import_extra("onnx", *used, extra="onnx", purpose="ONNX models need onnx")


def _node(onnx: ModuleType, node: Any, opset: int) -> Node:
    attributes: dict[str, Any] = {}
    for attribute in node.attribute:
        value = onnx.helper.get_attribute_value(attribute)
        if isinstance(value, onnx.TensorProto):
            value = onnx.numpy_helper.to_array(value)
        elif isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        elif not isinstance(value, int | float | str):
            value = list(value) if hasattr(value, "__len__") else value
        attributes[attribute.name] = value
    op = node.op_type if node.domain in _STANDARD else f"{node.domain}.{node.op_type}"
    name = node.name or next((output for output in node.output if output), node.op_type)
    return Node(op, name, tuple(node.input), tuple(node.output), attributes, opset)


def _input(onnx: ModuleType, value: Any) -> tuple[np.dtype[Any], tuple[int | None, ...]]:
    kind = value.type.tensor_type
    if not value.type.HasField("tensor_type") or not kind.HasField("shape"):
        raise FormatError(f"the input {value.name!r} is no tensor of known rank")
    # Some write -1 for a size that is free.
    shape = tuple(d.dim_value if d.HasField("dim_value") and d.dim_value >= 0 else None for d in kind.shape.dim)
    return np.dtype(onnx.helper.tensor_dtype_to_np_dtype(kind.elem_type)), shape


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return isinstance(a, np.ndarray) and isinstance(b, np.ndarray) and same_array(a, b)
    return type(a) is type(b) and bool(a == b)


def same_array(a: npt.NDArray[Any], b: npt.NDArray[Any]) -> bool:
    """Say whether two constants are the same numbers of the same type."""
    return a.dtype == b.dtype and a.shape == b.shape and bool(np.array_equal(a, b))
