"""Linear operators L of fixed weights, as what the analysis needs of them: L x and |L| x, the weights' absolute values.

From these follow all bounds. With x = c + r e, |e| <= 1, the images of a box lie within |L| r of L c; rounding adds at
most gamma_n (|L| |x| + |b|), for the runtime and for this analysis alike. What a runtime may compute instead, when it
folds scales, is bounded by the :class:`~theory.rewrite.certify.chain.Chain`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.arithmetic import SLACK, TINY64, UNIT64, Arithmetic, gamma
from theory.rewrite.certify.bounds import Bounds
from theory.rewrite.certify.chain import Chain, largest, spread
from theory.rewrite.certify.unsupported import Unsupported

Array = npt.NDArray[np.float64]


class LinearMap(ABC):
    """A linear operator on tensors of one shape, plus an offset.

    Attributes
    ----------
    offset : array or None
        What is added, broadcast to the result.
    terms : int
        Largest number of products that one element of the result sums, the offset included.
    """

    offset: Array | None
    terms: int

    @abstractmethod
    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        """Return L x, or |L| x, without offset; the first axis of x numbers tensors to be treated alike."""

    @abstractmethod
    def addends(self, magnitude: Array, chain: Chain) -> Array:
        """Return the total magnitude of what each element of the argument brings into the sums."""

    @abstractmethod
    def follow(self, chain: Chain, size: Array) -> Chain:
        """Return the chain of the result, whose addends have a total magnitude of size."""

    @abstractmethod
    def vanishing(self, before: Chain, after: Chain) -> Array | float:
        """Bound the change of the result where products of constants are off by 1: the unit is what may vanish."""

    @abstractmethod
    def early(self, before: Chain) -> float:
        """Bound the growth of an error that a uniform scale makes where it comes before the operators before it."""

    @property
    @abstractmethod
    def reach(self) -> Array | float:
        """Bound the change of the result where no element of the argument changes by more than 1."""

    @property
    def offset_size(self) -> Array:
        """The total magnitude of what the offset is the sum of."""
        return np.abs(np.zeros(()) if self.offset is None else self.offset)

    def image(self, x: Bounds, arithmetic: Arithmetic) -> Bounds:
        """Bound what a runtime computes for a tensor of a box."""
        middle, chain = x.middle, x.chain
        result = self.apply(middle[None])[0]
        addends = self.addends(x.magnitude, chain)
        radius, size = self.apply(np.stack([x.radius(middle), addends]), absolute=True)
        if self.offset is not None:
            result = result + self.offset
            size = size + self.offset_size
        after = self.follow(chain, size)
        error = self.rounding(chain, after, arithmetic)
        return Bounds(result, result, x.dtype, after).widened(self._own(radius, size) + error)

    def deviation(self, x: Bounds, y: Bounds, d: Bounds, arithmetic: Sequence[Arithmetic]) -> Bounds:
        """Bound the difference of what two runtimes compute for x and y, whose difference y - x is in d."""
        middle, chain = d.middle, x.chain.or_that_of(y.chain)
        result = self.apply(middle[None])[0]
        addends = self.addends(np.maximum(x.magnitude, y.magnitude), chain)
        radius, own, size = self.apply(np.stack([d.radius(middle), d.magnitude, addends]), absolute=True)
        if self.offset is not None:
            size = size + self.offset_size
        after = self.follow(chain, size)
        total = self._own(radius, own)
        for kind in arithmetic:
            total = total + self.rounding(chain, after, kind)
        return Bounds(result, result, d.dtype, after).widened(total)

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

    def _own(self, radius: Array, size: Array) -> Array:
        """Bound the radius of the result, the rounding errors of this analysis included."""
        own = gamma(self.terms + 8, UNIT64)
        return radius * (1 + 2 * own) + size * (2 * own) + self.terms * TINY64


@dataclass(frozen=True, eq=False)
class Scale(LinearMap):
    """Every element times a factor of its own: Mul and Div by constants, batch normalisation.

    Attributes
    ----------
    factor : array
    steps : tuple of array
        The constants whose product the factor is, in the order of the model.
    offset : array or None
    before, after : array
        What is added before and after the multiplication; the offset is the sum of both, multiplied.
    divisor : array or None
        What was divided by to get the factor.
    doubt : array or float
        Relative error of the factor, in units of the smallest normal number.
    terms : int
    """

    factor: Array
    steps: tuple[Array, ...]
    offset: Array | None
    before: Array
    after: Array
    divisor: Array | None
    doubt: Array | float
    terms: int

    @staticmethod
    def by(factor: Array, divisor: Array | None = None) -> Scale:
        """Return a multiplication alone."""
        return Scale(factor, (factor,), None, np.zeros(()), np.zeros(()), divisor, 0.0, 2)

    @property
    def uniform(self) -> bool:
        """Whether all elements have the same factor: then it may come before or after sums."""
        return bool(np.all(self.factor == self.factor.ravel()[:1]))

    @property
    def reach(self) -> Array:
        """See :class:`LinearMap`."""
        return np.abs(self.factor)

    @property
    def offset_size(self) -> Array:
        """See :class:`LinearMap`."""
        size: Array = self.before * np.abs(self.factor) + self.after
        return size

    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        """Return the products."""
        factor = np.abs(self.factor) if absolute else self.factor
        if factor.ndim > x.ndim - 1:
            x = x.reshape(len(x), *[1] * (factor.ndim - x.ndim + 1), *x.shape[1:])
        return x * factor

    def addends(self, magnitude: Array, chain: Chain) -> Array:
        """Return those of the sums before: their weights may be multiplied by the factor instead."""
        return chain.size

    def follow(self, chain: Chain, size: Array) -> Chain:
        """See :class:`LinearMap`."""
        heavy, light, swell = 1.0, 1.0, np.ones(())
        for step in self.steps:
            most, least = spread(step)
            heavy, light = heavy * most, light * least
            swell = swell * np.maximum(np.abs(step), 1.0)
        top = max(chain.top, largest((chain.size + self.before) * swell + self.after))
        if chain.stretch or (self.uniform and chain.terms):
            # The sums before may be those of other factors: nothing is known but their size.
            top = max(top, (chain.top + largest(self.before)) * heavy + largest(self.after))
        reach, tail = chain.grown(largest(self.reach))
        return Chain(
            terms=chain.terms + self.terms,
            size=size,
            top=top,
            heavy=chain.heavy * heavy,
            light=chain.light * light,
            stretch=max(chain.stretch, 1.0) * heavy if self.uniform else chain.stretch,
            reach=reach,
            tail=tail,
        )

    def early(self, before: Chain) -> float:
        """See :class:`LinearMap`."""
        return before.reach if self.uniform else 0.0

    def vanishing(self, before: Chain, after: Chain) -> Array | float:
        """See :class:`LinearMap`."""
        others = np.ones(()) if len(self.steps) == 1 else np.maximum(1.0, np.abs(np.stack(self.steps))).prod(0)
        growth = before.tail if self.uniform else 1.0
        return others * (before.top + self.before) * (len(self.steps) * before.heavy * after.terms * growth)

    def rounding(self, before: Chain, after: Chain, arithmetic: Arithmetic) -> Array:
        """See :class:`LinearMap`."""
        if self.divisor is not None and not np.all(np.abs(self.divisor) >= arithmetic.tiny):
            raise Unsupported("it divides by a number that may be taken for 0")
        doubt = self.doubt * arithmetic.tiny
        if not np.all(doubt <= 0.5):
            raise Unsupported("a variance may be taken for 0")
        return super().rounding(before, after, arithmetic) + after.size * doubt


class Layer(LinearMap):
    """Sums of products with weights.

    Attributes
    ----------
    divisor : float
        What the sums are divided by after all; 1 where weights are multiplied first.
    scale : float
        What the sums are multiplied by after all: Gemm's alpha. The weights of ``apply`` hold it already.
    constants : (float, float)
        The largest and the smallest of the weights before the scale, as
        :func:`~theory.rewrite.certify.chain.spread` returns them.
    """

    divisor: float
    scale: float
    constants: tuple[float, float]
    reach: float

    def addends(self, magnitude: Array, chain: Chain) -> Array:
        """Return the argument itself: weights are not multiplied with those of another layer."""
        return magnitude

    def follow(self, chain: Chain, size: Array) -> Chain:
        """See :class:`LinearMap`."""
        most, least = spread(np.array(self.scale))
        reach = self.reach / least
        top = max(chain.top * most, largest(size) * self.divisor / least)
        if chain.stretch:
            # The scale may come after the sums, which are then those of other numbers.
            top = max(top, chain.top * most * reach * self.divisor + largest(self.offset_size))
        heavy, light = self.constants
        reach, tail = chain.grown(reach)
        return Chain(
            terms=chain.terms + self.terms,
            size=size,
            top=top,
            heavy=chain.heavy * heavy * most,
            light=chain.light * light * least,
            stretch=chain.stretch if self.scale == 1 else max(chain.stretch, 1.0) * most,
            reach=reach,
            tail=tail,
        )

    def early(self, before: Chain) -> float:
        """See :class:`LinearMap`."""
        return 0.0 if self.scale == 1 else self.reach / abs(self.scale) * before.reach

    def vanishing(self, before: Chain, after: Chain) -> Array | float:
        """See :class:`LinearMap`."""
        growth = 1.0 if self.scale == 1 else max(1.0, abs(self.scale)) * after.tail
        return before.heavy * after.terms * before.top * growth
