r"""The maximum of six numbers with two hidden layers of ReLUs.

Setting
    Six real numbers x_0..x_5 at the corners of a hexagon, indices modulo 6, and M_ij = max(x_i, x_j).
Claim
    12 max(x_0..x_5) = 2 sum over i of M_{i,i+1} + the sum over the twelve symmetries of the hexagon of
    c relu(form) over the distinct images of six forms in the M_ij (see ``FORMS``), on all of R^6.
    The M_ij take one hidden layer and the ReLUs of the forms a second one: 39 ReLUs there for the 54 terms, as 30 of
    these are 15 pairs relu(v), relu(-v); the pairwise maxima and what carries the linear part come on top.
Kind
    Identity.
Source
    This project, found by linear programming. The best that we know of elsewhere is five numbers in two hidden layers:
    Bakaev, Brunck, Hertrich, Stade, Yehudayoff 2025, arXiv 2505.14338.
Check
    By cells, which is a proof. On the open cone of one order of the inputs each M_ij is linear in the smallest input
    and in the five gaps between neighbours in the order, which are arbitrary positive numbers; so each form is linear
    there. A ReLU of a linear form that changes its sign in the cone bends on a hyperplane; at a point of this
    hyperplane that lies on no other one, only the ReLUs of multiples of the form bend, each by |multiple| times its
    coefficient. So the right side is linear on the cone if (and only if) these bends add up to 0 for each hyperplane:
    an instance each. Then both sides are linear on each closed cone, and agree there if they agree at the 0/1 vectors
    and along (1,..,1), where all forms vanish: an instance each.
    Nothing of :mod:`theory.networks` is used; that the network of this project has the same identity is a test.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from itertools import permutations, product
from math import gcd

from proofs_check.claim import Claim, Instance
from proofs_check.statement import Case, Table, Value, combination, draw_numbers
from theory.optimal.families import OURS

SIZE = 6
Form = tuple[tuple[tuple[int, int], int], ...]
"""A combination of pair maxima: ((i, j), coefficient), with i < j and increasing."""

FORMS: tuple[tuple[int, tuple[tuple[int, int, int], ...]], ...] = (
    (2, ((2, 4, 1), (3, 5, -1))),
    (2, ((0, 5, -1), (1, 5, 1), (2, 3, 1), (4, 5, -1))),
    (-2, ((0, 5, -1), (1, 2, 1), (1, 3, -1), (3, 4, 1))),
    (1, ((0, 5, -1), (1, 2, 1), (2, 3, -1), (4, 5, 1))),
    (-1, ((0, 5, 1), (1, 2, 1), (2, 3, -1), (4, 5, -1))),
    (-1, ((0, 5, -1), (1, 2, 1), (2, 3, 1), (4, 5, -1))),
)
"""The coefficient c and the form, as (i, j, coefficient of M_ij), of each orbit."""


def symmetries() -> Iterator[tuple[int, ...]]:
    """Yield the twelve symmetries of the hexagon, as images of the corners.

    Examples
    --------
    >>> len(set(symmetries()))
    12
    """
    for turn, sign in product(range(SIZE), (1, -1)):
        yield tuple((turn + sign * i) % SIZE for i in range(SIZE))


def right_side(edge: int) -> tuple[Form, list[tuple[int, Form]]]:
    """Return the sum of pair maxima, each with coefficient ``edge``, and the terms c relu(form).

    Examples
    --------
    >>> linear, terms = right_side(2)
    >>> len(linear), len(terms)
    (6, 54)
    """
    linear = _form([(i, (i + 1) % SIZE, edge) for i in range(SIZE)])
    terms = []
    for c, form in FORMS:
        terms += [(c, image) for image in sorted(_images(_form(list(form))))]
    return linear, terms


def _images(form: Form) -> set[Form]:
    return {_form([(image[i], image[j], k) for (i, j), k in form]) for image in symmetries()}


def _form(entries: list[tuple[int, int, int]]) -> Form:
    return tuple(sorted(((min(i, j), max(i, j)), k) for i, j, k in entries))


def evaluate(form: Form, x: tuple[int, ...]) -> int:
    """Evaluate a combination of pair maxima."""
    return sum(k * max(x[i], x[j]) for (i, j), k in form)


def in_gaps(form: Form, order: tuple[int, ...]) -> tuple[int, ...]:
    """Write a form on the cone x_order[0] <= x_order[1] <= ... in the smallest input and the five gaps.

    The place of the larger of two inputs is p: M_ij is the smallest input plus the gaps 1..p.
    """
    place = {i: p for p, i in enumerate(order)}
    coefficients = [0] * SIZE
    for (i, j), k in form:
        for gap in range(max(place[i], place[j]) + 1):
            coefficients[gap] += k
    return tuple(coefficients)


def bends(terms: list[tuple[int, Form]], order: tuple[int, ...]) -> dict[tuple[int, ...], int]:
    """Add up the bends of the terms on each hyperplane that meets the open cone of an order.

    Returns
    -------
    dict
        For each hyperplane, as a primitive form in the gaps with a positive first coefficient, the total bend.
    """
    total: dict[tuple[int, ...], int] = {}
    for c, form in terms:
        smallest, *gaps = in_gaps(form, order)
        # The smallest input may be any number, so a form that depends on it changes its sign as well.
        if smallest or min(gaps) < 0 < max(gaps):
            scale = gcd(smallest, *gaps)
            first = next(g for g in (smallest, *gaps) if g)
            sign = 1 if first > 0 else -1
            plane = tuple(sign * g // scale for g in (smallest, *gaps))
            total[plane] = total.get(plane, 0) + c * scale
    return total


def table(edge: int) -> Table:
    """Tabulate the coefficients and forms, in the order of ``FORMS``."""
    _, terms = right_side(edge)
    units = {max(form, tuple((pair, -k) for pair, k in form)) for _, form in terms}
    rows = []
    for c, entries in FORMS:
        form = _form(list(entries))
        text = combination((k, f"M_{{{i}{j}}}") for (i, j), k in form)
        rows.append((str(c), text, str(len(_images(form)))))
    return Table(
        title=f"The coefficients and forms: {len(rows)} rows",
        text=rf"The right side is \( {edge} \sum_i M_{{i,i+1}} \) and, for each row, \( c \) times the sum of "
        r"\( \mathrm{relu} \) of the distinct images of its form under the twelve symmetries of the hexagon, "
        rf"\( i \mapsto a \pm i \) modulo 6: {len(terms)} terms. They take {len(units)} ReLUs in the second layer, "
        r"where \( v \) and \( -v \) share one by \( \mathrm{relu}(-v) = \mathrm{relu}(v) - v \); the pairwise maxima "
        r"in the first layer and what carries the linear part on come on top.",
        head=(r"\( c \)", "form", "images"),
        rows=tuple(rows),
    )


def _instances(edge: int, _kernel_max: int) -> Iterator[Instance]:
    # All of R^6, whatever the largest kernel size asked for.
    _, terms = right_side(edge)
    for order in permutations(range(SIZE)):
        remaining = sum(abs(bend) for bend in bends(terms, order).values())
        yield Instance(f"bends in the order {order}", SIZE, Fraction(remaining), Fraction(0))
    for x in (*product((0, 1), repeat=SIZE), (-1,) * SIZE):
        (value,) = _evaluate(edge, {"x": x})
        yield Instance(f"x = {x}", SIZE, value.computed, value.claimed)


def _evaluate(edge: int, case: Case) -> Iterator[Value]:
    x = case["x"]
    linear, terms = right_side(edge)
    value = evaluate(linear, x) + sum(c * max(0, evaluate(form, x)) for c, form in terms)
    yield Value("", Fraction(value), Fraction(SIZE * edge * max(x)))


def _claim(name: str, edge: int, neighbours: tuple[Claim, ...] = ()) -> Claim:
    return Claim(
        name=name,
        conclusion=rf"{SIZE * edge} \max(x_0, \ldots, x_5) = {edge} \sum_i M_{{i,i+1}} + \sum_{{t}} c_t "
        r"\, \mathrm{relu}\Big(\sum_{i<j} k_{t,ij} M_{ij}\Big), \quad M_{ij} = \max(x_i, x_j)",
        kind="identity",
        source=OURS,
        idea=r"On the cone of each order of the inputs the bends of the ReLUs cancel, hyperplane by hyperplane, so "
        r"both sides are linear there; and they agree at all 0/1 vectors and along \( (1, \ldots, 1) \). "
        r"\( M_{ij} \) takes one hidden layer and the ReLUs a second: six numbers in two layers.",
        quantities={"x": draw_numbers(SIZE)},
        evaluate=partial(_evaluate, edge),
        instances=partial(_instances, edge),
        topic="depth",
        scope="all of R^6, by cells",
        neighbours=neighbours,
        table=partial(table, edge),
    )


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    yield _claim("max-of-six", 2, (_claim("max-of-six-three-edges", 3),))
