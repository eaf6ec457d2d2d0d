"""Which values of a model are nowhere negative, seen from the operators that compute them."""

from __future__ import annotations

from typing import Any

import numpy as np

from theory.models.constants import constant_value
from theory.models.scopes import STANDARD_DOMAINS, Scope, import_onnx

_NEVER_NEGATIVE = frozenset({"Relu", "Sigmoid", "Softmax", "Abs", "Exp", "Sqrt", "HardSigmoid", "ReduceL1", "ReduceL2"})
_KEEP_SIGN = frozenset({
    "AveragePool", "Cast", "Dropout", "Expand", "Flatten", "GlobalAveragePool", "GlobalMaxPool", "Identity", "LRN",
    "Reshape", "Slice", "Split", "Squeeze", "Transpose", "Unsqueeze",
})  # fmt: skip
"""Not negative where their first input is not; of LRN that holds for the alpha, beta and bias that are in use."""
_KEEP_SIGN_OF_ALL = frozenset({"Add", "Concat", "Min", "Mul", "Sum"})

_DEEPEST = 200
"""Operators that are looked through on the way back."""


def is_nonnegative(scope: Scope, name: str, *, through_pools: bool) -> bool:
    """Return whether a value read in a scope is seen to be nowhere negative; False where that is not seen.

    It is looked through MaxPools where what takes their place is nowhere negative if their input is not.
    """
    return _Search(through_pools).nonnegative(scope, name, 0)


class _Search:
    def __init__(self, through_pools: bool) -> None:
        self._kept = _KEEP_SIGN | {"MaxPool"} if through_pools else _KEEP_SIGN
        self._seen: dict[tuple[int, str], bool] = {}

    def nonnegative(self, scope: Scope, name: str, depth: int) -> bool:
        key = (id(scope), name)
        if key not in self._seen:
            self._seen[key] = depth < _DEEPEST and self._look(scope, name, depth)
        return self._seen[key]

    def _look(self, scope: Scope, name: str, depth: int) -> bool:
        found = scope.producer(name)
        if found is None or found[0].op_type == "Constant":
            return _constant_nonnegative(scope, name)
        node, home = found
        if node.domain not in STANDARD_DOMAINS:
            return False
        if node.op_type in _NEVER_NEGATIVE:
            return True
        if node.op_type in self._kept and _harmless(node):
            return self.nonnegative(home, node.input[0], depth + 1)
        if node.op_type in _KEEP_SIGN_OF_ALL:
            return all(self.nonnegative(home, value, depth + 1) for value in node.input)
        if node.op_type == "Max":
            return any(self.nonnegative(home, value, depth + 1) for value in node.input)
        if node.op_type == "Clip":
            return _clipped_from_zero(home, node)
        return False


def _harmless(node: Any) -> bool:
    """Return whether an operator has no attribute with which it could turn a sign."""
    if node.op_type == "Cast":
        onnx = import_onnx()
        signed = (onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE, onnx.TensorProto.FLOAT16, onnx.TensorProto.BFLOAT16)
        return any(a.name == "to" and a.i in signed for a in node.attribute)
    if node.op_type == "LRN":
        return all(a.f >= 0 for a in node.attribute if a.name in ("alpha", "bias"))
    return True


def _clipped_from_zero(scope: Scope, node: Any) -> bool:
    """Return whether a Clip has a minimum that is not negative."""
    least = next((a.f for a in node.attribute if a.name == "min"), None)
    if least is not None:
        return bool(least >= 0)
    if len(node.input) < 2 or not node.input[1]:
        return False
    return _constant_nonnegative(scope, node.input[1])


def _constant_nonnegative(scope: Scope, name: str) -> bool:
    """Return whether a value is a constant of the model, or a stored tensor of any size that no caller may replace."""
    value = constant_value(scope, name)
    if value is None:
        onnx, tensor = import_onnx(), scope.constant(name)
        if tensor is None or tensor.data_location == onnx.TensorProto.EXTERNAL:
            return False
        value = onnx.numpy_helper.to_array(tensor)
    return bool((np.asarray(value) >= 0).all())
