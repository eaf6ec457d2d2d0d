"""Models run by onnxruntime: sessions, and what it raises as errors of this package."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from theory.errors import FormatError, InputError
from theory.extras import import_extra
from theory.models.files import is_too_large, one_line
from theory.models.scopes import copy_of, import_onnx


def import_onnxruntime() -> ModuleType:
    """Return the module onnxruntime."""
    return import_extra("onnxruntime", extra="onnx", purpose="ONNX models are run by onnxruntime")


def open_session(model: Any, *, threads: int = 0, cuda: bool = False) -> Any:
    """Make an onnxruntime session of a model, given as such, by the path of its file, or as its bytes.

    It runs on as many threads as onnxruntime sees fit where none are given, and on the CPU where CUDA is not to be had.
    Raises FormatError if onnxruntime cannot run the model.
    """
    runtime = import_onnxruntime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = threads
    options.log_severity_level = 4
    if isinstance(model, str | os.PathLike):
        model = os.fspath(model)
    elif not isinstance(model, bytes):
        model = model.SerializeToString()
    # With TensorFloat-32 products would have eleven bits instead of twenty-four.
    providers = [("CUDAExecutionProvider", {"use_tf32": "0"})] if cuda else []
    # The fallback, which prints to standard output and tries the same once more, is of use for a GPU alone.
    with runtime_errors(FormatError, "onnxruntime cannot run the model"):
        return runtime.InferenceSession(
            model, options, providers=[*providers, "CPUExecutionProvider"], enable_fallback=int(cuda)
        )


@contextmanager
def runtime_errors(kind: type[InputError], what: str) -> Iterator[None]:
    """Translate what onnxruntime raises, whose errors have no common base but Exception."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    own = (kind for kind in vars(state).values() if isinstance(kind, type) and issubclass(kind, Exception))
    kinds: tuple[type[Exception], ...] = (RuntimeError, TypeError, ValueError, *own)
    try:
        yield
    except kinds as error:
        raise kind(f"{what}: {one_line(error)}") from None


def with_outputs(model: Any, names: Sequence[str]) -> Any:
    """Return a copy of a model in which inner values of the main graph, or its inputs, are outputs as well.

    Raises InputError if that is a model over 2 GiB.
    """
    onnx, copy = import_onnx(), copy_of(model)
    known = {value.name for value in model.graph.output}
    # Without types: onnxruntime finds them.
    copy.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names if name not in known)
    if is_too_large(copy):
        raise InputError("inner tensors are made outputs of models up to 2 GiB")
    return copy
