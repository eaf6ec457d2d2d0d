"""Directives for the command ``subpool``: what it prints, and what it understands.

``subpool-run`` runs commands when the page is built and shows them with their output, so that no output is pasted in.
The commands of one page share a folder. ``subpool-reference`` describes all commands from their argument parser.
"""

import argparse
import contextlib
import io
import json
import os
import shlex
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from subpool_docs.freshness import ROOT, depends_on_sources, outdated
from theory.cli import main, make_parser

_FOLDER = "subpool-folder"
_USAGE_COLUMNS = "88"


class RunDirective(SphinxDirective):
    """Run commands, one a line without ``subpool``, and show them with what they print.

    Options
    -------
    exit
        The exit code that is expected; 0 by default. Any other one is an error of the build.
    head
        Show this many lines of the output, then an ellipsis.
    input
        A file of the repository that is copied into the folder first.
    file
        Show the file of this name, which the commands have written, in place of their output.
    """

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "exit": directives.nonnegative_int,
        "head": directives.positive_int,
        "file": directives.path,
        "input": directives.path,
    }

    def run(self) -> list[nodes.Node]:
        """Run the commands of the directive."""
        depends_on_sources(self.env)
        if "input" in self.options:
            shutil.copy(ROOT / self.options["input"], self._folder())
        shown = "\n".join(self._shown(line) for line in self.content if line.strip())
        return [self._block(shown, "console"), *self._written()]

    def _block(self, text: str, language: str) -> nodes.literal_block:
        block = nodes.literal_block(text, text, language=language, classes=["subpool-run"])
        self.set_source_info(block)
        return block

    def _written(self) -> list[nodes.Node]:
        """Show the JSON file that was asked for, on lines that fit a page."""
        if "file" not in self.options:
            return []
        content = json.loads((Path(self._folder()) / self.options["file"]).read_text(encoding="utf-8"))
        fields = ",\n".join(f" {json.dumps(name)}: {json.dumps(value)}" for name, value in content.items())
        return [self._block(f"{{\n{fields}\n}}", "json")]

    def _shown(self, command: str) -> str:
        code, output = _run(shlex.split(command), self._folder())
        if code != self.options.get("exit", 0):
            raise self.error(f"subpool {command}: exit code {code}\n{output}")
        lines = [line.rstrip() for line in output.splitlines()]
        if "file" in self.options:
            return f"$ subpool {command}"
        head = self.options.get("head", len(lines))
        return "\n".join([f"$ subpool {command}", *lines[:head], *(["..."] if head < len(lines) else [])])

    def _folder(self) -> str:
        folder: str | None = self.env.temp_data.get(_FOLDER)
        if folder is None:
            folder = self.env.temp_data[_FOLDER] = tempfile.mkdtemp(prefix="subpool-docs-")
        return folder


def _run(arguments: list[str], folder: str) -> tuple[int, str]:
    """Run one command in a folder; errors are part of the output if it fails."""
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.ExitStack() as stack:
        stack.enter_context(patch.dict(os.environ))
        os.environ.pop("COLUMNS", None)
        stack.enter_context(contextlib.chdir(folder))
        stack.enter_context(contextlib.redirect_stdout(output))
        stack.enter_context(contextlib.redirect_stderr(errors))
        code = main(arguments)
    return code, output.getvalue() + (errors.getvalue() if code else "")


def _remove_folder(app: Sphinx, doctree: nodes.document) -> None:
    folder = app.env.temp_data.get(_FOLDER)
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


class ReferenceDirective(SphinxDirective):
    """Describe every command: usage, what it does, arguments. Each has the label ``subpool-NAME``."""

    def run(self) -> list[nodes.Node]:
        """Make a section for each command."""
        depends_on_sources(self.env)
        return [self._section(parser) for parser in _commands(make_parser())]

    def _section(self, parser: argparse.ArgumentParser) -> nodes.section:
        label = parser.prog.replace(" ", "-")
        section = nodes.section("", nodes.title(parser.prog, parser.prog), ids=[label], names=[label])
        self.state.document.note_explicit_target(section)
        description = _sentence(parser.description or "")
        section += nodes.paragraph(description, description)
        usage = _usage(parser)
        section += nodes.literal_block(usage, usage, language="none")
        section += _arguments(parser)
        return section


def _commands(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    # argparse has no public way to its actions.
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.values()


def _usage(parser: argparse.ArgumentParser) -> str:
    with patch.dict(os.environ, COLUMNS=_USAGE_COLUMNS):
        return parser.format_usage().removeprefix("usage: ").rstrip()


def _arguments(parser: argparse.ArgumentParser) -> nodes.definition_list:
    listed = nodes.definition_list(classes=["arguments"])
    for action in parser._actions:
        if isinstance(action, argparse._HelpAction) or action.help == argparse.SUPPRESS:
            continue
        item = nodes.definition_list_item("", nodes.term("", "", nodes.literal("", _invocation(action))))
        item += nodes.definition("", nodes.paragraph("", "", *_prose(_help(action))))
        listed += item
    return listed


def _invocation(action: argparse.Action) -> str:
    choices = "{" + ",".join(map(str, action.choices)) + "}" if action.choices else ""
    named = " ".join(action.metavar) if isinstance(action.metavar, tuple) else action.metavar
    value = (named or choices or action.dest.upper()) + (" ..." if action.nargs in ("*", "+") else "")
    if not action.option_strings:
        return value
    return ", ".join(action.option_strings) + (f" {value}" if action.nargs != 0 else "")


def _help(action: argparse.Action) -> str:
    text = (action.help or "").replace("%(default)s", str(action.default)).replace("%%", "%")
    required = "Required. " if action.option_strings and action.required else ""
    return required + _sentence(text)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _prose(text: str) -> Iterator[nodes.Node]:
    """Turn what is between backquotes into literals."""
    for i, part in enumerate(text.split("`")):
        yield nodes.literal("", part) if i % 2 else nodes.Text(part)


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directives."""
    app.add_directive("subpool-run", RunDirective)
    app.add_directive("subpool-reference", ReferenceDirective)
    app.connect("doctree-read", _remove_folder)
    app.connect("env-get-outdated", outdated)
    # Commands change the folder of the process.
    return {"parallel_read_safe": False, "parallel_write_safe": True}
