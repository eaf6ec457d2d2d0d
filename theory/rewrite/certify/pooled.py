"""Max pooling on zonotopes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.answers import Array
from theory.rewrite.certify.arithmetic import TINY64, UNIT64, down, gamma, up
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.windows import Windows
from theory.rewrite.certify.zonotope import MOST_NUMBERS, Space, Twin, Zonotope

LINEAR = 0.25
_MOST_TAPS = 25
"""Largest window whose pixels are compared in pairs."""


def follows(t: Twin, windows: Windows) -> bool:
    """Say whether windows of a tensor are small and few enough to be looked into."""
    taps = prod(map(len, windows.along))
    count = prod(t.shape[:2]) * prod(windows.size)
    symbols = max(len(t.value.generators), len(t.difference.generators))
    return taps <= _MOST_TAPS and taps * count * max(1, symbols) <= 4 * MOST_NUMBERS


class Seen:
    """A zonotope as windows see it: tap by tap, with -infinity where a tap lies in the padding."""

    def __init__(self, z: Zonotope, box: Box, windows: Windows) -> None:
        valid = windows.taps(np.ones(z.shape, dtype=bool), 0)
        self.valid = np.stack(valid)
        self.lo, self.hi = (np.stack(windows.taps(end, -np.inf)) for end in (box.lo, box.hi))
        self.center, self.error = (np.stack(windows.taps(part, 0.0)) for part in (z.center, z.error))
        self.generators = np.stack(windows.taps(z.generators, 0.0)) if len(z.generators) else np.zeros(
            (len(valid), 0, *self.center.shape[1:])
        )

    def beside(self, reference: Reference) -> tuple[Array, Array]:
        """Bound each tap less a reference."""
        spans = [
            _span(center - reference.center, _between(generators, reference.generators), error)
            for center, generators, error in zip(self.center, self.generators, self.error, strict=True)
        ]
        low, high = (np.stack(ends) for ends in zip(*spans, strict=True))
        return np.where(self.valid, low, np.nan), np.where(self.valid, high, np.nan)

    @cached_property
    def above(self) -> Array:
        """By how much tap q may exceed tap p, at [p, q]; -infinity where either lies in the padding."""
        taps = len(self.center)
        found = np.zeros((taps, taps, *self.center.shape[1:]))
        for p in range(taps):
            for q in range(p):
                error = up(self.error[p] + self.error[q])
                between = _between(self.generators[q], self.generators[p])
                low, high = _span(self.center[q] - self.center[p], between, error)
                with np.errstate(invalid="ignore"):
                    found[p, q] = np.minimum(high, up(self.hi[q] - self.lo[p]))
                    found[q, p] = np.minimum(-low, up(self.hi[p] - self.lo[q]))
                outside = ~(self.valid[p] & self.valid[q])
                found[p, q][outside] = found[q, p][outside] = -np.inf
        return found

    def picked(self, which: npt.NDArray[np.intp]) -> Reference:
        """Return one tap of each window, without its error."""
        center = np.zeros(which.shape)
        generators = np.zeros((self.generators.shape[1], *which.shape))
        for k in range(len(self.center)):
            here = which == k
            center[here] = self.center[k][here]
            generators[:, here] = self.generators[k][:, here]
        return Reference(center, generators)

    def mean(self, weights: Array) -> Reference:
        """Return about the mean of the taps with weights."""
        generators = np.zeros(self.generators.shape[1:])
        for part, weight in zip(self.generators, weights, strict=True):
            generators += part * weight
        return Reference((self.center * weights).sum(0), generators)


@dataclass(frozen=True, eq=False)
class Reference:
    """An affine function of the symbols, exactly, from which something is not far."""

    center: Array
    generators: Array

    @property
    def zonotope(self) -> Zonotope:
        """The same, without an error."""
        return Zonotope(self.center, self.generators, np.zeros(self.center.shape))

    def where(self, condition: npt.NDArray[np.bool_], other: Reference) -> Reference:
        """Return this one where a condition holds, another one elsewhere."""
        return Reference(
            np.where(condition, self.center, other.center), np.where(condition, self.generators, other.generators)
        )

    def only(self, condition: npt.NDArray[np.bool_]) -> Reference:
        """Return this one where a condition holds, 0 elsewhere."""
        return Reference(self.center * condition, self.generators * condition)


def _between(a: Array, b: Array) -> Array:
    """Sum the magnitudes of the differences of factors; missing ones are 0."""
    shared = min(len(a), len(b))
    longer = a if len(a) > shared else b
    total = np.abs(a[:shared] - b[:shared]).sum(0) + np.abs(longer[shared:]).sum(0)
    return up(total * (1 + 2 * gamma(len(longer) + 4, UNIT64))) + len(longer) * TINY64


def _span(center: Array, reach: Array, error: Array) -> tuple[Array, Array]:
    """Bound numbers of a rounded difference of centers, a reach and an error."""
    radius = up(up(reach + error) + 2 * UNIT64 * np.abs(center))
    return down(center - radius), up(center + radius)


def max_pool(t: Twin, windows: Windows, space: Space) -> tuple[Zonotope, Zonotope]:
    """Enclose the maximum of each window, and its difference.

    The maximum lies a little above any pixel that may be the largest. Its difference is at most the largest d of a
    pixel that may be the maximum of y, and at least the least d of one that may be that of x. Both are taken relative
    to one pixel, or to the mean of those that may be the largest, whichever leaves less.
    """
    x, y, d = Seen(t.value, t.x, windows), Seen(t.other, t.y, windows), Seen(t.difference, t.d, windows)
    slacks = [np.where(seen.valid, seen.above.max(1), np.inf) for seen in (x, y)]
    first = np.argmin(slacks[0] + slacks[1], axis=0)
    value = _maximum(x, np.argmin(slacks[0], axis=0), space)

    # A tap is the largest only if none certainly exceeds it.
    may = [np.where(seen.valid, _least_valid(seen), -1.0) >= 0 for seen in (x, y)]
    either = may[0] | may[1]
    options = [(d.picked(first), slacks)]
    if np.any(either.sum(0) > 1):
        options.append((d.mean(either / np.maximum(either.sum(0), 1)), None))
    lowest = np.where(may[0], d.lo, np.inf).min(0)
    highest = np.where(may[1], d.hi, -np.inf).max(0)
    best, low, high = Reference(np.zeros(first.shape), np.zeros((0, *first.shape))), lowest, highest
    width = high - low
    count = len(options[0][0].generators)
    best = Reference(best.center, np.zeros((count, *first.shape)))
    for reference, known in options:
        lows, highs = d.beside(reference)
        lows, highs = np.where(may[0], lows, np.inf).min(0), np.where(may[1], highs, -np.inf).max(0)
        if known is not None:
            # What the pixel itself may be off its reference comes in as well.
            error = np.take_along_axis(d.error, first[None], 0)[0]
            above, below = (np.take_along_axis(slack, first[None], 0)[0] for slack in (known[1], known[0]))
            lows, highs = np.maximum(lows, -up(below + error)), np.minimum(highs, up(above + error))
        wide = LINEAR * 2 * reference.zonotope.reach + (highs - lows)
        better = wide < width
        best = reference.where(better, best)
        low, high, width = np.where(better, lows, low), np.where(better, highs, high), np.where(better, wide, width)
    return value, space.between(low, high).added(best.zonotope)


def _least_valid(seen: Seen) -> Array:
    """By how much a tap may exceed each other one, at least."""
    above = np.where(seen.valid[:, None] & seen.valid[None, :], seen.above, np.inf)
    least: Array = above.min(0)
    return least


def _maximum(x: Seen, first: npt.NDArray[np.intp], space: Space) -> Zonotope:
    reference = x.picked(first)
    lows, highs = x.beside(reference)
    low, high = (np.where(x.valid, ends, -np.inf).max(0) for ends in (lows, highs))
    error = np.take_along_axis(x.error, first[None], 0)[0]
    slack = np.take_along_axis(np.where(x.valid, x.above.max(1), np.inf), first[None], 0)[0]
    low, high = np.maximum(low, -error), np.minimum(high, up(slack + error))
    lowest, highest = x.lo.max(0), x.hi.max(0)
    narrow = LINEAR * 2 * reference.zonotope.reach + (high - low) <= highest - lowest
    low, high = np.where(narrow, low, lowest), np.where(narrow, high, highest)
    return space.between(low, high).added(reference.only(narrow).zonotope)
