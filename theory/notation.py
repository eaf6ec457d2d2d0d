"""Kernels and sets of orders as people write them, on the command line and in Python: the one place that reads them.

A kernel is a number of inputs, ``9``, or a shape, ``(3, 3)`` or ``"3x3"``. Orders are a collection of integers, or
text: ``"0,1,d-1"``, ``"0-8"``, ``"d-3..d-1"``, a family's name such as ``"mean-and-last"``, or ``"exact"``, which is
order d, the maximum itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import chain, islice
from math import prod
from operator import index
from typing import TypeAlias, cast

from theory.errors import KernelSizeError, OrdersError, ProblemTooLargeError
from theory.named_orders import EXACT, NamedOrders, find_named

KernelSize: TypeAlias = int | str | Sequence[int]
"""A number of inputs, or a shape."""

Orders: TypeAlias = str | Iterable[int]
"""A set of orders, as integers or as text."""

_NONE = "none"

_LARGEST_KERNEL_SIZE = 10**9
"""Beyond this, sizes and counts would not fit into machine integers and floats on the way."""

_LARGEST_SHAPE = 64
"""The most extents of a shape."""

LARGEST_SET = 10**6
"""The most orders in a set. A range is as short to write as it is long to store."""

# Long numbers, so that too large ones are said to be so; Python reads up to 4300 digits.
_KERNEL = re.compile(rf"[0-9]{{1,4000}}(x[0-9]{{1,4000}}){{0,{_LARGEST_SHAPE - 1}}}", re.ASCII)
_ORDER = r"(?:d-[0-9]{1,40}|d|-?[0-9]{1,40})"
_RANGE = re.compile(rf"({_ORDER})(?:(?:-|\.\.)({_ORDER}))?", re.ASCII)

_LONGEST_HINT = 200

_BLANKS = re.compile(r"\s*(,|-|\.\.|=|:)\s*")
_LIKE_A_KERNEL = re.compile(r"[\s0-9xX\u00d7*,;()\[\]]+", re.ASCII)
_DASHES = str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212", 6 * "-")


def as_integer(value: object) -> int | None:
    """Return a value as an int if it is one (NumPy's count, booleans do not), else None."""
    if isinstance(value, bool):
        return None
    try:
        return index(value)  # type: ignore[arg-type]
    except TypeError:
        return None


def shown(value: object) -> str:
    """Write a value for a message of one line; Python refuses to write the digits of huge integers."""
    try:
        return f"{value!r:.80}"
    except ValueError:
        return f"one of type {type(value).__name__} with thousands of digits"


def check_kernel_size(kernel_size: object) -> int:
    """Return the number of inputs of a kernel as an int in 2..10^9, or say what is wrong with it.

    >>> check_kernel_size(9), check_kernel_size("3x3"), check_kernel_size((3, 3))
    (9, 9, 9)
    >>> check_kernel_size(1)
    Traceback (most recent call last):
    ...
    theory.errors.KernelSizeError: a kernel size is an integer >= 2 (one input is its own maximum), not 1
    """
    d = as_integer(kernel_size)
    if d is None:
        d = prod(parse_kernel(kernel_size))
    if d < 2:
        raise KernelSizeError(f"a kernel size is an integer >= 2 (one input is its own maximum), not {shown(d)}")
    if d > _LARGEST_KERNEL_SIZE:
        raise KernelSizeError(f"a kernel size is at most {_LARGEST_KERNEL_SIZE}, not {shown(d)}")
    return d


def parse_kernel(kernel: object) -> tuple[int, ...]:
    """Read a kernel as a shape of extents >= 1, of which a number of inputs has one.

    >>> parse_kernel("3x3"), parse_kernel("9"), parse_kernel((3, 3)), parse_kernel(9)
    ((3, 3), (9,), (3, 3), (9,))
    >>> parse_kernel("3X3")
    Traceback (most recent call last):
    ...
    theory.errors.KernelSizeError: a kernel is an integer such as 9 or a shape such as 3x3, not '3X3': write 3x3
    """
    number = as_integer(kernel)
    shape = (number,) if number is not None else shape_in(kernel) if isinstance(kernel, str) else _shape_of(kernel)
    if min(shape) < 1:
        raise KernelSizeError(f"each extent of a kernel is at least 1, but {shown(kernel)} has {shown(min(shape))}")
    check_kernel_size(prod(shape))
    return shape


def shape_in(text: str) -> tuple[int, ...]:
    """Read the extents of a shape, of which some may be 0.

    >>> shape_in("1x7")
    (1, 7)
    """
    if _KERNEL.fullmatch(text.strip()):
        return tuple(map(int, text.strip().split("x")))
    numbers = re.findall(r"[0-9]+", text, re.ASCII)
    meant = f": write {'x'.join(numbers)}" if numbers and len(text) < 40 and _LIKE_A_KERNEL.fullmatch(text) else ""
    raise KernelSizeError(f"a kernel is an integer such as 9 or a shape such as 3x3, not {text[:40]!r}{meant}")


def _shape_of(kernel: object) -> tuple[int, ...]:
    if (isinstance(kernel, Sequence) and not isinstance(kernel, bytes)) or hasattr(kernel, "__array__"):
        with suppress(TypeError):  # of a scalar of NumPy
            shape = [as_integer(extent) for extent in islice(cast("Sequence[object]", kernel), _LARGEST_SHAPE + 1)]
            if 0 < len(shape) <= _LARGEST_SHAPE and None not in shape:
                return tuple(cast("list[int]", shape))
    raise KernelSizeError(
        f"a kernel size is an integer >= 2, or a shape such as (3, 3) or '3x3' of up to {_LARGEST_SHAPE} integers, "
        f"not {shown(kernel)}"
    )


def check_orders(kernel_size: int, orders: object, *, maybe_none: bool = False, merge: bool = False) -> tuple[int, ...]:
    """Return orders for a kernel size as a sorted tuple of distinct ints, or say what is wrong with them.

    Order 0 is the intercept. They are looked at one by one, up to 10^6 of them: a range may be as long as it likes. To
    merge are those in a text that only this kernel size makes the same, as 1 and d-1 are for d = 2. Where there may be
    none, ``"none"`` is none.

    >>> check_orders(9, [8, 0, 1]), check_orders(9, "0,1,d-1"), check_orders(9, "mean-and-last")
    ((0, 1, 8), (0, 1, 8), (0, 1, 8))
    >>> check_orders(9, "0-3,d-2..d-1"), check_orders(2, "1,d-1", merge=True)
    ((0, 1, 2, 3, 7, 8), (1,))
    >>> check_orders(9, [0, 10])
    Traceback (most recent call last):
    ...
    theory.errors.OrdersError: orders for kernel size 9 are integers in 0..9, not 10
    >>> check_orders(9, "0 1 8")
    Traceback (most recent call last):
    ...
    theory.errors.OrdersError: orders are written like 0,1,8 or 0-8 or 0,1,d-1, but '0 1 8' is no order and no range: \
write 0,1,8
    """
    if isinstance(orders, str):
        if maybe_none and orders.strip() == _NONE:
            return ()
        return _orders_in(orders, kernel_size, merge=merge)
    try:
        given = iter(orders)  # type: ignore[call-overload]
    except TypeError:
        raise OrdersError(
            f"orders are a collection of integers in 0..{kernel_size}, or text such as '0,1,d-1', not {shown(orders)}"
        ) from None
    return _checked(kernel_size, given, maybe_none=maybe_none)


def _checked(kernel_size: int, given: Iterator[object], *, maybe_none: bool = False) -> tuple[int, ...]:
    found: set[int] = set()
    for order in islice(given, LARGEST_SET):
        r = as_integer(order)
        if r is None or not 0 <= r <= kernel_size:
            raise OrdersError(
                f"orders for kernel size {kernel_size} are integers in 0..{kernel_size}, not {shown(order)}"
            )
        if r in found:
            raise OrdersError(f"orders are distinct, but {r} occurs twice")
        found.add(r)
    if len(found) == LARGEST_SET and next(given, None) is not None:
        raise ProblemTooLargeError(f"a set has at most {LARGEST_SET} orders, this one has more")
    if not found and not maybe_none:
        raise OrdersError("at least one order is needed, none was given")
    return tuple(sorted(found))


def orders_in_d(orders: Orders) -> str:
    """Write orders as text in d alone: a family's name as what it stands for, a collection as it is.

    >>> orders_in_d("top:j=3"), orders_in_d([8, 1, 0]), orders_in_d("0, d - 1")
    ('0,d-3..d-1', '0,1,8', '0,d-1')
    """
    if isinstance(orders, str):
        return _in_d(orders)[0]
    return format_orders(check_orders(_LARGEST_KERNEL_SIZE, orders))


def family_of(orders: object) -> NamedOrders | None:
    """Return the family that the orders name, if they name one."""
    return _in_d(orders)[1] if isinstance(orders, str) else None


def _in_d(text: str) -> tuple[str, NamedOrders | None]:
    """Return what a text says in d, without blanks around signs, and the family if it names one."""
    plain = _BLANKS.sub(r"\1", text.strip())
    if plain == EXACT:
        return "d", None
    family = None if _meant(plain) else find_named(plain)
    return (family.text if family else plain), family


def _orders_in(text: str, kernel_size: int, *, merge: bool) -> tuple[int, ...]:
    plain, family = _in_d(text)
    if family is not None:
        family.check(kernel_size)
    fixed: list[Iterable[int]] = []
    relative: list[Iterable[int]] = []
    for part in plain.split(","):
        first, last = _ends(part, plain, kernel_size)
        if last < first and family is None:
            raise OrdersError(f"the range {part!r} is empty for kernel size {kernel_size}")
        # Ends first: a range is read from below, and its absurd end may be far.
        _checked(kernel_size, iter({first, last}))
        (relative if merge and "d" in part else fixed).append(range(first, last + 1))
    apart = [_checked(kernel_size, chain.from_iterable(one)) for one in (fixed, relative) if one]
    return tuple(sorted(set(chain.from_iterable(apart))))


def _ends(part: str, text: str, kernel_size: int) -> tuple[int, int]:
    match = _RANGE.fullmatch(part)
    if match is None:
        what = f"{part[:40]!r} is no order and no range" if part else "there is nothing beside a comma"
        meant = _meant(text)
        hint = f": write {meant}" if meant else ""
        raise OrdersError(f"orders are written like 0,1,8 or 0-8 or 0,1,d-1, but {what}{hint}")
    first = _order(match[1], kernel_size)
    return first, first if match[2] is None else _order(match[2], kernel_size)


def _meant(text: str) -> str:
    """Return what somebody may mean who writes orders in another way, such as ``[0; 1; D-1]``; else nothing."""
    if len(text) > _LONGEST_HINT:
        return ""
    plain = text.lower().translate(_DASHES).replace(":", "-").strip("[](){} ")
    plain = re.sub(r"[\s,;]+", ",", plain.replace("...", "..").replace("n", "d")).strip(",")
    return plain if plain != text and all(map(_RANGE.fullmatch, plain.split(","))) else ""


def _order(text: str, kernel_size: int) -> int:
    if text.startswith("d"):
        return kernel_size - int(text[2:] or 0)
    return int(text)


def format_orders(orders: Sequence[int]) -> str:
    """Write orders, which increase, in the notation that :func:`check_orders` reads, runs of three or more as ranges.

    >>> format_orders([0, 1, 8]), format_orders([0, 2, 3, 4, 5])
    ('0,1,8', '0,2-5')
    """
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ",".join(map(str, run)) for run in runs_of(orders))


def runs_of(numbers: Iterable[int]) -> list[list[int]]:
    """Cut increasing integers into runs of consecutive ones."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs
