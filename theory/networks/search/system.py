"""The equations of an identity as one system: solved in floats to choose terms, exactly for coefficients."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt
from flint import fmpq, fmpq_mat
from scipy.optimize import linprog
from scipy.sparse import csc_array, hstack

from theory.errors import SolverError
from theory.networks.search.equations import Equation, Equations
from theory.networks.shallow import Form, MaxIdentity, Subset, orbit, permuted
from theory.rationals import to_fraction


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
