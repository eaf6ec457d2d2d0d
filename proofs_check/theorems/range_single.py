r"""One order alone, relative to the range.

Setting
    The class R = {r}, whose only member is f = m_r, relative to the range max x - min x; 1 <= r < d.
Claim
    E_range(d, {r}) = (d-r)/d.
Kind
    Tight.
Source
    This project.
Proof
    By :mod:`proofs_check.kits.fixed_orders`, with r as a symbol. The residual is C(z,r)/C(d,r), which does not fall as
    z grows, and is (d-r)/d at z = d-1, the reference.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofs_check.claim import Claim
from proofs_check.kits.fixed_orders import Reference, tight_claim, with_error, with_order
from proofs_check.theorems.single import COVERS
from theory import closed_forms
from theory.optimal.families import D, R

REFERENCE = Reference(points=(D - 1,), weights=(D / (D - R),))


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    family = closed_forms["range-single"]
    yield tight_claim(
        family,
        REFERENCE,
        COVERS,
        idea=(
            r"There is one estimator, \(m_r\), and its residual \(\binom{z}{r}/\binom{d}{r}\) is largest at the last "
            r"place, \(z = d-1\)."
        ),
        wrong=(with_error(family, (D - R) / (D + 1)), with_order(family, 0, R + 1)),
    )
