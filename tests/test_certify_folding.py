"""A runtime that folds scales as it likes, adds in any order and loses small numbers, against the certifier's boxes."""

from __future__ import annotations

import numpy as np
import pytest

from tests.campaigns import campaign, tries

onnx = pytest.importorskip("onnx")

from onnx import helper, numpy_helper  # noqa: E402

from theory.rewrite.certify.arithmetic import float_arithmetic  # noqa: E402
from theory.rewrite.certify.box import Box  # noqa: E402
from theory.rewrite.certify.propagate import bound_values  # noqa: E402
from theory.rewrite.certify.reading import read_graph  # noqa: E402
from theory.rewrite.certify.shapes import Shapes  # noqa: E402

CHAINS = 250


def draw_chain(rng, kind):
    """Return operators on rows of numbers: names, constants of all sizes, attributes."""
    wild = int(rng.choice({"float16": [1, 3], "float32": [1, 10, 30]}[kind]))
    first = size = int(rng.integers(1, 5))
    steps = []

    def numbers(*shape):
        values = rng.standard_normal(shape) * 10.0 ** rng.uniform(-wild, wild, shape if rng.random() < 0.5 else ())
        values = np.clip(values, -6e4, 6e4).astype(kind) if kind == "float16" else values.astype(kind)
        return np.where(values == 0, 1, values).astype(kind)

    for _ in range(int(rng.integers(1, 6))):
        op = str(rng.choice(["Mul", "Mul", "Div", "Add", "MatMul", "MatMul", "Gemm", "BatchNormalization"]))
        if op in ("MatMul", "Gemm"):
            width = int(rng.integers(1, 5))
            attributes = {"alpha": float(numbers())} if op == "Gemm" else {}
            steps.append((op, [numbers(size, width)], attributes))
            size = width
        elif op == "BatchNormalization":
            statistics = [numbers(size) for _ in range(4)]
            steps.append((op, [*statistics[:3], np.abs(statistics[3])], {"epsilon": 10.0 ** rng.uniform(-6, 0)}))
        else:
            steps.append((op, [numbers(*(() if rng.random() < 0.6 else (size,)))], {}))
    return first, steps


