"""Two models side by side, and the command ``subpool compare``."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests import hand_rewritten
from theory.cli import main
from theory.errors import FormatError, InputError

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from onnx import parser  # noqa: E402

from theory.rewrite.comparison import compare_models, random_inputs, read_inputs, read_pictures  # noqa: E402


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Write an original, a right and a wrong rewriting; work beside them."""
    monkeypatch.chdir(tmp_path)
    onnx.save(hand_rewritten.original(), "a.onnx")
    onnx.save(hand_rewritten.feedforward(), "b.onnx")
    onnx.save(hand_rewritten.feedforward(change=lambda weights: weights["p3"].__imul__(np.float32(2))), "wrong.onnx")
    return tmp_path


def _model(body, shape="N, 2", output="N, 2", kind="float"):
    return parser.parse_model(
        f'<ir_version: 8, opset_import: ["": 17]> m ({kind}[{shape}] x) => ({kind}[{output}] y) {{{body}}}'
    )


def _failure(capsys, *arguments):
    """Run a command that has to fail as bad input, and return its one line."""
    assert main(list(arguments)) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("subpool: ")
    assert captured.err.count("\n") == 1
    return captured.err


def test_deviations_are_those_of_the_outputs():
    x = np.array([[1, -2], [3, -5], [-1, 4]], np.float32)
    found = compare_models(_model("y = Relu (x)"), _model("y = Neg (x)"), {"x": x}, rounds=2)
    (output,) = found.outputs
    expected = np.abs(-x - np.maximum(x, 0))
    assert output.largest == expected.max()
    assert output.mean == pytest.approx(expected.mean())
    assert output.size == 4
    # Only in none of the three samples is the larger element the same one.
    assert output.top1_agreement == 0
    assert found.samples == 3
    assert found.time_ratio > 0


def test_a_fixed_batch_is_filled_up_and_the_filling_not_counted():
    first, second = (_model(f"y = {op} (x)", shape="4, 2", output="4, 2") for op in ("Relu", "Identity"))
    x = np.array([[1, 2]] * 4 + [[-8, 0]], np.float32)
    (output,) = compare_models(first, second, {"x": x}, rounds=1).outputs
    assert output.largest == 8
    assert output.mean == pytest.approx(8 / 10)
    assert output.top1_agreement == pytest.approx(4 / 5 + 0 / 5) or output.top1_agreement == 1


def test_infinities_that_agree_do_not_count_and_others_do():
    model, other = _model("y = Identity (x)"), _model("y = Neg (x)")
    x = np.array([[np.inf, 1]], np.float32)
    assert compare_models(model, model, {"x": x}, rounds=1).outputs[0].largest == 0
    assert compare_models(model, other, {"x": x}, rounds=1).outputs[0].largest == np.inf


def test_samples_have_to_fit():
    model = _model("y = Relu (x)")
    for inputs, message in (
        ({"z": np.zeros((1, 2), np.float32)}, "samples are given for z"),
        ({"x": np.zeros((1, 3), np.float32)}, "its samples 1x3"),
        ({"x": np.zeros((1, 2))}, "takes float32, not float64"),
        ({"x": np.zeros((0, 2), np.float32)}, "at least one"),
    ):
        with pytest.raises(InputError, match=message):
            compare_models(model, model, inputs)
    with pytest.raises(InputError, match="not 0"):
        random_inputs(model, (0, 1), 0, np.random.default_rng(0))
    with pytest.raises(InputError, match="leaves sizes open"):
        random_inputs(_model("y = Relu (x)", "N, M", "N, M"), (0, 1), 1, np.random.default_rng(0))
    with pytest.raises(InputError, match="holds int64"):
        random_inputs(_model("y = Neg (x)", kind="int64"), (0, 1), 1, np.random.default_rng(0))


def test_outputs_of_other_shapes_are_refused():
    first = _model("y = Relu (x)", output="A, B")
    second = _model("y = Transpose (x)", output="A, B")
    with pytest.raises(InputError, match="the shapes"):
        compare_models(first, second, {"x": np.zeros((1, 2), np.float32)})


def test_what_the_runtime_cannot_run_is_a_format_error():
    # Sizes that only the runtime finds to disagree.
    model = _model("s = Constant <value_ints = [5]> () y = Reshape (x, s)", shape="N, 2", output="M")
    with pytest.raises(FormatError, match="onnxruntime cannot run"):
        compare_models(model, model, {"x": np.zeros((1, 2), np.float32)})


def test_pictures_are_scaled_to_the_bounds(tmp_path):
    image = pytest.importorskip("PIL.Image")
    ramp = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (32, 1))
    image.fromarray(ramp).save(tmp_path / "ramp.png")
    model = _model("y = Relu (x)", shape="N, 3, 8, 16", output="N, 3, 8, 16")
    x = read_pictures(model, [tmp_path / "ramp.png"], (-1.0, 1.0))["x"]
    assert x.shape == (1, 3, 8, 16)
    assert x.dtype == np.float32
    assert -1 <= x.min() < -0.9 < 0.9 < x.max() <= 1
    assert np.all(np.diff(x[0, 0, 0]) > 0)
    (tmp_path / "no.png").write_text("no picture")
    with pytest.raises(InputError, match="no picture"):
        read_pictures(model, [tmp_path / "no.png"], (0, 1))
    with pytest.raises(InputError, match="one input of shape"):
        read_pictures(_model("y = Relu (x)"), [tmp_path / "ramp.png"], (0, 1))


