import pickle
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement, pairwise
from math import comb, factorial, isinf, isnan, nextafter, prod

import mpmath
import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from theory import Estimator, optimal_estimator, residual_distribution
from theory import residual as module
from theory.errors import ArrayError, InputError, KernelSizeError
from theory.residual import ResidualDistribution

U = 2.0**-53
SIGNIFICANCE = 1e-3  # of each Kolmogorov-Smirnov test; seeds are fixed, so that what passes once passes always


@cache
def law_of(d, orders, objective="cube"):
    return residual_distribution(optimal_estimator(d, orders, objective=objective))


def lacunary(d):
    return (0, 1, *(2**i for i in range(1, d.bit_length()) if 2**i < d))


knot_lists = st.lists(st.integers(-4, 4), min_size=3, max_size=8).filter(lambda k: len(set(k)) > 1)
rational_knots = st.lists(st.fractions(-3, 3, max_denominator=12), min_size=3, max_size=7).filter(
    lambda k: len(set(k)) > 1
)
points = st.fractions(-5, 5, max_denominator=30)

# (kernel size, orders): with repeated knots of all kinds, {0} has one d times.
SMALL = [
    (2, (0,)),
    (2, (1,)),
    (2, (0, 1)),
    (3, (0,)),
    (3, (1, 2)),
    (4, (0, 2)),
    (5, (0,)),
    (5, (0, 3)),
    (5, (0, 1, 4)),
    (6, (0, 1, 2)),
    (6, (0, 4, 5)),
    (6, (0, 1, 2, 3, 4, 5)),
    (7, (1, 3, 6)),
    (7, (0, 2, 4, 5, 6)),
]
THREE_OBJECTIVES = [
    (d, orders, objective)
    for d, orders in SMALL
    for objective in ("cube", "l2", "range")
    if objective != "range" or 0 not in orders
] + [(2, (1,), "range"), (9, (1, 8), "range"), (9, (6, 7, 8), "range")]


# Independent routes: divided differences by their definition, and quadrature that is exact for polynomials.


def hermite_divided_difference(knots, derivative):
    """The divided difference at sorted knots, some equal; derivative(m, x) is the m-th derivative at x."""
    column = [derivative(0, x) for x in knots]
    for m in range(1, len(knots)):
        column = [
            derivative(m, low) / factorial(m) if low == high else (column[i + 1] - column[i]) / (high - low)
            for i, (low, high) in enumerate(zip(knots, knots[m:], strict=False))
        ]
    return column[0]


def truncated_power(t, degree):
    """Derivatives of x -> (x - t)_+^degree, for x other than t or small m."""

    def derivative(m, x):
        if x <= t or m > degree:
            return Fraction(0)
        return Fraction(factorial(degree), factorial(degree - m)) * (x - t) ** (degree - m)

    return derivative


def exact_pdf(knots, t):
    d = len(knots) - 1
    return d * hermite_divided_difference(knots, truncated_power(t, d - 1))


def exact_cdf(knots, t):
    return 1 - hermite_divided_difference(knots, truncated_power(t, len(knots) - 1))


@cache
def unit_rule(n):
    """Nodes inside [0,1] and weights that integrate polynomials of degree below n exactly."""
    nodes = [fmpq(i + 1, n + 1) for i in range(n)]
    powers = fmpq_mat(n, n, [x**k for k in range(n) for x in nodes])
    weights = powers.solve(fmpq_mat(n, 1, [fmpq(1, k + 1) for k in range(n)])).entries()
    return [(Fraction(int(x.p), int(x.q)), Fraction(int(w.p), int(w.q))) for x, w in zip(nodes, weights, strict=True)]


def integral(function, low, high, degree):
    """Exact for polynomials of that degree."""
    width = high - low
    return width * sum(w * function(low + x * width) for x, w in unit_rule(degree + 1))


def piecewise_integral(function, knots, degree):
    cells = sorted(set(knots))
    return sum(integral(function, *cell, degree) for cell in pairwise(cells))


def extrapolated(function, low, high, degree, at):
    """Value of the polynomial that agrees with the function inside (low, high)."""
    nodes = [low + (high - low) * Fraction(i + 1, degree + 2) for i in range(degree + 1)]
    return sum(function(x) * prod((at - y) / (x - y) for y in nodes if y != x) for x in nodes)


