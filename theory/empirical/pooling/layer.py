"""Pooling of images by the maximum or by an estimator, on any array library.

How the time goes: an estimator is a weighted sum of order statistics, so its cost is that of ordering the d taps of a
window. :mod:`theory.empirical.pooling.comparators` orders those of all windows together; here its steps are taken.

On NumPy they are taken block by block (:mod:`theory.empirical.pooling.blocks`), where there are windows enough to pay
for many calls. On other libraries the steps are slices, minima and maxima of whole arrays, which JAX traces, compiles
and differentiates. Few windows, and those of some hundred taps, are sorted one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, reduce
from math import ceil, prod
from operator import add
from typing import Any, Literal

import array_api_compat
import numpy as np
import numpy.typing as npt

from theory.empirical.pooling.blocks import Line, pool_blocks, room_of
from theory.empirical.pooling.comparators import ComparatorPlan, Operand, Vector, plan
from theory.empirical.pooling.geometry import Axis, axes_of, check_images, check_kernel_shape, gather_taps, take
from theory.empirical.pooling.readout import Readout
from theory.errors import ArrayError, InputError, KernelSizeError
from theory.estimator import Estimator
from theory.notation import KernelSize
from theory.subpools import Array, weigh_order_statistics

_PLANNED = 256
"""Taps up to which the steps are planned; larger windows are sorted one by one."""

_BYTE_COST, _CALL_COST, _TAP_COST = 0.07, 1000.0, 8.0
"""Nanoseconds, roughly: for a byte of a plane in a step, for a call and what prepares it, for a tap that is sorted.

Only their ratios matter: they decide between comparators and sorting (benchmarks/pooling.py).
"""

_TRACED = 16
"""Steps that JAX's compiler is given at most."""

_RANKED = 64
"""Taps up to which JAX compares all pairs."""

_SORTED_AT_ONCE = 1 << 18
"""Entries of the windows that are sorted at once: what the cache holds."""

_HELD_AT_ONCE = 1 << 27
"""Entries of all planes together that are held at once on other libraries than NumPy."""


def pool(
    x: Array,
    estimator: Estimator | Literal["max"],
    kernel_shape: KernelSize,
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
    kernel_shape : sequence of int, >= 1, or text such as "3x3"
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
    replaced by the nearest valid tap of the same window (:mod:`theory.empirical.pooling.geometry`): the pixel at the
    border where there is no dilation. Such a window has the maximum and the range of its valid taps, so the certified
    error of the estimator holds at the border too, also for the taps that ``ceil_mode`` adds beyond the padding. (If
    the estimator is one of another target than the maximum, the target, too, is that of the window with its replaced
    taps: its median is not that of the valid ones alone.)

    *NaN and infinities.* A window with a NaN gives NaN, for ``"max"`` too, like NumPy's maximum. (onnxruntime's
    MaxPool passes over NaN or not, depending on dtype, attributes and place.) A window with infinities gives what IEEE
    arithmetic gives: the maximum of minus infinities is minus infinity, not the lowest float as in onnxruntime.

    *Rounding.* The maximum is exact. The result f of an estimator is computed in the dtype of ``x``, u = eps/2, and is
    within g (sum_k |w_k x_(k)| + |beta_0|) of its exact value, g = (d + 3) u / (1 - (d + 3) u), underflow and overflow
    apart. Results of two libraries differ by at most twice that.

    *Derivative.* On JAX the function can be transformed by ``jit``, ``vmap`` and ``grad``; where taps are equal the
    gradient is shared among them.

    *Cost.* Linear in the number of windows, whatever the number of orders; on NumPy in memory that does not grow
    with the image, the result apart (images that do not lie one after another in memory are copied first). Other
    libraries hold some d planes of one image or more.

    Examples
    --------
    >>> from subpool import optimal_estimator
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
        if _sorting_is_faster(x, axes, steps, readout):
            return _pool_by_sorting(xp, x, axes, readout)
        return pool_blocks(x, axes, steps, readout)
    if array_api_compat.is_jax_array(x):
        return _compiled_by_jax()(x, axes, steps if len(steps.steps) <= _TRACED else None, readout)
    return _pool_whole(xp, x, axes, steps, readout)


def _readout(estimator: object, kernel: Vector) -> Readout:
    d = prod(kernel)
    if isinstance(estimator, str) and estimator == "max":
        return Readout(((d - 1, 1.0),), 0.0)
    if not isinstance(estimator, Estimator):
        raise InputError(f'an estimator or "max" pools, not {estimator!r:.80}')
    if estimator.kernel_size != d:
        raise KernelSizeError(
            f"a kernel of shape {kernel} has {d} taps, but the estimator has {estimator.kernel_size} inputs"
        )
    return Readout.of(estimator)


# The rounding error. Each weight is rounded to float64 and from there to the dtype of x, a product rounds once, and at
# most d sums follow, the intercept's included: factors 1 + delta with |delta| <= u, at most d + 3 of them on each term
# and fewer on the intercept. Their product is 1 + theta with |theta| <= (d + 3) u / (1 - (d + 3) u) (Higham, Accuracy
# and Stability of Numerical Algorithms, lemma 3.1), in whatever order the terms are added. Order statistics are exact.


