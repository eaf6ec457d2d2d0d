"""Damaged models end in a right result or in one line: never in a traceback, never in wrong values."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from tests import damaged_models
from tests.campaigns import campaign, tries
from tests.damaged_models import WrongError, check_compare, check_observe, check_reluify
from tests.rewrite.models import pool
from theory.empirical.observing.max_pools import MaxPool
from theory.models.windows import WindowGrid

ROOT = Path(__file__).parents[1]

AT_ONCE = 100
SECONDS = 600
"""For so many at once, which take ten."""


@campaign
def test_damaged_models_end_in_a_right_result_or_in_one_line() -> None:
    count, seen = tries(200), {name: Counter[str]() for name in ("reluify", "compare", "observe")}
    for first in range(0, count, AT_ONCE):
        command = [sys.executable, "-m", "tests.damaged_models", str(first), str(min(first + AT_ONCE, count))]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False)
        lines = done.stdout.splitlines()
        assert done.returncode == 0, f"number {lines[-1]}: {done.stderr[-2000:]}"
        for line in lines[1::2]:
            for name, outcome in json.loads(line).items():
                seen[name][outcome] += 1
    assert {sum(outcomes.values()) for outcomes in seen.values()} == {count}
    # Most damage ends in a refusal; what does not is there to see that values are right.
    assert all(outcomes["right"] > count / 12 for outcomes in seen.values()), seen


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.onnx"
    onnx.save(pool({"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]}, ("N", 1, 8, 8)), path)
    return path


def test_the_campaign_sees_wrong_values(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng, target = np.random.default_rng(0), source.with_name("out.onnx")
    assert check_reluify(rng, source, target) == "right"
    assert check_compare(rng, source, target, source.with_name("x.npz")) == "right"
    assert check_observe(rng, source) == "right"

    def another(*_: Any) -> dict[str, Any]:
        model = onnx.load(source)
        model.graph.node[0].op_type = "AveragePool"
        onnx.save(model, target)
        return {"nodes": [], "samples": 1, "outputs": [{"largest": 9.0, "nan_in_both": 0}]}

    monkeypatch.setattr(damaged_models, "command", another)
    with pytest.raises(WrongError, match="other values"):
        check_reluify(rng, source, target)
    with pytest.raises(WrongError, match=r"9\.0, not"):
        check_compare(rng, source, source, source.with_name("x.npz"))
    inside = MaxPool.inside

    def later(pool: MaxPool, shape: Sequence[int]) -> WindowGrid:
        return WindowGrid(tuple(replace(axis, begin=-3) for axis in inside(pool, shape).axes))

    monkeypatch.setattr(MaxPool, "inside", later)
    with pytest.raises(WrongError, match="windows, not"):
        check_observe(rng, source)


def test_the_campaign_sees_what_is_no_single_line(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def two_lines(arguments: list[str]) -> int:
        sys.stderr.write("subpool: one\nand another\n")
        return 2

    monkeypatch.setattr(damaged_models, "main", two_lines)
    with pytest.raises(WrongError, match="and another"):
        check_reluify(np.random.default_rng(0), source, source.with_name("out.onnx"))
