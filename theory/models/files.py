"""Models in files: read and written without their external data, which is copied file by file where it has to be.

A model whose weights are in other files is never put together in memory, so it may be larger than the 2 GiB that one
protocol buffer holds. The places of those files are checked before anything is read: below the folder of the model, no
absolute path, no ``..``, no symbolic link.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from theory.errors import FormatError, InputError, StorageError
from theory.files import written_beside
from theory.models.scopes import import_onnx, stored_tensors

LARGEST_FILE = (1 << 31) - 1
"""Bytes that a protocol buffer may have."""


def read_model(path: str | os.PathLike[str]) -> Any:
    """Read a valid model, leaving its external data where it is.

    Raises InputError if the file cannot be read, FormatError if it holds no valid model, or one whose external data is
    missing, cut off, or not below its folder.
    """
    model = _parse_file(path)
    check_model(os.fspath(path), repr(os.fspath(path)))
    return model


def load_model(path: str | os.PathLike[str], *, checked: bool = True) -> Any:
    """Read a model with its external data; it need not be valid if only a runtime is to judge it.

    Raises what :func:`read_model` raises.
    """
    model = read_model(path) if checked else _parse_file(path)
    import_onnx().external_data_helper.load_external_data_for_model(model, str(Path(path).parent))
    return model


def _parse_file(path: str | os.PathLike[str]) -> Any:
    onnx = import_onnx()
    source = Path(path)
    try:
        if source.stat().st_size > LARGEST_FILE:
            raise FormatError(f"{str(source)!r} is larger than an ONNX file can be, 2 GiB")
        content = source.read_bytes()
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"cannot read {str(source)!r}: {_reason(error)}") from None
    model = parse_model(content, repr(str(source)))
    for tensor in stored_tensors(model):
        if tensor.data_location == onnx.TensorProto.EXTERNAL:
            _check_external(source, tensor)
    return model


def parse_model(content: bytes, name: str) -> Any:
    """Return the model that is written in bytes, as yet unchecked; the name is for the error."""
    onnx = import_onnx()
    from google.protobuf.message import DecodeError

    try:
        model = onnx.ModelProto.FromString(content)
        _read_texts(model)
    except (DecodeError, UnicodeDecodeError):
        raise FormatError(f"{name} is no ONNX model: it is not the protocol buffer of one") from None
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


def as_model(model: Any) -> Any:
    """Return a valid model that is given as such or by its path; external data stays where it is.

    Raises InputError if it is neither, or the file cannot be read, FormatError if it is no valid ONNX model.
    """
    if isinstance(model, str | os.PathLike):
        return read_model(model)
    if is_too_large(check_is_model(model)):
        raise InputError("a model over 2 GiB is read from its file, not from memory")
    check_model(model, "the model")
    return model


def check_is_model(model: Any) -> Any:
    """Return a ModelProto that is one, valid or not; raise InputError if it is anything else."""
    if not isinstance(model, import_onnx().ModelProto):
        raise InputError(f"a model is an onnx.ModelProto or the path of one, not {type(model).__name__}")
    return model


def check_model(model: Any, name: str) -> None:
    """Check a model, or that in a file whose path is given, as onnx does; raise FormatError if it is not valid."""
    onnx = import_onnx()
    try:
        onnx.checker.check_model(model)
    except (onnx.checker.ValidationError, RuntimeError, ValueError) as error:
        raise FormatError(f"{name} is no valid ONNX model: {one_line(error) or 'it does not parse'}") from None


def one_line(error: Exception) -> str:
    """Return the beginning of what an error says, in one line."""
    return " ".join(str(error).split())[:200]


def check_target(source: str | os.PathLike[str], target: str | os.PathLike[str], *, force: bool = False) -> None:
    """See that a file may be written, before work is spent on what goes into it.

    Raises InputError if the target is the source and ``force`` is not given, no ordinary file, or in a folder that is
    missing.
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
    """Write a model, and copy the external data that it has, as it is not loaded, from beside its source.

    With ``force`` the source itself and files with the names of external data are overwritten. Raises InputError if a
    file is one that ought not to be overwritten, StorageError if it cannot be written.
    """
    check_target(source, target, force=force)
    path = Path(target)
    if is_too_large(model):
        raise InputError("an ONNX file holds at most 2 GiB, the model takes more: store its weights as external data")
    _copy_external(model, Path(source).parent, path, force=force)
    with written_beside(path) as part:
        part.write_bytes(model.SerializeToString())
        check_model(str(part), repr(str(path)))


def copy_model(source: str | os.PathLike[str], target: str | os.PathLike[str], *, force: bool = False) -> None:
    """Copy a model as it is, byte by byte, with its external data; raises what reading and writing raise."""
    check_target(source, target, force=force)
    path = Path(target)
    if path.exists() and path.samefile(source):
        return
    _copy_external(read_model(source), Path(source).parent, path, force=force)
    with written_beside(path) as part:
        shutil.copyfile(source, part)


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
