"""Matrix products, means, and pooling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import inf, prod
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify import gains
from theory.rewrite.certify.answers import Array, Unsupported
from theory.rewrite.certify.arithmetic import OWN, Arithmetic
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.chain import largest, spread
from theory.rewrite.certify.expressions import Algebra, Symbols, maximum
from theory.rewrite.certify.graph import Constant
from theory.rewrite.certify.linear import Layer, Linear
from theory.rewrite.certify.operators import (
    Boxes,
    Call,
    Enclosures,
    Interpreted,
    Operator,
    Pair,
    axes_from_0,
    in_blocks,
    once_for_each_node,
    product_of,
)
from theory.rewrite.certify.pooled import Seen, follows
from theory.rewrite.certify.pooled import max_pool as max_of_windows
from theory.rewrite.certify.windows import Windows, place_windows
from theory.rewrite.certify.zonotope import Space, Twin, Zonotope

# They keep the matrices as they are.
_once_for_each_node = partial(once_for_each_node, most=inf)


@_once_for_each_node
def gemm(call: Call) -> Interpreted:
    """Read Gemm with a constant second factor."""
    x, matrix, offset = call.tensor(), call.stored_weights(1), call.optional_weights(2)
    if call.get("transA", 0):
        raise Unsupported("its first operand is transposed")
    alpha, beta = call.get("alpha", 1.0), call.get("beta", 1.0)
    if alpha == 0:
        raise Unsupported("it multiplies sums, which may overflow, by 0")
    matrix = matrix.T if call.get("transB", 0) else matrix
    if alpha != 1:
        matrix = product_of(matrix.astype(np.float64), alpha)
    return _right_product(matrix, None if offset is None else offset * beta, alpha), [x]


@_once_for_each_node
def matmul(call: Call) -> Interpreted:
    """Read MatMul with a constant second factor."""
    matrix = call.stored_weights(1)
    if matrix.ndim != 2:
        raise Unsupported(f"its second operand has {matrix.ndim} axes")
    return _right_product(matrix, None, 1.0), [call.tensor()]


def _right_product(matrix: Constant, offset: Array | None, scale: float) -> Layer:
    spreads = [spread(block / scale) for _, block in in_blocks(matrix)]
    return _RightProduct(
        matrix=matrix,
        terms=len(matrix) + 1,
        reach=largest(_right_times(np.ones((1, len(matrix))), matrix, absolute=True)),
        constants=(max((most for most, _ in spreads), default=1.0), min((least for _, least in spreads), default=1.0)),
        offset=offset,
        scale=scale,
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class _RightProduct(Layer):
    """x W on the last axis."""

    matrix: Constant
    """W in the floats that the model has: in float64 the largest would take gigabytes."""

    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        return _right_times(x, self.matrix, absolute=absolute)

    @cached_property
    def gain(self) -> float:
        return gains.of_matrix(self.matrix)

    @cached_property
    def heavy_gain(self) -> float:
        rows = _right_times(np.ones((1, self.matrix.shape[1])), self.matrix.T, absolute=True)
        return gains.schur(self.reach, largest(rows) * (1 + OWN))

    def less(self, other: Linear) -> Linear:
        if not isinstance(other, _RightProduct) or self.matrix.shape != other.matrix.shape:
            raise Unsupported("the models' weights have different shapes here")
        return replace(self, matrix=self.matrix.astype(np.float64) - other.matrix)


def _right_times(x: Array, matrix: Constant, *, absolute: bool) -> Array:
    """Return x W or x |W|."""
    result = np.zeros((*x.shape[:-1], matrix.shape[1]))
    for (rows, columns), block in in_blocks(matrix):
        result[..., columns] += x[..., rows] @ (np.abs(block, out=block) if absolute else block)
    return result


@once_for_each_node
def average_pool(call: Call) -> Interpreted:
    """Read AveragePool."""
    x = call.tensor()
    if call.get("ceil_mode", 0):
        raise Unsupported("runtimes disagree on averages with ceil_mode")
    windows = place_windows(call.node.attributes, x.shape[2:], call.node.attributes["kernel_shape"])
    taps = windows.taps(np.ones((1, 1, *x.shape[2:])), 0.0)
    counts = np.full((), float(len(taps))) if call.get("count_include_pad", 0) else np.sum(taps, axis=0)[0]
    if not np.all(counts):
        raise Unsupported("one of its windows lies in the padding altogether")
    constants, divisor = spread(1 / counts), largest(counts)
    covered = windows.most_covered(x.shape[2:], 1 / counts)
    operator = _Average(
        windows=windows,
        counts=counts,
        covered=covered,
        terms=len(taps) + 1,
        reach=1.0,
        constants=constants,
        divisor=divisor,
    )
    return operator, [x]


@dataclass(frozen=True, eq=False, kw_only=True)
class _Average(Layer):
    """The average over windows, each divided by a count of its own."""

    windows: Windows
    counts: Array
    covered: float
    """Largest sum of what one element brings into all averages."""

    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        total = np.zeros((*x.shape[:3], *self.windows.size))
        for tap in self.windows.taps(x, 0.0):
            total += tap
        return total / self.counts

    @property
    def gain(self) -> float:
        return gains.schur(self.reach, self.covered)

    @property
    def heavy_gain(self) -> float:
        return self.gain


def global_average_pool(call: Call) -> Interpreted:
    """Read GlobalAveragePool."""
    x = call.tensor()
    return _mean(x, range(2, len(x.shape)), keepdims=True), [x]


def reduce_mean(call: Call) -> Interpreted:
    """Read ReduceMean."""
    x, given = call.tensor(), call.integers(1, "axes")
    if not given and call.get("noop_with_empty_axes", 0):
        raise Unsupported("it reduces no axes")
    axes = axes_from_0(given or range(len(x.shape)), len(x.shape))
    return _mean(x, axes, keepdims=bool(call.get("keepdims", 1))), [x]


def _mean(x: Box, axes: Sequence[int], *, keepdims: bool) -> Layer:
    count = prod(x.shape[axis] for axis in axes)
    if not count:
        raise Unsupported("its input is empty")
    return _Mean(
        axes=tuple(axes),
        keepdims=keepdims,
        terms=count + 1,
        reach=1.0,
        constants=(1.0, 1.0 / count),
        divisor=float(count),
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class _Mean(Layer):
    """The mean over some axes, which stay with size 1 or do not."""

    axes: tuple[int, ...]
    keepdims: bool

    @property
    def gain(self) -> float:
        return gains.schur(self.reach, 1 / self.divisor)

    @property
    def heavy_gain(self) -> float:
        return self.gain

    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        result: Array = x.mean(tuple(axis + 1 for axis in self.axes), keepdims=self.keepdims)
        return result


def max_pool(call: Call) -> Interpreted:
    """Read MaxPool."""
    x, attributes = call.tensor(), call.node.attributes
    ceil_mode = bool(attributes.get("ceil_mode", 0))
    return MaxPooling(place_windows(attributes, x.shape[2:], attributes["kernel_shape"], ceil_mode=ceil_mode)), [x]


def global_max_pool(call: Call) -> Interpreted:
    """Read GlobalMaxPool."""
    x = call.tensor()
    return MaxPooling(place_windows({}, x.shape[2:], x.shape[2:])), [x]


def nhwc_max_pool(call: Call) -> Interpreted:
    """Read onnxruntime's MaxPool of integers, with the channels last."""
    x, attributes = call.tensor(), call.node.attributes
    windows = place_windows(
        attributes, x.shape[1:-1], attributes["kernel_shape"], ceil_mode=bool(call.get("ceil_mode", 0))
    )
    return MaxPooling(windows, channels_last=True), [x]


