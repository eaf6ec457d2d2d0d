"""Plots of observations. Functions draw into the axes that they are given, or new ones, and return them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from theory.empirical.observing.bootstrap import LEVEL
from theory.empirical.observing.model_observation import PoolObservation
from theory.empirical.observing.observation import Observation, Source
from theory.empirical.observing.statistics import Floats, Sample, gap_survival, residual_survival
from theory.empirical.observing.tallies import BINS, Mixture
from theory.empirical.observing.verdict import Reading
from theory.errors import InputError
from theory.notation import format_orders
from theory.objectives import find_objective
from theory.plotting import name_label, panels, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe and Ito's colours, which stay apart for all common kinds of colour vision.
_STYLE: dict[Source, tuple[str, str]] = {
    Source.OBSERVED: ("#0072B2", "-"),
    Source.SHUFFLED: ("#D55E00", "--"),
    Source.NOISE: ("#009E73", ":"),
    Source.UNROUNDED: ("#CC79A7", "-."),
}
_WORST = "0.35"
_LEAST_SHARE = 1e-4


@styled
def plot_gap(observation: Observation, axes: Axes | None = None) -> Axes:
    """Draw the share of windows whose gap exceeds g against g, with pointwise intervals.

    Parameters
    ----------
    observation : Observation
    axes : matplotlib.axes.Axes, optional
        New ones by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    MissingDependencyError
        If matplotlib is not installed.
    """
    axes = axes if axes is not None else _new_panels(1)[0]
    for source, sample in observation.samples.items():
        _survival(axes, sample, gap_survival, source)
    _worst(axes, gap_survival(observation.worst)[0])
    axes.axvline(observation.threshold, color="0.7", linewidth=0.8, zorder=0)
    _mark_rare(axes, observation.rare)
    axes.set_xlabel("gap g = (largest - second) / (largest - smallest)")
    axes.set_ylabel("share of windows with a larger gap")
    axes.set_title(f"shaded: pointwise intervals, {100 * LEVEL:g} %", fontsize="small", color="0.3")
    _finish(axes)
    return axes


@styled
def plot_residual(observation: Observation, estimator: int, axes: Axes | None = None) -> Axes:
    """Draw the share of windows whose |e|/E exceeds a value against the value, for one of the estimators.

    Parameters
    ----------
    observation : Observation
    estimator : int
        Which one.
    axes : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    InputError
        If there is no such estimator.
    MissingDependencyError
    """
    if not 0 <= estimator < len(observation.estimators):
        raise InputError(f"the observation has {len(observation.estimators)} estimators, and no number {estimator}")
    axes = axes if axes is not None else _new_panels(1)[0]
    for source, sample in observation.samples.items():
        if source is not Source.UNROUNDED:
            _survival(axes, sample, partial(residual_survival, estimator=estimator), source)
    _worst(axes, residual_survival(observation.worst, estimator)[0])
    found = observation.estimators[estimator]
    relative = find_objective(found.objective).relative
    axes.set_xlabel("|e| / (E range)" if relative else "|e| / E")
    axes.set_ylabel("share of windows with a larger one")
    axes.set_title(f"orders {format_orders(found.orders)}, E = {found.error}", fontsize="medium")
    _finish(axes)
    return axes


@styled
def plot_pools(pools: Sequence[PoolObservation], axes: Axes | None = None) -> Axes:
    """Draw the share of distinct windows at each MaxPool node of a model, with intervals.

    Parameters
    ----------
    pools : sequence of PoolObservation
    axes : matplotlib.axes.Axes, optional

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    InputError
        If no node was observed.
    MissingDependencyError
    """
    found = [(pool.pool, pool.observation) for pool in pools if pool.observation is not None]
    if not found:
        raise InputError("no MaxPool node was observed")
    axes = axes if axes is not None else _new_panels(1)[0]
    places = np.arange(len(found))
    labels = {
        Source.OBSERVED: "inputs of the node",
        Source.SHUFFLED: "the same shuffled",
        Source.NOISE: "uniform noise",
    }
    for shift, source, marker in zip((-0.18, 0.0, 0.18), labels, "osD", strict=True):
        shares = [observation.share(source, Reading.ALL) for _, observation in found]
        values = np.array([share.value for share in shares])
        ends = np.array([(share.value - share.low, share.high - share.value) for share in shares]).T
        axes.errorbar(
            places + shift,
            values,
            np.where(np.isfinite(ends), np.maximum(ends, 0), 0),
            fmt=marker,
            color=_STYLE[source][0],
            capsize=3,
            markersize=5,
            label=labels[source],
        )
    _mark_rare(axes, found[0][1].rare)
    names = [f"{name_label(pool.name)}\n{'x'.join(map(str, pool.kernel_shape))}" for pool, _ in found]
    axes.set_xticks(places, names, rotation=45 if len(found) > 5 else 0, parse_math=False)
    axes.set_xlim(-0.6, len(found) - 0.4)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(f"share of windows with gap > {found[0][1].threshold:g}")
    axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize="small")
    return axes


@styled
def plot_residuals(observation: Observation) -> Axes:
    """Draw the residuals of all estimators of an observation side by side; return the first of the axes."""
    many = _new_panels(len(observation.estimators))
    for k, axes in enumerate(many):
        plot_residual(observation, k, axes)
        legend = axes.get_legend()
        if k and legend:
            axes.set_ylabel("")
            legend.remove()
    return many[0]


def _survival(axes: Axes, sample: Sample, statistic: Callable[[Mixture], Floats], source: Source) -> None:
    colour, line = _STYLE[source]
    values, low, high = sample.band(statistic)
    x = np.arange(BINS + 1) / BINS
    shown = np.where(values > 0, values, np.nan)
    axes.step(x, shown, line, where="post", color=colour, label=_label(source))
    if np.isfinite(low).any():
        axes.fill_between(
            x, np.maximum(low, _LEAST_SHARE / 10), high, step="post", color=colour, alpha=0.15, linewidth=0
        )


def _worst(axes: Axes, values: Floats) -> None:
    x = np.arange(BINS + 1) / BINS
    # Where nothing is larger any more, the curve falls to the bottom.
    axes.step(x, np.maximum(values, _LEAST_SHARE / 10), where="post", color=_WORST, linewidth=1, label="one 1, rest 0")


def _mark_rare(axes: Axes, rare: float) -> None:
    axes.axhline(rare, color="0.7", linewidth=0.8, zorder=0)
    axes.annotate(
        f"rare: below {100 * rare:g} %",
        (1, rare),
        xycoords=("axes fraction", "data"),
        xytext=(-12, 2),
        textcoords="offset points",
        ha="right",
        fontsize="x-small",
        color="0.4",
    )


def _label(source: Source) -> str:
    return "pictures" if source is Source.OBSERVED else source.value


def _finish(axes: Axes) -> None:
    axes.set_yscale("log")
    axes.set_xlim(0, 1.01)
    axes.set_ylim(_LEAST_SHARE, 1.3)
    axes.legend(frameon=False, fontsize="small", loc="lower left")


def _new_panels(number: int) -> Sequence[Axes]:
    return panels(None, 1, number, (5.5, 4) if number == 1 else (3.6 * number, 3.4))
