"""What an estimator makes of order statistics: weights, and what is added to their sum."""

from __future__ import annotations

from dataclasses import dataclass

from theory.estimator import Estimator


@dataclass(frozen=True)
class Readout:
    """A weighted sum of order statistics, in floats, to which the intercept is added.

    The weights are those of the order statistics that have one, by their index (0 is the smallest), in increasing
    order; at least one.
    """

    weights: tuple[tuple[int, float], ...]
    intercept: float

    @classmethod
    def of(cls, estimator: Estimator) -> Readout:
        """Round the weights of an estimator.

        Examples
        --------
        >>> Readout.of(Estimator(4, {0: 3, 4: 2})).weights
        ((3, 2.0),)
        """
        weights = [(k, float(w)) for k, w in enumerate(estimator.order_statistic_weights) if w]
        # A constant, so that a NaN still passes: 0 times the maximum.
        weights = weights or [(estimator.kernel_size - 1, 0.0)]
        return cls(tuple(weights), float(estimator.intercept))

    def all_weights(self, d: int) -> list[float]:
        """Return the weights of all d order statistics."""
        weights = dict(self.weights)
        return [weights.get(k, 0.0) for k in range(d)]

    @property
    def wanted(self) -> tuple[int, ...]:
        """The indices of the order statistics with a weight."""
        return tuple(k for k, _ in self.weights)

    @property
    def selects(self) -> bool:
        """Whether the sum is one order statistic, which integers have too."""
        return len(self.weights) == 1 and self.weights[0][1] == 1 and not self.intercept
