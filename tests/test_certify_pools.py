"""Max pooling of every name, and padding written out, proved to be what stands in its place, or not."""

from __future__ import annotations

import numpy as np
import pytest

from theory import certify_deviation
from theory.cli import main

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from onnx import numpy_helper, parser  # noqa: E402

from tests import random_models  # noqa: E402
from theory.rewrite.reluify import reluify  # noqa: E402

LOWEST = float(np.finfo(np.float32).min)
PAD = "p = Constant <value_ints = [0, 0, 1, 1, 0, 0, 1, 1]> () v = Constant <value = float {{{fill}}}> () "
ON_PAD = " q = Pad ({x}, p, v) y = MaxPool <kernel_shape = [3, 3], strides = [2, 2]> (q)"
AXES = "a = Constant <value_ints = {axes}> () y = ReduceMax <keepdims = {keep}> (x, a)"

POOLS = {
    "minus infinity": PAD.format(fill="-inf") + ON_PAD.format(x="x"),
    "the lowest float": PAD.format(fill=LOWEST) + ON_PAD.format(x="x"),
    "after a Relu": PAD.format(fill=LOWEST) + "r = Relu (x)" + ON_PAD.format(x="r"),
    "both": PAD.format(fill="-inf")
    + "q = Pad (x, p, v) y = MaxPool <kernel_shape = [3, 3], strides = [2, 2], pads = [1, 0, 0, 1]> (q)",
    "SAME": 'y = MaxPool <kernel_shape = [3, 3], strides = [2, 2], auto_pad = "SAME_UPPER"> (x)',
    "ceil_mode": "y = MaxPool <kernel_shape = [3, 3], strides = [2, 2], ceil_mode = 1> (x)",
    "GlobalMaxPool": "y = GlobalMaxPool (x)",
    "ReduceMax": AXES.format(axes="[2, -1]", keep=1),
    "ReduceMax that squeezes": AXES.format(axes="[3, 2]", keep=0),
    "ReduceMax of rows": AXES.format(axes="[3]", keep=1),
}


def model_of(body, shape="1, 2, 7, 6"):
    made = parser.parse_model(f'<ir_version: 8, opset_import: ["": 18]> m (float[{shape}] x) => (float y) {{ {body} }}')
    made.graph.output[0].type.tensor_type.ClearField("shape")
    return onnx.shape_inference.infer_shapes(made)


def the_finding(first, second, bounds=(-1, 1)):
    found = certify_deviation(first, second, bounds)
    (finding,) = found.pooling
    backwards = certify_deviation(second, first, bounds)
    assert [each.status for each in backwards.pooling] == [finding.status]
    return found, finding


@pytest.mark.parametrize("style", ["skip", "feedforward", "pools"])
@pytest.mark.parametrize("name", POOLS)
def test_what_the_rewriter_makes_of_it_is_proved(name, style):
    model = model_of(POOLS[name])
    second = reluify(model, style=style)
    assert style == "pools" or not any(node.op_type in ("MaxPool", "ReduceMax") for node in second.graph.node)
    found, finding = the_finding(model, second)
    assert finding.status == "exact"
    rng, runs = np.random.default_rng(0), [random_models.session(each) for each in (model, second)]
    for _ in range(5):
        x = rng.uniform(-1, 1, (1, 2, 7, 6)).astype(np.float32)
        assert np.abs(runs[1](x).astype(np.float64) - runs[0](x)).max() <= found.bound
    assert found.bound < 1e-3 or name in ("GlobalMaxPool", "ReduceMax", "ReduceMax that squeezes")


