"""Below what values of a model never fall, seen from the operators that compute them.

Bounds hold in exact arithmetic, those of curves with room for rounding. Sums may round to a little below theirs, which
makes what relies on them wrong by as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isfinite
from typing import Any

import numpy as np

from theory.models.constants import Array, constant_value
from theory.models.scopes import STANDARD_DOMAINS, Scope, import_onnx

_MARGIN = Fraction(1025, 1024)
"""Room for what rounding puts below a bound that is not reached exactly."""
_LEAST = {
    **dict.fromkeys(("Abs", "Exp", "HardSigmoid", "ReduceL1", "ReduceL2", "Relu", "Sigmoid"), Fraction(0)),
    **dict.fromkeys(("Softmax", "Softplus", "Sqrt"), Fraction(0)),
    **dict.fromkeys(("Cos", "Erf", "Sin", "Softsign", "Tanh"), -_MARGIN),
    "Gelu": Fraction(-11, 64),
    "HardSwish": Fraction(-3, 8) * _MARGIN,
    "Mish": Fraction(-5, 16),
}
"""Bounds whatever the input: the minima of Gelu (-0.1701), Mish (-0.3089) and x * sigmoid(x) (-0.2785) rounded down."""

_SWISH = Fraction(-9, 32)
_KEEP = frozenset({
    "Cast", "Expand", "Flatten", "GlobalAveragePool", "GlobalMaxPool", "Identity", "Reshape", "Slice", "Split",
    "Squeeze", "Transpose", "Unsqueeze",
})  # fmt: skip
"""Not below a number where their first input is not."""
_KEEP_SIGN = frozenset({"Dropout", "LRN"})
"""Not negative where their first input is not; of LRN that holds for the alpha, beta and bias that are in use."""

_ONE = frozenset({"AveragePool", "Elu", "LeakyRelu", *_KEEP_SIGN})
_ALL = frozenset({"Add", "Concat", "Max", "Min", "Mul", "Sum"})
"""Operators whose bound comes from that of the first input, beside those that keep it, and from those of all."""

_DEEPEST = 200
"""Operators that are looked through on the way back."""


def lower_bound(scope: Scope, name: str, *, through_pools: bool) -> Fraction | None:
    """Return a number below which a value read in a scope is seen never to fall; None where none is seen.

    It is looked through MaxPools where what takes their place has the bounds of its input.
    """
    return _Search(through_pools).least(scope, name, 0)


class _Search:
    def __init__(self, through_pools: bool) -> None:
        self._kept = _KEEP | {"MaxPool"} if through_pools else _KEEP
        self._seen: dict[tuple[int, str], Fraction | None] = {}

    def least(self, scope: Scope, name: str, depth: int) -> Fraction | None:
        key = (id(scope), name)
        if key not in self._seen:
            found = self._look(scope, name, depth) if depth < _DEEPEST else None
            self._seen[key] = _least_of_type(scope, name) if found is None else found
        return self._seen[key]

    def _look(self, scope: Scope, name: str, depth: int) -> Fraction | None:
        found = scope.producer(name)
        if found is None or found[0].op_type == "Constant":
            return _constant_least(scope, name)
        node, home = found
        if not _is_plain(node):
            return None
        if node.op_type in _LEAST:
            return _LEAST[node.op_type]
        if node.op_type in ("Clip", "DequantizeLinear"):
            return (_clipped if node.op_type == "Clip" else _dequantized)(home, node)
        if node.op_type == "Mul" and (gated := _gated(home, node)) is not None:
            return gated
        return self._carried(node, [self.least(home, value, depth + 1) for value in node.input[: self._reads(node)]])

    def _reads(self, node: Any) -> int | None:
        """Return the number of first inputs whose bounds matter; None for all."""
        if node.op_type in self._kept or node.op_type in _ONE:
            return 1
        return None if node.op_type in _ALL else 0

    def _carried(self, node: Any, given: Sequence[Fraction | None]) -> Fraction | None:
        """Return the bound that follows from those of the inputs."""
        op, known = node.op_type, [bound for bound in given if bound is not None]
        if op == "Elu":
            alpha = _attribute(node, "alpha", 1.0)
            return -alpha * _MARGIN if alpha is not None and alpha >= 0 else None
        if op == "Max":
            return max(known, default=None)
        if not known or len(known) < len(given):
            return None
        if op in ("Add", "Sum"):
            return sum(known, Fraction(0))
        least = min(known)
        if op in self._kept or op in ("Concat", "Min"):
            return least if _harmless(node) else None
        if op == "AveragePool":
            return min(least, Fraction(0))
        if op == "LeakyRelu":
            alpha = _attribute(node, "alpha", 0.01)
            return min(least, least * alpha) if alpha is not None and alpha >= 0 else None
        return Fraction(0) if least >= 0 and _harmless(node) else None


def _is_plain(node: Any) -> bool:
    """Return whether a node is an operator of ONNX that takes no attribute from the function around it."""
    return node.domain in STANDARD_DOMAINS and not any(attribute.ref_attr_name for attribute in node.attribute)


def _harmless(node: Any) -> bool:
    """Return whether an operator has no attribute with which it could turn a sign."""
    if node.op_type == "Cast":
        onnx = import_onnx()
        signed = (onnx.TensorProto.FLOAT, onnx.TensorProto.DOUBLE, onnx.TensorProto.FLOAT16, onnx.TensorProto.BFLOAT16)
        return any(a.name == "to" and a.i in signed for a in node.attribute)
    if node.op_type == "LRN":
        return all(a.f >= 0 for a in node.attribute if a.name in ("alpha", "bias"))
    return True


def _clipped(scope: Scope, node: Any) -> Fraction | None:
    """Return the minimum of a Clip, or its maximum where that is less; None where one of them is not known."""
    inputs = [*node.input, "", ""]
    least, most = _attribute(node, "min", None), _attribute(node, "max", None)
    if inputs[1]:
        least = _constant_least(scope, inputs[1])
    if inputs[2]:
        most = _constant_least(scope, inputs[2])
        least = None if most is None else least
    return least if least is None or most is None else min(least, most)


def _gated(scope: Scope, node: Any) -> Fraction | None:
    """Return the bound of x * sigmoid(x), or of x * clip(a x + b, 0, 1): for a, b > 0 that is -b^2 / (4 a)."""
    for value, gate in (node.input, node.input[::-1]) if len(node.input) == 2 else ():
        found = scope.producer(gate)
        if found is None or not _is_plain(found[0]) or list(found[0].input) != [value]:
            continue
        if found[0].op_type == "Sigmoid":
            return _SWISH
        a, b = _attribute(found[0], "alpha", 0.2), _attribute(found[0], "beta", 0.5)
        if found[0].op_type == "HardSigmoid" and a and b and min(a, b) > 0:
            return -(b**2) / (4 * a)
    return None


def _dequantized(scope: Scope, node: Any) -> Fraction | None:
    """Return (q - zero point) * scale for the least q of the type; None but for one scale and one zero point."""
    inputs = [*node.input, "", ""]
    q, scale = _least_of_type(scope, inputs[0]), _numbers(scope, inputs[1])
    zero = _numbers(scope, inputs[2]) if inputs[2] else np.zeros(1)
    if q is None or scale is None or zero is None or scale.size != 1 or zero.size != 1:
        return None
    factor, origin = _exact(scale.item()), _exact(zero.item())
    return None if factor is None or origin is None or factor <= 0 else (q - origin) * factor


def _attribute(node: Any, name: str, default: float | None) -> Fraction | None:
    """Return an attribute that is a float; None where it is not finite."""
    value = next((a.f for a in node.attribute if a.name == name), default)
    return None if value is None else _exact(value)


def _exact(value: float) -> Fraction | None:
    return Fraction(value) if isfinite(value) else None


def _least_of_type(scope: Scope, name: str) -> Fraction | None:
    onnx = import_onnx()
    least = {onnx.TensorProto.UINT8: 0, onnx.TensorProto.INT8: -128}.get(scope.value(name).element)
    return None if least is None else Fraction(least)


def _constant_least(scope: Scope, name: str) -> Fraction | None:
    """Return the least number of a constant, or of a stored tensor of any size that no caller may replace."""
    values = _numbers(scope, name)
    if values is None:
        return None
    return _exact(values.min().item()) if values.size else Fraction(0)


def _numbers(scope: Scope, name: str) -> Array | None:
    value = constant_value(scope, name)
    if value is None:
        onnx, tensor = import_onnx(), scope.constant(name)
        if tensor is None or tensor.data_location == onnx.TensorProto.EXTERNAL:
            return None
        value = onnx.numpy_helper.to_array(tensor)
    value = np.asarray(value)
    if value.dtype.kind == "V":
        value = value.astype(np.float64)
    return value if value.dtype.kind in "biuf" else None
