"""A sweep on disk: a folder of Parquet files, one for each chunk of sets, and ``sweep.json`` that says what it covers.

A chunk is written beside its place, flushed to the disk and renamed: there is no list of finished chunks that could
disagree with the files. Names that begin with a dot and end in ``.part`` are what a killed process left behind.

Disks and people do more to files than that. So no number is used before the checksum of its file
(:mod:`theory.seals`) has been compared, and the sets that the file is about with those that it should be about.
Where they differ, the chunk is solved again when the sweep is resumed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from theory.documents import Form
from theory.errors import FormatError, InputError, StorageError
from theory.extras import import_pyarrow
from theory.files import is_left_over, locked, write_whole
from theory.frontier.chunk import is_of
from theory.frontier.sets import OrderSets
from theory.seals import seal, unseal
from theory.targets import MAXIMUM, Target, target_of

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = import_pyarrow()

_DESCRIPTION = "sweep.json"
_OF_TARGETS = Form("a sweep", "subpool-sweep", 2)
_FORM = Form("a sweep", "subpool-sweep", 1, newer=_OF_TARGETS)
_NOTE = "what was written before is whole"
_LEAST_CHUNK, _LARGEST_CHUNK, _CHUNKS = 1 << 8, 1 << 14, 32
_LARGEST_FILE = 1 << 26
"""In bytes, 4,096 for a row, which takes about 30. Of a larger file the beginning is read: its checksum is wrong."""


def _chunk_sets(sets: int) -> int:
    """Choose the number of sets of a chunk: a power of two, by the number of sets alone.

    Chunks are at most what is lost when a sweep is killed, and at least what makes the cost of a file and of a message
    to another process small.

    >>> [_chunk_sets(1 << k) for k in (6, 11, 15, 27)]
    [256, 256, 1024, 16384]
    """
    even = 1 << max(0, (sets // _CHUNKS).bit_length() - (sets % _CHUNKS == 0))
    return min(_LARGEST_CHUNK, max(_LEAST_CHUNK, even))


@dataclass(frozen=True)
class SweepDataset:
    """A sweep in the folder ``path``, whole or not: what it covers, and how many sets are in each file but the last.

    ``other`` is the target where that is not the maximum.
    """

    path: Path
    sets: OrderSets
    chunk_sets: int
    other: Target | None = None

    @property
    def kernel_size(self) -> int:
        """Number d of inputs of a pooling window."""
        return self.sets.kernel_size

    @property
    def target(self) -> Target:
        """What is approximated."""
        return self.other or Target(self.kernel_size, MAXIMUM)

    @property
    def always(self) -> tuple[int, ...]:
        """The orders that are in all sets."""
        return self.sets.always

    @property
    def chunks(self) -> int:
        """Number of files that the whole dataset has."""
        return -(-len(self.sets) // self.chunk_sets)

    def span(self, chunk: int) -> tuple[int, int]:
        """Return the numbers start, stop of the sets of a chunk."""
        start = chunk * self.chunk_sets
        return start, min(start + self.chunk_sets, len(self.sets))

    def file(self, chunk: int) -> Path:
        """Return the file of a chunk."""
        digits = len(str(self.chunks - 1))
        return self.path / f"chunk-{chunk:0{digits}d}.parquet"

    def present(self) -> set[int]:
        """Find the chunks whose files are there. Only these are looked for: a dataset may be huge.

        StorageError if there is another Parquet file, such as a copy of a chunk: who reads all files would count its
        sets twice.
        """
        found = set()
        for name in (file.name for file in self.path.glob("*.parquet")):
            digits = name.removeprefix("chunk-").removesuffix(".parquet")
            chunk = int(digits) if digits.isdecimal() else self.chunks
            if chunk >= self.chunks or self.file(chunk).name != name:
                raise StorageError(f"{self.path / name} is none of the chunks of this sweep: move it elsewhere")
            found.add(chunk)
        return found

    def load(self, chunk: int) -> pa.Table:
        """Read a chunk; StorageError if its file is not as written, or not about the sets that it should be about."""
        file = self.file(chunk)
        try:
            return self._checked(unseal(_content(file)), *self.span(chunk))
        except FormatError as error:
            raise StorageError(f"{file} {error}") from None
        except OSError as error:
            raise StorageError(f"{file} cannot be read: {error.strerror}") from None

    def _checked(self, table: pa.Table, start: int, stop: int) -> pa.Table:
        # Masks alone may be those of a smaller kernel, too.
        if not (
            is_of(table.schema, self.target)
            and np.array_equal(table["mask"].to_numpy(), self.sets.masks(start, stop))
            and (table["kernel_size"].to_numpy() == self.kernel_size).all()
        ):
            raise FormatError("has the rows of another sweep, or of another chunk")
        return table

    def is_whole(self, chunk: int) -> bool:
        """Tell whether a chunk can be read."""
        return not self.damages([chunk])

    def damages(self, chunks: Iterable[int]) -> dict[int, str]:
        """Say of each chunk that cannot be read why not."""
        found = {}
        for chunk in chunks:
            try:
                self.load(chunk)
            except StorageError as error:
                found[chunk] = str(error)
        return found

    def lacks_its_description_alone(self) -> bool:
        """Tell whether the folder holds chunks of this dataset, one of them whole, and nothing else."""
        try:
            chunks = self.present()
        except StorageError:
            return False
        others = [file for file in self.path.iterdir() if file.suffix != ".parquet" and not is_left_over(file.name)]
        return not others and any(map(self.is_whole, chunks))

    def write(self, chunk: int, table: pa.Table) -> None:
        """Write the file of a chunk, whole or not at all."""
        write_whole(self.file(chunk), seal(table), note=_NOTE)

    def tables(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """Read chunk by chunk, so that a sweep need not fit into memory.

        StorageError if a chunk is missing or damaged, or a file too many: a frontier of some of the sets would be none.
        """
        self.present()
        for chunk in range(self.chunks):
            try:
                table = self.load(chunk)
            except StorageError as error:
                raise StorageError(f"{error}: the sweep is not complete, start it again to resume it") from None
            yield table if columns is None else table.select(columns)

    def read(self, columns: Sequence[str] | None = None) -> pa.Table:
        """Read all rows."""
        return pa.concat_tables(self.tables(columns))

    def describe(self) -> dict[str, Any]:
        """Return what ``sweep.json`` says."""
        return {
            "format": _FORM.format,
            "version": (_OF_TARGETS if self.other else _FORM).version,
            **self.target.to_dict(),
            "kernel_size": self.kernel_size,
            "always": list(self.always),
            "sets": len(self.sets),
            "chunk_sets": self.chunk_sets,
            "chunks": self.chunks,
        }


def open_dataset(path: str | Path) -> SweepDataset:
    """Open the dataset in a folder; FormatError if there is none, or not described as this version does it."""
    folder = Path(path)
    try:
        data = _FORM.load(folder / _DESCRIPTION)
        sets = OrderSets.of(data["kernel_size"], data["always"])
        dataset = SweepDataset(folder, sets, int(data["chunk_sets"]), _other(target_of(data)))
        if not 1 <= dataset.chunk_sets <= _LARGEST_CHUNK or data != dataset.describe():
            raise ValueError("it contradicts itself, or is of another version")
    except FileNotFoundError:
        raise FormatError(f"{folder} holds no sweep: there is no {_DESCRIPTION} in it") from None
    except OSError as error:
        raise FormatError(f"{folder / _DESCRIPTION} cannot be read: {error}") from None
    except (KeyError, TypeError, ValueError) as error:
        # What starting the sweep again does without it: create_dataset.
        raise FormatError(
            f"{folder / _DESCRIPTION} does not describe a sweep: {error}; if it did, move it elsewhere and start the "
            "sweep again, which keeps its chunks"
        ) from None
    return dataset


def _other(target: Target) -> Target | None:
    return None if target.is_maximum else target


def create_dataset(path: str | Path, sets: OrderSets, target: Target, *, resume: bool) -> SweepDataset:
    """Begin a dataset in a new or empty folder, or go on with the one that is there, where it may be resumed.

    InputError if the folder holds something else, or a dataset of other parameters.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        names = {entry.name for entry in folder.iterdir() if not is_left_over(entry.name)}
    except FileExistsError:
        raise InputError(f"{folder} is a file, not a folder") from None
    except OSError as error:
        raise StorageError(f"cannot write to the folder {folder}: {error.strerror}") from None
    wanted = SweepDataset(folder, sets, _chunk_sets(len(sets)), _other(target))
    if _DESCRIPTION in names:
        return _resumed(open_dataset(folder), wanted, resume=resume)
    if names and not (resume and wanted.lacks_its_description_alone()):
        raise InputError(
            f"{folder} holds something else, such as {min(names)}; a sweep needs a folder that is new or empty"
        )
    write_whole(folder / _DESCRIPTION, json.dumps(wanted.describe(), indent=2) + "\n", note=_NOTE)
    return wanted


