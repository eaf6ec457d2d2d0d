"""Closed forms: families of orders whose optimal error and coefficients are known for all kernel sizes from one on.

Each family is data: ranges of orders (:mod:`theory.named_orders`) with a SymPy formula for the coefficient, and a SymPy
formula for the error, in the symbols d (kernel size), k (the order a coefficient belongs to) and the family's own
parameters. Everything else is evaluated from these formulas, in exact arithmetic. The tests compare every family with
the exact solver. Names that begin with ``bare-`` are families without intercept, those with ``range-`` are relative to
the range of the window.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import comb, prod
from types import MappingProxyType

from sympy import Expr, Integer, Rational, Sum, Symbol, binomial, floor, sympify

from theory.errors import InputError, KernelSizeError
from theory.named_orders import NAMED_ORDERS, with_values
from theory.notation import KernelSize, check_kernel_size
from theory.objectives import DEFAULT, RELATIVE, Objective, ObjectiveValue, find_objective

D = Symbol("d")
"""The kernel size in all formulas."""
K = Symbol("k")
"""The order that a coefficient belongs to."""
R = Symbol("r")
J = Symbol("j")
_I = Symbol("i")

PAPER = "Matoba, Dimitriadis, Fleuret, TMLR 2023"
OURS = "this project"


@dataclass(frozen=True)
class Block:
    """Consecutive orders k = first..last with one formula, in k, d and the family's parameters, for beta_k."""

    first: Expr
    last: Expr
    coefficient: Expr


def evaluate_formula(formula: Expr, values: Mapping[Symbol, int]) -> Fraction:
    """Evaluate a formula of a closed form at integers, exactly.

    SymPy's own ``formula.subs(values).doit()`` gives the same, as the tests check, but is slow on sums.
    """
    if formula.is_Rational:
        return Fraction(int(formula.p), int(formula.q))
    if formula.is_Symbol:
        return Fraction(values[formula])
    if isinstance(formula, Sum):
        ((index, first, last),) = formula.limits
        steps = range(_evaluate_integer(first, values), _evaluate_integer(last, values) + 1)
        return sum((evaluate_formula(formula.function, {**values, index: step}) for step in steps), Fraction(0))
    if formula.is_Pow:
        return evaluate_formula(formula.base, values) ** _evaluate_integer(formula.exp, values)
    if isinstance(formula, binomial):
        top, bottom = (_evaluate_integer(argument, values) for argument in formula.args)
        return Fraction(comb(top, bottom))
    arguments = [evaluate_formula(argument, values) for argument in formula.args]
    if formula.is_Add:
        return sum(arguments, Fraction(0))
    if formula.is_Mul:
        return prod(arguments, start=Fraction(1))
    if isinstance(formula, floor):
        return Fraction(arguments[0].__floor__())
    raise InputError(f"closed forms know no {type(formula).__name__}, as in {formula}")


def _evaluate_integer(formula: Expr, values: Mapping[Symbol, int]) -> int:
    value = evaluate_formula(formula, values)
    if value.denominator != 1:
        raise InputError(f"{formula} is {value} where an integer is needed")
    return value.numerator


