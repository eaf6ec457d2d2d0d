"""Order statistics of all windows of an image at once, by comparators that neighbouring windows share.

A window is never sorted by itself. A *plane* holds one number for each window, and a comparator puts the minima and
the maxima of two planes, entry by entry, into two others: arithmetic that processors do many entries at a time. The
sorted taps of a box are merged from those of its two halves (Batcher's odd-even merge: Knuth, The Art of Computer
Programming, volume 3, section 5.3.4), and as all windows do the same, one half is often the other one of a window
nearby, the same planes read at a shift. For 3x3 windows at stride 1 this takes 21 comparators instead of the 25 of
the best sorting network of nine inputs, for 5x5 96 instead of 130.

Comparators of which nothing is used are left out: if only the m largest order statistics have a weight, no sorted list
is longer than m, and of the maximum there remain the few maxima that a separable filter takes.

This module finds the steps, for windows of any shape; :mod:`theory.empirical.pooling` takes them. With stride s the
image is dealt out to s *phases* along each axis, of which phase p holds the positions p, p + s, p + 2s, ...; the tap
at position o of every window then lies in phase o mod s at the shift o div s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import prod
from typing import Literal

Vector = tuple[int, ...]
"""One integer for each spatial axis."""


@dataclass(frozen=True)
class Operand:
    """A plane read at a shift: entry j of the operand is entry j + shift of the plane."""

    plane: int
    shift: Vector


@dataclass(frozen=True)
class Step:
    """One half of a comparator: a new plane, the minimum or the maximum of two others."""

    function: Literal["minimum", "maximum"]
    plane: int
    first: Operand
    second: Operand


@dataclass(frozen=True, eq=False)
class ComparatorPlan:
    """How the order statistics of all windows come about."""

    phases: tuple[Vector, ...]
    """The phases that planes 0, 1, ... hold at the start."""
    steps: tuple[Step, ...]
    """Each reads planes that are there by then."""
    outputs: dict[int, Operand]
    """The order statistics asked for, by their index (0 is the smallest)."""
    reach: dict[int, Vector]
    """How far beyond the windows each plane is read, along each axis."""

    @cached_property
    def last_uses(self) -> list[list[int]]:
        """For each step the planes that no later step reads and that are no outputs: their room is free."""
        seen = {operand.plane for operand in self.outputs.values()}
        free: list[list[int]] = []
        for step in reversed(self.steps):
            planes = {step.first.plane, step.second.plane} - seen
            seen |= planes
            free.append(sorted(planes))
        return free[::-1]

    @cached_property
    def beyond(self) -> Vector:
        """How far beyond the windows any plane is read."""
        return tuple(map(max, zip(*self.reach.values(), strict=True)))

    @cached_property
    def slots(self) -> list[int]:
        """For each plane a place to keep it, which it takes over from a plane that is read no more if there is one."""
        slots = list(range(len(self.phases)))
        count, free = len(slots), list[int]()
        for planes in self.last_uses:
            # Taken before those of this step come free: it must not write what it still reads.
            if not free:
                free.append(count)
                count += 1
            slots.append(free.pop())
            free += [slots[plane] for plane in planes]
        return slots


@lru_cache(maxsize=256)
def plan(kernel: Vector, stride: Vector, dilation: Vector, wanted: tuple[int, ...]) -> ComparatorPlan:
    """Find the steps to some order statistics of the windows: an increasing tuple, 0 for the smallest.

    Examples
    --------
    The maximum of 3x3 windows takes two maxima along each axis:

    >>> [step.function for step in plan((3, 3), (1, 1), (1, 1), (8,)).steps]
    ['maximum', 'maximum', 'maximum', 'maximum']
    >>> len(plan((3, 3), (1, 1), (1, 1), tuple(range(9))).steps)
    42
    """
    d = prod(kernel)
    builder = _Builder(stride, dilation, keep=d - wanted[0])
    ordered = builder.box((0,) * len(kernel), kernel)
    outputs = {k: ordered[k - d] for k in wanted}
    return _without_idle_steps(builder, outputs)


class _Builder:
    """Sorted boxes of taps, each made once whatever its place."""

    def __init__(self, stride: Vector, dilation: Vector, keep: int) -> None:
        self._stride, self._dilation, self._keep = stride, dilation, keep
        self.phases: dict[Vector, int] = {}
        self.steps: list[Step] = []
        self._boxes: dict[tuple[Vector, Vector], list[Operand]] = {}
        self._origin = (0,) * len(stride)

    def box(self, corner: Vector, sizes: Vector) -> list[Operand]:
        """Return the taps of a box of the kernel in increasing order, the largest ``keep`` of them."""
        place = [c * g for c, g in zip(corner, self._dilation, strict=True)]
        phase = tuple(o % s for o, s in zip(place, self._stride, strict=True))
        shift = tuple(o // s for o, s in zip(place, self._stride, strict=True))
        key = (phase, sizes)
        if key not in self._boxes:
            self._boxes[key] = [_moved(operand, shift, -1) for operand in self._sort(corner, sizes, phase, shift)]
        return [_moved(operand, shift, 1) for operand in self._boxes[key]]

    def _sort(self, corner: Vector, sizes: Vector, phase: Vector, shift: Vector) -> list[Operand]:
        axis = next((a for a in reversed(range(len(sizes))) if sizes[a] > 1), None)
        if axis is None:
            return [Operand(self._phase(phase), shift)]
        # Halves, so that few sizes occur: 5 = 3 + 2, 3 = 2 + 1, and the 2 of both is one box at two places.
        half = (sizes[axis] + 1) // 2
        near, far = list(sizes), list(sizes)
        near[axis], far[axis] = half, sizes[axis] - half
        behind = list(corner)
        behind[axis] += half
        merged = self._merge(self.box(corner, tuple(near)), self.box(tuple(behind), tuple(far)))
        return merged[-self._keep :]

    def _phase(self, phase: Vector) -> int:
        # Planes of phases have negative numbers until it is known how many there are.
        return self.phases.setdefault(phase, -1 - len(self.phases))

    def _merge(self, a: Sequence[Operand], b: Sequence[Operand]) -> list[Operand]:
        """Merge two sorted lists: those in even places, those in odd places, then neighbours of the two results."""
        if not a or not b:
            return [*a, *b]
        if len(a) == len(b) == 1:
            return list(self._compare(a[0], b[0]))
        first, second = self._merge(a[::2], b[::2]), self._merge(a[1::2], b[1::2])
        merged = [first[0]]
        for low, high in zip(second, first[1:], strict=False):
            merged += self._compare(low, high)
        # One of the lists may be longer, by one or two.
        shared = min(len(second), len(first) - 1)
        return merged + second[shared:] + first[1 + shared :]

    def _compare(self, a: Operand, b: Operand) -> tuple[Operand, Operand]:
        return self._step("minimum", a, b), self._step("maximum", a, b)

    def _step(self, function: Literal["minimum", "maximum"], a: Operand, b: Operand) -> Operand:
        # The new plane is laid out as if the nearer operand were not shifted.
        base = tuple(min(s, t) for s, t in zip(a.shift, b.shift, strict=True))
        plane = len(self.steps)
        self.steps.append(Step(function, plane, _moved(a, base, -1), _moved(b, base, -1)))
        return Operand(plane, base)


def _moved(operand: Operand, shift: Vector, sign: int) -> Operand:
    return Operand(operand.plane, tuple(s + sign * t for s, t in zip(operand.shift, shift, strict=True)))


def _without_idle_steps(builder: _Builder, outputs: dict[int, Operand]) -> ComparatorPlan:
    """Drop the steps that nothing reads, number the planes anew, and see how far each is read."""
    origin = (0,) * len(next(iter(outputs.values())).shift)
    reach: dict[int, Vector] = {}

    def read(operand: Operand, beyond: Vector) -> None:
        old = reach.get(operand.plane, origin)
        far = (max(o, s + b) for o, s, b in zip(old, operand.shift, beyond, strict=True))
        reach[operand.plane] = tuple(far)

    for operand in outputs.values():
        read(operand, origin)
    for step in reversed(builder.steps):
        if step.plane in reach:
            read(step.first, reach[step.plane])
            read(step.second, reach[step.plane])
    used = [*builder.phases.values(), *(step.plane for step in builder.steps if step.plane in reach)]
    number = {old: new for new, old in enumerate(used)}

    def renamed(operand: Operand) -> Operand:
        return Operand(number[operand.plane], operand.shift)

    return ComparatorPlan(
        tuple(builder.phases),
        tuple(
            Step(step.function, number[step.plane], renamed(step.first), renamed(step.second))
            for step in builder.steps
            if step.plane in reach
        ),
        {k: renamed(operand) for k, operand in outputs.items()},
        {number[plane]: far for plane, far in reach.items()},
    )
