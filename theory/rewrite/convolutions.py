"""ReLU networks on windows as convolutions that treat every channel alike.

A *stack* is a sequence of convolutions with a ReLU after each but the last. Its weights are exact; those of the units
that :mod:`theory.networks` builds are small integers, which floats hold exactly. What stands before the last affine map
is divided by the common denominator of that map at the very end, by a convolution of its own, so that one rounding
remains where the quotient is no float.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, reduce
from math import lcm, prod
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.errors import InputError
from theory.models.windows import AxisWindows, WindowGrid
from theory.networks.circuit import Domain
from theory.networks.maximum import exact_max_network
from theory.networks.network import ReLUNetwork
from theory.rewrite.axis_plan import plan_axis
from theory.rewrite.emitter import Emitter

_WINDOW_MAX = 1 << 12
"""Largest window that a network is laid over: its weights grow with the square of the number of values."""

Exact = npt.NDArray[np.object_]
"""Array of Fractions and integers."""


@dataclass(frozen=True)
class ConvLayer:
    """An affine map of the windows of each channel; taps on padding are 0.

    The weights are Fractions of shape (units out, units in, *kernel_shape).
    """

    weights: Exact
    bias: tuple[Fraction, ...]
    windows: WindowGrid


Stack = tuple[ConvLayer, ...]
"""Convolutions with a ReLU after each but the last."""


def check_window(kernel_size: int) -> None:
    """Raise InputError if a window is too large to lay a network over it."""
    if kernel_size > _WINDOW_MAX:
        raise InputError(f"networks serve windows of at most {_WINDOW_MAX:,} values, not {kernel_size:,}")


def stack_units(stack: Stack) -> int:
    """Count the ReLUs for one output, the borders aside."""
    units, per_output = 0, 1
    for layer, after in zip(reversed(stack[:-1]), reversed(stack[1:]), strict=True):
        per_output *= prod(after.windows.strides)
        units += len(layer.bias) * per_output
    return units


def window_stack(network: ReLUNetwork, windows: WindowGrid) -> Stack:
    """Lay a network over windows, whose taps it takes in row-major order: the first matrix is the kernel."""
    layers = []
    for number, (matrix, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        dense = np.full(matrix.shape, Fraction(0), dtype=object)
        for i, row in enumerate(matrix.rows):
            for j, weight in row:
                dense[i, j] = weight
        here = windows if number == 0 else windows.places
        layers.append(ConvLayer(dense.reshape(len(bias), -1, *here.kernel_shape), bias, here))
    return tuple(layers)


@lru_cache(maxsize=256)
def max_stack(windows: WindowGrid, domain: Domain) -> Stack:
    """Build the stack for the maximum with the fewest ReLUs, and of these the one with the fewest layers.

    Along one axis after the other neighbouring windows share ReLUs; the tree over the whole window may need fewer
    layers.

    Examples
    --------
    >>> three, strided = (WindowGrid((axis, axis)) for axis in (AxisWindows(3), AxisWindows(3, stride=2)))
    >>> stack_units(max_stack(three, "real")), stack_units(max_stack(three, "nonnegative"))
    (12, 8)
    >>> stack_units(max_stack(strided, "real")), stack_units(max_stack(strided, "nonnegative"))
    (24, 15)
    """
    options = [_separable(windows, order, domain) for order in ((1, -1) if len(windows.axes) > 1 else (1,))]
    if windows.kernel_size <= _WINDOW_MAX:
        options.append(_window(windows, domain))
    return min(options, key=lambda stack: (stack_units(stack), len(stack)))


def _window(windows: WindowGrid, domain: Domain) -> Stack:
    if windows.kernel_size == 1:
        return (ConvLayer(np.full((1, 1, *windows.kernel_shape), Fraction(1), dtype=object), (Fraction(0),), windows),)
    check_window(windows.kernel_size)
    return window_stack(exact_max_network(windows.kernel_size, domain=domain), windows)


def _separable(windows: WindowGrid, step: int, domain: Domain) -> Stack:
    rank = len(windows.axes)
    parts = [
        _along_axis(windows.axes[number], number, rank, domain)
        for number in range(rank)[::step]
        if windows.axes[number].kernel > 1
    ]
    if not parts:
        return _window(windows, domain)
    first, *others = reduce(_compose, parts)
    # Axes along which nothing is compared are thinned out first.
    axes = [axis if axis.kernel == 1 else along for axis, along in zip(windows.axes, first.windows.axes, strict=True)]
    return (replace(first, windows=WindowGrid(tuple(axes))), *others)


def _along_axis(axis: AxisWindows, number: int, rank: int, domain: Domain) -> Stack:
    """Return a stack for the maximum along one axis: by doubling where the stride is 1 in units of the dilation."""
    if axis.dilation % axis.stride:
        return _window(WindowGrid.along(axis, number, rank), domain)
    shifts = plan_axis(axis).shifts
    pairs = [replace(axis, kernel=2), *(AxisWindows(2, 1, shift) for shift in shifts[1:])]
    return reduce(_compose, [_window(WindowGrid.along(pair, number, rank), domain) for pair in pairs])


def _compose(first: Stack, second: Stack) -> Stack:
    """Follow a stack by another one; the last map of the first and the first of the second become one.

    Raises InputError if the last map of the first has a bias, which zero padding between them would not see.
    """
    *before, last = first
    inner = second[0]
    if any(last.bias) or any(k != 1 for k in last.windows.kernel_shape) or prod(last.windows.strides) != 1:
        raise InputError("only a linear map of one place can become part of the convolution after it")
    readout = last.weights.reshape(last.weights.shape[:2])
    weights = np.einsum("ov...,vu->ou...", inner.weights, readout)
    return (*before, replace(inner, weights=weights), *second[1:])


def emit_stack(
    emitter: Emitter, x: str, channels: int, *, stack: Stack, dtype: npt.DTypeLike, dense: bool = False
) -> str:
    """Add nodes for a stack on a value of shape (N, channels, *spatial): Conv and Relu by turns.

    The dtype, floating, is that of the value and of the weights. Dense convolutions have no groups, and mostly zeros.
    """
    *hidden, last = stack
    for layer in hidden:
        x = emitter.op("Relu", [emit_conv(emitter, x, layer, channels, dtype, dense=dense)])
    denominator = lcm(*(Fraction(w).denominator for w in (*last.weights.flat, *last.bias)))
    if denominator & (denominator - 1) and denominator < 1 << 24:
        scaled = replace(last, weights=last.weights * denominator, bias=tuple(b * denominator for b in last.bias))
        x = emit_conv(emitter, x, scaled, channels, dtype, dense=dense)
        places = last.windows.places
        quotient = np.full((1, 1, *places.kernel_shape), Fraction(1, denominator), dtype=object)
        last = ConvLayer(quotient, (Fraction(0),), places)
    return emit_conv(emitter, x, last, channels, dtype, dense=dense)


def emit_translation(
    emitter: Emitter, x: str, by: Fraction, rank: int, channels: int, dtype: npt.DTypeLike, *, dense: bool = False
) -> str:
    """Add a number to every value, by a convolution over single values along a number of spatial axes."""
    places = WindowGrid((AxisWindows(1),) * rank)
    one = np.full((1, 1, *places.kernel_shape), Fraction(1), dtype=object)
    return emit_conv(emitter, x, ConvLayer(one, (by,), places), channels, dtype, dense=dense)


def emit_conv(
    emitter: Emitter, x: str, layer: ConvLayer, channels: int, dtype: npt.DTypeLike, *, dense: bool = False
) -> str:
    """Add a Conv node that applies one layer to every channel."""
    if emitter.undilated:
        layer = _written_out(emitter, layer, channels * (channels if dense else 1), dtype)
    emitter.room.check(channels * (channels if dense else 1) * layer.weights.size, dtype)
    inputs = [x, emitter.constant(_for_all_channels(layer.weights.astype(dtype), channels, dense=dense))]
    if any(layer.bias):
        inputs.append(emitter.constant(np.tile(np.array([float(b) for b in layer.bias], dtype=dtype), channels)))
    windows = layer.windows
    # Importers of other tools leave out what they take to be given: nothing is left to its default.
    return emitter.op(
        "Conv",
        inputs,
        kernel_shape=windows.kernel_shape,
        strides=windows.strides,
        dilations=windows.dilations,
        pads=windows.pads,
        group=1 if dense else channels,
    )


def _written_out(emitter: Emitter, layer: ConvLayer, copies: int, dtype: npt.DTypeLike) -> ConvLayer:
    """Put zeros between the weights of a dilated kernel."""
    axes = tuple(replace(axis, kernel=axis.span + 1, dilation=1) for axis in layer.windows.axes)
    steps = [axis.dilation for axis in layer.windows.axes]
    if set(steps) == {1}:
        return layer
    shape = (*layer.weights.shape[:2], *(axis.kernel for axis in axes))
    emitter.room.check(copies * prod(shape), dtype)
    weights = np.full(shape, Fraction(0), dtype=object)
    weights[(slice(None), slice(None), *(slice(None, None, step) for step in steps))] = layer.weights
    return replace(layer, weights=weights, windows=WindowGrid(axes))


def _for_all_channels(weights: npt.NDArray[Any], channels: int, *, dense: bool) -> npt.NDArray[Any]:
    """Repeat the kernel of one channel for all, the units of a channel next to each other."""
    units_out, units_in, *kernel = weights.shape
    if not dense:
        return np.tile(weights, (channels, *(1 for _ in weights.shape[1:])))
    full = np.zeros((channels, units_out, channels, units_in, *kernel), dtype=weights.dtype)
    for channel in range(channels):
        full[channel, :, channel] = weights
    return full.reshape(channels * units_out, channels * units_in, *kernel)
