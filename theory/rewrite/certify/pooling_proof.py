"""What the nodes that stand for a MaxPool compute, compared with the maxima of its windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ulp
from typing import TypeAlias

import numpy as np

from theory.errors import ProblemTooLargeError
from theory.networks.exactness.sort_linear import Domain
from theory.rewrite.certify.answers import Array, Unsupported
from theory.rewrite.certify.arithmetic import UNIT64, down, up
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.corners import Corners
from theory.rewrite.certify.expressions import Index, distinct_rows
from theory.rewrite.certify.graph import Segment
from theory.rewrite.certify.layers import MaxPooling
from theory.rewrite.certify.residuals import Residual, residual
from theory.rewrite.certify.symbolic_run import pixel_places, place_strides, run_symbols
from theory.rewrite.certify.windows import Windows

_MOST_KINDS = 4096
_NOWHERE = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class _Analysis:
    """What nodes compute in each window, less its maximum: known for all tensors of a shape and a domain."""

    residuals: tuple[Residual, ...]
    """One for each kind of window."""
    kinds: Index
    """Of every window."""
    origins: Index
    shape: tuple[int, ...]
    """Of what was followed: one channel may stand for all."""
    corners: Corners


Residuals: TypeAlias = dict[tuple[str, tuple[int, ...], Domain], list[tuple[Fraction, _Analysis]]]
"""What was found out about the nodes that make a tensor, by its name, and the shape and the domain of their input; less
a number, which stands with it."""


def pooling_residual(segment: Segment, x: Box, pooling: MaxPooling, known: Residuals) -> tuple[bool, Box, Corners]:
    """Bound what nodes compute from a tensor x in exact arithmetic, less a max pooling of it.

    Returns whether they compute the maximum of every window, the box of the differences, and their values at the
    corners. What is found out for all boxes is kept for the next one, of the same two models. Raises Unsupported if the
    nodes are not understood.
    """
    found = _find(segment, x, pooling, known)
    channels = x.shape[1] if found.shape[1] < x.shape[1] else 1
    lo, hi = np.zeros((channels, len(found.kinds))), np.zeros((channels, len(found.kinds)))
    for kind, residual_ in enumerate(found.residuals):
        if not residual_.exact:
            elements = np.flatnonzero(found.kinds == kind)
            pixels = [_flat(found.origins[elements] + place, found.shape) for place in residual_.pixels]
            least = np.minimum.reduce([x.lo.reshape(channels, -1)[:, pixel] for pixel in pixels])
            largest = np.maximum.reduce([x.hi.reshape(channels, -1)[:, pixel] for pixel in pixels])
            lo[:, elements], hi[:, elements] = _over_box(residual_, least, largest)
    whole = (*pooling.channels_second(x.lo).shape[:2], *pooling.windows.size)
    box = Box(pooling.arranged(lo.reshape(whole)), pooling.arranged(hi.reshape(whole)), x.dtype)
    return all(residual_.exact for residual_ in found.residuals), box, found.corners


def _find(segment: Segment, x: Box, pooling: MaxPooling, known: Residuals) -> _Analysis:
    """Return what nodes compute in each window, as it is known, or from scratch."""
    least = float(np.min(x.lo, initial=np.inf))
    if least >= 0:
        return _keep(known, segment, x, pooling, "nonnegative", Fraction(0))
    try:
        return _keep(known, segment, x, pooling, "real", Fraction(0))
    except Unsupported:
        if not np.isfinite(least):
            raise
        # Zeros may stand for padding where nothing falls below a number that was taken off before.
        return _keep(known, segment, x, pooling, "nonnegative", Fraction(least))


def _keep(
    known: Residuals, segment: Segment, x: Box, pooling: MaxPooling, domain: Domain, shift: Fraction
) -> _Analysis:
    """Analyse nodes for tensors less a number, unless that was done for this number or a smaller one."""
    kept = known.setdefault((segment.end, x.shape, domain), [])
    found = next((analysis for least, analysis in kept if least <= shift), None)
    if found is None:
        found = _analyse(segment, x, pooling, domain, shift)
        kept.append((shift, found))
    return found


def _analyse(segment: Segment, x: Box, pooling: MaxPooling, domain: Domain, shift: Fraction) -> _Analysis:
    windows, whole = pooling.windows, x.shape
    algebra, symbols, single = run_symbols(segment, whole, shift, integers=x.dtype.kind in "iu")
    shape = (1, 1, *whole[2:]) if single else whole
    pixels = pooling.channels_second(pixel_places(shape))
    expected = (*pixels.shape[:2], *windows.size)
    if symbols.shape != pooling.shape(expected):
        raise Unsupported(f"it computes a tensor of shape {symbols.shape}, the windows have {pooling.shape(expected)}")
    origins, taps = _seen(windows, pixels)
    # What is computed from what a window sees; constants have no place.
    fixed = np.array([not expression.terms for expression in algebra.expressions])
    numbers, at = (pooling.channels_second(part).ravel() for part in (symbols.numbers, symbols.places))
    places = np.where(fixed[numbers], 0, at - origins)
    first, kinds = distinct_rows([numbers, places, *taps])
    if len(first) > _MOST_KINDS:
        raise Unsupported(f"{len(first)} windows differ in what is computed from them")
    seen = [[int(tap[i]) for tap in taps] for i in first.tolist()]
    try:
        residuals = [
            residual(algebra, int(numbers[i]), int(places[i]), [place for place in window if place >= 0], domain, shift)
            for i, window in zip(first.tolist(), seen, strict=True)
        ]
    except ProblemTooLargeError as error:
        raise Unsupported(str(error)) from None
    corners = Corners.of(list(zip(residuals, seen, strict=True)), kinds.reshape(expected))
    return _Analysis(tuple(residuals), kinds, origins, shape, corners)


def _seen(windows: Windows, pixels: Index) -> tuple[Index, list[Index]]:
    """Return the place of the first pixel of every window, and those of all taps less it; -1 for the padding."""
    taps = [tap.ravel() for tap in windows.taps(pixels, -1)]
    origins = np.minimum.reduce([np.where(tap < 0, _NOWHERE, tap) for tap in taps])
    if np.any(origins == _NOWHERE):
        raise Unsupported("one of the windows lies in the padding altogether")
    return origins, [np.where(tap < 0, -1, tap - origins) for tap in taps]


def _flat(places: Index, shape: Sequence[int]) -> Index:
    """Return the indices into the flattened tensor of places."""
    index = np.zeros_like(places)
    for stride, size in zip(place_strides(shape), shape, strict=True):
        coordinate, places = np.divmod(places, stride)
        index = index * size + coordinate
    return index


def _over_box(found: Residual, lo: Array, hi: Array) -> tuple[Array, Array]:
    """Bound constant + lo r(1) + (hi - lo) r(y) over all y; each operation is rounded outwards."""
    width, corners = up(hi - lo), []
    # lo has either sign: the bound of r(1) that is outward for a positive factor may be inward for it.
    both = [lo * _outwards(found.at_ones, sign) for sign in (-1, 1)]
    for steep, sign in ((found.least, -1), (found.largest, 1)):
        outwards, extreme = (down, np.minimum) if sign < 0 else (up, np.maximum)
        moved = outwards(extreme(*both)) if found.at_ones else 0.0
        corner = outwards(outwards(width * _outwards(steep, sign)) + moved)
        corners.append(outwards(corner + _outwards(found.constant, sign)))
    return corners[0], corners[1]


def _outwards(value: Fraction, sign: int) -> float:
    """Round a rational to a float, downwards or upwards by the sign."""
    nearest = float(value)
    return nearest if nearest == value else nearest + sign * max(abs(nearest) * 4 * UNIT64, ulp(0.0))
