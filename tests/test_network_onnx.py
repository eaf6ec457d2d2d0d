import os
import resource
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from random import Random

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import numpy_helper

from tests import reference
from tests.random_networks import evaluate, maximum_tree, random_networks, random_window
from theory import optimal_estimator
from theory.errors import InputError, MissingDependencyError, ProblemTooLargeError, StorageError
from theory.networks.build import build_network
from theory.networks.exactness import prove_exact
from theory.networks.maximum import exact_max_network
from theory.networks.network import ReLUNetwork, network_from_rows
from theory.networks.onnx_export import write_onnx

TREE = maximum_tree(5)
AFFINE = network_from_rows(3, [([{0: Fraction(1, 2), 2: -3}], [Fraction(1, 4)])])
CONSTANT = network_from_rows(2, [([{}, {}], [1, -1]), ([{0: 3, 1: 1}], [1])]).canonical()
DTYPES = ["float32", "float64"]


def run(path, x):
    session = onnxruntime.InferenceSession(os.fspath(path), providers=["CPUExecutionProvider"])
    (y,) = session.run(["y"], {"x": x})
    return y


def read_back(path):
    """The network that a written model computes, its floats taken as the rationals that they are."""
    graph = onnx.load(path).graph
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    gemms, relus = graph.node[::2], graph.node[1::2]
    assert {node.op_type for node in gemms} == {"Gemm"}
    assert {node.op_type for node in relus} <= {"Relu"}
    assert [(a.name, a.i) for node in gemms for a in node.attribute] == [("transB", 1)] * len(gemms)
    # A chain: each node reads what the one before it computed, beside constants.
    values = ["x", *(node.output[0] for node in graph.node)]
    assert [node.input[0] for node in graph.node] == values[:-1]
    assert values[-1] == "y"
    layers = []
    for node in gemms:
        weights, bias = (arrays[name].tolist() for name in node.input[1:])
        layers.append(
            ([{j: Fraction(w) for j, w in enumerate(row) if w} for row in weights], list(map(Fraction, bias)))
        )
    return network_from_rows(arrays[gemms[0].input[1]].shape[1], layers)


# Writing


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("network", [TREE, AFFINE, CONSTANT], ids=["tree", "affine", "constant"])
def test_the_model_is_what_it_is_said_to_be(tmp_path, network, dtype):
    path = tmp_path / "network.onnx"
    network.to_onnx(path, dtype=dtype)
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    assert [node.op_type for node in model.graph.node] == ["Gemm", "Relu"] * network.hidden_layers + ["Gemm"]
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", 14)]
    assert (model.ir_version, model.producer_name) == (7, "subpool")
    assert {entry.key: entry.value for entry in model.metadata_props} == {
        "kernel_size": str(network.kernel_size),
        "hidden_layers": str(network.hidden_layers),
        "widths": " ".join(map(str, network.widths)),
        "units": str(network.units),
    }
    assert f"kernel size {network.kernel_size}, hidden layers {network.hidden_layers}, " in model.doc_string
    arrays = [numpy_helper.to_array(tensor) for tensor in model.graph.initializer]
    assert sum(array.size for array in arrays) == network.parameter_count
    assert {array.dtype.name for array in arrays} == {dtype}
    for value, name, size in ((model.graph.input[0], "x", network.kernel_size), (model.graph.output[0], "y", 1)):
        batch, columns = value.type.tensor_type.shape.dim
        assert (value.name, batch.dim_param, columns.dim_value) == (name, "N", size)


def test_float32_is_the_default_and_the_file_depends_on_the_network_alone(tmp_path):
    for name, arguments in (("a", {}), ("b", {"dtype": "float32"}), ("c", {"dtype": "float64"})):
        write_onnx(TREE, str(tmp_path / name), **arguments)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b != c


