"""The HTML page of the report: reads like an appendix, and loads nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, tostring

from proofs_check.report.markup import display, el, prose
from proofs_check.report.sections import anchor, badge, relation, section, short_pair

if TYPE_CHECKING:
    from proofs_check.claim import Claim, Verdict

TITLE = "Approximating max pooling: the claims and their checks"
MEANING = {
    "proved": "Symbolic steps, each checked by machine, cover all kernel sizes; smaller ones are checked exactly. "
    "(kernel): Coq's kernel has accepted a proof of the whole statement, without assumptions.",
    "verified": "Exact on every instance of the stated range, in rational arithmetic; beyond it nothing is said.",
    "refuted": "False: there is a witness.",
    "unknown": "Neither: the check could not be completed. It never counts as true.",
}
UNTRUE = ("refuted", "unknown")


def page(pairs: Sequence[tuple[Verdict, Claim]], controls: Mapping[str, Verdict]) -> str:
    """Write the page.

    Parameters
    ----------
    pairs : sequence of (Verdict, Claim)
    controls : mapping of str to Verdict
        What came out for false neighbours, by name.

    Returns
    -------
    str
        HTML.

    Examples
    --------
    >>> page([], {}).startswith("<!DOCTYPE html>")
    True
    """
    numbered = list(enumerate(pairs, start=1))
    verdicts = [verdict for verdict, _ in pairs]
    body = el(
        "main",
        _header(verdicts),
        _notice(verdicts),
        _introduction(),
        _summary(verdicts),
        _contents(numbered),
        el("h2", "The claims, one by one"),
        *(section(number, verdict, claim, controls) for number, (verdict, claim) in numbered),
    )
    root = el("html", _head(), el("body", body), lang="en")
    return "<!DOCTYPE html>\n" + tostring(root, encoding="unicode", method="html") + "\n"


# --- the parts before the claims ------------------------------------------------------------------------------------


def _head() -> Element:
    return el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        # The browser itself sees to it that nothing is loaded and no script runs.
        el(
            "meta",
            http_equiv="Content-Security-Policy",
            content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        ),
        el("title", TITLE),
        el("style", files(__package__).joinpath("report.css").read_text(encoding="utf-8")),
    )


def _header(verdicts: Sequence[Verdict]) -> Element:
    try:
        program = f"subpool {version('subpool')}"
    except PackageNotFoundError:
        program = "subpool, not installed"
    seconds = sum(verdict.seconds for verdict in verdicts)
    byline = f"Report of {program}: {_claims(len(verdicts))}, {seconds:.1f} seconds of checking in all."
    return el("header", el("h1", TITLE), el("p", byline, class_="byline"))


def _claims(count: int) -> str:
    return "1 claim" if count == 1 else f"{count} claims"


def _notice(verdicts: Iterable[Verdict]) -> Element | None:
    """Say first what must not be overlooked."""
    items = [
        el("li", badge(v.status), " ", _link(v.claim), f": {v.witness}" if v.witness else None)
        for v in verdicts
        if v.status in UNTRUE
    ]
    if not items:
        return None
    statuses = {v.status for v in verdicts}
    text = f"{_claims(len(items))} of this report must not be taken as true:"
    worst = "refuted" if "refuted" in statuses else "unknown"
    return el("div", el("p", el("strong", text)), el("ul", *items), class_=f"notice {worst}", role="alert")


def _introduction() -> Element:
    return el(
        "section",
        el(
            "p",
            *prose(
                r"A window of max pooling takes the maximum of its \(d\) inputs. The mean subpool maximum of order"
                r" \(r\) averages the maximum over all subsets of \(r\) inputs, and \(m_0 = 1\):"
            ),
        ),
        display(r"m_r(x) = \frac{1}{\binom{d}{r}} \sum_{|J| = r} \max_{j \in J} x_j"),
        el(
            "p",
            *prose(r"For a set \(R\) of orders, the best of their linear combinations on the unit cube has the error"),
        ),
        display(
            r"E(d, R) = \min_{\beta} \max_{x \in [0, 1]^d}"
            r" \left| \max_{i} x_i - \sum_{r \in R} \beta_r m_r(x) \right|"
        ),
        el(
            "p",
            *prose(
                r"and \(E_{\mathrm{range}}(d, R)\) is the least error relative to \(\max x - \min x\), over all"
                r" \(x \in \mathbb{R}^d\). Each claim below states something about such approximations, and is checked"
                r" in exact fractions: a computed value is compared with the claimed one by the kind of the claim,"
                r" \(=\) for tight results and identities, \(\le\) for upper and \(\ge\) for lower bounds. Closed forms"
                r" are compared with exact optima, whose certificates an independent checker has to accept."
            ),
        ),
        class_="intro",
    )


def _summary(verdicts: Sequence[Verdict]) -> Element:
    counts: Counter[str] = Counter(verdict.status for verdict in verdicts)
    rows = [
        el(
            "li",
            el("span", str(counts[status]), class_="count", data_count=status),
            badge(status),
            el("span", meaning, class_="meaning"),
        )
        for status, meaning in MEANING.items()
    ]
    return el("section", el("h2", "Summary"), el("ul", *rows, class_="statuses"))


def _contents(numbered: Sequence[tuple[int, tuple[Verdict, Claim]]]) -> Element:
    names = ("", "claim", "status", "kind", "scope", "computed", "", "claimed", "seconds")
    classes = ("right", None, None, None, None, "right", "relation", "right", "right")
    head = el("tr", *(el("th", n, class_=c, scope="col") for n, c in zip(names, classes, strict=True)))
    rows = [_contents_row(number, verdict) for number, (verdict, _) in numbered]
    caption = "Values at the last instance checked; for a claim that an instance refutes, its witness."
    return el(
        "nav",
        el("h2", "Contents", id="contents"),
        el(
            "div",
            el("table", el("caption", el("span", caption)), el("thead", head), el("tbody", *rows)),
            class_="scroll",
        ),
        class_="contents",
        aria_labelledby="contents",
    )


def _contents_row(number: int, verdict: Verdict) -> Element:
    computed, claimed = short_pair(verdict.computed, verdict.claimed)
    return el(
        "tr",
        el("td", str(number), class_="right"),
        el("td", _link(verdict.claim), class_="nowrap"),
        el("td", badge(verdict.status, verdict.label)),
        el("td", verdict.kind),
        el("td", verdict.scope),
        el("td", computed, class_="right"),
        el("td", relation(verdict.kind, verdict.computed, verdict.claimed), class_="relation"),
        el("td", claimed, class_="right"),
        el("td", f"{verdict.seconds:.2f}", class_="right"),
        class_=verdict.status if verdict.status in UNTRUE else None,
    )


def _link(name: str) -> Element:
    return el("a", name, href=f"#{anchor(name)}")
