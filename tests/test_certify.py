"""The certified deviation of rewritten models: never exceeded, never given to what is not understood."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest

from tests import hand_rewritten, random_models
from tests.campaigns import campaign, tries
from theory import certify_deviation
from theory.errors import FormatError, InputError, SubpoolError, UndecidedError

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

from onnx import TensorProto, helper, numpy_helper, parser  # noqa: E402

WAYS = (
    {},
    {"style": "feedforward"},
    {"orders": "1,d-1"},
    {"orders": "1,2"},
    {"orders": "1,d-1", "style": "feedforward"},
    {"construction": "shallow"},
    {"float64": True},
    {"style": "feedforward", "dense": True},
)

RANGES = ((0.0, 1.0), (-1.0, 1.0), (-3.0, 0.5))


def text_model(body, *, shape="N, 3", output=None, opset=17, kind="float", constants=""):
    head = f'<ir_version: 8, opset_import: ["": {opset}]> m ({kind}[{shape}] x) => ({kind}[{output or 1}] y)'
    model = parser.parse_model(f"{head} {constants}{{{body}}}")
    if output is None:
        model.graph.output[0].type.tensor_type.ClearField("shape")
        model = onnx.shape_inference.infer_shapes(model)
    return model


def check_sound(first, second, bounds, rng, *, rounds=6):
    """See that no input deviates by more than is certified; return the certificate and the largest deviation seen."""
    found = certify_deviation(first, second, bounds)
    assert found.certified, found.unknown
    output = next(iter(found.outputs.values()))
    run = [random_models.session(model) for model in (first, second)]
    shape = tuple(d.dim_value for d in first.graph.input[0].type.tensor_type.shape.dim[1:])

    def deviation(batch):
        return np.abs(run[1](batch) - run[0](batch)).reshape(len(batch), -1).max(1)

    worst = 0.0
    for batch in random_models.hard_inputs(rng, shape, *bounds, deviation, rounds=rounds):
        difference = run[1](batch) - run[0](batch)
        assert np.all((difference >= output.lower) & (difference <= output.upper))
        worst = max(worst, np.abs(difference).max())
    return found, worst


# Soundness


@campaign
@pytest.mark.parametrize("seed", range(tries(13)))
def test_no_input_of_a_random_model_exceeds_its_bound(seed):
    reluify = pytest.importorskip("theory.rewrite.reluify").reluify
    rng = np.random.default_rng(seed)
    model = random_models.random_model(rng)
    rewritten = reluify(model, **WAYS[seed % len(WAYS)])
    found, _ = check_sound(model, rewritten, RANGES[seed % len(RANGES)], rng)
    assert all(finding.status in ("exact", "combination", "intervals") for finding in found.pooling)


@pytest.mark.parametrize("bounds", RANGES)
def test_hand_rewritten_pooling_is_proved_exact_and_never_exceeded(bounds):
    pairs = [
        (hand_rewritten.original(), hand_rewritten.feedforward()),
        (hand_rewritten.original(relu=False), hand_rewritten.skips()),
        (hand_rewritten.original(relu=False, pads=(1, 0, 0, 1)), hand_rewritten.skips(pads=(1, 0, 0, 1))),
        (hand_rewritten.original(relu=False, stride=1), hand_rewritten.skips(stride=1)),
        # Zeros in the padding do not matter where nothing is negative.
        (hand_rewritten.original(pads=(1, 1, 1, 1)), hand_rewritten.feedforward(pads=(1, 1, 1, 1))),
    ]
    for first, second in pairs:
        found, _ = check_sound(first, second, bounds, np.random.default_rng(1))
        (finding,) = found.pooling
        assert finding.status == "exact"
        assert finding.residual == 0
        assert found.bound < 1e-2


def test_in_real_arithmetic_an_exact_rewriting_deviates_by_nothing():
    found = certify_deviation(hand_rewritten.original(), hand_rewritten.feedforward(), (-1, 1), arithmetic="real")
    assert found.bound < 1e-250


def test_the_residual_of_an_estimator_is_found_exactly():
    reluify = pytest.importorskip("theory.rewrite.reluify").reluify
    model = text_model("y = MaxPool <kernel_shape = [3, 3]> (x)", shape="1, 2, 6, 6", output="1, 2, 4, 4")
    found = certify_deviation(model, reluify(model, orders="1,d-1"), (-2, 1), arithmetic="real")
    (finding,) = found.pooling
    assert finding.status == "combination"
    # The range-relative optimum for d = 9 errs by 1/18 of the range, which is 3; weights are rounded to float32.
    assert finding.residual == pytest.approx(3 / 18, rel=1e-5)
    assert finding.residual > 3 / 18 - 1e-6


def test_extremes_by_symmetry_are_those_of_all_vertices(monkeypatch):
    from theory.networks.exactness.sort_linear import evaluate
    from theory.rewrite.certify import residuals

    rng = np.random.default_rng(4)
    monkeypatch.setattr(residuals, "MAX_ATOMS", 0)
    for _ in range(60):
        # Sets weighted by how many pixels of two groups they hold, and a few sets of their own.
        weights = rng.integers(-3, 4, (4, 3))
        form = {mask: int(weights[(mask & 7).bit_count(), (mask >> 3).bit_count()]) for mask in range(1, 32)}
        for mask in rng.integers(1, 32, int(rng.integers(0, 3))).tolist():
            form[mask] += 1
        form = {mask: c for mask, c in form.items() if c} or {1: 1}
        values = [evaluate(form, bits) for bits in itertools.product((0, 1), repeat=5)]
        assert residuals._extremes(form) == (min(values), max(values), values[-1])


def test_a_model_that_tells_orders_of_summation_apart_does_not_escape():
    """In one order the small numbers are lost beside the large ones, and a large factor makes much of it."""
    x = np.array([[2.0**24, *[1.0] * 16, -(2.0**24)]], np.float32)
    weights = _values(w=np.ones((18, 1)), b=[[-8.0]], f=1e6)
    model = chain_model("s = MatMul (x, w) t = Add (s, b) r = Relu (t) y = Mul (r, f)", "1, 18", weights)
    orders = (np.arange(18), np.r_[1:17, 0, 17], np.r_[0, 17, 1:17])
    sums = [np.cumsum(x[0, order], dtype=np.float32)[-1] for order in orders]
    outputs = [1e6 * max(total - 8.0, 0.0) for total in sums]
    assert 0 in outputs
    found = certify_deviation(model, model, (x, x))
    assert found.bound >= max(outputs) == 8e6


def test_a_sum_that_starts_with_a_later_addend_is_in_the_box():
    """Two hundred products, each half of a last digit of the addend: none of them is left."""
    weights = _values(w=np.full((200, 1), 2.0**-25), a=[[1.0]])
    model = chain_model("s = MatMul (x, w) y = Add (s, a)", "1, 200", weights)
    x = np.ones((1, 200))
    apart = certify_deviation(model, chain_model("y = MatMul (x, w)", "1, 200", weights), (x, x)).outputs["y"]
    fused = np.cumsum([1.0, *np.full(200, 2.0**-25)], dtype=np.float32)[-1]
    assert fused == 1
    assert apart.lower <= 200 * 2.0**-25 - fused <= apart.upper


def test_orders_of_summation_stay_within_the_rounding_error():
    rng = np.random.default_rng(5)
    weights = rng.standard_normal((257, 1)).astype(np.float32)
    model = text_model("y = MatMul (x, w)", shape="1, 257", output="1, 1", constants="<float[257, 1] w>")
    del model.graph.initializer[:]
    model.graph.initializer.append(numpy_helper.from_array(weights, "w"))
    del model.graph.value_info[:]
    bound = certify_deviation(model, model, (-1, 1)).bound
    worst = 0.0
    for _ in range(200):
        x = rng.choice([-1, 1, 1 - 2**-24], 257).astype(np.float32)
        products = x * weights[:, 0]
        sums = [np.cumsum(products[rng.permutation(257)], dtype=np.float32)[-1] for _ in range(8)]
        sums += [np.cumsum(np.sort(products), dtype=np.float32)[-1], products.sum(dtype=np.float32)]
        worst = max(worst, float(max(sums)) - float(min(sums)))
    assert 0 < worst <= bound


@pytest.mark.parametrize("scale", [1.0, 30.0, 1000.0])
def test_local_response_that_keeps_running_sums_stays_in_its_box(scale):
    """Runtimes lose the small channels beside large ones, which is more than the rounding of a window's own sum."""
    from theory.rewrite.certify.arithmetic import float_arithmetic
    from theory.rewrite.certify.box import Box
    from theory.rewrite.certify.propagate import bound_values
    from theory.rewrite.certify.reading import read_graph
    from theory.rewrite.certify.shapes import Shapes

    model = text_model(
        "y = LRN <size = 3, alpha = 0.5, beta = 0.75, bias = 0.5> (x)", shape="N, 9, 8, 8", output="N, 9, 8, 8"
    )
    graph, run, rng = read_graph(model), random_models.session(model), np.random.default_rng(1)
    shapes = Shapes(graph, {"x": (1, 9, 8, 8)})
    least = np.inf
    for _ in range(30):
        x = (scale * rng.standard_normal((1, 9, 8, 8))).astype(np.float32)
        point = x.astype(np.float64)
        box = bound_values(graph, {"x": Box.point(point, x.dtype)}, float_arithmetic, shapes)["y"]
        got = run(x)
        assert np.all((got >= box.lo) & (got <= box.hi))
        least = min(least, np.min((box.hi - box.lo) / np.maximum(np.abs(got), 1e-12)))
    # The box is one of roundings, not of anything.
    assert least < 1e-2


