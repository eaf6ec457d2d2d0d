"""A MaxPool node as its replacement sees it, and what replacements of every kind have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from theory.combination import Combination
from theory.errors import InputError
from theory.models.values import ValueInfo
from theory.models.windows import WindowGrid
from theory.networks.circuit import Domain
from theory.rewrite.convolutions import emit_translation
from theory.rewrite.emitter import Emitter
from theory.rewrite.options import InputBounds, ReluifyOptions
from theory.rewrite.separable import pad_window

LARGEST_BOUND = 10**37
"""Leaves room below the largest float32, 3.4e38, for what is computed from a bound."""


@dataclass(frozen=True)
class Pooling:
    """A MaxPool node as far as its replacement depends on it: its windows, and what is known of its input.

    The dtype is that of the computation, None where it is not known; the bounds of the input are given or measured,
    ``least`` is one below which it is seen never to fall. Where there is a shift, the rest is about the input less it.
    """

    windows: WindowGrid
    value: ValueInfo
    domain: Domain
    dtype: np.dtype[Any] | None
    bounds: InputBounds | None
    least: Fraction | None = None
    shift: Fraction | None = None

    @property
    def extents(self) -> tuple[int | None, ...]:
        """Spatial extents of the input."""
        return self.value.shape[2:] if self.value.shape is not None else (None,) * len(self.windows.axes)

    @property
    def channels(self) -> int | None:
        """Number of channels."""
        return self.value.shape[1] if self.value.shape is not None else None

    @property
    def conv_dtype(self) -> np.dtype[Any]:
        """The dtype, if convolutions can be computed in it."""
        if self.dtype is None:
            raise InputError("the element type of its input is not known")
        if self.dtype == np.float64:
            raise InputError(
                "runtimes have no Conv in float64: only exact maxima of style skip, construction tree do without"
            )
        return self.dtype

    @property
    def zeros_serve(self) -> bool:
        """Whether zeros are right as padding of a maximum: no value is negative, and each window has one that is none.

        The latter is certain where no padded axis is dilated, or its extent is known and has been checked.
        """
        return self.domain == "nonnegative" and all(
            axis.dilation == 1 or not axis.padded or extent is not None
            for axis, extent in zip(self.windows.axes, self.extents, strict=True)
        )


@dataclass(frozen=True)
class Replacement:
    """What takes the place of one node, its error in exact arithmetic relative to the range or to the bounds.

    ``emit`` adds the nodes for an input whose dtype is that of the computation, and returns the result. ``shift`` is
    taken off the input before it is padded with zeros; ``bounded`` says that it is right within the bounds alone;
    ``pools`` counts the MaxPools of style ``"pools"``, and those under a combination.
    """

    emit: Callable[[Emitter, str], str]
    units_per_output: int
    hidden_layers: int
    edge_padding: bool
    orders: tuple[int, ...] | None = None
    error: Fraction = Fraction(0)
    shift: Fraction | None = None
    bounded: bool = False
    pools: int = 0
    combination: Combination | None = None

    @property
    def approximate(self) -> bool:
        """Whether something else than the maximum comes out."""
        return self.orders is not None or self.combination is not None


def bounds_of_objective(pooling: Pooling, options: ReluifyOptions) -> InputBounds | None:
    """Return the bounds for which an approximation is made; None for one that takes none."""
    if not options.takes_bounds:
        return None
    if pooling.bounds is None:
        raise InputError("the objective cube takes bounds of the node's inputs")
    if max(-pooling.bounds[0], pooling.bounds[1]) > LARGEST_BOUND:
        raise InputError("bounds lie between -1e37 and 1e37: it is computed in float32, which ends at 3.4e38")
    return pooling.bounds


def laid(pooling: Pooling, *, edge: bool) -> tuple[WindowGrid, bool]:
    """Return the windows that are left once borders are repeated, if that is asked for, and whether they are."""
    edge = edge and pooling.windows.padded
    return pooling.windows.unpadded if edge else pooling.windows, edge


def channelwise(
    emit: Callable[[Emitter, str, int], str],
    pooling: Pooling,
    options: ReluifyOptions,
    units: int,
    layers: int,
    *,
    edge: bool,
) -> Replacement:
    """Give the number of channels to what treats each alike; where it is not known, make batches of channels."""
    batch, channels = pooling.value.shape[0] if pooling.value.shape is not None else None, pooling.channels
    rank, shift = len(pooling.windows.axes), pooling.shift

    def emit_shifted(emitter: Emitter, x: str, channels: int) -> str:
        if not shift:
            return emit(emitter, x, channels)
        moved = partial(
            emit_translation, emitter, rank=rank, channels=channels, dtype=pooling.conv_dtype, dense=options.dense
        )
        return moved(emit(emitter, moved(x, by=-shift), channels), by=shift)

    def emit_all(emitter: Emitter, x: str) -> str:
        if edge:
            x = pad_window(emitter, x, pooling.windows, pooling.extents)
        if channels is not None:
            return emit_shifted(emitter, x, channels)
        if batch is None:
            raise InputError("neither the number of channels nor the size of the batch is known")
        # In the shape of a Reshape 0 keeps an extent and -1 takes what is left.
        same = [0] * rank
        x = emitter.op("Reshape", [x, emitter.integers([-1, 1, *same])])
        return emitter.op("Reshape", [emit_shifted(emitter, x, 1), emitter.integers([batch, -1, *same])])

    return Replacement(emit_all, units, layers, edge)
