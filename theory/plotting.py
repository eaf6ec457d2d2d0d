"""Plots: axes without a screen, and files that are the same bytes each time, whole or not at all.

Matplotlib is imported when something is drawn, not before.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from theory.errors import InputError
from theory.extras import import_extra
from theory.files import written_beside

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = (".svg", ".pdf", ".png")
"""What the names of plot files end in."""

HASH_SALT = "subpool"
"""Names inside an SVG are hashes with this salt; with a random one the same figure would be another file each time."""

_LONGEST_NAME = 40

_DATES = {".svg": "Date", ".pdf": "CreationDate"}
"""The metadata, by format, that are the time of writing unless they are taken out."""


def import_matplotlib() -> ModuleType:
    """Return matplotlib; called before long work that ends in a plot, it says in time that it is missing.

    Raises
    ------
    MissingDependencyError
    """
    return import_extra("matplotlib", "figure", extra="plots", purpose="plots need matplotlib")


def new_axes(
    rows: int = 1, columns: int = 1, *, size: tuple[float, float], sharey: bool = False, layout: str | None = None
) -> tuple[Axes, ...]:
    """Make a figure without pyplot, which keeps figures and looks for a screen.

    Parameters
    ----------
    rows, columns : int
    size : tuple of float
        Width and height of the figure in inches.
    sharey : bool
        Let all panels have one vertical axis.
    layout : str, optional
        Matplotlib's name of a layout, such as ``"constrained"``.

    Returns
    -------
    tuple of matplotlib.axes.Axes
        Row by row.

    Raises
    ------
    MissingDependencyError

    Examples
    --------
    >>> len(new_axes(2, 3, size=(6, 4)))
    6
    """
    figure = import_matplotlib().figure.Figure(figsize=size, layout=layout)
    return tuple(figure.subplots(rows, columns, sharey=sharey, squeeze=False).ravel())


def name_label(name: str) -> str:
    r"""Return a name that somebody chose as it can stand in a figure.

    Mathematics in it is not set: whoever draws it says ``parse_math=False``.

    Parameters
    ----------
    name : str

    Returns
    -------
    str
        One line of at most 40 characters; what has no picture, such as a control character, is written as an escape.

    Examples
    --------
    >>> print(name_label("relu\x07\n$1$"), len(name_label("x" * 50)))
    relu\x07\n$1$ 40
    """
    text = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in name)
    # Names of exported models differ at their end.
    return text if len(text) <= _LONGEST_NAME else "…" + text[1 - _LONGEST_NAME :]


def check_plot_file(path: str | Path) -> None:
    """See that a plot can be written, before the work.

    Raises
    ------
    InputError
        If the path has another ending than those of :data:`FORMATS`, or its folder does not exist.
    MissingDependencyError

    Examples
    --------
    >>> check_plot_file("errors.gif")
    Traceback (most recent call last):
    ...
    theory.errors.InputError: a plot is written to a file that ends in .svg, .pdf, .png, not to 'errors.gif'
    """
    _format(Path(path))
    if not Path(path).absolute().parent.is_dir():
        raise InputError(f"cannot write {str(path)!r}: there is no such folder")
    import_matplotlib()


def save_figure(axes: Axes, path: str | Path, *, title: str = "", tight: bool = True) -> None:
    """Write the figure that some axes belong to.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    path : str or Path
        Ends in .svg, .pdf or .png. Its folder exists.
    title : str
        What the figure shows, for screen readers and catalogues.
    tight : bool
        Cut the figure, or enlarge it, to what is drawn; otherwise it keeps its size.

    Raises
    ------
    InputError
        If the path has another ending, or the axes belong to no figure.
    StorageError
        If the file cannot be written.
    MissingDependencyError

    Notes
    -----
    No dates, and names in an SVG by a fixed salt: with the same matplotlib, the same figure is the same file. Pixels
    are 1/200 inch.
    """
    target = Path(path)
    suffix = _format(target)
    figure = axes.get_figure(root=True)
    if figure is None:
        raise InputError("axes that belong to no figure cannot be saved")
    options: dict[str, Any] = {"bbox_inches": "tight"} if tight else {}
    with (
        import_matplotlib().rc_context({"svg.hashsalt": HASH_SALT}),
        written_beside(target) as part,
        warnings.catch_warnings(),
    ):
        # A letter of a name that the font lacks is drawn as a box.
        warnings.filterwarnings("ignore", "Glyph .* missing from font", UserWarning)
        figure.savefig(part, format=suffix[1:], dpi=200, metadata=_metadata(suffix, title), **options)


def _format(path: Path) -> str:
    if path.suffix not in FORMATS:
        raise InputError(f"a plot is written to a file that ends in {', '.join(FORMATS)}, not to {str(path)!r}")
    return path.suffix


def _metadata(suffix: str, title: str) -> dict[str, Any]:
    named = {"Title": title} if title else {}
    return {**named, **({_DATES[suffix]: None} if suffix in _DATES else {})}
