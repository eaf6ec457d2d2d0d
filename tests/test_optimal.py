"""The solvers against each other, against the unsymmetric program, and against the independent checker."""

import random
from fractions import Fraction
from itertools import combinations, product
from math import comb

import numpy as np
import pytest
from scipy.optimize import linprog

from proofs_check import check_certificate
from tests import reference
from theory import closed_forms, optimal_estimator
from theory.errors import InputError, KernelSizeError, OrdersError, ProblemTooLargeError, SolverError
from theory.optimal.extrapolation import extrapolate, extremal_points, first_reference
from theory.optimal.growth import largest_growth

# HiGHS and CVXPY's default solver work to 1e-7 or better; vertex residuals are at most 1 in size.
FLOAT = 1e-7


def _certified(estimator):
    return check_certificate(estimator.certificate.to_json())


@pytest.mark.parametrize("d", range(2, 8))
def test_every_set_of_orders_is_certified(d):
    for orders in reference.sets_of_orders(d):
        assert _certified(optimal_estimator(d, orders)) == optimal_estimator(d, orders).error
        if orders[0]:
            estimator = optimal_estimator(d, orders, objective="range")
            assert _certified(estimator) == estimator.error


@pytest.mark.parametrize("d", range(2, 7))
def test_every_set_of_orders_agrees_with_highs(d):
    for orders in reference.sets_of_orders(d):
        for objective in ("cube", "range") if orders[0] else ("cube",):
            exact = optimal_estimator(d, orders, objective=objective)
            float_route = optimal_estimator(d, orders, objective=objective, method="highs")
            assert float(float_route.worst_vertex_residual) == pytest.approx(float(exact.error), abs=FLOAT)
            assert float_route.error is None
            assert float_route.certificate is None


def test_all_three_methods_agree_where_floats_can_be_trusted():
    # The optimum is unique, so coefficients can be compared. Beyond d of about 20 the float solvers lose the basis:
    # benchmarks/RESULTS.md says where, by measurement.
    rng = random.Random(5)
    for _ in range(25):
        d = rng.randint(3, 12)
        orders = sorted(rng.sample(range(d), rng.randint(1, min(d, 5))))
        objective = "range" if orders[0] else "cube"
        exact = optimal_estimator(d, orders, objective=objective)
        for method in ("highs", "cvxpy"):
            other = optimal_estimator(d, orders, objective=objective, method=method)
            assert float(other.worst_vertex_residual) == pytest.approx(float(exact.error), abs=FLOAT)
            # A float optimum cannot be better than the exact one by more than the feasibility of the range constraint.
            assert other.worst_vertex_residual >= exact.error - Fraction(FLOAT)
            for order, beta in exact.coefficients.items():
                assert float(other.coefficients[order]) == pytest.approx(float(beta), rel=1e-3, abs=1e-3)


def _unsymmetric_error(d, orders):
    """The program of the paper: a weight for every subset, a constraint for every 0/1 vector."""
    subsets = [J for r in orders for J in combinations(range(d), r)]
    vectors = list(product((0, 1), repeat=d))
    features = np.array([[max((x[j] for j in J), default=1) for J in subsets] for x in vectors], dtype=float)
    target = np.array([max(x) for x in vectors], dtype=float)
    bound = np.full((len(vectors), 1), -1.0)
    result = linprog(
        [0.0] * len(subsets) + [1.0],
        A_ub=np.block([[features, bound], [-features, bound]]),
        b_ub=np.concatenate([target, -target]),
        bounds=[(None, None)] * len(subsets) + [(0, None)],
    )
    assert result.status == 0
    return result.fun


@pytest.mark.parametrize("d", [2, 3, 4, 5])
def test_weights_for_single_subsets_do_not_help(d):
    for orders in reference.sets_of_orders(d):
        assert float(optimal_estimator(d, orders).error) == pytest.approx(_unsymmetric_error(d, orders), abs=FLOAT)


def test_300_random_sets_up_to_60_are_certified():
    rng = random.Random(2023)
    objectives = {"cube": 0, "range": 0}
    for _ in range(300):
        d = rng.randint(2, 60)
        orders = rng.sample(range(d + 1), rng.randint(1, d + 1))
        objective = rng.choice(["cube", "range"])
        if objective == "range":
            orders = [r for r in orders if r] or [1]
        estimator = optimal_estimator(d, orders, objective=objective)
        assert _certified(estimator) == estimator.error == estimator.worst_vertex_residual
        objectives[objective] += 1
    assert min(objectives.values()) > 100


