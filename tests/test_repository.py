"""What surrounds the code: metadata agree with each other, workflows call what exists, the paper's numbers are true."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import numpy as np
import pytest

from proofs_check import claims
from proofs_check.coq.statements import theorem_of
from subpool import __version__
from tests.test_report import needs_browser
from tools.browser import BROWSER, QUIET
from tools.quoted import bare, current

ROOT = Path(__file__).parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())
PAPER = (ROOT / "paper" / "paper.md").read_text()
YAML = [".pre-commit-config.yaml", "CITATION.cff", *(str(p.relative_to(ROOT)) for p in ROOT.glob(".github/**/*.yml"))]
PINNED = dict(re.findall(r"^([\w-]+)==(\S+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE))


def _yaml(path):
    return pytest.importorskip("yaml").safe_load((ROOT / path).read_text())


@pytest.mark.parametrize("path", YAML)
def test_yaml_is_yaml(path):
    assert _yaml(path)


@pytest.mark.parametrize("name", ["CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "LICENSE", "SECURITY.md", "CHANGELOG.md"])
def test_what_a_repository_has(name):
    assert (ROOT / name).stat().st_size > 200


def test_metadata_agree():
    citation, zenodo = _yaml("CITATION.cff"), json.loads((ROOT / ".zenodo.json").read_text())
    project = SETTINGS["project"]
    authors = [author["name"] for author in citation["authors"]]
    assert authors == [author["name"] for author in project["authors"]]
    assert authors == [creator["name"] for creator in zenodo["creators"]]
    assert citation["title"] == zenodo["title"]
    assert citation["license"] == zenodo["license"] == project["license"]
    assert citation["version"] == __version__
    assert project["keywords"] == zenodo["keywords"]
    (paper,) = project["urls"].values()
    assert paper == citation["preferred-citation"]["url"] == zenodo["related_identifiers"][0]["identifier"]
    assert f"]({paper})" in (ROOT / "README.md").read_text()
    assert f"url = {{{paper}}}" in (ROOT / "paper" / "paper.bib").read_text()


def _runs(workflow):
    return [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]


def test_workflows_call_what_exists():
    workflows = {path: _yaml(path) for path in YAML if "/workflows/" in path}
    commands = [line for workflow in workflows.values() for line in _runs(workflow)]
    assert ".ci/run" in commands
    targets = set(re.findall(r"^([\w -]+?):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    targets = {target for line in targets for target in line.split()}
    matrix = workflows[".github/workflows/pythons.yml"]["jobs"]["tests"]["strategy"]["matrix"]
    named = {*matrix["versions"], *(row["versions"] for row in matrix["include"])}
    assert {*re.findall(r"make (\w+)", "\n".join(commands)), *named} <= targets
    assert set(re.findall(r"make (\w+)", (ROOT / "tox.ini").read_text())) <= targets


def test_pythons_are_the_same_everywhere():
    matrix = _yaml(".github/workflows/pythons.yml")["jobs"]["tests"]["strategy"]["matrix"]["python"]
    classified = re.findall(r"Python :: (3\.\d+)", "\n".join(SETTINGS["project"]["classifiers"]))
    in_tox = [f"3.{minor}" for minor in re.search(r"py3\{([\d,]+)\}", (ROOT / "tox.ini").read_text())[1].split(",")]
    assert matrix == classified == in_tox
    assert SETTINGS["project"]["requires-python"] == f">={matrix[0]}"


@pytest.mark.parametrize(("name", "repository"), [("ruff", "ruff-pre-commit"), ("mypy", "mirrors-mypy")])
def test_hooks_have_the_pinned_versions(name, repository):
    (hook,) = [repo for repo in _yaml(".pre-commit-config.yaml")["repos"] if repo["repo"].endswith(repository)]
    assert hook["rev"] == f"v{PINNED[name]}"


def _groups(name):
    for entry in SETTINGS["dependency-groups"][name]:
        yield from [entry] if isinstance(entry, str) else _groups(entry["include-group"])


def test_groups_bring_every_extra_but_the_gpu():
    extras = set(SETTINGS["project"]["optional-dependencies"]) - {"all", "gpu"}
    brought = {extra for entry in _groups("dev") for extra in re.fullmatch(r"subpool\[(.+)\]", entry)[1].split(",")}
    assert brought == extras


def test_the_page_about_installing_names_all_that_is_installed():
    page = (ROOT / "docs" / "install.md").read_text()
    optional = SETTINGS["project"]["optional-dependencies"]
    named = [name for name in optional if name != "all"]
    assert [name for name in named if f"`{name}`" not in page] == []
    required = SETTINGS["project"]["dependencies"] + [entry for name in named for entry in optional[name]]
    packages = {re.match(r"[\w-]+", entry)[0].removesuffix("-cuda12x") for entry in required}
    # "pytest with xdist"
    assert sorted(name for name in packages if name.removeprefix("pytest-") not in page) == []


# --- the paper --------------------------------------------------------------------------------------------------------


def test_the_paper_has_its_parts():
    front, *parts = re.split(r"^# ", PAPER, flags=re.MULTILINE)
    assert {"title", "tags", "authors", "affiliations", "date", "bibliography"} <= set(
        pytest.importorskip("yaml").safe_load(front.strip().strip("-"))
    )
    assert [part.partition("\n")[0] for part in parts] == [
        "Summary",
        "Statement of need",
        "State of the field",
        "What is new",
        "How it is checked",
        "References",
    ]


def test_numbers_of_the_paper_are_what_computes_them():
    assert bare(PAPER) == []
    assert current(PAPER) == PAPER, "python -m tools.quoted paper/paper.md"


def test_a_stale_number_would_be_noticed():
    text = "of 18<!-- = optimal_estimator(9, [0, 1, 8]).terms --> and 17"
    assert current(text) != text
    assert bare(text) == ["17"]


def test_claims_of_the_paper_have_these_grades():
    graded = re.findall(r"\(`([\w-]+)`,\s+(\w+)\)", PAPER)
    assert len(graded) > 8
    for name, grade in graded:
        assert grade == ("proved" if theorem_of(claims()[name]) else "verified"), name
    assert set(re.findall(r"`([\w-]+-[\w-]+)`", PAPER)) <= {name for name, _ in graded}


def test_references_are_the_cited_ones():
    entries = re.findall(r"^@\w+\{(\w+),", (ROOT / "paper" / "paper.bib").read_text(), re.MULTILINE)
    assert sorted(entries) == sorted(set(re.findall(r"@(\w+)", PAPER)))


def test_the_pictures_of_the_readme_are_there():
    image = pytest.importorskip("PIL.Image")
    readme = (ROOT / "README.md").read_text()
    light, dark = (image.open(ROOT / path) for path in re.findall(r'src(?:set)?="(docs/[^"]*)"', readme)[::-1])
    assert light.size == dark.size
    assert np.asarray(light.convert("L")).mean() > 200 > 60 > np.asarray(dark.convert("L")).mean()


@needs_browser
@pytest.mark.parametrize(("theme", "page", "corner"), [("dark", "#131416", 0x13), ("light", "#ffffff", 0xFF)])
def test_no_figure_is_a_white_card_in_the_dark(theme, page, corner, tmp_path):
    image = pytest.importorskip("PIL.Image")
    static = ROOT / "docs" / "_static"
    (tmp_path / "page.html").write_text(
        f'<link rel="stylesheet" href="{(static / "subpool.css").as_uri()}">'
        f'<body data-theme="{theme}" style="margin: 0; background: {page}">'
        f'<img src="{(static / "explore.png").as_uri()}">'
    )
    shot = tmp_path / "shot.png"
    options = [*QUIET, "--hide-scrollbars", "--window-size=960,720"]
    profile = f"--user-data-dir={tmp_path / 'profile'}"
    command = [BROWSER, *options, profile, f"--screenshot={shot}", (tmp_path / "page.html").as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    pixels = np.asarray(image.open(shot).convert("L")).astype(int)
    assert abs(pixels[2, 2] - corner) <= 3
    # The title is seen.
    assert abs(pixels[:70] - corner).max() > 150
