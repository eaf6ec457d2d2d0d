"""Where ReLUs of sort-linear functions bend inside the cones of equal order, and when their bends cancel.

Let p_u be sort-linear plus a constant (:mod:`theory.networks.exactness.sort_linear`), and f = sum_u b_u relu(p_u). Let
C be the open cone of one order of the atoms. There each p_u is an affine function l_u of the atoms' maxima y.

*One cone.* A unit bends in C if l_u takes both signs in C. Units bend on the same hyperplane iff their l_u are
proportional, l_u = c_u l with l primitive. Then relu(l_u) = c_u relu(l) for c_u > 0, and |c_u| (relu(l) - l) for
c_u < 0. So on C, f is affine plus the sum over the hyperplanes l of B(l) relu(l), where B(l) = sum of b_u |c_u| over
the units that bend on l. It is affine iff every B(l) = 0: if not, C contains a point of {l = 0} that is on none of the
other, finitely many, hyperplanes; around it f is affine plus B(l) relu(l), which is not affine. By continuity, an f
that is affine on all open cones is sort-linear plus a constant.

*All cones.* The bend of one unit depends on the order of its own atoms alone, those in its support. With n atoms in all
and small supports the n! orders need not be enumerated. Let T(order) be the formal sum of B(l) l: a sum of functions
T_S of the order of a support S. Give each atom j an anchor, lower than everything else and increasing with j, and let
P_j put atom j at its anchor. The P_j commute, and T = sum over sets W of atoms of T_W with

    T_W = (product of 1 - P_j, j in W) (product of P_j, j not in W) T,

which depends on the order of W alone, and to which only supports S that contain W contribute. So T vanishes on all
orders iff every T_W does, W within a support.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import permutations
from math import factorial
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from theory.errors import ProblemTooLargeError
from theory.networks.exactness.sort_linear import CONSTANT, Form, atoms, vertex_values
from theory.networks.network import Domain

_MAX_SUPPORT = 7
"""Largest number of atoms in the support of a unit whose bends are tracked: 7! = 5,040 orders."""

_Functional: TypeAlias = tuple[int, ...]
"""A primitive affine function: the constant, then a coefficient for each atom of a support."""

_Bends: TypeAlias = list[tuple[int, _Functional, int]]
"""Of one unit: the orders (by index) in which it bends, the hyperplane, and the factor |c|."""

_Word: TypeAlias = tuple[int, ...]
"""Some atoms, the lowest first."""

_Hyperplane: TypeAlias = tuple[int, tuple[tuple[int, int], ...]]
"""A primitive affine function: the constant, then the atoms with a coefficient other than 0."""


@dataclass(frozen=True)
class Bend:
    """A hyperplane inside an open cone on which a sum of ReLUs bends.

    The atoms of ``order`` are bit masks, the one with the lowest maximum first: the cone. The hyperplane is
    constant + sum of coefficient * (maximum over the atom) = 0.
    """

    order: tuple[int, ...]
    constant: int
    coefficients: dict[int, int]


class BendAlgebra:
    """Bends of ReLUs in one domain, remembered from one sum to the next.

    relu(x_0) - relu(-x_1) does not bend inside the cones of nonnegative inputs, but does where signs are free. The bend
    of relu(x_0 + x_1) cancels that of relu(-x_0 - x_1) with the opposite coefficient.

    >>> terms = [(1, {0b01: 1}), (-1, {0b10: -1})]
    >>> BendAlgebra("nonnegative").leftover(terms)
    >>> BendAlgebra("real").leftover(terms)
    Bend(order=(1, 2), constant=0, coefficients={1: 1})
    >>> BendAlgebra("real").leftover([(1, {0b01: 1, 0b10: 1}), (-1, {0b01: -1, 0b10: -1})])
    """

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._known: dict[tuple[tuple[tuple[int, int], ...], tuple[int, ...]], _Bends] = {}

    def leftover(self, terms: Iterable[tuple[int, Form]]) -> Bend | None:
        """Find a bend of a sum of ReLUs inside an open cone of equal order, if there is one.

        For the sum of b_u relu(p_u), given as pairs of b_u and p_u. None if and only if it is sort-linear plus a
        constant. ProblemTooLargeError if the support of a unit has more than 7 atoms.
        """
        terms = list(terms)
        blocks = atoms(mask for _, pre in terms for mask in pre)
        remaining = {
            support: {cell: bend for cell, bend in cells.items() if bend}
            for support, cells in self._by_support(terms, blocks).items()
        }
        totals = _anchored(remaining)
        if not totals:
            return None
        # Of the shortest words, so that T_W is the value of T in the cone: all its other parts there are shorter.
        word, (constant, coefficients) = min(totals, key=lambda key: (len(key[0]), key))
        below = tuple(block for block in blocks if block not in word)
        return Bend(below + word, constant, dict(coefficients))

    def _by_support(
        self, terms: list[tuple[int, Form]], blocks: tuple[int, ...]
    ) -> dict[tuple[int, ...], dict[tuple[int, _Functional], int]]:
        """Add up the bends of units with equal supports, by order of the support and by hyperplane."""
        sums: dict[tuple[int, ...], dict[tuple[int, _Functional], int]] = {}
        for b, pre in terms:
            inputs = 0
            for mask in pre:
                inputs |= mask
            support = tuple(block for block in blocks if block & inputs)
            cells = sums.setdefault(support, {})
            for order, functional, factor in self._bends(pre, support):
                cell = order, functional
                cells[cell] = cells.get(cell, 0) + b * factor
        return sums

    def _bends(self, pre: Form, support: tuple[int, ...]) -> _Bends:
        key = tuple(sorted(pre.items())), support
        if key not in self._known:
            self._known[key] = _bends_of(pre, support, self._domain)
        return self._known[key]


def _bends_of(pre: Form, support: tuple[int, ...], domain: Domain) -> _Bends:
    if len(support) > _MAX_SUPPORT:
        raise ProblemTooLargeError(
            f"bends are followed for units that depend on at most {_MAX_SUPPORT} atoms, not {len(support)}"
        )
    if not support:
        return []
    orders, chains = _orders(len(support))
    constant = pre.get(CONSTANT, 0)
    # Column i: the value at the 0/1 vector of the atoms from place i on; column 0 is the all-ones vector.
    along = vertex_values(pre, support)[chains]
    if abs(constant) >= 1 << 62:
        along = along.astype(object)
    free = along if domain == "nonnegative" else along[:, 1:]
    bent = ((free > 0).any(axis=1) | (constant > 0)) & ((free < 0).any(axis=1) | (constant < 0))
    if domain == "real":
        bent |= along[:, 0] != 0
    functionals = np.empty((len(orders), len(support) + 1), dtype=along.dtype)
    functionals[:, 0] = constant
    functionals[:, -1] = 0
    steps = along.copy()
    steps[:, :-1] -= along[:, 1:]
    functionals[np.arange(len(orders))[:, np.newaxis], orders + 1] = steps
    found = np.flatnonzero(bent)
    functionals = functionals[found]
    factors = np.gcd.reduce(functionals, axis=1) if len(found) else np.zeros(0, dtype=along.dtype)
    signs = np.sign(functionals[np.arange(len(found)), (functionals != 0).argmax(axis=1)])
    primitive = functionals // (factors * signs)[:, np.newaxis]
    return list(zip(found.tolist(), map(tuple, primitive.tolist()), factors.tolist(), strict=True))


@cache
def _orders(size: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """All orders of 0..size-1, lowest first, and for each the sets of the places from i on, as indices."""
    orders = np.array(list(permutations(range(size))), dtype=np.int64).reshape(factorial(size), size)
    chains = np.cumsum((1 << orders)[:, ::-1], axis=1)[:, ::-1]
    return orders, chains


def _anchored(bends: dict[tuple[int, ...], dict[tuple[int, _Functional], int]]) -> dict[tuple[_Word, _Hyperplane], int]:
    """Add up the parts T_W of the bends over all supports; what is not 0 is left."""
    totals: dict[tuple[_Word, _Hyperplane], int] = {}
    for support, cells in bends.items():
        by_hyperplane: dict[_Hyperplane, dict[_Word, int]] = {}
        orders, _ = _orders(len(support))
        for (order, (constant, *coefficients)), bend in cells.items():
            hyperplane = constant, tuple((a, c) for a, c in zip(support, coefficients, strict=True) if c)
            word = tuple(support[i] for i in orders[order].tolist())
            by_hyperplane.setdefault(hyperplane, {})[word] = bend
        for hyperplane, bend_of in by_hyperplane.items():
            for word, part in _parts(bend_of, support).items():
                key = word, hyperplane
                totals[key] = totals.get(key, 0) + part
    return {key: total for key, total in totals.items() if total}


def _parts(bend_of: dict[_Word, int], support: tuple[int, ...]) -> dict[_Word, int]:
    """Split a function of the order of a support, given where it is not 0, into its parts T_W, by the order of W."""
    rank = {atom: i for i, atom in enumerate(support)}
    # A word here has its atoms on top in this order and all other atoms of the support at their anchors.
    parts: dict[_Word, int] = {}
    for word, bend in bend_of.items():
        for cut in range(len(word) + 1):
            parts[word[cut:]] = bend
            if 0 < cut < len(word) and rank[word[cut - 1]] > rank[word[cut]]:
                break
    for atom in support:
        for word, part in [item for item in parts.items() if atom not in item[0]]:
            for place in range(len(word) + 1):
                longer = (*word[:place], atom, *word[place:])
                parts[longer] = parts.get(longer, 0) - part
    return parts
