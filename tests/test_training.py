"""Training experiments: the loop, what it is judged by, the results on disk, the figures, the command."""

from __future__ import annotations

import json
import random
import sys
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.campaigns import campaign, tries
from theory import build_network, optimal_estimator
from theory.cli import main
from theory.empirical.training import experiments
from theory.empirical.training.configuration import Configuration, check_seeds
from theory.empirical.training.evaluation import (
    _network_residuals,
    _worst_near,
    measure_errors,
    row_error,
    test_rows,
)
from theory.empirical.training.experiments import (
    _VARIATIONS,
    _paper_orders,
    base_configurations,
    run_experiments,
    varied_configurations,
)
from theory.empirical.training.inputs import draw_inputs, training_rng, vertices
from theory.empirical.training.network import (
    _LEAST_IMPROVEMENT,
    _VALIDATION_ROWS,
    _random_parameters,
    _residual,
    train_seeds,
)
from theory.empirical.training.results import FILE, ResultStore, _read_results, stored_results
from theory.empirical.training.summary import group_rows
from theory.errors import FormatError, InputError, MissingDependencyError, StorageError
from theory.figures.gallery.training import plot_training
from theory.figures.gallery.training_variations import plot_training_variations
from theory.seals import is_sealed, seal

pytest.importorskip("jax")
pytest.importorskip("optax")

TINY = Configuration(3, (0, 1, 2), rows=512, batch=64, steps=100, check_every=25)


def validation_rows(configuration, seed):
    return draw_inputs(configuration.inputs, _VALIDATION_ROWS, configuration.kernel_size, training_rng(seed, 1))


def exact_parameters(network):
    """The weights of an exact network, rounded to float32."""
    return [
        (matrix.to_numpy(np.dtype(np.float32)).T, np.array([float(b) for b in bias], dtype=np.float32))
        for matrix, bias in zip(network.weights, network.biases, strict=True)
    ]


# Configurations


@pytest.mark.parametrize("orders", [(0, 1, 7), (0, 1, 6, 7), tuple(range(8))])
def test_our_widths_are_those_of_the_network_that_is_built(orders):
    network = build_network(optimal_estimator(8, orders))
    configuration = Configuration(8, orders)
    assert configuration.hidden_widths == network.widths
    assert configuration.parameters == network.parameter_count


def test_scaled_widths_never_vanish():
    assert Configuration(8, (0, 1, 7), scale=Fraction(1, 100)).hidden_widths == (1, 1, 1)
    assert Configuration(8, (0, 1, 7), scale=Fraction(2)).hidden_widths == (32, 24, 10)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loss": "absolute"}, "loss is one of sup, squared, not 'absolute'"),
        ({"widths": "theirs"}, "widths is one of ours, published, not 'theirs'"),
        ({"optimizer": "sgd"}, "optimizer is one of adam, adamw"),
        ({"inputs": "gaussian"}, "inputs is one of uniform, sobol, dirichlet"),
        ({"initialization": "zeros"}, "initialization is one of default, xavier, kaiming, not 'zeros'"),
        ({"rows": 0}, "rows is an integer >= 1, not 0"),
        ({"batch": 2.5}, "batch is an integer >= 1, not 2.5"),
        ({"steps": 110, "check_every": 100}, "multiple of check_every"),
        ({"learning_rate": float("nan")}, "learning_rate is a finite float > 0, not nan"),
        ({"learning_rate": -1.0}, "learning_rate is a finite float > 0"),
        ({"scale": Fraction(0)}, "scale is a Fraction > 0"),
        ({"scale": 0.5}, "scale is a Fraction > 0, not 0.5"),
        ({"scale": Fraction(10**7)}, "more than the"),
        ({"orders": (0, 9)}, "orders for kernel size 3"),
        ({"orders": (0, 1)}, "no hidden layer"),
    ],
)
def test_bad_configurations_are_refused(change, message):
    with pytest.raises(InputError, match=message):
        replace(TINY, **change)


@pytest.mark.parametrize("seeds", [[], [0, 0], [-1], [1.5], [1 << 31]])
def test_bad_seeds_are_refused(seeds):
    with pytest.raises(InputError, match="seed"):
        check_seeds(seeds)


def test_identity_depends_on_every_setting_and_survives_the_trip_through_a_row():
    changed = [TINY, *(replace(TINY, **change) for change in _VARIATIONS), replace(TINY, scale=Fraction(1, 2))]
    assert len({configuration.identity for configuration in changed}) == len(changed)
    for configuration in changed:
        row = json.loads(json.dumps(configuration.to_row()))
        assert Configuration.from_row(row) == configuration
        assert Configuration.from_row(row).identity == configuration.identity


