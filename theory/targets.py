"""What is approximated: the maximum, or any other function that is linear in the order statistics of a window.

Such a function g(x) = c + sum_k w_k x_(k) is known by its values t_z at 0/1 vectors with z zeros: there x_(k) is 1 for
k > z and 0 otherwise, so t_z = c + w_(z+1) + ... + w_d, and w_k = t_(k-1) - t_k, c = t_d. Hence any d+1 values are the
values of one such g, and symmetric Boolean functions are targets as well: g extends them from {0,1}^d to the cube,
linearly on each simplex of ordered inputs (the Lovasz extension). The k-th largest input extends "at least k ones".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from functools import cached_property
from itertools import accumulate, islice, pairwise
from numbers import Rational
from types import MappingProxyType
from typing import Any, Union, cast

from theory.errors import FormatError, InputError, ProblemTooLargeError
from theory.notation import shown
from theory.rationals import check_rational, from_string, over_common_denominator, to_string

_Rule = Callable[[int, int, int], Fraction | int]

_PARAMETRIC = re.compile(r"([a-z-]+)(?::k=([0-9]{1,18}))?", re.ASCII)
_LARGEST = 10**6
"""Values that are tabulated of a target other than the maximum."""


@dataclass(frozen=True)
class _NamedTarget:
    """A target with a name: its value at a 0/1 vector with so many ones of d, and a parameter k if it has one.

    The parameter is within bounds that depend on d.
    """

    meaning: str
    value: _Rule
    parameter: Callable[[int], range] | None = None


TARGETS: Mapping[str, _NamedTarget] = MappingProxyType(
    {
        "max": _NamedTarget("the largest input; OR", lambda ones, d, k: int(ones > 0)),
        "min": _NamedTarget("the smallest input; AND", lambda ones, d, k: int(ones == d)),
        "median": _NamedTarget(
            "the middle input, or the mean of both", lambda ones, d, k: Fraction((2 * ones > d) + (2 * ones >= d), 2)
        ),
        "range": _NamedTarget("the largest input less the smallest", lambda ones, d, k: int(0 < ones < d)),
        "largest": _NamedTarget(
            "the k-th largest input", lambda ones, d, k: int(ones >= k), parameter=lambda d: range(1, d + 1)
        ),
        "trimmed-mean": _NamedTarget(
            "the mean without the k largest and the k smallest inputs",
            lambda ones, d, k: Fraction(min(max(ones - k, 0), d - 2 * k), d - 2 * k),
            parameter=lambda d: range((d + 1) // 2),
        ),
        "majority": _NamedTarget("1 where more than half of the inputs are 1", lambda ones, d, k: int(2 * ones > d)),
        "parity": _NamedTarget("1 where the number of ones is odd", lambda ones, d, k: ones % 2),
        "threshold": _NamedTarget(
            "1 where at least k inputs are 1", lambda ones, d, k: int(ones >= k), parameter=lambda d: range(1, d + 1)
        ),
        "exactly": _NamedTarget(
            "1 where k inputs are 1", lambda ones, d, k: int(ones == k), parameter=lambda d: range(d + 1)
        ),
    }
)
"""Targets with names, those for real inputs before Boolean functions: where two are equal, the first names both."""

MAXIMUM = "max"

TargetLike = Union[str, "Target", Sequence[Rational | int]]
"""What :func:`find_target` reads."""


@dataclass(frozen=True, eq=False)
class Target:
    """A function of d inputs that is linear in their order statistics. Two are equal where their values are.

    ``name`` is what :func:`find_target` reads: of a named target, or its weights, or its values.

    >>> find_target("median", 4).weights
    (Fraction(0, 1), Fraction(1, 2), Fraction(1, 2), Fraction(0, 1))
    >>> find_target("median", 3) == find_target([0, 1, 0], 3)
    True
    """

    kernel_size: int
    name: str

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Target):
            return NotImplemented
        if self.kernel_size != other.kernel_size:
            return False
        return self.name == other.name or self.values == other.values

    def __hash__(self) -> int:
        return hash(self.kernel_size)

    def __str__(self) -> str:
        return self.name

    @property
    def is_maximum(self) -> bool:
        """Whether it is the maximum, whatever it is called; that takes the time to look at all values."""
        return self.name == MAXIMUM or all(value == (z < self.kernel_size) for z, value in enumerate(self.values))

    @property
    def shown(self) -> str:
        """The name, or "target" where that would be a list of numbers."""
        return self.name if self.name[0].isalpha() else "target"

    @cached_property
    def values(self) -> tuple[Fraction, ...]:
        """The values t_z at 0/1 vectors with z zeros, z = 0..d."""
        d = self.kernel_size
        if not self.name[0].isalpha():
            return _values([from_string(number) for number in self.name.split(",")], d)
        if d >= _LARGEST:
            raise ProblemTooLargeError(f"a target of {d} inputs has more values than the limit of {_LARGEST}")
        name, _, parameter = self.name.partition(":k=")
        value, k = TARGETS[name].value, int(parameter or 0)
        return tuple(Fraction(value(d - z, d, k)) for z in range(d + 1))

    @cached_property
    def scaled(self) -> tuple[list[int], int]:
        """Integers n_z and q with t_z = n_z / q."""
        return over_common_denominator(self.values)

    @cached_property
    def weights(self) -> tuple[Fraction, ...]:
        """The weights of x_(1), ..., x_(d)."""
        return tuple(before - after for before, after in zip(self.values, self.values[1:], strict=False))

    @property
    def constant(self) -> Fraction:
        """The value where all inputs are 0."""
        return self.values[-1]

    @property
    def total(self) -> Fraction:
        """What the weights sum to: how much g grows where all inputs grow by 1."""
        return self.values[0] - self.values[-1]

    def to_dict(self) -> dict[str, Any]:
        """Return what files say of it: the weights, and the constant where it is not 0; nothing of the maximum."""
        if self.is_maximum:
            return {}
        constant = {"constant": to_string(self.constant)} if self.constant else {}
        return {"target": [to_string(weight) for weight in self.weights], **constant}


def find_target(target: object, kernel_size: int) -> Target:
    """Return the target of a name, of d weights or of d + 1 values.

    Parameters
    ----------
    target : str, Target, or sequence of rationals
        A name of :data:`TARGETS`, with its parameter, ``"largest:k=2"``. Or the weights of the d order statistics,
        smallest first; or d + 1 values at the 0/1 vectors with 0, 1, ..., d zeros. Text may hold either, separated by
        commas: ``"0,1/2,1/2,0"``.
    kernel_size : int

    Raises
    ------
    InputError

    Examples
    --------
    >>> find_target("largest:k=2", 4).values
    (Fraction(1, 1), Fraction(1, 1), Fraction(1, 1), Fraction(0, 1), Fraction(0, 1))
    >>> find_target([0, 0, 1, 0, 0], 4).name, find_target([1, 1, 0, 0], 4).name
    ('exactly:k=2', '1,1,0,0')
    >>> find_target("medain", 9)
    Traceback (most recent call last):
    ...
    theory.errors.InputError: a target is a name, 9 weights or 10 values, not 'medain'; the nearest name: median
    """
    d = kernel_size
    if isinstance(target, Target):
        if target.kernel_size != d:
            raise InputError(f"the target is one of {target.kernel_size} inputs, not of {d}")
        return target
    if isinstance(target, str):
        text = target.strip()
        if text[:1].isalpha():
            return Target(d, _checked_name(text, d))
        numbers = [_number(part) for part in text.split(",")]
    else:
        try:
            if isinstance(target, (Set, Mapping)):
                raise TypeError("numbers without an order")
            given = islice(cast("Iterable[object]", target), d + 2)
            numbers = [check_rational(number, "weights and values of a target") for number in given]
        except TypeError:
            raise InputError(f"a target is a name, {d} weights or {d + 1} values, not {shown(target)}") from None
    return Target(d, _name_of(_values(numbers, d)))


def _number(text: str) -> Fraction:
    try:
        return from_string(text.strip())
    except ValueError as error:
        raise InputError(f"a number of a target: {error}") from None


def _checked_name(text: str, d: int) -> str:
    match = _PARAMETRIC.fullmatch(text)
    named = TARGETS.get(match[1]) if match else None
    if match is None or named is None:
        nearest = get_close_matches(text.partition(":")[0], TARGETS, n=1, cutoff=0.5)
        hint = f"; the nearest name: {', '.join(nearest)}" if nearest else ""
        raise InputError(f"a target is a name, {d} weights or {d + 1} values, not {text[:40]!r}{hint}")
    if named.parameter is None:
        if match[2] is not None:
            raise InputError(f"the target {match[1]} has no parameter, not {text[:40]!r}")
        return match[1]
    allowed = named.parameter(d)
    if match[2] is None or int(match[2]) not in allowed:
        bounds = f"k in {allowed[0]}..{allowed[-1]}"
        raise InputError(f"the target {match[1]} of {d} inputs has a parameter {bounds}, not {text[:40]!r}")
    return f"{match[1]}:k={int(match[2])}"


def _values(numbers: list[Fraction], d: int) -> tuple[Fraction, ...]:
    """Return the d + 1 values that d weights, or d + 1 values, stand for."""
    if len(numbers) == d + 1:
        return tuple(numbers)
    if len(numbers) != d:
        raise InputError(f"a target of {d} inputs has {d} weights or {d + 1} values, not {len(numbers)} numbers")
    return tuple(accumulate(reversed(numbers), initial=Fraction(0)))[::-1]


def _name_of(values: tuple[Fraction, ...]) -> str:
    """Return the name of a named target with these values; else its weights, or the values where t_d is not 0."""
    d = len(values) - 1
    # Where the weights begin to differ from 0 tells what the parameter would be.
    first = next((z for z in range(d) if values[z] != values[z + 1]), d)
    for name, named in TARGETS.items():
        allowed = named.parameter(d) if named.parameter else range(1)
        for k in {first, d - first, d - first - 1} if named.parameter else {0}:
            if k in allowed and all(named.value(d - z, d, k) == value for z, value in enumerate(values)):
                return f"{name}:k={k}" if named.parameter else name
    shown_as: Iterable[Fraction] = values if values[-1] else (a - b for a, b in pairwise(values))
    return ",".join(map(to_string, shown_as))


def target_of(data: Mapping[str, Any]) -> Target:
    """Read what :meth:`Target.to_dict` says from a document with a kernel size that was checked.

    FormatError where it is no target.
    """
    d, weights = data["kernel_size"], data.get("target")
    if weights is None and "target" not in data:
        return Target(d, MAXIMUM)
    if not isinstance(weights, list) or len(weights) != d:
        raise FormatError(f"the target of kernel size {d} is a list of as many weights")
    constant = from_string(data.get("constant", "0"))
    return find_target([t + constant for t in _values([from_string(weight) for weight in weights], d)], d)
