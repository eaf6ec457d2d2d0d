"""The certified deviation of rewritten models: never exceeded, never given to what is not understood."""

from __future__ import annotations

import itertools
import os

import numpy as np
import pytest

from tests import hand_rewritten, random_models
from theory import certify_deviation
from theory.errors import FormatError, InputError, SubpoolError, UndecidedError

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

from onnx import TensorProto, helper, numpy_helper, parser  # noqa: E402

MODELS = int(os.environ.get("SUBPOOL_CERTIFY_MODELS", "32"))
"""Random models per run; thousands take minutes."""

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


@pytest.mark.parametrize("seed", range(MODELS))
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
        assert residuals.extremes(form) == (min(values), max(values), values[-1])


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


def _operator_models():
    pairs = {
        "Relu": "y = Relu (x)",
        "Clip": "l = Constant <value_float = -0.5> () h = Constant <value_float = 0.25> () y = Clip (x, l, h)",
        "Sigmoid": "y = Sigmoid (x)",
        "Tanh": "y = Tanh (x)",
        "Softmax": "y = Softmax <axis = 1> (x)",
        "Softmax-last": "y = Softmax (x)",
        "LRN": "y = LRN <size = 3, alpha = 0.5, beta = 0.75, bias = 0.5> (x)",
        "AveragePool": "y = AveragePool <kernel_shape = [2, 3], pads = [1, 1, 0, 1]> (x)",
        "AveragePool-pads": "y = AveragePool <kernel_shape = [2, 2], pads = [1, 1, 1, 1], count_include_pad = 1> (x)",
        "GlobalAveragePool": "y = GlobalAveragePool (x)",
        "MaxPool": "y = MaxPool <kernel_shape = [3, 2], strides = [2, 1], pads = [1, 0, 1, 1], ceil_mode = 1> (x)",
        "Flatten": "y = Flatten (x)",
        "Reshape": "s = Constant <value_ints = [0, -1, 2]> () y = Reshape (x, s)",
        "Transpose": "y = Transpose <perm = [0, 2, 3, 1]> (x)",
        "Slice": "a = Constant <value_ints = [-1]> () b = Constant <value_ints = [-100]> () "
        "c = Constant <value_ints = [2]> () d = Constant <value_ints = [-2]> () y = Slice (x, a, b, c, d)",
        "Pad": "p = Constant <value_ints = [0, 0, 1, 0, 0, 0, 0, 2]> () v = Constant <value_float = 0.75> () "
        "y = Pad (x, p, v)",
        "Pad-edge": 'p = Constant <value_ints = [0, 0, 1, 0, 0, 0, 0, 2]> () y = Pad <mode = "edge"> (x, p)',
        "Gather": "i = Constant <value_ints = [3, 0, 0]> () y = Gather <axis = 2> (x, i)",
        "Unsqueeze": "a = Constant <value_ints = [1]> () u = Unsqueeze (x, a) y = Squeeze (u, a)",
        "Concat": "n = Neg (x) y = Concat <axis = 2> (x, n)",
        "Add": "c = Constant <value_floats = [0.1, 0.2, 0.3, 0.4]> () y = Add (x, c)",
        "Sub": "c = Constant <value_float = 0.7> () y = Sub (c, x)",
        "Sum": "n = Relu (x) y = Sum (x, n, x)",
        "Mul": "c = Constant <value_floats = [0.1, -0.2, 0.3, 0.4]> () y = Mul (c, x)",
        "Div": "c = Constant <value_float = 0.3> () y = Div (x, c)",
        "Cast": "h = Cast <to = 10> (x) y = Cast <to = 1> (h)",
        "Dropout": "y = Dropout (x)",
        "Identity": "y = Identity (x)",
    }
    return list(pairs.items())


