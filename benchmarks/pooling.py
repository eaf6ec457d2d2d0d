"""Pooling images with estimators, against NumPy's maximum over the same windows and against the best plain maximum.

And the measurements behind the choices: the size of a block, comparators or sorting, memory by the number of orders,
time by the number of pixels.
"""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from itertools import product
from multiprocessing import get_context
from statistics import median
from typing import Any
from unittest.mock import patch

import numpy as np
import onnxruntime
from onnx import TensorProto, helper

from benchmarks.forward import ONE_THREAD
from benchmarks.results import DisagreementError, Row, Scale, Section, Table, Teller
from benchmarks.sets import describe
from benchmarks.timing import Side, in_seconds, interleave, short
from theory import Estimator, optimal_estimator, pool
from theory.empirical.pooling import blocks, layer
from theory.empirical.pooling.comparators import plan

KERNELS = ((3, 1), (3, 2), (5, 1))
"""Side of the window and stride."""
SHAPES = ((1, 16, 224, 224), (8, 64, 14, 14))
"""Of an early and of a late layer."""
BLOCKS = (1 << 12, 1 << 13, 1 << 14, 1 << 15, 1 << 16)
SIDES = (3, 5, 9, 13)
_EARLY_LAYER = (1, 64, 112, 112)
"""What the first pooling layer of a ResNet is given: 3x3 at stride 2."""
WAYS = ((1, 8, 14, 14), (1, 128, 14, 14), (1, 8, 112, 112))
SIZES = (64, 128, 256, 512, 1024)


def baseline(x: np.ndarray, side: int, stride: int) -> np.ndarray:
    """Take NumPy's maximum over a view of all windows."""
    view = np.lib.stride_tricks.sliding_window_view(x, (side, side), (2, 3))
    return view[:, :, ::stride, ::stride].max((-2, -1))


def plain_maximum(x: np.ndarray, side: int, stride: int) -> np.ndarray:
    """Take maxima of shifted arrays, first along one axis, then along the other."""
    for axis in (2, 3):
        count = (x.shape[axis] - side) // stride + 1
        parts = [x[(slice(None),) * axis + (slice(i, i + (count - 1) * stride + 1, stride),)] for i in range(side)]
        total = np.maximum(parts[0], parts[1])
        for part in parts[2:]:
            np.maximum(total, part, out=total)
        x = total
    return x


def _named(orders: Sequence[int]) -> str:
    """Write a set of orders, consecutive ones as a range."""
    run = range(orders[0], orders[-1] + 1)
    return describe(run if len(run) == len(orders) > 2 else list(orders))


def _sets(d: int) -> list[list[int] | range]:
    return [[0, 1, d - 1], [1, 2], range(d)]


def run(scale: Scale, tell: Teller) -> Section:
    """Measure in a process of its own, as the number of threads is settled when NumPy is loaded."""
    tell.begin(1)
    with patch.dict(os.environ, ONE_THREAD), ProcessPoolExecutor(1, mp_context=get_context("spawn")) as workers:
        section = workers.submit(measure, scale).result()
    tell.step()
    return section


def measure(scale: Scale) -> Section:
    """Compare; at most twice the time of the maximum is a ratio of at least 0.5."""
    shapes = scale.pick(SHAPES, ((1, 4, 224, 224), (4, 64, 14, 14)), ((1, 2, 14, 14),))
    kernels = scale.pick(KERNELS, KERNELS, KERNELS[:2])
    rows: list[Row] = []
    for (side, stride), shape, dtype in product(kernels, shapes, (np.float32, np.float64)):
        x = np.random.default_rng(0).random(shape).astype(dtype)
        rows += _rows(x, side, stride, scale.pick(9, 3, 1))
    x = np.random.default_rng(0).random(scale.pick(_EARLY_LAYER, (1, 4, 112, 112), (1, 2, 16, 16)), dtype=np.float32)
    rows += _peer_rows(x, scale.pick(25, 3, 1))
    tables = [table(scale) for table in (_block_table, _ways_table, _memory_table, _size_table)]
    steps = {side: len(plan((side, side), (1, 1), (1, 1), tuple(range(side * side))).steps) for side in (3, 5)}
    return Section(
        "Pooling of images",
        "`theory.pool` at stride 1 and 2 without padding, one thread. Asked for is at most twice the time of "
        "`sliding_window_view(x, ...).max(...)` at 3x3 and 5x5, whatever the orders are: a ratio of at least 0.5. The "
        "plain maximum is that of shifted arrays, axis by axis, the fastest that NumPy's elementwise functions allow. "
        "Comparators that neighbouring windows share order all windows together: "
        f"{steps[3] / 2:g} for each window at 3x3, {steps[5] / 2:g} at 5x5 and stride 1.",
        tuple(rows),
        tuple(tables),
    )


