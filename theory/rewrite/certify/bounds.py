"""Boxes: a lower and an upper bound of every element of a tensor."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.arithmetic import down, up
from theory.rewrite.certify.chain import Chain

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Bounds:
    """A box that contains a tensor of floats, or a difference of two.

    Attributes
    ----------
    lo, hi : array of float64
        Of the tensor's shape.
    dtype : numpy dtype
        Of the tensor that is bounded.
    history : Chain or None
        The linear operators that made it; None after any other.
    """

    lo: Array
    hi: Array
    dtype: np.dtype[np.floating]
    history: Chain | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the tensor."""
        return self.lo.shape

    @property
    def magnitude(self) -> Array:
        """The largest absolute value of each element."""
        return np.maximum(np.abs(self.lo), np.abs(self.hi))

    @property
    def chain(self) -> Chain:
        """The linear operators that made it, a fresh chain if there are none."""
        return Chain.fresh(self.magnitude) if self.history is None else self.history

    @property
    def middle(self) -> Array:
        """A point within, about the middle."""
        return self.lo + 0.5 * (self.hi - self.lo)

    def radius(self, middle: Array) -> Array:
        """Bound the distance from a point within."""
        return up(np.maximum(self.hi - middle, middle - self.lo))

    def meet(self, other: Bounds) -> Bounds:
        """Return the common part of two boxes that both contain the tensor."""
        return replace(self, lo=np.maximum(self.lo, other.lo), hi=np.minimum(self.hi, other.hi))

    def plus(self, other: Bounds) -> Bounds:
        """Return a box of all sums."""
        return replace(self, lo=down(self.lo + other.lo), hi=up(self.hi + other.hi))

    def minus(self, other: Bounds) -> Bounds:
        """Return a box of all differences."""
        return replace(self, lo=down(self.lo - other.hi), hi=up(self.hi - other.lo))

    def widened(self, error: Array | float) -> Bounds:
        """Return the box with an error added to either side."""
        return replace(self, lo=down(self.lo - error), hi=up(self.hi + error))

    def or_zero(self, tiny: float) -> Bounds:
        """Return the box with 0 in place of what lies between 0 and the smallest normal number.

        Examples
        --------
        >>> box = Bounds(np.array([1e-40, -3.0]), np.array([2.0, -1e-40]), np.dtype(np.float32)).or_zero(2.0**-126)
        >>> box.lo.tolist(), box.hi.tolist()
        ([0.0, -3.0], [2.0, 0.0])
        """
        lo = np.where((self.lo > 0) & (self.lo < tiny), 0.0, self.lo)
        return replace(self, lo=lo, hi=np.where((self.hi < 0) & (self.hi > -tiny), 0.0, self.hi))

    def times(self, lo: Array | float, hi: Array | float) -> Bounds:
        """Return a box of all products with numbers between two bounds.

        Examples
        --------
        >>> box = Bounds(np.array([-1.0]), np.array([2.0]), np.dtype(np.float32))
        >>> product = box.times(0.0, 0.5)
        >>> round(product.lo[0], 6), round(product.hi[0], 6)
        (np.float64(-0.5), np.float64(1.0))
        """
        corners = [a * b for a in (self.lo, self.hi) for b in (lo, hi)]
        return replace(self, lo=down(np.minimum.reduce(corners)), hi=up(np.maximum.reduce(corners)))

    @staticmethod
    def zero(shape: tuple[int, ...], dtype: np.dtype[np.floating]) -> Bounds:
        """Return the box of the zero tensor alone."""
        return Bounds(np.zeros(shape), np.zeros(shape), dtype)
