"""The trained classifier: its data, its file, its pooling, what is certified of it, and its stored results."""

import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict
from io import StringIO
from pathlib import Path

import numpy as np
import pytest

from theory import exact_max_network, optimal_estimator
from theory.empirical.digits import Split, load_split, shipped_model
from theory.empirical.pooling.layer import weigh_by_rank
from theory.empirical.runner import open_runner
from theory.errors import FormatError, InputError, MissingDependencyError, UndecidedError
from tools.classifier import __main__ as program
from tools.classifier import experiments, results
from tools.classifier.network import (
    Schedule,
    fit_weights,
    initial_weights,
    network_of,
    read_classifier,
    weights_of,
    with_weights,
)
from tools.classifier.replacement import (
    MAXIMUM,
    REPLACEMENTS,
    calibrate,
    estimators_of,
    replace_pooling,
)
from tools.classifier.tables import all_tables, fill_page

jax = pytest.importorskip("jax")
pytest.importorskip("optax")
pytest.importorskip("sklearn")
pytest.importorskip("onnxruntime")
onnx = pytest.importorskip("onnx")

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "classifier.md"
CHEAP = [("average", "both"), ("range 1,d-1", "pool_1"), ("cube 0,1,d-2,d-1", "both"), ("cube 0", "pool_2")]


@pytest.fixture(scope="module")
def split():
    return load_split()


@pytest.fixture(scope="module")
def model():
    return read_classifier(shipped_model())


@pytest.fixture(scope="module")
def network(model):
    return network_of(model)


@pytest.fixture(scope="module")
def compiled_logits(network):
    """The logits of weights, images and poolings, compiled whole: one by one, operations take ten times as long."""
    return jax.jit(lambda *arguments: network.tensors(*arguments)["logits"])


@pytest.fixture(scope="module")
def stored():
    return results.read_results(results.shipped_results())


@pytest.fixture(scope="module")
def boxes(model, split):
    return calibrate(model, split.train.images)


def logits(model, images):
    return open_runner(model, device="cpu").run(images)["logits"]


# The data


def test_the_parts_are_disjoint_and_all(split):
    from sklearn.datasets import load_digits

    whole = load_digits()
    rows = np.concatenate([part.images.reshape(len(part), -1) for part in (split.train, split.validation, split.test)])
    labels = np.concatenate([part.labels for part in (split.train, split.validation, split.test)])
    found = sorted((label, *row) for label, row in zip(labels.tolist(), (rows * 16).tolist(), strict=True))
    assert found == sorted((label, *row) for label, row in zip(whole.target.tolist(), whole.data.tolist(), strict=True))


def test_every_digit_is_in_every_part_in_proportion(split):
    for part in (split.train, split.validation, split.test):
        shares = np.bincount(part.labels, minlength=10) / len(part)
        assert shares.min() > 0.09
        assert shares.max() < 0.11


def test_the_split_is_always_the_same(split):
    again = load_split()
    assert (again.test.images == split.test.images).all()
    assert (again.train.labels == split.train.labels).all()


# The file


def test_the_shipped_model_reads_over_97_percent_of_the_test_images(model, split):
    assert experiments.hits(model, split.test) / len(split.test) > 0.97


def test_the_shipped_model_is_small_and_has_both_poolings():
    path = shipped_model()
    assert path.stat().st_size < 200 * 1024
    shipped = onnx.load(path)
    onnx.checker.check_model(shipped, full_check=True)
    pools = [node for node in shipped.graph.node if node.op_type == "MaxPool"]
    attributes = [{a.name: list(a.ints) for a in node.attribute} for node in pools]
    assert [(a["kernel_shape"], a["strides"], a["pads"]) for a in attributes] == [
        ([3, 3], [2, 2], [1, 1, 1, 1]),
        ([2, 2], [2, 2], [0, 0, 0, 0]),
    ]
    assert shipped.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"


