"""What training minimises, and what it is judged by."""

from __future__ import annotations

from typing import Any

from theory.empirical.training.backend import load_jax
from theory.empirical.training.configuration import Loss
from theory.empirical.training.network import Parameters, residual
from theory.errors import InputError


def sup_error(parameters: Parameters, x: Any) -> Any:
    """Return the largest |max(x) - network(x)| among rows of windows, shape (rows, d)."""
    jnp = load_jax().numpy
    return jnp.max(jnp.abs(residual(parameters, x)))


def squared_error(parameters: Parameters, x: Any) -> Any:
    """Return the mean of (max(x) - network(x))^2 over rows of windows, shape (rows, d)."""
    jnp = load_jax().numpy
    return jnp.mean(residual(parameters, x) ** 2)


def loss_function(loss: Loss) -> Any:
    """Return the function (parameters, rows) -> loss of this name.

    Raises
    ------
    InputError
    """
    functions = {"sup": sup_error, "squared": squared_error}
    if loss not in functions:
        raise InputError(f"loss is one of {', '.join(functions)}, not {loss!r}")
    return functions[loss]
