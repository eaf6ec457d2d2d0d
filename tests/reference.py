"""The definitions of the theory, written plainly and slowly: what the tests compare the library with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations
from math import comb


def mean_subpool_max(x: Sequence[Fraction], order: int) -> Fraction:
    """The average of the maximum over all subsets of one size, by enumeration."""
    maxima = [max(subset) for subset in combinations(x, order)]
    return sum(maxima, Fraction(0)) / len(maxima)


def evaluate(coefficients: dict[int, Fraction], x: Sequence[Fraction]) -> Fraction:
    return sum((beta * (mean_subpool_max(x, r) if r else 1) for r, beta in coefficients.items()), Fraction(0))


def feature(kernel_size: int, order: int, zeros: int) -> Fraction:
    return Fraction(1) if order == 0 else 1 - Fraction(comb(zeros, order), comb(kernel_size, order))


def residual(kernel_size: int, coefficients: dict[int, Fraction], zeros: int) -> Fraction:
    target = Fraction(int(zeros < kernel_size))
    return target - sum((beta * feature(kernel_size, r, zeros) for r, beta in coefficients.items()), Fraction(0))


def sets_of_orders(kernel_size: int, *, start: int = 0, stop: int | None = None) -> Iterable[tuple[int, ...]]:
    """All nonempty sets of orders in start..stop-1."""
    orders = range(start, kernel_size + 1 if stop is None else stop)
    for size in range(1, len(orders) + 1):
        yield from combinations(orders, size)