def test_other_weights_change_the_values_and_nothing_else(model, split):
    other = with_weights(model, initial_weights(model, 3))
    onnx.checker.check_model(other, full_check=True)
    assert list(other.graph.node) == list(model.graph.node)
    assert all((weights_of(other)[name] == w).all() for name, w in initial_weights(model, 3).items())
    assert (logits(other, split.test.images[:1]) != logits(model, split.test.images[:1])).all()


def test_models_of_one_shape_are_one_function(model, network):
    assert network_of(with_weights(model, initial_weights(model, 3))) is network
    other = onnx.ModelProto.FromString(model.SerializeToString())
    del other.graph.node[-1]
    assert network_of(other) is not network


def test_files_that_are_no_classifier(tmp_path, model):
    with pytest.raises(InputError, match="cannot read"):
        read_classifier(tmp_path / "none.onnx")
    (tmp_path / "noise.onnx").write_bytes(b"\xff\xfe noise")
    with pytest.raises(FormatError, match="no ONNX model"):
        read_classifier(tmp_path / "noise.onnx")
    exact_max_network(4).to_onnx(tmp_path / "other.onnx")
    with pytest.raises(FormatError, match=r"no classifier of digits, from image to logits"):
        read_classifier(tmp_path / "other.onnx")
    for change, message in (
        (
            lambda node: node.attribute.append(onnx.helper.make_attribute("strides", [2, 2])),
            "and kernel_shape, pads, s",
        ),
        (lambda node: node.input.pop(), "is Conv with 2 inputs"),
        (lambda node: setattr(node, "op_type", "LpPool"), "is no valid ONNX model"),
    ):
        strange = onnx.load(shipped_model())
        change(strange.graph.node[0])
        onnx.save(strange, tmp_path / "strange.onnx")
        with pytest.raises(FormatError, match=message):
            read_classifier(tmp_path / "strange.onnx")


# Pooling


@pytest.mark.parametrize(
    ("name", "layers"),
    [*((replacement, "both") for replacement in REPLACEMENTS), ("range 1,d-1", "pool_1"), ("cube 0,1", "pool_2")],
)
def test_jax_and_onnxruntime_agree_on_rewritten_models(name, layers, model, network, compiled_logits, split, boxes):
    rewritten = replace_pooling(model, name, layers, boxes)
    onnx.checker.check_model(rewritten, full_check=True)
    left = {node.name for node in rewritten.graph.node if node.op_type == "MaxPool"}
    gone = {"both": set(), "pool_1": {"pool_2"}, "pool_2": {"pool_1"}}[layers]
    assert left == (gone if name != MAXIMUM else {"pool_1", "pool_2"})
    images = np.concatenate([split.test.images[:20], np.random.default_rng(1).random((20, 1, 8, 8), dtype=np.float32)])
    poolings = network.poolings(estimators_of(model, name, layers, boxes))
    found = np.asarray(compiled_logits(weights_of(model), images, poolings))
    assert found == pytest.approx(logits(rewritten, images), abs=1e-4)


def test_the_maximum_by_ranks_has_the_gradient_of_a_maximum():
    import jax

    windows = np.array([[1.0, 2.0, 4.0, 3.0], [2.0, 2.0, 1.0, 0.0]], dtype=np.float32)
    slope = jax.grad(lambda taps: weigh_by_rank(jax.numpy, taps, np.eye(4)[-1], 0.0).sum())(windows)
    assert np.asarray(slope)[0].tolist() == [0, 0, 1, 0]
    assert sorted(np.asarray(slope)[1, :2].tolist()) == [0, 1]


def test_the_average_is_the_optimal_estimator_of_order_one(model):
    average, _ = estimators_of(model, "average", "both", {})["pool_1"]
    assert set(average.order_statistic_weights) == {optimal_estimator(9, [0, 1]).order_statistic_weights[0]}


