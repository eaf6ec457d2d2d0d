"""The classifier as an ONNX model, and back."""

from __future__ import annotations

import os
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from theory.empirical.classifier.model import CLASSES, IMAGE_SHAPE, POOLS, Parameters, PoolLayer
from theory.errors import FormatError, InputError
from theory.extras import import_extra
from theory.files import write_whole

OPSET = 17
IR_VERSION = 8
"""The file format that came with opset 17."""


def shipped_model() -> Path:
    """Return the path of the trained classifier that comes with the package.

    Examples
    --------
    >>> shipped_model().name
    'digits.onnx'
    """
    return Path(str(files("theory.empirical") / "data" / "digits.onnx"))


def write_model(parameters: Parameters, path: str | os.PathLike[str], *, facts: dict[str, str] | None = None) -> None:
    """Write the classifier, with max pooling, as an ONNX model.

    The input ``image`` has shape (batch, 1, 8, 8), pixels in [0,1], 1 being ink; the output ``logits`` has shape
    (batch, 10). The batch is free.

    Parameters
    ----------
    parameters : Parameters
    path : path
        Written beside and renamed.
    facts : dict of str to str, optional
        Stored as the model's metadata.

    Raises
    ------
    StorageError
        If the file cannot be written.
    MissingDependencyError
        If onnx is not installed.
    """
    onnx = import_onnx()
    model = _build(onnx, parameters, facts or {})
    onnx.checker.check_model(model, full_check=True)
    write_whole(path, model.SerializeToString(deterministic=True))


def read_parameters(path: str | os.PathLike[str]) -> Parameters:
    """Read the weights of a classifier that :func:`write_model` has written.

    Raises
    ------
    InputError
        If the file cannot be read.
    FormatError
        If it is no such model.
    MissingDependencyError
        If onnx is not installed.

    Examples
    --------
    >>> read_parameters(shipped_model()).size
    6090
    """
    onnx = import_onnx()
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load_model_from_string(Path(path).read_bytes())
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from None
    except DecodeError:
        raise FormatError(f"{path} is no ONNX model") from None
    stored = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    names = {field: _initializer(field) for field in Parameters._fields}
    missing = [name for name in names.values() if name not in stored]
    if missing:
        raise FormatError(f"{path} is no classifier of digits: it has no weights named {', '.join(missing)}")
    return Parameters(**{field: np.asarray(stored[name]) for field, name in names.items()})


def _initializer(field: str) -> str:
    """Name a field of the parameters as the model does: conv_1.weight, conv_1.bias."""
    return f"{field.removesuffix('_bias')}.{'bias' if field.endswith('_bias') else 'weight'}"


def _build(onnx: ModuleType, parameters: Parameters, facts: dict[str, str]) -> Any:
    helper, float32 = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        _nodes(onnx),
        "digits",
        [helper.make_tensor_value_info("image", float32, ["batch", *IMAGE_SHAPE])],
        [helper.make_tensor_value_info("logits", float32, ["batch", CLASSES])],
        [
            onnx.numpy_helper.from_array(np.asarray(value, np.float32), _initializer(field))
            for field, value in parameters._asdict().items()
        ],
        doc_string="Handwritten digits, 8x8 pixels in [0,1]; max pooling of 3x3 windows with pads, and of 2x2 windows.",
    )
    model = helper.make_model(
        graph,
        producer_name="subpool",
        producer_version=version("subpool"),
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=IR_VERSION,
    )
    helper.set_model_props(model, facts)
    return model


def _nodes(onnx: ModuleType) -> list[Any]:
    nodes, value = [], "image"
    for number, layer in enumerate(POOLS, start=1):
        nodes += [
            _convolution(onnx, f"conv_{number}", value),
            onnx.helper.make_node("Relu", [f"conv_{number}_out"], [f"relu_{number}_out"], name=f"relu_{number}"),
            _max_pool(onnx, layer, f"relu_{number}_out"),
        ]
        value = f"{layer.name}_out"
    return [
        *nodes,
        onnx.helper.make_node("Flatten", [value], ["flatten_out"], name="flatten", axis=1),
        onnx.helper.make_node(
            "Gemm", ["flatten_out", "dense.weight", "dense.bias"], ["logits"], name="dense", transB=1
        ),
    ]


def _convolution(onnx: ModuleType, name: str, value: str) -> Any:
    inputs = [value, f"{name}.weight", f"{name}.bias"]
    return onnx.helper.make_node("Conv", inputs, [f"{name}_out"], name=name, kernel_shape=[3, 3], pads=[1, 1, 1, 1])


def _max_pool(onnx: ModuleType, layer: PoolLayer, value: str) -> Any:
    return onnx.helper.make_node(
        "MaxPool",
        [value],
        [f"{layer.name}_out"],
        name=layer.name,
        kernel_shape=[layer.size] * 2,
        strides=[layer.stride] * 2,
        pads=[layer.pad] * 4,
    )


def import_onnx() -> ModuleType:
    """Import onnx, or say what brings it.

    Raises
    ------
    MissingDependencyError
    """
    purpose = "ONNX models are written with onnx"
    return import_extra("onnx", "checker", "helper", "numpy_helper", extra="onnx", purpose=purpose)
