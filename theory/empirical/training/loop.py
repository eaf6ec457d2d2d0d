"""The training loop: all seeds of a configuration at once, each stopped early on its own.

One compiled program takes ``check_every`` steps of every seed and looks at the validation rows once
(``jax.vmap`` over seeds). A seed that has stopped goes on computing, but its state is left as it was: it is masked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from theory.empirical.training.backend import load_jax, load_optax
from theory.empirical.training.configuration import Configuration, Loss, Optimizer, check_seeds
from theory.empirical.training.inputs import Rows, draw_inputs, training_rng
from theory.empirical.training.losses import loss_function, sup_error
from theory.empirical.training.network import Parameters, random_parameters

VALIDATION_ROWS = 10_000
LEAST_IMPROVEMENT = 1e-3
"""Share by which the validation error has to fall to count as an improvement."""
WEIGHT_DECAY = 0.01
"""Of AdamW."""

_TRAINING, _VALIDATION, _START, _BATCHES = range(4)


@dataclass(frozen=True)
class TrainedSeeds:
    """What training has found: for each seed the parameters with the least error on its validation rows.

    Attributes
    ----------
    seeds : tuple of int
    parameters : list of (matrix, bias)
        Each array with a first axis for the seeds.
    validation_errors : float32 array, shape (seeds,)
        Largest error among the validation rows, at the parameters that were kept.
    best_steps : int array, shape (seeds,)
        Steps after which these were found; 0 if training has not improved on the start.
    steps : int array, shape (seeds,)
        Steps until the seed stopped.
    stopped_early : bool array, shape (seeds,)
        Whether it stopped for want of improvement.
    training_rows : float32 array, shape (seeds, rows, kernel_size)
    """

    seeds: tuple[int, ...]
    parameters: Parameters
    validation_errors: NDArray[np.float32]
    best_steps: NDArray[np.int32]
    steps: NDArray[np.int32]
    stopped_early: NDArray[np.bool_]
    training_rows: Rows

    def network(self, i: int) -> Parameters:
        """Return the parameters of the i-th seed as NumPy arrays."""
        return [(np.asarray(weights[i]), np.asarray(bias[i])) for weights, bias in self.parameters]


class _State(NamedTuple):
    """The state of one seed."""

    parameters: Any
    moments: Any
    step: Any
    best: Any
    best_error: Any
    best_step: Any
    checks_since_best: Any
    active: Any


class _Recipe(NamedTuple):
    """What the compiled program depends on, besides the shapes of the arrays."""

    loss: Loss
    optimizer: Optimizer
    learning_rate: float
    check_every: int
    patience: int
    falls_over: int | None
    """Steps over which the learning rate falls to 0; None if it stays. The program does not depend on them else."""

    @classmethod
    def of(cls, configuration: Configuration) -> _Recipe:
        return cls(
            loss=configuration.loss,
            optimizer=configuration.optimizer,
            learning_rate=configuration.learning_rate,
            check_every=configuration.check_every,
            patience=configuration.patience,
            falls_over=configuration.steps if configuration.schedule == "cosine" else None,
        )


def train_seeds(
    configuration: Configuration, seeds: Sequence[int], *, on_check: Callable[[int], None] | None = None
) -> TrainedSeeds:
    """Train a network for each of some seeds.

    Parameters
    ----------
    configuration : Configuration
    seeds : sequence of distinct int >= 0
        A seed determines the rows, the initial weights and the batches.
    on_check : callable, optional
        Called with the number of looks at the validation rows so far.

    Returns
    -------
    TrainedSeeds

    Raises
    ------
    InputError
        If the seeds are none.
    MissingDependencyError

    Notes
    -----
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
    seeds, jnp = check_seeds(seeds), load_jax().numpy
    training = _rows(configuration, configuration.rows, seeds, _TRAINING)
    validation = jnp.asarray(_rows(configuration, VALIDATION_ROWS, seeds, _VALIDATION))
    rows = jnp.asarray(training)
    batches = _batches(configuration, [training_rng(seed, _BATCHES) for seed in seeds])
    begin, advance = _programs(_Recipe.of(configuration))
    sizes = (configuration.kernel_size, *configuration.hidden_widths, 1)
    rngs = [training_rng(seed, _START) for seed in seeds]
    state = begin(random_parameters(sizes, configuration.initialization, rngs))
    for check in range(1, configuration.checks + 1):
        state = advance(state, rows, next(batches), validation)
        active = bool(state.active.any())
        if on_check is not None:
            on_check(check)
        if not active:
            break
    return TrainedSeeds(
        seeds=seeds,
        parameters=state.best,
        validation_errors=np.asarray(state.best_error),
        best_steps=np.asarray(state.best_step),
        steps=np.asarray(state.step),
        stopped_early=np.asarray(state.checks_since_best >= configuration.patience),
        training_rows=training,
    )


