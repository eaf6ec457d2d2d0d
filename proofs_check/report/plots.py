"""Small plots of computed against claimed values over the kernel size, as inline SVG."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, log10
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from proofs_check.report.markup import el

if TYPE_CHECKING:
    from proofs_check.statement import Instance

_LEAST_POINTS = 3
"""Fewer points are better read in a table."""

_WIDTH, _HEIGHT = 420, 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 66, 408, 34, 224
_MOST_TICKS = 7
_FLOAT_DECADES = 300
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True)
class _Axis:
    """A scale from values to pixels, with its ticks."""

    low: float
    high: float
    first: float
    last: float
    ticks: Sequence[tuple[float, str]]

    def at(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(self.first + share * (self.last - self.first), 1)


def plot(samples: Sequence[Instance], claim: str) -> Element | None:
    """Plot the computed and claimed values of some instances over their kernel sizes, as an ``svg`` element.

    It is None where fewer than three instances have values above 0 at different kernel sizes. The vertical scale is
    logarithmic if the values span more than a decade. The name of the claim is for the title that screen readers speak.
    """
    shown = [s for s in samples if s.computed > 0 and s.claimed > 0]
    if len({s.kernel_size for s in shown}) < _LEAST_POINTS:
        return None
    sizes = [s.kernel_size for s in shown]
    across = _across(min(sizes), max(sizes))
    logs = [_log10(value) for s in shown for value in (s.computed, s.claimed)]
    logarithmic = max(logs) - min(logs) > 1 or max(map(abs, logs)) > _FLOAT_DECADES
    up = _decades(min(logs), max(logs)) if logarithmic else _from_zero(10 ** max(logs))
    height: Callable[[Fraction], float] = _log10 if logarithmic else float
    claimed = [(across.at(s.kernel_size), up.at(height(s.claimed))) for s in shown]
    computed = [(across.at(s.kernel_size), up.at(height(s.computed))) for s in shown]
    title = f"{claim}: computed and claimed values for kernel sizes {min(sizes)} to {max(sizes)}"
    return el(
        "svg",
        el("title", title),
        _grid(across, up),
        _labels(logarithmic=logarithmic),
        _series(claimed, _ring, "claimed"),
        _series(computed, _dot, "computed"),
        _legend(),
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        aria_label=title,
        class_="plot",
    )


def _log10(value: Fraction) -> float:
    # Integers first: the value itself may lie beyond the range of floats.
    return log10(value.numerator) - log10(value.denominator)


# --- axes -----------------------------------------------------------------------------------------------------------


def _step(span: float, most: int) -> float:
    """Find the least of 1, 2, 5 times a power of ten that cuts a span into at most so many parts."""
    decade = 10.0 ** floor(log10(span / most))
    return next(digit * decade for digit in (1, 2, 5, 10, 20) if span <= most * digit * decade * (1 + 1e-9))


def _across(least: int, largest: int) -> _Axis:
    step = max(1, round(_step(largest - least, _MOST_TICKS)))
    ticks = [(float(d), str(d)) for d in range(least + -least % step, largest + 1, step)]
    margin = (largest - least) / 25
    return _Axis(least - margin, largest + margin, _LEFT, _RIGHT, ticks)


def _decades(low: float, high: float) -> _Axis:
    bottom, top = floor(low), max(ceil(high), floor(low) + 1)
    step = max(1, round(_step(top - bottom, _MOST_TICKS)))
    powers = range(bottom, top + 1, step)
    ticks = [(float(e), "10" + str(e).translate(_SUPERSCRIPTS) if e else "1") for e in powers]
    return _Axis(bottom, top, _BOTTOM, _TOP, ticks)


def _from_zero(largest: float) -> _Axis:
    step = _step(largest * 1.05, _MOST_TICKS - 2)
    steps = ceil(largest * 1.05 / step - 1e-9)
    return _Axis(0, steps * step, _BOTTOM, _TOP, [(i * step, f"{i * step:.6g}") for i in range(steps + 1)])


def _grid(across: _Axis, up: _Axis) -> Element:
    lines = [el("path", d=f"M{_LEFT} {up.at(y)}H{_RIGHT}", class_="grid") for y, _ in up.ticks]
    lines += [el("path", d=f"M{across.at(x)} {_BOTTOM}v4", class_="axis") for x, _ in across.ticks]
    lines.append(el("path", d=f"M{_LEFT} {_TOP}V{_BOTTOM}H{_RIGHT}", class_="axis"))
    texts = [_text(_LEFT - 7, up.at(y) + 4, label, "end") for y, label in up.ticks]
    texts += [_text(across.at(x), _BOTTOM + 18, label) for x, label in across.ticks]
    return el("g", *lines, *texts)


def _text(x: float, y: float, text: str, anchor: str = "middle", **attributes: object) -> Element:
    return el("text", text, x=x, y=y, text_anchor=anchor, **attributes)


def _labels(*, logarithmic: bool) -> Element:
    middle = (_TOP + _BOTTOM) / 2
    return el(
        "g",
        _text((_LEFT + _RIGHT) / 2, _HEIGHT - 8, "kernel size d"),
        _text(14, middle, "value (log scale)" if logarithmic else "value", transform=f"rotate(-90 14 {middle})"),
        class_="label",
    )


# --- series ---------------------------------------------------------------------------------------------------------


def _ring(x: float, y: float) -> Element:
    return el("circle", cx=x, cy=y, r=5.5)


def _dot(x: float, y: float) -> Element:
    return el("circle", cx=x, cy=y, r=2.6)


def _series(points: Iterable[tuple[float, float]], mark: Callable[[float, float], Element], name: str) -> Element:
    """Rings around dots, so that both are seen where they agree."""
    return el("g", *(mark(x, y) for x, y in points), class_=name)


def _legend() -> Element:
    y, x = 16, _LEFT + 8
    return el(
        "g",
        el("g", _ring(x, y), class_="claimed"),
        _text(x + 12, y + 4, "claimed", "start"),
        el("g", _dot(x + 90, y), class_="computed"),
        _text(x + 99, y + 4, "computed", "start"),
    )
