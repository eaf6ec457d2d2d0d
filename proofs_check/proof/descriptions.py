r"""What the description of a region says, and that the substitution says the same.

A description such as ``1 \le r < d`` or ``d = 2a + 1, a \ge 1`` is read as linear relations between integers. It holds
for just the points of the substitution, if

- each relation holds at all of them: what is to be nonnegative has no negative coefficient in the free symbols, and
  both sides of an equation are equal;
- each point for which the relations hold is one of them: every free symbol is the difference of the two sides of a
  relation, so that it is a nonnegative integer there, and these differences, put into the substitution, return the
  point, by the equations among the relations.

Both are decided by comparing coefficients. A region that is not described in this way has to spell out its substitution
(:meth:`proofs_check.proof.Region.spelled_out`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import gcd

import sympy
from sympy import Expr, Integer, Symbol, latex

from proofs_check.proof.signs import check_defined, has_sign, is_integer_valued
from proofs_check.proof.steps import ProofError, Region, free

KERNEL_SIZE = "d"
"""Name of the symbol that is the kernel size wherever it occurs."""

_SIGNS = re.compile(r"(\\[lg]e(?![A-Za-z])|[<>=])")
_NAME = r"[A-Za-z]+(?:_[A-Za-z0-9]+)?"
_TERM = re.compile(
    rf"([+-]?)\s*([0-9]{{0,9}})\s*(\\?[A-Za-z]+(?:_\{{\w+\}})?|{_NAME})?\s*(?:/\s*([1-9][0-9]{{0,8}}))?\s*"
)


@dataclass(frozen=True)
class Relations:
    """Linear forms with integer coefficients: those that are 0 on a region, and those that are nonnegative there."""

    zero: tuple[Expr, ...]
    nonnegative: tuple[Expr, ...]


def check_region(region: Region) -> None:
    """Check that a region is well formed, and that its description says the same as its substitution.

    Raises
    ------
    ProofError
        If it does not, or cannot be read.
    """
    _check_once(region, tuple(region.substitution.items()))


@lru_cache(maxsize=1000)
def _check_once(region: Region, _: tuple[tuple[Symbol, Expr], ...]) -> None:
    check_symbols(tuple(region.substitution), region)
    if is_spelled_out(region):
        _check_values(region)
    else:
        _compare(region, relations(region))


def check_symbols(named: tuple[Symbol, ...], region: Region) -> None:
    """Check that symbols are what they look like, and different from each other and from a region's free symbols.

    SymPy may know nothing about a named symbol but that it is an integer: it would not show where it uses more.

    Raises
    ------
    ProofError
    """
    for symbol in named:
        name = str(symbol)
        if not re.fullmatch(_NAME, name) or symbol not in (Symbol(name), Symbol(name, integer=True)):
            raise ProofError(f"{symbol} is no plain symbol")
    for symbol in region.free_symbols:
        if symbol != free(symbol.name):
            raise ProofError(f"{symbol} in the region {region.description} is no free symbol")
    names = [name for symbol in (*named, *region.free_symbols) for name in {symbol.name, latex(symbol)}]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ProofError(f"two symbols of the region {region.description} look the same: {', '.join(sorted(twice))}")


def is_spelled_out(region: Region) -> bool:
    """Whether a region's description is nothing but its substitution."""
    return region.description == Region.spelled_out(region.substitution).description


def _check_values(region: Region) -> None:
    everywhere = Region("all nonnegative integers", {symbol: symbol for symbol in region.free_symbols})
    for symbol, expression in region.substitution.items():
        if symbol.is_integer or symbol.name == KERNEL_SIZE:
            raise ProofError(f"the region {region.description} has to describe the integer {symbol} by relations")
        check_defined(expression, everywhere)


