import copy
import json
import pickle
from fractions import Fraction
from random import Random

import array_api_strict
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.random_networks import (
    compose,
    deepened,
    evaluate,
    maximum_tree,
    random_network,
    random_networks,
    random_window,
)
from theory.errors import ArrayError, FormatError, InputError
from theory.networks.matrix import RationalMatrix
from theory.networks.network import ReLUNetwork, network_from_rows

MAXIMUM_OF_TWO = maximum_tree(2)


@st.composite
def matrices(draw, rows=None):
    m, n = draw(st.integers(0, 4)) if rows is None else rows, draw(st.integers(0, 4))
    entries = st.fractions(-4, 4, max_denominator=6) | st.just(Fraction(0))
    return RationalMatrix.from_rows(n, [{j: draw(entries) for j in range(n)} for _ in range(m)])


def dense(matrix):
    return [[dict(row).get(j, Fraction(0)) for j in range(matrix.columns)] for row in matrix.rows]


# Matrices


def test_a_matrix_keeps_its_nonzero_entries_in_the_order_of_the_columns():
    matrix = RationalMatrix.from_rows(3, [{2: 5, 0: Fraction(1, 2), 1: 0}, {}])
    assert matrix.rows == (((0, Fraction(1, 2)), (2, Fraction(5))), ())
    assert (matrix.shape, matrix.nonzero_count) == ((2, 3), 2)
    assert matrix == RationalMatrix.from_rows(3, [{0: Fraction(1, 2), 2: Fraction(5)}, {1: Fraction(0)}])
    assert len({matrix, RationalMatrix.from_rows(3, [{0: Fraction(1, 2), 2: 5}, {}])}) == 1


@pytest.mark.parametrize(
    ("columns", "row", "message"),
    [
        (2, {2: 1}, r"columns of this matrix are 0\.\.1, not 2"),
        (2, {-1: 1}, r"columns of this matrix are 0\.\.1, not -1"),
        (2, {0.5: 1}, r"not 0\.5"),
        (2, {"0": 1}, "not '0'"),
        (2, {0: 0.5}, r"exact \(Fraction or int\), not 0\.5"),
        (2, {0: "1"}, "not '1'"),
        (2, {0: None}, "not None"),
        (-1, {}, "-1"),
    ],
)
def test_a_matrix_refuses_what_it_cannot_hold(columns, row, message):
    with pytest.raises(InputError, match=message):
        RationalMatrix.from_rows(columns, [row])


@given(matrices(), st.data())
def test_a_matrix_applied_to_a_vector(matrix, data):
    vector = data.draw(st.lists(st.fractions(-3, 3), min_size=matrix.columns, max_size=matrix.columns))
    expected = [sum((a * b for a, b in zip(row, vector, strict=True)), Fraction(0)) for row in dense(matrix)]
    assert matrix.apply(vector) == expected


@pytest.mark.parametrize("vector", [[1], [1, 2, 3], []])
def test_a_vector_of_another_length_is_refused(vector):
    with pytest.raises(InputError, match="2"):
        RationalMatrix.from_rows(2, [{0: 1}]).apply(vector)


@given(st.data())
def test_products_of_matrices(data):
    left = data.draw(matrices())
    right = data.draw(matrices(rows=left.columns))
    product = left @ right
    assert product.shape == (len(left.rows), right.columns)
    assert dense(product) == [
        [sum((a * b for a, b in zip(row, column, strict=True)), Fraction(0)) for column in _columns(right)]
        for row in dense(left)
    ]
    # Sums that cancel leave no entry behind.
    assert all(entry for row in product.rows for _, entry in row)
    third = data.draw(matrices(rows=right.columns))
    assert (left @ right) @ third == left @ (right @ third)


def _columns(matrix):
    rows = dense(matrix)
    return [[row[j] for row in rows] for j in range(matrix.columns)]


def test_shapes_of_factors_must_fit():
    with pytest.raises(InputError, match=r"2 columns cannot be multiplied by one of shape \(3, 1\)"):
        RationalMatrix.from_rows(2, [{}]) @ RationalMatrix.from_rows(1, [{}, {}, {}])


