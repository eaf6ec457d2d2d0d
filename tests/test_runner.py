"""Runners against onnxruntime itself and against the networks, in batches of every kind; the choice of the device."""

import sys
from fractions import Fraction

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

import theory.empirical.runner as runner_module
from tests.random_networks import maximum_tree
from theory.empirical import devices
from theory.empirical.ports import Port
from theory.empirical.runner import open_runner
from theory.errors import ArrayError, FormatError, InputError, MissingDependencyError
from theory.networks.maximum import exact_max_network
from theory.networks.network import network_from_rows

KERNEL = np.random.default_rng(7).standard_normal((4, 2, 3, 3)).astype(np.float32)


def build(nodes, inputs, outputs, initializers=()):
    graph = helper.make_graph(nodes, "g", inputs, outputs, initializer=list(initializers))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def value(name, shape, element=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, element, shape)


def pooling_model(batch):
    """Convolution, ReLU, maximum pooling, and a second output that counts samples too."""
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"]),
        helper.make_node("Relu", ["c"], ["r"]),
        helper.make_node("MaxPool", ["r"], ["p"], kernel_shape=[2, 2]),
        helper.make_node("Flatten", ["p"], ["y"]),
        helper.make_node("Identity", ["x"], ["s"]),
    ]
    weights = numpy_helper.from_array(KERNEL, "w")
    return build(nodes, [value("x", [batch, 2, 6, 6])], [value("y", None), value("s", None)], [weights])


def images(count, dtype=np.float32):
    return np.random.default_rng(1).standard_normal((count, 2, 6, 6)).astype(dtype)


def directly(model, feeds, names=None):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(names, feeds)


# Batches


