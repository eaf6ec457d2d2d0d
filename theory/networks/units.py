"""Idle and equal units of a network, dropped and merged one layer at a time."""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm

AffineMap = tuple[list[dict[int, Fraction]], list[Fraction]]
"""Rows and biases of an affine map."""


def merge_units(units: AffineMap, readers: AffineMap) -> tuple[AffineMap, AffineMap]:
    """Make pre-activations primitive, merge equal ones, move constant units into the readers' biases."""
    rows, bias = units
    place: dict[tuple[object, ...], int] = {}
    kept: AffineMap = ([], [])
    target: list[tuple[int | None, Fraction]] = []
    for row, b in zip(rows, bias, strict=True):
        entries = [*row.values(), b]
        if not row:
            target.append((None, max(b, Fraction(0))))
            continue
        numerator = gcd(*(entry.numerator for entry in entries))
        factor = Fraction(numerator, lcm(*(entry.denominator for entry in entries)))
        key = (*((j, w / factor) for j, w in sorted(row.items())), b / factor)
        if key not in place:
            place[key] = len(kept[0])
            kept[0].append({j: w / factor for j, w in row.items()})
            kept[1].append(b / factor)
        target.append((place[key], factor))
    read: AffineMap = ([], [])
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


def drop_unread(units: AffineMap, readers: AffineMap) -> tuple[AffineMap, AffineMap]:
    """Drop the units that no reader has a weight for."""
    wanted = sorted({j for row in readers[0] for j in row})
    place = {j: new for new, j in enumerate(wanted)}
    kept = ([units[0][j] for j in wanted], [units[1][j] for j in wanted])
    return kept, ([{place[j]: w for j, w in row.items()} for row in readers[0]], readers[1])
