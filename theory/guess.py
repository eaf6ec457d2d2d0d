"""Guess closed forms: formulas in the kernel size d for the optimal error and coefficients of a family of orders.

A family such as {0, 1, d-1} is solved exactly for a run of kernel sizes. The largest third of them is set aside; the
others determine the parameters of an ansatz, by exact linear algebra and always with fewer parameters than data; and
only a formula that then gives the set-aside values, all of them and exactly, is reported. What comes out is a
*conjecture with its evidence*, never a theorem; :meth:`Guess.skeleton` writes the claim that is to be proved.

The ansätze, in this order (Q, P, S, .. are polynomials in d with rational coefficients):

1. **Rational functions** P/Q, by increasing number of parameters: first one for all d, then one for even and one for
   odd d. The sums H_j(d) = C(d,0) + .. + C(d,j) and the binomials C(d,j), C(d-1,j) with fixed j are polynomials and
   so belong here.
2. **Sums of at most three terms** with constant coefficients, from the dictionary 1, d, d^2, 2^d, d 2^d,
   C(d+i, floor((d+i)/2)) for i = -1, 0, 1, 2, and d C(d, floor(d/2)).
3. **Mixed**: (P 2^d + S)/Q, (P C(d, floor(d/2)) + S)/Q and (P 2^d + P' C(d, floor(d/2)) + S)/Q, by increasing number
   of parameters.
4. **Rational functions split** by d mod 3, 4 or 6, if so many kernel sizes are set aside that each class keeps three.

2 and 3, too, are tried for all d and then split by parity. Each ansatz is tried on all kernel sizes and then without
the smallest, where families often have exceptions; :attr:`Formula.valid_from` says where a formula begins to hold.
Coefficients of a family whose error is no rational function are also tried as multiples of the error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, cached_property
from itertools import combinations, product
from keyword import iskeyword
from math import comb, lcm
from textwrap import fill
from types import MappingProxyType
from typing import Any

import sympy
from flint import fmpz_mat
from sympy import Expr, Integer, binomial, floor

from theory.errors import FormatError, InputError, KernelSizeError, OrdersError
from theory.estimator import Objective, check_objective
from theory.notation import parse_orders
from theory.optimal.families import D
from theory.optimal.solve import optimal_estimator
from theory.rationals import from_string, to_string
from theory.subpools import check_kernel_size

MARGIN = 3
"""The least number of unseen kernel sizes that test a formula, in each class if it is split."""
FEWEST = 8
"""The least number of kernel sizes for a guess: 5 to fit and 3 to test."""
DEFAULT_COUNT = 25
"""Number of kernel sizes solved by default."""

_LARGEST_NUMBER = 100
_ENDS = 3
_MOST_PARAMETERS = 15
_MOST_MIXED_PARAMETERS = 8
_PARITY = (1, 2)
_FINER = (3, 4, 6)
_FORMULA = re.compile(r"(?:binomial|floor|d|[0-9]+|[-+*/(), ])+", re.ASCII)
_MODULE = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_TEXT_WIDTH = 100


# --- formulas -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Formula:
    """A conjectured formula in the kernel size d, with the kernel sizes that speak for it.

    Attributes
    ----------
    pieces : tuple of sympy.Expr
        One expression in the symbol d, or m expressions, of which number i holds for d = i mod m.
    valid_from : int
        The least kernel size from which on the formula agreed with all exact values.
    method : str
        The ansatz that found it.
    fitted : tuple of int
        Kernel sizes that determined the formula.
    tested : tuple of int
        Kernel sizes that did not, and at which the formula gives the exact value all the same.

    Examples
    --------
    >>> formula = Formula.from_texts(["2*d + 2"], valid_from=3)
    >>> formula.evaluate(9), formula.to_latex()
    (Fraction(20, 1), '2 d + 2')
    >>> formula.evaluate(2)
    Traceback (most recent call last):
    ...
    theory.errors.KernelSizeError: the formula 2*d + 2 is for kernel sizes >= 3, not 2
    """

    pieces: tuple[Expr, ...]
    valid_from: int = 2
    method: str = "given"
    fitted: tuple[int, ...] = ()
    tested: tuple[int, ...] = ()

    @classmethod
    def from_texts(cls, texts: Sequence[str], *, valid_from: int = 2) -> Formula:
        """Read the pieces of a formula, each made of d, integers, ``+ - * / **``, ``binomial`` and ``floor``.

        Raises
        ------
        FormatError
            If a text has anything else in it.

        Examples
        --------
        >>> Formula.from_texts(["binomial(d, floor(d/2))"]).evaluate(9)
        Fraction(126, 1)
        >>> Formula.from_texts(["exit()"])
        Traceback (most recent call last):
        ...
        theory.errors.FormatError: a formula is made of d, integers, + - * / **, binomial and floor, not 'exit()'
        """
        if not texts:
            raise FormatError("a formula has at least one piece")
        return cls(tuple(_read_formula(text) for text in texts), valid_from)

    @property
    def modulus(self) -> int:
        """The number of classes of d that have expressions of their own: 1 if there is one expression for all d."""
        return len(self.pieces)

    @property
    def expression(self) -> Expr:
        """One SymPy expression in d; for a formula in several pieces a ``Piecewise`` by d mod m."""
        if self.modulus == 1:
            return self.pieces[0]
        return sympy.Piecewise(
            *((piece, sympy.Eq(sympy.Mod(D, self.modulus), i)) for i, piece in enumerate(self.pieces))
        )

    @property
    def even(self) -> Expr:
        """The expression for even d.

        Raises
        ------
        InputError
            If the formula is split more finely than by parity.
        """
        return self._parity(0)

    @property
    def odd(self) -> Expr:
        """The expression for odd d.

        Raises
        ------
        InputError
            If the formula is split more finely than by parity.
        """
        return self._parity(1)

    def _parity(self, remainder: int) -> Expr:
        if self.modulus > 2:
            raise InputError(f"the formula is split by d mod {self.modulus}, not by parity")
        return self.pieces[remainder % self.modulus]

    def evaluate(self, kernel_size: int) -> Fraction:
        """Return the value at one kernel size, exactly.

        Raises
        ------
        KernelSizeError
            Below :attr:`valid_from`, or at a pole.
        """
        d = check_kernel_size(kernel_size)
        value = self._value(d)
        if d < self.valid_from or value is None:
            least = f"for kernel sizes >= {self.valid_from}, not" if d < self.valid_from else "not defined at"
            raise KernelSizeError(f"the formula {self.to_text()} is {least} {d}")
        return value

    def _value(self, d: int) -> Fraction | None:
        value = self.pieces[d % self.modulus].subs(D, Integer(d))
        return Fraction(int(value.p), int(value.q)) if value.is_Rational else None

    def agrees(self, values: Mapping[int, Fraction]) -> bool:
        """Tell whether the formula gives all these values, by kernel size."""
        return all(self._value(d) == value for d, value in values.items())

    def to_text(self) -> str:
        """Write the formula as SymPy does, pieces with their classes."""
        return _in_pieces(self.pieces, str, "{} for {}", "; ", "{}")

    def to_latex(self) -> str:
        """Write the formula in LaTeX without dollar signs."""
        return _in_pieces(self.pieces, sympy.latex, r"{} & \text{{{}}}", r" \\ ", r"\begin{{cases}} {} \end{{cases}}")

    def to_dict(self) -> dict[str, Any]:
        """Return the formula as a JSON object.

        Examples
        --------
        >>> Formula.from_texts(["d**2"]).to_dict()["latex"]
        'd^{2}'
        """
        return {
            "text": self.to_text(),
            "latex": self.to_latex(),
            "pieces": [str(piece) for piece in self.pieces],
            "valid_from": self.valid_from,
            "method": self.method,
            "fitted": list(self.fitted),
            "tested": list(self.tested),
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Formula:
        """Read what :meth:`to_dict` wrote.

        Raises
        ------
        FormatError
            If it is no such object.

        Examples
        --------
        >>> formula = Formula.from_texts(["d**2"])
        >>> Formula.from_dict(formula.to_dict()) == formula
        True
        >>> Formula.from_dict({})
        Traceback (most recent call last):
        ...
        theory.errors.FormatError: not a formula as to_dict writes it: 'pieces' is missing
        """
        try:
            given = cls.from_texts(value["pieces"], valid_from=int(value["valid_from"]))
            fitted, tested = (tuple(int(d) for d in value[key]) for key in ("fitted", "tested"))
            return replace(given, method=str(value["method"]), fitted=fitted, tested=tested)
        except KeyError as error:
            raise FormatError(f"not a formula as to_dict writes it: {error} is missing") from None
        except (TypeError, AttributeError):
            raise FormatError("not a formula as to_dict writes it") from None


def _read_formula(text: object) -> Expr:
    # SymPy's reader evaluates Python, so it must see nothing but formulas.
    if not isinstance(text, str) or not _FORMULA.fullmatch(text):
        raise FormatError(f"a formula is made of d, integers, + - * / **, binomial and floor, not {str(text)[:40]!r}")
    try:
        formula = sympy.sympify(text, locals={"d": D})
    except (sympy.SympifyError, TypeError, ValueError, SyntaxError):
        formula = None
    if not isinstance(formula, Expr) or not formula.free_symbols <= {D}:
        raise FormatError(f"{text[:40]!r} is no formula in d")
    return formula


def _normal(formula: Expr) -> Expr:
    """Return the formula as it is read back from its text: SymPy's factor returns 2*(d + 1), which reads 2*d + 2."""
    return _read_formula(str(formula))


