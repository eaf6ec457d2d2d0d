"""``import subpool``: both packages under one name, whatever else is called theory where somebody works."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import proofs_check
import subpool
import theory

ROOT = Path(__file__).parent.parent
# What a script does that has something computed by another process.
WORK = """
    from theory.processes import check_workers, local_processes
    with local_processes(1) as pool:
        print("done by", pool.submit(check_workers, 1).result(), check_workers.__module__)
"""


def _python(*arguments, cwd):
    environment = {"PYTHONPATH": str(ROOT), "PATH": ""}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=cwd, env=environment, check=False
    )


@pytest.fixture
def crowded(tmp_path):
    """A folder in which somebody works, with a file and a package of the names of ours."""
    (tmp_path / "theory.py").write_text("raise SystemExit('theory.py of somebody else')")
    (tmp_path / "proofs_check").mkdir()
    (tmp_path / "proofs_check" / "__init__.py").write_text("raise SystemExit('proofs_check of somebody else')")
    return tmp_path


def test_it_has_every_public_name_of_both_packages_and_no_other():
    assert not set(theory.__all__) & set(proofs_check.__all__)
    assert subpool.__all__ == [*theory.__all__, *proofs_check.__all__]
    assert dir(subpool) == sorted([*subpool.__all__, "__version__"])
    for package in (theory, proofs_check):
        for name in package.__all__:
            assert getattr(subpool, name) is getattr(package, name)
    with pytest.raises(AttributeError, match="module 'subpool' has no attribute 'nonsense'"):
        _ = subpool.nonsense


def test_those_who_look_at_types_see_the_same_names():
    source = (ROOT / "subpool" / "__init__.py").read_text()
    seen = re.findall(r"^    from (theory|proofs_check) import (\w+) as \2$", source, re.MULTILINE)
    assert sorted(seen) == sorted((p.__name__, name) for p in (theory, proofs_check) for name in p.__all__)


def test_the_version_has_one_source():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" in settings["project"]["dynamic"]
    assert settings["tool"]["hatch"]["version"]["path"] == "theory/version.py"
    assert subpool.__version__ == theory.__version__
    assert f"version: {theory.__version__}\n" in (ROOT / "CITATION.cff").read_text()


def test_the_module_is_the_command(tmp_path):
    for arguments in (("--version",), ("solve", "9", "--orders", "0,10")):
        result = _python("-m", "subpool", *arguments, cwd=tmp_path)
        assert (result.returncode, result.stdout) in ((0, f"subpool {theory.__version__}\n"), (2, ""))
    assert result.stderr == "subpool: orders for kernel size 9 are integers in 0..9, not 10\n"


def test_a_folder_called_theory_is_not_taken_for_ours(crowded):
    main = "if __name__ == '__main__':\n    "
    (crowded / "late.py").write_text(f"{main}import subpool{WORK}")
    (crowded / "early.py").write_text(f"import subpool\n{main}pass{WORK}")
    code = "import subpool; print(subpool.optimal_estimator(9, [0, 1, 8]).error, subpool.claims)"
    for arguments, said in (
        (("-c", code), "1/20 <function claims"),
        (("late.py",), "done"),
        (("early.py",), "done"),
        (("-m", "subpool", "sweep", "10", "--out", "out", "--workers", "2"), "kernel size 10"),
    ):
        result = _python(*arguments, cwd=crowded)
        assert result.returncode == 0, result.stderr
        assert said in result.stdout


def test_another_theory_that_is_loaded_already_is_named(crowded):
    (crowded / "theory.py").write_text("")
    result = _python("-c", "import theory\nimport subpool", cwd=crowded)
    assert result.returncode == 1
    assert re.search(
        r"ImportError: subpool needs its own package theory, but <module 'theory' from '.*theory.py'> is loaded",
        result.stderr,
    )


def test_without_its_packages_it_says_so(tmp_path):
    (tmp_path / "subpool").mkdir()
    (tmp_path / "subpool" / "__init__.py").write_text((ROOT / "subpool" / "__init__.py").read_text())
    result = _python("-c", "import subpool", cwd=tmp_path)
    assert "ImportError: the package theory, which is a part of subpool, is not installed beside it" in result.stderr
