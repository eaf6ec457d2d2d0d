"""Networks as ONNX models, and ONNX models as networks: Gemm and Relu, the weights in float32 or float64.

A network is a function of rationals, a model one of floats. Writing rounds every weight once; reading takes every
float for the rational that it is. So the model that was written can be read back and proved to compute what it
should, or the deviation that the rounding of its weights causes can be computed exactly.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fractions import Fraction
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from theory.errors import FormatError, InputError, ProblemTooLargeError
from theory.extras import import_extra
from theory.files import write_whole
from theory.networks.matrix import RationalMatrix
from theory.networks.network import ReLUNetwork
from theory.rationals import decimal

FloatName = Literal["float32", "float64"]

OPSET = 14
"""Relu was last revised in opset 14 and Gemm in 13: the oldest opset that has both as they are today."""

IR_VERSION = 7
"""The file format that came with opset 14; newer runtimes read it as well."""

_OLDEST_OPSET_READ = 7
"""Since then Gemm and Add broadcast their operands as NumPy does."""

_LARGEST_FILE = (1 << 31) - (1 << 20)
"""Bytes of weights that a model in one file may hold: protocol buffers end at 2 GiB, names and shapes included."""


def write_onnx(network: ReLUNetwork, path: str | os.PathLike[str], *, dtype: FloatName = "float32") -> None:
    """Write a network as an ONNX model of Gemm and Relu nodes.

    The model has the input ``x`` of shape (N, kernel_size) and the output ``y`` of shape (N, 1), N being free. Its
    metadata give ``kernel_size``, ``hidden_layers``, ``widths`` and ``units``.

    Parameters
    ----------
    network : ReLUNetwork
    path : path
        Written beside and renamed; what was there before is replaced, unless it is no ordinary file.
    dtype : {"float32", "float64"}
        Of the weights, the input and the output. Every weight is rounded to it.

    Raises
    ------
    InputError
        If a weight is beyond the largest float or, 0 excepted, below the smallest normal one: what was written would
        be another network.
    StorageError
        If the file cannot be written.
    ProblemTooLargeError
        If the dense weights exceed the 2 GiB that one ONNX file may have.
    MissingDependencyError
        If onnx is not installed.

    Notes
    -----
    The values of the model are within :meth:`ReLUNetwork.rounding_error` of the exact ones, whatever the order in which
    a runtime adds. What Relu makes of NaN the ONNX standard leaves open; onnxruntime keeps it.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> from theory.networks.network import network_from_rows
    >>> larger = network_from_rows(2, [([{0: 1, 1: -1}, {1: 1}, {1: -1}], None), ([{0: 1, 1: 1, 2: -1}], None)])
    >>> with TemporaryDirectory() as folder:
    ...     write_onnx(larger, f"{folder}/larger.onnx")
    ...     read_onnx(f"{folder}/larger.onnx") == larger
    True
    """
    if dtype not in ("float32", "float64"):
        raise InputError(f'the dtype is "float32" or "float64", not {dtype!r}')
    size = network.parameter_count * np.dtype(dtype).itemsize
    if size > _LARGEST_FILE:
        raise ProblemTooLargeError(
            f"an ONNX file holds at most 2 GiB, but the dense weights of this network take {size / 2**30:.3g} GiB"
        )
    onnx = _import_onnx()
    for layer, (matrix, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        _check_range(f"weight of layer {layer}", {entry for row in matrix.rows for _, entry in row}, dtype)
        _check_range(f"bias of layer {layer}", set(bias), dtype)
    model = _build_model(onnx, network, dtype)
    onnx.checker.check_model(model, full_check=True)
    write_whole(path, model.SerializeToString(deterministic=True))


def read_onnx(path: str | os.PathLike[str]) -> ReLUNetwork:
    """Read an ONNX model as the network that it is, its floats taken as the exact rationals that they are.

    Affine maps that follow each other are fused, so a network comes back with the layers it had.

    Parameters
    ----------
    path : path
        A model with one input of shape (N, d), d given, and one output of shape (N, 1): a chain of Gemm (any alpha,
        beta, transB), MatMul and Add with constants, and Relu. Written by :func:`write_onnx` or by others.

    Returns
    -------
    ReLUNetwork
        The function that the model computes in exact arithmetic.

    Raises
    ------
    InputError
        If the file cannot be read.
    FormatError
        If it holds no valid ONNX model, or one of another form; the message names the node.
    MissingDependencyError
        If onnx is not installed.
    """
    onnx = _import_onnx()
    model = _load_model(onnx, Path(path))
    opset = max((entry.version for entry in model.opset_import if entry.domain in _STANDARD), default=0)
    if opset < _OLDEST_OPSET_READ:
        raise FormatError(f"a model of opset {_OLDEST_OPSET_READ} or newer is needed, not {opset}")
    return _Chain(onnx, model.graph).to_network()


def _import_onnx() -> ModuleType:
    used = ("checker", "helper", "numpy_helper", "shape_inference")
    return import_extra("onnx", *used, extra="onnx", purpose="ONNX models are written and read with onnx")


# Writing


def _check_range(what: str, numbers: set[Fraction], dtype: FloatName) -> None:
    """Make sure that rounding changes each number by at most a unit roundoff."""
    limits = np.finfo(dtype)
    least, most = Fraction(float(limits.smallest_normal)), Fraction(float(limits.max))
    for number in numbers:
        if number and not least <= abs(number) <= most:
            raise InputError(
                f"a {what} is {decimal(number)}, but {dtype} holds sizes from {decimal(least)} to {decimal(most)}"
            )


def _build_model(onnx: ModuleType, network: ReLUNetwork, dtype: FloatName) -> Any:
    element = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    description = (
        f"ReLU network: kernel size {network.kernel_size}, hidden layers {network.hidden_layers}, "
        f"units {network.units}; weights rounded to {dtype}"
    )
    graph = onnx.helper.make_graph(
        _nodes(onnx, network.hidden_layers),
        "relu_network",
        [onnx.helper.make_tensor_value_info("x", element, ["N", network.kernel_size])],
        [onnx.helper.make_tensor_value_info("y", element, ["N", 1])],
        initializer=list(_initializers(onnx, network, dtype)),
        doc_string=description,
    )
    model = onnx.helper.make_model(
        graph,
        producer_name="subpool",
        producer_version=version("subpool"),
        doc_string=description,
        ir_version=IR_VERSION,
        opset_imports=[onnx.helper.make_opsetid("", OPSET)],
    )
    onnx.helper.set_model_props(model, {
        "kernel_size": str(network.kernel_size),
        "hidden_layers": str(network.hidden_layers),
        "widths": " ".join(map(str, network.widths)),
        "units": str(network.units),
    })  # fmt: skip
    return model


def _nodes(onnx: ModuleType, hidden_layers: int) -> list[Any]:
    nodes, value = [], "x"
    for layer in range(hidden_layers + 1):
        inputs = [value, f"weight_{layer}", f"bias_{layer}"]
        value = f"affine_{layer}" if layer < hidden_layers else "y"
        # Matrices are stored as W in W v + b; the windows are rows here, so each is transposed.
        nodes.append(onnx.helper.make_node("Gemm", inputs, [value], name=f"gemm_{layer}", transB=1))
        if layer < hidden_layers:
            nodes.append(onnx.helper.make_node("Relu", [value], [f"hidden_{layer}"], name=f"relu_{layer}"))
            value = f"hidden_{layer}"
    return nodes


def _initializers(onnx: ModuleType, network: ReLUNetwork, dtype: FloatName) -> Iterator[Any]:
    for layer, (matrix, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        yield onnx.numpy_helper.from_array(matrix.to_numpy(dtype), f"weight_{layer}")
        yield onnx.numpy_helper.from_array(np.array([float(b) for b in bias], dtype=dtype), f"bias_{layer}")


# Reading

_STANDARD = ("", "ai.onnx")
"""Names of the domain of ONNX's own operators."""


