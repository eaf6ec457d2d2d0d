"""Figures as files: in the style they are drawn in, the same bytes each time, whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from theory import plotting
from theory.figures.style import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def save_figure(axes: Axes, path: str | Path, *, title: str = "") -> None:
    """Write the figure that some axes belong to, in the size it has.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    path : str or Path
        Ends in .svg, .pdf or .png. Its folder exists.
    title : str
        What the figure shows, for screen readers and catalogues.

    Raises
    ------
    InputError, StorageError, MissingDependencyError
        As :func:`theory.plotting.save_figure` does.
    """
    with style():
        plotting.save_figure(axes, path, title=title, tight=False)
