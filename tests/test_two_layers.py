"""The maximum with two hidden layers: terms, networks, and what is made of them."""

import json
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from theory import Estimator, exact_max_network, prove_exact
from theory.cli import main
from theory.errors import InputError, KernelSizeError, ProblemTooLargeError
from theory.networks.piecewise import two_layer_network
from theory.networks.two_layers import _FEWER, two_layer_bound, two_layer_max_network, two_layer_terms


def _value(terms, x):
    """Evaluate x_q - min(x) at integer points, along the last axis of x, times a common denominator."""
    n = x.shape[-1]
    scale = int(np.lcm.reduce([term.coefficient.denominator for term in terms]))
    arcs = {(v, u): np.maximum(x[..., u] - x[..., v], 0) for v in range(n) for u in range(n)}
    total = np.zeros(x.shape[:-1], np.int64)
    for term in terms:
        for form in term.forms(n):
            total += int(term.coefficient * scale) * np.abs(sum(sign * arcs[v, u] for v, u, sign in form))
    return total, scale


@pytest.mark.parametrize(
    ("kernel_size", "fewer"), [(2, False), (3, False), (4, False), (5, False), (5, True), (6, True)]
)
def test_the_terms_add_up_to_what_they_should(kernel_size, fewer):
    rng = np.random.default_rng(kernel_size)
    # Small integers: many ties.
    points = np.vstack([rng.integers(-2, 3, (40, kernel_size)), rng.integers(-1000, 1000, (40, kernel_size))])
    terms = two_layer_terms(kernel_size, fewer=fewer)
    total, scale = _value(terms, points)
    assert np.array_equal(total, scale * (points[:, -1] - points.min(axis=1)))
    assert all(term.images == len(list(term.forms(kernel_size))) for term in terms)
    for term in terms if kernel_size < 5 else ():
        worse = [*terms, type(term)(Fraction(1, scale), term.arcs, term.images)]
        assert not np.array_equal(_value(worse, points)[0], scale * (points[:, -1] - points.min(axis=1)))


def test_as_many_terms_as_the_theory_says():
    kinds = {2: 1, 3: 2, 4: 16, 5: 42, 6: 168, 7: 487, 8: 1573}
    forms = {2: 1, 3: 2, 4: 76, 5: 664, 6: 12786, 7: 193814, 8: 4050250}
    units = {2: 0, 3: 1, 4: 42, 5: 505, 6: 10340, 7: 171331, 8: 3691198}
    for n, number in kinds.items():
        terms = two_layer_terms(n)
        assert len(terms) == number
        assert sum(term.images for term in terms) == forms[n] <= two_layer_bound(n)
        assert sum(term.images for term in terms if term.bends) == units[n]
        primes = [p for p in (2, 3, 5, 7, 11, 13) if any(term.coefficient.denominator % p == 0 for term in terms)]
        assert all(p <= n for p in primes)
    assert [sum(t.images for t in two_layer_terms(n, fewer=True) if t.bends) for n in _FEWER] == [289, 3845, 56731]


@pytest.mark.parametrize("kernel_size", [2, 3, 4, 5])
@pytest.mark.parametrize("domain", ["real", "nonnegative"])
def test_networks_are_proved_and_wrong_ones_refuted(kernel_size, domain):
    network = two_layer_max_network(kernel_size, domain=domain)
    assert network.hidden_layers == 2
    assert prove_exact(network, "max", domain=domain).status == "proved"
    *others, last = network.weights
    place, weight = last.rows[0][0]
    readout = {**dict(last.rows[0]), place: 2 * weight}
    wrong = type(network)((*others, type(last).from_rows(last.columns, [readout])), network.biases)
    verdict = prove_exact(wrong, "max", domain=domain)
    assert verdict.status == "refuted"


