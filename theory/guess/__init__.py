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

2 and 3, too, are tried for all d and then split by parity. Each is fitted to all kernel sizes not set aside, then
without the smallest sixth or third of them, where families often have exceptions; :attr:`Formula.valid_from` says
where a formula begins to hold. Coefficients of a family whose error is no rational function are also tried as
multiples of the error.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from keyword import iskeyword
from types import MappingProxyType
from typing import Any

from theory.errors import InputError
from theory.guess.ansatz import MARGIN, attempts, find_coefficient, find_formula
from theory.guess.formula import Formula
from theory.guess.orders import FEWEST, check_named, format_sizes, kernel_sizes_of, labels
from theory.guess.skeleton import MODULE_NAME, write_skeleton
from theory.notation import KernelSize, Orders, orders_in_d
from theory.objectives import CERTIFIED, Objective, choose_objective, find_objective
from theory.optimal.solve import optimal_estimator
from theory.progress import Progress, unwatched
from theory.rationals import to_string
from theory.targets import MAXIMUM


@dataclass(frozen=True)
class Guess:
    """What exact optima at some kernel sizes suggest for all: conjectures, with their evidence.

    Attributes
    ----------
    orders : str
        The family, as text in d.
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
        E by kernel size: the evidence, exact.
    target : str
        What is approximated.
    """

    orders: str
    objective: Objective
    fitted: tuple[int, ...]
    tested: tuple[int, ...]
    inverse_error: Formula | None
    coefficients: Mapping[str, Formula | None]
    errors: Mapping[int, Fraction]
    target: str = MAXIMUM

    @property
    def conjecture(self) -> bool:
        """Whether 1/E has a formula. It is conjectured then, not proved."""
        return self.inverse_error is not None

    @cached_property
    def tried(self) -> tuple[str, ...]:
        """The kinds of formulas that the kernel sizes sufficed to try, in order."""
        return tuple(name for name, *_ in attempts(len(self.tested)))

    @property
    def summary(self) -> str:
        """One line: the conjecture with its evidence, or what was tried.

        Examples
        --------
        >>> guess_formula("0,1,d-1", last=14).summary
        'conjecture: 1/E = 2*(d + 1) for d >= 3 (rational function; fitted to d = 3..10, confirmed at d = 11..14)'
        """
        if self.inverse_error is None:
            sizes = format_sizes(sorted(self.errors))
            return f"no formula of this kind for 1/E at d = {sizes}; tried: {'; '.join(self.tried)}"
        formula = self.inverse_error
        return (
            f"conjecture: 1/E = {formula.to_text()} for d >= {formula.valid_from} ({formula.method}; "
            f"fitted to d = {format_sizes(formula.fitted)}, confirmed at d = {format_sizes(formula.tested)})"
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
            "target": self.target,
            "status": "conjecture" if self.conjecture else "no formula of this kind",
            "fitted": list(self.fitted),
            "tested": list(self.tested),
            "tried": list(self.tried),
            "inverse_error": self.inverse_error and self.inverse_error.to_dict(),
            "coefficients": {label: formula and formula.to_dict() for label, formula in self.coefficients.items()},
            "errors": {str(d): to_string(error) for d, error in self.errors.items()},
        }

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
        if not MODULE_NAME.fullmatch(name) or iskeyword(name):
            raise InputError(f"a module is named in small letters, digits and _, not {name[:40]!r}")
        if not find_objective(self.objective).certified:
            known = " and ".join(CERTIFIED)
            raise InputError(f"a claim needs certificates, which exist for the objectives {known} only")
        if self.inverse_error is None:
            raise InputError(f"there is nothing to claim: 1/E of the orders {self.orders} has no formula")
        return write_skeleton(self, self.inverse_error, name)


def guess_formula(
    orders: Orders,
    *,
    first: KernelSize | None = None,
    last: KernelSize | None = None,
    objective: Objective | None = None,
    target: str = MAXIMUM,
    progress: Progress = unwatched,
) -> Guess:
    """Guess formulas in d for the optimal error and coefficients of a family of orders.

    Parameters
    ----------
    orders : str or iterable of int
        Such as ``"0,1,d-2,d-1"``, ``"0..d-2"``, ``"mean-and-last"``, which are read for each d.
    first, last : int, "3x3", or (3, 3), optional
        The kernel sizes to solve. By default from the least from which on all orders are distinct and below d,
        25 of them.
    objective : {"cube", "range", "l2"}, optional
        As for :func:`theory.optimal.solve.optimal_estimator`.
    target : str
        What is approximated: a name, such as ``"median"``, that is one of each kernel size.
    progress : callable
        Called with the number of kernel sizes that are done and of all.

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
        If the objective or the target is unknown, the orders contain d, where the error is 0, or a number above 100.

    Notes
    -----
    A third of the kernel sizes, the largest, at least 3, are never fitted to, and a formula with p parameters is
    fitted to at least p + 1 values. What is tried in which order: :mod:`theory.guess`. A formula is a conjecture:
    families in which the place of an extremum is rounded can keep one pattern for long and then change it.

    Examples
    --------
    >>> guess = guess_formula("0,1,d-1", last=14)
    >>> guess.inverse_error.expression, guess.coefficients["d-1"].expression
    (2*(d + 1), d*(d - 1)/((d - 2)*(d + 1)))
    >>> guess.fitted, guess.tested
    ((3, 4, 5, 6, 7, 8, 9, 10), (11, 12, 13, 14))
    >>> guess_formula("1..d-1").inverse_error.to_text()
    '2**d - 1'
    >>> guess_formula("0,1", target="min").inverse_error.to_text()
    '2*d/(d - 1)'
    >>> guess_formula("0,1,d-1", first=5, last=9)
    Traceback (most recent call last):
    ...
    theory.errors.KernelSizeError: a guess needs at least 8 kernel sizes, 5 to fit and 3 to test, but 5..9 are 5
    """
    goal = choose_objective(objective, orders).name
    text = orders_in_d(orders)
    sizes = kernel_sizes_of(text, first, last)
    errors, optima = _solve(text, sizes, goal, check_named(target), progress)
    number_tested = max(MARGIN, len(sizes) // 3)
    fitted, tested = tuple(sizes[:-number_tested]), tuple(sizes[-number_tested:])
    inverse = find_formula({d: 1 / error for d, error in errors.items()}, tested)
    coefficients = {
        label: find_coefficient(_of_order(label, optima), errors, inverse, tested) for label in labels(text)
    }
    return Guess(
        orders=text,
        objective=goal,
        fitted=fitted,
        tested=tested,
        inverse_error=inverse,
        coefficients=MappingProxyType(coefficients),
        errors=MappingProxyType(errors),
        target=target,
    )


def _solve(
    text: str, sizes: Sequence[int], objective: Objective, target: str, progress: Progress
) -> tuple[dict[int, Fraction], dict[int, dict[int, Fraction]]]:
    errors, optima = {}, {}
    for done, d in enumerate(sizes, start=1):
        estimator = optimal_estimator(d, text, objective=objective, target=target)
        if estimator.error:
            errors[d], optima[d] = estimator.error, estimator.coefficients
        progress(done, len(sizes))
    return errors, optima


def _of_order(label: str, optima: Mapping[int, Mapping[int, Fraction]]) -> dict[int, Fraction]:
    """Return the coefficient of one order by kernel size, where the order occurs."""
    orders = {d: d - int(label[2:]) if label.startswith("d") else int(label) for d in optima}
    return {d: optima[d][order] for d, order in orders.items() if order in optima[d]}


__all__ = ["FEWEST", "MARGIN", "Formula", "Guess", "guess_formula"]
