"""The command ``subpool table``."""

from __future__ import annotations

import argparse
from math import prod
from typing import TYPE_CHECKING, Any

from theory.cli.output import DONE, add_command, add_json, console, count, fraction, network_row, new_table, print_json
from theory.networks.size import network_size
from theory.notation import format_orders, parse_kernel
from theory.rationals import decimal, to_string
from theory.subpools import number_of_terms

if TYPE_CHECKING:
    from theory.optimal.families import ClosedForm


def add(commands: Any) -> None:
    """Add the command to the parser."""
    table = add_command(commands, "table", run, "list the closed-form families for a kernel")
    table.add_argument("kernel", metavar="KERNEL", help="number of inputs, such as 9, or a shape, such as 3x3")
    add_json(table)


def run(options: argparse.Namespace) -> int:
    """Print the closed forms for one kernel."""
    from theory.optimal.families import closed_forms

    shape = parse_kernel(options.kernel)
    d = prod(shape)
    families = [family for family in closed_forms.values() if d >= family.valid_from]
    if options.json:
        rows = [_family_row(family, d) for family in families]
        print_json({"kernel_size": d, "kernel_shape": list(shape), "families": rows})
        return DONE
    table = new_table(
        ("family", "left"),
        ("orders", "left"),
        ("error", "right"),
        ("decimal", "right"),
        ("subpool maxima", "right"),
        ("layers", "right"),
        ("ReLUs", "right"),
        title=f"kernel {'x'.join(map(str, shape))} (d = {d}): optimal errors by closed form, and their ReLU networks",
    )
    for family in families:
        error, orders = family.error(d), family.orders(d)
        size = network_size(d, orders)
        parameters = ",".join(f"{name}={value}" for name, value in family.parameters.items())
        table.add_row(
            family.name + (f":{parameters}" if parameters else ""),
            format_orders(orders),
            fraction(error),
            decimal(error),
            count(number_of_terms(d, orders)),
            str(size.hidden_layers),
            count(size.units),
        )
    console().print(table)
    return DONE


def _family_row(family: ClosedForm, kernel_size: int) -> dict[str, Any]:
    error, orders = family.error(kernel_size), family.orders(kernel_size)
    return {
        "family": family.name,
        "parameters": dict(family.parameters),
        "orders": list(orders),
        "objective": family.objective,
        "error": to_string(error),
        "error_decimal": decimal(error),
        "terms": number_of_terms(kernel_size, orders),
        "network": network_row(network_size(kernel_size, orders)),
        "source": family.source,
    }
