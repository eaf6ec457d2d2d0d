"""Are distinct windows prevalent: counting, resampling, deciding, and the command ``observe``."""

import json
import sys
from fractions import Fraction
from xml.etree import ElementTree

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image

from theory import optimal_estimator
from theory.cli import main
from theory.empirical.digits import digit_pictures
from theory.empirical.images import SHIPPED, Picture, load_pictures, picture_from_array, shipped_photographs
from theory.empirical.model_inputs import ImageInput, fit, image_input
from theory.empirical.observing.bootstrap import interval, resample
from theory.empirical.observing.max_pools import MaxPool, PoolingModel
from theory.empirical.observing.model_observation import PoolObservation, observe_model
from theory.empirical.observing.observation import _FEW, Observer, Rule, default_estimators, observe
from theory.empirical.observing.results import observation_row
from theory.empirical.observing.sources import TRANSFORMS, Origin
from theory.empirical.observing.statistics import GAP, residual_of
from theory.empirical.observing.tallies import BINS, Counter, Mixture, RelativeResidual
from theory.empirical.observing.verdict import Answer, Interval, Reading, is_below, unanimous
from theory.empirical.observing.windows import _BLOCKS, blocks_of, grid_of, select, sorted_windows, windows_of
from theory.empirical.runner import open_runner
from theory.errors import (
    ArrayError,
    FormatError,
    InputError,
    KernelSizeError,
    MissingDependencyError,
    SolverError,
    UndecidedError,
)
from theory.estimator import Estimator
from theory.figures.observed import plot_gap, plot_pools, plot_residual
from theory.models.windows import AxisWindows, WindowGrid
from theory.plotting import save_figure


def rng(seed=0):
    return np.random.default_rng(seed)


def grey(name, array):
    return picture_from_array(name, np.asarray(array, dtype=np.uint8))


def noise_pictures(number, shape=(24, 24), seed=0):
    draws = rng(seed)
    return [grey(f"noise {k}", draws.integers(0, 256, shape)) for k in range(number)]


def naive_windows(pixels, kernel, strides=(1, 1)):
    """All windows by loops."""
    return [
        sorted(int(v) for v in channel[top : top + kernel[0], left : left + kernel[1]].ravel())
        for channel in pixels
        for top in range(0, channel.shape[0] - kernel[0] + 1, strides[0])
        for left in range(0, channel.shape[1] - kernel[1] + 1, strides[1])
    ]


def naive_gap(row):
    return Fraction(row[-1] - row[-2], row[-1] - row[0])


# Windows


@pytest.mark.parametrize("strides", [(1, 1), (2, 1), (3, 2)])
def test_windows_are_those_of_loops(strides):
    pixels = rng().integers(0, 256, (2, 9, 7))
    windows = windows_of((3, 2), strides)
    number = 2 * int(np.prod(grid_of(windows, (9, 7))))
    found = np.concatenate(list(sorted_windows(pixels, windows, np.arange(number))))
    assert found.tolist() == naive_windows(pixels, (3, 2), strides)


@pytest.mark.parametrize("axes", [1, 3])
def test_windows_in_one_and_three_dimensions_with_dilation(axes):
    shape = (7, 6, 5)[:axes]
    array = rng().random((2, *shape))
    windows = WindowGrid((AxisWindows(2, stride=2, dilation=3, begin=-1),) * axes)
    grid = grid_of(windows, shape)
    rows = np.concatenate(list(sorted_windows(array, windows, np.arange(2 * int(np.prod(grid))))))
    expected = []
    for index in np.ndindex(2, *grid):
        corner = [1 + 2 * k for k in index[1:]]
        taps = [tuple(c + 3 * t for c, t in zip(corner, tap, strict=True)) for tap in np.ndindex(*(2,) * axes)]
        expected.append(sorted(float(array[(index[0], *tap)]) for tap in taps))
    assert rows.tolist() == expected


def test_windows_come_in_pieces_of_bounded_size():
    array = np.zeros((1, 800, 800), dtype=np.uint8)
    sizes = [len(rows) for rows in sorted_windows(array, windows_of((3, 3)), np.arange(798 * 798))]
    assert sum(sizes) == 798 * 798
    assert max(sizes) * 9 <= 1 << 20


