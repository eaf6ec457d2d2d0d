"""Observations as JSON: plain dicts of names and numbers, with null where a number is not defined."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from theory.empirical.observing.bootstrap import LEVEL, RESAMPLES
from theory.empirical.observing.model_observation import PoolObservation
from theory.empirical.observing.observation import Observation
from theory.empirical.observing.statistics import gap_survival, mean_gap, mean_residual, residual_survival
from theory.empirical.observing.summary import Comparison, ResidualSummary, SourceSummary, Summary
from theory.empirical.observing.tallies import BINS, CONTRAST, Mixture
from theory.empirical.observing.verdict import Interval
from theory.rationals import to_string

_STEP = BINS // 64
"""Survival functions are written at multiples of 1/64."""


def observation_row(observation: Observation, summary: Summary) -> dict[str, Any]:
    """Return an observation with its summary for JSON."""
    geometry = observation.geometry
    return {
        "kernel_shape": list(geometry.kernel_shape),
        "strides": list(geometry.strides),
        "dilations": list(geometry.dilations),
        "rule": {
            "distinct_gap_above": observation.threshold,
            "rare_share_below": observation.rare,
            "contrast_range_at_least": CONTRAST,
        },
        "intervals": {
            "level": LEVEL,
            "resamples": RESAMPLES,
            "resampled": "blocks of pictures" if observation.by_blocks else "pictures",
            "units": observation.observed.units,
        },
        "windows": observation.windows,
        "pictures": [
            {
                "name": picture.name,
                "windows": picture.windows,
                "looked_at": picture.looked_at,
                "distinct": picture.distinct,
                "distinct_shuffled": picture.shuffled,
            }
            for picture in observation.pictures
        ],
        "estimators": [
            {
                "orders": list(f.orders),
                "objective": f.objective,
                "error": to_string(f.error) if f.error is not None else None,
                "equioscillation": list(f.equioscillation),
            }
            for f in observation.estimators
        ],
        "sources": {
            source.value: {**_source(found), **_curves(observation.samples[source].data, len(observation.estimators))}
            for source, found in summary.sources.items()
        },
        "worst_case": _worst(observation),
        "comparisons": {other.value: _comparison(found) for other, found in summary.comparisons.items()},
        "rare": {
            source.value: {reading.value: answer.value for reading, answer in answers.items()}
            for source, answers in summary.rare.items()
        },
        "claim": summary.claim.value,
        "claim_with_rounding_undone": summary.claim_unrounded.value if summary.claim_unrounded is not None else None,
    }


def pools_row(pools: Sequence[PoolObservation], summaries: Sequence[Summary | None]) -> list[dict[str, Any]]:
    """Return what was seen at the MaxPool nodes of a model for JSON."""
    return [
        {
            "name": pool.pool.name,
            "skipped": pool.skipped or None,
            "smallest_input": _number(pool.low),
            "largest_input": _number(pool.high),
            "observation": observation_row(pool.observation, summary) if pool.observation and summary else None,
        }
        for pool, summary in zip(pools, summaries, strict=True)
    ]


def _number(value: float) -> float | None:
    return value if isfinite(value) else None


def _interval(interval: Interval) -> dict[str, float | None]:
    return {"value": _number(interval.value), "low": _number(interval.low), "high": _number(interval.high)}


def _intervals(intervals: Mapping[Any, Interval]) -> dict[str, Any]:
    return {str(getattr(key, "value", key)): _interval(interval) for key, interval in intervals.items()}


def _source(found: SourceSummary) -> dict[str, Any]:
    return {
        "constant": _interval(found.constant),
        "gap_at_threshold": _interval(found.at_threshold),
        "gap": {
            "tied": _interval(found.tied),
            "mean": _interval(found.mean),
            "quantiles": _intervals(found.quantiles),
            "distinct": _intervals(found.distinct),
        },
        "by_range": [
            {
                "low": band.low,
                "high": band.high,
                "windows": _number(band.windows),
                "tied": _interval(band.tied),
                "distinct": _interval(band.distinct),
            }
            for band in found.bands
        ],
        "residuals": [_residual(residual) for residual in found.residuals],
    }


def _residual(found: ResidualSummary) -> dict[str, Any]:
    return {
        "mean": _interval(found.mean),
        "mean_over_distinct": _interval(found.mean_distinct),
        "quantiles": _intervals(found.quantiles),
    }


def _curves(data: Mixture, estimators: int) -> dict[str, Any]:
    curves = [gap_survival(data), *(residual_survival(data, k) for k in range(estimators))]
    gap, *residuals = ([_number(float(v)) for v in curve[0, ::_STEP]] for curve in curves)
    return {"survival_at_multiples_of_1/64": {"gap": gap, "residuals": residuals}}


def _worst(observation: Observation) -> dict[str, Any]:
    number = len(observation.estimators)
    return {
        "window": "one 1, zeros else",
        "gap": float(mean_gap(observation.worst)[0]),
        "residuals": [float(mean_residual(observation.worst, k)[0]) for k in range(number)],
    }


def _comparison(found: Comparison) -> dict[str, Any]:
    return {
        "excess_of_distinct": _intervals(found.excess),
        "rarer": found.rarer.value,
        "mean_gap_difference": _interval(found.mean_difference),
        "cliffs_delta_of_gap": _interval(found.cliffs_delta),
        "residuals": [
            {"mean_difference": _interval(difference), "cliffs_delta": _interval(delta)}
            for difference, delta in zip(found.residual_difference, found.residual_delta, strict=True)
        ],
    }
