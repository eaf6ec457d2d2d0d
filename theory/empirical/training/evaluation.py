"""How far a network is from the maximum: on rows it has not seen, at the vertices, and anywhere in the cube.

The residual of an estimator is linear on each simplex of sorted windows, so that its largest value is at a vertex of
the cube. That of a trained network is not: what is measured here is a lower bound of its supremum over [0,1]^d, up to
the rounding of float32.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.empirical.training.backend import load_jax
from theory.empirical.training.configuration import Configuration
from theory.empirical.training.inputs import Rows, draw_inputs, training_rng, vertices
from theory.empirical.training.losses import sup_error
from theory.empirical.training.network import Parameters, residual
from theory.estimator import Estimator

Errors = NDArray[np.float32]

TEST_ROWS = 20_000
_TEST_SEED = 2**31
"""No seed of a training run: the test rows are the same for all."""
_OF_TRAINING, _OF_CUBE, _OF_VERTICES = 0, 1, 2

_STARTS = 64
_ASCENT_STEPS = 60
_FIRST_STEP, _SHRINKING = 0.25, 0.9


@dataclass(frozen=True)
class ErrorMeasures:
    """Largest errors |max(x) - network(x)|, one for each network.

    Attributes
    ----------
    test : float32 array, shape (networks,)
        On test rows of the distribution of the training rows.
    vertex : float32 array, shape (networks,)
        At the vertices of the cube.
    cube : float32 array, shape (networks,)
        The largest that was found in [0,1]^d: among uniform rows, the vertices, and the ascents that begin at the
        worst of both. A lower bound of the sup norm.
    """

    test: Errors
    vertex: Errors
    cube: Errors


def test_rows(configuration: Configuration) -> Rows:
    """Return the test rows of a configuration: of its distribution, the same for all seeds."""
    rng = training_rng(_TEST_SEED, _OF_TRAINING)
    return draw_inputs(configuration.inputs, TEST_ROWS, configuration.kernel_size, rng)


def measure_errors(parameters: Parameters, configuration: Configuration) -> ErrorMeasures:
    """Measure the errors of networks, one after the other.

    Parameters
    ----------
    parameters : list of (matrix, bias)
        Each array with a first axis for the networks.
    configuration : Configuration
        Its kernel size and the distribution of its rows.

    Returns
    -------
    ErrorMeasures
    """
    jnp, d = load_jax().numpy, configuration.kernel_size
    rows = jnp.asarray(test_rows(configuration))
    uniform = draw_inputs("uniform", TEST_ROWS, d, training_rng(_TEST_SEED, _OF_CUBE))
    corners = jnp.asarray(vertices(d, training_rng(_TEST_SEED, _OF_VERTICES)))
    on_each, search = _programs()
    return ErrorMeasures(
        test=np.asarray(on_each(parameters, rows)),
        vertex=np.asarray(on_each(parameters, corners)),
        cube=np.asarray(search(parameters, jnp.concatenate([jnp.asarray(uniform), corners]))),
    )


def training_errors(parameters: Parameters, rows: Rows) -> Errors:
    """Return the largest error of each network on its own rows, shape (networks, rows, d)."""
    jax = load_jax()
    return np.asarray(jax.jit(lambda p, x: jax.lax.map(lambda a: sup_error(*a), (p, x)))(parameters, rows))


def estimator_error(estimator: Estimator, rows: Rows) -> float:
    """Return the largest residual of an estimator on rows: what the best of its class shows on the same sample."""
    return float(np.abs(rows.max(axis=1) - estimator(rows)).max())


@lru_cache(maxsize=1)
def _programs() -> tuple[Any, Any]:
    # One network after the other (lax.map), for the memory of the activations.
    jax = load_jax()

    def on_each(parameters: Parameters, x: Any) -> Any:
        return jax.lax.map(lambda p: sup_error(p, x), parameters)

    def search(parameters: Parameters, x: Any) -> Any:
        return jax.lax.map(lambda p: _largest_found(p, x), parameters)

    return jax.jit(on_each), jax.jit(search)


def _largest_found(parameters: Parameters, x: Any) -> Any:
    """Ascend |residual| from its largest values among rows, inside the cube, and return the largest on the way."""
    jax = load_jax()
    jnp = jax.numpy

    def size(x: Any) -> Any:
        return jnp.abs(residual(parameters, x))

    slope = jax.grad(lambda x: jnp.sum(size(x)))
    sizes, worst = jax.lax.top_k(size(x), min(_STARTS, x.shape[0]))

    def climb(carry: tuple[Any, Any], step: Any) -> tuple[tuple[Any, Any], None]:
        x, largest = carry
        x = jnp.clip(x + step * jnp.sign(slope(x)), 0, 1)
        return (x, jnp.maximum(largest, jnp.max(size(x)))), None

    steps = _FIRST_STEP * _SHRINKING ** jnp.arange(_ASCENT_STEPS)
    (_, largest), _ = jax.lax.scan(climb, (x[worst], sizes[0]), steps)
    return largest
