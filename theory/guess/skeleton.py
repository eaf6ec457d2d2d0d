"""The source of a claim about a conjecture."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from theory.guess import Guess

import re
from collections.abc import Mapping
from textwrap import fill

from theory.guess.formula import Formula
from theory.guess.orders import format_sizes, parts_of
from theory.objectives import find_objective
from theory.targets import MAXIMUM

MODULE_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
_LINE = 120


_SKELETON = '''"""Conjecture: the optimal error of the orders {{{orders}}} for all kernel sizes d >= {valid_from}.

Setting
    {setting}
Claim
{claim}
Kind
    Tight.
Source
    This project, conjecture: guessed by ``theory.guess``, not proved.
Evidence
{evidence}
To be proved
{to_prove}
Check
    The exact solver finds an optimum, ``proofs_check.certificates`` certifies it, and both are compared with the
    formulas, for each kernel size up to the largest.
"""

from __future__ import annotations

from collections.abc import Iterator

from proofs_check.certificates import check_certificate
from proofs_check.claim import Claim, stated
from proofs_check.statement import Case, StatementError, Value, grid, least_kernel_size, standard
from theory import optimal_estimator
from theory.guess import Formula
from theory.notation import check_orders

ORDERS = {quoted_orders}
CONCLUSION = {statement}
INVERSE_ERROR = {inverse_error}
COEFFICIENTS: dict[str, Formula] = {{
{coefficients}}}


def _values(excess: int, case: Case) -> Iterator[Value]:
    d = case["d"]
    estimator = optimal_estimator(d, ORDERS, objective="{objective}"{target})
    for label, formula in COEFFICIENTS.items():
        if d >= formula.valid_from:
            beta = estimator.coefficients[check_orders(d, label)[0]]
            yield Value(f"coefficient of order {{label}}", beta, formula.evaluate(d))
    if estimator.certificate is None:
        raise StatementError(f"the optimum at d = {{d}} has no certificate")
    error = check_certificate(estimator.certificate.to_json())
    yield Value("error", error, 1 / (INVERSE_ERROR.evaluate(d) + excess))


def claims() -> Iterator[Claim]:
    """Yield the conjecture as a claim, with a neighbour whose 1/E is too large by 1."""
    yield stated(
        ("{claim_name}", CONCLUSION, 0),
        ("{claim_name}-plus-one", f"{{CONCLUSION}} + 1", 1),
        kind="tight",
        source="this project, conjecture",
        idea="No proof yet: the formulas were fitted to exact optima and confirmed at kernel sizes not fitted to.",
        quantities=standard("d"),
        hypotheses=(least_kernel_size(INVERSE_ERROR.valid_from),),
        values=_values,
        cases=grid(least=INVERSE_ERROR.valid_from),
        drawn_up_to=INVERSE_ERROR.valid_from + 8,
    )
'''


def write_skeleton(guess: Guess, formula: Formula, name: str) -> str:
    """Write the source of a module whose claim is the conjecture."""
    found = {label: f for label, f in guess.coefficients.items() if f is not None}
    goal = find_objective(guess.objective)
    orders = _shown(guess.orders)
    in_latex = orders.replace("..", r", \ldots, ")
    is_maximum = guess.target == MAXIMUM
    of = "" if is_maximum else rf"; \text{{{guess.target}}}"
    statement = rf"\frac{{1}}{{{goal.symbol}(d, \{{{in_latex}\}}{of})}} = {formula.to_latex()}"
    setting = f"The target is {'the maximum' if is_maximum else guess.target}. {goal.setting}"
    return _SKELETON.format(
        orders=orders,
        valid_from=formula.valid_from,
        setting=_paragraph(setting).strip(),
        target="" if is_maximum else f', target="{guess.target}"',
        claim=_paragraph(f"1/E = {formula.to_text()}."),
        evidence=_paragraph(
            f"Exact optima for d = {format_sizes(sorted(guess.errors))}. The formula for 1/E ({formula.method}) was "
            f"fitted to d = {format_sizes(formula.fitted)} and then gave the unseen values at "
            f"d = {format_sizes(formula.tested)}."
        ),
        to_prove=_paragraph(_what_remains(guess, found)),
        quoted_orders=_quote(guess.orders, "", len("ORDERS = ")),
        objective=guess.objective,
        inverse_error=_source(formula, ""),
        coefficients="".join(f'    "{label}": {_source(f, "    ")},\n' for label, f in found.items()),
        claim_name=f"conjecture-{name.replace('_', '-')}",
        statement=_quote(statement, "", len("CONCLUSION = ")),
    )


def _what_remains(guess: Guess, found: Mapping[str, Formula]) -> str:
    points = "z = 1..d-1" if find_objective(guess.objective).relative else "z = 0..d"
    known = f"those conjectured here are of the orders {', '.join(found)}" if found else "none are conjectured here"
    upper = (
        f"An upper bound on E for every d: coefficients in d ({known}) whose residual at each 0/1 vector, that is for "
        f"each number of zeros {points}, is at most the claimed error in size."
    )
    lower = (
        "A lower bound for every d: signed weights on these numbers of zeros, with absolute values of sum 1, that "
        "annihilate the features of all orders and give the target the claimed error. The exact certificates hold "
        "both for single kernel sizes; the instances settle these and no others."
    )
    return f"{upper} {lower}"


def _shown(text: str) -> str:
    """Write orders with ranges as ``a..b``."""
    parts = ((first[0], last[-1], len(first)) for first, last, _ in parts_of(text))
    return ", ".join(low if size == 1 else f"{low}..{high}" for low, high, size in parts)


def _paragraph(text: str) -> str:
    return fill(text, _LINE - 5, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)


def _quote(text: str, indent: str, column: int) -> str:
    """Write a string literal that begins in some column, in several lines if it does not fit."""
    whole = _literal(text)
    if column + len(whole) < _LINE:
        return whole
    pieces = re.findall(r".{1,90}(?: |$)|.{1,90}", text)
    lines = "".join(f"{indent}    {_literal(piece)}\n" for piece in pieces)
    return f"(\n{lines}{indent})"


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\")
    return f'"{escaped}"'


def _source(formula: Formula, indent: str) -> str:
    inner = f"{indent}    "
    pieces = "".join(f"{inner}    {_quote(str(piece), f'{inner}    ', len(inner) + 4)},\n" for piece in formula.pieces)
    return f"Formula.from_texts(\n{inner}[\n{pieces}{inner}],\n{inner}valid_from={formula.valid_from},\n{indent})"
