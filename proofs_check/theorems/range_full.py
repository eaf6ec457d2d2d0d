r"""All orders below the kernel size, relative to the range of the window.

Setting
    R = {1..d-1} with sum beta = 1, and the residual relative to max x - min x; kernel size d >= 2.
Claim
    E_range(d, {1..d-1}) = 1/(2^d - 2), attained by beta_k = (-1)^(k+d-1) C(d,k) (2^k - 1)/(2^d - 2).
Kind
    Tight.
Source
    This project.
Proof
    The weights of the full set, less those at z = 0 and z = d, against the residual -(-1)^(d-z) E at z = 1..d-1.
    See :mod:`proofs_check.kits.growing_orders`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Integer, binomial

from proofs_check.claim import Claim
from proofs_check.kits.fixed_orders import with_error
from proofs_check.kits.growing_orders import FROM_TWO, binomial_theorem, moments, sign
from proofs_check.kits.optima import family_claim
from proofs_check.proof import Identity, Proof, ProofError
from proofs_check.theorems.full import ORDERS
from theory import closed_forms
from theory.optimal.families import ClosedForm, D, K


def _proof(family: ClosedForm) -> Proof:
    (block,) = family.blocks
    if (block.first, block.last) != (1, D - 1):
        raise ProofError(f"the orders of {family.name} are not 1..d-1")
    error = family.parametric_error_formula
    two = Integer(-2)
    # The sums over k = 0..d of (-2)^k C(d,k) and (-1)^k C(d,k) are (-1)^d and 0; less the terms k = d.
    at_kernel_size = -sign(D) * (sign(D) - (two**D - sign(D)))
    return Proof(
        steps=(
            moments(),
            binomial_theorem(1),
            Identity("the weights at z = 1..d-1 add up to 1/E", 1 / error, Integer(2) ** D - 2, FROM_TWO),
            Identity("c_k", block.coefficient / binomial(D, K), -error * sign(D) * (two**K - sign(K)), ORDERS),
            binomial_theorem(-2),
            Identity("p(d) = 1, divided by E", at_kernel_size, 1 / error, FROM_TWO),
        ),
        valid_from=2,
        argument=r"Lower bound: the weights \( w_z = (-1)^{d-z} \binom{d}{z} \) are orthogonal to \( \binom{z}{r} \), "
        r"\( 1 \le r < d \), by the first step, also without that at \( z = 0 \); \( w_d = 1 \), and the absolute "
        r"values at \( z = 1, \ldots, d - 1 \) add up to \( 2^d - 2 = 1/E \). Upper bound: let "
        r"\( p(z) = \sum_k c_k \binom{z}{k} \) over \( k < d \) with the family's coefficients "
        r"\( c_k = -(-1)^d ((-2)^k - (-1)^k) E \), which vanishes at \( k = 0 \). By the binomial theorem, and the "
        r"first step with \( r = 0 \) for the powers of \( -1 \), \( p(z) = -(-1)^{d-z} E \) for \( 1 \le z < d \), "
        r"and \( p(d) = \sum \beta_k = 1 \).",
        closing=r"By weak duality no residual is smaller than \( E \) relative to the range, and that of the family is "
        r"not larger.",
    )


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["range-full"]
    yield family_claim(
        family,
        _proof,
        idea=r"As for the full set on the cube, without the two 0/1 vectors that are constant.",
        wrong=(with_error(family, 1 / (Integer(2) ** D - 1)),),
    )
