"""Subpool maxima of five grey values: what the class of estimators is made of (figure 1 of the paper)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from theory.errors import InputError
from theory.figures.registry import figure
from theory.plotting import FAINT, INK, MUTED, Axes, panel
from theory.subpools import mean_subpool_max

_GREYS = (0.45, 0.1, 0.9, 0.25, 0.65)

_MOST = 5
_STEP = 1.9
"""Vertical distance of two orders; a square has side 1."""


@figure("subpool maxima of five grey values, and their means", values=(0.2, 0.8))
def plot_subpool_maxima(axes: Axes | None = None, *, values: Sequence[float] = _GREYS) -> Axes:
    """Draw, for each order r, all r-subsets of a window with their maxima, and the mean of these maxima, m_r.

    The window has 2 to 5 grey values in [0, 1]: the larger, the more ink, which says the same on a dark page. The
    illustration of Matoba, Dimitriadis, Fleuret, TMLR 2023, figure 1. The means come from
    :func:`theory.subpools.mean_subpool_max`.

    >>> axes = plot_subpool_maxima(values=[0.2, 0.8])
    >>> [text.get_text() for text in axes.texts if "m_" in text.get_text()]
    ['$m_1$ = 0.50', '$m_2$ = 0.80']
    """
    window = [float(value) for value in values]
    d = len(window)
    if not 2 <= d <= _MOST or not all(0 <= value <= 1 for value in window):
        raise InputError(f"the window has 2 to {_MOST} grey values in [0, 1], not {list(values)!r}")
    axes = panel(axes, (4.8, 3.5))
    widest = max(len(list(combinations(range(d), r))) for r in range(1, d + 1))
    for r in range(1, d + 1):
        bottom = -_STEP * r
        subsets = list(combinations(range(d), r))
        first = (widest - len(subsets)) / 2
        for place, subset in enumerate(subsets):
            _subset(axes, window, subset, first + place, bottom)
        axes.annotate(
            "", (widest + 0.95, bottom + 0.5), (widest + 0.25, bottom + 0.5), arrowprops={"arrowstyle": "->", "lw": 0.8}
        )
        mean = float(mean_subpool_max(window, r))
        _square(axes, mean, widest + 1.1, bottom)
        axes.text(widest + 2.3, bottom + 0.5, f"$m_{r}$ = {mean:.2f}", va="center")
        axes.text(-0.4, bottom + 0.5, f"$r = {r}$", va="center", ha="right")
    axes.text(widest / 2, -_STEP + 1.75, "maxima over all subsets of r inputs", ha="center", color=MUTED)
    axes.text(widest + 1.6, -_STEP + 1.75, "their mean", ha="center", color=MUTED)
    axes.set(xlim=(-2.2, widest + 5), ylim=(-_STEP * d - 0.4, 0.4), aspect="equal")
    axes.axis("off")
    axes.set_title("The larger the subpools, the closer is\nthe mean of their maxima to the maximum")
    return axes


def _subset(axes: Axes, window: Sequence[float], subset: Sequence[int], left: float, bottom: float) -> None:
    """Draw the maximum over a subset, and above it the window with the inputs of the subset filled."""
    _square(axes, max(window[j] for j in subset), left, bottom)
    width = 0.84 / len(window)
    for j, value in enumerate(window):
        corner = (left + 0.08 + j * width, bottom + 1.04)
        if j in subset:
            _rectangle(axes, str(1 - value), corner, width, 0.28, 0.5)
        else:
            axes.plot(corner[0] + width / 2, corner[1] + 0.14, ".", color=FAINT, markersize=1.2)


def _square(axes: Axes, value: float, left: float, bottom: float) -> None:
    _rectangle(axes, str(1 - value), (left + 0.06, bottom + 0.06), 0.88, 0.88, 0.6)


def _rectangle(
    axes: Axes, color: str, corner: tuple[float, float], width: float, height: float, linewidth: float
) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle(corner, width, height, facecolor=color, edgecolor=INK, linewidth=linewidth))
