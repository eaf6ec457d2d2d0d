"""Results of training on disk: one Parquet file, a row for each configuration and seed.

The file is written beside its place and renamed, so that it is whole whatever happened, and read strictly: one that is
damaged, of another version, or whose rows do not match their configurations is refused, not overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory.empirical.training.configuration import SETTINGS, Configuration
from theory.errors import FormatError, InputError, StorageError
from theory.extras import import_extra
from theory.files import locked, write_whole
from theory.seals import is_sealed, seal, unseal

if TYPE_CHECKING:
    import pyarrow as pa
else:
    pa = import_extra(
        "pyarrow", "compute", "parquet", extra="train", purpose="results of training are kept with PyArrow"
    )

FILE = "training.parquet"
ERRORS = ("train_error", "validation_error", "test_error", "vertex_error", "cube_error")
_FORMAT = {b"format": b"subpool-training", b"version": b"2"}
_WITHOUT_SEAL = {**_FORMAT, b"version": b"1"}

_COLUMNS = {int: pa.int32(), float: pa.float64(), tuple[int, ...]: pa.list_(pa.int32())}
"""The types of the columns of settings; other settings are text."""
_FOUND = {
    "hidden_widths": pa.list_(pa.int32()),
    "parameters": pa.int32(),
    "steps_taken": pa.int32(),
    "best_step": pa.int32(),
    "stopped_early": pa.bool_(),
    **dict.fromkeys(ERRORS, pa.float32()),
    "optimal_error": pa.float64(),
    "optimal_test_error": pa.float64(),
    "processor_seconds": pa.float32(),
    "environment": pa.string(),
}
SCHEMA = pa.schema(
    {
        "configuration": pa.string(),
        **{name: _COLUMNS.get(kind, pa.string()) for name, kind in SETTINGS.items()},
        "seed": pa.int32(),
        **_FOUND,
    },
    metadata=_FORMAT,
)
"""Settings are those of a Configuration. Errors are largest absolute errors: ``train_error`` on the seed's own rows,
``validation_error`` on those that choose the parameters, ``test_error`` on rows of the same distribution that nothing
has seen, ``vertex_error`` at 0/1 windows, ``cube_error`` the largest found in the cube, a lower bound of the sup norm.
``optimal_error`` is E, the sup norm over the cube of the optimal estimator of these orders, and ``optimal_test_error``
what that estimator shows on the same test rows. ``processor_seconds``: the seeds trained together, divided evenly."""


class ResultStore:
    """The results in a folder, which is made if it is missing; a results file that is there is read, and added to."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except FileExistsError:
            raise InputError(f"{self.folder} is a file, not a folder") from None
        except OSError as error:
            raise StorageError(f"cannot write to the folder {self.folder}: {error.strerror}") from None
        self.path = self.folder / FILE
        self._table = _read_results(self.path) if self.path.exists() else SCHEMA.empty_table()

    def seeds_of(self, configuration: Configuration) -> frozenset[int]:
        """Return the seeds of a configuration whose results are there."""
        return frozenset(self.rows_of([configuration], None)["seed"].to_pylist())

    def rows_of(self, configurations: Iterable[Configuration], seeds: Sequence[int] | None) -> pa.Table:
        """Return the rows of some configurations and seeds, of all seeds for None."""
        chosen = pa.compute.field("configuration").isin([configuration.identity for configuration in configurations])
        return self._table.filter(chosen if seeds is None else chosen & pa.compute.field("seed").isin(list(seeds)))

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows, and write the file whole or not at all."""
        table = pa.concat_tables([self._table, pa.Table.from_pylist([dict(row) for row in rows], schema=SCHEMA)])
        write_whole(self.path, seal(table.combine_chunks()), note="what was written before is whole")
        self._table = table

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Keep other processes from adding to the folder, or raise a StorageError; the lock ends with the process."""
        with locked(self.folder, busy=f"another process is adding to the results in {self.folder}"):
            # What was there before the lock may have grown.
            self._table = _read_results(self.path) if self.path.exists() else self._table
            yield


def _read_results(path: str | Path) -> pa.Table:
    """Read a results file, or raise a FormatError: if it is damaged, or a row does not match its configuration.

    Files of version 1 have no checksum, and take hours to make again: they are read, and have one when rows are added.
    """
    try:
        content = Path(path).read_bytes()
        sealed = is_sealed(content)
        table = unseal(content) if sealed else pa.parquet.read_table(pa.BufferReader(content))
    except FormatError as error:
        raise FormatError(f"{path} {error}") from None
    except (OSError, ValueError, pa.ArrowException) as error:
        raise FormatError(f"{path} is damaged, or no Parquet file: {error}") from None
    version = _FORMAT if sealed else _WITHOUT_SEAL
    if not table.schema.equals(SCHEMA) or not version.items() <= (table.schema.metadata or {}).items():
        raise FormatError(f"{path} holds no training results of this version: its columns are others")
    table = table.replace_schema_metadata(_FORMAT)
    _check_rows(table, path)
    return table


def stored_results() -> pa.Table:
    """Return the results that come with the package: real runs, described in ``docs/training.md``."""
    source = files("theory.empirical").joinpath("data", FILE)
    return _read_results(Path(str(source)))


def _check_rows(table: pa.Table, path: str | Path) -> None:
    pairs = list(zip(table["configuration"].to_pylist(), table["seed"].to_pylist(), strict=True))
    if len(set(pairs)) < len(pairs):
        raise FormatError(f"{path} holds results of one configuration and seed twice")
    try:
        for row in table.to_pylist():
            if Configuration.from_row(row).identity != row["configuration"]:
                raise FormatError(f"{path} has a row whose settings are not those of {row['configuration']}")
    except InputError as error:
        raise FormatError(f"{path} has a row that is no result: {error}") from None
