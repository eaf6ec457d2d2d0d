"""Which results of training a figure shows."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from theory.empirical.training.configuration import Configuration
from theory.empirical.training.results import configurations_of, stored_results
from theory.errors import InputError


def trained_rows(table: pa.Table | None, kernel_size: int, shown: Callable[[Configuration], bool]) -> pa.Table:
    """Return the rows of some configurations at one kernel size, from the results of the package if none are given.

    Raises
    ------
    InputError
        If there are none.
    FormatError
        If the results are damaged.

    Examples
    --------
    >>> rows = trained_rows(None, 8, lambda configuration: not configuration.changes)
    >>> set(rows["kernel_size"].to_pylist())
    {8}
    """
    results = stored_results() if table is None else table
    chosen = [c.identity for c in configurations_of(results) if c.kernel_size == kernel_size and shown(c)]
    if not chosen:
        raise InputError(f"there are no such results of training at kernel size {kernel_size}")
    return results.filter(pc.is_in(results["configuration"], pa.array(chosen, pa.string())))


def number_of_sets(rows: pa.Table) -> int:
    """Count the sets of orders whose networks were trained."""
    return len({tuple(orders) for orders in rows["orders"].to_pylist()})
