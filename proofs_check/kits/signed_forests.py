r"""The closed formula for two hidden layers, expanded on trees and forests that are known up to their labels.

A function of :mod:`proofs_check.theorems.two_layers` at the mark y is a sum over in-trees with root y, whose arcs v ->
u stand for W = e^(sigma (x_u - x_v)^+) - 1. It is symmetric in the inputs other than q, so that a tree's coefficient
depends on the tree without its labels alone. In these terms

- the product by w_sigma adds a leaf with sign sigma to the root: each such leaf of the result can be the new one;
- G_sigma[f] puts the whole tree at the end of one arc with sign sigma.

Then each W is expanded: an arc stays, or goes with the factor -1, and the tree falls apart into a forest.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import permutations
from math import factorial, prod

import numpy as np
import numpy.typing as npt

from theory.errors import SolverError

Integers = npt.NDArray[np.int64]

_Tree = tuple[tuple[int, "_Tree"], ...]
"""A root's branches, sorted: the sign of the arc to the root, and the tree at its other end."""

Forest = tuple[_Tree, tuple[_Tree, ...]]
"""The tree whose root is q, and the others, sorted, without single vertices."""

Weight = Callable[[int, int], Fraction]
"""The coefficient of [u^r] (s + uA)^M s in the formula, from M and r."""

_Sum = dict[_Tree, Fraction]


def closed_formula(M: int, r: int) -> Fraction:
    """Return the coefficient of [u^r] (s + uA)^M s in the theorem's formula.

    Examples
    --------
    >>> closed_formula(0, 0), closed_formula(1, 1)
    (Fraction(1, 1), Fraction(-1, 12))
    """
    return Fraction((-1) ** r, (M + 1) * factorial(M + r + 1))


def _order(tree: _Tree) -> int:
    """Return the number of arcs."""
    return sum(1 + _order(branch) for _, branch in tree)


def _automorphisms(tree: _Tree) -> int:
    """Return the number of permutations of the vertices that leave a tree as it is."""
    return prod(factorial(k) * _automorphisms(branch) ** k for (_, branch), k in Counter(tree).items())


def _negative(forest: Forest) -> Forest:
    """Return the forest with all signs changed."""
    root, others = forest
    return _negative_tree(root), tuple(sorted(map(_negative_tree, others)))


def _negative_tree(tree: _Tree) -> _Tree:
    return tuple(sorted((-sign, _negative_tree(branch)) for sign, branch in tree))


# --- the formula on trees -------------------------------------------------------------------------------------------


def _by_leaf(sign: int, f: _Sum, most: int) -> _Sum:
    """Multiply by w_sign; trees with more than ``most`` arcs are 0."""
    leaf = (sign, ())
    product: _Sum = {}
    for tree, c in f.items():
        if _order(tree) < most:
            product[tuple(sorted((*tree, leaf)))] = c * (tree.count(leaf) + 1)
    return product


def _graft(sign: int, f: _Sum, most: int) -> _Sum:
    """Apply G_sign."""
    return {((sign, tree),): c for tree, c in f.items() if _order(tree) < most}


def _add(*parts: tuple[int, _Sum]) -> _Sum:
    total: defaultdict[_Tree, Fraction] = defaultdict(Fraction)
    for times, part in parts:
        for tree, c in part.items():
            total[tree] += times * c
    return {tree: c for tree, c in total.items() if c}


def _s_plus_a(f: _Sum, most: int) -> _Sum:
    """Apply s + A: that u stands before A is seen by the number of arcs, to which s adds one, and A two."""
    h = _add((1, _by_leaf(1, f, most)), (-1, _graft(1, f, most)))
    return _add(
        (1, _by_leaf(1, f, most)), (1, _by_leaf(-1, f, most)), (1, _by_leaf(-1, h, most)), (1, _graft(1, h, most))
    )


def _trees(weight: Weight, most: int) -> _Sum:
    """Expand the formula on trees of at most so many arcs."""
    power: _Sum = {((sign, ()),): Fraction(1) for sign in (1, -1)}
    parts = []
    for M in range(most):
        parts.append((1, {tree: c * weight(M, _order(tree) - M - 1) for tree, c in power.items()}))
        power = _s_plus_a(power, most)
    return _add(*parts)


