"""What takes the place of one MaxPool node: chosen, then emitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

import numpy as np

from theory.errors import InputError
from theory.estimator import Estimator
from theory.models.values import ValueInfo
from theory.models.windows import WindowGrid
from theory.networks.build import build_network
from theory.networks.circuit import Domain
from theory.networks.maximum import exact_max_network
from theory.networks.network import ReLUNetwork
from theory.notation import check_orders
from theory.objectives import Objective
from theory.optimal.solve import optimal_estimator
from theory.rewrite.convolutions import (
    check_window,
    emit_stack,
    emit_translation,
    max_stack,
    stack_units,
    window_stack,
)
from theory.rewrite.depthwise import emit_depthwise, fits_depthwise
from theory.rewrite.emitter import Emitter
from theory.rewrite.options import Construction, InputBounds, ReluifyOptions
from theory.rewrite.separable import SeparablePlan, emit_separable, pad_window, plan_separable
from theory.rewrite.skips import emit_with_skips, with_skips

_SHALLOW_TAPS_MAX = 36
"""Largest window for which few layers are worth what they take: 357 ReLUs for one output of 6x6, against 10."""

_DILATED = 10
"""The opset since which MaxPool has dilations."""

_LARGEST_BOUND = 10**37
"""Leaves room below the largest float32, 3.4e38, for what is computed from a bound."""


@dataclass(frozen=True)
class Pooling:
    """A MaxPool node as far as its replacement depends on it: its windows, and what is known of its input.

    The dtype is that of the computation, None where it is not known; the bounds of the input are given or measured,
    ``least`` is one below which it is seen never to fall. Where there is a shift, the rest is about the input less it.
    """

    windows: WindowGrid
    value: ValueInfo
    domain: Domain
    dtype: np.dtype[Any] | None
    bounds: InputBounds | None
    least: Fraction | None = None
    shift: Fraction | None = None

    @property
    def extents(self) -> tuple[int | None, ...]:
        """Spatial extents of the input."""
        return self.value.shape[2:] if self.value.shape is not None else (None,) * len(self.windows.axes)

    @property
    def channels(self) -> int | None:
        """Number of channels."""
        return self.value.shape[1] if self.value.shape is not None else None

    @property
    def conv_dtype(self) -> np.dtype[Any]:
        """The dtype, if convolutions can be computed in it."""
        if self.dtype is None:
            raise InputError("the element type of its input is not known")
        if self.dtype == np.float64:
            raise InputError("runtimes have no Conv in float64: style skip, construction tree does without")
        return self.dtype

    @property
    def zeros_serve(self) -> bool:
        """Whether zeros are right as padding of a maximum: no value is negative, and each window has one that is none.

        The latter is certain where no padded axis is dilated, or its extent is known and has been checked.
        """
        return self.domain == "nonnegative" and all(
            axis.dilation == 1 or not axis.padded or extent is not None
            for axis, extent in zip(self.windows.axes, self.extents, strict=True)
        )


@dataclass(frozen=True)
class Replacement:
    """What takes the place of one node, its error in exact arithmetic relative to the range or to the bounds.

    ``emit`` adds the nodes for an input whose dtype is that of the computation, and returns the result. ``shift`` is
    taken off the input before it is padded with zeros; ``bounded`` says that it is right within the bounds alone;
    ``pools`` counts the MaxPools of style ``"pools"``.
    """

    emit: Callable[[Emitter, str], str]
    units_per_output: int
    hidden_layers: int
    edge_padding: bool
    orders: tuple[int, ...] | None = None
    error: Fraction = Fraction(0)
    shift: Fraction | None = None
    bounded: bool = False
    pools: int = 0


def choose_replacement(pooling: Pooling, options: ReluifyOptions) -> Replacement:
    """Choose what takes the place of a node; raise InputError if what is known of its input does not suffice."""
    if options.style == "pools":
        windows, largest = pooling.windows, options.largest_window
        pools = [windows] if largest is None else windows.chain(largest)
        return Replacement(partial(_emit_pools, pools=pools), 0, 0, False, pools=len(pools))
    if options.padding == "shift" and pooling.windows.padded:
        return _shifted(pooling, options)
    return _choose(pooling, options)


def _shifted(pooling: Pooling, options: ReluifyOptions) -> Replacement:
    """Choose what pads with zeros: the input less a number below which it never falls, which is added at the end."""
    cube = options.takes_bounds
    if not (options.exact or cube):
        raise InputError(
            "zeros as padding would count for its range, to which the error is relative: padding shift is not for it"
        )
    lower = pooling.bounds[0] if pooling.bounds is not None else None
    if not cube and pooling.least is not None:
        lower = pooling.least
    if lower is None:
        raise InputError(
            "its input may be negative, and no number is known below which it never falls, as padding shift takes: "
            "bounds of the node give it"
        )
    if pooling.dtype is None:
        raise InputError("the element type of its input is not known")
    # Where nothing is negative, zeros are below everything as it is; an estimator counts them, so they are its least.
    shift = _float_below(lower) if cube or lower < 0 else Fraction(0)
    bounds = None if pooling.bounds is None else (Fraction(0), pooling.bounds[1] - shift)
    raised = replace(pooling, domain="nonnegative", bounds=bounds, shift=shift)
    if not raised.zeros_serve:
        raise InputError("on extents that are not known, dilated windows may have no tap but padding: no zeros serve")
    return replace(_choose(raised, options), shift=shift or None, bounded=cube or pooling.least is None)


def _float_below(bound: Fraction) -> Fraction:
    """Return the largest float32 that is not above a number."""
    if abs(bound) > _LARGEST_BOUND:
        raise InputError(f"bounds lie between -1e37 and 1e37, and {float(bound):.3g} is not: float32 ends at 3.4e38")
    rounded = np.float32(bound)
    if Fraction(float(rounded)) > bound:
        rounded = np.nextafter(rounded, np.float32(-np.inf))
    return Fraction(float(rounded))


def _choose(pooling: Pooling, options: ReluifyOptions) -> Replacement:
    single = pooling.windows.kernel_size == 1
    if not (options.exact or single):
        return _approximate(pooling, options)
    if options.construction == "tree" or single:
        return (_comparisons if options.style == "skip" else _convolutions)(pooling, options)
    domain = pooling.domain if options.style == "feedforward" else "real"
    return _network(_shallow_max(pooling.windows.kernel_size, domain), pooling, options, edge=not pooling.zeros_serve)


def _emit_pools(emitter: Emitter, x: str, *, pools: Sequence[WindowGrid]) -> str:
    """Add MaxPools, one after the other, whose padding is written out, rounding down."""
    for windows in pools:
        dilations = {"dilations": windows.dilations} if emitter.opset >= _DILATED else {}
        attributes = {"kernel_shape": windows.kernel_shape, "strides": windows.strides, "pads": windows.pads}
        x = emitter.op("MaxPool", [x], **attributes, **dilations)
    return x


def _comparisons(pooling: Pooling, options: ReluifyOptions) -> Replacement:
    """Compare along one axis after the other: by convolutions where they run, which is faster, else by slices."""
    plan = plan_separable(pooling.windows.axes)
    if pooling.channels is None or pooling.dtype != np.float32 or options.dense or not fits_depthwise(plan):
        return _slices(pooling, plan)
    windows, edge = _laid(pooling, edge=not pooling.zeros_serve)
    emit = partial(emit_depthwise, windows=windows, plan=plan, dtype=pooling.dtype)
    return _channelwise(emit, pooling, options, plan.units, plan.hidden_layers, edge=edge)


def _slices(pooling: Pooling, plan: SeparablePlan) -> Replacement:
    shift, dtype = pooling.shift, pooling.dtype
    zero = None if shift is None or dtype is None else np.zeros((), dtype)
    emit = partial(emit_separable, windows=pooling.windows, plan=plan, extents=pooling.extents, zero=zero)

    def emit_shifted(emitter: Emitter, x: str) -> str:
        number = emitter.constant(np.array(float(shift or 0), dtype))
        return emitter.op("Add", [emit(emitter, emitter.op("Sub", [x, number])), number])

    edge = pooling.windows.padded and zero is None
    return Replacement(emit_shifted if shift else emit, plan.units, plan.hidden_layers, edge)


def _convolutions(pooling: Pooling, options: ReluifyOptions) -> Replacement:
    # Zeros take no part in a maximum that is not negative: a Conv may pad with them.
    windows, edge = _laid(pooling, edge=not pooling.zeros_serve)
    stack = max_stack(windows, pooling.domain)
    emit = partial(emit_stack, stack=stack, dtype=pooling.conv_dtype, dense=options.dense)
    return _channelwise(emit, pooling, options, stack_units(stack), len(stack) - 1, edge=edge)


def _network(network: ReLUNetwork, pooling: Pooling, options: ReluifyOptions, *, edge: bool) -> Replacement:
    """Lay a network over the windows, in the style of the options."""
    windows, edge = _laid(pooling, edge=edge)
    dtype, dense = pooling.conv_dtype, options.dense
    if options.style == "feedforward":
        emit = partial(emit_stack, stack=window_stack(network, windows), dtype=dtype, dense=dense)
        return _channelwise(emit, pooling, options, network.units, network.hidden_layers, edge=edge)
    skips = with_skips(network)
    emit = partial(emit_with_skips, network=skips, windows=windows, dtype=dtype, dense=dense)
    return _channelwise(emit, pooling, options, skips.units, len(skips.levels), edge=edge)


def _approximate(pooling: Pooling, options: ReluifyOptions) -> Replacement:
    kernel_size, bounds = pooling.windows.kernel_size, pooling.bounds if options.takes_bounds else None
    check_window(kernel_size)
    given = options.orders_by_name[None]
    orders = check_orders(kernel_size, given, merge=True)
    if options.takes_bounds and bounds is None:
        raise InputError("the objective cube takes bounds of the node's inputs")
    if bounds is not None and max(-bounds[0], bounds[1]) > _LARGEST_BOUND:
        raise InputError("bounds lie between -1e37 and 1e37: it is computed in float32, which ends at 3.4e38")
    network = _estimator_network(kernel_size, orders, options.objective, bounds, options.construction)
    # The error is the estimator's own certified one; on bounds (lo, hi) it grows with their distance.
    error = _estimator(kernel_size, orders, options.objective).error
    if error is None:
        raise InputError("no certified error belongs to these orders")
    scale = 1 if bounds is None else bounds[1] - bounds[0]
    return replace(_network(network, pooling, options, edge=pooling.shift is None), orders=orders, error=scale * error)


@lru_cache(maxsize=64)
def _estimator(kernel_size: int, orders: tuple[int, ...], objective: Objective) -> Estimator:
    return optimal_estimator(kernel_size, orders, objective=objective)


@lru_cache(maxsize=64)
def _estimator_network(
    kernel_size: int,
    orders: tuple[int, ...],
    objective: Objective,
    bounds: InputBounds | None,
    construction: Construction,
) -> ReLUNetwork:
    estimator = _estimator(kernel_size, orders, objective)
    return build_network(_on_bounds(estimator, bounds) if bounds else estimator, construction=construction)


@lru_cache(maxsize=64)
def _shallow_max(kernel_size: int, domain: Domain) -> ReLUNetwork:
    if kernel_size > _SHALLOW_TAPS_MAX:
        raise InputError(
            f"the shallow construction serves windows of at most {_SHALLOW_TAPS_MAX} values, not {kernel_size}"
        )
    return exact_max_network(kernel_size, domain=domain, construction="shallow")


def _on_bounds(estimator: Estimator, bounds: InputBounds) -> Estimator:
    """Move an estimator from the unit cube to inputs between two bounds.

    Mean subpool maxima commute with scaling and shifts, so that with w = hi - lo

        lo + w f((x - lo) / w) = sum_(r>=1) beta_r m_r(x) + w beta_0 + lo (1 - sum_(r>=1) beta_r).

    Examples
    --------
    >>> middle = optimal_estimator(2, [0, 1])
    >>> str(middle.intercept), str(_on_bounds(middle, (Fraction(-2), Fraction(6))).intercept)
    ('1/4', '2')
    """
    lo, hi = bounds
    coefficients = estimator.coefficients
    intercept = coefficients.pop(0, Fraction(0))
    coefficients[0] = (hi - lo) * intercept + lo * (1 - sum(coefficients.values(), Fraction(0)))
    return Estimator(estimator.kernel_size, coefficients)


def _laid(pooling: Pooling, *, edge: bool) -> tuple[WindowGrid, bool]:
    """Return the windows that are left once borders are repeated, if that is asked for, and whether they are."""
    edge = edge and pooling.windows.padded
    return pooling.windows.unpadded if edge else pooling.windows, edge


def _channelwise(
    emit: Callable[[Emitter, str, int], str],
    pooling: Pooling,
    options: ReluifyOptions,
    units: int,
    layers: int,
    *,
    edge: bool,
) -> Replacement:
    """Give the number of channels to what treats each alike; where it is not known, make batches of channels."""
    batch, channels = pooling.value.shape[0] if pooling.value.shape is not None else None, pooling.channels
    rank, shift = len(pooling.windows.axes), pooling.shift

    def emit_shifted(emitter: Emitter, x: str, channels: int) -> str:
        if not shift:
            return emit(emitter, x, channels)
        moved = partial(
            emit_translation, emitter, rank=rank, channels=channels, dtype=pooling.conv_dtype, dense=options.dense
        )
        return moved(emit(emitter, moved(x, by=-shift), channels), by=shift)

    def emit_all(emitter: Emitter, x: str) -> str:
        if edge:
            x = pad_window(emitter, x, pooling.windows, pooling.extents)
        if channels is not None:
            return emit_shifted(emitter, x, channels)
        if batch is None:
            raise InputError("neither the number of channels nor the size of the batch is known")
        # In the shape of a Reshape 0 keeps an extent and -1 takes what is left.
        same = [0] * rank
        x = emitter.op("Reshape", [x, emitter.integers([-1, 1, *same])])
        return emitter.op("Reshape", [emit_shifted(emitter, x, 1), emitter.integers([batch, -1, *same])])

    return Replacement(emit_all, units, layers, edge)
