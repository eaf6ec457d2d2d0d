"""Identities of hypergeometric terms in free symbols, decided by computer algebra."""

from __future__ import annotations

import sympy
from sympy import Add, Expr, binomial, cancel, combsimp, powsimp, together

from proofs_check.proof.signs import has_sign, is_nonzero


def vanishes(difference: Expr) -> bool:
    """Decide whether a sum of hypergeometric terms, all of them defined, is 0: sufficient only.

    Examples
    --------
    >>> from proofs_check.proof import free
    >>> u = free("u")
    >>> vanishes(binomial(2 * u + 2, u + 1) - (4 * u + 2) / (u + 1) * binomial(2 * u, u))
    True
    """
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
    base = next((term for term in terms if is_nonzero(term)), None)
    if base is None or not all(has_sign(coefficient.args[0], ">=") for coefficient in difference.atoms(binomial)):
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