@pytest.mark.parametrize("dtype", DTYPES)
def test_onnxruntime_agrees_within_the_rounding_error(tmp_path, dtype):
    for number, network in enumerate([*random_networks(30, 120), TREE, maximum_tree(9), maximum_tree(25), CONSTANT]):
        path = tmp_path / f"{number}.onnx"
        network.to_onnx(path, dtype=dtype)
        x = np.random.default_rng(number).uniform(-8, 8, (5, network.kernel_size)).astype(dtype)
        y = run(path, x)
        assert (y.shape, y.dtype) == ((5, 1), dtype)
        bound = Fraction(network.rounding_error(8.0, dtype))
        for window, value in zip(x, y[:, 0], strict=True):
            exact = network.evaluate_exact([Fraction(float(v)) for v in window])
            assert abs(Fraction(float(value)) - exact) <= bound


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("count", [0, 1, 1000])
def test_any_number_of_windows(tmp_path, dtype, count):
    TREE.to_onnx(tmp_path / "tree.onnx", dtype=dtype)
    x = np.random.default_rng(31).integers(-9, 9, (count, 5)).astype(dtype)
    np.testing.assert_array_equal(run(tmp_path / "tree.onnx", x), x.max(axis=1, keepdims=True))


def test_a_nan_stays_a_nan(tmp_path):
    TREE.to_onnx(tmp_path / "tree.onnx")
    x = np.zeros((6, 5), dtype=np.float32)
    x[range(5), range(5)] = np.nan
    assert np.isnan(run(tmp_path / "tree.onnx", x)).ravel().tolist() == [True] * 5 + [False]


@pytest.mark.parametrize(
    ("weight", "dtype"),
    [
        (Fraction(10**39), "float32"),
        (-Fraction(10**400), "float64"),
        (Fraction(1, 10**39), "float32"),
        (Fraction(-1, 10**400), "float64"),
        (Fraction(1, 10**310), "float64"),
    ],
    ids=["above float32", "above float64", "subnormal", "below float64", "subnormal float64"],
)
@pytest.mark.parametrize("place", ["weight", "bias"])
def test_weights_that_the_floats_do_not_hold_are_refused(tmp_path, weight, dtype, place):
    network = network_from_rows(1, [([{0: 1}], None), ([{0: weight if place == "weight" else 1}], [weight])])
    with pytest.raises(
        InputError, match=rf"^a {place} of layer 1 is -?1\.0e.*, but {dtype} holds sizes from \d.* to \d"
    ):
        network.to_onnx(tmp_path / "a.onnx", dtype=dtype)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_largest_and_the_smallest_normal_floats_are_written_exactly(tmp_path, dtype):
    limits = np.finfo(dtype)
    network = network_from_rows(
        2, [([{0: Fraction(float(limits.max)), 1: -Fraction(float(limits.smallest_normal))}], None)]
    )
    network.to_onnx(tmp_path / "a.onnx", dtype=dtype)
    assert read_back(tmp_path / "a.onnx") == network


@pytest.mark.parametrize("dtype", ["float16", "single", None, np.float32])
def test_other_dtypes_are_refused(tmp_path, dtype):
    with pytest.raises(InputError, match='the dtype is "float32" or "float64", not'):
        TREE.to_onnx(tmp_path / "a.onnx", dtype=dtype)


def test_a_network_beyond_two_gibibytes_is_refused_at_once(tmp_path):
    n = 30_000
    network = network_from_rows(1, [([{}] * n, None), ([{}] * n, None), ([{0: 1}], None)])
    with pytest.raises(ProblemTooLargeError, match=r"an ONNX file holds at most 2 GiB, but .* take 3\.35 GiB"):
        network.to_onnx(tmp_path / "a.onnx")
    assert not list(tmp_path.iterdir())


# Paths


def test_what_was_there_is_replaced(tmp_path):
    path = tmp_path / "a.onnx"
    path.write_text("something else")
    TREE.to_onnx(path)
    assert read_back(path) == TREE
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_as_long_as_names_may_be(tmp_path):
    TREE.to_onnx(tmp_path / ("a" * 250 + ".onnx"))
    assert len(list(tmp_path.iterdir())) == 1


