"""Pooling against onnxruntime, against loops over Fractions, and against itself on other libraries and block sizes."""

import itertools
import operator
import random
import tracemalloc
from fractions import Fraction
from math import prod
from unittest.mock import patch

import array_api_strict
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from theory import Estimator, optimal_estimator, pool
from theory.empirical.pooling import blocks
from theory.empirical.pooling import layer as pooling_layer
from theory.empirical.pooling.comparators import plan
from theory.empirical.pooling.geometry import axes_of, windows
from theory.errors import ArrayError, InputError, KernelSizeError

# A reference that shares nothing with the code: loops, and the definition of the subpool maxima


def naive_windows(shape, kernel, strides, pads, dilations, ceil_mode):
    """For each window its taps as pixels, padded ones replaced by the nearest valid one; None if there is none."""
    n = len(shape)
    lines = []
    for a in range(n):
        line, start = [], -pads[a]
        while True:
            taps = [start + i * dilations[a] for i in range(kernel[a])]
            inside = taps[-1] <= shape[a] - 1 + pads[a + n]
            # A window that is cut off counts in ceil mode if it continues the ones before, and starts in the image.
            reached = not line or taps[-1] < shape[a] - 1 + pads[a + n] + strides[a]
            if not inside and not (ceil_mode and reached and taps[-1] < shape[a] + pads[a + n] - 1 + strides[a]):
                break
            if start >= shape[a]:
                break
            valid = [t for t in taps if 0 <= t < shape[a]]
            if not valid:
                return None
            line.append([min(valid, key=lambda v, t=t: abs(v - t)) for t in taps])
            start += strides[a]
        if not line:
            return None
        lines.append(line)
    outputs = tuple(map(len, lines))
    found = {}
    for place in itertools.product(*map(range, outputs)):
        taps = (lines[a][j] for a, j in enumerate(place))
        found[place] = list(itertools.product(*taps))
    return outputs, found


def error_bound(estimator, window, dtype):
    """The bound of the docstring of pool."""
    u = Fraction(float(np.finfo(dtype).eps)) / 2
    d = estimator.kernel_size
    g = (d + 3) * u / (1 - (d + 3) * u)
    weights = estimator.order_statistic_weights
    size = sum(abs(w * v) for w, v in zip(weights, sorted(window), strict=True)) + abs(estimator.intercept)
    return g * size


@st.composite
def layers(draw, most=7):
    n = draw(st.integers(1, 3))
    shape = tuple(draw(st.integers(1, most if n < 3 else 4)) for _ in range(n))
    kernel = tuple(draw(st.integers(1, 3 if n < 3 else 2)) for _ in range(n))
    return shape, kernel, {
        "strides": tuple(draw(st.integers(1, 4)) for _ in range(n)),
        "pads": tuple(draw(st.integers(0, kernel[i % n] - 1)) for i in range(2 * n)),
        "dilations": tuple(draw(st.integers(1, 3)) for _ in range(n)),
        "ceil_mode": draw(st.booleans()),
    }  # fmt: skip


