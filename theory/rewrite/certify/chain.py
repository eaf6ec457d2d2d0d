"""What linear operators did to a tensor since the last operator of another kind: what a runtime may fold.

A runtime need not compute a chain of linear operators one by one. It may multiply scales (Mul, Div, batch
normalisation, Gemm's alpha) into each other and into the weights of a layer before or after them, and offsets with
them; it may put a scale that is the same for all elements behind the sums that follow it, or before those that it
follows; it may start a sum with an addend that comes later. Then other numbers are computed on the way, which may
overflow or vanish where those of the model do not: onnxruntime multiplies the weights 1e-25 of a convolution by the
1e-25 that follows, gets 0, and the 1e25 after that cannot bring them back. A chain carries bounds of all such numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from theory.rewrite.certify.answers import Array


@dataclass(frozen=True, eq=False)
class Chain:
    """The linear operators that made a tensor."""

    terms: int
    """Roundings that a runtime may put on an addend of the tensor; 0 where there was no weight or scale."""
    size: Array
    """Of the tensor's shape: the total magnitude of the addends of each element, scales multiplied into them."""
    top: float
    """The largest magnitude of a number computed on the way, in whatever order of the scales."""
    heavy: float = 1.0
    light: float = 1.0
    """The largest and the smallest magnitude of a product of some of the constants, as :func:`spread` has them."""
    stretch: float = 0.0
    """Product of the uniform scales above 1, by which the error of what is computed before them may grow; 0 where
    there was no uniform scale."""
    reach: float = 1.0
    tail: float = 1.0
    """Bounds of the factors by which an error before all of them may grow, and one after the first; at least 1."""

    @staticmethod
    def fresh(magnitude: Array) -> Chain:
        """Return the chain of a tensor that no linear operator made."""
        return Chain(0, magnitude, largest(magnitude))

    @staticmethod
    def join(chains: Sequence[Chain], size: Array) -> Chain:
        """Return a chain that stands for several, with the addends of all."""
        return Chain(
            max(chain.terms for chain in chains),
            size,
            max(chain.top for chain in chains),
            max(chain.heavy for chain in chains),
            min(chain.light for chain in chains),
            max(chain.stretch for chain in chains),
            max(chain.reach for chain in chains),
            max(chain.tail for chain in chains),
        )

    def extended(
        self, terms: int, size: Array, top: float, constants: tuple[float, float], stretch: float, reach: float
    ) -> Chain:
        """Return the chain after one more operator of so many terms, whose constants have the spread given."""
        factor = max(1.0, reach)
        heavy, light = self.heavy * constants[0], self.light * constants[1]
        tail = self.tail * factor if self.terms else 1.0
        return Chain(self.terms + terms, size, top, heavy, light, stretch, self.reach * factor, tail)


def largest(values: Array | float) -> float:
    """Return the largest of numbers that are nowhere negative; 0 for none, infinity if one is no number.

    Examples
    --------
    >>> largest(np.array([0.5, 2.0])), largest(np.zeros(0)), largest(np.array([1.0, np.nan]))
    (2.0, 0.0, inf)
    """
    found = float(np.max(values, initial=0.0))
    return found if found >= 0 else np.inf


def spread(values: Array) -> tuple[float, float]:
    """Return the largest and the smallest magnitude of constants, zeros left out; at least and at most 1.

    Examples
    --------
    >>> spread(np.array([-4.0, 0.0, 0.25])), spread(np.array([2.0]))
    ((4.0, 0.25), (2.0, 1.0))
    """
    magnitude = np.abs(values)
    return float(np.max(magnitude, initial=1.0)), float(np.min(magnitude, initial=1.0, where=magnitude > 0))
