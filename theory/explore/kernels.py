"""The kernels of a page, as people write them: ``2x2,3x3,5..8``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import prod

from theory.errors import InputError, KernelSizeError
from theory.notation import parse_kernel

DEFAULT_KERNELS = "2,3,2x2,5,2x3,7,2x4,3x3,2x5,11,3x4,4x4,5x5,6x6,7x7,8x8,9x9,10x10,11x11,12x12,13x13"
"""Every kernel size whose sets are all solved, and the squares beyond."""

_LARGEST = 256
"""The largest kernel size of a page: its networks are counted in a second."""
_MOST = 64
"""The most kernels of a page: each adds up to a quarter of a megabyte."""
_RANGE = re.compile(r"([0-9]{1,9})\.\.([0-9]{1,9})", re.ASCII)


Shapes = Sequence[tuple[int, ...]]
"""Kernels, each by its extents."""


def read_kernels(text: str) -> Shapes:
    """Read a list of kernels, by kernel size; a KernelSizeError or an InputError says what is wrong with it.

    >>> read_kernels("3x3,2..4")
    ((2,), (3,), (4,), (3, 3))
    >>> read_kernels("3x3,")
    Traceback (most recent call last):
    ...
    theory.errors.KernelSizeError: a kernel is an integer such as 9 or a shape such as 3x3, not ''
    """
    found = dict.fromkeys(shape for part in text.split(",") for shape in _read(part.strip()))
    for shape in found:
        if prod(shape) > _LARGEST:
            raise KernelSizeError(f"kernels of a page have at most {_LARGEST} inputs, not {prod(shape)}")
    if len(found) > _MOST:
        raise InputError(f"a page has at most {_MOST} kernels, not {len(found)}")
    return tuple(sorted(found, key=lambda shape: (prod(shape), shape)))


def _read(part: str) -> Iterator[tuple[int, ...]]:
    limits = _RANGE.fullmatch(part)
    if limits is None:
        yield parse_kernel(part)
        return
    first, last = int(limits[1]), int(limits[2])
    if not 0 <= last - first < _MOST:
        raise InputError(f"a range of kernels is first..last, of at most {_MOST}, not {part}")
    for d in range(first, last + 1):
        yield parse_kernel(d)
