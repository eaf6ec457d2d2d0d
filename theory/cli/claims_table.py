"""What ``subpool verify --list`` prints: the claims, whose they are, and what they are stated for."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from theory.cli.output import DONE, console, new_table, print_json
from theory.errors import InputError

if TYPE_CHECKING:
    from proofs_check import Claim

_SCOPE_WIDTH = 20
"""With it, the table is 80 columns wide."""

SOURCES = ("paper", "ours", "others")


def of_source(claims: Iterable[Claim], source: str | None) -> list[Claim]:
    """Return the claims of a source, all by default.

    Raises
    ------
    InputError
        If there is none.
    """
    found = [claim for claim in claims if source in (None, claim.origin)]
    if not found:
        raise InputError(f"none of the claims named has the source {source!r}")
    return found


def list_claims(claims: Sequence[Claim], options: argparse.Namespace) -> int:
    """Print claims, in the order of the report, without checking any."""
    from proofs_check.claim import TOPICS

    if options.report:
        raise InputError("--report is about what was checked, and --list checks nothing")
    listed = sorted(claims, key=lambda claim: TOPICS.index(claim.subject))
    if options.json:
        print_json([claim.to_dict() for claim in listed])
        return DONE
    table = new_table(("claim", "left"), ("whose", "left"), ("stated for", "left"), ("kind", "left"))
    for column in table.columns:
        column.no_wrap = True
    # The scope in full is in the JSON; names have to be whole to be typed again.
    table.columns[2].overflow, table.columns[2].max_width = "ellipsis", _SCOPE_WIDTH
    for claim in listed:
        table.add_row(claim.name, claim.origin, claim.whole or "-", claim.kind)
    console().print(table)
    return DONE
