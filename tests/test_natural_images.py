"""The numbers of docs/natural-images.md are those that ``subpool observe`` prints: all of them in ``make soak``."""

import json
import os
import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from tests.campaigns import campaign
from theory.cli import main

pytest.importorskip("skimage")
pytest.importorskip("sklearn")
pytest.importorskip("onnxruntime")

PAGE = (Path(__file__).parent.parent / "docs" / "natural-images.md").read_text(encoding="utf-8")
PROSE = " ".join(PAGE.split())
MODEL = "theory/empirical/data/digits.onnx"
HERE, SHUFFLED, NOISE, UNROUNDED = ORIGINS = ("observed", "pixels shuffled", "uniform noise", "rounding undone")
READINGS = ("all windows", "not constant", "with contrast", "weighted by range")
NAMES = {"photographs": HERE, **{origin: origin for origin in ORIGINS[1:]}}
at_length = pytest.mark.skipif("SUBPOOL_SOAK" not in os.environ, reason="takes a minute: make soak")


def rows(first):
    """Return the cells below the head of the table whose first column is called so."""
    head, found, table = "| " + first + " |", [], PAGE.split("\n")
    start = next(k for k, line in enumerate(table) if line.startswith(head))
    for line in table[start + 2 :]:
        if not line.startswith("|"):
            break
        found.append(line.strip("| ").split(" | "))
    return found


def show(cell, *values):
    """Say whether a cell has these numbers, to as many digits as it has; the ends of an interval may be left out."""
    written = [text.replace(",", "") for text in re.findall(r"[-+]?\d[\d,]*(?:\.\d+)?", cell)]
    rounded = [f"{value:.{len(text.partition('.')[2])}f}" for text, value in zip(written, values, strict=False)]
    return len(written) in (1, len(values)) and [text.lstrip("+") for text in written] == rounded


def ends(interval, unit=100):
    return [unit * interval[name] for name in ("value", "low", "high")]


def observed(*arguments):
    with redirect_stdout(StringIO()) as out:
        assert main(["observe", *arguments, "--json"]) == 0
    return json.loads(out.getvalue())


@pytest.fixture(scope="module")
def photographs():
    return observed()


def distinct(row, origin, reading="all windows"):
    return ends(row["sources"][origin]["gap"]["distinct"][reading])


@pytest.mark.parametrize("cell", ["3.1 (2.3..3.6)", "3.0 (2.3..3.7)", "3.0 (2.3)", "-3.0", "none"])
def test_a_wrong_cell_is_noticed(cell):
    assert show("3.0 (2.3..3.6)", 2.96, 2.31, 3.64)
    assert show("+3", 2.96, 2.31, 3.64)
    assert not show(cell, 2.96, 2.31, 3.64)


def test_the_table_of_a_model_is_what_the_command_prints():
    pools = observed("--model", MODEL)["pools"]
    for cells, pool in zip(rows("MaxPool"), pools, strict=True):
        name, windows, constant, here, shuffled, noise, rare, rarer = cells
        row = pool["observation"]
        shape, stride = "x".join(map(str, row["kernel_shape"])), row["strides"][0]
        assert name == f"{pool['name']}, {shape}, stride {stride}"
        assert windows == f"{row['windows']:,}"
        assert show(constant, *ends(row["sources"][HERE]["constant"]))
        assert all(
            show(cell, *distinct(row, origin))
            for cell, origin in zip((here, shuffled, noise), (HERE, SHUFFLED, NOISE), strict=True)
        )
        assert (rare, rarer) == (row["claim"], row["comparisons"][SHUFFLED]["rarer"])


