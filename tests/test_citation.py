"""Citations: what is cited was checked, every displayed sum is true, and what strangers wrote stays text."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from fractions import Fraction
from importlib import metadata
from math import comb
from pathlib import Path

import pytest
import yaml

from proofs_check import CertificateError, bibtex, certificates, check_certificate, cite
from proofs_check.citation.blocks import _plain
from proofs_check.report.markup import mathml
from theory import optimal_combination, optimal_estimator
from theory.cli import main
from theory.typeset import orders_in_latex

ROOT = Path(__file__).parent.parent
WRITTEN_OUT = {
    "cube": (9, [0, 1, 8], "cube"),
    "full": (6, range(6), "cube"),
    "no intercept": (7, [2, 3], "cube"),
    "range": (8, [1, 7], "range"),
    "one order": (2, [1], "range"),
    "constant": (2, [0], "cube"),
    "error 0": (5, [0, 5], "cube"),
    "error 0, range": (4, [2, 4], "range"),
}
IN_SHORT = {"many orders": (25, range(25), "cube"), "long numbers": (120, [1, 20, 40, 60, 80, 111], "range")}


def certificate(kernel_size, orders, objective):
    return optimal_estimator(kernel_size, orders, objective=objective).certificate.to_dict()


@pytest.fixture(scope="module", params=[*WRITTEN_OUT.values(), *IN_SHORT.values()], ids=[*WRITTEN_OUT, *IN_SHORT])
def cited(request):
    source = certificate(*request.param)
    return source, cite(source)


def value(text):
    """Evaluate a sum of products of fractions."""
    tree = ast.parse(text.strip(), mode="eval").body

    def of(node):
        if isinstance(node, ast.Constant):
            return Fraction(node.value)
        if isinstance(node, ast.UnaryOp):
            return -of(node.operand)
        left, right = of(node.left), of(node.right)
        signs = {ast.Add: left + right, ast.Sub: left - right, ast.Mult: left * right}
        return left / right if isinstance(node.op, ast.Div) else signs[type(node.op)]

    return of(tree)


def equations(text):
    """Yield the left side, the sum and the value of each displayed equation; a line may go on in those after it."""
    for line in re.sub(r"\n +(?=[-+=] )", " ", text).splitlines():
        sides = [side.strip() for side in line.split(" = ")]
        if line.startswith("    ") and len(sides) == 3 and re.fullmatch(r"[-+*/0-9 ()]+", "".join(sides[1:])):
            yield sides


def phi(kernel_size, order, zeros):
    return Fraction(1) - Fraction(comb(zeros, order), comb(kernel_size, order)) if order else Fraction(1)


@pytest.mark.parametrize("problem", WRITTEN_OUT.values(), ids=WRITTEN_OUT)
def test_every_sum_is_true_and_all_sums_that_the_proof_needs_are_there(problem):
    source = certificate(*problem)
    d, beta = source["kernel_size"], {int(r): Fraction(b) for r, b in source["coefficients"].items()}
    w, error = {int(z): Fraction(weight) for z, weight in source["dual"].items()}, Fraction(source["error"])
    relative = source["objective"] == "range"
    weights = [Fraction(v) for v in source.get("target", ["0"] * (d - 1) + ["1"])]
    t = [Fraction(source.get("constant", 0)) + sum(weights[z:]) for z in range(d + 1)]
    found = {}
    for left, shown, total in equations(cite(source).to_text()):
        assert value(shown) == value(total)
        found[left] = (shown, value(total))
    # Each of them once more, from the definitions.
    vertices = range(1, d) if relative else range(d + 1)
    expected = {f"e_{z}": t[z] - sum(b * phi(d, r, z) for r, b in beta.items()) for z in vertices}
    assert max(map(abs, expected.values())) == error
    if relative:
        expected["sum_{r in R} beta_r"] = sum(beta.values())
    if error:
        expected |= {f"sum_z w_z phi_{r}(z)": sum(x * phi(d, r, z) for z, x in w.items()) for r in beta}
        expected |= {"sum_z |w_z|": sum(map(abs, w.values())), "sum_z w_z t_z": sum(x * t[z] for z, x in w.items())}
        m = expected[f"sum_z w_z phi_{min(beta)}(z)"]
        assert {expected[f"sum_z w_z phi_{r}(z)"] for r in beta} == {m}
        assert m == 0 or relative
        assert abs(expected["sum_z w_z t_z"] - m * (sum(weights) if relative else 1)) == error
    assert {left: total for left, (_, total) in found.items()} == expected
    # The products are those of the weights with the features, not only numbers with the right sum.
    for r in beta if error else ():
        products = [
            value(f"{sign} {product}")
            for sign, product in re.findall(r"(-?)\+? *([\d/]+ \* [\d/]+)", found[f"sum_z w_z phi_{r}(z)"][0])
        ]
        assert products == [w[z] * phi(d, r, z) for z in sorted(w)]


def test_a_sum_that_is_false_would_be_noticed():
    assert list(equations("    e_0 = 1/20 * 1\n        - 1/3 = 1/4\n    x = 1\ne_0 = 1 = 1")) == [
        ["e_0", "1/20 * 1 - 1/3", "1/4"]
    ]
    assert value("1/20 * 1 - 9/20 * 2/9") == Fraction(-1, 20)


def test_the_statement_is_that_of_the_certificate(cited):
    source, citation = cited
    text = " ".join(citation.to_text().split())
    d, error = source["kernel_size"], source["error"]
    assert "let m_r(x) be the mean of max_{j in J} x_j over all sets J" in text
    assert f"R^{d} " in text
    if len(error) <= 200:
        assert f"So {error} is the least possible error." in text
    assert (f"max_{{x in [0,1]^{d}}}" in text) == (source["objective"] == "cube")
    assert ("Nothing is better." in text) == (error != "0")


def test_all_forms_hold_the_same_and_no_latex_is_left_in_plain_text(cited):
    _, citation = cited
    assert "\\" not in citation.to_text().partition("REFERENCES")[0]
    assert "$" not in citation.to_text()
    for form in (citation.to_text(), citation.to_markdown(), citation.to_latex().replace("\\allowbreak{}", "")):
        assert citation.certified.sha256 in form
        assert len(form) < 20_000
    assert json.loads(citation.to_json())["sha256"] == citation.certified.sha256
    assert citation._repr_markdown_() == citation.to_markdown()


def test_formulas_of_markdown_can_be_typeset(cited):
    _, citation = cited
    source = citation.to_markdown().partition("## References")[0]
    # The converter knows no `aligned`: row by row.
    rows = [re.split(r" \\\\\n", block) for block in re.findall(r"\$\$\n(.*?)\n\$\$", source, re.DOTALL)]
    displayed = [re.sub(r"\\(begin|end)\{aligned\}|&", "", row).strip() for block in rows for row in block]
    inline = re.findall(r"\$([^$]+)\$", re.sub(r"\$\$.*?\$\$", "", source, flags=re.DOTALL))
    assert len(displayed) >= 3
    assert [latex for latex in [*displayed, *inline] if mathml(latex) is None] == []


def test_lines_of_plain_text_are_short_but_for_formulas(cited):
    _, citation = cited
    assert all(len(line) <= 88 for line in citation.to_text().splitlines() if not line.startswith(" "))


def test_the_hash_is_that_of_the_canonical_form_which_is_the_certificate():
    source = certificate(9, [0, 1, 8], "cube")
    said = cite(source).to_dict()
    assert hashlib.sha256(said["canonical"].encode("ascii")).hexdigest() == said["sha256"]
    assert json.loads(said["canonical"]) == source
    assert check_certificate(said["canonical"]) == Fraction(1, 20)


def test_what_is_left_out_is_said(cited):
    source, citation = cited
    text = " ".join(citation.to_text().split())
    in_short = len(source["orders"]) >= 20 or source["kernel_size"] >= 100
    assert ("The check evaluates all" in text) == in_short
    assert (f"The check evaluates these {len(source['orders']) + 2} sums exactly." in text) == in_short


def test_few_weights_are_written_out_where_residuals_are_many():
    text = cite(certificate(300, [0, 1, 299], "cube")).to_text()
    assert "The check evaluates all 301 residuals exactly." in text
    found = {left: (value(shown), value(total)) for left, shown, total in equations(text)}
    assert set(found) == {"sum_z |w_z|", "sum_z w_z t_z", *(f"sum_z w_z phi_{r}(z)" for r in (0, 1, 299))}
    assert all(one == other for one, other in found.values())


def test_a_huge_certificate_has_a_short_citation():
    source = certificate(150, range(0, 150, 3), "cube")
    text = cite(source, limit=None).to_text()
    assert len(text) < 6000
    assert "E ~ " in text
    assert not re.search(r"\d{60}", text.replace(cite(source, limit=None).certified.sha256, ""))


# --- combinations ---------------------------------------------------------------------------------------------------

COMBINATIONS = {
    "four maxima": ("3x3", "intercept,2x3,3x2", "cube"),
    "relative": ("3x3", "2x3,3x2,2x2", "range"),
    "no inputs": (2, "intercept", "cube"),
    "one pixel": (2, "at:1", "range"),
    "error 0": (3, "intercept,3,at:0", "cube"),
    "many": ("3x3", "intercept,1x1,1x2,2x1,2x2,1x3,3x1", "cube"),
}


@pytest.fixture(scope="module", params=COMBINATIONS.values(), ids=COMBINATIONS)
def cited_combination(request):
    kernel, subsets, objective = request.param
    source = optimal_combination(kernel, subsets, objective=objective).certificate.to_dict()
    return source, cite(source)


def named(subset):
    runs = orders_in_latex(subset).replace("\\ldots", "...")
    return re.sub(r"\\([{}])", r"\1", runs)


def test_every_sum_of_a_combination_is_true_and_that_of_its_certificate(cited_combination):
    source, citation = cited_combination
    text, relative = citation.to_text(), source["objective"] == "range"
    found = {left: (value(shown), value(total)) for left, shown, total in equations(text)}
    assert all(one == other for one, other in found.values())
    w = {tuple(j for j, c in enumerate(v) if c == "1"): Fraction(x) for v, x in source["dual"].items()}
    in_short = len(source["subsets"]) > 24
    if source["error"] == "0" or in_short:
        assert found == {}
        assert in_short == (
            f"The check evaluates these {len(source['subsets']) + 2} sums exactly." in " ".join(text.split())
        )
        return
    expected = {
        f"sum_S w_S M_{named(s)}(v_S)": sum(x for ones, x in w.items() if not s or set(s) & set(ones))
        for s in source["subsets"]
    }
    assert len(set(expected.values())) == 1
    expected |= {"sum_S |w_S|": 1, "sum_S w_S max(v_S)": sum(x for ones, x in w.items() if ones)}
    assert {left: total for left, (_, total) in found.items()} == expected
    assert ("whose entries are not all equal" in " ".join(text.split())) == relative


def test_a_combination_in_every_form(cited_combination):
    source, citation = cited_combination
    text = " ".join(citation.to_text().partition("REFERENCES")[0].split())
    assert "\\" not in text
    assert "$" not in text
    assert f"So {source['error']} is the least possible error." in text
    assert f"R^{source['kernel_size']} " in text
    said = citation.to_dict()
    assert said["subsets"] == source["subsets"]
    assert "orders" not in said
    assert "orders" not in said["check"]
    assert hashlib.sha256(said["canonical"].encode("ascii")).hexdigest() == said["sha256"]
    assert citation.to_latex().isascii()
    assert len(citation.to_latex()) < 12_000
    test_formulas_of_markdown_can_be_typeset(cited_combination)
    test_lines_of_plain_text_are_short_but_for_formulas(cited_combination)


def test_a_combination_that_is_wrong_is_not_cited(tmp_path, capsys):
    path = tmp_path / "c.json"
    source = optimal_combination(4, [(), (0, 1), (2, 3)]).certificate.to_dict()
    path.write_text(json.dumps(source))
    assert main(["cite", str(path), "--latex"]) == 0
    assert capsys.readouterr().out.startswith("% Needs")
    path.write_text(json.dumps(source | {"error": "1/5"}))
    assert main(["cite", str(path)]) == 1
    assert "nothing to cite: the value of the dual must be the error 1/5, found 1/4" in capsys.readouterr().err


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "c.json"
    path.write_text(json.dumps(certificate(9, [0, 1, 8], "cube")))
    return path


@pytest.mark.parametrize(
    ("option", "begins"),
    [(None, "STATEMENT"), ("--markdown", "## Statement"), ("--latex", "% Needs"), ("--bibtex", "@software{")],
)
def test_the_command_prints_each_form(option, begins, file, capsys):
    assert main(["cite", str(file), *filter(None, [option])]) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith(begins)
    assert printed.err == ""


def test_the_command_prints_json_alone(file, capsys):
    assert main(["cite", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["error"] == "1/20"


def test_what_the_checker_refuses_is_not_cited(file, capsys):
    file.write_text(file.read_text().replace('"error": "1/20"', '"error": "1/21"'))
    for option in ([], ["--json"], ["--latex"], ["--bibtex"]):
        assert main(["cite", str(file), *option]) == 1
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.startswith("subpool: ")
        assert "nothing to cite: the value of the dual must be the error 1/21, found 1/20" in printed.err
    with pytest.raises(CertificateError, match="found 1/20"):
        cite(file)


@pytest.mark.parametrize("content", ["", "{}", "[1]", "\x00", None])
def test_what_is_no_certificate_is_bad_input(content, tmp_path, capsys):
    path = tmp_path / "x.json"
    if content is not None:
        path.write_text(content)
    assert main(["cite", str(path)]) == 2
    assert capsys.readouterr().err.startswith("subpool: ")


def test_the_command_that_it_names_accepts_the_file(file):
    for source in (file, str(file)):
        assert cite(source).command == "python certificates.py c.json"
    assert (
        cite(file.read_text()).command
        == cite(json.loads(file.read_text())).command
        == "python certificates.py certificate.json"
    )
    done = subprocess.run(
        [sys.executable, certificates.__file__, str(file)], capture_output=True, text=True, check=True
    )
    assert cite(file).certified.sha256 in done.stdout


HOSTILE = "a`b```c$x$\\end{document}_&%#{}~^<b>\n$(id)'\x1b[2J.json"


def test_a_hostile_name_stays_text(tmp_path):
    path = tmp_path / HOSTILE.replace("/", "")
    path.write_text(json.dumps(certificate(2, [0], "cube")))
    citation = cite(path)
    latex, markdown, text = citation.to_latex(), citation.to_markdown(), citation.to_text()
    assert "\x1b" not in latex + markdown + text
    assert "\\end{document}" not in latex.replace("\\allowbreak{}", "")
    (fence,) = re.findall(r"^(`+)console$", markdown, re.MULTILINE)
    assert len(fence) > 3
    (line,) = [line for line in text.splitlines() if "certificates.py " in line and line.startswith("    ")]
    assert line.startswith("    python certificates.py 'a`b```c$x$")


def test_plain_text_knows_all_that_is_written():
    with pytest.raises(KeyError):
        _plain(r"\unheard x")


# --- what is cited besides ------------------------------------------------------------------------------------------


def fields(entry):
    found = dict(re.findall(r"^  (\w+) *= \{(.*)\},?$", bibtex()[entry], re.MULTILINE))
    return {name: re.sub(r"[{}]", "", text.replace(r"{\c{c}}", "ç")) for name, text in found.items()}


@pytest.fixture(scope="module")
def cff():
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_the_software_is_cited_alike_everywhere(cff):
    software = fields("subpool")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert software["title"] == cff["title"]
    assert software["version"] == cff["version"] == metadata.version("subpool")
    assert software["license"] == cff["license"] == project["license"]
    names = [author.get("name") or f"{author['family-names']}, {author['given-names']}" for author in cff["authors"]]
    assert software["author"] == " and ".join(names)
    assert [author["name"] for author in project["authors"]] == [
        re.sub(r"(.*), (.*)", r"\2 \1", name) for name in names
    ]


def test_entries_in_the_readme_are_those_of_the_package():
    shown = re.findall(r"^@.*?^\}$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert set(shown) <= set(bibtex().values())


def test_the_paper_is_cited_alike_everywhere(cff):
    paper, preferred = fields("matoba2023benefits"), cff["preferred-citation"]
    assert paper["title"] == preferred["title"]
    assert paper["journal"] == preferred["journal"]
    assert int(paper["year"]) == preferred["year"]
    assert paper["url"] == preferred["url"]
    names = [f"{author['family-names']}, {author['given-names']}" for author in preferred["authors"]]
    assert paper["author"] == " and ".join(names)
