"""Spheres: how far a tensor is from a point, and the tensors of two models from each other, as lengths of vectors.

The length is the root of the sum of squares. A convolution makes it longer by the largest of its singular values, and
a box by the sums of the absolute values of its weights, which for n weights of random signs is about sqrt(n) times as
much: in deep models spheres overtake boxes after a few layers, and cut them from there on. They know nothing of single
elements, so neither replaces the other.

For tensors x of the first model and y of the second, |x - c| <= radius and |y - x| <= distance, where c is what the
original makes of the middle of the inputs, in exact arithmetic, or the middle of a box where nothing else is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite

import numpy as np

from theory.rewrite.certify.answers import Unsupported
from theory.rewrite.certify.arithmetic import OWN, ArithmeticOf, length, real_arithmetic
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.enclosures import Boxed, Replaced
from theory.rewrite.certify.linear import Linear
from theory.rewrite.certify.operators import Operator
from theory.rewrite.certify.quantization import Quantized


@dataclass(frozen=True, eq=False)
class Sphere:
    """Of the tensors of one name in both models."""

    center: Box
    """One point, with the history of what made it: the sizes of its sums."""
    radius: float
    distance: float
    excess: float
    """Length of what the sums of absolute values that made either tensor have beside those of the center."""
    x: Box
    y: Box

    @property
    def beside(self) -> float:
        """How far either tensor is from the center."""
        return (self.radius + self.distance) * (1 + OWN)

    def heap(self) -> float:
        """Bound the length of what the sums that made either tensor have beside those of the center, sizes taken."""
        if self.center.history is not None:
            return self.excess
        sizes = [box.history.size for box in (self.x, self.y) if box.history is not None]
        if not sizes:
            return self.beside
        # The nodes in the place of a max pooling end in a sum, the pooling itself does not.
        return length(np.maximum(np.maximum.reduce(sizes) - self.center.magnitude, 0.0))


class Spheres:
    """The spheres of all tensors of two models."""

    def __init__(self, arithmetic: ArithmeticOf) -> None:
        self._arithmetic = arithmetic
        self._known: dict[str, Sphere] = {}

    def twin(self, name: str, boxes: Boxed) -> Sphere:
        """Return the sphere of a tensor, from its boxes if there is none yet."""
        if name not in self._known:
            self._known[name] = _around(boxes)
        return self._known[name]

    def boxed(self, boxes: Boxed) -> Sphere:
        """Return the sphere of boxes, which is not kept."""
        return _around(boxes)

    def forget(self, name: str) -> None:
        """Drop the sphere of a tensor, which has got another twin or is not needed any more."""
        self._known.pop(name, None)

    def through(self, name: str, first: Operator, second: Operator, ts: Sequence[Sphere], boxes: Boxed) -> Boxed:
        """Carry spheres through an operator of both models, and cut the boxes of its result by them.

        Nothing is said where the models have different ones: what weights differ by is not bounded here.
        """
        if first is not second and first != second:
            raise Unsupported("the models do different things here")
        operator = first
        xs, points, beside = [t.x for t in ts], [t.center for t in ts], [t.beside for t in ts]
        radius, distance = (
            operator.lengthened(xs, each) for each in ([t.radius for t in ts], [t.distance for t in ts])
        )
        if not (isfinite(radius) and isfinite(distance)):
            raise Unsupported("it may lengthen differences by any factor")
        center, own = _at(operator, points)
        heap = self._heap(operator, ts)
        roundings = [
            operator.rounding_length(tensors, points, beside, (made, center), heap, self._arithmetic(tensors[0].dtype))
            for tensors, made in ((xs, boxes[0]), ([t.y for t in ts], boxes[1]))
        ]
        found = Sphere(center, radius + roundings[0] + own, distance + sum(roundings), heap, *boxes[:2])
        return self._keep(name, found, boxes)

    def quantized(self, name: str, operator: Quantized, t: Sphere, boxes: Boxed, *, rectified: bool) -> Boxed:
        """Say nothing of a quantization in one model: half a step for every element is what the boxes say."""
        raise Unsupported("the models do different things here")

    def replaced(self, name: str, found: Replaced, t: Sphere, boxes: Boxed, *, swapped: bool) -> Boxed:
        """Carry spheres through a max pooling of one model, the second if swapped, and its stand-in in the other."""
        center, own = _at(found.pooling, [t.center])
        radius, distance = (found.pooling.lengthened([t.x], [each]) for each in (t.radius, t.distance))
        kind = self._arithmetic(t.x.dtype)
        # Of the pooling, numbers alone that are taken for 0.
        lost = found.pooling.rounding_length([t.x], [t.center], [t.beside], (boxes[0], center), 0.0, kind)
        off = length(found.rounding.magnitude) + (0.0 if found.residual is None else length(found.residual.magnitude))
        radius += own + (off if swapped else lost)
        return self._keep(name, Sphere(center, radius, distance + off + lost, 0.0, *boxes[:2]), boxes)

    def _heap(self, operator: Operator, ts: Sequence[Sphere]) -> float:
        """Bound by how much the sums of absolute values that make a result may exceed those at the centers."""
        excess = [t.heap() for t in ts]
        if isinstance(operator, Linear):
            return operator.heap(ts[0].beside, excess[0]) * (1 + OWN)
        return operator.lengthened([t.x for t in ts], excess) * (1 + OWN)

    def _keep(self, name: str, found: Sphere, boxes: Boxed) -> Boxed:
        """Keep a sphere, no larger than the boxes are, and cut them by it."""
        center = found.center.lo
        (x, y, d), (radius, distance) = boxes, (each * (1 + OWN) for each in (found.radius, found.distance))
        if not (isfinite(radius) and isfinite(distance)):
            raise Unsupported("nothing is known of how long differences may become")
        x = x.meet(found.center.widened(radius))
        y = y.meet(found.center.widened((radius + distance) * (1 + OWN)))
        d = d.meet(Box(np.full(d.shape, -distance), np.full(d.shape, distance), d.dtype))
        radius, distance = min(radius, length(x.radius(center))), min(distance, length(d.magnitude))
        self._known[name] = replace(found, radius=radius, distance=distance, x=x, y=y)
        return x, y, d


def _around(boxes: Boxed) -> Sphere:
    """Return the smallest sphere about the middle of a box."""
    x, y, d = boxes
    middle = x.middle
    radius, distance = length(x.radius(middle)), length(d.magnitude)
    return Sphere(Box.point(middle, x.dtype), radius, distance, 0.0, x, y)


def _at(operator: Operator, points: Sequence[Box]) -> tuple[Box, float]:
    """Return what an operator makes of points in exact arithmetic, about, and how far that is off."""
    found = operator.forward(points, real_arithmetic(points[0].dtype))
    middle = found.middle
    return Box(middle, middle, found.dtype, found.history), length(found.radius(middle))
