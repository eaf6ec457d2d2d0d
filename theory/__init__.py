"""Subpool: when a ReLU network can stand in for max pooling, how well, and at what cost.

Public names are loaded on first use, so that ``import theory`` costs nothing and pulls in no library that the
caller does not need.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from theory.version import VERSION

if TYPE_CHECKING:
    from theory import bounds as bounds
    from theory.certificate import Certificate as Certificate
    from theory.empirical.pooling import pool as pool
    from theory.errors import SubpoolError as SubpoolError
    from theory.estimator import Estimator as Estimator
    from theory.frontier.best import best_orders as best_orders
    from theory.frontier.pareto import pareto_front as pareto_front
    from theory.frontier.sweep import sweep as sweep
    from theory.guess import guess_formula as guess_formula
    from theory.networks.build import build_network as build_network
    from theory.networks.exactness import prove_exact as prove_exact
    from theory.networks.maximum import exact_max_network as exact_max_network
    from theory.networks.network import ReLUNetwork as ReLUNetwork
    from theory.networks.piecewise import two_layer_network as two_layer_network
    from theory.networks.size import network_size as network_size
    from theory.optimal.combinations import optimal_combination as optimal_combination
    from theory.optimal.degree import approximate_degree as approximate_degree
    from theory.optimal.families import closed_forms as closed_forms
    from theory.optimal.solve import optimal_estimator as optimal_estimator
    from theory.residual import residual_distribution as residual_distribution
    from theory.rewrite.certify import certify_around as certify_around
    from theory.rewrite.certify import certify_deviation as certify_deviation
    from theory.rewrite.reluify import reluify as reluify

_HOME = {
    "Certificate": "theory.certificate",
    "Estimator": "theory.estimator",
    "ReLUNetwork": "theory.networks.network",
    "SubpoolError": "theory.errors",
    "approximate_degree": "theory.optimal.degree",
    "best_orders": "theory.frontier.best",
    "build_network": "theory.networks.build",
    "certify_around": "theory.rewrite.certify",
    "certify_deviation": "theory.rewrite.certify",
    "closed_forms": "theory.optimal.families",
    "exact_max_network": "theory.networks.maximum",
    "guess_formula": "theory.guess",
    "network_size": "theory.networks.size",
    "optimal_combination": "theory.optimal.combinations",
    "optimal_estimator": "theory.optimal.solve",
    "pareto_front": "theory.frontier.pareto",
    "pool": "theory.empirical.pooling",
    "prove_exact": "theory.networks.exactness",
    "reluify": "theory.rewrite.reluify",
    "residual_distribution": "theory.residual",
    "sweep": "theory.frontier.sweep",
    "two_layer_network": "theory.networks.piecewise",
}

__all__ = [*sorted(_HOME), "bounds"]
__version__ = VERSION


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
