"""Whole runs so far, one line of ``history.jsonl`` each, and how far each target was reached in them.

``python -m benchmarks.history FILE`` draws the latter; the documentation shows it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.results import Section
from theory.errors import SubpoolError
from theory.plotting import BLUE, FAINT, INK, MUTED, ORANGE, Axes, panel, save_figure, styled

HISTORY = Path(__file__).with_name("history.jsonl")
_TITLE = "How far each target of the benchmarks is reached"
_BAND = 0.7
"""Height of all runs of one section, in units of a section."""


@dataclass(frozen=True)
class Measured:
    """One row of one run: ratio, target, median seconds of our side, bytes; each None where there is none."""

    ratio: float | None
    target: float | None = None
    seconds: float | None = None
    memory: int | None = None


@dataclass(frozen=True)
class Run:
    """One whole run: its day, the version, the machine, and its rows by name."""

    date: str
    version: str
    machine: str
    rows: Mapping[str, Measured]


def recorded(sections: Mapping[str, Section]) -> dict[str, Measured]:
    """Return the rows of a run by names that stay the same from run to run: ``section: what | baseline``."""
    found: dict[str, Measured] = {}
    for name, section in sections.items():
        for row in section.rows:
            key = f"{name}: {row.what} | {row.baseline}"
            if key in found:
                raise ValueError(f"two rows are called {key!r}")
            ratio = None if row.ratio is None else row.ratio.middle
            memory = None if row.memory is None else row.memory.size
            found[key] = Measured(ratio, row.target, row.seconds, memory)
    return found


def append(run: Run, path: Path | None = None) -> None:
    """Add a run at the end; what is there stays as it is."""
    rows = {
        name: [_short(row.ratio), _short(row.target), _short(row.seconds), row.memory] for name, row in run.rows.items()
    }
    line = json.dumps({"date": run.date, "version": run.version, "machine": run.machine, "rows": rows})
    with (path or HISTORY).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def _short(number: float | None) -> float | None:
    """Round to four digits, as more of them mean nothing.

    >>> _short(0.123456), _short(None)
    (0.1235, None)
    """
    return None if number is None else float(f"{number:.4g}")


def read(path: Path | None = None) -> list[Run]:
    """Return the runs, oldest first; none if nothing was recorded yet."""
    stored = path or HISTORY
    if not stored.exists():
        return []
    found = map(json.loads, stored.read_text(encoding="utf-8").splitlines())
    return [Run(**{**run, "rows": {name: Measured(*row) for name, row in run["rows"].items()}}) for run in found]


@styled
def plot_history(runs: Sequence[Run], axes: Axes | None = None) -> Axes:
    """Draw ratio over target for every row that has one, a band for each section.

    In a band runs go down from the oldest to the newest, and a line joins what was found for one row.
    """
    reached = [_reached(run) for run in runs]
    sections = list(dict.fromkeys(name.partition(":")[0] for run in reached for name in run))
    drawn = panel(axes, (7.2, 1.2 + 0.42 * max(len(sections), 3)))
    drawn.axvline(1, color=INK, linewidth=0.9)
    for place, section in enumerate(sections):
        names = dict.fromkeys(name for run in reached for name in run if name.partition(":")[0] == section)
        for name in names:
            points = [
                (run[name], place + _offset(number, len(reached))) for number, run in enumerate(reached) if name in run
            ]
            drawn.plot(*zip(*points, strict=True), color=FAINT, linewidth=0.8, zorder=2)
            for number, (value, height) in enumerate(points):
                _dot(drawn, value, height, newest=number == len(points) - 1)
    drawn.set_xscale("log")
    drawn.set_yticks(range(len(sections)), sections)
    drawn.set_ylim(max(len(sections), 1) - 0.4, -0.6)
    drawn.set_xlabel("ratio, as a multiple of the target: the target is met from 1 on")
    drawn.set_title(_headline(reached[-1]) if reached else "No whole run is recorded yet")
    return drawn


def _reached(run: Run) -> dict[str, float]:
    """Return ratio over target by the name of the row."""
    return {name: row.ratio / row.target for name, row in run.rows.items() if row.ratio and row.target}


def _offset(number: int, count: int) -> float:
    return _BAND * ((number + 0.5) / count - 0.5)


def _dot(axes: Any, value: float, height: float, *, newest: bool) -> None:
    """Draw what was found: a disc where the target is met, a cross where it is not, smaller in older runs."""
    met = value >= 1
    color = (BLUE if met else ORANGE) if newest else MUTED
    axes.plot(value, height, marker="o" if met else "X", color=color, markersize=4.5 if newest else 2.5, alpha=0.75)


def _headline(reached: Mapping[str, float]) -> str:
    met = sum(value >= 1 for value in reached.values())
    return f"{met} of {len(reached)} targets are met (discs), {len(reached) - met} are not (crosses)"


def main(arguments: list[str] | None = None) -> None:
    """Draw the runs that are recorded."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.history", description=main.__doc__)
    parser.add_argument("file", help="ends in .svg, .pdf, or .png")
    options = parser.parse_args(arguments)
    try:
        save_figure(plot_history(read()), options.file, title=_TITLE)
    except SubpoolError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
