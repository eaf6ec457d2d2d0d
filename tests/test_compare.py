"""Two models side by side, and the command ``subpool compare``."""

from __future__ import annotations

import json
import re
from zipfile import ZIP_DEFLATED, ZipFile

import numpy as np
import pytest

from tests import hand_rewritten
from theory.cli import main
from theory.errors import FormatError, InputError

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from onnx import parser  # noqa: E402

from theory.rewrite import comparison, samples  # noqa: E402
from theory.rewrite.calibration import measure_bounds  # noqa: E402
from theory.rewrite.comparison import OutputComparison, compare_models  # noqa: E402
from theory.rewrite.samples import _load_arrays, random_inputs, read_inputs, read_pictures  # noqa: E402


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


def test_only_a_fixed_batch_is_filled_up(monkeypatch):
    sizes = []
    run = comparison.run_batch
    monkeypatch.setattr(comparison, "run_batch", lambda session, x: sizes.append(len(x["x"])) or run(session, x))
    model = _model("y = Relu (x)")
    found = compare_models(model, model, {"x": np.zeros((20, 2), np.float32)}, rounds=2)
    # Of each model all samples, then two rounds of the first batch to tell the time.
    assert sizes == [16, 16, 4, 4] + [16] * 4
    before, after = found.seconds
    assert found.time_ratio == after / before


def test_nan_in_both_models_agree_and_in_one_do_not():
    first = _model("y = Log (x)")
    x = np.array([[-1, 1], [0.5, -2]], np.float32)
    (output,) = compare_models(first, first, {"x": x}, rounds=1).outputs
    assert (output.largest, output.mean, output.nan_in_both, output.nan_in_one) == (0, 0, 2, 0)
    assert output.size == pytest.approx(np.log(2))
    (output,) = compare_models(first, _model("y = Neg (x)"), {"x": x}, rounds=1).outputs
    assert np.isnan([output.largest, output.mean]).all()
    assert (output.nan_in_both, output.nan_in_one) == (0, 2)


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
    last = _model("y = Relu (x)", shape="N, 8, 16, 3", output="N, 8, 16, 3")
    assert np.array_equal(read_pictures(last, [tmp_path / "ramp.png"], (-1.0, 1.0))["x"].transpose(0, 3, 1, 2), x)
    (tmp_path / "no.png").write_text("no picture")
    with pytest.raises(InputError, match=r"no\.png: an image is needed"):
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


