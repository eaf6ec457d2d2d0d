r"""A set of orders with E N < 1/2: the width law E >= 1/(2N) is false.

Setting
    d = 19 and R = {0..4} with {13..18}; N = sum over r in R of C(19,r) counts the subpool maxima.
Claim
    E(19,R) = 40/3958863 and N = 48831, so E N = 651080/1319621 < 1/2; and no other set R of orders below 19 with 0 in R
    has E(19,R) N < 1/2.
Kind
    Tight.
Source
    This project.
Check
    The certificate of the optimum, and the sum of the binomial coefficients. That it is the only set: boxes of sets
    (:mod:`proofs_check.theorems.width_law`), in which every set that breaks the law is a box of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from proofs_check.claim import Claim, Instance
from proofs_check.kits.optima import certified_error
from proofs_check.kits.variants import stated
from proofs_check.statement import INTERCEPT, Case, Hypothesis
from proofs_check.theorems.width_law import COUNTEREXAMPLE, settled_boxes
from theory.optimal.families import OURS
from theory.subpools import number_of_terms

KERNEL_SIZE = int(COUNTEREXAMPLE["d"])
ERROR = Fraction(40, 3958863)
TERMS = 48831


def _instances(orders: tuple[int, ...], _kernel_max: int) -> Iterator[Instance]:
    # One kernel size, whatever the largest asked for: it takes milliseconds.
    d = KERNEL_SIZE
    error, terms = certified_error(d, orders), number_of_terms(d, orders)
    yield Instance(f"d = {d}, error", d, error, ERROR)
    yield Instance(f"d = {d}, width", d, Fraction(terms), Fraction(TERMS))
    product = error * terms
    yield Instance(f"d = {d}, product below 1/2", d, min(product, Fraction(1, 2)), ERROR * TERMS)
    yield Instance(f"d = {d}, number of such sets", d, Fraction(_exceptions()), Fraction(1))


def _draw_orders(rng: Random, _case: Case, _most: int) -> tuple[int, ...]:
    """Draw the exception, one of its neighbours, or any set of orders up to 19."""
    known = set(COUNTEREXAMPLE["R"])
    d = KERNEL_SIZE
    near = known ^ {rng.randrange(d)}
    return tuple(sorted(rng.choice([known, near, known - {0}, {0, *rng.sample(range(d + 1), rng.randint(1, d))}])))


def _sides(orders: tuple[int, ...], case: Case) -> tuple[bool, bool]:
    """Return whether a set breaks the law, and whether it is the one that is said to."""
    d = KERNEL_SIZE
    return 2 * certified_error(d, case["R"]) * number_of_terms(d, case["R"]) < 1, case["R"] == orders


def _exceptions() -> int:
    """Count the sets with E N < 1/2."""
    d = KERNEL_SIZE
    boxes = settled_boxes(d, range(d), lambda terms: Fraction(1, 2 * terms))
    return sum(2 * box.error * box.terms < 1 for box in boxes)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    error, product = (rf"\frac{{{v.numerator}}}{{{v.denominator}}}" for v in (ERROR, ERROR * TERMS))
    only = (
        rf"E(19, R) N < \frac{{1}}{{2}} \iff R = \{{%s\}}, "
        rf"\text{{ and then }} E(19, R) N = {error} \cdot {TERMS} = {product}"
    )
    orders, fewer = COUNTEREXAMPLE["R"], tuple(r for r in COUNTEREXAMPLE["R"] if r != 13)
    yield stated(
        ("width-law-counterexample", only % ", ".join(map(str, orders)), orders),
        ("width-law-five-high-orders", only % ", ".join(map(str, fewer)), fewer),
        kind="tight",
        source=OURS,
        idea=r"Low orders approximate like polynomials, high orders like the extremal sets; a mixture gains from both, "
        r"and its width is a sum only.",
        quantities={"R": _draw_orders},
        hypotheses=lambda orders: (
            Hypothesis(r"19 \notin R", lambda case: KERNEL_SIZE not in case["R"]).failing_at(R=(0, 19)),
            INTERCEPT.failing_at(R=orders[1:]),
        ),
        sides=_sides,
        instances=_instances,
        kernel_size=KERNEL_SIZE,
        scope="d = 19",
    )