@pytest.mark.parametrize(
    ("d", "orders"),
    [
        (19, [*range(5), *range(13, 19)]),
        (40, [0, 39]),
        (40, [20]),
        (40, [1, 38]),
        (60, [0, 30, 31, 32, 59]),
        (60, [*range(20, 40)]),
        (169, [0, 1, 84, 100, 101, 150, 168]),
    ],
)
def test_lacunary_sets_with_degenerate_references(d, orders):
    estimator = optimal_estimator(d, orders)
    assert _certified(estimator) == estimator.error > 0


def test_the_counterexample_to_the_width_law():
    estimator = optimal_estimator(19, [*range(5), *range(13, 19)])
    assert estimator.error == Fraction(40, 3958863)
    assert estimator.terms == 48831
    assert estimator.error * estimator.terms < Fraction(1, 2)


@pytest.mark.parametrize(("d", "n"), [(1024, 12), (300, 40)])
def test_large_polynomial_problems(d, n):
    estimator = optimal_estimator(d, range(n + 1))
    assert _certified(estimator) == estimator.error


def test_the_dual_of_the_theory():
    dual = optimal_estimator(9, [0, 1, 8]).certificate.dual
    signs = {sign * w for z, w in dual.items() for sign in (1, -1)}
    assert set(dual) == {0, 7, 8, 9}
    assert signs == {Fraction(s, 20) for s in (1, -1, 9, -9)}
    assert abs(dual[8]) == Fraction(9, 20)


@pytest.mark.parametrize("d", [2, 5, 9])
@pytest.mark.parametrize("objective", ["cube", "range", "l2"])
def test_order_d_is_the_maximum_itself(d, objective):
    for orders in ([d], [1, d] if d > 1 else [d], list(range(1, d + 1))):
        estimator = optimal_estimator(d, orders, objective=objective)
        assert estimator.error == 0
        assert estimator.coefficients == {r: int(r == d) for r in orders}
    if objective == "cube":
        assert _certified(optimal_estimator(d, range(d + 1))) == 0


def test_more_orders_never_hurt():
    for orders in reference.sets_of_orders(6, stop=6):
        error = optimal_estimator(6, orders).error
        for extra in set(range(6)) - set(orders):
            assert optimal_estimator(6, [*orders, extra]).error <= error


@pytest.mark.parametrize("d", range(2, 9))
def test_removing_the_intercept(d):
    for orders in reference.sets_of_orders(d, start=1, stop=d):
        with_intercept = optimal_estimator(d, (0, *orders))
        without = optimal_estimator(d, orders)
        rest = 1 - with_intercept.error
        assert without.error == with_intercept.error / rest
        assert without.coefficients == {r: beta / rest for r, beta in with_intercept.coefficients.items() if r}


@pytest.mark.parametrize("d", range(2, 8))
def test_range_estimators_are_equivariant(d):
    rng = random.Random(d)
    for orders in reference.sets_of_orders(d, start=1, stop=d):
        estimator = optimal_estimator(d, orders, objective="range")
        assert sum(estimator.coefficients.values()) == 1
        x = [Fraction(rng.randint(-50, 50), rng.randint(1, 9)) for _ in range(d)]
        residual = max(x) - sum(w * v for w, v in zip(estimator.order_statistic_weights, sorted(x), strict=True))
        assert abs(residual) <= estimator.error * (max(x) - min(x))


@pytest.mark.parametrize("d", range(2, 8))
def test_least_squares_satisfies_its_normal_equations(d):
    for orders in reference.sets_of_orders(d):
        estimator = optimal_estimator(d, orders, objective="l2")
        e = estimator.vertex_residuals
        # The derivative of e^T (I + 1 1^T) e in the direction of each feature vanishes.
        for r in orders:
            phi = [reference.feature(d, r, z) for z in range(d + 1)]
            assert sum(p * v for p, v in zip(phi, e, strict=True)) + sum(phi) * sum(e) == 0
        assert estimator.error == max(map(abs, e))
        assert estimator.certificate is None
        assert estimator.mean_square <= optimal_estimator(d, orders).mean_square


def test_least_squares_agrees_with_cvxpy_and_beats_its_neighbours():
    exact = optimal_estimator(9, [0, 1, 8], objective="l2")
    other = optimal_estimator(9, [0, 1, 8], objective="l2", method="cvxpy")
    for order, beta in exact.coefficients.items():
        assert float(other.coefficients[order]) == pytest.approx(float(beta), abs=1e-4)
    for order, step in product(exact.orders, (Fraction(1, 1000), Fraction(-1, 1000))):
        moved = type(exact)(9, {**exact.coefficients, order: exact.coefficients[order] + step})
        assert moved.mean_square > exact.mean_square


