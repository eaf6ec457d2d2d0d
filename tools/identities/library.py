"""The library of a search: the forms A - B, one of each class under permutations of the inputs; groups of these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, permutations, product
from math import gcd
from typing import Literal

from theory.errors import InputError
from theory.networks.shallow import Form, orbit, permuted


def candidate_types(kernel_size: int, atom_size: int, summands: int) -> list[Form]:
    """List the forms A - B up to permutations of the inputs, sign and positive factors.

    Parameters
    ----------
    kernel_size, atom_size, summands : int
        A and B are sums of ``summands`` maxima over 1 to ``atom_size`` of ``kernel_size`` inputs.

    Examples
    --------
    x_1 - x_2, x_1 - M_12, x_1 - M_23, M_12 - M_13 and M_12 - M_34:

    >>> len(candidate_types(4, 2, 1))
    5
    """
    positive: set[Form] = {()}
    found: set[Form] = set()
    for count in range(1, summands + 1):
        positive = {_canonical(form) for one in positive for form in _extended(one, 1, kernel_size, atom_size)}
        forms = positive
        for _ in range(count):
            forms = {_canonical(form) for one in forms for form in _extended(one, -1, kernel_size, atom_size)}
        for form in forms:
            divisor = gcd(*(k for _, k in form))
            primitive = tuple((subset, k // divisor) for subset, k in form)
            found.add(min(_canonical(primitive), _canonical(tuple((subset, -k) for subset, k in primitive))))
    return sorted(found)


def _extended(form: Form, sign: int, kernel_size: int, atom_size: int) -> Iterator[Form]:
    """Add or subtract one maximum, over positions that occur and the next ones, without cancelling what was added."""
    entries = dict(form)
    known = 1 + max((i for subset in entries for i in subset), default=-1)
    for size in range(1, atom_size + 1):
        for new in range(max(0, size - known), min(size, kernel_size - known) + 1):
            for old in combinations(range(known), size - new):
                subset = (*old, *range(known, known + new))
                if sign < 0 and entries.get(subset, 0) > 0:
                    continue
                yield tuple(sorted({**entries, subset: entries.get(subset, 0) + sign}.items()))


def _canonical(form: Form) -> Form:
    """Return the least form that permutations of the positions make, on positions 0, 1, ... without gaps.

    Positions are first told apart by the subsets that they are in, as far as that goes; orders within what is left are
    tried.
    """
    positions = sorted({i for subset, _ in form for i in subset})
    colour = dict.fromkeys(positions, 0)
    for _ in positions:
        marks = {
            i: (
                colour[i],
                sorted((k, sorted(colour[j] for j in subset if j != i)) for subset, k in form if i in subset),
            )
            for i in positions
        }
        ranks = {repr(mark): rank for rank, mark in enumerate(sorted(marks.values(), key=repr))}
        refined = {i: ranks[repr(marks[i])] for i in positions}
        if len(set(refined.values())) == len(set(colour.values())):
            break
        colour = refined
    classes = [[i for i in positions if colour[i] == value] for value in sorted(set(colour.values()))]
    images = []
    for orders in product(*(permutations(one) for one in classes)):
        place = {i: new for new, i in enumerate(i for order in orders for i in order)}
        images.append(tuple(sorted((tuple(sorted(place[i] for i in subset)), k) for subset, k in form)))
    return min(images)


def subset_form(size: int) -> Form:
    """Return the maximum over the first inputs as a form."""
    return ((tuple(range(size)), 1),)


def classes(forms: Iterable[Form], group: Sequence[tuple[int, ...]]) -> list[Form]:
    """Pick one form of each class under a group and sign."""
    chosen: list[Form] = []
    seen: set[Form] = set()
    for form in forms:
        if form not in seen:
            chosen.append(form)
            images = orbit(form, group)
            seen.update(images)
            seen.update(permuted(image, range(len(group[0]) if group else form_size(image)), -1) for image in images)
    return chosen


def form_size(form: Form) -> int:
    """Count the positions 0, 1, ... that a form is about."""
    return 1 + max(i for subset, _ in form for i in subset)


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
