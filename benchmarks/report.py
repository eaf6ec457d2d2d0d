"""The results as tables on the terminal and as Markdown."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from benchmarks.results import HEADER, Row, Section, Table

INTRO = """# Benchmarks

Speed is a ratio against a named baseline, both sides measured in turn in one run, so that a busy machine slows them
alike. **Ratio** is the cost of the baseline divided by ours: above 1, we are faster (or smaller). It is the median over
the repetitions, with the extremes in brackets; the columns "ours" and "theirs" are medians too, and mean something on
this machine only. Exact answers are compared in the run, which stops if they differ; what float solvers get wrong is
counted. A target is a least ratio; where it is missed, the last column says what limits us.

**Memory** is asked of Linux. With a plus it is what one more call, after the timing, added to the process at the most,
its result included, but not what a library has kept from calls before; without a plus it is the peak of a process of
its own, or of all processes, libraries included. Of the two columns the second is that of the baseline; a cell is empty
where a side was not called once more because it takes seconds, or where the row is about no call.

Rerun: `make bench`, or `python -m benchmarks`, with `--quick` for a look and `--only NAME` for one part; only a whole
run rewrites this file, and adds a line to `history.jsonl`.
"""


def print_section(console: Console, section: Section) -> None:
    """Show a section on the terminal."""
    console.print()
    console.rule(Text(section.title, style="bold"), align="left")
    if section.rows:
        console.print(_rich_rows(section.rows))
    for table in section.tables:
        console.print(_rich_table(table))
    for remark in section.remarks:
        console.print(Text(remark))


def _rich_rows(rows: Iterable[Row]) -> RichTable:
    table = RichTable(*HEADER, box=box.SIMPLE_HEAD)
    for row in rows:
        style = {None: "", True: "green", False: "bold red"}[row.met]
        *cells, met = row.cells()
        table.add_row(*map(Text, cells), Text(met, style=style))
    return table


def _rich_table(table: Table) -> RichTable:
    rich = RichTable(*table.header, box=box.SIMPLE_HEAD, title=table.caption, title_justify="left")
    for line in table.lines:
        rich.add_row(*map(Text, line))
    return rich


def verdict(rows: Iterable[Row]) -> str:
    """One sentence on the targets."""
    asked = [row for row in rows if row.met is not None]
    missed = [f"{row.what} against {row.baseline}" for row in asked if not row.met]
    if not asked:
        return "No targets were asked for here."
    if not missed:
        return f"All {len(asked)} targets are met."
    return f"{len(asked) - len(missed)} of {len(asked)} targets are met; not met: {'; '.join(missed)}."


def to_markdown(sections: list[Section], machine: str) -> str:
    """Write the whole report."""
    rows = [row for section in sections for row in section.rows]
    parts = [INTRO, f"Measured on: {machine}\n", f"**{verdict(rows)}**\n"]
    parts += [_section_markdown(section) for section in sections]
    return "\n".join(parts)


def _section_markdown(section: Section) -> str:
    parts = [f"## {section.title}\n", section.text + "\n"]
    if section.rows:
        parts.append(markdown_table(HEADER, [row.cells() for row in section.rows]))
    for table in section.tables:
        parts += [f"**{table.caption}**\n", markdown_table(table.header, table.lines)]
    parts += [f"- {remark}" for remark in section.remarks]
    return "\n".join(parts) + ("\n" if section.remarks else "")


def markdown_table(header: list[str], lines: list[list[str]]) -> str:
    """Write a table, bars in cells escaped."""
    rows = [header, ["---"] * len(header), *lines]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n" for row in rows)


def write(text: str, path: Path) -> None:
    """Write beside, then rename."""
    beside = path.with_name(path.name + ".part")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)
