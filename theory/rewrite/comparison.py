"""Two ONNX models run side by side: how far their outputs are apart, how often the top class is the same, how long."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.errors import FormatError, InputError
from theory.models.files import as_model
from theory.models.inference import Inference
from theory.models.sessions import open_session, runtime_errors
from theory.progress import Progress, unwatched
from theory.rewrite.samples import Inputs, Interface, check_inputs, interface_of

_BATCH = 16


@dataclass(frozen=True)
class OutputComparison:
    """The measured difference of one output.

    Attributes
    ----------
    name : str
    largest, mean : float
        Of the absolute differences of all elements of all samples; NaN where one of the models gives NaN.
    size : float
        The largest absolute value of the original's output, NaN aside, to compare with.
    top1_agreement : float or None
        The share of samples whose largest element is the same one; None for outputs of one element.
    nan_in_both, nan_in_one : int
        How many elements are NaN in both models, which then agree, and in one of them.
    draws : int
        Of how many samples ``largest`` is the largest difference: batches, where the output is one of the whole batch.
    """

    name: str
    largest: float
    mean: float
    size: float
    top1_agreement: float | None
    nan_in_both: int = 0
    nan_in_one: int = 0
    draws: int = 0

    @property
    def likely_share(self) -> float | None:
        """A bound on the share of inputs that deviate by more than ``largest``, at 95 % confidence, or None.

        For samples that were drawn independently, and inputs from where they came. If a share p deviates by more, then
        n samples all miss it with probability (1 - p)^n, at most exp(-p n), which is below 5 % for p > 3 / n: the rule
        of three (Hanley and Lippman-Hand, "If nothing goes wrong, is everything all right?", 1983). It is no
        certificate: it says nothing of any single input, nor of inputs from elsewhere.

        Examples
        --------
        >>> OutputComparison("y", largest=0.5, mean=0.1, size=1.0, top1_agreement=None, draws=300).likely_share
        0.01
        """
        known = isfinite(self.largest) and not self.nan_in_one
        return 3 / self.draws if known and self.draws > 3 else None


@dataclass(frozen=True)
class ModelComparison:
    """Two models on the same samples, and the median seconds of a run of each, one thread; the runs take turns."""

    samples: int
    outputs: tuple[OutputComparison, ...]
    seconds: tuple[float, float]

    @property
    def time_ratio(self) -> float:
        """The time of the rewritten model over that of the original."""
        before, after = self.seconds
        return after / before


def compare_models(
    original: Any,
    rewritten: Any,
    inputs: Inputs,
    *,
    rounds: int = 9,
    progress: Progress = unwatched,
) -> ModelComparison:
    """Run two models under onnxruntime and compare them.

    Parameters
    ----------
    original, rewritten : onnx.ModelProto or path
        With the same inputs and outputs.
    inputs : mapping of str to array
        Samples along the first axis, as many for each input.
    rounds : int
        Pairs of runs that are timed.
    progress : callable
        Called with the number of samples that are done and of all.

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
    models = [as_model(original), as_model(rewritten)]
    interface, other = map(interface_of, models)
    _check_same(interface, other)
    samples = check_inputs(interface, inputs)
    if rounds < 1:
        raise InputError(f"at least one pair of runs has to be timed, not {rounds}")
    sessions = [
        open_session(given if isinstance(given, str | os.PathLike) else model, threads=1)
        for given, model in zip((original, rewritten), models, strict=True)
    ]
    tallies = [_Tally(name) for name in interface.outputs]
    first: Inputs = {}
    for done, count, batch in _batches(interface, inputs, samples):
        if not first:
            first = batch
            for model in models:
                Inference(model).check_run({name: array.shape for name, array in batch.items()})
        for tally, a, b in zip(tallies, *(run_batch(session, batch) for session in sessions), strict=True):
            tally.add(a, b, count, next(iter(batch.values())).shape[0])
        progress(done, samples)
    seconds = [[_timed(session, first) for session in sessions] for _ in range(rounds)]
    return ModelComparison(
        samples,
        tuple(tally.result() for tally in tallies),
        (median(a for a, _ in seconds), median(b for _, b in seconds)),
    )


def _check_same(first: Interface, second: Interface) -> None:
    for what, a, b in (("inputs", first.inputs, second.inputs), ("outputs", first.outputs, second.outputs)):
        if list(a) != list(b):
            raise InputError(f"the models have to have the same {what}, not {', '.join(a)} and {', '.join(b)}")
    for name, port in first.inputs.items():
        if second.inputs[name] != port:
            raise InputError(f"the input {name!r} is {port} in one model, {second.inputs[name]} in the other")


class _Tally:
    """The differences of one output so far."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._largest = self._total = self._size = 0.0
        self._elements = self._samples = self._same = self._nan_in_both = self._nan_in_one = self._draws = 0
        self._single = True

    def add(self, first: npt.NDArray[Any], second: npt.NDArray[Any], count: int, batch: int) -> None:
        if first.shape != second.shape:
            raise InputError(
                f"the output {self._name!r} has the shapes {first.shape} and {second.shape}: they cannot be compared"
            )
        if first.dtype.kind not in "fiub":
            raise InputError(f"the output {self._name!r} holds {first.dtype}, not numbers")
        apart = first.ndim > 0 and first.shape[0] == batch
        self._draws += count if apart else 1
        if apart:
            # Rows beyond the count fill up the last batch of a model with a fixed one.
            first, second = first[:count], second[:count]
        rows, others = (x.astype(np.float64).reshape(len(x) if x.ndim else 1, -1) for x in (first, second))
        missing, missed = np.isnan(rows), np.isnan(others)
        self._nan_in_both += int((missing & missed).sum())
        self._nan_in_one += int((missing ^ missed).sum())
        with np.errstate(invalid="ignore"):
            # Infinities of the same sign agree, and so do two NaN, though their difference is no number.
            difference = np.where((rows == others) | (missing & missed), 0.0, np.abs(others - rows))
        self._largest = float(np.max(difference, initial=self._largest))
        self._size = float(np.max(np.abs(rows), initial=self._size, where=~missing))
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
            self._nan_in_both,
            self._nan_in_one,
            self._draws,
        )


def _batches(interface: Interface, inputs: Inputs, samples: int) -> Iterator[tuple[int, int, Inputs]]:
    """Yield how many samples are done, how many are new, and the batch."""
    fixed = {port.sizes[0] for port in interface.inputs.values()} - {None}
    if len(fixed) > 1:
        raise InputError(f"the inputs have different fixed first sizes: {', '.join(map(str, sorted(fixed, key=str)))}")
    size = fixed.pop() if fixed else None
    step = size or min(_BATCH, samples)
    for start in range(0, samples, step):
        end = min(start + step, samples)
        # Only where a model fixes the number of samples, the last batch is filled up.
        index = np.minimum(np.arange(start, start + step if size else end), samples - 1)
        yield end, end - start, {name: array[index] for name, array in inputs.items()}


def run_batch(session: Any, batch: Inputs) -> list[npt.NDArray[Any]]:
    """Return the outputs for a batch; raises FormatError if onnxruntime refuses."""
    with runtime_errors(FormatError, "onnxruntime cannot run the model"):
        outputs: list[npt.NDArray[Any]] = session.run(None, dict(batch))
    return outputs


def _timed(session: Any, batch: Inputs) -> float:
    start = perf_counter()
    run_batch(session, batch)
    return perf_counter() - start