@campaign
@at_length
def test_the_tables_of_photographs_are_what_the_command_prints(photographs):
    row = photographs
    sources = row["sources"]
    assert f"10 photographs of scikit-image, kernel 3x3 (d = 9), stride 1, {row['windows']:,} windows" in PAGE
    *shares, rare = rows("distinct windows, %")
    for name, *cells in shares:
        assert all(
            show(cell, *distinct(row, NAMES[name], reading)) for cell, reading in zip(cells, READINGS, strict=True)
        )
    assert rare[1:] == [row["rare"][HERE][reading] for reading in READINGS]
    for (name, *cells), picture in zip(rows("picture"), row["pictures"], strict=True):
        assert name == picture["name"]
        found = picture["windows"], 100 * picture["distinct"], 100 * picture["distinct_shuffled"]
        assert all(show(cell, value) for cell, value in zip(cells, found, strict=True))
    bands = zip(rows("range, levels of 255"), sources[HERE]["by_range"], sources[UNROUNDED]["by_range"], strict=True)
    for (_, windows, tied, here, unrounded), band, other in bands:
        assert show(windows, 100 * band["windows"])
        assert show(tied, *ends(band["tied"]))
        assert show(here, *ends(band["distinct"]))
        assert show(unrounded, *ends(other["distinct"]))
    for k, (name, *means, if_distinct, shuffled, noise, delta) in enumerate(rows("orders, E")):
        assert name.endswith(row["estimators"][k]["error"])
        (here, by_origin) = sources[HERE]["residuals"][k], zip((shuffled, noise), (SHUFFLED, NOISE), strict=True)
        assert show(means[0], *ends(here["mean"], 1))
        assert show(if_distinct, *ends(here["mean_over_distinct"], 1))
        assert all(show(cell, *ends(sources[origin]["residuals"][k]["mean"], 1)) for cell, origin in by_origin)
        assert show(delta, *ends(row["comparisons"][SHUFFLED]["residuals"][k]["cliffs_delta"], 1))


@campaign
@at_length
def test_the_text_on_photographs_says_what_the_command_prints(photographs):
    row = photographs
    source, compared = row["sources"][HERE], row["comparisons"]
    said = {
        r"The difference is ([\d.]+ percentage points, with an interval from \S+ to [\d.]+\d)": [
            -100 * compared[SHUFFLED]["excess_of_distinct"]["all windows"][name] for name in ("value", "high", "low")
        ],
        r"it is smaller: (\S+ \(\S+ to \S+\)) against shuffled": ends(compared[SHUFFLED]["cliffs_delta_of_gap"], 1),
        r"shuffled pixels, (\S+ \(\S+ to \S+\)) against uniform": ends(compared[NOISE]["cliffs_delta_of_gap"], 1),
        r"\(the median is ([\d.]+)\)": [source["gap"]["quantiles"]["0.5"]["value"]],
        r"; (\d+) % of them are 0": [100 * source["gap"]["tied"]["value"]],
        r"Another (\S+ % \(\S+ to \S+\)) of the windows have": ends(source["gap_at_threshold"]),
        r"make the share (\S+) %": [distinct(row, HERE)[0] + 100 * source["gap_at_threshold"]["value"]],
    }
    for pattern, values in said.items():
        assert show(re.search(pattern, PROSE)[1], *values), pattern
    rarer = sum(picture["distinct"] < picture["distinct_shuffled"] for picture in row["pictures"])
    assert rarer == 4
    assert "In four pictures of ten distinct windows are rarer than after shuffling; in six" in PROSE
    assert (compared[SHUFFLED]["rarer"], compared[NOISE]["rarer"]) == ("undecided", "does not hold")


@campaign
@at_length
@pytest.mark.parametrize("cells", rows("kernel, stride"), ids=lambda cells: ", ".join(cells[:2]))
def test_other_kernels_and_thresholds_give_what_the_command_prints(cells):
    name, gap, here, unrounded, shuffled, noise, rare = cells
    (kernel, stride), (part, of) = name.split(", "), gap.split("/")
    limit, threshold = "50000" if kernel == "9x9" else "200000", str(int(part) / int(of))
    row = observed("--kernel", kernel, "--stride", stride, "--threshold", threshold, "--limit", limit)
    found = zip((here, unrounded, shuffled, noise), (HERE, UNROUNDED, SHUFFLED, NOISE), strict=True)
    assert all(show(cell, *distinct(row, origin)) for cell, origin in found)
    assert row["claim"] == rare
