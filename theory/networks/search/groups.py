"""Groups of permutations of the inputs, and the orders that they make from one another."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from typing import Literal

from theory.errors import InputError

Symmetries = Literal["none", "cyclic", "dihedral", "all"]


def generators(kernel_size: int, symmetries: Symmetries) -> tuple[tuple[int, ...], ...]:
    """Return permutations that generate a group: of order 1, d, 2 d or d!.

    Raises
    ------
    InputError

    Examples
    --------
    >>> generators(4, "dihedral")
    ((1, 2, 3, 0), (0, 3, 2, 1))
    """
    cycle = (*range(1, kernel_size), 0)
    reflection = tuple(-i % kernel_size for i in range(kernel_size))
    swap = (1, 0, *range(2, kernel_size))
    groups = {"none": (), "cyclic": (cycle,), "dihedral": (cycle, reflection), "all": (cycle, swap)}
    if symmetries not in groups:
        raise InputError(f"the symmetries are {', '.join(groups)}, not {symmetries!r}")
    return groups[symmetries]


def orders_by_class(kernel_size: int, group: Sequence[tuple[int, ...]]) -> list[list[tuple[int, ...]]]:
    """Divide all orders (places of the inputs) into those that the group makes from one another."""
    identity = tuple(range(kernel_size))
    elements, fresh = {identity}, [identity]
    while fresh:
        products = {tuple(one[i] for i in permutation) for one in fresh for permutation in group}
        fresh = list(products - elements)
        elements |= products
    seen: set[tuple[int, ...]] = set()
    cosets = []
    for order in permutations(range(kernel_size)):
        if order not in seen:
            coset = [tuple(order[i] for i in element) for element in sorted(elements)]
            seen.update(coset)
            cosets.append(coset)
    return cosets
