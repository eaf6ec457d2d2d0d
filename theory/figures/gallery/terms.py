"""Error against the number of subpool maxima for all sets of orders, with the proved lower bounds."""

from __future__ import annotations

from theory.bounds import width_lower_bound
from theory.figures.registry import figure
from theory.figures.sweeps import Sweeps
from theory.frontier.best import terms_lower_bound
from theory.frontier.pareto import pareto_front
from theory.plotting import FAINT, GREEN, INK, Axes, panel


@figure("error against number of subpool maxima for all sets, with lower bounds", kernel_size=6)
def plot_terms(axes: Axes | None = None, *, kernel_size: int = 12, sweeps: Sweeps | None = None) -> Axes:
    """Draw the error of every set of orders with the intercept against its number of subpool maxima N.

    ``kernel_size``: 3..62. Two lines are proved to be below all errors: min(1/(2N), 2/N^2) for every kernel size
    (:func:`theory.bounds.width_lower_bound`), and :func:`theory.frontier.best.terms_lower_bound` for this one. The
    third, 1/(2N), is below the errors of all sets up to kernel size 18, and above that of one set at 19 (see the figure
    ``error-times-terms``).
    """
    axes = panel(axes)
    table = (sweeps or Sweeps())(kernel_size)
    terms, errors = table["terms"].to_numpy(), table["error"].to_numpy()
    axes.scatter(terms, errors, s=5, color=FAINT, linewidths=0, label=f"all {len(terms):,} sets of orders with 0")
    pareto_front(table, "terms").plot(axes)
    grid = _grid(int(terms.max()))
    bounds = (
        ("1/(2N), which fails at d = 19", INK, (0, (1.5, 1.2)), [1 / (2 * n) for n in grid]),
        (
            f"proved for d = {kernel_size}",
            GREEN,
            (0, (5, 1.5)),
            [float(terms_lower_bound(kernel_size, n)) for n in grid],
        ),
        ("proved for all d: min(1/(2N), 2/N$^2$)", GREEN, "-", [float(width_lower_bound(n)) for n in grid]),
    )
    for name, color, dashes, values in bounds:
        axes.plot(grid, values, color=color, linestyle=dashes, label=name)
    axes.set(xscale="log", yscale="log", xlabel="number of subpool maxima N", ylabel="optimal error E")
    axes.legend(loc="lower left")
    axes.set_title(f"Small errors take many subpool maxima (d = {kernel_size})")
    return axes


def _grid(largest: int) -> list[int]:
    """Return integers from 1 to the largest, about evenly spaced on a logarithmic scale."""
    return sorted({round(largest ** (step / 120)) for step in range(121)})
