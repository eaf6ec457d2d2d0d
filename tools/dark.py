"""Pictures for dark pages: ``python -m tools.dark PICTURE.png`` writes ``PICTURE-dark.png`` beside it.

What is done is what ``docs/_static/subpool.css`` has a browser do with the figures of the site.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

_OPPOSITE_HUE = np.array([[-0.574, 1.430, 0.144], [0.426, 0.430, 0.144], [0.426, 1.430, -0.856]])
"""The filter ``hue-rotate(180deg)``, by the matrix of the W3C's Filter Effects."""


def darkened(picture: Any) -> Any:
    """Turn the lightness of a picture around and keep its hues; what was white becomes transparent.

    >>> white, blue = [255, 255, 255], [0, 114, 178]
    >>> darkened(np.array([[white, blue]], dtype=np.uint8)).tolist()
    [[[0, 0, 0, 0], [69, 188, 255, 244]]]
    """
    light = np.clip((255.0 - picture[..., :3]) @ _OPPOSITE_HUE.T, 0, 255)
    alpha = light.max(axis=-1, keepdims=True)
    colour = np.divide(255 * light, alpha, out=np.zeros_like(light), where=alpha > 0)
    return np.concatenate([colour, alpha], axis=-1).astype(np.uint8)


def main(paths: list[str]) -> None:
    """Write the dark picture beside each."""
    for path in map(Path, paths):
        Image.fromarray(darkened(np.asarray(Image.open(path)))).save(path.with_stem(f"{path.stem}-dark"))


if __name__ == "__main__":
    main(sys.argv[1:])
