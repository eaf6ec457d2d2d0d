"""The table of contents, its filter, and the groups of claims.

The page runs no script: the filter is a row of radio buttons, and rules of the style sheet hide what does not match the
one that is chosen. What is filtered comes after the buttons, and says in ``data-whose`` and ``data-grade`` what it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from proofs_check.report.markup import el
from proofs_check.report.sections import anchor, badge, relation, section, short_pair
from proofs_check.report.stated import WHOSE
from proofs_check.statement import TOPICS

if TYPE_CHECKING:
    from proofs_check.claim import Claim, Verdict

    Entry = tuple[int, Verdict, Claim]

UNTRUE = ("refuted", "unknown")
_GRADES = {
    "kernel": "proved (kernel)",
    "proved": "proved",
    "verified": "verified",
    "refuted": "refuted",
    "unknown": "unknown",
}


def browse(pairs: Sequence[tuple[Verdict, Claim]]) -> Element:
    """Show all claims by subject, with a table of contents and a filter."""
    by_subject = sorted(pairs, key=lambda pair: TOPICS.index(pair[1].subject))
    entries = [(number, *pair) for number, pair in enumerate(by_subject, start=1)]
    groups = [(subject, list(group)) for subject, group in groupby(entries, key=lambda entry: entry[2].subject)]
    return el(
        "section",
        el("h2", "Contents", id="contents"),
        *_filter(entries),
        _contents(groups),
        *(_group(subject, group) for subject, group in groups),
        class_="browse",
    )


def _what(entries: Iterable[Entry]) -> dict[str, str]:
    """Return the attributes that the filter looks at: of a claim, or of several, which match as one of them does."""
    whose = dict.fromkeys(claim.origin for _, _, claim in entries)
    grades = dict.fromkeys(g for _, v, _ in entries for g in ((v.status, "kernel") if v.kernel else (v.status,)))
    return {"data_whose": " ".join(whose), "data_grade": " ".join(grades)}


# --- the filter -----------------------------------------------------------------------------------------------------


def _filter(entries: Sequence[Entry]) -> list[Element]:
    what = _what(entries)
    whose = {name: WHOSE[name] for name in WHOSE if name in what["data_whose"].split()}
    grades = {name: _GRADES[name] for name in _GRADES if name in what["data_grade"].split()}
    return [
        *_choice("whose", "Whose", whose),
        *_choice("grade", "Grade", grades),
        el("input", type="checkbox", id="unfold", autocomplete="off"),
        el("label", "Unfold proofs and numbers", for_="unfold", class_="unfold"),
    ]


def _choice(name: str, title: str, values: Mapping[str, str]) -> list[Element]:
    """Make radio buttons, the first of which lets everything through."""
    found = [el("span", title, class_="choice")]
    for value, label in {"all": "all", **values}.items():
        i, checked, spoken = f"{name}-{value}", "checked" if value == "all" else None, f"{title}: {label}"
        button = el("input", type="radio", name=name, id=i, checked=checked, autocomplete="off", aria_label=spoken)
        found += [button, el("label", label, for_=i)]
    return [*found, el("br")]


# --- the table ------------------------------------------------------------------------------------------------------

_COLUMNS = (
    ("", "right"),
    ("claim", None),
    ("whose", None),
    ("grade", None),
    ("scope", None),
    ("computed", "right wide"),
    ("", "relation wide"),
    ("claimed", "right wide"),
    ("seconds", "right wide"),
)


def _contents(groups: Sequence[tuple[str, Sequence[Entry]]]) -> Element:
    head = el("tr", *(el("th", name, class_=class_, scope="col") for name, class_ in _COLUMNS))
    caption = "Values at the last instance checked; for a claim that an instance refutes, its witness."
    table = el("table", el("caption", el("span", caption)), el("thead", head), *(_rows(*group) for group in groups))
    shown = el("p", "Claims shown: ", el("output", class_="shown"))
    return el("nav", el("div", table, class_="scroll"), shown, class_="contents", aria_labelledby="contents")


def _rows(subject: str, entries: Sequence[Entry]) -> Element:
    link = el("a", subject, href=f"#{_group_id(subject)}")
    title = el("tr", el("th", link, colspan=len(_COLUMNS), scope="rowgroup"), class_="subject", **_what(entries))
    return el("tbody", title, *map(_row, entries))


def _row(entry: Entry) -> Element:
    number, verdict, claim = entry
    computed, claimed = short_pair(verdict.computed, verdict.claimed)
    cells = (
        str(number),
        link(verdict.claim),
        claim.origin,
        badge(verdict.status, verdict.label),
        verdict.scope,
        computed,
        relation(verdict.kind, verdict.computed, verdict.claimed),
        claimed,
        f"{verdict.seconds:.2f}",
    )
    row = [el("td", cell, class_=class_) for cell, (_, class_) in zip(cells, _COLUMNS, strict=True)]
    return el("tr", *row, class_=f"entry {verdict.status}" if verdict.status in UNTRUE else "entry", **_what([entry]))


def link(name: str) -> Element:
    """Link to the section of a claim."""
    return el("a", name, href=f"#{anchor(name)}")


# --- the claims -----------------------------------------------------------------------------------------------------


def _group(subject: str, entries: Sequence[Entry]) -> Element:
    number = el("span", count(len(entries)), class_="how-many")
    title = el("summary", el("h2", subject[0].upper() + subject[1:]), number)
    shown = [section(*entry, _what([entry])) for entry in entries]
    return el("details", title, *shown, class_="group", id=_group_id(subject), open="open", **_what(entries))


def _group_id(subject: str) -> str:
    return f"group-{subject.replace(' ', '-')}"


def count(number: int) -> str:
    """Write a number of claims."""
    return "1 claim" if number == 1 else f"{number} claims"
