"""Check the claims of the theory."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from proofs_check.statement import DEFAULT_KERNEL_MAX, SOURCES, TOPICS
from theory.cli.commands.explore import page_of_run
from theory.cli.options import add_json, add_workers, add_yes, expected
from theory.cli.output import DONE, FAILED, console, fail, make_folder, new_table, print_json
from theory.errors import InputError, MissingDependencyError
from theory.notation import check_kernel_size
from theory.processes import check_workers
from theory.terminal import Bar, say
from theory.work import Work, as_float, readable

if TYPE_CHECKING:
    from proofs_check import Claim, Verdict
    from proofs_check.coq import KernelRecord
    from theory.terminal import Table

_LISTED_SCOPE, _CHECKED_SCOPE = 20, 9
"""Widths of scopes with which the table of claims takes 80 columns, and that of verdicts 100."""
_LONGEST_NUMBER = 11


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    largest = "largest kernel size; default: %(default)s"
    parser.add_argument("names", nargs="*", metavar="NAME", help="all claims by default")
    parser.add_argument("--kernel-max", default=DEFAULT_KERNEL_MAX, metavar="N", help=largest)
    add_workers(parser)
    parser.add_argument("--report", metavar="DIR", help="write report.json and index.html to DIR")
    parser.add_argument("--explore", action="store_true", help="and explore.html beside it, a page to play with")
    parser.add_argument("--source", choices=SOURCES, help="only the claims of the paper, of this project, or of others")
    parser.add_argument(
        "--kernel", action="store_true", help="have Coq's kernel check its theorems, too: minutes, once"
    )
    parser.add_argument(
        "--list", action="store_true", help="list the claims; with --json, their statements; check none"
    )
    add_yes(parser)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Check the claims, print the verdicts and write the report."""
    from proofs_check.registry import claims, select, verify
    from proofs_check.report import this_run, write_report

    wanted = [claim for claim in select(options.names or None) if options.source in (None, claim.origin)]
    if not wanted:
        raise InputError(f"none of the claims named has the source {options.source!r}")
    if options.list:
        return _list_claims(wanted, options)
    if options.explore:
        _check_explore(options)
    chosen = [claim.name for claim in wanted]
    kernel_max = check_kernel_size(options.kernel_max)
    if options.report:
        make_folder(options.report)  # before the work, not after it
    doing = expected("checking", _work(len(chosen), kernel_max, check_workers(options.workers)), options)
    if options.kernel and (refusal := _refused_by_kernel()):
        return fail(refusal, FAILED)
    run_of_report = this_run() if options.report else None  # before the work: a date that is none is noticed now
    with Bar(doing, len(chosen)) as bar:
        checked = verify(chosen, kernel_max=kernel_max, workers=options.workers, progress=bar)
    kernel = _kernel_record()  # after the work, whose errors are one line
    verdicts = [verdict.with_kernel(kernel.proofs(claim)) for verdict, claim in zip(checked, wanted, strict=True)]
    if options.report:
        explore = partial(page_of_run, verdicts) if options.explore else None
        written = write_report(verdicts, claims(), options.report, run=run_of_report, explore=explore)
    if options.json:
        print_json([verdict.to_dict() for verdict in verdicts])
    else:
        _print_verdicts(verdicts)
        if options.report:
            console().print(f"report: {written}", soft_wrap=True)
    _print_witnesses(verdicts, error=options.json)
    accepted = [control.claim for verdict in verdicts for control in verdict.controls if control.holds]
    for name in accepted:
        say(f"{name} is false, and was not refuted: what checks it is at fault", error=options.json)
    return DONE if all(verdict.holds for verdict in verdicts) and not accepted else FAILED


def _check_explore(options: argparse.Namespace) -> None:
    """See, before the work, that there will be a page to play with."""
    from theory.explore.page import check_charts

    if not options.report:
        raise InputError("--explore writes a page beside the report, whose folder --report DIR names")
    check_charts()