def test_windows_lie_where_onnxruntime_puts_them():
    from theory.rewrite.certify.answers import Unsupported
    from theory.rewrite.certify.layers import MaxPooling
    from theory.rewrite.certify.windows import place_windows

    rng = np.random.default_rng(0)
    x = rng.standard_normal((1, 1, 7, 6)).astype(np.float32)
    agreed = 0
    for kernel, stride, dilation, ceil_mode in itertools.product((1, 2, 3), (1, 2, 3), (1, 2), (0, 1)):
        for pads in itertools.product((0, 1), (0, 1), (0, 1), (0, 2)):
            if max(pads) >= kernel:
                continue
            attributes = {
                "kernel_shape": [kernel] * 2, "strides": [stride] * 2, "dilations": [dilation] * 2, "pads": list(pads)
            }  # fmt: skip
            node = helper.make_node("MaxPool", ["x"], ["y"], ceil_mode=ceil_mode, **attributes)
            graph = helper.make_graph(
                [node],
                "g",
                [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape)],
                [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
            )
            model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 12)], ir_version=8)
            expected = random_models.session(model)(x)
            windows = place_windows(attributes, x.shape[2:], [kernel] * 2, ceil_mode=bool(ceil_mode))
            result = MaxPooling(windows).largest(x.astype(np.float64))
            if np.isinf(result).any():
                # A window that lies in the padding altogether: the analysis refuses it.
                continue
            assert np.array_equal(result, expected), (attributes, ceil_mode)
            agreed += 1
    assert agreed == 300
    with pytest.raises(Unsupported, match="larger than the padded input"):
        place_windows({}, (3, 3), (4, 1))


