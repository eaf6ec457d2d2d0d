"""Seeded random sets of orders, the same in every run."""

from __future__ import annotations

from random import Random


def random_orders(kernel_size: int, size: int, count: int, *, first: int | None = 0) -> list[list[int]]:
    """Draw sets of ``size`` orders below the kernel size, uniformly.

    Parameters
    ----------
    kernel_size : int
        d.
    size, count : int
        Orders in each set, and number of sets.
    first : int or None
        An order that every set has, the others being larger; None to draw all of them from 1..d-1.

    Returns
    -------
    list of increasing lists of int

    Examples
    --------
    >>> [len(orders) for orders in random_orders(9, 4, 2)]
    [4, 4]
    """
    random = Random(f"{kernel_size} {size} {first}")
    fixed = [] if first is None else [first]
    lowest = 1 if first is None else first + 1
    return [fixed + sorted(random.sample(range(lowest, kernel_size), size - len(fixed))) for _ in range(count)]


def describe(orders: list[int] | range) -> str:
    """Write a set of orders the way the command line takes it.

    Examples
    --------
    >>> describe(range(33)), describe([0, 1, 8])
    ('{0..32}', '{0, 1, 8}')
    """
    if isinstance(orders, range):
        return f"{{{orders[0]}..{orders[-1]}}}"
    return "{" + ", ".join(map(str, orders)) + "}"
