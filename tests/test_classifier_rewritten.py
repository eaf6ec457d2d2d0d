"""The table about the rewritten classifier, in the documentation, is what is measured."""

import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
pytest.importorskip("sklearn")

import onnx

from tests.rewrite.models import rewriting
from theory import certify_deviation
from theory.empirical.digits import load_split, shipped_model
from theory.empirical.runner import open_runner

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "removing-max-pooling.md").read_text().partition("## What a trained classifier loses")[2]
ROWS = {
    "skip": {},
    "skip, float64 between casts": {"float64": True},
    "skip, shallow": {"construction": "shallow"},
    "feedforward": {"style": "feedforward"},
    "feedforward, shallow": {"style": "feedforward", "construction": "shallow"},
    "`--orders 1-d-1`": {"orders": "1-d-1"},
    "`--orders 1,d-2,d-1`": {"orders": "1,d-2,d-1"},
    "`--orders d-2,d-1`": {"orders": "d-2,d-1"},
    "`--orders 1,d-1`": {"orders": "1,d-1"},
    "`--subsets pool_1=2x3,3x2,2x2`": {"subsets": {"pool_1": "2x3,3x2,2x2"}},
    "`--orders 1` (the average)": {"orders": "1"},
}


def table(text):
    rows = re.findall(r"^\| (.+) \|$", text, re.MULTILINE)
    return {row.split(" | ")[0]: row.split(" | ")[1:] for row in rows[2:]}


SHOWN = table(PAGE)


@pytest.fixture(scope="module")
def model():
    return onnx.load(shipped_model())


@pytest.fixture(scope="module")
def test_part():
    return load_split().test


def logits(model, images):
    return open_runner(model, device="cpu").run({"image": images})["logits"]


@pytest.fixture(scope="module")
def before(model, test_part):
    return logits(model, test_part.images)


def test_all_rows_are_checked():
    assert set(SHOWN) == {"as trained", *ROWS}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_what_is_measured(name, model, test_part, before):
    units, layers, accuracy, changed, difference, certified = SHOWN[name]
    result = rewriting(model, **ROWS[name])
    after = logits(result.model, test_part.images)
    assert units == ", ".join(str(pooling.units_per_output) for pooling in result.poolings)
    assert layers == ", ".join(str(pooling.hidden_layers) for pooling in result.poolings)
    assert accuracy == f"{(after.argmax(axis=1) == test_part.labels).mean():.1%}".replace("%", " %")
    assert int(changed) == (after.argmax(axis=1) != before.argmax(axis=1)).sum()
    measured, bound = float(np.abs(after - before).max()), certify_deviation(model, result.model, (0, 1)).bound
    # Rounding errors are a runtime's own; what an estimator deviates is not.
    assert measured <= 1e-4 if float(difference) < 1e-4 else measured == pytest.approx(float(difference), rel=0.05)
    assert measured <= bound == pytest.approx(float(certified), rel=0.05)