@cache
def _forests_of(tree: _Tree) -> dict[Forest, int]:
    """Expand the product of the W of a tree's arcs: each arc stays, or goes with the factor -1."""
    found: dict[Forest, int] = {((), ()): 1}
    for sign, branch in tree:
        longer: defaultdict[Forest, int] = defaultdict(int)
        for (root, others), k in found.items():
            for (end, beyond), times in _forests_of(branch).items():
                cut = (end,) if end else ()
                longer[tuple(sorted((*root, (sign, end)))), tuple(sorted((*others, *beyond)))] += k * times
                longer[root, tuple(sorted((*others, *beyond, *cut)))] -= k * times
        found = longer
    return found


# --- the formula on forests -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Term:
    """All forests of one type, up to the sign of all arcs: ``coefficient`` times each of their ``count`` |g|."""

    forest: Forest
    coefficient: Fraction
    count: int

    @property
    def has_both_signs(self) -> bool:
        """Whether g takes both signs; otherwise |g| is linear in the first layer."""
        return len({sign for sign, _, _ in _arcs(self.forest)}) == 2


def _labellings(forest: Forest, size: int) -> int:
    """Return the number of forests on so many vertices that differ in their labels alone, with q fixed.

    Examples
    --------
    >>> _labellings((((1, ()), (-1, ())), ()), 4)
    6
    """
    root, others = forest
    left = size - 1 - _order(root) - sum(_order(tree) + 1 for tree in others)
    same = prod(_automorphisms(tree) ** k * factorial(k) for tree, k in Counter(others).items())
    count: int = factorial(size - 1) // (factorial(left) * _automorphisms(root) * same)
    return count


@cache
def formula(size: int, weight: Weight = closed_formula) -> tuple[Term, ...]:
    """Expand x_q - min(x) = sum c |g| of so many inputs; a term for each type with c other than 0.

    Examples
    --------
    >>> [(str(term.coefficient), term.count) for term in formula(3)]
    [('1/2', 1), ('1/2', 1)]
    """
    totals: defaultdict[Forest, Fraction] = defaultdict(Fraction)
    for tree, c in _trees(weight, size - 1).items():
        trees = _labellings((tree, ()), size)
        for forest, k in _forests_of(tree).items():
            totals[max(forest, _negative(forest))] += c * trees * k
    found = []
    for forest, total in sorted(totals.items()):
        if forest != ((), ()) and total:
            # A type that is its own negative holds F and -F, which have the same |g|.
            count = _labellings(forest, size) // (2 if forest == _negative(forest) else 1)
            found.append(Term(forest, total / 2 / count, count))
    return tuple(found)


def _arcs(forest: Forest) -> list[tuple[int, int, int]]:
    """Write the arcs v -> u of one forest of a type as (sign, u, v); q is 0.

    Examples
    --------
    >>> _arcs((((1, ((-1, ()),)),), (((1, ()),),)))
    [(1, 0, 1), (-1, 1, 2), (1, 3, 4)]
    """
    found: list[tuple[int, int, int]] = []
    fresh = iter(range(1, 10**6))

    def walk(u: int, tree: _Tree) -> None:
        for sign, branch in tree:
            v = next(fresh)
            found.append((sign, u, v))
            walk(v, branch)

    root, others = forest
    walk(0, root)
    for tree in others:
        walk(next(fresh), tree)
    return found


@cache
def _relabellings(size: int) -> Integers:
    """Return the permutations of 0..size-1 that keep 0."""
    return np.array([(0, *rest) for rest in permutations(range(1, size))], dtype=np.int64)


def images(term: Term, size: int) -> Iterator[tuple[int, Integers, Integers]]:
    """Yield the sign, and the ends u and v, of each arc in all (size-1)! relabellings of a type's forest.

    Each of the term's forests, up to sign, occurs (size-1)! / count times.
    """
    moved = _relabellings(size)
    for sign, u, v in _arcs(term.forest):
        yield sign, moved[:, u], moved[:, v]


def value(terms: tuple[Term, ...], x: list[int]) -> Fraction:
    """Evaluate the sum of c |g| at integers, with x_q first.

    Raises
    ------
    SolverError
        If the sums might not fit into 64 bits.

    Examples
    --------
    >>> value(formula(3), [5, 1, 2])
    Fraction(4, 1)
    """
    if 2 * max(map(abs, x)) * factorial(len(x)) >= 2**63:
        raise SolverError("sums at such large inputs do not fit into 64 bits")
    points = np.array(x, dtype=np.int64)
    total = Fraction(0)
    for term in terms:
        g = sum(sign * np.maximum(points[u] - points[v], 0) for sign, u, v in images(term, len(x)))
        total += term.coefficient * term.count * Fraction(int(np.abs(g).sum()), factorial(len(x) - 1))
    return total