def _rows(x: np.ndarray, side: int, stride: int, repetitions: int) -> list[Row]:
    kernel, strides = (side, side), (stride, stride)
    estimators = [
        optimal_estimator(side * side, orders, objective="range" if 0 not in orders else "cube")
        for orders in _sets(side * side)
    ]
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel, (2, 3))[:, :, ::stride, ::stride]
    sample = np.ascontiguousarray(windows[0, 0]).reshape(*windows.shape[2:4], -1)
    sides: dict[str, Side] = {
        "numpy": partial(baseline, x, side, stride),
        "plain": partial(plain_maximum, x, side, stride),
    }
    sides["max"] = partial(pool, x, "max", kernel, strides=strides)
    if (
        not (baseline(x, side, stride) == plain_maximum(x, side, stride)).all()
        or not (baseline(x, side, stride) == pool(x, "max", kernel, strides=strides)).all()
    ):
        raise DisagreementError("the maxima differ")
    for estimator in estimators:
        found = pool(x, estimator, kernel, strides=strides)[0, 0]
        if not np.allclose(found, estimator(sample), rtol=0, atol=1e-5):
            raise DisagreementError(f"{_named(estimator.orders)}: pool and the estimator differ")
        sides[_named(estimator.orders)] = partial(pool, x, estimator, kernel, strides=strides)
    times = interleave(sides, repetitions)
    what = f"{side}x{side}, stride {stride}, {'x'.join(map(str, x.shape))} {x.dtype}"
    return [
        *(
            Row.timed(f"{what}: {name}", "sliding_window_view, max", times[name], times["numpy"], 0.5)
            for name in sides
            if name not in ("numpy", "plain")
        ),
        Row.timed(
            f"{what}: {_named(estimators[-1].orders)}",
            "plain maximum",
            times[_named(estimators[-1].orders)],
            times["plain"],
        ),
        Row.timed(f"{what}: max", "plain maximum", times["max"], times["plain"]),
    ]


_TORCH, _TORCH_LAST = "torch's max_pool2d", "torch's max_pool2d, channels last"
_LIMITED = "every comparator is a call of NumPy that reads and writes blocks; compiled loops keep windows in registers"


def _peers(x: np.ndarray) -> dict[str, Callable[[], Any]]:
    """Return maxima of other programs over 3x3 windows at stride 2, on one thread: torch's only where it is there."""
    session = _session(x.shape)
    found: dict[str, Callable[[], Any]] = {"onnxruntime's MaxPool": lambda: session.run(None, {"x": x})[0]}
    if find_spec("torch") is not None:
        torch = import_module("torch")
        torch.set_num_threads(1)
        # By its bytes, whatever version of NumPy torch was built for.
        image = torch.frombuffer(bytearray(x.tobytes()), dtype=torch.float32).reshape(x.shape)
        last = image.contiguous(memory_format=torch.channels_last)
        found[_TORCH] = lambda: torch.nn.functional.max_pool2d(image, 3, 2)
        found[_TORCH_LAST] = lambda: torch.nn.functional.max_pool2d(last, 3, 2)
    return found


