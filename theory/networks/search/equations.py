"""What a term contributes to the equations of an identity: bends that cancel, values of the maximum."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from theory.networks.search.groups import orders_by_class
from theory.networks.search.library import form_size
from theory.networks.shallow import Form

Equation: TypeAlias = tuple[str, int, int]
"""``("bend", cone, encoded form)``, or ``("value", cone, number of ones)``."""


class Equations:
    """What terms, averaged over a group, contribute to the equations on one cone of each class under the group."""

    def __init__(self, kernel_size: int, group: Sequence[tuple[int, ...]]) -> None:
        self.kernel_size, self.group = kernel_size, group
        # ranks[n, i] is the place of input i in the n-th order; cone[n] numbers the class of that order.
        cosets = orders_by_class(kernel_size, group)
        self.ranks = np.array([order for coset in cosets for order in coset], dtype=np.int8)
        self.cone = np.repeat(np.arange(len(cosets)), [len(coset) for coset in cosets])
        self.cones = len(cosets)
        # With all permutations, only the places of the inputs that occur matter.
        self._injections: dict[int, npt.NDArray[np.int8]] = {}

    def _ranks(self, form: Form) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int64]]:
        if self.cones > 1:
            return self.ranks, self.cone
        size = form_size(form)
        if size not in self._injections:
            self._injections[size] = np.array(list(permutations(range(self.kernel_size), size)), dtype=np.int8)
        injections = self._injections[size]
        return injections, np.zeros(len(injections), dtype=np.int64)

    def column(self, form: Form, *, bends: bool = True) -> tuple[dict[Equation, int], int]:
        """Return the contributions of |form|, or of the form itself, times a number, and that number."""
        ranks, cone = self._ranks(form)
        d = self.kernel_size
        largest = [(ranks[:, list(subset)].max(axis=1), k) for subset, k in form]
        column: dict[Equation, int] = {}
        for ones in range(1, d + 1):
            at = sum(k * (place >= d - ones) for place, k in largest)
            sums = np.bincount(cone, weights=np.abs(at) if bends else at, minlength=self.cones)
            column.update({("value", c, ones): int(v) for c, v in enumerate(sums) if v})
        if bends:
            gaps = np.stack([sum(k * (place > gap) for place, k in largest) for gap in range(d - 1)], axis=1)
            column.update(self._bends(gaps.astype(np.int64), cone))
        return column, len(ranks) // self.cones

    def _bends(self, gaps: npt.NDArray[np.int64], cone: npt.NDArray[np.int64]) -> dict[Equation, int]:
        mixed = (gaps.min(axis=1) < 0) & (gaps.max(axis=1) > 0)
        if not mixed.any():
            return {}
        gaps, cone = gaps[mixed], cone[mixed]
        divisor = np.gcd.reduce(gaps, axis=1)
        gaps //= divisor[:, None]
        gaps *= np.sign(gaps[np.arange(len(gaps)), (gaps != 0).argmax(axis=1)])[:, None]
        code = gaps @ self.code_base + int(self.code_base.sum()) * _OFFSET
        pairs, index = np.unique(np.stack([cone, code]), axis=1, return_inverse=True)
        sums = np.bincount(index.ravel(), weights=divisor)
        return {("bend", int(c), int(h)): int(s) for (c, h), s in zip(pairs.T, sums, strict=True)}

    @property
    def code_base(self) -> npt.NDArray[np.int64]:
        """Powers that encode a form in the gaps, entries -OFFSET..OFFSET, as one integer."""
        return (2 * _OFFSET + 1) ** np.arange(self.kernel_size - 1)

    def decoded(self, code: int) -> tuple[int, ...]:
        """Return the form in the gaps that an integer stands for."""
        entries = []
        for _ in range(self.kernel_size - 1):
            code, entry = divmod(code, 2 * _OFFSET + 1)
            entries.append(entry - _OFFSET)
        return tuple(entries)


_OFFSET = 50
"""Largest coefficient of a form in the gaps: 101^8 fits into 64 bits."""
