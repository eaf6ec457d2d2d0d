r"""The maximum with fewer hidden layers than the tree: identities, and the networks from them.

An *identity* writes the maximum of m numbers y_1..y_m with maxima M_S = max_{i in S} y_i of one or two of them,

    max(y_1..y_m) = sum_S r_S M_S + sum_t c_t relu(sum_S k_tS M_S).

The M_S take one hidden layer, the ReLUs a second one: :data:`_FIVE` and :data:`_SIX` compute the maximum of five and of
six numbers with two hidden layers, where the tree needs three. An identity holds for all real numbers, so each y_i may
itself be the maximum of a block of inputs; then M_ij is the maximum over two blocks. If L layers suffice for any
2 s inputs, then six blocks of s inputs need one layer more, so

    L hidden layers suffice for the maximum of 2 * 3^(L-1) inputs: 2, 6, 18, 54, ...

The published bound is 3^(L-1) + 2: 5, 11, 29, ... (Bakaev, Brunck, Hertrich, Stade, Yehudayoff 2025, arXiv 2505.14338).
The identities were found by ``tools/identities`` in this project's repository. These are the networks that are built;
two hidden layers suffice for any number of inputs (a theorem of this project), but with far more units from seven
inputs on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from itertools import accumulate, combinations, pairwise
from math import comb
from typing import TypeAlias

from theory.errors import InputError, ProblemTooLargeError
from theory.estimator import Estimator
from theory.networks.circuit import Circuit, Vector, combine
from theory.networks.network import Domain, ReLUNetwork, check_domain

Subset: TypeAlias = tuple[int, ...]
"""Positions, increasing: stands for the maximum over them."""

Form: TypeAlias = tuple[tuple[Subset, int], ...]
"""An integer combination of maxima over subsets, sorted by subset."""

_ESTIMATOR_TERMS_MAX = 200_000
"""Most subsets over which :func:`shallow_estimator_network` sums maxima."""


def permuted(form: Form, permutation: Sequence[int], sign: int = 1) -> Form:
    """Put position ``permutation[i]`` for position i, and multiply by a sign."""
    return tuple(sorted((tuple(sorted(permutation[i] for i in subset)), sign * k) for subset, k in form))


def orbit(form: Form, symmetries: Sequence[Sequence[int]]) -> list[Form]:
    """List the distinct images of a form under the group that permutations generate, sorted.

    >>> orbit((((0,), 1), ((1,), -1)), [(1, 2, 0)])
    [(((0,), -1), ((2,), 1)), (((0,), 1), ((1,), -1)), (((1,), 1), ((2,), -1))]
    """
    found, fresh = {form}, [form]
    while fresh:
        images = {permuted(one, permutation) for one in fresh for permutation in symmetries}
        fresh = list(images - found)
        found |= images
    return sorted(found)


@dataclass(frozen=True)
class MaxIdentity:
    """The maximum of ``kernel_size`` numbers, with the r_S in ``remainder`` and the c_t and k_tS in ``terms``.

    A term stands for all distinct forms that the symmetries make of it, which are generators of a group of permutations
    of the numbers; the remainder is written out.

    The maximum of four is the larger of two pairs', M_34 + relu(M_12 - M_34):

    >>> four = MaxIdentity(4, (((2, 3), Fraction(1)),), ((Fraction(1), (((0, 1), 1), ((2, 3), -1))),))
    >>> four.used, four.units
    (((0, 1), (2, 3)), 1)
    """

    kernel_size: int
    remainder: tuple[tuple[Subset, Fraction], ...]
    terms: tuple[tuple[Fraction, Form], ...]
    symmetries: tuple[tuple[int, ...], ...] = ()

    @cached_property
    def expanded(self) -> tuple[tuple[Fraction, Form], ...]:
        """All terms, the images under the symmetries among them."""
        return tuple((c, image) for c, form in self.terms for image in orbit(form, self.symmetries))

    @cached_property
    def units(self) -> int:
        """Number of ReLUs of the terms; a form and its negative share one."""
        return len({min(form, permuted(form, range(self.kernel_size), -1)) for _, form in self.expanded})

    @cached_property
    def used(self) -> tuple[Subset, ...]:
        """The subsets whose maxima occur, sorted by size."""
        found = {subset for subset, _ in self.remainder}
        found |= {subset for _, form in self.expanded for subset, _ in form}
        return tuple(sorted(found, key=lambda subset: (len(subset), subset)))

    def apply(self, circuit: Circuit, value: Callable[[Subset], Vector]) -> Vector:
        """Add the ReLUs to a circuit that has the values of the maxima over subsets of positions."""
        values = {subset: value(subset) for subset in self.used}
        parts: list[tuple[Fraction | int, Vector]] = [(r, values[subset]) for subset, r in self.remainder]
        for c, form in self.expanded:
            parts.append((c, circuit.relu(combine([(k, values[subset]) for subset, k in form]))))
        return combine(parts)


def _identity(size: int, remainder: str, terms: Sequence[tuple[str, str]], *symmetries: tuple[int, ...]) -> MaxIdentity:
    """Read the short notation of the constants: ``"1/2:45 -1/4:1"`` for 1/2 M_45 - 1/4 y_1, coefficients exact."""

    def read(text: str) -> list[tuple[Subset, Fraction]]:
        pairs = [entry.split(":") for entry in text.split()]
        return sorted((tuple(int(i) - 1 for i in digits), Fraction(c)) for c, digits in pairs)

    return MaxIdentity(
        size,
        tuple(read(remainder)),
        tuple((Fraction(c), tuple((subset, int(k)) for subset, k in read(form))) for c, form in terms),
        symmetries,
    )


_FIVE = _identity(
    5,
    "1/2:45 1/2:14",
    [
        ("1", "1:23 -1:45"),
        ("1/2", "1:15 1:13 -1:12 -1:14"),
        ("-1/2", "1:23 -1:12 -1:45 1:15"),
        ("-1/2", "-1:23 -1:14 1:13 1:45"),
        ("1/4", "1:1 1:12 -2:23"),
        ("1/4", "1:45 1:15 -2:14"),
    ],
)
"""The maximum of five numbers with two hidden layers: six pair maxima, six ReLUs of them."""

_SIX = _identity(
    6,
    "1/6:12 1/6:23 1/6:34 1/6:45 1/6:56 1/6:16",
    [
        ("1/6", "1:35 -1:46"),
        ("1/6", "-1:16 1:26 1:34 -1:56"),
        ("-1/6", "-1:16 1:23 -1:24 1:45"),
        ("1/12", "-1:16 1:23 -1:34 1:56"),
        ("-1/12", "1:16 1:23 -1:34 -1:56"),
        ("-1/12", "-1:16 1:23 1:34 -1:56"),
    ],
    (1, 2, 3, 4, 5, 0),
    (0, 5, 4, 3, 2, 1),
)
"""The maximum of six numbers with two hidden layers; the symmetries are those of a hexagon.

