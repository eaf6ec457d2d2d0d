"""What is certified of the nine architectures, every MaxPool replaced exactly, and where it is lost, layer by layer.

``python -m benchmarks.deep_models`` prints the table of docs/certified-deviation.md, and with ``--layers`` what each
layer brings.

The bound is that before the softmax, for all inputs within 1/255 of one seeded image. *Charged* is what the assumptions
let both runtimes round off at that image alone, carried to the output by the weights themselves, to first order: for
an output j, the sum over layers of 2 |J_j| gamma_n (|W| |x| + |b|), J the derivative of the network there. Whatever
method charges a sum of n terms with gamma_n cannot say less.
"""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks import architectures
from benchmarks.memory import peak_bytes
from benchmarks.report import markdown_table
from theory.rewrite.certify import certify_deviation
from theory.rewrite.certify.arithmetic import SLACK, gamma, length, real_arithmetic
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.graph import Node
from theory.rewrite.certify.linear import Linear
from theory.rewrite.certify.operators import Call, Operator
from theory.rewrite.certify.reading import read_graph
from theory.rewrite.certify.table import understand
from theory.rewrite.certify.windows import Windows
from theory.rewrite.reluify import reluify

_RADIUS = 1 / 255
_UNIT = 2.0**-24
_SEED = 3
Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Layer:
    """One layer with weights, at the image."""

    name: str
    terms: int
    boxes: float
    """By how much it makes the largest change of an element larger, beside what it does to the image's own tensor."""
    lengths: float
    """The same for lengths."""
    charged: float
    """What rounding may add, as a length, beside the length of the result."""
    at_output: float
    """What that may make of one output, the largest, to first order."""


@dataclass(frozen=True)
class Certified:
    """A bound, None if it is unknown, what it took by the clock and of all processors, and the process's peak bytes."""

    bound: float | None
    seconds: float
    processor_seconds: float
    memory: int


@dataclass(frozen=True)
class Found:
    """What was found of one model."""

    name: str
    spread: float
    """Largest less smallest output at the image."""
    bound: float | None
    charged: float
    layers: tuple[Layer, ...]
    seconds: float
    mebibytes: float


def without_softmax(model: Any) -> Any:
    """Return a model whose output is what goes into its softmax, if it ends in one."""
    import onnx

    graph = model.graph
    softmax = next((node for node in graph.node if node.op_type == "Softmax"), None)
    if softmax is None:
        return model
    inferred = onnx.shape_inference.infer_shapes(model)
    # Nodes behind it would be left over.
    return onnx.utils.Extractor(inferred).extract_model([graph.input[0].name], [softmax.input[0]])


def measure(name: str) -> Found:
    """Certify one architecture, and look at its layers."""
    import onnx

    image = image_of_all()
    original = without_softmax(architectures.load(name))
    certified = certify_alone(original, image)
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "original.onnx")
        onnx.save(original, path)
        spread, layers = look(path, image)
    charged = sum(layer.at_output for layer in layers)
    mebibytes = certified.memory / 2**20
    return Found(name, spread, certified.bound, charged, tuple(layers), certified.processor_seconds, mebibytes)


def image_of_all() -> Array:
    """Return the one image around which all architectures are certified."""
    return architectures.images(1, seed=_SEED).astype(np.float64)


def certify_alone(original: Any, image: Array) -> Certified:
    """Certify a model and its exact rewriting around an image, in a fresh process."""
    import onnx

    with tempfile.TemporaryDirectory() as folder:
        paths = [str(Path(folder) / f"{kind}.onnx") for kind in ("original", "rewritten")]
        for path, model in zip(paths, (original, reluify(original)), strict=True):
            onnx.save(model, path)
        with multiprocessing.get_context("spawn").Pool(1) as alone:
            return alone.apply(_certify, (paths, image))


def _certify(paths: Sequence[str], image: Array) -> Certified:
    start, by_clock = time.process_time(), time.perf_counter()
    found = certify_deviation(*paths, (image - _RADIUS, image + _RADIUS))
    bound = found.bound if found.certified else None
    return Certified(bound, time.perf_counter() - by_clock, time.process_time() - start, peak_bytes())


def look(path: str, image: Array) -> tuple[float, list[Layer]]:
    """Return the spread of the outputs at an image, and what each layer brings to the largest."""
    graph = read_graph(path)
    dtype, real = np.dtype(np.float32), real_arithmetic(np.float32)
    values: dict[str, Any] = {**graph.constants, next(iter(graph.inputs)): Box.point(image, dtype)}
    steps: list[tuple[Node, Operator, list[str]]] = []
    for node in graph.nodes:
        found = understand(Call(node, [values.get(name) for name in node.inputs]))
        if isinstance(found, np.ndarray):
            values[node.outputs[0]] = found
            continue
        operator, tensors = found
        values[node.outputs[0]] = Box.point(operator.forward(tensors, real).middle, dtype)
        steps.append((node, operator, [name for name in node.inputs if isinstance(values.get(name), Box)]))
    output = values[graph.outputs[0]].lo
    slope = np.zeros(output.shape)
    slope.flat[np.argmax(output)] = 1.0
    slopes, layers = {graph.outputs[0]: slope}, []
    for node, operator, names in reversed(steps):
        if (slope := slopes.pop(node.outputs[0], None)) is None:
            continue
        x, y = values[names[0]].lo, values[node.outputs[0]].lo
        if isinstance(operator, Linear):
            layers.append(_layer(node, operator, x, y, slope))
        for name, part in zip(
            names, _backwards(node, operator, [values[each].lo for each in names], slope), strict=True
        ):
            slopes[name] = slopes.get(name, 0.0) + part
    return float(np.ptp(output)), layers[::-1]


