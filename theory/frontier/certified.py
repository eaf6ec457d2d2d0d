"""Exact errors of many sets of orders: proposed in floats, certified in integers, one set at a time.

With L the extrapolation constant of R with 0 added, E(d,R) = 1/(1+L) if 0 is in R and 1/L otherwise
(:mod:`theory.optimal.exact`). A constant counts as certified if, in integer arithmetic,

- *primal*: some p in the span of C(z,s), s in S, has |p(z)| <= 1 at z = 0..d-1 and p(d) = L, and
- *dual*: some weights a_z have sum_z a_z C(z,s) = C(d,s) for all s in S and sum_z |a_z| = L,

because p(d) = sum_z a_z p(z) <= sum_z |a_z| for all such p and a. Both are multiplied out and compared here, whatever
produced them.

That is how it is for the maximum. For other targets there is no batch in floats: each set is solved exactly
(:mod:`theory.optimal.exchange`), and residuals and dual weights are multiplied out all the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import comb

import numpy as np
from flint import fmpq, fmpz, fmpz_mat

from theory.errors import SolverError
from theory.frontier.references import float_references
from theory.frontier.sets import Masks, orders_of
from theory.optimal.extrapolation import extrapolate
from theory.optimal.solve import optimal_estimator
from theory.rationals import binomial_table
from theory.targets import MAXIMUM, Target, TargetLike, find_target

_ZERO = fmpz(0)


@lru_cache(maxsize=4)
def _binomials(kernel_size: int) -> tuple[list[list[fmpz]], fmpz_mat]:
    """C(z,s) for z = 0..d and s = 0..d-1, as lists and as a matrix."""
    table = binomial_table(range(kernel_size + 1), range(kernel_size))
    return table.tolist(), table


@lru_cache(maxsize=64)
def _alternation(count: int) -> fmpz_mat:
    """Return a column of 1 and -1 in turn, the last one 1."""
    return fmpz_mat(count, 1, [(-1) ** (count - 1 - i) for i in range(count)])


def _certified_constant(kernel_size: int, orders: Sequence[int], reference: Sequence[int]) -> fmpq | None:
    """Certify exactly that a reference, |S| points at which p alternates, is optimal for increasing orders S in 0..d-1.

    Return the extrapolation constant, or None where the reference proves nothing.

    >>> _certified_constant(9, [0, 1, 8], [0, 7, 8]), _certified_constant(9, [0, 1, 8], [0, 6, 8])
    (19, None)
    """
    d, n = kernel_size, len(orders)
    table, everywhere = _binomials(d)
    system = fmpz_mat(n, n, [table[z][s] for z in reference for s in orders])
    try:
        primal = system.solve(_alternation(n))
        dual = system.transpose().solve(fmpz_mat(n, 1, [table[d][s] for s in orders]))
    except ZeroDivisionError:
        return None
    numerators, scale = primal.numer_denom()
    coefficients = [_ZERO] * d
    for s, c in zip(orders, numerators.entries(), strict=True):
        coefficients[s] = c
    *values, at_kernel_size = (everywhere * fmpz_mat(d, 1, coefficients)).entries()
    bound = abs(scale)
    # Primal: |p(z)| <= 1 where the approximation is bounded, and its value at z = d.
    if max(values) > bound or min(values) < -bound:
        return None
    constant = fmpq(at_kernel_size, scale)
    # Dual: the moments, multiplied out, and the sum of the absolute weights.
    weights, unit = dual.numer_denom()
    moments = (fmpz_mat(1, n, weights.entries()) * system).entries()
    if moments != [unit * table[d][s] for s in orders]:
        return None
    size = sum((abs(weight) for weight in weights.entries()), fmpz(0))
    return constant if fmpq(size, abs(unit)) == constant else None


def _settle(kernel_size: int, orders: tuple[int, ...], reference: Sequence[int]) -> fmpq:
    """Certify the constant of one set; where the reference in floats is not optimal, exchange exactly.

    SolverError if the exact exchange is not certified either, which the theory excludes.
    """
    constant = _certified_constant(kernel_size, orders, reference)
    if constant is None:
        constant = _certified_constant(kernel_size, orders, sorted(extrapolate(kernel_size, orders).dual))
    if constant is None:
        raise SolverError(f"the optimum of d = {kernel_size}, R = {orders} is not certified, which the theory excludes")
    return constant


def certified_errors(kernel_size: int, masks: Masks, target: TargetLike = MAXIMUM) -> list[tuple[int, int]]:
    """Compute E(d,R) for sets of one order or more below d, certified, as numerator and denominator in lowest terms.

    >>> certified_errors(9, np.array([0b100000011, 0b100000010]))  # {0,1,8} and {1,8}
    [(1, 20), (1, 19)]
    >>> certified_errors(9, np.array([0b100000011, 0b100000010]), "median")
    [(2, 5), (2, 5)]
    """
    wanted = find_target(target, kernel_size)
    if not wanted.is_maximum:
        return [_error_of_target(wanted, orders_of(mask)).as_integer_ratio() for mask in masks.tolist()]
    errors: list[tuple[int, int]] = [(0, 1)] * len(masks)
    with_zero = masks | 1
    sizes = np.bitwise_count(with_zero)
    for n in np.unique(sizes):
        numbers = np.flatnonzero(sizes == n)
        bits = (with_zero[numbers, None] >> np.arange(kernel_size)) & 1
        orders = np.nonzero(bits)[1].reshape(len(numbers), n)
        references = float_references(kernel_size, orders)
        for number, chosen, reference in zip(numbers.tolist(), orders.tolist(), references.tolist(), strict=True):
            constant = _settle(kernel_size, tuple(chosen), reference)
            error = 1 / (constant + int(masks[number] & 1))
            errors[number] = int(error.p), int(error.q)
    return errors


def _error_of_target(target: Target, orders: tuple[int, ...]) -> Fraction:
    """Solve one set for a target other than the maximum; SolverError if the answer is not certified."""
    d = target.kernel_size
    estimator = optimal_estimator(d, orders, objective="cube", target=target)
    error, certificate = estimator.error, estimator.certificate
    proved = certificate is not None and error is not None and _is_certified(target, orders, certificate.dual, error)
    if error is None or not proved or estimator.worst_vertex_residual != error:
        raise SolverError(f"the optimum of d = {d}, R = {orders}, {target} is not certified, which the theory excludes")
    return error


def _is_certified(target: Target, orders: tuple[int, ...], dual: Mapping[int, Fraction], error: Fraction) -> bool:
    """Tell whether dual weights prove that no error is smaller: of size 1, orthogonal to R, and with this value."""
    if error == 0:
        return True
    d = target.kernel_size
    moments = (sum(w * (1 - Fraction(comb(z, r), comb(d, r)) if r else 1) for z, w in dual.items()) for r in orders)
    value = sum((w * target.values[z] for z, w in dual.items()), Fraction(0))
    return not any(moments) and sum(map(abs, dual.values())) == 1 and abs(value) == error
