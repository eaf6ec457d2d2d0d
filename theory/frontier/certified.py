"""Exact errors of many sets of orders: proposed in floats, certified in integers, one set at a time.

With L the extrapolation constant of R with 0 added, E(d,R) = 1/(1+L) if 0 is in R and 1/L otherwise
(:mod:`theory.optimal.exact`). A constant counts as certified if, in integer arithmetic,

- *primal*: some p in the span of C(z,s), s in S, has |p(z)| <= 1 at z = 0..d-1 and p(d) = L, and
- *dual*: some weights a_z have sum_z a_z C(z,s) = C(d,s) for all s in S and sum_z |a_z| = L,

because p(d) = sum_z a_z p(z) <= sum_z |a_z| for all such p and a. Both are multiplied out and compared here, whatever
produced them.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np
from flint import fmpq, fmpz, fmpz_mat

from theory.errors import SolverError
from theory.frontier.references import Integers, float_references
from theory.frontier.sets import Masks
from theory.optimal.extrapolation import extrapolate


@lru_cache(maxsize=4)
def _binomials(kernel_size: int) -> tuple[tuple[fmpz, ...], ...]:
    """C(z,s) for z = 0..d and s = 0..d-1."""
    d = kernel_size
    return tuple(tuple(fmpz.bin_uiui(z, s) for s in range(d)) for z in range(d + 1))


def certified_constant(kernel_size: int, orders: Sequence[int], reference: Sequence[int]) -> fmpq | None:
    """Certify that a reference is optimal, exactly.

    Parameters
    ----------
    kernel_size : int, >= 2
        d.
    orders : sequence of int, increasing, each in 0..d-1
        S.
    reference : sequence of int, as many, each in 0..d-1
        The points at which p is to alternate between 1 and -1 and the dual weights to sit.

    Returns
    -------
    flint.fmpq or None
        The extrapolation constant, or None where the reference proves nothing.

    Examples
    --------
    >>> certified_constant(9, [0, 1, 8], [0, 7, 8]), certified_constant(9, [0, 1, 8], [0, 6, 8])
    (19, None)
    """
    d, n = kernel_size, len(orders)
    table = _binomials(d)
    rows = [[row[s] for s in orders] for row in table]
    entries = [entry for z in reference for entry in rows[z]]
    system = fmpz_mat(n, n, entries)
    try:
        primal = system.solve(fmpz_mat(n, 1, [(-1) ** (n - 1 - i) for i in range(n)]))
        dual = system.transpose().solve(fmpz_mat(n, 1, rows[d]))
    except ZeroDivisionError:
        return None
    coefficients, scale = primal.numer_denom()
    values = (fmpz_mat(d + 1, n, [entry for row in rows for entry in row]) * coefficients).entries()
    bound = abs(scale)
    # Primal: |p(z)| <= 1 where the approximation is bounded, and its value at z = d.
    if not all(-bound <= value <= bound for value in values[:d]):
        return None
    constant = fmpq(values[d], scale)
    # Dual: the moments, multiplied out, and the sum of the absolute weights.
    weights, unit = dual.numer_denom()
    moments = (fmpz_mat(1, n, weights.entries()) * system).entries()
    if moments != [unit * target for target in rows[d]]:
        return None
    size = sum((abs(weight) for weight in weights.entries()), fmpz(0))
    return constant if fmpq(size, abs(unit)) == constant else None


def settle(kernel_size: int, orders: tuple[int, ...], reference: Sequence[int]) -> fmpq:
    """Certify the constant of one set; where the reference in floats is not optimal, exchange exactly.

    Raises
    ------
    SolverError
        If the exact exchange is not certified either, which the theory excludes.
    """
    constant = certified_constant(kernel_size, orders, reference)
    if constant is None:
        constant = certified_constant(kernel_size, orders, sorted(extrapolate(kernel_size, orders).dual))
    if constant is None:
        raise SolverError(f"the optimum of d = {kernel_size}, R = {orders} is not certified, which the theory excludes")
    return constant


def certified_errors(kernel_size: int, masks: Masks) -> list[tuple[int, int]]:
    """Compute E(d,R) for many sets of orders, certified before it is returned.

    Parameters
    ----------
    kernel_size : int, >= 2
        d.
    masks : integer array
        Bit r is set for order r; at least one, all below d.

    Returns
    -------
    list of (numerator, denominator)
        In lowest terms, in the order of the masks.

    Raises
    ------
    SolverError

    Examples
    --------
    >>> certified_errors(9, np.array([0b100000011, 0b100000010]))  # {0,1,8} and {1,8}
    [(1, 20), (1, 19)]
    """
    errors: list[tuple[int, int]] = [(0, 1)] * len(masks)
    with_zero = masks | 1
    sizes = np.bitwise_count(with_zero)
    for n in np.unique(sizes):
        numbers = np.flatnonzero(sizes == n)
        orders = _orders_array(kernel_size, with_zero[numbers], int(n))
        references = float_references(kernel_size, orders)
        for number, chosen, reference in zip(numbers.tolist(), orders.tolist(), references.tolist(), strict=True):
            constant = settle(kernel_size, tuple(chosen), reference)
            error = 1 / (constant + int(masks[number] & 1))
            errors[number] = int(error.p), int(error.q)
    return errors


def _orders_array(kernel_size: int, masks: Masks, n: int) -> Integers:
    bits = (masks[:, None] >> np.arange(kernel_size)) & 1
    return np.nonzero(bits)[1].reshape(len(masks), n)


def certified_error(kernel_size: int, mask: int) -> Fraction:
    """Compute E(d,R) for one set of orders.

    Examples
    --------
    >>> certified_error(9, 0b100000011)
    Fraction(1, 20)
    """
    return Fraction(*certified_errors(kernel_size, np.array([mask], dtype=np.int64))[0])
