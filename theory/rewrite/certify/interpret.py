"""ONNX nodes as operators of the analysis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify import linear, operators
from theory.rewrite.certify.arithmetic import arithmetic_of
from theory.rewrite.certify.bounds import Bounds
from theory.rewrite.certify.geometry import window_geometry
from theory.rewrite.certify.graph import Node
from theory.rewrite.certify.movement import movement, settings
from theory.rewrite.certify.operators import Operator
from theory.rewrite.certify.unsupported import Unsupported

Constant: TypeAlias = npt.NDArray[Any]
Operand: TypeAlias = Bounds | Constant | None
"""A tensor that depends on the input, a constant, or an optional input that is left out."""

_OLDEST_OPSET = 7
"""Since then operators broadcast as NumPy does, and are in inference mode by default."""

Interpreted: TypeAlias = tuple[Operator, Sequence[Bounds]]


def interpret(node: Node, operands: Sequence[Operand]) -> Interpreted:
    """Return what a node does, and the tensors that it does it to.

    Raises
    ------
    Unsupported
        If that is not known.
    """
    if node.opset < _OLDEST_OPSET:
        raise Unsupported(f"its opset {node.opset} is older than {_OLDEST_OPSET}")
    moved = movement(node, operands)
    if moved is not None:
        data = operands if moved.data < 0 else operands[: moved.data]
        return operators.Move(moved), as_tensors(data)
    if node.op not in _INTERPRETERS:
        raise Unsupported(f"the operator {node.op} is not covered")
    return _INTERPRETERS[node.op](node, operands)


def fold(node: Node, operands: Sequence[Operand]) -> Constant | None:
    """Compute a node that depends on no input but for shapes, if it only moves numbers or makes integers.

    Returns
    -------
    array or None
        None if it is no such node; its float arithmetic is left to the bounds.
    """
    if node.op == "Constant":
        return _constant(node)
    if node.op == "Shape" and operands[0] is not None:
        return np.array(operands[0].shape, dtype=np.int64)[
            slice(node.attributes.get("start"), node.attributes.get("end"))
        ]
    constants = [operand for operand in operands if isinstance(operand, np.ndarray)]
    if len(constants) < sum(operand is not None for operand in operands):
        return None
    if node.op == "ConstantOfShape":
        fill = node.attributes.get("value", np.zeros(1, np.float32))
        return np.full(constants[0], fill.ravel()[0])
    moved = movement(node, operands)
    if moved is not None:
        result: Constant = moved.rearrange(constants if moved.data < 0 else constants[: moved.data], moved.fill)
        return result
    if node.op == "Cast":
        cast: Constant = constants[0].astype(_cast_dtype(node))
        return cast
    if node.op in _INTEGER and all(array.dtype.kind == "i" for array in constants):
        return _INTEGER[node.op](*constants)
    return None


_INTEGER: dict[str, Callable[..., Constant]] = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply}


def as_tensors(operands: Sequence[Operand]) -> list[Bounds]:
    """Return operands as boxes, constants as boxes of one point."""
    given = [operand for operand in operands if operand is not None]
    dtype = next((operand.dtype for operand in given if isinstance(operand, Bounds)), None)
    if dtype is None:
        raise Unsupported("its operands are constants: arithmetic on those alone is not followed")
    return [x if isinstance(x, Bounds) else _point(x, dtype) for x in given]


def _point(x: Constant, dtype: np.dtype[np.floating]) -> Bounds:
    values = _floats(x)
    return Bounds(values, values, dtype)


def _floats(x: Constant) -> npt.NDArray[np.float64]:
    values = x.astype(np.float64)
    if not np.all(np.isfinite(values)):
        raise Unsupported("a constant is not finite")
    return values


def _tensor(operands: Sequence[Operand], position: int = 0) -> Bounds:
    x = operands[position] if position < len(operands) else None
    if not isinstance(x, Bounds):
        raise Unsupported(f"its input {position} has to depend on the model's input")
    return x


def _weights(operands: Sequence[Operand], position: int) -> npt.NDArray[np.float64]:
    x = operands[position] if position < len(operands) else None
    if not isinstance(x, np.ndarray):
        raise Unsupported(f"its input {position} is computed, not constant")
    return _floats(x)


def _optional(operands: Sequence[Operand], position: int) -> npt.NDArray[np.float64] | None:
    if position >= len(operands) or operands[position] is None:
        return None
    return _weights(operands, position)


def _constant(node: Node) -> Constant:
    for key, dtype in (("value_int", np.int64), ("value_ints", np.int64)):
        if key in node.attributes:
            return np.array(node.attributes[key], dtype)
    for key in ("value_float", "value_floats"):
        if key in node.attributes:
            return np.array(node.attributes[key], np.float32)
    value = node.attributes.get("value")
    if not isinstance(value, np.ndarray):
        raise Unsupported("it holds no dense numbers")
    return value


def _cast_dtype(node: Node) -> np.dtype[Any]:
    import onnx

    dtype: np.dtype[Any] = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(node.attributes["to"]))
    return dtype


def _cast(node: Node, operands: Sequence[Operand]) -> Interpreted:
    x, dtype = _tensor(operands), _cast_dtype(node)
    if dtype.kind != "f":
        raise Unsupported(f"it casts to {dtype}")
    target = arithmetic_of(dtype)
    return operators.Cast(dtype, target.unit > arithmetic_of(x.dtype).unit, target), [x]


def _conv(node: Node, operands: Sequence[Operand]) -> Interpreted:
    x, weights, bias = _tensor(operands), _weights(operands, 1), _optional(operands, 2)
    groups = node.attributes.get("group", 1)
    if len(x.shape) < 3 or weights.ndim != len(x.shape) or weights.shape[1] * groups != x.shape[1]:
        raise Unsupported(f"weights of shape {weights.shape} do not fit an input of shape {x.shape}")
    if len(weights) % groups:
        raise Unsupported(f"{len(weights)} channels do not fall into {groups} groups")
    geometry = window_geometry(node.attributes, x.shape[2:], weights.shape[2:])
    offset = None if bias is None else bias.reshape(-1, *[1] * (weights.ndim - 2))
    return operators.Affine(linear.Convolution(weights, groups, geometry, offset)), [x]


def _gemm(node: Node, operands: Sequence[Operand]) -> Interpreted:
    x, matrix, offset = _tensor(operands), _weights(operands, 1), _optional(operands, 2)
    if node.attributes.get("transA", 0):
        raise Unsupported("its first operand is transposed")
    matrix = (matrix.T if node.attributes.get("transB", 0) else matrix) * node.attributes.get("alpha", 1.0)
    if offset is not None:
        offset = offset * node.attributes.get("beta", 1.0)
    return operators.Affine(linear.RightProduct(matrix, offset)), [x]


def _matmul(node: Node, operands: Sequence[Operand]) -> Interpreted:
    matrix = _weights(operands, 1)
    if matrix.ndim != 2:
        raise Unsupported(f"its second operand has {matrix.ndim} axes")
    return operators.Affine(linear.RightProduct(matrix)), [_tensor(operands)]


def _sum(*signs: int) -> Callable[[Node, Sequence[Operand]], Interpreted]:
    def build(node: Node, operands: Sequence[Operand]) -> Interpreted:
        return operators.Sum(signs or (1,) * len(operands)), as_tensors(operands)

    return build


def _negative(node: Node, operands: Sequence[Operand]) -> Interpreted:
    return operators.Sum((-1,)), [_tensor(operands)]


def _product(node: Node, operands: Sequence[Operand]) -> Interpreted:
    constant = next((i for i, operand in enumerate(operands) if isinstance(operand, np.ndarray)), None)
    if constant is None:
        raise Unsupported("it multiplies two computed tensors")
    return operators.Affine(linear.Scale(_weights(operands, constant))), [_tensor(operands, 1 - constant)]


def _quotient(node: Node, operands: Sequence[Operand]) -> Interpreted:
    divisor = _weights(operands, 1)
    if not divisor.all():
        raise Unsupported("it divides by 0")
    return operators.Affine(linear.Scale(1 / divisor)), [_tensor(operands)]


def _batch_normalization(node: Node, operands: Sequence[Operand]) -> Interpreted:
    x = _tensor(operands)
    scale, shift, mean, variance = (_weights(operands, i) for i in range(1, 5))
    if any(node.outputs[1:]) or node.attributes.get("training_mode", 0) or not node.attributes.get("spatial", 1):
        raise Unsupported("it takes the statistics of its input, or of single pixels")
    shifted = variance + node.attributes.get("epsilon", 1e-5)
    if not np.all(shifted > 0):
        raise Unsupported("a variance is not positive")
    factor = scale / np.sqrt(shifted)
    along = (-1, *[1] * (len(x.shape) - 2))
    map_ = linear.Scale(
        factor.reshape(along),
        (shift - mean * factor).reshape(along),
        (np.abs(shift) + np.abs(mean * factor)).reshape(along),
        terms=4,
    )
    return operators.Affine(map_), [x]


def _max_pool(node: Node, operands: Sequence[Operand]) -> Interpreted:
    x = _tensor(operands)
    geometry = window_geometry(
        node.attributes,
        x.shape[2:],
        node.attributes["kernel_shape"],
        ceil_mode=bool(node.attributes.get("ceil_mode", 0)),
    )
    return operators.MaxPooling(geometry), [x]


def _average_pool(node: Node, operands: Sequence[Operand]) -> Interpreted:
    x = _tensor(operands)
    if node.attributes.get("ceil_mode", 0):
        raise Unsupported("runtimes disagree on averages with ceil_mode")
    geometry = window_geometry(node.attributes, x.shape[2:], node.attributes["kernel_shape"])
    ones = np.ones((1, 1, *x.shape[2:]))
    if node.attributes.get("count_include_pad", 0):
        counts = np.full((), float(np.prod(geometry.kernel)))
    else:
        counts = np.sum(geometry.taps(geometry.pad(ones, 0.0)), axis=0)[0]
    if not np.all(counts):
        raise Unsupported("one of its windows lies in the padding altogether")
    return operators.Affine(linear.Average(geometry, counts)), [x]


def _global_average_pool(node: Node, operands: Sequence[Operand]) -> Interpreted:
    x = _tensor(operands)
    return operators.Affine(linear.Mean(tuple(range(2, len(x.shape))), int(np.prod(x.shape[2:])) + 1)), [x]


def _clip(node: Node, operands: Sequence[Operand]) -> Interpreted:
    lowest, highest = (_limit(node, operands, i, name) for i, name in ((1, "min"), (2, "max")))
    return operators.clip(-np.inf if lowest is None else lowest, np.inf if highest is None else highest), [
        _tensor(operands)
    ]


def _limit(node: Node, operands: Sequence[Operand], position: int, attribute: str) -> float | None:
    if attribute in node.attributes:
        return float(node.attributes[attribute])
    limit = operands[position] if position < len(operands) else None
    if limit is None:
        return None
    if not isinstance(limit, np.ndarray) or limit.size != 1 or np.isnan(limit).any():
        raise Unsupported(f"its {attribute} is computed, or no number")
    return float(limit.ravel()[0])


def _softmax(node: Node, operands: Sequence[Operand]) -> Interpreted:
    x = _tensor(operands)
    rank = len(x.shape)
    modern = node.opset >= 13
    axis = node.attributes.get("axis", -1 if modern else 1) % rank
    return operators.Softmax((axis,) if modern else tuple(range(axis, rank))), [x]


def _lrn(node: Node, operands: Sequence[Operand]) -> Interpreted:
    attributes = node.attributes
    response = operators.LocalResponse(
        attributes.get("alpha", 1e-4), attributes.get("beta", 0.75), attributes.get("bias", 1.0), attributes["size"]
    )
    return response, [_tensor(operands)]


def _elementwise(build: Callable[[], Operator]) -> Callable[[Node, Sequence[Operand]], Interpreted]:
    return lambda node, operands: (build(), [_tensor(operands)])


_INTERPRETERS: dict[str, Callable[[Node, Sequence[Operand]], Interpreted]] = {
    "Add": _sum(1, 1),
    "AveragePool": _average_pool,
    "BatchNormalization": _batch_normalization,
    "Cast": _cast,
    "Clip": _clip,
    "Conv": _conv,
    "Div": _quotient,
    "Gemm": _gemm,
    "GlobalAveragePool": _global_average_pool,
    "LRN": _lrn,
    "MatMul": _matmul,
    "MaxPool": _max_pool,
    "Mul": _product,
    "Neg": _negative,
    "Relu": _elementwise(operators.relu),
    "Sigmoid": _elementwise(operators.sigmoid),
    "Softmax": _softmax,
    "Sub": _sum(1, -1),
    "Sum": _sum(),
    "Tanh": _elementwise(operators.tanh),
}

__all__ = ["Constant", "Interpreted", "Operand", "as_tensors", "fold", "interpret", "settings"]
