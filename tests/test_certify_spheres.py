"""Spheres in the certified deviation: gains of operators, what they hold on models that run, and deep models."""

from __future__ import annotations

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

from tests import random_models  # noqa: E402
from tests.campaigns import campaign, tries  # noqa: E402
from theory import certify_deviation  # noqa: E402
from theory.rewrite.certify import gains  # noqa: E402
from theory.rewrite.certify.answers import Unsupported  # noqa: E402
from theory.rewrite.certify.arithmetic import float_arithmetic, real_arithmetic  # noqa: E402
from theory.rewrite.certify.box import Box  # noqa: E402
from theory.rewrite.certify.layers import MaxPooling  # noqa: E402
from theory.rewrite.certify.linear import Linear  # noqa: E402
from theory.rewrite.certify.operators import Call  # noqa: E402
from theory.rewrite.certify.reading import read_graph  # noqa: E402
from theory.rewrite.certify.side_by_side import SideBySide  # noqa: E402
from theory.rewrite.certify.spheres import Spheres  # noqa: E402
from theory.rewrite.certify.table import understand  # noqa: E402
from theory.rewrite.certify.windows import place_windows  # noqa: E402
from theory.rewrite.reluify import reluify  # noqa: E402

F32 = np.dtype(np.float32)


# Gains


def built(rng, layer, channels=3, size=6):
    """Return the operator of the last node of a model of one layer, and the shape of its input."""
    build = random_models.ModelBuilder(rng, channels, size)
    layer(build)
    graph = read_graph(build.model())
    node = graph.nodes[-1]
    x = Box.point(np.zeros((1, channels, size, size)), F32)
    return understand(Call(node, [x, *(graph.constants[name] for name in node.inputs[1:])]))[0], x.shape


