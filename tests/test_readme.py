"""What the README shows is what the commands print."""

import operator
import re
import shlex
from collections import Counter
from pathlib import Path

import pytest

from proofs_check import claims
from proofs_check.coq.sources import shipped_theorems, theorems_of_claims
from proofs_check.statement import HOLDS
from theory.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
SHOWN = re.findall(r"^```\n\$ subpool (.+)\n((?:.*\n)*?)```$", README, re.MULTILINE)
RELATION = {"=": operator.eq, "≤": operator.le, "≥": operator.ge}


def _squeezed(text):
    # Rounding errors, as small as these, are a runtime's own.
    return [re.sub(r"\d\.\d\de-0[5-9]", "~", line.rstrip()) for line in text.splitlines() if line.strip()]


def agree(printed, shown):
    """Tell whether a command has printed what is shown."""
    printed, shown = _squeezed(printed), _squeezed(shown)
    # Lines may be left out where it says so; the others stand in this order.
    rest = iter(printed)
    return printed == shown or (" ..." in shown and all(line == " ..." or line in rest for line in shown))


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
    assert agree(capsys.readouterr().out, output)


def _labels(kernel):
    """What a run on all claims says of each; that it does is tested with the claims."""
    labels = {name: "proved" if claim.proof is not None else "verified" for name, claim in claims().items()}
    return labels | dict.fromkeys(kernel, "proved (kernel)")


def _theorems_of_claims():
    return theorems_of_claims(shipped_theorems())


# Without Coq, and after `make coq`. Timings vary; names, statuses, scopes and signs do not, nor do the counts.
@pytest.mark.parametrize(("number", "kernel"), [(0, ()), (1, tuple(_theorems_of_claims()))])
def test_shown_verdicts_are_those_of_today(number, kernel):
    output = [output for command, output in SHOWN if command.startswith("verify")][number]
    labels = _labels(kernel)
    split = [re.split(r"\s{2,}", line) for line in _squeezed(output)]
    rows = {name: rest for name, *rest in split if name in labels}
    assert len(rows) == sum(len(row) == 7 for row in split), "each row names a claim"
    for name, (label, scope, _, sign, _, _) in rows.items():
        assert label == labels[name]
        assert RELATION[sign] == HOLDS[claims()[name].kind]
        assert label == "verified" or claims()[name].whole.startswith(scope.rstrip("…"))
    counts = re.search(rf"^{len(labels)} claims: (.*)$", output, re.MULTILINE)[1]
    assert counts == ", ".join(f"{count} {label}" for label, count in Counter(labels.values()).most_common())


def test_the_readme_counts_what_the_kernel_covers():
    (stated,) = re.findall(r"theorems that cover (\d+) of the claims", README)
    assert int(stated) == len(_theorems_of_claims())


def test_the_checker_is_as_long_as_it_says():
    length = len((ROOT / "proofs_check" / "certificates.py").read_text().splitlines())
    (stated,) = re.findall(r"one file of (\d+) lines", README)
    assert abs(int(stated) - length) <= 5


def test_the_targets_of_the_readme_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"make ([a-z]+)", README)) <= targets
