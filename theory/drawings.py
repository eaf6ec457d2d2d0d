"""What results draw of themselves: residuals at the vertices, the law of the residual, a front."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from theory.plotting import BLUE, FAINT, INK, MUTED, ORANGE, Axes, panel, styled
from theory.rationals import decimal, to_string

_LONGEST = 24
_POINTS = 401
_FEW = 20


def _in_words(unit: Fraction) -> str:
    exact = to_string(unit)
    return exact if len(exact) <= _LONGEST else decimal(unit)


def _largest(numbers: Sequence[Fraction]) -> Fraction:
    """Return the largest size, in units of which numbers are drawn: they may be smaller than any float."""
    return max(map(abs, numbers)) or Fraction(1)


@styled
def draw_residuals(residuals: Sequence[Fraction], extremal: Sequence[int], title: str, axes: Axes | None) -> Axes:
    """Draw the residuals at z = 0..d zeros, in units of the largest; those at the numbers ``extremal`` stand out."""
    axes = panel(axes)
    unit = _largest([residuals[z] for z in extremal] or residuals)
    heights = np.array([float(e / unit) for e in residuals])
    z, marked = np.arange(len(heights)), np.isin(np.arange(len(heights)), extremal)
    for level in (-1, 1):
        axes.axhline(level, color=MUTED, linestyle="--", linewidth=0.8)
    axes.vlines(z, 0, heights, color=FAINT, linewidth=1)
    axes.plot(z[~marked], heights[~marked], "o", color=BLUE, label="smaller")
    axes.plot(z[marked], heights[marked], "D", color=ORANGE, label="largest size")
    axes.set(
        xlabel="number z of zeros of the 0/1 vector", ylabel=f"residual, in units of {_in_words(unit)}", title=title
    )
    axes.set_ylim(-1.15, 1.35)  # room for the legend
    axes.legend(loc="upper center", ncols=2)
    return axes


@styled
def draw_density(
    unit: Fraction, support: tuple[float, float], density: Callable[[Any], Any] | None, axes: Axes | None
) -> Axes:
    """Draw a density, all in units of the largest residual; a law without one is all mass at one point."""
    axes = panel(axes)
    if density is None:
        axes.axvline(support[0], color=INK, label="all mass")
    else:
        grid = np.linspace(*support, _POINTS)
        axes.plot(grid, density(grid), color=INK, linewidth=1.2, label="exact")
    axes.set(xlabel=f"residual, in units of {_in_words(unit)}", ylabel="density, uniform inputs")
    axes.set_ylim(bottom=0)
    return axes


@styled
def draw_front(costs: Sequence[int], errors: Sequence[Fraction], cost: str, axes: Axes | None) -> Axes:
    """Draw the least error against what it costs."""
    axes = panel(axes, (5.5, 4))
    # Costs of 0 have no place on a logarithmic scale of integers but beside it; a few layers need none.
    most = max(costs, default=0)
    if most > _FEW:
        axes.set_xscale("symlog", linthresh=1)
    else:
        axes.set_xticks(range(most + 1))
    # An error of 0, as of targets that are in a class, has no place on a logarithmic scale.
    axes.set(yscale="log" if any(errors) else "linear", xlabel=cost, ylabel="error E")
    axes.step(costs, list(map(float, errors)), where="post", color=ORANGE, label="least error")
    return axes
