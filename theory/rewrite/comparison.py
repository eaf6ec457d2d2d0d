"""Two ONNX models run side by side: how far their outputs are apart, how often the top class is the same, how long."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from theory.errors import FormatError, InputError
from theory.extras import import_extra
from theory.rewrite.certify.graph import Graph, load_model, read_graph
from theory.rewrite.certify.inputs import check_same_interface
from theory.rewrite.dependencies import import_onnxruntime

Inputs = Mapping[str, npt.NDArray[np.floating]]
"""Samples for each input, along the first axis."""

_BATCH = 16


@dataclass(frozen=True)
class OutputComparison:
    """The measured difference of one output.

    Attributes
    ----------
    name : str
    largest, mean : float
        Of the absolute differences of all elements of all samples.
    size : float
        The largest absolute value of the original's output, to compare with.
    top1_agreement : float or None
        The share of samples whose largest element is the same one; None for outputs of one element.
    """

    name: str
    largest: float
    mean: float
    size: float
    top1_agreement: float | None


@dataclass(frozen=True)
class Comparison:
    """Two models on the same samples.

    Attributes
    ----------
    samples : int
    outputs : tuple of OutputComparison
    seconds : (float, float)
        Median time of a run of each model, one thread.
    time_ratio : float
        Median of rewritten over original, in pairs of runs one after the other.
    """

    samples: int
    outputs: tuple[OutputComparison, ...]
    seconds: tuple[float, float]
    time_ratio: float


def compare_models(
    original: Any,
    rewritten: Any,
    inputs: Inputs,
    *,
    rounds: int = 9,
    on_batch: Callable[[int, int], None] = lambda done, total: None,
) -> Comparison:
    """Run two models under onnxruntime and compare them.

    Parameters
    ----------
    original, rewritten : onnx.ModelProto or path
        With the same inputs and outputs.
    inputs : mapping of str to array
        Samples along the first axis, as many for each input.
    rounds : int
        Pairs of runs that are timed.
    on_batch : callable
        Told how many samples are done, and of how many.

    Raises
    ------
    InputError
        If the models' inputs or outputs differ, or the samples do not fit them.
    FormatError
        If a file is no valid ONNX model, or onnxruntime cannot run it.
    MissingDependencyError
        If onnx or onnxruntime is not installed.

    Examples
    --------
    >>> import onnx.parser
    >>> text = '<ir_version: 8, opset_import: ["": 17]> m (float[N, 2] x) => (float[N, 2] y) {{ y = {0} (x) }}'
    >>> relu, same = (onnx.parser.parse_model(text.format(op)) for op in ("Relu", "Identity"))
    >>> found = compare_models(relu, same, {"x": np.array([[1, 2], [-3, -4]], np.float32)}, rounds=1)
    >>> found.outputs[0].largest, found.outputs[0].mean, found.outputs[0].top1_agreement
    (4.0, 1.75, 1.0)
    """
    graph = read_graph(original)
    check_same_interface(graph, read_graph(rewritten))
    samples = _check_inputs(graph, inputs)
    if rounds < 1:
        raise InputError(f"at least one pair of runs has to be timed, not {rounds}")
    sessions = [_session(model) for model in (original, rewritten)]
    tallies = [_Tally(name) for name in graph.outputs]
    first: Inputs = {}
    for done, count, batch in _batches(graph, inputs, samples):
        first = first or batch
        for tally, a, b in zip(tallies, *(_run(session, batch) for session in sessions), strict=True):
            tally.add(a, b, count, next(iter(batch.values())).shape[0])
        on_batch(done, samples)
    seconds = [[_timed(session, first) for session in sessions] for _ in range(rounds)]
    return Comparison(
        samples,
        tuple(tally.result() for tally in tallies),
        (median(a for a, _ in seconds), median(b for _, b in seconds)),
        median(b / a for a, b in seconds),
    )


class _Tally:
    """The differences of one output so far."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._largest = self._total = self._size = 0.0
        self._elements = self._samples = self._same = 0
        self._single = True

    def add(self, first: npt.NDArray[Any], second: npt.NDArray[Any], count: int, batch: int) -> None:
        if first.shape != second.shape:
            raise InputError(
                f"the output {self._name!r} has the shapes {first.shape} and {second.shape}: they cannot be compared"
            )
        if first.dtype.kind not in "fiub":
            raise InputError(f"the output {self._name!r} holds {first.dtype}, not numbers")
        if first.ndim and first.shape[0] == batch:
            # Rows beyond the count fill up the last batch of a model with a fixed one.
            first, second = first[:count], second[:count]
        rows, others = (x.astype(np.float64).reshape(len(x) if x.ndim else 1, -1) for x in (first, second))
        with np.errstate(invalid="ignore"):
            # Infinities of the same sign agree, though their difference is no number.
            difference = np.where(rows == others, 0.0, np.abs(others - rows))
        self._largest = float(np.max(difference, initial=self._largest))
        self._size = float(np.max(np.abs(rows), initial=self._size))
        self._total += float(difference.sum())
        self._elements += difference.size
        self._samples += len(rows)
        if rows.shape[1] > 1:
            self._single = False
            self._same += int(np.sum(rows.argmax(1) == others.argmax(1)))

    def result(self) -> OutputComparison:
        return OutputComparison(
            self._name,
            self._largest,
            self._total / max(self._elements, 1),
            self._size,
            None if self._single else self._same / self._samples,
        )


