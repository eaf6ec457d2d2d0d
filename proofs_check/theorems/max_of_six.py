r"""The maximum of six numbers with two hidden layers of ReLUs.

Setting
    Six real numbers x_0..x_5 at the corners of a hexagon, indices modulo 6, and M_ij = max(x_i, x_j).
Claim
    12 max(x_0..x_5) = 2 sum over i of M_{i,i+1} + the sum over the twelve symmetries of the hexagon of
    c relu(form) over the distinct images of six forms in the M_ij (see ``_FORMS``), on all of R^6.
    The M_ij take one hidden layer and the ReLUs of the forms a second one: 39 ReLUs there for the 54 terms, as 30 of
    these are 15 pairs relu(v), relu(-v); the pairwise maxima and what carries the linear part come on top.
Kind
    Identity.
Source
    This project, found by linear programming. The best that we know of elsewhere is five numbers in two hidden layers:
    Bakaev, Brunck, Hertrich, Stade, Yehudayoff 2025, arXiv 2505.14338.
Check
    By cells, which is a proof (:mod:`proofs_check.kits.cells`): on the cone of each order of the inputs the bends of
    the ReLUs are added up, hyperplane by hyperplane, and what is left of them, which has to be 0, is an instance. Then
    both sides are linear on each closed cone and agree there if they agree at the 0/1 vectors and along (1,..,1): an
    instance each. Nothing of :mod:`theory.networks` is used; that the network of this project has the same identity is
    a test.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import permutations, product

from proofs_check.claim import Claim, Instance, stated
from proofs_check.kits.cells import MaxIdentity, Orbits, read_rows
from proofs_check.statement import Table, draw_numbers
from theory.optimal.families import OURS

_SIZE = 6

# Each row: the coefficient c and the form, as coefficient:positions.
_FORMS = """
2  1:24 -1:35
2  -1:05 1:15 1:23 -1:45
-2  -1:05 1:12 -1:13 1:34
1  -1:05 1:12 -1:23 1:45
-1  1:05 1:12 -1:23 -1:45
-1  -1:05 1:12 1:23 -1:45
"""

_HEXAGON = tuple(tuple((turn + sign * i) % _SIZE for i in range(_SIZE)) for turn in range(_SIZE) for sign in (1, -1))
"""The twelve symmetries, as images of the corners."""

ORBITS = Orbits(read_rows(_FORMS, 0), _HEXAGON)


def identity(edge: int) -> MaxIdentity:
    """Return the identity with a coefficient of the edges M_{i,i+1}, the images of M_01: 2 is right."""
    return MaxIdentity(_SIZE * edge, [(Fraction(edge), {(0, 1): 1})], ORBITS)


def _table(change: MaxIdentity) -> Table:
    ((edge, _),) = change.rows
    return ORBITS.table(
        0,
        rf"The right side is \( {edge} \sum_i M_{{i,i+1}} \) and, for each row, \( c \) times the sum of "
        r"\( \mathrm{relu} \) of the distinct images of its form under the twelve symmetries of the hexagon, "
        rf"\( i \mapsto a \pm i \) modulo 6: {sum(ORBITS.distinct)} terms. "
        rf"They take {ORBITS.up_to_sign()} ReLUs in the second layer, "
        r"where \( v \) and \( -v \) share one by \( \mathrm{relu}(-v) = \mathrm{relu}(v) - v \); the pairwise maxima "
        r"in the first layer and what carries the linear part on come on top.",
    )


def _instances(change: MaxIdentity, _kernel_max: int) -> Iterator[Instance]:
    # All of R^6, whatever the largest kernel size asked for.
    for order in permutations(range(_SIZE)):
        yield Instance(f"bends in the order {order}", _SIZE, ORBITS.bends(order), Fraction(0))
    for x in (*product((0, 1), repeat=_SIZE), (-1,) * _SIZE):
        value, claimed = change.sides({"x": x})
        yield Instance(f"x = {x}", _SIZE, value, Fraction(claimed))


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    conclusion = (
        r"%d \max(x_0, \ldots, x_5) = %d \sum_i M_{i,i+1} + \sum_{t} c_t "
        r"\, \mathrm{relu}\Big(\sum_{i<j} k_{t,ij} M_{ij}\Big), \quad M_{ij} = \max(x_i, x_j)"
    )
    yield stated(
        ("max-of-six", conclusion % (12, 2), identity(2)),
        ("max-of-six-three-edges", conclusion % (18, 3), identity(3)),
        kind="identity",
        source=OURS,
        idea=r"On the cone of each order of the inputs the bends of the ReLUs cancel, hyperplane by hyperplane, so "
        r"both sides are linear there; and they agree at all 0/1 vectors and along \( (1, \ldots, 1) \). "
        r"\( M_{ij} \) takes one hidden layer and the ReLUs a second: six numbers in two layers.",
        quantities={"x": draw_numbers(_SIZE)},
        sides=MaxIdentity.sides,
        instances=_instances,
        topic="depth",
        scope="all of R^6, by cells",
        table=_table,
    )
