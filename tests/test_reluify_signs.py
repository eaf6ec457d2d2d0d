"""Which values are seen to be nowhere negative, and which must not be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from onnx import ModelProto, TensorProto, helper, numpy_helper

from tests.rewrite.models import rewriting

SHAPE = (1, 2, 6, 7)


def pooled(*before: tuple[str, list[str], dict[str, Any]], **stored: float) -> ModelProto:
    """Build a model whose MaxPool reads what the last of some operators computes; each writes v0, v1, ..."""
    nodes = [
        helper.make_node(op_type, inputs, [f"v{i}"], **attributes)
        for i, (op_type, inputs, attributes) in enumerate(before)
    ]
    read = f"v{len(nodes) - 1}" if nodes else "x"
    nodes.append(helper.make_node("MaxPool", [read], ["y"], name="pool", kernel_shape=[2, 2]))
    values = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, SHAPE),
        helper.make_tensor_value_info("y", TensorProto.FLOAT, [None] * 4),
    ]
    tensors = [numpy_helper.from_array(np.float32(value), name) for name, value in stored.items()]
    graph = helper.make_graph(nodes, "g", values[:1], values[1:], initializer=tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


def domain(model: ModelProto) -> str:
    (record,) = rewriting(model, style="feedforward").poolings
    return record.domain


RELU = ("Relu", ["x"], {})


@pytest.mark.parametrize(
    "model",
    [
        pooled(RELU),
        pooled(RELU, ("Dropout", ["v0"], {}), ("Identity", ["v1"], {})),
        pooled(RELU, ("LRN", ["v0"], {"size": 3})),
        pooled(RELU, ("Sigmoid", ["x"], {}), ("Concat", ["v0", "v1"], {"axis": 1})),
        pooled(RELU, ("Add", ["v0", "k"], {}), k=2.0),
        pooled(("Max", ["x", "k"], {}), k=0.0),
        pooled(("Clip", ["x", "low"], {}), low=0.0),
        pooled(("Abs", ["x"], {}), ("AveragePool", ["v0"], {"kernel_shape": [1, 1]})),
    ],
)
def test_nowhere_negative(model: ModelProto) -> None:
    assert domain(model) == "nonnegative"


@pytest.mark.parametrize(
    "model",
    [
        pooled(),
        pooled(("Neg", ["x"], {})),
        pooled(RELU, ("Neg", ["v0"], {})),
        pooled(RELU, ("Sub", ["v0", "x"], {})),
        pooled(RELU, ("Concat", ["v0", "x"], {"axis": 1})),
        pooled(RELU, ("Add", ["v0", "k"], {}), k=-2.0),
        pooled(RELU, ("Mul", ["v0", "k"], {}), k=-2.0),
        pooled(RELU, ("Min", ["v0", "k"], {}), k=-2.0),
        pooled(RELU, ("LRN", ["v0"], {"size": 3, "bias": -1.0})),
        pooled(("Max", ["x", "k"], {}), k=-1.0),
        pooled(("Clip", ["x", "low"], {}), low=-1.0),
        pooled(("Clip", ["x"], {})),
        pooled(("LeakyRelu", ["x"], {})),
    ],
)
def test_perhaps_negative(model: ModelProto) -> None:
    assert domain(model) == "real"


def test_a_stored_tensor_that_callers_may_replace_proves_nothing() -> None:
    model = pooled(("Max", ["x", "k"], {}), k=0.0)
    model.graph.input.append(helper.make_tensor_value_info("k", TensorProto.FLOAT, []))
    assert domain(model) == "real"


def test_an_operator_of_another_domain_proves_nothing() -> None:
    model = pooled(RELU)
    model.graph.node[0].domain = "com.example"
    model.opset_import.append(helper.make_opsetid("com.example", 1))
    model.graph.value_info.append(helper.make_tensor_value_info("v0", TensorProto.FLOAT, SHAPE))
    # What other operators give has no known size, which style feedforward would want.
    (record,) = rewriting(model).poolings
    assert record.domain == "real"
