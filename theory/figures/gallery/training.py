"""Networks trained to approximate the maximum, against their width (figures 2 to 4 of the paper): stored results."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from statistics import median
from typing import TYPE_CHECKING

from theory.figures.registry import figure
from theory.figures.trained import Sets, base_results, draw_medians, draw_optimum, label_axes
from theory.plotting import BLUE, MUTED, ORANGE, Axes, panels, set_headline

if TYPE_CHECKING:
    import pyarrow as pa

_KERNEL = 8


@figure("errors of trained networks against their width, from stored results")
def plot_training(
    axes: Sequence[Axes] | None = None, *, table: pa.Table | None = None, kernel_size: int = _KERNEL
) -> tuple[Axes, ...]:
    """Draw the errors of trained networks against the factor mu of their widths, a panel for each set of orders.

    ``table``: results of ``subpool train``; those that come with the package by default. Medians and ranges over seeds.
    The networks have the hidden layers of the optimal ones, whose error is the line, with widths scaled by mu; they
    start from random weights. The largest error found in the cube is a lower bound of the sup norm.
    """
    sets = base_results(table, kernel_size)
    chosen = panels(axes, 1, len(sets), (1.2 + 2.2 * len(sets), 3.4), sharey=True)
    for panel, groups in zip(chosen, sets.values(), strict=True):
        cube = {"color": ORANGE, "marker": "^", "label": "trained, largest found in the cube"}
        rows = {"color": BLUE, "marker": "o", "label": "trained, on test rows"}
        draw_medians(panel, groups, "cube_error", spread=True, **cube)
        draw_medians(panel, groups, "test_error", spread=True, **rows)
        draw_optimum(panel, groups[0])
        sample = groups[0].optimal_test_error
        panel.axhline(sample, color=MUTED, linewidth=1.2, linestyle=":", label="that estimator, on test rows")
        label_axes(panel, groups)
    chosen[0].set_ylabel("largest error  |max(x) − f(x)|")
    chosen[0].legend(frameon=False, loc="lower left")
    set_headline(chosen, _headline(sets))
    return chosen


def _headline(sets: Sets) -> str:
    """Say how far the median network of the optimal one's widths stays from the optimal error, in the cube."""
    ratios = [
        median(group.errors["cube_error"]) / group.optimal_error
        for groups in sets.values()
        for group in groups
        if group.configuration.scale == Fraction(1)
    ]
    if not ratios:
        return "Networks trained to approximate the maximum"
    least, most = f"{min(ratios):.2g}", f"{max(ratios):.2g}"
    times = least if least == most else f"{least} to {most}"
    return f"At the widths of optimal networks (µ = 1) the median trained one errs {times} times as much, or more"
