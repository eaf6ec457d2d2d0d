"""Objectives as values: all that distinguishes one notion of "best approximation" from another.

The strings ``"cube"``, ``"range"`` and ``"l2"`` are what users type and what files hold; everything else asks the value
behind the name. A new objective is a new entry here, and, if it is certified, a case of the independent checker
``proofs_check.certificates``, which knows nothing of this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeVar

from theory.errors import OrdersError
from theory.notation import family_of
from theory.subpools import check_choice

Objective = Literal["cube", "range", "l2"]
"""The names of the objectives."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class ObjectiveValue:
    r"""What an estimator is the best for.

    ``symbol`` is the least error in LaTeX, ``setting`` states the problem. With ``least_squares`` the
    mean square of the residual is made small, for uniform inputs, instead of its largest size. If it is ``relative``,
    the residual is seen relative to the range of the window, so that no box is needed: coefficients then sum to what
    the weights of the target sum to, 1 for the maximum, without an intercept, and windows whose inputs are equal, z =
    0 and z = d, do not count.

    >>> OBJECTIVES["range"].vertices(4), OBJECTIVES["cube"].vertices(4)
    (range(1, 4), range(0, 5))
    """

    name: Objective
    symbol: str
    _measure: str
    setting: str
    least_squares: bool = False
    relative: bool = False

    @property
    def certified(self) -> bool:
        """Whether optima have certificates: the programs are linear."""
        return not self.least_squares

    def measure(self, target: str) -> str:
        """Say in words what ``Estimator.error`` is, of a target.

        >>> OBJECTIVES["cube"].measure("median")
        'largest |median - f| over [0,1]^d'
        """
        return self._measure.format(target=target)

    def vertices(self, kernel_size: int) -> range:
        """Return the numbers z of zeros of the 0/1 vectors that are looked at."""
        return range(1, kernel_size) if self.relative else range(kernel_size + 1)

    def at_vertices(self, values: Sequence[_T]) -> Sequence[_T]:
        """Return those of the values at z = 0..d that are looked at."""
        return values[1:-1] if self.relative else values

    def check_orders(self, orders: Sequence[int]) -> None:
        """Refuse the intercept, by an OrdersError, where there is none.

        >>> OBJECTIVES["range"].check_orders([0, 1])
        Traceback (most recent call last):
        ...
        theory.errors.OrdersError: order 0, the intercept, is not allowed with the objective "range"
        """
        if self.relative and 0 in orders:
            raise OrdersError(f'order 0, the intercept, is not allowed with the objective "{self.name}"')


_ALL = (
    ObjectiveValue(
        name="cube",
        symbol="E",
        _measure="largest |{target} - f| over [0,1]^d",
        setting="The best approximation in M_d(R), in the sup norm over [0,1]^d; E is its error.",
    ),
    ObjectiveValue(
        name="range",
        symbol=r"E_{\mathrm{range}}",
        _measure="largest |{target} - f| / (max - min) over R^d",
        setting="The best translation-equivariant estimator with these orders; E is its error relative to the range.",
        relative=True,
    ),
    ObjectiveValue(
        name="l2",
        symbol=r"E_{\mathrm{sup}}",
        _measure="largest |{target} - f| over [0,1]^d; the mean square is what is least",
        setting="The estimator with the least mean square of its residual for uniform inputs; E is its largest one.",
        least_squares=True,
    ),
)

OBJECTIVES: Mapping[str, ObjectiveValue] = MappingProxyType({value.name: value for value in _ALL})
"""All objectives by name."""

CERTIFIED = tuple(name for name, value in OBJECTIVES.items() if value.certified)
"""The names of those whose optima have certificates."""

DEFAULT: Objective = "cube"
RELATIVE: Objective = "range"
"""What needs no bounds of the inputs: the default where nothing is known of them."""


def choose_objective(name: object, orders: object) -> ObjectiveValue:
    """Return the objective of a name; for None that of the family that the orders name, or the default.

    >>> choose_objective(None, "range-top:j=3").name, choose_objective(None, [8]).name
    ('range', 'cube')
    """
    if name is not None:
        return find_objective(name)
    family = family_of(orders)
    return OBJECTIVES[RELATIVE if family is not None and family.relative else DEFAULT]


def find_objective(name: object) -> ObjectiveValue:
    """Return the objective of a name.

    >>> find_objective("l1")
    Traceback (most recent call last):
    ...
    theory.errors.InputError: the objective is "cube", "range" or "l2", not 'l1'
    """
    return OBJECTIVES[check_choice("the objective", name, OBJECTIVES)]
