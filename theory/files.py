"""Files written whole or not at all: beside their place, flushed to the disk, and renamed; by one process at a time."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from secrets import token_hex
from stat import S_ISDIR, S_ISREG

from theory.errors import StorageError, SubpoolError

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None  # type: ignore[assignment]

_LOCKS = fcntl is not None

_PART = re.compile(r"\..{0,50}\.\d+-[0-9a-f]{8}\.part", re.DOTALL)


@contextmanager
def written_beside(target: str | os.PathLike[str], *, note: str = "") -> Iterator[Path]:
    """Give a file to write to in a ``with`` block, which then takes the place of the target.

    That is replaced if it exists, and untouched if the block, or anything else, fails. A symbolic link stays, and what
    it points to is replaced. The file is empty, with a hidden name in the folder of the target. Whatever happens,
    nothing of that name remains; what killed processes left of the kind is cleared away.

    A StorageError, with the note, is raised if the target is a folder, a device, or no name of a file, if the block
    wrote nothing, and for an OSError in the block or while flushing and renaming.

    >>> from tempfile import mkdtemp
    >>> folder = Path(mkdtemp())
    >>> with written_beside(folder / "notes.txt") as part:
    ...     _ = part.write_text("all of it")
    >>> [(file.name, file.read_text()) for file in folder.iterdir()]
    [('notes.txt', 'all of it')]
    >>> with written_beside("/dev/null") as part:
    ...     _ = part.write_text("all of it")
    Traceback (most recent call last):
    ...
    theory.errors.StorageError: cannot write '/dev/null': no ordinary file
    """
    path = Path(target)
    try:
        _check_replaceable(path)
        place = Path(os.path.realpath(path))
        _clear_away(place.parent)
        # A target's name may be as long as names can be; characters have up to four bytes of at most 255.
        with _created(place.parent / f".{place.name[:50]}.{os.getpid()}-{token_hex(4)}.part") as part:
            yield part
            _flush(part)
            part.replace(place)
    except SubpoolError:
        raise  # StorageError is an OSError, too
    except OSError as error:
        addition = f"; {note}" if note else ""
        raise StorageError(f"cannot write {str(path)!r}: {error.strerror or error}{addition}") from None


def write_whole(target: str | os.PathLike[str], content: str | bytes, *, note: str = "") -> None:
    """Write a file, a text as UTF-8, as :func:`written_beside` does: whole or not at all.

    >>> write_whole("missing/notes.txt", "all of it")
    Traceback (most recent call last):
    ...
    theory.errors.StorageError: cannot write 'missing/notes.txt': No such file or directory
    """
    with written_beside(target, note=note) as part:
        part.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def locked(
    path: str | os.PathLike[str], *, busy: str = "in use by another process", wait: bool = False
) -> Iterator[bool]:
    """Keep other processes out of a ``with`` block. The lock ends with the process, however that ends.

    It is on a file or folder that is there, and to which nothing is written. Where another process has it, ``busy`` is
    the message of a StorageError, or that process is waited for. The block is told whether there is a lock: not on
    Windows, nor on a file system without locks, where it is up to the user.

    >>> from tempfile import mkdtemp
    >>> folder = mkdtemp()
    >>> with locked(folder, busy="in use"), locked(folder, busy="in use"):
    ...     pass
    Traceback (most recent call last):
    ...
    theory.errors.StorageError: in use
    """
    if not _LOCKS:
        yield False
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        got = _lock(descriptor, wait=wait)
        if got is False:
            raise StorageError(busy)
        yield bool(got)
    finally:
        os.close(descriptor)


def is_left_over(name: str) -> bool:
    """Return whether a file's name is one that :func:`written_beside` gives: a killed process may leave some behind."""
    return name.startswith(".") and name.endswith(".part")


def _check_replaceable(path: Path) -> None:
    """Refuse what is no ordinary file: renaming would replace a device such as /dev/null, and fail on a folder."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return
    except ValueError as error:  # a null character
        raise StorageError(f"cannot write {str(path)!r}: {error}") from None
    if not S_ISREG(mode):
        raise StorageError(f"cannot write {str(path)!r}: {'a folder' if S_ISDIR(mode) else 'no ordinary file'}")


@contextmanager
def _created(part: Path) -> Iterator[Path]:
    """Create a file, remove it at the end, and hold a lock on it meanwhile, which a killed process lets go."""
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        # By its time it is seen whether somebody wrote to it, on file systems that let times be set.
        with suppress(OSError):
            os.utime(part, (0, 0))
        if not _lock(descriptor):  # nor are files renamed that are open, on Windows
            os.close(descriptor)
            descriptor = -1
        yield part
    finally:
        with suppress(OSError):
            part.unlink()
        if descriptor >= 0:
            os.close(descriptor)


def _lock(descriptor: int, *, wait: bool = False) -> bool | None:
    """Lock a file for this process: False if another one has it, None where there are no locks."""
    if not _LOCKS:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks
        return None
    return True


@lru_cache(maxsize=64)  # once: a folder may hold many files, and be written to for each of them
def _clear_away(folder: Path) -> None:
    """Remove what killed processes left in a folder: the parts on which nobody has a lock any more."""
    with suppress(OSError):
        for part in [entry for entry in folder.iterdir() if _PART.fullmatch(entry.name)]:
            with suppress(OSError):
                descriptor = os.open(part, os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
                try:
                    if _lock(descriptor):
                        part.unlink()
                finally:
                    os.close(descriptor)


def _flush(path: Path) -> None:
    # Else the new name may reach the disk before the content does.
    with path.open("rb+") as file:
        if not os.fstat(file.fileno()).st_mtime_ns:
            raise OSError("nothing was written")
        os.fsync(file.fileno())
