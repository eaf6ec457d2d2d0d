"""Max and Min of several tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from theory.rewrite.certify.answers import Array
from theory.rewrite.certify.arithmetic import Arithmetic
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.expressions import Algebra, Symbols, maximum
from theory.rewrite.certify.operators import Boxes, Call, Interpreted, Operator, Pair, Reader


def extreme(sign: int) -> Reader:
    """Read Max for the sign 1, Min for -1."""

    def read(call: Call) -> Interpreted:
        return _Extreme(sign), call.boxes()

    return read


@dataclass(frozen=True)
class _Extreme(Operator):
    """The largest of several numbers, or the smallest: exact but for numbers that are taken for 0."""

    sign: int

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Box:
        return self._largest([x.signed(self.sign) for x in xs]).signed(self.sign).or_zero(arithmetic.tiny)

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        """Bound it by the differences of those that may be the largest, for the second above and the first below."""
        firsts, seconds, differences = ([box.signed(self.sign) for box in boxes] for boxes in (xs, ys, ds))
        high = np.maximum.reduce(
            [np.where(may, d.hi, -np.inf) for may, d in zip(self._may_be(seconds), differences, strict=True)]
        )
        low = np.minimum.reduce(
            [np.where(may, d.lo, np.inf) for may, d in zip(self._may_be(firsts), differences, strict=True)]
        )
        return Box(low, high, ds[0].dtype).signed(self.sign).widened(arithmetic[0].tiny + arithmetic[1].tiny)

    def _largest(self, boxes: Boxes) -> Box:
        lo, hi = (np.maximum.reduce(np.broadcast_arrays(*(getattr(box, end) for box in boxes))) for end in ("lo", "hi"))
        return Box(lo, hi, boxes[0].dtype)

    def _may_be(self, boxes: Boxes) -> list[Array]:
        """Say of each where it may be the largest."""
        least = self._largest(boxes).lo
        return [np.asarray(box.hi >= least) for box in boxes]

    def follow(self, algebra: Algebra, xs: Sequence[Symbols]) -> Symbols:
        """Follow two at a time."""
        total, *others = xs
        for x in others:
            total = maximum(algebra, total, x, self.sign)
        return total
