"""All numbers of an observation with their intervals, computed once: for tables, for JSON, for readers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from theory.empirical.observing import statistics
from theory.empirical.observing.observation import Observation, Source
from theory.empirical.observing.statistics import Sample, difference
from theory.empirical.observing.tallies import BANDS, Mixture
from theory.empirical.observing.verdict import Answer, Interval, Reading

QUANTILES = (0.5, 0.9, 0.99)


@dataclass(frozen=True)
class ResidualSummary:
    """|e|/E of one estimator.

    Attributes
    ----------
    mean : Interval
    mean_distinct : Interval
        Over distinct windows.
    quantiles : mapping of float to Interval
    """

    mean: Interval
    mean_distinct: Interval
    quantiles: Mapping[float, Interval]


@dataclass(frozen=True)
class BandSummary:
    """Windows whose range lies in one of ``BANDS``, as shares of the full scale.

    Attributes
    ----------
    low, high : float
        low <= range < high, for the last band <= high.
    windows : float
        Share of all windows that lie in the band.
    tied, distinct : Interval
        Shares of the windows in the band.
    """

    low: float
    high: float
    windows: float
    tied: Interval
    distinct: Interval


@dataclass(frozen=True)
class SourceSummary:
    """The windows of one source.

    Attributes
    ----------
    constant : Interval
        Share of all windows.
    at_threshold : Interval
        Share of all windows whose gap is the threshold itself; they do not count as distinct.
    tied : Interval
        Share, among windows that are not constant, of those whose maximum occurs twice or more.
    mean : Interval
        Of the gap of windows that are not constant.
    quantiles : mapping of float to Interval
        Of the same.
    distinct : mapping of Reading to Interval
    bands : tuple of BandSummary
    residuals : tuple of ResidualSummary
        One for each estimator.
    """

    constant: Interval
    at_threshold: Interval
    tied: Interval
    mean: Interval
    quantiles: Mapping[float, Interval]
    distinct: Mapping[Reading, Interval]
    bands: tuple[BandSummary, ...]
    residuals: tuple[ResidualSummary, ...]


@dataclass(frozen=True)
class Comparison:
    """The pictures against another source.

    Attributes
    ----------
    excess : mapping of Reading to Interval
        Share of distinct windows less that of the other source.
    rarer : Answer
        Whether distinct windows are rarer, by all windows.
    mean_difference : Interval
        Of the gap.
    cliffs_delta : Interval
        P(gap larger) - P(gap smaller) for a window of each: -1 if all gaps are smaller than those of the other source.
        The probability of superiority is (1 + delta) / 2.
    residual_difference, residual_delta : tuple of Interval
        The same of |e|/E, for each estimator.
    """

    excess: Mapping[Reading, Interval]
    rarer: Answer
    mean_difference: Interval
    cliffs_delta: Interval
    residual_difference: tuple[Interval, ...]
    residual_delta: tuple[Interval, ...]


@dataclass(frozen=True)
class Summary:
    """An observation in numbers.

    Attributes
    ----------
    sources : mapping of Source to SourceSummary
    comparisons : mapping of Source to Comparison
        With the shuffled pixels and with noise.
    rare : mapping of Source to mapping of Reading to Answer
        Whether distinct windows are rare.
    claim : Answer
        The answer on which all readings of the pictures agree.
    claim_unrounded : Answer or None
        The same with the rounding of pixels undone, where they are integers.
    """

    sources: Mapping[Source, SourceSummary]
    comparisons: Mapping[Source, Comparison]
    rare: Mapping[Source, Mapping[Reading, Answer]]
    claim: Answer
    claim_unrounded: Answer | None


def summarise(observation: Observation) -> Summary:
    """Compute all numbers of an observation."""
    has_rounding = Source.UNROUNDED in observation.samples
    return Summary(
        {source: _source(observation, source) for source in observation.samples},
        {other: _compare(observation, other) for other in (Source.SHUFFLED, Source.NOISE)},
        {source: {r: observation.rare_in(r, source) for r in Reading} for source in observation.samples},
        observation.claim(),
        observation.claim(Source.UNROUNDED) if has_rounding else None,
    )


def _source(observation: Observation, source: Source) -> SourceSummary:
    sample = observation.samples[source]
    return SourceSummary(
        sample(statistics.constant_share),
        sample(statistics.threshold_share),
        sample(statistics.tied_share),
        sample(statistics.mean_gap),
        {q: sample(partial(statistics.gap_quantile, probability=q)) for q in QUANTILES},
        {reading: observation.share(source, reading) for reading in Reading},
        tuple(_band(sample, band) for band in range(len(BANDS) - 1)),
        tuple(_residual(sample, k) for k in range(len(observation.estimators))),
    )


def _band(sample: Sample, band: int) -> BandSummary:
    return BandSummary(
        BANDS[band],
        BANDS[band + 1],
        sample(partial(statistics.band_share, band=band)).value,
        sample(partial(statistics.band_tied, band=band)),
        sample(partial(statistics.band_distinct, band=band)),
    )


def _residual(sample: Sample, estimator: int) -> ResidualSummary:
    return ResidualSummary(
        sample(partial(statistics.mean_residual, estimator=estimator)),
        sample(partial(statistics.mean_residual_distinct, estimator=estimator)),
        {q: sample(partial(statistics.residual_quantile, estimator=estimator, probability=q)) for q in QUANTILES},
    )


def _compare(observation: Observation, other: Source) -> Comparison:
    data, against = observation.observed, observation.samples[other]
    means = [partial(statistics.mean_residual, estimator=k) for k in range(len(observation.estimators))]
    deltas = [partial(_residual_delta, estimator=k) for k in range(len(observation.estimators))]
    return Comparison(
        {reading: observation.excess(other, reading) for reading in Reading},
        observation.rarer_than(other),
        data.against(against, difference(statistics.mean_gap)),
        data.against(against, _gap_delta),
        tuple(data.against(against, difference(mean)) for mean in means),
        tuple(data.against(against, delta) for delta in deltas),
    )


def _gap_delta(mixture: Mixture, other: Mixture) -> statistics.Floats:
    return 2 * statistics.gap_superiority(mixture, other) - 1


def _residual_delta(mixture: Mixture, other: Mixture, estimator: int) -> statistics.Floats:
    return 2 * statistics.residual_superiority(mixture, other, estimator) - 1
