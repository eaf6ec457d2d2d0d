"""The best error for each number of hidden layers: trees of pairwise maxima against shallow blocks of six inputs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from theory.errors import InputError
from theory.figures.registry import figure
from theory.frontier.best import best_orders
from theory.networks.size import least_hidden_layers
from theory.notation import check_kernel_size
from theory.plotting import BLUE, INK, ORANGE, Axes, panels, set_headline

_KERNELS = (9, 25, 81)
_PANELS = 3
_LEAST = "the maximum, at least"
_Construction = Literal["tree", "shallow"]
_STYLES: tuple[tuple[_Construction, str, str, str], ...] = (
    ("tree", "trees", BLUE, "o"),
    ("shallow", "blocks of six", ORANGE, "s"),
)


@figure("least error for each number of hidden layers, trees against shallow blocks", kernel_sizes=(4, 6, 9))
def plot_depth(axes: Sequence[Axes] | None = None, *, kernel_sizes: Sequence[int] = _KERNELS) -> tuple[Axes, ...]:
    """Draw the least error of all sets of orders that so many hidden layers compute, for two constructions.

    A panel each for 3 kernel sizes d >= 3. With L hidden layers, trees of pairwise maxima compute the orders up to
    2^L, shallow blocks those up to 2 * 3^(L-1) (:mod:`theory.networks.shallow`). More orders never hurt, so the best
    set is all of them (:func:`theory.best_orders`). From the layer on that gives order d, the network is the maximum
    itself, and there is no error: the stars. Two layers are enough for it, with far more units than are built here
    (:mod:`theory.networks.two_layers`): the white star.

    >>> left, *_ = plot_depth(kernel_sizes=[9, 5, 6])
    >>> trees, _, shallow, _, least = left.lines
    >>> [float(error) for error in shallow.get_ydata()] == [4 / 9, 8 / 25, 4 / 170]
    True
    """
    if len(kernel_sizes) != _PANELS or min(map(check_kernel_size, kernel_sizes)) < 3:
        raise InputError(f"this figure has {_PANELS} kernel sizes, each 3 or more, not {list(kernel_sizes)}")
    chosen = panels(axes, 1, _PANELS)
    from matplotlib.ticker import MaxNLocator

    for one, d in zip(chosen, kernel_sizes, strict=True):
        for construction, name, color, marker in _STYLES:
            _draw(one, d, construction, name, color, marker)
        least = least_hidden_layers(d)
        (star,) = one.plot([least], [0.0], "*", color=INK, markerfacecolor="white", markersize=10, label=_LEAST)
        star.set(transform=one.get_xaxis_transform(), clip_on=False, zorder=3)
        one.set(yscale="log", xlabel="hidden layers")
        one.set_title(f"d = {d}")
        one.xaxis.set_major_locator(MaxNLocator(integer=True))
        one.margins(y=0.12)
    chosen[0].set_ylabel("least error E")
    chosen[0].legend(loc="upper right")
    set_headline(chosen, "Shallow blocks reach small errors, and the maximum itself (stars), with fewer layers")
    return chosen


def _draw(axes: Axes, kernel_size: int, construction: _Construction, name: str, color: str, marker: str) -> None:
    exact = least_hidden_layers(kernel_size, construction)
    layers = list(range(exact))
    errors = [
        float(best_orders(kernel_size, budget="hidden_layers", limit=limit, construction=construction).error)
        for limit in layers
    ]
    axes.plot(layers, errors, marker=marker, color=color, label=name)
    # No place for 0 on a logarithmic scale: the star stands on the axis.
    axes.plot([exact], [0.0], "*", color=color, markersize=10, transform=axes.get_xaxis_transform(), clip_on=False)
    axes.annotate(
        "",
        (exact, 0.0),
        (layers[-1], errors[-1]),
        xycoords=axes.get_xaxis_transform(),
        textcoords=axes.transData,
        arrowprops={"arrowstyle": "-", "color": color, "linestyle": (0, (1.5, 1.5)), "linewidth": 1.0},
    )
