"""What is measured of the classifier once its pooling is replaced: accuracy, the error of the pooling, attacks.

Each experiment returns rows, dicts of plain numbers and strings: what ``digits.json`` holds and the tables show. The
models are those that :func:`theory.reluify` makes, run by onnxruntime; JAX only fits weights and searches.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.empirical.adversarial import Adversary, Ball
from theory.empirical.digits import GREY_LEVELS, Part, Split
from theory.empirical.pooling.geometry import windows
from theory.empirical.runner import open_runner
from theory.errors import UndecidedError
from theory.models.scopes import attributes_of, import_onnx
from theory.progress import Progress, unwatched
from theory.rationals import to_string
from theory.rewrite.certify import certify_deviation
from tools.classifier.network import (
    BoxedEstimator,
    Network,
    Poolings,
    Schedule,
    Weights,
    fit_weights,
    initial_weights,
    network_of,
    weights_of,
    with_weights,
)
from tools.classifier.replacement import (
    MAXIMUM,
    REPLACEMENTS,
    Boxes,
    estimators_of,
    pooling_inputs,
    pooling_nodes,
    replace_pooling,
    with_output,
)

_Row = dict[str, Any]
_Advance = Callable[[], None]
_Images = npt.NDArray[np.floating]

_TRAINING = Schedule(epochs=60, rate=4e-3)
_SEEDS = (0, 1, 2)
"""Of the random weights that training starts from."""
_FINE_TUNING = Schedule(epochs=5, rate=1e-3)

_ATTAINED = 0.999
"""Share of what is certified from which on a window counts as one that attains it."""
_CERTIFIED_AT_ONCE = 20
"""Images: what certifies holds a box for each value of each of them."""
_KINDS = ("clean", "random", "ascent")


@dataclass(frozen=True)
class Settings:
    """How much is computed: what is replaced by what, trained how, for which seeds, on how many of the test images.

    Networks are trained ``from_scratch``, with both layers replaced, by some replacements only; some are ``attacked``,
    within so many ``grey_levels`` of the data, by so many ``steps`` of an ascent from so many starts (``restarts``).
    """

    training: Schedule = _TRAINING
    replacements: tuple[str, ...] = REPLACEMENTS
    fine_tuning: Schedule = _FINE_TUNING
    fine_tuning_seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    from_scratch: tuple[str, ...] = ("max", "average", "range 1,d-1", "cube 0,1,d-1")
    scratch_seeds: tuple[int, ...] = _SEEDS
    test_images: int = 540
    attacked: tuple[str, ...] = ("average", "range 1,d-1", "range 1,d-2,d-1", "range 1-d-1", "cube 0,1,d-1")
    attacked_images: int = 100
    grey_levels: tuple[int, ...] = (1, 2, 4)
    steps: int = 40
    restarts: int = 5

    def cases(self) -> list[tuple[str, str]]:
        """Return what is replaced by what; the maximum, a control, in both layers only."""
        chosen = product(self.replacements, ("both", "pool_1", "pool_2"))
        return [(replacement, layers) for replacement, layers in chosen if replacement != MAXIMUM or layers == "both"]

    def units(self) -> int:
        """Return how often a run advances: once for each epoch of all seeds, search, and part that is certified."""
        parts = -(-self.attacked_images // _CERTIFIED_AT_ONCE)
        return (
            len(self.cases()) * self.fine_tuning.epochs
            + len(self.from_scratch) * self.training.epochs
            + len(self.attacked) * len(self.grey_levels) * (2 + parts)
        )


FULL = Settings()
QUICK = Settings(
    training=Schedule(epochs=1, rate=4e-3),
    replacements=("max", "average", "range 1,d-1"),
    fine_tuning=Schedule(epochs=1, rate=4e-3),
    fine_tuning_seeds=(0,),
    from_scratch=("average",),
    scratch_seeds=(0,),
    test_images=60,
    attacked=("range 1,d-1",),
    attacked_images=2,
    grey_levels=(2,),
    steps=5,
    restarts=2,
)
"""Everything once and briefly, to see that it runs; its figures mean nothing."""


def train_classifier(model: Any, split: Split, settings: Settings, progress: Progress = unwatched) -> Any:
    """Return a model with weights that are trained anew, those of the best seed; its metadata say how."""
    network, seeds, schedule = network_of(model), settings.scratch_seeds, settings.training
    starts = [initial_weights(model, seed) for seed in seeds]
    fitted = fit_weights(network, network.poolings({}), starts, split, schedule, seeds, progress)
    best = int(np.argmin(fitted.errors))
    trained = with_weights(model, fitted.of(best))
    epoch = int(fitted.best_steps[best]) * schedule.epochs // int(fitted.steps[best])
    facts = {"seed": str(seeds[best]), "epoch": str(epoch), "validation_loss": str(float(fitted.errors[best]))}
    import_onnx().helper.set_model_props(trained, facts)
    return trained


def proportion(hits: int, of: int) -> _Row:
    """Return a share with its 95% interval by Wilson's method."""
    from scipy.stats import binomtest

    interval = binomtest(hits, of).proportion_ci(confidence_level=0.95, method="wilson")
    return {"hits": hits, "of": of, "share": hits / of, "low": float(interval.low), "high": float(interval.high)}


