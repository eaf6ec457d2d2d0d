"""What exporters make of max pooling: padding of its own, peaks, maxima under other names, sizes that are free."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.rewrite.models import operators, pool, rewriting, run, runtime_errors
from theory.cli import main
from theory.errors import InputError, RewritingError
from theory.models.windows import read_windows
from theory.rewrite.reluify import reluify

FLOAT = TensorProto.FLOAT
LOWEST = float(np.finfo(np.float32).min)
STYLES: list[dict[str, Any]] = [
    {},
    {"style": "feedforward"},
    {"construction": "shallow"},
    {"dense": True},
    {"float64": True},
]
RNG = np.random.default_rng(19)


def model(
    nodes: Sequence[onnx.NodeProto],
    shape: Sequence[int | str],
    stored: Mapping[str, Any] | None = None,
    *,
    outputs: Mapping[str, int] | None = None,
    element: int = FLOAT,
    opset: int = 17,
    rank: int | None = None,
) -> onnx.ModelProto:
    """Build a model from x to y, or to these outputs, of free extents, as many as x has if not told."""
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", element, shape)],
        [
            helper.make_tensor_value_info(
                name, kind, [f"{name}_{axis}" for axis in range(len(shape) if rank is None else rank)]
            )
            for name, kind in (outputs or {"y": element}).items()
        ],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in (stored or {}).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def node(op: str, inputs: Sequence[str], output: str, **attributes: Any) -> onnx.NodeProto:
    return helper.make_node(op, inputs, [output], name=f"{op}_{output}", **attributes)


def max_pool(x: str = "padded", y: str = "y", **attributes: Any) -> onnx.NodeProto:
    return node("MaxPool", [x], y, **{"kernel_shape": [3, 3], **attributes})


def floats(*shape: int, dtype: npt.DTypeLike = np.float32) -> npt.NDArray[Any]:
    return RNG.standard_normal(shape).astype(dtype)


def check_same(given: onnx.ModelProto, x: npt.NDArray[Any], **options: Any) -> onnx.ModelProto:
    """Rewrite a model, and see that both compute the same up to rounding."""
    rewritten = reluify(given, **options)
    onnx.checker.check_model(rewritten)
    for one, other in zip(run(given, {"x": x}), run(rewritten, {"x": x}), strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(other.astype(float), one.astype(float), rtol=1e-5, atol=1e-6)
    return rewritten


# Padding with minus infinity.


@pytest.mark.parametrize("options", STYLES, ids=str)
@pytest.mark.parametrize("fill", [-np.inf, LOWEST])
@pytest.mark.parametrize(
    ("pads", "attributes"),
    [
        ((0, 1, 0, 1), {"strides": [2, 2]}),
        ((1, 1, 1, 1), {}),
        ((2, 0, 1, 2), {"strides": [2, 3]}),
        ((1, 0, 0, 1), {"pads": [1, 1, 1, 1]}),
        ((0, 0, 1, 1), {"ceil_mode": 1, "strides": [2, 2]}),
        ((1, 0, 0, 0), {"auto_pad": "SAME_UPPER", "strides": [2, 2]}),
        ((2, 2, 2, 2), {"dilations": [2, 2]}),
    ],
)
def test_padding_with_minus_infinity_becomes_part_of_the_windows(
    fill: float, pads: tuple[int, ...], attributes: dict[str, Any], options: dict[str, Any]
) -> None:
    top, left, bottom, right = pads
    stored = {"pads": [0, 0, top, left, 0, 0, bottom, right], "fill": np.float32(fill)}
    given = model([node("Pad", ["x", "pads", "fill"], "padded"), max_pool(**attributes)], [1, 2, 8, 9], stored)
    rewritten = check_same(given, floats(1, 2, 8, 9), **options)
    assert not {"MaxPool"} & operators(rewritten)
    assert "padded" not in {name for one in rewritten.graph.node for name in one.output}
    (record,) = rewriting(given, **options).poolings
    assert record.folded == ("Pad_padded",)


def test_padding_of_free_extents() -> None:
    stored = {"pads": [0, 0, 0, 0, 0, 0, 1, 1], "fill": np.float32(-np.inf)}
    nodes = [node("Pad", ["x", "pads", "fill"], "padded"), max_pool(strides=[2, 2])]
    for extent in range(2, 9):
        check_same(model(nodes, ["n", 2, "h", "w"], stored), floats(2, 2, extent, 9))


def test_padding_of_channels_follows_the_windows() -> None:
    for fill in (-np.inf, LOWEST):
        stored = {"pads": [0, 1, 1, 1, 1, 2, 1, 1], "fill": np.float32(fill)}
        given = model([node("Pad", ["x", "pads", "fill"], "padded"), max_pool()], [1, 2, 6, 6], stored)
        x = floats(1, 2, 6, 6)
        for options in STYLES:
            (expected,), (result,) = run(given, {"x": x}), run(reluify(given, **options), {"x": x})
            assert expected.shape == result.shape == (2, 5, 6, 6)
            assert np.array_equal(expected == fill, result == fill)
            np.testing.assert_allclose(result, expected, rtol=1e-5, atol=1e-6)


def exported(fill: float) -> onnx.ModelProto:
    """Pads as PyTorch writes them: reversed, interleaved, and filled up from ConstantOfShape."""
    nodes = [
        node("Constant", [], "given", value_ints=[0, 1, 0, 1]),
        node("Constant", [], "eight", value_ints=[8]),
        node("Shape", ["given"], "length"),
        node("Sub", ["eight", "length"], "four"),
        node("ConstantOfShape", ["four"], "zeros", value=numpy_helper.from_array(np.zeros(1, np.int64))),
        node("Concat", ["given", "zeros"], "all", axis=0),
        node("Constant", [], "pairs", value_ints=[-1, 2]),
        node("Reshape", ["all", "pairs"], "rows"),
        node("Constant", [], "zero", value_ints=[0]),
        node("Constant", [], "last", value_ints=[-1]),
        node("Constant", [], "first", value_ints=[-(2**63) + 1]),
        node("Slice", ["rows", "last", "first", "zero", "last"], "reversed"),
        node("Transpose", ["reversed"], "turned", perm=[1, 0]),
        node("Reshape", ["turned", "last"], "flat"),
        node("Cast", ["flat"], "pads", to=TensorProto.INT64),
        node("Constant", [], "double", value=numpy_helper.from_array(np.array(fill, np.float64))),
        node("Cast", ["double"], "fill", to=FLOAT),
        node("Conv", ["x", "w"], "c"),
        node("Pad", ["c", "pads", "fill"], "padded"),
        max_pool(strides=[2, 2]),
    ]
    return model(nodes, ["n", 3, "h", "w"], {"w": floats(5, 3, 1, 1)})


@pytest.mark.parametrize("options", STYLES, ids=str)
def test_pads_that_are_computed_from_constants(options: dict[str, Any]) -> None:
    # The number of channels is known behind the Pad too, or these styles would refuse the model.
    check_same(exported(-np.inf), floats(2, 3, 8, 7), **options)
    check_same(exported(-0.5), floats(2, 3, 8, 7), **options)


def computed_from_sizes(*shape: int | str) -> onnx.ModelProto:
    """Pad for a stride of 2 by sizes that the graph looks up, as exporters write it where batches are free."""
    nodes = [
        node("Shape", ["x"], "shape"),
        node("Gather", ["shape", "two"], "h"),
        node("Slice", ["shape", "first", "last"], "w"),
    ]
    for side in "hw":
        nodes += [
            node("Add", [side, "one"], f"{side}1"),
            node("Div", [f"{side}1", "two"], f"{side}2"),
            node("Sub", [f"{side}2", "one"], f"{side}3"),
            node("Mul", [f"{side}3", "two"], f"{side}4"),
            node("Add", [f"{side}4", "three"], f"{side}5"),
            node("Sub", [f"{side}5", side], f"{side}6"),
        ]
    nodes += [
        node("Concat", ["zeros", "h6", "w6", "zeros", "none", "none"], "pads", axis=0),
        node("Pad", ["x", "pads", "fill"], "padded"),
        max_pool(strides=[2, 2]),
    ]
    numbers = {"one": [1], "two": [2], "three": [3], "first": [3], "last": [4], "zeros": [0, 0], "none": [0]}
    return model(nodes, shape, {**numbers, "fill": np.float32(-np.inf)})


@pytest.mark.parametrize("options", STYLES, ids=str)
def test_pads_that_are_computed_from_known_sizes(options: dict[str, Any]) -> None:
    given = computed_from_sizes("n", 3, 8, 9)
    (record,) = rewriting(given, **options).poolings
    # 8 takes 1 more, 9 takes 2, all at the start here.
    assert record.windows.pads == (1, 2, 0, 0)
    assert record.folded
    rewritten = check_same(given, floats(2, 3, 8, 9), **options)
    assert not operators(rewritten) & {"Shape", "Div", "Mul"}


def test_pads_that_are_computed_from_free_sizes_are_not_known() -> None:
    with pytest.raises(RewritingError, match="by how much Pad node 'Pad_padded' before it pads is not known"):
        reluify(computed_from_sizes("n", 3, "h", 9))


def test_shapes_that_hang_on_known_sizes() -> None:
    stored = {"two": [2], "fill": np.float32(1.0), "zeros": [0, 0], "ends": [0, 0, 0]}
    nodes = [
        node("Shape", ["x"], "shape"),
        node("Gather", ["shape", "two"], "h"),
        node("Concat", ["zeros", "h", "zeros", "ends"], "pads", axis=0),
        node("Pad", ["x", "pads", "fill"], "padded"),
        max_pool(strides=[2, 2]),
    ]
    (record,) = rewriting(model(nodes, ["n", 3, 8, 9], stored), style="feedforward").poolings
    assert record.outputs == 3 * 7 * 4


def test_a_pad_that_others_read_stays() -> None:
    stored = {"pads": [0, 0, 1, 1, 0, 0, 1, 1], "fill": np.float32(-np.inf)}
    nodes = [node("Pad", ["x", "pads", "fill"], "padded"), max_pool(), node("Sigmoid", ["padded"], "z")]
    given = model(nodes, [1, 2, 5, 5], stored, outputs={"y": FLOAT, "z": FLOAT})
    assert "Pad" in operators(check_same(given, floats(1, 2, 5, 5), style="feedforward"))


def test_pads_one_after_the_other_with_a_transpose_and_a_cast_between() -> None:
    stored = {"one": [0, 1, 0, 0, 0, 0, 1, 0], "two": [0, 0, 0, 1, 0, 0, 1, 0], "low": np.float16(-np.inf)}
    nodes = [
        node("Pad", ["x", "one", "low"], "a"),
        node("Transpose", ["a"], "b", perm=[0, 3, 1, 2]),
        node("Identity", ["b"], "c"),
        node("Cast", ["c"], "d", to=FLOAT),
        node("Pad", ["d", "two", "lowest"], "padded"),
        max_pool(strides=[2, 2]),
    ]
    stored["lowest"] = np.float32(LOWEST)
    given = model(nodes, [2, 7, 6, 3], stored, element=TensorProto.FLOAT16, outputs={"y": FLOAT})
    check_same(given, floats(2, 7, 6, 3, dtype=np.float16), style="feedforward")
    (record,) = rewriting(given).poolings
    assert record.folded == ("Pad_padded", "Pad_a")
    assert record.windows.pads == (1, 1, 1, 1)


def test_padding_in_old_opsets_and_along_given_axes() -> None:
    old = node("Pad", ["x"], "padded", pads=[0, 0, 1, 1, 0, 0, 1, 1], value=LOWEST)
    check_same(model([old, max_pool()], [1, 2, 6, 6], opset=10), floats(1, 2, 6, 6))
    stored = {"pads": [1, 0, 0, 1], "fill": np.float32(-np.inf), "axes": [-1, 2]}
    new = node("Pad", ["x", "pads", "fill", "axes"], "padded")
    check_same(model([new, max_pool()], [1, 2, 6, 6], stored, opset=18), floats(1, 2, 6, 6))


def test_padding_outside_of_a_subgraph() -> None:
    then = helper.make_graph([max_pool()], "then", [], [helper.make_tensor_value_info("y", FLOAT, list("abcd"))])
    otherwise = helper.make_graph(
        [node("Abs", ["x"], "z")], "else", [], [helper.make_tensor_value_info("z", FLOAT, list("abcd"))]
    )
    stored = {"pads": [0, 0, 1, 1, 0, 0, 1, 1], "fill": np.float32(-np.inf), "c": np.array(True)}
    branch = helper.make_node("If", ["c"], ["out"], name="if", then_branch=then, else_branch=otherwise)
    given = model([node("Pad", ["x", "pads", "fill"], "padded"), branch], [1, 2, 6, 6], stored, outputs={"out": FLOAT})
    rewritten = check_same(given, floats(1, 2, 6, 6), style="feedforward")
    assert [one.op_type for one in rewritten.graph.node] == ["If"]
    inner = next(a.g for a in rewritten.graph.node[0].attribute if a.name == "then_branch")
    assert {one.input[1] for one in inner.node if one.op_type == "Conv"} <= {one.name for one in inner.initializer}


@pytest.mark.parametrize("fill", [-1.0, 0.0, 0.5, -1e9, -1e4, 300.0])
def test_other_values_are_values(fill: float) -> None:
    stored = {"pads": [0, 0, 3, 1, 0, 0, 1, 1], "fill": np.float32(fill)}
    given = model([node("Pad", ["x", "pads", "fill"], "padded"), max_pool(pads=[0, 0, 1, 1])], [1, 2, 6, 6], stored)
    check_same(given, floats(1, 2, 6, 6))
    large = abs(fill) > 256
    assert rewriting(given).poolings[0].float64 is large
    for options in ({"style": "feedforward"}, {"construction": "shallow"}):
        if large:
            with pytest.raises(RewritingError, match=r"its input may be of size .* by padding"):
                reluify(given, **options)
        else:
            check_same(given, floats(1, 2, 6, 6), **options)


def test_a_negative_value_after_a_relu_is_below_all_others() -> None:
    stored = {"pads": [0, 0, 1, 1, 0, 0, 1, 1], "fill": np.float32(-1e9)}
    given = model([node("Relu", ["x"], "r"), node("Pad", ["r", "pads", "fill"], "padded"), max_pool()], [1, 2, 6, 6])
    given.graph.initializer.extend(numpy_helper.from_array(np.asarray(v), k) for k, v in stored.items())
    for options in STYLES:
        check_same(given, floats(1, 2, 6, 6), **options)
        assert rewriting(given, **options).poolings[0].folded == ("Pad_padded",)


@pytest.mark.parametrize(
    ("pads", "fill", "reason"),
    [
        ([0, 0, 3, 0, 0, 0, 0, 0], -np.inf, "leaves windows of 3 taps with nothing but padding"),
        ([0, 0, -1, 0, 0, 0, 1, 0], -np.inf, "pads with minus infinity and cuts off at once"),
        ([0, 0, 1, 0, 0, 0, 1, 0], -1e30, "its input may be of size 1e[+]30"),
        ([0, 0, 1, 0, 0, 0, 1, 0], np.inf, "its input may be of size inf"),
        ([0, 0, 1, 0, 0, 0, 1, 0], np.nan, "its input may be of size inf"),
    ],
)
def test_what_cannot_be_folded_is_refused(pads: list[int], fill: float, reason: str) -> None:
    stored = {"pads": pads, "fill": np.float32(fill)}
    with pytest.raises(RewritingError, match=reason):
        reluify(model([node("Pad", ["x", "pads", "fill"], "padded"), max_pool()], [1, 2, 6, 6], stored))


def test_what_is_not_known_is_refused() -> None:
    nodes = [node("ReduceMin", ["x"], "fill", keepdims=0), node("Pad", ["x", "pads", "fill"], "padded"), max_pool()]
    with pytest.raises(RewritingError, match="what Pad node 'Pad_padded' before it pads with is not known"):
        reluify(model(nodes, [1, 2, 6, 6], {"pads": [0, 0, 1, 1, 0, 0, 1, 1]}))
    nodes = [
        node("Shape", ["x"], "s"),
        node("Concat", ["s", "s"], "pads", axis=0),
        node("Pad", ["x", "pads", "fill"], "padded"),
        max_pool(),
    ]
    with pytest.raises(RewritingError, match="by how much Pad node 'Pad_padded' before it pads is not known"):
        reluify(model(nodes, ["n", 2, 6, 6], {"fill": np.float32(-np.inf)}))


@pytest.mark.parametrize(
    "between",
    [
        [node("Unsqueeze", ["x", "zero"], "padded")],
        [node("Where", ["mask", "x", "low"], "padded")],
        [node("Shape", ["x"], "s"), node("Expand", ["low", "s"], "e"), node("Concat", ["x", "e"], "padded", axis=3)],
    ],
    ids=lambda nodes: nodes[-1].op_type,
)
def test_minus_infinity_by_other_ways_is_refused(between: list[onnx.NodeProto]) -> None:
    stored = {"pads": [0, 0, 1, 1, 1, 1], "low": np.float32(-np.inf), "zero": [0], "mask": np.ones((1, 2, 6, 6), bool)}
    shape: list[int] = [1, 2, 6, 6]
    if between[0].op_type == "Unsqueeze":
        between, shape = [node("Pad", ["x", "pads", "low"], "p"), node("Unsqueeze", ["p", "zero"], "padded")], [2, 6, 6]
        stored["pads"] = [0, 1, 1, 0, 1, 1]
    with pytest.raises(RewritingError, match="its input may be of size inf"):
        reluify(model([*between, max_pool()], shape, stored))


def test_nodes_that_do_not_fit_end_in_a_refusal() -> None:
    stored = {"pads": [0, 0, 1, 0, 0, 1], "fill": np.float32(-np.inf)}
    bad = model([node("Pad", ["x", "pads", "fill"], "padded"), max_pool()], [1, 2, 6, 6], stored)
    with pytest.raises(RewritingError, match="MaxPool node 'MaxPool_y': "):
        reluify(bad)
    turned = [
        node("Pad", ["x", "pads", "fill"], "p"),
        node("Transpose", ["p"], "padded", perm=[0, 1, 2, 9]),
        max_pool(),
    ]
    with pytest.raises(RewritingError, match="the nodes that pad its input do not fit each other"):
        reluify(model(turned, [1, 2, 6, 6], {**stored, "pads": [0, 0, 1, 0, 0, 0, 1, 0]}))
    strange = model([helper.make_node("MyMaxPool", [], ["y"], domain="org.example", name="my")], [1, 2, 6, 6])
    strange.opset_import.append(helper.make_opsetid("org.example", 1))
    strange.graph.node.append(helper.make_node("NhwcMaxPool", ["x"], ["z"], domain="com.microsoft", kernel_shape=1.5))
    strange.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    assert [stays.op_type for stays in rewriting(strange).stays] == ["MyMaxPool", "NhwcMaxPool"]


# Peaks.


def peaks(compared: Sequence[onnx.NodeProto], *, opset: int = 17) -> onnx.ModelProto:
    nodes = [node("Sigmoid", ["x"], "h"), max_pool("h", "m", pads=[1] * 4), *compared]
    return model(nodes, [1, 4, 32, 32], {"zero": np.float32(0)}, opset=opset)


EQUAL = [node("Equal", ["h", "m"], "e"), node("Cast", ["e"], "k", to=FLOAT), node("Mul", ["h", "k"], "y")]
WAYS = {
    "equal": EQUAL,
    "at least": [node("GreaterOrEqual", ["h", "m"], "e"), node("Where", ["e", "h", "zero"], "y")],
    "difference": [
        node("Sub", ["m", "h"], "d"),
        node("Equal", ["d", "zero"], "e"),
        node("Where", ["e", "h", "zero"], "y"),
    ],
    "moved": [
        node("Transpose", ["m"], "a", perm=[0, 2, 3, 1]),
        node("Transpose", ["h"], "b", perm=[0, 2, 3, 1]),
        node("Equal", ["a", "b"], "e"),
        node("Where", ["e", "b", "zero"], "y"),
    ],
    "of the whole": [
        node("ReduceMax", ["h"], "g", axes=[3]),
        node("GreaterOrEqual", ["h", "g"], "e"),
        node("Where", ["e", "h", "zero"], "y"),
    ],
    "row after column": [
        max_pool("m", "mm", kernel_shape=[1, 5], pads=[0, 2, 0, 2]),
        node("Equal", ["mm", "h"], "e"),
        node("Where", ["e", "h", "zero"], "y"),
    ],
}


@pytest.mark.parametrize("way", WAYS)
def test_no_peak_is_lost(way: str) -> None:
    given = peaks(WAYS[way])
    x = 3 * floats(1, 4, 32, 32) - 4
    (expected,) = run(given, {"x": x})
    assert np.count_nonzero(expected) > 100
    assert np.array_equal(run(reluify(given), {"x": x})[0], expected)
    records = rewriting(given).poolings
    assert all(
        record.compared and record.float64 for record in records if record.name != "MaxPool_m" or way != "of the whole"
    )


def test_equal_neighbours_of_an_earlier_maximum_stay_equal() -> None:
    # Windows that overlap share their maximum, so that there are peaks of several equal values.
    nodes = [max_pool("x", "a"), node("Sigmoid", ["a"], "h"), max_pool("h", "m", pads=[1] * 4), *EQUAL]
    given = model(nodes, [1, 4, 32, 32])
    assert [record.float64 for record in rewriting(given).poolings] == [True, True]
    x = floats(1, 4, 32, 32)
    assert np.array_equal(run(given, {"x": x})[0] > 0, run(reluify(given), {"x": x})[0] > 0)


def test_without_a_comparison_nothing_changes() -> None:
    for after in ([node("Equal", ["m", "zero"], "e"), node("Cast", ["e"], "y", to=FLOAT)], [node("Abs", ["m"], "y")]):
        (record,) = rewriting(peaks(after)).poolings
        assert not record.compared
        assert not record.float64


@pytest.mark.parametrize("through", ["pooled", "both"])
def test_peaks_that_a_caller_of_functions_picks(through: str) -> None:
    domain = "org.example"
    ids = [helper.make_opsetid("", 17), helper.make_opsetid(domain, 1)]
    pooled = helper.make_function(domain, "Pooled", ["a"], ["b"], [max_pool("a", "b", pads=[1] * 4)], ids)
    inner = helper.make_node("Pooled", ["v"], ["w"], domain=domain)
    both = helper.make_function(domain, "Both", ["u", "v"], ["v2", "w"], [node("Identity", ["v"], "v2"), inner], ids)
    if through == "pooled":
        calls = [helper.make_node("Pooled", ["h"], ["m"], domain=domain)]
    else:
        calls = [helper.make_node("Both", ["x", "h"], ["h2", "m"], domain=domain)]
    given = peaks(EQUAL)
    nodes = [one for one in given.graph.node if one.op_type != "MaxPool"]
    given.graph.ClearField("node")
    given.graph.node.extend([nodes[0], *calls, *nodes[1:]])
    given.functions.extend([pooled, both])
    given.opset_import.append(ids[1])
    (record,) = rewriting(given).poolings
    assert record.compared
    assert record.float64
    other = peaks([node("Equal", ["x", "m"], "e"), *EQUAL[1:]])
    other.graph.node[1].CopyFrom(helper.make_node("Pooled", ["x"], ["m"], domain=domain))
    other.graph.node[2].input[0] = "zero"
    other.functions.append(pooled)
    other.opset_import.append(ids[1])
    (record,) = rewriting(other).poolings
    assert not record.compared


def test_where_float64_does_not_serve_there_is_a_warning(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = str(tmp_path / "in.onnx"), str(tmp_path / "out.onnx")
    onnx.save(peaks(EQUAL), source)
    for options in (["--style", "feedforward"], ["--construction", "shallow"], ["--orders", "1,d-1"]):
        assert main(["reluify", source, target, *options]) == 0
        assert "warning    the output is compared with the input, and rounding may lose" in capsys.readouterr().out
    assert main(["reluify", source, target]) == 0
    said = capsys.readouterr().out
    assert "float64    by itself" in said
    assert "warning" not in said
    assert main(["reluify", source, target, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["nodes"]
    assert (row["compared"], row["float64"]) == (True, True)


# Max pooling under other names.


@pytest.mark.parametrize("options", [*STYLES, {"orders": "1,d-1"}], ids=str)
def test_global_max_pooling(options: dict[str, Any]) -> None:
    for extents in ((5, 4), (1, 7), (3,), (2, 3, 2)):
        given = model([node("GlobalMaxPool", ["x"], "y")], ["n", 3, *extents])
        if "orders" in options:
            (record,) = rewriting(given, **options).poolings
            x = floats(2, 3, *extents)
            off = np.abs(run(given, {"x": x})[0] - run(reluify(given, **options), {"x": x})[0]).max()
            assert 0 <= off <= float(record.error) * (x.max() - x.min()) + 1e-6
        elif options != {"construction": "shallow"} or np.prod(extents) <= 36:
            assert "GlobalMaxPool" not in operators(check_same(given, floats(2, 3, *extents), **options))


def test_the_relus_of_global_max_pooling_are_counted() -> None:
    (record,) = rewriting(model([node("GlobalMaxPool", ["x"], "y")], [1, 8, 7, 7])).poolings
    assert (record.op_type, record.units_per_output, record.outputs) == ("GlobalMaxPool", 48, 8)


@pytest.mark.parametrize("opset", [13, 18])
@pytest.mark.parametrize(("axes", "keepdims"), [([2, 3], 1), ([-1, -2], 0), ([3], 0), ([-2], 1)])
def test_reduced_spatial_axes(opset: int, axes: list[int], keepdims: int) -> None:
    rank = 4 if keepdims else 4 - len(axes)
    if opset < 18:
        given = model(
            [node("ReduceMax", ["x"], "y", axes=axes, keepdims=keepdims)], [2, 3, 5, 4], opset=opset, rank=rank
        )
    else:
        given = model(
            [node("ReduceMax", ["x", "a"], "y", keepdims=keepdims)], [2, 3, 5, 4], {"a": axes}, opset=opset, rank=rank
        )
    assert "ReduceMax" not in operators(check_same(given, floats(2, 3, 5, 4)))


def test_a_large_window_takes_no_large_kernels() -> None:
    given = model([node("GlobalMaxPool", ["x"], "y")], [1, 2, 40, 33])
    assert check_same(given, floats(1, 2, 40, 33)).ByteSize() < 100_000


def test_padding_before_global_max_pooling() -> None:
    stored = {"pads": [0, 0, 1, 2, 0, 0, 3, 1], "fill": np.float32(-np.inf)}
    given = model([node("Pad", ["x", "pads", "fill"], "p"), node("GlobalMaxPool", ["p"], "y")], [1, 2, 5, 5], stored)
    for options in STYLES[:2]:
        assert "GlobalMaxPool" not in operators(check_same(given, floats(1, 2, 5, 5), **options))


def test_channels_last_as_onnxruntime_has_them() -> None:
    own = helper.make_node("NhwcMaxPool", ["x"], ["y"], name="own", domain="com.microsoft", kernel_shape=[3, 2])
    own.attribute.append(helper.make_attribute("strides", [2, 1]))
    own.attribute.append(helper.make_attribute("pads", [1, 0, 1, 1]))
    given = model([own], [2, 7, 6, 3], element=TensorProto.UINT8)
    given.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    x = RNG.integers(0, 256, (2, 7, 6, 3), dtype=np.uint8)
    rewritten = reluify(given)
    assert "NhwcMaxPool" not in operators(rewritten)
    assert np.array_equal(run(given, {"x": x})[0], run(rewritten, {"x": x})[0])


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (model([node("GlobalMaxPool", ["x"], "y")], [1, 2, "h", 4]), "the extents of its input are not known"),
        (
            model([node("ReduceMax", ["x"], "y", axes=[1])], [1, 2, 4, 4], opset=13),
            "one of the first two axes, batch and channels",
        ),
        (model([node("ReduceMax", ["x"], "y")], [1, 2, 4, 4]), "one of the first two axes, batch and channels"),
        (
            model([node("ReduceMax", ["x"], "y", axes=[2])], [1, 2, 4], element=TensorProto.INT64, opset=13),
            "its input holds int64",
        ),
        (
            model(
                [node("MaxRoiPool", ["x", "rois"], "y", pooled_shape=[2, 2])],
                [1, 2, 8, 8],
                {"rois": np.array([[0, 0, 0, 4, 4]], np.float32)},
            ),
            "it has no windows",
        ),
    ],
)
def test_what_stays_is_named(
    given: onnx.ModelProto, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (kind,) = operators(given)
    source, target = str(tmp_path / "in.onnx"), str(tmp_path / "out.onnx")
    onnx.save(given, source)
    assert main(["reluify", source, target]) == 0
    said = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("stays"))
    assert f"{kind} '{kind}_y': " in said
    assert reason in said
    assert kind in operators(onnx.load(target))
    assert main(["reluify", source, target, "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["stays"]
    assert (row["op_type"], row["place"]) == (kind, "graph")
    assert reason in row["reason"]


# SAME with free extents.


@pytest.mark.parametrize("side", ["UPPER", "LOWER"])
@pytest.mark.parametrize("stride", range(1, 5))
@pytest.mark.parametrize("kernel", range(1, 7))
def test_same_padding_that_no_extent_changes(kernel: int, stride: int, side: str) -> None:
    attributes = {"kernel_shape": [kernel], "strides": [stride], "auto_pad": f"SAME_{side}"}
    fixed = []
    for extent in range(1, 21):
        try:
            fixed.append((extent, read_windows(attributes, (extent,)).axes[0]))
        except InputError:
            break
    begins = {axis.begin for _, axis in fixed}
    if len(fixed) < 20 or len(begins) > 1:
        with pytest.raises(InputError, match="takes a spatial extent that is not known"):
            read_windows(attributes, (None,))
        return
    (free,) = read_windows(attributes, (None,)).axes
    assert {free.begin} == begins
    # The windows see the same values: as many of them, from the same start; of padding they see what they reach.
    assert all(free.outputs(n) == axis.outputs(n) == -(-n // stride) for n, axis in fixed)


@pytest.mark.parametrize(
    ("kernel", "stride", "side"),
    [(2, 2, "UPPER"), (3, 2, "LOWER"), (4, 2, "UPPER"), (2, 3, "UPPER"), (5, 1, "UPPER"), (4, 1, "LOWER")],
)
def test_same_padding_of_free_extents_runs_alike(kernel: int, stride: int, side: str) -> None:
    case = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "auto_pad": f"SAME_{side}"}
    given = pool(case, ("n", 2, "h", "w"))
    rewritten = reluify(given)
    for extent in range(1, 21):
        if stride == 3 and extent % 3 == 0:
            continue  # the formula gives -1, which onnxruntime refuses
        x = floats(1, 2, extent, extent)
        one, other = run(given, {"x": x})[0], run(rewritten, {"x": x})[0]
        assert one.shape == other.shape
        np.testing.assert_allclose(other, one, atol=1e-6)


# Orders.


def test_orders_that_coincide_in_a_small_window() -> None:
    given = model([max_pool("x", "m"), max_pool("m", "y", kernel_shape=[1, 2], strides=[1, 2])], [1, 1, 8, 8])
    assert [record.orders for record in rewriting(given, orders="1,d-1").poolings] == [(1, 8), (1,)]
    with pytest.raises(RewritingError, match="orders are distinct, but 1 occurs twice"):
        reluify(given, orders="1,1")


def test_orders_for_one_node(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = model([max_pool("x", "m"), max_pool("m", "y", kernel_shape=[2, 2])], [1, 1, 8, 8])
    found = rewriting(given, orders={"MaxPool_y": "1,d-1", None: [1, 2, 8]}).poolings
    assert [record.orders for record in found] == [(1, 2, 8), (1, 3)]
    assert [record.orders for record in rewriting(given, orders={"MaxPool_m": "1,8"}).poolings] == [(1, 8), None]
    source, target = str(tmp_path / "in.onnx"), str(tmp_path / "out.onnx")
    onnx.save(given, source)
    assert main(["reluify", source, target, "--orders", "MaxPool_y=1,d-1", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["orders"], said["orders_by_node"]) == ("exact", {"MaxPool_y": "1,d-1"})
    assert [row["orders"] for row in said["nodes"]] == ["exact", [1, 3]]
    assert main(["compare", source, target, "--bounds", "0,1"]) == 0
    for wrong, reason in (("other=1", "there are orders for 'other'"), ("MaxPool_y=", "nothing beside a comma")):
        capsys.readouterr()
        assert main(["reluify", source, target, "--orders", wrong]) == 2
        assert reason in capsys.readouterr().err
    assert main(["reluify", source, target, "--orders", "1", "--orders", "1,d-1"]) == 2
    assert "there are two sets of orders for all nodes" in capsys.readouterr().err


# What runtimes refuse.


@pytest.mark.parametrize("name", ["strides", "dilations", "pads"])
def test_an_empty_list_is_refused_as_onnxruntime_refuses_it(name: str) -> None:
    given = pool({"kernel_shape": [2, 2]}, (1, 1, 6, 6))
    given.graph.node[0].attribute.append(onnx.AttributeProto(name=name, type=onnx.AttributeProto.INTS))
    with pytest.raises(RewritingError, match=f"MaxPool node 'pool_0': {name} has 0 entries, not"):
        reluify(given)


def test_an_old_opset_names_the_way_out() -> None:
    with pytest.raises(RewritingError, match=r"opset 6 is too old: 7 or newer is needed; onnx.version_converter"):
        reluify(pool({"kernel_shape": [2]}, (1, 1, 4), opset=6))


# What other tools read.


@pytest.mark.parametrize(
    "options", [*STYLES[:4], {"style": "feedforward", "dense": True}, {"orders": "1,d-1"}], ids=str
)
def test_weights_are_stored_and_nothing_is_left_to_defaults(options: dict[str, Any]) -> None:
    given = pool({"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1] * 4}, (1, 3, 9, 9), before="Relu")
    graph = reluify(given, **options).graph
    stored = {tensor.name for tensor in graph.initializer}
    convolutions = [one for one in graph.node if one.op_type == "Conv"]
    assert convolutions or options == {"dense": True}
    assert "Constant" not in {one.op_type for one in graph.node}
    for one in convolutions:
        assert {*one.input[1:]} <= stored
        assert {a.name for a in one.attribute} == {"strides", "dilations", "pads", "group", "kernel_shape"}


def test_models_whose_stored_tensors_are_inputs_keep_their_inputs() -> None:
    given = pool({"kernel_shape": [3, 3]}, (1, 3, 9, 9), opset=8)
    assert given.ir_version == 3
    rewritten = check_same(given, floats(1, 3, 9, 9))
    assert not rewritten.graph.initializer
    assert [value.name for value in rewritten.graph.input] == ["x"]


# A normal form without ReLUs.


@pytest.mark.parametrize("free", [False, True])
@pytest.mark.parametrize("mode", ["ceil", "SAME_UPPER", "SAME_LOWER", "VALID"])
@pytest.mark.parametrize(("kernel", "stride", "begin", "end"), [
    (2, 2, 0, 0), (3, 2, 0, 0), (3, 2, 1, 1), (2, 3, 0, 0), (2, 3, 1, 0), (3, 1, 1, 1), (5, 3, 2, 2), (4, 2, 1, 2),
])  # fmt: skip
def test_pools_in_normal_form(kernel: int, stride: int, begin: int, end: int, mode: str, free: bool) -> None:
    case: dict[str, Any] = {"kernel_shape": [kernel], "strides": [stride]}
    case |= {"ceil_mode": 1, "pads": [begin, end]} if mode == "ceil" else {"auto_pad": mode}
    tried = 0
    for extent in range(1, 21):
        given = pool(case, ("n", 2, "w" if free else extent))
        if mode == "ceil" and extent + begin + end < kernel:
            continue  # onnxruntime then has one window, the standard none
        x = floats(1, 2, extent)
        try:
            (expected,) = run(given, {"x": x})
            rewritten = reluify(given, style="pools")
        except (RewritingError, *runtime_errors()):
            continue
        (result,) = run(rewritten, {"x": x})
        assert np.array_equal(result, expected)
        (one,) = rewritten.graph.node
        assert {a.name for a in one.attribute} == {"kernel_shape", "strides", "pads", "dilations"}
        tried += 1
    assert tried >= 6 or (free and "SAME" in mode)


def test_ceil_mode_pads_no_more_than_needed() -> None:
    for extent in range(2, 21):
        case = {"kernel_shape": [3], "strides": [2], "ceil_mode": 1}
        try:
            (record,) = rewriting(pool(case, (1, 1, extent)), style="pools").poolings
        except RewritingError:
            continue
        assert record.windows.pads == (0, (extent + 1) % 2 if extent > 2 else 1)


def test_other_names_and_padding_in_normal_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for fill, pads, left in (
        (-np.inf, [0, 0, 1, 0, 0, 0, 1, 1], 1),
        (-np.inf, [0, 0, 3, 0, 0, 0, 1, 1], 2),
        (-1e9, [0, 0, 1, 1] * 2, 2),
    ):
        stored = {"pads": pads, "fill": np.float32(fill)}
        given = model([node("Pad", ["x", "pads", "fill"], "padded"), max_pool(strides=[2, 2])], [1, 2, 8, 9], stored)
        x = floats(1, 2, 8, 9)
        rewritten = reluify(given, style="pools")
        assert np.array_equal(run(given, {"x": x})[0], run(rewritten, {"x": x})[0])
        assert len(rewritten.graph.node) == left
    given = model([node("GlobalMaxPool", ["x"], "y")], [1, 2, 8, 9])
    assert operators(check_same(given, floats(1, 2, 8, 9), style="pools")) == {"MaxPool"}
    source, target = str(tmp_path / "in.onnx"), str(tmp_path / "out.onnx")
    onnx.save(peaks(EQUAL), source)
    assert main(["reluify", source, target, "--style", "pools"]) == 0
    said = capsys.readouterr().out
    assert "by 1 that round down, with explicit padding" in said
    assert "warning" not in said
    for options in (["--orders", "1"], ["--construction", "shallow"], ["--dense"], ["--float64"]):
        assert main(["reluify", source, target, "--style", "pools", *options]) == 2
        assert "subpool: style pools has no" in capsys.readouterr().err


def test_padding_wider_than_runtimes_take_is_refused() -> None:
    with pytest.raises(RewritingError, match="runtimes pad by less than the kernel, 2, not by 3"):
        reluify(
            pool({"kernel_shape": [2], "dilations": [3], "strides": [4], "ceil_mode": 1}, (1, 1, "w")), style="pools"
        )
