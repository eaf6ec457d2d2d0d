r"""The estimator with the least mean square of its residual.

Setting
    A set R of orders; x uniform on [0,1]^d; e = max - f the residual of the estimator f that the exact normal equations
    give, and another estimator f + g with the same orders, g = sum over r in R of delta_r m_r.
Claim
    E[e m_r] = 0 for r in R, and E[(e - g)^2] = E[e^2] + E[g^2] >= E[e^2].
Kind
    Identity.
Source
    This project.
Proof
    In words: (e - g)^2 = e^2 - 2 e g + g^2, and E[e g] is a combination of the E[e m_r]. As the m_r are linearly
    independent, E[g^2] > 0 unless g = 0, so f is the only optimum.
Check
    Products of affine functions of the order statistics, by the moments of uniform order statistics; the solver works
    with the residuals at the vertices instead. For all sets R.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from proofs_check.claim import Claim
from proofs_check.kits.cases import grid, sets_of_orders
from proofs_check.kits.variants import stated
from proofs_check.statement import Case, Value, standard
from proofs_check.theorems.residual_moments import AffineFunction
from theory import Estimator, optimal_estimator
from theory.objectives import Objective
from theory.optimal.families import OURS

_ALL_SETS_UP_TO = 6
"""The largest kernel size at which all sets of orders are tried."""


def _affine(estimator: Estimator) -> AffineFunction:
    return AffineFunction(estimator.intercept, estimator.order_statistic_weights)


def _values(objective: Objective, case: Case) -> Iterator[Value]:
    d, orders = case["d"], case["R"]
    estimator = optimal_estimator(d, orders, objective=objective)
    residual = AffineFunction.residual(estimator)
    for r in orders:
        yield Value(f"order {r}", residual.mean_product(_affine(Estimator(d, {r: 1}))), Fraction(0))
    yield _perturbed(estimator)


def _perturbed(estimator: Estimator) -> Value:
    """Compare the mean square of a worse estimator, from its vertices, with Pythagoras."""
    d = estimator.kernel_size
    delta = {r: Fraction((-1) ** r, r + 3) for r in estimator.orders}
    worse = Estimator(d, {r: beta + delta[r] for r, beta in estimator.coefficients.items()})
    residual, change = AffineFunction.residual(estimator), _affine(Estimator(d, delta))
    sides = residual.mean_product(residual) + change.mean_product(change)
    return Value("perturbed", worse.mean_square, sides)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    orthogonal = (
        r"\mathbb{E}[e \, m_r] = 0 \text{ for } r \in R, \quad "
        r"\mathbb{E}[(e - g)^2] = \mathbb{E}[e^2] + \mathbb{E}[g^2] \text{ for } g \text{ in the class}, \quad "
        r"e = \max - f, \ f \text{ the optimum in %s}"
    )
    yield stated(
        ("least-squares", orthogonal % "mean square", "l2"),
        ("least-squares-of-the-sup-norm", orthogonal % "the sup norm", "cube"),
        kind="identity",
        source=OURS,
        idea=r"The residual of the optimum is orthogonal to the class, so that Pythagoras applies.",
        quantities=standard("d", "R"),
        values=_values,
        cases=grid(most=_ALL_SETS_UP_TO, R=sets_of_orders),
    )
