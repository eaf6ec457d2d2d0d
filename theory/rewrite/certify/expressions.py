"""Tensors of symbols: what every element computes from the pixels, equal up to translation stored once.

An *expression* is a constant plus a combination of *atoms*, each a pixel or the ReLU of an expression, at places
relative to the expression's own. An element of a tensor is the number of an expression and the place that it is at.
Since the layers of a network do the same everywhere but at borders, whole tensors hold few expressions, and each
operation is done once for every distinct combination of expressions and relative places. Coefficients are exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from theory.rewrite.certify.answers import Unsupported

Index: TypeAlias = npt.NDArray[np.int64]

Atom: TypeAlias = tuple[int, int]
"""What it is: 0 for a pixel, 1 + e for the ReLU of expression e. And where, relative to the expression."""

PIXEL = 0

_MOST_EXPRESSIONS = 20_000


@dataclass(frozen=True)
class Expression:
    """A constant plus a combination of atoms, the least relative place 0."""

    terms: tuple[tuple[Atom, Fraction], ...]
    constant: Fraction


@dataclass(frozen=True, eq=False)
class Symbols:
    """A tensor of symbols: the numbers of the expressions, and the places of the elements; 0 for constants."""

    numbers: Index
    places: Index

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the tensor."""
        return self.numbers.shape

    @staticmethod
    def joined(parts: Sequence[Symbols], axis: int) -> Symbols:
        """Return tensors joined along an axis."""
        numbers, places = ([getattr(part, name) for part in parts] for name in ("numbers", "places"))
        return Symbols(np.concatenate(numbers, axis), np.concatenate(places, axis))


class Algebra:
    """The expressions of one computation."""

    def __init__(self) -> None:
        self.expressions: list[Expression] = []
        self._numbers: dict[Expression, int] = {}
        self._is_constant = np.zeros(0, dtype=bool)

    def constant(self, value: Fraction) -> int:
        """Return the number of a constant."""
        return self._intern(Expression((), value))

    def constants(self, values: npt.NDArray[np.floating]) -> Symbols:
        """Return a tensor of constants."""
        distinct, inverse = np.unique(values, return_inverse=True)
        numbers = np.array([self.constant(Fraction(float(v))) for v in distinct], dtype=np.int64)
        return Symbols(numbers[inverse].reshape(values.shape), np.zeros(values.shape, np.int64))

    def pixels(self, places: Index) -> Symbols:
        """Return a tensor of pixels."""
        number = self._intern(Expression((((PIXEL, 0), Fraction(1)),), Fraction(0)))
        return Symbols(np.full(places.shape, number, dtype=np.int64), places)

    def combine(self, operands: Sequence[tuple[Fraction, Symbols]], constant: Fraction = Fraction(0)) -> Symbols:
        """Return a linear combination of tensors of one shape, plus a constant."""
        shape = np.broadcast_shapes(*(symbols.shape for _, symbols in operands))
        numbers = [np.broadcast_to(symbols.numbers, shape).ravel() for _, symbols in operands]
        fixed = [self._constant_mask()[number] for number in numbers]
        places = [np.broadcast_to(symbols.places, shape).ravel() for _, symbols in operands]
        # Places are taken relative to the first operand that has one.
        origin = np.zeros(len(numbers[0]), np.int64)
        placed = np.zeros(len(numbers[0]), bool)
        for here, mask in zip(places, fixed, strict=True):
            origin = np.where(~placed & ~mask, here, origin)
            placed |= ~mask
        relative = [np.where(mask, 0, here - origin) for here, mask in zip(places, fixed, strict=True)]
        first, inverse = distinct_rows([*numbers, *relative])
        results = [
            self._sum(
                [(factor, int(n[i]), int(r[i])) for (factor, _), n, r in zip(operands, numbers, relative, strict=True)],
                constant,
            )
            for i in first.tolist()
        ]
        found, shift = (np.array(column, dtype=np.int64) for column in zip(*results, strict=True))
        at = np.where(self._constant_mask()[found][inverse], 0, origin + shift[inverse])
        return Symbols(found[inverse].reshape(shape), at.reshape(shape))

    def relu(self, symbols: Symbols) -> Symbols:
        """Return the ReLU of every element."""
        distinct, inverse = np.unique(symbols.numbers, return_inverse=True)
        numbers = np.array([self._relu(int(number)) for number in distinct], dtype=np.int64)
        return Symbols(numbers[inverse].reshape(symbols.shape), symbols.places)

    def _relu(self, number: int) -> int:
        expression = self.expressions[number]
        if not expression.terms:
            return self.constant(max(expression.constant, Fraction(0)))
        return self._intern(Expression((((1 + number, 0), Fraction(1)),), Fraction(0)))

    def _sum(self, operands: Sequence[tuple[Fraction, int, int]], constant: Fraction) -> tuple[int, int]:
        """Return the number of a combination, and its place."""
        total: dict[Atom, Fraction] = {}
        for factor, number, place in operands:
            expression = self.expressions[number]
            constant += factor * expression.constant
            for (kind, at), coefficient in expression.terms:
                atom = (kind, at + place)
                total[atom] = total.get(atom, Fraction(0)) + factor * coefficient
        total = {atom: coefficient for atom, coefficient in total.items() if coefficient}
        origin = min((at for _, at in total), default=0)
        terms = tuple(sorted(((kind, at - origin), c) for (kind, at), c in total.items()))
        return self._intern(Expression(terms, constant)), origin

    def _intern(self, expression: Expression) -> int:
        if expression not in self._numbers:
            if len(self.expressions) >= _MOST_EXPRESSIONS:
                raise Unsupported(f"it computes more than {_MOST_EXPRESSIONS} different functions")
            self._numbers[expression] = len(self.expressions)
            self.expressions.append(expression)
        return self._numbers[expression]

    def _constant_mask(self) -> npt.NDArray[np.bool_]:
        if len(self._is_constant) < len(self.expressions):
            self._is_constant = np.array([not expression.terms for expression in self.expressions])
        return self._is_constant


def maximum(algebra: Algebra, a: Symbols, b: Symbols, sign: int = 1) -> Symbols:
    """Return a + relu(b - a), the larger of two; for the sign -1 the smaller, a - relu(a - b)."""
    one, side = Fraction(1), Fraction(sign)
    excess = algebra.relu(algebra.combine([(side, b), (-side, a)]))
    return algebra.combine([(one, a), (side, excess)])


def distinct_rows(columns: Sequence[Index]) -> tuple[Index, Index]:
    """Return the index of the first row of each kind in a table, and the kind of every row.

    Examples
    --------
    >>> first, inverse = distinct_rows([np.array([7, 7, 5]), np.array([1, 1, 1])])
    >>> first.tolist(), inverse.tolist()
    ([2, 0], [1, 1, 0])
    """
    code = np.zeros(len(columns[0]), np.int64)
    first = np.zeros(1, np.int64)
    for column in columns:
        if len(column) and column[0] == column[-1] and np.all(column == column[0]):
            continue
        values, kind = np.unique(column, return_inverse=True)
        # Both factors are at most the number of rows, which is far below 2^31.
        _, first, code = np.unique(code * len(values) + kind, return_index=True, return_inverse=True)
    return first, code
