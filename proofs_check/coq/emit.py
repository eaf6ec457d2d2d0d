"""Certificates as Coq files: each becomes a theorem that states the claim, with a proof by the verified checker.

The file holds the numbers of the certificates and nothing derived from them but common denominators, which spare Coq
the search for them. Binomials and features are computed by Coq, from the kernel size and the orders.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import comb, lcm
from typing import Any

from theory.certificate import FORM, Certificate
from theory.errors import FormatError, ProblemTooLargeError
from theory.rationals import to_string

CertificateSource = Certificate | Mapping[str, Any] | str | os.PathLike[str]

_LARGEST_KERNEL_SIZE = 5000
"""Coq holds kernel sizes and orders as unary numbers."""

_PREAMBLE = """\
From Coq Require Import ZArith.
From mathcomp Require Import all_ssreflect all_algebra.
From Subpool Require Import Optimal Checker.
"""


def emit(certificates: Iterable[CertificateSource]) -> str:
    """Write certificates as the text of a Coq file, with a theorem ``certificate_1``, ... for each.

    They come as objects, as parsed JSON, as JSON text, or as the paths of files, which are told apart as in
    :func:`proofs_check.check_certificate`, and are not checked: that is the kernel's job.

    The theorems say ``optimal_cube F d orders beta E`` or ``optimal_range F d orders beta E``, defined in
    ``theories/Optimal.v``: the coefficients beta achieve the error E, and no others with these orders do better, on all
    of [0,1]^d or relative to the range of all vectors, over any ordered field F. They are true if ``coqc`` accepts the
    file; :func:`proofs_check.coq.check` asks it, and compares what it proved.

    >>> from subpool import optimal_estimator
    >>> print(emit([optimal_estimator(2, [1], objective="range").certificate]))
    From Coq Require Import ZArith.
    From mathcomp Require Import all_ssreflect all_algebra.
    From Subpool Require Import Optimal Checker.
    <BLANKLINE>
    (* kernel size 2, orders 1, objective range: the least error is 1/2. *)
    Theorem certificate_1 (F : realFieldType) :
      optimal_range F 2 [:: 1]
        (coefficients F [:: entry 1 1 1])
        (ratio F 1 2).
    Proof.
    by apply: (@range_certificate F _ _ _ _ _ 2
      [:: entry 1 1 1] 1); vm_cast_no_check (erefl true).
    Qed.
    <BLANKLINE>
    """
    theorems = (_theorem(number, read_certificate(source)) for number, source in enumerate(certificates, start=1))
    return "\n".join((_PREAMBLE, *theorems))


def name_of(number: int) -> str:
    """Return the name of the theorem of the certificate with this number, from 1 on."""
    return f"certificate_{number}"


def read_certificate(source: CertificateSource) -> Certificate:
    """Read a certificate without checking it; what is not in the format is a FormatError."""
    certificate = Certificate.from_dict(source.to_dict() if isinstance(source, Certificate) else _load(source))
    if certificate.kernel_size > _LARGEST_KERNEL_SIZE:
        raise ProblemTooLargeError(
            f"the kernel takes kernel sizes up to {_LARGEST_KERNEL_SIZE}, not {certificate.kernel_size}"
        )
    if not certificate.target.is_maximum:
        raise FormatError("the kernel takes certificates of the maximum, this one is of another target")
    return certificate


def _load(source: Mapping[str, Any] | str | os.PathLike[str]) -> Mapping[str, Any]:
    if isinstance(source, Mapping):
        return dict(source)
    if isinstance(source, str) and ("\n" in source or source.lstrip().startswith(("{", "[", '"'))):
        return FORM.parse(source)
    return FORM.load(source)


def _theorem(number: int, certificate: Certificate) -> str:
    c = certificate
    kind = c.objective
    orders = " ".join(map(str, c.orders))
    return f"""\
(* kernel size {c.kernel_size}, orders {orders}, objective {kind}: the least error is {to_string(c.error)}. *)
Theorem {name_of(number)} (F : realFieldType) :
  optimal_{kind} F {c.kernel_size} {_list(map(str, c.orders))}
    (coefficients F {_entries(_in_order(c))})
    (ratio F {_pair(c.error)}).
Proof.
by apply: (@{kind}_certificate F _ _ _ _ _ {_primal_scale(c)}
  {_entries(c.dual)} {_integer(_common_denominator(c.dual.values()))}); vm_cast_no_check (erefl true).
Qed.
"""


def _primal_scale(certificate: Certificate) -> str:
    d = certificate.kernel_size
    return _integer(_common_denominator(beta / comb(d, r) for r, beta in certificate.coefficients.items()))


def _common_denominator(numbers: Iterable[Fraction]) -> int:
    return lcm(*(number.denominator for number in numbers))


def _in_order(certificate: Certificate) -> dict[int, Fraction]:
    """Return the coefficients in the order of the orders, which the checker requires."""
    place = {order: position for position, order in enumerate(certificate.orders)}
    return dict(sorted(certificate.coefficients.items(), key=lambda item: (place.get(item[0], len(place)), item[0])))


def _entries(numbers: Mapping[int, Fraction]) -> str:
    return _list(f"entry {index} {_pair(number)}" for index, number in numbers.items())


def _list(items: Iterable[str]) -> str:
    inner = "; ".join(items)
    return f"[:: {inner}]" if inner else "[::]"


def _pair(number: Fraction) -> str:
    return f"{_integer(number.numerator)} {_integer(number.denominator)}"


def _integer(integer: int) -> str:
    text = to_string(Fraction(integer))
    return f"({text})" if integer < 0 else text
