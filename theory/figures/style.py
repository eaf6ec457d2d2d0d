"""How figures look: colours, sizes, fonts, and the axes they are drawn on.

Decisions. The background is opaque white, so that a figure is a light card on a dark page and takes no ink in print.
The colours are those of Okabe and Ito (2008), which people with any common deficiency of colour vision tell apart;
lines that could be mixed up differ in dash or marker, too. One panel is 4.8 inches wide: at the width of a printed
column, 3.4 inches, the smallest text has more than five points. The text of an SVG is written as paths, so that it
looks the same where the font is missing; its title remains as metadata.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

from theory.errors import InputError
from theory.plotting import HASH_SALT, import_matplotlib, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

P = ParamSpec("P")
T = TypeVar("T")

BLUE, ORANGE, GREEN, PINK = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
LIGHT_BLUE, AMBER = "#56b4e9", "#e69f00"
INK, MUTED, FAINT = "#222222", "#6b6b6b", "#b5b5b5"
CYCLE = (BLUE, ORANGE, GREEN, PINK, AMBER, LIGHT_BLUE, INK)
"""Colours of series, in this order."""

DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (5, 1.2, 1.2, 1.2)))
"""Line styles of series that colour alone does not tell apart."""

PANEL_SIZE = (4.8, 3.6)
"""Inches, width and height, of a figure with one panel."""
WIDE_SIZE = (7.2, 3.2)
"""Inches of a figure with panels side by side."""

_SETTINGS: dict[str, Any] = {
    "axes.axisbelow": True,
    "axes.edgecolor": MUTED,
    "axes.facecolor": "white",
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.labelsize": 8.5,
    "axes.linewidth": 0.7,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 9.0,
    "figure.constrained_layout.h_pad": 0.06,
    "figure.constrained_layout.w_pad": 0.06,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "figure.titlesize": 9.5,
    "font.family": "DejaVu Sans",  # comes with matplotlib
    "font.size": 8.0,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.6,
    "legend.fontsize": 7.5,
    "legend.framealpha": 0.9,
    "legend.frameon": True,
    "legend.edgecolor": "none",
    "lines.linewidth": 1.4,
    "lines.markersize": 4.0,
    "mathtext.fontset": "dejavusans",
    "pdf.fonttype": 42,
    "savefig.dpi": 200,
    "savefig.facecolor": "white",
    "svg.fonttype": "path",
    "svg.hashsalt": HASH_SALT,
    "text.color": INK,
    "xtick.color": INK,
    "xtick.labelsize": 7.5,
    "xtick.major.width": 0.7,
    "ytick.color": INK,
    "ytick.labelsize": 7.5,
    "ytick.major.width": 0.7,
}


@contextmanager
def style() -> Iterator[None]:
    """Make figures look like this project's within a ``with`` block, and leave other figures alone.

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed.

    Examples
    --------
    >>> from matplotlib import rcParams
    >>> before = rcParams["svg.hashsalt"]
    >>> with style():
    ...     rcParams["svg.hashsalt"], rcParams["svg.hashsalt"] == before
    ('subpool', False)
    >>> rcParams["svg.hashsalt"] == before
    True
    """
    matplotlib = import_matplotlib()
    from cycler import cycler  # comes with matplotlib

    # From the defaults, not from the reader's own settings: figures are to be the same everywhere.
    backend = {"backend", "backend_fallback", "interactive", "toolbar", "timezone"}
    defaults = {key: value for key, value in matplotlib.rcParamsDefault.items() if key not in backend}
    with matplotlib.rc_context({**defaults, **_SETTINGS, "axes.prop_cycle": cycler(color=list(CYCLE))}):
        yield


def styled(draw: Callable[P, T]) -> Callable[P, T]:
    """Have a function draw in :func:`style`."""

    @wraps(draw)
    def within_style(*args: P.args, **kwargs: P.kwargs) -> T:
        with style():
            return draw(*args, **kwargs)

    return within_style


def panel(axes: Axes | None, size: tuple[float, float] = PANEL_SIZE) -> Axes:
    """Return the axes that were given, or those of a new figure.

    Raises
    ------
    MissingDependencyError
    """
    return axes if axes is not None else new_panels(1, 1, size)[0]


def panels(
    axes: Sequence[Axes] | None, rows: int, columns: int, size: tuple[float, float] = WIDE_SIZE, *, sharey: bool = False
) -> tuple[Axes, ...]:
    """Return the axes that were given, row by row, or those of a new figure.

    Raises
    ------
    InputError
        If another number of axes is given than the figure has panels.
    MissingDependencyError

    Examples
    --------
    >>> len(panels(None, 1, 3))
    3
    >>> panels([], 1, 3)
    Traceback (most recent call last):
    ...
    theory.errors.InputError: this figure has 3 panels and is drawn on 3 axes, not on 0
    """
    if axes is None:
        return new_panels(rows, columns, size, sharey=sharey)
    given: tuple[Axes, ...] = tuple(np.ravel(np.asarray(axes, dtype=object)))  # rows of axes, too
    if len(given) != rows * columns:
        raise InputError(
            f"this figure has {rows * columns} panels and is drawn on {rows * columns} axes, not on {len(given)}"
        )
    return given


def new_panels(rows: int, columns: int, size: tuple[float, float], *, sharey: bool = False) -> tuple[Axes, ...]:
    """Make a figure in this style; return its axes row by row."""
    with style():
        return new_axes(rows, columns, size=size, sharey=sharey)


def set_headline(axes: Sequence[Axes], title: str) -> None:
    """Write above all panels what is seen, unless they are part of a larger figure."""
    figure = axes[0].get_figure(root=True)
    if figure is not None and set(figure.axes) == set(axes):
        figure.suptitle(title, x=0.01, ha="left")