ESTIMATORS = {
    d: [
        optimal_estimator(d, range(d)),
        optimal_estimator(d, {1, d}, objective="range"),
        optimal_estimator(d, {0, 1, d - 1}),
        Estimator(d, {0: Fraction(1, 3)}),
        Estimator(d, {0: Fraction(-1, 7), d // 2: Fraction(-22, 7), d: Fraction(10, 3)}),
    ]
    for d in (2, 3, 4, 6, 8, 9)
}


PLANNED_OR_SORTED = (1e9, 0.0)
"""Costs of sorting that make one or the other the choice on NumPy, however small the image."""


@pytest.fixture(params=PLANNED_OR_SORTED, ids=["planned", "sorted"])
def _both_ways(request, monkeypatch):
    monkeypatch.setattr(pooling_layer, "_TAP_COST", request.param)


@settings(max_examples=150)
@given(layers(), st.integers(0, 4), st.sampled_from([np.float32, np.float64]), st.integers(0, 2**32 - 1))
def test_estimators_are_within_the_stated_rounding_error_of_the_definition(layer, which, dtype, seed):
    shape, kernel, attributes = layer
    placed = naive_windows(shape, kernel, **attributes)
    rng = np.random.default_rng(seed)
    x = (rng.standard_normal((1, 2, *shape)) * 10.0 ** rng.integers(-3, 4)).astype(dtype)
    if placed is None:
        with pytest.raises(InputError):
            pool(x, "max", kernel, **attributes)
        return
    outputs, places = placed
    largest = pool(x, "max", kernel, **attributes)
    copied = windows(x, kernel, **attributes)
    assert largest.shape == (1, 2, *outputs)
    estimator = ESTIMATORS[prod(kernel)][which] if prod(kernel) in ESTIMATORS else None
    ways = []
    for cost in PLANNED_OR_SORTED if estimator else ():
        with patch.object(pooling_layer, "_TAP_COST", cost):
            ways.append(pool(x, estimator, kernel, **attributes))
    for place, taps in places.items():
        window = [float(x[(0, 1, *pixel)]) for pixel in taps]
        assert copied[(0, 1, *place)].tolist() == window
        assert largest[(0, 1, *place)] == max(window)
        for found in ways:
            window = [Fraction(v) for v in window]
            deviation = Fraction(float(found[(0, 1, *place)])) - reference.evaluate(estimator.coefficients, window)
            assert abs(deviation) <= error_bound(estimator, window, dtype)


@settings(max_examples=60)
@given(layers(), st.integers(0, 2**32 - 1))
def test_the_certified_error_holds_at_the_border(layer, seed):
    shape, kernel, attributes = layer
    if prod(kernel) < 2 or naive_windows(shape, kernel, **attributes) is None:
        return
    estimator = optimal_estimator(prod(kernel), {1, max(1, prod(kernel) - 1)}, objective="range")
    # Far from zero, so that a border of zeros would show.
    x = 100 + np.random.default_rng(seed).random((1, 1, *shape))
    largest, smallest = pool(x, "max", kernel, **attributes), -pool(-x, "max", kernel, **attributes)
    for cost in PLANNED_OR_SORTED:
        with patch.object(pooling_layer, "_TAP_COST", cost):
            deviation = abs(largest - pool(x, estimator, kernel, **attributes))
        assert (deviation <= float(estimator.error) * (largest - smallest) + 1e-11).all()


# onnxruntime


def max_pool_of_onnxruntime(x, kernel, **attributes):
    import onnx
    import onnxruntime

    attributes["ceil_mode"] = int(attributes["ceil_mode"])
    node = onnx.helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=kernel, **attributes)
    element = onnx.helper.np_dtype_to_tensor_dtype(x.dtype)
    graph = onnx.helper.make_graph(
        [node],
        "pool",
        [onnx.helper.make_tensor_value_info("x", element, x.shape)],
        [onnx.helper.make_tensor_value_info("y", element, None)],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0]


def grid():
    """All attributes in one dimension, and seeded samples of those of two and three."""
    for size, kernel, stride, dilation, ceil_mode in itertools.product((1, 4, 7), (1, 2, 3), (1, 2, 4), (1, 3), (0, 1)):
        for pads in itertools.product(range(kernel), repeat=2):
            yield (size,), (kernel,), (stride,), pads, (dilation,), ceil_mode
    rng = random.Random(0)
    for n in (2, 3):
        for _ in range(250):
            kernel = tuple(rng.randint(1, 3 if n == 3 else 5) for _ in range(n))
            yield (
                tuple(rng.randint(1, 12 if n == 2 else 7) for _ in range(n)),
                kernel,
                tuple(rng.randint(1, 4) for _ in range(n)),
                tuple(rng.randint(0, kernel[i % n] - 1) for i in range(2 * n)),
                tuple(rng.choice((1, 1, 2, 3)) for _ in range(n)),
                rng.randint(0, 1),
            )


def test_the_maximum_is_that_of_onnxruntime():
    pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    rng = np.random.default_rng(0)
    dtypes = itertools.cycle((np.float32, np.float64, np.float16, np.uint8, np.int8))
    compared = refused = 0
    for shape, kernel, strides, pads, dilations, ceil_mode in grid():
        attributes = {"strides": strides, "pads": pads, "dilations": dilations, "ceil_mode": bool(ceil_mode)}
        x = (rng.standard_normal((2, 3, *shape)) * 50).astype(next(dtypes))
        try:
            found = pool(x, "max", kernel, **attributes)
        except InputError:
            # Only where there is no window, or one without a pixel.
            assert naive_windows(shape, kernel, **attributes) is None
            refused += 1
            continue
        expected = max_pool_of_onnxruntime(x, kernel, **attributes)
        assert found.dtype == expected.dtype
        assert found.shape == expected.shape, (shape, kernel, attributes)
        assert (found == expected).all(), (shape, kernel, attributes)
        compared += 1
    assert compared > 600
    assert refused > 200


# Other libraries


@settings(max_examples=40)
@given(layers(), st.integers(0, 4), st.integers(0, 2**32 - 1))
def test_the_strict_array_api_gives_the_same(layer, which, seed):
    shape, kernel, attributes = layer
    if naive_windows(shape, kernel, **attributes) is None:
        return
    x = np.random.default_rng(seed).standard_normal((2, 2, *shape))
    strict = array_api_strict.asarray(x)
    for estimator in ("max", *ESTIMATORS.get(prod(kernel), [])[which : which + 1]):
        found = pool(strict, estimator, kernel, **attributes)
        assert found.dtype == array_api_strict.float64
        assert type(found) is type(strict)
        np.testing.assert_allclose(np.asarray(found), pool(x, estimator, kernel, **attributes), rtol=0, atol=1e-13)
        np.testing.assert_array_equal(
            np.asarray(windows(strict, kernel, **attributes)), windows(x, kernel, **attributes)
        )


@pytest.mark.parametrize(("kernel", "estimator"), [((2, 2), 0), ((3, 3), "max"), ((3, 3), 0), ((3,), 4)])
def test_jax_compiles_it_and_differentiates_it(kernel, estimator):
    jax = pytest.importorskip("jax")
    d = prod(kernel)
    estimator = estimator if estimator == "max" else ESTIMATORS[d][estimator]
    layer = {"strides": (2,) * len(kernel), "pads": (1, 0) * len(kernel)}
    x = np.random.default_rng(1).standard_normal((2, 3, *(7, 6)[: len(kernel)])).astype(np.float32)
    expected = pool(x, estimator, kernel, **layer)
    on_jax = jax.numpy.asarray(x)
    found = pool(on_jax, estimator, kernel, **layer)
    assert isinstance(found, jax.Array)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-5)
    compiled = jax.jit(lambda x: pool(x, estimator, kernel, **layer))(on_jax)
    np.testing.assert_allclose(compiled, expected, rtol=0, atol=2e-5)
    # Against the weights of the order statistics, window by window.
    gradient = np.asarray(jax.grad(lambda x: pool(x, estimator, kernel, **layer).sum())(on_jax))
    weights = [0.0] * (d - 1) + [1.0] if estimator == "max" else [float(w) for w in estimator.order_statistic_weights]
    pads = layer["pads"]
    outputs, places = naive_windows(x.shape[2:], kernel, layer["strides"], pads, (1,) * len(kernel), False)
    assert outputs == expected.shape[2:]
    hand_made = np.zeros_like(x)
    for image in itertools.product(range(2), range(3)):
        for taps in places.values():
            for weight, pixel in zip(weights, sorted(taps, key=lambda p: x[(*image, *p)]), strict=True):
                hand_made[(*image, *pixel)] += weight
    np.testing.assert_allclose(gradient, hand_made, rtol=0, atol=1e-4)


