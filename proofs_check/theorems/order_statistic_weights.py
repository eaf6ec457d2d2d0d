r"""The mean subpool max of order r as a weighted sum of order statistics.

Setting
    A window x of d inputs with order statistics x_(1) <= ... <= x_(d), and an order r in 1..d.
Claim
    The average of max_{j in J} x_j over all r-subsets J is the sum over k of C(k-1,r-1)/C(d,r) x_(k).
Kind
    Identity.
Source
    Matoba, Dimitriadis, Fleuret, TMLR 2023.
Proof
    Both sides are linear on sorted windows, which the 0/1 vectors with z zeros span. There the left side counts the
    subsets of zeros, and the right side is a telescoping sum.
Check
    Enumeration of the subsets, for every order, on windows with and without equal inputs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from math import comb

from sympy import Expr, Integer, Symbol, binomial

from proofs_check.claim import Claim, stated
from proofs_check.proof import Identity, Proof, Region, Telescoping, free
from proofs_check.statement import Case, Hypothesis, StatementError, grid, standard
from theory.optimal.families import PAPER, D, K, R

Z = Symbol("z")
"""The number of zeros of a 0/1 vector in all formulas."""

SUBSETS_EXIST = Hypothesis(r"1 \le r \le d")


def average_of_maxima(x: Sequence[Fraction], order: int) -> Fraction:
    """Average the maximum over all subsets of one size, by enumeration: the definition.

    >>> average_of_maxima([Fraction(4), Fraction(1), Fraction(2)], 2)
    Fraction(10, 3)
    """
    maxima = [max(subset) for subset in combinations(x, order)]
    return sum(maxima, Fraction(0)) / len(maxima)


def _weighted_order_statistics(x: Sequence[Fraction], order: int) -> Fraction:
    """Sort, and weigh x_(k) with C(k-1,r-1)/C(d,r).

    >>> _weighted_order_statistics([Fraction(4), Fraction(1), Fraction(2)], 2)
    Fraction(10, 3)
    """
    total = sum((comb(k, order - 1) * value for k, value in enumerate(sorted(x))), Fraction(0))
    return total / comb(len(x), order)


def windows(kernel_size: int) -> Iterator[tuple[Fraction, ...]]:
    """Yield windows in [0,1]^d: distinct inputs in no order, equal inputs, and one input that stands out."""
    d = kernel_size
    yield tuple(Fraction((7 * i * i + 3 * i + 1) % 97, 97) for i in range(d))
    yield tuple(Fraction((5 * i + 2) % 3, 3) for i in range(d))
    yield tuple(Fraction(int(i == d // 2)) for i in range(d))


def tail_of_weights(offset: int = 0) -> Telescoping:
    """Build the step: the weights of x_(z+1), ..., x_(d), times C(d,r), sum to C(d,r) - C(z,r), for z >= r-1.

    The offset is added to the order in the weights; anything but 0 is wrong.
    """
    a, b, c = free("a"), free("b"), free("c")
    weight: Expr = binomial(K - 1, R - 1 + offset)
    return Telescoping(
        text="The weights beyond the z smallest inputs",
        summand=weight,
        index=K,
        first=Z + 1,
        last=D,
        antidifference=binomial(K - 1, R),
        total=binomial(D, R) - binomial(Z, R),
        region=Region(r"1 \le r \le z+1 \le d", {R: a + 1, Z: a + b, D: a + b + c + 1}),
    )


def _proof(offset: int) -> Proof:
    no_subset = Identity(
        "No r elements among r-1", binomial(R - 1, R), Integer(0), Region(r"r \ge 1", {R: free("a") + 1})
    )
    return Proof(
        steps=(tail_of_weights(offset), no_subset),
        valid_from=2,
        argument=r"Both sides are linear on sorted vectors, which the vectors with \( z \) zeros and then ones span. "
        r"There the left side is \( 1 - \binom{z}{r} / \binom{d}{r} \), since \( \binom{z}{r} \) subsets hold zeros "
        r"alone; the right side is the tail sum of the first step over \( \binom{d}{r} \). For \( z < r - 1 \) both "
        r"are 1: the weights below \( k = r \) are 0, and the sum is that of \( z = r - 1 \), where the second step "
        r"gives \( \binom{d}{r} \).",
        closing=r"So both sides agree at these vectors, and hence at all.",
    )


def _sides(offset: int, case: Case) -> tuple[Fraction, Fraction]:
    x, r = case["x"], case["r"]
    if r < 1:
        raise StatementError("the maximum over no inputs is not defined")
    return average_of_maxima(x, r), _weighted_order_statistics(x, r + offset)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    left = r"\binom{d}{r}^{-1} \sum_{|J| = r} \max_{j \in J} x_j = "
    yield stated(
        ("order-statistic-weights", left + r"\sum_{k=r}^{d} \frac{\binom{k-1}{r-1}}{\binom{d}{r}} x_{(k)}", 0),
        ("weights-of-the-next-order", left + r"\sum_{k} \frac{\binom{k-1}{r}}{\binom{d}{r+1}} x_{(k)}", 1),
        kind="identity",
        source=PAPER,
        idea=r"The order statistic \( x_{(k)} \) is the maximum of a subset that consists of it and of \( r-1 \) of "
        r"the \( k-1 \) smaller inputs. On sorted windows both sides are linear, and at 0/1 vectors they agree.",
        quantities=standard("d", "r", "x"),
        hypotheses=(SUBSETS_EXIST.failing_at(d=2, r=0, x=(Fraction(0), Fraction(1))),),
        sides=_sides,
        # The 2^d subsets are enumerated.
        cases=grid(most=12, r=lambda d: range(1, d + 1), x=windows, part="every order, three windows"),
        proof=_proof,
    )
