"""Values that are the same whatever a model's inputs are: read, or computed from constants and from known sizes.

Exporters write a list of integers as Constant, Cast, Concat, ConstantOfShape and operators that move numbers about.
Padding as other libraries have it is computed from the height and the width, which are known where the batch is not.
Only small values are computed: a list of sizes is short, and what a file says of the size of a value is not trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from theory.models.scopes import STANDARD_DOMAINS, Scope, import_onnx

Array: TypeAlias = npt.NDArray[Any]

LARGE = 1 << 10
"""Elements above which the content of a tensor is not looked at."""

_DEEPEST = 64
"""Operators that are looked through on the way back."""

_FOLDED = frozenset({
    "Add", "Cast", "Concat", "ConstantOfShape", "Div", "Gather", "Identity", "Mul", "Reshape", "Shape", "Size", "Slice",
    "Squeeze", "Sub", "Transpose", "Unsqueeze",
})  # fmt: skip
"""Operators of which onnx's reference and onnxruntime make the same."""

_PICKS = frozenset({"Concat", "Gather", "Identity", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze"})
"""Operators that hand on numbers of their first input, or of all: among them may be some that are not known."""

_UNTOLD = -(2**62) - 1
"""Stands for a size that is not known among others that are."""

_GIVEN = {"value_int": np.int64, "value_ints": np.int64, "value_float": np.float32, "value_floats": np.float32}


def stored_value(tensor: Any) -> Array | None:
    """Return the numbers of a small stored tensor; None for another."""
    if tensor.external_data or not 0 <= prod(tensor.dims) <= LARGE:
        return None
    try:
        with np.errstate(all="ignore"):
            array: Array = import_onnx().numpy_helper.to_array(tensor)
    except (KeyError, TypeError, ValueError):  # types of nobody, or not as many as it says
        return None
    return None if array.dtype.kind in "OSU" else array


def fold(node: Any, inputs: Sequence[Array | None], opset: int) -> Array | None:
    """Return the one value that a node computes from constants; None if that is not told.

    The inputs have None where one is left out or not constant.
    """
    if node.domain not in STANDARD_DOMAINS or any(entry.ref_attr_name for entry in node.attribute):
        return None
    if node.op_type == "Constant":
        return _constant(node)
    given = {name: array for name, array in zip(node.input, inputs, strict=True) if name}
    if node.op_type not in _FOLDED or len(node.output) != 1 or any(array is None for array in given.values()):
        return None
    untold = [place for place, array in enumerate(inputs) if array is not None and not is_told(array)]
    if untold and not (node.op_type == "Concat" or (node.op_type in _PICKS and untold == [0])):
        return None
    return _computed(node, given, opset) if _is_clear(node, inputs) else None


def sizes(node: Any, shape: Sequence[int | None] | None) -> Array | None:
    """Return what a Shape gives, as far as the shape of its input is known: see :func:`is_told`.

    Examples
    --------
    >>> from onnx import helper
    >>> sizes(helper.make_node("Shape", ["x"], ["y"], start=2), (None, 3, 8, 9))
    array([8, 9])
    """
    if shape is None or node.op_type != "Shape" or node.domain not in STANDARD_DOMAINS:
        return None
    start, end = (next((a.i for a in node.attribute if a.name == name), None) for name in ("start", "end"))
    if any(entry.ref_attr_name for entry in node.attribute):
        return None
    return np.array([_UNTOLD if size is None else size for size in shape[start:end]], dtype=np.int64)


def is_told(value: Array) -> bool:
    """Return whether all numbers of a value are known."""
    return not (value.dtype == np.int64 and (value == _UNTOLD).any())


def constant_value(scope: Scope, name: str) -> Array | None:
    """Return a value, seen from a scope, that is the same whatever the model's inputs are; None if that is not told."""
    value = _Search().value(scope, name, 0)
    return value if value is not None and is_told(value) else None


class _Search:
    """Goes back from a value, to each on the way once."""

    def __init__(self) -> None:
        self._seen: dict[tuple[int, str], Array | None] = {}

    def value(self, scope: Scope, name: str, depth: int) -> Array | None:
        key = (id(scope), name)
        if key not in self._seen:
            self._seen[key] = self._look(scope, name, depth) if name and depth < _DEEPEST else None
        return self._seen[key]

    def _look(self, scope: Scope, name: str, depth: int) -> Array | None:
        found = scope.producer(name)
        if found is None:
            tensor = scope.constant(name)
            return None if tensor is None else stored_value(tensor)
        node, home = found
        if node.op_type != "Constant" and node.op_type not in _FOLDED:
            return None
        folded = fold(node, [self.value(home, read, depth + 1) for read in node.input], home.opset)
        return sizes(node, home.value(node.input[0]).shape) if folded is None and node.input else folded


def _constant(node: Any) -> Array | None:
    for entry in node.attribute:
        if entry.name == "value":
            return stored_value(entry.t)
        if entry.name in _GIVEN:
            return np.array(import_onnx().helper.get_attribute_value(entry), dtype=_GIVEN[entry.name])
    return None


def _is_clear(node: Any, inputs: Sequence[Array | None]) -> bool:
    """Return whether what a node computes is small, and the same to all."""
    first = inputs[0] if inputs else None
    if node.op_type == "ConstantOfShape":
        return first is not None and bool((first >= 0).all()) and prod(first.ravel().tolist()) <= LARGE
    if node.op_type == "Cast":
        # What is out of the range of an integer becomes one thing here and another there.
        return first is not None and bool(
            (np.isfinite(first).all() and (np.abs(first) < 2**31).all()) or _to_float(node)
        )
    if node.op_type == "Div":
        # Of integers runtimes cut off what the reference rounds down.
        by = inputs[1] if len(inputs) > 1 else None
        return (
            first is not None
            and by is not None
            and bool((by > 0).all() and (first.dtype.kind == "f" or (first >= 0).all()))
        )
    if node.op_type == "Slice" and len(inputs) > 4:
        # Backwards from before the first value the reference sees nothing, and onnxruntime the first value.
        starts, steps = inputs[1], inputs[4]
        return (
            first is not None
            and starts is not None
            and steps is not None
            and bool(((steps > 0) | (starts >= -min(first.shape, default=0))).all())
        )
    return sum(array.size for array in inputs if array is not None) <= LARGE


def _to_float(node: Any) -> bool:
    kinds = import_onnx().TensorProto
    floats = (kinds.FLOAT, kinds.DOUBLE, kinds.FLOAT16)
    return any(entry.name == "to" and entry.i in floats for entry in node.attribute)


def _computed(node: Any, given: dict[str, Array | None], opset: int) -> Array | None:
    from onnx.reference import ReferenceEvaluator

    try:
        with np.errstate(all="ignore"):
            (value,) = ReferenceEvaluator(node, opsets={"": opset}).run(None, given)
    # What a malformed node makes of the reference has no common base.
    except (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError):
        return None
    return np.asarray(value) if np.size(value) <= LARGE else None
