"""Gaps and residuals of the windows of photographs, against the same pixels shuffled and against noise."""

from __future__ import annotations

from collections.abc import Sequence

from theory.empirical.images import SHIPPED, shipped_photographs
from theory.empirical.observing.bootstrap import LEVEL
from theory.empirical.observing.observation import Observation, Rule, observe
from theory.empirical.observing.sources import Origin
from theory.figures.observed import plot_gap, plot_residual
from theory.figures.registry import figure
from theory.notation import format_orders
from theory.optimal.solve import optimal_estimator
from theory.plotting import INK, Axes, panels, set_headline

_ORDERS = (0, 1, 8)
_KERNEL = (3, 3)


@figure("gaps and residuals of windows of photographs, shuffled pixels and noise", photographs=("camera",), limit=2000)
def plot_natural_images(
    axes: Sequence[Axes] | None = None, *, photographs: Sequence[str] = SHIPPED, limit: int = 200_000, rng: int = 0
) -> tuple[Axes, ...]:
    """Draw how often the gap of a 3x3 window, and the residual of {0, 1, 8}, exceed a value.

    At most ``limit`` windows of each of the ``photographs``, of :data:`theory.empirical.images.SHIPPED`; ``rng`` is a
    seed. The gap is (largest - second largest) / (largest - smallest). All sources have the windows at the same places;
    grey lines are the threshold above which a window is distinct, and the share below which distinct ones are called
    rare (:mod:`theory.empirical.observing.verdict`); bands are pointwise 95 % intervals of a bootstrap over
    photographs, or over blocks of them where they are few
    (:func:`theory.empirical.observing.observation.observe`).
    """
    left, right = chosen = panels(axes, 1, 2, (7.2, 3.4))
    import numpy as np

    estimator = optimal_estimator(9, _ORDERS)
    pictures = shipped_photographs(photographs)
    seen = observe(
        pictures, _KERNEL, estimators=lambda d: [estimator], rule=Rule(limit=limit), rng=np.random.default_rng(rng)
    )
    plot_gap(seen, left)
    plot_residual(seen, 0, right)
    left.set_title(f"gap, {seen.windows:,} windows (bands: {LEVEL:.0%})", color=INK)
    right.set_title(f"residual, {{{format_orders(_ORDERS)}}}: E = {estimator.error}", color=INK)
    set_headline(chosen, _headline(seen))
    return chosen


def _headline(seen: Observation) -> str:
    photographs, shuffled, noise = (
        f"{seen.share(origin).value:.1%}" for origin in (Origin.OBSERVED, Origin.SHUFFLED, Origin.NOISE)
    )
    windows = f"{photographs} of the windows of photographs have a gap above {seen.rule.threshold:g}"
    return f"{windows}, {shuffled} with pixels shuffled, {noise} in noise"
