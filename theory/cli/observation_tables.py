"""The tables that ``subpool observe`` prints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import TYPE_CHECKING

from theory.cli.output import console, fraction, new_table
from theory.empirical.observing.bootstrap import LEVEL, RESAMPLES
from theory.empirical.observing.model_observation import PoolObservation
from theory.empirical.observing.observation import Observation, Source
from theory.empirical.observing.statistics import constant_share, gap_quantile, mean_gap, mean_residual, tied_share
from theory.empirical.observing.summary import QUANTILES, Summary
from theory.empirical.observing.tallies import band_names
from theory.empirical.observing.verdict import Interval, Reading
from theory.estimator import Estimator
from theory.notation import format_orders
from theory.objectives import DEFAULT
from theory.terminal import Table

if TYPE_CHECKING:
    from theory.empirical.observing.windows import Geometry

_TINY_SHARE = 5e-5
_BYTE = 255
"""Least number of levels that fill all bands of ranges."""

_WORST = "one 1, rest 0"
_NAME = 13
"""Characters of a node's name that fit into a table."""

_MENTIONED = 0.001
"""Share of windows at the threshold itself from which on they are mentioned."""


def print_observation(seen: Observation, summary: Summary, title: str, files: Sequence[str]) -> None:
    """Print what was seen on pictures."""
    out = console()
    out.print(f"{title}, {_describe(seen.geometry)}, {seen.windows:,} windows, channels apart", soft_wrap=True)
    out.print(
        f"gap = (largest - second) / (largest - smallest); distinct: gap > {seen.threshold:g}; "
        "tied: largest value twice",
        soft_wrap=True,
    )
    out.print(_gap_table(seen, summary))
    out.print(_reading_table(summary))
    out.print(_band_table(seen, summary))
    out.print(_residual_table(seen, summary))
    for name, text in _facts(seen, summary, files):
        out.print(f"{name:<10} {text}", soft_wrap=True)


def print_pools(
    pools: Sequence[PoolObservation], summaries: Sequence[Summary | None], title: str, files: Sequence[str]
) -> None:
    """Print what was seen at the MaxPool nodes of a model."""
    out = console()
    out.print(title, soft_wrap=True)
    found = [(p, p.observation, s) for p, s in zip(pools, summaries, strict=True) if p.observation and s]
    first = found[0][1]
    out.print(
        f"distinct: gap > {first.threshold:g}, as a share of the windows wholly inside; "
        f"rare: fewer than {_percent(first.rare)}",
        soft_wrap=True,
    )
    out.print(_pool_table(found))
    out.print(_pool_residual_table(found))
    for pool in pools:
        if pool.skipped:
            out.print(f"{pool.pool.name}: skipped, {pool.skipped}", soft_wrap=True)
    out.print(f"intervals  {_interval_note(first)}", soft_wrap=True)
    if files:
        out.print(f"written    {', '.join(files)}", soft_wrap=True)


def _describe(geometry: Geometry) -> str:
    kernel = "x".join(map(str, geometry.kernel_shape))
    stride = "x".join(map(str, geometry.strides)) if len(set(geometry.strides)) > 1 else geometry.strides[0]
    return f"kernel {kernel} (d = {geometry.kernel_size}), stride {stride}"


def _gap_table(seen: Observation, summary: Summary) -> Table:
    table = new_table(
        ("windows of", "left"),
        ("constant", "right"),
        ("tied", "right"),
        ("median gap", "right"),
        ("90 %", "right"),
        ("99 %", "right"),
        ("mean gap", "right"),
        ("Cliff's delta", "left"),
    )
    for source, found in summary.sources.items():
        other = summary.comparisons.get(source)
        table.add_row(
            _name(source),
            _percent(found.constant.value),
            _percent(found.tied.value),
            *(_number(quantile.value) for quantile in found.quantiles.values()),
            _number(found.mean.value),
            _signed(other.cliffs_delta) if other else "",
        )
    table.add_row(
        _WORST,
        _percent(float(constant_share(seen.worst)[0])),
        _percent(float(tied_share(seen.worst)[0])),
        *(_number(float(gap_quantile(seen.worst, q)[0])) for q in QUANTILES),
        _number(float(mean_gap(seen.worst)[0])),
        "",
    )
    return table


