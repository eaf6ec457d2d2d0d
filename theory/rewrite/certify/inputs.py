"""The inputs of two models, and the boxes that they lie in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from theory.errors import InputError
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.graph import Graph
from theory.rewrite.certify.shapes import fits, show

BoundsLike: TypeAlias = tuple[npt.ArrayLike, npt.ArrayLike]


def check_same_interface(first: Graph, second: Graph) -> None:
    """Raise InputError if two models differ in their inputs or outputs, or have no outputs."""
    if not first.outputs and not second.outputs:
        raise InputError("a model has to have an output to compare, these have none")
    for what in ("inputs", "outputs"):
        a, b = list(getattr(first, what)), list(getattr(second, what))
        if a != b:
            raise InputError(f"the models have to have the same {what}, not {', '.join(a)} and {', '.join(b)}")
    for name, (dtype, shape) in first.inputs.items():
        other, sizes = second.inputs[name]
        if (other, sizes) != (dtype, shape):
            raise InputError(
                f"the input {name!r} is {dtype} of shape {show(shape)} in one model, "
                f"{other} of shape {show(sizes)} in the other"
            )


def input_boxes(
    graph: Graph, bounds: BoundsLike | Mapping[str, BoundsLike], shapes: Mapping[str, Sequence[int]]
) -> dict[str, Box]:
    """Return the box of every input; raises InputError for bounds or shapes that do not fit."""
    for kind, given in (("bounds", bounds if isinstance(bounds, Mapping) else {}), ("shapes", shapes)):
        unknown = sorted(set(given) - set(graph.inputs))
        if unknown:
            raise InputError(f"the {kind} name {unknown[0]!r}; the inputs are {', '.join(graph.inputs)}")
    return {
        name: _input_box(name, dtype, _static_shape(name, shape, shapes), bounds)
        for name, (dtype, shape) in graph.inputs.items()
    }


def _static_shape(name: str, shape: Sequence[int | None], shapes: Mapping[str, Sequence[int]]) -> tuple[int, ...]:
    if name in shapes:
        given = tuple(int(size) for size in shapes[name])
        if not fits(given, shape):
            raise InputError(f"the input {name!r} has the shape {show(shape)}, which {show(given)} does not fit")
        return given
    sizes = [1 if axis == 0 and size is None else size for axis, size in enumerate(shape)]
    if None in sizes:
        raise InputError(f"the input {name!r} has the shape {show(shape)}: say which by shapes")
    return tuple(size for size in sizes if size is not None)


def _input_box(
    name: str, dtype: np.dtype[Any], shape: tuple[int, ...], bounds: BoundsLike | Mapping[str, BoundsLike]
) -> Box:
    if isinstance(bounds, Mapping):
        if name not in bounds:
            raise InputError(f"the input {name!r} has no bounds")
        bounds = bounds[name]
    if dtype.kind != "f":
        raise InputError(f"the input {name!r} is {dtype}: only floats can be bounded")
    try:
        low, high = bounds
        lo, hi = (np.broadcast_to(np.asarray(end, np.float64), shape) for end in (low, high))
    except (TypeError, ValueError):
        raise InputError(
            f"bounds are (lo, hi), numbers or arrays of shape {show(shape)}: {name!r} has others"
        ) from None
    if not (np.all(np.isfinite(lo)) and np.all(np.isfinite(hi)) and np.all(lo <= hi)):
        raise InputError(f"bounds are finite, the lower at most the upper: those of {name!r} are not")
    return Box(lo, hi, dtype)