@given(matrices(), st.sampled_from(["float32", "float64"]))
def test_a_matrix_in_floats(matrix, dtype):
    expected = np.array([[float(entry) for entry in row] for row in dense(matrix)], dtype=dtype).reshape(matrix.shape)
    for floats in (matrix.to_numpy(dtype), matrix.to_scipy(dtype).toarray()):
        assert floats.dtype == dtype
        np.testing.assert_array_equal(floats, expected)
    assert matrix.to_scipy(dtype).nnz == matrix.nonzero_count


def test_entries_beyond_the_floats_are_refused():
    with pytest.raises(InputError, match="float64"):
        RationalMatrix.from_rows(1, [{0: Fraction(10**400)}]).to_numpy()
    with pytest.raises(InputError, match="float32"):
        RationalMatrix.from_rows(1, [{0: -Fraction(10**40)}]).to_numpy("float32")


def test_fixed_size_integers_do_not_wrap_around():
    matrix = RationalMatrix.from_rows(1, [{0: np.int64(2**62)}])
    assert (matrix @ matrix).rows[0][0][1] == 2**124
    assert matrix.apply([np.int64(2**62)]) == [2**124]
    network = ReLUNetwork((matrix,), ((Fraction(0),),))
    assert network.evaluate_exact([np.int64(2**62)]) == 2**124
    assert network_from_rows(1, [([{0: 4}], [np.int64(2**62)])]).evaluate_exact([np.int64(2**62)]) == 5 * 2**62


# The network and its counts


@pytest.mark.parametrize(
    ("weights", "biases", "message"),
    [
        ((), (), "at least one affine map"),
        ((RationalMatrix.from_rows(2, [{}]),), (), "1 matrices and 0 biases"),
        ((RationalMatrix.from_rows(2, [{}]),), ((Fraction(0),) * 2,), "the bias of layer 0 has 2 entries for 1 rows"),
        ((RationalMatrix.from_rows(2, [{}, {}]),), ((Fraction(0),) * 2,), "one output, not 2"),
        (
            (RationalMatrix.from_rows(2, [{}, {}]), RationalMatrix.from_rows(3, [{}])),
            ((Fraction(0),) * 2, (Fraction(0),)),
            r"shape \(1, 3\) cannot follow one of shape \(2, 2\)",
        ),
        ((RationalMatrix.from_rows(2, [{}]),), ((0.5,),), r"0\.5"),
        ((RationalMatrix.from_rows(0, [{}]),), ((Fraction(0),),), "0"),
    ],
)
def test_a_network_whose_parts_do_not_fit_is_refused(weights, biases, message):
    with pytest.raises(InputError, match=message):
        ReLUNetwork(weights, biases)


def test_rows_with_inexact_biases_are_refused():
    with pytest.raises(InputError, match=r"0\.1"):
        network_from_rows(2, [([{0: 1}], [0.1])])


def test_counts_are_those_of_the_dense_matrices():
    for network in random_networks(0, 100):
        entries = [entry for matrix in network.weights for row in dense(matrix) for entry in row]
        entries += [b for bias in network.biases for b in bias]
        assert network.parameter_count == len(entries)
        assert network.nonzero_count == sum(entry != 0 for entry in entries)
        assert network.units == sum(network.widths)
        assert network.hidden_layers == len(network.widths) == len(network.weights) - 1
        assert repr(network) == (
            f"ReLUNetwork(kernel_size={network.kernel_size}, widths={network.widths}, "
            f"nonzero_count={network.nonzero_count})"
        )


def test_copies_are_equal():
    network = maximum_tree(5)
    network([0.0] * 5)  # fills what is computed once
    for twin in (pickle.loads(pickle.dumps(network)), copy.deepcopy(network), ReLUNetwork.from_json(network.to_json())):
        assert twin == network
        assert hash(twin) == hash(network)
    assert network != maximum_tree(4)


def test_a_network_is_frozen():
    with pytest.raises(AttributeError):
        MAXIMUM_OF_TWO.weights = ()


# Exact evaluation


def test_exact_evaluation_agrees_with_the_definition():
    random = Random(1)
    for network in random_networks(1, 300):
        for _ in range(5):
            x = random_window(random, network.kernel_size)
            value = network.evaluate_exact(x)
            assert value == evaluate(network, x)
            assert isinstance(value, Fraction)


