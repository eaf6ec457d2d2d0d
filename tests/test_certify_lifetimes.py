"""What the analysis drops on its way, and how it reads large matrices: neither changes a bound."""

from __future__ import annotations

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from tests import random_models  # noqa: E402
from tests.campaigns import campaign, tries  # noqa: E402
from tests.hostile_models import hostile_pair  # noqa: E402
from theory import certify_deviation  # noqa: E402
from theory.errors import FormatError  # noqa: E402
from theory.rewrite.certify import operators, side_by_side  # noqa: E402
from theory.rewrite.certify.arithmetic import float_arithmetic  # noqa: E402
from theory.rewrite.certify.box import Box  # noqa: E402
from theory.rewrite.certify.operators import Call  # noqa: E402
from theory.rewrite.certify.reading import read_graph  # noqa: E402
from theory.rewrite.certify.table import understand  # noqa: E402
from theory.rewrite.reluify import reluify  # noqa: E402


def pairs():
    """Yield pairs of models, and bounds of their inputs."""
    for seed in range(tries(12)):
        yield hostile_pair(np.random.default_rng(seed))
    for seed in range(tries(3)):
        rng = np.random.default_rng(seed)
        model = random_models.random_model(rng)
        yield model, reluify(model), (-1, 1)
    for seed in (2000, 2019, 2028):
        rng = np.random.default_rng(seed)
        model = random_models.random_model(rng)
        yield model, random_models.with_names_exchanged(rng, model), (-1, 1)
    rng = np.random.default_rng(30)
    model = random_models.random_model(rng)
    yield model, random_models.with_names_exchanged(rng, reluify(model, orders="1,d-1")), (-1, 1)


@campaign
def test_dropping_tensors_changes_no_bound(monkeypatch):
    dropped = 0
    for first, second, bounds in pairs():
        try:
            with_drops = certify_deviation(first, second, bounds)
        except FormatError:
            continue
        with monkeypatch.context() as patch:
            patch.setattr(side_by_side, "last_uses", lambda *_: {})
            without = certify_deviation(first, second, bounds)
        assert with_drops.to_dict() == without.to_dict()
        dropped += with_drops.certified
    assert dropped > 8


def test_few_tensors_are_kept():
    build = random_models.ModelBuilder(np.random.default_rng(0), 3, 8)
    for _ in range(10):
        build.conv(3)
        build.add("Relu")
    build.pool("MaxPool", 2, 2)
    build.add("Relu")
    model = build.model()
    x = Box(np.zeros((1, 3, 8, 8)), np.ones((1, 3, 8, 8)), np.dtype(np.float32))
    pair = side_by_side.SideBySide(read_graph(model), read_graph(reluify(model)), {"x": x}, float_arithmetic, {})
    assert pair.run().certified
    kept = [sum(isinstance(value, Box) for value in values.values()) for values in (pair._before, pair._after)]
    assert max(kept) < 8


@pytest.mark.parametrize("transposed", [0, 1])
@pytest.mark.parametrize("alpha", [1.0, 0.5])
def test_a_matrix_is_read_block_by_block_and_none_is_left_out(monkeypatch, transposed, alpha):
    monkeypatch.setattr(operators, "_BLOCK", 30)
    rng = np.random.default_rng(0)
    matrix = rng.standard_normal((13, 7)).astype(np.float32)
    node = onnx.helper.make_node("Gemm", ["x", "w"], ["y"], transB=transposed, alpha=alpha)
    graph = onnx.helper.make_graph(
        [node],
        "g",
        [onnx.helper.make_tensor_value_info("x", 1, (2, 13))],
        [onnx.helper.make_tensor_value_info("y", 1, (2, 7))],
        [onnx.numpy_helper.from_array(matrix.T.copy() if transposed else matrix, "w")],
    )
    read = read_graph(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8))
    operator, _ = understand(Call(read.nodes[0], [Box.point(np.zeros((2, 13)), np.dtype("f")), read.constants["w"]]))
    x, whole = rng.standard_normal((3, 2, 13)), alpha * matrix.astype(np.float64)
    np.testing.assert_allclose(operator.apply(x), x @ whole, atol=1e-14)
    np.testing.assert_allclose(operator.apply(x, absolute=True), x @ np.abs(whole), atol=1e-14)
    assert operator.reach == pytest.approx(np.abs(whole).sum(0).max())
    np.testing.assert_allclose(operator.constants, (max(1, np.abs(matrix).max()), min(1, np.abs(matrix).min())))
    matrix[12, 6] = np.inf
    with pytest.raises(operators.Unsupported, match="not finite"):
        Call(read.nodes[0], [None, matrix]).stored_weights(1)
