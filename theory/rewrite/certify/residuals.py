"""How far an expression in pixels is from the maximum of a window, for all pixels of a box.

The expression is evaluated by :mod:`theory.networks.exactness.symbolic`; if no ReLU is left open it is a combination
g = c + sum_S c_S max_S of maxima over sets of pixels. So is the residual g - max_W, which for pixels x = l + (h - l) y,
y in [0,1]^n, is c + l r(1) + (h - l) r(y) with r sort-linear: its extremes over y are at 0/1 vectors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import lcm, prod

from theory.networks.exactness.sort_linear import CONSTANT, Domain, Form, add_scaled, atoms, vertex_values
from theory.networks.exactness.symbolic import MAX_ATOMS, Tracer, Value
from theory.rewrite.certify.answers import Unsupported
from theory.rewrite.certify.expressions import PIXEL, Algebra

_MOST_VERTICES = 1 << 12
"""Largest number of vertices up to symmetry that are looked at."""


@dataclass(frozen=True)
class Residual:
    """Expression less maximum: constant + r, with the extremes of r at the 0/1 vectors, and r(1)."""

    constant: Fraction
    least: Fraction
    largest: Fraction
    at_ones: Fraction
    pixels: tuple[int, ...]
    """Relative places of all pixels that matter."""
    combination: Mapping[int, Fraction]
    """r: the factors of maxima over sets of pixels, as masks of their numbers."""

    @property
    def exact(self) -> bool:
        """Whether the expression is the maximum."""
        return not (self.constant or self.least or self.largest)


def residual(
    algebra: Algebra, number: int, place: int, window: Sequence[int], domain: Domain, shift: Fraction = Fraction(0)
) -> Residual:
    """Compare an expression at a place with the maximum of a window, given by the places of its pixels.

    Pixels are numbers of the domain, plus the shift. Raises Unsupported if it is not proved to be a combination of
    maxima, or one of too many.
    """
    evaluation = _Evaluation(algebra, domain)
    form, denominator = evaluation.form(number, place)
    add_scaled(form, -denominator, {sum(1 << evaluation.bit(pixel) for pixel in window): 1})
    least, largest, at_ones = (Fraction(value, denominator) for value in _extremes(form))
    # Maxima of pixels less the shift are those of pixels, less the shift.
    constant = Fraction(form.get(CONSTANT, 0), denominator) - shift * (1 + at_ones)
    combination = {mask: Fraction(c, denominator) for mask, c in form.items() if c and mask != CONSTANT}
    return Residual(constant, least, largest, at_ones, tuple(evaluation.bits), combination)


def _extremes(form: Form) -> tuple[int, int, int]:
    """Return the least and the largest value of a form less its constant at 0/1 vectors, and that at the all-ones one.

    Examples
    --------
    x_0 - 2 max(x_0, x_1):

    >>> _extremes({0b01: 1, 0b11: -2})
    (-2, 0, -1)
    """
    blocks = atoms(form)
    if len(blocks) <= MAX_ATOMS:
        values = vertex_values(form, blocks)
        return int(values.min()), int(values.max()), int(values[-1])
    vertices = list(_vertices_up_to_symmetry(form, blocks))
    at = [sum(c for mask, c in form.items() if mask & vertex) for vertex in vertices]
    return min(at), max(at), sum(c for mask, c in form.items() if mask)


def _vertices_up_to_symmetry(form: Form, blocks: Sequence[int]) -> Iterator[int]:
    """Yield a 0/1 vector of each kind that exchanges of atoms, the form staying what it is, do not tell apart."""
    classes: list[list[int]] = []
    for block in blocks:
        alike = next((known for known in classes if _interchangeable(form, known[0], block)), None)
        if alike is None:
            classes.append([block])
        else:
            alike.append(block)
    if prod(len(alike) + 1 for alike in classes) > _MOST_VERTICES:
        raise Unsupported(
            f"it combines maxima over sets that {len(blocks)} pixels tell apart, {len(classes)} of them beyond symmetry"
        )
    # Exchanges of two members generate all permutations of a class: only how many are 1 matters.
    for counts in product(*(range(len(alike) + 1) for alike in classes)):
        yield sum(sum(alike[:count]) for alike, count in zip(classes, counts, strict=True))


def _interchangeable(form: Form, first: int, second: int) -> bool:
    both = first | second
    return all(form.get(mask ^ both, 0) == c for mask, c in form.items() if bool(mask & first) != bool(mask & second))


class _Evaluation:
    """One expression, its pixels numbered."""

    def __init__(self, algebra: Algebra, domain: Domain) -> None:
        self._algebra = algebra
        self._tracer = Tracer(domain)
        self.bits: dict[int, int] = {}
        """The bit of every pixel, by its place; in the order of the bits."""
        self._known: dict[tuple[int, int], tuple[Value, int]] = {}

    def bit(self, place: int) -> int:
        """Return the number of a pixel."""
        return self.bits.setdefault(place, len(self.bits))

    def form(self, number: int, place: int) -> tuple[Form, int]:
        """Return an expression as a form and its denominator."""
        value, denominator = self._expression(number, place)
        value = self._tracer.settle(value, "the output")
        if value.open:
            obstacle = self._tracer.obstacle
            raise Unsupported("it is not proved to be a combination of maxima" + (f": {obstacle}" if obstacle else ""))
        return dict(value.form), denominator

    def _expression(self, number: int, place: int) -> tuple[Value, int]:
        expression = self._algebra.expressions[number]
        parts = [(self._atom(kind, place + at), c) for (kind, at), c in expression.terms]
        denominator = lcm(expression.constant.denominator, *(d * c.denominator for (_, d), c in parts))
        constant = int(expression.constant * denominator)
        total = Value({CONSTANT: constant} if constant else {})
        for (value, d), c in parts:
            total.add(int(c * denominator / d), value)
        return total, denominator

    def _atom(self, kind: int, place: int) -> tuple[Value, int]:
        if kind == PIXEL:
            return Value({1 << self.bit(place): 1}), 1
        if (kind, place) not in self._known:
            value, denominator = self._expression(kind - 1, place)
            settled = self._tracer.settle(value, "a ReLU")
            self._known[kind, place] = self._tracer.apply_relu(settled)[0], denominator
        return self._known[kind, place]
