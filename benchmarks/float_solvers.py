"""Baselines: HiGHS and CVXPY called directly, on matrices built beforehand, so that no wrapper of ours slows them."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.subpools import vertex_features
from theory.targets import MAXIMUM, TargetLike, find_target

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Outcome:
    """What a float solver says.

    Attributes
    ----------
    claimed : float
        The optimal value that it reports.
    coefficients : array of float
        In the order of the orders.
    doubted : bool
        Whether the solver itself calls its answer inaccurate.
    """

    claimed: float
    coefficients: Floats
    doubted: bool = False


@dataclass(frozen=True)
class FloatProgram:
    """One problem in floats: minimise max |target - features @ beta|.

    For the objective "range" of the maximum sum beta = 1; other targets are approximated on the cube.
    """

    features: Floats
    target: Floats
    normalised: bool

    @classmethod
    def of(
        cls, kernel_size: int, orders: Sequence[int], objective: str = "cube", approximated: TargetLike = MAXIMUM
    ) -> FloatProgram:
        """Round the exact vertex features to the nearest floats."""
        features = np.array([[float(phi) for phi in row] for row in vertex_features(kernel_size, list(orders))])
        target = np.array([float(value) for value in find_target(approximated, kernel_size).values])
        if objective == "range":
            return cls(features[1:-1], target[1:-1], True)
        return cls(features, target, False)

    def linprog_arguments(self) -> dict[str, Any]:
        """Return what ``scipy.optimize.linprog`` takes."""
        n = self.features.shape[1]
        slack = np.full((len(self.target), 1), -1.0)
        arguments: dict[str, Any] = {
            "c": np.array([0.0] * n + [1.0]),
            "A_ub": np.block([[-self.features, slack], [self.features, slack]]),
            "b_ub": np.concatenate([-self.target, self.target]),
            "bounds": [(None, None)] * n + [(0.0, None)],
            "method": "highs",
        }
        if self.normalised:
            arguments |= {"A_eq": np.array([[1.0] * n + [0.0]]), "b_eq": np.array([1.0])}
        return arguments


def run_linprog(arguments: dict[str, Any]) -> Outcome | None:
    """Call SciPy's HiGHS; None where it gives up."""
    from scipy.optimize import linprog

    result = linprog(**arguments)
    return Outcome(float(result.fun), result.x[:-1]) if result.status == 0 else None


def run_cvxpy(program: FloatProgram) -> Outcome | None:
    """State the problem in CVXPY and solve it with CVXPY's default solver; None where it gives up."""
    import cvxpy

    beta = cvxpy.Variable(program.features.shape[1])
    constraints = [cvxpy.sum(beta) == 1] if program.normalised else []
    problem = cvxpy.Problem(cvxpy.Minimize(cvxpy.norm_inf(program.target - program.features @ beta)), constraints)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            problem.solve()
    except cvxpy.error.SolverError:
        return None
    if beta.value is None or not np.isfinite(beta.value).all():
        return None
    return Outcome(float(problem.value), np.asarray(beta.value), problem.status != "optimal")


def cvxpy_default_solver() -> str:
    """Name the solver that CVXPY picks for these problems."""
    import cvxpy

    beta = cvxpy.Variable(1)
    problem = cvxpy.Problem(cvxpy.Minimize(cvxpy.norm_inf(np.ones(2) - np.ones((2, 1)) @ beta)))
    problem.solve()
    return str(problem.solver_stats.solver_name)
