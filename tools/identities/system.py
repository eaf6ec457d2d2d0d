"""The equations of an identity as one system: solved in floats to choose terms, exactly for coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from itertools import permutations
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from flint import fmpq, fmpq_mat
from scipy.optimize import linprog
from scipy.sparse import csc_array, hstack

from theory.errors import SolverError
from theory.networks.shallow import Form, MaxIdentity, Subset, orbit, permuted
from theory.rationals import to_fraction
from tools.identities.library import form_size, orders_by_class

Equation: TypeAlias = tuple[str, int, int]
"""``("bend", cone, encoded form)``, or ``("value", cone, number of ones)``."""

_OFFSET = 50
"""Largest coefficient of a form in the gaps: 101^8 fits into 64 bits."""


class Equations:
    """What terms, averaged over a group, contribute to the equations on one cone of each class under the group."""

    def __init__(self, kernel_size: int, group: Sequence[tuple[int, ...]]) -> None:
        self.kernel_size, self.group = kernel_size, group
        # ranks[n, i] is the place of input i in the n-th order; cone[n] numbers the class of that order.
        cosets = orders_by_class(kernel_size, group)
        self.ranks = np.array([order for coset in cosets for order in coset], dtype=np.int8)
        self.cone = np.repeat(np.arange(len(cosets)), [len(coset) for coset in cosets])
        self.cones = len(cosets)
        # With all permutations, only the places of the inputs that occur matter.
        self._injections: dict[int, npt.NDArray[np.int8]] = {}

    def _ranks(self, form: Form) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int64]]:
        if self.cones > 1:
            return self.ranks, self.cone
        size = form_size(form)
        if size not in self._injections:
            self._injections[size] = np.array(list(permutations(range(self.kernel_size), size)), dtype=np.int8)
        injections = self._injections[size]
        return injections, np.zeros(len(injections), dtype=np.int64)

    def column(self, form: Form, *, bends: bool = True) -> tuple[dict[Equation, int], int]:
        """Return the contributions of |form|, or of the form itself, times a number, and that number."""
        ranks, cone = self._ranks(form)
        d = self.kernel_size
        largest = [(ranks[:, list(subset)].max(axis=1), k) for subset, k in form]
        column: dict[Equation, int] = {}
        for ones in range(1, d + 1):
            at = sum(k * (place >= d - ones) for place, k in largest)
            sums = np.bincount(cone, weights=np.abs(at) if bends else at, minlength=self.cones)
            column.update({("value", c, ones): int(v) for c, v in enumerate(sums) if v})
        if bends:
            gaps = np.stack([sum(k * (place > gap) for place, k in largest) for gap in range(d - 1)], axis=1)
            column.update(self._bends(gaps.astype(np.int64), cone))
        return column, len(ranks) // self.cones

    def _bends(self, gaps: npt.NDArray[np.int64], cone: npt.NDArray[np.int64]) -> dict[Equation, int]:
        mixed = (gaps.min(axis=1) < 0) & (gaps.max(axis=1) > 0)
        if not mixed.any():
            return {}
        gaps, cone = gaps[mixed], cone[mixed]
        divisor = np.gcd.reduce(gaps, axis=1)
        gaps //= divisor[:, None]
        gaps *= np.sign(gaps[np.arange(len(gaps)), (gaps != 0).argmax(axis=1)])[:, None]
        code = gaps @ self.code_base + int(self.code_base.sum()) * _OFFSET
        pairs, index = np.unique(np.stack([cone, code]), axis=1, return_inverse=True)
        sums = np.bincount(index.ravel(), weights=divisor)
        return {("bend", int(c), int(h)): int(s) for (c, h), s in zip(pairs.T, sums, strict=True)}

    @property
    def code_base(self) -> npt.NDArray[np.int64]:
        """Powers that encode a form in the gaps, entries -OFFSET..OFFSET, as one integer."""
        return (2 * _OFFSET + 1) ** np.arange(self.kernel_size - 1)

    def decoded(self, code: int) -> tuple[int, ...]:
        """Return the form in the gaps that an integer stands for."""
        entries = []
        for _ in range(self.kernel_size - 1):
            code, entry = divmod(code, 2 * _OFFSET + 1)
            entries.append(entry - _OFFSET)
        return tuple(entries)


class System:
    """The equations A c = b in the coefficients of the M_S (first) and of the |A - B|, each averaged over the group."""

    def __init__(self, equations: Equations, atoms: Sequence[Form], terms: Sequence[Form]) -> None:
        self.equations, self.atoms, self.terms = equations, list(atoms), list(terms)
        columns = [equations.column(form, bends=False) for form in atoms]
        columns += [equations.column(form) for form in terms]
        self.columns = [column for column, _ in columns]
        self.multiples = [multiple for _, multiple in columns]
        # The maximum is 1 at every 0/1 vector but 0.
        values = {("value", c, ones) for c in range(equations.cones) for ones in range(1, equations.kernel_size + 1)}
        rows: dict[Equation, list[tuple[int, int]]] = {key: [] for key in sorted(values.union(*self.columns))}
        for j, column in enumerate(self.columns):
            for key, value in column.items():
                rows[key].append((j, value))
        # Most cones give equations that others give too: one of each is kept.
        kept = {(key[0], *row): key for key, row in rows.items()}
        self.keys = sorted(kept.values())
        self.row = {key: number for number, key in enumerate(self.keys)}
        self.columns = [{key: v for key, v in column.items() if key in self.row} for column in self.columns]
        self.right = [int(key[0] == "value") for key in self.keys]
        self._units: dict[int, int] = {}

    @cached_property
    def _floats(self) -> csc_array:
        rows = [self.row[key] for column in self.columns for key in column]
        values = [
            v / multiple for column, multiple in zip(self.columns, self.multiples, strict=True) for v in column.values()
        ]
        ends = np.cumsum([0, *map(len, self.columns)])
        return csc_array((values, rows, ends), shape=(len(self.keys), len(self.columns)))

    def solve(self, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.float64] | None:
        """Minimise the weighted sum of the |c| of the terms in floats; None if the solver finds no solution.

        Raises
        ------
        SolverError
        """
        cost = np.concatenate([np.zeros(len(self.atoms)), weights])
        result = linprog(
            np.concatenate([cost, cost]),
            A_eq=hstack([self._floats, -self._floats], format="csc"),
            b_eq=self.right,
            method="highs-ds",
        )
        if result.status == 2:
            return None
        if result.status != 0:
            raise SolverError(f"the linear program was not solved: {result.message}")
        solution: npt.NDArray[np.float64] = (result.x[: len(cost)] - result.x[len(cost) :])[len(self.atoms) :]
        return solution

    def units(self, term: int) -> int:
        """Count the ReLUs that a term and its images take; a form and its negative share one."""
        if term not in self._units:
            images = set(orbit(self.terms[term], self.equations.group))
            inputs = range(self.equations.kernel_size)
            paired = sum(permuted(image, inputs, -1) in images for image in images)
            self._units[term] = len(images) - paired // 2
        return self._units[term]

    def solve_exactly(self, terms: Sequence[int]) -> dict[int, Fraction] | None:
        """Solve with the M_S and some of the terms; return coefficients by column, None if there is no solution."""
        chosen = [*range(len(self.atoms)), *(len(self.atoms) + j for j in terms)]
        rows: dict[Equation, list[int]] = {key: [0] * len(chosen) for key in self.keys}
        for place, j in enumerate(chosen):
            for key, value in self.columns[j].items():
                rows[key][place] = value
        # On few columns still more equations are the same.
        distinct = sorted({(*row, right) for row, right in zip(rows.values(), self.right, strict=True)})
        solution = solve_linear([row[:-1] for row in distinct], [row[-1] for row in distinct])
        if solution is None:
            return None
        return {j: value * self.multiples[j] for j, value in zip(chosen, solution, strict=True) if value}

    def identity(self, coefficients: dict[int, Fraction]) -> MaxIdentity:
        """Write a solution with ReLUs: |v| = 2 relu(v) - v."""
        group = self.equations.group
        remainder: dict[Subset, Fraction] = {}
        terms = []
        for j, c in sorted(coefficients.items()):
            is_atom = j < len(self.atoms)
            form = self.atoms[j] if is_atom else self.terms[j - len(self.atoms)]
            images = orbit(form, group)
            share = c / len(images)
            if not is_atom:
                terms.append((2 * share, form))
            for image in images:
                for subset, k in image:
                    remainder[subset] = remainder.get(subset, Fraction(0)) + (share if is_atom else -share * k)
        return MaxIdentity(
            self.equations.kernel_size,
            tuple(sorted((subset, r) for subset, r in remainder.items() if r)),
            tuple(terms),
            tuple(group),
        )


def solve_linear(rows: Sequence[Sequence[int]], right: Sequence[int]) -> list[Fraction] | None:
    """Solve linear equations exactly; unknowns that remain free are 0."""
    unknowns = len(rows[0])
    flat = [entry for row, b in zip(rows, right, strict=True) for entry in (*row, b)]
    reduced, rank = fmpq_mat(len(rows), unknowns + 1, flat).rref()
    solution = [Fraction(0)] * unknowns
    for i in range(rank):
        pivot = next(j for j in range(unknowns + 1) if reduced[i, j] != 0)
        if pivot == unknowns:
            return None
        solution[pivot] = to_fraction(fmpq(reduced[i, unknowns]))
    return solution