def test_variations_change_one_setting_each_and_are_all_of_the_paper():
    base = Configuration(8, (0, 1, 7))
    varied = varied_configurations([base])
    for configuration in varied:
        assert len(configuration.changes) == 1
    assert {c.label for c in varied} >= {"squared loss", "AdamW", "Xavier", "Kaiming", "Sobol", "Dirichlet"}
    assert {c.rows for c in varied} == {100, 1_000, 10_000, 100_000}


def test_paper_orders_of_small_kernels():
    assert _paper_orders(4) == ((0, 1, 3), (0, 1, 2, 3))
    with pytest.raises(InputError, match="at least 4, not 3"):
        _paper_orders(3)


# Inputs


@pytest.mark.parametrize("inputs", ["uniform", "sobol", "dirichlet"])
def test_inputs_lie_in_the_cube_and_depend_on_the_generator_alone(inputs):
    x = draw_inputs(inputs, 100, 5, np.random.default_rng(3))
    assert x.shape == (100, 5)
    assert x.dtype == np.float32
    assert x.min() >= 0
    assert x.max() <= 1
    np.testing.assert_array_equal(x, draw_inputs(inputs, 100, 5, np.random.default_rng(3)))
    assert (x != draw_inputs(inputs, 100, 5, np.random.default_rng(4))).any()


def test_distributions_differ_as_they_should():
    rng = np.random.default_rng(0)
    dirichlet = draw_inputs("dirichlet", 2_000, 8, rng)
    np.testing.assert_allclose(dirichlet.sum(axis=1), 1, atol=1e-5)
    sobol, uniform = (draw_inputs(name, 1_024, 2, rng) for name in ("sobol", "uniform"))
    counts = [np.histogram2d(*x.T, bins=32, range=[[0, 1]] * 2)[0] for x in (sobol, uniform)]
    assert counts[0].var() < counts[1].var() / 10  # a net: one point in each of 1,024 cells


def test_vertices_are_all_of_them_while_there_are_few():
    x = vertices(8, np.random.default_rng(0))
    assert len({tuple(row) for row in x.tolist()}) == 2**8
    many = vertices(25, np.random.default_rng(0))
    assert many.shape == (2**14, 25)
    assert set(np.unique(many)) == {0, 1}
    assert set((many == 0).sum(axis=1)) == set(range(26))


# Networks and their errors


@pytest.mark.parametrize("orders", [(0, 1, 7), (0, 1, 6, 7), tuple(range(8))])
def test_the_network_of_the_optimal_estimator_has_its_error(orders):
    estimator = optimal_estimator(8, orders)
    parameters = exact_parameters(build_network(estimator))
    configuration = Configuration(8, orders)
    assert [len(bias) for _, bias in parameters[:-1]] == list(configuration.hidden_widths)
    errors = measure_errors(parameters, configuration)
    assert errors["vertex_error"] == pytest.approx(float(estimator.error), abs=1e-6)
    assert errors["cube_error"] == pytest.approx(float(estimator.error), abs=1e-6)  # nothing larger anywhere
    rows = test_rows(configuration).astype(float)
    assert errors["test_error"] == pytest.approx(np.abs(rows.max(axis=1) - estimator(rows)).max(), abs=1e-6)
    assert errors["test_error"] < errors["vertex_error"]


def test_a_network_that_is_off_is_caught():
    estimator = optimal_estimator(6, (0, 1, 5))
    parameters = exact_parameters(build_network(estimator))
    matrix, bias = parameters[-1]
    errors = measure_errors([*parameters[:-1], (matrix, bias + 0.01)], Configuration(6, (0, 1, 5)))
    assert errors["cube_error"] == pytest.approx(float(estimator.error) + 0.01, abs=1e-6)


def test_the_two_forward_passes_agree():
    parameters = _random_parameters((5, 7, 6, 1), "default", [np.random.default_rng(1)])
    single = [(w[0], b[0]) for w, b in parameters]
    x = draw_inputs("uniform", 200, 5, np.random.default_rng(0))
    np.testing.assert_allclose(_network_residuals(single, x), _residual(single, x), atol=1e-6)


