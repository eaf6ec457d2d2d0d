"""Widths of the hidden layers against kernel size (figure 5 of the paper), here and in the published construction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from theory.figures.registry import figure
from theory.networks.published import published_size
from theory.networks.size import network_size
from theory.notation import check_orders
from theory.plotting import CYCLE, Axes, panels, set_headline
from theory.subpools import check_count

_SMALLEST = 4
_SETS = ("0,1,d-1", "0,1,d-2,d-1")


@figure("widths of hidden layers against kernel size, beside those published", largest=9)
def plot_widths(axes: Sequence[Axes] | None = None, *, largest: int = 33) -> tuple[Axes, ...]:
    """Draw the number of ReLUs in each hidden layer of the networks for {0, 1, d-1} and {0, 1, d-2, d-1}.

    Kernel sizes d from 4 to ``largest``. Counted, not built: :func:`theory.network_size` for inputs of
    any sign, and :func:`theory.networks.published.published_size` for the construction of Matoba, Dimitriadis, Fleuret,
    TMLR 2023.

    >>> left, right = plot_widths(largest=9)
    >>> left.lines[0].get_label(), [int(width) for width in left.lines[0].get_ydata()]
    ('layer 1', [8, 10, 12, 14, 16, 18])
    """
    check_count("the largest kernel size of this figure", largest, _SMALLEST + 1)
    chosen = panels(axes, 1, 2, sharey=True)
    for one, text in zip(chosen, _SETS, strict=True):
        sets = {d: check_orders(d, text) for d in range(_SMALLEST, largest + 1)}
        published = _layers({d: published_size(d, orders).widths for d, orders in sets.items()})
        ours = _layers({d: network_size(d, orders).widths for d, orders in sets.items()})
        for layer, (color, widths) in enumerate(zip(CYCLE, ours, strict=False), start=1):
            one.plot(*widths, color=color, marker="o", markersize=2.2, label=f"layer {layer}")
        for number, (color, widths) in enumerate(zip(CYCLE, published, strict=False)):
            label = "_" if number else "published construction"
            one.plot(*widths, color=color, linestyle=(0, (1.5, 1.2)), linewidth=1.0, label=label)
        one.set_yscale("log")
        one.set_xlabel("kernel size d")
        one.set_title(f"orders {{{text}}}".replace(",", ", "))
    chosen[0].set_ylabel("width of the layer (ReLUs)")
    chosen[0].legend(ncols=2, loc="upper left", columnspacing=1.0)
    set_headline(chosen, "Layers are narrower than those of the published construction (dotted)")
    return chosen


def _layers(widths: Mapping[int, Sequence[int]]) -> list[tuple[list[int], list[int]]]:
    """Return for each hidden layer the kernel sizes that have it, and its widths."""
    depth = max(map(len, widths.values()))
    with_layer = [[d for d in widths if len(widths[d]) > layer] for layer in range(depth)]
    return [(present, [widths[d][layer] for d in present]) for layer, present in enumerate(with_layer)]
