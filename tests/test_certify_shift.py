"""Certified deviation where the input is shifted above zero, padded with zeros and shifted back."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from tests.rewrite.models import pool, rewriting, run
from theory.rewrite.certify import certify_around, certify_deviation
from theory.rewrite.certify.deviation import DeviationBound

SHAPE = (1, 2, 6, 5)
PADDED: dict[str, Any] = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
STYLES: list[dict[str, Any]] = [
    {"style": "skip"},
    {"style": "skip", "dense": True},
    {"style": "feedforward"},
    {"style": "feedforward", "construction": "shallow"},
]


def finding(found: DeviationBound) -> str:
    (pooling,) = found.pooling
    return pooling.status


@pytest.mark.parametrize("options", STYLES, ids=str)
@pytest.mark.parametrize("attributes", [PADDED, {"kernel_shape": [2, 3], "strides": [2, 1], "pads": [1, 2, 0, 1]}])
def test_it_is_proved_within_the_bounds_alone(options: dict[str, Any], attributes: dict[str, Any]) -> None:
    original = pool(attributes, SHAPE)
    rewritten = rewriting(original, padding="shift", bounds=(-1.5, 9), **options).model
    within = certify_deviation(original, rewritten, (-1.5, 2))
    # Over six values the shallow construction divides, and its weights are rounded.
    rounded = "construction" in options and attributes is not PADDED
    assert finding(within) == ("combination" if rounded else "exact")
    assert within.bound is not None
    # Rounding, of convolutions of any order of sums.
    assert within.bound < 1e-2
    beyond = certify_deviation(original, rewritten, (-1.75, 2))
    assert finding(beyond) != "exact"
    # Below the bound, what is computed at the border is the bound, or more.
    x = np.full(SHAPE, -1.75, np.float32)
    deviation = float(np.abs(run(original, {"x": x})[0] - run(rewritten, {"x": x})[0]).max())
    assert deviation >= 0.25
    assert beyond.bound is None or beyond.bound >= deviation


@pytest.mark.parametrize("name", ["taken off", "added"])
def test_another_number_taken_off_or_added_is_seen(name: str) -> None:
    original = pool(PADDED, SHAPE)
    rewritten = rewriting(original, padding="shift", bounds=(-1, 9), style="feedforward").model
    shifts = [node for node in rewritten.graph.node if node.op_type == "Conv" and len(node.input) == 3]
    assert len(shifts) == 2
    changed = shifts[0 if name == "taken off" else 1].input[2]
    for tensor in rewritten.graph.initializer:
        if tensor.name == changed:
            value = numpy_helper.to_array(tensor) * np.float32(0.75)
            tensor.CopyFrom(numpy_helper.from_array(value, tensor.name))
    onnx.checker.check_model(rewritten)
    found = certify_deviation(original, rewritten, (-1, 2))
    x = np.random.default_rng(0).uniform(-1, 2, SHAPE).astype(np.float32)
    deviation = float(np.abs(run(original, {"x": x})[0] - run(rewritten, {"x": x})[0]).max())
    assert deviation > 0.2
    assert finding(found) != "exact"
    assert found.bound is None or found.bound >= deviation


def test_a_bound_that_is_seen_is_proved_too() -> None:
    original = pool(PADDED, SHAPE, before="Tanh")
    rewritten = rewriting(original, padding="shift").model
    found = certify_deviation(original, rewritten, (-100, 100))
    assert finding(found) == "exact"


def test_what_holds_around_one_sample_is_not_taken_to_hold_around_the_next() -> None:
    original = pool(PADDED, SHAPE)
    rewritten = rewriting(original, padding="shift", bounds=(-1.5, 9)).model
    samples = np.stack([np.full(SHAPE[1:], value, np.float32) for value in (0.0, -1.75, 0.5)])
    within, beyond, again = certify_around(original, rewritten, samples, 0.125).answers
    assert within.bound is not None
    assert again.bound is not None
    assert max(within.bound, again.bound) < 1e-2
    deviation = float(np.abs(run(original, {"x": samples[1:2]})[0] - run(rewritten, {"x": samples[1:2]})[0]).max())
    assert deviation >= 0.25
    assert beyond.bound is None or beyond.bound >= deviation
