"""The tables that ``subpool observe`` prints, made of what it prints as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import Any

from theory.cli.output import console, fraction, new_table
from theory.empirical.observing.sources import Origin
from theory.empirical.observing.tallies import BANDS
from theory.empirical.observing.verdict import Reading
from theory.notation import format_orders
from theory.objectives import DEFAULT
from theory.terminal import Table

Row = Mapping[str, Any]
Interval = Mapping[str, float | None]

_TINY_SHARE = 5e-5
_BYTE = 255
"""Least number of levels that fill all bands of ranges."""

_WORST = "one 1, rest 0"
_NAME = 13
"""Characters of a node's name that fit into a table."""

_MENTIONED = 0.001
"""Share of windows at the threshold itself from which on they are mentioned."""

_HERE, _SHUFFLED, _NOISE, _UNROUNDED = (
    origin.value for origin in (Origin.OBSERVED, Origin.SHUFFLED, Origin.NOISE, Origin.UNROUNDED)
)
_ALL = Reading.ALL.value


def print_observation(row: Row, levels: int | None, title: str, files: Sequence[str]) -> None:
    """Print what was seen on pictures; their pixels have so many levels, None if they are floats or differ in that."""
    shape, strides, gap = row["kernel_shape"], row["strides"], row["rule"]["distinct_gap_above"]
    stride = _times(strides if len(set(strides)) > 1 else strides[:1])
    _say(
        f"{title}, kernel {_times(shape)} (d = {prod(shape)}), stride {stride}, {row['windows']:,} windows, "
        "channels apart",
        f"gap = (largest - second) / (largest - smallest); distinct: gap > {gap:g}; tied: largest value twice",
    )
    for table in (_gap_table(row), _reading_table(row), _band_table(row, levels), _residual_table(row)):
        console().print(table)
    _say(*(f"{name:<10} {text}" for name, text in _facts(row, files)))


def print_pools(pools: Sequence[Row], title: str, files: Sequence[str]) -> None:
    """Print what was seen at the MaxPool nodes of a model, at least at one."""
    found = [pool for pool in pools if pool["observation"]]
    first = found[0]["observation"]
    gap, rare = first["rule"]["distinct_gap_above"], first["rule"]["rare_share_below"]
    windows = f"distinct: gap > {gap:g}, as a share of the windows wholly inside"
    _say(title, f"{windows}; rare: fewer than {_percent(rare)}")
    console().print(_pool_table(found))
    console().print(_pool_residual_table(found))
    _say(*(f"{pool['name']}: skipped, {pool['skipped']}" for pool in pools if pool["skipped"]))
    _say(f"intervals  {_interval_note(first)}", *([f"written    {', '.join(files)}"] if files else []))


