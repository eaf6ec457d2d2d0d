"""The approximate degree of symmetric Boolean functions: how few orders 0, 1, ..., m come within 1/3."""

from __future__ import annotations

from theory.figures.registry import figure
from theory.optimal.degree import approximate_degree
from theory.plotting import BLUE, GREEN, INK, MUTED, ORANGE, PINK, Axes, panel
from theory.subpools import check_count

_FIRST = 3
_TARGETS = (
    ("max", "OR, AND", "o-", BLUE),
    ("exactly:k=1", "just one", "^-", GREEN),
    ("majority", "majority", "s-", ORANGE),
    ("parity", "parity", "D-", PINK),
)


@figure("approximate degree of OR, majority, parity and just one, against its order", doublings=6)
def plot_approximate_degrees(axes: Axes | None = None, *, doublings: int = 8) -> Axes:
    """Draw the least degree of polynomials that come within 1/3 of a function of n inputs at all 0/1 vectors.

    Exact, for n = 8, 16, ..., 2^``doublings``, 4..9 of them. Dotted are the orders of growth: sqrt(n) (Nisan, Szegedy
    1994), and n (Paturi 1992).

    >>> axes = plot_approximate_degrees(doublings=5)
    >>> [[int(m) for m in line.get_ydata()] for line in axes.lines[:4]]
    [[2, 3, 4], [4, 6, 9], [3, 5, 9], [8, 16, 32]]
    """
    check_count("the doublings of this figure", doublings, _FIRST + 1, 9)
    axes = panel(axes)
    sizes = [2**k for k in range(_FIRST, doublings + 1)]
    for target, name, style, color in _TARGETS:
        degrees = [approximate_degree(n, target).degree for n in sizes]
        axes.plot(sizes, degrees, style, color=color, label=name)
    for power, name in ((0.5, "√n"), (1.0, "n")):
        axes.plot(sizes, [n**power for n in sizes], ":", color=MUTED)
        axes.annotate(name, (sizes[-1], sizes[-1] ** power), xytext=(5, -3), textcoords="offset points", color=INK)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log", base=2)
    axes.set(xlabel="inputs n", ylabel="degree within 1/3")
    axes.legend(loc="upper left")
    axes.set_title("OR takes a degree of the order √n,\nmajority and parity one of the order n")
    return axes
