"""Certified deviations of rewritten classifiers: of digits, against intervals in the same code, and of a deep one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks import architectures
from benchmarks.deep_models import certify_alone, image_of_all, without_softmax
from benchmarks.memory import Peak
from benchmarks.results import DisagreementError, Row, Scale, Section, Teller
from benchmarks.timing import Ratio, interleave, short
from theory.empirical.digits import load_split, shipped_model
from theory.rewrite.certify import certify_deviation, enclosures
from theory.rewrite.reluify import reluify

_ORDERS = ("1,d-1", "1,d-2,d-1")
_RADII = (1, 4)
"""In steps of 1/255."""
_DIGITS_LIMIT, _DEEP_LIMIT, _DEEP_MEMORY = 0.1, 15.0, 2 << 30
"""Seconds for one image of digits, and for the deep model; bytes for that."""
_INTERVALS = "intervals, same code"
_DIGITS_WHY = "affine functions of every tensor of both models, in float64 with outward rounding, and the way back"
_DEEP_WHY = (
    "eight convolutions per layer, of middles with W in float64 and of radii with |W| in float32, and memory for boxes"
)


def run(scale: Scale, tell: Teller) -> Section:
    """Certify one image of digits in several ways, then a deep model."""
    import onnx

    cases = [(orders, radius) for orders in _ORDERS for radius in _RADII][: scale.pick(4, 2, 1)]
    name = scale.pick("vgg19", "squeezenet", "digits")
    tell.begin(len(cases) + 1)
    digits = onnx.load(shipped_model())
    image = load_split().test.first(1).images.astype(np.float64)
    rows: list[Row] = []
    for orders, radius in cases:
        rows += _digits_rows(digits, image, orders, radius, scale.pick(9, 3, 1))
        tell.step()
    rows += _deep_rows(name, digits, image)
    tell.step()
    return Section(
        "Certified deviations of rewritten models",
        "How far the outputs of a rewritten model may be from the original's, for all inputs within a radius of one "
        "image, rounding of both runtimes included. The baseline is interval propagation in the same code, without the "
        "affine functions; it is faster, and its bounds are wider: for bounds, the ratio is that of the widths. "
        "The deep model has every MaxPool replaced exactly and is certified in a process of its own, by the clock of "
        "all its threads. CROWN of auto_LiRPA, which needs an environment of its own, is compared in "
        "[another table](../docs/certified-deviation.md#beside-crown).",
        tuple(rows),
    )


@contextmanager
def _without_affine_functions() -> Iterator[None]:
    with patch.object(enclosures, "_MOST_ELEMENTS", 0):
        yield


def _digits_rows(model: Any, image: np.ndarray, orders: str, radius: int, repetitions: int) -> list[Row]:
    rewritten = reluify(model, orders=orders)
    ends = np.maximum(image - radius / 255, 0), np.minimum(image + radius / 255, 1)
    certify = partial(certify_deviation, model, rewritten, ends)

    def by_intervals() -> Any:
        with _without_affine_functions():
            return certify()

    found, wide = certify(), by_intervals()
    if not found.certified or not wide.certified or found.bound > wide.bound:
        raise DisagreementError(f"digits, orders {orders}: bounds are {found.bound} and {wide.bound}")
    times = interleave({"ours": certify, "intervals": by_intervals}, repetitions)
    what = f"digits, orders {orders}, {radius}/255"
    seconds = [_DIGITS_LIMIT] * repetitions
    limit = "a limit of 0.1 s an image"
    tighter = wide.bound / found.bound
    return [
        Row.timed(what, limit, times["ours"], seconds, 1.0 if radius == 1 else None, limit=_DIGITS_WHY),
        Row.timed(what, _INTERVALS, times["ours"], times["intervals"]),
        Row(
            f"{what}: bound",
            _INTERVALS,
            short(found.bound),
            short(wide.bound),
            Ratio(tighter, tighter, tighter),
            memory=times["ours"].peak,
            their_memory=times["intervals"].peak,
        ),
    ]


def _deep_rows(name: str, digits: Any, image: np.ndarray) -> list[Row]:
    """Certify an architecture by its name; digits stand for one in tests."""
    if name == "digits":
        certified = certify_alone(digits, image)
    else:
        certified = certify_alone(without_softmax(architectures.load(name)), image_of_all())
    what = f"{name}, MaxPool replaced exactly, 1/255"
    if certified.bound is None:
        what += " (no bound)"
    peak = Peak(certified.memory, whole=True)
    ratio = _DEEP_MEMORY / certified.memory
    return [
        Row.timed(what, "a limit of 15 s", [certified.seconds], [_DEEP_LIMIT], 1.0, memory=peak, limit=_DEEP_WHY),
        Row(
            f"{what}: peak memory",
            "2 GiB",
            str(peak),
            "2048 MiB",
            Ratio(ratio, ratio, ratio),
            1.0,
            peak,
            limit="the weights, read twice, and the tensors of both models in float64",
        ),
    ]
