r"""What a terminal is sent: text as it is, tables, progress. The one module that knows Rich.

Names and paths come from strangers. Nothing in a string is markup, and what a terminal would obey, control characters
and those that turn the direction of writing, is written as an escape such as ``\x1b``.

Where somebody reads, lines and tables are as narrow as that terminal, and broken between words alone; elsewhere a line
stays one, for programs that read lines. Nothing has a colour where ``NO_COLOR`` is set, which is up to Rich.

Progress goes to standard error: where somebody watches, a bar after a second, elsewhere a line after ten, and now and
then after that.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from textwrap import wrap
from threading import Event, Thread
from typing import Any, Self, TextIO

from rich.box import SIMPLE_HEAD
from rich.console import Console as _RichConsole
from rich.console import ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.progress import BarColumn, ProgressColumn, Task, TaskID
from rich.progress import Progress as _RichProgress
from rich.table import Column
from rich.table import Table as _RichTable
from rich.text import Text

from theory.work import duration

_SIZES, _WIDTH = ("COLUMNS", "LINES"), re.compile("[1-9][0-9]{0,5}")
_BAR_AFTER = 1.0
_LINE_AFTER = 10.0
_LONGEST_SILENCE = 60.0
"""Seconds between two lines about progress, at most."""


def visible(text: str) -> str:
    r"""Write what is not printable, such as control characters, as its escape; the rest stays as it is.

    >>> print(visible("[/b] \x1b[2J caf\u00e9 \u202e\udcff"))
    [/b] \x1b[2J café \u202e\udcff
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


class Console(_RichConsole):
    """A console to which strings are text; where somebody reads, a long line is folded."""

    folds = False

    def print(self, *objects: Any, **options: Any) -> None:
        """Print objects as Rich does, and what may be longer than a line (``soft_wrap``) folded for a reader."""
        if self.folds and options.get("soft_wrap"):
            objects = tuple(Text(_folded(visible(o), self.width)) if isinstance(o, str) else o for o in objects)
        super().print(*objects, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """Make a string renderable, every character of it shown."""
        return super().render_str(visible(text), **{**options, "markup": False, "emoji": False, "highlight": False})

    def on_broken_pipe(self) -> None:
        """Drop what nobody reads any more, as after ``| head``; Rich would end the process with a failure."""
        self.quiet = True
        _drop(self.file)


def console(*, error: bool = False, width: int = 100) -> Console:
    """Return a console on standard output or standard error; the width is that of files and pipes."""
    stream = sys.stderr if error else sys.stdout
    # A width that is no number, or 0, is none, as for Python; Rich would take it.
    settings = {name: value for name, value in os.environ.items() if name not in _SIZES or _WIDTH.fullmatch(value)}
    read = stream.isatty() or "COLUMNS" in settings
    made = Console(file=stream, width=None if read else width, _environ=settings)
    made.folds = read
    return made


def _folded(text: str, width: int) -> str:
    """Break a line between words; what follows stands under the value, if the line is a name and its value.

    A word that is longer than a line, such as a hash or a path, stays whole.

    >>> print(_folded("error   1/20 = 0.05, of all x in the cube", 24))
    error   1/20 = 0.05, of
            all x in the
            cube
    """
    name = re.match(r"(\S.*?)?\s{2,}(?=\S)", text)
    indent = " " * (name.end() if name and name.end() <= width // 2 else 2)
    how = {"break_long_words": False, "break_on_hyphens": False, "subsequent_indent": indent}
    return "\n".join(wrap(text, width, **how)) if len(text) > width else text  # type: ignore[arg-type]


def say(text: str, *, error: bool = False) -> None:
    """Print one line of text: an error is one line always, and what is no error where nobody reads."""
    if error:
        write(visible(text) + "\n", error=True)
    else:
        console().print(text, soft_wrap=True)


def write(text: str, *, error: bool = False) -> None:
    """Write text that holds nothing of strangers, JSON say, as it is."""
    stream = sys.stderr if error else sys.stdout
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _drop(stream)


def _drop(stream: Any) -> None:
    """Send what is written to a stream from now on, and what it still holds, to nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


@contextmanager
def standard_streams() -> Iterator[None]:
    """Make the standard streams take everything: closed ones nothing, others what their encoding lacks as escapes.

    Python complains about what it cannot flush while it shuts down, where nothing can catch that any more.
    """
    sys.stdout, sys.stderr = (stream or _nowhere() for stream in (sys.stdout, sys.stderr))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError:
                _drop(stream)


def _nowhere() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # for the rest of the process


class Table(_RichTable):
    """A table that fits its reader's terminal without a broken word.

    Columns give way, the widest first; where the words themselves are too wide, each row becomes a block of lines, one
    for each column.
    """

    def __rich_console__(self, console: _RichConsole, options: ConsoleOptions) -> RenderResult:
        """Render the table as wide as it needs, narrowed, or as blocks."""
        # Two characters between columns; with an edge, one more on each side.
        room = options.max_width - 2 * len(self.columns) + (0 if self.show_edge else 2)
        needed = [_needed(column, console, options) for column in self.columns]
        widths = _narrowed([least for least, _ in needed], [most for _, most in needed], room)
        if widths is None:
            yield self._blocks()
            return
        for column, width in zip(self.columns, widths, strict=True):
            column.width = width
        yield from super().__rich_console__(console, options)

    def _blocks(self) -> _RichTable:
        blocks = _RichTable.grid(padding=(0, 2))
        if self.title:
            blocks.title, blocks.title_justify = self.title, "left"
        blocks.add_column(no_wrap=True)
        blocks.add_column(overflow="fold")
        for row in zip(*(column.cells for column in self.columns), strict=True):
            blocks.add_row()
            for column, cell in zip(self.columns, row, strict=True):
                if cell:
                    blocks.add_row(column.header, cell)
        blocks.add_row()
        return blocks


def _needed(column: Column, console: _RichConsole, options: ConsoleOptions) -> tuple[int, int]:
    """Return how wide a column is at least, by its words or by its lines if those stay whole, and at most."""
    cells = [Measurement.get(console, options, cell) for cell in (column.header, *column.cells)]
    most = min(max(cell.maximum for cell in cells), column.max_width or options.max_width)
    return most if column.no_wrap else min(most, max(cell.minimum for cell in cells)), most


def _narrowed(least: Sequence[int], widths: list[int], room: int) -> list[int] | None:
    """Take from the widest columns what there is no room for; None if there is none for the longest words."""
    if sum(least) > room:
        return None
    while sum(widths) > room:
        widest = max((width, i) for i, width in enumerate(widths) if width > least[i])[1]
        widths[widest] -= 1
    return widths


def new_table(*columns: tuple[str, str], title: str | None = None) -> Table:
    """Return an empty table with columns of the names and justifications."""
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", pad_edge=False, collapse_padding=True)
    for name, justify in columns:
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    return table


def _told(task: Task) -> str:
    """Say how far a task is: what, how much of it, for how long, and how long the rest will take."""
    of = f" of {task.total:,.0f}" if task.total else ""
    counted = f": {task.completed:,.0f}{of}" if task.completed or of else ""
    left = f", about {duration(task.time_remaining)} left" if task.time_remaining else ""
    return f"{task.description}{counted}, {duration(task.elapsed or 0)}{left}"


class _Told(ProgressColumn):
    """Rich's own columns of text would read markup."""

    def render(self, task: Task) -> Text:
        return Text(visible(_told(task)))


class _Bars(_RichProgress):
    """Rich's progress: a bar that goes away when it is done, or lines where nobody watches."""

    def __init__(self, to: Console) -> None:
        # Steps may be minutes apart: the time left is judged by the last ten minutes, not by the last half.
        super().__init__(
            BarColumn(bar_width=20),
            _Told(Column(no_wrap=True)),
            console=to,
            transient=True,
            # A dumb terminal, as in an editor, cannot take a line back.
            disable=not to.is_terminal or to.is_dumb_terminal,
            speed_estimate_period=600,
        )
        self._over = Event()
        self._watch = Thread(target=self._show, daemon=True)

    def start(self) -> None:
        """Begin to wait for the time when there is something to show."""
        self._watch.start()

    def stop(self) -> None:
        """Take the bar away; no line comes after this."""
        self._over.set()
        self._watch.join()
        if self.live.is_started:
            super().stop()

    def _show(self) -> None:
        if not self.disable:
            if not self._over.wait(_BAR_AFTER):
                super().start()
            return
        wait = _LINE_AFTER
        while not self._over.wait(wait):
            self.console.print("; ".join(_told(task) for task in self.tasks if task.visible), soft_wrap=True)
            # A few lines in the first minutes, then one a minute.
            wait = min(2 * wait, _LONGEST_SILENCE)


class Bar:
    """How far what is being done is, on standard error; it is called with the steps that are done and their number.

    That number may be known before the first call.

    >>> with Bar("batches") as bar:
    ...     bar(1, 2)
    ...     bar.now("the last batch")
    """

    def __init__(self, what: str, total: int | None = None, *, show: bool = True) -> None:
        self._bars = _Bars(console(error=True))
        self._task = self._bars.add_task(what, total=total)
        self._show = show
        self.before = 0
        """What the first call found done already."""
        self._begun = False
        self._inner: TaskID | None = None

    def __enter__(self) -> Self:
        if self._show:
            self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._show:
            self._bars.stop()

    def __call__(self, done: int, total: int) -> None:
        """Show how far it is; what the first call finds done already says nothing about speed."""
        if not self._begun and done:
            self.before = done
            self._bars.reset(self._task, total=total, completed=done)
        self._begun = True
        self._bars.update(self._task, total=total, completed=done)

    def step(self) -> None:
        """Count one more step."""
        self._bars.advance(self._task)

    def within(self, done: int, total: int) -> None:
        """Show how far the present step is, below."""
        if self._inner is None:
            self._inner = self._bars.add_task("of this", total=total)
        self._bars.update(self._inner, total=total, completed=done, visible=done < total)

    def now(self, what: str) -> None:
        """Say what is being done now."""
        self._bars.update(self._task, description=what)

    def note(self, line: str) -> None:
        """Print a line that stays."""
        self._bars.console.print(line, soft_wrap=True)
