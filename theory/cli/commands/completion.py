"""Print a script that completes commands, options and names in a shell."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from typing import Any

from theory.cli.options import add_json
from theory.cli.output import DONE, print_json
from theory.named_orders import EXACT, NAMED_ORDERS
from theory.terminal import write

_SHELLS = ("bash", "zsh", "fish")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the options to the parser."""
    how = 'in bash: eval "$(subpool completion bash)"; zsh and fish take it as a file, _subpool and subpool.fish'
    parser.add_argument("shell", choices=_SHELLS, help=how)
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Make the script from the parser of all commands."""
    import shtab

    from theory.cli import make_parser

    parser = make_parser()
    for command, action in _arguments(parser):
        if not action.choices and (completer := _completer(command, action)):
            action.complete = completer  # type: ignore[attr-defined]  # where shtab looks for it
    script = shtab.complete(parser, shell=options.shell)
    if options.json:
        print_json({"shell": options.shell, "script": script})
    else:
        write(script + "\n")
    return DONE


def _arguments(parser: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.Action]]:
    # argparse has no public way to its actions.
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                yield from ((name, argument) for argument in command._actions)


def _completer(command: str, action: argparse.Action) -> Any:
    """Return what completes the value of an argument, in the terms of shtab; None if nothing is known of it."""
    import shtab

    if action.dest in ("orders", "always"):
        return _words("orders", [*NAMED_ORDERS, EXACT])
    if (command, action.dest) == ("verify", "names"):
        from proofs_check import claims

        return _words("claims", claims())
    what = str(action.metavar)
    if what == "DIR":
        return shtab.DIRECTORY
    return shtab.FILE if what.startswith(("FILE", "IMAGE")) or what.endswith(".onnx") else None


def _words(name: str, words: Iterable[str]) -> dict[str, Any]:
    """Complete one of some words: names of ours, of letters, digits and hyphens alone."""
    listed, function = " ".join(words), f"_subpool_{name}"
    bash = f'{function}() {{ compgen -W "{listed}" -- $1; }}'
    return {"bash": function, "zsh": f"({listed})", "fish": listed, "preamble": {"bash": bash}}
