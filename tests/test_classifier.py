"""The trained classifier: its data, its file, its pooling, what is certified of it, and its stored results."""

import json
import sys
from dataclasses import asdict
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from theory import Estimator, optimal_estimator, pool
from theory.empirical.adversarial import Adversary, Ball
from theory.empirical.classifier import __main__ as program
from theory.empirical.classifier.replacement import (
    LAYERS,
    MAXIMUM,
    REPLACEMENTS,
    LayerPooling,
    numbers,
    replace_pooling,
    replacement_named,
)
from theory.empirical.classifier.tables import all_tables, fill_page
from theory.empirical.progress import Bar
from theory.errors import FormatError, InputError, MissingDependencyError, StorageError

pytest.importorskip("jax")
pytest.importorskip("optax")
pytest.importorskip("sklearn")
onnxruntime = pytest.importorskip("onnxruntime")

from theory.empirical.classifier import data, experiments, measure, model, onnx_model, results, settings, training  # noqa: E402

PAGE = Path(__file__).parent.parent / "docs" / "classifier.md"


@pytest.fixture(scope="module")
def split():
    return data.load_split()


@pytest.fixture(scope="module")
def parameters():
    return onnx_model.read_parameters(onnx_model.shipped_model())


@pytest.fixture(scope="module")
def stored():
    return results.read_results(results.shipped_results())


@pytest.fixture(scope="module")
def boxes(parameters, split):
    return experiments.calibrate(parameters, split.train.images)


def run_onnx(path, images):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run(["logits"], {"image": images})[0]


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
    again = data.load_split()
    assert (again.test.images == split.test.images).all()
    assert (again.train.labels == split.train.labels).all()


# The file


def test_the_shipped_model_reads_over_97_percent_of_the_test_images(split):
    logits = run_onnx(onnx_model.shipped_model(), split.test.images)
    assert (logits.argmax(axis=-1) == split.test.labels).mean() > 0.97


def test_the_shipped_model_is_small_and_has_both_poolings():
    import onnx

    path = onnx_model.shipped_model()
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


@pytest.mark.parametrize("batch", [1, 540])
def test_jax_numpy_and_onnxruntime_agree(batch, parameters, split):
    import jax

    rng, forward = np.random.default_rng(batch), jax.jit(model.logits)
    for images in (split.test.images[:batch], rng.random((batch, 1, 8, 8), dtype=np.float32)):
        expected = run_onnx(onnx_model.shipped_model(), images)
        assert np.asarray(forward(parameters, images)) == pytest.approx(expected, abs=1e-4)
        assert measure.forward64(parameters, images).logits == pytest.approx(expected, abs=1e-4)


def test_a_written_model_is_read_back(tmp_path):
    parameters = model.initialise(3)
    onnx_model.write_model(parameters, tmp_path / "m.onnx", facts={"seed": "3"})
    back = onnx_model.read_parameters(tmp_path / "m.onnx")
    assert all((a == b).all() for a, b in zip(parameters, back, strict=True))
    assert [file.name for file in tmp_path.iterdir()] == ["m.onnx"]


def test_files_that_are_no_classifier(tmp_path):
    from theory import exact_max_network

    with pytest.raises(InputError, match="cannot read"):
        onnx_model.read_parameters(tmp_path / "none.onnx")
    (tmp_path / "noise.onnx").write_bytes(b"\xff\xfe noise")
    with pytest.raises(FormatError, match="no ONNX model"):
        onnx_model.read_parameters(tmp_path / "noise.onnx")
    exact_max_network(4).to_onnx(tmp_path / "other.onnx")
    with pytest.raises(FormatError, match=r"no weights named conv_1\.weight"):
        onnx_model.read_parameters(tmp_path / "other.onnx")
    with pytest.raises(StorageError, match="cannot write"):
        onnx_model.write_model(model.initialise(0), tmp_path / "missing" / "m.onnx")


# Pooling


