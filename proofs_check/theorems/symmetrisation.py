r"""A weight for every subset is no better than one for every order.

Setting
    A set R of orders in 0..d-1 with 0 in R. The unsymmetric class: all functions beta_0 + sum over J of
    beta_J max_{j in J} x_j, J ranging over the subsets with |J| in R; the symmetric class M_d(R) has one weight for
    all subsets of a size.
Claim
    The least sup norm of max - f over [0,1]^d is E(d,R) in both classes.
Kind
    Tight.
Source
    Matoba, Dimitriadis, Fleuret, TMLR 2023.
Proof
    The symmetric class is part of the other one. For the converse an optimal dual of the symmetric problem, spread
    evenly over the C(d,z) vectors with z zeros, is a dual of the unsymmetric problem, by an identity of binomials.
Check
    For all sets R, the moments against the maxima over single subsets, by enumeration of all 2^d vectors and all
    subsets; and the value of the dual.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from functools import cache
from math import comb

from sympy import binomial

from proofs_check.certificates import CertificateError
from proofs_check.claim import Claim
from proofs_check.kits.cases import grid, sets_with_intercept
from proofs_check.kits.optima import certified_error
from proofs_check.kits.variants import stated
from proofs_check.proof import Identity, Proof, Region, free
from proofs_check.statement import INTERCEPT, Case, standard
from proofs_check.theorems.order_statistic_weights import Z
from theory import optimal_estimator
from theory.optimal.families import PAPER, D, R

_ENUMERATED_UP_TO = 6
"""The largest kernel size whose 2^d vectors are enumerated against all 2^d subsets."""


def _proof() -> Proof:
    a, b, c = free("a"), free("b"), free("c")
    step = Identity(
        text="The share of the vectors with z zeros that vanish on J",
        left=binomial(D - R, Z - R) * binomial(D, R),
        right=binomial(D, Z) * binomial(Z, R),
        region=Region(r"1 \le r \le z \le d", {R: a + 1, Z: a + b + 1, D: a + b + c + 1}),
    )
    return Proof(
        steps=(step,),
        valid_from=2,
        argument=r"The moment of the spread weights against \( \max_{j \in J} x_j \) is \( \sum_z w_z (1 - s_z) \) "
        r"with \( s_z \) the share of the vectors with \( z \) zeros that vanish on \( J \): "
        r"\( \binom{d-r}{z-r} / \binom{d}{z} \) for \( z \ge r \), and 0 for \( z < r \). By the step it is "
        r"\( \binom{z}{r} / \binom{d}{r} \), which is 0 for \( z < r \) too.",
        closing=r"So the moment is \( \sum_z w_z \phi_r(z) = 0 \): a dual of the unsymmetric problem on points of the "
        r"cube, with the value \( E(d, R) \), which the symmetric optimum attains on all of the cube.",
    )


@cache
def _ones_meeting(kernel_size: int, subset: int) -> tuple[int, ...]:
    """For each z, count the 0/1 vectors with z zeros that are not 0 on a subset, both as bit masks: by enumeration."""
    counts = [0] * (kernel_size + 1)
    for vector in range(2**kernel_size):
        counts[kernel_size - vector.bit_count()] += bool(vector & subset)
    return tuple(counts)


def _spread_dual(kernel_size: int, orders: tuple[int, ...]) -> dict[int, Fraction]:
    """Weight of each single vector with z zeros, from an optimal dual whose certificate is checked."""
    certified_error(kernel_size, orders)
    certificate = optimal_estimator(kernel_size, orders).certificate
    dual = certificate.dual if certificate else {}
    return {z: weight / comb(kernel_size, z) for z, weight in dual.items()}


def _moment(kernel_size: int, subset: int, weights: dict[int, Fraction]) -> Fraction:
    counts = _ones_meeting(kernel_size, subset)
    return sum((weight * counts[z] for z, weight in weights.items()), Fraction(0))


def _unsymmetric_error(kernel_size: int, sizes: Iterable[int]) -> Fraction:
    """Return the least error with a weight for every subset of these sizes, besides the intercept.

    It is not larger than that of the symmetric estimator, which is one of them, and by the spread dual not smaller.

    Raises
    ------
    CertificateError
        If the spread weights are no dual.
    """
    orders = tuple(sorted({0, *sizes}))
    error = certified_error(kernel_size, orders)
    weights = _spread_dual(kernel_size, orders)
    # The intercept is the function 1, which on 0/1 vectors other than 0 is the maximum over all inputs.
    value = _moment(kernel_size, 2**kernel_size - 1, weights)
    moments = [value + weights.get(kernel_size, Fraction(0))]
    moments += [_moment(kernel_size, J, weights) for J in range(1, 2**kernel_size) if J.bit_count() in orders]
    if error and (any(moments) or abs(value) != error):
        raise CertificateError(f"the spread dual for d = {kernel_size}, R = {orders} is none")
    return error


def _sides(more: int, case: Case) -> tuple[Fraction, Fraction]:
    d, orders = case["d"], case["R"]
    sizes = {*orders, orders[-1] + 1} if more else set(orders)
    return _unsymmetric_error(d, sizes), certified_error(d, orders)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    error = (
        r"\min_\beta \max_{x \in [0,1]^d} \Big| \max(x) - \beta_0 - \sum_{|J| \in S} \beta_J \max_{j \in J} x_j \Big| "
        r"= E(d, R), \quad S = R \setminus \{0\}"
    )
    yield stated(
        ("symmetrisation", error, 0),
        ("symmetrisation-one-order-more", error + r" \cup \{\max R + 1\}", 1),
        kind="tight",
        source=PAPER,
        idea=r"A dual of the symmetric problem, spread evenly over the 0/1 vectors with the same number of zeros, is a "
        r"dual of the unsymmetric problem, with the same value.",
        quantities=standard("d", "R"),
        hypotheses=(INTERCEPT.failing_at(d=2, R=(1,)),),
        sides=_sides,
        cases=grid(
            most=_ENUMERATED_UP_TO, R=sets_with_intercept, part="all sets with order 0 and all subsets of inputs"
        ),
        drawn_up_to=5,
        own_proof=_proof,
    )
