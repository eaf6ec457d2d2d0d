"""What takes the place of one MaxPool node: chosen, then emitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache, partial

import numpy as np

from theory.errors import InputError
from theory.estimator import Estimator
from theory.models.windows import WindowGrid
from theory.networks.build import build_network
from theory.networks.circuit import Domain
from theory.networks.maximum import exact_max_network
from theory.networks.network import ReLUNetwork
from theory.notation import check_orders
from theory.objectives import Objective
from theory.optimal.solve import optimal_estimator
from theory.rewrite.combined import combine_maxima
from theory.rewrite.convolutions import check_window, emit_stack, max_stack, stack_units, window_stack
from theory.rewrite.depthwise import emit_depthwise, fits_depthwise
from theory.rewrite.emitter import Emitter
from theory.rewrite.options import Construction, InputBounds, ReluifyOptions
from theory.rewrite.pooling import LARGEST_BOUND, Pooling, Replacement, bounds_of_objective, channelwise, laid
from theory.rewrite.separable import SeparablePlan, emit_separable, plan_separable
from theory.rewrite.skips import emit_with_skips, with_skips

_SHALLOW_TAPS_MAX = 36
"""Largest window for which few layers are worth what they take: 357 ReLUs for one output of 6x6, against 10."""

_DILATED = 10
"""The opset since which MaxPool has dilations."""


def choose_replacement(pooling: Pooling, options: ReluifyOptions) -> Replacement:
    """Choose what takes the place of a node; raise InputError if what is known of its input does not suffice."""
    if options.bare:
        windows, largest = pooling.windows, options.largest_window
        pools = [windows] if largest is None else windows.chain(largest)
        return Replacement(partial(_emit_pools, pools=pools), 0, 0, False, pools=len(pools))
    if options.padding == "shift" and pooling.windows.padded:
        return _shifted(pooling, options)
    return _choose(pooling, options)


def _shifted(pooling: Pooling, options: ReluifyOptions) -> Replacement:
    """Choose what pads with zeros: the input less a number below which it never falls, which is added at the end."""
    cube = options.takes_bounds
    # No part of a window is all padding, or it is refused: then zeros are never the maximum of one.
    if not (options.exact or cube or options.subsets is not None):
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
    if abs(bound) > LARGEST_BOUND:
        raise InputError(f"bounds lie between -1e37 and 1e37, and {float(bound):.3g} is not: float32 ends at 3.4e38")
    rounded = np.float32(bound)
    if Fraction(float(rounded)) > bound:
        rounded = np.nextafter(rounded, np.float32(-np.inf))
    return Fraction(float(rounded))


def _choose(pooling: Pooling, options: ReluifyOptions) -> Replacement:
    single = pooling.windows.kernel_size == 1
    if options.subsets is not None:
        exactly = options.of_maxima(pools=options.style == "pools")
        if single:
            return choose_replacement(pooling, exactly)
        return combine_maxima(pooling, options, choose_replacement, _network)
    if not (options.exact or single):
        return _approximate(pooling, options)
    if options.construction == "tree" or single:
        return (_comparisons if options.style == "skip" else _convolutions)(pooling, options)
    domain = pooling.domain if options.style == "feedforward" else "real"
    return _network(_shallow_max(pooling.windows.kernel_size, domain), pooling, options, edge=not pooling.zeros_serve)


def _emit_pools(emitter: Emitter, x: str, *, pools: Sequence[WindowGrid]) -> str:
    """Add MaxPools, one after the other, whose padding is written out, rounding down."""
    for windows in pools:
        if emitter.opset < _DILATED and set(windows.dilations) != {1}:
            raise InputError(f"opset {emitter.opset} has no MaxPool with dilations")
        dilations = {"dilations": windows.dilations} if emitter.opset >= _DILATED else {}
        attributes = {"kernel_shape": windows.kernel_shape, "strides": windows.strides, "pads": windows.pads}
        x = emitter.op("MaxPool", [x], **attributes, **dilations)
    return x


def _comparisons(pooling: Pooling, options: ReluifyOptions) -> Replacement:
    """Compare along one axis after the other: by convolutions where they run, which is faster, else by slices."""
    plan = plan_separable(pooling.windows.axes)
    if pooling.channels is None or pooling.dtype != np.float32 or options.dense or not fits_depthwise(plan):
        return _slices(pooling, plan)
    windows, edge = laid(pooling, edge=not pooling.zeros_serve)
    emit = partial(emit_depthwise, windows=windows, plan=plan, dtype=pooling.dtype)
    return channelwise(emit, pooling, options, plan.units, plan.hidden_layers, edge=edge)


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
    windows, edge = laid(pooling, edge=not pooling.zeros_serve)
    stack = max_stack(windows, pooling.domain)
    emit = partial(emit_stack, stack=stack, dtype=pooling.conv_dtype, dense=options.dense)
    return channelwise(emit, pooling, options, stack_units(stack), len(stack) - 1, edge=edge)


def _network(network: ReLUNetwork, pooling: Pooling, options: ReluifyOptions, *, edge: bool) -> Replacement:
    """Lay a network over the windows, in the style of the options."""
    windows, edge = laid(pooling, edge=edge)
    dtype, dense = pooling.conv_dtype, options.dense
    if options.style == "feedforward":
        emit = partial(emit_stack, stack=window_stack(network, windows), dtype=dtype, dense=dense)
        return channelwise(emit, pooling, options, network.units, network.hidden_layers, edge=edge)
    skips = with_skips(network)
    emit = partial(emit_with_skips, network=skips, windows=windows, dtype=dtype, dense=dense)
    return channelwise(emit, pooling, options, skips.units, len(skips.levels), edge=edge)


def _approximate(pooling: Pooling, options: ReluifyOptions) -> Replacement:
    kernel_size = pooling.windows.kernel_size
    check_window(kernel_size)
    given = options.orders_by_name[None]
    orders = check_orders(kernel_size, given, merge=True)
    bounds = bounds_of_objective(pooling, options)
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
