"""Points at which a function with a known difference from the target, or a known bend, is sure to differ."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from theory.networks.exactness.bends import Bend
from theory.networks.exactness.integers import Point
from theory.networks.exactness.sort_linear import CONSTANT, Form, evaluate
from theory.networks.exactness.targets import Target
from theory.networks.network import Domain

_STEPS = 60
"""How often the distance from a bend is halved."""


def differing_vertex(form: Form, denominator: int, target: Target) -> Point | None:
    """Find a 0/1 vector at which form / denominator differs from the target; None if and only if they are equal.

    The subset maxima are a basis, so equal functions have equal coefficients. If S is a smallest set at which the
    coefficients of the difference D are not 0, c_S = D(1) - D(complement of S): D is not 0 at one of the two.
    """
    d = target.kernel_size
    if Fraction(form.get(CONSTANT, 0), denominator) != target.constant:
        return _vertex(0, d)
    subset = target.smallest_difference(form, denominator)
    if subset is None:
        return None
    everything = (1 << d) - 1
    for mask in (everything, everything & ~subset):
        point = _vertex(mask, d)
        if Fraction(evaluate(form, [int(v) for v in point]), denominator) != target.value(point):
            return point
    return None


def _vertex(mask: int, size: int) -> Point:
    return tuple(Fraction(mask >> j & 1) for j in range(size))


def around(bend: Bend, kernel_size: int, domain: Domain, rng: np.random.Generator) -> Iterator[Point]:
    """Draw a point on a bend inside its cone, then points on both sides of it, closer and closer.

    Inputs that belong to no atom are drawn at random.

    A network that bends on this hyperplane, and on no other that the first point is on, is not affine around it. An
    affine function then differs from it at that point or at one of any two that are close enough, on opposite sides
    and on a line with it.
    """
    low, high = (_one_side(bend, sign, domain, rng) for sign in (-1, 1))
    below, above = (_value(bend, y) for y in (low, high))
    middle = {atom: (low[atom] * above - high[atom] * below) / (above - below) for atom in bend.order}
    others = [Fraction(int(v)) for v in rng.integers(1, 1 << 20, kernel_size)]
    yield _lift(middle, others)
    for step in range(_STEPS):
        for sign in (-1, 1):
            moved = {a: middle[a] + sign * (high[a] - low[a]) / (4 << step) for a in bend.order}
            yield _lift(moved, others)


def _value(bend: Bend, y: dict[int, Fraction]) -> Fraction:
    return bend.constant + sum((c * y[atom] for atom, c in bend.coefficients.items()), Fraction(0))


def _lift(y: dict[int, Fraction], others: list[Fraction]) -> Point:
    x = list(others)
    for atom, value in y.items():
        for j in range(len(x)):
            if atom >> j & 1:
                x[j] = value
    return tuple(x)


def _one_side(bend: Bend, sign: int, domain: Domain, rng: np.random.Generator) -> dict[int, Fraction]:
    """Draw a point of the open cone at which the bend's function has the sign."""
    # Along the lowest atom and along each gap to the next one, the function changes at the rate of the atoms above.
    rates = [sum(bend.coefficients.get(atom, 0) for atom in bend.order[i:]) for i in range(len(bend.order))]
    gaps = [Fraction(int(v)) for v in rng.integers(1, 1 << 20, len(rates))]
    if domain == "real":
        gaps[0] *= int(rng.choice([-1, 1]))
    factor = Fraction(1)
    while True:
        y, level = {}, Fraction(0)
        for i, (atom, gap, rate) in enumerate(zip(bend.order, gaps, rates, strict=True)):
            if i == 0 and domain == "real" and rate:
                level += gap + factor * (sign if rate > 0 else -sign)
            elif rate * sign > 0:
                level += gap * factor
            else:
                level += gap / factor
            y[atom] = level
        if _value(bend, y) * sign > 0:
            return y
        factor *= 16
