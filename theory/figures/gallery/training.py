"""Networks trained to approximate the maximum, against their width (figures 2 to 4 of the paper): stored results."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING

from theory.empirical.training.plot import plot_errors
from theory.empirical.training.summary import group_rows
from theory.figures.registry import FigureSpec
from theory.figures.style import panels, set_headline, styled
from theory.figures.trained import number_of_sets, trained_rows

if TYPE_CHECKING:
    import pyarrow as pa
    from matplotlib.axes import Axes

KERNEL = 8


@styled
def plot_training(
    axes: Sequence[Axes] | None = None, *, table: pa.Table | None = None, kernel_size: int = KERNEL
) -> tuple[Axes, ...]:
    """Draw the errors of trained networks against the factor mu of their widths, a panel for each set of orders.

    Parameters
    ----------
    axes : sequence of matplotlib.axes.Axes, optional
        One for each set of orders; new ones by default.
    table : pyarrow.Table, optional
        Results of ``subpool train``; those that come with the package by default.
    kernel_size : int
        d.

    Returns
    -------
    tuple of matplotlib.axes.Axes

    Raises
    ------
    InputError
        If there are no results of this kernel size.
    FormatError, MissingDependencyError

    Notes
    -----
    Medians and ranges over seeds (:func:`theory.empirical.training.plot.plot_errors`). The networks have the hidden
    layers of the optimal ones, whose error is the line, with widths scaled by mu; they start from random weights. The
    largest error found in the cube is a lower bound of the sup norm.

    Examples
    --------
    >>> [axes.get_xscale() for axes in plot_training()]
    ['log', 'log', 'log']
    """
    rows = trained_rows(table, kernel_size, lambda configuration: not configuration.changes)
    sets = number_of_sets(rows)
    chosen = panels(axes, 1, sets, (1.2 + 2.2 * sets, 3.4), sharey=True)
    plot_errors(rows, chosen)
    set_headline(chosen, _headline(rows))
    return chosen


def _headline(rows: pa.Table) -> str:
    """Say how far the median network of the optimal one's widths stays from the optimal error, in the cube."""
    ratios = [
        median(group.errors["cube_error"]) / group.optimal_error
        for group in group_rows(rows)
        if group.configuration.scale == Fraction(1)
    ]
    if not ratios:
        return "Networks trained to approximate the maximum"
    least, most = f"{min(ratios):.2g}", f"{max(ratios):.2g}"
    times = least if least == most else f"{least} to {most}"
    return f"At the widths of optimal networks (µ = 1) the median trained one errs {times} times as much, or more"


FIGURE = FigureSpec(
    "errors of trained networks against their width, from stored results",
    plot_training,
)