def test_a_limited_choice_takes_one_window_from_each_stretch():
    chosen = select(1003, 100, rng())
    assert all(1003 * k // 100 <= c < 1003 * (k + 1) // 100 for k, c in enumerate(chosen))
    assert select(100, 100, rng()).tolist() == list(range(100))


def test_blocks_cover_the_grid_alike_in_all_channels():
    blocks = blocks_of(np.arange(2 * 8 * 12), 2, (8, 12)).reshape(2, 8, 12)
    assert (blocks[0] == blocks[1]).all()
    assert np.bincount(blocks[0].ravel()).tolist() == [6] * _BLOCKS**2


@pytest.mark.parametrize(
    ("kernel", "steps", "error"),
    [
        ((1, 1), {}, KernelSizeError),
        ((0, 3), {}, KernelSizeError),
        ((3, 3), {"strides": (1,)}, InputError),
        ((3, 3), {"strides": (0, 1)}, InputError),
        ((3.5, 3), {}, KernelSizeError),
    ],
)
def test_impossible_geometries_are_refused(kernel, steps, error):
    with pytest.raises(error):
        windows_of(kernel, **steps)


# Tallies


def counted(rows, *, estimators=(), low=0.0, high=255.0, threshold=0.5):
    counter = Counter([RelativeResidual(f) for f in estimators], low=low, high=high, threshold=threshold)
    counter.add(np.asarray(rows, dtype=np.float64))
    return counter.tally, Mixture(counter.tally)


def test_known_gaps_are_counted():
    # Gaps 1, 0, 1/2, 1/4; one window without.
    rows = [[0, 0, 0, 8], [0, 0, 8, 8], [0, 1, 2, 4], [0, 2, 6, 8], [7, 7, 7, 7]]
    tally, mixture = counted(rows)
    assert tally["constant"] / tally["windows"] == pytest.approx(0.2)
    assert GAP.tied(mixture) == pytest.approx(0.25)
    assert GAP.mean(mixture) == pytest.approx((1 + 0 + 0.5 + 0.25) / 4)
    assert tally["distinct"][0].tolist() == [1, 0, 8 / 255]
    assert tally["at_threshold"].tolist() == [1]
    assert np.flatnonzero(tally["gap"][0, 0]).tolist() == [0, BINS // 4, BINS // 2, BINS]
    assert [float(GAP.quantile(mixture, q)[0]) for q in (0.25, 0.5, 0.75, 1)] == [0, 0.25, 0.5, 1]


def test_histograms_are_exact_for_bytes():
    pixels = rng().integers(0, 256, (1, 40, 40))
    rows = naive_windows(pixels, (2, 2))
    gaps = [naive_gap(row) for row in rows if row[0] < row[-1]]
    _, mixture = counted(rows)
    survival = GAP.survival(mixture)[0]
    for k in (0, 1, 100, 256, 511, 512):
        assert survival[k] == pytest.approx(sum(gap > Fraction(k, BINS) for gap in gaps) / len(gaps), abs=1e-12)
    assert GAP.mean(mixture)[0] == pytest.approx(float(sum(gaps) / len(gaps)))


def test_superiority_of_histograms_is_that_of_pairs():
    draws = rng()
    first, second = (np.sort(draws.integers(0, 9, (40, 4)), axis=1) for _ in range(2))
    (_, a), (_, b) = counted(first), counted(second)
    gaps = [[naive_gap([int(v) for v in row]) for row in rows if row[0] < row[-1]] for rows in (first, second)]
    pairs = [(x > y) + Fraction(int(x == y), 2) for x in gaps[0] for y in gaps[1]]
    assert GAP.superiority(a, b)[0] == pytest.approx(float(Fraction(sum(pairs), len(pairs))))
    assert GAP.superiority(a, b)[0] + GAP.superiority(b, a)[0] == pytest.approx(1)


@pytest.mark.parametrize("objective", ["cube", "range"])
def test_residuals_are_those_of_the_estimator(objective):
    f = optimal_estimator(9, [0, 1, 8] if objective == "cube" else [1, 8], objective=objective)
    rows = np.sort(rng().integers(0, 256, (500, 9)), axis=1)
    x = rows / 255
    expected = np.abs(x.max(axis=1) - f(x)) / float(f.error)
    if objective == "range":
        expected /= np.ptp(x, axis=1)
    _, mixture = counted(rows, estimators=[f])
    assert residual_of(0).mean(mixture)[0] == pytest.approx(expected.mean())
    survival = residual_of(0).survival(mixture)[0]
    assert survival[BINS // 4] == pytest.approx((expected > 0.25).mean())


@pytest.mark.parametrize("kernel_size", [2, 4, 9, 25])
def test_worst_vertices_attain_the_certified_error(kernel_size):
    for f in default_estimators(kernel_size):
        vertices = [[0] * z + [1] * (kernel_size - z) for z in f.equioscillation]
        _, mixture = counted(vertices, estimators=[f], high=1.0)
        assert residual_of(0).mean(mixture)[0] == pytest.approx(1)


def test_a_residual_above_the_certified_error_is_an_error_of_ours():
    wrong = Estimator(4, {0: Fraction(3, 8), 1: 1}, error=Fraction(1, 8))
    with pytest.raises(SolverError, match="exceeds the certified error by the factor 3"):
        counted([[0, 0, 0, 0]], estimators=[wrong])


@pytest.mark.parametrize("target", ["median", "range", "exactly:k=0"])
def test_residuals_are_those_of_the_target(target):
    f = optimal_estimator(5, [0, 1, 4], target=target)
    rows = np.sort(np.random.default_rng(0).uniform(3, 7, (50, 5)), axis=1)
    inside = (rows - 3) / 4
    wanted = inside @ [float(w) for w in f.target.weights] + float(f.target.constant) - f(inside)
    ratios, _ = RelativeResidual(f)(rows, 3.0, 4.0)
    assert ratios == pytest.approx(np.abs(wanted) / float(f.error))
    assert f.residual(inside) == pytest.approx(wanted)
    vertices = np.tri(6, 5, -1)[:, ::-1]  # with 0, 1, ..., 5 ones, sorted
    assert f.residual(vertices)[::-1] == pytest.approx([float(e) for e in f.vertex_residuals])


def test_estimators_without_a_usable_error_are_refused():
    with pytest.raises(InputError, match="certified error above 0"):
        RelativeResidual(optimal_estimator(4, [4]))
    with pytest.raises(InputError, match="too small for residuals in float64"):
        RelativeResidual(Estimator(4, {0: 10**9, 1: 1}, error=Fraction(1, 10**6)))


def test_range_relative_residuals_survive_a_large_offset():
    f = optimal_estimator(4, [1, 3], objective="range")
    rows = np.array([[0.0, 0.0, 0.0, 1.0], [0.0, 0.25, 0.5, 1.0]])
    near, far = (counted(rows + shift, estimators=[f], low=0.0, high=1e9)[1] for shift in (0.0, 2.0**28))
    assert residual_of(0).mean(near)[0] == residual_of(0).mean(far)[0]


# Comparisons


def test_shuffling_keeps_the_pixels_of_each_channel():
    picture = Picture("colours", rng().integers(0, 256, (3, 8, 9)), 0.0, 255.0)
    other = TRANSFORMS[Origin.SHUFFLED](picture, rng())
    assert not np.array_equal(other.pixels, picture.pixels)
    assert np.array_equal(np.sort(other.pixels.reshape(3, -1)), np.sort(picture.pixels.reshape(3, -1)))


def test_noise_fills_the_box_and_rounding_gives_the_picture_back():
    picture = Picture("bytes", rng().integers(0, 256, (1, 50, 50)), 0.0, 255.0)
    noise = TRANSFORMS[Origin.NOISE](picture, rng()).pixels
    assert 0 <= noise.min() < 5
    assert 250 < noise.max() <= 255
    assert np.array_equal(np.rint(TRANSFORMS[Origin.UNROUNDED](picture, rng()).pixels), picture.pixels)


# Intervals


@pytest.mark.parametrize("kernel", [(2, 2), (3, 3)])
def test_uniform_noise_has_the_share_of_the_theory(kernel):
    d = kernel[0] * kernel[1]
    draws = rng(1)
    pictures = [picture_from_array(f"noise {k}", draws.random((70, 70))) for k in range(_FEW)]
    seen = observe(pictures, kernel, rng=draws)
    expected = 2.0 ** (2 - d)
    for share in (seen.share(), seen.share(Origin.NOISE), seen.share(Origin.SHUFFLED)):
        assert share.value == pytest.approx(expected, rel=0.15)
        # Three intervals of 95 % that all cover would be luck: twice their width is not.
        assert abs(share.value - expected) < share.high - share.low
    excess = seen.excess(Origin.NOISE)
    assert abs(excess.value) < excess.high - excess.low
    superiority = seen.observed.against(seen.samples[Origin.SHUFFLED], GAP.superiority)
    assert superiority.value == pytest.approx(0.5, abs=0.01)


def test_resamples_are_drawn_within_strata():
    weights = resample([4, 3], rng(), resamples=500)
    assert (weights[:, :4].sum(axis=1) == 4).all()
    assert (weights[:, 4:].sum(axis=1) == 3).all()
    assert weights.mean(axis=0) == pytest.approx(np.ones(7), abs=0.15)
    with pytest.raises(InputError, match="two clusters"):
        resample([4, 1], rng())


def test_intervals_cover_the_truth_where_plain_percentiles_do_not():
    # Shares of ten pictures from a skew law with a known mean, 400 times: 95 % intervals.
    draws, truth, repetitions = rng(5), 0.25, 400
    covered = plain = 0
    for _ in range(repetitions):
        shares = draws.beta(0.75, 2.25, 10)
        replicates = resample([10], draws, resamples=400) @ shares / 10
        found = interval(shares.mean(), replicates, 10)
        covered += found.low <= truth <= found.high
        low, high = np.quantile(replicates, [0.025, 0.975])
        plain += low <= truth <= high
    assert plain < covered
    assert 0.92 <= covered / repetitions <= 0.98


def test_resampling_windows_instead_of_pictures_would_be_too_sure():
    # Half of the pictures are full of distinct windows, half have none: the windows are many, the pictures are few.
    spiky = np.zeros((32, 32), dtype=np.uint8)
    spiky[1::3, 1::3] = 255
    ramp = np.arange(32 * 32).reshape(32, 32) // 32
    pictures = [grey(f"{k}", spiky if k % 2 else ramp) for k in range(10)]
    share = observe(pictures, (3, 3), rng=rng()).share()
    assert share.value == pytest.approx(0.5)
    assert share.high - share.low > 0.5


def test_intervals_of_the_undefined():
    assert np.isnan(interval(float("nan"), np.zeros(10), 5).low)
    sparse = interval(0.3, np.array([0.3] * 8 + [np.nan] * 2), 5)
    assert (sparse.low, sparse.high) == (-np.inf, np.inf)
    assert is_below(interval(float("nan"), np.zeros(10), 5), 1.0) is Answer.UNDECIDED


def test_quantiles_without_windows_are_undefined():
    _, mixture = counted([[7, 7, 7, 7]])
    assert np.isnan(GAP.quantile(mixture, 0.5)[0])
    assert np.isnan(GAP.mean(mixture)[0])


# The rule


def test_the_rule_is_three_valued():
    assert is_below(Interval(0.01, 0.0, 0.02), 0.05) is Answer.HOLDS
    assert is_below(Interval(0.08, 0.06, 0.1), 0.05) is Answer.FAILS
    assert is_below(Interval(0.04, 0.03, 0.05), 0.05) is Answer.UNDECIDED
    assert unanimous([Answer.HOLDS, Answer.UNDECIDED]) is Answer.UNDECIDED
    assert unanimous([Answer.FAILS] * 4) is Answer.FAILS
    assert unanimous([]) is Answer.UNDECIDED
    for answer in Answer:
        with pytest.raises(UndecidedError, match="Answer may be unknown"):
            bool(answer)


def ramps(number):
    rows, columns = np.mgrid[:24, :24]
    return [grey(f"ramp {k}", 4 * rows + (3 + k % 3) * columns) for k in range(number)]


def peaks(number):
    dots = np.zeros((24, 24), dtype=np.uint8)
    dots[1::3, 1::3] = 200
    return [grey(f"peaks {k}", np.roll(dots, k, axis=1)) for k in range(number)]


def test_smooth_pictures_have_no_distinct_windows_and_peaks_have_nothing_else():
    smooth, peaked = (observe(pictures, (3, 3), rng=rng()) for pictures in (ramps(8), peaks(8)))
    assert (smooth.share().value, smooth.share().low) == (0, 0)
    assert smooth.claim() is Answer.HOLDS
    assert smooth.rarer_than(Origin.SHUFFLED) is Answer.HOLDS
    assert (peaked.share().value, peaked.share().high) == (1, 1)
    assert peaked.claim() is Answer.FAILS
    assert peaked.rarer_than(Origin.SHUFFLED) is Answer.FAILS


def test_readings_that_contradict_each_other_leave_the_claim_open():
    # Distinct windows of one level among smooth ones of many: frequent, but none of them has contrast.
    faint = np.zeros((24, 24), dtype=np.uint8)
    faint[1::3, 1::3] = 1
    pictures = [grey(f"{k}", np.vstack([faint, 4 * np.mgrid[:24, :24].sum(axis=0)])) for k in range(8)]
    seen = observe(pictures, (3, 3), rng=rng())
    assert seen.rare_in(Reading.ALL) is Answer.FAILS
    assert seen.rare_in(Reading.CONTRAST) is Answer.HOLDS
    assert seen.claim() is Answer.UNDECIDED


def test_the_gap_at_the_threshold_is_not_distinct_but_told():
    flat = np.zeros((24, 24), dtype=np.uint8)
    flat[1::3, 1::3] = 2
    flat[1::3, 2::3] = 1
    found = observation_row(observe([grey(f"{k}", flat) for k in range(8)], (3, 3), rng=rng()))["sources"]
    assert found["observed"]["gap"]["distinct"]["all windows"]["value"] == 0
    assert found["observed"]["gap_at_threshold"]["value"] == 1
    # Undone, the rounding puts them on both sides of it.
    assert 0.3 < found["rounding undone"]["gap"]["distinct"]["all windows"]["value"] < 0.7


def test_pictures_weigh_the_same_whatever_their_size():
    large = grey("large", np.tile(peaks(1)[0].pixels[0], (4, 4)))
    share = observe([large, *ramps(7)], (3, 3), rng=rng()).share()
    assert share.value == pytest.approx(1 / 8)


def test_few_windows_without_an_event_prove_nothing():
    few, many = (
        observe([grey(f"{k}", p.pixels[0][:n, :n]) for k, p in enumerate(ramps(8))], (3, 3), rng=rng()) for n in (4, 24)
    )
    assert few.share().value == many.share().value == 0
    # Clopper and Pearson: 1 - 0.025^(1/n) for none of n, n the number of windows that do not overlap.
    assert few.share().high == pytest.approx(1 - 0.025 ** (9 / (8 * 4)))
    assert many.share().high == pytest.approx(1 - 0.025 ** (9 / (8 * 22 * 22)))
    assert (few.claim(), many.claim()) == (Answer.UNDECIDED, Answer.HOLDS)


def test_few_pictures_are_resampled_by_blocks():
    seen = observe(noise_pictures(2), (3, 3), rng=rng())
    assert seen.by_blocks
    assert seen.observed.units == _BLOCKS**2
    assert not observe(noise_pictures(_FEW), (3, 3), rng=rng()).by_blocks


def test_a_single_window_answers_nothing():
    seen = observe([grey("nine pixels", np.arange(9).reshape(3, 3))], (3, 3), rng=rng())
    assert seen.share().value == 0
    assert seen.claim() is Answer.UNDECIDED


def test_results_depend_on_the_seed_alone():
    pictures = noise_pictures(3)
    first, again, other = (
        [observe(pictures, (3, 3), rng=rng(seed), rule=Rule(limit=100)).share(origin) for origin in Origin]
        for seed in (1, 1, 2)
    )
    assert first == again != other


def test_limits_bound_what_is_looked_at():
    seen = observe(noise_pictures(8), (3, 3), rng=rng(), rule=Rule(limit=50))
    assert seen.windows == 400
    assert {picture.windows for picture in seen.pictures} == {22 * 22}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"threshold": 1.0}, "at least 0 and below 1, not 1.0"),
        ({"threshold": float("nan")}, "at least 0 and below 1"),
        ({"rare": 0.0}, "above 0 and at most 1, not 0.0"),
        ({"limit": 0}, "at least one window"),
    ],
)
def test_bad_rules_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        Rule(**arguments)


