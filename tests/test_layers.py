"""The architecture: imports go one way, the checker stands alone, and importing is free of side effects."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.public_names import public_names, unused_names, uses

ROOT = Path(__file__).parent.parent


def _run(*arguments, cwd=ROOT):
    return subprocess.run(arguments, capture_output=True, text=True, cwd=cwd, check=False)


def _lint_imports(cwd):
    return _run(str(Path(sys.executable).with_name("lint-imports")), "--no-cache", cwd=cwd)


def test_imports_go_one_way():
    result = _lint_imports(ROOT)
    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


FORBIDDEN = [
    ("theory/subpools.py", "from theory import estimator", "theory.estimator"),
    ("theory/errors.py", "import theory.subpools", "theory.subpools"),
    ("theory/bounds.py", "import proofs_check", "proofs_check"),
    ("theory/cli/commands/solve.py", "import subpool", "subpool"),
    ("proofs_check/registry.py", "def late():\n    from subpool import verify", "subpool"),
    ("theory/optimal/exact.py", "def late():\n    import theory.residual", "theory.residual"),
    ("theory/cli/commands/solve.py", "from rich.console import Console", "rich"),
    ("proofs_check/report/page.py", "def late():\n    import rich.table", "rich"),
    ("proofs_check/certificates.py", "import theory.errors", "theory.errors"),
    ("proofs_check/certificates.py", "import numpy", "numpy"),
    ("theory/rewrite/certify/layers.py", "import theory.rewrite.separable", "theory.rewrite.separable"),
    (
        "theory/rewrite/certify/graph.py",
        "def late():\n    from theory.models.files import load_model",
        "theory.models.files",
    ),
    ("theory/rewrite/certify/shapes.py", "from theory.models import windows", "theory.models.windows"),
    ("theory/models/windows.py", "from theory.networks import matrix", "theory.networks.matrix"),
    (
        "theory/networks/exactness/symbolic.py",
        "from theory.networks.circuit import Circuit",
        "theory.networks.circuit",
    ),
    ("theory/networks/network.py", "import theory.networks.build", "theory.networks.build"),
]
"""Modules, an import too many, and what it imports."""


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """What is said of a copy of the packages with all forbidden imports at once."""
    folder = tmp_path_factory.mktemp("packages")
    for package in ("subpool", "theory", "proofs_check"):
        shutil.copytree(ROOT / package, folder / package, ignore=lambda *_: ["__pycache__"])
    shutil.copy(ROOT / "pyproject.toml", folder)
    for module, statement, _ in FORBIDDEN:
        with (folder / module).open("a") as source:
            source.write(f"\n{statement}\n")
    result = _lint_imports(folder)
    assert result.returncode != 0
    return result.stdout


@pytest.mark.parametrize(("module", "statement", "imported"), FORBIDDEN)
def test_a_forbidden_import_is_noticed(refused, module, statement, imported):
    last = len((ROOT / module).read_text().splitlines())
    importer = module.removesuffix(".py").replace("/", ".")
    lines = re.findall(rf"^ *-? *{re.escape(importer)} -> {re.escape(imported)} \((.*)\)$", refused, re.MULTILINE)
    found = [int(line) for text in lines for line in re.findall(r"l\.(\d+)", text)]
    assert any(line > last for line in found), refused


def test_every_module_of_networks_is_known_to_build_networks_or_not_to():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = {contract["name"]: contract for contract in settings["tool"]["importlinter"]["contracts"]}
    forbidden = contracts["What proves a network exact imports nothing that builds networks"]["forbidden_modules"]
    found = {path.stem for path in (ROOT / "theory" / "networks").iterdir() if path.stem[0] != "_"} - {"data"}
    # These hold, run and write networks.
    assert found == {name.rpartition(".")[2] for name in forbidden} | {
        "exactness", "forward", "matrix", "network", "onnx_export", "units"
    }  # fmt: skip


def test_what_certifies_reads_models_by_itself():
    """All of theory that it knows: nothing else may read ONNX files, or place windows, for it."""
    found = set()
    for path in (ROOT / "theory" / "rewrite" / "certify").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                found.add("relative" if node.level else node.module or "")
            elif isinstance(node, ast.Import):
                found.update(alias.name for alias in node.names)
    known = {name for name in found if name.split(".")[0] not in sys.stdlib_module_names}
    known = {name for name in known if not name.startswith("theory.rewrite.certify")}
    assert known == {
        "google.protobuf.message", "numpy", "numpy.typing", "onnx", "scipy.sparse", "scipy.special",
        "theory.errors", "theory.extras", "theory.networks.exactness.sort_linear", "theory.networks.exactness.symbolic",
        "theory.progress",
    }  # fmt: skip


def _modules_after(statement):
    code = f"{statement}\nimport sys\nprint(*sys.modules, sep='\\n')"
    result = _run(sys.executable, "-c", code)
    assert result.returncode == 0, result.stderr
    return set(result.stdout.split())


def test_importing_the_packages_loads_no_library():
    heavy = {"numpy", "scipy", "sympy", "cvxpy", "flint", "mpmath", "rich", "skimage"}
    assert not _modules_after("import subpool") & heavy


def test_solving_loads_only_what_it_needs():
    loaded = _modules_after("import theory; theory.optimal_estimator(9, [0, 1, 8])([0.0] * 9)")
    assert "flint" in loaded
    assert not loaded & {"scipy", "sympy", "cvxpy", "mpmath", "rich", "skimage"}


def test_what_needs_an_extra_names_it_and_the_rest_does_without():
    code = "import sys\nfor name in ('pyarrow', 'cvxpy'): sys.modules[name] = None\nimport subpool\n"
    for rest, extra in (
        ("subpool.best_orders(9, budget='terms', limit=60), subpool.network_size(9, 'exact')", None),
        ("subpool.sweep", "sweep"),
        ("subpool.pareto_front", "sweep"),
        ("subpool.optimal_estimator(9, '0,1', method='cvxpy')", "cvxpy"),
    ):
        result = _run(sys.executable, "-c", code + rest)
        assert (result.returncode == 0) is (extra is None)
        assert extra is None or f"(pip install 'subpool[{extra}]')" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "without"),
    [
        ("--help", {"numpy", "flint", "mpmath", "theory.cli.options", "theory.cli.commands.solve"}),
        ("--version", {"numpy", "flint", "mpmath", "theory.cli.options", "theory.cli.commands.solve"}),
        ("solve --help", {"theory.cli.commands.table", "proofs_check"}),
        ("solve 9 --orders mean-and-last", {"theory.cli.commands.table", "theory.optimal.families"}),
        ("network 9 --orders exact --no-proof", {"theory.optimal.families", "proofs_check"}),
        ("check c.json", {"theory.optimal", "theory.networks"}),
    ],
)
def test_a_command_loads_what_it_uses(arguments, without):
    command = f"import theory.cli as c\ntry: c.main({arguments.split()})\nexcept SystemExit: pass"
    loaded = _modules_after(command)
    assert not loaded & {"scipy", "sympy", "cvxpy", "pyarrow", "matplotlib", "onnx", "concurrent.futures", *without}


def test_the_checker_loads_nothing_of_ours():
    loaded = _modules_after("import proofs_check.certificates")
    assert "theory" not in loaded
    assert {name for name in loaded if name.startswith("proofs_check")} == {"proofs_check", "proofs_check.certificates"}
    assert {name.partition(".")[0] for name in loaded} <= set(sys.stdlib_module_names) | {
        "proofs_check",
        "__main__",
    } | {name.partition(".")[0] for name in _modules_after("pass")}


def test_public_names_are_listed_and_loadable():
    import proofs_check
    import theory

    for package in (theory, proofs_check):
        assert sorted(dir(package)) == sorted(package.__all__)
        for name in package.__all__:
            assert getattr(package, name) is not None
        with pytest.raises(AttributeError, match="nonsense"):
            _ = package.nonsense


USED_FROM_OUTSIDE = (
    # Found by the parser in every module of the package.
    re.compile(r"theory\.cli\.commands\.\w+\.(add|run)"),
    # Documents of which the registry asks for the claims; what these are made of is there to be read.
    re.compile(r"proofs_check\.theorems\..*"),
    # Programs, one of them by itself.
    re.compile(r".*\.__main__\.main"),
    re.compile(r"proofs_check\.certificates\..*"),
)
ROOMS = sorted(
    {
        f"{package}.{path.stem}"
        for package in ("theory", "proofs_check")
        for path in (ROOT / package).iterdir()
        if (path.is_dir() or path.suffix == ".py") and path.stem.strip("_").isalpha() and path.stem != "__pycache__"
    }
)


@pytest.fixture(scope="module")
def unused():
    return [name for name in unused_names() if not any(reason.fullmatch(name) for reason in USED_FROM_OUTSIDE)]


@pytest.mark.parametrize("room", ROOMS)
def test_what_is_public_is_used_outside_its_module_and_not_by_tests_alone(room, unused):
    assert [name for name in unused if name.startswith(f"{room}.")] == []


def test_names_that_are_public_and_their_uses_are_found():
    module = ast.parse("A, _B = 1, 2\nC: int = 3\ndef f(): D = 4\n@figure('x')\ndef g(): pass\nclass _E: pass")
    assert list(public_names(module)) == ["A", "C", "f"]
    user = ast.parse("import a.b\nimport a.c as c\nfrom a import d\nfrom a.e import F as G\na.b.H, c.I, d.J.K")
    assert {("a.b", "H"), ("a.c", "I"), ("a.d", "J"), ("a.e", "F"), ("a", "d")} <= set(uses("user", user))


def test_no_asserts_outside_the_tests():
    for package in ("theory", "proofs_check"):
        for source in (ROOT / package).rglob("*.py"):
            lines = [line.strip() for line in source.read_text().splitlines()]
            assert not any(line.startswith("assert ") for line in lines), source


def _classes():
    for package in ("theory", "proofs_check"):
        for source in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(source.read_text())):
                if isinstance(node, ast.ClassDef):
                    yield node


def _may_be_unknown(node):
    """Whether a class is an answer: it has a status, a bound that may be missing, or a member that says undecided."""
    fields = {ast.unparse(entry.target) for entry in node.body if isinstance(entry, ast.AnnAssign)}
    methods = {entry.name for entry in node.body if isinstance(entry, ast.FunctionDef)}
    values = {entry.value.value for entry in ast.walk(node) if isinstance(entry, ast.Assign) if _is_text(entry.value)}
    return (
        "status" in fields or ("certified" in methods and "bound" in methods) or bool(values & {"undecided", "unknown"})
    )


def _is_text(node):
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_every_answer_that_may_be_unknown_refuses_to_be_a_bool_by_one_base():
    answers = {node.name: [ast.unparse(base) for base in node.bases] for node in _classes() if _may_be_unknown(node)}
    assert {"Verdict", "ExactnessVerdict", "Answer", "DeviationBound", "OutputDeviation"} <= answers.keys()
    assert {name for name, bases in answers.items() if "ThreeValued" not in bases} == set()
    own = {node.name for node in _classes() if any(getattr(entry, "name", "") == "__bool__" for entry in node.body)}
    assert own == {"ThreeValued"}
