"""The trainer: any function of parameters is minimised, for several seeds at once, each stopped early on its own.

One compiled program takes the steps of every seed up to the next look at the validation data (``jax.vmap`` over seeds).
A seed that has stopped goes on computing, but its state is left as it was: it is masked. Nothing random is in the
program: what is drawn in NumPy does not depend on the version of JAX, and compiles in no time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from theory.extras import import_extra

_Tree = Any
"""Arrays in lists, tuples and dicts, as JAX takes them."""


def load_jax() -> ModuleType:
    """Import JAX; where it is not installed, the error names the extra that brings it."""
    return import_extra("jax", extra="train", purpose="training needs JAX")


def load_optax() -> ModuleType:
    """Import optax, or raise as :func:`load_jax` does."""
    return import_extra("optax", extra="train", purpose="training needs optax")


@dataclass(frozen=True)
class Recipe:
    """How parameters are fitted, by Adam."""

    loss: Callable[[_Tree, _Tree, _Tree], Any]
    """(parameters, data, batch) -> number: what a step makes smaller."""
    error: Callable[[_Tree, _Tree], Any]
    """(parameters, validation data) -> number: what chooses the parameters that are kept."""
    rate: float
    steps_between: int
    """Steps between two looks at the validation data."""
    falls_over: int | None = None
    """Steps over which the rate falls to 0, along half a cosine; None if it stays."""
    decay: float = 0.0
    """Of the weights, times the rate (AdamW)."""
    least_improvement: float = 0.0
    """Share by which the error has to fall to count as an improvement."""
    patience: int | None = None
    """Looks without an improvement after which a seed stops; None if it never does."""


@dataclass(frozen=True)
class Fitted:
    """What training has found: for each seed the parameters with the least error on its validation data.

    All arrays have a first axis for the seeds. The errors are those that were the least; they were found after
    ``best_steps``, 0 if training has not improved on the start, of the steps until the seed stopped.
    """

    parameters: _Tree
    errors: NDArray[np.float32]
    best_steps: NDArray[np.int32]
    steps: NDArray[np.int32]
    stopped_early: NDArray[np.bool_]

    def of(self, i: int) -> _Tree:
        """Return the parameters of the i-th seed as NumPy arrays."""
        return load_jax().tree.map(lambda array: np.asarray(array[i]), self.parameters)


class _State(NamedTuple):
    """The state of one seed."""

    parameters: Any
    moments: Any
    step: Any
    best: Any
    best_error: Any
    best_step: Any
    looks_since_best: Any
    active: Any


def fit(
    recipe: Recipe,
    start: _Tree,
    data: _Tree,
    batches: Iterable[_Tree],
    validation: _Tree,
    looked: Callable[[int], object] = lambda look: None,
) -> Fitted:
    """Fit parameters, and keep those with the least error; the start counts.

    The trees of arrays have a first axis for the seeds. The batches are what the loss is told in each step, up to the
    next look: shape (seeds, steps_between, ...). The training ends with them, if not before; after each of them
    ``looked`` is told the number of looks so far.

    Examples
    --------
    The mean of three numbers, from the start 0:

    >>> recipe = Recipe(lambda p, data, _: ((p - data) ** 2).mean(), lambda p, data: abs(p - data.mean()), 0.1, 50)
    >>> data = np.array([[1.0, 2.0, 6.0]], dtype=np.float32)
    >>> fitted = fit(recipe, np.zeros(1, np.float32), data, [None] * 4, data)
    >>> round(float(fitted.of(0)), 2), fitted.steps.tolist()
    (3.0, [200])
    """
    begin, advance = _programs(recipe)
    state = begin(start, validation)
    for look, batch in enumerate(batches, start=1):
        state = advance(state, data, batch, validation)
        active = bool(state.active.any())
        looked(look)
        if not active:
            break
    return Fitted(
        parameters=state.best,
        errors=np.asarray(state.best_error),
        best_steps=np.asarray(state.best_step),
        steps=np.asarray(state.step),
        stopped_early=~np.asarray(state.active),
    )


@lru_cache(maxsize=8)
def _programs(recipe: Recipe) -> tuple[Any, Any]:
    """Return the beginning, and the compiled steps from one look to the next, for all seeds at once."""
    jax, optimizer = load_jax(), _optimizer(recipe)
    jnp = jax.numpy

    def begin(parameters: _Tree, validation: _Tree) -> _State:
        zero = jnp.int32(0)
        error = jnp.float32(recipe.error(parameters, validation))
        return _State(parameters, optimizer.init(parameters), zero, parameters, error, zero, zero, jnp.bool_(True))

    def advance(state: _State, data: _Tree, batches: _Tree, validation: _Tree) -> _State:
        parameters, moments = _take_steps(recipe, optimizer, state, data, batches)
        step = state.step + recipe.steps_between
        error = recipe.error(parameters, validation)
        # Not true for an error that is no number, so that a seed that diverges keeps the best.
        improved = error < (1 - recipe.least_improvement) * state.best_error
        since = jnp.where(improved, 0, state.looks_since_best + 1)
        after = _State(
            parameters=parameters,
            moments=moments,
            step=step,
            best=_choose(improved, parameters, state.best),
            best_error=jnp.where(improved, error, state.best_error),
            best_step=jnp.where(improved, step, state.best_step),
            looks_since_best=since,
            active=jnp.bool_(True) if recipe.patience is None else since < recipe.patience,
        )
        return _State(*_choose(state.active, after, state))

    return jax.jit(jax.vmap(begin)), jax.jit(jax.vmap(advance))


def _take_steps(recipe: Recipe, optimizer: Any, state: _State, data: _Tree, batches: _Tree) -> tuple[Any, Any]:
    """Take the steps between two looks for one seed."""
    jax, optax = load_jax(), load_optax()
    slope = jax.grad(recipe.loss)

    def take(carry: tuple[Any, Any], batch: _Tree) -> tuple[tuple[Any, Any], None]:
        parameters, moments = carry
        updates, moments = optimizer.update(slope(parameters, data, batch), moments, parameters)
        return (optax.apply_updates(parameters, updates), moments), None

    after, _ = jax.lax.scan(take, (state.parameters, state.moments), batches, length=recipe.steps_between)
    return after[0], after[1]


def _choose(condition: Any, yes: Any, no: Any) -> Any:
    jax = load_jax()
    return jax.tree.map(lambda a, b: jax.numpy.where(condition, a, b), yes, no)


def _optimizer(recipe: Recipe) -> Any:
    optax = load_optax()
    rate: Any = recipe.rate
    if recipe.falls_over is not None:
        rate = optax.cosine_decay_schedule(recipe.rate, recipe.falls_over)
    return optax.adamw(rate, weight_decay=recipe.decay) if recipe.decay else optax.adam(rate)
