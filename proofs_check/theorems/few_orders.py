r"""Closed forms of finitely many orders.

Setting
    The families of :data:`theory.optimal.families.closed_forms` whose orders are finitely many formulas in the kernel
    size d, and in one order r where the family has it as a parameter: on the cube with an intercept, or relative to the
    range max x - min x with coefficients of sum 1.
Claim
    For each row of ``ROWS``: the optimal error and coefficients are those of the family, from its least d on.
Kind
    Tight.
Source
    Matoba, Dimitriadis, Fleuret, TMLR 2023, or this project, as each family says; {0, r} is theirs for r = 1.
Proof
    By :mod:`proofs_check.kits.fixed_orders`, from the reference of the row: where the optimal residual is E or -E, but
    for z = d, with the weights that extrapolate the span from there to z = d. The idea of each row says how the
    residual runs.
Check
    The steps, which are made from the family's formulas; exact optima, certified, with each coefficient.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sympy import Expr, Integer, Rational, floor

from proofs_check.claim import Claim
from proofs_check.kits.fixed_orders import (
    Cover,
    Place,
    Reference,
    Rise,
    Z,
    ends_and_middle,
    halves,
    tight_proof,
    with_error,
    with_order,
)
from proofs_check.kits.optima import family_claim
from proofs_check.proof import Proof, Region, free
from theory import closed_forms
from theory.optimal.families import ClosedForm, D, R


class Row(NamedTuple):
    """What proves a family: the reference and all places z; and what makes it false, an error, an order in a block."""

    reference: Reference
    idea: str
    wrong_error: Expr
    wrong_order: tuple[int, Expr | int | None] | None = None

    def proof(self, family: ClosedForm) -> Proof:
        """Build the proof from the formulas of this family, or of that without the intercept."""
        return tight_proof(family, self.reference)

    def claim(self, family: ClosedForm) -> Claim:
        """Return the claim of this family."""
        wrong = [with_error(family, self.wrong_error)]
        if self.wrong_order is not None:
            wrong.append(with_order(family, *self.wrong_order))
        return family_claim(family, self.proof, idea=self.idea, wrong=wrong)


def _monotone_cover() -> Cover:
    r"""Cover z = 0..d for all 1 <= r < d by 0 <= z < r, the way from there to d - 1, and z = d.

    The residual rises from its value at z = r - 1, step by step, to that at z = d - 1: between them its slacks are no
    smaller than at these two places.
    """
    u, v, w = free("u"), free("v"), free("w")
    r = v + 1
    d = r + 1 + u
    sizes = r"1 \le r < d"
    return Cover(
        Region(sizes, {R: r, D: d}),
        (
            Place(Region(r"0 \le z < r < d", {Z: w, R: w + 1 + v, D: w + 2 + v + u})),
            Place(Region(rf"z = d - 1, {sizes}", {R: r, D: d, Z: d - 1})),
            Place(Region(rf"z = d, {sizes}", {R: r, D: d, Z: d}), last=True),
        ),
        rises=(Rise(Region(r"1 \le r, r - 1 \le z \le d - 2", {R: r, Z: v + w, D: v + w + 2 + u})),),
        argument=(
            r"From \(z = r - 1\) to \(z = d - 1\) the residual does not fall, so that its values at the ends bound it."
        ),
    )


_0, _1 = Integer(0), Integer(1)
_A = floor((D - 1) / 2)
"""Where the parabola turns."""

ROWS = {
    "intercept": Row(
        Reference((_0,), (_1,), ends_and_middle(2, bottom=1, top=1)),
        "The maximum takes the values 0 and 1 at the 0/1 vectors, and a constant misses one of them by at least 1/2.",
        Rational(1, 3),
    ),
    "mean": Row(
        Reference((_0, D - 1), (-1 / (D - 1), D / (D - 1)), ends_and_middle(2, bottom=0, top=2)),
        r"A linear function bounded by 1 at \(z = 0, \ldots, d-1\) is at most \((d+1)/(d-1)\) at \(z = d\), where "
        r"the line through \((0, -1)\) and \((d-1, 1)\) leads.",
        (D - 1) / (2 * D + 1),
        (1, 2),
    ),
    "single": Row(
        Reference((_0, D - 1), (-R / (D - R), D / (D - R)), _monotone_cover()),
        r"The residual \(\binom{z}{r}/\binom{d}{r} - E\) rises from \(-E\) at \(z = 0\) to \(E\) at \(z = d-1\); "
        r"the values there determine a function of the span, and with it its value at \(z = d\).",
        (D - R) / (2 * D + 1),
        (1, R + 1),
    ),
    "quadratic": Row(
        # For odd and even d separately.
        Reference(
            (_0, _A, D - 1),
            ((D - _A) / (_A * (D - 1)), -D / (_A * (D - 1 - _A)), D * (D - _A) / ((D - 1) * (D - 1 - _A))),
            halves(1, 1),
            halves(2, 1),
        ),
        r"A parabola bounded by 1 at \(z = 0, \ldots, d-1\) is largest at \(z = d\) if it is 1 at both ends "
        r"and \(-1\) at the middle, or at both middle points where \(d\) is even; Lagrange's interpolation "
        r"at \(0, a, d-1\) says so.",
        closed_forms["quadratic"].parametric_error_formula.subs(D, D + 1),
        (2, 3),
    ),
    "mean-and-last": Row(
        Reference((_0, D - 2, D - 1), (_1, -D, D), ends_and_middle(3, bottom=1, top=2)),
        r"Up to \(z = d-2\) the residual is linear, from \(E\) to \(-E\), since \(\binom{z}{d-1} = 0\) "
        r"there; the order \(d-1\) then sets the value at \(z = d-1\) to \(E\).",
        1 / (2 * D + 1),
        (2, D - 2),
    ),
    "mean-and-last-two": Row(
        Reference(
            (_0, D - 3, D - 2, D - 1),
            (-(D - 2) / 2, D * (D - 2) / 2, -D * (D - 1) / 2, D),
            ends_and_middle(4, bottom=1, top=3),
        ),
        r"Up to \(z = d-3\) the residual is linear, from \(-E\) to \(E\); the orders \(d-2\) and \(d-1\) "
        r"then set its values at \(z = d-2\) and \(z = d-1\) to \(-E\) and \(E\).",
        1 / (D**2 + 1),
        (1, None),
    ),
    "mean-and-second-last": Row(
        # The order d - 2 costs a factor 2(d+1)/(d+2), nearly 2, against d - 1.
        Reference((_0, D - 3, D - 1), (_1, -D / 2, D / 2), ends_and_middle(4, bottom=1, top=3)),
        r"Up to \(z = d-3\) the residual is linear, from \(E\) to \(-E\), since \(\binom{z}{d-2} = 0\) there; the "
        r"order \(d-2\) then raises it to \(E\) at \(z = d-1\).",
        1 / (D + 3),
        (2, D - 1),
    ),
    "mean-last-third-last": Row(
        Reference(
            (_0, D - 4, D - 2, D - 1),
            (-(2 * D - 3) / 3, D * (D - 2) / 3, -D * (D - 1) / 3, D),
            ends_and_middle(5, bottom=1, top=4),
        ),
        r"Up to \(z = d-4\) the residual is linear, from \(-E\) to \(E\); the orders \(d-3\) and \(d-1\) then set "
        r"its values at \(z = d-2\) and \(z = d-1\) to \(-E\) and \(E\).",
        3 / (2 * D * (D + 2)),
        (2, D - 2),
    ),
    "range-mean-and-last": Row(
        Reference((D - 2, D - 1), (-D, D), ends_and_middle(3, bottom=1, top=2)),
        r"Up to \(z = d-2\) the residual is proportional to \(z\), down to \(-E\); the order \(d-1\) then "
        r"sets the value at \(z = d-1\) to \(E\), and extrapolation to \(z = d\) gives the required sum of "
        "the coefficients.",
        1 / (2 * D + 1),
        (0, 2),
    ),
    "range-single": Row(
        Reference((D - 1,), (D / (D - R),), _monotone_cover()),
        r"There is one estimator, \(m_r\), and its residual \(\binom{z}{r}/\binom{d}{r}\) is largest at the last "
        r"place, \(z = d-1\).",
        (D - R) / (D + 1),
        (0, R + 1),
    ),
}
"""By the name of the family."""


def claims() -> Iterator[Claim]:
    """Yield a claim for each row."""
    return (row.claim(closed_forms[name]) for name, row in ROWS.items())
