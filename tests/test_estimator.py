import copy
import json
import pickle
import warnings
from fractions import Fraction

import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests import reference
from theory import Estimator, optimal_estimator
from theory.errors import ArrayError, FormatError, InputError, KernelSizeError, OrdersError, SubpoolError

coefficients = st.integers(2, 7).flatmap(
    lambda d: st.tuples(
        st.just(d), st.dictionaries(st.integers(0, d), st.fractions(-5, 5, max_denominator=20), min_size=1)
    )
)


@given(coefficients, st.data())
def test_call_agrees_with_enumeration_of_subsets(problem, data):
    d, beta = problem
    estimator = Estimator(d, beta)
    x = data.draw(hnp.arrays(np.float64, d, elements=st.floats(-4, 4)))
    exact = reference.evaluate(beta, [Fraction(v) for v in x])
    size = sum(abs(w) * abs(Fraction(v)) for w, v in zip(estimator.order_statistic_weights, sorted(x), strict=True))
    # The bound of weigh_order_statistics; the last term is for values and weights in the subnormal range.
    eps = Fraction(np.finfo(float).eps)
    assert abs(Fraction(float(estimator(x))) - exact) <= (d + 3) * eps * (size + abs(estimator.intercept)) + Fraction(
        d, 2**1070
    )


@given(coefficients)
def test_vertex_residuals_and_weights_agree_with_the_definition(problem):
    d, beta = problem
    estimator = Estimator(d, beta)
    assert list(estimator.vertex_residuals) == [reference.residual(d, beta, z) for z in range(d + 1)]
    # f at a vertex is the sum of the largest weights: the two attributes come from different formulas.
    for z in range(d + 1):
        value = estimator.intercept + sum(estimator.order_statistic_weights[z:], Fraction(0))
        assert int(z < d) - value == estimator.vertex_residuals[z]


@given(coefficients, st.randoms(use_true_random=False))
def test_residual_on_the_cube_is_largest_at_a_vertex(problem, random):
    d, beta = problem
    estimator = Estimator(d, beta)
    x = [Fraction(random.randint(0, 12), 12) for _ in range(d)]
    assert abs(max(x) - reference.evaluate(beta, x)) <= estimator.worst_vertex_residual


@given(coefficients)
def test_json_round_trip(problem):
    d, beta = problem
    estimator = Estimator(d, beta)
    assert Estimator.from_json(estimator.to_json()) == estimator


@pytest.mark.parametrize("objective", ["cube", "range", "l2"])
def test_round_trips_of_optimal_estimators(objective):
    estimator = optimal_estimator(7, [1, 2, 6], objective=objective)
    for twin in (
        Estimator.from_json(estimator.to_json()),
        pickle.loads(pickle.dumps(estimator)),
        copy.deepcopy(estimator),
    ):
        assert twin == estimator
        assert hash(twin) == hash(estimator)


def test_an_estimator_is_frozen():
    estimator = optimal_estimator(9, [0, 1, 8])
    estimator.coefficients[0] = Fraction(7)  # a copy
    assert estimator.coefficients[0] == Fraction(1, 20)
    with pytest.raises(AttributeError):
        estimator.error = Fraction(0)  # type: ignore[misc]


def test_mean_square_of_the_mean_of_two():
    # max - (1/6 + mean) = |a - b|/2 - 1/6 and |a - b| has mean 1/3, second moment 1/6.
    estimator = Estimator(2, {0: Fraction(1, 6), 1: 1})
    assert estimator.mean_square == Fraction(1, 24) - Fraction(1, 36)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("xp", [np, array_api_strict], ids=["numpy", "array_api_strict"])
def test_backends_and_dtypes(xp, dtype):
    estimator = optimal_estimator(9, [0, 1, 8])
    values = np.random.default_rng(1).random((5, 4, 9)).astype(dtype)
    result = estimator(xp.asarray(values))
    assert result.dtype == getattr(xp, dtype)
    assert result.shape == (5, 4)
    assert isinstance(result, type(xp.asarray(values)))
    exact = [
        reference.evaluate(estimator.coefficients, [Fraction(float(v)) for v in row]) for row in values.reshape(-1, 9)
    ]
    # Values below 1, weights of absolute sum below 1.2: (d + 3) eps bounds the rounding.
    difference = np.abs(np.asarray(result).reshape(-1) - np.array([float(e) for e in exact]))
    assert difference.max() <= 12 * 1.2 * np.finfo(dtype).eps


