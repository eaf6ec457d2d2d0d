r"""The maxima of seven and of eight numbers with two hidden layers of ReLUs.

Setting
    Real numbers x_1..x_n, n = 7 or 8, and M_ij = max(x_i, x_j), M_i = x_i.
Claim
    max(x_1..x_n) = a sum over i of x_i + b sum over i < j of M_ij + the sum over the rows of a table of c times the sum
    of relu(form) over the distinct images of a form in the M_ij and x_i under all permutations of 1..n, on all of R^n.
    The M_ij take one hidden layer and the ReLUs of the forms a second one: 57,890 and 236,446 ReLUs there, one for each
    image of a form, to which the pairwise maxima of the first layer and what carries the linear part come on top.
Kind
    Identity.
Source
    This project, found by linear programming (``tools/identities``, sums of three maxima on each side). The
    best that we know of elsewhere is five numbers in two hidden layers: Bakaev, Brunck, Hertrich, Stade, Yehudayoff
    2025, arXiv 2505.14338. The identities are statements about depth, no constructions for use.
Check
    By cells, which is a proof, as for six numbers (:mod:`proofs_check.theorems.max_of_six`). Both sides are symmetric,
    so the cone x_1 <= ... <= x_n of one order is enough. There each form is linear in the smallest input and the n - 1
    gaps. For each hyperplane on which a form changes its sign inside the open cone, the bends of all multiples of the
    form are added up: an instance for the sum of what remains of them, which has to be 0. Then both sides are linear on
    the closed cone and agree if they do at the 0/1 vectors and at (-1,..,-1): an instance each. Integers throughout,
    with sums below 2^63, which is checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache, partial
from itertools import pairwise, permutations
from math import factorial, lcm

import numpy as np

from proofs_check.claim import Claim, Instance
from proofs_check.kits.cells import Integers, bends
from proofs_check.statement import Case, Table, Value, combination, draw_numbers
from theory.errors import SolverError
from theory.optimal.families import OURS
from theory.rationals import to_string

Form = dict[tuple[int, ...], int]
"""A combination of the M_ij and x_i: positions, counted from 0, -> coefficient."""

# Each row: the coefficient c, and a form as coefficient:positions, the positions counted from 1.
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

LINEAR = {7: (Fraction(-181, 1232), Fraction(17, 176)), 8: (Fraction(0), Fraction(1, 28))}
"""The coefficients a of each x_i and b of each M_ij."""


def rows(size: int) -> list[tuple[Fraction, Form]]:
    """Return the coefficient and the form of each row.

    Examples
    --------
    >>> rows(7)[0]
    (Fraction(143, 6720), {(0, 1): -2, (0, 2): 1, (1, 2): 1})
    """
    found = []
    for line in (_SEVEN if size == 7 else _EIGHT).split("\n")[1:-1]:
        c, *entries = line.split()
        pairs = [entry.split(":") for entry in entries]
        found.append((Fraction(c), {tuple(int(i) - 1 for i in places): int(k) for k, places in pairs}))
    return found


def table(size: int) -> Table:
    """Tabulate the coefficients and forms, in the order of the rows."""
    found = []
    total = 0
    for c, form in rows(size):
        distinct = factorial(size) // images(form, size)[1]
        total += distinct
        symbols = (("M" if len(places) == 2 else "x", "".join(str(i + 1) for i in places)) for places in form)
        text = combination((k, f"{name}_{{{at}}}") for k, (name, at) in zip(form.values(), symbols, strict=True))
        found.append((to_string(c), text, f"{distinct:,}"))
    single, pair = map(to_string, LINEAR[size])
    return Table(
        title=f"The coefficients and forms: {len(found)} rows",
        text=rf"The right side is \( a \sum_i x_i + b \sum_{{i<j}} M_{{ij}} \) with \( a = {single} \), "
        rf"\( b = {pair} \) and, for each row, \( c \) times the sum of "
        r"\( \mathrm{relu} \) of the distinct images of its form under all permutations of "
        rf"\( 1, \ldots, {size} \). These are {total:,} ReLUs in the second layer, one for each image; the pairwise "
        r"maxima in the first layer and what carries the linear part on come on top.",
        head=(r"\( c \)", "form", "images"),
        rows=tuple(found),
    )


def images(form: Form, size: int) -> tuple[Integers, int]:
    """Write all images of a form under the permutations on the cone x_1 <= x_2 <= ....

    Returns
    -------
    array, shape (size!, size)
        Column 0: the coefficient of the smallest input; column p: that of the gap before place p + 1.
    int
        Number of permutations that leave the form as it is: how often each distinct image occurs.
    """
    orders = np.array(list(permutations(range(size))), dtype=np.int64)
    in_gaps = np.zeros_like(orders)
    gaps = np.arange(size)
    unchanged = np.zeros((len(orders), size, size), dtype=np.int64)
    for places, k in form.items():
        moved = orders[:, list(places)]
        in_gaps += k * (gaps <= moved.max(axis=1, keepdims=True))
        unchanged[np.arange(len(orders)), moved.min(axis=1), moved.max(axis=1)] += k
    # The identity is the first of the permutations.
    return in_gaps, int((unchanged == unchanged[0]).all(axis=(1, 2)).sum())


def _bends_and_values(size: int) -> tuple[int, list[int], int]:
    """Add up what is left of the bends, and the values at the sorted 0/1 vectors and at (-1,..,-1), all times a scale.

    Returns
    -------
    left : int
        Sum of the absolute total bends, 0 if they cancel.
    values : list of int
        At the vectors with 0, 1, ..., size ones, and at (-1,..,-1), of the ReLU terms alone.
    scale : int
    """
    table = [(c, *images(form, size)) for c, form in rows(size)]
    scale = lcm(*((c / copies).denominator for c, _, copies in table))
    forms, weights = [], []
    values = [0] * (size + 2)
    for c, in_gaps, copies in table:
        weight = int(c / copies * scale)
        forms.append(in_gaps)
        weights.append(np.full(len(in_gaps), weight))
        if abs(weight) * int(np.abs(in_gaps).sum()) >= 2**60:
            raise SolverError("the sums of this identity do not fit into 64 bits")
        for ones in range(size + 1):
            # With that many ones the smallest input is 1 if all are, else the gap before the first one is 1.
            at_vertex = in_gaps[:, size - ones] if ones else np.zeros(1, dtype=np.int64)
            values[ones] += weight * int(np.maximum(at_vertex, 0).sum())
        values[-1] += weight * int(np.maximum(-in_gaps[:, 0], 0).sum())
    # The smallest input may be any number.
    left = bends(np.concatenate(forms), np.concatenate(weights), free=1)
    return int(np.abs(left).sum()), values, scale


def _instances(size: int, factor: Fraction, _kernel_max: int) -> Iterator[Instance]:
    # All of R^size, whatever the largest kernel size asked for.
    left, values, scale = _bends_and_values(size)
    yield Instance(f"n = {size}, bends", size, Fraction(left, scale), Fraction(0))
    single, pair = LINEAR[size]
    for ones, value in enumerate(values[:-1]):
        pairs = size * (size - 1) // 2 - (size - ones) * (size - ones - 1) // 2
        total = ones * single + pairs * pair + Fraction(value, scale)
        yield Instance(f"{ones} of {size} inputs 1, the others 0", size, total, factor * min(ones, 1))
    total = -(size * single + size * (size - 1) // 2 * pair) + Fraction(values[-1], scale)
    yield Instance(f"all {size} inputs -1", size, total, -factor)


@lru_cache(maxsize=1)
def _images_of_rows(size: int) -> list[tuple[Fraction, Integers]]:
    """Return the images of each row's form, each with the coefficient of one image."""
    found = []
    for c, form in rows(size):
        in_gaps, copies = images(form, size)
        found.append((c / copies, in_gaps))
    return found


