"""Bounds of the inputs of pooling layers as seen on samples. They certify nothing about other inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.errors import InputError
from theory.models.files import is_too_large
from theory.models.inference import Inference, typed_scopes
from theory.models.scopes import import_onnx, is_max_pool, node_label, stored_tensors
from theory.models.sessions import open_session, runtime_errors, with_outputs
from theory.rewrite.padding import find_source

_FAILED = "the model does not run on a sample"


def measure_bounds(model: Any, samples: Iterable[Mapping[str, Any]]) -> dict[str, tuple[Fraction, Fraction]]:
    """Run a model on samples and note the least and the largest input of each MaxPool node of its graph, by its name.

    The external data of the model is loaded; nodes in subgraphs and in functions are left out. Raises InputError if
    there is no sample, the model cannot be run on one, or an input of a MaxPool node is not finite.
    """
    graph = typed_scopes(model)[0]
    # Padding with minus infinity is no input: it is taken away.
    sources = {node_label(n): find_source(graph, n.input[0]).name for n in graph.nodes if is_max_pool(n)}
    read = sorted(set(sources.values()))
    elsewhere = any(tensor.data_location == import_onnx().TensorProto.EXTERNAL for tensor in stored_tensors(model))
    if elsewhere or is_too_large(model):
        what = "with external data" if elsewhere else "over 2 GiB"
        raise InputError(f"a model {what} is not run for calibration: its bounds have to be given")
    inference, session = Inference(model), open_session(with_outputs(model, read))
    lows, highs = dict.fromkeys(read, np.inf), dict.fromkeys(read, -np.inf)
    for sample in samples:
        with runtime_errors(InputError, _FAILED):
            inputs = dict(sample)
            shapes = {name: np.shape(array) for name, array in inputs.items()}
        inference.check_run(shapes)
        with runtime_errors(InputError, _FAILED):
            values = session.run(read or None, inputs)
        for name, value in zip(read, values, strict=False):
            low, high = _extremes(value, name)
            lows[name], highs[name] = min(lows[name], low), max(highs[name], high)
    for name in read:
        if lows[name] > highs[name]:
            raise InputError(f"the samples give no finite bounds for {name!r}")
    return {name: _apart(lows[source], highs[source]) for name, source in sources.items()}


def _extremes(values: npt.ArrayLike, name: str) -> tuple[float, float]:
    array = np.asarray(values, dtype=np.float64)
    if not (array.size and np.isfinite(array).all()):
        raise InputError(f"the samples give no finite bounds for {name!r}")
    return float(array.min()), float(array.max())


def _apart(lo: float, hi: float) -> tuple[Fraction, Fraction]:
    """Return bounds that are not equal."""
    return Fraction(lo), Fraction(hi if hi > lo else float(np.nextafter(lo, np.inf)))