@dataclass(frozen=True)
class ClosedForm:
    """A family of sets of orders with the optimal error and coefficients as formulas in the kernel size d.

    Attributes
    ----------
    name : str
    blocks : tuple of Block
        The orders with their coefficients.
    parametric_error_formula : sympy.Expr
        The error in d and the family's parameters.
    parametric_valid_from : sympy.Expr
        The smallest kernel size, in the family's parameters.
    objective : str
        A name of :mod:`theory.objectives`.
    source : str
        Where the formula comes from.
    parameters : mapping of str to int
        Values of the parameters beside d; :meth:`at` changes them.

    Examples
    --------
    >>> family = closed_forms["mean-and-last"]
    >>> family.orders(9), family.error(9), family.error_formula
    ((0, 1, 8), Fraction(1, 20), 1/(2*d + 2))
    >>> closed_forms["top"].at(j=3).error(9)
    Fraction(1, 186)
    """

    name: str
    blocks: tuple[Block, ...]
    parametric_error_formula: Expr
    parametric_valid_from: Expr
    objective: Objective
    source: str
    parameters: Mapping[str, int]

    def at(self, **parameters: int) -> ClosedForm:
        """Return the family at other values of its parameters.

        Raises
        ------
        InputError
            If the family has no such parameter, or the value is too small.
        """
        return replace(self, parameters=with_values(self.name, self.parameters, parameters))

    @property
    def least(self) -> dict[str, int]:
        """The least value of each parameter."""
        return dict.fromkeys(self.parameters, 1)

    @property
    def goal(self) -> ObjectiveValue:
        """What the name of the objective stands for."""
        return find_objective(self.objective)

    @cached_property
    def _substitution(self) -> dict[Symbol, int]:
        return {Symbol(name): value for name, value in self.parameters.items()}

    @property
    def error_formula(self) -> Expr:
        """The optimal error as a SymPy expression in the symbol d alone."""
        formula = self.parametric_error_formula
        # Substituting nothing is not quite nothing: SymPy would rewrite the formula.
        return formula.subs(self._substitution) if self._substitution else formula

    @property
    def valid_from(self) -> int:
        """The smallest kernel size for which the formulas hold."""
        return _evaluate_integer(self.parametric_valid_from, self._substitution)

    @property
    def title(self) -> str:
        """The set of orders as text, such as ``{0, 1, d - 1}``."""
        ends = ((b.first.subs(self._substitution), b.last.subs(self._substitution)) for b in self.blocks)
        return "{" + ", ".join(str(a) if a == b else f"{a}..{b}" for a, b in ends) + "}"

    def _values(self, kernel_size: KernelSize) -> dict[Symbol, int]:
        d = check_kernel_size(kernel_size)
        if d < self.valid_from:
            raise KernelSizeError(
                f"the family {self.name} {self.title} needs kernel size >= {self.valid_from}, not {d}"
            )
        return {**self._substitution, D: d}

    def _block_orders(self, block: Block, values: Mapping[Symbol, int]) -> range:
        return range(_evaluate_integer(block.first, values), _evaluate_integer(block.last, values) + 1)

    def orders(self, kernel_size: KernelSize) -> tuple[int, ...]:
        """Return the orders R for one kernel size, increasing; KernelSizeError below :attr:`valid_from`, as for all."""
        values = self._values(kernel_size)
        return tuple(order for block in self.blocks for order in self._block_orders(block, values))

    def error(self, kernel_size: KernelSize) -> Fraction:
        """Return the optimal error for one kernel size."""
        return evaluate_formula(self.parametric_error_formula, self._values(kernel_size))

    def coefficients(self, kernel_size: KernelSize) -> dict[int, Fraction]:
        """Return the optimal coefficient of each order for one kernel size."""
        values = self._values(kernel_size)
        return {
            order: evaluate_formula(block.coefficient, {**values, K: order})
            for block in self.blocks
            for order in self._block_orders(block, values)
        }


def _subsets_up_to(size: Expr, of: Expr) -> Expr:
    """Count the subsets with at most ``size`` elements."""
    return Sum(binomial(of, _I), (_I, 0, size))


def _sign(exponent: Expr) -> Expr:
    return Integer(-1) ** exponent


def _family(name: str, source: str, error: Expr, *coefficients: Expr | int) -> ClosedForm:
    """Put a family together from its orders' coefficients, of which that of the intercept is the error."""
    named = NAMED_ORDERS[name]
    parts = [part.partition("..") for part in named.orders.split(",")]
    betas = coefficients if named.relative else (error, *coefficients)
    return ClosedForm(
        name=name,
        blocks=tuple(
            Block(sympify(first), sympify(last or first), sympify(beta))
            for (first, _, last), beta in zip(parts, betas, strict=True)
        ),
        parametric_error_formula=sympify(error),
        parametric_valid_from=sympify(named.least),
        objective=RELATIVE if named.relative else DEFAULT,
        source=source,
        parameters=named.parameters,
    )


def _without_intercept(family: ClosedForm) -> ClosedForm:
    """Remove the intercept: E = E'/(1 - E'), and the other coefficients are divided by 1 - E'.

    The estimator with intercept beta_0 = E' has residual -E' at the zero vector, where all other terms vanish.
    """
    error = family.parametric_error_formula
    return replace(
        family,
        name=f"bare-{family.name}",
        blocks=tuple(replace(block, coefficient=block.coefficient / (1 - error)) for block in family.blocks[1:]),
        parametric_error_formula=1 / (1 / error - 1),
        parametric_valid_from=sympify(NAMED_ORDERS[f"bare-{family.name}"].least),
        source=OURS,
    )


