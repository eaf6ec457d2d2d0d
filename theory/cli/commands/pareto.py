"""Find the best error for each budget in a sweep."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from theory.cli.commands.sweep import point_row, print_points, what_was_swept
from theory.cli.options import add_json, add_plot
from theory.cli.output import DONE, console, describe_network, print_json
from theory.errors import InputError
from theory.networks.size import network_size
from theory.plotting import check_plot_file, save_figure

if TYPE_CHECKING:
    from theory.frontier.pareto import FrontierPoint

_BUDGETS = {"terms": "subpool maxima", "units": "ReLUs", "parameters": "parameters", "hidden_layers": "hidden layers"}


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    parser.add_argument("directory", metavar="DIR", help="a dataset that `subpool sweep` has written")
    parser.add_argument("--budget", choices=_BUDGETS, default="terms", help="default: terms, the subpool maxima")
    parser.add_argument("--limit", type=int, metavar="N", help="only the best set within this budget")
    add_plot(parser, "all sets and the front")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Find the front and print it."""
    from theory.frontier.dataset import open_dataset
    from theory.frontier.pareto import pareto_front
    from theory.optimal.exact import exact_estimator

    if options.plot:
        check_plot_file(options.plot)
    dataset = open_dataset(options.directory)
    budget = _BUDGETS[options.budget]
    front: tuple[FrontierPoint, ...] = pareto_front(dataset, options.budget)
    if options.limit is not None:
        front = tuple(point for point in front if point.cost(options.budget) <= options.limit)[-1:]
        if not front:
            raise InputError(f"no set of the sweep has at most {options.limit} {budget}")
    if options.plot:
        from theory.figures.front import plot_front

        save_figure(plot_front(dataset, options.budget), options.plot)
    if options.json:
        print_json([point_row(point) for point in front])
        return DONE
    which = f"at most {options.limit} {budget}" if options.limit is not None else f"their number of {budget}"
    print_points(front, f"{what_was_swept(dataset)}: the least error for {which}")
    # A budget of a network buys the target itself, too, where it is large enough.
    how = "maximum itself, by pairwise maxima," if dataset.target.is_maximum else "target itself, by sorting,"
    size = network_size(dataset.kernel_size, exact_estimator(dataset.target).orders)
    console().print(f"the {how} takes {describe_network(size)}", soft_wrap=True)
    return DONE
