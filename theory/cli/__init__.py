"""The command ``subpool``: results on standard output, progress and errors on standard error.

Exit codes: 0 done and true; 1 a check failed or is undecided; 2 bad usage or input, with one line on standard error;
130 interrupted.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from theory.cli.help import Help
from theory.cli.interrupts import interruptible
from theory.errors import InputError, SubpoolError
from theory.version import VERSION


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line, which names what is nearest to what was written."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        # No option begins with a digit: what begins with a minus sign and one is a value, such as -1,1.
        self._negative_number_matcher = re.compile(r"-\.?[0-9]")

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Any, list[str]]:
        """Parse, and refuse what is left over here, where the options are known that it may stand for."""
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            options = re.findall(r"--[a-z][\w-]*", self.format_usage())
            self.error(f"unrecognized arguments: {' '.join(unknown)}{_nearest(unknown[0], options)}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        value = re.match(r"argument (\S+): expected one argument", message)
        if value:
            message += f"; a value that begins with a minus sign is written {value[1].split('/')[-1]}=-..."
        choice = re.search(r"invalid choice: '?(.*?)'? \(choose from (.*)\)", message)
        if choice:
            message += _nearest(choice[1], re.findall(r"[\w-]+", choice[2]))
        raise InputError(f"{message} (see {self.prog} --help)")

    def _get_formatter(self) -> Help:
        return Help(self.prog)


def _nearest(word: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    return "".join(f"; the nearest: {one}" for one in get_close_matches(word[:80], known, n=1))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, ``sys.argv[1:]`` by default; return the exit code."""
    return interruptible(lambda: _run(arguments), alone=arguments is None)


def _run(arguments: Sequence[str] | None) -> int:
    # Here, and not before: loading a command takes most of the first second, in which it can be interrupted, too.
    from theory.terminal import standard_streams

    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        with standard_streams():
            # No option before the command takes a value.
            wanted = next((text for text in given if not text.startswith("-")), "")
            options = make_parser(wanted).parse_args(given)
            code: int = options.run(options)
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        return _fail(f"{name}{error.strerror or error}")
    except SubpoolError as error:
        return _fail(str(error))
    return code


def _fail(message: str) -> int:
    from theory.cli.output import BAD_INPUT, fail

    return fail(message, BAD_INPUT)


def make_parser(wanted: str | None = None) -> argparse.ArgumentParser:
    """Make a parser of the commands, found in :mod:`theory.cli.commands`: there is no list that could miss one.

    All of them know their options, or one alone; its module alone is loaded then.
    """
    from importlib import import_module
    from pathlib import Path

    from theory.cli import commands

    parser = _Parser(
        prog="subpool",
        description="Exact optimal approximations of max pooling, with certificates that anyone can check.",
    )
    parser.add_argument("--version", action="version", version=f"subpool {VERSION}")
    added = parser.add_subparsers(title="commands", required=True, metavar="COMMAND", parser_class=_Parser)
    files = {path.stem: path for folder in commands.__path__ for path in Path(folder).glob("[!_]*.py")}
    for name in sorted(files):
        description = _sentence(files[name].read_text(encoding="utf-8"))
        command = added.add_parser(name, help=description, description=description)
        if wanted in (None, name):
            module = import_module(f"{commands.__name__}.{name}")
            module.add(command)
            command.set_defaults(run=module.run)
    return parser


def _sentence(source: str) -> str:
    """Return the first sentence of a module's docstring, as a part of one."""
    docstring = re.match(r'r?"""(.+?)\.?("""|\n)', source)
    return docstring[1][:1].lower() + docstring[1][1:] if docstring else ""
