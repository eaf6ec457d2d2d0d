"""The least error of N maxima over subsets of d inputs and the intercept, for all N, with what proves it.

Implicit hitting sets (:mod:`proofs_check.theorems.least_families` says what is hit): a hitting set of the supports
known so far is a candidate. If its error is not below the best one for its number of subsets, the measure that shows so
is a new obstruction, after as many further subsets were added as the error allows, so that its support is small. When
so few subsets hit no longer all supports, the best error is the least.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from proofs_check.theorems.least_families import hitting_set, images, support_of
from theory.errors import SolverError

_Floats = NDArray[np.float64]

_LARGEST_DENOMINATOR = 60
"""Of the values of measures, which are small fractions."""
_NOISE = 1e-6


@dataclass(frozen=True)
class Found:
    """The best family of at most so many subsets, by their complements as bits of inputs."""

    number: int
    inverse: Fraction
    complements: tuple[int, ...]


class _Measures:
    """The linear program of the measure of least size that a family does not see."""

    def __init__(self, inputs: int) -> None:
        self.whole = (1 << inputs) - 1
        sets = np.arange(1 << inputs)
        self._within = ((sets & ~sets[:, None]) == 0).astype(np.float64)

    def least(self, complements: Collection[int]) -> _Floats:
        """Return the measure for the complements of a family."""
        rows = self._within[[*complements, self.whole]]
        both = np.hstack([rows[:, 1:], -rows[:, 1:]])
        found: Any = linprog(np.ones(2 * self.whole), A_eq=both, b_eq=-rows[:, 0], method="highs-ds")
        if found.status != 0:
            raise SolverError(f"no measure was found: {found.message}")
        return np.concatenate([[1.0], found.x[: self.whole] - found.x[self.whole :]])

    def sees(self, measure: _Floats, complement: int) -> bool:
        """Tell whether the sum over the subsets of a set is other than 0."""
        return bool(abs(self._within[complement] @ measure) > _NOISE)

    def exactly(self, measure: _Floats, complements: Iterable[int]) -> tuple[int, ...]:
        """Return the measure in integers, and a SolverError where they are not orthogonal to the family."""
        for scale in range(1, _LARGEST_DENOMINATOR + 1):
            rounded = np.rint(measure * scale)
            if np.abs(measure * scale - rounded).max() < _NOISE * scale:
                weights = tuple(int(w) for w in rounded)
                support = support_of(weights)
                if not any(support >> a & 1 for a in complements):
                    return weights
        raise SolverError(f"the values of a measure are no fractions with denominators up to {_LARGEST_DENOMINATOR}")


@dataclass
class Search:
    """What is known for a number of inputs: measures, one for each orbit, and the supports of all their images."""

    inputs: int
    obstructions: list[tuple[int, ...]] = field(default_factory=list)
    _supports: dict[int, Fraction] = field(default_factory=dict)

    def run(self, most: int) -> Iterator[Found]:
        """Yield the least errors of 1, 2, ..., ``most`` subsets."""
        measures, generator = _Measures(self.inputs), np.random.default_rng(0)
        best = Found(0, Fraction(1), ())
        for number in range(1, most + 1):
            while (bits := hitting_set(self._below(best.inverse), number)) is not None:
                candidate = [a for a in range(1, measures.whole) if bits >> a & 1]
                measure = measures.least(candidate)
                inverse = _size(measures.exactly(measure, candidate))
                if inverse > best.inverse:
                    best = Found(number, inverse, tuple(candidate))
                order = generator.permutation(np.arange(1, measures.whole)).tolist()
                self._add(_grown(measures, candidate, measure, best.inverse, order))
            yield Found(number, best.inverse, best.complements)

    def _below(self, inverse: Fraction) -> list[int]:
        return [support for support, size in self._supports.items() if size <= inverse]

    def _add(self, weights: tuple[int, ...]) -> None:
        self.obstructions.append(weights)
        for support in images(support_of(weights), self.inputs):
            self._supports[support] = min(_size(weights), self._supports.get(support, _size(weights)))


def _grown(
    measures: _Measures, complements: list[int], measure: _Floats, most: Fraction, order: list[int]
) -> tuple[int, ...]:
    """Add subsets to a family while a measure of no larger size does not see them, and return the last one."""
    family = list(complements)
    for a in order:
        if a not in family and measures.sees(measure, a):
            other = measures.least([*family, a])
            if np.abs(other).sum() > float(most) + _NOISE:
                continue
            measure = other
        family.append(a)
    return measures.exactly(measure, family)


def _size(weights: tuple[int, ...]) -> Fraction:
    return Fraction(sum(map(abs, weights)), weights[0])
