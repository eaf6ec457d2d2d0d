"""The pages: links lead somewhere, examples run, every claim stands somewhere, and a site needs no network.

The whole site is built by ``make docs``, where each warning is an error; here a small one is.
"""

import doctest
import os
import pydoc
import re
import shlex
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest

import subpool
from proofs_check import claims
from proofs_check.coq import KernelRecord, KernelTheorem
from theory.cli import make_parser

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(set(DOCS.rglob("*.md")) - set(DOCS.glob("_build/**/*")) - set(DOCS.glob("figures/*")))
IDS = [str(page.relative_to(DOCS)) for page in PAGES]
FENCED = re.compile(r"^(`{3,}|:{3,}|~{3,}).*?^\1 *$", re.MULTILINE | re.DOTALL)
EXAMPLE = re.compile(r"^```python\n(>>> .*?)^```$", re.MULTILINE | re.DOTALL)
RUN = re.compile(r"^```\{subpool-run\} *\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CLAIMS = re.compile(r"^```\{subpool-claims\} *\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Made when the site is built: figures/NAME.svg.
BUILT = re.compile(r"(\.\./)?figures/[\w-]+\.(svg|png)")


def _links(text):
    prose = re.sub(r"`[^`\n]*`", "", FENCED.sub(lambda fence: fence[0] if fence[1][0] == ":" else "", text))
    return [target for _, target in re.findall(r"(!?)\[[^\]]*\]\(([^)\s]+)\)", prose)]


@pytest.mark.parametrize("page", [*PAGES, ROOT / "README.md"], ids=[*IDS, "README"])
def test_relative_links_lead_to_files(page):
    for link in _links(page.read_text()):
        target = link.partition("#")[0]
        if target and "://" not in target and not BUILT.fullmatch(target):
            assert (page.parent / target).exists(), f"{page.name} links to {link}"


def test_a_dead_link_would_be_noticed():
    assert _links("see [this](a.md#b) and ![that](b.svg)\n```\n[no](link.md)\n```\n") == ["a.md#b", "b.svg"]
    assert _links(":::{container} cards\n[**x**](a.md)\n:::\n") == ["a.md"]


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_external_links_are_whole_and_secure(page):
    for link in _links(page.read_text()):
        if "://" in link:
            assert re.fullmatch(r"https://[\w.-]+\.[a-z]{2,}(/[^\s<>\"]*)?", link), link


def test_the_three_ways_in_are_on_the_first_page():
    links = _links((DOCS / "index.md").read_text())
    for page, command in (("solve", "solve 3x3"), ("verify", "make verify"), ("rewrite", "reluify digits.onnx")):
        assert f"how-to/{page}.md" in links
        assert command in (DOCS / "how-to" / f"{page}.md").read_text()


def _pages_with(pattern):
    return pytest.mark.parametrize(
        "page", [p for p in PAGES if pattern.search(p.read_text())], ids=lambda page: page.stem
    )


@_pages_with(EXAMPLE)
def test_examples_run(page):
    source = "\n".join(EXAMPLE.findall(page.read_text()))
    example = doctest.DocTestParser().get_doctest(source, {}, page.name, str(page), 0)
    failed, tried = doctest.DocTestRunner().run(example)
    assert tried > 0
    assert failed == 0


@_pages_with(RUN)
def test_commands_shown_are_commands(page):
    # They are run when the site is built; here it is enough that they are understood.
    for block in RUN.findall(page.read_text()):
        for line in block.splitlines():
            if line.strip() and not line.startswith(":"):
                make_parser().parse_args(shlex.split(line))


def test_every_claim_stands_on_a_page():
    blocks = [block for page in PAGES for block in CLAIMS.findall(page.read_text())]
    beginnings = tuple(re.findall(r"^:matching: (\S+)", "\n".join(blocks), re.MULTILINE))
    named = [name for block in blocks for name in re.sub(r"^:.*$", "", block, flags=re.MULTILINE).split()]
    assert set(named) <= set(claims())
    assert sorted(named) == sorted(set(named))
    assert [name for name in claims() if name not in named and not name.startswith(beginnings)] == []


def test_every_public_name_is_documented():
    page = (DOCS / "reference" / "python.md").read_text()
    documented = set(re.findall(r"^\.\. auto\w+:: (\S+)", page, re.MULTILINE))
    missing = [
        name
        for name in subpool.__all__
        if not {f"subpool.{name}", f"theory.{name}", getattr(getattr(subpool, name), "__module__", None)} & documented
    ]
    # Named in the text, with the class of its values.
    assert missing == ["closed_forms"]
    assert [name for name in documented if pydoc.locate(name) is None] == []


# What follows needs Sphinx, from the extra `docs`.

CONF = f"""
import sys
sys.path[:0] = [{str(DOCS / "_ext")!r}, {str(ROOT)!r}]
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
extensions += ["subpool_docs." + name for name in
               "mathml docstrings commands claims house offline".split()]
myst_enable_extensions = ["dollarmath"]
html_math_renderer = "mathml"
nitpicky = True
nitpick_ignore_regex = [("py:(class|obj|data)", ".*")]
html_theme = "basic"
"""


def _build(folder, page):
    pytest.importorskip("sphinx")
    pytest.importorskip("myst_parser")
    (folder / "conf.py").write_text(CONF)
    (folder / "index.md").write_text(page)
    command = [sys.executable, *["-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", ".", "out"]]
    # Nothing is known of the kernel, whether or not it was asked on this machine.
    environment = {**os.environ, "SUBPOOL_CACHE": str(folder / "cache")}
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)
    built = folder / "out" / "index.html"
    return result, built.read_text() if built.exists() else ""


def test_a_small_site(tmp_path):
    page = """# Page

Inline $E = \\frac{1}{20}$, then text.

```{subpool-run}
solve 9 --orders 0,1,8 --certificate c.json
check c.json
```

```{subpool-run}
:exit: 2
solve 9 --orders 0,10
```

```{subpool-run}
:input: LICENSE
:exit: 2
check LICENSE
```

```{subpool-claims}
closed-form-full width-law
```

```{subpool-kernel-theorems}
```

```{subpool-layers}
```

```{eval-rst}
.. autofunction:: theory.bounds.width_lower_bound
.. autofunction:: subpool.network_size
```
"""
    result, html = _build(tmp_path, page)
    assert result.returncode == 0, result.stderr
    text = unescape(re.sub(r"<[^>]+>", "", html))
    assert "<mfrac>" in html
    assert 'class="nowrap"><math' in html
    assert "certified error  1/20 = 0.05" in text
    assert "c.json: certified: optimal error 1/20 = 0.05" in text
    assert "subpool: orders for kernel size 9 are integers in 0..9, not 10" in text
    assert "LICENSE: not checked" in text
    assert "For d >= 2: the steps of the proof are checked symbolically" in text
    assert "Exactly, on the range: d = 2..18, by default." in text
    assert "Kernel proof: make coq (ClaimsCoefficients.closed_form_full)" in text
    assert "proved (kernel)" not in text
    assert "When these pages were built, the kernel was not asked" in text
    assert text.index("theory.cli") < text.index("theory.networks") < text.index("theory.errors")


def test_the_grade_of_the_kernel_is_from_its_record(monkeypatch):
    pytest.importorskip("sphinx")
    monkeypatch.syspath_prepend(str(DOCS / "_ext"))
    from subpool_docs.claims import label_and_check, what_the_kernel_did

    claim = claims()["max-of-five"]
    theorem = KernelTheorem("ClaimsMaxima.max_of_five", "ClaimsMaxima.v", "five", "Statements.max_of_five", 1.0)
    asked = KernelRecord("8.16.1", (theorem,))
    assert label_and_check(claim, asked) == ("proved (kernel)", "Coq's kernel has accepted ClaimsMaxima.max_of_five.")
    label, check = label_and_check(claim, KernelRecord(missing="coqc is not installed"))
    assert label == "verified"
    assert check == "Exactly, on the range: all of R^5, by cells. Kernel proof: make coq (ClaimsMaxima.max_of_five)."
    assert what_the_kernel_did(asked).startswith("When these pages were built, Coq 8.16.1 had accepted all 1")


def test_claims_without_a_theorem_have_a_reason(monkeypatch):
    pytest.importorskip("sphinx")
    monkeypatch.syspath_prepend(str(DOCS / "_ext"))
    from subpool_docs.claims import without_theorem

    page = (DOCS / "theory" / "checked.md").read_text()
    lines = re.search(r"```\{subpool-without-kernel\}\n(.*?)```", page, re.DOTALL)[1].splitlines()
    assert all(re.fullmatch(r"[a-z0-9 -]+: [^:]+\.", line) for line in lines)
    assert sorted(without_theorem()) == sorted(name for line in lines for name in line.partition(":")[0].split())


def test_the_command_line_is_described_from_its_parser(tmp_path):
    result, html = _build(tmp_path, "# Page\n\n```{subpool-reference}\n```\n\n{ref}`the sweep <subpool-sweep>`\n")
    assert result.returncode == 0, result.stderr
    text = re.sub(r"<[^>]+>", "", html)
    for name in next(action for action in make_parser()._actions if action.choices).choices:
        assert f'id="subpool-{name}"' in html
    assert "--scheduler ADDRESS" in text
    assert "usage:" not in text


DEFECTS = {
    "formula": ("$\\unheard{2$", "cannot be typeset"),
    "failing-command": ("```{subpool-run}\nsolve 9 --orders 0,10\n```", "exit code 2"),
    "passing-command": ("```{subpool-run}\n:exit: 1\nsolve 9 --orders 0,1\n```", "exit code 0"),
    "claim": ("```{subpool-claims}\nno-such-claim\n```", "no claim 'no-such-claim'"),
    "name": ("{py:func}`subpool.optimal_estimat`", "reference target not found"),
    "link": ("[x](missing.md)", "missing.md"),
    "resource": ("```{raw} html\n<img src='https://example.org/x.png'>\n```", "loads https://example.org/x.png"),
}


@pytest.fixture(scope="module")
def complaints(tmp_path_factory):
    """What a build of pages with one defect each complains about."""
    folder = tmp_path_factory.mktemp("site")
    for name, (text, _) in DEFECTS.items():
        (folder / f"{name}.md").write_text(f"# {name}\n\n{text}\n")
    result, _ = _build(folder, "# Page\n\n```{toctree}\n" + "\n".join(DEFECTS) + "\n```\n")
    assert result.returncode != 0
    return result.stderr


@pytest.mark.parametrize("name", DEFECTS)
def test_defects_of_a_page_fail_the_build(complaints, name):
    assert re.search(rf"{name}\.(md|html)\b.*{re.escape(DEFECTS[name][1])}", complaints)


@pytest.fixture
def offline(monkeypatch):
    pytest.importorskip("sphinx")
    monkeypatch.syspath_prepend(str(DOCS / "_ext"))
    from subpool_docs import offline

    return offline


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example.org/x.js"></script>',
        '<link rel="stylesheet" href="//fonts.example.org/x.css">',
        '<link rel="preconnect" href="https://example.org">',
        "<div style=\"background: url('http://example.org/x.png')\"></div>",
        "@import url(https://example.org/x.css);",
        '@import "https://example.org/x.css";',
    ],
)
def test_external_resources_are_found(offline, text):
    assert len(set(offline.external_resources(text))) == 1


@pytest.mark.parametrize(
    "text",
    [
        '<a href="https://example.org">a link that a reader may follow</a>',
        '<link rel="canonical" href="https://example.org/"><img src="figures/x.svg">',
        '<math xmlns="http://www.w3.org/1998/Math/MathML"></math>',
        "body { background: url(x.png) }",
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">',
        '<svg xmlns:xlink="http://www.w3.org/1999/xlink"><use xlink:href="#x"/></svg>',
    ],
)
def test_what_is_part_of_the_site_or_a_link_is_none(offline, text):
    assert offline.external_resources(text) == []


def test_the_built_site_loads_nothing_from_elsewhere(offline):
    site = DOCS / "_build" / "html"
    if not (site / "index.html").exists():
        pytest.skip("the site has not been built here")
    assert list(offline.external_resources_of(site)) == []
