"""The networks that are trained to be the maximum, as lists of (matrix, bias), float32; and their training."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.empirical.training.configuration import Configuration, Initialization, check_seeds
from theory.empirical.training.inputs import Rows, draw_inputs, training_rng
from theory.empirical.training.trainer import Fitted, Recipe, fit, load_jax
from theory.progress import Progress, unwatched

Parameters = list[tuple[Any, Any]]
"""For each layer its matrix, shape (inputs, outputs), and its bias, shape (outputs,)."""

_VALIDATION_ROWS = 10_000
_LEAST_IMPROVEMENT = 1e-3
"""Share by which the validation error has to fall to count as an improvement."""
_WEIGHT_DECAY = 0.01
"""Of AdamW."""
_SMALL_BIAS = 0.01
_TRAINING, _VALIDATION, _START, _BATCHES = range(4)

_BOUNDS: dict[str, Callable[[int, int], float]] = {
    "default": lambda n, m: 1 / sqrt(n),
    "xavier": lambda n, m: sqrt(6 / (n + m)),
    "kaiming": lambda n, m: sqrt(6 / n),
}


def _random_parameters(
    sizes: Sequence[int], initialization: Initialization, rngs: Sequence[np.random.Generator]
) -> Parameters:
    """Draw the weights that training begins with, one network for each generator: arrays with a first axis for them.

    ``sizes`` are the widths of all layers, the inputs first, the output last. With n inputs and m outputs of a layer,
    weights are uniform on [-a, a]. ``"default"``, that of PyTorch's linear layers: a = 1/sqrt(n), also for the biases.
    ``"xavier"`` (Glorot, Bengio 2010): a = sqrt(6/(n+m)). ``"kaiming"`` (He, Zhang, Ren, Sun 2015): a = sqrt(6/n). With
    the last two, biases are 0.01, as in the experiments of Matoba, Dimitriadis and Fleuret.

    Examples
    --------
    >>> rngs = [np.random.default_rng(seed) for seed in (0, 1)]
    >>> [(w.shape, b.shape) for w, b in _random_parameters((4, 3, 1), "kaiming", rngs)]
    [((2, 4, 3), (2, 3)), ((2, 3, 1), (2, 1))]
    """

    def uniform(a: float, shape: tuple[int, ...]) -> NDArray[np.float32]:
        return np.stack([rng.uniform(-a, a, shape) for rng in rngs]).astype(np.float32)

    parameters = []
    for n, m in pairwise(sizes):
        a = _BOUNDS[initialization](n, m)
        weights = uniform(a, (n, m))
        bias = uniform(a, (m,)) if initialization == "default" else np.full((len(rngs), m), _SMALL_BIAS, np.float32)
        parameters.append((weights, bias))
    return parameters


def _residual(parameters: Parameters, x: Any) -> Any:
    """Return max(x) - network(x) for windows of shape (..., d), as a JAX array of shape (...)."""
    jax = load_jax()
    *hidden, (weights, bias) = parameters
    values = x
    for matrix, shift in hidden:
        values = jax.nn.relu(values @ matrix + shift)
    return jax.numpy.max(x, axis=-1) - (values @ weights + bias)[..., 0]


def _sup_error(parameters: Parameters, x: Any) -> Any:
    """Return the largest |max(x) - network(x)| among rows of windows, shape (rows, d)."""
    return abs(_residual(parameters, x)).max()


def _sup_loss(parameters: Parameters, rows: Any, batch: Any) -> Any:
    return _sup_error(parameters, rows if batch is None else rows[batch])


def _squared_loss(parameters: Parameters, rows: Any, batch: Any) -> Any:
    return (_residual(parameters, rows if batch is None else rows[batch]) ** 2).mean()


def train_seeds(configuration: Configuration, seeds: Sequence[int], *, progress: Progress = unwatched) -> Fitted:
    """Train a network for each of some seeds; a seed determines the rows, the initial weights and the batches.

    The errors of the result are the largest among the validation rows; progress counts the looks at these.

    On one machine, with the same versions and the same seeds trained together, the result is the same to the last bit.
    Another number of seeds at once, another processor or another version may sum in another order; training magnifies
    such differences of rounding, so that single networks then differ, and only their distribution is comparable.

    Examples
    --------
    >>> tiny = Configuration(3, (0, 1, 2), rows=64, batch=64, steps=20, check_every=10)
    >>> trained = train_seeds(tiny, [0, 1])
    >>> trained.steps.tolist(), [w.shape for w, _ in trained.parameters]
    ([20, 20], [(2, 3, 5), (2, 5, 1)])
    """
    seeds, array = check_seeds(seeds), load_jax().numpy.asarray
    recipe = Recipe(
        loss=_sup_loss if configuration.loss == "sup" else _squared_loss,
        error=_sup_error,
        rate=configuration.learning_rate,
        steps_between=configuration.check_every,
        falls_over=configuration.steps if configuration.schedule == "cosine" else None,
        decay=_WEIGHT_DECAY if configuration.optimizer == "adamw" else 0.0,
        least_improvement=_LEAST_IMPROVEMENT,
        patience=configuration.patience,
    )
    start = [training_rng(seed, _START) for seed in seeds]
    return fit(
        recipe,
        _random_parameters(configuration.layers, configuration.initialization, start),
        array(np.stack([training_rows(configuration, seed) for seed in seeds])),
        _batches(configuration, [training_rng(seed, _BATCHES) for seed in seeds]),
        array(np.stack([_rows(configuration, _VALIDATION_ROWS, seed, _VALIDATION) for seed in seeds])),
        lambda look: progress(look, configuration.checks),
    )


def training_rows(configuration: Configuration, seed: int) -> Rows:
    """Return the rows that a seed is trained on."""
    return _rows(configuration, configuration.rows, seed, _TRAINING)


def _rows(configuration: Configuration, rows: int, seed: int, purpose: int) -> Rows:
    return draw_inputs(configuration.inputs, rows, configuration.kernel_size, training_rng(seed, purpose))


def _batches(configuration: Configuration, rngs: Sequence[np.random.Generator]) -> Iterator[NDArray[np.int32] | None]:
    """Draw the rows of the steps until the next check, shape (seeds, steps, batch), or None for all rows always."""
    shape = (configuration.check_every, configuration.batch)
    for _ in range(configuration.checks):
        if configuration.batch >= configuration.rows:
            yield None
        else:
            yield np.stack([rng.integers(configuration.rows, size=shape, dtype=np.int32) for rng in rngs])
