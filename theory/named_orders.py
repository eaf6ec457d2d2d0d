"""Families of orders by name: what ``mean-and-last`` and ``top:j=3`` stand for at a kernel size d.

Their errors and coefficients as formulas are in :mod:`theory.optimal.families`, which takes the orders from here. That
takes SymPy; to read a name does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from types import MappingProxyType

from theory.errors import InputError, KernelSizeError, OrdersError

EXACT = "exact"
"""The maximum itself, which is order d."""

_PARAMETER = re.compile(r"([a-z]+)=([0-9]{1,40})", re.ASCII)


@dataclass(frozen=True)
class NamedOrders:
    """A family of orders.

    ``orders`` is text in d and the parameters, in the notation of :mod:`theory.notation`; a range is left out where it
    is empty. ``least`` is the smallest kernel size, a sum. What is ``relative`` belongs to the error relative to the
    range of the window.
    """

    name: str
    orders: str
    least: str
    parameters: Mapping[str, int]
    relative: bool = False

    @property
    def text(self) -> str:
        """The orders as text in d alone.

        >>> NAMED_ORDERS["top"].text
        '0,d-2..d-1'
        """
        return re.sub(r"[a-ce-z]", lambda letter: str(self.parameters[letter[0]]), self.orders)

    def check(self, kernel_size: int) -> None:
        """Refuse a kernel size, by a KernelSizeError, that is too small for the family."""
        least = sum(self.parameters.get(part) or int(part) for part in self.least.split("+"))
        if kernel_size < least:
            which = f"the family {self.name}, {self.text},"
            raise KernelSizeError(f"{which} needs kernel size >= {least}, not {kernel_size}")


def with_values(family: str, parameters: Mapping[str, int], values: Mapping[str, int]) -> Mapping[str, int]:
    """Return the parameters of a family at other values; InputError for unknown ones and values that are < 1."""
    for name, value in values.items():
        if name not in parameters:
            known = ", ".join(parameters) or "none"
            raise InputError(f"the family {family} has no parameter {name!r}; it has: {known}")
        if type(value) is not int or value < 1:
            raise InputError(f"{name} is an integer >= 1 in the family {family}, not {value!r}")
    return MappingProxyType({**parameters, **values})


def _family(name: str, orders: str, least: str, *, relative: bool = False, **parameters: int) -> NamedOrders:
    return NamedOrders(name, orders, least, MappingProxyType(parameters), relative)


_CUBE = (
    _family("intercept", "0", "2"),
    _family("mean", "0,1", "2"),
    _family("single", "0,r", "r+1", r=2),
    _family("quadratic", "0,1,2", "3"),
    _family("mean-and-last", "0,1,d-1", "3"),
    _family("mean-and-last-two", "0,1,d-2,d-1", "4"),
    _family("mean-and-second-last", "0,1,d-2", "4"),
    _family("mean-last-third-last", "0,1,d-3,d-1", "5"),
    _family("full", "0,1..d-1", "2"),
    _family("full-but-last", "0,1..d-2", "2"),
    _family("top", "0,d-j..d-1", "j+1", j=2),
    _family("order-and-top", "0,r,d-j..d-1", "r+j+1", r=2, j=2),
)
_RANGE = (
    _family("range-single", "r", "r+1", relative=True, r=1),
    _family("range-mean-and-last", "1,d-1", "3", relative=True),
    _family("range-full", "1..d-1", "2", relative=True),
    _family("range-top", "d-j..d-1", "j+1", relative=True, j=2),
    _family("range-order-and-top", "r,d-j..d-1", "r+j+1", relative=True, r=2, j=2),
)


def _bare(family: NamedOrders) -> NamedOrders:
    """Remove the intercept; below 3 the family without its last order has nothing left beside it."""
    least = "3" if family.name == "full-but-last" else family.least
    return replace(family, name=f"bare-{family.name}", orders=family.orders.removeprefix("0,"), least=least)


_BARE = (_bare(family) for family in _CUBE if family.orders != "0")

NAMED_ORDERS: Mapping[str, NamedOrders] = MappingProxyType({one.name: one for one in (*_CUBE, *_BARE, *_RANGE)})
"""All families by name."""


def find_named(text: str) -> NamedOrders | None:
    """Return the family that a text names, at the parameters that it gives; None where it has no letter but d.

    >>> find_named("top:j=3").text, find_named("0,1,d-1")
    ('0,d-3..d-1', None)
    >>> find_named("mean_and_last")
    Traceback (most recent call last):
    ...
    theory.errors.OrdersError: 'mean_and_last' is neither a set of orders such as 0,1,d-1 nor a family; the nearest: \
mean-and-last, mean-and-last-two, bare-mean-and-last
    """
    if not any(letter.isalpha() and letter != "d" for letter in text):
        return None
    name, colon, parameters = (part.strip() for part in text.partition(":"))
    if name not in NAMED_ORDERS:
        nearest = get_close_matches(name.lower().replace("_", "-")[:80], (*NAMED_ORDERS, EXACT), n=3, cutoff=0.5)
        hint = f"; the nearest: {', '.join(nearest)}" if nearest else ""
        raise OrdersError(f"{text[:40]!r} is neither a set of orders such as 0,1,d-1 nor a family{hint}")
    values = {}
    for part in parameters.split(",") if colon else ():
        match = _PARAMETER.fullmatch(part.strip())
        if match is None:
            raise OrdersError(f"a parameter of a family is written name=integer, not {part[:40]!r}")
        values[match[1]] = int(match[2])
    family = NAMED_ORDERS[name]
    return replace(family, parameters=with_values(name, family.parameters, values))
