"""The results as tables: for a terminal, and for a page in Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Context
from math import ceil
from statistics import fmean
from typing import TYPE_CHECKING, Any

from theory.errors import FormatError

if TYPE_CHECKING:
    from theory.terminal import Table as RichTable

Row = Mapping[str, Any]

UNKNOWN = "unknown"
"""Shown where nothing is certified."""


@dataclass(frozen=True)
class Table:
    """A table of strings; the first column is a name, the others are numbers."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def to_markdown(self) -> str:
        """Write the table in Markdown, without its title."""
        marks = ["---", *["---:"] * (len(self.columns) - 1)]
        return "\n".join("| " + " | ".join(cells) + " |" for cells in (self.columns, marks, *self.rows))

    def to_rich(self) -> RichTable:
        """Return the table for a terminal."""
        from theory.terminal import new_table

        name, *numbers = self.columns
        table = new_table((name, "left"), *((number, "right") for number in numbers), title=self.title)
        table.columns[0].no_wrap = True
        for row in self.rows:
            table.add_row(*row)
        return table


def all_tables(results: Mapping[str, Any]) -> dict[str, Table]:
    """Return all tables of the results by name."""
    return {
        "accuracy": _both(results),
        "single-layers": _single(results),
        "pooling": _pooling(results),
        "adversarial-logits": _adversarial_logits(results),
        "adversarial-pool": _adversarial_pool(results),
    }


def fill_page(page: str, tables: Mapping[str, Table]) -> str:
    r"""Put the tables into a Markdown page, each between its marks ``<!-- table NAME -->`` and ``<!-- end -->``.

    Raises
    ------
    FormatError
        If the page lacks the marks of a table.

    Examples
    --------
    >>> table = Table("t", ("a", "b"), (("x", "1"),))
    >>> print(fill_page("<!-- table t -->\nold\n<!-- end -->", {"t": table}))
    <!-- table t -->
    | a | b |
    | --- | ---: |
    | x | 1 |
    <!-- end -->
    """
    for name, table in tables.items():
        marked = re.compile(rf"(<!-- table {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
        text = table.to_markdown()
        parts = marked.split(page)
        if len(parts) != 4:
            raise FormatError(f"the page holds the marks of the table {name!r} {len(parts) // 3} times, not once")
        before, begin, end, after = parts
        page = f"{before}{begin}{text}\n{end}{after}"
    return page


def _both(results: Mapping[str, Any]) -> Table:
    rows = [row for row in results["accuracy"] if row["layers"] == "both"]
    errors = {(row["replacement"], row["layer"]): row["error"] for row in results["pooling"]}
    of = results["test"]["of"]
    return Table(
        f"test accuracy in %, both layers replaced, {of} images: 95% interval as trained, mean and range of seeds",
        ("pooling", "E 3x3", "E 2x2", "as trained", "changed", "fine-tuned", "from scratch"),
        tuple(
            (
                row["replacement"],
                errors.get((row["replacement"], "pool_1")) or "0",
                errors.get((row["replacement"], "pool_2")) or "0",
                _interval(row["as_trained"]),
                str(row["changed"]),
                _seeds(row["fine_tuned"], of),
                _seeds(row["from_scratch"], of),
            )
            for row in rows
        ),
    )


def _single(results: Mapping[str, Any]) -> Table:
    of = results["test"]["of"]
    by = {(row["replacement"], row["layers"]): row for row in results["accuracy"]}
    names = list(dict.fromkeys(name for name, layers in by if layers != "both"))
    return Table(
        "test accuracy in %, one pooling layer replaced",
        ("pooling", "3x3: as trained", "3x3: fine-tuned", "2x2: as trained", "2x2: fine-tuned"),
        tuple(
            (
                name,
                *(
                    cell
                    for layer in ("pool_1", "pool_2")
                    for cell in (_interval(by[name, layer]["as_trained"]), _seeds(by[name, layer]["fine_tuned"], of))
                ),
            )
            for name in names
        ),
    )


def _pooling(results: Mapping[str, Any]) -> Table:
    return Table(
        "|max - f| on the windows of the test images, in units of the activations",
        ("pooling", "layer", "mean", "certified, mean", "largest", "attained, %", "constant, %", "beyond box, %"),
        tuple(
            (
                row["replacement"],
                "3x3" if row["layer"] == "pool_1" else "2x2",
                _number(row["mean_error"]),
                _bound(row["mean_certified"]),
                _number(row["largest_error"]),
                *(f"{100 * row[count] / row['windows']:.1f}" for count in ("attained", "constant", "beyond_box")),
            )
            for row in results["pooling"]
        ),
    )


def _adversarial_logits(results: Mapping[str, Any]) -> Table:
    rows = [row for row in results["adversarial"] if row["target"] == "logits"]
    return Table(
        f"largest difference of the logits{_over(rows)}: median (largest)",
        ("pooling", "radius", *_KINDS, "certified", "changed, %"),
        tuple(
            (
                row["replacement"],
                f"{row['grey_levels']}/16",
                *(_spread(row[kind]) for kind in _KINDS),
                _spread(row["certified"], _bound),
                ", ".join(f"{100 * row[kind]['changed'] / row['images']:.0f}" for kind in _KINDS),
            )
            for row in rows
        ),
    )


def _adversarial_pool(results: Mapping[str, Any]) -> Table:
    rows = [row for row in results["adversarial"] if row["target"] == "pool_1"]
    return Table(
        f"largest difference of the output of the 3x3 pooling{_over(rows)}: median",
        ("pooling", "radius", *_KINDS, "certified", "ascent, largest / certified of its window"),
        tuple(
            (
                row["replacement"],
                f"{row['grey_levels']}/16",
                *(_known(row[kind]["median"]) for kind in _KINDS),
                _known(row["certified"]["median"], _bound),
                _share(row["ascent"]["largest_share_of_window"]),
            )
            for row in rows
        ),
    )


_KINDS = ("clean", "random", "ascent")


def _over(rows: Sequence[Row]) -> str:
    return f", {rows[0]['images']} images" if rows else ""


def _number(value: float) -> str:
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


_UPWARDS = Context(prec=3, rounding=ROUND_CEILING)


def _bound(value: float) -> str:
    """Write what is certified with as many digits, and not below it."""
    return _number(float(_UPWARDS.create_decimal_from_float(value)) if value < 1000 else ceil(value))


def _known(value: float | None, write: Callable[[float], str] = _number) -> str:
    return UNKNOWN if value is None else write(value)


def _share(share: float | None) -> str:
    return UNKNOWN if share is None else f"{share:.4f}"


def _interval(row: Row) -> str:
    return f"{100 * row['share']:.1f} [{100 * row['low']:.1f}, {100 * row['high']:.1f}]"


def _seeds(hits: Sequence[int], of: int) -> str:
    if not hits:
        return "-"
    shares = [100 * count / of for count in hits]
    return f"{fmean(shares):.1f} ({min(shares):.1f}..{max(shares):.1f})"


def _spread(row: Row, write: Callable[[float], str] = _number) -> str:
    if row["median"] is None and row["largest"] is None:
        return UNKNOWN
    return f"{_known(row['median'], write)} ({_known(row['largest'], write)})"