def test_exact_evaluation_of_the_maximum_far_beyond_the_floats():
    tree = maximum_tree(3)
    assert tree.evaluate_exact([10**400, 10**400 + 1, -(10**500)]) == 10**400 + 1
    assert tree.evaluate_exact([Fraction(1, 10**400), 0, -1]) == Fraction(1, 10**400)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([1], "the network has 2 inputs, but 1 were given"),
        ([1, 2, 3], "the network has 2 inputs, but 3 were given"),
        ([1, 0.5], r"inputs are exact \(Fraction or int\), not 0\.5"),
        ([1, "2"], "not '2'"),
        ([np.float64(1), 2], "not np.float64"),
    ],
)
def test_exact_evaluation_refuses_other_inputs(x, message):
    with pytest.raises(InputError, match=message):
        MAXIMUM_OF_TWO.evaluate_exact(x)


# Evaluation on arrays


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_rounding_error_is_a_bound(dtype):
    random = Random(2)
    for network in random_networks(2, 400):
        magnitude = random.choice([1.0, 1e-3, 1e6])
        x = np.random.default_rng(3).uniform(-magnitude, magnitude, (8, network.kernel_size)).astype(dtype)
        x[0] = magnitude
        bound = Fraction(network.rounding_error(magnitude * (1 + 1e-7), dtype))
        for window, value in zip(x, network(x), strict=True):
            exact = network.evaluate_exact([Fraction(float(v)) for v in window])
            assert abs(Fraction(float(value)) - exact) <= bound


def test_the_rounding_error_is_a_bound_where_every_rounding_goes_one_way():
    # Weights of 1 + u - and inputs chosen so: a sum of n terms in order loses about half a unit each time.
    n, u = 200, 2.0**-24
    network = network_from_rows(n, [([dict.fromkeys(range(n), Fraction(1) + Fraction(1, 10**8))], None)])
    x = np.full(n, 1 - u, dtype=np.float32)
    x[0] = 1
    error = abs(Fraction(float(network(x))) - network.evaluate_exact([Fraction(float(v)) for v in x]))
    assert 0 < error <= Fraction(network.rounding_error(1.0, "float32"))


@pytest.mark.parametrize(("kernel_size", "largest_ratio"), [(2, 100), (9, 10_000)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_rounding_error_is_not_absurdly_loose(kernel_size, largest_ratio, dtype):
    # Against the worst error seen. Sums of sizes know nothing of b = relu(b) - relu(-b), nor that errors pass a maximum
    # undiminished but not enlarged: both cost a factor of up to 4 a layer.
    tree = maximum_tree(kernel_size)
    x = np.clip(np.random.default_rng(4).normal(size=(5000, kernel_size)) / 3, -1, 1).astype(dtype)
    worst = np.max(np.abs(tree(x) - np.max(x, axis=-1)))
    assert 0 < tree.rounding_error(1.0, dtype) <= largest_ratio * worst


def test_the_rounding_error_grows_with_the_inputs_and_shrinks_with_the_format():
    tree = maximum_tree(5)
    # Without biases the bound is proportional to the inputs.
    assert tree.rounding_error(4.0) == 4 * tree.rounding_error(1.0)
    assert tree.rounding_error(0) == 0
    assert 2**28 < tree.rounding_error(1.0, "float32") / tree.rounding_error(1.0, "float64") < 2**30
    assert network_from_rows(1, [([{}], None)]).rounding_error() == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1.0,), "a finite number >= 0, not -1"),
        ((float("nan"),), "not nan"),
        ((float("inf"),), "not inf"),
        ((1.0, "float16"), '"float32" or "float64", not \'float16\''),
    ],
)
def test_the_rounding_error_refuses_other_arguments(arguments, message):
    with pytest.raises(InputError, match=message):
        MAXIMUM_OF_TWO.rounding_error(*arguments)


def test_a_rounding_error_beyond_the_floats_is_infinite():
    assert network_from_rows(1, [([{0: 10**400}], None)]).rounding_error() == float("inf")


def _wide(random):
    """A network whose first layers are sparse enough to be stored compressed, and whose last ones are not."""
    return compose(
        random_network(random, 3, [2]), [(random_network(random, 40, [90, 7]), range(j, j + 40)) for j in range(3)], 43
    )


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("network", [MAXIMUM_OF_TWO, maximum_tree(40), _wide(Random(5))], ids=["pair", "tree", "wide"])
def test_backends_agree(network, dtype):
    x = np.random.default_rng(6).uniform(-1, 1, (50, network.kernel_size)).astype(dtype)
    bound = network.rounding_error(1.0, dtype)
    ours = network(x)
    theirs = network(array_api_strict.asarray(x))
    assert ours.dtype == dtype
    assert theirs.dtype == getattr(array_api_strict, dtype)
    assert np.max(np.abs(ours.astype(np.float64) - np.asarray(theirs, dtype=np.float64))) <= 2 * bound


