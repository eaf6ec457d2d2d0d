"""What it takes to prove that a network is exact, estimated before it is built."""

from __future__ import annotations

from functools import cache
from itertools import accumulate
from math import comb

from theory.networks.build import expected_weights
from theory.networks.network import Domain
from theory.networks.plan import half_sizes, merging_units
from theory.networks.size import Construction, check_depth, choose_layout
from theory.notation import KernelSize, Orders, check_kernel_size, check_orders
from theory.work import Work, as_float, readable

_ATOMS_MAX = 16
"""More atoms than :mod:`theory.networks.exactness.symbolic` looks at all vertices of."""


def maximum_proof_work(kernel_size: int) -> Work:
    """Estimate what it takes to prove that the tree computes the maximum: to compare it at 4d vertices.

    >>> round(maximum_proof_work(10_000).seconds)
    20
    """
    d = as_float(check_kernel_size(kernel_size))
    what = f"proving the maximum of {readable(kernel_size)} inputs"
    return Work(what, seconds=1e-4 * d + 1.9e-7 * d * d, memory=45_000 * d)


def estimator_proof_work(
    kernel_size: KernelSize,
    orders: Orders,
    *,
    domain: Domain = "real",
    construction: Construction = "tree",
    hidden_layers: int | None = None,
) -> Work:
    """Estimate what it takes to prove that the network of an estimator is exact; the options are those of its builder.

    The i-th largest of s inputs is a combination of the maxima over all subsets of at least s - i + 1 of them. Each
    unit reads two such values. Where its pre-activation has few atoms, its sign is looked at on all their vertices;
    with more of them the proof may fail, and differences are looked for around some of the units. Of the construction
    ``"shallow"`` no estimate is known: no time at all.

    >>> estimator_proof_work(9, [0, 1, 8]).seconds < 1, estimator_proof_work(60, range(61)).seconds > 1e6
    (True, True)
    """
    d = check_kernel_size(kernel_size)
    chosen = check_orders(d, orders)
    what = f"proving a network for kernel size {readable(d)} with {len(chosen)} orders up to {chosen[-1]}"
    if construction == "shallow":
        return Work(what)
    most = check_depth(chosen[-1], construction, hidden_layers)
    layout = choose_layout(d, chosen, domain, construction == "smallest", most)
    terms, vertices, undecided = 0.0, 0.0, False
    for family in (family for level in layout.plan.levels for family in level.merged):
        members = as_float(comb(family.stop - family.start, family.size))
        terms += members * _terms(family.size, family.top)
        vertices += members * _vertices(family.size, family.top)
        undecided |= family.size > _ATOMS_MAX
    weights = as_float(expected_weights(layout))
    seconds = 5e-5 * weights + 5e-6 * terms + 5e-7 * vertices
    return Work(what, seconds, most=seconds + undecided * 0.0125 * weights, memory=300 * terms)


@cache
def _terms(size: int, top: int) -> float:
    """Count the subset maxima that the units read that merge two halves into ``top`` sorted values."""
    total = 0.0
    for half in half_sizes(size):
        ranks = range(min(half, top))
        maxima = accumulate(as_float(comb(half, rank)) for rank in ranks)
        total += sum(count * min(size - half, top - rank) for rank, count in zip(ranks, maxima, strict=True))
    return total


@cache
def _vertices(size: int, top: int) -> float:
    """Count the vertices that these units are looked at on; the largest input of a half is one atom."""
    first, last = half_sizes(size)
    total = 0
    # Two halves with more ranks than these have more atoms.
    for i, j in merging_units(size, min(top, 2 * _ATOMS_MAX)):
        atoms = (1 if i == 1 else first) + (1 if j == 1 else last)
        total += 1 << atoms if atoms <= _ATOMS_MAX else 0
    return float(total)
