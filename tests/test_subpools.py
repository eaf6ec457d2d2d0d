import itertools
import sys
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import reference
from theory import Estimator, bounds, network_size, notation, optimal_estimator, subpools
from theory.errors import ArrayError, KernelSizeError, OrdersError, ProblemTooLargeError

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
    for z, row in enumerate(subpools.vertex_features(d, range(d + 1))):
        vertex = [Fraction(0)] * z + [Fraction(1)] * (d - z)
        assert row == (1, *(reference.mean_subpool_max(vertex, r) for r in range(1, d + 1)))


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


@pytest.mark.parametrize("bad", [0, 1, -3, 2.0, "9.0", None, True, np.float64(9)])
def test_bad_kernel_sizes(bad):
    with pytest.raises(KernelSizeError, match=r"kernel (size )?is an integer"):
        notation.check_kernel_size(bad)


@pytest.mark.parametrize(
    "large", [10**9 + 1, 10**12, 10**400, 10**5000], ids=["just", "trillion", "beyond floats", "beyond texts"]
)
def test_kernel_sizes_beyond_machine_integers(large):
    assert notation.check_kernel_size(10**9) == 10**9
    with pytest.raises(KernelSizeError, match=r"at most 1000000000, not 1000|thousands of digits") as caught:
        notation.check_kernel_size(large)
    assert len(str(caught.value)) < 150
    for call in (optimal_estimator, Estimator, network_size, bounds.indicator_error):
        with pytest.raises(KernelSizeError):
            call(large, {0: 1, 1: 1})


def test_numpy_integers_are_integers():
    d = notation.check_kernel_size(np.int64(9))
    assert d == 9
    assert type(d) is int
    assert notation.check_orders(9, np.array([8, 0, 1])) == (0, 1, 8)


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
        notation.check_orders(9, orders)


@pytest.mark.parametrize(
    ("orders", "error", "reason"),
    [
        (range(10**12), OrdersError, "integers in 0..9, not 10"),
        (range(10**400), OrdersError, "integers in 0..9, not 10"),
        (itertools.count(), OrdersError, "integers in 0..9, not 10"),
        (itertools.repeat(3), OrdersError, "3 occurs twice"),
        ([10**5000], OrdersError, "thousands of digits"),
        ([[10**5000]], OrdersError, "thousands of digits"),
        (["x" * 10**6], OrdersError, "not 'xxx"),
    ],
)
def test_orders_without_end(orders, error, reason):
    with pytest.raises(error, match=reason) as caught:
        notation.check_orders(9, orders)
    assert len(str(caught.value)) < 200


def test_sets_of_a_million_orders():
    # The largest set there is, and the least that is none.
    assert notation.check_orders(10**9, range(10**6)) == tuple(range(10**6))
    with pytest.raises(ProblemTooLargeError, match="at most 1000000 orders, this one has more"):
        notation.check_orders(10**9, range(10**9))


def test_no_orders_where_there_may_be_none():
    assert notation.check_orders(9, iter(()), maybe_none=True) == ()


@pytest.mark.parametrize(
    "call",
    [
        lambda: subpools.order_statistic_weights(10**9, 1),
        lambda: subpools.order_statistic_weights(10**6, 5 * 10**5),
        lambda: subpools.vertex_features(10**9, [0, 1]),
        lambda: Estimator(10**9, {0: 1, 1: 1}).vertex_residuals,
        lambda: Estimator(10**9, {1: 1}).order_statistic_weights,
    ],
)
def test_tables_that_would_fill_the_memory_are_not_begun(call):
    with pytest.raises(ProblemTooLargeError, match=r"needs a table of about [\d,]+\.\d GiB, more than the limit of 4"):
        call()


def test_the_bound_on_tables_is_one():
    # Against the memory of the numbers themselves, in bytes, for tables small enough to build.
    for d, orders in ((9, [0, 1, 8]), (200, [3, 100]), (1000, [500])):
        table = subpools.vertex_features(d, orders)
        size = sum(
            map(sys.getsizeof, (n for row in table for phi in row for n in (phi, phi.numerator, phi.denominator)))
        )
        with pytest.raises(ProblemTooLargeError):
            subpools.check_table(d, orders, limit=size // 2)


def test_the_intercept_has_no_weights():
    with pytest.raises(OrdersError, match="intercept"):
        subpools.order_statistic_weights(9, 0)


@pytest.mark.parametrize("scalar", [1.0, np.float64(1.0)])
def test_a_scalar_is_no_window(scalar):
    with pytest.raises(ArrayError):
        subpools.mean_subpool_max(scalar, 1)
