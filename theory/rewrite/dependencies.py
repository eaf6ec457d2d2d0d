"""The optional libraries that models are read, written and run with."""

from __future__ import annotations

from typing import Any

from theory.errors import MissingDependencyError

STANDARD_DOMAINS = ("", "ai.onnx")
"""Names of the domain of ONNX's own operators."""


def import_onnx() -> Any:
    """Return the module onnx, with the submodules used here loaded.

    Raises
    ------
    MissingDependencyError
    """
    try:
        import onnx
        import onnx.checker
        import onnx.external_data_helper
        import onnx.helper
        import onnx.numpy_helper
        import onnx.shape_inference
    except ImportError:
        raise MissingDependencyError(
            "ONNX models are rewritten with onnx: install the extra 'onnx' (pip install 'subpool[onnx]')"
        ) from None
    return onnx


def import_onnxruntime() -> Any:
    """Return the module onnxruntime.

    Raises
    ------
    MissingDependencyError
    """
    try:
        import onnxruntime
    except ImportError:
        raise MissingDependencyError(
            "ONNX models are run with onnxruntime: install the extra 'onnx' (pip install 'subpool[onnx]')"
        ) from None
    return onnxruntime
