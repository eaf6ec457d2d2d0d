"""Sparse matrices of rationals: the weights of a network, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from theory.errors import InputError
from theory.rationals import check_rational

Row: TypeAlias = tuple[tuple[int, Fraction], ...]
"""One row: the columns of its nonzero entries, increasing, each with its entry."""


@dataclass(frozen=True)
class RationalMatrix:
    """A matrix of rationals that stores its nonzero entries alone.

    >>> matrix = RationalMatrix.from_rows(3, [{0: 1, 2: Fraction(-1, 2)}, {}])
    >>> matrix.shape, matrix.nonzero_count, matrix.rows[0]
    ((2, 3), 2, ((0, Fraction(1, 1)), (2, Fraction(-1, 2))))
    """

    columns: int
    rows: tuple[Row, ...]

    @classmethod
    def from_rows(cls, columns: int, rows: Iterable[Mapping[int, Fraction | int]]) -> RationalMatrix:
        """Build a matrix from a mapping of column to entry for each row; zeros are left out.

        InputError if a column is outside 0..columns-1, or an entry is not rational.
        """
        if columns < 0:
            raise InputError(f"a matrix has 0 or more columns, not {columns!r}")
        checked = []
        for row in rows:
            for column in row:
                if type(column) is not int or not 0 <= column < columns:
                    raise InputError(f"columns of this matrix are 0..{columns - 1}, not {column!r}")
            entries = [(column, check_rational(row[column], "entries")) for column in sorted(row)]
            checked.append(tuple((column, entry) for column, entry in entries if entry))
        return cls(columns, tuple(checked))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.rows), self.columns

    @property
    def nonzero_count(self) -> int:
        """Number of entries other than 0."""
        return sum(map(len, self.rows))

    def apply(self, vector: Sequence[Fraction | int]) -> list[Fraction]:
        """Multiply by a vector of as many rationals as there are columns."""
        if len(vector) != self.columns:
            raise InputError(f"a matrix with {self.columns} columns cannot be applied to {len(vector)} numbers")
        exact = [check_rational(number, "the numbers of a vector") for number in vector]
        return [sum((entry * exact[j] for j, entry in row), Fraction(0)) for row in self.rows]

    def __matmul__(self, other: RationalMatrix) -> RationalMatrix:
        """Multiply by a matrix of as many rows as there are columns."""
        if self.columns != len(other.rows):
            raise InputError(f"a matrix with {self.columns} columns cannot be multiplied by one of shape {other.shape}")
        product = []
        for row in self.rows:
            entries: dict[int, Fraction] = {}
            for j, entry in row:
                for column, factor in other.rows[j]:
                    entries[column] = entries.get(column, Fraction(0)) + entry * factor
            product.append(entries)
        return RationalMatrix.from_rows(other.columns, product)

    def to_scipy(self, dtype: npt.DTypeLike = np.float64) -> Any:
        """Round the entries as :func:`to_floats` does, in compressed rows; SciPy has no half precision."""
        from scipy.sparse import csr_array

        return csr_array(self._compressed(dtype), shape=self.shape)

    def to_numpy(self, dtype: npt.DTypeLike = np.float64) -> npt.NDArray[np.floating]:
        """Round the entries as :func:`to_floats` does, zeros included."""
        floats, columns, starts = self._compressed(dtype)
        dense: npt.NDArray[np.floating] = np.zeros(self.shape, dtype=dtype)
        dense[np.repeat(np.arange(len(self.rows)), np.diff(starts)), columns] = floats
        return dense

    def _compressed(self, dtype: npt.DTypeLike) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
        """Return the entries row by row as floats, their columns, and where each row begins and ends among them."""
        entries = [entry for row in self.rows for entry in row]
        columns = np.array([j for j, _ in entries], dtype=np.int64)
        return to_floats([w for _, w in entries], dtype), columns, np.cumsum([0, *map(len, self.rows)])


def to_floats(numbers: Sequence[Fraction], dtype: npt.DTypeLike = np.float64) -> npt.NDArray[np.floating]:
    """Round rationals to floats, by way of float64; InputError if one is beyond the largest."""
    try:
        with np.errstate(over="ignore"):
            floats: npt.NDArray[np.floating] = np.array([float(number) for number in numbers]).astype(dtype)
    except OverflowError:
        floats = np.array([np.inf])
    if not np.isfinite(floats).all():
        raise InputError(f"a weight of the network is beyond the largest {np.dtype(dtype)}")
    return floats
