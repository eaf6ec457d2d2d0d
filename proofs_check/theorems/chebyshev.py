r"""Consecutive orders from 0 on: an upper bound on the error by Chebyshev polynomials.

Setting
    R = {0..n} with 0 <= n <= d-1, and T_n the Chebyshev polynomial of the first kind: T_0 = 1, T_1(t) = t,
    T_(n+1) = 2 t T_n - T_(n-1).
Claim
    E(d,{0..n}) <= 1/(1 + T_n((d+1)/(d-1))).
Kind
    Upper bound.
Source
    This project, as a bound for each d and n. Approximating OR by polynomials of low degree, and Chebyshev polynomials
    as the means to it, are older: Linial, Nisan 1990; Nisan, Szegedy 1994; Kahn, Linial, Samorodnitsky 1996.
Proof
    The Chebyshev polynomial T_n of t = (2z - (d-1))/(d-1) is bounded by 1 at z = 0..d-1, where |t| <= 1, and is
    L = T_n((d+1)/(d-1)) >= 1 at z = d; so, divided by 1 + L, it approximates [z = d]. That |T_n| <= 1 on [-1,1] follows
    from Pell's equation T_n^2 - (t^2-1) U_n^2 = 1, which the pair recursion of the steps keeps.
Check
    Certified errors for all n.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from sympy import Expr, Integer, Symbol

from proofs_check.claim import Claim, stated
from proofs_check.kits.optima import AT_VERTICES, certified_error
from proofs_check.proof import Identity, Proof, Region, Sign, free
from proofs_check.statement import Case, Hypothesis, grid, standard
from theory.bounds import chebyshev_polynomial
from theory.optimal.families import OURS, D

T, FIRST, SECOND = Symbol("t"), Symbol("T"), Symbol("U")
Z = Symbol("z")


def _next(first: Expr, second: Expr) -> tuple[Expr, Expr]:
    """One step of the pair recursion of T_n and U_n."""
    return T * first + (T**2 - 1) * second, first + T * second


def _pell(first: Expr, second: Expr) -> Expr:
    return first**2 - (T**2 - 1) * second**2


_ARGUMENT: Expr = (2 * Z - (D - 1)) / (D - 1)
"""The variable t at z: -1 at z = 0 and 1 at z = d-1."""


def _bounded_inside(text: str, region: Region) -> Sign:
    return Sign(text, 1 - _ARGUMENT**2, (Integer(4), Z, D - 1 - Z, (D - 1) ** -2), region)


def _steps(beyond: int) -> Iterator[Identity | Sign]:
    a, b, c = free("a"), free("b"), free("c")
    # Two polynomials that agree at all nonnegative integers agree everywhere: the symbols stand for real numbers.
    everywhere = Region(r"t, T, U \ge 0", {T: a, FIRST: b, SECOND: c})
    once = _next(FIRST, SECOND)
    twice = _next(*once)
    yield Identity("Pell's form at the start", _pell(Integer(1), Integer(0)), Integer(1), everywhere)
    yield Identity("Pell's form is kept", _pell(*once), _pell(FIRST, SECOND), everywhere)
    yield Identity("The start of the recursion", _next(Integer(1), Integer(0))[0], T, everywhere)
    yield Identity("The recursion of the Chebyshev polynomials", twice[0], 2 * T * once[0] - FIRST, everywhere)
    yield _bounded_inside("The points 0..d-2 go into [-1, 1]", Region(r"0 \le z \le d-2", {Z: a, D: a + b + 2}))
    yield _bounded_inside("The point d-1 goes to 1", Region(r"z = d-1 \ge 1", {Z: a + 1, D: a + 2}))
    yield Identity(
        text="The point d goes to (d+1)/(d-1)",
        left=_ARGUMENT.subs(Z, D),
        right=(D + 1 + beyond) / (D - 1),
        region=Region(r"d \ge 2", {D: a + 2}),
    )


def _proof(beyond: int) -> Proof:
    return Proof(
        steps=tuple(_steps(beyond)),
        valid_from=2,
        argument=r"The steps on \( t, T, U \) are identities of polynomials: true for all integers \( \ge 0 \), they "
        r"hold for all real numbers. By induction, \( T_n^2 = 1 + (t^2 - 1) U_n^2 \), which is at most 1 for "
        r"\( t^2 \le 1 \), and at least 1 at \( z = d \), where \( t > 1 \); there \( T_n > 0 \) because the recursion "
        r"adds positive numbers. So \( T_n(t(z)) \), of degree \( n \) in \( z \), is bounded by 1 at \( z < d \), and "
        r"\( L = T_n(\frac{d+1}{d-1}) \) at \( z = d \).",
        closing=r"Divided by \( 1 + L \), it is at distance at most \( \frac{1}{1+L} \) from \( [z = d] \).",
    )


def _sides(beyond: int, case: Case) -> tuple[Fraction, Fraction]:
    d, n = case["d"], case["n"]
    return certified_error(d, range(n + 1)), 1 / (1 + chebyshev_polynomial(n, Fraction(d + 1 + beyond, d - 1)))


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    yield stated(
        ("chebyshev", r"E(d, \{0..n\}) \le \frac{1}{1 + T_n(\frac{d+1}{d-1})}", 0),
        ("chebyshev-further-out", r"E(d, \{0..n\}) \le \frac{1}{1 + T_n(\frac{d+2}{d-1})}", 1),
        kind="upper",
        rests_on=AT_VERTICES,
        source=f"{OURS}; Chebyshev polynomials for OR: Linial, Nisan 1990",
        idea=r"The Chebyshev polynomial, moved to \( [0, d-1] \), is bounded by 1 there and large at \( d \).",
        quantities=standard("d", "n"),
        hypotheses=(Hypothesis(r"0 \le n < d"),),
        sides=_sides,
        cases=grid(n=range),
        proof=_proof,
    )
