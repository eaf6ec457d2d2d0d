"""The options that commands share, each written once, and how they are read."""

from __future__ import annotations

import argparse
from math import prod

from theory.errors import ProblemTooLargeError
from theory.notation import check_orders, parse_kernel
from theory.objectives import DEFAULT, OBJECTIVES, Objective, choose_objective
from theory.targets import MAXIMUM, TARGETS
from theory.work import MEMORY_LIMIT, Work

_CONSTRUCTIONS = {
    "tree": "pairwise maxima (default)",
    "smallest": "fewest ReLUs, of estimators",
    "shallow": "fewer layers",
    "two-layer": "two layers, of the maximum of up to seven inputs",
}
_LONG = 10.0
"""Seconds from which on a person is told how long it takes."""


def add_kernel(parser: argparse.ArgumentParser) -> None:
    """Add the argument KERNEL; :func:`read_kernel` reads it."""
    parser.add_argument("kernel", metavar="KERNEL", help="number of inputs, such as 9, or a shape, such as 3x3")


def read_kernel(options: argparse.Namespace) -> tuple[tuple[int, ...], int]:
    """Return the kernel shape and the kernel size."""
    shape = parse_kernel(options.kernel)
    return shape, prod(shape)


def add_orders_or_subsets(parser: argparse.ArgumentParser, orders: str) -> None:
    """Add the options ``--orders``, told what they are, and ``--subsets``, of which one has to be given."""
    one = parser.add_mutually_exclusive_group(required=True)
    one.add_argument("--orders", help=orders)
    one.add_argument(
        "--subsets",
        help="maxima over chosen subsets instead, each with a coefficient of its own: 2x3,3x2 for all windows of these "
        "shapes in the kernel, at:0+1+4 for positions in row-major order, intercept",
    )


def read_problem(options: argparse.Namespace, kernel_size: int) -> tuple[tuple[int, ...], Objective]:
    """Return the orders, and the objective: as given, the family's own, or the default."""
    orders = check_orders(kernel_size, options.orders)
    return orders, choose_objective(options.objective, options.orders).name


def describe_kernel(shape: tuple[int, ...]) -> str:
    """Write a kernel for people."""
    return f"kernel {'x'.join(map(str, shape))} (d = {prod(shape)})"


def add_objective(parser: argparse.ArgumentParser) -> None:
    """Add the option ``--objective``."""
    parser.add_argument("--objective", choices=tuple(OBJECTIVES), help=f"default: {DEFAULT}, or the family's own")


def add_target(parser: argparse.ArgumentParser) -> None:
    """Add the option ``--target``; :func:`theory.targets.find_target` reads it."""
    names = ", ".join(f"{name}:k=K" if named.parameter else name for name, named in TARGETS.items())
    text = "; or d weights of the order statistics, smallest first, or d+1 values by the number of zeros: 0,1/2,1/2,0"
    parser.add_argument(
        "--target", default=MAXIMUM, metavar="TARGET", help=f"what is approximated: {names}{text} (default: {MAXIMUM})"
    )


def add_construction(parser: argparse.ArgumentParser, *choices: str) -> None:
    """Add the option ``--construction``, with all or some of the constructions."""
    offered = choices or tuple(_CONSTRUCTIONS)
    text = "; ".join(f"{name}: {_CONSTRUCTIONS[name]}" for name in offered)
    parser.add_argument("--construction", choices=offered, default="tree", help=text)


def add_workers(parser: argparse.ArgumentParser) -> None:
    """Add the option ``--workers``."""
    parser.add_argument("--workers", type=int, metavar="N", help="processes; default: one for each core")


def add_plot(parser: argparse._ActionsContainer, what: str) -> None:
    """Add the option ``--plot``: what is drawn into a file."""
    parser.add_argument("--plot", metavar="FILE", help=f"draw {what}: FILE.svg, .pdf or .png")


def add_latex(parser: argparse.ArgumentParser, what: str) -> None:
    """Add the options ``--latex``, told what it writes, and ``--json``, of which one may be given."""
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--latex", action="store_true", help=rf"print LaTeX alone: {what}, for \[ \], with amsmath")
    add_json(one)


def add_limit(parser: argparse.ArgumentParser) -> None:
    """Add the option ``--limit``, for the checker of certificates."""
    text = "the most steps for a certificate, about a nanosecond each (default: a second's worth)"
    parser.add_argument("--limit", type=int, metavar="STEPS", help=text)


def add_json(parser: argparse._ActionsContainer) -> None:
    """Add the option ``--json``."""
    parser.add_argument("--json", action="store_true", help="print JSON alone")


def add_yes(parser: argparse.ArgumentParser, *, longer_than: str = "an hour") -> None:
    """Add the option ``--yes``, which :func:`expected` heeds."""
    parser.add_argument("--yes", action="store_true", help=f"start even if it takes more than {longer_than}")


def expected(doing: str, work: Work, options: argparse.Namespace, *, advice: str = "") -> str:
    """Refuse what takes too much; return what is done, with how long it takes if that is more than ten seconds.

    What takes too long is refused unless ``--yes`` was given, what does not fit into memory all the same. The message
    ends with how to go on: the advice, and what the options offer.
    """
    try:
        work.check_memory()
        if not options.yes:
            work.check_time()
    except ProblemTooLargeError as error:
        yes = "--yes starts it nevertheless" if work.memory <= MEMORY_LIMIT else ""
        raise ProblemTooLargeError("; ".join(filter(None, (str(error), advice, yes)))) from None
    return f"{doing}, {work.length} in all" if max(work.seconds, work.most) > _LONG else doing
