"""The models that tools are given: a MaxPool of each kind in a small network, and the classifier of digits.

Small networks have a convolution, a ReLU but in one case, the MaxPool and a linear layer, seeded weights, inputs in
[0,1], all attributes written out as exporters do, and opset 14, which is the one that all tools here take.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from theory.empirical.digits import load_split, shipped_model

CHANNELS, EXTENT, CLASSES, OPSET = 2, 8, 3, 14
BOUNDS = (-4, 4)
"""Of the inputs of a MaxPool that may be negative: weights, inputs and offsets leave no others (tested)."""

CLASSIFIER = "classifier"


@dataclass(frozen=True)
class Case:
    """One small model: what its MaxPool is called, its attributes, on how many axes, and whether a ReLU precedes it."""

    title: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    axes: int = 2
    after_relu: bool = True


CASES: Mapping[str, Case] = {
    "two": Case("2x2, stride 2", {"kernel_shape": [2, 2], "strides": [2, 2]}),
    "padded": Case("3x3, stride 2, padded", {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1] * 4}),
    "unit": Case("3x3, stride 1", {"kernel_shape": [3, 3]}),
    "ceil": Case("3x3, stride 2, ceil_mode", {"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}),
    "dilated": Case("3x3, dilated by 2", {"kernel_shape": [3, 3], "dilations": [2, 2]}),
    "signed": Case(
        "3x3, stride 2, padded, inputs of any sign",
        {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1] * 4},
        after_relu=False,
    ),
    "wide": Case("5x5, stride 1, padded", {"kernel_shape": [5, 5], "pads": [2] * 4}),
    CLASSIFIER: Case("classifier of digits"),
}


@dataclass(frozen=True)
class Given:
    """A model, one input, what onnxruntime makes of that, and images with labels where the model classifies some."""

    model: Any
    x: npt.NDArray[np.float32]
    samples: npt.NDArray[np.float32] | None = None
    labels: npt.NDArray[np.int64] | None = None

    @property
    def y(self) -> npt.NDArray[np.float32]:
        """The output for the input."""
        return run(self.model, self.x)


def run(model: Any, x: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return what onnxruntime makes of an input."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: x})[0]


def make(name: str, opset: int = OPSET) -> Given:
    """Make the model of a case, and its input."""
    return _classifier(opset) if name == CLASSIFIER else _small(CASES[name], opset)


def _classifier(opset: int) -> Given:
    from onnx import version_converter

    part = load_split().test
    model = version_converter.convert_version(onnx.load(shipped_model()), opset)
    # Some tools take no free batch: theirs is 1, and what is written down of inner values no longer holds.
    del model.graph.value_info[:]
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.shape.dim[0].dim_value = 1
    # Exporters leave no attribute out, and importers rely on it.
    for node in model.graph.node:
        if node.op_type in ("Conv", "MaxPool"):
            there = {attribute.name for attribute in node.attribute}
            plain = {"strides": [1, 1], "dilations": [1, 1], "pads": [0] * 4}
            extra = {"group": 1} if node.op_type == "Conv" else {"ceil_mode": 0}
            missing = {key: value for key, value in (plain | extra).items() if key not in there}
            node.attribute.extend(helper.make_attribute(key, value) for key, value in missing.items())
    return Given(model, part.images[:1], part.images, part.labels)


def _small(case: Case, opset: int) -> Given:
    rng, axes = np.random.default_rng(5), case.axes
    plain = {
        "strides": [1] * axes,
        "pads": [0] * 2 * axes,
        **({"dilations": [1] * axes, "ceil_mode": 0} if opset >= 10 else {}),
    }
    pool = helper.make_node("MaxPool", ["before"], ["pooled"], name="pool", **(plain | dict(case.attributes)))
    image = [1, CHANNELS, *[EXTENT] * axes]
    x = rng.uniform(0, 1, image).astype(np.float32)
    alone = helper.make_model(
        helper.make_graph([pool], "pool", [_value("before", image)], [_value("pooled", None)]),
        opset_imports=[helper.make_opsetid("", opset)],
        ir_version=8,
    )
    features = run(alone, x).size
    weights = {
        "kernel": rng.normal(size=(CHANNELS, CHANNELS, *[3] * axes)) / 4,
        # Below zero: padding with zeros shows.
        "offset": rng.normal(size=CHANNELS) / 8 - (0 if case.after_relu else 2),
        "matrix": rng.normal(size=(CLASSES, features)) / 8,
        "bias": rng.normal(size=CLASSES) / 8,
    }
    same = {"kernel_shape": [3] * axes, "strides": [1] * axes, "pads": [1] * 2 * axes, "dilations": [1] * axes}
    mapped = "mapped" if case.after_relu else "before"
    nodes = [
        helper.make_node("Conv", ["x", "kernel", "offset"], [mapped], name="conv", group=1, **same),
        *([helper.make_node("Relu", [mapped], ["before"], name="relu")] if case.after_relu else []),
        pool,
        helper.make_node("Flatten", ["pooled"], ["flat"], name="flatten", axis=1),
        helper.make_node("Gemm", ["flat", "matrix", "bias"], ["y"], name="linear", transB=1),
    ]
    graph = helper.make_graph(
        nodes,
        "case",
        [_value("x", image)],
        [_value("y", [1, CLASSES])],
        [numpy_helper.from_array(array.astype(np.float32), name) for name, array in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    return Given(model, x)


def _value(name: str, shape: list[int] | None) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