def _rows(configuration: Configuration, rows: int, seeds: Sequence[int], purpose: int) -> Rows:
    inputs, d = configuration.inputs, configuration.kernel_size
    return np.stack([draw_inputs(inputs, rows, d, training_rng(seed, purpose)) for seed in seeds])


def _batches(configuration: Configuration, rngs: Sequence[np.random.Generator]) -> Iterator[NDArray[np.int32] | None]:
    """Draw the rows of the steps until the next check, shape (seeds, steps, batch), or None for all rows always."""
    shape = (configuration.check_every, configuration.batch)
    while True:
        if configuration.batch >= configuration.rows:
            yield None
        else:
            yield np.stack([rng.integers(configuration.rows, size=shape, dtype=np.int32) for rng in rngs])


@lru_cache(maxsize=8)
def _programs(recipe: _Recipe) -> tuple[Any, Any]:
    """Return the beginning, and the compiled steps from one check to the next, for all seeds at once.

    Nothing random is in them: drawing in NumPy does not depend on the version of JAX, and compiles in no time.
    """
    jax, optimizer = load_jax(), _optimizer(recipe)
    jnp = jax.numpy

    def begin(parameters: Parameters) -> _State:
        zero = jnp.int32(0)
        return _State(
            parameters=parameters,
            moments=optimizer.init(parameters),
            step=zero,
            best=parameters,
            best_error=jnp.float32(jnp.inf),
            best_step=zero,
            checks_since_best=zero,
            active=jnp.bool_(True),
        )

    def advance(state: _State, rows: Any, batches: Any, validation: Any) -> _State:
        parameters, moments = _take_steps(recipe, optimizer, state, rows, batches)
        step = state.step + recipe.check_every
        error = sup_error(parameters, validation)
        # Not true for an error that is no number, so that a seed that diverges keeps the best and stops.
        improved = error < (1 - LEAST_IMPROVEMENT) * state.best_error
        since = jnp.where(improved, 0, state.checks_since_best + 1)
        after = _State(
            parameters=parameters,
            moments=moments,
            step=step,
            best=_choose(improved, parameters, state.best),
            best_error=jnp.where(improved, error, state.best_error),
            best_step=jnp.where(improved, step, state.best_step),
            checks_since_best=since,
            active=since < recipe.patience,
        )
        return _State(*_choose(state.active, after, state))

    return jax.jit(jax.vmap(begin)), jax.jit(jax.vmap(advance))


def _take_steps(recipe: _Recipe, optimizer: Any, state: _State, rows: Any, batches: Any) -> tuple[Any, Any]:
    """Take the steps between two checks for one seed."""
    jax, optax = load_jax(), load_optax()
    slope = jax.grad(loss_function(recipe.loss))

    def take(carry: tuple[Any, Any], batch: Any) -> tuple[tuple[Any, Any], None]:
        parameters, moments = carry
        gradient = slope(parameters, rows if batch is None else rows[batch])
        updates, moments = optimizer.update(gradient, moments, parameters)
        return (optax.apply_updates(parameters, updates), moments), None

    after, _ = jax.lax.scan(take, (state.parameters, state.moments), batches, length=recipe.check_every)
    return after[0], after[1]


def _choose(condition: Any, yes: Any, no: Any) -> Any:
    jax = load_jax()
    return jax.tree.map(lambda a, b: jax.numpy.where(condition, a, b), yes, no)


def _optimizer(recipe: _Recipe) -> Any:
    optax = load_optax()
    rate: Any = recipe.learning_rate
    if recipe.falls_over is not None:
        rate = optax.cosine_decay_schedule(recipe.learning_rate, recipe.falls_over)
    if recipe.optimizer == "adamw":
        return optax.adamw(rate, weight_decay=WEIGHT_DECAY)
    return optax.adam(rate)
