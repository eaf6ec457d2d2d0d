"""The command ``subpool pareto``."""

from __future__ import annotations

import argparse
from typing import Any

from theory.cli.output import DONE, add_command, add_json, console, describe_network, print_json
from theory.cli.sweep import point_row, print_points
from theory.errors import InputError
from theory.networks.size import network_size

_BUDGETS = {
    "terms": "subpool maxima",
    "units": "ReLUs",
    "parameters": "parameters",
    "hidden_layers": "hidden layers",
}


def add(commands: Any) -> None:
    """Add the command to the parser."""
    pareto = add_command(commands, "pareto", run, "find the best error for each budget in a sweep")
    pareto.add_argument("directory", metavar="DIR", help="a dataset that `subpool sweep` has written")
    pareto.add_argument("--budget", choices=_BUDGETS, default="terms", help="default: terms, the subpool maxima")
    pareto.add_argument("--limit", type=int, metavar="N", help="only the best set within this budget")
    pareto.add_argument("--plot", metavar="FILE", help="draw all sets and the front: FILE.svg, .pdf or .png")
    add_json(pareto)


def run(options: argparse.Namespace) -> int:
    """Find the front and print it."""
    from theory.frontier.dataset import open_dataset
    from theory.frontier.pareto import pareto_front

    if options.plot:
        from theory.figures.front import plot_front
        from theory.plotting import check_plot_file, save_figure

        check_plot_file(options.plot)
    dataset = open_dataset(options.directory)
    budget = _BUDGETS[options.budget]
    front = pareto_front(dataset, options.budget)
    if options.limit is not None:
        front = tuple(point for point in front if point.cost(options.budget) <= options.limit)[-1:]
        if not front:
            raise InputError(f"no set of the sweep has at most {options.limit} {budget}")
    if options.plot:
        save_figure(plot_front(dataset, options.budget), options.plot)
    if options.json:
        print_json([point_row(point) for point in front])
        return DONE
    d = dataset.kernel_size
    which = f"at most {options.limit} {budget}" if options.limit is not None else f"their number of {budget}"
    print_points(front, f"kernel size {d}, {len(dataset.sets):,} sets of orders: the least error for {which}")
    # A budget of a network buys the maximum itself, too, where it is large enough.
    console().print(
        f"the maximum itself, by pairwise maxima, takes {describe_network(network_size(d, [d]))}", soft_wrap=True
    )
    return DONE
