"""A network and its target with integers in place of fractions: at one point, and at many at once.

relu(q v) = q relu(v) for q > 0, so denominators can be carried through the layers: with W_l = W'_l / q_l in integers
and Q_l = q_0 ... q_l, the pre-activations of layer l are integers V_l over Q_l,

    V_l = W'_l relu(V_(l-1)) + Q_l b_l.

At the points x / m, m a positive integer, they are integers over Q_l m, the biases times m.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from theory.networks.network import ReLUNetwork

Integers: TypeAlias = npt.NDArray[Any]
"""int64, or Python integers where those might overflow."""

Point: TypeAlias = tuple[Fraction, ...]
"""Inputs."""

INT64_SAFE = 1 << 62


@dataclass(frozen=True)
class IntegerLayer:
    """An affine map in integers: the nonzero entries of each row as (column, entry), and the bias."""

    rows: tuple[tuple[tuple[int, int], ...], ...]
    bias: tuple[int, ...]

    def apply(self, values: Integers, scale: Integers, columns: int) -> Integers:
        """Apply the map to the columns of ``values``, the bias times ``scale``."""
        if values.dtype == np.int64:
            entries = [entry for row in self.rows for _, entry in row]
            places = [j for row in self.rows for j, _ in row]
            pointers = np.cumsum([0, *map(len, self.rows)])
            from scipy.sparse import csr_array

            matrix = csr_array((np.array(entries, dtype=np.int64), places, pointers), (len(self.rows), columns))
            product: Integers = matrix @ values
            product += np.array(self.bias, dtype=np.int64)[:, np.newaxis] * scale
            return product
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

    def evaluate(self, x: Integers, scale: Integers) -> Integers:
        """Evaluate scale * denominator * network(x / scale), x of shape (kernel_size, n), n scales > 0."""
        values, columns = x, self.kernel_size
        for i, layer in enumerate(self.layers):
            if i:
                values = np.maximum(values, 0)
            values = layer.apply(values, scale, columns)
            columns = len(layer.rows)
        result: Integers = values[0]
        return result