# Sorting window by window


def _sorting_is_faster(x: npt.NDArray[Any], axes: tuple[Axis, ...], steps: ComparatorPlan, readout: Readout) -> bool:
    """Estimate both costs: few windows do not pay for many calls, nor many entries beside the windows."""
    if readout.selects:
        return False
    images = x.shape[0] * x.shape[1]
    entries: int = images * prod(axis.outputs + b for axis, b in zip(axes, steps.beyond, strict=True))
    calls = len(steps.steps) + 2 * len(readout.weights)
    planned: float = calls * (entries * x.itemsize * _BYTE_COST + ceil(entries / room_of(steps, x)) * _CALL_COST)
    windows: int = images * prod(axis.outputs for axis in axes)
    return windows * prod(axis.kernel for axis in axes) * _TAP_COST < planned


def _pool_by_sorting(xp: Any, x: Array, axes: tuple[Axis, ...], readout: Readout) -> Array:
    """Sort windows, some images or some rows of one at a time."""
    taps = [axis.taps() for axis in axes]
    weights = readout.all_weights(prod(axis.kernel for axis in axes))
    row = axes[0].kernel * prod(table.size for table in taps[1:])
    rows = min(axes[0].outputs, max(1, _SORTED_AT_ONCE // row))
    at_once = max(1, _SORTED_AT_ONCE // (row * rows))

    def of(images: Array) -> Array:
        parts = []
        for start in range(0, axes[0].outputs, rows):
            windows = gather_taps(images, [taps[0][start : start + rows], *taps[1:]])
            with np.errstate(over="ignore", invalid="ignore"):
                parts.append(weigh_order_statistics(windows, weights, readout.intercept))
        return parts[0] if len(parts) == 1 else xp.concat(parts, axis=2)

    return _in_parts(xp, x, at_once, of)


def _in_parts(xp: Any, x: Array, at_once: int, function: Callable[[Array], Array]) -> Array:
    """Apply a function of arrays of shape (N, C, ...) to a bounded number of images at a time."""
    images = x.shape[0] * x.shape[1]
    if images <= at_once:
        return function(x)
    flat = xp.reshape(x, (images, 1, *x.shape[2:]))
    result = xp.concat([function(flat[i : i + at_once, ...]) for i in range(0, images, at_once)], axis=0)
    return xp.reshape(result, (*x.shape[:2], *result.shape[2:]))


# Whole arrays of any library


def _pool_whole(xp: Any, x: Array, axes: tuple[Axis, ...], steps: ComparatorPlan, readout: Readout) -> Array:
    held = (max(steps.slots) + 1 + len(readout.weights)) * prod(axis.positions for axis in axes)
    return _in_parts(xp, x, max(1, _HELD_AT_ONCE // held), lambda part: _take_steps(xp, part, axes, steps, readout))


def _take_steps(xp: Any, x: Array, axes: tuple[Axis, ...], steps: ComparatorPlan, readout: Readout) -> Array:
    planes: dict[int, Array] = {}
    for number, phase in enumerate(steps.phases):
        plane = x
        for a, (axis, p, r) in enumerate(zip(axes, phase, steps.reach[number], strict=True)):
            plane = take(xp, plane, Line.of(axis, p, axis.outputs + r).pixels, 2 + a)
        planes[number] = plane

    def read(operand: Operand, reach: Vector) -> Array:
        sizes = [axis.outputs + r for axis, r in zip(axes, reach, strict=True)]
        part = (slice(s, s + size) for s, size in zip(operand.shift, sizes, strict=True))
        return planes[operand.plane][(slice(None), slice(None), *part)]

    for step, free in zip(steps.steps, steps.last_uses, strict=True):
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


def _trace(x: Array, axes: tuple[Axis, ...], steps: ComparatorPlan | None, readout: Readout) -> Array:
    """Take the steps if there are any; otherwise find the rank of each tap, sum w_rank(j) x_j, and do not sort.

    The compiler folds the comparisons of all pairs into one loop, and the derivative with respect to tap j is the
    weight of its rank. Comparators in great number it takes apart again and again: minutes for one gradient.
    """
    xp = array_api_compat.array_namespace(x)
    if steps is not None:
        return _take_steps(xp, x, axes, steps, readout)
    taps = gather_taps(x, [axis.taps() for axis in axes])
    d = taps.shape[-1]
    if d > _RANKED:
        return weigh_order_statistics(taps, readout.all_weights(d), readout.intercept)
    return weigh_by_rank(xp, taps, readout.all_weights(d), readout.intercept)


def weigh_by_rank(xp: Any, taps: Array, weights: Any, intercept: Any) -> Array:
    """Weigh each tap of windows, the last axis, by its rank: of equal taps the first is the smaller.

    Several times as fast as XLA's sort on a CPU.
    """
    this, other = taps[..., :, None], taps[..., None, :]
    before = xp.asarray(np.tri(taps.shape[-1], k=-1, dtype=bool))
    ranks = xp.sum((other < this) | ((other == this) & before), axis=-1)
    return xp.sum(xp.asarray(weights, dtype=taps.dtype)[ranks] * taps, axis=-1) + intercept
