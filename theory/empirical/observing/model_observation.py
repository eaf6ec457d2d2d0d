"""The gap and the residuals at the inputs of every MaxPool node of a model.

The box of the estimators for the cube is, for each node, the interval from the smallest to the largest of its inputs
over all pictures: the model is run twice, first for these intervals, then for the windows, so that activations need not
be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.empirical.images import Picture
from theory.empirical.model_inputs import ImageInput, Normalisation, fit
from theory.empirical.observing.max_pools import MaxPool, PoolingModel
from theory.empirical.observing.observation import Observation, Observer, Rule, default_estimators
from theory.empirical.observing.windows import grid_of
from theory.errors import InputError
from theory.estimator import Estimator
from theory.progress import Progress, unwatched

LIMIT = 100_000
"""Windows of one node's input for one picture that are looked at, unless another limit is given."""
_RULE = Rule(limit=LIMIT)


@dataclass(frozen=True, eq=False)
class PoolObservation:
    """What was seen at one MaxPool node, with its smallest and largest input; or why it was skipped."""

    pool: MaxPool
    observation: Observation | None
    skipped: str
    low: float
    high: float


def observe_model(
    model: PoolingModel,
    wanted: ImageInput,
    pictures: Sequence[Picture],
    normalisation: Normalisation,
    *,
    estimators: Callable[[int], Sequence[Estimator]] = default_estimators,
    rule: Rule = _RULE,
    rng: np.random.Generator,
    progress: Progress = unwatched,
) -> list[PoolObservation]:
    """Observe the windows of every MaxPool node of a model, whose input is ``wanted``, by estimators for its size.

    Progress counts runs of the model. Nodes with one input, without a window that lies wholly inside, or with constant
    input are skipped; if all are, or the model cannot be run, an InputError is raised.
    """

    def runs(before: int) -> Iterator[list[NDArray[Any]]]:
        for done, picture in enumerate(pictures, start=before + 1):
            yield model.run(fit(picture, wanted, normalisation))
            progress(done, 2 * len(pictures))

    lows, highs, shapes = _extents(runs(0), len(model.pools))
    reasons = [_reason(*seen) for seen in zip(model.pools, lows, highs, shapes, strict=True)]
    if all(reasons):
        first = f"{model.pools[0].name}: {reasons[0]}"
        raise InputError(f"{model.path}: none of the MaxPool nodes can be observed: {first}")
    observers = [
        None if reason else Observer(pool.inside(shape[1:]), estimators(pool.kernel_size), len(pictures), draws, rule)
        for pool, shape, reason, draws in zip(model.pools, shapes, reasons, rng.spawn(len(model.pools)), strict=True)
    ]
    for picture, arrays in zip(pictures, runs(len(pictures)), strict=True):
        for observer, array, low, high in zip(observers, arrays, lows, highs, strict=True):
            if observer:
                observer.add(Picture(picture.name, array.astype(np.float64), low, high))
    return [
        PoolObservation(pool, observer.finish() if observer else None, reason, low, high)
        for pool, observer, reason, low, high in zip(model.pools, observers, reasons, lows, highs, strict=True)
    ]


def _extents(runs: Iterator[list[NDArray[Any]]], pools: int) -> tuple[list[float], list[float], list[tuple[int, ...]]]:
    """Find the smallest and largest value and the shape of each node's input."""
    low, high = np.full(pools, np.inf), np.full(pools, -np.inf)
    shapes: list[tuple[int, ...]] = []
    for arrays in runs:
        shapes = [array.shape for array in arrays]
        # An integer type has no infinity to begin with.
        low = np.minimum(low, [array.min() if array.size else np.inf for array in arrays])
        high = np.maximum(high, [array.max() if array.size else -np.inf for array in arrays])
    return low.tolist(), high.tolist(), shapes


def _reason(pool: MaxPool, low: float, high: float, shape: tuple[int, ...]) -> str:
    """Say why a node cannot be observed, or nothing."""
    if pool.kernel_size < 2:
        return "its windows have one input"
    if not low < high:
        return f"all its inputs are {low:.6g}"
    try:
        grid_of(pool.inside(shape[1:]), shape[1:])
    except InputError as error:
        return f"no window lies wholly inside of its input: {error}"
    return ""
