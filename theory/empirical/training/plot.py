"""The figures of training: error against mu, with the optimal error beside."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from theory.empirical.training.experiments import VARIATIONS, variation_of
from theory.empirical.training.results import configurations_of
from theory.empirical.training.summary import Group, group_rows
from theory.errors import InputError, MissingDependencyError
from theory.notation import format_orders

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe, Ito: Color universal design (2008), without yellow.
_BLUE, _VERMILION, _GREEN = "#0072B2", "#D55E00", "#009E73"
_STYLES: tuple[tuple[str, str, str], ...] = (
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
        _curve(panel, chosen, "cube_error", (_VERMILION, "^", "-"), "trained, largest found in the cube")
        _curve(panel, chosen, "test_error", (_BLUE, "o", "-"), "trained, on test rows")
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
    what = "on test rows" if error == "test_error" else "found in the cube"
    for number, (panel, orders) in enumerate(zip(axes, sets, strict=True)):
        chosen = [group for group in groups if group.configuration.orders == orders]
        for name, style in zip(("base", *VARIATIONS), _STYLES, strict=True):
            varied = [group for group in chosen if group.variation == name]
            if varied:
                _curve(panel, varied, error, style, name, with_range=False)
        _optimum(panel, chosen[0], sample=False)
        _decorate(panel, orders, chosen, f"largest error {what}, median" if number == 0 else "")
    axes[-1].legend(frameon=False, fontsize="small", loc="center left", bbox_to_anchor=(1.02, 0.5))
    return axes


def figures(table: pa.Table) -> Iterator[tuple[str, Sequence[Axes]]]:
    """Draw what there is to draw: for each kernel size the base figure, and the variations if there are any.

    Yields
    ------
    name : str
        Of the figure, such as ``training-8`` or ``training-8-variations``.
    axes : sequence of matplotlib.axes.Axes

    Raises
    ------
    MissingDependencyError
    """
    configurations = {c.identity: c for c in configurations_of(table)}
    named = {identity: variation_of(c) for identity, c in configurations.items()}
    for d in sorted({c.kernel_size for c in configurations.values()}):
        of_size = [identity for identity, c in configurations.items() if c.kernel_size == d]
        base = [identity for identity in of_size if named[identity] == "base"]
        if base:
            yield f"training-{d}", plot_errors(_rows_of(table, base))
        varied = [identity for identity in of_size if named[identity] is not None]
        if len(varied) > len(base):
            yield f"training-{d}-variations", plot_variations(_rows_of(table, varied))
        if not varied:
            yield f"training-{d}", plot_errors(_rows_of(table, of_size))


def _rows_of(table: pa.Table, identities: Sequence[str]) -> pa.Table:
    import pyarrow.compute as pc

    return table.filter(pc.is_in(table["configuration"], pa.array(identities, pa.string())))


def _curve(
    panel: Axes,
    groups: Iterable[Group],
    error: str,
    style: tuple[str, str, str],
    label: str,
    *,
    with_range: bool = True,
) -> None:
    ordered = sorted(groups, key=lambda group: group.configuration.scale)
    color, marker, line = style
    scales = [float(group.configuration.scale) for group in ordered]
    values = [group.errors[error] for group in ordered]
    panel.plot(
        scales, [np.median(v) for v in values], color=color, marker=marker, linestyle=line, markersize=4, label=label
    )
    if with_range:
        panel.fill_between(
            scales, [min(v) for v in values], [max(v) for v in values], color=color, alpha=0.2, linewidth=0
        )


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
    panel.set_yscale("log")
    panel.set_xticks([float(scale) for scale in scales], [_tick(scale, parameters[scale]) for scale in scales])
    panel.set_xticks([], minor=True)
    panel.tick_params(axis="x", labelsize="small")
    panel.set_xlabel("µ, factor of the widths\n(parameters below)")
    panel.set_title(f"R = {{{format_orders(orders)}}}, d = {groups[0].configuration.kernel_size}")
    if ylabel:
        panel.set_ylabel(ylabel)


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
    figure = _figure_type()(figsize=(1 + 3.6 * panels, 3.8), layout="constrained")
    made = figure.subplots(1, panels, sharey=True, squeeze=False)
    return list(made[0])


def _figure_type() -> Any:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingDependencyError("plots need matplotlib: pip install 'subpool[plots]'") from None
    return Figure
