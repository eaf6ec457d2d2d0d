"""The benchmarks: every section runs at its least scale, what a run writes, and what a missing peer makes of a row.

Nothing here is timed: at that scale only what is compared in a run, and its form, mean something.
"""

from __future__ import annotations

import doctest
import json
import pkgutil
import sys
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import benchmarks
from benchmarks import __main__ as program
from benchmarks import exact_solvers, history, peers, profiling
from benchmarks.exact_solvers import SOLVERS, Answer
from benchmarks.history import Measured, Run
from benchmarks.memory import Peak, added, run_alone
from benchmarks.report import markdown_table, to_markdown, verdict
from benchmarks.results import HEADER, DisagreementError, Row, Scale, Section
from benchmarks.timing import Ratio, interleave
from tests.rewrite.models import pool
from theory import optimal_estimator

MODULES = [found.name for found in pkgutil.iter_modules(benchmarks.__path__)]
LINUX = sys.platform == "linux"
LEAST = Scale(least=True)


class Steps:
    """Counts what a section says of its progress."""

    total = done = 0

    def begin(self, total: int) -> None:
        self.total = total

    def step(self) -> None:
        self.done += 1


@pytest.mark.parametrize("name", MODULES)
def test_every_module_can_be_imported_and_its_examples_run(name: str) -> None:
    module = import_module(f"benchmarks.{name}")
    assert module.__doc__
    if not hasattr(module, "__path__"):
        assert doctest.testmod(module).failed == 0


def test_every_section_is_part_of_a_whole_run() -> None:
    found = {name for name in MODULES if hasattr(import_module(f"benchmarks.{name}"), "run")}
    assert {run.__module__ for run in program.BENCHMARKS.values()} == {f"benchmarks.{name}" for name in found}


@pytest.mark.parametrize("name", program.BENCHMARKS)
def test_every_section_runs(name: str) -> None:
    steps = Steps()
    section = program.BENCHMARKS[name](LEAST, steps)
    assert 0 < steps.total == steps.done
    assert section.text
    assert section.rows or section.tables or section.remarks
    assert len(history.recorded({name: section})) == len(section.rows)
    for row in section.rows:
        assert len(row.cells()) == len(HEADER)
        assert row.ratio is not None or row.theirs in ("not installed", "fails") or "no answer" in row.theirs
        # What takes time takes memory; parameters, and the mean of several rows, do not.
        assert row.memory is not None or row.seconds is None or not LINUX, row.what
    for table in section.tables:
        assert {len(line) for line in table.lines} == {len(table.header)}
    page = to_markdown([section], "a machine")
    assert all(row.what in page and row.baseline in page for row in section.rows)


def _row(middle: float | None, target: float | None, **others: object) -> Row:
    ratio = None if middle is None else Ratio(middle, middle, middle)
    return Row("what", "baseline", "1 s", "2 s", ratio, target, **others)  # type: ignore[arg-type]


def test_a_missed_target_says_what_limits_it() -> None:
    assert _row(0.5, 1.0, limit="the disk").cells()[-1] == "NOT MET: the disk"
    assert _row(0.5, 1.0).cells()[-1] == "NOT MET"
    assert _row(2.0, 1.0, limit="the disk").cells()[-1] == "met"
    assert _row(2.0, None, limit="the disk").cells()[-1] == ""
    assert "1 of 2 targets are met; not met: what" in verdict([_row(0.5, 1.0), _row(1.0, 1.0)])


def test_a_missing_peer_is_neither_met_nor_missed() -> None:
    row = Row.absent("what", "peer", [1.0, 3.0, 2.0], 1.0)
    assert (row.met, row.theirs, row.ours, row.ratio) == (None, "not installed", "2 s", None)
    assert verdict([row]) == "No targets were asked for here."
    assert history.recorded({"peers": Section("t", "x", (row,))}) == {"peers: what | peer": Measured(None, 1.0, 2.0)}


@pytest.mark.skipif(not LINUX, reason="Linux tells the peak")
def test_memory_of_a_call_is_what_it_adds() -> None:
    grown, nothing = added(lambda: np.ones(4 << 20)), added(lambda: None)
    assert grown is not None
    assert nothing is not None
    assert 30 << 20 < grown.size < 40 << 20
    assert nothing.size < 1 << 20
    times = interleave({"large": lambda: np.ones(4 << 20), "small": lambda: None}, 1)
    row = Row.timed("what", "baseline", times["large"], times["small"])
    assert row.cells()[5:7] == [str(times["large"].peak), str(times["small"].peak)]
    assert str(row.memory).startswith("+3")


