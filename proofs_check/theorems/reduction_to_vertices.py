r"""The residual is largest at 0/1 vectors.

Setting
    An R-estimator f with residual e(x) = max(x) - f(x) on [0,1]^d, and e_z its value at 0/1 vectors with z zeros.
Claim
    max over [0,1]^d of |e| is the largest |e_z|, z = 0..d; indeed e(x) = sum_z D_z e_z with the spacings
    D_z = x_(z+1) - x_(z) >= 0 of x (x_(0) = 0, x_(d+1) = 1), whose sum is 1.
Kind
    Identity.
Source
    Matoba, Dimitriadis, Fleuret, TMLR 2023.
Proof
    x_(k) is the sum of the D_z with z < k. So a weighted sum of order statistics is the sum over z of D_z times the
    tail sum of the weights beyond z, which for m_r telescopes to phi_r(z). Hence e(x) is a weighted average.
Check
    Optimal and arbitrary estimators at inner points of the cube, by enumeration of the subsets, against the weighted
    average of the values at the vertices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from proofs_check.claim import Claim, stated
from proofs_check.proof import Proof
from proofs_check.statement import Case, Hypothesis, Value, grid, standard
from proofs_check.theorems.order_statistic_weights import average_of_maxima, tail_of_weights, windows
from theory import Estimator, optimal_estimator
from theory.optimal.families import PAPER


def _proof() -> Proof:
    return Proof(
        steps=(tail_of_weights(),),
        valid_from=2,
        argument=r"Let \( w_k \) be the weights of \( m_r \). As \( x_{(k)} = \sum_{z < k} D_z \), exchanging finite "
        r"sums gives \( m_r(x) = \sum_z D_z \sum_{k > z} w_k \), and the inner sum is \( \phi_r(z) \) by the step "
        r"(for \( z < r - 1 \) the weights below \( k = r \) are 0, which leaves the case \( z = r - 1 \); for "
        r"\( z = d \) it is empty).",
        closing=r"Since \( \max = m_d \) and \( \sum_z D_z = 1 \), \( e(x) = \sum_z D_z e_z \), which is an average of "
        r"the \( e_z \), with weights \( D_z \ge 0 \), for \( x \) in the cube.",
    )


def residual_by_definition(estimator: Estimator, x: Sequence[Fraction]) -> Fraction:
    """Evaluate max - f by enumeration of the subsets."""
    values = (beta * (average_of_maxima(x, r) if r else 1) for r, beta in estimator.coefficients.items())
    return max(x) - sum(values, Fraction(0))


def _average_of_vertices(residuals: Sequence[Fraction], x: Sequence[Fraction]) -> Fraction:
    """Sum D_z e_z over all z, with the spacings D_z of x.

    >>> _average_of_vertices([Fraction(1), Fraction(2), Fraction(4)], [Fraction(1, 2), Fraction(0)])
    Fraction(3, 1)
    """
    borders = [Fraction(0), *sorted(x), Fraction(1)]
    return sum((e * (b - a) for e, (a, b) in zip(residuals, pairwise(borders), strict=True)), Fraction(0))


def _estimators(kernel_size: int) -> Iterator[Estimator]:
    d = kernel_size
    for orders in ({0, 1}, {0, 1, d - 1}, set(range(d)), {1, d}):
        yield optimal_estimator(d, sorted(orders))
    yield Estimator(d, {r: Fraction((-1) ** r * (r + 1), r + 2) for r in range(d + 1)})


def _cases(kernel_max: int) -> Iterator[Case]:
    # The 2^d subsets are enumerated.
    for found in grid(most=9, f=_estimators, x=windows)(kernel_max):
        d, f, x = found.values()
        beta = tuple(f.coefficients.values())
        yield {"d": d, "R": f.orders, "beta": beta, "x": x, "part": "five estimators, three points"}


def _values(vertices: slice, case: Case) -> Iterator[Value]:
    d, x = case["d"], case["x"]
    estimator = Estimator(d, dict(zip(case["R"], case["beta"], strict=True)))
    seen = [Fraction(0)] * (d + 1)
    seen[vertices] = estimator.vertex_residuals[vertices]
    here, largest = residual_by_definition(estimator, x), max(map(abs, estimator.vertex_residuals))
    yield Value("the largest", max(abs(here), largest), largest)
    yield Value("", here, _average_of_vertices(seen, x))


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    yield stated(
        (
            "reduction-to-vertices",
            r"e(x) = \sum_{z=0}^{d} (x_{(z+1)} - x_{(z)}) e_z, \quad \max_{x \in [0,1]^d} |e(x)| = \max_z |e_z|",
            slice(None),
        ),
        ("reduction-to-inner-vertices", r"e(x) = \sum_{z=1}^{d-1} (x_{(z+1)} - x_{(z)}) e_z", slice(1, -1)),
        kind="identity",
        rests_on=("order-statistic-weights", "vertex-features"),
        source=PAPER,
        idea=r"On sorted inputs the residual is linear, so it is the average of its values at the vertices of the "
        r"simplex, weighted by the spacings of the inputs.",
        quantities={
            **standard("d", "R"),
            "beta": lambda rng, case, _most: tuple(Fraction(rng.randint(-6, 6), rng.randint(1, 6)) for _ in case["R"]),
            **standard("x"),
        },
        hypotheses=(
            Hypothesis(r"x \in [0,1]^d", lambda case: all(0 <= value <= 1 for value in case["x"])).failing_at(
                d=2, R=(0,), beta=(Fraction(1, 2),), x=(Fraction(5), Fraction(0))
            ),
        ),
        values=_values,
        cases=_cases,
        drawn_up_to=6,
        own_proof=_proof,
    )
