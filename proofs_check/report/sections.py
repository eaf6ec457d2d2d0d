"""The section of one claim in the report: statement, status, evidence, proof and negative controls."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from proofs_check.report.markup import Node, display, el, facts, formula, prose
from proofs_check.report.plots import plot
from proofs_check.report.stated import WHOSE, statement
from proofs_check.statement import HOLDS
from theory.rationals import decimal, to_string

if TYPE_CHECKING:
    from proofs_check.claim import Claim, Verdict
    from proofs_check.proof import Proof, Step
    from proofs_check.statement import Instance, Kind, Table

_MARK = {"proved": "✓", "verified": "✓", "refuted": "✗", "unknown": "?"}
_KIND = {
    "tight": "tight: computed = claimed",
    "identity": "identity: computed = claimed",
    "upper": "upper bound: computed ≤ claimed",
    "lower": "lower bound: computed ≥ claimed",
}

_LONGEST_NUMBER = 40
"""Numbers with more characters are shown as decimals, and in full on demand."""
_CONTROLS = (
    "Close to this claim, and false: the machinery that checks the claim must refute each, at an instance at which "
    "both sides are known exactly, such as an optimum or a count. That something built is larger than stated refutes "
    "nothing."
)
_SIGNS = {"tight": "=≠", "identity": "=≠", "upper": "≤>", "lower": "≥<"}
_LONGEST_IN_CONTENTS = 12
_LONGEST_TITLE = 400


def anchor(name: str) -> str:
    """Return the id of a claim's section."""
    return "claim-" + re.sub(r"[^A-Za-z0-9_.-]", "_", name)


def badge(status: str, label: str | None = None) -> Element:
    """Show a status, by colour, sign and word; the label says more than the status."""
    return el("span", f"{_MARK[status]} {label or status}", class_=f"badge {status}")


def section(number: int, verdict: Verdict, claim: Claim, attributes: Mapping[str, str]) -> Element:
    """Show one claim and what came out, in a section with a number and further attributes."""
    title = el("h3", el("span", f"{number}.", class_="number-of"), claim.name)
    whose = el("span", WHOSE[claim.origin], class_="whose")
    return el(
        "section",
        el("div", title, badge(verdict.status, verdict.label), whose, class_="head"),
        statement(claim),
        None if claim.table is None else foldable(claim.table()),
        _witness(verdict),
        _facts(verdict, claim),
        *_proof(verdict, claim),
        _evidence(verdict),
        _neighbours(claim, verdict),
        el("p", el("a", "Contents ↑", href="#contents"), class_="back"),
        class_="claim",
        id=anchor(claim.name),
        **attributes,
    )


def foldable(table: Table) -> Element:
    """Show a table that a statement refers to, folded."""
    head = el("tr", *(el("th", *prose(name), scope="col") for name in table.head))
    rows = [el("tr", *(el("td", formula(entry), class_="nowrap") for entry in row)) for row in table.rows]
    box = el("div", el("table", el("thead", head), el("tbody", *rows)), class_="scroll")
    return el("details", el("summary", table.title), el("p", *prose(table.text)), box, class_="table")


def _witness(verdict: Verdict) -> Element | None:
    if verdict.witness is None:
        return None
    reason = "Refuted: " if verdict.status == "refuted" else "Why: "
    values: list[Node] = []
    # A proof may be what fails, with all instances true: then their values are no witness.
    computed, claimed = verdict.computed, verdict.claimed
    if computed is not None and claimed is not None and not HOLDS[verdict.kind](computed, claimed):
        values = [": computed ", _number(computed), ", claimed ", _number(claimed)]
    return el("div", el("p", el("strong", reason), verdict.witness, *values), class_=f"notice {verdict.status}")


