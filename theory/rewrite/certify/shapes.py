"""The shapes of a model's tensors as others see them: onnx's own inference, and what the model declares.

The analysis computes every shape by itself. Where it reads an attribute in another way than the specification, its
shape differs as a rule, and nothing that it finds out there is worth anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, TypeAlias

import numpy as np

from theory.rewrite.certify.answers import Unsupported
from theory.rewrite.certify.graph import STAND_IN, Graph, in_one_line

Sizes: TypeAlias = tuple[int | None, ...]

_NUMBERS = {1: "float32", 2: "uint8", 3: "int8", 10: "float16", 11: "float64"}
"""The numbers that ONNX has for types of numbers."""

_MOST_ELEMENTS = 1 << 28
"""Largest tensor that is followed: a few of its boxes fill the memory of a computer."""


class Shapes:
    """What is known of the shapes of one model for inputs of given shapes."""

    def __init__(self, graph: Graph, inputs: Mapping[str, tuple[int, ...]]) -> None:
        self._declared = _sizes((*graph.proto.graph.value_info, *graph.proto.graph.output))
        self._inferred: dict[str, Sizes] = {}
        self._types: dict[str, str] = {}
        self._failure = ""
        try:
            found = _infer(graph, inputs)
            self._inferred = _sizes(found)
            types = {value.name: value.type.tensor_type.elem_type for value in found}
            self._types = {name: _NUMBERS[kind] for name, kind in types.items() if kind in _NUMBERS}
        except Unsupported as error:
            self._failure = str(error)

    def of(self, name: str) -> tuple[int, ...]:
        """Return the shape of a tensor of floats, or of 8-bit integers, that need not be computed here.

        Raises Unsupported if it is not known, or the tensor is one of other numbers.
        """
        sizes = self._inferred.get(name)
        shape = tuple(size for size in sizes or () if size is not None)
        if self._failure or sizes is None or len(shape) < len(sizes):
            raise Unsupported(f"the shape of {name!r} is not known")
        if name not in self._types:
            raise Unsupported(f"{name!r} is not known to hold floats, or integers of 8 bits")
        self.check(name, shape)
        return shape

    def dtype(self, name: str) -> np.dtype[Any]:
        """Return the type of a tensor of which :meth:`of` knows the shape."""
        return np.dtype(self._types[name])

    def check_size(self, name: str) -> None:
        """Raise Unsupported if a tensor that is not computed yet is too large, as far as onnx infers its size."""
        _check_elements(prod(size or 1 for size in self._inferred.get(name.removesuffix(STAND_IN), ())))

    def check(self, name: str, shape: tuple[int, ...]) -> None:
        """Compare the shape of a tensor with what onnx infers and what the model declares.

        Raises Unsupported if they differ, if the model does not fit its inputs, or if the tensor is too large.
        """
        if self._failure:
            raise Unsupported(f"onnx infers no shapes: {self._failure}")
        _check_elements(prod(shape))
        for who, known in (("onnx infers", self._inferred), ("the model declares", self._declared)):
            sizes = known.get(name.removesuffix(STAND_IN))
            if sizes is not None and not fits(shape, sizes):
                raise Unsupported(f"its result has the shape {show(shape)} here, {who} {show(sizes)}")


def _check_elements(elements: int) -> None:
    if elements > _MOST_ELEMENTS:
        raise Unsupported(f"its result has {elements} elements, more than {_MOST_ELEMENTS}")


def fits(shape: Sequence[int], sizes: Sequence[int | None]) -> bool:
    """Say whether a shape is one of those that sizes allow, None standing for any size."""
    return len(shape) == len(sizes) and all(b in (None, a) for a, b in zip(shape, sizes, strict=True))


def show(sizes: Sequence[int | None]) -> str:
    """Return a shape as text.

    Examples
    --------
    >>> show((None, 3)), show(())
    ('?x3', '()')
    """
    return "x".join("?" if size is None else str(size) for size in sizes) or "()"


def _sizes(values: Any) -> dict[str, Sizes]:
    return {
        value.name: tuple(d.dim_value if d.HasField("dim_value") else None for d in value.type.tensor_type.shape.dim)
        for value in values
        if value.type.HasField("tensor_type") and value.type.tensor_type.HasField("shape")
    }


def _infer(graph: Graph, inputs: Mapping[str, tuple[int, ...]]) -> list[Any]:
    """Return the tensors as onnx infers them from the inputs alone, and from constants that may be shapes."""
    import onnx

    skeleton = onnx.ModelProto(ir_version=graph.proto.ir_version, opset_import=graph.proto.opset_import)
    skeleton.graph.name = "shapes"
    skeleton.graph.node.extend(graph.proto.graph.node)
    given = dict(inputs)
    for tensor in graph.proto.graph.initializer:
        given[tensor.name] = tuple(tensor.dims)
        if tensor.HasField("raw_data") or tensor.int32_data or tensor.int64_data or not prod(tensor.dims):
            skeleton.graph.initializer.append(tensor)
    kinds = {tensor.name: tensor.data_type for tensor in graph.proto.graph.initializer}
    kinds |= {value.name: value.type.tensor_type.elem_type for value in graph.proto.graph.input}
    for name, shape in given.items():
        skeleton.graph.input.append(onnx.helper.make_tensor_value_info(name, kinds[name], shape))
    for value in graph.proto.graph.output:
        if value.name not in given:
            kind = value.type.tensor_type.elem_type
            skeleton.graph.output.append(onnx.helper.make_tensor_value_info(value.name, kind, None))
    try:
        found = onnx.shape_inference.infer_shapes(skeleton, strict_mode=True, data_prop=True)
    except (onnx.shape_inference.InferenceError, ValueError, RuntimeError) as error:
        raise Unsupported(in_one_line(error, 120)) from None
    return [*found.graph.input, *found.graph.value_info, *found.graph.output]
