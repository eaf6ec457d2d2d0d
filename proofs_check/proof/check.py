"""The checker: of proofs, of each kind of step, and of the identities and sums that they consist of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from typing import Any

import sympy
from sympy import Dummy, Expr, Integer, Symbol

from proofs_check.proof.algebra import check_defined, factor_has_sign, is_integer_valued, vanishes
from proofs_check.proof.evaluation import Number, evaluate
from proofs_check.proof.regions import check_reach, check_region, check_symbols
from proofs_check.proof.steps import (
    Consecutive,
    ConstantSum,
    Identity,
    Proof,
    ProofError,
    ProofRefuted,
    Region,
    Sign,
    Step,
    Telescoping,
    as_expression,
    points_of,
    region_of,
)

_LONGEST_SUM = 40
"""Sums of at most so many terms are added up, besides the check of their closed form."""
_MOST_SUMS = 24


def check_proof(proof: Proof) -> int:
    r"""Check every step of a proof, and that they leave out no kernel size from ``valid_from`` on; return their number.

    A step that is false at some point is ProofRefuted; if one cannot be decided, or there is none, it is a ProofError.

    >>> from sympy import binomial
    >>> from proofs_check.proof import free
    >>> n, u = Symbol("n"), free("u")
    >>> pascal = Identity("Pascal", binomial(n + 1, 2), binomial(n, 2) + n, Region(r"n \ge 2", {n: u + 2}))
    >>> check_proof(Proof((pascal,), 2))
    1
    >>> wrong = Identity("wrong", binomial(n + 1, 2), binomial(n, 2), Region(r"n \ge 2", {n: u + 2}))
    >>> check_proof(Proof((wrong,), 2))
    Traceback (most recent call last):
    ...
    proofs_check.proof.steps.ProofRefuted: wrong: 3 is not 1 at u = 0
    """
    if not proof.steps:
        raise ProofError("a proof has at least one step")
    if type(proof.valid_from) is not int or proof.valid_from < 1:
        raise ProofError(f"a proof covers the kernel sizes from a positive number on, not {proof.valid_from!r}")
    for step in proof.steps:
        check_step(step)
    check_reach(map(region_of, proof.steps), proof.valid_from)
    return len(proof.steps)


def check_step(step: Step) -> None:
    """Check one step of a proof."""
    if type(step) not in _CHECKERS:
        raise ProofError(f"{step!r} is no step of a proof")
    _check_once(step, tuple(region_of(step).substitution.items()))


@lru_cache(maxsize=2000)
def _check_once(step: Step, _: tuple[tuple[Symbol, Expr], ...]) -> None:
    """Check a step that proofs share only once. Its region's substitution, which could change, is part of the key."""
    _CHECKERS[type(step)](step)


# --- equalities -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _At:
    """An expression on a region, taken ``times`` 1 or -1."""

    expression: Expr
    region: Region
    times: int = 1

    def values(self, symbols: tuple[Symbol, ...]) -> Iterator[Fraction]:
        """Yield the values at the points of free symbols: the substitution is evaluated, not carried out."""
        for place in _places(tuple(self.region.substitution.items()), symbols, points_of(len(symbols))):
            yield self.times * evaluate(self.expression, place)

    def written(self) -> Expr:
        return self.times * self.region.apply(self.expression)


def _values(region: Region, point: Mapping[Symbol, int]) -> dict[Symbol, Number]:
    return _values_of(region.substitution.items(), point)


def _values_of(substitution: Iterable[tuple[Symbol, Expr]], point: Mapping[Symbol, int]) -> dict[Symbol, Number]:
    return {**point, **{symbol: evaluate(expression, point) for symbol, expression in substitution}}


@lru_cache(maxsize=200)
def _places(
    substitution: tuple[tuple[Symbol, Expr], ...], symbols: tuple[Symbol, ...], points: tuple[tuple[int, ...], ...]
) -> list[dict[Symbol, Number]]:
    """Return what a substitution makes of points of free symbols, which steps on one region share."""
    return [_values_of(substitution, dict(zip(symbols, point, strict=True))) for point in points]


