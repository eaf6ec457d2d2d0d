"""Pairs of models that try to exceed their certified deviation: extreme weights, folding scales, odd attributes."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper, numpy_helper, parser

from tests.operator_samples import TYPES, constants_of
from tests.random_models import OPSET, ModelBuilder
from theory.errors import SubpoolError
from theory.rewrite.certify.table import TABLE

WILD = {"float16": (0, 0, 2, 4), "float32": (0, 0, 3, 12, 37), "float64": (0, 3, 40, 300)}
"""Decimal exponents up to which weights and inputs go."""

PLACES = (-(2**63), -100, -5, -2, -1, 0, 1, 2, 3, 4, 100, 2**63 - 1)
STEPS = (-(2**62), -3, -2, -1, 1, 2, 3, 2**62)
TARGETS = ([0, 0, -1], [-1], [0, -1, 0, 2], [1, 48], [4, 3, 4, 1], [2, 2, 2, -1])
SWAPS = {"MaxPool": "AveragePool", "Relu": "Identity", "Tanh": "Sigmoid", "Add": "Sub", "Sigmoid": "Relu"}


def one_of(rng, choices):
    return choices[int(rng.integers(len(choices)))]


class HostileBuilder(ModelBuilder):
    """A chain of operators from x, of one type."""

    def __init__(self, rng, kind):
        super().__init__(rng, 3, 4, kind)
        self.kind, self.wild = kind, one_of(rng, WILD[kind])
        self.input_shape = self.shape = (1, 3, 4, 4)

    def number(self, *shape):
        """Draw weights of one size, or each of its own; a few are 0."""
        exponent = self.rng.uniform(-self.wild, self.wild, shape if self.rng.random() < 0.3 else ())
        values = np.where(self.rng.random(shape) < 0.05, 0.0, self.normal(*shape) * 10.0**exponent)
        return clipped(values, self.kind)

    def integers(self, values):
        return self.weight(values, np.int64)

    def settle(self):
        """Find out the shape of the last tensor."""
        self.shape = tuple(d.dim_value for d in self.model().graph.output[0].type.tensor_type.shape.dim)

    def fit(self, *shape):
        """Bring the last tensor into a shape, by repeating or leaving out elements."""
        if self.shape != shape:
            size = max(1, int(np.prod(self.shape)))
            self.add("Reshape", self.integers([-1]))
            self.add("Gather", self.integers(np.arange(int(np.prod(shape))) % size), axis=0)
            self.add("Reshape", self.integers(shape))
            self.shape = shape

    def sample(self):
        """Append a sample of the certifier's table."""
        fitting = [[s for s in row.samples if s.opset == OPSET and self.kind in s.kinds] for row in TABLE.values()]
        sample = one_of(self.rng, one_of(self.rng, [each for each in fitting if each]))
        self.fit(*sample.shape)
        sizes, prefix = ", ".join(map(str, sample.shape)), f"s{len(self.nodes)}_"
        kind = TYPES[self.kind]
        text = f'<ir_version: 8, opset_import: ["": {OPSET}]> m ({kind}[{sizes}] x) => ({kind} y) {{ {sample.body} }}'
        names = {"x": self.value, "": ""}
        for name, array in constants_of(sample, self.rng).items():
            wild = name in sample.drawn and self.rng.random() < 0.5
            names[name] = self.weight(self.number(*array.shape) if wild else array)
        for node in parser.parse_model(text).graph.node:
            node.input[:] = [names.get(name, prefix + name) for name in node.input]
            node.output[:] = [prefix + name for name in node.output]
            self.nodes.append(node)
        self.value = f"{prefix}y"
        self.settle()

    def scales(self):
        """Append scales and offsets that a runtime may fold."""
        for _ in range(int(self.rng.integers(1, 4))):
            op = one_of(self.rng, ("Mul", "Mul", "Div", "Add", "Sub"))
            whole = self.rng.random() < 0.7 or len(self.shape) < 2
            number = self.number(*(() if whole else (self.shape[1], *[1] * (len(self.shape) - 2))))
            self.add(op, self.weight(np.where(number == 0, 1, number) if op == "Div" else number))

    def layer(self):
        """Append a layer with weights, often between scales."""
        if self.rng.random() < 0.5:
            self.scales()
        self.fit(*one_of(self.rng, ((2, 6), (1, 3, 4, 4))))
        which = int(self.rng.integers(3))
        if len(self.shape) == 2 and which:
            self.add("MatMul", self.weight(self.number(6, 3)))
        elif len(self.shape) == 2:
            alpha, beta = (float(np.clip(float(self.number()), -1e38, 1e38)) or 1.0 for _ in range(2))
            self.add("Gemm", *map(self.weight, (self.number(3, 6), self.number(3))), transB=1, alpha=alpha, beta=beta)
        elif which == 0:
            self.add("Conv", *map(self.weight, (self.number(2, 3, 3, 3), self.number(2))))
        elif which == 1:
            self.add("Conv", self.weight(self.number(3, 1, 2, 2)), group=3, pads=[1, 0, 0, 1])
        else:
            parts = self.number(3), self.number(3), self.number(3), np.abs(self.number(3))
            self.add("BatchNormalization", *map(self.weight, parts), epsilon=10.0 ** self.rng.uniform(-9, 0))
        self.settle()
        if self.rng.random() < 0.5:
            self.scales()

    def odd(self):
        """Append a move with attributes at the edge of what is allowed, or beyond."""
        self.fit(1, 3, 4, 4)
        which = int(self.rng.integers(4))
        if which == 0:
            numbers = (one_of(self.rng, PLACES), one_of(self.rng, PLACES), self.rng.integers(-4, 4))
            self.add("Slice", *(self.integers([i]) for i in (*numbers, one_of(self.rng, STEPS))))
        elif which == 1:
            shape = one_of(self.rng, ((), (0,), (2,), (2, 2)))
            self.add("Gather", self.integers(self.rng.integers(-3, 3, shape)), axis=one_of(self.rng, (1, -3, 2, -1)))
        elif which == 2:
            pads = self.rng.integers(-1 if self.rng.random() < 0.1 else 0, 3, 4)
            mode = one_of(self.rng, ("constant", "edge", "reflect"))
            self.add("Pad", self.integers([0, 0, *pads[:2], 0, 0, *pads[2:]]), self.weight(self.number()), mode=mode)
        else:
            self.add("Reshape", self.integers(one_of(self.rng, TARGETS)))
        self.settle()

    def bounds(self):
        """Draw a box: wide, narrow, or of one point; of any size."""
        size = 10.0 ** self.rng.uniform(-self.wild, self.wild)
        middle = size * self.normal(*self.input_shape) * self.rng.integers(0, 2)
        width = size * self.rng.random(self.input_shape) * one_of(self.rng, (0, 1e-6, 1, 1))
        return tuple(clipped(end, self.kind).astype(np.float64) for end in (middle - width, middle + width))


