"""What ``subpool compare --around`` prints: for each sample whether its class is certain to stay."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from theory.cli.output import console, new_table

if TYPE_CHECKING:
    from theory.rewrite.certify import Around

_MOST_ROWS = 50
"""Samples that are listed: of more, those whose class is not certain come first."""

_SAYS = {True: "unchanged", False: "changed", None: "not certain"}


def print_around(options: argparse.Namespace, found: Around) -> None:
    """Print a row for each sample, and the share."""
    out = console()
    out.print(
        f"{options.rewritten} against {options.original}: all inputs within {options.radius} of "
        f"{len(found.answers):,} samples of {options.around}",
        soft_wrap=True,
    )
    table = new_table(
        ("sample", "right"), ("deviation at most", "right"), ("margin at least", "right"), ("class", "left")
    )
    order = sorted(range(len(found.answers)), key=lambda i: found.answers[i].same_class is True)
    listed = sorted(order[:_MOST_ROWS])
    for i in listed:
        answer = found.answers[i]
        table.add_row(
            str(i),
            "unknown" if answer.bound is None else upwards(answer.bound),
            "-" if answer.margin is None else f"{_downwards(answer.margin)}",
            _SAYS[answer.same_class],
        )
    out.print(table)
    if len(listed) < len(found.answers):
        out.print(f"{len(found.answers) - len(listed):,} more samples are not listed", soft_wrap=True)
    for reason in dict.fromkeys(answer.reason for answer in found.answers if answer.reason):
        out.print(f"unknown: {reason}", soft_wrap=True)
    median = found.median_bound
    if median is not None:
        out.print(f"deviation at most {upwards(median)} for half of the samples", soft_wrap=True)
    out.print(f"class unchanged: {found.unchanged:,} of {len(found.answers):,}", soft_wrap=True)


def _downwards(margin: float) -> str:
    """Write a lower bound with three digits, rounded down."""
    return "-" + upwards(-margin) if margin < 0 else _not_above(margin)


def _not_above(bound: float) -> str:
    text = f"{bound:.2e}"
    if float(text) <= bound:
        return text
    exponent = int(text.split("e")[1])
    return f"{bound - 10.0 ** (exponent - 2) / 2:.2e}"


def upwards(bound: float) -> str:
    """Write a bound with three digits, rounded up."""
    if bound == 0:
        return "0"
    text = f"{bound:.2e}"
    if float(text) >= bound:
        return text
    exponent = int(text.split("e")[1])
    return f"{bound + 10.0 ** (exponent - 2) / 2:.2e}"
