"""A standing attack on the certified deviation: no pair of models may exceed its bound."""

from __future__ import annotations

import collections

import numpy as np
import pytest

from tests.campaigns import campaign, tries

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

from tests.hostile_models import hostile_pair  # noqa: E402
from theory import certify_deviation  # noqa: E402
from theory.errors import FormatError  # noqa: E402

PAIRS = 60


def runtimes(model):
    """Return onnxruntime with and without its rewriting of graphs, and with subnormal numbers taken for 0."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    refusals = (state.Fail, state.InvalidArgument, state.InvalidGraph, state.NotImplemented, state.RuntimeException)
    levels = onnxruntime.GraphOptimizationLevel
    found = []
    for level, flush in ((levels.ORT_ENABLE_ALL, "0"), (levels.ORT_DISABLE_ALL, "0"), (levels.ORT_ENABLE_ALL, "1")):
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = level
        options.intra_op_num_threads = 1
        options.log_severity_level = 4
        options.add_session_config_entry("session.set_denormal_as_zero", flush)
        try:
            session = onnxruntime.InferenceSession(
                model.SerializeToString(), options, providers=["CPUExecutionProvider"]
            )
        except refusals:
            continue
        found.append(session)
    return found, refusals


def outputs(model, xs):
    """Return what the runtimes make of inputs: a list for each input."""
    sessions, refusals = runtimes(model)
    results = []
    for x in xs:
        results.append([])
        for session in sessions:
            try:
                results[-1].append(session.run(None, {"x": x})[0].astype(np.float64))
            except refusals:
                continue
    return results


def inputs(rng, bounds, kind):
    lo, hi = (end.astype(kind) for end in bounds)
    for draw in range(12):
        part = rng.random(lo.shape) if draw % 3 == 0 else rng.integers(0, 2, lo.shape)
        with np.errstate(over="ignore"):
            x = np.where(part == 0, lo, np.where(part == 1, hi, lo + part * (hi - lo))).astype(kind)
        yield np.clip(np.where(np.isfinite(x), x, lo), lo, hi)


def attack(seed):
    """Try to exceed the bound of one pair; return what came of it."""
    rng = np.random.default_rng(seed)
    first, second, bounds = hostile_pair(rng)
    kind = onnx.helper.tensor_dtype_to_np_dtype(first.graph.input[0].type.tensor_type.elem_type)
    try:
        found = certify_deviation(first, second, bounds)
    except FormatError:
        return "refused"
    if not found.certified:
        return "unknown"
    output = next(iter(found.outputs.values()))
    xs = list(inputs(rng, bounds, kind))
    ran = 0
    for before, after in zip(outputs(first, xs), outputs(second, xs), strict=True):
        for a in before:
            for b in after:
                ran += 1
                assert a.shape == b.shape == output.lower.shape, seed
                assert np.all((b - a >= output.lower) & (b - a <= output.upper)), seed
    return "held" if ran else "not run"


@campaign
@pytest.mark.parametrize("block", range(tries(3)))
def test_no_hostile_pair_exceeds_its_bound(block):
    came = collections.Counter(attack(20 * block + i) for i in range(20))
    assert came["held"] >= 4, came