def clipped(values, kind):
    limit = float(np.finfo(kind).max)
    return np.clip(values, -limit, limit).astype(kind)


def hostile_pair(rng):
    """Return two models of the same inputs and outputs, and the bounds of the inputs."""
    kind = one_of(rng, ("float32", "float32", "float32", "float16", "float64"))
    build = HostileBuilder(rng, kind)
    if rng.random() < 0.25:
        build.add("MaxPool", kernel_shape=[2, 2], pads=rng.integers(0, 2, 4).tolist())
        build.settle()
    for _ in range(int(rng.integers(1, 4))):
        one_of(rng, (build.sample, build.sample, build.layer, build.scales, build.odd))()
    first, second = build.model(), onnx.ModelProto()
    second.CopyFrom(first)
    one_of(rng, (_same, _weighed, _swapped, _rewritten, _declared, _elsewhere))(rng, second)
    return first, second, build.bounds()


def _same(rng, model):
    """Leave all as it is: what the runtime makes of the graph differs."""


def _weighed(rng, model):
    """Change one constant by a little or much."""
    floats = [tensor for tensor in model.graph.initializer if numpy_helper.to_array(tensor).dtype.kind == "f"]
    if floats:
        tensor = one_of(rng, floats)
        array = numpy_helper.to_array(tensor)
        changed = clipped(array * (1 + 2.0 ** -rng.integers(1, 20)), array.dtype)
        tensor.CopyFrom(numpy_helper.from_array(changed, tensor.name))


def _swapped(rng, model):
    """Compute something else under the same names."""
    for node in model.graph.node:
        if not any(attribute.name in ("ceil_mode", "dilations") for attribute in node.attribute):
            node.op_type = SWAPS.get(node.op_type, node.op_type)


def _rewritten(rng, model):
    """Replace MaxPool, where that is possible."""
    from theory.rewrite.reluify import reluify

    try:
        model.CopyFrom(reluify(model))
    except SubpoolError:
        return


def _declared(rng, model):
    """Declare a shape that is wrong."""
    known = [value for value in model.graph.value_info if value.type.tensor_type.shape.dim]
    if known:
        one_of(rng, known).type.tensor_type.shape.dim[-1].dim_value += 1


def _elsewhere(rng, model):
    """Compute one tensor in another precision."""
    place = int(rng.integers(len(model.graph.node)))
    name = model.graph.node[place].output[0]
    kinds = {value.name: value.type.tensor_type.elem_type for value in model.graph.value_info}
    if kinds.get(name) != model.graph.input[0].type.tensor_type.elem_type:
        return
    model.graph.node[place].output[0] = f"{name}_wide"
    for offset, (source, target, to) in enumerate(
        ((f"{name}_wide", f"{name}_narrow", onnx.TensorProto.FLOAT16), (f"{name}_narrow", name, kinds[name])), 1
    ):
        model.graph.node.insert(place + offset, helper.make_node("Cast", [source], [target], to=to))
