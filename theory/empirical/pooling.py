"""Pooling of images by the maximum or by an estimator, on any array library.

How the time goes: an estimator is a weighted sum of order statistics, so its cost is that of ordering the d taps of a
window. :mod:`theory.empirical.comparators` orders those of all windows together; here its steps are taken.

On NumPy they are taken block by block. A block of images or of a part of one, its padding filled in, is laid out as one
row of numbers for each phase, so that a shift along any axis is an offset into that row and every step is one call on
contiguous memory, whatever the shape of the image. Entries where a window would wrap around a border are computed too
and thrown away. The block is small enough for its planes to stay in the cache, so memory does not grow with the image.

On other libraries the steps are slices, minima and maxima of whole arrays, which JAX traces, compiles and
differentiates. Beyond some hundred taps sorting each window by itself costs less than planning ahead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from itertools import product
from math import ceil, prod
from operator import add
from typing import Any, Literal

import array_api_compat
import numpy as np
import numpy.typing as npt

from theory.empirical.comparators import Operand, Plan, Vector, plan
from theory.empirical.geometry import Axis, axes_of, check_images, check_kernel_shape, gather_taps, take
from theory.errors import ArrayError, InputError, KernelSizeError
from theory.estimator import Estimator
from theory.subpools import Array, weigh_order_statistics

_BLOCK = 1 << 15
"""Entries that a plane of a block has at most: calls long enough to be worth it."""

_BLOCK_BYTES = 1 << 22
"""Memory of all planes of a block together: what stays in the cache."""

_PLANNED = 256
"""Taps up to which the steps are planned; larger windows are sorted one by one."""

_TRACED = 16
"""Steps that JAX's compiler is given at most."""

_SORTED_AT_ONCE = 1 << 22
"""Entries of the windows that are sorted at once."""

_HELD_AT_ONCE = 1 << 27
"""Entries of all planes together that are held at once on other libraries than NumPy."""


@dataclass(frozen=True)
class _Readout:
    """The weighted sum of order statistics to be computed: index, weight pairs, and what is added."""

    weights: tuple[tuple[int, float], ...]
    intercept: float

    @classmethod
    def of(cls, estimator: Estimator) -> _Readout:
        weights = [(k, float(w)) for k, w in enumerate(estimator.order_statistic_weights) if w]
        # A constant, so that a NaN still passes: 0 times the maximum.
        weights = weights or [(estimator.kernel_size - 1, 0.0)]
        return cls(tuple(weights), float(estimator.intercept))

    def all_weights(self, d: int) -> list[float]:
        """Return the weights of all d order statistics."""
        weights = dict(self.weights)
        return [weights.get(k, 0.0) for k in range(d)]

    @property
    def wanted(self) -> tuple[int, ...]:
        return tuple(k for k, _ in self.weights)

    @property
    def selects(self) -> bool:
        """Whether the sum is one order statistic, which integers have too."""
        return len(self.weights) == 1 and self.weights[0][1] == 1 and not self.intercept