def _missing(folder):
    return folder / "missing" / "a.onnx"


def _below_a_file(folder):
    (folder / "file").touch()
    return folder / "file" / "a.onnx"


def _folder(folder):
    (folder / "a.onnx").mkdir()
    return folder / "a.onnx"


def _null(folder):
    return folder / "a\0.onnx"


def _long(folder):
    return folder / ("a" * 300)


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (_missing, "No such file or directory"),
        (_below_a_file, "Not a directory"),
        (_folder, "a folder"),
        (_null, "null (byte|character).*"),
        (_long, "File name too long"),
        (lambda _: "/dev/null", "no ordinary file"),
        (lambda _: "", "a folder"),
        (lambda _: "/", "a folder"),
        (lambda _: "..", "a folder"),
    ],
    ids=["missing", "below a file", "folder", "null", "long", "device", "empty", "root", "parent"],
)
def test_places_that_cannot_be_written(tmp_path, place, reason):
    path = place(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StorageError, match=rf"^cannot write .*{reason}$") as caught:
        TREE.to_onnx(path)
    assert "\n" not in str(caught.value)
    assert sorted(tmp_path.rglob("*")) == before
    assert Path("/dev/null").is_char_device()


@pytest.mark.skipif(os.geteuid() == 0, reason="no folder is closed to the superuser")
def test_a_folder_that_is_not_writable(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StorageError, match="Permission denied"):
            TREE.to_onnx(tmp_path / "a.onnx")
    finally:
        tmp_path.chmod(0o700)


def test_a_write_that_stops_half_way_leaves_what_was_there(tmp_path):
    path = tmp_path / "a.onnx"
    path.write_bytes(b"before")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (512, hard))
    try:
        with pytest.raises(StorageError, match=r"cannot write .*: File too large"):
            maximum_tree(9).to_onnx(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupt_leaves_nothing_behind(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupt)
    with pytest.raises(KeyboardInterrupt):
        TREE.to_onnx(tmp_path / "a.onnx")
    assert not list(tmp_path.iterdir())


def test_without_onnx_the_extra_is_named(tmp_path, monkeypatch):
    TREE.to_onnx(tmp_path / "a.onnx")
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingDependencyError, match=r"install the extra 'onnx' \(pip install 'subpool\[onnx\]'\)"):
        TREE.to_onnx(tmp_path / "b.onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["a.onnx"]


def test_onnx_is_loaded_only_when_it_is_needed():
    code = "import theory.networks.network, theory.networks.onnx_export, sys; print('onnx' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


# Reading what was written


def test_dyadic_weights_come_back_as_they_were(tmp_path):
    path = tmp_path / "a.onnx"
    networks = [TREE, CONSTANT, AFFINE, maximum_tree(9), maximum_tree(16)]
    for network in networks:
        for dtype in DTYPES:
            network.to_onnx(path, dtype=dtype)
            assert read_back(path) == network


@pytest.mark.parametrize("dtype", DTYPES)
def test_other_weights_come_back_rounded_once(tmp_path, dtype):
    path, changed = tmp_path / "a.onnx", 0
    for network in random_networks(32, 60):
        network.to_onnx(path, dtype=dtype)
        rounded = network_from_rows(
            network.kernel_size,
            [
                (
                    [{j: Fraction(float(np.dtype(dtype).type(float(w)))) for j, w in row} for row in matrix.rows],
                    [Fraction(float(np.dtype(dtype).type(float(b)))) for b in bias],
                )
                for matrix, bias in zip(network.weights, network.biases, strict=True)
            ],
        )
        assert read_back(path) == rounded
        changed += rounded != network
    assert changed > 30


def test_every_flipped_weight_shows(tmp_path):
    path = tmp_path / "a.onnx"
    TREE.to_onnx(path, dtype="float64")
    model, random, seen = onnx.load(path), Random(34), 0
    for tensor in model.graph.initializer:
        array = numpy_helper.to_array(tensor)
        for index in np.ndindex(array.shape):
            changed = array.copy()
            changed[index] += 0.5
            tensor.CopyFrom(numpy_helper.from_array(changed, tensor.name))
            onnx.save(model, path)
            other = read_back(path)
            assert other != TREE
            x = random_window(random, 5)
            assert other.evaluate_exact(x) == evaluate(other, x)
            seen += 1
            tensor.CopyFrom(numpy_helper.from_array(array, tensor.name))
    assert seen == TREE.parameter_count


def test_networks_survive_both_formats(tmp_path):
    for network in random_networks(35, 20):
        network.to_onnx(tmp_path / "a.onnx", dtype="float64")
        again = read_back(tmp_path / "a.onnx")
        assert ReLUNetwork.from_json(again.to_json()) == again


# The constructions

BUILT = [
    (4, [0, 1, 3], "real", "tree"),
    (6, range(6), "real", "tree"),
    (6, [0, 1, 5], "nonnegative", "tree"),
    (8, [0, 1, 7], "real", "smallest"),
    (9, [0, 1, 8], "real", "tree"),
]


def _exported(network, folder, dtype):
    network.to_onnx(folder / "network.onnx", dtype=dtype)
    return folder / "network.onnx"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("kernel_size", "orders", "domain", "construction"), BUILT)