def test_names_that_are_none(model):
    with pytest.raises(InputError, match="a replacement is one of max, average"):
        replace_pooling(model, "minimum", "both", {})
    with pytest.raises(InputError, match="the layers are both, pool_1, pool_2, not 'all'"):
        replace_pooling(model, MAXIMUM, "all", {})


def test_a_difference_above_its_bound_is_no_figure(model, split, boxes):
    replaced = replace_pooling(model, "average", "both", boxes)
    images = split.test.images[:3]
    largest = np.abs(logits(model, images).astype(float) - logits(replaced, images)).max(axis=-1)
    assert experiments._measured(model, replaced, images, "logits", largest)["largest"] == largest.max()
    with pytest.raises(UndecidedError, match="more than is certified"):
        experiments._measured(model, replaced, images, "logits", largest * (1 - 1e-9))


# Training


def test_training_lowers_the_loss_and_depends_on_the_seed_alone(split, model, network):
    few = Split(split.train.first(141), split.validation.first(50), split.test)
    start, poolings = initial_weights(model, 0), network.poolings({})
    validation = few.validation.images, few.validation.labels
    loss = jax.jit(network.loss)
    fitted, again = (fit_weights(network, poolings, [start], few, Schedule(3, rate=4e-3), [0]) for _ in range(2))
    assert fitted.errors[0] < 0.9 * loss(start, poolings, validation)
    assert loss(fitted.of(0), poolings, validation) == pytest.approx(float(fitted.errors[0]), rel=1e-5)
    assert all((fitted.of(0)[name] == again.of(0)[name]).all() for name in start)


def test_fine_tuning_that_does_harm_is_undone(model, split, network):
    few = Split(split.train.first(47), split.validation.first(50), split.test)
    spoiled = fit_weights(network, network.poolings({}), [weights_of(model)], few, Schedule(1, rate=10.0), [0])
    assert spoiled.best_steps.tolist() == [0]
    assert all((spoiled.of(0)[name] == weight).all() for name, weight in weights_of(model).items())
    with pytest.raises(InputError, match="a batch is 47 images, but there are 46 to train on"):
        fit_weights(network, {}, [{}], Split(split.train.first(46), few.validation, few.test), Schedule(1, 0.1), [0])


@pytest.mark.parametrize(
    ("module", "extra", "need"),
    [
        ("jax", "train", lambda split, model: experiments.train_classifier(model, split, experiments.QUICK)),
        ("optax", "train", lambda split, model: experiments.train_classifier(model, split, experiments.QUICK)),
        ("sklearn.datasets", "train", lambda split, model: load_split()),
        ("onnx", "onnx", lambda split, model: read_classifier(shipped_model())),
    ],
)
def test_missing_libraries_are_named_with_their_extra(module, extra, need, monkeypatch, split, model):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingDependencyError, match=rf"subpool\[{extra}\]"):
        need(split, model)


# The results that come with the package, measured again


def test_stored_results_are_of_the_whole_program_and_the_shipped_model(stored, model):
    assert stored["settings"] == json.loads(json.dumps(asdict(experiments.FULL)))
    assert stored["trained"] == {entry.key: entry.value for entry in model.metadata_props}


def test_stored_errors_of_the_pooling_are_those_measured_now(stored, model, split, boxes):
    chosen = experiments.Settings(replacements=("average", "range 1,d-1", "cube 0,1,d-1"))
    kept = {(row["replacement"], row["layer"]): row for row in stored["pooling"]}
    for row in experiments.pooling_rows(model, split, boxes, chosen):
        before = kept[row["replacement"], row["layer"]]
        assert row["error"] == before["error"]
        # The inputs of the pooling are float32, and another machine may round another way.
        for name in ("mean_max", "mean_error", "mean_certified", "largest_error", "largest_share_of_certified"):
            assert row[name] == pytest.approx(before[name], rel=1e-5)
        for name in ("windows", "constant", "beyond_box", "attained"):
            assert row[name] == pytest.approx(before[name], abs=10)
        assert row["largest_share_of_certified"] <= 1 + 1e-9