def pool(
    x: Array,
    estimator: Estimator | Literal["max"],
    kernel_shape: Sequence[int],
    *,
    strides: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    dilations: Sequence[int] | None = None,
    ceil_mode: bool = False,
) -> Array:
    """Pool images, as ONNX's MaxPool does or with an estimator in the place of the maximum.

    Parameters
    ----------
    x : array, shape ``(N, C, *spatial)``
        1 to 3 spatial axes; of any array-API library (NumPy, CuPy, JAX, ...). Real floating, or for ``"max"`` integer
        too. Nested sequences of numbers become a float64 NumPy array.
    estimator : Estimator or "max"
        What replaces each window by a number.
    kernel_shape : sequence of int, >= 1
        Taps of a window along each spatial axis; their product is the kernel size of the estimator.
    strides, dilations : sequence of int, >= 1, optional
        One per axis; the default is 1.
    pads : sequence of int, >= 0, optional
        All begins, then all ends, each smaller than the kernel; the default is 0.
    ceil_mode : bool
        Whether a last window that the padded image holds in part counts too, unless it starts behind the last pixel.

    Returns
    -------
    array, shape ``(N, C, *outputs)``, dtype and library of ``x``

    Raises
    ------
    ArrayError
        If ``x`` is not an array of such a shape and dtype.
    KernelSizeError
        If the kernel shape is malformed, or has not as many taps as the estimator has inputs.
    InputError
        If the other attributes are malformed, a window is larger than the padded image, or one has no valid tap.

    Notes
    -----
    *Border.* For ``"max"`` padding is minus infinity. An estimator sees windows in which every tap outside the image is
    replaced by the nearest valid tap of the same window (:mod:`theory.empirical.geometry`): the pixel at the border
    where there is no dilation. Such a window has the maximum and the range of its valid taps, so the certified
    error of the estimator holds at the border too, also for the taps that ``ceil_mode`` adds beyond the padding.

    *NaN and infinities.* A window with a NaN gives NaN, for ``"max"`` too, like NumPy's maximum. (onnxruntime's
    MaxPool passes over NaN or not, depending on dtype and attributes.) A window with infinities gives what IEEE
    arithmetic gives.

    *Rounding.* The maximum is exact. The result f of an estimator is computed in the dtype of ``x``, u = eps/2, and is
    within g (sum_k |w_k x_(k)| + |beta_0|) of its exact value, g = (d + 3) u / (1 - (d + 3) u), underflow and overflow
    apart. Results of two libraries differ by at most twice that.

    *Derivative.* On JAX the function can be transformed by ``jit``, ``vmap`` and ``grad``; where taps are equal the
    gradient is shared among them.

    *Cost.* Linear in the number of windows, whatever the number of orders; on NumPy in memory that does not grow
    with the image, the result apart. Other libraries hold about d planes of one image or more.

    Examples
    --------
    >>> from theory import optimal_estimator
    >>> image = [[[1.0, 5.0, 2.0, 4.0]]]
    >>> pool(image, "max", (2,), pads=(0, 1)).tolist()
    [[[5.0, 5.0, 4.0, 4.0]]]
    >>> pool(image, optimal_estimator(2, [1], objective="range"), (2,), strides=(2,)).tolist()  # the mean
    [[[3.0, 3.0]]]
    """
    kernel = check_kernel_shape(kernel_shape)
    x = check_images(x, kernel)
    axes = axes_of(x.shape[2:], kernel, strides=strides, pads=pads, dilations=dilations, ceil_mode=ceil_mode)
    readout = _readout(estimator, kernel)
    xp = array_api_compat.array_namespace(x)
    if not readout.selects and not xp.isdtype(x.dtype, "real floating"):
        raise ArrayError(f"an estimator pools a real floating dtype such as float32, not {x.dtype}: convert the images")
    if prod(kernel) > _PLANNED and len(readout.weights) > 1:
        return _pool_by_sorting(xp, x, axes, readout)
    steps = plan(kernel, tuple(axis.stride for axis in axes), tuple(axis.dilation for axis in axes), readout.wanted)
    if isinstance(x, np.ndarray):
        return _pool_blocks(x, axes, steps, readout)
    if array_api_compat.is_jax_array(x):
        return _compiled_by_jax()(x, axes, steps if len(steps.steps) <= _TRACED else None, readout)
    return _pool_whole(xp, x, axes, steps, readout)


def _readout(estimator: object, kernel: Vector) -> _Readout:
    d = prod(kernel)
    if isinstance(estimator, str) and estimator == "max":
        return _Readout(((d - 1, 1.0),), 0.0)
    if not isinstance(estimator, Estimator):
        raise InputError(f'an estimator or "max" pools, not {estimator!r:.80}')
    if estimator.kernel_size != d:
        raise KernelSizeError(
            f"a kernel of shape {kernel} has {d} taps, but the estimator has {estimator.kernel_size} inputs"
        )
    return _Readout.of(estimator)


# The rounding error. Each weight is rounded to float64 and from there to the dtype of x, a product rounds once, and at
# most d sums follow, the intercept's included: factors 1 + delta with |delta| <= u, at most d + 3 of them on each term
# and fewer on the intercept. Their product is 1 + theta with |theta| <= (d + 3) u / (1 - (d + 3) u) (Higham, Accuracy
# and Stability of Numerical Algorithms, lemma 3.1), in whatever order the terms are added. Order statistics are exact.


# Sorting window by window


