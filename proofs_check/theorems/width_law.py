r"""The tempting width law E N >= 1/2, which holds up to kernel size 18 and fails at 19.

Setting
    A set R of orders in 0..d-1 with 0 in R; N = sum over r in R of C(d,r) counts the subpool maxima.
Claim
    E(d,R) N >= 1/2 for d <= 18.
Kind
    Lower bound.
Source
    This project.
Check
    Every set of orders, for each kernel size, by boxes: the sets R with A <= R <= B, for sets A and B. Dropping orders
    does not lower the error, so E(R) >= E(B), and N(R) >= N(A): if E(B) is at least the bound for N(A), all sets of the
    box are settled by one certified optimum. Otherwise the box is split by one order in two, down to single sets. That
    the law is false at kernel size 19 is the claim width-law-counterexample; here the neighbouring claim for
    d = 19 is refuted by the same boxes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial

from proofs_check.claim import Claim, Instance
from proofs_check.kits.optima import certified_error
from proofs_check.kits.variants import Variant, stated
from proofs_check.proof import Proof
from proofs_check.statement import INTERCEPT, NO_MAXIMUM, Case, Hypothesis, standard
from theory.optimal.families import OURS
from theory.subpools import number_of_terms

HOLDS_UP_TO = 18
"""The largest kernel size at which the law holds."""

COUNTEREXAMPLE: Case = {"d": 19, "R": (0, 1, 2, 3, 4, 13, 14, 15, 16, 17, 18)}
"""The only case with E N < 1/2 at d = 19."""

WITH_INTERCEPT = (INTERCEPT, NO_MAXIMUM.failing_at(d=2, R=(0, 2)))
"""The hypotheses 0 in R and d not in R; a set that holds d has the error 0."""


Bound = Callable[[int], Fraction]
"""A lower bound on the error that decreases with the width N."""


@cache
@dataclass(frozen=True)
class Box:
    """All sets R of orders with ``least`` <= R <= ``largest``.

    Both are sorted.
    """

    kernel_size: int
    least: tuple[int, ...]
    largest: tuple[int, ...]

    @property
    def error(self) -> Fraction:
        """E of the largest set: no set of the box has a smaller error."""
        return certified_error(self.kernel_size, self.largest)

    @property
    def terms(self) -> int:
        """N of the least set: no set of the box has fewer subpool maxima."""
        return number_of_terms(self.kernel_size, self.least)

    def split(self) -> tuple[Box, Box]:
        """Split by the undecided order with the most subsets: the sets with it, and those without it."""
        d = self.kernel_size
        undecided = set(self.largest) - set(self.least)
        order = max(undecided, key=lambda r: number_of_terms(d, [r]))
        without = tuple(r for r in self.largest if r != order)
        return Box(d, tuple(sorted({*self.least, order})), self.largest), Box(d, self.least, without)

    def __str__(self) -> str:
        if self.least == self.largest:
            return f"d = {self.kernel_size}, R = {set(self.least)}"
        return f"d = {self.kernel_size}, all R from {set(self.least)} to {set(self.largest)}"


def settled_boxes(kernel_size: int, orders: Iterable[int], bound: Bound) -> Iterator[Box]:
    """Yield disjoint boxes that make up all sets with order 0: each has E >= bound(N), or is a single set.

    The orders are those that the sets are taken from, 0 among them.

    Examples
    --------
    >>> for box in settled_boxes(3, range(3), lambda n: Fraction(1, 2 * n)):
    ...     print(box, "error >=", box.error, "width >=", box.terms)
    d = 3, R = {0} error >= 1/2 width >= 1
    d = 3, R = {0, 2} error >= 1/6 width >= 4
    d = 3, all R from {0, 1} to {0, 1, 2} error >= 1/8 width >= 4
    """
    pending = [Box(kernel_size, (0,), tuple(sorted(orders)))]
    while pending:
        box = pending.pop()
        if box.least == box.largest or box.error >= bound(box.terms):
            yield box
        else:
            pending.extend(box.split())


def width_claim(
    true: Variant,
    false: Variant,
    orders: Callable[[int], Iterable[int]],
    *hypotheses: Hypothesis,
    bound: Callable[[Fraction, int], Fraction] = Fraction.__truediv__,
    proof: Callable[[Fraction], Proof],
    idea: str,
) -> Claim:
    """Return the claim of a bound on E in N, by default a constant over N, for all sets with order 0 of some orders."""

    def boxes(constant: Fraction, kernel_max: int) -> Iterator[Instance]:
        here = partial(bound, constant)
        for d in range(2, kernel_max + 1):
            for box in settled_boxes(d, orders(d), here):
                yield Instance(str(box), d, box.error, here(box.terms))

    def sides(constant: Fraction, case: Case) -> tuple[Fraction, Fraction]:
        d, chosen = case["d"], case["R"]
        return certified_error(d, chosen), bound(constant, number_of_terms(d, chosen))

    return stated(
        true,
        false,
        kind="lower",
        source=OURS,
        idea=idea,
        quantities=standard("d", "R"),
        hypotheses=hypotheses,
        sides=sides,
        instances=boxes,
        drawn_up_to=19,
        proof=proof,
    )


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
    up_to = Hypothesis(rf"d \le {last}", lambda case: case["d"] <= last, most=last)
    return up_to.failing_at(**COUNTEREXAMPLE), *WITH_INTERCEPT


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    half = Fraction(1, 2)
    yield stated(
        ("width-law", r"E(d, R) N \ge \frac{1}{2}", (half, HOLDS_UP_TO)),
        ("width-law-larger-constant", r"E(d, R) N \ge \frac{3}{5}", (Fraction(3, 5), HOLDS_UP_TO)),
        ("width-law-beyond", r"E(d, R) N \ge \frac{1}{2}", (half, HOLDS_UP_TO + 1)),
        kind="lower",
        source=OURS,
        idea=r"Dropping orders does not lower the error, so \( E(B) N(A) \ge 1/2 \) settles all sets between "
        r"\( A \) and \( B \). A few hundred such boxes cover all sets.",
        quantities=standard("d", "R"),
        hypotheses=_hypotheses,
        sides=_sides,
        instances=_instances,
        drawn_up_to=HOLDS_UP_TO,
    )
