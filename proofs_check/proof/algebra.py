"""What computer algebra decides of expressions in free symbols, which take all nonnegative integers.

Where they are positive, nonzero or defined, and whether sums of hypergeometric terms vanish.
"""

from __future__ import annotations

from functools import lru_cache

import sympy
from sympy import QQ, Add, Dummy, Expr, Float, Function, Poly, Pow, binomial, combsimp, factorial, floor, powsimp
from sympy.polys.fields import FracElement, FracField

from proofs_check.proof.steps import ProofError, Region, Relation, as_expression


def _coefficients(expression: Expr) -> list[Expr] | None:
    """Return the coefficients of a polynomial, None if it is none, or has coefficients that are not rational."""
    symbols = sorted(expression.free_symbols, key=str)
    if not expression.is_polynomial(*symbols):
        return None
    coefficients = list(Poly(expression, *symbols).coeffs()) if symbols else [expression]
    return coefficients if all(c.is_Rational for c in coefficients) else None


def is_integer_valued(expression: Expr) -> bool:
    """Whether an expression in free symbols is a polynomial with integer coefficients."""
    coefficients = _coefficients(expression)
    return coefficients is not None and all(c.is_Integer for c in coefficients)


@lru_cache(maxsize=10000)
def has_sign(expression: Expr, relation: Relation) -> bool:
    """Decide the sign of a rational function in free symbols by the signs of its coefficients: sufficient only.

    So (u + v) / (v + 1) >= 0, while nothing is decided of u - v. It may hold powers of integers, as 2^u - 1 does.
    """
    quotient = _quotient(_without_powers(expression))
    if quotient is None:
        return False
    above, below = quotient.numer, quotient.denom
    for sign in (1, -1):
        good_below = all(sign * c >= 0 for c in below.coeffs()) and sign * below.const() > 0
        good_above = all(sign * c >= 0 for c in above.coeffs())
        if good_below and good_above and (relation == ">=" or sign * above.const() > 0):
            return True
    return False


def _quotient(expression: Expr) -> FracElement | None:
    """Return an expression as a quotient of polynomials in lowest terms; None if it is none over the rationals."""
    if expression.atoms(Float, Function):
        return None
    try:
        # An expression without symbols is a quotient in any.
        return FracField(sorted(expression.free_symbols, key=str) or [Dummy()], QQ).from_expr(expression)
    except (ValueError, ZeroDivisionError):
        return None


def _without_powers(expression: Expr) -> Expr:
    """Write powers of integers c >= 2 with exponents that are not negative as c^n = 1 + a nonnegative number."""
    if not any(power.exp.free_symbols for power in expression.atoms(Pow)):
        return expression
    expanded = sympy.expand_power_exp(expression)
    powers = {
        power: 1 + Dummy(nonnegative=True)
        for power in expanded.atoms(Pow)
        if power.base.is_Integer and power.base >= 2 and power.exp.free_symbols and has_sign(power.exp, ">=")
    }
    return expanded.xreplace(powers)


def factor_has_sign(factor: Expr, relation: Relation) -> bool:
    """Decide the sign of a factor that is defined: a power of a binomial, factorial or rational function."""
    if isinstance(factor, binomial):
        top, bottom = factor.args
        inside = has_sign(bottom, ">=") and has_sign(top - bottom, ">=")
        return inside or (relation == ">=" and has_sign(top, ">="))
    if isinstance(factor, factorial):
        return True
    base, exponent = factor.as_base_exp()
    if base != factor and exponent.is_integer:
        if exponent.is_even and relation == ">=":
            return True
        return factor_has_sign(base, ">" if relation == ">" or exponent.is_nonnegative is not True else ">=")
    return has_sign(factor, relation)


def _is_nonzero(expression: Expr) -> bool:
    """Whether no factor of an expression in free symbols is anywhere 0: sufficient only."""
    bases = (factor.as_base_exp()[0] for factor in sympy.Mul.make_args(expression))
    return all(factor_has_sign(base, ">") or factor_has_sign(-base, ">") for base in bases)


def check_defined(expression: Expr, region: Region) -> None:
    """Show that all parts of an expression are defined on a whole region, and vary there as computer algebra assumes.

    - Bases of negative or varying powers are nowhere 0; varying exponents are integers.
    - Arguments of binomials are integers, and the upper one is nonnegative unless the lower one is a constant. There
      the binomial is a continuous function of real arguments, so that an identity of meromorphic functions holds at
      the integers of the region, too.
    - Arguments of factorials are nonnegative integers.

    What is not shown is a ProofError. The parts are taken as they are written: once the region is substituted, SymPy
    may have cancelled a pole.
    """
    for part in sympy.preorder_traversal(as_expression(expression)):
        if not (part.is_Rational or part.is_Symbol or part.is_Add or part.is_Mul) and not _is_defined(part, region):
            raise ProofError(f"{part} is not shown to be defined for {region.description}")


def _is_defined(part: Expr, region: Region) -> bool:
    """Whether a power or function is defined where its arguments are."""
    arguments = [region.apply(argument) for argument in part.args]
    if part.is_Pow:
        base, exponent = arguments
        if exponent.is_Integer and exponent.is_positive:
            return True
        return is_integer_valued(exponent) and _is_nonzero(base)
    if isinstance(part, binomial):
        top, bottom = arguments
        constant = bottom.is_Integer and bottom.is_nonnegative
        return all(map(is_integer_valued, arguments)) and (constant or has_sign(top, ">="))
    if isinstance(part, factorial):
        return is_integer_valued(arguments[0]) and has_sign(arguments[0], ">=")
    return isinstance(part, floor) and not region.apply(part).has(floor)


def vanishes(difference: Expr) -> bool:
    """Decide whether a sum of hypergeometric terms, all of them defined, is 0: sufficient only."""
    quotient = _quotient(difference)
    if quotient is None:
        # Binomials with a constant lower argument are polynomials: much the fastest route where all are.
        quotient = _quotient(sympy.expand_func(difference))
    if quotient is not None:
        return not quotient
    expanded = sympy.expand(powsimp(difference), power_base=True, power_exp=True)
    terms = [term for term in Add.make_args(expanded) if term != 0]
    if not terms:
        return True
    base = next((term for term in terms if _is_nonzero(term)), None)
    if base is None or not all(has_sign(coefficient.args[0], ">=") for coefficient in difference.atoms(binomial)):
        # A binomial is a continuous function of both arguments only where the upper one is >= 0; there cancelled
        # factors may pass through 0 and the ratios remain right.
        return False
    ratios: list[Expr] = []
    for term in terms:
        ratio = _ratio(term, base)
        if not _is_rational(ratio):
            return False
        ratios.append(ratio)
    quotient = _quotient(Add(*ratios))
    return quotient is not None and not quotient


def _is_rational(expression: Expr) -> bool:
    return bool(expression.is_rational_function(*expression.free_symbols))


def _ratio(term: Expr, base: Expr) -> Expr:
    """Simplify the ratio of two hypergeometric terms, until it is a rational function."""
    ratio = powsimp(combsimp(term / base), force=True)
    if _is_rational(ratio):
        return ratio
    return powsimp(sympy.expand_power_base(combsimp(sympy.simplify(ratio))), force=True)
