"""InstanceNormalization and LayerNormalization: numbers less their mean, over the square root of their variance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod, sqrt

import numpy as np

from theory.rewrite.certify.answers import Array, Unsupported
from theory.rewrite.certify.arithmetic import OWN, SLACK, UNIT64, Arithmetic
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.operators import Boxes, Call, Interpreted, Operator, Pair, axes_from_0

_LONGEST = 1 << 20
"""Largest number of elements whose mean is followed."""

_OWN_MEAN = 2 * _LONGEST * UNIT64 + OWN
"""The relative error of this analysis in such means."""


def instance_normalization(call: Call) -> Interpreted:
    """Read InstanceNormalization with constant scale and shift."""
    x, scale, shift = call.tensor(), call.weights(1), call.weights(2)
    rank = len(x.shape)
    if rank < 3 or scale.shape != (x.shape[1],) or shift.shape != scale.shape:
        raise Unsupported("its scale and shift do not fit its channels")
    scale, shift = (part.reshape(-1, *[1] * (rank - 2)) for part in (scale, shift))
    return _normalized(call, range(2, rank), scale, shift)


def layer_normalization(call: Call) -> Interpreted:
    """Read LayerNormalization with constant scale and shift."""
    x, scale, shift = call.tensor(), call.weights(1), call.optional_weights(2)
    rank = len(x.shape)
    (axis,) = axes_from_0([call.get("axis", -1)], rank)
    shift = np.zeros(()) if shift is None else shift
    if any(call.node.outputs[1:]) or any(
        np.broadcast_shapes(part.shape, x.shape[axis:]) != x.shape[axis:] for part in (scale, shift)
    ):
        raise Unsupported("it returns its statistics, or its scale and shift do not fit")
    return _normalized(call, range(axis, rank), scale, shift)


def _normalized(call: Call, axes: Sequence[int], scale: Array, shift: Array) -> Interpreted:
    x, epsilon = call.tensor(), float(call.get("epsilon", float(np.float32(1e-5))))
    if x.dtype != np.float32 or call.get("stash_type", 1) != 1:
        raise Unsupported("in which precision it computes is clear for float32 alone")
    if not epsilon > 0 or not x.lo.size:
        raise Unsupported("it allows a variance of 0, or its input is empty")
    return _Normalization(tuple(axes), scale, shift, epsilon), [x]


@dataclass(frozen=True, eq=False)
class _Normalization(Operator):
    """z s + b with z = (x - m) / sqrt(v + epsilon), m the mean and v the variance of x along some axes."""

    axes: tuple[int, ...]
    scale: Array
    shift: Array
    epsilon: float

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Box:
        """See :class:`Operator`."""
        x = replace(xs[0], history=None)
        z, _ = self._normal(x)
        own = OWN * (np.abs(self.scale) * z.magnitude + np.abs(self.shift))
        box = z.times(self.scale, self.scale).plus(Box.point(self.shift, x.dtype)).widened(own)
        return box.widened(self._error(x, arithmetic))

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        """Bound s (dc - z mean(z dc)) / sqrt(v + epsilon), c = x - m: the mean value along a segment.

        The square mean of z is at most 1, so mean(z dc) is at most the root of the square mean of dc.
        """
        (x,), (y,), (d,) = xs, ys, ds
        hull = replace(x.hull(y), history=None)
        change = self._centred(replace(d, history=None))
        z, inverse = self._normal(hull)
        products = change.times(z.lo, z.hi)
        own = _OWN_MEAN * self._mean(products.magnitude)
        root = np.sqrt(self._mean(np.square(change.magnitude))) * (1 + _OWN_MEAN)
        low, high = np.maximum(self._mean(products.lo) - own, -root), np.minimum(self._mean(products.hi) + own, root)
        slope = change.minus(z.times(low, high)).times(*inverse).times(self.scale, self.scale)
        return slope.widened(self._error(x, arithmetic[0]) + self._error(y, arithmetic[1]))

    def _count(self, x: Array) -> int:
        return prod(x.shape[axis] for axis in self.axes)

    def _mean(self, values: Array) -> Array:
        if self._count(values) > _LONGEST:
            raise Unsupported("it takes the mean of more than 2^20 numbers")
        return np.asarray(values.mean(self.axes, keepdims=True))

    def _centred(self, x: Box) -> Box:
        """Bound each number less the mean, of which it is part."""
        part = 1 / self._count(x.lo)
        lo = x.lo - (self._mean(x.hi) - x.hi * part) - x.lo * part
        hi = x.hi - (self._mean(x.lo) - x.lo * part) - x.hi * part
        return Box(lo, hi, x.dtype).widened(_OWN_MEAN * 4 * (x.magnitude + self._mean(x.magnitude)))

    def _normal(self, x: Box) -> tuple[Box, tuple[Array, Array]]:
        """Bound z, and the inverse of the root."""
        centred = self._centred(x)
        least, most = (
            self._mean(np.square(size)) * (1 + side * _OWN_MEAN) + self.epsilon
            for size, side in ((centred.least_magnitude, -1), (centred.magnitude, 1))
        )
        inverse = (1 - 2 * OWN) / np.sqrt(most), (1 + 2 * OWN) / np.sqrt(least)
        limit = sqrt(self._count(x.lo) - 1) * (1 + OWN)
        return centred.times(*inverse).mapped(lambda z: np.clip(z, -limit, limit)), inverse

    def _error(self, x: Box, arithmetic: Arithmetic) -> Array:
        """Bound the rounding: of the mean, of the variance, in one pass or in two, of what is divided and added.

        The variance may be the mean of the squares less the square of the mean, and the mean may be subtracted after
        the division: either loses what the square mean, or the mean, is larger than the variance.
        """
        count, scale = self._count(x.lo), np.abs(self.scale)
        size = x.magnitude + 2 * self._mean(x.magnitude)
        square = self._mean(np.square(x.magnitude)) * (1 + _OWN_MEAN)
        factor = arithmetic.within_range(2 * count + 4 * SLACK, count * np.maximum(square, size))
        centred = self._centred(x)
        whole = self._mean(np.square(centred.magnitude)) * (1 + _OWN_MEAN) + self.epsilon
        lost = 16 * factor * square + factor * whole + (4 * count + 4) * arithmetic.tiny
        least = self._mean(np.square(centred.least_magnitude)) * (1 - _OWN_MEAN) + self.epsilon - lost
        if not np.all(least > 0):
            raise Unsupported("rounding may bring its variance to 0")
        inverse = 1 / np.sqrt(least)
        arithmetic.within_range(0, 2 * (size * inverse * np.maximum(scale, 1) + np.abs(self.shift)))
        arithmetic.within_range(0, inverse * np.maximum(scale, 1))
        off = (factor * size + count * arithmetic.tiny) * inverse
        off = off + centred.magnitude * (lost * inverse**3 / 2 + factor * inverse)
        vanishing = arithmetic.tiny * (8 + (size + inverse) * (1 + inverse) * (1 + scale))
        error: Array = (scale * off + factor * (scale * size * inverse + np.abs(self.shift))) * (1 + 2 * OWN)
        return np.asarray(error + vanishing)
