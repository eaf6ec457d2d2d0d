"""The page on architecture, "How to add ...": the six additions are made as it says, and with a part left out.

An addition is made in this process: files in a folder of their own, which the package is told to look into, too;
entries in the tables that there are; pages as edited copies. Then the tests that the page names are called.
"""

from __future__ import annotations

import gc
import inspect
import re
import sys
from dataclasses import dataclass, field, replace
from importlib import import_module, util
from pathlib import Path

import pytest

from proofs_check import certificates, registry, theorems
from proofs_check.theorems import few_orders
from tests import test_certify_operators, test_docs, test_figures, test_objectives
from theory import closed_forms, named_orders, objectives
from theory.cli import commands
from theory.figures import gallery
from theory.figures import registry as figures
from theory.rewrite.certify import samples, table

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## How to add ...")[2].partition("\n## ")[0]
TEST = re.compile(r"`(tests/\w+\.py)::(\w+)`")
FILE = re.compile(r"`([\w.-]+/[\w./-]+)`")


def _rows():
    """Return the table of the page: what is added, the files that are written, the tests that notice."""
    for line in SECTION.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| a"):
            yield cells[0], FILE.findall(cells[1]), TEST.findall(cells[2])


ROWS = {what: (files, tests) for what, files, tests in _rows()}


@dataclass
class Dry:
    """A run that leaves nothing behind."""

    monkeypatch: pytest.MonkeyPatch
    folder: Path

    def write(self, package, name, text):
        """Write a module of a package."""
        place = self.folder / package.__name__
        place.mkdir()
        (place / f"{name}.py").write_text(text, encoding="utf-8")
        self.monkeypatch.setattr(package, "__path__", [*package.__path__, str(place)])

    def append(self, page, text):
        """Return a copy of a page with a text at its end."""
        copy = self.folder / page.name
        copy.write_text(f"{page.read_text(encoding='utf-8')}\n{text}\n", encoding="utf-8")
        return copy


def _name_claim(name, page):
    def write(dry):
        found = next(path for path in test_docs.PAGES if path.match(page))
        copy = dry.append(found, f"```{{subpool-claims}}\n{name}\n```")
        dry.monkeypatch.setattr(test_docs, "PAGES", [copy if path == found else path for path in test_docs.PAGES])

    return write


def _copy(package, source, name, *changes):
    def write(dry):
        text = (Path(package.__path__[0]) / f"{source}.py").read_text(encoding="utf-8")
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        dry.write(package, name, text)

    return write


def _add_family(dry):
    # The table itself, which is read-only for everybody else.
    (families,) = gc.get_referents(closed_forms)
    dry.monkeypatch.setitem(families, "ends", replace(closed_forms["mean-and-last"], name="ends"))


def _add_orders(dry):
    (named,) = gc.get_referents(named_orders.NAMED_ORDERS)
    dry.monkeypatch.setitem(named, "ends", replace(named["mean-and-last"], name="ends"))


def _add_proof(dry):
    dry.monkeypatch.setitem(few_orders.ROWS, "ends", few_orders.ROWS["mean-and-last"])


def _add_objective(dry):
    fourth = replace(objectives.OBJECTIVES["range"], name="fourth")
    dry.monkeypatch.setattr(objectives, "OBJECTIVES", {**objectives.OBJECTIVES, "fourth": fourth})


def _check_objective(dry):
    text = Path(certificates.__file__).read_text(encoding="utf-8")
    for old, new in (
        ('("cube", "range")', '("cube", "range", "fourth")'),
        ("'cube' or 'range'", "'cube', 'range' or 'fourth'"),
        ('objective == "range"', 'objective in ("range", "fourth")'),
    ):
        assert old in text
        text = text.replace(old, new)
    changed = dry.folder / "certificates.py"
    changed.write_text(text, encoding="utf-8")
    spec = util.spec_from_file_location("proofs_check.certificates", changed)
    module = util.module_from_spec(spec)
    dry.monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    dry.monkeypatch.setattr(module, "CertificateError", certificates.CertificateError)
    dry.monkeypatch.setattr(test_objectives, "certificates", module)


def _add_row(dry):
    given = samples.SAMPLES.get("Softsign", ())
    row = test_certify_operators._row(test_certify_operators._softsign(64), samples=given)
    dry.monkeypatch.setitem(table.TABLE, "Softsign", row)


def _add_samples(dry):
    dry.monkeypatch.setitem(samples.SAMPLES, "Softsign", test_certify_operators.SOFTSIGN)


def _mention(module, text):
    return lambda dry: dry.monkeypatch.setattr(module, "PAGE", dry.append(module.PAGE, text))


COMMAND = '''"""Count to a number."""

from theory.cli.options import add_json


def add(parser):
    parser.add_argument("number", type=int)
    add_json(parser)


def run(options):
    return 0
'''


@dataclass
class Addition:
    """How each file of a row is written, in the order in which they can be; and the arguments of its tests."""

    parts: dict
    arguments: dict = field(default_factory=dict)


