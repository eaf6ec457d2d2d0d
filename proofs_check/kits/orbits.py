r"""Sums of ReLUs of forms in pairwise maxima, and the check that they are linear, cell by cell.

A *form* is an integer combination of M_ij = max(x_i, x_j) and x_i. A row of an identity is a coefficient c and a form;
it stands for the sum of c relu(form) over the distinct images of the form under a group of permutations of positions.

On the open cone of one order of the inputs each M_ij is linear in the smallest input and in the gaps between neighbours
in the order, which are arbitrary positive numbers; so each form is linear there. A ReLU of a linear form that changes
its sign in the cone bends on a hyperplane; at a point of this hyperplane that lies on no other one, only the ReLUs of
multiples of the form bend, each by |multiple| times its coefficient. So the sum is linear on the cone if (and only if)
these bends add up to 0 for each hyperplane. Then it is linear on the closed cone, which the 0/1 vectors and
(-1,..,-1) generate. Integers throughout, with sums below 2^63, which is checked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cached_property
from math import lcm

import numpy as np
import numpy.typing as npt

from proofs_check.table import combination
from theory.errors import SolverError
from theory.rationals import to_string

Integers = npt.NDArray[np.int64]
Form = dict[tuple[int, ...], int]
"""The positions, counted from 0, of one input or of two -> coefficient."""
Row = tuple[Fraction, Form]


def read_rows(text: str, first: int) -> list[Row]:
    """Read rows, written as c, then coefficient:positions for each part, where positions are counted from ``first``.

    Examples
    --------
    >>> read_rows("143/6720  -2:12 1:13 1:3", 1)
    [(Fraction(143, 6720), {(0, 1): -2, (0, 2): 1, (2,): 1})]
    """
    found = []
    for line in text.strip().split("\n"):
        c, *entries = line.split()
        pairs = [entry.split(":") for entry in entries]
        found.append((Fraction(c), {tuple(int(i) - first for i in places): int(k) for k, places in pairs}))
    return found


class Orbits:
    """The sum of c relu(image) over all rows and the distinct images of their forms under a group.

    The group is an array of shape (order, inputs), each row the images of the positions, and the first the identity.
    """

    def __init__(self, rows: Sequence[Row], group: Iterable[Sequence[int]]) -> None:
        self.rows = rows
        self.group: Integers = np.array(list(group), dtype=np.int64)

    @cached_property
    def distinct(self) -> list[int]:
        """The number of distinct images of each form."""
        # The first permutation is the identity; each image occurs as often as the form itself.
        images = (self._images(form) for _, form in self.rows)
        return [len(self.group) // int((image == image[0]).all(axis=1).sum()) for image in images]

    def up_to_sign(self) -> int:
        """Count the distinct images of all forms, where one and its negative count once."""
        images = np.concatenate([self._images(form) for _, form in self.rows])
        return len(np.unique(images * _leading_signs(images), axis=0))

    def _images(self, form: Form) -> Integers:
        """Write all images, shape (group, inputs^2): the coefficient of M_ij, i <= j, in column i * inputs + j."""
        order, inputs = self.group.shape
        images = np.zeros((order, inputs * inputs), dtype=np.int64)
        for places, k in form.items():
            moved = self.group[:, list(places)]
            images[np.arange(order), moved.min(axis=1) * inputs + moved.max(axis=1)] += k
        return images

    def value(self, x: Sequence[int]) -> Fraction:
        """Evaluate the sum, as it stands, at small integers."""
        maxima = np.maximum.outer(np.array(x, dtype=np.int64), x)
        total = Fraction(0)
        for (c, form), distinct in zip(self.rows, self.distinct, strict=True):
            values = sum(k * maxima[self.group[:, places[0]], self.group[:, places[-1]]] for places, k in form.items())
            total += c * Fraction(distinct * int(np.maximum(values, 0).sum()), len(self.group))
        return total

    def in_gaps(self, form: Form, order: Sequence[int]) -> Integers:
        """Write all images of a form on the cone x_order[0] <= x_order[1] <= ..., shape (group, inputs).

        Column 0: the coefficient of the smallest input; column p: that of the gap before place p + 1.
        """
        places = np.argsort(np.array(order))[self.group]
        gaps = np.arange(len(order))
        found = np.zeros_like(places)
        for positions, k in form.items():
            found += k * (gaps <= places[:, list(positions)].max(axis=1, keepdims=True))
        return found

    def bends(self, order: Sequence[int]) -> Fraction:
        """Add up, in absolute value, what is left of the bends on each hyperplane that meets the cone of an order."""
        shares = [c * Fraction(d, len(self.group)) for (c, _), d in zip(self.rows, self.distinct, strict=True)]
        scale = lcm(*(share.denominator for share in shares))
        planes, weights, most = [], [], 0
        for share, (_, form) in zip(shares, self.rows, strict=True):
            weight, forms = int(share * scale), self.in_gaps(form, order)
            most += abs(weight) * int(np.abs(forms).sum())
            if most >= 2**62:
                raise SolverError("the sums of this identity do not fit into 64 bits")
            # The smallest input may be any number, so a form that depends on it changes its sign as well.
            bent = (forms[:, 0] != 0) | ((forms[:, 1:].min(axis=1) < 0) & (forms[:, 1:].max(axis=1) > 0))
            forms = forms[bent]
            divisor = np.gcd.reduce(forms, axis=1)
            planes.append(forms // divisor[:, None] * _leading_signs(forms))
            weights.append(weight * divisor)
        return Fraction(int(np.abs(_totals(np.concatenate(planes), np.concatenate(weights))).sum()), scale)

    def table_rows(self, first: int) -> tuple[tuple[str, ...], ...]:
        """Return c, the form in LaTeX, with positions from ``first`` on, and the number of its images, for each row."""
        found = []
        for (c, form), distinct in zip(self.rows, self.distinct, strict=True):
            names = ("M" if len(places) == 2 else "x" for places in form)
            at = ("".join(str(i + first) for i in places) for places in form)
            text = combination((k, f"{n}_{{{i}}}") for k, n, i in zip(form.values(), names, at, strict=True))
            found.append((to_string(c), text, f"{distinct:,}"))
        return tuple(found)


def _leading_signs(rows: Integers) -> Integers:
    """Return the sign of the first entry of each row that is not 0, as a column."""
    return np.sign(np.take_along_axis(rows, (rows != 0).argmax(axis=1)[:, None], axis=1))


def _totals(keys: Integers, weights: Integers) -> Integers:
    """Add up the weights of equal rows."""
    if not len(keys):
        return weights
    # A row as digits of one number, which sorts faster than rows do.
    base = 2 * int(np.abs(keys).max()) + 1
    if base ** keys.shape[1] >= 2**63:
        raise SolverError("the forms of this identity do not fit into 64 bits")
    numbers = keys @ base ** np.arange(keys.shape[1], dtype=np.int64)
    order = np.argsort(numbers, kind="stable")
    numbers, weights = numbers[order], weights[order]
    starts = np.flatnonzero(np.diff(numbers, prepend=numbers[0] - 1))
    return np.add.reduceat(weights, starts)
