"""What the README shows is what the commands print."""

import re
import shlex
from pathlib import Path

import pytest

from theory.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
SHOWN = re.findall(r"^```\n\$ subpool (.+)\n((?:.*\n)*?)```$", README, re.MULTILINE)


def _squeezed(text):
    # A sweep says how long it took.
    return [re.sub(r", in [\d.]+ s$", "", line.rstrip()) for line in text.splitlines() if line.strip()]


def test_the_readme_shows_the_commands():
    assert [shlex.split(command)[0] for command, _ in SHOWN] == [
        "solve",
        "check",
        "table",
        "network",
        "verify",
        "guess",
        "sweep",
        "pareto",
    ]


@pytest.mark.parametrize(("command", "output"), [shown for shown in SHOWN if shown[0] != "verify"])
def test_shown_output_is_real(command, output, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    if command.startswith("check"):
        main(["solve", "3x3", "--orders", "0,1,d-1", "--certificate", "c.json"])
        capsys.readouterr()
    if command.startswith("pareto"):
        main(["sweep", "3x3", "--out", "sweep-9"])
        capsys.readouterr()
    assert main(shlex.split(command)) == 0
    assert _squeezed(capsys.readouterr().out) == _squeezed(output)


def test_shown_verdicts_are_claims_of_today():
    # The timings in the output of `verify` vary; the claims and their number do not.
    from proofs_check import claims

    output = next(output for command, output in SHOWN if command == "verify")
    shown = [line.split()[0] for line in _squeezed(output) if re.search(r"\bverified\b|\bproved\b", line)]
    assert f"{len(claims())} claims:" in output
    assert set(shown) - {str(len(claims()))} <= set(claims())


def test_the_targets_of_the_readme_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", README)) <= targets
