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
from functools import partial

from proofs_check.claim import Claim, Instance
from proofs_check.theorems.link import sets_of_orders
from proofs_check.theorems.residual_moments import AffineFunction
from theory import Estimator, optimal_estimator
from theory.estimator import Objective
from theory.optimal.families import OURS

ALL_SETS_UP_TO = 6
"""The largest kernel size at which all sets of orders are tried."""


def _affine(estimator: Estimator) -> AffineFunction:
    return AffineFunction(estimator.intercept, estimator.order_statistic_weights)


def _instances(objective: Objective, kernel_max: int) -> Iterator[Instance]:
    for d in range(2, min(kernel_max, ALL_SETS_UP_TO) + 1):
        for orders in sets_of_orders(d):
            estimator = optimal_estimator(d, orders, objective=objective)
            residual = AffineFunction.residual(estimator)
            where = f"d = {d}, R = {set(orders)}"
            for r in orders:
                product = residual.mean_product(_affine(Estimator(d, {r: 1})))
                yield Instance(f"{where}, order {r}", d, product, Fraction(0))
            yield _perturbed(where, estimator)


def _perturbed(where: str, estimator: Estimator) -> Instance:
    """Compare the mean square of a worse estimator, from its vertices, with Pythagoras."""
    d = estimator.kernel_size
    delta = {r: Fraction((-1) ** r, r + 3) for r in estimator.orders}
    worse = Estimator(d, {r: beta + delta[r] for r, beta in estimator.coefficients.items()})
    residual, change = AffineFunction.residual(estimator), _affine(Estimator(d, delta))
    sides = residual.mean_product(residual) + change.mean_product(change)
    return Instance(f"{where}, perturbed", d, worse.mean_square, sides)


def _claim(name: str, statement: str, objective: Objective, neighbours: tuple[Claim, ...] = ()) -> Claim:
    return Claim(
        name=name,
        statement=statement,
        kind="identity",
        source=OURS,
        idea=r"The residual of the optimum is orthogonal to the class, so that Pythagoras applies.",
        instances=partial(_instances, objective),
        scope=f"all sets of orders for d = 2..{ALL_SETS_UP_TO}",
        neighbours=neighbours,
    )


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    body = r"\mathbb{E}[e \, m_r] = 0, \quad \mathbb{E}[(e - g)^2] = \mathbb{E}[e^2] + \mathbb{E}[g^2]"
    false = _claim("least-squares-of-the-sup-norm", body + r"\quad \text{for the sup-norm optimum}", "cube")
    yield _claim("least-squares", body, "l2", (false,))