def _compare(region: Region, found: Relations) -> None:
    def refuse(why: str) -> ProofError:
        values = ", ".join(f"{symbol} = {expression}" for symbol, expression in region.substitution.items())
        return ProofError(f"the region {region.description} is not that of {values}: {why}")

    for form in found.zero:
        if sympy.expand(region.apply(form)) != 0:
            raise refuse(f"{form} is not 0")
    for form in found.nonnegative:
        if not has_sign(region.apply(form), ">="):
            raise refuse(f"{form} is not shown to be nonnegative")
    differences = {sympy.expand(region.apply(form)): form for form in found.nonnegative}
    missing = [symbol for symbol in region.free_symbols if symbol not in differences]
    if missing:
        raise refuse(f"it may leave out points, as no relation says that {missing[0]} can be 0")
    back = {symbol: differences[symbol] for symbol in region.free_symbols}
    (solution,) = sympy.solve(found.zero, list(region.substitution), dict=True) or [{}]
    for symbol, expression in region.substitution.items():
        if not is_integer_valued(region.apply(symbol)):
            raise refuse(f"{symbol} is not shown to be an integer")
        if sympy.expand((symbol - expression.xreplace(back)).xreplace(solution)) != 0:
            raise refuse(f"no relation says what {symbol} is")


# --- reading --------------------------------------------------------------------------------------------------------


def relations(region: Region) -> Relations:
    r"""Read the description of a region.

    Raises
    ------
    ProofError
        If it is not written as linear relations, or mentions other symbols than those of the region.

    Examples
    --------
    >>> d, r, u, v = Symbol("d"), Symbol("r"), free("u"), free("v")
    >>> relations(Region(r"1 \le r < d", {r: u + 1, d: u + v + 2})).nonnegative
    (r - 1, d - r - 1)
    """
    names = {name: symbol for symbol in region.substitution for name in (latex(symbol), symbol.name)}
    zero, nonnegative = [], []
    for left, sign, right in _comparisons(region.description):
        form = _linear(left, names) - _linear(right, names)
        scale = sympy.ilcm(1, *(c.q for c in form.as_coefficients_dict().values()))
        form = sympy.expand(scale * (form if sign in (r"\ge", ">") else -form))
        if sign == "=":
            zero.append(form)
        else:
            nonnegative.append(_tight(form - 1 if sign in "<>" else form))
    return Relations(tuple(zero), tuple(nonnegative))


def _tight(form: Expr) -> Expr:
    """Divide a form, nonnegative at integers, by the common factor of its coefficients, and round its constant down."""
    constant, rest = form.as_coeff_Add()
    factor = gcd(*map(int, rest.as_coefficients_dict().values()))
    return sympy.expand(rest / factor) + constant // factor if factor else form


def _comparisons(description: str) -> Iterator[tuple[str, str, str]]:
    r"""Yield pairs of neighbours in chains, with the sign between: in ``a, b \ge 0`` the sign is for both a and b."""
    waiting: list[str] = []
    for part in description.split(",") if description.strip() else []:
        pieces = _SIGNS.split(part)
        waiting.append(pieces[0])
        if len(pieces) > 1:
            yield from ((left, pieces[1], pieces[2]) for left in waiting)
            yield from zip(pieces[2::2], pieces[3::2], pieces[4::2], strict=False)
            waiting = []
    if waiting:
        raise ProofError(f"the description {description} says nothing about {waiting[0].strip()}")


def _linear(text: str, names: dict[str, Symbol]) -> Expr:
    """Read a linear expression."""
    pieces = re.split(r"(?=[+-])", text.strip())
    total: Expr = Integer(0)
    for piece in pieces if pieces[0] else pieces[1:] or pieces:
        term = _TERM.fullmatch(piece)
        sign, number, name, below = term.groups() if term else ("", "", None, None)
        if not (number or name):
            raise ProofError(f"{text.strip() or 'nothing'} in the description of a region is not linear")
        if name is not None and name not in names:
            raise ProofError(f"{name} in the description of a region is none of its symbols")
        value = Integer(number or 1) * (names[name] if name else 1) / Integer(below or 1)
        total += -value if sign == "-" else value
    return total
