"""The published construction, counted: against published numbers, listed subsets, and this project's networks."""

import json
from itertools import combinations
from pathlib import Path

import pytest

from theory import network_size
from theory.errors import KernelSizeError, OrdersError
from theory.networks.published import published_size

PUBLISHED = json.loads((Path(__file__).parent / "data" / "published_network_sizes.json").read_text())


@pytest.mark.parametrize("orders", [lambda d: (0, 1, d - 1), lambda d: (0, 1, d - 2, d - 1)])
def test_every_layer_is_narrower_than_published(orders):
    for d in range(4, 34):
        ours, published = network_size(d, orders(d)).widths, published_size(d, orders(d)).widths
        assert len(ours) == len(published)
        assert all(a < b for a, b in zip(ours, published, strict=True))


@pytest.mark.parametrize("kernel_size", ["6", "8"])
def test_counts_of_the_published_construction_agree_with_the_published_ones(kernel_size):
    published = PUBLISHED[kernel_size]
    assert len(published) == {"6": 15, "8": 63}[kernel_size]
    for orders, parameters in published.items():
        assert published_size(int(kernel_size), map(int, orders.split(","))).parameter_count == parameters


def layer_of(order):
    return (order - 1).bit_length() if order else 0


def listed_widths(kernel_size, orders):
    """List the subsets layer by layer, from the last to the first: the rule with nothing counted."""
    layers = layer_of(max(orders))
    subsets = [set() for _ in range(layers + 1)]
    for order in orders:
        if order >= 2:
            subsets[layer_of(order)].update(combinations(range(kernel_size), order))
    for layer in range(layers, 1, -1):
        largest = max(map(len, subsets[layer]))
        at_hand = [order for order in orders if layer_of(order) == layer - 1 and 2 * order >= largest]
        half = min(at_hand, default=-(-largest // 2))
        for subset in subsets[layer]:
            subsets[layer - 1].update((subset[:half], subset[-half:]))
    carried = [sum(1 for order in orders if order and layer_of(order) < layer) for layer in range(layers + 1)]
    return tuple(4 * len(subsets[layer]) + 2 * carried[layer] for layer in range(1, layers + 1))


def test_counts_of_the_published_construction_by_listing_subsets():
    for d in range(2, 8):
        for size in range(1, d + 1):
            for orders in combinations(range(1, d + 1), size):
                assert published_size(d, (0, *orders)).widths == listed_widths(d, (0, *orders)), (d, orders)
    for orders in ((0, 1, 11), (0, 1, 10, 11), (0, 3, 5, 6, 9)):
        assert published_size(12, orders).widths == listed_widths(12, orders)
    assert published_size(7, [0]).widths == ()
    assert published_size(7, [0, 1]).parameter_count == 8


def test_counts_of_the_maximum_are_those_of_a_tree_with_four_units_a_pair():
    assert [published_size(d, [d]).widths for d in (2, 4, 8)] == [(4,), (8, 4), (16, 8, 4)]


def test_kernel_sizes_and_orders_are_checked():
    with pytest.raises(KernelSizeError):
        published_size(1, [0])
    with pytest.raises(OrdersError):
        published_size(4, [5])
    with pytest.raises(OrdersError):
        published_size(4, [])