def _evaluate(size: int, factor: Fraction, case: Case) -> Iterator[Value]:
    """Evaluate both sides at integers, each as it stands: both are symmetric."""
    x = sorted(case["x"])
    gaps: Integers = np.array([x[0], *(b - a for a, b in pairwise(x))], dtype=np.int64)
    single, pair = LINEAR[size]
    total = single * sum(x) + pair * sum(place * value for place, value in enumerate(x))
    for c, in_gaps in _images_of_rows(size):
        total += c * int(np.maximum(in_gaps @ gaps, 0).sum())
    yield Value("", total, factor * x[-1])


def _claim(name: str, size: int, factor: Fraction, neighbours: tuple[Claim, ...] = ()) -> Claim:
    left = "" if factor == 1 else str(factor)
    return Claim(
        name=name,
        conclusion=rf"{left} \max(x_1, \ldots, x_{size}) = a \sum_i x_i + b \sum_{{i<j}} M_{{ij}} + \sum_t c_t \, "
        r"\mathrm{relu}\Big(\sum_{i \le j} k_{t,ij} M_{ij}\Big), \quad M_{ij} = \max(x_i, x_j)",
        kind="identity",
        source=OURS,
        idea=r"On the cone of one order, which is enough by symmetry, the bends of the ReLUs cancel, hyperplane by "
        rf"hyperplane, and both sides agree at all 0/1 vectors and at \( (-1, \ldots, -1) \). So {size} numbers take "
        r"two hidden layers.",
        quantities={"x": draw_numbers(size)},
        evaluate=partial(_evaluate, size, factor),
        instances=partial(_instances, size, factor),
        topic="depth",
        scope=f"all of R^{size}, by cells",
        neighbours=neighbours,
        table=partial(table, size),
    )


def claims() -> Iterator[Claim]:
    """Yield the claims."""
    for name, size in (("seven", 7), ("eight", 8)):
        false = _claim(f"max-of-{name}-twice", size, Fraction(2))
        yield _claim(f"max-of-{name}", size, Fraction(1), (false,))
