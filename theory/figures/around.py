"""Bound and reached deviation of a rewriting against the radius of the balls around samples."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.plotting import BLUE, ORANGE, Axes, panel, styled
from theory.progress import Progress, unwatched
from theory.rewrite.ascent import Ascent
from theory.rewrite.certify import certify_around

_STEPS = 5


@dataclass(frozen=True)
class AroundCurve:
    """Medians over the samples, for radii from 0 on.

    Attributes
    ----------
    radii, bounds, reached : tuple of float
        A bound is infinite where half of the samples have none.
    unchanged : tuple of int
    samples : int
    held : bool
        Whether nothing that was reached is above its bound.
    """

    radii: tuple[float, ...]
    bounds: tuple[float, ...]
    reached: tuple[float, ...]
    unchanged: tuple[int, ...]
    samples: int
    held: bool


def measure_around(
    original: Any,
    rewritten: Any,
    samples: Mapping[str, npt.NDArray[np.floating]],
    radius: float,
    ascent: Ascent,
    *,
    within: tuple[float, float] | None = None,
    progress: Progress = unwatched,
) -> AroundCurve:
    """Certify five radii up to the one given, and search for large deviations in the same balls."""
    (array,) = (np.asarray(each, dtype=np.float64) for each in samples.values())
    radii = [radius * step / (_STEPS - 1) for step in range(_STEPS)]
    rng = np.random.default_rng(0)
    bounds, reached, unchanged, held = [], [], [], True
    for step, each in enumerate(radii):

        def on_step(done: int, total: int, step: int = step) -> None:
            progress(step * total + done, _STEPS * total)

        found = certify_around(original, rewritten, samples, each, within=within, progress=on_step)
        lo, hi = array - each, array + each
        if within is not None:
            lo, hi = np.maximum(lo, within[0]), np.minimum(hi, within[1])
        worst = [ascent.reached(*ends, rng) for ends in zip(lo, hi, strict=True)]
        limits = [math.inf if answer.bound is None else answer.bound for answer in found.answers]
        held = held and all(value <= limit for value, limit in zip(worst, limits, strict=True))
        bounds.append(float(np.median(limits)))
        reached.append(float(np.median(worst)))
        unchanged.append(found.unchanged)
    return AroundCurve(tuple(radii), tuple(bounds), tuple(reached), tuple(unchanged), len(array), held)


@styled
def plot_around(curve: AroundCurve, axes: Axes | None = None) -> Axes:
    """Draw the medians of the bound and of what was reached, and the samples whose class is certain."""
    axes = panel(axes)
    axes.plot(curve.radii, curve.bounds, marker="o", color=ORANGE, label="certified: no input deviates more")
    axes.plot(curve.radii, curve.reached, marker="s", linestyle="--", color=BLUE, label="reached by ascent")
    finite = [(r, b, n) for r, b, n in zip(curve.radii, curve.bounds, curve.unchanged, strict=True) if math.isfinite(b)]
    for radius, bound, count in finite:
        axes.annotate(
            f"{count}/{curve.samples}", (radius, bound), xytext=(0, 6), textcoords="offset points", ha="center"
        )
    axes.set(
        xlabel="radius around each sample",
        ylabel="deviation, median of the samples",
        title="at the points: samples of unchanged class",
        ylim=(0, 1.15 * max([b for _, b, _ in finite] + list(curve.reached)) or 1),
    )
    axes.legend(frameon=False)
    return axes
