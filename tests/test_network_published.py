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


def test_counts_of_the_published_construction_by_listing_subsets():
    """{0, 1, 5} and {0, 5, 6} at d = 7: the halves, listed one by one."""
    fives = set(combinations(range(7), 5))
    threes = {part for five in fives for part in (five[:3], five[-3:])}
    twos = {part for three in threes for part in (three[:2], three[-2:])}
    size = published_size(7, [0, 1, 5])
    assert size.widths == (4 * len(twos) + 2, 4 * len(threes) + 2, 4 * len(fives) + 2)
    sixes = set(combinations(range(7), 6))
    threes |= {part for six in sixes for part in (six[:3], six[-3:])}
    twos = {part for three in threes for part in (three[:2], three[-2:])}
    assert published_size(7, [0, 5, 6]).widths == (4 * len(twos), 4 * len(threes), 4 * len(fives | sixes))
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
