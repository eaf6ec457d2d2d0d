"""The page to play with: its data against the library, and the page itself in a browser, as a person uses it."""

import json
import re
import sys
from base64 import b64encode
from fractions import Fraction
from hashlib import sha256
from html.parser import HTMLParser
from itertools import product
from random import Random

import pytest

from proofs_check import check_certificate, claims, registry
from proofs_check.coq import KernelRecord
from proofs_check.explore import asset, theorems
from proofs_check.verdict import Verdict
from theory import bounds, closed_forms, network_size, optimal_estimator
from theory.cli import main
from theory.cli.commands import explore, verify
from theory.errors import FormatError, InputError, KernelSizeError
from theory.explore import page as pages
from theory.explore.data import explore_data
from theory.explore.kernels import DEFAULT_KERNELS, read_kernels
from theory.frontier.sets import orders_of
from theory.notation import check_orders
from theory.subpools import number_of_terms
from tools.browser import BROWSER, browsing

FEW = ("order-statistic-weights", "vertex-features", "reduction-to-vertices", "closed-form-mean", "link")
HOSTILE = "</script><img src=x onerror=alert(1)>{{data}}"


@pytest.fixture(scope="module")
def data():
    return explore_data(read_kernels("2,3x3,4x4"))


def _verdict(name, status, kernel=()):
    return Verdict(name, status, "d >= 2", claims()[name].kind, None, None, None, 0.1, kernel=kernel)


@pytest.fixture(scope="module")
def shown():
    """A few claims, each of another grade."""
    verdicts = [_verdict("link", "proved", ("Link.link",)), _verdict("closed-form-mean", "proved")]
    verdicts += [_verdict("vertex-features", "verified"), _verdict("reduction-to-vertices", "refuted")]
    return theorems({name: claims()[name] for name in FEW}, verdicts)


@pytest.fixture(scope="module")
def html(data, shown):
    return pages.page(data, shown, checker=asset("checker.js"), style=asset("report.css"))


# --- the data -------------------------------------------------------------------------------------------------------


def test_kernels_are_read():
    assert read_kernels(" 3x3 ,2..4,3x3, 2x2") == ((2,), (3,), (2, 2), (4,), (3, 3))
    assert {len(read_kernels(DEFAULT_KERNELS))} == {21}


@pytest.mark.parametrize("text", ["", "3x3,", "one", "1", "0x3", "-3", "3x3;2x2", HOSTILE, "33x33", "9" * 5000, "2..x"])
def test_what_is_no_kernel_is_refused(text):
    with pytest.raises(KernelSizeError):
        read_kernels(text)


@pytest.mark.parametrize("text", ["5..3", "2..70", "2..999999999", ",".join(f"1x{d}" for d in range(2, 70))])
def test_too_many_kernels_are_refused(text):
    with pytest.raises(InputError):
        read_kernels(text)


def test_a_sweep_is_what_the_solver_finds(data):
    sweep = data["sizes"]["9"]["sweep"]
    errors = sweep["errors"].split(" ")
    assert len(errors) == 511
    for mask in Random(1).sample(range(1, 512), 12):
        estimator, size = optimal_estimator(9, orders_of(mask)), network_size(9, orders_of(mask))
        assert Fraction(errors[mask - 1]) == estimator.error
        counts = tuple(sweep[name][mask - 1] for name in ("units", "parameters", "hidden_layers"))
        assert counts == (size.units, size.parameter_count, size.hidden_layers)


@pytest.mark.parametrize(("which", "step"), [("all", 1), ("intercept", 2)])
def test_fronts_are_what_nothing_beats(which, step, data):
    sweep = data["sizes"]["9"]["sweep"]
    errors = [Fraction(error) for error in sweep["errors"].split(" ")]
    for budget, front in sweep["fronts"][which].items():
        costs = [number_of_terms(9, orders_of(m)) for m in range(1, 512)] if budget == "terms" else sweep[budget]
        points = {(costs[m - 1], errors[m - 1]) for m in range(1, 512, step)}
        best = {p for p in points if not any(q != p and q[0] <= p[0] and q[1] <= p[1] for q in points)}
        assert {(costs[m - 1], errors[m - 1]) for m in front} == best


