"""The cases that theorems are checked at one by one, and the sets of orders in them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, combinations, product
from typing import Any

from proofs_check.statement import Case

Cases = Callable[[int], Iterator[Case]]
"""From the largest kernel size asked for to the cases."""


def grid(*, least: int = 2, most: int | None = None, part: str = "", **of: Callable[[int], Iterable[Any]]) -> Cases:
    """Return all cases of d = least..most, as far as asked for, and of quantities that range over what they say for d.

    Examples
    --------
    >>> list(grid(most=3, r=range, part="small")(9))[1:3]
    [{'d': 2, 'r': 1, 'part': 'small'}, {'d': 3, 'r': 0, 'part': 'small'}]
    """
    named = {"part": part} if part else {}

    def cases(kernel_max: int) -> Iterator[Case]:
        for d in range(least, (kernel_max if most is None else min(kernel_max, most)) + 1):
            for values in product(*(ranges(d) for ranges in of.values())):
                yield {"d": d, **dict(zip(of, values, strict=True)), **named}

    return cases


def joined(*parts: Cases) -> Cases:
    """Return the cases of one grid after the other."""
    return lambda kernel_max: chain.from_iterable(part(kernel_max) for part in parts)


def subsets(elements: Iterable[int], *, least: int = 1) -> Iterator[tuple[int, ...]]:
    """Yield the subsets of at least some size, smaller ones first.

    Examples
    --------
    >>> list(subsets(range(1, 4), least=2))
    [(1, 2), (1, 3), (2, 3), (1, 2, 3)]
    """
    pool = tuple(elements)
    for size in range(least, len(pool) + 1):
        yield from combinations(pool, size)


def sets_of_orders(kernel_size: int) -> Iterator[tuple[int, ...]]:
    """Yield all nonempty sets of orders in 0..d-1."""
    return subsets(range(kernel_size))


def sets_with_intercept(kernel_size: int) -> Iterator[tuple[int, ...]]:
    """Yield all sets of orders in 0..d-1 that contain 0.

    Examples
    --------
    >>> list(sets_with_intercept(3))
    [(0,), (0, 1), (0, 2), (0, 1, 2)]
    """
    return ((0, *others) for others in subsets(range(1, kernel_size), least=0))
