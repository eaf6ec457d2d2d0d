"""Networks as ONNX models: Gemm and Relu, the weights in float32 or float64.

A network is a function of rationals, a model one of floats: writing rounds every weight once.
"""

from __future__ import annotations

import os
from fractions import Fraction
from types import ModuleType
from typing import Any, Literal

import numpy as np

from theory.errors import InputError, ProblemTooLargeError
from theory.files import write_whole
from theory.models.files import LARGEST_FILE
from theory.models.scopes import import_onnx
from theory.networks.network import ReLUNetwork
from theory.rationals import decimal
from theory.subpools import check_choice
from theory.version import VERSION

_FloatName = Literal["float32", "float64"]

_OPSET = 14
"""Relu was last revised in opset 14 and Gemm in 13: the oldest opset that has both as they are today."""

_IR_VERSION = 7
"""The file format that came with opset 14; newer runtimes read it as well."""

_NAMES_AND_SHAPES = 1 << 20
"""Bytes of a file that weights leave to these."""


def write_onnx(network: ReLUNetwork, path: str | os.PathLike[str], *, dtype: _FloatName = "float32") -> None:
    """Write a network as an ONNX model, as :meth:`.ReLUNetwork.to_onnx` says.

    >>> from tempfile import TemporaryDirectory
    >>> from theory.models.files import read_model
    >>> from theory.networks.network import network_from_rows
    >>> larger = network_from_rows(2, [([{0: 1, 1: -1}, {1: 1}, {1: -1}], None), ([{0: 1, 1: 1, 2: -1}], None)])
    >>> with TemporaryDirectory() as folder:
    ...     write_onnx(larger, f"{folder}/larger.onnx")
    ...     [node.op_type for node in read_model(f"{folder}/larger.onnx").graph.node]
    ['Gemm', 'Relu', 'Gemm']
    """
    check_choice("the dtype", dtype, ("float32", "float64"))
    size = network.parameter_count * np.dtype(dtype).itemsize
    if size > LARGEST_FILE - _NAMES_AND_SHAPES:
        raise ProblemTooLargeError(
            f"an ONNX file holds at most 2 GiB, but the dense weights of this network take {size / 2**30:.3g} GiB"
        )
    onnx = import_onnx()
    for layer, (matrix, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        _check_range(f"weight of layer {layer}", {entry for row in matrix.rows for _, entry in row}, dtype)
        _check_range(f"bias of layer {layer}", set(bias), dtype)
    model = _build_model(onnx, network, dtype)
    onnx.checker.check_model(model, full_check=True)
    write_whole(path, model.SerializeToString(deterministic=True))


def _check_range(what: str, numbers: set[Fraction], dtype: _FloatName) -> None:
    """Make sure that rounding changes each number by at most a unit roundoff."""
    limits = np.finfo(dtype)
    least, most = Fraction(float(limits.smallest_normal)), Fraction(float(limits.max))
    for number in numbers:
        if number and not least <= abs(number) <= most:
            raise InputError(
                f"a {what} is {decimal(number)}, but {dtype} holds sizes from {decimal(least)} to {decimal(most)}"
            )


def _build_model(onnx: ModuleType, network: ReLUNetwork, dtype: _FloatName) -> Any:
    element = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    description = (
        f"ReLU network: kernel size {network.kernel_size}, hidden layers {network.hidden_layers}, "
        f"units {network.units}; weights rounded to {dtype}"
    )
    nodes, stored, value = [], [], "x"
    for layer, (matrix, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        weight_name, bias_name = f"weight_{layer}", f"bias_{layer}"
        stored.append(onnx.numpy_helper.from_array(matrix.to_numpy(dtype), weight_name))
        stored.append(onnx.numpy_helper.from_array(np.array([float(b) for b in bias], dtype=dtype), bias_name))
        inputs, value = [value, weight_name, bias_name], f"affine_{layer}" if layer < network.hidden_layers else "y"
        # Matrices are stored as W in W v + b; the windows are rows here, so each is transposed.
        nodes.append(onnx.helper.make_node("Gemm", inputs, [value], name=f"gemm_{layer}", transB=1))
        if layer < network.hidden_layers:
            nodes.append(onnx.helper.make_node("Relu", [value], [f"hidden_{layer}"], name=f"relu_{layer}"))
            value = f"hidden_{layer}"
    x = onnx.helper.make_tensor_value_info("x", element, ["N", network.kernel_size])
    y = onnx.helper.make_tensor_value_info("y", element, ["N", 1])
    graph = onnx.helper.make_graph(nodes, "relu_network", [x], [y], stored, description)
    model = onnx.helper.make_model(
        graph,
        producer_name="subpool",
        producer_version=VERSION,
        doc_string=description,
        ir_version=_IR_VERSION,
        opset_imports=[onnx.helper.make_opsetid("", _OPSET)],
    )
    onnx.helper.set_model_props(model, {
        "kernel_size": str(network.kernel_size),
        "hidden_layers": str(network.hidden_layers),
        "widths": " ".join(map(str, network.widths)),
        "units": str(network.units),
    })  # fmt: skip
    return model
