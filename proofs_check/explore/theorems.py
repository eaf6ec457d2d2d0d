"""The claims as a graph: what rests on what, the grade of each, and its section of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import tostring

from proofs_check.report.sections import section
from proofs_check.statement import TOPICS
from proofs_check.verdict import Verdict
from theory.progress import Progress, unwatched

if TYPE_CHECKING:
    from proofs_check.claim import Claim

_NOT_ASKED = "this page was made without the record of a run; subpool verify --explore makes one with it"


def theorems(
    claims: Mapping[str, Claim],
    verdicts: Sequence[Verdict] = (),
    sections: Mapping[str, str] | None = None,
    *,
    progress: Progress = unwatched,
) -> list[dict[str, Any]]:
    """Return what the page shows of each claim, by subject, as JSON objects.

    The level is the length of the longest chain of these claims that it rests on; ``section`` is HTML, which the report
    makes from the data of the claim, here if it is not given. A claim without a verdict is unknown.

    >>> from subpool import claims
    >>> few = {name: claims()[name] for name in ("link", "width-low-orders")}
    >>> [(one["name"], one["rests_on"], one["level"], one["grade"]) for one in theorems(few)]
    [('link', [], 0, 'unknown'), ('width-low-orders', ['link'], 1, 'unknown')]
    """
    known = {verdict.claim: verdict for verdict in verdicts}
    made = sections or {}
    levels: dict[str, int] = {}
    by_subject = sorted(claims.values(), key=lambda claim: TOPICS.index(claim.subject))
    found = []
    for number, claim in enumerate(by_subject, start=1):
        progress(number - 1, len(by_subject))
        verdict = known[claim.name] if claim.name in known else _not_asked(claim)
        found.append(
            {
                "name": claim.name,
                "grade": "kernel" if verdict.kernel else verdict.status,
                "subject": claim.subject,
                "level": _level(claim.name, claims, levels),
                "rests_on": _below(claim.name, claims),
                "section": made.get(claim.name) or _section(number, verdict, claim),
            }
        )
    return found


def _section(number: int, verdict: Verdict, claim: Claim) -> str:
    return tostring(section(number, verdict, claim, {}), encoding="unicode", method="html")


def _below(name: str, claims: Mapping[str, Claim]) -> list[str]:
    return [other for other in claims[name].rests_on if other in claims]


def _level(name: str, claims: Mapping[str, Claim], levels: dict[str, int]) -> int:
    """Return the level of a claim; a test sees to it that no claim rests on itself."""
    if name not in levels:
        levels[name] = max((1 + _level(below, claims, levels) for below in _below(name, claims)), default=0)
    return levels[name]


def _not_asked(claim: Claim) -> Verdict:
    return Verdict(claim.name, "unknown", "none", claim.kind, None, None, _NOT_ASKED, 0.0, whole=claim.whole)


def asset(name: str) -> str:
    """Return a file that runs in the page: ``checker.js``, or the style of the sections, ``report.css``."""
    folder = files("proofs_check") / ("report" if name.endswith(".css") else "explore")
    return folder.joinpath(name).read_text(encoding="utf-8")
