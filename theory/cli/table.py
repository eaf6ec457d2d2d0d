"""The command ``subpool table``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from fractions import Fraction
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from theory.cli.output import (
    DONE,
    add_command,
    add_json,
    add_yes,
    console,
    count,
    expected,
    fraction,
    network_row,
    new_table,
    print_json,
)
from theory.networks.size import NetworkSize, network_size
from theory.notation import format_orders, parse_kernel
from theory.rationals import decimal, to_string
from theory.subpools import number_of_terms
from theory.terminal import Bar
from theory.work import Work, as_float, readable

if TYPE_CHECKING:
    from theory.optimal.families import ClosedForm


def add(commands: Any) -> None:
    """Add the command to the parser."""
    table = add_command(commands, "table", run, "list the closed-form families for a kernel")
    table.add_argument("kernel", metavar="KERNEL", help="number of inputs, such as 9, or a shape, such as 3x3")
    add_yes(table)
    add_json(table)


class _Line(NamedTuple):
    family: ClosedForm
    orders: tuple[int, ...]
    error: Fraction
    terms: int
    size: NetworkSize


def _line(family: ClosedForm, kernel_size: int) -> _Line:
    orders = family.orders(kernel_size)
    terms, size = number_of_terms(kernel_size, orders), network_size(kernel_size, orders)
    return _Line(family, orders, family.error(kernel_size), terms, size)


def _work(kernel_size: int) -> Work:
    # Networks are counted in linear time; a sum of d binomial coefficients takes d^2 steps.
    d = as_float(kernel_size)
    return Work(f"a table for kernel size {readable(kernel_size)}", seconds=3e-4 * d + 2e-9 * d * d, memory=4_000 * d)


def run(options: argparse.Namespace) -> int:
    """Print the closed forms for one kernel."""
    from theory.optimal.families import closed_forms

    shape = parse_kernel(options.kernel)
    d = prod(shape)
    doing = expected("evaluating", _work(d), options)
    families = [family for family in closed_forms.values() if d >= family.valid_from]
    lines = []
    with Bar(doing, len(families)) as bar:
        for family in families:
            lines.append(_line(family, d))
            bar.step()
    if options.json:
        print_json({"kernel_size": d, "kernel_shape": list(shape), "families": list(map(_json_row, lines))})
    else:
        kernel = f"kernel {'x'.join(map(str, shape))} (d = {d})"
        _print_table(lines, f"{kernel}: optimal errors by closed form, and their ReLU networks")
    return DONE


def _print_table(lines: Sequence[_Line], title: str) -> None:
    table = new_table(
        ("family", "left"),
        ("orders", "left"),
        ("error", "right"),
        ("decimal", "right"),
        ("subpool maxima", "right"),
        ("layers", "right"),
        ("ReLUs", "right"),
        title=title,
    )
    for family, orders, error, terms, size in lines:
        parameters = ",".join(f"{name}={value}" for name, value in family.parameters.items())
        table.add_row(
            family.name + (f":{parameters}" if parameters else ""),
            format_orders(orders),
            fraction(error),
            decimal(error),
            count(terms),
            str(size.hidden_layers),
            count(size.units),
        )
    console().print(table)


def _json_row(line: _Line) -> dict[str, Any]:
    return {
        "family": line.family.name,
        "parameters": dict(line.family.parameters),
        "orders": list(line.orders),
        "objective": line.family.objective,
        "error": to_string(line.error),
        "error_decimal": decimal(line.error),
        "terms": line.terms,
        "network": network_row(line.size),
        "source": line.family.source,
    }
