"""Timing two or more sides in turn, so that a busy machine slows them all alike, and the ratios that come out."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from time import perf_counter

from benchmarks.memory import Peak, added

Side = Callable[[], object]


_LONGEST_EXTRA_CALL = 2.0
"""Seconds: what takes longer is not called once more for its memory alone."""


class Times(list[float]):
    """Seconds of the repetitions of one side, and the memory that one more call took."""

    peak: Peak | None = None

    def shared_by(self, count: int) -> Times:
        """Return the time for each of several things done in one call; the memory is that of the call."""
        shared = Times(seconds / count for seconds in self)
        shared.peak = self.peak
        return shared


@dataclass(frozen=True)
class Ratio:
    """How many times as long the baseline took: the median over repetitions, and their extremes."""

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, ours: Sequence[float], theirs: Sequence[float]) -> Ratio:
        """Divide the times of one repetition by each other, never a best by a worst."""
        ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
        return cls(median(ratios), min(ratios), max(ratios))

    def __str__(self) -> str:
        if self.low == self.high:
            return short(self.middle)
        return f"{short(self.middle)} ({short(self.low)}..{short(self.high)})"


def time_once(side: Side, calls: int = 1) -> float:
    """Seconds that one call takes, on average, the garbage collector being off as in :mod:`timeit`."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        start = perf_counter()
        for _ in range(calls):
            side()
        return (perf_counter() - start) / calls
    finally:
        if enabled:
            gc.enable()


def interleave(
    sides: Mapping[str, Side],
    repetitions: int,
    *,
    warm_up: bool = True,
    sample: float = 0.0,
    after_each: Callable[[], None] | None = None,
) -> dict[str, Times]:
    """Time every side once per repetition, every other repetition in the opposite order.

    Parameters
    ----------
    sides : mapping of name to function without arguments
    repetitions : int
    warm_up : bool
        Whether every side is called before the clock runs.
    sample : float
        Seconds that a timing should span at least, so that a fast side is not at the mercy of one interruption; it is
        called several times in a row then. Takes effect with ``warm_up`` only, where its speed shows.
    after_each : callable, optional
        Called after each repetition.

    Returns
    -------
    dict of name to Times
        Seconds per call, one entry for each repetition; the entries with one index belong together. After all timing
        a side is called once more for its memory, unless that would take long.
    """
    calls = dict.fromkeys(sides, 1)
    if warm_up:
        for name, side in sides.items():
            side()
            calls[name] = max(1, ceil(sample / time_once(side))) if sample else 1
    times = {name: Times() for name in sides}
    for repetition in range(repetitions):
        names = list(sides) if repetition % 2 == 0 else list(sides)[::-1]
        for name in names:
            times[name].append(time_once(sides[name], calls[name]))
        if after_each is not None:
            after_each()
    for name, side in sides.items():
        if times[name][-1] < _LONGEST_EXTRA_CALL:
            times[name].peak = added(side)
    return times


def short(number: float) -> str:
    """Two or three significant digits, without exponents where they would not help.

    Examples
    --------
    >>> short(0.01234), short(3.14159), short(42.42), short(2581.1)
    ('0.012', '3.14', '42.4', '2581')
    """
    if number >= 100:
        return f"{number:.0f}"
    return f"{number:.3g}" if number >= 1 else f"{number:.2g}"


def in_seconds(seconds: float) -> str:
    """Write a time in the unit that suits it.

    Examples
    --------
    >>> in_seconds(0.00045), in_seconds(6.256)
    ('0.45 ms', '6.26 s')
    """
    return f"{short(seconds)} s" if seconds >= 1 else f"{short(1000 * seconds)} ms"
