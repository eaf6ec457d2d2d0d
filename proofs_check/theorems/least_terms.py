r"""A small residual takes many subpool maxima.

Setting
    A set R of orders in 0..d-1 with 0 in R; N = sum over r in R of C(d,r) counts the subpool maxima.
Claim
    If E(d,R) <= eps, then N >= min(1/(2 eps), sqrt(2/eps)).
Kind
    Lower bound on N.
Source
    This project.
Proof
    By the width law (claim width), eps >= E >= 1/(2N) or eps >= E >= 2/N^2; solve for N.
Check
    Every set of orders up to some kernel size, with eps = E(d,R), which is the strongest case; as N is an integer, it
    is compared with the bound rounded up.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from proofs_check.claim import Claim, stated
from proofs_check.kits.optima import certified_error
from proofs_check.proof import Proof
from proofs_check.statement import INTERCEPT, NO_MAXIMUM, Case, Hypothesis, grid, sets_with_intercept, standard
from proofs_check.theorems import width
from theory.bounds import least_terms
from theory.optimal.families import OURS
from theory.subpools import number_of_terms


def _proof(factor: Fraction) -> Proof:
    return Proof(
        steps=width.proof(factor / 2).steps,
        valid_from=2,
        argument=r"The steps are those of the width law.",
        closing=r"By that law \( \epsilon \ge E \ge \frac{1}{2N} \), so that "
        r"\( N \ge \frac{1}{2\epsilon} \), or \( \epsilon \ge E \ge \frac{2}{N^2} \), so that "
        r"\( N \ge \sqrt{2/\epsilon} \).",
    )


def _cases(kernel_max: int) -> Iterator[Case]:
    for case in grid(most=9, R=sets_with_intercept)(kernel_max):
        yield {**case, "eps": certified_error(case["d"], case["R"])}


def _draw_error(rng: Random, case: Case, _most: int) -> Fraction:
    # The optimum itself, more, or less.
    return certified_error(case["d"], case["R"]) * Fraction(rng.choice([2, 2, 3, 1]), 2) or Fraction(1, 1000)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    yield stated(
        ("least-terms", r"N \ge \min(\frac{1}{2\epsilon}, \sqrt{\frac{2}{\epsilon}})", Fraction(1)),
        ("least-terms-doubled", r"N \ge \min(\frac{1}{\epsilon}, \frac{2}{\sqrt{\epsilon}})", Fraction(2)),
        kind="lower",
        rests_on=("width",),
        source=OURS,
        idea=r"The width law, solved for \( N \).",
        quantities={**standard("d", "R"), "eps": _draw_error},
        hypotheses=(
            INTERCEPT,
            NO_MAXIMUM.failing_at(d=2, R=(0, 2), eps=Fraction(1, 1000)),
            Hypothesis(
                r"E(d, R) \le \epsilon", lambda case: certified_error(case["d"], case["R"]) <= case["eps"]
            ).failing_at(d=3, R=(0,), eps=Fraction(1, 100)),
        ),
        sides=lambda factor, case: (number_of_terms(case["d"], case["R"]), least_terms(case["eps"] / factor)),
        cases=_cases,
        proof=_proof,
    )
