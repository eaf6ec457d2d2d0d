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
from functools import cached_property
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from theory.rewrite.certify.answers import Array
from theory.rewrite.certify.arithmetic import TINY64, UNIT64, gamma, up

_Floats: TypeAlias = npt.NDArray[np.floating[Any]]

_ROUNDS = 4
"""How often multipliers are made better: from then on bounds hardly change."""

_AT_ONCE = 512
"""Bounds that are looked for together."""

_MOST_PRODUCTS = 1 << 26
"""Largest number of functions to bound times factors to go through: that takes half a second."""

_MOST_FACTORS = 1 << 24
"""Largest number of factors of facts that are kept, or looked at in one step."""

_LEAST = 2.0**-20
"""Facts whose newest symbol has less than this part of all factors say nothing about it."""


class Affine(Protocol):
    """Tensors as functions center + sum_k e_k generators[k] + r of symbols, -error <= r <= error."""

    @property
    def center(self) -> Array:
        """The values where all symbols are 0."""

    @property
    def generators(self) -> Array:
        """(symbols, ...): their factors."""

    @property
    def error(self) -> Array:
        """What is off without a symbol."""


@dataclass(frozen=True, eq=False)
class _Block:
    """Facts about symbols, none of which occurs in a fact about another one of them.

    The first facts about all symbols come first, then the second ones, and so on; symbols with many facts come first.
    """

    sign: int
    """1 where facts bound their symbols from below, -1 from above."""
    back: csr_matrix
    """(symbols, facts): the factors."""
    center: Array
    error: Array
    size: Array
    """What rounding is proportional to."""
    rows: npt.NDArray[np.intp]
    """The numbers of the symbols."""
    sizes: tuple[int, ...]
    """How many symbols have a first fact, a second one, ..."""
    search: _Normed

    @cached_property
    def parts(self) -> list[tuple[slice, int]]:
        """Where the first, the second, ... facts are, and how many."""
        ends = np.cumsum(self.sizes).tolist()
        return [(slice(end - size, end), size) for end, size in zip(ends, self.sizes, strict=True)]

    @staticmethod
    def of(sign: int, dense: Array, center: Array, error: Array, newest: npt.NDArray[np.intp]) -> _Block:
        """Put facts in order, given by the newest symbol of each."""
        rows, group, counts = np.unique(newest, return_inverse=True, return_counts=True)
        many = np.argsort(-counts, kind="stable")
        place = np.empty(len(rows), dtype=np.intp)
        place[many] = np.arange(len(rows))
        group = place[group]
        order = np.argsort(group, kind="stable")
        starts = np.concatenate([[0], np.cumsum(counts[many])[:-1]])
        rank = np.empty(len(group), dtype=np.intp)
        rank[order] = np.arange(len(group)) - starts[group[order]]
        order = np.lexsort((group, rank))
        dense, center, error = dense[:, order], center[order], error[order]
        sizes = tuple(np.bincount(rank).tolist())
        normed = _Normed.of(dense, center + error, newest[order])
        size = np.abs(dense).sum(0) + np.abs(center) + error
        return _Block(sign, csr_matrix(dense), center, error, size, rows[many], sizes, normed)


@dataclass(frozen=True, eq=False)
class _Normed:
    """Facts divided by the magnitude of their newest symbol's factor, in float32: with these multipliers are found."""

    factors: csr_matrix
    """(facts, symbols), the newest symbol left out."""
    back: csr_matrix
    """(symbols, facts), with the newest symbol."""
    center: _Floats
    """(facts, 1), with the error."""
    steep: Array
    """(facts, 1): what was divided by."""

    @staticmethod
    def of(dense: Array, center: Array, newest: npt.NDArray[np.intp]) -> _Normed:
        """Divide facts given by their factors, the center with the error, and the newest symbols."""
        facts = np.arange(len(center))
        steep = np.abs(dense[newest, facts])
        normed = (dense * (1 / steep)).astype(np.float32)
        back = csr_matrix(normed)
        normed[newest, facts] = 0.0
        return _Normed(csr_matrix(normed.T), back, (center / steep).astype(np.float32)[:, None], steep[:, None])


