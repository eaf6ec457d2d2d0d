"""Pictures as arrays of channels: photographs that scikit-image ships, or any image files and folders.

Pixels keep the integers of their file, so that ties and ranges are exact; what they mean is said by the full scale.
Channels are kept apart, because max pooling looks at one channel at a time. Transparency is left out.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from theory.errors import ArrayError, InputError
from theory.extras import import_extra

SHIPPED = ("astronaut", "brick", "camera", "chelsea", "coffee", "coins", "grass", "gravel", "motorcycle", "rocket")
"""What scikit-image ships that was taken with a camera, of people, animals, things, surfaces and scenes.

Left out: pictures through microscopes and telescopes, of documents, drawn or computed ones, and one blurred on purpose.
"""

_PLAIN = ("L", "RGB", "I", "F")
"""Pillow's modes whose numbers are brightness as they are, and so are those of 16 bits, I;16 and its byte orders."""

_NOWHERE = logging.NullHandler()


@dataclass(frozen=True, eq=False)
class Picture:
    """One picture, or any array of shape (channels, *spatial), whose pixels are integers as in the file, or floats.

    Black is ``low`` and white is ``high``: all pixels lie between them. The name says where it is from.
    """

    name: str
    pixels: NDArray[Any]
    low: float
    high: float

    @property
    def is_quantised(self) -> bool:
        """Tell whether pixels are integers: values between two levels were rounded to one of them."""
        return bool(np.issubdtype(self.pixels.dtype, np.integer))


def picture_from_array(name: str, array: NDArray[Any]) -> Picture:
    """Make a picture of an array, shape (height, width) or (height, width, channels).

    It is one of unsigned integers, whose largest value is white, or of floats in [0,1].

    Raises
    ------
    ArrayError, InputError
        For what is no such array, and where there are no pixels or NaN.

    Examples
    --------
    >>> picture = picture_from_array("two pixels", np.array([[0, 255]], dtype=np.uint8))
    >>> picture.pixels.shape, picture.high
    ((1, 1, 2), 255.0)
    >>> picture_from_array("damaged", np.array([[0.5, np.nan]]))
    Traceback (most recent call last):
    ...
    theory.errors.InputError: damaged: a picture has no NaN pixels, but 1 of 2 pixels are NaN
    """
    if array.ndim not in (2, 3):
        raise ArrayError(
            f"{name}: a picture has the shape (height, width) or (height, width, channels), not {array.shape}"
        )
    if not array.size:
        raise InputError(f"{name}: a picture has pixels, but this one has the shape {array.shape}")
    pixels = np.ascontiguousarray(np.moveaxis(np.atleast_3d(array), -1, 0))
    if np.issubdtype(array.dtype, np.unsignedinteger):
        return Picture(name, pixels, 0.0, float(np.iinfo(array.dtype).max))
    if not np.issubdtype(array.dtype, np.floating):
        raise ArrayError(f"{name}: pixels are unsigned integers or floats in [0,1], not {array.dtype}")
    if missing := int(np.isnan(pixels).sum()):
        raise InputError(f"{name}: a picture has no NaN pixels, but {missing:,} of {pixels.size:,} pixels are NaN")
    if pixels.min() < 0 or pixels.max() > 1:
        raise InputError(
            f"{name}: pixels of floating type lie in [0,1], but these go from {pixels.min():.6g} to {pixels.max():.6g}"
        )
    return Picture(name, pixels, 0.0, 1.0)


def shipped_photographs(names: Iterable[str] = SHIPPED) -> list[Picture]:
    """Load photographs that come with scikit-image.

    Parameters
    ----------
    names : iterable of str
        Of :data:`SHIPPED`.

    Raises
    ------
    InputError
        If there is no photograph of that name.
    MissingDependencyError
        If scikit-image is not installed.

    Examples
    --------
    >>> [picture.pixels.shape for picture in shipped_photographs(["camera", "coffee"])]
    [(1, 512, 512), (3, 400, 600)]
    """
    chosen = list(names)
    for name in chosen:
        if name not in SHIPPED:
            raise InputError(f"the photographs are {', '.join(SHIPPED)}, not {name!r}")
    data = import_extra("skimage.data", extra="images", purpose="the photographs come with scikit-image")
    special: dict[str, Callable[[], NDArray[Any]]] = {"motorcycle": lambda: data.stereo_motorcycle()[0]}
    return [picture_from_array(name, np.asarray((special.get(name) or getattr(data, name))())) for name in chosen]


