"""What is built: a wheel from the sdist, installed alone into a bare environment, does what the README shows.

Minutes, and it takes a package index: run by ``make wheel`` alone.
"""

import os
import shlex
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.test_readme import README, SHOWN, agree
from theory.version import VERSION

pytestmark = pytest.mark.skipif("SUBPOOL_WHEEL" not in os.environ, reason="run by make wheel")

ROOT = Path(__file__).parent.parent
NEED_AN_EXTRA = ("reluify", "compare", "observe", "sweep", "pareto", "plot", "train")
"""What needs an extra, and says so."""


def _run(*command, cwd):
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COLUMNS"))}
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, env=clean, check=False)


def _done(*command, cwd):
    result = _run(*command, cwd=cwd)
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("built")
    _done(sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT), cwd=folder)
    return folder


@pytest.fixture(scope="session")
def bare(built, tmp_path_factory):
    """The programs of an environment with the wheel and what it requires."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, with_pip=True)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    (wheel,) = built.glob("*.whl")
    _done(programs / "python", "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt", wheel, cwd=folder)
    return programs


def test_the_wheel_holds_what_it_should(built):
    assert sorted(path.name for path in built.iterdir()) == [
        f"subpool-{VERSION}-py3-none-any.whl",
        f"subpool-{VERSION}.tar.gz",
    ]
    (wheel,) = built.glob("*.whl")
    checker = Path(sys.executable).with_name("check-wheel-contents")
    assert ": OK" in _done(checker, "--config", ROOT / "pyproject.toml", wheel, cwd=built)


def test_it_takes_few_packages(bare):
    listed = _done(bare / "python", "-m", "pip", "list", "--format=freeze", cwd=bare).lower()
    assert not [name for name in ("pyarrow", "cvxpy", "matplotlib", "onnx", "jax") if f"{name}==" in listed]


def test_from_nothing_to_a_checked_certificate(bare, tmp_path):
    assert _done(bare / "python", "-m", "subpool", "--version", cwd=tmp_path) == f"subpool {VERSION}\n"
    for command, said in (
        ("solve 3x3 --orders 0,1,d-1 --certificate c.json", "certified error  1/20"),
        ("check c.json", "certified: optimal error 1/20"),
        ("verify closed-form-mean-and-last --kernel-max 6", "1 proved"),
        ("network 3x3 --orders mean-and-last", "proved"),
        ("guess mean-and-last --to 12", "2*(d + 1)"),
        ("table 3x3", "mean-and-last"),
        ("completion bash", "complete "),
    ):
        assert said in _done(bare / "subpool", *command.split(), cwd=tmp_path)


@pytest.mark.parametrize(("command", "output"), [shown for shown in SHOWN if not shown[0].startswith("verify")])
def test_the_readme_shows_what_it_prints(command, output, bare, tmp_path):
    _run(bare / "subpool", *["solve", "3x3", "--orders", "0,1,d-1", "--certificate", "c.json"], cwd=tmp_path)
    result = _run(bare / "subpool", *shlex.split(command), cwd=tmp_path)
    if command.startswith(NEED_AN_EXTRA):
        assert (result.returncode, "pip install 'subpool[" in result.stderr) == (2, True)
    else:
        assert result.returncode == 0
        assert agree(result.stdout, output)


def test_the_examples_of_the_readme_run(bare, tmp_path):
    (tmp_path / "README.md").write_text(README, encoding="utf-8")
    _done(bare / "python", "-m", "doctest", "README.md", cwd=tmp_path)