@pytest.mark.parametrize("shape", [(), (7,), (2, 3), (0,), (2, 0), (0, 3), (1, 1, 1, 2)])
@pytest.mark.parametrize("namespace", [np, array_api_strict], ids=["numpy", "strict"])
@pytest.mark.parametrize(
    "network", [MAXIMUM_OF_TWO, network_from_rows(2, [([{1: 2}], [1])])], ids=["hidden layer", "affine"]
)
def test_shapes(network, namespace, shape):
    x = np.random.default_rng(7).integers(-5, 5, (*shape, 2)).astype(np.float64)
    values = network(namespace.asarray(x))
    assert values.shape == shape
    np.testing.assert_array_equal(np.asarray(values), x.max(axis=-1) if network.hidden_layers else 2 * x[..., 1] + 1)


def test_more_windows_than_one_batch_holds():
    network = maximum_tree(4)
    x = np.random.default_rng(8).integers(-99, 99, (200_001, 4)).astype(np.float32)
    np.testing.assert_array_equal(network(x), x.max(axis=-1))


def test_a_layer_wider_than_a_batch():
    width = (1 << 18) + 1
    network = network_from_rows(1, [([{0: 1}] * width, None), ([{0: 1, width - 1: 1}], None)])
    np.testing.assert_array_equal(network(np.array([[1.0], [-1.0], [3.0]])), [2, 0, 6])


def _layouts(x):
    yield "contiguous", x.copy()
    yield "columns first", np.asfortranarray(x)
    wide = np.zeros((2 * len(x), 2 * x.shape[1]), dtype=x.dtype)
    wide[::2, ::2] = x
    yield "every other", wide[::2, ::2]
    yield "backwards", np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1]
    yield "repeated", np.broadcast_to(x[0], x.shape)
    yield "other byte order", x.astype(x.dtype.newbyteorder())
    misaligned = np.frombuffer(b"\0" + x.tobytes(), dtype=np.uint8)[1:].view(x.dtype).reshape(x.shape)
    yield "misaligned", misaligned


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "network",
    [maximum_tree(6), network_from_rows(6, [([{0: 1, 3: -2}], [5])]), network_from_rows(6, [([{5: 1}], None)])],
    ids=["tree", "affine", "projection"],
)
def test_inputs_of_any_layout_are_read_and_never_changed(network, dtype):
    x = np.random.default_rng(9).integers(-9, 9, (30, 6)).astype(dtype)
    for name, view in _layouts(x):
        view.flags.writeable = False
        before = view.copy()
        expected = [float(network.evaluate_exact([int(v) for v in window])) for window in before]
        np.testing.assert_array_equal(network(view), expected, err_msg=name)
        np.testing.assert_array_equal(view, before, err_msg=name)


def test_a_writeable_input_is_not_changed_either():
    x = np.array([[-1.0, -2.0], [3.0, -4.0]])
    for network in (MAXIMUM_OF_TWO, network_from_rows(2, [([{0: 1}], None)]), deepened(MAXIMUM_OF_TWO, 3)):
        network(x)
        np.testing.assert_array_equal(x, [[-1, -2], [3, -4]])


def test_results_are_not_shared_with_the_next_call():
    first = MAXIMUM_OF_TWO(np.array([[1.0, 2.0]]))
    MAXIMUM_OF_TWO(np.array([[5.0, 6.0]]))
    np.testing.assert_array_equal(first, [2])


@pytest.mark.parametrize("network", [MAXIMUM_OF_TWO, maximum_tree(64)], ids=["dense", "compressed"])
@pytest.mark.parametrize("namespace", [np, array_api_strict], ids=["numpy", "strict"])
def test_a_nan_gives_nan_and_stays_in_its_window(network, namespace):
    d = network.kernel_size
    x = np.zeros((d + 1, d))
    x[range(d), range(d)] = np.nan
    values = np.asarray(network(namespace.asarray(x)))
    assert np.isnan(values[:d]).all()
    assert values[d] == 0


