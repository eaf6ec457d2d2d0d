"""How large residuals are: exact density over simulated windows, uniform ones and others (figure 7 of the paper)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from theory.errors import InputError
from theory.estimator import Estimator
from theory.figures.registry import figure
from theory.notation import format_orders
from theory.optimal.solve import optimal_estimator
from theory.plotting import DASHES, FAINT, GREEN, ORANGE, PINK, Axes, panels, set_headline
from theory.residual import residual_distribution
from theory.targets import MAXIMUM, TargetLike

_Floats: TypeAlias = NDArray[np.float64]

_SETS = ("0,1,d-1", "0,1,d-2,d-1", "0-d-1")
_BINS = 81
_COLUMNS = 3


def _uniform(shape: tuple[int, int], rng: np.random.Generator) -> _Floats:
    return rng.random(shape)


def _normal(shape: tuple[int, int], rng: np.random.Generator) -> _Floats:
    return np.clip(rng.normal(0.5, 0.25, shape), 0, 1)


def _smooth(shape: tuple[int, int], rng: np.random.Generator) -> _Floats:
    level = rng.random((shape[0], 1))
    return np.clip(level + rng.normal(0, 0.1, shape), 0, 1)


def _sparse(shape: tuple[int, int], rng: np.random.Generator) -> _Floats:
    return rng.dirichlet(np.full(shape[1], 1 / shape[1]), shape[0])


_OTHERS: Mapping[str, Callable[[tuple[int, int], np.random.Generator], _Floats]] = {
    "normal, clipped": _normal,
    "nearly constant": _smooth,
    "Dirichlet(1/d)": _sparse,
}
"""Inputs other than uniform ones: independent normal with mean 1/2 and deviation 1/4; a common uniform level and
independent noise of deviation 1/10, both clipped to [0,1]; and few large inputs, which sum to 1."""
_COLORS = (ORANGE, GREEN, PINK)


@figure("law of the residual, exact over simulated, and for other inputs", kernel_size=5, samples=500)
def plot_residual(
    axes: Sequence[Axes] | None = None,
    *,
    kernel_size: int = 9,
    samples: int = 200_000,
    rng: int = 0,
    target: TargetLike = MAXIMUM,
) -> tuple[Axes, ...]:
    """Draw the law of the residual e(x), the maximum or another target less f(x), for three optimal estimators.

    It is relative to the error E. A column each for {0, 1, d-1}, {0, 1, d-2, d-1} and {0..d-1}, d >= 5; above, uniform
    inputs; below, others.
    The curve is :func:`theory.residual_distribution`, a B-spline with the residuals at vectors of zeros and ones as
    knots; it comes from the coefficients alone. The histograms come from ``samples`` >= 100 windows each that are
    drawn, sorted and weighed; ``rng`` is their seed.

    >>> panels = plot_residual(kernel_size=5, samples=100)
    >>> [axes.get_title(loc="left") for axes in panels[:3]]
    ['{0,1,4}', '{0,1,3,4}', '{0-4}']
    """
    if kernel_size < 5 or samples < 100:
        raise InputError("this figure takes a kernel size >= 5 and 100 samples or more")
    chosen = panels(axes, 2, _COLUMNS, (7.2, 4.6))
    generator = np.random.default_rng(rng)
    for column, text in enumerate(_SETS):
        estimator = optimal_estimator(kernel_size, text, objective="cube", target=target)
        upper, lower = chosen[column], chosen[column + _COLUMNS]
        _draw_uniform(upper, estimator, samples, generator)
        _draw_others(lower, estimator, samples, generator)
        upper.set_title(f"{{{format_orders(estimator.orders)}}}")
        lower.set_xlabel("residual / E")
    chosen[0].set_ylabel("density, uniform inputs")
    chosen[_COLUMNS].set_ylabel("density, other inputs")
    chosen[0].legend(loc="upper left", handlelength=1.0, borderpad=0.1)
    chosen[_COLUMNS + 1].legend(loc="upper right")  # where curves leave room
    set_headline(chosen, f"Uniform inputs rarely come near the error E, some others do (d = {kernel_size})")
    return chosen


def _draw_uniform(axes: Axes, estimator: Estimator, samples: int, rng: np.random.Generator) -> None:
    residuals = estimator.residual(_uniform((samples, estimator.kernel_size), rng)) / float(estimator.error or 1)
    heights, edges = np.histogram(residuals, bins=_edges(), density=True)
    axes.stairs(heights, edges, fill=True, color=FAINT, label="simulated")
    residual_distribution(estimator).plot(axes)
    axes.set(xlabel="", ylabel="")


def _draw_others(axes: Axes, estimator: Estimator, samples: int, rng: np.random.Generator) -> None:
    for (name, draw), color, dashes in zip(_OTHERS.items(), _COLORS, DASHES, strict=False):
        residuals = estimator.residual(draw((samples, estimator.kernel_size), rng)) / float(estimator.error or 1)
        heights, edges = np.histogram(residuals, bins=_edges(), density=True)
        axes.stairs(heights, edges, color=color, linestyle=dashes, label=name)


def _edges() -> _Floats:
    return np.linspace(-1, 1, _BINS + 1)
