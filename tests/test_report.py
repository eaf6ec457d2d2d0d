import json
import os
import re
import shutil
import subprocess
from collections import Counter
from fractions import Fraction
from html.parser import HTMLParser
from xml.etree.ElementTree import tostring

import pytest
from sympy import Symbol, binomial

from proofs_check import Claim, Verdict, claims, verify
from proofs_check.claim import Instance
from proofs_check.proof import ConstantSum, Identity, Proof, Region, Sign, Telescoping, free
from proofs_check.report import write_report
from proofs_check.report.markup import el, formula, mathml, prose
from proofs_check.report.plots import plot
from proofs_check.report.sections import step_latex
from theory.errors import InputError, StorageError
from theory.rationals import from_string

HOSTILE = "<script>alert(\"1\")</script> & 'quotes' <img src=x onerror=alert(2)>"
LONG = Fraction(10**5000 + 1, 3)
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
            idea=r"Weights \(2^{-d}\) do it, as \(" + "1 + " * 60 + r"1 = 61\).",
            proof=lambda: Proof(_steps(), 4, r"By \(d\) & induction."),
            neighbours=(false,),
        ),
        "verified-one": Claim("verified-one", r"E \ge 0", "lower", "here"),
        "refuted-one": Claim("refuted-one", rf"\text{{{HOSTILE}}}", "upper", HOSTILE, idea=HOSTILE),
        "unknown-one": Claim("unknown-one", r"\begin{cases} 1 & d > 2 \\ 0 & \text{else} \end{cases}", "identity", "x"),
    }
    halves = _samples(*(Fraction(1, 2**d) for d in range(2, 9)))
    verdicts = [
        Verdict("proved-one", "proved", "all d", "tight", Fraction(1, 3), Fraction(1, 3), None, 0.5, 7, 4, halves),
        Verdict("verified-one", "verified", "d = 2..4", "lower", LONG, Fraction(1), None, 1.0, 3, 0, _samples(LONG)),
        Verdict("refuted-one", "refuted", HOSTILE, "upper", Fraction(2), Fraction(1), HOSTILE, 0.25, 1),
        Verdict("unknown-one", "unknown", "none", "identity", None, None, "install the extra", 0.0),
    ]
    return verdicts, known


@pytest.fixture
def written(tmp_path):
    verdicts, known = _cases()
    return write_report(verdicts, known, tmp_path / "new" / "report")


# --- the page -------------------------------------------------------------------------------------------------------


def test_the_page_is_well_formed_and_has_every_claim(written):
    page = _Page(written.read_text(encoding="utf-8"))
    assert [i for i in page.ids if i.startswith("claim-")] == [f"claim-{name}" for name in _cases()[1]]
    assert len(page.ids) == len(set(page.ids))
    fragments = [value for name, value in page.attributes if name == "href"]
    assert {fragment.removeprefix("#") for fragment in fragments} == set(page.ids)


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
    assert html.count("&lt;script&gt;") >= 4, "statement, source, idea and witness show it"


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
    row = re.search(r'<tr class="refuted">.*?</tr>', written.read_text(encoding="utf-8"), re.DOTALL).group()
    assert '<td class="relation">&gt;</td>' in row
    assert "≤" not in row


def test_a_failed_proof_is_not_called_a_proof(tmp_path):
    (verdict, *_), known = _cases()
    failed = Verdict(**{**vars(verdict), "status": "unknown", "witness": "the proof fails", "steps": 0})
    html = write_report([failed], known, tmp_path).read_text(encoding="utf-8")
    assert "<h4>Proof</h4>" not in html
    assert "Attempted proof" in html
    assert "computed " not in re.search(r'<div class="notice unknown"><p>.*?</div>', html, re.DOTALL).group()


def test_steps_are_shown_with_their_formulas(written):
    html = written.read_text(encoding="utf-8")
    assert "<h4>Proof</h4>" in html
    assert "7 exact instances and 4 symbolic steps" in html
    assert "<p>Pascal's rule for <math" in html
    assert " (constant sum)" in html
    assert 'alttext="n^{2} \\ge 0"' in html
    assert all(mathml(step_latex(step)) is not None for step in _steps())


