"""2x2 max pooling rewritten by hand, rightly and wrongly, apart from the library's own rewriting."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def build(nodes, weights, channels=3, size=6, opset=17, kind=TensorProto.FLOAT):
    """Return a model from x through ``features`` and ``pooled`` to y."""
    graph = helper.make_graph(
        nodes,
        "model",
        [helper.make_tensor_value_info("x", kind, ["N", channels, size, size])],
        [helper.make_tensor_value_info("y", kind, None)],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    return onnx.shape_inference.infer_shapes(model)


def outer_nodes(*, relu=True):
    """Return what is before and after the pooling, and its weights."""
    rng = np.random.default_rng(7)
    weights = {
        "w_in": rng.standard_normal((3, 3, 3, 3)).astype(np.float32) / 3,
        "b_in": rng.standard_normal(3).astype(np.float32) / 3,
        "w_out": rng.standard_normal((2, 3, 1, 1)).astype(np.float32),
    }
    before = [helper.make_node("Conv", ["x", "w_in", "b_in"], ["conv"], name="conv", pads=[1] * 4)]
    before.append(helper.make_node("Relu" if relu else "Identity", ["conv"], ["features"], name="features"))
    after = [helper.make_node("Conv", ["pooled", "w_out"], ["y"], name="readout")]
    return before, after, weights


def original(*, relu=True, pads=(0, 0, 0, 0), stride=2):
    """Return the model with its MaxPool."""
    before, after, weights = outer_nodes(relu=relu)
    pool = helper.make_node(
        "MaxPool", ["features"], ["pooled"], name="pool", kernel_shape=[2, 2], strides=[stride] * 2, pads=list(pads)
    )
    return build([*before, pool, *after], weights)


def layers():
    """Return the weights of a feed-forward network for the maximum of 2x2 nonnegative numbers, for three channels."""
    first = np.zeros((4, 1, 2, 2), np.float32)
    # relu(a - b), b, relu(c - d), d of the window a b / c d.
    first[0, 0, 0] = 1, -1
    first[1, 0, 0, 1] = 1
    first[2, 0, 1] = 1, -1
    first[3, 0, 1, 1] = 1
    second = np.array([[1, 1, -1, -1], [0, 0, 1, 1]], np.float32).reshape(2, 4, 1, 1)
    third = np.ones((1, 2, 1, 1), np.float32)
    return {f"p{i}": np.tile(layer, (3, 1, 1, 1)) for i, layer in enumerate((first, second, third), 1)}


def feedforward(*, change=None, relu=True, pads=(0, 0, 0, 0), stride=2):
    """Return the model with its pooling as three convolutions; ``change`` alters their weights in place."""
    before, after, weights = outer_nodes(relu=relu)
    inner = layers()
    if change is not None:
        change(inner)
    inside = [
        helper.make_node("Conv", ["features", "p1"], ["h1"], group=3, strides=[stride] * 2, pads=list(pads)),
        helper.make_node("Relu", ["h1"], ["r1"]),
        helper.make_node("Conv", ["r1", "p2"], ["h2"], group=3),
        helper.make_node("Relu", ["h2"], ["r2"]),
        helper.make_node("Conv", ["r2", "p3"], ["pooled"], group=3),
    ]
    return build([*before, *inside, *after], {**weights, **inner})


def skips(*, pads=(0, 0, 0, 0), mode="edge", stride=2):
    """Return the model with its pooling as pairwise maxima of slices, rows first."""
    before, after, weights = outer_nodes(relu=False)
    inside = [helper.make_node("Pad", ["features", "pads"], ["padded"], mode=mode)]
    weights["pads"] = np.array([0, 0, *pads[:2], 0, 0, *pads[2:]], np.int64)
    value = "padded"
    extent = [6 + pads[0] + pads[2], 6 + pads[1] + pads[3]]
    for axis in (2, 3):
        for name, start in (("a", 0), ("b", 1)):
            end = start + (extent[axis - 2] - 2) // stride * stride + 1
            for part, number in (("s", start), ("e", end), ("x", axis), ("t", stride)):
                weights[f"{part}{axis}{name}"] = np.array([number], np.int64)
            inside.append(
                helper.make_node("Slice", [value, *(f"{part}{axis}{name}" for part in "sext")], [f"{name}{axis}"])
            )
        result = "pooled" if axis == 3 else "rows"
        inside += [
            helper.make_node("Sub", [f"a{axis}", f"b{axis}"], [f"d{axis}"]),
            helper.make_node("Relu", [f"d{axis}"], [f"r{axis}"]),
            helper.make_node("Add", [f"b{axis}", f"r{axis}"], [result]),
        ]
        value = result
    return build([*before, *inside, *after], weights)
