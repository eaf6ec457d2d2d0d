r"""Independent checker of certificates of optimality. Standard library only; shares no code with the solver.

**The problem.** Let d be the kernel size. The mean subpool max m_r(x) of order r, 1 <= r <= d, averages the
maximum over all subsets of r of the d inputs; m_0 := 1. A set R of orders spans the approximations
f = sum_{r in R} beta_r m_r of the maximum, with residual e(x) = max(x) - f(x). Sought is the least error E:

- "cube": E is the least possible supremum of |e(x)| over the cube [0,1]^d;
- "range": sum_r beta_r = 1, 0 is not in R, and E is the least possible supremum of |e(x)| / (max x - min x)
  over all x in R^d that are not constant.

(A weight for each single subset would not help: averaging an approximation over all permutations of the
inputs makes it symmetric and does not increase its error.)

**Finitely many points suffice.** Each m_r is linear in the order statistics, so e is affine on each simplex
{0 <= x_p(1) <= ... <= x_p(d) <= 1}. The vertices of the simplices are the 0/1 vectors, so |e| is largest at
one of these, and by symmetry only its number z of zeros counts (Matoba, Dimitriadis, Fleuret, TMLR 2023).
There max(x) = t_z := 1 for z < d, t_d := 0. An r-subset has maximum 0 if and only if the z zeros contain it:

    m_r = phi_r(z) := 1 - C(z,r)/C(d,r) for r >= 1,  m_0 = phi_0(z) := 1,  e_z = t_z - sum_r beta_r phi_r(z),

and E is the least possible max_z |e_z|, with z = 0..d for "cube". For "range", sum beta = 1 without m_0 gives
e(a x + b) = a e(x) for a >= 0, so let min x = 0 and max x = 1. In its simplex, x is a convex combination of
vertices with weight min x = 0 on the all-ones vector and 1 - max x = 0 on the all-zeros vector: z = 1..d-1.

**Optimality by weak duality.** A certificate gives beta, E and dual weights w_z. It is right if

1. max_z |e_z| = E, and sum_r beta_r = 1 for "range" (that is, beta is admissible and attains E);
2. sum_z |w_z| = 1;
3. sum_z w_z phi_r(z) is one and the same number m for all r in R, which is 0 for "cube";
4. |sum_z w_z t_z - m| = E.

Then nothing is better than E. For let beta' be admissible, with residuals e'_z. By 3, sum_z w_z e'_z =
sum_z w_z t_z - m sum_r beta'_r = sum_z w_z t_z - m, since m = 0 or sum beta' = 1; so by 4 and 2

    E = |sum_z w_z t_z - m| = |sum_z w_z e'_z| <= sum_z |w_z| max_z |e'_z| = max_z |e'_z|.

If E = 0, condition 1 alone is a proof, as no error is negative; the dual may then be empty. (It has to be for
"cube" and R = {0..d}: only w = 0 has zero moments.)

**What is trusted.** Only kernel_size, objective and orders, which state the problem. The arithmetic is exact.
A forged certificate may waste time and memory, but is not accepted. The work grows like kernel_size times the
number of orders, so kernel sizes above `KERNEL_SIZE_LIMIT` are refused unchecked.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Collection, Iterable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

__all__ = ["KERNEL_SIZE_LIMIT", "CertificateError", "CertificateFormatError", "check_certificate"]

KERNEL_SIZE_LIMIT = 100_000
"""The largest kernel size that is checked."""

_KEYS = ("format", "version", "kernel_size", "objective", "orders", "coefficients", "error", "dual")
_NUMBER = re.compile(r"(0|-?[1-9][0-9]*)(?:/(0|[1-9][0-9]*))?")
_CHUNK = 512  # digits: Python's limit on int(str) is global, not ours to change, and never below 640


class CertificateError(ValueError):
    """The certificate is wrong; the message says what is required and what was found."""


class CertificateFormatError(CertificateError):
    """Not a certificate that this checker can read: nothing was checked."""


def check_certificate(source: dict[str, Any] | str | os.PathLike[str]) -> Fraction:
    """Check that a certificate proves its error to be the least possible, and return that error.

    Parameters
    ----------
    source : dict, str or os.PathLike
        The certificate: as parsed JSON, as JSON text, or as the path of a UTF-8 file. A string is JSON text
        if it starts with ``{``, ``[`` or ``"`` (after blanks) or contains a newline; else it is a path.

    Returns
    -------
    Fraction
        The certified error: no coefficients for these orders have a smaller one.

    Raises
    ------
    CertificateFormatError
        If the source cannot be read as a certificate at all.
    CertificateError
        If the certificate is malformed or does not prove its error. No input raises anything else.

    Examples
    --------
    >>> certificate = {
    ...     "format": "subpool-certificate", "version": 1,
    ...     "kernel_size": 9, "objective": "cube", "orders": [0, 1, 8],
    ...     "coefficients": {"0": "1/20", "1": "-9/70", "8": "36/35"}, "error": "1/20",
    ...     "dual": {"0": "1/20", "7": "-9/20", "8": "9/20", "9": "-1/20"},
    ... }
    >>> check_certificate(certificate)
    Fraction(1, 20)
    >>> check_certificate(certificate | {"error": "1/21"})
    Traceback (most recent call last):
    ...
    proofs_check.certificates.CertificateError: the value of the dual must be the error 1/21, found 1/20
    """
    certificate = _read(source)
    if certificate.dual or certificate.error > 0:
        _check_dual(certificate)  # before the primal, as it visits few vertices
    _check_primal(certificate)
    return certificate.error


# The mathematics: conditions 1 to 4 of the module's docstring.


class _Certificate(NamedTuple):
    """A certificate of the right form: every index in its range, every number exact."""

    kernel_size: int
    objective: str
    orders: list[int]
    vertices: range
    coefficients: dict[int, Fraction]
    error: Fraction
    dual: dict[int, Fraction]


def _check_dual(certificate: _Certificate) -> None:
    """Check conditions 2, 3 and 4."""
    d, orders, support = certificate.kernel_size, certificate.orders, sorted(certificate.dual)
    weights, scale = _over_common_denominator([certificate.dual[z] for z in support])
    total, size = sum(weights), Fraction(sum(map(abs, weights)), scale)
    if size != 1:
        raise _wrong("the sum of the |dual weights| must be 1", size)

    def moment(order: int) -> Fraction:
        if order == 0:
            return Fraction(total, scale)
        subsets = math.comb(d, order)
        below = sum(w * binomial for w, binomial in zip(weights, _binomials(order, support), strict=True))
        return Fraction(total * subsets - below, scale * subsets)

    common = moment(orders[0]) if certificate.objective == "range" else Fraction(0)
    for order in orders:
        found = moment(order)
        if found != common:
            raise _wrong(f"the moment of the dual with order {order} must be {_brief(common)}", found)
    on_target = Fraction(sum(w for z, w in zip(support, weights, strict=True) if z < d), scale)
    value = abs(on_target - common)
    if value != certificate.error:
        raise _wrong(f"the value of the dual must be the error {_brief(certificate.error)}", value)


def _check_primal(certificate: _Certificate) -> None:
    """Check condition 1, at every vertex."""
    d, beta = certificate.kernel_size, certificate.coefficients
    total = sum(beta.values(), Fraction(0))
    if certificate.objective == "range" and total != 1:
        raise _wrong("the sum of the coefficients must be 1", total)
    # By the definition of phi_r, e_z = t_z - total + sum of beta_r / C(d,r) * C(z,r) over the orders r > 0.
    positive = [order for order in certificate.orders if order > 0]
    slopes = [beta[order] / math.comb(d, order) for order in positive]
    (shift, *factors), scale = _over_common_denominator([total, *slopes])
    vertices = certificate.vertices
    sums = [_binomials(order, vertices, factor) for order, factor in zip(positive, factors, strict=True)]
    largest, where = -1, -1
    for z, *terms in zip(vertices, *sums, strict=True):
        residual = abs((scale if z < d else 0) - shift + sum(terms))
        if residual > largest:
            largest, where = residual, z
    found = Fraction(largest, scale)
    if found != certificate.error:
        place = f"the largest |residual|, at {where} zeros,"
        raise _wrong(f"{place} must be the error {_brief(certificate.error)}", found)


def _over_common_denominator(fractions: list[Fraction]) -> tuple[list[int], int]:
    """Numerators of the fractions over their least common denominator, and this denominator."""
    scale = math.lcm(*(fraction.denominator for fraction in fractions))
    return [fraction.numerator * (scale // fraction.denominator) for fraction in fractions], scale


def _binomials(order: int, vertices: Iterable[int], factor: int = 1) -> Iterator[int]:
    """Yield factor * C(z, order) for the vertices z, which must increase; each from the one before."""
    value, last = factor, order  # C(order, order) = 1
    for z in vertices:
        if z < order:
            yield 0
            continue
        # C(z,r) / C(y,r) is z!/y! over (z-r)!/(y-r)!, and perm(n, k) = n!/(n-k)!
        value = value * math.perm(z, z - last) // math.perm(z - order, z - last)
        last = z
        yield value


# The form: from anything at all to a _Certificate, or an error.


def _read(source: object) -> _Certificate:
    """Read a source and check the form of every field."""
    document, flaws = _load(source)
    if type(document) is not dict:
        raise _unreadable("a certificate must be a JSON object", document)
    kind, version = document.get("format"), document.get("version")
    if type(kind) is not str or kind != "subpool-certificate":
        raise _unreadable("format must be 'subpool-certificate'", kind)
    if type(version) is not int or version != 1:
        raise _unreadable("version must be the integer 1", version)
    if flaws:
        raise flaws[0]
    fields = _object(document, "the certificate", required=_KEYS)
    d, objective = _kernel_size(fields["kernel_size"]), fields["objective"]
    if type(objective) is not str or objective not in ("cube", "range"):
        raise _wrong("objective must be 'cube' or 'range'", objective)
    cube = objective == "cube"
    orders = _orders(fields["orders"], range(d + 1) if cube else range(1, d + 1))
    coefficients = _numbers(fields["coefficients"], "coefficients", orders, all_of_them=True)
    error = _number(fields["error"], "error")
    if error < 0:
        raise _wrong("error must be at least 0", error)
    vertices = range(d + 1) if cube else range(1, d)
    dual = _numbers(fields["dual"], "dual", vertices, all_of_them=False)
    return _Certificate(d, objective, orders, vertices, coefficients, error, dual)


def _kernel_size(value: object) -> int:
    if type(value) is not int:
        raise _wrong("kernel_size must be an integer", value)
    if value < 2:
        raise _wrong("kernel_size must be at least 2", value)
    if value > KERNEL_SIZE_LIMIT:
        raise _unreadable(f"kernel_size must be at most {KERNEL_SIZE_LIMIT} for this checker", value)
    return value


def _orders(value: object, allowed: range) -> list[int]:
    if type(value) is not list:
        raise _wrong("orders must be a list", value)
    if not value:
        raise CertificateError("orders must have at least one order, found none")
    orders: set[int] = set()
    for order in value:
        if type(order) is not int or order not in allowed:
            raise _wrong(f"orders must be integers from {allowed[0]} to {allowed[-1]}", order)
        if order in orders:
            raise CertificateError(f"orders must be distinct, found {order} twice")
        orders.add(order)
    return sorted(orders)


def _numbers(value: object, name: str, indices: Iterable[int], *, all_of_them: bool) -> dict[int, Fraction]:
    """Read an object from indices, in canonical decimal form, to numbers."""
    index_of = {str(index): index for index in indices}
    members = _object(value, name, required=index_of if all_of_them else (), optional=index_of)
    return {index_of[key]: _number(number, f"{name}[{key}]") for key, number in members.items()}


def _number(value: object, name: str) -> Fraction:
    match = _NUMBER.fullmatch(value) if type(value) is str else None
    if match is None:
        raise _wrong(f'{name} must be an exact number, a string "p" or "p/q"', value)
    numerator, denominator = _integer(match[1]), _integer(match[2] or "1")
    if denominator == 0:
        raise _wrong(f"{name} must not have denominator zero", value)
    return Fraction(numerator, denominator)


def _integer(literal: str) -> int:
    """Value of a decimal literal of any length."""
    if literal.startswith("-"):
        return -_integer(literal[1:])
    if len(literal) <= _CHUNK:
        return int(literal)
    low = len(literal) // 2
    power: int = 10**low
    return _integer(literal[:-low]) * power + _integer(literal[-low:])


def _object(value: object, name: str, required: Collection[str], optional: Collection[str] = ()) -> dict[str, object]:
    """Require a JSON object with all required keys, and no others but optional ones."""
    if type(value) is not dict:
        raise _wrong(f"{name} must be a JSON object", value)
    for key in required:
        if key not in value:
            raise CertificateError(f"{name} must have the key {key}, found none")
    for key in value:
        if type(key) is not str or not (key in required or key in optional):
            raise _wrong(f"{name} must have permitted keys only", key)
    return value


def _load(source: object) -> tuple[object, list[CertificateError]]:
    """Parse a source; return its value, and the flaws that show only in its text."""
    if type(source) is dict:
        return source, []
    if type(source) is str and ("\n" in source or source.lstrip().startswith(("{", "[", '"'))):
        return _parse(source)
    if type(source) is not str and not isinstance(source, os.PathLike):
        raise _unreadable("a certificate must be a dict, JSON text or a path", source)
    try:
        with open(source, encoding="utf-8") as file:
            text = file.read()
    except (OSError, TypeError, ValueError) as error:  # of the file, of the path, of the encoding
        reason = error.strerror if isinstance(error, OSError) else error
        raise CertificateFormatError(f"cannot read {_brief(str(source))}: {reason}") from None
    return _parse(text)


def _parse(text: str) -> tuple[object, list[CertificateError]]:
    """Parse JSON; its flaws are repeated keys, which a dict does not show, and inexact numbers."""
    flaws = []

    def read_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
        members: dict[str, object] = {}
        for key, value in pairs:
            if key in members:
                flaws.append(_wrong("a JSON object must not repeat a key", key))
            members[key] = value
        return members

    def read_inexact(literal: str) -> None:
        flaws.append(_wrong("numbers must be exact, not floating-point", literal))

    try:
        value = json.loads(
            text,
            object_pairs_hook=read_object,
            parse_int=_integer,
            parse_float=read_inexact,
            parse_constant=read_inexact,
        )
    except RecursionError:
        raise CertificateFormatError("the text must be JSON, found too deep a nesting") from None
    except ValueError as error:
        raise CertificateFormatError(f"the text must be JSON, found an error: {error}") from None
    return value, flaws


# The messages: one line each, short however large the numbers are.


def _wrong(requirement: str, found: object) -> CertificateError:
    return CertificateError(f"{requirement}, found {_brief(found)}")


def _unreadable(requirement: str, found: object) -> CertificateFormatError:
    return CertificateFormatError(f"{requirement}, found {_brief(found)}")


def _brief(value: object) -> str:
    if type(value) is str:
        return _shorten(ascii(_shorten(value)))  # before, to save time; after, as escapes are long
    if type(value) is int:
        return str(value) if value.bit_length() <= 64 else f"an integer of {value.bit_length()} bits"
    if type(value) is Fraction:
        p, q = value.numerator, value.denominator
        if max(p.bit_length(), q.bit_length()) <= 64:
            return str(value)
        sign, exponent = "-" if p < 0 else "", p.bit_length() - q.bit_length()
        return f"about {sign}2^{exponent} (denominator of {q.bit_length()} bits)"
    if value is None or type(value) is bool:
        return str(value)
    return f"a value of type {_brief(type(value).__name__)}"


def _shorten(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:40]}...{text[-40:]}"
