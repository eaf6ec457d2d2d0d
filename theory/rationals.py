"""Exact rationals: between :class:`fractions.Fraction`, python-flint and strings.

Outside, the library speaks :class:`fractions.Fraction`; inside, integer matrices are python-flint's, which are one
to two orders of magnitude faster. Strings go through python-flint too, because Python refuses to convert integers
of more than 4,300 digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm
from numbers import Rational

from flint import fmpq, fmpz, fmpz_mat

from theory.errors import FormatError, InputError

_EXACT = re.compile(r"-?(0|[1-9][0-9]*)(/[1-9][0-9]*)?")
_LONGEST = 200_000  # characters; lowest terms take quadratic time, for the longest a quarter of a second


def to_string(number: Fraction) -> str:
    """Write a rational as ``"p"`` or ``"p/q"`` in lowest terms, however many digits it has.

    >>> to_string(Fraction(-9, 70)), to_string(Fraction(3))
    ('-9/70', '3')
    >>> len(to_string(Fraction(10**5000)))
    5001
    """
    numerator = fmpz(number.numerator).str()
    return numerator if number.denominator == 1 else f"{numerator}/{fmpz(number.denominator).str()}"


def from_string(text: object) -> Fraction:
    """Read a rational written as ``"p"`` or ``"p/q"``, of at most 200,000 characters.

    There is an optional minus sign, then ASCII digits; the denominator is positive. Nothing else is accepted, floats
    least of all.

    >>> from_string("-9/70")
    Fraction(-9, 70)
    >>> from_string("0.5")
    Traceback (most recent call last):
    ...
    theory.errors.FormatError: an exact number is written "p" or "p/q", not '0.5'
    """
    if not isinstance(text, str) or not _EXACT.fullmatch(text):
        given = repr(text[:40]) if isinstance(text, str) else f"a value of type {type(text).__name__}"
        raise FormatError(f'an exact number is written "p" or "p/q", not {given}')
    if len(text) > _LONGEST:
        raise FormatError(f"an exact number has at most {_LONGEST} characters, not {len(text)}")
    numerator, _, denominator = text.partition("/")
    return Fraction(int(fmpz(numerator)), int(fmpz(denominator)) if denominator else 1)


def check_rational(number: object, what: str) -> Fraction:
    """Return a rational as a Fraction of Python's integers, or say what is wrong with it.

    NumPy's integers count as rationals, and a Fraction keeps them as they are: its arithmetic would wrap around. The
    message calls it ``what``, a plural.

    >>> check_rational(3, "weights")
    Fraction(3, 1)
    >>> check_rational(0.5, "weights")
    Traceback (most recent call last):
    ...
    theory.errors.InputError: weights are exact (Fraction or int), not 0.5
    """
    if not isinstance(number, Rational):
        raise InputError(f"{what} are exact (Fraction or int), not {number!r:.80}")
    if type(number) is Fraction and type(number.numerator) is int:
        return number
    return Fraction(int(number.numerator), int(number.denominator))


def decimal(number: Fraction) -> str:
    """Write a rational with six significant digits, whatever its exponent: floats would under- or overflow.

    >>> decimal(Fraction(1, 3)), decimal(Fraction(1, 10**400))
    ('0.333333', '1.0e-400')
    """
    import mpmath

    with mpmath.workdps(30):
        return str(mpmath.nstr(mpmath.mpf(number.numerator) / number.denominator, 6))


def to_fraction(number: fmpq) -> Fraction:
    """Convert a python-flint rational."""
    return Fraction(int(number.p), int(number.q))


def over_common_denominator(numbers: Sequence[Fraction]) -> tuple[list[int], int]:
    """Integers n_i and one positive integer q with ``numbers[i] == n_i / q``.

    >>> over_common_denominator([Fraction(1, 2), Fraction(2, 3)])
    ([3, 4], 6)
    """
    q = lcm(*(number.denominator for number in numbers))
    return [number.numerator * (q // number.denominator) for number in numbers], q


def binomial_table(tops: Iterable[int], bottoms: Sequence[int]) -> fmpz_mat:
    """Matrix of the binomial coefficients C(top, bottom), one row for each top; all numbers are >= 0.

    >>> binomial_table(range(4), [0, 2]).tolist()
    [[1, 0], [1, 0], [1, 1], [1, 3]]
    """
    rows = list(tops)
    return fmpz_mat(len(rows), len(bottoms), [fmpz.bin_uiui(top, bottom) for top in rows for bottom in bottoms])
