"""Models in files: read and written without their external data, which is copied file by file where it has to be.

A model whose weights are in other files is never put together in memory, so it may be larger than the 2 GiB that one
protocol buffer holds. The places of those files are checked before anything is read: below the folder of the model, no
absolute path, no ``..``, no symbolic link.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from theory.errors import FormatError, InputError, StorageError
from theory.files import written_beside
from theory.rewrite.dependencies import import_onnx

LARGEST_FILE = (1 << 31) - 1
"""Bytes that a protocol buffer may have."""


def read_model(path: str | os.PathLike[str]) -> Any:
    """Read a model, leaving its external data where it is.

    Parameters
    ----------
    path : path

    Returns
    -------
    ModelProto
        Valid; its external data exists.

    Raises
    ------
    InputError
        If the file cannot be read.
    FormatError
        If it holds no valid model, or one whose external data is missing, cut off, or not below its folder.
    MissingDependencyError
    """
    onnx = import_onnx()
    from google.protobuf.message import DecodeError

    source = Path(path)
    try:
        if source.stat().st_size > LARGEST_FILE:
            raise FormatError(f"{str(source)!r} is larger than an ONNX file can be, 2 GiB")
        content = source.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"cannot read {str(source)!r}: {_reason(error)}") from None
    try:
        model = onnx.ModelProto.FromString(content)
        _read_texts(model)
    except (DecodeError, UnicodeDecodeError):
        raise FormatError(f"{str(source)!r} is no ONNX model: it is not the protocol buffer of one") from None
    for tensor in stored_tensors(model):
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            _check_external(source, tensor)
    check_file(source, str(source))
    return model


def _read_texts(message: Any) -> None:
    """Read all texts of a message once: protocol buffers decode them when they are read, and only then complain.

    Some complain with an error; others return bytes in the place of a text.
    """
    for field, value in message.ListFields():
        if field.type == field.TYPE_STRING:
            for text in [value] if isinstance(value, str | bytes) else value:
                if isinstance(text, bytes):
                    text.decode()
        elif field.message_type is not None:
            for inner in [value] if hasattr(value, "ListFields") else value:
                _read_texts(inner)


def load_model(path: str | os.PathLike[str]) -> Any:
    """Read a model with its external data.

    Raises
    ------
    InputError, FormatError, MissingDependencyError
        As :func:`read_model` does.
    """
    model = read_model(path)
    import_onnx().external_data_helper.load_external_data_for_model(model, str(Path(path).parent))
    return model


def as_model(model: Any) -> Any:
    """Return a model that is given as such or by its path; external data stays where it is.

    Raises
    ------
    InputError
        If it is neither, or the file cannot be read.
    FormatError
        If it is no valid ONNX model.
    MissingDependencyError
    """
    onnx = import_onnx()
    if isinstance(model, str | os.PathLike):
        return read_model(model)
    if not isinstance(model, onnx.ModelProto):
        raise InputError(f"a model is an onnx.ModelProto or the path of one, not {type(model).__name__}")
    if is_too_large(model):
        raise InputError("a model over 2 GiB is read from its file, not from memory")
    _check(model, "the model")
    return model


def check_file(path: Path, name: str) -> None:
    """Check the model in a file as onnx does.

    Raises
    ------
    FormatError
    """
    _check(str(path), repr(name))


def _check(model: Any, name: str) -> None:
    onnx = import_onnx()
    try:
        onnx.checker.check_model(model)
    except (onnx.checker.ValidationError, RuntimeError, UnicodeDecodeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise FormatError(f"{name} is no valid ONNX model: {reason or 'it does not parse'}") from None


def check_target(source: str | os.PathLike[str], target: str | os.PathLike[str], *, force: bool = False) -> None:
    """See that a file may be written, before work is spent on what goes into it.

    Raises
    ------
    InputError
        If the target is the source and ``force`` is not given, no ordinary file, or in a folder that is missing.
    """
    path = Path(target)
    try:
        if path.exists() and path.samefile(source) and not force:
            raise InputError(f"{str(path)!r} is the model to be read: --force overwrites it")
        if path.exists() and not path.is_file():
            raise InputError(f"cannot write {str(path)!r}: {'a folder' if path.is_dir() else 'no ordinary file'}")
        if not path.parent.is_dir():
            raise InputError(f"cannot write {str(path)!r}: the folder {str(path.parent)!r} does not exist")
    except OSError as error:
        raise InputError(f"cannot write {str(path)!r}: {_reason(error)}") from None


def is_too_large(model: Any) -> bool:
    """Return whether a model is too large for one protocol buffer."""
    from google.protobuf.message import EncodeError

    try:
        return bool(model.ByteSize() > LARGEST_FILE)
    except EncodeError:
        # Beyond the limit even the size is refused.
        return True


def write_model(
    model: Any, target: str | os.PathLike[str], *, source: str | os.PathLike[str], force: bool = False
) -> None:
    """Write a model, and copy the external data that it had at its source.

    Parameters
    ----------
    model : ModelProto
        Its external data not loaded.
    target : path
        Written beside and renamed.
    source : path
        The file that the model was read from.
    force : bool
        Overwrite the source itself, and files with the names of external data.

    Raises
    ------
    InputError
        If a file is one that ought not to be overwritten.
    StorageError
        If a file cannot be written.
    """
    check_target(source, target, force=force)
    path = Path(target)
    if is_too_large(model):
        raise InputError("an ONNX file holds at most 2 GiB, the model takes more: store its weights as external data")
    _copy_external(model, Path(source).parent, path, force=force)
    with written_beside(path) as part:
        part.write_bytes(model.SerializeToString())
        check_file(part, str(path))


def copy_model(source: str | os.PathLike[str], target: str | os.PathLike[str], *, force: bool = False) -> None:
    """Copy a model as it is, byte by byte, with its external data.

    Raises
    ------
    InputError, FormatError, StorageError, MissingDependencyError
        As :func:`read_model` and :func:`write_model` do.
    """
    check_target(source, target, force=force)
    path = Path(target)
    if path.exists() and path.samefile(source):
        return
    _copy_external(read_model(source), Path(source).parent, path, force=force)
    with written_beside(path) as part:
        shutil.copyfile(source, part)


def stored_tensors(model: Any) -> Iterator[Any]:
    """Yield all tensors stored in a model: initial values and attributes, in subgraphs and functions too."""
    yield from _tensors_of_graph(model.graph)
    for training in model.training_info:
        yield from _tensors_of_graph(training.initialization)
        yield from _tensors_of_graph(training.algorithm)
    for function in model.functions:
        for node in function.node:
            yield from _tensors_of_node(node)


def _tensors_of_graph(graph: Any) -> Iterator[Any]:
    yield from graph.initializer
    for sparse in graph.sparse_initializer:
        yield sparse.values
        yield sparse.indices
    for node in graph.node:
        yield from _tensors_of_node(node)


def _tensors_of_node(node: Any) -> Iterator[Any]:
    for attribute in node.attribute:
        if attribute.HasField("t"):
            yield attribute.t
        yield from attribute.tensors
        if attribute.HasField("g"):
            yield from _tensors_of_graph(attribute.g)
        for graph in attribute.graphs:
            yield from _tensors_of_graph(graph)


def _external(tensor: Any) -> dict[str, str]:
    return {entry.key: entry.value for entry in tensor.external_data}


def _check_external(source: Path, tensor: Any) -> None:
    """Refuse external data that is not an ordinary file below the model's folder, or shorter than it should be."""
    entries = _external(tensor)
    location = entries.get("location", "")

    def refusal(reason: str) -> FormatError:
        return FormatError(f"{str(source)!r} keeps the tensor {tensor.name!r} in {location!r}: {reason}")

    parts = (*PurePosixPath(location).parts, *PureWindowsPath(location).parts)
    if not location or "\0" in location:
        raise refusal("that names no file")
    if PurePosixPath(location).is_absolute() or PureWindowsPath(location).anchor or ".." in parts:
        raise refusal("external data has to be below the folder of the model")
    path = source.parent
    for part in PurePosixPath(location).parts:
        path /= part
        if path.is_symlink():
            raise refusal("external data is not read through symbolic links")
    if not path.is_file():
        raise refusal("there is no such file")
    try:
        offset, length = int(entries.get("offset", 0)), int(entries.get("length", 0))
    except ValueError:
        raise refusal("its offset and length are no integers") from None
    if offset < 0 or length < 0 or offset + length > path.stat().st_size:
        raise refusal("the file is too short")


def _copy_external(model: Any, folder: Path, target: Path, *, force: bool) -> None:
    """Copy the files of external data to where the target looks for them."""
    onnx = import_onnx()
    locations = {
        _external(tensor)["location"]
        for tensor in stored_tensors(model)
        if tensor.data_location == onnx.TensorProto.EXTERNAL
    }
    if locations and Path(os.path.realpath(target)).parent != target.parent.resolve():
        raise InputError(f"{str(target)!r} is a link to another folder: external data would be missing in one of them")
    copies = [(folder / location, target.parent / location) for location in sorted(locations)]
    for original, copy in copies:
        if target.exists() and target.samefile(original):
            raise InputError(f"{str(target)!r} is external data of the model to be read")
        if copy.exists() and not copy.samefile(original) and not force:
            raise InputError(f"{str(copy)!r} exists and would be overwritten by external data: --force does so")
    for original, copy in copies:
        if not (copy.exists() and copy.samefile(original)):
            try:
                copy.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StorageError(f"cannot write {str(copy)!r}: {_reason(error)}") from None
            with written_beside(copy) as part:
                shutil.copyfile(original, part)


def _reason(error: Exception) -> str:
    return str(error.strerror if isinstance(error, OSError) and error.strerror else error)
