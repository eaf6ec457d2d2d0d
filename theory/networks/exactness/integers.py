"""A network and its target with integers in place of fractions: at one point, and at many at once.

relu(q v) = q relu(v) for q > 0, so denominators can be carried through the layers: with W_l = W'_l / q_l in integers
and Q_l = q_0 ... q_l, the pre-activations of layer l are integers V_l over Q_l,

    V_l = W'_l relu(V_(l-1)) + Q_l b_l.

At the points x / m, m a positive integer, they are integers over Q_l m, the biases times m.

Integers v far beyond 64 bits are kept as v mod 2^64 beside a float that is off by less than 2^61: the two determine v,
and its sign. Where |float| < 2^62, |v| < 2^63 is the residue, as int64; elsewhere the float has the sign of v.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from theory.networks.network import ReLUNetwork

Integers: TypeAlias = npt.NDArray[Any]
"""int64, or Python integers where those might overflow."""

Twin: TypeAlias = tuple[npt.NDArray[np.uint64], npt.NDArray[np.float64]]
"""Integers mod 2^64, and floats that are off by less than 2^61."""

Point: TypeAlias = tuple[Fraction, ...]
"""Inputs."""

TWIN_SAFE = 1 << 112
"""Bound on the sizes of all numbers, times that of their rounding errors in units, up to which there are twins."""

SURE = 2.0**62
"""Floats from this size on have the sign of what they stand for; smaller ones stand for residues."""


@dataclass(frozen=True)
class IntegerLayer:
    """An affine map in integers: the nonzero entries of each row as (column, entry), and the bias."""

    rows: tuple[tuple[tuple[int, int], ...], ...]
    bias: tuple[int, ...]

    @cached_property
    def _maps(self) -> list[tuple[Any, npt.NDArray[Any]]]:
        """The matrix in compressed rows and the bias, as residues and as floats; columns end with the last entry."""
        from scipy.sparse import csr_array

        entries = [entry for row in self.rows for _, entry in row]
        places = np.array([j for row in self.rows for j, _ in row], dtype=np.int64)
        pointers = np.cumsum([0, *map(len, self.rows)])
        shape = len(self.rows), int(places.max(initial=-1)) + 1
        pairs = zip(twin(entries), twin(self.bias), strict=True)
        return [(csr_array((data, places, pointers), shape), bias[:, np.newaxis]) for data, bias in pairs]

    def apply_to_twin(self, values: Twin, scale: Twin) -> Twin:
        """Apply the map to the columns of ``values``, the bias times ``scale``."""
        low, near = (
            matrix @ part[: matrix.shape[1]] + bias * times
            for (matrix, bias), part, times in zip(self._maps, values, scale, strict=True)
        )
        return low, near

    def apply(self, values: Integers, scale: Integers) -> Integers:
        """Apply the map to the columns of ``values``, Python integers, the bias times ``scale``."""
        result = np.empty((len(self.rows), values.shape[1]), dtype=object)
        for i, (row, b) in enumerate(zip(self.rows, self.bias, strict=True)):
            result[i] = sum((entry * values[j] for j, entry in row), b * scale)
        return result

    def at(self, values: Sequence[int], scale: int) -> tuple[int, ...]:
        """Apply the map to one vector, the bias times ``scale``."""
        return tuple(
            sum(w * values[j] for j, w in row) + b * scale for row, b in zip(self.rows, self.bias, strict=True)
        )


@dataclass(frozen=True)
class IntegerNetwork:
    """The function denominator * network, in integers.

    >>> from theory.networks.network import network_from_rows
    >>> halves = network_from_rows(2, [([{0: 1, 1: -1}], None), ([{0: Fraction(1, 2)}], [Fraction(1, 3)])])
    >>> twin = IntegerNetwork.of(halves)
    >>> twin.denominator, twin.layers[1]
    (6, IntegerLayer(rows=(((0, 3),),), bias=(2,)))
    """

    kernel_size: int
    layers: tuple[IntegerLayer, ...]
    denominator: int

    @classmethod
    def of(cls, network: ReLUNetwork) -> IntegerNetwork:
        """Take a network's weights, and nothing else of it."""
        layers, running = [], 1
        for matrix, bias in zip(network.weights, network.biases, strict=True):
            weights = [w for row in matrix.rows for _, w in row]
            # The least q for which q W and q Q b are integers.
            q = lcm(*(w.denominator for w in weights), *((b * running).denominator for b in bias))
            running *= q
            layers.append(
                IntegerLayer(
                    tuple(tuple((j, int(w * q)) for j, w in row) for row in matrix.rows),
                    tuple(int(b * running) for b in bias),
                )
            )
        return cls(network.kernel_size, tuple(layers), running)

    def bound(self, largest: int, scale: int) -> int:
        """Bound the sizes of all numbers that :meth:`evaluate` meets, for inputs and scales up to these."""
        sizes, bound = [largest] * self.kernel_size, max(largest, scale)
        for layer in self.layers:
            sizes = [
                sum(abs(w) * sizes[j] for j, w in row) + abs(b) * scale
                for row, b in zip(layer.rows, layer.bias, strict=True)
            ]
            entries = (abs(w) for row in layer.rows for _, w in row)
            bound = max(bound, *sizes, *map(abs, layer.bias), *entries, 0)
        return bound

    def pre_activation(self, x: Sequence[int], scale: int, place: tuple[int, int]) -> int:
        """Evaluate a multiple of the pre-activation of one unit, given by layer and row, at x / scale."""
        values: Sequence[int] = x
        for layer in self.layers[: place[0]]:
            values = [max(v, 0) for v in layer.at(values, scale)]
        return self.layers[place[0]].at(values, scale)[place[1]]

    @property
    def terms(self) -> int:
        """Bound the rounding errors of floats on any way through the network: one for each term, and three a layer."""
        return sum(3 + max(map(len, layer.rows), default=0) for layer in self.layers)

    def evaluate(self, x: Integers, scale: Integers) -> Integers:
        """Evaluate scale * denominator * network(x / scale), x of shape (kernel_size, n), n scales > 0, of objects."""
        values = self.layers[0].apply(x, scale)
        for layer in self.layers[1:]:
            values = layer.apply(np.maximum(values, 0), scale)
        result: Integers = values[0]
        return result

    def evaluate_twin(self, x: Twin, scale: Twin) -> Twin:
        """Evaluate as :meth:`evaluate` does."""
        low, near = self.layers[0].apply_to_twin(x, scale)
        for layer in self.layers[1:]:
            positive = np.where(np.abs(near) < SURE, low.view(np.int64) > 0, near > 0)
            low, near = layer.apply_to_twin((low * positive, near * positive), scale)
        return low[0], near[0]


def twin(integers: Sequence[int] | Integers) -> Twin:
    """Return integers of any size as residues and floats; the floats are off by half a unit in the last place."""
    if isinstance(integers, np.ndarray) and integers.dtype == np.int64:
        return integers.astype(np.uint64), integers.astype(np.float64)
    exact = np.array(integers, dtype=object)
    return (exact & ((1 << 64) - 1)).astype(np.uint64), exact.astype(np.float64)
