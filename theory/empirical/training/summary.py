"""Results by configuration: the errors of all seeds beside each other, and what they say about the optimum."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import Any

import pyarrow as pa

from theory.empirical.training.configuration import Configuration

ERRORS = ("train_error", "validation_error", "test_error", "vertex_error", "cube_error")


@dataclass(frozen=True)
class Group:
    """The seeds of one configuration.

    Attributes
    ----------
    configuration : Configuration
    seeds : tuple of int
    errors : dict of str to tuple of float
        For each kind of error the values of the seeds.
    optimal_error : float
        E of the orders.
    optimal_test_error : float
        What the optimal estimator shows on the test rows.
    """

    configuration: Configuration
    seeds: tuple[int, ...]
    errors: dict[str, tuple[float, ...]]
    optimal_error: float
    optimal_test_error: float

    def spread(self, error: str) -> tuple[float, float, float]:
        """Return the least, the median and the largest error of the seeds."""
        values = self.errors[error]
        return min(values), median(values), max(values)

    @property
    def reached(self) -> int:
        """Number of seeds whose largest error found is at most E."""
        return sum(value <= self.optimal_error for value in self.errors["cube_error"])

    @property
    def reached_on_rows(self) -> int:
        """Number of seeds that do no worse on the test rows than the optimal estimator does on the same rows."""
        return sum(value <= self.optimal_test_error for value in self.errors["test_error"])


def group_rows(table: pa.Table) -> tuple[Group, ...]:
    """Group the rows of results by configuration, in the order in which configurations occur."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(table.to_pylist(), key=lambda row: int(row["seed"])):
        found[row["configuration"]].append(row)
    return tuple(
        Group(
            configuration=Configuration.from_row(rows[0]),
            seeds=tuple(row["seed"] for row in rows),
            errors={error: tuple(row[error] for row in rows) for error in ERRORS},
            optimal_error=rows[0]["optimal_error"],
            optimal_test_error=rows[0]["optimal_test_error"],
        )
        for rows in (found[identity] for identity in dict.fromkeys(table["configuration"].to_pylist()))
    )
