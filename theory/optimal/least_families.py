"""Families of subsets of few inputs with the least error for their number, and measures that prove it, as found.

Both are data, written by ``python -m tools.families``: nothing here is believed without
:mod:`proofs_check.theorems.least_families`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

_FILE = "least_families.json"


@dataclass(frozen=True)
class LeastFamilies:
    """What is known for a number d of inputs.

    ``families`` has, by the number N of subsets from which on it is the best, a family of N proper nonempty subsets;
    ``obstructions`` are lists of 2^d integers, by 0/1 vector, bit j of its number input j.
    """

    inputs: int
    families: Mapping[int, tuple[tuple[int, ...], ...]]
    obstructions: tuple[tuple[int, ...], ...]

    def best(self, number: int) -> tuple[tuple[int, ...], ...]:
        """Return the best family of at most so many subsets, at least one."""
        return self.families[max(n for n in self.families if n <= number)]


@cache
def least_families() -> Mapping[int, LeastFamilies]:
    """Read what is known, by the number of inputs.

    >>> least_families()[4].best(5)
    ((0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3))
    """
    data = json.loads((files("theory.optimal") / "data" / _FILE).read_text(encoding="utf-8"))
    return MappingProxyType({int(d): _read(int(d), found) for d, found in data.items()})


def _read(inputs: int, found: Mapping[str, Any]) -> LeastFamilies:
    families = {int(n): tuple(tuple(map(int, subset)) for subset in family) for n, family in found["families"].items()}
    obstructions = tuple(tuple(map(int, weights.split())) for weights in found["obstructions"])
    return LeastFamilies(inputs, MappingProxyType(families), obstructions)