@pytest.mark.parametrize(
    ("status", "text"), [(None, "must refute"), ("refuted", "as it must be"), ("verified", "although it is false")]
)
def test_negative_controls(tmp_path, status, text):
    verdicts, known = _cases()
    control = Verdict("false-neighbour", status, "", "tight", None, None, "at d = 2", 0.0)
    html = write_report(verdicts, known, tmp_path, controls=[control] if status else []).read_text(encoding="utf-8")
    assert html.index("Negative controls") < html.index(text)
    assert ("as it must be" in html) == (status == "refuted")


def test_long_numbers_are_short_at_first_and_whole_on_demand(written):
    html = written.read_text(encoding="utf-8")
    assert "≈ 3.33333e+4999" in html
    assert re.search(r"<details><summary>.*?\(5003 characters\)</summary><code>1000\d+/3</code></details>", html)


# --- JSON -----------------------------------------------------------------------------------------------------------


def test_json_is_exact(written):
    data = json.loads((written.parent / "report.json").read_text(encoding="utf-8"))
    verdicts, known = _cases()
    assert [entry["claim"] for entry in data] == list(known)
    for entry, verdict in zip(data, verdicts, strict=True):
        assert entry.items() >= verdict.to_dict().items()
        assert entry["statement"] == known[verdict.claim].statement
        assert entry["source"] == known[verdict.claim].source
        assert [from_string(s["computed"]) for s in entry["samples"]] == [s.computed for s in verdict.samples]
    assert from_string(data[1]["computed"]) == LONG
    assert data[0]["neighbours"] == [{"claim": "false-neighbour", "statement": r"E = \frac{1}{3}", "status": None}]


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


def test_two_reports_of_the_same_verdicts_are_the_same(tmp_path):
    first, second = (write_report(*_cases(), tmp_path / name).read_bytes() for name in "ab")
    assert first == second


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

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

# A copy of the page without its ban on scripts reports what the browser made of it, as attributes of its body.
PROBE = """<script>
const flat = [...document.querySelectorAll('math, svg')].filter(e => !e.closest('details:not([open])'))
  .filter(e => e.getBoundingClientRect().height < 5 || e.getBoundingClientRect().width < 2);
document.body.dataset.flat = flat.map(e => e.getAttribute('alttext') || e.tagName).join('; ');
document.body.dataset.overflow = document.documentElement.scrollWidth - document.documentElement.clientWidth;
document.body.dataset.resources = performance.getEntriesByType('resource').length;
const fraction = document.querySelector('#claim-proved-one mfrac');
document.body.dataset.fraction = fraction ? fraction.getBoundingClientRect().height : '';
</script></body>"""


def _browse(page, profile, width):
    options = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--enable-logging=stderr",
        "--v=0",
        f"--user-data-dir={profile}",
        f"--window-size={width},900",
        "--dump-dom",
    ]
    result = subprocess.run(
        [BROWSER, *options, page.as_uri()], capture_output=True, text=True, timeout=60, check=True, encoding="utf-8"
    )
    return result.stdout, [line for line in result.stderr.splitlines() if "CONSOLE" in line]


@pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on the path")
def test_a_browser_shows_every_claim_without_complaint(written, tmp_path):
    dom, complaints = _browse(written, tmp_path / "profile", 1000)
    assert complaints == []
    assert all(f'id="claim-{name}"' in dom for name in _cases()[1])


@pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on the path")
@pytest.mark.parametrize("width", [1000, 500])
def test_a_browser_lays_out_mathematics_and_plots(written, tmp_path, width):
    html = written.read_text(encoding="utf-8")
    free_to_run, count = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html)
    assert count == 1
    probed = tmp_path / "probed.html"
    probed.write_text(free_to_run.replace("</body>", PROBE), encoding="utf-8")
    dom, complaints = _browse(probed, tmp_path / "profile", width)
    assert complaints == []
    seen = dict(re.findall(r'data-(flat|overflow|resources|fraction)="([^"]*)"', re.search("<body[^>]*>", dom).group()))
    assert (seen["flat"], seen["overflow"], seen["resources"]) == ("", "0", "0")
    assert float(seen["fraction"]) > 25, "numerator above denominator"


# --- real claims ----------------------------------------------------------------------------------------------------


def test_real_claims(tmp_path):
    names = ["closed-form-mean", "closed-form-full"]
    verdicts = verify(names, kernel_max=5)
    page = _Page(write_report(verdicts, claims(), tmp_path).read_text(encoding="utf-8"))
    assert [i for i in page.ids if i.startswith("claim-")] == [f"claim-{name}" for name in names]
    assert page.classes["latex"] == 0
    assert page.tags["svg"] == 2
