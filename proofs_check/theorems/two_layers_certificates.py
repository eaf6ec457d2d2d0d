r"""Two hidden layers compute the maximum of three to nine inputs: certificates, from the definitions.

Setting
    d inputs, 3 <= d <= 9; w, w|s, Phi(w) and M as in :mod:`proofs_check.theorems.two_layers_algebra`, and
    g_w(x) = sum l_a x_a + sum e_ab max(x_a, x_b). A table of coefficients c and set functions w for each d.
Claim
    mean(x) - min(x) = the sum over the rows of c times the sum of |g_w(s x)| over all permutations s, on all of R^d.
    For d <= 8 this holds term by term: M / 2 = sum c Phi(w), where z^v and z^-v are not distinguished, up to a
    constant. As max(x) = -min(-x), two hidden layers suffice.
Kind
    Identity.
Source
    This project, found by modular elimination. Nothing of the formula of
    :mod:`proofs_check.theorems.two_layers_formula` was used, nor is it here.
Check
    All z^{w|s} are formed from the definitions and added up: the exponents w(s T_k) of all permutations s, but for
    those that differ by inputs that w does not distinguish. For d <= 8 each coefficient of M is an instance, and so is
    the sum of what else remains. Then, for every d, as functions: z^v -> |sum_k y_k v_k| on the cone of one order,
    which is enough by symmetry, where no bends may remain and the values at the gaps must be those of mean - min
    (:mod:`proofs_check.kits.cells`). Nine inputs take 20 s and half a gigabyte, and are checked from a kernel size of
    16 on.
"""

from __future__ import annotations

import lzma
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, partial
from importlib.resources import files
from itertools import combinations, pairwise, permutations
from math import factorial, lcm, prod
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from proofs_check.certificates import CertificateError
from proofs_check.claim import Claim, Instance, stated
from proofs_check.kits.cells import Integers, in_one_cell, signs
from proofs_check.statement import Case, Hypothesis, StatementError, standard
from theory.errors import SolverError
from theory.optimal.families import OURS

SIZES = range(3, 10)
_MEASURED_UP_TO = 8
"""The largest number of inputs for which the identity holds term by term."""
LONG_RUN = 16
"""From this kernel size of a run on, the largest number of inputs is checked, too."""

_MOST_SUMS = 2**28
"""Places for sums, of 8 bytes."""
_LARGEST = 10**4
"""Of the l_a and e_ab, so that set functions fit into 64 bits with much to spare."""
_LARGEST_INPUT = 10**6
"""Times the largest for each of 45 numbers of a row, and 9! permutations: below 2^58."""


@dataclass(frozen=True)
class Row:
    """A coefficient and a set function: ``singles`` are the l_a, ``pairs`` the e_ab in lexicographic order."""

    c: Fraction
    singles: tuple[int, ...]
    pairs: tuple[int, ...]


Rows = tuple[Row, ...]
Change = tuple[Callable[[int], Rows], Callable[[int], dict[tuple[int, ...], Fraction]]]
"""By the number of inputs: the certificate, and what its sums are to be, for which M/2 is right."""


@cache
def certificate(size: int) -> Rows:
    """Return the certificate for so many inputs.

    >>> certificate(3)[0]
    Row(c=Fraction(1, 12), singles=(-1, 0, -1), pairs=(1, 0, 1))
    """
    source = files("proofs_check.theorems").joinpath("data", "two_layers.txt.xz")
    return read(lzma.decompress(source.read_bytes()).decode(), size)


def read(text: str, size: int) -> Rows:
    r"""Read the certificate for so many inputs out of a table; each w has to be 0 on all inputs.

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


# --- the sums of c Phi(w) -------------------------------------------------------------------------------------------


def _set_function(row: Row) -> Integers:
    """Return w(T) for all sets T, bit a of the index for the input a.

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


class Measure(NamedTuple):
    """A sum of c z^v, times a scale: different v, of which one of v and -v occurs, and their coefficients."""

    exponents: Integers
    weights: Integers
    scale: int


