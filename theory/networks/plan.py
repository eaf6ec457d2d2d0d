"""What a network for an R-estimator computes in each hidden layer: blocks of inputs, merged two by two.

A *block* is a subset of the inputs whose largest values are at hand in sorted order. Sorted blocks a_1 >= a_2 >= ...
and b_1 >= b_2 >= ... of disjoint inputs merge in one hidden layer, because the sum of the k largest values of both is

    T_k = sum over i + j = k + 1 of max(a_i, b_j),    max(a, b) = a + relu(b - a),

where a term whose a_i or b_j does not exist is the other one. (If i* of the k largest are in the first block, then
max(a_i, b_j) is a_i for i <= i* and b_j for i > i*.) So the `top` largest values of the union take the units
relu(b_j - a_i) with i + j <= top + 1: one for `top` = 1, the pairwise maximum. With all values kept, log2 d hidden
layers sort d inputs by C(d,2) such units.

The mean subpool max of order r is the average over all t-subsets, t >= r, of their own one, and that weighs only the
t - r + 1 largest values of a t-subset. A plan chooses t for each order. It needs the subsets of t inputs, their first
and last halves, the halves of these, and so on: at each level *families*, all subsets of `size` inputs from a range
of inputs. :mod:`theory.networks.size` counts their members, :mod:`theory.networks.build` lists them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, combinations, groupby
from math import comb
from typing import NamedTuple, TypeAlias

Subset: TypeAlias = tuple[int, ...]
"""Positions of inputs, 0-based, increasing."""

Value: TypeAlias = tuple[Subset, int]
"""The k-th largest input of a subset, as (subset, k)."""

Blocks: TypeAlias = tuple[tuple[int, tuple[int, ...]], ...]
"""Block sizes, increasing, each with the orders that it serves."""


class Family(NamedTuple):
    """All subsets of ``size`` inputs among start..stop-1, with their ``top`` largest values in sorted order.

    ``kept`` of these values are used one by one in the next layer; the others only in the sum that is the estimator.
    """

    size: int
    start: int
    stop: int
    top: int
    kept: int

    def members(self) -> Iterator[Subset]:
        """List the subsets."""
        return combinations(range(self.start, self.stop), self.size)

    def halves(self) -> tuple[Family, Family]:
        """Return the families of the first and of the last halves of the members, all their values kept.

        >>> for half in Family(3, 0, 8, 1, 1).halves():
        ...     print(half)
        Family(size=2, start=0, stop=7, top=1, kept=1)
        Family(size=1, start=2, stop=8, top=1, kept=1)
        """
        first, last = half_sizes(self.size)
        a, b = min(self.top, first), min(self.top, last)
        return (Family(first, self.start, self.stop - last, a, a), Family(last, self.start + first, self.stop, b, b))


class Level(NamedTuple):
    """A hidden layer, the first has number 1: families that are merged from halves there, and those passed on."""

    number: int
    merged: tuple[Family, ...]
    passed: tuple[Family, ...]


class Plan(NamedTuple):
    """The hidden layers of a network, and which block size serves which orders.

    Block sizes in ``orders_of`` increase, and every order of R above 1 occurs once.
    """

    kernel_size: int
    orders_of: Blocks
    levels: tuple[Level, ...]


def half_sizes(size: int) -> tuple[int, int]:
    """Split a block size in two halves, the first not smaller than the last."""
    return (size + 1) // 2, size // 2


def level_of(size: int) -> int:
    """Return the least number of hidden layers by pairwise maxima for blocks of a size, or orders up to it.

    >>> [level_of(size) for size in (0, 1, 2, 3, 4, 5)]  # ceil(log2 size)
    [0, 0, 1, 2, 2, 3]
    """
    return (size - 1).bit_length() if size else 0


def pairs(size: int, total: int) -> list[tuple[int, int]]:
    """List the pairs (i, j) of ranks, 1-based, in the two halves of a block with i + j = total."""
    first, last = half_sizes(size)
    return [(i, total - i) for i in range(max(1, total - last), min(first, total - 1) + 1)]


def merging_units(size: int, top: int) -> list[tuple[int, int]]:
    """List the pairs (i, j), 1-based, of the units relu(b_j - a_i) that merge two halves into ``top`` sorted values.

    >>> merging_units(8, 2)
    [(1, 1), (1, 2), (2, 1)]
    """
    return sorted(pair for total in range(2, top + 2) for pair in pairs(size, total))


def count_merging_units(size: int, top: int) -> int:
    """Count the :func:`merging_units`, the sum over i = 1..min(first, top) of min(last, top + 1 - i)."""
    first, last = half_sizes(size)
    terms = min(first, top)
    whole = min(terms, max(0, top + 1 - last))
    return whole * last + (terms - whole) * (top + 1) - (terms * (terms + 1) - whole * (whole + 1)) // 2


def candidate_blocks(kernel_size: int, orders: Sequence[int], hidden_layers: int) -> Iterator[tuple[Blocks, int]]:
    """List the choices of blocks, as in :class:`Plan`, among which the smallest network is found.

    Each order is served by its own subsets, or, from some order on, by the largest blocks that fit into the layers.
    With each choice comes how many units the subsets of orders with subsets of their own take at the least, increasing.
    """
    served = [r for r in orders if r > 1]
    largest = min(kernel_size, 1 << hidden_layers)
    own = 0
    for joint in range(len(served) + 1):
        if served[joint:] != [largest]:  # else the same as no joint blocks
            sizes: dict[int, tuple[int, ...]] = {r: (r,) for r in served[:joint]}
            if joint < len(served):
                sizes[largest] = tuple(served[joint:])
            yield tuple(sizes.items()), own
        if joint < len(served):
            own += comb(kernel_size, served[joint])


def make_plan(kernel_size: int, orders_of: Iterable[tuple[int, tuple[int, ...]]], hidden_layers: int) -> Plan:
    """Work out all levels from the blocks that serve the orders, the last level first."""
    chosen = tuple(sorted(orders_of))
    finished: dict[int, list[Family]] = {}
    for t, served in chosen:
        finished.setdefault(level_of(t), []).append(Family(t, 0, kernel_size, t - min(served) + 1, 0))
    needed: tuple[Family, ...] = ()
    levels = []
    for number in range(hidden_layers, 0, -1):
        level, needed = _descend(number, tuple(finished.get(number, ())), needed)
        levels.append(level)
    return Plan(kernel_size, chosen, tuple(reversed(levels)))


@lru_cache(maxsize=1 << 14)
def _descend(number: int, finished: tuple[Family, ...], needed: tuple[Family, ...]) -> tuple[Level, tuple[Family, ...]]:
    """Split what is needed after a level in merged and passed families, and say what these need before it."""
    passed = tuple(family for family in needed if level_of(family.size) < number)
    merged = _distinct((*finished, *(family for family in needed if level_of(family.size) == number)))
    halves = [half for family in merged for half in family.halves()]
    return Level(number, merged, passed), _distinct((*passed, *halves))


def _distinct(families: Iterable[Family]) -> tuple[Family, ...]:
    """Leave out families whose members all belong to another one that asks for as much."""
    distinct: list[Family] = []
    wide: list[Family] = []
    for family in sorted(set(families), key=_widest_first):
        size, start, stop, top, kept = family
        wide = [f for f in wide if f.size == size and f.stop > start]
        if stop - start >= size and not any(stop <= f.stop and top <= f.top and kept <= f.kept for f in wide):
            distinct.append(family)
            wide.append(family)
    return tuple(distinct)


def _widest_first(family: Family) -> tuple[int, ...]:
    return family.size, family.start, -family.stop, -family.top, -family.kept


# What has to be carried through a layer, beside the units that merge


class Vertices(NamedTuple):
    """Values of the layer before that a layer carries on: the ``ranks`` largest of all subsets of a family.

    They are *vertices* of a graph whose edges are the merging units relu(b - a): together with the reverse unit
    relu(a - b) an edge tells b - a. The values of a connected set of v vertices are known, up to a common summand, from
    v - 1 reverse units; the summand is in the estimator's running sum, which is carried anyway.
    """

    size: int
    start: int
    stop: int
    ranks: int

    def members(self) -> Iterator[Value]:
        """List the values."""
        subsets = combinations(range(self.start, self.stop), self.size)
        return ((subset, rank) for subset in subsets for rank in range(1, self.ranks + 1))


def base_of(rank: int) -> tuple[int, int]:
    """Say which value stays when the value of a rank is written as one value of the halves plus units.

    With max(a_i, b_j) = a_i + relu(b_j - a_i) for i <= j and b_j + relu(a_i - b_j) for i > j, the difference
    T_k - T_(k-1), the k-th largest value, is a_((k+1)/2) plus units for odd k, b_(k/2) plus units for even k: half 0 or
    1, and the rank there.

    >>> [base_of(rank) for rank in (1, 2, 3, 4)]
    [(0, 1), (1, 1), (0, 2), (1, 2)]
    """
    return (rank + 1) % 2, (rank + 1) // 2


def omitted_inputs(level: Level) -> frozenset[int]:
    """Choose inputs that need not be carried through the first layer.

    Among the inputs of a family of pairs all but one have to be carried: max(a, b) is a + relu(b - a) or
    b + relu(a - b), whichever of a and b is carried. An input that no other value needs is left out, the last one of
    its family's own.
    """
    if level.number > 1:
        return frozenset()
    # How many families of pairs, and values passed on, would carry each input.
    claims = [f for f in (*level.merged, *level.passed) if f.size <= 2 and f.kept]
    changes = [0] * (max((f.stop for f in claims), default=0) + 1)
    for f in claims:
        changes[f.start] += 1
        changes[f.stop] -= 1
    # The last input up to each one that a single family would carry.
    last_own = list(accumulate((j if n == 1 else -1 for j, n in enumerate(accumulate(changes))), max))
    return frozenset(own for f in level.merged if f.kept == 1 and (own := last_own[f.stop - 1]) >= f.start)


def _bases(level: Level, merged: Family, omitted: frozenset[int]) -> list[Vertices]:
    """Return the values that stay when the kept values of a family are written as one value of a half plus units."""
    if not merged.kept:
        return []
    first, last = merged.halves()
    if level.number == 1 and merged.kept == 1:
        out = next((j for j in range(merged.start, merged.stop) if j in omitted), merged.stop - 1)
        ranges = ((merged.start, out), (out + 1, merged.stop))
        return [Vertices(1, *r, 1) for r in ranges if r[0] < r[1]]
    bases = [Vertices(*first[:3], (merged.kept + 1) // 2)]
    if merged.kept > 1:
        bases.append(Vertices(*last[:3], merged.kept // 2))
    return bases


def _connected(level: Level, merged: Family, omitted: frozenset[int]) -> tuple[list[Vertices], list[Vertices]]:
    """Return the vertices that a merged family adds, and the values that its units touch.

    The vertices of one family are connected. If two or more values are kept of each member, both halves are among
    them, and the largest value of the one half shares a unit with every value of the other. If one is kept, they are
    the maxima of the first halves: the maximum over the last inputs of the range, which shares a unit with each of
    them, is made a vertex too. In the first layer any two inputs of the range share a unit, also if no value is kept.
    """
    vertices = _bases(level, merged, omitted)
    if level.number == 1 and merged.kept < 2:
        return vertices, [Vertices(1, merged.start, merged.stop, 1)]
    if not merged.kept:
        return [], []
    first, last = merged.halves()
    if merged.kept == 1 and first.stop - first.start > first.size:
        vertices.append(Vertices(last.size, last.stop - last.size, last.stop, 1))
    return vertices, [Vertices(*last[:3], last.top)]


def carried_by(level: Level) -> tuple[list[Vertices], list[list[Vertices]], list[Vertices]]:
    """Find what a level has to carry: all values directly, or differences along the units of parts of a graph.

    No two parts are connected with each other. Third come the values passed on; one that belongs to a part, as units
    touch it, is in both.
    """
    omitted = omitted_inputs(level)
    passed = [Vertices(*family[:3], family.kept) for family in level.passed]
    direct = [*passed, *(v for family in level.merged for v in _bases(level, family, omitted))]
    by_size = {size: _Ranges(same) for size, same in groupby(sorted(passed), key=lambda v: v.size)}
    vertices: list[tuple[Vertices, int]] = []
    touched: list[tuple[Vertices, int]] = []
    for group, family in enumerate(level.merged):
        own, others = _connected(level, family, omitted)
        own += [both for t in others if t.size in by_size for both in by_size[t.size].intersections(t)]
        vertices += [(v, group) for v in own]
        touched += [(t, group) for t in others]
    root = _join(vertices, touched, len(level.merged))
    parts: dict[int, list[Vertices]] = {}
    for v, group in vertices:
        parts.setdefault(root[group], []).append(v)
    return direct, list(parts.values()), passed


def _join(vertices: Sequence[tuple[Vertices, int]], touched: Sequence[tuple[Vertices, int]], groups: int) -> list[int]:
    """Join groups that share a vertex, or of which one touches a vertex of the other; return each group's root.

    The families of one size are swept in the order of their starts. A family meets one that starts later if at least
    ``size`` inputs of it are left there.
    """
    root = list(range(groups))

    def find(k: int) -> int:
        while root[k] != k:
            root[k] = root[root[k]]
            k = root[k]
        return k

    swept = sorted([(v, True, group) for v, group in vertices] + [(v, False, group) for v, group in touched])
    open_families: list[tuple[Vertices, bool, int]] = []
    for v, is_vertex, group in swept:
        open_families = [entry for entry in open_families if entry[0].size == v.size <= entry[0].stop - v.start]
        if v.stop - v.start >= v.size:
            for _, other_is_vertex, other in open_families:
                if is_vertex or other_is_vertex:
                    root[find(group)] = find(other)
            open_families.append((v, is_vertex, group))
    return [find(k) for k in range(groups)]


class _Ranges:
    """Families of one size, among which those that share a member with another one are found without trying all."""

    def __init__(self, families: Iterable[Vertices]) -> None:
        self._families = list(families)
        self._widest = max(v.stop - v.start for v in self._families)

    def intersections(self, w: Vertices) -> Iterator[Vertices]:
        """List what they share with a family of their size."""
        first = bisect_left(self._families, w.start + w.size - self._widest, key=lambda v: v.start)
        last = bisect_right(self._families, w.stop - w.size, key=lambda v: v.start)
        for v in self._families[first:last]:
            start, stop = max(v.start, w.start), min(v.stop, w.stop)
            if stop - start >= w.size:
                yield Vertices(w.size, start, stop, min(v.ranks, w.ranks))
