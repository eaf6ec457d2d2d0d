"""The search for points at which a network and its target differ, at random; they are always compared exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import gcd

import numpy as np

from theory.networks.exactness.integers import IntegerNetwork, Integers, Point
from theory.networks.exactness.targets import Target
from theory.networks.network import Domain

_ALL_VERTICES_UP_TO = 10
"""Kernel size up to which all 0/1 vectors are looked at."""

_BATCH = 256
"""Number of random points of each kind that are drawn at once."""

_CROSSINGS = 24
"""Number of points that are looked for where the pre-activation of one unit is 0."""

_DRAWS = 16
"""Number of random points among which two with opposite signs of a pre-activation are looked for."""

_HALVINGS = range(2, 140, 3)
"""Distances from such a point, as powers of 1/2: a network that is wrong next to it may be so on a short way only."""

_ROOT_STEPS = 60
"""Steps of the search for a root after which it is given up."""


def search(
    network: IntegerNetwork, target: Target, domain: Domain, rng: np.random.Generator, rounds: int
) -> tuple[Point | None, int]:
    """Look for a point at which a network and its target differ; return how many were compared, too.

    A round is a batch of random points: small integers, so with ties; large ones; powers of two, so of different
    magnitudes; small and large multiples of those.
    """
    return _first_difference(network, target, _batches(network.kernel_size, domain, rng, rounds))


def search_crossings(
    network: IntegerNetwork, target: Target, domain: Domain, rng: np.random.Generator, places: Iterable[tuple[int, int]]
) -> tuple[Point | None, int]:
    """Look for a difference close to where the pre-activations of some units, each by layer and row, change sign.

    A weight that is wrong by little may matter only in a thin layer around the zeros of a pre-activation, which random
    points miss.
    """
    return _first_difference(
        network,
        target,
        (
            _near_root(*segment)
            for place in places
            for _ in range(_CROSSINGS)
            if (segment := _crossing(network, domain, rng, place)) is not None
        ),
    )


def _first_difference(
    network: IntegerNetwork, target: Target, batches: Iterable[tuple[Integers, Integers]]
) -> tuple[Point | None, int]:
    count = 0
    for x, scale in batches:
        count += x.shape[1]
        marked = np.flatnonzero(target.differs(network, x, scale))
        if len(marked):
            column = int(marked[0])
            return tuple(Fraction(int(v), int(scale[column])) for v in x[:, column]), count
    return None, count


def _batches(d: int, domain: Domain, rng: np.random.Generator, rounds: int) -> Iterator[tuple[Integers, Integers]]:
    yield from _vertices(d, domain)
    for number in range(rounds):
        shape = d, _BATCH
        small = rng.integers(0, 4, shape)
        large = rng.integers(0, 1 << 10, shape)
        powers = 1 << rng.integers(0, 13, shape)
        x = np.concatenate([small, large, powers], axis=1)
        if domain == "real":
            # Some points of mixed signs, some with one sign, so that no quadrant is rare.
            signs = rng.choice([-1, 1], x.shape)
            signs[:, ::4], signs[:, 1::4] = 1, -1
            x = x * signs
        # The first round has integer points; the later ones come closer and closer to 0 as well, where biases matter.
        scale = np.left_shift(1, rng.integers(0, 1 + min(4 * number, 20), x.shape[1]))
        yield x, scale


def _vertices(d: int, domain: Domain) -> Iterator[tuple[Integers, Integers]]:
    """List 0/1 vectors: all of them, or each unit vector and those that begin with zeros, a batch at a time."""
    position = np.arange(d)[:, np.newaxis]
    count = 1 << d if d <= _ALL_VERTICES_UP_TO else 2 * d + 1
    for start in range(0, count, _BATCH):
        number = np.arange(start, min(start + _BATCH, count))
        x = (
            (number >> position) & 1
            if d <= _ALL_VERTICES_UP_TO
            else (number == position) | (number - d <= position) & (number >= d)
        )
        x = x.astype(np.int64)
        for signed in (x, -x) if domain == "real" else (x,):
            yield signed, np.ones(x.shape[1], dtype=np.int64)


_Segment = tuple[list[int], list[int], Fraction]
"""Two points P and Q, and t such that a pre-activation is 0 at P + t (Q - P), 0 <= t <= 1."""


def _crossing(
    network: IntegerNetwork, domain: Domain, rng: np.random.Generator, place: tuple[int, int]
) -> _Segment | None:
    """Find a point where a pre-activation is 0, on a segment between two random points where its signs differ."""
    known: dict[bool, list[int]] = {}
    for _ in range(_DRAWS):
        point = _any_point(network.kernel_size, domain, rng)
        value = network.pre_activation(point, 1, place)
        if value:
            known[value > 0] = point
        if len(known) == 2:
            t = _root(network, place, known[False], known[True])
            return None if t is None else (known[False], known[True], t)
    return None


def _any_point(d: int, domain: Domain, rng: np.random.Generator) -> list[int]:
    """Draw a point in general position, its entries of the same or of different magnitudes."""
    x = rng.integers(1, 1 << 16, d) >> rng.integers(0, rng.integers(1, 14), d)
    if domain == "real":
        x = x * rng.choice([-1, 1], d) if rng.random() < 0.5 else x - (1 << 15)
    return [int(v) for v in x]


def _root(network: IntegerNetwork, place: tuple[int, int], low: list[int], high: list[int]) -> Fraction | None:
    """Find an exact root of a pre-activation between two points, where it is negative and positive.

    It is piecewise linear along the segment, so as soon as bisection has both ends on one piece, the secant hits.
    """

    def value(t: Fraction) -> Fraction:
        return Fraction(network.pre_activation(_between(low, high, t), t.denominator, place), t.denominator)

    ends = {False: Fraction(0), True: Fraction(1)}
    values = {sign: value(t) for sign, t in ends.items()}
    for step in range(_ROOT_STEPS):
        if step % 2:
            t = (ends[False] + ends[True]) / 2
        else:
            t = (ends[False] * values[True] - ends[True] * values[False]) / (values[True] - values[False])
        at = value(t)
        if not at:
            return t
        ends[at > 0], values[at > 0] = t, at
    return None


def _between(low: list[int], high: list[int], t: Fraction) -> list[int]:
    """Return the point at t between two points, times the denominator of t."""
    return [p * t.denominator + (r - p) * t.numerator for p, r in zip(low, high, strict=True)]


def _near_root(low: list[int], high: list[int], root: Fraction) -> tuple[Integers, Integers]:
    """List the root's point, and points of the segment on both sides of it, closer and closer."""
    steps = [root, *(root + sign * Fraction(1, 1 << k) for k in _HALVINGS for sign in (-1, 1))]
    steps = [t for t in steps if 0 <= t <= 1]
    columns = []
    for t in steps:
        x = _between(low, high, t)
        shared = gcd(t.denominator, *x)
        columns.append(([v // shared for v in x], t.denominator // shared))
    points = np.array([x for x, _ in columns], dtype=object).T
    return points, np.array([q for _, q in columns], dtype=object)
