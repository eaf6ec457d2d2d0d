"""What a formula may look like, and how its parameters are found: exactly, and tested on unseen values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations, product
from math import comb, lcm

from flint import fmpz_mat
from sympy import Expr, Integer, binomial, floor

from theory.guess.formula import Formula, tidy
from theory.optimal.families import D

MARGIN = 3
"""The least number of unseen kernel sizes that test a formula, in each class if it is split."""
_MOST_PARAMETERS = 15
_MOST_MIXED_PARAMETERS = 8
_PARITY = (1, 2)
_FINER = (3, 4, 6)


@dataclass(frozen=True, eq=False)
class _Function:
    """A function of d with integer values, and the same function for SymPy."""

    expression: Expr
    value: Callable[[int], int]


def _central(shift: int) -> _Function:
    return _Function(binomial(D + shift, floor((D + shift) / 2)), lambda d: comb(d + shift, (d + shift) // 2))


_ONE = _Function(Integer(1), lambda _: 1)
_POWER_OF_TWO = _Function(Integer(2) ** D, lambda d: 2**d)
_CENTRAL = _central(0)


class _Data:
    """Values v by kernel size, and what they contribute to the linear systems: sum c_i d^e g(d) = v sum b_i d^e.

    Each column is computed once: the same few occur in hundreds of ansätze.
    """

    def __init__(self, values: Mapping[int, Fraction]) -> None:
        self.values = values
        self._columns: dict[tuple[_Function | None, int], list[int]] = {}

    def column(self, function: _Function | None, power: int) -> list[int]:
        """Column for a term of the numerator, or, without a function, for a power of d in the denominator."""
        if (function, power) not in self._columns:
            self._columns[function, power] = [
                (value.denominator * function.value(d) if function else -value.numerator) * d**power
                for d, value in self.values.items()
            ]
        return self._columns[function, power]


@dataclass(frozen=True)
class _Ansatz:
    """Sums of c_i d^(e_i) g_i(d), divided by a polynomial in d: linear in its parameters up to the division.

    ``terms`` are the pairs (g_i, e_i); ``degree`` is that of the divisor.
    """

    terms: tuple[tuple[_Function, int], ...]
    degree: int

    @property
    def parameters(self) -> int:
        """Number of free parameters; a common factor of all coefficients does not count."""
        return len(self.terms) + self.degree

    def fit(self, data: _Data) -> list[int] | None:
        """Find the coefficients that give the data, if there are any and the data outnumber the parameters."""
        if self.parameters >= len(data.values):
            return None
        columns = [data.column(function, power) for function, power in self.terms]
        columns += [data.column(None, power) for power in range(self.degree + 1)]
        system = fmpz_mat(len(columns), len(data.values), [entry for column in columns for entry in column])
        kernel, nullity = system.transpose().nullspace()
        # Where several solutions differ by more than a factor, a smaller ansatz fits, and was tried before.
        return [int(kernel[i, 0]) for i in range(self.parameters + 1)] if nullity == 1 else None

    def expression(self, coefficients: Sequence[int]) -> Expr | None:
        """Return the formula in factored form, None if its denominator vanishes."""
        divisor = sum(c * D**power for power, c in enumerate(coefficients[len(self.terms) :]))
        if divisor == 0:
            return None
        groups: dict[_Function, Expr] = {}
        for (function, power), c in zip(self.terms, coefficients, strict=False):
            groups[function] = groups.get(function, Integer(0)) + c * D**power
        return tidy(sum((above / divisor * f.expression for f, above in groups.items()), Integer(0)))


def _polynomial(factor: _Function, degree: int) -> tuple[tuple[_Function, int], ...]:
    return tuple((factor, power) for power in range(degree + 1))


@cache
def _rational() -> tuple[_Ansatz, ...]:
    """List the rational functions, by increasing number of parameters."""
    return tuple(
        _Ansatz(_polynomial(_ONE, total - below), below)
        for total in range(_MOST_PARAMETERS)
        for below in range(total + 1)
    )


@cache
def _sums() -> tuple[_Ansatz, ...]:
    dictionary = (
        (_POWER_OF_TWO, 0),
        (_CENTRAL, 0),
        *((_central(shift), 0) for shift in (1, -1, 2)),
        *((_ONE, power) for power in range(3)),
        (_POWER_OF_TWO, 1),
        (_CENTRAL, 1),
    )
    return tuple(_Ansatz(terms, 0) for size in (1, 2, 3) for terms in combinations(dictionary, size))


@cache
def _mixed() -> tuple[_Ansatz, ...]:
    degrees = range(-1, _MOST_MIXED_PARAMETERS)
    found = [
        _Ansatz((*_polynomial(_POWER_OF_TWO, p), *_polynomial(_CENTRAL, c), *_polynomial(_ONE, s)), below)
        for p, c, s in product(degrees, repeat=3)
        if p + c > -2
        for below in range(_MOST_MIXED_PARAMETERS)
        if p + c + s + 3 + below <= _MOST_MIXED_PARAMETERS
    ]
    return tuple(sorted(found, key=lambda ansatz: ansatz.parameters))


_STAGES: tuple[tuple[str, Callable[[], tuple[_Ansatz, ...]], tuple[int, ...]], ...] = (
    ("rational function", _rational, _PARITY),
    ("sum of at most three terms", _sums, _PARITY),
    ("mixed rational function, power of 2 and central binomial", _mixed, _PARITY),
    ("rational function", _rational, _FINER),
)


def attempts(number_tested: int) -> Iterator[tuple[str, Callable[[], tuple[_Ansatz, ...]], int]]:
    """Yield what is tried, in order: its name, the ansätze, and into how many classes of d they are split."""
    for name, ansaetze, moduli in _STAGES:
        for modulus in moduli:
            if MARGIN * modulus <= number_tested:
                split = {1: "", 2: ", split by parity"}.get(modulus, f", split by d mod {modulus}")
                yield name + split, ansaetze, modulus


def find_formula(values: Mapping[int, Fraction], tested: Sequence[int]) -> Formula | None:
    """Find the first formula of all stages that the unseen values confirm."""
    seen = [d for d in values if d not in tested]
    unseen = [d for d in values if d in tested]
    for name, ansaetze, modulus in attempts(len(unseen)):
        for exceptions in (0, len(seen) // 6, len(seen) // 3):
            pieces = _pieces(ansaetze(), modulus, values, seen[exceptions:], unseen)
            if pieces is not None:
                return _formula(pieces, name, values, fitted=seen[exceptions:], tested=unseen)
    return None


def _pieces(
    ansaetze: Sequence[_Ansatz], modulus: int, values: Mapping[int, Fraction], seen: list[int], unseen: list[int]
) -> tuple[Expr, ...] | None:
    pieces = []
    for remainder in range(modulus):
        known, hidden = ({d: values[d] for d in sizes if d % modulus == remainder} for sizes in (seen, unseen))
        piece = _piece(ansaetze, known, hidden)
        if piece is None:
            return None
        pieces.append(piece)
    return tuple(pieces)


def _piece(ansaetze: Sequence[_Ansatz], known: Mapping[int, Fraction], hidden: Mapping[int, Fraction]) -> Expr | None:
    """Find the first ansatz that fits the known values, with parameters to spare, and gives the hidden ones."""
    data = _Data(known)
    for ansatz in ansaetze:
        coefficients = ansatz.fit(data)
        expression = None if coefficients is None else ansatz.expression(coefficients)
        # The formula itself is tested, as it will be shown, not the numbers that it was made from.
        if expression is not None and Formula((expression,)).agrees({**known, **hidden}):
            return expression
    return None


def _formula(
    pieces: tuple[Expr, ...], method: str, values: Mapping[int, Fraction], *, fitted: list[int], tested: list[int]
) -> Formula:
    """Join pieces, and see down to which kernel size they hold."""
    bare = Formula(pieces)
    valid_from = min(fitted)
    for d in sorted((d for d in values if d < valid_from), reverse=True):
        if not bare.agrees({d: values[d]}):
            break
        valid_from = d
    beside = [d for d in values if valid_from <= d and d not in fitted and d not in tested]
    return Formula(pieces, valid_from, method, tuple(fitted), tuple(sorted([*beside, *tested])))


def find_coefficient(
    values: Mapping[int, Fraction], errors: Mapping[int, Fraction], inverse: Formula | None, tested: Sequence[int]
) -> Formula | None:
    """Find a coefficient's formula: directly, or as a multiple of an error that is no rational function."""
    direct = find_formula(values, tested)
    if direct is not None or inverse is None or all(piece.is_rational_function(D) for piece in inverse.pieces):
        return direct
    ratio = find_formula({d: value / errors[d] for d, value in values.items() if d >= inverse.valid_from}, tested)
    if ratio is None:
        return None
    modulus = lcm(ratio.modulus, inverse.modulus)
    pieces = tuple(tidy(ratio.pieces[i % ratio.modulus] / inverse.pieces[i % inverse.modulus]) for i in range(modulus))
    quotient = Formula(pieces, ratio.valid_from, f"{ratio.method}, times the error", ratio.fitted, ratio.tested)
    return quotient if quotient.agrees({d: v for d, v in values.items() if d >= ratio.valid_from}) else None
