"""Proofs for all kernel sizes as data: steps that a small checker verifies, one by one.

A :class:`Proof` is a list of steps in SymPy expressions. Nothing is taken from how a step was found:
:func:`check_proof` verifies each by a decision procedure, and besides evaluates it exactly at integer points, small
ones and large ones drawn with a fixed seed, so that a defect of the computer algebra would have to hit both routes.
What the checker cannot decide it refuses.

The unknowns of a step range over a :class:`Region`: each symbol is written as an expression in *free* symbols, which
take all nonnegative integers. So {0 <= z <= d - 2} is the substitution z = u, d = u + v + 2, and a polynomial is
nonnegative on the region if, after the substitution, none of its coefficients is negative. That the region's
description, which people read, holds for just the points of the substitution is checked, too
(:mod:`proofs_check.proof.regions`).

Four kinds of steps suffice:

- :class:`Identity`: two sums of hypergeometric terms (products of powers, binomials, rational functions) are equal. All
  terms are divided by one of them, which is shown to vanish nowhere on the region; the ratios must be rational
  functions, and their sum must cancel to 0.
- :class:`Sign`: an expression is nonnegative, or positive. It is given as a product of factors of known sign.
- :class:`Telescoping`: a sum has a closed form, by a function whose differences are the summands.
- :class:`ConstantSum`: a sum whose length grows with a symbol n does not depend on n, by a companion function (a
  Wilf-Zeilberger pair) and its value at the least n.

Whatever a step mentions has to be *defined* on its whole region (:func:`proofs_check.proof.algebra.check_defined`):
denominators are shown to vanish nowhere, binomials and factorials to have arguments for which the rules of computer
algebra hold.
"""

from proofs_check.proof.check import check_proof, check_step
from proofs_check.proof.evaluation import evaluate
from proofs_check.proof.steps import (
    Consecutive,
    ConstantSum,
    Identity,
    Proof,
    ProofError,
    ProofRefuted,
    Region,
    Relation,
    Sign,
    Step,
    Telescoping,
    free,
    region_of,
)

__all__ = [
    "Consecutive",
    "ConstantSum",
    "Identity",
    "Proof",
    "ProofError",
    "ProofRefuted",
    "Region",
    "Relation",
    "Sign",
    "Step",
    "Telescoping",
    "check_proof",
    "check_step",
    "evaluate",
    "free",
    "region_of",
]
