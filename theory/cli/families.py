"""Families of orders as they are written on the command line: ``top``, ``top:j=3``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from theory.errors import InputError

if TYPE_CHECKING:
    from theory.optimal.families import ClosedForm


def read_family(text: str) -> ClosedForm:
    """Read a family such as ``top`` or ``top:j=3``."""
    # Imported here: SymPy takes half a second, which `solve --orders 0,1` does not need.
    from theory.optimal.families import closed_forms

    name, _, parameters = text.partition(":")
    if name not in closed_forms:
        from difflib import get_close_matches

        nearest = get_close_matches(name, closed_forms, n=3, cutoff=0.5)
        hint = f"; the nearest families: {', '.join(nearest)}" if nearest else ""
        raise InputError(f"{text!r} is neither a set of orders such as 0,1,d-1 nor a family{hint}")
    values = {}
    for part in filter(None, parameters.split(",")):
        key, _, value = part.partition("=")
        if not value.isascii() or not value.isdigit():
            raise InputError(f"a parameter of a family is written name=integer, not {part!r}")
        values[key] = int(value)
    return closed_forms[name].at(**values)


def is_family(text: str) -> bool:
    """Tell a family's name from a set of orders, whose only letter is d."""
    return any(letter.isalpha() and letter != "d" for letter in text)
