"""What all commands print: tables, numbers and facts for people, JSON for programs, errors, and exit codes."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from theory.errors import InputError, SubpoolError
from theory.notation import format_orders
from theory.rationals import decimal, to_string
from theory.terminal import console as console
from theory.terminal import new_table as new_table
from theory.terminal import say, write

if TYPE_CHECKING:
    from theory.certificate import Certificate
    from theory.combination import CombinationCertificate
    from theory.frontier.pareto import FrontierPoint
    from theory.networks.network import ReLUNetwork
    from theory.networks.size import NetworkSize

    Sized = NetworkSize | FrontierPoint

DONE, FAILED, BAD_INPUT = 0, 1, 2

_LONGEST_FRACTION = 32


def fail(message: str, code: int) -> int:
    """Print an error as one line on standard error, and return the exit code."""
    say("subpool: " + " ".join(message.split()), error=True)
    return code


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    write(json.dumps(value, indent=2) + "\n")


def print_facts(facts: Iterable[tuple[str, object]], width: int = 16) -> None:
    """Print a line for each fact, its name in a column of that width."""
    out = console()
    for name, value in facts:
        out.print(f"{name:<{width}} {value}", soft_wrap=True)


def count(number: int) -> str:
    """Write an integer, long ones as decimals."""
    return str(number) if number < 10**15 else decimal(Fraction(number))


def counted(number: int, noun: str) -> str:
    """Write how many there are of something.

    >>> counted(1, "hidden layer"), counted(2048, "worker")
    ('1 hidden layer', '2,048 workers')
    """
    return f"{number:,} {noun}" + "s" * (number != 1)


def fraction(number: Fraction) -> str:
    """Write a rational, or say how long it is."""
    text = to_string(number)
    return text if len(text) <= _LONGEST_FRACTION else f"({len(text)} characters: --json)"


def both(number: Fraction) -> str:
    """Write a rational as a fraction and as a decimal."""
    return f"{fraction(number)} = {decimal(number)}"


COLUMNS_OF_A_SET = (
    ("orders", "left"),
    *((name, "right") for name in ("error", "decimal", "subpool maxima", "layers", "ReLUs")),
)


def cells_of_a_set(orders: Sequence[int], error: Fraction, terms: int, size: Sized) -> tuple[str, ...]:
    """Write what is known of a set of orders for a table with these columns."""
    counts = count(terms), str(size.hidden_layers), count(size.units)
    return format_orders(orders), fraction(error), decimal(error), *counts


def describe_network(size: NetworkSize) -> str:
    """Write the counts of a network as one line."""
    if not size.widths:
        return f"no hidden layer, {count(size.parameter_count)} parameters: a linear function"
    widths = f" = {' + '.join(map(count, size.widths))}" if size.hidden_layers > 1 else ""
    layers = counted(size.hidden_layers, "hidden layer")
    return f"{layers}, {count(size.units)}{widths} ReLUs, {count(size.parameter_count)} parameters"


def network_row(size: NetworkSize | ReLUNetwork) -> dict[str, Any]:
    """Return the counts of a network for JSON."""
    counts = {name: getattr(size, name) for name in ("hidden_layers", "widths", "units", "parameter_count")}
    return counts | {"widths": list(size.widths)}


def make_folder(path: str) -> None:
    """Make a folder if it is missing, and see that files can be written to it."""
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise InputError(f"cannot write to the folder {path}: {error.strerror}") from None


def confirm(certificate: Certificate | CombinationCertificate) -> bool:
    """Have the independent checker look at a certificate before anything is printed."""
    from proofs_check import CertificateError, check_certificate

    try:
        # However long it takes: finding the estimator took longer.
        confirmed = check_certificate(certificate.to_json(), limit=None) == certificate.error
    except CertificateError as error:
        raise SubpoolError(f"the independent checker rejects the solution, which is a defect: {error}") from None
    if not confirmed:
        raise SubpoolError("the independent checker certifies another error, which is a defect")
    return True