def test_jax_maps_it_over_an_axis():
    jax = pytest.importorskip("jax")
    x = np.random.default_rng(1).standard_normal((3, 2, 1, 6)).astype(np.float32)
    found = jax.vmap(lambda x: pool(x, "max", (2,)))(jax.numpy.asarray(x))
    assert (np.asarray(found) == np.stack([pool(part, "max", (2,)) for part in x])).all()


def test_jax_sorts_large_windows():
    jax = pytest.importorskip("jax")
    x = np.random.default_rng(1).standard_normal((1, 2, 12, 11)).astype(np.float32)
    estimator = optimal_estimator(81, [1, 3, 80], objective="range")
    found = pool(jax.numpy.asarray(x), estimator, (9, 9), pads=(1, 2, 3, 4))
    np.testing.assert_allclose(found, pool(x, estimator, (9, 9), pads=(1, 2, 3, 4)), rtol=0, atol=1e-5)


@pytest.mark.parametrize("estimator", ["max", ESTIMATORS[9][0], ESTIMATORS[4][0]])
def test_equal_taps_share_one_gradient(estimator):
    jax = pytest.importorskip("jax")
    kernel = (2, 2) if estimator != "max" and estimator.kernel_size == 4 else (3, 3)
    total = 1.0 if estimator == "max" else float(sum(estimator.order_statistic_weights))
    gradient = jax.grad(lambda x: pool(x, estimator, kernel).sum())(jax.numpy.ones((1, 1, *kernel)))
    assert float(gradient.sum()) == pytest.approx(total, abs=1e-5)


