"""Copies of models for shape inference: without weights, and without what is written down of values inside of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from theory.errors import InputError
from theory.rewrite.dependencies import STANDARD_DOMAINS
from theory.rewrite.geometry import read_geometry

Key: TypeAlias = tuple[str, str]
"""Domain and name of a model-local function."""

_LARGE = 1 << 10
"""Elements above which a tensor's content is of no use to shape inference."""

_POOLING = ("MaxPool", "AveragePool", "LpPool")


def subgraphs(node: Any) -> Iterator[tuple[str, Any]]:
    """Yield the graphs among a node's attributes, with the attribute's name."""
    for attribute in node.attribute:
        if attribute.HasField("g"):
            yield attribute.name, attribute.g
        for graph in attribute.graphs:
            yield attribute.name, graph


def called(nodes: Any) -> set[Key]:
    """Return what nodes and their subgraphs call."""
    inner = (called(graph.node) for node in nodes for _, graph in subgraphs(node))
    return {(node.domain, node.op_type) for node in nodes}.union(*inner)


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
        elements = 1
        for extent in tensor.dims:
            elements *= extent
        if elements <= _LARGE and tensor.data_location != onnx.TensorProto.EXTERNAL:
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


def prepare(onnx: Any, nodes: Any) -> None:
    """Forget the shapes in subgraphs, and make pooling layers round down.

    ONNX's inference counts windows that start in the end padding of a ceil_mode pooling, which runtimes do not; so it
    sees the pooling layers with the padding that makes them round down.
    """
    for node in nodes:
        for _, graph in subgraphs(node):
            for value in (*graph.input, *graph.output, *graph.value_info):
                forget_shape(value.type)
            given = {value.name for value in graph.input}
            stored = [tensor for tensor in graph.initializer if tensor.name not in given]
            if len(stored) < len(graph.initializer):
                del graph.initializer[:]
                graph.initializer.extend(stored)
            prepare(onnx, graph.node)
        if node.op_type in _POOLING and node.domain in STANDARD_DOMAINS:
            _round_down(onnx, node)


def _round_down(onnx: Any, node: Any) -> None:
    try:
        if any(attribute.ref_attr_name for attribute in node.attribute):
            raise InputError("its windows are known where the function around it is called, and nowhere else")
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if not attributes.get("ceil_mode", 0) or "SAME" in str(attributes.get("auto_pad", "")):
            return
        pads = read_geometry(attributes).pads
    except ValueError:
        # What it gives is not known then: inference passes over operators that it has never heard of.
        node.op_type = "Unknown"
        return
    kept = [a for a in node.attribute if a.name not in ("ceil_mode", "pads", "auto_pad")]
    del node.attribute[:]
    node.attribute.extend([*kept, onnx.helper.make_attribute("pads", pads)])


def bind(nodes: Any, attributes: Mapping[str, Any]) -> None:
    """Put values in the place of references to the attributes of a function; drop those that refer to nothing."""
    for node in nodes:
        for _, graph in subgraphs(node):
            bind(graph.node, attributes)
        if any(entry.ref_attr_name for entry in node.attribute):
            bound = list(_bound(node.attribute, attributes))
            del node.attribute[:]
            node.attribute.extend(bound)


def _bound(entries: Any, attributes: Mapping[str, Any]) -> Iterator[Any]:
    for entry in entries:
        if not entry.ref_attr_name:
            yield entry
        elif entry.ref_attr_name in attributes:
            value = type(entry)()
            value.CopyFrom(attributes[entry.ref_attr_name])
            value.name = entry.name
            yield value
