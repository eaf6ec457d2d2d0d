"""Fitting the network's weights, and fitting them further after its pooling has been replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.empirical.classifier.data import Part, Split
from theory.empirical.classifier.model import ORIGINAL, Array, Parameters, Pooling, import_jax, initialise, logits
from theory.extras import import_extra


@dataclass(frozen=True)
class Schedule:
    """How weights are fitted: Adam, with a learning rate that falls to 0 along half a cosine.

    Attributes
    ----------
    epochs : int
        Passes over the training images.
    rate : float
        Learning rate at the start.
    batch : int
        Images per step.
    shift : int
        Each image is moved by up to so many pixels along both axes, at random, each time it is seen.
    """

    epochs: int
    rate: float
    batch: int = 47
    shift: int = 1


TRAINING = Schedule(epochs=60, rate=4e-3)
SEEDS = (0, 1, 2)
"""Of the random weights that the training starts from."""

FINE_TUNING = Schedule(epochs=5, rate=1e-3)


@dataclass(frozen=True)
class Fit:
    """Weights, and how they came about.

    Attributes
    ----------
    parameters : Parameters
        After the epoch with the least validation loss, 0 being before the first.
    epoch : int
        That epoch.
    validation_losses : tuple of float
        Mean cross-entropy before the first epoch and after each.
    """

    parameters: Parameters
    epoch: int
    validation_losses: tuple[float, ...]


def train(split: Split, seed: int, schedule: Schedule = TRAINING, on_epoch: Callable[[], None] | None = None) -> Fit:
    """Train the network with max pooling from random weights."""
    return fit(initialise(seed), split, ORIGINAL, schedule, np.random.default_rng([seed, 1]), on_epoch)


def train_best(
    split: Split,
    seeds: Sequence[int] = SEEDS,
    schedule: Schedule = TRAINING,
    on_epoch: Callable[[], None] | None = None,
) -> tuple[Fit, int]:
    """Train once for each seed; return the fit with the least validation loss, and its seed."""
    fits = [train(split, seed, schedule, on_epoch) for seed in seeds]
    best = min(range(len(seeds)), key=lambda index: min(fits[index].validation_losses))
    return fits[best], seeds[best]


def fit(
    start: Parameters,
    split: Split,
    poolings: tuple[Pooling, Pooling],
    schedule: Schedule,
    rng: np.random.Generator,
    on_epoch: Callable[[], None] | None = None,
) -> Fit:
    """Fit all weights, from those given, for some pooling; keep the epoch with the least validation loss.

    Parameters
    ----------
    start : Parameters
    split : Split
        Its test part is not used.
    poolings : pair of Pooling
    schedule : Schedule
    rng : numpy.random.Generator
        Orders and shifts the images.
    on_epoch : callable, optional
        Called after each epoch.

    Returns
    -------
    Fit

    Raises
    ------
    MissingDependencyError
        If JAX or optax is not installed.
    """
    steps = schedule.epochs * -(-len(split.train) // schedule.batch)
    step, state = _optimiser(schedule.rate, steps)
    parameters, memory = start, state(start)
    best, losses = (start, 0), [cross_entropy(start, split.validation, poolings)]
    for epoch in range(1, schedule.epochs + 1):
        for images, labels in _batches(split.train, schedule, rng):
            parameters, memory = step(parameters, memory, images, labels, poolings)
        losses.append(cross_entropy(parameters, split.validation, poolings))
        if losses[-1] <= min(losses):
            best = (parameters, epoch)
        if on_epoch is not None:
            on_epoch()
    return Fit(Parameters(*map(np.asarray, best[0])), best[1], tuple(losses))


def cross_entropy(parameters: Parameters, part: Part, poolings: tuple[Pooling, Pooling] = ORIGINAL) -> float:
    """Return the mean cross-entropy on some images."""
    return float(_compiled(import_jax()).loss(parameters, part.images, part.labels, poolings))


def predict(parameters: Parameters, images: Array, poolings: tuple[Pooling, Pooling] = ORIGINAL) -> Array:
    """Return the digit with the largest logit for each image, shape (N,)."""
    return np.asarray(_compiled(import_jax()).logits(parameters, images, poolings)).argmax(axis=-1)


def _batches(
    part: Part, schedule: Schedule, rng: np.random.Generator
) -> Iterator[tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]]:
    order = rng.permutation(len(part))
    for start in range(0, len(part), schedule.batch):
        chosen = order[start : start + schedule.batch]
        yield _shifted(part.images[chosen], schedule.shift, rng), part.labels[chosen]


def _shifted(images: npt.NDArray[np.float32], shift: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Move each image by up to ``shift`` pixels along both axes; what comes in is empty."""
    height, width = images.shape[-2:]
    padded = np.pad(images, ((0, 0), (0, 0), (shift, shift), (shift, shift)))
    down, right = rng.integers(0, 2 * shift + 1, (2, len(images)))
    rows, columns = down[:, None] + np.arange(height), right[:, None] + np.arange(width)
    moved = padded[np.arange(len(images))[:, None, None], 0, rows[:, :, None], columns[:, None, :]]
    return np.asarray(moved[:, None])


@dataclass(frozen=True)
class _Functions:
    loss: Any
    logits: Any


@lru_cache(maxsize=1)
def _compiled(jax: Any) -> _Functions:
    return _Functions(loss=jax.jit(_loss), logits=jax.jit(logits))


def _loss(parameters: Parameters, images: Array, labels: Array, poolings: tuple[Pooling, Pooling]) -> Array:
    jax = import_jax()
    chances = jax.nn.log_softmax(logits(parameters, images, poolings))
    return -jax.numpy.take_along_axis(chances, labels[:, None], axis=-1).mean()


@lru_cache(maxsize=8)
def _optimiser(rate: float, steps: int) -> tuple[Any, Any]:
    """Return a step of Adam, compiled, and the function that makes its initial state."""
    jax = import_jax()
    optax = import_extra("optax", extra="train", purpose="the classifier is trained with optax")
    adam = optax.adam(optax.cosine_decay_schedule(rate, steps))

    def step(
        parameters: Parameters, memory: Any, images: Array, labels: Array, poolings: tuple[Pooling, Pooling]
    ) -> tuple[Parameters, Any]:
        gradient = jax.grad(_loss)(parameters, images, labels, poolings)
        updates, memory = adam.update(gradient, memory, parameters)
        return optax.apply_updates(parameters, updates), memory

    return jax.jit(step), adam.init
