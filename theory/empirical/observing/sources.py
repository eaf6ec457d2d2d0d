"""Where windows are from: photographs, and what these are compared with.

The same pixels without their order, noise, and the pixels with their rounding undone at random.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from enum import Enum

import numpy as np

from theory.empirical.images import Picture


class Origin(Enum):
    """Where windows are from."""

    OBSERVED = "observed"
    SHUFFLED = "pixels shuffled"
    NOISE = "uniform noise"
    UNROUNDED = "rounding undone"


def _shuffled(picture: Picture, rng: np.random.Generator) -> Picture:
    """Permute the pixels of each channel: the same values as often, and no structure.

    Examples
    --------
    >>> picture = Picture("ramp", np.arange(6).reshape(1, 2, 3), 0.0, 5.0)
    >>> sorted(_shuffled(picture, np.random.default_rng(0)).pixels.ravel().tolist())
    [0, 1, 2, 3, 4, 5]
    """
    flat = picture.pixels.reshape(len(picture.pixels), -1)
    return replace(picture, pixels=rng.permuted(flat, axis=1).reshape(picture.pixels.shape))


def _uniform_noise(picture: Picture, rng: np.random.Generator) -> Picture:
    """Replace all pixels by independent values, uniform between black and white."""
    noise = picture.low + (picture.high - picture.low) * rng.random(picture.pixels.shape)
    return replace(picture, pixels=noise)


def _unrounded(picture: Picture, rng: np.random.Generator) -> Picture:
    """Move every pixel by a random part of a level, at most half of one: one of the signals that round to the picture.

    Ties that rounding made are broken at random; so are those that the scene has. Black and white move by half a level,
    too, so the full scale grows by one level. Pictures of floats stay as they are.

    Examples
    --------
    >>> picture = Picture("flat", np.full((1, 2, 2), 7), 0.0, 255.0)
    >>> other = _unrounded(picture, np.random.default_rng(0))
    >>> np.rint(other.pixels).astype(int).tolist(), other.low
    ([[[7, 7], [7, 7]]], -0.5)
    """
    if not picture.is_quantised:
        return picture
    pixels = picture.pixels + (rng.random(picture.pixels.shape) - 0.5)
    return replace(picture, pixels=pixels, low=picture.low - 0.5, high=picture.high + 0.5)


TRANSFORMS: Mapping[Origin, Callable[[Picture, np.random.Generator], Picture]] = {
    Origin.OBSERVED: lambda picture, rng: picture,
    Origin.SHUFFLED: _shuffled,
    Origin.NOISE: _uniform_noise,
    Origin.UNROUNDED: _unrounded,
}
