"""The likely beside the certain: roundings taken for independent random numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from theory import certify_deviation
from theory.errors import InputError

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from onnx import numpy_helper, parser  # noqa: E402

from tests import random_models  # noqa: E402
from theory.rewrite.certify.arithmetic import float_arithmetic, likely_arithmetic  # noqa: E402


def sums(terms, kind="float"):
    """Return a model of 8 sums of so many products, in float32 or in float64 between casts."""
    body = "y = MatMul (x, w)" if kind == "float" else "d = Cast <to = 11> (x) s = MatMul (d, w) y = Cast <to = 1> (s)"
    model = parser.parse_model(
        f'<ir_version: 8, opset_import: ["": 17]> m (float[1, {terms}] x) => (float[1, 8] y) {{ {body} }}'
    )
    weights = np.random.default_rng(0).standard_normal((terms, 8)).astype(np.float32)
    dtype = np.float32 if kind == "float" else np.float64
    model.graph.initializer.append(numpy_helper.from_array(weights.astype(dtype), "w"))
    return model


def test_the_estimate_grows_with_the_square_root_of_the_terms():
    found = {n: certify_deviation(sums(n), sums(n), (-1, 1), likely=True) for n in (2**8, 2**12, 2**14)}
    gains = [each.bound / each.likely.outputs["y"] for each in found.values()]
    expected = [(n + 17) / (7 * math.sqrt(n + 17)) for n in found]
    assert np.allclose(gains, expected, rtol=0.01)


def test_what_is_likely_holds_for_sums_of_numbers_of_either_sign_and_the_certain_for_others():
    n = 2**12
    models = sums(n), sums(n, "double")
    found = certify_deviation(*models, (-1, 1), likely=True)
    rng, runs = np.random.default_rng(1), [random_models.session(model) for model in models]
    for draw in range(20):
        x = rng.uniform(-1, 1, (1, n)) if draw % 2 else rng.choice([-1.0, 1.0], (1, n))
        first, second = (run(x.astype(np.float32)).astype(np.float64) for run in runs)
        assert np.abs(second - first).max() <= found.likely.outputs["y"] < found.bound


def test_sums_that_stagnate_exceed_it_so_that_it_is_none_of_the_certain():
    """Ones in float16 add up to 2048 and no further: their roundings have one sign, and the estimate is wrong."""
    total, n = np.float16(0), 4096
    for _ in range(n):
        total = np.float16(total + np.float16(1))
    off = n - float(total)
    arithmetic, likely = float_arithmetic("float16"), likely_arithmetic("float16")
    assert n * likely.within_range(n, 1.0) < 2 * off
    with pytest.raises(Exception, match="may lose all their digits"):
        arithmetic.within_range(n, 1.0)


def test_it_is_asked_for_and_kept_apart():
    model = sums(16)
    found = certify_deviation(model, model, (-1, 1))
    assert found.likely is None
    both = certify_deviation(model, model, (-1, 1), likely=True)
    assert both.to_dict() == found.to_dict()
    assert both.likely.to_dict()["certified"] is False
    with pytest.raises(InputError, match='not of "real"'):
        certify_deviation(model, model, (-1, 1), arithmetic="real", likely=True)


def test_few_terms_gain_nothing():
    """Up to 49 roundings all of them together are less than seven standard deviations."""
    for n in (1, 10, 48, 50, 4096):
        certain, likely = (kind("float32").within_range(n, 1.0) for kind in (float_arithmetic, likely_arithmetic))
        assert (likely < certain) == (n > 49)


def test_an_unknown_stays_one():
    body = "a = Add (x, x) y = NonZero (a)"
    text = f'<ir_version: 8, opset_import: ["": 17]> m (float[1, 3] x) => (float[a, b] y) {{ {body} }}'
    model = parser.parse_model(text.replace("=> (float", "=> (int64"))
    found = certify_deviation(model, model, (-1, 1), likely=True)
    assert not found.certified
    assert found.likely.outputs == {"y": None}
