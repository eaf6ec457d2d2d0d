"""The optional libraries that models are read, written and run with."""

from __future__ import annotations

from types import ModuleType

from theory.extras import import_extra

STANDARD_DOMAINS = ("", "ai.onnx")
"""Names of the domain of ONNX's own operators."""


def import_onnx() -> ModuleType:
    """Return the module onnx, with the submodules used here loaded.

    Raises
    ------
    MissingDependencyError
    """
    used = ("checker", "external_data_helper", "helper", "numpy_helper", "shape_inference")
    return import_extra("onnx", *used, extra="onnx", purpose="ONNX models are rewritten with onnx")


def import_onnxruntime() -> ModuleType:
    """Return the module onnxruntime.

    Raises
    ------
    MissingDependencyError
    """
    return import_extra("onnxruntime", extra="onnx", purpose="ONNX models are run with onnxruntime")
