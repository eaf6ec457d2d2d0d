"""Scales and sums: Mul and Div by constants, batch normalisation, Add and its kin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import prod, sqrt

import numpy as np

from theory.rewrite.certify.activations import silu
from theory.rewrite.certify.answers import Array, Unsupported
from theory.rewrite.certify.arithmetic import OWN, SLACK, Arithmetic, length
from theory.rewrite.certify.box import Box
from theory.rewrite.certify.chain import Chain, largest, spread
from theory.rewrite.certify.expressions import Algebra, Symbols
from theory.rewrite.certify.linear import Linear
from theory.rewrite.certify.operators import Boxes, Call, Enclosures, Interpreted, Operator, Pair, Reader, product_of
from theory.rewrite.certify.zonotope import Space, Twin, Zonotope


def times(call: Call) -> Interpreted:
    """Read Mul by a constant, or x Sigmoid(x), which is a Mul of one input."""
    if len(call.inputs) == 1:
        return silu(call)
    position = next((i for i, operand in enumerate(call.inputs) if isinstance(operand, np.ndarray)), None)
    if position is None:
        raise Unsupported("it multiplies two computed tensors")
    _check_kept(call.input(position), 1.0)
    return _scale(call.weights(position)), [call.tensor(1 - position)]


def quotient(call: Call) -> Interpreted:
    """Read Div by a constant."""
    divisor = call.weights(1)
    _check_kept(call.input(1), 1.0)
    if not divisor.all():
        raise Unsupported("it divides by 0")
    return _scale(product_of(1 / divisor, 1.0), divisor), [call.tensor()]


def batch_normalization(call: Call) -> Interpreted:
    """Read BatchNormalization with constant statistics."""
    x = call.tensor()
    scale, shift, mean, variance = (call.weights(i) for i in range(1, 5))
    if any(call.node.outputs[1:]) or call.get("training_mode", 0) or not call.get("spatial", 1):
        raise Unsupported("it takes the statistics of its input, or of single pixels")
    shifted = variance + call.get("epsilon", float(np.float32(1e-5)))
    if not np.all(shifted > 0):
        raise Unsupported("a variance is not positive")
    along = (-1, *[1] * (len(x.shape) - 2))
    scale, shift, mean, shifted = (array.reshape(along) for array in (scale, shift, mean, shifted))
    inverse = 1 / np.sqrt(shifted)
    factor = product_of(scale, inverse)
    operator = _Scale(
        factor=factor,
        steps=(scale, inverse),
        offset=shift - product_of(mean, factor),
        before=np.abs(mean),
        after=np.abs(shift),
        # Either addend of the variance may be taken for 0.
        doubt=2 / shifted,
        terms=4,
        reach=np.abs(factor),
    )
    return operator, [x]


def _check_kept(operand: object, neutral: float) -> None:
    """Refuse a scale or an offset in float64 that onnxruntime takes for 1 or 0, and leaves out: it compares floats."""
    if isinstance(operand, np.ndarray) and operand.dtype == np.float64 and operand.size == 1:
        value = operand.ravel()[0]
        if np.float32(value) == neutral != value:
            raise Unsupported(f"runtimes may take its constant {value} for {neutral:g}")


def _scale(factor: Array, divisor: Array | None = None) -> Linear:
    """Return a multiplication alone."""
    return _Scale(factor=factor, steps=(factor,), divisor=divisor, terms=2, reach=np.abs(factor))


@dataclass(frozen=True, eq=False, kw_only=True)
class _Scale(Linear):
    """Every element times a factor of its own."""

    reach: Array
    factor: Array
    steps: tuple[Array, ...]
    """The constants whose product the factor is, in the order of the model."""
    divisor: Array | None = None
    """What was divided by to get the factor."""
    before: Array | float = 0.0
    after: Array | float = 0.0
    """Magnitude of what is added before and after the multiplication; the offset is the sum of both, multiplied."""
    doubt: Array | float = 0.0
    """Relative error of the factor, in units of the smallest normal number."""

    @property
    def _uniform(self) -> bool:
        """Whether all elements have the same factor: then it may come before or after sums."""
        return bool(np.all(self.factor == self.factor.ravel()[:1]))

    @property
    def offset_size(self) -> Array:
        size: Array = self.before * np.abs(self.factor) + self.after
        return size

    def apply(self, x: Array, *, absolute: bool = False) -> Array:
        factor = np.abs(self.factor) if absolute else self.factor
        if factor.ndim > x.ndim - 1:
            x = x.reshape(len(x), *[1] * (factor.ndim - x.ndim + 1), *x.shape[1:])
        return x * factor

    def lengthened(self, xs: Boxes, lengths: Sequence[float]) -> float:
        copies = prod(np.broadcast_shapes(xs[0].shape, self.factor.shape)) / max(1, prod(xs[0].shape))
        return largest(self.reach) * sqrt(copies) * lengths[0] * (1 + OWN)

    def heap(self, beside: float, excess: float) -> float:
        return largest(self.reach) * excess

    def less(self, other: Linear) -> Linear:
        if not isinstance(other, _Scale) or self.factor.shape != other.factor.shape:
            raise Unsupported("the models' factors have different shapes here")
        return replace(self, factor=self.factor - other.factor)

    def addends(self, magnitude: Array, chain: Chain) -> Array:
        """Return those of the sums before: their weights may be multiplied by the factor instead."""
        return chain.size

    def extended(self, chain: Chain, size: Array) -> Chain:
        uniform, heavy, light, swell = self._uniform, 1.0, 1.0, np.ones(())
        for step in self.steps:
            most, least = spread(step)
            heavy, light = heavy * most, light * least
            swell = swell * np.maximum(np.abs(step), 1.0)
        top = max(chain.top, largest((chain.size + self.before) * swell + self.after))
        if chain.stretch or (uniform and chain.terms):
            # The sums before may be those of other factors: nothing is known but their size.
            top = max(top, (chain.top + largest(self.before)) * heavy + largest(self.after))
        stretch = max(chain.stretch, 1.0) * heavy if uniform else chain.stretch
        return chain.extended(self.terms, size, top, (heavy, light), stretch, largest(self.reach))

    def early(self, before: Chain) -> float:
        return before.reach if self._uniform else 0.0

    def vanishing(self, before: Chain, after: Chain) -> Array | float:
        others = np.ones(()) if len(self.steps) == 1 else np.maximum(1.0, np.abs(np.stack(self.steps))).prod(0)
        growth = before.tail if self._uniform else 1.0
        return others * (before.top + self.before) * (len(self.steps) * before.heavy * after.terms * growth)

    def rounding(self, before: Chain, after: Chain, arithmetic: Arithmetic) -> Array:
        if self.divisor is not None and not np.all(np.abs(self.divisor) >= arithmetic.tiny):
            raise Unsupported("it divides by a number that may be taken for 0")
        doubt = self.doubt * arithmetic.tiny
        if not np.all(doubt <= 0.5):
            raise Unsupported("a variance may be taken for 0")
        return super().rounding(before, after, arithmetic) + after.size * doubt

    def follow(self, algebra: Algebra, xs: Sequence[Symbols]) -> Symbols:
        if self.offset is not None:
            return super().follow(algebra, xs)
        # The reader has rounded reciprocals.
        given = self.factor if self.divisor is None else self.divisor
        exact = [Fraction(v) if self.divisor is None else 1 / Fraction(v) for v in given.ravel().tolist()]
        factors = np.array(exact, dtype=object).reshape(given.shape)
        shape = np.broadcast_shapes(factors.shape, xs[0].numbers.shape)
        factors = np.broadcast_to(factors, shape)
        numbers, places = (np.broadcast_to(part, shape).copy() for part in (xs[0].numbers, xs[0].places))
        for factor in set(factors.ravel()):
            where = factors == factor
            part = algebra.combine([(factor, Symbols(numbers[where], places[where]))])
            numbers[where], places[where] = part.numbers, part.places
        return Symbols(numbers, places)


def sum_of(*signs: int) -> Reader:
    """Read Add, Sub, or, without signs, Sum."""

    def build(call: Call) -> Interpreted:
        for operand in call.inputs:
            _check_kept(operand, 0.0)
        return _Sum(signs or (1,) * len(call.inputs)), call.boxes()

    return build


def negative(call: Call) -> Interpreted:
    """Read Neg."""
    return _Sum((-1,)), [call.tensor()]


@dataclass(frozen=True)
class _Sum(Operator):
    """A sum of tensors with signs."""

    signs: tuple[int, ...]

    def forward(self, xs: Boxes, arithmetic: Arithmetic) -> Box:
        chain = self._chain(xs)
        return replace(self._add(xs), history=chain).widened(self._error(xs, chain, arithmetic))

    def deviation(self, xs: Boxes, ys: Boxes, ds: Boxes, arithmetic: Pair) -> Box:
        before, after = (
            self._error(boxes, self._chain(boxes), kind) for boxes, kind in zip((xs, ys), arithmetic, strict=True)
        )
        return self._add(ds).widened(before + after)

    def enclose(self, ts: Sequence[Twin], space: Space) -> Enclosures:
        return self._total([t.value for t in ts]), self._total([t.difference for t in ts])

    def lengthened(self, xs: Boxes, lengths: Sequence[float]) -> float:
        whole = prod(np.broadcast_shapes(*(x.shape for x in xs)))
        # The smaller are added to many elements.
        return sum(d * sqrt(whole / max(1, prod(x.shape))) for d, x in zip(lengths, xs, strict=True)) * (1 + OWN)

    def rounding_length(
        self, xs: Boxes, points: Boxes, lengths: Sequence[float], result: tuple[Box, Box], heap: float, kind: Arithmetic
    ) -> float:
        chain = self._chain(xs)
        ones = [Box.point(np.ones(()), x.dtype) for x in xs]
        return length(self._error(points, chain, kind)) + largest(self._error(ones, chain, kind)) * self.lengthened(
            xs, lengths
        )

    def _total(self, parts: Sequence[Zonotope]) -> Zonotope:
        total, *others = (part if sign > 0 else part.times(-1.0) for sign, part in zip(self.signs, parts, strict=True))
        for part in others:
            total = total.plus(part)
        return total

    def _add(self, boxes: Boxes) -> Box:
        signed = [box.signed(sign) for sign, box in zip(self.signs, boxes, strict=True)]
        if not signed:
            raise Unsupported("it adds nothing")
        total, *others = signed
        for box in others:
            total = total.plus(box)
        return replace(total, history=None)

    def _chain(self, boxes: Boxes) -> Chain:
        chains = [box.chain for box in boxes]
        chain = Chain.join(chains, sum((chain.size for chain in chains), start=np.zeros(())))
        # Where all addends have the same scale, it may come after the sum.
        top = sum(each.top for each in chains) if chain.stretch else max(chain.top, largest(chain.size))
        # An error before they part comes in by all of them.
        reach, tail = sum(each.reach for each in chains), sum(each.tail for each in chains)
        terms = chain.terms + len(boxes) if chain.terms else 0
        return replace(chain, top=top, terms=terms, reach=reach, tail=tail)

    def _error(self, boxes: Boxes, chain: Chain, arithmetic: Arithmetic) -> Array:
        """Bound the rounding: a runtime may start the sum of a linear layer before it with the other addends."""
        roundings = chain.terms + SLACK if chain.terms else len(boxes)
        factor = arithmetic.within_range(roundings, chain.top)
        # The layer's own addends have been charged with as many roundings, and more.
        size = sum((box.magnitude for box in boxes), start=np.zeros(()))
        return size * (factor * (1 + OWN)) + (2 * len(boxes) + chain.terms) * arithmetic.tiny * max(1.0, chain.stretch)

    def follow(self, algebra: Algebra, xs: Sequence[Symbols]) -> Symbols:
        return algebra.combine([(Fraction(sign), x) for sign, x in zip(self.signs, xs, strict=True)])