@pytest.mark.parametrize("namespace", [np, array_api_strict], ids=["numpy", "strict"])
@pytest.mark.filterwarnings("ignore:invalid value encountered:RuntimeWarning")
def test_an_infinity_gives_no_finite_value_and_stays_in_its_window(namespace):
    x = np.array([[np.inf, 0.0], [0.0, np.inf], [-np.inf, -np.inf], [2.0, 3.0]])
    values = np.asarray(MAXIMUM_OF_TWO(namespace.asarray(x)))
    assert not np.isfinite(values[:3]).any()
    assert values[3] == 3


def test_half_precision_and_extended_precision():
    x = np.array([[1.5, -2.0], [-3.0, 0.25]])
    for dtype in (np.float16, np.longdouble):
        values = MAXIMUM_OF_TWO(x.astype(dtype))
        assert values.dtype == dtype
        np.testing.assert_array_equal(values, [1.5, 0.25])


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.zeros((3, 3)), r"2 inputs along the last axis, but the array has shape \(3, 3\)"),
        (np.zeros(()), r"shape \(\)"),
        (np.zeros((2, 2), dtype=int), "real floating dtype such as float32 or float64, not int64"),
        (np.zeros((2, 2), dtype=complex), "not complex128"),
        ([["a", "b"]], "windows are real numbers"),
    ],
)
def test_arrays_that_are_no_windows_are_refused(x, message):
    with pytest.raises(ArrayError, match=message):
        MAXIMUM_OF_TWO(x)


def test_weights_beyond_the_floats_are_refused():
    network = network_from_rows(1, [([{0: 10**40}], None)])
    assert network(np.array([1.0])) == 1e40
    with pytest.raises(InputError, match="float32"):
        network(np.array([1.0], dtype=np.float32))
    with pytest.raises(InputError, match="float32"):
        network_from_rows(1, [([{0: 1}], [10**40])])(np.array([1.0], dtype=np.float32))


# Canonical form


def _same_function(random, *networks, windows=12):
    first, *others = networks
    for _ in range(windows):
        x = random_window(random, first.kernel_size)
        expected = evaluate(first, x)
        for other in others:
            assert evaluate(other, x) == expected


def test_the_canonical_form_computes_the_same_and_is_its_own():
    random = Random(15)
    smaller = 0
    for network in random_networks(16, 500):
        canonical = network.canonical()
        _same_function(random, network, canonical)
        assert canonical.canonical() == canonical
        assert canonical.hidden_layers == network.hidden_layers
        assert all(ours <= theirs for ours, theirs in zip(canonical.widths, network.widths, strict=True))
        smaller += canonical.units < network.units
    assert smaller > 250


def test_no_unit_of_a_canonical_form_is_idle_or_a_multiple_of_another():
    for network in random_networks(17, 200):
        canonical = network.canonical()
        for layer, (matrix, bias) in enumerate(zip(canonical.weights[:-1], canonical.biases[:-1], strict=True)):
            units = [(*row, b) for row, b in zip(dense(matrix), bias, strict=True)]
            for unit in units:
                assert any(unit[:-1])
                assert all(entry.denominator == 1 for entry in unit)
                assert np.gcd.reduce([int(entry) for entry in unit]) == 1
            assert len(set(units)) == len(units)
            read = {j for row in canonical.weights[layer + 1].rows for j, _ in row}
            assert read == set(range(len(units)))


def test_scaling_and_doubling_the_units_leaves_the_canonical_form():
    random = Random(18)
    for network in random_networks(19, 100):
        if not network.hidden_layers:
            continue
        first, second, *rest = zip(network.weights, network.biases, strict=True)
        scales = [Fraction(random.randint(1, 9), random.randint(1, 9)) for _ in first[1]]
        rows = [{j: s * w for j, w in row} for s, row in zip(scales, first[0].rows, strict=True)]
        biases = [s * b for s, b in zip(scales, first[1], strict=True)]
        n = len(scales)
        # Every unit twice, in two scales; what reads it takes a third of one and two thirds of the other.
        shares = [
            {j: w / scales[j] / 3 for j, w in row} | {n + j: w * Fraction(2, 3) for j, w in row}
            for row in second[0].rows
        ]
        twin = ReLUNetwork(
            (
                RationalMatrix.from_rows(network.kernel_size, rows + [dict(row) for row in first[0].rows]),
                RationalMatrix.from_rows(2 * n, shares),
                *(matrix for matrix, _ in rest),
            ),
            ((*biases, *first[1]), second[1], *(bias for _, bias in rest)),
        )
        assert twin.canonical() == network.canonical()


