"""What the nodes of a model mean: their inputs and attributes as operators of the analysis, and constants folded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify import functions, layers, linear, operators
from theory.rewrite.certify.arithmetic import TINY64, arithmetic_of
from theory.rewrite.certify.bounds import Bounds
from theory.rewrite.certify.geometry import window_geometry
from theory.rewrite.certify.graph import Node
from theory.rewrite.certify.movement import Movement
from theory.rewrite.certify.operators import Operator
from theory.rewrite.certify.unsupported import Unsupported

Constant: TypeAlias = npt.NDArray[Any]
Operand: TypeAlias = Bounds | Constant | None
"""A tensor that depends on the input, a constant, or an optional input that is left out."""

Interpreted: TypeAlias = tuple[Operator, Sequence[Bounds]]
Reader: TypeAlias = Callable[[Node, Sequence[Operand]], Interpreted]
Folder: TypeAlias = Callable[[Node, Sequence[Operand]], Constant | None]


def constant(node: Node, operands: Sequence[Operand]) -> Constant | None:
    """Fold Constant."""
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


def shape(node: Node, operands: Sequence[Operand]) -> Constant | None:
    """Fold Shape, whose argument need not be constant."""
    x = operands[0]
    if x is None:
        raise Unsupported("it has no input")
    return np.array(x.shape, dtype=np.int64)[slice(node.attributes.get("start"), node.attributes.get("end"))]


def of_constants(compute: Callable[[Node, list[Constant]], Constant | None]) -> Folder:
    """Fold a node all of whose inputs are constants."""

    def fold(node: Node, operands: Sequence[Operand]) -> Constant | None:
        given = [operand for operand in operands if operand is not None]
        constants = [operand for operand in given if isinstance(operand, np.ndarray)]
        return compute(node, constants) if len(constants) == len(given) else None

    return fold


def moved(build: Callable[[Node, Sequence[Any]], Movement]) -> tuple[Reader, Folder]:
    """Return how an operator that only moves elements is read and folded."""

    def read(node: Node, operands: Sequence[Operand]) -> Interpreted:
        movement = build(node, operands)
        return operators.Move(movement), as_tensors(movement.of(operands))

    def compute(node: Node, constants: list[Constant]) -> Constant:
        movement = build(node, constants)
        result: Constant = movement.rearrange(movement.of(constants), movement.fill)
        return result

    return read, of_constants(compute)


def filled(node: Node, constants: list[Constant]) -> Constant:
    """Fold ConstantOfShape, without memory for what is the same everywhere."""
    value = node.attributes.get("value", np.zeros(1, np.float32))
    return np.broadcast_to(value.ravel()[0], tuple(constants[0].tolist()))


def integers(function: Callable[..., Constant]) -> Folder:
    """Fold arithmetic of integers: that of floats is left to the bounds."""
    return of_constants(
        lambda node, constants: function(*constants) if all(x.dtype.kind == "i" for x in constants) else None
    )


def cast_constant(node: Node, constants: list[Constant]) -> Constant:
    """Fold Cast."""
    (x,), dtype = constants, _cast_dtype(node)
    if x.dtype.kind not in "fiub" or dtype.kind not in "fiub":
        raise Unsupported(f"it casts {x.dtype} to {dtype}")
    if x.dtype.kind == "f" and dtype.kind in "iu":
        limits = np.iinfo(dtype)
        if not np.all((x > limits.min) & (x < limits.max)):
            raise Unsupported(f"it casts numbers to {dtype} that this does not hold")
    cast: Constant = x.astype(dtype)
    return cast


def _cast_dtype(node: Node) -> np.dtype[Any]:
    import onnx

    dtype: np.dtype[Any] = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(node.attributes["to"]))
    return dtype


def as_tensors(operands: Sequence[Operand]) -> list[Bounds]:
    """Return operands as boxes, constants as boxes of one point."""
    given = [operand for operand in operands if operand is not None]
    dtype = next((operand.dtype for operand in given if isinstance(operand, Bounds)), None)
    if dtype is None:
        raise Unsupported("its operands are constants: arithmetic on those alone is not followed")
    return [x if isinstance(x, Bounds) else _point(x, dtype) for x in given]


def _product(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64] | float) -> npt.NDArray[np.float64]:
    """Multiply constants, where that loses no digits in float64."""
    result: npt.NDArray[np.float64] = np.asarray(a * b)
    if not np.all(np.isfinite(result)) or np.any((np.abs(result) < TINY64) & (a != 0) & (np.asarray(b) != 0)):
        raise Unsupported("products of its constants leave the range of float64")
    return result


def _check_kept(operand: Operand, neutral: float) -> None:
    """Refuse a scale or an offset in float64 that onnxruntime takes for 1 or 0, and leaves out: it compares floats."""
    if isinstance(operand, np.ndarray) and operand.dtype == np.float64 and operand.size == 1:
        value = operand.ravel()[0]
        if np.float32(value) == neutral != value:
            raise Unsupported(f"runtimes may take its constant {value} for {neutral:g}")


def _axis(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise Unsupported(f"a tensor of {rank} axes has no axis {axis}")
    return axis % rank


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


def cast(node: Node, operands: Sequence[Operand]) -> Interpreted:
    """Read Cast between floats."""
    x, dtype = _tensor(operands), _cast_dtype(node)
    if dtype.kind != "f":
        raise Unsupported(f"it casts to {dtype}")
    target = arithmetic_of(dtype)
    return operators.Cast(dtype, target.unit > arithmetic_of(x.dtype).unit, target), [x]


def conv(node: Node, operands: Sequence[Operand]) -> Interpreted:
    """Read Conv with constant weights."""
    x, weights, bias = _tensor(operands), _weights(operands, 1), _optional(operands, 2)
    groups = node.attributes.get("group", 1)
    if len(x.shape) < 3 or weights.ndim != len(x.shape) or weights.shape[1] * groups != x.shape[1]:
        raise Unsupported(f"weights of shape {weights.shape} do not fit an input of shape {x.shape}")
    if len(weights) % groups:
        raise Unsupported(f"{len(weights)} channels do not fall into {groups} groups")
    geometry = window_geometry(node.attributes, x.shape[2:], weights.shape[2:])
    offset = None if bias is None else bias.reshape(-1, *[1] * (weights.ndim - 2))
    return operators.Affine(layers.Convolution(weights, groups, geometry, offset)), [x]


def gemm(node: Node, operands: Sequence[Operand]) -> Interpreted:
    """Read Gemm with a constant second factor."""
    x, matrix, offset = _tensor(operands), _weights(operands, 1), _optional(operands, 2)
    if node.attributes.get("transA", 0):
        raise Unsupported("its first operand is transposed")
    alpha, beta = node.attributes.get("alpha", 1.0), node.attributes.get("beta", 1.0)
    if alpha == 0:
        raise Unsupported("it multiplies sums, which may overflow, by 0")
    matrix = _product(matrix.T if node.attributes.get("transB", 0) else matrix, alpha)
    return operators.Affine(layers.RightProduct(matrix, None if offset is None else offset * beta, alpha)), [x]


def matmul(node: Node, operands: Sequence[Operand]) -> Interpreted:
    """Read MatMul with a constant second factor."""
    matrix = _weights(operands, 1)
    if matrix.ndim != 2:
        raise Unsupported(f"its second operand has {matrix.ndim} axes")
    return operators.Affine(layers.RightProduct(matrix, None, 1.0)), [_tensor(operands)]


def sum_of(*signs: int) -> Reader:
    """Read Add, Sub, or, without signs, Sum."""

    def build(node: Node, operands: Sequence[Operand]) -> Interpreted:
        for operand in operands:
            _check_kept(operand, 0.0)
        return operators.Sum(signs or (1,) * len(operands)), as_tensors(operands)

    return build


def negative(node: Node, operands: Sequence[Operand]) -> Interpreted:
    """Read Neg."""
    return operators.Sum((-1,)), [_tensor(operands)]


def times(node: Node, operands: Sequence[Operand]) -> Interpreted:
    """Read Mul by a constant."""
    constant = next((i for i, operand in enumerate(operands) if isinstance(operand, np.ndarray)), None)
    if constant is None:
        raise Unsupported("it multiplies two computed tensors")
    _check_kept(operands[constant], 1.0)
    return operators.Affine(linear.Scale.by(_weights(operands, constant))), [_tensor(operands, 1 - constant)]


def quotient(node: Node, operands: Sequence[Operand]) -> Interpreted:
    """Read Div by a constant."""
    divisor = _weights(operands, 1)
    _check_kept(operands[1], 1.0)
    if not divisor.all():
        raise Unsupported("it divides by 0")
    return operators.Affine(linear.Scale.by(_product(1 / divisor, 1.0), divisor)), [_tensor(operands)]


def batch_normalization(node: Node, operands: Sequence[Operand]) -> Interpreted:
    """Read BatchNormalization with constant statistics."""
    x = _tensor(operands)
    scale, shift, mean, variance = (_weights(operands, i) for i in range(1, 5))
    if any(node.outputs[1:]) or node.attributes.get("training_mode", 0) or not node.attributes.get("spatial", 1):
        raise Unsupported("it takes the statistics of its input, or of single pixels")
    shifted = variance + node.attributes.get("epsilon", float(np.float32(1e-5)))
    if not np.all(shifted > 0):
        raise Unsupported("a variance is not positive")
    along = (-1, *[1] * (len(x.shape) - 2))
    scale, shift, mean, shifted = (array.reshape(along) for array in (scale, shift, mean, shifted))
    inverse = 1 / np.sqrt(shifted)
    factor = _product(scale, inverse)
    offset = shift - _product(mean, factor)
    # Either addend of the variance may be taken for 0.
    doubt = 2 / shifted
    map_ = linear.Scale(factor, (scale, inverse), offset, np.abs(mean), np.abs(shift), None, doubt, terms=4)
    return operators.Affine(map_), [x]


def max_pool(node: Node, operands: Sequence[Operand]) -> Interpreted:
    """Read MaxPool."""
    x = _tensor(operands)
    geometry = window_geometry(
        node.attributes,
        x.shape[2:],
        node.attributes["kernel_shape"],
        ceil_mode=bool(node.attributes.get("ceil_mode", 0)),
    )
    return operators.MaxPooling(geometry), [x]


def average_pool(node: Node, operands: Sequence[Operand]) -> Interpreted:
    """Read AveragePool."""
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
    return operators.Affine(layers.Average(geometry, counts)), [x]


def global_average_pool(node: Node, operands: Sequence[Operand]) -> Interpreted:
    """Read GlobalAveragePool."""
    x = _tensor(operands)
    count = int(np.prod(x.shape[2:]))
    if not count:
        raise Unsupported("its input is empty")
    return operators.Affine(layers.Mean(tuple(range(2, len(x.shape))), count)), [x]


def clip(node: Node, operands: Sequence[Operand]) -> Interpreted:
    """Read Clip with constant limits."""
    lowest, highest = (_limit(node, operands, i, name) for i, name in ((1, "min"), (2, "max")))
    return functions.clip(-np.inf if lowest is None else lowest, np.inf if highest is None else highest), [
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


def softmax(node: Node, operands: Sequence[Operand]) -> Interpreted:
    """Read Softmax."""
    x = _tensor(operands)
    rank = len(x.shape)
    modern = node.opset >= 13
    axis = _axis(node.attributes.get("axis", -1 if modern else 1), rank)
    return functions.Softmax((axis,) if modern else tuple(range(axis, rank))), [x]


def local_response(node: Node, operands: Sequence[Operand]) -> Interpreted:
    """Read LRN."""
    attributes = node.attributes
    response = functions.LocalResponse(
        attributes.get("alpha", float(np.float32(1e-4))),
        attributes.get("beta", 0.75),
        attributes.get("bias", 1.0),
        attributes["size"],
    )
    return response, [_tensor(operands)]


def elementwise(build: Callable[[], Operator]) -> Reader:
    """Read an operator without attributes on a single tensor."""
    return lambda node, operands: (build(), [_tensor(operands)])