@pytest.mark.parametrize("mode", ["SAME_UPPER", "SAME_LOWER"])
@pytest.mark.parametrize("stride", [2, 4])
def test_strides_that_pass_over_the_border_are_placed_as_onnxruntime_does_or_not_at_all(mode, stride):
    body = "y = Conv<strides=[{}], {}>(x, w)"
    constants = "<float[1,1,1] w = {1}>"
    shape = f"1, 1, {8 // stride}"
    first, second = (
        text_model(body.format(stride, pads), shape="1, 1, 8", output=shape, constants=constants)
        for pads in (f'auto_pad="{mode}"', "pads=[0, 0]")
    )
    # One input alone, so that the place of every window counts.
    x = np.arange(8.0).reshape(1, 1, 8)
    found = certify_deviation(first, second, (x, x))
    a, b = (random_models.session(model)(x.astype(np.float32)) for model in (first, second))
    assert found.certified == (stride == 2)
    if found.certified:
        assert np.abs(b - a).max() <= found.bound < 1e-3
    else:
        assert "negative" in str(found.unknown)


def test_functions_of_the_runtime_are_as_accurate_as_is_assumed():
    import mpmath

    from theory.rewrite.certify.arithmetic import FUNCTION_ULPS

    x = np.concatenate([np.linspace(-30, 30, 2001), np.geomspace(1e-6, 1, 200)]).astype(np.float32)
    unit = 2.0**-24
    for op, exact in (
        ("Sigmoid", lambda v: 1 / (1 + mpmath.exp(-v))),
        ("Tanh", mpmath.tanh),
    ):
        got = random_models.session(text_model(f"y = {op} (x)", shape="N", output="N"))(x)
        error = max(abs(g - float(exact(mpmath.mpf(float(v))))) for g, v in zip(got, x, strict=True))
        assert error <= FUNCTION_ULPS / 4 * unit


# Overflow and vanishing on the way


def _values(**arrays):
    return {name: np.asarray(value) for name, value in arrays.items()}


def chain_model(body, shape, weights, kind="float"):
    """Return a model with weights of its own type, from x to y."""
    model = parser.parse_model(
        f'<ir_version: 8, opset_import: ["": 17]> m ({kind}[{shape}] x) => ({kind} y) {{{body}}}'
    )
    dtype = {"float": np.float32, "float16": np.float16, "double": np.float64}[kind]
    model.graph.output[0].type.tensor_type.ClearField("shape")
    for name, array in weights.items():
        model.graph.initializer.append(numpy_helper.from_array(array.astype(dtype), name))
    return onnx.shape_inference.infer_shapes(model)


def run_twice(model, x):
    """Return what onnxruntime computes without rewriting the graph, and with."""
    levels = onnxruntime.GraphOptimizationLevel
    return [random_models.session(model, level)(x) for level in (levels.ORT_DISABLE_ALL, levels.ORT_ENABLE_ALL)]


