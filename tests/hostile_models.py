"""Pairs of models that try to exceed their certified deviation: extreme weights, folding scales, odd attributes."""

from __future__ import annotations

import re

import numpy as np
import onnx
from onnx import helper, numpy_helper, parser, shape_inference

from tests.operator_samples import TYPES, constants_of
from theory.rewrite.certify.table import TABLE

WILD = {"float16": (0, 0, 2, 4), "float32": (0, 0, 3, 12, 37), "float64": (0, 3, 40, 300)}
"""Decimal exponents up to which weights and inputs go."""


class Builder:
    """A chain of operators from x, of one type, with its weights."""

    def __init__(self, rng, kind, shape):
        self.rng, self.kind = rng, kind
        self.wild = int(rng.choice(WILD[kind]))
        self.nodes, self.weights = [], {}
        self.value, self.shape = "x", tuple(shape)
        self.input_shape = tuple(shape)
        self.opset = 17

    def number(self, shape=()):
        """Draw weights of one size, or each of its own; a few are 0."""
        each = shape if self.rng.random() < 0.3 else ()
        exponent = self.rng.uniform(-self.wild, self.wild, each)
        values = self.rng.standard_normal(shape) * 10.0**exponent
        values = np.where(self.rng.random(shape) < 0.05, 0.0, values)
        limit = float(np.finfo(self.kind).max)
        return np.clip(values, -limit, limit).astype(self.kind)

    def weight(self, array):
        name = f"w{len(self.weights)}"
        self.weights[name] = np.asarray(array)
        return name

    def add(self, op, *inputs, **attributes):
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, [self.value, *inputs], [name], name=f"{op}_{name}", **attributes))
        self.value = name

    def model(self, nodes=None, weights=None):
        kind = helper.np_dtype_to_tensor_dtype(np.dtype(self.kind))
        graph = helper.make_graph(
            self.nodes if nodes is None else nodes,
            "hostile",
            [helper.make_tensor_value_info("x", kind, self.input_shape)],
            [helper.make_tensor_value_info(self.value, kind, None)],
            [numpy_helper.from_array(a, n) for n, a in (self.weights if weights is None else weights).items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)
        return shape_inference.infer_shapes(model, data_prop=True)

    def settle(self):
        """Find out the shape of the last tensor."""
        dims = self.model().graph.output[0].type.tensor_type.shape.dim
        self.shape = tuple(d.dim_value for d in dims)

    def fit(self, shape):
        """Bring the last tensor into a shape, by repeating or leaving out elements."""
        if self.shape == tuple(shape):
            return
        size = max(1, int(np.prod(self.shape)))
        self.add("Reshape", self.weight(np.array([-1])))
        self.add("Gather", self.weight(np.arange(int(np.prod(shape))) % size), axis=0)
        self.add("Reshape", self.weight(np.array(shape)))
        self.shape = tuple(shape)

    def sample(self):
        """Append a sample of the certifier's table."""
        rows = [
            row for row in TABLE.values() if any(s.opset == self.opset and self.kind in s.kinds for s in row.samples)
        ]
        row = rows[int(self.rng.integers(len(rows)))]
        samples = [s for s in row.samples if s.opset == self.opset and self.kind in s.kinds]
        sample = samples[int(self.rng.integers(len(samples)))]
        self.fit(sample.shape)
        kind, sizes = TYPES[self.kind], ", ".join(map(str, sample.shape))
        text = f'<ir_version: 8, opset_import: ["": 17]> m ({kind}[{sizes}] x) => ({kind} y) {{ {sample.body} }}'
        parsed = parser.parse_model(text).graph
        prefix = f"s{len(self.nodes)}_"
        names = {"x": self.value, "": ""}
        for name, array in constants_of(sample, self.rng).items():
            drawn = name in sample.drawn and self.rng.random() < 0.5
            names[name] = self.weight(self.number(array.shape) if drawn else array.astype(self.kind))
        for node in parsed.node:
            node.input[:] = [names.get(name, prefix + name) for name in node.input]
            node.output[:] = [prefix + name for name in node.output]
            self.nodes.append(node)
        self.value = f"{prefix}y"
        self.settle()

    def scales(self):
        """Append scales and offsets that a runtime may fold."""
        for _ in range(int(self.rng.integers(1, 4))):
            op = str(self.rng.choice(["Mul", "Mul", "Div", "Add", "Sub"]))
            along = [
                () if self.rng.random() < 0.7 or len(self.shape) < 2 else (self.shape[1], *[1] * (len(self.shape) - 2))
            ]
            number = self.number(along[0])
            self.add(op, self.weight(np.where(number == 0, 1, number).astype(self.kind) if op == "Div" else number))

    def layer(self):
        """Append a layer with weights, often between scales."""
        if self.rng.random() < 0.5:
            self.scales()
        which = self.rng.integers(5)
        if which == 0:
            self.fit((2, 6))
            self.add("MatMul", self.weight(self.number((6, 3))))
        elif which == 1:
            self.fit((2, 6))
            numbers = {name: float(np.float32(self.number())) or 1.0 for name in ("alpha", "beta")}
            self.add("Gemm", self.weight(self.number((3, 6))), self.weight(self.number((3,))), transB=1, **numbers)
        elif which == 2:
            self.fit((1, 3, 5, 5))
            self.add("Conv", self.weight(self.number((2, 3, 3, 3))), self.weight(self.number((2,))))
        elif which == 3:
            self.fit((1, 3, 4, 4))
            self.add("Conv", self.weight(self.number((3, 1, 2, 2))), group=3, pads=[1, 0, 0, 1])
        else:
            self.fit((1, 3, 4, 4))
            parts = [self.number((3,)) for _ in range(3)]
            variance = np.abs(self.number((3,)))
            self.add(
                "BatchNormalization", *map(self.weight, (*parts, variance)), epsilon=10.0 ** self.rng.uniform(-9, 0)
            )
        self.settle()
        if self.rng.random() < 0.5:
            self.scales()

    def odd(self):
        """Append a move with attributes at the edge of what is allowed."""
        big = int(self.rng.choice([-(2**63), -100, -5, -2, -1, 0, 1, 2, 3, 4, 100, 2**63 - 1]))
        end = int(self.rng.choice([-(2**63), -100, -5, -2, -1, 0, 1, 2, 3, 4, 100, 2**63 - 1]))
        which = self.rng.integers(4)
        self.fit((1, 3, 4, 4))
        if which == 0:
            step = int(self.rng.choice([-(2**62), -3, -2, -1, 1, 2, 3, 2**62]))
            axis = int(self.rng.choice([-4, -3, -2, -1, 0, 1, 2, 3]))
            self.add("Slice", *(self.weight(np.array([i])) for i in (big, end, axis, step)))
        elif which == 1:
            indices = self.rng.integers(-3, 3, self.rng.choice([(), (0,), (2,), (2, 2)]).tolist() if False else (2, 2))
            self.add("Gather", self.weight(indices), axis=int(self.rng.choice([1, -3, 2, -1])))
        elif which == 2:
            pads = self.rng.integers(-1, 3, 4) if self.rng.random() < 0.3 else self.rng.integers(0, 3, 4)
            self.add("Pad", self.weight(np.array([0, 0, *pads[:2], 0, 0, *pads[2:]])), self.weight(self.number()),
                     mode=str(self.rng.choice(["constant", "edge", "reflect"])))  # fmt: skip
        else:
            target = [[0, 0, -1], [-1], [0, -1, 0, 2], [1, 48], [4, 3, 4, 1], [2, 2, 2, -1]]
            self.add("Reshape", self.weight(np.array(target[int(self.rng.integers(len(target)))])))
        self.settle()


def hostile_pair(rng):
    """Return two models of the same inputs and outputs, and the bounds of the inputs."""
    kind = str(rng.choice(["float32", "float32", "float32", "float16", "float64"]))
    build = Builder(rng, kind, (1, 3, 4, 4))
    pieces = [build.sample, build.sample, build.layer, build.scales, build.odd]
    if rng.random() < 0.25:
        build.add("MaxPool", kernel_shape=[2, 2], pads=rng.integers(0, 2, 4).tolist())
        build.settle()
    for _ in range(int(rng.integers(1, 4))):
        pieces[int(rng.integers(len(pieces)))]()
    first = build.model()
    return first, _other(rng, build, first), _bounds(rng, build)


def _bounds(rng, build):
    size = 10.0 ** rng.uniform(-build.wild, build.wild)
    middle = size * rng.standard_normal(build.input_shape) * rng.integers(0, 2)
    width = size * rng.random(build.input_shape) * rng.choice([0, 1e-6, 1, 1])
    limit = float(np.finfo(build.kind).max)
    return tuple(
        np.clip(end, -limit, limit).astype(build.kind).astype(np.float64) for end in (middle - width, middle + width)
    )


def _other(rng, build, first):
    """Return the model once more, with something changed."""
    way = int(rng.integers(6))
    other = onnx.ModelProto()
    other.CopyFrom(first)
    if way == 1 and build.weights:
        weights = dict(build.weights)
        name = str(rng.choice(list(weights)))
        if weights[name].dtype.kind == "f":
            weights[name] = (weights[name] * (1 + 2.0 ** -rng.integers(1, 20))).astype(weights[name].dtype)
        return build.model(weights=weights)
    if way == 2:
        swaps = {"MaxPool": "AveragePool", "Relu": "Identity", "Tanh": "Sigmoid", "Add": "Sub", "Sigmoid": "Relu"}
        for node in other.graph.node:
            if node.op_type in swaps and not any(a.name in ("ceil_mode", "dilations") for a in node.attribute):
                node.op_type = swaps[node.op_type]
        return other
    if way == 3:
        return _rewritten(first)
    if way == 4 and other.graph.value_info:
        value = other.graph.value_info[int(rng.integers(len(other.graph.value_info)))]
        if value.type.tensor_type.shape.dim:
            value.type.tensor_type.shape.dim[-1].dim_value += 1
        return other
    if way == 5:
        return _elsewhere(rng, build, other)
    return other


def _rewritten(model):
    from theory.errors import SubpoolError
    from theory.rewrite.reluify import reluify

    try:
        return reluify(model)
    except SubpoolError:
        return model


def _elsewhere(rng, build, model):
    """Compute one tensor in another precision."""
    narrow, wide = (helper.np_dtype_to_tensor_dtype(np.dtype(kind)) for kind in ("float16", build.kind))
    place = int(rng.integers(len(model.graph.node)))
    node = model.graph.node[place]
    kept = node.output[0]
    if node.op_type in ("Constant", "Shape", "Cast", "ConstantOfShape") or kept.endswith(
        ("_s", "_i", "_j", "_k", "_a", "_t")
    ):
        return model
    node.output[0] = f"{kept}_wide"
    casts = [
        helper.make_node("Cast", [f"{kept}_wide"], [f"{kept}_narrow"], to=narrow),
        helper.make_node("Cast", [f"{kept}_narrow"], [kept], to=wide),
    ]
    for offset, cast in enumerate(casts, 1):
        model.graph.node.insert(place + offset, cast)
    del model.graph.value_info[:]
    return model


__all__ = ["Builder", "hostile_pair", "re"]