# NaN, infinities, dtypes


@pytest.mark.parametrize("estimator", ["max", *range(5)])
@pytest.mark.parametrize("library", ["numpy", "array_api_strict", "jax.numpy"])
@pytest.mark.usefixtures("_both_ways")
def test_a_nan_makes_its_windows_nan_and_no_others(estimator, library):
    xp = pytest.importorskip(library)
    estimator = estimator if estimator == "max" else ESTIMATORS[9][estimator]
    for place in [(0, 0), (1, 2), (4, 5), (2, 3)]:
        x = np.random.default_rng(0).random((1, 1, 5, 6))
        x[(0, 0, *place)] = np.nan
        found = np.asarray(pool(xp.asarray(x), estimator, (3, 3)))
        assert (np.isnan(found) == np.isnan(windows(x, (3, 3))).any(-1)).all()


@pytest.mark.usefixtures("_both_ways")
def test_infinities_give_what_ieee_arithmetic_gives_without_warnings():
    x = np.array([[[0.0, np.inf, 1.0, -np.inf, 3.0]]])
    assert pool(x, "max", (2,)).tolist() == [[[np.inf, np.inf, 1.0, 3.0]]]
    assert pool(-np.abs(x), "max", (1,)).tolist()[0][0][3] == -np.inf
    mean = Estimator(2, {1: 1})
    assert pool(x, mean, (2,)).tolist() == [[[np.inf, np.inf, -np.inf, -np.inf]]]
    assert np.isnan(pool(x, Estimator(3, {1: 1}), (3,))).tolist() == [[[False, True, False]]]
    big = np.full((1, 1, 4), np.finfo(np.float32).max, dtype=np.float32)
    assert np.isfinite(pool(big, mean, (2,))).all()


@pytest.mark.usefixtures("_both_ways")
def test_the_dtype_is_kept_and_estimators_need_floats():
    for dtype in (np.float16, np.float32, np.float64):
        assert pool(np.ones((1, 1, 4), dtype), ESTIMATORS[2][0], (2,)).dtype == dtype
    for dtype in (np.int8, np.uint8, np.int32, np.int64, np.uint16):
        x = np.array([[[3, 1, 2, 5]]], dtype)
        assert pool(x, "max", (2,)).tolist() == [[[3, 2, 5]]]
        assert pool(x, "max", (2,)).dtype == dtype
        with pytest.raises(ArrayError, match="convert the images"):
            pool(x, ESTIMATORS[2][0], (2,))
    assert pool([[[3, 1]]], ESTIMATORS[2][1], (2,)).dtype == np.float64


# Blocks


