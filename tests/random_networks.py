"""Random networks with everything that a construction may leave behind, and what they compute, plainly and slowly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from random import Random

from theory.networks.network import ReLUNetwork, network_from_rows


def evaluate(network: ReLUNetwork, x: Sequence[Fraction]) -> Fraction:
    """The definition, layer by layer, on dense rows."""
    values = [Fraction(value) for value in x]
    for layer, (matrix, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        if layer:
            values = [max(value, Fraction(0)) for value in values]
        dense = [[dict(row).get(j, Fraction(0)) for j in range(matrix.columns)] for row in matrix.rows]
        values = [
            sum((w * v for w, v in zip(row, values, strict=True)), Fraction(0)) + b
            for row, b in zip(dense, bias, strict=True)
        ]
    (output,) = values
    return output


def _entry(random: Random) -> Fraction:
    return Fraction(random.choice([-3, -2, -1, 1, 2, 3, 5]), random.choice([1, 1, 2, 3, 6]))


def _row(random: Random, columns: int) -> dict[int, Fraction]:
    chosen = random.sample(range(columns), random.randint(1, columns))
    return {j: _entry(random) for j in chosen}


def _unit(random: Random, columns: int, earlier: list[tuple[dict[int, Fraction], Fraction]]) -> tuple[dict, Fraction]:
    """Draw a pre-activation: a new one, or one of those that a canonical form gets rid of."""
    kind = random.choice(["new", "new", "new", "multiple", "opposite", "equal", "constant"])
    if kind == "constant":
        return {}, random.choice([Fraction(-1), Fraction(0), Fraction(2, 3)])
    if kind == "new" or not earlier:
        return _row(random, columns), random.choice([Fraction(0), _entry(random)])
    row, bias = random.choice(earlier)
    factor = {"multiple": abs(_entry(random)), "opposite": Fraction(-1), "equal": Fraction(1)}[kind]
    return {j: factor * w for j, w in row.items()}, factor * bias


def random_network(random: Random, kernel_size: int, widths: Sequence[int]) -> ReLUNetwork:
    """Draw a network with duplicate, proportional, opposite, constant and unread units."""
    layers, columns = [], kernel_size
    for width in widths:
        units: list[tuple[dict[int, Fraction], Fraction]] = []
        for _ in range(width):
            units.append(_unit(random, columns, units))
        layers.append(([row for row, _ in units], [bias for _, bias in units]))
        columns = width
    layers.append(([_row(random, columns)], [_entry(random)]))
    return network_from_rows(kernel_size, layers)


def random_networks(seed: int, count: int) -> Iterator[ReLUNetwork]:
    """Draw networks of 1 to 6 inputs, 0 to 3 hidden layers and 1 to 8 units a layer."""
    random = Random(seed)
    for _ in range(count):
        widths = [random.randint(1, 8) for _ in range(random.randint(0, 3))]
        yield random_network(random, random.randint(1, 6), widths)


def random_window(random: Random, kernel_size: int) -> list[Fraction]:
    """Draw a window of small rationals, ties and zeros among them."""
    return [Fraction(random.randint(-12, 12), random.choice([1, 2, 3, 4])) for _ in range(kernel_size)]


def maximum_tree(kernel_size: int) -> ReLUNetwork:
    """The maximum as a tree of b + relu(a - b), with b = relu(b) - relu(-b)."""
    pair = network_from_rows(2, [([{0: 1, 1: -1}, {1: 1}, {1: -1}], None), ([{0: 1, 1: 1, 2: -1}], None)])
    identity = network_from_rows(1, [([{0: 1}], None)])
    if kernel_size == 1:
        return identity
    half = kernel_size // 2
    parts = [
        (maximum_tree(half), range(half)),
        (maximum_tree(kernel_size - half), range(half, kernel_size)),
    ]
    return compose(pair, parts, kernel_size)


def deepened(network: ReLUNetwork, hidden_layers: int) -> ReLUNetwork:
    """The same function with more hidden layers: the output y passes as relu(y) - relu(-y)."""
    layers = [
        ([dict(row) for row in matrix.rows], bias) for matrix, bias in zip(network.weights, network.biases, strict=True)
    ]
    while len(layers) <= hidden_layers:
        (row,), (b,) = layers.pop()
        layers += [([row, {j: -w for j, w in row.items()}], (b, -b)), ([{0: 1, 1: -1}], (0,))]
    return network_from_rows(network.kernel_size, layers)


def compose(outer: ReLUNetwork, parts: Sequence[tuple[ReLUNetwork, Sequence[int]]], kernel_size: int) -> ReLUNetwork:
    """Feed the outputs of other networks, each of some inputs of the whole, to a network, affine maps fused."""
    depth = max(part.hidden_layers for part, _ in parts)
    networks = [deepened(part, depth) for part, _ in parts]
    layers = []
    for layer in range(depth + 1):
        rows, offset = [], 0
        for network, (_, positions) in zip(networks, parts, strict=True):
            matrix = network.weights[layer]
            place = positions if layer == 0 else range(offset, offset + matrix.columns)
            rows += [_total((w, {place[j]: 1}) for j, w in row) for row in matrix.rows]
            offset += matrix.columns
        layers.append((rows, [b for network in networks for b in network.biases[layer]]))
    inner, constants = layers.pop()
    fused = [_total((w, inner[j]) for j, w in row) for row in outer.weights[0].rows]
    biases = [
        b + sum(w * constants[j] for j, w in row) for row, b in zip(outer.weights[0].rows, outer.biases[0], strict=True)
    ]
    rest = [([dict(row) for row in m.rows], b) for m, b in zip(outer.weights[1:], outer.biases[1:], strict=True)]
    return network_from_rows(kernel_size, [*layers, (fused, biases), *rest])


def _total(parts) -> dict[int, Fraction]:
    total: dict[int, Fraction] = {}
    for factor, row in parts:
        for j, w in row.items():
            total[j] = total.get(j, Fraction(0)) + factor * w
    return total