def _reading_table(summary: Summary) -> Table:
    table = new_table(("distinct windows, %", "left"), *((reading.value, "left") for reading in Reading))
    for source, found in summary.sources.items():
        table.add_row(_name(source), *(_share(found.distinct[reading]) for reading in Reading))
    excess = summary.comparisons[Source.SHUFFLED].excess
    table.add_row("shuffled - pictures", *(_share(_negated(excess[reading])) for reading in Reading))
    table.add_row("rare", *(summary.rare[Source.OBSERVED][reading].value for reading in Reading))
    return table


def _band_table(seen: Observation, summary: Summary) -> Table:
    levels = seen.levels if seen.levels is not None and seen.levels >= _BYTE else None
    shown = [s for s in (Source.OBSERVED, Source.UNROUNDED, Source.SHUFFLED) if s in summary.sources]
    table = new_table(
        (f"range, levels of {levels}" if levels else "range, of full scale", "left"),
        ("windows", "right"),
        ("tied", "right"),
        *((f"distinct, %: {_name(source)}", "left") for source in shown),
    )
    here = summary.sources[Source.OBSERVED].bands
    for band, name in enumerate(band_names(levels)):
        shares = (summary.sources[source].bands[band].distinct for source in shown)
        table.add_row(name, _percent(here[band].windows), _percent(here[band].tied.value), *map(_share, shares))
    return table


def _residual_table(seen: Observation, summary: Summary) -> Table:
    table = new_table(
        ("orders: E", "left"),
        ("|e|/E of", "left"),
        ("mean", "left"),
        ("99 %", "right"),
        ("if distinct", "right"),
        ("Cliff's delta", "left"),
    )
    for k, estimator in enumerate(seen.estimators):
        name = f"{_orders(estimator)}: {fraction(estimator.error) if estimator.error else ''}"
        for source, found in summary.sources.items():
            residual, other = found.residuals[k], summary.comparisons.get(source)
            table.add_row(
                name if source is Source.OBSERVED else "",
                _name(source),
                f"{_number(residual.mean.value)} {_between(residual.mean)}",
                _number(residual.quantiles[0.99].value),
                _number(residual.mean_distinct.value),
                _signed(other.residual_delta[k]) if other else "",
            )
        worst = _number(float(mean_residual(seen.worst, k)[0]))
        table.add_row("", _WORST, worst, worst, worst, "")
    return table


def _facts(seen: Observation, summary: Summary, files: Sequence[str]) -> Iterator[tuple[str, str]]:
    yield "intervals", _interval_note(seen)
    yield "delta", "Cliff's delta, the pictures against that source: P(larger) - P(smaller)"
    yield "readings", f"contrast: range at least 1/16; rare: the interval is below {_percent(seen.rare)}"
    at_threshold = summary.sources[Source.OBSERVED].at_threshold.value
    if at_threshold >= _MENTIONED:
        yield (
            "threshold",
            f"another {_percent(at_threshold)} of the windows have a gap of exactly {seen.threshold:g}: not distinct",
        )
    yield "claim", _claim(summary)
    if summary.claim_unrounded is not None:
        yield "", f"the same with the rounding undone: {summary.claim_unrounded.value}"
    yield "", _comparison(seen, summary, Source.SHUFFLED)
    yield "", _comparison(seen, summary, Source.NOISE)
    if files:
        yield "written", ", ".join(files)


def _interval_note(seen: Observation) -> str:
    level = f"{100 * LEVEL:g} %"
    units = seen.observed.units
    if not seen.by_blocks:
        return f"{level}, from {RESAMPLES:,} resamples of the {units} pictures, each with all its windows"
    if units < 2:
        return "none: there are too few windows to cut a picture into blocks"
    which = "the picture" if len(seen.pictures) == 1 else "each picture"
    return f"{level}, from {RESAMPLES:,} resamples of {units} blocks of {which}; not about other pictures"


def _claim(summary: Summary) -> str:
    """Say in words whether distinct windows are rare."""
    agree = len(set(summary.rare[Source.OBSERVED].values())) == 1
    why = "in all four readings" if agree else "the readings differ"
    return f"windows with a distinct maximum are not prevalent: {summary.claim.value} ({why})"