# Exact density and distribution function.


@given(rational_knots, points)
def test_exact_values_agree_with_divided_differences(knots, t):
    knots = sorted(knots)
    assume(t not in knots)
    law = ResidualDistribution(knots)
    density, probability = law.pdf(t), law.cdf(t)
    assert type(density) is Fraction
    assert type(probability) is Fraction
    assert density == exact_pdf(knots, t)
    assert probability == exact_cdf(knots, t)


@pytest.mark.parametrize(("d", "orders", "objective"), THREE_OBJECTIVES)
def test_exact_values_of_estimators_agree_with_divided_differences(d, orders, objective):
    law = law_of(d, orders, objective)
    low, high = law.support
    for i in range(1, 12):
        t = low + (high - low) * Fraction(i, 13)
        if t not in law.knots:
            assert law.pdf(t) == exact_pdf(law.knots, t) > 0
        assert law.cdf(t) == exact_cdf(law.knots, t)  # of degree d: right at knots that occur at most d times


@given(knot_lists)
def test_density_at_knots_is_the_limit_from_the_right_and_from_inside_at_the_end(knots):
    law = ResidualDistribution(knots)
    cells = sorted(set(law.knots))
    degree = len(knots) - 2
    for low, high in pairwise(cells):
        assert law.pdf(low) == extrapolated(law.pdf, low, high, degree, at=low)
    assert law.pdf(high) == extrapolated(law.pdf, low, high, degree, at=high)


@given(knot_lists)
def test_density_is_continuous_inside(knots):
    law = ResidualDistribution(knots)
    cells = sorted(set(law.knots))
    for low, inner in pairwise(cells[:-1]):
        assert law.pdf(inner) == extrapolated(law.pdf, low, inner, len(knots) - 2, at=inner)


def test_knot_repeated_d_times():
    # R = {0}: density d (t + 1/2)^(d-1), which jumps at 1/2.
    for d in (2, 3, 9):
        law = law_of(d, (0,))
        assert law.support == (Fraction(-1, 2), Fraction(1, 2))
        assert law.pdf(Fraction(1, 2)) == law.pdf(0.5) == d
        assert law.pdf(Fraction(-1, 2)) == law.pdf(-0.5) == 0
        assert law.pdf(Fraction(51, 100)) == law.pdf(nextafter(0.5, 1)) == 0
        assert law.pdf(0) == Fraction(d, 2 ** (d - 1))
        assert law.cdf(Fraction(1, 4)) == Fraction(3, 4) ** d
        mirrored = ResidualDistribution([-knot for knot in law.knots])
        assert mirrored.pdf(Fraction(-1, 2)) == mirrored.pdf(-0.5) == d
        assert mirrored.pdf(Fraction(1, 2)) == mirrored.pdf(0.5) == 0
        assert mirrored.pdf(nextafter(-0.5, -1)) == mirrored.pdf(Fraction(-51, 100)) == 0


@pytest.mark.parametrize(("d", "orders", "objective"), THREE_OBJECTIVES)
def test_density_integrates_to_one_and_to_the_distribution_function(d, orders, objective):
    law = law_of(d, orders, objective)
    assert piecewise_integral(law.pdf, law.knots, d - 1) == 1
    cells = sorted(set(law.knots))
    for low, high in pairwise(cells):
        for a, b in ((low, high), (low, (low + 2 * high) / 3), ((3 * low + high) / 4, high)):
            assert law.cdf(b) - law.cdf(a) == integral(law.pdf, a, b, d - 1)


@given(knot_lists, points, points)
def test_distribution_function_is_monotone_and_right_outside(knots, s, t):
    law = ResidualDistribution(knots)
    low, high = law.support
    assert 0 <= law.cdf(min(s, t)) <= law.cdf(max(s, t)) <= 1
    assert law.cdf(low) == law.cdf(low - 1) == law.pdf(low - 1) == law.pdf(high + 1) == 0
    assert law.cdf(high) == law.cdf(high + 1) == 1


# Moments.


