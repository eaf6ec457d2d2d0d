"""Error of all orders up to n against n, the degree of a polynomial, with the Chebyshev bound."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, inf, sqrt

from theory.bounds import chebyshev_upper_bound, indicator_error
from theory.errors import InputError
from theory.figures.registry import figure
from theory.notation import check_kernel_size
from theory.plotting import CYCLE, INK, Axes, panel

_KERNELS = (16, 64, 256, 1024)
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")
_POINTS = 12
_TITLE = "The error of all orders up to n depends on $n\\,/\\sqrt{d}$\nand is never above the Chebyshev bound"


@figure("error of all orders up to n, d up to 1024, and the Chebyshev bound", kernel_sizes=(8, 32))
def plot_degree(axes: Axes | None = None, *, kernel_sizes: Sequence[int] = _KERNELS, largest: float = 3.0) -> Axes:
    """Draw the optimal error of the orders {0..n} against n / sqrt(d), and the bound 1/(1 + T_n((d+1)/(d-1))).

    One to 7 kernel sizes d, a curve each, up to ``largest`` n / sqrt(d).

    An estimator with the orders {0..n} is a polynomial of degree n in the number of zeros. Errors are exact optima
    (:func:`theory.bounds.indicator_error`); the bound is :func:`theory.bounds.chebyshev_upper_bound`, and since
    T_n((d+1)/(d-1)) = cosh(n arcosh((d+1)/(d-1))) is about cosh(2 n / sqrt(d)), its curves for all d nearly coincide.

    >>> axes = plot_degree(kernel_sizes=[4])
    >>> solved, bound = axes.lines[:2]
    >>> solved.get_xdata().tolist(), solved.get_ydata().tolist()
    ([0.0, 0.5, 1.0, 1.5], [0.5, 0.375, 0.16666666666666666, 0.0625])
    >>> bool((solved.get_ydata() <= bound.get_ydata()).all())
    True
    """
    if not 1 <= len(kernel_sizes) <= len(CYCLE) or not 0 < largest < inf:
        raise InputError(f"this figure has 1 to {len(CYCLE)} kernel sizes and a largest n / sqrt(d) above 0")
    axes = panel(axes)
    for number, (d, color, marker) in enumerate(zip(kernel_sizes, CYCLE, _MARKERS, strict=False)):
        check_kernel_size(d)
        degrees = _degrees(min(d - 1, floor(largest * sqrt(d))))
        places = [n / sqrt(d) for n in degrees]
        solved = [float(indicator_error(d, range(n + 1))) for n in degrees]
        label, size = f"d = {d}, n up to {degrees[-1]}", 3.4 + 1.0 * (len(kernel_sizes) - number)  # points nest
        axes.plot(places, solved, marker, color=color, label=label, markerfacecolor="none", markersize=size)
        bound = [float(chebyshev_upper_bound(d, n)) for n in degrees]
        axes.plot(places, bound, color=color, linewidth=1.0)
    axes.plot([], [], color=INK, linewidth=1.0, label="Chebyshev bound")
    axes.set(yscale="log", xlabel=r"largest order, $n\,/\sqrt{d}$", ylabel="optimal error E of {0, ..., n}")
    axes.legend(loc="lower left")
    axes.set_title(_TITLE)
    return axes


def _degrees(largest: int) -> list[int]:
    """Return some integers from 0 to the largest, all where they are few."""
    steps = max(1, min(largest, _POINTS))
    return [round(largest * step / steps) for step in range(steps + 1)]
