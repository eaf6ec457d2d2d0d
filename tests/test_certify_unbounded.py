"""Max pooling proved without bounds: behind operators of which nothing is known."""

from __future__ import annotations

import json

import numpy as np
import pytest

from theory import certify_deviation
from theory.cli import main
from theory.errors import UndecidedError

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from onnx import numpy_helper, parser  # noqa: E402

reluify = pytest.importorskip("theory.rewrite.reluify").reluify

UNKNOWN = "s = Sin (x)"
POOL = "y = MaxPool <kernel_shape = [3, 3], strides = [2, 2], pads = [{0}, {0}, {0}, {0}]> (t)"


def model(body, *, kind="float", pads=0, shape="1, 2, 9, 9", out=None):
    text = f'<ir_version: 8, opset_import: ["": 17]> m (float[{shape}] x) => ({out or kind} y) '
    made = parser.parse_model(f"{text} {{ {body} {POOL.format(pads)} }}")
    made.graph.output[0].type.tensor_type.ClearField("shape")
    return onnx.shape_inference.infer_shapes(made)


@pytest.mark.parametrize("before", [f"{UNKNOWN} t = Identity (s)", "t = Mul (x, x)"], ids=["Sin", "product"])
@pytest.mark.parametrize(
    "way", [{}, {"style": "feedforward"}, {"construction": "shallow"}], ids=["skip", "forward", "shallow"]
)
def test_an_exact_rewriting_is_proved_though_nothing_is_bounded(before, way):
    first = model(before, pads=1)
    second = reluify(first, **way)
    for pair, owner in (((first, second), "original"), ((second, first), "rewritten")):
        found = certify_deviation(*pair, (-1, 1))
        (finding,) = found.pooling
        assert (finding.status, finding.model, finding.residual) == ("exact", owner, 0)
        assert finding.deviation is finding.rounding is None
        assert "Sin is not covered" in finding.reason or "two computed tensors" in finding.reason
        assert not found.certified
        with pytest.raises(UndecidedError):
            _ = found.bound


def test_behind_a_recurrent_layer():
    body = "h = LSTM <hidden_size = 8> (x, w, r) c = Constant <value_ints = [1, 1, 8, 8]> () t = Reshape (h, c)"
    first = model(body, shape="8, 1, 3")
    rng = np.random.default_rng(0)
    for name, shape in {"w": (1, 32, 3), "r": (1, 32, 8)}.items():
        first.graph.initializer.append(numpy_helper.from_array(rng.normal(size=shape).astype(np.float32), name))
    (finding,) = certify_deviation(first, reluify(first), (-1, 1)).pooling
    assert finding.status == "exact"
    assert "LSTM is not covered" in finding.reason


def _weight_changed(second):
    name = next(node.input[1] for node in second.graph.node if node.op_type == "Conv")
    (tensor,) = (each for each in second.graph.initializer if each.name == name)
    array = numpy_helper.to_array(tensor).copy()
    array.flat[np.flatnonzero(array)[0]] *= 1.001
    tensor.CopyFrom(numpy_helper.from_array(array, name))


@pytest.mark.parametrize("pads", [0, 1])
def test_a_wrong_rewriting_is_not(pads):
    first = model(f"{UNKNOWN} t = Identity (s)", pads=pads)
    second = reluify(first, style="feedforward")
    assert certify_deviation(first, second, (-1, 1)).pooling[0].status == "exact"
    _weight_changed(second)
    assert certify_deviation(first, second, (-1, 1)).pooling[0].status == "unknown"
    assert certify_deviation(first, reluify(first, orders="1,d-1"), (-1, 1)).pooling[0].status == "unknown"
    moved = model(f"{UNKNOWN} t = Identity (s)", pads=1 - pads)
    assert certify_deviation(moved, reluify(first), (-1, 1)).pooling[0].status == "unknown"


@pytest.mark.parametrize(
    ("before", "status"),
    [
        (f"{UNKNOWN} t = Relu (s)", "exact"),
        (f"{UNKNOWN} r = Relu (s) d = Dropout (r) t = Concat <axis = 1> (r, d)", "exact"),
        (f"{UNKNOWN} r = Relu (s) t = Concat <axis = 1> (r, s)", "unknown"),
        (f"{UNKNOWN} t = Identity (s)", "unknown"),
        (f"{UNKNOWN} r = Relu (s) t = Neg (r)", "unknown"),
    ],
)
def test_zeros_in_the_padding_are_the_maximum_of_nothing_negative_alone(before, status):
    first = model(before, pads=1)
    channels = 4 if "Concat" in before else 2
    second = onnx.ModelProto()
    second.CopyFrom(first)
    pool = second.graph.node.pop()
    assert pool.op_type == "MaxPool"
    second.graph.initializer.append(numpy_helper.from_array(np.array([0, 0, 1, 1, 0, 0, 1, 1]), "border"))
    body = "p = Pad (t, border) y = MaxPool <kernel_shape = [3, 3], strides = [2, 2]> (p)"
    text = f'<ir_version: 8, opset_import: ["": 17]> m (float[1, {channels}, 9, 9] t) => (float y) {{ {body} }}'
    padded = parser.parse_model(text)
    padded.graph.output[0].type.tensor_type.ClearField("shape")
    padded.graph.initializer.extend(second.graph.initializer)
    inside = reluify(padded)
    del second.graph.initializer[:]
    second.graph.node.extend(inside.graph.node)
    second.graph.initializer.extend(inside.graph.initializer)
    del second.graph.value_info[:]
    assert certify_deviation(first, second, (-1, 1)).pooling[0].status == status


@pytest.mark.parametrize(
    ("start", "kind", "status"), [("t = Cast <to = 3> (x)", "int8", "unknown"), ("t = Sin (x)", "float", "exact")]
)
def test_pooling_of_integers_is_not_proved(start, kind, status):
    """Sums of 8 bits wrap around: what is the maximum in exact arithmetic is none of theirs."""
    numbers = " ".join(
        f"{name} = Constant <value_ints = [{i}]> ()" for name, i in zip("kozfn", (3, 0, 8, 1, 9), strict=True)
    )
    slices = "a = Slice (t, o, z, k) b = Slice (t, f, n, k) d = Sub (a, b) r = Relu (d) y = Add (b, r)"
    text = f'<ir_version: 8, opset_import: ["": 17]> m (float[1, 2, 9, 9] x) => ({kind}[1, 2, 9, 8] y) '
    pair = [
        parser.parse_model(f"{text} {{ {start} {body} }}")
        for body in ("y = MaxPool <kernel_shape = [1, 2]> (t)", f"{numbers} {slices}")
    ]
    assert certify_deviation(*pair, (-1, 1)).pooling[0].status == status


def test_the_command_says_so(tmp_path, capsys):
    first = model(f"{UNKNOWN} t = Identity (s)")
    paths = [str(tmp_path / name) for name in ("a.onnx", "b.onnx")]
    for path, each in zip(paths, (first, reluify(first)), strict=True):
        onnx.save(each, path)
    assert main(["compare", *paths, "--bounds=-1,1", "--samples", "4"]) == 0
    out = capsys.readouterr().out
    assert "the maximum, proved" in out
    assert "Sin is not covered" in out
    assert main(["compare", *paths, "--bounds=-1,1", "--samples", "4", "--json"]) == 0
    (finding,) = json.loads(capsys.readouterr().out)["certified"]["pooling"]
    assert (finding["status"], finding["deviation"]) == ("exact", None)
