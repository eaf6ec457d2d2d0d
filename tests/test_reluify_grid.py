"""Every combination of attributes, against onnxruntime's own MaxPool.

Inputs are distinct integers, so that b + relu(a - b) is exact in float32 and the comparison is for equality. Many nodes
share one model, which keeps the grid quick. SUBPOOL_GRID=1 in the environment takes all of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto

from tests.rewrite.models import Attributes, integers, operators, pool, pools, rewriting, run
from theory.errors import InputError, RewritingError
from theory.models.windows import read_windows
from theory.rewrite.reluify import reluify

WHOLE = "SUBPOOL_GRID" in os.environ
OPERATORS = {
    "Add", "Cast", "Concat", "Constant", "Conv", "Gather", "Identity", "Pad", "Relu", "Reshape", "Slice", "Sub",
}  # fmt: skip
"""What stands in the place of MaxPool: other tools rely on no more being among them."""
Along = tuple[int, int, int, tuple[int, int]]
"""Kernel, stride, dilation and padding along one axis."""


def along_axis(extent: int) -> list[Along]:
    """List all windows along an axis that onnxruntime accepts and that have a tap that is not padding."""
    return [
        (k, s, d, pads)
        for k, s, d in product((1, 2, 3, 4, 5), (1, 2, 3, 4), (1, 2, 3))
        for pads in sorted({(0, 0), (1, 0), (0, 1), (1, 1), (2, 1), (k - 1, k - 1)})
        if max(pads) < k and (k - 1) * d < extent + sum(pads)
    ]


def attributes(axes: Sequence[Along], ceil: int) -> dict[str, Any]:
    return {
        "kernel_shape": [k for k, _, _, _ in axes],
        "strides": [s for _, s, _, _ in axes],
        "dilations": [d for _, _, d, _ in axes],
        "pads": [pads[0] for *_, pads in axes] + [pads[1] for *_, pads in axes],
        "ceil_mode": ceil,
    }


def mixed(extents: Sequence[int], count: int, seed: int) -> list[Attributes]:
    """Combine windows along several axes, each with its own."""
    rng = np.random.default_rng(seed)
    choices = [along_axis(extent) for extent in extents]
    return [
        attributes([choice[rng.integers(len(choice))] for choice in choices], int(rng.integers(2)))
        for _ in range(count * (20 if WHOLE else 1))
    ]


ONE_AXIS = [attributes([axis], ceil) for axis in along_axis(7) for ceil in (0, 1)]


def check_equal(
    cases: Sequence[Attributes], shape: Sequence[int], declared: Sequence[int | None] | None = None, **options: Any
) -> int:
    """Compare all outputs of a model with many MaxPool nodes; return how many there were."""
    model_options = {key: options.pop(key) for key in ("opset", "element", "before") if key in options}
    dtype = {TensorProto.DOUBLE: np.float64}.get(model_options.get("element", TensorProto.FLOAT), np.float32)
    x = integers(shape, 1, dtype)
    # Runtimes take more than twice as long for twice the nodes.
    for start in range(0, len(cases), 200):
        some = cases[start : start + 200]
        model = pools(some, declared or shape, **model_options)
        rewritten = reluify(model, **options)
        assert operators(rewritten) <= OPERATORS | {model_options.get("before")}
        for case, expected, result in zip(some, run(model, {"x": x}), run(rewritten, {"x": x}), strict=True):
            assert result.dtype == expected.dtype
            assert result.shape == expected.shape, case
            assert np.array_equal(result, expected), case
    return len(cases)


TWO_AXES = {
    ("skip", None): mixed((10, 9), 700, 1),
    ("skip", "Relu"): mixed((10, 9), 100, 2),
    ("feedforward", None): mixed((10, 9), 150, 3),
    ("feedforward", "Relu"): mixed((10, 9), 150, 4),
}
THREE_AXES = {"skip": mixed((6, 5, 7), 60, 5), "feedforward": mixed((6, 5, 7), 30, 6)}


def test_the_grid_is_as_large_as_it_should_be() -> None:
    cases = [*ONE_AXIS, *(case for part in (TWO_AXES, THREE_AXES) for some in part.values() for case in some)]
    assert len({str(case) for case in cases}) >= 1500


@pytest.mark.parametrize(("style", "before"), TWO_AXES)
def test_one_axis(style: str, before: str | None) -> None:
    assert check_equal(ONE_AXIS, (2, 3, 7), style=style, before=before) == len(ONE_AXIS)


def test_one_axis_whose_extent_is_free() -> None:
    check_equal(ONE_AXIS, (2, 3, 7), (None, None, None))
    check_equal(ONE_AXIS[::5], (2, 3, 7), (None, 3, None), style="feedforward")
    check_equal(ONE_AXIS[::5], (2, 3, 7), (2, None, None), style="feedforward")


@pytest.mark.parametrize(("style", "before"), TWO_AXES)
def test_two_axes(style: str, before: str | None) -> None:
    check_equal(TWO_AXES[style, before], (1, 2, 10, 9), style=style, before=before)


def test_two_axes_whose_shape_is_free() -> None:
    check_equal(mixed((10, 9), 100, 4), (1, 2, 10, 9), (None, None, None, None))


@pytest.mark.parametrize("style", ["skip", "feedforward"])
def test_three_axes(style: str) -> None:
    check_equal(THREE_AXES[style], (1, 2, 6, 5, 7), style=style)


def test_slices_in_the_place_of_convolutions() -> None:
    cases = mixed((10, 9), 150, 10)
    check_equal(cases, (1, 3, 10, 9), dense=True)
    assert "Conv" not in operators(reluify(pools(cases, (1, 3, 10, 9)), dense=True))


def test_dense_convolutions() -> None:
    check_equal(mixed((10, 9), 40, 5), (1, 3, 10, 9), style="feedforward", dense=True)


def test_shallow_networks() -> None:
    small = [case for case in mixed((10, 9), 150, 6) if np.prod(case["kernel_shape"]) <= 9]
    assert len(small) > 50
    for style, before in product(("skip", "feedforward"), (None, "Relu")):
        # Quarters and twelfths of integers are rounded.
        model = pools(small, (1, 2, 10, 9), before=before)
        x = integers((1, 2, 10, 9), 1)
        rewritten = reluify(model, style=style, construction="shallow")
        for case, expected, result in zip(small, run(model, {"x": x}), run(rewritten, {"x": x}), strict=True):
            np.testing.assert_allclose(result, expected, atol=1e-4, err_msg=str(case))


def same(kernels: Sequence[int], strides: Sequence[int]) -> Iterator[Attributes]:
    # onnxruntime fails where the padding comes out negative, as it may for strides above the kernel.
    along = [(k, s) for k, s in product(kernels, strides) if s <= k]
    for pair in product(along, repeat=2):
        for auto_pad in ("SAME_UPPER", "SAME_LOWER", "VALID"):
            yield {"kernel_shape": [k for k, _ in pair], "strides": [s for _, s in pair], "auto_pad": auto_pad}


@pytest.mark.parametrize("ceil", [0, 1])
@pytest.mark.parametrize("style", ["skip", "feedforward"])
def test_auto_pad(style: str, ceil: int) -> None:
    cases = [{**case, "ceil_mode": ceil} for case in same((1, 2, 3, 4), (1, 2, 3))]
    check_equal(cases, (1, 2, 8, 7), style=style)


@pytest.mark.parametrize("opset", range(8, 24))
def test_opsets(opset: int) -> None:
    # No dilations before opset 10, no ceil_mode either.
    cases = mixed((10, 9), 20, opset)
    if opset < 10:
        cases = [{key: value for key, value in case.items() if key not in ("ceil_mode", "dilations")} for case in cases]
    for style in ("skip", "feedforward"):
        check_equal(cases, (1, 2, 10, 9), style=style, opset=opset)


def test_float64_stays_float64() -> None:
    check_equal(mixed((10, 9), 30, 7), (1, 2, 10, 9), element=TensorProto.DOUBLE)
    with pytest.raises(RewritingError, match="no Conv in float64"):
        reluify(pool({"kernel_shape": [2]}, (1, 1, 9), element=TensorProto.DOUBLE), style="feedforward")


@pytest.mark.parametrize(
    ("element", "dtype"),
    [(TensorProto.UINT8, np.uint8), (TensorProto.INT8, np.int8), (TensorProto.FLOAT16, np.float16)],
)
@pytest.mark.parametrize("style", ["skip", "feedforward"])
def test_narrow_types_are_exact(element: int, dtype: Any, style: str) -> None:
    values = integers((1, 1, 12, 10), 3, np.int64) + (60 if dtype is np.uint8 else 0)
    for case in mixed((12, 10), 15, 8):
        if set(case["dilations"]) != {1}:
            continue
        model = pool(case, (1, 1, 12, 10), element=element)
        (expected,) = run(model, {"x": values.astype(dtype)})
        (result,) = run(reluify(model, style=style), {"x": values.astype(dtype)})
        assert result.dtype == expected.dtype == dtype
        assert np.array_equal(result, expected), case


@pytest.mark.parametrize(("element", "dtype"), [(TensorProto.UINT8, np.uint8), (TensorProto.INT8, np.int8)])
@pytest.mark.parametrize("style", ["skip", "feedforward"])
def test_what_is_not_exact_is_rounded_to_integers_and_does_not_wrap(element: int, dtype: Any, style: Any) -> None:
    model = pool({"kernel_shape": [3, 4]}, (1, 2, 40, 60), element=element)
    limits = np.iinfo(dtype)
    rng = np.random.default_rng(4)
    extremes = np.where(rng.random((1, 2, 40, 60)) < 0.9, limits.min, limits.max)
    for x in (rng.integers(limits.min, limits.max + 1, (1, 2, 40, 60)), extremes):
        x = x.astype(dtype)
        (expected,) = run(model, {"x": x})
        (result,) = run(reluify(model, style=style, construction="shallow"), {"x": x})
        assert np.array_equal(result, expected)
        rewritten = rewriting(model, style=style, orders="1,d-1")
        (result,) = run(rewritten.model, {"x": x})
        error = float(rewritten.poolings[0].error) * float(int(x.max()) - int(x.min()))
        assert np.abs(result.astype(int) - expected.astype(int)).max() <= error + 0.5


@pytest.mark.parametrize("element", [TensorProto.STRING, TensorProto.INT32, TensorProto.BOOL])
def test_types_that_max_pooling_does_not_take_are_refused(element: int) -> None:
    with pytest.raises(RewritingError, match="which MaxPool does not take"):
        reluify(pool({"kernel_shape": [2]}, (1, 1, 9), element=element))


def test_float64_between_casts_is_exact_on_random_floats() -> None:
    cases = mixed((10, 9), 60, 9)
    model = pools(cases, (2, 3, 10, 9))
    x = np.random.default_rng(0).standard_normal((2, 3, 10, 9)).astype(np.float32)
    for expected, result in zip(run(model, {"x": x}), run(reluify(model, float64=True), {"x": x}), strict=True):
        assert np.array_equal(expected, result)


@pytest.mark.parametrize(
    ("case", "shape", "reason"),
    [
        ({"kernel_shape": [2], "dilations": [4], "pads": [1, 1]}, (1, 1, 3), "may have no tap but padding"),
        ({"kernel_shape": [5]}, (1, 1, 3), "is larger than the padded input of 3"),
        ({"kernel_shape": [3], "auto_pad": "SAME_UPPER", "dilations": [2]}, (1, 1, 9), "different things to different"),
        ({"kernel_shape": [3], "auto_pad": "SAME_UPPER", "strides": [2]}, (1, 1, None), "extent that is not known"),
        ({"kernel_shape": [1], "auto_pad": "SAME_UPPER", "strides": [4]}, (1, 1, 8), "with negative padding means"),
        ({"kernel_shape": [2], "pads": [2, 0]}, (1, 1, 9), "nothing but padding"),
        ({"kernel_shape": [2, 2]}, (1, 1, 9), "does not fit an input with 1 spatial axes"),
        ({"kernel_shape": [2], "strides": [0]}, (1, 1, 9), "strides is"),
        ({"kernel_shape": [2], "auto_pad": "SOME"}, (1, 1, 9), "auto_pad is 'SOME'"),
    ],
)
def test_what_cannot_be_done_is_refused(case: Attributes, shape: Sequence[int | None], reason: str) -> None:
    with pytest.raises(RewritingError, match=f"MaxPool node 'pool_0': .*{reason}"):
        reluify(pool(case, shape))


def test_too_short_an_axis_fails_when_the_model_runs() -> None:
    model = reluify(pool({"kernel_shape": [3], "dilations": [4], "pads": [2, 2]}, (1, 1, None)))
    assert run(model, {"x": integers((1, 1, 6), 0)})[0].shape == (1, 1, 2)
    with pytest.raises(Exception, match="indices element out of data bounds"):
        run(model, {"x": integers((1, 1, 3), 0)})


def test_ceil_mode_is_0_or_1() -> None:
    # onnxruntime rounds down where it is 2.
    with pytest.raises(InputError, match="ceil_mode is 2, not 0 or 1"):
        read_windows({"kernel_shape": [3], "ceil_mode": 2})


def test_ceil_mode_is_more_end_padding() -> None:
    geometry = read_windows({"kernel_shape": [3], "strides": [4], "pads": [0, 1], "ceil_mode": 1})
    assert geometry.pads == (0, 2)


# What the comparison must not let pass.


def test_the_comparison_sees_swapped_pads(monkeypatch: pytest.MonkeyPatch) -> None:
    original = read_windows

    def swapped(given: Attributes, extents: Any = None) -> Any:
        pads = list(given.get("pads", ()))
        return original({**given, "pads": pads[len(pads) // 2 :] + pads[: len(pads) // 2]}, extents)

    monkeypatch.setattr("theory.rewrite.pooling_nodes.read_windows", swapped)
    with pytest.raises(AssertionError):
        check_equal(mixed((10, 9), 10, 2), (1, 2, 10, 9))


def test_the_comparison_sees_transposed_strides(monkeypatch: pytest.MonkeyPatch) -> None:
    original = read_windows

    def transposed(given: Attributes, extents: Any = None) -> Any:
        return original({**given, "strides": list(given.get("strides", ()))[::-1]}, extents)

    monkeypatch.setattr("theory.rewrite.pooling_nodes.read_windows", transposed)
    with pytest.raises(AssertionError):
        check_equal(mixed((10, 9), 10, 2), (1, 2, 10, 9))
