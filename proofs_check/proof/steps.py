"""What a proof consists of: regions, the four kinds of steps, and the errors of checking them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from random import Random
from typing import Any, Literal

import sympy
from sympy import Expr, Symbol, latex

from theory.errors import SubpoolError

_MOST_SMALL_POINTS = 64
_DRAWN_POINTS = 32
_SCALES = (3, 10, 40, 1000)
"""Each value of a drawn point is below one of these, drawn, too: edges and places far out, in all combinations."""


class ProofError(SubpoolError):
    """A step of a proof is beyond what the checker decides, or malformed."""


class ProofRefuted(ProofError):  # noqa: N818 - an outcome, as a verdict is
    """A step of a proof is false: exact evaluation at a point of its region contradicts it."""


def free(name: str) -> Symbol:
    """Return a symbol for regions: any nonnegative integer."""
    return Symbol(name, integer=True, nonnegative=True)


def as_expression(value: Any) -> Expr:
    """Return a number or an expression as one of SymPy; refuse anything else, such as a text, which SymPy would run."""
    try:
        expression = sympy.sympify(value, strict=True)
    except sympy.SympifyError:
        expression = None
    if not isinstance(expression, Expr):
        raise ProofError(f"a step consists of expressions, not {value!r}")
    return expression


@dataclass(frozen=True)
class Region:
    r"""A set of integer points, or of rational ones (:meth:`spelled_out`), as a substitution by free symbols.

    The description is in LaTeX, such as ``d \ge 3``: relations between linear expressions in all symbols of the steps,
    joined by commas. The checker of a step refuses one that does not say the same as the substitution, which has each
    symbol of the steps in terms of free symbols (:func:`free`).

    >>> d, u = Symbol("d"), free("u")
    >>> Region(r"d \ge 3", {d: u + 3}).apply(d**2)
    (u + 3)**2
    """

    description: str
    substitution: Mapping[Symbol, Expr] = field(hash=False)

    @classmethod
    def spelled_out(cls, substitution: Mapping[Symbol, Expr]) -> Region:
        r"""Return a region whose description is the substitution itself, which may be by rational functions.

        >>> x, p, q = Symbol("x"), free("p"), free("q")
        >>> print(Region.spelled_out({x: p / (q + 1)}).description)
        x = \frac{p}{q + 1} \text{ for integers } p, q \ge 0
        """
        symbols = sorted({latex(s) for e in substitution.values() for s in as_expression(e).free_symbols})
        values = ", ".join(f"{latex(symbol)} = {latex(e)}" for symbol, e in substitution.items())
        return cls(rf"{values} \text{{ for integers }} {', '.join(symbols)} \ge 0", substitution)

    @property
    def free_symbols(self) -> list[Symbol]:
        """The free symbols, sorted by name."""
        found = {symbol for e in self.substitution.values() for symbol in as_expression(e).free_symbols}
        return sorted(found, key=lambda symbol: symbol.name)

    def apply(self, expression: Expr) -> Expr:
        """Write an expression in the free symbols; a symbol that the region says nothing about is a ProofError."""
        written = as_expression(expression).xreplace({s: as_expression(e) for s, e in self.substitution.items()})
        unknown = written.free_symbols - set(self.free_symbols)
        if unknown:
            raise ProofError(f"the region {self.description} says nothing about {sorted(map(str, unknown))}")
        return written

    def extended(self, description: str, substitution: Mapping[Symbol, Expr]) -> Region:
        """Return the region of further symbols beside these."""
        return Region(f"{self.description}, {description}", {**self.substitution, **substitution})

    def at(self, symbol: Symbol, expression: Expr) -> Region:
        """Return the region where a symbol is an expression in the others, or in itself before."""
        return Region(self.description, {**self.substitution, symbol: sympy.expand(self.apply(expression))})

    def points(self) -> Iterator[dict[Symbol, int]]:
        """Yield some points of the region, small ones and large ones, as values of the free symbols."""
        symbols = self.free_symbols
        return (dict(zip(symbols, values, strict=True)) for values in points_of(len(symbols)))


def points_of(count: int) -> tuple[tuple[int, ...], ...]:
    """Return some points of so many nonnegative integers, small ones and large ones: the same ones at every call."""
    return _sample(count)


@cache
def _sample(count: int) -> tuple[tuple[int, ...], ...]:
    """Return points of nonnegative integers: the same ones at every call."""
    random = Random(count)
    if 4**count <= _MOST_SMALL_POINTS:
        small = list(product(range(4), repeat=count))
    else:
        small = [tuple(random.randrange(4) for _ in range(count)) for _ in range(_MOST_SMALL_POINTS)]
    drawn = [tuple(random.randrange(random.choice(_SCALES)) for _ in range(count)) for _ in range(_DRAWN_POINTS)]
    return tuple(dict.fromkeys([(0,) * count, *small, *drawn]))


Relation = Literal[">=", ">"]


@dataclass(frozen=True)
class Identity:
    """Two expressions are equal on a region."""

    text: str
    left: Expr
    right: Expr
    region: Region


@dataclass(frozen=True)
class Consecutive:
    """The factor t (t + 1), nonnegative because t is an integer, whatever its sign."""

    t: Expr


@dataclass(frozen=True)
class Sign:
    """An expression is nonnegative, or positive, on a region, as a product of factors that are.

    The factors may be written in the symbols of the region, or in its free symbols.
    """

    text: str
    expression: Expr
    factors: tuple[Expr | Consecutive, ...]
    region: Region
    relation: Relation = ">="


@dataclass(frozen=True)
class Telescoping:
    """The sum of F(k) over k = first..last is ``total``, because F(k) = G(k+1) - G(k).

    The region must describe the symbols other than ``index``. On it last >= first - 1, and a sum that ends there is
    empty, and 0.
    """

    text: str
    summand: Expr
    index: Symbol
    first: Expr
    last: Expr
    antidifference: Expr
    total: Expr
    region: Region


@dataclass(frozen=True)
class ConstantSum:
    """The sum of F(n, k) over k = first..last is ``total``, the same for all n >= least.

    F(n+1, k) - F(n, k) = G(n, k+1) - G(n, k) for first <= k <= last, the terms that n+1 adds are G(n, .) taken back at
    the upper end, and G vanishes at the lower end. ``last`` grows by 1 with n; ``first`` does not depend on n.
    """

    text: str
    summand: Expr
    index: Symbol
    size: Symbol
    least: int
    first: Expr
    last: Expr
    companion: Expr
    total: Expr


Step = Identity | Sign | Telescoping | ConstantSum


def region_of(step: Step) -> Region:
    """Return the region of all symbols of a step but the index of its sum."""
    if isinstance(step, ConstantSum):
        n = step.size
        return Region(rf"{latex(n)} \ge {step.least}", {n: free(f"{n}_least") + step.least})
    return step.region


@dataclass(frozen=True)
class Proof:
    r"""Steps that together prove a statement for all kernel sizes from ``valid_from`` on.

    The argument says how they make up the proof, in words, with mathematics between ``\(`` and ``\)``. The closing
    sentence leads from the steps to the statement, which no step says by itself: what is left to words. Without one,
    nothing is proved.
    """

    steps: tuple[Step, ...]
    valid_from: int
    argument: str = ""
    closing: str = ""