@pytest.mark.parametrize("replacement", REPLACEMENTS, ids=lambda replacement: replacement.name)
@pytest.mark.parametrize("layer", model.POOLS, ids=lambda layer: layer.name)
def test_pooling_by_ranks_is_the_estimator_on_the_windows(layer, replacement):
    rng = np.random.default_rng(5)
    # Few levels, so that most windows have ties.
    x = rng.integers(0, 4, (2, 3, 8, 8)).astype(np.float32)
    pooling = LayerPooling(layer.inputs, replacement.estimator(layer.inputs), box=3.0)
    expected = pooling.apply(measure.layer_windows(x, layer))
    assert np.asarray(model.pool(x, layer, pooling.numbers())) == pytest.approx(expected, abs=1e-4)
    chosen = "max" if pooling.estimator is None else pooling.estimator
    shape = {"strides": (layer.stride,) * 2, "pads": (layer.pad,) * 4}
    pooled = pool(x.astype(np.float64) / pooling.box, chosen, (layer.size,) * 2, **shape)
    assert pooled * pooling.box == pytest.approx(expected, abs=1e-12)


def test_the_maximum_by_ranks_has_the_gradient_of_a_maximum():
    import jax

    layer = model.PoolLayer("p", size=2, stride=2, pad=0)
    x = np.array([[[[1.0, 2.0], [4.0, 3.0]]]], dtype=np.float32)
    gradient = jax.grad(lambda x: model.pool(x, layer, model.max_pooling(4)).sum())(x)
    assert np.asarray(gradient)[0, 0].tolist() == [[0, 0], [1, 0]]


def test_the_average_is_the_optimal_estimator_of_order_one():
    average = replacement_named("average").estimator(9)
    assert set(average.order_statistic_weights) == {optimal_estimator(9, [0, 1]).order_statistic_weights[0]}


# What is certified


@given(
    st.lists(st.floats(0, 2, width=32), min_size=9, max_size=9),
    st.sampled_from([r for r in REPLACEMENTS if r != MAXIMUM]),
)
def test_the_error_on_a_window_is_at_most_what_is_certified(window, replacement):
    taps = np.array([window])
    pooling = LayerPooling(9, replacement.estimator(9), box=2.0)
    error = abs(taps.max(axis=-1) - pooling.apply(taps))
    # The error itself is measured in float64.
    assert error <= pooling.certified(taps, taps) * (1 + 1e-12) + 1e-14


def test_what_is_certified_is_attained_and_a_smaller_claim_is_refuted():
    taps = np.tril(np.ones((9, 9)))  # windows with 1 to 9 ones
    right = optimal_estimator(9, [1, 8], objective="range")
    pooling = LayerPooling(9, right)
    errors = abs(taps.max(axis=-1) - pooling.apply(taps))
    certified = pooling.certified(taps, taps)
    assert (errors[:-1] / certified[:-1]).max() == pytest.approx(1)
    worse = LayerPooling(9, Estimator(9, {1: right.coefficients[1] - 1, 8: right.coefficients[8] + 1}))
    assert (abs(taps.max(axis=-1) - worse.apply(taps)) > certified * 1.001).any()


def test_names_that_are_none():
    with pytest.raises(InputError, match="a replacement is one of max, average"):
        replacement_named("minimum")
    with pytest.raises(InputError, match="the layers are both, pool_1, pool_2, not 'all'"):
        replace_pooling(MAXIMUM, "all", (1.0, 1.0))


def test_beyond_the_box_nothing_is_certified():
    pooling = LayerPooling(4, optimal_estimator(4, [0, 1]), box=1.0)
    inside, beyond = np.full((1, 4), 0.5), np.array([[0, 0, 0, 1.01]])
    assert pooling.certified(inside, inside) == 0.375
    assert pooling.certified(inside, beyond) == np.inf
    # 3/8 of a box that is no multiple of 8 units of its last place is no float.
    odd = np.nextafter(1.0, 2.0)
    assert (
        Fraction(float(LayerPooling(4, pooling.estimator, box=odd).certified(inside, inside)[0]))
        > 3 * Fraction(odd) / 8
    )
    assert pooling.certified(-inside, inside) == np.inf


@pytest.mark.parametrize("layers", LAYERS)
@pytest.mark.parametrize("name", ["average", "range 1,d-1", "cube 0,1,d-2,d-1"])
def test_deviations_stay_within_their_bounds(name, layers, parameters, split, boxes):
    poolings = replace_pooling(replacement_named(name), layers, boxes)
    images, radius = split.test.images[:40], 1 / 16
    lower, upper = np.maximum(images - radius, 0), np.minimum(images + radius, 1)
    bounds = measure.bound_deviations(parameters, lower, upper, poolings)
    rng = np.random.default_rng(0)
    for _ in range(3):
        inside = lower + (upper - lower) * rng.random(images.shape)
        original = measure.forward64(parameters, inside)
        replaced = measure.forward64(parameters, inside, poolings)
        assert (abs(original.after_pool_1 - replaced.after_pool_1) <= bounds.after_pool_1 * (1 + 1e-9) + 1e-9).all()
        assert (abs(original.logits - replaced.logits) <= bounds.logits * (1 + 1e-9) + 1e-9).all()


