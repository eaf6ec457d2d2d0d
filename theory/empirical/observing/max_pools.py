"""The MaxPool nodes of an ONNX model, and what flows into them.

The inputs of all MaxPool nodes of the main graph become outputs of the model, so that one run gives all of them. Nodes
inside of the bodies of If, Loop and Scan, and of functions, are not seen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.empirical.devices import Device
from theory.empirical.observing.windows import Geometry
from theory.empirical.runner import Port, open_runner
from theory.errors import ArrayError, FormatError, InputError
from theory.extras import import_extra

_STANDARD = ("", "ai.onnx")


@dataclass(frozen=True)
class MaxPool:
    """One MaxPool node.

    Attributes
    ----------
    name : str
        The node's name, else that of its output.
    tensor : str
        What it pools.
    kernel_shape, strides, dilations : tuple of int
    pads_begin : tuple of int, optional
        Padding before the first value along each axis; None where ``auto_pad`` decides.
    auto_pad : str
        ``NOTSET``, ``VALID``, ``SAME_UPPER`` or ``SAME_LOWER``.
    """

    name: str
    tensor: str
    kernel_shape: tuple[int, ...]
    strides: tuple[int, ...]
    dilations: tuple[int, ...]
    pads_begin: tuple[int, ...] | None
    auto_pad: str = "NOTSET"

    @property
    def kernel_size(self) -> int:
        """Number d of inputs of a window."""
        return prod(self.kernel_shape)

    def geometry(self, shape: Sequence[int]) -> Geometry:
        """Say which windows of the node lie wholly inside of an array with this spatial shape.

        Notes
        -----
        Window k starts at k stride - pad, so the first one inside starts at (-pad) modulo the stride; the windows that
        the padding completes are left out.

        Examples
        --------
        >>> MaxPool("stem", "x", (3, 3), (2, 2), (1, 1), (1, 1)).geometry((112, 112)).offsets
        (1, 1)
        """
        pads = self._same_pads(shape) if self.pads_begin is None else self.pads_begin
        offsets = [-pad % stride for pad, stride in zip(pads, self.strides, strict=True)]
        return Geometry.of(self.kernel_shape, strides=self.strides, dilations=self.dilations, offsets=offsets)

    def _same_pads(self, shape: Sequence[int]) -> list[int]:
        """Split what SAME padding adds: as much as gives ceil(size / stride) windows, the odd one at the named end."""
        pads = []
        for size, k, stride, spread in zip(shape, self.kernel_shape, self.strides, self.dilations, strict=True):
            total = max((-(-size // stride) - 1) * stride + spread * (k - 1) + 1 - size, 0)
            pads.append(total // 2 if self.auto_pad == "SAME_UPPER" else total - total // 2)
        return pads


class PoolingModel:
    """An ONNX model that gives the inputs of its MaxPool nodes.

    Parameters
    ----------
    path : path
    device : {"auto", "cpu", "cuda"}

    Attributes
    ----------
    path : Path
    pools : tuple of MaxPool
        In the order in which the graph has them.

    Raises
    ------
    InputError
        If the file cannot be read, or there is no MaxPool node.
    FormatError
        If it holds no ONNX model, or none that onnxruntime can run.
    MissingDependencyError
        If onnx or onnxruntime is not installed.
    """

    def __init__(self, path: str | os.PathLike[str], *, device: Device = "auto") -> None:
        onnx = import_extra("onnx", "checker", "helper", extra="onnx", purpose="ONNX models are read with onnx")
        self.path = Path(path)
        model = _load(onnx, self.path)
        nodes = [node for node in model.graph.node if node.op_type == "MaxPool" and node.domain in _STANDARD]
        if not nodes:
            raise InputError(f"{self.path}: a model with MaxPool nodes is needed, this one has none in its main graph")
        self.pools = tuple(_max_pool(onnx, node) for node in nodes)
        with self._named():
            runner = open_runner(self.path, device=device, batch_size=None)
            self._runner = runner.with_outputs([pool.tensor for pool in self.pools])

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Put the name of the file in front of what is wrong with it."""
        try:
            yield
        except (InputError, ArrayError) as error:
            raise type(error)(f"{self.path}: {error}") from None

    def single_input(self) -> Port:
        """Return the one input of a model that needs nothing else.

        Raises
        ------
        InputError
        """
        with self._named():
            return self._runner.single_input()

    def run(self, values: NDArray[Any]) -> list[NDArray[Any]]:
        """Return the inputs of all MaxPool nodes for one input of the model.

        Parameters
        ----------
        values : array, shape (1, ...)

        Returns
        -------
        list of array, shape (channels, *spatial)

        Raises
        ------
        InputError, ArrayError
            If the model cannot be run on it, or gives NaN or infinities.
        """
        with self._named():
            found = self._runner.run(values, progress=False)
            arrays = [found[pool.tensor] for pool in self.pools]
            for pool, array in zip(self.pools, arrays, strict=True):
                if len(array) != 1:
                    raise InputError(f"{pool.name} sees {len(array)} arrays where one picture was given")
                if not np.isfinite(array).all():
                    raise InputError(f"the input of {pool.name} has NaN or infinite values")
        return [array[0] for array in arrays]


def _max_pool(onnx: Any, node: Any) -> MaxPool:
    attributes = {entry.name: onnx.helper.get_attribute_value(entry) for entry in node.attribute}
    shape = tuple(attributes["kernel_shape"])
    ones = (1,) * len(shape)
    auto_pad = attributes.get("auto_pad", b"NOTSET").decode()
    pads = tuple(attributes.get("pads", (0,) * (2 * len(shape))))
    return MaxPool(
        node.name or node.output[0],
        node.input[0],
        shape,
        tuple(attributes.get("strides", ones)),
        tuple(attributes.get("dilations", ones)),
        None if auto_pad.startswith("SAME") else pads[: len(shape)],
        auto_pad,
    )


def _load(onnx: Any, path: Path) -> Any:
    from google.protobuf.message import DecodeError

    try:
        model = onnx.load(path)
        onnx.checker.check_model(model)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (DecodeError, onnx.checker.ValidationError) as error:
        raise FormatError(f"{path}: no valid ONNX model: {_first_line(error)}") from None
    return model


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