@pytest.mark.parametrize(("d", "orders", "objective"), THREE_OBJECTIVES)
def test_moments_agree_with_integrals_of_the_density(d, orders, objective):
    law = law_of(d, orders, objective)
    for k in range(6):
        assert law.moment(k) == piecewise_integral(lambda t, k=k: t**k * law.pdf(t), law.knots, d - 1 + k)
    centred = piecewise_integral(lambda t: (t - law.mean) ** 2 * law.pdf(t), law.knots, d + 1)
    assert law.variance == centred > 0


@given(rational_knots, st.integers(0, 5))
def test_moments_agree_with_the_definition_of_the_symmetric_polynomial(knots, k):
    terms = [prod(chosen, start=Fraction(1)) for chosen in combinations_with_replacement(knots, k)]
    assert ResidualDistribution(knots).moment(k) == sum(terms) / len(terms)


@pytest.mark.parametrize(("d", "orders", "objective"), [*THREE_OBJECTIVES, (49, (0, 1, 2, 30), "l2")])
def test_mean_and_variance_agree_with_the_covariance_of_spacings(d, orders, objective):
    estimator = optimal_estimator(d, orders, objective=objective)
    law, e, n = residual_distribution(estimator), estimator.vertex_residuals, d + 1
    mean = sum(e) / n
    second = sum(a * b * (1 + (y == z)) for y, a in enumerate(e) for z, b in enumerate(e)) / (n * (n + 1))
    assert law.mean == law.moment(1) == mean
    assert law.moment(2) == estimator.mean_square == second
    assert law.variance == second - mean**2
    assert type(law.mean) is type(law.variance) is Fraction


# The Beta law of full equioscillation.


@pytest.mark.parametrize("d", [2, 3, 4, 9, 16, 25, 169])
def test_all_orders_below_d_give_a_beta_law(d):
    estimator = optimal_estimator(d, range(d))
    law, scale = residual_distribution(estimator), estimator.error
    assert scale == Fraction(1, 2**d)
    a, b = law.knots.count(scale), law.knots.count(-scale)
    assert a + b == d + 1
    beta = stats.beta(a, b)
    for k in range(5):
        raw = [Fraction(prod(range(a, a + j)), prod(range(d + 1, d + 1 + j))) for j in range(k + 1)]
        assert law.moment(k) == scale**k * sum(comb(k, j) * 2**j * (-1) ** (k - j) * raw[j] for j in range(k + 1))
    s = np.linspace(0, 1, 41)
    t = float(scale) * (2 * s - 1)  # exact up to the rounding of s: the scale is a power of two
    s = (t / float(scale) + 1) / 2
    np.testing.assert_allclose(law.pdf(t) * float(2 * scale), beta.pdf(s), rtol=1e-11, atol=1e-250)
    np.testing.assert_allclose(law.cdf(t), beta.cdf(s), rtol=1e-11, atol=1e-250)
    q = np.linspace(0, 1, 21)
    np.testing.assert_allclose(law.ppf(q) / float(scale), 2 * beta.ppf(q) - 1, rtol=0, atol=1e-13)
    t = scale * Fraction(1, 3)
    with mpmath.workdps(40):
        density = mpmath.beta(a, b) ** -1 * mpmath.mpf(2) ** (a - 1) / mpmath.mpf(3) ** (d - 1)
        exact = law.pdf(t) * 2 * scale
        assert mpmath.almosteq(mpmath.mpf(exact.numerator) / exact.denominator, density, rel_eps=1e-35)


# Simulation.


def simulated(d, orders, objective, n, seed):
    estimator = optimal_estimator(d, orders, objective=objective)
    x = np.random.default_rng(seed).random((n, d))
    return residual_distribution(estimator), x.max(axis=1) - estimator(x)


@pytest.mark.parametrize(
    ("d", "orders", "objective"),
    [
        (2, (0,), "cube"),
        (4, (0, 3), "cube"),
        (9, (0, 1, 8), "cube"),
        (9, (0, 1, 2), "l2"),
        (9, (1, 8), "range"),
        (16, (0, 14, 15), "cube"),
        (25, (0, 1, 2, 4, 8, 16), "l2"),
    ],
)
def test_law_agrees_with_uniform_inputs_and_with_its_own_draws(d, orders, objective):
    law, residuals = simulated(d, orders, objective, 20_000, seed=d)
    assert stats.kstest(residuals, law.cdf).pvalue > SIGNIFICANCE
    assert stats.kstest(law.rvs(20_000, rng=d + 1000), law.cdf).pvalue > SIGNIFICANCE
    assert stats.kstest(law.ppf(np.random.default_rng(d).random(2_000)), law.cdf).pvalue > SIGNIFICANCE