def _predict(model: Any, images: _Images) -> npt.NDArray[np.int64]:
    """Return the digit with the largest logit for each image, shape (N,)."""
    return np.asarray(open_runner(model, device="cpu").run(images)["logits"].argmax(axis=-1))


def hits(model: Any, part: Part) -> int:
    """Count the images whose digit a model reads."""
    return int((_predict(model, part.images) == part.labels).sum())


def accuracy_rows(model: Any, split: Split, boxes: Boxes, settings: Settings, advance: _Advance) -> Iterator[_Row]:
    """Measure the accuracy for each replacement and each choice of layers.

    ``as_trained`` keeps the weights; ``changed`` counts predictions that differ from those of the original network.
    ``fine_tuned`` fits all weights further, once for each seed. ``from_scratch``, for some replacements of both
    layers, trains networks that never had another pooling.
    """
    test = split.test.first(settings.test_images)
    original, network = _predict(model, test.images), network_of(model)

    def refitted(replaced: Any, poolings: Poolings, starts: dict[int, Weights], schedule: Schedule) -> list[int]:
        fitted = fit_weights(network, poolings, [*starts.values()], split, schedule, [*starts], lambda *_: advance())
        return [hits(with_weights(replaced, fitted.of(i)), test) for i in range(len(starts))]

    trained = dict.fromkeys(settings.fine_tuning_seeds, weights_of(model))
    for replacement, layers in settings.cases():
        replaced = replace_pooling(model, replacement, layers, boxes)
        poolings = network.poolings(estimators_of(model, replacement, layers, boxes))
        scratch = layers == "both" and replacement in settings.from_scratch
        random = {seed: initial_weights(model, seed) for seed in settings.scratch_seeds if scratch}
        predicted = _predict(replaced, test.images)
        yield {
            "replacement": replacement,
            "layers": layers,
            "as_trained": proportion(int((predicted == test.labels).sum()), len(test)),
            "changed": int((predicted != original).sum()),
            "fine_tuned": refitted(replaced, poolings, trained, settings.fine_tuning),
            "from_scratch": refitted(replaced, poolings, random, settings.training) if random else [],
        }


def pooling_rows(model: Any, split: Split, boxes: Boxes, settings: Settings) -> Iterator[_Row]:
    """Measure |max - f| on the windows of the original network against what is certified of them.

    That is E times the range of the window for a range-relative estimator, E times the box for one of the cube. Counted
    are the windows that attain it, the constant ones, and those that reach beyond the box, for which it does not hold.
    """
    inputs = pooling_inputs(model, split.test.first(settings.test_images).images)
    for replacement in settings.replacements:
        for layer, (estimator, box) in estimators_of(model, replacement, "both", boxes).items():
            taps = windows(inputs[layer], **attributes_of(pooling_nodes(model)[layer]))
            error, span = estimator.worst_vertex_residual, np.ptp(taps, axis=-1)
            cube = not estimator.goal.relative
            beyond = taps.max(axis=-1) > box if cube else np.zeros(span.shape, bool)
            certified = np.where(beyond, np.nan, float(error) * (box if cube else span))
            errors = np.abs(taps.max(axis=-1) - box * estimator(taps / box))
            ratios = errors[certified > 0] / certified[certified > 0]
            yield {
                "replacement": replacement,
                "layer": layer,
                "error": to_string(error),
                "windows": int(span.size),
                "constant": int((span == 0).sum()),
                "beyond_box": int(beyond.sum()),
                "attained": int((ratios >= _ATTAINED).sum()),
                "mean_max": float(taps.max(axis=-1).mean()),
                "mean_error": float(errors.mean()),
                "mean_certified": float(np.nanmean(certified)),
                "largest_error": float(errors.max()),
                "largest_share_of_certified": float(ratios.max()),
            }


