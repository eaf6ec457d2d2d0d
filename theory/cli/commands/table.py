"""List the closed-form families for a kernel."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from theory.cli.options import add_kernel, add_latex, add_yes, describe_kernel, expected, read_kernel
from theory.cli.output import COLUMNS_OF_A_SET, DONE, cells_of_a_set, console, network_row, new_table, print_json
from theory.networks.size import NetworkSize, network_size
from theory.rationals import decimal, to_string
from theory.subpools import number_of_terms
from theory.terminal import Bar, write
from theory.typeset import array, fraction
from theory.work import Work, as_float, readable

if TYPE_CHECKING:
    from theory.optimal.families import ClosedForm


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    add_kernel(parser)
    add_yes(parser)
    add_latex(parser, "the formulas, as a table")


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

    shape, d = read_kernel(options)
    doing = expected("evaluating", _work(d), options)
    families = [family for family in closed_forms.values() if d >= family.valid_from]
    lines = []
    with Bar(doing, len(families)) as bar:
        for family in families:
            lines.append(_line(family, d))
            bar.step()
    if options.json:
        print_json({"kernel_size": d, "kernel_shape": list(shape), "families": list(map(_json_row, lines))})
    elif options.latex:
        write(_latex_table(lines, d) + "\n")
    else:
        _print_table(lines, f"{describe_kernel(shape)}: optimal errors by closed form, and their ReLU networks")
    return DONE


def _print_table(lines: Sequence[_Line], title: str) -> None:
    table = new_table(("family", "left"), *COLUMNS_OF_A_SET, title=title)
    for family, orders, error, terms, size in lines:
        parameters = ",".join(f"{name}={value}" for name, value in family.parameters.items())
        table.add_row(
            family.name + (f":{parameters}" if parameters else ""), *cells_of_a_set(orders, error, terms, size)
        )
    console().print(table)


def _latex_table(lines: Sequence[_Line], kernel_size: int) -> str:
    equations = (line.family.error_in_latex.partition(" = ") for line in lines)
    rows = ((left, right, fraction(line.error)) for line, (left, _, right) in zip(lines, equations, strict=True))
    return array("lll", (r"\text{error}", r"\text{closed form}", f"d = {kernel_size}"), rows)


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
