"""Nodes that are computed where all their inputs are constants: what makes integers, or only moves numbers.

Arithmetic of floats is left to the bounds, which round as a runtime may.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from theory.rewrite.certify.answers import Unsupported
from theory.rewrite.certify.graph import Constant
from theory.rewrite.certify.operators import Call

Folder: TypeAlias = Callable[[Call], Constant | None]
"""Returns the constant that a node computes; None if it is left to the bounds."""

_GIVEN = {"value_int": np.int64, "value_ints": np.int64, "value_float": np.float32, "value_floats": np.float32}


def constant(call: Call) -> Constant:
    """Fold Constant."""
    for key, dtype in _GIVEN.items():
        if call.get(key) is not None:
            return np.array(call.get(key), dtype)
    value = call.get("value")
    if not isinstance(value, np.ndarray):
        raise Unsupported("it holds no dense numbers")
    return value


def shape(call: Call) -> Constant:
    """Fold Shape, whose argument need not be constant."""
    if call.input(0) is None:
        raise Unsupported("it has no input")
    return np.array(call.shape, dtype=np.int64)[slice(call.get("start"), call.get("end"))]


def of_constants(compute: Callable[[Call], Constant]) -> Folder:
    """Fold a node all of whose inputs are constants."""
    return lambda call: compute(call) if all(x is None or isinstance(x, np.ndarray) for x in call.inputs) else None


def integers(function: Callable[..., Constant]) -> Folder:
    """Fold arithmetic of integers."""

    def fold(call: Call) -> Constant | None:
        whole = all(isinstance(x, np.ndarray) and x.dtype.kind == "i" for x in call.inputs)
        return function(*call.inputs) if whole else None

    return fold


def quotient(a: Constant, b: Constant) -> Constant:
    """Divide integers that are not negative: of others runtimes cut off what NumPy rounds down."""
    if np.any(a < 0) or np.any(b <= 0):
        raise Unsupported("it divides integers that are negative, or by such")
    return np.asarray(a // b)


def filled(call: Call) -> Constant:
    """Compute ConstantOfShape, without memory for what is the same everywhere."""
    value = call.get("value", np.zeros(1, np.float32))
    return np.broadcast_to(value.ravel()[0], tuple(call.inputs[0].tolist()))


def cast(call: Call) -> Constant:
    """Compute Cast."""
    (x,), dtype = call.inputs, cast_dtype(call)
    if x.dtype.kind not in "fiub" or dtype.kind not in "fiub":
        raise Unsupported(f"it casts {x.dtype} to {dtype}")
    if x.dtype.kind == "f" and dtype.kind in "iu":
        limits = np.iinfo(dtype)
        if not np.all((x > limits.min) & (x < limits.max)):
            raise Unsupported(f"it casts numbers to {dtype} that this does not hold")
    result: Constant = x.astype(dtype)
    return result


def cast_dtype(call: Call) -> np.dtype[Any]:
    """Return the type that Cast casts to."""
    import onnx

    dtype: np.dtype[Any] = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(call.node.attributes["to"]))
    return dtype