def _list_claims(claims: Sequence[Claim], options: argparse.Namespace) -> int:
    """Print claims, in the order of the report, without checking any."""
    for given in ("report", "kernel"):
        if getattr(options, given):
            raise InputError(f"--{given} is about what is checked, and --list checks nothing")
    listed = sorted(claims, key=lambda claim: TOPICS.index(claim.subject))
    if options.json:
        print_json([claim.to_dict() for claim in listed])
        return DONE
    table = _table(("claim", "left"), ("whose", "left"), ("stated for", "left"), ("kind", "left"), scope=_LISTED_SCOPE)
    for claim in listed:
        table.add_row(claim.name, claim.origin, claim.whole or "-", claim.kind)
    console().print(table)
    return DONE


def _work(claims: int, kernel_max: int, workers: int) -> Work:
    # Most claims check sets of parameters for each d, and take a second up to d = 12. Measured up to d = 26.
    seconds = claims / min(workers, claims) * (as_float(kernel_max) / 12) ** 2.5
    return Work(f"checking {claims} claims up to kernel size {readable(kernel_max)}", seconds)


def _refused_by_kernel() -> str | None:
    """Have the kernel check its theorems, where it has not yet, and return why it refused, if it did."""
    from proofs_check.coq import KernelError, check

    try:
        with Bar("compiling theorems for Coq's kernel"):
            check()
    except KernelError as reason:
        return str(reason)
    return None


def _kernel_record() -> KernelRecord:
    """Return what the kernel has accepted, or say in one line why it was not asked."""
    from proofs_check.coq import KernelError, KernelRecord, accepted

    try:
        return accepted()
    except MissingDependencyError as reason:
        say(f"kernel checks skipped: {reason}", error=True)
    except KernelError as reason:
        say(f"kernel checks skipped: {reason}; --kernel compiles them", error=True)
    return KernelRecord()


def _print_verdicts(verdicts: Sequence[Verdict]) -> None:
    from proofs_check.report.sections import relation, written_alike

    numbers = ("computed", "right"), ("", "center"), ("claimed", "right"), ("s", "right")
    table = _table(("claim", "left"), ("status", "left"), ("scope", "left"), *numbers, scope=_CHECKED_SCOPE)
    table.show_edge = False
    for verdict in verdicts:
        computed, claimed = written_alike(verdict.computed, verdict.claimed, longest=_LONGEST_NUMBER)
        seconds = f"{verdict.seconds:.1f}" if verdict.seconds < 99 else f"{verdict.seconds:.0f}"
        sign = relation(verdict.kind, verdict.computed, verdict.claimed) or ""
        table.add_row(verdict.claim, verdict.label, verdict.scope, computed, sign, claimed, seconds)
    out = console()
    out.print(table)
    by_status = Counter(verdict.label for verdict in verdicts)
    summary = ", ".join(f"{count} {status}" for status, count in by_status.most_common())
    out.print(f"{len(verdicts)} claim{'s' * (len(verdicts) != 1)}: {summary}")
    slowest = sorted(verdicts, key=lambda verdict: verdict.seconds, reverse=True)[:3]
    total = sum(verdict.seconds for verdict in verdicts)
    where = ", ".join(f"{verdict.claim} {verdict.seconds:.1f} s" for verdict in slowest)
    out.print(f"{total:.1f} s of computing; most of it for {where}", soft_wrap=True)


def _table(*columns: tuple[str, str], scope: int) -> Table:
    """Return an empty table whose third column is a scope, cut to a width: names have to be whole to be typed again."""
    table = new_table(*columns)
    for column in table.columns:
        column.no_wrap = True
    table.columns[2].overflow, table.columns[2].max_width = "ellipsis", scope
    return table


def _print_witnesses(verdicts: Sequence[Verdict], *, error: bool) -> None:
    """Say where claims fail, and what is missing where they are unknown: once for all claims that lack the same."""
    reasons: dict[str, list[str]] = {}
    for verdict in verdicts:
        if verdict.witness is not None:
            reasons.setdefault(f"{verdict.status}: {verdict.witness}", []).append(verdict.claim)
    for reason, names in reasons.items():
        others = f" and {len(names) - 1} more" if len(names) > 1 else ""
        say(f"{names[0]}{others}: {reason}", error=error)
