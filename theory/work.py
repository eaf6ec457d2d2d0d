"""How much an exact computation takes, estimated before it starts.

Each estimate stands beside the computation that it is about. It counts the operations that dominate, times what one of
them took on one core of a server of 2025, so it is right within a factor of three or so, which is enough to tell a
minute from a day.
"""

from __future__ import annotations

from math import lgamma, log, log10
from typing import NamedTuple

from theory.errors import ProblemTooLargeError

MEMORY_LIMIT = 4 << 30
"""Bytes that a computation may take."""

PATIENCE = 3_600.0
"""Seconds that a command may take without being told to go on."""


class Work(NamedTuple):
    """What a computation, which is the beginning of a sentence, takes.

    That is about how many seconds, or how many at the least; how many at the most, where that is not known so well; and
    bytes of memory.
    """

    what: str
    seconds: float = 0.0
    most: float = 0.0
    memory: float = 0.0

    def check_memory(self) -> None:
        """Refuse what would not fit: the error says what it takes, and the limit."""
        if self.memory > MEMORY_LIMIT:
            raise ProblemTooLargeError(
                f"{self.what} takes about {self.memory / 2**30:.3g} GiB, more than the limit of "
                f"{MEMORY_LIMIT / 2**30:g} GiB"
            )

    def check_time(self) -> None:
        """Refuse what nobody waits for.

        >>> Work("sorting", seconds=9).check_time()
        >>> Work("sorting", seconds=90_000).check_time()
        Traceback (most recent call last):
        ...
        theory.errors.ProblemTooLargeError: sorting takes about 25 h, more than the limit of 60 min
        """
        if self.seconds > PATIENCE:
            raise ProblemTooLargeError(f"{self.what} takes {self.length}, more than the limit of {duration(PATIENCE)}")

    @property
    def length(self) -> str:
        """How long it takes, in words.

        >>> Work("sorting", 20, 90).length, Work("sorting", 20).length
        ('between 20 s and 90 s', 'about 20 s')
        """
        if self.most > 2 * self.seconds:
            return f"between {duration(self.seconds)} and {duration(self.most)}"
        return f"about {duration(self.seconds)}" if self.seconds < _ABSURD else duration(self.seconds)


def duration(seconds: float) -> str:
    """Write a time for people, in the largest unit of which it has two.

    >>> duration(12.3), duration(119), duration(5_000), duration(40 * 86_400), duration(1e20)
    ('12 s', '119 s', '83 min', '40 days', 'more than a million years')
    """
    if seconds > _ABSURD:
        return "more than a million years"
    for unit, length in (("years", _YEAR), ("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:.0f} s"


_YEAR = 365.25 * 86_400
_ABSURD = 1e6 * _YEAR


def as_float(number: int) -> float:
    """Return an integer as a float whose cube is one, too: estimates of the absurd are absurd enough.

    >>> as_float(9), as_float(10**400)
    (9.0, 1e+100)
    """
    return float(min(number, 10**100))


def readable(number: int) -> str:
    """Write an integer, whatever was given as one: only the exponent of a very long one.

    >>> readable(100_000), readable(10**5000)
    ('100000', '10^5000')
    """
    return str(number) if number < 10**15 else f"10^{number.bit_length() * log10(2):.0f}"


def bits_of_binomial(top: int, bottom: int) -> float:
    """Estimate how many bits C(top, bottom) has.

    >>> round(bits_of_binomial(1000, 500)), bits_of_binomial(3, 5)
    (995, 0.0)
    """
    if not 0 < bottom < top:
        return 0.0
    if top > _EXACT_FLOATS:
        return as_float(min(bottom, top - bottom)) * top.bit_length()
    return (lgamma(top + 1) - lgamma(bottom + 1) - lgamma(top - bottom + 1)) / log(2)


_EXACT_FLOATS = 1 << 53
