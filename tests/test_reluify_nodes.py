"""The node tests of the onnx package for MaxPool, after rewriting."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from math import prod
from typing import Any

import numpy as np
import onnx
import pytest

from tests.rewrite.models import operators, run
from theory.errors import RewritingError
from theory.rewrite.reluify import reluify
from theory.rewrite.replacement import _SHALLOW_TAPS_MAX

STYLES: list[dict[str, Any]] = [
    {"style": "skip"},
    {"style": "skip", "construction": "shallow"},
    {"style": "skip", "float64": True},
    {"style": "feedforward"},
    {"style": "feedforward", "dense": True},
    {"style": "feedforward", "construction": "shallow"},
]


@cache
def cases() -> list[Any]:
    """Collect the cases by importing their one module: onnx's own loader makes those of all operators."""
    import_module("onnx.backend.test.case.node.maxpool")
    found = import_module("onnx.backend.test.case.node")._NodeTestCases
    return [case for case in found if case.name.startswith("test_maxpool_")]


def with_indices(case: Any) -> bool:
    return len(case.model.graph.output) > 1


def window_size(case: Any) -> int:
    (node,) = case.model.graph.node
    return prod(next(a.ints for a in node.attribute if a.name == "kernel_shape"))


def test_there_are_as_many_cases_as_counted() -> None:
    assert len(cases()) == 19
    assert sum(map(with_indices, cases())) == 2


@pytest.mark.parametrize("style", STYLES, ids=lambda style: "-".join(map(str, style.values())))
def test_all_pass_in_each_style(style: dict[str, Any]) -> None:
    passed = 0
    for case in (case for case in cases() if not with_indices(case)):
        if style.get("construction") == "shallow" and window_size(case) > _SHALLOW_TAPS_MAX:
            with pytest.raises(RewritingError, match="the shallow construction serves windows of at most 36 values"):
                reluify(case.model, **style)
            continue
        passed += 1
        rewritten = reluify(case.model, **style)
        onnx.checker.check_model(rewritten)
        assert "MaxPool" not in operators(rewritten), case.name
        for inputs, outputs in case.data_sets:
            (result,) = run(rewritten, dict(zip((v.name for v in case.model.graph.input), inputs, strict=True)))
            assert (result.dtype, result.shape) == (outputs[0].dtype, outputs[0].shape), case.name
            np.testing.assert_allclose(result, outputs[0], rtol=1e-5, atol=1e-6, err_msg=case.name)
    assert passed >= (16 if style.get("construction") == "shallow" else 17)


def test_indices_in_use_are_refused() -> None:
    for case in filter(with_indices, cases()):
        with pytest.raises(RewritingError, match=r"MaxPool node 'y': its output Indices is in use"):
            reluify(case.model)
