"""How MaxPool nodes are to be replaced: the options of :func:`theory.reluify` as one value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any, Literal, TypeAlias, get_args

from theory.errors import InputError
from theory.objectives import CERTIFIED, RELATIVE, Objective, find_objective
from theory.subpools import LARGEST_SET

Style = Literal["skip", "feedforward"]
Construction = Literal["tree", "shallow"]
InputBounds: TypeAlias = tuple[Fraction, Fraction]
"""Of the inputs of one node, the lower one first."""

_EXACT = "exact"

_ABSURD_EXPONENT = re.compile(r"[eE][+-]?[0-9_]{4,}")


@dataclass(frozen=True)
class ReluifyOptions:
    """What :func:`theory.reluify` takes beside the model, which says what each means; checked when it is made.

    Examples
    --------
    >>> ReluifyOptions(style="loud")
    Traceback (most recent call last):
    ...
    theory.errors.InputError: the style is skip or feedforward, not 'loud'
    """

    orders: str | Iterable[int] = _EXACT
    style: Style = "skip"
    construction: Construction = "tree"
    objective: Objective = RELATIVE
    dense: bool = False
    float64: bool = False
    bounds: Mapping[str, Any] | Iterable[Any] | None = None
    calibrate: Iterable[Mapping[str, Any]] | None = None

    def __post_init__(self) -> None:
        for name, choices in (
            ("style", get_args(Style)),
            ("construction", get_args(Construction)),
            ("objective", CERTIFIED),
        ):
            if (value := getattr(self, name)) not in choices:
                raise InputError(f"the {name} is {' or '.join(choices)}, not {value!r}")
        if not isinstance(self.orders, str):
            object.__setattr__(self, "orders", tuple(islice(self.orders, LARGEST_SET + 1)))

    @property
    def exact(self) -> bool:
        """Whether the maximum itself is wanted."""
        return self.orders == _EXACT

    @property
    def takes_bounds(self) -> bool:
        """Whether errors depend on bounds of the inputs."""
        return not (self.exact or find_objective(self.objective).relative)

    def bounds_by_name(self) -> dict[str | None, InputBounds]:
        """Return the bounds by node, those for every other node under None; InputError if some are malformed."""
        if self.bounds is None:
            return {}
        named = self.bounds if isinstance(self.bounds, Mapping) else {None: self.bounds}
        return {name: _check_bounds(pair) for name, pair in named.items()}


def _check_bounds(bounds: Iterable[Any]) -> InputBounds:
    pair = tuple(bounds)
    try:
        lo, hi = (_exact_bound(value) for value in pair)
    except (TypeError, ValueError, ArithmeticError):
        lo = hi = Fraction(0)
    if lo >= hi:
        raise InputError(f"bounds are two finite numbers, the lower one first, not {pair!s:.200}")
    return lo, hi


def _exact_bound(value: Any) -> Fraction:
    # An exponent such as 1e999999999 would be written out before anyone sees that it is absurd.
    if isinstance(value, str) and _ABSURD_EXPONENT.search(value):
        raise ValueError(value)
    return Fraction(value)