def _resumed(present: SweepDataset, wanted: SweepDataset, *, resume: bool) -> SweepDataset:
    if present.sets != wanted.sets:
        raise InputError(
            f"{present.path} holds the sweep of kernel size {present.kernel_size} with {set(present.always) or '{}'} "
            f"in all sets, not of kernel size {wanted.kernel_size} with {set(wanted.always) or '{}'}"
        )
    if present.target != wanted.target:
        raise InputError(
            f"{present.path} holds the sweep for the target {present.target!s:.80}, not for {wanted.target!s:.80}"
        )
    if not resume:
        raise InputError(f"{present.path} holds this sweep already, and it is not to be resumed")
    return present  # in the chunks that it was begun with


@contextmanager
def writing(dataset: SweepDataset) -> Iterator[None]:
    """Keep other sweeps out of the folder, and clear away what a killed one left. A lock ends with its process."""
    with locked(dataset.path / _DESCRIPTION, busy=f"another process is writing the sweep in {dataset.path}"):
        for entry in dataset.path.iterdir():
            if is_left_over(entry.name):
                entry.unlink(missing_ok=True)
        yield


def _content(file: Path) -> bytes:
    if not file.is_file():  # a pipe, for example, could be waited for
        raise FormatError("is missing")
    with file.open("rb") as stream:
        return stream.read(_LARGEST_FILE)
