r"""The extremal theorem relative to the range of the window: among all sets of h orders, the h largest are best.

Setting
    A set R of h orders in 1..d-1 with sum beta = 1, and the residual relative to max x - min x; kernel size d >= 2.
Claim
    1/E_range(d,R) <= C(d,1) + ... + C(d,h), with equality for the h largest orders.
Kind
    Lower bound on E_range; attained.
Source
    This project.
Proof
    The weights of :mod:`proofs_check.theorems.extremal`, without those at z = 0 and z = d. Equality is the claim
    closed-form-range-top.
Check
    Exact optima, certified independently: all sets of orders for small kernel sizes, then the sets of the largest.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from sympy import Expr, Integer

from proofs_check.claim import Claim
from proofs_check.kits.optima import certified_error
from proofs_check.proof import Proof
from proofs_check.statement import NO_INTERCEPT, NO_MAXIMUM, Case, Value, standard
from proofs_check.theorems.extremal import (
    ATTAINED,
    EXPANSION,
    attained_steps,
    expansion,
    extremal_cases,
    size_of_weights,
    subsets_up_to,
    value,
)
from theory.optimal.families import OURS, D, J

RANGE = subsets_up_to(J, D) - 1
"""The bound on 1/E_range in d and j, which is h here."""


def _proof(inverse_bound: Expr) -> Proof:
    return Proof(
        steps=(
            *expansion(),
            size_of_weights(inverse_bound, Integer(0), Integer(1)),
            *attained_steps(inverse_bound, "range-top"),
        ),
        valid_from=2,
        argument=EXPANSION
        + r"Relative to the range, \( w_d \) does not count, and no weight at \( z = 0 \) is needed. The "
        r"next step adds up: \( \sum_{1 \le k \le h} \binom{d}{k} \) is the bound on \( 1/E \).",
        closing=ATTAINED,
    )


def _cases(kernel_max: int) -> Iterator[Case]:
    for case in extremal_cases(kernel_max):
        orders = case["R"][1:]
        if orders:
            yield {**case, "R": orders}


def _evaluate(inverse_bound: Expr, case: Case) -> Iterator[Value]:
    d, orders = case["d"], case["R"]
    h = len(orders)
    bound, error = Fraction(1, value(inverse_bound, d, h)), certified_error(d, orders, "range")
    yield Value("", error, bound)
    if orders == tuple(range(d - h, d)):
        yield Value("attained", bound, error)


def _claim(name: str, formula: str, inverse_bound: Expr, neighbours: tuple[Claim, ...] = ()) -> Claim:
    return Claim(
        name=name,
        conclusion=rf"\frac{{1}}{{E_{{\mathrm{{range}}}}(d, R)}} \le {formula}, \quad h = |R|, "
        r"\text{ with equality for the } h \text{ largest orders}",
        kind="lower",
        source=OURS,
        idea=r"The weights of the extremal theorem, without the two 0/1 vectors that are constant.",
        proof=partial(_proof, inverse_bound),
        quantities=standard("d", "R"),
        hypotheses=(NO_INTERCEPT.failing_at(d=2, R=(0, 1)), NO_MAXIMUM.failing_at(d=2, R=(2,))),
        evaluate=partial(_evaluate, inverse_bound),
        cases=_cases,
        neighbours=neighbours,
    )


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    too_large = _claim("extremal-range-with-the-empty-set", r"\sum_{k=0}^{h} \binom{d}{k}", RANGE + 1)
    too_small = _claim("extremal-range-less-one", r"\sum_{k=1}^{h} \binom{d}{k} - 1", RANGE - 1)
    yield _claim("extremal-range", r"\sum_{k=1}^{h} \binom{d}{k}", RANGE, (too_large, too_small))
