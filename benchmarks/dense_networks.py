"""The published construction of an estimator as a network, with dense matrices of floats: a baseline.

Four ReLUs a pairwise maximum, max(a, b) = (relu(a + b) - relu(-a - b) + relu(a - b) + relu(b - a)) / 2, and two that
carry each finished average on. A maximum over r inputs is the larger of the maxima over the first and over the last s
of them; in each layer s is the largest order of the layer before that is asked for, but at least half the largest order
of this one. (Matoba, Dimitriadis, Fleuret, TMLR 2023, appendix E.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float32]
Subset = tuple[int, ...]


@dataclass(frozen=True)
class DenseNetwork:
    """Weights and biases in float32; the first layer has no bias."""

    weights: tuple[Matrix, ...]
    biases: tuple[Matrix | None, ...]

    @property
    def parameter_count(self) -> int:
        """All entries of the matrices and of the biases that are there.

        Examples
        --------
        >>> build_dense(8, {0: 0.5, 1: -1.0, 7: 1.5}).parameter_count
        3839
        """
        return sum(w.size for w in self.weights) + sum(b.size for b in self.biases if b is not None)

    def __call__(self, x: Matrix, batch: int = 1 << 12) -> Matrix:
        """Evaluate on windows, some at a time so that they stay in the processor's cache."""
        return np.concatenate([self._forward(x[start : start + batch]) for start in range(0, len(x), batch)])

    def _forward(self, values: Matrix) -> Matrix:
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            if layer:
                values = np.maximum(values, 0)
            values = values @ weight.T
            if bias is not None:
                values += bias
        return values[:, 0]


def build_dense(kernel_size: int, coefficients: dict[int, float]) -> DenseNetwork:
    """Build the network of an estimator whose largest order is at least 2.

    Examples
    --------
    >>> network = build_dense(3, {0: 0.25, 1: -1.0, 3: 2.0})
    >>> network(np.array([[0, 3, 0], [-3, -6, 0]], dtype=np.float32)).tolist()
    [5.25, 3.25]
    """
    orders = sorted(r for r in coefficients if r > 0)
    subsets = _subsets_by_order(kernel_size, orders)
    depth = _level(orders[-1])
    weights: list[Matrix] = []
    # What is known before a layer: the maxima over these subsets, then the finished averages, as rows over the units.
    known: list[Subset] = [(j,) for j in range(kernel_size)]
    averages: dict[int, int] = {}
    readout = np.eye(kernel_size, dtype=np.float32)
    if 1 in orders:
        averages[1] = len(readout)
        readout = np.vstack([readout, np.full((1, kernel_size), 1 / kernel_size, dtype=np.float32)])
    for layer in range(1, depth + 1):
        members = [J for r in sorted(subsets) if _level(r) == layer for J in subsets[r]]
        weights.append(_hidden(known, members, averages, len(readout)) @ readout)
        readout, averages = _next_readout(members, averages, [r for r in orders if _level(r) == layer])
        known = members
    final = np.zeros((1, len(readout)), dtype=np.float32)
    for r, row in averages.items():
        final[0, row] = coefficients[r]
    weights.append(final @ readout)
    biases: list[Matrix | None] = [None, *(np.zeros(len(weight), dtype=np.float32) for weight in weights[1:])]
    biases[-1] = np.array([coefficients.get(0, 0.0)], dtype=np.float32)
    return DenseNetwork(tuple(weights), tuple(biases))


def _level(order: int) -> int:
    return (order - 1).bit_length()


def _subsets_by_order(kernel_size: int, orders: Sequence[int]) -> dict[int, list[Subset]]:
    """List the subsets whose maximum is needed, by their size."""
    needed: dict[int, set[Subset]] = {r: set(combinations(range(kernel_size), r)) for r in orders if r > 1}
    for layer in range(_level(orders[-1]), 1, -1):
        sizes = [r for r in needed if _level(r) == layer]
        half = max([(max(sizes) + 1) // 2, *(r for r in orders if _level(r) == layer - 1)])
        parts = {part for r in sizes for J in needed[r] for part in (J[:half], J[-half:])}
        needed[half] = needed.get(half, set()) | parts
    return {r: sorted(members) for r, members in needed.items()}


def _hidden(known: list[Subset], members: list[Subset], averages: dict[int, int], rows: int) -> Matrix:
    """Combine what is known to pre-activations: four for each pair, two for each average."""
    place = {J: row for row, J in enumerate(known)}
    matrix = np.zeros((4 * len(members) + 2 * len(averages), rows), dtype=np.float32)
    for number, J in enumerate(members):
        a, b = _parts(J, place)
        matrix[4 * number : 4 * number + 4, a] = 1, -1, 1, -1
        matrix[4 * number : 4 * number + 4, b] = 1, -1, -1, 1
    for number, row in enumerate(averages.values()):
        start = 4 * len(members) + 2 * number
        matrix[start : start + 2, row] = 1, -1
    return matrix


def _parts(subset: Subset, place: dict[Subset, int]) -> tuple[int, int]:
    """Find the first and the last part of a subset, of the largest size for which both are known."""
    return next(
        (place[subset[:size]], place[subset[-size:]])
        for size in range(len(subset) - 1, 0, -1)
        if subset[:size] in place and subset[-size:] in place
    )


def _next_readout(
    members: list[Subset], averages: dict[int, int], finished: list[int]
) -> tuple[Matrix, dict[int, int]]:
    """Return the maxima over the members and all finished averages as rows over the units of this layer."""
    pairs, old = len(members), len(averages)
    readout = np.zeros((pairs + old + len(finished), 4 * pairs + 2 * old), dtype=np.float32)
    places = {r: pairs + number for number, r in enumerate([*averages, *finished])}
    for number in range(pairs):
        readout[number, 4 * number : 4 * number + 4] = 0.5, -0.5, 0.5, 0.5
    for number in range(old):
        readout[pairs + number, 4 * pairs + 2 * number : 4 * pairs + 2 * number + 2] = 1, -1
    for r in finished:
        rows = [number for number, J in enumerate(members) if len(J) == r]
        readout[places[r]] = readout[rows].mean(axis=0)
    return readout, places
