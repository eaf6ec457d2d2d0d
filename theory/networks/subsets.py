"""A combination of maxima over chosen subsets as a ReLU network, with what the subsets have in common built once."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from theory.combination import Combination, Subset
from theory.errors import InputError, ProblemTooLargeError
from theory.networks.circuit import Circuit, Domain, Vector, combine
from theory.networks.network import ReLUNetwork
from theory.networks.shallow import ShallowMaxima, shallow_hidden_layers
from theory.notation import shown

_MOST_SUBSETS = 512
"""A layer is chosen by elimination over what skips it: for 510 sets of 9 inputs in a second, 258 of 16 in 20."""


def combination_network(combination: Combination, domain: Domain, construction: str) -> ReLUNetwork:
    """Build a network for a combination: ``"tree"``, with the least depth of pairwise maxima, or ``"shallow"``.

    Examples
    --------
    >>> from theory import optimal_combination
    >>> combination_network(optimal_combination("3x3", "intercept,2x2"), "real", "tree").widths
    (16, 6)
    """
    used = {subset: c for subset, c in combination.coefficients.items() if c and subset}
    if construction not in ("tree", "shallow"):
        raise InputError(f'a combination has the constructions "tree" and "shallow", not {shown(construction)}')
    if len(used) > _MOST_SUBSETS:
        raise ProblemTooLargeError(f"networks are built for up to {_MOST_SUBSETS} subsets, not for {len(used)}")
    circuit = Circuit(combination.kernel_size)
    if construction == "tree":
        values = _Tree(circuit, used).values
    else:
        maxima = ShallowMaxima(circuit)
        layers = shallow_hidden_layers(max(map(len, used), default=1))
        values = {subset: maxima(tuple(sorted(subset)), layers) for subset in used}
    offset = combination.coefficients.get(Subset(), Fraction(0))
    return circuit.layered(combine((c, values[subset]) for subset, c in used.items()), offset=offset, domain=domain)


class _Tree:
    """Maxima over subsets by comparisons in pairs, each in as few layers as its size takes, of maxima that are there.

    Parts may have inputs in common: the maximum over a union is the larger of the maxima over both.
    """

    def __init__(self, circuit: Circuit, subsets: Iterable[Subset]) -> None:
        self._circuit = circuit
        self.values = {Subset({j}): vector for j, vector in enumerate(circuit.inputs)}
        for subset in sorted(subsets, key=lambda one: (len(one), sorted(one))):
            self._value(subset)

    def _value(self, subset: Subset) -> Vector:
        if subset not in self.values:
            first, second = self._parts(subset)
            self.values[subset] = self._circuit.maximum(self._value(first), self._value(second))
        return self.values[subset]

    def _parts(self, subset: Subset) -> tuple[Subset, Subset]:
        """Choose two parts of at most half as many layers' inputs: those that are there, or one and what it lacks."""
        most = 1 << ((len(subset) - 1).bit_length() - 1)
        there = sorted((one for one in self.values if one < subset and len(one) <= most), key=len, reverse=True)
        for first in there:
            for second in there:
                if len(first | second) == len(subset):
                    return first, second
        if there and len(subset) - len(there[0]) <= most and len(there[0]) > 1:
            return there[0], subset - there[0]
        places = sorted(subset)
        return Subset(places[:most]), Subset(places[most:])
