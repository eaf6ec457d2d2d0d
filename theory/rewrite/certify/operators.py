"""What operators do to boxes, and to boxes of differences between two models.

Every operator has two methods. ``forward`` bounds what a runtime computes for a tensor of a box. ``deviation`` bounds
the difference of what two runtimes compute for two tensors, from the boxes of both and the box of their difference.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.arithmetic import OWN, SLACK, Arithmetic
from theory.rewrite.certify.bounds import Bounds
from theory.rewrite.certify.chain import Chain, largest
from theory.rewrite.certify.geometry import Geometry
from theory.rewrite.certify.linear import LinearMap
from theory.rewrite.certify.movement import Movement
from theory.rewrite.certify.unsupported import Unsupported

Array = npt.NDArray[np.float64]
Boxes = Sequence[Bounds]
Pair = tuple[Arithmetic, Arithmetic]


class Operator(ABC):
    """One output as a function of tensors."""

    @abstractmethod
    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Bounds:
        """Bound what a runtime computes."""

    @abstractmethod
    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Bounds:
        """Bound what the second runtime computes for ys less what the first does for xs; ys - xs is in ds."""


@dataclass(frozen=True)
class Move(Operator):
    """Elements in other places."""

    movement: Movement

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Bounds:
        """See :class:`Operator`."""
        chains = [x.chain for x in xs]
        size = self._move([chain.size for chain in chains], abs(self.movement.fill))
        lo, hi = (self._move([getattr(x, end) for x in xs], self.movement.fill) for end in ("lo", "hi"))
        return Bounds(lo, hi, xs[0].dtype, Chain.join(chains, size))

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Bounds:
        """See :class:`Operator`."""
        lo, hi = (self._move([getattr(d, end) for d in ds], 0.0) for end in ("lo", "hi"))
        return Bounds(lo, hi, ds[0].dtype)

    def _move(self, arrays: Sequence[Array], fill: float) -> Array:
        moved: Array = self.movement.rearrange(arrays, fill)
        return moved


@dataclass(frozen=True)
class Affine(Operator):
    """A linear map plus an offset, both constant."""

    map: LinearMap

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Bounds:
        """See :class:`Operator`."""
        return self.map.image(xs[0], arithmetic)

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Bounds:
        """See :class:`Operator`."""
        return self.map.deviation(xs[0], ys[0], ds[0], arithmetic)


@dataclass(frozen=True)
class Sum(Operator):
    """A sum of tensors with signs."""

    signs: tuple[int, ...]

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Bounds:
        """See :class:`Operator`."""
        chain = self._chain(xs)
        return replace(self._add(xs), history=chain).widened(self._error(xs, chain, arithmetic))

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Bounds:
        """See :class:`Operator`."""
        error = sum(
            (self._error(boxes, self._chain(boxes), kind) for boxes, kind in zip((xs, ys), arithmetic, strict=True)),
            start=np.zeros(()),
        )
        return self._add(ds).widened(error)

    def _add(self, boxes: Boxes) -> Bounds:
        total: Bounds | None = None
        for sign, box in zip(self.signs, boxes, strict=True):
            signed = box if sign > 0 else replace(box, lo=-box.hi, hi=-box.lo)
            total = signed if total is None else total.plus(signed)
        if total is None:
            raise Unsupported("it adds nothing")
        return replace(total, history=None)

    def _chain(self, boxes: Boxes) -> Chain:
        chains = [box.chain for box in boxes]
        chain = Chain.join(chains, sum((chain.size for chain in chains), start=np.zeros(())))
        # Where all addends have the same scale, it may come after the sum.
        top = sum(each.top for each in chains) if chain.stretch else max(chain.top, largest(chain.size))
        # An error before they part comes in by all of them.
        reach, tail = sum(each.reach for each in chains), sum(each.tail for each in chains)
        terms = chain.terms + len(boxes) if chain.terms else 0
        return replace(chain, top=top, terms=terms, reach=reach, tail=tail)

    def _error(self, boxes: Boxes, chain: Chain, arithmetic: Arithmetic) -> Array:
        """Bound the rounding: a runtime may start the sum of a linear layer before it with the other addends."""
        roundings = chain.terms + SLACK if chain.terms else len(boxes)
        factor = arithmetic.within_range(roundings, chain.top)
        # The layer's own addends have been charged with as many roundings, and more.
        size = sum((box.magnitude for box in boxes), start=np.zeros(()))
        return size * (factor * (1 + OWN)) + (2 * len(boxes) + chain.terms) * arithmetic.tiny * max(1.0, chain.stretch)


@dataclass(frozen=True)
class Cast(Operator):
    """Floats of another precision."""

    dtype: np.dtype[np.floating]
    narrows: bool
    target: Arithmetic

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Bounds:
        """See :class:`Operator`."""
        x = replace(xs[0], dtype=self.dtype, history=None)
        return x.widened(self._error(x, arithmetic)) if self.narrows else x.or_zero(arithmetic.tiny)

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Bounds:
        """See :class:`Operator`."""
        error = self._error(xs[0], arithmetic[0]) + self._error(ys[0], arithmetic[1])
        return replace(ds[0], dtype=self.dtype).widened(error)

    def _error(self, x: Bounds, arithmetic: Arithmetic) -> Array:
        if not self.narrows or arithmetic.unit == 0:
            return np.full(x.shape, arithmetic.tiny)
        factor = self.target.within_range(1, x.magnitude)
        return x.magnitude * (factor * (1 + OWN)) + self.target.tiny


@dataclass(frozen=True)
class MaxPooling(Operator):
    """The maximum of every window: monotone, 1-Lipschitz in the sup norm, exact but for numbers taken for 0."""

    geometry: Geometry

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Bounds:
        """See :class:`Operator`."""
        box = Bounds(self.largest(xs[0].lo), self.largest(xs[0].hi), xs[0].dtype)
        if not np.all(np.isfinite(box.lo)):
            raise Unsupported("one of its windows lies in the padding altogether")
        return box.or_zero(arithmetic.tiny)

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Bounds:
        """See :class:`Operator`."""
        box = Bounds(self.smallest(ds[0].lo), self.largest(ds[0].hi), ds[0].dtype)
        return box.widened(arithmetic[0].tiny + arithmetic[1].tiny)

    def largest(self, x: Array) -> Array:
        """Return the maximum of each window."""
        return self._reduce(x, np.maximum, -np.inf)

    def smallest(self, x: Array) -> Array:
        """Return the minimum of each window."""
        return self._reduce(x, np.minimum, np.inf)

    def _reduce(self, x: Array, function: np.ufunc, padding: float) -> Array:
        first, *others = self.geometry.taps(self.geometry.pad(x, padding))
        result: Array = np.array(first, dtype=np.float64)
        for tap in others:
            function(result, tap, out=result)
        return result
