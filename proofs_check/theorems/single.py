r"""One order with an intercept.

Setting
    The class f = beta_0 + beta_r m_r, that is R = {0, r}; 1 <= r < d.
Claim
    E(d, {0, r}) = (d-r)/(2d), attained by beta_0 = E, beta_r = 1.
Kind
    Tight.
Source
    This project; r = 1 is due to Matoba, Dimitriadis, Fleuret, TMLR 2023.
Proof
    By :mod:`proofs_check.kits.fixed_orders`, with r as a symbol. The residual is C(z,r)/C(d,r) - E for z < d: it is -E
    as long as z < r, does not fall as z grows, and is E at z = d-1; at z = d it is -E. The reference is 0, d-1.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Integer

from proofs_check.claim import Claim
from proofs_check.kits.fixed_orders import Cover, Place, Reference, Rise, Z, tight_claim, with_error, with_order
from proofs_check.proof import Region, free
from theory import closed_forms
from theory.optimal.families import D, R

REFERENCE = Reference(points=(Integer(0), D - 1), weights=(-R / (D - R), D / (D - R)))


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


COVERS = (_monotone_cover(),)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["single"]
    yield tight_claim(
        family,
        REFERENCE,
        COVERS,
        idea=(
            r"The residual \(\binom{z}{r}/\binom{d}{r} - E\) rises from \(-E\) at \(z = 0\) to \(E\) at \(z = d-1\); "
            r"the values there determine a function of the span, and with it its value at \(z = d\)."
        ),
        wrong=(with_error(family, (D - R) / (2 * D + 1)), with_order(family, 1, R + 1)),
    )
