"""Run the benchmarks: ``python -m benchmarks [--only NAME ...] [--quick]``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from benchmarks import (
    certification,
    checker,
    consecutive,
    forward,
    frontier,
    growth,
    history,
    lacunary,
    limits,
    machine,
    networks,
    peers,
    pooling,
    report,
    rewriting,
    small_kernels,
    targets,
    trust,
    windows,
)
from benchmarks.results import Benchmark, Row, Scale, Section
from subpool import __version__

BENCHMARKS: dict[str, Benchmark] = {
    "small": small_kernels.run,
    "consecutive": consecutive.run,
    "lacunary": lacunary.run,
    "targets": targets.run,
    "peers": peers.run,
    "windows": windows.run,
    "networks": networks.run,
    "forward": forward.run,
    "pooling": pooling.run,
    "frontier": frontier.run,
    "rewriting": rewriting.run,
    "certification": certification.run,
    "checker": checker.run,
    "growth": growth.run,
    "trust": trust.run,
    "limits": limits.run,
}
RESULTS = Path(__file__).with_name("RESULTS.md")


class _Bar:
    """Passes the progress of one benchmark on to a bar."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress, self._task = progress, task

    def begin(self, total: int) -> None:
        self._progress.update(self._task, total=total)

    def step(self) -> None:
        self._progress.advance(self._task)


@contextmanager
def _progress() -> Iterator[Progress]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield progress


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure ratios against named baselines.")
    parser.add_argument(
        "--only", nargs="+", choices=BENCHMARKS, metavar="NAME", help=f"some of {', '.join(BENCHMARKS)}; prints only"
    )
    parser.add_argument("--quick", action="store_true", help="smaller problems and fewer repetitions; prints only")
    return parser.parse_args(arguments)


def _run(names: list[str], scale: Scale) -> dict[str, Section]:
    sections = {}
    with _progress() as progress:
        for name in names:
            task = progress.add_task(name, total=None)
            sections[name] = BENCHMARKS[name](scale, _Bar(progress, task))
    return sections


def main(arguments: list[str] | None = None) -> int:
    """Run what was asked for; the exit code is 1 if a target was not met."""
    options = _parse(arguments)
    start = perf_counter()
    sections = _run(options.only or list(BENCHMARKS), Scale(options.quick))
    console = Console(width=None if sys.stdout.isatty() else 160)
    for section in sections.values():
        report.print_section(console, section)
    rows: list[Row] = [row for section in sections.values() for row in section.rows]
    console.print(f"\n{report.verdict(rows)} ({perf_counter() - start:.0f} s)", markup=False)
    if not options.only and not options.quick:
        described = machine.describe()
        report.write(report.to_markdown(list(sections.values()), described), RESULTS)
        today = datetime.now(UTC).date().isoformat()
        history.append(history.Run(today, __version__, described, history.recorded(sections)))
    return int(any(row.met is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
