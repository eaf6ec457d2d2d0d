"""The best for a budget: fronts against brute force, best sets against fronts, proved bounds against both."""

from fractions import Fraction
from math import comb

import pyarrow as pa
import pytest

import theory
from theory.errors import FormatError, InputError
from theory.frontier import best
from theory.frontier.best import best_orders, terms_lower_bound
from theory.frontier.chunk import rows, solve_chunk
from theory.frontier.pareto import pareto_front, width_law
from theory.frontier.sets import OrderSets

BUDGETS = ("terms", "units", "parameters", "hidden_layers")


@pytest.fixture(scope="module")
def tables():
    return {d: solve_chunk(d, (0,), 0, 1 << (d - 1)) for d in (4, 7, 9, 11)}


def _mask_of(orders):
    return sum(1 << r for r in orders)


def _brute_front(table, budget):
    """Every row against every other one, exactly."""
    listed = [(row[budget], Fraction(row["error_exact"])) for row in table.to_pylist()]
    return {
        (cost, error)
        for cost, error in listed
        if not any((c <= cost and e < error) or (c < cost and e <= error) for c, e in listed)
    }


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("kernel_size", [4, 7, 9])
def test_fronts_are_those_of_brute_force(tables, kernel_size, budget):
    front = pareto_front(tables[kernel_size], budget)
    assert {(point.cost(budget), point.error) for point in front} == _brute_front(tables[kernel_size], budget)
    assert len({point.cost(budget) for point in front}) == len(front)
    for point in front:
        estimator = theory.optimal_estimator(kernel_size, point.orders)
        assert (estimator.error, estimator.terms) == (point.error, point.terms)


def test_fronts_do_not_depend_on_chunks(tmp_path, tables):
    dataset = theory.sweep(11, tmp_path)
    assert dataset.chunks > 1
    shuffled = tables[11].take(pa.array(range(tables[11].num_rows - 1, -1, -1)))
    for budget in BUDGETS:
        front = pareto_front(dataset, budget)
        assert front == pareto_front(tables[11], budget) == pareto_front(str(tmp_path), budget)
        assert front == pareto_front(shuffled, budget)
    assert width_law(dataset) == width_law(tables[11])


def test_errors_that_floats_cannot_tell_apart_are_compared_exactly():
    third, close = Fraction(1, 3), Fraction(1, 3) - Fraction(1, 10**30)
    assert float(third) == float(close)
    table = solve_chunk(4, (0,), 0, 3).to_pydict()
    table["error"] = [float(third)] * 3
    table["error_exact"] = [f"{e.numerator}/{e.denominator}" for e in (third, close, third)]
    table["terms"] = [1, 5, 7]
    front = pareto_front(pa.table(table), "terms")
    assert [(point.terms, point.error) for point in front] == [(1, third), (5, close)]


def test_products_that_floats_cannot_tell_apart_are_compared_exactly():
    table = solve_chunk(4, (0,), 0, 3).to_pydict()
    barely = Fraction(1, 2) - Fraction(1, 10**30)
    table["error"], table["terms"] = [0.5] * 3, [1, 1, 1]
    table["error_exact"] = ["1/2", f"{barely.numerator}/{barely.denominator}", "1/2"]
    law = width_law(pa.table(table))
    assert (law.product, law.orders, law.below_half, law.holds) == (barely, (0, 1), 1, False)


@pytest.mark.parametrize("budget", BUDGETS)
@pytest.mark.parametrize("kernel_size", [4, 7, 9])
def test_best_orders_are_the_best_of_all(tables, kernel_size, budget):
    front = pareto_front(tables[kernel_size], budget)
    limits = {point.cost(budget) + more for point in front for more in (-1, 0, 1)}
    for limit in sorted(limit for limit in limits if limit >= front[0].cost(budget)):
        found = best_orders(kernel_size, budget=budget, limit=limit)
        wanted = [point for point in front if point.cost(budget) <= limit][-1]
        assert found.is_optimal
        assert found.error == wanted.error
        assert found.cost(budget) <= limit
        if budget == "terms":
            assert found.orders == wanted.orders


def test_the_paper_s_sets_are_best_for_their_width():
    assert best_orders(9, budget="terms", limit=19).orders == (0, 1, 8)
    assert best_orders(9, budget="terms", limit=55).orders == (0, 1, 7, 8)


@pytest.mark.parametrize("kernel_size", [4, 7, 9, 11])
def test_the_bound_on_the_error_by_the_terms_is_one(tables, kernel_size):
    listed = tables[kernel_size].to_pydict()
    for terms, error in zip(listed["terms"], map(Fraction, listed["error_exact"]), strict=True):
        bound = terms_lower_bound(kernel_size, terms)
        assert theory.bounds.width_lower_bound(terms) <= bound <= error
    bounds = [terms_lower_bound(kernel_size, terms) for terms in range(1, 2**kernel_size)]
    assert bounds == sorted(bounds, reverse=True)


