"""Style pools with a largest window: MaxPools one after the other in the place of a larger one."""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto

from tests.rewrite.models import Attributes, integers, operators, pool, pools, rewriting, run, runtime_errors
from theory.cli import main
from theory.errors import InputError, RewritingError
from theory.models.windows import AxisWindows, WindowGrid

EXTENTS = range(1, 21)


def attributes(axis: AxisWindows) -> dict[str, Any]:
    grid = WindowGrid((axis,))
    return {
        "kernel_shape": grid.kernel_shape,
        "strides": grid.strides,
        "dilations": grid.dilations,
        "pads": grid.pads,
    }


def by_least_extent(largest: int) -> dict[int, list[Attributes]]:
    """Collect windows by the least extent on which they have an output."""
    found = defaultdict(list)
    for kernel, stride, dilation in product(range(largest + 1, 7), (1, 2, 3), (1, 2, 3)):
        for begin, end in product(range(kernel), range(kernel)):
            axis = AxisWindows(kernel, stride, dilation, begin, end)
            if not (dilation > 1 and 0 < begin == end == kernel - 1):
                found[max(1, axis.span + 1 - begin - end)].append(attributes(axis))
    return found


@pytest.mark.parametrize("largest", [2, 3, 4])
def test_every_extent(largest: int) -> None:
    """One model for all windows of a least extent, its own extent free: onnxruntime refuses those that do not fit."""
    count = 0
    for least, cases in by_least_extent(largest).items():
        model = pools(cases, (1, 2, "n"))
        rewritten = rewriting(model, style="pools", largest_window=largest).model
        assert operators(rewritten) == {"MaxPool"}
        for node in rewritten.graph.node:
            (kernel,), (begin, end) = (
                next(a.ints for a in node.attribute if a.name == n) for n in ("kernel_shape", "pads")
            )
            assert max(begin, end) < kernel <= largest
        for extent in EXTENTS:
            if extent >= least:
                # All below zero: a window with nothing but padding must not give 0.
                x = integers((1, 2, extent), extent) - 50
                for case, expected, got in zip(cases, run(model, {"x": x}), run(rewritten, {"x": x}), strict=True):
                    assert np.array_equal(got, expected), (case, extent)
                    count += 1
    assert count > 5000


def test_padding_on_both_sides_of_dilated_windows() -> None:
    for kernel, stride, dilation, largest in product(range(2, 8), (1, 2), (2, 3), range(2, 8)):
        case = attributes(AxisWindows(kernel, stride, dilation, kernel - 1, kernel - 1))
        model = pool(case, (1, 2, "n"))
        if largest % 2 == 0 and kernel > largest:
            with pytest.raises(RewritingError, match=f"take an odd largest window, not {largest}"):
                rewriting(model, style="pools", largest_window=largest)
            continue
        rewritten = rewriting(model, style="pools", largest_window=largest).model
        for extent in range(max(1, (kernel - 1) * (dilation - 2) + 1), 12):
            x = integers((1, 2, extent), extent) - 50
            assert np.array_equal(run(rewritten, {"x": x})[0], run(model, {"x": x})[0]), (case, largest, extent)


@pytest.mark.parametrize("element", [TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.INT8, TensorProto.UINT8])
def test_types(element: int) -> None:
    dtype = onnx.helper.tensor_dtype_to_np_dtype(element)
    cases = [attributes(AxisWindows(5, 2, d, b, 3)) for d, b in product((1, 2), (0, 4))]
    model = pools(cases, (1, 2, 9), element=element)
    x = integers((1, 2, 9), 1, np.int64)
    x = (x + (18 if element == TensorProto.UINT8 else -100)).astype(dtype)
    rewritten = rewriting(model, style="pools", largest_window=2).model
    for expected, got in zip(run(model, {"x": x}), run(rewritten, {"x": x}), strict=True):
        assert got.dtype == expected.dtype
        assert np.array_equal(got, expected)


