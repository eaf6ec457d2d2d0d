"""Kernels and sets of orders as people write them: ``3x3``, ``0,1,d-1``, ``0-8``, ``d-3..d-1``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from math import prod

from theory.errors import KernelSizeError, OrdersError
from theory.subpools import check_kernel_size, check_orders
from theory.typeset import order_set

_KERNEL = re.compile(r"[0-9]{1,40}(x[0-9]{1,40})*", re.ASCII)  # so that too large ones are said to be so
_ORDER = r"(?:d-[0-9]{1,40}|d|-?[0-9]{1,40})"
_RANGE = re.compile(rf"({_ORDER})(?:(?:-|\.\.)({_ORDER}))?", re.ASCII)


def parse_kernel(text: str) -> tuple[int, ...]:
    """Read a kernel: an integer, or a shape whose extents are joined by ``x``.

    The product of the extents, each at least 1, is the kernel size, at least 2.

    >>> parse_kernel("3x3"), parse_kernel("9")
    ((3, 3), (9,))
    >>> parse_kernel("3x")
    Traceback (most recent call last):
    ...
    theory.errors.KernelSizeError: a kernel is an integer such as 9 or a shape such as 3x3, not '3x'
    """
    if not _KERNEL.fullmatch(text.strip()):
        raise KernelSizeError(f"a kernel is an integer such as 9 or a shape such as 3x3, not {text[:40]!r}")
    shape = tuple(int(extent) for extent in text.strip().split("x"))
    if 0 in shape:
        raise KernelSizeError(f"each extent of a kernel is at least 1, but {text[:40]!r} has a 0")
    check_kernel_size(prod(shape))
    return shape


def _order(text: str, kernel_size: int) -> int:
    if text.startswith("d"):
        return kernel_size - int(text[2:] or 0)
    return int(text)


def parse_orders(text: str, kernel_size: int, *, merge: bool = False) -> tuple[int, ...]:
    """Read a set of orders: integers, ``d``, ``d-1`` and ranges ``a-b`` or ``a..b``, joined by commas.

    d is the kernel size; the orders are returned increasing. They are distinct; to merge are those that only this
    kernel size makes the same, as 1 and d-1 are for d = 2.

    >>> parse_orders("0,1,d-1", 9), parse_orders("0-3,d-2..d-1", 9)
    ((0, 1, 8), (0, 1, 2, 3, 7, 8))
    >>> parse_orders("1,d-1", 2, merge=True)
    (1,)
    >>> parse_orders("0,1.5", 9)
    Traceback (most recent call last):
    ...
    theory.errors.OrdersError: orders are written like 0,1,8 or 0-8 or 0,1,d-1, but '1.5' is no order and no range
    """
    fixed: list[Iterable[int]] = []
    relative: list[Iterable[int]] = []
    for part in text.replace(" ", "").split(","):
        match = _RANGE.fullmatch(part)
        if match is None:
            what = f"{part[:40]!r} is no order and no range" if part else "there is nothing beside a comma"
            raise OrdersError(f"orders are written like 0,1,8 or 0-8 or 0,1,d-1, but {what}")
        first = _order(match[1], kernel_size)
        last = first if match[2] is None else _order(match[2], kernel_size)
        if last < first:
            raise OrdersError(f"the range {part!r} is empty for kernel size {kernel_size}")
        # Ends first: a range is read from below, and its absurd end may be far.
        check_orders(kernel_size, {first, last})
        (relative if merge and "d" in part else fixed).append(range(first, last + 1))
    apart = [check_orders(kernel_size, chain.from_iterable(one)) for one in (fixed, relative) if one]
    return tuple(sorted(set(chain.from_iterable(apart))))


def format_orders(orders: Sequence[int]) -> str:
    """Write orders, which increase, in the notation that :func:`parse_orders` reads, runs of three or more as ranges.

    >>> format_orders([0, 1, 8]), format_orders([0, 2, 3, 4, 5])
    ('0,1,8', '0,2-5')
    """
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(map(str, run)) for run in runs_of(orders))


def orders_in_latex(orders: Iterable[int]) -> str:
    r"""Write orders, which increase, as a set in LaTeX.

    >>> print(orders_in_latex([0, 1, 8]), orders_in_latex([0, 2, 3, 4, 5]))
    \{0, 1, 8\} \{0, 2, \ldots, 5\}
    """
    runs = runs_of(orders)
    # Two dots would say more than the one number that they stand for.
    return order_set(
        (str(a), str(b))
        for run in runs
        for a, b in ([(run[0], run[-1])] if len(run) > 3 else zip(run, run, strict=True))
    )


def runs_of(numbers: Iterable[int]) -> list[list[int]]:
    """Cut increasing integers into runs of consecutive ones."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs
