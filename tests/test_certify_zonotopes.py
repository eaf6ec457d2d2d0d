"""Zonotopes in the certified deviation: enclosures by themselves, the digits, and what is certain around samples."""

from __future__ import annotations

import functools
from fractions import Fraction

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytest.importorskip("sklearn")

from onnx import parser  # noqa: E402

from tests import random_models  # noqa: E402
from tests.campaigns import campaign, tries  # noqa: E402
from theory import certify_around, certify_deviation  # noqa: E402
from theory.errors import InputError, UndecidedError  # noqa: E402
from theory.rewrite.ascent import Ascent  # noqa: E402
from theory.rewrite.certify import relaxations, zonotope  # noqa: E402
from theory.rewrite.certify.box import Box  # noqa: E402
from theory.rewrite.certify.corners import Corners, enclose_residual  # noqa: E402
from theory.rewrite.certify.pooled import Seen, max_pool  # noqa: E402
from theory.rewrite.certify.residuals import Residual  # noqa: E402
from theory.rewrite.certify.windows import place_windows  # noqa: E402
from theory.rewrite.certify.zonotope import Space, Twin, Zonotope  # noqa: E402
from theory.rewrite.reluify import reluify  # noqa: E402

DIGITS = "theory/empirical/data/digits.onnx"
F64 = np.dtype(np.float64)


# Enclosures by themselves


def drawn_twin(rng, shape, *, symbols=5, size=1.0):
    """Return a twin with errors, and a space with its symbols."""

    def draw(scale):
        parts = rng.standard_normal((symbols + 1, *shape)) * scale
        return Zonotope(parts[0], parts[1:] * 0.3, 0.05 * scale * rng.random(shape))

    value, difference = draw(size), draw(0.2 * size)
    space = Space()
    space.between(np.zeros(symbols), np.ones(symbols))
    x, d = (Box(*z.bounds(), F64) for z in (value, difference))
    y = Box(*value.plus(difference).bounds(), F64)
    return Twin(value, difference, x, y, d), space


def points(rng, t, symbols=5):
    """Yield symbols, and tensors of both models that they allow: corners and others."""
    for number in range(60):
        e = rng.choice([-1.0, 1.0], symbols) if number % 2 else rng.uniform(-1, 1, symbols)
        x, d = (
            z.center + np.tensordot(e, z.generators, 1) + z.error * rng.uniform(-1, 1, t.shape)
            for z in (t.value, t.difference)
        )
        yield e, x, x + d


