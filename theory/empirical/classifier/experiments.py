"""What is measured of the classifier once its pooling is replaced: accuracy, and the error of the pooling.

Each experiment returns rows, dicts of plain numbers and strings: what ``digits.json`` holds and the tables show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from theory.empirical.adversarial import Floats
from theory.empirical.classifier.data import Part, Split
from theory.empirical.classifier.measure import forward64, layer_windows
from theory.empirical.classifier.model import POOLS, Parameters, Pooling, initialise
from theory.empirical.classifier.replacement import LAYERS, MAXIMUM, LayerPooling, numbers, replace_pooling
from theory.empirical.classifier.settings import Settings
from theory.empirical.classifier.training import Schedule, fit, predict
from theory.rationals import to_string

Row = dict[str, Any]
Boxes = tuple[float, float]
Advance = Callable[[], None]

ATTAINED = 0.999
"""Share of what is certified from which on a window counts as one that attains it."""


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

    Counted are the windows that attain what is certified, the constant ones, and those that reach beyond the box of an
    estimator of the cube, for which nothing is certified.
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
    positive = known & (certified > 0)
    ratios = errors[positive] / certified[positive]
    estimator = pooling.estimator
    return {
        "error": None if estimator is None or estimator.error is None else to_string(estimator.error),
        "windows": int(errors.size),
        "constant": int((np.ptp(taps, axis=-1) == 0).sum()),
        "beyond_box": int((~known).sum()),
        "attained": int((ratios >= ATTAINED).sum()),
        "mean_max": float(taps.max(axis=-1).mean()),
        "mean_error": float(errors.mean()),
        "mean_certified": float(certified[known].mean()),
        "largest_error": float(errors.max()),
        "largest_share_of_certified": float(ratios.max()),
    }