def test_what_becomes_constant_on_the_way_is_folded_too():
    # relu(x) - relu(x) = 0 makes the unit after it constant, and all before it unread.
    network = network_from_rows(1, [([{0: 1}, {0: 2}], None), ([{0: 2, 1: -1}], [3]), ([{0: 5}], [1])])
    canonical = network.canonical()
    assert canonical.widths == (0, 0)
    assert canonical.evaluate_exact([4]) == 16
    np.testing.assert_array_equal(canonical(np.zeros((3, 1))), [16, 16, 16])
    np.testing.assert_array_equal(np.asarray(canonical(array_api_strict.zeros((3, 1)))), [16, 16, 16])
    assert canonical.rounding_error() > 0
    assert ReLUNetwork.from_json(canonical.to_json()) == canonical


# Files


def test_json_round_trip():
    for network in random_networks(20, 200):
        text = network.to_json()
        assert "\n" not in text
        assert ReLUNetwork.from_json(text) == network


def test_json_holds_integers_of_any_length():
    network = network_from_rows(1, [([{0: Fraction(10**5000, 3)}], [Fraction(1, 7**6000)])])
    assert ReLUNetwork.from_json(network.to_json()) == network


def _change(path, value):
    def change(data):
        *way, last = path
        for step in way:
            data = data[step]
        data[last] = value

    return change


def _remove(*path):
    def change(data):
        *way, last = path
        for step in way:
            data = data[step]
        del data[last]

    return change


@pytest.mark.parametrize(
    "damage",
    [
        _change(["format"], "subpool-estimator"),
        _change(["version"], 2),
        _change(["kernel_size"], "2"),
        _change(["kernel_size"], 2.0),
        _change(["kernel_size"], True),
        _change(["kernel_size"], 1),
        _change(["kernel_size"], 0),
        _change(["kernel_size"], -1),
        _change(["kernel_size"], None),
        _change(["layers"], []),
        _change(["layers"], None),
        _change(["layers"], {"0": 1}),
        _change(["layers", 0], []),
        _change(["layers", 0, "rows"], "01"),
        _change(["layers", 0, "rows", 0], ["1", "-1"]),
        _change(["layers", 0, "rows", 0], {"0": "1", "00": "1"}),
        _change(["layers", 0, "rows", 0], {" 0": "1"}),
        _change(["layers", 0, "rows", 0], {"2": "1"}),
        _change(["layers", 0, "rows", 0], {"-1": "1"}),
        _change(["layers", 0, "rows", 0], {"1.0": "1"}),
        _change(["layers", 0, "rows", 0, "0"], 1),
        _change(["layers", 0, "rows", 0, "0"], "0.5"),
        _change(["layers", 0, "rows", 0, "0"], "1/0"),
        _change(["layers", 0, "biases", 0], 0),
        _change(["layers", 0, "biases", 0], "nan"),
        _change(["layers", 0, "biases"], "000"),
        _remove("format"),
        _remove("kernel_size"),
        _remove("layers"),
        _remove("layers", 0),
        _remove("layers", 1),
        _remove("layers", 0, "rows", 0),
        _remove("layers", 0, "biases", 0),
        _remove("layers", 0, "biases"),
    ],
)
def test_damaged_files_are_refused(damage):
    data = json.loads(MAXIMUM_OF_TWO.to_json())
    assert ReLUNetwork.from_json(json.dumps(data)) == MAXIMUM_OF_TWO
    damage(data)
    with pytest.raises(FormatError) as caught:
        ReLUNetwork.from_json(json.dumps(data))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{",
        '"subpool-network"',
        "[" * 100_000,
        MAXIMUM_OF_TWO.to_json()[:-1],
    ],
    ids=["empty", "list", "null", "brace", "string", "deep", "cut"],
)
def test_texts_that_are_no_network_are_refused(text):
    with pytest.raises(FormatError):
        ReLUNetwork.from_json(text)
