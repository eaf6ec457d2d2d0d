"""Sums of products with weights: matrix products, convolutions, averages."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.chain import largest, spread
from theory.rewrite.certify.geometry import Geometry
from theory.rewrite.certify.linear import Layer

Array = npt.NDArray[np.float64]

_CHUNK = 1 << 22
"""Largest number of entries of the matrix of patches that a convolution forms at once."""


@dataclass(frozen=True, eq=False)
class RightProduct(Layer):
    """x W on the last axis: Gemm, MatMul."""

    matrix: Array
    offset: Array | None
    scale: float
    divisor: float = field(default=1.0, init=False)

    @property
    def terms(self) -> int:  # type: ignore[override]
        """See :class:`~theory.rewrite.certify.linear.LinearMap`."""
        return len(self.matrix) + 1

    @cached_property
    def constants(self) -> tuple[float, float]:  # type: ignore[override]
        """See :class:`~theory.rewrite.certify.linear.Layer`."""
        return spread(self.matrix / self.scale)

    @cached_property
    def reach(self) -> float:  # type: ignore[override]
        """See :class:`~theory.rewrite.certify.linear.LinearMap`."""
        return largest(np.abs(self.matrix).sum(0))

    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        """Return the product."""
        result: Array = x @ (np.abs(self.matrix) if absolute else self.matrix)
        return result


@dataclass(frozen=True, eq=False)
class Mean(Layer):
    """The mean over some axes, which stay with size 1; axes are those of the tensor."""

    axes: tuple[int, ...]
    count: int
    offset: Array | None = field(default=None, init=False)
    scale: float = field(default=1.0, init=False)
    reach: float = field(default=1.0, init=False)

    @property
    def terms(self) -> int:  # type: ignore[override]
        """See :class:`~theory.rewrite.certify.linear.LinearMap`."""
        return self.count + 1

    @property
    def divisor(self) -> float:  # type: ignore[override]
        """See :class:`~theory.rewrite.certify.linear.Layer`."""
        return float(self.count)

    @property
    def constants(self) -> tuple[float, float]:  # type: ignore[override]
        """See :class:`~theory.rewrite.certify.linear.Layer`."""
        return 1.0, 1.0 / self.count

    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        """Return the means."""
        result: Array = x.mean(tuple(axis + 1 for axis in self.axes), keepdims=True)
        return result


@dataclass(frozen=True, eq=False)
class Convolution(Layer):
    """A convolution of (N, C, *spatial) with weights (M, C / groups, *kernel)."""

    weights: Array
    groups: int
    geometry: Geometry
    offset: Array | None
    scale: float = field(default=1.0, init=False)
    divisor: float = field(default=1.0, init=False)

    @property
    def terms(self) -> int:  # type: ignore[override]
        """See :class:`~theory.rewrite.certify.linear.LinearMap`."""
        return int(np.prod(self.weights.shape[1:])) + 1

    @cached_property
    def constants(self) -> tuple[float, float]:  # type: ignore[override]
        """See :class:`~theory.rewrite.certify.linear.Layer`."""
        return spread(self.weights)

    @cached_property
    def reach(self) -> float:  # type: ignore[override]
        """See :class:`~theory.rewrite.certify.linear.LinearMap`."""
        return largest(np.abs(self.weights).reshape(len(self.weights), -1).sum(1))

    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        """Return the convolution."""
        weights = np.abs(self.weights) if absolute else self.weights
        stack, batch, channels = x.shape[:3]
        padded = self.geometry.pad(x.reshape(stack * batch, channels, *x.shape[3:]), 0.0)
        taps = [np.asarray(tap, np.float64) for tap in self.geometry.taps(padded)]
        inner, outer = weights.shape[1], len(weights) // self.groups
        grouped = weights.reshape(self.groups, outer, inner, -1)
        result = np.empty((stack * batch, self.groups, outer, *self.geometry.size))
        if inner == 1 or inner * outer <= _FEW_WEIGHTS:
            self._by_tap(taps, grouped, result)
        else:
            self._by_matrix(taps, grouped, result)
        return result.reshape(stack, batch, len(weights), *self.geometry.size)

    def _by_tap(self, taps: list[Array], grouped: Array, result: Array) -> None:
        """Add tap after tap: for many groups of few channels."""
        result[...] = 0
        inner = grouped.shape[2]
        spatial = (1,) * len(self.geometry.size)
        for t, tap in enumerate(taps):
            values = tap.reshape(len(tap), self.groups, inner, *self.geometry.size)
            for i in range(inner):
                column = grouped[:, :, i, t]
                if column.any():
                    result += column.reshape(1, *column.shape, *spatial) * values[:, :, i : i + 1]

    def _by_matrix(self, taps: list[Array], grouped: Array, result: Array) -> None:
        """Multiply matrices of patches: a few rows of the result at a time, to bound the memory."""
        groups, outer, inner, kernel = grouped.shape
        rows = self.geometry.size[0]
        row = inner * kernel * int(np.prod(self.geometry.size[1:]))
        step = max(1, _CHUNK // max(row, 1))
        for n, g, start in product(range(len(result)), range(groups), range(0, rows, step)):
            part = slice(start, start + step)
            patches = np.stack([tap[n, g * inner : (g + 1) * inner, part] for tap in taps], axis=1)
            product_ = grouped[g].reshape(outer, inner * kernel) @ patches.reshape(inner * kernel, -1)
            result[n, g, :, part] = product_.reshape(outer, *patches.shape[2:])


_FEW_WEIGHTS = 16


@dataclass(frozen=True, eq=False)
class Average(Layer):
    """The average over windows, each divided by a count of its own."""

    geometry: Geometry
    counts: Array
    offset: Array | None = field(default=None, init=False)
    scale: float = field(default=1.0, init=False)
    reach: float = field(default=1.0, init=False)

    @property
    def terms(self) -> int:  # type: ignore[override]
        """See :class:`~theory.rewrite.certify.linear.LinearMap`."""
        return int(np.prod(self.geometry.kernel)) + 1

    @property
    def divisor(self) -> float:  # type: ignore[override]
        """See :class:`~theory.rewrite.certify.linear.Layer`."""
        return largest(self.counts)

    @property
    def constants(self) -> tuple[float, float]:  # type: ignore[override]
        """See :class:`~theory.rewrite.certify.linear.Layer`."""
        return spread(1 / self.counts)

    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        """Return the averages."""
        taps = self.geometry.taps(self.geometry.pad(x, 0.0))
        total = np.zeros((*x.shape[:3], *self.geometry.size))
        for tap in taps:
            total += tap
        return total / self.counts
