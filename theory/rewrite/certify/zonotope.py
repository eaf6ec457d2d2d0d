"""Zonotopes: tensors as affine functions of symbols between -1 and 1, with an error for each element.

The symbols are common to all tensors of both models, so that what two of them share cancels in their difference, and
signs survive sums with weights. Reals are meant; every operation here is done in float64, and what it rounds off is
charged to the errors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.answers import Array
from theory.rewrite.certify.arithmetic import TINY64, UNIT64, down, gamma, up
from theory.rewrite.certify.backward import Facts
from theory.rewrite.certify.box import Box

MOST_SYMBOLS = 4096
"""Largest number of symbols: what has no symbol of its own any more goes into the errors."""

KNOWN = 0.5
"""Weight of the reach that known symbols give, beside the width of what is new, where relaxations are chosen: much of
the former cancels in later sums. Found on the digits, where 2, the true width, makes bounds up to 1.7 times as large,
and 1 hardly differs."""

_SMALL = 2.0**-8
"""What is smaller than this part of the largest has no symbol."""

MOST_NUMBERS = 1 << 26
"""Largest number of factors that are kept for one tensor, half a gibibyte."""


@dataclass(frozen=True, eq=False)
class Zonotope:
    """All tensors center + sum_k e_k generators[k] + r with -1 <= e_k <= 1 and -error <= r <= error.

    Generators have the shape (n, *shape); symbols from the n-th on have the factor 0.
    """

    center: Array
    generators: Array
    error: Array

    @staticmethod
    def of(box: Box) -> Zonotope:
        """Return a box, without symbols."""
        middle = box.middle
        return Zonotope(middle, np.zeros((0, *box.shape)), box.radius(middle))

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the tensor."""
        return self.center.shape

    @cached_property
    def reach(self) -> Array:
        """The sum of the magnitudes of all factors, rounded up."""
        return _raised(np.abs(self.generators).sum(0), len(self.generators) + 2)

    def with_error(self, error: Array) -> Zonotope:
        """Return the same function of the symbols with another error: what is known of the factors goes with it."""
        found = Zonotope(self.center, self.generators, error)
        vars(found).update({name: known for name, known in vars(self).items() if name in ("reach", "magnitude")})
        return found

    @cached_property
    def magnitude(self) -> Array:
        """The center's magnitude and the reach: to what rounding is proportional."""
        return up(np.abs(self.center) + self.reach)

    @cached_property
    def radius(self) -> Array:
        """Bound the distance from the center."""
        return up(self.reach + self.error)

    def bounds(self) -> tuple[Array, Array]:
        """Return the least and the largest value of each element, rounded outwards."""
        return down(self.center - self.radius), up(self.center + self.radius)

    def cut(self, box: Box) -> Box:
        """Return the part of a box in which the tensor lies, if it lies in both."""
        lo, hi = self.bounds()
        return replace(box, lo=np.maximum(box.lo, lo), hi=np.minimum(box.hi, hi))

    def at(self, places: npt.NDArray[np.bool_]) -> Zonotope:
        """Return some elements, in a row."""
        return Zonotope(self.center[places], self.generators[:, places], self.error[places])

    def without_symbols(self) -> Zonotope:
        """Return the box around it."""
        return Zonotope(self.center, np.zeros((0, *self.shape)), self.radius)

    def reshaped(self, shape: tuple[int, ...]) -> Zonotope:
        """Return the same elements in another shape."""
        generators = self.generators.reshape(-1, *shape) if self.generators.size else np.zeros((0, *shape))
        return Zonotope(self.center.reshape(shape), generators, self.error.reshape(shape))

    def times(self, factor: Array | float) -> Zonotope:
        """Multiply with a factor, or one for each element."""
        found = Zonotope(self.center * factor, self.generators * factor, self.error)
        size = np.abs(factor)
        return _charged(found, self.error * size, self.magnitude * size, 2)

    def plus(self, other: Zonotope) -> Zonotope:
        """Add another one, of a shape that may be broadcast."""
        return self._combined(other, np.add)

    def negated(self) -> Zonotope:
        """Return the negative, which is exact."""
        return Zonotope(-self.center, -self.generators, self.error)

    def minus(self, other: Zonotope) -> Zonotope:
        """Subtract another one."""
        return self._combined(other, np.subtract)

    def _combined(self, other: Zonotope, add: np.ufunc) -> Zonotope:
        center = add(self.center, other.center)
        count = max(len(self.generators), len(other.generators))
        mine, others = (
            part.generators.reshape(-1, *[1] * (center.ndim - part.center.ndim), *part.shape)
            if part.generators.size
            else np.zeros((0, *center.shape))
            for part in (self, other)
        )
        generators = np.empty((count, *center.shape))
        shared = min(len(mine), len(others))
        add(mine[:shared], others[:shared], out=generators[:shared])
        generators[shared : len(mine)] = mine[shared:]
        add(0.0, others[shared:], out=generators[shared : len(others)])
        sums = Zonotope(center, generators, self.error)
        return _charged(sums, self.error + other.error, sums.magnitude, 2)

    def widened(self, lo: Array | float, hi: Array | float) -> Zonotope:
        """Add numbers between two bounds, without symbols."""
        middle = 0.5 * (np.asarray(lo) + hi)
        found = Zonotope(self.center + middle, self.generators, self.error)
        radius = up(np.maximum(hi - middle, middle - lo))
        return _charged(found, self.error + radius, np.abs(found.center), 2)


