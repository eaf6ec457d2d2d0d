"""What an expression in the pixels of a window is off the maximum, where something is known of the order of the pixels.

The residual r, a combination of maxima over sets of pixels, is linear where the order of the pixels is fixed: it is
sum_k (r(1_k) - r(1_{k-1})) x_(k), 1_k being 1 at the k largest pixels and 0 elsewhere. So its values at the 0/1
vectors, the corners, say everything. Away from one order it is found from the corners, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.answers import Array
from theory.rewrite.certify.arithmetic import TINY64, UNIT64, down, gamma, up
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.pooled import Reference, Seen, narrowest
from theory.rewrite.certify.residuals import Residual
from theory.rewrite.certify.zonotope import Space, Zonotope

_MOST_TAPS = 10
"""Largest window for which all corners are kept."""

_Masks = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Corners:
    """The residuals of all windows: their kind, and for each kind the values at the corners, rounded to floats."""

    kinds: npt.NDArray[np.int64]
    """Of the shape of the windows, or of one that is broadcast to it."""
    values: Array
    """(kinds, 2^taps): bit t of an index says whether tap t is 1."""
    steps: tuple[Array, Array]
    """(kinds, taps + 1): the least and the largest value at corners with so many ones."""
    constants: tuple[Array, Array]
    """Bounds of the constants."""
    known: npt.NDArray[np.bool_]
    """Which kinds have values."""

    @staticmethod
    def of(found: Sequence[tuple[Residual, Sequence[int]]], kinds: npt.NDArray[np.int64]) -> Corners:
        """Tabulate the residuals of each kind, given with the relative places of the taps, -1 for the padding."""
        taps = len(found[0][1]) if found else 0
        tables = [_values(residual, places) if taps <= _MOST_TAPS else None for residual, places in found]
        ones = np.array([mask.bit_count() for mask in range(1 << min(taps, _MOST_TAPS))])
        values = np.stack([np.zeros(len(ones)) if table is None else table for table in tables])
        steps = np.zeros((2, len(found), taps + 1))
        for kind, (_, places) in enumerate(found):
            outside = sum(1 << tap for tap, place in enumerate(places) if place < 0)
            for k in range(taps + 1 if tables[kind] is not None else 0):
                here = values[kind, (ones == k) & (np.arange(len(ones)) & outside == 0)]
                steps[:, kind, k] = (here.min(), here.max()) if len(here) else steps[:, kind, k - 1]
        constants = np.array([float(residual.constant) for residual, _ in found])
        return Corners(
            kinds,
            values,
            (steps[0], steps[1]),
            (np.where(constants == 0, 0.0, down(constants)), np.where(constants == 0, 0.0, up(constants))),
            np.array([table is not None for table in tables]),
        )

    def at(self, ones: _Masks) -> Array:
        """Return the values at a corner for each window."""
        found: Array = self.values[np.broadcast_to(self.kinds, ones.shape), ones]
        return found


def _values(residual: Residual, places: Sequence[int]) -> Array | None:
    """Return the values of a residual at all corners of the taps; None if it looks beyond the window.

    A maximum over a set is 1 where the set meets the ones: the total less the sum over subsets of the other taps.
    """
    tap_of = {place: tap for tap, place in enumerate(places) if place >= 0}
    if not set(residual.pixels) <= tap_of.keys():
        return None
    bits = [1 << tap_of[place] for place in residual.pixels]
    sums = np.zeros(1 << len(places), dtype=object)
    for mask, factor in residual.combination.items():
        sums[sum(bit for i, bit in enumerate(bits) if mask >> i & 1)] += factor
    for tap in range(len(places)):
        pairs = sums.reshape(-1, 2, 1 << tap)
        pairs[:, 1] += pairs[:, 0]
    return np.array([float(sums[-1] - rest) for rest in sums[::-1]])


def enclose_residual(y: Seen, corners: Corners, bounds: Box, space: Space) -> Zonotope:
    """Enclose the residual of each window; where that is better, by bounds from elsewhere."""
    order = np.argsort(np.where(y.valid, -y.center, np.inf), axis=0, kind="stable")
    ones = np.zeros((len(order) + 1, *order.shape[1:]), dtype=np.int64)
    for k, tap in enumerate(order):
        ones[k + 1] = ones[k] | (1 << tap)
    reference, low, high = _by_order(y, corners, order, ones)
    constants = [end[corners.kinds] for end in corners.constants]
    low, high = down(low + constants[0]), up(high + constants[1])
    gaps = [_by_gaps(y, corners, order, sign) for sign in (-1, 1)]
    # What is not known has the bounds that are given.
    known = corners.known[corners.kinds]
    low, high = np.where(known, low, -np.inf), np.where(known, high, np.inf)
    least = np.maximum(bounds.lo, np.where(known, down(constants[0] - gaps[0]), -np.inf))
    most = np.minimum(bounds.hi, np.where(known, up(constants[1] + gaps[1]), np.inf))
    nothing = reference.only(np.zeros(order.shape[1:], dtype=bool))
    return narrowest([(nothing, least, most), (reference, low, high)], space)


def _by_order(y: Seen, corners: Corners, order: npt.NDArray[np.intp], ones: _Masks) -> tuple[Reference, Array, Array]:
    """Return the residual in the order of the centers, and bounds of what it is off that.

    Each maximum over a set S is that of its first pixel p in the order, and a part that is positive if a later pixel
    exceeds p. Those parts of all S with the same p are a combination of maxima of the pixels' excesses over p, and 0 at
    none: between the largest excess times its least and its largest value at a corner.
    """
    taps, shape = len(order), order.shape[1:]
    center, generators = np.zeros(shape), np.zeros((y.generators.shape[1], *shape))
    values = [corners.at(masks) for masks in ones]
    peak = np.abs(corners.values).max(1, initial=0.0)[corners.kinds]
    size, error = np.zeros(shape), np.zeros(shape)
    low, high = np.zeros(shape), np.zeros(shape)
    for k in range(taps):
        factor, pixel = values[k + 1] - values[k], y.picked(order[k])
        center, generators = center + factor * pixel.center, generators + factor * pixel.generators
        size = size + pixel.zonotope.magnitude
        error = error + np.abs(factor) * np.take_along_axis(y.error, order[k][None], 0)[0]
        least, most, excess = _exceeded(y, corners, order, ones, k)
        low, high, size = low + least, high + most, size + excess
    lost = 2 * gamma(16 * taps + 16, UNIT64) * (peak * size + error) + taps * (len(generators) + 4) * TINY64
    return Reference(center, generators), down(low - up(error + lost)), up(high + up(error + lost))


def _exceeded(
    y: Seen, corners: Corners, order: npt.NDArray[np.intp], ones: _Masks, k: int
) -> tuple[Array, Array, Array]:
    """Bound what comes in where pixels exceed the k-th in the order, which comes before them, and by how much they may.

    A set with the k-th pixel and one of T, and none before, counts at the corner T: the sums over such sets are
    r(P + k) + r(P + T) - r(P) - r(P + k + T), P being the pixels before.
    """
    shape = order.shape[1:]
    least, most = np.zeros(shape), np.zeros(shape)
    row = np.take_along_axis(y.above, order[k][None, None], 0)[0]
    excesses = np.maximum(0.0, np.take_along_axis(row, order[k + 1 :], 0))
    excess = excesses.max(0, initial=0.0)
    at = np.nonzero(excess)
    if not len(at[0]):
        return least, most, excess
    threats = np.zeros(len(at[0]), dtype=np.int64)
    masks = np.zeros((1, len(at[0])), dtype=np.int64)
    for j, tap in enumerate(order[k + 1 :]):
        threats |= (excesses[j][at] > 0).astype(np.int64) << j
        masks = np.concatenate([masks, masks | (1 << tap[at])])
    kinds = np.broadcast_to(corners.kinds, shape)[at]
    before, through = ones[k][at], ones[k + 1][at]
    v = corners.values
    found = (v[kinds, through] - v[kinds, before]) + (v[kinds, before | masks] - v[kinds, through | masks])
    found = np.where(np.arange(len(masks))[:, None] & ~threats == 0, found, 0.0)
    least[at], most[at] = excess[at] * found.min(0), excess[at] * found.max(0)
    return least, most, excess


def _by_gaps(y: Seen, corners: Corners, order: npt.NDArray[np.intp], sign: int) -> Array:
    """Bound the residual, or its negative, from above by the gaps between consecutive ranks.

    It is r(1, ..., 1) x_(n) + sum_{k<n} r(1_k) (x_(k) - x_(k+1)). The gaps add up to no more than the range of the
    window: what is left over their least sizes goes where r(1_k) may be the largest.
    """
    taps = len(order)
    least_step, most_step = (np.moveaxis(sign * end[corners.kinds], -1, 0) for end in corners.steps)
    steps = np.maximum(least_step, most_step)
    last = (y.valid.sum(0) - 1)[None]
    lo, hi = (-np.sort(-np.where(y.valid, ends, -np.inf), axis=0) for ends in (y.lo, y.hi))
    # Ranks that a window does not have are taken to be the last one once more.
    lo, hi = (np.where(np.isfinite(ends), ends, np.take_along_axis(ends, last, 0)) for ends in (lo, hi))
    above = np.take_along_axis(np.take_along_axis(y.above, order[:, None], 0), order[None], 1)
    whole = np.maximum(above.max((0, 1)), 0.0)
    least = np.maximum(0.0, down(lo[:-1] - hi[1:]))
    for k in range(taps - 1):
        certain = -above[: k + 1, k + 1 :].max((0, 1))
        least[k] = np.maximum(least[k], np.where(np.isfinite(certain), certain, 0.0))
    room = np.maximum(0.0, np.minimum(whole, up(hi[:-1] - lo[1:])) - least)
    top = steps[1:taps]
    last_step = steps[taps]
    total = (top * least).sum(0) + np.maximum(last_step * lo[-1], last_step * hi[-1])
    left = np.maximum(0.0, up(whole * (1 + gamma(4, UNIT64)) - least.sum(0) * (1 - gamma(taps + 4, UNIT64))))
    for place in np.argsort(-top, axis=0, kind="stable"):
        step, gap = (np.take_along_axis(part, place[None], 0)[0] for part in (top, up(room)))
        spent = np.minimum(left, gap)
        total, left = total + np.maximum(step, 0.0) * spent, np.where(step > 0, up(left - spent), left)
    peak = np.abs(corners.values).max(1, initial=0.0)[corners.kinds]
    size = peak * (2 * whole + np.maximum(np.abs(lo[-1]), np.abs(hi[-1])))
    bound: Array = up(total + size * (2 * gamma(16 * taps + 16, UNIT64)) + taps * TINY64)
    return bound