def test_estimators_of_other_windows_are_refused():
    with pytest.raises(InputError, match="of that kernel size, not of 4"):
        observe(noise_pictures(1), (3, 3), estimators=lambda d: [optimal_estimator(4, [0, 1])], rng=rng())


def test_pictures_must_be_there_and_large_enough():
    with pytest.raises(InputError, match="at least one picture"):
        observe([], (3, 3), rng=rng())
    with pytest.raises(InputError, match="tiny: a window of 3x3 values is larger than what there is: 2x5"):
        observe([grey("tiny", np.zeros((2, 5)))], (3, 3), rng=rng())
    with pytest.raises(InputError, match="2 pictures were announced, but 0 added"):
        Observer(windows_of((3, 3)), default_estimators(9), 2, rng(), Rule()).finish()


def test_range_weights_and_bands_count_what_they_say():
    rows = [[0, 0, 0, 1], [0, 1, 1, 3], [0, 0, 0, 255]]
    tally, _ = counted(rows)
    assert tally["band_windows"][0].tolist() == [1, 1, 0, 0, 0, 0, 0, 1]
    assert tally["band_distinct"][0].tolist() == [1, 1, 0, 0, 0, 0, 0, 1]
    weighted = tally["gap"][0, 2].sum()
    assert weighted == pytest.approx((1 + 3 + 255) / 255)
    assert tally["gap"][0, 1].sum() == 1


