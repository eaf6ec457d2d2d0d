"""``prove_exact`` on networks written by hand here, and on wrong ones, which it must not believe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, pairwise, permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.random_networks import compose, deepened
from theory import Estimator, optimal_estimator
from theory.errors import InputError, ProblemTooLargeError, SolverError, UndecidedError
from theory.networks.build import build_network
from theory.networks.exactness import prove, prove_exact
from theory.networks.exactness.bends import BendAlgebra
from theory.networks.exactness.cells import compare_cells
from theory.networks.exactness.integers import IntegerNetwork
from theory.networks.exactness.sort_linear import (
    CONSTANT,
    _from_vertex_values,
    atoms,
    changes_sign,
    evaluate,
    interpolate_relu,
    vertex_values,
)
from theory.networks.exactness.symbolic import Tracer
from theory.networks.exactness.targets import Target
from theory.networks.exactness.witness import around, differing_vertex
from theory.networks.matrix import RationalMatrix
from theory.networks.maximum import exact_max_network
from theory.networks.network import ReLUNetwork, network_from_rows

DOMAINS = ["real", "nonnegative"]
BOTH = pytest.mark.parametrize("domain", DOMAINS)

Affine = dict[int, Fraction | int]
"""A linear function of the units of a layer (or of the inputs): what is built on next."""


def combine(*parts: tuple[Fraction | int, Affine]) -> Affine:
    total: Affine = {}
    for factor, part in parts:
        for j, w in part.items():
            total[j] = total.get(j, 0) + factor * w
    return {j: w for j, w in total.items() if w}


class Layer:
    """Hidden units, as they are added one by one."""

    def __init__(self, domain: str) -> None:
        self.rows: list[Affine] = []
        self.real = domain == "real"

    def relu(self, pre: Affine) -> Affine:
        self.rows.append(pre)
        return {len(self.rows) - 1: 1}

    def carry(self, value: Affine) -> Affine:
        plus = self.relu(value)
        return combine((1, plus), (-1, self.relu(combine((-1, value))))) if self.real else plus

    def maximum(self, a: Affine, b: Affine) -> Affine:
        return combine((1, self.relu(combine((1, a), (-1, b)))), (1, self.carry(b)))


def tree(d: int, domain: str) -> ReLUNetwork:
    """Maxima of pairs, of pairs of pairs, and so on."""
    values: list[Affine] = [{j: 1} for j in range(d)]
    layers = []
    while len(values) > 1:
        layer = Layer(domain)
        paired = [layer.maximum(a, b) for a, b in zip(values[::2], values[1::2], strict=False)]
        values = paired + [layer.carry(value) for value in values[2 * len(paired) :]]
        layers.append((layer.rows, None))
    return network_from_rows(d, [*layers, ([values[0]], None)])


def sorter(estimator: Estimator, domain: str) -> ReLUNetwork:
    """An estimator from all order statistics, by merging sorted blocks.

    The sum of the k largest of two sorted lists is the sum of max(a_i, b_j) over i + j = k + 1.
    """
    d = estimator.kernel_size
    blocks: list[list[Affine]] = [[{j: 1}] for j in range(d)]
    layers = []
    while len(blocks) > 1:
        layer = Layer(domain)
        merged = [merge(layer, a, b) for a, b in zip(blocks[::2], blocks[1::2], strict=False)]
        blocks = merged + [[layer.carry(value) for value in block] for block in blocks[2 * len(merged) :]]
        layers.append((layer.rows, None))
    weights = estimator.order_statistic_weights
    readout = combine(*zip(reversed(weights), blocks[0], strict=True))
    return network_from_rows(d, [*layers, ([readout], [estimator.intercept])])


def merge(layer: Layer, a: list[Affine], b: list[Affine]) -> list[Affine]:
    """Merge two lists, largest first."""
    carried_a, carried_b = ([layer.carry(value) for value in block] for block in (a, b))
    size = len(a) + len(b)
    larger: dict[tuple[int, int], Affine] = {}
    for i, j in product(range(size), repeat=2):
        # Both lists go on with -infinity.
        if i < len(a) and j < len(b):
            larger[i, j] = combine((1, layer.relu(combine((1, a[i]), (-1, b[j])))), (1, carried_b[j]))
        elif i < len(a) or j < len(b):
            larger[i, j] = carried_a[i] if i < len(a) else carried_b[j]
    # Indices count from 0 here, so i + j = k - 1.
    sums = [combine(*((1, larger[i, k - 1 - i]) for i in range(k))) for k in range(size + 1)]
    return [combine((1, after), (-1, before)) for before, after in pairwise(sums)]


Sets = tuple[tuple[int, ...], ...]


def terms_of_five() -> Iterator[tuple[int, Sets, Sets]]:
    """The 50 terms c max(A, B) of 30 times the maximum of five, A and B the sums of maxima over sets of positions."""
    for a in range(5):
        first, *others = (j for j in range(5) if j != a)
        for partner in others:
            pair, other = (first, partner), tuple(j for j in others if j != partner)
            yield 1, ((a,), (a,)), (pair, other)
            for (b, c), rest in ((pair, other), (other, pair)):
                yield -1, ((a, b), (a, c)), ((b, c), rest)
    for four in combinations(range(5), 4):
        yield 12, (four[:2],), (four[2:],)


def five(domain: str, four: int = 12) -> ReLUNetwork:
    """The maximum of five numbers in two hidden layers, by the identity with 50 terms."""
    layer, outer = Layer(domain), Layer(domain)
    values: dict[tuple[int, ...], Affine] = {(a,): layer.carry({a: 1}) for a in range(5)}
    for a, b in combinations(range(5), 2):
        values[a, b] = combine((1, layer.relu({a: 1, b: -1})), (1, values[b,]))
    out, linear = [], []
    for times, *sides in terms_of_five():
        coefficient = Fraction(four if times == 12 else times, 30)
        a, b = (combine(*((1, values[tuple(sorted(s))]) for s in side)) for side in sides)
        out.append((coefficient, outer.relu(combine((1, a), (-1, b)))))
        linear.append((coefficient, b))
    # The linear part is no maximum, so it may be negative where no input is.
    out += [(sign, outer.relu(combine(*((sign * c, b) for c, b in linear)))) for sign in (1, -1)]
    return network_from_rows(5, [(layer.rows, None), (outer.rows, None), ([combine(*out)], None)])


def composed(outer: ReLUNetwork, *parts: ReLUNetwork) -> ReLUNetwork:
    """Feed networks on consecutive inputs to another one."""
    ends = np.cumsum([part.kernel_size for part in parts]).tolist()
    return compose(
        outer, [(part, range(end - part.kernel_size, end)) for part, end in zip(parts, ends, strict=True)], ends[-1]
    )


def value_of(network: ReLUNetwork, x: Sequence[Fraction]) -> Fraction:
    """A network's value, from the definition."""
    values = list(x)
    for layer, (matrix, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        if layer:
            values = [max(Fraction(0), v) for v in values]
        values = [sum((w * values[j] for j, w in row), b) for row, b in zip(matrix.rows, bias, strict=True)]
    return values[0]


def target_of(estimator: Estimator | str, x: Sequence[Fraction]) -> Fraction:
    """An estimator's value through sorted inputs, or the largest input."""
    if estimator == "max":
        return max(x)
    assert isinstance(estimator, Estimator)
    weighted = zip(estimator.order_statistic_weights, sorted(x), strict=True)
    return estimator.intercept + sum((w * v for w, v in weighted), Fraction(0))


def check_witness(verdict: prove.ExactnessVerdict, network: ReLUNetwork, estimator: Estimator | str) -> None:
    assert verdict.status == "refuted", verdict.reason
    assert verdict.witness is not None
    if verdict.domain == "nonnegative":
        assert min(verdict.witness) >= 0
    assert verdict.network_value == value_of(network, verdict.witness)
    assert verdict.target_value == target_of(estimator, verdict.witness)
    assert verdict.network_value != verdict.target_value


def points(d: int, domain: str, count: int, seed: int = 7) -> Iterator[list[Fraction]]:
    rng = np.random.default_rng(seed)
    for size in rng.integers(1, 60, count).tolist():
        low = -size if domain == "real" else 0
        yield [Fraction(v, 6) for v in rng.integers(low, size, d, endpoint=True).tolist()]


def some_estimator(d: int) -> Estimator:
    return Estimator(d, {r: Fraction((-1) ** r * (r + 2), 2 * r + 3) for r in range(d + 1)})


# Proved


@BOTH
@pytest.mark.parametrize("d", [2, 3, 4, 5, 6, 7, 8, 9, 25, 169])
def test_trees_are_proved(d, domain):
    network = tree(d, domain)
    verdict = prove_exact(network, "max", domain=domain)
    assert verdict.status == "proved", verdict.reason
    assert verdict.cancelling == verdict.unsettled == 0
    assert verdict.sign_constant + verdict.paired == network.units
    assert prove_exact(network, Estimator(d, {d: 1}), domain=domain).status == "proved"
    # d - 1 maxima; everything else is carried, which takes a pair where signs are free.
    assert verdict.sign_constant == (d - 1 if domain == "real" else network.units)


@BOTH
@pytest.mark.parametrize("d", [2, 3, 4, 5, 6, 8, 9])
def test_merged_sorted_blocks_are_proved_for_all_orders(d, domain):
    network = sorter(some_estimator(d), domain)
    assert prove_exact(network, some_estimator(d), domain=domain).status == "proved"
    optimal = optimal_estimator(d, [0, 1, d - 1] if d > 2 else [0, 1])
    assert prove_exact(sorter(optimal, domain), optimal, domain=domain).status == "proved"
    check_witness(prove_exact(network, optimal, domain=domain), network, optimal)


@BOTH
def test_five_in_two_layers_is_proved(domain):
    network = five(domain)
    verdict = prove_exact(network, "max", domain=domain)
    assert verdict.status == "proved", verdict.reason
    assert network.hidden_layers == 2
    # Every term with sums of two: 15 + 30. The five maxima over four inputs keep their sign on the cones.
    assert verdict.cancelling == 45
    assert verdict.sign_constant + verdict.paired + verdict.cancelling == network.units
    # The coefficient 12 is the only right one; the false neighbour agrees with it up to the maxima over four.
    check_witness(prove_exact(five(domain, 11), "max", domain=domain), five(domain, 11), "max")


@BOTH
def test_nine_in_three_layers_is_proved(domain):
    network = composed(tree(2, domain), five(domain), tree(4, domain))
    assert network.hidden_layers == 3
    assert prove_exact(network, "max", domain=domain).status == "proved"
    swapped = composed(tree(2, domain), tree(4, domain), five(domain))
    assert prove_exact(swapped, "max", domain=domain).status == "proved"


@BOTH
def test_twenty_five_in_four_layers_is_proved(domain):
    network = composed(five(domain), *[five(domain)] * 5)
    assert network.hidden_layers == 4
    verdict = prove_exact(network, "max", domain=domain)
    assert verdict.status == "proved", verdict.reason
    assert verdict.cancelling == 6 * 45


@pytest.mark.parametrize("d", [6, 7])
def test_overlapping_blocks_of_five_are_proved_together(d):
    blocks = list(combinations(range(d), 5))
    mean = network_from_rows(len(blocks), [([dict.fromkeys(range(len(blocks)), Fraction(1, len(blocks)))], None)])
    network = compose(mean, [(five("real"), block) for block in blocks], d)
    estimator = Estimator(d, {5: 1})
    assert prove_exact(network, estimator).status == "proved"
    assert prove_exact(network.canonical(), estimator).status == "proved"
    short = compose(mean, [(five("real"), block) for block in [*blocks[:-1], blocks[0]]], d)
    check_witness(prove_exact(short, estimator), short, estimator)


def test_more_layers_than_needed_are_no_obstacle():
    assert prove_exact(deepened(five("real"), 4), "max").status == "proved"
    # Bends that are carried through a layer as they are, because ReLUs are not negative.
    network = network_from_rows(
        2,
        [
            ([{0: 1, 1: 1}, {0: -1, 1: -1}, {0: 1, 1: -1}, {0: -1, 1: 1}], None),
            ([{0: 1}, {1: 2}, {2: 1, 3: 1}], None),
            ([{0: Fraction(1, 2), 1: Fraction(-1, 4), 2: Fraction(1, 2)}], None),
        ],
    )
    verdict = prove_exact(network, "max")
    assert verdict.status == "proved", verdict.reason
    assert (verdict.sign_constant, verdict.paired) == (5, 2)


def test_an_affine_network_is_compared_too():
    mean = network_from_rows(3, [([dict.fromkeys(range(3), Fraction(1, 3))], [Fraction(1, 4)])])
    assert prove_exact(mean, Estimator(3, {0: Fraction(1, 4), 1: 1})).status == "proved"
    check_witness(prove_exact(mean, Estimator(3, {1: 1})), mean, Estimator(3, {1: 1}))
    check_witness(prove_exact(mean, "max"), mean, "max")
    assert prove_exact(network_from_rows(1, [([{0: 1}], None)]), "max").status == "proved"


def test_a_network_for_the_orthant_need_not_be_right_elsewhere():
    network = tree(4, "nonnegative")
    assert prove_exact(network, "max", domain="nonnegative").status == "proved"
    verdict = prove_exact(network, "max", domain="real")
    check_witness(verdict, network, "max")


@BOTH
@pytest.mark.parametrize("d", [2, 3, 4, 5])
def test_built_networks_are_proved_for_all_sets_of_orders(d, domain):
    for orders in reference.sets_of_orders(d, start=1):
        estimator = Estimator(d, {0: Fraction(1, 3)} | {r: Fraction((-1) ** r * (2 * r + 1), r + 3) for r in orders})
        verdict = prove_exact(build_network(estimator, domain=domain), estimator, domain=domain)
        assert verdict.status == "proved", (orders, verdict.reason)


@BOTH
@pytest.mark.parametrize("d", [5, 6, 9, 10, 25])
def test_shallow_networks_are_proved(d, domain):
    verdict = prove_exact(exact_max_network(d, domain=domain, construction="shallow"), "max", domain=domain)
    assert verdict.status == "proved", verdict.reason
    assert verdict.cancelling > 0


# Refuted


def entries(network: ReLUNetwork) -> Iterator[tuple[int, int, int | None, Fraction]]:
    """All entries of all dense matrices and biases: layer, row, column (None for the bias), value."""
    for layer, (matrix, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        for i, (row, b) in enumerate(zip(matrix.rows, bias, strict=True)):
            yield layer, i, None, b
            known = dict(row)
            for j in range(matrix.columns):
                yield layer, i, j, known.get(j, Fraction(0))


Maps = list[tuple[list[Affine], list[Fraction]]]


def maps_of(network: ReLUNetwork) -> Maps:
    return [
        ([dict(r) for r in matrix.rows], list(b)) for matrix, b in zip(network.weights, network.biases, strict=True)
    ]


def with_entry(network: ReLUNetwork, layer: int, row: int, column: int | None, value: Fraction) -> ReLUNetwork:
    maps = maps_of(network)
    if column is None:
        maps[layer][1][row] = value
    else:
        maps[layer][0][row][column] = value
    return network_from_rows(network.kernel_size, maps)


CHANGES = [Fraction(1, 10**6), Fraction(-1, 10**6), Fraction(1), Fraction(-1, 3), Fraction(1, 10**15), Fraction(-7)]


def mutations(network: ReLUNetwork, every: int, each: int) -> Iterator[tuple[str, ReLUNetwork]]:
    """Change one number at a time, by `each` of the amounts above in turn; the nonzero ones to their negatives and to 0
    as well. Of all numbers, zeros included, every so manyth."""
    turn = 0
    for layer, i, j, value in list(entries(network))[::every]:
        changed = {value + CHANGES[(turn + k) % len(CHANGES)] for k in range(each)}
        turn += each
        if value:
            changed |= {-value, Fraction(0)}
        for new in sorted(changed):
            yield f"layer {layer}, row {i}, column {j}: {value} -> {new}", with_entry(network, layer, i, j, new)


NONNEGATIVE = {
    "tree of 5": (tree(5, "nonnegative"), "max", 1, 5),
    "merged 4": (sorter(some_estimator(4), "nonnegative"), some_estimator(4), 1, 2),
    "merged 6": (sorter(some_estimator(6), "nonnegative"), some_estimator(6), 7, 1),
    "five": (five("nonnegative"), "max", 4, 1),
    "nine": (composed(tree(2, "nonnegative"), five("nonnegative"), tree(4, "nonnegative")), "max", 11, 1),
}
REAL = {
    "five": (five("real"), "max", 5, 1),
    "tree of 4": (tree(4, "real"), "max", 1, 2),
    "merged 4": (sorter(some_estimator(4), "real"), some_estimator(4), 1, 1),
    "tree of 5": (tree(5, "real"), "max", 3, 1),
}


def test_there_are_enough_mutations():
    for cases, least in ((NONNEGATIVE, 1200), (REAL, 900)):
        assert sum(1 for network, _, *which in cases.values() for _ in mutations(network, *which)) > least


@pytest.mark.parametrize("name", NONNEGATIVE)
def test_every_mutation_for_nonnegative_inputs_is_refuted(name):
    network, estimator, *which = NONNEGATIVE[name]
    assert prove_exact(network, estimator, domain="nonnegative").status == "proved"
    for what, mutant in mutations(network, *which):
        verdict = prove_exact(mutant, estimator, domain="nonnegative")
        assert verdict.status == "refuted", (what, verdict.reason)
        check_witness(verdict, mutant, estimator)


# Pairs relu(v) - relu(-v) leave a network some freedom. For v = w + relu(u) >= 0 and w = relu(x) - relu(-x), the unit
# relu(-v) = relu(relu(-x) - relu(x) - relu(u)) is the same with any weight <= 0 of relu(x), as relu(-x) = 0 where
# relu(x) > 0. Such mutations compute the same function, and the only right answer is that they are proved.
@pytest.mark.parametrize(("name", "harmless"), [("five", 0), ("tree of 4", 2), ("merged 4", 11), ("tree of 5", 0)])
def test_every_mutation_for_real_inputs_is_refuted_or_harmless(name, harmless):
    network, estimator, *which = REAL[name]
    assert prove_exact(network, estimator).status == "proved"
    survivors = []
    for what, mutant in mutations(network, *which):
        verdict = prove_exact(mutant, estimator)
        if verdict.status == "refuted":
            check_witness(verdict, mutant, estimator)
        else:
            assert verdict.status == "proved", (what, verdict.reason)
            survivors.append(mutant)
    assert len(survivors) == harmless
    for mutant in survivors:
        for x in points(network.kernel_size, "real", 500):
            assert value_of(mutant, x) == target_of(estimator, x)


@pytest.mark.parametrize("name", REAL)
def test_the_proof_itself_does_not_believe_wrong_networks(name):
    """Without points that are compared first: what the symbols alone, and the cells, say of mutations."""
    network, estimator, every, each = REAL[name]
    target = Target.of(estimator, network.kernel_size)
    for what, mutant in mutations(network, 3 * every, each):
        integers = IntegerNetwork.of(mutant)
        outcome = Tracer("real").run(integers)
        wrong = prove_exact(mutant, estimator).status == "refuted"
        if not outcome.output.open:
            point = differing_vertex(outcome.output.form, integers.denominator, target)
            assert (point is not None) == wrong, what
            assert point is None or value_of(mutant, point) != target_of(estimator, point)
        elif outcome.bend is not None:
            assert wrong, what
            near = around(outcome.bend, network.kernel_size, "real", np.random.default_rng(1))
            assert any(value_of(mutant, x) != target_of(estimator, x) for x in near), what


@BOTH
@pytest.mark.parametrize("d", [2, 3, 4])
def test_cells_agree_with_symbols(d, domain):
    network = IntegerNetwork.of(sorter(some_estimator(d), domain))
    assert compare_cells(network, Target.of(some_estimator(d), d), domain, 10_000)[0] is None
    for what, mutant in mutations(sorter(some_estimator(d), domain), 5, 1):
        point, _ = compare_cells(IntegerNetwork.of(mutant), Target.of(some_estimator(d), d), domain, 10_000)
        assert (point is None) == (prove_exact(mutant, some_estimator(d), domain=domain).status == "proved"), what
        if point is not None:
            assert value_of(mutant, point) != target_of(some_estimator(d), point)
            assert domain == "real" or min(point) >= 0


@pytest.mark.parametrize("bits", [0, 20, 45, 60, 80, 120])
def test_values_of_any_length_are_compared_exactly(bits):
    """In 64 bits, in residues beside floats, in Python's integers: with differences that floats or residues miss."""
    numbers = np.random.default_rng(bits)
    wide = [Fraction(int(n) << bits, 3) for n in numbers.integers(-9, 10, 4)]
    estimator = Estimator(4, {0: wide[0], 1: wide[1], 3: wide[2] + Fraction(1, 7), 4: Fraction(1)})
    network = build_network(estimator)
    target = Target.of(estimator, 4)
    x = numbers.integers(-50, 50, (4, 64))
    scale = numbers.integers(1, 9, 64)
    assert not target.differs(IntegerNetwork.of(network), x, scale).any()
    for step in (Fraction(1, 1 << 20), Fraction(1), Fraction(1 << 64), Fraction(1 << 70, 21)):
        rows, (bias,) = network.weights[-1], network.biases[-1]
        moved = ReLUNetwork((*network.weights[:-1], rows), (*network.biases[:-1], (bias + step,)))
        assert target.differs(IntegerNetwork.of(moved), x, scale).all(), step
    ((first, weight), *others), *below = network.weights[0].rows
    bent = RationalMatrix.from_rows(4, [{first: weight + Fraction(1, 1 << 9), **dict(others)}, *map(dict, below)])
    wrong = ReLUNetwork((bent, *network.weights[1:]), network.biases)
    points = [[Fraction(int(v), int(m)) for v in column] for column, m in zip(x.T, scale, strict=True)]
    expected = [value_of(wrong, point) != target_of(estimator, point) for point in points]
    assert target.differs(IntegerNetwork.of(wrong), x, scale).tolist() == expected
    assert any(expected)


def test_a_difference_at_a_single_coefficient_of_many_is_found():
    blocks = list(combinations(range(9), 3))
    weights: Affine = {k: Fraction(1, 84) for k in range(84)}
    mean = network_from_rows(84, [([weights], None)])
    good = compose(mean, [(tree(3, "real"), block) for block in blocks], 9)
    assert prove_exact(good, Estimator(9, {3: 1})).status == "proved"
    for change in (Fraction(1, 10**20), Fraction(-1, 84)):
        bad = with_entry(good, good.hidden_layers, 0, 5, good.weights[-1].rows[0][5][1] + change)
        check_witness(prove_exact(bad, Estimator(9, {3: 1})), bad, Estimator(9, {3: 1}))


# Networks changed without changing the function


def with_idle_units(network: ReLUNetwork, layer: int) -> ReLUNetwork:
    """Add a unit that nothing reads, one that is never active, and one that is constant, with its effect undone."""
    maps = maps_of(network)
    width = len(maps[layer][0])
    maps[layer][0].extend([{0: 5, 1: -3}, {}, {}])
    maps[layer][1].extend([Fraction(1), Fraction(-2), Fraction(3)])
    for row, bias in zip(*maps[layer + 1], strict=True):
        row |= {width + 1: Fraction(7), width + 2: Fraction(1, 2)}
        maps[layer + 1][1][maps[layer + 1][0].index(row)] = bias - Fraction(3, 2)
    return network_from_rows(network.kernel_size, maps)


def with_scaled_unit(network: ReLUNetwork, layer: int, unit: int, factor: Fraction) -> ReLUNetwork:
    maps = maps_of(network)
    maps[layer][0][unit] = {j: w * factor for j, w in maps[layer][0][unit].items()}
    maps[layer][1][unit] *= factor
    for row in maps[layer + 1][0]:
        if unit in row:
            row[unit] /= factor
    return network_from_rows(network.kernel_size, maps)


def with_split_unit(network: ReLUNetwork, layer: int, unit: int, share: Fraction) -> ReLUNetwork:
    maps = maps_of(network)
    maps[layer][0].append(dict(maps[layer][0][unit]))
    maps[layer][1].append(maps[layer][1][unit])
    for row in maps[layer + 1][0]:
        row[len(maps[layer][0]) - 1] = row.get(unit, Fraction(0)) * share
        row[unit] = row.get(unit, Fraction(0)) * (1 - share)
    return network_from_rows(network.kernel_size, maps)


BASES = {
    "tree": (tree(4, "real"), "max", "real"),
    "orthant": (tree(5, "nonnegative"), "max", "nonnegative"),
    "merged": (sorter(some_estimator(4), "real"), some_estimator(4), "real"),
    "five": (five("real"), "max", "real"),
}


@pytest.mark.parametrize("name", BASES)
def test_changes_that_leave_the_function_alone_are_proved(name):
    network, estimator, domain = BASES[name]
    for layer in range(network.hidden_layers):
        for changed in (
            with_idle_units(network, layer),
            with_scaled_unit(network, layer, 0, Fraction(7, 3)),
            with_split_unit(network, layer, 1, Fraction(-2, 5)),
        ):
            verdict = prove_exact(changed, estimator, domain=domain)
            assert verdict.status == "proved", verdict.reason
            counts = verdict.sign_constant + verdict.paired + verdict.cancelling + verdict.idle + verdict.unsettled
            assert counts == changed.units
            # Of the three added units, the constant one is read.
            assert verdict.idle == (2 if changed.units == network.units + 3 else 0)


@settings(max_examples=25)
@given(st.data())
def test_proved_networks_agree_with_the_estimator_everywhere(data):
    network, estimator, domain = BASES[data.draw(st.sampled_from(sorted(BASES)))]
    small = st.fractions(-2, 2, max_denominator=4)
    for _ in range(data.draw(st.integers(1, 4))):
        layer = data.draw(st.integers(0, network.hidden_layers - 1))
        unit = data.draw(st.integers(0, network.widths[layer] - 1))
        edit = data.draw(st.sampled_from(["idle", "scale", "split", "change"]))
        if edit == "idle":
            network = with_idle_units(network, layer)
        elif edit == "scale":
            network = with_scaled_unit(network, layer, unit, abs(data.draw(small)) + 1)
        elif edit == "split":
            network = with_split_unit(network, layer, unit, data.draw(small))
        else:
            column = data.draw(st.integers(0, network.weights[layer].columns - 1))
            network = with_entry(network, layer, unit, column, data.draw(small))
    verdict = prove_exact(network, estimator, domain=domain)
    if verdict.status == "refuted":
        check_witness(verdict, network, estimator)
    else:
        assert verdict.status == "proved", verdict.reason
        for x in points(network.kernel_size, domain, 300):
            assert value_of(network, x) == target_of(estimator, x)


@settings(max_examples=150)
@given(st.integers(1, 3), st.lists(st.integers(1, 4), max_size=3), st.sampled_from(DOMAINS), st.data())
def test_random_small_networks_are_decided(d, widths, domain, data):
    """Cells decide every network of so few inputs, and agree with it on its own linear pieces."""
    entry, columns, layers = st.sampled_from([-1, 0, 0, 1, 2]), d, []
    for width in [*widths, 1]:
        rows = [{j: data.draw(entry) for j in range(columns)} for _ in range(width)]
        layers.append((rows, [data.draw(entry) for _ in range(width)]))
        columns = width
    network = network_from_rows(d, layers)
    estimator = "max" if d == 1 else Estimator(d, {0: data.draw(entry), 1: data.draw(entry), d: data.draw(entry)})
    verdict = prove_exact(network, estimator, domain=domain)
    if verdict.status == "refuted":
        check_witness(verdict, network, estimator)
    else:
        assert verdict.status == "proved", verdict.reason
        for x in points(d, domain, 2000):
            assert value_of(network, x) == target_of(estimator, x)


# Unknown


def tree_plus(network: ReLUNetwork) -> ReLUNetwork:
    """The maximum plus what a network computes."""
    d = network.kernel_size
    depth = max(network.hidden_layers, tree(d, "real").hidden_layers)
    both = network_from_rows(2, [([{0: 1, 1: 1}], None)])
    return compose(both, [(deepened(part, depth), range(d)) for part in (tree(d, "real"), network)], d)


def clipped(d: int) -> ReLUNetwork:
    """max + relu(1 - relu(z)) - 1 + relu(z) - relu(z - 1) with z = x_1: the maximum, but not by any rule of signs."""
    zero = network_from_rows(
        d, [([{0: 1}, {0: 1}], [0, -1]), ([{0: -1}, {0: 1}, {1: 1}], [1, 0, 0]), ([{0: 1, 1: 1, 2: -1}], [-1])]
    )
    return tree_plus(zero)


def test_what_cannot_be_settled_is_unknown():
    verdict = prove_exact(clipped(8), "max")
    assert verdict.status == "unknown"
    with pytest.raises(UndecidedError, match="ExactnessVerdict may be unknown"):
        bool(verdict)
    assert verdict.witness is None
    assert verdict.unsettled > 0
    assert "could not be settled" in verdict.reason
    assert "more than 10000 cells" in verdict.reason
    assert prove_exact(clipped(3), "max", max_cells=10).status == "unknown"
    assert prove_exact(clipped(3), "max", max_cells=0, rounds=0).status == "unknown"


def test_cells_settle_what_symbols_cannot():
    verdict = prove_exact(clipped(3), "max")
    assert verdict.status == "proved"
    assert verdict.cells > 12
    assert "cells" in verdict.reason


def quad(first: int, second: int, rest: dict[int, int]) -> list[tuple[int, dict[int, int]]]:
    """relu(L + max(a, b)) + relu(L + min(a, b)) - relu(L + a) - relu(L + b) = 0."""
    forms = (
        (1, {first | second: 1}),
        (1, {first: 1, second: 1, first | second: -1}),
        (-1, {first: 1}),
        (-1, {second: 1}),
    )
    return [(b, rest | form) for b, form in forms]


def quad_network(d: int) -> ReLUNetwork:
    """The maximum of d inputs plus a sum of ReLUs that is 0, and bends over all inputs."""
    layer, outer = Layer("real"), Layer("real")
    value = [layer.carry({j: 1}) for j in range(d)]
    larger = combine((1, layer.relu({0: 1, 1: -1})), (1, value[1]))
    smaller = combine((1, value[0]), (1, value[1]), (-1, larger))
    rest = combine(*((2, v) for v in value[2:]))
    parts = ((1, larger), (1, smaller), (-1, value[0]), (-1, value[1]))
    out = combine(*((sign, outer.relu(combine((1, rest), (1, part)))) for sign, part in parts))
    zero = network_from_rows(d, [(layer.rows, None), (outer.rows, None), ([out], None)])
    return tree_plus(zero)


@pytest.mark.parametrize("thickness", [Fraction(1, 10**3), Fraction(1, 10**15), Fraction(1, 10**35)])
def test_differences_in_a_thin_layer_are_found(thickness):
    """relu(thickness - |l(x)|) is 0 unless x is next to a hyperplane; with 1/3 in it, that has no binary fractions."""
    form = {0: 1001, 1: -1003, 2: 997, 3: -1009}
    sides = [form, {j: -w for j, w in form.items()}]
    ridge = network_from_rows(
        8, [(sides, [Fraction(1, 3), Fraction(-1, 3)]), ([{0: -1, 1: -1}], [thickness]), ([{0: 1}], None)]
    )
    network = tree_plus(ridge)
    check_witness(prove_exact(network, "max"), network, "max")
    assert prove_exact(network, "max", rounds=0).status == "unknown"


def test_bends_over_too_many_atoms_are_unknown():
    assert prove_exact(quad_network(7), "max").status == "proved"
    verdict = prove_exact(quad_network(8), "max")
    assert verdict.status == "unknown"
    assert "at most 7 atoms, not 8" in verdict.reason


# Parts


def test_values_at_vertices_are_those_of_the_maxima():
    form = {CONSTANT: 4, 0b0011: 2, 0b0111: -5, 0b1000: 1}
    blocks = atoms(form)
    assert blocks == (0b0011, 0b0100, 0b1000)
    values = vertex_values(form, blocks)
    for chosen in range(8):
        x = [sum(chosen >> i & 1 for i, block in enumerate(blocks) if block >> j & 1) for j in range(4)]
        assert values[chosen] == evaluate(form, x) - 4
    assert _from_vertex_values(values, blocks) == {mask: c for mask, c in form.items() if mask}


@given(st.dictionaries(st.integers(1, 31), st.integers(-(10**30), 10**30).filter(bool), min_size=1, max_size=8))
def test_forms_are_recovered_from_their_values(form):
    blocks = atoms(form)
    assert sum(blocks) == np.bitwise_or.reduce(list(form))
    assert _from_vertex_values(vertex_values(form, blocks), blocks) == form


def cone_of(order: Sequence[int], form: dict[int, int], d: int) -> list[int]:
    """A form on one cone: its value at 0, the rate along all inputs, and the rates along the gaps, lowest first."""
    at_zero = evaluate(form, [0] * d)
    tops = [[int(order.index(j) >= place) for j in range(d)] for place in range(d)]
    return [at_zero, *(evaluate(form, x) - at_zero for x in tops)]


def bends_on(rates: list[int], domain: str) -> bool:
    constant, line, *gaps = rates
    signs = {v > 0 for v in (constant, *gaps, *([line] if domain == "nonnegative" else [])) if v}
    return len(signs) == 2 or (domain == "real" and line != 0)


forms = st.dictionaries(st.integers(0, 15), st.integers(-2, 2).filter(bool), min_size=1, max_size=4)


@settings(max_examples=300)
@given(forms, st.sampled_from(DOMAINS))
def test_constant_sign_agrees_with_enumeration_of_orders(form, domain):
    blocks = atoms(form)
    bent = any(bends_on(cone_of(order, form, 4), domain) for order in permutations(range(4)))
    values = vertex_values(form, blocks)
    assert changes_sign(form.get(CONSTANT, 0), values, domain) == bent
    if not bent:
        relu = interpolate_relu(form, blocks)
        for x in points(4, domain, 20):
            assert evaluate(relu, x) == max(0, evaluate(form, x))


def total_bends(terms_: list[tuple[int, dict[int, int]]], order: Sequence[int], d: int, domain: str) -> list[Fraction]:
    """The bends of a sum of ReLUs on one cone, hyperplane by hyperplane, those that cancel as 0."""
    classes: list[tuple[list[int], Fraction]] = []
    for b, form in terms_:
        rates = cone_of(order, form, d)
        if not bends_on(rates, domain):
            continue
        pivot = next(i for i, v in enumerate(rates) if v)
        for k, (other, total) in enumerate(classes):
            if all(rates[pivot] * v == other[pivot] * w for v, w in zip(other, rates, strict=True)) and other[pivot]:
                classes[k] = other, total + b * abs(Fraction(rates[pivot], other[pivot]))
                break
        else:
            classes.append((rates, Fraction(b)))
    return [total for _, total in classes]


quads = st.builds(
    lambda pair, rest, factor: [
        (factor * b, form)
        for b, form in quad(1 << pair[0], 1 << pair[1], {1 << j: c for j, c in rest.items() if c and j not in pair})
    ],
    st.sampled_from(list(combinations(range(5), 2))),
    st.dictionaries(st.integers(0, 4), st.integers(-2, 2), max_size=2),
    st.sampled_from([-2, 1, 3]),
)


@settings(max_examples=150)
@given(st.lists(quads, min_size=1, max_size=3), st.lists(st.tuples(st.integers(-1, 1), forms), max_size=1), st.data())
def test_bends_agree_with_enumeration_of_orders(cancelling, more, data):
    domain = data.draw(st.sampled_from(DOMAINS))
    terms_ = [term for part in cancelling for term in part] + [(b, form) for b, form in more if b]
    if data.draw(st.booleans()):
        terms_.pop(data.draw(st.integers(0, len(terms_) - 1)))
    bend = BendAlgebra(domain).leftover(terms_)
    bent = any(any(total_bends(terms_, order, 5, domain)) for order in permutations(range(5)))
    assert (bend is not None) == bent
    if bend is not None:
        middle, *pairs = around(bend, 5, domain, np.random.default_rng(data.draw(st.integers(0, 9))))

        def value(x: Sequence[Fraction]) -> Fraction:
            return sum((b * max(Fraction(0), evaluate(form, x)) for b, form in terms_), Fraction(0))

        low, high = pairs[-2:]
        assert low != middle != high
        assert value(low) + value(high) != 2 * value(middle)


def test_supports_that_are_too_large_are_refused():
    form = {1 << j: 1 for j in range(8)}
    with pytest.raises(ProblemTooLargeError, match="at most 7 atoms, not 8"):
        BendAlgebra("real").leftover([(1, form)])


# Bad input


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (("network", "max"), {}, "a ReLUNetwork is needed, not 'network'"),
        ((tree(3, "real"), "min"), {}, "compared with an Estimator, a Combination or \"max\", not with 'min'"),
        ((tree(3, "real"), None), {}, "not with None"),
        ((tree(3, "real"), Estimator(4, {1: 1})), {}, "the network has 3 inputs, the estimator 4"),
        ((tree(3, "real"), "max"), {"domain": "cube"}, 'the domain is "real" or "nonnegative", not \'cube\''),
        ((tree(3, "real"), "max"), {"rounds": -1}, "rounds is an integer >= 0, not -1"),
        ((tree(3, "real"), "max"), {"max_cells": 0.5}, "max_cells is an integer >= 0, not 0.5"),
    ],
)
def test_bad_input_is_named(arguments, options, message):
    with pytest.raises(InputError, match=message):
        prove_exact(*arguments, **options)


def test_a_witness_that_is_none_is_an_error(monkeypatch):
    monkeypatch.setattr(prove, "differing_vertex", lambda *_: (Fraction(0),) * 3)
    with pytest.raises(SolverError, match="is none"):
        prove_exact(tree(3, "real"), "max")


def test_the_answer_does_not_depend_on_chance():
    wrong = with_entry(five("real"), 2, 0, 3, Fraction(1, 7))
    first, second = prove_exact(wrong, "max"), prove_exact(wrong, "max")
    assert first == second
    other = prove_exact(wrong, "max", rng=np.random.default_rng(5))
    assert other.status == first.status == "refuted"
