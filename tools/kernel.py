"""Have Coq's kernel check all theorems, and print them with their assumptions: `make coq`, `make coqchk`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from proofs_check.coq import KernelError, KernelTheorem, check
from proofs_check.coq.driver import BY_THE_VM, build, recheck
from proofs_check.coq.lean import lean_statements
from proofs_check.coq.sources import shipped_sources
from proofs_check.coq.statements import translation
from proofs_check.registry import select
from theory.cli.output import BAD_INPUT, DONE, FAILED, fail
from theory.errors import SubpoolError
from theory.terminal import Bar, console, new_table, say, write


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; return 0 if the kernel has accepted all, 1 if it has not, 2 if it could not be asked."""
    parser = argparse.ArgumentParser(prog="tools/kernel.py", description=__doc__)
    parser.add_argument("--coqchk", action="store_true", help="have the stand-alone checker check what is compiled")
    parser.add_argument("--anew", action="store_true", help="compile all, and not only what has changed")
    parser.add_argument("--statement", metavar="CLAIM", help="print what belongs into Statements.v, and prove nothing")
    parser.add_argument(
        "--lean", action="store_true", help="print what belongs into Statements.lean, and prove nothing"
    )
    options = parser.parse_args(arguments)
    if options.lean:
        write(lean_statements(select()))
        return DONE
    if options.statement:
        write(translation(*select([options.statement])))
        return DONE
    try:
        with Bar("checking theorems"):
            theorems = check(rebuild=options.anew)
            if options.coqchk:
                recheck(build(shipped_sources()))
    except SubpoolError as error:
        return fail(str(error), FAILED if isinstance(error, KernelError) else BAD_INPUT)
    _print_table(theorems)
    if options.coqchk:
        say(f"coqchk has checked all but {BY_THE_VM}.v again, with all that it uses of Coq and MathComp; axioms: none")
    return DONE


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
