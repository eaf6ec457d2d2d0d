"""Subpool: when a ReLU network can stand in for max pooling, how well, and at what cost.

Public names are loaded on first use, so that ``import theory`` costs nothing and pulls in no library that the
caller does not need.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from theory import bounds as bounds
    from theory.certificate import Certificate as Certificate
    from theory.errors import SubpoolError as SubpoolError
    from theory.estimator import Estimator as Estimator
    from theory.guess import guess_formula as guess_formula
    from theory.optimal.families import closed_forms as closed_forms
    from theory.optimal.solve import optimal_estimator as optimal_estimator
    from theory.residual import residual_distribution as residual_distribution

_HOME = {
    "Certificate": "theory.certificate",
    "Estimator": "theory.estimator",
    "SubpoolError": "theory.errors",
    "closed_forms": "theory.optimal.families",
    "guess_formula": "theory.guess",
    "optimal_estimator": "theory.optimal.solve",
    "residual_distribution": "theory.residual",
}

__all__ = [*sorted(_HOME), "bounds"]


def __getattr__(name: str) -> Any:
    if name == "bounds":
        return import_module("theory.bounds")
    if name not in _HOME:
        raise AttributeError(f"module 'theory' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