def test_the_construction_has_two_layers_for_all_sizes_that_are_built():
    for n in range(2, 7):
        network = exact_max_network(n, construction="two-layer")
        assert network.hidden_layers == 2
        assert prove_exact(network, "max").status == "proved"
    with pytest.raises(ProblemTooLargeError, match="75,551,339 units in the second one, or fewer; it is built"):
        exact_max_network(9, construction="two-layer")


def test_what_is_refused():
    with pytest.raises(KernelSizeError):
        two_layer_terms(1)
    with pytest.raises(InputError, match="for 5, 6, 7 inputs, not for 8"):
        two_layer_terms(8, fewer=True)
    with pytest.raises(ProblemTooLargeError, match="GiB"):
        two_layer_terms(13)


# --- sums of maxima ---------------------------------------------------------------------------------------------------


def _inputs(m):
    return [([int(i == j) for i in range(m)], 0) for j in range(m)]


@pytest.mark.parametrize("variables", [2, 3, 4, 5])
def test_a_mean_subpool_max_is_a_sum_of_maxima(variables):
    inputs = _inputs(variables)
    pairs = list(combinations(inputs, 2))
    network = two_layer_network(*pairs, coefficients=[Fraction(1, len(pairs))] * len(pairs))
    assert network.hidden_layers == 2
    mean = Estimator(variables, {2: 1})
    assert prove_exact(network, mean).status == "proved"
    assert prove_exact(two_layer_network(inputs), "max").status == "proved"


def _affine(rng, m):
    return [Fraction(int(a), 3) for a in rng.integers(-5, 6, m)], Fraction(int(rng.integers(-5, 6)), 2)


def test_sums_and_differences_of_affine_functions():
    rng = np.random.default_rng(3)
    for m, pieces in ((1, 3), (2, 5), (3, 6), (4, 1)):
        maxima = [[_affine(rng, m) for _ in range(pieces)] for _ in range(2)]
        network = two_layer_network(*maxima, coefficients=[2, Fraction(-1, 3)])
        assert network.hidden_layers <= 2
        for _ in range(30):
            x = [Fraction(int(v), 2) for v in rng.integers(-6, 7, m)]
            first, second = (max(sum(a * b for a, b in zip(s, x, strict=True)) + c for s, c in of) for of in maxima)
            assert network.evaluate_exact(x) == 2 * first - second / 3


@pytest.mark.parametrize(
    ("maxima", "coefficients", "message"),
    [
        ([], None, "each of one or more maxima"),
        ([_inputs(2)], [1, 2], "2 are given for 1"),
        ([_inputs(2), _inputs(3)], None, r"numbers of variables: \[2, 3\]"),
        ([[]], None, "over 1 to 7 affine functions here, not 0"),
        ([_inputs(8)], None, "not 8"),
        ([[([0.5], 0)]], None, "slopes"),
    ],
)
def test_sums_that_are_refused(maxima, coefficients, message):
    with pytest.raises(InputError, match=message):
        two_layer_network(*maxima, coefficients=coefficients)


@pytest.mark.parametrize(("kernel", "widths"), [("3x3", [46, 75551339]), ("2000", None)])
def test_the_command_tells_the_least_depth_of_any_kernel(kernel, widths, capsys):
    assert main(["network", kernel, "--orders", "exact", "--no-proof", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["least_hidden_layers"], told["least_widths"]) == (2, widths)
    assert main(["network", kernel, "--orders", "exact", "--no-proof"]) == 0
    number = "75,551,385" if widths else "about 10^7197"
    assert f"2 hidden layers (theorem two-layers), for which {number} ReLUs" in capsys.readouterr().out


@pytest.mark.parametrize("kernel", ["8", "9", "100000"])
def test_the_command_says_at_once_what_is_not_built(kernel, capsys):
    arguments = ["network", kernel, "--orders", "exact", "--construction", "two-layer"]
    assert main(arguments) == 2
    assert "it is built for up to 7 inputs" in capsys.readouterr().err
