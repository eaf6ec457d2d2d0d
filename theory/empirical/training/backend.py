"""JAX and optax, loaded where they are used."""

from __future__ import annotations

from types import ModuleType

from theory.extras import import_extra


def load_jax() -> ModuleType:
    """Import JAX.

    Raises
    ------
    MissingDependencyError
        If it is not installed; the extra that brings it is in the message.
    """
    return import_extra("jax", extra="train", purpose="training needs JAX")


def load_optax() -> ModuleType:
    """Import optax.

    Raises
    ------
    MissingDependencyError
    """
    return import_extra("optax", extra="train", purpose="training needs optax")


def environment() -> str:
    """Name what the arithmetic of a run depends on: the versions, and the kind of device."""
    jax, optax = load_jax(), load_optax()
    return f"jax {jax.__version__}, optax {optax.__version__}, {jax.default_backend()}"
