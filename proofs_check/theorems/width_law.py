r"""The tempting width law E N >= 1/2, which holds up to kernel size 18 and fails at 19, for one set of orders.

Setting
    A set R of orders in 0..d-1 with 0 in R; N = sum over r in R of C(d,r) counts the subpool maxima.
Claim
    E(d,R) N >= 1/2 for d <= 18. At d = 19 the set R = {0..4} with {13..18} has E(19,R) = 40/3958863 and N = 48831, so
    E N = 651080/1319621 < 1/2; and no other one has.
Kind
    Lower bound; tight.
Source
    This project.
Check
    Every set of orders, for each kernel size, by boxes (:mod:`proofs_check.kits.boxes`); at d = 19 every set that
    breaks the law is a box of its own. The certificate of its optimum, and the sum of its binomial coefficients.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from proofs_check.claim import Claim, Instance, stated
from proofs_check.kits.boxes import settled_boxes
from proofs_check.kits.optima import AT_VERTICES, certified_error
from proofs_check.statement import INTERCEPT, NO_MAXIMUM, Case, Hypothesis, standard
from theory.optimal.families import OURS
from theory.subpools import number_of_terms

_HOLDS_UP_TO = 18
"""The largest kernel size at which the law holds."""

COUNTEREXAMPLE: Case = {"d": 19, "R": (0, 1, 2, 3, 4, 13, 14, 15, 16, 17, 18)}
"""The only case with E N < 1/2 at d = 19."""
_ERROR = Fraction(40, 3958863)
_TERMS = 48831

WITH_INTERCEPT = (INTERCEPT, NO_MAXIMUM.failing_at(d=2, R=(0, 2)))
"""The hypotheses 0 in R and d not in R; a set that holds d has the error 0."""


def _instances(change: tuple[Fraction, int], _kernel_max: int) -> Iterator[Instance]:
    # All kernel sizes of the statement, whatever the largest one asked for: that takes a few seconds.
    constant, last = change
    for d in range(2, last + 1):
        for box in settled_boxes(d, range(d), lambda terms: constant / terms):
            yield Instance(str(box), d, box.error * box.terms, constant)


def _sides(change: tuple[Fraction, int], case: Case) -> tuple[Fraction, Fraction]:
    d, orders = case["d"], case["R"]
    return certified_error(d, orders) * number_of_terms(d, orders), change[0]


def _hypotheses(change: tuple[Fraction, int]) -> tuple[Hypothesis, ...]:
    last = change[1]
    up_to = Hypothesis(rf"d \le {last}", most=last)
    return up_to.failing_at(**COUNTEREXAMPLE), *WITH_INTERCEPT


def _exception_instances(orders: tuple[int, ...], _kernel_max: int) -> Iterator[Instance]:
    # One kernel size, whatever the largest asked for: it takes milliseconds.
    d = COUNTEREXAMPLE["d"]
    error, terms = certified_error(d, orders), number_of_terms(d, orders)
    yield Instance(f"d = {d}, error", d, error, _ERROR)
    yield Instance(f"d = {d}, width", d, Fraction(terms), Fraction(_TERMS))
    product = error * terms
    yield Instance(f"d = {d}, product below 1/2", d, min(product, Fraction(1, 2)), _ERROR * _TERMS)
    boxes = settled_boxes(d, range(d), lambda terms: Fraction(1, 2 * terms))
    exceptions = sum(2 * box.error * box.terms < 1 for box in boxes)
    yield Instance(f"d = {d}, number of such sets", d, Fraction(exceptions), Fraction(1))


def _draw_orders(rng: Random, _case: Case, _most: int) -> tuple[int, ...]:
    """Draw the exception, one of its neighbours, or any set of orders up to 19."""
    known, d = set(COUNTEREXAMPLE["R"]), COUNTEREXAMPLE["d"]
    near = known ^ {rng.randrange(d)}
    return tuple(sorted(rng.choice([known, near, known - {0}, {0, *rng.sample(range(d + 1), rng.randint(1, d))}])))


def claims() -> Iterator[Claim]:
    """Yield the claims: the law, and the exception."""
    half = Fraction(1, 2)
    yield stated(
        ("width-law", r"E(d, R) N \ge \frac{1}{2}", (half, _HOLDS_UP_TO)),
        ("width-law-larger-constant", r"E(d, R) N \ge \frac{3}{5}", (Fraction(3, 5), _HOLDS_UP_TO)),
        ("width-law-beyond", r"E(d, R) N \ge \frac{1}{2}", (half, _HOLDS_UP_TO + 1)),
        kind="lower",
        rests_on=AT_VERTICES,
        source=OURS,
        idea=r"Dropping orders does not lower the error, so \( E(B) N(A) \ge 1/2 \) settles all sets between "
        r"\( A \) and \( B \). A few hundred such boxes cover all sets.",
        quantities=standard("d", "R"),
        hypotheses=_hypotheses,
        sides=_sides,
        instances=_instances,
        drawn_up_to=_HOLDS_UP_TO,
    )
    error, product = (rf"\frac{{{v.numerator}}}{{{v.denominator}}}" for v in (_ERROR, _ERROR * _TERMS))
    only = (
        rf"E(19, R) N < \frac{{1}}{{2}} \iff R = \{{%s\}}, "
        rf"\text{{ and then }} E(19, R) N = {error} \cdot {_TERMS} = {product}"
    )
    orders, fewer = COUNTEREXAMPLE["R"], tuple(r for r in COUNTEREXAMPLE["R"] if r != 13)
    yield stated(
        ("width-law-counterexample", only % ", ".join(map(str, orders)), orders),
        ("width-law-five-high-orders", only % ", ".join(map(str, fewer)), fewer),
        kind="tight",
        rests_on=AT_VERTICES,
        source=OURS,
        idea=r"Low orders approximate like polynomials, high orders like the extremal sets; a mixture gains from both, "
        r"and its width is a sum only.",
        quantities={"R": _draw_orders},
        hypotheses=lambda orders: (
            Hypothesis(rf"{COUNTEREXAMPLE['d']} \notin R").failing_at(R=(0, 19)),
            INTERCEPT.failing_at(R=orders[1:]),
        ),
        # Whether a set breaks the law, and whether it is the one that is said to.
        sides=lambda orders, case: (
            2 * certified_error(COUNTEREXAMPLE["d"], case["R"]) * number_of_terms(COUNTEREXAMPLE["d"], case["R"]) < 1,
            case["R"] == orders,
        ),
        instances=_exception_instances,
        kernel_size=COUNTEREXAMPLE["d"],
        scope="d = 19",
    )
