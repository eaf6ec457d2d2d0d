"""Convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import prod

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify import gains
from theory.rewrite.certify.answers import Array, Unsupported
from theory.rewrite.certify.arithmetic import OWN, gamma
from theory.rewrite.certify.chain import largest, spread
from theory.rewrite.certify.expressions import Algebra, Symbols
from theory.rewrite.certify.linear import Layer, Linear
from theory.rewrite.certify.operators import Call, Interpreted, once_for_each_node
from theory.rewrite.certify.windows import Windows, place_windows

_MOST_TERMS = 1 << 26
"""Largest number of products of one convolution that are followed on symbols: more take minutes."""

_TOGETHER = 1 << 22
"""Largest number of elements seen by all taps that are put into one matrix: 32 mebibytes."""

_UNIT32, _TINY32 = 2.0**-24, 2.0**-126


@once_for_each_node
def conv(call: Call) -> Interpreted:
    """Read Conv with constant weights."""
    x, weights, bias = call.tensor(), call.weights(1), call.optional_weights(2)
    groups = call.get("group", 1)
    if len(x.shape) < 3 or weights.ndim != len(x.shape) or weights.shape[1] * groups != x.shape[1]:
        raise Unsupported(f"weights of shape {weights.shape} do not fit an input of shape {x.shape}")
    if len(weights) % groups:
        raise Unsupported(f"{len(weights)} channels do not fall into {groups} groups")
    operator = _Convolution(
        weights=weights,
        groups=groups,
        windows=place_windows(call.node.attributes, x.shape[2:], weights.shape[2:]),
        terms=prod(weights.shape[1:]) + 1,
        reach=largest(np.abs(weights).reshape(len(weights), -1).sum(1)),
        constants=spread(weights),
        offset=None if bias is None else bias.reshape(-1, *[1] * (weights.ndim - 2)),
    )
    return operator, [x]


@dataclass(frozen=True, eq=False, kw_only=True)
class _Convolution(Layer):
    """A convolution of (N, C, *spatial) with weights (M, C / groups, *kernel)."""

    weights: Array
    groups: int
    windows: Windows

    @property
    def _geometry(self) -> tuple[tuple[int, ...], int, Windows]:
        return self.weights.shape, self.groups, self.windows

    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        weights = self._magnitudes if absolute else self.weights
        groups, outer = self.groups, len(weights) // self.groups
        shape = *x.shape[:2], len(weights), *self.windows.size
        if prod(x.shape[:3]) * prod(weights.shape[2:]) * prod(self.windows.size) <= _TOGETHER:
            taps = self.windows.taps(x.reshape(-1, *x.shape[2:]), 0.0)
            columns = np.stack(taps, 2).reshape(len(taps[0]), groups, -1, prod(self.windows.size))
            found: Array = (weights.reshape(groups, outer, -1) @ columns).reshape(shape)
            return found
        if not absolute:
            return self._by_taps(weights, x).reshape(shape)
        # Sums of nonnegative numbers lose no digits: half the precision takes half as long, and half as much memory.
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            coarse = self._by_taps(weights.astype(np.float32), x.astype(np.float32))
        if not np.all(np.isfinite(coarse)):
            return self._by_taps(weights, x).reshape(shape)
        count = prod(weights.shape[1:])
        found = coarse.reshape(shape).astype(np.float64)
        found *= 1 + 2 * gamma(2 * count + 16, _UNIT32)
        # What falls below the normal numbers: an argument, a weight, or a product.
        found += 2 * _TINY32 * (largest(weights.reshape(len(weights), -1).sum(1)) + count * (1 + largest(x)))
        return found

    def _by_taps(self, weights: npt.NDArray[np.floating], x: npt.NDArray[np.floating]) -> Array:
        """Compute it tap by tap, what each sees in every window times a matrix, in the floats of both."""
        groups, inner, outer = self.groups, weights.shape[1], len(weights) // self.groups
        matrices = np.ascontiguousarray(np.moveaxis(weights.reshape(groups, outer, inner, -1), -1, 0))
        taps = self.windows.taps(x.reshape(-1, *x.shape[2:]), 0.0)
        nonzero = [bool(values.any()) for values in x.reshape(len(taps[0]), -1)]
        result = np.zeros((len(taps[0]), groups, outer, prod(self.windows.size)), x.dtype)
        for matrix, tap in zip(matrices, taps, strict=True):
            # One tensor of the stack at a time bounds the memory; a point has no radius.
            for total, values, any_ in zip(result, tap, nonzero, strict=True):
                if any_:
                    total += matrix @ values.reshape(groups, inner, -1)
        return result

    @cached_property
    def _magnitudes(self) -> Array:
        return np.abs(self.weights)

    @property
    def _groups(self) -> Array:
        return self.weights.reshape(self.groups, -1, *self.weights.shape[1:])

    @cached_property
    def gain(self) -> float:
        return max(gains.of_kernel(weights) for weights in self._groups)

    @cached_property
    def heavy_gain(self) -> float:
        columns = np.abs(self._groups).sum((1, *range(3, self.weights.ndim + 1)))
        return gains.schur(self.reach, largest(columns) * (1 + OWN))

    def less(self, other: Linear) -> Linear:
        if not isinstance(other, _Convolution) or self._geometry != other._geometry:
            raise Unsupported("the models' convolutions have different windows here")
        return replace(self, weights=self.weights - other.weights)

    def follow(self, algebra: Algebra, xs: Sequence[Symbols]) -> Symbols:
        """Follow it channel by channel."""
        numbers = self.windows.taps(xs[0].numbers, algebra.constant(Fraction(0)))
        places = self.windows.taps(xs[0].places, 0)
        flat = self.weights.reshape(*self.weights.shape[:2], -1)
        if np.count_nonzero(flat) * numbers[0][:, :1].size > _MOST_TERMS:
            raise Unsupported("its convolutions are too large to be followed one by one")
        bias = np.zeros(len(flat)) if self.offset is None else self.offset.ravel()
        channels: list[Symbols] = []
        for m, weights in enumerate(flat):
            base = m // (len(flat) // self.groups) * len(weights)
            used = np.argwhere(weights).tolist() or [[0, 0]]
            operands = [
                (Fraction(float(weights[i, t])), Symbols(*(taps[t][:, base + i, None] for taps in (numbers, places))))
                for i, t in used
            ]
            channels.append(algebra.combine(operands, Fraction(float(bias[m]))))
        return Symbols.joined(channels, axis=1)
