"""The MaxPool nodes of an ONNX model, and what flows into them.

The inputs of all MaxPool nodes of the main graph become outputs of the model, so that one run gives all of them. Nodes
inside of the bodies of If, Loop and Scan, and of functions, are not seen.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.empirical.devices import Device
from theory.empirical.ports import Port
from theory.empirical.runner import open_runner
from theory.errors import ArrayError, InputError
from theory.models.files import read_model
from theory.models.inference import Inference
from theory.models.scopes import attributes_of, is_max_pool, node_label
from theory.models.windows import WindowGrid, read_windows

_WINDOW = ("kernel_shape", "strides", "dilations")
"""The attributes that say what a window is, wherever the first one starts."""


@dataclass(frozen=True)
class MaxPool:
    """One MaxPool node: its name, what it pools, its windows, and its attributes as the model has them."""

    name: str
    tensor: str
    kernel_shape: tuple[int, ...]
    attributes: Mapping[str, Any]

    @classmethod
    def of(cls, name: str, tensor: str, attributes: Mapping[str, Any]) -> MaxPool:
        """Read the attributes of a node; InputError if they are malformed."""
        windows = read_windows({key: value for key, value in attributes.items() if key in _WINDOW})
        return cls(name, tensor, windows.kernel_shape, attributes)

    @property
    def kernel_size(self) -> int:
        """Number d of inputs of a window."""
        return prod(self.kernel_shape)

    def inside(self, shape: Sequence[int]) -> WindowGrid:
        """Return the windows that lie wholly inside of an array with this spatial shape, none that padding completes.

        Raises InputError if the windows are not known, or none fits.

        Examples
        --------
        >>> stem = MaxPool.of("stem", "x", {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]})
        >>> stem.inside((112, 112)).pads
        (-1, -1, 0, 0)
        """
        # Window k starts at k stride - pad, so the first one inside starts at (-pad) modulo the stride.
        axes = read_windows(self.attributes, shape).axes
        return WindowGrid(tuple(replace(axis, begin=-(-axis.begin % axis.stride), end=0) for axis in axes))


class PoolingModel:
    """An ONNX model that gives the inputs of its MaxPool nodes, in the order in which the graph has them.

    Raises InputError if the file cannot be read or there is no MaxPool node, FormatError if it holds no ONNX model, or
    none that onnxruntime can run.
    """

    def __init__(self, path: str | os.PathLike[str], *, device: Device = "auto") -> None:
        self.path = Path(path)
        model = read_model(self.path)
        nodes = [node for node in model.graph.node if is_max_pool(node)]
        if not nodes:
            raise InputError(f"{self.path}: a model with MaxPool nodes is needed, this one has none in its main graph")
        with self._named():
            self._inference = Inference(model)
            self.pools = tuple(MaxPool.of(node_label(node), node.input[0], attributes_of(node)) for node in nodes)
            self._runner = open_runner(self.path, device=device).with_outputs([pool.tensor for pool in self.pools])
        self._checked: tuple[int, ...] = ()

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Put the name of the file in front of what is wrong with it."""
        try:
            yield
        except (InputError, ArrayError) as error:
            raise type(error)(f"{self.path}: {error}") from None

    def single_input(self) -> Port:
        """Return the one input of a model that needs nothing else; InputError for other models."""
        with self._named():
            return self._runner.single_input()

    def run(self, values: NDArray[Any]) -> list[NDArray[Any]]:
        """Return the inputs of all MaxPool nodes, (channels, *spatial), for one input of the model, (1, ...).

        Raises InputError or ArrayError if the model cannot be run on it, or gives NaN or infinities.
        """
        with self._named():
            if values.shape != self._checked:
                self._inference.check_run({self._runner.single_input().name: values.shape})
                self._checked = values.shape
            found = self._runner.run(values)
            arrays = [found[pool.tensor] for pool in self.pools]
            for pool, array in zip(self.pools, arrays, strict=True):
                if len(array) != 1:
                    raise InputError(f"{pool.name} sees {len(array)} arrays where one picture was given")
                if not np.isfinite(array).all():
                    raise InputError(f"the input of {pool.name} has NaN or infinite values")
        return [array[0] for array in arrays]