# Pictures


def test_shipped_photographs_are_there_without_a_network():
    pictures = shipped_photographs()
    assert [picture.name for picture in pictures] == list(SHIPPED)
    assert {len(picture.pixels) for picture in pictures} == {1, 3}
    with pytest.raises(InputError, match="not 'lenna'"):
        shipped_photographs(["lenna"])


def save(path, array, mode=None):
    Image.fromarray(np.asarray(array), mode=mode).save(path)
    return path


def test_files_of_many_kinds_are_read(tmp_path):
    colours = rng().integers(0, 256, (5, 4, 4)).astype(np.uint8)
    grey16 = rng().integers(0, 65536, (5, 4)).astype(np.uint16)
    floats = rng().random((5, 4)).astype(np.float32)
    Image.fromarray(colours[..., :3]).save(tmp_path / "rgb.png")
    Image.fromarray(colours).save(tmp_path / "rgba.png")
    Image.fromarray(colours[..., 0]).save(tmp_path / "grey.png")
    Image.fromarray(colours[..., :3]).quantize(4).save(tmp_path / "palette.png")
    Image.fromarray(colours[..., 0] > 99).save(tmp_path / "bilevel.png")
    Image.fromarray(grey16).save(tmp_path / "grey16.png")
    Image.fromarray(floats).save(tmp_path / "floats.tiff")
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / ".hidden.png").write_text("no image")
    found = {picture.name.rpartition("/")[2]: picture for picture in load_pictures([tmp_path])}
    assert {name: len(picture.pixels) for name, picture in found.items()} == {
        "bilevel.png": 1,
        "floats.tiff": 1,
        "grey.png": 1,
        "grey16.png": 1,
        "palette.png": 3,
        "rgb.png": 3,
        "rgba.png": 3,
    }
    assert np.array_equal(found["rgba.png"].pixels, np.moveaxis(colours[..., :3], -1, 0))
    assert np.array_equal(found["grey16.png"].pixels[0], grey16)
    assert found["grey16.png"].high == 65535
    assert np.array_equal(found["floats.tiff"].pixels[0], floats)
    assert set(np.unique(found["bilevel.png"].pixels)) == {0, 255}


