r"""Mean and mean square of the residual for uniform inputs.

Setting
    An R-estimator f, its residual e(x) = max(x) - f(x) for x uniform on [0,1]^d, and e_z its value at 0/1 vectors with
    z zeros.
Claim
    E[e] is the average of e_0..e_d, and E[e^2] = (sum e_z^2 + (sum e_z)^2)/((d+1)(d+2)).
Kind
    Identity.
Source
    Known, as the residual is a linear combination of uniform order statistics: on their moments the report ADA158151,
    1985.
Proof
    In words: e(x) = sum_z D_z e_z with the spacings D_z of x (claim reduction-to-vertices), which are
    Dirichlet(1,...,1) distributed, so that E[D_z] = 1/(d+1), E[D_z D_y] = 1/((d+1)(d+2)) and twice that for z = y.
Check
    By another route: e is an affine function of the order statistics, and E[x_(k)] = k/(d+1),
    E[x_(j) x_(k)] = j(k+1)/((d+1)(d+2)) for j <= k. For all optimal estimators with intercept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from proofs_check.claim import Claim, stated
from proofs_check.statement import Case, Value, grid, sets_with_intercept, standard
from theory import Estimator, optimal_estimator


@dataclass(frozen=True)
class AffineFunction:
    """The function ``constant`` + sum_k w_k x_(k) of the order statistics x_(1), ..., x_(d)."""

    constant: Fraction
    weights: tuple[Fraction, ...]

    @classmethod
    def residual(cls, estimator: Estimator) -> AffineFunction:
        """Write the residual of an estimator as such a function."""
        negative = [-w for w in estimator.order_statistic_weights]
        negative[-1] += 1
        return cls(-estimator.intercept, tuple(negative))

    @property
    def mean(self) -> Fraction:
        """Expected value for uniform inputs."""
        d = len(self.weights)
        return self.constant + sum((Fraction(k, d + 1) * w for k, w in enumerate(self.weights, start=1)), Fraction(0))

    def mean_product(self, other: AffineFunction) -> Fraction:
        """Compute the expected value of the product with another function, for uniform inputs.

        >>> larger_of_two = AffineFunction(Fraction(0), (Fraction(0), Fraction(1)))
        >>> larger_of_two.mean_product(larger_of_two)
        Fraction(1, 2)
        """
        d = len(self.weights)
        products = Fraction(0)
        for j, v in enumerate(self.weights, start=1):
            for k, w in enumerate(other.weights, start=1):
                products += v * w * min(j, k) * (max(j, k) + 1)
        products /= (d + 1) * (d + 2)
        # The mixed terms, with the constants, from E[f g] = E[(f-a)(g-b)] + a E[g] + b E[f] - a b.
        a, b = self.constant, other.constant
        return products + a * other.mean + b * self.mean - a * b


def _values(mixed: int, case: Case) -> Iterator[Value]:
    d = case["d"]
    estimator = optimal_estimator(d, case["R"])
    residual, vertices = AffineFunction.residual(estimator), estimator.vertex_residuals
    total, squares = sum(vertices, Fraction(0)), sum((e * e for e in vertices), Fraction(0))
    yield Value("mean", residual.mean, total / (d + 1))
    second_moment = (squares + mixed * total**2) / ((d + 1) * (d + 2))
    yield Value("mean square", residual.mean_product(residual), second_moment)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    mean = r"\mathbb{E}[e] = \frac{1}{d+1} \sum_z e_z, \quad \mathbb{E}[e^2] = "
    yield stated(
        ("residual-moments", mean + r"\frac{\sum_z e_z^2 + (\sum_z e_z)^2}{(d+1)(d+2)}", 1),
        ("residual-moments-unmixed", mean + r"\frac{\sum_z e_z^2}{(d+1)(d+2)}", 0),
        kind="identity",
        rests_on=("reduction-to-vertices",),
        source="moments of linear combinations of uniform order statistics: report ADA158151, 1985",
        idea=r"The residual is an average of its values at the vertices, weighted by the spacings of the inputs, whose "
        r"moments are those of a Dirichlet distribution.",
        quantities=standard("d", "R"),
        values=_values,
        cases=grid(most=7, R=sets_with_intercept, part="all sets with order 0"),
    )
