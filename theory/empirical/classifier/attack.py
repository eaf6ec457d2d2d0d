"""Images on which other pooling changes the classifier most: what is found, and what is certified."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from theory.empirical.adversarial import Adversary, Ball, Floats
from theory.empirical.classifier.data import GREY_LEVELS, Split
from theory.empirical.classifier.experiments import Advance, Boxes, Row
from theory.empirical.classifier.measure import bound_deviations, forward64, layer_windows
from theory.empirical.classifier.model import ORIGINAL, POOLS, Parameters, forward
from theory.empirical.classifier.replacement import LayerPooling, numbers, replace_pooling, replacement_named
from theory.empirical.classifier.settings import Settings


def adversarial_rows(
    parameters: Parameters, split: Split, boxes: Boxes, settings: Settings, rng: np.random.Generator, advance: Advance
) -> Iterator[Row]:
    """Look for images near test images on which other pooling changes the values most.

    The search runs in JAX and float32; what it finds is measured once more in float64 NumPy, and these are the figures
    reported. ``pool_1`` is the output of the first pooling layer, ``logits`` that of the network, both layers replaced.
    """
    images = split.test.first(settings.attacked_images).images
    for name in settings.attacked:
        poolings = replace_pooling(replacement_named(name), "both", boxes)
        for target in ("pool_1", "logits"):
            adversary = _adversary(parameters, poolings, target, settings)
            for levels in settings.grey_levels:
                ball = Ball(images, levels / GREY_LEVELS, low=0.0, high=1.0)
                bound = _certified(parameters, ball, poolings, target)
                row: Row = {"replacement": name, "target": target, "grey_levels": levels, "images": len(images)}
                row["certified"] = _summary(bound)
                for kind, found in (
                    ("clean", images),
                    ("random", adversary.sample(ball, rng=rng)[0]),
                    ("ascent", adversary.ascend(ball, rng=rng)[0]),
                ):
                    row[kind] = _measured(parameters, found, poolings, target, bound)
                advance()
                yield row


def _adversary(
    parameters: Parameters, poolings: tuple[LayerPooling, LayerPooling], target: str, settings: Settings
) -> Adversary:
    value = "after_pool_1" if target == "pool_1" else "logits"
    replaced = numbers(poolings)
    return Adversary(
        lambda images: getattr(forward(parameters, images, ORIGINAL), value),
        lambda images: getattr(forward(parameters, images, replaced), value),
        steps=settings.steps,
        restarts=settings.restarts,
    )


def _certified(
    parameters: Parameters, ball: Ball, poolings: tuple[LayerPooling, LayerPooling], target: str
) -> npt.NDArray[np.float64]:
    bounds = bound_deviations(parameters, ball.lower, ball.upper, poolings)
    return _rows_max(bounds.after_pool_1 if target == "pool_1" else bounds.logits)


def _measured(
    parameters: Parameters,
    images: Floats,
    poolings: tuple[LayerPooling, LayerPooling],
    target: str,
    bound: npt.NDArray[np.float64],
) -> Row:
    """Return the differences at some images, and whether predictions change."""
    original, replaced = forward64(parameters, images), forward64(parameters, images, poolings)
    pair = (original.after_pool_1, replaced.after_pool_1) if target == "pool_1" else (original.logits, replaced.logits)
    differences = _rows_max(np.abs(pair[0] - pair[1]))
    # The bound is for exact arithmetic; that of float64 moves these differences by far less than 1e-9 of the bound.
    row = _summary(differences) | {
        "above_certified": int((differences > bound * (1 + 1e-9)).sum()),
        "changed": int((original.logits.argmax(axis=-1) != replaced.logits.argmax(axis=-1)).sum()),
    }
    if target == "pool_1":
        row["largest_share_of_window"] = _window_share(original.before_pool_1, poolings[0])
    return row


def _window_share(inputs: npt.NDArray[np.float64], pooling: LayerPooling) -> float | None:
    """Return the largest |max - f| of a window in units of what is certified of that very window."""
    taps = layer_windows(inputs, POOLS[0])
    certified = pooling.certified(taps, taps)
    known = np.isfinite(certified) & (certified > 0)
    errors = np.abs(taps.max(axis=-1) - pooling.apply(taps))
    return float((errors[known] / certified[known]).max()) if known.any() else None


def _summary(values: npt.NDArray[np.float64]) -> Row:
    """Return median and largest value, None where they are infinite."""
    return {
        "median": _finite_or_none(np.median(values)),
        "largest": _finite_or_none(values.max()),
    }


def _finite_or_none(value: np.floating) -> float | None:
    return float(value) if np.isfinite(value) else None


def _rows_max(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(values.reshape(len(values), -1).max(axis=-1))
