"""What the nodes that stand for a MaxPool compute, compared with the maxima of its windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

from theory.errors import ProblemTooLargeError
from theory.networks.exactness.sort_linear import Domain
from theory.rewrite.certify.arithmetic import UNIT64, down, up
from theory.rewrite.certify.bounds import Bounds
from theory.rewrite.certify.expressions import Index, Symbols, distinct_rows
from theory.rewrite.certify.geometry import Geometry
from theory.rewrite.certify.graph import Node
from theory.rewrite.certify.readers import Constant
from theory.rewrite.certify.residuals import Residual, residual
from theory.rewrite.certify.symbolic_run import place_strides, run_symbols
from theory.rewrite.certify.unsupported import Unsupported

_MOST_KINDS = 4096


@dataclass(frozen=True, eq=False)
class PoolingResidual:
    """Bounds of what the nodes compute in exact arithmetic, less the maximum of the window.

    Attributes
    ----------
    exact : bool
        Whether they compute the maximum of every window.
    box : Bounds
    """

    exact: bool
    box: Bounds


def pooling_residual(
    nodes: Sequence[Node], start: str, end: str, x: Bounds, geometry: Geometry, constants: Mapping[str, Constant]
) -> PoolingResidual:
    """Bound the distance of what nodes compute from max pooling.

    Parameters
    ----------
    nodes : sequence of Node
        What computes the tensor ``end`` from ``start``, in order.
    start, end : str
    x : Bounds
        Of the start.
    geometry : Geometry
        The windows of the max pooling.
    constants : dict

    Raises
    ------
    Unsupported
        If the nodes are not understood.
    """
    algebra, symbols, single = run_symbols(nodes, start, end, x.shape, constants)
    shape = (1, 1, *x.shape[2:]) if single else x.shape
    expected = (*shape[:2], *geometry.size)
    if symbols.numbers.shape != expected:
        raise Unsupported(f"it computes a tensor of shape {symbols.numbers.shape}, the windows have {expected}")
    domain: Domain = "nonnegative" if np.all(x.lo >= 0) else "real"
    windows = _Windows(shape, geometry)
    fixed = np.array([not expression.terms for expression in algebra.expressions])
    first, kinds, relative = _kinds(symbols, fixed, windows)
    if len(first) > _MOST_KINDS:
        raise Unsupported(f"{len(first)} windows differ in what is computed from them")
    numbers = symbols.numbers.ravel()
    try:
        residuals = [
            residual(
                algebra, int(numbers[i]), int(relative[i]), windows.offsets[int(windows.borders.ravel()[i])], domain
            )
            for i in first.tolist()
        ]
    except ProblemTooLargeError as error:
        raise Unsupported(str(error)) from None
    box = Bounds.zero((*x.shape[:2], *geometry.size), x.dtype)
    for kind, found in enumerate(residuals):
        if not found.exact:
            _write(box, found, np.flatnonzero(kinds == kind), windows, x, single=single)
    return PoolingResidual(all(found.exact for found in residuals), box)


class _Windows:
    """The pixels of every window: where the first one is, and where the others are relative to it."""

    def __init__(self, shape: Sequence[int], geometry: Geometry) -> None:
        self.shape = tuple(shape)
        self.strides = place_strides(shape)
        self.offsets: list[tuple[int, ...]] = []
        """For each way in which a border cuts windows."""
        axes: list[list[tuple[int, tuple[int, ...]]]] = [[(i, (0,)) for i in range(size)] for size in shape[:2]]
        axes += [_visible(geometry, axis, size) for axis, size in enumerate(shape[2:])]
        cuts = [sorted({taps for _, taps in axis}) for axis in axes]
        origin = [np.array([first for first, _ in axis]) for axis in axes]
        which = [np.array([cut.index(taps) for _, taps in axis]) for axis, cut in zip(axes, cuts, strict=True)]
        self.origins: Index = _outer(origin, self.strides)
        """The place of the first pixel of every window."""
        radix = [int(np.prod([len(cut) for cut in cuts[i + 1 :]])) for i in range(len(cuts))]
        self.borders: Index = _outer(which, radix)
        for taps in product(*cuts):
            self.offsets.append(
                tuple(sum(t * stride for t, stride in zip(tap, self.strides, strict=True)) for tap in product(*taps))
            )


def _visible(geometry: Geometry, axis: int, size: int) -> list[tuple[int, tuple[int, ...]]]:
    """Return, for every window along an axis, the first pixel that it sees, and all of them relative to that."""
    found = []
    for window in range(geometry.size[axis]):
        start = window * geometry.strides[axis] - geometry.begin[axis]
        taps = [start + k * geometry.dilations[axis] for k in range(geometry.kernel[axis])]
        inside = [tap for tap in taps if 0 <= tap < size]
        if not inside:
            raise Unsupported("one of the windows lies in the padding altogether")
        found.append((inside[0], tuple(tap - inside[0] for tap in inside)))
    return found


def _outer(axes: Sequence[npt.NDArray[np.int64]], weights: Sequence[int]) -> Index:
    grids = np.meshgrid(*axes, indexing="ij", sparse=True)
    return np.asarray(sum(grid * weight for grid, weight in zip(grids, weights, strict=True)), dtype=np.int64)


def _kinds(symbols: Symbols, fixed: npt.NDArray[np.bool_], windows: _Windows) -> tuple[Index, Index, Index]:
    """Group the elements by what is computed from which part of a window; constants have no place."""
    relative = np.where(fixed[symbols.numbers], 0, symbols.places - windows.origins).ravel()
    first, kinds = distinct_rows([symbols.numbers.ravel(), relative, windows.borders.ravel()])
    return first, kinds, relative


def _write(box: Bounds, found: Residual, elements: Index, windows: _Windows, x: Bounds, *, single: bool) -> None:
    """Put the bounds of one kind of residual in their places."""
    channels = x.shape[1] if single else 1
    lo, hi = x.lo.reshape(channels, -1), x.hi.reshape(channels, -1)
    origins = windows.origins.ravel()[elements]
    pixels = [_flat(origins + offset, windows) for offset in found.pixels]
    least = np.minimum.reduce([lo[:, pixel] for pixel in pixels])
    largest = np.maximum.reduce([hi[:, pixel] for pixel in pixels])
    bounds = _over_box(found, least, largest)
    for target, values in zip((box.lo, box.hi), bounds, strict=True):
        target.reshape(channels, -1)[:, elements] = values


def _flat(places: Index, windows: _Windows) -> Index:
    """Return the indices into the flattened tensor of places."""
    index = np.zeros_like(places)
    for stride, size in zip(windows.strides, windows.shape, strict=True):
        coordinate, places = np.divmod(places, stride)
        index = index * size + coordinate
    return index


def _over_box(
    found: Residual, lo: npt.NDArray[np.float64], hi: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Bound constant + lo r(1) + (hi - lo) r(y) over all y; each operation is rounded outwards."""
    width = up(hi - lo)
    corners = []
    for value, direction in ((found.least, down), (found.largest, up)):
        steep, total, constant = (_outwards(part, direction) for part in (value, found.total, found.constant))
        scaled = direction(width * steep)
        # lo has either sign: the bound of r(1) that is outward for a positive factor may be inward for it.
        both = [lo * float(end) for end in (_outwards(found.total, down), _outwards(found.total, up))]
        moved = direction(np.minimum(*both) if direction is down else np.maximum(*both)) if total else 0.0
        corners.append(direction(direction(scaled + moved) + constant))
    return corners[0], corners[1]


def _outwards(value: object, direction: object) -> float:
    """Round a rational to a float on the given side."""
    nearest = float(value)  # type: ignore[arg-type]
    if nearest == value:
        return nearest
    return nearest - abs(nearest) * 4 * UNIT64 if direction is down else nearest + abs(nearest) * 4 * UNIT64
