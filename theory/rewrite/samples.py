"""Inputs of models: drawn at random, read from files of arrays, or pictures."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

import numpy as np
import numpy.typing as npt

from theory.errors import FormatError, InputError
from theory.models.files import as_model
from theory.models.inference import MEMORY_LIMIT
from theory.models.scopes import import_onnx
from theory.models.values import read_type

Inputs = Mapping[str, npt.NDArray[np.floating]]
"""Samples for each input, along the first axis."""

_UNPACKED_LIMIT = 1 << 30
"""Bytes that a compressed file may unpack to."""


@dataclass(frozen=True)
class InputType:
    """What an input of a model takes; a size is None where the model leaves it open."""

    dtype: np.dtype[Any]
    sizes: tuple[int | None, ...]

    def __str__(self) -> str:
        return f"{self.dtype} of shape {_text(self.sizes)}"


@dataclass(frozen=True)
class Interface:
    """What a model takes and gives, without stored tensors, which a caller may but need not give."""

    inputs: Mapping[str, InputType]
    outputs: tuple[str, ...]


def interface_of(model: Any) -> Interface:
    """Read what a valid ``ModelProto`` takes and gives.

    Raises InputError if an input is no tensor of known rank, or takes more than 4 GiB.

    Examples
    --------
    >>> import onnx.parser
    >>> text = '<ir_version: 8, opset_import: ["": 17]> m (float[N, 2] x) => (float[N, 2] y) { y = Relu (x) }'
    >>> str(interface_of(onnx.parser.parse_model(text)).inputs["x"])
    'float32 of shape ?x2'
    """
    graph = model.graph
    stored = {tensor.name for tensor in graph.initializer} | {tensor.values.name for tensor in graph.sparse_initializer}
    return Interface(
        {value.name: _input_type(value) for value in graph.input if value.name not in stored},
        tuple(value.name for value in graph.output),
    )


def _input_type(value: Any) -> InputType:
    known = read_type(value.type.tensor_type)
    if not value.type.HasField("tensor_type") or known.shape is None:
        raise InputError(f"the input {value.name!r} is no tensor of known rank")
    try:
        dtype = np.dtype(import_onnx().helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type))
    except KeyError:
        element = value.type.tensor_type.elem_type
        raise FormatError(f"the input {value.name!r} has no type that ONNX knows: {element}") from None
    _check_memory(f"the input {value.name!r}", [size for size in known.shape if size is not None])
    return InputType(dtype, known.shape)


def random_inputs(
    model: Any, bounds: tuple[float, float], count: int, rng: np.random.Generator, shape: Sequence[int] | None = None
) -> dict[str, npt.NDArray[np.floating]]:
    """Draw samples for a model, uniformly within bounds, of a shape that is given where the model leaves it open.

    Raises InputError if the inputs are no floats of known shape within the bounds, or would take more than 4 GiB.
    """
    if count < 1:
        raise InputError(f"at least one sample is needed, not {count}")
    lo, hi = bounds
    samples = {}
    for name, port in interface_of(as_model(model)).inputs.items():
        size = (count, *_sizes(name, port, shape)[1:])
        _check_range(name, port, bounds)
        _check_memory(f"{count} samples for the input {name!r}", size)
        samples[name] = rng.uniform(lo, hi, size).astype(port.dtype)
    return samples


def read_inputs(model: Any, path: str | os.PathLike[str]) -> dict[str, npt.NDArray[np.floating]]:
    """Read samples from a .npy file for the only input, or from a .npz file with an array for each.

    Raises InputError if the file holds no arrays, or others than the model takes.
    """
    inputs = interface_of(as_model(model)).inputs
    arrays = _load_arrays(path)
    if not isinstance(arrays, dict):
        if len(inputs) != 1:
            raise InputError(f"the model has the inputs {', '.join(inputs)}: give a .npz file with one array each")
        arrays = {next(iter(inputs)): arrays}
    if set(inputs) != set(arrays):
        raise InputError(f"{str(path)!r} has {', '.join(arrays)}, the model's inputs are {', '.join(inputs)}")
    return {name: _as_dtype(name, arrays[name], port.dtype) for name, port in inputs.items()}


def _load_arrays(path: str | os.PathLike[str]) -> npt.NDArray[Any] | dict[str, npt.NDArray[Any]]:
    """Read the array of a .npy file, or those of a .npz file by their names.

    Raises InputError if it is neither, holds what is no array of numbers, or is compressed and unpacks to over 1 GiB.
    """
    try:
        # NumPy leaves a file open that it opened itself and that turns out to be no archive.
        with open(path, "rb") as file, warnings.catch_warnings():
            # Of headers that only old versions wrote.
            warnings.simplefilter("ignore")
            if is_zipfile(file):
                _check_unpacked(file, path)
            file.seek(0)
            loaded = np.load(file, allow_pickle=False)
            found = dict(loaded) if isinstance(loaded, np.lib.npyio.NpzFile) else loaded
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 (what unpacks a damaged file raises whatever it stumbles upon)
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no .npy or .npz file of numbers"
        raise InputError(f"cannot read {str(path)!r}: {reason}") from None
    for name, array in found.items() if isinstance(found, dict) else ():
        if not isinstance(array, np.ndarray):
            raise InputError(f"cannot read {str(path)!r}: its member {name!r} is no array")
    return found


def _check_unpacked(file: Any, path: str | os.PathLike[str]) -> None:
    with ZipFile(file) as archive:
        size = sum(member.file_size for member in archive.infolist())
    # What is stored as it is takes no more than the file.
    if size > max(_UNPACKED_LIMIT, Path(path).stat().st_size):
        raise InputError(
            f"cannot read {str(path)!r}: it unpacks to {size / 2**30:.3g} GiB, more than the limit of "
            f"{_UNPACKED_LIMIT >> 30} GiB: save it uncompressed"
        )


def read_pictures(
    model: Any,
    paths: Sequence[str | os.PathLike[str]],
    bounds: tuple[float, float],
    shape: Sequence[int] | None = None,
) -> dict[str, npt.NDArray[np.floating]]:
    """Read pictures as samples: cut in the middle to the input's proportions, scaled, black to white as lo to hi.

    Raises InputError if the model does not take pictures, a file is none, or they would take more than 4 GiB.
    """
    from theory.empirical.images import load_pictures
    from theory.empirical.model_inputs import ImageInput, fit

    inputs = interface_of(as_model(model)).inputs
    if len(inputs) != 1 or any(len(port.sizes) != 4 for port in inputs.values()):
        raise InputError("pictures are for models with one input of shape (N, C, H, W) or (N, H, W, C)")
    ((name, port),) = inputs.items()
    sizes = _sizes(name, port, shape)
    wanted = ImageInput.of_shape(sizes)
    if wanted is None:
        raise InputError(f"pictures have 1 or 3 channels, the input {name!r} has {sizes[1]}")
    _check_range(name, port, bounds)
    pictures = load_pictures([os.fspath(path) for path in paths])
    _check_memory(f"{len(pictures)} pictures", (len(pictures), *sizes[1:]))
    lo, hi = bounds
    scaled = np.concatenate([fit(picture, wanted, "unit") for picture in pictures])
    return {name: (lo + (hi - lo) * scaled).astype(port.dtype)}


def check_inputs(interface: Interface, inputs: Inputs) -> int:
    """Return the number of samples, if they fit a model in names, shapes and types and are as many for each input."""
    if set(inputs) != set(interface.inputs):
        raise InputError(f"samples are given for {', '.join(inputs)}; the inputs are {', '.join(interface.inputs)}")
    counts = {array.shape[0] if array.ndim else 0 for array in inputs.values()}
    if len(counts) != 1 or 0 in counts:
        raise InputError("all inputs need the same number of samples along the first axis, at least one")
    for name, port in interface.inputs.items():
        if not _fits(inputs[name].shape, port):
            raise InputError(
                f"the input {name!r} has the shape {_text(port.sizes)}, its samples {_text(inputs[name].shape)}"
            )
        if inputs[name].dtype != port.dtype:
            raise InputError(f"the input {name!r} takes {port.dtype}, not {inputs[name].dtype}")
    return counts.pop()


def _fits(shape: Sequence[int], port: InputType) -> bool:
    """Say whether an array has the sizes of an input, that of the first axis aside."""
    return len(shape) == len(port.sizes) and all(
        size in (None, given) for given, size in zip(shape[1:], port.sizes[1:], strict=True)
    )


def _text(sizes: Sequence[int | None]) -> str:
    return "x".join("?" if size is None else str(size) for size in sizes) or "()"


def _check_range(name: str, port: InputType, bounds: tuple[float, float]) -> None:
    # Half of the largest number: the distance of the bounds has to be one, too.
    largest = max(map(abs, bounds))
    if largest > float(np.finfo(port.dtype).max) / 2:
        raise InputError(f"the input {name!r} is {port.dtype}, which does not hold numbers up to {largest:.3g}")


def _check_memory(what: str, sizes: Sequence[int]) -> None:
    needed = 8 * prod(sizes)
    if needed > MEMORY_LIMIT:
        raise InputError(f"{what} would take {needed / 2**30:.3g} GiB, more than the limit of {MEMORY_LIMIT >> 30} GiB")


def _sizes(name: str, port: InputType, shape: Sequence[int] | None) -> tuple[int, ...]:
    if port.dtype.kind != "f":
        raise InputError(f"the input {name!r} holds {port.dtype}: only floats can be drawn or read from pictures")
    if shape is not None:
        if not _fits(shape, port):
            raise InputError(f"the input {name!r} has the shape {_text(port.sizes)}, which {_text(shape)} does not fit")
        return tuple(shape)
    # The first size is the number of samples.
    known = [size for size in (1, *port.sizes[1:]) if size is not None]
    if len(known) < len(port.sizes) or not port.sizes:
        raise InputError(f"the input {name!r} leaves sizes open besides the first: give its shape")
    return tuple(known)


def _as_dtype(name: str, array: npt.NDArray[Any], dtype: np.dtype[Any]) -> npt.NDArray[np.floating]:
    if not np.can_cast(array.dtype, dtype, "same_kind"):
        raise InputError(f"the input {name!r} takes {dtype}, not {array.dtype}")
    with np.errstate(over="ignore"):
        result: npt.NDArray[np.floating] = array.astype(dtype)
    if dtype.kind == "f" and not np.array_equal(np.isinf(result), np.isinf(array)):
        raise InputError(f"the input {name!r} takes {dtype}, which does not hold numbers as large as these samples")
    return result