def test_what_is_no_image_is_refused_by_name(tmp_path):
    text = tmp_path / "notes.png"
    text.write_text("no image")
    with pytest.raises(InputError, match=r"notes\.png: an image is needed"):
        list(load_pictures([text]))
    with pytest.raises(InputError, match=r"notes\.png: an image is needed"):
        list(load_pictures([tmp_path]))
    with pytest.raises(InputError, match=r"missing\.png: there is no such file"):
        load_pictures([tmp_path / "missing.png"])
    whole = save(tmp_path / "whole.png", rng().integers(0, 256, (40, 40)).astype(np.uint8))
    cut = tmp_path / "cut.png"
    cut.write_bytes(whole.read_bytes()[:600])
    with pytest.raises(InputError, match=r"cut\.png: the image cannot be read"):
        list(load_pictures([cut]))
    with pytest.raises(InputError, match="given twice"):
        load_pictures([whole, whole])
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError, match="this one has none"):
        load_pictures([empty])


def test_pixels_that_are_no_numbers_are_refused(tmp_path):
    broken = rng().random((4, 4)).astype(np.float32)
    broken[1, 2] = np.nan
    with pytest.raises(InputError, match=r"nan\.tiff: a picture has no NaN pixels, but 1 of 16"):
        list(load_pictures([save(tmp_path / "nan.tiff", broken)]))
    with pytest.raises(InputError, match="these go from 0 to 7"):
        picture_from_array("bright", np.array([[0.0, 7.0]]))
    with pytest.raises(ArrayError, match="not int64"):
        picture_from_array("signed", np.zeros((2, 2), dtype=np.int64))
    with pytest.raises(ArrayError, match="not \\(2,\\)"):
        picture_from_array("flat", np.zeros(2))
    with pytest.raises(InputError, match="has pixels"):
        picture_from_array("none", np.zeros((0, 2)))


def test_a_missing_extra_is_named(monkeypatch, tmp_path):
    model = pooling_model(tmp_path / "m.onnx", [max_pool("x", "y", "p", kernel_shape=[2, 2])])
    monkeypatch.setitem(sys.modules, "skimage", None)
    with pytest.raises(MissingDependencyError, match=r"subpool\[images\]"):
        shipped_photographs()
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(MissingDependencyError, match=r"subpool\[train\]"):
        digit_pictures()
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(MissingDependencyError, match=r"subpool\[onnx\]"):
        PoolingModel(model)
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingDependencyError, match=r"subpool\[onnx\]"):
        PoolingModel(model)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingDependencyError, match=r"subpool\[plots\]"):
        plot_gap(observe(ramps(1), (3, 3), rng=rng()))


# Models


