"""Tensors made larger: ConvTranspose, and Resize to the nearest element or between two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from math import ceil, floor, prod
from typing import Any

import numpy as np

from theory.rewrite.certify.answers import Array, Unsupported
from theory.rewrite.certify.arithmetic import Arithmetic
from theory.rewrite.certify.chain import Chain, largest, spread
from theory.rewrite.certify.linear import Layer, Linear
from theory.rewrite.certify.moves import Move
from theory.rewrite.certify.operators import Call, Interpreted, axes_from_0

_LONGEST = 1 << 16
"""Largest number of elements along an axis whose places are computed, exactly."""


def conv_transpose(call: Call) -> Interpreted:
    """Read ConvTranspose with constant weights."""
    x, weights, bias = call.tensor(), call.weights(1), call.optional_weights(2)
    rank, groups = len(x.shape) - 2, call.get("group", 1)
    if rank < 1 or weights.ndim != rank + 2 or len(weights) != x.shape[1] or groups < 1 or len(weights) % groups:
        raise Unsupported(f"weights of shape {weights.shape} do not fit an input of shape {x.shape}")
    if call.get("auto_pad", "NOTSET") != "NOTSET" or call.get("output_shape"):
        raise Unsupported("it takes its padding from the shape of its output")
    strides, dilations, extra = (
        tuple(call.get(name) or default)
        for name, default in (("strides", (1,) * rank), ("dilations", (1,) * rank), ("output_padding", (0,) * rank))
    )
    pads = tuple(call.get("pads") or (0,) * 2 * rank)
    sizes = [len(strides), len(dilations), len(extra), len(pads) // 2]
    if sizes != [rank] * 4 or min(*strides, *dilations) < 1 or min(*extra, *pads) < 0:
        raise Unsupported(f"its strides, dilations and pads do not fit {rank} spatial axes")
    inner = len(weights) // groups
    operator = _Transposed(
        weights=weights.reshape(groups, inner, *weights.shape[1:]),
        strides=strides,
        dilations=dilations,
        extra=extra,
        pads=pads,
        terms=inner * prod(weights.shape[2:]) + 1,
        reach=largest(np.abs(weights).reshape(groups, inner, weights.shape[1], -1).sum((1, 3))),
        constants=spread(weights),
        offset=None if bias is None else bias.reshape(-1, *[1] * rank),
    )
    return operator, [x]


@dataclass(frozen=True, eq=False, kw_only=True)
class _Transposed(Layer):
    """What each element of (N, C, *spatial) adds to a window of the result; weights (G, C / G, M / G, *kernel)."""

    weights: Array
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    extra: tuple[int, ...]
    """Elements behind the last window."""
    pads: tuple[int, ...]
    """What is cut off at the beginning of each axis, and then at the end of each."""

    @property
    def _geometry(self) -> tuple[tuple[int, ...], ...]:
        return self.weights.shape, self.strides, self.dilations, self.extra, self.pads

    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        weights = np.abs(self.weights) if absolute else self.weights
        groups, inner, outer, *kernel = weights.shape
        spatial = x.shape[3:]
        along = list(zip(spatial, kernel, self.strides, self.dilations, self.extra, strict=True))
        whole = [(n - 1) * s + (k - 1) * d + 1 + more for n, k, s, d, more in along]
        parts = x.reshape(-1, groups, inner, prod(spatial))
        result = np.zeros((len(parts), groups, outer, *whole))
        flat = weights.reshape(groups, inner, outer, -1).swapaxes(1, 2)
        for number, tap in enumerate(product(*map(range, kernel))):
            taken = flat[..., number] @ parts
            places = (slice(t * d, t * d + (n - 1) * s + 1, s) for t, (n, _, s, d, _) in zip(tap, along, strict=True))
            index: Any = (..., *places)
            result[index] += taken.reshape(*taken.shape[:3], *spatial)
        rank = len(spatial)
        ends = zip(self.pads[:rank], self.pads[rank:], whole, strict=True)
        inside: Any = (..., *(slice(first, max(first, n - last)) for first, last, n in ends))
        kept: Array = result[inside]
        return kept.reshape(*x.shape[:2], groups * outer, *kept.shape[3:])

    def less(self, other: Linear) -> Linear:
        """See :class:`Linear`."""
        if not isinstance(other, _Transposed) or self._geometry != other._geometry:
            raise Unsupported("the models' convolutions have different windows here")
        return replace(self, weights=self.weights - other.weights)


def resize(call: Call) -> Interpreted:
    """Read Resize to the nearest element, or linear between two."""
    x, mode, how = call.tensor(), call.get("mode", "nearest"), call.get("coordinate_transformation_mode", "half_pixel")
    odd = call.get("antialias", 0) or call.get("keep_aspect_ratio_policy", "stretch") != "stretch"
    if call.node.opset < 11 or odd or mode not in ("nearest", "linear") or how not in _STEPS:
        raise Unsupported(f"its mode {mode}, {how}, is not followed")
    axes = axes_from_0(call.get("axes") or range(len(x.shape)), len(x.shape))
    lines = {axis: _line(call, how, x.shape[axis], place) for place, axis in enumerate(axes)}
    lines = {axis: line for axis, line in lines.items() if not line.is_identity}
    if mode == "nearest":
        return _nearest(call, x.shape, lines), [x]
    matrices = {axis: line.matrix() for axis, line in lines.items()}
    spreads = [spread(matrix) for matrix in matrices.values()]
    operator = _Between(
        matrices=matrices,
        doubt=sum(line.doubt for line in lines.values()),
        terms=2 ** len(lines) + 1,
        reach=1.0,
        constants=(1.0, prod(least for _, least in spreads)),
    )
    return operator, [x]


@dataclass(frozen=True)
class _Line:
    """Where the elements of the result lie along an axis of so many elements."""

    length: int
    places: tuple[Fraction, ...]
    exact: bool
    """Whether a runtime computes the places without rounding, in float32."""

    @property
    def is_identity(self) -> bool:
        return self.places == tuple(range(self.length))

    @property
    def doubt(self) -> float:
        """How far a runtime may be off."""
        return 0.0 if self.exact else 2.0**-20 * (float(max(map(abs, self.places), default=0)) + 1)

    def matrix(self) -> Array:
        """Return the weights of each element of the axis in those of the result."""
        result = np.zeros((len(self.places), self.length))
        for row, place in zip(result, self.places, strict=True):
            inside = min(max(place, Fraction(0)), Fraction(self.length - 1))
            first = floor(inside)
            row[first] = float(1 - (inside - first))
            if inside > first:
                row[first + 1] = float(inside - first)
        return result


_STEPS = {
    "half_pixel": lambda i, step, count: (i + Fraction(1, 2)) * step - Fraction(1, 2),
    "pytorch_half_pixel": lambda i, step, count: (i + Fraction(1, 2)) * step - Fraction(1, 2) if count > 1 else i * 0,
    "asymmetric": lambda i, step, count: i * step,
    "align_corners": lambda i, step, count: i * step,
}


def _line(call: Call, how: str, length: int, place: int) -> _Line:
    """Place the elements of the result along an axis."""
    scales, sizes = call.input(2), call.input(3)
    given = sizes if sizes is not None and np.size(sizes) else scales
    if not isinstance(given, np.ndarray) or place >= given.size or length < 1:
        raise Unsupported("its scales or sizes are computed, or do not fit")
    count = Fraction(given.ravel()[place].item()) * (1 if given is sizes else length)
    if count.denominator > 1 or not 1 <= count <= _LONGEST:
        raise Unsupported(f"it makes {float(count):g} elements of {length}")
    step = length / count
    if how == "align_corners":
        step = Fraction(length - 1, int(count) - 1) if count > 1 else Fraction(0)
    # A scale is stored in float32, and then divided by: that loses nothing for powers of two alone.
    parts = (step.denominator,) if how == "align_corners" else (step.numerator, step.denominator)
    exact = all(part & (part - 1) == 0 for part in parts)
    return _Line(length, tuple(_STEPS[how](Fraction(i), step, count) for i in range(int(count))), exact)


_ROUND = {
    "round_prefer_floor": lambda place: ceil(place - Fraction(1, 2)),
    "round_prefer_ceil": lambda place: floor(place + Fraction(1, 2)),
    "floor": floor,
    "ceil": ceil,
}


def _nearest(call: Call, shape: Sequence[int], lines: dict[int, _Line]) -> Move:
    """Return the choice of elements; raises Unsupported where rounding may decide which is the nearest."""
    kind = call.get("nearest_mode", "round_prefer_floor")
    if kind not in _ROUND:
        raise Unsupported(f"its nearest mode {kind} is not followed")
    indices = [np.arange(size) for size in shape]
    for axis, line in lines.items():
        doubt = Fraction(line.doubt)
        choices = [
            {min(max(_ROUND[kind](place + side * doubt), 0), line.length - 1) for side in (-1, 0, 1)}
            for place in line.places
        ]
        if any(len(choice) > 1 for choice in choices):
            raise Unsupported("rounding decides which of two elements is nearer")
        indices[axis] = np.array([choice.pop() for choice in choices])
    return Move(lambda arrays, _: arrays[0][np.ix_(*indices)])


@dataclass(frozen=True, eq=False, kw_only=True)
class _Between(Layer):
    """Linear interpolation along some axes."""

    matrices: dict[int, Array]
    doubt: float
    """How far off the places may be, of all axes together."""

    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        for axis, matrix in self.matrices.items():
            x = np.moveaxis(np.moveaxis(x, axis + 1, -1) @ matrix.T, -1, axis + 1)
        return x

    def rounding(self, before: Chain, after: Chain, arithmetic: Arithmetic) -> Array:
        """See :class:`Linear`; a place that is off by e takes up to e more of one element, and less of another."""
        off = self.doubt * 2 * largest(before.size) if arithmetic.unit else 0.0
        return super().rounding(before, after, arithmetic) + off
