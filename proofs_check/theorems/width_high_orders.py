r"""High orders alone obey the width law.

Setting
    A set R of h orders beside order 0, all of these at least d/2 and below d; N = 1 + sum over them of C(d,r).
Claim
    E(d,R) >= 1/(2N).
Kind
    Lower bound.
Source
    This project.
Proof
    The weights of the extremal theorem (:mod:`proofs_check.theorems.extremal`), for the numbers k_i = d - r with
    i <= k_i <= d/2: 1/E <= 2 sum over k <= h of C(d-1,k). As the C(d,k) grow for k <= d/2, N >= sum over k <= h of
    C(d,k) >= sum over k <= h of C(d-1,k).
Check
    Every set of such orders, by boxes of sets (:mod:`proofs_check.kits.boxes`).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from sympy import Rational, binomial

from proofs_check.claim import Claim
from proofs_check.kits.boxes import width_claim
from proofs_check.proof import Identity, Proof, Region, Sign, free
from proofs_check.statement import INTERCEPT, Case, Hypothesis
from proofs_check.theorems.extremal import far_end, means
from proofs_check.theorems.width_law import COUNTEREXAMPLE
from theory.optimal.families import D, K


def _counting(numerator: Rational) -> Iterator[Identity | Sign]:
    """Yield the steps on the numbers of subsets, where the claim is that 1/E is at most N times the numerator."""
    a, b = free("a"), free("b")
    yield Identity(
        text="Pascal's rule",
        left=binomial(D, K),
        right=binomial(D - 1, K) + binomial(D - 1, K - 1),
        region=Region(r"1 \le k < d", {K: a + 1, D: a + b + 2}),
    )
    yield Sign(
        text="There are at least as many k+1-subsets as k-subsets",
        expression=binomial(D, K + 1) - binomial(D, K),
        factors=(binomial(D, K), D - 2 * K - 1, 1 / (K + 1)),
        region=Region(r"0 \le k, k + 1 \le d/2", {K: a, D: 2 * a + b + 2}),
    )
    yield Sign(
        text="The bound for each k, against its share of 2N",
        expression=numerator * binomial(D, K) - 2 * binomial(D - 1, K),
        factors=(binomial(D, K), numerator * D - 2 * (D - K), 1 / D),
        region=Region(r"0 \le k < d", {K: a, D: a + b + 1}),
    )


def proof(linear: Fraction) -> Proof:
    """Build the proof of E >= linear/N."""
    return Proof(
        steps=(*means(), *far_end(), *_counting(1 / Rational(linear.numerator, linear.denominator))),
        valid_from=2,
        argument=r"Let \( q(t) = \prod_i (1 - t/k_i) = \sum_k (-1)^k b_k \binom{t}{k} \) with the numbers "
        r"\( k_1 < \ldots < k_h \) equal to \( d - r \). By the first three steps, factor by factor, "
        r"\( 0 \le b_k \le 1 \), and \( b_k = 0 \) for \( k > h \): in the factor \( i \), "
        r"\( k \le i \le k_i \). The weights \( (-1)^k b_k \) on the vectors with \( k \) ones, less \( q(d) \) at "
        r"the vector of ones, have the moments \( q(d - r) = 0 \), and 1 at the vector of zeros; so \( 1/E \) is at "
        r"most \( \sum_{k \le h} \binom{d}{k} + |q(d)| \), and \( |q(d)| \le \binom{d-1}{h} \) by the next two "
        r"steps. By Pascal's rule this is \( 2 \sum_{k \le h} \binom{d-1}{k} \), by the last step at most "
        r"\( 2 \sum_{k \le h} \binom{d}{k} \).",
        closing=r"As \( k_i \ge i \), the step on growth gives \( N \ge 1 + \sum_{i \le h} \binom{d}{i} \), and so "
        r"\( 1/E \le 2N \).",
    )


def _orders(kernel_size: int) -> list[int]:
    return [0, *range((kernel_size + 1) // 2, kernel_size)]


def _are_high(case: Case) -> bool:
    return all(r == 0 or case["d"] <= 2 * r < 2 * case["d"] for r in case["R"])


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    yield width_claim(
        ("width-high-orders", r"E(d, R) \ge \frac{1}{2N}", Fraction(1, 2)),
        ("width-high-orders-doubled", r"E(d, R) \ge \frac{1}{N}", Fraction(1)),
        _orders,
        INTERCEPT,
        Hypothesis(r"R \subseteq \{0\} \cup \{\lceil d/2 \rceil..d-1\}", _are_high).failing_at(**COUNTEREXAMPLE),
        proof=proof,
        rests_on=("extremal",),
        idea=r"The weights of the extremal theorem: with \( h \) orders beside the intercept, \( 1/E \) is at most "
        r"\( 2 \sum_{k \le h} \binom{d-1}{k} \), and \( h \) orders of at least \( d/2 \) have at least "
        r"\( \sum_{1 \le k \le h} \binom{d}{k} \) subsets.",
    )