def pooling_model(path, nodes, *, shape=("N", 1, 8, 8), element=TensorProto.FLOAT, inputs=None):
    values = [helper.make_tensor_value_info(name, element, shape) for name in inputs or ["x"]]
    graph = helper.make_graph(
        nodes,
        "g",
        values,
        [helper.make_tensor_value_info(nodes[-1].output[0], element, [f"size {k}" for k in range(len(shape))])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, path)
    return path


def max_pool(source, target, name="", **attributes):
    return helper.make_node("MaxPool", [source], [target], name=name, **attributes)


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ({"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}, 8),
        ({"kernel_shape": [2, 2]}, 8),
        ({"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_UPPER"}, 8),
        ({"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "SAME_LOWER"}, 8),
        ({"kernel_shape": [2, 2], "strides": [3, 3], "dilations": [2, 2], "pads": [1, 1, 0, 0]}, 11),
        ({"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "VALID"}, 8),
        # What pads say does not count then.
        ({"kernel_shape": [3, 3], "strides": [2, 2], "auto_pad": "VALID", "pads": [1, 1, 1, 1]}, 9),
    ],
)
def test_windows_inside_are_windows_of_the_node(tmp_path, attributes, size):
    path = pooling_model(tmp_path / "m.onnx", [max_pool("x", "y", "p", **attributes)], shape=("N", 1, size, size))
    model = PoolingModel(path)
    x = rng().permutation(size * size).reshape(1, 1, size, size).astype(np.float32)
    (array,) = model.run(x)
    assert np.array_equal(array, x[0])
    windows = model.pools[0].inside(array.shape[1:])
    grid = grid_of(windows, array.shape[1:])
    maxima = np.concatenate(list(sorted_windows(array, windows, np.arange(int(np.prod(grid))))))[:, -1].reshape(grid)
    pooled = open_runner(path, device="cpu").run(x)["y"]
    # Values are distinct and padding is minus infinity: the windows inside are a block of those of the node.
    rows, columns = grid
    starts = [
        (top, left)
        for top in range(pooled.shape[2] - rows + 1)
        for left in range(pooled.shape[3] - columns + 1)
        if np.array_equal(pooled[0, 0, top : top + rows, left : left + columns], maxima)
    ]
    assert starts
    assert pooled.shape[2] - rows <= 2


def test_every_max_pool_of_a_model_is_observed(tmp_path):
    nodes = [
        helper.make_node("Relu", ["x"], ["r"]),
        max_pool("r", "a", "first", kernel_shape=[2, 2]),
        max_pool("a", "b", "", kernel_shape=[3, 3], strides=[2, 2]),
        max_pool("b", "c", "whole", kernel_shape=[5, 5], pads=[2, 2, 2, 2]),
    ]
    model = PoolingModel(pooling_model(tmp_path / "m.onnx", nodes))
    wanted = image_input(model.single_input())
    pictures = digit_pictures(10)
    seen = observe_model(model, wanted, pictures, "unit", rng=rng())
    assert [pool.pool.name for pool in seen] == ["first", "b", "whole"]
    assert [pool.observation is None for pool in seen] == [False, False, True]
    assert "no window lies wholly inside" in seen[2].skipped
    assert (seen[0].low, seen[0].high) == (0.0, 1.0)
    # The first node sees the digits themselves, in a box of [0,1] instead of 0..16.
    direct = observe(pictures, (2, 2), rng=rng())
    first = seen[0].observation
    assert first.windows == direct.windows
    assert first.share().value == direct.share().value
    for k in range(3):
        statistic = residual_of(k).mean
        assert first.observed(statistic).value == pytest.approx(direct.observed(statistic).value)
    axes = plot_pools(seen)
    assert [label.get_text() for label in axes.get_xticklabels()] == ["first\n2x2", "b\n3x3"]


def test_pictures_with_the_channels_last(tmp_path):
    found = []
    for name, shape, perm in (("first", ("N", 1, 8, 8), [0, 1, 2, 3]), ("last", ("N", 8, 8, 1), [0, 3, 1, 2])):
        nodes = [
            helper.make_node("Transpose", ["x"], ["t"], perm=perm),
            max_pool("t", "y", "pool", kernel_shape=[3, 2]),
        ]
        model = PoolingModel(pooling_model(tmp_path / f"{name}.onnx", nodes, shape=shape))
        wanted = image_input(model.single_input())
        assert (wanted.channels, wanted.height, wanted.width) == (1, 8, 8)
        assert wanted.channels_last is (name == "last")
        found.append(observe_model(model, wanted, digit_pictures(5), "unit", rng=rng()))
    ((first,), (last,)) = found
    assert first.observation.windows == last.observation.windows
    assert first.observation.share().value == last.observation.share().value
    assert (first.low, first.high) == (last.low, last.high)


@pytest.mark.parametrize("kind", [np.uint8, np.int8])
def test_quantized_pooling_is_observed(tmp_path, kind, capsys):
    """As models have it that were quantized with QuantizeLinear and DequantizeLinear: 8-bit integers are pooled."""
    zero = 0 if kind is np.uint8 else -128
    nodes = [
        helper.make_node("Constant", [], ["scale"], value_float=1 / 255),
        helper.make_node("Constant", [], ["zero"], value=helper.make_tensor("z", TensorProto.INT32, [], [zero])),
        helper.make_node("Cast", ["zero"], ["offset"], to=helper.np_dtype_to_tensor_dtype(np.dtype(kind))),
        helper.make_node("QuantizeLinear", ["x", "scale", "offset"], ["q"]),
        max_pool("q", "p", "pool", kernel_shape=[2, 2]),
        helper.make_node("DequantizeLinear", ["p", "scale", "offset"], ["y"]),
    ]
    path = pooling_model(tmp_path / "m.onnx", nodes, shape=("N", 1, 16, 16))
    pixels = rng().integers(0, 256, (16, 16)).astype(np.uint8)
    picture = save(tmp_path / "x.png", pixels)
    assert main(["observe", str(picture), "--model", str(path), "--json"]) == 0
    (pool,) = json.loads(capsys.readouterr().out)["pools"]
    assert [pool["smallest_input"], pool["largest_input"]] == [int(pixels.min()) + zero, int(pixels.max()) + zero]
    assert pool["observation"]["windows"] == 225


def test_models_of_strangers_are_refused_in_one_line(tmp_path, capsys):
    nodes = [max_pool("x", "y", "pool", kernel_shape=[2, 2])]
    picture = str(save(tmp_path / "x.png", np.zeros((8, 8), np.uint8)))
    whole = pooling_model(tmp_path / "m.onnx", nodes).read_bytes()
    (tmp_path / "name.onnx").write_bytes(whole.replace(b"pool", b"p\xff\xfel"))
    pooling_model(tmp_path / "large.onnx", nodes, shape=("N", 3, 1 << 31, 1 << 20))
    pooling_model(tmp_path / "batch.onnx", nodes, shape=(1 << 40, 1, 8, 8))
    size = helper.make_node("Constant", [], ["size"], value_ints=[1, 1 << 31, 8, 8])
    wide = [size, helper.make_node("Expand", ["x", "size"], ["e"]), max_pool("e", "y", "pool", kernel_shape=[2, 2])]
    pooling_model(tmp_path / "wide.onnx", wide)
    for name, message in (
        ("name", "it is not the protocol buffer of one"),
        ("large", "one run takes 2.52e+07 GiB for 'x' alone"),
        ("batch", "one run takes 2.62e+05 GiB for 'x' alone"),
        ("wide", "the value 'e' of the model would take 512 GiB"),
    ):
        assert main(["observe", picture, "--model", str(tmp_path / f"{name}.onnx")]) == 2
        error = capsys.readouterr().err
        assert error.startswith("subpool: ")
        assert error.count("\n") == 1
        assert message in error


def test_models_that_cannot_be_observed_are_refused(tmp_path):
    relu = [helper.make_node("Relu", ["x"], ["y"])]
    with pytest.raises(InputError, match=r"m\.onnx: a model with MaxPool nodes is needed"):
        PoolingModel(pooling_model(tmp_path / "m.onnx", relu))
    (tmp_path / "text.onnx").write_text("no model")
    with pytest.raises(FormatError, match=r"text\.onnx' is no ONNX model"):
        PoolingModel(tmp_path / "text.onnx")
    with pytest.raises(InputError, match=r"cannot read '.*none\.onnx': No such file"):
        PoolingModel(tmp_path / "none.onnx")
    one = [max_pool("x", "y", "p", kernel_shape=[1, 1])]
    model = PoolingModel(pooling_model(tmp_path / "one.onnx", one))
    with pytest.raises(InputError, match="none of the MaxPool nodes can be observed: p: its windows have one input"):
        observe_model(model, image_input(model.single_input()), digit_pictures(3), "unit", rng=rng())
    flat = [
        helper.make_node("Sub", ["x", "x"], ["zero"]),
        max_pool("zero", "y", "p", kernel_shape=[2, 2]),
    ]
    model = PoolingModel(pooling_model(tmp_path / "flat.onnx", flat))
    with pytest.raises(InputError, match="all its inputs are 0"):
        observe_model(model, image_input(model.single_input()), digit_pictures(3), "unit", rng=rng())
    infinite = [helper.make_node("Log", ["x"], ["l"]), max_pool("l", "y", "p", kernel_shape=[2, 2])]
    model = PoolingModel(pooling_model(tmp_path / "log.onnx", infinite))
    with pytest.raises(InputError, match="the input of p has NaN or infinite values"):
        observe_model(model, image_input(model.single_input()), digit_pictures(3), "unit", rng=rng())


@pytest.mark.parametrize(
    ("shape", "element", "inputs", "message"),
    [
        (
            ("N", 1, 8, 8),
            TensorProto.FLOAT,
            ["x", "z"],
            r"m\.onnx: a model with one input is needed, but this one has 2",
        ),
        ((1, 8, 8), TensorProto.FLOAT, ["x"], r"with 1 or 3 channels, .* shape \(1, 8, 8\)"),
        (("N", 8, 8, 2), TensorProto.FLOAT, ["x"], r"with 1 or 3 channels, .* shape \(any, 8, 8, 2\)"),
        (("N", 1, 8, 8), TensorProto.UINT8, ["x"], r"m\.onnx: a model of real numbers is needed"),
    ],
)
def test_models_that_need_inputs_that_cannot_be_made_are_refused(tmp_path, shape, element, inputs, message):
    pool = max_pool("x", "y", "p", kernel_shape=[2] * (len(shape) - 2))
    path = pooling_model(tmp_path / "m.onnx", [pool], shape=shape, element=element, inputs=inputs)
    with pytest.raises(InputError, match=message):
        image_input(PoolingModel(path).single_input())


def test_pictures_are_cut_scaled_and_normalised():
    wanted = ImageInput(3, 10, 20)
    picture = grey("grey", np.full((30, 30), 51))
    unit, plain, imagenet = (fit(picture, wanted, how) for how in ("unit", "bytes", "imagenet"))
    assert unit.shape == (1, 3, 10, 20)
    assert unit == pytest.approx(np.full(unit.shape, 0.2))
    assert plain == pytest.approx(np.full(unit.shape, 51))
    assert imagenet[0, :, 0, 0] == pytest.approx((0.2 - np.array([0.485, 0.456, 0.406])) / [0.229, 0.224, 0.225])
    # What is cut is the middle: the edges of a wide picture do not matter.
    wide = np.zeros((1, 10, 50), dtype=np.uint8)
    wide[..., :14] = 255
    square = ImageInput(1, 10, 10)
    assert fit(Picture("wide", wide, 0, 255), square, "unit").max() == 0
    colour = ImageInput(1, 1, 1)
    red = Picture("red", np.array([255, 0, 0]).reshape(3, 1, 1), 0, 255)
    assert fit(red, colour, "unit").item() == pytest.approx(0.2125)
    with pytest.raises(InputError, match="not with 2"):
        fit(Picture("two", np.zeros((2, 1, 1)), 0, 1), colour, "unit")


def test_same_padding_is_split_as_onnx_says():
    upper, lower = (
        MaxPool.of("p", "x", {"kernel_shape": [3], "strides": [2], "auto_pad": f"SAME_{side}"})
        for side in ("UPPER", "LOWER")
    )
    assert upper.inside((8,)).pads == (0, 0)
    assert lower.inside((8,)).pads == (-1, 0)


# Plots


def test_plots_draw_into_the_axes_they_are_given():
    from matplotlib.figure import Figure

    seen = observe(noise_pictures(8), (3, 3), rng=rng())
    axes = Figure().subplots()
    assert plot_gap(seen, axes) is axes
    curve = next(line for line in axes.lines if line.get_label() == "pictures")
    at_half = np.asarray(curve.get_ydata())[BINS // 2]
    assert at_half == pytest.approx(seen.share(reading=Reading.VARYING).value)
    assert plot_residual(seen, 0).get_title("left") == "orders 0,1,8, E = 1/20"
    with pytest.raises(InputError, match="3 estimators, and no number 3"):
        plot_residual(seen, 3)
    with pytest.raises(InputError, match="no MaxPool node"):
        plot_pools([])


def test_names_of_nodes_are_text_in_figures(tmp_path):
    names = ["p$$q", r"$\frac$", "a--b<&>]]>", "bell\a, null\0, \ud800", "卷积", "x" * 10**6]
    seen = observe(noise_pictures(8), (2, 2), rng=rng())
    pools = [MaxPool.of(name, "x", {"kernel_shape": [2, 2]}) for name in names]
    axes = plot_pools([PoolObservation(pool, seen, "", 0.0, 1.0) for pool in pools])
    shown = [label.get_text() for label in axes.get_xticklabels()]
    assert shown[:5] == [f"{name}\n2x2" for name in (*names[:3], r"bell\x07, null\x00, \ud800", names[4])]
    assert max(map(len, shown)) < 50
    for suffix in ("svg", "png", "pdf"):
        save_figure(axes, tmp_path / f"pools.{suffix}")
    ElementTree.parse(tmp_path / "pools.svg")


# The command


def test_the_command_answers_with_intervals(tmp_path, capsys):
    for k, picture in enumerate(noise_pictures(8)):
        save(tmp_path / f"{k}.png", picture.pixels[0])
    out = tmp_path / "out"
    assert main(["observe", str(tmp_path), "--kernel", "2x2", "--out", str(out), "--format", "png"]) == 0
    text = capsys.readouterr().out
    assert [line for line in text.splitlines() if len(line) > 100 and not line.startswith("written")] == []
    for part in (
        "8 pictures, kernel 2x2 (d = 4), stride 1, 4,232 windows",
        "from 2,000 resamples of the 8 pictures",
        "windows with a distinct maximum are not prevalent: does not hold",
        "rarer than after shuffling: undecided",
        "0,1,3: 1/10",
    ):
        assert part in text
    assert sorted(file.name for file in out.iterdir()) == ["gap.png", "observation.json", "residuals.png"]
    assert json.loads((out / "observation.json").read_text())["claim"] == "does not hold"


def test_the_command_says_what_one_picture_can_tell(tmp_path, capsys):
    file = save(tmp_path / "one.png", noise_pictures(1)[0].pixels[0])
    assert main(["observe", str(file), "--orders", "0,1"]) == 0
    text = capsys.readouterr().out
    assert "1 picture, kernel 3x3 (d = 9), stride 1, 484 windows" in text
    assert "resamples of 16 blocks of the picture; not about other pictures" in text
    assert [line for line in text.splitlines() if len(line) > 100] == []


def test_the_command_prints_json_alone(tmp_path, capsys):
    file = save(tmp_path / "one.png", noise_pictures(1)[0].pixels[0])
    assert main(["observe", str(file), "--orders", "1,8", "--orders", "0,1", "--stride", "2", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["strides"] == [2, 2]
    assert found["windows"] == 121
    assert [(f["orders"], f["objective"], f["error"]) for f in found["estimators"]] == [
        ([1, 8], "range", "1/18"),
        ([0, 1], "cube", "4/9"),
    ]
    assert found["intervals"]["resampled"] == "blocks of pictures"
    assert set(found["sources"]) == {"observed", "pixels shuffled", "uniform noise", "rounding undone"}
    share = found["sources"]["observed"]["gap"]["distinct"]["all windows"]
    assert share["low"] <= share["value"] <= share["high"]


def test_the_command_observes_residuals_of_other_targets(tmp_path, capsys):
    file = save(tmp_path / "one.png", noise_pictures(1)[0].pixels[0])
    arguments = ["observe", str(file), "--kernel", "2x2", "--target", "median", "--limit", "20"]
    assert main([*arguments, "--json"]) == 0
    # {0..3} has the median itself, without an error, and is left out.
    told = [
        (f["orders"], f["objective"], f["error"], f["target"])
        for f in json.loads(capsys.readouterr().out)["estimators"]
    ]
    median = ["0", "1/2", "1/2", "0"]
    assert told == [([0, 1, 3], "cube", "1/6", median), ([1, 3], "range", "1/4", median)]
    assert main([*arguments, "--orders", "0,1,3", "--out", str(tmp_path / "out")]) == 0
    assert "1 picture, target median, kernel 2x2" in capsys.readouterr().out
    assert "median, orders 0,1,3, E = 1/6" in (tmp_path / "out" / "residuals.svg").read_text()
    assert [f.objective for f in default_estimators(4, "exactly:k=0")] == ["cube", "cube"]


def test_the_command_observes_a_model(tmp_path, capsys):
    path = pooling_model(tmp_path / "m.onnx", [max_pool("x", "y", "p", kernel_shape=[2, 2], strides=[2, 2])])
    assert main(["observe", "--model", str(path), "--limit", "9", "--out", str(tmp_path / "out")]) == 0
    text = capsys.readouterr().out
    assert "200 digits of scikit-learn" in text
    assert "does not hold" in text
    assert (tmp_path / "out" / "pools.svg").read_text().startswith("<?xml")
    assert main(["observe", "--model", str(path), "--limit", "9", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["pools"][0]["observation"]["windows"] == 1800


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothing.png"], "nothing.png: there is no such file"),
        (["--kernel", "9"], "a kernel such as 3x3 is needed, not 9"),
        (["--kernel", "2000x2000"], "astronaut: a window of 2000x2000 values is larger"),
        (["--kernel", "1x1"], "kernel size"),
        (["--stride", "0"], "a stride is an integer >= 1"),
        (["--stride", "2x2x2"], "a stride is an integer >= 1"),
        (["--limit", "0"], "the limit of windows is an integer >= 1, or all"),
        (["--orders", "0,99"], "orders for kernel size 9"),
        (["--orders", "9"], "certified error above 0"),
        (["--target", "medain"], "the nearest name: median"),
        (["--target", "1,0"], "a target of 9 inputs has 9 weights or 10 values, not 2 numbers"),
        (["--target", "trimmed-mean:k=0"], "no residuals to observe"),
        (["--target", "exactly:k=0", "--orders", "1,8"], "a target is 0 where all inputs are 0"),
        (["--seed", "-1"], "a seed is an integer >= 0"),
        (["--threshold", "2"], "at least 0 and below 1"),
        (["--rare", "2"], "above 0 and at most 1"),
        (["--normalize", "unit"], "needs --model"),
        (["--model", "nothing.onnx"], "cannot read 'nothing.onnx': No such file"),
        (["--model", "nothing.onnx", "--kernel", "3x3"], "each MaxPool node has its own"),
    ],
)
def test_bad_input_is_one_line(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["observe", *arguments]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    (line,) = output.err.splitlines()
    assert line.startswith("subpool: ")
    assert message in line
