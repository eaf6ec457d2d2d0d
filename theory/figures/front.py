"""All sets of a sweep as points, cost against error, and the front below which there is none."""

from __future__ import annotations

import numpy as np

from theory.frontier.pareto import Table, pareto_front, parts
from theory.frontier.sets import Budget
from theory.plotting import ORANGE, Axes, panel, styled

_LABELS = {"terms": "subpool maxima N", "units": "ReLUs", "parameters": "parameters", "hidden_layers": "hidden layers"}


@styled
def plot_front(table: Table, budget: Budget, axes: Axes | None = None) -> Axes:
    """Draw the error of every set of a sweep against what it costs, and the Pareto front."""
    axes = panel(axes, (5.5, 4))
    front = pareto_front(table, budget)
    columns = ((part[budget].to_numpy(), part["error"].to_numpy()) for part in parts(table, [budget, "error"]))
    costs, errors = map(np.concatenate, zip(*columns, strict=True))
    axes.scatter(costs, errors, s=3, color="0.6", linewidths=0, rasterized=True, label="sets of orders")
    # Costs of 0 have no place on a logarithmic scale of integers but beside it.
    if budget != "hidden_layers":
        axes.set_xscale("symlog", linthresh=1)
    axes.set(yscale="log", xlabel=_LABELS[budget], ylabel="error E")
    least = [p.cost(budget) for p in front], [float(p.error) for p in front]
    axes.step(*least, where="post", color=ORANGE, label="least error")
    axes.legend(frameon=False)
    return axes
