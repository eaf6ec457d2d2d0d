"""All numbers of an observation, described once: what ``--json`` prints, and the tables and pages are made of.

A description is a tree of names whose leaves are statistics; measured, each leaf becomes its value and the ends of its
interval, null where they are not defined.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from itertools import pairwise
from math import isfinite
from typing import Any

from theory.empirical.observing.bootstrap import LEVEL, RESAMPLES
from theory.empirical.observing.model_observation import PoolObservation
from theory.empirical.observing.observation import Observation
from theory.empirical.observing.sources import Origin
from theory.empirical.observing.statistics import GAP, Quantity, Statistic, difference, ratio, residual_of
from theory.empirical.observing.tallies import BANDS, BINS, CONTRAST
from theory.empirical.observing.verdict import Interval, Reading
from theory.rationals import to_string

_Row = dict[str, Any]

_COMPARED = (Origin.SHUFFLED, Origin.NOISE)
"""What pictures are compared with."""

_QUANTILES = (0.5, 0.9, 0.99)
_STEP = BINS // 64
"""Survival functions are written at multiples of 1/64."""


def observation_row(observation: Observation) -> _Row:
    """Return what was observed as plain dicts of names and numbers."""
    layout, origins = observation.layout, list(observation.samples)
    return {
        "kernel_shape": list(layout.kernel_shape),
        "strides": list(layout.strides),
        "dilations": list(layout.dilations),
        "rule": {
            "distinct_gap_above": observation.rule.threshold,
            "rare_share_below": observation.rule.rare,
            "contrast_range_at_least": CONTRAST,
        },
        "intervals": {
            "level": LEVEL,
            "resamples": RESAMPLES,
            "resampled": "blocks of pictures" if observation.by_blocks else "pictures",
            "units": observation.observed.units,
        },
        "windows": observation.windows,
        "pictures": [asdict(picture) for picture in observation.pictures],
        "estimators": [
            {
                "orders": list(f.orders),
                "objective": f.objective,
                "error": to_string(f.error) if f.error is not None else None,
                "equioscillation": list(f.equioscillation),
                **f.target.to_dict(),
            }
            for f in observation.estimators
        ],
        "sources": {origin.value: _of_origin(observation, origin) for origin in origins},
        "worst_case": {
            "window": "one 1, zeros else",
            "gap": float(GAP.mean(observation.worst)[0]),
            "residuals": [float(residual.mean(observation.worst)[0]) for residual in _residuals(observation)],
        },
        "comparisons": {origin.value: _comparison(observation, origin) for origin in _COMPARED},
        "rare": {origin.value: {r.value: observation.rare_in(r, origin).value for r in Reading} for origin in origins},
        "claim": observation.claim().value,
        "claim_with_rounding_undone": (
            observation.claim(Origin.UNROUNDED).value if Origin.UNROUNDED in origins else None
        ),
    }


def pools_rows(pools: Sequence[PoolObservation]) -> list[_Row]:
    """Return what was seen at the MaxPool nodes of a model."""
    return [
        {
            "name": pool.pool.name,
            "skipped": pool.skipped or None,
            "smallest_input": _number(pool.low),
            "largest_input": _number(pool.high),
            "observation": observation_row(pool.observation) if pool.observation else None,
        }
        for pool in pools
    ]


def _residuals(observation: Observation) -> list[Quantity]:
    return [residual_of(k) for k in range(len(observation.estimators))]


def _of_origin(observation: Observation, origin: Origin) -> _Row:
    sample, residuals = observation.samples[origin], _residuals(observation)
    gap_curve, *curves = (
        [_number(float(v)) for v in quantity.survival(sample.data)[0, ::_STEP]] for quantity in (GAP, *residuals)
    )
    described = {
        "constant": _share("constant"),
        "gap_at_threshold": _share("at_threshold"),
        "gap": {
            "tied": GAP.tied,
            "mean": GAP.mean,
            "quantiles": _quantiles(GAP),
            "distinct": {reading.value: observation.share(origin, reading) for reading in Reading},
        },
        "by_range": [
            {
                "low": low,
                "high": high,
                "windows": _number(float(_share("band_windows", band)(sample.data)[0])),
                "tied": _share("band_tied", band, of="band_windows", whole=band),
                "distinct": _share("band_distinct", band, of="band_windows", whole=band),
            }
            for band, (low, high) in enumerate(pairwise(BANDS))
        ],
        "residuals": [
            {
                "mean": residual.mean,
                "mean_over_distinct": _share("residual_distinct", residual.index, of="distinct", whole=0),
                "quantiles": _quantiles(residual),
            }
            for residual in residuals
        ],
        "survival_at_multiples_of_1/64": {"gap": gap_curve, "residuals": curves},
    }
    return dict(_measured(described, sample))


def _comparison(observation: Observation, other: Origin) -> _Row:
    sample = observation.samples[other]
    described = {
        "excess_of_distinct": {reading.value: observation.excess(other, reading) for reading in Reading},
        "rarer": observation.rarer_than(other).value,
        "mean_gap_difference": difference(GAP.mean),
        "cliffs_delta_of_gap": GAP.delta,
        "residuals": [
            {"mean_difference": difference(residual.mean), "cliffs_delta": residual.delta}
            for residual in _residuals(observation)
        ],
    }
    return dict(_measured(described, lambda statistic: observation.observed.against(sample, statistic)))


def _measured(described: Any, measure: Callable[[Any], Interval]) -> Any:
    """Measure the statistics in a description."""
    if isinstance(described, dict):
        return {name: _measured(value, measure) for name, value in described.items()}
    if isinstance(described, list):
        return [_measured(value, measure) for value in described]
    if isinstance(described, Interval):
        return {name: _number(getattr(described, name)) for name in ("value", "low", "high")}
    return _measured(measure(described), measure) if callable(described) else described


def _number(value: float) -> float | None:
    return value if isfinite(value) else None


def _share(part: str, index: int | None = None, *, of: str = "windows", whole: int | None = None) -> Statistic:
    """Divide what a tally counts by one name, and entry, by what it counts by another, all windows by default."""
    return lambda mixture: ratio(mixture.of(part, index), mixture.of(of, whole))


def _quantiles(quantity: Quantity) -> dict[str, Statistic]:
    return {str(q): partial(quantity.quantile, probability=q) for q in _QUANTILES}