@pytest.mark.parametrize(("name", "layers"), CHEAP)
def test_stored_accuracies_are_those_measured_now(name, layers, stored, model, split, boxes):
    (row,) = [row for row in stored["accuracy"] if (row["replacement"], row["layers"]) == (name, layers)]
    replaced = replace_pooling(model, name, layers, boxes)
    # Another machine may round another way, and an image on the edge may fall to the other side.
    assert abs(experiments.hits(replaced, split.test) - row["as_trained"]["hits"]) <= 1
    assert row["as_trained"]["of"] == len(split.test) == 540


def test_no_stored_attack_exceeds_what_is_certified(stored):
    assert len(stored["adversarial"]) == 30
    for row in stored["adversarial"]:
        for kind in ("clean", "random", "ascent"):
            assert row["certified"] is None or row[kind]["largest"] <= row["certified"]["largest"]
        assert row["ascent"]["median"] >= row["clean"]["median"] * (1 - 1e-5)
        assert row["ascent"]["largest"] >= row["clean"]["largest"] * (1 - 1e-5)


def test_the_page_shows_the_stored_results(stored):
    page = PAGE.read_text(encoding="utf-8")
    assert fill_page(page, all_tables(stored)) == page


def test_a_page_without_marks_is_refused(stored):
    with pytest.raises(FormatError, match="the table 'accuracy' 0 times"):
        fill_page("no tables here", all_tables(stored))


# The program


@pytest.fixture(scope="module")
def quick_run(tmp_path_factory):
    folder, out, err, seen = tmp_path_factory.mktemp("quick"), StringIO(), StringIO(), []

    def watched(what, work):
        seen.append([])
        return work(lambda done, total: seen[-1].append((done, total)))

    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(program, "_watched", watched)
        code = program.main(["--quick", "--train", "--out", str(folder)])
    return code, out.getvalue(), err.getvalue(), folder, seen


def test_the_program_measures_a_model_that_it_trains(quick_run, capsys):
    code, out, err, folder, _ = quick_run
    assert code == 0
    assert "Traceback" not in err
    assert sorted(file.name for file in folder.iterdir()) == ["digits.json", "digits.onnx"]
    written = results.read_results(folder / "digits.json")
    assert all(table in out for table in all_tables(written).values())
    facts = {entry.key: entry.value for entry in read_classifier(folder / "digits.onnx").metadata_props}
    assert written["trained"] == facts
    assert facts["seed"] == "0"
    assert program.main(["--results", str(folder / "digits.json")]) == 0
    assert capsys.readouterr().out == out


def test_progress_ends_where_it_said_it_would(quick_run):
    for seen in quick_run[4]:
        assert seen == [(number, len(seen)) for number in range(1, len(seen) + 1)]


def test_the_program_puts_its_tables_into_a_page(tmp_path, stored):
    page = tmp_path / "page.md"
    page.write_text("".join(f"<!-- table {name} -->\nold\n<!-- end -->\n" for name in all_tables(stored)))
    assert program.main(["--results", str(results.shipped_results()), "--page", str(page)]) == 0
    text = page.read_text()
    assert "old" not in text
    assert all(table in text for table in all_tables(stored).values())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--page", "/nonexistent.md"], "cannot read"),
        (["--out", "/dev/null/folder"], "cannot write to the folder"),
        (["--results", "/nonexistent.json"], "cannot read"),
        (["--model", "/nonexistent.onnx"], "cannot read"),
        (["--results", __file__], "no JSON"),
        (["--results", "part.json"], "not those of a whole run: KeyError 'pooling'"),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_two(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    results.write_results({"format": "subpool-classifier", "version": 1, "test": {"of": 540}}, "part.json")
    assert program.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("subpool: ")
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert not captured.out
