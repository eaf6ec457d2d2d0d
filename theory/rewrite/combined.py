"""A combination of maxima over parts of a window in the place of the maximum over all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from math import prod
from typing import Protocol, TypeAlias

from theory.combination import Combination, Subset, check_subsets
from theory.errors import InputError
from theory.models.values import ValueInfo
from theory.models.windows import WindowGrid
from theory.networks.build import build_network
from theory.networks.circuit import Domain
from theory.networks.network import ReLUNetwork
from theory.objectives import Objective
from theory.optimal.combinations import check_inputs, optimal_combination
from theory.rewrite.convolutions import emit_conv
from theory.rewrite.emitter import Emitter
from theory.rewrite.options import InputBounds, ReluifyOptions
from theory.rewrite.pooling import Pooling, Replacement, bounds_of_objective, channelwise, laid
from theory.rewrite.sub_windows import SubWindows, group_sub_windows, is_sub_window

_Choose: TypeAlias = Callable[[Pooling, ReluifyOptions], Replacement]


class _Lay(Protocol):
    """Lays a network over the windows, borders repeated if that is asked for."""

    def __call__(
        self, network: ReLUNetwork, pooling: Pooling, options: ReluifyOptions, *, edge: bool
    ) -> Replacement: ...


def combine_maxima(pooling: Pooling, options: ReluifyOptions, choose: _Choose, lay: _Lay) -> Replacement:
    """Sum maxima over parts of windows: a map of them for each shape of part, chosen as a MaxPool is, and a Conv on it.

    Parts of several shapes have no place in Conv and Relu by turns, nor have parts that are no windows in a MaxPool:
    then it is one network of ReLUs. On padding a part has minus infinity, if none of its places is all padding; else
    the borders are repeated.
    """
    bounds, optimum = bounds_of_objective(pooling, options), _optimum(pooling, options)
    combination = _between(optimum, bounds)
    shape = pooling.windows.kernel_shape
    by_maps = options.style == "pools" or all(is_sub_window(subset, shape) for subset in _used(combination))
    groups = _groups(pooling.windows, combination) if by_maps else []
    fits = by_maps and all(group.pads_alike(pooling.extents) for group in groups)
    if pooling.shift is not None and not fits:
        raise InputError("a part of a window may be nothing but padding, for which no zeros serve")
    if not by_maps or (options.style == "feedforward" and len(groups) > 1):
        domain: Domain = pooling.domain if options.style == "feedforward" else "real"
        network = build_network(combination, domain=domain, construction=options.construction)
        made = lay(network, pooling, options, edge=not (fits and pooling.zeros_serve))
    else:
        made = _by_maps(pooling, options, choose, combination, groups, fits=fits)
    scale = 1 if bounds is None else bounds[1] - bounds[0]
    return replace(made, combination=optimum, error=scale * optimum.error)


def _by_maps(
    pooling: Pooling,
    options: ReluifyOptions,
    choose: _Choose,
    combination: Combination,
    groups: list[SubWindows],
    *,
    fits: bool,
) -> Replacement:
    pools = all(_by_pool(replace(pooling, windows=group.maxima), options) for group in groups)
    windows, edge = laid(pooling, edge=not (fits and (pools or pooling.zeros_serve)))
    if edge:
        groups = _groups(windows, combination)
    inner = replace(pooling, value=_in_batches(pooling, edge=edge), bounds=None, shift=None)
    parts = [_choose_part(replace(inner, windows=group.maxima), options, choose) for group in groups]

    def emit(emitter: Emitter, x: str, channels: int) -> str:
        total = ""
        for part, group in zip(parts, groups, strict=True):
            value = part.emit(emitter, x)
            value = emit_conv(emitter, value, group.layer, channels, pooling.conv_dtype, dense=options.dense)
            total = emitter.op("Add", [total, value]) if total else value
        return total

    read = [prod(group.layer.windows.strides) for group in groups]
    units = sum(part.units_per_output * number for part, number in zip(parts, read, strict=True))
    made = channelwise(emit, pooling, options, units, max(part.hidden_layers for part in parts), edge=edge)
    return replace(made, pools=sum(part.pools for part in parts))


def _optimum(pooling: Pooling, options: ReluifyOptions) -> Combination:
    shape, given = pooling.windows.kernel_shape, options.subsets_by_name[None]
    check_inputs(pooling.windows.kernel_size)
    subsets = check_subsets(shape, given)
    if subsets == (Subset(),):
        raise InputError("maxima are taken over subsets that are not empty, and there is none")
    if Subset(range(pooling.windows.kernel_size)) in subsets:
        raise InputError("the whole window is among the subsets: its maximum is exact, and takes no others")
    return _combination(shape, subsets, options.objective)


@lru_cache(maxsize=64)
def _combination(kernel_shape: tuple[int, ...], subsets: tuple[Subset, ...], objective: Objective) -> Combination:
    return optimal_combination(kernel_shape, subsets, objective=objective)


def _between(combination: Combination, bounds: InputBounds | None) -> Combination:
    """Return lo + w f((x - lo) / w), w = hi - lo, which has another intercept: w c_0 + lo (1 - sum of the others)."""
    if bounds is None:
        return combination
    lo, hi = bounds
    others = sum((c for subset, c in combination.coefficients.items() if subset), Fraction(0))
    offset = (hi - lo) * combination.coefficients.get(Subset(), Fraction(0)) + lo * (1 - others)
    return replace(combination, coefficients=combination.coefficients | {Subset(): offset})


def _used(combination: Combination) -> dict[Subset, Fraction]:
    """Return the subsets that count; a constant has to be read off something, too."""
    coefficients = {subset: c for subset, c in combination.coefficients.items() if subset}
    return {subset: c for subset, c in coefficients.items() if c} or dict([*coefficients.items()][:1])


def _groups(windows: WindowGrid, combination: Combination) -> list[SubWindows]:
    return group_sub_windows(windows, _used(combination), combination.coefficients.get(Subset(), Fraction(0)))


def _by_pool(pooling: Pooling, options: ReluifyOptions) -> bool:
    """Return whether the maxima over parts are MaxPools: in style pools, and where one serves the tool."""
    preset = None if options.force else options.preset
    return options.style == "pools" or (preset is not None and preset.serves(pooling.windows, pooling.domain))


def _choose_part(pooling: Pooling, options: ReluifyOptions, choose: _Choose) -> Replacement:
    if pooling.windows == pooling.windows.places:
        return Replacement(lambda _, x: x, 0, 0, edge_padding=False)
    return choose(pooling, options.of_maxima(pools=_by_pool(pooling, options)))


def _in_batches(pooling: Pooling, *, edge: bool) -> ValueInfo:
    """Return what is known of the value once borders are repeated, if they are, and channels are in batches of one."""
    if pooling.value.shape is None:
        return pooling.value
    pads = [axis.begin + axis.end if edge else 0 for axis in pooling.windows.axes]
    extents = (None if n is None else n + more for n, more in zip(pooling.extents, pads, strict=True))
    return replace(pooling.value, shape=(None, pooling.channels or 1, *extents))
