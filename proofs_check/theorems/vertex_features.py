r"""The mean subpool maxima at 0/1 vectors.

Setting
    A 0/1 vector of length d with z zeros, and an order r in 1..d.
Claim
    Its mean subpool max of order r is phi_r(z) = 1 - C(z,r)/C(d,r).
Kind
    Identity.
Source
    Matoba, Dimitriadis, Fleuret, TMLR 2023.
Proof
    By the weights of the order statistics (claim order-statistic-weights), phi_r(z) is the sum of C(k-1,r-1)/C(d,r)
    over k > z. It telescopes.
Check
    Enumeration of the subsets, for every order and number of zeros.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb

from proofs_check.claim import Claim, stated
from proofs_check.proof import Proof
from proofs_check.statement import Case, grid, standard
from proofs_check.theorems.order_statistic_weights import SUBSETS_EXIST, average_of_maxima, tail_of_weights
from theory.optimal.families import PAPER


def _proof(shift: int) -> Proof:
    return Proof(
        steps=(tail_of_weights(shift),),
        valid_from=2,
        argument=r"The vector with \( z \) zeros has the order statistics \( x_{(k)} = [k > z] \), so its mean subpool "
        r"max is \( \binom{d}{r}^{-1} \) times the sum of the step.",
        closing=r"For \( z < r - 1 \) the weights below \( k = r \) are 0, which leaves the case \( z = r - 1 \), and "
        r"\( \binom{z}{r} = 0 \).",
    )


def _sides(shift: int, case: Case) -> tuple[Fraction, Fraction]:
    d, r, z = case["d"], case["r"], case["z"]
    # Ones first: the definition does not look at the order of the inputs. m_0 is 1 everywhere.
    x = [Fraction(1)] * (d - z) + [Fraction(0)] * z
    feature = 1 - Fraction(comb(z + shift, r), comb(d + shift, r))
    return average_of_maxima(x, r) if r else Fraction(1), feature


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    yield stated(
        ("vertex-features", r"\phi_r(z) = 1 - \frac{\binom{z}{r}}{\binom{d}{r}}", 0),
        ("vertex-features-shifted", r"\phi_r(z) = 1 - \frac{\binom{z+1}{r}}{\binom{d+1}{r}}", 1),
        kind="identity",
        rests_on=("order-statistic-weights",),
        source=PAPER,
        idea=r"The maximum over a subset is 0 only if the subset holds zeros alone, and \( \binom{z}{r} \) of the "
        r"\( \binom{d}{r} \) subsets do.",
        quantities=standard("d", "r", "z"),
        hypotheses=(SUBSETS_EXIST.failing_at(d=2, r=0, z=1),),
        sides=_sides,
        # The 2^d subsets are enumerated.
        cases=grid(most=10, r=lambda d: range(1, d + 1), z=lambda d: range(d + 1)),
        proof=_proof,
    )
