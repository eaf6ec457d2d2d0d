"""A progress bar on standard error, for what takes longer than a second."""

from __future__ import annotations

from time import perf_counter
from types import TracebackType
from typing import Self

PATIENCE = 1.0
"""Seconds before a bar appears."""


class Bar:
    """Counts steps; shows them as a bar once a second has passed, where somebody watches.

    Parameters
    ----------
    description : str
    total : int
        Number of steps.
    show : bool
        Whether there is a bar at all.

    Examples
    --------
    >>> with Bar("batches", 2) as bar:
    ...     bar.step()
    ...     bar.step()
    """

    def __init__(self, description: str, total: int, *, show: bool = True) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._show = show and console.is_terminal
        self._progress = Progress(*columns, console=console, transient=True)
        self._task = self._progress.add_task(description, total=total)
        self._begin = perf_counter()
        self.visible = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.visible:
            self._progress.stop()

    def step(self) -> None:
        """Count one step."""
        self._progress.advance(self._task)
        if self._show and not self.visible and perf_counter() - self._begin > PATIENCE:
            self.visible = True
            self._progress.start()