def _load_model(onnx: ModuleType, path: Path) -> Any:
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"cannot read {str(path)!r}: {reason}") from None
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load_model_from_string(content)
        if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in model.graph.initializer):
            raise FormatError(f"{str(path)!r} keeps its weights in other files: they must be in the model itself")
        onnx.checker.check_model(model, full_check=True)
    except (DecodeError, onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise FormatError(f"{str(path)!r} is no valid ONNX model: {' '.join(str(error).split())[:200]}") from None
    return model


class _Chain:
    """A graph walked from its input to its output, each node taking the value of the one before."""

    def __init__(self, onnx: ModuleType, graph: Any) -> None:
        self._onnx = onnx
        self._graph = graph
        self._constants = {tensor.name: tensor for tensor in graph.initializer}
        inputs = [value for value in graph.input if value.name not in self._constants]
        if len(inputs) != 1 or len(graph.output) != 1:
            raise FormatError(
                f"a model with one input and one output is needed, not {len(inputs)} and {len(graph.output)}"
            )
        self._value = inputs[0].name
        # The affine map since the last Relu, as yet without one after it.
        self._matrix = _identity(_input_size(inputs[0]))
        self._bias: tuple[Fraction, ...] = (Fraction(0),) * self._matrix.columns
        self._layers: list[tuple[RationalMatrix, tuple[Fraction, ...]]] = []

    def to_network(self) -> ReLUNetwork:
        """Walk the nodes."""
        steps = {"Gemm": self._gemm, "MatMul": self._matmul, "Add": self._add, "Relu": self._relu}
        for node in self._graph.node:
            if node.op_type not in steps or node.domain not in _STANDARD:
                raise _refusal(node, "only Gemm, MatMul, Add and Relu can be read")
            if list(node.input).count(self._value) != 1:
                raise _refusal(node, f"it does not take the value {self._value!r} of the node before it")
            steps[node.op_type](node)
            self._value = node.output[0]
        if self._value != self._graph.output[0].name:
            raise FormatError(f"the output {self._graph.output[0].name!r} is not the value of the last node")
        if len(self._bias) != 1:
            raise FormatError(f"a network has one output for a window, this model has {len(self._bias)}")
        layers = [*self._layers, (self._matrix, self._bias)]
        return ReLUNetwork(tuple(matrix for matrix, _ in layers), tuple(bias for _, bias in layers))

    def _gemm(self, node: Any) -> None:
        attributes = {a.name: self._onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.input[0] != self._value or attributes.get("transA", 0):
            raise _refusal(node, "its first operand must be the value of the node before it, not transposed")
        alpha, beta = (Fraction(attributes.get(name, 1.0)) for name in ("alpha", "beta"))
        weights = self._matrix_constant(node, node.input[1])
        self._apply(node, weights if attributes.get("transB", 0) else weights.T, alpha)
        if len(node.input) > 2 and node.input[2]:
            self._shift(node, node.input[2], beta)

    def _matmul(self, node: Any) -> None:
        if node.input[0] != self._value:
            raise _refusal(node, "its first operand must be the value of the node before it")
        self._apply(node, self._matrix_constant(node, node.input[1]).T, Fraction(1))

    def _add(self, node: Any) -> None:
        (constant,) = (name for name in node.input if name != self._value)
        self._shift(node, constant, Fraction(1))

    def _relu(self, _: Any) -> None:
        self._layers.append((self._matrix, self._bias))
        self._matrix = _identity(len(self._bias))
        self._bias = (Fraction(0),) * len(self._bias)

    def _apply(self, node: Any, weights: npt.NDArray[np.floating], scale: Fraction) -> None:
        """Follow the pending affine map v -> A v + c by the matrix scale * W."""
        if weights.shape[1] != len(self._bias):
            raise _refusal(node, f"its matrix takes {weights.shape[1]} values, but gets {len(self._bias)}")
        outer = _exact_matrix(weights, scale)
        self._matrix, self._bias = outer @ self._matrix, tuple(outer.apply(self._bias))

    def _shift(self, node: Any, name: str, scale: Fraction) -> None:
        """Add scale times a constant to the pending affine map."""
        constant = self._constant(node, name)
        try:
            row = np.broadcast_to(constant, (1, len(self._bias)))[0]
        except ValueError:
            raise _refusal(
                node, f"a constant of shape {constant.shape} cannot be added to {len(self._bias)} values of a window"
            ) from None
        self._bias = tuple(b + scale * Fraction(c) for b, c in zip(self._bias, row.tolist(), strict=True))

    def _matrix_constant(self, node: Any, name: str) -> npt.NDArray[np.floating]:
        array = self._constant(node, name)
        if array.ndim != 2:
            raise _refusal(node, f"its matrix {name!r} has shape {array.shape}")
        return array

    def _constant(self, node: Any, name: str) -> npt.NDArray[np.floating]:
        tensor = self._constants.get(name)
        if tensor is None:
            raise _refusal(node, f"its operand {name!r} is not stored in the file as a constant")
        array: npt.NDArray[np.floating] = self._onnx.numpy_helper.to_array(tensor)
        if array.dtype.kind != "f" or not np.isfinite(array).all():
            raise _refusal(node, f"its operand {name!r} is not made of finite floats")
        return array


def _identity(size: int) -> RationalMatrix:
    return RationalMatrix.from_rows(size, ({j: 1} for j in range(size)))


def _input_size(value: Any) -> int:
    dimensions = value.type.tensor_type.shape.dim
    if len(dimensions) != 2 or dimensions[1].dim_value < 1:
        raise FormatError(f"the input {value.name!r} must have the shape (N, d) with d given")
    return int(dimensions[1].dim_value)


def _exact_matrix(weights: npt.NDArray[np.floating], scale: Fraction) -> RationalMatrix:
    """Return scale * W, its floats taken as rationals."""

    def exact(row: npt.NDArray[np.floating]) -> dict[int, Fraction]:
        columns: Sequence[int] = np.flatnonzero(row).tolist()
        return {j: scale * Fraction(w) for j, w in zip(columns, row[columns].tolist(), strict=True)}

    return RationalMatrix.from_rows(weights.shape[1], map(exact, weights))


def _refusal(node: Any, reason: str) -> FormatError:
    name = node.name or (node.output[0] if node.output else "")
    return FormatError(f"the {node.op_type} node {name!r} does not fit a ReLU network: {reason}")