def test_the_input_is_not_changed():
    x = np.random.default_rng(2).random((3, 9))
    before = x.copy()
    optimal_estimator(9, [0, 1, 8])(x)
    assert np.array_equal(x, before)


def test_lists_empty_batches_and_single_windows():
    estimator = optimal_estimator(4, [0, 1, 3])
    assert estimator([[0, 0, 0, 1], [1, 1, 1, 1]]).shape == (2,)
    assert estimator(np.empty((0, 4))).shape == (0,)
    assert estimator(np.zeros(4)).shape == ()


@pytest.mark.parametrize(
    ("x", "reason"),
    [
        (np.zeros((3, 8)), r"9 inputs along the last axis, but the array has shape \(3, 8\)"),
        (np.float64(1.0), "9 inputs along the last axis"),
        (np.zeros(9, dtype=int), "not int64"),
        (np.zeros(9, dtype=complex), "not complex128"),
        (np.zeros(9, dtype=bool), "not bool"),
        ([["a"] * 9], "real numbers"),
        ([[1.0], [1.0, 2.0]], "real numbers"),
        (None, "9 inputs along the last axis"),
    ],
)
def test_bad_arrays(x, reason):
    with pytest.raises(ArrayError, match=reason):
        optimal_estimator(9, [0, 1, 8])(x)


def test_nan_and_infinities():
    estimator = optimal_estimator(9, [0, 1, 8])  # no weight is 0
    x = np.zeros((4, 9))
    x[0, 3], x[1, 4], x[2, 5], x[3, :2] = np.nan, np.inf, -np.inf, np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        result = estimator(x)
    assert np.isnan(result[0])
    assert result[1] == np.inf
    assert result[2] == np.inf  # the weight of the smallest input is negative
    assert result[3] == np.inf
    assert estimator(np.zeros(9)) == pytest.approx(0.05)  # other windows of a batch are not touched


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((1, {0: 1}), KernelSizeError),
        ((4, {}), OrdersError),
        ((4, {5: 1}), OrdersError),
        ((4, {1: 0.5}), InputError),
        ((4, {1: "1/2"}), InputError),
    ],
)
def test_bad_estimators(arguments, error):
    with pytest.raises(error):
        Estimator(*arguments)


def test_bad_objective():
    with pytest.raises(InputError, match='"cube", "range" or "l2"'):
        Estimator(4, {1: 1}, objective="sphere")  # type: ignore[arg-type]


def _damaged(change):
    data = json.loads(optimal_estimator(5, [0, 1, 4]).to_json())
    change(data)
    return json.dumps(data)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        _damaged(lambda data: data.update(version=2)),
        _damaged(lambda data: data.update(format="subpool-certificate")),
        _damaged(lambda data: data.pop("error")),
        _damaged(lambda data: data.update(error="1/13")),
        _damaged(lambda data: data.update(error=0.1)),
        _damaged(lambda data: data.update(kernel_size=6)),
        _damaged(lambda data: data.update(kernel_size="5")),
        _damaged(lambda data: data["coefficients"].update({"1": "1/7"})),
        _damaged(lambda data: data["coefficients"].update({"1": "1/0"})),
        _damaged(lambda data: data["certificate"].update(error="1/13")),
        _damaged(lambda data: data["certificate"].update(objective="range")),
        _damaged(lambda data: data["certificate"].pop("dual")),
        _damaged(lambda data: data.update(objective="range", certificate=None)),
    ],
)
def test_damaged_json_is_refused(text):
    with pytest.raises(FormatError):
        Estimator.from_json(text)


def test_all_errors_share_a_base():
    assert all(issubclass(error, SubpoolError) for error in (ArrayError, FormatError, KernelSizeError, OrdersError))
