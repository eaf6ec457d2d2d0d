"""Pictures as inputs of image classifiers: cut, scaled, and normalised.

A picture is cut to the shape of the input, in its middle, scaled with the details that would alias smoothed away, and
its pixels, in [0,1], are normalised. One channel becomes three equal ones, and three become one by luminance, where the
model wants it so. Where the model leaves the size open, 224 x 224 is taken, the size that most classifiers were trained
with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from theory.empirical.images import Picture
from theory.empirical.ports import Port
from theory.errors import InputError
from theory.extras import import_extra

Normalisation = Literal["imagenet", "unit", "bytes"]

_SIZE = 224
"""Height and width where the model leaves them open."""

_LARGEST = 1 << 27
"""Values of the largest input: 1 GiB in float64, and some times as much while a picture is scaled to it."""

_MEAN, _DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of the pixels of ImageNet's channels: what classifiers trained on it are given pixels relative to."""


@dataclass(frozen=True)
class ImageInput:
    """The one input of a model of images, with 1 or 3 channels, not so large that a picture takes gigabytes.

    The channels come before height and width, or last.
    """

    channels: int
    height: int
    width: int
    channels_last: bool = False

    def __post_init__(self) -> None:
        sizes = self.channels, self.height, self.width
        if not (min(sizes) and prod(sizes) <= _LARGEST):
            raise InputError(f"pictures are scaled to 1 to {_LARGEST:,} values, not to {' x '.join(map(str, sizes))}")

    @classmethod
    def of_shape(cls, shape: Sequence[int | None]) -> ImageInput | None:
        """Read a shape of four axes, None for open ones; None if neither the second nor the last can be the channels.

        Examples
        --------
        >>> ImageInput.of_shape((None, None, 96, 3)), ImageInput.of_shape((1, 2, 96, 96))
        (ImageInput(channels=3, height=224, width=96, channels_last=True), None)
        """
        last = shape[1] not in (1, 3) and shape[3] in (1, 3)
        channels, height, width = (shape[3], shape[1], shape[2]) if last else shape[1:]
        if channels not in (None, 1, 3):
            return None
        height, width = (_SIZE if size is None else size for size in (height, width))
        return cls(3 if channels is None else channels, height, width, last)

    @property
    def default_normalisation(self) -> Normalisation:
        """``imagenet`` for three channels, ``unit`` for one."""
        return "imagenet" if self.channels == 3 else "unit"

    @property
    def is_for_digits(self) -> bool:
        """Whether it has the shape of scikit-learn's digits."""
        return (self.channels, self.height, self.width) == (1, 8, 8)


def image_input(port: Port) -> ImageInput:
    """Find out what a model wants to see by its one input, which takes pictures with 1 or 3 channels, or InputError.

    Examples
    --------
    >>> image_input(Port("x", (None, 3, None, None), (np.dtype(np.float32),)))
    ImageInput(channels=3, height=224, width=224, channels_last=False)
    """
    shape = port.shape or ()
    wanted = ImageInput.of_shape(shape) if len(shape) == 4 else None
    if wanted is None:
        raise InputError(
            "pictures are given as (number, channels, height, width) with 1 or 3 channels, or with the channels last, "
            f"which does not fit the model's {port}"
        )
    return wanted


def check_normalisation(normalisation: str) -> Normalisation:
    """Return the normalisation if it is one; InputError if not."""
    known = get_args(Normalisation)
    if normalisation not in known:
        raise InputError(f"pixels are normalised as {', '.join(known)}, not {normalisation!r}")
    return normalisation  # type: ignore[return-value]


def fit(picture: Picture, wanted: ImageInput, normalisation: Normalisation) -> NDArray[np.float64]:
    """Make the input of a model, (1, channels, height, width), of a picture with two spatial axes and 1 or 3 channels.

    Where the model wants the channels last, they are.
    Its pixels are taken relative to the mean and deviation of ImageNet's channels, in [0,1], or in [0,255].
    """
    pixels = (_cut(picture.pixels, wanted).astype(np.float64) - picture.low) / (picture.high - picture.low)
    pixels = _scaled(_with_channels(pixels, wanted.channels, picture.name), wanted)
    if normalisation == "imagenet":
        mean, deviation = (np.array(values).reshape(3, 1, 1) for values in (_MEAN, _DEVIATION))
        if wanted.channels == 1:
            mean, deviation = mean.mean(), deviation.mean()
        pixels = (pixels - mean) / deviation
    elif normalisation == "bytes":
        pixels = 255 * pixels
    return pixels.transpose(1, 2, 0)[None] if wanted.channels_last else pixels[None]


def _with_channels(pixels: NDArray[np.float64], channels: int, name: str) -> NDArray[np.float64]:
    if len(pixels) not in (1, 3):
        raise InputError(f"{name}: models are given pictures with 1 or 3 channels, not with {len(pixels)}")
    if channels == 1 and len(pixels) == 3:
        # Luminance of sRGB's primaries (ITU-R BT.709).
        grey: NDArray[np.float64] = np.tensordot([0.2125, 0.7154, 0.0721], pixels, axes=1)[None]
        return grey
    return np.broadcast_to(pixels, (channels, *pixels.shape[1:]))


def _cut(pixels: NDArray[Any], wanted: ImageInput) -> NDArray[Any]:
    """Cut the largest part of the wanted proportions out of the middle."""
    height, width = pixels.shape[1:]
    rows = min(height, max(1, width * wanted.height // wanted.width))
    columns = min(width, max(1, height * wanted.width // wanted.height))
    top, left = (height - rows) // 2, (width - columns) // 2
    return pixels[:, top : top + rows, left : left + columns]


def _scaled(pixels: NDArray[np.float64], wanted: ImageInput) -> NDArray[np.float64]:
    if pixels.shape[1:] == (wanted.height, wanted.width):
        return pixels
    transform = import_extra("skimage.transform", extra="images", purpose="pictures are scaled with scikit-image")
    scaled = transform.resize(pixels, (len(pixels), wanted.height, wanted.width), order=1, anti_aliasing=True)
    clipped: NDArray[np.float64] = np.clip(scaled, 0.0, 1.0)
    return clipped
