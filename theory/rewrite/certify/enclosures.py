"""Zonotopes of the tensors of two models on the same inputs, beside their boxes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.answers import Array, Unsupported
from theory.rewrite.certify.arithmetic import ArithmeticOf, down
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.corners import Corners, enclose_residual
from theory.rewrite.certify.functions import RELU
from theory.rewrite.certify.layers import MaxPooling
from theory.rewrite.certify.moves import KEEP
from theory.rewrite.certify.operators import Enclosures, Operator
from theory.rewrite.certify.quantization import Quantized
from theory.rewrite.certify.zonotope import MOST_SYMBOLS, Space, Twin, Zonotope

_NOISE = 2.0**-3
"""Errors have symbols where they are larger than this part of what others make of an element: a symbol for each of them
makes all that follows several times as large, and bounds less than a hundredth smaller."""

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

    def boxed(self, boxes: Boxed) -> _T:
        """Return what boxes say of a tensor, which is not kept."""

    def forget(self, name: str) -> None:
        """Drop what is known of a tensor, which has got another twin or is not needed any more."""

    def through(self, name: str, first: Operator, second: Operator, ts: Sequence[_T], boxes: Boxed) -> Boxed:
        """Go through operators of the two models, and cut the boxes of their results."""

    def quantized(self, name: str, operator: Quantized, t: _T, boxes: Boxed, *, rectified: bool) -> Boxed:
        """Go through a quantization in the second model, where the first has nothing, or a Relu."""

    def replaced(self, name: str, found: Replaced, t: _T, boxes: Boxed, *, swapped: bool) -> Boxed:
        """Go through a max pooling of one model, the second if swapped, and its stand-in in the other."""


@dataclass(frozen=True, eq=False)
class _Leader:
    """The element of an output that may certainly be the largest, in one model: by how much it exceeds the others."""

    number: int
    ahead: Zonotope
    """The others less it."""
    least: Array
    """Bounds of what it exceeds them by, by boxes."""

    @staticmethod
    def of(z: Zonotope, box: Box) -> _Leader | None:
        """Return it, None where the first size is not 1: of an output of several samples nothing is said."""
        if z.center.size < 2 or not z.shape or (len(z.shape) > 1 and z.shape[0] != 1):
            return None
        lo, hi = box.lo.ravel(), box.hi.ravel()
        flat = z.at(np.ones(z.shape, dtype=bool))
        number = int(np.argmax(flat.center))
        others = np.arange(len(lo)) != number
        return _Leader(number, flat.at(others).minus(flat.at(~others)), down(lo[number] - hi[others]))

    def margin(self, others: Array) -> tuple[int | None, float]:
        """Return its number if it is certain, and by how much it is ahead, from bounds of the others less it."""
        margin = float(np.min(np.maximum(-others, self.least)))
        return (self.number if margin > 0 else None), margin


def _cut(box: Box, where: npt.NDArray[np.bool_], below: Array, above: Array) -> Box:
    """Cut some elements of a box by bounds of their negatives, and of themselves."""
    lo, hi = box.lo.copy(), box.hi.copy()
    lo[where], hi[where] = np.maximum(lo[where], -below), np.minimum(hi[where], above)
    return replace(box, lo=lo, hi=hi)


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

    def boxed(self, boxes: Boxed) -> Twin:
        """Return the zonotopes of boxes, without symbols, which are not kept."""
        return Twin(Zonotope.of(boxes[0]), Zonotope.of(boxes[2]), *boxes)

    def output(self, name: str, boxes: Boxed) -> tuple[Box, tuple[int | None, int | None], tuple[float, float]]:
        """Return the box of a difference that nothing comes after, cut by what is found backwards.

        And which element is certainly the largest in either model, None if none is, and by how much, at least.
        """
        d, facts = boxes[2], self._space.facts
        t = self._twins.get(name)
        known = t or self.boxed(boxes)
        everywhere = np.ones(d.shape, dtype=bool)
        flat = known.difference.at(everywhere)
        asked = [flat.negated(), flat] if t is not None and facts.affordable(2 * d.lo.size, t.symbols) else []
        leaders = [_Leader.of(z, box) for z, box in ((known.value, known.x), (known.other, known.y))]
        found = facts.largest(*asked, *(leader.ahead for leader in leaders if leader)) if asked or any(leaders) else []
        if asked:
            d = _cut(d, everywhere, *found[:2])
        ends = iter(found[len(asked) :])
        (first, before), (second, after) = (
            leader.margin(next(ends)) if leader else (None, -np.inf) for leader in leaders
        )
        return d, (first, second), (before, after)

    def forget(self, name: str) -> None:
        """Drop the zonotopes of a tensor, which has got another twin or is not needed any more."""
        self._twins.pop(name, None)

    def through(self, name: str, first: Operator, second: Operator, ts: Sequence[Twin], boxes: Boxed) -> Boxed:
        """Carry zonotopes through operators of the two models, and cut the boxes of their results by them."""
        same = first is second or first == second
        closer = [self._closer(t, first.bends(t)) for t in ts] if same else ts
        if any(a is not b for a, b in zip(closer, ts, strict=True)):
            ts, boxes = closer, self._met(first, closer, boxes)
        errors = self._noise(first, [t.x for t in ts]), self._noise(second, [t.y for t in ts])
        found = self._keep(name, first.enclose_between(second, ts, self._space), errors, boxes)
        if same and first.contracts:
            off = 2 * max(error.largest for error in errors)
            self._twins[name] = replace(self._twins[name], argument=ts[0], off=off)
        return found

    def quantized(self, name: str, operator: Quantized, t: Twin, boxes: Boxed, *, rectified: bool) -> Boxed:
        """Carry zonotopes through a quantization in the second model, where the first has nothing, or a Relu."""
        first: Operator = RELU if rectified else KEEP
        errors = self._noise(first, [t.x]), self._noise(operator, [t.y])
        return self._keep(name, operator.instead(t, self._space, rectified=rectified), errors, boxes)

    def replaced(self, name: str, found: Replaced, t: Twin, boxes: Boxed, *, swapped: bool) -> Boxed:
        """Carry zonotopes through a max pooling of one model, the second if swapped, and its stand-in in the other."""
        if swapped:
            (x, y, d), t = boxes, t.swapped()
            boxes = y, x, d.signed(-1)
        enclosed = found.pooling.enclose_seen(t, self._space)
        if enclosed is None:
            raise Unsupported("its windows are too large, or too many")
        value, difference, seen = enclosed
        if found.residual is not None:
            difference = difference.plus(enclose_residual(seen, found.corners, found.residual, self._space))
        errors = self._noise(found.pooling, [t.x]), found.rounding
        x, y, d = self._keep(name, (value, difference), errors, boxes)
        if swapped:
            self._twins[name] = self._twins[name].swapped()
            return y, x, d.signed(-1)
        return x, y, d

    def _closer(self, t: Twin, where: npt.NDArray[np.bool_] | None) -> Twin:
        """Return zonotopes with closer boxes of some elements, found backwards."""
        if where is None or not self._space.facts.affordable(4 * int(np.count_nonzero(where)), t.symbols):
            return t
        x, y = t.value.at(where), t.other.at(where)
        found = self._space.facts.largest(x.negated(), x, y.negated(), y)
        return replace(t, x=_cut(t.x, where, *found[:2]), y=_cut(t.y, where, *found[2:]))

    def _met(self, operator: Operator, ts: Sequence[Twin], boxes: Boxed) -> Boxed:
        """Cut the boxes of a result by what the operator makes of closer boxes before it."""
        xs, ys, ds = [t.x for t in ts], [t.y for t in ts], [t.d for t in ts]
        kinds = self._arithmetic(xs[0].dtype), self._arithmetic(ys[0].dtype)
        x, y, d = boxes
        after = operator.deviation(xs, ys, ds, kinds)
        return x.meet(operator.forward(xs, kinds[0])), y.meet(operator.forward(ys, kinds[1])), d.meet(after)

    def _new(self, box: Box) -> Zonotope:
        return self._space.between(box.lo, box.hi).added(Zonotope.of(box.zeros()))

    def _noisy(self, z: Zonotope, error: Box) -> Zonotope:
        """Add an error between bounds."""
        return self._space.between(error.lo, error.hi, _NOISE * z.reach).added(z)

    def _noise(self, operator: Operator, xs: Sequence[Box]) -> Box:
        return operator.noise(xs, self._arithmetic(xs[0].dtype))

    def _keep(self, name: str, found: Enclosures, errors: tuple[Box, Box], boxes: Boxed) -> Boxed:
        """Add the runtimes' rounding errors to zonotopes in exact arithmetic, and cut the boxes.

        Half a step of a quantization is large enough for a symbol, as a rule.
        """
        (value, difference), (first, second) = found, errors
        off = second.minus(first)
        value = self._new(boxes[0]) if value is None else self._noisy(value, first)
        difference = self._new(boxes[2]) if difference is None else self._noisy(difference, off)
        other = value.plus(difference)
        if not all(np.all(np.isfinite(z.magnitude) & np.isfinite(z.radius)) for z in (value, difference, other)):
            raise Unsupported("its zonotopes leave the range of float64")
        x, y, d = value.cut(boxes[0]), other.cut(boxes[1]), difference.cut(boxes[2])
        d = d.meet(y.minus(x))
        y = y.meet(x.plus(d))
        self._twins[name] = Twin(value, difference, x, y, d)
        return x, y, d
