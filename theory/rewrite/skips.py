"""ReLU networks on windows with skip connections: no ReLU is spent on carrying a value past a layer.

A feed-forward network carries v as relu(v) - relu(-v). Here every unit, and the output, may read the inputs and all
earlier units, so that those two ReLUs cancel: relu(-v) = relu(v) - v.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

import numpy as np
import numpy.typing as npt

from theory.errors import InputError
from theory.models.windows import Windows
from theory.networks.network import ReLUNetwork
from theory.rewrite.convolutions import ConvLayer, emit_conv
from theory.rewrite.emitter import Emitter

Vector = dict[int, Fraction]
"""A linear combination: node -> coefficient. Nodes 0..d-1 are the inputs, the others are units."""


@dataclass(frozen=True)
class SkipNetwork:
    """Units by level, each reading the inputs and the units of earlier levels.

    The levels hold pre-activations; units are numbered from the number d of inputs on, in this order.
    """

    kernel_size: int
    levels: tuple[tuple[Vector, ...], ...]
    output: Vector
    offset: Fraction

    @property
    def units(self) -> int:
        """Number of ReLUs."""
        return sum(map(len, self.levels))


def with_skips(network: ReLUNetwork) -> SkipNetwork:
    """Take the carrying units out of a network without biases before the last map, raising InputError for others.

    Examples
    --------
    >>> from theory.networks.maximum import exact_max_network
    >>> exact_max_network(9).units, with_skips(exact_max_network(9)).units
    (30, 8)
    """
    if any(any(bias) for bias in network.biases[:-1]):
        raise InputError("only a network without biases before its last map can be written with skips")
    units = _Units(network.kernel_size)
    values: list[Vector] = [{j: Fraction(1)} for j in range(network.kernel_size)]
    for number, matrix in enumerate(network.weights):
        rows = [_combine((w, values[j]) for j, w in row) for row in matrix.rows]
        values = rows if number == network.hidden_layers else [units.relu(row) for row in rows]
    return units.network(values[0], network.biases[-1][0])


class _Units:
    """Units made so far; multiples of one, and of its negative, share it."""

    def __init__(self, kernel_size: int) -> None:
        self._kernel_size = kernel_size
        self._levels = [0] * kernel_size
        self._read: dict[int, Vector] = {}
        self._known: dict[tuple[tuple[int, Fraction], ...], int] = {}

    def relu(self, vector: Vector) -> Vector:
        if not vector:
            return {}
        size = Fraction(gcd(*(c.numerator for c in vector.values())), lcm(*(c.denominator for c in vector.values())))
        primitive = {node: c / size for node, c in vector.items()}
        opposite = self._known.get(_key({node: -c for node, c in primitive.items()}))
        if opposite is not None:
            return _combine([(Fraction(1), vector), (size, {opposite: Fraction(1)})])
        unit = self._known.setdefault(_key(primitive), len(self._levels))
        if unit == len(self._levels):
            self._levels.append(1 + max(self._levels[node] for node in primitive))
            self._read[unit] = primitive
        return {unit: size}

    def network(self, output: Vector, offset: Fraction) -> SkipNetwork:
        """Keep what the output needs, numbered by level."""
        needed, fresh = set[int](), set(output)
        while fresh:
            needed |= fresh
            fresh = {node for unit in fresh for node in self._read.get(unit, ())} - needed
        order = sorted(needed - set(range(self._kernel_size)), key=lambda unit: (self._levels[unit], unit))
        place = {unit: self._kernel_size + i for i, unit in enumerate(order)}
        place |= {j: j for j in range(self._kernel_size)}
        depth = max((self._levels[unit] for unit in order), default=0)
        levels = [
            tuple(_renamed(self._read[unit], place) for unit in order if self._levels[unit] == level)
            for level in range(1, depth + 1)
        ]
        return SkipNetwork(self._kernel_size, tuple(levels), _renamed(output, place), offset)


def _combine(parts: Iterable[tuple[Fraction, Vector]]) -> Vector:
    total: Vector = {}
    for factor, vector in parts:
        for node, c in vector.items():
            total[node] = total.get(node, Fraction(0)) + factor * c
    return {node: c for node, c in total.items() if c}


def _key(vector: Mapping[int, Fraction]) -> tuple[tuple[int, Fraction], ...]:
    return tuple(sorted(vector.items()))


def _renamed(vector: Vector, place: Mapping[int, int]) -> Vector:
    return {place[node]: c for node, c in vector.items()}


def emit_with_skips(
    emitter: Emitter,
    x: str,
    channels: int,
    *,
    network: SkipNetwork,
    windows: Windows,
    dtype: npt.DTypeLike,
    dense: bool = False,
) -> str:
    """Lay a network over the windows of a padded value of shape (N, channels, *spatial): Conv, Add and Relu."""
    ends = np.cumsum([network.kernel_size, *map(len, network.levels)]).tolist()
    starts = [0, *ends[:-1]]
    values = [x]

    def affine(rows: Sequence[Vector], offset: Fraction) -> str:
        total = ""
        for level, value in enumerate(values):
            weights = np.full((len(rows), ends[level] - starts[level]), Fraction(0), dtype=object)
            for i, row in enumerate(rows):
                for node, c in row.items():
                    if starts[level] <= node < ends[level]:
                        weights[i, node - starts[level]] = c
            # A constant reads nothing; it takes the extent of what comes last.
            if not weights.any() and (total or level + 1 < len(values)):
                continue
            read = windows.places if level else windows
            bias = (Fraction(0) if total else offset,) * len(rows)
            layer = ConvLayer(weights.reshape(len(rows), -1, *read.kernel_shape), bias, read)
            part = emit_conv(emitter, value, layer, channels, dtype, dense=dense)
            total = emitter.op("Add", [part, total]) if total else part
        return total

    for rows in network.levels:
        unit_values = emitter.op("Relu", [affine(rows, Fraction(0))])
        values.append(unit_values)
    return affine([network.output], network.offset)
