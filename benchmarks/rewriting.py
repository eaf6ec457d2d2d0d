"""MaxPool taken out of nine image classifiers: what it costs under onnxruntime on one thread, and what it changes."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log
from typing import Any

import numpy as np
import onnxruntime

from benchmarks.architectures import images, load, names
from benchmarks.results import DisagreementError, Row, Scale, Section, Table, Teller
from benchmarks.timing import Ratio, interleave
from theory.rewrite.options import ReluifyOptions
from theory.rewrite.reluify import rewrite

SLOWEST = 1.25
"""How many times as long as the original a rewritten model may take, in the geometric mean of the nine."""
STYLES: tuple[tuple[str, dict[str, Any]], ...] = (
    ("skip", {}),
    ("skip, shallow", {"construction": "shallow"}),
    ("feedforward", {"style": "feedforward"}),
    ("feedforward, shallow", {"style": "feedforward", "construction": "shallow"}),
    ("orders 1,d-1", {"orders": "1,d-1"}),
)
TOLERANCE = 1e-3
"""Largest difference of logits of the order of 1 that rounding may make."""


def run(scale: Scale, tell: Teller) -> Section:
    """Time each architecture before and after, then count the ReLUs of each style."""
    chosen = scale.pick(names(), ("squeezenet", "shufflenet"), ("squeezenet",))
    tell.begin(len(chosen))
    rows, lines, ratios = [], [], []
    for name in chosen:
        row, line = _architecture(name, scale.pick(15, 5, 1))
        rows.append(row)
        lines.append(line)
        ratios += [row.ratio] if row.ratio else []
        tell.step()
    rows.append(
        Row(
            "geometric mean",
            "the original models",
            "",
            "",
            Ratio(
                *(exp(sum(log(getattr(r, part)) for r in ratios) / len(ratios)) for part in ("middle", "low", "high"))
            ),
            target=1 / SLOWEST,
            limit="the ReLUs between which a window is merged: onnxruntime runs each as an operator of its own",
        )
    )
    return Section(
        "Taking MaxPool out of ONNX models",
        "The baseline is the model as it was, both under onnxruntime on one thread, in style skip. Each answers for "
        "one image; the top class has to stay, and the outputs up to rounding.",
        tuple(rows),
        (
            Table(
                "Outputs after exact rewriting", ["model", "MaxPool nodes", "largest change", "images", "top"], lines
            ),
            Table("ReLUs for one output, and layers of them", ["style", "3x3 stride 1", "3x3 stride 2"], _units()),
        ),
    )


def _architecture(name: str, repetitions: int) -> tuple[Row, list[str]]:
    original = load(name)
    result = rewrite(original, ReluifyOptions())
    before, after = _session(original), _session(result.model)
    batch = images(4, seed=1)
    pairs = [(before(image[None]), after(image[None])) for image in batch]
    change = max(float(np.abs(a - b).max()) for a, b in pairs)
    kept = sum(int(a.argmax()) == int(b.argmax()) for a, b in pairs)
    if kept < len(pairs) or change > TOLERANCE:
        raise DisagreementError(f"{name}: {kept} of {len(pairs)} top classes stay, outputs change by {change:.2g}")
    image = batch[:1]
    times = interleave({"ours": lambda: after(image), "original": lambda: before(image)}, repetitions)
    row = Row.timed(name, "the original model", times["ours"], times["original"])
    return row, [name, str(len(result.poolings)), f"{change:.1g}", str(len(pairs)), "the same"]


def _session(model: Any) -> Callable[[Any], Any]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda x: session.run(None, {name: x})[0]


def _units() -> list[list[str]]:
    from onnx import TensorProto, helper

    def cell(options: dict[str, Any], stride: int, relu: bool) -> str:
        nodes = [helper.make_node("Relu", ["x"], ["r"])] if relu else []
        nodes.append(
            helper.make_node("MaxPool", ["r" if relu else "x"], ["y"], kernel_shape=[3, 3], strides=[stride] * 2)
        )
        values = [helper.make_tensor_value_info(v, TensorProto.FLOAT, [1, 1, None, None]) for v in "xy"]
        model = helper.make_model(helper.make_graph(nodes, "g", values[:1], values[1:]))
        (record,) = rewrite(model, ReluifyOptions(**options)).poolings
        return f"{record.units_per_output} in {record.hidden_layers}"

    return [
        [
            f"{style}{', after a Relu' if relu else ''}",
            *(cell(options, stride, relu) for stride in (1, 2)),
        ]
        for style, options in STYLES
        for relu in ((False, True) if options.get("style") == "feedforward" else (False,))
    ]
