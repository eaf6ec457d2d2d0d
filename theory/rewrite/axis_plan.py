"""The maximum along one axis with few comparisons, shared between overlapping windows.

The maximum over k neighbours of a sequence, for all windows, takes ceil(log2 k) comparisons an output: with M_1 the
sequence, M_2p[i] = max(M_p[i], M_p[i + p]), and at last max(M_p[i], M_p[i + k - p]), since it does no harm that two
windows overlap (doubling). With stride s, the sequence to double is that of the maxima over blocks of s values, which
takes s - 1 comparisons; what k leaves beyond whole blocks, r values, is the beginning of a block, whose maximum is
there on the way to the block's own, and takes one comparison more:

    k = q s + r,  q >= 1:    (s - 1) + ceil(log2 q) + [r > 0]    comparisons an output,

against k - 1 without sharing. Dilation by a divisor of the stride is the same with s / dilation in place of s; dilation
by a multiple of the stride is doubling on every s-th value, with shifts dilation / s.
"""

from __future__ import annotations

from dataclasses import dataclass

from theory.errors import InputError
from theory.models.windows import AxisWindows

_TAPS_MAX = 1 << 12
"""Values of a window along an axis that are compared one by one, each by nodes of its own."""


@dataclass(frozen=True)
class Tap:
    """Every ``step``-th value of a padded axis, from ``start`` on, up to ``drop`` values before its end."""

    start: int
    drop: int
    step: int


@dataclass(frozen=True)
class AxisPlan:
    """How to take the maximum along one axis: taps are compared, then values with others further on.

    The taps are compared with each other, first the ``prefix`` ones, those that the last block lacks, then all. Then
    each value is compared with the one a shift further on, time after time, and at last, if there is a prefix, with the
    maximum of the first taps ``prefix_shift`` places on.

    Examples
    --------
    >>> [plan_axis(axis).units for axis in (AxisWindows(3), AxisWindows(3, stride=2), AxisWindows(13))]
    [2, 2, 4]
    >>> plan_axis(AxisWindows(kernel=13)).shifts
    (1, 2, 4, 5)
    """

    taps: tuple[Tap, ...]
    prefix: int = 0
    shifts: tuple[int, ...] = ()
    prefix_shift: int = 0

    @property
    def units(self) -> int:
        """Number of comparisons for one output, the borders aside."""
        return len(self.taps) - 1 + len(self.shifts) + bool(self.prefix)

    @property
    def depth(self) -> int:
        """Number of comparisons one after the other, taps being compared in pairs."""
        parts = (self.prefix, len(self.taps) - self.prefix) if self.prefix else (len(self.taps),)
        folding = max(_halvings(part) for part in parts) + len(parts) - 1
        return folding + len(self.shifts) + bool(self.prefix)


def plan_axis(axis: AxisWindows) -> AxisPlan:
    """Choose how to take the maximum along an axis that is padded already; InputError if that takes too many nodes."""
    k, stride, dilation = axis.kernel, axis.stride, axis.dilation
    if dilation % stride == 0:
        return AxisPlan((Tap(0, 0, stride),), shifts=_doubling(k, dilation // stride))
    block, rest = divmod(stride, dilation)
    plans = []
    if k <= _TAPS_MAX:
        plans.append(AxisPlan(tuple(Tap(j * dilation, (k - 1 - j) * dilation, stride) for j in range(k))))
    if not rest and block < k and block <= _TAPS_MAX:
        plans.append(_blocks(k, stride, dilation, block))
    if not plans:
        raise InputError(f"at most {_TAPS_MAX:,} values are compared one by one, not {k:,} with a stride of {stride:,}")
    return min(plans, key=lambda plan: plan.units)


def _blocks(k: int, stride: int, dilation: int, block: int) -> AxisPlan:
    whole, prefix = divmod(k, block)
    # Output i reads blocks i .. i + whole - 1 and, where there is a prefix, the beginning of block i + whole.
    taps = tuple(
        Tap(j * dilation, (prefix - 1 - j) * dilation + (0 if j < prefix else stride), stride) for j in range(block)
    )
    return AxisPlan(taps, prefix, _doubling(whole, 1), whole if prefix else 0)


def _halvings(count: int) -> int:
    return (count - 1).bit_length()


def _doubling(count: int, step: int) -> tuple[int, ...]:
    """Return the shifts with which maxima over ``count`` values come about by doubling."""
    shifts, covered = [], 1
    while covered < count:
        shift = min(covered, count - covered)
        shifts.append(shift * step)
        covered += shift
    return tuple(shifts)
