"""QuantizeLinear with the DequantizeLinear behind it: what is left of a tensor that was stored in 8 or 16 bits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from theory.rewrite.certify import relaxations
from theory.rewrite.certify.answers import Array, Unsupported
from theory.rewrite.certify.arithmetic import OWN, SLACK, Arithmetic
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.constants import of_constants
from theory.rewrite.certify.functions import flat_outside
from theory.rewrite.certify.graph import COARSE, STAND_IN, Constant, same_value
from theory.rewrite.certify.operators import Boxes, Call, Enclosures, Interpreted, Operator, Pair
from theory.rewrite.certify.zonotope import Space, Twin, Zonotope

_COARSE_STEPS = 3.0
"""How many steps a runtime's kernel of integers for a Softmax may be off. Assumed; onnxruntime's was measured within
1.5: it cuts off the rest of a division, and of the inverse of the step."""


def quantized(call: Call) -> Interpreted:
    """Read DequantizeLinear, with the inputs of the QuantizeLinear before it in the place of its own first one."""
    if len(call.inputs) != 5:
        raise Unsupported("what it takes is neither constant nor the result of a QuantizeLinear like it")
    x, (scale, zero, *others) = call.tensor(), call.inputs[1:]
    if not all(a is b is None or same_value(a, b) for a, b in zip((scale, zero), others, strict=True)):
        raise Unsupported("it has another scale or zero point than the QuantizeLinear before it, or computed ones")
    if x.dtype != np.float32 or not isinstance(scale, np.ndarray) or scale.dtype != np.float32:
        raise Unsupported("it quantizes other numbers than float32, or by another scale")
    steps, zeros = _along(call, scale, len(x.shape)), _along(call, _zero(zero), len(x.shape))
    if not (np.all(np.isfinite(steps)) and np.all(steps > 0)):
        raise Unsupported("its scale is not positive")
    limits = np.iinfo(np.uint8 if zero is None else zero.dtype)
    half = _COARSE_STEPS if call.get(COARSE) else 0.5
    return Quantized(steps, steps * (limits.min - zeros), steps * (limits.max - zeros), half), [x]


def alone(call: Call) -> Interpreted:
    """Read what makes integers: never, since floats that they stand for are followed in their place."""
    if call.node.op == "QuantizeLinear":
        raise Unsupported("it is followed together with a DequantizeLinear behind it alone")
    raise Unsupported("it is followed with constant weights of 8 bits and the scales of what it takes alone")


def dynamic(call: Call) -> Interpreted:
    """Read what the integers of DynamicQuantizeLinear stand for."""
    if not call.node.outputs[0].endswith(STAND_IN):
        return alone(call)
    return _Dynamic(), [call.tensor()]


def _dequantize(call: Call) -> Constant:
    """Compute DequantizeLinear of constants."""
    if len(call.inputs) > 3 or call.get("block_size", 0):
        raise Unsupported("it quantizes constants, or in blocks")
    x, scale, zero = call.inputs[0], call.inputs[1], call.input(2)
    if x.dtype.kind not in "iu" or scale.dtype != np.float32:
        raise Unsupported(f"it takes {x.dtype} with a scale of {scale.dtype}")
    rank = x.ndim
    # Exact in float64, then rounded once, as runtimes round.
    numbers: Array = (x.astype(np.float64) - _along(call, _zero(zero), rank)) * _along(call, scale, rank)
    return numbers.astype(np.float32)


dequantize = of_constants(_dequantize)
"""Folds DequantizeLinear."""


def _zero(zero: Any) -> Constant:
    if zero is None:
        return np.zeros((), np.uint8)
    if not isinstance(zero, np.ndarray) or zero.dtype not in (np.int8, np.uint8, np.int16, np.uint16, np.int32):
        raise Unsupported("its zero point is computed, or of another type than 8 or 16 bits")
    result: Constant = zero
    return result


def _along(call: Call, values: Constant, rank: int) -> Array:
    """Return what there is one of, or one for each place of an axis, so that it broadcasts."""
    axis = call.get("axis", 1)
    if values.size == 1:
        return values.astype(np.float64).reshape(())
    if values.ndim != 1 or not -rank <= axis < rank:
        raise Unsupported("its scale or zero point fits no axis")
    return values.astype(np.float64).reshape(-1, *[1] * (rank - 1 - axis % rank))


@dataclass(frozen=True, eq=False)
class Quantized(Operator):
    """The nearest multiple of a step between a lowest and a highest one."""

    step: Array
    lowest: Array
    highest: Array
    half: float
    """How many steps the nearest one may be away."""

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Box:
        """See :class:`Operator`."""
        box = self._clipped(xs[0]).widened(self._error(xs[0], arithmetic))
        # No rounding leads beyond the ends, but for that of the product with the step.
        ends = [end + side * self._product(end, arithmetic) for side, end in ((-1, self.lowest), (1, self.highest))]
        return replace(box, lo=np.maximum(box.lo, ends[0]), hi=np.minimum(box.hi, ends[1]), history=None)

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        """See :class:`Operator`."""
        return self.between(self, xs, ys, ds, arithmetic)

    def between(self, other: Operator, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        """See :class:`Operator`: both round what they cut off at their ends."""
        if not isinstance(other, Quantized):
            raise Unsupported("the models do different things here")
        both = xs[0].hull(ys[0])
        change = ds[0].times(*flat_outside(self.lowest, self.highest)(both.lo, both.hi))
        errors = self._error(xs[0], arithmetic[0]) + other._error(ys[0], arithmetic[1])
        return change.plus(self._cut_otherwise(other, ys[0])).widened(errors)

    def noise(self, xs: Boxes, arithmetic: Arithmetic) -> Box:
        """See :class:`Operator`: all that is not cut off."""
        return xs[0].zeros().widened(self._error(xs[0], arithmetic))

    def enclose(self, ts: Sequence[Twin], space: Space) -> Enclosures:
        """See :class:`Operator`."""
        return self.enclose_between(self, ts, space)

    def enclose_between(self, other: Operator, ts: Sequence[Twin], space: Space) -> Enclosures:
        """See :class:`Operator`."""
        if not isinstance(other, Quantized):
            raise Unsupported("the models do different things here")
        (t,) = ts
        both = t.x.hull(t.y)
        slopes = flat_outside(self.lowest, self.highest)(both.lo, both.hi)
        least, most = (np.broadcast_to(ends, t.shape) for ends in slopes)
        cut, otherwise = self.cut_off(t.x, rectified=False), self._cut_otherwise(other, t.y)
        difference = relaxations.by_slopes(t, space, least, most)
        return _moved(t.value, cut, space), _moved(difference, otherwise, space)

    def instead(self, t: Twin, space: Space, *, rectified: bool) -> Enclosures:
        """Return zonotopes where the first model has nothing in its place, or a Relu."""
        value, difference = relaxations.relu(t, space) if rectified else (t.value, t.difference)
        return value, _moved(difference, self.cut_off(t.y, rectified=rectified), space)

    def _cut_otherwise(self, other: Quantized, y: Box) -> Box:
        """Bound what another cuts off less what this does: linear in y but at the ends of either."""
        if other is self:
            return y.zeros()
        ends = (self.lowest, self.highest, other.lowest, other.highest)
        at = [y.lo, y.hi, *(np.clip(end, y.lo, y.hi) for end in ends)]
        values = [np.clip(v, other.lowest, other.highest) - np.clip(v, self.lowest, self.highest) for v in at]
        box = Box(np.minimum.reduce(values), np.maximum.reduce(values), y.dtype)
        return box.widened(OWN * box.magnitude)

    @property
    def rectifies(self) -> bool:
        """Whether it cuts off what is below 0."""
        return bool(np.all(self.lowest == 0))

    def residue(self, x: Box, arithmetic: Arithmetic, *, rectified: bool) -> Box:
        """Bound what becomes of x less x itself, or less its positive part."""
        return self.cut_off(x, rectified=rectified).widened(self._error(x, arithmetic))

    def cut_off(self, x: Box, *, rectified: bool) -> Box:
        """Bound what is cut off of x, or of its positive part, as a number to be added."""
        whole = x.mapped(lambda v: np.maximum(v, 0.0)) if rectified else x
        clipped = self._clipped(x)
        # What is cut off never grows with x, whole less clipped.
        lo, hi = clipped.hi - whole.hi, clipped.lo - whole.lo
        # Of numbers that are not cut off nothing is lost.
        return Box(lo, hi, x.dtype).widened(np.where((lo == 0) & (hi == 0), 0.0, OWN * x.magnitude))

    def _clipped(self, x: Box) -> Box:
        return x.mapped(lambda v: np.clip(v, self.lowest, self.highest))

    def _product(self, end: Array, arithmetic: Arithmetic) -> Array:
        return np.abs(end) * (SLACK * arithmetic.unit) + arithmetic.tiny

    def _error(self, x: Box, arithmetic: Arithmetic) -> Array:
        """Bound the distance from what is cut off alone: half a step, as a rule, and rounding that shifts the steps.

        A kernel of integers may take the place of a layer between two of these: its few roundings are among those of
        the layer and of this. Beyond the ends, by a step at most, nothing is lost.
        """
        if not np.all(self.step >= arithmetic.tiny):
            raise Unsupported("its scale may be taken for 0")
        factor = arithmetic.within_range(SLACK + 4, x.magnitude / self.step) * (1 + OWN)
        if factor * 2**18 > 1:
            raise Unsupported("its steps are lost in rounding")
        reach = np.minimum(x.magnitude, np.maximum(np.abs(self.lowest), np.abs(self.highest)) + self.step)
        error: Array = self.step * (self.half + factor) + 2 * factor * reach + arithmetic.tiny * (4 + self.step)
        return error


@dataclass(frozen=True)
class _Dynamic(Operator):
    """The nearest multiple of a step that is 1/255 of the range of all elements, 0 among them: nothing is cut off.

    Where the zero point was rounded the levels at either end are missing, but none is further away than half a step.
    """

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Box:
        """See :class:`Operator`."""
        return xs[0].widened(self._error(xs[0], arithmetic))

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        """See :class:`Operator`."""
        return ds[0].widened(self._error(xs[0], arithmetic[0]) + self._error(ys[0], arithmetic[1]))

    def noise(self, xs: Boxes, arithmetic: Arithmetic) -> Box:
        """See :class:`Operator`: all of it."""
        return xs[0].zeros().widened(self._error(xs[0], arithmetic))

    def enclose(self, ts: Sequence[Twin], space: Space) -> Enclosures:
        """See :class:`Operator`."""
        return ts[0].value, ts[0].difference

    def _error(self, x: Box, arithmetic: Arithmetic) -> float:
        step = (float(np.max(x.hi, initial=0.0)) - float(np.min(x.lo, initial=0.0))) / 255
        # A quotient of up to 255 may be rounded to the other side, and the step may vanish.
        factor = arithmetic.within_range(SLACK + 4, x.magnitude) * (1 + OWN)
        return step * (0.5 + 512 * factor) * (1 + OWN) + 512 * arithmetic.tiny


def _moved(z: Zonotope, by: Box, space: Space) -> Zonotope:
    """Add numbers of a box, if there are any but 0."""
    return space.between(by.lo, by.hi).added(z) if by.largest else z
