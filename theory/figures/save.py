"""Figures as files: the same bytes each time, whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from theory.errors import InputError, StorageError
from theory.figures.style import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Format = Literal["svg", "pdf", "png"]


def check_format(name: object) -> Format:
    """Return the format if it is one.

    Raises
    ------
    InputError

    Examples
    --------
    >>> check_format("gif")
    Traceback (most recent call last):
    ...
    theory.errors.InputError: a figure is written as svg, pdf or png, not 'gif'
    """
    if name not in get_args(Format):
        raise InputError(f"a figure is written as svg, pdf or png, not {name!r}")
    return name  # type: ignore[return-value]


def save_figure(axes: Axes, path: str | Path, *, title: str = "") -> None:
    """Write the figure that some axes belong to.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    path : str or Path
        Ends in .svg, .pdf or .png. Its folder exists.
    title : str
        What the figure shows, for screen readers and catalogues.

    Raises
    ------
    InputError
        If the path has another ending, or the axes belong to no figure.
    StorageError
        If the file cannot be written.
    MissingDependencyError

    Notes
    -----
    No dates, and names in an SVG by a fixed salt: with the same matplotlib, the same figure is the same file.
    """
    target = Path(path)
    kind = check_format(target.suffix.removeprefix("."))
    figure = axes.get_figure(root=True)
    if figure is None:
        raise InputError("axes that belong to no figure cannot be saved")
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with style():
            figure.savefig(beside, format=kind, metadata=_metadata(kind, title))
        beside.replace(target)
    except OSError as error:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise StorageError(f"cannot write {target}: {error.strerror or error}") from None


def _metadata(kind: Format, title: str) -> dict[str, Any]:
    dates = {"svg": "Date", "pdf": "CreationDate"}
    named = {"Title": title} if title else {}
    return {**named, **({dates[kind]: None} if kind in dates else {})}
