"""The command ``subpool guess``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory.cli.output import DONE, add_command, add_json, console, new_table, print_json, progress_bar
from theory.errors import InputError
from theory.files import write_whole
from theory.objectives import DEFAULT, OBJECTIVES

if TYPE_CHECKING:
    from theory.guess import Guess


def add(commands: Any) -> None:
    """Add the command to the parser."""
    guess = add_command(commands, "guess", run, "guess closed forms in d for a family of orders, from exact optima")
    guess.add_argument("orders", metavar="ORDERS", help="in d, such as 0,1,d-2,d-1 or 0-3 or 0,d-3..d-1")
    guess.add_argument("--from", dest="first", type=int, metavar="D", help="smallest kernel size")
    guess.add_argument("--to", dest="last", type=int, metavar="D", help="largest kernel size")
    guess.add_argument("--objective", choices=tuple(OBJECTIVES), default=DEFAULT, help=f"default: {DEFAULT}")
    guess.add_argument("--skeleton", metavar="FILE.py", help="write a claim about the conjecture to FILE.py")
    add_json(guess)


def run(options: argparse.Namespace) -> int:
    """Solve the family, guess, and print the conjecture with its evidence."""
    from theory.guess import guess_formula

    with progress_bar() as progress:
        task = progress.add_task(f"solving {options.orders}", total=None)

        def on_solved(kernel_size: int) -> None:
            progress.update(task, advance=1, description=f"solved d = {kernel_size}")

        guess = guess_formula(
            options.orders,
            first=options.first,
            last=options.last,
            objective=options.objective,
            on_solved=on_solved,
        )
    if options.skeleton:
        _write_skeleton(options.skeleton, guess)
    if options.json:
        print_json(guess.to_dict())
    else:
        _print_guess(guess, options.skeleton)
    return DONE


def _write_skeleton(path: str, guess: Guess) -> None:
    if Path(path).suffix != ".py":
        raise InputError(f"a skeleton is a Python module, FILE.py, not {path}")
    write_whole(path, guess.skeleton(Path(path).stem))


def _print_guess(guess: Guess, skeleton: str | None) -> None:
    out = console()
    out.print(f"orders {guess.orders}, objective {guess.objective}", soft_wrap=True)
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