Of the 54 images of the terms, 30 are 15 pairs v, -v, which share a unit: 39 ReLUs of the 15 pair maxima.
"""


def shallow_capacity(hidden_layers: int) -> int:
    """Return for how many inputs a number of hidden layers suffices here: 2 * 3^(L-1), and 1 for L = 0."""
    return 2 * 3 ** (hidden_layers - 1) if hidden_layers else 1


def shallow_hidden_layers(kernel_size: int) -> int:
    """Return the fewest hidden layers with which the maximum of d >= 1 inputs is computed here: ceil(log3(d / 2)) + 1.

    >>> [shallow_hidden_layers(d) for d in (1, 2, 3, 6, 7, 9, 18, 19, 25, 49, 54)]
    [0, 1, 2, 2, 3, 3, 3, 4, 4, 4, 4]
    """
    layers = 0
    while shallow_capacity(layers) < kernel_size:
        layers += 1
    return layers


@dataclass(frozen=True)
class _Split:
    """How a maximum is computed from consecutive blocks, and how many ReLUs that takes without any carrying.

    An identity of None stands for the larger of two blocks.
    """

    cost: int
    blocks: tuple[int, ...] = ()
    identity: MaxIdentity | None = None


@cache
def _split(size: int, hidden_layers: int) -> _Split:
    """Choose the construction with the fewest ReLUs, counted as if pieces shared none of theirs."""
    if size == 1:
        return _Split(0)
    if hidden_layers >= (size - 1).bit_length():
        first = 1 << (size - 1).bit_length() - 1
        return _Split(size - 1, (first, size - first))
    below = shallow_capacity(hidden_layers - 1)
    options = [
        _Split(_split(s, hidden_layers - 1).cost + _split(size - s, hidden_layers - 1).cost + 1, (s, size - s))
        for s in range((size + 1) // 2, min(below, size - 1) + 1)
    ]
    options += [
        _Split(_identity_cost(identity, blocks, hidden_layers), blocks, identity)
        for identity in (_FIVE, _SIX)
        for blocks in _balanced(size, identity.kernel_size)
        if all(sum(blocks[i] for i in subset) <= below for subset in identity.used)
    ]
    return min(options, key=lambda split: split.cost)


def _balanced(size: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Yield the ways to divide into parts that differ by at most one, none of them empty."""
    small, large = divmod(size, parts)
    if small:
        for places in combinations(range(parts), large):
            yield tuple(small + (i in places) for i in range(parts))


