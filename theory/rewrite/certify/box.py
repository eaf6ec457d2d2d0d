"""Boxes: a lower and an upper bound of every element of a tensor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from theory.rewrite.certify.answers import Array
from theory.rewrite.certify.arithmetic import down, up
from theory.rewrite.certify.chain import Chain


@dataclass(frozen=True, eq=False)
class Box:
    """A box that contains a tensor of floats of a dtype, or a difference of two.

    Its history is that of the linear operators that made it; None after any other.
    """

    lo: Array
    hi: Array
    dtype: np.dtype[np.floating]
    history: Chain | None = None

    @staticmethod
    def point(values: Array, dtype: np.dtype[np.floating]) -> Box:
        """Return the box of one tensor alone."""
        return Box(values, values, dtype)

    def zeros(self) -> Box:
        """Return the box of no difference; its ends are arrays of their own."""
        return Box(np.zeros(self.shape), np.zeros(self.shape), self.dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the tensor."""
        return self.lo.shape

    @property
    def magnitude(self) -> Array:
        """The largest absolute value of each element."""
        return np.maximum(np.abs(self.lo), np.abs(self.hi))

    @property
    def least_magnitude(self) -> Array:
        """The smallest absolute value of each element."""
        return np.maximum(0, np.maximum(self.lo, -self.hi))

    @property
    def largest(self) -> float:
        """The largest absolute value of any element."""
        return float(np.max(self.magnitude, initial=0.0))

    @property
    def chain(self) -> Chain:
        """The linear operators that made it, a fresh chain if there are none."""
        return Chain.fresh(self.magnitude) if self.history is None else self.history

    @property
    def middle(self) -> Array:
        """A point within, about the middle."""
        if self.lo is self.hi:
            return self.lo
        return self.lo + 0.5 * (self.hi - self.lo)

    def radius(self, middle: Array) -> Array:
        """Bound the distance from a point within."""
        if self.lo is self.hi is middle:
            return np.zeros(self.shape)
        return up(np.maximum(self.hi - middle, middle - self.lo))

    def mapped(self, function: Callable[[Array], Array]) -> Box:
        """Return the box of a function that is nondecreasing in every element; its history ends."""
        return Box(function(self.lo), function(self.hi), self.dtype)

    def meet(self, other: Box) -> Box:
        """Return the common part of two boxes that both contain the tensor."""
        return replace(self, lo=np.maximum(self.lo, other.lo), hi=np.minimum(self.hi, other.hi))

    def hull(self, other: Box) -> Box:
        """Return a box that contains both."""
        return replace(self, lo=np.minimum(self.lo, other.lo), hi=np.maximum(self.hi, other.hi))

    def signed(self, sign: int) -> Box:
        """Return the box itself for the sign 1, that of all negatives for -1."""
        return self if sign > 0 else replace(self, lo=-self.hi, hi=-self.lo)

    def plus(self, other: Box) -> Box:
        """Return a box of all sums."""
        return replace(self, lo=down(self.lo + other.lo), hi=up(self.hi + other.hi))

    def minus(self, other: Box) -> Box:
        """Return a box of all differences."""
        return self.plus(other.signed(-1))

    def widened(self, error: Array | float) -> Box:
        """Return the box with an error added to either side."""
        return replace(self, lo=down(self.lo - error), hi=up(self.hi + error))

    def or_zero(self, tiny: float) -> Box:
        """Return the box with 0 in place of what lies between 0 and the smallest normal number.

        Examples
        --------
        >>> box = Box(np.array([1e-40, -3.0]), np.array([2.0, -1e-40]), np.dtype(np.float32)).or_zero(2.0**-126)
        >>> box.lo.tolist(), box.hi.tolist()
        ([0.0, -3.0], [2.0, 0.0])
        """
        lo = np.where((self.lo > 0) & (self.lo < tiny), 0.0, self.lo)
        return replace(self, lo=lo, hi=np.where((self.hi < 0) & (self.hi > -tiny), 0.0, self.hi))

    def times(self, lo: Array | float, hi: Array | float) -> Box:
        """Return a box of all products with numbers between two bounds.

        Examples
        --------
        >>> box = Box(np.array([-1.0]), np.array([2.0]), np.dtype(np.float32))
        >>> product = box.times(0.0, 0.5)
        >>> round(product.lo[0], 6), round(product.hi[0], 6)
        (np.float64(-0.5), np.float64(1.0))
        """
        corners = (a * b for a in (self.lo, self.hi) for b in (lo, hi))
        # One after the other: of photographs' tensors four would take a tenth of a gigabyte.
        low = high = next(corners)
        for corner in corners:
            low, high = np.minimum(low, corner), np.maximum(high, corner)
        return replace(self, lo=down(low), hi=up(high))
