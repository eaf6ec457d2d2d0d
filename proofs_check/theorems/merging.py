r"""Two sorted lists are merged by one hidden layer of ReLUs.

Setting
    Numbers a_1 >= ... >= a_p and b_1 >= ... >= b_q, and T_k, the sum of the k largest of all p + q.
Claim
    T_k = sum over i + j = k + 1 of max(a_i, b_j), where a term whose a_i does not exist (i > p) is b_j, and one whose
    b_j does not exist (j > q) is a_i. So the p q units relu(b_j - a_i) of one hidden layer, with what is linear in the
    a_i and b_j, give all T_k and with them the merged list T_k - T_(k-1).
Kind
    Identity.
Source
    This project, as a statement about ReLU networks. That the k largest of two sorted lists are these maxima is the
    half-cleaner of bitonic merging (Batcher 1968).
Proof
    In words: let the k largest be i* from the first list and k - i* from the second, ties broken somehow. For i <= i*
    the partner index k + 1 - i is above k - i*, so b_j is not among the k largest and max(a_i, b_j) = a_i; for i > i*
    it is at most k - i*, so max(a_i, b_j) = b_j. Each of the k largest occurs once.
Check
    Both sides are linear on each cone of equal order of all p + q numbers, as an order of the numbers settles each
    maximum; so it suffices to compare them where all numbers are 0 or 1, and the lists have u and v ones: T_k is then
    min(k, u + v). All p, q, k, u, v with p + q up to the kernel size are instances.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from random import Random

from proofs_check.claim import Claim, stated
from proofs_check.statement import Case, Hypothesis, StatementError
from theory.optimal.families import OURS

PART = "networks"


def merged_sum(first: tuple[int, ...], last: tuple[int, ...], k: int, total: int) -> int:
    """Add up max(a_i, b_j) over i + j = total, i = 1..k and j >= 1, missing numbers left out."""
    pairs = ((i, total - i) for i in range(1, min(k, total - 1) + 1))
    return sum(max((*first[i - 1 : i], *last[j - 1 : j]), default=0) for i, j in pairs)


def _cases(kernel_max: int) -> Iterator[Case]:
    for d in range(2, kernel_max + 1):
        for p in range(1, d):
            q = d - p
            for k in range(1, d + 1):
                for u in range(p + 1):
                    for v in range(q + 1):
                        yield {"a": (1,) * u + (0,) * (p - u), "b": (1,) * v + (0,) * (q - v), "k": k}


def _sides(shift: int, case: Case) -> tuple[int, int]:
    first, last, k = case["a"], case["b"], case["k"]
    if not _has_largest(case):
        raise StatementError(f"there are no {k} largest of {len(first + last)} numbers")
    return merged_sum(first, last, k, k + 1 + shift), sum(sorted(first + last)[-k:])


def _draw_list(rng: Random, _case: Case, most: int) -> tuple[int, ...]:
    numbers = [rng.randint(-4, 4) for _ in range(rng.randint(1, most // 2))]
    return tuple(sorted(numbers, reverse=True) if rng.randrange(2) else numbers)


def _is_sorted(name: str, case: Case) -> bool:
    return list(case[name]) == sorted(case[name], reverse=True)


def _has_largest(case: Case) -> bool:
    return bool(1 <= case["k"] <= len(case["a"] + case["b"]))


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    merged = r"T_k(a_1, \ldots, a_p, b_1, \ldots, b_q) = \sum_{i + j = %s} \max(a_i, b_j)"
    yield stated(
        ("merging-sorted-lists", merged % "k + 1", 0),
        ("merging-sorted-lists-one-off", merged % "k + 1 + 1", 1),
        kind="identity",
        source=f"{OURS}, as a statement about ReLU networks; that these are the largest: Batcher 1968",
        idea=r"If \( i^* \) of the \( k \) largest are in the first list, then \( \max(a_i, b_{k+1-i}) \) is "
        r"\( a_i \) for \( i \le i^* \) and \( b_{k+1-i} \) for \( i > i^* \). The check is complete for each "
        r"\( p, q \): both sides are linear on the cones of equal order, which 0/1 vectors generate.",
        quantities={
            "a": _draw_list,
            "b": _draw_list,
            "k": lambda rng, case, _most: rng.randint(1, len(case["a"] + case["b"]) + 1),
        },
        hypotheses=(
            Hypothesis(r"a_1 \ge \ldots \ge a_p", partial(_is_sorted, "a")).failing_at(a=(0, 1), b=(0,), k=1),
            Hypothesis(r"b_1 \ge \ldots \ge b_q", partial(_is_sorted, "b")).failing_at(a=(0,), b=(0, 1), k=1),
            Hypothesis(r"1 \le k \le p + q", _has_largest).failing_at(a=(0,), b=(0,), k=3),
        ),
        sides=_sides,
        cases=_cases,
        spoken_of="all lists",
        topic="networks",
        group=PART,
    )
