"""Bounds found backwards: from what is asked for, through relaxations in the reverse order of their making.

Zonotopes have one symbol for whatever an operator could not express, between -1 and 1 whatever the others are. That
leaves out what is known besides: that max(x, 0) is at least 0 and at least x, and a maximum at least each pixel. Such
facts are affine functions z of the symbols that are nowhere negative, so that for any multipliers l >= 0

    g e <= g e + l z(e) <= l z(0) + |g + l F|_1, F being the factors of the symbols in the facts.

Multipliers are found as CROWN and DeepPoly go backwards: where the newest symbol has a factor of the wrong sign, a fact
about it takes its place, and brings in the symbols before it. Which one, of several, is told by the point at which the
bound is attained, as it was found last. However they are found, the bound holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import sparse

from theory.rewrite.certify.answers import Array
from theory.rewrite.certify.arithmetic import TINY64, UNIT64, gamma, up

_ROUNDS = 4
"""How often multipliers are made better: from then on bounds hardly change."""

_AT_ONCE = 256
"""Bounds that are looked for together."""

_MOST_PRODUCTS = 1 << 26
"""Largest number of functions to bound times factors to go through: that takes half a second."""

_LEAST = 2.0**-20
"""Facts whose newest symbol has less than this part of all factors say nothing about it."""


class Affine(Protocol):
    """Tensors as functions center + sum_k e_k generators[k] + r of symbols, -error <= r <= error."""

    @property
    def center(self) -> Array: ...
    @property
    def generators(self) -> Array: ...
    @property
    def error(self) -> Array: ...


@dataclass(frozen=True, eq=False)
class _Block:
    """Facts about symbols, none of which occurs in a fact about another one of them; sorted by these symbols."""

    factors: sparse.csr_matrix
    """(facts, symbols)"""
    back: sparse.csr_matrix
    """The same, transposed."""
    center: Array
    error: Array
    size: Array
    """What rounding is proportional to."""
    steep: Array
    """The magnitude of the symbol's factor in each fact."""
    sign: int
    """1 where facts bound their symbols from below, -1 from above."""
    rows: npt.NDArray[np.intp]
    """The numbers of the symbols."""
    starts: npt.NDArray[np.intp]
    """The first fact about each."""
    group: npt.NDArray[np.intp]
    """Which of the symbols each fact is about."""


