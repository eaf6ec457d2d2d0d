"""Families of orders as text in d: where they begin, and which of their orders have coefficients to guess."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from theory.errors import InputError, KernelSizeError, OrdersError
from theory.guess.ansatz import MARGIN
from theory.notation import KernelSize, check_kernel_size, check_orders, runs_of, shown

FEWEST = 8
"""The least number of kernel sizes for a guess: 5 to fit and 3 to test."""
_DEFAULT_COUNT = 25
"""Number of kernel sizes solved by default."""

_LARGEST_NUMBER = 100
_ENDS = 3


def check_named(target: object) -> str:
    """Return what has a name, such as median, and so is a target of each kernel size; InputError for numbers."""
    if type(target) is not str or not target[:1].isalpha():
        raise InputError(f"the target of a guess has a name, such as median, not {shown(target)}")
    return target


def _far_kernel_size(text: str) -> int:
    """Return a kernel size so large that orders counted from the bottom and from the top are far apart."""
    largest = max((int(number) for number in re.findall(r"[0-9]+", text, re.ASCII)), default=0)
    if largest > _LARGEST_NUMBER:
        raise InputError(f"numbers in the orders of a guess are at most {_LARGEST_NUMBER}, not {largest}")
    return 2 * largest + 3


def _is_member(text: str, d: int, *, intercept: bool) -> bool:
    """Tell whether there are orders at one kernel size, all below it, and 0 among them only where it always is."""
    try:
        orders = check_orders(d, text)
    except OrdersError:
        return False
    return orders[-1] < d and (orders[0] == 0) == intercept


def _least_kernel_size(text: str) -> int:
    """Return the least d from which on the orders are distinct and in 0..d-1, those counted from the top in 1..d-1.

    Not the least d at which they are so: 3,d-2 is {2, 3} at d = 4, but of another kind than {3, 4}, {3, 5}, ..
    Likewise d-2,d-1 at d = 2 is the intercept and the mean.
    """
    least = _far_kernel_size(text)
    orders = check_orders(least, text)
    if orders[-1] == least:
        raise InputError(f"with the order d the maximum is in the class and the error 0, so {text[:40]!r} is no family")
    while least > 2 and _is_member(text, least - 1, intercept=orders[0] == 0):
        least -= 1
    return least


def parts_of(text: str) -> Iterator[tuple[list[str], list[str], bool]]:
    """Yield for each part its orders, named by how its first and how its last one is counted, and whether it grows.

    >>> next(parts_of("1..d-1"))
    (['1', '2', '3', '4'], ['d-4', 'd-3', 'd-2', 'd-1'], True)
    """
    far = _far_kernel_size(text)
    for part in text.replace(" ", "").split(","):
        here, there = check_orders(far, part), check_orders(far + 1, part)
        by_first, by_last = (
            [str(order) if here[end] == there[end] else f"d-{far - order}" for order in here] for end in (0, -1)
        )
        yield by_first, by_last, len(there) > len(here)


def labels(text: str) -> list[str]:
    """Name the orders whose coefficients are guessed: all, but of a range that grows with d only some at its ends."""
    found: list[str] = []
    for by_first, by_last, grows in parts_of(text):
        found += by_first[:_ENDS] + by_last[-_ENDS:] if grows else by_first
    return list(dict.fromkeys(found))


def kernel_sizes_of(text: str, first: KernelSize | None, last: KernelSize | None) -> range:
    """Choose the kernel sizes to solve, or say why there are too few."""
    least = _least_kernel_size(text)
    low = least if first is None else check_kernel_size(first)
    high = low + _DEFAULT_COUNT - 1 if last is None else check_kernel_size(last)
    if low < least:
        raise KernelSizeError(f"the orders {text} need kernel sizes >= {least}, but the first is {low}")
    if high < low:
        raise KernelSizeError(f"the first kernel size, {low}, is larger than the last, {high}")
    sizes = range(low, high + 1)
    if len(sizes) < FEWEST:
        raise KernelSizeError(
            f"a guess needs at least {FEWEST} kernel sizes, {FEWEST - MARGIN} to fit and {MARGIN} to test, "
            f"but {low}..{high} are {len(sizes)}"
        )
    return sizes


def format_sizes(sizes: Sequence[int]) -> str:
    """Write kernel sizes as runs, such as 3, 5..9."""
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}..{run[-1]}" for run in runs_of(sizes))