def _raised(values: Array, roundings: int) -> Array:
    """Make up for the roundings of a sum or product of nonnegative numbers."""
    return up(values * (1 + 2 * gamma(roundings + 2, UNIT64)))


def _charged(z: Zonotope, error: Array, size: Array, operations: int) -> Zonotope:
    """Return a zonotope whose numbers come of so many roundings each, of numbers of a total magnitude of ``size``."""
    lost = size * (2 * gamma(operations + 2, UNIT64)) + operations * (len(z.generators) + 1) * TINY64
    return z.with_error(_raised(error + lost, operations + 4))


def linear_image(
    apply: Callable[..., Array], x: Zonotope, roundings: int, offset: Array | None, offset_size: Array
) -> Zonotope:
    """Apply a linear function of stacks of tensors, exactly; with ``absolute=True`` it is that of |L|."""
    error, size = apply(np.stack([x.error, x.magnitude]), absolute=True)
    if len(x.generators) * error.size > MOST_NUMBERS:
        return linear_image(apply, x.without_symbols(), roundings, offset, offset_size)
    center, *_ = result = apply(np.concatenate([x.center[None], x.generators]))
    if offset is not None:
        center, size = center + offset, size + offset_size
    return _charged(Zonotope(center, result[1:], error), _raised(error, roundings), size, roundings)


@dataclass(frozen=True, eq=False)
class Fresh:
    """Numbers that lie anywhere between two bounds, as middle + radius e + rest, e a symbol of each one's own.

    ``rows`` are the numbers of the symbols, -1 where there is none; then the radius is 0 and the rest is all.
    """

    middle: Array
    radius: Array
    rest: Array
    rows: npt.NDArray[np.intp]

    def added(self, x: Zonotope, factor: Array | float = 1.0) -> Zonotope:
        """Add the numbers, or so many times them; factors are -1, 0 or 1."""
        placed = np.flatnonzero((self.rows >= 0) & (np.asarray(factor) != 0))
        rows = self.rows.ravel()[placed]
        count = max(len(x.generators), int(rows.max(initial=-1)) + 1)
        generators = np.empty((count, *x.shape))
        generators[: len(x.generators)] = x.generators
        generators[len(x.generators) :] = 0.0
        center = x.center + self.middle * factor
        generators.reshape(count, center.size)[rows, placed] += (self.radius * factor).ravel()[placed]
        # Of the factors of an element, that of its own symbol alone was changed.
        own = np.zeros(center.size)
        own[placed] = np.abs(generators.reshape(count, center.size)[rows, placed])
        size = np.abs(center) + np.abs(self.radius) + own.reshape(center.shape)
        return _charged(Zonotope(center, generators, x.error), x.error + self.rest * np.abs(factor), size, 2)


class Space:
    """The symbols that there are."""

    def __init__(self) -> None:
        self.count = 0
        self.facts = Facts()
        """What is known besides of what they stand for."""
        self._most = 0.0
        """The largest radius so far."""

    def between(self, lo: Array, hi: Array, least: Array | float = 0.0) -> Fresh:
        """Return numbers between bounds, with symbols while there are any: first for those that matter most.

        None is given to what is no further from the middle than the least that is asked for.
        """
        middle = 0.5 * (lo + hi)
        radius = np.where(hi > lo, up(np.maximum(hi - middle, middle - lo)), np.abs(hi - middle))
        flat = radius.ravel()
        room = max(0, min(MOST_SYMBOLS, MOST_NUMBERS // max(1, flat.size)) - self.count)
        self._most = float(np.max(flat, initial=self._most))
        # Rounding errors, and what is no larger, would use up all of them.
        chosen = np.flatnonzero((flat > _SMALL * self._most) & (radius > least).ravel())
        if len(chosen) > room:
            chosen = np.sort(np.argsort(-flat, kind="stable")[:room])
        rows = np.full(radius.shape, -1)
        rows.flat[chosen] = self.count + np.arange(len(chosen))
        self.count += len(chosen)
        return Fresh(middle, np.where(rows < 0, 0.0, radius), np.where(rows < 0, radius, 0.0), rows)


@dataclass(frozen=True, eq=False)
class Twin:
    """A tensor of the first model and the second's less it, as zonotopes of common symbols, and the boxes of all."""

    value: Zonotope
    difference: Zonotope
    x: Box
    y: Box
    d: Box
    argument: Twin | None = None
    """What a function of each element took, if these are what it made of it: it kept all orders, no gap grew, ..."""
    off: float = 0.0
    """... but for so much."""

    @cached_property
    def other(self) -> Zonotope:
        """The second model's tensor."""
        return self.value.plus(self.difference)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the tensor."""
        return self.value.shape

    def swapped(self) -> Twin:
        """Return the same, the models exchanged."""
        argument = None if self.argument is None else self.argument.swapped()
        return Twin(self.other, self.difference.times(-1.0), self.y, self.x, self.d.signed(-1), argument, self.off)

    @property
    def symbols(self) -> int:
        """How many symbols there were when they were made, at most."""
        return max(len(self.value.generators), len(self.difference.generators))
