"""What a network is compared with: a number plus maxima over subsets, alike for all of a size or each with its own."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import comb
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from theory.combination import Combination
from theory.errors import InputError
from theory.estimator import Estimator
from theory.networks.exactness.integers import (
    SURE,
    TWIN_SAFE,
    IntegerLayer,
    IntegerNetwork,
    Integers,
    Point,
    twin,
)
from theory.rationals import over_common_denominator

Function: TypeAlias = Estimator | Combination | Literal["max"]


@dataclass(frozen=True)
class Target(ABC):
    """A constant plus a weighted sum of terms of the inputs: homogeneous, and linear for each order of the inputs."""

    kernel_size: int
    constant: Fraction
    weights: tuple[Fraction, ...]

    @staticmethod
    def of(function: Function, kernel_size: int) -> Target:
        """Take an estimator, a combination, or the maximum of as many inputs as the network has."""
        d = kernel_size
        if isinstance(function, str) and function == "max":
            return _SymmetricTarget(d, Fraction(0), (*(Fraction(0),) * (d - 1), Fraction(1)), {d: Fraction(1)})
        if not isinstance(function, Estimator | Combination):
            raise InputError(f'a network is compared with an Estimator, a Combination or "max", not with {function!r}')
        if function.kernel_size != d:
            kind = "estimator" if isinstance(function, Estimator) else "combination"
            raise InputError(f"the network has {d} inputs, the {kind} {function.kernel_size}")
        if isinstance(function, Combination):
            numbers = {sum(1 << j for j in subset): c for subset, c in function.coefficients.items() if c}
            constant = numbers.pop(0, Fraction(0))
            return _SubsetTarget(d, constant, tuple(numbers.values()), tuple(numbers))
        coefficients = {r: beta for r, beta in function.coefficients.items() if beta}
        constant = coefficients.pop(0, Fraction(0))
        return _SymmetricTarget(d, constant, function.order_statistic_weights, coefficients)

    @abstractmethod
    def terms(self, x: Any) -> Any:
        """Return the terms at inputs, one after the other: of a point, or along the first axis of an array."""

    @abstractmethod
    def smallest_difference(self, form: Mapping[int, int], denominator: int) -> int | None:
        """Return a smallest set at which a form / denominator has another coefficient; None if there is none."""

    def value(self, x: Point) -> Fraction:
        """Evaluate at one point."""
        terms = zip(self.weights, self.terms(x), strict=True)
        return self.constant + sum((w * value for w, value in terms), Fraction(0))

    def differs(self, network: IntegerNetwork, x: Integers, scale: Integers) -> npt.NDArray[np.bool_]:
        """Mark the points x / scale at which a network's value is another; arrays as for ``evaluate``, of int64."""
        (constant, *weights), q = over_common_denominator([self.constant, *self.weights])
        largest, largest_scale = int(np.abs(x).max(initial=0)), int(scale.max(initial=1))
        own = sum(map(abs, weights)) * largest + abs(constant) * largest_scale
        both = max(network.bound(largest, largest_scale), 1) * q + max(own, 1) * network.denominator
        row = IntegerLayer((tuple(enumerate(weights)),), (constant,))
        terms = np.array([*self.terms(x)], dtype=x.dtype).reshape(len(weights), x.shape[1])
        # Floats of sums of n products are off by n + 2 units at most, of 2^-53 of the sum of the sizes of all terms,
        # and what their factors are off by adds up along the layers: in all less than 2^-51 of this product.
        if both * (network.terms + len(weights) + 4) < TWIN_SAFE:
            scales = twin(scale)
            sides = network.evaluate_twin(twin(x), scales), row.apply_to_twin(twin(terms), scales)
            parts = zip(*sides, twin([q]), twin([network.denominator]), strict=True)
            low, near = (found * a - own_value[0] * b for found, own_value, a, b in parts)
            return np.asarray((low != 0) | (np.abs(near) >= SURE))
        x, scale, terms = x.astype(object), scale.astype(object), terms.astype(object)
        marked: npt.NDArray[np.bool_] = (
            network.evaluate(x, scale) * q != row.apply(terms, scale)[0] * network.denominator
        )
        return marked


@dataclass(frozen=True)
class _SymmetricTarget(Target):
    """The sum of beta_r m_r(x), the maximum being m_d; the terms are the order statistics. No beta_r is 0."""

    coefficients: dict[int, Fraction]

    def terms(self, x: Any) -> Any:
        """Sort the inputs."""
        return np.sort(x, axis=0) if isinstance(x, np.ndarray) else sorted(x)

    def smallest_difference(self, form: Mapping[int, int], denominator: int) -> int | None:
        """Go through the sets size by size."""
        d = self.kernel_size
        sizes: dict[int, set[int]] = {r: set() for r in self.coefficients}
        for mask in form:
            if mask:
                sizes.setdefault(mask.bit_count(), set()).add(mask)
        for size in sorted(sizes):
            wanted = self.coefficients.get(size, Fraction(0)) / comb(d, size)
            for mask in sizes[size]:
                if Fraction(form[mask], denominator) != wanted:
                    return mask
            if wanted:
                # All that are there are right; the first that is not is found within one more step than there are.
                for subset in combinations(range(d), size):
                    mask = sum(1 << j for j in subset)
                    if mask not in sizes[size]:
                        return mask
        return None


@dataclass(frozen=True)
class _SubsetTarget(Target):
    """Maxima over the subsets that bit masks name, each with a weight that is not 0."""

    masks: tuple[int, ...]

    def terms(self, x: Any) -> Any:
        """Take the maxima."""
        for mask in self.masks:
            members = [x[j] for j in range(self.kernel_size) if mask >> j & 1]
            yield np.max(members, axis=0) if isinstance(x, np.ndarray) else max(members)

    def smallest_difference(self, form: Mapping[int, int], denominator: int) -> int | None:
        """Compare set by set."""
        own = dict(zip(self.masks, self.weights, strict=True))
        masks = sorted({*own, *form} - {0}, key=lambda mask: (mask.bit_count(), mask))
        zero = Fraction(0)
        return next((m for m in masks if Fraction(form.get(m, 0), denominator) != own.get(m, zero)), None)
