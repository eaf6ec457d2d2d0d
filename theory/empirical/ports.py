"""What models need: inputs with a name, a shape and types, and the arrays that fit them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from theory.errors import ArrayError, InputError

_DTYPES: dict[str, np.dtype[Any]] = {
    "tensor(float)": np.dtype(np.float32),
    "tensor(double)": np.dtype(np.float64),
    "tensor(float16)": np.dtype(np.float16),
    "tensor(bool)": np.dtype(np.bool_),
    **{f"tensor({kind}{bits})": np.dtype(f"{kind}{bits}") for kind in ("int", "uint") for bits in (8, 16, 32, 64)},
}
"""NumPy's names for the types of ONNX; others cannot be fed."""


@dataclass(frozen=True)
class Port:
    """An input of a model.

    A size is None where the model leaves it open, the shape where even the number of axes is open. Arrays of other
    dtypes are converted to the last one; there is none where the model takes no arrays of numbers.
    """

    name: str
    shape: tuple[int | None, ...] | None
    dtypes: tuple[np.dtype[Any], ...]

    @property
    def is_real(self) -> bool:
        """Whether it takes real numbers."""
        return any(dtype.kind == "f" for dtype in self.dtypes)

    def __str__(self) -> str:
        shape = "any" if self.shape is None else f"({', '.join('any' if n is None else str(n) for n in self.shape)})"
        return f"input {self.name!r} of shape {shape} and {' or '.join(map(str, self.dtypes)) or 'no numeric dtype'}"


def port_of(node: Any) -> Port:
    """Return an input of a session of onnxruntime."""
    # A scalar and an input of unknown shape look alike: both have no sizes, and neither is checked.
    shape = tuple(n if isinstance(n, int) and n > 0 else None for n in node.shape) or None
    return Port(node.name, shape, (_DTYPES[node.type],) if node.type in _DTYPES else ())


def fixed_batches(ports: Sequence[Port]) -> set[int]:
    """Return the sizes of first axes that the model fixes: none, one, or several, which then count no samples."""
    return {port.shape[0] for port in ports if port.shape and port.shape[0] is not None}


def convert(value: Any, port: Port, samples_first: bool) -> npt.NDArray[Any]:
    """Return a value in a dtype of an input, or say why it does not fit."""
    if not port.dtypes:
        raise InputError(f"arrays of numbers are fed to models, but this one has {port}")
    try:
        array = np.asarray(value)
    except ValueError:
        raise ArrayError(f"{port} is an array, not {value!r:.80}") from None
    numeric = array.dtype.kind in "fiub"
    if not numeric or not (port.is_real or any(np.can_cast(array.dtype, dtype) for dtype in port.dtypes)):
        raise ArrayError(f"{port} does not take an array of dtype {array.dtype}")
    _check_shape(array, port, samples_first)
    if array.dtype.kind == "f" and (bad := int(np.isnan(array).sum())):
        raise InputError(f"input {port.name!r} holds {bad} NaN among {array.size} values")
    if array.dtype in port.dtypes:
        return array
    with np.errstate(over="ignore"):
        converted = array.astype(port.dtypes[-1])
    if port.is_real and not np.array_equal(np.isinf(converted), np.isinf(array)):
        raise InputError(f"input {port.name!r} holds values beyond the largest {converted.dtype}")
    return converted


def _check_shape(array: npt.NDArray[Any], port: Port, samples_first: bool) -> None:
    if port.shape is None:
        return
    # The number of samples is no matter of one batch, whatever the model fixes.
    wanted = (None, *port.shape[1:]) if samples_first else port.shape
    if len(wanted) != array.ndim or any(n not in (None, m) for n, m in zip(wanted, array.shape, strict=True)):
        raise ArrayError(f"{port} does not take an array of shape {array.shape}")
