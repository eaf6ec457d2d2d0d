"""What is measured of the classifier once its pooling is replaced: accuracy, error of the pooling, adversarial inputs.

Each experiment returns rows, dicts of plain numbers and strings: what ``digits.json`` holds and the tables show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from theory.empirical.adversarial import Adversary, Ball, Floats
from theory.empirical.classifier.data import GREY_LEVELS, Part, Split
from theory.empirical.classifier.measure import bound_deviations, forward64, layer_windows
from theory.empirical.classifier.model import ORIGINAL, POOLS, Parameters, Pooling, forward, initialise
from theory.empirical.classifier.replacement import (
    LAYERS,
    MAXIMUM,
    REPLACEMENTS,
    LayerPooling,
    Replacement,
    numbers,
    replace_pooling,
    replacement_named,
)
from theory.empirical.classifier.training import FINE_TUNING, SEEDS, TRAINING, Schedule, fit, predict
from theory.rationals import to_string

Row = dict[str, Any]
Boxes = tuple[float, float]
Advance = Callable[[], None]


@dataclass(frozen=True)
class Settings:
    """How much is computed.

    Attributes
    ----------
    training : Schedule
        Of the classifier, and of networks trained from scratch with other pooling.
    training_seeds : tuple of int
        The classifier is the best of them on the validation images.
    replacements : tuple of str
        Names of what replaces the maximum.
    fine_tuning : Schedule
    fine_tuning_seeds : tuple of int
    from_scratch, scratch_seeds : tuple of str, tuple of int
        Replacements of both layers with which networks are trained from random weights.
    test_images : int
        The first so many of the test part.
    attacked, attacked_images : tuple of str, int
        Replacements that are attacked, on the first so many test images.
    grey_levels : tuple of int
        Radii of the balls, in grey levels of the data.
    steps, restarts : int
        Of the ascent.
    """

    training: Schedule = TRAINING
    training_seeds: tuple[int, ...] = SEEDS
    replacements: tuple[str, ...] = tuple(replacement.name for replacement in REPLACEMENTS)
    fine_tuning: Schedule = FINE_TUNING
    fine_tuning_seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    from_scratch: tuple[str, ...] = ("max", "average", "range 1,d-1", "cube 0,1,d-1")
    scratch_seeds: tuple[int, ...] = SEEDS
    test_images: int = 540
    attacked: tuple[str, ...] = ("average", "range 1,d-1", "range 1,d-2,d-1", "range 1-d-1", "cube 0,1,d-1")
    attacked_images: int = 100
    grey_levels: tuple[int, ...] = (1, 2, 4)
    steps: int = 40
    restarts: int = 5

    def chosen(self) -> tuple[Replacement, ...]:
        """Return the replacements."""
        return tuple(map(replacement_named, self.replacements))


FULL = Settings()
QUICK = Settings(
    training=Schedule(epochs=1, rate=4e-3),
    training_seeds=(0,),
    replacements=("max", "average", "range 1,d-1"),
    fine_tuning=Schedule(epochs=1, rate=1e-3),
    fine_tuning_seeds=(0,),
    from_scratch=("average",),
    scratch_seeds=(0,),
    test_images=60,
    attacked=("range 1,d-1",),
    attacked_images=10,
    grey_levels=(2,),
    steps=5,
    restarts=2,
)
"""Everything once and briefly, to see that it runs; its figures mean nothing."""


def calibrate(parameters: Parameters, images: Floats) -> Boxes:
    """Return the largest input of each pooling layer over some images, with max pooling.

    Calibration certifies nothing: other images may have larger ones.
    """
    values = forward64(parameters, images)
    return float(values.before_pool_1.max()), float(values.before_pool_2.max())


def proportion(hits: int, of: int) -> Row:
    """Return a share with its 95% interval by Wilson's method.

    Examples
    --------
    >>> row = proportion(9, 10)
    >>> [round(row[key], 3) for key in ("share", "low", "high")]
    [0.9, 0.596, 0.982]
    """
    interval = binomtest(hits, of).proportion_ci(confidence_level=0.95, method="wilson")
    return {"hits": hits, "of": of, "share": hits / of, "low": float(interval.low), "high": float(interval.high)}


def accuracy_rows(
    parameters: Parameters, split: Split, boxes: Boxes, settings: Settings, advance: Advance
) -> Iterator[Row]:
    """Measure the accuracy for each replacement and each choice of layers.

    ``as_trained`` keeps the weights; ``changed`` counts predictions that differ from those of the original network.
    ``fine_tuned`` fits all weights further, once for each seed. ``from_scratch``, for some replacements of both
    layers, trains networks that never had another pooling.
    """
    test = split.test.first(settings.test_images)
    original = predict(parameters, test.images)
    for replacement, layers in product(settings.chosen(), LAYERS):
        if replacement == MAXIMUM and layers != "both":
            continue
        poolings = numbers(replace_pooling(replacement, layers, boxes))
        predicted = predict(parameters, test.images, poolings)
        scratch_seeds = settings.scratch_seeds if layers == "both" and replacement.name in settings.from_scratch else ()
        correct = partial(_correct_after_fit, split, test, poolings, advance)
        yield {
            "replacement": replacement.name,
            "layers": layers,
            "as_trained": proportion(_hits(predicted, test), len(test)),
            "changed": int((predicted != original).sum()),
            "fine_tuned": [correct(parameters, settings.fine_tuning, seed) for seed in settings.fine_tuning_seeds],
            "from_scratch": [correct(initialise(seed), settings.training, seed) for seed in scratch_seeds],
        }


def _correct_after_fit(
    split: Split,
    test: Part,
    poolings: tuple[Pooling, Pooling],
    advance: Advance,
    start: Parameters,
    schedule: Schedule,
    seed: int,
) -> int:
    fitted = fit(start, split, poolings, schedule, np.random.default_rng([seed, 1]), advance)
    return _hits(predict(fitted.parameters, test.images, poolings), test)


def _hits(predicted: npt.NDArray[np.int64], part: Part) -> int:
    return int((predicted == part.labels).sum())


def pooling_rows(parameters: Parameters, split: Split, boxes: Boxes, settings: Settings) -> Iterator[Row]:
    """Measure |max - f| on the windows of the original network against what is certified of them.

    Windows that reach beyond the box of an estimator of the cube have no certified error; they are counted.
    """
    test = split.test.first(settings.test_images)
    values = forward64(parameters, test.images)
    for replacement in settings.chosen():
        if replacement == MAXIMUM:
            continue
        poolings = replace_pooling(replacement, "both", boxes)
        for layer, pooling, inputs in zip(POOLS, poolings, (values.before_pool_1, values.before_pool_2), strict=True):
            yield {
                "replacement": replacement.name,
                "layer": layer.name,
                **_pooling_errors(pooling, layer_windows(inputs, layer)),
            }


def _pooling_errors(pooling: LayerPooling, taps: npt.NDArray[np.float64]) -> Row:
    errors = np.abs(taps.max(axis=-1) - pooling.apply(taps))
    certified = pooling.certified(taps, taps)
    known = np.isfinite(certified)
    ratios = errors[known & (certified > 0)] / certified[known & (certified > 0)]
    estimator = pooling.estimator
    return {
        "error": None if estimator is None or estimator.error is None else to_string(estimator.error),
        "windows": int(errors.size),
        "constant": int((np.ptp(taps, axis=-1) == 0).sum()),
        "beyond_box": int((~known).sum()),
        "mean_max": float(taps.max(axis=-1).mean()),
        "mean_error": float(errors.mean()),
        "mean_certified": float(certified[known].mean()),
        "largest_error": float(errors.max()),
        "largest_share_of_certified": float(ratios.max()),
    }


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
                    ("random", adversary.sample(ball, rng=rng).inputs),
                    ("ascent", adversary.ascend(ball, rng=rng).inputs),
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
