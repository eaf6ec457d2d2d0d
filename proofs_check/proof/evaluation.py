"""Exact evaluation of expressions by Python's integers and fractions: the second route beside the algebra."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache, partial
from math import comb, factorial, prod

from sympy import Add, Expr, Mul, Pow, Symbol, binomial, floor
from sympy import factorial as sympy_factorial

from proofs_check.proof.steps import ProofError, as_expression

Number = int | Fraction
Values = Mapping[Symbol, Number]

_MOST_BITS = 10**6
"""Powers, binomials and factorials that could be longer are refused, so that every evaluation ends."""


def evaluate(expression: Expr, values: Values) -> Fraction:
    """Evaluate an expression at integers or fractions by our own arithmetic, independently of SymPy's simplifier.

    An expression with a function that is unknown here, a symbol without a value, or a division by 0 is a ProofError.
    """
    return Fraction(_compiled(as_expression(expression))(values))


@lru_cache(maxsize=10000)
def _compiled(e: Expr) -> Callable[[Values], Number]:
    """Turn an expression into a function of the values: once, since it is evaluated at many points."""
    if e.is_Rational:
        number: Number = int(e.p) if e.q == 1 else Fraction(int(e.p), int(e.q))
        return lambda _: number
    if e.is_Symbol:
        return partial(_look_up, e)
    rule = _RULES.get(e.func)
    if rule is None:
        raise ProofError(f"the checker cannot evaluate {e}")
    parts = [_compiled(part) for part in e.args]
    return lambda values: rule(e, [part(values) for part in parts])


def _look_up(symbol: Symbol, values: Values) -> Number:
    if symbol not in values:
        raise ProofError(f"nothing says what {symbol} is")
    return values[symbol]


def _power(e: Expr, parts: list[Number]) -> Number:
    base, exponent = parts
    if exponent.denominator != 1:
        raise ProofError(f"the checker cannot evaluate {e}")
    if not base and exponent < 0:
        raise ProofError(f"{e} divides by 0")
    _limit(e, abs(int(exponent)) * max(base.numerator.bit_length(), base.denominator.bit_length()))
    return base ** int(exponent) if exponent >= 0 else Fraction(base) ** int(exponent)


def _binomial(e: Expr, parts: list[Number]) -> Number:
    if any(part.denominator != 1 for part in parts):
        raise ProofError(f"the checker cannot evaluate {e}")
    top, bottom = map(int, parts)
    if bottom < 0:
        return 0
    _limit(e, abs(top) + (bottom if top < 0 else 0))
    return comb(top, bottom) if top >= 0 else (-1) ** bottom * comb(bottom - top - 1, bottom)


def _factorial(e: Expr, parts: list[Number]) -> Number:
    (n,) = parts
    if n < 0 or n.denominator != 1:
        raise ProofError(f"the checker cannot evaluate {e}")
    _limit(e, n * n.numerator.bit_length())
    return factorial(int(n))


def _limit(e: Expr, bits: Number) -> None:
    if bits > _MOST_BITS:
        raise ProofError(f"{e} has too many digits")


_RULES: dict[type, Callable[[Expr, list[Number]], Number]] = {
    Add: lambda _, parts: sum(parts),
    Mul: lambda _, parts: prod(parts),
    Pow: _power,
    binomial: _binomial,
    sympy_factorial: _factorial,
    floor: lambda _, parts: parts[0].__floor__(),
}
