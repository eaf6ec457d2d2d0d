"""What is computed once for many inputs, together, or in half the precision: the same bounds, none too small."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from onnx import helper, numpy_helper

from tests.test_certify_zonotopes import digits, drawn_twin, images
from theory.rewrite.certify import convolutions, pooled, relaxations
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.deviation import Pair
from theory.rewrite.certify.moves import Move
from theory.rewrite.certify.operators import Call, once_for_each_node
from theory.rewrite.certify.pooled import Seen
from theory.rewrite.certify.reading import read_graph
from theory.rewrite.certify.table import understand
from theory.rewrite.certify.windows import place_windows
from theory.rewrite.certify.zonotope import Space


def ends(pair, x, radius=1 / 255):
    (output,) = pair.bound((np.maximum(x - radius, 0), np.minimum(x + radius, 1)), {}).outputs.values()
    return np.stack([output.lower, output.upper])


def convolution(weights, size=6, padding=1):
    """Return a model of one convolution of (1, C, size, size)."""
    array = np.asarray(weights, np.float32)
    node = helper.make_node("Conv", ["x", "w"], ["y"], pads=[padding] * 4)
    values = [helper.make_tensor_value_info(name, 1, ["N", None, None, None]) for name in "xy"]
    values[0] = helper.make_tensor_value_info("x", 1, ["N", array.shape[1], size, size])
    graph = helper.make_graph([node], "g", [values[0]], [values[1]], [numpy_helper.from_array(array, "w")])
    return helper.make_model(graph, ir_version=8, opset_imports=[helper.make_opsetid("", 17)])


def operator_of(graph, x):
    (node,) = graph.nodes
    return understand(Call(node, [x, graph.constants["w"]]))[0]


def test_images_have_the_same_bounds_first_and_after_others():
    models, samples = digits("1,d-1"), images(2)
    pair = Pair(*models, "float")
    found = [ends(pair, x[None]) for x in (*samples, samples[0])]
    assert np.array_equal(found[0], found[2])
    assert not np.array_equal(found[0], found[1])
    assert np.array_equal(found[1], ends(Pair(*models, "float"), samples[1][None]))


def test_nothing_is_taken_for_what_was_read_of_another_model_or_shape():
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((2, 2, 3, 3))
    first, second = (read_graph(convolution(scale * weights)) for scale in (1, 4))
    x = Box.point(rng.standard_normal((1, 2, 6, 6)), np.dtype(np.float32))
    one, other = operator_of(first, x), operator_of(second, x)
    assert operator_of(first, x) is one
    assert operator_of(second, x) is other is not one
    assert np.allclose(other.apply(x.lo[None]), 4 * one.apply(x.lo[None]))
    wide = Box.point(np.zeros((1, 2, 9, 6)), np.dtype(np.float32))
    assert operator_of(first, wide).windows.size == (9, 6)
    assert operator_of(first, x).windows.size == (6, 6)
    # Other weights of the same node, at whatever address.
    first.constants["w"] = first.constants["w"] * np.float32(2)
    assert np.array_equal(operator_of(first, x).weights, 2 * one.weights)


def test_operators_of_large_constants_are_not_kept():
    graph = read_graph(convolution(np.ones((1, 1, 3, 3))))
    x = Box.point(np.zeros((1, 1, 6, 6)), np.dtype(np.float32))
    call = Call(graph.nodes[0], [x, graph.constants["w"]])
    read = once_for_each_node(convolutions.conv.__wrapped__, most=8)
    assert read(call)[0] is not read(call)[0]
    assert not graph.nodes[0].memo
    read = once_for_each_node(convolutions.conv.__wrapped__, most=9)
    assert read(call)[0] is read(call)[0]


@pytest.mark.parametrize("scale", [1e-40, 1e-20, 1.0, 1e30, 1e38])
def test_sums_in_half_the_precision_are_no_less_than_exact_ones(monkeypatch, scale):
    """The weights from subnormal ones on; at the largest scale float32 overflows, and all is done in float64."""
    rng = np.random.default_rng(1)
    weights = rng.standard_normal((2, 3, 2, 2)) * 10.0 ** rng.integers(-42, 2, (2, 3, 2, 2))
    operator = operator_of(
        read_graph(convolution(weights, 4, 0)), Box.point(np.zeros((1, 3, 4, 4)), np.dtype(np.float32))
    )
    x = rng.random((2, 1, 3, 4, 4)) * scale * 10.0 ** rng.integers(-5, 6, (2, 1, 3, 4, 4))
    fine = operator.apply(x, absolute=True)
    monkeypatch.setattr(convolutions, "_TOGETHER", 0)
    coarse = operator.apply(x, absolute=True)
    for n, m, i, j in np.ndindex(2, 2, 3, 3):
        exact = sum(
            abs(Fraction(float(operator.weights[m, c, s, t]))) * Fraction(float(x[n, 0, c, i + s, j + t]))
            for c, s, t in np.ndindex(3, 2, 2)
        )
        assert exact * (1 - Fraction(2) ** -45) <= Fraction(float(coarse[n, 0, m, i, j]))
    assert np.all(coarse <= fine * (1 + 1e-5) + 1e-34 * (1 + 100 * x.max()))
    # With signs nothing is lost but in the last digits.
    assert np.allclose(operator.apply(x), operator.apply(x.copy()), rtol=1e-12)


def test_bounds_that_are_looked_for_together_are_those_of_each():
    rng = np.random.default_rng(2)
    t, space = drawn_twin(rng, (40,))
    value, difference = relaxations.relu(t, space)
    asked = value, value.negated(), value.plus(difference), t.value
    together = space.facts.largest(*asked)
    for z, found in zip(asked, together, strict=True):
        (alone,) = space.facts.largest(z)
        assert found.shape == z.shape
        assert np.allclose(found, alone, rtol=1e-4, atol=1e-4)
        assert np.all(found <= z.bounds()[1] + 1e-9)


@pytest.mark.parametrize("at_once", [1, 100])
def test_gaps_between_pixels_do_not_depend_on_how_many_are_looked_at_together(monkeypatch, at_once):
    t, space = drawn_twin(np.random.default_rng(3), (1, 2, 5, 5))
    windows = place_windows({"pads": (1, 0, 1, 1)}, (5, 5), (2, 3))
    plain = Seen.first(t, windows, space.facts)
    reference = plain.picked(np.argmin(plain.slack, axis=0))
    expected = plain.above, *plain.beside(reference)
    monkeypatch.setattr(pooled, "_AT_ONCE", at_once)
    again = Seen.first(t, windows, space.facts)
    for a, b in zip(expected, (again.above, *again.beside(reference)), strict=True):
        assert np.allclose(a, b, rtol=1e-12, atol=1e-12, equal_nan=True)


def test_moved_zonotopes_have_the_factors_of_what_comes_to_each_place():
    rng = np.random.default_rng(4)
    parts = [drawn_twin(rng, shape, symbols=n)[0] for shape, n in (((2, 3), 5), ((2, 1), 3))]

    def rearrange(arrays, fill):
        return np.pad(np.concatenate(arrays, 1), ((0, 0), (1, 0)), constant_values=fill)[:, ::-1]

    value, _ = Move(rearrange, joins=True).enclose(parts, Space())
    for k in range(len(value.generators)):
        rows = [t.value.generators[k] if k < len(t.value.generators) else np.zeros(t.shape) for t in parts]
        assert np.array_equal(value.generators[k], rearrange(rows, 0.0))
    assert np.array_equal(value.center, rearrange([t.value.center for t in parts], 0.0))


def test_constants_that_both_models_have_are_kept_once():
    weights = np.ones((1, 1, 3, 3))
    first = read_graph(convolution(weights))
    assert read_graph(convolution(weights), first.constants).constants["w"] is first.constants["w"]
    other = read_graph(convolution(2 * weights), first.constants)
    assert np.array_equal(other.constants["w"], 2 * weights)
