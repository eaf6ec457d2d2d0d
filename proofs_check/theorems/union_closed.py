r"""The least error of combinations of maxima over a family of subsets that is closed under union.

Setting
    A family F of proper nonempty subsets J of the d inputs; combinations of the maxima over them and an intercept. L is
    the set of all complements of members of F, with the empty set and the set of all inputs, ordered by inclusion, and
    mu its Moebius function.
Claim
    If every union of two members of F is a member or the set of all inputs, the least error over [0,1]^d is
    1 / sum over A in L of |mu(empty set, A)|.
Kind
    Tight.
Source
    This project. Moebius functions of lattices: Rota 1964.
Proof
    In words: L is closed under intersection. At the 0/1 vector with the ones V the maximum over J is 1 - [V in A], A
    the complement of J, so all combinations depend on V by the least member of L above it alone: there are |F| + 2
    vertices, and |F| + 1 functions, the indicators [B <= A] for A in L other than the empty set, which are
    independent. Up to a factor one measure is orthogonal to all of them: mu(empty set, B), as the sum over B <= A of
    mu(empty set, B) is 0 for these A. The maximum is 1 but at V empty, whose weight is 1; so by duality the error is
    1 over the size of mu.
Check
    The linear program is solved exactly and its certificate checked, against the Moebius function by its recursion.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import combinations
from random import Random

from proofs_check.certificates import check_certificate
from proofs_check.claim import Claim, stated
from proofs_check.statement import Case, Hypothesis, StatementError, Value, standard
from theory.optimal.combinations import optimal_combination
from theory.optimal.families import OURS

Family = tuple[tuple[int, ...], ...]

_GENERATORS = 2
"""Families that so many subsets generate are all checked at the largest kernel size."""
_ALL_UP_TO = 3
_SOME_UP_TO = 4


def size_of_moebius(kernel_size: int, family: Family) -> int:
    """Return the sum of |mu(empty set, A)| over the complements A of a family, the empty set and the set of all inputs.

    >>> size_of_moebius(2, ((0,), (1,))), size_of_moebius(4, ((0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3)))
    (4, 8)
    """
    whole = frozenset(range(kernel_size))
    members = sorted({frozenset(), whole, *(whole.difference(subset) for subset in family)}, key=len)
    mu = {members[0]: 1}
    for a in members[1:]:
        mu[a] = -sum(value for b, value in mu.items() if b < a)
    return sum(map(abs, mu.values()))


def union_closure(kernel_size: int, generators: Iterable[Iterable[int]]) -> Family:
    """Return the proper nonempty subsets that are unions of generators.

    >>> union_closure(4, [(0,), (1, 2), (3,)])
    ((0,), (3,), (0, 3), (1, 2), (0, 1, 2), (1, 2, 3))
    """
    closed: set[frozenset[int]] = set()
    for generator in map(frozenset, generators):
        closed |= {generator, *(generator | other for other in closed)}
    proper = (tuple(sorted(subset)) for subset in closed if 0 < len(subset) < kernel_size)
    return tuple(sorted(proper, key=lambda subset: (len(subset), subset)))


def is_union_closed(kernel_size: int, family: Family) -> bool:
    """Say whether each union of two members is a member or everything."""
    return set(union_closure(kernel_size, family)) <= set(family)


def _proper(kernel_size: int) -> list[tuple[int, ...]]:
    return [subset for size in range(1, kernel_size) for subset in combinations(range(kernel_size), size)]


def _draw_family(rng: Random, case: Case, _most: int) -> Family:
    proper = _proper(case["d"])
    chosen = rng.sample(proper, rng.randint(1, min(len(proper), 4)))
    return union_closure(case["d"], chosen) if rng.random() < 0.7 else tuple(sorted(chosen))


def _families(kernel_size: int) -> Iterator[Family]:
    proper = _proper(kernel_size)
    most = len(proper) if kernel_size <= _ALL_UP_TO else _GENERATORS
    seen = {union_closure(kernel_size, c) for size in range(1, most + 1) for c in combinations(proper, size)}
    yield from sorted(seen, key=lambda family: (len(family), family))


def _cases(kernel_max: int) -> Iterator[Case]:
    for d in range(2, min(kernel_max, _SOME_UP_TO) + 1):
        part = "all families" if d <= _ALL_UP_TO else "families that two subsets generate"
        yield from ({"d": d, "F": family, "part": part} for family in _families(d))


def _values(wanted: str, case: Case) -> Iterator[Value]:
    d, family = case["d"], case["F"]
    if not all(0 < len(subset) < d for subset in family):
        raise StatementError("the subsets are proper and not empty")
    certificate = optimal_combination(d, [(), *family]).certificate
    claimed = size_of_moebius(d, family) if wanted == "moebius" else 2 * len(family)
    yield Value("error", check_certificate(certificate.to_dict()), Fraction(1, claimed))


def claims() -> Iterator[Claim]:
    """Yield the claim; that the error is 1 over twice the number of subsets is true for some families only."""
    yield stated(
        ("union-closed", r"E(d, F) = \frac{1}{\sum_{A \in L} |\mu(\emptyset, A)|}", "moebius"),
        ("union-closed-half", r"E(d, F) = \frac{1}{2 |F|}", "half"),
        kind="tight",
        source=f"{OURS}; Moebius functions: Rota 1964",
        idea=r"Combinations see a 0/1 vector by the least member of \( L \), the complements of \( F \), that contains "
        r"its ones. One measure is orthogonal to all of them, the Moebius function of \( L \).",
        quantities={**standard("d"), "F": _draw_family},
        hypotheses=(
            Hypothesis(
                r"J, K \in F \Rightarrow J \cup K \in F \text{ or } J \cup K = \{1, \dots, d\}",
                lambda case: is_union_closed(case["d"], case["F"]),
            ).failing_at(d=3, F=((0,), (1,))),
        ),
        values=_values,
        cases=_cases,
        drawn_up_to=_SOME_UP_TO,
    )
