r"""All orders below the kernel size: the error halves with each input; relative to the range, nearly so.

Setting
    R = {0..d-1}, all orders but d, which is the maximum itself; or R = {1..d-1} with sum beta = 1, and the residual
    relative to max x - min x. Kernel size d >= 2.
Claim
    E(d, {0..d-1}) = 2^-d, attained by beta_0 = 2^-d and beta_k = -(-1/2)^(d-k) C(d,k);
    E_range(d, {1..d-1}) = 1/(2^d - 2), attained by beta_k = (-1)^(k+d-1) C(d,k) (2^k - 1)/(2^d - 2).
Kind
    Tight.
Source
    Matoba, Dimitriadis, Fleuret, TMLR 2023; the range, this project.
Proof
    Lower bound: the weights (-1)^(d-z) C(d,z) are orthogonal to every C(z,r), r < d, their absolute values add up to
    2^d, and the weight at z = d is 1. Upper bound: by the binomial theorem the residual is -(-1)^(d-z) 2^-d. Relative
    to the range z = 0 and z = d are left out. See :mod:`proofs_check.kits.growing_orders`.
Check
    The steps, which are made from the family's formulas; exact optima, certified, with each coefficient.
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


def _range_proof(family: ClosedForm) -> Proof:
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
    """Yield the claims, on the cube and relative to the range."""
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
    relative = closed_forms["range-full"]
    yield family_claim(
        relative,
        _range_proof,
        idea=r"As for the full set on the cube, without the two 0/1 vectors that are constant.",
        wrong=(with_error(relative, 1 / (Integer(2) ** D - 1)),),
    )