OVERFLOWS = [
    # A runtime adds before it divides.
    ("y = GlobalAveragePool (x)", "1, 1, 7, 7", {}, (0, 5000), "float16"),
    ("y = GlobalAveragePool (x)", "1, 1, 7, 7", {}, (0, 0.8e38), "float"),
    ("y = AveragePool <kernel_shape = [7, 7]> (x)", "1, 1, 7, 7", {}, (0, 0.8e38), "float"),
    # It multiplies by alpha after the sum.
    ("y = Gemm <alpha = 1e-30> (x, w)", "1, 1", _values(w=[[1e10]]), (0, 1e30), "float"),
    ("y = MatMul (x, w)", "1, 8", _values(w=np.tile([[1e19], [-1e19]], (4, 1))), (1e19, 1.1e19), "float"),
    ("y = Conv (x, w)", "1, 2, 1, 1", _values(w=[[[[1e38]], [[-1e38]]]]), (2, 2), "float"),
    ("y = Softmax (x)", "1, 2", {}, (-2e38, 2e38), "float"),
    ("y = Softmax (x)", "1, 70000", {}, (0, 1), "float16"),
    ("y = LRN <size = 1, alpha = 1e-10> (x)", "1, 1, 1, 1", {}, (0, 3e19), "float"),
    # It folds scales.
    ("a = Mul (x, c) y = MatMul (a, w)", "1, 1", _values(c=1e-30, w=[[1e10]]), (0, 1e30), "float"),
    ("a = Div (x, c) y = MatMul (a, w)", "1, 1", _values(c=1e30, w=[[1e10]]), (0, 1e30), "float"),
    ("a = MatMul (x, w) y = Mul (a, c)", "1, 1", _values(c=1e30, w=[[1e10]]), (0, 1e-30), "float"),
    ("a = Mul (x, c) y = Sum (a, a)", "1, 1", _values(c=1e-10), (0, 2e38), "float"),
    ("a = MatMul (x, w) y = Mul (a, c)", "1, 1", _values(c=1e20, w=[[1e-30]]), (0, 1e30), "float"),
    ("a = Mul (x, c) b = Mul (a, c) y = Mul (b, d)", "1, 1", _values(c=1e25, d=1e-30), (0, 1e-20), "float"),
    (
        "a = Conv (x, w) y = BatchNormalization (a, s, z, z, v)",
        "1, 1, 1, 1",
        _values(w=[[[[1e20]]]], s=[1e25], z=[0], v=[1]),
        (0, 1e-20),
        "float",
    ),
    ("a = Add (x, c) b = Sub (a, c) y = Mul (b, d)", "1, 1", _values(c=1e30, d=1e10), (0, 1), "float"),
    ("y = Div (x, c)", "1, 1", _values(c=5e-39), (0, 1e-39), "float"),
    ("a = Mul (x, c) y = Gemm <alpha = 1e-30> (a, w)", "1, 1", _values(c=1e25, w=[[1e20]]), (0, 1e-30), "float"),
]


@pytest.mark.parametrize(("body", "shape", "weights", "bounds", "kind"), OVERFLOWS)
def test_numbers_on_the_way_that_may_overflow_certify_nothing(body, shape, weights, bounds, kind):
    model = chain_model(body, shape, weights, kind)
    found = certify_deviation(model, model, bounds)
    assert not found.certified
    assert any(reason in str(found.unknown) for reason in ("exclude an overflow", "taken for 0"))
    assert certify_deviation(model, model, bounds, arithmetic="real").certified


FOLDED = [
    ("a = Conv (x, w) b = Mul (a, c) y = Mul (b, d)", _values(w=[[[[1e-25]]]], c=1e-25, d=1e25), 1e25),
    (
        "a = Conv (x, w) b = BatchNormalization (a, c, z, z, v) y = Mul (b, d)",
        _values(w=[[[[1e-25]]]], c=[1e-25], z=[0], v=[1], d=1e25),
        1e25,
    ),
]


@pytest.mark.parametrize(("body", "weights", "size"), FOLDED)
def test_folded_weights_that_vanish_are_charged(body, weights, size):
    model = chain_model(body, "1, 1, 1, 1", weights)
    found = certify_deviation(model, model, (0, size))
    results = run_twice(model, np.full((1, 1, 1, 1), size, np.float32))
    reached = abs(results[0] - results[1]).max()
    assert reached > 0.9 * abs(results[0]).max() > 0
    assert not found.certified or found.bound >= reached


def test_weights_below_the_normal_numbers_cost_little_where_nothing_is_scaled():
    """Dead channels of trained models hold such weights."""
    weights = np.array([[[[1e-42]], [[0.5]]], [[[1e-30]], [[0.0]]]])
    model = chain_model("a = Conv (x, w) y = BatchNormalization (a, s, z, z, v)", "1, 2, 3, 3",
                        _values(w=weights, s=[1, 1e-20], z=[0, 0], v=[1, 1e-3]))  # fmt: skip
    assert certify_deviation(model, model, (-1, 1)).bound < 1e-4


def test_the_default_epsilon_is_that_of_the_type_that_it_is_stored_in():
    model = chain_model("y = BatchNormalization (x, s, z, z, z)", "1, 1", _values(s=[1.0], z=[0.0]), "double")
    shown = chain_model("y = Mul (x, c)", "1, 1", _values(c=1 / np.sqrt(np.float64(np.float32(1e-5)))), "double")
    assert certify_deviation(model, shown, (1, 1)).bound < 1e-9
    assert abs(run_twice(model, np.ones((1, 1)))[0] - run_twice(shown, np.ones((1, 1)))[0]).max() < 1e-9


