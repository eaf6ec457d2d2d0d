"""Numbers that summarise tallies, each with an interval: shares, means, quantiles, effect sizes.

A statistic takes mixtures of clusters of windows, the data as one and the resamples as many, and returns one number for
each mixture. NaN stands for "not defined", such as the mean gap of no window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from theory.empirical.observing.bootstrap import ends, interval
from theory.empirical.observing.tallies import BINS, GAP_READINGS, Mixture, Tally
from theory.empirical.observing.verdict import Interval, Reading

Floats = NDArray[np.float64]
Statistic = Callable[[Mixture], Floats]


@dataclass(frozen=True)
class Quantity:
    """A number in [0,1] of every window, of which there is a histogram: the gap, or |e|/E of one of the estimators.

    The gap is that of the windows that are not constant. What is read off histograms is rounded up to multiples of
    1/BINS.
    """

    name: str
    index: int = 0

    def histogram(self, mixture: Mixture) -> Floats:
        """Mass of each bin, shape (mixtures, BINS + 1)."""
        return mixture.of(self.name, self.index)

    def mean(self, mixture: Mixture) -> Floats:
        """Mean over the windows that have the quantity."""
        return ratio(mixture.of(f"{self.name}_sum", self.index), self.histogram(mixture).sum(axis=-1))

    def tied(self, mixture: Mixture) -> Floats:
        """Share of zeros; of the gap, these are the windows whose largest value occurs twice or more."""
        histogram = self.histogram(mixture)
        return ratio(histogram[:, 0], histogram.sum(axis=-1))

    def quantile(self, mixture: Mixture, probability: float) -> Floats:
        """Quantile."""
        histogram = self.histogram(mixture)
        total = histogram.sum(axis=-1)
        # What sums of floats lose must not push a quantile into the next bin.
        reached = histogram.cumsum(axis=-1) >= (probability * total)[:, None] * (1 - 1e-12)
        return np.where(total > 0, reached.argmax(axis=-1) / BINS, np.nan)

    def survival(self, mixture: Mixture) -> Floats:
        """Share of windows above k/BINS, k = 0..BINS: shape (mixtures, BINS + 1)."""
        histogram = self.histogram(mixture)
        total = histogram.sum(axis=-1, keepdims=True)
        above = histogram[:, ::-1].cumsum(axis=-1)[:, ::-1] - histogram
        return np.clip(ratio(above, np.broadcast_to(total, above.shape)), 0.0, 1.0)

    def superiority(self, mixture: Mixture, other: Mixture) -> Floats:
        """Probability that it is larger for a window than for a window of the other mixture, ties counting half.

        The common-language effect size. Values in the same bin count as ties, which changes it by less than half of the
        probability of such pairs.
        """
        histogram, opposite = self.histogram(mixture), self.histogram(other)
        below = opposite.cumsum(axis=-1) - opposite / 2
        return ratio((histogram * below).sum(axis=-1), histogram.sum(axis=-1) * opposite.sum(axis=-1))

    def delta(self, mixture: Mixture, other: Mixture) -> Floats:
        """Cliff's delta, P(larger) - P(smaller): -1 if all values are smaller than those of the other mixture."""
        return 2 * self.superiority(mixture, other) - 1


GAP = Quantity("gap")


def residual_of(estimator: int) -> Quantity:
    """|e|/E of one of the estimators, by its number."""
    return Quantity("residual", estimator)


def distinct_share(mixture: Mixture, reading: Reading = Reading.ALL) -> Floats:
    """Share of distinct windows under a reading."""
    if reading is Reading.ALL:
        return ratio(mixture.of("distinct", 0), mixture.of("windows"))
    index = GAP_READINGS.index(reading)
    return ratio(mixture.of("distinct", index), mixture.of("gap", index).sum(axis=-1))


def counted_share(mixture: Mixture, reading: Reading) -> Floats:
    """Share of all windows that a reading counts, with whatever weight."""
    if reading is Reading.ALL:
        return ratio(mixture.of("windows"), mixture.of("windows"))
    counted = Reading.VARYING if reading is Reading.WEIGHTED else reading
    return ratio(mixture.of("gap", GAP_READINGS.index(counted)).sum(axis=-1), mixture.of("windows"))


def ratio(part: Floats, whole: Floats) -> Floats:
    """Divide, and say NaN where there is nothing to divide by."""
    quotient: Floats = np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)
    return quotient


class Resampled:
    """Clusters of windows: statistics with intervals.

    The clusters of the tally have ``weights``, shape (clusters,), in the data and ``resampled``, shape (resamples,
    clusters), in the resamples; so many independent ``units`` were resampled.
    """

    def __init__(self, tally: Tally, weights: Floats, resampled: Floats, units: int) -> None:
        self.data = Mixture(tally, weights[None])
        self.resamples = Mixture(tally, resampled)
        self.units = units

    def __call__(self, statistic: Statistic) -> Interval:
        """Return a statistic with its interval."""
        return interval(float(statistic(self.data)[0]), statistic(self.resamples), self.units)

    def against(self, other: Resampled, statistic: Callable[[Mixture, Mixture], Floats]) -> Interval:
        """Return a statistic of two samples with its interval; the same clusters are drawn in both."""
        value = float(statistic(self.data, other.data)[0])
        return interval(value, statistic(self.resamples, other.resamples), self.units)

    def band(self, statistic: Statistic) -> tuple[Floats, Floats, Floats]:
        """Return a curve, and the ends of pointwise intervals around it (NaN where a resample is not defined)."""
        low, high = ends(statistic(self.resamples), self.units)
        return statistic(self.data)[0], low, high


def difference(statistic: Statistic) -> Callable[[Mixture, Mixture], Floats]:
    """Turn a statistic of one mixture into its difference between two."""
    return lambda mixture, other: statistic(mixture) - statistic(other)