def random_inputs(
    model: Any, bounds: tuple[float, float], count: int, rng: np.random.Generator, shape: Sequence[int] | None = None
) -> dict[str, npt.NDArray[np.floating]]:
    """Draw samples for a model, uniformly within bounds.

    Parameters
    ----------
    model : onnx.ModelProto or path
    bounds : (lo, hi)
    count : int
    rng : numpy.random.Generator
    shape : sequence of int, optional
        Of the input, if the model leaves more open than the number of samples.
    """
    if count < 1:
        raise InputError(f"at least one sample is needed, not {count}")
    lo, hi = bounds
    samples = {}
    for name, (dtype, sizes) in read_graph(model).inputs.items():
        size = (count, *_sizes(name, dtype, sizes, shape)[1:])
        _check_range(name, dtype, bounds)
        try:
            samples[name] = rng.uniform(lo, hi, size).astype(dtype)
        except (MemoryError, ValueError):
            raise InputError(f"{count} samples for the input {name!r} do not fit into memory") from None
    return samples


def read_inputs(model: Any, path: str | os.PathLike[str]) -> dict[str, npt.NDArray[np.floating]]:
    """Read samples from a .npy file for the only input, or from a .npz file with an array for each."""
    graph = read_graph(model)
    arrays = load_arrays(path)
    if not isinstance(arrays, dict):
        if len(graph.inputs) != 1:
            raise InputError(
                f"the model has the inputs {', '.join(graph.inputs)}: give a .npz file with one array each"
            )
        arrays = {next(iter(graph.inputs)): arrays}
    missing = sorted(set(graph.inputs) ^ set(arrays))
    if missing:
        raise InputError(f"{str(path)!r} has {', '.join(arrays)}, the model's inputs are {', '.join(graph.inputs)}")
    return {name: _as_dtype(name, arrays[name], dtype) for name, (dtype, _) in graph.inputs.items()}


