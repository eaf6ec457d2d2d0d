"""Files are written whole or not at all, and nothing else is left in the folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from theory.errors import FormatError, StorageError
from theory.files import is_left_over, write_whole, written_beside


@pytest.fixture
def target(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("before")
    return path


@pytest.mark.parametrize(("content", "written"), [("süß\n", "süß\n".encode()), (b"\x00\xff", b"\x00\xff")])
def test_what_was_there_is_replaced(target, content, written):
    write_whole(target, content)
    assert target.read_bytes() == written
    assert list(target.parent.iterdir()) == [target]


def test_a_name_may_be_as_long_as_names_can_be(tmp_path):
    name = "ß" * 127
    write_whole(tmp_path / name, b"all of it")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_the_target_is_untouched_until_the_end(target):
    with written_beside(target) as part:
        part.write_text("after")
        assert target.read_text() == "before"
        assert part.parent == target.parent
        assert is_left_over(part.name)
    assert target.read_text() == "after"


def test_two_that_write_one_file_do_not_meet(target):
    with written_beside(target) as one, written_beside(target) as other:
        assert one != other
        one.write_text("one")
        other.write_text("other")
    assert target.read_text() == "one"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize(
    ("raised", "expected", "message"),
    [
        (
            OSError(28, "No space left on device"),
            StorageError,
            r"^cannot write '.*notes\.txt': No .*; all is well$",
        ),
        (OSError("no reason"), StorageError, "': no reason; all is well$"),
        (StorageError("of its own"), StorageError, "^of its own$"),
        (FormatError("not what it should be"), FormatError, "^not what it should be$"),
        (ValueError("a mistake"), ValueError, "^a mistake$"),
        (KeyboardInterrupt("enough"), KeyboardInterrupt, "^enough$"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_block_that_fails_changes_nothing(target, raised, expected, message):
    with pytest.raises(expected, match=message) as caught, written_beside(target, note="all is well") as part:  # noqa: PT012
        part.write_text("half of")
        raise raised
    assert type(caught.value) is expected
    assert target.read_text() == "before"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize("step", ["replace", "open"])
def test_flushing_and_renaming_that_fail_change_nothing(target, step, monkeypatch):
    def fail(self, *_):
        raise OSError(5, "Input/output error")

    with pytest.raises(StorageError, match="Input/output error"), written_beside(target) as part:  # noqa: PT012
        part.write_text("after")
        monkeypatch.setattr(Path, step, fail)
    monkeypatch.undo()
    assert target.read_text() == "before"
    assert list(target.parent.iterdir()) == [target]


def test_a_block_that_writes_nothing_is_an_error(target):
    with pytest.raises(StorageError, match="nothing was written"), written_beside(target):
        pass
    assert target.read_text() == "before"


def test_a_block_may_write_that_there_is_nothing(target):
    write_whole(target, "")
    assert target.read_text() == ""


WRITER = """
import os, signal, sys
from theory.files import written_beside
with written_beside(sys.argv[1]) as part:
    part.write_bytes(bytes(10**6))
    print(part.name, flush=True)
    if input() == "die":
        os.kill(os.getpid(), signal.SIGKILL)
"""


def writer(target):
    """Start a process that has written a part, and return it with the part's name."""
    command = [sys.executable, "-c", WRITER, target]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    return process, process.stdout.readline().strip()


def test_what_a_killed_process_left_is_cleared_away_and_nothing_else(target):
    (target.parent / ".of-somebody-else.part").write_text("here")

    def others():
        return {path.name for path in target.parent.iterdir()} - {"notes.txt", ".of-somebody-else.part"}

    killed, left = writer(target)
    killed.communicate("die\n")
    assert others() == {left}
    alive, part = writer(target)
    assert others() == {part}, "the next one has cleared it away"
    write_whole(target, "meanwhile")
    assert others() == {part}, "somebody is writing to it"
    alive.communicate("go on\n")
    assert others() == set()
    assert target.read_bytes() == bytes(10**6)


def test_a_symbolic_link_stays_and_what_it_points_to_is_replaced(target):
    links = [target.parent / name for name in ("link", "link to a link", "link to nothing yet")]
    folder = target.parent / "elsewhere"
    folder.mkdir()
    links[0].symlink_to(target.name)
    links[1].symlink_to(links[0])
    links[2].symlink_to(folder / "new.txt")
    for link in links:
        write_whole(link, f"through {link.name}")
        assert link.is_symlink()
    assert target.read_text() == "through link to a link"
    assert (folder / "new.txt").read_text() == "through link to nothing yet"
    loop = target.parent / "loop"
    loop.symlink_to(loop)
    with pytest.raises(StorageError, match="Too many levels of symbolic links"):
        write_whole(loop, "nowhere")


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (lambda folder: folder, "a folder"),
        (lambda folder: folder / "missing" / "x", "No such file or directory"),
        (lambda folder: folder / "file" / "x", "Not a directory"),
        (lambda folder: folder / "null\0", ".*embedded null (byte|character).*"),
        (lambda folder: folder / ("x" * 256), "File name too long"),
        (lambda folder: folder / "pipe", "no ordinary file"),
        (lambda folder: folder / "missing\nline" / "x", "No such file or directory"),
        (lambda folder: "", "a folder"),
    ],
    ids=["folder", "missing", "below a file", "null", "long", "pipe", "newline", "empty"],
)
def test_places_that_cannot_be_written(tmp_path, place, reason):
    (tmp_path / "file").write_text("")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(StorageError, match=rf"^cannot write '.*': {reason}$") as caught:
        write_whole(place(tmp_path), "all of it")
    assert len(str(caught.value).splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "pipe"]