def test_samples_are_read_from_files(tmp_path):
    model = _model("y = Relu (x)")
    np.save(tmp_path / "x.npy", np.ones((3, 2)))
    np.savez(tmp_path / "x.npz", x=np.ones((3, 2), np.float32))
    for name in ("x.npy", "x.npz"):
        assert read_inputs(model, tmp_path / name)["x"].dtype == np.float32
    np.savez(tmp_path / "z.npz", z=np.ones((3, 2)))
    np.save(tmp_path / "text.npy", np.array([["a", "b"]]))
    (tmp_path / "empty.npy").write_bytes(b"")
    for name, message in (
        ("z.npz", "the model's inputs are x"),
        ("text.npy", "takes float32"),
        ("empty.npy", "numbers"),
        ("no.npy", "No such file"),
    ):
        with pytest.raises(InputError, match=message):
            read_inputs(model, tmp_path / name)


def test_the_command_prints_measured_and_certified(files, capsys):
    assert main(["compare", "a.onnx", "b.onnx", "--bounds=-1,1", "--samples", "20"]) == 0
    out = capsys.readouterr().out
    assert "20 random samples, seed 0" in out
    assert "the maximum, proved" in out
    assert "one thread" in out
    assert max(map(len, out.splitlines())) <= 100


def test_the_json_agrees_with_the_library_and_is_alone(files, capsys):
    assert main(["compare", "a.onnx", "wrong.onnx", "--bounds", "0,1", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    (output,) = row["outputs"]
    assert row["samples"] == 64
    assert row["certified"]["status"] == "certified"
    assert row["certified"]["pooling"][0]["status"] == "combination"
    assert 0.1 < output["largest"] <= row["certified"]["bound"]
    assert main(["compare", "a.onnx", "b.onnx", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["certified"] is None


def test_the_order_of_the_models_changes_no_bound(files, capsys):
    bounds = []
    for pair in (("a.onnx", "b.onnx"), ("b.onnx", "a.onnx")):
        assert main(["compare", *pair, "--bounds=-1,1", "--samples", "4", "--json"]) == 0
        certified = json.loads(capsys.readouterr().out)["certified"]
        bounds.append(certified["bound"])
        assert [pool["status"] for pool in certified["pooling"]] == ["exact"]
    assert bounds[0] == bounds[1]
    assert main(["compare", "b.onnx", "a.onnx", "--bounds=-1,1", "--samples", "4"]) == 0
    assert "the MaxPools are those of a.onnx" in capsys.readouterr().out
    onnx.save(_model("y = Relu (x)"), "relu.onnx")
    assert main(["compare", "relu.onnx", "relu.onnx", "--bounds", "0,1", "--samples", "4"]) == 0
    assert "neither model has a MaxPool" in capsys.readouterr().out


def test_unknown_is_printed_as_unknown(files, capsys):
    onnx.save(_model("t = Sin (x) y = Relu (t)"), "sin.onnx")
    assert main(["compare", "sin.onnx", "sin.onnx", "--bounds", "0,1"]) == 0
    out = capsys.readouterr().out
    assert "unknown" in out
    assert "Sin is not covered" in out


def test_a_broken_certificate_is_a_failed_check(files, capsys, monkeypatch):
    from theory.rewrite.certify import certify_deviation

    def too_small(first, second, *arguments, **options):
        return certify_deviation(first, first, *arguments, **options)

    monkeypatch.setattr("theory.rewrite.certify.certify_deviation", too_small)
    assert main(["compare", "a.onnx", "wrong.onnx", "--bounds", "0,1"]) == 1
    assert "exceeds the certified one" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.onnx", "no.onnx"], "no such file"),
        (["a.onnx", "text.onnx"], "no valid ONNX model"),
        (["a.onnx", "other.onnx"], "of shape"),
        (["a.onnx", "b.onnx", "--bounds", "1,0"], "the lower at most the upper"),
        (["a.onnx", "b.onnx", "--bounds", "1"], "two numbers"),
        (["a.onnx", "b.onnx", "--bounds", "0,nan"], "finite"),
        (["a.onnx", "b.onnx", "--samples", "0"], "at least one sample"),
        (["a.onnx", "b.onnx", "--seed", "-1"], "a seed is at least 0"),
        (["a.onnx", "b.onnx", "--shape", "3x"], "a shape is written"),
        (["a.onnx", "b.onnx", "--shape", "1x3x5x5"], "does not fit"),
        (["a.onnx", "b.onnx", "--inputs", "no.npy"], "No such file"),
        (["a.onnx", "b.onnx", "--images", "no.png"], "No such file"),
        (["a.onnx", "b.onnx", "--inputs", "x.npy", "--samples", "3"], "not allowed with"),
        (["a.onnx", "b.onnx", "--inputs", "scraps.npz"], "no .npy or .npz file of numbers"),
        (["a.onnx", "b.onnx", "--inputs", "large.npy"], "does not hold numbers as large as these samples"),
        (["a.onnx", "b.onnx", "--samples", "9" * 30], "do not fit into memory"),
        (["a.onnx", "b.onnx", "--bounds=0,1e39"], "does not hold numbers up to 1e+39"),
        (["a.onnx", "b.onnx", "--bounds=-1e308,1e308"], "does not hold numbers up to 1e+308"),
    ],
)
def test_bad_usage_is_one_line(files, capsys, arguments, message):
    (files / "text.onnx").write_text("not a model")
    (files / "scraps.npz").write_bytes(b"PK\x03\x04 and no more")
    np.save(files / "large.npy", np.full((1, 1), 1e300))
    onnx.save(_model("y = Relu (x)"), files / "other.onnx")
    assert message in _failure(capsys, "compare", *arguments)
