"""Confidence intervals for windows that depend on each other: a bootstrap over clusters.

Windows overlap, and windows of one picture resemble each other, so resampling windows would give intervals that are
far too narrow. What may be taken as independent are pictures; they are resampled, each with all its windows. A resample
is a row of weights on the clusters, so that a statistic of histograms is computed for all resamples at once.

Where pictures are few, blocks of them are resampled instead, within each picture. This answers a smaller question, how
far the result depends on the parts of these very pictures; it says nothing about other pictures.

Percentiles of few clusters give intervals that are too narrow, too: the bootstrap's spread lacks the factor
sqrt(n / (n-1)), and its tails are those of a normal distribution where Student's would be right. Both are mended by
percentiles that lie farther out: Phi(-sqrt(n/(n-1)) t), t the quantile of Student's distribution with n-1 degrees of
freedom (T. Hesterberg, "What teachers should know about the bootstrap", The American Statistician 69, 2015,
section 3.3, "expanded percentile" intervals).

A share of windows has an interval that is at least as wide as if the windows that do not overlap were independent.
Where no window is distinct, all resamples agree on 0, but a hundred windows do not prove that there are none.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, ndtr, stdtrit

from theory.empirical.observing.verdict import Interval
from theory.errors import InputError

Floats = NDArray[np.float64]

RESAMPLES = 2000
LEVEL = 0.95
_OUTSIDE = (1 - LEVEL) / 2


def resample(strata: Sequence[int], rng: np.random.Generator, *, resamples: int = RESAMPLES) -> Floats:
    """Draw weights of clusters, a row a resample: how often each is drawn, with replacement and within its stratum.

    ``strata`` has the number of clusters in each stratum, at least two, as one cannot vary; one number where all are
    resampled together.

    Examples
    --------
    >>> resample([3, 2], np.random.default_rng(0), resamples=4).sum(axis=1).tolist()
    [5.0, 5.0, 5.0, 5.0]
    """
    if not strata or min(strata) < 2:
        raise InputError(f"a bootstrap needs at least two clusters to draw from, not {min(strata, default=0)}")
    draws = [rng.multinomial(n, np.full(n, 1 / n), size=resamples) for n in strata]
    return np.concatenate(draws, axis=1).astype(np.float64)


def _tail(clusters: int) -> float:
    """Return the probability that an interval leaves out at each end of the distribution, with so many clusters, >= 2.

    Examples
    --------
    >>> round(_tail(10), 4), round(_tail(10**6), 4)
    (0.0086, 0.025)
    """
    return float(ndtr(sqrt(clusters / (clusters - 1)) * stdtrit(clusters - 1, _OUTSIDE)))


def interval(value: float, replicates: Floats, clusters: int) -> Interval:
    """Return the expanded percentile interval of a statistic, given on the data and on the resamples.

    Resamples on which it is not defined (NaN) are left out. The interval is one of NaN where it is not defined on the
    data, and infinitely wide where it is defined on less than nine resamples in ten.

    Examples
    --------
    >>> interval(0.5, np.full(100, 0.5), 10)
    Interval(value=0.5, low=0.5, high=0.5)
    """
    if np.isnan(value):
        return Interval(np.nan, np.nan, np.nan)
    defined = replicates[~np.isnan(replicates)]
    if len(defined) < 0.9 * len(replicates):
        return Interval(float(value), -np.inf, np.inf)
    low, high = ends(defined, clusters)
    return Interval(float(value), float(low), float(high))


def ends(replicates: Floats, clusters: int) -> tuple[Floats, Floats]:
    """Return the ends of expanded percentile intervals, of many statistics at once: shape (resamples, ...) to (...).

    With one cluster nothing is known, and the ends are NaN.
    """
    if clusters < 2:
        return np.full(replicates.shape[1:], np.nan), np.full(replicates.shape[1:], np.nan)
    outside = _tail(clusters)
    low, high = np.quantile(replicates, [outside, 1 - outside], axis=0)
    return low, high


def widened(share: Interval, trials: float) -> Interval:
    """Return the least interval that contains that of a share and that of so many independent trials.

    The latter is that of Clopper and Pearson (Biometrika 26, 1934), whose ends are quantiles of Beta distributions.

    Examples
    --------
    >>> zero = widened(Interval(0.0, 0.0, 0.0), 100)
    >>> zero.low, round(zero.high, 4)
    (0.0, 0.0362)
    """
    if not trials > 0 or np.isnan(share.value):
        return share
    events = share.value * trials
    low = betaincinv(events, trials - events + 1, _OUTSIDE) if events > 0 else 0.0
    high = betaincinv(events + 1, trials - events, 1 - _OUTSIDE) if events < trials else 1.0
    return Interval(share.value, min(share.low, float(low)), max(share.high, float(high)))