def measure(rows: Rows) -> Measure:
    r"""Add up c Phi(w), where z^v and z^-v are not distinguished, without the constant.

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
    return Measure(exponents * signs(exponents), upper[places], scale)


def half_of_m(
    size: int,
    weight: Callable[[int], int] = lambda K: K * (K + 1),
    exponent: Callable[[int], int] = lambda k: k,
    numerator: int = 1,
) -> dict[tuple[int, ...], Fraction]:
    """Return the coefficients of M/2, z^v and z^-v together; what else the arguments say is false.

    >>> {v: str(c) for v, c in half_of_m(3).items()}
    {(1, 0): '1/2', (1, 2): '1/6'}
    """
    padding = (0,) * size
    powers = ((*map(exponent, range(1, K + 1)), *padding)[: size - 1] for K in range(1, size))
    return {v: Fraction(numerator, weight(K)) for K, v in enumerate(powers, start=1)}


def _instances(change: Change, kernel_max: int) -> Iterator[Instance]:
    rows, target = change
    for d in SIZES:
        if d <= kernel_max and (d <= _MEASURED_UP_TO or kernel_max >= LONG_RUN):
            found = measure(rows(d))
            if d <= _MEASURED_UP_TO:
                yield from _as_measures(found, target(d), d)
            left, values = in_one_cell(*found)
            yield Instance(f"d = {d}, bends", d, left, Fraction(0))
            for gap, value in enumerate(values, start=1):
                yield Instance(f"d = {d}, gap {gap}", d, value, Fraction(d - gap, d))


def _as_measures(found: Measure, target: dict[tuple[int, ...], Fraction], d: int) -> Iterator[Instance]:
    coefficients = dict(zip(map(tuple, found.exponents.tolist()), found.weights.tolist(), strict=True))
    for v, claimed in target.items():
        yield Instance(f"d = {d}, coefficient at {v}", d, Fraction(coefficients.pop(v, 0), found.scale), claimed)
    rest = sum(map(abs, coefficients.values()))
    yield Instance(f"d = {d}, all other coefficients", d, Fraction(rest, found.scale), Fraction(0))


def _sides(change: Change, case: Case) -> tuple[Fraction, Fraction]:
    """Evaluate both sides at a window, each as it stands."""
    rows, _ = change
    x, d = case["x"], case["d"]
    if d not in SIZES:
        raise StatementError(f"there is no certificate for {d} inputs")
    scale = lcm(*(number.denominator for number in x))
    scaled = [int(number * scale) for number in x]
    if max(map(abs, scaled)) > _LARGEST_INPUT:
        raise StatementError("sums at such large inputs may not fit into 64 bits")
    images = np.array(scaled, dtype=np.int64)[np.array(list(permutations(range(d))))]
    total = Fraction(0)
    for row in rows(d):
        g = images @ np.array(row.singles)
        for (a, b), k in zip(combinations(range(d), 2), row.pairs, strict=True):
            if k:
                g = g + k * np.maximum(images[:, a], images[:, b])
        total += row.c * int(np.abs(g).sum())
    return sum(x, Fraction(0)) / d - min(x), total / scale


def _one_changed(size: int) -> Rows:
    """Return a certificate with one coefficient changed, which is false."""
    first, *rest = certificate(size)
    return replace(first, c=first.c + Fraction(1, 10**4)), *rest


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    identity = (
        r"\mathrm{mean}(x) - \min(x) = \sum_t c_t \sum_s |g_{w_t}(s x)|, \quad "
        r"\tfrac12 \sum_K \frac{z^{%s_K} %s z^{-%s_K}}{%s} = \sum_t c_t \Phi(w_t) \text{ for } d \le 8"
    )
    whole = identity % ("v", "+", "v", "K(K+1)")
    certified = Hypothesis(rf"{SIZES[0]} \le d \le {SIZES[-1]}", least=SIZES[0], most=SIZES[-1])
    # z^v and z^-v together: in the odd part of M they cancel.
    odd = partial(half_of_m, numerator=0)
    yield stated(
        ("max-of-n-in-two-layers", whole, (certificate, half_of_m)),
        (
            "max-of-n-weights",
            identity % ("v", "+", "v", "K"),
            (certificate, partial(half_of_m, weight=lambda K: K)),
        ),
        ("max-of-n-odd", identity % ("v", "-", "v", "K(K+1)"), (certificate, odd)),
        (
            "max-of-n-squares",
            identity % ("s", "+", "s", "K(K+1)"),
            (certificate, partial(half_of_m, exponent=lambda k: k * k)),
        ),
        ("max-of-n-one-changed", rf"{whole}, \text{{ one }} c_t \text{{ changed}}", (_one_changed, half_of_m)),
        kind="identity",
        source=OURS,
        idea=r"From the definitions, all \( z^{w|s} \) are added up: for up to eight inputs they are those of \( M / "
        r"2 \), and for nine the two sides agree as functions, hyperplane by hyperplane.",
        quantities=standard("d", "x"),
        hypotheses=(certified.failing_at(d=2, x=(Fraction(0), Fraction(1))),),
        sides=_sides,
        instances=_instances,
        drawn_up_to=6,
        topic="depth",
    )