@pytest.mark.parametrize("count", [1, 3, 4, 7, 8])
@pytest.mark.parametrize("size", [1, 4, 100])
def test_batches_do_not_show(count, size):
    model, x = pooling_model("N"), images(count)
    found = open_runner(model, device="cpu", batch_size=size).run(x)
    for name, expected in zip(("y", "s"), directly(model, {"x": x}), strict=True):
        assert found[name].shape == expected.shape
        np.testing.assert_allclose(found[name], expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_a_fixed_batch_is_filled_up_and_trimmed(count):
    runner = open_runner(pooling_model(3), device="cpu")
    assert runner.batch_size == 3
    x = images(count)
    expected = directly(pooling_model("N"), {"x": x})
    for name, array in zip(("y", "s"), expected, strict=True):
        np.testing.assert_allclose(runner.run(x)[name], array, rtol=0, atol=1e-5)
    told = []
    runner.run(x, progress=lambda done, total: told.append((done, total)))
    assert told == [(min(start + 3, count), count) for start in range(0, count, 3)]


def test_other_dtypes_are_converted():
    runner = open_runner(pooling_model("N"), device="cpu")
    x = np.random.default_rng(0).integers(-5, 5, (2, 2, 6, 6))
    expected = directly(pooling_model("N"), {"x": x.astype(np.float32)})[0]
    for given in (x, x.astype(np.int8), x.astype(np.float64), x.tolist()):
        assert (runner.run(given)["y"] == expected).all()


def test_models_come_as_path_bytes_or_model(tmp_path):
    model, x = pooling_model("N"), images(2)
    path = tmp_path / "model.onnx"
    onnx.save(model, path)
    expected = directly(model, {"x": x})[0]
    for source in (path, str(path), model.SerializeToString(), model):
        assert (open_runner(source, device="cpu").run(x)["y"] == expected).all()
        assert set(open_runner(source, device="cpu").with_outputs(["r"]).run(x)) == {"y", "s", "r"}


def test_several_inputs_are_given_by_name():
    nodes = [
        helper.make_node("Mul", ["a", "k"], ["m"]),
        helper.make_node("Gather", ["table", "i"], ["t"]),
        helper.make_node("Add", ["m", "t"], ["y"]),
    ]
    table = numpy_helper.from_array(np.arange(10, dtype=np.float32)[:, None].repeat(3, 1), "table")
    inputs = [value("a", ["N", 3]), value("k", []), value("i", ["N"], TensorProto.INT64)]
    runner = open_runner(build(nodes, inputs, [value("y", None)], [table]), device="cpu", batch_size=2)
    a, i = np.arange(15.0).reshape(5, 3), np.array([3, 1, 4, 1, 5])
    feeds = {"a": a, "k": 2.0, "i": i}
    assert (runner.run(feeds)["y"] == 2 * a + i[:, None]).all()
    with pytest.raises(InputError, match=r"has 3 inputs .*: give a mapping"):
        runner.run(a)
    with pytest.raises(InputError, match=r"needs input 'i' of shape .* and int64, which was not given"):
        runner.run({"a": a, "k": 2.0})
    with pytest.raises(InputError, match="no input 'b', but a, k, i"):
        runner.run({**feeds, "b": a})
    with pytest.raises(ArrayError, match=r"'i' .* does not take an array of dtype float64"):
        runner.run({**feeds, "i": i / 2})
    with pytest.raises(ArrayError, match=r"equally many samples .* 5 in 'a', 4 in 'i'"):
        runner.run({**feeds, "i": i[:4]})
    with pytest.raises(InputError, match="one input is needed, but this one has 3: input 'a'"):
        runner.single_input()


def test_inputs_with_different_fixed_first_axes_are_run_as_they_are():
    nodes = [helper.make_node("MatMul", ["a", "b"], ["y"])]
    runner = open_runner(build(nodes, [value("a", [2, 3]), value("b", [3, 4])], [value("y", None)]), device="cpu")
    a, b = np.ones((2, 3)), np.ones((3, 4))
    assert (runner.run({"a": a, "b": b})["y"] == 3).all()
    with pytest.raises(ArrayError, match=r"'a' .* does not take an array of shape"):
        runner.run({"a": np.ones((4, 3)), "b": b})


def test_an_output_that_does_not_count_samples_needs_one_batch():
    model = build([helper.make_node("ReduceMax", ["x"], ["y"], keepdims=0)], [value("x", ["N", 3])], [value("y", None)])
    x = np.arange(12.0).reshape(4, 3)
    assert open_runner(model, device="cpu", batch_size=4).run(x)["y"] == 11
    with pytest.raises(InputError, match=r"output 'y' has shape \(\) for 3 samples"):
        open_runner(model, device="cpu", batch_size=3).run(x)
    fixed = build([helper.make_node("ReduceMax", ["x"], ["y"], keepdims=0)], [value("x", [3, 3])], [value("y", None)])
    assert open_runner(fixed, device="cpu").run(x[:3])["y"] == 8
    with pytest.raises(InputError, match=r"output 'y' has shape \(\) for 3 samples"):
        open_runner(fixed, device="cpu").run(x[:2])


# Inner tensors


def test_inner_tensors_can_be_read_and_the_model_stays_as_it_is(tmp_path):
    path = tmp_path / "model.onnx"
    onnx.save(pooling_model("N"), path)
    before = path.read_bytes()
    runner = open_runner(path, device="cpu", batch_size=2)
    x = images(5)
    more = runner.with_outputs(["r", "x", "y", "r"])
    assert (runner.outputs, more.outputs) == (("y", "s"), ("y", "s", "r", "x"))
    assert more.batch_size == 2
    found = more.run(x)
    assert (found["x"] == x).all()
    windows = np.lib.stride_tricks.sliding_window_view(x, (3, 3), (2, 3))
    relu = np.maximum(np.einsum("nchwij,ocij->nohw", windows, KERNEL), 0)
    np.testing.assert_allclose(found["r"], relu, rtol=0, atol=1e-5)
    assert set(more.with_outputs(["p"]).run(x)) == {"y", "s", "r", "x", "p"}
    assert runner.with_outputs(["y"]) is runner
    assert path.read_bytes() == before
    with pytest.raises(InputError, match="no tensor 'nothing'"):
        runner.with_outputs(["nothing"])
    with pytest.raises(InputError, match="a ReLU network has no tensor 'h'"):
        open_runner(exact_max_network(3), device="cpu").with_outputs(["h"])


# ReLU networks


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_network_and_its_model_give_the_same_within_their_rounding_errors(dtype, tmp_path):
    network = maximum_tree(5)
    x = np.random.default_rng(0).uniform(-1, 1, (1000, 5)).astype(dtype)
    path = tmp_path / "network.onnx"
    network.to_onnx(path, dtype=dtype.__name__)
    bound = 2 * network.rounding_error(1.0, dtype.__name__)
    ours = open_runner(network, device="cpu", batch_size=300).run(x)["y"]
    theirs = open_runner(path, device="cpu", batch_size=70).run(x)["y"]
    assert ours.shape == theirs.shape == (1000, 1)
    assert ours.dtype == theirs.dtype == dtype
    assert np.abs(ours - theirs).max() <= bound
    assert np.abs(ours[:, 0] - x.max(1)).max() <= bound


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_path_of_jax_gives_the_same_within_the_rounding_error(dtype, monkeypatch):
    """With the CPU in the place of a GPU: the arrays travel and the dtype stays, whatever the device."""
    jax = pytest.importorskip("jax")
    real = jax.devices
    monkeypatch.setattr(jax, "devices", lambda kind=None: real("cpu"))
    monkeypatch.setattr(runner_module, "why_not", {"cupy": "not installed", "jax": ""}.__getitem__)
    network = network_from_rows(2, [([{0: Fraction(1, 3), 1: -1}, {1: 1}], None), ([{0: 1, 1: Fraction(1, 7)}], None)])
    x = np.random.default_rng(0).uniform(-1, 1, (50, 2)).astype(dtype)
    runner = open_runner(network, device="cuda", batch_size=16)
    assert runner.device == "cuda"
    found = runner.run(x)["y"]
    assert found.dtype == dtype
    difference = np.abs(found - open_runner(network, device="cpu").run(x)["y"]).max()
    assert difference <= 2 * network.rounding_error(1.0, dtype.__name__)


# Devices


@pytest.mark.parametrize(("device", "available", "chosen"), [
    ("cpu", ["CUDAExecutionProvider", "CPUExecutionProvider"], "CPUExecutionProvider"),
    ("auto", ["CPUExecutionProvider"], "CPUExecutionProvider"),
    ("auto", ["TensorrtExecutionProvider", "CUDAExecutionProvider"], "CUDAExecutionProvider"),
    ("cuda", ["CPUExecutionProvider", "CUDAExecutionProvider"], "CUDAExecutionProvider"),
])  # fmt: skip
def test_the_provider(device, available, chosen):
    assert devices.choose_provider(device, available) == chosen


@pytest.mark.parametrize(("device", "reasons", "chosen"), [
    ("cpu", {"cupy": "", "jax": ""}, "numpy"),
    ("auto", {"cupy": "", "jax": ""}, "cupy"),
    ("auto", {"cupy": "not installed", "jax": "no CUDA device"}, "numpy"),
    ("cuda", {"cupy": "no CUDA device", "jax": ""}, "jax"),
])  # fmt: skip
def test_the_library(device, reasons, chosen):
    assert devices.choose_library(device, reasons.__getitem__) == chosen


def test_what_is_missing_is_named():
    with pytest.raises(MissingDependencyError, match="has A, B: install onnxruntime-gpu"):
        devices.choose_provider("cuda", ["A", "B"])
    with pytest.raises(MissingDependencyError, match=r"cupy: not there, jax: neither.*subpool\[gpu\]"):
        devices.choose_library("cuda", {"cupy": "not there", "jax": "neither"}.__getitem__)
    with pytest.raises(InputError, match='"auto", "cpu" or "cuda", not \'gpu\''):
        open_runner(exact_max_network(2), device="gpu")


def test_no_more_is_looked_for_than_is_needed():
    asked = []

    def usable(library):
        asked.append(library)
        return ""

    assert devices.choose_library("cpu", usable) == "numpy"
    assert asked == []
    assert devices.choose_library("auto", usable) == "cupy"
    assert asked == ["cupy"]


def test_a_jax_without_cuda_is_not_imported(monkeypatch):
    monkeypatch.setattr(devices, "entry_points", lambda group: [])
    # An import would raise.
    monkeypatch.setitem(sys.modules, "jax", None)
    monkeypatch.setattr(devices, "find_spec", lambda name: object())
    assert devices.why_not("jax") == "installed without its CUDA plugin"
    monkeypatch.setattr(devices, "find_spec", lambda name: None)
    assert devices.why_not("jax") == "not installed"


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_a_provider_that_does_not_load_is_not_believed(monkeypatch):
    """What onnxruntime-gpu does without the CUDA libraries: it offers the provider, and starts without it."""
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CUDAExecutionProvider"])
    assert open_runner(pooling_model("N")).device == "cpu"
    with pytest.raises(MissingDependencyError, match="could not load"):
        open_runner(pooling_model("N"), device="cuda")


@pytest.mark.parametrize(("missing", "act"), [
    ("onnxruntime", lambda: open_runner(pooling_model("N"))),
    ("onnx", lambda: open_runner(pooling_model("N"), device="cpu").with_outputs(["r"])),
])  # fmt: skip
def test_missing_extras_are_named(missing, act, monkeypatch):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingDependencyError, match=r"subpool\[onnx\]"):
        act()


