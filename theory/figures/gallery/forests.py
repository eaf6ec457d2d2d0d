"""The signed in-forests of the theorem on two hidden layers, for few inputs: all kinds, with their coefficients."""

from __future__ import annotations

from theory.errors import InputError
from theory.figures.registry import figure
from theory.networks.two_layers import Arc, ForestTerm, two_layer_terms
from theory.plotting import BLUE, FAINT, INK, MUTED, ORANGE, Axes, panel
from theory.rationals import to_string

_MOST = 5
_COLUMNS = 4
_WIDTH, _HEIGHT = 4.4, 2.5


@figure("the forms of the maximum in two hidden layers", kernel_size=3)
def plot_forests(axes: Axes | None = None, *, kernel_size: int = 4) -> Axes:
    """Draw the forms g whose absolute values add up to x_q - min(x), one of each kind.

    ``kernel_size`` n: 2..5, by :mod:`theory.networks.two_layers`. An arc from v to u is the unit relu(x_u - x_v); below
    each form stand its coefficient and the number of its images under the permutations of all inputs but q, of g and
    -g one.

    >>> axes = plot_forests(kernel_size=3)
    >>> [text.get_text() for text in axes.texts if "|g|" in text.get_text()]
    ['1/2 |g|', '1/2 |g|']
    """
    if kernel_size > _MOST:
        raise InputError(f"forests are drawn for up to {_MOST} inputs, not {kernel_size}")
    terms = two_layer_terms(kernel_size)
    rows = -(-len(terms) // _COLUMNS)
    axes = panel(axes, (6.4, 0.5 + 0.98 * rows))
    for k, term in enumerate(terms):
        _draw(axes, term, kernel_size, (k % _COLUMNS) * _WIDTH, -(k // _COLUMNS) * _HEIGHT)
    for sign, color, style, y in (("+", BLUE, "-", 1.9), ("\N{MINUS SIGN}", ORANGE, (0, (3, 1.5)), 1.9)):
        x = 0.0 if sign == "+" else 2.3 * _WIDTH
        axes.plot([x, x + 0.8], [y, y], color=color, linestyle=style)
        axes.text(x + 1.0, y, f"{sign} relu(head {'−'} tail)", va="center", color=MUTED)
    axes.set(xlim=(-0.6, _COLUMNS * _WIDTH - 0.4), ylim=(-rows * _HEIGHT + 1.7, 2.3), aspect="equal")
    axes.axis("off")
    values = sum(term.images for term in terms)
    axes.set_title(f"{kernel_size} inputs take {values} absolute values of {len(terms)} kinds; q is the large dot")
    return axes


def _draw(axes: Axes, term: ForestTerm, kernel_size: int, left: float, bottom: float) -> None:
    places = _places(term.arcs, kernel_size)
    for v, (x, y) in places.items():
        q = v == kernel_size - 1
        used = q or any(v in arc[:2] for arc in term.arcs)
        axes.plot(left + x, bottom + y, "o", color=INK if q else MUTED if used else FAINT, markersize=5 if q else 3.5)
    for v, u, sign in term.arcs:
        (x, y), (a, b) = places[v], places[u]
        axes.annotate(
            "",
            (left + a, bottom + b),
            (left + x, bottom + y),
            arrowprops={
                "arrowstyle": "-|>",
                "color": BLUE if sign > 0 else ORANGE,
                "linestyle": "-" if sign > 0 else (0, (3, 1.5)),
                "lw": 1.2,
                "shrinkA": 3,
                "shrinkB": 3,
                "mutation_scale": 7,
            },
        )
    axes.text(left, bottom - 0.25, f"{to_string(term.coefficient)} |g|", va="center")
    axes.text(
        left + 3.3, bottom - 0.25, f"{term.images} image{'s' * (term.images > 1)}", va="center", ha="right", color=MUTED
    )


def _places(arcs: tuple[Arc, ...], kernel_size: int) -> dict[int, tuple[float, float]]:
    """Put each root at the right, what points to it one step left of it, and leaves below each other."""
    onto = {v: u for v, u, _ in arcs}
    roots = [v for v in reversed(range(kernel_size)) if v not in onto]
    roots.sort(key=lambda v: (v != kernel_size - 1, v not in onto.values()))
    places: dict[int, tuple[float, float]] = {}
    height = 1.2
    for root in roots:
        height = _hang(root, onto, places, 3.2, height)
    return places


def _hang(root: int, onto: dict[int, int], places: dict[int, tuple[float, float]], x: float, height: float) -> float:
    below = [v for v, u in onto.items() if u == root]
    top = height
    for v in below:
        height = _hang(v, onto, places, x - 1.1, height)
    last = top - 0.45 if not below else height
    places[root] = (x, (top + last + 0.45) / 2 if below else top)
    return last
