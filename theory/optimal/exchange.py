"""The best uniform approximation of any values by a span of C(z, s), exactly: the program behind every other target.

Let S be a set of n orders, P a set of numbers of zeros, and t_z a value for each z of P. Sought is the q in the span of
the C(z, s), s in S, with the least E = max |t_z - q(z)| over P; where q(d) is *pinned*, it has a given value, and d
is not in P. The dual program is

    E = max sum_z a_z t_z   subject to   sum_z a_z C(z, s) = 0 for s in S,   sum over P of |a_z| <= 1,

z over P and, where it is pinned, d.

For the maximum the theory shows that no reference is degenerate (:mod:`theory.optimal.extrapolation`). For other values
that is not so: C(z, s) is only a weak Chebyshev system, weights may vanish, optima need not be unique. So this is the
simplex method on the dual program:

1. A *reference* is n + 1 points (d among them where it is pinned) of which n are nonsingular for S, which holds if the
   i-th of these n is at least the i-th order (the Lindstroem-Gessel-Viennot lemma). Its weights a are unique up to
   a factor; with the signs of a, a zero of either sign, it is a feasible basis.
2. Solve t_z - q(z) = sign(a_z) e on the reference. Then e = sum a_z t_z, a lower bound of E. If |t - q| <= e on P, both
   are optimal.
3. Otherwise a point with |t_z - q(z)| > e enters, and the one that leaves keeps the weights' signs (the ratio test).
   The new e is larger, or, if the weight that left was 0, the same. Where the residuals have enough runs of equal
   signs, all points are exchanged at once, as Remez does, if that makes e larger.
4. The point that enters is that of the largest residual. After a step in which e stayed the same it is the first that
   may enter, until e grows again: Bland's rule (1977), under which no reference comes twice. So this ends.

Floating-point numbers choose the first reference, rounded Chebyshev points, and nothing else.

None of this needs binomial coefficients: :func:`fit_rows` takes any table of integers, a row for each point, and finds
the first reference by elimination.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq, fmpq_mat, fmpz, fmpz_mat

from theory.errors import SolverError
from theory.optimal.extrapolation import extremal_points, first_reference, table_work
from theory.rationals import binomial_table, over_common_denominator, to_fraction
from theory.work import Work

_STEPS_PER_ORDER = 2
"""Solutions for each order; fewer were seen for majorities at up to 1024 inputs, more for degenerate ones."""


@dataclass(frozen=True)
class BestFit:
    """A best approximation: the coefficients by order or column, the error, and the weights of points that prove it.

    ``dual`` is empty where the error is 0.
    """

    error: Fraction
    primal: dict[int, Fraction]
    dual: dict[int, Fraction]


def exchange_work(kernel_size: int, orders: Sequence[int]) -> Work:
    """Estimate what :func:`best_fit` takes, from one solution of a program of this size."""
    once = table_work(kernel_size, orders)
    steps = _STEPS_PER_ORDER * len(orders)
    return Work(once.what, seconds=steps * once.seconds, most=steps * once.most, memory=once.memory)


def best_fit(
    points: range, orders: Sequence[int], values: Sequence[int], *, pinned: tuple[int, int] | None = None
) -> BestFit:
    """Fit values at consecutive numbers of zeros, where orders increase and are at most the last of all numbers.

    The values are integers; ``pinned`` is a number of zeros behind the points, and the value of q there.
    SolverError if a step contradicts the theory. No answer is returned then.

    >>> majority = [int(3 - z > 1) for z in range(4)]
    >>> fit = best_fit(range(4), (0, 1), majority)
    >>> fit.error, {z: str(a) for z, a in fit.dual.items()}
    (Fraction(1, 4), {0: '-1/4', 1: '1/2', 2: '-1/4'})
    """
    zeros, wanted = list(points), list(values)
    if pinned is not None:
        zeros.append(pinned[0])
        wanted.append(pinned[1])
    program = _Program(binomial_table(zeros, orders), wanted, len(points), ordered=True)
    if len(zeros) == len(orders):
        fit = program.interpolate()
    else:
        # Nonsingular without its first point.
        fit = program.solve([z - zeros[0] for z in first_reference(zeros[-1], (zeros[0], *orders))])
    return BestFit(
        fit.error,
        {orders[column]: c for column, c in fit.primal.items()},
        {zeros[place]: a for place, a in fit.dual.items()},
    )


def fit_rows(rows: Sequence[Sequence[int]], values: Sequence[int], *, pinned: bool = False) -> BestFit:
    """Fit values by combinations of the columns of a table, a value for each row; the last row may be pinned.

    Columns that are combinations of others get the coefficient 0. SolverError where a pinned row cannot be met.

    >>> fit_rows([[1, 0], [1, 1], [1, 2]], [0, 1, 0]).error
    Fraction(1, 2)
    """
    last = len(rows) - 1
    # Elimination prefers what comes first, and the pinned row has to be in every reference.
    order = [last, *range(last)] if pinned else list(range(last + 1))
    independent = [order[i] for i in _pivots([rows[i] for i in order])]
    columns = _pivots(list(zip(*(rows[i] for i in independent), strict=True)))
    table = fmpz_mat([[row[j] for j in columns] for row in rows])
    program = _Program(table, values, last if pinned else last + 1, ordered=False)
    if pinned and last not in independent:
        raise SolverError("the pinned row is 0, which no combination changes")
    rest = [i for i in range(program.free) if i not in set(independent)]
    fit = program.solve([rest[0], *sorted(independent)]) if rest else program.interpolate()
    coefficients = dict.fromkeys(range(len(rows[0])), Fraction(0))
    return BestFit(fit.error, coefficients | {columns[j]: c for j, c in fit.primal.items()}, fit.dual)


def solve_exactly(rows: Sequence[Sequence[int]], right: Sequence[Fraction]) -> list[Fraction] | None:
    """Solve a linear system, undetermined unknowns 0, or return None where it has no solution.

    >>> solve_exactly([[1, 1, 0], [2, 2, 1]], [Fraction(1), Fraction(3)])
    [Fraction(1, 1), Fraction(0, 1), Fraction(1, 1)]
    >>> solve_exactly([[1], [1]], [Fraction(1), Fraction(2)]) is None
    True
    """
    unknowns = len(rows[0])
    numerators, q = over_common_denominator(right)
    reduced, scale, rank = fmpz_mat([[*row, b] for row, b in zip(rows, numerators, strict=True)]).rref()
    found = [Fraction(0)] * unknowns
    for i in range(rank):
        pivot = next(j for j in range(unknowns + 1) if reduced[i, j])
        if pivot == unknowns:
            return None
        found[pivot] = Fraction(int(reduced[i, unknowns]), int(scale) * q)
    return found


def _pivots(rows: Sequence[Sequence[int]]) -> list[int]:
    """Return the places of the first rows that are independent and span all."""
    reduced, _, rank = fmpz_mat([list(column) for column in zip(*rows, strict=True)]).rref()
    places, column = [], 0
    for i in range(rank):
        while not reduced[i, column]:
            column += 1
        places.append(column)
    return places


class _Program:
    """A table of as many independent columns as it has, a value for each row; the rows from ``free`` on are pinned."""

    def __init__(self, table: fmpz_mat, values: Sequence[int], free: int, *, ordered: bool) -> None:
        self.table = table
        self.values = values
        self.free = free
        self.ordered = ordered
        self.columns = table.ncols()

    def interpolate(self) -> BestFit:
        """Leave no residual, where there are as many rows as columns."""
        exact = map(to_fraction, _solve(self.table, self.values).entries())
        return BestFit(Fraction(0), dict(enumerate(exact)), {})

    def solve(self, reference: list[int]) -> BestFit:
        """Exchange rows until the residuals are within the error of the reference."""
        _, signs = self._weigh(reference)
        previous = fmpq(-1)
        while True:
            system = self._system(reference, signs)
            numerators, scale = _solve(system, [self.values[i] for i in reference]).numer_denom()
            if scale < 0:
                numerators, scale = -numerators, -scale
            *coefficients, error = numerators.entries()
            reached = fmpq(error, scale)
            if reached < previous:
                raise SolverError("an exchange decreased the dual value, which the theory excludes")
            residuals = self._residuals(coefficients, scale)
            entering = _entering(residuals, error, bland=reached == previous)
            if entering is None:
                break
            previous = reached
            leap = self._leap(residuals, reference, reached) if self.ordered else None
            if leap:
                reference, signs = leap
                continue
            sign = 1 if residuals[entering] > 0 else -1
            leaving = self._leaving(system, reference, signs, entering, sign)
            reference[leaving], signs[leaving] = entering, sign
        weights = _solve(system.transpose(), [0] * self.columns + [1]).entries()
        dual = {i: to_fraction(a) for i, a in zip(reference, weights, strict=True) if a}
        primal = {column: Fraction(int(c), int(scale)) for column, c in enumerate(coefficients)}
        return BestFit(to_fraction(reached), primal, dict(sorted(dual.items())) if reached else {})

    def _weigh(self, reference: Sequence[int]) -> tuple[fmpq, list[int]]:
        """Return the dual value of a reference, and the signs of its weights, 0 for a pinned row.

        It has to be nonsingular without its first row.
        """
        columns = [[self.table[i, j] for i in reference] for j in range(self.columns)]
        rest = _solve(fmpz_mat([column[1:] for column in columns]), [-column[0] for column in columns]).entries()
        weights = [fmpq(1), *rest]
        size = sum((abs(a) for i, a in zip(reference, weights, strict=True) if i < self.free), fmpq(0))
        value = sum((a * self.values[i] for i, a in zip(reference, weights, strict=True)), fmpq(0))
        up = 1 if value >= 0 else -1
        signs = [up * (1 if a >= 0 else -1) * (i < self.free) for i, a in zip(reference, weights, strict=True)]
        return abs(value) / size, signs

    def _leap(
        self, residuals: Sequence[fmpz], reference: Sequence[int], reached: fmpq
    ) -> tuple[list[int], list[int]] | None:
        """Exchange all rows at once, as Remez does, if there are enough runs of signs and the dual value grows.

        This is for speed alone: without it the single steps do the same.
        """
        rows = extremal_points(residuals, reference)
        pinned = range(self.free, self.table.nrows())
        wanted = self.columns + 1 - len(pinned)
        while len(rows) > wanted:
            del rows[0 if abs(residuals[rows[0]]) < abs(residuals[rows[-1]]) else -1]
        if len(rows) < wanted:
            return None
        rows += pinned
        try:
            value, signs = self._weigh(rows)
        except SolverError:  # singular without its first row
            return None
        return (rows, signs) if value > reached else None

    def _system(self, reference: Sequence[int], signs: Sequence[int]) -> fmpz_mat:
        rows = zip(reference, signs, strict=True)
        return fmpz_mat([[*(self.table[i, j] for j in range(self.columns)), sign] for i, sign in rows])

    def _residuals(self, coefficients: list[fmpz], scale: fmpz) -> list[fmpz]:
        """Return the residuals of the rows that have one, times the scale."""
        fitted = (self.table * fmpz_mat(self.columns, 1, coefficients)).entries()
        return [scale * t - q for t, q in zip(self.values[: self.free], fitted, strict=False)]

    def _leaving(
        self, system: fmpz_mat, reference: Sequence[int], signs: Sequence[int], entering: int, sign: int
    ) -> int:
        """Return the place in the reference whose weight is the first to vanish as that of the entering row grows."""
        new = [sign * self.table[entering, j] for j in range(self.columns)]
        both = fmpz_mat([[0, c] for c in new] + [[1, 1]])
        solution = _solve_matrix(system.transpose(), both)
        ratios = [
            (solution[place, 0] / solution[place, 1], row, place)
            for place, (row, s) in enumerate(zip(reference, signs, strict=True))
            if s * solution[place, 1] > 0
        ]
        if not ratios:
            raise SolverError("a weight may grow without end, which the theory excludes")
        return min(ratios)[2]


def _entering(residuals: Sequence[fmpz], error: fmpz, bland: bool) -> int | None:
    """Return the row of the largest residual above the error, or the first one above it; None if there is none."""
    if bland:
        return next((place for place, residual in enumerate(residuals) if abs(residual) > error), None)
    sizes = list(map(abs, residuals))
    largest = max(sizes)
    return sizes.index(largest) if largest > error else None


def _solve(matrix: fmpz_mat, right: Sequence[int | fmpz]) -> fmpq_mat:
    return _solve_matrix(matrix, fmpz_mat(len(right), 1, list(right)))


def _solve_matrix(matrix: fmpz_mat, right: fmpz_mat) -> fmpq_mat:
    try:
        return matrix.solve(right)
    except ZeroDivisionError:
        raise SolverError("a reference is singular, which the theory excludes") from None
