"""Subpool under one name: every public name of ``theory`` and of ``proofs_check``, loaded on first use.

The two packages are those that stand beside this one. A folder or a file of that name where Python looks first, such
as the folder somebody works in, is not taken for them.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from os.path import abspath, dirname, realpath
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from proofs_check import CertificateError as CertificateError
    from proofs_check import CertificateFormatError as CertificateFormatError
    from proofs_check import Citation as Citation
    from proofs_check import Claim as Claim
    from proofs_check import Verdict as Verdict
    from proofs_check import bibtex as bibtex
    from proofs_check import check_certificate as check_certificate
    from proofs_check import cite as cite
    from proofs_check import claims as claims
    from proofs_check import verify as verify
    from theory import Certificate as Certificate
    from theory import Estimator as Estimator
    from theory import ReLUNetwork as ReLUNetwork
    from theory import SubpoolError as SubpoolError
    from theory import approximate_degree as approximate_degree
    from theory import best_orders as best_orders
    from theory import bounds as bounds
    from theory import build_network as build_network
    from theory import certify_around as certify_around
    from theory import certify_deviation as certify_deviation
    from theory import closed_forms as closed_forms
    from theory import exact_max_network as exact_max_network
    from theory import guess_formula as guess_formula
    from theory import network_size as network_size
    from theory import optimal_combination as optimal_combination
    from theory import optimal_estimator as optimal_estimator
    from theory import pareto_front as pareto_front
    from theory import pool as pool
    from theory import prove_exact as prove_exact
    from theory import reluify as reluify
    from theory import residual_distribution as residual_distribution
    from theory import sweep as sweep
    from theory import two_layer_network as two_layer_network


def _own(name: str) -> ModuleType:
    """Return a package from beside this one; another of its name that is loaded already is an ImportError."""
    spec = PathFinder.find_spec(name, [dirname(dirname(abspath(__file__)))])
    if spec is None or spec.loader is None:
        raise ImportError(f"the package {name}, which is a part of subpool, is not installed beside it")
    module = sys.modules.get(name)
    if module is None:
        module = sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(module)
    elif realpath(getattr(module, "__file__", None) or "") != realpath(spec.origin or ""):
        raise ImportError(f"subpool needs its own package {name}, but {module!r} is loaded: import subpool before it")
    return module


_PACKAGES = tuple(map(_own, ("theory", "proofs_check")))

__all__ = [name for package in _PACKAGES for name in package.__all__]
__version__: str = _PACKAGES[0].__version__


def __getattr__(name: str) -> Any:
    for package in _PACKAGES:
        if name in package.__all__:
            return getattr(package, name)
    raise AttributeError(f"module 'subpool' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
