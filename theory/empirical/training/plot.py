"""The figures of training: error against mu, with the optimal error beside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import cycle
from typing import TYPE_CHECKING

import pyarrow as pa

from theory.empirical.training.configuration import Configuration
from theory.empirical.training.results import configurations_of
from theory.empirical.training.summary import Group, group_rows
from theory.errors import InputError
from theory.notation import format_orders
from theory.plotting import new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe, Ito: Color universal design (2008), without yellow.
_BLUE, _VERMILION, _GREEN = "#0072B2", "#D55E00", "#009E73"
_Style = tuple[str, str, str]
"""Color, marker, line."""
_TRAINED: tuple[tuple[str, _Style, str], ...] = (
    ("cube_error", (_VERMILION, "^", "-"), "trained, largest found in the cube"),
    ("test_error", (_BLUE, "o", "-"), "trained, on test rows"),
)
_STYLES: tuple[_Style, ...] = (
    ("black", "o", "-"),
    (_BLUE, "s", "-"),
    (_VERMILION, "^", "-"),
    (_GREEN, "D", "-"),
    ("#CC79A7", "v", "-"),
    ("#56B4E9", "P", "-"),
    ("#E69F00", "X", "-"),
    ("#0072B2", "<", "--"),
    ("#D55E00", ">", "--"),
    ("#009E73", "h", "--"),
    ("#CC79A7", "*", "--"),
)


def plot_errors(table: pa.Table, axes: Sequence[Axes] | None = None) -> Sequence[Axes]:
    """Draw error against mu, a panel for each set of orders: the median over seeds, and their range.

    Parameters
    ----------
    table : pyarrow.Table
        Results of one kernel size and one variation.
    axes : sequence of matplotlib.axes.Axes, optional
        One for each set of orders; new ones by default.

    Returns
    -------
    sequence of matplotlib.axes.Axes

    Raises
    ------
    InputError
        If there are no rows, of more than one experiment, or the axes are too few.
    MissingDependencyError
    """
    groups = group_rows(table)
    sets = _sets(groups)
    axes = _axes(axes, len(sets))
    for number, (panel, orders) in enumerate(zip(axes, sets, strict=True)):
        chosen = [group for group in groups if group.configuration.orders == orders]
        if len({group.configuration.scale for group in chosen}) < len(chosen):
            raise InputError("the rows are of more than one experiment: choose those of one variation")
        for error, style, label in _TRAINED:
            _curve(panel, chosen, error, style, label)
            _range(panel, chosen, error, style[0])
        _optimum(panel, chosen[0])
        _decorate(panel, orders, chosen, "largest error  |max(x) − f(x)|" if number == 0 else "")
    axes[0].legend(frameon=False, fontsize="small", loc="lower left")
    return axes


def plot_variations(
    table: pa.Table, axes: Sequence[Axes] | None = None, *, error: str = "test_error"
) -> Sequence[Axes]:
    """Draw error against mu for each variation, the median over seeds; a panel for each set of orders.

    Parameters
    ----------
    table : pyarrow.Table
        Results of one kernel size.
    axes : sequence of matplotlib.axes.Axes, optional
    error : {"test_error", "cube_error"}
        Test rows have the distribution of the training rows, which is one of the things that vary.

    Returns
    -------
    sequence of matplotlib.axes.Axes

    Raises
    ------
    InputError, MissingDependencyError
    """
    if error not in ("test_error", "cube_error"):
        raise InputError(f"the error is test_error or cube_error, not {error!r}")
    groups = group_rows(table)
    sets = _sets(groups)
    axes = _axes(axes, len(sets))
    labels = list(dict.fromkeys(group.configuration.label for group in groups))
    what = "on test rows" if error == "test_error" else "found in the cube"
    for number, (panel, orders) in enumerate(zip(axes, sets, strict=True)):
        chosen = [group for group in groups if group.configuration.orders == orders]
        for label, style in zip(labels, cycle(_STYLES), strict=False):
            _curve(panel, [group for group in chosen if group.configuration.label == label], error, style, label)
        _optimum(panel, chosen[0], sample=False)
        _decorate(panel, orders, chosen, f"largest error {what}, median" if number == 0 else "")
    axes[-1].legend(frameon=False, fontsize="small", loc="center left", bbox_to_anchor=(1.02, 0.5))
    return axes


def figures(table: pa.Table) -> Iterator[tuple[str, Sequence[Axes]]]:
    """Draw what there is to draw: for each kernel size the base figure, and the variations, if any.

    Yields
    ------
    name : str
        Of the figure, such as ``training-8`` or ``training-8-variations``.
    axes : sequence of matplotlib.axes.Axes

    Raises
    ------
    MissingDependencyError
    """
    configurations = configurations_of(table)
    for d in sorted({c.kernel_size for c in configurations}):
        of_size = [c for c in configurations if c.kernel_size == d]
        base = min(of_size, key=lambda c: len(c.changes)).label
        of_base = [c for c in of_size if c.label == base]
        yield f"training-{d}", plot_errors(_rows_of(table, of_base))
        if len(of_base) < len(of_size):
            scales = {c.scale for c in of_size if c.label != base}
            sets = {c.orders for c in of_size if c.label != base}
            shown = [c for c in of_size if c.scale in scales and c.orders in sets]
            yield f"training-{d}-variations", plot_variations(_rows_of(table, shown))
            yield f"training-{d}-variations-cube", plot_variations(_rows_of(table, shown), error="cube_error")


def _rows_of(table: pa.Table, configurations: Sequence[Configuration]) -> pa.Table:
    import pyarrow.compute as pc

    identities = pa.array([c.identity for c in configurations], pa.string())
    return table.filter(pc.is_in(table["configuration"], identities))


def _curve(panel: Axes, groups: Iterable[Group], error: str, style: _Style, label: str) -> None:
    color, marker, line = style
    ordered = sorted(groups, key=_scale)
    medians = [group.spread(error)[1] for group in ordered]
    panel.plot(
        [_scale(group) for group in ordered],
        medians,
        color=color,
        marker=marker,
        linestyle=line,
        markersize=4,
        label=label,
    )


def _range(panel: Axes, groups: Iterable[Group], error: str, color: str) -> None:
    ordered = sorted(groups, key=_scale)
    least, _, largest = zip(*(group.spread(error) for group in ordered), strict=True)
    panel.fill_between([_scale(group) for group in ordered], least, largest, color=color, alpha=0.2, linewidth=0)


def _scale(group: Group) -> float:
    return float(group.configuration.scale)


def _optimum(panel: Axes, group: Group, *, sample: bool = True) -> None:
    panel.axhline(group.optimal_error, color="black", linewidth=1.2, label="optimal E, in the cube")
    if sample:
        panel.axhline(
            group.optimal_test_error, color="0.4", linewidth=1.2, linestyle=":", label="that estimator, on test rows"
        )


def _decorate(panel: Axes, orders: tuple[int, ...], groups: Sequence[Group], ylabel: str) -> None:
    scales = sorted({group.configuration.scale for group in groups})
    parameters = {group.configuration.scale: group.configuration.parameters for group in groups}
    panel.set_xscale("log", base=2)
    _decimal_scale(panel)
    panel.set_xticks([float(scale) for scale in scales], [_tick(scale, parameters[scale]) for scale in scales])
    panel.set_xticks([], minor=True)
    panel.tick_params(axis="x", labelsize="small")
    panel.set_xlabel("µ, factor of the hidden widths;\nbelow it, the number of parameters")
    panel.set_title(f"R = {{{format_orders(orders)}}}, d = {groups[0].configuration.kernel_size}")
    if ylabel:
        panel.set_ylabel(ylabel)


def _decimal_scale(panel: Axes) -> None:
    """Make the vertical axis logarithmic, with plain decimals at 1, 2 and 5 times the powers of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    panel.set_yscale("log")
    panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    panel.yaxis.set_minor_formatter(NullFormatter())


def _tick(scale: Fraction, parameters: int) -> str:
    return f"{scale}\n{parameters}" if parameters < 10_000 else f"{scale}\n{parameters / 1000:.0f}k"


def _sets(groups: Sequence[Group]) -> list[tuple[int, ...]]:
    sizes = {group.configuration.kernel_size for group in groups}
    if len(sizes) != 1:
        raise InputError(f"a figure shows the results of one kernel size, not of {sorted(sizes) or 'none'}")
    return list(dict.fromkeys(group.configuration.orders for group in groups))


def _axes(axes: Sequence[Axes] | None, panels: int) -> Sequence[Axes]:
    if axes is not None:
        if len(axes) != panels:
            raise InputError(f"there are {panels} sets of orders to draw, but {len(axes)} axes")
        return axes
    return new_axes(1, panels, size=(1 + 3.6 * panels, 3.8), sharey=True, layout="constrained")
