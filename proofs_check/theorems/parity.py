r"""Parity is not approximated at all without the order d: no polynomial of smaller degree beats the constant 1/2.

Setting
    The target 1 at 0/1 vectors with an odd number of ones, 0 at those with an even number; a set R of orders below d
    that contains 0.
Claim
    E(d, R; parity) = 1/2. So the approximate degree of the parity of d inputs is d, for each error below 1/2.
Kind
    Tight.
Source
    Minsky, Papert, Perceptrons, 1969.
Proof
    Upper bound: the constant 1/2. Lower bound: the weights (-1)^z C(d,z) are orthogonal to C(z,r) for r < d, and their
    absolute values add up to 2^d. At z zeros parity is (1 - (-1)^(d-z))/2, so that the weights give it -(-1)^d 2^d/2.
Check
    The steps; exact optima, certified, of all sets of orders with the intercept.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from proofs_check.claim import Claim, stated
from proofs_check.kits.growing_orders import Z, binomial_theorem, moments, sign
from proofs_check.kits.optima import certified_error
from proofs_check.proof import Identity, Proof, Region, free
from proofs_check.statement import INTERCEPT, NO_MAXIMUM, Case, grid, sets_with_intercept, standard
from theory.optimal.families import D

_ALL_UP_TO = 6


def _proof() -> Proof:
    u, v = free("u"), free("v")
    return Proof(
        steps=(
            moments(),
            binomial_theorem(1),
            Identity(
                "what the weights give parity",
                sign(Z) * (1 - sign(D - Z)),
                sign(Z) - sign(D),
                Region(r"0 \le z \le d", {Z: u, D: u + v}),
            ),
        ),
        valid_from=2,
        argument=r"The constant 1/2 has the error 1/2. The weights \( w_z = (-1)^z \binom{d}{z} \) are orthogonal to "
        r"the class by the first step, and add up to 0, by \( r = 0 \); their absolute values add up to \( 2^d \), by "
        r"the second. At \( z \) zeros parity is \( \frac12 (1 - (-1)^{d-z}) \).",
        closing=r"By the last step \( |\sum_z w_z t_z| = \frac12 |0 - (-1)^d 2^d| = \frac12 \sum_z |w_z| \), so by "
        r"weak duality no error is below 1/2.",
    )


def _sides(period: int, case: Case) -> tuple[Fraction, Fraction]:
    d = case["d"]
    return certified_error(d, case["R"], target=[(d - z) % period % 2 for z in range(d + 1)]), Fraction(1, 2)


def claims() -> Iterator[Claim]:
    """Yield the claim; that of the numbers of ones that are 1 modulo 3 is false."""
    conclusion = r"E(d, R; [\text{the number of ones is } %s]) = \frac{1}{2}"
    yield stated(
        ("parity", conclusion % r"\text{odd}", 2),
        ("wrong-modulo-three", conclusion % r"1 \bmod 3", 3),
        kind="tight",
        rests_on=("vertex-features",),
        source="Minsky, Papert, Perceptrons, 1969",
        idea=r"The \( d \)-th difference, which all orders below \( d \) annihilate, has the signs of parity.",
        quantities=standard("d", "R"),
        hypotheses=(INTERCEPT.failing_at(d=2, R=(1,)), NO_MAXIMUM.failing_at(d=2, R=(0, 1, 2))),
        sides=_sides,
        cases=grid(most=_ALL_UP_TO, R=sets_with_intercept),
        drawn_up_to=_ALL_UP_TO,
        own_proof=_proof,
    )
