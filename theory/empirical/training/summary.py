"""Results by configuration: the errors of all seeds beside each other, and what they say about the optimum."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from theory.empirical.training.configuration import Configuration
from theory.empirical.training.results import ERRORS

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Group:
    """The seeds of one configuration: for each kind of error the values of the seeds, and what they are set against.

    E of the orders, and what the optimal estimator shows on the test rows.
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

    def within(self, error: str, optimum: float) -> int:
        """Return the number of seeds with at most so large an error."""
        return sum(value <= optimum for value in self.errors[error])

    def to_dict(self) -> dict[str, Any]:
        """Return settings and results as plain names and numbers: what JSON has and tables are made of."""
        configuration = self.configuration
        return {
            **configuration.to_row(),
            "configuration": configuration.identity,
            "label": configuration.label,
            "hidden_widths": list(configuration.hidden_widths),
            "parameters": configuration.parameters,
            "seeds": list(self.seeds),
            "optimal_error": self.optimal_error,
            "optimal_test_error": self.optimal_test_error,
            **{name: dict(zip(("min", "median", "max"), self.spread(name), strict=True)) for name in self.errors},
            "seeds_within_optimal_error": self.within("cube_error", self.optimal_error),
            "seeds_within_optimal_test_error": self.within("test_error", self.optimal_test_error),
        }


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