class Facts:
    """Affine functions of symbols that are nowhere negative."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []

    def hold(self, since: int, *functions: Affine) -> None:
        """Take functions for nowhere negative; those whose newest symbol is older than a given one are left out.

        None of the symbols since then may occur in a function beside a newer one of them.
        """
        flat = [(z.generators.reshape(len(z.generators), z.center.size), z.center.ravel(), z.error.ravel()) for z in functions]
        symbols = max(len(factors) for factors, _, _ in flat)
        dense = np.concatenate([np.pad(part, ((0, symbols - len(part)), (0, 0))) for part, _, _ in flat], 1)
        center, error = (np.concatenate(parts) for parts in list(zip(*flat, strict=True))[1:])
        if not dense.size:
            return
        newest = symbols - 1 - np.argmax(dense[::-1] != 0, 0)
        own = dense[newest, np.arange(len(center))]
        size = np.abs(dense).sum(0)
        useful = (newest >= since) & (np.abs(own) > _LEAST * size) & np.isfinite(size + center + error)
        for sign in (1, -1):
            chosen = np.flatnonzero(useful & (sign * own > 0))
            chosen = chosen[np.argsort(newest[chosen], kind="stable")]
            if len(chosen):
                factors = sparse.csr_matrix(dense[:, chosen].T)
                rows, starts, group = np.unique(newest[chosen], return_index=True, return_inverse=True)
                ends, steep = (center[chosen], error[chosen]), np.abs(own[chosen])
                sizes = size[chosen] + np.abs(ends[0]) + ends[1]
                back = factors.T.tocsr()
                self._blocks.append(_Block(factors, back, *ends, sizes, steep, sign, rows, starts, group))

    def affordable(self, functions: int, symbols: int) -> bool:
        """Say whether so many functions of the first symbols can be bounded soon; with no facts there is no need to."""
        return 0 < functions * sum(block.factors.nnz for block in self._about(symbols)) <= _MOST_PRODUCTS

    def largest(self, z: Affine) -> Array:
        """Bound each element of a zonotope from above."""
        generators = z.generators.reshape(len(z.generators), z.center.size)
        blocks = self._about(len(generators))
        found = z.center.ravel() + z.error.ravel()
        for at in range(0, len(found), _AT_ONCE):
            part = slice(at, at + _AT_ONCE)
            factors = _padded(generators[:, part], blocks)
            found[part] = _certain(blocks, factors, found[part], _Search(blocks, factors).multipliers())
        return found.reshape(z.center.shape)

    def _about(self, symbols: int) -> list[_Block]:
        """Return the facts about the first symbols: no others help with functions of those."""
        return [block for block in self._blocks if block.rows[0] < symbols]


def _certain(blocks: Sequence[_Block], generators: Array, start: Array, multipliers: Sequence[Array]) -> Array:
    """Bound functions, which start at a number, from above by multipliers of the facts, which may be anything."""
    factors, bound = generators.copy(), start
    size = np.abs(factors).sum(0) + 2 * np.abs(start)
    for block, given in zip(blocks, multipliers, strict=True):
        several = np.where(given > 0, given, 0.0)
        factors[: block.back.shape[0]] += block.back @ several
        bound = bound + (block.center + block.error) @ several
        size = size + block.size @ several
    roundings = sum(len(block.center) for block in blocks) + len(factors) + 16
    found = up(up(bound + np.abs(factors).sum(0)) + (size * (4 * gamma(roundings, UNIT64)) + TINY64))
    return np.where(np.isnan(found), np.inf, found)


def _padded(generators: Array, blocks: Sequence[_Block]) -> Array:
    """Return factors of all symbols that facts are about, too."""
    count = max([len(generators), *(block.back.shape[0] for block in blocks)])
    return np.pad(generators, ((0, count - len(generators)), (0, 0)))


class _Search:
    """Multipliers for the largest values of functions of given factors, one for each column.

    They are shares of what takes a symbol's place altogether: a share for each fact, no more than 1 for each symbol.
    """

    def __init__(self, blocks: Sequence[_Block], factors: Array) -> None:
        self._blocks, self._factors = blocks, factors
        columns = factors.shape[1]
        self._shares = [np.zeros((len(block.steep), columns)) for block in blocks]
        self._wrong = [np.zeros((len(block.rows), columns), dtype=bool) for block in blocks]
        """Which symbols had factors against which facts help, the last time."""

    def multipliers(self) -> list[Array]:
        """Return the best that are found."""
        best, bound, left = self._backward()
        for number in range(_ROUNDS):
            self._forward(np.sign(left), 2.0 / (number + 2))
            found, value, left = self._backward()
            better = value < bound
            bound = np.where(better, value, bound)
            best = [np.where(better, new, old) for new, old in zip(found, best, strict=True)]
        return best

    def _backward(self) -> tuple[list[Array], Array, Array]:
        """Return the multipliers of the shares, the bounds but for what no multiplier changes, and what is left."""
        left, bound = self._factors.copy(), np.zeros(self._factors.shape[1])
        found: list[Array] = []
        for number in reversed(range(len(self._blocks))):
            block = self._blocks[number]
            at = left[block.rows] * block.sign
            self._wrong[number] = at < 0
            several = self._shares[number] * (np.maximum(-at, 0.0)[block.group] / block.steep[:, None])
            left[: block.back.shape[0]] += block.back @ several
            bound += (block.center + block.error) @ several
            found.append(several)
        return found[::-1], bound + np.abs(left).sum(0), left

    def _forward(self, e: Array, step: float) -> None:
        """Move the shares towards the facts that say most where symbols are about what bounds are attained at."""
        for number, block in enumerate(self._blocks):
            own = block.sign * e[block.rows]
            least = own[block.group] - (block.factors @ e[: block.factors.shape[1]] + block.center[:, None]) / (
                block.steep[:, None]
            )
            top = np.maximum.reduceat(least, block.starts, axis=0)
            chosen = (least == top[block.group]) & (least > -1)
            chosen = chosen / np.maximum(np.add.reduceat(chosen, block.starts, axis=0, dtype=float), 1.0)[block.group]
            self._shares[number] += step * (chosen - self._shares[number])
            e[block.rows] = np.where(self._wrong[number], block.sign * np.clip(top, -1, 1), e[block.rows])