@pytest.mark.parametrize(("op", "constant"), [("Mul", 1 + 1e-9), ("Div", 1 - 1e-9), ("Add", 1e-50), ("Sub", -1e-50)])
def test_constants_in_double_that_onnxruntime_leaves_out_certify_nothing(op, constant):
    model = chain_model(f"n = Neg (x) a = {op} (n, c) y = Mul (a, d)", "1, 1", _values(c=constant, d=3.0), "double")
    x = np.full((1, 1), op in ("Mul", "Div"), np.float64)
    first, second = run_twice(model, x)
    assert first != second
    assert "may take its constant" in str(certify_deviation(model, model, (x, x)).unknown)


def test_models_of_other_precision_are_not_bounded_by_the_precision_of_one():
    text = '<ir_version: 8, opset_import: ["": 17]> m (float[N, 64] x) => ({0}[N, 64] y) {{ {1} y = Tanh (t) }}'
    first = parser.parse_model(text.format("float", "t = Identity (x)"))
    second = parser.parse_model(text.format("float16", "t = Cast <to = 10> (x)"))
    found, worst = check_sound(first, second, (-1.0, 1.0), np.random.default_rng(0))
    assert found.bound >= worst > 2**-13


# Shapes that others see otherwise


def test_slices_begin_where_onnx_says():
    """From before the first element, going down: that is one element, not none."""
    body = "y0 = {0} <kernel_shape = [1, 2], strides = [1, 2]> (x) y = Slice (y0, a, a, c, d)"
    constants = "<int64[1] a = {-100}, int64[1] c = {3}, int64[1] d = {-1}>"
    pair = [
        text_model(body.format(op), shape="N, 1, 2, 4", output="N, 1, 2, 1", constants=constants)
        for op in ("MaxPool", "AveragePool")
    ]
    found, worst = check_sound(*pair, (0.0, 1.0), np.random.default_rng(0))
    assert 0.5 <= worst <= found.bound <= 1.001


def test_an_input_that_is_left_out_moves_no_other_to_its_place():
    """Neither for what is computed nor for constants: steps without axes are no axes."""
    constants = "<int64[1] a = {-1}, int64[1] e = {-9}, int64[1] d = {-1}, float[2, 2] c = {1, 20, 300, 4000}>"
    flipped = text_model("t = Slice (c, a, e, , d) y = Add (x, t)", shape="2, 2", output="2, 2", constants=constants)
    twice = text_model("n = Add (x, c) y = Slice (n, a, e, , d)", shape="2, 2", output="2, 2", constants=constants)
    x = np.zeros((2, 2), np.float32)
    runs = [random_models.session(model)(x) for model in (flipped, twice)]
    assert runs[0].tolist() == runs[1].tolist() == [[300, 4000], [1, 20]]
    assert certify_deviation(flipped, twice, (0, 0)).bound < 1e-2


def test_an_empty_output_certifies_nothing():
    constants = "<int64[1] a = {1}, int64[1] c = {1}>"
    model = text_model("y = Slice (x, a, a, c)", shape="2, 3", output="2, 0", constants=constants)
    found = certify_deviation(model, model, (0, 1))
    assert not found.certified
    assert "no elements" in str(found.unknown)


def test_declared_shapes_that_are_wrong_certify_nothing():
    right = text_model("t = Relu (x) y = Neg (t)", shape="N, M, 4, 4", output="N, M, 4, 4")
    model = onnx.shape_inference.infer_shapes(right)
    (value,) = (value for value in model.graph.value_info if value.name == "t")
    sizes = {"x": (1, 2, 4, 4)}
    assert certify_deviation(model, model, (0, 1), shapes=sizes).certified
    value.type.tensor_type.shape.dim[1].dim_value = 3
    found = certify_deviation(model, model, (0, 1), shapes=sizes)
    assert "the shape 1x2x4x4 here, the model declares" in str(found.unknown)
    for pair in ((model, right), (right, model)):
        assert not certify_deviation(*pair, (0, 1), shapes=sizes).certified


def test_a_shape_that_onnx_infers_otherwise_certifies_nothing(monkeypatch):
    from theory.rewrite.certify import moves, table

    def mistaken(call):
        return moves.Move(lambda arrays, _: arrays[0][..., :-1])

    model = text_model("y = Identity (x)")
    read, fold = moves.moved(mistaken)
    row = dataclasses.replace(table.TABLE["Identity"], read=read, fold=fold)
    monkeypatch.setitem(table.TABLE, "Identity", row)
    for node in ("Identity", "Relu"):
        found = certify_deviation(model, text_model(f"y = {node} (x)"), (0, 1))
        assert "the shape 1x2 here, onnx infers 1x3" in str(found.unknown)