# Bad input


@pytest.mark.parametrize(("inputs", "error", "message"), [
    (np.full((1, 2, 6, 6), np.nan), InputError, "input 'x' holds 72 NaN among 72 values"),
    (np.ones((1, 2, 6)), ArrayError, r"\(any, 2, 6, 6\) and float32 does not take an array of shape \(1, 2, 6\)"),
    (np.ones((1, 3, 6, 6)), ArrayError, r"does not take an array of shape \(1, 3, 6, 6\)"),
    (np.ones((0, 2, 6, 6)), ArrayError, "at least one sample"),
    (np.ones((1, 2, 6, 6), complex), ArrayError, "does not take an array of dtype complex128"),
    (np.full((1, 2, 6, 6), 1e300), InputError, "beyond the largest float32"),
    ([[1.0], [1.0, 2.0]], ArrayError, "input 'x' .* is an array"),
    ("image.png", ArrayError, "does not take an array of dtype"),
    ({}, InputError, "needs input 'x' of shape .* which was not given"),
])  # fmt: skip
def test_bad_values_are_named(inputs, error, message):
    with pytest.raises(error, match=message) as raised:
        open_runner(pooling_model("N"), device="cpu").run(inputs)
    assert "\n" not in str(raised.value)


def test_bad_models_are_named(tmp_path):
    junk = tmp_path / "junk.onnx"
    junk.write_bytes(b"this is no model")
    with pytest.raises(FormatError, match="onnxruntime cannot run the model"):
        open_runner(junk)
    with pytest.raises(InputError, match="no such file"):
        open_runner(tmp_path / "absent.onnx")
    with pytest.raises(InputError, match="no such file"):
        open_runner(tmp_path)
    with pytest.raises(InputError, match="a model is a ReLUNetwork, a path, or an ONNX model, not 3"):
        open_runner(3)
    with pytest.raises(InputError, match="runs 3 samples at once, not 4"):
        open_runner(pooling_model(3), batch_size=4)
    for size in (0, -1, 2.0, True):
        with pytest.raises(InputError, match="a batch size is an integer >= 1"):
            open_runner(pooling_model("N"), batch_size=size)


