"""A statement as the page shows it: each hypothesis with where the statement fails without it, then the conclusion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from proofs_check.report.markup import display, el, formula
from proofs_check.statement import Hypothesis, least_kernel_size, place

if TYPE_CHECKING:
    from proofs_check.claim import Claim

WHOSE = {"paper": "the paper’s", "ours": "ours", "others": "others’"}
"""Whose a statement is, in words, by :attr:`proofs_check.Claim.origin`."""

_CONVENTION = least_kernel_size(2)


def statement(claim: Claim) -> Element:
    """Show what a claim states: a list of hypotheses, if there are any, and the conclusion."""
    if not claim.conditions:
        return el("div", display(claim.conclusion), class_="statement")
    return el("dl", *_rows(claim), class_="statement")


def _rows(claim: Claim) -> Iterator[Element]:
    for i, hypothesis in enumerate(claim.conditions):
        reason = el("span", f" {_why(hypothesis)}", class_="why")
        yield el("dt", "and" if i else "If")
        yield el("dd", formula(hypothesis.text), reason, class_="hypothesis")
    yield el("dt", "then")
    yield el("dd", display(claim.conclusion))


def _why(hypothesis: Hypothesis) -> str:
    """Say whether a hypothesis is known to be needed."""
    if hypothesis.beyond is not None:
        return f"needed: fails at {place(hypothesis.beyond)}"
    return "by convention" if hypothesis == _CONVENTION else "not known to be needed"