def model_of(first, steps, kind):
    values = ["x", *(f"v{i}" for i in range(len(steps) - 1)), "y"]
    element = helper.np_dtype_to_tensor_dtype(np.dtype(kind))
    weights = {f"c{i}_{k}": c for i, (_, constants, _) in enumerate(steps) for k, c in enumerate(constants)}
    nodes = [
        helper.make_node(op, [values[i], *(f"c{i}_{k}" for k in range(len(constants)))], [values[i + 1]], **attributes)
        for i, (op, constants, attributes) in enumerate(steps)
    ]
    graph = helper.make_graph(
        nodes,
        "chain",
        [helper.make_tensor_value_info("x", element, [1, first])],
        [helper.make_tensor_value_info("y", element, None)],
        [numpy_helper.from_array(constant, name) for name, constant in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return onnx.shape_inference.infer_shapes(model)


class Runtime:
    """A runtime that rewrites a chain at random before it runs it."""

    def __init__(self, rng, kind):
        self.rng, self.kind = rng, kind
        self.tiny = float(np.finfo(kind).smallest_normal)
        self.flush = rng.random() < 0.5

    def round(self, values):
        rounded = np.asarray(values).astype(self.kind)
        return np.where(np.abs(rounded) < self.tiny, 0, rounded).astype(self.kind) if self.flush else rounded

    def product(self, a, b):
        return self.round(self.round(a) * self.round(b))

    def total(self, addends):
        """Add up along the first axis, in an order of its own."""
        parts = [addends[i] for i in self.rng.permutation(len(addends))]
        while len(parts) > 1:
            i = int(self.rng.integers(len(parts) - 1))
            parts[i : i + 2] = [self.round(parts[i] + parts[i + 1])]
        return parts[0]

    def simple(self, op, constants, attributes):
        """Return what a node does, as sums and products."""
        c, *others = constants
        if op == "Div":
            return [("Mul", self.round(1 / self.round(c)))] if self.rng.random() < 0.5 else [(op, c)]
        if op == "Gemm":
            return [("MatMul", c), ("Mul", self.round(attributes["alpha"]))]
        if op == "BatchNormalization":
            shift, mean, variance = others
            root = self.round(np.sqrt(self.round(self.round(variance) + self.round(attributes["epsilon"]))))
            return [("Add", -mean), ("Mul", self.round(1 / root)), ("Mul", c), ("Add", shift)]
        return [(op, c)]

    def rewrite(self, steps):
        steps = [part for step in steps for part in self.simple(*step)]
        for _ in range(int(self.rng.integers(0, 8))):
            if len(steps) < 2:
                break
            i = int(self.rng.integers(len(steps) - 1))
            changed = self.exchange(*steps[i], *steps[i + 1])
            if changed is not None:
                steps[i : i + 2] = changed
        return steps

    def exchange(self, first, a, second, b):
        """Return what may stand for two steps, None if nothing else is allowed."""
        matmul = int(self.rng.integers(2))
        if first == second == "Mul":
            return [("Mul", self.product(a, b))]
        if first == second == "Add":
            return [("Add", self.round(a + b))]
        if first == "MatMul" and second == "Mul":
            return [("Mul", b), (first, a)] if matmul and not b.ndim else [("MatMul", self.product(a, b))]
        if first == "Mul" and second == "MatMul":
            return [(second, b), ("Mul", a)] if matmul and not a.ndim else [("MatMul", self.product(b, a[..., None]))]
        if first == "Add" and second == "Mul":
            return [("Mul", b), ("Add", self.product(a, b))]
        return None

    def run(self, x, steps):
        steps, value, i = self.rewrite(steps), self.round(x), 0
        while i < len(steps):
            op, constant = steps[i]
            if op == "MatMul":
                addends = [self.product(value[k], constant[k]) for k in range(len(constant))]
                if i + 1 < len(steps) and steps[i + 1][0] == "Add" and self.rng.random() < 0.5:
                    addends.append(np.broadcast_to(self.round(steps[i + 1][1]), addends[0].shape))
                    i += 1
                value = self.total(np.array(addends))
            else:
                function = {"Mul": np.multiply, "Div": np.divide, "Add": np.add}[op]
                value = self.round(function(value, self.round(constant)))
            i += 1
        return value


def bound(first, steps, kind, x):
    graph = read_graph(model_of(first, steps, kind))
    box = Box(x.astype(np.float64)[None], x.astype(np.float64)[None], x.dtype)
    return bound_values(graph, {"x": box}, float_arithmetic, Shapes(graph, {"x": box.shape}))["y"]


def attack(seed):
    """Run one chain in many ways; return whether it is bounded at all."""
    rng = np.random.default_rng(seed)
    kind = str(rng.choice(["float32", "float32", "float16"]))
    first, steps = draw_chain(rng, kind)
    limit = 3e4 if kind == "float16" else 1e37
    x = np.clip(rng.standard_normal(first) * 10.0 ** rng.uniform(-4, 4 if kind == "float16" else 30), -limit, limit)
    x = x.astype(kind)
    found = bound(first, steps, kind, x)
    if not isinstance(found, Box):
        return False
    with np.errstate(all="ignore"):
        for _ in range(20):
            got = Runtime(rng, kind).run(x, steps).astype(np.float64)
            assert np.all((got >= found.lo[0]) & (got <= found.hi[0])), (seed, got, found.lo, found.hi)
    return True


@campaign
@pytest.mark.parametrize("block", range(tries(2)))
def test_no_order_of_folding_leaves_the_box(block):
    bounded = sum(attack(CHAINS * block + i) for i in range(CHAINS))
    assert bounded > CHAINS // 4


def _step(op, *constants, **attributes):
    return op, [np.array(constant, np.float32) for constant in constants], attributes


LOSSES = {
    "an operand that is taken for 0": ([_step("MatMul", [[5e4]])], 5e-39),
    "an addend that is taken for 0": ([_step("Add", 5e-39)], 5e-39),
    "a scale that comes before its time": ([_step("MatMul", [[3e4]]), _step("Mul", 1e-8)], 1e-32),
    "a scale folded into the first of two layers": (
        [_step("MatMul", [[1e-20]]), _step("MatMul", [[1e12]]), _step("Mul", 1e-26)], 1e30
    ),
    "Gemm's alpha, as well": ([_step("MatMul", [[1e-20]]), _step("Gemm", [[1e12]], alpha=1e-26)], 1e30),
    "a scale that comes after the sum": ([_step("Mul", 1e30), _step("MatMul", [[1e-20]])], 1e-25),
    "scales multiplied": ([_step("Mul", 1e-25), _step("Mul", 1e-20), _step("Mul", 1e25)], 1e5),
    "a normalisation that vanishes before a mean": (
        [_step("BatchNormalization", [1e-30], [1e-30], [1e21], [1e18], epsilon=1e-5)], 1.0
    ),
}  # fmt: skip


@pytest.mark.parametrize(("steps", "value"), LOSSES.values(), ids=LOSSES)
def test_what_vanishes_by_folding_is_in_the_box(steps, value):
    """Each loses all its digits in some order, which drawn chains seldom do."""
    x = np.array([value], np.float32)
    found = bound(1, steps, "float32", x)
    lost = 0
    with np.errstate(all="ignore"):
        for seed in range(200):
            got = Runtime(np.random.default_rng(seed), "float32").run(x, steps).astype(np.float64)
            assert found.lo[0] <= got <= found.hi[0]
            lost += abs(got) < 1e-29
    assert lost


def test_many_scales_folded_into_weights_that_cancel_are_in_the_box():
    """Every one is rounded into the weights, whose sum is next to nothing: the result says little of the errors."""
    rng = np.random.default_rng(0)
    weights, x = np.array([1, -1.3], np.float32), np.array([1.3, 1], np.float32)
    folded, steps = weights, [_step("MatMul", weights[:, None])]
    for _ in range(60):
        factors = rng.uniform(0.9, 1.1, 2000).astype(np.float32)
        errors = (folded * factors[:, None]).astype(np.float64) - folded.astype(np.float64) * factors[:, None]
        factor = factors[np.argmax(errors @ x)]
        folded = folded * factor
        steps.append(_step("Mul", factor))
    found = bound(2, steps, "float32", x)
    got = np.sum(x * folded, dtype=np.float32)
    assert found.lo[0] <= got <= found.hi[0]


def test_an_epsilon_that_is_taken_for_0_is_in_the_box():
    """In float16 the usual 1e-5 lies below the smallest normal number."""
    step = "BatchNormalization", [np.array([c], np.float16) for c in (1, 0, 0, 2.0**-12)], {"epsilon": 5e-5}
    x = np.array([1.5], np.float16)
    found = bound(1, [step], "float16", x)
    got = {float(Runtime(np.random.default_rng(seed), "float16").run(x, [step])[0]) for seed in range(20)}
    assert max(got) > 1.05 * min(got)
    assert found.lo[0] <= min(got) <= max(got) <= found.hi[0]


def test_a_scale_folded_into_the_first_of_four_layers_is_in_the_box():
    """What vanishes there counts as often as there are ways to the result."""
    first, scale = np.array([[1e-12]], np.float32), np.float32(1e-26)
    layers = [first, np.ones((1, 64)), np.ones((64, 64)), np.ones((64, 1))]
    found = bound(1, [_step("MatMul", w) for w in layers] + [_step("Mul", scale)], "float32", np.float32([1e30]))
    assert 0 < first * scale < np.finfo(np.float32).smallest_normal
    assert found.lo[0] <= 0 <= found.hi[0]
