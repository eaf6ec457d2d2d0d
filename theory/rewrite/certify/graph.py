"""ONNX models as the analysis reads them: a list of nodes without functions, and the constants."""

from __future__ import annotations

import os
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from theory.errors import FormatError, InputError
from theory.extras import import_extra

_STANDARD = ("", "ai.onnx")

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


def read_graph(model: Any) -> Graph:
    """Read an ``onnx.ModelProto`` or a file; raises InputError or FormatError if it is none that can be read."""
    used = ("checker", "inliner", "numpy_helper", "shape_inference")
    onnx = import_extra("onnx", *used, extra="onnx", purpose="ONNX models need onnx")
    model = _load(onnx, model)
    if model.functions:
        model = onnx.inliner.inline_local_functions(model)
    graph = model.graph
    opsets = {entry.domain: entry.version for entry in model.opset_import}
    opset = opsets.get("", opsets.get("ai.onnx", 0))
    try:
        constants = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
        return Graph(
            _joined(
                [_node(onnx, node, opset) for node in graph.node if node.output],
                [name for name, array in constants.items() if array.size == 1],
            ),
            {value.name: _input(onnx, value) for value in graph.input if value.name not in constants},
            tuple(value.name for value in graph.output),
            constants,
            _outline(onnx, model),
        )
    except (AttributeError, KeyError, TypeError, ValueError, OSError) as error:
        raise FormatError(f"the model cannot be read: {in_one_line(error, 200)}") from None


_SMALL = 4096
"""Constants of up to so many integers may be shapes and indices, whose values onnx's inference looks at."""


def _outline(onnx: ModuleType, model: Any) -> Any:
    """Return what shapes are inferred from, so that constants are not kept twice."""
    outline = onnx.ModelProto(ir_version=model.ir_version, opset_import=model.opset_import)
    for field in ("node", "input", "output", "value_info"):
        getattr(outline.graph, field).extend(getattr(model.graph, field))
    integers = onnx.TensorProto.INT32, onnx.TensorProto.INT64
    for tensor in model.graph.initializer:
        small = tensor.data_type in integers and prod(tensor.dims) <= _SMALL
        bare = onnx.TensorProto(name=tensor.name, dims=tensor.dims, data_type=tensor.data_type)
        outline.graph.initializer.append(tensor if small else bare)
    return outline


COARSE = "coarse"
"""An attribute of DequantizeLinear here: what is quantized is a Softmax, for which runtimes have coarser kernels."""

_KEEP_LEVELS = ("Flatten", "Identity", "MaxPool", "Reshape", "Squeeze", "Transpose", "Unsqueeze")
"""What comes out of them is among what goes in."""


def _joined(nodes: Sequence[Node], scalars: Container[str]) -> tuple[Node, ...]:
    """Return nodes, two joined where the second's bounds need to know what the first one does.

    DequantizeLinear takes the inputs of a QuantizeLinear before it in the place of its own first one, and is Identity
    where what it takes has these levels already; x Sigmoid(x) is a Mul of a single input. The nodes before them stay.
    """
    joined: list[Node] = []
    makers: dict[str, Node] = {}
    for node in nodes:
        joined.append(_join(node, makers, scalars))
        makers |= dict.fromkeys(filter(None, node.outputs[:1]), joined[-1])
    return tuple(joined)


def _join(node: Node, producers: Mapping[str, Node], scalars: Container[str]) -> Node:
    makers = [producers.get(name) for name in node.inputs]
    if node.op == "DequantizeLinear" and makers[0] is not None and makers[0].op == "QuantizeLinear":
        both = makers[0], node
        # In other than the plain ways nothing is known of what it takes.
        plain = all(each.attributes.keys() <= {"axis", "saturate"} for each in both)
        if not plain or len({each.attributes.get("axis", 1) for each in both}) > 1:
            return node
        (x, *own), (_, *others) = ((*each.inputs, "")[:3] for each in both)
        inputs = (x, *own, *others)
        source = producers.get(x)
        while source is not None and source.op in _KEEP_LEVELS:
            source = producers.get(source.inputs[0])
        if source is not None and source.op == "Softmax":
            return replace(node, inputs=inputs, attributes={**node.attributes, COARSE: 1})
        again = source is not None and source.op == node.op and source.inputs[1:] == inputs[1:]
        if again and own == others and all(not name or name in scalars for name in own):
            return replace(node, op="Identity", inputs=(x,), attributes={})
        return replace(node, inputs=inputs)
    if node.op == "Mul" and len(node.inputs) == 2:
        for x, maker in zip(node.inputs, reversed(makers), strict=True):
            if maker is not None and maker.op == "Sigmoid" and maker.inputs == (x,):
                return replace(node, inputs=(x,))
    return node


def in_one_line(error: Exception, length: int) -> str:
    """Return the beginning of an error's message."""
    return " ".join(str(error).split())[:length]


def _load(onnx: ModuleType, model: Any) -> Any:
    """Return a checked ``onnx.ModelProto``, from one or from a file."""
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
    except InputError:
        raise
    except (DecodeError, onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise FormatError(f"{name} is no valid ONNX model: {in_one_line(error, 200)}") from None
    except (EncodeError, OSError, ValueError) as error:
        raise InputError(f"cannot read {name}: {in_one_line(error, 200)}") from None
    return model


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


def same_value(a: Any, b: Any) -> bool:
    """Say whether two constants or attributes are the same numbers of the same type."""
    if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
        if a is b:
            return True
        return a.dtype == b.dtype and a.shape == b.shape and bool(np.array_equal(a, b))
    return type(a) is type(b) and bool(a == b)