def test_families_are_closed_forms(data):
    for member in data["sizes"]["16"]["families"]:
        name, _, given = member["name"].partition(":")
        family = closed_forms[name].at(**{k: int(v) for k, v in re.findall(r"(\w)=(\d+)", given)})
        assert Fraction(member["error"]) == family.error(16)
        assert check_orders(16, member["orders"]) == tuple(family.orders(16))
        assert int(member["terms"]) == number_of_terms(16, family.orders(16))
        assert int(member["units"]) == network_size(16, family.orders(16)).units


def test_bounds_are_those_that_are_proved(data):
    found = data["sizes"]["16"]["bounds"]
    assert found["width"] == [[n, float(bounds.width_lower_bound(n))] for n in (1, 4, 2**16 - 1)]
    assert found["chebyshev"][3] == [bounds.subsets_up_to(3, 16), float(bounds.chebyshev_upper_bound(16, 3))]
    assert found["extremal"][2] == [bounds.subsets_up_to(2, 16), float(bounds.extremal_lower_bound(16, 2))]
    assert data["sizes"]["16"]["maximum"]["units"] == network_size(16, [16]).units


def test_the_largest_kernel_has_its_place():
    with pytest.raises(KernelSizeError):
        read_kernels("257")
    size = explore_data(read_kernels("16x16"))["sizes"]["256"]
    (full,) = (one for one in size["families"] if one["name"] == "full")
    assert full["terms"] == str(2**256 - 1)
    assert full["error"] == f"1/{2**256}"
    assert size["bounds"]["extremal"][-1] == [2.0**256, 2.0**-256]
    assert len(json.dumps(size)) < 25_000


# --- the claims -----------------------------------------------------------------------------------------------------


def test_theorems_have_grades_and_levels(shown):
    by = {one["name"]: one for one in shown}
    assert {name: one["grade"] for name, one in by.items()} == {
        "link": "kernel",
        "closed-form-mean": "proved",
        "vertex-features": "verified",
        "reduction-to-vertices": "refuted",
        "order-statistic-weights": "unknown",
    }
    assert [by[name]["level"] for name in FEW] == [0, 1, 2, 3, 0]
    assert 'class="claim"' in by["link"]["section"]


def test_claims_rest_on_claims_and_none_on_itself():
    known, done = claims(), set()
    for claim in known.values():
        assert set(claim.rests_on) <= set(known), claim.name
        assert len(set(claim.rests_on)) == len(claim.rests_on)
    while left := [name for name in known if name not in done and set(known[name].rests_on) <= done]:
        done |= set(left)
    assert done == set(known)


def _under(name, known):
    return set(known[name].rests_on).union(*(_under(below, known) for below in known[name].rests_on))


GROWING = ("width", "least-terms", "width-high-orders", "width-low-orders", "link", "extremal", "extremal-range")
PROVED_TOGETHER = (*GROWING, "exponential-width", "closed-form-top", "closed-form-range-top", "closed-form-bare-top")


def test_whose_steps_are_in_another_proof_is_rested_on():
    known = claims()
    steps = {name: set(map(repr, known[name].proof().steps)) for name in PROVED_TOGETHER}
    for one in steps:
        for other in steps:
            if one != other and steps[other] <= steps[one]:
                assert other in _under(one, known) or one in _under(other, known), (one, other)


def test_claims_that_are_named_in_a_proof_are_rested_on():
    """By names of several words, which are no words of a text."""
    known = claims()
    names = "|".join(sorted((name for name in known if "-" in name), key=len, reverse=True))
    for name in ("width", "residual-beta", "removing-the-intercept", "exponential-width"):
        proof = known[name].proof() if known[name].proof else None
        words = f"{known[name].idea} {proof.argument} {proof.closing}" if proof else known[name].idea
        named = set(re.findall(rf"(?<![\w-])(?:{names})(?![\w-])", words)) - {name}
        assert named <= _under(name, known), name


# --- the file -------------------------------------------------------------------------------------------------------


