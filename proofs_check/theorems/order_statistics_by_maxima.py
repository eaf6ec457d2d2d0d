r"""Each order statistic is a combination of mean subpool maxima, and the largest inputs are multiples of the maximum.

Setting
    A window x of d inputs, sorted x_(1) <= ... <= x_(d), and j with 1 <= j <= d.
Claim
    x_(j) = sum over r = j..d of (-1)^(r-j) C(r-1,j-1) C(d,r) m_r(x). Hence, for the target x_(j) and a set R of orders
    that contains j, ..., d-1, E(d, R; x_(j)) = C(d-1,j-1) E(d, R), with E(d, R) the error of the maximum.
Kind
    Identity; tight.
Source
    Srikantan, Ann. Math. Statist. 33, 1962, for expected values; the errors, this project.
Proof
    At the 0/1 vector with z zeros the right side is a(d) - a(z), with a(z) = sum over r of (-1)^(r-j) C(r-1,j-1)
    C(z,r). This is 0 for z < j, 1 for z = j, and the same for z + 1 as for z >= j, as the differences telescope. The
    left side is 1 for z < j and 0 for z >= j. The coefficient of m_d has the size C(d-1,j-1), and the orders of the
    other terms are in R (:mod:`proofs_check.theorems.target_multiples`).
Check
    The steps; subsets enumerated; exact optima, certified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import comb
from random import Random

from sympy import Integer, Symbol, binomial

from proofs_check.claim import Claim, stated
from proofs_check.kits.growing_orders import sign
from proofs_check.kits.optima import certified_error
from proofs_check.proof import Identity, Proof, Region, Telescoping, free
from proofs_check.statement import Case, Hypothesis, StatementError, grid, sets_of_orders, standard
from proofs_check.theorems.order_statistic_weights import average_of_maxima, windows
from theory.optimal.families import OURS, D, J, R

_Z = Symbol("z")
_ENUMERATED_UP_TO = 8
_DRAWN_UP_TO = 6
_ALL_UP_TO = 5

IS_A_PLACE = Hypothesis(r"1 \le j \le d")


def step_values(kernel_size: int, place: int) -> list[int]:
    """Return the values of x_(j) at 0/1 vectors with 0, ..., d zeros.

    >>> step_values(4, 3)
    [1, 1, 1, 0, 0]
    """
    return [int(zeros < place) for zeros in range(kernel_size + 1)]


def _proof(shift: int) -> Proof:
    """Build the proof for the coefficients with C(r-1+shift, j-1); only 0 is right."""
    a, b, c = free("a"), free("b"), free("c")
    term = sign(R - J) * binomial(R - 1 + shift, J - 1)
    return Proof(
        steps=(
            Identity("a(z) at z = j", term.subs(R, J), Integer(1), Region(r"j \ge 1", {J: a + 1})),
            Telescoping(
                text="a(z + 1) is a(z)",
                summand=term * binomial(_Z, R - 1),
                index=R,
                first=J,
                last=_Z + 1,
                antidifference=-sign(R - J) * binomial(_Z, J - 1) * binomial(_Z - J, R - J - 1),
                total=Integer(0),
                region=Region(r"1 \le j \le z", {J: a + 1, _Z: a + 1 + b}),
            ),
            Identity(
                "the coefficient of the maximum",
                sign(D - J) * term.subs(R, D),
                binomial(D - 1, J - 1),
                Region(r"1 \le j \le d", {J: a + 1, D: a + 1 + c}),
            ),
        ),
        valid_from=2,
        argument=r"Let \( a(z) = \sum_{r=j}^{d} (-1)^{r-j} \binom{r-1}{j-1} \binom{z}{r} \). At the vector with \( z "
        r"\) zeros \( \binom{d}{r} m_r = \binom{d}{r} - \binom{z}{r} \), so that the right side is \( a(d) - a(z) \). "
        r"For \( z < j \) no term is left of \( a(z) \), for \( z = j \) one, which is 1 by the first step; and "
        r"\( \binom{z+1}{r} - \binom{z}{r} = \binom{z}{r-1} \), whose sum is 0 by the second.",
        closing=r"So the right side is \( 1 - [z \ge j] \), which is the value of \( x_{(j)} \); on sorted windows "
        r"both sides are linear, and these vectors and the constants span them.",
    )


def _sides(shift: int, case: Case) -> tuple[Fraction, Fraction]:
    x, j = case["x"], case["j"]
    if not 1 <= j <= len(x):
        raise StatementError(f"there is no x_({j}) of {len(x)} inputs")
    terms = (
        (-1) ** (r - j) * comb(r - 1 + shift, j - 1) * comb(len(x), r) * average_of_maxima(x, r)
        for r in range(j, len(x) + 1)
    )
    return sum(terms, Fraction(0)), sorted(x)[j - 1]


def _draw_orders(rng: Random, case: Case, _most: int) -> tuple[int, ...]:
    # Most sets have the largest orders, which are wanted.
    d, top = case["d"], case["j"] if rng.random() < 0.8 else case["d"]
    below = rng.sample(range(d), rng.randint(1, d))
    return tuple(sorted({*below, *range(max(top, 0), d)}))


def _errors(multiple: Callable[[int, int], int], case: Case) -> tuple[Fraction, Fraction]:
    d, j, orders = case["d"], case["j"], case["R"]
    if not 1 <= j <= d:
        raise StatementError(f"there is no x_({j}) of {d} inputs")
    return certified_error(d, orders, target=step_values(d, j)), multiple(d, j) * certified_error(d, orders)


def _with_the_top(kernel_max: int) -> Iterator[Case]:
    for d in range(2, min(kernel_max, _ALL_UP_TO) + 1):
        for orders in sets_of_orders(d):
            yield from ({"d": d, "j": j, "R": orders} for j in range(1, d + 1) if set(range(j, d)) <= set(orders))


def _weight_of_largest(kernel_size: int, place: int) -> int:
    return comb(kernel_size - 1, place - 1)


def claims() -> Iterator[Claim]:
    """Yield the identity, and what it says of errors."""
    form = r"x_{(j)} = \sum_{r=j}^{d} (-1)^{r-j} \binom{%s}{j-1} \binom{d}{r} m_r(x)"
    yield stated(
        ("order-statistics-by-maxima", form % "r-1", 0),
        ("order-statistics-by-maxima-of-r", form % "r", 1),
        kind="identity",
        rests_on=("vertex-features",),
        source="Srikantan, Ann. Math. Statist. 33, 1962, for expected values",
        idea=r"Inclusion and exclusion: \( x_{(j)} \) is the minimum of the maxima over all subsets of \( j \) inputs.",
        quantities=standard("d", "j", "x"),
        hypotheses=(IS_A_PLACE.failing_at(d=2, j=0, x=(Fraction(0), Fraction(1))),),
        sides=_sides,
        cases=grid(most=_ENUMERATED_UP_TO, j=lambda d: range(1, d + 1), x=windows, part="every place, three windows"),
        drawn_up_to=_ENUMERATED_UP_TO,
        proof=_proof,
    )
    errors = r"E(d, R; x_{(j)}) = \binom{%s}{j-1} E(d, R)"
    yield stated(
        ("order-statistic-top", errors % "d-1", _weight_of_largest),
        ("wrong-order-statistic-top", errors % "d", lambda d, j: comb(d, j - 1)),
        kind="tight",
        rests_on=("order-statistics-by-maxima", "target-multiples"),
        source=OURS,
        idea=r"Up to mean maxima of orders in \( R \), \( x_{(j)} \) is \( \pm \binom{d-1}{j-1} \) times the maximum.",
        quantities={**standard("d", "j"), "R": _draw_orders},
        hypotheses=(
            IS_A_PLACE.failing_at(d=2, j=0, R=(0, 1)),
            Hypothesis(
                r"\{j, \dots, d - 1\} \subseteq R", lambda case: set(range(case["j"], case["d"])) <= set(case["R"])
            ).failing_at(d=3, j=1, R=(0, 2)),
        ),
        sides=_errors,
        cases=_with_the_top,
        drawn_up_to=_DRAWN_UP_TO,
        own_proof=lambda: _proof(0),
    )
