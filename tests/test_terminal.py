"""What a terminal is sent: text, never markup or control; progress; and pipes that nobody reads any more."""

import ast
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from proofs_check import certificates
from theory import terminal
from theory.cli import interrupts, main

ROOT = Path(__file__).parent.parent

EXCEPTED = [Path(module.__file__) for module in (terminal, interrupts, certificates)]
"""Beside the terminal: what says that it was interrupted, before anything else is loaded; and the checker of
certificates, which is a program by itself and escapes what it prints."""

STRANGE = {
    "[/b]": "[/b]",
    "[red]n": "[red]n",
    ":smile: [link=x]y": ":smile: [link=x]y",
    "\\[bold]": "\\[bold]",
    "a\x1b]0;title\x07b": r"a\x1b]0;title\x07b",
    "a\rb\nc\td": r"a\rb\nc\td",
    "\u202egnp.exe": r"\u202egnp.exe",
    "\udcff\x9b31m": r"\udcff\x9b31m",
    "naïve 数": "naïve 数",
}


@pytest.mark.parametrize("name", STRANGE)
def test_text_is_text_wherever_it_is_printed(name, capsys):
    table = terminal.new_table((name, "left"), title=name)
    table.add_row(name)
    out = terminal.console()
    out.print(table)
    out.print(name, soft_wrap=True)
    terminal.say(name)
    assert capsys.readouterr().out.count(STRANGE[name]) == 5


def test_tables_are_as_wide_as_what_they_show(capsys):
    table = terminal.new_table(("name", "left"), ("n", "right"))
    table.add_row("\x1b" * 3, "7")
    table.add_row("b", "8")
    terminal.console().print(table)
    *_, first, second, _ = capsys.readouterr().out.splitlines()
    assert first.index("7") == second.index("8") > len(r"\x1b") * 3


@pytest.mark.parametrize("watched", [True, False])
def test_progress_is_text_too(watched, monkeypatch, capsys):
    monkeypatch.setattr("rich.console.Console.is_terminal", watched)
    monkeypatch.setattr(terminal, "_BAR_AFTER" if watched else "_LINE_AFTER", 0.01)
    with terminal.Bar("[/b]\x1b[2J") as bar:
        time.sleep(0.1)
        bar.now("[/i]")
        time.sleep(0.3)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert r"[/b]\x1b[2J, 0 s" in captured.err
    assert "[/i]" in captured.err


def _calls_and_names(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"


def test_all_that_is_printed_goes_through_the_terminal():
    # That nothing else imports Rich is for the contracts of import-linter.
    for package in ("theory", "proofs_check"):
        for path in (ROOT / package).rglob("*.py"):
            if path not in EXCEPTED:
                found = set(_calls_and_names(ast.parse(path.read_text(encoding="utf-8"))))
                assert not found & {"print", "sys.stdout", "sys.stderr"}, path


# --- progress -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("watched", "show", "after", "seen"),
    [(True, True, 0.01, True), (True, True, 60, False), (True, False, 0.01, False), (False, True, 0.01, True)],
)
def test_progress_appears_after_a_while(watched, show, after, seen, monkeypatch, capsys):
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("rich.console.Console.is_terminal", watched)
    monkeypatch.setattr(terminal, "_BAR_AFTER", after)
    monkeypatch.setattr(terminal, "_LINE_AFTER", after)
    with terminal.Bar("batches", 2, show=show) as bar:
        bar.step()
        time.sleep(0.3)
        bar.step()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert ("batches: 1 of 2, 0 s" in captured.err) is seen


def test_lines_about_progress_say_how_long(monkeypatch, capsys):
    monkeypatch.setattr(terminal, "_LINE_AFTER", 0.35)
    with terminal.Bar("sets") as bar:
        for done in range(1, 8):
            bar(done, 8)
            bar.within(8, 8)  # over: not shown
            time.sleep(0.1)
    first, *others = capsys.readouterr().err.splitlines()
    assert first.startswith("sets: ")
    assert " of 8, 0 s, about " in first
    assert first.endswith(" left")
    assert len(others) <= 1  # the second line comes after twice the time


# --- pipes ----------------------------------------------------------------------------------------------------------


def _installed(*arguments, **streams):
    command = [str(Path(sys.executable).with_name("subpool")), *arguments]
    return subprocess.run(command, text=True, check=False, timeout=100, **streams)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["table", "9", "--json"], 0),
        (["table", "9"], 0),
        (["solve", "9", "--orders", "0,1"], 0),
        (["--help"], 0),
        (["plot", "--list"], 0),
        # Unknown, whoever reads it.
        (["verify", "one-layer-is-not-enough", "--kernel-max", "2"], 1),
        (["solve", "9", "--orders", "0,10"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_reader_that_stops_early_is_no_error(arguments, code):
    read, write = os.pipe()
    os.close(read)
    result = _installed(*arguments, stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert result.returncode == code
    assert "Error" not in result.stderr
    assert "Broken pipe" not in result.stderr


def test_nobody_reads_errors_and_progress():
    read, write = os.pipe()
    os.close(read)
    assert _installed("solve", "9", "--orders", "0,10", stdout=write, stderr=write).returncode == 2
    lines = """
import sys, time
from proofs_check import certificates
from theory import terminal
terminal._LINE_AFTER = 0.01
with terminal.standard_streams():
    with terminal.Bar("waiting"):
        time.sleep(0.2)
    terminal.say("done")
"""
    result = subprocess.run([sys.executable, "-c", lines], stdout=subprocess.PIPE, stderr=write, text=True, check=False)
    os.close(write)
    assert (result.returncode, result.stdout) == (0, "done\n")


@pytest.mark.skipif(os.name != "posix", reason="closed streams are made by a shell")
def test_closed_streams_take_nothing():
    command = f"{Path(sys.executable).with_name('subpool')} solve 9 --orders 0,1 >&-"
    result = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_full_disk_is_one_line():
    with open("/dev/full", "w") as full:
        for arguments in (["table", "9"], ["table", "9", "--json"]):
            result = _installed(*arguments, stdout=full, stderr=subprocess.PIPE)
            assert result.returncode == 2
            assert result.stderr == "subpool: No space left on device\n"


def test_what_an_encoding_lacks_is_shown():
    result = _installed(
        "guess", "0,1", "--to", "12", env={**os.environ, "PYTHONIOENCODING": "ascii"}, stdout=subprocess.PIPE
    )
    assert result.returncode == 0
    assert result.stdout.isascii()


def test_paths_are_shown_as_they_are(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, shown in (("[red]c.json", "[red]c.json"), ("[b]\x1b[2Jc.json", r"[b]\x1b[2Jc.json")):
        assert main(["solve", "9", "--orders", "0,1", "--certificate", name]) == 0
        assert f"written to {shown}" in capsys.readouterr().out
        assert main(["check", name]) == 0
        assert capsys.readouterr().out.startswith(f"{shown}: certified")
        assert main(["check", f"no-{name}"]) == 2
        assert f"no-{shown}" in capsys.readouterr().err
        network = name.replace("c.json", "n.json")
        assert main(["network", "3", "--orders", "0,1", "--out", network]) == 0
        assert shown.replace("c.json", "n.json") in capsys.readouterr().out


def test_json_sends_no_control_characters(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    name = "\x1b[2J\u202e.json"
    main(["check", name, "--json"])
    output = capsys.readouterr().out
    assert output.isascii()
    assert json.loads(output)[0]["file"] == name
