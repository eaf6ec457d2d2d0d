r"""Statements as data: the quantities they speak of, their hypotheses, and what is compared.

A case gives each quantity of a statement a value. Everything that is shown of a statement is made from these data, and
the same data draw cases within and beyond the hypotheses, at which the statement is evaluated exactly.

Conventions, of all statements: the kernel size d is an integer, d >= 2 where a statement says nothing else, and R is a
nonempty set of orders out of 0..d.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import chain, combinations, product
from random import Random
from typing import Any, Literal, NamedTuple

from proofs_check.conditions import meaning
from theory.errors import SubpoolError

Case = Mapping[str, Any]
"""The values of the quantities, by name: ``{"d": 9, "R": (0, 1, 8)}``."""

Sampler = Callable[[Random, Case, int], Any]
"""Draws a quantity; takes the quantities drawn before it, and the largest kernel size."""

DEFAULT_KERNEL_MAX = 12
"""The kernel size up to which claims are checked, unless another one is named."""

SOURCES = ("paper", "ours", "others")
"""Whose a statement is: of Matoba, Dimitriadis and Fleuret; of this project; of others."""

TOPICS = ("the paper", "beyond the paper", "depth", "networks", "photographs")
"""What a statement is about, in the order of the report."""

_MOST_TRIES = 20_000


Kind = Literal["tight", "upper", "lower", "identity"]

HOLDS: dict[Kind, Callable[[Fraction, Fraction], bool]] = {
    "tight": operator.eq,
    "identity": operator.eq,
    "upper": operator.le,
    "lower": operator.ge,
}
"""What each kind of claim says of a computed and a claimed value."""


class StatementError(SubpoolError):
    """A statement's hypotheses cannot be met, or its data contradict each other."""


class Value(NamedTuple):
    """What a statement compares at a case.

    Attributes
    ----------
    label : str
        Which of the numbers compared, where there are several.
    computed, claimed : Fraction
    determined : bool
        Whether ``computed`` is the quantity that the statement speaks of. Where a statement is about a least size, and
        ``computed`` is the size of something built, it is an upper bound only: if it is too large, nothing is refuted.
    """

    label: str
    computed: Fraction
    claimed: Fraction
    determined: bool = True


@dataclass(frozen=True)
class Instance:
    """A value with its case.

    Attributes
    ----------
    where : str
        The place, such as ``d = 9, error``.
    kernel_size : int
    computed, claimed : Fraction
    determined : bool
        As in :class:`Value`: whether a failure refutes the claim.
    part : str
        Which part of the range it belongs to, in words, where the range has several.
    """

    where: str
    kernel_size: int
    computed: Fraction
    claimed: Fraction
    determined: bool = True
    part: str = ""


@dataclass(frozen=True)
class Hypothesis:
    r"""A condition under which a statement is made.

    Attributes
    ----------
    text : str
        In LaTeX without dollar signs.
    decide : callable, optional
        Takes a case, and says whether the text is true of it; needed, else an InputError, where the text is no
        comparison and no membership, whose meaning is read from it.
    least, most : int, optional
        The least or the largest kernel size, where the hypothesis is that it has at least or at most this value.
    beyond : mapping, optional
        A case that meets every other hypothesis but not this one, where the statement is false or says nothing. Without
        it, the hypothesis is one of the proof, and the statement is not known to fail beyond.

    Examples
    --------
    >>> INTERCEPT.text, INTERCEPT.holds({"d": 3, "R": (1, 2)})
    ('0 \\in R', False)
    """

    text: str
    decide: Callable[[Case], bool] | None = field(default=None, compare=False)
    beyond: Case | None = field(default=None, compare=False)
    least: int | None = None
    most: int | None = None

    def __post_init__(self) -> None:
        if self.decide is None:
            meaning(self.text)

    def holds(self, case: Case) -> bool:
        """Return whether a case meets the hypothesis."""
        return (self.decide or meaning(self.text))(case)

    def failing_at(self, **beyond: Any) -> Hypothesis:
        """Return the hypothesis with a case beyond it where a statement fails."""
        return replace(self, beyond=beyond)

    def to_dict(self) -> dict[str, Any]:
        """Return the hypothesis as a JSON object."""
        return {"text": self.text, "beyond": None if self.beyond is None else place(self.beyond)}


INTERCEPT = Hypothesis(r"0 \in R")
NO_INTERCEPT = Hypothesis(r"0 \notin R")
NO_MAXIMUM = Hypothesis(r"d \notin R")


def least_kernel_size(least: int) -> Hypothesis:
    """Return the hypothesis that the kernel size has at least some value."""
    return Hypothesis(rf"d \ge {least}", least=least)


def _draw_orders(rng: Random, case: Case, _most: int) -> tuple[int, ...]:
    # The size first, so that small and large sets are as likely as those of half the orders.
    d = case["d"]
    return tuple(sorted(rng.sample(range(d + 1), rng.randint(1, d + 1))))


def _draw_index(rng: Random, case: Case, most: int) -> int:
    return rng.randint(0, case.get("d", most))


def _draw_window(rng: Random, case: Case, _most: int) -> tuple[Fraction, ...]:
    # Few values, so that inputs are equal now and then; 0 and 1, the faces of the cube, and something beyond them.
    return tuple(Fraction(rng.randint(-1, 7), 6) for _ in range(case["d"]))