def test_attacked_windows_stay_within_the_certified_error_exactly(parameters, split, boxes):
    estimator = replacement_named("range 1,d-1").estimator(9)
    poolings = replace_pooling(replacement_named("range 1,d-1"), "both", boxes)
    replaced = numbers(poolings)
    adversary = Adversary(
        lambda images: model.forward(parameters, images).after_pool_1,
        lambda images: model.forward(parameters, images, replaced).after_pool_1,
        steps=10,
        restarts=2,
    )
    found = adversary.ascend(Ball(split.test.images[:10], 4 / 16, low=0.0, high=1.0), rng=np.random.default_rng(0))
    taps = measure.layer_windows(measure.forward64(parameters, found.inputs).before_pool_1, model.POOLS[0])
    spans, errors = np.ptp(taps, axis=-1), abs(taps.max(axis=-1) - poolings[0].apply(taps))
    worst = np.argsort((errors / np.where(spans > 0, spans, np.inf)).ravel())[-20:]
    for window in taps.reshape(-1, 9)[worst]:
        ordered = sorted(map(Fraction, window.tolist()))
        weighed = sum(w * x for w, x in zip(estimator.order_statistic_weights, ordered, strict=True))
        assert abs(ordered[-1] - weighed) <= estimator.error * (ordered[-1] - ordered[0])
    assert (found.differences > 0).all()


def test_a_bound_from_too_small_an_error_is_exceeded(parameters, split):
    # Pools with one estimator, claims the smaller error of a better one.
    class Boast(LayerPooling):
        def certified(self, lower, upper):
            return LayerPooling(9, optimal_estimator(9, range(1, 9), objective="range")).certified(lower, upper)

    images = split.test.images[:40]
    poolings = (Boast(9, optimal_estimator(9, [1, 8], objective="range")), LayerPooling(4))
    bounds = measure.bound_deviations(parameters, images, images, poolings)
    original, replaced = (measure.forward64(parameters, images, p) for p in (measure.ORIGINAL, poolings))
    assert (abs(original.after_pool_1 - replaced.after_pool_1) > bounds.after_pool_1 + 1e-9).any()


def test_max_pooling_deviates_by_nothing(parameters, split):
    images = split.test.images[:5]
    bounds = measure.bound_deviations(parameters, images, images, measure.ORIGINAL)
    assert (bounds.after_pool_1 == 0).all()
    # What underflow might hide.
    assert (bounds.logits < 1e-290).all()


def test_what_is_certified_of_a_window_is_rounded_upwards():
    # One active input attains the error E times the range, which mostly is no float.
    pooling = LayerPooling(9, optimal_estimator(9, [1, 8], objective="range"))
    taps = np.random.default_rng(0).random((200, 1)) * np.eye(9)[0]
    attained = [pooling.estimator.error * Fraction(x) for x in taps.max(axis=1).tolist()]
    bounds = pooling.certified(taps, taps).tolist()
    assert all(e <= Fraction(bound) <= e * Fraction(1 + 1e-15) for e, bound in zip(attained, bounds, strict=True))
    nearest = (taps.max(axis=1) / 18).tolist()
    assert any(Fraction(x) < e for e, x in zip(attained, nearest, strict=True))


def exact_convolution(image, weights, bias):
    """A 3x3 convolution with padding 1 in fractions: (C, H, W) -> (K, H, W)."""
    padded = np.pad(np.vectorize(Fraction, otypes=[object])(image.astype(float)), ((0, 0), (1, 1), (1, 1)))
    height, width = image.shape[1:]
    taps = np.array([padded[:, i : i + height, j : j + width] for i in range(3) for j in range(3)])
    exact = np.vectorize(Fraction, otypes=[object])(weights.reshape(len(weights), -1, 9))
    sums = np.tensordot(exact, taps.transpose(1, 0, 2, 3), axes=2)
    return sums + np.vectorize(Fraction, otypes=[object])(bias)[:, None, None]


