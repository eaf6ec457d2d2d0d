"""A count of steps on standard error, for what takes longer than a second."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from theory.terminal import progress_bar


class Bar:
    """Counts steps, and shows how many are done.

    Parameters
    ----------
    description : str
    total : int
        Number of steps.
    show : bool
        Whether anything is shown.

    Examples
    --------
    >>> with Bar("batches", 2) as bar:
    ...     bar.step()
    ...     bar.step()
    """

    def __init__(self, description: str, total: int, *, show: bool = True) -> None:
        self._show = show
        self._progress = progress_bar()
        self._task = self._progress.add_task(description, total=total)

    def __enter__(self) -> Self:
        if self._show:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._show:
            self._progress.stop()

    def step(self) -> None:
        """Count one step."""
        self._progress.advance(self._task)