def _comparison(seen: Observation, summary: Summary, other: Source) -> str:
    found = summary.comparisons[other]
    where = "after shuffling" if other is Source.SHUFFLED else f"in {other.value}"
    text = f"rarer than {where}: {found.rarer.value}"
    shares = summary.sources[Source.OBSERVED].distinct[Reading.ALL], summary.sources[other].distinct[Reading.ALL]
    counted = ""
    if other is Source.SHUFFLED and len(seen.pictures) > 1:
        rarer = sum(picture.distinct < picture.shuffled for picture in seen.pictures)
        counted = f"; in {rarer} of {len(seen.pictures)} pictures"
    return f"{text} ({_percent(shares[0].value)} against {_percent(shares[1].value)}{counted})"


def _pool_table(found: Sequence[tuple[PoolObservation, Observation, Summary]]) -> Table:
    table = new_table(
        ("MaxPool", "left"),
        ("kernel", "left"),
        ("constant", "right"),
        ("distinct, %", "left"),
        ("shuffled", "right"),
        ("rare", "left"),
        ("rarer than shuffled", "left"),
    )
    for pool, _, summary in found:
        table.add_row(
            _short(pool.pool.name),
            "x".join(map(str, pool.pool.kernel_shape)) + "/" + "x".join(map(str, dict.fromkeys(pool.pool.strides))),
            _percent(summary.sources[Source.OBSERVED].constant.value),
            _share(summary.sources[Source.OBSERVED].distinct[Reading.ALL]),
            _percent(summary.sources[Source.SHUFFLED].distinct[Reading.ALL].value),
            summary.claim.value,
            summary.comparisons[Source.SHUFFLED].rarer.value,
        )
    return table


def _pool_residual_table(found: Sequence[tuple[PoolObservation, Observation, Summary]]) -> Table:
    table = new_table(
        ("MaxPool", "left"),
        ("inputs", "left"),
        ("orders", "left"),
        ("E", "right"),
        ("mean |e|/E", "left"),
        ("shuffled", "right"),
        ("99 %", "right"),
    )
    for pool, observation, summary in found:
        here, mixed = summary.sources[Source.OBSERVED].residuals, summary.sources[Source.SHUFFLED].residuals
        for k, estimator in enumerate(observation.estimators):
            table.add_row(
                _short(pool.pool.name) if k == 0 else "",
                f"{pool.low:.3g} to {pool.high:.3g}" if k == 0 else "",
                _orders(estimator),
                fraction(estimator.error) if estimator.error else "",
                f"{_number(here[k].mean.value)} {_between(here[k].mean)}",
                _number(mixed[k].mean.value),
                _number(here[k].quantiles[0.99].value),
            )
    return table


def _short(name: str) -> str:
    """Cut a node's name to its end, where names of exported models differ."""
    return name if len(name) <= _NAME else "..." + name[3 - _NAME :]


def _orders(estimator: Estimator) -> str:
    return format_orders(estimator.orders) + ("" if estimator.objective == DEFAULT else f" ({estimator.objective})")


def _name(source: Source) -> str:
    return "pictures" if source is Source.OBSERVED else source.value


def _number(value: float) -> str:
    return f"{value:.3f}" if isfinite(value) else "-"


def _percent(value: float) -> str:
    if not isfinite(value):
        return "-"
    if abs(value) < _TINY_SHARE:
        return "0 %" if value == 0 else "< 0.01 %"
    return f"{100 * value:.{1 if abs(value) >= 0.01 else 2}f} %"


def _bare(value: float) -> str:
    return _percent(value).removesuffix(" %")


def _share(interval: Interval) -> str:
    if not isfinite(interval.value):
        return "-"
    if not isfinite(interval.low):
        return _bare(interval.value)
    return f"{_bare(interval.value)} ({_bare(interval.low)}..{_bare(interval.high)})"


def _between(interval: Interval) -> str:
    return f"({interval.low:.2f}..{interval.high:.2f})" if isfinite(interval.low) else ""


def _signed(interval: Interval) -> str:
    if not isfinite(interval.low):
        return f"{interval.value:+.2f}" if isfinite(interval.value) else "-"
    return f"{interval.value:+.2f} ({interval.low:+.2f}..{interval.high:+.2f})"


def _negated(interval: Interval) -> Interval:
    return Interval(-interval.value, -interval.high, -interval.low)
