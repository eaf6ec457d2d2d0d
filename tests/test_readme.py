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
    # Rounding errors, as small as these, are a runtime's own.
    return [re.sub(r"\d\.\d\de-0[5-9]", "~", line.rstrip()) for line in text.splitlines() if line.strip()]


def _prepare(command):
    """Write what a command reads."""
    if command.startswith("check"):
        main(["solve", "3x3", "--orders", "0,1,d-1", "--certificate", "c.json"])
    if command.startswith(("reluify", "compare")):
        Path("theory").symlink_to(ROOT / "theory")
    if command.startswith("compare"):
        main(["reluify", "theory/empirical/data/digits.onnx", "out.onnx"])


def test_the_readme_shows_the_commands():
    assert [shlex.split(command)[0] for command, _ in SHOWN] == [
        "solve",
        "check",
        "verify",
        "network",
        "reluify",
        "compare",
        "observe",
    ]


@pytest.mark.parametrize(("command", "output"), [shown for shown in SHOWN if not shown[0].startswith("verify")])
def test_shown_output_is_real(command, output, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    _prepare(command)
    capsys.readouterr()
    assert main(shlex.split(command)) == 0
    printed, shown = _squeezed(capsys.readouterr().out), _squeezed(output)
    if " ..." not in shown:
        assert printed == shown
    # Lines may be left out where it says so; the others stand in this order.
    rest = iter(printed)
    assert all(line == " ..." or line in rest for line in shown)


def test_shown_verdicts_are_claims_of_today():
    # The timings in the output of `verify` vary; the claims and their number do not.
    from proofs_check import claims

    output = next(output for command, output in SHOWN if command == "verify")
    shown = [line.split()[0] for line in _squeezed(output) if re.search(r"\bverified\b|\bproved\b", line)]
    assert f"{len(claims())} claims:" in output
    assert set(shown) - {str(len(claims()))} <= set(claims())


def test_the_checker_is_as_long_as_it_says():
    length = len((ROOT / "proofs_check" / "certificates.py").read_text().splitlines())
    (stated,) = re.findall(r"one file of (\d+) lines", README)
    assert abs(int(stated) - length) <= 5


def test_the_targets_of_the_readme_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", README)) <= targets
