"""Combinations of maxima over parts of windows in the place of MaxPool: values, certified errors, what is refused."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import reduce
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from proofs_check import check_certificate
from tests.rewrite.models import integers, operators, pool, pools, rewriting, run
from theory import certify_deviation, optimal_combination, reluify
from theory.cli import main
from theory.errors import InputError, RewritingError
from theory.models.windows import WindowGrid, read_windows
from theory.rewrite.records import PoolingRecord

SHAPE = (2, 5, 13, 12)
ROUNDING = 2e-5


def samples(shape: tuple[int, ...], seed: int) -> Any:
    """Return random values that are mostly below zero, and 0/1 windows with few ones, where errors are largest."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(shape) - 2
    x[1:] = (rng.random(x[1:].shape) < 0.2) - 3
    return x.astype(np.float32)


def taps_of(x: Any, grid: WindowGrid, *, edge: bool) -> Any:
    """Stack the taps of all windows, first axis, in row-major order: padding as minus infinity, or as a tap beside it.

    With ``edge`` it is the tap nearest to the border a whole number of dilations away.
    """
    places, valid = [], []
    for axis, n in zip(grid.axes, x.shape[2:], strict=True):
        start = np.arange(axis.outputs(n)) * axis.stride - axis.begin
        place = np.arange(axis.kernel)[:, None] * axis.dilation + start
        valid.append((place >= 0) & (place < n))
        after = n - axis.dilation + (place - n) % axis.dilation
        places.append(np.where(place < 0, place % axis.dilation, np.where(place >= n, after, place)))
    found = []
    for taps in product(*(range(k) for k in grid.kernel_shape)):
        value = x.astype(np.float64)[(..., *np.ix_(*(p[t] for p, t in zip(places, taps, strict=True))))]
        inside = reduce(np.logical_and.outer, [v[t] for v, t in zip(valid, taps, strict=True)])
        found.append(value if edge else np.where(inside, value, -np.inf))
    return np.stack(found)


def check(model: Any, x: Any, grid: WindowGrid, **options: Any) -> tuple[PoolingRecord, bool]:
    """Rewrite a model with one MaxPool, compare it with the definition, and return its record.

    The certified error holds on each window, relative to the range of its values, padding aside; and whether it comes
    near.
    """
    result = rewriting(model, **options)
    onnx.checker.check_model(result.model)
    (record,) = result.poolings
    assert record.combination is not None
    assert check_certificate(record.combination.certificate.to_dict()) == record.error
    (found,), (largest,) = run(result.model, {"x": x}), run(model, {"x": x})
    taps, inside = (taps_of(x, grid, edge=edge) for edge in (record.edge_padding, False))
    np.testing.assert_array_equal(inside.max(axis=0), largest)
    terms = [float(c) * taps[sorted(subset)].max(axis=0) for subset, c in record.combination.coefficients.items() if c]
    assert np.isfinite(terms).all()
    np.testing.assert_allclose(found, sum(terms), rtol=0, atol=ROUNDING)
    ranges = largest - np.where(np.isinf(inside), np.inf, inside).min(axis=0)
    deviation = np.abs(found.astype(np.float64) - largest)
    assert (deviation <= float(record.error) * ranges + ROUNDING).all()
    return record, bool((deviation > 0.5 * float(record.error) * ranges + ROUNDING).any())


