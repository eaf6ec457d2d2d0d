"""Zonotopes of the tensors of two models on the same inputs, beside their boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

import numpy as np

from theory.rewrite.certify.answers import Unsupported
from theory.rewrite.certify.arithmetic import Arithmetic, ArithmeticOf, down, real_arithmetic
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.corners import Corners, enclose_residual
from theory.rewrite.certify.layers import MaxPooling
from theory.rewrite.certify.operators import Enclosures, Operator
from theory.rewrite.certify.pooled import Seen
from theory.rewrite.certify.zonotope import MOST_SYMBOLS, Space, Twin, Zonotope

_MOST_ELEMENTS = 1 << 14
"""Largest inputs whose models are small enough for all this."""

Boxed: TypeAlias = tuple[Box, Box, Box]
"""Of a tensor of the first model, of the second, and of the second's less the first's."""


@dataclass(frozen=True, eq=False)
class Replaced:
    """What stands for a max pooling in the second model."""

    pooling: MaxPooling
    residual: Box | None
    """Of what the nodes compute in exact arithmetic less the maximum; None if it is the maximum."""
    corners: Corners
    rounding: Box
    """Of what a runtime makes of the nodes less what they compute."""


_T = TypeVar("_T")


class Domain(Protocol[_T]):
    """What is known of the tensors of two models beside their boxes, which it cuts."""

    def twin(self, name: str, boxes: Boxed) -> _T:
        """Return what is known of a tensor, from its boxes if that is nothing yet."""

    def constant(self, x: Box) -> _T:
        """Return what is known of a tensor that is the same in both models."""

    def through(self, name: str, operator: Operator, ts: Sequence[_T], boxes: Boxed) -> Boxed:
        """Go through an operator of both models, and cut the boxes of its result."""

    def replaced(self, name: str, found: Replaced, t: _T, boxes: Boxed, *, swapped: bool) -> Boxed:
        """Go through a max pooling of one model, the second if swapped, and its stand-in in the other."""


def boxed_twin(boxes: Boxed) -> Twin:
    """Return the zonotopes of boxes, without symbols."""
    return Twin(Zonotope.of(boxes[0]), Zonotope.of(boxes[2]), *boxes)


def leader(z: Zonotope, box: Box) -> tuple[int | None, float]:
    """Return the number of the element that certainly is the largest, None if none is, and by how much, at least.

    An output whose first size is not 1 holds several samples, of which nothing is said.
    """
    if z.center.size < 2 or not z.shape or (len(z.shape) > 1 and z.shape[0] != 1):
        return None, -np.inf
    lo, hi = box.lo.ravel(), box.hi.ravel()
    flat = z.at(np.ones(z.shape, dtype=bool))
    number = int(np.argmax(flat.center))
    others = np.arange(len(lo)) != number
    ahead, _ = flat.at(~others).minus(flat.at(others)).bounds()
    margin = float(np.min(np.maximum(ahead, down(lo[number] - hi[others]))))
    return (number if margin > 0 else None), margin


class Enclosed:
    """The zonotopes of two models; symbols stand for the inputs, and for what no operator before could express."""

    def __init__(self, inputs: Mapping[str, Box], arithmetic: ArithmeticOf) -> None:
        self._space = Space()
        self._arithmetic = arithmetic
        self._twins: dict[str, Twin] = {}
        for name, x in inputs.items():
            zero = x.zeros()
            self._twins[name] = Twin(self._new(x), Zonotope.of(zero), x, x, zero)

    @staticmethod
    def affordable(inputs: Mapping[str, Box]) -> bool:
        """Say whether the inputs are small, and every element that is not fixed can have a symbol."""
        free = sum(int(np.count_nonzero(x.hi > x.lo)) for x in inputs.values())
        return free <= MOST_SYMBOLS and sum(x.lo.size for x in inputs.values()) <= _MOST_ELEMENTS

    def twin(self, name: str, boxes: Boxed) -> Twin:
        """Return the zonotopes of a tensor, from its boxes if there are none yet."""
        if name not in self._twins:
            self._twins[name] = Twin(self._new(boxes[0]), self._new(boxes[2]), *boxes)
        return self._twins[name]

    def constant(self, x: Box) -> Twin:
        """Return the zonotopes of a tensor that is the same in both models."""
        return boxed_twin((x, x, x.zeros()))

    def through(self, name: str, operator: Operator, ts: Sequence[Twin], boxes: Boxed) -> Boxed:
        """Carry zonotopes through an operator of both models, and cut the boxes of its result by them."""
        xs, ys = [t.x for t in ts], [t.y for t in ts]
        errors = self._rounding(operator, xs), self._rounding(operator, ys)
        return self._keep(name, operator.enclose(ts, self._space), errors, boxes)

    def replaced(self, name: str, found: Replaced, t: Twin, boxes: Boxed, *, swapped: bool) -> Boxed:
        """Carry zonotopes through a max pooling of one model, the second if swapped, and its stand-in in the other."""
        if swapped:
            (x, y, d), t = boxes, t.swapped()
            boxes = y, x, d.signed(-1)
        value, difference = found.pooling.enclose([t], self._space)
        if difference is None:
            raise Unsupported("its windows are too large, or too many")
        if found.residual is not None:
            seen = Seen(t.other, t.y, found.pooling.windows)
            difference = difference.plus(enclose_residual(seen, found.corners, found.residual, self._space))
        errors = self._rounding(found.pooling, [t.x]), found.rounding
        x, y, d = self._keep(name, (value, difference), errors, boxes)
        if swapped:
            self._twins[name] = self._twins[name].swapped()
            return y, x, d.signed(-1)
        return x, y, d

    def _new(self, box: Box) -> Zonotope:
        return self._space.between(box.lo, box.hi).added(Zonotope.of(box.zeros()))

    def _rounding(self, operator: Operator, xs: Sequence[Box]) -> Box:
        """Bound what a runtime computes less what the operator does in exact arithmetic to the same."""
        kinds: tuple[Arithmetic, Arithmetic] = real_arithmetic(xs[0].dtype), self._arithmetic(xs[0].dtype)
        return operator.deviation(xs, xs, [x.zeros() for x in xs], kinds)

    def _keep(self, name: str, found: Enclosures, errors: tuple[Box, Box], boxes: Boxed) -> Boxed:
        """Add the runtimes' rounding errors to zonotopes in exact arithmetic, and cut the boxes."""
        (value, difference), (first, second) = found, errors
        off = second.minus(first)
        value = self._new(boxes[0]) if value is None else value.widened(first.lo, first.hi)
        difference = self._new(boxes[2]) if difference is None else difference.widened(off.lo, off.hi)
        other = value.plus(difference)
        if not all(np.all(np.isfinite(z.magnitude) & np.isfinite(z.radius)) for z in (value, difference, other)):
            raise Unsupported("its zonotopes leave the range of float64")
        x, y, d = value.cut(boxes[0]), other.cut(boxes[1]), difference.cut(boxes[2])
        d = d.meet(y.minus(x))
        y = y.meet(x.plus(d))
        self._twins[name] = Twin(value, difference, x, y, d)
        return x, y, d
