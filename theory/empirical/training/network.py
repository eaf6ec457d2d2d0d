"""The network that is trained, as arrays: a list of (matrix, bias), float32."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.empirical.training.backend import load_jax
from theory.empirical.training.configuration import Initialization
from theory.errors import InputError
from theory.networks.network import ReLUNetwork

Parameters = list[tuple[Any, Any]]
"""For each layer its matrix, shape (inputs, outputs), and its bias, shape (outputs,)."""

_SMALL_BIAS = 0.01


def random_parameters(
    sizes: Sequence[int], initialization: Initialization, rngs: Sequence[np.random.Generator]
) -> Parameters:
    """Draw the weights that training begins with, one network for each generator.

    Parameters
    ----------
    sizes : sequence of int
        Widths of all layers, the inputs first, the output last.
    initialization : {"default", "xavier", "kaiming"}
        With n inputs and m outputs of a layer, weights are uniform on [-a, a]. ``"default"``, that of PyTorch's
        linear layers: a = 1/sqrt(n), also for the biases. ``"xavier"`` (Glorot, Bengio 2010): a = sqrt(6/(n+m)).
        ``"kaiming"`` (He, Zhang, Ren, Sun 2015): a = sqrt(6/n). With the last two, biases are 0.01, as in the
        experiments of Matoba, Dimitriadis and Fleuret.
    rngs : sequence of numpy.random.Generator

    Returns
    -------
    list of (matrix, bias)
        Each array with a first axis for the networks.

    Raises
    ------
    InputError
        If the initialization is unknown.

    Examples
    --------
    >>> rngs = [np.random.default_rng(seed) for seed in (0, 1)]
    >>> [(w.shape, b.shape) for w, b in random_parameters((4, 3, 1), "kaiming", rngs)]
    [((2, 4, 3), (2, 3)), ((2, 3, 1), (2, 1))]
    """
    bound = _bound_of(initialization)

    def uniform(a: float, shape: tuple[int, ...]) -> NDArray[np.float32]:
        return np.stack([rng.uniform(-a, a, shape) for rng in rngs]).astype(np.float32)

    parameters = []
    for n, m in pairwise(sizes):
        a = bound(n, m)
        weights = uniform(a, (n, m))
        bias = uniform(a, (m,)) if initialization == "default" else np.full((len(rngs), m), _SMALL_BIAS, np.float32)
        parameters.append((weights, bias))
    return parameters


def _bound_of(initialization: str) -> Callable[[int, int], float]:
    bounds: dict[str, Callable[[int, int], float]] = {
        "default": lambda n, m: 1 / sqrt(n),
        "xavier": lambda n, m: sqrt(6 / (n + m)),
        "kaiming": lambda n, m: sqrt(6 / n),
    }
    if initialization not in bounds:
        raise InputError(f"initialization is one of {', '.join(bounds)}, not {initialization!r}")
    return bounds[initialization]


def exact_parameters(network: ReLUNetwork) -> Parameters:
    """Return the weights of an exact network, rounded to float32."""
    return [
        (
            np.ascontiguousarray(matrix.to_numpy(np.dtype(np.float32)).T),
            np.array([float(b) for b in bias], dtype=np.float32),
        )
        for matrix, bias in zip(network.weights, network.biases, strict=True)
    ]


def forward(parameters: Parameters, x: Any) -> Any:
    """Evaluate the network.

    Parameters
    ----------
    parameters : list of (matrix, bias)
    x : array, shape (..., d)

    Returns
    -------
    jax.Array, shape (...)
    """
    jax = load_jax()
    *hidden, (weights, bias) = parameters
    for matrix, shift in hidden:
        x = jax.nn.relu(x @ matrix + shift)
    return (x @ weights + bias)[..., 0]


def residual(parameters: Parameters, x: Any) -> Any:
    """Return max(x) - network(x) for windows of shape (..., d)."""
    return load_jax().numpy.max(x, axis=-1) - forward(parameters, x)
