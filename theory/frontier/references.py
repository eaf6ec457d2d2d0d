"""Optimal references of many sets of orders at once, in floats: guesses, to be certified exactly afterwards.

The exchange of :mod:`theory.optimal.extrapolation`, for a batch of sets with the same number of orders: one array
operation of NumPy takes a step for all of them. The optimum of a set is determined by its reference, so what floats
have found need not be believed: :mod:`theory.frontier.certified` solves the reference in integers and tests it.
"""

from __future__ import annotations

from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TOLERANCE = 1e-6
"""How far a float |p| may exceed 1 where the exchange stops."""
_ZERO = 1e-10
_MOST_EXCHANGES = 40


@lru_cache(maxsize=4)
def _features(kernel_size: int) -> Floats:
    """C(z,s)/C(d,s) for z, s in 0..d-1: columns that end near 1, whatever the order."""
    d = kernel_size
    return np.array([[comb(z, s) / comb(d, s) for s in range(d)] for z in range(d)])


def first_references(kernel_size: int, orders: Integers) -> Integers:
    """Chebyshev points of [0, d-1], rounded and moved so that they increase and none is below its order."""
    n = orders.shape[1]
    last = kernel_size - 1
    steps = np.arange(n) / max(n - 1, 1)
    reference = np.maximum(orders, np.rint(last * (1 - np.cos(np.pi * steps)) / 2).astype(np.int64))
    for i in range(1, n):
        reference[:, i] = np.maximum(reference[:, i], reference[:, i - 1] + 1)
    ceiling = last - np.arange(n)[::-1]
    chosen: Integers = np.minimum(reference, ceiling)
    return chosen


def _run_maxima(values: Floats, n: int) -> tuple[Integers, NDArray[np.bool_]]:
    """In each run of equal signs the point with the largest |p|; and whether there are n runs."""
    sizes = np.abs(values)
    signs = np.where(sizes > _ZERO, np.sign(values), 0).astype(np.int64)
    runs = np.zeros(signs.shape, dtype=np.int64)
    current, number = signs[:, 0].copy(), (signs[:, 0] != 0).astype(np.int64)
    runs[:, 0] = number
    for z in range(1, signs.shape[1]):
        sign = signs[:, z]
        number = number + ((sign != 0) & (sign != current))
        current = np.where(sign != 0, sign, current)
        runs[:, z] = number
    points = np.stack([np.where(runs == k, sizes, -1.0).argmax(axis=1) for k in range(1, n + 1)], axis=1)
    return points.astype(np.int64), number == n


def float_references(kernel_size: int, orders: Integers) -> Integers:
    """Exchange until no |p| exceeds 1 by more than the tolerance, or floats can tell no more.

    Parameters
    ----------
    kernel_size : int, >= 2
        d.
    orders : integer array, shape (sets, n)
        Each row increases; all in 0..d-1.

    Returns
    -------
    integer array, shape (sets, n)
        A reference for each set, mostly the optimal one.

    Examples
    --------
    >>> float_references(9, np.array([[0, 1, 8], [0, 7, 8]])).tolist()
    [[0, 7, 8], [0, 7, 8]]
    """
    table = _features(kernel_size)
    sets, n = orders.shape
    signs = (-1.0) ** np.arange(n - 1, -1, -1)
    result = first_references(kernel_size, orders)
    active = np.arange(sets)
    for _ in range(_MOST_EXCHANGES):
        chosen, reference = orders[active], result[active]
        systems = table[reference[:, :, None], chosen[:, None, :]]
        try:
            primal = np.linalg.solve(systems, np.broadcast_to(signs[:, None], (len(active), n, 1)))
        except np.linalg.LinAlgError:
            break
        values = np.einsum("zbs,bs->bz", table[:, chosen], primal[:, :, 0])
        points, regular = _run_maxima(values, n)
        going_on = regular & (np.abs(values).max(axis=1) > 1 + TOLERANCE)
        active = active[going_on]
        if not len(active):
            break
        result[active] = points[going_on]
    return result


__all__ = ["TOLERANCE", "first_references", "float_references"]