def test_climbing_finds_a_peak_that_no_vertex_shows():
    # max(x) + 10 bump(x_1), a tent of height 0.2 at 1/2: the largest value, 3, is at (1/2, 1).
    hidden = (np.array([[1.0, 1, 1], [0, 0, 0]]), np.array([-0.3, -0.5, -0.7]))
    network = [hidden, (np.array([[-10.0], [20], [-10]]), np.zeros(1))]
    corners = vertices(2, np.random.default_rng(0))
    assert row_error(network, corners) == pytest.approx(1)
    starts = draw_inputs("uniform", 64, 2, np.random.default_rng(0))
    found = _worst_near(network, starts)
    assert found.min() >= 0
    assert found.max() <= 1
    assert (np.abs(_network_residuals(network, found)) >= np.abs(_network_residuals(network, starts))).all()
    assert row_error(network, found) == pytest.approx(3, abs=0.05)
    assert row_error(network, found) <= 3 + 1e-12


def test_initialisations_have_their_ranges():
    rngs = [np.random.default_rng(seed) for seed in range(20)]
    bounds = {"default": 1 / 8, "xavier": (6 / 96) ** 0.5, "kaiming": (6 / 64) ** 0.5}
    for name, bound in bounds.items():
        (weights, bias), _ = _random_parameters((64, 32, 1), name, rngs)
        assert 0.99 * bound < np.abs(weights).max() <= bound
        assert np.abs(bias).max() <= (bound if name == "default" else 0.0100001)


# The loop


@pytest.mark.parametrize(
    "change",
    [{"learning_rate": 0.005}, {"loss": "squared"}, {"optimizer": "adamw", "schedule": "cosine"}],
    ids=["base", "squared", "adamw"],
)
def test_training_reduces_the_error(change):
    configuration = replace(TINY, **({"learning_rate": 0.02} | change))
    trained = train_seeds(configuration, [0, 1])
    rngs = [training_rng(seed, 2) for seed in (0, 1)]
    start = _random_parameters((3, *configuration.hidden_widths, 1), "default", rngs)
    for i, seed in enumerate((0, 1)):
        rows = validation_rows(configuration, seed)
        before = row_error([(w[i], b[i]) for w, b in start], rows)
        assert row_error(trained.of(i), rows) < before / 2


def test_seeds_together_are_the_seeds_alone():
    short = replace(TINY, steps=50)
    together = train_seeds(short, [3, 4])
    alone = train_seeds(short, [4])
    for one, other in zip(together.of(1), alone.of(0), strict=True):
        np.testing.assert_allclose(one[0], other[0], atol=1e-4)
        np.testing.assert_allclose(one[1], other[1], atol=1e-4)


def test_the_same_run_gives_the_same_bits_and_another_seed_others():
    first, again = train_seeds(TINY, [0, 1]), train_seeds(TINY, [0, 1])
    for one, other in zip(first.of(0), again.of(0), strict=True):
        np.testing.assert_array_equal(one[0], other[0])
    assert (first.of(0)[0][0] != first.of(1)[0][0]).any()


def test_stopping_early_keeps_the_best():
    # A learning rate at which the error soon grows.
    wild = replace(TINY, learning_rate=0.5, steps=400, patience=3)
    trained = train_seeds(wild, [0, 1])
    assert trained.stopped_early.any()
    for i in range(2):
        error = row_error(trained.of(i), validation_rows(wild, i))
        assert error == pytest.approx(trained.errors[i], abs=1e-5)
        if trained.stopped_early[i]:
            assert trained.steps[i] == trained.best_steps[i] + 3 * 25


def test_the_best_is_the_least_of_all_checks():
    wild = replace(TINY, learning_rate=0.5, patience=3)
    kept = [train_seeds(replace(wild, steps=steps), [0, 1]) for steps in range(25, 151, 25)]
    for i in range(2):
        errors = [float(trained.errors[i]) for trained in kept]
        assert errors == sorted(errors, reverse=True)
        for trained, longer in pairwise(kept):
            # A longer run goes the same way, and changes what it keeps only where it has found something better.
            if longer.best_steps[i] == trained.best_steps[i]:
                assert longer.errors[i] == trained.errors[i]
            else:
                assert longer.errors[i] < (1 - _LEAST_IMPROVEMENT) * trained.errors[i]
    assert any(trained.best_steps[i] < trained.steps[i] for trained in kept for i in range(2))


def test_a_seed_that_diverges_does_not_crash():
    trained = train_seeds(replace(TINY, learning_rate=1e30, patience=2, steps=200), [0, 1])
    assert trained.stopped_early.all()
    assert (trained.steps < 200).all()


