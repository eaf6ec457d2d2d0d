"""A network compared with its target cell by cell: complete, for the few inputs for which the cells can be counted.

Points x / m with m > 0 are written as (x, m), which makes every affine function of the point linear; the closed cone of
one order of the inputs is simplicial then. The network is evaluated at the generators of a simplicial cone, layer by
layer. As long as no pre-activation has values of both signs at the generators, it keeps its sign on the cone, and its
ReLU is linear there. If one has, say p > 0 at the generator g and p < 0 at h, then p = 0 at

    r = |p(h)| g + p(g) h,

and the cone is the union of the two in which r replaces g, or h. Nothing is evaluated anew: all that was linear on the
cone so far has the same combination of its values at g and h as its value at r. Fewer pairs of generators have opposite
signs in each part, so this ends, in cones on which network and target are both linear: they are equal there iff they
are equal at the generators.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations
from math import factorial, gcd

from theory.errors import ProblemTooLargeError
from theory.networks.exactness.integers import IntegerLayer, IntegerNetwork, Point
from theory.networks.exactness.targets import Target
from theory.networks.network import Domain


@dataclass(frozen=True)
class _Generator:
    """One generator of a simplicial cone.

    The point is x_1, ..., x_d, m; the values are the pre-activations of the layer that is looked at, in the network's
    integers.
    """

    point: tuple[int, ...]
    values: tuple[int, ...]


_Cone = tuple[int, tuple[_Generator, ...]]
"""The layer that is looked at, and the generators."""


def compare_cells(network: IntegerNetwork, target: Target, domain: Domain, max_cells: int) -> tuple[Point | None, int]:
    """Find a point at which a network and its target differ, or show that there is none.

    Also returned is at how many simplicial cones they were compared; the point is None if and only if they are equal on
    the whole domain. ProblemTooLargeError if there are more than ``max_cells`` of them.

    >>> from theory.networks.network import network_from_rows
    >>> maximum = network_from_rows(2, [([{0: 1, 1: -1}, {1: 1}, {1: -1}], None), ([{0: 1, 1: 1, 2: -1}], None)])
    >>> compare_cells(IntegerNetwork.of(maximum), Target.of("max", 2), "real", 100)
    (None, 5)
    """
    cells = 0
    if factorial(network.kernel_size) * (2 if domain == "real" else 1) > max_cells:
        raise ProblemTooLargeError(f"there are more than {max_cells} cells")
    for start in _orders(network, domain):
        waiting = [start]
        while waiting:
            layer, generators = waiting.pop()
            if layer == len(network.layers) - 1:
                cells += 1
                point = _difference(generators, network, target)
                if point is not None:
                    return point, cells
                continue
            if cells + len(waiting) >= max_cells:
                raise ProblemTooLargeError(f"there are more than {max_cells} cells")
            edge = _bent_edge(generators)
            if edge is None:
                waiting.append((layer + 1, _next_layer(generators, network.layers[layer + 1])))
            else:
                waiting.extend((layer, part) for part in _halves(generators, *edge))
    return None, cells


def _orders(network: IntegerNetwork, domain: Domain) -> Iterator[_Cone]:
    """Yield the closed cones of all orders of the inputs, split at x_min = 0 in the domain ``"real"``."""
    d = network.kernel_size
    for order in permutations(range(d)):
        for sign in (1, -1) if domain == "real" else (1,):
            chain = [[0] * d for _ in range(d + 1)]
            for place in range(d):
                for j in order[place:]:
                    chain[place][j] = 1
            chain[0] = [sign] * d
            points = [(*x, int(i == d)) for i, x in enumerate(chain)]
            yield 0, tuple(_Generator(point, network.layers[0].at(point[:-1], point[-1])) for point in points)


def _next_layer(generators: tuple[_Generator, ...], layer: IntegerLayer) -> tuple[_Generator, ...]:
    return tuple(_Generator(g.point, layer.at([max(v, 0) for v in g.values], g.point[-1])) for g in generators)


def _bent_edge(generators: tuple[_Generator, ...]) -> tuple[int, int, int] | None:
    """Find a unit with both signs, and the generators where it is largest and smallest."""
    for unit, values in enumerate(zip(*(g.values for g in generators), strict=True)):
        if min(values) < 0 < max(values):
            return unit, values.index(max(values)), values.index(min(values))
    return None


def _halves(generators: tuple[_Generator, ...], unit: int, g: int, h: int) -> Iterator[tuple[_Generator, ...]]:
    above, below = generators[g], generators[h]
    factors = -below.values[unit], above.values[unit]
    point = [factors[0] * p + factors[1] * q for p, q in zip(above.point, below.point, strict=True)]
    values = [factors[0] * p + factors[1] * q for p, q in zip(above.values, below.values, strict=True)]
    divisor = gcd(*point, *values)
    between = _Generator(tuple(v // divisor for v in point), tuple(v // divisor for v in values))
    for replaced in (g, h):
        yield (*generators[:replaced], between, *generators[replaced + 1 :])


def _difference(generators: tuple[_Generator, ...], network: IntegerNetwork, target: Target) -> Point | None:
    """Find a point of a cone at which the two differ; both are linear in (x, m) on it."""
    differing = [g for g in generators if Fraction(g.values[0], network.denominator) != _linear(target, g.point)]
    if not differing:
        return None
    # A generator with m = 0 is a direction, not a point; one with m > 0 is added to it, at which they do not differ if
    # there is no better choice.
    *x, m = next((g.point for g in differing if g.point[-1]), differing[0].point)
    if not m:
        *base, m = next(g.point for g in generators if g.point[-1])
        x = [v + w for v, w in zip(x, base, strict=True)]
    return tuple(Fraction(v, m) for v in x)


def _linear(target: Target, point: tuple[int, ...]) -> Fraction:
    """Evaluate the target as the linear function of (x, m) that it is on each cone."""
    *x, m = point
    return target.value(tuple(Fraction(v) for v in x)) + target.constant * (m - 1)
