"""Baseline: a plain exact simplex method for arbitrary sets of orders, on the dual program, with a full tableau.

The program is: minimise sum_z |a_z| subject to sum_z a_z C(z, s) = C(d, s) for s in S, over z = 0..d-1. With 0 in S,
its value is L = 1/E - 1. The points z = s are a feasible start, since the matrix C(s_i, s_j) is triangular and each
variable may take the sign that it needs.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb
from typing import Any, Literal

Number = Any
"""Fraction, or python-flint's fmpq: anything exact that divides."""


def _bring_in(rows: list[list[Number]], i: int, z: int, sign: int) -> None:
    """Make column z, taken with a sign, the i-th unit vector."""
    pivot = sign * rows[i][z]
    rows[i] = [value / pivot for value in rows[i]]
    for k, row in enumerate(rows):
        if k != i and row[z]:
            factor = sign * row[z]
            rows[k] = [value - factor * other for value, other in zip(row, rows[i], strict=True)]


def plain_simplex(
    kernel_size: int, orders: list[int], number: type = Fraction, rule: Literal["bland", "largest"] = "bland"
) -> tuple[Number, int]:
    """Find the extrapolation constant L of a set of orders.

    Parameters
    ----------
    kernel_size : int
    orders : list of int, increasing, below the kernel size
    number : type
        The exact numbers to compute with.
    rule : {"bland", "largest"}
        Which column enters: the first that improves, or the one that promises most.

    Returns
    -------
    constant : number
    pivots : int

    Examples
    --------
    >>> plain_simplex(9, [0, 1, 8])
    (Fraction(19, 1), 6)
    """
    d = kernel_size
    rows = [[number(comb(z, s)) for z in range(d + 1)] for s in orders]
    basis = list(orders)
    for i, z in enumerate(basis):
        _bring_in(rows, i, z, 1)
    rows = [row if row[d] >= 0 else [-value for value in row] for row in rows]
    pivots = 0
    while True:
        # All costs are 1, so the column of a_z promises sum(column) - 1, and that of -a_z the same with -sum(column).
        sums = [sum(column) for column in zip(*rows, strict=True)]
        improving = [z for z in range(d) if abs(sums[z]) > 1]
        if not improving:
            return sums[d], pivots
        z = improving[0] if rule == "bland" else max(improving, key=lambda z: abs(sums[z]))
        sign = 1 if sums[z] > 0 else -1
        leaving = (i for i, row in enumerate(rows) if sign * row[z] > 0)
        i = min(leaving, key=lambda i: (rows[i][d] / (sign * rows[i][z]), basis[i]))
        _bring_in(rows, i, z, sign)
        basis[i] = z
        pivots += 1
