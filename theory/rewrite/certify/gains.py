"""How much longer a linear operator may make a vector, the length being the root of the sum of squares: upper bounds.

All of them hold in floats: what a product of matrices rounds off is charged to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import cos, hypot, inf, pi, prod, sqrt
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.answers import Array
from theory.rewrite.certify.arithmetic import OWN, UNIT64, gamma, length

_Matrices: TypeAlias = npt.NDArray[np.float64] | npt.NDArray[np.complex128]

_SQUARINGS = 5
"""How often a matrix is squared before its Frobenius norm is taken: too large by n^(1/128) at most, for n rows."""

_MOST_PRODUCTS = 1 << 33
"""Largest number of multiplications for the gain of one operator; beyond it a coarser bound is taken."""


def schur(rows: float, columns: float) -> float:
    """Bound the gain of a matrix by the largest sums of absolute values of a row, and of a column (Schur)."""
    return sqrt(rows) * sqrt(columns) * (1 + OWN)


def _spectral(matrices: _Matrices) -> float:
    """Bound the largest singular value of any of several matrices, numbered by the first axis.

    With G = A A*, its largest eigenvalue is the root of order 2^k of that of G^(2^k), which the Frobenius norm bounds.

    Examples
    --------
    >>> matrices = np.random.default_rng(0).normal(size=(3, 20, 30))
    >>> bool(1 <= _spectral(matrices) / np.linalg.norm(matrices, 2, axis=(1, 2)).max() < 1.03)
    True
    """
    if matrices.shape[1] > matrices.shape[2]:
        matrices = np.swapaxes(matrices, 1, 2)
    scale = np.max(np.abs(matrices), initial=0.0)
    if not 0 < scale < inf:
        return 0.0 if scale == 0 else inf
    matrices = matrices / scale
    gram, lost = _product(matrices)
    most = np.max(_eigenvalues(gram, lost, _SQUARINGS))
    return float(scale * np.sqrt(most) * (1 + OWN))


def _eigenvalues(matrices: _Matrices, off: Array, squarings: int) -> Array:
    """Bound the norms of Hermitian matrices, from each of which one of those given is so far by the Frobenius norm."""
    sizes = _frobenius(matrices)
    if not squarings:
        return sizes + off
    units = np.where(sizes > 0, sizes, 1.0)
    matrices, off = matrices / units[:, None, None], off / units + 2 * UNIT64
    squared, lost = _product(matrices)
    off = (lost + off * (2 + off)) * (1 + OWN)
    return units * np.sqrt(_eigenvalues(squared, off, squarings - 1)) * (1 + OWN)


def _product(a: _Matrices) -> tuple[_Matrices, Array]:
    """Return products with the adjoints, and a bound of the Frobenius norm of what was rounded off each.

    Of a real matrix and a view of itself transposed NumPy computes one half, and copies the other.
    """
    # A product of complex numbers takes four, and two sums.
    lost = gamma(4 * a.shape[-1] + 64, UNIT64) * np.square(_frobenius(a))
    adjoint = np.swapaxes(a, 1, 2)
    return a @ (np.conj(adjoint) if np.iscomplexobj(a) else adjoint), lost


def _frobenius(matrices: _Matrices) -> Array:
    squares = np.square(matrices.real) + np.square(matrices.imag)
    factor = 1 + OWN + 4 * prod(matrices.shape[1:]) * UNIT64
    result: Array = np.sqrt(squares.sum((1, 2))) * factor
    return result


def of_matrix(matrix: npt.NDArray[np.floating]) -> float:
    """Bound the gain of a matrix: closely if that does not take long, else by those of parts of it.

    The squares of the parts' gains, each of some rows and all columns, add up to that of the whole, at most.
    """
    if matrix.shape[0] > matrix.shape[1]:
        matrix = matrix.T
    rows, columns = matrix.shape
    size = max(1, rows)
    while size > 1 and rows * size * (columns + _SQUARINGS * size) > _MOST_PRODUCTS:
        size = (size + 1) // 2
    parts = (matrix[start : start + size].astype(np.float64) for start in range(0, rows, size))
    return hypot(*(_spectral(part[None]) for part in parts)) * (1 + OWN)


def of_kernel(weights: Array) -> float:
    """Bound the gain of a convolution with weights (M, C, *kernel) of any stride, dilation and padding, on any size.

    All of them look at parts of what the convolution of stride 1 makes of sequences without end, whose gain is the
    largest of the matrices W(z) = sum over taps t of W_t z^t, |z_i| = 1. They are looked at for z on a grid of N points
    along each axis; between these a trigonometric polynomial of degree r is at most 1 / cos(pi r / N) times as large
    (Ehlich and Zeller, *Schwankung von Polynomen zwischen Gitterpunkten*, 1964, after M. Riesz).

    Examples
    --------
    The sum of two neighbours, and their difference: each doubles some sequence.

    >>> 2 <= of_kernel(np.array([[[1.0, 1.0]]])) < 2.1, 2 <= of_kernel(np.array([[[1.0, -1.0]]])) < 2.1
    (True, True)
    """
    outer, inner, *kernel = weights.shape
    small, large = sorted((outer, inner))
    flat = weights.reshape(outer, inner, -1)
    for points in (16, 8):
        grid = _grid(kernel, points)
        if len(grid) * 4 * small * small * (large + _SQUARINGS * small) <= _MOST_PRODUCTS:
            return _on_grid(flat, grid, kernel, points)
    parts = (of_matrix(part) for part in (flat.reshape(outer, -1), np.swapaxes(flat, 0, 1).reshape(inner, -1)))
    return sqrt(flat.shape[2]) * min(parts) * (1 + OWN)


def _grid(kernel: Sequence[int], points: int) -> Array:
    """Return angles, half of them: those of the opposite sign have the same gain. So many points for each degree."""
    counts = [points * (size // 2) if size > 1 else 1 for size in kernel]
    axes = [2 * pi * np.arange(count) / count for count in counts]
    axes[-1] = axes[-1][: len(axes[-1]) // 2 + 1]
    return np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], -1)


def _on_grid(flat: Array, grid: Array, kernel: Sequence[int], points: int) -> float:
    taps = np.array(list(product(*map(range, kernel))))
    # Around the middle of the kernel, the degree along an axis is half its size, rounded down.
    between = prod(cos(pi / points) if size > 1 else 1.0 for size in kernel)
    step = max(1, (1 << 22) // max(1, prod(flat.shape[:2])))
    most = 0.0
    for start in range(0, len(grid), step):
        angles = grid[start : start + step] @ taps.T
        matrices = np.moveaxis(flat @ np.exp(1j * angles).T, -1, 0)
        most = max(most, _spectral(matrices))
    # What sums and exponentials are rounded by, beside the sums of the absolute values of all taps.
    lost = (OWN + gamma(4 * len(taps) + 64, UNIT64)) * length(np.abs(flat).sum(2)) * 2
    return (most + lost) / between * (1 + OWN)