def test_candidates_of_large_kernels_are_best_where_all_sets_are_known(tables, monkeypatch):
    monkeypatch.setattr(best, "_EXHAUSTIVE_KERNEL", 2)
    for kernel_size in (9, 11):
        for point in pareto_front(tables[kernel_size], "terms"):
            found = best_orders(kernel_size, budget="terms", limit=point.terms)
            assert found.error == point.error
            assert found.lower_bound <= found.error


@pytest.mark.parametrize(
    ("kernel_size", "limit", "factor"), [(25, 351, 3), (25, 10**5, 4), (81, 10**4, 4), (169, 10**6, 4)]
)
def test_large_kernels_are_close_to_the_bound(kernel_size, limit, factor):
    found = best_orders(kernel_size, budget="terms", limit=limit)
    assert found.terms == sum(comb(kernel_size, r) for r in found.orders) <= limit
    assert theory.optimal_estimator(kernel_size, found.orders).error == found.error
    assert found.lower_bound <= found.error <= factor * found.lower_bound


@pytest.mark.parametrize("budget", ["units", "parameters"])
def test_networks_of_large_kernels(budget):
    found = best_orders(25, budget=budget, limit=10**4)
    assert found.cost(budget) <= 10**4
    assert found.error == theory.optimal_estimator(25, found.orders).error
    assert Fraction(1, 2**25) == found.lower_bound <= found.error
    assert best_orders(25, budget="units", limit=10**4).is_optimal  # sorting is enough for all orders


def test_depth_is_a_budget_for_every_kernel_size():
    for d in (9, 25, 81):
        for layers in range(8):
            found = best_orders(d, budget="hidden_layers", limit=layers)
            largest = min(2**layers, d - 1)
            assert found.orders == tuple(range(largest + 1))
            assert found.hidden_layers <= layers
            assert found.is_optimal
    assert best_orders(81, budget="hidden_layers", limit=7).network.hidden_layers == 7
    assert best_orders(81, budget="hidden_layers", limit=7).error == Fraction(1, 2**81)


def test_shallow_blocks_buy_more_orders_with_the_same_depth():
    for d, layers in ((9, 2), (9, 3), (25, 2), (25, 3)):
        tree = best_orders(d, budget="hidden_layers", limit=layers)
        shallow = best_orders(d, budget="hidden_layers", limit=layers, construction="shallow")
        assert shallow.hidden_layers <= layers
        assert max(shallow.orders) >= max(tree.orders)
        assert shallow.error <= tree.error
    assert best_orders(9, budget="hidden_layers", limit=2, construction="shallow").error < Fraction(7, 64)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"budget": "units", "limit": 300, "construction": "shallow"}, "goes with the budget"),
        ({"budget": "money", "limit": 3}, "'money'"),
        ({"budget": "terms", "limit": 0}, "no set of orders has at most 0 terms"),
        ({"budget": "terms", "limit": -1}, "limit is an integer >= 0"),
        ({"budget": "terms", "limit": 2.5}, "limit is an integer >= 0"),
        ({"budget": "parameters", "limit": 3}, "no set of orders has at most 3 parameters"),
        ({"budget": "units", "limit": 3, "construction": "wide"}, "the construction is"),
    ],
)
def test_bad_budgets(arguments, reason):
    with pytest.raises(InputError, match=reason):
        best_orders(9, **arguments)


def test_what_is_no_sweep_is_refused(tmp_path):
    with pytest.raises(InputError, match='a budget is "terms"'):
        pareto_front(solve_chunk(4, (0,), 0, 8), "money")
    with pytest.raises(FormatError, match="have the columns"):
        pareto_front(pa.table({"x": [1]}), "terms")
    with pytest.raises(FormatError, match="holds no sweep"):
        pareto_front(tmp_path, "terms")


# --- the width law --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kernel_size", range(2, 13))
def test_the_width_law_holds(kernel_size):
    law = width_law(solve_chunk(kernel_size, (0,), 0, 1 << (kernel_size - 1)))
    assert law.holds
    assert (law.product, law.orders) == (Fraction(1, 2), (0,))
    assert law.product_of_more > Fraction(1, 2)


def test_the_width_law_fails_at_19():
    # The counterexample and its neighbours, one order more or less.
    masks = OrderSets.of(19, [0]).masks(0, 0)
    centre = _mask_of([*range(5), *range(13, 19)])
    masks = sorted({centre, *(centre ^ 1 << r for r in range(1, 19))})
    law = width_law(rows(19, pa.array(masks).to_numpy()))
    assert law.orders == (*range(5), *range(13, 19))
    assert law.product == Fraction(40, 3958863) * 48831 < Fraction(1, 2)
    assert not law.holds
    assert law.below_half >= 1
