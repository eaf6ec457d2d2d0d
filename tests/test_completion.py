"""Completion in a shell, as the shell itself does it."""

import json
import shlex
import shutil
import subprocess

import pytest

from proofs_check import claims
from theory import closed_forms
from theory.cli import main, make_parser

COMMANDS = list(next(action for action in make_parser()._actions if action.choices).choices)


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """The script for each shell, in a file."""
    folder = tmp_path_factory.mktemp("completion")
    with pytest.MonkeyPatch.context() as patch:
        for shell in ("bash", "zsh", "fish"):
            path = folder / shell
            patch.setattr("theory.cli.commands.completion.write", path.write_text)
            assert main(["completion", shell]) == 0
    return folder


def _run(shell, code, cwd):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    clean = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    result = subprocess.run([shell, *clean, "-c", code], capture_output=True, text=True, cwd=cwd, check=False)
    assert (result.returncode, result.stderr) == (0, "")
    return [line.partition("\t")[0] for line in result.stdout.splitlines() if line]


@pytest.fixture
def complete(scripts, tmp_path):
    """Have bash complete the last word of a line in a folder with a model and a dataset."""
    (tmp_path / "model.onnx").touch()
    (tmp_path / "dataset").mkdir()

    def run(line):
        words = shlex.split(line)
        code = f"source {scripts / 'bash'}; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; COMP_LINE={line!r}; "
        function = "$(complete -p subpool | sed 's/.*-F \\([^ ]*\\).*/\\1/')"
        return _run("bash", f"{code} {function}; printf '%s\\n' \"${{COMPREPLY[@]}}\"", tmp_path)

    return run


def test_bash_completes_commands_and_options(complete):
    assert complete("subpool so") == ["solve"]
    assert complete("subpool ''") == COMMANDS
    assert complete("subpool solve --obj") == ["--objective"]
    assert complete("subpool solve 9 --objective ''") == ["cube", "range", "l2"]
    assert complete("subpool completion z") == ["zsh"]
    assert complete("subpool nonsense") == []


def test_bash_completes_orders_claims_files_and_folders(complete):
    assert complete("subpool solve 9 --orders mean-and-l") == ["mean-and-last", "mean-and-last-two"]
    assert set(complete("subpool network 9 --orders ''")) == {*closed_forms, "exact"}
    assert complete("subpool guess quad") == ["quadratic"]
    assert complete("subpool verify width-l") == [name for name in claims() if name.startswith("width-l")]
    assert complete("subpool verify width link") == ["link"]
    assert complete("subpool reluify mod") == ["model.onnx"]
    assert complete("subpool pareto ''") == ["dataset"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_shell_understands_the_script(shell, scripts, tmp_path):
    # What zsh completes depends on its own functions, which a script without a terminal has not.
    code = f"zsh -n {scripts / 'zsh'}" if shell == "zsh" else f"source {scripts / shell}"
    assert _run(shell, code, tmp_path) == []


def test_fish_completes(scripts, tmp_path):
    def complete(line):
        return _run("fish", f"source {scripts / 'fish'}; complete --do-complete {shlex.quote(line)}", tmp_path)

    assert complete("subpool so") == ["solve"]
    assert complete("subpool solve 9 --orders mean-and-l") == ["mean-and-last", "mean-and-last-two"]


def test_every_script_knows_every_command_and_family(scripts):
    for shell in ("bash", "zsh", "fish"):
        script = (scripts / shell).read_text()
        assert all(word in script for word in (*COMMANDS, *closed_forms, *claims())), shell


def test_scripts_are_json_as_well(capsys):
    assert main(["completion", "bash", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["shell"] == "bash"
    assert "complete" in printed["script"]
