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
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from flint import fmpq, fmpq_mat, fmpz, fmpz_mat

from theory.errors import SolverError
from theory.optimal.extrapolation import extrapolation_work, extremal_points, first_reference
from theory.rationals import binomial_table, to_fraction
from theory.work import Work

_STEPS_PER_ORDER = 3
"""References solved for each order, about, as seen for majorities at up to 1024 inputs; each is solved twice."""


@dataclass(frozen=True)
class BestFit:
    """A best approximation: the coefficient of C(z, s) for each order s, the error, and the weights a_z that prove it.

    ``dual`` is empty where the error is 0.
    """

    error: Fraction
    primal: dict[int, Fraction]
    dual: dict[int, Fraction]


def exchange_work(kernel_size: int, orders: Sequence[int]) -> Work:
    """Estimate what :func:`best_fit` takes, from one solution of a program of this size."""
    once = extrapolation_work(kernel_size, orders)
    steps = 2 * _STEPS_PER_ORDER * len(orders)
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
    (Fraction(1, 4), {1: '1/4', 2: '-1/2', 3: '1/4'})
    """
    program = _Program(points, orders, values, pinned)
    if len(program.points) == len(orders):
        return BestFit(Fraction(0), program.interpolate(), {})
    return program.solve()


class _Program:
    """The program, its points in order; a pinned one is the last, and has neither a residual nor a bound."""

    def __init__(
        self, points: range, orders: Sequence[int], values: Sequence[int], pinned: tuple[int, int] | None
    ) -> None:
        self.orders = orders
        self.points = list(points) if pinned is None else [*points, pinned[0]]
        self.values = list(values) if pinned is None else [*values, pinned[1]]
        self.free = len(points)
        """How many points have residuals."""
        self.table = binomial_table(self.points, orders)

    def interpolate(self) -> dict[int, Fraction]:
        """Return the coefficients that leave no residual, where there are as many orders as points."""
        return dict(zip(self.orders, map(to_fraction, _solve(self.table, self.values).entries()), strict=True))

    def solve(self) -> BestFit:
        """Exchange points until the residuals are within the error of the reference."""
        first = self.points[0]
        # Nonsingular without its first point.
        reference = [z - first for z in first_reference(self.points[-1], (first, *self.orders))]
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
            leap = self._leap(residuals, reference, reached)
            if leap:
                reference, signs = leap
                continue
            sign = 1 if residuals[entering] > 0 else -1
            leaving = self._leaving(system, reference, signs, entering, sign)
            reference[leaving], signs[leaving] = entering, sign
        weights = _solve(system.transpose(), [0] * len(self.orders) + [1]).entries()
        dual = {self.points[i]: to_fraction(a) for i, a in zip(reference, weights, strict=True) if a}
        primal = {s: Fraction(int(c), int(scale)) for s, c in zip(self.orders, coefficients, strict=True)}
        return BestFit(to_fraction(reached), primal, dict(sorted(dual.items())) if reached else {})

    def _weigh(self, reference: Sequence[int]) -> tuple[fmpq, list[int]]:
        """Return the dual value of a reference, and the signs of its weights, 0 for a pinned point.

        It has to be nonsingular without its first point.
        """
        rows = [[self.table[i, j] for i in reference] for j in range(len(self.orders))]
        rest = _solve(fmpz_mat([row[1:] for row in rows]), [-row[0] for row in rows]).entries()
        weights = [fmpq(1), *rest]
        size = sum((abs(a) for i, a in zip(reference, weights, strict=True) if i < self.free), fmpq(0))
        value = sum((a * self.values[i] for i, a in zip(reference, weights, strict=True)), fmpq(0))
        up = 1 if value >= 0 else -1
        signs = [up * (1 if a >= 0 else -1) * (i < self.free) for i, a in zip(reference, weights, strict=True)]
        return abs(value) / size, signs

    def _leap(
        self, residuals: Sequence[fmpz], reference: Sequence[int], reached: fmpq
    ) -> tuple[list[int], list[int]] | None:
        """Exchange all points at once, as Remez does, if there are enough runs of signs and the dual value grows.

        This is for speed alone: without it the steps below do the same, one point at a time.
        """
        points = extremal_points(residuals, reference)
        wanted = len(self.orders) + 1 - (len(self.points) - self.free)
        while len(points) > wanted:
            del points[0 if abs(residuals[points[0]]) < abs(residuals[points[-1]]) else -1]
        if len(points) < wanted:
            return None
        points += range(self.free, len(self.points))
        try:
            value, signs = self._weigh(points)
        except SolverError:  # singular without its first point
            return None
        return (points, signs) if value > reached else None

    def _system(self, reference: Sequence[int], signs: Sequence[int]) -> fmpz_mat:
        n = len(self.orders)
        rows = zip(reference, signs, strict=True)
        return fmpz_mat([[*(self.table[i, j] for j in range(n)), sign] for i, sign in rows])

    def _residuals(self, coefficients: list[fmpz], scale: fmpz) -> list[fmpz]:
        """Return the residuals of the points that have one, times the scale."""
        fitted = (self.table * fmpz_mat(len(coefficients), 1, coefficients)).entries()
        return [scale * t - q for t, q in zip(self.values[: self.free], fitted, strict=False)]

    def _leaving(
        self, system: fmpz_mat, reference: Sequence[int], signs: Sequence[int], entering: int, sign: int
    ) -> int:
        """Return the place in the reference whose weight is the first to vanish as that of the entering point grows."""
        n = len(self.orders)
        new = [sign * self.table[entering, j] for j in range(n)]
        both = fmpz_mat([[0, c] for c in new] + [[1, 1]])
        solution = _solve_matrix(system.transpose(), both)
        ratios = [
            (solution[place, 0] / solution[place, 1], point, place)
            for place, (point, s) in enumerate(zip(reference, signs, strict=True))
            if s * solution[place, 1] > 0
        ]
        if not ratios:
            raise SolverError("a weight may grow without end, which the theory excludes")
        return min(ratios)[2]


def _entering(residuals: Sequence[fmpz], error: fmpz, bland: bool) -> int | None:
    """Return the point of the largest residual above the error, or the first one above it; None if there is none."""
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
