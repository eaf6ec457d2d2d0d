"""ONNX models read for the analysis: checked, functions inlined, floats beside the integers that stand for them."""

from __future__ import annotations

import os
from collections.abc import Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from math import prod
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

import numpy as np

from theory.errors import FormatError, InputError
from theory.extras import import_extra
from theory.rewrite.certify.answers import Unsupported
from theory.rewrite.certify.constants import constant
from theory.rewrite.certify.graph import COARSE, KEEP_LEVELS, Constant, Graph, Node, in_one_line, same_value
from theory.rewrite.certify.integers import as_floats
from theory.rewrite.certify.moves import padding_of
from theory.rewrite.certify.operators import Call

_STANDARD = ("", "ai.onnx")


def read_graph(model: Any, known: Mapping[str, Constant] = MappingProxyType({})) -> Graph:
    """Read an ``onnx.ModelProto`` or a file; raises InputError or FormatError if it is none that can be read.

    Constants that are known already, by the same name, are not kept twice.
    """
    used = ("checker", "inliner", "numpy_helper", "shape_inference")
    onnx = import_extra("onnx", *used, extra="onnx", purpose="ONNX models need onnx")
    model = _load(onnx, model)
    if model.functions:
        model = onnx.inliner.inline_local_functions(model)
    graph = model.graph
    opsets = {entry.domain: entry.version for entry in model.opset_import}
    opset = opsets.get("", opsets.get("ai.onnx", 0))
    try:
        constants = {}
        for tensor in graph.initializer:
            array = onnx.numpy_helper.to_array(tensor)
            constants[tensor.name] = known[tensor.name] if same_value(known.get(tensor.name), array) else array
        nodes = [_node(onnx, node, opset) for node in graph.node if node.output]
        nodes, constants = as_floats(nodes, constants | _constants_among(nodes))
        return Graph(
            _joined(nodes, constants),
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


def _constants_among(nodes: Sequence[Node]) -> dict[str, Constant]:
    """Return what Constant nodes hold, as far as that is numbers."""
    found = {}
    for node in nodes:
        if node.op == "Constant":
            with suppress(Unsupported):
                found[node.outputs[0]] = constant(Call(node, ()))
    return found


def _joined(nodes: Sequence[Node], constants: Mapping[str, Constant]) -> tuple[Node, ...]:
    """Return nodes, two joined where the second's bounds need to know what the first one does.

    DequantizeLinear takes the inputs of a QuantizeLinear before it in the place of its own first one, and is Identity
    where what it takes has these levels already; x Sigmoid(x) is a Mul of a single input; padding by minus infinity,
    or the lowest float, is that of the MaxPool behind it. The nodes before them stay.
    """
    joined: list[Node] = []
    makers: dict[str, Node] = {}
    scalars = [name for name, array in constants.items() if array.size == 1]
    for node in nodes:
        joined.append(_with_padding(_join(node, makers, scalars), makers.get((*node.inputs, "")[0]), constants))
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
        while source is not None and source.op in KEEP_LEVELS:
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


def _with_padding(node: Node, pad: Node | None, constants: Mapping[str, Constant]) -> Node:
    """Return a MaxPool that pads by itself where a Pad before it fills with what is no larger than anything."""
    attributes = node.attributes
    if node.op != "MaxPool" or pad is None or pad.op != "Pad":
        return node
    # With ceil_mode, or SAME, padding decides where windows lie.
    if attributes.get("ceil_mode", 0) or attributes.get("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
        return node
    rank, given = len(attributes["kernel_shape"]) + 2, [constants.get(name) for name in pad.inputs[1:]]
    if any(name and value is None for name, value in zip(pad.inputs[1:], given, strict=True)):
        return node
    try:
        width, fill = padding_of(Call(pad, [np.zeros((1,) * rank), *given]))
    except (Unsupported, IndexError, ValueError):
        return node
    # The number given is of the type of the tensor; the attribute of old opsets may be of another one.
    number = given[1] if len(given) > 1 else None
    lowest = -np.inf if number is None or number.dtype.kind != "f" else np.finfo(number.dtype).min
    if fill is None or not fill <= lowest or any(map(any, width[:2])):
        return node
    explicit = attributes.get("pads") if attributes.get("auto_pad", "NOTSET") == "NOTSET" else None
    own = np.reshape(explicit or [0] * 2 * (rank - 2), (2, rank - 2))
    pads = (own + np.transpose(width[2:])).ravel().tolist()
    return replace(node, inputs=pad.inputs[:1], attributes={**attributes, "pads": pads, "auto_pad": "NOTSET"})


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