@pytest.mark.skipif(not hasattr(__import__("os"), "posix_spawnp"), reason="programs are spawned")
def test_a_program_of_its_own_has_time_memory_and_an_exit_code() -> None:
    # Its own peak, and not that of this process, which has far more.
    ran = run_alone([sys.executable, "-c", "x = b'1' * (40 << 20); raise SystemExit(3)"], 60)
    assert (ran.code, ran.peak.whole) == (3, True)
    assert 40 << 20 < ran.peak.size < 70 << 20
    killed = run_alone([sys.executable, "-c", "while True: pass"], 0.2)
    assert killed.code < 0
    assert killed.seconds >= 0.2


def _solver_that_says(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, code: int = 0) -> None:
    """Put a program into the path that writes a text to the file that its option -O or --write names."""
    script = folder / name
    find = "sys.argv[[i for i, a in enumerate(sys.argv) if a in ('-O', '--write')][0] + 1]"
    script.write_text(f"#!{sys.executable}\nimport sys\nopen({find}, 'w').write({text!r})\nsys.exit({code})\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))


def test_what_solvers_write_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _solver_that_says(tmp_path, monkeypatch, "esolver", "status OPTIMAL\n\tValue = 1/20\nVARS:\n")
    assert exact_solvers.qsopt(9, [0, 1, 8], "max", 60).error == Fraction(1, 20)
    _solver_that_says(tmp_path, monkeypatch, "glpsol", "c Status: OPTIMAL\ns bas 20 4 f f 0.05\n")
    assert exact_solvers.glpk(9, [0, 1, 8], "max", 60).error == Fraction("0.05")
    _solver_that_says(tmp_path, monkeypatch, "glpsol", "s bas 20 4 u u 0\n")
    assert exact_solvers.glpk(9, [0, 1, 8], "max", 60).why == "fails"
    _solver_that_says(tmp_path, monkeypatch, "esolver", "Value = 1/20\n", code=1)
    assert exact_solvers.qsopt(9, [0, 1, 8], "max", 60).why == "fails"


def test_another_error_of_an_exact_solver_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _solver_that_says(tmp_path, monkeypatch, "esolver", "\tValue = 1/21\n")
    with pytest.raises(DisagreementError, match="finds 1/21, not 1/20"):
        peers.run(LEAST, Steps())


def test_solvers_that_are_not_installed_are_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(exact_solvers, "find_spec", lambda name: None)
    rows = peers.run(LEAST, Steps()).rows
    assert [(row.baseline, row.theirs) for row in rows] == [(name, "not installed") for name in SOLVERS]


def test_a_solver_that_gives_up_is_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = run_alone([sys.executable, "-c", ""], 60)
    monkeypatch.setitem(SOLVERS, "QSopt_ex", lambda *_: Answer(None, "no answer within 20 s", ran))
    assert peers.run(LEAST, Steps()).rows[0].theirs == "no answer within 20 s"


@pytest.mark.parametrize("target", ["max", "median", "parity", "range"])
def test_the_program_of_a_file_is_ours(target: str) -> None:
    """Its rows, read back, hold at our optimum, and some of them with equality."""
    estimator = optimal_estimator(6, range(4), target=target)
    assert estimator.error is not None
    values = {**{f"b{r}": beta for r, beta in estimator.coefficients.items()}, "e": estimator.error}
    tight = 0
    lines = exact_solvers.linear_program(6, range(4), target).splitlines()
    rows = lines[lines.index("Subject To") + 1 : lines.index("Bounds")]
    assert len(rows) == 2 * 7
    for line in rows:
        words = line.partition(":")[2].split()
        i = next(i for i, word in enumerate(words) if word in ("<=", ">="))
        total, sign, factor = Fraction(0), 1, Fraction(1)
        for word in words[:i]:
            if word in "+-":
                sign = 1 if word == "+" else -1
            elif word in values:
                total, sign, factor = total + sign * factor * values[word], 1, Fraction(1)
            else:
                factor = Fraction(word)
        bound = Fraction(words[i + 1])
        assert total <= bound if words[i] == "<=" else total >= bound
        tight += total == bound
    assert tight >= 5


def test_a_profile_without_the_functions_is_noticed() -> None:
    with pytest.raises(DisagreementError, match="none of the functions"):
        profiling.shares(lambda: sum(range(100)), 1)


class Stand:
    """A section that takes no time."""

    def __init__(self, ratio: float) -> None:
        self.row = _row(ratio, 1.0, memory=Peak(5 << 20), seconds=1.0)

    def __call__(self, scale: Scale, tell: Steps) -> Section:
        tell.begin(1)
        return Section("Title", "Text.", (self.row,))


@pytest.fixture
def whole_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    page, past = tmp_path / "RESULTS.md", tmp_path / "history.jsonl"
    monkeypatch.setattr(program, "RESULTS", page)
    monkeypatch.setattr(history, "HISTORY", past)
    return page, past


def test_a_whole_run_writes_the_page_and_adds_to_the_history(
    whole_run: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    page, past = whole_run
    monkeypatch.setattr(program, "BENCHMARKS", {"first": Stand(2.0)})
    assert program.main([]) == 0
    before = past.read_text()
    assert "All 1 targets are met." in page.read_text()
    assert markdown_table(HEADER, [Stand(2.0).row.cells()]) in page.read_text()
    monkeypatch.setattr(program, "BENCHMARKS", {"first": Stand(0.5)})
    assert program.main([]) == 1
    assert past.read_text().startswith(before)
    old, new = history.read(past)
    assert old.rows == {"first: what | baseline": Measured(2.0, 1.0, 1.0, 5 << 20)}
    assert new.rows["first: what | baseline"].ratio == 0.5
    assert json.loads(before)["machine"] == old.machine


def test_a_look_writes_nothing(whole_run: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "BENCHMARKS", {"first": Stand(2.0)})
    for arguments in (["--quick"], ["--only", "first"]):
        assert program.main(arguments) == 0
    assert not any(path.exists() for path in whole_run)


def test_rows_of_one_name_are_noticed() -> None:
    row = _row(1.0, None)
    with pytest.raises(ValueError, match="two rows are called"):
        history.recorded({"first": Section("t", "x", (row, row))})


def _run(ratio: float) -> Run:
    rows = {"one: a | b": Measured(ratio, 2.0), "one: c | d": Measured(9.0, 3.0), "two: e | f": Measured(9.0)}
    return Run("2026-01-01", "1", "m", rows)


def test_the_history_is_drawn(tmp_path: Path) -> None:
    axes = history.plot_history([_run(1.0), _run(4.0)])
    assert [text.get_text() for text in axes.get_yticklabels()] == ["one"]
    assert axes.get_title(loc="left") == "2 of 2 targets are met (discs), 0 are not (crosses)"
    found = [(line.get_marker(), tuple(np.asarray(line.get_xdata()).tolist())) for line in axes.lines]
    joined = [values for marker, values in found if marker == "None"]
    assert joined == [(1, 1), (0.5, 2.0), (3.0, 3.0)]
    assert [marker for marker, _ in found if marker != "None"] == ["X", "o", "o", "o"]
    assert "1 are not" in history.plot_history([_run(4.0), _run(1.0)]).get_title(loc="left")


def test_the_figure_of_the_documentation_is_drawn_without_runs(whole_run: tuple[Path, Path], tmp_path: Path) -> None:
    history.main([str(tmp_path / "benchmarks.svg")])
    assert "<svg" in (tmp_path / "benchmarks.svg").read_text()
    assert history.read(whole_run[1]) == []


def test_models_of_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import onnx

    folder, report = tmp_path / "models", tmp_path / "report.json"
    folder.mkdir()
    onnx.save(pool({"kernel_shape": [3, 3], "strides": [2, 2]}, ("n", 2, "h", "w")), folder / "good.onnx")
    (folder / "bad.onnx").write_text("no model")
    arguments = [str(folder), "--json", str(report), "--extent", "8", "--seconds", "60"]
    assert import_module("benchmarks.real_models").main(arguments) == 0
    bad, good = json.loads(report.read_text())
    assert "bad.onnx" in bad["refused"]
    assert bad["change"] is None
    assert (good["windows"], good["pools"], good["proved"]) == ("3x3/2x2", 1, 1)
    assert 0 <= good["change"] < 1e-6
    assert "| good.onnx |" in capsys.readouterr().out