def test_sums_are_rounded_outwards(parameters):
    rng = np.random.default_rng(1)
    weights, bias = rng.normal(size=(4, 3, 3, 3)), rng.normal(size=4)
    lower = rng.normal(size=(1, 3, 5, 5))
    upper = lower + rng.random(lower.shape)
    middle, reach = (lower + upper) / 2, (upper - lower) / 2
    nothing = np.zeros(4)
    for least, most in ((lower, upper), (lower, lower)):
        low, high = measure._interval(weights, bias, least, most)
        negative, positive = np.minimum(weights, 0), np.maximum(weights, 0)
        exact_low = exact_convolution(least[0], positive, bias) + exact_convolution(most[0], negative, nothing)
        exact_high = exact_convolution(most[0], positive, bias) + exact_convolution(least[0], negative, nothing)
        assert all(Fraction(x) <= exact for x, exact in zip(low.ravel().tolist(), exact_low.ravel(), strict=True))
        assert all(Fraction(x) >= exact for x, exact in zip(high.ravel().tolist(), exact_high.ravel(), strict=True))
        assert (high - low - (exact_high - exact_low).astype(float) < 1e-12).all()
    plain = measure._convolve(middle, weights, bias) + measure._convolve(reach, abs(weights), nothing)
    exact_high = exact_convolution(upper[0], positive, bias) + exact_convolution(lower[0], negative, nothing)
    assert any(Fraction(x) < exact for x, exact in zip(plain.ravel().tolist(), exact_high.ravel(), strict=True))
    above = measure._sums_above(reach, weights, bias)
    exact = exact_convolution(reach[0], abs(weights), abs(bias))
    assert all(Fraction(x) >= e for x, e in zip(above.ravel().tolist(), exact.ravel(), strict=True))
    plain = measure._convolve(reach, abs(weights), abs(bias))
    assert any(Fraction(x) < e for x, e in zip(plain.ravel().tolist(), exact.ravel(), strict=True))


# Training


def test_training_lowers_the_loss_and_depends_on_the_seed_alone(split):
    few = data.Split(split.train.first(141), split.validation.first(50), split.test)
    schedule = training.Schedule(epochs=3, rate=4e-3)
    fitted, again = (training.train(few, 0, schedule) for _ in range(2))
    assert min(fitted.validation_losses) < 0.9 * fitted.validation_losses[0]
    assert fitted.epoch == int(np.argmin(fitted.validation_losses))
    assert all((a == b).all() for a, b in zip(fitted.parameters, again.parameters, strict=True))
    assert training.cross_entropy(fitted.parameters, few.validation) == min(fitted.validation_losses)


def test_fine_tuning_that_does_harm_is_undone(parameters, split):
    few = data.Split(split.train.first(47), split.validation.first(50), split.test)
    poolings = numbers(measure.ORIGINAL)
    spoiled = training.fit(parameters, few, poolings, training.Schedule(1, rate=10.0), np.random.default_rng(0))
    assert spoiled.epoch == 0
    assert all((a == b).all() for a, b in zip(spoiled.parameters, parameters, strict=True))
    assert spoiled.validation_losses[1] > spoiled.validation_losses[0]


@pytest.mark.parametrize(
    ("module", "extra", "need"),
    [
        ("jax", "train", lambda split: training.train(split, 0)),
        ("optax", "train", lambda split: training.train(split, 0)),
        ("sklearn.datasets", "train", lambda split: data.load_split()),
        ("onnx", "onnx", lambda split: onnx_model.read_parameters(onnx_model.shipped_model())),
        ("onnx", "onnx", lambda split: onnx_model.write_model(model.initialise(0), "never-written.onnx")),
    ],
)
def test_missing_libraries_are_named_with_their_extra(module, extra, need, monkeypatch, split):
    monkeypatch.setitem(sys.modules, module, None)
    training._optimiser.cache_clear()
    with pytest.raises(MissingDependencyError, match=rf"subpool\[{extra}\]"):
        need(split)


# The results that come with the package, measured again


def test_stored_results_are_of_the_whole_program_and_the_shipped_model(stored):
    import onnx

    assert stored["settings"] == json.loads(json.dumps(asdict(settings.FULL)))
    facts = {entry.key: entry.value for entry in onnx.load(onnx_model.shipped_model()).metadata_props}
    assert facts == {name: str(value) for name, value in stored["trained"].items()}


