"""Instances of closed forms: exact optima, certified independently, against the formulas of a family."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product

import sympy

from proofs_check.certificates import CertificateError, check_certificate
from proofs_check.claim import Instance
from theory import optimal_estimator
from theory.estimator import Objective
from theory.optimal.families import ClosedForm


def family_members(family: ClosedForm, kernel_max: int) -> Iterator[ClosedForm]:
    """Yield a family at all values of its parameters that some kernel size up to the largest allows.

    Parameters
    ----------
    family : ClosedForm
    kernel_max : int, >= 2

    Examples
    --------
    >>> from theory import closed_forms
    >>> [member.title for member in family_members(closed_forms["single"], 4)]
    ['{0, 1}', '{0, 2}', '{0, 3}']
    """
    names = list(family.parameters)
    for values in product(*(range(family.least[name], kernel_max) for name in names)):
        member = family.at(**dict(zip(names, values, strict=True)))
        if member.valid_from <= kernel_max:
            yield member


def family_instances(family: ClosedForm, kernel_max: int) -> Iterator[Instance]:
    """Yield the optimum of a family at all kernel sizes and values of its parameters, against its formulas.

    The exact solver finds the optimum and :func:`proofs_check.certificates.check_certificate`, which shares no code
    with it, certifies the error. The optimal coefficients are unique, so each is compared with its formula, too.

    Parameters
    ----------
    family : ClosedForm
    kernel_max : int, >= 2
        The largest kernel size.

    Examples
    --------
    >>> from theory import closed_forms
    >>> [instance.where for instance in family_instances(closed_forms["intercept"], 2)]
    ['d = 2, coefficient of order 0', 'd = 2, error']
    """
    for member in family_members(family, kernel_max):
        for d in range(member.valid_from, kernel_max + 1):
            yield from _optimum(member, d)


def _optimum(member: ClosedForm, d: int) -> Iterator[Instance]:
    estimator = optimal_estimator(d, member.orders(d), objective=member.objective)
    if estimator.certificate is None:
        raise CertificateError(f"the optimum at d = {d} has no certificate")
    where = ", ".join([f"d = {d}", *(f"{name} = {value}" for name, value in member.parameters.items())])
    formulas = member.coefficients(d)
    for order, beta in estimator.coefficients.items():
        yield Instance(f"{where}, coefficient of order {order}", d, beta, formulas[order])
    yield Instance(
        f"{where}, error", d, check_certificate(estimator.certificate.to_json(), limit=None), member.error(d)
    )


def family_statement(family: ClosedForm) -> str:
    r"""Return the formula for the error of a family in LaTeX, with its parameters.

    Examples
    --------
    >>> from theory import closed_forms
    >>> print(family_statement(closed_forms["mean-and-last"]))
    E(d, \{0, 1, d - 1\}) = \frac{1}{2 d + 2}
    """
    symbol = r"E_{\text{range}}" if family.objective == "range" else "E"
    orders = ", ".join(
        sympy.latex(block.first)
        if block.first == block.last
        else rf"{sympy.latex(block.first)}, \ldots, {sympy.latex(block.last)}"
        for block in family.blocks
    )
    return rf"{symbol}(d, \{{{orders}\}}) = {sympy.latex(family.parametric_error_formula)}"


def certified_error(kernel_size: int, orders: Sequence[int], objective: Objective = "cube") -> Fraction:
    """Compute an optimal error, certified by :func:`proofs_check.certificates.check_certificate`.

    Raises
    ------
    CertificateError

    Examples
    --------
    >>> certified_error(9, (1, 8), "range")
    Fraction(1, 18)
    """
    certificate = optimal_estimator(kernel_size, orders, objective=objective).certificate
    stated = (kernel_size, tuple(orders), objective)
    if certificate is None or (certificate.kernel_size, tuple(certificate.orders), certificate.objective) != stated:
        raise CertificateError(f"the solver certifies another problem than d = {kernel_size}, R = {orders}")
    return check_certificate(certificate.to_json(), limit=None)
