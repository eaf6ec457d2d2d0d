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

_Floats = NDArray[np.float64]
_Integers = NDArray[np.int64]

_TOLERANCE = 1e-6
"""How far a float |p| may exceed 1 where the exchange stops."""
_ZERO = 1e-10
_MOST_EXCHANGES = 40


@lru_cache(maxsize=4)
def _bases(kernel_size: int) -> _Floats:
    """Orthonormal values at z = 0..d-1 of C(z,a), C(z,a) z, C(z,a) z^2, ...: entry [a, k, z], k < d - a.

    The first k+1 of them span the same functions as C(z,a)..C(z,a+k), because C(z,a+i) = C(z,a) times a polynomial of
    degree i. A basis of C(z,s) themselves would lose all digits where many orders follow each other. (The Arnoldi
    process, as for Vandermonde matrices in Brubeck, Nakatsukasa, Trefethen, SIAM Review 2021.)
    """
    d = kernel_size
    points = np.linspace(-1, 1, d)
    bases = np.zeros((d, d, d))
    for a in range(d):
        vector = np.array([comb(z, a) / comb(d, a) for z in range(d)])
        for k in range(d - a):
            for _ in range(2):  # twice is enough
                vector = vector - bases[a, :k].T @ (bases[a, :k] @ vector)
            bases[a, k] = vector / np.linalg.norm(vector)
            vector = points * bases[a, k]
    return bases


def _features(kernel_size: int, orders: _Integers) -> _Floats:
    """Values at z = 0..d-1 of a basis of the span of C(z,s), s in S, for each set: shape (sets, d, n)."""
    first = orders.copy()  # of the run of consecutive orders that an order is in
    for i in range(1, orders.shape[1]):
        follows = orders[:, i] == orders[:, i - 1] + 1
        first[follows, i] = first[follows, i - 1]
    features: _Floats = _bases(kernel_size)[first, orders - first].transpose(0, 2, 1)
    return features


def _first_references(kernel_size: int, orders: _Integers) -> _Integers:
    """Return references halfway between Chebyshev points of [0, d-1] and the n largest points.

    Both have z_i >= s_i, so they are not singular, and so has their mean. Optimal references lie between them: the
    former is near the optimum for the lowest orders, and the latter for the highest. Far from the optimum |p| is so
    large that floats cannot find back.
    """
    n = orders.shape[1]
    last = kernel_size - 1
    steps = np.arange(n) / max(n - 1, 1)
    largest = last - np.arange(n)[::-1]
    chebyshev = np.maximum(orders, np.rint(last * (1 - np.cos(np.pi * steps)) / 2).astype(np.int64))
    for i in range(1, n):
        chebyshev[:, i] = np.maximum(chebyshev[:, i], chebyshev[:, i - 1] + 1)
    halfway: _Integers = (np.minimum(chebyshev, largest) + largest) // 2
    return halfway


def _run_maxima(values: _Floats, n: int) -> tuple[_Integers, NDArray[np.bool_]]:
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


def float_references(kernel_size: int, orders: _Integers) -> _Integers:
    """Exchange until no |p| exceeds 1 by more than the tolerance, or floats can tell no more.

    Both arrays have a row for each set: its orders, increasing and in 0..d-1, and a reference, mostly the optimal one.

    >>> float_references(9, np.array([[0, 1, 8], [0, 1, 2]])).tolist()
    [[0, 7, 8], [0, 4, 8]]
    """
    features = _features(kernel_size, orders)
    sets, n = orders.shape
    signs = (-1.0) ** np.arange(n - 1, -1, -1)
    result = _first_references(kernel_size, orders)
    active = np.arange(sets)
    for _ in range(_MOST_EXCHANGES):
        reference, chosen = result[active], features[active]
        systems = np.take_along_axis(chosen, reference[:, :, None], axis=1)
        try:
            primal = np.linalg.solve(systems, np.broadcast_to(signs[:, None], (len(active), n, 1)))
        except np.linalg.LinAlgError:
            break
        values = (chosen @ primal)[:, :, 0]
        points, regular = _run_maxima(values, n)
        going_on = regular & (np.abs(values).max(axis=1) > 1 + _TOLERANCE)
        active = active[going_on]
        if not len(active):
            break
        result[active] = points[going_on]
    return result
