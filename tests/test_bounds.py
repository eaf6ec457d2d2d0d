import random
from fractions import Fraction
from itertools import combinations

import pytest
import sympy

from tests import reference
from theory import bounds, optimal_estimator
from theory.errors import InputError, KernelSizeError


@pytest.mark.parametrize("d", [2, 3, 5, 9, 16, 40])
def test_chebyshev_bound_is_an_upper_bound(d):
    for n in range(min(d, 12)):
        bound = bounds.chebyshev_upper_bound(d, n)
        assert optimal_estimator(d, range(n + 1)).error <= bound
        if n <= 1:
            # Two points determine a line: the bound is attained.
            assert optimal_estimator(d, range(n + 1)).error == bound


def test_chebyshev_polynomial_agrees_with_sympy():
    t = sympy.Symbol("t")
    for n in range(12):
        value = sympy.chebyshevt(n, t).subs(t, sympy.Rational(7, 5))
        assert bounds.chebyshev_polynomial(n, Fraction(7, 5)) == Fraction(int(value.p), int(value.q))


@pytest.mark.parametrize("d", range(2, 9))
def test_extremal_theorem(d):
    for h in range(d):
        bound = bounds.extremal_lower_bound(d, h)
        errors = {R: optimal_estimator(d, (0, *R)).error for R in combinations(range(1, d), h)}
        assert min(errors.values()) == bound == errors[tuple(range(d - h, d))]
    for h in range(1, d):
        bound = bounds.extremal_lower_bound_range(d, h)
        errors = {R: optimal_estimator(d, R, objective="range").error for R in combinations(range(1, d), h)}
        assert min(errors.values()) == bound == errors[tuple(range(d - h, d))]


@pytest.mark.parametrize("d", range(2, 10))
def test_width_bounds_every_set_with_intercept(d):
    for orders in reference.sets_of_orders(d, start=1, stop=d):
        estimator = optimal_estimator(d, (0, *orders))
        assert estimator.error >= bounds.width_lower_bound(estimator.terms)
        assert estimator.terms >= bounds.least_terms(estimator.error)


def test_width_bound_holds_where_the_tempting_law_fails():
    estimator = optimal_estimator(19, [*range(5), *range(13, 19)])
    assert bounds.width_lower_bound(estimator.terms) <= estimator.error < Fraction(1, 2 * estimator.terms)


def test_least_terms_inverts_the_width_bound():
    rng = random.Random(3)
    for _ in range(500):
        error = Fraction(rng.randint(1, 40), rng.randint(1, 10**6))
        n = bounds.least_terms(error)
        assert bounds.width_lower_bound(n) <= error
        assert n == 1 or bounds.width_lower_bound(n - 1) > error


@pytest.mark.parametrize("d", range(3, 9))
def test_link_inequality(d):
    strict = 0
    for orders in reference.sets_of_orders(d, stop=d):
        error = bounds.indicator_error(d, orders)
        assert bounds.link_lower_bound(d, orders) <= error
        strict += bounds.link_lower_bound(d, orders) < error
        if orders[0] == 0:
            assert error == optimal_estimator(d, orders).error
    assert strict


@pytest.mark.parametrize("d", range(2, 8))
def test_indicator_error_without_constant(d):
    # Its residual at z < d is E~ p(z), and the range-relative problem has 1/L where this one has 1/(1+L).
    for orders in reference.sets_of_orders(d, start=1, stop=d):
        relative = optimal_estimator(d, orders, objective="range").error
        assert bounds.indicator_error(d, orders) == relative / (1 + relative)


def test_trivial_indicator_errors():
    assert bounds.indicator_error(5, []) == 1
    assert bounds.indicator_error(5, [2, 5]) == 0


@pytest.mark.parametrize(
    ("function", "arguments", "error"),
    [
        (bounds.chebyshev_upper_bound, (1, 0), KernelSizeError),
        (bounds.chebyshev_upper_bound, (9, 9), InputError),
        (bounds.chebyshev_upper_bound, (9, -1), InputError),
        (bounds.extremal_lower_bound, (9, 9), InputError),
        (bounds.extremal_lower_bound, (9, 1.5), InputError),
        (bounds.extremal_lower_bound_range, (9, 0), InputError),
        (bounds.width_lower_bound, (0,), InputError),
        (bounds.width_lower_bound, (True,), InputError),
        (bounds.least_terms, (Fraction(0),), InputError),
        (bounds.link_lower_bound, (2, [0, 1]), KernelSizeError),
    ],
)
def test_bad_input(function, arguments, error):
    with pytest.raises(error):
        function(*arguments)