def test_a_model_that_does_not_fit_the_given_shape_is_unknown():
    constants = "<int64[2] s = {2, 6}>"
    model = text_model("y = Reshape (x, s)", shape="N, M", output="2, 6", constants=constants)
    assert certify_deviation(model, model, (0, 1), shapes={"x": (3, 4)}).certified
    found = certify_deviation(model, model, (0, 1), shapes={"x": (3, 5)})
    assert not found.certified


def test_a_tensor_that_fills_the_memory_is_not_computed():
    constants = "<int64[2] s = {100000, 100000}>"
    model = text_model("y = Expand (x, s)", shape="1, 1", output="100000, 100000", constants=constants)
    assert "10000000000 elements" in str(certify_deviation(model, model, (0, 1)).unknown)
    body = "c = ConstantOfShape <value = float[1] {0.5}> (s) y = Add (x, c)"
    filled = text_model(body, shape="1, 1", output="100000, 100000", constants=constants)
    assert "10000000000 elements" in str(certify_deviation(filled, filled, (0, 1)).unknown)


# Which of the two is the original


@pytest.mark.parametrize("bounds", [(-1.0, 1.0), (0.0, 2.0)])
def test_the_order_of_the_models_does_not_matter(bounds):
    first, second = hand_rewritten.original(), hand_rewritten.feedforward(change=_readout)
    found = certify_deviation(first, second, bounds)
    back = certify_deviation(second, first, bounds)
    assert np.array_equal(found.outputs["y"].lower, -back.outputs["y"].upper)
    assert np.array_equal(found.outputs["y"].upper, -back.outputs["y"].lower)
    assert [(f.model, f.status) for f in found.pooling] == [("original", "combination")]
    assert [(f.model, f.status) for f in back.pooling] == [("rewritten", "combination")]
    check_sound(second, first, bounds, np.random.default_rng(0))


@pytest.mark.parametrize(("orders", "status"), [("exact", "exact"), ("1", "combination")])
def test_pools_that_one_model_or_the_other_has_are_found(orders, status):
    body = "p = {0} <kernel_shape = [2, 1]> (x) r = Relu (p) y = {0} <kernel_shape = [1, 2]> (r)"
    reluify = pytest.importorskip("theory.rewrite.reluify").reluify
    whole = text_model(body.format("MaxPool"), shape="N, 2, 4, 4", output="N, 2, 3, 3")
    rewritten = reluify(whole, orders=orders)

    def part(name):
        """Return the model with one of its pools rewritten, by the name of its output."""
        model = onnx.ModelProto()
        model.CopyFrom(whole)
        del model.graph.node[:]
        model.graph.initializer.extend(rewritten.graph.initializer)
        model.graph.node.extend(n for n in rewritten.graph.node if n.output[0].split("/")[0] in (name, "r"))
        pool = next(n for n in whole.graph.node if n.op_type == "MaxPool" and n.output[0] != name)
        model.graph.node.insert(0 if name == "y" else len(model.graph.node), pool)
        return model

    pair = part("p"), part("y")
    longer = tuple(part(name) for name in ("p", "y"))
    for model in longer:
        # The analysis takes the shorter model first: either of them.
        model.graph.node.append(helper.make_node("Identity", ["x"], ["unused"]))
    for models in (pair, pair[::-1], (pair[0], longer[1]), (longer[0], pair[1])):
        found, worst = check_sound(*models, (-1.0, 1.0), np.random.default_rng(0))
        assert {(f.model, f.status) for f in found.pooling} == {("original", status), ("rewritten", status)}
        assert found.bound < 1e-3 if orders == "exact" else 1 <= worst <= found.bound <= 2.001
        # Windows of the first pool differ within, those of the second do not: one model alone errs, to one side.
        rows = np.tile(np.array([[1], [-1], [1], [-1]], np.float32), (1, 2, 1, 4))
        first, second = (random_models.session(model)(rows) for model in models)
        assert np.all(second - first >= found.outputs["y"].lower)
        assert np.all(second - first <= found.outputs["y"].upper)
    assert certify_deviation(*pair, (-1, 1)).bound == certify_deviation(*pair[::-1], (-1, 1)).bound
    both = certify_deviation(whole, whole, (-1, 1))
    assert [(f.model, f.status) for f in both.pooling] == [("both", "unchanged")] * 2


def test_models_without_pooling_are_compared_as_well():
    first, second = (text_model(f"y = {op} (x)") for op in ("Relu", "Identity"))
    found, back = certify_deviation(first, second, (-1, 1)), certify_deviation(second, first, (-1, 1))
    assert found.pooling == back.pooling == ()
    assert found.bound == back.bound


# What is wrong must not get the bound of what is right


def _one_weight(weights):
    weights["p1"][0, 0, 0, 0] = 1 + 2**-5


def _one_channel(weights):
    weights["p2"][5, 2, 0, 0] = 0.875


def _lost_tap(weights):
    weights["p1"][3] = 0