def _identity_cost(identity: MaxIdentity, blocks: Sequence[int], hidden_layers: int) -> int:
    singles: set[int] = set()
    cost = identity.units
    for subset in identity.used:
        if all(blocks[i] <= shallow_capacity(hidden_layers - 2) for i in subset):
            cost += len(subset) - 1
            singles.update(subset)
        else:
            cost += _split(sum(blocks[i] for i in subset), hidden_layers - 1).cost
    return cost + sum(_split(blocks[i], hidden_layers - 2).cost for i in singles)


class ShallowMaxima:
    """Maxima over subsets of the inputs of one circuit, each in a given number of hidden layers or fewer."""

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self._values: dict[tuple[Subset, int], Vector] = {}

    def __call__(self, subset: Subset, hidden_layers: int) -> Vector:
        """Return the value of the maximum over a subset; InputError if this construction takes more hidden layers."""
        if len(subset) > shallow_capacity(hidden_layers):
            raise InputError(
                f"the maximum of {len(subset)} numbers is built with {shallow_hidden_layers(len(subset))} hidden "
                f"layers or more, not with {hidden_layers}"
            )
        key = (subset, hidden_layers)
        if key not in self._values:
            self._values[key] = self._add(subset, hidden_layers)
        return self._values[key]

    def _add(self, subset: Subset, hidden_layers: int) -> Vector:
        split = _split(len(subset), hidden_layers)
        if not split.blocks:
            return self.circuit.inputs[subset[0]]
        ends = accumulate(split.blocks, initial=0)
        blocks = [subset[start:stop] for start, stop in pairwise(ends)]
        if split.identity is None:
            return self._larger(blocks, hidden_layers - 1)

        def over_blocks(chosen: Subset) -> Vector:
            parts = [blocks[i] for i in chosen]
            if len(parts) == 2 and all(len(part) <= shallow_capacity(hidden_layers - 2) for part in parts):
                return self._larger(parts, hidden_layers - 2)
            return self(tuple(sorted(j for part in parts for j in part)), hidden_layers - 1)

        return split.identity.apply(self.circuit, over_blocks)

    def _larger(self, blocks: Sequence[Subset], hidden_layers: int) -> Vector:
        first, second = (self(block, hidden_layers) for block in blocks)
        return self.circuit.maximum(first, second)


def shallow_estimator_network(estimator: Estimator, *, domain: Domain = "real") -> ReLUNetwork:
    """Build a network for an estimator with :func:`shallow_hidden_layers` (largest order) hidden layers.

    Maxima over subsets share equal units, and what they need carried is summed first. ProblemTooLargeError if there are
    more than 200,000 of them.
    """
    check_domain(domain)
    d = estimator.kernel_size
    if estimator.terms > _ESTIMATOR_TERMS_MAX:
        raise ProblemTooLargeError(
            f"the estimator has {estimator.terms} subpool maxima, more than {_ESTIMATOR_TERMS_MAX} are not built"
        )
    circuit = Circuit(d)
    maxima = ShallowMaxima(circuit)
    layers = shallow_hidden_layers(max(estimator.orders))
    parts: list[tuple[Fraction | int, Vector]] = []
    for r, beta in estimator.coefficients.items():
        if r and beta:
            weight = beta / comb(d, r)
            parts += [(weight, maxima(subset, layers)) for subset in combinations(range(d), r)]
    return circuit.layered(combine(parts), offset=estimator.intercept, domain=domain)
