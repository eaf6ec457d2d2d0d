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
from functools import partial
from math import comb

from proofs_check.claim import Claim, Instance
from theory import optimal_estimator
from theory.optimal.families import OURS
from theory.residual import ResidualDistribution

POINTS = tuple(Fraction(i, 7) for i in range(8))


def incomplete_beta(a: int, b: int, x: Fraction) -> Fraction:
    """Probability that a Beta(a,b) variable is at most x: of a successes or more in a+b-1 trials.

    Examples
    --------
    >>> incomplete_beta(2, 1, Fraction(1, 3))
    Fraction(1, 9)
    """
    n = a + b - 1
    return sum((comb(n, j) * x**j * (1 - x) ** (n - j) for j in range(a, n + 1)), Fraction(0))


def _instances(more: int, kernel_max: int) -> Iterator[Instance]:
    for d in range(2, kernel_max + 1):
        law = ResidualDistribution(optimal_estimator(d, range(d)).vertex_residuals)
        a = (d + 1) // 2 + more
        for x in POINTS:
            computed = law.cdf((2 * x - 1) / 2**d)
            yield Instance(f"d = {d}, x = {x}", d, computed, incomplete_beta(a, d + 1 - a, x))


def _claim(name: str, statement: str, more: int, neighbours: tuple[Claim, ...] = ()) -> Claim:
    return Claim(
        name=name,
        statement=statement,
        kind="identity",
        source=f"{OURS}; that sums of spacings have Beta distributions is well known",
        idea=r"The residuals at the vertices alternate between \( 2^{-d} \) and \( -2^{-d} \), so the residual is a "
        r"sum of some spacings of the inputs minus the sum of the others.",
        instances=partial(_instances, more),
        neighbours=neighbours,
    )


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    left = r"\frac{2^d e + 1}{2} \sim \text{Beta}"
    shifted = r"(\lfloor \frac{d+3}{2} \rfloor, \lceil \frac{d-1}{2} \rceil)"
    false = _claim("residual-beta-more-above", left + shifted, 1)
    yield _claim("residual-beta", left + r"(\lfloor \frac{d+1}{2} \rfloor, \lceil \frac{d+1}{2} \rceil)", 0, (false,))
