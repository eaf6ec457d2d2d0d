"""The command ``subpool reluify``, and models in files."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from tests.rewrite.models import integers, operators, pool, pools, run, runtime_errors
from theory.cli import main
from theory.errors import InputError, SubpoolError
from theory.models import files
from theory.models.files import read_model, write_model
from theory.rewrite.reluify import reluify

SHAPE = (1, 2, 6, 7)
CASE = {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 0, 0]}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.onnx"
    onnx.save(pool(CASE, SHAPE), path)
    return path


def external(folder: Path, location: str = "weights.bin") -> Path:
    """Save a model whose one weight is in a file beside it."""
    model = pool(CASE, SHAPE)
    tensor = numpy_helper.from_array(integers((64,), 0), "weight")
    data = tensor.raw_data
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", location), ("offset", "0"), ("length", str(len(data)))):
        tensor.external_data.add(key=key, value=value)
    model.graph.initializer.append(tensor)
    model.graph.node.append(helper.make_node("Identity", ["weight"], ["w"]))
    model.graph.output.append(helper.make_tensor_value_info("w", TensorProto.FLOAT, [64]))
    path = folder / "in.onnx"
    path.write_bytes(model.SerializeToString())
    if not Path(location).is_absolute():
        (folder / location).parent.mkdir(exist_ok=True)
        (folder / location).write_bytes(data)
    return path


def error_of(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run the command, which has to fail with one line on standard error."""
    assert main(["reluify", *map(str, arguments)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("subpool: ")
    assert captured.err.count("\n") == 1
    return captured.err


def test_table(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "out.onnx"
    assert main(["reluify", str(source), str(target)]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert max(map(len, captured.out.splitlines())) <= 100 or str(tmp_path) in captured.out
    row = next(line for line in captured.out.splitlines() if "pool_0" in line)
    assert row.split() == ["pool_0", "3x3", "2x2", "6", "4", "exact"]
    assert f"written    {target}" in captured.out
    # 2 channels, 3 x 3 outputs.
    assert "108 for one sample" in captured.out
    x = integers(SHAPE, 0)
    model = onnx.load(target)
    assert "MaxPool" not in operators(model)
    assert np.array_equal(run(model, {"x": x})[0], run(onnx.load(source), {"x": x})[0])


def test_json(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--orders", "1,d-1", "--style", "feedforward", "--json"]
    assert main(["reluify", str(source), str(tmp_path / "out.onnx"), *options]) == 0
    (node,) = json.loads(capsys.readouterr().out)["nodes"]
    assert node["orders"] == [1, 8]
    assert node["error"] == "1/18"
    assert node["error_relative_to"] == "range of the window"
    assert node["pads"] == [1, 1, 0, 0]
    assert node["edge_padding"] is True


def test_bounds_and_calibration(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cube = [str(source), str(tmp_path / "out.onnx"), "--orders", "0,1,d-1", "--objective", "cube"]
    assert main(["reluify", *cube, "--bounds=-2,3"]) == 0
    assert "1/4 = 0.25" in capsys.readouterr().out
    assert main(["reluify", *cube, "--bounds", "pool_0=-2,3"]) == 0
    assert "1/4 = 0.25" in capsys.readouterr().out
    np.save(tmp_path / "a.npy", np.linspace(-2, 3, 84, dtype=np.float32).reshape(SHAPE))
    # As `compare` does, other types of floats and integers are taken for what the model takes.
    np.savez(tmp_path / "b.npz", x=np.zeros(SHAPE, np.float64))
    assert main(["reluify", *cube, "--calibrate", str(tmp_path / "a.npy"), str(tmp_path / "b.npz")]) == 0
    out = capsys.readouterr().out
    assert "1/4 = 0.25 on the samples" in out
    assert "nothing is certified for other inputs" in out
    assert "takes bounds" in error_of(capsys, *cube)
    assert "cannot read" in error_of(capsys, *cube, "--calibrate", source)
    for bounds in ("--bounds=3,-2", "--bounds=1", "--bounds=a,b", "--bounds=1/0,2", "--bounds=nan,2", "--bounds=0,inf"):
        assert "two finite numbers, the lower one first" in error_of(capsys, *cube, bounds)
    for bounds in ("--bounds=0,1e999999999", "--bounds=1e-999999999,1", "--bounds=0,1e40", "--bounds=-1e300,0"):
        assert "bounds " in error_of(capsys, *cube, bounds)
    (tmp_path / "scraps.npz").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "text.npy").write_text("no numbers")
    np.save(tmp_path / "complex.npy", np.ones(SHAPE, complex))
    assert "takes float32, not complex128" in error_of(capsys, *cube, "--calibrate", tmp_path / "complex.npy")
    for name in ("scraps.npz", "text.npy"):
        assert "no .npy or .npz file of numbers" in error_of(capsys, *cube, "--calibrate", tmp_path / name)
    assert "two bounds for all nodes" in error_of(capsys, *cube, "--bounds=1,2", "--bounds=1,3")
    assert "no MaxPool node of that name" in error_of(capsys, *cube, "--bounds", "other=1,2")


def test_no_max_pool(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = pool(CASE, SHAPE)
    model.graph.node[0].op_type = "AveragePool"
    source, target = tmp_path / "in.onnx", tmp_path / "out.onnx"
    onnx.save(model, source)
    assert main(["reluify", str(source), str(target)]) == 0
    assert "has no MaxPool: copied to" in capsys.readouterr().out
    assert target.read_bytes() == source.read_bytes()


def test_bad_usage(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "out.onnx"
    assert "cannot read" in error_of(capsys, tmp_path / "missing.onnx", target)
    assert "--force overwrites it" in error_of(capsys, source, source)
    assert "a folder" in error_of(capsys, source, tmp_path)
    assert "does not exist" in error_of(capsys, source, tmp_path / "nowhere" / "out.onnx")
    assert "--bounds and --calibrate go with" in error_of(capsys, source, target, "--bounds=1,2")
    assert "MaxPool node 'pool_0': order" in error_of(capsys, source, target, "--orders", "0,d-1")
    assert "nor a family" in error_of(capsys, source, target, "--orders", "some")
    assert not target.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.onnx"]


def test_force_overwrites_the_source(source: Path) -> None:
    assert main(["reluify", str(source), str(source), "--force"]) == 0
    assert "MaxPool" not in operators(onnx.load(source))


def test_a_folder_that_cannot_be_written(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    assert "Permission denied" in error_of(capsys, source, tmp_path / "out.onnx")


# External data


def test_external_data_stays_external(tmp_path: Path) -> None:
    source, folder = external(tmp_path, "data/weights.bin"), tmp_path / "elsewhere"
    folder.mkdir()
    x = integers(SHAPE, 0)
    expected = run(onnx.load(source), {"x": x})
    for target in (tmp_path / "beside.onnx", folder / "out.onnx"):
        assert main(["reluify", str(source), str(target)]) == 0
        light = onnx.load(target, load_external_data=False)
        assert light.graph.initializer[0].data_location == TensorProto.EXTERNAL
        assert all("/subpool/" in tensor.name for tensor in light.graph.initializer[1:])
        for model in (onnx.load(target), reluify(source)):
            for one, other in zip(expected, run(model, {"x": x}), strict=True):
                assert np.array_equal(one, other)
    assert (folder / "data" / "weights.bin").stat().st_size == 256
    assert main(["compare", str(source), str(folder / "out.onnx"), "--samples", "2"]) == 0


def test_external_data_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, folder = external(tmp_path), tmp_path / "elsewhere"
    folder.mkdir()
    (folder / "weights.bin").write_text("of somebody else")
    assert "would be overwritten by external data" in error_of(capsys, source, folder / "out.onnx")
    assert "is external data of the model" in error_of(capsys, source, tmp_path / "weights.bin")
    assert (folder / "weights.bin").read_text() == "of somebody else"
    assert main(["reluify", str(source), str(folder / "out.onnx"), "--force"]) == 0
    assert (folder / "weights.bin").stat().st_size == 256


def test_a_target_that_is_a_link(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    (tmp_path / "link.onnx").symlink_to(folder / "out.onnx")
    assert main(["reluify", str(source), str(tmp_path / "link.onnx")]) == 0
    assert (tmp_path / "link.onnx").is_symlink()
    assert "MaxPool" not in operators(onnx.load(folder / "out.onnx"))
    capsys.readouterr()
    before = (folder / "out.onnx").read_bytes()
    assert "a link to another folder" in error_of(capsys, external(tmp_path), tmp_path / "link.onnx")
    assert (folder / "out.onnx").read_bytes() == before


@pytest.mark.parametrize("location", ["../weights.bin", "/etc/passwd", "a/../../b", "C:\\weights", "..\\weights", ""])
def test_external_data_outside_the_folder(tmp_path: Path, location: str, capsys: pytest.CaptureFixture[str]) -> None:
    source = external(tmp_path)
    model = onnx.load(source, load_external_data=False)
    model.graph.initializer[0].external_data[0].value = location
    source.write_bytes(model.SerializeToString())
    message = error_of(capsys, source, tmp_path / "out.onnx")
    assert "has to be below the folder" in message or "names no file" in message


def test_external_data_that_is_missing_or_too_short(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = external(tmp_path)
    (tmp_path / "weights.bin").write_bytes(bytes(10))
    assert "the file is too short" in error_of(capsys, source, tmp_path / "out.onnx")
    (tmp_path / "weights.bin").unlink()
    assert "there is no such file" in error_of(capsys, source, tmp_path / "out.onnx")


def test_external_data_through_a_symbolic_link(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = external(tmp_path, "data/weights.bin")
    (tmp_path / "data").rename(tmp_path / "real")
    (tmp_path / "data").symlink_to(tmp_path / "real")
    assert "not read through symbolic links" in error_of(capsys, source, tmp_path / "out.onnx")


def test_weights_of_many_gigabytes_are_never_read(tmp_path: Path) -> None:
    """A sparse file of 5 GiB takes no room, but would not fit one protocol buffer."""
    source = external(tmp_path)
    model = onnx.load(source, load_external_data=False)
    count = (5 << 30) // 4
    model.graph.initializer[0].dims[0] = count
    model.graph.initializer[0].external_data[2].value = str(4 * count)
    model.graph.output[1].type.tensor_type.shape.dim[0].dim_value = count
    source.write_bytes(model.SerializeToString())
    with (tmp_path / "weights.bin").open("r+b") as data:
        data.truncate(4 * count)
    assert main(["reluify", str(source), str(tmp_path / "out.onnx")]) == 0
    assert (tmp_path / "out.onnx").stat().st_size < 10_000


def test_a_model_too_large_for_one_file(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = reluify(read_model(source))
    monkeypatch.setattr(files, "LARGEST_FILE", 500)
    with pytest.raises(InputError, match="store its weights as external data"):
        write_model(model, tmp_path / "out.onnx", source=source)
    monkeypatch.setattr(files, "LARGEST_FILE", 100)
    with pytest.raises(InputError, match="larger than an ONNX file can be"):
        read_model(source)


ABSURD = [
    ({"kernel_shape": [2, 2]}, (1, 1 << 31, 8, 8), "its weights would take"),
    ({"kernel_shape": [2, 2], "dilations": [1 << 40, 1], "pads": [1 << 40, 0, 0, 0]}, (1, 1, None, 8), "would take"),
    ({"kernel_shape": [1 << 30, 1], "strides": [1 << 30, 1]}, (1, 1, None, 8), "compared one by one"),
    ({"kernel_shape": [1 << 30, 1 << 30], "strides": [3, 3]}, (1, 1, None, None), None),
    ({"kernel_shape": [2] * 30}, (1, 1, *[None] * 30), None),
]


@pytest.mark.parametrize("options", [[], ["--style", "feedforward"], ["--orders", "1,d-1"]], ids=" ".join)
@pytest.mark.parametrize(("attributes", "shape", "message"), ABSURD)
def test_absurd_sizes_are_refused_before_anything_is_made_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], attributes: Any, shape: Any, message: str | None, options: Any
) -> None:
    path, target = tmp_path / "in.onnx", tmp_path / "out.onnx"
    onnx.save(pool(attributes, shape), path)
    tracemalloc.start()
    try:
        code = main(["reluify", str(path), str(target), *options])
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()
    error = capsys.readouterr().err
    assert code == 2 or message is None
    if code:
        assert error.startswith("subpool: MaxPool node 'pool_0': ")
        assert message is None or message in error or "networks serve windows of at most 4,096 values" in error


# Damaged files, random graphs


def test_texts_and_scraps_are_no_models(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for content in (b"", b"no model", b"\x08", bytes(1000), pool(CASE, SHAPE).SerializeToString()[:-7]):
        path = tmp_path / "bad.onnx"
        path.write_bytes(content)
        message = error_of(capsys, path, tmp_path / "out.onnx")
        assert "no ONNX model" in message or "no valid ONNX model" in message


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(position=st.integers(0, 10**6), byte=st.integers(0, 255), cut=st.booleans())
def test_damaged_files(tmp_path: Path, position: int, byte: int, cut: bool) -> None:
    content = bytearray(pool(CASE, SHAPE).SerializeToString())
    position %= len(content)
    content[position] = byte
    path = tmp_path / "damaged.onnx"
    path.write_bytes(content[:position] if cut else content)
    try:
        model = read_model(path)
        rewritten = reluify(model)
    except SubpoolError:
        return
    # Still a model: then the rewriting is right wherever the original runs.
    x = {"x": integers(SHAPE, 0)}
    try:
        expected = run(model, x)
    except runtime_errors():
        return
    for one, other in zip(expected, run(rewritten, x), strict=True):
        assert np.array_equal(one, other)


@st.composite
def chains(draw: st.DrawFn) -> onnx.ModelProto:
    """Draw a chain of poolings and other operators, with skips."""
    values, nodes = ["x"], []
    for number in range(draw(st.integers(1, 5))):
        x = draw(st.sampled_from(values[-2:]))
        kind = draw(st.sampled_from(["MaxPool", "MaxPool", "Relu", "Neg", "Add"]))
        attributes: dict[str, Any] = {}
        if kind == "MaxPool":
            k, d = draw(st.integers(1, 3)), draw(st.integers(1, 2))
            # Padding that keeps the shape.
            begin = draw(st.integers(0, min(k - 1, (k - 1) * d)))
            end = (k - 1) * d - begin
            if end >= k:
                begin = end = k - 1 if d == 2 else begin
            attributes = {"kernel_shape": [k, 1], "dilations": [d, 1], "pads": [begin, 0, end, 0]}
        inputs = [x, x] if kind == "Add" else [x]
        output = f"v{number}"
        nodes.append(
            helper.make_node(kind, inputs, [output], name=draw(st.sampled_from(["", f"n{number}"])), **attributes)
        )
        values.append(output)
    free = [None] * 4
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, free) for name in values[1:]]
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 2, 12, 3))], outputs
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


@settings(max_examples=60, deadline=None)
@given(model=chains(), style=st.sampled_from(["skip", "feedforward"]), opset=st.sampled_from([11, 13, 18]))
def test_random_graphs(model: onnx.ModelProto, style: Any, opset: int) -> None:
    model.opset_import[0].version = opset
    x = {"x": integers((1, 2, 12, 3), 0)}
    try:
        expected = run(model, x)
    except runtime_errors():  # windows that are larger than what is left
        reject()
    rewritten = reluify(model, style=style)
    assert "MaxPool" not in operators(rewritten)
    for one, other in zip(expected, run(rewritten, x), strict=True):
        assert np.array_equal(one, other)


def test_many_nodes_in_one_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    onnx.save(pools([CASE, {"kernel_shape": [2, 2], "dilations": [2, 3]}], SHAPE), tmp_path / "in.onnx")
    assert main(["reluify", str(tmp_path / "in.onnx"), str(tmp_path / "out.onnx"), "--style", "feedforward"]) == 0
    out = capsys.readouterr().out
    assert "2x2 dilated 2x3" in out
    assert "1 with a Pad node before the first Conv" in out
    assert "2 MaxPool nodes" in out
