r"""How many maxima an error takes, for up to five inputs, whatever the subsets: no fewer than 1/(2E).

Setting
    Families F of N proper nonempty subsets of d inputs, d <= 5, and combinations of the maxima over them and an
    intercept; E(d, F) is their least error over [0,1]^d.
Claim
    The least E(d, F) of all families of N subsets is 1/e, with e = e(d, N) as listed in ``INVERSES``. In particular
    E(d, F) >= 1/(2N).
Kind
    Tight.
Source
    This project.
Proof
    By weak duality a measure w on the 0/1 vectors, the sets V of inputs that are 1, shows that E(F) >= 1/sum |w|, if
    w(empty set) = 1, and if it sums to 0 over all V and over the V within the complement of J, for all J in F. The
    J for which the last is not so are its support. So a family with a smaller error has a member in each support, of
    all measures of size up to e, and of their images under permutations of the inputs. Finitely many measures
    (:mod:`theory.optimal.least_families`) are such that no N subsets hit all supports.
Check
    The sums, in integers; that nothing hits all supports, by exhaustion with bounds; exact optima of families that have
    the error, certified.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import permutations
from random import Random
from typing import Any

from proofs_check.certificates import check_certificate
from proofs_check.claim import Claim, stated
from proofs_check.statement import Case, Hypothesis, StatementError, Value, least_kernel_size, standard
from theory.optimal.combinations import optimal_combination
from theory.optimal.families import OURS
from theory.optimal.least_families import least_families

INVERSES = {
    2: (2, 4),
    3: (2, 4, 6, 6, 6, 8),
    4: (2, 4, 6, 8, 8, 8, 10, 12, 12, 14, 14, 14, 14, 16),
    5: (
        *(2, 4, 6, 8, 10, 10, 10, 12, 14, 16, 18, 18, 20, 20, 22),
        *(22, 22, 24, 24, 25, 26, 28, 28, 28, 30, 30, 30, 30, 30, 32),
    ),
}
"""1/E by d, for N = 1, 2, ..., 2^d - 2."""


def support_of(weights: Sequence[int]) -> int:
    """Return the complements of a measure's support, a bit for each; StatementError if it is no measure of this kind.

    Numbers of vectors and of sets have bit j for input j.

    >>> bin(support_of([1, -1, 0, 0])), bin(support_of([1, 0, 0, -1]))
    ('0b100', '0b110')
    """
    whole = len(weights) - 1
    sums = [sum(w for v, w in enumerate(weights) if v & ~a == 0) for a in range(len(weights))]
    if weights[0] <= 0 or sums[whole] != 0:
        raise StatementError(f"a measure is positive at the vector of zeros and sums to 0, not {list(weights)}")
    return sum(1 << a for a in range(1, whole) if sums[a])


def images(support: int, inputs: int) -> set[int]:
    """Return what a support becomes under permutations of the inputs.

    >>> sorted(map(bin, images(0b100, 2)))
    ['0b10', '0b100']
    """
    members = [a for a in range(1 << inputs) if support >> a & 1]
    moved = (
        [sum(1 << p[j] for j in range(inputs) if a >> j & 1) for a in members] for p in permutations(range(inputs))
    )
    return {sum(1 << a for a in image) for image in moved}


def hitting_set(supports: Collection[int], most: int) -> int | None:
    """Return so many elements at most, as bits, that meet all supports, or None where there are none.

    A support with the fewest elements that are still allowed is hit by one after the other, of which those before are
    then excluded. A branch ends where disjoint supports, or the number of supports that an element hits, say that more
    elements are needed.

    >>> hitting_set([0b011, 0b110, 0b101], 1) is None, hitting_set([0b011, 0b110, 0b101], 2)
    (True, 3)
    """
    return _hit(tuple(supports), most, 0, 0)


def _hit(supports: Sequence[int], most: int, excluded: int, chosen: int) -> int | None:
    if not supports:
        return chosen
    left = sorted((support & ~excluded for support in supports), key=int.bit_count)
    if not left[0] or _disjoint(left) > most:
        return None
    frequency = {e: sum(support >> e & 1 for support in left) for e in range(max(left).bit_length())}
    if sum(sorted(frequency.values(), reverse=True)[:most]) < len(left):
        return None
    for element in sorted((e for e in frequency if left[0] >> e & 1), key=lambda e: -frequency[e]):
        bit = 1 << element
        found = _hit([support for support in left if not support & bit], most - 1, excluded, chosen | bit)
        if found is not None:
            return found
        excluded |= bit
    return None


def _disjoint(supports: Sequence[int]) -> int:
    used = number = 0
    for support in supports:
        if not support & used:
            used |= support
            number += 1
    return number


@cache
def _supports(inputs: int) -> dict[int, Fraction]:
    """Return the supports of all known measures, and their images, with the least size that has one."""
    supports: dict[int, Fraction] = {}
    for weights in least_families()[inputs].obstructions:
        size = Fraction(sum(map(abs, weights)), weights[0])
        for support in images(support_of(weights), inputs):
            supports[support] = min(size, supports.get(support, size))
    return supports


@cache
def _is_least(inputs: int, number: int, inverse: Fraction) -> bool:
    """Tell whether measures show that no family of so many subsets has an error below 1/inverse."""
    small = [support for support, size in _supports(inputs).items() if size <= inverse]
    return hitting_set(small, number) is None


@cache
def _certified(inputs: int, family: tuple[tuple[int, ...], ...]) -> Fraction:
    if not all(0 < len(set(subset)) < inputs for subset in family):
        raise StatementError(f"not all of {family} are proper subsets of {inputs} inputs")
    return check_certificate(optimal_combination(inputs, [(), *family]).certificate.to_dict())


def _values(inverses: Any, case: Case) -> Iterator[Value]:
    d, number = case["d"], case["N"]
    if d not in INVERSES or not 1 <= number <= (1 << d) - 2:
        raise StatementError(f"there is no list for {number} subsets of {d} inputs")
    family = least_families()[d].best(number)
    error = _certified(d, family)
    if len(family) > number or not _is_least(d, number, 1 / error):
        raise StatementError(f"no proof that {error} is the least error of {number} subsets of {d} inputs")
    yield Value("least error", error, Fraction(1, inverses(d, number)))


def _draw_number(rng: Random, case: Case, _most: int) -> int:
    return rng.randint(0, 1 << case["d"])


def _cases(kernel_max: int) -> Iterator[Case]:
    for d in range(2, min(kernel_max, max(INVERSES)) + 1):
        yield from ({"d": d, "N": number} for number in range(1, (1 << d) - 1))


def claims() -> Iterator[Claim]:
    """Yield the claim, and that 1/(2N) is the least error, which holds for some N only; and that it is a bound."""
    yield stated(
        ("least-families", r"\min_{|F| = N} E(d, F) = \frac{1}{e(d, N)}", lambda d, n: INVERSES[d][n - 1]),
        ("least-families-half", r"\min_{|F| = N} E(d, F) = \frac{1}{2N}", lambda d, n: 2 * n),
        kind="tight",
        source=OURS,
        idea=r"A measure that no maximum of the family sees bounds its error from below; a family with a smaller error "
        r"has a member in the support of each such measure.",
        quantities={**standard("d"), "N": _draw_number},
        hypotheses=(
            least_kernel_size(2),
            Hypothesis(r"d \le 5", most=5).failing_at(d=6, N=1),
            Hypothesis(r"1 \le N \le 2^d - 2").failing_at(d=2, N=3),
        ),
        values=_values,
        cases=_cases,
        drawn_up_to=6,  # one more than there is, to see that the statement ends there
        scope="d = 2..5, all families",
    )
