r"""Numbers of a certificate as they stand in a citation: listed, rounded where they are long, added up term by term."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from proofs_check.citation.blocks import Prose
from theory.errors import SubpoolError
from theory.rationals import decimal, to_string
from theory.typeset import equation, fraction, listed

_LONGEST_NUMBER = 40
LISTED = 12
"""Coefficients or weights that are listed where not all of them are."""


def is_short(number: Fraction) -> bool:
    """Return whether a number is written out."""
    return len(to_string(number)) <= _LONGEST_NUMBER


def rounded(number: Fraction) -> str:
    """Write a number in six digits."""
    mantissa, _, exponent = decimal(number).partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


def list_numbers(symbol: str, numbers: Mapping[Any, Fraction], *, whole: bool) -> list[str]:
    """List numbers with their indices; not as a whole, the first and last of many, long ones rounded."""
    indices = list(numbers)
    cut = not whole and len(indices) > LISTED
    kept = [*indices[: LISTED // 2], *indices[-LISTED // 2 :]] if cut else indices
    shown = [f"{symbol}_{{{i}}} {_short(numbers[i])}" for i in kept]
    if cut:
        shown.insert(LISTED // 2, r"\ldots")
    return equation(symbol, listed(shown))


def _short(number: Fraction) -> str:
    return f"= {fraction(number)}" if is_short(number) else rf"\approx {rounded(number)}"


def prose(template: str, **values: str) -> Prose:
    """Fill a template in: words in capitals are replaced, lines are joined."""
    words = re.sub(r"\b[A-Z]{2,}\b", lambda match: values[match[0].lower()].strip(), template)
    return Prose(" ".join(words.split()))


def add_up(left: str, products: Sequence[tuple[Fraction, Fraction | None]]) -> tuple[Fraction, list[str]]:
    """Add up products, or numbers, and write the sum with its value."""
    terms: list[str] = []
    total = Fraction(0)
    for number, factor in products:
        total += number if factor is None else number * factor
        sign = "-" if number < 0 else "+" if terms else ""
        times = "" if factor is None else rf" \cdot {as_factor(factor)}"
        terms.append(f"{sign} {fraction(abs(number))}{times}".strip())
    return total, equation(left, [*(terms or ["0"]), f"= {fraction(total)}"])


def as_factor(number: Fraction) -> str:
    """Write a number that stands after a dot."""
    return f"({fraction(number)})" if number < 0 else fraction(number)


def agree(found: Fraction, required: Fraction) -> None:
    """Raise SubpoolError if a sum that was written out is not what the checker has accepted."""
    if found != required:
        raise SubpoolError(f"a sum of an accepted certificate is {found}, and not {required}: that is a defect")