def test_checks_are_reported():
    seen = []
    train_seeds(TINY, [0, 1], progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


@pytest.mark.parametrize("missing", ["jax", "optax"])
def test_missing_libraries_are_named_with_their_extra(missing, monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(MissingDependencyError, match=r"extra 'train' \(pip install 'subpool\[train\]'\)"):
        run_experiments([TINY], tmp_path / "out", [0])
    assert main(["train", "--kernel", "4", "--out", str(tmp_path / "out")]) == 2


# Results


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    folder = tmp_path_factory.mktemp("training")
    table = run_experiments([TINY], folder, [0, 1])
    return folder, table


def test_rows_say_what_was_found(results):
    _, table = results
    rows = table.to_pylist()
    assert [row["seed"] for row in rows] == [0, 1]
    estimator = optimal_estimator(3, (0, 1, 2))
    for row in rows:
        assert row["optimal_error"] == pytest.approx(float(estimator.error))
        assert row["optimal_test_error"] <= row["optimal_error"]
        assert row["cube_error"] >= row["vertex_error"]
        assert row["hidden_widths"] == list(TINY.hidden_widths)
        assert row["parameters"] == TINY.parameters
        assert row["environment"].startswith("jax ")


def test_resuming_computes_what_is_missing_and_leaves_the_rest(results, monkeypatch, tmp_path):
    folder, table = results
    (tmp_path / FILE).write_bytes((folder / FILE).read_bytes())
    trained = []

    def spy(configuration, seeds, **options):
        trained.append((configuration, tuple(seeds)))
        return train_seeds(configuration, seeds, **options)

    monkeypatch.setattr(experiments, "train_seeds", spy)
    works = []
    again = run_experiments([TINY], tmp_path, [0, 1], progress=lambda done, total: works.append(done / total))
    assert (trained, works) == ([], [1.0])
    assert again.equals(table)
    xavier = replace(TINY, initialization="xavier")
    more = run_experiments([TINY, xavier], tmp_path, [2, 1])
    assert trained == [(TINY, (2,)), (xavier, (2, 1))]
    assert more.slice(0, 1).equals(table.slice(1, 1))
    found = [(row["initialization"], row["seed"]) for row in more.to_pylist()]
    assert found == [("default", 1), ("default", 2), ("xavier", 2), ("xavier", 1)]


def test_damaged_and_foreign_files_are_refused_and_left(results, tmp_path):
    folder, table = results
    content = (folder / FILE).read_bytes()
    foreign = pa.table({"x": [1]})
    wrong = table.set_column(
        table.schema.get_field_index("loss"), table.schema.field("loss"), pa.array(["squared"] * 2)
    )
    absurd = table.set_column(table.schema.get_field_index("scale"), table.schema.field("scale"), pa.array(["1/0"] * 2))
    for number, (bad, message) in enumerate(
        [
            (content[:-100], "damaged"),
            (b"not parquet", "damaged"),
            (foreign, "its columns are others"),
            (table.replace_schema_metadata({}), "its columns are others"),
            (wrong, "settings are not those"),
            (absurd, "no result"),
            (pa.concat_tables([table, table]), "twice"),
        ]
    ):
        path = tmp_path / str(number) / FILE
        path.parent.mkdir()
        path.write_bytes(bad if isinstance(bad, bytes) else seal(bad))
        before = path.read_bytes()
        with pytest.raises(FormatError, match=message):
            run_experiments([TINY], path.parent, [0])
        assert path.read_bytes() == before


@campaign
def test_no_flipped_bit_gives_other_results(results, tmp_path):
    folder, _ = results
    draw = random.Random(20)
    written = (folder / FILE).read_bytes()
    path = tmp_path / FILE
    for _ in range(tries(100)):
        content = bytearray(written)
        bit = draw.randrange(8 * len(content))
        content[bit // 8] ^= 1 << bit % 8
        path.write_bytes(content)
        with pytest.raises(FormatError, match=r"^[^\n]*damaged|its columns are others"):
            _read_results(path)


def test_results_of_an_older_version_are_read_and_get_a_checksum(results, tmp_path):
    _, table = results
    version_1 = table.schema.metadata | {b"version": b"1"}
    pq.write_table(table.replace_schema_metadata(version_1), tmp_path / FILE)
    assert _read_results(tmp_path / FILE).equals(table)
    store = ResultStore(tmp_path)
    store.add([])
    assert _read_results(tmp_path / FILE).equals(table)
    assert is_sealed((tmp_path / FILE).read_bytes())
    pq.write_table(table, tmp_path / FILE)  # of the version that has one, but without
    with pytest.raises(FormatError, match="its columns are others"):
        _read_results(tmp_path / FILE)


def test_two_processes_do_not_write_one_folder(results, tmp_path):
    with ResultStore(tmp_path).writing(), pytest.raises(StorageError, match="another process"):
        run_experiments([TINY], tmp_path, [0])


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="is a file, not a folder"):
        ResultStore(tmp_path / "file")


def test_a_failed_write_leaves_what_was_there(results, monkeypatch, tmp_path):
    folder, table = results
    (tmp_path / FILE).write_bytes((folder / FILE).read_bytes())

    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    store = ResultStore(tmp_path)
    with pytest.raises(StorageError, match="No space left on device; what was written before is whole"):
        store.add([row | {"seed": 7} for row in table.slice(0, 1).to_pylist()])
    assert _read_results(tmp_path / FILE).equals(table)
    assert [entry.name for entry in tmp_path.iterdir()] == [FILE]


# What comes with the package


def test_stored_results_are_whole():
    table = stored_results()
    assert set(base_configurations(8)) <= {group.configuration for group in group_rows(table)}
    for group in group_rows(table):
        assert len(group.seeds) >= 3
        exact = optimal_estimator(group.configuration.kernel_size, group.configuration.orders).error
        assert group.optimal_error == pytest.approx(float(exact))
        for name, values in group.errors.items():
            assert all(0 < value < np.inf for value in values), name
        assert all(c >= v for c, v in zip(group.errors["cube_error"], group.errors["vertex_error"], strict=True))


# Figures


def test_figures_show_the_results_that_are_given(results):
    pytest.importorskip("matplotlib")
    _, table = results
    (axes,) = plot_training(table=table, kernel_size=3)
    curve = next(line for line in axes.lines if line.get_label() == "trained, on test rows")
    assert curve.get_ydata()[0] == pytest.approx(np.median(table["test_error"].to_numpy()))
    assert axes.get_title(loc="left") == "R = {0-2}, d = 3"
    with pytest.raises(InputError, match="no such results of training at kernel size 3"):
        plot_training_variations(table=table, kernel_size=3)


# The command


def test_the_command_trains_draws_and_resumes(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    arguments = ["train", "--kernel", "4", "--orders", "0,1,d-1", "--scales", "1/2", "--seeds", "2"]
    arguments += ["--steps", "100", "--rows", "200", "--out", str(tmp_path), "--json"]
    assert main(arguments) == 0
    captured = capsys.readouterr()
    first = json.loads(captured.out)
    assert captured.err == ""
    assert [(c["scale"], c["seeds"]) for c in first["configurations"]] == [("1/2", [0, 1])]
    assert first["configurations"][0]["test_error"]["min"] <= first["configurations"][0]["test_error"]["median"]
    names = {entry.name for entry in tmp_path.iterdir()}
    assert names == {FILE, "training-4.svg", "training-4.png"}
    assert main(arguments) == 0
    assert json.loads(capsys.readouterr().out) == first
    assert main(arguments[:-1]) == 0
    text = capsys.readouterr().out
    assert "of 2 networks" in text
    assert max(map(len, text.split("written")[0].splitlines())) <= 100


def test_the_command_shows_the_stored_results(tmp_path, capsys):
    assert main(["train", "--stored", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["results"] is None
    assert found["figures"] == []
    assert all(c["seeds_within_optimal_error"] == 0 for c in found["configurations"])  # what docs/training.md says
    assert all(c["seeds_within_optimal_test_error"] == 0 for c in found["configurations"])
    assert {c["kernel_size"] for c in found["configurations"]} >= {8}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--scales", "a half"], "scales are positive numbers"),
        (["--scales", "0"], "scale is a Fraction > 0"),
        (["--seeds", "0"], "--seeds is at least 1, not 0"),
        (["--steps", "150"], "multiple of check_every"),
        (["--kernel", "3"], "at least 4, not 3"),
        (["--orders", "0,1"], "no hidden layer"),
        (["--learning-rate", "0"], "learning_rate is a finite float > 0"),
        (["--stored", "--seeds", "2"], "--stored shows results as they are"),
        (["--plot", "figure.txt"], "ends in .svg, .pdf, .png"),
    ],
)
def test_the_command_refuses_bad_input_in_one_line(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["train", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("subpool: ")
    assert error.count("\n") == 1
    assert message in error
    assert not list(tmp_path.iterdir())
