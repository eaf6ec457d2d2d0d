r"""That the description of a region says the same as its substitution, and which kernel sizes regions leave out.

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
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import gcd, lcm

import sympy
from sympy import Expr, Integer, Symbol, latex

from proofs_check.proof.algebra import check_defined, has_sign, is_integer_valued
from proofs_check.proof.evaluation import evaluate
from proofs_check.proof.steps import ProofError, Region, free

_KERNEL_SIZE = "d"
"""Name of the symbol that is the kernel size wherever it occurs."""

_SIGNS = re.compile(r"(\\[lg]e(?![A-Za-z])|[<>=])")
_NAME = r"[A-Za-z]+(?:_[A-Za-z0-9]+)?"
_TERM = re.compile(
    rf"([+-]?)\s*([0-9]{{0,9}})\s*(\\?[A-Za-z]+(?:_\{{\w+\}})?|{_NAME})?\s*(?:/\s*([1-9][0-9]{{0,8}}))?\s*"
)


@dataclass(frozen=True)
class _Relations:
    """Linear forms with integer coefficients: those that are 0 on a region, and those that are nonnegative there."""

    zero: tuple[Expr, ...]
    nonnegative: tuple[Expr, ...]


def check_region(region: Region) -> None:
    """Check that a region is well formed, and that its description says the same as its substitution."""
    _check_once(region, tuple(region.substitution.items()))


@lru_cache(maxsize=1000)
def _check_once(region: Region, _: tuple[tuple[Symbol, Expr], ...]) -> None:
    check_symbols(tuple(region.substitution), region)
    if region.description == Region.spelled_out(region.substitution).description:
        _check_values(region)
    else:
        _compare(region, _relations(region))


def check_symbols(named: tuple[Symbol, ...], region: Region) -> None:
    """Check that symbols are what they look like, and different from each other and from a region's free symbols.

    SymPy may know nothing about a named symbol but that it is an integer: it would not show where it uses more.
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


def _check_values(region: Region) -> None:
    everywhere = Region("all nonnegative integers", {symbol: symbol for symbol in region.free_symbols})
    for symbol, expression in region.substitution.items():
        if symbol.is_integer or symbol.name == _KERNEL_SIZE:
            raise ProofError(f"the region {region.description} has to describe the integer {symbol} by relations")
        check_defined(expression, everywhere)


def _compare(region: Region, found: _Relations) -> None:
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


def _relations(region: Region) -> _Relations:
    r"""Read the description of a region: ``1 \le r < d`` as r - 1 and d - r - 1, which are nonnegative."""
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
    return _Relations(tuple(zero), tuple(nonnegative))


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


# --- reach ----------------------------------------------------------------------------------------------------------


def check_reach(regions: Iterable[Region], valid_from: int) -> None:
    """Check that the regions of a proof's steps leave out no kernel size from ``valid_from`` on.

    A region that says what d is has to have a point for each d >= valid_from of a residue class, which relations such
    as d = 2a + 1 single out. Regions that differ in this class must together have all classes. Regions that do not say
    what d is belong to lemmas for all d. Their descriptions have been checked.
    """
    classes: dict[int, set[int]] = {}
    for region in dict.fromkeys(regions):
        d = next((symbol for symbol in region.substitution if symbol.name == _KERNEL_SIZE), None)
        if d is not None:
            first, stride = _first_and_stride(region, d, valid_from)
            classes.setdefault(stride, set()).add(first)
    for stride, found in classes.items():
        if len(found) < stride:
            raise ProofError(f"of {stride} kernel sizes in turn, the steps treat only those like {sorted(found)}")


def _first_and_stride(region: Region, d: Symbol, valid_from: int) -> tuple[int, int]:
    found = _relations(region)
    known = _determined(d, found.zero)
    stride = lcm(*(int(value.coeff(d).q) for value in known.values()))
    firsts = [
        size
        for size in range(valid_from, valid_from + stride)
        if all(evaluate(value, {d: size}).denominator == 1 for value in known.values())
    ]
    # d is its least value plus multiples of free symbols; one of them that is the stride reaches all of the class.
    sizes = sympy.expand(region.apply(d))
    least = evaluate(sizes, dict.fromkeys(region.free_symbols, 0))
    if len(firsts) != 1 or least > firsts[0] or all(sizes.coeff(symbol) != stride for symbol in region.free_symbols):
        raise ProofError(f"the steps for {region.description} leave out kernel sizes from d = {valid_from} on")
    return firsts[0], stride


def _determined(d: Symbol, equations: tuple[Expr, ...]) -> dict[Symbol, Expr]:
    """Return the symbols that d determines by the equations, as expressions in d."""
    known: dict[Symbol, Expr] = {d: d}
    for _ in equations:  # each pass finds another one, if there is one
        for form in equations:
            unknown = form.free_symbols - set(known)
            if len(unknown) == 1:
                (symbol,) = unknown
                known[symbol] = sympy.expand((symbol - form / form.coeff(symbol)).xreplace(known))
    return known
