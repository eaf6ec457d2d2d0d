"""The published construction of an estimator as a network, counted: what this project's networks are compared with.

Four ReLUs a pairwise maximum, max(a, b) = (relu(a + b) - relu(-a - b) + relu(a - b) + relu(b - a)) / 2, and two that
carry each finished average on. A maximum over r inputs is the larger of the maxima over its first and over its last s
of them; in each layer s is the largest order of the layer before that is asked for, but at least half the largest order
of this one. (Matoba, Dimitriadis, Fleuret, TMLR 2023, appendix E.) Nothing is built: subsets are counted, not listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from theory.networks.plan import level_of
from theory.networks.size import NetworkSize, count_union
from theory.notation import check_kernel_size, check_orders

_Range = tuple[int, int]
"""start, stop: the subsets of a size among the inputs start..stop-1."""


class PublishedSize(NetworkSize):
    """Counts of a network of the published construction, whose first layer has no biases."""

    @property
    def parameter_count(self) -> int:
        """All entries of the dense weight matrices and of the biases."""
        return super().parameter_count - sum(self.widths[:1])


def published_size(kernel_size: int, orders: Iterable[int]) -> PublishedSize:
    """Count the network that the published construction has for an estimator with these orders.

    The s-subsets that are needed as halves are those within some ranges of inputs: the first s elements of an r-subset
    of the inputs start..stop-1 lie in start..stop-(r-s)-1, the last s in start+(r-s)..stop-1, and every s-subset there
    is such a half.

    >>> published_size(8, [0, 1, 7]).parameter_count
    3839
    >>> published_size(8, [0, 1, 7]).widths
    (46, 42, 34)
    """
    d = check_kernel_size(kernel_size)
    averaged = [r for r in check_orders(d, orders) if r > 0]
    families = _families(d, averaged)
    widths = []
    for layer in range(1, level_of(max(averaged, default=0)) + 1):
        maxima = sum(count_union(size, ranges) for size, ranges in families.items() if level_of(size) == layer)
        carried = sum(level_of(r) < layer for r in averaged)
        widths.append(4 * maxima + 2 * carried)
    return PublishedSize(d, tuple(widths))


def _families(kernel_size: int, averaged: Sequence[int]) -> dict[int, set[_Range]]:
    """Find the ranges that hold the subsets whose maximum is needed, by the subsets' size."""
    families: dict[int, set[_Range]] = {r: {(0, kernel_size)} for r in averaged if r > 1}
    for layer in range(level_of(max(averaged, default=0)), 1, -1):
        sizes = [r for r in families if level_of(r) == layer]
        half = max([(max(sizes) + 1) // 2, *(r for r in averaged if level_of(r) == layer - 1)])
        parts = {
            part
            for r in sizes
            for start, stop in families[r]
            for part in ((start, stop - (r - half)), (start + r - half, stop))
        }
        families[half] = families.get(half, set()) | parts
    return families
