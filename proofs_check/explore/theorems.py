"""The claims as a graph: what rests on what, the grade of each, and its section of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import tostring

from proofs_check.report.sections import section
from proofs_check.statement import TOPICS
from proofs_check.verdict import Verdict

if TYPE_CHECKING:
    from proofs_check.claim import Claim

_NOT_ASKED = "this page was made without the record of a run of subpool verify"


def theorems(claims: Mapping[str, Claim], verdicts: Sequence[Verdict] = ()) -> list[dict[str, Any]]:
    """Return what the page shows of each claim, by subject, as JSON objects.

    The level is the length of the longest chain of claims that it rests on; ``section`` is HTML, made by the report from
    the data of the claim. A claim without a verdict is unknown.

    >>> from subpool import claims
    >>> found = {one["name"]: one for one in theorems(claims())}
    >>> found["least-terms"]["rests_on"], found["least-terms"]["grade"], found["order-statistic-weights"]["level"]
    (['width'], 'unknown', 0)
    """
    known = {verdict.claim: verdict for verdict in verdicts}
    levels: dict[str, int] = {}
    by_subject = sorted(claims.values(), key=lambda claim: TOPICS.index(claim.subject))
    return [
        _shown(number, claim, known.get(claim.name) or _not_asked(claim), _level(claim.name, claims, levels))
        for number, claim in enumerate(by_subject, start=1)
    ]


def _shown(number: int, claim: Claim, verdict: Verdict, level: int) -> dict[str, Any]:
    return {
        "name": claim.name,
        "grade": "kernel" if verdict.kernel else verdict.status,
        "label": verdict.label,
        "scope": verdict.scope,
        "subject": claim.subject,
        "origin": claim.origin,
        "level": level,
        "rests_on": list(claim.rests_on),
        "section": tostring(section(number, verdict, claim, {}), encoding="unicode", method="html"),
    }


def _level(name: str, claims: Mapping[str, Claim], levels: dict[str, int]) -> int:
    """Return the level of a claim; a test sees to it that no claim rests on itself."""
    if name not in levels:
        levels[name] = max((1 + _level(below, claims, levels) for below in claims[name].rests_on), default=0)
    return levels[name]


def _not_asked(claim: Claim) -> Verdict:
    return Verdict(claim.name, "unknown", "none", claim.kind, None, None, _NOT_ASKED, 0.0, whole=claim.whole)


def checker_source() -> str:
    """Return the module of the checker that runs in the page."""
    return files(__package__).joinpath("checker.js").read_text(encoding="utf-8")
