"""What claims say, in Coq's language: made from their data, and compared with ``theories/Statements.v``.

That file has a definition for each claim that the kernel has proved, and nothing but definitions; Coq reads it, and
``theories/Claims.v``, or another whose name begins like this, has a theorem of the same name whose type is the
definition. A claim is proved by the kernel if what is made from it as it is now is what stands there: of a closed form
and of an identity for a maximum all of it, of other claims the quantities and hypotheses, and the conclusion as text in
LaTeX beside the conclusion in Coq. Where hypotheses have no translation, they are compared as text, too. So a claim in
which anything is changed has no theorem.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from hashlib import sha256
from itertools import groupby
from textwrap import fill
from typing import TYPE_CHECKING, Any

from proofs_check.coq.formulas import COQ, coefficients, max_identity
from proofs_check.coq.sources import STATEMENTS, shipped_sources, shipped_theorems, stated_definitions
from proofs_check.kits.cells import MaxIdentity
from proofs_check.kits.optima import error_formula
from theory.errors import InputError
from theory.optimal.families import ClosedForm

if TYPE_CHECKING:
    from proofs_check.claim import Claim
    from proofs_check.statement import Table

_PROOFS = "Claims"
"""How the names of the theories begin that prove the claims."""

_CLAIM = re.compile(r"\(\*\* Claim (?P<name>[a-z0-9-]+), ")
_TYPES: Mapping[str, str] = {
    **dict.fromkeys("djknqrz", "nat"),
    **dict.fromkeys("RS", "seq nat"),
    **dict.fromkeys(("eps", "t"), "F"),
    **dict.fromkeys(("beta", "c"), "nat -> F"),
    **dict.fromkeys("ab", "seq F"),
    "x": "'I_d -> F",
}
_TO_BE_WRITTEN = "(the conclusion)"
_LONGEST_DATA = 60
_WIDTH = 118


def theorem_of(claim: Claim) -> str:
    """Return the name of the theorem that says what the claim says today, or nothing; the kernel is not asked.

    >>> from proofs_check import claims
    >>> theorem_of(claims()["closed-form-full"]), theorem_of(claims()["closed-form-full"].neighbours[0])
    ('ClaimsCoefficients.closed_form_full', '')
    """
    text = _stated().get(claim.name)
    if text is None:
        return ""
    try:
        head, _, after = (_words(part) for part in translation(claim).partition(_TO_BE_WRITTEN))
    except InputError:
        return ""
    agrees = text.startswith(f"{head} ") if after else text == head
    return _proofs().get(_identifier(claim), "") if agrees else ""


@cache
def _stated() -> Mapping[str, str]:
    """Return what ``Statements.v`` says of claims, by their names, each on one line."""
    return {
        match["name"]: _words(comment + definition)
        for comment, definition in stated_definitions(shipped_sources().get(STATEMENTS, ""))
        if (match := _CLAIM.match(comment))
    }


@cache
def _proofs() -> Mapping[str, str]:
    """Return the full names of the theorems about claims, by their names in ``Statements.v``."""
    return {one.name: one.full_name for one in shipped_theorems() if one.source.startswith(_PROOFS)}


def statement_of(name: str) -> str:
    """Return what has to be the type of a theorem of ``Claims*.v``; of another, given by its full name, nothing.

    >>> statement_of("ClaimsWidths.least_terms"), statement_of("FullSet.full_set")
    ('Statements.least_terms', '')
    """
    source, _, theorem = name.partition(".")
    return f"{STATEMENTS}.{theorem}" if source.startswith(_PROOFS) else ""


def translation(claim: Claim) -> str:
    """Return what belongs into ``Statements.v``; of a claim that is no closed form, the conclusion is to be written."""
    match claim.change:
        case ClosedForm():
            if claim.conclusion != error_formula(claim.change):
                raise InputError(f"{claim.name} says something else than its family: {claim.conclusion}")
            conclusion = _optimal(claim.change)
        case MaxIdentity():
            conclusion = f"forall F : realFieldType,\n  {max_identity(claim.change)}"
        case _:
            conclusion = _TO_BE_WRITTEN
    return f"{_head(claim)}\n  {conclusion}.\n"


def _words(text: str) -> str:
    return " ".join(text.split())


def _identifier(claim: Claim) -> str:
    return claim.name.replace("-", "_")


def _head(claim: Claim) -> str:
    prefix = _prefix(claim)
    in_words = claim.conclusion if prefix else f"In {', '.join(claim.quantities)}: {claim.statement}"
    said = [] if isinstance(claim.change, ClosedForm) else [f"{in_words}.", f"{_data(claim)}."]
    comment = "\n".join([f"(** Claim {claim.name}, {claim.kind}, {claim.whole}.", *said]) + " *)"
    wrapped = (_wrapped(line, "    " * (n > 0), "    ") for n, line in enumerate(comment.split("\n")))
    return "\n".join([*wrapped, f"Definition {_identifier(claim)} : Prop :=", *([f"  {prefix}"] if prefix else [])])


def _prefix(claim: Claim) -> str:
    """Return the quantities and hypotheses, or nothing where one has no translation."""
    try:
        hypotheses = [COQ.condition(hypothesis.text) for hypothesis in claim.conditions]
    except InputError:
        return ""
    kinds = {_TYPES.get(name, "?") for name in claim.quantities}
    if not hypotheses or "?" in kinds or ("d" not in claim.quantities and any("_d" in kind for kind in kinds)):
        return ""
    if "R" in claim.quantities:
        hypotheses.insert(0, "set_of_orders d R")
    groups = groupby(claim.quantities, _TYPES.__getitem__)
    quantities = " ".join(f"({' '.join(names)} : {kind})" for kind, names in groups)
    return f"forall (F : realFieldType) {quantities},\n  {' -> '.join(hypotheses)} -> (* then *)"


def _optimal(family: ClosedForm) -> str:
    optimal = "optimal_range" if family.goal.relative else "optimal_cube"
    first = f"{optimal} F d {COQ.orders(family.blocks)}"
    others = f"({coefficients(family.blocks)})\n({COQ.field(family.parametric_error_formula)})"
    return "\n".join([first, *(_wrapped(line, "    ", "      ") for line in others.split("\n"))])


def _wrapped(text: str, first: str, others: str) -> str:
    return fill(
        text,
        _WIDTH,
        initial_indent=first,
        subsequent_indent=others,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _data(claim: Claim) -> str:
    """Write the data that a claim is made from, as far as the definition has them not, or a digest if they are long."""
    text = _words(_written(claim.change)) + _rows(claim.table)
    shown = text if len(text) <= _LONGEST_DATA else f"sha256 {sha256(text.encode()).hexdigest()[:32]}"
    return f"{'Table' if isinstance(claim.change, MaxIdentity) else 'Data'}: {shown}"


@cache
def _rows(table: Callable[[], Table] | None) -> str:
    return "" if table is None else f"; {table().rows}"


def _written(change: Any) -> str:
    if isinstance(change, MaxIdentity):
        return ""  # all of it is in the definition
    if isinstance(change, tuple):
        return ", ".join(map(_written, change))
    if isinstance(change, partial):
        return _written((change.func, *change.args, *change.keywords.items()))
    return change.__qualname__ if callable(change) else str(change)
