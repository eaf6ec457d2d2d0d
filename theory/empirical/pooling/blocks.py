"""Pooling of NumPy arrays by comparators, block by block.

A block of images or of a part of one, its padding filled in, is laid out as one row of numbers for each phase
(:mod:`theory.empirical.pooling.comparators`), so that a shift along any axis is an offset into that row and every step
is one call on contiguous memory, whatever the shape of the image. Entries where a window would wrap around a border are
computed too and thrown away. The planes of a block stay in the cache, and memory does not grow with the image.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from math import ceil, prod
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.empirical.pooling.comparators import ComparatorPlan, Operand, Vector
from theory.empirical.pooling.geometry import Axis
from theory.empirical.pooling.readout import Readout

_BLOCK = 1 << 15
"""Entries that a plane of a block has at most: calls long enough to be worth it."""

_BLOCK_BYTES = 1 << 22
"""Memory of all planes of a block together: what stays in the cache."""


@dataclass(frozen=True)
class Line:
    """Where the entries of a phase come from along one axis: pixels, those in ``low..high-1`` evenly spaced."""

    pixels: npt.NDArray[np.intp]
    low: int
    high: int
    spacing: int

    @classmethod
    def of(cls, axis: Axis, phase: int, entries: int) -> Line:
        """Lay out the first entries of a phase: positions phase, phase + stride, ..."""
        places = np.arange(entries) * axis.stride + phase
        end = min(axis.begin + axis.size, axis.positions)
        inside = np.flatnonzero((places >= axis.begin) & (places < end))
        low, high = (int(inside[0]), int(inside[-1]) + 1) if inside.size else (0, 0)
        # Places past the last tap of the last window fill up the block; no window looks at them.
        return cls(axis.sources().take(places, mode="clip"), low, high, axis.stride)

    def cut(self, start: int, stop: int) -> Line:
        """Return some of the entries."""
        low, high = (min(max(end, start), stop) - start for end in (self.low, self.high))
        return Line(self.pixels[start:stop], low, high, self.spacing)

    @property
    def slice(self) -> slice:
        """The evenly spaced pixels."""
        if self.low == self.high:
            return slice(0, 0)
        return slice(int(self.pixels[self.low]), int(self.pixels[self.high - 1]) + 1, self.spacing)

    def select(self, images: npt.NDArray[Any], axis: int) -> npt.NDArray[Any]:
        """Take the pixels along an axis, as a view if all are evenly spaced."""
        if (self.low, self.high) == (0, len(self.pixels)):
            return images[(slice(None),) * axis + (self.slice,)]
        return images.take(self.pixels, axis=axis)

    def fill(self, plane: npt.NDArray[Any], images: npt.NDArray[Any]) -> None:
        """Copy the pixels along the last axis: most by a slice, at the border one by one."""
        plane[..., self.low : self.high] = images[..., self.slice]
        plane[..., : self.low] = images[..., self.pixels[: self.low]]
        plane[..., self.high :] = images[..., self.pixels[self.high :]]


def pool_blocks(
    x: npt.NDArray[Any], axes: tuple[Axis, ...], steps: ComparatorPlan, readout: Readout
) -> npt.NDArray[Any]:
    """Pool images of shape ``(N, C, *spatial)`` by the steps of a plan for these axes and what the readout wants."""
    images = x.reshape(-1, *x.shape[2:])
    result = np.empty((len(images), *(axis.outputs for axis in axes)), dtype=x.dtype)
    # All planes of a block have the same layout: its windows, and what lies beyond them.
    beyond = steps.beyond
    lines = [
        [Line.of(axis, p, axis.outputs + b) for axis, p, b in zip(axes, phase, beyond, strict=True)]
        for phase in steps.phases
    ]
    shape = _block_shape(room_of(steps, x), len(images), result.shape[1:], beyond)
    workspace = _Workspace(steps, readout, shape, beyond, x.dtype)
    # Infinities may cancel, and windows that wrap around a border overflow.
    with np.errstate(over="ignore", invalid="ignore"):
        for block in product(*(_ranges(total, side) for total, side in zip(result.shape, shape, strict=True))):
            (first, last), *parts = block
            program = workspace.program(tuple(stop - start for start, stop in block))
            for plane, axis_lines in zip(program.phases, lines, strict=True):
                cuts = [line.cut(a, z + b) for line, (a, z), b in zip(axis_lines, parts, beyond, strict=True)]
                part = images[first:last]
                for axis, cut in enumerate(cuts[:-1], start=1):
                    part = cut.select(part, axis)
                cuts[-1].fill(plane, part)
            for function, first_operand, second_operand, out in program.calls:
                function(first_operand, second_operand, out=out)
            result[tuple(slice(*part) for part in block)] = program.result
    return result.reshape(*x.shape[:2], *result.shape[1:])


def room_of(steps: ComparatorPlan, x: npt.NDArray[Any]) -> int:
    """Return the entries that a plane of a block has at most."""
    bytes_of_an_entry: int = (max(steps.slots) + 1) * x.itemsize
    return max(1, min(_BLOCK, _BLOCK_BYTES // bytes_of_an_entry))


def _block_shape(room: int, images: int, outputs: Sequence[int], beyond: Vector) -> Vector:
    """Share out the entries of a plane: nearly equal sides, and what short ones leave goes to the others."""
    sides: list[int] = []
    for axis, (size, b) in enumerate(zip(outputs, beyond, strict=True)):
        # Far taps call for large blocks: at least half of the entries along an axis are windows.
        most = max(1, b, round(room ** (1 / (len(outputs) - axis))) - b)
        side = ceil(size / ceil(size / most))
        sides.append(side)
        room //= side + b
    return (max(1, min(images, room)), *sides)


def _ranges(total: int, step: int) -> list[tuple[int, int]]:
    return [(start, min(start + step, total)) for start in range(0, total, step)]


@dataclass(frozen=True)
class _Program:
    """The steps for blocks of one shape, on fixed memory."""

    phases: list[npt.NDArray[Any]]
    """To be filled in, shape (images, *entries)."""
    calls: list[tuple[Any, ...]]
    """(function, first operand, second operand, output), to be called in turn."""
    result: npt.NDArray[Any]
    """Where the result is afterwards, shape (images, *windows)."""


class _Workspace:
    """Memory for the planes of a block, the same for all blocks; planes that are read no more give theirs back."""

    def __init__(
        self, steps: ComparatorPlan, readout: Readout, shape: Vector, beyond: Vector, dtype: np.dtype[Any]
    ) -> None:
        self._steps, self._readout, self._beyond = steps, readout, beyond
        entries = shape[0] * prod(n + b for n, b in zip(shape[1:], beyond, strict=True))
        self._sum, self._term, *slots = (np.empty(entries, dtype) for _ in range(max(steps.slots) + 3))
        self._planes = [slots[slot] for slot in steps.slots]
        self._programs: dict[Vector, _Program] = {}

    def program(self, shape: Vector) -> _Program:
        """Return the steps for blocks of so many images and windows."""
        if shape not in self._programs:
            self._programs[shape] = self._compile(shape)
        return self._programs[shape]

    def _compile(self, shape: Vector) -> _Program:
        grid = (shape[0], *(n + b for n, b in zip(shape[1:], self._beyond, strict=True)))
        strides = [prod(grid[axis + 1 :]) for axis in range(len(grid))]
        # From the first window to the last one, those that wrap around a border included.
        windows = sum((n - 1) * s for n, s in zip(shape, strides, strict=True)) + 1

        @cache
        def offset(shift: Vector) -> int:
            return sum(n * s for n, s in zip(shift, strides[1:], strict=True))

        def row(operand: Operand, entries: int) -> npt.NDArray[Any]:
            start = offset(operand.shift)
            return self._planes[operand.plane][start : start + entries]

        def laid_out(row: npt.NDArray[Any], shape: Vector) -> npt.NDArray[Any]:
            return np.ndarray(shape, row.dtype, row, strides=[s * row.itemsize for s in strides])

        calls: list[tuple[Any, ...]] = []
        for step in self._steps.steps:
            entries = windows + offset(self._steps.reach[step.plane])
            out = self._planes[step.plane][:entries]
            calls.append((getattr(np, step.function), row(step.first, entries), row(step.second, entries), out))
        ordered = {k: row(operand, windows) for k, operand in self._steps.outputs.items()}
        if self._readout.selects:
            result = ordered[self._readout.wanted[0]]
        else:
            result, term = self._sum[:windows], self._term[:windows]
            calls += _weighted_sum(ordered, self._readout, result, term)
        phases = [laid_out(plane, grid) for plane in self._planes[: len(self._steps.phases)]]
        return _Program(phases, calls, laid_out(result, shape))


def _weighted_sum(
    ordered: dict[int, npt.NDArray[Any]], readout: Readout, total: npt.NDArray[Any], term: npt.NDArray[Any]
) -> Iterator[tuple[Any, ...]]:
    (k, weight), *others = readout.weights
    yield np.multiply, ordered[k], total.dtype.type(weight), total
    for k, weight in others:
        yield np.multiply, ordered[k], total.dtype.type(weight), term
        yield np.add, total, term, total
    if readout.intercept:
        yield np.add, total, total.dtype.type(readout.intercept), total