def _say(*lines: str) -> None:
    for line in lines:
        console().print(line, soft_wrap=True)


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Fill a table; what is right-justified has a name that begins with a >."""
    table = new_table(*((name.lstrip(">"), "right" if name.startswith(">") else "left") for name in columns))
    for row in rows:
        table.add_row(*row)
    return table


def _gap_table(row: Row) -> Table:
    lines = [
        [
            _name(origin),
            _percent(found["constant"]["value"]),
            _percent(found["gap"]["tied"]["value"]),
            *(_number(quantile["value"]) for quantile in found["gap"]["quantiles"].values()),
            _number(found["gap"]["mean"]["value"]),
            _compared(row, origin, lambda other: other["cliffs_delta_of_gap"]),
        ]
        for origin, found in row["sources"].items()
    ]
    # One window has one gap, which is the mean and all quantiles.
    lines.append([_WORST, _percent(0), _percent(0), *[_number(row["worst_case"]["gap"])] * 4, ""])
    gaps = (">median gap", ">90 %", ">99 %", ">mean gap")
    return _table(("windows of", ">constant", ">tied", *gaps, "Cliff's delta"), lines)


def _reading_table(row: Row) -> Table:
    readings = [reading.value for reading in Reading]
    excess = row["comparisons"][_SHUFFLED]["excess_of_distinct"]
    lines = [
        [_name(origin), *(_share(found["gap"]["distinct"][reading]) for reading in readings)]
        for origin, found in row["sources"].items()
    ]
    lines.append(["shuffled - pictures", *(_share(_negated(excess[reading])) for reading in readings)])
    lines.append(["rare", *(row["rare"][_HERE][reading] for reading in readings)])
    return _table(("distinct windows, %", *readings), lines)


def _band_table(row: Row, levels: int | None) -> Table:
    levels = levels if levels is not None and levels >= _BYTE else None
    bands = {o: row["sources"][o]["by_range"] for o in (_HERE, _UNROUNDED, _SHUFFLED) if o in row["sources"]}
    lines = [
        [
            name,
            _percent(here["windows"]),
            _percent(here["tied"]["value"]),
            *(_share(found[band]["distinct"]) for found in bands.values()),
        ]
        for band, (name, here) in enumerate(zip(_band_names(levels), bands[_HERE], strict=True))
    ]
    title = f"range, levels of {levels}" if levels else "range, of full scale"
    return _table((title, ">windows", ">tied", *(f"distinct, %: {_name(origin)}" for origin in bands)), lines)


def _band_names(levels: int | None) -> Iterator[str]:
    """Name the bands of ranges, by levels where values are integers up to ``levels``, else by share of the full scale.

    Examples
    --------
    >>> list(_band_names(255))[:3], list(_band_names(None))[-1]
    (['1', '2-3', '4-7'], '0.5 to 1')
    """
    for low, high in pairwise(BANDS):
        if levels is None:
            yield f"{low:.3g} to {high:.3g}"
            continue
        first, last = -int(-levels * low // 1), min(levels, -int(-levels * high // 1) - 1) if high < 1 else levels
        yield str(first) if first == last else f"{first}-{last}"


def _residual_table(row: Row) -> Table:
    lines = []
    for k, estimator in enumerate(row["estimators"]):
        for origin, found in row["sources"].items():
            residual = found["residuals"][k]
            lines.append([
                f"{_orders(estimator)}: {_error(estimator)}" if origin == _HERE else "",
                _name(origin),
                _with_interval(residual["mean"]),
                _number(residual["quantiles"]["0.99"]["value"]),
                _number(residual["mean_over_distinct"]["value"]),
                _compared(row, origin, lambda other, k=k: other["residuals"][k]["cliffs_delta"]),
            ])  # fmt: skip
        lines.append(["", _WORST, *[_number(row["worst_case"]["residuals"][k])] * 3, ""])
    return _table(("orders: E", "|e|/E of", "mean", ">99 %", ">if distinct", "Cliff's delta"), lines)


def _pool_table(found: Sequence[Row]) -> Table:
    lines = []
    for pool in found:
        seen = pool["observation"]
        here, mixed = seen["sources"][_HERE], seen["sources"][_SHUFFLED]
        lines.append([
            _short(pool["name"]),
            f"{_times(seen['kernel_shape'])}/{_times(dict.fromkeys(seen['strides']))}",
            _percent(here["constant"]["value"]),
            _share(here["gap"]["distinct"][_ALL]),
            _percent(mixed["gap"]["distinct"][_ALL]["value"]),
            seen["claim"],
            seen["comparisons"][_SHUFFLED]["rarer"],
        ])  # fmt: skip
    columns = ("MaxPool", "kernel", ">constant", "distinct, %", ">shuffled", "rare", "rarer than shuffled")
    return _table(columns, lines)


def _pool_residual_table(found: Sequence[Row]) -> Table:
    lines = []
    for pool in found:
        seen, inputs = pool["observation"], f"{pool['smallest_input']:.3g} to {pool['largest_input']:.3g}"
        for k, estimator in enumerate(seen["estimators"]):
            here, mixed = (seen["sources"][origin]["residuals"][k] for origin in (_HERE, _SHUFFLED))
            lines.append([
                *((_short(pool["name"]), inputs) if k == 0 else ("", "")),
                _orders(estimator),
                _error(estimator),
                _with_interval(here["mean"]),
                _number(mixed["mean"]["value"]),
                _number(here["quantiles"]["0.99"]["value"]),
            ])  # fmt: skip
    return _table(("MaxPool", "inputs", "orders", ">E", "mean |e|/E", ">shuffled", ">99 %"), lines)


def _facts(row: Row, files: Sequence[str]) -> Iterator[tuple[str, str]]:
    rule, at_threshold = row["rule"], row["sources"][_HERE]["gap_at_threshold"]["value"]
    yield "intervals", _interval_note(row)
    yield "delta", "Cliff's delta, the pictures against that source: P(larger) - P(smaller)"
    yield "readings", f"contrast: range at least 1/16; rare: the interval is below {_percent(rule['rare_share_below'])}"
    if at_threshold >= _MENTIONED:
        told = f"another {_percent(at_threshold)} of the windows have a gap of exactly {rule['distinct_gap_above']:g}"
        yield "threshold", f"{told}: not distinct"
    agree = len(set(row["rare"][_HERE].values())) == 1
    why = "in all four readings" if agree else "the readings differ"
    yield "claim", f"windows with a distinct maximum are not prevalent: {row['claim']} ({why})"
    if row["claim_with_rounding_undone"] is not None:
        yield "", f"the same with the rounding undone: {row['claim_with_rounding_undone']}"
    counted = ""
    if len(row["pictures"]) > 1:
        rarer = sum(picture["distinct"] < picture["distinct_shuffled"] for picture in row["pictures"])
        counted = f"; in {rarer} of {len(row['pictures'])} pictures"
    yield "", _rarer(row, _SHUFFLED, "after shuffling", counted)
    yield "", _rarer(row, _NOISE, f"in {_NOISE}")
    if files:
        yield "written", ", ".join(files)


def _rarer(row: Row, other: str, where: str, counted: str = "") -> str:
    here, there = (_percent(row["sources"][o]["gap"]["distinct"][_ALL]["value"]) for o in (_HERE, other))
    return f"rarer than {where}: {row['comparisons'][other]['rarer']} ({here} against {there}{counted})"


def _interval_note(row: Row) -> str:
    how = row["intervals"]
    units, made = how["units"], f"{100 * how['level']:g} %, from {how['resamples']:,} resamples"
    if how["resampled"] == "pictures":
        return f"{made} of the {units} pictures, each with all its windows"
    if units < 2:
        return "none: there are too few windows to cut a picture into blocks"
    which = "the picture" if len(row["pictures"]) == 1 else "each picture"
    return f"{made} of {units} blocks of {which}; not about other pictures"


def _compared(row: Row, origin: str, delta: Any) -> str:
    return _signed(delta(row["comparisons"][origin])) if origin in row["comparisons"] else ""


def _times(numbers: Iterable[int]) -> str:
    return "x".join(map(str, numbers))


def _short(name: str) -> str:
    """Cut a node's name to its end, where names of exported models differ."""
    return name if len(name) <= _NAME else "..." + name[3 - _NAME :]