def _check_equal(text: str, left: tuple[_At, ...], right: tuple[_At, ...]) -> None:
    """Check that two sums of expressions, on regions with the same free symbols, are equal."""
    symbols = tuple(left[0].region.free_symbols)
    first, second = (zip(*(part.values(symbols) for part in side), strict=True) for side in (left, right))
    for point, a, b in zip(left[0].region.points(), map(sum, first), map(sum, second), strict=True):
        if a != b:
            raise ProofRefuted(f"{text}: {a} is not {b} at {_show(point)}")
    for part in (*left, *right):
        _check_defined(text, part.expression, part.region)
    difference = sympy.Add(*(part.written() for part in left), *(-part.written() for part in right))
    if not vanishes(difference):
        raise ProofError(f"{text}: the checker cannot bring the difference of both sides to 0")


def _check_defined(text: str, expression: Expr, region: Region) -> None:
    try:
        check_defined(expression, region)
    except ProofError as error:
        raise ProofError(f"{text}: {error}") from error


def _show(point: Mapping[Symbol, Number]) -> str:
    return ", ".join(f"{symbol} = {value}" for symbol, value in point.items()) or "the only point"


def _check_names(text: str, region: Region, expressions: tuple[Expr, ...], index: Symbol | None = None) -> None:
    """Check a region, and that what a step displays mentions its symbols and the index alone, not the free symbols."""
    check_region(region)
    for expression in expressions:
        unknown = as_expression(expression).free_symbols - set(region.substitution) - {index}
        if unknown:
            raise ProofError(f"{text}: {region.description} says nothing about {sorted(map(str, unknown))}")


def _check_identity(step: Identity) -> None:
    _check_names(step.text, step.region, (step.left, step.right))
    _check_equal(step.text, (_At(step.left, step.region),), (_At(step.right, step.region),))


# --- signs ----------------------------------------------------------------------------------------------------------


def _check_sign(step: Sign) -> None:
    region = step.region
    _check_names(step.text, region, (step.expression,))
    if step.relation not in (">=", ">"):
        raise ProofError(f"{step.text}: a sign is >= or >, not {step.relation!r}")
    expression = _At(step.expression, region)
    for point, value in zip(region.points(), expression.values(tuple(region.free_symbols)), strict=True):
        if value < 0 or (step.relation == ">" and value == 0):
            raise ProofRefuted(f"{step.text}: {value} is not {step.relation} 0 at {_show(point)}")
    factors = [f.t * (f.t + 1) if isinstance(f, Consecutive) else as_expression(f) for f in step.factors]
    for factor in factors:
        _check_defined(step.text, factor, region)
    _check_equal(f"{step.text}, its factors", (expression,), (_At(sympy.Mul(*factors), region),))
    for given in step.factors:
        _check_factor(step, given)


def _check_factor(step: Sign, factor: Expr | Consecutive) -> None:
    if isinstance(factor, Consecutive):
        if step.relation == ">" or not is_integer_valued(step.region.apply(factor.t)):
            raise ProofError(f"{step.text}: {factor.t} is not shown to be an integer off 0 and -1")
    elif not factor_has_sign(step.region.apply(factor), step.relation):
        raise ProofError(f"{step.text}: the sign of the factor {factor} is not evident on {step.region.description}")


# --- sums -----------------------------------------------------------------------------------------------------------


def _with_index(region: Region, index: Symbol, first: Expr, last: Expr) -> list[Region]:
    """Add the index of a sum to a region, first <= index <= last: regions that cover just these points.

    The length last - first has to be a free symbol l plus a constant c >= -1. The index is first + i with
    0 <= i <= l + c: for c <= 0 that is l = i + j - c with i and j free; for c > 0 it is l = i + j, and the places
    i = l + 1, ..., l + c.
    """
    start = sympy.expand(region.apply(first))
    length = sympy.expand(region.apply(last) - start)
    symbols = sorted(length.free_symbols, key=str)
    if len(symbols) != 1 or not (length - symbols[0]).is_Integer or not is_integer_valued(start):
        raise ProofError(f"the length of the sum from {first} to {last} is not a free symbol plus a constant")
    size, excess = symbols[0], int(length - symbols[0])
    if not -1 <= excess <= _LONGEST_SUM:
        raise ProofError(f"the sum from {first} to {last} may end before {first} - 1, or has many terms at least")
    i, j = (Dummy(name, integer=True, nonnegative=True) for name in "ij")

    def add_index(longer: Expr, place: Expr) -> Region:
        moved = {name: sympy.expand(e.xreplace({size: longer})) for name, e in region.substitution.items()}
        description = rf"{region.description}, {first} \le {index} \le {last}"
        return Region(description, {**moved, index: sympy.expand(start.xreplace({size: longer})) + place})

    inner = add_index(i + j + max(0, -excess), i)
    return [inner, *(add_index(size, size + place) for place in range(1, excess + 1))]


