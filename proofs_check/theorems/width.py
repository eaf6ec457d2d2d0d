r"""The width law: the residual is small only if the number of subpool maxima is large.

Setting
    A set R of orders in 0..d-1 with 0 in R; N = sum over r in R of C(d,r) counts the subpool maxima.
Claim
    E(d,R) >= min(1/(2N), 2/N^2).
Kind
    Lower bound.
Source
    This project.
Proof
    With m the largest order <= d/2 and h the number of larger ones, m + 1 uses of the link inequality leave h orders,
    and the weights of width-high-orders then give 1/E <= 2^(m+1) H_h, where H_h = sum over k <= h of C(d,k). As
    C(d,m) >= 2^m, and N >= C(d,m) + H_h, since the h orders above d/2 have at least H_h - 1 subsets and order 0 has
    one, 1/E <= N^2/2. If m = 0 or h = 0, then E >= 1/(2N) (claims width-high-orders and width-low-orders).
Check
    Every set of orders, for each kernel size, by boxes of sets (:mod:`proofs_check.kits.boxes`).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from sympy import Symbol

from proofs_check.claim import Claim
from proofs_check.kits.boxes import width_claim
from proofs_check.proof import Proof, Region, Sign, free
from proofs_check.theorems import width_high_orders, width_low_orders
from proofs_check.theorems.width_law import WITH_INTERCEPT


def _means() -> Sign:
    """Build the step: a product is at most the square of the mean."""
    a, b = Symbol("a"), Symbol("b")
    return Sign(
        text="Four times a product is at most the square of the sum",
        expression=(a + b) ** 2 - 4 * a * b,
        factors=((a - b) ** 2,),
        region=Region(r"a, b \ge 0", {a: free("u"), b: free("v")}),
    )


def proof(linear: Fraction) -> Proof:
    """Build the proof of E >= min(linear/N, 2/N^2)."""
    low, high = width_low_orders.proof(linear), width_high_orders.proof(linear)
    return Proof(
        steps=(*low.steps, *high.steps, _means()),
        valid_from=2,
        argument=r"With \( m \) the largest order up to \( d/2 \), \( h \) the number of larger ones, and "
        r"\( H_h = \sum_{k \le h} \binom{d}{k} \): for \( h = 0 \) and \( m = 0 \) the first steps are those of the "
        r"claims width-low-orders and width-high-orders. Otherwise \( m + 1 \) uses of the link inequality leave "
        r"\( h \) orders \( s = r - m - 1 \) at kernel size \( d' = d - m - 1 \), with the same numbers "
        r"\( k_i = d' - s = d - r \), and the weights of width-high-orders, without the vector of ones, give "
        r"\( 1/E \le 2^{m+1} H_h \). The step on halving, \( m \) times, gives \( \binom{d}{m} \ge 2^m \); the step on "
        r"growth gives \( N \ge \binom{d}{m} + H_h \).",
        closing=r"The last step, for \( a = \binom{d}{m} \) and \( b = H_h \), gives "
        r"\( 1/E \le 2 \binom{d}{m} H_h \le N^2/2 \).",
    )


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    yield width_claim(
        ("width", r"E(d, R) \ge \min(\frac{1}{2N}, \frac{2}{N^2})", Fraction(1, 2)),
        ("width-with-a-larger-constant", r"E(d, R) \ge \min(\frac{3}{5N}, \frac{2}{N^2})", Fraction(3, 5)),
        range,
        *WITH_INTERCEPT,
        bound=lambda linear, terms: min(linear / terms, Fraction(2, terms**2)),
        proof=proof,
        rests_on=("link", "extremal", "width-low-orders", "width-high-orders"),
        idea=r"With \( m \) the largest order up to \( d/2 \) and \( h \) the number of larger ones, \( m + 1 \) uses "
        r"of the link inequality and the weights of the extremal theorem give \( 1/E \le 2^{m+1} H_h \), while "
        r"\( N \ge \binom{d}{m} + H_h \) and \( \binom{d}{m} \ge 2^m \).",
    )
