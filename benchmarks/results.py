"""What a benchmark hands back: rows with a baseline and perhaps a target, tables of other figures, remarks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Protocol, TypeVar

from benchmarks.timing import Ratio, in_seconds

T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One comparison: what was done, against what, and whether the ratio is what it should be.

    Attributes
    ----------
    what, baseline, ours, theirs : str
        Both sides in words, and their cost.
    ratio : Ratio
        Cost of the baseline divided by ours.
    target : float or None
        Least ratio asked for; None where the row is for information.
    """

    what: str
    baseline: str
    ours: str
    theirs: str
    ratio: Ratio
    target: float | None = None

    @classmethod
    def timed(
        cls, what: str, baseline: str, ours: Sequence[float], theirs: Sequence[float], target: float | None = None
    ) -> Row:
        """Make a row from the times of interleaved repetitions."""
        return cls(what, baseline, in_seconds(median(ours)), in_seconds(median(theirs)), Ratio.of(ours, theirs), target)

    @property
    def met(self) -> bool | None:
        """Whether the median ratio reaches the target; None without target."""
        return None if self.target is None else self.ratio.middle >= self.target

    def cells(self) -> list[str]:
        """Return the row as strings, in the order of :data:`HEADER`."""
        target = "" if self.target is None else f">= {self.target:g}"
        met = {None: "", True: "met", False: "NOT MET"}[self.met]
        return [self.what, self.baseline, self.ours, self.theirs, str(self.ratio), target, met]


HEADER = ["what", "baseline", "ours", "theirs", "ratio", "target", ""]


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
    """How much to measure."""

    quick: bool = False

    def pick(self, full: T, quick: T) -> T:
        """Return the first for a whole run, the second for a quick one."""
        return quick if self.quick else full


class Teller(Protocol):
    """Takes note of progress."""

    def begin(self, total: int) -> None:
        """Announce the number of steps of a benchmark."""

    def step(self) -> None:
        """Announce that one step is done."""


Benchmark = Callable[[Scale, Teller], Section]


class DisagreementError(Exception):
    """Two sides of a comparison found different answers, so that their times mean nothing."""
