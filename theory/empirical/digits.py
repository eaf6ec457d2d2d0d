"""Scikit-learn's digits: their one split, that all figures of the classifier refer to, its model, and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.empirical.images import Picture
from theory.extras import import_extra

GREY_LEVELS = 16
"""Pixels of the data are integers 0..16; the network sees them divided by 16."""

_PURPOSE = "the digits come with scikit-learn"
_TEST_IMAGES, _VALIDATION_IMAGES, _SEED = 540, 270, 0


@dataclass(frozen=True)
class Part:
    """Images, shape (N, 1, 8, 8), pixels in [0,1] of which 1 is ink, with their digits 0..9, shape (N,)."""

    images: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, count: int) -> Part:
        """Return the first images; the order of a part is random already."""
        return Part(self.images[:count], self.labels[:count])


@dataclass(frozen=True)
class Split:
    """The 1,797 images in three disjoint parts.

    Weights are fitted to 987 images; every choice, such as when to stop, is made on the 270 of ``validation``; the 540
    of ``test`` are looked at once the choices are made.
    """

    train: Part
    validation: Part
    test: Part


def shipped_model() -> Path:
    """Return the path of the trained classifier that comes with the package."""
    return Path(str(files("theory.empirical") / "data" / "digits.onnx"))


def load_split() -> Split:
    """Load the digits and split them, by class and always in the same way.

    The data are the test set of the UCI collection "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak,
    1998), written by 13 people. Which of them wrote which image is not part of the data, so writers are shared between
    the parts: the accuracy on the test part is that for these writers, not for new ones.

    Examples
    --------
    >>> split = load_split()
    >>> len(split.train), len(split.validation), len(split.test)
    (987, 270, 540)
    """
    sklearn = import_extra("sklearn", "datasets", "model_selection", extra="train", purpose=_PURPOSE)
    train_test_split: Any = sklearn.model_selection.train_test_split
    pixels, labels = sklearn.datasets.load_digits(return_X_y=True)
    images = (pixels / GREY_LEVELS).astype(np.float32).reshape(-1, 1, 8, 8)
    chosen = labels.astype(np.int64)

    def held_out(indices: npt.NDArray[np.intp], number: int) -> Any:
        """Split indices into those that stay and those held out, each digit in proportion."""
        return train_test_split(indices, test_size=number, stratify=chosen[indices], random_state=_SEED)

    rest, test = held_out(np.arange(len(chosen)), _TEST_IMAGES)
    train, validation = held_out(rest, _VALIDATION_IMAGES)
    return Split(*(Part(images[indices], chosen[indices]) for indices in (train, validation, test)))


def digit_pictures(count: int = 200) -> list[Picture]:
    """Load about so many digits as pictures, evenly spread over the collection: by default every ninth.

    Examples
    --------
    >>> [(picture.name, picture.pixels.shape) for picture in digit_pictures(2)]
    [('digit 0', (1, 8, 8)), ('digit 899', (1, 8, 8))]
    """
    images = import_extra("sklearn.datasets", extra="train", purpose=_PURPOSE).load_digits().images
    chosen = range(0, len(images), -(-len(images) // count))
    return [Picture(f"digit {k}", images[k].astype(np.uint8)[None], 0.0, float(GREY_LEVELS)) for k in chosen]
