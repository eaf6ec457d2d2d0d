"""Results as mathematics: LaTeX that is whole, tables of a bounded size, pictures, and no code of strangers."""

from __future__ import annotations

import copy
import itertools
import json
import pickle
import re
import subprocess
import sys
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sympy

from proofs_check import Verdict, verify
from proofs_check.report.markup import mathml
from theory import (
    Certificate,
    Estimator,
    closed_forms,
    optimal_combination,
    optimal_estimator,
    pareto_front,
    residual_distribution,
)
from theory.cli import main
from theory.frontier.chunk import solve_chunk
from theory.guess.formula import Formula
from theory.plotting import panel
from theory.residual import ResidualDistribution
from theory.typeset import LINE, Shown, equation, fraction, text, width

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
HOSTILE = "<script>alert(1)</script>$\\href{javascript:x}{y}$ & \x1b[2J \\end{aligned} 50%_#{}~^|\udcff中"


def results():
    best = optimal_estimator(9, [0, 1, 8])
    large = optimal_estimator(40, range(0, 40, 2))
    return {
        "estimator": best,
        "relative": optimal_estimator(8, [1, 7], objective="range"),
        "least squares": optimal_estimator(8, [0, 1, 7], objective="l2"),
        "given": Estimator(4, {0: Fraction(3, 8), 1: 1}),
        "zero": Estimator(4, {1: 0}),
        "maximum": optimal_estimator(4, [0, 4]),
        "large estimator": large,
        "certificate": best.certificate,
        "certificate of error 0": optimal_estimator(4, [0, 4]).certificate,
        "large certificate": large.certificate,
        "combination": optimal_combination("3x3", "intercept,2x3,3x2"),
        "relative combination": optimal_combination("3x3", "2x3,3x2,2x2", objective="range"),
        "certificate of a combination": optimal_combination(4, [(), (0, 1), (2, 3)]).certificate,
        "large combination": optimal_combination(9, [(), *itertools.combinations(range(9), 2)]).certificate,
        "law": residual_distribution(best),
        "point mass": ResidualDistribution([0, 0, 0]),
        "front": pareto_front(solve_chunk(6, (0,), 0, 32), "terms"),
        "verdict": verify(["closed-form-mean-and-last"], kernel_max=5)[0],
        "refuted": Verdict("c", "refuted", "d = 2..2", "tight", Fraction(1, 3), Fraction(1), "at d = 2", 0.1),
        "hostile": Verdict(HOSTILE, "unknown", HOSTILE, "tight", None, None, HOSTILE, 0.1),
        "formula": Formula.from_texts(["d/2", "d**2 + binomial(d, 2)"]),
        **{f"family {name}": family for name, family in closed_forms.items()},
    }


RESULTS = results()


@pytest.fixture(params=RESULTS.values(), ids=RESULTS)
def result(request):
    return request.param


def rows(latex):
    """Return the parts of a formula that a converter knows: the cells of its rows."""
    inner = re.sub(r"\\(begin|end)\{(aligned|gathered|array|cases)\}(\{[lr]+\})?|\\hline", "", latex)
    return [cell for row in inner.split(r"\\") for cell in re.split(r"(?<!\\)&(?:\\quad)?", row) if cell.strip()]


def test_all_results_are_shown_by_one_mechanism(result):
    assert isinstance(result, Shown)
    assert type(result)._repr_html_ is Shown._repr_html_
    assert type(result)._repr_latex_ is Shown._repr_latex_


def test_latex_is_whole(result):
    latex = result.to_latex()
    assert latex.isascii()
    assert latex.isprintable() or set(filter(lambda c: not c.isprintable(), latex)) == {"\n"}
    begun = re.findall(r"\\begin\{(\w+)\}", latex)
    assert sorted(begun) == sorted(re.findall(r"\\end\{(\w+)\}", latex))
    bare = re.sub(r"\\[{}]", "", latex)
    depths = [bare[: i + 1].count("{") - bare[: i + 1].count("}") for i in range(len(bare))]
    assert min(depths) == depths[-1] == 0
    assert bare.count("$") % 2 == 0


