"""Copies of models for shape inference: without weights, and without what is written down of values inside of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from math import prod
from typing import Any, TypeAlias

from theory.errors import InputError
from theory.models.constants import LARGE, Array, fold, is_told, sizes, stored_value
from theory.models.scopes import STANDARD_DOMAINS, Scope, attributes_of, copy_of, walk
from theory.models.values import Known, look_up
from theory.models.windows import read_windows

Key: TypeAlias = tuple[str, str, str]
"""Domain, name and overload of a model-local function."""

_Constants: TypeAlias = Mapping[str, Array | None]


def key_of(function: Any) -> Key:
    """Return what a function is known by."""
    return function.domain, function.name, getattr(function, "overload", "")  # since onnx 1.16


def called_by(node: Any) -> Key:
    """Return what a function is known by that a node would call."""
    return node.domain, node.op_type, getattr(node, "overload", "")


def called(body: Any) -> set[Key]:
    """Return what the nodes of a graph or of a function call, subgraphs included."""
    return {called_by(node) for scope in walk(Scope(body)) for node in scope.nodes}


def copy_without_weights(onnx: Any, model: Any, target: Any) -> None:
    """Copy a graph, large stored tensors as inputs of their type and shape.

    A stored tensor that a caller may replace is an input alone.
    """
    source = model.graph
    target.name = source.name
    target.node.extend(source.node)
    target.input.extend(source.input)
    target.output.extend(source.output)
    target.value_info.extend(source.value_info)
    target.sparse_initializer.extend(source.sparse_initializer)
    declared = {value.name for value in source.input}
    for tensor in source.initializer:
        if prod(tensor.dims) <= LARGE and tensor.data_location != onnx.TensorProto.EXTERNAL:
            # Before IR version 4 every stored tensor is an input as well, and none can be replaced.
            if model.ir_version < 4 or tensor.name not in declared:
                target.initializer.append(tensor)
        elif tensor.name not in declared:
            target.input.append(onnx.helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims)))


def only_checked_sizes(kind: Any) -> None:
    """Keep the sizes that a runtime checks: not those in sequences, nor negative ones, with which some mean free."""
    if not kind.HasField("tensor_type"):
        forget_shape(kind)
    for dim in kind.tensor_type.shape.dim if kind.tensor_type.HasField("shape") else ():
        if dim.HasField("dim_value") and dim.dim_value < 0:
            dim.Clear()


def forget_shape(kind: Any) -> None:
    """Take all shapes out of a type."""
    for name in ("tensor_type", "sparse_tensor_type"):
        if kind.HasField(name):
            getattr(kind, name).ClearField("shape")
    for name in ("sequence_type", "optional_type"):
        if kind.HasField(name):
            forget_shape(getattr(kind, name).elem_type)


def prepare(onnx: Any, body: Any, opset: int, known: Known | None = None) -> int:
    """Forget the shapes in subgraphs, and see that inference says of each operator what onnxruntime makes of it.

    What is computed from constants and from known sizes alone becomes one: inference follows few operators that compute
    sizes. The body is a graph or a function, changed in place. Returns how many nodes became constants.
    """
    count = 0
    for scope in walk(Scope(body, opset)):
        if scope.path:
            for value in chain(scope.body.input, scope.body.output, scope.body.value_info):
                forget_shape(value.type)
            if any(tensor.name in scope.inputs for tensor in scope.body.initializer):
                refill(scope.body.initializer, list(scope.constants.values()))
        stored = scope.body.initializer if scope.is_graph else ()
        constants = {tensor.name: stored_value(tensor) for tensor in stored}
        for node in scope.nodes:
            folded = fold(node, [constants.get(name) for name in node.input], opset)
            if folded is None and known and node.op_type == "Shape" and node.input and node.output:
                folded = sizes(node, look_up(known, scope.path, node.input[0]).shape)
            if folded is not None:
                constants[node.output[0]] = folded
                if node.op_type != "Constant" and is_told(folded):
                    _make_constant(onnx, node, folded)
                    count += 1
            elif node.op_type in _SETTLED and node.domain in STANDARD_DOMAINS:
                try:
                    _SETTLED[node.op_type](onnx, node, constants)
                except ValueError:
                    # What it gives is not known then: inference passes over operators that it has never heard of.
                    node.op_type = "Unknown"
    return count


def _make_constant(onnx: Any, node: Any, value: Array) -> None:
    node.op_type = "Constant"
    del node.input[:]
    refill(node.attribute, [onnx.helper.make_attribute("value", onnx.numpy_helper.from_array(value))])


def _attributes(node: Any) -> dict[str, Any]:
    if any(attribute.ref_attr_name for attribute in node.attribute):
        raise InputError("some are known where the function around it is called, and nowhere else")
    return attributes_of(node)


def _settle_pooling(onnx: Any, node: Any, _: _Constants) -> None:
    """Round down, with the padding that says the same.

    Inference counts windows that start in the end padding of a ceil_mode pooling, which onnxruntime does not; it rounds
    auto_pad SAME up twice; and of dilations with SAME onnxruntime makes something else.
    """
    attributes = _attributes(node)
    replaced: dict[str, Any] = {}
    if "SAME" in str(attributes.get("auto_pad", "")):
        if max(attributes.get("dilations", (1,))) > 1:
            raise InputError("dilations with SAME")
    elif attributes.get("ceil_mode", 0):
        replaced = {"pads": read_windows(attributes).pads}
        attributes.pop("auto_pad", None)
    else:
        return
    attributes = {**attributes, **replaced, "ceil_mode": 0}
    refill(node.attribute, [onnx.helper.make_attribute(name, value) for name, value in attributes.items()])


def _settle_transposed(onnx: Any, node: Any, _: _Constants) -> None:
    """Of a ConvTranspose inference knows the sizes with explicit padding alone."""
    attributes = _attributes(node)
    if "output_shape" in attributes or "SAME" in str(attributes.get("auto_pad", "")):
        raise InputError("sizes are told in other ways than by padding")


def _settle_resize(onnx: Any, node: Any, constants: _Constants) -> None:
    """Of a product that is rounded down, inference and onnxruntime may see either side of an integer."""
    if "keep_aspect_ratio_policy" in _attributes(node):
        raise InputError("sizes are rounded")
    scales, sizes = (_input(node, place) for place in (1 if len(node.input) == 2 else 2, 3))
    # Multiples of 1/1024 make products without rounding.
    factors = constants.get(scales)
    if not (sizes or (factors is not None and (factors * 1024.0 % 1 == 0).all())):
        raise InputError("scales whose products are rounded")


def _settle_slice(onnx: Any, node: Any, constants: _Constants) -> None:
    """Backwards from before the first value, inference sees nothing, and onnxruntime the first value."""
    name = _input(node, 4)
    steps = constants.get(name)
    if name and (steps is None or not (steps > 0).all()):
        raise InputError("steps that may be negative")


def _input(node: Any, place: int) -> str:
    return node.input[place] if place < len(node.input) else ""


_SETTLED: Mapping[str, Callable[[Any, Any, _Constants], None]] = {
    "AveragePool": _settle_pooling,
    "ConvTranspose": _settle_transposed,
    "LpPool": _settle_pooling,
    "MaxPool": _settle_pooling,
    "Resize": _settle_resize,
    "Slice": _settle_slice,
    "Upsample": _settle_resize,
}


def bind(body: Any, attributes: Mapping[str, Any]) -> None:
    """Put values in the place of references to the attributes of a function; drop those that refer to nothing."""
    for scope in walk(Scope(body)):
        for node in scope.nodes:
            if any(entry.ref_attr_name for entry in node.attribute):
                refill(node.attribute, list(_bound(node.attribute, attributes)))


def _bound(entries: Any, attributes: Mapping[str, Any]) -> Iterator[Any]:
    for entry in entries:
        if not entry.ref_attr_name:
            yield entry
        elif entry.ref_attr_name in attributes:
            value = copy_of(attributes[entry.ref_attr_name])
            value.name = entry.name
            yield value


def refill(field: Any, messages: Sequence[Any]) -> None:
    """Make a repeated field hold these messages; those taken out of it stay valid as long as they are referred to."""
    del field[:]
    field.extend(messages)
