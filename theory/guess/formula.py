"""A conjectured formula in the kernel size, whole or split by classes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import Any

import sympy
from sympy import Expr, Integer

from theory.errors import FormatError, KernelSizeError
from theory.notation import check_kernel_size
from theory.optimal.families import D

_FORMULA = re.compile(r"(?:binomial|floor|d|[0-9]+|[-+*/(), ])+", re.ASCII)


@dataclass(frozen=True)
class Formula:
    r"""A conjectured formula in the kernel size d, with the kernel sizes that speak for it.

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
    (Fraction(20, 1), '2 \\left(d + 1\\right)')
    >>> formula.evaluate(2)
    Traceback (most recent call last):
    ...
    theory.errors.KernelSizeError: the formula 2*(d + 1) is for kernel sizes >= 3, not 2
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
        if self.modulus == 1:
            return str(self.pieces[0])
        names = ("even d", "odd d") if self.modulus == 2 else (f"d = {i} mod {self.modulus}" for i in count())
        return "; ".join(f"{piece} for {name}" for piece, name in zip(self.pieces, names, strict=False))

    def to_latex(self) -> str:
        """Write the formula in LaTeX without dollar signs."""
        if self.modulus == 1:
            return str(sympy.latex(self.pieces[0]))
        classes = (rf"{sympy.latex(p)} & d \equiv {i} \bmod {self.modulus}" for i, p in enumerate(self.pieces))
        rows = r" \\ ".join(classes)
        return rf"\begin{{cases}} {rows} \end{{cases}}"

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
    return tidy(formula)


def tidy(formula: Expr) -> Expr:
    """Factor the rational functions of d in a formula, one for each power or binomial that they multiply.

    A formula and the same formula read from its text come out alike, though SymPy reads 2*(d + 1) as 2*d + 2.
    """
    groups: dict[Expr, Expr] = {}
    for term in sympy.Add.make_args(formula):
        rational = other = Integer(1)
        for factor in sympy.Mul.make_args(term):
            if factor.is_rational_function(D):
                rational *= factor
            elif factor.is_Pow and factor.exp.is_Integer:
                content, rest = tidy(factor.base).primitive()
                rational *= content**factor.exp
                other *= rest**factor.exp
            else:
                other *= factor
        groups[other] = groups.get(other, Integer(0)) + rational
    return sum((sympy.factor(rational) * other for other, rational in groups.items()), Integer(0))
