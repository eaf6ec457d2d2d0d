"""The search for inputs on which two functions differ: against maxima known in closed form."""

import sys
from fractions import Fraction

import numpy as np
import pytest

from theory import Estimator, optimal_estimator
from theory.empirical.adversarial import Adversary, Ball
from theory.errors import ArrayError, InputError, MissingDependencyError

pytest.importorskip("jax")


def as_jax(estimator):
    """The estimator as a function of windows along the last axis, written apart from the library's evaluation."""
    import jax.numpy as jnp

    weights = np.array([float(w) for w in estimator.order_statistic_weights], dtype=np.float32)
    return lambda x: jnp.sort(x, axis=-1) @ weights + np.float32(estimator.intercept)


def maximum(x):
    return x.max(axis=-1)


def exact_residual(estimator, window):
    """max(x) - f(x) in rationals, the floats of the window taken for what they are."""
    ordered = sorted(Fraction(float(value)) for value in window)
    weights = estimator.order_statistic_weights
    return ordered[-1] - estimator.intercept - sum(w * x for w, x in zip(weights, ordered, strict=True))


def unit_cube(d, copies=4):
    return Ball(np.full((copies, d), 0.5, dtype=np.float32), 0.5, low=0.0, high=1.0)


@pytest.mark.parametrize(
    ("d", "orders"), [(4, [0, 1]), (4, [0, 1, 2, 3]), (9, [0, 1, 8]), (9, [0, 1, 7, 8]), (5, [0, 2])], ids=str
)
def test_a_window_of_the_cube_is_driven_to_the_certified_error(d, orders):
    estimator = optimal_estimator(d, orders)
    inputs, _ = Adversary(maximum, as_jax(estimator), restarts=8).ascend(unit_cube(d), rng=np.random.default_rng(0))
    residuals = [abs(exact_residual(estimator, window)) for window in inputs]
    assert max(residuals) <= estimator.error
    assert max(residuals) >= estimator.error * Fraction(999, 1000)
    zeros = {int((inputs[np.argmax(residuals)] < 0.5).sum())}
    assert zeros <= set(estimator.equioscillation)


def test_a_range_relative_estimator_is_driven_to_its_error_times_the_range():
    estimator = optimal_estimator(9, [1, 8], objective="range")
    inputs, _ = Adversary(maximum, as_jax(estimator), restarts=8).ascend(unit_cube(9), rng=np.random.default_rng(1))
    shares = []
    for window in inputs:
        span = Fraction(float(window.max())) - Fraction(float(window.min()))
        shares.append(abs(exact_residual(estimator, window)) / span)
    assert Fraction(999, 1000) * estimator.error <= max(shares) <= estimator.error == Fraction(1, 18)


def test_an_estimator_that_is_worse_than_it_claims_is_caught():
    right = optimal_estimator(9, [0, 1, 8])
    wrong = Estimator(9, right.coefficients | {8: right.coefficients[8] + Fraction(1, 100)})
    inputs, _ = Adversary(maximum, as_jax(wrong)).ascend(unit_cube(9), rng=np.random.default_rng(0))
    assert max(abs(exact_residual(wrong, window)) for window in inputs) > right.error


def test_a_linear_difference_is_maximised_at_the_corner_of_the_box():
    slopes = np.array([[1.0, -2.0, 0.5], [-1.0, 0.25, 3.0]], dtype=np.float32)
    centres = np.array([[0.1, 0.5, 0.9], [0.5, 0.5, 0.5], [0.0, 1.0, 0.3]], dtype=np.float32)
    ball = Ball(centres, 0.25, low=0.0, high=1.0)
    adversary = Adversary(lambda x: x @ slopes.T, lambda x: 0 * (x @ slopes.T))
    _, differences = adversary.ascend(ball, rng=np.random.default_rng(0))
    rows = [slopes, -slopes]
    corners = [np.where(s[:, None, :] > 0, ball.upper, ball.lower) for s in rows]
    best = np.max([np.einsum("kd,knd->nk", s, c).max(axis=-1) for s, c in zip(rows, corners, strict=True)], axis=0)
    assert differences == pytest.approx(best, abs=1e-6)