def test_formulas_can_be_typeset(result):
    latex = result.to_latex()
    if latex.count("$") <= 2:  # signs within text within mathematics are more than the converter knows
        assert [part for part in rows(latex) if mathml(part) is None and "$" not in part] == []


class _Reader(HTMLParser):
    """Reads what a browser makes of a page: the tags, and the text outside of ``code``, where formulas are typeset."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.open, self.typeset = set(), [], ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "code" not in self.open:
            self.typeset += data


def test_tables_are_well_formed_small_and_hold_no_code_of_strangers(result):
    source = result._repr_html_()
    if isinstance(result, Formula) or source is None:
        assert not list(result._facts())
        return
    page = _Reader(source)
    assert page.open == []
    assert page.tags <= {"table", "tbody", "thead", "tr", "td", "th", "code"}
    assert len(source) < 12_000
    assert "\x1b" not in source
    assert "href" not in page.typeset.replace("$\\backslash$href", "")


def test_a_strangers_text_is_text_in_latex():
    shown = text(HOSTILE)
    assert shown.isascii()
    assert "\\end" not in shown
    assert "\\href" not in shown
    assert r"$\%$$\_$$\#$$\{$$\}$$\sim$$\hat{\ }$$|$" in shown


def test_the_estimator_that_is_shown_is_the_estimator(result):
    if not isinstance(result, Estimator):
        return
    terms = result.to_sympy()
    symbols = {sympy.Symbol(f"m_{r}"): sympy.Integer(r * r + 3) for r in result.orders if r}
    expected = sum((b * (r * r + 3 if r else 1) for r, b in result.coefficients.items()), Fraction(0))
    assert terms.subs(symbols) == sympy.Rational(expected.numerator, expected.denominator)
    first = result.to_latex().partition(r"E")[0].replace(r"\quad", "")
    found = re.findall(r"([-+]?) *(?:\\frac\{(\d+)\}\{(\d+)\}|(\d+))? *m_\{(\d+)\}\(x\)", first)
    shown = {int(r): Fraction(int(f"{s or '+'}1")) * Fraction(int(p or n or 1), int(q or 1)) for s, p, q, n, r in found}
    assert shown == {r: b for r, b in result.coefficients.items() if r and b}


def test_numbers_of_any_length_are_written_in_lines():
    number = Fraction(7**600, 10**150 + 1)
    numerator, denominator = fraction(number).removeprefix(r"\frac{").split("}{\\begin")
    assert max(map(len, re.findall(r"\d+", fraction(number)))) == LINE
    assert "".join(re.findall(r"\d+", numerator)) == str(7**600)
    assert "".join(re.findall(r"\d+", denominator)) == str(10**150 + 1)
    assert len(re.findall(r"\d", fraction(Fraction(10**5000)))) == 5001  # Python converts no more than 4,300
    assert fraction(Fraction(-1, 3)) == r"-\frac{1}{3}"


def test_lines_are_no_wider_than_a_column():
    for lines in (
        equation("f(x)", [f"+ {fraction(Fraction(n, 3**n))} m_{{{n}}}(x)" for n in range(1, 40)]),
        equation("x", ["1"]),
    ):
        assert all(width(line) <= LINE + 2 for line in lines)
        assert lines[0].startswith(("f(x) &= ", "x &= "))
        assert all(line.startswith("&\\quad ") for line in lines[1:])


def test_a_notebook_is_given_no_endless_formula():
    large = optimal_estimator(150, range(0, 150, 3))
    assert large._repr_latex_() is None
    assert len(large._repr_html_()) < 5000
    assert "27 more" in large._repr_html_()


# --- families -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", closed_forms.values(), ids=closed_forms)
def test_coefficients_in_units_of_the_error_are_the_coefficients(family):
    # The symbol of the error stands for the error: put in, the formula is that of the family.
    d = family.valid_from + 4
    for block in family.blocks:
        multiple = block.coefficient / family.parametric_error_formula
        values = {sympy.Symbol(name): value for name, value in {**family.parameters, "d": d, "k": d - 1}.items()}
        both = [
            (f * e).subs(values).doit()
            for f, e in ((multiple, family.parametric_error_formula), (block.coefficient, 1))
        ]
        assert both[0] == both[1]


# --- pictures -------------------------------------------------------------------------------------------------------


def test_the_residuals_that_are_drawn_are_those_of_the_estimator():
    best = optimal_estimator(9, [0, 1, 8])
    axes = best.plot()
    drawn = {label: line for line in axes.lines if not (label := line.get_label()).startswith("_")}
    points = {int(z): e for line in drawn.values() for z, e in zip(*line.get_data(), strict=True)}
    assert points == pytest.approx({z: float(e * 20) for z, e in enumerate(best.vertex_residuals)})
    assert drawn["largest size"].get_xdata().tolist() == list(best.equioscillation)
    assert "1/20" in axes.get_ylabel()


@pytest.mark.parametrize(
    "name", ["relative", "least squares", "given", "zero", "maximum", "large estimator", "law", "point mass", "front"]
)
def test_results_draw_on_new_axes_and_on_given_ones(name):
    given = panel(None)
    assert RESULTS[name].plot(given) is given
    axes = RESULTS[name].plot()
    assert axes is not given
    assert axes.get_xlabel()
    assert axes.get_ylabel()


def test_errors_below_all_floats_are_drawn():
    tiny = Fraction(1, 10**400)
    axes = Estimator(2, {0: tiny, 2: 1}).plot()
    assert {abs(e) for line in axes.lines if line.get_label() == "largest size" for e in line.get_ydata()} == {1.0}
    law = ResidualDistribution([tiny, 0, -tiny]).plot()
    (line,) = law.lines
    assert max(line.get_ydata()) == pytest.approx(1, abs=1e-9)
    assert "1.0e-400" in law.get_xlabel()


def test_the_law_that_is_drawn_has_mass_one():
    (line,) = residual_distribution(optimal_estimator(9, [0, 1, 8])).plot().lines
    x, y = line.get_data()
    assert float(((y[1:] + y[:-1]) / 2 * (x[1:] - x[:-1])).sum()) == pytest.approx(1, abs=1e-3)


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    from theory.errors import MissingDependencyError

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for name in ("estimator", "law", "front"):
        with pytest.raises(MissingDependencyError, match="plots"):
            RESULTS[name].plot()


# --- fronts ---------------------------------------------------------------------------------------------------------


def test_a_front_is_a_tuple_and_is_copied_whole():
    front = RESULTS["front"]
    assert isinstance(front, tuple)
    for other in (copy.copy(front), copy.deepcopy(front), pickle.loads(pickle.dumps(front))):
        assert other == front == tuple(front)
        assert other.budget == "terms"
        assert other.to_latex() == front.to_latex()


# --- the command ----------------------------------------------------------------------------------------------------


def test_solve_prints_latex_alone(capsys):
    assert main(["solve", "3x3", "--orders", "0,1,8", "--latex"]) == 0
    assert capsys.readouterr().out == RESULTS["estimator"].to_latex() + "\n"


def test_table_prints_latex_alone(capsys):
    assert main(["table", "3x3", "--latex"]) == 0
    printed = capsys.readouterr().out
    assert r"E(d, \{0, 1, d - 1\}) & \frac{1}{2 d + 2} & \frac{1}{20} \\" in printed
    assert printed.count(r"\\") == sum(family.valid_from <= 9 for family in closed_forms.values())


@pytest.mark.parametrize("command", [["solve", "9", "--orders", "0,1"], ["table", "9"]])
def test_one_form_at_a_time(command, capsys):
    assert main([*command, "--latex", "--json"]) == 2
    assert "not allowed with" in capsys.readouterr().err


def test_latex_of_a_solution_loads_no_sympy():
    solve = "main(['solve', '9', '--orders', '0,1', '--latex'])"
    code = f"import sys; from theory.cli import main; {solve}; print('sympy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"


def test_a_certificate_that_was_read_shows_what_it_holds():
    read = Certificate.from_json(RESULTS["certificate"].to_json())
    assert r"w_{7} = -\frac{9}{20}" in read.to_latex()


# --- notebooks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_every_notebook_has_a_picture(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert any("image/png" in output.get("data", ()) for cell in cells for output in cell.get("outputs", ()))