def test_kolmogorov_smirnov_would_see_a_wrong_law():
    law, residuals = simulated(16, (0, 14, 15), "cube", 20_000, seed=16)
    one_knot_less = ResidualDistribution(law.knots[1:])
    assert stats.kstest(residuals, one_knot_less.cdf).pvalue < SIGNIFICANCE
    width = law.support[1] - law.support[0]
    shifted = ResidualDistribution([knot + width / 200 for knot in law.knots])
    assert stats.kstest(residuals, shifted.cdf).pvalue < SIGNIFICANCE


# Multiple precision.


@pytest.mark.parametrize(("d", "seed"), [(3, 1), (9, 2), (25, 3), (60, 4)])
def test_mpf_agrees_with_truncated_powers(d, seed):
    rng = np.random.default_rng(seed)
    knots = sorted(Fraction(int(p), int(q)) for p, q in rng.integers(1, 10**6, (d + 1, 2)))
    assert len(set(knots)) == d + 1
    law = ResidualDistribution(knots)
    for weight in (Fraction(1, 50), Fraction(1, 2), Fraction(9, 10)):
        where = (1 - weight) * knots[0] + weight * knots[-1]
        with mpmath.workdps(1500):
            t = mpmath.mpf(where.numerator) / where.denominator
            x = [mpmath.mpf(knot.numerator) / knot.denominator for knot in knots]
            powers = [(a - t, mpmath.fprod(a - b for b in x if b != a)) for a in x if a > t]
            density = d * mpmath.fsum(gap ** (d - 1) / product for gap, product in powers)
            survival = mpmath.fsum(gap**d / product for gap, product in powers)
        with mpmath.workdps(200):
            t = +t
        # t was rounded to 200 digits, which moves the values by less than 1e-180 of themselves.
        with mpmath.workdps(220):
            assert abs(law.pdf(t) / density - 1) < mpmath.mpf(10) ** -180
            assert abs(law.cdf(t) + survival - 1) < mpmath.mpf(10) ** -180


@pytest.mark.parametrize("precision", [24, 53, 113, 300])
@pytest.mark.parametrize(("d", "orders"), [(9, (0,)), (9, (0, 1, 8)), (16, (0, 1, 2)), (25, tuple(range(25)))])
def test_mpf_is_right_to_a_unit_in_the_last_place(d, orders, precision):
    law = law_of(d, orders)
    low, high = law.support
    with mpmath.workprec(precision):
        for i in range(1, 8):
            where = low + (high - low) * Fraction(i, 8) ** 3
            t = mpmath.mpf(where.numerator) / where.denominator
            exact_t = Fraction(*map(int, mpmath.libmp.to_rational(t._mpf_)))
            for value, exact in ((law.pdf(t), law.pdf(exact_t)), (law.cdf(t), law.cdf(exact_t))):
                assert isinstance(value, mpmath.mpf)
                assert abs(Fraction(*map(int, mpmath.libmp.to_rational(value._mpf_))) - exact) <= exact / 2 ** (
                    precision - 1
                )
    assert mpmath.mp.prec == 53


def test_mpf_outside_and_special():
    law = law_of(9, (0, 1, 8))
    inf, nan = mpmath.mpf("inf"), mpmath.mpf("nan")
    assert [law.pdf(t) for t in (-inf, mpmath.mpf(-1), mpmath.mpf(1), inf)] == [0, 0, 0, 0]
    assert [law.cdf(t) for t in (-inf, mpmath.mpf(-1), mpmath.mpf(1), inf)] == [0, 0, 1, 1]
    assert mpmath.isnan(law.pdf(nan))
    assert mpmath.isnan(law.cdf(nan))
    assert isinstance(law.cdf(inf), mpmath.mpf)
    # Values with more digits than the working precision are taken as they are.
    half = law_of(4, (0,))
    with mpmath.workprec(200):
        beyond = mpmath.mpf(1) / 2 + mpmath.mpf(2) ** -150
    assert half.pdf(beyond) == 0
    assert half.pdf(mpmath.mpf(0.5)) == 4
    assert law.cdf(mpmath.pi) == 1


