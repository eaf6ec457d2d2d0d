"""Solve all sets of orders of a kernel size, exactly."""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from theory.cli.options import add_json, add_kernel, add_plot, add_target, add_workers, add_yes, read_kernel
from theory.cli.output import (
    COLUMNS_OF_A_SET,
    DONE,
    both,
    cells_of_a_set,
    console,
    count,
    counted,
    new_table,
    print_facts,
    print_json,
)
from theory.errors import InputError
from theory.notation import check_orders, format_orders
from theory.plotting import check_plot_file, save_figure
from theory.rationals import decimal, to_string
from theory.targets import Target, find_target
from theory.terminal import Bar

if TYPE_CHECKING:
    from theory.frontier.dataset import SweepDataset
    from theory.frontier.pareto import FrontierPoint, WidthLaw
    from theory.frontier.sets import OrderSets

_DAY = 86400.0


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    add_kernel(parser)
    parser.add_argument("--out", required=True, metavar="DIR", help="the dataset; a sweep begun there is resumed")
    parser.add_argument(
        "--always", default="0", metavar="ORDERS", help="orders in all sets, or none; default: 0, the intercept"
    )
    add_target(parser)
    add_workers(parser)
    parser.add_argument(
        "--scheduler", metavar="ADDRESS", help="of a Dask cluster that computes, such as tcp://127.0.0.1:8786"
    )
    add_yes(parser, longer_than="a day")
    add_plot(parser, "error against width")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Solve, write and summarise."""
    from theory.frontier.pareto import pareto_front, width_law
    from theory.frontier.sets import OrderSets
    from theory.frontier.sweep import sweep

    _, d = read_kernel(options)
    always = check_orders(d, options.always, maybe_none=True)
    target = find_target(options.target, d)
    if options.plot:
        check_plot_file(options.plot)
    if not options.yes:
        _refuse_long(OrderSets.of(d, always), target, options)
    start = perf_counter()
    with Bar("sets") as bar:

        def on_damage(messages: tuple[str, ...]) -> None:
            others = f", and {len(messages) - 1:,} more" if len(messages) > 1 else ""
            bar.note(f"solved again: {messages[0]}{others}")

        how = {"workers": options.workers, "scheduler": options.scheduler}
        dataset = sweep(d, options.out, always=always, target=target, progress=bar, on_damage=on_damage, **how)
    seconds = perf_counter() - start
    law = width_law(dataset) if target.is_maximum else None
    by_depth = pareto_front(dataset, "hidden_layers")
    if options.plot:
        from theory.figures.front import plot_front

        save_figure(plot_front(dataset, "terms"), options.plot)
    if options.json:
        print_json(_summary(dataset, law, by_depth, bar.before))
    else:
        _print_summary(dataset, law, by_depth, bar.before, seconds)
    return DONE


def _refuse_long(sets: OrderSets, target: Target, options: argparse.Namespace) -> None:
    from theory.frontier.sweep import seconds_per_set
    from theory.frontier.workers import dask_cluster
    from theory.processes import check_workers

    workers, where = check_workers(options.workers), "worker"
    if len(sets) < 1 << 20:
        return
    seconds = len(sets) * seconds_per_set(sets, target)
    if options.scheduler and seconds > _DAY:
        with dask_cluster(options.scheduler) as (_, slots, _):
            workers, where = slots, "cluster thread"
    if seconds / workers > _DAY:
        raise InputError(
            f"kernel size {sets.kernel_size} has {len(sets):,} sets of orders, about {seconds / 3600:,.0f} core-hours "
            f"and {seconds / workers / _DAY:,.1f} days with {counted(workers, where)}; "
            "--yes starts the sweep nevertheless"
        )


def _summary(
    dataset: SweepDataset, law: WidthLaw | None, by_depth: tuple[FrontierPoint, ...], done_before: int
) -> dict[str, Any]:
    summary = {
        "kernel_size": dataset.kernel_size,
        "target": dataset.target.name,
        "always": list(dataset.always),
        "path": str(dataset.path),
        "sets": len(dataset.sets),
        "sets_resumed": done_before,
        "best_by_hidden_layers": [point_row(point) for point in by_depth],
    }
    if law is None:
        return summary
    return {
        **summary,
        "least_error_times_terms": {"product": to_string(law.product), "orders": list(law.orders)},
        "least_error_times_terms_of_two_orders_or_more": {
            "product": to_string(law.product_of_more),
            "orders": list(law.orders_of_more),
        },
        "sets_below_half": law.below_half,
    }


def point_row(point: FrontierPoint) -> dict[str, Any]:
    """Return a point of the frontier for JSON."""
    counts = {name: getattr(point, name) for name in ("terms", "hidden_layers", "units", "parameters")}
    error = {"error": to_string(point.error), "error_decimal": decimal(point.error)}
    return {"orders": list(point.orders), **error, **counts}


def print_points(points: tuple[FrontierPoint, ...], title: str) -> None:
    """Print points of the frontier as a table."""
    table = new_table(*COLUMNS_OF_A_SET, ("parameters", "right"))
    for point in points:
        table.add_row(*cells_of_a_set(point.orders, point.error, point.terms, point), count(point.parameters))
    out = console()
    out.print(title, soft_wrap=True)
    out.print(table)


def _print_summary(
    dataset: SweepDataset, law: WidthLaw | None, by_depth: tuple[FrontierPoint, ...], done_before: int, seconds: float
) -> None:
    sets = len(dataset.sets)
    contained = f" that contain {format_orders(dataset.always)}" if dataset.always else ""
    print_points(by_depth, f"{what_was_swept(dataset)}{contained}: the least error by depth")
    there = f", {done_before:,} of them there before" if done_before else ""
    size = sum(file.stat().st_size for file in Path(dataset.path).glob("*.parquet"))
    facts = [("certified", f"all {sets:,} errors, each by a primal and a dual solution, exactly{there}")]
    if law is not None:
        facts += _facts_of_the_law(law)
    facts.append(("written", f"{dataset.path}, {size / 2**20:.1f} MiB, in {seconds:.1f} s"))
    print_facts(facts, width=10)


def what_was_swept(dataset: SweepDataset) -> str:
    """Say in words what a sweep is about."""
    target = "" if dataset.target.is_maximum else f", target {dataset.target!s:.80}"
    return f"kernel size {dataset.kernel_size}{target}, {len(dataset.sets):,} sets of orders"


def _facts_of_the_law(law: WidthLaw) -> list[tuple[str, str]]:
    facts = [
        ("least E N", f"{both(law.product)} at R = {format_orders(law.orders)}; N counts the subpool maxima"),
    ]
    if law.orders_of_more != law.orders:
        at = format_orders(law.orders_of_more)
        facts.append(("", f"{both(law.product_of_more)} at R = {at} among sets of more orders"))
    verdict = "E N >= 1/2 for all sets" if law.holds else f"E N < 1/2 for {law.below_half:,} of the sets"
    return [*facts, ("width law", verdict)]
