"""ReLU networks on windows with skip connections: no ReLU is spent on carrying a value past a layer.

A feed-forward network carries v as relu(v) - relu(-v). Here every unit, and the output, may read the inputs and all
earlier units, so that those two ReLUs cancel: relu(-v) = relu(v) - v.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

import numpy as np
import numpy.typing as npt

from theory.errors import InputError
from theory.models.windows import WindowGrid
from theory.networks.circuit import Circuit, Vector, combine
from theory.networks.network import ReLUNetwork
from theory.rewrite.convolutions import ConvLayer, emit_conv
from theory.rewrite.emitter import Emitter


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
    >>> from subpool import exact_max_network
    >>> exact_max_network(9).units, with_skips(exact_max_network(9)).units
    (30, 8)
    """
    if any(any(bias) for bias in network.biases[:-1]):
        raise InputError("only a network without biases before its last map can be written with skips")
    circuit = Circuit(network.kernel_size)
    values = circuit.inputs
    for number, matrix in enumerate(network.weights):
        rows = [combine((w, values[j]) for j, w in row) for row in matrix.rows]
        values = rows if number == network.hidden_layers else [circuit.relu(row) for row in rows]
    return _needed(circuit, values[0], network.biases[-1][0])


def _needed(circuit: Circuit, output: Vector, offset: Fraction) -> SkipNetwork:
    """Keep what the output needs, numbered by level."""
    needed, fresh = set[int](), set(output)
    while fresh:
        needed |= fresh
        fresh = {node for unit in fresh for node in circuit.units.get(unit, ())} - needed
    levels: list[list[int]] = [[] for _ in range(circuit.level(output))]
    for unit in sorted(needed - set(range(circuit.kernel_size))):
        levels[circuit.level({unit: Fraction(1)}) - 1].append(unit)
    order = [*range(circuit.kernel_size), *chain.from_iterable(levels)]
    place = {node: number for number, node in enumerate(order)}

    def renamed(vector: Vector) -> Vector:
        return {place[node]: c for node, c in vector.items()}

    rows = tuple(tuple(renamed(circuit.units[unit]) for unit in level) for level in levels)
    return SkipNetwork(circuit.kernel_size, rows, renamed(output), offset)


def emit_with_skips(
    emitter: Emitter,
    x: str,
    channels: int,
    *,
    network: SkipNetwork,
    windows: WindowGrid,
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