def adversarial_rows(
    model: Any, split: Split, boxes: Boxes, settings: Settings, rng: np.random.Generator, advance: _Advance
) -> Iterator[_Row]:
    """Look for images near test images on which other pooling changes the values most.

    The search runs in JAX; what it finds is measured once more by onnxruntime on the rewritten model, for which the
    bounds are certified, rounding included. ``pool_1`` is the output of the first pooling layer, ``logits`` that of the
    network, both layers replaced.
    """
    images = split.test.first(settings.attacked_images).images
    pooled = pooling_nodes(model)["pool_1"].output[0]
    original, network, weights = with_output(model, pooled), network_of(model), weights_of(model)
    for name in settings.attacked:
        replaced = replace_pooling(original, name, "both", boxes)
        balls = {levels: Ball(images, levels / GREY_LEVELS, low=0.0, high=1.0) for levels in settings.grey_levels}
        certified = {levels: _certified(original, replaced, ball, advance) for levels, ball in balls.items()}
        for target, tensor in (("pool_1", pooled), ("logits", "logits")):
            chosen: tuple[dict[str, BoxedEstimator], ...] = ({}, estimators_of(model, name, "both", boxes))
            f, g = (_tensor(network, weights, network.poolings(estimators), tensor) for estimators in chosen)
            adversary = Adversary(f, g, steps=settings.steps, restarts=settings.restarts)
            for levels, ball in balls.items():
                bound = certified[levels][tensor]
                found = (images, adversary.sample(ball, rng=rng)[0], adversary.ascend(ball, rng=rng)[0])
                yield {
                    "replacement": name,
                    "target": target,
                    "grey_levels": levels,
                    "images": len(images),
                    "certified": None if bound is None else _summary(bound),
                    **{
                        kind: _measured(original, replaced, inputs, tensor, bound)
                        for kind, inputs in zip(_KINDS, found, strict=True)
                    },
                }
                advance()


def _tensor(network: Network, weights: Weights, poolings: Poolings, name: str) -> Callable[[Any], Any]:
    return lambda images: network.tensors(weights, images, poolings)[name]


def _certified(original: Any, replaced: Any, ball: Ball, advance: _Advance) -> dict[str, Any]:
    """Bound the largest difference of each output in the ball around each image; None where nothing is certified."""
    found: dict[str, list[Any]] = {value.name: [] for value in original.graph.output}
    for start in range(0, len(ball.centres), _CERTIFIED_AT_ONCE):
        part = slice(start, start + _CERTIFIED_AT_ONCE)
        lower, upper = ball.lower[part], ball.upper[part]
        deviation = certify_deviation(original, replaced, (lower, upper), shapes={"image": lower.shape})
        for name, output in deviation.outputs.items():
            if output.lower is not None and output.upper is not None:
                found[name].append(_rows_max(np.maximum(-output.lower, output.upper)))
        advance()
    whole = {name: np.concatenate(parts) if parts else np.empty(0) for name, parts in found.items()}
    return {name: bound if len(bound) == len(ball.centres) else None for name, bound in whole.items()}


def _measured(original: Any, replaced: Any, images: _Images, tensor: str, bound: Any) -> _Row:
    """Return the differences at some images, and whether predictions change.

    If a difference is above its bound, one of the two is wrong, and no figure is to be trusted: an UndecidedError.
    """
    before, after = (open_runner(model, device="cpu").run(images) for model in (original, replaced))
    differences = _rows_max(np.abs(before[tensor].astype(np.float64) - after[tensor]))
    if bound is not None and (differences > bound).any():
        raise UndecidedError(f"{tensor} deviates by {differences.max()}, more than is certified")
    changed = int((before["logits"].argmax(axis=-1) != after["logits"].argmax(axis=-1)).sum())
    return {**_summary(differences), "changed": changed}


def _summary(values: npt.NDArray[np.float64]) -> _Row:
    return {"median": float(np.median(values)), "largest": float(values.max())}


def _rows_max(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(values.reshape(len(values), -1).max(axis=-1))
