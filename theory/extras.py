"""Optional dependencies, imported where they are used; the error for a missing one names the extra that brings it."""

from __future__ import annotations

from importlib import import_module
from itertools import accumulate
from types import ModuleType

from theory.errors import MissingDependencyError


def import_pyarrow(*submodules: str) -> ModuleType:
    """Import PyArrow, which keeps tables of results."""
    return import_extra("pyarrow", *submodules, extra="sweep", purpose="tables of results are kept with PyArrow")


def import_extra(name: str, *submodules: str, extra: str, purpose: str) -> ModuleType:
    """Import an optional module, or say which extra to install, and for what purpose.

    The submodules, named relative to it, are used through it, and it may not load them by itself.

    >>> import_extra("urllib", "parse", extra="train", purpose="downloads need urllib").parse.quote("a b")
    'a%20b'
    >>> import_extra("not_installed", extra="plots", purpose="plots need it")
    Traceback (most recent call last):
    ...
    theory.errors.MissingDependencyError: plots need it: install the extra 'plots' (pip install 'subpool[plots]')
    """
    try:
        # A package before what is in it, as the import statement does.
        *_, module = map(import_module, accumulate(name.split("."), "{}.{}".format))
        for submodule in submodules:
            import_module(f"{name}.{submodule}")
    except ImportError:
        raise MissingDependencyError(
            f"{purpose}: install the extra {extra!r} (pip install 'subpool[{extra}]')"
        ) from None
    return module
