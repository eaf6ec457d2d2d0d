"""Guess closed forms in d for a family of orders, from exact optima."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from theory.cli.options import add_json, add_objective, add_target, add_yes, expected
from theory.cli.output import DONE, console, new_table, print_json
from theory.errors import InputError
from theory.files import write_whole
from theory.notation import orders_in_d
from theory.objectives import choose_objective
from theory.targets import MAXIMUM
from theory.terminal import Bar
from theory.work import MEMORY_LIMIT, PATIENCE, Work, readable

if TYPE_CHECKING:
    from theory.guess import Guess
    from theory.objectives import Objective


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    parser.add_argument("orders", metavar="ORDERS", help="in d, such as 0,1,d-2,d-1 or 0-3 or a family's name")
    parser.add_argument("--from", dest="first", metavar="D", help="smallest kernel size")
    parser.add_argument("--to", dest="last", metavar="D", help="largest kernel size")
    add_objective(parser)
    add_target(parser)
    parser.add_argument("--skeleton", metavar="FILE.py", help="write a claim about the conjecture to FILE.py")
    add_yes(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Solve the family, guess, and print the conjecture with its evidence."""
    from theory.guess import guess_formula
    from theory.guess.orders import check_named, kernel_sizes_of

    orders, objective = orders_in_d(options.orders), choose_objective(options.objective, options.orders).name
    sizes, target = kernel_sizes_of(orders, options.first, options.last), check_named(options.target)
    with Bar(expected("solving", _work(orders, sizes, objective, target), options), len(sizes)) as bar:
        guess = guess_formula(orders, first=sizes[0], last=sizes[-1], objective=objective, target=target, progress=bar)
    if options.skeleton:
        _write_skeleton(options.skeleton, guess)
    if options.json:
        print_json(guess.to_dict())
    else:
        _print_guess(guess, options.skeleton)
    return DONE


def _work(orders: str, sizes: range, objective: Objective, target: str) -> Work:
    """Add up what the kernel sizes take, at a few of them until that is too much."""
    from theory.optimal.solve import solving_work

    step = max(1, len(sizes) // 16)
    seconds = memory = 0.0
    for d in sizes[step - 1 :: step]:
        work = solving_work(d, orders, objective=objective, target=target)
        seconds, memory = seconds + step * work.seconds, max(memory, work.memory)
        if seconds > PATIENCE or memory > MEMORY_LIMIT:
            break
    return Work(f"solving {len(sizes)} kernel sizes up to {readable(sizes[-1])}", seconds, memory=memory)


def _write_skeleton(path: str, guess: Guess) -> None:
    if Path(path).suffix != ".py":
        raise InputError(f"a skeleton is a Python module, FILE.py, not {path}")
    write_whole(path, guess.skeleton(Path(path).stem))


def _print_guess(guess: Guess, skeleton: str | None) -> None:
    out = console()
    target = "" if guess.target == MAXIMUM else f", target {guess.target}"
    out.print(f"orders {guess.orders}, objective {guess.objective}{target}", soft_wrap=True)
    out.print(guess.summary, soft_wrap=True)
    table = new_table(("order", "right"), ("coefficient (conjectured)", "left"), ("from d", "right"))
    for order, formula in guess.coefficients.items():
        if formula is None:
            table.add_row(order, "no formula of this kind", "")
        else:
            table.add_row(order, formula.to_text(), str(formula.valid_from))
    if guess.coefficients:
        out.print(table)
    if guess.conjecture:
        out.print("A conjecture is no proof: it agrees with exact optima at kernel sizes that it was not fitted to.")
    if skeleton:
        out.print(f"claim written to {skeleton}", soft_wrap=True)
