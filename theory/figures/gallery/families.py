"""Error against kernel size for families of orders: solved at each size, and as closed forms."""

from __future__ import annotations

from typing import NamedTuple

from theory.bounds import indicator_error
from theory.figures.registry import figure
from theory.optimal.families import ClosedForm, closed_forms
from theory.plotting import CYCLE, Axes, panel
from theory.subpools import check_count


class _Shown(NamedTuple):
    name: str
    parameters: dict[str, int]
    formula: str


_SHOWN = (
    _Shown("mean", {}, r"$\{0,1\}$:  $(d-1)/(2d)$"),
    _Shown("quadratic", {}, r"$\{0,1,2\}$:  $t/(2(t+d))$, $t=\lfloor\frac{d-1}{2}\rfloor\lfloor\frac{d}{2}\rfloor$"),
    _Shown("mean-and-last", {}, r"$\{0,1,d{-}1\}$:  $1/(2(d+1))$"),
    _Shown("mean-and-last-two", {}, r"$\{0,1,d{-}2,d{-}1\}$:  $1/d^2$"),
    _Shown("top", {"j": 4}, r"$\{0,d{-}4,\ldots,d{-}1\}$:  $1/(2\sum_{k\leq 4}\binom{d-1}{k})$"),
    _Shown("full-but-last", {}, r"$\{0,\ldots,d{-}2\}$:  $1/\binom{d}{\lfloor d/2\rfloor}$"),
    _Shown("full", {}, r"$\{0,\ldots,d{-}1\}$:  $2^{-d}$"),
)
_MARKERS = ("o", "s", "^", "v", "D", "P", "X")


@figure("error against kernel size for families of orders, solved and by closed form", largest=6)
def plot_families(axes: Axes | None = None, *, largest: int = 32) -> Axes:
    """Draw the optimal error of families of orders against the kernel size d, up to ``largest`` >= 5.

    The points are exact optima (:func:`theory.bounds.indicator_error`, which knows no formula), the lines the closed
    forms of :data:`theory.closed_forms`, each evaluated at all integers. In {0, 1, 2}, t = floor((d-1)/2) floor(d/2).

    >>> axes = plot_families(largest=5)
    >>> points = axes.lines[-2]  # of {0..d-1}
    >>> points.get_ydata().tolist()
    [0.0625, 0.03125]
    """
    check_count("the largest kernel size of this figure", largest, 5)
    axes = panel(axes, (5.4, 4.0))
    for shown, color, marker in zip(_SHOWN, CYCLE, _MARKERS, strict=True):
        family = closed_forms[shown.name].at(**shown.parameters)
        kernels = range(max(4, family.valid_from), largest + 1)
        axes.plot(
            *_solved(family, kernels), marker, color=color, markersize=3.2, markerfacecolor="white", markeredgewidth=0.8
        )
        axes.plot(kernels, [float(family.error(d)) for d in kernels], color=color, linewidth=1.0, label=shown.formula)
    axes.set(yscale="log", xlabel="kernel size d", ylabel="optimal error E")
    axes.legend(loc="lower left", fontsize=8, labelspacing=0.35)
    axes.set_title("Solved errors (points) lie on the closed forms (lines)")
    return axes


def _solved(family: ClosedForm, kernels: range) -> tuple[list[int], list[float]]:
    return list(kernels), [float(indicator_error(d, family.orders(d))) for d in kernels]
