"""Widths and parameters of a network for any estimator, counted without building it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import groupby, pairwise
from math import comb
from typing import Literal, NamedTuple, get_args

from theory.errors import InputError
from theory.estimator import Estimator
from theory.networks.network import Domain, check_domain
from theory.networks.plan import (
    Blocks,
    Level,
    Plan,
    Vertices,
    candidate_blocks,
    carried_by,
    count_merging_units,
    level_of,
    make_plan,
)
from theory.networks.shallow import shallow_estimator_network, shallow_hidden_layers
from theory.notation import KernelSize, Orders, check_kernel_size, check_orders
from theory.subpools import check_choice, check_count

Construction = Literal["tree", "smallest", "shallow"]
Carrying = Literal["linked", "direct", "inputs"]
"""How a layer carries values on: as differences along units, each as relu(v) = v >= 0, or all inputs like that."""


@dataclass(frozen=True)
class NetworkSize:
    """Counts of a network with dense layers.

    Attributes
    ----------
    kernel_size : int
        Number of inputs.
    widths : tuple of int
        Number of ReLUs in each hidden layer.

    Examples
    --------
    >>> size = NetworkSize(8, (12, 6, 3))
    >>> size.hidden_layers, size.units, size.parameter_count
    (3, 21, 211)
    """

    kernel_size: int
    widths: tuple[int, ...]

    @property
    def hidden_layers(self) -> int:
        """Number of layers of ReLUs."""
        return len(self.widths)

    @property
    def units(self) -> int:
        """Number of ReLUs."""
        return sum(self.widths)

    @property
    def parameter_count(self) -> int:
        """All entries of the dense weight matrices and of the biases."""
        return sum((before + 1) * after for before, after in pairwise((self.kernel_size, *self.widths, 1)))


class Layout(NamedTuple):
    """A plan, how each of its layers carries values on, and the units of the running sum, one for each sign it has."""

    plan: Plan
    carrying: tuple[Carrying, ...]
    widths: tuple[int, ...]
    running: int

    @property
    def size(self) -> NetworkSize:
        """The counts."""
        return NetworkSize(self.plan.kernel_size, self.widths)


def check_construction(construction: object) -> Construction:
    """Return the construction if it is one."""
    chosen: Construction = check_choice("the construction", construction, get_args(Construction))
    return chosen


def network_size(
    kernel_size: KernelSize,
    orders: Orders,
    *,
    domain: Domain = "real",
    construction: Construction = "tree",
    hidden_layers: int | None = None,
) -> NetworkSize:
    """Count the network that :func:`theory.build_network` builds for an estimator with these orders.

    Parameters
    ----------
    kernel_size : int, >= 2, or "3x3", or (3, 3)
    orders : iterable of distinct int in 0..d, or text such as "0,1,d-1"
    domain : {"real", "nonnegative"}
        Where the network has to be exact.
    construction : {"tree", "smallest", "shallow"}
        See :func:`theory.build_network`.
    hidden_layers : int, optional
        The most hidden layers that are allowed.

    Returns
    -------
    NetworkSize

    Raises
    ------
    KernelSizeError, OrdersError, InputError
        Also if more hidden layers are needed than allowed; the message says how many.

    Notes
    -----
    Families of subsets are counted by binomial coefficients, so large kernels take no longer than small ones. Only
    ``"shallow"`` networks with max R > 4 are built to be counted.

    Examples
    --------
    >>> network_size(9, [0, 1, 8]).widths
    (18, 20, 11)
    >>> network_size(169, [0, 1, 2]).units  # C(169,2) pairs, and 2 units for the mean
    14198
    """
    d = check_kernel_size(kernel_size)
    chosen = check_orders(d, orders)
    most = check_depth(max(chosen), check_construction(construction), hidden_layers)
    if construction == "shallow" and max(chosen) > 4:
        return _shallow_size(d, chosen, check_domain(domain))
    return choose_layout(d, chosen, check_domain(domain), construction == "smallest", most).size


def _shallow_size(kernel_size: int, orders: tuple[int, ...], domain: Domain) -> NetworkSize:
    # Any coefficients other than 0 will do.
    estimator = Estimator(kernel_size, {r: Fraction(1, r + 1) for r in orders})
    return NetworkSize(kernel_size, shallow_estimator_network(estimator, domain=domain).widths)


def check_depth(largest_order: int, construction: Construction, hidden_layers: int | None) -> int | None:
    """Return the number of hidden layers allowed, or say how many are needed if these are too few.

    >>> check_depth(8, "tree", 2)
    Traceback (most recent call last):
    ...
    theory.errors.InputError: orders up to 8 take at least 3 hidden layers with construction "tree", 2 are too few
    """
    if hidden_layers is None:
        return None
    check_count("a number of hidden layers", hidden_layers, 0)
    least = {c: least_hidden_layers(largest_order, c) for c in (construction, "shallow")}
    if hidden_layers < least[construction]:
        shallower = f', {least["shallow"]} with "shallow"' if least["shallow"] < least[construction] else ""
        raise InputError(
            f"orders up to {largest_order} take at least {least[construction]} hidden layers with construction "
            f'"{construction}"{shallower}, {hidden_layers} are too few'
        )
    return hidden_layers


def least_hidden_layers(largest_order: int, construction: Construction | None = None) -> int:
    """Return the number of hidden layers that orders up to max R take: with a construction, or at the least.

    Two are always enough, by the claim ``two-layers``, and orders from 3 on take more than one
    (:mod:`theory.networks.one_layer`).

    >>> least_hidden_layers(9), least_hidden_layers(9, "tree"), least_hidden_layers(9, "shallow")
    (2, 4, 3)
    """
    if construction is None:
        return min(level_of(largest_order), 2)
    if construction == "shallow" and largest_order > 4:
        return shallow_hidden_layers(largest_order)
    return level_of(largest_order)


@lru_cache(maxsize=1 << 12)
def choose_layout(
    kernel_size: int, orders: tuple[int, ...], domain: Domain, smallest: bool, hidden_layers: int | None = None
) -> Layout:
    """Choose the plan with the fewest parameters at the least depth, or with the fewest units at any depth."""
    least = level_of(max(orders))
    most = level_of(kernel_size) if smallest and least else least
    if hidden_layers is not None:
        most = min(most, hidden_layers)
    # The running sum of one order, of inputs >= 0, has the sign of its coefficient.
    running = 1 if domain == "nonnegative" and sum(map(bool, orders)) == 1 else 2
    best: tuple[tuple[int, int], Layout] | None = None
    for depth in range(least, most + 1):
        for orders_of, own_units in candidate_blocks(kernel_size, orders, depth):
            # A unit has two incoming weights or more, and a bias: what is left to try only takes more.
            if best and own_units * (1 if smallest else 3) > best[0][0]:
                break
            # Of the orders that a block serves, only the least one matters.
            blocks = tuple((size, served[:1]) for size, served in orders_of)
            counts, layout = _best_layout(kernel_size, blocks, depth, domain, running, smallest)
            if best is None or counts < best[0]:
                best = counts, layout._replace(plan=layout.plan._replace(orders_of=orders_of))
    return best[1]  # type: ignore[index]  # the first candidate is always tried


@lru_cache(maxsize=1 << 14)
def _best_layout(
    kernel_size: int, blocks: Blocks, depth: int, domain: Domain, running: int, smallest: bool
) -> tuple[tuple[int, int], Layout]:
    """Return the layout with the smallest counts for some blocks; sets of orders that begin alike share them."""
    layouts = list(_layouts(make_plan(kernel_size, blocks, depth), running, domain))
    sizes = [layout.size for layout in layouts]
    counts = [(s.units, s.parameter_count) if smallest else (s.parameter_count, s.units) for s in sizes]
    return min(zip(counts, layouts, strict=True), key=lambda pair: pair[0])


def _layouts(plan: Plan, running: int, domain: Domain) -> Iterator[Layout]:
    """List the ways to carry values on: on the nonnegative domain directly in the first layers, then linked.

    A linked layer tells differences alone, so nothing can be carried directly after it.
    """
    counts = [_count_level(level) for level in plan.levels]
    linked = [c.units + c.linking + running for c in counts]
    linking: Carrying = "linked"
    everywhere = (linking,) * len(counts)
    yield Layout(plan, everywhere, tuple(linked), running)
    if domain == "real":
        return
    ways: list[Carrying] = []
    direct: list[int] = []
    for c in counts:
        by_vertices, by_inputs = c.direct + running, plan.kernel_size
        way: Carrying = "inputs" if not direct and by_inputs <= by_vertices else "direct"
        ways.append(way)
        direct.append(c.units + (by_inputs if way == "inputs" else by_vertices))
        carrying = tuple(ways) + everywhere[len(ways) :]
        yield Layout(plan, carrying, (*direct, *linked[len(direct) :]), running)


class _Counts(NamedTuple):
    """The merging units of a level, and the units that carry values on, as linked differences or directly."""

    units: int
    linking: int
    direct: int


@lru_cache(maxsize=1 << 16)
def _count_level(level: Level) -> _Counts:
    units = 0
    for size, group in groupby(level.merged, key=lambda family: family.size):
        families = list(group)
        tops = sorted({family.top for family in families})
        for below, top in zip([0, *tops], tops, strict=False):
            more = count_merging_units(size, top) - count_merging_units(size, below)
            units += more * count_union(size, [f[1:3] for f in families if f.top >= top])
    direct, parts, passed = carried_by(level)
    linked = [vertices for part in parts for vertices in part]
    vertices = _count_vertices([*linked, *passed])
    components = len(parts) + vertices - _count_vertices(linked)
    # One reverse unit for each vertex beyond the first of its component, two units from one component to the next.
    return _Counts(units, max(vertices + components - 2, 0), _count_vertices(direct))


def _count_vertices(vertices: Sequence[Vertices]) -> int:
    """Count the distinct values among vertices."""
    total = 0
    for size in {v.size for v in vertices}:
        same = [v for v in vertices if v.size == size]
        ranks = sorted({v.ranks for v in same})
        for below, rank in zip([0, *ranks], ranks, strict=False):
            total += (rank - below) * count_union(size, [v[1:3] for v in same if v.ranks >= rank])
    return total


def count_union(size: int, ranges: Iterable[tuple[int, ...]]) -> int:
    """Count the subsets of ``size`` inputs that lie within at least one of some ranges start..stop-1.

    Sorted by their starts, ranges that are within no other have increasing stops too, and what a range shares with
    any before it, it shares with the one right before it.

    >>> count_union(2, [(0, 6), (2, 8)])  # C(6,2) + C(6,2) - C(4,2)
    24
    """
    total, reach = 0, 0
    for start, stop in sorted(ranges, key=lambda r: (r[0], -r[1])):
        if stop > reach:
            total += comb(stop - start, size) - comb(max(0, reach - start), size)
            reach = stop
    return total