def packed(path, **members):
    """Write a .npz file of members as they are."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name + ".npy", content)


def header(text):
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


def test_files_that_are_no_arrays_are_refused_in_one_line(tmp_path):
    np.savez(tmp_path / "one.npz", x=np.ones((3, 2), np.float32))
    whole = (tmp_path / "one.npz").read_bytes()
    row = "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }\n"
    packed(tmp_path / "text.npz", x="no array")
    packed(tmp_path / "archive.npz", x=whole)
    packed(tmp_path / "nested.npz", x=header("[" * 5000 + "]" * 5000))
    packed(tmp_path / "absurd.npz", x=header(row % "(99999999999, 99999999999)"))
    packed(tmp_path / "negative.npz", x=header(row % "(-1, 2)"))
    (tmp_path / "nested.npy").write_bytes(header("(" * 60000))
    (tmp_path / "long.npy").write_bytes(header(row % "(1000000000000,)"))
    (tmp_path / "cut.npz").write_bytes(whole[:-30])
    for place in (whole.index(np.float32(1).tobytes()), whole.index(b"PK\x01\x02")):
        (tmp_path / f"damaged{place}.npz").write_bytes(whole[:place] + b"\xff\xff" + whole[place + 2 :])
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    files = sorted(path for path in tmp_path.iterdir() if path.name != "one.npz")
    assert len(files) == 11
    for path in files:
        with pytest.raises(
            InputError, match=f"^cannot read '.*{path.name}': .*(no array|no .npy or .npz file of numbers)$"
        ):
            _load_arrays(path)


def test_a_small_file_does_not_unpack_to_gigabytes(tmp_path, monkeypatch):
    zeros = np.zeros((1000, 2), np.float32)
    np.savez_compressed(tmp_path / "x.npz", x=zeros)
    np.savez(tmp_path / "as_it_is.npz", x=zeros)
    monkeypatch.setattr(samples, "_UNPACKED_LIMIT", 5000)
    with pytest.raises(InputError, match=r"unpacks to .* GiB, more than the limit"):
        _load_arrays(tmp_path / "x.npz")
    # What is not packed takes no more memory than the file.
    assert _load_arrays(tmp_path / "as_it_is.npz")["x"].shape == (1000, 2)


def test_sizes_that_some_write_as_minus_one_are_free(files, capsys):
    model = _model("y = MaxPool <kernel_shape = [2, 2]> (x)", "N, 1, h, w", "N, 1, p, q")
    for dim in model.graph.input[0].type.tensor_type.shape.dim:
        if dim.dim_param:
            dim.dim_value = -1
    onnx.save(model, "minus.onnx")
    assert main(["compare", "minus.onnx", "minus.onnx", "--shape", "1x1x4x5", "--samples", "20", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["samples"] == 20
    assert main(["compare", "minus.onnx", "minus.onnx", "--shape", "1x1x4x5", "--bounds", "0,1", "--json"]) == 0
    # A number below the smallest normal one may be taken for 0 by either.
    assert json.loads(capsys.readouterr().out)["certified"]["bound"] < 2**-120


def test_values_of_gigabytes_are_refused_before_they_are_made(files, capsys):
    body = "s = Constant <value_ints = [1, 2, 65536, 65536]> () e = Expand (x, s) y = ReduceMax <keepdims = 0> (e)"
    expand = _model(body, "N, 2, 1, h", "N")
    expand.graph.output[0].type.tensor_type.shape.Clear()
    onnx.save(expand, "expand.onnx")
    arguments = ["compare", "expand.onnx", "expand.onnx", "--samples", "1"]
    message = "the value 'e' of the model would take 32 GiB in one run, more than the limit of 4 GiB"
    assert message in _failure(capsys, *arguments, "--shape", "1x2x1x1")
    with pytest.raises(InputError, match="the value 'e' of the model would take 32 GiB"):
        measure_bounds(onnx.load("expand.onnx"), [{"x": np.zeros((1, 2, 1, 1), np.float32)}])
    onnx.save(_model("y = Relu (x)", "1099511627776, 2", "N, 2"), "batch.onnx")
    assert "the input 'x' would take 1.64e+04 GiB" in _failure(capsys, "compare", "batch.onnx", "batch.onnx")


def test_nan_is_said_and_is_no_json(files, capsys):
    onnx.save(_model("y = Log (x)"), "log.onnx")
    onnx.save(_model("y = Neg (x)"), "neg.onnx")
    np.save("x.npy", np.array([[-1, 1]], np.float32))

    def strict(constant):
        raise ValueError(constant)

    for other, largest in (("log.onnx", 0), ("neg.onnx", None)):
        assert main(["compare", "log.onnx", other, "--inputs", "x.npy", "--json"]) == 0
        (output,) = json.loads(capsys.readouterr().out, parse_constant=strict)["outputs"]
        assert output["largest"] == largest
    assert main(["compare", "log.onnx", "log.onnx", "--inputs", "x.npy"]) == 0
    assert "y: 1 value NaN in both models" in capsys.readouterr().out
    assert main(["compare", "log.onnx", "neg.onnx", "--inputs", "x.npy"]) == 0
    assert "y: 1 value NaN in one of the models alone" in capsys.readouterr().out


def test_a_call_with_too_many_outputs_is_one_line(files, capsys):
    body = [onnx.helper.make_node("Relu", ["a"], ["b"])]
    opsets = [onnx.helper.make_opsetid("", 17), onnx.helper.make_opsetid("own", 1)]
    function = onnx.helper.make_function("own", "F", ["a"], ["b"], body, opsets[:1])
    values = [onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, [1, 2]) for name in "xy"]
    call = onnx.helper.make_node("F", ["x"], ["y", "z"], domain="own")
    graph = onnx.helper.make_graph([call], "g", values[:1], values[1:])
    model = onnx.helper.make_model(graph, opset_imports=opsets, ir_version=9, functions=[function])
    (files / "call.onnx").write_bytes(model.SerializeToString())
    assert "call.onnx" in _failure(capsys, "compare", "call.onnx", "call.onnx")


def test_the_command_prints_measured_and_certified(files, capsys):
    assert main(["compare", "a.onnx", "b.onnx", "--bounds", "-1,1", "--samples", "20"]) == 0
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


def test_the_likely_is_of_the_users_samples_and_apart_from_the_certified(files, capsys):
    rng = np.random.default_rng(0)
    np.save("x.npy", rng.random((60, 3, 6, 6)).astype(np.float32))
    pair = ["a.onnx", "wrong.onnx", "--bounds", "0,1"]
    assert main(["compare", *pair, "--inputs", "x.npy", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    (output,), likely = row["outputs"], row["likely"]
    assert likely["certified"] is False
    assert likely["confidence"] == 0.95
    assert likely["outputs"] == {output["name"]: {"deviation": output["largest"], "exceeded_by_at_most": 3 / 60}}
    assert "likely" not in row["certified"]
    assert output["largest"] < row["certified"]["bound"]
    assert main(["compare", *pair, "--inputs", "x.npy"]) == 0
    (line,) = (each for each in capsys.readouterr().out.splitlines() if each.startswith("likely"))
    assert "but for 5 % of such inputs (95 % confidence; not certified)" in line
    # Random inputs are nobody's data.
    assert main(["compare", *pair, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["likely"] is None
    assert main(["compare", *pair]) == 0
    assert not any(line.startswith("likely") for line in capsys.readouterr().out.splitlines())


def test_what_rounding_is_likely_to_do_stands_apart_from_the_certified(files, capsys):
    assert main(["compare", "a.onnx", "b.onnx", "--bounds", "0,1", "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    likely = row["likely_rounding"]
    assert likely["certified"] is False
    assert likely["confidence"] == 0.95
    (output,) = row["outputs"]
    assert output["largest"] <= likely["outputs"][output["name"]] <= row["certified"]["bound"]
    assert "likely" not in json.dumps(row["certified"])
    assert main(["compare", "a.onnx", "b.onnx", "--bounds", "0,1"]) == 0
    (line,) = (each for each in capsys.readouterr().out.splitlines() if each.startswith("rounding"))
    assert line.endswith("if random (95 % confidence; not certified)")
    # Without bounds nothing is certified, nor estimated.
    assert main(["compare", "a.onnx", "b.onnx", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["likely_rounding"] is None


def test_three_over_n_is_right_for_every_distribution_and_no_less():
    """The chance that n samples all miss a share of 3/n is below 5 %, and that for 2.9/n is not, in the end."""
    for draws in (4, 10, 100, 10**6):
        share = OutputComparison("y", 1.0, 0.0, 1.0, None, draws=draws).likely_share
        assert (1 - share) ** draws < 0.05
    assert (1 - 2.9 / 10**6) ** 10**6 > 0.05


def test_nothing_is_likely_of_few_samples_of_nan_or_of_a_batch():
    for nothing in ({"draws": 3}, {"draws": 100, "nan_in_one": 1}, {"draws": 100, "largest": np.inf}):
        given = {"name": "y", "largest": 1.0, "mean": 0.0, "size": 1.0, "top1_agreement": None, **nothing}
        assert OutputComparison(**given).likely_share is None
    model = _model("y = ReduceMean <keepdims = 0> (x)")
    model.graph.output[0].CopyFrom(onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, []))
    (output,) = compare_models(model, model, {"x": np.ones((20, 2), np.float32)}, rounds=1).outputs
    assert output.draws == 2


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


def test_the_surroundings_of_samples_are_certified(files, capsys):
    rng = np.random.default_rng(2)
    (port,) = (value.type.tensor_type for value in onnx.load("a.onnx").graph.input)
    shape = [size.dim_value or 1 for size in port.shape.dim]
    np.save("x.npy", rng.random((3, *shape[1:]), dtype=np.float32))
    around = ["compare", "a.onnx", "wrong.onnx", "--around", "x.npy", "--radius", "1/255"]
    assert main([*around, "--bounds", "0,1", "--plot", "around.svg"]) == 0
    out = capsys.readouterr().out
    assert "within 1/255 of 3 samples of x.npy" in out
    assert re.search(r"class unchanged: \d of 3", out)
    assert max(map(len, out.splitlines())) <= 100
    assert (files / "around.svg").stat().st_size > 1000
    assert main([*around, "--json"]) == 0
    row = json.loads(capsys.readouterr().out)
    assert row["samples"] == len(row["answers"]) == 3
    assert row["bound"] == max(answer["bound"] for answer in row["answers"]) > 0.01
    assert main(["compare", "a.onnx", "b.onnx", "--around", "x.npy", "--radius", "0", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["bound"] < 1e-3


def test_the_surroundings_of_samples_have_to_be_balls(files, capsys):
    (port,) = (value.type.tensor_type for value in onnx.load("a.onnx").graph.input)
    np.save("x.npy", np.ones((1, *[size.dim_value for size in port.shape.dim][1:]), np.float32))
    around = ["compare", "a.onnx", "b.onnx", "--around", "x.npy"]
    assert "needs a --radius" in _failure(capsys, *around)
    assert "such as 0.01 or 1/255, not 'far'" in _failure(capsys, *around, "--radius", "far")
    assert "such as 0.01 or 1/255, not '1/0'" in _failure(capsys, *around, "--radius", "1/0")
    assert "at least 0, not -1" in _failure(capsys, *around, "--radius=-1")
    assert "lie within 2 and 3" in _failure(capsys, *around, "--radius", "1", "--bounds", "2,3")
    assert "ends in .svg" in _failure(capsys, *around, "--radius", "1", "--plot", "x.gif")
    assert "--radius is for --around" in _failure(capsys, "compare", "a.onnx", "b.onnx", "--radius", "1")
    assert "no such file" in _failure(capsys, *around[:3], "--around", "no.npy", "--radius", "1").lower()


def test_a_reached_deviation_beyond_the_bound_is_a_failed_check(files, capsys, monkeypatch):
    from theory.rewrite.certify import certify_around

    def too_small(first, second, *arguments, **options):
        return certify_around(first, first, *arguments, **options)

    monkeypatch.setattr("theory.figures.around.certify_around", too_small)
    (port,) = (value.type.tensor_type for value in onnx.load("a.onnx").graph.input)
    np.save("x.npy", np.random.default_rng(0).random((1, *[size.dim_value for size in port.shape.dim][1:])))
    around = ["compare", "a.onnx", "wrong.onnx", "--around", "x.npy", "--radius", "0.1", "--plot", "x.svg"]
    assert main(around) == 1
    assert "a reached deviation exceeds the certified one" in capsys.readouterr().err


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
        (["a.onnx", "no.onnx"], "cannot read 'no.onnx': No such file"),
        (["a.onnx", "text.onnx"], "no ONNX model"),
        (["a.onnx", "other.onnx"], "of shape"),
        (["a.onnx", "b.onnx", "--bounds", "1,0"], "the lower at most the upper"),
        (["a.onnx", "b.onnx", "--bounds", "1"], "two numbers"),
        (["a.onnx", "b.onnx", "--bounds", "0,nan"], "finite"),
        (["a.onnx", "b.onnx", "--samples", "0"], "at least one sample"),
        (["a.onnx", "b.onnx", "--seed", "-1"], "a seed is at least 0"),
        (["a.onnx", "b.onnx", "--shape", "3x"], "a shape is written"),
        (["a.onnx", "b.onnx", "--shape", "1x3x5x5"], "does not fit"),
        (["a.onnx", "b.onnx", "--inputs", "no.npy"], "No such file"),
        (["a.onnx", "b.onnx", "--images", "no.png"], "no.png: there is no such file"),
        (["a.onnx", "b.onnx", "--inputs", "x.npy", "--samples", "3"], "not allowed with"),
        (["a.onnx", "b.onnx", "--inputs", "scraps.npz"], "no .npy or .npz file of numbers"),
        (["a.onnx", "b.onnx", "--inputs", "large.npy"], "does not hold numbers as large as these samples"),
        (["a.onnx", "b.onnx", "--samples", "9" * 30], "more than the limit of 4 GiB"),
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