def _pool_by_sorting(xp: Any, x: Array, axes: tuple[Axis, ...], readout: _Readout) -> Array:
    taps = [axis.taps() for axis in axes]
    weights = readout.all_weights(prod(axis.kernel for axis in axes))
    entries = prod(table.size for table in taps[1:]) * axes[0].kernel * x.shape[0] * x.shape[1]
    rows = max(1, _SORTED_AT_ONCE // max(1, entries))
    parts = []
    for start in range(0, axes[0].outputs, rows):
        found = gather_taps(x, [taps[0][start : start + rows], *taps[1:]])
        parts.append(weigh_order_statistics(found, weights, readout.intercept))
    return parts[0] if len(parts) == 1 else xp.concat(parts, axis=2)


# Whole arrays of any library


def _pool_whole(xp: Any, x: Array, axes: tuple[Axis, ...], steps: Plan, readout: _Readout) -> Array:
    images = x.shape[0] * x.shape[1]
    held = (len(readout.weights) + 2) * prod(axis.positions for axis in axes)
    at_once = max(1, _HELD_AT_ONCE // held)
    if images <= at_once:
        return _take_steps(xp, x, axes, steps, readout)
    flat = xp.reshape(x, (images, 1, *x.shape[2:]))
    parts = [
        _take_steps(xp, flat[start : start + at_once, ...], axes, steps, readout) for start in range(0, images, at_once)
    ]
    return xp.reshape(xp.concat(parts, axis=0), (*x.shape[:2], *(axis.outputs for axis in axes)))


def _take_steps(xp: Any, x: Array, axes: tuple[Axis, ...], steps: Plan, readout: _Readout) -> Array:
    planes: dict[int, Array] = {}
    for number, phase in enumerate(steps.phases):
        plane = x
        for a, (axis, p, r) in enumerate(zip(axes, phase, steps.reach[number], strict=True)):
            plane = take(xp, plane, _Line.of(axis, p, axis.outputs + r).pixels, 2 + a)
        planes[number] = plane

    def read(operand: Operand, reach: Vector) -> Array:
        sizes = [axis.outputs + r for axis, r in zip(axes, reach, strict=True)]
        part = (slice(s, s + size) for s, size in zip(operand.shift, sizes, strict=True))
        return planes[operand.plane][(slice(None), slice(None), *part)]

    for step, free in zip(steps.steps, steps.last_uses(), strict=True):
        reach = steps.reach[step.plane]
        planes[step.plane] = getattr(xp, step.function)(read(step.first, reach), read(step.second, reach))
        for plane in free:
            del planes[plane]
    ordered = {k: read(operand, (0,) * len(axes)) for k, operand in steps.outputs.items()}
    if readout.selects:
        return ordered[readout.wanted[0]]
    # Python floats take the dtype of the array.
    total = reduce(add, (ordered[k] * weight for k, weight in readout.weights))
    return total + readout.intercept if readout.intercept else total


# JAX


@cache
def _compiled_by_jax() -> Any:
    import jax

    return jax.jit(_trace, static_argnums=(1, 2, 3))


def _trace(x: Array, axes: tuple[Axis, ...], steps: Plan | None, readout: _Readout) -> Array:
    """Take the steps if there are any; otherwise find the rank of each tap, sum w_rank(j) x_j, and do not sort.

    The compiler folds the comparisons of all pairs into one loop, and the derivative with respect to tap j is the
    weight of its rank. Comparators in great number it takes apart again and again: minutes for one gradient.
    """
    xp = array_api_compat.array_namespace(x)
    if steps is not None:
        return _take_steps(xp, x, axes, steps, readout)
    taps = gather_taps(x, [axis.taps() for axis in axes])
    d = taps.shape[-1]
    weights = xp.asarray(readout.all_weights(d), dtype=x.dtype)
    this, other = taps[..., :, None], taps[..., None, :]
    # Of equal taps the first is the smaller: ranks are a permutation.
    before = xp.asarray(np.tri(d, k=-1, dtype=bool))
    ranks = xp.sum((other < this) | ((other == this) & before), axis=-1)
    return xp.sum(weights[ranks] * taps, axis=-1) + readout.intercept


# Blocks of NumPy arrays


@dataclass(frozen=True)
class _Line:
    """Where the entries of a phase come from along one axis: pixels, those in ``low..high-1`` evenly spaced."""

    pixels: npt.NDArray[np.intp]
    low: int
    high: int
    spacing: int

    @classmethod
    def of(cls, axis: Axis, phase: int, entries: int) -> _Line:
        places = np.arange(entries) * axis.stride + phase
        end = min(axis.begin + axis.size, axis.positions)
        inside = np.flatnonzero((places >= axis.begin) & (places < end))
        low, high = (int(inside[0]), int(inside[-1]) + 1) if inside.size else (0, 0)
        # Places past the last tap of the last window fill up the block; no window looks at them.
        return cls(axis.sources().take(places, mode="clip"), low, high, axis.stride)

    def cut(self, start: int, stop: int) -> _Line:
        low, high = (min(max(end, start), stop) - start for end in (self.low, self.high))
        return _Line(self.pixels[start:stop], low, high, self.spacing)

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


def _pool_blocks(x: npt.NDArray[Any], axes: tuple[Axis, ...], steps: Plan, readout: _Readout) -> npt.NDArray[Any]:
    images = x.reshape(-1, *x.shape[2:])
    result = np.empty((len(images), *(axis.outputs for axis in axes)), dtype=x.dtype)
    # All planes of a block have the same layout, its windows and as many entries beyond as any plane is read.
    beyond = tuple(max(reach[a] for reach in steps.reach.values()) for a in range(len(axes)))
    lines = [
        [_Line.of(axis, p, axis.outputs + b) for axis, p, b in zip(axes, phase, beyond, strict=True)]
        for phase in steps.phases
    ]
    room = min(_BLOCK, _BLOCK_BYTES // (_assign_slots(steps)[1] * x.itemsize))
    shape = _block_shape(room, len(images), result.shape[1:], beyond)
    workspace = _Workspace(steps, readout, shape, beyond, x.dtype)
    # Windows that wrap around a border may overflow, and infinities meet zero weights.
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


def _block_shape(room: int, images: int, outputs: Sequence[int], beyond: Vector) -> Vector:
    """Share out the entries of a plane: nearly equal sides, and what short ones leave goes to the others."""
    sides: list[int] = []
    for axis, (size, b) in enumerate(zip(outputs, beyond, strict=True)):
        most = max(1, round(room ** (1 / (len(outputs) - axis))) - b)
        side = ceil(size / ceil(size / most))
        sides.append(side)
        room //= side + b
    return (max(1, min(images, room)), *sides)


def _ranges(total: int, step: int) -> list[tuple[int, int]]:
    return [(start, min(start + step, total)) for start in range(0, total, step)]


@dataclass(frozen=True)
class _Program:
    """The steps for blocks of one shape, on fixed memory.

    Attributes
    ----------
    phases : list of arrays, shape (images, *entries)
        To be filled in.
    calls : list of (function, first operand, second operand, output)
        To be called in turn.
    result : array, shape (images, *windows)
        Where the result is afterwards.
    """

    phases: list[npt.NDArray[Any]]
    calls: list[tuple[Any, ...]]
    result: npt.NDArray[Any]


class _Workspace:
    """Memory for the planes of a block, the same for all blocks; planes that are read no more give theirs back."""

    def __init__(self, steps: Plan, readout: _Readout, shape: Vector, beyond: Vector, dtype: np.dtype[Any]) -> None:
        self._steps, self._readout, self._beyond = steps, readout, beyond
        self._slot, slots = _assign_slots(steps)
        entries = shape[0] * prod(n + b for n, b in zip(shape[1:], beyond, strict=True))
        self._sum, self._term, *self._slots = (np.empty(entries, dtype) for _ in range(slots + 2))
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

        def offset(shift: Vector) -> int:
            return sum(n * s for n, s in zip(shift, strides[1:], strict=True))

        def row(operand: Operand, entries: int) -> npt.NDArray[Any]:
            start = offset(operand.shift)
            return self._slots[self._slot[operand.plane]][start : start + entries]

        def laid_out(row: npt.NDArray[Any], shape: Vector) -> npt.NDArray[Any]:
            return np.ndarray(shape, row.dtype, row, strides=[s * row.itemsize for s in strides])

        origin = (0,) * len(self._beyond)
        calls: list[tuple[Any, ...]] = []
        for step in self._steps.steps:
            entries = windows + offset(self._steps.reach[step.plane])
            out = row(Operand(step.plane, origin), entries)
            calls.append((getattr(np, step.function), row(step.first, entries), row(step.second, entries), out))
        ordered = {k: row(operand, windows) for k, operand in self._steps.outputs.items()}
        if self._readout.selects:
            result = ordered[self._readout.wanted[0]]
        else:
            result, term = self._sum[:windows], self._term[:windows]
            calls += _weighted_sum(ordered, self._readout, result, term)
        phases = [laid_out(self._slots[self._slot[plane]], grid) for plane in range(len(self._steps.phases))]
        return _Program(phases, calls, laid_out(result, shape))


def _weighted_sum(
    ordered: dict[int, npt.NDArray[Any]], readout: _Readout, total: npt.NDArray[Any], term: npt.NDArray[Any]
) -> Iterator[tuple[Any, ...]]:
    (k, weight), *others = readout.weights
    yield np.multiply, ordered[k], total.dtype.type(weight), total
    for k, weight in others:
        yield np.multiply, ordered[k], total.dtype.type(weight), term
        yield np.add, total, term, total
    if readout.intercept:
        yield np.add, total, total.dtype.type(readout.intercept), total


def _assign_slots(steps: Plan) -> tuple[list[int], int]:
    """Give each plane a slot, that of a plane no longer read if there is one, and count the slots."""
    slot = list(range(len(steps.phases)))
    count, free = len(slot), list[int]()
    for planes in steps.last_uses():
        # Taken before those of this step's operands come free: a call must not write what it still reads.
        if not free:
            free.append(count)
            count += 1
        slot.append(free.pop())
        free += [slot[plane] for plane in planes]
    return slot, count
