"""``python -m proofs_check.coq``: the theorems that the kernel has accepted, as a table."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from proofs_check.coq.cache import KernelTheorem
from proofs_check.coq.driver import TIMEOUT, check, check_again
from proofs_check.coq.errors import KernelError
from theory.errors import SubpoolError
from theory.terminal import console, new_table, say


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the theories and print their theorems.

    Returns
    -------
    int
        0 if the kernel has accepted all without assumptions, 1 if it has not, 2 if it could not be asked.
    """
    parser = argparse.ArgumentParser(prog="python -m proofs_check.coq", description=__doc__)
    parser.add_argument("--rebuild", action="store_true", help="compile even what the cache has")
    parser.add_argument("--coqchk", action="store_true", help="then have the stand-alone checker check all of it again")
    parser.add_argument("--timeout", type=float, default=TIMEOUT, metavar="S", help="for each file; default: 600")
    options = parser.parse_args(arguments)
    try:
        theorems = check(rebuild=options.rebuild, timeout=options.timeout)
        summary = check_again() if options.coqchk else None
    except KernelError as error:
        return _fail(error, 1)
    except SubpoolError as error:
        return _fail(error, 2)
    _print_table(theorems)
    if summary is not None:
        say(str(summary))
    return 0


def _fail(error: Exception, code: int) -> int:
    say(f"proofs_check.coq: {error}", error=True)
    return code


def _print_table(theorems: Sequence[KernelTheorem]) -> None:
    table = new_table(*((name, "left") for name in ("theorem", "says", "source", "assumptions")), ("s", "right"))
    for theorem in theorems:
        name = theorem.name.partition(".")[2]
        table.add_row(name, theorem.meaning, theorem.source, theorem.assumptions, f"{theorem.seconds:.1f}")
    for column in (0, 2, 3, 4):
        table.columns[column].no_wrap = True
    console(width=120).print(table)
    spent = sum(theorem.seconds for theorem in theorems)
    say(f"{len(theorems)} theorems accepted by the kernel, {spent:.1f} s; assumptions: none")


if __name__ == "__main__":
    sys.exit(main())
