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
from functools import partial

from sympy import Expr, Integer

from proofs_check.claim import Claim
from proofs_check.kits.cases import grid, joined, subsets
from proofs_check.kits.variants import stated
from proofs_check.proof import Proof
from proofs_check.statement import NO_INTERCEPT, NO_MAXIMUM, standard
from proofs_check.theorems.extremal import (
    ALL_SETS_UP_TO,
    ATTAINED,
    EXPANSION,
    attained_steps,
    error_values,
    expansion,
    size_of_weights,
    subsets_up_to,
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


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    bound = (
        r"\frac{1}{E_{\mathrm{range}}(d, R)} \le \sum_{k=%s}^{h} \binom{d}{k}%s, \quad h = |R|, "
        r"\text{ with equality for the } h \text{ largest orders}"
    )
    yield stated(
        ("extremal-range", bound % (1, ""), RANGE),
        ("extremal-range-with-the-empty-set", bound % (0, ""), RANGE + 1),
        ("extremal-range-less-one", bound % (1, " - 1"), RANGE - 1),
        kind="lower",
        source=OURS,
        idea=r"The weights of the extremal theorem, without the two 0/1 vectors that are constant.",
        quantities=standard("d", "R"),
        hypotheses=(NO_INTERCEPT.failing_at(d=2, R=(0, 1)), NO_MAXIMUM.failing_at(d=2, R=(2,))),
        values=partial(error_values, ()),
        cases=joined(
            grid(most=ALL_SETS_UP_TO, R=lambda d: subsets(range(1, d)), part="all sets of orders"),
            grid(
                least=ALL_SETS_UP_TO + 1,
                R=lambda d: [tuple(range(r, d)) for r in range(d - 1, 0, -1)],
                part="the sets of the largest orders",
            ),
        ),
        proof=_proof,
    )
