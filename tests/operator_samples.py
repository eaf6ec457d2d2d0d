"""Checks of one row of the certifier's table of operators, by its samples, against onnxruntime."""

from __future__ import annotations

import re
from fractions import Fraction

import numpy as np
from onnx import numpy_helper, parser, shape_inference

from tests import random_models
from theory import certify_deviation
from theory.rewrite.certify.answers import Unsupported
from theory.rewrite.certify.arithmetic import float_arithmetic, real_arithmetic
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.expressions import PIXEL
from theory.rewrite.certify.graph import Segment
from theory.rewrite.certify.propagate import bound_values
from theory.rewrite.certify.reading import read_graph
from theory.rewrite.certify.shapes import Shapes
from theory.rewrite.certify.symbolic_run import _run_blocks, pixel_places, run_symbols
from theory.rewrite.certify.table import TABLE

TYPES = {"float32": "float", "float16": "float16", "float64": "double"}


class RefusedError(AssertionError):
    """A row that is not what it says."""


def need(condition, message):
    if not condition:
        raise RefusedError(message)


def constants_of(sample, rng):
    """Return the constants of a sample, those that are drawn away from 0."""
    drawn = {name: rng.uniform(0.2, 1.5, shape) * rng.choice([-1, 1], shape) for name, shape in sample.drawn.items()}
    return {**{name: np.asarray(value) for name, value in sample.given.items()}, **drawn}


def model_of(sample, kind, constants, start="u = Identity (x)"):
    """Return a sample's model, with something before it."""
    sizes = ", ".join(map(str, sample.shape))
    body = re.sub(r"\bx\b", "u", sample.body)
    domains = ', "com.microsoft": 1' if "com.microsoft." in body else ""
    head = f'<ir_version: 8, opset_import: ["": {sample.opset}{domains}]>'
    model = parser.parse_model(f"{head} m ({TYPES[kind]}[{sizes}] x) => ({TYPES[kind]} y) {{ {start} {body} }}")
    model.graph.output[0].type.tensor_type.ClearField("shape")
    for name, array in constants.items():
        model.graph.initializer.append(numpy_helper.from_array(array.astype(kind), name))
    found = shape_inference.infer_shapes(model)
    if domains:
        # onnx knows nothing of these operators; the sizes stay open.
        for _ in sample.shape:
            found.graph.output[0].type.tensor_type.shape.dim.add()
    return found


def sessions(model):
    """Return the model's functions with and without the runtime's rewriting of graphs; None if it has no kernels."""
    import onnxruntime
    from onnxruntime.capi.onnxruntime_pybind11_state import NotImplemented as NoKernel

    levels = onnxruntime.GraphOptimizationLevel
    try:
        return [random_models.session(model, level) for level in (levels.ORT_ENABLE_ALL, levels.ORT_DISABLE_ALL)]
    except NoKernel:
        return None


def check_row(row, rng):
    """See that a row's samples lie in their boxes, differences in theirs, and symbols agree; raise RefusedError."""
    need(TABLE.get(row.op) is row, f"{row.op} is not in the table")
    need(row.samples, f"{row.op} has no sample")
    followed = 0
    for sample in row.samples:
        ran = [check_sample(row, sample, kind, rng) for kind in sample.kinds]
        need(ran[0], f"{row.op} has no kernel for {sample.kinds[0]}")
        followed += check_symbols(row, sample, rng)
    need(followed or row.apart is None, f"none of the samples of {row.op} is followed symbolically")