def _facts(verdict: Verdict, claim: Claim) -> Element:
    said: list[tuple[Node, Sequence[Node]]] = [
        ("Kind", [_KIND[claim.kind]]),
        *_scopes(verdict, claim),
        ("Source", [claim.source]),
        ("Checked", [_checked(verdict)]),
    ]
    if verdict.kernel:
        said.append(("Kernel", [f"Coq has accepted, without assumptions: {', '.join(verdict.kernel)}"]))
    if claim.idea:
        said.append(("Idea", prose(claim.idea)))
    if claim.rests_on:
        said.append(("Rests on", [", ".join(claim.rests_on)]))
    return facts(said)


def _scopes(verdict: Verdict, claim: Claim) -> list[tuple[Node, Sequence[Node]]]:
    """Say for what the claim is stated, and for what it was proved or checked."""
    reached = {"proved": "proved", "verified": "verified"}.get(verdict.status, "checked")
    if verdict.scope == claim.whole:
        return [("Scope", [f"{verdict.scope}; {reached} for all of it"])]
    stated: list[tuple[Node, Sequence[Node]]] = [("Scope", [claim.whole])] if claim.whole else []
    return [*stated, (f"{reached.capitalize()} for", [verdict.scope])]


def _checked(verdict: Verdict) -> str:
    counts = [(verdict.instances, "exact instance"), (verdict.steps, "symbolic step")]
    texts = [f"{count:,} {name}{'' if count == 1 else 's'}" for count, name in counts if count]
    return f"{' and '.join(texts) or 'nothing'}, in {verdict.seconds:.2f} seconds"


def _evidence(verdict: Verdict) -> Element | None:
    if not verdict.samples:
        return None
    figure = plot(verdict.samples, verdict.claim)
    number = len(verdict.samples)
    title = f"Exact numbers for {number} kernel sizes" if number > 1 else "Exact numbers for one kernel size"
    shown = el("div", _samples(verdict), None if figure is None else el("figure", figure), class_="evidence")
    return el("details", el("summary", title if figure is None else f"{title}, with a plot"), shown)


def _samples(verdict: Verdict) -> Element:
    head = [("d", "right"), ("instance", None), ("computed", "right"), ("", "relation"), ("claimed", "right")]
    table = el(
        "table",
        el("caption", el("span", "At the last instance of each kernel size")),
        el("thead", el("tr", *(el("th", name, class_=class_, scope="col") for name, class_ in head))),
        el("tbody", *(_sample_row(sample, verdict.kind) for sample in verdict.samples)),
    )
    return el("div", table, class_="scroll")


def _sample_row(sample: Instance, kind: Kind) -> Element:
    return el(
        "tr",
        el("td", str(sample.kernel_size), class_="right"),
        el("td", sample.where),
        el("td", _number(sample.computed), class_="right"),
        el("td", relation(kind, sample.computed, sample.claimed), class_="relation"),
        el("td", _number(sample.claimed), class_="right"),
    )


def relation(kind: Kind, computed: Fraction | None, claimed: Fraction | None) -> str | None:
    """Return the sign between two values: what the kind of claim asserts, or its negation where that fails."""
    if computed is None or claimed is None:
        return None
    return _SIGNS[kind][not HOLDS[kind](computed, claimed)]


def _neighbours(claim: Claim, verdict: Verdict) -> Element | None:
    if not claim.neighbours:
        return None
    controls = {control.claim: control for control in verdict.controls}
    items = [_neighbour(neighbour, controls.get(neighbour.name)) for neighbour in claim.neighbours]
    several = f"s: {len(items)} false statements" if len(items) > 1 else ": a false statement"
    title = f"Negative control{several}"
    return el("details", el("summary", title), el("p", _CONTROLS), el("ul", *items, class_="controls"))


def _neighbour(claim: Claim, verdict: Verdict | None) -> Element:
    outcome: list[Node] = []
    if verdict is not None and verdict.holds:
        outcome = [" ", badge(verdict.status), el("strong", " although it is false: the machinery is at fault")]
    elif verdict is not None:
        must = " as it must be" if verdict.status == "refuted" else ""
        outcome = [" ", badge(verdict.status), f"{must}: {verdict.witness}"]
    return el("li", claim.name, *outcome, display(claim.statement))