class PictureFiles(Sequence[Picture]):
    """Image files as pictures, each read when it is asked for, so that one at a time is in memory."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = tuple(files)
        self._pillow = _pillow()

    def __len__(self) -> int:
        return len(self._files)

    def __getitem__(self, index: Any) -> Any:
        found = self._files[index]
        return PictureFiles(found) if isinstance(index, slice) else _read(found, self._pillow)


def load_pictures(paths: Sequence[str | Path]) -> PictureFiles:
    """Find image files, and all image files below folders, to be read one by one.

    Parameters
    ----------
    paths : sequence of path
        Files that are no images are refused where they are named, and skipped in a folder if their names do not end
        like those of images. Hidden files in folders are skipped.

    Returns
    -------
    PictureFiles

    Raises
    ------
    InputError
        If something is missing, a folder has no images, or a file is given twice; when a picture is asked for, if it is
        no image, or cannot be measured.
    MissingDependencyError
        If Pillow, which comes with scikit-image, is not installed.
    """
    pillow = _pillow()
    found: dict[Path, Path] = {}
    for file in (file for path in paths for file in _files(Path(path), pillow)):
        if found.setdefault(file.resolve(), file) is not file:
            raise InputError(f"{file}: given twice, but a picture counts once")
    return PictureFiles(list(found.values()))


def _files(path: Path, pillow: ModuleType) -> Iterator[Path]:
    if not path.exists():
        raise InputError(f"{path}: there is no such file")
    if not path.is_dir():
        yield path
        return
    suffixes = pillow.registered_extensions()
    found = sorted(
        file
        for file in path.rglob("*")
        if file.suffix.lower() in suffixes and file.is_file() and not file.name.startswith(".")
    )
    if not found:
        raise InputError(f"{path}: a folder with image files is needed, this one has none")
    yield from found


def _read(file: Path, pillow: ModuleType) -> Picture:
    try:
        with warnings.catch_warnings():
            # A file that unpacks to gigabytes is refused, not only warned of.
            warnings.simplefilter("error", pillow.DecompressionBombWarning)
            # What else a decoder finds remarkable concerns metadata.
            warnings.simplefilter("ignore", UserWarning)
            with pillow.open(file) as opened:
                array = np.asarray(_with_plain_mode(opened, pillow))
    except (pillow.DecompressionBombWarning, pillow.DecompressionBombError) as error:
        raise InputError(f"{file}: too large: {error}") from None
    except pillow.UnidentifiedImageError:
        raise InputError(f"{file}: an image is needed, but this file is none") from None
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError) as error:
        raise InputError(f"{file}: the image cannot be read: {error}") from None
    return picture_from_array(str(file), _with_plain_type(file, array))


def _with_plain_mode(opened: Any, pillow: ModuleType) -> Any:
    """Turn bits, palettes and other colour spaces into grey or red, green and blue; transparency is dropped."""
    if opened.mode in _PLAIN or opened.mode.startswith("I;16"):
        return opened
    return opened.convert("L" if pillow.getmodebase(opened.mode) == "L" else "RGB")


def _with_plain_type(file: Path, array: NDArray[Any]) -> NDArray[Any]:
    """Integers of 32 bits with a sign are how Pillow holds grey values of 16 bits."""
    if array.dtype.kind != "i":
        return array.astype(array.dtype.newbyteorder("="), copy=False)
    if array.min() < 0 or array.max() > np.iinfo(np.uint16).max:
        raise InputError(f"{file}: grey values have up to 16 bits, but these go from {array.min()} to {array.max()}")
    return array.astype(np.uint16)


def _pillow() -> ModuleType:
    # What Pillow logs of a damaged file comes as an error, too; else it would be printed beside that.
    logging.getLogger("PIL").addHandler(_NOWHERE)
    return import_extra(
        "PIL.Image", extra="images", purpose="reading images needs Pillow, which comes with scikit-image"
    )
