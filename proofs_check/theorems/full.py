r"""All orders below the kernel size: the error halves with each input.

Setting
    R = {0..d-1}, all orders but d, which is the maximum itself; kernel size d >= 2.
Claim
    E(d, {0..d-1}) = 2^-d, attained by beta_0 = 2^-d and beta_k = -(-1/2)^(d-k) C(d,k).
Kind
    Tight.
Source
    Matoba, Dimitriadis, Fleuret, TMLR 2023.
Proof
    Lower bound: the weights (-1)^(d-z) C(d,z) are orthogonal to every C(z,r), r < d, their absolute values add up to
    2^d, and the weight at z = d is 1. Upper bound: by the binomial theorem the residual is -(-1)^(d-z) 2^-d.
    See :mod:`proofs_check.kits.growing_orders`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sympy import Integer, binomial

from proofs_check.claim import Claim
from proofs_check.kits.fixed_orders import with_error
from proofs_check.kits.growing_orders import FROM_TWO, binomial_theorem, moments, sign
from proofs_check.kits.optima import family_claim
from proofs_check.proof import Identity, Proof, ProofError, Region, free
from theory import closed_forms
from theory.optimal.families import Block, ClosedForm, D, K

ORDERS = Region(r"1 \le k \le d - 1", {K: free("v") + 1, D: free("u") + free("v") + 2})


def full_proof(family: ClosedForm) -> Proof:
    """Build the proof for all orders below d, from the family's formulas."""
    intercept, block = family.blocks
    if (intercept.first, intercept.last, block.first, block.last) != (0, 0, 1, D - 1):
        raise ProofError(f"the orders of {family.name} are not 0..d-1")
    error = family.parametric_error_formula
    at_kernel_size = -error * sign(D) * (sign(D) - Integer(-2) ** D)
    return Proof(
        steps=(
            moments(),
            binomial_theorem(1),
            Identity("the weights add up to 1/E", 1 / error, Integer(2) ** D, FROM_TWO),
            Identity("c_k", block.coefficient / binomial(D, K), -error * sign(D) * Integer(-2) ** K, ORDERS),
            binomial_theorem(-2),
            Identity("beta_0 = E", intercept.coefficient, error, FROM_TWO),
            Identity("p(d) = 1 - E", at_kernel_size, 1 - error, FROM_TWO),
        ),
        valid_from=2,
        argument=r"Lower bound: the weights \( w_z = (-1)^{d-z} \binom{d}{z} \) are orthogonal to the class by the "
        r"first step, \( w_d = 1 \), and their absolute values add up to \( 2^d = 1/E \) by the next two. Upper bound: "
        r"let \( p(z) = \sum_k c_k \binom{z}{k} \) over \( k < d \) with \( c_k = -(-1)^d (-2)^k E \). For \( k \ge 1 "
        r"\) these are the family's coefficients, divided by \( \binom{d}{k} \). By the binomial theorem "
        r"\( p(z) = -(-1)^{d-z} E \) for \( z < d \), and at \( z = d \), where the term \( k = d \) is missing, "
        r"\( p(d) = 1 - E \).",
        closing=r"So \( \beta_0 = 1 - p(d) = E \), and the residual is \( \pm E \) everywhere: by weak duality "
        r"no other is smaller.",
    )


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["full"]
    intercept, block = family.blocks
    dropped = replace(family, blocks=(intercept, Block(block.first + 1, block.last, block.coefficient)))
    yield family_claim(
        family,
        full_proof,
        idea=r"The residual is \( \pm 2^{-d} \) with alternating signs at all 0/1 vectors; the \( d \)-th difference, "
        r"which all orders below \( d \) annihilate, shows that nothing is better.",
        wrong=(with_error(family, Integer(2) ** -(D + 1)), replace(dropped, parametric_valid_from=Integer(3))),
    )