def _orders(estimator: Row) -> str:
    objective = estimator["objective"]
    return format_orders(estimator["orders"]) + ("" if objective == DEFAULT else f" ({objective})")


def _error(estimator: Row) -> str:
    return fraction(Fraction(estimator["error"]))


def _name(origin: str) -> str:
    return "pictures" if origin == _HERE else origin


def _number(value: float | None) -> str:
    return f"{value:.3f}" if value is not None else "-"


def _percent(value: float | None) -> str:
    if value is None:
        return "-"
    if abs(value) < _TINY_SHARE:
        return "0 %" if value == 0 else "< 0.01 %"
    return f"{100 * value:.{1 if abs(value) >= 0.01 else 2}f} %"


def _share(interval: Interval) -> str:
    value, low, high = (_percent(interval[name]).removesuffix(" %") for name in ("value", "low", "high"))
    return value if interval["low"] is None else f"{value} ({low}..{high})"


def _with_interval(interval: Interval) -> str:
    ends = "" if interval["low"] is None else f"({interval['low']:.2f}..{interval['high']:.2f})"
    return f"{_number(interval['value'])} {ends}"


def _signed(interval: Interval) -> str:
    if interval["value"] is None:
        return "-"
    ends = "" if interval["low"] is None else f" ({interval['low']:+.2f}..{interval['high']:+.2f})"
    return f"{interval['value']:+.2f}{ends}"


def _negated(interval: Interval) -> Interval:
    value, low, high = (None if end is None else -end for end in (interval[n] for n in ("value", "high", "low")))
    return {"value": value, "low": low, "high": high}