WINDOW = "y = MaxPool <kernel_shape = {kernel}, strides = [2, 2], pads = {pads}> ({x})"
WRONG = {
    "other pads": ("minus infinity", WINDOW.format(kernel="[3, 3]", pads="[0, 1, 2, 1]", x="x")),
    "a smaller window": ("minus infinity", WINDOW.format(kernel="[2, 3]", pads="[1, 1, 0, 1]", x="x")),
    "zeros for padding": ("minus infinity", PAD.format(fill="0") + ON_PAD.format(x="x")),
    "a border that is not low enough": ("minus infinity", PAD.format(fill="-0.5") + ON_PAD.format(x="x")),
    "a window that is not all": (
        "GlobalMaxPool",
        "s = MaxPool <kernel_shape = [6, 6]> (x) y = AveragePool <kernel_shape = [2, 1]> (s)",
    ),
    "the other axis": ("ReduceMax of rows", AXES.format(axes="[2]", keep=1)),
    "the mean": ("ReduceMax", "y = GlobalAveragePool (x)"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_another_pooling_is_not_proved_and_bounded_still(case):
    name, body = WRONG[case]
    shape = "1, 2, 6, 6" if case == "the other axis" else "1, 2, 7, 6"
    body = body.replace("y = ReduceMax", "z = ReduceMax")
    if "z =" in body:
        body += " t = Constant <value_ints = [0, 2, 6, 1]> () y = Reshape (z, t)"
    pair = [model_of(each, shape) for each in (POOLS[name], body)]
    found = certify_deviation(*pair, (-1, 1))
    assert "exact" not in {finding.status for finding in found.pooling}
    rng, runs = np.random.default_rng(0), [random_models.session(each) for each in pair]
    reached = 0.0
    for draw in range(20):
        x = rng.uniform(-1, 0 if draw % 2 else 1, [int(n) for n in shape.split(",")]).astype(np.float32)
        reached = max(reached, float(np.abs(runs[1](x).astype(np.float64) - runs[0](x)).max()))
    assert reached > 0.05
    assert not found.certified or reached <= found.bound


@pytest.mark.parametrize(("last", "status"), [(3, "exact"), (2, "combination")])
def test_pools_after_one_another_are_one(last, status):
    """3x3 twice is 5x5; 3x2 after 3x3 is not."""
    first = model_of("y = MaxPool <kernel_shape = [5, 5], strides = [2, 2], pads = [2, 2, 2, 2]> (x)", "1, 2, 7, 7")
    second = model_of(
        "s = MaxPool <kernel_shape = [3, 3], pads = [1, 1, 1, 1]> (x) "
        f"y = MaxPool <kernel_shape = [3, {last}], strides = [2, 2], pads = [1, 1, 1, {last - 2}]> (s)",
        "1, 2, 7, 7",
    )
    found = certify_deviation(first, second, (-1, 1))
    assert found.pooling[0].status == status
    assert (found.bound < 1e-6) == (status == "exact")


INTEGERS = (
    "s = Constant <value_float = 0.05> () z = Constant <value = uint8 {{100}}> () q = QuantizeLinear (x, s, z) "
    "m = {op} <kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]> (q) y = DequantizeLinear (m, s, z)"
)


def model_of_integers(op):
    domain = '"com.microsoft": 1'
    text = f'<ir_version: 8, opset_import: ["": 18, {domain}]> m (float[1, 8, 8, 3] x) => (float[1, a, b, c] y)'
    return parser.parse_model(f"{text} {{ {INTEGERS.format(op=op)} }}")


@pytest.mark.parametrize("style", ["skip", "pools"])
@pytest.mark.parametrize("op", ["MaxPool", "com.microsoft.NhwcMaxPool"])
def test_pools_of_integers_are_proved(op, style):
    model = model_of_integers(op)
    second = reluify(model, style=style)
    (finding,) = certify_deviation(model, second, (-1, 1)).pooling
    assert finding.status == "exact"
    for node in second.graph.node:
        for attribute in node.attribute:
            if attribute.name == "pads" and any(attribute.ints):
                attribute.ints[:] = [0, 0, 2, 2]
    pads = [each for node in second.graph.node if node.op_type == "Pad" for each in [node.input[1]]]
    for tensor in second.graph.initializer:
        if tensor.name in pads:
            half = len(numpy_helper.to_array(tensor)) // 2
            tensor.CopyFrom(numpy_helper.from_array(np.array([0] * half + [0, 0, 2, 2][-half:]), tensor.name))
    statuses = {each.status for each in certify_deviation(model, second, (-1, 1)).pooling}
    assert "exact" not in statuses


def test_what_is_computed_of_integers_after_rounding_is_not_proved():
    """Half of it twice is the maximum, but not where halves were cut off in between."""
    model = model_of_integers("MaxPool")
    second = onnx.ModelProto()
    second.CopyFrom(model)
    del second.graph.node[:]
    body = (
        INTEGERS.format(op="MaxPool")
        .replace(
            "m = MaxPool",
            "f = Cast <to = 1> (q) h = Constant <value_float = 0.5> () t = Constant <value_float = 2.0> () "
            "a = Mul (f, h) i = Cast <to = 2> (a) g = Cast <to = 1> (i) b = Mul (g, t) k = MaxPool",
        )
        .replace("(q) y =", "(b) m = Cast <to = 2> (k) y =")
    )
    text = '<ir_version: 8, opset_import: ["": 18]> m (float[1, 8, 8, 3] x) => (float[1, a, b, c] y)'
    second = parser.parse_model(f"{text} {{ {body} }}")
    statuses = {each.status for each in certify_deviation(model, second, (-1, 1)).pooling}
    assert "exact" not in statuses


def test_floats_that_are_cast_to_integers_are_others():
    pool = "<kernel_shape = [3, 3], strides = [2, 2]>"
    first = model_of(f"e = Exp (x) m = MaxPool {pool} (e) y = Relu (m)")
    second = model_of(f"e = Exp (x) k = MaxPool {pool} (e) m = Cast <to = 2> (k) y = Cast <to = 1> (m)")
    assert "exact" not in {each.status for each in certify_deviation(first, second, (-1, 1)).pooling}


def test_padding_by_a_shift_is_followed():
    """The input less its lower bound is nowhere negative: zeros serve, and the bound is added again."""
    first = model_of("y = MaxPool <kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]> (x)")
    body = (
        "c = Constant <value_float = {shift}> () s = Sub (x, c) "
        "p = Constant <value_ints = [0, 0, 1, 1, 0, 0, 1, 1]> () q = Pad (s, p) "
        "m = MaxPool <kernel_shape = [3, 3], strides = [2, 2]> (q) y = Add (m, c)"
    )
    statuses = []
    for shift in (-1.0, -0.5):
        found = certify_deviation(first, model_of(body.format(shift=shift)), (-1, 1))
        statuses.append(found.pooling[0].status)
        assert found.certified
    assert statuses == ["exact", "intervals"]


def test_half_of_what_is_shifted_is_off_by_what_it_is_off():
    """c + (max(x) - c) / 2 less max(x) is (c - max(x)) / 2: between -1 and 0 for c = -1 and x in [-1, 1]."""
    first = model_of("y = MaxPool <kernel_shape = [3, 3], strides = [2, 2], pads = [1, 1, 1, 1]> (x)")
    second = model_of(
        "c = Constant <value_float = -1.0> () h = Constant <value_float = 0.5> () s = Sub (x, c) "
        "p = Constant <value_ints = [0, 0, 1, 1, 0, 0, 1, 1]> () q = Pad (s, p) "
        "m = MaxPool <kernel_shape = [3, 3], strides = [2, 2]> (q) k = Mul (m, h) y = Add (k, c)"
    )
    found = certify_deviation(first, second, (-1, 1))
    assert found.pooling[0].status == "combination"
    assert found.pooling[0].residual == pytest.approx(1)
    output = found.outputs["y"]
    assert np.allclose(output.lower, -1, atol=1e-4)
    assert np.allclose(output.upper, 0, atol=1e-4)


def test_behind_operators_without_bounds_it_is_proved_too():
    body = "e = Exp (x) " + PAD.format(fill="-inf") + ON_PAD.format(x="e")
    model = model_of(body)
    for style in ("skip", "pools"):
        finding = certify_deviation(model, reluify(model, style=style), (-1, 1)).pooling[0]
        assert finding.status == "exact"
        assert finding.deviation is None


def test_padding_that_counts_is_none_of_the_pool():
    """What ceil_mode or SAME pads, another number, another axis, an edge: the Pad stays before the MaxPool."""
    bodies = [
        PAD.format(fill="-1e30") + ON_PAD.format(x="x"),
        PAD.format(fill="-inf") + ON_PAD.format(x="x").replace("strides", "ceil_mode = 1, strides"),
        PAD.format(fill="-inf").replace("[0, 0, 1, 1, 0, 0, 1, 1]", "[0, 1, 1, 1, 0, 0, 1, 1]") + ON_PAD.format(x="x"),
    ]
    from theory.rewrite.certify.reading import read_graph

    for body in bodies:
        assert read_graph(model_of(body)).nodes[-1].inputs == ("q",)
    folded = read_graph(model_of(POOLS["both"])).nodes[-1]
    assert folded.inputs == ("x",)
    assert folded.attributes["pads"] == [2, 1, 1, 2]


def test_the_command_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    model = model_of(POOLS["minus infinity"])
    onnx.save(model, "a.onnx")
    onnx.save(reluify(model, style="pools"), "b.onnx")
    onnx.save(model_of(WRONG["other pads"][1]), "c.onnx")
    for other, said in (("b.onnx", True), ("c.onnx", False)):
        assert main(["compare", "a.onnx", other, "--bounds=-1,1", "--samples", "4"]) == 0
        assert ("the maximum, proved" in capsys.readouterr().out) == said
