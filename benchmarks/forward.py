"""The price of the ReLU form: networks on many windows, against the estimators that they compute.

And the measurements behind two constants of the forward pass: from what share of zeros a weight matrix is compressed,
and how many activations are held at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from statistics import median
from unittest.mock import patch

import numpy as np
from scipy.sparse import random_array

from benchmarks.dense_networks import build_dense
from benchmarks.results import DisagreementError, Row, Scale, Section, Table, Teller
from benchmarks.sets import describe
from benchmarks.timing import Ratio, in_seconds, interleave, short
from theory import Estimator, optimal_estimator
from theory.networks import forward as forward_pass
from theory.networks.build import build_network
from theory.networks.maximum import exact_max_network
from theory.networks.network import ReLUNetwork

KERNEL_SIZE = 9
SETS: tuple[list[int] | range, ...] = ([0, 1, 8], range(9))
SHARES = (0.01, 0.02, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3)
"""Shares of nonzero weights that a compressed matrix is tried with."""
WIDTHS = (32, 128, 512, 2048)
BATCHES = (1 << 14, 1 << 16, 1 << 17, 1 << 18, 1 << 19, 1 << 20)
"""Activations held at once that are tried."""
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"), "1")
"""A sort takes one thread and SciPy's products too, so a dense product may not take more in a fair comparison.

Where other processes hold a core, the threads of a product wait for each other, and its time says nothing at all.
"""


def _cases() -> list[tuple[str, Estimator, ReLUNetwork]]:
    estimators = [optimal_estimator(KERNEL_SIZE, orders) for orders in SETS]
    maximum = Estimator(KERNEL_SIZE, {KERNEL_SIZE: 1})
    return [
        *(
            (f"d = {KERNEL_SIZE}, {describe(orders)}", estimator, build_network(estimator))
            for orders, estimator in zip(SETS, estimators, strict=True)
        ),
        (f"maximum of {KERNEL_SIZE}, tree", maximum, exact_max_network(KERNEL_SIZE)),
        (f"maximum of {KERNEL_SIZE}, shallow", maximum, exact_max_network(KERNEL_SIZE, construction="shallow")),
    ]


def run(scale: Scale, tell: Teller) -> Section:
    """Measure in a process of its own, as the number of threads is settled when NumPy is loaded."""
    tell.begin(1)
    with patch.dict(os.environ, ONE_THREAD), ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        section = pool.submit(measure, scale).result()
    tell.step()
    return section


def measure(scale: Scale) -> Section:
    """Compare the forward passes, then try the constants."""
    cases = _cases()
    count, repetitions = scale.pick(200_000, 20_000, 500), scale.pick(15, 3, 1)
    cases = scale.pick(cases, cases, cases[:1])
    rows: list[Row] = []
    for what, estimator, network in cases:
        for dtype in (np.float32, np.float64):
            x = np.random.default_rng(0).random((count, KERNEL_SIZE)).astype(dtype)
            rows += _rows(f"{what}, {dtype.__name__}", estimator, network, x, repetitions)
    compressed = [
        line
        for width in scale.pick(WIDTHS, WIDTHS, WIDTHS[:1])
        for line in _compressed_lines(width, scale.pick(9, 3, 1))
    ]
    batches = _batch_lines([(what, network) for what, _, network in cases], count, repetitions)
    return Section(
        "Forward pass of the networks",
        f"{count:,} windows, one thread. `Estimator.__call__` is one sort and one dot product; the network computes "
        "the same with ReLUs alone, so the ratio is the price of the ReLU form. The published construction spends "
        "four ReLUs on a pairwise maximum; its dense matrices are evaluated in float32, in batches that fit the cache.",
        tuple(rows),
        (
            Table(
                "A layer with as many inputs as units: dense matrix against compressed one, time of the first over "
                f"the second, by share of nonzero weights (compressed below {forward_pass._SPARSE_BELOW})",
                ["width", "dtype", "dense", *(f"{share:.0%}" for share in SHARES)],
                compressed,
            ),
            Table(
                f"Activations held at once (now {forward_pass._ENTRIES_AT_ONCE:,}), and the time of the forward pass",
                ["network", "dtype", *(f"{batch:,}" for batch in BATCHES)],
                batches,
            ),
        ),
    )


def _rows(what: str, estimator: Estimator, network: ReLUNetwork, x: np.ndarray, repetitions: int) -> Iterable[Row]:
    bound = network.rounding_error(1.0, x.dtype.name) + len(x.T) * 3 * np.finfo(x.dtype).eps * _size(estimator)
    if np.max(np.abs(network(x) - estimator(x))) > bound:
        raise DisagreementError(f"{what}: network and estimator differ by more than their rounding errors")
    ours = partial(network, x)
    times = interleave({"ours": ours, "estimator": partial(estimator, x)}, repetitions)
    yield Row.timed(what, "Estimator.__call__", times["ours"], times["estimator"])
    if x.dtype == np.float32:
        dense = build_dense(KERNEL_SIZE, {r: float(beta) for r, beta in estimator.coefficients.items()})
        if not np.allclose(dense(x), estimator(x), atol=1e-3):
            raise DisagreementError(f"{what}: the published construction gives other values")
        times = interleave({"ours": ours, "published": partial(dense, x)}, 3, warm_up=False)
        yield Row.timed(what, "published construction, dense", times["ours"], times["published"])


def _size(estimator: Estimator) -> float:
    return float(sum(map(abs, estimator.order_statistic_weights)) + abs(estimator.intercept))


def _compressed_lines(width: int, repetitions: int) -> list[list[str]]:
    lines = []
    rng = np.random.default_rng(0)
    windows = forward_pass._ENTRIES_AT_ONCE // width
    for dtype in (np.float32, np.float64):
        values = rng.random((width, windows)).astype(dtype)
        ratios, dense_times = [], []
        for share in SHARES:
            compressed = random_array((width, width), density=share, format="csr", rng=rng).astype(dtype)
            sides = {"compressed": partial(compressed.__matmul__, values)}
            sides["dense"] = partial(compressed.toarray().__matmul__, values)
            times = interleave(sides, repetitions)
            ratios.append(short(Ratio.of(times["compressed"], times["dense"]).middle))
            dense_times += times["dense"]
        lines.append([str(width), dtype.__name__, in_seconds(median(dense_times)), *ratios])
    return lines


def _batch_lines(networks: list[tuple[str, ReLUNetwork]], count: int, repetitions: int) -> list[list[str]]:
    def timed(network: ReLUNetwork, x: np.ndarray, batch: int) -> None:
        with patch.object(forward_pass, "_ENTRIES_AT_ONCE", batch):
            network(x)

    lines = []
    for what, network in networks:
        for dtype in (np.float32, np.float64):
            x = np.random.default_rng(0).random((count, KERNEL_SIZE)).astype(dtype)
            times = interleave({str(batch): partial(timed, network, x, batch) for batch in BATCHES}, repetitions)
            lines.append([what, dtype.__name__, *(in_seconds(median(times[str(batch)])) for batch in BATCHES)])
    return lines
