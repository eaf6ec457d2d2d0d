"""The maximum itself as a network: what fewer hidden layers cost in ReLUs."""

from __future__ import annotations

from collections.abc import Mapping

from theory.figures.registry import figure
from theory.networks.maximum import exact_max_network, two_layer_size
from theory.networks.published import published_size
from theory.plotting import BLUE, GREEN, MUTED, ORANGE, PINK, Axes, panel
from theory.subpools import check_count

_SMALLEST = 4
_COUNTED = 9


@figure("ReLUs and hidden layers of the exact maximum, trees and shallow blocks", largest=7)
def plot_maximum(axes: Axes | None = None, *, largest: int = 14) -> Axes:
    """Draw the number of ReLUs of networks that compute the maximum exactly, against the kernel size d.

    ``largest`` kernel size: 5..54; networks are built, which takes seconds from 16 on. Numbers beside the lines are
    hidden layers, where they change. Trees and shallow blocks are :func:`theory.exact_max_network`; the dotted line is
    the tree of Matoba, Dimitriadis, Fleuret, TMLR 2023, with four ReLUs for each pair
    (:func:`theory.networks.published.published_size`). With two hidden layers the fewest that are known here are drawn,
    up to nine inputs; the order of d^2 is needed there (Safran, COLT 2026), with a constant that is not known.

    >>> axes = plot_maximum(largest=9)
    >>> published, trees, shallow, two, _ = axes.lines
    >>> [int(units) for units in trees.get_ydata()], [int(units) for units in shallow.get_ydata()]
    ([9, 16, 17, 20, 21, 30], [9, 18, 59, 20, 21, 30])
    >>> [int(units) for units in two.get_ydata()]
    [9, 18, 59, 56762, 3691237, 75551385]
    """
    check_count("the largest kernel size of this figure", largest, _SMALLEST + 1, 54)
    axes = panel(axes)
    kernels = range(_SMALLEST, largest + 1)
    trees = {d: exact_max_network(d).widths for d in kernels}
    shallow = {d: exact_max_network(d, construction="shallow").widths for d in kernels}
    published = {d: published_size(d, [d]).widths for d in kernels}
    two = {d: two_layer_size(d) for d in kernels if d <= _COUNTED}
    for name, style, color, widths in (
        ("trees, published construction", ":", GREEN, published),
        ("trees, this project", "o-", BLUE, trees),
        ("shallow blocks of six", "s-", ORANGE, shallow),
        ("two layers", "^-", PINK, two),
    ):
        axes.plot(list(widths), [sum(w) for w in widths.values()], style, color=color, label=name)
    _note_layers(axes, trees, BLUE, -11)
    _note_layers(axes, shallow, ORANGE, 5)
    slope = [d * d / 3 for d in kernels]
    axes.plot(list(kernels), slope, "--", color=MUTED, linewidth=0.9, label="slope of d²: two layers take no less")
    axes.set(yscale="log", xlabel="kernel size d", ylabel="ReLUs of the exact maximum")
    axes.margins(y=0.12)
    axes.legend(loc="center right")
    axes.set_title("The exact maximum in fewer hidden layers (numbers)\ntakes as many ReLUs or more")
    return axes


def _note_layers(axes: Axes, widths: Mapping[int, tuple[int, ...]], color: str, offset: int) -> None:
    """Write the number of hidden layers at the first kernel size that has it."""
    depths = {d: len(w) for d, w in widths.items()}
    for d, depth in depths.items():
        if depths.get(d - 1) != depth:
            axes.annotate(
                str(depth),
                (d, sum(widths[d])),
                xytext=(0, offset),
                textcoords="offset points",
                ha="center",
                color=color,
                fontsize=7.5,
            )
