"""How many maxima an error takes: subsets chosen well against subsets chosen by size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from math import comb, prod

from theory.figures.registry import figure
from theory.optimal.combinations import optimal_combination
from theory.optimal.least_families import least_families
from theory.optimal.solve import optimal_estimator
from theory.plotting import BLUE, GREEN, INK, MUTED, ORANGE, PINK, Axes, panel
from theory.subpools import check_count

_STYLES = {2: ("o", BLUE), 3: ("s", ORANGE), 5: ("^", GREEN)}
"""By the number of elements of the field."""
_COMPLETE = {4: "x", 5: "+"}
"""Marks by the number of inputs for which the least errors of all families are known."""


@figure("error against number of maxima: subsets by geometry, by size, and 1/(2N)", kernel_size=6)
def plot_subsets(axes: Axes | None = None, *, kernel_size: int = 13, dimensions: int = 5) -> Axes:
    """Draw the error of combinations of maxima over the complements of the subspaces of projective spaces.

    Their error is prod 1/(1 + q^i), i < n, for the field of q elements and vector dimension n = 3..``dimensions``, at
    most 12. Beside them are the sets of orders of one kernel size, 3..16, with up to three orders and the intercept, of
    which the least errors are drawn, the least errors of any families of N subsets of four and five inputs, which do
    not come below 1/(2N), and that line.

    >>> axes = plot_subsets(kernel_size=5)
    >>> [(int(n), round(1 / e)) for n, e in zip(*axes.lines[0].get_data())]
    [(14, 30), (65, 270), (372, 4590)]
    """
    check_count("the kernel size of this figure", kernel_size, 3, 16)
    check_count("the dimensions of this figure", dimensions, 3, 12)
    axes = panel(axes)
    lines = {
        f"projective spaces over {q} elements": [
            (_subspaces(q, n), 1 / prod(1 + q**i for i in range(n))) for n in range(3, dimensions + 1)
        ]
        for q in _STYLES
    }
    for (name, points), (marker, color) in zip(lines.items(), _STYLES.values(), strict=True):
        axes.plot(*_coordinates(points), f"{marker}-", color=color, label=name)
    by_size = list(_by_size(kernel_size))
    label = f"up to three orders, d = {kernel_size}"
    axes.plot(*_coordinates(by_size), ".-", color=MUTED, drawstyle="steps-post", label=label)
    for (inputs, dots), color in zip(_COMPLETE.items(), (INK, PINK), strict=True):
        found = least_families()[inputs].families
        errors = [(n, float(optimal_combination(inputs, [(), *family]).error)) for n, family in found.items()]
        axes.plot(*_coordinates(errors), dots, color=color, markersize=3, label=f"any N subsets of {inputs} inputs")
    numbers = (n for points in (*lines.values(), by_size) for n, _ in points)
    ends = [(n, 1 / (2 * n)) for n in (1, max(numbers))]
    axes.plot(*_coordinates(ends), "--", color=MUTED, linewidth=0.9, label="1/(2N)")
    axes.set(xscale="log", yscale="log", xlabel="number N of subpool maxima", ylabel="least error E")
    axes.legend(loc="lower left")
    axes.set_title("Subsets along a geometry need fewer maxima\nthan subsets of some sizes")
    return axes


def _coordinates(points: Sequence[tuple[int, float]]) -> tuple[list[int], list[float]]:
    return [n for n, _ in points], [e for _, e in points]


def _subspaces(q: int, n: int) -> int:
    """Count the subspaces of an n-dimensional space over q elements but the zero one and the whole."""
    total = 0
    for k in range(1, n):
        total += prod(q ** (n - i) - 1 for i in range(k)) // prod(q ** (i + 1) - 1 for i in range(k))
    return total


def _by_size(d: int) -> Iterator[tuple[int, float]]:
    """Yield numbers of maxima with the least error of so many, where it falls."""
    sets = (orders for size in (1, 2, 3) for orders in combinations(range(1, d), size))
    least = 1.0
    for terms, orders in sorted((sum(comb(d, r) for r in orders), orders) for orders in sets):
        error = float(optimal_estimator(d, (0, *orders)).error or 0)
        if error < least:
            least = error
            yield terms, error
