"""The forward pass of a network in floats, and how far it can be from the exact value."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Literal, TypeAlias

import array_api_compat
import numpy as np

from theory.errors import InputError
from theory.networks.matrix import RationalMatrix, to_floats
from theory.subpools import Array, check_choice

_ENTRIES_AT_ONCE = 1 << 18
"""Activations of one layer that the forward pass on NumPy arrays holds at once: what fits a processor's cache."""

_SPARSE_BELOW = 0.1
"""Share of nonzero weights below which a compressed matrix is faster than a dense one (benchmarks/forward.py)."""

FloatLayer: TypeAlias = tuple[Any, Any]
"""A matrix, of NumPy or compressed by SciPy, and a bias as one column."""


def float_layers(
    weights: Sequence[RationalMatrix], biases: Sequence[Sequence[Fraction]], dtype: np.dtype[Any], *, dense: bool
) -> list[FloatLayer]:
    """Round the affine maps of a network to a dtype, with compressed matrices where they are faster."""
    return [
        (
            matrix.to_numpy(dtype)
            if dense or matrix.nonzero_count > _SPARSE_BELOW * len(matrix.rows) * matrix.columns
            else matrix.to_scipy(dtype),
            to_floats(bias, dtype).reshape(-1, 1),
        )
        for matrix, bias in zip(weights, biases, strict=True)
    ]


def forward_numpy(layers: Sequence[FloatLayer], x: np.ndarray[Any, Any]) -> Array:
    """Evaluate windows (..., d) in batches, with the windows as columns so that compressed matrices serve too."""
    windows = x.reshape(-1, x.shape[-1])
    result = np.empty(len(windows), dtype=x.dtype)
    batch = max(1, _ENTRIES_AT_ONCE // max(x.shape[-1], *(len(bias) for _, bias in layers)))
    for start in range(0, len(windows), batch):
        values = windows[start : start + batch].T
        for layer, (matrix, bias) in enumerate(layers):
            if layer:
                np.maximum(values, 0, out=values)
            values = matrix @ values
            values += bias
        result[start : start + batch] = values[0]
    return result.reshape(x.shape[:-1])[()]


def forward_array(layers: Sequence[FloatLayer], x: Array) -> Array:
    """Evaluate windows (..., d) of any array-API library, where they are."""
    xp = array_api_compat.array_namespace(x)
    device = array_api_compat.device(x)
    values = x
    for layer, (matrix, bias) in enumerate(layers):
        if layer:
            values = xp.maximum(values, xp.zeros_like(values))
        w = xp.asarray(matrix.T, dtype=x.dtype, device=device)
        values = xp.matmul(values, w) + xp.asarray(bias[:, 0], dtype=x.dtype, device=device)
    return values[..., 0]


def rounding_error(
    weights: Sequence[RationalMatrix],
    biases: Sequence[Sequence[Fraction]],
    magnitude: float,
    dtype: Literal["float32", "float64"],
) -> float:
    """Bound the rounding error of a forward pass: see :meth:`theory.networks.network.ReLUNetwork.rounding_error`."""
    if not 0 <= magnitude < float("inf"):
        raise InputError(f"the size of the inputs is a finite number >= 0, not {magnitude!r}")
    check_choice("the dtype", dtype, ("float32", "float64"))
    u = Fraction(float(np.finfo(dtype).eps)) / 2
    size, error = [Fraction(magnitude)] * weights[0].columns, [Fraction(0)] * weights[0].columns
    for matrix, bias in zip(weights, biases, strict=True):
        exact = [sum((abs(w) * size[j] for j, w in row), abs(b)) for row, b in zip(matrix.rows, bias, strict=True)]
        passed = [sum((abs(w) * error[j] for j, w in row), Fraction(0)) for row in matrix.rows]
        # Zeros of a dense row are added without error, so the terms are the nonzero ones.
        if any((len(row) + 3) * u >= 1 for row in matrix.rows):
            return float("inf")
        gammas = [(len(row) + 3) * u / (1 - (len(row) + 3) * u) for row in matrix.rows]
        error = [p + g * (s + p) for p, g, s in zip(passed, gammas, exact, strict=True)]
        size = exact
    try:
        bound = float(error[0])
    except OverflowError:
        return float("inf")
    return bound if Fraction(bound) >= error[0] else float(np.nextafter(bound, np.inf))