@pytest.mark.parametrize("block", [1, 50, 700])
@pytest.mark.parametrize("layer", [
    ((3, 3), {}),
    ((3, 2), {"strides": (2, 3), "pads": (1, 0, 2, 1)}),
    ((2, 2), {"dilations": (9, 13), "strides": (1, 2)}),
    ((2, 3), {"dilations": (2, 1), "pads": (1, 2, 1, 0), "ceil_mode": True, "strides": (1, 2)}),
])  # fmt: skip
def test_blocks_do_not_show(block, layer, monkeypatch):
    kernel, attributes = layer
    x = np.random.default_rng(0).standard_normal((3, 2, 17, 23))
    estimator = ESTIMATORS[prod(kernel)][0]
    monkeypatch.setattr(pooling_layer, "_TAP_COST", 1e9)
    whole = pool(x, estimator, kernel, **attributes)
    monkeypatch.setattr(blocks, "_BLOCK", block)
    assert (pool(x, estimator, kernel, **attributes) == whole).all()
    monkeypatch.setattr(pooling_layer, "_HELD_AT_ONCE", block)
    found = pool(array_api_strict.asarray(x), estimator, kernel, **attributes)
    np.testing.assert_allclose(np.asarray(found), whole, rtol=0, atol=1e-13)


@pytest.mark.parametrize("at_once", [1, 1 << 18])
def test_large_windows_are_sorted_one_by_one(at_once, monkeypatch):
    monkeypatch.setattr(pooling_layer, "_SORTED_AT_ONCE", at_once)
    x = np.random.default_rng(0).standard_normal((1, 2, 20, 18))
    estimator = Estimator(17 * 17, {0: Fraction(1, 2), 3: -1, 288: 2})
    layer = {"pads": (3, 0, 2, 1), "strides": (2, 1)}
    expected = estimator(windows(x, (17, 17), **layer))
    np.testing.assert_allclose(pool(x, estimator, (17, 17), **layer), expected, rtol=0, atol=1e-12)
    assert (pool(x, "max", (17, 17), **layer) == windows(x, (17, 17), **layer).max(-1)).all()


