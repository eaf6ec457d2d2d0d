"""JAX and optax, loaded where they are used."""

from __future__ import annotations

from types import ModuleType

from theory.errors import MissingDependencyError


def load_jax() -> ModuleType:
    """Import JAX.

    Raises
    ------
    MissingDependencyError
        If it is not installed; the extra that brings it is in the message.
    """
    try:
        import jax
    except ImportError:
        raise _missing("JAX") from None
    module: ModuleType = jax
    return module


def load_optax() -> ModuleType:
    """Import optax.

    Raises
    ------
    MissingDependencyError
    """
    try:
        import optax
    except ImportError:
        raise _missing("optax") from None
    module: ModuleType = optax
    return module


def environment() -> str:
    """Name what the arithmetic of a run depends on: the versions, and the kind of device."""
    jax, optax = load_jax(), load_optax()
    return f"jax {jax.__version__}, optax {optax.__version__}, {jax.default_backend()}"


def _missing(library: str) -> MissingDependencyError:
    return MissingDependencyError(f"training needs {library}: install the extra 'train' (pip install 'subpool[train]')")
