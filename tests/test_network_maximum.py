"""Networks for the maximum: tree and shallow constructions, their identities, and the one-layer impossibility."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import accumulate, combinations, pairwise, permutations, product
from math import gcd

import numpy as np
import pytest

from theory.errors import InputError, KernelSizeError, ProblemTooLargeError
from theory.estimator import Estimator
from theory.networks.circuit import Circuit, combine
from theory.networks.exactness import prove_exact
from theory.networks.maximum import exact_max_network
from theory.networks.network import ReLUNetwork
from theory.networks.one_layer import check_obstruction, one_layer_obstruction
from theory.networks.shallow import (
    _FIVE,
    _SIX,
    MaxIdentity,
    orbit,
    shallow_capacity,
    shallow_estimator_network,
    shallow_hidden_layers,
)

DOMAINS = ("real", "nonnegative")


def windows(kernel_size: int, domain: str) -> list[list[int]]:
    """0/1 vectors (all of them up to 10 inputs) and random integers, many of them with ties."""
    rng = np.random.default_rng(kernel_size)
    low = -4 if domain == "real" else 0
    points = [[int(v) for v in row] for row in rng.integers(low, 5, (80, kernel_size))]
    points += [[int(v) for v in row] for row in rng.integers(50 * low, 1000, (40, kernel_size))]
    if kernel_size <= 10:
        points += [list(corner) for corner in product((0, 1), repeat=kernel_size)]
    return points


@cache
def shallow(kernel_size: int, domain: str) -> ReLUNetwork:
    return exact_max_network(kernel_size, domain=domain, construction="shallow")


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("d", [*range(2, 18), 25, 31, 32, 33])
def test_the_tree_is_the_maximum(d, domain):
    network = exact_max_network(d, domain=domain)
    for x in windows(d, domain):
        assert network.evaluate_exact(x) == max(x), x


@pytest.mark.parametrize("domain", DOMAINS)
def test_trees_have_the_size_that_is_stated(domain):
    for d in range(2, 66):
        network = exact_max_network(d, domain=domain)
        values = [-(-d >> i) for i in range((d - 1).bit_length() + 1)]
        assert network.widths == tuple(m + (n if domain == "real" else 0) for m, n in pairwise(values)), d
        assert network.canonical() == network


def test_tree_sizes_of_eight():
    assert exact_max_network(8).widths == (12, 6, 3)
    assert exact_max_network(8, domain="nonnegative").widths == (8, 4, 2)


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_schedule_of_pairings_has_fewer_units(domain):
    """Enumerate how many values each layer may leave, in any number of layers."""

    @cache
    def fewest(values: int) -> int:
        if values == 1:
            return 0
        return min(
            (values - left) + left * (2 if domain == "real" else 1) + fewest(left)
            for left in range((values + 1) // 2, values)
        )

    for d in range(2, 40):
        assert exact_max_network(d, domain=domain).units == fewest(d), d


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("d", [*range(2, 15), 18, 19, 25])
def test_the_shallow_network_is_the_maximum(d, domain):
    network = shallow(d, domain)
    assert network.hidden_layers == shallow_hidden_layers(d) <= (d - 1).bit_length()
    assert network.canonical() == network
    for x in windows(d, domain):
        assert network.evaluate_exact(x) == max(x), x


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("d", [5, 6, 9, 12, 14])
def test_the_shallow_network_is_proved_exact(d, domain):
    assert prove_exact(shallow(d, domain), "max", domain=domain).status == "proved"


def test_shallow_depths():
    """Two hidden layers for 5, three for 10, four for 25 are known; here it is two for 6, three for 18, four for 54."""
    assert [max(d for d in range(1, 200) if shallow_hidden_layers(d) == n) for n in range(1, 5)] == [2, 6, 18, 54]
    for layers in range(2, 9):
        assert shallow_capacity(layers) > 3 ** (layers - 1) + 2  # Bakaev et al. 2025
        assert shallow_hidden_layers(shallow_capacity(layers)) == layers
        assert shallow_hidden_layers(shallow_capacity(layers) + 1) == layers + 1


def test_shallow_sizes_do_not_grow():
    """Units once reached: a change of the constructions may lower them."""
    reached = {5: 18, 6: 59, 9: 30, 10: 33, 12: 77, 13: 108, 18: 641, 25: 120}
    for d, units in reached.items():
        assert shallow(d, "real").units <= units, d
    assert exact_max_network(9).units == 30  # one layer fewer at no more units


def value(identity: MaxIdentity, x: list[int]) -> Fraction:
    """Evaluate the right side by definition."""

    def largest(subset: tuple[int, ...]) -> int:
        return max(x[i] for i in subset)

    total = sum((r * largest(subset) for subset, r in identity.remainder), Fraction(0))
    for c, form in identity.terms:
        for image in orbit(form, identity.symmetries):
            total += c * max(0, sum(k * largest(subset) for subset, k in image))
    return total


def rays(identity: MaxIdentity, order: tuple[int, ...]) -> set[tuple[int, ...]]:
    """List the rays, as gaps, of the cells into which bends cut the cone of inputs in one order."""
    d = identity.kernel_size
    hyperplanes = {tuple(int(i == j) for j in range(d - 1)) for i in range(d - 1)}
    for _, form in identity.expanded:
        gaps = [0] * (d - 1)
        for subset, k in form:
            for gap in range(max(order.index(i) for i in subset)):
                gaps[gap] += k
        if min(gaps) < 0 < max(gaps):
            hyperplanes.add(tuple(gaps))
    found = set()
    for rows in combinations(sorted(hyperplanes), d - 2):
        minors = [
            (-1) ** i * round(np.linalg.det(np.array([[*row[:i], *row[i + 1 :]] for row in rows], dtype=float)))
            for i in range(d - 1)
        ]
        divisor = gcd(*minors)
        for sign in (1, -1):
            if divisor and min(sign * m for m in minors) >= 0:
                found.add(tuple(sign * m // divisor for m in minors))
    return found


def test_five_holds_on_all_cells():
    """Both sides are linear on cells that their rays generate, together with (1, .., 1) and its negative."""
    assert value(_FIVE, [1] * 5) == 1
    assert value(_FIVE, [-1] * 5) == -1
    count = 0
    for order in permutations(range(5)):
        for ray in rays(_FIVE, order):
            x = [0] * 5
            for place, total in enumerate(accumulate(ray, initial=0)):
                x[order[place]] = total
            assert value(_FIVE, x) == max(x), x
            count += 1
    assert count == 4 * 120 + 16  # the four rays of each cone, and where hyperplanes cut one


def test_six_on_a_grid():
    """All of {0, .., 3}^6, in integers."""
    grid = np.array(list(product(range(4), repeat=6)))
    total = np.zeros(len(grid), dtype=np.int64)
    for r, subset in [(r, s) for s, r in _SIX.remainder]:
        total += int(12 * r) * grid[:, subset].max(axis=1)
    for c, form in _SIX.expanded:
        total += int(12 * c) * np.maximum(0, sum(k * grid[:, subset].max(axis=1) for subset, k in form))
    assert (total == 12 * grid.max(axis=1)).all()


def test_identities_are_small():
    assert (len(_FIVE.expanded), _FIVE.units) == (6, 6)
    assert (len(_SIX.expanded), _SIX.units) == (54, 39)
    assert shallow(5, "real").widths == (10, 8)
    assert shallow(6, "real").widths == (18, 41)
    assert shallow(5, "nonnegative").widths == (9, 7)


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize(
    ("d", "coefficients"),
    [
        (3, {1: 1}),
        (4, {0: Fraction(2, 7), 2: Fraction(-3)}),
        (6, {0: Fraction(1, 3), 1: Fraction(-1, 2), 5: 2}),
        (6, {r: Fraction((-1) ** r, r + 1) for r in range(7)}),
        (8, {0: Fraction(1, 10), 1: -1, 5: Fraction(5, 3)}),
        (9, {0: 1, 1: Fraction(-9, 70), 8: Fraction(36, 35)}),
        (5, {0: Fraction(1, 2)}),
        (5, {3: 0}),
    ],
)
def test_shallow_estimators(d, coefficients, domain):
    estimator = Estimator(d, coefficients)
    network = shallow_estimator_network(estimator, domain=domain)
    assert network.hidden_layers <= shallow_hidden_layers(max(1, *coefficients))
    assert network.canonical() == network
    for x in windows(d, domain):
        expected = estimator.intercept + sum(
            w * v for w, v in zip(estimator.order_statistic_weights, sorted(x), strict=True)
        )
        assert network.evaluate_exact(x) == expected, x
    assert prove_exact(network, estimator, domain=domain).status == "proved"


def test_orders_up_to_six_take_two_hidden_layers():
    assert shallow_estimator_network(Estimator(7, {0: 1, 1: 2, 5: 3})).hidden_layers == 2
    assert shallow_estimator_network(Estimator(7, {6: 3})).hidden_layers == 2


def test_circuit_carries_a_basis_of_what_skips():
    """Three values that span two dimensions cost four units on the reals, not six."""
    circuit = Circuit(4)
    x = circuit.inputs
    step = circuit.maximum(x[0], x[1])
    sums = [combine([(1, step), (a, x[2]), (b, x[3])]) for a, b in ((1, 0), (0, 1), (1, 1))]
    output = combine([(1, circuit.relu(one)) for one in sums])
    network = circuit.layered(output)
    # relu(x0 - x1); then x2 + x1, x3 + x1 and x2 + x3 + x1, which span three dimensions with no pair among them.
    assert network.widths == (7, 3)
    for point in windows(4, "real"):
        m = max(point[:2])
        assert network.evaluate_exact(point) == sum(max(0, m + v) for v in (point[2], point[3], point[2] + point[3]))


def test_circuit_shares_a_unit_with_its_negative():
    circuit = Circuit(2)
    a, b = circuit.inputs
    output = combine(
        [(1, circuit.maximum(a, b)), (1, circuit.maximum(b, a)), (-1, circuit.relu(combine([(3, a), (-3, b)])))]
    )
    network = circuit.layered(output)
    assert network.units == 3
    assert network.evaluate_exact([2, 5]) == 10
    assert network.evaluate_exact([5, 2]) == 10 - 9


@pytest.mark.parametrize("d", range(3, 10))
def test_one_layer_obstruction_of_the_maximum(d):
    obstruction = one_layer_obstruction("max", d)
    check_obstruction(obstruction)
    assert obstruction.bends == (0, 2)


def test_the_maximum_of_two_has_one_hidden_layer():
    assert one_layer_obstruction("max", 2) is None
    assert exact_max_network(2).hidden_layers == 1


@pytest.mark.parametrize("d", [2, 3, 5, 7])
def test_one_layer_obstruction_exactly_from_order_three_on(d):
    for orders in [*combinations(range(d + 1), 2), tuple(range(d + 1))]:
        estimator = Estimator(d, {r: Fraction(r + 2, 3) for r in orders})
        obstruction = one_layer_obstruction(estimator)
        if max(orders) <= 2:
            assert obstruction is None
            assert shallow_estimator_network(estimator).hidden_layers <= 1
        else:
            check_obstruction(obstruction)


def test_orders_may_cancel_to_one_layer():
    """m_3 of 3 inputs, which is the maximum, minus itself in other orders: only the weights count."""
    # On 3 inputs x_(3) = m_3, x_(2) = 3 m_2 - 2 m_3, x_(1) = 3 m_1 - 3 m_2 + m_3.
    progression = {1: Fraction(3), 2: Fraction(3 * 2 - 3), 3: Fraction(1 - 2 * 2 + 3)}
    estimator = Estimator(3, progression)
    assert estimator.order_statistic_weights == (1, 2, 3)
    assert one_layer_obstruction(estimator) is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bends": (Fraction(0), Fraction(3))}, "bends by 2, not 3"),
        ({"bends": (Fraction(0), Fraction(0))}, "bends by 2, not 0"),
        ({"points": ((0, 0, 1, 2), (0, 0, 2, 3)), "bends": (Fraction(0), Fraction(0))}, "by 0 at both points"),
        ({"points": ((0, 0, 1, 2), (2, 2, 1, 1))}, "the first two alone are equal"),
        ({"points": ((0, 0, 1, 2), (2, 1, 0, 3))}, "the first two alone are equal"),
        ({"points": ((0, 0, 1, 2), (2, 2, 1))}, "the first two alone are equal"),
        ({"points": ((0, 0, 1, 2),)}, "two points"),
        ({"step": Fraction(2)}, "half of the least distance"),
        ({"step": Fraction(0)}, "half of the least distance"),
        ({"kernel_size": 3}, "the first two alone are equal"),
        ({"function": Estimator(4, {2: 1})}, "bends by"),
        ({"function": Estimator(5, {5: 1})}, "5 inputs, not 4"),
    ],
)
def test_wrong_obstructions_are_rejected(change, message):
    obstruction = one_layer_obstruction("max", 4)
    with pytest.raises(InputError, match=message):
        check_obstruction(replace(obstruction, **change))


def test_bad_input():
    with pytest.raises(KernelSizeError, match="integer >= 2"):
        exact_max_network(1)
    with pytest.raises(KernelSizeError):
        exact_max_network(1, construction="shallow")
    with pytest.raises(InputError, match="the domain is"):
        exact_max_network(4, domain="complex")
    with pytest.raises(InputError, match="the construction is"):
        exact_max_network(4, construction="star")
    with pytest.raises(InputError, match="the domain is"):
        shallow_estimator_network(Estimator(4, {2: 1}), domain="complex")
    with pytest.raises(ProblemTooLargeError, match=r"^building the maximum of 1000000000 inputs takes about .* GiB"):
        exact_max_network(10**9)
    with pytest.raises(ProblemTooLargeError, match="subpool maxima"):
        shallow_estimator_network(Estimator(40, {20: 1}))
    with pytest.raises(InputError, match='an estimator or "max"'):
        one_layer_obstruction("min", 3)
    with pytest.raises(KernelSizeError):
        one_layer_obstruction("max")
    with pytest.raises(InputError, match="has 3 inputs, not 4"):
        one_layer_obstruction(Estimator(3, {3: 1}), 4)
