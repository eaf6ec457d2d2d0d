"""The canonical form of a network: idle and equal units are dropped and merged, one layer at a time."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import gcd, lcm
from typing import TypeAlias

_AffineMap: TypeAlias = tuple[list[dict[int, Fraction]], list[Fraction]]
"""Rows and biases of an affine map."""


def canonical_maps(maps: Iterable[_AffineMap]) -> list[_AffineMap]:
    """Return affine maps, ReLUs between them, of the same function, as :meth:`.ReLUNetwork.canonical` says."""
    maps = list(maps)
    for layer in range(len(maps) - 1):
        maps[layer], maps[layer + 1] = _merge_equal(maps[layer], maps[layer + 1])
    for layer in range(len(maps) - 2, -1, -1):
        maps[layer], maps[layer + 1] = _drop_unread(maps[layer], maps[layer + 1])
    return maps


def _merge_equal(units: _AffineMap, readers: _AffineMap) -> tuple[_AffineMap, _AffineMap]:
    """Make pre-activations primitive, merge equal ones, move constant units into the readers' biases."""
    kept: _AffineMap = ([], [])
    place: dict[tuple[object, ...], int] = {}
    target: list[tuple[int | None, Fraction]] = []
    for row, b in zip(*units, strict=True):
        if not row:
            target.append((None, max(b, Fraction(0))))
            continue
        entries = [*row.values(), b]
        factor = Fraction(gcd(*(w.numerator for w in entries)), lcm(*(w.denominator for w in entries)))
        primitive, bias = {j: w / factor for j, w in row.items()}, b / factor
        key = (*sorted(primitive.items()), bias)
        if key not in place:
            place[key] = len(kept[0])
            kept[0].append(primitive)
            kept[1].append(bias)
        target.append((place[key], factor))
    read: _AffineMap = ([], [])
    for row, b in zip(*readers, strict=True):
        merged: dict[int, Fraction] = {}
        for j, w in row.items():
            unit, factor = target[j]
            if unit is None:
                b += w * factor
            else:
                merged[unit] = merged.get(unit, Fraction(0)) + w * factor
        read[0].append({j: w for j, w in merged.items() if w})
        read[1].append(b)
    return kept, read


def _drop_unread(units: _AffineMap, readers: _AffineMap) -> tuple[_AffineMap, _AffineMap]:
    """Drop the units that no reader has a weight for."""
    wanted = sorted({j for row in readers[0] for j in row})
    place = {j: new for new, j in enumerate(wanted)}
    kept = ([units[0][j] for j in wanted], [units[1][j] for j in wanted])
    return kept, ([{place[j]: w for j, w in row.items()} for row in readers[0]], readers[1])