def draw_numbers(count: int) -> Sampler:
    """Return a sampler of that many integers, of few values, so that some are equal."""
    return lambda rng, _case, _most: tuple(rng.randint(-4, 4) for _ in range(count))


_STANDARD: Mapping[str, Sampler] = {
    "d": lambda rng, _case, most: rng.randint(2, most),
    "R": _draw_orders,
    "x": _draw_window,
    **dict.fromkeys(("r", "j", "n", "z", "h"), _draw_index),
}


def standard(*names: str) -> dict[str, Sampler]:
    """Return the samplers of quantities that many statements share, in this order."""
    return {name: _STANDARD[name] for name in names}


def draw(rng: Random, quantities: Mapping[str, Sampler], hypotheses: Iterable[Hypothesis], most: int) -> dict[str, Any]:
    """Draw a case up to a kernel size that meets hypotheses; one quantity may need those before it.

    Raises StatementError if none is found: the hypotheses contradict each other, or nothing so small meets them.

    >>> draw(Random(0), standard("d", "R"), (INTERCEPT, NO_MAXIMUM), 4)
    {'d': 3, 'R': (0, 2)}
    """
    conditions = tuple(hypotheses)
    for _ in range(_MOST_TRIES):
        case: dict[str, Any] = {}
        for name, sampler in quantities.items():
            case[name] = sampler(rng, case, most)
        if all(condition.holds(case) for condition in conditions):
            return case
    raise StatementError(f"no case up to d = {most} meets {', '.join(h.text for h in conditions)}")


# --- the cases that are checked one by one --------------------------------------------------------------------------


Cases = Callable[[int], Iterator[Case]]
"""From the largest kernel size asked for to the cases."""


def grid(*, least: int = 2, most: int | None = None, part: str = "", **of: Callable[[int], Iterable[Any]]) -> Cases:
    """Return all cases of d = least..most, as far as asked for, and of quantities that range over what they say for d.

    >>> list(grid(most=3, r=range, part="small")(9))[1:3]
    [{'d': 2, 'r': 1, 'part': 'small'}, {'d': 3, 'r': 0, 'part': 'small'}]
    """
    named = {"part": part} if part else {}

    def cases(kernel_max: int) -> Iterator[Case]:
        for d in range(least, (kernel_max if most is None else min(kernel_max, most)) + 1):
            for values in product(*(ranges(d) for ranges in of.values())):
                yield {"d": d, **dict(zip(of, values, strict=True)), **named}

    return cases


def joined(*parts: Cases) -> Cases:
    """Return the cases of one grid after the other."""
    return lambda kernel_max: chain.from_iterable(part(kernel_max) for part in parts)


def subsets(elements: Iterable[int], *, least: int = 1) -> Iterator[tuple[int, ...]]:
    """Yield the subsets of at least some size, smaller ones first.

    >>> list(subsets(range(1, 4), least=2))
    [(1, 2), (1, 3), (2, 3), (1, 2, 3)]
    """
    pool = tuple(elements)
    for size in range(least, len(pool) + 1):
        yield from combinations(pool, size)


def sets_of_orders(kernel_size: int) -> Iterator[tuple[int, ...]]:
    """Yield all nonempty sets of orders in 0..d-1."""
    return subsets(range(kernel_size))


def sets_with_intercept(kernel_size: int) -> Iterator[tuple[int, ...]]:
    """Yield all sets of orders in 0..d-1 that contain 0.

    >>> list(sets_with_intercept(3))
    [(0,), (0, 1), (0, 2), (0, 1, 2)]
    """
    return ((0, *others) for others in subsets(range(1, kernel_size), least=0))


# --- in words -------------------------------------------------------------------------------------------------------


def place(case: Case) -> str:
    """Say where a statement is evaluated.

    >>> place({"d": 9, "R": (0, 1, 8)})
    'd = 9, R = {0, 1, 8}'
    """
    return ", ".join(f"{name} = {_shown(name, value)}" for name, value in case.items())


def _shown(name: str, value: Any) -> str:
    if not isinstance(value, tuple):
        return str(value)
    items = ", ".join(map(str, value))
    return f"{{{items}}}" if name == "R" else f"({items})"


@dataclass(frozen=True)
class Table:
    r"""The numbers that a statement leaves to a table, made from the data that its check uses.

    The text says how to read the rows; it and the heads of the columns may have mathematics between ``\(`` and ``\)``.
    The entries of the rows are LaTeX without dollar signs.
    """

    title: str
    text: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def combination(terms: Iterable[tuple[int, str]]) -> str:
    """Write a combination of symbols with integer coefficients, none of them 0, in LaTeX.

    >>> combination([(-2, "M_{12}"), (1, "M_{13}"), (-1, "x_3")])
    '-2 M_{12} + M_{13} - x_3'
    """
    parts = [f"{'-' if k < 0 else '+'} {'' if abs(k) == 1 else f'{abs(k)} '}{symbol}" for k, symbol in terms]
    text = " ".join(parts)
    return text[2:] if text.startswith("+") else text.replace("- ", "-", 1)
