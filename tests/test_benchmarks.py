"""The benchmarks as modules: they reach into the packages, and break where names there move."""

from __future__ import annotations

import pkgutil
from importlib import import_module

import pytest

import benchmarks


@pytest.mark.parametrize("name", [found.name for found in pkgutil.iter_modules(benchmarks.__path__)])
def test_every_module_can_be_imported(name: str) -> None:
    assert import_module(f"benchmarks.{name}").__doc__
