"""Evaluating an estimator on many windows, against the sort without which no order statistic is known."""

from __future__ import annotations

from functools import partial

import numpy as np

from benchmarks.results import DisagreementError, Row, Scale, Section, Teller
from benchmarks.timing import interleave
from theory import optimal_estimator

KERNEL_SIZE = 9
ORDERS = (0, 1, 8)
_LIMIT = "the weighted sum, which passes over all sorted windows once more"


def run(scale: Scale, tell: Teller) -> Section:
    """Compare on float32 and float64; at most twice the time of the sort is a ratio of at least 0.5."""
    count = scale.pick(200_000, 20_000, 500)
    estimator = optimal_estimator(KERNEL_SIZE, ORDERS)
    weights = np.array([float(w) for w in estimator.order_statistic_weights])
    tell.begin(2)
    rows = []
    for dtype in (np.float32, np.float64):
        x = np.random.default_rng(0).random((count, KERNEL_SIZE)).astype(dtype)
        expected = np.sort(x, axis=-1).astype(np.float64) @ weights + float(estimator.intercept)
        if not np.allclose(estimator(x), expected, atol=1e-5) or estimator(x).dtype != dtype:
            raise DisagreementError(f"the estimator's values on {dtype.__name__} windows are wrong")
        sides = {"ours": partial(estimator, x), "sort": partial(np.sort, x, axis=-1)}
        times = interleave(sides, scale.pick(51, 5))
        what = f"{count:,} windows of {KERNEL_SIZE}, {dtype.__name__}"
        rows.append(Row.timed(what, "np.sort(x, axis=-1)", times["ours"], times["sort"], 0.5, limit=_LIMIT))
        tell.step()
    return Section(
        "Evaluation on arrays",
        "`Estimator.__call__` is one sort and one dot product, whatever the orders are. Asked for is at most twice the "
        "time of NumPy's sort alone, that is, a ratio of at least 0.5.",
        tuple(rows),
    )
