"""Zeros as padding: what is shifted above zero by a number below which it never falls."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from tests.rewrite.models import integers, operators, pool, pools, rewriting, run
from theory.cli import main
from theory.errors import InputError, RewritingError

STYLES: list[dict[str, Any]] = [
    {"style": "skip"},
    {"style": "skip", "dense": True},
    {"style": "skip", "float64": True},
    {"style": "skip", "construction": "shallow"},
    {"style": "feedforward"},
    {"style": "feedforward", "dense": True},
    {"style": "feedforward", "construction": "shallow"},
]
WINDOWS: list[dict[str, Any]] = [
    {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]},
    {"kernel_shape": [3, 2], "pads": [2, 0, 0, 1]},
    {"kernel_shape": [4, 3], "strides": [3, 1], "pads": [2, 1, 2, 1]},
    {"kernel_shape": [3, 2], "dilations": [2, 3], "pads": [2, 1, 1, 1]},
    {"kernel_shape": [2, 3], "strides": [2, 2], "ceil_mode": 1},
]
PADDED: dict[str, Any] = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
SHAPE = (1, 2, 9, 8)


def modes(model: onnx.ModelProto) -> set[bytes]:
    return {a.s for node in model.graph.node if node.op_type == "Pad" for a in node.attribute}


@pytest.mark.parametrize("options", STYLES, ids=str)
def test_a_bound_that_is_given(options: dict[str, Any]) -> None:
    model = pools(WINDOWS, SHAPE)
    # All negative, so that a zero anywhere would be the maximum; integers, of which sums are exact.
    x = integers(SHAPE, 1) - 100
    result = rewriting(model, padding="shift", bounds=(int(x.min()), 0), **options)
    for expected, got in zip(run(model, {"x": x}), run(result.model, {"x": x}), strict=True):
        # The shallow construction divides at the end.
        np.testing.assert_allclose(got, expected, rtol=0, atol=1e-4 if "construction" in options else 0)
    assert b"edge" not in modes(result.model)
    for record in result.poolings:
        assert (record.edge_padding, record.shift, record.domain) == (False, Fraction(int(x.min())), "real")
        assert record.bounds is not None
        assert not record.calibrated
    if options["style"] == "feedforward":
        assert operators(result.model) <= {"Conv", "Relu"}


@pytest.mark.parametrize("shape", [(1, None, 9, 8), (None, 2, None, None), (1, 2, None, None)])
@pytest.mark.parametrize("options", [{"style": "skip"}, {"style": "feedforward"}], ids=str)
def test_free_extents(shape: Sequence[int | None], options: dict[str, Any]) -> None:
    model = pools(WINDOWS[:3], shape)
    x = integers(SHAPE, 2) - 100
    result = rewriting(model, padding="shift", bounds=(int(x.min()), 0), **options)
    for expected, got in zip(run(model, {"x": x}), run(result.model, {"x": x}), strict=True):
        assert np.array_equal(expected, got)


def test_a_bound_that_is_no_float_is_rounded_down() -> None:
    model, lo = pool(PADDED, SHAPE), "-0.1"
    (record,) = rewriting(model, padding="shift", bounds=(lo, 0)).poolings
    assert record.shift is not None
    assert Fraction(-1, 10) - Fraction(1, 2**26) < record.shift < Fraction(-1, 10)


def test_nothing_is_shifted_where_nothing_is_negative_or_padded() -> None:
    after = rewriting(pool(PADDED, SHAPE, before="Relu"), padding="shift", dense=True)
    above = rewriting(pool(PADDED, SHAPE), padding="shift", bounds=(2, 3), style="feedforward")
    bare = rewriting(pool({"kernel_shape": [2, 2]}, SHAPE), padding="shift")
    assert [one.poolings[0].shift for one in (after, above, bare)] == [None] * 3
    assert [one.poolings[0].bounds is None for one in (after, above, bare)] == [True, False, True]
    assert modes(after.model) == {b"constant"}
    x = np.abs(integers(SHAPE, 3))
    assert np.array_equal(run(after.model, {"x": x})[0], run(above.model, {"x": x})[0])


SEEN: list[tuple[list[tuple[str, list[str], dict[str, Any]]], float]] = [
    ([("Tanh", ["x"], {})], -1),
    ([("HardSwish", ["x"], {})], -3 / 8),
    ([("Mish", ["x"], {})], -5 / 16),
    ([("Sigmoid", ["x"], {}), ("Mul", ["x", "v0"], {})], -9 / 32),
    ([("HardSigmoid", ["x"], {"alpha": 0.25}), ("Mul", ["v0", "x"], {})], -1 / 4),
    ([("Elu", ["x"], {"alpha": 1.5})], -1.5),
    ([("Tanh", ["x"], {}), ("LeakyRelu", ["v0"], {"alpha": 0.25})], -1),
    ([("Tanh", ["x"], {}), ("LeakyRelu", ["v0"], {"alpha": 4.0})], -4),
    ([("Clip", ["x", "low", "high"], {})], -2),
    ([("Clip", ["x", "high", "low"], {})], -2),
    ([("Tanh", ["x"], {}), ("Add", ["v0", "low"], {})], -3),
    ([("Tanh", ["x"], {}), ("Concat", ["v0", "x"], {"axis": 1}), ("Max", ["v1", "low"], {})], -2),
    ([("Tanh", ["x"], {}), ("AveragePool", ["v0"], {"kernel_shape": [1, 1]})], -1),
    ([("QuantizeLinear", ["x", "scale", "zero"], {}), ("DequantizeLinear", ["v0", "scale", "zero"], {})], -69),
]


def seen(before: Sequence[tuple[str, list[str], dict[str, Any]]]) -> onnx.ModelProto:
    nodes = [helper.make_node(op, inputs, [f"v{i}"], **kinds) for i, (op, inputs, kinds) in enumerate(before)]
    nodes.append(helper.make_node("MaxPool", [nodes[-1].output[0]], ["y"], name="pool", **PADDED))
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in (("x", SHAPE), ("y", [None] * 4))]
    stored: dict[str, Any] = {"low": np.float32(-2), "high": np.float32(5), "scale": np.float32(0.5)}
    stored["zero"] = np.int8(10)
    tensors = [numpy_helper.from_array(np.array(value), name) for name, value in stored.items()]
    graph = helper.make_graph(nodes, "g", values[:1], values[1:], initializer=tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


@pytest.mark.parametrize(("before", "least"), SEEN)
@pytest.mark.parametrize("options", [{"style": "skip"}, {"style": "feedforward"}], ids=str)
def test_a_bound_that_is_seen(before: Any, least: float, options: dict[str, Any]) -> None:
    model = seen(before)
    result = rewriting(model, padding="shift", **options)
    (record,) = result.poolings
    assert record.shift is not None
    assert float(record.shift) == pytest.approx(least, rel=1e-3)
    assert record.shift <= Fraction(least)
    assert record.bounds is None
    graph = onnx.ModelProto()
    graph.CopyFrom(model)
    read = graph.graph.node[-1].input[0]
    graph.graph.output.append(helper.make_tensor_value_info(read, TensorProto.FLOAT, None))
    x = np.random.default_rng(4).uniform(-9, 3, SHAPE).astype(np.float32)
    expected, values = run(graph, {"x": x})
    assert values.min() >= record.shift
    (got,) = run(result.model, {"x": x})
    # Two sums of numbers of at most 4 times the bound, each rounded, beside the rounding of skips.
    assert np.abs(got - expected).max() <= 8 * np.finfo(np.float32).eps * max(1, -least)


@pytest.mark.parametrize(
    "before",
    [
        [("Identity", ["x"], {})],
        [("Neg", ["x"], {})],
        [("Elu", ["x"], {"alpha": -1.0})],
        [("Elu", ["x"], {"alpha": float("nan")})],
        [("LeakyRelu", ["x"], {})],
        [("Tanh", ["x"], {}), ("LeakyRelu", ["v0"], {"alpha": -1.0})],
        [("Tanh", ["x"], {}), ("Mul", ["v0", "low"], {})],
        [("Sigmoid", ["low"], {}), ("Mul", ["x", "v0"], {})],
        [("HardSigmoid", ["x"], {"alpha": -0.5}), ("Mul", ["x", "v0"], {})],
        [("Tanh", ["x"], {}), ("Add", ["v0", "x"], {})],
        [("Clip", ["x", "", "high"], {})],
        [("Clip", ["x", "low", "x"], {})],
    ],
)
def test_where_no_bound_is_known_it_is_refused(before: Any) -> None:
    with pytest.raises(RewritingError, match=r"'pool': its input may be negative, and no number is known"):
        rewriting(seen(before), padding="shift")


def test_a_pad_below_all_that_is_seen_is_below_all_others() -> None:
    nodes = [
        helper.make_node("Tanh", ["x"], ["t"]),
        helper.make_node("Pad", ["t", "pads", "fill"], ["p"]),
        helper.make_node("MaxPool", ["p"], ["y"], name="pool", kernel_shape=[3, 3]),
    ]
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in (("x", SHAPE), ("y", [None] * 4))]
    stored = {"pads": np.array([0, 0, 1, 1, 0, 0, 1, 1]), "fill": np.float32(-1e9)}
    tensors = [numpy_helper.from_array(value, name) for name, value in stored.items()]
    graph = helper.make_graph(nodes, "g", values[:1], values[1:], initializer=tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
    result = rewriting(model)
    (record,) = result.poolings
    assert record.windows.pads == (1, 1, 1, 1)
    assert not record.float64
    x = np.random.default_rng(5).normal(size=SHAPE).astype(np.float32)
    np.testing.assert_allclose(run(result.model, {"x": x})[0], run(model, {"x": x})[0], atol=1e-6)


def test_integers_have_the_bound_of_their_type() -> None:
    model = pool(PADDED, SHAPE, element=TensorProto.INT8)
    x = np.random.default_rng(6).integers(-128, -100, SHAPE).astype(np.int8)
    result = rewriting(model, padding="shift", style="feedforward")
    assert result.poolings[0].shift == -128
    assert np.array_equal(run(result.model, {"x": x})[0], run(model, {"x": x})[0])
    unsigned = rewriting(pool(PADDED, SHAPE, element=TensorProto.UINT8), padding="shift").poolings[0]
    assert (unsigned.shift, unsigned.domain) == (None, "nonnegative")


@pytest.mark.parametrize(("op", "attribute"), [("Elu", "alpha"), ("LeakyRelu", "alpha"), ("Clip", "min")])
def test_attributes_that_a_caller_gives_prove_nothing(op: str, attribute: str) -> None:
    inner = helper.make_node(op, ["t"], ["a"])
    inner.attribute.add(name=attribute, ref_attr_name="given", type=onnx.AttributeProto.FLOAT)
    nodes = [helper.make_node("Tanh", ["x"], ["t"]), inner, helper.make_node("MaxPool", ["a"], ["y"], **PADDED)]
    ids = [helper.make_opsetid("", 10), helper.make_opsetid("org.example", 1)]
    function = helper.make_function("org.example", "F", ["x"], ["y"], nodes, ids, attributes=["given"])
    call = helper.make_node("F", ["x"], ["y"], domain="org.example", given=-1.0)
    values = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in (("x", SHAPE), ("y", [None] * 4))]
    graph = helper.make_graph([call], "g", values[:1], values[1:])
    model = helper.make_model(graph, opset_imports=ids, functions=[function], ir_version=8)
    with pytest.raises(RewritingError, match="no number is known"):
        rewriting(model, padding="shift")


@pytest.mark.parametrize("attributes", WINDOWS, ids=str)
def test_estimators_within_bounds_keep_their_error(attributes: dict[str, Any]) -> None:
    model = pool(attributes, SHAPE)
    result = rewriting(model, padding="shift", orders="1,d-1", objective="cube", bounds=(-3, 1))
    (record,) = result.poolings
    x = np.random.default_rng(7).uniform(-3, 1, SHAPE).astype(np.float32)
    difference = np.abs(run(result.model, {"x": x})[0] - run(model, {"x": x})[0]).max()
    assert 0 < difference <= float(record.error) + 1e-5
    assert record.shift == -3
    assert not record.edge_padding


@pytest.mark.parametrize(
    ("options", "shape", "reason"),
    [
        ({"orders": "1,d-1", "bounds": (-1, 1)}, SHAPE, "zeros as padding would count for its range"),
        ({"bounds": (-1e38, 1)}, SHAPE, "bounds lie between -1e37 and 1e37, and -1e[+]38 is not"),
        ({}, SHAPE, "bounds of the node give it"),
    ],
)
def test_refused(options: dict[str, Any], shape: Sequence[int | None], reason: str) -> None:
    with pytest.raises(RewritingError, match=reason):
        rewriting(pool(PADDED, shape), padding="shift", **options)


def test_dilated_windows_on_free_extents_are_refused() -> None:
    with pytest.raises(RewritingError, match="dilated windows may have no tap but padding"):
        rewriting(pool(WINDOWS[3], (1, 2, None, None)), padding="shift", bounds=(-1, 1))


def test_options() -> None:
    with pytest.raises(InputError, match="the padding is edge or shift, not 'zeros'"):
        rewriting(pool(PADDED, SHAPE), padding="zeros")
    with pytest.raises(InputError, match="padding shift do not go with it"):
        rewriting(pool(PADDED, SHAPE), padding="shift", style="pools")


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target, samples = (str(tmp_path / name) for name in ("in.onnx", "out.onnx", "x.npy"))
    onnx.save(pool(PADDED, SHAPE), source)
    np.save(samples, np.full((1, 2, 9, 8), -2, dtype=np.float32))
    assert main(["reluify", source, target, "--padding", "shift"]) == 2
    assert "MaxPool node 'pool_0': its input may be negative" in capsys.readouterr().err
    assert not Path(target).exists()
    assert main(["reluify", source, target, "--padding", "shift", "--bounds=-1.5,2"]) == 0
    shown = capsys.readouterr().out
    assert "exact, inputs >= -3/2" in shown
    assert "1 with zeros, the input shifted by up to 1.5, which rounds the maximum" in shown
    assert main(["reluify", source, target, "--padding", "shift", "--calibrate", samples, "--force"]) == 0
    assert "exact on the samples" in capsys.readouterr().out
    assert main(["reluify", source, target, "--padding", "shift", "--bounds=-1.5,2", "--json", "--force"]) == 0
    description = json.loads(capsys.readouterr().out)
    assert description["padding"] == "shift"
    assert description["nodes"][0]["shift"] == "-3/2"
    assert description["nodes"][0]["bounds"] == ["-3/2", "2"]
