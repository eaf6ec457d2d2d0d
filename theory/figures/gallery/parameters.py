"""Parameters against error for all sets of orders that contain 0 and 1 (figure 6 of the paper), at both sizes."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from theory.figures.registry import figure
from theory.figures.sweeps import Sweeps
from theory.networks.published import published_size
from theory.networks.size import NetworkSize, network_size
from theory.plotting import BLUE, INK, ORANGE, Axes, panel


@figure("error against parameters for 1,023 sets at d = 12, in two constructions", kernel_size=6)
def plot_parameters(axes: Axes | None = None, *, kernel_size: int = 12, sweeps: Sweeps | None = None) -> Axes:
    """Draw the error of every set of orders with 0, 1 and more against the parameters of its network.

    ``kernel_size``: 4..62. Errors are exact optima, certified. Each set is there twice: with the network of
    :func:`theory.build_network`, and with that of the construction of Matoba, Dimitriadis, Fleuret, TMLR 2023
    (:func:`theory.networks.published.published_size`).

    >>> axes = plot_parameters(kernel_size=6)
    >>> [len(points.get_offsets()) for points in axes.collections]
    [15, 15]
    """
    axes = panel(axes)
    table = (sweeps or Sweeps())(kernel_size, always=(0, 1))
    # {0, 1} is a linear function, for which no construction has a hidden layer.
    rows = [row for row in table.select(["orders", "error", "parameters"]).to_pylist() if len(row["orders"]) > 2]
    errors = [row["error"] for row in rows]
    published = [published_size(kernel_size, row["orders"]).parameter_count for row in rows]
    ours = [row["parameters"] for row in rows]
    for name, marker, color, counts in (
        ("published construction", "s", ORANGE, published),
        ("this project's networks", "o", BLUE, ours),
    ):
        axes.scatter(counts, errors, s=5, marker=marker, color=color, alpha=0.45, linewidths=0, label=name)
        axes.step(*_least(counts, errors), where="post", color=color, linewidth=1.2)
    tree = _tree(kernel_size)
    axes.axvline(tree.parameter_count, color=INK, linestyle="--", linewidth=0.9, label="the maximum itself, exactly")
    axes.set(xscale="log", yscale="log", xlabel="parameters of the network", ylabel="optimal error E")
    axes.legend(loc="lower left", bbox_to_anchor=(0.2, 0.0), markerscale=2)
    axes.set_title(_title(len(rows), kernel_size))
    return axes


def _least(counts: Sequence[int], errors: Sequence[float]) -> tuple[list[int], list[float]]:
    """Return the sets that no other one beats, as numbers of parameters and errors."""
    ordered = sorted(zip(counts, errors, strict=True))
    least = [float("inf"), *accumulate((error for _, error in ordered), min)]
    better = [point for point, before in zip(ordered, least, strict=False) if point[1] < before]
    return [count for count, _ in better], [error for _, error in better]


def _title(sets: int, kernel_size: int) -> str:
    sets_shown = f"all {sets:,} sets\nof orders with 0, 1 and more at d = {kernel_size}"
    return f"The same errors with far smaller networks: {sets_shown}"


def _tree(kernel_size: int) -> NetworkSize:
    return network_size(kernel_size, [kernel_size])
