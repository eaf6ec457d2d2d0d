r"""With all orders below d, the residual for uniform inputs has a scaled Beta law.

Setting
    R = {0..d-1}, the optimal estimator, and its residual e(x) = max(x) - f(x) for x uniform on [0,1]^d.
Claim
    (2^d e + 1)/2 is Beta distributed with the parameters floor((d+1)/2) and ceil((d+1)/2).
Kind
    Identity.
Source
    This project; that sums of spacings have Beta distributions is well known.
Proof
    In words: the residuals at the vertices are 2^-d and -2^-d in turns, -2^-d at the zero vector; so 2^d e is the sum
    of the spacings D_z with positive residual minus the sum of the others. The spacings are Dirichlet(1,...,1)
    distributed, and a sum of some of them is Beta distributed, with the numbers of those and of the others as
    parameters.
Check
    The distribution function of the residual, an exact spline, at rational points, against the incomplete Beta
    function, which for integer parameters is a tail of a binomial distribution.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb

from proofs_check.claim import Claim, stated
from proofs_check.statement import Case, grid, standard
from theory import optimal_estimator
from theory.optimal.families import OURS
from theory.residual import ResidualDistribution

_POINTS = tuple(Fraction(i, 7) for i in range(8))


def _incomplete_beta(a: int, b: int, x: Fraction) -> Fraction:
    """Probability that a Beta(a,b) variable is at most x: of a successes or more in a+b-1 trials.

    >>> _incomplete_beta(2, 1, Fraction(1, 3))
    Fraction(1, 9)
    """
    n = a + b - 1
    return sum((comb(n, j) * x**j * (1 - x) ** (n - j) for j in range(a, n + 1)), Fraction(0))


def _sides(more: int, case: Case) -> tuple[Fraction, Fraction]:
    d, t = case["d"], case["t"]
    law = ResidualDistribution(optimal_estimator(d, range(d)).vertex_residuals)
    a = (d + 1) // 2 + more
    return law.cdf((2 * t - 1) / 2**d), _incomplete_beta(a, d + 1 - a, min(max(t, Fraction(0)), Fraction(1)))


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    law = (
        r"\mathbb{P}\Big(\frac{2^d e + 1}{2} \le t\Big) = \mathbb{P}(B \le t), \quad R = \{0, \ldots, d - 1\},\ "
        r"B \sim \text{Beta}"
    )
    yield stated(
        ("residual-beta", law + r"(\lfloor \frac{d+1}{2} \rfloor, \lceil \frac{d+1}{2} \rceil)", 0),
        ("residual-beta-more-above", law + r"(\lfloor \frac{d+3}{2} \rfloor, \lceil \frac{d-1}{2} \rceil)", 1),
        kind="identity",
        rests_on=("reduction-to-vertices", "closed-form-full"),
        source=f"{OURS}; that sums of spacings have Beta distributions is well known",
        idea=r"The residuals at the vertices alternate between \( 2^{-d} \) and \( -2^{-d} \), so the residual is a "
        r"sum of some spacings of the inputs minus the sum of the others.",
        quantities={**standard("d"), "t": lambda rng, _case, _most: Fraction(rng.randint(-1, 13), 12)},
        sides=_sides,
        cases=grid(t=lambda _: _POINTS),
    )
