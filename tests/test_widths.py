"""Where somebody reads in a narrow terminal: no line is longer, no word is broken or lost, and NO_COLOR is heeded."""

import re
import shlex
from collections import Counter
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.text import Text

from theory import terminal
from theory.cli import main, make_parser

COMMANDS = next(action for action in make_parser()._actions if action.choices).choices
DIGITS = Path(__file__).parent.parent / "theory" / "empirical" / "data" / "digits.onnx"
WIDTH, WIDE = 60, 1000

OUTPUTS = {
    "check": "check c.json",
    "compare": "compare digits.onnx out.onnx --bounds 0,1",
    "guess": "guess 0,1 --to 9",
    "network": "network 4 --orders exact --no-proof",
    "observe": "observe picture.png --limit 20",
    "pareto": "pareto swept",
    "plot": "plot --list",
    "reluify": "reluify digits.onnx out.onnx --force",
    "solve": "solve 3x3 --orders 0,1,d-1 --certificate c.json",
    "sweep": "sweep 3 --out swept",
    "explore": "explore --out page.html --kernels 2 --no-theorems",
    "table": "table 9",
    "train": "train --stored",
    "verify": "verify closed-form-mean --kernel-max 3 --workers 1",
}


DOCUMENTS = {"cite", "completion"}
"""What prints a text to be copied, laid out by itself: the same on every terminal."""


def _printed(command, width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    capsys.readouterr()
    with suppress(SystemExit):  # after --help
        main(shlex.split(command))
    return capsys.readouterr().out


def _too_long(text, width=WIDTH):
    """Lines that are too long, unless they are one word, such as a hash."""
    return [line for line in map(str.rstrip, text.splitlines()) if len(line) > width and len(line.split()) > 1]


def _words(text):
    # Rules of tables are as long as the tables; what a run took is another time in the next.
    return set(re.sub(r"─+|\b\d+\.\d\d?\b(?! %)|[\d.]+ ms", " ", text).split())


def _check(narrow, wide):
    assert narrow.strip()
    assert _too_long(narrow) == []
    assert _words(narrow) == _words(wide)


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_fits(command, monkeypatch, capsys):
    narrow, wide = (_printed(f"{command} --help", width, monkeypatch, capsys) for width in (WIDTH, WIDE))
    _check(narrow, wide)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A folder with what the commands below read."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "digits.onnx").write_bytes(DIGITS.read_bytes())
    Image.fromarray(np.arange(768, dtype=np.uint8).reshape(16, 16, 3)).save(folder / "picture.png")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for command in ("solve", "reluify", "sweep"):
            assert main(shlex.split(OUTPUTS[command])) == 0
    return folder


def test_every_command_is_tried():
    assert set(OUTPUTS) | DOCUMENTS == set(COMMANDS)


@pytest.mark.parametrize("command", OUTPUTS)
def test_output_fits(command, files, monkeypatch, capsys):
    monkeypatch.chdir(files)
    narrow, wide = (_printed(OUTPUTS[command], width, monkeypatch, capsys) for width in (WIDTH, WIDE))
    _check(narrow, wide)


def test_the_check_says_no():
    wide = "closed-form-full is proved"
    for broken in ("closed-\nform-full is proved", "closed-form-full is", wide + " " + "x" * 60):
        with pytest.raises(AssertionError):
            _check(broken, wide)


LONG = "a-rather-long-name", "1/" + "7" * 40, "of all windows of the photographs"


@pytest.mark.parametrize("width", [20, 40, 60, 80, 200])
def test_a_table_of_any_width_loses_nothing(width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", str(width))
    table = terminal.new_table(*((name, "left") for name in ("name", "the error itself", "where")))
    table.add_row(*LONG)
    table.add_row("b", "", "here")
    terminal.console().print(table)
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= width
    words = {*["name", "the", "error", "itself", "where", "b", "here"], *" ".join(LONG).split()}
    # At 20 and 40 a word is longer than what is left of a line.
    assert width < 60 or _words("\n".join(lines)) == words
    # Letter by letter all is there, in blocks and in tables with folded words alike.
    assert Counter("".join(lines)) >= Counter("".join(words))


@pytest.mark.parametrize("width", ["0", "00", "-3", "wide", "", "\u00b2", "9" * 5000, "1", "2"])
def test_a_width_that_is_none_is_not_taken(width, monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", width)
    terminal.say("one word after the other")
    terminal.console().print("name  value", soft_wrap=True)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[0] == "one"
    assert (len(lines) == 2) is (width not in ("1", "2"))


@pytest.mark.parametrize(("value", "coloured"), [("1", False), ("", True), (None, True)])
def test_no_color_is_heeded(value, coloured, monkeypatch, capsys):
    for name in ("FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    (monkeypatch.delenv("NO_COLOR", raising=False) if value is None else monkeypatch.setenv("NO_COLOR", value))
    terminal.console().print(Text("red", style="red"))
    assert ("\x1b[31m" in capsys.readouterr().out) is coloured