def _session(shape: tuple[int, ...]) -> onnxruntime.InferenceSession:
    node = helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[3, 3], strides=[2, 2])
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, size) for name, size in (("x", shape), ("y", None)))
    graph = helper.make_graph([node], "maximum", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def _peer_rows(x: np.ndarray, repetitions: int) -> list[Row]:
    """At most three times as long as the maximum of others, whatever the orders are.

    torch keeps the channels of a pixel side by side if it is asked to, and is far faster then: both are shown.
    """
    peers = _peers(x)
    for name, peer in peers.items():
        if not (np.asarray(peer().tolist()) == baseline(x, 3, 2)).all():
            raise DisagreementError(f"{name} is another maximum")
    ours = {
        _named(orders): partial(pool, x, optimal_estimator(9, orders), (3, 3), strides=(2, 2)) for orders in _sets(9)
    }
    times = interleave({**peers, **ours}, repetitions)
    what = f"3x3, stride 2, {'x'.join(map(str, x.shape))} float32"
    rows = [
        Row.timed(f"{what}: {name}", peer, times[name], times[peer], 1 / 3, limit=_LIMITED)
        for name in ours
        for peer in peers
    ]
    absent = [peer for peer in (_TORCH, _TORCH_LAST) if peer not in peers]
    return rows + [Row.absent(f"{what}: {name}", peer, times[name], 1 / 3) for name in ours for peer in absent]


def _full(side: int) -> Estimator:
    """Return an estimator with a weight for each order statistic, whatever it approximates."""
    d = side * side
    return Estimator(d, {1: 1, 2: -1, d - 1: 2} if d > 3 else {1: 1})


def _block_table(scale: Scale) -> Table:
    def timed(x: np.ndarray, side: int, block: int) -> None:
        with patch.object(blocks, "_BLOCK", block), patch.object(blocks, "_BLOCK_BYTES", 1 << 62):
            pool(x, _full(side), (side, side))

    lines = []
    for side, dtype in product((3, 5), (np.float32, np.float64)):
        x = (
            np.random.default_rng(0)
            .random(scale.pick((1, 16, 224, 224), (1, 2, 224, 224), (1, 1, 14, 14)))
            .astype(dtype)
        )
        times = interleave({str(b): partial(timed, x, side, b) for b in BLOCKS}, scale.pick(7, 3, 1))
        lines.append([f"{side}x{side}", dtype.__name__, *(in_seconds(median(times[str(b)])) for b in BLOCKS)])
    return Table(
        f"Entries of a plane in a block (now at most {blocks._BLOCK:,}, and {blocks._BLOCK_BYTES >> 20} MiB for all "
        "planes), and the time",
        ["kernel", "dtype", *(f"{b:,}" for b in BLOCKS)],
        lines,
    )


def _ways_table(scale: Scale) -> Table:
    """Try the two ways on images of both kinds, each forced by what the other is said to cost."""

    def timed(x: np.ndarray, side: int, cost: float) -> None:
        with patch.object(layer, "_TAP_COST", cost):
            pool(x, _full(side), (side, side))

    lines = []
    for side, shape in product(scale.pick(SIDES, SIDES, SIDES[:2]), scale.pick(WAYS, WAYS[:2], WAYS[:1])):
        x = np.random.default_rng(0).random(shape).astype(np.float32)
        if side > shape[-1]:
            continue
        costs = {"comparators": float("inf"), "sorting": 0.0, "chosen": layer._TAP_COST}
        times = interleave({name: partial(timed, x, side, cost) for name, cost in costs.items()}, scale.pick(5, 3, 1))
        windows = shape[1] * (shape[2] - side + 1) ** 2
        lines.append([
            f"{side}x{side}",
            "x".join(map(str, shape)),
            *(f"{short(1e9 * median(times[name]) / windows)} ns" for name in costs),
        ])  # fmt: skip
    return Table(
        "Time for a window by comparators and by sorting window by window, and the way that `theory.pool` takes "
        "(float32, all weights nonzero)",
        ["kernel", "image", "comparators", "sorting", "chosen"],
        lines,
    )


def _peak(x: np.ndarray, estimator: Estimator) -> int:
    tracemalloc.start()
    result = pool(x, estimator, (3, 3))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak - result.nbytes


def _memory_table(scale: Scale) -> Table:
    sets: list[list[int] | range] = [[1, 2], [0, 1, 8], range(5), range(9)]
    lines = []
    for channels in scale.pick((4, 64), (2, 8), (1,)):
        x = np.zeros((1, channels, 224, 224), np.float32)
        estimators = [optimal_estimator(9, orders) for orders in sets]
        lines.append([f"{channels}x224x224", *(f"{_peak(x, e) / 2**20:.2f} MiB" for e in estimators)])
    return Table("Peak memory beyond the result, 3x3, float32", ["image", *map(describe, sets)], lines)


def _size_table(scale: Scale) -> Table:
    sizes = scale.pick(SIZES, SIZES[:3], SIZES[:1])
    estimator = _full(3)
    images = {str(n): np.random.default_rng(0).random((1, 1, n, n), dtype=np.float32) for n in sizes}
    sides = {name: partial(pool, x, estimator, (3, 3)) for name, x in images.items()}
    times = interleave(sides, scale.pick(7, 3, 1), sample=scale.pick(0.02, 0.02, 0.0))
    line = [f"{short(1e9 * median(times[name]) / images[name].size)} ns" for name in sides]
    return Table("Time for a pixel of a square image, 3x3, float32", [f"{n}x{n}" for n in sizes], [line])
