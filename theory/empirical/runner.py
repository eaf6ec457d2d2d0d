"""Forward passes in batches, of ReLU networks and of ONNX models, on the CPU or on a GPU.

A :class:`Runner` takes arrays whose first axis counts the samples and returns all outputs of the model, whatever its
batch size: models exported for a fixed number of samples are run at that number, the last batch filled up with copies
of its last sample. Samples are taken to be independent of each other, as they are in any model for inference.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.empirical.devices import (
    CUDA_PROVIDER,
    Device,
    check_device,
    choose_library,
    choose_provider,
    on_library,
    why_not,
)
from theory.empirical.ports import Port, convert, fixed_batches, port_of
from theory.errors import ArrayError, InputError, MissingDependencyError
from theory.models.files import load_model, parse_model
from theory.models.inference import MEMORY_LIMIT
from theory.models.scopes import Scope
from theory.models.sessions import import_onnxruntime, open_session, runtime_errors, with_outputs
from theory.networks.network import ReLUNetwork
from theory.progress import Progress, unwatched

Values = dict[str, npt.NDArray[Any]]
"""Arrays by the names that the model gives them."""

_NETWORK_BATCH, _MODEL_BATCH = 1 << 16, 32
"""Samples of a batch where the model leaves it open: windows of a network, images of a model."""

_NETWORK_DTYPES = (np.dtype(np.float32), np.dtype(np.float64))
"""What ReLU networks are evaluated in."""


@dataclass(frozen=True)
class Runner:
    """A model ready to run; :func:`open_runner` makes it.

    Attributes
    ----------
    device : {"cpu", "cuda"}
        Where it runs.
    inputs : tuple of Port
        What the model needs.
    outputs : tuple of str
        Names of what :meth:`run` returns.
    batch_size : int
        Samples that are run at once.

    Examples
    --------
    >>> from subpool import exact_max_network
    >>> runner = open_runner(exact_max_network(3), device="cpu")
    >>> [port.name for port in runner.inputs], runner.outputs
    (['x'], ('y',))
    >>> runner.run([[1.0, 3.0, 2.0], [5.0, 4.0, 0.0]])["y"].tolist()
    [[3.0], [5.0]]
    """

    device: str
    inputs: tuple[Port, ...]
    outputs: tuple[str, ...]
    batch_size: int
    _model: Any
    _evaluate: Callable[[Values], list[npt.NDArray[Any]]]

    def with_outputs(self, names: Sequence[str]) -> Runner:
        """Return a runner that also returns the values of inner tensors; the model and its file stay as they are.

        Parameters
        ----------
        names : sequence of str
            Names of tensors of the main graph of an ONNX model, its inputs included; those of subgraphs and of
            functions cannot be had. Outputs that are there already are not doubled.

        Raises
        ------
        InputError
            If the model has no such tensor, or takes more than 2 GiB.
        MissingDependencyError
            If onnx is not installed.
        """
        new = [name for name in dict.fromkeys(names) if name not in self.outputs]
        if not new:
            return self
        model = self._model
        if isinstance(model, ReLUNetwork):
            raise InputError(f"a ReLU network has no tensor {new[0]!r}: write it as an ONNX model to see its layers")
        if isinstance(model, bytes):
            model = parse_model(model, "the model")
        elif isinstance(model, (str, os.PathLike)):
            model = load_model(model, checked=False)
        graph = Scope(model.graph)
        if missing := [name for name in new if name not in graph.producers and name not in graph.inputs]:
            raise InputError(f"the main graph of the model has no tensor {missing[0]!r}")
        device: Device = "cuda" if self.device == "cuda" else "cpu"
        return open_runner(with_outputs(model, new), device=device, batch_size=self.batch_size)

    def single_input(self) -> Port:
        """Return the one input of a model that needs nothing but one array of real numbers.

        Raises
        ------
        InputError
            If it needs others, or leaves their number of axes open: values for it cannot be made up.
        """
        if len(self.inputs) != 1:
            told = "; ".join(map(str, self.inputs)) or "none"
            raise InputError(f"a model with one input is needed, but this one has {len(self.inputs)}: {told}")
        (port,) = self.inputs
        if not port.is_real:
            raise InputError(f"a model of real numbers is needed, but this one has {port}")
        if port.shape is None:
            raise InputError(f"input {port.name!r} leaves its number of axes open: its shape must be known")
        return port

    def run(self, inputs: Any, *, progress: Progress = unwatched) -> Values:
        """Run the model on all samples.

        Parameters
        ----------
        inputs : array, or mapping of str to array
            The first axis counts the samples. An array alone is for models with one input. Real numbers are converted
            to the type of the model; integers only to a type that holds them.
        progress : callable
            Told after each batch how many samples are done, and of how many.

        Returns
        -------
        dict of str to NumPy array
            Every output by its name, the first axis counting the samples.

        Raises
        ------
        ArrayError
            If an array has another shape or type than the model needs, or the arrays differ in their number of samples.
        InputError
            If an input is missing or unknown, holds a NaN, or the model refuses the values; or if outputs of several
            batches cannot be put together, as their first axis does not count the samples.

        Notes
        -----
        *The same on all devices.* A ReLU network is within
        :meth:`~theory.networks.network.ReLUNetwork.rounding_error` of its exact value on each device, so two devices
        differ by at most twice that. Of an ONNX model every device computes sums of products in the type of the model
        (TensorFloat-32 is switched off), in an order of its own: two devices differ by at most 2 n u / (1 - n u) times
        the sum of the sizes of the n products in each sum, u the unit roundoff, and by what later layers make of it.
        """
        values = self._check(inputs)
        count = self._samples(values)
        found: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in self.outputs}
        for number, batch in enumerate(self._batches(values, count), start=1):
            for name, value in batch.items():
                found[name].append(value)
            progress(min(number * self.batch_size, count), count)
        return {name: parts[0] if len(parts) == 1 else np.concatenate(parts) for name, parts in found.items()}

    def _batches(self, values: Values, count: int) -> Iterator[Values]:
        if not self._first_axes_agree:
            yield dict(zip(self.outputs, self._evaluate(values), strict=True))
            return
        several = count > self.batch_size
        for start in range(0, count, self.batch_size):
            size = min(self.batch_size, count - start)
            part = {name: self._batch(value, start) for name, value in values.items()}
            results = self._evaluate(part)
            yield {
                name: self._trim(name, np.asarray(result), size, several)
                for name, result in zip(self.outputs, results, strict=True)
            }

    def _batch(self, value: npt.NDArray[Any], start: int) -> npt.NDArray[Any]:
        if value.ndim == 0:
            return value
        batch = value[start : start + self.batch_size]
        missing = self.batch_size - len(batch)
        if missing and fixed_batches(self.inputs):
            batch = np.concatenate([batch, np.repeat(batch[-1:], missing, axis=0)])
        return batch

    def _trim(self, name: str, result: npt.NDArray[Any], size: int, several: bool) -> npt.NDArray[Any]:
        """Drop what was filled up; an output of another form is the whole answer if there is one batch only."""
        fed = self.batch_size if fixed_batches(self.inputs) else size
        if result.ndim and len(result) == fed:
            return result[:size]
        if several or fed != size:
            raise InputError(
                f"output {name!r} has shape {result.shape} for {fed} samples: its first axis does not count them, so "
                f"it is returned only where all samples are one batch, of {self.batch_size}"
            )
        return result

    def _check(self, inputs: Any) -> Values:
        """Return the arrays in the types of the model, or say what is wrong with them."""
        if not isinstance(inputs, Mapping):
            if len(self.inputs) != 1:
                names = ", ".join(port.name for port in self.inputs)
                raise InputError(f"the model has {len(self.inputs)} inputs ({names}): give a mapping of name to array")
            inputs = {self.inputs[0].name: inputs}
        known = [port.name for port in self.inputs]
        if unknown := [name for name in inputs if name not in known]:
            raise InputError(f"the model has no input {unknown[0]!r}, but {', '.join(known) or 'none at all'}")
        for port in self.inputs:
            if port.name not in inputs:
                raise InputError(f"the model needs {port}, which was not given")
        return {port.name: convert(inputs[port.name], port, self._first_axes_agree) for port in self.inputs}

    @property
    def _first_axes_agree(self) -> bool:
        """Whether the first axes of the inputs can count the samples; if not, all is run as it is."""
        return len(fixed_batches(self.inputs)) <= 1

    def _samples(self, values: Values) -> int:
        """Return the number of samples, 1 where they are not counted."""
        if not self._first_axes_agree:
            return 1
        counts = {name: len(value) for name, value in values.items() if value.ndim}
        if len(set(counts.values())) > 1:
            told = ", ".join(f"{count} in {name!r}" for name, count in counts.items())
            raise ArrayError(f"inputs have equally many samples along their first axes, not {told}")
        count = next(iter(counts.values()), 1)
        if not count:
            raise ArrayError("inputs have at least one sample, not none")
        return count


def open_runner(
    model: ReLUNetwork | str | os.PathLike[str] | bytes | Any,
    *,
    device: Device = "auto",
    batch_size: int | None = None,
) -> Runner:
    """Make a model ready to run.

    Parameters
    ----------
    model : ReLUNetwork, path of an ONNX file, ONNX model, or its bytes
        A ReLU network has the input ``x`` of shape (N, kernel_size), float32 or float64, and the output ``y`` of
        shape (N, 1), as the ONNX file that it writes.
    device : {"auto", "cpu", "cuda"}
        ``"auto"`` takes a GPU if the libraries find one. ONNX models run on onnxruntime, networks on NumPy or, on a
        GPU, on CuPy or JAX.
    batch_size : int, >= 1, optional
        Samples to be run at once. The default is what the model fixes, else 32 for ONNX models and 65,536 for networks.

    Raises
    ------
    MissingDependencyError
        If onnxruntime is not installed, or ``"cuda"`` was asked for and is not there; the message says what was found.
    InputError
        If there is no such file, the batch size is not what the model fixes, or an input would take more than 4 GiB.
    FormatError
        If the file holds no ONNX model that onnxruntime can run.
    """
    device = check_device(device)
    opened, usual = (_network, _NETWORK_BATCH) if isinstance(model, ReLUNetwork) else (_session, _MODEL_BATCH)
    used, inputs, outputs, evaluate = opened(model, device)
    fixed = next(iter(fixed_batches(inputs)), None)
    if batch_size is not None and (type(batch_size) is not int or batch_size < 1):
        raise InputError(f"a batch size is an integer >= 1, not {batch_size!r:.80}")
    for port in inputs:
        needed = prod(n or 1 for n in port.shape or ()) * max((dtype.itemsize for dtype in port.dtypes), default=1)
        if needed > MEMORY_LIMIT:
            told = f"{needed / 2**30:.3g} GiB for {port.name!r} alone"
            raise InputError(f"one run takes {told}, more than the limit of {MEMORY_LIMIT >> 30} GiB")
    if fixed and batch_size not in (None, fixed):
        raise InputError(f"the model runs {fixed} samples at once, not {batch_size}")
    return Runner(used, inputs, outputs, fixed or batch_size or usual, model, evaluate)


_Opened = tuple[str, tuple[Port, ...], tuple[str, ...], Callable[[Values], list[npt.NDArray[Any]]]]
"""Where a model runs, what it needs, what it returns, and how."""


def _network(network: Any, device: Device) -> _Opened:
    library = choose_library(device, why_not)
    port = Port("x", (None, network.kernel_size), _NETWORK_DTYPES)
    used = "cpu" if library == "numpy" else "cuda"
    return used, (port,), ("y",), lambda values: [on_library(library, network, values["x"])[:, None]]


def _session(model: Any, device: Device) -> _Opened:
    if isinstance(model, (str, os.PathLike)):
        if not Path(model).is_file():
            raise InputError(f"no such file: {os.fspath(model)}")
    elif not isinstance(model, bytes) and not hasattr(model, "SerializeToString"):
        raise InputError(f"a model is a ReLUNetwork, a path, or an ONNX model, not {model!r:.80}")
    provider = choose_provider(device, import_onnxruntime().get_available_providers())
    session = open_session(model, cuda=provider == CUDA_PROVIDER)
    used = "cuda" if CUDA_PROVIDER in session.get_providers() else "cpu"
    if device == "cuda" and used == "cpu":
        raise MissingDependencyError(
            'device "cuda" needs the CUDA libraries that onnxruntime-gpu was built for, but it could not load them'
        )
    outputs = [node.name for node in session.get_outputs()]

    def evaluate(values: Values) -> list[npt.NDArray[Any]]:
        with runtime_errors(InputError, "the model refuses these values"):
            found: list[npt.NDArray[Any]] = session.run(outputs, values)
        return found

    return used, tuple(map(port_of, session.get_inputs())), tuple(outputs), evaluate
