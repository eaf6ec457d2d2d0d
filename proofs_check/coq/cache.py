"""Compiled theories in a folder of the user's, and what was found when they were compiled.

They are kept under a name that is a digest of the sources and of Coq's version, with a record of what was found. It is
believed as long as it is as it was written, and the compiled files are those that it was made for.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from proofs_check.coq.errors import KernelError
from theory.errors import InputError
from theory.files import locked

FLAGS = ("-q", "-w", "none")
_RECORD = "record.json"
_PART = ".part-"
_REMEMBERED = 8
"""Builds that the next one may take from."""


@dataclass(frozen=True)
class KernelTheorem:
    """A theorem that the kernel has accepted, without assumptions: with any, there is an error instead of this object.

    The name has its source, such as ``Checker.cube_certificate``; the meaning is the statement in words, and the
    statement is what ``coqc`` prints. The seconds are those of compiling it, with what prepares it.
    """

    name: str
    source: str
    meaning: str
    statement: str
    seconds: float
    assumptions: str = "none"


@dataclass(frozen=True)
class Theories:
    """Compiled theories in a folder, and the theorems they list."""

    folder: Path
    theorems: tuple[KernelTheorem, ...]


def folder_of(texts: Mapping[str, str], version: str) -> Path:
    """Return the folder of theories that a version of Coq has compiled, in the cache of the user."""
    digest = hashlib.sha256()
    for part in (version, *FLAGS, *(part for name in sorted(texts) for part in (name, texts[name]))):
        digest.update(f"{len(part)}:{part}".encode())
    return _cache() / digest.hexdigest()[:32]


def _cache() -> Path:
    named = os.environ.get("SUBPOOL_CACHE")
    if named:
        return Path(named) / "coq"
    try:
        if sys.platform == "darwin":
            base = Path.home() / "Library" / "Caches"
        elif sys.platform == "win32":
            base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
        else:
            base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:
        raise InputError("the user has no home folder for a cache; name one in SUBPOOL_CACHE") from None
    return base / "subpool" / "coq"


@contextmanager
def part_of(root: Path) -> Iterator[Path]:
    """Make a folder beside the compiled theories, to compile in; it is gone afterwards, or has another name."""
    with ExitStack() as held:
        # Who clears away what nobody holds does not see it before it is held.
        with locked(root, wait=True):
            part = Path(tempfile.mkdtemp(prefix=_PART, dir=root))
            held.enter_context(locked(part))
        try:
            yield part
        finally:
            shutil.rmtree(part, ignore_errors=True)


def clear_parts(root: Path) -> None:
    """Remove what builds that were killed have left behind."""
    with suppress(OSError), locked(root, wait=True):
        for part in root.glob(f"{_PART}*"):
            with suppress(OSError), locked(part) as alone:
                if alone:
                    shutil.rmtree(part)


def write_text(path: Path, text: str) -> None:
    """Write a file that is the same on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.iterdir() if path.suffix in (".v", ".vo"))
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def write_record(folder: Path, theorems: Iterable[KernelTheorem], version: str) -> None:
    """Write down what a version of Coq found in the folder with the compiled files."""
    found = {"coq": version, "theorems": [asdict(theorem) for theorem in theorems], "files": _digests(folder)}
    write_text(folder / _RECORD, json.dumps({"sha256": _digest(found), "found": found}, indent=2) + "\n")


def _digest(found: Any) -> str:
    return hashlib.sha256(json.dumps(found, sort_keys=True).encode()).hexdigest()


def read_cache(folder: Path) -> Theories:
    """Read what was found when the theories were compiled, if the cache has them as they were written."""
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        digest, found = record["sha256"], record["found"]
        if digest == _digest(found) and found["files"] == _digests(folder):
            return Theories(folder, tuple(KernelTheorem(**theorem) for theorem in found["theorems"]))
    except FileNotFoundError:
        raise KernelError("the theories are not compiled yet") from None
    except OSError as error:
        raise KernelError(f"the cache {folder.parent} cannot be read: {error.strerror}; see SUBPOOL_CACHE") from None
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise KernelError(f"the compiled theories in {folder} are not as they were written")


def earlier_builds(root: Path, version: str) -> Iterator[Theories]:
    """Yield what this version of Coq compiled of late, the newest first, where it is as it was written."""
    with suppress(OSError):
        records = sorted(root.glob(f"*/{_RECORD}"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in records[:_REMEMBERED]:
            with suppress(KernelError):
                theories = read_cache(path.parent)
                if json.loads(path.read_text(encoding="utf-8"))["found"].get("coq") == version:
                    yield theories
