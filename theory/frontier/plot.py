"""All sets of a sweep as points, cost against error, and the front below which there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from theory.frontier.pareto import Budget, Table, pareto_front, parts
from theory.plotting import new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LABELS = {
    "terms": "subpool maxima N",
    "units": "ReLUs",
    "parameters": "parameters",
    "hidden_layers": "hidden layers",
}


def plot_front(table: Table, budget: Budget, axes: Axes | None = None) -> Axes:
    """Draw the error of every set of a sweep against what it costs, and the Pareto front."""
    axes = axes if axes is not None else new_axes(size=(5.5, 4))[0]
    front = pareto_front(table, budget)
    rows = pa.concat_tables(parts(table, [budget, "error"]))
    costs, errors = rows[budget].to_numpy(), rows["error"].to_numpy()
    axes.scatter(costs, errors, s=3, color="0.6", linewidths=0, rasterized=True, label="sets of orders")
    if budget != "hidden_layers":
        axes.set_xscale("symlog", linthresh=1)  # costs of 0 have no place on a logarithmic scale, but beside it
    axes.set_yscale("log")
    axes.step(
        [p.cost(budget) for p in front], [float(p.error) for p in front], where="post", color="C3", label="least error"
    )
    axes.set_xlabel(_LABELS[budget])
    axes.set_ylabel("error E")
    axes.legend(frameon=False)
    return axes
