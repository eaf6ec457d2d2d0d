r"""Low orders alone obey the width law.

Setting
    A nonempty set R of orders, all at most d/2; N = sum over r in R of C(d,r). E~(d,R) is the error of the link
    inequality (claim link), which is E(d,R) where 0 is in R.
Claim
    E~(d,R) >= 1/(2N).
Kind
    Lower bound.
Source
    This project.
Proof
    By induction on d: the link inequality costs a factor 2, and lowering an order r <= d/2 together with d halves
    C(d,r) at least. The induction ends at R = {0}, at the latest at d = 1, with E = 1/2 and N = 1.
Check
    Every set of such orders with order 0, by boxes of sets (:mod:`proofs_check.kits.boxes`).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from sympy import Rational, binomial

from proofs_check.claim import Claim
from proofs_check.kits.boxes import width_claim
from proofs_check.proof import Proof, Region, Sign, free
from proofs_check.statement import INTERCEPT, Hypothesis
from proofs_check.theorems.link import pascal
from proofs_check.theorems.width_law import COUNTEREXAMPLE
from theory.optimal.families import D, R


def _halving_step(factor: Rational) -> Sign:
    """Build the step: C(d,r) is at least 2 C(d-1,r-1) for r <= d/2; any larger factor is wrong."""
    a, b = free("a"), free("b")
    return Sign(
        text="Lowering an order by one, with the kernel size, halves the number of subsets at least",
        expression=binomial(D, R) - factor * binomial(D - 1, R - 1),
        factors=(binomial(D, R), D - factor * R, 1 / D),
        region=Region(r"1 \le r \le d/2", {R: a + 1, D: 2 * a + b + 2}),
    )


def proof(linear: Fraction) -> Proof:
    """Build the proof of E >= linear/N."""
    return Proof(
        steps=(*pascal(), _halving_step(4 * Rational(linear.numerator, linear.denominator))),
        valid_from=2,
        argument=r"Induction on \( d \): by the link inequality, whose steps come first, and the induction hypothesis, "
        r"\( 1/\tilde E(d, R) \le 2/\tilde E(d-1, S) \le \sum_{r \in R, r \ge 1} 4 \binom{d-1}{r-1} \), at most "
        r"\( \sum_{r \in R} 2 \binom{d}{r} = 2N \) by the last step. The orders of \( S \) are at most "
        r"\( d/2 - 1 \le (d-1)/2 \).",
        closing=r"The induction ends at \( R = \{0\} \), where \( E = 1/2 \) and \( N = 1 \); with \( 0 \in R \), "
        r"\( \tilde E = E \).",
    )


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    yield width_claim(
        ("width-low-orders", r"E(d, R) \ge \frac{1}{2N}", Fraction(1, 2)),
        ("width-low-orders-doubled", r"E(d, R) \ge \frac{1}{N}", Fraction(1)),
        lambda d: range(d // 2 + 1),
        INTERCEPT,
        Hypothesis(r"\max R \le d/2", lambda case: 2 * max(case["R"]) <= case["d"]).failing_at(**COUNTEREXAMPLE),
        proof=proof,
        rests_on=("link",),
        idea=r"The link inequality costs a factor 2, and lowering an order \( r \le d/2 \) together with \( d \) "
        r"halves the number of its subsets, at least: induction.",
    )