def test_values_that_the_model_refuses_are_named():
    nodes = [helper.make_node("Reshape", ["x", "shape"], ["y"])]
    shape = numpy_helper.from_array(np.array([0, 2, 2]), "shape")
    runner = open_runner(build(nodes, [value("x", ["N", "M"])], [value("y", None)], [shape]), device="cpu")
    assert runner.run(np.ones((3, 4)))["y"].shape == (3, 2, 2)
    with pytest.raises(InputError, match="the model refuses these values") as raised:
        runner.run(np.ones((3, 5)))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("element", "shape", "message"), [
    (TensorProto.INT64, ["N", 3], "a model of real numbers is needed, but this one has input 'x'"),
    (TensorProto.FLOAT, None, "leaves its number of axes open"),
])  # fmt: skip
def test_inputs_that_cannot_be_made_up_are_named(element, shape, message):
    model = build(
        [helper.make_node("Identity", ["x"], ["y"])], [value("x", shape, element)], [value("y", None, element)]
    )
    runner = open_runner(model, device="cpu")
    with pytest.raises(InputError, match=message):
        runner.single_input()
    x = np.arange(6).reshape(2, 3)
    assert (runner.run(x)["y"] == x).all()


def test_the_one_input_is_described():
    port = open_runner(pooling_model("N"), device="cpu").single_input()
    assert port == Port("x", (None, 2, 6, 6), (np.dtype(np.float32),))
    assert str(port) == "input 'x' of shape (any, 2, 6, 6) and float32"
