"""The residual over two-dimensional slices of a window: linear in pieces, and where it is as large as can be."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from theory.errors import InputError
from theory.estimator import Estimator
from theory.figures.registry import figure
from theory.notation import format_orders
from theory.optimal.solve import optimal_estimator
from theory.plotting import AMBER, INK, Axes, panels, set_headline
from theory.targets import MAXIMUM, TargetLike

if TYPE_CHECKING:
    from matplotlib.image import AxesImage

_PANELS = 3
_MARKS = 12
"""Steps from 0 to 1 between places that are looked at for |e| = E."""
_ABOVE_SPINES: dict[str, Any] = {"clip_on": False, "zorder": 5}
_ORDERS = (0, 1, 8)


@figure("residual over two inputs of a window, the others fixed", kernel_size=5, orders=(0, 1, 4), resolution=21)
def plot_slices(
    axes: Sequence[Axes] | None = None,
    *,
    kernel_size: int = 9,
    orders: Iterable[int] = _ORDERS,
    resolution: int = 241,
    target: TargetLike = MAXIMUM,
) -> tuple[Axes, ...]:
    """Draw e(x), the maximum or another target less f(x), of an optimal estimator over two inputs, the others fixed.

    These are 0 in the first panel, evenly spaced between 0 and 1 in the second, 0 but for one that is 1/2 in the third;
    ``kernel_size`` >= 4, ``resolution`` >= 2 points in each direction. New axes have a colour bar beside them.

    Colours are e/E, E the largest |e| over the unit cube. Dots mark where |e| = E, among the multiples of 1/12 and in
    exact arithmetic: at vectors of zeros and ones, and between two of these with equal residuals.

    >>> _, middle, last = plot_slices(resolution=3)
    >>> [(float(point.get_xdata()[0]), float(point.get_ydata()[0])) for point in last.lines]
    [(0.0, 0.5), (0.5, 0.0)]
    >>> len(middle.lines)
    0
    """
    if kernel_size < 4 or resolution < 2:
        raise InputError("slices have kernel size >= 4 and a resolution >= 2")
    estimator = optimal_estimator(kernel_size, orders, objective="cube", target=target)
    if not estimator.error:
        raise InputError(f"the estimator with orders {format_orders(estimator.orders)} is exact: no residual")
    own = axes is None
    chosen = panels(axes, 1, _PANELS, (7.2, 3.0), sharey=True)
    what = "" if estimator.target.is_maximum else f"{estimator.target.shown}, "
    which = f"{what}orders {{{format_orders(estimator.orders)}}}, d = {kernel_size}, E = {estimator.error}"
    set_headline(chosen, f"The residual is linear in pieces, and reaches +E or -E at the dots:\n{which}")
    for one, (name, others) in zip(chosen, _slices(kernel_size).items(), strict=True):
        image = _draw(one, estimator, others, resolution)
        one.set_title(name)
        one.set_xlabel("$x_1$")
    chosen[0].set_ylabel("$x_2$")
    figure = chosen[0].get_figure(root=True)
    if own and figure is not None:
        bar = figure.colorbar(image, ax=list(chosen), shrink=0.9, pad=0.02)
        bar.set_label("residual / E")
        bar.outline.set_linewidth(0.5)
    return chosen


def _slices(kernel_size: int) -> dict[str, list[Fraction]]:
    others = kernel_size - 2
    return {
        "others 0": [Fraction(0)] * others,
        "others evenly spaced": [Fraction(k + 1, others + 1) for k in range(others)],
        "others 0, but one 1/2": [Fraction(0)] * (others - 1) + [Fraction(1, 2)],
    }


def _draw(axes: Axes, estimator: Estimator, others: Sequence[Fraction], resolution: int) -> AxesImage:
    side = np.linspace(0, 1, resolution)
    first, second = np.meshgrid(side, side)
    fixed = np.broadcast_to([float(value) for value in others], (resolution, resolution, len(others)))
    windows = np.concatenate([first[..., None], second[..., None], fixed], axis=-1)
    relative = estimator.residual(windows) / float(estimator.error or 1)
    image = axes.imshow(
        relative, origin="lower", extent=(0, 1, 0, 1), cmap="RdBu_r", vmin=-1, vmax=1, interpolation="bilinear"
    )
    steps = [Fraction(k, _MARKS) for k in range(_MARKS + 1)]
    for x, y in product(steps, repeat=2):
        if _is_worst(estimator, [x, y, *others]):
            axes.plot(float(x), float(y), "o", color=AMBER, markeredgecolor=INK, markeredgewidth=0.6, **_ABOVE_SPINES)
    axes.grid(visible=False)
    axes.set(xticks=(0, 0.5, 1), yticks=(0, 0.5, 1))
    return image


def _is_worst(estimator: Estimator, window: Sequence[Fraction]) -> bool:
    """Tell whether a window attains the error, exactly."""
    terms = (w * x for w, x in zip(estimator.residual_weights, sorted(window), strict=True))
    return abs(estimator.residual_constant + sum(terms)) == estimator.error
