"""Variations of training: other losses, optimisers, initialisations, inputs and numbers of rows; stored results."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import TYPE_CHECKING

from theory.empirical.training.plot import plot_variations
from theory.empirical.training.summary import group_rows
from theory.figures.registry import FigureSpec
from theory.figures.style import panels, set_headline, styled
from theory.figures.trained import number_of_sets, trained_rows

if TYPE_CHECKING:
    import pyarrow as pa
    from matplotlib.axes import Axes

KERNEL = 8


@styled
def plot_training_variations(
    axes: Sequence[Axes] | None = None, *, table: pa.Table | None = None, kernel_size: int = KERNEL
) -> tuple[Axes, ...]:
    """Draw the error found in the cube against the factor mu of the widths, for each variation of training.

    Parameters
    ----------
    axes : sequence of matplotlib.axes.Axes, optional
        One for each set of orders with variations; new ones by default.
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
        If there are no variations of this kernel size among the results.
    FormatError, MissingDependencyError

    Notes
    -----
    Medians over seeds (:func:`theory.empirical.training.plot.plot_variations`). Each variation changes one setting of
    the base, which is the figure ``training``, and is shown beside it at the same mu.

    Examples
    --------
    >>> axes = plot_training_variations()[0]
    >>> axes.lines[0].get_label()
    'base'
    """
    varied = group_rows(trained_rows(table, kernel_size, lambda configuration: bool(configuration.changes)))
    places = {(group.configuration.orders, group.configuration.scale) for group in varied}
    rows = trained_rows(table, kernel_size, lambda configuration: (configuration.orders, configuration.scale) in places)
    sets = number_of_sets(rows)
    chosen = panels(axes, 1, sets, (3.0 + 2.4 * sets, 3.6), sharey=True)
    plot_variations(rows, chosen, error="cube_error")
    set_headline(chosen, _headline(rows))
    return chosen


def _headline(rows: pa.Table) -> str:
    groups = group_rows(rows)
    least = min(median(group.errors["cube_error"]) / group.optimal_error for group in groups)
    if least <= 1:
        return "Some variations of training reach the optimal error"
    variations = len({group.configuration.label for group in groups} - {"base"})
    return f"None of {variations} variations comes closer to E than {least:.2g} times (median)"


FIGURE = FigureSpec(
    "errors of trained networks for variations of training, from stored results",
    plot_training_variations,
)
