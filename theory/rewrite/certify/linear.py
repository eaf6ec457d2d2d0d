"""Linear operators L of fixed weights, as what the analysis needs of them: L x and |L| x, the weights' absolute values.

From these follow all bounds. With x = c + r e, |e| <= 1, the images of a box lie within |L| r of L c; rounding adds at
most gamma_n (|L| |x| + |b|), for the runtime and for this analysis alike. Where weights differ,
L' x' - L x = L (x' - x) + (L' - L) x'. What a runtime may compute instead, when it folds scales, is bounded by the
:class:`~theory.rewrite.certify.chain.Chain`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from theory.rewrite.certify.answers import Array, Unsupported
from theory.rewrite.certify.arithmetic import OWN, SLACK, TINY64, UNIT64, Arithmetic, gamma, length
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.chain import Chain, largest, spread
from theory.rewrite.certify.operators import Boxes, Enclosures, Operator, Pair
from theory.rewrite.certify.zonotope import Space, Twin, linear_image


@dataclass(frozen=True, eq=False, kw_only=True)
class Linear(Operator):
    """A linear operator on tensors of one shape, plus an offset."""

    terms: int
    """Largest number of products that one element of the result sums, the offset included."""
    reach: Array | float
    """Bounds the change of the result where no element of the argument changes by more than 1."""
    offset: Array | None = None
    """What is added, broadcast to the result."""

    @abstractmethod
    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        """Return L x, or |L| x, without offset; the first axis of x numbers tensors to be treated alike.

        With ``absolute`` the tensors are nowhere negative, and the results may be larger than that.
        """

    def less(self, other: Linear) -> Linear:
        """Return an operator that computes the difference of this and another of its class, offsets aside.

        Its ``apply`` alone is of use. Raises Unsupported if the two do not only differ in their weights.
        """
        raise Unsupported("the models do different things here")

    @abstractmethod
    def addends(self, magnitude: Array, chain: Chain) -> Array:
        """Return the total magnitude of what each element of the argument brings into the sums."""

    @abstractmethod
    def extended(self, chain: Chain, size: Array) -> Chain:
        """Return the chain of the result, whose addends have a total magnitude of size."""

    @abstractmethod
    def vanishing(self, before: Chain, after: Chain) -> Array | float:
        """Bound the change of the result where products of constants are off by 1: the unit is what may vanish."""

    @abstractmethod
    def early(self, before: Chain) -> float:
        """Bound the growth of an error that a uniform scale makes where it comes before the operators before it."""

    @property
    def gain(self) -> float:
        """Bounds the factor by which L makes a vector longer; infinity if nothing is known."""
        return inf

    @abstractmethod
    def heap(self, beside: float, excess: float) -> float:
        """Bound the length of what the addends have beside those at a point that the argument is so far from.

        The sums that made the argument have so much beside theirs.
        """

    def lengthened(self, xs: Boxes, lengths: Sequence[float]) -> float:
        """See :class:`Operator`."""
        return self.gain * lengths[0]

    def rounding_length(
        self, xs: Boxes, points: Boxes, lengths: Sequence[float], result: tuple[Box, Box], heap: float, kind: Arithmetic
    ) -> float:
        """See :class:`Operator`: what is rounded off grows with the sums of absolute values, and no faster."""
        made, at = result
        if made.history is None or at.history is None:
            raise Unsupported("nothing is known of how it was made")
        each = self.rounding(xs[0].chain, replace(made.history, size=at.history.size), kind)
        most = largest(self.rounding(xs[0].chain, replace(made.history, size=np.ones(())), kind))
        return (length(np.broadcast_to(each, made.shape)) + most * heap) * (1 + OWN)

    @property
    def offset_size(self) -> Array:
        """The total magnitude of what the offset is the sum of."""
        return np.abs(np.zeros(()) if self.offset is None else self.offset)

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Box:
        """See :class:`Operator`."""
        return self._bound(xs[0], xs[0].chain, xs[0].magnitude, (arithmetic,), of_values=True)

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        """See :class:`Operator`."""
        chains = xs[0].chain, ys[0].chain
        chain = Chain.join(chains, np.maximum(*(each.size for each in chains)))
        return self._bound(ds[0], chain, np.maximum(xs[0].magnitude, ys[0].magnitude), arithmetic, of_values=False)

    def between(self, other: Operator, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        """See :class:`Operator`: the first's weights on the difference, what they differ on the second's tensor."""
        if other is self:
            return self.deviation(xs, ys, ds, arithmetic)
        second, delta, shift = self._changed(other)
        change = delta._image(ys[0]).plus(Box.point(shift, ys[0].dtype))
        result = self._image(ds[0]).plus(change)
        for operator, x, kind in zip((self, second), (xs[0], ys[0]), arithmetic, strict=True):
            size = operator.apply(operator.addends(x.magnitude, x.chain)[None], absolute=True)[0]
            after = operator.extended(x.chain, size + operator.offset_size)
            # The constants of either, and their differences, were rounded here beside the whole of them.
            own = after.size * (4 * gamma(operator.terms + 8, UNIT64))
            result = result.widened(operator.rounding(x.chain, after, kind) + own)
        return replace(result, history=after)

    def _changed(self, other: Operator) -> tuple[Linear, Linear, Array]:
        """Return another operator of this class, and what its weights and its offset are less this one's."""
        if not isinstance(other, Linear) or type(other) is not type(self):
            raise Unsupported("the models do different things here")
        shift, shifted = (np.zeros(()) if each.offset is None else each.offset for each in (self, other))
        return other, other.less(self), shifted - shift

    def _image(self, box: Box) -> Box:
        """Bound the results for a box in exact arithmetic, without the offset."""
        middle = box.middle
        result = self.apply(middle[None])[0]
        radius, size = self.apply(np.stack([box.radius(middle), box.magnitude]), absolute=True)
        factor = 2 * gamma(self.terms + 8, UNIT64)
        return Box(result, result, box.dtype).widened(radius * (1 + factor) + size * factor + self.terms * TINY64)

    def enclose(self, ts: Sequence[Twin], space: Space) -> Enclosures:
        """See :class:`Operator`."""
        (t,), roundings = ts, self.terms + 8
        value = linear_image(self.apply, t.value, roundings, self.offset, self.offset_size)
        return value, linear_image(self.apply, t.difference, roundings, None, np.zeros(()))

    def enclose_between(self, other: Operator, ts: Sequence[Twin], space: Space) -> Enclosures:
        """See :class:`Operator`: exact, as far as symbols are common to both."""
        value, moved = self.enclose(ts, space)
        if other is self or value is None or moved is None:
            return value, moved
        (t,), roundings = ts, self.terms + 8
        second, delta, shift = self._changed(other)
        change = linear_image(delta.apply, t.other, roundings, shift, np.abs(shift))
        # The constants of either, and their differences, were rounded here beside the whole of them.
        pairs = (self, t.x), (second, t.y)
        size, other_size = (op.apply(x.magnitude[None], absolute=True)[0] + op.offset_size for op, x in pairs)
        own = (size + other_size) * (4 * gamma(roundings, UNIT64))
        return value, moved.plus(change).widened(-own, own)

    def _bound(
        self, box: Box, chain: Chain, magnitude: Array, arithmetic: Sequence[Arithmetic], *, of_values: bool
    ) -> Box:
        """Bound the results for a box of values, or of differences of values of the chain and the magnitude given."""
        middle = box.middle
        result = self.apply(middle[None])[0]
        radius, size = self.apply(np.stack([box.radius(middle), self.addends(magnitude, chain)]), absolute=True)
        if self.offset is not None:
            result = result + self.offset if of_values else result
            size = size + self.offset_size
        # Of a difference, |L| |d| is looked at only for the rounding of this analysis: its largest element will do.
        own = size if of_values else self.reach * box.largest
        after = self.extended(chain, size)
        # The rounding errors of this analysis, then those of the runtimes.
        factor = gamma(self.terms + 8, UNIT64)
        total = radius * (1 + 2 * factor) + own * (2 * factor) + self.terms * TINY64
        for kind in arithmetic:
            total = total + self.rounding(chain, after, kind)
        return Box(result, result, box.dtype, after).widened(total)

    def rounding(self, before: Chain, after: Chain, arithmetic: Arithmetic) -> Array:
        """Bound the rounding error of the result, in whatever order it is computed."""
        roundings = after.terms + SLACK
        factor = arithmetic.within_range(roundings, max(after.top, after.heavy))
        # Of every result on the way, of the argument, and of what a scale makes of it that comes before its time.
        lost = (roundings + self.reach + self.early(before)) * (arithmetic.tiny * max(1.0, after.stretch))
        if after.light < arithmetic.tiny:
            lost = lost + arithmetic.tiny * self.vanishing(before, after)
        # Twice: `size` itself is rounded.
        return after.size * (factor * (1 + 2 * gamma(self.terms + 8, UNIT64))) + lost


