r"""The mean subpool maxima grow with their order: a theorem to copy.

Setting
    A window x of d inputs, and an order r with 1 <= r < d. (What the statement speaks of.)
Claim
    m_r(x) <= m_(r+1)(x).
Kind
    Upper bound. (Tight, Identity, Upper bound or Lower bound: it picks =, = , <= or >=.)
Source
    This project, as an example. (The paper, this project, or others, with what one needs to find it.)
Proof
    Both sides are linear on sorted windows, which the 0/1 vectors and the constants span, so it suffices to compare
    them there. With z zeros they are phi_r(z) and phi_(r+1)(z), and C(z,r)/C(d,r) - C(z,r+1)/C(d,r+1) is
    C(z,r)/C(d,r) times (d-z)/(d-r), for r <= z < d; below, both are 1, and at z = d both are 0.
Check
    By enumeration of all subsets, at windows with and without equal inputs.

The first line is the statement in words. Copy this file to a name that says what is proved, without the underscore;
``subpool verify`` finds it there, and the tests ask of it what they ask of all: cases drawn from the hypotheses,
hypotheses that are needed where they say so, neighbours that are false.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from sympy import Expr, binomial

from proofs_check.claim import Claim, stated
from proofs_check.proof import Proof, Region, Sign, free
from proofs_check.statement import Case, Hypothesis, StatementError, grid, standard
from proofs_check.theorems.order_statistic_weights import SUBSETS_EXIST, Z, average_of_maxima, windows
from theory.optimal.families import OURS, D, R

_ENUMERATED_UP_TO = 7
"""The largest kernel size whose subsets are enumerated."""


def _share_of_zeros(order: Expr) -> Expr:
    return binomial(Z, order) / binomial(D, order)


def _proof(orders: tuple[int, int]) -> Proof:
    """Build the proof of m_(r + smaller) <= m_(r + larger); only 0 and 1 are right."""
    smaller, larger = orders
    u, v, w = free("u"), free("v"), free("w")
    return Proof(
        steps=(
            Sign(
                text="A larger subset is less often all zeros",
                expression=_share_of_zeros(R + smaller) - _share_of_zeros(R + larger),
                factors=(binomial(Z, R), 1 / binomial(D, R), D - Z, 1 / (D - R)),
                region=Region(r"1 \le r \le z < d", {R: u + 1, Z: u + v + 1, D: u + v + w + 2}),
            ),
        ),
        valid_from=2,
        argument=r"At the vector with \( z \ge r \) zeros the step says that \( \phi_r(z) \le \phi_{r+1}(z) \); for "
        r"\( z < r \) both are 1, for \( z = d \) both are 0.",
        closing=r"Both sides are linear on sorted windows, which these vectors and the constants span.",
    )


def _sides(orders: tuple[int, int], case: Case) -> tuple[Fraction, Fraction]:
    x, r = case["x"], case["r"]
    if not 1 <= r < len(x):
        raise StatementError(f"there are no subsets of {r} and {r + 1} of {len(x)} inputs")
    smaller, larger = orders
    return average_of_maxima(x, r + smaller), average_of_maxima(x, r + larger)


def claims() -> Iterator[Claim]:
    """Yield the claim, with a false statement close to it."""
    yield stated(
        ("template", r"m_r(x) \le m_{r+1}(x)", (0, 1)),
        ("template-falling", r"m_{r+1}(x) \le m_r(x)", (1, 0)),
        kind="upper",
        source=OURS,
        idea=r"A larger subset has no smaller maximum.",
        quantities=standard("d", "r", "x"),
        hypotheses=(
            SUBSETS_EXIST.failing_at(d=2, r=0, x=(Fraction(0), Fraction(1))),
            Hypothesis("r < d").failing_at(d=2, r=2, x=(Fraction(0), Fraction(1))),
        ),
        sides=_sides,
        cases=grid(most=_ENUMERATED_UP_TO, r=lambda d: range(1, d), x=windows),
        drawn_up_to=_ENUMERATED_UP_TO,
        proof=_proof,
    )
