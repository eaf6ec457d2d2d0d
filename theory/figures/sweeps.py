"""Where figures take sweeps from: a folder that keeps them, so that each is computed once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from theory.progress import Progress, unwatched

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Sweeps:
    """Sweeps over all sets of orders, computed where they are missing, certified either way.

    The folder keeps the datasets, a folder for each; one that was begun is resumed. Without it, nothing is kept.
    ``workers`` None lets a long sweep take a process for each core, which a script allows under
    ``if __name__ == "__main__"`` only.

    >>> table = Sweeps()(4, always=(0, 1))
    >>> table["error_exact"].to_pylist()
    ['3/8', '1/6', '1/10', '1/16']
    """

    folder: Path | str | None = None
    workers: int | None = 1
    progress: Progress = unwatched

    def __call__(self, kernel_size: int, *, always: Iterable[int] = (0,)) -> pa.Table:
        """Return the rows of a sweep whose sets contain the orders ``always``, as :func:`theory.sweep` writes them."""
        orders = tuple(sorted(always))
        if self.folder is None:
            with TemporaryDirectory() as folder:
                return self._rows(kernel_size, orders, Path(folder))
        return self._rows(kernel_size, orders, Path(self.folder) / _name(kernel_size, orders))

    def _rows(self, kernel_size: int, always: tuple[int, ...], folder: Path) -> pa.Table:
        from theory.frontier.sweep import sweep

        return sweep(kernel_size, folder, always=always, workers=self.workers, progress=self.progress).read()


def _name(kernel_size: int, always: tuple[int, ...]) -> str:
    """Name the folder of a sweep.

    >>> _name(12, (0,)), _name(12, (0, 1)), _name(12, ())
    ('sweep-12', 'sweep-12-with-0-1', 'sweep-12-with-none')
    """
    if always == (0,):
        return f"sweep-{kernel_size}"
    return f"sweep-{kernel_size}-with-{'-'.join(map(str, always)) or 'none'}"
