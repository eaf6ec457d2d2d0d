"""Files written whole or not at all: beside their place, flushed to the disk, and renamed; by one process at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from stat import S_ISDIR, S_ISREG

from theory.errors import StorageError, SubpoolError


@contextmanager
def written_beside(target: str | os.PathLike[str], *, note: str = "") -> Iterator[Path]:
    """Give a file to write to in a ``with`` block, which then takes the place of the target.

    Parameters
    ----------
    target : path
        Replaced if it exists; untouched if the block, or anything else, fails.
    note : str
        What to add to the message of an error.

    Yields
    ------
    Path
        A hidden name in the folder of the target. Whatever happens, nothing of that name remains.

    Raises
    ------
    StorageError
        If the target is a folder, a device, or no name of a file, or for an ``OSError`` in the block or while flushing
        and renaming.

    Examples
    --------
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
    # A target's name may be as long as names can be; characters have up to four bytes of at most 255.
    part = path.parent / f".{path.name[:50]}.{os.getpid()}-{token_hex(4)}.part"
    try:
        _check_replaceable(path)
        yield part
        _flush(part)
        part.replace(path)
    except SubpoolError:
        raise  # StorageError is an OSError, too
    except OSError as error:
        addition = f"; {note}" if note else ""
        raise StorageError(f"cannot write {str(path)!r}: {error.strerror or error}{addition}") from None
    finally:
        # Where the folder is missing or is a file there is nothing to remove, and even asking may raise.
        with suppress(OSError, ValueError):
            part.unlink()


def write_whole(target: str | os.PathLike[str], content: str | bytes, *, note: str = "") -> None:
    """Write a file whole or not at all.

    Parameters
    ----------
    target : path
    content : str or bytes
        A text is written as UTF-8.
    note : str
        What to add to the message of an error.

    Raises
    ------
    StorageError
        As :func:`written_beside` does.

    Examples
    --------
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

    Parameters
    ----------
    path : path
        A file or folder that is there; nothing is written to it.
    busy : str
        The message where another process has the lock.
    wait : bool
        Whether to wait for that process instead.

    Yields
    ------
    bool
        Whether there is a lock: not on Windows, nor on a file system without locks. There it is up to the user.

    Raises
    ------
    StorageError
        If another process has the lock.
    OSError
        If the path is missing or cannot be read.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> folder = mkdtemp()
    >>> with locked(folder, busy="in use"), locked(folder, busy="in use"):
    ...     pass
    Traceback (most recent call last):
    ...
    theory.errors.StorageError: in use
    """
    try:
        import fcntl
    except ImportError:
        yield False
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise StorageError(busy) from None
        except OSError:
            got = False
        else:
            got = True
        yield got
    finally:
        os.close(descriptor)


def is_left_over(name: str) -> bool:
    """Return whether a file's name is one that :func:`written_beside` gives: a killed process may leave some behind.

    Examples
    --------
    >>> is_left_over(".notes.txt.4711-0123abcd.part"), is_left_over("notes.part")
    (True, False)
    """
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


def _flush(path: Path) -> None:
    # Else the new name may reach the disk before the content does.
    with path.open("rb+") as file:
        os.fsync(file.fileno())