def test_axes_of_their_own() -> None:
    case = {"kernel_shape": [13, 3], "strides": [2, 1], "pads": [6, 2, 5, 0], "ceil_mode": 1}
    model = pool(case, (1, 2, 20, 9))
    x = integers((1, 2, 20, 9), 3) - 400
    for largest, count in ((2, 12), (3, 6), (5, 3), (12, 2), (13, 1), (99, 1)):
        result = rewriting(model, style="pools", largest_window=largest)
        assert len(result.model.graph.node) == result.poolings[0].pools == count
        assert result.poolings[0].windows.kernel_shape == (13, 3)
        assert np.array_equal(run(result.model, {"x": x})[0], run(model, {"x": x})[0])


def test_global_max_pooling() -> None:
    model = pool({"kernel_shape": [1, 1]}, (1, 2, 7, 9))
    model.graph.node[0].CopyFrom(onnx.helper.make_node("GlobalMaxPool", ["x"], ["y_0"], name="pool_0"))
    x = integers((1, 2, 7, 9), 4)
    result = rewriting(model, style="pools", largest_window=3)
    assert result.poolings[0].pools == 4
    assert np.array_equal(run(result.model, {"x": x})[0], run(model, {"x": x})[0])


def test_old_opsets() -> None:
    model = pool({"kernel_shape": [5, 5], "pads": [2, 2, 2, 2]}, (1, 2, 9, 8), opset=8)
    x = integers((1, 2, 9, 8), 5)
    result = rewriting(model, style="pools", largest_window=3)
    onnx.checker.check_model(result.model)
    assert np.array_equal(run(result.model, {"x": x})[0], run(model, {"x": x})[0])


def test_the_comparison_sees_padding_from_the_last_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Padding that is filled from the last window on leaves small extents with no output on the way."""
    right = AxisWindows.chain

    def from_the_last(axis: AxisWindows, largest: int) -> Any:
        members = list(right(axis, largest))
        begins, ends = [m.begin for m in members][::-1], [m.end for m in members][::-1]
        for member, begin, end in zip(members, begins, ends, strict=True):
            yield AxisWindows(member.kernel, member.stride, member.dilation, begin, end)

    monkeypatch.setattr(AxisWindows, "chain", from_the_last)
    with pytest.raises((AssertionError, *runtime_errors())):
        test_every_extent(2)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"style": "skip", "largest_window": 3}, "a largest window goes with style pools alone"),
        ({"style": "pools", "largest_window": 1}, "holds 2 values along each axis or more, not 1"),
        ({"style": "pools", "largest_window": 2.5}, "is a number of values along each axis, not 2.5"),
        ({"style": "pools", "largest_window": True}, "is a number of values along each axis, not True"),
    ],
)
def test_options(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        rewriting(pool({"kernel_shape": [5]}, (1, 2, 9)), **options)


def test_too_long_a_chain() -> None:
    model = pool({"kernel_shape": [10**9]}, (1, 2, "n"))
    with pytest.raises(RewritingError, match="windows of 2 taps take 999,999,999 one after the other, 1,024 at most"):
        rewriting(model, style="pools", largest_window=2)


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, target = str(tmp_path / "in.onnx"), str(tmp_path / "out.onnx")
    onnx.save(pool({"kernel_shape": [9, 9], "pads": [4] * 4}, (1, 2, 20, 20)), source)
    arguments = ["reluify", source, target, "--style", "pools", "--largest-window", "3"]
    assert main(arguments) == 0
    assert "1 MaxPool node, by 4 that round down, with explicit padding" in capsys.readouterr().out
    assert main([*arguments, "--force", "--json"]) == 0
    description = json.loads(capsys.readouterr().out)
    assert description["largest_window"] == 3
    assert description["nodes"][0]["pools"] == 4
    assert main(["reluify", source, target, "--largest-window", "3"]) == 2
    assert "subpool: a largest window goes with style pools alone" in capsys.readouterr().err
