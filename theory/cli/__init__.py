"""The command ``subpool``: results on standard output, progress and errors on standard error.

Exit codes: 0 done and true; 1 a check failed or is undecided; 2 bad usage or input, with one line on standard error.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import NoReturn

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
from theory.cli.output import BAD_INPUT, fail
from theory.errors import InputError, SubpoolError
from theory.terminal import standard_streams


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} (see {self.prog} --help)")


@standard_streams()
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
    try:
        options = _parser().parse_args(arguments)
        code: int = options.run(options)
    except KeyboardInterrupt:
        return fail("interrupted", 130)
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        return fail(f"{name}{error.strerror or error}", BAD_INPUT)
    except SubpoolError as error:
        return fail(str(error), BAD_INPUT)
    return code


def _parser() -> argparse.ArgumentParser:
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