def test_what_is_found_lies_in_the_ball_and_is_no_worse_than_the_centre():
    estimator = optimal_estimator(9, [0, 1, 8])
    adversary = Adversary(maximum, as_jax(estimator), steps=10, restarts=2)
    centres = np.random.default_rng(3).random((20, 9), dtype=np.float32)
    ball = Ball(centres, 0.05, low=0.0, high=1.0)
    clean = adversary.measure(centres)
    for search in (adversary.ascend, adversary.sample):
        inputs, differences = search(ball, rng=np.random.default_rng(4))
        assert (inputs >= ball.lower).all()
        assert (inputs <= ball.upper).all()
        assert (differences >= clean).all()
        assert differences == pytest.approx(adversary.measure(inputs), abs=1e-6)
        again, _ = search(ball, rng=np.random.default_rng(4))
        assert (again == inputs).all()
    assert (ball.lower >= 0).all()
    assert (ball.upper <= 1).all()


def test_double_precision_centres_stay_in_their_ball():
    ball = Ball(np.full((2, 3), 1 / 3), 0.1, low=0.0, high=1.0)
    adversary = Adversary(maximum, lambda x: x.mean(axis=-1), steps=30, restarts=2)
    inputs, differences = adversary.ascend(ball, rng=np.random.default_rng(0))
    assert inputs.dtype == np.float64
    assert (abs(inputs - ball.centres) <= 0.1 + 1e-16).all()
    assert differences == pytest.approx([2 / 3 * 0.2] * 2, abs=1e-3)


def test_a_ball_of_radius_zero_is_its_centre():
    adversary = Adversary(maximum, lambda x: x.mean(axis=-1), steps=3, restarts=2)
    ball = Ball(np.array([[0.25, 0.75]], dtype=np.float32), 0.0)
    for search in (adversary.ascend, adversary.sample):
        assert (search(ball, rng=np.random.default_rng(0))[0] == ball.centres).all()


@pytest.mark.parametrize(
    ("centres", "radius", "error", "message"),
    [
        ([[0.5]], -0.1, InputError, "a radius is a finite number >= 0, not -0.1"),
        ([[0.5]], float("nan"), InputError, "a radius"),
        ([[1.5]], 0.1, InputError, r"in the box \[0.0, 1.0\], but one has an entry 1.5"),
        ([[float("nan")]], 0.1, InputError, "an entry nan"),
        ([0.5], 0.1, ArrayError, "shape"),
        ([[1]], 0.1, ArrayError, "int64"),
    ],
)
def test_balls_that_are_none(centres, radius, error, message):
    with pytest.raises(error, match=message):
        Ball(np.array(centres), radius, low=0.0, high=1.0)


def test_functions_that_cannot_be_compared():
    ball = Ball(np.array([[0.5, 0.25]], dtype=np.float32), 0.1)
    rng = np.random.default_rng(0)
    with pytest.raises(ArrayError, match="row by row"):
        Adversary(maximum, lambda x: x).ascend(ball, rng=rng)
    with pytest.raises(InputError, match="not finite"):
        Adversary(maximum, lambda x: x.max(axis=-1) / 0).ascend(ball, rng=rng)
    with pytest.raises(InputError, match="not finite"):  # at the centre all is well
        Adversary(maximum, lambda x: (x[:, 0] - 0.5) ** 0.5).ascend(ball, rng=rng)
    with pytest.raises(InputError, match="steps is at least 1, not 0"):
        Adversary(maximum, maximum, steps=0)


def test_without_jax_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "jax", None)
    with pytest.raises(MissingDependencyError, match=r"subpool\[train\]"):
        Adversary(maximum, maximum)
