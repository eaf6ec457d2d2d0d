"""Bounds found backwards: facts about symbols by themselves, and what they make of the digits and of deeper models."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytest.importorskip("sklearn")

from onnx import TensorProto, helper, numpy_helper

from tests.test_certify_zonotopes import F64, digits, drawn_twin, images, points
from theory import certify_around, certify_deviation
from theory.rewrite.ascent import Ascent
from theory.rewrite.certify import backward, relaxations
from theory.rewrite.certify.backward import Facts
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.pooled import Seen, max_pool
from theory.rewrite.certify.windows import place_windows
from theory.rewrite.certify.zonotope import Space, Twin, Zonotope
from theory.rewrite.reluify import reluify

# Facts by themselves


def total(z, factors):
    """Return sums of the elements of a zonotope, each times factors of its own: one for each row of the factors."""
    flat = z.generators.reshape(len(z.generators), -1)
    return Zonotope(factors @ z.center.ravel(), flat @ factors.T, np.abs(factors) @ z.error.ravel() + 1e-11)


def check_sums(rng, t, space, found, near, values_of):
    """See that no sum of arguments, values and differences exceeds its bound, and that facts make bounds less.

    ``near`` says from which arguments each value is made.
    """
    parts = [t.value, t.difference, *found]
    factors = [rng.standard_normal((60, z.center.size)) * (rng.random((60, z.center.size)) < 0.5) for z in parts]
    # Half of them of one element, and of what it is made of.
    ones = np.arange(30)[:, None] % len(near) == np.arange(len(near))
    for each, mask in zip(factors, (ones @ near, ones @ near, ones, ones), strict=True):
        each[30:] = rng.integers(-1, 2, mask.shape) * mask
    sums = total(parts[0], factors[0])
    for z, each in zip(parts[1:], factors[1:], strict=True):
        sums = sums.plus(total(z, each))
    (most,) = space.facts.largest(sums)
    plain = sums.bounds()[1]
    assert np.all(most <= plain + 1e-9 * np.abs(plain))
    assert np.mean(plain - most > 0.01 * sums.radius) > 0.3
    for _, x, y in points(rng, t):
        values = x, y - x, *values_of(x, y)
        assert np.all(sum(each @ value.ravel() for each, value in zip(factors, values, strict=True)) <= most)


@pytest.mark.parametrize("seed", range(4))
def test_no_sum_of_positive_parts_exceeds_what_is_found_backwards(seed):
    rng = np.random.default_rng(seed)
    t, space = drawn_twin(rng, (12,))
    found = relaxations.relu(t, space)
    check_sums(rng, t, space, found, np.eye(12), lambda x, y: (np.maximum(x, 0), np.maximum(y, 0) - np.maximum(x, 0)))


@pytest.mark.parametrize("pads", [(0, 0, 0, 0), (1, 0, 1, 1)])
@pytest.mark.parametrize("seed", range(2))
def test_no_sum_of_maxima_exceeds_what_is_found_backwards(seed, pads):
    rng = np.random.default_rng(seed)
    t, space = drawn_twin(rng, (1, 2, 5, 5))
    windows = place_windows({"strides": [2, 2], "pads": pads}, (5, 5), (2, 2))
    found = max_pool(t, windows, space)[:2]

    def values_of(x, y):
        first, second = (np.maximum.reduce(windows.taps(z, -np.inf)) for z in (x, y))
        return first, second - first

    seen = np.stack(windows.taps(np.arange(50).reshape(t.shape), -1)).reshape(4, -1)
    check_sums(rng, t, space, found, (seen[..., None] == np.arange(50)).any(0), values_of)


def test_any_multipliers_give_a_bound():
    """Negative ones, huge ones and those that are no numbers, among them."""
    rng = np.random.default_rng(2)
    t, space = drawn_twin(rng, (6,))
    value, _ = relaxations.relu(t, space)
    blocks = space.facts._about(space.count)
    generators = backward._padded(-value.generators, blocks)
    assert blocks
    for scale in (0.1, 1.0, 1e6, 1e300, np.inf, np.nan):
        several = [scale * rng.standard_normal((len(block.center), 6)) for block in blocks]
        with np.errstate(all="ignore"):
            most = backward._certain(blocks, generators, -value.center + value.error, several)
        for _, x, _ in points(rng, t):
            assert np.all(-np.maximum(x, 0) <= most)


def test_negative_multipliers_count_as_none():
    """Less the function itself, which is nowhere negative, the function would be 0."""
    z = Zonotope(np.ones(1), np.full((1, 1), 0.5), np.zeros(1))
    facts = Facts()
    facts.hold(0, z)
    most = backward._certain(facts._about(1), z.generators, z.center, [np.full((1, 1), -1.0)])
    assert 1.5 <= most[0] < 1.5 + 1e-9


def test_rounding_of_multiplied_facts_is_charged():
    """One fact, numbers of very different sizes: the bound against the same in fractions."""
    rng = np.random.default_rng(4)
    for _ in range(40):
        facts = Facts()
        z = Zonotope(
            rng.standard_normal(1) * 1e12,
            rng.standard_normal((5, 1)) * 10.0 ** rng.integers(-3, 13, (5, 1)),
            rng.random(1),
        )
        z.generators[-1] = 1e12
        facts.hold(0, z)
        g = rng.standard_normal((5, 1)) * 10.0 ** rng.integers(-3, 13, (5, 1))
        (block,) = facts._about(5)
        several = rng.random((1, 1)) * 100
        (most,) = backward._certain([block], g, np.zeros(1), [several])
        factor = Fraction(float(several[0, 0]))
        exact = factor * (Fraction(float(z.center[0])) + Fraction(float(z.error[0]))) + sum(
            abs(Fraction(float(a)) + factor * Fraction(float(b)))
            for a, b in zip(g[:, 0], z.generators[:, 0], strict=True)
        )
        assert exact <= Fraction(float(most))


def test_without_facts_the_bound_is_the_zonotopes_own():
    rng = np.random.default_rng(6)
    t, _ = drawn_twin(rng, (7,))
    assert np.allclose(Facts().largest(t.value)[0], t.value.bounds()[1], rtol=1e-12)
    empty = Zonotope(np.zeros(0), np.zeros((3, 0)), np.zeros(0))
    assert Facts().largest(empty)[0].shape == (0,)


def test_gaps_are_no_larger_than_those_of_the_argument():
    """Two numbers that differ by a known amount, whatever they are, keep their order in the positive parts."""
    center = np.array([0.1, -0.1]).reshape(1, 1, 1, 2)
    value = Zonotope(center, np.ones((1, 1, 1, 1, 2)), np.zeros(center.shape))
    space = Space()
    space.between(np.zeros(1), np.ones(1))
    zero = Zonotope(np.zeros(center.shape), np.zeros((0, *center.shape)), np.zeros(center.shape))
    x = Box(*value.bounds(), F64)
    argument = Twin(value, zero, x, x, x.zeros())
    positive, difference = relaxations.relu(argument, space)
    after = Box(np.maximum(x.lo, 0), np.maximum(x.hi, 0), F64)
    windows = place_windows({}, (1, 2), (1, 2))
    plain = Twin(positive, difference, after, after, x.zeros())
    known = Twin(positive, difference, after, after, x.zeros(), argument, 1e-30)
    gaps = [Seen.first(t, windows, space.facts).above[0, 1].item() for t in (plain, known)]
    assert gaps[0] > 0.3
    assert 0 <= gaps[1] <= 1e-29


# Models


@pytest.mark.parametrize(("orders", "bound"), [("1,d-1", 1.75), ("1,d-2,d-1", 1.1)])
def test_classes_that_zonotopes_alone_leave_open(orders, bound):
    """Of the 40 images four and two of these were open at 4/255; the 13th changes its class in truth."""
    models, samples = digits(orders), images(40)[[13, 20, 27, 37, 39]]
    found = certify_around(*models, samples, 4 / 255, within=(0, 1))
    assert [answer.same_class for answer in found.answers] == [None, True, True, True, True]
    assert min(answer.margin for answer in found.answers[1:]) > 0.4
    assert found.median_bound <= bound


def test_large_balls():
    models, samples = digits("1,d-2,d-1"), images(2)
    found = certify_around(*models, samples, 16 / 255, within=(0, 1))
    assert found.answers[0].bound <= 8.6
    ascent, rng = Ascent(*models), np.random.default_rng(2)
    lo, hi = np.maximum(samples[0] - 16 / 255, 0), np.minimum(samples[0] + 16 / 255, 1)
    assert 0.1 < ascent.reached(lo, hi, rng) <= found.answers[0].bound


def deep_model(rng, pools, size, channels):
    """Return pools of 2x2 behind convolutions of random weights (He), and a dense layer."""
    nodes, weights, last, count = [], [], "x", 1
    for k in range(pools):
        drawn = rng.standard_normal((channels, count, 3, 3)) * np.sqrt(2 / (9 * count))
        weights.append(numpy_helper.from_array(drawn.astype(np.float32), f"w{k}"))
        nodes += [
            helper.make_node("Conv", [last, f"w{k}"], [f"c{k}"], pads=[1] * 4),
            helper.make_node("Relu", [f"c{k}"], [f"r{k}"]),
            helper.make_node("MaxPool", [f"r{k}"], [f"p{k}"], name=f"pool{k}", kernel_shape=[2, 2], strides=[2, 2]),
        ]
        last, count, size = f"p{k}", channels, size // 2
    drawn = rng.standard_normal((count * size**2, 10)) * np.sqrt(1 / (count * size**2))
    weights.append(numpy_helper.from_array(drawn.astype(np.float32), "dense"))
    nodes += [helper.make_node("Flatten", [last], ["f"]), helper.make_node("MatMul", ["f", "dense"], ["y"])]
    ports = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name, shape in (("x", [1, 1, size * 2**pools, size * 2**pools]), ("y", [1, 10]))
    ]
    graph = helper.make_graph(nodes, "deep", ports[:1], ports[1:], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def test_four_pools_of_random_weights():
    """Boxes alone have 10.3, and zonotopes that do not go backwards 0.283."""
    rng = np.random.default_rng(0)
    model = deep_model(rng, 4, 16, 4)
    rewritten = reluify(model, orders="1,d-1")
    x = rng.random((1, 1, 16, 16))
    found = certify_deviation(model, rewritten, (x - 1 / 255, x + 1 / 255))
    reached = Ascent(model, rewritten).reached((x - 1 / 255)[0], (x + 1 / 255)[0], rng)
    assert reached <= found.bound <= 0.13