def test_extrapolation_constant_is_a_norm_of_the_dual():
    rng = random.Random(7)
    for _ in range(50):
        d = rng.randint(2, 30)
        orders = sorted(rng.sample(range(d), rng.randint(1, d)))
        result = extrapolate(d, orders)
        assert result.constant == sum(map(abs, result.dual.values()))
        for s in orders:
            assert sum(a * comb(z, s) for z, a in result.dual.items()) == comb(d, s)
        values = [sum(c * comb(z, s) for s, c in result.primal.items()) for z in range(d + 1)]
        assert values[d] == result.constant
        assert max(map(abs, values[:d])) == 1


@pytest.mark.parametrize(("d", "n"), [(2, 1), (2, 2), (9, 9), (24, 11), (60, 30), (61, 60), (169, 24), (200, 18)])
def test_polynomials_grow_as_the_table_says(d, n):
    growth = largest_growth(d, first_reference(d - 1, range(n)))
    values = [sum(c * comb(z, s) for s, c in enumerate(growth.primal)) for z in range(d + 1)]
    assert max(map(abs, values[:d])) == 1
    assert sum(map(abs, growth.dual.values())) == growth.constant == values[d]
    for s in range(n):
        assert sum(a * comb(z, s) for z, a in growth.dual.items()) == comb(d, s)


def test_polynomials_are_exchanged_from_a_poor_reference_too():
    best = largest_growth(50, first_reference(49, range(9)))
    poor = largest_growth(50, range(9))
    assert poor.exchanges > best.exchanges
    assert poor.constant == best.constant


def test_many_orders_take_no_table():
    estimator = optimal_estimator(65_536, range(65))
    assert estimator.certificate.dual.keys() >= {0, 65_535, 65_536}


def test_references_are_exchanged():
    assert extrapolate(60, [0, 3, 17, 30, 45]).exchanges > 2


@pytest.mark.parametrize("orders", [[0], [0, 1, 8], [5, 6, 7, 8], list(range(9)), [0, 4], [3]])
def test_first_references_are_nonsingular(orders):
    points = first_reference(8, orders)
    assert points == sorted(set(points))
    assert all(s <= z <= 8 for s, z in zip(orders, points, strict=True))


def test_extremal_points_skip_zeros_and_prefer_the_reference():
    assert extremal_points([0, 1, 3, 3, 0, -2, -5, 0, 4], [3, 6, 8]) == [3, 6, 8]


def test_a_singular_reference_raises_instead_of_answering():
    with pytest.raises(SolverError, match="singular"):
        extrapolate(9, [1, 1])


def test_problems_beyond_memory_are_refused_at_once():
    with pytest.raises(ProblemTooLargeError, match="GiB, more than the limit"):
        optimal_estimator(10**6, range(0, 2000, 2))


@pytest.mark.parametrize("method", ["exact", "highs", "cvxpy"])
def test_bad_problems(method):
    with pytest.raises(KernelSizeError):
        optimal_estimator(1, [0], method=method)
    with pytest.raises(OrdersError):
        optimal_estimator(9, [], method=method)
    with pytest.raises(OrdersError, match="intercept"):
        optimal_estimator(9, [0, 1], objective="range", method=method)
    with pytest.raises(OrdersError, match="at least one order"):
        optimal_estimator(9, [], objective="range", method=method)
    with pytest.raises(InputError, match="objective"):
        optimal_estimator(9, [1], objective="ball", method=method)


def test_bad_methods():
    with pytest.raises(InputError, match='the method is "exact", "highs" or "cvxpy"'):
        optimal_estimator(9, [0, 1], method="simplex")
    with pytest.raises(InputError, match="linear programs"):
        optimal_estimator(9, [0, 1], objective="l2", method="highs")


def test_closed_forms_are_found_where_floats_are_lost():
    # At d = 60 the error is 2^-60, far below what floats resolve.
    full = closed_forms["full"]
    estimator = optimal_estimator(60, full.orders(60))
    assert estimator.error == Fraction(1, 2**60)
    assert _certified(estimator) == estimator.error


def test_inaccurate_float_answers_give_no_warning_and_no_claim():
    # CVXPY's solver stops early here; warnings are errors in these tests.
    estimator = optimal_estimator(26, range(26), method="cvxpy")
    assert estimator.error is None
