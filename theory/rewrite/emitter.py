"""Nodes in place of one MaxPool node, in the way that the model's opset wants them.

The operators used are Conv, Relu, Add, Sub, Pad, Slice, Concat, Gather, Reshape, Cast, Identity and Constant;
Round and Clip where an approximation is cast to integers.
Constants are stored tensors of the graph that reads them, which is what importers of other tools expect of weights.
They are nodes in functions, which store none, and before IR version 4, which wants stored tensors among the inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.errors import InputError
from theory.models.files import LARGEST_FILE
from theory.models.scopes import Names, import_onnx

_OLDEST_OPSET = 7
"""Since then Add and Sub broadcast as NumPy does; runtimes no longer have the older ones."""

CHANNEL_AXES = 2
"""Axes before the spatial ones: batch and channels."""


@dataclass
class Room:
    """Bytes that new constants of a model take of the 2 GiB that a file holds."""

    taken: int = 0

    def check(self, elements: int, dtype: npt.DTypeLike) -> None:
        """Raise InputError if an array will not fit, before it is made.

        Examples
        --------
        >>> Room().check(2**31, np.float32)
        Traceback (most recent call last):
        ...
        theory.errors.InputError: its weights would take 8 GiB, but an ONNX file holds at most 2 GiB
        """
        needed = self.taken + elements * np.dtype(dtype).itemsize
        if needed > LARGEST_FILE:
            raise InputError(f"its weights would take {needed / 2**30:.3g} GiB, but an ONNX file holds at most 2 GiB")


class Emitter:
    """Collects nodes, each with a name that is new to the model and begins with a prefix, for an opset of 7 or more.

    Constants become tensors where they can be stored beside the nodes, else nodes as well. Undilated convolutions have
    zeros between the weights of what would be a dilated kernel.
    """

    def __init__(
        self, opset: int, prefix: str, names: Names, room: Room, *, stores: bool = False, undilated: bool = False
    ) -> None:
        if opset < _OLDEST_OPSET:
            raise InputError(
                f"opset {opset} is too old: {_OLDEST_OPSET} or newer is needed; onnx.version_converter brings it there"
            )
        self.opset = opset
        self.room = room
        self.undilated = undilated
        self.nodes: list[Any] = []
        self.tensors: list[Any] = []
        self._onnx = import_onnx()
        self._prefix = prefix
        self._names = names
        self._stores = stores
        self._constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}

    def op(self, op_type: str, inputs: Sequence[str], **attributes: Any) -> str:
        """Add a node with one output, and return the output's name."""
        name = self._names.new(f"{self._prefix}/{op_type.lower()}")
        output = self._names.new(f"{name}_value")
        self.nodes.append(self._onnx.helper.make_node(op_type, list(inputs), [output], name=name, **attributes))
        return output

    def finish(self, value: str, output: str) -> list[Any]:
        """Return the nodes, the value under the name that the model has for it."""
        if not any(value in node.output for node in self.nodes):
            value = self.op("Identity", [value])
        for node in self.nodes:
            for names in (node.input, node.output):
                names[:] = [output if name == value else name for name in names]
        return self.nodes

    def constant(self, array: npt.NDArray[Any]) -> str:
        """Return the name of a constant; equal ones are made once."""
        key = (array.dtype.str, array.shape, sha256(array.tobytes()).digest())
        if key not in self._constants:
            self.room.taken += array.nbytes
            if self._stores:
                name = self._names.new(f"{self._prefix}/constant")
                self.tensors.append(self._onnx.numpy_helper.from_array(array, name))
                self._constants[key] = name
            elif self.opset < 9 and array.dtype.kind == "i":
                # The node Constant holds floats in these opsets; places and extents are far below 2^53.
                self._constants[key] = self.cast(self._constant(array.astype(np.float64)), np.dtype(array.dtype))
            else:
                self._constants[key] = self._constant(array)
        return self._constants[key]

    def _constant(self, array: npt.NDArray[Any]) -> str:
        return self.op("Constant", [], value=self._onnx.numpy_helper.from_array(array))

    def integers(self, values: Sequence[int]) -> str:
        """Return the name of a constant vector of integers."""
        return self.constant(np.array(values, dtype=np.int64))

    def cast(self, x: str, element: np.dtype[Any] | int) -> str:
        """Cast to a type, given as NumPy's or by ONNX's number."""
        number = element if isinstance(element, int) else self._onnx.helper.np_dtype_to_tensor_dtype(element)
        return self.op("Cast", [x], to=number)

    def maximum(self, a: str, b: str) -> str:
        """Compute max(a, b) = b + relu(a - b)."""
        return self.op("Add", [b, self.op("Relu", [self.op("Sub", [a, b])])])

    def slice(self, x: str, axis: int, start: int, drop: int, step: int = 1, extent: int | None = None) -> str:
        """Take every ``step``-th value along an axis, from ``start`` on, up to ``drop`` values before the end.

        Before opset 10 Slice takes neighbours alone; then others are gathered, for which the extent has to be known.
        """
        if (start, drop, step) == (0, 0, 1):
            return x
        end = -drop if drop else np.iinfo(np.int64).max
        if self.opset >= 10:
            steps = [self.integers([step])] if step != 1 else []
            return self.op("Slice", [x, self.integers([start]), self.integers([end]), self.integers([axis]), *steps])
        if step == 1:
            return self.op("Slice", [x], starts=[start], ends=[end], axes=[axis])
        if extent is None:
            raise InputError(f"opset {self.opset} has no Slice with steps, and the spatial extents are not known")
        return self.gather(x, axis, range(start, extent - drop, step))

    def gather(self, x: str, axis: int, places: Sequence[int]) -> str:
        """Take the values at places along an axis."""
        self.room.check(len(places), np.int64)
        return self.op("Gather", [x, self.integers(places)], axis=axis)

    def pad(self, x: str, pads: Sequence[int], fill: npt.NDArray[Any]) -> str:
        """Pad with a number of the value's type; all begins come first."""
        if self.opset < 11:
            return self.op("Pad", [x], mode="constant", pads=list(pads), value=float(fill))
        return self.op("Pad", [x, self.integers(pads), self.constant(fill)], mode="constant")

    def pad_spatial(self, x: str, pads: Sequence[int], fill: npt.NDArray[Any]) -> str:
        """Pad the spatial axes alone."""
        return self.pad(x, _on_all_axes(pads), fill)

    def pad_edge(self, x: str, begins: Sequence[int], ends: Sequence[int]) -> str:
        """Repeat the values at the borders of the spatial axes."""
        if not any((*begins, *ends)):
            return x
        pads = _on_all_axes([*begins, *ends])
        if self.opset < 11:
            return self.op("Pad", [x], mode="edge", pads=pads)
        return self.op("Pad", [x, self.integers(pads)], mode="edge")

    def squeeze(self, x: str, axes: Sequence[int]) -> str:
        """Take axes of one value out of a shape."""
        if self.opset < 13:
            return self.op("Squeeze", [x], axes=list(axes))
        return self.op("Squeeze", [x, self.integers(axes)])

    def pad_periodic(self, x: str, axis: int, period: int, begin: int, end: int, extent: int | None) -> str:
        """Continue an axis beyond its borders with the period of its first and of its last values.

        A tap of a dilated window that falls on padding is so replaced by a tap of the same window, the one nearest to
        the border a whole number of dilations away. An axis that turns out to be shorter than the period makes the
        model fail when it runs, since the first place of a whole period is always among those gathered.
        """
        parts = [x]
        self.room.check(begin + end, np.int64)
        if begin:
            parts.insert(0, self.gather(x, axis, [place % period for place in range(-begin, 0)]))
        if end:
            if extent is None and self.opset < 11:
                raise InputError(f"opset {self.opset} has no places from the end, and the spatial extents are unknown")
            # Places from the end are negative ones.
            origin = (extent or 0) - period
            parts.append(self.gather(x, axis, [origin + place % period for place in range(end)]))
        return self.op("Concat", parts, axis=axis)


def _on_all_axes(pads: Sequence[int]) -> list[int]:
    """Return the padding of the spatial axes with that of batch and channels, which have none."""
    rank, free = len(pads) // 2, [0] * CHANNEL_AXES
    return [*free, *pads[:rank], *free, *pads[rank:]]
