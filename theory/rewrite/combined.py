"""A combination of maxima over parts of a window in the place of the maximum over all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from math import prod

from theory.combination import Combination, Subset, check_subsets
from theory.errors import InputError
from theory.models.values import ValueInfo
from theory.models.windows import WindowGrid
from theory.objectives import Objective
from theory.optimal.combinations import check_inputs, optimal_combination
from theory.rewrite.convolutions import emit_conv
from theory.rewrite.emitter import Emitter
from theory.rewrite.options import InputBounds, ReluifyOptions
from theory.rewrite.pooling import Pooling, Replacement, bounds_of_objective, channelwise, laid
from theory.rewrite.sub_windows import SubWindows, group_sub_windows


def combine_maxima(
    pooling: Pooling, options: ReluifyOptions, choose: Callable[[Pooling, ReluifyOptions], Replacement]
) -> Replacement:
    """Sum maxima over parts of windows: a map of them for each shape of part, chosen as a MaxPool is, and a Conv on it.

    On padding a part has minus infinity, if none of its places is all padding; else the borders are repeated.
    """
    bounds, combination = bounds_of_objective(pooling, options), _optimum(pooling, options)
    groups = _groups(pooling.windows, combination, bounds)
    fits = all(group.pads_alike(pooling.extents) for group in groups)
    if pooling.shift is not None and not fits:
        raise InputError("a part of a window may be nothing but padding, for which no zeros serve")
    if options.style == "feedforward" and len(groups) > 1:
        raise InputError(
            f"style feedforward has no Add, for parts of {len(groups)} shapes: of one shape they take none"
        )
    pools = all(_by_pool(replace(pooling, windows=group.maxima), options) for group in groups)
    windows, edge = laid(pooling, edge=not (fits and (pools or pooling.zeros_serve)))
    if edge:
        groups = _groups(windows, combination, bounds)
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
    scale = 1 if bounds is None else bounds[1] - bounds[0]
    return replace(
        made,
        combination=combination,
        error=scale * combination.error,
        pools=sum(part.pools for part in parts),
    )


def _optimum(pooling: Pooling, options: ReluifyOptions) -> Combination:
    shape, given = pooling.windows.kernel_shape, options.subsets_by_name[None]
    check_inputs(pooling.windows.kernel_size)
    subsets = check_subsets(shape, given)
    if subsets == (Subset(),):
        raise InputError("maxima are taken over subsets that are not empty, and there is none")
    if Subset(range(pooling.windows.kernel_size)) in subsets:
        raise InputError("the whole window is among the subsets: its maximum is exact, and takes no others")
    pooling.conv_dtype  # noqa: B018  # raises where there is no Conv, before minutes are spent
    return _combination(shape, subsets, options.objective)


@lru_cache(maxsize=64)
def _combination(kernel_shape: tuple[int, ...], subsets: tuple[Subset, ...], objective: Objective) -> Combination:
    return optimal_combination(kernel_shape, subsets, objective=objective)


def _groups(windows: WindowGrid, combination: Combination, bounds: InputBounds | None) -> list[SubWindows]:
    """Group the subsets that count; between bounds lo and hi, w = hi - lo, the intercept becomes that of lo + w f.

    f((x - lo) / w) w + lo is the sum over J of c_J max_J(x), J not empty, with w c_0 + lo (1 - sum of the c_J).
    """
    coefficients = {subset: c for subset, c in combination.coefficients.items() if subset}
    lo, hi = bounds or (Fraction(0), Fraction(0))
    intercept = combination.coefficients.get(Subset(), Fraction(0))
    offset = (hi - lo) * intercept + lo * (1 - sum(coefficients.values(), Fraction(0)))
    # A constant has to be read off something, too.
    used = {subset: c for subset, c in coefficients.items() if c} or dict([*coefficients.items()][:1])
    return group_sub_windows(windows, used, offset)


def _by_pool(pooling: Pooling, options: ReluifyOptions) -> bool:
    """Return whether the maxima over parts are MaxPools: in style pools, and where one serves the tool."""
    preset = None if options.force else options.preset
    return options.style == "pools" or (preset is not None and preset.serves(pooling.windows, pooling.domain))


def _choose_part(
    pooling: Pooling, options: ReluifyOptions, choose: Callable[[Pooling, ReluifyOptions], Replacement]
) -> Replacement:
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
