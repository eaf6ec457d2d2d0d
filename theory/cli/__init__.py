"""The command ``subpool``: results on standard output, progress and errors on standard error.

Exit codes: 0 done and true; 1 a check failed or is undecided; 2 bad usage or input, with one line on standard error;
130 interrupted.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

from theory.cli.interrupts import interruptible
from theory.errors import InputError, SubpoolError


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} (see {self.prog} --help)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        ``sys.argv[1:]`` by default.

    Returns
    -------
    int
        The exit code.
    """
    return interruptible(lambda: _run(arguments), alone=arguments is None)


def _run(arguments: Sequence[str] | None) -> int:
    # Here, and not before: loading the commands takes most of the first second, in which they can be interrupted, too.
    from theory.cli.output import BAD_INPUT, fail
    from theory.terminal import standard_streams

    try:
        with standard_streams():
            options = _parser().parse_args(arguments)
            code: int = options.run(options)
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        return fail(f"{name}{error.strerror or error}", BAD_INPUT)
    except SubpoolError as error:
        return fail(str(error), BAD_INPUT)
    return code


def _parser() -> argparse.ArgumentParser:
    from theory.cli import (
        check,
        compare,
        guess,
        network,
        observe,
        pareto,
        plot,
        reluify,
        solve,
        sweep,
        table,
        train,
        verify,
    )

    parser = _Parser(
        prog="subpool",
        description="Exact optimal approximations of max pooling, with certificates that anyone can check.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=_Parser)
    for command in (
        solve,
        network,
        check,
        verify,
        guess,
        table,
        sweep,
        pareto,
        plot,
        observe,
        train,
        reluify,
        compare,
    ):
        command.add(commands)
    return parser
