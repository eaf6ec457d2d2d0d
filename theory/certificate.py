"""The file format of a solved problem: an optimal estimator and the dual weights that prove it optimal.

This module holds data and does no checking; the checker is ``proofs_check.check_certificate``, which shares no code
with it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from theory.errors import FormatError
from theory.rationals import from_string, to_string

FORMAT = "subpool-certificate"
VERSION = 1
_KEYS = {"format", "version", "kernel_size", "objective", "orders", "coefficients", "error", "dual"}


@dataclass(frozen=True)
class Certificate:
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

    Examples
    --------
    >>> from theory import optimal_estimator
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

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object of the format, every number an exact string ``"p"`` or ``"p/q"``."""
        return {
            "format": FORMAT,
            "version": VERSION,
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

    @classmethod
    def from_json(cls, text: str) -> Certificate:
        """Read a certificate; its numbers are parsed, not believed.

        Raises
        ------
        FormatError
            If the text is no JSON object of this format and version.
        """
        try:
            data = json.loads(text)
        except ValueError as error:
            raise FormatError(f"a certificate is JSON: {error}") from None
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: Any) -> Certificate:
        """Read a certificate from a parsed JSON object.

        Raises
        ------
        FormatError
        """
        if not isinstance(data, dict) or data.get("format") != FORMAT or data.get("version") != VERSION:
            raise FormatError(f'a certificate is a JSON object with "format": "{FORMAT}" and "version": {VERSION}')
        if set(data) != _KEYS:
            raise FormatError(f"a certificate has the keys {sorted(_KEYS)}, not {sorted(data)}")
        try:
            return cls(
                kernel_size=int(data["kernel_size"]),
                objective=str(data["objective"]),
                orders=tuple(int(r) for r in data["orders"]),
                coefficients={int(r): from_string(beta) for r, beta in data["coefficients"].items()},
                error=from_string(data["error"]),
                dual={int(z): from_string(w) for z, w in data["dual"].items()},
            )
        except (TypeError, ValueError, AttributeError) as error:
            raise FormatError(f"a certificate holds integers and exact numbers: {error}") from None
