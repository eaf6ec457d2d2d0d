"""Affine enclosures of functions that are not affine, and of their differences at two arguments.

A relaxation of a difference D = f(y) - f(x), y = x + d, is D = a d + b x + rest with factors a, b for each element and
a rest between two bounds, a symbol of its own. Several are known, none of which is the best everywhere: each element
gets that of the smallest width.
"""

from __future__ import annotations

import numpy as np

from theory.rewrite.certify.answers import Array
from theory.rewrite.certify.arithmetic import down, up
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.zonotope import KNOWN, Space, Twin, Zonotope


def by_slopes(t: Twin, space: Space, least: Array, most: Array) -> Zonotope:
    """Enclose f(y) - f(x) for a function whose slopes between any two arguments lie within bounds."""
    middle = 0.5 * (least + most)
    return space.between(*_rest(t, middle, least, most)).added(t.difference.times(middle))


def relu(t: Twin, space: Space) -> tuple[Zonotope, Zonotope]:
    """Enclose max(x, 0), and max(y, 0) - max(x, 0).

    The difference is taken by the best of: half of d, by slopes between 0 and 1; the common slope of the range of both
    arguments, above which max(., 0) lies by no more than a known height; the slope of each argument's own range; and no
    slope at all.
    """
    slope, height = chord(t.x.lo, t.x.hi)
    since = space.count
    above = space.between(np.zeros(t.shape), height)
    value = above.added(t.value.times(slope))
    _hold(space, since, value, t.value, t.x)

    lo, hi = np.minimum(t.x.lo, t.y.lo), np.maximum(t.x.hi, t.y.hi)
    least, most = (lo >= 0).astype(float), (hi > 0).astype(float)
    common, rise = chord(lo, hi)
    other, own = chord(t.y.lo, t.y.hi)
    zero = np.zeros(t.shape)
    options = []
    for factor in (0.5 * (least + most), common, zero):
        low, high = _rest(t, factor, least, most)
        if factor is common:
            low, high = np.maximum(low, -rise), np.minimum(high, rise)
        options.append((factor, zero, zero, low, high))
    widths = [KNOWN * np.abs(factor) * t.difference.radius + (high - low) for factor, _, _, low, high in options]
    apart = np.full(t.shape, np.inf)
    unstable = least < most
    mixed = t.difference.at(unstable).times(other[unstable])
    mixed = mixed.plus(t.value.at(unstable).times((other - slope)[unstable]))
    apart[unstable] = KNOWN * mixed.radius + (height + own)[unstable]
    options.append((other, other - slope, np.ones(t.shape), zero, own))
    best = np.argmin([*widths, apart], axis=0)
    factor, share, takes, low, high = (np.choose(best, parts) for parts in zip(*options, strict=True))

    difference = t.difference.times(factor)
    if np.any(share):
        difference = difference.plus(t.value.times(share))
    since = space.count
    difference = space.between(low, high).added(above.added(difference, -takes))
    _hold(space, since, value.plus(difference), t.other, t.y)
    bends = unstable & (t.d.hi > t.d.lo)
    if not space.facts.have_room(2 * int(np.count_nonzero(bends)), len(difference.generators)):
        return value, difference
    change, d = difference.at(bends), t.difference.at(bends)
    for sign, low, high in ((1.0, t.d.lo, t.d.hi), (-1.0, -t.d.hi, -t.d.lo)):
        # The difference is at most the positive part of d, and at least the negative one.
        steep, rise = chord(low[bends], high[bends])
        space.facts.hold(since, d.times(sign * steep).widened(rise, rise).minus(change.times(sign)))
    return value, difference


def _hold(space: Space, since: int, value: Zonotope, x: Zonotope, box: Box) -> None:
    """Take note that the positive part of x is at least 0 and at least x, and below its chord, where it bends."""
    bends = (box.lo < 0) & (box.hi > 0)
    if not space.facts.have_room(3 * int(np.count_nonzero(bends)), len(value.generators)):
        return
    value, x = value.at(bends), x.at(bends)
    slope, height = chord(box.lo[bends], box.hi[bends])
    space.facts.hold(since, value, value.minus(x), x.times(slope).widened(height, height).minus(value))


def chord(lo: Array, hi: Array) -> tuple[Array, Array]:
    """Return a slope s for each range with 0 <= max(t, 0) - s t <= height in it, and the height, rounded up."""
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = np.where(lo >= 0, 1.0, np.where(hi <= 0, 0.0, np.clip(hi / (hi - lo), 0.0, 1.0)))
    height = np.maximum(up(-slope * lo), up(up(1 - slope) * hi))
    return slope, np.where((lo >= 0) | (hi <= 0), 0.0, np.maximum(height, 0.0))


def _rest(t: Twin, factor: Array, least: Array, most: Array) -> tuple[Array, Array]:
    """Bound (s - factor) d for all slopes s within bounds."""
    low, high = (np.where(s == factor, 0.0, outwards(s - factor)) for s, outwards in ((least, down), (most, up)))
    rest = t.d.times(low, high)
    fixed = (low == 0) & (high == 0)
    return np.where(fixed, 0.0, rest.lo), np.where(fixed, 0.0, rest.hi)
