r"""Certificates of two hidden layers: rows of a coefficient and a set function w, and the sum of their c Phi(w).

w(T) is the sum of l_a over the inputs a in T and of e_ab over the pairs within T, with w = 0 on all inputs; Phi(w) is
the sum over the permutations s of z^{w|s}, w|s = (w(s T_1), .., w(s T_(n-1))), T_k the first k of n inputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations, pairwise, permutations
from math import factorial, lcm, prod

import numpy as np
import numpy.typing as npt

from proofs_check.certificates import CertificateError
from proofs_check.kits.cells import Integers
from theory.errors import SolverError

_MOST_SUMS = 2**28
"""Places for sums, of 8 bytes."""
_LARGEST = 10**4
"""Of the l_a and e_ab, so that set functions fit into 64 bits with much to spare."""


@dataclass(frozen=True)
class Row:
    """A coefficient and a set function: ``singles`` are the l_a, ``pairs`` the e_ab in lexicographic order."""

    c: Fraction
    singles: tuple[int, ...]
    pairs: tuple[int, ...]


Rows = tuple[Row, ...]


def read(text: str, size: int) -> Rows:
    r"""Read the certificate for so many inputs out of a table.

    Raises
    ------
    CertificateError
        If there is none, or a row is no coefficient with a set function that is 0 on all inputs.

    Examples
    --------
    >>> read("n = 2\n1/2 ; -1 1 ; 0", 2)
    (Row(c=Fraction(1, 2), singles=(-1, 1), pairs=(0,)),)
    """
    found: list[Row] = []
    here = False
    for line in text.splitlines():
        if line.startswith("n = "):
            here = line == f"n = {size}"
        elif here and not line.startswith("#"):
            found.append(_row(line, size))
    if not found:
        raise CertificateError(f"there is no certificate for {size} inputs")
    return tuple(found)


def _row(line: str, size: int) -> Row:
    try:
        c, singles, pairs = line.split(";")
        row = Row(Fraction(c.strip()), tuple(map(int, singles.split())), tuple(map(int, pairs.split())))
    except (ValueError, ZeroDivisionError) as error:
        raise CertificateError(f"{line!r} is no row of a certificate") from error
    if (len(row.singles), len(row.pairs)) != (size, size * (size - 1) // 2):
        raise CertificateError(f"{line!r} is no row for {size} inputs")
    if max(map(abs, (*row.singles, *row.pairs))) > _LARGEST:
        raise CertificateError(f"a number of {line!r} is too large")
    if sum(row.singles) + sum(row.pairs) != 0:
        raise CertificateError(f"the set function of {line!r} is not 0 on all inputs")
    return row


def _set_function(row: Row) -> Integers:
    """Return w(T) for all sets T, bit a of the index for the input a.

    Examples
    --------
    >>> _set_function(Row(Fraction(1), (-1, 0, -1), (1, 0, 1))).tolist()
    [0, -1, 0, 0, -1, -2, 0, 0]
    """
    size = len(row.singles)
    sets = np.arange(2**size)
    inside = [(sets >> a) & 1 for a in range(size)]
    w = sum((k * inside[a] for a, k in enumerate(row.singles)), np.zeros(2**size, dtype=np.int64))
    for (a, b), k in zip(combinations(range(size), 2), row.pairs, strict=True):
        w = w + k * inside[a] * inside[b]
    return w


@cache
def _chains(size: int) -> tuple[Integers, npt.NDArray[np.int8]]:
    """Return the sets s T_k of all permutations s, a row for each k, and the place of each input in each s."""
    orders = np.array(list(permutations(range(size))), dtype=np.int8)
    sets = np.cumsum(1 << orders[:, :-1].astype(np.int64), axis=1).T
    return np.ascontiguousarray(sets), np.ascontiguousarray(np.argsort(orders, axis=1).astype(np.int8).T)


def _twins(w: Integers, size: int) -> list[list[int]]:
    """Return the classes of inputs that w does not distinguish: it is the same if two of them change places."""
    sets = np.arange(2**size)
    classes: list[list[int]] = []
    for a in range(size):
        for known in classes:
            differ = ((sets >> a) ^ (sets >> known[0])) & 1
            if np.array_equal(w, w[sets ^ (differ << a) ^ (differ << known[0])]):
                known.append(a)
                break
        else:
            classes.append([a])
    return classes


def _chosen_chains(w: Integers, size: int) -> tuple[Integers, int]:
    """Return the chains of the permutations that keep the order of such inputs, and how many others each stands for."""
    sets, places = _chains(size)
    classes = _twins(w, size)
    kept = np.ones(sets.shape[1], dtype=bool)
    for known in classes:
        for a, b in pairwise(known):
            kept &= places[a] < places[b]
    return sets if kept.all() else sets[:, kept], prod(factorial(len(known)) for known in classes)


@dataclass(frozen=True)
class Measure:
    """A sum of c z^v, times a scale: different v, of which one of v and -v occurs, and their coefficients."""

    exponents: Integers
    weights: Integers
    scale: int


def measure(rows: Rows) -> Measure:
    r"""Add up c Phi(w), where z^v and z^-v are not distinguished, without the constant.

    Raises
    ------
    SolverError
        If the sums might not fit into memory, or into 64 bits.

    Examples
    --------
    >>> found = measure(read("n = 3\n1/12 ; -1 0 -1 ; 1 0 1\n1/12 ; -1 0 1 ; 1 0 -1", 3))
    >>> sorted((*v, str(Fraction(c, found.scale))) for v, c in zip(found.exponents.tolist(), found.weights.tolist()))
    [(1, 0, '1/2'), (1, 2, '1/6')]
    """
    size = len(rows[0].singles)
    functions = [_set_function(row) for row in rows]
    sizes_of_sets = np.array([mask.bit_count() for mask in range(2**size)])
    # The k-th digit of a number that stands for v is v_k + most_k, so that the number of -v counts from the other end.
    most = [max(int(np.abs(w[sizes_of_sets == k]).max()) for w in functions) for k in range(1, size)]
    strides = [prod(2 * m + 1 for m in most[:k]) for k in range(size)]
    scale = lcm(*(row.c.denominator for row in rows))
    if strides[-1] > _MOST_SUMS or factorial(size) * scale * sum(abs(row.c) for row in rows) >= 2**63:
        raise SolverError(f"the sums of this certificate for {size} inputs do not fit into memory, or 64 bits")
    sums = np.zeros(strides[-1], dtype=np.int64)
    for row, w in zip(rows, functions, strict=True):
        chains, copies = _chosen_chains(w, size)
        digits = ((w + m) * stride for m, stride in zip(most, strides, strict=False))
        numbers = np.zeros(chains.shape[1], dtype=np.int64)
        for digit, sets in zip(digits, chains, strict=True):
            numbers += digit[sets]
        np.add.at(sums, numbers, int(row.c * scale) * copies)
    return _folded(sums, most, strides, scale)


def _folded(sums: Integers, most: list[int], strides: list[int], scale: int) -> Measure:
    middle = len(sums) // 2
    upper = sums[middle + 1 :] + sums[:middle][::-1]
    places = np.flatnonzero(upper)
    numbers = places + middle + 1
    digits = [numbers // stride % (2 * m + 1) - m for m, stride in zip(most, strides, strict=False)]
    exponents = np.stack(digits, axis=1) if len(numbers) else np.zeros((0, len(most)), dtype=np.int64)
    # Those v whose first entry is positive.
    first = np.take_along_axis(exponents, (exponents != 0).argmax(axis=1)[:, None], axis=1)
    return Measure(exponents * np.sign(first), upper[places], scale)
