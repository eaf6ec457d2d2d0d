r"""The law of the residual for uniform inputs is a B-spline.

Setting
    An R-estimator f, its residual e(x) = max(x) - f(x) for x uniform on [0,1]^d, and e_z its value at 0/1 vectors with
    z zeros.
Claim
    The density of e is the B-spline with knots e_0..e_d, repeated knots included, normalised to integral 1. Its
    moments are E[e^k] = h_k(e_0..e_d)/C(d+k,k), h_k the complete homogeneous symmetric polynomial.
Kind
    Identity.
Source
    Known: the density of a linear combination of uniform order statistics is a B-spline ("B-splines and linear
    combinations of uniform order statistics", 1985, report ADA158151; Curry, Schoenberg 1966, "On Polya frequency
    functions IV"; for different values Dempster, Kleyle 1968, "Distributions determined by cutting a simplex with
    hyperplanes"). The exact computation for these residuals, which may be equal, is of this project.
Proof
    In words: e(x) = sum_z D_z e_z with the spacings D_z of x (claim reduction-to-vertices), uniform on the simplex, so
    the density is the volume of slices of a simplex whose vertices lie at the heights e_z: a B-spline. The moments are
    those of the Dirichlet distribution.
Check
    The spline, evaluated by the recursion of Cox and de Boor, is a polynomial of degree d-1 between two knots. Its
    moments up to the fourth are integrated exactly, piece by piece, and compared with h_k, summed over all multisets.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement, pairwise
from math import comb, prod

from flint import fmpq, fmpq_mat

from proofs_check.claim import Claim, stated
from proofs_check.statement import NO_MAXIMUM, Case, grid, standard
from theory import optimal_estimator
from theory.rationals import to_fraction
from theory.residual import ResidualDistribution

_MOMENTS = 4


@cache
def quadrature(degree: int) -> tuple[tuple[Fraction, Fraction], ...]:
    """Nodes inside [0,1] with weights that integrate every polynomial up to a degree exactly.

    >>> [(str(node), str(weight)) for node, weight in quadrature(1)]
    [('1/3', '1/2'), ('2/3', '1/2')]
    """
    n = degree + 1
    nodes = [Fraction(i, n + 1) for i in range(1, n + 1)]
    powers = fmpq_mat(n, n, [fmpq(x.numerator, x.denominator) ** j for j in range(n) for x in nodes])
    weights = powers.solve(fmpq_mat(n, 1, [fmpq(1, j + 1) for j in range(n)])).entries()
    return tuple(zip(nodes, map(to_fraction, weights), strict=True))


def integrated_moment(law: ResidualDistribution, k: int) -> Fraction:
    """Integrate t^k times the density, between two knots at a time."""
    degree = len(law.knots) - 2 + k
    total = Fraction(0)
    for low, high in pairwise(sorted(set(law.knots))):
        for node, weight in quadrature(degree):
            t = low + (high - low) * node
            total += (high - low) * weight * t**k * law.pdf(t)
    return total


def _dirichlet_moment(values: Sequence[Fraction], k: int, shift: int) -> Fraction:
    """Sum the products over all multisets of k values, and divide by C(d+k,k) with d+1 the number of values.

    ``shift`` is added to d in the divisor; anything but 0 is wrong, which shows that the check is able to fail.
    """
    products = (prod(multiset, start=Fraction(1)) for multiset in combinations_with_replacement(values, k))
    return sum(products, Fraction(0)) / comb(len(values) - 1 + shift + k, k)


def _sets(kernel_size: int) -> list[tuple[int, ...]]:
    d = kernel_size
    return sorted({tuple(sorted(orders)) for orders in ({0}, {0, 1}, {1}, {0, 1, d - 1}, {0, d // 2}, set(range(d)))})


def _sides(shift: int, case: Case) -> tuple[Fraction, Fraction]:
    residuals = optimal_estimator(case["d"], case["R"]).vertex_residuals
    moment = integrated_moment(ResidualDistribution(residuals), case["k"])
    return moment, _dirichlet_moment(residuals, case["k"], shift)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    moment = (
        r"\int t^k B[e_0, \ldots, e_d](t) \, dt = \mathbb{E}[e^k] = \frac{h_k(e_0, \ldots, e_d)}{\binom{%s}{k}},"
        r"\quad k \ge 0"
    )
    yield stated(
        ("residual-law", moment % "d+k", 0),
        ("residual-law-shifted", moment % "d+1+k", 1),
        kind="identity",
        rests_on=("reduction-to-vertices",),
        source="Curry, Schoenberg 1966; Dempster, Kleyle 1968; report ADA158151, 1985",
        idea=r"The spacings of uniform inputs are uniform on a simplex, on which the residual is linear; the volume of "
        r"a slice of a simplex is a B-spline of the heights of its vertices.",
        quantities={**standard("d", "R"), "k": lambda rng, _case, _most: rng.randint(0, _MOMENTS)},
        hypotheses=(NO_MAXIMUM.failing_at(d=2, R=(2,), k=0),),
        sides=_sides,
        cases=grid(
            most=7,
            R=_sets,
            k=lambda _: range(_MOMENTS + 1),
            part=f"up to six estimators, moments up to {_MOMENTS}",
        ),
        drawn_up_to=5,
    )
