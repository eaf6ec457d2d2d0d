r"""The number of hidden layers of an R-estimator.

Setting
    A set R of orders in 0..d; networks of ReLUs in layers, each fed by the one before alone, with a linear readout.
Claim
    Every R-estimator with max R >= 2 is the output of such a network with ceil(log2 max R) hidden layers.
Kind
    Upper bound on the depth.
Source
    Matoba, Dimitriadis, Fleuret, TMLR 2023, appendix E.
Proof
    In words: max(a, b) = relu(a - b) + relu(b) - relu(-b), so one hidden layer doubles the size of the subsets whose
    maxima are at hand, as a subset of r <= 2s elements is the union of its first and its last s elements; a maximum
    that is already there passes as v = relu(v) - relu(-v).
Check
    The network is built, its hidden layers are counted, and the maxima that its readout adds up are compared, in
    integers, with those of its inputs, at all 0/1 vectors and at other points, negative ones included.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import partial
from itertools import combinations, product
from math import lcm

from proofs_check.claim import Claim, Instance
from proofs_check.theorems.link import sets_of_orders
from proofs_check.theorems.order_statistic_weights import windows
from theory.optimal.families import PAPER

BUILT_UP_TO = 5
"""The largest kernel size at which networks for all sets of orders are built."""

Subset = tuple[int, ...]
Form = dict[int, int]
"""A linear form: a coefficient for each unit of the layer before, or for each input."""


def _plus(form: Form, other: Form, factor: int) -> Form:
    keys = form.keys() | other.keys()
    sums = {key: form.get(key, 0) + factor * other.get(key, 0) for key in keys}
    return {key: value for key, value in sums.items() if value}


class Network:
    """A network of ReLUs that holds maxima over subsets of its inputs.

    Parameters
    ----------
    kernel_size : int
        Number of inputs; before the first hidden layer the maxima over single inputs are there.

    Examples
    --------
    >>> network = Network(3)
    >>> network.add_layer([(0, 1), (1, 2)])
    >>> network.add_layer([(0, 1, 2)])
    >>> len(network.layers), network.evaluate([-5, -1, -3])
    (2, {(0, 1, 2): -1})
    """

    def __init__(self, kernel_size: int) -> None:
        self.layers: list[list[Form]] = []
        """The hidden layers: for each unit the linear form under its ReLU."""
        self.maxima: dict[Subset, Form] = {(j,): {j: 1} for j in range(kernel_size)}
        """For each subset at hand the linear form, in the units of the last layer, that is its maximum."""

    def add_layer(self, subsets: Sequence[Subset]) -> None:
        """Add a hidden layer with the maxima over some subsets.

        Parameters
        ----------
        subsets : sequence of tuple of int
            Each of them, or its two halves (:func:`halves`), is at hand.
        """
        units: list[Form] = []
        maxima: dict[Subset, Form] = {}
        for subset in subsets:
            output: Form = {}
            if subset in self.maxima:
                carried = self.maxima[subset]
            else:
                first, carried = (self.maxima[half] for half in halves(subset, self._largest))
                output[len(units)] = 1
                units.append(_plus(first, carried, -1))
            for sign in (1, -1):
                output[len(units)] = sign
                units.append(_plus({}, carried, sign))
            maxima[subset] = output
        self.layers.append(units)
        self.maxima = maxima

    @property
    def _largest(self) -> int:
        return max(map(len, self.maxima))

    def evaluate(self, x: Sequence[int]) -> dict[Subset, int]:
        """Return the maxima that the readout sees, layer after layer, for integer inputs."""
        values = list(x)
        for layer in self.layers:
            values = [max(0, _apply(form, values)) for form in layer]
        return {subset: _apply(form, values) for subset, form in self.maxima.items()}


def _apply(form: Form, values: Sequence[int]) -> int:
    return sum(coefficient * values[unit] for unit, coefficient in form.items())


def halves(subset: Subset, most: int) -> tuple[Subset, Subset]:
    """Return the first and the last elements of a subset, as many as are allowed.

    Examples
    --------
    >>> halves((1, 3, 4), 2)
    ((1, 3), (3, 4))
    """
    return subset[:most], subset[-most:]


def build(kernel_size: int, orders: Sequence[int], depth: int) -> Network:
    """Build a network of a given depth for the maxima over all subsets whose sizes are orders.

    In the layer number l, of ``depth``, the largest subsets have 2^l elements; if that is not enough, the last layer
    takes the maximum over the first and the last elements only, which is wrong.
    """
    wanted = {subset for r in orders if r for subset in combinations(range(kernel_size), r)}
    stages = [wanted]
    for layer in range(depth - 1, 0, -1):
        most = 2**layer
        stages.append({part for subset in stages[-1] for part in halves(subset, most)})
    network = Network(kernel_size)
    for stage in reversed(stages[:depth]):
        network.add_layer(sorted(stage))
    return network


def _points(kernel_size: int) -> Iterator[tuple[int, ...]]:
    yield from product((0, 1), repeat=kernel_size)
    for x in windows(kernel_size):
        scale = lcm(*(v.denominator for v in x))
        yield tuple(int(scale * (3 * v - 1)) for v in x)


def _worst_difference(network: Network, kernel_size: int) -> int:
    """Compare the maxima that a network computes with those of its inputs."""
    return max(
        abs(value - max(x[j] for j in subset))
        for x in _points(kernel_size)
        for subset, value in network.evaluate(x).items()
    )


def logarithm(number: int, fewer: int) -> int:
    """Return ceil(log2 number) less ``fewer``, but at least 1: a network has a hidden layer.

    Examples
    --------
    >>> [logarithm(number, 0) for number in (2, 3, 4, 5)]
    [1, 2, 2, 3]
    """
    return max(1, (number - 1).bit_length() - fewer)


def _instances(fewer: int, kernel_max: int) -> Iterator[Instance]:
    for d in range(2, min(kernel_max, BUILT_UP_TO) + 1):
        for orders in sets_of_orders(d + 1):
            if orders[-1] < 2:
                continue
            depth = logarithm(orders[-1], fewer)
            network = build(d, orders, depth)
            where = f"d = {d}, R = {set(orders)}"
            yield Instance(f"{where}, hidden layers", d, Fraction(len(network.layers)), Fraction(depth))
            yield Instance(f"{where}, difference", d, Fraction(_worst_difference(network, d)), Fraction(0))


def _claim(name: str, statement: str, fewer: int, neighbours: tuple[Claim, ...] = ()) -> Claim:
    return Claim(
        name=name,
        statement=statement,
        kind="upper",
        source=PAPER,
        idea=r"A pairwise maximum takes one hidden layer, so each layer doubles the size of the subsets whose maxima "
        r"are at hand.",
        instances=partial(_instances, fewer),
        scope=f"all sets of orders for d = 2..{BUILT_UP_TO}, at all 0/1 vectors and three other points each",
        neighbours=neighbours,
    )


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    left = r"\text{hidden layers of an } R \text{-estimator} \le "
    false = _claim("depth-one-layer-less", left + r"\lceil \log_2 \max R \rceil - 1", 1)
    yield _claim("depth", left + r"\lceil \log_2 \max R \rceil", 0, (false,))
