"""Windows that were observed in figures: how often the gap, and |e|/E, exceed a value; shares at the nodes of a model.

Functions draw into the axes that they are given, or new ones, and return them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from theory.empirical.observing.bootstrap import LEVEL
from theory.empirical.observing.model_observation import PoolObservation
from theory.empirical.observing.observation import Observation
from theory.empirical.observing.sources import Origin
from theory.empirical.observing.statistics import GAP, Floats, Quantity, residual_of
from theory.empirical.observing.tallies import BINS
from theory.errors import InputError
from theory.notation import format_orders
from theory.plotting import BLUE, GREEN, ORANGE, PINK, name_label, panels, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_STYLE: dict[Origin, tuple[str, str]] = {
    Origin.OBSERVED: (BLUE, "-"),
    Origin.SHUFFLED: (ORANGE, "--"),
    Origin.NOISE: (GREEN, ":"),
    Origin.UNROUNDED: (PINK, "-."),
}
_AT_NODES = {
    Origin.OBSERVED: ("inputs of the node", "o", -0.18),
    Origin.SHUFFLED: ("the same shuffled", "s", 0.0),
    Origin.NOISE: ("uniform noise", "D", 0.18),
}
_LEAST_SHARE = 1e-4


@styled
def plot_gap(observation: Observation, axes: Axes | None = None) -> Axes:
    """Draw the share of windows whose gap exceeds g against g, with pointwise intervals."""
    axes = axes if axes is not None else _new_panels(1)[0]
    _draw_survival(axes, observation, GAP, list(observation.samples))
    axes.axvline(observation.rule.threshold, color="0.7", linewidth=0.8, zorder=0)
    _mark_rare(axes, observation.rule.rare)
    axes.set_xlabel("gap g = (largest - second) / (largest - smallest)")
    axes.set_ylabel("share of windows with a larger gap")
    axes.set_title(f"shaded: pointwise intervals, {100 * LEVEL:g} %", fontsize="small", color="0.3")
    _finish(axes)
    return axes


@styled
def plot_residual(observation: Observation, estimator: int, axes: Axes | None = None) -> Axes:
    """Draw the share of windows whose |e|/E exceeds a value against the value, for one of the estimators."""
    if not 0 <= estimator < len(observation.estimators):
        raise InputError(f"the observation has {len(observation.estimators)} estimators, and no number {estimator}")
    axes = axes if axes is not None else _new_panels(1)[0]
    shown = [origin for origin in observation.samples if origin is not Origin.UNROUNDED]
    _draw_survival(axes, observation, residual_of(estimator), shown)
    found = observation.estimators[estimator]
    axes.set_xlabel("|e| / (E range)" if found.goal.relative else "|e| / E")
    axes.set_ylabel("share of windows with a larger one")
    what = "" if found.target.is_maximum else f"{found.target.shown}, "
    axes.set_title(f"{what}orders {format_orders(found.orders)}, E = {found.error}", fontsize="medium")
    _finish(axes)
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


@styled
def plot_pools(pools: Sequence[PoolObservation], axes: Axes | None = None) -> Axes:
    """Draw the share of distinct windows at each MaxPool node that was observed, at least one, with intervals."""
    found = [(pool.pool, pool.observation) for pool in pools if pool.observation is not None]
    if not found:
        raise InputError("no MaxPool node was observed")
    axes = axes if axes is not None else _new_panels(1)[0]
    places = np.arange(len(found))
    for origin, (label, marker, shift) in _AT_NODES.items():
        shares = [observation.share(origin) for _, observation in found]
        ends = np.array([(share.value - share.low, share.high - share.value) for share in shares]).T
        axes.errorbar(
            places + shift,
            np.array([share.value for share in shares]),
            np.where(np.isfinite(ends), np.maximum(ends, 0), 0),
            fmt=marker,
            color=_STYLE[origin][0],
            capsize=3,
            markersize=5,
            label=label,
        )
    _mark_rare(axes, found[0][1].rule.rare)
    names = [f"{name_label(pool.name)}\n{'x'.join(map(str, pool.kernel_shape))}" for pool, _ in found]
    axes.set_xticks(places, names, rotation=45 if len(found) > 5 else 0, parse_math=False)
    axes.set_xlim(-0.6, len(found) - 0.4)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(f"share of windows with gap > {found[0][1].rule.threshold:g}")
    axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3, fontsize="small")
    return axes


def _draw_survival(axes: Axes, observation: Observation, quantity: Quantity, origins: Sequence[Origin]) -> None:
    """Draw the share of windows above each value of a quantity, by where they are from, and in the worst case."""
    x, least = np.arange(BINS + 1) / BINS, _LEAST_SHARE / 10
    for origin in origins:
        colour, line = _STYLE[origin]
        values, low, high = observation.samples[origin].band(quantity.survival)
        shown: Floats = np.where(values > 0, values, np.nan)
        label = "pictures" if origin is Origin.OBSERVED else origin.value
        axes.step(x, shown, line, where="post", color=colour, label=label)
        if np.isfinite(low).any():
            axes.fill_between(x, np.maximum(low, least), high, step="post", color=colour, alpha=0.15, linewidth=0)
    # Where nothing is larger any more, the curve falls to the bottom.
    worst = np.maximum(quantity.survival(observation.worst)[0], least)
    axes.step(x, worst, where="post", color="0.35", linewidth=1, label="one 1, rest 0")


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


def _finish(axes: Axes) -> None:
    axes.set_yscale("log")
    axes.set_xlim(0, 1.01)
    axes.set_ylim(_LEAST_SHARE, 1.3)
    axes.legend(frameon=False, fontsize="small", loc="lower left")


def _new_panels(number: int) -> Sequence[Axes]:
    return panels(None, 1, number, (5.5, 4) if number == 1 else (3.6 * number, 3.4))
