"""The published construction of an estimator as a network, counted: what this project's networks are compared with.

Four ReLUs a pairwise maximum, max(a, b) = (relu(a + b) - relu(-a - b) + relu(a - b) + relu(b - a)) / 2, and two that
carry each finished average on. A maximum over r inputs is the larger of the maxima over its first and over its last s
of them; in each layer s is the largest order of the layer before that is asked for, but at least half the largest order
of this one. (Matoba, Dimitriadis, Fleuret, TMLR 2023, appendix E.) Nothing is built: subsets are counted, not listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import comb

from theory.networks.size import level_count
from theory.subpools import check_kernel_size, check_orders

_Range = tuple[int, int]
"""start, stop: the subsets of a size among the inputs start..stop-1."""


@dataclass(frozen=True)
class PublishedSize:
    """Counts of a network of the published construction, with dense layers.

    Attributes
    ----------
    kernel_size : int
        Number of inputs.
    widths : tuple of int
        Number of ReLUs in each hidden layer.
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
        """All entries of the dense weight matrices and of the biases; the first layer has none."""
        layers = (self.kernel_size, *self.widths, 1)
        biases = sum(layers[2:]) if self.widths else 1
        return sum(before * after for before, after in pairwise(layers)) + biases


def published_size(kernel_size: int, orders: Iterable[int]) -> PublishedSize:
    """Count the network that the published construction has for an estimator with these orders.

    Parameters
    ----------
    kernel_size : int, >= 2
    orders : iterable of distinct int in 0..kernel_size

    Returns
    -------
    PublishedSize

    Raises
    ------
    KernelSizeError, OrdersError

    Notes
    -----
    The s-subsets that are needed as halves are those within some ranges of inputs: the first s elements of an r-subset
    of the inputs start..stop-1 lie in start..stop-(r-s)-1, the last s in start+(r-s)..stop-1, and every s-subset there
    is such a half.

    Examples
    --------
    >>> published_size(8, [0, 1, 7]).parameter_count
    3839
    >>> published_size(8, [0, 1, 7]).widths
    (46, 42, 34)
    """
    d = check_kernel_size(kernel_size)
    averaged = [r for r in check_orders(d, orders) if r > 0]
    if not averaged:
        return PublishedSize(d, ())
    families = _families(d, averaged)
    widths = []
    for layer in range(1, level_count(averaged[-1]) + 1):
        pairs = sum(_count(size, ranges) for size, ranges in families.items() if level_count(size) == layer)
        carried = sum(level_count(r) < layer for r in averaged)
        widths.append(4 * pairs + 2 * carried)
    return PublishedSize(d, tuple(widths))


def _families(kernel_size: int, averaged: Sequence[int]) -> dict[int, set[_Range]]:
    """Find the ranges that hold the subsets whose maximum is needed, by the subsets' size."""
    families: dict[int, set[_Range]] = {r: {(0, kernel_size)} for r in averaged if r > 1}
    for layer in range(level_count(averaged[-1]), 1, -1):
        sizes = [r for r in families if level_count(r) == layer]
        half = max([(max(sizes) + 1) // 2, *(r for r in averaged if level_count(r) == layer - 1)])
        parts = {
            part
            for r in sizes
            for start, stop in families[r]
            for part in ((start, stop - (r - half)), (start + r - half, stop))
        }
        families[half] = families.get(half, set()) | parts
    return families


def _count(size: int, ranges: Iterable[_Range]) -> int:
    """Count the subsets, of at least two inputs, that lie in one of the ranges, by their first and last input."""
    ends = {(i, j) for start, stop in ranges for i in range(start, stop) for j in range(i + size - 1, stop)}
    return sum(comb(j - i - 1, size - 2) for i, j in ends)
