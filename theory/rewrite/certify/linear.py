"""Linear operators L of fixed weights, as what the analysis needs of them: L x and |L| x, the weights' absolute values.

From these follow all bounds. With x = c + r e, |e| <= 1, the images of a box lie within |L| r of L c; rounding adds at
most gamma_n (|L| |x| + |b|), for the runtime and for this analysis alike.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.arithmetic import SLACK, TINY64, UNIT64, Arithmetic, gamma
from theory.rewrite.certify.bounds import Bounds
from theory.rewrite.certify.unsupported import Unsupported

Array = npt.NDArray[np.float64]

_CHUNK = 1 << 22
"""Largest number of entries of the matrix of patches that a convolution forms at once."""


class LinearMap(ABC):
    """A linear operator on tensors of one shape, plus an offset.

    Attributes
    ----------
    offset : array or None
        What is added, broadcast to the result.
    terms : int
        Largest number of products that one element of the result sums, the offset included.
    """

    offset: Array | None
    terms: int

    @abstractmethod
    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        """Return L x, or |L| x, without offset; the first axis of x numbers tensors to be treated alike."""

    @property
    def offset_size(self) -> Array:
        """The total magnitude of what the offset is the sum of."""
        return np.abs(np.zeros(()) if self.offset is None else self.offset)

    def image(self, x: Bounds, arithmetic: Arithmetic) -> Bounds:
        """Bound what a runtime computes for a tensor of a box."""
        middle = x.middle
        result = self.apply(middle[None])[0]
        radius, size = self.apply(np.stack([x.radius(middle), x.magnitude]), absolute=True)
        if self.offset is not None:
            result = result + self.offset
            size = size + self.offset_size
        error = self.rounding(size, arithmetic, x.terms)
        return Bounds(result, result, x.dtype, x.terms + self.terms).widened(self._own(radius, size) + error)

    def deviation(self, d: Bounds, magnitude: Array, arithmetic: Sequence[Arithmetic], terms: int) -> Bounds:
        """Bound the difference of two runtimes' results for tensors whose difference is in a box.

        Parameters
        ----------
        d : Bounds
        magnitude : array
            Of both tensors.
        arithmetic : sequence of Arithmetic
            Of both runtimes.
        terms : int
            Of the tensors, as in :class:`Bounds`.
        """
        middle = d.middle
        result = self.apply(middle[None])[0]
        radius, own, size = self.apply(np.stack([d.radius(middle), d.magnitude, magnitude]), absolute=True)
        if self.offset is not None:
            size = size + self.offset_size
        total = self._own(radius, own)
        for kind in arithmetic:
            total = total + self.rounding(size, kind, terms)
        return Bounds(result, result, d.dtype, terms + self.terms).widened(total)

    def rounding(self, size: Array, arithmetic: Arithmetic, terms: int) -> Array:
        """Bound the rounding error of a result whose addends have a total magnitude of size."""
        roundings = self.terms + terms + SLACK
        factor = arithmetic.gamma(roundings)
        if np.isinf(factor):
            raise Unsupported(f"sums of {self.terms} terms may lose all their digits")
        if not np.all(size <= arithmetic.largest / 2):
            raise Unsupported("the bounds of its values do not exclude an overflow")
        # Twice the factor: `size` itself is rounded.
        return size * (factor * (1 + 2 * gamma(self.terms + 8, UNIT64))) + roundings * arithmetic.tiny

    def _own(self, radius: Array, size: Array) -> Array:
        """Bound the radius of the result, the rounding errors of this analysis included."""
        own = gamma(self.terms + 8, UNIT64)
        return radius * (1 + 2 * own) + size * (2 * own) + self.terms * TINY64


@dataclass(frozen=True, eq=False)
class Scale(LinearMap):
    """Every element times a factor of its own: batch normalisation, Mul and Div by constants."""

    factor: Array
    offset: Array | None = None
    addends: Array | None = None
    """The total magnitude of what the offset was computed from; its own by default."""
    terms: int = 2

    @property
    def offset_size(self) -> Array:
        """See :class:`LinearMap`."""
        return super().offset_size if self.addends is None else self.addends

    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        """Return the products."""
        factor = np.abs(self.factor) if absolute else self.factor
        if factor.ndim > x.ndim - 1:
            x = x.reshape(len(x), *[1] * (factor.ndim - x.ndim + 1), *x.shape[1:])
        return x * factor


@dataclass(frozen=True, eq=False)
class RightProduct(LinearMap):
    """x W on the last axis: Gemm, MatMul."""

    matrix: Array
    offset: Array | None = None

    @property
    def terms(self) -> int:  # type: ignore[override]
        """See :class:`LinearMap`."""
        return len(self.matrix) + 1

    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        """Return the product."""
        result: Array = x @ (np.abs(self.matrix) if absolute else self.matrix)
        return result


@dataclass(frozen=True, eq=False)
class Mean(LinearMap):
    """The mean over some axes, which stay with size 1; axes are those of the tensor."""

    axes: tuple[int, ...]
    terms: int
    offset: Array | None = None

    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        """Return the means."""
        result: Array = x.mean(tuple(axis + 1 for axis in self.axes), keepdims=True)
        return result


@dataclass(frozen=True)
class Geometry:
    """Where the windows of a convolution or pooling lie; all tuples have one entry for each spatial axis."""

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    begin: tuple[int, ...]
    end: tuple[int, ...]
    size: tuple[int, ...]
    """Of the result."""

    def pad(self, x: npt.NDArray[np.generic], value: float) -> npt.NDArray[np.generic]:
        """Pad the spatial axes, the last ones, so that every tap of every window exists."""
        width = [(0, 0)] * (x.ndim - len(self.kernel))
        for axis, begin in enumerate(self.begin):
            extent = x.shape[axis - len(self.kernel)]
            last = (self.size[axis] - 1) * self.strides[axis] + (self.kernel[axis] - 1) * self.dilations[axis]
            width.append((begin, max(0, last + 1 - begin - extent)))
        return np.pad(x, width, constant_values=value)

    def taps(self, padded: npt.NDArray[np.generic]) -> list[npt.NDArray[np.generic]]:
        """Return, for each tap of the kernel in row-major order, what it sees in every window of a padded tensor."""
        return [padded[self._selection(tap)] for tap in product(*map(range, self.kernel))]

    def _selection(self, tap: tuple[int, ...]) -> tuple[Any, ...]:
        return ..., *(
            slice(k * d, k * d + (n - 1) * s + 1, s)
            for k, d, n, s in zip(tap, self.dilations, self.size, self.strides, strict=True)
        )


@dataclass(frozen=True, eq=False)
class Convolution(LinearMap):
    """A convolution of (N, C, *spatial) with weights (M, C / groups, *kernel)."""

    weights: Array
    groups: int
    geometry: Geometry
    offset: Array | None = None

    @property
    def terms(self) -> int:  # type: ignore[override]
        """See :class:`LinearMap`."""
        return int(np.prod(self.weights.shape[1:])) + 1

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
class Average(LinearMap):
    """The average over windows, each divided by a count of its own."""

    geometry: Geometry
    counts: Array
    offset: Array | None = None

    @property
    def terms(self) -> int:  # type: ignore[override]
        """See :class:`LinearMap`."""
        return int(np.prod(self.geometry.kernel)) + 1

    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        """Return the averages."""
        taps = self.geometry.taps(self.geometry.pad(x, 0.0))
        total = np.zeros((*x.shape[:3], *self.geometry.size))
        for tap in taps:
            total += tap
        return total / self.counts
