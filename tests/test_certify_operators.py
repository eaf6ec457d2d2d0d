"""The certifier's table of operators: every row against onnxruntime, and rows that have to be refused."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from tests.operator_samples import RefusedError, check_row
from theory.rewrite.certify import channels, functions, scales, table
from theory.rewrite.certify.operators import elementwise
from theory.rewrite.certify.samples import SAMPLES, Sample
from theory.rewrite.certify.table import TABLE, Row


@pytest.mark.parametrize("op", TABLE)
def test_every_row_is_what_onnxruntime_computes(op):
    check_row(TABLE[op], np.random.default_rng(len(op)))


PAGE = Path(__file__).parent.parent / "docs" / "certified-deviation.md"


def _softsign(ulps, steepest=1.0):
    """Return x / (1 + |x|), an operator that the table does not have."""

    def slopes(lo, hi):
        near, far = np.maximum(0, np.maximum(lo, -hi)), np.maximum(np.abs(lo), np.abs(hi))
        return (1 - 2.0**-40) / (1 + far) ** 2, steepest * (1 + 2.0**-40) / (1 + near) ** 2

    return functions._Monotone(lambda x: x / (1 + np.abs(x)), slopes, ulps)


SOFTSIGN = (Sample("Softsign", "y = Softsign (x)"),)


class FollowedAsRelu(functions._Monotone):
    def follow(self, algebra, xs):
        return algebra.relu(xs[0])


class NotFollowed(functions._Relu):
    def follow(self, algebra, xs):
        return xs[0]


def _row(operator, *, samples=SOFTSIGN, apart=None):
    return Row("Softsign", elementwise(operator), None, apart, samples)


def _with(row, sample, **changes):
    return dataclasses.replace(row, samples=(sample,), **changes)


def _add(monkeypatch, row):
    monkeypatch.setitem(table.TABLE, row.op, row)
    check_row(row, np.random.default_rng(0))


def test_a_right_new_row_is_accepted(monkeypatch):
    _add(monkeypatch, _row(_softsign(64)))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (_row(_softsign(0)), "a value is not in its box"),
        (_row(_softsign(64, steepest=0.5)), "a difference is not in its box"),
        (
            _row(FollowedAsRelu(*vars(_softsign(64)).values()), apart=channels.anywhere),
            "symbols compute something else",
        ),
        (_row(_softsign(64), samples=()), "no sample"),
        (_row(_softsign(64), samples=(Sample("Softsign", "y = Relu (x)"),)), "not in its sample"),
        (_row(_softsign(64), samples=(Sample("Softsign", "t = Softsign (x) y = Exp (t)"),)), "Exp is not covered"),
        (
            dataclasses.replace(TABLE["Relu"], read=elementwise(NotFollowed(*vars(functions.RELU).values()))),
            "symbols compute something else",
        ),
        (
            _with(TABLE["Add"], Sample("Add", "y = Add (x, c)", drawn={"c": (3, 1, 1)}), apart=channels.anywhere),
            "another shape",
        ),
        (dataclasses.replace(TABLE["Sub"], read=scales.sum_of(1, 1)), "a value is not in its box"),
        (dataclasses.replace(TABLE["Gemm"], apart=channels.anywhere), "none of the samples"),
    ],
    ids=["rounding", "slopes", "symbols", "no sample", "other sample", "unknown", "relu", "channels", "signs", "rule"],
)
def test_a_wrong_row_is_refused(monkeypatch, row, reason):
    with pytest.raises(RefusedError, match=reason):
        _add(monkeypatch, row)


def test_a_row_beside_the_table_is_refused():
    with pytest.raises(RefusedError, match="not in the table"):
        check_row(_row(_softsign(64)), np.random.default_rng(0))


def test_no_field_of_a_row_and_no_rounding_has_a_default():
    for kind in (Row, functions._Monotone):
        assert all(field.default is field.default_factory is dataclasses.MISSING for field in dataclasses.fields(kind))


def test_every_operator_is_on_its_page():
    page = PAGE.read_text(encoding="utf-8")
    assert [op for op, row in TABLE.items() if row.read and not re.search(rf"\b{op}\b", page)] == []


def test_every_sample_belongs_to_a_row():
    assert set(SAMPLES) == set(TABLE)
    assert all(row.samples is SAMPLES[op] and row.op == op for op, row in TABLE.items())


def test_numbers_without_axes_stay_tensors():
    """Exporters look up one extent after the other, as numbers."""
    import onnx.parser

    from theory.rewrite.certify import certify_deviation

    model = onnx.parser.parse_model("""
        <ir_version: 8, opset_import: ["": 17]> m (float[1, 2, 3, 4] x) => (float[1, 2, 3, 4] y)
        <int64 i = {2}, int64 j = {3}>
        {
            s = Shape (x)
            a = Gather (s, i)
            b = Gather (s, j)
            c = Mul (a, b)
            q = Div (c, j)
            d = Cast <to = 1> (q)
            y = Mul (x, d)
        }
    """)
    assert certify_deviation(model, model, (0, 1)).certified
