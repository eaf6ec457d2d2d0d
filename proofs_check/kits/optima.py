"""Claims that closed forms are optimal: exact optima, certified independently, against the formulas of a family."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import sympy
from sympy import Symbol

from proofs_check.certificates import CertificateError, Certified, certify
from proofs_check.claim import Claim, stated
from proofs_check.proof import Proof
from proofs_check.statement import Case, Hypothesis, StatementError, Value, grid, least_kernel_size, standard
from theory import Estimator, optimal_estimator
from theory.objectives import DEFAULT, Objective
from theory.optimal.families import Block, ClosedForm, evaluate_formula
from theory.targets import MAXIMUM

Build = Callable[[ClosedForm], Proof]
"""From a family, whose formulas enter the steps, to the proof."""

_DRAWN_UP_TO = 9

AT_VERTICES = ("reduction-to-vertices", "vertex-features")
"""The claims by which an error is that of a linear program over the 0/1 vectors."""

_BEYOND: Mapping[str, Mapping[str, Case]] = {
    "single": {"r": {"d": 2, "r": 0}},
    "bare-single": {"r": {"d": 2, "r": 0}, "d": {"d": 2, "r": 2}},
    "range-single": {"r": {"d": 2, "r": 0}},
    "top": {"d": {"d": 2, "j": 2}},
    "bare-top": {"j": {"d": 2, "j": 0}, "d": {"d": 2, "j": 2}},
    "range-top": {"j": {"d": 2, "j": 0}, "d": {"d": 2, "j": 2}},
    **{
        name: {"r": {"d": 2, "r": 0, "j": 1}, "d": {"d": 2, "r": 1, "j": 1}}
        for name in ("order-and-top", "bare-order-and-top", "range-order-and-top")
    },
}
"""Where the families with parameters fail beyond a hypothesis: by the family, and the quantity it is about."""


def family_claim(
    family: ClosedForm,
    build: Build | None = None,
    *,
    idea: str = "",
    wrong: Sequence[ClosedForm] = (),
    rests_on: tuple[str, ...] = AT_VERTICES,
) -> Claim:
    r"""Return the claim that a family's formulas are optimal, with its proof, and false neighbours.

    Those are the families ``wrong``, in which something is changed that makes them false.

    >>> from subpool import closed_forms
    >>> family_claim(closed_forms["mean-and-last"]).statement
    'd \\ge 3 \\implies E(d, \\{0, 1, d - 1\\}) = \\frac{1}{2 d + 2}'
    """
    # As far as the hypotheses allow.
    parameters: dict[str, Any] = {name: partial(range, least) for name, least in family.least.items()}
    return stated(
        (f"closed-form-{family.name}", error_formula(family), family),
        *((f"wrong-{n}-{other.name}", error_formula(other), other) for n, other in enumerate(wrong, start=1)),
        kind="tight",
        source=family.source,
        idea=idea,
        quantities=standard("d", *family.parameters),
        hypotheses=lambda one: tuple(_hypotheses(one)),
        values=_family_values,
        cases=grid(**parameters),
        drawn_up_to=_DRAWN_UP_TO,
        proof=build,
        rests_on=rests_on,
    )


def error_formula(family: ClosedForm) -> str:
    """Return the formula for the error in LaTeX, with the parameters."""
    return replace(family, parameters=MappingProxyType({})).error_in_latex


def _hypotheses(family: ClosedForm) -> Iterator[Hypothesis]:
    """Yield what the family requires of d and of its parameters, from its own data."""
    first = family.parametric_valid_from
    if first.is_Integer:
        least = int(first)
        yield least_kernel_size(least).failing_at(d=least - 1) if least > 2 else least_kernel_size(least)
        return
    beyond = _BEYOND.get(family.name, {})
    for name, value in family.least.items():
        yield Hypothesis(rf"{name} \ge {value}", beyond=beyond.get(name))
    # What the parameters leave room for at all.
    least = int(evaluate_formula(first, {Symbol(name): value for name, value in family.least.items()}))
    yield Hypothesis(rf"d \ge {sympy.latex(first)}", beyond=beyond.get("d"), least=least)


def _values(case: Case) -> dict[Symbol, int]:
    return {Symbol(name): value for name, value in case.items()}


def _family_values(family: ClosedForm, case: Case) -> Iterator[Value]:
    """Yield the optimum of a family at a kernel size and values of its parameters, against its formulas.

    The exact solver finds the optimum and :func:`proofs_check.certificates.certify`, which shares no code with it,
    certifies the error. The optimal coefficients are unique, so each is compared with its formula, too. Cases
    that the family does not allow are evaluated as well; where the formulas say nothing, that is a StatementError.

    >>> from subpool import closed_forms
    >>> list(_family_values(closed_forms["mean"], {"d": 2}))[-1]
    Value(label='error', computed=Fraction(1, 4), claimed=Fraction(1, 4), determined=True)
    """
    d, values = case["d"], _values(case)
    try:
        blocks = [(block, order) for block in family.blocks for order in _orders(block, values)]
        error = evaluate_formula(family.parametric_error_formula, values)
        orders = sorted({order for _, order in blocks})
        repeated = len(orders) < len(blocks)
        formulas = {
            order: evaluate_formula(block.coefficient, {**values, Symbol("k"): order})
            for block, order in (() if repeated else blocks)
        }
    except (ZeroDivisionError, ValueError) as reason:
        raise StatementError(f"the formulas of {family.name} say nothing at {case}: {reason}") from None
    if not orders:
        raise StatementError(f"{family.name} has no orders at {case}")
    estimator = optimal_estimator(d, orders, objective=family.objective)
    for order, formula in formulas.items():
        yield Value(f"coefficient of order {order}", estimator.coefficients[order], formula)
    yield Value("error", _certified(estimator, d, orders, family.objective), error)
    if repeated:
        raise StatementError(f"{family.name} repeats an order at {case}")


def _orders(block: Block, values: Mapping[Symbol, int]) -> range:
    return range(int(evaluate_formula(block.first, values)), int(evaluate_formula(block.last, values)) + 1)


def _certified(
    estimator: Estimator,
    kernel_size: int,
    orders: Sequence[int],
    objective: Objective,
    target: Sequence[Fraction | int] | None = None,
) -> Fraction:
    certificate = estimator.certificate
    if certificate is None:
        raise CertificateError(f"the solver certifies nothing for d = {kernel_size}, R = {orders}")
    found = certify(certificate.to_json(), limit=None)
    maximum = [1] * kernel_size + [0]
    values = list(maximum if target is None else target)
    weights = None if values == maximum else tuple(a - b for a, b in pairwise(values))
    stated = (kernel_size, tuple(orders), objective, weights, values[-1])
    if not isinstance(found, Certified) or _problem(found) != stated:
        raise CertificateError(f"the solver certifies another problem than d = {kernel_size}, R = {orders}")
    return found.error


def _problem(found: Certified) -> tuple[object, ...]:
    return (found.kernel_size, found.orders, found.objective, found.target, found.constant)


def certified_error(
    kernel_size: int,
    orders: Sequence[int],
    objective: Objective = DEFAULT,
    *,
    target: Sequence[Fraction | int] | None = None,
) -> Fraction:
    """Compute an optimal error, certified by :func:`proofs_check.certificates.certify`, of the maximum or a target.

    A target is given by its d + 1 values at 0/1 vectors, by the number of zeros.

    >>> certified_error(9, (1, 8), "range")
    Fraction(1, 18)
    >>> certified_error(3, (0, 1), target=(1, 1, 0, 0))
    Fraction(1, 4)
    """
    approximated = MAXIMUM if target is None else [Fraction(value) for value in target]
    estimator = optimal_estimator(kernel_size, orders, objective=objective, target=approximated)
    return _certified(estimator, kernel_size, sorted(orders), objective, target)
