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
from dataclasses import replace
from fractions import Fraction
from functools import cache, partial
from importlib.resources import files
from itertools import combinations, permutations
from math import lcm

import numpy as np

from proofs_check.claim import Claim, Instance
from proofs_check.kits.cells import bends
from proofs_check.kits.set_functions import Measure, Rows, measure, read
from proofs_check.kits.variants import stated
from proofs_check.statement import Case, Hypothesis, StatementError, standard
from theory.errors import SolverError
from theory.optimal.families import OURS

SIZES = range(3, 10)
MEASURED_UP_TO = 8
"""The largest number of inputs for which the identity holds term by term."""
LONG_RUN = 16
"""From this kernel size of a run on, the largest number of inputs is checked, too."""

DRAWN_UP_TO = 6
_LARGEST_INPUT = 10**6
"""Times 10^4 for each of 45 numbers of a row (:mod:`proofs_check.kits.set_functions`) and 9! permutations: below "
"2^58."""

Certificate = Callable[[int], Rows]


# --- the data -------------------------------------------------------------------------------------------------------


@cache
def certificate(size: int) -> Rows:
    """Return the certificate for so many inputs.

    Examples
    --------
    >>> certificate(3)[0]
    Row(c=Fraction(1, 12), singles=(-1, 0, -1), pairs=(1, 0, 1))
    """
    source = files("proofs_check.theorems").joinpath("data", "two_layers.txt.xz")
    return read(lzma.decompress(source.read_bytes()).decode(), size)


# --- instances ------------------------------------------------------------------------------------------------------


Target = Callable[[int], dict[tuple[int, ...], Fraction]]


def half_of_m(
    size: int, weight: Callable[[int], int] = lambda K: K * (K + 1), exponent: Callable[[int], int] = lambda k: k
) -> dict[tuple[int, ...], Fraction]:
    """Return the coefficients of M/2, z^v and z^-v together; what else the arguments say is false.

    Examples
    --------
    >>> {v: str(c) for v, c in half_of_m(3).items()}
    {(1, 0): '1/2', (1, 2): '1/6'}
    """
    padding = (0,) * size
    return {(*map(exponent, range(1, K + 1)), *padding)[: size - 1]: Fraction(1, weight(K)) for K in range(1, size)}


def no_half(size: int) -> dict[tuple[int, ...], Fraction]:
    """Return the odd part of M, z^v and z^-v together: they cancel, which is false."""
    return dict.fromkeys(half_of_m(size), Fraction(0))


def _instances(change: tuple[Certificate, Target], kernel_max: int) -> Iterator[Instance]:
    rows, target = change
    for d in SIZES:
        if d <= kernel_max and (d <= MEASURED_UP_TO or kernel_max >= LONG_RUN):
            found = measure(rows(d))
            if d <= MEASURED_UP_TO:
                yield from _as_measures(found, target(d), d)
            yield from _as_functions(found, d)


def _as_measures(found: Measure, target: dict[tuple[int, ...], Fraction], d: int) -> Iterator[Instance]:
    coefficients = dict(zip(map(tuple, found.exponents.tolist()), found.weights.tolist(), strict=True))
    for v, claimed in target.items():
        yield Instance(f"d = {d}, coefficient at {v}", d, Fraction(coefficients.pop(v, 0), found.scale), claimed)
    rest = sum(map(abs, coefficients.values()))
    yield Instance(f"d = {d}, all other coefficients", d, Fraction(rest, found.scale), Fraction(0))


def _as_functions(found: Measure, d: int) -> Iterator[Instance]:
    left = int(np.abs(bends(found.exponents, found.weights)).sum())
    yield Instance(f"d = {d}, bends", d, Fraction(left, found.scale), Fraction(0))
    if int(np.abs(found.weights).max(initial=0)) * int(np.abs(found.exponents).sum()) >= 2**63:
        raise SolverError("the sums of this certificate do not fit into 64 bits")
    for gap, value in enumerate((np.abs(found.exponents) * found.weights[:, None]).sum(axis=0).tolist(), start=1):
        yield Instance(f"d = {d}, gap {gap}", d, Fraction(value, found.scale), Fraction(d - gap, d))


def _sides(change: tuple[Certificate, Target], case: Case) -> tuple[Fraction, Fraction]:
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


# --- the claim ------------------------------------------------------------------------------------------------------


CERTIFIED = Hypothesis(r"3 \le d \le 9", lambda case: case["d"] in SIZES, least=SIZES[0], most=SIZES[-1])


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
    yield stated(
        ("max-of-n-in-two-layers", whole, (certificate, half_of_m)),
        (
            "max-of-n-weights",
            identity % ("v", "+", "v", "K"),
            (certificate, partial(half_of_m, weight=lambda K: K)),
        ),
        ("max-of-n-odd", identity % ("v", "-", "v", "K(K+1)"), (certificate, no_half)),
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
        hypotheses=(CERTIFIED.failing_at(d=2, x=(Fraction(0), Fraction(1))),),
        sides=_sides,
        instances=_instances,
        drawn_up_to=DRAWN_UP_TO,
        topic="depth",
    )