def _in_pieces(pieces: Sequence[Expr], write: Callable[[Expr], str], one: str, joint: str, whole: str) -> str:
    if len(pieces) == 1:
        return write(pieces[0])
    classes = (_class(i, len(pieces)) for i in range(len(pieces)))
    return whole.format(joint.join(one.format(write(piece), name) for piece, name in zip(pieces, classes, strict=True)))


def _class(remainder: int, modulus: int) -> str:
    return ("even d", "odd d")[remainder] if modulus == 2 else f"d = {remainder} mod {modulus}"


# --- ansätze --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Function:
    """A function of d with integer values, and the same function for SymPy."""

    expression: Expr
    value: Callable[[int], int]


def _central(shift: int) -> _Function:
    return _Function(binomial(D + shift, floor((D + shift) / 2)), lambda d: comb(d + shift, (d + shift) // 2))


_ONE = _Function(Integer(1), lambda _: 1)
_POWER_OF_TWO = _Function(Integer(2) ** D, lambda d: 2**d)
_CENTRAL = _central(0)


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

    def fit(self, data: Mapping[int, Fraction]) -> list[int] | None:
        """Find the coefficients that give the data, if there are any and the data outnumber the parameters."""
        if self.parameters >= len(data):
            return None
        rows = [entry for d, value in data.items() for entry in self._row(d, value)]
        kernel, nullity = fmpz_mat(len(data), self.parameters + 1, rows).nullspace()
        # Where several solutions differ by more than a factor, a smaller ansatz fits, and was tried before.
        return [int(kernel[i, 0]) for i in range(self.parameters + 1)] if nullity == 1 else None

    def _row(self, d: int, value: Fraction) -> list[int]:
        above = [value.denominator * function.value(d) * d**power for function, power in self.terms]
        return above + [-value.numerator * d**power for power in range(self.degree + 1)]

    def expression(self, coefficients: Sequence[int]) -> Expr | None:
        """Return the formula in factored form, None if its denominator vanishes."""
        divisor = sum(c * D**power for power, c in enumerate(coefficients[len(self.terms) :]))
        if divisor == 0:
            return None
        groups: dict[_Function, Expr] = {}
        for (function, power), c in zip(self.terms, coefficients, strict=False):
            groups[function] = groups.get(function, Integer(0)) + c * D**power
        return _normal(sum((sympy.factor(above / divisor) * f.expression for f, above in groups.items()), Integer(0)))


def _polynomial(factor: _Function, degree: int) -> tuple[tuple[_Function, int], ...]:
    return tuple((factor, power) for power in range(degree + 1))


@cache
def _rational() -> tuple[_Ansatz, ...]:
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


@dataclass(frozen=True)
class _Stage:
    name: str
    ansaetze: Callable[[], tuple[_Ansatz, ...]]
    moduli: tuple[int, ...]


_STAGES = (
    _Stage("rational function", _rational, _PARITY),
    _Stage("sum of at most three terms", _sums, _PARITY),
    _Stage("mixed rational function, power of 2 and central binomial", _mixed, _PARITY),
    _Stage("rational function", _rational, _FINER),
)


# --- search ---------------------------------------------------------------------------------------------------------


def _attempts(number_tested: int) -> Iterator[tuple[_Stage, int]]:
    """Yield what is tried, in order: a stage, and into how many classes of d it is split."""
    for stage in _STAGES:
        yield from ((stage, modulus) for modulus in stage.moduli if MARGIN * modulus <= number_tested)


def _attempt_name(stage: _Stage, modulus: int) -> str:
    split = {1: "", 2: ", split by parity"}.get(modulus, f", split by d mod {modulus}")
    return f"{stage.name}{split}"


def _find(values: Mapping[int, Fraction], tested: Sequence[int]) -> Formula | None:
    """Find the first formula of all stages that the unseen values confirm."""
    seen = [d for d in values if d not in tested]
    unseen = [d for d in values if d in tested]
    for stage, modulus in _attempts(len(unseen)):
        for exceptions in (0, len(seen) // 6):
            pieces = _pieces(stage.ansaetze(), modulus, values, seen[exceptions:], unseen)
            if pieces is not None:
                name = _attempt_name(stage, modulus)
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
    for ansatz in ansaetze:
        coefficients = ansatz.fit(known)
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


def _find_coefficient(
    values: Mapping[int, Fraction], errors: Mapping[int, Fraction], inverse: Formula | None, tested: Sequence[int]
) -> Formula | None:
    """Find a coefficient's formula: directly, or as a multiple of an error that is no rational function."""
    direct = _find(values, tested)
    if direct is not None or inverse is None or all(piece.is_rational_function(D) for piece in inverse.pieces):
        return direct
    ratio = _find({d: value / errors[d] for d, value in values.items() if d >= inverse.valid_from}, tested)
    if ratio is None:
        return None
    modulus = lcm(ratio.modulus, inverse.modulus)
    pieces = tuple(
        _normal(ratio.pieces[i % ratio.modulus] / inverse.pieces[i % inverse.modulus]) for i in range(modulus)
    )
    quotient = Formula(pieces, ratio.valid_from, f"{ratio.method}, times the error", ratio.fitted, ratio.tested)
    return quotient if quotient.agrees({d: v for d, v in values.items() if d >= ratio.valid_from}) else None


# --- families of orders ---------------------------------------------------------------------------------------------


def _far(text: str) -> int:
    """Return a kernel size so large that orders counted from the bottom and from the top are far apart."""
    largest = max((int(number) for number in re.findall(r"[0-9]+", text, re.ASCII)), default=0)
    if largest > _LARGEST_NUMBER:
        raise InputError(f"numbers in the orders of a guess are at most {_LARGEST_NUMBER}, not {largest}")
    return 2 * largest + 3


def _orders(text: str, d: int) -> tuple[int, ...] | None:
    """Return the orders at one kernel size if there are any and all are below it."""
    try:
        orders = parse_orders(text, d)
    except OrdersError:
        return None
    return orders if orders[-1] < d else None


def _least_kernel_size(text: str) -> int:
    """Return the least d from which on the orders are distinct and in 0..d-1.

    Not the least d at which they are so: 3,d-2 is {2, 3} at d = 4, but of another kind than {3, 4}, {3, 5}, ..
    """
    least = _far(text)
    if parse_orders(text, least)[-1] == least:
        raise InputError(f"with the order d the maximum is in the class and the error 0, so {text[:40]!r} is no family")
    while least > 2 and _orders(text, least - 1) is not None:
        least -= 1
    return least


def _labels(text: str) -> list[str]:
    """Name the orders whose coefficients are guessed: all, but of a range that grows with d only some at its ends."""
    far = _far(text)
    labels: list[str] = []
    for part in text.replace(" ", "").split(","):
        here, there = parse_orders(part, far), parse_orders(part, far + 1)
        if here == there:
            labels += [str(order) for order in here]
        elif len(here) == len(there):
            labels += [f"d-{far - order}" for order in here]
        else:
            labels += [str(order) for order in here[:_ENDS]] + [f"d-{far - order}" for order in here[-_ENDS:]]
    return list(dict.fromkeys(labels))


def _kernel_sizes(text: str, first: int | None, last: int | None) -> range:
    least = _least_kernel_size(text)
    low = least if first is None else check_kernel_size(first)
    high = low + DEFAULT_COUNT - 1 if last is None else check_kernel_size(last)
    if low < least:
        raise KernelSizeError(f"the orders {text} need kernel sizes >= {least}, but the first is {low}")
    if high < low:
        raise KernelSizeError(f"the first kernel size, {low}, is larger than the last, {high}")
    sizes = range(low, high + 1)
    if len(sizes) < FEWEST:
        raise KernelSizeError(
            f"a guess needs at least {FEWEST} kernel sizes, {FEWEST - MARGIN} to fit and {MARGIN} to test, "
            f"but {low}..{high} are {len(sizes)}"
        )
    return sizes


# --- guesses --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Guess:
    """What exact optima at some kernel sizes suggest for all: conjectures, with their evidence.

    Attributes
    ----------
    orders : str
        The family, in the notation of :func:`theory.notation.parse_orders`.
    objective : {"cube", "range", "l2"}
    fitted, tested : tuple of int
        Kernel sizes that formulas were fitted to, and larger ones set aside to test them. A formula that has
        exceptions at the smallest kernel sizes, or the coefficient of an order that does not occur there, has fewer:
        see :attr:`Formula.fitted`.
    inverse_error : Formula or None
        1/E, None if no formula of the kinds tried agrees with the exact values.
    coefficients : mapping of str to Formula or None
        By order: ``"1"`` from the bottom, ``"d-1"`` from the top.
    errors : mapping of int to Fraction
        E by kernel size: the evidence, exact. For ``"l2"`` the largest residual of the best in mean square.
    """

    orders: str
    objective: Objective
    fitted: tuple[int, ...]
    tested: tuple[int, ...]
    inverse_error: Formula | None
    coefficients: Mapping[str, Formula | None]
    errors: Mapping[int, Fraction]

    @property
    def conjecture(self) -> bool:
        """Whether 1/E has a formula. It is conjectured then, not proved."""
        return self.inverse_error is not None

    @cached_property
    def tried(self) -> tuple[str, ...]:
        """The kinds of formulas that the kernel sizes sufficed to try, in order."""
        return tuple(_attempt_name(*attempt) for attempt in _attempts(len(self.tested)))

    @property
    def summary(self) -> str:
        """One line: the conjecture with its evidence, or what was tried.

        Examples
        --------
        >>> guess_formula("0,1,d-1", last=14).summary
        'conjecture: 1/E = 2*d + 2 for d >= 3 (rational function; fitted to d = 3..10, confirmed at d = 11..14)'
        """
        if self.inverse_error is None:
            sizes = _run(sorted(self.errors))
            return f"no formula of this kind for 1/E at d = {sizes}; tried: {'; '.join(self.tried)}"
        formula = self.inverse_error
        return (
            f"conjecture: 1/E = {formula.to_text()} for d >= {formula.valid_from} ({formula.method}; "
            f"fitted to d = {_run(formula.fitted)}, confirmed at d = {_run(formula.tested)})"
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the guess as a JSON object, rationals as exact strings.

        Examples
        --------
        >>> guess_formula("0,1", last=10).to_dict()["inverse_error"]["text"]
        '2*d/(d - 1)'
        """
        return {
            "orders": self.orders,
            "objective": self.objective,
            "status": "conjecture" if self.conjecture else "no formula of this kind",
            "fitted": list(self.fitted),
            "tested": list(self.tested),
            "tried": list(self.tried),
            "inverse_error": None if self.inverse_error is None else self.inverse_error.to_dict(),
            "coefficients": {
                label: None if formula is None else formula.to_dict() for label, formula in self.coefficients.items()
            },
            "errors": {str(d): to_string(error) for d, error in self.errors.items()},
        }

    @classmethod
    def from_dict(cls, value: Mapping[str, Any]) -> Guess:
        """Read what :meth:`to_dict` wrote.

        Raises
        ------
        FormatError
            If it is no such object.

        Examples
        --------
        >>> Guess.from_dict({})
        Traceback (most recent call last):
        ...
        theory.errors.FormatError: not a guess as to_dict writes it: 'orders' is missing
        """
        try:
            return cls(
                orders=str(value["orders"]),
                objective=check_objective(value["objective"]),
                fitted=tuple(int(d) for d in value["fitted"]),
                tested=tuple(int(d) for d in value["tested"]),
                inverse_error=_optional_formula(value["inverse_error"]),
                coefficients=MappingProxyType({k: _optional_formula(f) for k, f in value["coefficients"].items()}),
                errors=MappingProxyType({int(d): from_string(error) for d, error in value["errors"].items()}),
            )
        except KeyError as error:
            raise FormatError(f"not a guess as to_dict writes it: {error} is missing") from None
        except (TypeError, AttributeError):
            raise FormatError("not a guess as to_dict writes it") from None

    def skeleton(self, name: str) -> str:
        """Write the source of a claim about this conjecture, for ``proofs_check/theorems/<name>.py``.

        Parameters
        ----------
        name : str
            Name of the module, such as ``mean_and_third_last``.

        Returns
        -------
        str
            A module whose claim compares certified exact optima with the formulas, and whose docstring says what
            remains to be proved.

        Raises
        ------
        InputError
            If 1/E has no formula, the objective has no certificates, or the name is no module name.

        Examples
        --------
        >>> source = guess_formula("0,1,d-1", last=12).skeleton("mean_and_last_again")
        >>> source.splitlines()[0]
        '\"\"\"Conjecture: the optimal error of the orders {0, 1, d-1} for all kernel sizes d >= 3.'
        >>> guess_formula("0,1,d-1", last=12).skeleton("no name")
        Traceback (most recent call last):
        ...
        theory.errors.InputError: a module is named in small letters, digits and _, not 'no name'
        """
        if not _MODULE.fullmatch(name) or iskeyword(name):
            raise InputError(f"a module is named in small letters, digits and _, not {name[:40]!r}")
        if self.objective == "l2":
            raise InputError("a claim needs certificates, which exist for the objectives cube and range only")
        if self.inverse_error is None:
            raise InputError(f"there is nothing to claim: 1/E of the orders {self.orders} has no formula")
        return _write_skeleton(self, self.inverse_error, name)


def _optional_formula(value: Mapping[str, Any] | None) -> Formula | None:
    return None if value is None else Formula.from_dict(value)


def _run(sizes: Sequence[int]) -> str:
    """Write kernel sizes as runs, such as 3, 5..9."""
    runs: list[list[int]] = []
    for d in sizes:
        if runs and d == runs[-1][-1] + 1:
            runs[-1].append(d)
        else:
            runs.append([d])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}..{run[-1]}" for run in runs)


def guess_formula(
    orders: str,
    *,
    first: int | None = None,
    last: int | None = None,
    objective: Objective = "cube",
    on_solved: Callable[[int], None] | None = None,
) -> Guess:
    """Guess formulas in d for the optimal error and coefficients of a family of orders.

    Parameters
    ----------
    orders : str
        Such as ``0,1,d-2,d-1``, ``0-3``, ``0..d-2``; read for each d by :func:`theory.notation.parse_orders`.
    first, last : int, optional
        The kernel sizes to solve. By default from the least from which on all orders are distinct and below d,
        25 of them.
    objective : {"cube", "range", "l2"}
        As for :func:`theory.optimal.solve.optimal_estimator`.
    on_solved : callable, optional
        Called with each kernel size that has been solved: for progress bars.

    Returns
    -------
    Guess
        Of a range that grows with d, such as ``0..d-1``, the coefficients of three orders at each end are guessed.

    Raises
    ------
    OrdersError
        If the orders cannot be read, are not a family for all large d, or are not allowed for the objective.
    KernelSizeError
        If a kernel size is too small for the orders, ``first`` is larger than ``last``, or they leave too few.
    InputError
        If the objective is unknown, the orders contain d, where the error is 0, or a number above 100.

    Notes
    -----
    A third of the kernel sizes, the largest, at least 3, are never fitted to, and a formula with p parameters is
    fitted to at least p + 1 values. What is tried in which order: :mod:`theory.guess`. A formula is a conjecture:
    families in which the place of an extremum is rounded can keep one pattern for long and then change it.

    Examples
    --------
    >>> guess = guess_formula("0,1,d-1", last=14)
    >>> guess.inverse_error.expression, guess.coefficients["d-1"].expression
    (2*d + 2, d*(d - 1)/((d - 2)*(d + 1)))
    >>> guess.fitted, guess.tested
    ((3, 4, 5, 6, 7, 8, 9, 10), (11, 12, 13, 14))
    >>> guess_formula("1..d-1").inverse_error.to_text()
    '2**d - 1'
    >>> guess_formula("0,1,d-1", first=5, last=9)
    Traceback (most recent call last):
    ...
    theory.errors.KernelSizeError: a guess needs at least 8 kernel sizes, 5 to fit and 3 to test, but 5..9 are 5
    """
    goal = check_objective(objective)
    sizes = _kernel_sizes(orders, first, last)
    errors, optima = _solve(orders, sizes, goal, on_solved)
    number_tested = max(MARGIN, len(sizes) // 3)
    fitted, tested = tuple(sizes[:-number_tested]), tuple(sizes[-number_tested:])
    inverse = _find({d: 1 / error for d, error in errors.items()}, tested)
    coefficients = {
        label: _find_coefficient(_of_order(label, optima), errors, inverse, tested) for label in _labels(orders)
    }
    return Guess(
        orders=orders,
        objective=goal,
        fitted=fitted,
        tested=tested,
        inverse_error=inverse,
        coefficients=MappingProxyType(coefficients),
        errors=MappingProxyType(errors),
    )


def _solve(
    text: str, sizes: Iterable[int], objective: Objective, on_solved: Callable[[int], None] | None
) -> tuple[dict[int, Fraction], dict[int, dict[int, Fraction]]]:
    errors, optima = {}, {}
    for d in sizes:
        estimator = optimal_estimator(d, parse_orders(text, d), objective=objective)
        if estimator.error:
            errors[d], optima[d] = estimator.error, estimator.coefficients
        if on_solved is not None:
            on_solved(d)
    return errors, optima


def _of_order(label: str, optima: Mapping[int, Mapping[int, Fraction]]) -> dict[int, Fraction]:
    """Return the coefficient of one order by kernel size, where the order occurs."""
    orders = {d: d - int(label[2:]) if label.startswith("d") else int(label) for d in optima}
    return {d: optima[d][order] for d, order in orders.items() if order in optima[d]}


# --- skeletons of claims --------------------------------------------------------------------------------------------

_SKELETON = '''"""Conjecture: the optimal error of the orders {{{orders}}} for all kernel sizes d >= {valid_from}.

Setting
    {setting}
Claim
{claim}
Kind
    Tight.
Source
    This project, conjecture: guessed by ``theory.guess``, not proved.
Evidence
{evidence}
To be proved
{to_prove}
Check
    The exact solver finds an optimum, ``proofs_check.certificates`` certifies it, and both are compared with the
    formulas, for each kernel size up to the largest.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofs_check.certificates import check_certificate
from proofs_check.claim import Claim, Instance
from theory import optimal_estimator
from theory.guess import Formula
from theory.notation import parse_orders

ORDERS = {quoted_orders}
OBJECTIVE = "{objective}"
INVERSE_ERROR = {inverse_error}
COEFFICIENTS: dict[str, Formula] = {{
{coefficients}}}


def _instances(kernel_max: int) -> Iterator[Instance]:
    for d in range(INVERSE_ERROR.valid_from, kernel_max + 1):
        estimator = optimal_estimator(d, parse_orders(ORDERS, d), objective=OBJECTIVE)
        if estimator.certificate is None:
            continue
        for label, formula in COEFFICIENTS.items():
            (order,) = parse_orders(label, d)
            if order in estimator.orders and d >= formula.valid_from:
                beta = estimator.coefficients[order]
                yield Instance(f"d = {{d}}, coefficient of order {{label}}", d, beta, formula.evaluate(d))
        error = check_certificate(estimator.certificate.to_json())
        yield Instance(f"d = {{d}}, error", d, error, 1 / INVERSE_ERROR.evaluate(d))


def claims() -> Iterator[Claim]:
    """Yield the conjecture as a claim."""
    yield Claim(
        name="{claim_name}",
        statement={statement},
        kind="tight",
        source="this project, conjecture",
        instances=_instances,
    )
'''

_SETTINGS = {
    "cube": "The best approximation of max pooling in M_d(R), in the sup norm over [0,1]^d; E is its error.",
    "range": "The best translation-equivariant estimator with these orders; E is its error relative to the range.",
}


def _write_skeleton(guess: Guess, formula: Formula, name: str) -> str:
    found = {label: f for label, f in guess.coefficients.items() if f is not None}
    symbol = r"E_{\mathrm{range}}" if guess.objective == "range" else "E"
    orders = guess.orders.replace(" ", "").replace(",", ", ")
    statement = rf"\frac{{1}}{{{symbol}(d, \{{{orders}\}})}} = {formula.to_latex()}"
    return _SKELETON.format(
        orders=orders,
        valid_from=formula.valid_from,
        setting=_SETTINGS[guess.objective],
        claim=_paragraph(f"1/E = {formula.to_text()}."),
        evidence=_paragraph(
            f"Exact optima for d = {_run(sorted(guess.errors))}. The formula for 1/E ({formula.method}) was fitted to "
            f"d = {_run(formula.fitted)} and then gave the unseen values at d = {_run(formula.tested)}."
        ),
        to_prove=_paragraph(_what_remains(guess, found)),
        quoted_orders=_quote(guess.orders, ""),
        objective=guess.objective,
        inverse_error=_source(formula, ""),
        coefficients="".join(f"    {_quote(label, '')}: {_source(f, '    ')},\n" for label, f in found.items()),
        claim_name=f"conjecture-{name.replace('_', '-')}",
        statement=_quote(statement, "        "),
    )


def _what_remains(guess: Guess, found: Mapping[str, Formula]) -> str:
    points = "z = 1..d-1" if guess.objective == "range" else "z = 0..d"
    known = f"those conjectured here are of the orders {', '.join(found)}" if found else "none are conjectured here"
    upper = (
        f"An upper bound on E for every d: coefficients in d ({known}) whose residual at each 0/1 vector, that is for "
        f"each number of zeros {points}, is at most the claimed error in size."
    )
    lower = (
        "A lower bound for every d: signed weights on these numbers of zeros, with absolute values of sum 1, that "
        "annihilate the features of all orders and give the target the claimed error. The exact certificates hold "
        "both for single kernel sizes; the instances settle these and no others."
    )
    return f"{upper} {lower}"


def _paragraph(text: str) -> str:
    return fill(text, _TEXT_WIDTH + 15, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)


def _quote(text: str, indent: str) -> str:
    """Write a string literal, in several lines if it is long."""
    pieces = [text[i : i + _TEXT_WIDTH - 20] for i in range(0, len(text), _TEXT_WIDTH - 20)]
    quoted = ['"' + piece.replace("\\", "\\\\") + '"' for piece in pieces]
    if len(quoted) == 1:
        return quoted[0]
    lines = "".join(f"{indent}    {line}\n" for line in quoted)
    return f"(\n{lines}{indent})"


def _source(formula: Formula, indent: str) -> str:
    inner = f"{indent}    "
    pieces = "".join(f"{inner}    {_quote(str(piece), f'{inner}    ')},\n" for piece in formula.pieces)
    return f"Formula.from_texts(\n{inner}[\n{pieces}{inner}],\n{inner}valid_from={formula.valid_from},\n{indent})"
