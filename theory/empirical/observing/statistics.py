"""Numbers that summarise tallies, each with an interval: shares, means, quantiles, effect sizes.

All functions take mixtures of clusters of windows, the data as one and the resamples as many, and return one number for
each mixture. NaN stands for "not defined", such as the mean gap of no window.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from theory.empirical.observing.bootstrap import ends, interval
from theory.empirical.observing.tallies import BINS, Mixture, Tally
from theory.empirical.observing.verdict import Interval, Reading

Floats = NDArray[np.float64]


def distinct_share(mixture: Mixture, reading: Reading = Reading.ALL) -> Floats:
    """Share of distinct windows under a reading."""
    if reading is Reading.ALL:
        return _ratio(mixture.gap("distinct", Reading.VARYING), mixture.of("windows"))
    return _ratio(mixture.gap("distinct", reading), mixture.gap("gap", reading).sum(axis=-1))


def counted_share(mixture: Mixture, reading: Reading) -> Floats:
    """Share of all windows that a reading counts, with whatever weight."""
    if reading is Reading.ALL:
        return _ratio(mixture.of("windows"), mixture.of("windows"))
    counted = Reading.VARYING if reading is Reading.WEIGHTED else reading
    return _ratio(mixture.gap("gap", counted).sum(axis=-1), mixture.of("windows"))


def constant_share(mixture: Mixture) -> Floats:
    """Share of the windows whose values are all equal, among all windows."""
    return _ratio(mixture.of("constant"), mixture.of("windows"))


def threshold_share(mixture: Mixture) -> Floats:
    """Share of the windows whose gap is the threshold itself, which are not distinct, among all windows."""
    return _ratio(mixture.of("at_threshold"), mixture.of("windows"))


def tied_share(mixture: Mixture, reading: Reading = Reading.VARYING) -> Floats:
    """Share of the windows whose largest value occurs twice or more, among those that are not constant."""
    gaps = mixture.gap("gap", reading)
    return _ratio(gaps[:, 0], gaps.sum(axis=-1))


def mean_gap(mixture: Mixture, reading: Reading = Reading.VARYING) -> Floats:
    """Mean of the gap under a reading."""
    return _ratio(mixture.gap("gap_sum", reading), mixture.gap("gap", reading).sum(axis=-1))


def gap_quantile(mixture: Mixture, probability: float, reading: Reading = Reading.VARYING) -> Floats:
    """Quantile of the gap under a reading, rounded up to a multiple of 1/BINS."""
    return _quantile(mixture.gap("gap", reading), probability)


def gap_survival(mixture: Mixture, reading: Reading = Reading.VARYING) -> Floats:
    """Share of windows whose gap is above k/BINS, k = 0..BINS: shape (rows, BINS + 1)."""
    return _survival(mixture.gap("gap", reading))


def gap_superiority(mixture: Mixture, other: Mixture, reading: Reading = Reading.VARYING) -> Floats:
    """Probability that the gap of a window is larger than that of a window of the other one, ties counting half.

    Notes
    -----
    The probability of superiority, or common-language effect size; Cliff's delta is twice it, less 1. Gaps in the same
    bin count as ties, which changes it by less than half of the probability of such pairs.
    """
    return _superiority(mixture.gap("gap", reading), other.gap("gap", reading))


def band_share(mixture: Mixture, band: int) -> Floats:
    """Share of all windows whose range lies in a band."""
    return _ratio(mixture.of("band_windows", band), mixture.of("windows"))


def band_distinct(mixture: Mixture, band: int) -> Floats:
    """Share of distinct windows among those whose range lies in a band."""
    return _ratio(mixture.of("band_distinct", band), mixture.of("band_windows", band))


def band_tied(mixture: Mixture, band: int) -> Floats:
    """Share of windows with a tied maximum among those whose range lies in a band."""
    return _ratio(mixture.of("band_tied", band), mixture.of("band_windows", band))


def mean_residual(mixture: Mixture, estimator: int) -> Floats:
    """Mean of |e|/E for one of the estimators."""
    return _ratio(mixture.of("residual_sum", estimator), mixture.of("residual", estimator).sum(axis=-1))


def mean_residual_distinct(mixture: Mixture, estimator: int) -> Floats:
    """Mean of |e|/E over distinct windows."""
    return _ratio(mixture.of("residual_distinct", estimator), mixture.gap("distinct", Reading.VARYING))


def residual_quantile(mixture: Mixture, estimator: int, probability: float) -> Floats:
    """Quantile of |e|/E, rounded up to a multiple of 1/BINS."""
    return _quantile(mixture.of("residual", estimator), probability)


def residual_survival(mixture: Mixture, estimator: int) -> Floats:
    """Share of windows whose |e|/E is above k/BINS, k = 0..BINS: shape (rows, BINS + 1)."""
    return _survival(mixture.of("residual", estimator))


def residual_superiority(mixture: Mixture, other: Mixture, estimator: int) -> Floats:
    """Probability that |e|/E of a window is larger than that of a window of the other one, ties counting half."""
    return _superiority(mixture.of("residual", estimator), other.of("residual", estimator))


class Sample:
    """Clusters of windows with the weights of their resamples: statistics with intervals.

    Parameters
    ----------
    tally : Tally
    weights : array, shape (clusters,)
        Of the clusters in the data.
    resampled : array, shape (resamples, clusters)
        Of the clusters in each resample.
    units : int
        How many independent units were resampled.
    """

    def __init__(self, tally: Tally, weights: Floats, resampled: Floats, units: int) -> None:
        self.data = Mixture(tally, weights[None])
        self.resamples = Mixture(tally, resampled)
        self.units = units

    def __call__(self, statistic: Callable[[Mixture], Floats]) -> Interval:
        """Return a statistic with its interval."""
        return interval(float(statistic(self.data)[0]), statistic(self.resamples), self.units)

    def against(self, other: Sample, statistic: Callable[[Mixture, Mixture], Floats]) -> Interval:
        """Return a statistic of two samples with its interval; the same clusters are drawn in both."""
        value = float(statistic(self.data, other.data)[0])
        return interval(value, statistic(self.resamples, other.resamples), self.units)

    def band(self, statistic: Callable[[Mixture], Floats]) -> tuple[Floats, Floats, Floats]:
        """Return a curve, and the ends of pointwise intervals around it (NaN where a resample is not defined)."""
        low, high = ends(statistic(self.resamples), self.units)
        return statistic(self.data)[0], low, high


def difference(statistic: Callable[[Mixture], Floats]) -> Callable[[Mixture, Mixture], Floats]:
    """Turn a statistic of one mixture into its difference between two."""
    return lambda mixture, other: statistic(mixture) - statistic(other)


def _ratio(part: Floats, whole: Floats) -> Floats:
    quotient: Floats = np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)
    return quotient


def _quantile(histogram: Floats, probability: float) -> Floats:
    total = histogram.sum(axis=-1)
    # What sums of floats lose must not push a quantile into the next bin.
    reached = histogram.cumsum(axis=-1) >= (probability * total)[:, None] * (1 - 1e-12)
    return np.where(total > 0, reached.argmax(axis=-1) / BINS, np.nan)


def _survival(histogram: Floats) -> Floats:
    total = histogram.sum(axis=-1, keepdims=True)
    above = histogram[:, ::-1].cumsum(axis=-1)[:, ::-1] - histogram
    return np.clip(_ratio(above, np.broadcast_to(total, above.shape)), 0.0, 1.0)


def _superiority(histogram: Floats, other: Floats) -> Floats:
    below = other.cumsum(axis=-1) - other / 2
    return _ratio((histogram * below).sum(axis=-1), histogram.sum(axis=-1) * other.sum(axis=-1))
