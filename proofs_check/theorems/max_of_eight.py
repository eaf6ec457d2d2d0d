r"""The maxima of five, seven and eight numbers with two hidden layers of ReLUs.

Setting
    Real numbers x_1..x_n, n = 5, 7 or 8, and M_ij = max(x_i, x_j), M_i = x_i.
Claim
    max(x_1..x_n) = a sum over i of x_i + b sum over i < j of M_ij + the sum over the rows of a table of c times the sum
    of relu(form) over the distinct images of a form in the M_ij and x_i under all permutations of 1..n, on all of R^n.
    The M_ij take one hidden layer and the ReLUs of the forms a second one: 75, 57,890 and 236,446 ReLUs there, one for
    each image of a form, to which the pairwise maxima of the first layer and what carries the linear part come on top.
Kind
    Identity.
Source
    This project, found by linear programming (``tools/identities``, sums of three maxima on each side). The
    best that we know of elsewhere is five numbers in two hidden layers: Bakaev, Brunck, Hertrich, Stade, Yehudayoff
    2025, arXiv 2505.14338. The identities are statements about depth, no constructions for use. That of five says, as
    max(A, B) = B + relu(A - B): 30 max(x) = the sum over the 15 ways {a | bc | de} to split 1..5 of
    max(2 x_a, M_bc + M_de) + 12 times the sum over the four-subsets of their maximum - the sum over the 30 ways
    {a, {b,c}, {d,e}} with the two pairs in order of max(M_ab + M_ac, M_bc + M_de).
Check
    By cells, which is a proof (:mod:`proofs_check.kits.cells`). Both sides are symmetric, so the cone
    x_1 <= ... <= x_n of one order is enough. What is left of the bends there has to be 0: an instance. Then both sides
    agree if they do at the 0/1 vectors and at (-1,..,-1): an instance each.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from itertools import permutations

from proofs_check.claim import Claim, Instance, stated
from proofs_check.kits.cells import MaxIdentity, Orbits, read_rows
from proofs_check.statement import Table, draw_numbers
from theory.optimal.families import OURS
from theory.rationals import to_string

# Each row: the coefficient c, and a form as coefficient:positions, the positions counted from 1.
_FIVE = """
1/30  2:1 -1:23 -1:45
-1/30  1:12 1:13 -1:23 -1:45
1/15  1:12 -1:34
"""

_SEVEN = """
143/6720  -2:12 1:13 1:23
3/12320  -2:12 1:34 1:35
59/18480  -1:12 -1:13 -1:14 1:15 1:16 1:17
1/6160  -1:12 -1:13 -1:14 1:15 1:56 1:57
-1/12320  -1:12 -1:13 -1:14 1:16 1:25 1:57
29/36960  -1:12 -1:13 1:14 1:26 1:37 -1:45
1/12320  -1:12 -1:13 1:15 1:16 -1:24 1:27
-1/1155  -1:12 -1:13 1:45 1:67
-31/55440  -1:12 1:13 -1:14 1:16 1:27 -1:35
1/7392  -1:12 1:13 -1:14 1:26 1:27 -1:35
1/24640  -1:12 1:13 -1:14 1:26 -1:35 1:67
13/110880  -1:12 1:13 -1:14 1:26 -1:35 1:7
-1/24640  -1:12 1:13 -1:15 1:16 1:24 -1:34
-31/1848  -1:12 1:13 1:24 -1:34
-1/55440  -1:12 1:13 1:24 -1:34 -1:5 1:67
1/110880  -1:12 1:13 1:24 -1:35 -1:46 1:7
-1/12320  -1:12 1:13 1:25 -1:34 -1:5 1:67
1/49280  -1:12 1:13 1:26 -1:34 -1:5 1:7
-1/12320  -1:12 -1:14 1:16 1:17 1:23 -1:35
-19/73920  -1:12 1:14 1:25 -1:3
-13/55440  -1:12 1:15 1:16 1:27 -1:3 -1:4
1/24640  -1:12 1:15 1:26 -1:34 1:37 -1:5
-1/12320  -1:12 1:15 1:26 -1:34 -1:4 1:47
-23/55440  -1:12 1:15 -1:34 1:67
629/443520  -1:13 -1:14 1:15 1:23 1:24 -1:25
"""

_EIGHT = """
-1/700  2:1 -1:12 -1:13 1:23 -1:45
157/50400  -3:12 1:13 1:23 1:34
-17/20160  -3:12 1:13 2:23
1/2100  -1:12 -1:13 -1:14 1:15 1:16 1:78
-1/4200  -1:12 -1:13 -1:14 1:15 1:56 1:78
-1/8400  -1:12 -1:13 -1:14 1:16 1:57 1:58
-1/16800  -1:12 -1:13 -1:14 1:56 1:57 1:58
1/8400  -1:12 -1:13 -1:14 1:56 1:57 1:68
1/4200  -1:12 -1:13 1:14 1:25
1/8400  -1:12 -1:13 1:15 -1:24 1:26 1:78
-1/4200  -1:12 -1:13 1:16 1:17 1:28 -1:45
-1/16800  -1:12 -1:13 1:16 -1:24 1:57 1:58
1/4200  -1:12 -1:13 1:16 1:27 1:28 -1:45
-1/700  -1:12 -1:13 1:23 1:45
-1/6300  -1:12 -1:13 1:45 1:67
-1/12600  -1:12 1:13 -1:15 1:16 1:24 -1:34
1/100800  -1:12 1:13 1:24 -1:34 -1:56 1:57
-1/7200  -1:12 1:13 1:24 -1:34 -1:56 1:78
1/5040  -1:12 1:13 1:24 -1:35 -1:46 1:56
1/5040  -1:12 1:13 1:24 -1:35 -1:46 1:78
-13/100800  -1:12 1:13 2:24 -2:34
-1/8400  -1:12 -1:14 1:16 1:23 -1:35 1:78
1/16800  -1:12 -1:14 1:23 -1:35 1:67 1:68
-1/12600  -1:12 1:17 1:18 1:23 -1:34 -1:56
1/10080  -1:12 1:17 1:28 1:34 -1:35 -1:46
-1/3150  -1:12 -1:34 1:56 1:78
1/25200  1:12 -1:13 -1:14 -1:25 1:67 1:68
1/10080  -1:13 -1:14 1:16 -1:25 1:27 1:28
1/25200  -1:13 1:14 -1:15 1:23 -1:24 1:26
-1/5040  -1:14 -1:15 1:16 -1:23 1:27 1:38
"""

_TWO_LAYERS = "Bakaev, Brunck, Hertrich, Stade, Yehudayoff 2025, arXiv 2505.14338"
"""Who knew that two hidden layers suffice for five numbers."""

_ROWS = {5: _FIVE, 7: _SEVEN, 8: _EIGHT}
_LINEAR = {
    5: (Fraction(0), Fraction(1, 10)),
    7: (Fraction(-181, 1232), Fraction(17, 176)),
    8: (Fraction(0), Fraction(1, 28)),
}
"""The coefficients a of each x_i and b of each M_ij."""


@cache
def orbits(size: int) -> Orbits:
    """Return the ReLUs of the identity, under all permutations."""
    return Orbits(read_rows(_ROWS[size], 1), permutations(range(size)))


def identity(size: int, factor: int) -> MaxIdentity:
    """Return the identity for so many numbers, with a multiple of their maximum: 1 is right."""
    single, pair = _LINEAR[size]
    return MaxIdentity(factor, [(single, {(0,): 1}), (pair, {(0, 1): 1})], orbits(size))


def _table(change: MaxIdentity) -> Table:
    size = change.relus.group.shape[1]
    single, pair = map(to_string, _LINEAR[size])
    return change.relus.table(
        1,
        rf"The right side is \( a \sum_i x_i + b \sum_{{i<j}} M_{{ij}} \) with \( a = {single} \), "
        rf"\( b = {pair} \) and, for each row, \( c \) times the sum of "
        r"\( \mathrm{relu} \) of the distinct images of its form under all permutations of "
        rf"\( 1, \ldots, {size} \). These are {sum(change.relus.distinct):,} ReLUs in the second layer, one for each "
        r"image; the pairwise maxima in the first layer and what carries the linear part on come on top.",
    )


def _instances(change: MaxIdentity, _kernel_max: int) -> Iterator[Instance]:
    # All of R^size, whatever the largest kernel size asked for.
    size = change.relus.group.shape[1]
    yield Instance(f"n = {size}, bends", size, change.relus.bends(range(size)), Fraction(0))
    places = {
        f"{ones} of {size} inputs 1, the others 0": (0,) * (size - ones) + (1,) * ones for ones in range(size + 1)
    }
    for where, x in {**places, f"all {size} inputs -1": (-1,) * size}.items():
        value, claimed = change.sides({"x": x})
        yield Instance(where, size, value, Fraction(claimed))


def claims() -> Iterator[Claim]:
    """Yield the claims."""
    for name, size in (("max-of-five", 5), ("max-of-seven", 7), ("max-of-eight", 8)):
        conclusion = (
            rf" \max(x_1, \ldots, x_{size}) = a \sum_i x_i + b \sum_{{i<j}} M_{{ij}} + \sum_t c_t \, "
            r"\mathrm{relu}\Big(\sum_{i \le j} k_{t,ij} M_{ij}\Big), \quad M_{ij} = \max(x_i, x_j)"
        )
        yield stated(
            (name, conclusion, identity(size, 1)),
            (f"{name}-twice", f"2{conclusion}", identity(size, 2)),
            kind="identity",
            source=f"{OURS}; two layers: {_TWO_LAYERS}" if size == 5 else OURS,
            idea=r"On the cone of one order, which is enough by symmetry, the bends of the ReLUs cancel, hyperplane "
            r"by hyperplane, and both sides agree at all 0/1 vectors and at \( (-1, \ldots, -1) \). So "
            f"{size} numbers take two hidden layers.",
            quantities={"x": draw_numbers(size)},
            sides=MaxIdentity.sides,
            instances=_instances,
            topic="depth",
            scope=f"all of R^{size}, by cells",
            table=_table,
        )