def test_networks_of_estimators_run(tmp_path, kernel_size, orders, domain, construction, dtype):
    estimator = optimal_estimator(kernel_size, orders)
    network = build_network(estimator, domain=domain, construction=construction)
    least = 0.0 if domain == "nonnegative" else -1.0
    x = np.random.default_rng(36).uniform(least, 1, (20, kernel_size)).astype(dtype)
    y = run(_exported(network, tmp_path, dtype), x)[:, 0]
    bound = Fraction(network.rounding_error(1.0, dtype))
    for window, value in zip(x, y, strict=True):
        exact = reference.evaluate(estimator.coefficients, [Fraction(float(v)) for v in window])
        assert abs(Fraction(float(value)) - exact) <= bound


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("kernel_size", "construction"), [(4, "tree"), (9, "tree"), (5, "shallow"), (9, "shallow")])
def test_networks_of_the_maximum_run(tmp_path, kernel_size, construction, dtype):
    network = exact_max_network(kernel_size, construction=construction)
    x = np.random.default_rng(37).uniform(-1, 1, (500, kernel_size)).astype(dtype)
    y = run(_exported(network, tmp_path, dtype), x)[:, 0]
    # Wider, so that the difference is not rounded.
    difference = y.astype(np.longdouble) - x.max(axis=1).astype(np.longdouble)
    assert np.max(np.abs(difference)) <= network.rounding_error(1.0, dtype)


@pytest.mark.parametrize("dtype", DTYPES)
def test_an_exported_maximum_is_proved_exact(tmp_path, dtype):
    network = exact_max_network(9)
    again = read_back(_exported(network, tmp_path, dtype))
    assert again == network
    assert prove_exact(again, "max").status == "proved"


def test_an_exported_estimator_with_dyadic_weights_is_proved_exact(tmp_path):
    estimator = optimal_estimator(6, range(6))
    network = build_network(estimator)
    again = read_back(_exported(network, tmp_path, "float64"))
    assert again == network
    assert prove_exact(again, estimator).status == "proved"


def test_a_model_with_rounded_weights_is_not_taken_for_exact(tmp_path):
    estimator = optimal_estimator(9, [0, 1, 8])
    network = build_network(estimator)
    again = read_back(_exported(network, tmp_path, "float64"))
    assert again != network
    verdict = prove_exact(again, estimator)
    assert verdict.status == "refuted"
    assert again.evaluate_exact(verdict.witness) != network.evaluate_exact(verdict.witness)
