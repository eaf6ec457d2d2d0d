"""Inputs on which two functions differ as much as possible: projected gradient ascent inside an L_inf ball.

For two functions f, g and a centre c the ascent looks for

    max over x with |x - c|_inf <= radius, low <= x <= high, of |f(x) - g(x)|_inf.

It finds a lower bound of that maximum, which is not concave. An upper bound has to be proved by other means: for a
pooling layer and an R-estimator it is the certified error.

The method is that of Madry et al., "Towards deep learning models resistant to adversarial attacks", ICLR 2018, with the
difference of two functions in place of a loss: steps by the sign of the gradient of the largest coordinate, projected
onto the ball, from several random starts. The best input met on the way is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.errors import ArrayError, InputError
from theory.extras import import_extra

_FIRST_STEP, _LAST_STEP = 0.5, 5e-4
"""Length of the first and the last step in radii; geometric in between. On ridges, where two taps of a window tie, the
ascent goes to and fro, and ends as far from the top as its last steps are long."""

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True)
class Found:
    """The inputs that a search came upon.

    Attributes
    ----------
    inputs : array, shape of the centres
        For each centre the input in its ball with the largest difference.
    differences : array, shape (N,)
        |f - g|_inf there.
    evaluations : int
        Number of inputs looked at for each centre.
    """

    inputs: Floats
    differences: Floats
    evaluations: int


@dataclass(frozen=True)
class Ball:
    """An L_inf ball around each of N centres, cut down to a box.

    Parameters
    ----------
    centres : array, shape (N, ...)
        Floats in [low, high].
    radius : float, >= 0
    low, high : float
        The box; without limits by default.

    Raises
    ------
    ArrayError, InputError

    Examples
    --------
    >>> Ball([[0.5, 2.0]], 1.0, low=0.0, high=1.0)
    Traceback (most recent call last):
    ...
    theory.errors.InputError: the centres of a ball lie in the box [0.0, 1.0], but one has an entry 2.0
    """

    centres: Floats
    radius: float
    low: float = -np.inf
    high: float = np.inf

    def __post_init__(self) -> None:
        centres = np.asarray(self.centres)
        if centres.ndim < 2 or centres.dtype.kind != "f" or not len(centres):
            raise ArrayError(f"centres are floats of shape (N, ...), not {centres.dtype} of shape {centres.shape}")
        if not (np.isfinite(self.radius) and self.radius >= 0):
            raise InputError(f"a radius is a finite number >= 0, not {self.radius}")
        outside = ~((centres >= self.low) & (centres <= self.high) & np.isfinite(centres))
        if outside.any():
            raise InputError(
                f"the centres of a ball lie in the box [{self.low}, {self.high}], but one has an entry "
                f"{float(centres[outside][0])}"
            )
        object.__setattr__(self, "centres", centres)

    @property
    def lower(self) -> Floats:
        """The least value of each entry, shape of the centres."""
        return np.asarray(np.maximum(self.centres - self.radius, self.low), dtype=self.centres.dtype)

    @property
    def upper(self) -> Floats:
        """The largest value of each entry, shape of the centres."""
        return np.asarray(np.minimum(self.centres + self.radius, self.high), dtype=self.centres.dtype)


class Adversary:
    """A search for inputs on which two functions differ; compiled once, used on any number of balls.

    Parameters
    ----------
    f, g : callable
        Functions that JAX can differentiate and compile, from arrays of shape (N, ...) to arrays of equal shapes
        (N, ...). Each row of the result depends on the same row of the input alone.
    steps : int, >= 1
        Steps of the ascent. Their length falls geometrically from half the radius to a 2000th of it.
    restarts : int, >= 1
        Starts of the ascent: the centre, then random points of the ball.

    Raises
    ------
    InputError
    MissingDependencyError
        If JAX is not installed.

    Examples
    --------
    The maximum of two numbers against their mean differs most, by half, where they are furthest apart:

    >>> import numpy as np
    >>> adversary = Adversary(lambda x: x.max(axis=-1), lambda x: x.mean(axis=-1), steps=20)
    >>> ball = Ball(np.array([[0.5, 0.5]], dtype=np.float32), 0.5)
    >>> found = adversary.ascend(ball, rng=np.random.default_rng(0))
    >>> found.differences
    array([0.5], dtype=float32)
    >>> sorted(found.inputs[0].tolist())
    [0.0, 1.0]
    """

    def __init__(self, f: Callable[[Any], Any], g: Callable[[Any], Any], *, steps: int = 40, restarts: int = 5) -> None:
        for name, value in (("steps", steps), ("restarts", restarts)):
            if value < 1:
                raise InputError(f"{name} is at least 1, not {value}")
        self.steps, self.restarts = steps, restarts
        jax = import_extra("jax", extra="train", purpose="gradients are computed with JAX")
        self._measure = jax.jit(lambda x: _sup_norms(f, g, x))
        self._climb = jax.jit(_climber(jax, f, g, steps))

    @property
    def evaluations(self) -> int:
        """Number of inputs that the ascent looks at for each centre."""
        return self.restarts * (self.steps + 1)

    def measure(self, inputs: Floats) -> Floats:
        """Return |f - g|_inf at each input, shape (N,).

        Raises
        ------
        InputError
            If one is not finite.
        """
        return _finite(self._measure(inputs))

    def ascend(self, ball: Ball, *, rng: np.random.Generator) -> Found:
        """Climb from several starts and keep the best input for each centre."""
        best = Found(ball.centres, self.measure(ball.centres), self.evaluations)
        for restart in range(self.restarts):
            start = ball.centres if restart == 0 else _uniform(ball, rng)
            inputs, differences = self._climb(start, ball.lower, ball.upper, ball.radius)
            # JAX computes in float32 by default, and a bound of float64 centres may lie between two such numbers.
            inside = np.clip(np.asarray(inputs), ball.lower, ball.upper)
            best = _better(best, inside, _finite(differences))
        return best

    def sample(self, ball: Ball, *, rng: np.random.Generator) -> Found:
        """Look at random inputs, as many as the ascent does, and keep the best for each centre.

        Each entry is moved by the radius, up or down with equal chance, and then brought back into the box: random
        perturbations as large as the ball allows.
        """
        best = Found(ball.centres, self.measure(ball.centres), self.evaluations)
        for _ in range(self.evaluations - 1):
            inputs = np.where(rng.integers(0, 2, ball.centres.shape) == 0, ball.lower, ball.upper)
            best = _better(best, inputs, self.measure(inputs))
        return best


def _sup_norms(f: Callable[[Any], Any], g: Callable[[Any], Any], x: Any) -> Any:
    a, b = f(x), g(x)
    if a.shape != b.shape or a.shape[:1] != x.shape[:1]:
        raise ArrayError(
            f"two functions are compared row by row, but from {x.shape[0]} rows they make arrays of shapes "
            f"{a.shape} and {b.shape}"
        )
    return abs(a - b).reshape(x.shape[0], -1).max(axis=-1)


def _climber(jax: Any, f: Callable[[Any], Any], g: Callable[[Any], Any], steps: int) -> Callable[..., Any]:
    """Return the ascent from one start: (start, lower, upper, radius) -> (inputs, differences)."""
    jnp = jax.numpy

    def total(x: Any) -> tuple[Any, Any]:
        norms = _sup_norms(f, g, x)
        return norms.sum(), norms

    def keep(best: tuple[Any, Any], x: Any, norms: Any) -> tuple[Any, Any]:
        better = norms > best[1]
        rows = better.reshape(-1, *(1,) * (x.ndim - 1))
        # Not a number is kept as well: the caller refuses it.
        return jnp.where(rows, x, best[0]), jnp.where(better | jnp.isnan(norms), norms, best[1])

    def climb(start: Any, lower: Any, upper: Any, radius: Any) -> tuple[Any, Any]:
        def step(state: tuple[Any, tuple[Any, Any]], number: Any) -> tuple[Any, None]:
            x, best = state
            # Rows do not mix, so the gradient of the sum is the gradient of each.
            (_, norms), gradient = jax.value_and_grad(total, has_aux=True)(x)
            length = radius * _FIRST_STEP * (_LAST_STEP / _FIRST_STEP) ** (number / max(1, steps - 1))
            moved = jnp.clip(x + length * jnp.sign(gradient), lower, upper).astype(x.dtype)
            return (moved, keep(best, x, norms)), None

        nothing = (start, jnp.full(start.shape[0], -jnp.inf, start.dtype))
        (last, best), _ = jax.lax.scan(step, (start, nothing), jnp.arange(steps))
        return keep(best, last, _sup_norms(f, g, last))

    return climb


def _uniform(ball: Ball, rng: np.random.Generator) -> Floats:
    draws = rng.random(ball.centres.shape)
    inside = ball.lower + draws * (ball.upper.astype(np.float64) - ball.lower)
    return inside.astype(ball.centres.dtype)


def _better(best: Found, inputs: Floats, differences: Floats) -> Found:
    better = differences > best.differences
    rows = better.reshape(-1, *(1,) * (inputs.ndim - 1))
    return Found(np.where(rows, inputs, best.inputs), np.where(better, differences, best.differences), best.evaluations)


def _finite(differences: Any) -> Floats:
    values = np.asarray(differences)
    if not np.isfinite(values).all():
        raise InputError("the difference of the two functions is not finite somewhere in the ball")
    return values
