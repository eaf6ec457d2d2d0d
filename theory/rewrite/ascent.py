"""The largest deviation of two models that is found near a sample: what no certified bound may fall below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.errors import InputError
from theory.models.files import as_model
from theory.models.sessions import open_session
from theory.rewrite.comparison import run_batch
from theory.rewrite.samples import interface_of

_DIRECTIONS = 48
"""Random directions from which a slope is estimated."""
_ROUNDS = 12

_Floats = npt.NDArray[np.floating]


class Ascent:
    """Two models of one input, and the search for inputs on which they differ much.

    Raises
    ------
    InputError
        If the models have several inputs.
    FormatError
        If onnxruntime cannot run one of them.
    """

    def __init__(self, original: Any, rewritten: Any) -> None:
        models = [as_model(model) for model in (original, rewritten)]
        inputs = interface_of(models[0]).inputs
        if len(inputs) != 1:
            raise InputError(f"what is reached is searched for models of one input, not of {', '.join(inputs)}")
        ((self._name, port),) = inputs.items()
        self._dtype, self._one = port.dtype, port.sizes[:1] != (None,)
        self._sessions = [open_session(model, threads=1) for model in models]

    def deviation(self, batch: _Floats) -> npt.NDArray[np.float64]:
        """Return the largest absolute deviation of the outputs for each input of a batch."""
        parts = [batch[i : i + 1] for i in range(len(batch))] if self._one else [batch]
        found = []
        for part in parts:
            first, second = (run_batch(session, {self._name: part}) for session in self._sessions)
            gaps = [
                np.abs(b.astype(np.float64) - a).reshape(len(part), -1).max(1)
                for a, b in zip(first, second, strict=True)
            ]
            found.append(np.maximum.reduce(gaps))
        return np.concatenate(found)

    def reached(self, lo: _Floats, hi: _Floats, rng: np.random.Generator) -> float:
        """Return the largest deviation found in a box, given by its ends of the shape of one input.

        The search starts at the middle and at two random corners. The slope is estimated from random directions, and
        the next input is the corner that it points to, or one that differs from the last in some elements.
        """
        low, high = (_inwards(end, self._dtype, sign) for end, sign in ((lo, 1), (hi, -1)))
        # Of a dtype that holds no number between the ends, there is nothing to try.
        low, high = np.minimum(low, high), np.maximum(low, high)
        best = 0.0
        middle = (low + 0.5 * (high - low)).astype(self._dtype)
        for start in (middle, *(np.where(rng.random(low.shape) < 0.5, low, high) for _ in range(2))):
            best = max(best, self._climb(start, low, high, rng))
        return best

    def _climb(self, x: _Floats, low: _Floats, high: _Floats, rng: np.random.Generator) -> float:
        (value,) = self.deviation(x[None])
        width = high - low
        for number in range(_ROUNDS):
            signs = rng.choice([-1.0, 1.0], (_DIRECTIONS, *x.shape))
            batch = np.clip(x + signs * width * 0.25, low, high).astype(self._dtype)
            values = self.deviation(batch)
            slope = np.tensordot(values - values.mean(), signs, 1)
            corner = np.where(slope > 0, high, low)
            # Whole steps at first, then some elements alone.
            shares = 0.5 ** rng.integers(0, 2 + number, _DIRECTIONS // 4)
            steps = np.stack([np.where(rng.random(x.shape) < share, corner, x) for share in shares])
            candidates = np.concatenate([batch, corner[None], steps]).astype(self._dtype)
            values = np.concatenate([values, self.deviation(candidates[len(batch) :])])
            at = int(np.argmax(values))
            if values[at] > value:
                x, value = candidates[at], values[at]
        return float(value)


def _inwards(end: _Floats, dtype: np.dtype[Any], sign: int) -> _Floats:
    """Round the end of a box to a dtype, so that it stays within."""
    near: _Floats = end.astype(dtype)
    outside: Callable[..., Any] = np.less if sign > 0 else np.greater
    return np.where(outside(near.astype(np.float64), end), np.nextafter(near, dtype.type(sign * np.inf)), near)
