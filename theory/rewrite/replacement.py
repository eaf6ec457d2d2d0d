"""What takes the place of one MaxPool node: chosen, then emitted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, get_args

import numpy as np

from theory.errors import InputError
from theory.estimator import Estimator
from theory.models.values import ValueInfo
from theory.models.windows import Windows
from theory.networks.build import build_network
from theory.networks.circuit import Domain
from theory.networks.maximum import exact_max_network
from theory.networks.network import ReLUNetwork
from theory.notation import parse_orders
from theory.objectives import CERTIFIED, RELATIVE, Objective, find_objective
from theory.optimal.solve import optimal_estimator
from theory.rewrite.convolutions import check_window, emit_stack, max_stack, stack_units, window_stack
from theory.rewrite.depthwise import emit_depthwise, fits_depthwise
from theory.rewrite.emitter import Emitter
from theory.rewrite.record import Construction, Style
from theory.rewrite.separable import emit_separable, pad_window, plan_separable
from theory.rewrite.skips import emit_with_skips, with_skips

Bounds = tuple[Fraction, Fraction]
Emit = Callable[[Emitter, str], str]
"""Adds the nodes for a value, and returns the result."""

EXACT = "exact"

SHALLOW_TAPS_MAX = 36
"""Largest window for which few layers are worth what they take: 357 ReLUs for one output of 6x6, against 10."""

LARGEST_BOUND = 10**37
"""Leaves room below the largest float32, 3.4e38, for what is computed from a bound."""

_ABSURD_EXPONENT = re.compile(r"[eE][+-]?[0-9_]{4,}")


@dataclass(frozen=True)
class Options:
    """How MaxPool nodes are replaced; see :func:`theory.rewrite.reluify.rewrite_max_pooling`."""

    orders: str | tuple[int, ...] = EXACT
    style: Style = "skip"
    construction: Construction = "tree"
    objective: Objective = RELATIVE
    dense: bool = False
    float64: bool = False

    def __post_init__(self) -> None:
        for name, value, choices in (
            ("style", self.style, get_args(Style)),
            ("construction", self.construction, get_args(Construction)),
            ("objective", self.objective, CERTIFIED),
        ):
            if value not in choices:
                raise InputError(f"the {name} is {' or '.join(choices)}, not {value!r}")
        if not isinstance(self.orders, str):
            object.__setattr__(self, "orders", tuple(self.orders))

    @property
    def exact(self) -> bool:
        """Whether the maximum itself is wanted."""
        return self.orders == EXACT


@dataclass(frozen=True)
class Replacement:
    """What takes the place of one node.

    Attributes
    ----------
    emit : callable
        Adds the nodes for an input whose dtype is that of the computation.
    units_per_output, hidden_layers : int
    orders : tuple of int or None
    error : Fraction
    edge_padding : bool
    """

    emit: Emit
    units_per_output: int
    hidden_layers: int
    orders: tuple[int, ...] | None = None
    error: Fraction = Fraction(0)
    edge_padding: bool = False


@dataclass
class Replacements:
    """Chooses replacements; networks are built once for each kind of window."""

    options: Options
    _networks: dict[tuple[object, ...], ReLUNetwork] = field(default_factory=dict)
    _estimators: dict[tuple[int, tuple[int, ...]], Estimator] = field(default_factory=dict)

    def choose(
        self, geometry: Windows, value: ValueInfo, domain: Domain, dtype: np.dtype[Any] | None, bounds: Bounds | None
    ) -> Replacement:
        """Choose what takes the place of a node.

        Parameters
        ----------
        geometry : Windows
        value : ValueInfo
            What is known of the node's input.
        domain : {"real", "nonnegative"}
        dtype : floating dtype or None
            Of the computation; None where it is not known.
        bounds : (Fraction, Fraction) or None
            Of the input, for the objective ``"cube"``.

        Raises
        ------
        InputError
            If what is known of the input does not suffice.
        """
        if self.options.exact or geometry.kernel_size == 1:
            return self._exact(geometry, value, domain, dtype)
        return self._approximate(geometry, value, dtype, bounds)

    def _exact(self, geometry: Windows, value: ValueInfo, domain: Domain, dtype: np.dtype[Any] | None) -> Replacement:
        options = self.options
        if options.style == "skip" and (options.construction == "tree" or geometry.kernel_size == 1):
            return self._comparisons(geometry, value, domain, dtype)
        if options.style == "feedforward" and (options.construction == "tree" or geometry.kernel_size == 1):
            # Zeros take no part in a maximum that is not negative: a Conv may pad with them.
            edge = geometry.padded and not _zeros_serve(geometry, value, domain)
            stack = max_stack(_unpadded(geometry) if edge else geometry, domain)

            def emit(emitter: Emitter, x: str, channels: int) -> str:
                return emit_stack(emitter, x, stack, channels, _known(dtype), dense=options.dense)

            return Replacement(
                _channelwise(emit, geometry, value, edge=edge), stack_units(stack), len(stack) - 1, edge_padding=edge
            )
        network = _shallow_max(geometry.kernel_size, domain if options.style == "feedforward" else "real")
        return self._network(network, geometry, value, dtype, edge=not _zeros_serve(geometry, value, domain))

    def _comparisons(
        self, geometry: Windows, value: ValueInfo, domain: Domain, dtype: np.dtype[Any] | None
    ) -> Replacement:
        """Compare along one axis after the other: by convolutions where they run, which is faster, else by slices."""
        plan, extents = plan_separable(geometry.axes), _extents(geometry, value)
        channels = value.shape[1] if value.shape is not None else None
        if channels is None or dtype != np.float32 or self.options.dense or not fits_depthwise(plan):
            return Replacement(
                lambda emitter, x: emit_separable(emitter, x, geometry, extents),
                plan.units,
                plan.hidden_layers,
                edge_padding=geometry.padded,
            )
        edge = geometry.padded and not _zeros_serve(geometry, value, domain)
        windows = _unpadded(geometry) if edge else geometry

        def emit(emitter: Emitter, x: str, channels: int) -> str:
            return emit_depthwise(emitter, x, windows, plan, channels, dtype)

        return Replacement(
            _channelwise(emit, geometry, value, edge=edge), plan.units, plan.hidden_layers, edge_padding=edge
        )

    def _approximate(
        self, geometry: Windows, value: ValueInfo, dtype: np.dtype[Any] | None, bounds: Bounds | None
    ) -> Replacement:
        check_window(geometry.kernel_size)
        orders = self._orders(geometry.kernel_size)
        estimator = self._estimator(geometry.kernel_size, orders)
        # The error is the estimator's own certified one; on bounds (lo, hi) it grows with their distance.
        error = estimator.error
        if error is None:
            raise InputError("no certified error belongs to these orders")
        if not find_objective(self.options.objective).relative:
            if bounds is None:
                raise InputError("the objective cube takes bounds of the node's inputs")
            if max(-bounds[0], bounds[1]) > LARGEST_BOUND:
                raise InputError("bounds lie between -1e37 and 1e37: it is computed in float32, which ends at 3.4e38")
            error *= bounds[1] - bounds[0]
            estimator = on_bounds(estimator, bounds)
        key = ("estimator", geometry.kernel_size, orders, bounds)
        if key not in self._networks:
            self._networks[key] = build_network(estimator, construction=self.options.construction)
        return replace(
            self._network(self._networks[key], geometry, value, dtype, edge=True), orders=orders, error=error
        )

    def _network(
        self, network: ReLUNetwork, geometry: Windows, value: ValueInfo, dtype: np.dtype[Any] | None, *, edge: bool
    ) -> Replacement:
        """Lay a network over the windows, in the style of the options."""
        edge = edge and geometry.padded
        windows = _unpadded(geometry) if edge else geometry
        dense = self.options.dense
        if self.options.style == "feedforward":
            stack = window_stack(network, windows)

            def emit(emitter: Emitter, x: str, channels: int) -> str:
                return emit_stack(emitter, x, stack, channels, _known(dtype), dense=dense)

            units, layers = network.units, network.hidden_layers
        else:
            skips = with_skips(network)

            def emit(emitter: Emitter, x: str, channels: int) -> str:
                return emit_with_skips(emitter, x, skips, windows, channels, _known(dtype), dense=dense)

            units, layers = skips.units, len(skips.levels)
        return Replacement(_channelwise(emit, geometry, value, edge=edge), units, layers, edge_padding=edge)

    def _orders(self, kernel_size: int) -> tuple[int, ...]:
        orders = self.options.orders
        return parse_orders(orders, kernel_size) if isinstance(orders, str) else orders

    def _estimator(self, kernel_size: int, orders: tuple[int, ...]) -> Estimator:
        key = (kernel_size, orders)
        if key not in self._estimators:
            self._estimators[key] = optimal_estimator(kernel_size, orders, objective=self.options.objective)
        return self._estimators[key]


@lru_cache(maxsize=64)
def _shallow_max(kernel_size: int, domain: Domain) -> ReLUNetwork:
    if kernel_size > SHALLOW_TAPS_MAX:
        raise InputError(
            f"the shallow construction serves windows of at most {SHALLOW_TAPS_MAX} values, not {kernel_size}"
        )
    return exact_max_network(kernel_size, domain=domain, construction="shallow")


def on_bounds(estimator: Estimator, bounds: Bounds) -> Estimator:
    """Move an estimator from the unit cube to inputs between two bounds.

    Mean subpool maxima commute with scaling and shifts, so that with w = hi - lo

        lo + w f((x - lo) / w) = sum_(r>=1) beta_r m_r(x) + w beta_0 + lo (1 - sum_(r>=1) beta_r).

    Examples
    --------
    >>> middle = optimal_estimator(2, [0, 1])
    >>> str(middle.intercept), str(on_bounds(middle, (Fraction(-2), Fraction(6))).intercept)
    ('1/4', '2')
    """
    lo, hi = bounds
    coefficients = estimator.coefficients
    intercept = coefficients.pop(0, Fraction(0))
    coefficients[0] = (hi - lo) * intercept + lo * (1 - sum(coefficients.values(), Fraction(0)))
    return Estimator(estimator.kernel_size, coefficients)


def check_bounds(bounds: Iterable[Any]) -> Bounds:
    """Return two bounds as exact rationals.

    Raises
    ------
    InputError
        If they are no two finite numbers, the first below the second.

    Examples
    --------
    >>> check_bounds((3, 0.5))
    Traceback (most recent call last):
    ...
    theory.errors.InputError: bounds are two finite numbers, the lower one first, not (3, 0.5)
    """
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


def _known(dtype: np.dtype[Any] | None) -> np.dtype[Any]:
    if dtype is None:
        raise InputError("the element type of its input is not known")
    if dtype == np.float64:
        raise InputError("runtimes have no Conv in float64: style skip, construction tree does without")
    return dtype


def _zeros_serve(geometry: Windows, value: ValueInfo, domain: Domain) -> bool:
    """Return whether padding with zeros is right: no value is negative, and each window has a tap that is one.

    The latter is certain where no padded axis is dilated, or its extent is known and has been checked.
    """
    return domain == "nonnegative" and all(
        axis.dilation == 1 or not (axis.begin or axis.end) or extent is not None
        for axis, extent in zip(geometry.axes, _extents(geometry, value), strict=True)
    )


def _unpadded(geometry: Windows) -> Windows:
    return Windows(tuple(replace(axis, begin=0, end=0) for axis in geometry.axes))


def _extents(geometry: Windows, value: ValueInfo) -> tuple[int | None, ...]:
    return value.shape[2:] if value.shape is not None else (None,) * len(geometry.axes)


def _channelwise(emit: Callable[[Emitter, str, int], str], geometry: Windows, value: ValueInfo, *, edge: bool) -> Emit:
    """Give the number of channels to what treats each alike; where it is not known, make batches of channels."""
    batch, channels = value.shape[:2] if value.shape is not None else (None, None)
    extents = _extents(geometry, value)

    def emit_all(emitter: Emitter, x: str) -> str:
        if edge:
            x = pad_window(emitter, x, geometry, extents)
        if channels is not None:
            return emit(emitter, x, channels)
        if batch is None:
            raise InputError("neither the number of channels nor the size of the batch is known")
        # In the shape of a Reshape 0 keeps an extent and -1 takes what is left.
        same = [0] * len(geometry.axes)
        x = emitter.op("Reshape", [x, emitter.integers([-1, 1, *same])])
        return emitter.op("Reshape", [emit(emitter, x, 1), emitter.integers([batch, -1, *same])])

    return emit_all


def bounds_by_name(bounds: Mapping[str, Any] | Iterable[Any] | None) -> dict[str | None, Bounds]:
    """Return bounds by node, those for every other node under None.

    Raises
    ------
    InputError
    """
    if bounds is None:
        return {}
    if isinstance(bounds, Mapping):
        return {name: check_bounds(pair) for name, pair in bounds.items()}
    return {None: check_bounds(bounds)}
