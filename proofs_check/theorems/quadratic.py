r"""The orders 0, 1, 2: approximation by parabolas.

Setting
    The class R = {0, 1, 2}; kernel size d >= 3. With a = floor((d-1)/2) and t = a floor(d/2).
Claim
    E(d, {0, 1, 2}) = t/(2(t + d)), with the coefficients of the family "quadratic".
Kind
    Tight.
Source
    Matoba, Dimitriadis, Fleuret, TMLR 2023.
Proof
    By :mod:`proofs_check.kits.fixed_orders`, for odd and even d separately. The span consists of the polynomials in z
    of degree at most 2. The optimal one falls from z = 0 to z = a and rises from there to z = d-1, symmetrically, so
    that 0, a, d-1 are the reference; the weights are those of Lagrange's interpolation, extrapolated to z = d.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Integer, floor

from proofs_check.claim import Claim
from proofs_check.kits.fixed_orders import Reference, halves, tight_claim, with_error, with_order
from theory import closed_forms
from theory.optimal.families import D

A = floor((D - 1) / 2)
"""Where the parabola turns."""

REFERENCE = Reference(
    points=(Integer(0), A, D - 1),
    weights=((D - A) / (A * (D - 1)), -D / (A * (D - 1 - A)), D * (D - A) / ((D - 1) * (D - 1 - A))),
)
COVERS = (halves(1, 1), halves(2, 1))


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["quadratic"]
    yield tight_claim(
        family,
        REFERENCE,
        COVERS,
        idea=(
            r"A parabola bounded by 1 at \(z = 0, \ldots, d-1\) is largest at \(z = d\) if it is 1 at both ends "
            r"and \(-1\) at the middle, or at both middle points where \(d\) is even; Lagrange's interpolation "
            r"at \(0, a, d-1\) says so."
        ),
        wrong=(with_error(family, family.parametric_error_formula.subs(D, D + 1)), with_order(family, 2, 3)),
    )
