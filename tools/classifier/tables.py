"""The results as tables in Markdown, and in a page."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import ROUND_CEILING, Context
from statistics import fmean
from typing import Any

from theory.errors import FormatError

_Row = Mapping[str, Any]
_Columns = Mapping[str, Callable[[_Row], str]]
"""What stands in a table: what a column is called, and how its cells are made of a row of the results."""

_KINDS = ("clean", "random", "ascent")
_UPWARDS = Context(prec=3, rounding=ROUND_CEILING)


def all_tables(results: Mapping[str, Any]) -> dict[str, str]:
    """Return all tables of the results by name, in Markdown."""
    of = results["test"]["of"]
    errors = {(row["replacement"], row["layer"]): row["error"] for row in results["pooling"]}
    accuracy = {(row["replacement"], row["layers"]): row for row in results["accuracy"]}
    both = [row for row in results["accuracy"] if row["layers"] == "both"]
    single = [row for row in results["accuracy"] if row["layers"] == "pool_1"]
    attacks = results["adversarial"]

    def error(layer: str) -> Callable[[_Row], str]:
        return lambda row: errors.get((row["replacement"], layer), "0")

    def of_layer(layer: str, write: Callable[[_Row], str]) -> Callable[[_Row], str]:
        return lambda row: write(accuracy[row["replacement"], layer])

    def as_trained(row: _Row) -> str:
        return "{:.1f} [{:.1f}, {:.1f}]".format(*(100 * row["as_trained"][name] for name in ("share", "low", "high")))

    def fine_tuned(row: _Row) -> str:
        return _seeds(row["fine_tuned"], of)

    name: _Columns = {"pooling": lambda row: str(row["replacement"])}
    ball: _Columns = {**name, "radius": lambda row: f"{row['grey_levels']}/16"}
    return {
        "accuracy": _table(
            both,
            {
                **name,
                "E 3x3": error("pool_1"),
                "E 2x2": error("pool_2"),
                "as trained": as_trained,
                "changed": lambda row: str(row["changed"]),
                "fine-tuned": fine_tuned,
                "from scratch": lambda row: _seeds(row["from_scratch"], of),
            },
        ),
        "single-layers": _table(
            single,
            {
                **name,
                "3x3: as trained": as_trained,
                "3x3: fine-tuned": fine_tuned,
                "2x2: as trained": of_layer("pool_2", as_trained),
                "2x2: fine-tuned": of_layer("pool_2", fine_tuned),
            },
        ),
        "pooling": _table(
            results["pooling"],
            {
                **name,
                "layer": lambda row: {"pool_1": "3x3", "pool_2": "2x2"}[row["layer"]],
                "mean": lambda row: _number(row["mean_error"]),
                "certified, mean": lambda row: _bound(row["mean_certified"]),
                "largest": lambda row: _number(row["largest_error"]),
                **{f"{what}, %": _share(what.replace(" ", "_")) for what in ("attained", "constant", "beyond box")},
            },
        ),
        "adversarial-logits": _table(
            [row for row in attacks if row["target"] == "logits"],
            {
                **ball,
                **{kind: _spread(kind) for kind in _KINDS},
                "certified": _spread("certified", _bound),
                "changed, %": lambda row: ", ".join(f"{100 * row[k]['changed'] / row['images']:.0f}" for k in _KINDS),
            },
        ),
        "adversarial-pool": _table(
            [row for row in attacks if row["target"] == "pool_1"],
            {**ball, **{kind: _spread(kind) for kind in _KINDS}, "certified": _spread("certified", _bound)},
        ),
    }


def fill_page(page: str, tables: Mapping[str, str]) -> str:
    r"""Put the tables into a Markdown page, each between its marks ``<!-- table NAME -->`` and ``<!-- end -->``.

    Raises
    ------
    FormatError
        If the page lacks the marks of a table.

    Examples
    --------
    >>> print(fill_page("<!-- table t -->\nold\n<!-- end -->", {"t": "new"}))
    <!-- table t -->
    new
    <!-- end -->
    """
    for name, table in tables.items():
        parts = re.split(rf"(<!-- table {re.escape(name)} -->\n).*?(<!-- end -->)", page, flags=re.DOTALL)
        if len(parts) != 4:
            raise FormatError(f"the page holds the marks of the table {name!r} {len(parts) // 3} times, not once")
        before, begin, end, after = parts
        page = f"{before}{begin}{table}\n{end}{after}"
    return page


def _table(rows: Iterable[_Row], columns: _Columns) -> str:
    """Write a table whose first column is a name; the others are numbers."""
    marks = ["---", *["---:"] * (len(columns) - 1)]
    cells = [[write(row) for write in columns.values()] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in (columns, marks, *cells))


def _number(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


def _bound(value: float) -> str:
    """Write what is certified with as many digits, and not below it."""
    return _number(float(_UPWARDS.create_decimal_from_float(value)))


def _share(what: str) -> Callable[[_Row], str]:
    return lambda row: f"{100 * row[what] / row['windows']:.1f}"


def _seeds(hits: Sequence[int], of: int) -> str:
    shares = [100 * count / of for count in hits]
    return f"{fmean(shares):.1f} ({min(shares):.1f}..{max(shares):.1f})" if shares else "-"


def _spread(what: str, write: Callable[[float], str] = _number) -> Callable[[_Row], str]:
    """Write median and largest value, or that nothing is certified."""

    def spread(row: _Row) -> str:
        values = row[what]
        return "unknown" if values is None else f"{write(values['median'])} ({write(values['largest'])})"

    return spread