ADDITIONS = {
    "a theorem": Addition(
        {
            "proofs_check/theorems/NAME.py": _copy(theorems, "_template", "larger_subsets"),
            "docs/theory/PAGE.md": _name_claim("template", "theory/checked.md"),
        },
        {"name": "template", "module_name": "larger_subsets"},
    ),
    "a closed form": Addition(
        {
            "theory/named_orders.py": _add_orders,
            "theory/optimal/families.py": _add_family,
            "proofs_check/theorems/few_orders.py": _add_proof,
            "docs/theory/closed-forms.md": _name_claim("closed-form-ends", "theory/closed-forms.md"),
        },
        {"name": "ends"},
    ),
    "an objective": Addition(
        {"theory/objectives.py": _add_objective, "proofs_check/certificates.py": _check_objective},
    ),
    "an operator of ONNX, for the certifier": Addition(
        {
            "theory/rewrite/certify/samples.py": _add_samples,
            "theory/rewrite/certify/table.py": _add_row,
            "docs/certified-deviation.md": _mention(test_certify_operators, "Softsign"),
        },
        {"op": "Softsign"},
    ),
    "a figure": Addition(
        {
            "theory/figures/gallery/NAME.py": _copy(gallery, "widths", "twin"),
            "docs/figures.md": _mention(test_figures, "![A twin](figures/twin.svg)"),
        },
    ),
    "a command": Addition(
        {"theory/cli/commands/NAME.py": lambda dry: dry.write(commands, "count", COMMAND)},
    ),
}


@pytest.fixture
def dry(monkeypatch, tmp_path):
    before = set(sys.modules)
    caches = (registry._all_claims, figures.figures)
    for cache in caches:
        cache.cache_clear()
    with monkeypatch.context() as patch:
        yield Dry(patch, tmp_path)
    for cache in caches:
        cache.cache_clear()
    for name in set(sys.modules) - before:
        if name.startswith((f"{theorems.__name__}.", f"{gallery.__name__}.", f"{commands.__name__}.")):
            del sys.modules[name]


def _complaints(what, **arguments):
    """Call the tests that the page names; yield those that fail."""
    given = {**ADDITIONS[what].arguments, **arguments}
    for path, name in ROWS[what][1]:
        test = getattr(import_module(path.removesuffix(".py").replace("/", ".")), name)
        try:
            if "verdicts" in inspect.signature(test).parameters:
                given["verdicts"] = {given["name"]: registry.verify([given["name"]], kernel_max=5)[0]}
            test(**{name: value for name, value in given.items() if name in inspect.signature(test).parameters})
        except (Exception, pytest.fail.Exception):  # noqa: BLE001 - whatever a test fails with
            yield name


@pytest.mark.parametrize("what", ADDITIONS)
def test_an_addition_is_made_where_the_page_says_and_noticed(what, dry):
    for write in ADDITIONS[what].parts.values():
        write(dry)
    assert list(_complaints(what)) == []


FORGOTTEN = [(what, part) for what, addition in ADDITIONS.items() for part in addition.parts if len(addition.parts) > 1]


@pytest.mark.parametrize(("what", "forgotten"), FORGOTTEN)
def test_what_is_forgotten_fails(what, forgotten, dry):
    for part, write in ADDITIONS[what].parts.items():
        if part != forgotten:
            write(dry)
    assert list(_complaints(what))


_FALSE = '        ("template-falling", r"m_{r+1}(x) \\le m_r(x)", (1, 0)),\n'


@pytest.mark.parametrize(
    ("what", "package", "source", "change"),
    [
        ("a theorem", theorems, "_template", ("    yield stated(", "    yield from () and dict(")),
        ("a theorem", theorems, "_template", (_FALSE, "")),
        ("a theorem", theorems, "_template", (_FALSE, _FALSE.replace("(1, 0)", "(0, 1)"))),
        ("a figure", gallery, "widths", ("@figure(", "@(lambda *_, **__: lambda draw: draw)(")),
    ],
    ids=["no claim", "no neighbour", "a neighbour that is true", "no figure"],
)
def test_a_module_that_lacks_what_it_is_there_for_fails(what, package, source, change, dry):
    parts = ADDITIONS[what].parts
    (module,) = (part for part in parts if part.endswith("NAME.py"))
    for write in {**parts, module: _copy(package, source, "half_written", change)}.values():
        write(dry)
    assert list(_complaints(what, module_name="half_written"))


@pytest.mark.parametrize("missing", ['"""Count to a number."""', "def add(", "def run(", "    add_json(parser)"])
def test_a_command_that_lacks_what_it_is_there_for_fails(missing, dry):
    dry.write(
        commands, "count", COMMAND.replace(missing, missing.replace("def ", "def no_") if "def" in missing else "")
    )
    assert list(_complaints("a command"))


def test_the_page_names_the_files_that_are_written_and_tests_that_exist():
    assert {what: set(files) for what, (files, _) in ROWS.items()} == {
        what: set(addition.parts) for what, addition in ADDITIONS.items()
    }
    for path, name in TEST.findall(PAGE):
        assert f"\ndef {name}(" in (ROOT / path).read_text(encoding="utf-8"), name


def test_the_page_names_files_and_folders_that_are_there():
    for name in FILE.findall(PAGE):
        place = ROOT / name
        assert place.exists() or (place.parent.is_dir() and place.stem in ("NAME", "PAGE")), name
    there = {path.name for package in ("theory", "proofs_check") for path in (ROOT / package).rglob("*.*")}
    assert set(re.findall(r"`(\w+\.(?:py|css))`", PAGE)) <= there