def reduce_max(call: Call) -> Interpreted:
    """Read ReduceMax over spatial axes."""
    x, given = call.tensor(), call.integers(1, "axes")
    axes = axes_from_0(given or range(len(x.shape)), len(x.shape))
    if min(axes, default=0) < 2 or (not given and call.get("noop_with_empty_axes", 0)):
        raise Unsupported("it takes the maximum over other axes than the spatial ones")
    kernel = [size if axis in axes else 1 for axis, size in enumerate(x.shape)]
    squeezed = () if call.get("keepdims", 1) else tuple(axes)
    return MaxPooling(place_windows({}, x.shape[2:], kernel[2:]), squeezed), [x]


@dataclass(frozen=True)
class MaxPooling(Operator):
    """The maximum of every window: monotone, 1-Lipschitz in the sup norm, exact but for numbers taken for 0."""

    windows: Windows
    squeezed: tuple[int, ...] = ()
    """Axes that the result lacks, of size 1 otherwise."""
    channels_last: bool = False
    """Whether the channels stand behind the spatial axes, not before them."""

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Box:
        """See :class:`Operator`."""
        box = xs[0].mapped(self.largest)
        if not np.all(np.isfinite(box.lo)):
            raise Unsupported("one of its windows lies in the padding altogether")
        return box.or_zero(arithmetic.tiny)

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        """See :class:`Operator`."""
        box = Box(-self.largest(-ds[0].lo), self.largest(ds[0].hi), ds[0].dtype)
        return box.widened(arithmetic[0].tiny + arithmetic[1].tiny)

    def lengthened(self, xs: Boxes, lengths: Sequence[float]) -> float:
        """See :class:`Operator`: the largest changes of two windows may be those of one pixel."""
        spatial = xs[0].shape[1:-1] if self.channels_last else xs[0].shape[2:]
        return gains.schur(1.0, self.windows.most_covered(spatial)) * lengths[0]

    def enclose(self, ts: Sequence[Twin], space: Space) -> Enclosures:
        """See :class:`Operator`."""
        found = self.enclose_seen(ts[0], space)
        return (None, None) if found is None else found[:2]

    def enclose_seen(self, t: Twin, space: Space) -> tuple[Zonotope, Zonotope, Seen] | None:
        """Return the same, and the second model's tensor as windows see it; None where that is too much to look at."""
        if self.channels_last or not follows(t, self.windows):
            return None
        value, difference, seen = max_of_windows(t, self.windows, space)
        shape = self.shape(value.shape)
        return value.reshaped(shape), difference.reshaped(shape), seen

    def follow(self, algebra: Algebra, xs: Sequence[Symbols]) -> Symbols:
        """See :class:`Operator`: tap by tap."""
        moved = [self.channels_second(part) for part in (xs[0].numbers, xs[0].places)]
        whole = (*moved[0].shape[:2], *self.windows.size)
        parts = [self.windows.taps(part, -1) for part in moved]
        numbers, places = np.full(prod(whole), -1), np.zeros(prod(whole), np.int64)
        for tap in zip(*parts, strict=True):
            new, at = (part.ravel() for part in tap)
            first, both = (new >= 0) & (numbers < 0), (new >= 0) & (numbers >= 0)
            numbers[first], places[first] = new[first], at[first]
            if np.any(both):
                largest = maximum(algebra, Symbols(numbers[both], places[both]), Symbols(new[both], at[both]))
                numbers[both], places[both] = largest.numbers, largest.places
        if np.any(numbers < 0):
            raise Unsupported("one of its windows lies in the padding altogether")
        return Symbols(*(self.arranged(part.reshape(whole)) for part in (numbers, places)))

    def largest(self, x: Array) -> Array:
        """Return the maximum of each window."""
        first, *others = self.windows.taps(self.channels_second(x), -np.inf)
        result: Array = np.array(first, dtype=np.float64)
        for tap in others:
            np.maximum(result, tap, out=result)
        return self.arranged(result)

    def channels_second(self, x: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return a tensor with the channels before the spatial axes."""
        return np.moveaxis(x, -1, 1) if self.channels_last else x

    def arranged(self, result: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return maxima with the channels second, and all axes, as the node has them."""
        return (np.moveaxis(result, 1, -1) if self.channels_last else result).reshape(self.shape(result.shape))

    def shape(self, whole: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of the result, from what it would be with the channels second and all axes."""
        if self.channels_last:
            return (whole[0], *whole[2:], whole[1])
        return tuple(size for axis, size in enumerate(whole) if axis not in self.squeezed)
