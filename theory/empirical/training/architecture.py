"""Hidden widths of the networks that are trained: those of a construction, scaled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations, pairwise
from math import ceil
from typing import Literal, get_args

from theory.errors import InputError, ProblemTooLargeError
from theory.networks.size import network_size
from theory.subpools import check_kernel_size, check_orders

Widths = Literal["ours", "published"]
"""Whose construction the widths are taken from."""

_MOST_SUBSETS = 1 << 20


def hidden_widths(kernel_size: int, orders: Iterable[int], widths: Widths = "ours") -> tuple[int, ...]:
    """Return the hidden widths of a network that computes an estimator of some orders.

    Parameters
    ----------
    kernel_size : int
        Number d of inputs.
    orders : iterable of int
        R, with an order of at least 2, so that there is a hidden layer.
    widths : {"ours", "published"}
        ``"ours"``: of :func:`theory.build_network`. ``"published"``: of the construction of Matoba, Dimitriadis and
        Fleuret (TMLR 2023, appendix E), see :func:`published_widths`.

    Raises
    ------
    InputError
        If the orders need no hidden layer, or the choice is unknown.
    KernelSizeError, OrdersError

    Examples
    --------
    >>> hidden_widths(8, [0, 1, 7]), hidden_widths(8, [0, 1, 7], "published")
    ((16, 12, 5), (46, 42, 34))
    """
    if widths not in get_args(Widths):
        raise InputError(f'the widths are "ours" or "published", not {widths!r}')
    d = check_kernel_size(kernel_size)
    checked = check_orders(d, orders)
    if max(checked) < 2:
        raise InputError(f"orders {checked} need no hidden layer, so there is nothing to train; give an order >= 2")
    return network_size(d, checked).widths if widths == "ours" else published_widths(d, checked)


def scaled_widths(widths: Sequence[int], scale: Fraction) -> tuple[int, ...]:
    """Multiply widths by a factor, and round up, so that no layer vanishes.

    Examples
    --------
    >>> scaled_widths((16, 12, 5), Fraction(1, 4))
    (4, 3, 2)
    """
    return tuple(ceil(scale * width) for width in widths)


def parameter_count(kernel_size: int, widths: Sequence[int]) -> int:
    """Count the weights and biases of a dense network with one output.

    Examples
    --------
    >>> parameter_count(8, (16, 12, 5))
    419
    """
    return sum((before + 1) * after for before, after in pairwise((kernel_size, *widths, 1)))


def published_widths(kernel_size: int, orders: Sequence[int]) -> tuple[int, ...]:
    """Return the hidden widths of the published construction.

    A layer spends 4 ReLUs on each pairwise maximum and 2 on each average that is carried on. The subsets whose maxima
    layer l computes come from above: those of layer l + 1, of at most M elements, are each the union of their first s
    and their last s elements in sorted order, where s is the least order of R that layer l computes with 2s >= M, and
    otherwise ceil(M/2). An average is carried on through every layer after the one that has computed it; the mean, of
    order 1, through all.

    The rule was found from, and reproduces, all 78 parameter counts that are recorded of the published code for d = 6
    and 8 (``tests/data/published_network_sizes.json``; its first layer has no bias).

    Raises
    ------
    ProblemTooLargeError
        If there are more than 2^20 subsets to be listed.

    Examples
    --------
    >>> published_widths(8, [0, 1, 2, 3, 4, 5, 6, 7])
    (114, 508, 376)
    """
    if 1 << kernel_size > _MOST_SUBSETS:
        raise ProblemTooLargeError(
            f"the published widths are counted by listing subsets, for at most 20 inputs, not {kernel_size}"
        )
    layers = _layer_of(max(orders))
    subsets: list[set[tuple[int, ...]]] = [set() for _ in range(layers + 1)]
    for order in orders:
        if order >= 2:
            subsets[_layer_of(order)].update(combinations(range(kernel_size), order))
    for layer in range(layers, 1, -1):
        half = _block_size(max(map(len, subsets[layer])), layer - 1, orders)
        for subset in subsets[layer]:
            subsets[layer - 1].update((subset[:half], subset[-half:]))
    carried = [sum(1 for order in orders if order and _layer_of(order) < layer) for layer in range(layers + 1)]
    return tuple(4 * len(subsets[layer]) + 2 * carried[layer] for layer in range(1, layers + 1))


def _layer_of(order: int) -> int:
    """Return ceil(log2 order), the hidden layer that computes the maxima of this many inputs."""
    return (order - 1).bit_length() if order else 0


def _block_size(largest: int, layer: int, orders: Sequence[int]) -> int:
    """Choose the size of the subsets from which those of the layer above are joined."""
    at_hand = [order for order in orders if _layer_of(order) == layer and 2 * order >= largest]
    return min(at_hand, default=-(-largest // 2))
