"""Error times number of subpool maxima over all sets of orders, and where it falls below 1/2."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from theory.bounds import indicator_error
from theory.errors import InputError
from theory.figures.registry import figure
from theory.figures.sweeps import Sweeps
from theory.plotting import BLUE, INK, ORANGE, Axes, panels, set_headline
from theory.subpools import number_of_terms

if TYPE_CHECKING:
    import pyarrow as pa

_Floats: TypeAlias = NDArray[np.float64]

_SMALLEST = 4
_COUNTEREXAMPLE = (19, (*range(5), *range(13, 19)))
"""Kernel size and orders of the smallest violation of E N >= 1/2."""
_ROUNDING = 1e-12
_BANDS = ((0.0, 1.0, 0.25, "all sets"), (0.05, 0.95, 0.45, "9 in 10"), (0.25, 0.75, 0.8, "the middle half"))
"""Quantiles between which a band lies, its opacity, and its name."""


@figure("error times subpool maxima, and where E N >= 1/2 fails", swept=6, largest=8)
def plot_error_times_terms(
    axes: Sequence[Axes] | None = None, *, swept: int = 16, largest: int = 28, sweeps: Sweeps | None = None
) -> tuple[Axes, ...]:
    """Draw E(d,R) N(R) over all sets of orders with the intercept and more, and to the right its least value.

    ``swept``, 5..62, is the largest kernel size at which all sets are solved; each step takes twice as long. Up to
    ``largest``, sets of the form {0..a} with {d-j..d-1} are.

    N is the number of subpool maxima. The set R = {0}, where E N = 1/2 for every d, is left out. The sets
    {0..a} with {d-j..d-1}, the lowest and highest orders, are candidates: beyond the kernel sizes that are swept,
    others may have smaller products. The cross is {0..4} with {13..18} at d = 19, computed exactly.

    >>> left, right = plot_error_times_terms(swept=5, largest=6)
    >>> swept = right.lines[1]
    >>> swept.get_xdata().tolist(), swept.get_ydata().round(3).tolist()
    ([4, 5], [0.625, 0.6])
    """
    if not _SMALLEST < swept <= largest:
        raise InputError(f"the figure needs {_SMALLEST} < swept <= largest, not swept {swept} and largest {largest}")
    left, right = chosen = panels(axes, 1, 2)
    products = {d: _products((sweeps or Sweeps())(d)) for d in range(_SMALLEST, swept + 1)}
    _draw_all(left, products)
    candidates = {d: _least_of_candidates(d) for d in range(_SMALLEST, largest + 1)}
    _draw_least(right, products, candidates)
    for one in chosen:
        one.axhline(0.5, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1.5)
        one.set_xlabel("kernel size d")
    set_headline(chosen, _headline(candidates))
    return chosen


def _headline(candidates: Mapping[int, float]) -> str:
    below = [d for d, product in candidates.items() if product < 0.5 - _ROUNDING]
    falls = f"falls below 1/2 at d = {below[0]}" if below else "is at least 1/2"
    return f"The least E N, error times number of subpool maxima, {falls}"


def _products(table: pa.Table) -> _Floats:
    """Return E N of all sets but {0}."""
    terms, errors = table["terms"].to_numpy(), table["error"].to_numpy()
    beside_intercept: _Floats = (terms * errors)[terms > 1]
    return beside_intercept


def _least_of_candidates(kernel_size: int) -> float:
    """Return the least E N of sets {0..a} with {d-j..d-1}, a and j up to d/2."""
    d = kernel_size
    half = range(d // 2 + 1)
    candidates = {(*range(a + 1), *range(max(a + 1, d - j), d)) for a in half for j in half if a + j}
    return min(float(_product(d, orders)) for orders in candidates)


def _product(kernel_size: int, orders: Sequence[int]) -> Fraction:
    return indicator_error(kernel_size, orders) * number_of_terms(kernel_size, orders)


def _draw_all(axes: Axes, products: Mapping[int, _Floats]) -> None:
    kernels = list(products)
    for low, high, alpha, name in _BANDS:
        lower, upper = ([float(np.quantile(products[d], q)) for d in kernels] for q in (low, high))
        axes.fill_between(kernels, lower, upper, color=BLUE, alpha=alpha, linewidth=0, label=name)
    axes.plot(kernels, [float(np.median(products[d])) for d in kernels], color=INK, label="median")
    axes.set(yscale="log", ylabel="E N")
    axes.set_title(f"of all sets, d = {kernels[0]} to {kernels[-1]}")
    axes.legend(loc="upper left")


def _draw_least(axes: Axes, products: Mapping[int, _Floats], candidates: Mapping[int, float]) -> None:
    axes.plot(
        list(candidates),
        list(candidates.values()),
        color=ORANGE,
        linestyle=(0, (5, 1.5)),
        label="of sets {0, ..., a, d−j, ..., d−1}",
    )
    least = [float(values.min()) for values in products.values()]
    axes.plot(list(products), least, "o", color=BLUE, label="of all sets, R = {0} aside")
    d, orders = _COUNTEREXAMPLE
    if d in candidates:
        product = float(_product(d, orders))
        axes.plot([d], [product], "X", color=INK, markersize=7, zorder=3)
        axes.annotate(
            f"d = {d}, R = {{0–4, 13–18}}:\nE N = {product:.4f}",
            (d, product),
            xytext=(-12, -12),
            textcoords="offset points",
            ha="right",
            va="top",
            arrowprops={"arrowstyle": "-", "linewidth": 0.6, "shrinkB": 4},
        )
    axes.set(ylim=(0, None), ylabel="least E N")
    axes.set_title("the least")
    axes.legend(loc="lower left")
