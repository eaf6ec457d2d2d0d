"""Which device a forward pass runs on: what was asked for, what is there, and what to install."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.metadata import entry_points
from importlib.util import find_spec
from typing import Any, Literal, get_args

from theory.errors import InputError, MissingDependencyError

Device = Literal["auto", "cpu", "cuda"]
"""What can be asked for; ``"auto"`` is ``"cuda"`` where it is there."""

CUDA_PROVIDER, _CPU_PROVIDER = "CUDAExecutionProvider", "CPUExecutionProvider"
"""What onnxruntime calls them."""

_LIBRARIES = ("cupy", "jax")
"""Array libraries with CUDA, in the order of preference."""


def check_device(device: object) -> Device:
    """Return the device if it is one, or raise an InputError."""
    if device not in get_args(Device):
        raise InputError(f'the device is "auto", "cpu" or "cuda", not {device!r:.80}')
    return device  # type: ignore[return-value]


def choose_provider(device: Device, available: Sequence[str]) -> str:
    """Choose the execution provider of onnxruntime among those that ``onnxruntime.get_available_providers()`` returns.

    Examples
    --------
    >>> choose_provider("auto", ["CUDAExecutionProvider", "CPUExecutionProvider"])
    'CUDAExecutionProvider'
    """
    if device == "cpu" or (device == "auto" and CUDA_PROVIDER not in available):
        return _CPU_PROVIDER
    if CUDA_PROVIDER in available:
        return CUDA_PROVIDER
    raise MissingDependencyError(
        f'device "cuda" needs a CUDA build of onnxruntime, but this one has {", ".join(available) or "no providers"}: '
        "install onnxruntime-gpu in the place of onnxruntime"
    )


def choose_library(device: Device, why_not: Callable[[str], str]) -> str:
    """Choose the array library that evaluates a ReLU network: ``"numpy"`` on the CPU, else one with CUDA.

    Where the answer matters, ``why_not`` is asked why a library is not usable, ``""`` if it is.

    Examples
    --------
    >>> choose_library("auto", {"cupy": "not installed", "jax": ""}.__getitem__)
    'jax'
    """
    if device == "cpu":
        return "numpy"
    reasons = {}
    for library in _LIBRARIES:
        reasons[library] = why_not(library)
        if not reasons[library]:
            return library
    if device == "auto":
        return "numpy"
    told = ", ".join(f"{library}: {reason}" for library, reason in reasons.items())
    raise MissingDependencyError(
        f"device \"cuda\" needs CuPy or JAX with a CUDA device ({told}): install the extra 'gpu' "
        "(pip install 'subpool[gpu]')"
    )


def why_not(library: str) -> str:
    """Look for an array library with a CUDA device: ``""`` if it is usable, else why it is not."""
    return _why_not_cupy() if library == "cupy" else _why_not_jax()


def _why_not_cupy() -> str:
    try:
        import cupy  # type: ignore[import-not-found, unused-ignore]
    except ImportError:
        return "not installed"
    try:
        count: int = cupy.cuda.runtime.getDeviceCount()
    except cupy.cuda.runtime.CUDARuntimeError as error:
        return f"no CUDA device ({error})"
    return "" if count else "no CUDA device"


def _why_not_jax() -> str:
    if find_spec("jax") is None:
        return "not installed"
    # Asked first, as importing JAX takes a second.
    if not any("cuda" in plugin.name for plugin in entry_points(group="jax_plugins")):
        return "installed without its CUDA plugin"
    import jax

    try:
        devices = jax.devices("cuda")
    except RuntimeError:
        return "no CUDA device"
    return "" if devices else "no CUDA device"


def on_library(library: str, function: Callable[[Any], Any], x: Any) -> Any:
    """Evaluate a function of a NumPy array on an array library, and bring the result back as a NumPy array.

    On JAX with 64-bit numbers and products in full precision, so that the dtype is that of ``x`` and the arithmetic
    that of IEEE.
    """
    if library == "numpy":
        return function(x)
    if library == "cupy":
        import cupy  # type: ignore[import-not-found, unused-ignore]

        return cupy.asnumpy(function(cupy.asarray(x)))
    import jax
    import jax.experimental
    import numpy as np

    # Its home in newer and in older versions.
    enable_x64 = jax.enable_x64 if hasattr(jax, "enable_x64") else jax.experimental.enable_x64
    with enable_x64(True), jax.default_matmul_precision("highest"):
        return np.asarray(function(jax.device_put(x, jax.devices("cuda")[0])))
