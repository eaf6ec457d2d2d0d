"""Circuits of ReLUs with skip connections, and how to make layers of them with few units that carry values on.

A unit of a circuit reads inputs and units of any earlier level; a layer of a
:class:`~theory.networks.network.ReLUNetwork` reads the layer before alone. What skips a layer has to be *carried*:
v = relu(v) - relu(-v) costs two units, one where v >= 0 is known, and one as well where relu(v) is there anyway. Not
every skipping value needs carrying, only a basis of the space that the skipping parts span.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import gcd, lcm
from typing import TypeAlias

from theory.networks.network import Domain as Domain
from theory.networks.network import ReLUNetwork, check_domain, network_from_rows

Vector: TypeAlias = dict[int, Fraction]
"""A linear combination: node -> coefficient, none of them 0. Nodes 0..d-1 are the inputs, the others units."""

_INPUTS_TO_ENUMERATE = 10
"""Most inputs whose 0/1 vectors are all tried to see that a carried value is nowhere negative."""


def combine(parts: Iterable[tuple[Fraction | int, Mapping[int, Fraction]]]) -> Vector:
    """Add up multiples of linear combinations.

    >>> combine([(2, {0: Fraction(1)}), (-1, {0: Fraction(2), 1: Fraction(3)})])
    {1: Fraction(-3, 1)}
    """
    total: Vector = {}
    for factor, vector in parts:
        for node, c in vector.items():
            part = c if factor == 1 else factor * c  # most factors are 1, and most nodes are met once
            total[node] = total[node] + part if node in total else part
    return {node: c for node, c in total.items() if c}


class Circuit:
    """Units with skip connections over d inputs, the nodes 0..d-1; equal units are made once.

    The maximum of three numbers; only the larger of the first two skips nothing:

    >>> circuit = Circuit(3)
    >>> first, second, third = circuit.inputs
    >>> circuit.layered(circuit.maximum(circuit.maximum(first, second), third)).widths
    (5, 3)
    """

    def __init__(self, kernel_size: int) -> None:
        self.kernel_size = kernel_size
        self._levels = [0] * kernel_size
        self._units: dict[int, Vector] = {}
        self._nodes: dict[tuple[tuple[int, Fraction], ...], int] = {}
        # Values that are nowhere negative on nonnegative inputs: the inputs, and maxima of such values.
        self._nonnegative: dict[tuple[tuple[int, Fraction], ...], Vector] = {}
        for vector in self.inputs:
            self._nonnegative[_key(vector)] = vector

    @property
    def inputs(self) -> list[Vector]:
        """The inputs, as linear combinations."""
        return [{j: Fraction(1)} for j in range(self.kernel_size)]

    @property
    def units(self) -> Mapping[int, Vector]:
        """What each unit so far reads, by its node."""
        return self._units

    def level(self, vector: Mapping[int, Fraction]) -> int:
        """Return the number of hidden layers that a linear combination needs."""
        return max((self._levels[node] for node in vector), default=0)

    def relu(self, vector: Mapping[int, Fraction]) -> Vector:
        """Return relu(v), by a unit that may be there already: relu(k v) = k relu(v), and relu(-v) = relu(v) - v."""
        if not vector:
            return {}
        factor = Fraction(gcd(*(c.numerator for c in vector.values())), lcm(*(c.denominator for c in vector.values())))
        primitive = {node: c / factor for node, c in vector.items()}
        opposite = self._nodes.get(_key(_negative(primitive)))
        if opposite is not None:
            return combine([(1, vector), (factor, {opposite: Fraction(1)})])
        key = _key(primitive)
        if key not in self._nodes:
            node = len(self._levels)
            self._nodes[key] = node
            self._units[node] = primitive
            self._levels.append(1 + self.level(primitive))
        return {self._nodes[key]: factor}

    def maximum(self, a: Mapping[int, Fraction], b: Mapping[int, Fraction]) -> Vector:
        """Return max(a, b) = b + relu(a - b)."""
        value = combine([(1, b), (1, self.relu(combine([(1, a), (-1, b)])))])
        if _key(a) in self._nonnegative and _key(b) in self._nonnegative:
            self._nonnegative[_key(value)] = value
        return value

    def layered(
        self, output: Mapping[int, Fraction], *, offset: Fraction | int = 0, domain: Domain = "real"
    ) -> ReLUNetwork:
        """Build the network in layers, in canonical form, that computes a linear combination plus a number.

        It has as many hidden layers as the output's level; on nonnegative inputs carrying is cheaper.
        """
        check_domain(domain)
        readers: list[Vector] = [dict(output)]
        layers: list[list[dict[int, Fraction]]] = []
        for level in range(self.level(output), 0, -1):
            units, rows = self._layer(level, readers, domain)
            layers.append(rows)
            readers = units
        layers.append(readers)
        maps = [(rows, None) for rows in reversed(layers)]
        return network_from_rows(self.kernel_size, [*maps[:-1], (maps[-1][0], [offset])]).canonical()

    def _layer(self, level: int, readers: Sequence[Vector], domain: Domain) -> tuple[list[Vector], list[Vector]]:
        """Choose the units of one layer; return their pre-activations, and the readers as combinations of them."""
        units = _Oriented(
            [(node, self._units[node]) for node in sorted(set().union(*readers)) if self._levels[node] == level],
            readers,
        )
        carried = self._carriers(level, units, domain)
        activations = list(units.activations)
        span, reading = _span(carrier.vector for carrier in carried), []
        for carrier in carried:
            positive = carrier.unit if carrier.unit is not None else len(activations)
            if carrier.unit is None:
                activations.append(carrier.vector)
            read = {positive: Fraction(1)}
            if not carrier.nonnegative:
                read[len(activations)] = Fraction(-1)
                activations.append(_negative(carrier.vector))
            reading.append(read)
        rows = [
            combine([(1, direct), *((c, reading[i]) for i, c in span.coordinates(rest).items())])
            for direct, rest in zip(units.direct, units.skipping, strict=True)
        ]
        return activations, rows

    def _carriers(self, level: int, units: _Oriented, domain: Domain) -> list[_Carrier]:
        """Choose values that span the skipping parts, the cheapest first: greedy is optimal for a basis."""
        needed = _span(units.skipping)
        basis = self._cheapest_basis(self._candidates(level, units, domain), needed)
        if domain == "nonnegative" and level == 1:
            # The inputs that occur may span more than is needed, and still cost less.
            inputs = [_Carrier(vector, nonnegative=True) for j, vector in enumerate(self.inputs) if j in needed.support]
            if len(inputs) < sum(carrier.cost for carrier in basis):
                return inputs
        return basis

    def _candidates(self, level: int, units: _Oriented, domain: Domain) -> Iterator[_Carrier]:
        """Yield what may be carried, by cost."""
        on_orthant = domain == "nonnegative"
        for unit, vector in enumerate(units.activations):
            yield _Carrier(vector, unit=unit)
        for value in self._nonnegative.values():
            if self.level(value) < level:
                yield _Carrier(value, nonnegative=on_orthant)
        rest = sorted(units.skipping, key=len)
        if on_orthant:
            for vector in rest:
                if self._is_nonnegative(vector):
                    yield _Carrier(vector, nonnegative=True)
        for vector in rest:
            yield _Carrier(vector)

    @staticmethod
    def _cheapest_basis(candidates: Iterable[_Carrier], needed: _Span) -> list[_Carrier]:
        chosen, span = [], _Span()
        for carrier in candidates:
            if span.rank == needed.rank:
                break
            if needed.contains(carrier.vector) and span.add(carrier.vector):
                chosen.append(carrier)
        return chosen

    def _is_nonnegative(self, vector: Mapping[int, Fraction]) -> bool:
        """Say whether a value is seen to be >= 0 on nonnegative inputs.

        It is where no coefficient is negative. Where all its units are relu(x_a - x_b), it is linear on the cones of
        ordered inputs, and nonnegative there if it is so at the 0/1 vectors, which generate them.
        """
        if min(vector.values(), default=Fraction(0)) >= 0:
            return True
        pairs = {n: self._units[n] for n in vector if n >= self.kernel_size}
        if any(sorted(pair.values()) != [-1, 1] or max(pair) >= self.kernel_size for pair in pairs.values()):
            return False
        inputs = sorted({n for n in vector if n < self.kernel_size}.union(*pairs.values()))
        if len(inputs) > _INPUTS_TO_ENUMERATE:
            return False
        for corner in product((0, 1), repeat=len(inputs)):
            x = dict(zip(inputs, corner, strict=True))
            values = {n: max(0, sum(int(c) * x[j] for j, c in pair.items())) for n, pair in pairs.items()}
            if sum(c * (x[n] if n in x else values[n]) for n, c in vector.items()) < 0:
                return False
        return True


@dataclass(frozen=True)
class _Carrier:
    """A value that passes a layer, and how: next to a unit that is there, alone where it is >= 0, or as a pair."""

    vector: Vector
    unit: int | None = None
    nonnegative: bool = False

    @property
    def cost(self) -> int:
        return 1 if self.nonnegative or self.unit is not None else 2


class _Oriented:
    """The units of a layer, each as relu(q) or as q + relu(-q), and their readers taken apart.

    ``activations`` holds q or -q for each unit, turned around where the skipping parts then span less; ``direct`` and
    ``skipping`` hold for each reader its part on the units, by their number, and the rest.
    """

    def __init__(self, units: Sequence[tuple[int, Vector]], readers: Sequence[Vector]) -> None:
        place = {node: i for i, (node, _) in enumerate(units)}
        self.activations = [vector for _, vector in units]
        self.direct = [{place[n]: c for n, c in reader.items() if n in place} for reader in readers]
        self.skipping = [{n: c for n, c in reader.items() if n not in place} for reader in readers]
        self._turn_units()

    def _turn_units(self) -> None:
        """Turn units around one by one as long as the rank of the skipping parts falls.

        Turning a unit q whose coefficients in the readers are c changes the matrix R of the skipping parts to
        R + c q^T. Its rank is one less if and only if q = b^T R, c = R a and 1 + b^T R a = 1 + b^T c = 0.
        """
        unit, since_turned = 0, 0
        span, basis, coordinates = self._row_space()
        while since_turned < len(self.activations):
            q = self.activations[unit]
            c = [direct.get(unit, Fraction(0)) for direct in self.direct]
            if (
                span.contains(q)
                and sum(b * c[basis[i]] for i, b in span.coordinates(q).items()) == -1
                and all(
                    c[row] == sum(factor * c[basis[i]] for i, factor in combination.items())
                    for row, combination in enumerate(coordinates)
                )
            ):
                self.skipping = [combine([(1, rest), (k, q)]) for rest, k in zip(self.skipping, c, strict=True)]
                self.activations[unit] = _negative(q)
                span, basis, coordinates = self._row_space()
                since_turned = 0
            else:
                since_turned += 1
            unit = (unit + 1) % len(self.activations)

    def _row_space(self) -> tuple[_Span, list[int], list[Vector]]:
        """Return the span of the skipping parts, the independent ones by number, and all in coordinates of these."""
        span, basis = _Span(), []
        for row, vector in enumerate(self.skipping):
            if span.add(vector):
                basis.append(row)
        return span, basis, [span.coordinates(vector) for vector in self.skipping]


def _negative(vector: Mapping[int, Fraction]) -> Vector:
    return {node: -c for node, c in vector.items()}


def _key(vector: Mapping[int, Fraction]) -> tuple[tuple[int, Fraction], ...]:
    return tuple(sorted(vector.items()))


@dataclass
class _Span:
    """The span of vectors added one by one, in echelon form, each row with its coordinates in what was added."""

    rows: dict[int, tuple[Vector, Vector]] = field(default_factory=dict)
    support: set[int] = field(default_factory=set)

    @property
    def rank(self) -> int:
        return len(self.rows)

    def _reduce(self, vector: Mapping[int, Fraction]) -> tuple[Vector, Vector]:
        """Return what is left of the vector, and the coordinates of what was taken off."""
        rest, taken = dict(vector), dict[int, Fraction]()
        while pivots := rest.keys() & self.rows.keys():
            pivot = min(pivots)
            row, coordinates = self.rows[pivot]
            factor = rest[pivot]
            rest = combine([(1, rest), (-factor, row)])
            taken = combine([(1, taken), (factor, coordinates)])
        return rest, taken

    def add(self, vector: Mapping[int, Fraction]) -> bool:
        """Add a vector; return whether it was outside the span."""
        rest, taken = self._reduce(vector)
        if not rest:
            return False
        # The smallest node is the pivot, so that a row has no entries before its pivot and reduction ends.
        pivot = min(rest)
        inverse = 1 / rest[pivot]
        coordinates = combine([(inverse, {self.rank: Fraction(1)}), (-inverse, taken)])
        self.rows[pivot] = ({node: inverse * c for node, c in rest.items()}, coordinates)
        self.support |= vector.keys()
        return True

    def contains(self, vector: Mapping[int, Fraction]) -> bool:
        return vector.keys() <= self.support and not self._reduce(vector)[0]

    def coordinates(self, vector: Mapping[int, Fraction]) -> Vector:
        """Return the coordinates in the independent vectors added, by their number."""
        return self._reduce(vector)[1]


def _span(vectors: Iterable[Mapping[int, Fraction]]) -> _Span:
    span = _Span()
    for vector in vectors:
        span.add(vector)
    return span
