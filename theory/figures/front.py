"""All sets of a sweep as points, cost against error, and the front below which there is none."""

from __future__ import annotations

import numpy as np

from theory.frontier.pareto import Table, pareto_front, parts
from theory.frontier.sets import Budget
from theory.plotting import Axes, styled


@styled
def plot_front(table: Table, budget: Budget, axes: Axes | None = None) -> Axes:
    """Draw the error of every set of a sweep against what it costs, and the Pareto front."""
    axes = pareto_front(table, budget).plot(axes)
    columns = ((part[budget].to_numpy(), part["error"].to_numpy()) for part in parts(table, [budget, "error"]))
    costs, errors = map(np.concatenate, zip(*columns, strict=True))
    axes.scatter(costs, errors, s=3, color="0.6", linewidths=0, rasterized=True, label="sets of orders", zorder=1)
    axes.legend(frameon=False)
    return axes
