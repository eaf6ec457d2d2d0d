r"""The closed formula for two hidden layers: exactly as functions, and how many absolute values it has.

Setting
    As in :mod:`proofs_check.theorems.two_layers`.
Claim
    First, x_q - min(x) = (1/2) sum_F c_F |g_F(x)| on all of R^d, for every q.
    Second, there are 3 (2d+1)^(d-2) signed in-forests on 1..d in which q has no outgoing arc.
    Third, as F and -F give the same |g|, and the one without arcs gives 0, at most (3 (2d+1)^(d-2) - 1)/2 absolute
    values occur; the primes in the denominators of their coefficients are below d.
Kind
    Identities.
Source
    This project. The count of forests is Cayley's, with weights.
Proof
    Of the count: let F(m, a) be the sum of a^(arcs to a root) 2^(other arcs) over the ways to hang m vertices, with
    arcs of two signs each, below a root whose arcs count a. Those that hang at the root, j of them, carry the others:
    F(m, a) = sum_j C(m,j) a^j F(m-j, 2j), F(0, a) = 1, so that F(m, a) = a (a+2m)^(m-1) by induction and the binomial
    theorem. A vertex may also be the root of a tree of its own: an arc of a third kind, to q. So a = 3 and m = d - 1.
    In the formula M + 1 and the numbers up to M + r + 1 stand below, and M + r + 1 arcs are at most d - 1; for d = 2,
    where 1/2 brings a prime that is not, c_F = c_-F = 1.
Check
    First by cells, which is a proof (:mod:`proofs_check.kits.cells`): by symmetry in the inputs other than q the cone
    of one order is enough, with q in each of its d places. That no bends remain is an instance, and so is the value
    where one gap is 1 and the others are 0. The count as steps for all d, and the expanded formula against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache, partial
from math import comb, factorial, lcm

import numpy as np
from sympy import Expr, Integer, Symbol, binomial, factorint

from proofs_check.claim import Claim, Instance, stated
from proofs_check.kits.cells import Integers, in_one_cell
from proofs_check.kits.signed_forests import Term, formula, images
from proofs_check.proof import Identity, Proof, Region, Step, free
from proofs_check.statement import Case, Table, Value, grid, standard
from proofs_check.theorems.two_layers import EXISTS, QUANTITIES, later, value_at
from theory.errors import SolverError
from theory.optimal.families import OURS, D
from theory.rationals import to_string

_BY_CELLS_UP_TO = 6
"""The largest number of inputs whose cells are checked in every run."""
_LONGEST = 7
"""And, from this kernel size of a run on, the largest of all: it takes some seconds."""
LONG_RUN = 16

_TABULATED_UP_TO = 8


# --- by cells -------------------------------------------------------------------------------------------------------


def in_gaps(term: Term, size: int, rank: int) -> Integers:
    """Write the (size-1)! images of a type's g, a row each, in the size-1 gaps of sorted inputs; q has a rank.

    >>> in_gaps(formula(3)[0], 3, 3).tolist()
    [[-1, 0], [1, 0]]
    """
    # The input q is number 0, the others have the numbers 1.. in their order.
    places = np.array([rank - 1, *(p for p in range(size) if p != rank - 1)], dtype=np.int64)
    gaps = np.arange(size - 1)
    found = np.zeros((factorial(size - 1), size - 1), dtype=np.int64)
    for sign, u, v in images(term, size):
        above, below = places[u][:, None], places[v][:, None]
        found += sign * ((below <= gaps) & (gaps < above))
    return found


def cell(terms: tuple[Term, ...], size: int, rank: int) -> tuple[Fraction, list[Fraction]]:
    """Return what :func:`proofs_check.kits.cells.in_one_cell` says of a sum of c |g|, where q has a rank."""
    every = [term.coefficient * term.count / factorial(size - 1) for term in terms]
    scale = lcm(*(c.denominator for c in every))
    forms = np.concatenate([in_gaps(term, size, rank) for term in terms])
    weights = [int(c * scale) for c in every]
    if max(map(abs, weights)) >= 2**63:
        raise SolverError("the coefficients of this formula do not fit into 64 bits")
    return in_one_cell(forms, np.repeat(np.array(weights, dtype=np.int64), factorial(size - 1)), scale)


def _cells(expansion: Callable[[int], tuple[Term, ...]], kernel_max: int) -> Iterator[Instance]:
    for d in range(2, min(kernel_max, _LONGEST if kernel_max >= LONG_RUN else _BY_CELLS_UP_TO) + 1):
        for rank in range(1, d + 1):
            left, values = cell(expansion(d), d, rank)
            where = f"d = {d}, q in place {rank} of the order"
            yield Instance(f"{where}, bends", d, left, Fraction(0))
            for gap, value in enumerate(values, start=1):
                yield Instance(f"{where}, gap {gap}", d, value, Fraction(int(gap < rank)))


# --- the number of forests ------------------------------------------------------------------------------------------


@cache
def hung(count: int, weight: int) -> int:
    """Count the ways to hang vertices below a root with arcs of so many kinds, and each other with arcs of two kinds.

    >>> hung(2, 3)
    21
    """
    if count == 0:
        return 1
    return sum(comb(count, j) * weight**j * hung(count - j, 2 * j) for j in range(1, count + 1))


def _forest_steps() -> Iterator[Step]:
    j, m = Symbol("j"), Symbol("m")
    u, v = free("u"), free("v")

    def below(count: Expr, weight: Expr) -> Expr:
        return weight * (weight + 2 * count) ** (count - 1)

    yield Identity(
        "the j-th term, by induction, is a term of the binomial theorem",
        binomial(m, j) * below(m - j, 2 * j),
        binomial(m - 1, j - 1) * (2 * m) ** (m - j),
        Region(r"1 \le j \le m", {j: u + 1, m: u + v + 1}),
    )
    yield Identity(
        "a = 3, m = d - 1", below(D - 1, Integer(3)), 3 * (2 * D + 1) ** (D - 2), Region(r"d \ge 2", {D: u + 2})
    )


def _forest_proof() -> Proof:
    return Proof(
        steps=tuple(_forest_steps()),
        valid_from=2,
        argument=r"Let \( F(m, a) \) count the ways to hang \( m \) vertices below a root, with \( a \) kinds of arcs "
        r"to it and two kinds, the signs, between them. By the set of the \( j \) vertices that hang at the root "
        r"itself, \( F(m, a) = \sum_j \binom{m}{j} a^j F(m-j, 2j) \); by induction, and the binomial theorem "
        r"\( \sum_j \binom{m-1}{j-1} a^j (2m)^{m-j} = a (a + 2m)^{m-1} \), \( F(m, a) = a (a + 2m)^{m-1} \).",
        closing=r"A signed in-forest on \( 1, \ldots, d \) in which \( q \) has no outgoing arc gives each other "
        r"vertex an arc to \( q \), with one of two signs, or none, which is a third kind of arc to \( q \), or an "
        r"arc to another vertex: \( F(d-1, 3) \) of them.",
    )


# --- the expanded formula -------------------------------------------------------------------------------------------


def absolute_values(terms: tuple[Term, ...]) -> int:
    """Count the |g|."""
    return sum(term.count for term in terms)


def bound(d: int) -> Fraction:
    """Return half the number of signed in-forests but the empty one.

    >>> bound(4)
    Fraction(121, 1)
    """
    return (3 * Fraction(2 * d + 1) ** (d - 2) - 1) / 2


def _sizes(change: tuple[Fraction, int], case: Case) -> Iterator[Value]:
    (factor, beyond), d = change, case["d"]
    terms = formula(d)
    yield Value("absolute values", Fraction(absolute_values(terms)), factor * bound(d))
    prime = max(factorint(lcm(*(term.coefficient.denominator for term in terms))), default=1)
    yield Value("largest prime in a denominator", Fraction(prime), Fraction(d - beyond))


def _table(_change: object) -> Table:
    """Tabulate the sizes of the formula."""
    rows = []
    for d in range(2, _TABULATED_UP_TO + 1):
        terms = formula(d)
        units = sum(term.count for term in terms if term.has_both_signs)
        total = sum((abs(term.coefficient) * term.count for term in terms), Fraction(0))
        counts = (len(terms), absolute_values(terms), units, int(bound(d)))
        rows.append((str(d), *(f"{count:,}" for count in counts), to_string(total)))
    return Table(
        title="The sizes of the formula",
        text=r"Types are the forests without labels, but for \( q \), up to the sign of all arcs. Where \( g \) takes "
        r"one sign only, \( |g| \) is linear in the first layer; the others are the ReLUs of the second layer.",
        head=(
            r"\( d \)",
            "types",
            "absolute values",
            "with both signs",
            "at most",
            "sum of the absolute coefficients",
        ),
        rows=tuple(rows),
    )


def _one_changed(d: int) -> tuple[Term, ...]:
    """Return the formula with one coefficient doubled, which is false."""
    first, *rest = formula(d)
    return replace(first, coefficient=2 * first.coefficient), *rest


def claims() -> Iterator[Claim]:
    """Yield the claims."""
    identity = r"x_q - \min(x) = \frac12 \sum_F c_F |g_F(x)| \text{ on all of } \mathbb{R}^d"
    yield stated(
        ("two-layers-formula", identity, formula),
        ("two-layers-formula-one-changed", rf"{identity}, \text{{ one }} c_F \text{{ doubled}}", _one_changed),
        (
            "two-layers-formula-later",
            rf"{identity}, \text{{ with }} M + 2 \text{{ in the place of }} M + 1",
            partial(formula, weight=later),
        ),
        kind="identity",
        source=OURS,
        idea=r"On the cone of each order, with \( q \) in each place, the bends of the absolute values cancel, "
        r"hyperplane by hyperplane, and the values agree where one gap between neighbours is 1 and the others are 0.",
        quantities=QUANTITIES,
        hypotheses=(EXISTS,),
        sides=lambda expansion, case: value_at(expansion(case["d"]), case),
        instances=_cells,
        drawn_up_to=_BY_CELLS_UP_TO,
        topic="depth",
    )
    number = (
        r"\#\{\text{signed in-forests on } 1, \ldots, d \text{ in which } q \text{ has no outgoing arc}\} "
        r"= 3 (2d + %d)^{d-2}"
    )
    yield stated(
        ("two-layers-forests", number % 1, 1),
        ("two-layers-forests-unsigned", number % 0, 0),
        kind="identity",
        source=OURS,
        idea=r"Each vertex other than \( q \) has three ways to hang at \( q \), a tree of its own among them, and "
        r"two to hang at another vertex; such counts are powers, by Cayley.",
        quantities=standard("d"),
        sides=lambda base, case: (hung(case["d"] - 1, 3), 3 * Fraction(2 * case["d"] + base) ** (case["d"] - 2)),
        cases=grid(most=40),
        drawn_up_to=40,
        topic="depth",
        own_proof=_forest_proof,
    )
    sizes = (
        r"\#\{|g_F| : g_F \ne 0,\ c_F + c_{-F} \ne 0\} \le %s \big( 3 (2d+1)^{d-2} - 1 \big),\quad "
        r"\text{primes in the denominators of } \tfrac12 (c_F + c_{-F}) \le d - %d"
    )
    yield stated(
        ("two-layers-size", sizes % (r"\frac12", 1), (Fraction(1), 1)),
        ("two-layers-size-half", sizes % (r"\frac14", 1), (Fraction(1, 2), 1)),
        ("two-layers-size-primes", sizes % (r"\frac12", 2), (Fraction(1), 2)),
        kind="upper",
        source=OURS,
        idea=r"\( F \) and \( -F \) have one absolute value, and the empty forest none. In the formula \( M + 1 \) "
        r"and the numbers up to \( M + r + 1 \le d - 1 \) stand below.",
        quantities=standard("d"),
        values=_sizes,
        cases=grid(most=_TABULATED_UP_TO),
        drawn_up_to=7,
        topic="depth",
        table=_table,
    )