# --- proofs ---------------------------------------------------------------------------------------------------------


def _proof(verdict: Verdict, claim: Claim) -> list[Element]:
    proof = claim.proof() if claim.proof is not None else None
    if proof is None:
        return []
    title = "Proof" if verdict.status == "proved" else "Attempted proof: not all of it was checked, or it fails"
    number = f"{len(proof.steps)} steps" if len(proof.steps) > 1 else "one step"
    argument = el("p", *prose(proof.argument), class_="argument") if proof.argument else None
    steps = el("ol", *map(_step, proof.steps), class_="steps")
    return [
        el("details", el("summary", f"{title}, in {number}"), argument, _reach(proof), steps),
        *([_closing(proof, verdict)] if proof.closing else []),
    ]


def _closing(proof: Proof, verdict: Verdict) -> Element:
    """Show what no step says by itself."""
    where = "in this proof, not in the kernel’s" if verdict.kernel else "after the steps"
    title = f"Left to words{'' if verdict.kernel else ','} {where}: "
    return el("p", el("strong", title), *prose(proof.closing), class_="closing")


def _reach(proof: Proof) -> Element:
    text = rf"Steps for all \(d \ge {proof.valid_from}\); smaller kernel sizes are checked by exact instances:"
    return el("p", *prose(text if proof.valid_from > 2 else r"Steps for all \(d \ge 2\):"))


def _step(step: Step) -> Element:
    from proofs_check.proof import region_of

    where = prose(rf"\({region_of(step).description}\))")
    kind = el("span", " (", _words(type(step).__name__), " for ", *where, class_="kind")
    return el("li", el("p", *prose(step.text), kind), display(_step_latex(step)))


def _step_latex(step: Step) -> str:
    """Write in LaTeX what a step asserts."""
    from sympy import latex

    from proofs_check.proof import Identity, Sign

    if isinstance(step, Identity):
        return f"{latex(step.left)} = {latex(step.right)}"
    if isinstance(step, Sign):
        sign = ">" if step.relation == ">" else r"\ge"
        return f"{latex(step.expression)} {sign} 0"
    bounds = rf"\sum_{{{latex(step.index)} = {latex(step.first)}}}^{{{latex(step.last)}}}"
    summand = rf"\left( {latex(step.summand)} \right)" if step.summand.is_Add else latex(step.summand)
    return f"{bounds} {summand} = {latex(step.total)}"


def _words(name: str) -> str:
    """Write a class name in words: ``ConstantSum`` as constant sum."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


# --- numbers --------------------------------------------------------------------------------------------------------


def _number(number: Fraction) -> Element:
    text = to_string(number)
    if len(text) <= _LONGEST_NUMBER:
        return el("span", text, class_="number")
    short = el("span", f"≈ {decimal(number)}", class_="number")
    return el("details", el("summary", short, f" ({len(text)} characters)"), el("code", text))


def written_alike(*numbers: Fraction | None, longest: int) -> list[str]:
    """Write numbers that are compared: as fractions if none takes more characters, as decimals if one does."""
    texts = ["" if number is None else to_string(number) for number in numbers]
    if all(len(text) <= longest for text in texts):
        return texts
    return ["" if number is None else decimal(number) for number in numbers]


def short_pair(*numbers: Fraction | None) -> list[Element | None]:
    """Show numbers that are compared, with decimals explained."""
    return [
        None if number is None else _titled(text, to_string(number))
        for number, text in zip(numbers, written_alike(*numbers, longest=_LONGEST_IN_CONTENTS), strict=True)
    ]


def _titled(text: str, exact: str) -> Element:
    return el("span", text, class_="number", title=exact if text != exact and len(exact) <= _LONGEST_TITLE else None)