# Floats against exact values.

FLOAT_CASES = [
    (2, (1,), "cube"),
    (4, (0, 1, 2), "l2"),
    (9, (0,), "cube"),
    (9, (0, 1), "cube"),
    (9, (0, 1, 8), "cube"),
    (9, tuple(range(9)), "cube"),
    (9, tuple(range(1, 9)), "l2"),
    (9, (1, 8), "range"),
    (16, (0, 1, 2), "cube"),
    (16, (0, 1, 15), "l2"),
    (16, (0, 13, 14, 15), "cube"),
    (16, tuple(range(16)), "cube"),
    (25, (0, 1, 24), "cube"),
    (25, (0, 20), "cube"),
    (25, lacunary(25), "l2"),
    (25, (2, 24), "range"),
    (81, (0,), "cube"),
    (81, (0, 1), "cube"),
    (81, (0, 1, 2), "cube"),
    (81, (0, 1, 80), "cube"),
    (81, lacunary(81), "cube"),
    (81, (0, 78, 79, 80), "l2"),
    (169, (0,), "cube"),
    (169, (0, 1), "cube"),
    (169, (0, 1, 2), "cube"),
    (169, (0, 1, 168), "cube"),
    (169, lacunary(169), "l2"),
    (169, (0, 167, 168), "cube"),
    (169, (1, 168), "range"),
    (169, tuple(range(169)), "cube"),
]