def kernel(channels, out, *, positive=False, group=1, size=3, **attributes):
    """Return what adds a convolution to a model."""

    def layer(build):
        weights = build.normal(out, channels // group, size, size)
        pads = attributes.pop("pads", [1] * 4)
        name = build.weight(np.abs(weights) if positive else weights)
        build.add("Conv", name, pads=pads, group=group, **attributes)

    return layer


LINEAR = {
    "conv": (kernel(3, 4), 1.5),
    "positive": (kernel(3, 4, positive=True), 1.5),
    "wide": (kernel(3, 4, size=5, pads=[2, 2, 2, 2]), 2.0),
    "even": (kernel(3, 2, size=2, pads=[0, 1, 0, 1]), 1.7),
    "strides": (kernel(3, 4, strides=[2, 2]), 3.0),
    "dilations": (kernel(3, 4, dilations=[2, 2]), 2.5),
    "groups": (kernel(4, 6, group=2), 1.5),
    "apart": (kernel(4, 4, group=4), 1.6),
    "1x1": (kernel(3, 4, size=1, pads=[0] * 4), 1.02),
    "average": (lambda build: build.pool("AveragePool", 3, 1, (1, 1, 1, 1)), 1.9),
    "mean": (lambda build: build.add("GlobalAveragePool"), 1.001),
    "batch": (lambda build: build.batch_normalization(), 1.001),
    "factors": (lambda build: build.add("Mul", build.weight(build.normal(build.channels, 1, 1))), 1.001),
    "product": (lambda build: build.add("MatMul", build.weight(build.normal(build.size, 4))), 1.05),
}


@pytest.mark.parametrize("name", LINEAR)
def test_a_gain_is_at_least_the_largest_singular_value_and_not_much_more(name):
    layer, loose = LINEAR[name]
    rng = np.random.default_rng(0)
    channels = 4 if name in ("groups", "apart") else 3
    operator, shape = built(rng, layer, channels)
    basis = np.eye(int(np.prod(shape))).reshape(-1, *shape)
    matrix = operator.apply(basis).reshape(len(basis), -1)
    heavy = operator.apply(basis, absolute=True).reshape(len(basis), -1)
    x = Box.point(np.zeros(shape), F32)
    largest = np.linalg.norm(matrix, 2)
    assert largest <= operator.lengthened([x], [1.0]) <= loose * largest
    # What a sum of absolute values has beside that of another point.
    assert np.linalg.norm(heavy, 2) <= operator.heap(1.0, 1.0) <= 3 * np.linalg.norm(heavy, 2)


def test_large_matrices_and_kernels_get_coarser_bounds_that_hold(monkeypatch):
    rng = np.random.default_rng(1)
    matrix, weights = rng.standard_normal((40, 30)).astype(np.float32), rng.standard_normal((8, 6, 3, 3))
    close = gains.of_matrix(matrix), gains.of_kernel(weights)
    monkeypatch.setattr(gains, "_MOST_PRODUCTS", 20000)
    coarse = gains.of_matrix(matrix), gains.of_kernel(weights)
    assert np.linalg.norm(matrix, 2) <= close[0] < coarse[0] <= np.linalg.norm(matrix) * 1.001
    assert close[1] < coarse[1] < 4 * close[1]


def test_matrices_of_all_sizes_have_gains():
    for rows, columns in ((1, 1), (1, 5), (5, 1), (0, 3)):
        assert gains.of_matrix(np.full((rows, columns), -2.0)) == pytest.approx(2 * np.sqrt(rows * columns), rel=1e-6)
    assert gains.of_matrix(np.zeros((3, 3))) == 0
    for scale in (1e-300, 1e300):
        assert gains.of_matrix(np.full((2, 2), scale)) == pytest.approx(2 * scale)


NONLINEAR = {
    "Relu": lambda build: build.add("Relu"),
    "Tanh": lambda build: build.add("Tanh"),
    "LeakyRelu": lambda build: build.add("LeakyRelu", alpha=-1.5),
    "Abs": lambda build: build.add("Abs"),
    "Elu": lambda build: build.add("Elu", alpha=2.0),
    "HardSigmoid": lambda build: build.add("HardSigmoid"),
    "Sigmoid": lambda build: build.add("Sigmoid"),
    "MaxPool": lambda build: build.pool("MaxPool", 3, 1, (1, 1, 1, 1)),
    "MaxPool apart": lambda build: build.pool("MaxPool", 2, 2),
    "Transpose": lambda build: build.add("Transpose", perm=[0, 2, 3, 1]),
    "Flatten": lambda build: build.add("Flatten"),
}


@pytest.mark.parametrize("name", NONLINEAR)
def test_other_operators_lengthen_no_difference_by_more_than_they_say(name):
    rng = np.random.default_rng(2)
    operator, shape = built(rng, NONLINEAR[name])
    real = real_arithmetic(F32)
    most = 0.0
    for number in range(200):
        x = rng.standard_normal(shape)
        # Many, or a single one that stands out: it may be the maximum of all windows that see it.
        change = (
            rng.standard_normal(shape) if number % 2 else 9.0 * (np.arange(x.size).reshape(shape) == number % x.size)
        )
        before, after = (operator.forward([Box.point(each, F32)], real).middle for each in (x, x + change))
        most = max(most, float(np.linalg.norm(after - before) / np.linalg.norm(change)))
    said = operator.lengthened([Box.point(x, F32)], [1.0])
    assert most <= said <= 4.2 * most


def test_what_takes_an_element_twice_or_is_not_known_says_nothing():
    rng = np.random.default_rng(0)
    for layer in (
        lambda build: build.add("Gather", build.weight([0, 0], np.int64), axis=1),
        lambda build: build.add("LRN", size=3),
        lambda build: build.add("Softmax", axis=1),
    ):
        operator, shape = built(rng, layer)
        assert operator.lengthened([Box.point(np.zeros(shape), F32)], [1.0]) == np.inf


# On models that run


def spheres_of(monkeypatch, first, second, bounds):
    """Return the spheres of all tensors, before boxes make them smaller, by both models' names, and the bound."""
    found = {}
    keep = Spheres._keep

    def recorded(self, name, sphere, boxes):
        found[pair._twins.of[name], name] = sphere
        return keep(self, name, sphere, boxes)

    with monkeypatch.context() as patch:
        patch.setattr(Spheres, "_keep", recorded)
        # In the order given, which certify_deviation need not keep to.
        inputs = {"x": Box(*bounds, F32)}
        pair = SideBySide(read_graph(first), read_graph(second), inputs, float_arithmetic, {})
        return found, pair.run()


def all_tensors(model, names):
    """Return a runtime's function from inputs to tensors of some names."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    del copy.graph.output[:]
    copy.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in names)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(copy.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return lambda x: dict(zip(names, session.run(names, {"x": x.astype(np.float32)}), strict=True))


def check_spheres(monkeypatch, rng, first, second, bounds, inputs=12):
    """Run two models on inputs of a box, corners and uniform shifts among them; return how close the spheres are."""
    spheres, found = spheres_of(monkeypatch, first, second, bounds)
    assert found.certified
    twins, names = (sorted(set(each)) for each in zip(*spheres, strict=True))
    runs = [all_tensors(first, twins), all_tensors(second, names)]
    lo, hi = bounds
    closest = 0.0
    for number in range(inputs):
        share = (rng.random(lo.shape), rng.integers(0, 2, lo.shape), np.full((), number % 4 // 2))[number % 3]
        x = (lo + share * (hi - lo)).astype(np.float32)
        befores, afters = (run(np.clip(x, lo, hi)) for run in runs)
        for (twin, name), sphere in spheres.items():
            before, after = (values.astype(np.float64) for values in (befores[twin], afters[name]))
            center = sphere.center.lo
            for length, most in (
                (np.linalg.norm(before - center), sphere.radius),
                (np.linalg.norm(after - before), sphere.distance),
                (np.linalg.norm(after - center), sphere.beside),
            ):
                assert length <= most, name
                closest = max(closest, length / most if most else 0.0)
    return closest


def ball(rng, channels, size, radius):
    center = rng.standard_normal((1, channels, size, size)).astype(np.float32).astype(np.float64)
    return center - radius, center + radius


@campaign
@pytest.mark.parametrize("orders", ["exact", "1,d-1"])
def test_random_models_stay_within_their_spheres(monkeypatch, orders):
    for seed in range(tries(5)):
        rng = np.random.default_rng(seed)
        model = random_models.random_model(rng)
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
        channels, size = (d.dim_value for d in list(model.graph.input[0].type.tensor_type.shape.dim)[1:3])
        second = reluify(model, orders=orders)
        if rng.random() < 0.5:
            model, second = second, model
        bounds = ball(rng, channels, size, 10.0 ** rng.uniform(-4, 0))
        check_spheres(monkeypatch, rng, model, second, bounds)


def changed(rng, model):
    """Return a model with other names of some tensors, other weights in some layers, and some tensors quantized."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    del copy.graph.value_info[:], copy.graph.node[:]
    names = {}
    for node in model.graph.node:
        before = [names.get(name, name) for name in node.input]
        if node.op_type == "Conv" and rng.random() < 0.3:
            levels = [f"{node.output[0]}_{part}" for part in ("scale", "zero")]
            for name, value in zip(levels, (np.float32(0.02), np.uint8(128)), strict=True):
                copy.graph.initializer.append(onnx.numpy_helper.from_array(np.array(value), name))
            q, dq = (f"{node.output[0]}_{part}" for part in ("q", "dq"))
            copy.graph.node.append(onnx.helper.make_node("QuantizeLinear", [before[0], *levels], [q]))
            copy.graph.node.append(onnx.helper.make_node("DequantizeLinear", [q, *levels], [dq]))
            before[0] = dq
        outputs = [value.name for value in model.graph.output]
        names |= {name: f"{name}_other" for name in node.output if name not in outputs and rng.random() < 0.5}
        copy.graph.node.add().CopyFrom(node)
        del copy.graph.node[-1].input[:], copy.graph.node[-1].output[:]
        copy.graph.node[-1].input.extend(before)
        copy.graph.node[-1].output.extend(names.get(name, name) for name in node.output)
    for tensor in copy.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.ndim == 4 and values.dtype == np.float32 and rng.random() < 0.3:
            values = values * (1 + 1e-3 * rng.standard_normal(values.shape).astype(np.float32))
            tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
    return copy


@campaign
def test_models_of_other_names_weights_and_levels_stay_within_their_spheres(monkeypatch):
    renamed = 0
    for seed in range(tries(5)):
        rng = np.random.default_rng(seed)
        model = random_models.random_model(rng)
        model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
        channels, size = (d.dim_value for d in list(model.graph.input[0].type.tensor_type.shape.dim)[1:3])
        second = changed(rng, model)
        bounds = ball(rng, channels, size, 10.0 ** rng.uniform(-4, 0))
        check_spheres(monkeypatch, rng, model, second, bounds)
        check_spheres(monkeypatch, rng, model, random_models.with_names_exchanged(rng, model), bounds, inputs=4)
        if seed < 3:
            renamed += sum(first != name for first, name in spheres_of(monkeypatch, model, second, bounds)[0])
    assert renamed > 2


def test_nothing_is_said_where_two_models_do_different_things():
    rng = np.random.default_rng(0)
    (first, shape), (second, _) = built(rng, kernel(3, 4)), built(rng, kernel(3, 4))
    x = Box.point(np.zeros(shape), F32)
    spheres = Spheres(float_arithmetic)
    t, result = spheres.boxed((x, x, x.zeros())), first.forward([x], float_arithmetic(F32))
    boxes = result, result, result.zeros()
    with pytest.raises(Unsupported, match="different things"):
        spheres.through("y", first, second, [t], boxes)
    spheres.through("y", first, first, [t], boxes)


@pytest.mark.parametrize("channels_last", [False, True])
def test_channels_may_be_last(channels_last):
    """Four windows see the pixel in the middle of three by three, whatever the number of channels is."""
    pool = MaxPooling(place_windows({}, (3, 3), (2, 2)), channels_last=channels_last)
    shape = (1, 3, 3, 7) if channels_last else (1, 7, 3, 3)
    x = np.zeros(shape)
    x[(0, 1, 1, 0) if channels_last else (0, 0, 1, 1)] = 5.0
    assert np.linalg.norm(pool.largest(x)) == 10
    assert 10 <= pool.lengthened([Box.point(x, F32)], [5.0]) < 10.001


def positive_model(rng):
    """Return a model whose weights are all positive: a shift of all pixels grows as much as any change can."""
    build = random_models.ModelBuilder(rng, 3, 16)
    for _ in range(3):
        kernel(build.channels, 4, positive=True)(build)
        build.channels = 4
        build.add("Relu")
    build.pool("MaxPool", 2, 2)
    return build.model()


def test_a_gain_that_is_too_small_is_noticed(monkeypatch):
    rng = np.random.default_rng(5)
    model = positive_model(rng)
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    pair, bounds = (model, reluify(model)), (np.full((1, 3, 16, 16), 0.9), np.full((1, 3, 16, 16), 1.1))
    assert check_spheres(monkeypatch, rng, *pair, bounds) > 0.8
    right = gains.of_kernel
    monkeypatch.setattr(gains, "of_kernel", lambda weights: 0.75 * right(weights))
    with pytest.raises(AssertionError):
        check_spheres(monkeypatch, rng, *pair, bounds)


def test_rounding_that_is_forgotten_is_noticed(monkeypatch):
    """At one input, with one model of two orders of summation, the difference is rounding and nothing else."""
    rng = np.random.default_rng(6)
    model = positive_model(rng)
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    x = rng.random((1, 3, 16, 16)).astype(np.float32).astype(np.float64)
    check_spheres(monkeypatch, rng, model, reluify(model), (x, x))
    monkeypatch.setattr(Linear, "rounding_length", lambda *_: 0.0)
    with pytest.raises(AssertionError):
        check_spheres(monkeypatch, rng, model, reluify(model), (x, x))


# Deep models


def deep_model(rng, layers=10):
    """Return convolutions of 8 channels on images of 80 by 80: more inputs than there are symbols."""
    build = random_models.ModelBuilder(rng, 3, 80)
    for number in range(layers):
        build.conv(8, bias=False)
        build.add("Relu")
        if number in (0, 2):
            build.pool("MaxPool", 2, 2)
    build.add("GlobalAveragePool")
    return build.model()


@pytest.mark.parametrize(("layers", "share", "factor"), [(6, 0.1, 5), (10, 12, 500)])
def test_deep_models_are_bounded_closer_by_orders_of_magnitude(monkeypatch, layers, share, factor):
    rng = np.random.default_rng(7)
    model = deep_model(rng, layers)
    rewritten = reluify(model)
    bounds = ball(rng, 3, 80, 1 / 255)
    found = certify_deviation(model, rewritten, bounds).bound
    runs = [random_models.session(each) for each in (model, rewritten)]
    reached = 0.0
    for _ in range(4):
        x = rng.uniform(*bounds).astype(np.float32)
        values = [run(x) for run in runs]
        reached = max(reached, float(np.max(np.abs(values[1] - values[0]))))
    assert 0 < reached <= found < share * np.ptp(values[0])

    def nothing(*_, **__):
        raise Unsupported("no spheres")

    for name in ("through", "replaced"):
        monkeypatch.setattr(Spheres, name, nothing)
    assert certify_deviation(model, rewritten, bounds).bound > factor * found
