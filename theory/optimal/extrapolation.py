"""The extrapolation constant of a set of orders: the exact program behind every sup-norm optimum.

Let S be a set of orders below d, and let p range over the span of the functions C(z, s), s in S. The
*extrapolation constant* L is the largest p(d) subject to |p(z)| <= 1 at z = 0..d-1. Its dual is

    L = min sum_z |a_z|   subject to   sum_z a_z C(z, s) = C(d, s) for s in S,   z = 0..d-1.

All optima of the theory follow from L: if 0 in R, then L = 1/E - 1 with S = R (see :mod:`theory.optimal.exact`). Where
0 is not in S, every p vanishes at z = 0, so that z = 0 binds nothing. For S = {0..n} this is a classical question: how
far polynomials of degree n that are bounded at equally spaced points can grow (Ehlich, Zeller 1964; Coppersmith,
Rivlin).

For them there is a way of its own (:mod:`theory.optimal.growth`), with the same references.

The method is exchange, which is the simplex method on the dual program, in exact arithmetic:

1. A *reference* is n = |S| points z_1 < ... < z_n, nonsingular for S if det C(z_i, s_j) != 0. The matrix C(z, s) is
   totally nonnegative, and such a determinant is positive exactly where z_i >= s_i for all i, zero otherwise (the
   Lindstroem-Gessel-Viennot lemma, paths that do not meet). Appending d to a nonsingular reference and dropping any
   point keeps it nonsingular, so by Cramer's rule *every* a_i is different from 0, with the sign (-1)^(n-i): the dual
   program is nondegenerate, although C(z, s) is only a weak Chebyshev system.
2. Solve p(z_i) = (-1)^(n-i) on the reference. Then p(d) = sum |a_i|. If |p| <= 1 everywhere, p and a prove each other
   optimal.
3. Otherwise take, in each run of equal strict signs of p (zeros aside), a point where |p| is largest. Variation
   diminishing bounds the number of runs by n, and the reference shows n of them, so this is a reference again. It is
   nonsingular: on z < s_i only i-1 of the functions differ from 0, which allows at most i-1 runs, so the i-th run
   starts at s_i or later.
4. With a' the weights of the new reference, p(d) = sum |a'_i| |p(z'_i)| > sum |a'_i|: the dual value strictly
   decreases. That is the anti-cycling rule, and there are finitely many references.

None of this is taken on trust at run time. Steps 2 and 4 are tested, and a violation raises :class:`SolverError`.
Floating-point numbers choose the first reference and nothing else. The starting reference is a rounded set of
Chebyshev points; a float warm start was tried and dropped, because the exact steps cost less than it would save.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import cos, pi

from flint import fmpq, fmpq_mat, fmpz, fmpz_mat

from theory.errors import SolverError
from theory.optimal.growth import largest_growth
from theory.rationals import binomial_table, to_fraction
from theory.work import Work, as_float, bits_of_binomial, readable


@dataclass(frozen=True)
class Extrapolation:
    """An extrapolation constant L, the largest p(d), with its primal and its dual solution.

    ``primal`` has for each order s the coefficient of C(z, s) in the optimal p, which is unique; ``dual`` has for each
    point z of the reference the weight a_z, none of them 0. ``exchanges`` is the number of references that were solved.
    """

    constant: Fraction
    primal: dict[int, Fraction]
    dual: dict[int, Fraction]
    exchanges: int


def extrapolation_work(kernel_size: int, orders: Sequence[int]) -> Work:
    """Estimate what :func:`extrapolate` takes, and what is usually asked of its optimum: residuals and a check.

    For orders 0..n-1 an exchange takes 4 n^2 multiplications of numbers of about n log d bits by short ones.

    >>> extrapolation_work(3000, range(0, 3000, 2)).seconds > 3_600 > extrapolation_work(3000, range(1500)).seconds
    True
    """
    by_table = table_work(kernel_size, orders)
    if not are_all_up_to_one(orders):
        return by_table
    n = len(orders)
    bits = n * kernel_size.bit_length()
    exchange = 2e-10 * n**2 * bits
    rest = _rest(kernel_size, orders)
    return by_table._replace(seconds=exchange + rest, most=n * exchange + rest, memory=as_float(n * bits))


def table_work(kernel_size: int, orders: Sequence[int]) -> Work:
    """Estimate the same with a table of the C(z, s).

    With b bits for an entry of the table on average, one exchange takes n^3 multiplications of numbers of n b bits
    by such of b bits. There is one exchange for many sets of orders, and there are about n for others, so both are
    stated.

    >>> work = table_work(3000, range(1500))
    >>> work.seconds > 3_600, work.memory < 2**30
    (True, True)
    """
    d, n = as_float(kernel_size), len(orders)
    bits = sum(bits_of_binomial(kernel_size - 1, s) for s in orders)
    exchange = 8e-13 * n * bits**2
    rest = _rest(kernel_size, orders)
    return Work(
        f"solving kernel size {readable(kernel_size)} with {n} orders up to {readable(max(orders))}",
        seconds=exchange + rest,
        most=n * exchange + rest,
        # Beside its digits, of which the largest C(z, s) has twice as many as the average, an entry takes 32 bytes.
        memory=d * (32 * n + bits / 16),
    )


def _rest(kernel_size: int, orders: Sequence[int]) -> float:
    """Seconds that the residuals and a check of an optimum take."""
    bits = sum(bits_of_binomial(kernel_size - 1, s) for s in orders)
    return as_float(kernel_size) * (1e-4 + 2e-8 * bits)


def are_all_up_to_one(orders: Sequence[int]) -> bool:
    """Tell whether increasing orders are 0, 1, ..., so that their functions span the polynomials of a degree."""
    return orders[0] == 0 and orders[-1] == len(orders) - 1


def first_reference(last: int, orders: Sequence[int]) -> list[int]:
    """Chebyshev points of [0, last], rounded and moved so that they increase and z_i >= s_i."""
    n = len(orders)
    steps = max(n - 1, 1)
    reference = [max(s, round(last * (1 - cos(pi * i / steps)) / 2)) for i, s in enumerate(orders)]
    for i in range(1, n):
        reference[i] = max(reference[i], reference[i - 1] + 1)
    reference[-1] = min(reference[-1], last)
    for i in range(n - 2, -1, -1):
        reference[i] = min(reference[i], reference[i + 1] - 1)
    return reference


def extremal_points(values: Sequence[fmpz], reference: Sequence[int]) -> list[int]:
    """In each run of equal strict signs the point of largest absolute value, a reference point where it ties."""
    preferred = set(reference)
    points: list[int] = []
    sign, best = 0, fmpz(0)
    for z, value in enumerate(values):
        if not value:
            continue
        size = abs(value)
        current = 1 if value > 0 else -1
        if current != sign:
            sign, best = current, size
            points.append(z)
        elif size > best or (size == best and z in preferred):
            best, points[-1] = size, z
    return points


def _solve(matrix: fmpz_mat, right: Sequence[int | fmpz]) -> fmpq_mat:
    try:
        return matrix.solve(fmpz_mat(len(right), 1, list(right)))
    except ZeroDivisionError:
        raise SolverError("a reference is singular, which the theory excludes") from None


def extrapolate(kernel_size: int, orders: Sequence[int]) -> Extrapolation:
    """Compute the extrapolation constant of a set S of increasing orders in 0..d-1, exactly.

    ProblemTooLargeError if the table of binomial coefficients would exceed :data:`theory.work.MEMORY_LIMIT`;
    SolverError if a step contradicts the theory. No answer is returned then.

    >>> result = extrapolate(9, [0, 1, 8])
    >>> result.constant, {z: str(a) for z, a in result.dual.items()}
    (Fraction(19, 1), {0: '1', 7: '-9', 8: '9'})
    """
    d, n = kernel_size, len(orders)
    extrapolation_work(d, orders).check_memory()
    if are_all_up_to_one(orders):
        growth = largest_growth(d, first_reference(d - 1, orders))
        return Extrapolation(
            constant=to_fraction(growth.constant),
            primal=dict(enumerate(map(to_fraction, growth.primal))),
            dual={z: to_fraction(a) for z, a in growth.dual.items()},
            exchanges=growth.exchanges,
        )
    table = binomial_table(range(d), orders)
    signs = [(-1) ** (n - 1 - i) for i in range(n)]
    reference = first_reference(d - 1, orders)
    target = [fmpz.bin_uiui(d, s) for s in orders]
    previous: fmpq | None = None
    exchanges = 0
    while True:
        exchanges += 1
        system = fmpz_mat(n, n, [table[z, j] for z in reference for j in range(n)])
        primal = _solve(system, signs)
        numerators, scale = primal.numer_denom()
        if scale < 0:
            numerators, scale = -numerators, -scale
        at_kernel_size = fmpq(sum((t * c for t, c in zip(target, numerators.entries(), strict=True)), fmpz(0)), scale)
        if previous is not None and at_kernel_size >= previous:
            raise SolverError("an exchange did not decrease the dual value, which the theory excludes")
        previous = at_kernel_size
        values = (table * numerators).entries()
        points = extremal_points(values, reference)
        if len(points) != n:
            raise SolverError(f"{len(points)} runs of signs for {n} orders, which the theory excludes")
        largest = max(abs(values[z]) for z in points)
        if largest <= scale:
            break
        reference = points
    dual = _solve(system.transpose(), target)
    if sum((abs(a) for a in dual.entries()), fmpq(0)) != at_kernel_size:
        raise SolverError("primal and dual values differ, which the theory excludes")
    return Extrapolation(
        constant=to_fraction(at_kernel_size),
        primal=dict(zip(orders, map(to_fraction, primal.entries()), strict=True)),
        dual=dict(zip(reference, map(to_fraction, dual.entries()), strict=True)),
        exchanges=exchanges,
    )
