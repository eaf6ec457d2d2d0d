"""Max pooling on zonotopes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.answers import Array
from theory.rewrite.certify.arithmetic import TINY64, UNIT64, down, gamma, up
from theory.rewrite.certify.backward import Facts
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.relaxations import chord
from theory.rewrite.certify.windows import Windows
from theory.rewrite.certify.zonotope import KNOWN, MOST_NUMBERS, Space, Twin, Zonotope

_LEAST = 2.0**-20
"""Taps that are the largest more rarely, about, have no part in a mean."""

_AT_ONCE = 1 << 20
"""Factors that are looked at together: more do not fit into a cache."""

_MOST_TAPS = 25
"""Largest window whose pixels are compared in pairs."""


def follows(t: Twin, windows: Windows) -> bool:
    """Say whether windows of a tensor are small and few enough to be looked into."""
    taps = prod(map(len, windows.along))
    count = prod(t.shape[:2]) * prod(windows.size)
    return taps <= _MOST_TAPS and taps * count * max(1, t.symbols) <= 4 * MOST_NUMBERS


class Seen:
    """A zonotope as windows see it: tap by tap, with -infinity where a tap lies in the padding."""

    @staticmethod
    def first(t: Twin, windows: Windows, facts: Facts) -> Seen:
        """Return the tensor of the first model."""
        before = None if t.argument is None else _Before(Seen(t.argument.value, t.argument.x, windows), t.off, facts)
        return Seen(t.value, t.x, windows, before)

    @staticmethod
    def second(t: Twin, windows: Windows, facts: Facts) -> Seen:
        """Return the tensor of the second model."""
        before = None if t.argument is None else _Before(Seen(t.argument.other, t.argument.y, windows), t.off, facts)
        return Seen(t.other, t.y, windows, before)

    def __init__(self, z: Zonotope, box: Box, windows: Windows, before: _Before | None = None) -> None:
        self._before = before
        valid = windows.taps(np.ones(z.shape, dtype=bool), 0)
        self.valid = np.stack(valid)
        self.lo, self.hi = (np.stack(windows.taps(end, -np.inf)) for end in (box.lo, box.hi))
        self.center, self.error = (np.stack(windows.taps(part, 0.0)) for part in (z.center, z.error))
        self.generators = (
            np.stack(windows.taps(z.generators, 0.0))
            if len(z.generators)
            else np.zeros((len(valid), 0, *self.center.shape[1:]))
        )

    def beside(self, reference: Reference) -> tuple[Array, Array]:
        """Bound each tap less a reference."""
        step = max(1, _AT_ONCE // max(1, self.generators[0].size))
        between = [
            _between(reference.generators, self.generators[start : start + step])
            for start in range(0, len(self.center), step)
        ]
        low, high = _span(self.center - reference.center, np.concatenate(between), self.error)
        return np.where(self.valid, low, np.nan), np.where(self.valid, high, np.nan)

    @cached_property
    def above(self) -> Array:
        """By how much tap q may exceed tap p, at [p, q]; -infinity where either lies in the padding."""
        taps = len(self.center)
        found = np.zeros((taps, taps, *self.center.shape[1:]))
        step = max(1, _AT_ONCE // max(1, self.generators[0].size))
        for q in range(taps):
            for start in range(q + 1, taps, step):
                p = slice(start, start + step)
                error = up(self.error[p] + self.error[q])
                between = _between(self.generators[q], self.generators[p])
                low, high = _span(self.center[q] - self.center[p], between, error)
                with np.errstate(invalid="ignore"):
                    found[p, q] = np.minimum(high, up(self.hi[q] - self.lo[p]))
                    found[q, p] = np.minimum(-low, up(self.hi[p] - self.lo[q]))
                outside = ~(self.valid[p] & self.valid[q])
                found[p, q][outside] = found[q, p][outside] = -np.inf
        if self._before is not None:
            self._before.cut(found)
        return found

    def pairs(self, p: npt.NDArray[np.intp], q: npt.NDArray[np.intp], window: npt.NDArray[np.intp]) -> Zonotope:
        """Return some taps q less taps p of the same windows, which are numbered."""
        size = self.center[0].size
        center, error = self.center.reshape(-1, size), self.error.reshape(-1, size)
        generators = self.generators.reshape(len(self.center), -1, size)
        ends = [Zonotope(center[k, window], generators[k, :, window].T, error[k, window]) for k in (q, p)]
        return ends[0].minus(ends[1])

    @cached_property
    def slack(self) -> Array:
        """By how much the maximum may exceed each tap; infinity in the padding."""
        return np.where(self.valid, self.above.max(1), np.inf)

    def picked(self, which: npt.NDArray[np.intp]) -> Reference:
        """Return one tap of each window, without its error."""
        center = np.zeros(which.shape)
        generators = np.zeros((self.generators.shape[1], *which.shape))
        for k in range(len(self.center)):
            here = which == k
            center[here] = self.center[k][here]
            generators[:, here] = self.generators[k][:, here]
        return Reference(center, generators)

    def chorded(self, may: npt.NDArray[np.bool_]) -> tuple[Reference, Array, Array]:
        """Return a mean of the taps that may be the largest, and bounds of the maximum less it.

        Of two taps it is the chord of the maximum; of more, weights are in the proportions that pairs would have.
        """
        first = np.argmin(self.slack, axis=0)
        odds = np.zeros(self.center.shape)
        for q, each in enumerate(may):
            high, low = (np.take_along_axis(part, first[None], 0)[0] for part in (self.above[:, q], self.above[q]))
            beside = each & (q != first)
            slope, _ = chord(np.where(beside, -low, -1.0), np.where(beside, high, -1.0))
            odds[q] = np.where(q == first, 1.0, slope / np.maximum(1 - slope, _LEAST))
        weights = odds / odds.sum(0)
        mean = self.mean(weights)
        low, high = self.beside(mean)
        # A maximum is no less than a mean, which was rounded.
        size = (weights * (np.abs(self.center) + np.abs(self.generators).sum(1) + self.error)).sum(0)
        lost = up((weights * self.error).sum(0) + size * (4 * gamma(4 * len(may) + 16, UNIT64)))
        low = np.maximum(np.where(self.valid, low, -np.inf).max(0), -(lost + len(mean.generators) * TINY64))
        return mean, low, np.where(may, high, -np.inf).max(0)

    def mean(self, weights: Array) -> Reference:
        """Return about the mean of the taps with weights."""
        generators = np.zeros(self.generators.shape[1:])
        for part, weight in zip(self.generators, weights, strict=True):
            generators += part * weight
        return Reference((self.center * weights).sum(0), generators)


@dataclass(frozen=True, eq=False)
class _Before:
    """The argument of a function of each element that made what windows see: it kept all orders, and no gap grew."""

    argument: Seen
    off: float
    """But for so much."""
    facts: Facts

    def cut(self, above: Array) -> None:
        """Cut bounds of gaps between taps whose order is open; see :attr:`Seen.above`."""
        flat = above.reshape(*above.shape[:2], -1)
        p, q, window = np.nonzero(
            (flat > 0) & (flat.swapaxes(0, 1) > 0) & np.tri(len(flat), k=-1, dtype=bool)[..., None]
        )
        if len(p) * self.argument.generators.shape[1] > MOST_NUMBERS >> 2:
            return
        gaps = self.argument.pairs(p, q, window)
        both = gaps, gaps.negated()
        found = [z.bounds()[1] for z in both]
        if self.facts.affordable(2 * len(p), len(gaps.generators)):
            found = [np.minimum(*ends) for ends in zip(found, self.facts.largest(*both), strict=True)]
        for most, (a, b) in zip(found, ((p, q), (q, p)), strict=True):
            flat[a, b, window] = np.minimum(flat[a, b, window], up(np.maximum(most, 0.0) + self.off))


@dataclass(frozen=True, eq=False)
class Reference:
    """An affine function of the symbols, exactly, from which something is not far."""

    center: Array
    generators: Array

    @property
    def zonotope(self) -> Zonotope:
        """The same, without an error."""
        return Zonotope(self.center, self.generators, np.zeros(self.center.shape))

    def of(self, count: int) -> Reference:
        """Return the same function of so many symbols."""
        missing = [(0, count - len(self.generators)), *[(0, 0)] * self.center.ndim]
        return Reference(self.center, np.pad(self.generators, missing))

    def where(self, condition: npt.NDArray[np.bool_], other: Reference) -> Reference:
        """Return this one where a condition holds, another one elsewhere."""
        return Reference(
            np.where(condition, self.center, other.center), np.where(condition, self.generators, other.generators)
        )

    def only(self, condition: npt.NDArray[np.bool_]) -> Reference:
        """Return this one where a condition holds, 0 elsewhere."""
        return Reference(self.center * condition, self.generators * condition)


def _between(reference: Array, taps: Array) -> Array:
    """Sum the magnitudes of the differences of the factors of several taps from those of a reference.

    The second axis of the taps numbers the symbols; factors that are missing are 0.
    """
    own, most = len(reference), taps.shape[1]
    apart = taps[:, :own] - reference[:most]
    total = np.abs(apart, out=apart).sum(1)
    if own != most:
        total = total + (np.abs(reference[most:]).sum(0) if own > most else np.abs(taps[:, own:]).sum(1))
    most = max(own, most)
    bound: Array = up(total * (1 + 2 * gamma(most + 4, UNIT64))) + most * TINY64
    return bound


def _span(center: Array, reach: Array, error: Array) -> tuple[Array, Array]:
    """Bound numbers of a rounded difference of centers, a reach and an error."""
    radius = up(up(reach + error) + 2 * UNIT64 * np.abs(center))
    return down(center - radius), up(center + radius)


def max_pool(t: Twin, windows: Windows, space: Space) -> tuple[Zonotope, Zonotope, Seen]:
    """Enclose the maximum of each window, and its difference; return what windows see of the second's tensor besides.

    The maximum lies a little above any pixel that may be the largest. Its difference is at most the largest d of a
    pixel that may be the maximum of y, and at least the least d of one that may be that of x. Both are taken relative
    to one pixel, or to the mean of those that may be the largest, or to nothing, whichever leaves less.
    """
    x, y = Seen.first(t, windows, space.facts), Seen.second(t, windows, space.facts)
    d = Seen(t.difference, t.d, windows)
    top = [np.argmin(seen.slack, axis=0) for seen in (x, y)]
    first = np.argmin(x.slack + y.slack, axis=0)
    may = [seen.valid & (np.where(seen.valid[:, None], seen.above, np.inf).min(0) >= 0) for seen in (x, y)]

    def bounds(reference: Reference) -> tuple[Array, Array]:
        low, high = d.beside(reference)
        return np.where(may[0], low, np.inf).min(0), np.where(may[1], high, -np.inf).max(0)

    pixel = d.picked(first)
    (low, high), error = bounds(pixel), _of(d.error, first)
    low = np.maximum(low, -up(_of(x.slack, first) + error))
    high = np.minimum(high, up(_of(y.slack, first) + error))
    lowest, highest = np.where(may[0], d.lo, np.inf).min(0), np.where(may[1], d.hi, -np.inf).max(0)
    options = [(pixel, low, high), (pixel.only(np.zeros(first.shape, dtype=bool)), lowest, highest)]
    either = may[0] | may[1]
    if np.any(either.sum(0) > 1):
        mean = d.mean(either / np.maximum(either.sum(0), 1))
        options.append((mean, *bounds(mean)))
    since = space.count
    chords = [seen.chorded(each) for seen, each in zip((x, y), may, strict=True)]
    value = _maximum(x, top[0], chords[0], space)
    _hold(space, since, value, x, may[0], chords[0])
    # Each maximum by its own chord.
    mean, low, high = chords[1]
    apart = mean.zonotope.minus(value)
    options.append((Reference(apart.center, apart.generators), down(low - apart.error), up(high + apart.error)))
    since = space.count
    difference = narrowest(options, space)
    _hold(space, since, value.plus(difference), y, may[1], chords[1])
    return value, difference, y


def _hold(
    space: Space,
    since: int,
    value: Zonotope,
    x: Seen,
    may: npt.NDArray[np.bool_],
    chords: tuple[Reference, Array, Array],
) -> None:
    """Take note that a maximum is at least each tap that may be it, and below its chord, where there are several."""
    several = may.sum(0) > 1
    if not space.facts.have_room(int(may[:, several].sum() + several.sum()), len(value.generators)):
        return
    excesses = []
    for k, each in enumerate(may & several):
        tap = Zonotope(x.center[k][each], x.generators[k][:, each], x.error[k][each])
        excesses.append(value.at(each).minus(tap))
    mean, _, high = chords
    most = mean.zonotope.at(several).widened(high[several], high[several])
    space.facts.hold(since, *excesses, most.minus(value.at(several)))


def _maximum(x: Seen, first: npt.NDArray[np.intp], chords: tuple[Reference, Array, Array], space: Space) -> Zonotope:
    """Enclose the maximum of each window, relative to one of its pixels, to their mean, or to nothing."""
    reference, error = x.picked(first), _of(x.error, first)
    low, high = (np.where(x.valid, ends, -np.inf).max(0) for ends in x.beside(reference))
    low, high = np.maximum(low, -error), np.minimum(high, up(_of(x.slack, first) + error))
    nothing = reference.only(np.zeros(first.shape, dtype=bool))
    return narrowest([(reference, low, high), (nothing, x.lo.max(0), x.hi.max(0)), chords], space)


def narrowest(options: Sequence[tuple[Reference, Array, Array]], space: Space) -> Zonotope:
    """Enclose what lies between two bounds off each of some references, by the narrowest for each element."""
    widths = [KNOWN * reference.zonotope.reach + (high - low) for reference, low, high in options]
    best = np.argmin(widths, axis=0)
    count = max(len(reference.generators) for reference, _, _ in options)
    reference, low, high = options[0]
    reference = reference.of(count)
    for k, (other, lower, higher) in enumerate(options[1:], 1):
        here = best == k
        reference = other.of(count).where(here, reference)
        low, high = np.where(here, lower, low), np.where(here, higher, high)
    return space.between(low, high).added(reference.zonotope)


def _of(values: Array, which: npt.NDArray[np.intp]) -> Array:
    """Return the values of one tap of each window."""
    found: Array = np.take_along_axis(values, which[None], 0)[0]
    return found
