"""Estimators in the place of MaxPool: what they compute, and that the certified error holds."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from tests.rewrite.models import operators, pool, pools, rewriting, run
from theory import optimal_estimator
from theory.errors import InputError

SHAPE = (2, 3, 9, 8)
ROUNDING = 2e-5


def inputs(seed: int) -> Any:
    """Return random values, and small multiples of 0/1 windows, where estimators are worst."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal(SHAPE)
    x[1] = rng.integers(0, 2, SHAPE[1:])
    return x.astype(np.float32)


def windows(x: Any, pads: tuple[int, int], kernel: tuple[int, int], strides: tuple[int, int]) -> Any:
    """Cut edge-padded windows out, taps last; pads are those at the begin and at the end of both axes."""
    padded = np.pad(x, [(0, 0), (0, 0), pads, pads], mode="edge")
    cut = sliding_window_view(padded, kernel, axis=(2, 3))[:, :, :: strides[0], :: strides[1]]
    return cut.reshape(*cut.shape[:4], -1)


@pytest.mark.parametrize("style", ["skip", "feedforward"])
@pytest.mark.parametrize("construction", ["tree", "shallow"])
@pytest.mark.parametrize(
    ("kernel", "strides", "pads", "orders"),
    [
        ((3, 3), (2, 2), (1, 1), "1,d-1"),
        ((2, 2), (2, 2), (0, 0), "1-3"),
        ((3, 2), (1, 2), (1, 0), "1,2"),
        ((3, 3), (2, 1), (0, 0), "1"),
    ],
)
def test_values_are_the_estimators(
    style: Any, construction: Any, kernel: Any, strides: Any, pads: Any, orders: str
) -> None:
    case = {"kernel_shape": kernel, "strides": strides, "pads": [pads[0]] * 2 + [pads[1]] * 2}
    model, x = pool(case, SHAPE), inputs(0)
    result = rewriting(model, orders=orders, style=style, construction=construction)
    (record,) = result.poolings
    estimator = optimal_estimator(len(windows(x, pads, kernel, strides)[0, 0, 0, 0]), record.orders, objective="range")
    taken = windows(x, pads, kernel, strides).astype(np.float64)
    (value,) = run(result.model, {"x": x})
    np.testing.assert_allclose(value, estimator(taken), atol=ROUNDING)
    # The certified error holds on each window, and is nearly reached on some.
    ranges = taken.max(axis=-1) - taken.min(axis=-1)
    deviation = np.abs(taken.max(axis=-1) - value)
    assert record.error == estimator.error
    assert (deviation <= float(record.error) * ranges + ROUNDING).all()
    assert deviation.max() > 0.5 * float(record.error)


@pytest.mark.parametrize("style", ["skip", "feedforward"])
def test_the_cube_moves_to_the_bounds(style: Any) -> None:
    case = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    x = np.random.default_rng(0).uniform(-3, 5, SHAPE).astype(np.float32)
    x[1] = np.where(x[1] > 0, 5, -3)
    model = pool(case, SHAPE)
    result = rewriting(model, orders="0,1,d-1", objective="cube", bounds=(-3, 5), style=style)
    (record,) = result.poolings
    assert record.error == 8 * optimal_estimator(9, [0, 1, 8]).error
    assert record.bounds == (Fraction(-3), Fraction(5))
    assert not record.calibrated
    (exact,), (value,) = run(model, {"x": x}), run(result.model, {"x": x})
    assert np.abs(exact - value).max() <= float(record.error) + ROUNDING
    # Without the shift to the bounds the error would be larger.
    assert np.abs(exact - value).max() > 0.9 * float(record.error)


@pytest.mark.parametrize("style", ["skip", "feedforward"])
def test_the_constant_is_an_estimator_too(style: Any) -> None:
    case = {"kernel_shape": (2, 2), "strides": (2, 2)}
    result = rewriting(pool(case, SHAPE), orders="0", objective="cube", bounds=(-1.0, 3.0), style=style)
    (value,) = run(result.model, {"x": inputs(0)})
    np.testing.assert_array_equal(value, np.ones((2, 3, 4, 4), np.float32))


def test_bounds_of_each_node_and_of_all_others() -> None:
    model = pools([{"kernel_shape": [2, 2]}] * 3, SHAPE)
    bounds = {"pool_1": (0, 2), "pool_2": (Fraction(-1, 2), "1/2")}
    sample = [{"x": inputs(1)}]
    result = rewriting(model, orders="0,1", objective="cube", bounds=bounds, calibrate=sample)
    measured = (Fraction(float(sample[0]["x"].min())), Fraction(float(sample[0]["x"].max())))
    assert [record.bounds for record in result.poolings] == [measured, (0, 2), (Fraction(-1, 2), Fraction(1, 2))]
    assert [record.calibrated for record in result.poolings] == [True, False, False]


