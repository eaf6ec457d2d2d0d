"""Build the network of ReLUs that computes an estimator."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from math import comb
from typing import Any, TypeAlias

from theory.combination import Combination
from theory.errors import InputError, ProblemTooLargeError
from theory.estimator import Estimator
from theory.networks.network import Domain, ReLUNetwork, check_domain, network_from_rows
from theory.networks.plan import (
    Level,
    Subset,
    Value,
    base_of,
    carried_by,
    half_sizes,
    level_of,
    merging_units,
    omitted_inputs,
    pairs,
)
from theory.networks.shallow import shallow_estimator_network
from theory.networks.size import Carrying, Construction, Layout, check_construction, check_depth, choose_layout
from theory.networks.subsets import combination_network
from theory.subpools import check_count
from theory.work import MEMORY_LIMIT

_Unit: TypeAlias = tuple[Subset, int, int]
"""The unit that compares the i-th largest input of the first half of a subset with the j-th largest of the last."""

_Form: TypeAlias = dict[int, Fraction | int]
"""A linear form in the units of a layer, or in the inputs."""

_BYTES_PER_WEIGHT = 300
"""What a nonzero weight takes while a network is built: entries of two dicts and of a tuple, and a Fraction."""


def build_network(
    estimator: Estimator | Combination,
    *,
    domain: Domain = "real",
    construction: Construction = "tree",
    hidden_layers: int | None = None,
    memory_limit: int = MEMORY_LIMIT,
) -> ReLUNetwork:
    """Build a network of ReLUs that computes an estimator, or a combination of maxima over chosen subsets, exactly.

    Parameters
    ----------
    estimator : Estimator or Combination
        Any orders or subsets, any coefficients.
    domain : {"real", "nonnegative"}
        Where the network equals the estimator: on all of R^d, or for inputs >= 0, as after a ReLU, which may take
        fewer units.
    construction : {"tree", "smallest", "shallow"}
        ``"tree"``: ceil(log2 max R) hidden layers, the least that pairwise maxima allow, and of the plans that
        are tried the one with the fewest parameters. ``"smallest"``: that with the fewest units, at up to
        ceil(log2 d) hidden layers. ``"shallow"``: fewer layers than pairwise maxima take, at the price of more units
        (:func:`theory.networks.shallow.shallow_hidden_layers` of max R): two for orders up to 6, three up to 18. A
        combination has ``"tree"`` and ``"shallow"``; the size of its largest subset is what max R is here.
    hidden_layers : int, optional
        The most hidden layers that are allowed.
    memory_limit : int
        Bytes that the network may take while it is built.

    Returns
    -------
    ReLUNetwork
        Of an estimator with the counts that :func:`theory.network_size` states.

    Raises
    ------
    InputError
        If ``estimator`` is neither, a choice is unknown, or more hidden layers are needed than allowed.
    ProblemTooLargeError
        If the network would take more memory than the limit; its counts are in the message. If a combination has more
        than 512 subsets.

    Notes
    -----
    How: :mod:`theory.networks.plan`. With max R = 2 there are C(d,2) + 2 units, and on R^d none can be spared: one
    hidden layer bends on a hyperplane only where a unit does, the estimator bends on all C(d,2) hyperplanes x_i = x_j,
    and along (1, ..., 1), where those units are constant, it is linear with a slope, which takes two more if it is not
    0. For more layers nothing of the kind is proved here; for the maximum itself see Safran 2026, arXiv 2601.01417.
    That the result equals the estimator is proved by
    :func:`theory.networks.exactness.prove_exact`, which knows nothing of how it was built.

    Examples
    --------
    >>> from subpool import optimal_estimator
    >>> estimator = optimal_estimator(5, [0, 1, 4])
    >>> network = build_network(estimator)
    >>> network.widths
    (10, 7)
    >>> network.evaluate_exact([3, -1, 4, 1, -5]) == estimator.intercept + sum(
    ...     w * x for w, x in zip(estimator.order_statistic_weights, [-5, -1, 1, 3, 4])
    ... )
    True
    """
    check_domain(domain)
    if isinstance(estimator, Combination):
        network = combination_network(estimator, domain, construction)
        if hidden_layers is not None and network.hidden_layers > check_count("hidden layers", hidden_layers, 0):
            raise InputError(
                f'the combination takes {network.hidden_layers} hidden layers with construction "{construction}", '
                f"{hidden_layers} are too few"
            )
        return network
    if not isinstance(estimator, Estimator):
        raise InputError(f"a network is built for an Estimator or a Combination, not for {estimator!r:.80}")
    most = check_depth(max(estimator.orders), check_construction(construction), hidden_layers)
    if construction == "shallow":
        return shallow_estimator_network(estimator, domain=domain)
    layout = choose_layout(estimator.kernel_size, estimator.orders, domain, construction == "smallest", most)
    needed = _BYTES_PER_WEIGHT * expected_weights(layout)
    if needed > memory_limit:
        raise ProblemTooLargeError(
            f"a network of {layout.size.units:,} units would take about {needed / 2**30:,.1f} GiB to build, "
            f"more than the limit of {memory_limit / 2**30:,.1f} GiB; theory.network_size counts it without building it"
        )
    return _Builder(estimator, layout).network()


def expected_weights(layout: Layout) -> int:
    """Estimate the nonzero weights of a network without building it.

    A unit compares two values; a value of rank k is 2k-1 merging units of the layer before and a carried value, which
    is a difference along few edges, of two units each (seven units, say). The running sum reads all units.
    """
    total, before = 0, layout.plan.kernel_size
    for number, (level, width) in enumerate(zip(layout.plan.levels, layout.widths, strict=True), 1):
        ranks = max((half_sizes(family.size)[0] for family in level.merged), default=1)
        highest = min(ranks, max((family.top for family in level.merged), default=1))
        total += width * min(2 if number == 1 else 2 * (2 * highest + 6), before) + 2 * before
        before = width
    return total + before + 1


class _Builder:
    """Builds the network of one estimator in two passes: what is read off each layer, and the layers."""

    def __init__(self, estimator: Estimator, layout: Layout) -> None:
        self.estimator, self.layout, self.plan = estimator, layout, layout.plan
        self.omitted = omitted_inputs(self.plan.levels[0]) if self.plan.levels else frozenset()

    def network(self) -> ReLUNetwork:
        d = self.plan.kernel_size
        readouts, linear = self._read_backwards()
        values: dict[Value, _Form] = {((j,), 1): {j: 1} for j in range(d)}
        # The sum so far: what the layers before add to the estimator, as a form in the units of the last layer.
        running: _Form = {j: c for ((j,), _), c in linear.items() if c}
        positive = sum(beta for r, beta in self.estimator.coefficients.items() if r) >= 0
        signs = (1, -1) if self.layout.running == 2 else (1 if positive else -1,)
        layers: list[tuple[list[_Form], list[Fraction] | None]] = []
        for level, carrying, readout in zip(self.plan.levels, self.layout.carrying, readouts, strict=True):
            layer = _Layer(level, values, self.omitted)
            values = layer.carry(carrying, d)
            running = layer.add_up(running, readout, carrying, signs)
            layers.append((layer.rows, None))
        layers.append(([running], [self.estimator.intercept]))
        return network_from_rows(d, layers)

    def _weights_of_sums(self, size: int, served: Sequence[int]) -> list[Fraction]:
        """Weigh T_1, ..., T_top of one block, so that all blocks of this size add up to the orders that they serve.

        The mean subpool max of order r of t inputs is the sum over k of C(t-k, r-1)/C(t, r) times the k-th largest,
        and that of d inputs is the average over all t-subsets.
        """
        d, beta = self.plan.kernel_size, self.estimator.coefficients
        weights = [
            sum((beta[r] * Fraction(comb(size - k, r - 1), comb(size, r)) for r in served), Fraction(0)) / comb(d, size)
            for k in range(1, size - min(served) + 2)
        ]
        return [w - after for w, after in zip(weights, [*weights[1:], Fraction(0)], strict=True)]

    def _read_backwards(self) -> tuple[list[dict[_Unit, Fraction]], dict[Value, Fraction]]:
        """Write the estimator as a sum of merging units of all layers and a linear function of the inputs."""
        readouts: list[dict[_Unit, Fraction]] = []
        wanted: dict[Value, Fraction] = {}
        for number in range(len(self.plan.levels), 0, -1):
            readout: dict[_Unit, Fraction] = {}
            below: dict[Value, Fraction] = {}
            for (subset, rank), c in wanted.items():
                if level_of(len(subset)) < number:
                    _add(below, (subset, rank), c)
                else:
                    for unit, sign in _units_of_value(subset, rank):
                        _add(readout, unit, sign * c)
                    _add(below, _base(subset, rank, self.omitted), c)
            for size, served in self.plan.orders_of:
                if level_of(size) == number:
                    sums = self._weights_of_sums(size, served)
                    for subset in combinations(range(self.plan.kernel_size), size):
                        for k, c in enumerate(sums, 1):
                            for i, j in pairs(size, k + 1):
                                _add(readout, (subset, i, j), c)
                            for rank in range(1, k + 1):
                                _add(below, _base(subset, rank, self.omitted), c)
            readouts.append(readout)
            wanted = below
        mean = self.estimator.coefficients.get(1, Fraction(0)) / self.plan.kernel_size
        for j in range(self.plan.kernel_size):
            _add(wanted, ((j,), 1), mean)
        return readouts[::-1], wanted


class _Layer:
    """One hidden layer: its units as forms in the layer before, and the values that can be read off it.

    ``values`` are those at hand before, as forms in the units of the layer before; if these are linked, up to a common
    summand, so that only their differences mean something.
    """

    def __init__(self, level: Level, values: Mapping[Value, _Form], omitted: frozenset[int]) -> None:
        self.level, self.values, self.omitted = level, values, omitted
        self.rows: list[_Form] = []
        self.index: dict[_Unit, int] = {}
        self.kept: dict[Subset, int] = {}
        tops: dict[Subset, int] = {}
        for family in level.merged:
            for subset in family.members():
                tops[subset] = max(family.top, tops.get(subset, 0))
                self.kept[subset] = max(family.kept, self.kept.get(subset, 0))
        for subset in sorted(tops, key=lambda s: (len(s), s)):
            for i, j in merging_units(len(subset), tops[subset]):
                self.index[subset, i, j] = len(self.rows)
                lower, upper = self._edge((subset, i, j))
                self.rows.append(_difference(values[upper], values[lower]))

    def _edge(self, unit: _Unit) -> tuple[Value, Value]:
        """Return the values v, w of the unit relu(w - v): v stays when max(v, w) is written with it."""
        subset, i, j = unit
        first, last = _halves(subset)
        ahead = i <= j and not _is_turned(subset, self.omitted)
        return ((first, i), (last, j)) if ahead else ((last, j), (first, i))

    def carry(self, carrying: Carrying, kernel_size: int) -> dict[Value, _Form]:
        """Add the units that carry values on, and return the values at hand after this layer."""
        direct, parts, passed = carried_by(self.level)
        on = {value for vertices in passed for value in vertices.members()}
        if carrying == "inputs":
            carried = self._carry_directly([((j,), 1) for j in range(kernel_size)])
        elif carrying == "direct":
            carried = self._carry_directly(sorted({value for vertices in direct for value in vertices.members()}))
        else:
            carried = self._carry_linked({value for part in parts for v in part for value in v.members()}, on)
        after = {value: carried[value] for value in on}
        for subset, kept in self.kept.items():
            for rank in range(1, kept + 1):
                form = dict(carried[_base(subset, rank, self.omitted)])
                for unit, sign in _units_of_value(subset, rank):
                    _add(form, self.index[unit], sign)
                after[subset, rank] = form
        return after

    def add_up(
        self, running: _Form, readout: Mapping[_Unit, Fraction], carrying: Carrying, signs: Sequence[int]
    ) -> _Form:
        """Carry the running sum on by a unit for each of its signs, and add what the merging units contribute."""
        if carrying == "inputs":
            # The first layer, where the sum so far is a form in the inputs, which were carried first of all.
            carried: _Form = {self.inputs + j: c for j, c in running.items()}
        else:
            carried = {len(self.rows) + n: sign for n, sign in enumerate(signs)}
            self.rows += [{u: sign * c for u, c in running.items()} for sign in signs]
        for unit, c in readout.items():
            _add(carried, self.index[unit], c)
        return carried

    def _carry_directly(self, vertices: Sequence[Value]) -> dict[Value, _Form]:
        """Carry values v >= 0 as relu(v)."""
        self.inputs = len(self.rows)
        self.rows += [self.values[v] for v in vertices]
        return {v: {self.inputs + n: 1} for n, v in enumerate(vertices)}

    def _carry_linked(self, linked: set[Value], passed: set[Value]) -> dict[Value, _Form]:
        """Carry differences of values: along merging units by their reverse, else by a unit for each sign."""
        carried: dict[Value, _Form] = {}
        neighbours = self._neighbours(linked)
        root: Value | None = None
        for start in [*sorted(linked, key=lambda v: (-len(neighbours[v]), v)), *sorted(passed - linked)]:
            if start not in carried:
                carried[start] = {} if root is None else self._link(root, start)
                root = root or start
                self._walk(start, neighbours, carried)
        return carried

    def _neighbours(self, linked: set[Value]) -> dict[Value, list[tuple[Value, int, int]]]:
        """List for each vertex v the vertices w of its units, each with the unit and its sign in w - v."""
        neighbours: dict[Value, list[tuple[Value, int, int]]] = {v: [] for v in linked}
        for unit, n in self.index.items():
            lower, upper = self._edge(unit)
            # What is counted on, too: beyond the first layer, units of sums alone connect nothing.
            if lower in linked and upper in linked and (self.kept[unit[0]] or self.level.number == 1):
                neighbours[lower].append((upper, n, 1))
                neighbours[upper].append((lower, n, -1))
        return neighbours

    def _walk(
        self, start: Value, neighbours: Mapping[Value, list[tuple[Value, int, int]]], carried: dict[Value, _Form]
    ) -> None:
        """Reach all values connected with one on shortest paths, and add the reverse of each unit on the way."""
        front = [start]
        for v in front:
            for w, unit, sign in neighbours.get(v, ()):
                if w not in carried:
                    form = dict(carried[v])
                    _add(form, unit, sign)
                    _add(form, len(self.rows), -sign)
                    self.rows.append({u: -c for u, c in self.rows[unit].items()})
                    carried[w] = form
                    front.append(w)

    def _link(self, v: Value, w: Value) -> _Form:
        """Add two units for w - v."""
        row = _difference(self.values[w], self.values[v])
        self.rows += [row, {u: -c for u, c in row.items()}]
        return {len(self.rows) - 2: 1, len(self.rows) - 1: -1}


def _halves(subset: Subset) -> tuple[Subset, Subset]:
    first, _ = half_sizes(len(subset))
    return subset[:first], subset[first:]


def _is_turned(subset: Subset, omitted: frozenset[int]) -> bool:
    """Say whether a subset is a pair whose maximum is written with its last input, as the first is not carried."""
    return len(subset) == 2 and subset[0] in omitted


def _base(subset: Subset, rank: int, omitted: frozenset[int]) -> Value:
    half, rank_there = base_of(rank)
    half ^= _is_turned(subset, omitted)
    return _halves(subset)[half], rank_there


def _units_of_value(subset: Subset, rank: int) -> list[tuple[_Unit, int]]:
    """Write T_k - T_(k-1), the k-th largest value, less its base, as units with signs."""
    added, taken = pairs(len(subset), rank + 1), pairs(len(subset), rank)
    return [((subset, i, j), 1) for i, j in added] + [((subset, i, j), -1) for i, j in taken]


def _add(form: dict[Any, Any], key: Hashable, c: Fraction | int) -> None:
    form[key] = form.get(key, 0) + c


def _difference(upper: _Form, lower: _Form) -> _Form:
    form = dict(upper)
    for unit, c in lower.items():
        _add(form, unit, -c)
    return {unit: c for unit, c in form.items() if c}
