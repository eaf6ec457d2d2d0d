"""Results of training in figures: which of them a figure shows, and error against mu, the factor of the widths."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from theory.empirical.training.results import stored_results
from theory.empirical.training.summary import Group, group_rows
from theory.errors import InputError
from theory.notation import format_orders
from theory.plotting import INK, Axes

if TYPE_CHECKING:
    import pyarrow as pa

Sets = dict[tuple[int, ...], list[Group]]
"""The results that a figure shows, by the orders of the networks."""


def base_results(table: pa.Table | None, kernel_size: int) -> Sets:
    """Return the base experiments at one kernel size, those with the fewest settings of their own.

    ``table`` None stands for the results that come with the package.

    >>> list(base_results(None, 8))
    [(0, 1, 7), (0, 1, 6, 7), (0, 1, 2, 3, 4, 5, 6, 7)]
    """
    groups = _groups(table, kernel_size)
    base = _base(groups)
    return _by_orders(group for group in groups if group.configuration.label == base)


def varied_results(table: pa.Table | None, kernel_size: int) -> Sets:
    """Return the variations at one kernel size, and the base experiments of the same orders and mu."""
    groups = _groups(table, kernel_size)
    base = _base(groups)
    places = {_place(group) for group in groups if group.configuration.label != base}
    if not places:
        raise _nothing(kernel_size)
    return _by_orders(group for group in groups if _place(group) in places)


def has_variations(table: pa.Table, kernel_size: int) -> bool:
    """Say whether there are variations at a kernel size."""
    return len({group.configuration.label for group in _groups(table, kernel_size)}) > 1


def _groups(table: pa.Table | None, kernel_size: int) -> list[Group]:
    results = group_rows(stored_results() if table is None else table)
    groups = [group for group in results if group.configuration.kernel_size == kernel_size]
    if not groups:
        raise _nothing(kernel_size)
    return groups


def _nothing(kernel_size: int) -> InputError:
    return InputError(f"there are no such results of training at kernel size {kernel_size}")


def _base(groups: Sequence[Group]) -> str:
    return min((group.configuration for group in groups), key=lambda c: len(c.changes)).label


def _place(group: Group) -> tuple[tuple[int, ...], Fraction]:
    return group.configuration.orders, group.configuration.scale


def _by_orders(groups: Iterable[Group]) -> Sets:
    sets: Sets = {}
    for group in sorted(groups, key=lambda group: group.configuration.scale):
        sets.setdefault(group.configuration.orders, []).append(group)
    return sets


def draw_medians(axes: Axes, groups: Sequence[Group], error: str, *, spread: bool = False, **line: Any) -> None:
    """Draw the medians of an error over the seeds against mu, and where they spread."""
    scales = [float(group.configuration.scale) for group in groups]
    least, medians, largest = zip(*(group.spread(error) for group in groups), strict=True)
    (drawn,) = axes.plot(scales, medians, **line)
    if spread:
        axes.fill_between(scales, least, largest, color=drawn.get_color(), alpha=0.2, linewidth=0)


def draw_optimum(axes: Axes, group: Group) -> None:
    """Draw the optimal error in the cube."""
    axes.axhline(group.optimal_error, color=INK, linewidth=1.2, label="optimal E, in the cube")


def label_axes(axes: Axes, groups: Sequence[Group], where: str = "") -> None:
    """Label a panel: its orders, mu with the number of parameters, and errors in plain decimals."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    configurations = {group.configuration.scale: group.configuration for group in groups}
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    ticks = [f"{scale}\n{_short(c.parameters)}" for scale, c in configurations.items()]
    axes.set_xticks([float(scale) for scale in configurations], ticks)
    axes.set_xticks([], minor=True)
    axes.set_xlabel("µ, factor of the hidden widths;\nbelow it, the number of parameters")
    configuration = groups[0].configuration
    axes.set_title(f"R = {{{format_orders(configuration.orders)}}}, d = {configuration.kernel_size}{where}")


def _short(number: int) -> str:
    return str(number) if number < 10_000 else f"{number / 1000:.0f}k"
