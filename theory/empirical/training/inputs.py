"""Rows of inputs: random windows in the unit cube, and its vertices."""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from theory.empirical.training.configuration import Inputs

Rows = NDArray[np.float32]

_ALL_VERTICES_TO = 14
"""Largest kernel size whose vertices are all listed."""


def draw_inputs(inputs: Inputs, rows: int, kernel_size: int, rng: np.random.Generator) -> Rows:
    """Draw windows in [0,1]^d, d the kernel size: shape (rows, d).

    ``"uniform"`` on the cube; ``"sobol"``, a scrambled Sobol sequence, which fills the cube more evenly; or
    ``"dirichlet"``, with all parameters 1/d, whose windows add up to 1 and mostly have one large entry.

    Examples
    --------
    >>> x = draw_inputs("dirichlet", 100, 4, np.random.default_rng(0))
    >>> x.shape, bool(abs(x.sum(axis=1) - 1).max() < 1e-6)
    ((100, 4), True)
    """
    if inputs == "uniform":
        return rng.random((rows, kernel_size), dtype=np.float32)
    if inputs == "sobol":
        from scipy.stats import qmc

        # A power of two of points is balanced; the first rows of them are what the sequence begins with.
        points = qmc.Sobol(kernel_size, scramble=True, seed=rng).random_base2((rows - 1).bit_length())
        return np.asarray(points[:rows], dtype=np.float32)
    return rng.dirichlet(np.full(kernel_size, 1 / kernel_size), rows).astype(np.float32)


def vertices(kernel_size: int, rng: np.random.Generator) -> Rows:
    """Return the vertices of the cube, where the optimal estimators have their largest residuals.

    Up to d = 14 all 2^d vertices; beyond that 2^14 of them, drawn so that their numbers of zeros are uniform on 0..d.

    Examples
    --------
    >>> vertices(2, np.random.default_rng(0)).tolist()
    [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
    """
    if kernel_size <= _ALL_VERTICES_TO:
        return np.array(list(product((0, 1), repeat=kernel_size)), dtype=np.float32)
    rows = 1 << _ALL_VERTICES_TO
    zeros = rng.integers(0, kernel_size + 1, size=(rows, 1))
    ranks = rng.random((rows, kernel_size)).argsort(axis=1).argsort(axis=1)
    return (ranks >= zeros).astype(np.float32)


def training_rng(seed: int, purpose: int) -> np.random.Generator:
    """Return the generator of a seed for one purpose: streams of different purposes are independent."""
    return np.random.default_rng([seed, purpose])
