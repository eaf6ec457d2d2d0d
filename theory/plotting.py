"""Plots: how they look, the axes that they are drawn on, and the files that they become.

Decisions. The background is opaque white and takes no ink in print; the documentation turns lightness around where it
is dark (docs/_static/subpool.css), and no meaning hangs on what is black or white.
The colours are those of Okabe and Ito (2008), which people with any common deficiency of colour vision tell apart;
lines that could be mixed up differ in dash or marker, too. One panel is 4.8 inches wide: at the width of a printed
column, 3.4 inches, the smallest text has more than five points. The text of an SVG is written as paths, so that it
looks the same where the font is missing; its title remains as metadata.

Pyplot, which keeps figures and looks for a screen, is not used.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

from theory.errors import InputError
from theory.extras import import_extra
from theory.files import written_beside

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes
else:
    Axes = Any  # for annotations, without matplotlib

P = ParamSpec("P")
T = TypeVar("T")

BLUE, ORANGE, GREEN, PINK = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
AMBER, _LIGHT_BLUE = "#e69f00", "#56b4e9"
INK, MUTED, FAINT = "#222222", "#6b6b6b", "#b5b5b5"
CYCLE = (BLUE, ORANGE, GREEN, PINK, AMBER, _LIGHT_BLUE, INK)
"""Colours of series, in this order."""

DASHES: tuple[Any, ...] = ("-", (0, (5, 1.5)), (0, (1.5, 1.2)), (0, (5, 1.2, 1.2, 1.2)))
"""Line styles of series that colour alone does not tell apart."""

FORMATS = (".svg", ".pdf", ".png")
"""What the names of plot files end in."""

_PANEL_SIZE, _WIDE_SIZE = (4.8, 3.6), (7.2, 3.2)
"""Inches, width and height, of a figure with one panel, and of one with panels side by side."""

_LONGEST_NAME = 40

_DATES = {".svg": "Date", ".pdf": "CreationDate"}
"""The metadata, by format, that are the time of writing unless they are taken out."""

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
    "svg.hashsalt": "subpool",  # names inside are hashes; with a random salt a figure would be another file each time
    "text.color": INK,
    "xtick.color": INK,
    "xtick.labelsize": 7.5,
    "xtick.major.width": 0.7,
    "ytick.color": INK,
    "ytick.labelsize": 7.5,
    "ytick.major.width": 0.7,
}


def import_matplotlib() -> ModuleType:
    """Return matplotlib; called before long work that ends in a plot, it says in time that it is missing."""
    return import_extra("matplotlib", "figure", extra="plots", purpose="plots need matplotlib")


@contextmanager
def _style() -> Iterator[None]:
    """Make figures look like this project's within a ``with`` block, and leave other figures alone."""
    matplotlib = import_matplotlib()
    from cycler import cycler  # comes with matplotlib

    # From the defaults, not from the reader's own settings: figures are to be the same everywhere.
    backend = {"backend", "backend_fallback", "interactive", "toolbar", "timezone"}
    defaults = {key: value for key, value in matplotlib.rcParamsDefault.items() if key not in backend}
    with matplotlib.rc_context({**defaults, **_SETTINGS, "axes.prop_cycle": cycler(color=list(CYCLE))}):
        yield


def styled(draw: Callable[P, T]) -> Callable[P, T]:
    """Have a function draw in :func:`_style`."""

    @wraps(draw)
    def within_style(*args: P.args, **kwargs: P.kwargs) -> T:
        with _style():
            return draw(*args, **kwargs)

    return within_style


def panel(axes: Axes | None, size: tuple[float, float] = _PANEL_SIZE) -> Axes:
    """Return the axes that were given, or those of a new figure of that size in inches."""
    return axes if axes is not None else panels(None, 1, 1, size)[0]


def panels(
    axes: Sequence[Axes] | None,
    rows: int,
    columns: int,
    size: tuple[float, float] = _WIDE_SIZE,
    *,
    sharey: bool = False,
) -> tuple[Axes, ...]:
    """Return the axes that were given, row by row, or those of a new figure of that size in inches.

    >>> len(panels(None, 1, 3))
    3
    >>> panels([], 1, 3)
    Traceback (most recent call last):
    ...
    theory.errors.InputError: this figure has 3 panels and is drawn on 3 axes, not on 0
    """
    if axes is None:
        with _style():
            figure = import_matplotlib().figure.Figure(figsize=size)
            return tuple(figure.subplots(rows, columns, sharey=sharey, squeeze=False).ravel())
    given: tuple[Axes, ...] = tuple(np.ravel(np.asarray(axes, dtype=object)))  # rows of axes, too
    if len(given) != rows * columns:
        raise InputError(
            f"this figure has {rows * columns} panels and is drawn on {rows * columns} axes, not on {len(given)}"
        )
    return given


def set_headline(axes: Sequence[Axes], title: str) -> None:
    """Write above all panels what is seen, unless they are part of a larger figure."""
    figure = axes[0].get_figure(root=True)
    if figure is not None and set(figure.axes) == set(axes):
        figure.suptitle(title, x=0.01, ha="left")


def name_label(name: str) -> str:
    r"""Return a name that somebody chose as it can stand in a figure: visible, on one line, at most 40 characters.

    Mathematics in it is not set: whoever draws it says ``parse_math=False``.

    >>> print(name_label("relu\x07\n$1$"), len(name_label("x" * 50)))
    relu\x07\n$1$ 40
    """
    from theory.terminal import visible  # here: figures without names need no terminal

    text = visible(name)
    # Names of exported models differ at their end.
    return text if len(text) <= _LONGEST_NAME else "…" + text[1 - _LONGEST_NAME :]


def check_plot_file(path: str | Path) -> None:
    """See that a plot can be written, before the work: the ending, the folder, and that matplotlib is there.

    >>> check_plot_file("errors.gif")
    Traceback (most recent call last):
    ...
    theory.errors.InputError: a plot is written to a file that ends in .svg, .pdf, .png, not to 'errors.gif'
    """
    _format(Path(path))
    if not Path(path).absolute().parent.is_dir():
        raise InputError(f"cannot write {str(path)!r}: there is no such folder")
    import_matplotlib()


def save_figure(axes: Axes, path: str | Path, *, title: str = "") -> None:
    """Write the figure that some axes belong to, in the size it has, whole or not at all.

    The title says what the figure shows, for screen readers and catalogues. No dates, and names in an SVG by a fixed
    salt: with the same matplotlib, the same figure is the same file. Pixels are 1/200 inch.
    """
    target = Path(path)
    suffix = _format(target)
    figure = axes.get_figure(root=True)
    if figure is None:
        raise InputError("axes that belong to no figure cannot be saved")
    with _style(), written_beside(target) as part, warnings.catch_warnings():
        # A letter of a name that the font lacks is drawn as a box.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure.savefig(part, format=suffix[1:], metadata=_metadata(suffix, title))


def _format(path: Path) -> str:
    if path.suffix not in FORMATS:
        raise InputError(f"a plot is written to a file that ends in {', '.join(FORMATS)}, not to {str(path)!r}")
    return path.suffix


def _metadata(suffix: str, title: str) -> dict[str, Any]:
    named = {"Title": title} if title else {}
    return {**named, **({_DATES[suffix]: None} if suffix in _DATES else {})}
