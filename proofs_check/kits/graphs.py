r"""Sums over the maps of graphs, and their expression by set functions, as in the algebra of two hidden layers.

E_th(a,c) = (Y_a/Y_c)^th for a < c, else 1. A graph with an integer weight th_e on each edge (a, c) has the value of
prod E_{th_e}(P(a), P(c)), added up over all maps P of its vertices to the places 1..d, here 0..d-1; the theorem is in
:mod:`proofs_check.theorems.two_layers_algebra`.
"""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from itertools import permutations, product
from math import factorial, prod

from sympy.utilities.iterables import multiset_partitions

Edges = tuple[tuple[int, int, int], ...]
"""A graph by its edges (a, c, weight); vertex 0 is the marked one."""

Graphs = dict[Edges, Fraction]
"""A combination of graphs, each with the vertices of its edges, and 0."""


def y_of(z: tuple[Fraction, ...]) -> list[Fraction]:
    """Return Y_1..Y_d, z_k = Y_k / Y_{k+1} and Y_d = 1, at the places 0..d-1."""
    return [prod(z[k:], start=Fraction(1)) for k in range(len(z) + 1)]


def graphs(thetas: tuple[int, ...], d: int) -> Graphs:
    """Apply U for each theta to [q > 1], and divide by the power of Y_q: a combination of graphs, marked at 0.

    There are two thetas at least. A vertex without edges gives the factor d.

    >>> sorted((edges, int(c)) for edges, c in graphs((1, -1), 3).items())
    [((), 3), (((1, 0, -1),), -1), (((1, 0, 0),), 1), (((1, 0, 1),), -1)]
    """
    first, second, *rest = thetas
    found: Graphs = {((1, 0, first + second),): Fraction(1), (): Fraction(d)}
    for theta in (first, second):
        found[((1, 0, theta),)] = found.get(((1, 0, theta),), Fraction(0)) - 1
    so_far = first + second
    for theta in rest:
        applied: defaultdict[Edges, Fraction] = defaultdict(Fraction)
        for edges, c in found.items():
            # sum_v (E_th(v,q) - 1) (f(q) - E_al(v,q) f(v)): f keeps its mark, or has it moved to the new vertex v.
            v = _vertices(edges)
            moved = tuple((a or v, b or v, weight) for a, b, weight in edges)
            applied[(*edges, (v, 0, theta))] += c
            applied[edges] -= d * c
            applied[(*moved, (v, 0, theta + so_far))] -= c
            applied[(*moved, (v, 0, so_far))] += c
        found, so_far = dict(applied), so_far + theta
    return found


def _vertices(edges: Edges) -> int:
    return 1 + max((max(a, c) for a, c, _ in edges), default=0)


def _product(y: list[Fraction], edges: Edges, images: tuple[int, ...]) -> Fraction:
    """Evaluate prod E_th(P(a), P(c))."""
    factors = ((y[images[a]] / y[images[c]]) ** th for a, c, th in edges if images[a] < images[c])
    return prod(factors, start=Fraction(1))


def over_maps(edges: Edges, y: list[Fraction]) -> Fraction:
    """Add up the products of a graph over all maps of its vertices."""
    maps = product(range(len(y)), repeat=_vertices(edges))
    return sum((_product(y, edges, images) for images in maps), Fraction(0))


def over_permutations(edges: Edges, z: tuple[Fraction, ...]) -> Fraction:
    """Evaluate the same by set functions: a combination of Phi(w), w = sum th h_ac, over the ways to identify vertices.

    >>> z = (Fraction(2), Fraction(3))
    >>> edges = ((1, 0, 2), (2, 0, -1))
    >>> over_permutations(edges, z) == over_maps(edges, y_of(z))
    True
    """
    d, total = len(z) + 1, Fraction(0)
    for blocks in multiset_partitions(_vertices(edges)):
        if len(blocks) <= d:
            place = {vertex: number for number, block in enumerate(blocks) for vertex in block}
            # The vertices beyond the blocks may be permuted among themselves.
            total += _phi([(place[a], place[c], th) for a, c, th in edges], z) / factorial(d - len(blocks))
    return total


def _phi(edges: list[tuple[int, int, int]], z: tuple[Fraction, ...]) -> Fraction:
    """Evaluate Phi(w), w = sum th h_ac, from the definition: a sum over the permutations of the sets' values."""
    total = Fraction(0)
    for s in permutations(range(len(z) + 1)):
        term = Fraction(1)
        for k, base in enumerate(z, start=1):
            lowest = set(s[:k])
            term *= base ** sum(th for a, c, th in edges if a in lowest and c not in lowest)
        total += term
    return total
