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
from theory.version import VERSION


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        raise InputError(f"{message} (see {self.prog} --help)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, ``sys.argv[1:]`` by default; return the exit code."""
    return interruptible(lambda: _run(arguments), alone=arguments is None)


def _run(arguments: Sequence[str] | None) -> int:
    # Here, and not before: loading the commands takes most of the first second, in which they can be interrupted, too.
    from theory.cli.output import BAD_INPUT, fail
    from theory.terminal import standard_streams

    try:
        with standard_streams():
            options = make_parser().parse_args(arguments)
            code: int = options.run(options)
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        return fail(f"{name}{error.strerror or error}", BAD_INPUT)
    except SubpoolError as error:
        return fail(str(error), BAD_INPUT)
    return code


def make_parser() -> argparse.ArgumentParser:
    """Make a parser of the commands, found in :mod:`theory.cli.commands`: there is no list that could miss one."""
    from importlib import import_module
    from pkgutil import iter_modules

    from theory.cli import commands

    parser = _Parser(
        prog="subpool",
        description="Exact optimal approximations of max pooling, with certificates that anyone can check.",
    )
    parser.add_argument("--version", action="version", version=f"subpool {VERSION}")
    added = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=_Parser)
    for name in sorted(info.name for info in iter_modules(commands.__path__)):
        module = import_module(f"{commands.__name__}.{name}")
        sentence = (module.__doc__ or "").partition("\n")[0].rstrip(".")
        description = sentence[:1].lower() + sentence[1:]
        command = added.add_parser(name, help=description, description=description)
        module.add(command)
        command.set_defaults(run=module.run)
    return parser
