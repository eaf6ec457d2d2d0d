"""Operators of the certifier's table by themselves: what they refuse, and bounds that are tight, and no tighter."""

from __future__ import annotations

import numpy as np
import pytest

from theory import certify_deviation

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

from onnx import parser  # noqa: E402

from theory.rewrite.certify.arithmetic import float_arithmetic  # noqa: E402
from theory.rewrite.certify.box import Box  # noqa: E402
from theory.rewrite.certify.operators import Call  # noqa: E402
from theory.rewrite.certify.reading import read_graph  # noqa: E402
from theory.rewrite.certify.table import understand  # noqa: E402


def model(body, shape="1, 3, 4, 4", opset=20, kind="float"):
    made = parser.parse_model(
        f'<ir_version: 8, opset_import: ["": {opset}]> m ({kind}[{shape}] x) => ({kind} y) {{{body}}}'
    )
    made.graph.output[0].type.tensor_type.ClearField("shape")
    return onnx.shape_inference.infer_shapes(made)


def operator_of(body, kind="float32"):
    """Return the operator of the last node, of a single tensor."""
    node = read_graph(model(body)).nodes[-1]
    x = Box(np.zeros(1), np.zeros(1), np.dtype(kind))
    return understand(Call(node, [x]))[0]


FUNCTIONS = [
    "y = Abs (x)",
    "y = LeakyRelu <alpha = -0.5> (x)",
    "y = LeakyRelu (x)",
    "y = Elu <alpha = 2.0> (x)",
    "y = HardSigmoid (x)",
    "y = HardSigmoid <alpha = -1.5, beta = 0.25> (x)",
    "y = HardSwish (x)",
    "y = Gelu (x)",
    'y = Gelu <approximate = "tanh"> (x)',
    "s = Sigmoid (x) y = Mul (x, s)",
]


@pytest.mark.parametrize("body", FUNCTIONS)
def test_turns_and_steepest_places_are_where_they_are_said_to_be(body):
    """Values and slopes on intervals hold those on a fine grid, and are no wider where the interval is wide."""
    operator = operator_of(body)
    grid = np.arange(-3072, 3073) / 512
    values = operator.image(grid, grid)[0]
    steep = np.diff(values) / np.diff(grid)
    rng = np.random.default_rng(0)
    wide = [(0, 6144), (1024, 5120), (0, 3072), (3072, 6144)]
    for i, j in [*wide, *np.sort(rng.integers(0, 6145, (500, 2)), 1).tolist()]:
        if i == j:
            continue
        (low, high), (least, most) = (
            map(float, bounds(grid[i], grid[j])) for bounds in (operator.image, operator.slopes)
        )
        inside, slopes = values[i : j + 1], steep[i:j]
        assert low - 1e-12 <= inside.min()
        assert inside.max() <= high + 1e-12
        assert least - 1e-9 <= slopes.min()
        assert slopes.max() <= most + 1e-9
        if (i, j) in wide:
            # A grid misses a turn by little, and a steepest slope by the change of slopes within a step.
            assert inside.min() <= low + 1e-5
            assert high - 1e-5 <= inside.max()
            assert slopes.min() <= least + 4e-3
            assert most - 4e-3 <= slopes.max()


SCALES = "s = Constant <value_floats = [1.0, 1.0, {0}, 1.0]> ()"
FLOOR = 'coordinate_transformation_mode = "asymmetric", nearest_mode = "floor"'


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        ("y = Elu <alpha = -1.0> (x)", "float", "its alpha is -1"),
        ("y = Gelu (x)", "double", "precision of float32"),
        ("y = HardSwish (x)", "double", "precision of float32"),
        ("y = PRelu (x, x)", "float", "computed, not constant"),
        (
            "s = Constant <value_floats = [1.0, 1.0, 1.0, 1.0]> () y = LayerNormalization <epsilon = 0.0> (x, s)",
            "float",
            "variance of 0",
        ),
        (f"{SCALES.format(3.0)} y = Resize <{FLOOR}> (x, , s)", "float", "which of two elements"),
        (f'{SCALES.format(2.0)} y = Resize <mode = "cubic"> (x, , s)', "float", "cubic"),
        (f"{SCALES.format(1.3)} y = Resize (x, , s)", "float", "5.2 elements"),
        (f'{SCALES.format(0.5)} y = Resize <mode = "linear", antialias = 1> (x, , s)', "float", "not followed"),
        ("y = ReduceMean <noop_with_empty_axes = 1> (x)", "float", "reduces no axes"),
    ],
)
def test_what_is_refused(body, kind, reason):
    made = model(body, kind=kind)
    found = certify_deviation(made, made, (-1, 1))
    assert not found.certified
    assert reason in str(found.unknown)


def test_a_mean_far_from_0_beside_a_small_variance_is_charged_or_unknown():
    """Runtimes that take the mean of squares less the square of the mean lose the variance altogether."""
    body = "s = Constant <value_floats = [1.0, 1.0, 1.0, 1.0]> () y = LayerNormalization <epsilon = 1e-12> (x, s)"
    made = model(body)
    x = np.random.default_rng(0).normal(size=(1, 3, 4, 4))
    near, far = (certify_deviation(made, made, (offset + x, offset + x)) for offset in (0.0, 30.0))
    assert 30 * near.bound < far.bound
    lost = certify_deviation(made, made, (1e4 + x, 1e4 + x))
    assert "variance to 0" in str(lost.unknown)


def test_the_largest_alone_counts_where_it_is_known():
    """The second operand is larger for certain: that the first ones do not differ does not matter."""
    pair = [model(f"c = Constant <value_float = {number}> () a = Add (x, c) y = Max (a, x)") for number in (5.0, 5.5)]
    output = certify_deviation(*pair, (0, 1)).outputs["y"]
    assert output.lower == pytest.approx(0.5, abs=1e-4)
    assert output.upper == pytest.approx(0.5, abs=1e-4)


def test_the_maximum_of_slices_is_proved_to_be_max_pooling():
    numbers = " ".join(
        f"{name} = Constant <value_ints = [{i}]> ()" for name, i in (("k", 3), ("o", 0), ("z", 3), ("f", 1), ("n", 4))
    )
    slices = "a = Slice (t, o, z, k) b = Slice (t, f, n, k)"
    first = model("t = Relu (x) y = MaxPool <kernel_shape = [1, 2]> (t)")
    for op, status in (("Max", "exact"), ("Min", "combination")):
        second = model(f"{numbers} t = Relu (x) {slices} y = {op} (a, b)")
        (finding,) = certify_deviation(first, second, (-1, 1)).pooling
        assert finding.status == status


@pytest.mark.parametrize("kind", ["float32", "float16"])
def test_no_rounding_is_forgotten_in_what_is_exact(kind):
    """Abs and Max lose no digit, but for numbers that are taken for 0."""
    arithmetic = float_arithmetic(kind)
    x = Box(np.array([-3.0]), np.array([2.0]), np.dtype(kind))
    box = operator_of("y = Abs (x)", kind).forward([x], arithmetic)
    allowed = 16 * arithmetic.tiny + 2.0**-50
    assert 3 <= box.hi[0] <= 3 + allowed
    assert -allowed <= box.lo[0] <= 0