def _readout(weights):
    weights["p3"] *= np.float32(1.001)


def _swapped(weights):
    weights["p1"] = np.ascontiguousarray(weights["p1"][[0, 2, 1, *range(3, 12)]])


WRONG = [
    ("weight", hand_rewritten.original, lambda: hand_rewritten.feedforward(change=_one_weight)),
    ("channel", hand_rewritten.original, lambda: hand_rewritten.feedforward(change=_one_channel)),
    ("tap", hand_rewritten.original, lambda: hand_rewritten.feedforward(change=_lost_tap)),
    ("readout", hand_rewritten.original, lambda: hand_rewritten.feedforward(change=_readout)),
    ("units", hand_rewritten.original, lambda: hand_rewritten.feedforward(change=_swapped)),
    (
        "pads swapped",
        lambda: hand_rewritten.original(relu=False, pads=(1, 0, 0, 1)),
        lambda: hand_rewritten.skips(pads=(0, 1, 1, 0)),
    ),
    (
        "border of zeros",
        lambda: hand_rewritten.original(relu=False, pads=(1, 1, 1, 1)),
        lambda: hand_rewritten.skips(pads=(1, 1, 1, 1), mode="constant"),
    ),
    (
        "negative inputs",
        lambda: hand_rewritten.original(relu=False),
        lambda: hand_rewritten.feedforward(relu=False),
    ),
]


@pytest.mark.parametrize(("what", "first", "second"), WRONG, ids=[what for what, _, _ in WRONG])
def test_a_wrong_rewriting_is_found_out_and_its_bound_still_holds(what, first, second):
    found, worst = check_sound(first(), second(), (-1.0, 1.0), np.random.default_rng(3), rounds=10)
    (finding,) = found.pooling
    assert finding.status in ("combination", "intervals")
    right = certify_deviation(hand_rewritten.original(relu=False), hand_rewritten.skips(), (-1, 1)).bound
    assert found.bound >= worst > 3 * right


def test_a_changed_weight_elsewhere_is_found_out():
    first, second = hand_rewritten.original(), hand_rewritten.feedforward()
    for name in ("w_in", "w_out"):
        changed = onnx.ModelProto()
        changed.CopyFrom(second)
        (tensor,) = (t for t in changed.graph.initializer if t.name == name)
        array = numpy_helper.to_array(tensor).copy()
        array.flat[0] += 0.25
        tensor.CopyFrom(numpy_helper.from_array(array, name))
        found, worst = check_sound(first, changed, (-1.0, 1.0), np.random.default_rng(2))
        assert found.bound >= worst > 100 * certify_deviation(first, second, (-1, 1)).bound


# Unknown is not a number


def test_an_operator_that_is_not_covered_gives_unknown_with_its_name():
    model = text_model("t = Sin (x) y = Relu (t)")
    found = certify_deviation(model, model, (0, 1))
    assert not found.certified
    assert "Sin is not covered" in str(found.unknown)
    for force in (float, bool, lambda record: record.bound, lambda record: record.outputs["y"].bound):
        with pytest.raises(UndecidedError):
            force(found)
    assert found.to_dict()["bound"] is None


def test_a_certified_bound_is_a_number_but_no_truth_value():
    model = text_model("y = Relu (x)")
    found = certify_deviation(model, model, (0, 1))
    # A number below the smallest normal one may be taken for 0 by either.
    assert float(found) == found.bound < 2**-120
    assert certify_deviation(model, model, (0, 1), arithmetic="real").bound < 1e-300
    for answer in (found, found.outputs["y"]):
        with pytest.raises(UndecidedError, match="no truth value"):
            bool(answer)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("y = Mul (x, x)", "multiplies two computed tensors"),
        ("y = Exp (x)", "Exp is not covered"),
        ("c = Constant <value_float = 1e38> () t = Mul (x, c) y = Mul (t, c)", "exclude an overflow"),
        ("c = Constant <value_float = 0.0> () y = Div (x, c)", "divides by 0"),
        ("y = LRN <size = 3, bias = -1.0> (x)", "denominator of 0"),
    ],
)
def test_reasons_are_told(body, reason):
    model = text_model(body, shape="1, 2, 4, 4", output="1, 2, 4, 4")
    found = certify_deviation(model, model, (-1, 1))
    assert not found.certified
    assert reason in str(found.unknown)


def test_branches_and_sequences_are_unknown():
    condition = "c = Constant <value = bool[1] {1}> ()"
    model = text_model(
        f"{condition} y = If (c) <then_branch = t () => (float[N, 3] a) {{ a = Relu (x) }}, "
        "else_branch = e () => (float[N, 3] b) { b = Identity (x) }>"
    )
    found = certify_deviation(model, model, (0, 1))
    assert "If is not covered" in str(found.unknown)