def _layer(node: Node, operator: Linear, x: Array, y: Array, slope: Array) -> Layer:
    size = operator.apply(np.abs(x)[None], absolute=True)[0] + operator.offset_size
    lost = 2 * gamma(operator.terms + SLACK, _UNIT) * size
    one = Box.point(x, np.dtype(np.float32))
    lengths = operator.lengthened([one], [length(x)]) / length(y)
    reach = float(np.max(operator.reach))
    root = np.sqrt(np.square(x).mean() / np.square(y).mean())
    at_output = float(np.sum(np.abs(slope) * lost))
    return Layer(f"{node.op} {y.shape}", operator.terms, reach * root, lengths, length(lost) / length(y), at_output)


def _backwards(node: Node, operator: Any, xs: Sequence[Array], slope: Array) -> list[Array]:
    """Return the slopes at the arguments of an operator, given those at its result."""
    x = xs[0]
    if node.op == "Conv":
        groups, inner = operator.groups, operator.weights.shape[1]
        weights = operator.weights.reshape(groups, -1, inner, np.prod(operator.weights.shape[2:]))
        parts = slope.reshape(groups, weights.shape[1], -1)
        taps = [
            (np.swapaxes(weights[..., t], 1, 2) @ parts).reshape(1, x.shape[1], *operator.windows.size)
            for t in range(weights.shape[3])
        ]
        return [_untap(operator.windows, taps, x)]
    if node.op == "AveragePool":
        return [_untap(operator.windows, [slope / operator.counts] * len(operator.windows.taps(x, 0.0)), x)]
    if node.op == "MaxPool":
        taps = operator.windows.taps(x, -np.inf)
        best = np.argmax(np.stack(taps), 0)
        return [_untap(operator.windows, [slope * (best == t) for t in range(len(taps))], x)]
    if node.op in ("Gemm", "MatMul"):
        return [slope @ operator.matrix.T]
    if node.op in ("BatchNormalization", "Mul", "Div"):
        return [slope * operator.factor]
    if node.op in ("GlobalAveragePool", "ReduceMean"):
        whole = slope.reshape([1 if axis in operator.axes else size for axis, size in enumerate(x.shape)])
        return [np.broadcast_to(whole / operator.divisor, x.shape)]
    if node.op == "Relu":
        return [slope * (x > 0)]
    if node.op == "Concat":
        return np.split(slope, np.cumsum([each.shape[1] for each in xs])[:-1], 1)
    if node.op in ("Sum", "Add"):
        return [slope] * len(xs)
    if node.op == "Transpose":
        return [slope.transpose(np.argsort(node.attributes["perm"]))]
    if node.op == "LRN":
        # But for what an element does to its neighbours, which is little.
        return [
            slope
            * operator.forward([Box.point(x, np.dtype(np.float32))], real_arithmetic("float32")).middle
            / np.where(x == 0, 1.0, x)
        ]
    return [slope.reshape(x.shape)]


def _untap(windows: Windows, taps: Sequence[Array], x: Array) -> Array:
    """Add what each tap of every window has to the pixel that it sees."""
    pads = windows.pads
    padded = np.zeros(
        (*x.shape[:2], *(n + before + after for n, (before, after) in zip(x.shape[2:], pads, strict=True)))
    )
    for tap, values in zip(product(*windows.along), taps, strict=True):
        padded[..., *tap] += values  # type: ignore[index]
    return padded[..., *(slice(before, before + n) for n, (before, _) in zip(x.shape[2:], pads, strict=True))]  # type: ignore[index,no-any-return]


def _summary(results: Sequence[Found]) -> str:
    head = [
        "model",
        "spread",
        "certified",
        "beside the spread",
        "charged at the image, beside the spread",
        "seconds",
        "MiB",
    ]
    rows = [
        [
            found.name,
            f"{found.spread:.2g}",
            "unknown" if found.bound is None else f"{found.bound:.1e}",
            "" if found.bound is None else f"{found.bound / found.spread:.0e}",
            f"{found.charged / found.spread:.2g}",
            f"{found.seconds:.0f}",
            f"{found.mebibytes:.0f}",
        ]
        for found in results
    ]
    return markdown_table(head, rows)


def _by_layer(found: Found) -> str:
    head = ["layer", "terms", "boxes grow", "lengths grow", "rounding", "of it at the output"]
    rows = [
        [
            each.name,
            str(each.terms),
            f"{each.boxes:.1f}",
            f"{each.lengths:.1f}",
            f"{each.charged:.1e}",
            f"{each.at_output:.1e}",
        ]
        for each in found.layers
    ]
    return f"{found.name}\n\n{markdown_table(head, rows)}"


def main() -> None:
    """Print what is certified of the nine architectures."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default: all of {', '.join(architectures.names())}")
    parser.add_argument("--layers", action="store_true", help="print what each layer brings as well")
    options = parser.parse_args()
    results = []
    for name in options.names or architectures.names():
        results.append(measure(name))
        if options.layers:
            print(_by_layer(results[-1]))
        # They come in after minutes, and the table of all at the end.
        print(_summary(results[-1:]), flush=True)
    print(_summary(results))


if __name__ == "__main__":
    main()