@pytest.mark.parametrize(("name", "body"), _operator_models(), ids=[name for name, _ in _operator_models()])
@pytest.mark.parametrize("scale", [0.3, 8.0])
def test_values_and_differences_of_every_operator_lie_in_their_boxes(name, body, scale):
    from theory.rewrite.certify.bounds import Bounds
    from theory.rewrite.certify.graph import read_graph
    from theory.rewrite.certify.interpret import interpret
    from theory.rewrite.certify.propagate import bound_values, deviate, float_arithmetic

    rng = np.random.default_rng(len(name))
    shape = (1, 3, 4, 4)
    model = text_model(body, shape="1, 3, 4, 4")
    run = random_models.session(model)
    graph = read_graph(model)
    centre, width, shift = (scale * rng.standard_normal(shape) for _ in range(3))
    width, drift = np.abs(width), 0.1 * np.abs(shift)
    dtype = np.dtype(np.float32)
    first = Bounds(centre - width, centre + width, dtype)
    second = Bounds(centre - width + shift - drift, centre + width + shift + drift, dtype)
    values = [bound_values(graph, {"x": box}, float_arithmetic) for box in (first, second)]
    differences = {"x": Bounds(shift - drift, shift + drift, dtype)}
    for node in graph.nodes:
        operands = [[each[i] for i in node.inputs if i] for each in values]
        if not all(isinstance(each[node.outputs[0]], Bounds) for each in values):
            continue
        interpreted, (_, ys) = interpret(node, operands[0]), interpret(node, operands[1])
        known = dict(zip(map(id, operands[0]), (differences.get(i) for i in node.inputs if i), strict=True))
        ds = [known.get(id(x)) or Bounds.zero(x.shape, x.dtype) for x in interpreted[1]]
        differences[node.outputs[0]] = deviate(interpreted, ys, ds, (float_arithmetic, float_arithmetic))
    for draw in range(60):
        part = rng.random(shape) if draw % 2 else rng.integers(0, 2, shape)
        x = (centre + width * (2 * part - 1)).astype(np.float32)
        y = (x.astype(np.float64) + shift + drift * rng.choice([-1, 0, 1], shape)).astype(np.float32)
        # Rounded to float32, inputs may leave their boxes by a rounding: they are put back.
        x = np.clip(x, *(_inward(end, side) for end, side in ((first.lo, 1), (first.hi, -1)))).astype(np.float32)
        change = y.astype(np.float64) - x
        y = np.where((change >= shift - drift) & (change <= shift + drift), y, x)
        moved = np.all((y.astype(np.float64) - x >= shift - drift) & (y.astype(np.float64) - x <= shift + drift))
        out = run(x)
        assert np.all((out >= values[0]["y"].lo) & (out <= values[0]["y"].hi))
        if moved and np.all((y >= second.lo) & (y <= second.hi)):
            difference = run(y) - out
            assert np.all((difference >= differences["y"].lo) & (difference <= differences["y"].hi))


def _inward(ends, side):
    rounded = ends.astype(np.float32)
    outside = (rounded - ends) * side < 0
    return np.where(outside, np.nextafter(rounded, np.float32(side * np.inf)), rounded)


@pytest.mark.parametrize("scale", [1.0, 30.0, 1000.0])
def test_local_response_that_keeps_running_sums_stays_in_its_box(scale):
    """Runtimes lose the small channels beside large ones, which is more than the rounding of a window's own sum."""
    from theory.rewrite.certify.bounds import Bounds
    from theory.rewrite.certify.graph import read_graph
    from theory.rewrite.certify.propagate import bound_values, float_arithmetic

    model = text_model(
        "y = LRN <size = 3, alpha = 0.5, beta = 0.75, bias = 0.5> (x)", shape="N, 9, 8, 8", output="N, 9, 8, 8"
    )
    graph, run, rng = read_graph(model), random_models.session(model), np.random.default_rng(1)
    least = np.inf
    for _ in range(30):
        x = (scale * rng.standard_normal((1, 9, 8, 8))).astype(np.float32)
        point = x.astype(np.float64)
        box = bound_values(graph, {"x": Bounds(point, point, x.dtype)}, float_arithmetic)["y"]
        got = run(x)
        assert np.all((got >= box.lo) & (got <= box.hi))
        least = min(least, np.min((box.hi - box.lo) / np.maximum(np.abs(got), 1e-12)))
    # The box is one of roundings, not of anything.
    assert least < 1e-2


def test_windows_lie_where_onnxruntime_puts_them():
    from theory.rewrite.certify.geometry import window_geometry
    from theory.rewrite.certify.operators import MaxPooling
    from theory.rewrite.certify.unsupported import Unsupported

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
            geometry = window_geometry(attributes, x.shape[2:], [kernel] * 2, ceil_mode=bool(ceil_mode))
            result = MaxPooling(geometry).largest(x.astype(np.float64))
            if np.isinf(result).any():
                # A window that lies in the padding altogether: the analysis refuses it.
                continue
            assert np.array_equal(result, expected), (attributes, ceil_mode)
            agreed += 1
    assert agreed > 200
    with pytest.raises(Unsupported, match="larger than the padded input"):
        window_geometry({}, (3, 3), (4, 1))


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

    from theory.rewrite.certify.operators import FUNCTION_ULPS

    x = np.concatenate([np.linspace(-30, 30, 2001), np.geomspace(1e-6, 1, 200)]).astype(np.float32)
    unit = 2.0**-24
    for op, exact in (
        ("Sigmoid", lambda v: 1 / (1 + mpmath.exp(-v))),
        ("Tanh", mpmath.tanh),
    ):
        got = random_models.session(text_model(f"y = {op} (x)", shape="N", output="N"))(x)
        error = max(abs(g - float(exact(mpmath.mpf(float(v))))) for g, v in zip(got, x, strict=True))
        assert error <= FUNCTION_ULPS / 4 * unit


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
    assert found.to_json()["bound"] is None


def test_a_certified_bound_is_a_number_but_no_truth_value():
    model = text_model("y = Relu (x)")
    found = certify_deviation(model, model, (0, 1))
    assert float(found) == found.bound < 1e-300
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
