"""The file format of a solved problem: an optimal estimator and the dual weights that prove it optimal.

This module holds data and does no checking; the checker is ``proofs_check.check_certificate``, which shares no code
with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from theory.documents import Form, index_of, kernel_size_of
from theory.errors import FormatError
from theory.notation import format_orders
from theory.objectives import ObjectiveValue, find_objective
from theory.rationals import from_string, to_string
from theory.targets import Target, target_of
from theory.typeset import Grid, Shown, aligned, combination, equation, fraction, listed, orders_in_latex

_KEYS = {"kernel_size", "objective", "orders", "coefficients", "error", "dual"}
FORM = Form(
    "a certificate",
    "subpool-certificate",
    1,
    _KEYS,
    newer=Form("a certificate", "subpool-certificate", 2, {*_KEYS, "target"}, optional={"constant"}),
)

_LONGEST_SET = 60  # characters: half a line


@dataclass(frozen=True)
class Certificate(Shown):
    """A primal and a dual solution with equal values.

    Attributes
    ----------
    kernel_size : int
        Number d of inputs of a pooling window.
    objective : str
        A name of :mod:`theory.objectives`.
    orders : tuple of int
        The set R.
    coefficients : dict of int to Fraction
        beta_r for each order r.
    error : Fraction
        The least possible residual E(d,R).
    dual : dict of int to Fraction
        w_z for the vertices with z zeros; absent means 0. Empty where the error is 0, which nothing undercuts.
    target : Target
        What is approximated.

    Examples
    --------
    >>> from subpool import optimal_estimator
    >>> certificate = optimal_estimator(9, [0, 1, 8]).certificate
    >>> certificate.dual[8]
    Fraction(9, 20)
    >>> Certificate.from_json(certificate.to_json()) == certificate
    True
    """

    kernel_size: int
    objective: str
    orders: tuple[int, ...]
    coefficients: dict[int, Fraction] = field(hash=False)
    error: Fraction
    dual: dict[int, Fraction] = field(hash=False)
    target: Target

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of the format, every number an exact string ``"p"`` or ``"p/q"``."""
        return {
            "format": FORM.format,
            "version": 1 if self.target.is_maximum else 2,
            **self.target.to_dict(),
            "kernel_size": self.kernel_size,
            "objective": self.objective,
            "orders": list(self.orders),
            "coefficients": {str(r): to_string(beta) for r, beta in self.coefficients.items()},
            "error": to_string(self.error),
            "dual": {str(z): to_string(w) for z, w in self.dual.items()},
        }

    def to_json(self) -> str:
        """Write the certificate as one line of JSON."""
        return json.dumps(self.to_dict())

    def to_latex(self) -> str:
        r"""Write the estimator, its error and the dual weights in LaTeX: for ``\[ ... \]``, with the package amsmath.

        Examples
        --------
        >>> half = Fraction(1, 2)
        >>> print(Certificate(2, "cube", (0,), {0: half}, half, {0: half}, Target(2, "max")).to_latex())
        \begin{aligned}
        f(x) &= \frac{1}{2}, \\
        E(2, \{0\}) &= \frac{1}{2}, \\
        w &= (w_{0} = \frac{1}{2})
        \end{aligned}
        """
        rows = rows_of_estimator(self.target, find_objective(self.objective), self.coefficients, self.error)
        if self.dual:
            rows[-1] += ","
            rows += equation("w", listed(f"w_{{{z}}} = {fraction(w)}" for z, w in self.dual.items()))
        return aligned(rows)

    def _facts(self) -> Iterator[tuple[str, object]]:
        target = "" if self.target.is_maximum else f", target {self.target}"
        yield "certificate for", f"kernel size {self.kernel_size}, orders {format_orders(self.orders)}{target}"
        yield f"objective {self.objective}: least error", self.error
        yield "coefficients", Grid(("order", "coefficient"), tuple(self.coefficients.items()))
        yield "dual weights", Grid(("zeros", "weight"), tuple(self.dual.items()))

    @classmethod
    def from_json(cls, text: str) -> Certificate:
        """Read a certificate; its numbers are parsed, not believed.

        Raises
        ------
        FormatError
            If the text is no JSON object of this format and version.
        """
        return cls.from_dict(FORM.parse(text))

    @classmethod
    def from_dict(cls, data: Any) -> Certificate:
        """Read a certificate from a parsed JSON object. Nothing is mended.

        Raises
        ------
        FormatError
        """
        FORM.check(data)
        d, objective, orders = kernel_size_of(data), data["objective"], data["orders"]
        if objective not in ("cube", "range"):
            raise FormatError(f"the objective of a certificate is 'cube' or 'range', not {objective!r:.40}")
        if not isinstance(orders, list) or not all(type(r) is int and 0 <= r <= d for r in orders):
            raise FormatError(f"the orders of a certificate are a list of integers in 0..{d}, not {orders!r:.80}")
        return cls(
            kernel_size=d,
            objective=objective,
            orders=tuple(orders),
            coefficients=_numbers(data["coefficients"], d),
            error=from_string(data["error"]),
            dual=_numbers(data["dual"], d),
            target=target_of(data),
        )


def rows_of_estimator(
    target: Target, goal: ObjectiveValue, coefficients: Mapping[int, Fraction], error: Fraction | None
) -> list[str]:
    """Write an estimator, and its error if it is known, as rows of :func:`theory.typeset.aligned`."""
    rows = equation("f(x)", combination((beta, f"m_{{{r}}}(x)" if r else "") for r, beta in coefficients.items()))
    if error is not None:
        rows[-1] += ","
        orders = orders_in_latex(sorted(coefficients))
        wide = len(orders) > _LONGEST_SET
        of = "" if target.is_maximum else rf"; \text{{{target.shown}}}"
        rows += equation(f"{goal.symbol}({target.kernel_size}, {'R' if wide else orders}{of})", [fraction(error)])
        if wide:
            rows[-1] += ","
            rows += equation("R", orders.replace(", ", ",\n").split("\n"))
    return rows


def _numbers(data: Any, kernel_size: int) -> dict[int, Fraction]:
    if not isinstance(data, dict):
        raise FormatError(f"coefficients and dual weights are JSON objects, not {data!r:.80}")
    numbers = {index_of(key): from_string(number) for key, number in data.items()}
    if max(numbers, default=0) > kernel_size:
        raise FormatError(f"orders and numbers of zeros are at most the kernel size, found {max(numbers)}")
    return numbers
