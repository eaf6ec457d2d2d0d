r"""All orders below d - 1: dropping the order d - 1 from the full set costs a factor of about sqrt(pi d/2).

Setting
    R = {0..d-2}; kernel size d >= 2.
Claim
    E(d, {0..d-2}) = 1/C(d,m) with m = floor(d/2), with the coefficients of :mod:`theory.optimal.families`.
Kind
    Tight.
Source
    This project.
Proof
    Weights (-1)^(d-z) C(d,z) (z-m)/(d-m) against the residual -(-1)^(d-z) E for z > m, (-1)^(d-z) E for z < m, and at
    z = m that for z > m if d is even, 0 if d is odd. See :mod:`proofs_check.kits.growing_orders`.
Check
    The steps, which are made from the family's formulas; exact optima, certified, with each coefficient.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Integer, Symbol, binomial, floor

from proofs_check.claim import Claim
from proofs_check.kits.growing_orders import U, V, W, Z, binomial_theorem, moments, off_by_one, sign, split_sum
from proofs_check.kits.optima import family_claim
from proofs_check.proof import Identity, Proof, ProofError, Region, Sign, Step, Telescoping
from theory import closed_forms
from theory.optimal.families import ClosedForm, D, K, R

M = Symbol("m")
"""floor(d/2)."""


def _absolute_values() -> Iterator[Step]:
    """Yield the steps: the sum of C(d,z) |z - m| over z = 0..d is (d - m) C(d,m)."""
    within = Region(r"0 \le z \le d", {Z: U, D: U + V})
    yield Identity("symmetry", binomial(D, Z), binomial(D, D - Z), within)
    for parity in (0, 1):
        lower = Region(rf"0 \le z \le m, d = 2m + {parity}", {Z: U, M: U + V, D: 2 * (U + V) + parity})
        yield Sign(f"z is at most m, d = 2m + {parity}", M - Z, (M - Z,), lower)
        yield Sign(f"d - z is at least m, d = 2m + {parity}", D - Z - M, (D - Z - M,), lower)
        yield Identity(f"both distances, d = 2m + {parity}", (M - Z) + (D - Z - M), D - 2 * Z, lower)
    below = Region(r"0 \le m \le d - 1", {M: U, D: U + V + 1})
    yield Telescoping(
        text="the absolute values in pairs",
        summand=(D - 2 * Z) * binomial(D, Z),
        index=Z,
        first=Integer(0),
        last=M,
        antidifference=D * binomial(D - 1, Z - 1),
        total=D * binomial(D - 1, M),
        region=below,
    )
    yield Identity("their sum", D * binomial(D - 1, M), (D - M) * binomial(D, M), below)


def _orders() -> Iterator[Step]:
    """Yield the steps: z - m raises an order by at most 1, and the weights for order d - 1 are those times d - z."""
    yield moments()
    yield Identity(
        "z - m raises an order by at most 1",
        (Z - M) * binomial(Z, R),
        (R + 1) * binomial(Z, R + 1) + (R - M) * binomial(Z, R),
        Region(r"0 \le r < z, m \ge 0", {R: U, Z: U + V + 1, M: W}),
    )
    yield Identity(
        "differences of order d - 1",
        D * binomial(D - 1, Z),
        (D - Z) * binomial(D, Z),
        Region(r"0 \le z \le d - 1", {Z: U, D: U + V + 1}),
    )


def _formulas(family: ClosedForm) -> Iterator[Step]:
    """Yield the steps that compare the family's formulas, for even and odd d."""
    intercept, block = family.blocks
    if (intercept.first, intercept.last, block.first, block.last) != (0, 0, 1, D - 2):
        raise ProofError(f"the orders of {family.name} are not 0..d-2")
    error = family.parametric_error_formula
    summand, rest = split_sum(block.coefficient / (binomial(D, K) * error), Z, Integer(0), floor(D / 2) - 1)
    for parity in (0, 1):
        kind = f"d = 2m + {parity}"
        region = Region(rf"m \ge 1, {kind}", {M: U + 1, D: 2 * (U + 1) + parity})
        yield Identity(f"1/E, {kind}", 1 / error, binomial(D, M), region)
        yield Identity(f"beta_0 = E, {kind}", intercept.coefficient / error, Integer(1), region)
        inside = region.extended(r"k \ge 1", {K: V + 1})
        counted = region.extended(r"0 \le z \le k", {K: V + W, Z: W})
        yield Identity(f"c_k below m, {kind}", summand, 2 * sign(K + D) * binomial(K, Z), counted)
        # The sign at z = m is 1 for even d, and 0 for odd d, where C(k,m) has to be taken off 2^k.
        yield Identity(f"c_k, {kind}", rest, sign(K + D) * (parity * binomial(K, M) - 2**K), inside)


def full_but_last_proof(family: ClosedForm) -> Proof:
    """Build the proof for all orders below d - 1, from the family's formulas."""
    return Proof(
        steps=(*_orders(), *_absolute_values(), *_formulas(family), binomial_theorem(1)),
        valid_from=2,
        argument=r"Lower bound: the weights \( w_z = (-1)^{d-z} \binom{d}{z} \frac{z - m}{d - m} \) are orthogonal to "
        r"the orders up to \( d - 2 \), because \( z - m \) raises an order by at most 1 (for \( z \le r \) that is "
        r"plain). \( w_d = 1 \). Joining \( z \le m \) with \( d - z \ge m \), the absolute values add up to "
        r"\( \binom{d}{m} = 1/E \). "
        r"Upper bound: let \( p(z) = -(-1)^{d-z} s_z E \) for \( z < d \) and \( p(d) = 1 - E \), with \( s_z \) the "
        r"sign of \( z - m \), but \( s_m = 1 \) for even \( d \). The difference of order \( d \) is "
        r"\( 1 - E \sum_z \binom{d}{z} s_z \), and the sum is \( \binom{d}{m} \): by symmetry \( z < m \) cancels with "
        r"\( d - z \), which leaves \( z = m \) for even \( d \) and \( z = m + 1 \) for odd \( d \). That of order "
        r"\( d - 1 \) has the weights times \( (d - z)/d \), so it vanishes if that with \( z - m \) does, which is "
        r"\( (d - m) - E \sum_z \binom{d}{z} |z - m| = 0 \). So \( p \) belongs to the orders up to \( d - 2 \). The "
        r"coefficients are \( c_k = -(-1)^{k+d} E \sum_z \binom{k}{z} s_z \), where the sum is \( 2^k \), "
        r"less twice that of \( \binom{k}{z} \) over \( z < m \), and for odd \( d \) less \( \binom{k}{m} \): as the "
        r"family says.",
        closing=r"By weak duality no residual is smaller than \( E \), and that of the family is not larger.",
    )


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["full-but-last"]
    yield family_claim(
        family,
        full_but_last_proof,
        idea=r"The \( d \)-th difference of \( (z - m) p(z) \) vanishes for every \( p \) of the class. It bounds the "
        r"error from below, best with \( m = \lfloor d/2 \rfloor \), and a residual of constant size whose sign "
        r"changes once more at \( m \) attains it.",
        wrong=(off_by_one(family),),
    )
