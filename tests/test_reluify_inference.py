"""Shapes that are written down in a model count only where inference from its inputs confirms them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import AttributeProto, TensorProto, helper, numpy_helper

from tests.campaigns import campaign, tries
from tests.rewrite.models import integers, operators, run, runtime_errors
from theory.errors import RewritingError
from theory.models.inference import Inference
from theory.rewrite.reluify import reluify

STALE = (1, 2, 7, 7)
"""What the models below say of inner values, which is wrong for other sizes."""

SAME = {"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"}
"""Windows whose padding depends on the size: it is 1 before and after 7 values, 0 before and 1 after 8."""

KEEP = {"kernel_shape": [3, 3], "pads": [1] * 4}

FREE = (1, 2, "h", "w")


def info(name: str, shape: Any = None, element: int = TensorProto.FLOAT) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, element, shape)


def pool(x: str, y: str, attributes: Any = SAME) -> onnx.NodeProto:
    return helper.make_node("MaxPool", [x], [y], name=f"pool of {y}", **attributes)


def relu(x: str, y: str) -> onnx.NodeProto:
    return helper.make_node("Relu", [x], [y])


def model(
    nodes: Sequence[onnx.NodeProto],
    *,
    x: Any = FREE,
    y: Any = (None,) * 4,
    inner: Sequence[onnx.ValueInfoProto] = (),
    stored: Sequence[onnx.TensorProto] = (),
    inputs: Sequence[onnx.ValueInfoProto] = (),
    functions: Sequence[onnx.FunctionProto] = (),
    ir_version: int = 9,
) -> onnx.ModelProto:
    graph = helper.make_graph(nodes, "g", [info("x", x), *inputs], [info("y", y)], stored, value_info=inner)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=ir_version, functions=functions)


COUNT = helper.make_tensor("count", TensorProto.INT64, [], [2])


def loop(x: str, y: str, nodes: Sequence[onnx.NodeProto], *, declared: Any = None, name: str = "") -> onnx.NodeProto:
    """Carry x through nodes from ``state`` to ``next``, both with the suffix ``name``, two times."""
    go, going = f"go{name}", f"going{name}"
    state = info(f"state{name}", declared)
    body = helper.make_graph(
        [helper.make_node("Identity", [go], [going]), *nodes],
        "body",
        [info(f"i{name}", [], TensorProto.INT64), info(go, [], TensorProto.BOOL), state],
        [info(going, [], TensorProto.BOOL), info(f"next{name}", declared)],
    )
    return helper.make_node("Loop", ["count", "", x], [y], name=f"loop of {y}", body=body)


def choice(yes: Sequence[onnx.NodeProto], no: Sequence[onnx.NodeProto], declared: Any) -> onnx.NodeProto:
    """Compute y by one list of nodes or the other."""
    branches = [helper.make_graph(nodes, "branch", [], [info(nodes[-1].output[0], declared)]) for nodes in (yes, no)]
    return helper.make_node("If", ["c"], ["chosen"], name="if", then_branch=branches[0], else_branch=branches[1])


def function(nodes: Sequence[onnx.NodeProto], **more: Any) -> onnx.FunctionProto:
    return helper.make_function("own", "F", ["a"], ["b"], nodes, [helper.make_opsetid("", 17)], **more)


def stale() -> Iterator[tuple[str, onnx.ModelProto, Any]]:
    """Yield models that say wrong sizes of inner values, and what they are fed besides x."""
    yield "value_info", model([relu("x", "r"), pool("r", "y")], inner=[info("r", STALE)]), {}
    yield "output", model([relu("x", "y"), pool("y", "z")], y=STALE), {}
    yield "one axis", model([relu("x", "r"), pool("r", "y")], inner=[info("r", (1, 2, "h", 7))]), {}

    shrinking = [pool("state", "p"), helper.make_node("MaxPool", ["p"], ["next"], kernel_shape=[1, 1])]
    yield "loop body", model([loop("x", "y", shrinking, declared=STALE)], x=(1, 2, 8, 8), stored=[COUNT]), {}
    dilated = {"kernel_shape": [3, 3], "dilations": [3, 3], "pads": [2] * 4}
    yield (
        "loop body, dilated",
        model([loop("x", "y", [pool("state", "next", dilated)], declared=STALE)], stored=[COUNT]),
        {},
    )
    after = [loop("x", "l", [pool("state", "next", {"kernel_shape": [2, 2]})], declared=STALE), pool("l", "y")]
    yield "after a loop", model(after, x=(1, 2, 9, 9), inner=[info("l", STALE)], stored=[COUNT]), {}

    c, given = info("c", [], TensorProto.BOOL), {"c": np.array(True)}
    branches = choice([relu("x", "r"), pool("r", "p")], [relu("x", "q")], STALE)
    branches.attribute[0].g.value_info.append(info("r", STALE))
    yield "if branch", model([branches, relu("chosen", "y")], inputs=[c]), given
    yield (
        "after an if",
        model([choice([relu("x", "p")], [relu("x", "q")], STALE), pool("chosen", "y")], inputs=[c]),
        given,
    )

    call = helper.make_node("F", ["x"], ["y"], domain="own", name="call")
    said = function([relu("a", "r"), pool("r", "b")])
    if hasattr(said, "value_info"):
        said.value_info.append(info("r", STALE))
    yield "function", model([call], functions=[said], ir_version=10), {}
    first = helper.make_node("Constant", [], ["first"], value_ints=[0, 1, 2, 3, 4, 5, 6])
    taken = [helper.make_node("Gather", [one, "first"], [other]) for one, other in (("a", "t"), ("t", "u"))]
    for node, name in zip(taken, ("rows", "columns"), strict=True):
        node.attribute.append(AttributeProto(name="axis", ref_attr_name=name, type=AttributeProto.INT))
    cut = function([first, *taken, pool("u", "b")], attributes=["rows", "columns"])
    call = helper.make_node("F", ["x"], ["y"], domain="own", name="call", rows=2, columns=3)
    yield "attributes of a call", model([call], x=(1, 2, 8, 8), functions=[cut]), {}

    one, two = function([pool("a", "b")], overload="one"), function([relu("a", "r"), relu("r", "b")], overload="two")
    calls = [helper.make_node("F", ["x"], ["r"], domain="own", name="one", overload="one")]
    calls.append(helper.make_node("F", ["big"], ["big_out"], domain="own", name="two", overload="two"))
    fixed = model(calls, x=(1, 2, 8, 8), y=None, inputs=[info("big", STALE)], functions=[one, two], ir_version=10)
    fixed.graph.output[0].name = "r"
    yield "overloads", fixed, {"big": integers(STALE, 1)}

    sequence = helper.make_tensor_sequence_value_info("s", TensorProto.FLOAT, STALE)
    taken = [helper.make_node("SequenceAt", ["s", "zero"], ["e"]), pool("e", "y")]
    zero = helper.make_tensor("zero", TensorProto.INT64, [], [0])
    yield "sequence", model(taken, inputs=[sequence], stored=[zero]), {"s": [integers((1, 2, 8, 8), 1)]}
    size = helper.make_tensor("size", TensorProto.INT64, [4], STALE)
    shaped = [helper.make_node("Reshape", ["x", "size"], ["r"]), pool("r", "y")]
    replaced = model(shaped, inputs=[info("size", [4], TensorProto.INT64)], stored=[size])
    yield "replaced", replaced, {"size": np.array([1, 2, 8, 8])}
    yield "minus one", model([relu("x", "r"), pool("r", "y")], x=(1, 2, -1, -1)), {}


CASES = list(stale())


@pytest.mark.parametrize("options", [{}, {"style": "feedforward"}], ids=["skip", "feedforward"])
@pytest.mark.parametrize(("given", "more"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_wrong_sizes_do_no_harm(given: onnx.ModelProto, more: Any, options: Any) -> None:
    """Rewritten models compute what the original computes, at every size; the others are refused."""
    try:
        rewritten = reluify(given, **options)
    except RewritingError:
        return
    assert "MaxPool" not in operators(rewritten)
    ran = 0
    for size in (7, 8, 9):
        feed = {"x": integers((1, 2, size, size), size), **more}
        try:
            expected = run(given, feed)
        except runtime_errors():  # another size than the model declares
            continue
        ran += 1
        for one, other in zip(expected, run(rewritten, feed), strict=True):
            assert np.array_equal(one, other)
    assert ran


def confirmed() -> Iterator[tuple[str, onnx.ModelProto, Any]]:
    fixed = (1, 2, 8, 8)
    yield "value", model([relu("x", "r"), pool("r", "y")], x=fixed), {}
    kept = [pool("state", "next", KEEP)]
    scales = helper.make_tensor("scales", TensorProto.FLOAT, [4], [1, 1, 2, 2])
    twice = [
        helper.make_node("Constant", [], ["twice"], value=scales),
        helper.make_node("Resize", ["p", "", "twice"], ["next"]),
    ]
    once = [pool("state", "p"), *twice]
    yield "loop", model([loop("x", "y", once)], x=fixed, stored=[COUNT]), {}
    yield "loop, declared wrongly", model([loop("x", "y", once, declared=STALE)], x=fixed, stored=[COUNT]), {}
    chain = [loop("x", "l", kept), loop("l", "m", [pool("state", "next", KEEP)]), pool("m", "y")]
    yield "after loops", model(chain, x=fixed, stored=[COUNT]), {}
    inner = loop("state", "between", [pool("state_in", "next_in", KEEP)], name="_in")
    yield "loop in a loop", model([loop("x", "y", [inner, pool("between", "p"), *twice])], x=fixed, stored=[COUNT]), {}
    c, given = info("c", [], TensorProto.BOOL), {"c": np.array(False)}
    yield (
        "if",
        model([choice([relu("x", "p")], [relu("x", "q")], STALE), pool("chosen", "y")], x=fixed, inputs=[c]),
        given,
    )
    call = helper.make_node("F", ["x"], ["y"], domain="own", name="call")
    yield "function", model([call], x=fixed, functions=[function([relu("a", "r"), pool("r", "b")])]), {}


GOOD = list(confirmed())


@pytest.mark.parametrize("options", [{}, {"style": "feedforward"}], ids=["skip", "feedforward"])
@pytest.mark.parametrize(("given", "more"), [case[1:] for case in GOOD], ids=[case[0] for case in GOOD])
def test_what_inference_confirms_is_used(given: onnx.ModelProto, more: Any, options: Any) -> None:
    feed = {"x": integers((1, 2, 8, 8), 0), **more}
    rewritten = reluify(given, **options)
    assert "MaxPool" not in operators(rewritten)
    for one, other in zip(run(given, feed), run(rewritten, feed), strict=True):
        assert np.array_equal(one, other)


# Inference against the runtime


def windows(rng: np.random.Generator, op: str) -> tuple[dict[str, Any], list[onnx.TensorProto]]:
    """Draw the windows of a pooling layer or a convolution."""
    attributes: dict[str, Any] = {"kernel_shape": rng.integers(1, 4, 2).tolist()}
    if rng.random() < 0.6:
        attributes["strides"] = rng.integers(1, 4, 2).tolist()
    if rng.random() < 0.4:
        attributes["dilations"] = rng.integers(1, 3, 2).tolist()
    way = rng.random()
    if way < 0.3:
        attributes["auto_pad"] = str(rng.choice(["SAME_UPPER", "SAME_LOWER", "VALID"]))
    elif way < 0.7:
        attributes["pads"] = rng.integers(0, 3, 4).tolist()
    if "Conv" not in op:
        attributes |= {"ceil_mode": 1} if rng.random() < 0.5 else {}
        return attributes, []
    if op == "ConvTranspose":
        attributes |= {"output_shape": rng.integers(5, 20, 2).tolist()} if rng.random() < 0.3 else {}
        attributes |= {"output_padding": rng.integers(0, 2, 2).tolist()} if rng.random() < 0.3 else {}
    weights = np.ones((2, 2, *attributes["kernel_shape"]), np.float32)
    return attributes, [numpy_helper.from_array(weights, "weights")]


def resized(rng: np.random.Generator, op: str) -> tuple[dict[str, Any], list[onnx.TensorProto]]:
    factors = rng.choice([0.3, 0.5, 0.7, 1.1, 1.5, 2, 2.7], 2)
    nothing = numpy_helper.from_array(np.zeros(0, np.float32), "region")
    return {"mode": "linear"}, [nothing, numpy_helper.from_array(np.array([1, 1, *factors], np.float32), "scales")]


def sliced(rng: np.random.Generator, op: str) -> tuple[dict[str, Any], list[onnx.TensorProto]]:
    ends = [-(2**63), -20, -3, -1, 0, 1, 2, 5, 20, 2**63 - 1]
    parts = {"starts": rng.choice(ends, 2), "ends": rng.choice(ends, 2), "axes": np.array([2, 3])}
    parts["steps"] = rng.choice([-2, -1, 1, 2], 2)
    return {}, [numpy_helper.from_array(array, name) for name, array in parts.items()]


def reshaped(rng: np.random.Generator, op: str) -> tuple[dict[str, Any], list[onnx.TensorProto]]:
    shape = rng.choice([-1, 0, 1, 2, 4, 6], int(rng.integers(3, 5)))
    return {"allowzero": int(rng.integers(2))}, [numpy_helper.from_array(shape, "shape")]


DRAWN = {
    **dict.fromkeys(("MaxPool", "AveragePool", "LpPool", "Conv", "ConvTranspose"), windows),
    "Resize": resized,
    "Slice": sliced,
    "Reshape": reshaped,
}


@campaign
@pytest.mark.parametrize("op", DRAWN)
def test_sizes_that_are_inferred_are_those_at_run_time(op: str) -> None:
    """ONNX's own inference differs from onnxruntime in each of these operators but Conv and Reshape."""
    rng, known, count = np.random.default_rng(1), 0, tries(100)
    for _ in range(count):
        attributes, stored = DRAWN[op](rng, op)
        node = helper.make_node(op, ["x", *(tensor.name for tensor in stored)], ["y"], **attributes)
        shape = (1, 2, *rng.integers(5, 12, 2).tolist())
        one = model([node], x=shape, stored=stored)
        one.opset_import[0].version = 19
        try:
            (found,) = run(one, {"x": np.ones(shape, np.float32)})
        except runtime_errors():
            continue
        inferred = Inference(one).graph_values[()]["y"].shape
        if inferred is not None:
            assert inferred == found.shape or (None in inferred and len(inferred) == found.ndim), (node, shape)
            known += None not in inferred
    assert known > count / 10
