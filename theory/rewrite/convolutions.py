"""ReLU networks on windows as convolutions that treat every channel alike.

A *stack* is a sequence of convolutions with a ReLU after each but the last. Its weights are exact; those of the units
that :mod:`theory.networks` builds are small integers, which floats hold exactly. What stands before the last affine map
is divided by the common denominator of that map at the very end, by a convolution of its own, so that one rounding
remains where the quotient is no float.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from math import lcm, prod
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.errors import InputError
from theory.models.windows import AxisWindows, Windows
from theory.networks.circuit import Domain
from theory.networks.maximum import exact_max_network
from theory.networks.network import ReLUNetwork
from theory.rewrite.axis_plan import plan_axis
from theory.rewrite.emitter import Emitter

WINDOW_MAX = 1 << 12
"""Largest window that a network is laid over: its weights grow with the square of the number of values."""

Exact = npt.NDArray[np.object_]
"""Array of Fractions and integers."""


@dataclass(frozen=True)
class ConvLayer:
    """An affine map of the windows of each channel.

    Attributes
    ----------
    weights : array of Fractions, shape (units out, units in, *kernel_shape)
    bias : tuple of Fraction
    geometry : Windows
        The windows; taps on padding are 0.
    """

    weights: Exact
    bias: tuple[Fraction, ...]
    geometry: Windows


Stack = tuple[ConvLayer, ...]
"""Convolutions with a ReLU after each but the last."""


def check_window(kernel_size: int) -> None:
    """See that a window is not too large to lay a network over it.

    Raises
    ------
    InputError
    """
    if kernel_size > WINDOW_MAX:
        raise InputError(f"networks serve windows of at most {WINDOW_MAX:,} values, not {kernel_size:,}")


def stack_units(stack: Stack) -> int:
    """Count the ReLUs for one output, the borders aside."""
    units, per_output = 0, 1
    for layer, after in zip(reversed(stack[:-1]), reversed(stack[1:]), strict=True):
        per_output *= prod(after.geometry.strides)
        units += len(layer.bias) * per_output
    return units


def window_stack(network: ReLUNetwork, geometry: Windows) -> Stack:
    """Lay a network over windows: its first matrix is the kernel, the others read one place.

    Parameters
    ----------
    network : ReLUNetwork
        With as many inputs as a window has taps, in row-major order.
    geometry : Windows
    """
    here = Windows(tuple(AxisWindows(1) for _ in geometry.axes))
    layers = []
    for number, (matrix, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
        dense = _exact_zeros(matrix.shape)
        for i, row in enumerate(matrix.rows):
            for j, weight in row:
                dense[i, j] = weight
        shape = (len(bias), 1, *geometry.kernel_shape) if number == 0 else (*matrix.shape, *here.kernel_shape)
        layers.append(ConvLayer(dense.reshape(shape), bias, here if number else geometry))
    return tuple(layers)


@lru_cache(maxsize=256)
def max_stack(geometry: Windows, domain: Domain) -> Stack:
    """Build the stack for the maximum with the fewest ReLUs, and of these the one with the fewest layers.

    Along one axis after the other neighbouring windows share ReLUs; the tree over the whole window may need fewer
    layers.

    Examples
    --------
    >>> three = Windows((AxisWindows(3), AxisWindows(3)))
    >>> stack_units(max_stack(three, "real")), stack_units(max_stack(three, "nonnegative"))
    (12, 8)
    >>> strided = Windows((AxisWindows(3, stride=2), AxisWindows(3, stride=2)))
    >>> stack_units(max_stack(strided, "real")), stack_units(max_stack(strided, "nonnegative"))
    (24, 15)
    """
    options = [_separable(geometry, order, domain) for order in ((1, -1) if len(geometry.axes) > 1 else (1,))]
    if geometry.kernel_size <= WINDOW_MAX:
        options.append(_window(geometry, domain))
    return min(options, key=lambda stack: (stack_units(stack), len(stack)))


def _window(geometry: Windows, domain: Domain) -> Stack:
    if geometry.kernel_size == 1:
        return (ConvLayer(_exact_ones((1, 1, *geometry.kernel_shape)), (Fraction(0),), geometry),)
    check_window(geometry.kernel_size)
    return window_stack(exact_max_network(geometry.kernel_size, domain=domain), geometry)


def _separable(geometry: Windows, step: int, domain: Domain) -> Stack:
    stack: Stack | None = None
    rank = len(geometry.axes)
    for number in range(rank)[::step]:
        axis = geometry.axes[number]
        if axis.kernel > 1:
            part = _along_axis(axis, number, rank, domain)
            stack = part if stack is None else compose(stack, part)
    if stack is None:
        return _window(geometry, domain)
    # Axes along which nothing is compared are thinned out first.
    first = stack[0]
    axes = [axis if axis.kernel == 1 else along for axis, along in zip(geometry.axes, first.geometry.axes, strict=True)]
    return (replace(first, geometry=Windows(tuple(axes))), *stack[1:])


def _along_axis(axis: AxisWindows, number: int, rank: int, domain: Domain) -> Stack:
    """Return a stack for the maximum along one axis: by doubling where the stride is 1 in units of the dilation."""

    def spread(one: AxisWindows) -> Windows:
        return Windows(tuple(one if i == number else AxisWindows(1) for i in range(rank)))

    if axis.dilation % axis.stride:
        return _window(spread(axis), domain)
    stack: Stack | None = None
    first = AxisWindows(2, axis.stride, axis.dilation, axis.begin, axis.end)
    for shift in plan_axis(axis).shifts:
        step = first if stack is None else AxisWindows(2, 1, shift)
        pair = _window(spread(step), domain)
        stack = pair if stack is None else compose(stack, pair)
    return stack or ()


def compose(first: Stack, second: Stack) -> Stack:
    """Follow a stack by another one; the last map of the first and the first of the second become one.

    Raises
    ------
    InputError
        If the last map of the first one has a bias, which zero padding between them would not see.
    """
    *before, last = first
    inner = second[0]
    if any(last.bias) or any(k != 1 for k in last.geometry.kernel_shape) or prod(last.geometry.strides) != 1:
        raise InputError("only a linear map of one place can become part of the convolution after it")
    readout = last.weights.reshape(last.weights.shape[:2])
    weights = np.einsum("ov...,vu->ou...", inner.weights, readout)
    return (*before, replace(inner, weights=weights), *second[1:])


def emit_stack(
    emitter: Emitter, x: str, stack: Stack, channels: int, dtype: npt.DTypeLike, *, dense: bool = False
) -> str:
    """Add nodes for a stack: Conv and Relu by turns.

    Parameters
    ----------
    emitter : Emitter
    x : str
        Value of shape (N, channels, *spatial).
    stack : Stack
    channels : int
    dtype : floating dtype
        Of the value, and so of the weights.
    dense : bool
        Convolutions without groups, most of whose weights are 0.
    """
    *hidden, last = stack
    for layer in hidden:
        x = emitter.op("Relu", [emit_conv(emitter, x, layer, channels, dtype, dense=dense)])
    denominator = lcm(*(Fraction(w).denominator for w in (*last.weights.flat, *last.bias)))
    if denominator & (denominator - 1) and denominator < 1 << 24:
        scaled = replace(last, weights=last.weights * denominator, bias=tuple(b * denominator for b in last.bias))
        x = emit_conv(emitter, x, scaled, channels, dtype, dense=dense)
        here = Windows(tuple(AxisWindows(1) for _ in last.geometry.axes))
        quotient = _exact_ones((1, 1, *here.kernel_shape)) * Fraction(1, denominator)
        return emit_conv(emitter, x, ConvLayer(quotient, (Fraction(0),), here), channels, dtype, dense=dense)
    return emit_conv(emitter, x, last, channels, dtype, dense=dense)


def emit_conv(
    emitter: Emitter, x: str, layer: ConvLayer, channels: int, dtype: npt.DTypeLike, *, dense: bool = False
) -> str:
    """Add a Conv node that applies one layer to every channel."""
    emitter.room.check(channels * (channels if dense else 1) * layer.weights.size, dtype)
    weights = layer.weights.astype(dtype)
    kernel = _for_all_channels(weights, channels, dense=dense)
    inputs = [x, emitter.constant(kernel)]
    if any(layer.bias):
        inputs.append(emitter.constant(np.tile(np.array([float(b) for b in layer.bias], dtype=dtype), channels)))
    geometry = layer.geometry
    attributes: dict[str, Any] = {"kernel_shape": geometry.kernel_shape}
    if set(geometry.strides) != {1}:
        attributes["strides"] = geometry.strides
    if set(geometry.dilations) != {1}:
        attributes["dilations"] = geometry.dilations
    if geometry.padded:
        attributes["pads"] = geometry.pads
    if not dense and channels > 1:
        attributes["group"] = channels
    return emitter.op("Conv", inputs, **attributes)


def _for_all_channels(weights: npt.NDArray[Any], channels: int, *, dense: bool) -> npt.NDArray[Any]:
    """Repeat the kernel of one channel for all, the units of a channel next to each other."""
    units_out, units_in, *kernel = weights.shape
    if not dense:
        return np.tile(weights, (channels, *(1 for _ in weights.shape[1:])))
    full = np.zeros((channels, units_out, channels, units_in, *kernel), dtype=weights.dtype)
    for channel in range(channels):
        full[channel, :, channel] = weights
    return full.reshape(channels * units_out, channels * units_in, *kernel)


def _exact_zeros(shape: Sequence[int]) -> Exact:
    return np.full(shape, Fraction(0), dtype=object)


def _exact_ones(shape: Sequence[int]) -> Exact:
    return np.full(shape, Fraction(1), dtype=object)