def test_functions_are_looked_into():
    text = (
        '<ir_version: 8, opset_import: ["": 17, "f": 1]> m (float[N, 2, 4, 4] x) => (float[N, 2, 2, 2] y) '
        '{{ y = f.pool (x) }} <domain: "f", opset_import: ["": 17]> pool (a) => (b) {{ b = {0} (a) }}'
    )
    model = parser.parse_model(text.format("MaxPool <kernel_shape = [2, 2], strides = [2, 2]>"))
    other = parser.parse_model(text.format("AveragePool <kernel_shape = [2, 2], strides = [2, 2]>"))
    found, worst = check_sound(model, other, (-1.0, 1.0), np.random.default_rng(0))
    assert worst <= found.bound <= 2.001


def test_half_precision_is_bounded_by_its_own_roundoff():
    body = "y = MaxPool <kernel_shape = [2, 2]> (x)"
    half = text_model(body, shape="1, 1, 3, 3", output="1, 1, 2, 2", kind="float16")
    reluify = pytest.importorskip("theory.rewrite.reluify").reluify
    found = certify_deviation(half, reluify(half), (0, 1))
    assert 2**-13 < found.bound < 2**-6
    run = [random_models.session(model) for model in (half, reluify(half))]
    rng = np.random.default_rng(0)
    for _ in range(50):
        x = rng.random((1, 1, 3, 3)).astype(np.float16)
        assert np.abs(run[1](x) - run[0](x)).max() <= found.bound


# Bad input


def test_bad_input_is_refused_in_one_line(tmp_path):
    model = text_model("y = Relu (x)")
    wider = text_model("y = Relu (x)", shape="N, 4", output="N, 4")
    renamed = parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17]> m (float[N, 3] z) => (float[N, 3] y) {y = Relu (z)}'
    )
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model")
    cases = [
        ((model, model, (1, 0)), {}, "the lower at most the upper"),
        ((model, model, (0, np.inf)), {}, "bounds are finite"),
        ((model, model, 3), {}, r"bounds are \(lo, hi\)"),
        ((model, model, (np.zeros(2), 1)), {}, "arrays of shape 1x3"),
        ((model, model, {"z": (0, 1)}), {}, "the inputs are x"),
        ((model, model, {}), {}, "'x' has no bounds"),
        ((model, model, (0, 1)), {"shapes": {"x": (2, 4)}}, "does not fit"),
        ((model, model, (0, 1)), {"arithmetic": "fast"}, '"float" or "real"'),
        ((model, wider, (0, 1)), {}, "of shape ?x3".replace("?", r"\?")),
        ((model, renamed, (0, 1)), {}, "the same inputs, not x and z"),
        ((model, tmp_path / "no.onnx", (0, 1)), {}, "no such file"),
        ((model, tmp_path, (0, 1)), {}, "a folder"),
        ((model, 7, (0, 1)), {}, "not int"),
        ((model, broken, (0, 1)), {}, "no valid ONNX model"),
    ]
    for arguments, options, message in cases:
        with pytest.raises(InputError, match=message) as caught:
            certify_deviation(*arguments, **options)
        assert "\n" not in str(caught.value)
    with pytest.raises(FormatError):
        certify_deviation(model, broken, (0, 1))
    bare = onnx.ModelProto()
    bare.CopyFrom(model)
    del bare.graph.output[:]
    with pytest.raises(InputError, match="an output to compare"):
        certify_deviation(bare, bare, (0, 1))
    free = text_model("y = Relu (x)", shape="N, M", output="N, M")
    with pytest.raises(InputError, match="say which by shapes"):
        certify_deviation(free, free, (0, 1))
    assert certify_deviation(free, free, (0, 1), shapes={"x": (1, 5)}).outputs["y"].lower.shape == (1, 5)


def test_damaged_files_are_refused_unknown_or_still_bounded(tmp_path):
    """Every outcome but a wrong bound and an error without a name will do."""
    first = hand_rewritten.original()
    good = hand_rewritten.feedforward().SerializeToString()
    rng = np.random.default_rng(11)
    outcomes = {"refused": 0, "unknown": 0, "bounded": 0}
    path = tmp_path / "damaged.onnx"
    x = rng.uniform(-1, 1, (64, 3, 6, 6)).astype(np.float32)
    expected = random_models.session(first)(x)
    for _ in range(150):
        content = bytearray(good)
        for place in rng.integers(0, len(content), int(rng.integers(1, 4))):
            content[place] = int(rng.integers(0, 256))
        if rng.random() < 0.2:
            del content[int(rng.integers(0, len(content))) :]
        path.write_bytes(bytes(content))
        try:
            found = certify_deviation(first, path, (-1, 1))
        except SubpoolError:
            outcomes["refused"] += 1
            continue
        if not found.certified:
            outcomes["unknown"] += 1
            continue
        outcomes["bounded"] += 1
        difference = random_models.session(onnx.load(path))(x) - expected
        assert np.all((difference >= found.outputs["y"].lower) & (difference <= found.outputs["y"].upper))
    assert min(outcomes.values()) > 0, outcomes