CASES = {
    "plain": ({"kernel_shape": [3, 3]}, "2x3,3x2", 1),
    "strided": ({"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}, "2x3,3x2,2x2", 1),
    "uneven": ({"kernel_shape": [3, 2], "strides": [1, 2], "pads": [1, 0, 0, 1]}, "2x2", 1),
    "rows and columns": ({"kernel_shape": [3, 3], "strides": [2, 1], "pads": [1, 1, 1, 1]}, "1x3,3x1", 1),
    "pixels": ({"kernel_shape": [2, 2], "strides": [2, 2]}, "1x1", 0),
    "pixels, padded": ({"kernel_shape": [2, 2], "pads": [1, 1, 0, 0]}, "1x1,1x2", 1),
    "ceil": ({"kernel_shape": [3, 3], "strides": [2, 2], "ceil_mode": 1}, "2x3,3x2", 1),
    "same": ({"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"}, "2x2", 1),
    "blocks": ({"kernel_shape": [4, 4], "strides": [4, 4]}, "at:0+1+4+5,at:2+3+6+7,at:8+9+12+13,at:10+11+14+15", 1),
    "corners": ({"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}, "at:0+2+6+8,at:4,2x2", 2),
    "one side": ({"kernel_shape": [1, 3], "strides": [1, 2], "pads": [0, 1, 0, 2]}, "at:0+1", 1),
    "dilated": ({"kernel_shape": [3, 2], "dilations": [2, 3], "pads": [1, 1, 1, 1]}, "2x2,3x1", 1),
    "dilated, strided": ({"kernel_shape": [3, 3], "dilations": [2, 2], "strides": [4, 2]}, "2x3,3x2", 2),
    "padded by two": ({"kernel_shape": [3, 3], "pads": [2, 2, 2, 2]}, "2x3,3x2", 2),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("style", ["pools", "skip"])
def test_values_and_errors(name: str, style: str) -> None:
    attributes, subsets, count = CASES[name]
    grid = read_windows(attributes, SHAPE[2:])
    record, near = check(pool(attributes, SHAPE), samples(SHAPE, 0), grid, subsets=subsets, style=style)
    assert record.combination == optimal_combination(grid.kernel_shape, subsets, objective="range")
    assert record.pools >= count if style == "pools" else record.pools == 0
    assert near


def test_many_geometries() -> None:
    """Small windows of every kind, seeded: the certified error holds on each window, cut by the border or not."""
    rng = np.random.default_rng(5)
    families = {(3, 3): ["2x2", "2x3,3x2", "2x3,1x2", "at:2+5,at:3"], (4, 1): ["2x1,3x1", "at:1+3,at:0+1"]}
    edges = 0
    for _ in range(60):
        kernel = list(families)[rng.integers(2)]
        case: dict[str, Any] = {"kernel_shape": kernel, "strides": rng.integers(1, 4, 2).tolist()}
        case["dilations"] = rng.choice([1, 1, 2], 2).tolist()
        case["pads"] = [int(rng.integers(0, min(k, rng.integers(1, 4)))) for k in (*kernel, *kernel)]
        case["ceil_mode"] = int(rng.integers(2))
        shape = (2, 2, *rng.integers(9, 13, 2).tolist())
        written = [shape, (2, "c", "h", "w"), (2, 2, "h", "w")][rng.integers(3)]
        subsets = families[kernel][rng.integers(len(families[kernel]))]
        grid = read_windows(case, shape[2:] if written == shape else None)
        record, _ = check(
            pool(case, written), samples(shape, int(rng.integers(99))), grid, subsets=subsets,
            style="skip" if rng.random() < 0.3 else "pools",
        )  # fmt: skip
        edges += record.edge_padding
    assert 10 < edges < 50


def test_what_is_read_of_a_map() -> None:
    """Maps have as few values as the windows leave to be read, and none is made of pixels."""
    case, blocks, _ = CASES["blocks"]
    model = rewriting(pool(case, SHAPE), subsets=blocks).model
    (made, conv) = model.graph.node
    assert [made.op_type, conv.op_type] == ["MaxPool", "Conv"]
    assert attribute(made, "strides") == attribute(conv, "strides") == attribute(conv, "kernel_shape") == [2, 2]
    model = rewriting(pool({"kernel_shape": [3, 3], "strides": [2, 2]}, SHAPE), subsets="2x3,3x2").model
    assert [attribute(node, "strides") for node in model.graph.node[:4]] == [[1, 2], [2, 1], [2, 1], [1, 2]]
    assert operators(rewriting(pool({"kernel_shape": [2, 2]}, SHAPE), subsets="1x1").model) == {"Conv"}


def attribute(node: Any, name: str) -> Any:
    return list(next(a.ints for a in node.attribute if a.name == name))


def test_between_bounds() -> None:
    case = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}
    model = pool(case, SHAPE)
    x = np.random.default_rng(0).uniform(-3, 5, SHAPE).astype(np.float32)
    x[1] = np.where(x[1] > 0, 5, -3)
    options = {"subsets": "intercept,2x3,3x2", "objective": "cube", "bounds": (-3, 5)}
    for style in ("pools", "skip", "feedforward"):
        result = rewriting(model, style=style, **options)
        (record,) = result.poolings
        assert record.error == 8 * Fraction(1, 4)
        assert record.bounds == (-3, 5)
        (exact,), (value,) = run(model, {"x": x}), run(result.model, {"x": x})
        assert 0.9 * float(record.error) < np.abs(exact - value).max() <= float(record.error) + ROUNDING
    # A constant, which is what is left where one pixel does not help.
    (value,) = run(rewriting(model, **options | {"subsets": "intercept,at:0"}).model, {"x": x})
    assert np.abs(value - run(model, {"x": x})[0]).max() <= 4 + ROUNDING


@pytest.mark.parametrize(
    ("style", "options", "allowed"),
    [
        ("pools", {"dense": True, "undilated": True}, {"MaxPool", "Conv"}),
        ("pools", {"largest_window": 2}, {"MaxPool", "Conv"}),
        ("skip", {}, {"Conv", "Relu", "Add"}),
        ("skip", {"construction": "shallow"}, {"Conv", "Relu", "Add"}),
        ("feedforward", {}, {"Conv", "Relu"}),
        ("feedforward", {"dense": True, "undilated": True, "construction": "shallow"}, {"Conv", "Relu"}),
    ],
)
def test_options_are_those_of_the_maxima(style: Any, options: Any, allowed: set[str]) -> None:
    case = {"kernel_shape": [3, 3], "strides": [2, 1], "dilations": [2, 1]}
    model, x = pool(case, SHAPE, before="Relu"), np.abs(samples(SHAPE, 1))
    record, _ = check(model, x, read_windows(case, SHAPE[2:]), subsets="3x2", style=style, **options)
    made = rewriting(model, subsets="3x2", style=style, **options).model
    assert operators(made) <= allowed | {"Relu"}
    pools_in_it = {"pools": 2 if "largest_window" in options else 1}.get(style, 0)
    assert (record.pools, record.domain) == (pools_in_it, "nonnegative")
    convolutions = [node for node in made.graph.node if node.op_type == "Conv"]
    assert all(set(attribute(node, "dilations")) == {1} for node in convolutions) or "undilated" not in options


@pytest.mark.parametrize("before", [None, "Relu"])
@pytest.mark.parametrize(
    ("style", "subsets"),
    [
        ("feedforward", "2x3,3x2"),
        ("feedforward", "at:0+1+3,at:4+5+8,2x2"),
        ("skip", "at:0+1+3,at:4+5+8,at:2+6+7"),
    ],
)
@pytest.mark.parametrize("pads", [(0, 0, 0, 0), (1, 1, 0, 1)])
def test_where_maps_do_not_serve_it_is_one_network(pads: Any, style: Any, subsets: str, before: str | None) -> None:
    """Parts of several shapes where there is no Add, and parts that are no windows."""
    case = {"kernel_shape": [3, 3], "strides": [2, 1], "dilations": [1, 2], "pads": pads}
    x = samples(SHAPE, 4)
    model, grid = pool(case, SHAPE, before=before), read_windows(case, SHAPE[2:])
    record, _ = check(model, x if before is None else np.abs(x), grid, subsets=subsets, style=style)
    assert (record.pools, record.hidden_layers) == (0, 3 if "3x2" in subsets else 2)
    # Zeros serve where no part is all padding, and nothing is negative.
    assert record.edge_padding == (any(pads) and not (before and "3x2" in subsets))
    if style == "feedforward":
        made = operators(rewriting(model, subsets=subsets, style=style).model)
        assert made <= ({"Conv", "Relu", "Pad", "Gather", "Concat"} if record.edge_padding else {"Conv", "Relu"})


def test_integers_and_short_floats() -> None:
    case = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}
    options = {"subsets": "2x3,3x2,2x2"}
    for element in (TensorProto.INT8, TensorProto.UINT8, TensorProto.FLOAT16):
        model = pool(case, (1, 2, 7, 6), element=element)
        x = integers((1, 2, 7, 6), 1) + (45 if element == TensorProto.UINT8 else 0)
        x = x.astype(helper.tensor_dtype_to_np_dtype(element))
        (exact,), (value,) = run(model, {"x": x}), run(rewriting(model, **options).model, {"x": x})
        assert value.dtype == x.dtype
        # A third of the range, and half a step of rounding.
        assert np.abs(exact.astype(float) - value).max() <= 83 / 3 + 0.51
    with pytest.raises(RewritingError, match="no Conv in float64"):
        rewriting(pool(case, SHAPE, element=TensorProto.DOUBLE), **options)


def test_shift_where_borders_cannot_be_repeated() -> None:
    case = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    model, grid = pool(case, SHAPE), read_windows(case, SHAPE[2:])
    options = {"style": "skip", "padding": "shift", "bounds": (-9, 9)}
    record, _ = check(model, samples(SHAPE, 2), grid, subsets="2x3,3x2", **options)
    assert (record.shift, record.edge_padding) == (-9, False)
    with pytest.raises(RewritingError, match="a part of a window may be nothing but padding"):
        rewriting(model, subsets="1x3", **options)
    with pytest.raises(RewritingError, match="bounds of the node give it"):
        rewriting(model, subsets="2x2", style="skip", padding="shift")


def test_one_node_of_several() -> None:
    cases = [{"kernel_shape": [3, 3]}, {"kernel_shape": [2, 2], "ceil_mode": 1}, {"kernel_shape": [1, 1]}]
    model, x = pools(cases, SHAPE), samples(SHAPE, 3)
    result = rewriting(model, subsets={"pool_0": [range(6), range(3, 9)]})
    first, second, third = result.poolings
    assert first.error == Fraction(1, 2)
    assert [record.approximate for record in (first, second, third)] == [True, False, False]
    for found, exact in list(zip(run(result.model, {"x": x}), run(model, {"x": x}), strict=True))[1:]:
        assert np.array_equal(found, exact)
    # A window of one value has no parts, and needs none.
    everywhere = rewriting(pools([cases[0], cases[2]], SHAPE), subsets="2x3,3x2").poolings
    assert [record.approximate for record in everywhere] == [True, False]
    with pytest.raises(RewritingError, match="'pool_1': a window 2x3 has no place in a kernel 2x2"):
        rewriting(model, subsets="2x3,3x2")


def test_other_names_and_old_opsets() -> None:
    model = pool({"kernel_shape": [1, 1]}, (1, 2, 4, 3))
    model.graph.node[0].CopyFrom(helper.make_node("GlobalMaxPool", ["x"], ["y_0"], name="pool_0"))
    assert check(model, samples((1, 2, 4, 3), 0), WindowGrid.over((4, 3)), subsets="3x3,4x2")[0].pools
    large = pools([{"kernel_shape": [2, 2]}, {"kernel_shape": [1, 1]}], (1, 2, 7, 3))
    large.graph.node[1].CopyFrom(helper.make_node("GlobalMaxPool", ["x"], ["y_1"], name="pool_1"))
    result = rewriting(large, subsets={None: "1x2"})
    assert [record.name for record in result.poolings] == ["pool_0"]
    assert "subsets of 21 inputs have a table of 2^21 rows" in result.stays[0].reason
    case = {"kernel_shape": [3, 3], "pads": [2, 2, 2, 2]}
    check(pool(case, SHAPE, opset=8), samples(SHAPE, 1), read_windows(case), subsets="2x3,3x2")
    with pytest.raises(RewritingError, match="opset 8 has no MaxPool with dilations"):
        rewriting(pool(case, SHAPE, opset=8), subsets="at:0+2")


def test_tools() -> None:
    """What the tool pools itself stays MaxPool, of parts too; for the others it is what the tool takes."""
    model = pools([{"kernel_shape": [3, 3]}, {"kernel_shape": [2, 2]}], (1, 2, 8, 8), before="Relu")
    kinds = {}
    for tool in ("openvino", "marabou", "hls4ml"):
        result = rewriting(model, tool=tool, subsets={"pool_0": "2x2"}, force=False)
        kinds[tool] = operators(result.model)
        assert result.poolings[0].pools == (tool != "hls4ml")
    assert kinds["openvino"] == kinds["marabou"] == {"MaxPool", "Conv", "Relu"}
    # Windows that overlap are not what it takes.
    assert result.poolings[0].units_per_output == 2
    forced = rewriting(model, tool="openvino", subsets={"pool_0": "2x2"}, force=True)
    assert "MaxPool" not in operators(forced.model)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"subsets": "2x2", "orders": "1,d-1"}, "orders and subsets are two approximations"),
        ({"subsets": "2x2", "float64": True}, "not have in float64"),
        ({"subsets": "2x2", "construction": "shallow"}, "style pools has no ReLUs"),
        ({"subsets": "2x2", "padding": "shift"}, "style pools has no ReLUs"),
        ({"subsets": "2x2", "style": "skip", "largest_window": 3}, "a largest window goes with style pools"),
        ({"subsets": 7}, "subsets are collections of positions, not 7"),
        ({"subsets": {"pool_0": None}}, "subsets are collections of positions, not None"),
        ({"subsets": []}, "at least one subset is needed"),
        ({"subsets": ""}, "subsets are written like 2x3"),
        ({"subsets": "2x2,2x2"}, "subsets are distinct"),
        ({"subsets": "3x3,2x2"}, "the whole window is among the subsets"),
        ({"subsets": [range(9)]}, "the whole window is among the subsets"),
        ({"subsets": "4x1"}, "a window 4x1 has no place in a kernel 3x3"),
        ({"subsets": "2"}, "a window 2 has no place in a kernel 3x3"),
        ({"subsets": [(0, 9)]}, "positions in a window of 9 are 0..8, not 9"),
        ({"subsets": "at:0+1+3"}, r"the positions 0\+1\+3 are no smaller window"),
        ({"subsets": "at:0+1+2+5+8"}, "are no smaller window"),
        ({"subsets": "intercept,2x2"}, "the intercept, is not allowed with the objective"),
        ({"subsets": "intercept", "objective": "cube", "bounds": (0, 1)}, "there is none"),
        ({"subsets": "2x2", "objective": "cube"}, "takes bounds of the node's inputs"),
        ({"subsets": "2x2", "objective": "cube", "bounds": (-1e38, 0)}, "bounds lie between"),
        ({"subsets": {"other": "2x2"}}, "there are subsets for 'other', but no MaxPool node of that name"),
    ],
)
def test_what_is_refused(options: Any, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        rewriting(pool({"kernel_shape": [3, 3]}, (1, 2, 6, 6)), **options)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = tmp_path / "in.onnx", tmp_path / "out.onnx"
    onnx.save(pool({"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}, (1, 2, 6, 6)), source)
    assert main(["reluify", str(source), str(target), "--subsets", "pool_0=2x3,3x2,2x2"]) == 0
    out = capsys.readouterr().out
    assert "1/3 = 0.333333 of the window's range" in out
    assert "8 maxima in 3x3; certificates accepted by the independent checker" in out
    assert main(["reluify", str(source), str(target), "--subsets", "2x3,3x2", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    (node,) = told["nodes"]
    assert (told["subsets"], told["style"], node["orders"]) == ("2x3,3x2", "pools", None)
    assert (node["error"], node["pools"], node["subsets"][0]) == ("1/2", 2, [0, 1, 2, 3, 4, 5])
    assert check_certificate(node["certificate"]) == Fraction(1, 2)
    assert main(["reluify", str(source), str(tmp_path / "no.onnx"), "--subsets", "4x4"]) == 2
    assert capsys.readouterr().err == "subpool: MaxPool node 'pool_0': a window 4x4 has no place in a kernel 3x3\n"
    assert not (tmp_path / "no.onnx").exists()


@pytest.mark.parametrize("style", ["pools", "skip"])
def test_the_certifier_knows_them(style: Any) -> None:
    """What is certified of the deviation is the error times the range that the inputs allow, and rounding."""
    model = pool({"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}, (1, 1, 6, 5))
    rewritten = reluify(model, subsets="2x3,3x2,2x2", style=style)
    for first, second in ((model, rewritten), (rewritten, model)):
        found = certify_deviation(first, second, (-2, 1))
        assert [finding.status for finding in found.pooling] == ["combination"]
        assert 1 - 1e-3 < found.bound < 1 + 1e-3
