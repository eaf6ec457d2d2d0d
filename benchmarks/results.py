"""What a benchmark hands back: rows with a baseline and perhaps a target, tables of other figures, remarks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol, TypeVar

from benchmarks.memory import Peak
from benchmarks.timing import Ratio, in_seconds, short

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One comparison: what was done, against what, and whether the ratio is what it should be.

    Attributes
    ----------
    what, baseline, ours, theirs : str
        Both sides in words, and their cost.
    ratio : Ratio or None
        Cost of the baseline divided by ours; None where there is no baseline to measure.
    target : float or None
        Least ratio asked for; None where the row is for information.
    memory, their_memory : Peak or None
        Of one call of each side, where it was measured.
    seconds : float or None
        Median time of our side, where the row is about time.
    limit : str
        What keeps us from the target, shown where it is missed.
    """

    what: str
    baseline: str
    ours: str
    theirs: str
    ratio: Ratio | None
    target: float | None = None
    memory: Peak | None = None
    their_memory: Peak | None = None
    seconds: float | None = None
    limit: str = ""

    @classmethod
    def timed(
        cls,
        what: str,
        baseline: str,
        ours: Sequence[float],
        theirs: Sequence[float],
        target: float | None = None,
        *,
        memory: Peak | None = None,
        their_memory: Peak | None = None,
        limit: str = "",
    ) -> Row:
        """Make a row from the times of interleaved repetitions, with their memory unless another is given."""
        return cls(
            what,
            baseline,
            in_seconds(median(ours)),
            in_seconds(median(theirs)),
            Ratio.of(ours, theirs),
            target,
            memory or getattr(ours, "peak", None),
            their_memory or getattr(theirs, "peak", None),
            median(ours),
            limit,
        )

    @classmethod
    def absent(
        cls, what: str, baseline: str, ours: Sequence[float], target: float | None = None, why: str = "not installed"
    ) -> Row:
        """Make a row whose baseline could not be run, or gave no answer to compare with."""
        peak = getattr(ours, "peak", None)
        return cls(what, baseline, in_seconds(median(ours)), why, None, target, peak, seconds=median(ours))

    @property
    def met(self) -> bool | None:
        """Whether the median ratio reaches the target; None without target, or without baseline."""
        return None if self.target is None or self.ratio is None else self.ratio.middle >= self.target

    def cells(self) -> list[str]:
        """Return the row as strings, in the order of :data:`HEADER`."""
        target = "" if self.target is None else f">= {short(self.target)}"
        met = {None: "", True: "met", False: f"NOT MET: {self.limit}" if self.limit else "NOT MET"}[self.met]
        ratio, memory, theirs = (
            "" if cell is None else str(cell) for cell in (self.ratio, self.memory, self.their_memory)
        )
        return [self.what, self.baseline, self.ours, self.theirs, ratio, memory, theirs, target, met]


HEADER = ["what", "baseline", "ours", "theirs", "ratio", "memory", "memory, theirs", "target", ""]


@dataclass(frozen=True)
class Table:
    """Figures that are no comparison with a target."""

    caption: str
    header: list[str]
    lines: list[list[str]]


@dataclass(frozen=True)
class Section:
    """The outcome of one benchmark, as it appears in the report: text, rows, tables, remarks."""

    title: str
    text: str
    rows: tuple[Row, ...] = ()
    tables: tuple[Table, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scale:
    """How much to measure: a whole run, a quick look, or just enough for a test to pass through everything."""

    quick: bool = False
    least: bool = False

    def pick(self, full: T, quick: T, least: T | None = None) -> T:
        """Return the first for a whole run, the second for a quick one, the last (or the second) for a test."""
        if self.least and least is not None:
            return least
        return quick if self.quick or self.least else full


class Teller(Protocol):
    """Takes note of progress."""

    def begin(self, total: int) -> None:
        """Announce the number of steps of a benchmark."""

    def step(self) -> None:
        """Announce that one step is done."""


Benchmark = Callable[[Scale, Teller], Section]


class DisagreementError(Exception):
    """Two sides of a comparison found different answers, so that their times mean nothing."""