def _check_sum(step: Telescoping | ConstantSum, region: Region) -> None:
    """Add up the sum where it is short."""
    sums = (_values(region, point) for point in region.points())
    for values in islice((values for values in sums if _is_short(step, values)), _MOST_SUMS):
        _add_up(step, region, values)


def _is_short(step: Telescoping | ConstantSum, values: Mapping[Symbol, Number]) -> bool:
    return evaluate(step.last, values) - evaluate(step.first, values) < _LONGEST_SUM


def _add_up(step: Telescoping | ConstantSum, region: Region, values: Mapping[Symbol, Number]) -> None:
    first, last = (evaluate(end, values) for end in (step.first, step.last))
    if first.denominator != 1 or last.denominator != 1:
        raise ProofError(f"{step.text}: a sum does not run from {first} to {last}")
    terms = (evaluate(step.summand, {**values, step.index: k}) for k in range(int(first), int(last) + 1))
    found, total = sum(terms, Fraction(0)), evaluate(step.total, values)
    if found != total:
        where = _show({symbol: values[symbol] for symbol in region.substitution})
        raise ProofRefuted(f"{step.text}: the sum is {found}, not {total}, at {where}")


def _check_index(step: Telescoping | ConstantSum, region: Region) -> None:
    """Check the index of a sum, and which expressions may depend on it."""
    _check_names(step.text, region, (step.first, step.last, step.total))
    check_symbols((*region.substitution, step.index), region)
    other = step.antidifference if isinstance(step, Telescoping) else step.companion
    _check_names(step.text, region, (step.summand, other), step.index)


def _check_telescoping(step: Telescoping) -> None:
    region, k, f, g = step.region, step.index, step.summand, step.antidifference
    _check_index(step, region)
    _check_sum(step, region)
    for inside in _with_index(region, k, step.first, step.last):
        _check_equal(f"{step.text}, differences", (_At(g, inside.at(k, k + 1)), _At(g, inside, -1)), (_At(f, inside),))
    ends = _At(g, region.at(k, step.last + 1)), _At(g, region.at(k, step.first), -1)
    _check_equal(f"{step.text}, ends", ends, (_At(step.total, region),))


def _check_constant_sum(step: ConstantSum) -> None:
    n, k, f, g = step.size, step.index, step.summand, step.companion
    region = region_of(step)
    _check_index(step, region)
    longer = region.at(n, n + 1)
    growth = [sympy.expand(longer.apply(end) - region.apply(end)) for end in (step.first, step.last)]
    if growth != [0, 1] or as_expression(step.total).free_symbols:
        raise ProofError(
            f"{step.text}: the last index grows by 1 with {n}; the first and the total do not depend on it"
        )
    least = _values(region, dict.fromkeys(region.free_symbols, 0))
    if not _is_short(step, least):
        raise ProofError(f"{step.text}: the sum at {n} = {step.least} has more than {_LONGEST_SUM} terms")
    _add_up(step, region, least)
    _check_sum(step, region)
    for inside in _with_index(region, k, step.first, step.last):
        differences = (
            (_At(f, inside.at(n, n + 1)), _At(f, inside, -1)),
            (_At(g, inside.at(k, k + 1)), _At(g, inside, -1)),
        )
        _check_equal(f"{step.text}, companion", *differences)
    beyond = region.at(k, step.last + 1)
    _check_equal(f"{step.text}, upper end", (_At(f, beyond.at(n, n + 1)),), (_At(g, beyond, -1),))
    _check_equal(f"{step.text}, lower end", (_At(g, region.at(k, step.first)),), (_At(Integer(0), region),))


_CHECKERS: dict[type, Callable[[Any], None]] = {
    Identity: _check_identity,
    Sign: _check_sign,
    Telescoping: _check_telescoping,
    ConstantSum: _check_constant_sum,
}
