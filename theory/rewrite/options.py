"""How MaxPool nodes are to be replaced: the options of :func:`theory.reluify` as one value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from itertools import islice
from typing import Any, Literal, TypeAlias, get_args

from theory.combination import Subsets, collect_subsets
from theory.errors import InputError
from theory.named_orders import EXACT
from theory.notation import LARGEST_SET, Orders
from theory.objectives import CERTIFIED, RELATIVE, Objective, find_objective
from theory.rewrite.presets import Preset, find_preset

Style = Literal["skip", "feedforward", "pools"]
Construction = Literal["tree", "shallow"]
Padding = Literal["edge", "shift"]
InputBounds: TypeAlias = tuple[Fraction, Fraction]
"""Of the inputs of one node, the lower one first."""

_STYLE: Style = "skip"
"""Where neither a tool nor subsets decide."""

_PRESET = ("style", "construction", "dense", "padding", "undilated")
"""The options that a tool decides."""

_ABSURD_EXPONENT = re.compile(r"[eE][+-]?[0-9_]{4,}")


@dataclass(frozen=True)
class ReluifyOptions:
    """What :func:`theory.reluify` takes beside the model, which says what each means; checked when it is made.

    Examples
    --------
    >>> ReluifyOptions(style="loud")
    Traceback (most recent call last):
    ...
    theory.errors.InputError: the style is skip or feedforward or pools, not 'loud'
    """

    orders: Orders | Mapping[str | None, Orders] = EXACT
    subsets: Subsets | Mapping[str | None, Subsets] | None = None
    style: Style | None = None
    construction: Construction = "tree"
    objective: Objective = RELATIVE
    dense: bool = False
    float64: bool = False
    bounds: Mapping[str, Any] | Iterable[Any] | None = None
    calibrate: Iterable[Mapping[str, Any]] | None = None
    padding: Padding = "edge"
    largest_window: int | None = None
    undilated: bool = False
    tool: str | None = None
    force: bool = False

    def __post_init__(self) -> None:
        if self.preset is not None:
            self._take_preset(self.preset)
        elif self.style is None:
            object.__setattr__(self, "style", _STYLE if self.subsets is None else "pools")
        for name, choices in (
            ("style", get_args(Style)),
            ("construction", get_args(Construction)),
            ("objective", CERTIFIED),
            ("padding", get_args(Padding)),
        ):
            if (value := getattr(self, name)) not in choices:
                raise InputError(f"the {name} is {' or '.join(choices)}, not {value!r}")
        if self.bare and not (self.exact and self.construction == "tree"):
            raise InputError("style pools has no ReLUs: neither orders nor a construction go with it")
        if self.bare and (self.dense or self.float64 or self.undilated or self.padding == "shift"):
            raise InputError(
                "style pools has no arithmetic: dense, float64, undilated and padding shift do not go with it"
            )
        if self.largest_window is not None:
            if self.style != "pools":
                raise InputError("a largest window goes with style pools alone")
            if isinstance(self.largest_window, bool) or not isinstance(self.largest_window, int):
                raise InputError(
                    f"the largest window is a number of values along each axis, not {self.largest_window!r:.80}"
                )
            if self.largest_window < 2:
                raise InputError(
                    f"the largest window holds 2 values along each axis or more, not {self.largest_window}"
                )
        if isinstance(self.orders, Mapping):
            orders: Any = {name: _read_orders(one) for name, one in self.orders.items()}
        else:
            orders = _read_orders(self.orders)
        object.__setattr__(self, "orders", orders)
        if self.subsets is not None:
            self._check_subsets()

    def _check_subsets(self) -> None:
        """Refuse what does not go with subsets, and keep them in a form that can be read again."""
        if any(orders != EXACT for orders in self.orders_by_name.values()):
            raise InputError("orders and subsets are two approximations: give one of them")
        if self.float64:
            raise InputError("subsets take a Conv, which runtimes do not have in float64")
        if self.style == "pools" and (self.construction != "tree" or self.padding == "shift"):
            raise InputError("style pools has no ReLUs: neither a construction nor padding shift goes with it")
        named: Any = self.subsets if isinstance(self.subsets, Mapping) else {None: self.subsets}
        read = {name: one.strip() if isinstance(one, str) else collect_subsets(one) for name, one in named.items()}
        object.__setattr__(self, "subsets", read)

    @property
    def preset(self) -> Preset | None:
        """What is known of the tool that the model is for."""
        return None if self.tool is None else find_preset(self.tool)

    def _take_preset(self, preset: Preset) -> None:
        """Take over what the tool needs, unless something else was asked for."""
        plain = {entry.name: entry.default for entry in fields(self)}
        for name in _PRESET:
            default, given = plain[name], getattr(self, name)
            wanted = preset.options.get(name, _STYLE if name == "style" else default)
            if given not in (default, wanted):
                raise InputError(f"for {preset.title} {name} is {wanted!r}, not {given!r:.80}: leave out one of them")
            object.__setattr__(self, name, wanted)

    @property
    def orders_by_name(self) -> dict[str | None, Orders]:
        """The orders by node, those for every other node under None."""
        if isinstance(self.orders, Mapping):
            return {None: EXACT, **self.orders}
        return {None: self.orders}

    @property
    def subsets_by_name(self) -> dict[str | None, Subsets | None]:
        """The subsets by node, those for every other node under None; None for no subsets."""
        named: Any = {} if self.subsets is None else self.subsets
        return {None: None, **named}

    def of_node(self, name: str) -> ReluifyOptions:
        """Return the options for one node."""
        orders, subsets = self.orders_by_name, self.subsets_by_name
        own = subsets.get(name, subsets[None])
        if own is None and self.subsets is not None and self.style == "pools":
            return self.of_maxima(pools=True)
        return replace(self, orders=orders.get(name, orders[None]), subsets=own)

    def of_maxima(self, *, pools: bool) -> ReluifyOptions:
        """Return the options for maxima that a combination is made of, shifted before: by pools, or as these say."""
        if pools:
            return ReluifyOptions(style="pools", largest_window=self.largest_window)
        return replace(self, tool=None, subsets=None, objective=RELATIVE, padding="edge", largest_window=None)

    @property
    def exact(self) -> bool:
        """Whether the maximum itself is wanted, of every node."""
        return self.subsets is None and all(orders == EXACT for orders in self.orders_by_name.values())

    @property
    def bare(self) -> bool:
        """Whether there is nothing but MaxPool, and no arithmetic."""
        return self.style == "pools" and self.subsets is None

    @property
    def compares(self) -> bool:
        """Whether maxima come about by comparisons in pairs, which float64 makes sharp."""
        return self.exact and self.style == "skip" and self.construction == "tree"

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


def _read_orders(orders: Orders) -> Orders:
    return orders.strip() if isinstance(orders, str) else tuple(islice(orders, LARGEST_SET + 1))


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
