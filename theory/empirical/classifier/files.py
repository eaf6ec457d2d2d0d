"""Files written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from theory.errors import InputError


def write_whole(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file beside its place and rename it; what was there before is replaced.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    target = Path(path)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(content)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise InputError(f"cannot write {target}: {error.strerror}") from None
