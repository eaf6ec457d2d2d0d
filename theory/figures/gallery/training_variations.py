"""Variations of training: other losses, optimisers, initialisations, inputs and numbers of rows; stored results."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from statistics import median
from typing import TYPE_CHECKING

from theory.figures.registry import figure
from theory.figures.trained import Sets, draw_medians, draw_optimum, label_axes, varied_results
from theory.plotting import CYCLE, Axes, panels, set_headline

if TYPE_CHECKING:
    import pyarrow as pa

_KERNEL = 8
_ERRORS = {"test_error": ", on test rows", "cube_error": ", found in the cube"}
_MARKERS = {"-": "os^DvPX", "--": "<>hpd*8"}
_SERIES = [(color, marker, line) for line in _MARKERS for color, marker in zip(CYCLE, _MARKERS[line], strict=True)]


@figure("errors of trained networks for variations of training, from stored results")
def plot_training_variations(
    axes: Sequence[Axes] | None = None, *, table: pa.Table | None = None, kernel_size: int = _KERNEL
) -> tuple[Axes, ...]:
    """Draw the errors on test rows and in the cube against the factor mu of the widths, for each variation of training.

    ``table``: results of ``subpool train``; those that come with the package by default. Two panels for each set of
    orders with variations. Medians over seeds. Each variation changes one setting of the base, which is the figure
    ``training``, and is shown beside it at the same mu. Test rows have the distribution of the training rows, one of
    the things that vary.
    """
    sets = varied_results(table, kernel_size)
    labels = list(dict.fromkeys(g.configuration.label for groups in sets.values() for g in groups))
    labels.sort(key=lambda label: label != "base")
    chosen = panels(axes, len(sets), len(_ERRORS), (7.2, 0.4 + 3.3 * len(sets)), sharey=True)
    for panel, (groups, error) in zip(chosen, product(sets.values(), _ERRORS), strict=True):
        for number, label in enumerate(labels):
            color, marker, line = _SERIES[number % len(_SERIES)]
            same = [group for group in groups if group.configuration.label == label]
            if same:
                draw_medians(panel, same, error, color=color, marker=marker, linestyle=line, label=label)
        draw_optimum(panel, groups[0])
        label_axes(panel, groups, _ERRORS[error])
    for panel in chosen[:: len(_ERRORS)]:
        panel.set_ylabel("largest error, median")
    chosen[1].legend(frameon=False, loc="center left", bbox_to_anchor=(1.02, 0.5))
    set_headline(chosen, _headline(sets))
    return chosen


def _headline(sets: Sets) -> str:
    groups = [group for chosen in sets.values() for group in chosen]
    least = min(median(group.errors["cube_error"]) / group.optimal_error for group in groups)
    if least <= 1:
        return "Some variations of training reach the optimal error"
    variations = len({group.configuration.label for group in groups} - {"base"})
    return f"None of {variations} variations comes closer to E in the cube than {least:.2g} times (median)"
