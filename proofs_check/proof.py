"""Proofs for all kernel sizes as data: steps that a small checker verifies, one by one.

A :class:`Proof` is a list of steps in SymPy expressions. Nothing is taken from how a step was found:
:func:`check_proof` verifies each by a decision procedure, and besides evaluates it exactly at some integer points, so
that a defect of the computer algebra would have to hit both routes. What the checker cannot decide it refuses.

The unknowns of a step range over a :class:`Region`: each symbol is written as an expression in *free* symbols, which
take all nonnegative integers. So {0 <= z <= d - 2} is the substitution z = u, d = u + v + 2, and a polynomial is
nonnegative on the region if, after the substitution, none of its coefficients is negative.

Four kinds of steps suffice:

- :class:`Identity`: two sums of hypergeometric terms (products of powers, binomials, rational functions) are equal. All
  terms are divided by one of them, which is shown to vanish nowhere on the region; the ratios must be rational
  functions, and their sum must cancel to 0. Upper arguments of binomials must be nonnegative on the region.
- :class:`Sign`: an expression is nonnegative, or positive. It is given as a product of factors of known sign.
- :class:`Telescoping`: a sum has a closed form, by a function whose differences are the summands.
- :class:`ConstantSum`: a sum whose length grows with a symbol n does not depend on n, by a companion function (a
  Wilf-Zeilberger pair) and its value at the least n.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice, product
from math import comb, factorial
from typing import Literal

import sympy
from sympy import Add, Expr, Poly, Symbol, binomial, cancel, combsimp, floor, fraction, powsimp, together

from theory.errors import SubpoolError

_VALUES = range(4)
"""Values of each free symbol at which a step is evaluated besides its symbolic check."""
_MOST_POINTS = 256


class ProofError(SubpoolError):
    """A step of a proof is beyond what the checker decides, or malformed."""


class ProofRefuted(ProofError):  # noqa: N818 - an outcome, as a verdict is
    """A step of a proof is false: exact evaluation at a point of its region contradicts it."""


def free(name: str) -> Symbol:
    """Return a symbol for regions: any nonnegative integer.

    Examples
    --------
    >>> free("u").is_nonnegative
    True
    """
    return Symbol(name, integer=True, nonnegative=True)


@dataclass(frozen=True)
class Region:
    r"""A set of integer points, as a substitution by expressions in free symbols.

    Attributes
    ----------
    description : str
        The region in LaTeX, such as ``d \ge 3``.
    substitution : mapping of Symbol to Expr
        Each symbol of the steps in terms of free symbols (:func:`free`).

    Examples
    --------
    >>> d, u = Symbol("d"), free("u")
    >>> Region(r"d \ge 3", {d: u + 3}).apply(d**2)
    (u + 3)**2
    """

    description: str
    substitution: Mapping[Symbol, Expr] = field(hash=False)

    @property
    def free_symbols(self) -> list[Symbol]:
        """The free symbols, sorted by name."""
        found: set[Symbol] = set()
        for expression in self.substitution.values():
            found |= sympy.sympify(expression).free_symbols
        return sorted(found, key=lambda symbol: str(symbol))

    def apply(self, expression: Expr) -> Expr:
        """Write an expression in the free symbols.

        Raises
        ------
        ProofError
            If it holds a symbol that the region says nothing about.
        """
        written = sympy.sympify(expression).subs(self.substitution, simultaneous=True)
        unknown = written.free_symbols - set(self.free_symbols)
        if unknown:
            raise ProofError(f"the region {self.description} says nothing about {sorted(map(str, unknown))}")
        return written

    def points(self) -> Iterator[dict[Symbol, int]]:
        """Yield some points of the region, as values of the free symbols."""
        symbols = self.free_symbols
        for values in islice(product(_VALUES, repeat=len(symbols)), _MOST_POINTS):
            yield dict(zip(symbols, values, strict=True))


Relation = Literal[">=", ">"]


@dataclass(frozen=True)
class Identity:
    """Two expressions are equal on a region."""

    text: str
    left: Expr
    right: Expr
    region: Region


@dataclass(frozen=True)
class Consecutive:
    """The factor t (t + 1), nonnegative because t is an integer, whatever its sign."""

    t: Expr


@dataclass(frozen=True)
class Sign:
    """An expression is nonnegative, or positive, on a region, as a product of factors that are."""

    text: str
    expression: Expr
    factors: tuple[Expr | Consecutive, ...]
    region: Region
    relation: Relation = ">="


@dataclass(frozen=True)
class Telescoping:
    """The sum of F(k) over k = first..last is ``total``, because F(k) = G(k+1) - G(k).

    The region must describe the symbols other than ``index``; the sum is not empty on it.
    """

    text: str
    summand: Expr
    index: Symbol
    first: Expr
    last: Expr
    antidifference: Expr
    total: Expr
    region: Region


@dataclass(frozen=True)
class ConstantSum:
    """The sum of F(n, k) over k = first..last is ``total``, the same for all n >= least.

    F(n+1, k) - F(n, k) = G(n, k+1) - G(n, k) for first <= k <= last, the terms that n+1 adds are G(n, .) taken back at
    the upper end, and G vanishes at the lower end. ``last`` grows by 1 with n; ``first`` does not depend on n.
    """

    text: str
    summand: Expr
    index: Symbol
    size: Symbol
    least: int
    first: Expr
    last: Expr
    companion: Expr
    total: Expr


Step = Identity | Sign | Telescoping | ConstantSum


@dataclass(frozen=True)
class Proof:
    r"""Steps that together prove a statement for all kernel sizes from ``valid_from`` on.

    Attributes
    ----------
    steps : tuple of Step
    valid_from : int
        The least kernel size that the steps cover; smaller ones are for exact instances.
    argument : str
        How the steps make up the proof, in words, with mathematics between ``\(`` and ``\)``.
    closing : str
        The sentence of the argument that leads from the steps to the statement, which no step says by itself: what is
        left to words. It may be missing only where the last step is the statement.
    """

    steps: tuple[Step, ...]
    valid_from: int
    argument: str = ""
    closing: str = ""


def check_proof(proof: Proof) -> int:
    r"""Check every step of a proof.

    Returns
    -------
    int
        The number of steps.

    Raises
    ------
    ProofRefuted
        If a step is false at some point.
    ProofError
        If a step cannot be decided, or there is none.

    Examples
    --------
    >>> n, u = Symbol("n"), free("u")
    >>> pascal = Identity("Pascal", binomial(n + 1, 2), binomial(n, 2) + n, Region(r"n \ge 2", {n: u + 2}))
    >>> check_proof(Proof((pascal,), 2))
    1
    >>> wrong = Identity("wrong", binomial(n + 1, 2), binomial(n, 2), Region(r"n \ge 2", {n: u + 2}))
    >>> check_proof(Proof((wrong,), 2))
    Traceback (most recent call last):
    ...
    proofs_check.proof.ProofRefuted: wrong: 3 is not 1 at u = 0
    """
    if not proof.steps:
        raise ProofError("a proof has at least one step")
    for step in proof.steps:
        check_step(step)
    return len(proof.steps)


def check_step(step: Step) -> None:
    """Check one step of a proof.

    Raises
    ------
    ProofRefuted, ProofError
    """
    if isinstance(step, Identity):
        _check_identity(step.text, step.region.apply(step.left - step.right), step.region, step.left, step.right)
    elif isinstance(step, Sign):
        _check_sign(step)
    elif isinstance(step, Telescoping):
        _check_telescoping(step)
    else:
        _check_constant_sum(step)


# --- exact evaluation -----------------------------------------------------------------------------------------------


def evaluate(expression: Expr, values: Mapping[Symbol, int]) -> Fraction:
    """Evaluate an expression at integers by our own arithmetic, independently of SymPy's simplifier.

    Raises
    ------
    ProofError
        If the expression holds a function that is unknown here, or divides by 0.
    """
    e = sympy.sympify(expression)
    if e.is_Rational:
        return Fraction(int(e.p), int(e.q))
    if e.is_Symbol:
        return Fraction(values[e])
    parts = [evaluate(part, values) for part in e.args]
    if e.is_Add:
        return sum(parts, Fraction(0))
    if e.is_Mul:
        result = Fraction(1)
        for part in parts:
            result *= part
        return result
    if e.is_Pow and parts[1].denominator == 1:
        if not parts[0] and parts[1] < 0:
            raise ProofError(f"{e} divides by 0")
        return parts[0] ** int(parts[1])
    if isinstance(e, binomial) and all(part.denominator == 1 for part in parts):
        return _binomial(int(parts[0]), int(parts[1]))
    if isinstance(e, sympy.factorial) and parts[0] >= 0 and parts[0].denominator == 1:
        return Fraction(factorial(int(parts[0])))
    if isinstance(e, floor):
        return Fraction(parts[0].__floor__())
    raise ProofError(f"the checker cannot evaluate {e}")


def _binomial(top: int, bottom: int) -> Fraction:
    if bottom < 0:
        return Fraction(0)
    if top >= 0:
        return Fraction(comb(top, bottom))
    return Fraction((-1) ** bottom * comb(bottom - top - 1, bottom))


def _show(point: Mapping[Symbol, int]) -> str:
    return ", ".join(f"{symbol} = {value}" for symbol, value in point.items()) or "the only point"


def _check_points(text: str, left: Expr, right: Expr, region: Region) -> None:
    left, right = region.apply(left), region.apply(right)
    for point in region.points():
        a, b = evaluate(left, point), evaluate(right, point)
        if a != b:
            raise ProofRefuted(f"{text}: {a} is not {b} at {_show(point)}")


# --- identities -----------------------------------------------------------------------------------------------------


def _check_identity(text: str, difference: Expr, region: Region, left: Expr, right: Expr) -> None:
    _check_points(text, left, right, region)
    if not _vanishes(difference):
        raise ProofError(f"{text}: the checker cannot bring the difference of both sides to 0")


def _vanishes(difference: Expr) -> bool:
    """Decide whether a sum of hypergeometric terms in free symbols is 0 wherever its first positive term is."""
    if difference.is_rational_function(*difference.free_symbols):
        return bool(cancel(together(difference)) == 0)
    # Binomials with a constant lower argument are polynomials: much the fastest route where all are.
    polynomials = sympy.expand_func(difference)
    if polynomials.is_rational_function(*polynomials.free_symbols):
        return bool(cancel(together(polynomials)) == 0)
    expanded = sympy.expand(powsimp(difference), power_base=True, power_exp=True)
    terms = [term for term in Add.make_args(expanded) if term != 0]
    if not terms:
        return True
    base = next((term for term in terms if _is_safe_divisor(term)), None)
    if base is None or not all(_has_sign(top, ">=") for top, _ in map(_arguments, difference.atoms(binomial))):
        # A binomial is a continuous function of both arguments only where the upper one is >= 0; there cancelled
        # factors may pass through 0 and the ratios remain right.
        return False
    ratios = []
    for term in terms:
        ratio = _ratio(term, base)
        if not ratio.is_rational_function(*ratio.free_symbols):
            return False
        ratios.append(ratio)
    return bool(cancel(together(Add(*ratios))) == 0)


def _ratio(term: Expr, base: Expr) -> Expr:
    """Simplify the ratio of two hypergeometric terms."""
    ratio = powsimp(combsimp(term / base), force=True)
    return powsimp(sympy.expand_power_base(combsimp(sympy.simplify(ratio))), force=True)


def _arguments(coefficient: Expr) -> tuple[Expr, Expr]:
    top, bottom = coefficient.args
    return top, bottom


def _is_safe_divisor(term: Expr) -> bool:
    """Whether a term is nowhere 0 because its binomials C(a, b) have 0 <= b <= a and its factors no zeros."""
    for factor in sympy.Mul.make_args(term):
        base, _ = factor.as_base_exp()
        if isinstance(base, binomial):
            top, bottom = _arguments(base)
            if not (_has_sign(bottom, ">=") and _has_sign(top - bottom, ">=")):
                return False
        elif base.is_Number or base == -1:
            if base == 0:
                return False
        elif isinstance(base, sympy.factorial):
            continue
        elif not (_has_sign(base, ">") or _has_sign(-base, ">")):
            return False
    return True


# --- signs ----------------------------------------------------------------------------------------------------------


def _coefficients(expression: Expr) -> list[Expr] | None:
    symbols = sorted(expression.free_symbols, key=str)
    if not symbols:
        return [expression] if expression.is_Rational else None
    if not expression.is_polynomial(*symbols):
        return None
    return list(Poly(expression, *symbols).coeffs())


def _has_sign(expression: Expr, relation: Relation) -> bool:
    """Decide the sign of a rational function in free symbols by the signs of its coefficients: sufficient only."""
    numerator, denominator = fraction(cancel(together(expression)))
    above, below = _coefficients(numerator), _coefficients(denominator)
    if above is None or below is None:
        return False
    for sign in (1, -1):
        good_below = all(sign * c >= 0 for c in below) and sign * _constant(denominator) > 0
        good_above = all(sign * c >= 0 for c in above)
        if good_below and good_above and (relation == ">=" or sign * _constant(numerator) > 0):
            return True
    return False


def _constant(expression: Expr) -> Expr:
    return expression.subs(dict.fromkeys(expression.free_symbols, 0))


def _factor_has_sign(factor: Expr, relation: Relation) -> bool:
    if isinstance(factor, binomial):
        top, bottom = _arguments(factor)
        inside = _has_sign(bottom, ">=") and _has_sign(top - bottom, ">=")
        return inside or (relation == ">=" and _has_sign(top, ">="))
    if isinstance(factor, sympy.factorial):
        return _has_sign(factor.args[0], ">=")
    base, exponent = factor.as_base_exp()
    if base != factor and exponent.is_integer:
        if exponent.is_even and relation == ">=":
            return True
        return _factor_has_sign(base, ">" if relation == ">" or exponent.is_nonnegative is not True else ">=")
    return _has_sign(factor, relation)


def _is_integer_valued(t: Expr) -> bool:
    coefficients = _coefficients(sympy.expand(t))
    return coefficients is not None and all(c.is_Integer for c in coefficients)


def _check_sign(step: Sign) -> None:
    plain = [f.t * (f.t + 1) if isinstance(f, Consecutive) else sympy.sympify(f) for f in step.factors]
    whole = sympy.Mul(*plain)
    written = step.region.apply(step.expression)
    for point in step.region.points():
        value = evaluate(written, point)
        if value < 0 or (step.relation == ">" and value == 0):
            raise ProofRefuted(f"{step.text}: {value} is not {step.relation} 0 at {_show(point)}")
    _check_identity(
        f"{step.text}, its factors", step.region.apply(step.expression - whole), step.region, step.expression, whole
    )
    for factor in step.factors:
        if isinstance(factor, Consecutive):
            if step.relation == ">" or not _is_integer_valued(step.region.apply(factor.t)):
                raise ProofError(f"{step.text}: {factor.t} is not shown to be an integer off 0 and -1")
        elif not _factor_has_sign(step.region.apply(factor), step.relation):
            raise ProofError(
                f"{step.text}: the sign of the factor {factor} is not evident on {step.region.description}"
            )


# --- sums -----------------------------------------------------------------------------------------------------------


def _with_index(region: Region, index: Symbol, first: Expr, last: Expr) -> list[Region]:
    """Add the index of a sum to a region, first <= index <= last: regions that cover just these points.

    The length last - first has to be a free symbol l plus a constant c. The index is first + i with 0 <= i <= l + c:
    for c <= 0 that is l = i + j - c with i and j free; for c > 0 it is l = i + j, and the places i = l + 1, ..., l + c.
    """
    length = sympy.expand(region.apply(last - first))
    symbols = sorted(length.free_symbols, key=str)
    if len(symbols) != 1 or not (length - symbols[0]).is_Integer:
        raise ProofError(f"the length of the sum from {first} to {last} is not a free symbol plus a constant")
    size, excess = symbols[0], int(length - symbols[0])
    i, j = free("i_"), free("j_")
    description = rf"{region.description}, {first} \le {index} \le {last}"

    def add_index(longer: Expr, place: Expr) -> Region:
        moved = {name: sympy.expand(sympy.sympify(e).subs(size, longer)) for name, e in region.substitution.items()}
        return Region(description, {**moved, index: sympy.expand(region.apply(first).subs(size, longer)) + place})

    inner = add_index(i + j + max(0, -excess), i)
    return [inner, *(add_index(size, size + place) for place in range(1, excess + 1))]


def _check_telescoping(step: Telescoping) -> None:
    antidifference = step.antidifference
    differences = antidifference.subs(step.index, step.index + 1) - antidifference
    for inside in _with_index(step.region, step.index, step.first, step.last):
        _identity(f"{step.text}, differences", differences, step.summand, inside)
    ends = antidifference.subs(step.index, step.last + 1) - antidifference.subs(step.index, step.first)
    _identity(f"{step.text}, ends", ends, step.total, step.region)


def _check_constant_sum(step: ConstantSum) -> None:
    n, k, f, g = step.size, step.index, step.summand, step.companion
    if sympy.expand(step.last.subs(n, n + 1) - step.last) != 1 or step.first.has(n) or step.total.has(n):
        raise ProofError(
            f"{step.text}: the last index grows by 1 with {n}; the first and the total do not depend on it"
        )
    region = Region(rf"{n} \ge {step.least}", {n: step.least + free("m")})
    for inside in _with_index(region, k, step.first, step.last):
        _identity(f"{step.text}, companion", f.subs(n, n + 1) - f, g.subs(k, k + 1) - g, inside)
    beyond = step.last + 1
    _identity(f"{step.text}, upper end", f.subs(n, n + 1).subs(k, beyond), -g.subs(k, beyond), region)
    _identity(f"{step.text}, lower end", g.subs(k, step.first), sympy.Integer(0), region)
    first, last = (int(evaluate(end, {n: step.least})) for end in (step.first, step.last))
    start = sum((evaluate(f, {n: step.least, k: value}) for value in range(first, last + 1)), Fraction(0))
    if start != evaluate(step.total, {n: step.least}):
        raise ProofRefuted(f"{step.text}: the sum at {n} = {step.least} is {start}, not {step.total}")


def _identity(text: str, left: Expr, right: Expr, region: Region) -> None:
    _check_identity(text, region.apply(left - right), region, sympy.sympify(left), sympy.sympify(right))
