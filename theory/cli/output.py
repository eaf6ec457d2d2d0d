"""What all commands share: tables, numbers and files for people, JSON for programs."""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory.errors import InputError, ProblemTooLargeError
from theory.rationals import decimal, to_string
from theory.terminal import console as console
from theory.terminal import new_table as new_table
from theory.terminal import say, write
from theory.work import MEMORY_LIMIT, Work

if TYPE_CHECKING:
    from theory.networks.size import NetworkSize

DONE, FAILED, BAD_INPUT = 0, 1, 2

_LONGEST_FRACTION = 32
_LONG = 10.0
"""Seconds from which on a person is told how long it takes."""


def fail(message: str, code: int) -> int:
    """Print an error as one line on standard error, and return the exit code."""
    say("subpool: " + " ".join(message.split()), error=True)
    return code


def add_command(
    commands: Any, name: str, run: Callable[[argparse.Namespace], int], description: str
) -> argparse.ArgumentParser:
    """Add a command with its function, which takes the parsed options and returns the exit code."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=description, description=description)
    parser.set_defaults(run=run)
    return parser


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option ``--json``."""
    parser.add_argument("--json", action="store_true", help="print JSON alone")


def add_yes(parser: argparse.ArgumentParser) -> None:
    """Add the option ``--yes``."""
    parser.add_argument("--yes", action="store_true", help="start even if it takes more than an hour")


def expected(doing: str, work: Work, options: argparse.Namespace, *, advice: str = "") -> str:
    """Refuse what takes too much; return what is done, with how long it takes if that is more than ten seconds.

    Raises
    ------
    ProblemTooLargeError
        If it takes too long and ``--yes`` was not given. What does not fit into memory is refused all the same. The
        message ends with how to go on: what the options offer, and the advice.
    """
    try:
        work.check_memory()
        if not options.yes:
            work.check_time()
    except ProblemTooLargeError as error:
        yes = "--yes starts it nevertheless" if work.memory <= MEMORY_LIMIT else ""
        raise ProblemTooLargeError("; ".join(filter(None, (str(error), advice, yes)))) from None
    return f"{doing}, {work.length} in all" if max(work.seconds, work.most) > _LONG else doing


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    write(json.dumps(value, indent=2) + "\n")


def count(number: int) -> str:
    """Write an integer, long ones as decimals."""
    return str(number) if number < 10**15 else decimal(Fraction(number))


def fraction(number: Fraction) -> str:
    """Write a rational, or say how long it is."""
    text = to_string(number)
    return text if len(text) <= _LONGEST_FRACTION else f"({len(text)} characters: --json)"


def describe_network(size: NetworkSize) -> str:
    """Write the counts of a network as one line."""
    if not size.widths:
        return f"no hidden layer, {count(size.parameter_count)} parameters: a linear function"
    layers = f"{size.hidden_layers} hidden layer" + ("s" if size.hidden_layers > 1 else "")
    widths = f" = {' + '.join(map(count, size.widths))}" if size.hidden_layers > 1 else ""
    return f"{layers}, {count(size.units)}{widths} ReLUs, {count(size.parameter_count)} parameters"


def network_row(size: NetworkSize) -> dict[str, Any]:
    """Return the counts of a network for JSON."""
    return {
        "hidden_layers": size.hidden_layers,
        "widths": list(size.widths),
        "units": size.units,
        "parameter_count": size.parameter_count,
    }


def make_folder(path: str) -> None:
    """Make a folder if it is missing, and see that files can be written to it."""
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise InputError(f"cannot write to the folder {path}: {error.strerror}") from None