def hard_points(law):
    """Points of the support as floats: in the middle, towards both ends, at and beside knots."""
    low, high = (float(end) for end in law.support)
    width = high - low
    seeds = np.random.default_rng(len(law.knots)).random(3)
    inner = [float(knot) for knot in sorted(set(law.knots))[:: max(1, len(set(law.knots)) // 3)]]
    t = [low, high, *(low + width * seeds)]
    t += [end - sign * width * h for end, sign in ((low, -1), (high, 1)) for h in (1e-2, 1e-5, 1e-10)]
    t += inner + [nextafter(knot, knot + side) for knot in inner[1:2] for side in (-1, 1)]
    return [x for x in t if low <= x <= high] + [float(law.mean), nextafter(low, low - 1), nextafter(high, high + 1)]


def to_60_digits(function, x):
    """The value at a float, as a Fraction; where the exact value would be too long."""
    with mpmath.workdps(60):
        value = function(mpmath.mpf(x))
        return Fraction(*map(int, mpmath.libmp.to_rational(value._mpf_)))


def exactly(function, x):
    return function(Fraction(x))


@pytest.mark.parametrize(("d", "orders", "objective"), FLOAT_CASES)
def test_floats_keep_their_error_bound(d, orders, objective):
    law = law_of(d, orders, objective)
    width = law.support[1] - law.support[0]
    t = hard_points(law)
    reference = exactly if d <= 25 else to_60_digits
    bound = Fraction(12 * d + 4, 2**53)
    tiny = Fraction(1, 2**1000)  # below this, underflow is allowed
    for x, density, probability in zip(t, law.pdf(t), law.cdf(t), strict=True):
        exact = reference(law.pdf, x)
        assert abs(Fraction(float(density)) - exact) <= bound * exact + tiny / width
        exact = reference(law.cdf, x)
        error = abs(Fraction(float(probability)) - exact)
        assert 0 <= probability <= 1
        if Fraction(x) <= law.mean:
            assert error <= bound * exact + tiny
        else:
            assert error <= bound * (1 - exact) + Fraction(1, 2**53)
        assert error < 8 * d * U


@pytest.mark.parametrize("case", [(81, (0, 1, 2)), (81, (0, 1, 80)), (169, (0,)), (169, (0, 1)), (169, (0, 1, 168))])
def test_floats_agree_with_fractions_for_large_windows(case):
    # The exact route itself, where it is affordable: residuals with few digits.
    law = law_of(*case)
    low, high = law.support
    for weight in (Fraction(1, 8), Fraction(63, 128)):
        t = float(low + (high - low) * weight)
        bound = Fraction(12 * case[0], 2**53)
        exact = law.pdf(Fraction(t))
        assert abs(Fraction(law.pdf(t)) - exact) <= bound * exact
        exact = law.cdf(Fraction(t))
        assert abs(Fraction(law.cdf(t)) - exact) <= bound * exact


@given(rational_knots, st.floats(-5, 5))
def test_floats_agree_with_fractions_for_any_knots(knots, t):
    law = ResidualDistribution(knots)
    if all(abs(Fraction(t) - knot) > Fraction(1, 2**900) or t == knot for knot in law.knots):
        bound = Fraction(12 * len(knots), 2**53)
        exact = law.pdf(Fraction(t))
        assert abs(Fraction(law.pdf(t)) - exact) <= bound * exact + Fraction(1, 2**900)
        exact = law.cdf(Fraction(t))
        assert abs(Fraction(law.cdf(t)) - exact) <= bound + Fraction(1, 2**900)


def test_floats_are_monotone_up_to_their_error():
    for case in ((9, (0,)), (25, (0, 1, 24)), (81, (0, 80))):
        law = law_of(*case)
        low, high = map(float, law.support)
        steps = np.diff(law.cdf(np.linspace(low - 0.01, high + 0.01, 4001)))
        assert steps.min() >= -16 * case[0] * U


def test_support_far_from_zero_keeps_the_accuracy():
    # An intercept of a thousand: the residuals are near -1000, and rounding those would cost ten bits.
    d = 9
    near = Estimator(d, optimal_estimator(d, (0, 1, 8)).coefficients)
    far = Estimator(d, {**near.coefficients, 0: near.intercept + 1000 + Fraction(1, 3)})
    law = residual_distribution(far)
    low, high = law.support
    for weight in (Fraction(1, 10**6), Fraction(1, 7), Fraction(1, 2), Fraction(999, 1000)):
        t = float(low + (high - low) * weight)
        exact = law.pdf(Fraction(t))
        assert exact > 0
        assert abs(Fraction(law.pdf(t)) - exact) <= exact * (12 * d + 4) / 2**53
        assert abs(Fraction(law.cdf(t)) - law.cdf(Fraction(t))) <= Fraction(8 * d, 2**53)


def test_residuals_below_and_above_the_range_of_floats():
    tiny = ResidualDistribution([Fraction(-1, 2**1100), 0, Fraction(1, 2**1100)])
    assert tiny.cdf([-1e-300, 0.0, 1e-300]).tolist() == [0.0, 0.5, 1.0]
    assert isinf(tiny.pdf(0.0))
    assert tiny.ppf(0.75) == tiny.rvs(rng=1) == 0
    assert tiny.pdf(0) == 2**1100
    huge = ResidualDistribution([-(2**1100), 0, 2**1100])
    assert huge.cdf([-1e308, 0.0, 1e308, np.inf]).tolist() == [0.5, 0.5, 0.5, 1.0]
    assert huge.ppf([0, 0.5, 1]).tolist() == [-np.inf, 0.0, np.inf]


def test_nan_and_infinities():
    law = law_of(9, (0, 1, 8))
    t = np.array([np.nan, -np.inf, np.inf, 0.0])
    assert np.isnan(law.pdf(t)).tolist() == np.isnan(law.cdf(t)).tolist() == [True, False, False, False]
    assert law.pdf(t)[1:3].tolist() == [0, 0]
    assert law.cdf(t)[1:3].tolist() == [0, 1]
    assert isnan(law.pdf(float("nan")))
    assert law.cdf(float("inf")) == 1


def test_types_and_shapes():
    law = law_of(9, (0, 1, 8))
    for number in (0.01, np.float64(0.01), np.float32(0.01), np.array(0.01), np.int64(0)):
        assert type(law.pdf(number)) is type(law.cdf(number)) is float
    assert type(law.ppf(0.5)) is type(law.ppf(Fraction(1, 2))) is type(law.ppf(1)) is float
    for function in (law.pdf, law.cdf, law.ppf):
        table = np.array([[0.0, 0.01, 0.02], [0.03, 0.04, 0.05]])
        values = function(table)
        assert values.dtype == np.float64
        assert values.tolist() == [[function(float(x)) for x in row] for row in table]
        assert function(table.tolist()).tolist() == values.tolist()
        assert function(np.asfortranarray(table)).tolist() == values.tolist()
        assert function([Fraction(0), 1]).shape == (2,)
        assert function([]).shape == (0,)
        assert function(np.empty((2, 0, 3))).shape == (2, 0, 3)
    assert law.pdf(np.arange(3)).dtype == np.float64


# Quantiles.


@pytest.mark.parametrize(("d", "orders", "objective"), FLOAT_CASES[::2])
def test_quantiles_are_within_a_few_units_of_the_width(d, orders, objective):
    law = law_of(d, orders, objective)
    low, high = law.support
    q = np.array([1e-12, 0.3, 0.77, 1 - 1e-9])
    step = (high - low) * Fraction(1, 2**51)
    for probability, t in zip(q, law.ppf(q), strict=True):
        with mpmath.workdps(60):
            below, above = (
                law.cdf(mpmath.mpf(x.numerator) / x.denominator) for x in (Fraction(t) - step, Fraction(t) + step)
            )
            assert below <= mpmath.mpf(float(probability)) <= above
    assert law.ppf([0, 1]).tolist() == [float(low), float(high)]


@pytest.mark.parametrize("case", [(4, (0,)), (9, (0, 1, 8)), (25, lacunary(25)), (81, (0, 1, 2))])
def test_quantile_inverts_the_distribution_function(case):
    law = law_of(*case)
    low, high = map(float, law.support)
    q = np.linspace(0, 1, 101)
    steepest = law.pdf(np.linspace(low, high, 501)).max() * (high - low)
    np.testing.assert_allclose(law.cdf(law.ppf(q)), q, rtol=0, atol=8 * U * steepest + 8 * case[0] * U)
    t = law.ppf(np.linspace(0.01, 0.99, 50))
    np.testing.assert_allclose(law.ppf(law.cdf(t)), t, rtol=0, atol=40 * case[0] * U * (high - low))
    assert (np.diff(law.ppf(q)) > 0).all()


def test_extreme_quantiles_are_the_ends_themselves():
    # An end at 0 is where floats are dense enough to show what bisection leaves.
    assert ResidualDistribution([0, 0, 1]).ppf(0) == 0
    assert ResidualDistribution([-1, 0, 0]).ppf(1) == 0


@pytest.mark.parametrize("q", [-0.1, 1.5, float("nan"), [0.5, 2.0], np.array([[np.nan]]), -np.inf])
def test_quantile_outside_the_unit_interval(q):
    for law in (law_of(4, (0, 1)), law_of(4, (4,))):
        with pytest.raises(InputError, match=r"probabilities are in \[0, 1\], not"):
            law.ppf(q)


# The point mass.


@pytest.mark.parametrize(("orders", "objective"), [((4,), "cube"), ((0, 2, 4), "cube"), ((1, 4), "range")])
def test_the_maximum_itself_has_a_point_mass(orders, objective):
    law = law_of(4, orders, objective)
    assert law.is_point_mass
    assert law.support == (0, 0)
    with pytest.raises(InputError, match="point mass at 0"):
        law.pdf(0)
    assert [law.cdf(t) for t in (Fraction(-1, 10**9), 0, 1)] == [0, 1, 1]
    assert law.cdf([-5e-324, 0.0, 1.0, -np.inf, np.inf]).tolist() == [0, 1, 1, 0, 1]
    assert [law.cdf(mpmath.mpf(t)) for t in (-1, 0, 1)] == [0, 1, 1]
    assert isnan(law.cdf(float("nan")))
    assert law.ppf([0, 0.3, 1]).tolist() == [0, 0, 0]
    assert law.rvs(3, rng=1).tolist() == [0, 0, 0]
    assert [law.moment(k) for k in range(4)] == [1, 0, 0, 0]
    assert law.mean == law.variance == 0


def test_point_mass_elsewhere():
    third = Fraction(1, 3)
    law = residual_distribution(Estimator(4, {0: -third, 4: 1}))
    assert law.knots == (third,) * 5
    assert law.moment(3) == third**3
    assert law.variance == 0
    # 1/3 lies above the float next to it.
    assert Fraction(1 / 3) < third
    assert law.cdf([1 / 3, nextafter(1 / 3, 1)]).tolist() == [0, 1]
    assert law.cdf(third) == 1
    assert law.ppf(0.5) == 1 / 3
    assert set(law.rvs(100, rng=1).tolist()) == {1 / 3}


# Draws.


def test_draws_have_shape_type_and_seed():
    law = law_of(9, (0, 1, 8))
    assert type(law.rvs(rng=1)) is float
    assert law.rvs((), rng=1).shape == ()
    for size, shape in ((0, (0,)), (4, (4,)), (np.int64(4), (4,)), ((2, 3), (2, 3)), ((2, 0), (2, 0))):
        draws = law.rvs(size, rng=1)
        assert draws.shape == shape
        assert draws.dtype == np.float64
    assert (law.rvs(9, rng=5) == law.rvs(9, rng=np.random.default_rng(5))).all()
    assert (law.rvs(9, rng=5) != law.rvs(9, rng=6)).any()
    assert (law.rvs(9) != law.rvs(9)).any()
    generator = np.random.default_rng(5)
    assert (law.rvs(9, rng=generator) != law.rvs(9, rng=generator)).any()


def test_draws_leave_the_global_generator_alone_and_stay_in_the_support():
    before = np.random.get_state(legacy=False)["state"]["key"].tolist()  # noqa: NPY002
    law = law_of(4, (0,))
    draws = law.rvs(100_000)
    assert np.random.get_state(legacy=False)["state"]["key"].tolist() == before  # noqa: NPY002
    assert draws.min() >= -0.5
    assert draws.max() <= 0.5


def test_draws_do_not_depend_on_how_many_are_made_at_a_time(monkeypatch):
    law = law_of(9, (0, 1, 8))
    at_once = law.rvs((7, 11), rng=3)
    monkeypatch.setattr(module, "_CHUNK", 35)
    np.testing.assert_allclose(law.rvs((7, 11), rng=3), at_once, rtol=0, atol=1e-16)


@pytest.mark.parametrize("size", [-1, 2.5, "3", (2, -1), (2, 1.0), True, ((1,),)])
def test_bad_sizes(size):
    with pytest.raises(InputError, match="size is a nonnegative integer"):
        law_of(4, (0,)).rvs(size)


@pytest.mark.parametrize("rng", [-1, 0.5, "seed", True, np.random.RandomState(1)])
def test_bad_generators(rng):
    with pytest.raises(InputError, match="rng is a nonnegative integer"):
        law_of(4, (0,)).rvs(2, rng=rng)


# The record.


@given(knot_lists.flatmap(lambda knots: st.tuples(st.just(knots), st.permutations(knots))))
def test_order_of_the_knots_does_not_matter(lists):
    one, other = map(ResidualDistribution, lists)
    assert one == other
    assert hash(one) == hash(other)
    assert one.knots == tuple(sorted(lists[0]))
    assert one.rvs(3, rng=1).tolist() == other.rvs(3, rng=1).tolist()


def test_record_is_frozen_comparable_and_picklable():
    law = law_of(9, (0, 1, 8))
    estimator = optimal_estimator(9, (0, 1, 8))
    assert law.knots == tuple(sorted(estimator.vertex_residuals))
    assert law.support == (-estimator.error, estimator.error)
    before = law.pdf(0.01)  # builds the splines
    copy = pickle.loads(pickle.dumps(law))
    assert copy == law == residual_distribution(estimator)
    assert copy.pdf(0.01) == before
    assert len(pickle.dumps(law)) < 2000
    assert law != law_of(9, (0, 1, 7))
    with pytest.raises(AttributeError):
        law.knots = ()


@pytest.mark.parametrize("k", [-1, 1.0, "2", True, None])
def test_bad_moments(k):
    with pytest.raises(InputError, match="the degree of a moment"):
        law_of(4, (0,)).moment(k)


@pytest.mark.parametrize("t", ["0.1", None, 1j, [0.1, "a"], [0.1, None], True, [True], np.array([1j]), object()])
def test_what_is_no_real_number(t):
    law = law_of(4, (0,))
    for function in (law.pdf, law.cdf, law.ppf):
        with pytest.raises(ArrayError, match="real numbers are needed"):
            function(t)


def test_bad_knots_and_estimators():
    with pytest.raises(InputError, match="knots are exact"):
        ResidualDistribution([0, 0.5, 1])
    with pytest.raises(KernelSizeError):
        ResidualDistribution([0, 1])
    for wrong in (None, 4, [0, 1, 2], law_of(4, (0,))):
        with pytest.raises(InputError, match="an Estimator has a residual distribution"):
            residual_distribution(wrong)
