"""Bounds on the error in the number of subpool maxima, for every set of orders, by boxes of sets.

A box are the sets R with A <= R <= B, for sets A and B. Dropping orders does not lower the error, so E(R) >= E(B), and
N(R) >= N(A): if E(B) is at least the bound for N(A), all sets of the box are settled by one certified optimum.
Otherwise the box is split by one order in two, down to single sets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property, partial

from proofs_check.claim import Claim, Instance, Variant, stated
from proofs_check.kits.optima import certified_error
from proofs_check.proof import Proof
from proofs_check.statement import Case, Hypothesis, standard
from theory.optimal.families import OURS
from theory.subpools import number_of_terms

Bound = Callable[[int], Fraction]
"""A lower bound on the error that decreases with the width N."""


@cache
@dataclass(frozen=True)
class Box:
    """All sets R of orders with ``least`` <= R <= ``largest``, both sorted."""

    kernel_size: int
    least: tuple[int, ...]
    largest: tuple[int, ...]

    @cached_property
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
    rests_on: tuple[str, ...],
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
        rests_on=rests_on,
    )
