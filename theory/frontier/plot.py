"""All sets of a sweep as points, cost against error, and the front below which there is none."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from theory.errors import InputError, MissingDependencyError, StorageError
from theory.frontier.pareto import Budget, Table, pareto_front, parts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = (".svg", ".pdf", ".png")

_LABELS = {
    "terms": "subpool maxima N",
    "units": "ReLUs",
    "parameters": "parameters",
    "hidden_layers": "hidden layers",
}


def plot_front(table: Table, budget: Budget, axes: Axes | None = None) -> Axes:
    """Draw the error of every set of a sweep against what it costs, and the Pareto front.

    Parameters
    ----------
    table : pyarrow.Table, SweepDataset, str or Path
    budget : {"terms", "units", "parameters", "hidden_layers"}
    axes : matplotlib.axes.Axes, optional
        New ones by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed.
    """
    axes = axes if axes is not None else _new_axes()
    front = pareto_front(table, budget)
    costs, errors = (
        np.concatenate(columns)
        for columns in zip(
            *((part[budget].to_numpy(), part["error"].to_numpy()) for part in parts(table, [budget, "error"])),
            strict=True,
        )
    )
    axes.scatter(costs, errors, s=3, color="0.6", linewidths=0, rasterized=True, label="sets of orders")
    # Costs of 0 have no place on a logarithmic scale of integers but beside it.
    axes.set_xscale(
        "linear" if budget == "hidden_layers" else "symlog", **({} if budget == "hidden_layers" else {"linthresh": 1})
    )
    axes.set_yscale("log")
    axes.step(
        [p.cost(budget) for p in front], [float(p.error) for p in front], where="post", color="C3", label="least error"
    )
    axes.set_xlabel(_LABELS[budget])
    axes.set_ylabel("error E")
    axes.legend(frameon=False)
    return axes


def check_plot_file(path: str) -> None:
    """See that a plot can be written, before the work.

    Raises
    ------
    InputError, MissingDependencyError
    """
    if Path(path).suffix not in FORMATS:
        raise InputError(f"a plot is written to a file that ends in {', '.join(FORMATS)}, not to {path}")
    if not Path(path).absolute().parent.is_dir():
        raise InputError(f"cannot write {path}: there is no such folder")
    _figure_type()


def save_plot(axes: Axes, path: str) -> None:
    """Write the figure of some axes, whole or not at all.

    Raises
    ------
    StorageError
    """
    target = Path(path)
    beside = target.with_name(f".{target.name}.part{target.suffix}")
    figure = axes.get_figure(root=True)
    if figure is None:
        raise InputError("axes that belong to no figure cannot be saved")
    try:
        figure.savefig(beside, dpi=200, bbox_inches="tight")
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise StorageError(f"cannot write {path}: {error.strerror or error}") from None


def _new_axes() -> Axes:
    # Without pyplot, which keeps figures and looks for a screen.
    axes: Axes = _figure_type()(figsize=(5.5, 4)).add_subplot()
    return axes


def _figure_type() -> Any:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingDependencyError("plots need matplotlib: pip install 'subpool[plots]'") from None
    return Figure
