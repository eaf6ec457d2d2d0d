"""The HTML page of the report: reads like an appendix, and loads nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, tostring

from proofs_check.report.contents import UNTRUE, browse, count, link
from proofs_check.report.markup import Node, display, el, facts, formula, prose
from proofs_check.report.sections import anchor, badge

if TYPE_CHECKING:
    from proofs_check.claim import Claim, Verdict
    from proofs_check.report.run import Run

_TITLE = "Approximating max pooling: the claims and their checks"
_MEANING = {
    "proved": "For all kernel sizes that the claim names: symbolic steps, each checked by machine; kernel sizes below "
    "theirs are checked exactly. Left to words are how the steps are joined, and the sentence that leads from them to "
    "the claim; both stand with the proof. (kernel): Coq’s kernel has accepted theorems that cover the whole claim, "
    "without assumptions; left to words is that they say what the claim says.",
    "verified": "Exact on every instance of the range named, in rational arithmetic; beyond it nothing is said.",
    "refuted": "False: there is an instance, with both sides known exactly, at which it fails.",
    "unknown": "Neither: the check could not be completed, or what was built is larger than stated. It never counts as "
    "true.",
}
_NEEDED = (
    "A hypothesis is needed where the claim fails without it, that is, is false or says nothing, at the case that "
    "stands beside it, which meets all other hypotheses."
)
# The browser itself sees to it that nothing is loaded and no script runs.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_NOTATION = (
    ("d", r"the kernel size, an integer; \(d \ge 2\) where a claim says nothing else"),
    ("R", r"a nonempty set of orders out of \(0, \ldots, d\); an \(R\)-estimator is a combination of their \(m_r\)"),
    ("N", r"the number of subpool maxima, \(\sum_{r \in R} \binom{d}{r}\)"),
    ("x_{(k)}", r"the \(k\)-th smallest input; \(x_{(0)} = 0\) and \(x_{(d+1)} = 1\)"),
    (r"\phi_r(z)", r"the value of \(m_r\) at 0/1 vectors with \(z\) zeros"),
    (
        "e, e_z",
        r"the residual \(\max x - f(x)\) of an estimator \(f\), and its value at 0/1 vectors with \(z\) zeros; in"
        r" probabilities \(x\) is uniform on the cube",
    ),
    (
        r"\tilde E(d, R)",
        r"\(\min_c \max_{0 \le z \le d} |[z = d] - \sum_{r \in R} c_r \binom{z}{r}|\), with"
        r" \([z = d]\) 1 at \(z = d\) and 0 elsewhere; it is \(E(d, R)\) for \(0 \in R\)",
    ),
    (
        "T_n",
        r"the Chebyshev polynomial of the first kind, of one number; of lists of numbers \(T_k\) is the sum of the"
        r" \(k\) largest, and a maximum with a number that a list does not have is the other number",
    ),
    ("h_k", r"the complete homogeneous symmetric polynomial"),
    (r"B[e_0, \ldots, e_d]", r"the B-spline with these knots, of integral 1"),
)


EXPLORE = "explore.html"
"""The page to play with, in the folder of a report that links to it."""


def page(pairs: Sequence[tuple[Verdict, Claim]], run: Run, *, explore: bool = False) -> tuple[str, dict[str, str]]:
    """Write the page, in HTML, with a link to the page to play with if there is one.

    Return the sections of the claims, too, by name: that page shows them as well.
    """
    verdicts = [verdict for verdict, _ in pairs]
    before = _header(verdicts, run, explore), _notice(verdicts), _introduction(), _summary(verdicts)
    body = el("main", *before, browse(pairs))
    root = el("html", _head(), el("body", body), lang="en")
    found = {part.get("id"): part for part in root.iter("section")}
    sections = {verdict.claim: _html(found[anchor(verdict.claim)]) for verdict in verdicts} if explore else {}
    return f"<!DOCTYPE html>\n{_html(root)}\n", sections


def _html(element: Element) -> str:
    return tostring(element, encoding="unicode", method="html")


def _head() -> Element:
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content=_POLICY),
        el("title", _TITLE),
        el("style", files(__package__).joinpath("report.css").read_text(encoding="utf-8")),
    )


def _header(verdicts: Sequence[Verdict], run: Run, explore: bool) -> Element:
    seconds = sum(verdict.seconds for verdict in verdicts)
    said: list[tuple[Node, Sequence[Node]]] = [
        ("Report", [f"{count(len(verdicts))}, {seconds:.1f} seconds of checking in all"]),
        ("Program", [run.program]),
        ("Date", [run.date]),
        ("Commit", [_commit(run.commit)]),
        ("Coq’s kernel", _kernel(run)),
        *(
            [("To play with", [el("a", "every set of orders, and these claims as a graph", href=EXPLORE)])]
            if explore
            else []
        ),
    ]
    return el("header", el("h1", _TITLE), facts(said, "facts run"))


def _commit(commit: str | None) -> str:
    if commit is None:
        return "none: the program does not lie in a repository"
    known, _, changed = commit.partition("-")
    return f"{known}, with changes that are in no commit" if changed else known


def _kernel(run: Run) -> list[Node]:
    if run.kernel.missing:
        instead = "Claims that its theorems cover stand by their other checks; to have it asked: make coq."
        return [f"not asked: {run.kernel.missing}. {instead}"]
    items = [el("li", el("code", theorem.name), f": {theorem.meaning}") for theorem in run.kernel.theorems]
    number = "1 theorem" if len(items) == 1 else f"{len(items)} theorems"
    title = f"Coq {run.kernel.coq} has accepted {number}, without assumptions"
    return [el("details", el("summary", title), el("ul", *items))]


def _notice(verdicts: Iterable[Verdict]) -> Element | None:
    """Say first what must not be overlooked."""
    items = [
        el("li", badge(v.status), " ", link(v.claim), f": {v.witness}" if v.witness else None)
        for v in verdicts
        if v.status in UNTRUE
    ]
    if not items:
        return None
    statuses = {v.status for v in verdicts}
    text = f"{count(len(items))} of this report must not be taken as true:"
    worst = "refuted" if "refuted" in statuses else "unknown"
    return el("div", el("p", el("strong", text)), el("ul", *items), class_=f"notice {worst}", role="alert")


def _introduction() -> Element:
    notation = facts((formula(symbol), prose(text)) for symbol, text in _NOTATION)
    return el(
        "section",
        _paragraph(
            r"A window of max pooling takes the maximum of its \(d\) inputs. The mean subpool maximum of order \(r\)"
            r" averages the maximum over all subsets of \(r\) inputs, and \(m_0 = 1\):"
        ),
        display(r"m_r(x) = \frac{1}{\binom{d}{r}} \sum_{|J| = r} \max_{j \in J} x_j"),
        _paragraph(r"For a set \(R\) of orders, the best of their linear combinations on the unit cube has the error"),
        display(
            r"E(d, R) = \min_{\beta} \max_{x \in [0, 1]^d} \Big| \max_{i} x_i - \sum_{r \in R} \beta_r m_r(x) \Big|"
        ),
        _paragraph(
            r"and \(E_{\text{range}}(d, R)\), for \(\sum_r \beta_r = 1\), is the least error relative to"
            r" \(\max x - \min x\), over all \(x \in \mathbb{R}^d\). Each claim below states something about such"
            r" approximations, and is checked in exact fractions: a computed value is compared with the claimed one by"
            r" the kind of the claim, \(=\) for tight results and identities, \(\le\) for upper and \(\ge\) for lower"
            r" bounds. Closed forms are compared with exact optima, whose certificates an independent checker has to"
            r" accept."
        ),
        el("details", el("summary", "Notation and conventions"), notation),
        class_="intro",
    )


def _paragraph(text: str) -> Element:
    return el("p", *prose(text))


def _summary(verdicts: Sequence[Verdict]) -> Element:
    counts: Counter[str] = Counter(verdict.status for verdict in verdicts)
    rows = [_counted(status, counts[status], meaning) for status, meaning in _MEANING.items()]
    kernel = sum(bool(verdict.kernel) for verdict in verdicts)
    note = el("p", badge("proved", "proved (kernel)"), f" are {kernel} of those that are proved.") if kernel else None
    return el(
        "section", el("h2", "Summary"), el("ul", *rows, class_="statuses"), note, el("p", _NEEDED, class_="intro")
    )


def _counted(status: str, count: int, meaning: str) -> Element:
    number = el("span", str(count), class_="count", data_count=status)
    return el("li", number, badge(status), el("span", meaning, class_="meaning"))