def check_encloses(z, e, values):
    """See that values are those of a zonotope for some symbols, of which the first are known."""
    rest = np.abs(z.generators[len(e) :]).sum(0) + z.error
    middle = z.center + np.tensordot(e[: len(z.generators)], z.generators[: len(e)], 1)
    # The tensors of the test are rounded themselves.
    assert np.all(np.abs(values - middle) <= rest + 1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_relu_and_its_difference_are_enclosed(seed):
    rng = np.random.default_rng(seed)
    t, space = drawn_twin(rng, (40,))
    value, difference = relaxations.relu(t, space)
    for e, x, y in points(rng, t):
        check_encloses(value, e, np.maximum(x, 0))
        check_encloses(difference, e, np.maximum(y, 0) - np.maximum(x, 0))


@pytest.mark.parametrize("seed", range(3))
def test_a_slope_between_bounds_encloses_a_difference(seed):
    rng = np.random.default_rng(seed)
    t, space = drawn_twin(rng, (40,))
    difference = relaxations.by_slopes(t, space, np.full(40, -0.25), np.full(40, 1.0))
    for e, x, y in points(rng, t):
        change = np.where(y > 0, y, -0.25 * y) - np.where(x > 0, x, -0.25 * x)
        check_encloses(difference, e, change)


@pytest.mark.parametrize(("pads", "spread"), [((0, 0, 0, 0), 1.0), ((1, 0, 1, 1), 1.0), ((1, 1, 1, 1), 6.0)])
def test_the_maximum_of_windows_and_its_difference_are_enclosed(pads, spread):
    rng = np.random.default_rng(int(spread))
    t, space = drawn_twin(rng, (1, 2, 5, 5), size=spread)
    windows = place_windows({"strides": [2, 2], "pads": pads}, (5, 5), (2, 3))
    value, difference, _ = max_pool(t, windows, space)
    for e, x, y in points(rng, t):
        first, second = (np.maximum.reduce(windows.taps(z, -np.inf)) for z in (x, y))
        check_encloses(value, e, first)
        check_encloses(difference, e, second - first)


def random_residual(rng, pixels):
    """Return a combination of maxima whose factors need not add up to 0."""
    factors = {}
    for mask in {int(mask) for mask in rng.integers(1, 1 << pixels, 8)}:
        factors[mask] = Fraction(int(rng.integers(-8, 9)), 8)
    return Residual(Fraction(1, 8), Fraction(0), Fraction(0), Fraction(0), tuple(range(pixels)), factors)


@pytest.mark.parametrize("shift", [0.0, 0.3, 3.0])
@pytest.mark.parametrize("seed", range(3))
def test_the_residual_of_any_combination_of_maxima_is_enclosed(seed, shift):
    rng = np.random.default_rng(seed)
    t, space = drawn_twin(rng, (1, 3, 2, 3), size=0.5)
    # Pixels that are further apart have a more certain order.
    center = t.value.center + shift * rng.permutation(6).reshape(2, 3)
    value = Zonotope(center, t.value.generators, t.value.error)
    t = Twin(value, t.difference, Box(*value.bounds(), F64), Box(*value.plus(t.difference).bounds(), F64), t.d)
    windows = place_windows({}, (2, 3), (2, 3))
    residual = random_residual(rng, 6)
    corners = Corners.of([(residual, range(6))], np.zeros((1, 1, 1, 1), dtype=np.int64))
    wide = Box(np.full((1, 3, 1, 1), -1e9), np.full((1, 3, 1, 1), 1e9), F64)
    found = enclose_residual(Seen(t.other, t.y, windows), corners, wide, space)
    if shift == 3.0:
        assert np.all(found.radius < 20)
    for e, _, y in points(rng, t):
        pixels = y.reshape(3, 6)
        exact = sum(
            float(c) * pixels[:, [i for i in range(6) if mask >> i & 1]].max(1)
            for mask, c in residual.combination.items()
        )
        check_encloses(found, e, (0.125 + exact).reshape(1, 3, 1, 1))


def test_zonotopes_without_symbols_left_still_enclose(monkeypatch):
    monkeypatch.setattr(zonotope, "MOST_SYMBOLS", 6)
    rng = np.random.default_rng(5)
    t, space = drawn_twin(rng, (40,))
    value, difference = relaxations.relu(t, space)
    assert space.count == 6
    assert len(difference.generators) <= 6
    for e, x, y in points(rng, t):
        check_encloses(value, e, np.maximum(x, 0))
        check_encloses(difference, e, np.maximum(y, 0) - np.maximum(x, 0))


def test_sums_lose_no_digit_that_is_not_charged():
    """Numbers of very different sizes, added and multiplied in floats, against fractions."""
    rng = np.random.default_rng(3)
    for _ in range(50):
        parts = [
            Zonotope(
                *(rng.standard_normal((3, 2)) * 10.0 ** rng.integers(-12, 13, (3, 2)))[:1],
                rng.standard_normal((2, 2)) * 10.0 ** rng.integers(-12, 13),
                np.zeros(2),
            )
            for _ in range(2)
        ]
        factor = rng.standard_normal(2)
        found = parts[0].times(factor).plus(parts[1])
        for i in range(2):
            off = Fraction(0)
            for a, b, c in zip(
                [parts[0].center, *parts[0].generators],
                [parts[1].center, *parts[1].generators],
                [found.center, *found.generators],
                strict=True,
            ):
                off += abs(
                    Fraction(float(a[i])) * Fraction(float(factor[i])) + Fraction(float(b[i])) - Fraction(float(c[i]))
                )
            assert off <= Fraction(float(found.error[i]))


# The digits


@functools.cache
def digits(orders):
    model = onnx.load(DIGITS)
    return model, reluify(model, orders=orders)


@functools.cache
def images(count):
    from sklearn.datasets import load_digits

    every = load_digits().images[:, None] / 16
    return every[np.random.default_rng(0).choice(len(every), 40, replace=False)][:count]


@campaign
@pytest.mark.parametrize(
    ("orders", "radius", "bound"),
    [("1,d-1", 1, 0.78), ("1,d-1", 4, 1.5), ("1,d-2,d-1", 1, 0.49), ("1,d-2,d-1", 4, 1.0)],
)
def test_the_rows_of_the_digits(orders, radius, bound):
    """The first of the 40 images of the documentation; nothing that an ascent reaches exceeds a bound."""
    models, samples = digits(orders), images(min(8, tries(3)))
    found = certify_around(*models, samples, radius / 255, within=(0, 1))
    assert found.median_bound <= bound
    assert found.unchanged == len(samples)
    ascent, rng = Ascent(*models), np.random.default_rng(1)
    for x, answer in zip(samples[:2], found.answers, strict=False):
        reached = ascent.reached(np.maximum(x - radius / 255, 0), np.minimum(x + radius / 255, 1), rng)
        assert 0.1 < reached <= answer.bound


@campaign
def test_radius_0_is_the_sample_itself():
    models, samples = digits("1,d-1"), images(min(4, tries(1)))
    found = certify_around(*models, samples, 0)
    exact = Ascent(*models).deviation(samples.astype(np.float32))
    for answer, deviation in zip(found.answers, exact, strict=True):
        assert deviation <= answer.bound <= deviation + 0.05
        assert answer.same_class is True


def test_swapped_models_have_the_same_bounds():
    models, samples = digits("1,d-1"), images(1)
    found = [certify_deviation(*pair, (samples - 0.01, samples + 0.01)) for pair in (models, models[::-1])]
    one, other = (each.outputs["logits"] for each in found)
    assert np.array_equal(one.lower, -other.upper)
    assert one.largest == other.largest[::-1]
    assert one.margins == other.margins[::-1]


# Soundness


def attack(seed):
    """Climb towards a large deviation of a random pair in small balls; return how close it came."""
    ways = ({"orders": "1,d-1"}, {"orders": "1,2"}, {}, {"orders": "1,d-1", "style": "feedforward"})
    rng = np.random.default_rng(seed)
    model = random_models.random_model(rng)
    rewritten = reluify(model, **ways[seed % len(ways)])
    shape = tuple(d.dim_value for d in model.graph.input[0].type.tensor_type.shape.dim[1:])
    radius = float(10.0 ** rng.uniform(-3, 0))
    middle = rng.uniform(-1, 1, (1, *shape))
    lo, hi = middle - radius, middle + radius
    found = certify_deviation(model, rewritten, (lo, hi))
    assert found.certified, found.unknown
    output, ascent = next(iter(found.outputs.values())), Ascent(model, rewritten)
    reached = ascent.reached(lo[0], hi[0], rng)
    assert reached <= found.bound, seed
    run = [random_models.session(each) for each in (model, rewritten)]
    x = np.clip(lo + rng.random((64, *shape)) * (hi - lo), lo, hi).astype(np.float32)
    x = x[np.all((x >= lo) & (x <= hi), axis=tuple(range(1, x.ndim)))]
    first, second = (each(x) for each in run)
    assert np.all((second - first >= output.lower) & (second - first <= output.upper)), seed
    for number, values in zip(output.largest, (first, second), strict=True):
        if number is not None:
            assert np.all(values.reshape(len(values), -1).argmax(1) == number), seed
    return reached / found.bound


@campaign
@pytest.mark.parametrize("block", range(tries(2)))
def test_no_ascent_in_a_small_ball_exceeds_its_bound(block):
    closest = max(attack(8 * block + i) for i in range(8))
    assert closest > 0.1


@pytest.mark.parametrize("swapped", [False, True])
def test_a_node_of_the_same_name_that_takes_another_tensor_is_another(swapped):
    """Both models have a and b; the same operation makes r of one of them in one model, of the other in the other."""
    pair = [text_model(f"a = Add (x, x) b = Neg (x) r = Relu ({t}) y = Add (r, r)", "N, 2") for t in "ab"]
    found = certify_deviation(*(pair[::-1] if swapped else pair), ([[0.9, -1.1]], [[1.1, -0.9]]))
    least, most = np.array([[-4.4, 1.8]]), np.array([[-3.6, 2.2]])
    output = found.outputs["y"]
    lower, upper = (-output.upper, -output.lower) if swapped else (output.lower, output.upper)
    assert np.all((lower <= least) & (upper >= most))
    assert np.allclose(lower, least, atol=1e-5)
    assert np.allclose(upper, most, atol=1e-5)


def other_weights(model, rng, change):
    """Return a model whose weights are off by a share of each."""
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    for tensor in changed.graph.initializer:
        array = onnx.numpy_helper.to_array(tensor)
        if array.dtype == np.float32:
            array = array * (1 + change * rng.uniform(-1, 1, array.shape)).astype(np.float32)
            tensor.CopyFrom(onnx.numpy_helper.from_array(array, tensor.name))
    return changed


@campaign
@pytest.mark.parametrize("change", [2.0**-12, 2.0**-6])
def test_weights_that_differ_and_a_rewriting_in_a_small_ball(change):
    rng, (model, rewritten) = np.random.default_rng(5), digits("1,d-1")
    first = other_weights(model, rng, change)
    assert first.graph.initializer
    ascent = Ascent(first, rewritten)
    radii = (1 / 255, 16 / 255, 4 / 255)[: tries(2)]
    for x, radius in zip(images(len(radii)), radii, strict=True):
        lo, hi = np.maximum(x - radius, 0), np.minimum(x + radius, 1)
        found = certify_deviation(first, rewritten, (lo[None], hi[None]))
        assert 0.1 < ascent.reached(lo, hi, rng) <= found.bound


# Answers


def text_model(body, shape="N, 3"):
    return parser.parse_model(
        f'<ir_version: 8, opset_import: ["": 17]> m (float[{shape}] x) => (float[{shape}] y) {{ {body} }}'
    )


def test_a_class_is_the_same_another_or_not_certain():
    same, flipped = text_model("y = Identity (x)"), text_model("y = Neg (x)")
    found = certify_around(same, flipped, [[3, 1, 2], [0.1, 0, 0]], 0.25)
    assert [answer.same_class for answer in found.answers] == [False, None]
    assert found.unchanged == 0
    assert found.answers[0].largest == (0, 1)
    assert found.answers[1].margin < 0
    whole = certify_deviation(same, same, ([2, 0, 0], [3, 1, 1]))
    assert whole.same_class is True
    assert whole.outputs["y"].margins[0] == pytest.approx(1)
    assert certify_deviation(same, same, (0, 1)).same_class is None
    # The largest of several samples at once is not asked for.
    assert certify_deviation(same, same, (0, 1), shapes={"x": (2, 3)}).same_class is None
    with pytest.raises(UndecidedError):
        bool(found)
    assert found.to_dict()["answers"][0]["same_class"] is False


def test_what_has_no_bound_is_unknown_and_counts_as_no_class():
    model = text_model("y = Exp (x)")
    found = certify_around(model, model, [[0, 1, 2]], 0.1)
    (answer,) = found.answers
    assert answer.bound is None
    assert answer.same_class is None
    assert "Exp is not covered" in answer.reason
    assert found.bound is found.median_bound is None
    assert found.share == 0


def test_bad_samples_are_refused_in_one_line():
    model, fixed = text_model("y = Relu (x)"), text_model("y = Relu (x)", "2, 3")
    cases = [
        (model, [[1, 2, 3]], -1, {}, "radius is a finite number of at least 0, not -1"),
        (model, [[1, 2, 3]], float("nan"), {}, "radius is a finite"),
        (model, [[1, 2]], 1, {}, "has the shape ?x3, its samples 1x2"),
        (model, [], 1, {}, "its samples 0"),
        (model, np.zeros((0, 3)), 1, {}, "at least one sample"),
        (model, [["a", "b", "c"]], 1, {}, "no array of numbers"),
        (model, [[1, 2, np.inf]], 1, {}, "samples are finite"),
        (model, [[1, 2, 3]], 1, {"within": (0, 1)}, "samples lie within 0 and 1"),
        (model, {"z": [[1, 2, 3]]}, 1, {}, "each of the inputs x"),
        (fixed, [[1, 2, 3]], 1, {}, "one sample at a time"),
        (model, [[1, 2, 3]], 1, {"arithmetic": "fast"}, '"float" or "real"'),
    ]
    for each, samples, radius, options, message in cases:
        with pytest.raises(InputError) as caught:
            certify_around(each, each, samples, radius, **options)
        assert message in str(caught.value)
        assert "\n" not in str(caught.value)
