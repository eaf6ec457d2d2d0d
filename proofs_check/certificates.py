r"""Independent checker of certificates of optimality. Standard library only; shares no code with the solver.

**The problem.** Let d be the kernel size. The mean subpool max m_r(x) of order r, 1 <= r <= d, averages the
maximum over all subsets of r of the d inputs; m_0 := 1. A set R of orders spans the approximations
f = sum_{r in R} beta_r m_r of a *target* g(x) = c + sum_k v_k x_(k), linear in the order statistics
x_(1) <= ... <= x_(d): the maximum (v_d = 1), the median, any symmetric Boolean function. With the residual
e(x) = g(x) - f(x), sought is the least error E:

- "cube": E is the least possible supremum of |e(x)| over the cube [0,1]^d;
- "range": c = 0, sum_r beta_r = s := sum_k v_k, 0 is not in R, and E is the least possible supremum of
  |e(x)| / (max x - min x) over all x in R^d that are not constant.

(A weight for each single subset would not help: averaging an approximation over all permutations of the
inputs makes it symmetric and does not increase its error.)

**Finitely many points suffice.** Each m_r is linear in the order statistics, so e is affine on each simplex
{0 <= x_p(1) <= ... <= x_p(d) <= 1}. The vertices of the simplices are the 0/1 vectors, so |e| is largest at
one of these, and by symmetry only its number z of zeros counts (Matoba, Dimitriadis, Fleuret, TMLR 2023).
There x_(k) = 1 for k > z, so g(x) = t_z := c + v_(z+1) + ... + v_d: for the maximum t_z = 1 for z < d, t_d = 0.
An r-subset has maximum 0 if and only if the z zeros contain it:

    m_r = phi_r(z) := 1 - C(z,r)/C(d,r) for r >= 1,  m_0 = phi_0(z) := 1,  e_z = t_z - sum_r beta_r phi_r(z),

and E is the least possible max_z |e_z|, with z = 0..d for "cube". For "range", f and g grow by s b where all
inputs grow by b, which gives e(a x + b) = a e(x) for a >= 0, so let min x = 0 and max x = 1. In its simplex, x is
a convex combination of vertices with weight min x = 0 on the all-ones vector and 1 - max x = 0 on the all-zeros
vector: z = 1..d-1.

**Optimality by weak duality.** A certificate gives beta, E and dual weights w_z. It is right if

1. max_z |e_z| = E, and sum_r beta_r = s for "range" (that is, beta is admissible and attains E);
2. sum_z |w_z| = 1;
3. sum_z w_z phi_r(z) is one and the same number m for all r in R, which is 0 for "cube";
4. |sum_z w_z t_z - m s| = E.

Then nothing is better than E. For let beta' be admissible, with residuals e'_z. By 3, sum_z w_z e'_z =
sum_z w_z t_z - m sum_r beta'_r = sum_z w_z t_z - m s, since m = 0 or sum beta' = s; so by 4 and 2

    E = |sum_z w_z t_z - m s| = |sum_z w_z e'_z| <= sum_z |w_z| max_z |e'_z| = max_z |e'_z|.

If E = 0, condition 1 alone is a proof, as no error is negative; the dual may then be empty. (It has to be for
"cube" and R = {0..d}: only w = 0 has zero moments.)

**Versions.** A file of version 1 is about the maximum. One of version 2 has the "target", a list of the d weights v_1,
..., v_d, and the "constant" c, which may be left out where it is 0.

**Combinations.** A file of the format "subpool-combination" is about the maximum g(x) = max x and maxima over some
subsets J of the inputs, each with a coefficient of its own: f = sum_J c_J max_J, max_J := 1 for the empty one. Both are
affine on the same simplices, and at the 0/1 vector whose ones are V, max_J = 1 if J meets V or is empty, 0 otherwise.
So conditions 1 to 4 hold with V in the place of z and J in that of r, t_V = 1 unless V is empty, s = 1: over all V for
"cube", over all V but the empty and the full one for "range", without the empty J.

**What is trusted.** Only kernel_size, objective, and orders and target, or subsets, which state the problem. The
arithmetic is exact. A forged certificate may waste time, but is not accepted. The work grows like kernel_size times
the number of orders times the digits, that of a combination like 2^kernel_size; it is estimated before it is done, and
refused above a limit.

**As a program.** This file needs nothing but Python:

    python certificates.py [--limit STEPS] FILE...

It prints one line a file, those that it cannot check on standard error, and exits with 0 if all certificates are
right, 1 if one is wrong, and 2 if one could not be checked.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import operator
import os
import pathlib
import re
import sys
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

__all__ = [
    "KERNEL_SIZE_LIMIT",
    "WORK_LIMIT",
    "CertificateError",
    "CertificateFormatError",
    "CertificateTooLargeError",
    "Certified",
    "CertifiedCombination",
    "certify",
    "check_certificate",
]

KERNEL_SIZE_LIMIT = 100_000
"""The largest kernel size that is checked."""

WORK_LIMIT = 10**9
"""The most steps that a check may take, unless more are asked for. A step is about a nanosecond."""

_KEYS = ("format", "version", "kernel_size", "objective", "orders", "coefficients", "error", "dual")
_TARGET, _CONSTANT = "target", "constant"  # keys of version 2
_SYMMETRIC, _COMBINATION = "subpool-certificate", "subpool-combination"
_COMBINATION_KEYS = ("format", "version", "kernel_size", "objective", "subsets", "coefficients", "error", "dual")
_MOST_INPUTS = 20  # of a combination, which is looked at at all 0/1 vectors
_NUMBER = re.compile(r"(0|-?[1-9][0-9]*)(?:/(0|[1-9][0-9]*))?")
_CHUNK = 512  # digits: Python's limit on int(str) is global, not ours to change, and never below 640
_LONGEST_ERROR = 80  # characters, in a line for people; the hash names longer ones, too


class CertificateError(ValueError):
    """The certificate is wrong; the message says what is required and what was found."""


class CertificateFormatError(CertificateError):
    """Not a certificate that this checker can read: nothing was checked."""


class CertificateTooLargeError(CertificateFormatError):
    """To check the certificate would take more steps than the limit: nothing was decided."""


class Certified(NamedTuple):
    """What a right certificate proves: the problem and its least possible error.

    Attributes
    ----------
    kernel_size : int
    objective : str
        ``"cube"`` or ``"range"``.
    orders : tuple of int, increasing
    error : Fraction
        No coefficients for these orders have a smaller one.
    sha256 : str
        SHA-256, in hexadecimal, of the certificate in canonical form: JSON without white space, the keys of every
        object sorted as strings, orders increasing, numbers in lowest terms, no dual weights and no constant that
        are 0, version 1 where the target is the maximum.
    canonical : str
        That canonical form: the certificate as it was checked.
    target : tuple of Fraction, or None
        The weights of the order statistics in what is approximated, smallest first; None for the maximum.
    constant : Fraction
        What the target is where all inputs are 0.
    """

    kernel_size: int
    objective: str
    orders: tuple[int, ...]
    error: Fraction
    sha256: str
    canonical: str
    target: tuple[Fraction, ...] | None = None
    constant: Fraction = Fraction(0)

    @property
    def problem(self) -> str:
        """Name the problem in one line, runs of three or more orders as ``a-b``."""
        named = f"kernel size {self.kernel_size}, orders {_runs(self.orders)}, objective {self.objective}"
        if self.target is None:
            return named
        # A brief line has few numbers; those of a long list are in the hash.
        most = _LONGEST_ERROR // 2
        weights = ", ".join(map(_brief, self.target[:most])) if len(self.target) <= most else ""
        constant = f", constant {_brief(self.constant)}" if self.constant else ""
        return f"{named}, target {_shorten(weights) or 'of these weights'}{constant}"

    def __str__(self) -> str:
        text = _text(self.error)
        error = text if len(text) <= _LONGEST_ERROR else _brief(self.error)
        return f"{self.problem}: optimal error {error}, sha256 {self.sha256}"


class CertifiedCombination(NamedTuple):
    """What a right certificate of a combination of maxima over subsets proves.

    Attributes
    ----------
    kernel_size : int
    objective : str
        ``"cube"`` or ``"range"``.
    subsets : tuple of tuple of int
        The sets of inputs, each in increasing order; the empty one is the intercept.
    error : Fraction
        No coefficients for these subsets have a smaller one.
    sha256 : str
        SHA-256, in hexadecimal, of the certificate in canonical form: JSON without white space, the keys of every
        object sorted as strings, numbers in lowest terms, no dual weights that are 0.
    canonical : str
        That canonical form: the certificate as it was checked.
    """

    kernel_size: int
    objective: str
    subsets: tuple[tuple[int, ...], ...]
    error: Fraction
    sha256: str
    canonical: str

    @property
    def problem(self) -> str:
        """Name the problem in one line."""
        intercept = " with the intercept" if () in self.subsets else ""
        number = len(self.subsets) - (() in self.subsets)
        subsets = "subset" if number == 1 else "subsets"
        return f"kernel size {self.kernel_size}, {number} {subsets}{intercept}, objective {self.objective}"

    def __str__(self) -> str:
        text = _text(self.error)
        error = text if len(text) <= _LONGEST_ERROR else _brief(self.error)
        return f"{self.problem}: optimal error {error}, sha256 {self.sha256}"


def check_certificate(source: dict[str, Any] | str | os.PathLike[str], *, limit: int | None = WORK_LIMIT) -> Fraction:
    """Check that a certificate proves its error to be the least possible, and return that error.

    Parameters
    ----------
    source : dict, str or os.PathLike
        The certificate: as parsed JSON, as JSON text, or as the path of a UTF-8 file. A string is JSON text
        if it starts with ``{``, ``[`` or ``"`` (after blanks) or contains a newline; else it is a path.
    limit : int or None
        The most steps that the check may take, about a nanosecond each; None for no limit. Files are not read
        further than the limit allows.

    Returns
    -------
    Fraction
        The certified error: no coefficients for these orders have a smaller one.

    Raises
    ------
    CertificateFormatError
        If the source cannot be read as a certificate at all; if only for its size,
        :class:`CertificateTooLargeError`.
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
    return certify(source, limit=limit).error


def certify(
    source: dict[str, Any] | str | os.PathLike[str], *, limit: int | None = WORK_LIMIT
) -> Certified | CertifiedCombination:
    """Check a certificate as :func:`check_certificate` does, and return all that it proves.

    Examples
    --------
    >>> print(certify({
    ...     "format": "subpool-certificate", "version": 1,
    ...     "kernel_size": 9, "objective": "cube", "orders": [0, 1, 8],
    ...     "coefficients": {"0": "1/20", "1": "-9/70", "8": "36/35"}, "error": "1/20",
    ...     "dual": {"0": "1/20", "7": "-9/20", "8": "9/20", "9": "-1/20"},
    ... }))  # doctest: +ELLIPSIS
    kernel size 9, orders 0, 1, 8, objective cube: optimal error 1/20, sha256 ...
    """
    work = _Work(limit)
    document, version = _document(source, work)
    if document["format"] == _COMBINATION:
        return _certify_combination(_read_combination(document, work), work)
    certificate = _read(document, version, work)
    _check(certificate, work)
    d, objective, orders, error = certificate[:4]
    canonical = _canonical(certificate, work)
    sha256 = hashlib.sha256(canonical.encode("ascii")).hexdigest()
    weights, constant = certificate.target or (None, Fraction(0))
    target = None if weights is None else tuple(weights)
    return Certified(d, objective, tuple(orders), error, sha256, canonical, target, constant)


class _Certificate(NamedTuple):
    """A certificate of the right form: every index in its range, every number exact."""

    kernel_size: int
    objective: str
    orders: list[int]
    error: Fraction
    coefficients: dict[int, Fraction]
    dual: dict[int, Fraction]
    vertices: range
    target: tuple[list[Fraction], Fraction] | None
    """Weights and constant; None for the maximum."""


def _planned_text(number: Fraction, work: _Work) -> str:
    words = _words(number.numerator) + _words(number.denominator)
    work.plan(_steps(words, words) // 4)
    return _text(number)


def _text_of(document: dict[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def _canonical(certificate: _Certificate, work: _Work) -> str:
    """Write what is hashed."""

    def text(number: Fraction) -> str:
        return _planned_text(number, work)

    document: dict[str, Any] = {
        "format": _SYMMETRIC,
        "version": 1,
        "kernel_size": certificate.kernel_size,
        "objective": certificate.objective,
        "orders": certificate.orders,
        "coefficients": {str(r): text(beta) for r, beta in certificate.coefficients.items()},
        "error": text(certificate.error),
        "dual": {str(z): text(weight) for z, weight in certificate.dual.items() if weight},
    }
    if certificate.target:
        weights, constant = certificate.target
        document |= {"version": 2, _TARGET: [text(weight) for weight in weights]}
        document |= {_CONSTANT: text(constant)} if constant else {}
    return _text_of(document)


# The mathematics: conditions 1 to 4 of the module's docstring.


class _Scaled(NamedTuple):
    """Numbers other than 0 over a common denominator, the indices decreasing."""

    numerators: dict[int, int]
    scale: int

    @property
    def total(self) -> int:
        return sum(self.numerators.values())


class _Target(NamedTuple):
    """The values t_z, z = 0..d, of the target, times a positive integer."""

    numerators: list[int]
    scale: int

    @property
    def total(self) -> Fraction:
        """What the weights of the target sum to."""
        return Fraction(self.numerators[0] - self.numerators[-1], self.scale)


def _target(certificate: _Certificate, work: _Work) -> _Target:
    """Tabulate t_z = c + v_(z+1) + ... + v_d."""
    d = certificate.kernel_size
    if certificate.target is None:
        return _Target([1] * d + [0], 1)
    weights, constant = certificate.target
    numerators, scale = _scaled(dict(enumerate((*weights, constant))), work)
    work.plan((d + 1) * (_TERM + _words(scale) + max(map(_words, numerators.values()), default=1)))
    values = [numerators.get(d, 0)]
    for z in range(d - 1, -1, -1):
        values.append(values[-1] + numerators.get(z, 0))
    return _Target(values[::-1], scale)


def _check(certificate: _Certificate, work: _Work) -> None:
    beta, weights = _scaled(certificate.coefficients, work), _scaled(certificate.dual, work)
    target = _target(certificate, work)
    total = Fraction(beta.total, beta.scale)
    if certificate.objective == "range" and total != target.total:
        raise _wrong(f"the sum of the coefficients must be {_brief(target.total)}", total)
    largest = max(_words(target.scale), *map(_words, target.numerators))
    if certificate.kernel_size > 1000:  # else there is no time to be saved
        work.plan(8 * len(beta.numerators) * (_TERM + 5 * (_words(beta.scale) + largest)))
        _look(certificate, beta, target)
    needs_dual = bool(certificate.dual) or certificate.error > 0
    work.plan(needs_dual * _dual_steps(certificate, weights, largest) + _primal_steps(certificate, beta, largest))
    if needs_dual:
        _check_dual(certificate, weights, target)  # before the primal, as it visits few vertices
    _check_primal(certificate, beta, target)


def _check_dual(certificate: _Certificate, weights: _Scaled, target: _Target) -> None:
    """Check conditions 2, 3 and 4."""
    d, scale, support = certificate.kernel_size, weights.scale, list(weights.numerators)
    size = sum(map(abs, weights.numerators.values()))
    if size != scale:
        raise _wrong("the sum of the |dual weights| must be 1", Fraction(size, scale))

    def moment(order: int) -> Fraction:
        if order == 0:
            return Fraction(weights.total, scale)
        subsets = math.comb(d, order)
        binomials = _binomials(d, order, support, subsets)
        below = sum(w * binomial for w, binomial in zip(weights.numerators.values(), binomials, strict=True))
        return Fraction(weights.total * subsets - below, scale * subsets)

    common = moment(certificate.orders[0]) if certificate.objective == "range" else Fraction(0)
    for order in certificate.orders:
        found = moment(order)
        if found != common:
            raise _wrong(f"the moment of the dual with order {order} must be {_brief(common)}", found)
    seen = sum(w * target.numerators[z] for z, w in weights.numerators.items())
    value = abs(Fraction(seen, scale * target.scale) - common * target.total)
    if value != certificate.error:
        raise _wrong(f"the value of the dual must be the error {_brief(certificate.error)}", value)


def _check_primal(certificate: _Certificate, beta: _Scaled, target: _Target) -> None:
    """Check condition 1, at every vertex."""
    d = certificate.kernel_size
    # By the definition of phi_r, e_z = t_z - sum of all beta_r + sum of beta_r / C(d,r) * C(z,r) over the orders r > 0.
    subsets = {order: math.comb(d, order) for order in beta.numerators if order > 0}
    common = math.lcm(*subsets.values()) * target.scale
    scale, shift = beta.scale * common, beta.total * common
    unit = scale // target.scale
    factors = {order: beta.numerators[order] * (common // count) for order, count in subsets.items()}
    largest_target = max(_words(target.scale), *map(_words, target.numerators))
    by_order, by_differences = _sum_steps(certificate, beta, largest_target)
    if by_differences < by_order:
        sums = ((z, total) for z, total in enumerate(_sums(factors, d + 1)) if z in certificate.vertices)
    else:
        vertices = certificate.vertices[::-1]
        each = [_binomials(d, r, vertices, beta.numerators[r] * common, factor) for r, factor in factors.items()]
        sums = ((z, sum(terms)) for z, *terms in zip(vertices, *each, strict=True))
    largest, where = max((abs(unit * target.numerators[z] - shift + total), z) for z, total in sums)
    found = Fraction(largest, scale)
    if found != certificate.error:
        place = f"the largest |residual|, at {where} zeros,"
        raise _wrong(f"{place} must be the error {_brief(certificate.error)}", found)


def _look(certificate: _Certificate, beta: _Scaled, target: _Target) -> None:
    """Check that the residuals of the last vertices are within the error: that takes no time, and refutes most."""
    d, error = certificate.kernel_size, certificate.error
    for z in certificate.vertices[:-9:-1]:
        # C(z,r) / C(d,r) in few factors: (d-r)!/(z-r)! over d!/z!
        subsets = math.perm(d, d - z)
        below = sum(b * math.perm(d - order, d - z) for order, b in beta.numerators.items() if order > 0)
        scale = subsets * beta.scale * target.scale
        seen = subsets * beta.scale * target.numerators[z]
        residual = abs(seen - (subsets * beta.total - below) * target.scale)
        if residual * error.denominator > error.numerator * scale:
            requirement = f"the |residual| at {z} zeros must be at most the error {_brief(error)}"
            raise _wrong(requirement, Fraction(residual, scale))


def _scaled(numbers: dict[int, Fraction], work: _Work) -> _Scaled:
    """Write numbers over their least common denominator."""
    scale = 1
    for number in numbers.values():
        work.plan(_multiple_steps(_words(scale), _words(number.denominator)))
        scale = math.lcm(scale, number.denominator)
    most = _words(scale)
    for number in numbers.values():
        words = _words(number.denominator)
        work.plan(2 * _steps(words + _words(number.numerator), most - words + 1))
    numerators = {
        index: number.numerator * (scale // number.denominator)
        for index, number in sorted(numbers.items(), reverse=True)
        if number
    }
    return _Scaled(numerators, scale)


def _binomials(d: int, order: int, vertices: Iterable[int], top: int, factor: int = 1) -> Iterator[int]:
    """Yield factor * C(z, order) for the vertices z <= d, which must decrease; `top` is that for d."""
    value, last = top, d
    for z in vertices:
        if z < order:
            value = 0
        elif last - z <= order:
            # C(z,r) / C(y,r) is z!/(z-r)! over y!/(y-r)!, and perm(n, k) = n!/(n-k)!
            value = value * math.perm(last - order, last - z) // math.perm(last, last - z)
        else:
            value = factor * math.comb(z, order)
        last = z
        yield value


def _sums(factors: dict[int, int], count: int) -> Iterator[int]:
    """Yield sum_r factor_r C(z, r) for z = 0, 1, ..., so many of them, by additions alone.

    With S_j(z) = sum_r factor_r C(z, r - j), S_j(0) is the factor of j, and S_j(z + 1) = S_j(z) + S_(j+1)(z).
    """
    row = [factors.get(order, 0) for order in range(max(factors, default=0) + 1)]
    for _ in range(count):
        yield row[0]
        row = [*map(operator.add, row, row[1:]), row[-1]]


# The same for combinations. A set of inputs is the integer whose bits are its members.


class _Combination(NamedTuple):
    """A certificate of a combination, of the right form."""

    kernel_size: int
    objective: str
    subsets: list[int]
    error: Fraction
    coefficients: dict[int, Fraction]
    dual: dict[int, Fraction]

    @property
    def vertices(self) -> range:
        """The sets of ones that are looked at."""
        everything = 2**self.kernel_size
        return range(everything) if self.objective == "cube" else range(1, everything - 1)


def _certify_combination(certificate: _Combination, work: _Work) -> CertifiedCombination:
    d, objective, subsets, error = certificate[:4]
    beta, weights = _scaled(certificate.coefficients, work), _scaled(certificate.dual, work)
    if objective == "range" and beta.total != beta.scale:
        raise _wrong("the sum of the coefficients must be 1", Fraction(beta.total, beta.scale))
    if certificate.dual or error > 0:
        work.plan(len(subsets) * len(weights.numerators) * (_TERM + _words(weights.scale)))
        _check_combination_dual(certificate, weights)
    work.plan((d + 2) * 2**d * (_TERM + _words(beta.scale)))
    _check_combination_primal(certificate, beta)
    canonical = _canonical_combination(certificate, work)
    sha256 = hashlib.sha256(canonical.encode("ascii")).hexdigest()
    return CertifiedCombination(d, objective, tuple(map(_members, subsets)), error, sha256, canonical)


def _members(subset: int) -> tuple[int, ...]:
    return tuple(place for place in range(subset.bit_length()) if subset >> place & 1)


def _check_combination_dual(certificate: _Combination, weights: _Scaled) -> None:
    size = sum(map(abs, weights.numerators.values()))
    if size != weights.scale:
        raise _wrong("the sum of the |dual weights| must be 1", Fraction(size, weights.scale))

    def moment(subset: int) -> Fraction:
        met = sum(w for ones, w in weights.numerators.items() if not subset or subset & ones)
        return Fraction(met, weights.scale)

    common = moment(certificate.subsets[0]) if certificate.objective == "range" else Fraction(0)
    for subset in certificate.subsets:
        found = moment(subset)
        if found != common:
            name = _brief(", ".join(map(str, _members(subset))))
            raise _wrong(f"the moment of the dual with the subset {name} must be {_brief(common)}", found)
    value = abs(Fraction(weights.total - weights.numerators.get(0, 0), weights.scale) - common)
    if value != certificate.error:
        raise _wrong(f"the value of the dual must be the error {_brief(certificate.error)}", value)


def _check_combination_primal(certificate: _Combination, beta: _Scaled) -> None:
    """Check condition 1 at every vertex: f is what it is at the full set, less the subsets that the zeros contain."""
    d, everything = certificate.kernel_size, 2**certificate.kernel_size
    contained = [0] * everything
    for place, numerator in beta.numerators.items():
        contained[certificate.subsets[place]] += numerator
    contained[0] = 0  # the intercept is there always
    for bit in range(d):
        step = 1 << bit
        for start in range(step, everything, 2 * step):
            with_it, without = slice(start, start + step), slice(start - step, start)
            contained[with_it] = map(int.__add__, contained[with_it], contained[without])
    worst, where, total = -1, 0, beta.total
    for ones in certificate.vertices:
        f = total - contained[everything - 1 - ones]
        size = abs((beta.scale if ones else 0) - f)
        if size > worst:
            worst, where = size, ones
    found = Fraction(worst, beta.scale)
    if found != certificate.error:
        members = _brief(", ".join(map(str, _members(where))))
        raise _wrong(
            f"the largest |residual|, at the ones {members}, must be the error {_brief(certificate.error)}", found
        )


def _read_combination(document: dict[str, Any], work: _Work) -> _Combination:
    fields = _object(document, "the certificate", required=_COMBINATION_KEYS)
    d, objective = _kernel_size(fields["kernel_size"]), _objective(fields["objective"])
    if d > _MOST_INPUTS:
        raise _unreadable(f"kernel_size must be at most {_MOST_INPUTS} for a combination", d)
    subsets = _subsets(fields["subsets"], d, empty=objective == "cube")
    numbers = fields["coefficients"]
    if type(numbers) is not list:
        raise _wrong("coefficients must be a list", numbers)
    if len(numbers) != len(subsets):
        raise _wrong(f"coefficients must be as many as subsets, {len(subsets)}", len(numbers))
    coefficients = {place: _number(number, f"coefficients[{place}]", work) for place, number in enumerate(numbers)}
    error = _number(fields["error"], "error", work)
    if error < 0:
        raise _wrong("error must be at least 0", error)
    dual = {}
    members = fields["dual"]
    if type(members) is not dict:
        raise _wrong("dual must be a JSON object", members)
    for key, number in members.items():
        if type(key) is not str or len(key) != d or set(key) - {"0", "1"}:
            raise _wrong(f"keys of dual must be 0/1 vectors of {d} digits", key)
        if objective == "range" and len(set(key)) == 1:
            raise _wrong("keys of dual must not be constant for the objective 'range'", key)
        ones = sum(1 << place for place, digit in enumerate(key) if digit == "1")
        dual[ones] = _number(number, f"dual[{key}]", work)
    return _Combination(d, objective, subsets, error, coefficients, dual)


def _subsets(value: object, d: int, *, empty: bool) -> list[int]:
    if type(value) is not list:
        raise _wrong("subsets must be a list", value)
    if not value:
        raise CertificateError("subsets must have at least one subset, found none")
    found: dict[int, None] = {}
    for subset in value:
        if type(subset) is not list:
            raise _wrong("a subset must be a list", subset)
        if not subset and not empty:
            raise CertificateError("a subset must not be empty for the objective 'range', found one that is")
        mask, last = 0, -1
        for place in subset:
            if type(place) is not int or not last < place < d:
                raise _wrong(f"a subset must be increasing integers from 0 to {d - 1}", place)
            mask, last = mask | 1 << place, place
        if mask in found:
            raise CertificateError(f"subsets must be distinct, found {_brief(', '.join(map(str, subset)))} twice")
        found[mask] = None
    return list(found)


def _canonical_combination(certificate: _Combination, work: _Work) -> str:
    d = certificate.kernel_size

    def vector(ones: int) -> str:
        return "".join("1" if ones >> place & 1 else "0" for place in range(d))

    return _text_of(
        {
            "format": _COMBINATION,
            "version": 1,
            "kernel_size": d,
            "objective": certificate.objective,
            "subsets": [list(_members(subset)) for subset in certificate.subsets],
            "coefficients": [_planned_text(number, work) for number in certificate.coefficients.values()],
            "error": _planned_text(certificate.error, work),
            "dual": {vector(ones): _planned_text(w, work) for ones, w in certificate.dual.items() if w},
        }
    )


# The work: bounds on the nanoseconds that Python's integers take. A word is a digit of theirs, of 30 bits.


class _Work:
    """The steps of a check, which are counted before they are taken."""

    def __init__(self, limit: int | None) -> None:
        if limit is not None and (type(limit) is not int or limit < 0):
            raise _unreadable("the limit of steps must be an integer of at least 0", limit)
        self.limit = limit
        self.steps = 0

    def plan(self, steps: int) -> None:
        """Count steps that are about to be taken, or refuse them."""
        self.steps += steps
        if self.limit is not None and self.steps > self.limit:
            raise CertificateTooLargeError(
                f"the check must take at most {self.limit} steps, found that it takes about {self.steps}: "
                "give a higher limit to have it checked all the same"
            )


_TERM = 300  # for a product and a sum of small numbers
_ADDITION = 50  # for one of a row of sums
_CHARACTER = 250  # for a character of JSON; what costs most are short members of objects


def _words(number: int) -> int:
    return number.bit_length() // 30 + 1


def _steps(p: int, q: int) -> int:
    """Bound the steps of a greatest common divisor, product or quotient of p words and q words."""
    return _TERM * min(p, q) + 2 * p * q


def _multiple_steps(p: int, q: int) -> int:
    """Bound the steps of a least common multiple, in which a short number makes several passes over a long one."""
    return 2 * _steps(p, q) + 8 * max(p, q)


def _literal_steps(literal: str) -> int:
    """Bound the steps to read a number; its two parts are shorter than the whole, and are brought to lowest terms."""
    return len(literal) * (20 + len(literal) // 150)


def _subset_words(d: int, order: int) -> int:
    """Bound the words of C(d, order)."""
    logarithm = math.lgamma(d + 1) - math.lgamma(order + 1) - math.lgamma(d - order + 1)
    return int(logarithm / math.log(2) / 30) + 2


def _binomial_steps(d: int, order: int, vertices: Sequence[int], words: int) -> int:
    """Bound the steps of C(d, order), and of `_binomials` for values of so many words."""
    subsets, visited = _subset_words(d, order), bisect_right(vertices, -order, key=int.__neg__)
    span = d - vertices[visited - 1] if visited else 0
    # Between vertices there are as many factors as they are apart, or as the order; two fill a word.
    products = visited + min(span // 2, span - visited + 1, visited * (order + 1) // 2)
    most = min(order, span - visited + 1) // 2 + 1
    return 8 * _steps(subsets, subsets) + _TERM * visited + products * (5 * words + most // 4)


def _dual_steps(certificate: _Certificate, weights: _Scaled, target_words: int) -> int:
    d, support, scale = certificate.kernel_size, list(weights.numerators), _words(weights.scale)
    steps = len(support) * (_TERM + 2 * scale * target_words) + _steps(scale + target_words, scale + target_words)
    for order in certificate.orders:
        words = _subset_words(d, order)
        steps += _binomial_steps(d, order, support, words) + len(support) * (_TERM + scale * words)
        steps += _steps(scale + words, scale + words)
    return steps


def _common_words(d: int, orders: Collection[int]) -> int:
    """Bound the words of the least common multiple of all C(d, r)."""
    # That of all C(d,r), r <= d, is that of 1, ..., d+1 over d+1, which is below 4^(d+1) / (d+1). With m the largest of
    # all min(r, d-r), each C(d,r) divides C(d,m) C(m, min(r, d-r)), so that all divide C(d,m) times the same for m.
    most = max((min(order, d - order) for order in orders), default=0)
    by_the_largest = _subset_words(d, most) + (most + 1) // 15 + 1
    return min(sum(_subset_words(d, order) for order in orders), (d + 1) // 15, by_the_largest) + 1


def _sum_steps(certificate: _Certificate, beta: _Scaled, target_words: int) -> tuple[int, int]:
    """Bound the steps of the sums at all vertices: order by order, and by differences."""
    d, vertices = certificate.kernel_size, certificate.vertices[::-1]
    orders = [order for order in beta.numerators if order > 0]
    common, last = _common_words(d, orders) + target_words, max(orders, default=0)
    own = [common + _words(beta.numerators[order]) for order in orders]
    by_order = 60 * len(vertices) * len(orders) + sum(
        _binomial_steps(d, order, vertices, words) for order, words in zip(orders, own, strict=True)
    )
    # What is added up has factors C(z, r - j), which for orders above d / 2 may be larger than C(d, r).
    words = max(own, default=0) + 1 + (_subset_words(d, d // 2) if 2 * last > d else 0)
    return by_order, (d + 1) * (last + 1) * (_ADDITION + 3 * words // 4)


def _primal_steps(certificate: _Certificate, beta: _Scaled, target_words: int) -> int:
    d, vertices = certificate.kernel_size, certificate.vertices
    subsets = {order: _subset_words(d, order) for order in beta.numerators if order > 0}
    common = _common_words(d, subsets) + target_words
    scale = common + _words(beta.scale)
    steps = _steps(scale, scale) + len(vertices) * (_TERM + 2 * scale * target_words)
    # Each C(d, r), and what it makes of the common multiple.
    steps += sum(8 * _steps(words, words) + 2 * _steps(common, words) for words in subsets.values())
    return steps + min(_sum_steps(certificate, beta, target_words))


# The form: from anything at all to a _Certificate, or an error.


def _document(source: object, work: _Work) -> tuple[dict[str, Any], int]:
    """Read a source, and check what it says that it is."""
    document, flaws = _load(source, work)
    if type(document) is not dict:
        raise _unreadable("a certificate must be a JSON object", document)
    kind, version = document.get("format"), document.get("version")
    if type(kind) is not str or kind not in (_SYMMETRIC, _COMBINATION):
        raise _unreadable(f"format must be '{_SYMMETRIC}' or '{_COMBINATION}'", kind)
    if kind == _COMBINATION and (type(version) is not int or version != 1):
        raise _unreadable("version of a combination must be the integer 1", version)
    if type(version) is not int or version not in (1, 2):
        raise _unreadable("version must be the integer 1 or 2", version)
    if flaws:
        raise flaws[0]
    return document, version


def _read(document: dict[str, Any], version: int, work: _Work) -> _Certificate:
    """Check the form of every field."""
    newer = version == 2
    required, optional = (*_KEYS, *(_TARGET,) * newer), (_CONSTANT,) * newer
    fields = _object(document, "the certificate", required=required, optional=optional)
    d, objective = _kernel_size(fields["kernel_size"]), _objective(fields["objective"])
    cube = objective == "cube"
    orders = _orders(fields["orders"], range(d + 1) if cube else range(1, d + 1))
    coefficients = _numbers(fields["coefficients"], "coefficients", orders, work, all_of_them=True)
    error = _number(fields["error"], "error", work)
    if error < 0:
        raise _wrong("error must be at least 0", error)
    vertices = range(d + 1) if cube else range(1, d)
    dual = _numbers(fields["dual"], "dual", vertices, work, all_of_them=False)
    target = _weights(fields, d, work) if newer else None
    if target and target[1] and not cube:
        raise _wrong("the constant must be 0 for the objective 'range'", target[1])
    return _Certificate(d, objective, orders, error, coefficients, dual, vertices, target)


def _weights(fields: dict[str, object], d: int, work: _Work) -> tuple[list[Fraction], Fraction] | None:
    """Read the target, which is the maximum if only the largest input has a weight, and that is 1."""
    value = fields[_TARGET]
    if type(value) is not list:
        raise _wrong("target must be a list", value)
    if len(value) != d:
        raise _wrong(f"target must have {d} weights", len(value))
    weights = [_number(weight, f"target[{index}]", work) for index, weight in enumerate(value)]
    constant = _number(fields.get(_CONSTANT, "0"), _CONSTANT, work)
    is_maximum = weights[-1] == 1 and not constant and not any(weights[:-1])
    return None if is_maximum else (weights, constant)


def _objective(value: object) -> str:
    if type(value) is not str or value not in ("cube", "range"):
        raise _wrong("objective must be 'cube' or 'range'", value)
    return value


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


def _numbers(
    value: object, name: str, indices: Iterable[int], work: _Work, *, all_of_them: bool
) -> dict[int, Fraction]:
    """Read an object from indices, in canonical decimal form, to numbers."""
    index_of = {str(index): index for index in indices}
    members = _object(value, name, required=index_of if all_of_them else (), optional=index_of)
    return {index_of[key]: _number(number, f"{name}[{key}]", work) for key, number in members.items()}


def _number(value: object, name: str, work: _Work) -> Fraction:
    match = _NUMBER.fullmatch(value) if type(value) is str else None
    if match is None:
        raise _wrong(f'{name} must be an exact number, a string "p" or "p/q"', value)
    work.plan(_literal_steps(match[0]))
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


def _text(number: Fraction) -> str:
    numerator = _decimal(number.numerator)
    return numerator if number.denominator == 1 else f"{numerator}/{_decimal(number.denominator)}"


def _decimal(integer: int) -> str:
    """Decimal literal of an integer of any length."""
    if integer < 0:
        return "-" + _decimal(-integer)
    low = integer.bit_length() * 3 // 20  # about half of the digits
    if 2 * low < _CHUNK:
        return str(integer)
    high, rest = divmod(integer, 10**low)
    return _decimal(high) + _decimal(rest).zfill(low)


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


def _load(source: object, work: _Work) -> tuple[object, list[CertificateError]]:
    """Parse a source; return its value, and the first of the flaws that show only in its text."""
    if type(source) is dict:
        return source, []
    if type(source) is str and ("\n" in source or source.lstrip().startswith(("{", "[", '"'))):
        return _parse(source, work)
    if type(source) is not str and not isinstance(source, os.PathLike):
        raise _unreadable("a certificate must be a dict, JSON text or a path", source)
    try:
        with open(source, "rb") as file:
            content = file.read(None if work.limit is None else work.limit // _CHARACTER + 1)
    except (OSError, TypeError, ValueError) as error:  # of the file, of the path
        reason = error.strerror if isinstance(error, OSError) else error
        raise CertificateFormatError(f"cannot read {_brief(str(source))}: {reason}") from None
    return _parse(content, work)


def _parse(text: str | bytes, work: _Work) -> tuple[object, list[CertificateError]]:
    """Parse JSON; its flaws are repeated keys, which a dict does not show, and inexact numbers."""
    work.plan(_CHARACTER * len(text))
    flaws: list[CertificateError] = []

    def read_object(pairs: list[tuple[str, object]]) -> dict[str, object]:
        members: dict[str, object] = {}
        for key, value in pairs:
            if key in members and not flaws:
                flaws.append(_wrong("a JSON object must not repeat a key", key))
            members[key] = value
        return members

    def read_integer(literal: str) -> int:
        if len(literal) > _CHUNK:
            work.plan(_literal_steps(literal))
        return _integer(literal)

    def read_inexact(literal: str) -> None:
        if not flaws:
            flaws.append(_wrong("numbers must be exact, not floating-point", literal))

    try:
        value = json.loads(
            text if isinstance(text, str) else text.decode("utf-8"),
            object_pairs_hook=read_object,
            parse_int=read_integer,
            parse_float=read_inexact,
            parse_constant=read_inexact,
        )
    except CertificateError:
        raise
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


def _runs(orders: Iterable[int]) -> str:
    """Write increasing orders, runs of three or more as ``a-b``."""
    runs: list[list[int]] = []
    for order in orders:
        if runs and order == runs[-1][-1] + 1:
            runs[-1].append(order)
        else:
            runs.append([order])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


# The program.


def main(arguments: Sequence[str] | None = None) -> int:
    """Check files, say in one line each what was found, and return the exit code: 0, 1 or 2."""
    parser = argparse.ArgumentParser(
        prog="certificates.py",
        description="Check certificates of optimality. The exit code is 0 if all are right, 1 if one is wrong, 2 if "
        "one could not be checked.",
    )
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument(
        "--limit",
        type=int,
        default=WORK_LIMIT,
        metavar="STEPS",
        help="the most steps for a file, about a nanosecond each (default: %(default)s)",
    )
    options = parser.parse_args(arguments)
    return max([_report(name, options.limit) for name in options.files])


def _report(name: str, limit: int) -> int:
    code, stream = 0, sys.stdout
    try:
        finding = str(certify(pathlib.Path(name), limit=limit))
    except CertificateFormatError as error:
        code, stream, finding = 2, sys.stderr, f"not checked: {error}"
    except CertificateError as error:
        code, finding = 1, f"WRONG: {error}"
    shown = name if name.isascii() and name.isprintable() else ascii(name)
    stream.write(f"{shown}: {finding}\n")
    stream.flush()
    return code


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader, such as `head`, has gone; Python would complain once more while it shuts down
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(2)