def _cube_families() -> list[ClosedForm]:
    half = Rational(1, 2)
    t = floor((D - 1) / 2) * floor(D / 2)
    a = floor((D - 1) / 2)
    middle = floor(D / 2)
    but_last = 1 / binomial(D, middle)
    top = 1 / (2 * _subsets_up_to(J, D - 1))
    order_and_top = 1 / (_subsets_up_to(J, D) + binomial(D - 1, J) * (D + R) / (D - R))
    # In the last three families p, the residual for z < d in units of the error, is +-1 at known points. The
    # coefficient of C(z,k) in p is its k-th forward difference at 0. `first` is the smallest order of the top block.
    first = D - J
    upper = Sum(binomial(K, _I), (_I, first, K))
    top_scale = _sign(K + D - 1) * binomial(D, K)
    return [
        _family("intercept", PAPER, half),
        _family("mean", PAPER, (D - 1) / (2 * D), 1),
        _family("single", OURS, (D - R) / (2 * D), 1),
        _family(
            "quadratic",
            PAPER,
            t / (2 * (t + D)),
            (1 / (D - 1) - 1) * (2 / a + 4) / (1 + D / t),
            2 * (1 / a + 2) / (1 + D / t),
        ),
        _family(
            "mean-and-last",
            PAPER,
            1 / (2 * (D + 1)),
            -D / ((D - 2) * (D + 1)),
            D * (D - 1) / ((D - 2) * (D + 1)),
        ),
        _family(
            "mean-and-last-two",
            PAPER,
            1 / D**2,
            2 / (D * (D - 3)),
            -(1 + 2 / (D * (D - 3))),
            2,
        ),
        _family(
            "mean-and-second-last",
            OURS,
            1 / (D + 2),
            -2 * D / ((D + 2) * (D - 3)),
            D * (D - 1) / ((D + 2) * (D - 3)),
        ),
        _family(
            "mean-last-third-last",
            OURS,
            3 / (2 * D * (D + 1)),
            3 / ((D + 1) * (D - 4)),
            -(D - 1) * (D - 2) / (2 * (D + 1) * (D - 4)),
            Rational(3, 2),
        ),
        _family("full", PAPER, half**D, -((-half) ** (D - K)) * binomial(D, K)),
        _family(
            "full-but-last",
            OURS,
            but_last,
            but_last
            * _sign(K + D)
            * binomial(D, K)
            * (2 * Sum(binomial(K, _I), (_I, 0, middle - 1)) - 2**K + (1 - _sign(D)) / 2 * binomial(K, middle)),
        ),
        _family("top", OURS, top, top * top_scale * (upper + binomial(K - 1, first - 1))),
        _family(
            "order-and-top",
            OURS,
            order_and_top,
            2 * order_and_top * _sign(J) * binomial(D, R) / binomial(first - 1, R),
            order_and_top
            * top_scale
            * (
                upper
                - binomial(K - 1, first - 1)
                + 2 * binomial(K, R) * binomial(K - R - 1, first - R - 1) / binomial(first - 1, R)
            ),
        ),
    ]


def _range_families() -> list[ClosedForm]:
    full = 1 / (2**D - 2)
    top = 1 / (_subsets_up_to(J, D) - 1)
    order_and_top = 1 / (_subsets_up_to(J, D) - 1 + binomial(D - 1, J) * D / (D - R))
    first = D - J
    upper = Sum(binomial(K, _I), (_I, first, K))
    scale = _sign(K + D - 1) * binomial(D, K)
    return [
        _family("range-single", OURS, (D - R) / D, 1),
        _family("range-mean-and-last", OURS, 1 / (2 * D), -1 / (2 * (D - 2)), (2 * D - 3) / (2 * (D - 2))),
        _family("range-full", OURS, full, full * scale * (2**K - 1)),
        _family("range-top", OURS, top, top * scale * upper),
        _family(
            "range-order-and-top",
            OURS,
            order_and_top,
            order_and_top * _sign(J) * binomial(D, R) / binomial(first - 1, R),
            order_and_top
            * scale
            * (upper + binomial(K, R) * binomial(K - R - 1, first - R - 1) / binomial(first - 1, R)),
        ),
    ]


def _registry() -> dict[str, ClosedForm]:
    cube = _cube_families()
    bare = [_without_intercept(family) for family in cube if len(family.blocks) > 1]
    return {family.name: family for family in (*cube, *bare, *_range_families())}


closed_forms: Mapping[str, ClosedForm] = MappingProxyType(_registry())
"""All families by name."""