def load_arrays(path: str | os.PathLike[str]) -> npt.NDArray[Any] | dict[str, npt.NDArray[Any]]:
    """Read the array of a .npy file, or those of a .npz file by their names.

    Raises
    ------
    InputError
    """
    try:
        # NumPy leaves a file open that it opened itself and that turns out to be no archive.
        with open(path, "rb") as file:
            loaded = np.load(file, allow_pickle=False)
            return dict(loaded) if isinstance(loaded, np.lib.npyio.NpzFile) else np.asarray(loaded)
    except (OSError, ValueError, EOFError, MemoryError, BadZipFile, zlib.error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no .npy or .npz file of numbers"
        raise InputError(f"cannot read {str(path)!r}: {reason}") from None


def read_pictures(
    model: Any,
    paths: Sequence[str | os.PathLike[str]],
    bounds: tuple[float, float],
    shape: Sequence[int] | None = None,
) -> dict[str, npt.NDArray[np.floating]]:
    """Read pictures as samples: resized to cover the input, cropped in the middle, black to white as lo to hi.

    Raises
    ------
    InputError
        If the model does not take pictures, or a file is none.
    MissingDependencyError
        If Pillow is not installed.
    """
    inputs = read_graph(model).inputs
    name, (dtype, sizes) = next(iter(inputs.items()), ("", (np.dtype(np.float32), ())))
    if len(inputs) != 1 or len(sizes) != 4:
        raise InputError("pictures are for models with one input of shape (N, C, H, W)")
    _, channels, height, width = _sizes(name, dtype, sizes, shape)
    if channels not in (1, 3):
        raise InputError(f"pictures have 1 or 3 channels, the input {name!r} has {channels}")
    _check_range(name, dtype, bounds)
    lo, hi = bounds
    pictures = [_picture(Path(path), channels, height, width) for path in paths]
    return {name: (lo + (hi - lo) * np.stack(pictures)).astype(dtype)}


def _picture(path: Path, channels: int, height: int, width: int) -> npt.NDArray[np.float64]:
    pillow = import_extra("PIL", "Image", "ImageOps", extra="images", purpose="pictures need Pillow")
    try:
        with pillow.Image.open(path) as opened:
            fitted = pillow.ImageOps.fit(opened.convert("L" if channels == 1 else "RGB"), (width, height))
            pixels = np.asarray(fitted, dtype=np.float64) / 255
    except (OSError, ValueError, SyntaxError, pillow.Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or "no picture that can be read"
        raise InputError(f"cannot read {str(path)!r}: {reason}") from None
    return pixels.reshape(height, width, channels).transpose(2, 0, 1)


def _check_range(name: str, dtype: np.dtype[Any], bounds: tuple[float, float]) -> None:
    # Half of the largest number: the distance of the bounds has to be one, too.
    largest = max(map(abs, bounds))
    if largest > float(np.finfo(dtype).max) / 2:
        raise InputError(f"the input {name!r} is {dtype}, which does not hold numbers up to {largest:.3g}")


def _sizes(
    name: str, dtype: np.dtype[Any], sizes: Sequence[int | None], shape: Sequence[int] | None
) -> tuple[int, ...]:
    if dtype.kind != "f":
        raise InputError(f"the input {name!r} holds {dtype}: only floats can be drawn or read from pictures")
    known = [1 if axis == 0 and size is None else size for axis, size in enumerate(sizes)]
    if shape is not None:
        if len(shape) != len(sizes) or any(b not in (None, a) for a, b in zip(shape[1:], sizes[1:], strict=True)):
            text = "x".join("?" if size is None else str(size) for size in sizes)
            raise InputError(f"the input {name!r} has the shape {text}, which {'x'.join(map(str, shape))} does not fit")
        known = list(shape)
    if None in known or not sizes:
        raise InputError(f"the input {name!r} leaves sizes open besides the first: give its shape")
    return tuple(size for size in known if size is not None)


def _check_inputs(graph: Graph, inputs: Inputs) -> int:
    if set(inputs) != set(graph.inputs):
        raise InputError(f"samples are given for {', '.join(inputs)}; the inputs are {', '.join(graph.inputs)}")
    counts = {array.shape[0] if array.ndim else 0 for array in inputs.values()}
    if len(counts) != 1 or 0 in counts:
        raise InputError("all inputs need the same number of samples along the first axis, at least one")
    for name, (dtype, sizes) in graph.inputs.items():
        given = inputs[name].shape
        if len(given) != len(sizes) or any(b not in (None, a) for a, b in zip(given[1:], sizes[1:], strict=True)):
            text = "x".join("?" if size is None else str(size) for size in sizes)
            raise InputError(f"the input {name!r} has the shape {text}, its samples {'x'.join(map(str, given))}")
        if inputs[name].dtype != dtype:
            raise InputError(f"the input {name!r} takes {dtype}, not {inputs[name].dtype}")
    return counts.pop()


def _as_dtype(name: str, array: npt.NDArray[Any], dtype: np.dtype[Any]) -> npt.NDArray[np.floating]:
    if not np.can_cast(array.dtype, dtype, "same_kind"):
        raise InputError(f"the input {name!r} takes {dtype}, not {array.dtype}")
    with np.errstate(over="ignore"):
        result: npt.NDArray[np.floating] = array.astype(dtype)
    if dtype.kind == "f" and not np.array_equal(np.isinf(result), np.isinf(array)):
        raise InputError(f"the input {name!r} takes {dtype}, which does not hold numbers as large as these samples")
    return result


def _batches(graph: Graph, inputs: Inputs, samples: int) -> Iterator[tuple[int, int, Inputs]]:
    """Yield how many samples are done, how many are new, and the batch."""
    fixed = {sizes[0] for _, sizes in graph.inputs.values()} - {None}
    if len(fixed) > 1:
        raise InputError(f"the inputs have different fixed first sizes: {', '.join(map(str, sorted(fixed, key=str)))}")
    size = fixed.pop() or 1 if fixed else min(_BATCH, samples)
    for start in range(0, samples, size):
        end = min(start + size, samples)
        index = np.minimum(np.arange(start, start + size), samples - 1) if fixed or size else np.arange(start, end)
        yield end, end - start, {name: array[index] for name, array in inputs.items()}


def _session(model: Any) -> Any:
    runtime = import_onnxruntime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    source = os.fspath(model) if isinstance(model, str | os.PathLike) else load_model(model).SerializeToString()
    return _guarded(lambda: runtime.InferenceSession(source, options, providers=["CPUExecutionProvider"]))


def _run(session: Any, batch: Inputs) -> list[npt.NDArray[Any]]:
    outputs: list[npt.NDArray[Any]] = _guarded(lambda: session.run(None, dict(batch)))
    return outputs


def _timed(session: Any, batch: Inputs) -> float:
    start = perf_counter()
    _run(session, batch)
    return perf_counter() - start


def _guarded(call: Callable[[], Any]) -> Any:
    """Call onnxruntime, whose errors have no common base but Exception, and translate them."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = (kind for kind in vars(state).values() if isinstance(kind, type) and issubclass(kind, Exception))
    kinds: tuple[type[Exception], ...] = (RuntimeError, ValueError, *own)
    try:
        return call()
    except kinds as error:
        raise FormatError(f"onnxruntime cannot run the model: {' '.join(str(error).split())[:200]}") from None
