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

from collections.abc import Callable, Iterable
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
_Slope = Callable[[Any], tuple[Floats, Floats]]
"""A function of rows, shape (N, ...): its values, shape (N,), and its gradients, shape (N, ...)."""


def climb(slope: _Slope, x: Floats, lower: Any, upper: Any, lengths: Iterable[float]) -> tuple[Floats, Floats]:
    """Ascend a function of rows inside a box by steps along the sign of its gradient.

    Where a linear function increases fastest in the maximum norm is a corner of a box. From the starts ``x``, shape
    (N, ...), within ``lower`` and ``upper``, steps of the ``lengths`` are taken one after another; the best input on
    each way, the start included, is returned, with the values.

    Examples
    --------
    >>> inputs, _ = climb(lambda x: (-abs(x - 0.75)[:, 0], -np.sign(x - 0.75)), np.zeros((1, 1)), 0, 1, [0.5, 0.25])
    >>> inputs.tolist()
    [[0.75]]
    """
    best, (largest, gradient) = x, slope(x)
    for length in lengths:
        x = np.clip(x + length * np.sign(gradient), lower, upper).astype(x.dtype)
        values, gradient = slope(x)
        best, largest = _better(best, largest, x, values)
    return best, largest


@dataclass(frozen=True)
class Ball:
    """An L_inf ball around each of N centres, floats of shape (N, ...), cut down to the box [low, high].

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
    >>> inputs, differences = adversary.ascend(ball, rng=np.random.default_rng(0))
    >>> differences
    array([0.5], dtype=float32)
    >>> sorted(inputs[0].tolist())
    [0.0, 1.0]
    """

    def __init__(self, f: Callable[[Any], Any], g: Callable[[Any], Any], *, steps: int = 40, restarts: int = 5) -> None:
        for name, value in (("steps", steps), ("restarts", restarts)):
            if value < 1:
                raise InputError(f"{name} is at least 1, not {value}")
        self.steps, self.restarts = steps, restarts
        jax = import_extra("jax", extra="train", purpose="gradients are computed with JAX")

        def norms(x: Any) -> tuple[Any, Any]:
            found = _sup_norms(f, g, x)
            return found.sum(), found

        self._measure = jax.jit(lambda x: norms(x)[1])
        # Rows do not mix, so the gradient of the sum is the gradient of each.
        self._slope = jax.jit(jax.value_and_grad(norms, has_aux=True))

    def measure(self, inputs: Floats) -> Floats:
        """Return |f - g|_inf at each input, shape (N,), which is finite, or else an InputError is raised."""
        return _finite(self._measure(inputs))

    def ascend(self, ball: Ball, *, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Climb from several starts; return the best input for each centre, and |f - g|_inf there."""
        lengths = ball.radius * np.geomspace(_FIRST_STEP, _LAST_STEP, self.steps)
        best, largest = ball.centres, self.measure(ball.centres)
        for restart in range(self.restarts):
            start = ball.centres if restart == 0 else _uniform(ball, rng)
            found = climb(self._slopes, start, ball.lower, ball.upper, lengths)
            best, largest = _better(best, largest, *found)
        return best, largest

    def sample(self, ball: Ball, *, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Look at random inputs, as many as the ascent does; return the best for each centre, and |f - g|_inf there.

        Each entry is moved by the radius, up or down with equal chance, and then brought back into the box: random
        perturbations as large as the ball allows.
        """
        best, largest = ball.centres, self.measure(ball.centres)
        for _ in range(self.restarts * (self.steps + 1) - 1):
            inputs = np.where(rng.integers(0, 2, ball.centres.shape) == 0, ball.lower, ball.upper)
            best, largest = _better(best, largest, inputs, self.measure(inputs))
        return best, largest

    def _slopes(self, x: Floats) -> tuple[Floats, Floats]:
        (_, differences), gradient = self._slope(x)
        return _finite(differences), np.asarray(gradient)


def _sup_norms(f: Callable[[Any], Any], g: Callable[[Any], Any], x: Any) -> Any:
    a, b = f(x), g(x)
    if a.shape != b.shape or a.shape[:1] != x.shape[:1]:
        raise ArrayError(
            f"two functions are compared row by row, but from {x.shape[0]} rows they make arrays of shapes "
            f"{a.shape} and {b.shape}"
        )
    return abs(a - b).reshape(x.shape[0], -1).max(axis=-1)


def _uniform(ball: Ball, rng: np.random.Generator) -> Floats:
    draws = rng.random(ball.centres.shape)
    inside = ball.lower + draws * (ball.upper.astype(np.float64) - ball.lower)
    return inside.astype(ball.centres.dtype)


def _better(best: Floats, largest: Floats, inputs: Floats, values: Floats) -> tuple[Floats, Floats]:
    better = values > largest
    return np.where(better.reshape(-1, *(1,) * (inputs.ndim - 1)), inputs, best), np.where(better, values, largest)


def _finite(differences: Any) -> Floats:
    values = np.asarray(differences)
    if not np.isfinite(values).all():
        raise InputError("the difference of the two functions is not finite somewhere in the ball")
    return values