@dataclass(frozen=True, eq=False, kw_only=True)
class Layer(Linear):
    """Sums of products with weights."""

    reach: float
    constants: tuple[float, float]
    """The :func:`~theory.rewrite.certify.chain.spread` of the weights before the scale."""
    scale: float = 1.0
    """What the sums are multiplied by after all: Gemm's alpha. The weights of ``apply`` hold it already."""
    divisor: float = 1.0
    """What the sums are divided by after all; 1 where weights are multiplied first."""

    @property
    def heavy_gain(self) -> float:
        """The gain of the absolute values of the weights."""
        return inf

    def heap(self, beside: float, excess: float) -> float:
        """See :class:`Linear`."""
        return self.heavy_gain * beside

    def addends(self, magnitude: Array, chain: Chain) -> Array:
        """Return the argument itself: weights are not multiplied with those of another layer."""
        return magnitude

    def extended(self, chain: Chain, size: Array) -> Chain:
        """See :class:`Linear`."""
        most, least = spread(np.array(self.scale))
        reach = self.reach / least
        top = max(chain.top * most, largest(size) * self.divisor / least)
        if chain.stretch:
            # The scale may come after the sums, which are then those of other numbers.
            top = max(top, chain.top * most * reach * self.divisor + largest(self.offset_size))
        stretch = chain.stretch if self.scale == 1 else max(chain.stretch, 1.0) * most
        heavy, light = self.constants
        return chain.extended(self.terms, size, top, (heavy * most, light * least), stretch, reach)

    def early(self, before: Chain) -> float:
        """See :class:`Linear`."""
        return 0.0 if self.scale == 1 else self.reach / abs(self.scale) * before.reach

    def vanishing(self, before: Chain, after: Chain) -> Array | float:
        """See :class:`Linear`."""
        growth = 1.0 if self.scale == 1 else max(1.0, abs(self.scale)) * after.tail
        return before.heavy * after.terms * before.top * growth
