"""The windows of a pooling layer: how many there are, and where their taps lie in the image.

Axis by axis, with the attributes of ONNX's MaxPool. In an image of size n, padded by p_0 in front and p_1 behind,
window j of a kernel of k taps, stride s and dilation g has its taps at the positions

    j s - p_0 + i g,   i = 0, ..., k - 1,

of which those outside 0..n-1 are padding. The windows of an image are products of those of its axes.

ONNX fills padding with minus infinity, so a maximum ignores it. A function of all d inputs cannot ignore some. Here
every padded tap is replaced by the nearest tap *of the same window* that lies in the image: without dilation that is
the pixel at the border, with dilation the outermost pixel of the same residue class modulo g. The window then consists
of d of its own pixels, so its maximum and its range are those of its valid taps, and with them whatever is certified
in terms of the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from operator import index
from typing import Any

import array_api_compat
import numpy as np
import numpy.typing as npt

from theory.errors import ArrayError, InputError, KernelSizeError
from theory.models.windows import AxisWindows
from theory.notation import as_integer, shape_in
from theory.subpools import Array

_LARGEST = 2**31 - 1
"""Largest entry of an attribute, so that places fit into 64 bits."""


@dataclass(frozen=True)
class Axis:
    """The windows along one axis of an image of so many pixels; :func:`axes_of` makes them and checks them.

    The taps of a window, the distances of two windows and of two taps, the padding in front, the number of windows.
    """

    size: int
    kernel: int
    stride: int
    dilation: int
    begin: int
    outputs: int

    @property
    def positions(self) -> int:
        """Positions from the first tap of the first window to the last tap of the last one, both included."""
        return (self.outputs - 1) * self.stride + (self.kernel - 1) * self.dilation + 1

    def sources(self) -> npt.NDArray[np.intp]:
        """Return the pixel that each position takes its value from: itself, or the nearest of its residue class.

        Examples
        --------
        >>> axis, = axes_of((4,), (3,), pads=(2, 2), dilations=(2,))
        >>> axis.sources()
        array([0, 1, 0, 1, 2, 3, 2, 3])
        """
        position = np.arange(self.positions) - self.begin
        below, above = position < 0, position >= self.size
        position[below] %= self.dilation
        position[above] = self.size - 1 - (self.size - 1 - position[above]) % self.dilation
        # Where a residue class has no pixel, no window looks: axes_of refuses windows without valid tap.
        return position.clip(0, self.size - 1)

    def taps(self) -> npt.NDArray[np.intp]:
        """Return the pixel of each tap, an array of shape (outputs, kernel)."""
        starts = np.arange(self.outputs)[:, None] * self.stride
        return self.sources().take(starts + np.arange(self.kernel) * self.dilation)


def axes_of(
    spatial_shape: Sequence[int],
    kernel_shape: Sequence[int],
    *,
    strides: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    dilations: Sequence[int] | None = None,
    ceil_mode: bool = False,
) -> tuple[Axis, ...]:
    """Lay the windows of a pooling layer, with the attributes that :func:`theory.pool` takes, over an image.

    As in onnxruntime, which refuses the same pads; where it answers with an empty array or with the lowest number of
    the type, namely for windows larger than the padded image and windows without a valid tap (with dilation they can
    step over a small image), an error is raised.

    Examples
    --------
    >>> [axis.outputs for axis in axes_of((112, 112), (3, 3), strides=(2, 2), pads=(0, 0, 1, 1))]
    [56, 56]
    """
    kernel = check_kernel_shape(kernel_shape)
    n = len(kernel)
    if len(spatial_shape) != n:
        raise InputError(f"a kernel of shape {kernel} pools {n} spatial axes, but the image has {len(spatial_shape)}")
    stride = _attribute("strides", strides, n, 1, 1)
    dilation = _attribute("dilations", dilations, n, 1, 1)
    padding = _attribute("pads", pads, 2 * n, 0, 0)
    axes = []
    for a, size in enumerate(spatial_shape):
        begin, end = padding[a], padding[a + n]
        if max(begin, end) >= kernel[a]:
            raise InputError(f"pads are smaller than the kernel, {kernel[a]} along axis {a}, not {begin} and {end}")
        along = AxisWindows(kernel[a], stride[a], dilation[a], begin, end)
        outputs = (along.rounded_up() if ceil_mode else along).outputs(size)
        if size < 1 or outputs < 1:
            raise InputError(
                f"a window of {along.span + 1} positions does not fit into {size} pixels with padding {begin} and "
                f"{end} (axis {a})"
            )
        axis = Axis(size, kernel[a], stride[a], dilation[a], begin, outputs)
        _check_valid_taps(axis, a)
        axes.append(axis)
    return tuple(axes)


def check_kernel_shape(kernel_shape: object) -> tuple[int, ...]:
    """Return the kernel shape as a tuple of ints, or say what is wrong with it."""
    number = as_integer(kernel_shape)
    given = shape_in(kernel_shape) if isinstance(kernel_shape, str) else kernel_shape if number is None else (number,)
    shape = _integers(given)
    if shape is None or not 1 <= len(shape) <= 3 or min(shape) < 1 or max(shape) > _LARGEST:
        raise KernelSizeError(f"a kernel shape is 1 to 3 positive integers such as (3, 3), not {kernel_shape!r:.80}")
    return shape


def _integers(values: object) -> tuple[int, ...] | None:
    try:
        return tuple(index(value) for value in values)  # type: ignore[attr-defined]
    except TypeError:
        return None


def _attribute(name: str, values: Sequence[int] | None, length: int, default: int, least: int) -> tuple[int, ...]:
    if values is None:
        return (default,) * length
    given = _integers(values)
    if given is None or len(given) != length or min(given) < least or max(given) > _LARGEST:
        raise InputError(f"{name} are {length} integers >= {least} here, and < 2^31, not {values!r:.80}")
    return given


def _check_valid_taps(axis: Axis, number: int) -> None:
    starts = np.arange(axis.outputs) * axis.stride - axis.begin
    first = np.maximum(0, -(starts // axis.dilation))
    last = np.minimum(axis.kernel - 1, (axis.size - 1 - starts) // axis.dilation)
    if (first > last).any():
        window = int(np.argmax(first > last))
        raise InputError(
            f"window {window} has no tap inside the {axis.size} pixels of axis {number}: "
            f"its taps are {axis.dilation} apart and start at {int(starts[window])}"
        )


def check_images(x: Array, kernel_shape: Sequence[int]) -> Array:
    """Return images as an array of shape ``(N, C, *spatial)``, or say what is wrong with them.

    Nested sequences of numbers become a float64 NumPy array.
    """
    if not array_api_compat.is_array_api_obj(x):
        try:
            x = np.asarray(x, dtype=np.float64)
        except (TypeError, ValueError):
            raise ArrayError(f"images are an array of real numbers, not {x!r:.80}") from None
    xp = array_api_compat.array_namespace(x)
    if not xp.isdtype(x.dtype, ("real floating", "integral")):
        raise ArrayError(f"images have a real dtype, floating or integer, not {x.dtype}")
    if x.ndim != len(kernel_shape) + 2:
        raise ArrayError(
            f"images have shape (N, C, {', '.join('DHW'[-len(kernel_shape) :])}) for a kernel of shape "
            f"{tuple(kernel_shape)}, but the array has shape {tuple(x.shape)}"
        )
    return x


def windows(
    x: Array,
    kernel_shape: Sequence[int],
    *,
    strides: Sequence[int] | None = None,
    pads: Sequence[int] | None = None,
    dilations: Sequence[int] | None = None,
    ceil_mode: bool = False,
) -> Array:
    """Copy out the windows of a pooling layer, padded taps replaced by taps of the same window.

    Parameters
    ----------
    x : array, shape ``(N, C, *spatial)``, real dtype
        Of any array-API library; 1 to 3 spatial axes.
    kernel_shape, strides, pads, dilations, ceil_mode
        As :func:`axes_of` takes them.

    Returns
    -------
    array, shape ``(N, C, *outputs, d)``, d the product of the kernel shape
        The taps of a window in row-major order; dtype and library of ``x``.

    Raises
    ------
    ArrayError, KernelSizeError, InputError

    Notes
    -----
    The result holds d entries for each window, so at stride 1 it takes about d times the memory of ``x``, and for a
    moment up to twice that: hand over large arrays in parts (along N and C nothing is shared). To pool an array use
    :func:`theory.pool`, which never holds all windows at once.

    Examples
    --------
    >>> windows([[[1.0, 2.0, 3.0]]], (2,), pads=(0, 1))
    array([[[[1., 2.],
             [2., 3.],
             [3., 3.]]]])
    """
    kernel = check_kernel_shape(kernel_shape)
    x = check_images(x, kernel)
    axes = axes_of(x.shape[2:], kernel, strides=strides, pads=pads, dilations=dilations, ceil_mode=ceil_mode)
    return gather_taps(x, [axis.taps() for axis in axes])


def gather_taps(x: Array, taps: Sequence[npt.NDArray[np.intp]]) -> Array:
    """Copy out windows, shape ``(N, C, *outputs, d)``, of images of shape ``(N, C, *spatial)``.

    Given is, for each spatial axis, what :meth:`Axis.taps` returns, or some of its rows.
    """
    xp = array_api_compat.array_namespace(x)
    for a, table in enumerate(taps, start=2):
        x = take(xp, x, table.reshape(-1), a)
        x = xp.reshape(x, (*x.shape[:a], *table.shape, *x.shape[a + 1 :]))
        # The taps of the axes before stand at the end already.
        x = xp.moveaxis(x, a + 1, -1)
    return xp.reshape(x, (*x.shape[: 2 + len(taps)], prod(table.shape[1] for table in taps)))


def take(xp: Any, x: Array, indices: npt.NDArray[np.intp], axis: int) -> Array:
    """Take entries along one axis, with the indices on the device of the array."""
    return xp.take(x, xp.asarray(indices, device=array_api_compat.device(x)), axis=axis)