def test_calibration_looks_at_the_input_of_each_node() -> None:
    model, x = pool({"kernel_shape": [2, 2]}, SHAPE, before="Relu"), inputs(2)
    (record,) = rewriting(model, orders="0,1", objective="cube", calibrate=[{"x": x}, {"x": 3 * x}]).poolings
    assert record.bounds == (0, Fraction(float(3 * x.max())))
    assert record.calibrated


@pytest.mark.parametrize("sample", [{"y": np.zeros(3)}, {"x": np.zeros(3, np.float32)}])
def test_samples_that_do_not_fit(sample: Any) -> None:
    with pytest.raises(InputError, match="does not run on a sample"):
        rewriting(pool({"kernel_shape": [2, 2]}, SHAPE, before="Relu"), calibrate=[sample])


@pytest.mark.parametrize("shape", [SHAPE[1:], (2, 3, 9, 9), ()])
def test_samples_that_do_not_fit_where_no_node_has_to_be_run(shape: Any) -> None:
    with pytest.raises(InputError, match="does not run on a sample"):
        rewriting(pool({"kernel_shape": [2, 2]}, SHAPE), calibrate=[{"x": np.zeros(shape, np.float32)}])


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("before", [None, "Neg"])
def test_samples_that_are_not_finite_beside_one_that_is(value: float, before: str | None) -> None:
    x = inputs(3)
    x[0, 0, 4, 4] = value
    with pytest.raises(InputError, match="no finite bounds"):
        rewriting(pool({"kernel_shape": [2, 2]}, SHAPE, before=before), calibrate=[{"x": inputs(3)}, {"x": x}])


def test_no_sample_at_all() -> None:
    with pytest.raises(InputError, match="no finite bounds"):
        rewriting(pool({"kernel_shape": [2, 2]}, SHAPE), calibrate=[])


def test_an_estimator_is_not_taken_for_nonnegative() -> None:
    """What follows an approximation may be a little below zero, and gets ReLUs for both signs."""
    model = pools([{"kernel_shape": [2, 2]}], SHAPE, before="Relu")
    second = type(model.graph.node[1])()
    second.CopyFrom(model.graph.node[1])
    second.name, second.input[0], second.output[0] = "pool_again", "y_0", "z"
    model.graph.node.append(second)
    exact = rewriting(model, style="feedforward").poolings
    assert [record.domain for record in exact] == ["nonnegative", "nonnegative"]
    close = rewriting(model, style="feedforward", orders="1,d-1").poolings
    assert [record.domain for record in close] == ["nonnegative", "real"]


def test_feedforward_has_convolutions_and_relus_alone() -> None:
    for before, case in (("Relu", {"pads": [1, 1, 1, 1]}), (None, {})):
        model = pool({"kernel_shape": [3, 3], **case}, SHAPE, before=before)
        for options in ({}, {"construction": "shallow"}, {"dense": True}):
            rewritten = rewriting(model, style="feedforward", **options).model  # type: ignore[arg-type]
            assert operators(rewritten) == {"Conv", "Relu"}


@pytest.mark.parametrize(
    ("options", "before", "strides", "units", "layers"),
    [
        ({}, None, 1, 4, 4),
        ({}, None, 2, 6, 4),
        ({"style": "feedforward"}, None, 1, 12, 4),
        ({"style": "feedforward"}, None, 2, 24, 4),
        ({"style": "feedforward"}, "Relu", 1, 8, 4),
        ({"style": "feedforward"}, "Relu", 2, 15, 4),
        ({"construction": "shallow"}, None, 2, 16, 3),
        ({"construction": "shallow", "style": "feedforward"}, None, 2, 30, 3),
        ({"construction": "shallow", "style": "feedforward"}, "Relu", 2, 25, 3),
    ],
)
def test_units_of_three_by_three(options: Any, before: str | None, strides: int, units: int, layers: int) -> None:
    extent = 2 * 60 + 1
    model = pool({"kernel_shape": [3, 3], "strides": [strides] * 2}, (1, 1, extent, extent), before=before)
    result = rewriting(model, **options)
    (record,) = result.poolings
    assert (record.units_per_output, record.hidden_layers) == (units, layers)
    # Counted on the graph itself: the borders add less than a tenth.
    outputs = ((extent - 3) // strides + 1) ** 2
    assert units <= count_relus(result.model) / outputs < 1.1 * units


def count_relus(model: Any) -> int:
    """Count the values that the Relu nodes of pool_0 compute."""
    watched = type(model)()
    watched.CopyFrom(model)
    relus = [n.output[0] for n in model.graph.node if n.op_type == "Relu" and n.name.startswith("pool_0/")]
    del watched.graph.output[:]
    for name in relus:
        watched.graph.output.add().name = name
    shape = [d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim]
    return sum(value.size for value in run(watched, {"x": np.zeros(shape, np.float32)}))
