r"""Families along a projective space: their least error is smaller than 1 over twice the number of maxima.

Setting
    The inputs are the points of the projective space of the vectors of length n >= 2 over the field of q elements, and
    F consists of the complements of its subspaces other than the empty one and the whole space.
Claim
    E(d, F) = prod over i = 0..n-1 of 1/(1 + q^i). It is stated for the spaces that are built; the proof is for all.
Kind
    Tight.
Source
    This project; the Moebius function of subspaces: Rota 1964.
Proof
    In words: subspaces are closed under intersection, so that 1/E is the sum of |mu(empty, A)| over all of them
    (:mod:`proofs_check.theorems.union_closed`). That is q^(k(k-1)/2) for a subspace of k dimensions as vectors, of
    which there are as many as the q-binomial coefficient says, and the q-binomial theorem at 1 gives the product.
Check
    The subspaces are built, for prime q, and the linear program is solved exactly and its certificate checked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from itertools import product
from math import prod

from proofs_check.certificates import check_certificate
from proofs_check.claim import Claim, stated
from proofs_check.statement import Case, Hypothesis, StatementError, Value
from theory.optimal.combinations import optimal_combination
from theory.optimal.families import OURS

_SPACES = ((2, 2), (3, 2), (5, 2), (2, 3), (3, 3))
"""q and n of those that are built, the larger ones for larger kernel sizes."""

_Vector = tuple[int, ...]
_Inverse = Callable[[int, int, int], int]
"""From q, n and the number of maxima to 1/E."""


def number_of_points(q: int, n: int) -> int:
    """Count the points of the projective space of the vectors of length n.

    >>> number_of_points(2, 3)
    7
    """
    return sum(q**i for i in range(n))


def subspaces(q: int, n: int) -> list[frozenset[int]]:
    """Return all subspaces but the empty one and the whole space, as sets of numbers of points, for prime q.

    >>> [len(found) for found in map(subspaces, (2, 3, 2), (2, 2, 3))]
    [3, 4, 14]
    """
    points = [v for v in product(range(q), repeat=n) if next((x for x in v if x), 0) == 1]
    numbers = {point: i for i, point in enumerate(points)}

    def joined(space: frozenset[int], new: int) -> frozenset[int]:
        sums = (_sum(points[a], points[new], c, q) for a in space for c in range(1, q))
        return space | {new} | {numbers[v] for v in sums}

    found = {frozenset([i]) for i in range(len(points))}
    latest = found
    while latest:
        latest = {joined(space, i) for space in latest for i in range(len(points)) if i not in space} - found
        found = found | latest
    return sorted((space for space in found if len(space) < len(points)), key=sorted)


def _sum(a: _Vector, b: _Vector, c: int, q: int) -> _Vector:
    """Return the point a + c b, its first coordinate other than 0 scaled to 1."""
    vector = [(x + c * y) % q for x, y in zip(a, b, strict=True)]
    inverse = pow(next(x for x in vector if x), -1, q)
    return tuple(x * inverse % q for x in vector)


def _values(inverse: _Inverse, case: Case) -> Iterator[Value]:
    q, n, d = case["q"], case["n"], case["d"]
    if (q, n) not in _SPACES or d != number_of_points(q, n):
        raise StatementError(f"the space for q = {q}, n = {n} and {d} points is not built")
    error, maxima = _solved(q, n)
    yield Value("error", error, Fraction(1, inverse(q, n, maxima)))


@cache
def _solved(q: int, n: int) -> tuple[Fraction, int]:
    """Return the error, certified, and the number of maxima."""
    everything = set(range(number_of_points(q, n)))
    family = [tuple(everything - space) for space in subspaces(q, n)]
    certificate = optimal_combination(len(everything), [(), *family]).certificate
    return check_certificate(certificate.to_dict()), len(family)


def _cases(kernel_max: int) -> Iterator[Case]:
    for q, n in _SPACES:
        if number_of_points(q, n) <= max(kernel_max, 7):
            yield {"q": q, "n": n, "d": number_of_points(q, n)}


def claims() -> Iterator[Claim]:
    """Yield the claim; that the error is 1 over twice the number of maxima holds on lines only."""
    form = r"E(d, F) = %s"
    yield stated(
        (
            "projective-spaces",
            form % r"\prod_{i=0}^{n-1} \frac{1}{1 + q^i}",
            lambda q, n, _: prod(1 + q**i for i in range(n)),
        ),
        ("projective-spaces-half", form % r"\frac{1}{2 |F|}", lambda q, n, maxima: 2 * maxima),
        kind="tight",
        rests_on=("union-closed",),
        source=f"{OURS}; Moebius functions: Rota 1964",
        idea=r"Subspaces are closed under intersection, and the Moebius function of a space of \( k \) dimensions has "
        r"the size \( q^{k(k-1)/2} \).",
        quantities={
            "q": lambda rng, _case, _most: rng.choice((2, 3, 5)),
            "n": lambda rng, _case, _most: rng.choice((2, 3)),
            "d": lambda rng, case, _most: number_of_points(case["q"], case["n"]),
        },
        hypotheses=(
            Hypothesis(
                r"(q, n) \in \{(2, 2), (3, 2), (5, 2), (2, 3), (3, 3)\}",
                lambda case: (case["q"], case["n"]) in _SPACES,
            ).failing_at(q=5, n=3, d=31),
            Hypothesis(r"d = \frac{q^n - 1}{q - 1}", lambda case: case["d"] == number_of_points(case["q"], case["n"])),
        ),
        values=_values,
        cases=_cases,
        drawn_up_to=31,
    )
