"""The commands ``sweep`` and ``pareto``."""

import json
from fractions import Fraction

import pytest

from theory.cli import main


def _swept(tmp_path, *arguments):
    out = tmp_path / "sweep"
    assert main(["sweep", "3x3", "--out", str(out), *arguments]) == 0
    return out


def test_sweep_summarises_what_it_found(tmp_path, capsys):
    _swept(tmp_path)
    output = capsys.readouterr().out
    for part in (
        "kernel size 9, 256 sets of orders that contain 0",
        "all 256 errors",
        "least E N  1/2 = 0.5 at R = 0",
        "5/9 = 0.555556 at R = 0,8",
        "E N >= 1/2 for all sets",
        "1/512",
    ):
        assert part in output
    _swept(tmp_path)
    assert "256 of them there before" in capsys.readouterr().out


def test_a_sweep_for_a_target_has_no_law_of_the_maximum(tmp_path, capsys):
    out = str(tmp_path / "sweep")
    assert main(["sweep", "4", "--out", out, "--target", "median"]) == 0
    output = capsys.readouterr().out
    assert "kernel size 4, target median, 8 sets of orders that contain 0" in output
    assert "law" not in output
    assert main(["pareto", out, "--plot", str(tmp_path / "front.svg")]) == 0
    output = capsys.readouterr().out
    assert "kernel size 4, target median, 8 sets of orders" in output
    assert "the target itself, by sorting, takes 2 hidden layers" in output
    assert main(["sweep", "4", "--out", out]) == 2
    assert "holds the sweep for the target median, not for max" in capsys.readouterr().err
    assert main(["sweep", "4", "--out", out, "--target", "0,1/2,1/2,0", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["target"], summary["sets_resumed"]) == ("median", 8)
    assert "sets_below_half" not in summary


def test_errors_that_are_0_are_drawn(tmp_path, capsys):
    out = str(tmp_path / "sweep")
    assert main(["sweep", "3", "--out", out, "--target", "1,1,1,1", "--plot", str(tmp_path / "zero.svg")]) == 0
    assert "0.0" in capsys.readouterr().out
    assert main(["sweep", "3", "--out", f"{out}-range", "--target", "range", "--plot", str(tmp_path / "some.svg")]) == 0


def test_sweep_and_pareto_as_json(tmp_path, capsys):
    out = _swept(tmp_path, "--always", "0,1", "--json")
    summary = json.loads(capsys.readouterr().out)
    assert (summary["kernel_size"], summary["always"], summary["sets"]) == (9, [0, 1], 128)
    assert summary["sets_below_half"] == 0
    product = summary["least_error_times_terms"]
    assert Fraction(product["product"]) == Fraction(55, 81)
    assert product["orders"] == [0, 1, 7, 8]
    assert main(["pareto", str(out), "--budget", "units", "--json"]) == 0
    front = json.loads(capsys.readouterr().out)
    assert [point["orders"] for point in front][:3] == [[0, 1], [0, 1, 2], [0, 1, 8]]
    assert [point["units"] for point in front] == sorted({point["units"] for point in front})


def test_sets_without_an_intercept(tmp_path, capsys):
    _swept(tmp_path, "--always", "none", "--json")
    assert json.loads(capsys.readouterr().out)["sets"] == 511


def test_pareto_shows_the_best_within_a_limit(tmp_path, capsys):
    out = _swept(tmp_path)
    capsys.readouterr()
    assert main(["pareto", str(out), "--limit", "60"]) == 0
    output = capsys.readouterr().out
    assert "0,1,7,8" in output
    assert "1/81" in output
    assert "0,1,8 " not in output
    assert "the maximum itself, by pairwise maxima, takes 4 hidden layers" in output


def test_plots(tmp_path):
    out = _swept(tmp_path, "--plot", str(tmp_path / "sweep.svg"))
    assert (tmp_path / "sweep.svg").read_bytes().startswith(b"<?xml")
    for budget, suffix, begins in (("units", "pdf", b"%PDF"), ("hidden_layers", "png", b"\x89PNG")):
        plot = tmp_path / f"{budget}.{suffix}"
        assert main(["pareto", str(out), "--budget", budget, "--plot", str(plot)]) == 0
        assert plot.read_bytes().startswith(begins)


def test_a_sweep_of_more_than_a_day_asks_first(tmp_path, capsys):
    assert main(["sweep", "40", "--out", str(tmp_path / "out"), "--workers", "2"]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "549,755,813,888 sets of orders" in line
    assert "core-hours" in line
    assert "days with 2 workers; --yes" in line
    assert not (tmp_path / "out").exists()


BAD_INPUT = [
    (["sweep", "9"], "--out"),
    (["sweep", "1", "--out", "x"], "kernel size is an integer >= 2"),
    (["sweep", "63", "--out", "x"], "up to kernel size 62"),
    (["sweep", "9", "--out", "x", "--workers", "0"], "workers is an integer >= 1, not 0"),
    (["sweep", "9", "--out", "x", "--workers", "-3"], "workers is an integer >= 1, not -3"),
    (["sweep", "9", "--out", "x", "--target", "medain"], "the nearest name: median"),
    (["sweep", "9", "--out", "x", "--always", "0,9"], "in 0..8, but 9"),
    (["sweep", "9", "--out", "x", "--plot", "x.gif"], ".svg, .pdf, .png"),
    (["sweep", "9", "--out", "x", "--plot", "missing/x.svg"], "no such folder"),
    (["sweep", "9", "--out", "."], "holds something else, such as notes.txt"),
    (["sweep", "9", "--out", "notes.txt"], "is a file"),
    (["sweep", "9", "--out", "/dev/null/x"], "cannot write to the folder"),
    (["pareto", "."], "holds no sweep"),
    (["pareto", "missing"], "holds no sweep"),
    (["pareto", ".", "--budget", "money"], "invalid choice"),
    (["pareto", ".", "--plot", "x"], "ends in .svg"),
]


@pytest.mark.parametrize(
    ("arguments", "reason"), BAD_INPUT, ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_bad_input_gives_one_line_and_exit_code_2(arguments, reason, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("notes")
    assert main(arguments) == 2
    captured = capsys.readouterr()
    (line,) = captured.err.splitlines()
    assert line.startswith("subpool: ")
    assert reason in line
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.txt"]


def test_a_limit_below_all_sets_is_an_error(tmp_path, capsys):
    out = _swept(tmp_path, "--always", "0,1")
    assert main(["pareto", str(out), "--limit", "5"]) == 2
    assert "at most 5 subpool maxima" in capsys.readouterr().err


def test_plots_without_matplotlib_name_the_extra(tmp_path, capsys, monkeypatch):
    import sys

    out = _swept(tmp_path)
    capsys.readouterr()
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert main(["pareto", str(out), "--plot", str(tmp_path / "x.svg")]) == 2
    assert "subpool[plots]" in capsys.readouterr().err
