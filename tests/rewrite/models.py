"""Small models with MaxPool nodes, and what onnxruntime makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
from onnx import TensorProto, helper

from theory.rewrite.options import ReluifyOptions
from theory.rewrite.records import Rewriting
from theory.rewrite.reluify import rewrite

Attributes = Mapping[str, Any]

QUIET = 4
"""Log nothing but fatal errors: shapes that ONNX infers for ceil_mode are wrong, and onnxruntime says so each time."""


def rewriting(model: Any, **options: Any) -> Rewriting:
    """Replace every MaxPool of a model, and tell what became of each."""
    return rewrite(model, ReluifyOptions(**options))


def run(model: onnx.ModelProto, inputs: Mapping[str, npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
    """Run a model on one thread."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = QUIET
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    result: list[npt.NDArray[Any]] = session.run(None, dict(inputs))
    return result


def pools(
    attributes: Sequence[Attributes],
    shape: Sequence[int | str | None],
    *,
    opset: int = 13,
    element: int = TensorProto.FLOAT,
    before: str | None = None,
) -> onnx.ModelProto:
    """Build a model with MaxPool nodes pool_0, pool_1, ... on one input x, after an operator if one is named."""
    read = "x" if before is None else "first"
    nodes = [] if before is None else [helper.make_node(before, ["x"], ["first"], name="first_node")]
    nodes += [
        helper.make_node("MaxPool", [read], [f"y_{i}"], name=f"pool_{i}", **one) for i, one in enumerate(attributes)
    ]
    free: list[int | None] = [None] * len(shape)
    graph = helper.make_graph(
        nodes,
        "pools",
        [helper.make_tensor_value_info("x", element, shape)],
        [helper.make_tensor_value_info(f"y_{i}", element, free) for i in range(len(attributes))],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=3 if opset < 9 else 8)


def pool(
    attributes: Attributes,
    shape: Sequence[int | str | None],
    *,
    opset: int = 13,
    element: int = TensorProto.FLOAT,
    before: str | None = None,
) -> onnx.ModelProto:
    """Build a model with one MaxPool node, pool_0."""
    return pools([attributes], shape, opset=opset, element=element, before=before)


def operators(model: onnx.ModelProto) -> set[str]:
    """Return the types of all nodes, of subgraphs and functions too."""
    found: set[str] = set()
    pending = [*model.graph.node, *(node for function in model.functions for node in function.node)]
    while pending:
        node = pending.pop()
        found.add(node.op_type)
        for attribute in node.attribute:
            pending += attribute.g.node
            pending += [inner for graph in attribute.graphs for inner in graph.node]
    return found


def integers(shape: Sequence[int], seed: int, dtype: npt.DTypeLike = np.float32) -> npt.NDArray[Any]:
    """Return distinct integers in random order around 0: sums and differences of them are exact in float32."""
    size = int(np.prod(shape))
    values = np.random.default_rng(seed).permutation(size) - size // 2
    return values.reshape(shape).astype(dtype)


def runtime_errors() -> tuple[type[Exception], ...]:
    """List the errors that onnxruntime raises of its own; they have no common base."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    return tuple(kind for kind in vars(state).values() if isinstance(kind, type) and issubclass(kind, Exception))