def test_stored_errors_of_the_pooling_are_those_measured_now(stored, parameters, split, boxes):
    chosen = settings.Settings(replacements=("average", "range 1,d-1", "cube 0,1,d-1"))
    kept = {(row["replacement"], row["layer"]): row for row in stored["pooling"]}
    for row in experiments.pooling_rows(parameters, split, boxes, chosen):
        before = kept[row["replacement"], row["layer"]]
        assert row["error"] == before["error"]
        for name in ("mean_max", "mean_error", "mean_certified", "largest_error", "largest_share_of_certified"):
            assert row[name] == pytest.approx(before[name], rel=1e-9)
        for name in ("windows", "constant", "beyond_box", "attained"):
            # Another machine may round another way.
            assert row[name] == pytest.approx(before[name], abs=10)


def test_stored_accuracies_are_those_measured_now(stored, parameters, split, boxes):
    for row in stored["accuracy"]:
        poolings = numbers(replace_pooling(replacement_named(row["replacement"]), row["layers"], boxes))
        hits = int((training.predict(parameters, split.test.images, poolings) == split.test.labels).sum())
        # Another machine may round another way, and an image on the edge may fall to the other side.
        assert abs(hits - row["as_trained"]["hits"]) <= 1
        assert row["as_trained"]["of"] == len(split.test) == 540


def test_no_stored_attack_exceeds_what_is_certified(stored):
    assert stored["adversarial"]
    for row in stored["adversarial"]:
        for kind in ("clean", "random", "ascent"):
            assert row[kind]["above_certified"] == 0
        assert row["ascent"]["median"] >= row["clean"]["median"] * (1 - 1e-6)
        assert row["ascent"]["largest"] >= row["clean"]["largest"] * (1 - 1e-6)


def test_the_page_shows_the_stored_results(stored):
    page = PAGE.read_text(encoding="utf-8")
    assert fill_page(page, all_tables(stored)) == page


def test_a_page_without_marks_is_refused(stored):
    with pytest.raises(FormatError, match="the table 'accuracy' 0 times"):
        fill_page("no tables here", all_tables(stored))


# The program


@pytest.fixture(scope="module")
def quick_run(tmp_path_factory):
    from contextlib import redirect_stderr, redirect_stdout
    from io import StringIO

    folder, out, err = tmp_path_factory.mktemp("quick"), StringIO(), StringIO()
    bars = []

    class CountedBar(Bar):
        def __init__(self, description, total):
            super().__init__(description, total)
            self.total, self.steps = total, 0
            bars.append(self)

        def step(self):
            super().step()
            self.steps += 1

    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(program, "Bar", CountedBar)
        code = program.main(["--quick", "--out", str(folder)])
    return code, out.getvalue(), err.getvalue(), folder, bars[0]


def test_the_program_runs_and_its_tables_fit(quick_run):
    code, out, err, folder, _ = quick_run
    assert code == 0
    assert max(map(len, out.splitlines())) <= 100
    assert "range 1,d-1" in out
    assert "Traceback" not in err
    assert sorted(file.name for file in folder.iterdir()) == ["digits.json", "digits.onnx"]


def test_what_the_program_writes_is_what_it_shows(quick_run, capsys):
    _, out, _, folder, _ = quick_run
    assert program.main(["--results", str(folder / "digits.json")]) == 0
    assert capsys.readouterr().out == out


def test_progress_ends_where_it_said_it_would(quick_run):
    bar = quick_run[4]
    assert bar.steps == bar.total > 0


def test_the_program_puts_its_tables_into_a_page(tmp_path, stored):
    page = tmp_path / "page.md"
    page.write_text("".join(f"<!-- table {name} -->\nold\n<!-- end -->\n" for name in all_tables(stored)))
    assert program.main(["--results", str(results.shipped_results()), "--page", str(page)]) == 0
    text = page.read_text()
    assert "old" not in text
    assert all(table.to_markdown() in text for table in all_tables(stored).values())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--page", "/nonexistent.md"], "cannot read"),
        (["--out", "/nonexistent/folder"], "there is no such folder"),
        (["--results", "/nonexistent.json"], "cannot read"),
        (["--model", "/nonexistent.onnx"], "cannot read"),
        (["--results", __file__], "no JSON"),
    ],
)
def test_bad_usage_is_one_line_and_exit_code_two(arguments, message, capsys):
    assert program.main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith("subpool: ")
    assert message in captured.err
    assert captured.err.count("\n") == 1
    assert not captured.out
