"""How what takes long says how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], object]
"""Called with the number of steps that are done and of all, first with what was done already, if anything."""


def unwatched(done: int, total: int) -> None:
    """Show nothing."""