class Facts:
    """Affine functions of symbols that are nowhere negative."""

    def __init__(self) -> None:
        self._blocks: list[_Block] = []

    def have_room(self, functions: int, symbols: int) -> bool:
        """Say whether so many more functions of so many symbols can be taken."""
        return bool(functions * symbols + sum(block.back.nnz for block in self._blocks) <= _MOST_FACTORS)

    def hold(self, since: int, *functions: Affine) -> None:
        """Take functions for nowhere negative; those whose newest symbol is older than a given one are left out.

        None of the symbols since then may occur in a function beside a newer one of them.
        """
        dense, (center, error) = _side_by_side(functions)
        if not dense.size:
            return
        newest = len(dense) - 1 - np.argmax(dense[::-1] != 0, 0)
        own = dense[newest, np.arange(len(center))]
        size = np.abs(dense).sum(0)
        useful = (newest >= since) & (np.abs(own) > _LEAST * size) & np.isfinite(size + center + error)
        for sign in (1, -1):
            chosen = np.flatnonzero(useful & (sign * own > 0))
            if len(chosen):
                block = _Block.of(sign, dense[:, chosen], center[chosen], error[chosen], newest[chosen])
                self._blocks.append(block)

    def affordable(self, functions: int, symbols: int) -> bool:
        """Say whether so many functions of the first symbols can be bounded soon; with no facts there is no need to."""
        products = functions * sum(block.back.nnz for block in self._about(symbols))
        return 0 < products <= _MOST_PRODUCTS and functions * symbols <= _MOST_FACTORS

    def largest(self, *several: Affine) -> list[Array]:
        """Bound each element of some zonotopes from above.

        Every search takes the same steps, however few elements it is for: those of several are done together.
        """
        generators, (center, error) = _side_by_side(several)
        blocks = self._about(len(generators))
        found = center + error
        # What leaves the range of floats is infinite, or no number, and no bound.
        with np.errstate(all="ignore"):
            for at in range(0, len(found), _AT_ONCE):
                part = slice(at, at + _AT_ONCE)
                factors = _padded(generators[:, part], blocks)
                multipliers = _Search(blocks, factors).multipliers()
                # The bound without facts may be less in the last digits.
                bounds = [_certain(blocks, factors, found[part], multipliers), _certain([], factors, found[part], [])]
                found[part] = np.minimum(*bounds)
        ends = np.cumsum([z.center.size for z in several])
        return [each.reshape(z.center.shape) for each, z in zip(np.split(found, ends[:-1]), several, strict=True)]

    def _about(self, symbols: int) -> list[_Block]:
        """Return the facts about the first symbols: no others help with functions of those."""
        return [block for block in self._blocks if block.rows.min() < symbols]


def _side_by_side(several: Sequence[Affine]) -> tuple[Array, tuple[Array, Array]]:
    """Return the factors of the elements of some functions as columns of one matrix, and their centers and errors."""
    columns = np.cumsum([0, *(z.center.size for z in several)]).tolist()
    generators = np.zeros((max(len(z.generators) for z in several), columns[-1]))
    for z, start, end in zip(several, columns, columns[1:], strict=False):
        generators[: len(z.generators), start:end] = z.generators.reshape(len(z.generators), end - start)
    center, error = (np.concatenate([getattr(z, part).ravel() for z in several]) for part in ("center", "error"))
    return generators, (center, error)


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
        self._blocks, self._factors = blocks, factors.astype(np.float32)
        columns = factors.shape[1]
        self._shares = [np.zeros((len(block.center), columns), dtype=np.float32) for block in blocks]
        self._wrong = [np.zeros((len(block.rows), columns), dtype=bool) for block in blocks]
        """Which symbols had factors against which facts help, the last time."""

    def multipliers(self) -> list[Array]:
        """Return the best that are found."""
        best, bound, left = self._backward()
        for number in range(_ROUNDS if self._blocks else 0):
            self._forward(np.sign(left), 2.0 / (number + 2))
            found, value, left = self._backward()
            better = value < bound
            bound = np.where(better, value, bound)
            best = [np.where(better, new, old) for new, old in zip(found, best, strict=True)]
        return [each / block.search.steep for each, block in zip(best, self._blocks, strict=True)]

    def _backward(self) -> tuple[list[_Floats], _Floats, _Floats]:
        """Return the multipliers of the shares, the bounds but for what no multiplier changes, and what is left."""
        left, bound = self._factors.copy(), np.zeros(self._factors.shape[1], dtype=np.float32)
        found: list[_Floats] = []
        for number in reversed(range(len(self._blocks))):
            block = self._blocks[number]
            at = -block.sign * left[block.rows]
            self._wrong[number] = at > 0
            np.maximum(at, 0.0, out=at)
            several = self._shares[number].copy()
            for part, size in block.parts:
                several[part] *= at[:size]
            left[: block.search.back.shape[0]] += block.search.back @ several
            bound += block.search.center[:, 0] @ several
            found.append(several)
        return found[::-1], bound + np.abs(left).sum(0), left

    def _forward(self, e: _Floats, step: float) -> None:
        """Move the shares towards the facts that say most where symbols are about what bounds are attained at."""
        for shares, wrong, block in zip(self._shares, self._wrong, self._blocks, strict=True):
            # From below, or from above the negative of the symbol.
            least = -(block.search.factors @ e[: block.search.factors.shape[1]] + block.search.center)
            top = np.full(wrong.shape, -1.0, dtype=np.float32)
            for part, size in block.parts:
                np.maximum(top[:size], least[part], out=top[:size])
            shares *= 1 - step
            for part, size in block.parts:
                shares[part] += step * ((least[part] >= top[:size]) & (least[part] > -1))
            e[block.rows] = np.where(wrong, block.sign * np.minimum(top, 1), e[block.rows])
