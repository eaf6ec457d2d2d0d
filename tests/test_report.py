import json
import os
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from html import escape, unescape
from html.parser import HTMLParser
from xml.etree.ElementTree import tostring

import pytest
from sympy import Symbol, binomial

from proofs_check import Claim, Verdict, claims, verify
from proofs_check.coq import KernelRecord, KernelTheorem
from proofs_check.proof import ConstantSum, Identity, Proof, Region, Sign, Telescoping, free
from proofs_check.report import Run, this_run, write_report
from proofs_check.report.markup import display, el, formula, mathml, prose
from proofs_check.report.plots import plot
from proofs_check.report.run import _commit_of
from proofs_check.statement import INTERCEPT, Instance, least_kernel_size
from tests.javascript import ENGINES, browse
from theory.errors import InputError, StorageError
from theory.rationals import from_string

HOSTILE = "<script>alert(\"1\")</script> & 'quotes' <img src=x onerror=alert(2)>"
LONG = Fraction(10**5000 + 1, 3)
THEOREM = KernelTheorem("Some.theorem", "Some.v", "what it says", "forall x, x = x", 1.0)
KERNEL = KernelRecord("8.16.1", (THEOREM,))
RUN = Run("subpool 1.2.3", "2026-01-02 03:04 UTC", "f" * 40, KERNEL)
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class _Page(HTMLParser):
    """Checks that every tag is closed in order, and remembers what is asked about below."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.ids, self.attributes = [], Counter(), [], []
        self.classes = Counter()
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        assert len(given) == len(attrs), f"an attribute of <{tag}> occurs twice"
        self.tags[tag] += 1
        self.classes.update((given.get("class") or "").split())
        self.attributes += attrs
        if "id" in given:
            self.ids.append(given["id"])
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def _samples(*values):
    return tuple(Instance(f"d = {d}", d, Fraction(v), Fraction(v)) for d, v in enumerate(values, start=2))


def _steps():
    n, k, u = Symbol("n"), Symbol("k"), free("u")
    region = Region(r"n \ge 2", {n: u + 2})
    return (
        Identity(r"Pascal's rule for \(n\) & more", binomial(n + 1, 2), binomial(n, 2) + n, region),
        Sign("a square", n**2, (n**2,), region),
        Telescoping("a sum", k + 1, k, Symbol("a"), n, k, n, region),
        ConstantSum("another", binomial(n, k), k, n, 0, Symbol("a"), n, k, n),
    )


def _cases():
    false = Claim("false-neighbour", r"E = \frac{1}{3}", "tight", "test")
    known = {
        "proved-one": Claim(
            "proved-one",
            r"E(d, \{0, 1..d-1\}) = \frac{1}{\binom{d}{\lfloor d/2 \rfloor}}",
            "tight",
            "a paper",
            hypotheses=(least_kernel_size(3).failing_at(d=2), INTERCEPT),
            topic="depth",
            idea=r"Weights \(2^{-d}\) do it, as \(" + "1 + " * 60 + r"1 = 61\).",
            proof=lambda: Proof(_steps(), 4, r"By \(d\) & induction.", r"Hence \(E\) & no less."),
            neighbours=(false,),
        ),
        "verified-one": Claim("verified-one", r"E \ge 0", "lower", "this project"),
        "refuted-one": Claim("refuted-one", rf"\text{{{HOSTILE}}}", "upper", HOSTILE, idea=HOSTILE, scope=HOSTILE),
        "unknown-one": Claim("unknown-one", r"\begin{cases} 1 & d > 2 \\ 0 & \text{else} \end{cases}", "identity", "x"),
    }
    halves = _samples(*(Fraction(1, 2**d) for d in range(2, 9)))
    verdicts = [
        Verdict("proved-one", "proved", "d >= 3", "tight", Fraction(1, 3), Fraction(1, 3), None, 0.5, 7, 4, halves),
        Verdict("verified-one", "verified", "d = 2..4", "lower", LONG, Fraction(1), None, 1.0, 3, 0, _samples(LONG)),
        Verdict("refuted-one", "refuted", HOSTILE, "upper", Fraction(2), Fraction(1), HOSTILE, 0.25, 1),
        Verdict("unknown-one", "unknown", "none", "identity", None, None, "install the extra", 0.0),
    ]
    return verdicts, known


@pytest.fixture
def written(tmp_path):
    verdicts, known = _cases()
    return write_report(verdicts, known, tmp_path / "new" / "report", run=RUN)


# --- the page -------------------------------------------------------------------------------------------------------


def test_the_page_is_well_formed_and_has_every_claim(written):
    page = _Page(written.read_text(encoding="utf-8"))
    in_order = ["verified-one", "refuted-one", "unknown-one", "proved-one"]
    assert [i for i in page.ids if i.startswith("claim-")] == [f"claim-{name}" for name in in_order]
    assert [i for i in page.ids if i.startswith("group-")] == ["group-beyond-the-paper", "group-depth"]
    assert len(page.ids) == len(set(page.ids))
    led_to = {value.removeprefix("#") for name, value in page.attributes if name in ("href", "for")}
    assert led_to == set(page.ids)


def test_the_page_loads_nothing(written):
    html = written.read_text(encoding="utf-8")
    page = _Page(html)
    assert all(v.startswith("#") for name, v in page.attributes if name in ("src", "href", "data", "action", "srcset"))
    assert page.tags["script"] == page.tags["link"] == page.tags["img"] == 0
    assert "@import" not in html
    assert "url(" not in html
    assert "default-src 'none'" in html


def test_hostile_text_stays_text(written):
    html = written.read_text(encoding="utf-8")
    assert "<script" not in html
    assert "<img" not in html
    assert not any(name.startswith("on") for name, _ in _Page(html).attributes)
    places = {
        "statement": '<div class="formula"><code class="latex">\\text{{{}}}</code>',
        "scope": "<dt>Scope</dt>\n<dd>{}; checked for all of it</dd>",
        "source": "<dt>Source</dt>\n<dd>{}</dd>",
        "idea": "<dt>Idea</dt>\n<dd>{}</dd>",
        "witness": "<strong>Refuted: </strong>{}: computed",
    }
    shown = escape(HOSTILE, quote=False)
    assert [name for name, place in places.items() if place.format(shown) not in html] == []


def test_what_is_not_true_comes_first(written):
    html = written.read_text(encoding="utf-8")
    notice = html.index('role="alert"')
    assert html.index("<h1>") < notice < html.index("<h2>")
    assert "2 claims of this report must not be taken as true" in html
    assert html.index("#claim-refuted-one", notice) < html.index("#claim-unknown-one", notice) < html.index("<h2>")
    assert re.findall(r'data-count="(\w+)">(\d)', html) == [
        ("proved", "1"),
        ("verified", "1"),
        ("refuted", "1"),
        ("unknown", "1"),
    ]


def test_without_failures_there_is_no_alarm(tmp_path):
    verdicts, known = _cases()
    html = write_report(verdicts[:2], known, tmp_path).read_text(encoding="utf-8")
    assert 'role="alert"' not in html
    assert "claim-refuted-one" not in html


def test_a_failing_comparison_is_not_shown_as_true(written):
    row = re.search(r'<tr class="entry refuted".*?</tr>', written.read_text(encoding="utf-8"), re.DOTALL).group()
    assert '<td class="relation wide">&gt;</td>' in row
    assert "≤" not in row


def test_a_failed_proof_is_not_called_a_proof(tmp_path):
    (verdict, *_), known = _cases()
    failed = Verdict(**{**vars(verdict), "status": "unknown", "witness": "the proof fails", "steps": 0})
    html = write_report([failed], known, tmp_path).read_text(encoding="utf-8")
    assert "Proof, in" not in html
    assert "Attempted proof" in html
    assert "computed " not in re.search(r'<div class="notice unknown"><p>.*?</div>', html, re.DOTALL).group()


def test_steps_are_shown_with_their_formulas(written):
    html = written.read_text(encoding="utf-8")
    assert "<summary>Proof, in 4 steps</summary>" in html
    assert "7 exact instances and 4 symbolic steps" in html
    assert "<p>Pascal's rule for <math" in html
    assert html.index("Proof, in 4 steps") < html.rindex("Left to words") < html.index("&amp; no less.")
    assert re.search(r' \(constant sum for <span class="nowrap"><math[^>]* alttext="n \\ge 0"', html)
    assert 'alttext="n^{2} \\ge 0"' in html
    proof = re.search(r"<summary>Proof, in 4 steps</summary>.*?</details>", html, re.DOTALL)[0]
    assert 'class="latex"' not in proof


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (None, "must refute"),
        ("refuted", "as it must be: at d = 2"),
        ("unknown", "? unknown</span>: at d = 2"),
        ("verified", "although it is false"),
    ],
)
def test_negative_controls(tmp_path, status, text):
    (proved, *others), known = _cases()
    control = Verdict("false-neighbour", status, "", "tight", None, None, "at d = 2", 0.0)
    checked = replace(proved, controls=(control,)) if status else proved
    html = write_report([checked, *others], known, tmp_path).read_text(encoding="utf-8")
    assert html.index("Negative control: a false statement") < html.index(text)
    assert re.search(r"at an instance\s+at which both sides are known exactly", html)
    assert ("as it must be" in html) == (status == "refuted")
    assert ("at fault" in html) == (status == "verified")
    (neighbour,) = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["claims"][0]["neighbours"]
    assert (neighbour["status"], neighbour["witness"]) == ((status, "at d = 2") if status else (None, None))


def test_long_numbers_are_short_at_first_and_whole_on_demand(written):
    html = written.read_text(encoding="utf-8")
    assert "≈ 3.33333e+4999" in html
    assert re.search(r"<details><summary>.*?\(5003 characters\)</summary>\s*<code>1000\d+/3</code></details>", html)


def test_hypotheses_are_shown_with_where_the_statement_fails_without_them(written):
    html = written.read_text(encoding="utf-8")
    shown = re.search(r'<dl class="statement">.*?</dl>', html, re.DOTALL).group()
    assert re.findall(r"<dt>(.*?)</dt>", shown) == ["If", "and", "then"]
    assert re.findall(r'<span class="why"> (.*?)</span>', shown) == ["needed: fails at d = 2", "not known to be needed"]
    assert "<dd>d &gt;= 3; proved for all of it</dd>" in html


def test_the_page_says_what_a_proof_leaves_to_words_and_what_verified_covers(written):
    legend = re.search(r'<ul class="statuses">.*?</ul>', written.read_text(encoding="utf-8"), re.DOTALL).group()
    assert "Left to words are how the steps are joined" in legend
    assert "beyond it nothing is said" in legend


# --- the run --------------------------------------------------------------------------------------------------------


def test_the_report_says_which_run_it_comes_from(written):
    html = written.read_text(encoding="utf-8")
    assert "<dd>subpool 1.2.3</dd>" in html
    assert "<dd>2026-01-02 03:04 UTC</dd>" in html
    assert f"<dd>{'f' * 40}</dd>" in html
    assert "Coq 8.16.1 has accepted 1 theorem, without assumptions" in html
    assert "<code>Some.theorem</code>: what it says" in html
    data = json.loads((written.parent / "report.json").read_text(encoding="utf-8"))["run"]
    assert data == {
        "program": "subpool 1.2.3",
        "date": "2026-01-02 03:04 UTC",
        "commit": "f" * 40,
        "kernel": {
            "coq": "8.16.1",
            "missing": None,
            "theorems": [{"theorem": "Some.theorem", "meaning": "what it says", "assumptions": "none"}],
        },
    }


def test_a_run_without_kernel_and_commit_says_so(tmp_path):
    run = Run("subpool 1.2.3", "2026-01-02 03:04 UTC", None, KernelRecord(missing=HOSTILE))
    html = write_report(*_cases(), tmp_path, run=run).read_text(encoding="utf-8")
    assert "not asked: &lt;script&gt;" in html
    assert "does not lie in a repository" in html
    assert "has accepted" not in re.search("<header>.*</header>", html, re.DOTALL).group()


def test_the_date_is_that_of_source_date_epoch(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert this_run().date == "1970-01-02 00:00 UTC"


@pytest.mark.parametrize("given", ["", "yesterday", "1e3", "9" * 30])
def test_a_date_that_is_none(monkeypatch, given):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", given)
    with pytest.raises(InputError, match="SOURCE_DATE_EPOCH is a number of seconds since 1970"):
        this_run()


def _git(folder, *arguments):
    identity = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.skipif(shutil.which("git") is None, reason="no git on the path")
def test_the_commit_is_that_of_the_sources_own_repository(tmp_path, monkeypatch):
    assert _commit_of(tmp_path) is None
    _git(tmp_path, "init", "--quiet")
    assert _commit_of(tmp_path) is None, "no commit yet"
    (tmp_path / "a.txt").write_text("a")
    _git(tmp_path, "add", "a.txt")
    _git(tmp_path, "commit", "--quiet", "-m", "a")
    _git(tmp_path, "tag", "-m", "v1", "v1")
    commit = _git(tmp_path, "rev-parse", "HEAD")
    assert _commit_of(tmp_path) == commit
    (tmp_path / "a.txt").write_text("b")
    assert _commit_of(tmp_path) == f"{commit}-dirty"
    (tmp_path / "installed").mkdir()
    assert _commit_of(tmp_path / "installed") is None, "what lies above is of somebody else"
    monkeypatch.setenv("PATH", "")
    assert _commit_of(tmp_path) is None


# --- JSON -----------------------------------------------------------------------------------------------------------


def test_json_is_exact(written):
    data = json.loads((written.parent / "report.json").read_text(encoding="utf-8"))["claims"]
    verdicts, known = _cases()
    assert [entry["claim"] for entry in data] == list(known)
    for entry, verdict in zip(data, verdicts, strict=True):
        assert entry.items() >= verdict.to_dict().items()
        assert entry["statement"] == known[verdict.claim].statement
        assert entry["source"] == known[verdict.claim].source
        assert [from_string(s["computed"]) for s in entry["samples"]] == [s.computed for s in verdict.samples]
    assert from_string(data[1]["computed"]) == LONG
    assert data[0]["hypotheses"] == [{"text": r"d \ge 3", "beyond": "d = 2"}, {"text": r"0 \in R", "beyond": None}]
    assert [data[0][name] for name in ("stated_for", "origin", "subject")] == ["d >= 3", "others", "depth"]
    assert data[0]["closing"] == r"Hence \(E\) & no less."
    assert [entry["origin"] for entry in data] == ["others", "ours", "others", "others"]
    unchecked = {"claim": "false-neighbour", "statement": r"E = \frac{1}{3}", "status": None, "witness": None}
    assert data[0]["neighbours"] == [unchecked]


# --- formulas -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "latex", ["", "<b>", r"\text{<b>}", r"\text{a & b}", r"\left( a", r"\frac{a", r"\unheard{x}", r"a^b^c", r"\sum^"]
)
def test_formulas_convert_or_fall_back_to_their_source(latex):
    shown = formula(latex)
    if shown.tag == "code":
        assert shown.text == latex
    else:
        assert latex == "<b>", "only this one is mathematics"
    _Page(tostring(shown, encoding="unicode", method="html"))


def test_a_claim_that_cannot_be_typeset_shows_its_source(tmp_path):
    verdicts, known = _cases()
    html = write_report(verdicts, known, tmp_path).read_text(encoding="utf-8")
    assert html.count('class="latex"') == 1
    assert '<code class="latex">\\text{&lt;script' in html


def test_no_claim_needs_the_fallback():
    everything = [c for claim in claims().values() for c in (claim, *claim.neighbours)]
    assert everything
    assert [c.name for c in everything if mathml(c.statement, display=True) is None] == []
    ideas = [el("p", *prose(c.idea)) for c in everything]
    assert [code.text for idea in ideas for code in idea.iter("code")] == []
    assert [c.name for c in everything if "\\(" in "".join(n for n in prose(c.idea) if isinstance(n, str))] == []


def test_exponents_of_binomials_apply_to_the_whole():
    power = mathml(r"\binom{d}{r}^{-1}").find(".//msup")
    assert ["".join(part.itertext()) for part in power] == ["(dr)", "−1"]


def test_limits_stand_below_where_the_formula_is_displayed():
    assert [e.tag for e in mathml(r"\max_{x} \sum_{k=0}^d k", display=True)[0]][:2] == ["munder", "munderover"]


def test_a_long_formula_is_cut_where_a_line_may_end_and_a_short_one_is_not():
    parts = display(r"a \min(b + c) + \left(b + c\right) = d \text{ for all } e \in F,\ G").findall("math")
    assert ["".join(part.itertext()) for part in parts] == [
        "amin(b+c)",
        "+(b+c)",
        "=d",
        "\xa0for\xa0",
        "all\xa0",
        "e∈F,\xa0",
        "G",
    ]
    assert [part[0][0].get("form") for part in parts[1:3]] == ["infix", "infix"]
    assert {part.get("displaystyle") for part in parts} == {"true"}
    assert len(display("a = b + c").findall("math")) == 1


def test_nothing_is_cut_within_fences_that_stretch():
    parts = display(r"P\Big(\frac{a}{b} \le ttttttttttttt\Big) = 1").findall("math")
    assert ["".join(part.itertext()) for part in parts] == ["P(ab≤ttttttttttttt)", "=1"]


def test_a_comma_stays_with_a_formula_that_is_cut():
    (shown,) = prose(r"\(a + b + c + d + e + f + g + h + i + j + p + q + r = k\),")
    assert shown.get("class") == "math"
    assert "".join(shown[-1].itertext()) == "=k,"


def test_prose_alternates_text_and_formulas():
    nodes = prose(r"\(a\) and \(b\), 1 < 2 \(")
    assert [n if isinstance(n, str) else n.tag for n in nodes] == ["math", " and ", "span", r" 1 < 2 \("]
    assert "".join(nodes[2].itertext()) == "b,", "a comma stays with its formula"
    assert prose("") == []


# --- plots ----------------------------------------------------------------------------------------------------------


def _texts(svg):
    return [e.text for e in svg.iter("text")]


@pytest.mark.parametrize(
    ("values", "label"),
    [
        ((Fraction(1, 2), Fraction(1, 3), Fraction(1, 4)), "value"),
        ((1, 1, 1), "value"),
        ((7, 2000, 12), "value (log scale)"),
        (tuple(Fraction(1, 2**d) for d in range(2, 90)), "value (log scale)"),
        (tuple(Fraction(d, 10**400) for d in range(4, 9)), "value (log scale)"),
    ],
)
def test_plots_have_labelled_axes_and_stay_inside(values, label):
    svg = plot(_samples(*values), "c")
    texts = _texts(svg)
    assert {label, "kernel size d", "claimed", "computed"} <= set(texts)
    assert len(texts) >= 8, "ticks on both axes"
    assert svg.find("title").text == f"c: computed and claimed values for kernel sizes 2 to {len(values) + 1}"
    _, _, width, height = map(float, svg.get("viewBox").split())
    circles = list(svg.iter("circle"))
    assert len(circles) == 2 * len(values) + 2
    assert all(0 < float(c.get("cx")) < width and 0 < float(c.get("cy")) < height for c in circles)


def test_equal_values_are_drawn_at_one_point_and_larger_ones_higher():
    svg = plot(_samples(1, 2, 3), "c")
    rings, dots = (
        [(c.get("cx"), float(c.get("cy"))) for c in svg.find(f"./g[@class='{name}']")]
        for name in ("claimed", "computed")
    )
    assert rings == dots
    assert rings[0][1] > rings[1][1] > rings[2][1]


def test_a_plot_needs_three_positive_values():
    assert plot(_samples(1, 2), "c") is None
    assert plot(_samples(1, 0, -2, 3), "c") is None
    assert plot(_samples(1, 0, 2, 3), "c") is not None


# --- files ----------------------------------------------------------------------------------------------------------


def test_only_the_two_files_are_touched_and_old_reports_replaced(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "index.html").write_text("old")
    verdicts, known = _cases()
    assert write_report(verdicts, known, tmp_path) == tmp_path / "index.html"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["index.html", "notes.txt", "report.json"]
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert "old" not in (tmp_path / "index.html").read_text(encoding="utf-8")[:20]


def test_two_reports_of_the_same_verdicts_are_the_same(tmp_path, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    for name in "ab":
        write_report(*_cases(), tmp_path / name)
    for file in ("index.html", "report.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def _fails(folder):
    with pytest.raises(StorageError, match="cannot write") as caught:
        write_report(*_cases(), folder)
    assert "\n" not in str(caught.value)


def test_a_file_in_the_place_of_the_folder(tmp_path):
    place = tmp_path / "report"
    place.write_text("mine")
    _fails(place)
    _fails(place / "deeper")
    assert place.read_text() == "mine"


def test_a_folder_in_the_place_of_a_file_leaves_the_other_file_alone(tmp_path):
    (tmp_path / "index.html").mkdir()
    (tmp_path / "report.json").write_text("old")
    _fails(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["index.html", "report.json"]
    assert (tmp_path / "report.json").read_text() == "old"


def test_a_full_disk_leaves_the_old_report(tmp_path, monkeypatch):
    page = write_report(*_cases(), tmp_path)
    before = page.read_bytes()

    def full(path, *_args, **_options):
        path.touch()
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    _fails(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["index.html", "report.json"]
    assert page.read_bytes() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(tmp_path):
    tmp_path.chmod(0o500)
    _fails(tmp_path)
    _fails(tmp_path / "new")
    tmp_path.chmod(0o700)


def test_a_verdict_without_a_claim(tmp_path):
    with pytest.raises(InputError, match="no claim 'proved-one'"):
        write_report(_cases()[0], {}, tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_elements_keep_the_order_of_text_and_children():
    shown = el("p", "a", el("b", "b"), "c", None, "d", el("i"), class_=None)
    assert tostring(shown, encoding="unicode", method="html") == "<p>a<b>b</b>cd<i></i></p>\n"


# --- in a browser ---------------------------------------------------------------------------------------------------

# A copy of the page without its ban on scripts reports what the browser made of it. It stands in a frame, as no window
# is narrower than 500 pixels, and posts what it finds to the page around it, which keeps it as an attribute.
PROBE = """<script>
const all = (selector) => [...document.querySelectorAll(selector)];
const shown = (selector) => all(selector).filter(e => e.getClientRects().length).map(e => e.id || e.textContent);
const overflow = (e) => getComputedStyle(e).overflowX;
const boxOf = (e) => { do { e = e.parentElement; } while (e && overflow(e) == 'visible'); return e; };
const filtered = {};
for (const button of all('.browse > input[type=radio]')) {
  button.click();
  filtered[button.id] = [shown('.claim'), shown('.group'), shown('.entry').length];
  document.getElementById(button.name + '-all').click();
}
all('details').forEach(e => { e.open = true; });
const width = document.documentElement.clientWidth;
const rect = (e) => e.getBoundingClientRect();
const outside = (e) => rect(e).right > width + 1 || rect(e).left < -1;
const cut = (e) => {
  const [box, inner] = [boxOf(e), rect(e)];
  const outer = box.getBoundingClientRect();
  const beside = inner.right > outer.right + 1 && overflow(box) != 'auto';
  return beside || inner.top < outer.top - 1 || inner.bottom > outer.bottom + 1;
};
const name = (e) => e.getAttribute('alttext') || e.textContent || e.tagName + '.' + e.className;
const fraction = document.querySelector('#claim-proved-one mfrac');
parent.postMessage('\\n' + JSON.stringify({
  width,
  overflow: document.documentElement.scrollWidth - width,
  outside: all('main *').filter(e => outside(e) && !boxOf(e)).map(name),
  cut: all('math').filter(e => boxOf(e) && cut(e)).map(name),
  flat: all('math, svg').filter(e => rect(e).height < 5 || rect(e).width < 2).map(name),
  scrolling: all('.statement .formula').filter(e => e.scrollWidth > e.clientWidth).map(e => e.textContent),
  resources: performance.getEntriesByType('resource').length,
  fraction: fraction ? rect(fraction).height : 0,
  filtered,
}), '*');
</script></body>"""
AROUND = (
    "<!DOCTYPE html><body data-found=''><script>onmessage = e => { document.body.dataset.found += e.data; };</script>"
)
FRAME = "<iframe src='probed.html' style='width: {}px; height: 900px; border: 0'></iframe>"


def _probe(page, folder, *widths):
    """Return what a browser finds on a page of each width."""
    html = page.read_text(encoding="utf-8")
    free_to_run, count = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    assert count == 1
    (folder / "probed.html").write_text(free_to_run.replace("</body>", PROBE), encoding="utf-8")
    (folder / "frame.html").write_text(AROUND + "".join(map(FRAME.format, widths)) + "</body>", encoding="utf-8")
    dom, complaints = browse(folder / "frame.html", folder / "profile")
    assert complaints == []
    found = [json.loads(line) for line in unescape(re.search('data-found="([^"]*)"', dom)[1]).splitlines() if line]
    assert sorted(seen["width"] for seen in found) == sorted(widths)
    return found


needs_browser = pytest.mark.skipif("browser" not in ENGINES, reason="no Chromium or Chrome on the path")


@needs_browser
def test_a_browser_shows_every_claim_without_complaint(written, tmp_path):
    dom, complaints = browse(written, tmp_path / "profile")
    assert complaints == []
    assert all(f'id="claim-{name}"' in dom for name in _cases()[1])


@needs_browser
def test_a_browser_lays_out_mathematics_and_plots(written, tmp_path):
    for seen in _probe(written, tmp_path, 1280, 390):
        assert (seen["flat"], seen["cut"], seen["outside"]) == ([], [], [])
        assert (seen["overflow"], seen["resources"]) == (0, 0)
        assert seen["fraction"] > 25, "numerator above denominator"


@needs_browser
@pytest.mark.parametrize(
    ("rule", "what"),
    [
        (".formula { overflow: hidden; width: 2rem }", "cut"),
        (".formula { height: 1rem; line-height: 1 }", "cut"),
        (".facts { width: 90rem }", "outside"),
        ("math { transform: scale(0.01) }", "flat"),
    ],
)
def test_what_cannot_be_seen_would_be_noticed(written, tmp_path, rule, what):
    written.write_text(written.read_text(encoding="utf-8").replace("</style>", f"{rule}</style>"), encoding="utf-8")
    (seen,) = _probe(written, tmp_path, 390)
    assert seen[what]


@needs_browser
def test_the_filter_leaves_what_was_asked_for(written, tmp_path):
    everything = [f"claim-{name}" for name in ("verified-one", "refuted-one", "unknown-one", "proved-one")]
    beyond, depth = "group-beyond-the-paper", "group-depth"
    (seen,) = _probe(written, tmp_path, 1280)
    assert seen["filtered"] == {
        "whose-all": [everything, [beyond, depth], 4],
        "whose-ours": [["claim-verified-one"], [beyond], 1],
        "whose-others": [["claim-refuted-one", "claim-unknown-one", "claim-proved-one"], [beyond, depth], 3],
        "grade-all": [everything, [beyond, depth], 4],
        "grade-proved": [["claim-proved-one"], [depth], 1],
        "grade-verified": [["claim-verified-one"], [beyond], 1],
        "grade-refuted": [["claim-refuted-one"], [beyond], 1],
        "grade-unknown": [["claim-unknown-one"], [beyond], 1],
    }


@needs_browser
def test_every_statement_fits_the_page(tmp_path):
    known = claims()
    verdicts = [Verdict(name, "unknown", "none", c.kind, None, None, "not asked", 0.0) for name, c in known.items()]
    bare = {name: replace(claim, proof=None) for name, claim in known.items()}
    for seen in _probe(write_report(verdicts, bare, tmp_path / "report", run=RUN), tmp_path, 1280, 390):
        assert (seen["flat"], seen["cut"], seen["outside"], seen["scrolling"]) == ([], [], [], [])
        assert seen["overflow"] == 0
        assert len(seen["filtered"]["whose-paper"][0]) == sum(claim.origin == "paper" for claim in known.values())


# --- real claims ----------------------------------------------------------------------------------------------------


def test_real_claims(tmp_path):
    names = ["closed-form-mean", "closed-form-full"]
    verdicts = verify(names, kernel_max=5)
    page = _Page(write_report(verdicts, claims(), tmp_path).read_text(encoding="utf-8"))
    assert [i for i in page.ids if i.startswith("claim-")] == [f"claim-{name}" for name in names]
    assert page.classes["latex"] == 0
    assert page.tags["svg"] == 2
