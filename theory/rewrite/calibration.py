"""Bounds of the inputs of pooling layers as seen on samples. They certify nothing about other inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.errors import InputError
from theory.rewrite.dependencies import STANDARD_DOMAINS, import_onnx, import_onnxruntime
from theory.rewrite.files import is_too_large, stored_tensors
from theory.rewrite.inference import Inference


def measure_bounds(model: Any, samples: Iterable[Mapping[str, Any]]) -> dict[str, tuple[Fraction, Fraction]]:
    """Run a model on samples and note the least and the largest input of each MaxPool node of its graph.

    Parameters
    ----------
    model : ModelProto
        With its external data loaded.
    samples : iterable of mappings of input name to array

    Returns
    -------
    dict of node name to (Fraction, Fraction)
        Nodes in subgraphs and in functions are not among them.

    Raises
    ------
    InputError
        If there is no sample, the model cannot be run on one, or an input of a MaxPool node is not finite.
    """
    onnx, runtime = import_onnx(), import_onnxruntime()
    pools = [node for node in model.graph.node if node.op_type == "MaxPool" and node.domain in STANDARD_DOMAINS]
    read = sorted({node.input[0] for node in pools})
    if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in stored_tensors(model)):
        raise InputError("a model with external data is not run for calibration: its bounds have to be given")
    if is_too_large(model):
        raise InputError("a model over 2 GiB is not run for calibration: its bounds have to be given")
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    given = {value.name for value in (*model.graph.input, *model.graph.output)}
    watched.graph.output.extend(onnx.ValueInfoProto(name=name) for name in read if name not in given)
    options = runtime.SessionOptions()
    options.log_severity_level = 4
    inference = Inference(model)
    lows, highs = dict.fromkeys(read, np.inf), dict.fromkeys(read, -np.inf)
    try:
        # Without its fallback, which prints to standard output, and tries the same once more.
        start = partial(runtime.InferenceSession, providers=["CPUExecutionProvider"], enable_fallback=0)
        session = start(watched.SerializeToString(), options)
        inputs = {value.name for value in session.get_inputs()}
        wanted = [name for name in read if name not in inputs]
        every = [value.name for value in session.get_outputs()]
        for sample in samples:
            inference.check_run({name: np.shape(array) for name, array in sample.items()})
            # Where pooling layers read inputs alone, running the model still tells whether the sample fits them.
            values = dict(zip(wanted or every, session.run(wanted or every, dict(sample)), strict=True))
            for name in read:
                low, high = _extremes(values[name] if name in wanted else sample[name], name)
                lows[name], highs[name] = min(lows[name], low), max(highs[name], high)
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 (onnxruntime raises classes of its own that have no common base)
        raise InputError(f"the model does not run on a sample: {' '.join(str(error).split())[:200]}") from None
    for name in read:
        if not np.isfinite([lows[name], highs[name]]).all():
            raise InputError(f"the samples give no finite bounds for {name!r}")
    return {str(node.name or node.output[0]): _apart(lows[node.input[0]], highs[node.input[0]]) for node in pools}


def _extremes(values: npt.ArrayLike, name: str) -> tuple[float, float]:
    array = np.asarray(values, dtype=np.float64)
    if not (array.size and np.isfinite(array).all()):
        raise InputError(f"the samples give no finite bounds for {name!r}")
    return float(array.min()), float(array.max())


def _apart(lo: float, hi: float) -> tuple[Fraction, Fraction]:
    """Return bounds that are not equal."""
    return Fraction(lo), Fraction(hi if hi > lo else float(np.nextafter(lo, np.inf)))
