"""What the README shows is what the commands print."""

import operator
import re
import shlex
from pathlib import Path

import pytest

from proofs_check import claims
from proofs_check.statement import HOLDS
from theory.cli import main
from tools.quoted import bare, current

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
SHOWN = re.findall(r"^```\n\$ subpool (.+)\n((?:.*\n)*?)```$", README, re.MULTILINE)
RELATION = {"=": operator.eq, "≤": operator.le, "≥": operator.ge}


def _squeezed(text):
    # Rounding errors, as small as these, are a runtime's own.
    return [re.sub(r"\d\.\d\de-0[5-9]", "~", line.rstrip()) for line in text.splitlines() if line.strip()]


FIRST_SCREEN = README[: README.index("\n## ")]
DIGITS = ROOT / "theory" / "empirical" / "data" / "digits.onnx"


def agree(printed, shown):
    """Tell whether a command has printed what is shown."""
    printed, shown = _squeezed(printed), _squeezed(shown)
    # Lines may be left out where it says so; the others stand in this order.
    rest = iter(printed)
    return printed == shown or (" ..." in shown and all(line == " ..." or line in rest for line in shown))


def test_the_readme_shows_the_commands():
    assert [shlex.split(command)[0] for command, _ in SHOWN] == ["solve", "verify", "reluify"]
    assert len(FIRST_SCREEN.splitlines()) <= 60


@pytest.mark.parametrize(("command", "output"), [shown for shown in SHOWN if not shown[0].startswith("verify")])
def test_shown_output_is_real(command, output, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("digits.onnx").symlink_to(DIGITS)
    assert main(shlex.split(command)) == 0
    assert agree(capsys.readouterr().out, output)


def test_shown_verdicts_are_those_of_today():
    """As they are without Coq. Timings vary; names, statuses, scopes and signs do not."""
    (output,) = [output for command, output in SHOWN if command.startswith("verify")]
    rows = [re.split(r"\s{2,}", line) for line in _squeezed(output)][2:-1]
    assert len(rows) == 3
    for name, label, scope, _, sign, _, _ in rows:
        claim = claims()[name]
        assert label == ("proved" if claim.proof is not None else "verified")
        assert RELATION[sign] == HOLDS[claim.kind]
        assert label == "verified" or claim.whole == scope


def test_numbers_are_what_computes_them():
    assert bare(FIRST_SCREEN) == []
    assert current(README) == README, "python -m tools.quoted README.md"


def test_the_targets_of_the_readme_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", README)) <= targets
