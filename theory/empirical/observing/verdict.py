"""The rule by which observed windows answer whether distinct maxima are rare; fixed before anything was measured.

A window is *distinct* where its maximum stands out: the gap (x_(d) - x_(d-1)) / (x_(d) - x_(1)) is above a threshold,
1/2 unless something else is asked for. The claim is that distinct windows "are not prevalent" in natural images
(Matoba, Dimitriadis, Fleuret, TMLR 2023). It is read as: *fewer than one window in twenty is distinct*, another share
than 1/20 being an option. An interval that lies wholly below that share answers yes, one that lies wholly above it
answers no, and any other interval leaves the question open.

Because it is debatable which windows count, the share is read in four ways (:class:`Reading`), and the claim holds only
if it holds in all four of them; where they contradict each other, the data do not decide. Whether distinct windows are
rarer than in the same pixels without their order, or than in noise, are questions of their own: a share may be small
and yet larger than by chance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from theory.errors import ThreeValued

DISTINCT = 0.5
"""Gap above which a window is distinct."""

RARE = 0.05
"""Share of windows below which distinct windows are rare."""


class Reading(Enum):
    """Which windows a share of distinct windows counts, and with what weight."""

    ALL = "all windows"
    """Every window; a constant one has no maximum that stands out, and counts as not distinct."""
    VARYING = "not constant"
    """Windows whose values are not all equal: those for which a gap exists."""
    CONTRAST = "with contrast"
    """Windows whose range is at least 1/16 of the full scale: beyond the noise and the rounding of most cameras."""
    WEIGHTED = "weighted by range"
    """Every window weighs as much as its range: what the choice of pooling matters for in absolute terms."""


class Answer(ThreeValued, Enum):
    """Whether a statement holds on the data: three-valued, "undecided" being neither true nor false."""

    HOLDS = "holds"
    FAILS = "does not hold"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval."""

    value: float
    low: float
    high: float


def is_below(interval: Interval, bound: float) -> Answer:
    """Answer whether a quantity is below a bound: undecided where the interval contains it, or is NaN.

    Examples
    --------
    >>> is_below(Interval(0.02, 0.01, 0.03), 0.05)
    <Answer.HOLDS: 'holds'>
    >>> is_below(Interval(0.04, 0.02, 0.06), 0.05)
    <Answer.UNDECIDED: 'undecided'>
    """
    if interval.high < bound:
        return Answer.HOLDS
    return Answer.FAILS if interval.low > bound else Answer.UNDECIDED


def unanimous(answers: Iterable[Answer]) -> Answer:
    """Return the answer that all give, and "undecided" where they differ or there is none."""
    given = set(answers)
    return given.pop() if len(given) == 1 else Answer.UNDECIDED