@pytest.mark.parametrize("kernel", [(5, 5), (7, 4), (9, 9), (13, 13), (25,), (40,), (3, 4, 5)])
@pytest.mark.parametrize("stride", [1, 3])
def test_comparators_order_windows_too_large_for_the_zero_one_principle(kernel, stride, monkeypatch):
    monkeypatch.setattr(pooling_layer, "_TAP_COST", 1e9)
    d, n = prod(kernel), len(kernel)
    # Integers, many of them equal, and weights that tell every order statistic: sums of floats are exact.
    x = np.random.default_rng(0).integers(-20, 20, (2, 1, *(k + 8 for k in kernel))).astype(np.float64)
    estimator = Estimator(d, {1: d, 2: d * (d - 1) // 2})
    assert [int(w) for w in estimator.order_statistic_weights] == list(range(1, d + 1))
    expected = np.sort(windows(x, kernel, strides=(stride,) * n), axis=-1) @ np.arange(1.0, d + 1)
    assert (pool(x, estimator, kernel, strides=(stride,) * n) == expected).all()


@pytest.mark.usefixtures("_both_ways")
def test_inputs_are_left_alone_and_need_not_be_contiguous():
    base = np.random.default_rng(0).standard_normal((12, 10, 2, 3))
    x = base.transpose(3, 2, 0, 1)[..., ::-1]
    before = x.copy()
    x.flags.writeable = False
    found = pool(x, ESTIMATORS[9][0], (3, 3), pads=(1, 1, 1, 1))
    assert (x == before).all()
    assert (found == pool(np.ascontiguousarray(x), ESTIMATORS[9][0], (3, 3), pads=(1, 1, 1, 1))).all()


@pytest.mark.usefixtures("_both_ways")
def test_images_without_samples_or_channels_give_none():
    assert pool(np.ones((0, 3, 4, 4)), "max", (2, 2)).shape == (0, 3, 3, 3)
    assert pool(np.ones((2, 0, 4, 4)), ESTIMATORS[4][0], (2, 2)).shape == (2, 0, 3, 3)


def peak_beyond_result(x, estimator, kernel):
    plan.cache_clear()
    pool(x[..., :8, :8], estimator, kernel)
    tracemalloc.start()
    result = pool(x, estimator, kernel, pads=(1, 1, 1, 1))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak - result.nbytes


def test_memory_grows_neither_with_the_image_nor_with_the_orders():
    small, large = (np.zeros((1, c, 256, 256), np.float32) for c in (4, 32))
    full, few = ESTIMATORS[9][0], optimal_estimator(9, {1, 2}, objective="range")
    reference = peak_beyond_result(small, full, (3, 3))
    assert peak_beyond_result(large, full, (3, 3)) < 1.1 * reference + 1e5
    assert reference < 1.1 * peak_beyond_result(small, few, (3, 3)) + 1e5
    assert reference < large.nbytes / 1.5


def test_the_cheaper_way_is_taken():
    """Few windows, or small images under a large kernel, do not pay for comparators; images do."""

    def sorts(shape, kernel, estimator):
        axes = axes_of(shape[2:], kernel)
        readout = pooling_layer._readout(estimator, kernel)
        steps = plan(kernel, (1, 1), (1, 1), readout.wanted)
        return pooling_layer._sorting_is_faster(np.empty(shape, np.float32), axes, steps, readout)

    nine = optimal_estimator(81, [1, 2, 80], objective="range")
    assert not sorts((1, 16, 224, 224), (3, 3), ESTIMATORS[9][0])
    assert not sorts((1, 16, 224, 224), (9, 9), nine)
    assert sorts((1, 1, 8, 8), (3, 3), ESTIMATORS[9][0])
    assert sorts((1, 512, 14, 14), (9, 9), nine)
    assert not sorts((1, 1, 8, 8), (3, 3), "max")


# Comparators


def from_bits(bits):
    return int("".join("1" if bit else "0" for bit in bits)[::-1], 2)


def take_steps(steps, phases):
    """Evaluate a plan on many windows of zeros and ones at once: planes map shifts to integers, one bit a window."""
    planes = list(phases)
    for step in steps.steps:
        function = operator.and_ if step.function == "minimum" else operator.or_
        first, second = (
            {
                tuple(a - b for a, b in zip(shift, operand.shift, strict=True)): bits
                for shift, bits in planes[operand.plane].items()
            }
            for operand in (step.first, step.second)
        )
        planes.append({shift: function(first[shift], second[shift]) for shift in first.keys() & second.keys()})
    return [planes[operand.plane][operand.shift] for operand in steps.outputs.values()]


@pytest.mark.parametrize(
    "kernel", [(2,), (3,), (5,), (8,), (13,), (2, 2), (3, 3), (2, 7), (4, 4), (2, 2, 3), (3, 1, 3)]
)
@pytest.mark.parametrize("stride", [1, 2])
def test_every_window_of_zeros_and_ones_is_sorted(kernel, stride):
    """By the zero-one principle (Knuth, volume 3, section 5.3.4) every window is, whatever it holds."""
    d, n = prod(kernel), len(kernel)
    # Window w has bit t of w as tap t; entry k of the sorted window is 1 if w has at least d - k ones.
    ones = [from_bits((w >> t) & 1 for w in range(2**d)) for t in range(d)]
    expected = [from_bits(w.bit_count() >= d - k for w in range(2**d)) for k in range(d)]
    for wanted in {tuple(range(d)), (d - 1,), tuple(sorted({0, d - 1})), tuple(sorted({d // 2, d - 1}))}:
        steps = plan(kernel, (stride,) * n, (1,) * n, wanted)
        phases = [{} for _ in steps.phases]
        for bits, tap in zip(ones, itertools.product(*map(range, kernel)), strict=True):
            phase, shift = tuple(t % stride for t in tap), tuple(t // stride for t in tap)
            phases[steps.phases.index(phase)][shift] = bits
        assert take_steps(steps, phases) == [expected[k] for k in wanted]


def test_neighbours_share_comparators():
    def count(kernel, stride=1, wanted=None):
        d = prod(kernel)
        return len(plan(kernel, (stride,) * 2, (1, 1), wanted or tuple(range(d))).steps) / 2

    # The best sorting networks of 9 and 25 inputs known have 25 and 130 comparators.
    assert count((3, 3)) <= 21
    assert count((5, 5)) <= 96
    assert count((3, 3), stride=3) > count((3, 3), stride=2) > count((3, 3))
    assert count((13, 13), wanted=(168,)) <= 6


def test_no_plane_gives_its_room_back_too_early():
    for kernel in ((3, 3), (5, 5), (2, 3)):
        steps = plan(kernel, (1, 2), (1, 1), tuple(range(prod(kernel))))
        gone: set[int] = set()
        for step, free in zip(steps.steps, steps.last_uses, strict=True):
            assert not {step.first.plane, step.second.plane} & gone
            gone |= set(free)
        assert not {operand.plane for operand in steps.outputs.values()} & gone


# Bad input

X = np.ones((1, 1, 4, 4))


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: pool(X, "mean", (2, 2)), InputError, "an estimator or \"max\" pools, not 'mean'"),
    (lambda: pool(X, ESTIMATORS[9][0], (2, 2)), KernelSizeError, "4 taps, but the estimator has 9 inputs"),
    (lambda: pool(X, "max", (2,)), ArrayError, r"shape \(N, C, W\) for a kernel of shape \(2,\)"),
    (lambda: pool(X, "max", 2), ArrayError, r"shape \(N, C, W\) for a kernel of shape \(2,\)"),
    (lambda: pool(X, "max", (0, 2)), KernelSizeError, "1 to 3 positive integers"),
    (lambda: pool(X, "max", (2, 2.0)), KernelSizeError, "1 to 3 positive integers"),
    (lambda: pool(X, "max", (1, 1, 1, 1)), KernelSizeError, "1 to 3 positive integers"),
    (lambda: pool(X, "max", ()), KernelSizeError, "1 to 3 positive integers"),
    (lambda: pool(X, "max", (5, 5)), InputError, "a window of 5 positions does not fit into 4 pixels"),
    (lambda: pool(X, "max", (3, 3), dilations=(1, 2)), InputError, r"window of 5 positions.*\(axis 1\)"),
    (lambda: pool(X, "max", (2, 2), pads=(0, 2, 0, 0)), InputError, "pads are smaller than the kernel, 2 along axis 1"),
    (lambda: pool(X, "max", (2, 2), pads=(0, -1, 0, 0)), InputError, "pads are 4 integers >= 0"),
    (lambda: pool(X, "max", (2, 2), pads=(1, 1)), InputError, "pads are 4 integers >= 0"),
    (lambda: pool(X, "max", (2, 2), strides=(0, 1)), InputError, "strides are 2 integers >= 1"),
    (lambda: pool(X, "max", (2, 2), strides=2), InputError, "strides are 2 integers >= 1"),
    (lambda: pool(X, "max", (2, 2), dilations=(1,)), InputError, "dilations are 2 integers >= 1"),
    (lambda: pool(X[..., :1], "max", (1, 2), pads=(0, 1, 0, 1), dilations=(1, 2)), InputError, "window 0 has no tap"),
    (lambda: pool(X[..., :0], "max", (2, 2), pads=(1, 1, 1, 1)), InputError, "does not fit into 0 pixels"),
    (lambda: pool(X > 0, "max", (2, 2)), ArrayError, "a real dtype, floating or integer, not bool"),
    (lambda: pool(X + 1j, "max", (2, 2)), ArrayError, "not complex128"),
    (lambda: pool([["a"]], "max", (2, 2)), ArrayError, "images are an array of real numbers"),
    (lambda: pool([[1.0], [1.0, 2.0]], "max", (2, 2)), ArrayError, "images are an array of real numbers"),
    (lambda: axes_of((4,), (2, 2)), InputError, "pools 2 spatial axes, but the image has 1"),
])  # fmt: skip
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message) as raised:
        call()
    assert "\n" not in str(raised.value)
