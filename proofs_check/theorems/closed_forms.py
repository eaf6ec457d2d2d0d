"""Closed forms: the formulas of each family against exact optima, whose certificates are checked independently.

Setting
    A family of sets of orders, such as {0, 1, d-1}, with formulas in d for the optimal error and its coefficients.
Claim
    For every kernel size from the least on, and all values of the family's parameters, the optimal error and the
    optimal coefficients, which are unique, are those of the formulas.
Kind
    Tight.
Source
    Per family: :attr:`theory.optimal.families.ClosedForm.source`.
Check
    The exact solver finds an optimum, ``proofs_check.certificates`` certifies it, and both are compared with the
    formulas, for each kernel size up to the largest and all values of the parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product

import sympy

from proofs_check.certificates import check_certificate
from proofs_check.claim import Claim, Instance
from theory import closed_forms, optimal_estimator
from theory.optimal.families import ClosedForm


def _members(family: ClosedForm, kernel_max: int) -> Iterator[ClosedForm]:
    """Yield the family at all values of its parameters that some kernel size up to the largest allows."""
    names = list(family.parameters)
    for values in product(*(range(family.least[name], kernel_max) for name in names)):
        member = family.at(**dict(zip(names, values, strict=True)))
        if member.valid_from <= kernel_max:
            yield member


def _instances(family: ClosedForm, kernel_max: int) -> Iterator[Instance]:
    for member in _members(family, kernel_max):
        for d in range(member.valid_from, kernel_max + 1):
            estimator = optimal_estimator(d, member.orders(d), objective=member.objective)
            certificate = estimator.certificate
            if certificate is None:
                continue
            where = ", ".join([f"d = {d}", *(f"{name} = {value}" for name, value in member.parameters.items())])
            formulas = member.coefficients(d)
            for order, beta in estimator.coefficients.items():
                yield Instance(f"{where}, coefficient of order {order}", d, beta, formulas[order])
            yield Instance(f"{where}, error", d, check_certificate(certificate.to_json()), member.error(d))


def _statement(family: ClosedForm) -> str:
    symbol = r"E_{\mathrm{range}}" if family.objective == "range" else "E"
    orders = ", ".join(
        sympy.latex(block.first)
        if block.first == block.last
        else f"{sympy.latex(block.first)}..{sympy.latex(block.last)}"
        for block in family.blocks
    )
    return rf"{symbol}(d, \{{{orders}\}}) = {sympy.latex(family.parametric_error_formula)}"


def claims() -> Iterator[Claim]:
    """Yield one claim for each family."""
    for family in closed_forms.values():
        yield Claim(
            name=f"closed-form-{family.name}",
            statement=_statement(family),
            kind="tight",
            source=family.source,
            instances=partial(_instances, family),
        )
