"""Directives that list claims and the kernel's theorems with how they are checked, from the registry itself."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, ClassVar
from xml.etree.ElementTree import tostring

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from proofs_check import Claim, claims
from proofs_check.coq import KernelRecord
from proofs_check.coq.sources import shipped_theorems
from proofs_check.coq.statements import theorem_of
from proofs_check.report.sections import foldable
from proofs_check.statement import DEFAULT_KERNEL_MAX
from subpool_docs.freshness import depends_on_sources, kernel
from theory.guess.orders import format_sizes


def label_and_check(claim: Claim, record: KernelRecord) -> tuple[str, str]:
    """Say how a claim is checked: a word or two, and a sentence.

    That the kernel has proved it is said where the kernel did, by the record of its last run.
    """
    theorem = theorem_of(claim)
    if record.proofs(claim):
        return "proved (kernel)", f"Coq's kernel has accepted {theorem}."
    label, check = _label_and_check(claim)
    return label, f"{check} Kernel proof: make coq ({theorem})." if theorem else check


def _label_and_check(claim: Claim) -> tuple[str, str]:
    if claim.proof is not None:
        steps = "the steps of the proof are checked symbolically; kernel sizes below theirs, and some above, exactly."
        return "proved", f"For {claim.whole}: {steps}"
    return "verified", f"Exactly, on the range: {claim.scope or _range(claim.name)}."


@cache
def _range(name: str) -> str:
    return f"d = {format_sizes(sorted(claims()[name].sizes_up_to(DEFAULT_KERNEL_MAX)))}, by default"


class ClaimsDirective(SphinxDirective):
    """List the claims that are named, with statement, source and check.

    Options
    -------
    matching
        All claims whose names begin like this.
    """

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"matching": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """List the claims of the directive."""
        depends_on_sources(self.env)
        known = claims()
        names = [name for line in self.content for name in line.split()]
        if "matching" in self.options:
            names += [name for name in known if name.startswith(self.options["matching"])]
        for name in names:
            if name not in known:
                raise self.error(f"there is no claim {name!r}")
        found = nodes.definition_list(classes=["claims"])
        found += [self._item(known[name]) for name in names]
        return [found]

    def _item(self, claim: Claim) -> nodes.definition_list_item:
        label, check = label_and_check(claim, kernel())
        status = nodes.inline("", label, classes=["status", label.split()[0]])
        term = nodes.term("", "", nodes.literal("", claim.name), nodes.Text(" "), status)
        statement = nodes.math_block(claim.statement, claim.statement, number=None, nowrap=False)
        self.set_source_info(statement)
        source = nodes.paragraph("", f"{check} Source: {claim.source}.", classes=["check"])
        found = nodes.definition("", statement, source)
        if claim.table is not None:
            html = tostring(foldable(claim.table()), encoding="unicode", method="html")
            found += nodes.raw("", html, format="html")
        return nodes.definition_list_item("", term, found)


class ClosedFormsDirective(SphinxDirective):
    """Tabulate the families with closed forms: name, error, smallest kernel size, source."""

    def run(self) -> list[nodes.Node]:
        """Tabulate all families."""
        from sympy import latex

        from theory import closed_forms
        from theory.optimal.families import PAPER

        depends_on_sources(self.env)
        rows: list[list[nodes.Node]] = []
        for name, family in closed_forms.items():
            inverse, start = latex(1 / family.parametric_error_formula), latex(family.parametric_valid_from)
            source = "the paper" if family.source == PAPER else family.source
            rows.append([nodes.literal("", name), nodes.math("", inverse), nodes.math("", start), nodes.Text(source)])
        return [table(["family", "1 / error", "from d =", "source"], rows)]


class KernelTheoremsDirective(SphinxDirective):
    """Tabulate the theorems that Coq's kernel checks, and say whether it has."""

    def run(self) -> list[nodes.Node]:
        """Tabulate all listed theorems."""
        depends_on_sources(self.env)
        record = kernel()
        listed = [(one.name, one.meaning) for one in record.theorems] or [
            (one.full_name, one.meaning) for one in shipped_theorems()
        ]
        rows: list[list[nodes.Node]] = [[nodes.literal("", name), nodes.Text(meaning)] for name, meaning in listed]
        said = what_the_kernel_did(record)
        return [nodes.paragraph(said, said), table(["theorem", "says"], rows)]


class WithoutKernelDirective(SphinxDirective):
    """Tabulate the claims for all kernel sizes that no theorem of Coq proves, with the reasons.

    Each line names claims, then a colon and why; it is an error if the claims named are not just those.
    """

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Tabulate the reasons, compared with what is proved."""
        depends_on_sources(self.env)
        lines = [line.partition(": ") for line in self.content if line.strip()]
        reasons = {name: reason for names, _, reason in lines for name in names.split()}
        unproved = without_theorem()
        if unproved != reasons.keys():
            raise self.error(f"without a theorem are {sorted(unproved)}, and reasons stand for {sorted(reasons)}")
        rows: list[list[nodes.Node]] = [
            [nodes.literal("", ", ".join(names.split())), nodes.Text(reason)] for names, _, reason in lines
        ]
        return [table(["claim", "why it is no theorem of Coq"], rows)]


def without_theorem() -> set[str]:
    """Return the names of the claims for all kernel sizes from one on that no theorem of Coq says."""
    return {
        name
        for name, claim in claims().items()
        if claim.least is not None and claim.most is None and not theorem_of(claim)
    }


def what_the_kernel_did(record: KernelRecord) -> str:
    """Say what is known of the kernel's last run when these pages are built."""
    if record.missing:
        return f"When these pages were built, the kernel was not asked: {record.missing}."
    number = len(record.theorems)
    return f"When these pages were built, Coq {record.coq} had accepted all {number}, each without assumptions."


def table(titles: Sequence[str], rows: Sequence[Sequence[nodes.Node]]) -> nodes.table:
    """Make a table of inline nodes."""
    group = nodes.tgroup("", *(nodes.colspec("", colwidth=1) for _ in titles), cols=len(titles))
    group += nodes.thead("", _row([nodes.Text(title) for title in titles]))
    group += nodes.tbody("", *map(_row, rows))
    return nodes.table("", group, classes=["wide"])


def _row(cells: Sequence[nodes.Node]) -> nodes.row:
    return nodes.row("", *_entries(cells))


def _entries(cells: Sequence[nodes.Node]) -> Iterator[nodes.entry]:
    for cell in cells:
        yield nodes.entry("", nodes.paragraph("", "", cell))


def setup(app: Sphinx) -> dict[str, bool]:
    """Add the directives."""
    app.add_directive("subpool-claims", ClaimsDirective)
    app.add_directive("subpool-closed-forms", ClosedFormsDirective)
    app.add_directive("subpool-kernel-theorems", KernelTheoremsDirective)
    app.add_directive("subpool-without-kernel", WithoutKernelDirective)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