def check_sample(row, sample, kind, rng):
    constants = constants_of(sample, rng)
    shift = {"_k": np.array(1 + 2.0**-6), "_e": 0.02 * rng.standard_normal(sample.shape)}
    first = model_of(sample, kind, constants)
    second = model_of(sample, kind, {**constants, **shift}, "_t = Mul (x, _k) u = Add (_t, _e)")
    need(
        any(f"{node.domain}.{node.op_type}".lstrip(".") == row.op for node in first.graph.node),
        f"{row.op} is not in its sample {sample.body!r}",
    )
    runs = [sessions(model) for model in (first, second)]
    if None in runs:
        return False
    for scale, width in ((0.3, 1.0), (8.0, 1.0), (8.0, 0.0)) if kind == "float32" else ((2.0, 0.5), (2.0, 0.0)):
        middle = scale * rng.standard_normal(sample.shape)
        spread = width * scale * np.abs(rng.standard_normal(sample.shape))
        lo, hi = ((middle + side * spread).astype(kind).astype(np.float64) for side in (-1, 1))
        check_box(f"{row.op}: {sample.body} in {kind}", (first, second), runs, (lo, hi), kind, rng)
    return True


def check_box(what, models, runs, bounds, kind, rng):
    """See that random inputs of a box, and its corners, have values and differences within their bounds."""
    graph = read_graph(models[0])
    box = Box(*bounds, np.dtype(kind))
    values = bound_values(graph, {"x": box}, float_arithmetic, Shapes(graph, {"x": box.shape}))["y"]
    found = certify_deviation(*models, bounds)
    need(isinstance(values, Box) and found.certified, f"{what}: {values if found.certified else found.unknown}")
    difference = found.outputs["y"]
    for draw in range(24):
        part = rng.random(box.shape) if draw % 2 else rng.integers(0, 2, box.shape)
        x = np.clip((bounds[0] + part * (bounds[1] - bounds[0])).astype(kind), *(end.astype(kind) for end in bounds))
        out = [[run(x) for run in each] for each in runs]
        for one in out[0]:
            need(np.all((one >= values.lo) & (one <= values.hi)), f"{what}: a value is not in its box")
            for other in out[1]:
                inside = (other - one >= difference.lower) & (other - one <= difference.upper)
                need(np.all(inside), f"{what}: a difference is not in its box")


def check_symbols(row, sample, rng):
    """Compare what the symbolic rule makes of a sample with its box in exact arithmetic; return whether it can."""
    if row.apart is None:
        return False
    model = model_of(sample, sample.kinds[0], constants_of(sample, rng))
    graph = read_graph(model)
    x = rng.integers(-16, 17, sample.shape) / 8
    point = Box(x, x, np.dtype(sample.kinds[0]))
    box = bound_values(graph, {"x": point}, real_arithmetic, Shapes(graph, {"x": x.shape}))["y"]
    followed = 0
    for run in (_whole, run_symbols):
        try:
            algebra, symbols, single = run(Segment("x", "y", graph.nodes, graph.constants), x.shape)
        except Unsupported:
            continue
        followed += 1
        channels = np.split(x, x.shape[1], axis=1) if single else [x]
        value = np.concatenate([evaluate(algebra, symbols, channel) for channel in channels], axis=1 if single else 0)
        need(value.shape == box.shape, f"{row.op}: symbols have another shape in {sample.body!r}")
        low, high = (np.vectorize(Fraction, otypes=[object])(end) for end in (box.lo, box.hi))
        need(np.all((value >= low) & (value <= high)), f"{row.op}: symbols compute something else in {sample.body!r}")
    return bool(followed)


def _whole(segment, shape):
    return *_run_blocks(segment, shape, 1), False


def evaluate(algebra, symbols, x):
    """Return the exact values of symbols where the pixels have those of an array."""
    pixels = dict(zip(pixel_places(x.shape).ravel().tolist(), x.ravel().tolist(), strict=True))

    def value(number, place):
        expression = algebra.expressions[number]
        total = expression.constant
        for (kind, at), coefficient in expression.terms:
            atom = Fraction(pixels[place + at]) if kind == PIXEL else max(value(kind - 1, place + at), Fraction(0))
            total += coefficient * atom
        return total

    pairs = zip(symbols.numbers.ravel().tolist(), symbols.places.ravel().tolist(), strict=True)
    return np.array([value(*pair) for pair in pairs], dtype=object).reshape(symbols.numbers.shape)
