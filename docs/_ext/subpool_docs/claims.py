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
from proofs_check.coq.sources import ListedTheorem, read_sources, shipped_sources, theorems_of_claims
from proofs_check.registry import DEFAULT_KERNEL_MAX
from proofs_check.report.sections import foldable
from subpool_docs.freshness import depends_on_sources

_DEFAULT_SCOPE = f"all kernel sizes up to a largest one, {DEFAULT_KERNEL_MAX} if nothing else is said"


@cache
def _listed_theorems() -> tuple[ListedTheorem, ...]:
    return tuple(theorem for source in read_sources(shipped_sources()) for theorem in source.listed)


@cache
def _kernel() -> dict[str, tuple[str, ...]]:
    return theorems_of_claims(_listed_theorems())


def label_and_check(claim: Claim) -> tuple[str, str]:
    """Say how a claim is checked: a word or two, and a sentence."""
    if claim.name in _kernel():
        theorems = ", ".join(_kernel()[claim.name])
        return "proved (kernel)", f"Coq's kernel checks {theorems}."
    if claim.proof is not None:
        steps = "the steps of the proof are checked symbolically; kernel sizes below it, and some above, exactly."
        return "proved", f"For all kernel sizes: {steps}"
    return "verified", f"Exactly, on the range: {claim.scope or _DEFAULT_SCOPE}."


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
        label, check = label_and_check(claim)
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
    """Tabulate the theorems that Coq's kernel checks."""

    def run(self) -> list[nodes.Node]:
        """Tabulate all listed theorems."""
        depends_on_sources(self.env)
        rows: list[list[nodes.Node]] = [
            [nodes.literal("", theorem.full_name), nodes.Text(theorem.meaning)] for theorem in _listed_theorems()
        ]
        return [table(["theorem", "says"], rows)]


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
    return {"parallel_read_safe": True, "parallel_write_safe": True}
