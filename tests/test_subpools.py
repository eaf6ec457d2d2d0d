from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import reference
from theory import subpools
from theory.errors import ArrayError, KernelSizeError, OrdersError

windows = st.integers(2, 7).flatmap(lambda d: st.lists(st.fractions(-3, 3, max_denominator=9), min_size=d, max_size=d))


@given(windows, st.data())
def test_order_statistic_weights_are_those_of_the_mean_over_all_subsets(x, data):
    r = data.draw(st.integers(1, len(x)))
    weights = subpools.order_statistic_weights(len(x), r)
    assert sum(w * v for w, v in zip(weights, sorted(x), strict=True)) == reference.mean_subpool_max(x, r)


@pytest.mark.parametrize("d", [2, 5, 12])
def test_weights_are_a_probability(d):
    for r in range(1, d + 1):
        weights = subpools.order_statistic_weights(d, r)
        assert sum(weights) == 1
        assert all(w >= 0 for w in weights)


@pytest.mark.parametrize("d", range(2, 8))
def test_vertex_features_are_values_at_the_vertices(d):
    for z, vertex in enumerate(subpools.vertices(d)):
        assert vertex.count(0) == z
        for r in range(1, d + 1):
            assert subpools.vertex_feature(d, r, z) == reference.mean_subpool_max([Fraction(v) for v in vertex], r)
        assert subpools.vertex_feature(d, 0, z) == 1


@pytest.mark.parametrize("d", range(2, 10))
def test_vertex_matrix_is_subpool_matrix_times_vertices(d):
    B, K, V = subpools.subpool_matrix(d), subpools.vertex_matrix(d), subpools.vertices(d)
    assert (len(B), len(B[0])) == (d - 1, d)
    assert (len(K), len(K[0])) == (d - 1, d + 1)
    for r, z in product(range(d - 1), range(d + 1)):
        assert K[r][z] == sum(b * v for b, v in zip(B[r], V[z], strict=True))


def test_number_of_terms_counts_subsets():
    assert subpools.number_of_terms(9, range(9)) == 2**9 - 1
    assert subpools.number_of_terms(5, [0]) == 1


def test_mean_subpool_max_of_an_array():
    x = np.random.default_rng(0).random((4, 3, 6))
    for r in range(1, 7):
        computed = subpools.mean_subpool_max(x, r)
        assert computed.shape == (4, 3)
        for place in np.ndindex(4, 3):
            exact = reference.mean_subpool_max([Fraction(v) for v in x[place]], r)
            # One rounding a product and a sum, and of the weight: (d + 2) eps, all values below 1.
            assert abs(float(computed[place]) - exact) <= 8 * np.finfo(float).eps


def test_mean_subpool_max_at_large_kernel_size_needs_no_enumeration():
    x = np.linspace(0.0, 1.0, 60)
    assert comb(60, 30) > 10**17
    assert 0.9 < subpools.mean_subpool_max(x, 30) < 1.0


@pytest.mark.parametrize("bad", [0, 1, -3, 2.0, "9", None, True, np.float64(9)])
def test_bad_kernel_sizes(bad):
    with pytest.raises(KernelSizeError, match="kernel size is an integer >= 2"):
        subpools.check_kernel_size(bad)


def test_numpy_integers_are_integers():
    d = subpools.check_kernel_size(np.int64(9))
    assert d == 9
    assert type(d) is int
    assert subpools.check_orders(9, np.array([8, 0, 1])) == (0, 1, 8)


@pytest.mark.parametrize(
    ("orders", "reason"),
    [
        ([], "at least one order"),
        ([0, 1, 1], "1 occurs twice"),
        ([0, -1], "not -1"),
        ([0, 1.5], "not 1.5"),
        ([0, 2.0], "not 2.0"),
        ([0, True], "not True"),
        ([0, 10], "integers in 0..9, not 10"),
        (["1"], "not '1'"),
        (7, "collection of integers"),
    ],
)
def test_bad_orders(orders, reason):
    with pytest.raises(OrdersError, match=reason):
        subpools.check_orders(9, orders)


@pytest.mark.parametrize("zeros", [-1, 10, 1.0, True])
def test_bad_vertex(zeros):
    with pytest.raises(OrdersError, match="between 0 and 9 zeros"):
        subpools.vertex_feature(9, 1, zeros)


def test_the_intercept_has_no_weights():
    with pytest.raises(OrdersError, match="intercept"):
        subpools.order_statistic_weights(9, 0)


@pytest.mark.parametrize("scalar", [1.0, np.float64(1.0)])
def test_a_scalar_is_no_window(scalar):
    with pytest.raises(ArrayError):
        subpools.mean_subpool_max(scalar, 1)
