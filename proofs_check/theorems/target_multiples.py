r"""A target that is a multiple of the maximum, up to a member of the class, has that multiple of its error.

Setting
    A nonempty set R of orders, and the target g = sum c_r m_r over r in R and r = d.
Claim
    E(d, R; g) = |c_d| E(d, R).
Kind
    Tight.
Source
    This project.
Proof
    If f is in the class, so is f' = sum over R of c_r m_r, plus c_d f, and g - f' = c_d (max - f). If c_d is not 0, all
    members of the class are such an f'; if it is 0, g itself is one.

    Every target that is linear in the order statistics is a sum of c_r m_r over r = 0..d. So closed forms of the
    maximum are some of other targets: of all where R has all orders below d, and of the largest inputs where R has the
    largest orders (:mod:`proofs_check.theorems.order_statistics_by_maxima`).
Check
    The step; exact optima, certified, of both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from math import comb
from random import Random

from sympy import Symbol

from proofs_check.claim import Claim, stated
from proofs_check.kits.optima import certified_error
from proofs_check.proof import Identity, Proof, Region, free
from proofs_check.statement import Case, Hypothesis, StatementError, sets_of_orders, standard
from theory.optimal.families import OURS

_Factor = Callable[[tuple[int, ...]], int]
"""From c_0, ..., c_d to the factor."""

_DRAWN_UP_TO = 7
_ALL_UP_TO = 5


def value_of_mean_maximum(kernel_size: int, order: int, zeros: int) -> Fraction:
    """Return the value of m_r at the 0/1 vectors with so many zeros.

    >>> [value_of_mean_maximum(3, 2, z) for z in range(4)]
    [Fraction(1, 1), Fraction(1, 1), Fraction(2, 3), Fraction(0, 1)]
    """
    return Fraction(1) if order == 0 else 1 - Fraction(comb(zeros, order), comb(kernel_size, order))


def _target(kernel_size: int, coefficients: tuple[int, ...]) -> list[Fraction]:
    phi = partial(value_of_mean_maximum, kernel_size)
    return [sum((c * phi(r, z) for r, c in enumerate(coefficients)), Fraction(0)) for z in range(kernel_size + 1)]


def _draw_coefficients(rng: Random, case: Case, _most: int) -> tuple[int, ...]:
    """Draw c_0, ..., c_d, mostly with zeros outside of R and d."""
    inside = {*case["R"], case["d"]} if rng.random() < 0.7 else range(case["d"] + 1)
    return tuple(rng.randint(-3, 3) if r in inside else 0 for r in range(case["d"] + 1))


def _has_its_orders(case: Case) -> bool:
    return all(c == 0 or r in case["R"] or r == case["d"] for r, c in enumerate(case["c"]))


def _proof() -> Proof:
    c, m, f, g = map(Symbol, "cmfg")
    p, q, s, t, u, v, x, y, n = map(free, "pqstuvxyn")
    values = {c: (p - q) / (n + 1), m: (s - t) / (n + 1), f: (u - v) / (n + 1), g: (x - y) / (n + 1)}
    return Proof(
        steps=(
            Identity("the residual is multiplied", (g + c * m) - (g + c * f), c * (m - f), Region.spelled_out(values)),
        ),
        valid_from=2,
        argument=r"At a 0/1 vector let \( m \) be the maximum, \( f \) the value of any member of the class, \( g \) "
        r"that of \( \sum_{r \in R} c_r m_r \), and \( c = c_d \). All are rational, as data and optima are.",
        closing=r"If \( c_d \neq 0 \), each member of the class is \( \sum_{r \in R} c_r m_r + c_d f \) for some "
        r"member \( f \), so the least errors have the ratio \( |c_d| \); if \( c_d = 0 \), the target is a member.",
    )


def _sides(factor: _Factor, case: Case) -> tuple[Fraction, Fraction]:
    d, orders, coefficients = case["d"], case["R"], case["c"]
    if len(coefficients) != d + 1:
        raise StatementError(f"a target of {d} inputs has {d + 1} coefficients, not {len(coefficients)}")
    error = certified_error(d, orders, target=_target(d, coefficients))
    return error, factor(coefficients) * certified_error(d, orders)


def _size_of_last(coefficients: tuple[int, ...]) -> int:
    return abs(coefficients[-1])


def _cases(kernel_max: int) -> Iterator[Case]:
    for d in range(2, min(kernel_max, _ALL_UP_TO) + 1):
        rng = Random(d)
        for orders in sets_of_orders(d):
            c = tuple(rng.randint(-3, 3) if r in orders else 0 for r in range(d))
            yield {"d": d, "R": orders, "c": (*c, rng.choice((-2, -1, 2, 3)))}


def claims() -> Iterator[Claim]:
    """Yield the claim; that the error is linear in all coefficients is false."""
    conclusion = r"g = \sum_{r=0}^{d} c_r m_r \implies E(d, R; g) = %s \, E(d, R)"
    yield stated(
        ("target-multiples", conclusion % "|c_d|", _size_of_last),
        ("target-multiples-of-either-sign", conclusion % "c_d", lambda c: c[-1]),
        ("target-multiples-of-all", conclusion % r"\sum_r |c_r|", lambda c: sum(map(abs, c))),
        kind="tight",
        source=OURS,
        idea=r"If \( f \) approximates the maximum, \( \sum_{r \in R} c_r m_r + c_d f \) approximates the target, with "
        r"\( c_d \) times the residual.",
        quantities={**standard("d", "R"), "c": _draw_coefficients},
        hypotheses=(
            Hypothesis(r"c_r = 0 \text{ for } r \notin R \cup \{d\}", _has_its_orders).failing_at(
                d=2, R=(0,), c=(0, 1, 0)
            ),
        ),
        sides=_sides,
        cases=_cases,
        drawn_up_to=_DRAWN_UP_TO,
        own_proof=_proof,
    )
