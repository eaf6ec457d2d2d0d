"""The tables that ``subpool observe`` prints, made of what it prints as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import Any

from theory.cli.output import console, fraction, new_table, print_facts
from theory.empirical.observing.sources import Origin
from theory.empirical.observing.tallies import BANDS
from theory.empirical.observing.verdict import Reading
from theory.notation import format_orders
from theory.objectives import DEFAULT
from theory.terminal import Table

_Row = Mapping[str, Any]
_Interval = Mapping[str, float | None]

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
_QUANTILES = ("0.5", "0.9", "0.99")


def print_observation(row: _Row, levels: int | None, title: str, files: Sequence[str]) -> None:
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
    print_facts(_facts(row, files), width=10)


def print_pools(pools: Sequence[_Row], title: str, files: Sequence[str]) -> None:
    """Print what was seen at the MaxPool nodes of a model, at least at one."""
    found = [pool for pool in pools if pool["observation"]]
    first = found[0]["observation"]
    gap, rare = first["rule"]["distinct_gap_above"], first["rule"]["rare_share_below"]
    windows = f"distinct: gap > {gap:g}, as a share of the windows wholly inside"
    _say(title, f"{windows}; rare: fewer than {_percent(rare)}")
    console().print(_pool_table(found))
    console().print(_pool_residual_table(found))
    _say(*(f"{pool['name']}: skipped, {pool['skipped']}" for pool in pools if pool["skipped"]))
    print_facts([("intervals", _interval_note(first)), *_written(files)], width=10)


def _say(*lines: str) -> None:
    for line in lines:
        console().print(line, soft_wrap=True)


_Columns = Mapping[str, tuple[str, Callable[[Any], str]]]
"""What a column is called, right-justified after a >; where its cells are in the numbers, and how they are written."""


def _table(names: Sequence[str], columns: _Columns, lines: Iterable[tuple[Sequence[str], _Row]]) -> Table:
    """Fill a table: columns of names first, then those of numbers, which a line of the table takes from a row."""
    heads = [*names, *columns]
    table = new_table(*((head.lstrip(">"), "right" if head.startswith(">") else "left") for head in heads))
    for named, row in lines:
        table.add_row(*named, *(write(_at(row, path)) for path, write in columns.values()))
    return table


def _at(row: Any, path: str) -> Any:
    """Find a number by its path; None where it leads through a comparison that there is none of."""
    for name in path.split("/"):
        row = None if row is None else row[name]
    return row


def _gap_table(row: _Row) -> Table:
    columns: _Columns = {
        ">constant": ("constant/value", _percent),
        ">tied": ("gap/tied/value", _percent),
        ">median gap": ("gap/quantiles/0.5/value", _number),
        ">90 %": ("gap/quantiles/0.9/value", _number),
        ">99 %": ("gap/quantiles/0.99/value", _number),
        ">mean gap": ("gap/mean/value", _number),
        "Cliff's delta": ("compared/cliffs_delta_of_gap", _signed),
    }
    # One window has one gap, which is the mean and all quantiles.
    none, gap = {"value": 0}, {"value": row["worst_case"]["gap"]}
    gaps = {"tied": none, "mean": gap, "quantiles": dict.fromkeys(_QUANTILES, gap)}
    worst = {"constant": none, "gap": gaps, "compared": None}
    lines = [
        ([_name(origin)], {**found, "compared": row["comparisons"].get(origin)})
        for origin, found in row["sources"].items()
    ]
    return _table(["windows of"], columns, [*lines, ([_WORST], worst)])


def _reading_table(row: _Row) -> Table:
    excess = row["comparisons"][_SHUFFLED]["excess_of_distinct"]
    lines = [([_name(origin)], found["gap"]["distinct"]) for origin, found in row["sources"].items()]
    lines.append((["shuffled - pictures"], {reading: _negated(share) for reading, share in excess.items()}))
    lines.append((["rare"], row["rare"][_HERE]))
    columns: _Columns = {reading.value: (reading.value, _share) for reading in Reading}
    return _table(["distinct windows, %"], columns, lines)


def _band_table(row: _Row, levels: int | None) -> Table:
    levels = levels if levels is not None and levels >= _BYTE else None
    shown = [origin for origin in (_HERE, _UNROUNDED, _SHUFFLED) if origin in row["sources"]]
    columns: _Columns = {
        ">windows": (f"{_HERE}/windows", _percent),
        ">tied": (f"{_HERE}/tied/value", _percent),
        **{f"distinct, %: {_name(origin)}": (f"{origin}/distinct", _share) for origin in shown},
    }
    lines = [
        ([name], {origin: row["sources"][origin]["by_range"][band] for origin in shown})
        for band, name in enumerate(_band_names(levels))
    ]
    return _table([f"range, levels of {levels}" if levels else "range, of full scale"], columns, lines)


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


def _residual_table(row: _Row) -> Table:
    columns: _Columns = {
        "mean": ("mean", _mean),
        ">99 %": ("quantiles/0.99/value", _number),
        ">if distinct": ("mean_over_distinct/value", _number),
        "Cliff's delta": ("compared/cliffs_delta", _signed),
    }
    lines: list[tuple[Sequence[str], _Row]] = []
    for k, estimator in enumerate(row["estimators"]):
        for origin, found in row["sources"].items():
            other = row["comparisons"].get(origin)
            name = f"{_orders(estimator)}: {_error(estimator)}" if origin == _HERE else ""
            lines.append(
                ([name, _name(origin)], {**found["residuals"][k], "compared": other and other["residuals"][k]})
            )
        worst = {"value": row["worst_case"]["residuals"][k], "low": None, "high": None}
        residual = {"mean": worst, "quantiles": {"0.99": worst}, "mean_over_distinct": worst, "compared": None}
        lines.append((["", _WORST], residual))
    return _table(["orders: E", "|e|/E of"], columns, lines)


def _pool_table(found: Sequence[_Row]) -> Table:
    columns: _Columns = {
        ">constant": (f"sources/{_HERE}/constant/value", _percent),
        "distinct, %": (f"sources/{_HERE}/gap/distinct/{_ALL}", _share),
        ">shuffled": (f"sources/{_SHUFFLED}/gap/distinct/{_ALL}/value", _percent),
        "rare": ("claim", str),
        "rarer than shuffled": (f"comparisons/{_SHUFFLED}/rarer", str),
    }
    return _table(["MaxPool", "kernel"], columns, [
        ([_short(pool["name"]), f"{_times(seen['kernel_shape'])}/{_times(dict.fromkeys(seen['strides']))}"], seen)
        for pool in found for seen in [pool["observation"]]
    ])  # fmt: skip


def _pool_residual_table(found: Sequence[_Row]) -> Table:
    columns: _Columns = {
        ">E": ("estimator", _error),
        "mean |e|/E": (f"{_HERE}/mean", _mean),
        ">shuffled": (f"{_SHUFFLED}/mean/value", _number),
        ">99 %": (f"{_HERE}/quantiles/0.99/value", _number),
    }
    lines: list[tuple[Sequence[str], _Row]] = []
    for pool in found:
        seen, inputs = pool["observation"], f"{pool['smallest_input']:.3g} to {pool['largest_input']:.3g}"
        for k, estimator in enumerate(seen["estimators"]):
            names = (_short(pool["name"]), inputs) if k == 0 else ("", "")
            residuals = {origin: seen["sources"][origin]["residuals"][k] for origin in (_HERE, _SHUFFLED)}
            lines.append(([*names, _orders(estimator)], {**residuals, "estimator": estimator}))
    return _table(["MaxPool", "inputs", "orders"], columns, lines)


def _facts(row: _Row, files: Sequence[str]) -> Iterator[tuple[str, str]]:
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
    yield from _written(files)


def _written(files: Sequence[str]) -> list[tuple[str, str]]:
    return [("written", ", ".join(files))] if files else []


def _rarer(row: _Row, other: str, where: str, counted: str = "") -> str:
    here, there = (_percent(row["sources"][o]["gap"]["distinct"][_ALL]["value"]) for o in (_HERE, other))
    return f"rarer than {where}: {row['comparisons'][other]['rarer']} ({here} against {there}{counted})"


def _interval_note(row: _Row) -> str:
    how = row["intervals"]
    units, made = how["units"], f"{100 * how['level']:g} %, from {how['resamples']:,} resamples"
    if how["resampled"] == "pictures":
        return f"{made} of the {units} pictures, each with all its windows"
    if units < 2:
        return "none: there are too few windows to cut a picture into blocks"
    which = "the picture" if len(row["pictures"]) == 1 else "each picture"
    return f"{made} of {units} blocks of {which}; not about other pictures"


def _times(numbers: Iterable[int]) -> str:
    return "x".join(map(str, numbers))


def _short(name: str) -> str:
    """Cut a node's name to its end, where names of exported models differ."""
    return name if len(name) <= _NAME else "..." + name[3 - _NAME :]


def _orders(estimator: _Row) -> str:
    objective = estimator["objective"]
    return format_orders(estimator["orders"]) + ("" if objective == DEFAULT else f" ({objective})")


def _error(estimator: _Row) -> str:
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


def _bare(share: float | None) -> str:
    return _percent(share).removesuffix(" %")


def _with_ends(write: Callable[[float], str], ends: Callable[[float], str]) -> Callable[[Any], str]:
    """Write a number and the ends of its interval, or an answer as it is, or nothing."""

    def written(interval: _Interval | str | None) -> str:
        if isinstance(interval, str):
            return interval
        if not interval:
            return ""
        value, low, high = interval["value"], interval["low"], interval["high"]
        text = "-" if value is None else write(value)
        return text if low is None or high is None else f"{text} ({ends(low)}..{ends(high)})"

    return written


_share = _with_ends(_bare, _bare)
_mean = _with_ends(_number, "{:.2f}".format)
_signed = _with_ends("{:+.2f}".format, "{:+.2f}".format)


def _negated(interval: _Interval) -> _Interval:
    value, low, high = (None if end is None else -end for end in (interval[n] for n in ("value", "high", "low")))
    return {"value": value, "low": low, "high": high}