class _Scripts(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.scripts, self.tags, self._within = [], [], None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._within = dict(attrs) if tag == "script" else None

    def handle_data(self, text):
        if self._within is not None:
            self.scripts.append((self._within, text))
            self._within = None


def test_the_policy_names_each_script_and_nothing_else(html):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    running = [text for attrs, text in _Scripts(html).scripts if attrs.get("type") != "application/json"]
    hashes = [f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in running]
    assert re.search(r"script-src ([^;]*);", policy)[1].split() == hashes
    assert len(hashes) == 2
    assert policy.startswith("default-src 'none';")
    assert "unsafe-eval" not in policy


def test_the_page_says_which_data_it_has(html, data):
    embedded = next(text for attrs, text in _Scripts(html).scripts if attrs.get("id") == "data")
    assert json.loads(embedded) == data
    assert f'id="data-hash">{sha256(embedded.encode()).hexdigest()}<' in html
    assert len(html.encode()) < 2_500_000
    assert "{{" not in html.replace(asset("report.css"), "").partition("<script")[0]


def test_what_strangers_write_is_no_markup(data):
    hostile = {**data, "kernels": [{"name": HOSTILE, "shape": [9]}]}
    claim = {"name": HOSTILE, "grade": "unknown", "level": 0, "rests_on": [], "section": "<p>a {{version}}</p>"}
    found = pages.page(hostile, [claim], checker=asset("checker.js"))
    assert [tag for tag, _ in _Scripts(found).tags if tag == "img"] == []
    assert "a {{version}}" in found, "what is put in is not looked at again"
    embedded = next(text for attrs, text in _Scripts(found).scripts if attrs.get("id") == "data")
    assert json.loads(embedded)["kernels"][0]["name"] == HOSTILE


@pytest.mark.parametrize(
    "module", ['import x from "./y.js";\n', "export default 3;\n", "const a = '</script>';\n", "// <!--\n"]
)
def test_modules_that_cannot_be_joined_are_refused(module, data):
    with pytest.raises(FormatError):
        pages.page(data, [], checker=module)


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def few_claims(monkeypatch):
    known = {name: claims()[name] for name in FEW}
    monkeypatch.setattr(registry, "claims", lambda: known)


def test_the_command_writes_a_page(few_claims, tmp_path, capsys):
    out = tmp_path / "page.html"
    assert main(["explore", "--out", str(out), "--kernels", "2x2", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {"path": str(out), "bytes": out.stat().st_size, "kernels": ["2x2"]}
    assert all(f'id="section-{name}"' in out.read_text(encoding="utf-8") for name in FEW)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--out", "missing/page.html"], "cannot write 'missing/page.html': No such file or directory"),
        (["--out", "."], "cannot write '.': a folder"),
        (["--out", "page.html", "--kernels", "3x3,nonsense"], "a shape such as 3x3, not 'nonsense'"),
        (["--out", "page.html", "--kernels", "40x40"], "at most 256 inputs, not 1600"),
        ([], "the following arguments are required: --out"),
    ],
)
def test_bad_input_is_one_line(arguments, message, few_claims, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["explore", *arguments]) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert (said.out, said.err.count("subpool: ")) == ("", 1)
    assert list(tmp_path.iterdir()) == []


def test_without_bokeh_the_extra_is_named(few_claims, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "bokeh", None)
    for command in (["explore", "--out", str(tmp_path / "page.html")], ["verify", "link", "--explore", "--report"]):
        assert main([*command, *([str(tmp_path)] if command[-1] == "--report" else [])]) == 2
        assert "install the extra 'explore'" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_report_links_to_the_page(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(explore, "DEFAULT_KERNELS", "2")
    monkeypatch.setattr(verify, "_kernel_record", KernelRecord)
    assert main(["verify", "closed-form-mean", "--kernel-max", "3", "--report", str(tmp_path), "--explore"]) == 0
    assert '<a href="explore.html">' in (tmp_path / "index.html").read_text(encoding="utf-8")
    (told,) = re.findall(r'id="theorems-data">(.*?)</script>', (tmp_path / "explore.html").read_text(encoding="utf-8"))
    assert [(one["name"], one["grade"]) for one in json.loads(told)] == [("closed-form-mean", "proved")]
    assert main(["verify", "closed-form-mean", "--explore"]) == 2
    assert "--report DIR names" in capsys.readouterr().err


# --- in a browser ---------------------------------------------------------------------------------------------------

READY = "document.body?.dataset.ready !== undefined"
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium or Chrome on the path")


@pytest.fixture(scope="module")
def browser(html, tmp_path_factory):
    folder = tmp_path_factory.mktemp("explore")
    (folder / "page.html").write_text(html, encoding="utf-8")
    with browsing(folder / "profile") as page:
        page.look(1280)
        page.open((folder / "page.html").as_uri() + "#4x4/0,d-1", READY)
        assert page.run("location.hash") == "#4x4/0,15"
        yield page


@pytest.fixture
def page(browser):
    """The page, at a set; whatever a test does, nothing may be complained of or asked for."""
    browser.look(1280)
    browser.click("[for='budget-terms']")
    _go(browser, "#3x3/0,1,8")
    yield browser
    assert browser.complaints == []
    assert [url for url in browser.requests if not url.startswith(("file:", "data:", "blob:", "about:"))] == []


def _go(page, address):
    """Write another address, as a person does: the page stays."""
    addresses = json.dumps(["#elsewhere", address])
    listening = "await new Promise(go => { addEventListener('hashchange', go, {once: true}); location.hash = one; });"
    page.run(f"(async () => {{ for (const one of {addresses}) {listening} }})()")


def _text(page, selector):
    return page.run(f"document.querySelector({json.dumps(selector)}).textContent")


def _found(page, selector, which):
    """What some elements are that a function of JavaScript finds."""
    return page.run(f"[...document.querySelectorAll({json.dumps(selector)})].filter({which}).map(e => e.outerHTML)")


def _choose(page, selector, value):
    page.run(
        f"(() => {{ const e = document.querySelector({json.dumps(selector)}); e.value = {json.dumps(value)};"
        "e.dispatchEvent(new Event('change')); })()"
    )


@needs_browser
def test_toggles_solve(page):
    _choose(page, "#kernel", "4x4")
    assert page.run("location.hash") == "#4x4/0,1,15"
    _choose(page, "#kernel", "3x3")
    assert page.run("location.hash") == "#3x3/0,1,8"
    for order in (1, 8):
        page.click(f"[data-order='{order}']")
    assert _text(page, "#error") == "1/2 = 0.5"
    for order in (1, 8):
        page.click(f"[data-order='{order}']")
    assert _text(page, "#error") == "1/20 = 0.05"
    assert _text(page, "#summary .estimator") == "f = 1/20 \u2212 9/70 m1 + 36/35 m8"
    assert check_certificate(_text(page, "#certificate-text")) == Fraction(1, 20)
    # Order 9 is the maximum itself: {0, 1, 9} has three orders and the error 0.
    assert "no set of 3 orders below 9, 0 among them, has an error below 1/74" in _text(page, "#summary")
    page.click("[for='objective-range']")
    assert "intercept" in _text(page, "#problem-said") or _text(page, "#problem-said")
    assert _text(page, "#error") == "1/20 = 0.05", "what is no problem leaves what is there"
    page.click("[data-order='0']")
    assert _text(page, "#error") == "1/18 = 0.0555556"
    assert f"2 orders below 9 has an error below {bounds.extremal_lower_bound_range(9, 2)}" in _text(page, "#summary")
    assert "no estimator of these orders, with coefficients of sum 1, is lower" in _text(page, "#residual-said")
    page.click("[data-order='9']")
    assert "has an error below" not in _text(page, "#summary")


@needs_browser
def test_nothing_of_another_kernel_stays(page):
    page.click("[for='objective-range']")
    _choose(page, "#kernel", "4x4")
    assert page.run("location.hash") == "#4x4/0,1,15"
    assert "orders of the error relative to max \u2212 min are integers from 1" in _text(page, "#problem-said")
    assert page.run("document.querySelector('#objective-cube').checked")
    for order in (0, 1, 15):
        page.click(f"[data-order='{order}']")
    assert _text(page, "#problem-said") == "there is at least one order"
    assert _text(page, "#chosen") == "16 inputs, orders {15}"


@needs_browser
def test_sets_and_families_are_found(page):
    for text, error in (
        ("top:j=3", "1/186"),
        ("full", "1/512"),
        ("0-2,d-1", None),
        ("exact", "0"),
        ("range-mean-and-last", "1/18"),
    ):
        page.run(f"document.querySelector('#search').value = {json.dumps(text)}")
        page.click("#search-form button")
        if error is None:
            error = str(optimal_estimator(9, [0, 1, 2, 8]).error)
        assert _text(page, "#error").split(" = ")[0] == error
    for text in ("top:j=99", "nonsense", "0,99", HOSTILE, "top:k=1", "", "single:r=9"):
        page.run(f"document.querySelector('#search').value = {json.dumps(text)}")
        page.click("#search-form button")
        assert page.run("document.querySelector('#search-said').className") == "bad", text


@needs_browser
def test_the_chart_chooses_a_set(page, data):
    assert "256 sets of orders" in page.run("document.querySelector('#front-chart').getAttribute('aria-label')")
    page.run("document.querySelector('#front-walk').focus()")
    page.press("ArrowRight")
    assert page.run("location.hash") == "#3x3/0,7,8"
    assert page.run("document.querySelector('#front-walk').getAttribute('aria-valuetext')").startswith("{0,7,8}")
    for budget in ("units", "parameters", "hidden_layers"):
        page.click(f"[for='budget-{budget}']")
        assert "the maximum itself" in _text(page, "#front-key")
    page.wait("document.querySelector('#front-chart').getAttribute('aria-label').includes('layers')")
    _choose(page, "#kernel", "4x4")
    families = [one for one in data["sizes"]["16"]["families"] if check_orders(16, one["orders"])[0] == 0]
    assert len(families) > len(sets := {one["orders"] for one in families if one["hidden_layers"]}), "each set is once"
    said = page.run("document.querySelector('#front-chart').getAttribute('aria-label')")
    assert f"for {len(sets)} sets of known families" in said
    assert "the front of these" in _text(page, "#front-key")


POINT = """(() => {
  const view = [...Bokeh.index].find(one => one.model.below?.[0]?.axis_label === "subpool maxima");
  const box = view.canvas_view.el.getBoundingClientRect(), { x_scale, y_scale } = view.frame;
  return [box.left + x_scale.compute(46), box.top + y_scale.compute(1 / 74)];
})()"""


@needs_browser
def test_a_point_is_clicked(page):
    page.wait("document.querySelectorAll('.bk-Figure').length === 4")
    x, y = page.run(POINT)
    for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
        page.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
    page.wait("location.hash === '#3x3/0,7,8'")
    page.click("[data-order='3']")
    page.wait("document.querySelectorAll('.bk-Figure').length === 4 && Bokeh.documents.length === 4")
    assert page.run("[...Bokeh.index].length") <= 8, "charts that are gone are let go of"


@needs_browser
def test_texts_are_copied(page):
    page.run("navigator.clipboard.writeText = async text => { window.copied = text; }")
    for _ in range(2):  # the second while the button still says that it is done
        page.click("#certificate-copy")
        page.wait("document.querySelector('#certificate-copy').textContent === 'Copied'")
    assert check_certificate(page.run("window.copied")) == Fraction(1, 20)
    page.run("new Promise(go => setTimeout(go, 1600))")
    assert _text(page, "#certificate-copy") == "Copy"


@needs_browser
def test_a_window_is_dragged(page):
    page.run("document.querySelector('.cell').focus()")
    before = _text(page, "#window-f")
    page.press("ArrowUp", "ArrowUp")
    assert _text(page, ".cell") == "0.20"
    assert _text(page, "#window-f") != before
    page.click("#window-worst")
    assert _text(page, "#window-residual") == "0.0500"
    assert "100 %" in _text(page, "#window-share")


@needs_browser
def test_certificates_are_dropped(page, tmp_path):
    good = optimal_estimator(9, [0, 1, 8]).certificate.to_json()
    files = {
        "good.json": good,
        "wrong.json": good.replace('"36/35"', '"37/35"'),
        f"{HOSTILE[:9].replace('/', '')}<img>.json": f'{{"format": "{HOSTILE}"}}',
        "empty.json": "",
        "numbers.json": "1" * 10**6,
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        page.choose_file("#file", tmp_path / name)
        page.wait(f"document.querySelector('#finding').textContent.includes({json.dumps(name)})")
        accepted = page.run("document.querySelector('#finding .verdict').dataset.accepted")
        assert accepted == str(name == "good.json").lower()
        if name == "good.json":
            assert "1/20" in _text(page, "#finding .verdict")
            assert page.run("document.querySelectorAll('#finding .holds').length") == 6
        if name == "wrong.json":
            assert page.run("document.querySelector('#finding tbody tr').firstChild.firstChild.className") == "fails"
        assert page.run("document.querySelectorAll('#finding img').length") == 0
    page.click("#check-current")
    assert page.run("document.querySelector('#finding .verdict').dataset.accepted") == "true"
    page.click("#check-spoiled")
    assert page.run("document.querySelector('#finding .verdict').dataset.accepted") == "false"


@needs_browser
def test_theorems_open(page):
    page.click("#chip-closed-form-mean")
    assert _text(page, "#claim h3").endswith("closed-form-mean")
    assert "reduction-to-vertices" in _text(page, "#claim-links")
    assert page.run("document.querySelectorAll('#edges path').length") == 5
    assert page.run("document.querySelector('#chip-link').className") == "chip kernel apart"
    page.run("document.querySelector('#claim-links .link').focus()")
    page.press("Enter")
    assert _text(page, "#claim h3").endswith("reduction-to-vertices")


@needs_browser
def test_it_fits(page):
    for width, dark in product((1280, 390), (False, True)):
        page.look(width, dark=dark)
        assert page.run("document.documentElement.scrollWidth") == width
        cut = "e => e.clientWidth && e.scrollWidth > e.clientWidth + 1"
        assert _found(page, "button, h2, h3, label, .error", cut) == []
        paper = page.run("getComputedStyle(document.body).backgroundColor")
        assert (paper == "rgb(23, 24, 26)") is dark
    unnamed = "e => !(e.textContent.trim() || e.labels?.length || e.getAttribute('aria-label'))"
    assert _found(page, "button, input, select, textarea, [role]", unnamed) == []


@needs_browser
def test_it_starts_soon_and_is_reached_by_keys(page):
    assert page.run("performance.getEntriesByType('navigation')[0].domInteractive") < 20_000, "on any machine"
    here = "document.activeElement.id || document.activeElement.textContent"
    page.run("document.querySelector('nav a').focus()")
    reached = {page.run(here)}
    for _ in range(16):
        page.press("Tab")
        reached.add(page.run(here))
    assert {"The front", "kernel", "budget-terms", "search", "front-walk", "bare"} <= reached


@needs_browser
def test_many_orders_are_one_stop(page):
    _go(page, "#4x4/0,1,15")
    page.run("document.querySelector('[data-order=\"0\"]').focus()")
    page.press("ArrowRight", "ArrowRight", " ")
    assert page.run("location.hash") == "#4x4/0-2,15"
    page.press("End", "ArrowRight", "ArrowLeft", "Tab")
    assert page.run("document.activeElement.name") == "objective"
    assert page.run("[...document.querySelectorAll('#orders [tabindex=\"0\"]')].map(e => e.textContent)") == ["15"]


ADDRESSES = (
    ("#3x3/0,99", "#3x3/0", "#search-said", "orders are in 0..9"),
    ("#9x9/1", "#3x3/0,1,8", "#search-said", "this page has no kernel 9x9"),
    ("#3x3/0,1/range", "#3x3/0,1", "#problem-said", "from 1 to 9, not 0"),
    ("#3x3/1%2c8/range", "#3x3/1,8/range", "#search-said", ""),
    ("#3x3/range-mean-and-last", "#3x3/1,8/range", "#search-said", ""),
    ("#16/full", "#4x4/0-15", "#search-said", ""),
    ("#4x4/", "#4x4/0,1,15", "#search-said", ""),
    ("#%E0%A4%A/<b>", "#4x4/0,1,15", "#search-said", "this page has no kernel %E0%A4%A"),
)


@needs_browser
def test_an_address_may_ask_for_anything(page):
    for address, reached, place, said in ADDRESSES:
        _go(page, address)
        assert page.run("location.hash") == reached, address
        assert said in _text(page, place), address
        assert bool(said) is (page.run(f"document.querySelector('{place}').className") == "bad"), address
