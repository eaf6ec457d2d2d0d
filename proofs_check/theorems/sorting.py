r"""How many ReLUs the estimators take if sorted lists are merged.

Setting
    Estimators for kernel size d. Sorted lists are merged by one hidden layer (:mod:`proofs_check.theorems.merging`);
    networks are those of :func:`theory.build_network`, counted by :func:`theory.network_size`.
Claim
    (a) Every R-estimator, whatever R, has a network with at most ceil(log2 d) hidden layers and at most
    C(d,2) + d (ceil(log2 d) + 1) units. So the residual 2^-d of R = {0..d-1} takes a quadratic number of units, though
    its subpool maxima are 2^d - 1.
    (b) For d = 2^k + 1, every estimator with orders up to d - 1 has a network with k hidden layers, one less than
    pairwise maxima need for the maximum itself, and at most d^3/2 units: the average over the d subsets of d - 1 inputs
    of what their sorted values give.
Kind
    Upper bounds.
Source
    This project.
Proof
    In words: (a) all blocks are merged in pairs from single inputs on; a pair of inputs is compared in one unit, so
    there are C(d,2), and a layer carries at most d values and one link for each block. (b) The mean subpool max of
    order r is the average over the subsets of d - 1 inputs of theirs. At level l there are 2^(k-l) ranges of 2^l + 1
    inputs, each with 2^l + 1 subsets, each merged by 4^(l-1) units; the sum over l is about d^3/3.
Check
    The counts, and at small kernel sizes the networks themselves, proved exact on all of R^d.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import comb

from proofs_check.claim import Claim, stated
from proofs_check.statement import Case, Hypothesis, StatementError, Value, sets_of_orders, standard
from proofs_check.theorems.depth import estimator_in_general_position, network_values
from proofs_check.theorems.merging import PART
from theory.networks.build import build_network
from theory.networks.size import Construction, network_size
from theory.optimal.families import OURS

_ALL_SETS_UP_TO = 6
"""The largest kernel size at which the networks of all sets of orders are built, proved and counted."""

_PROVED_UP_TO = 9
"""The largest kernel size at which the network is built and proved exact."""


def _built(
    d: int, orders: tuple[int, ...], construction: Construction, layers: int, units: Fraction
) -> Iterator[Value]:
    """Compare what is built with the hidden layers and the units that are said to suffice."""
    size = network_size(d, orders, construction=construction)
    estimator = estimator_in_general_position(d, orders)
    if d <= _PROVED_UP_TO:
        yield from network_values(build_network(estimator, construction=construction), estimator, layers)
    else:
        yield Value("hidden layers", Fraction(size.hidden_layers), Fraction(layers), determined=False)
    # Whether fewer units would do is not known: what is counted is what is built.
    yield Value("units", Fraction(size.units), units, determined=False)


def _quadratic_cases(kernel_max: int) -> Iterator[Case]:
    for d in range(2, 4 * kernel_max):
        every = tuple(range(d + 1))
        if d <= min(kernel_max, _ALL_SETS_UP_TO):
            for orders in sets_of_orders(d + 1):
                yield {"d": d, "R": orders, "part": "all sets of orders"}
        else:
            for orders in (every, every[:-1]):
                yield {"d": d, "R": orders, "part": "the full sets"}


def _quadratic(fewer: int, case: Case) -> Iterator[Value]:
    d, orders = case["d"], case["R"]
    layers = (d - 1).bit_length()
    yield from _built(d, orders, "smallest", layers - fewer, Fraction(comb(d, 2) + d * (layers + 1)))


def _cubic(fewer: int, case: Case) -> Iterator[Value]:
    d = case["d"]
    k = (d - 1).bit_length() - 1
    if d != 2**k + 1:
        raise StatementError(f"{d} is not 2^k + 1")
    yield from _built(d, tuple(range(d)), "tree", k - fewer, Fraction(d**3, 2))


def claims() -> Iterator[Claim]:
    """Yield the claims."""
    quadratic = (
        r"\text{an } R \text{-estimator takes at most } \binom{d}{2} + d (\lceil \log_2 d \rceil + 1) "
        r"\text{ units in } \lceil \log_2 d \rceil%s \text{ hidden layers}"
    )
    yield stated(
        ("sorting-width", quadratic % "", 0),
        ("sorting-width-in-a-layer-less", quadratic % " - 1", 1),
        kind="upper",
        rests_on=("merging-sorted-lists",),
        source=OURS,
        idea=r"Sorted blocks are merged in pairs: each pair of inputs is compared by one unit. So even the full set, "
        r"with the residual \( 2^{-d} \) and \( 2^d - 1 \) subpool maxima, takes a quadratic number of ReLUs.",
        quantities=standard("d", "R"),
        values=_quadratic,
        cases=_quadratic_cases,
        drawn_up_to=5,
        topic="networks",
        group=PART,
    )
    cubic = (
        r"\text{an estimator of orders } 0, \ldots, d - 1 \text{ takes at most } d^3/2 \text{ units in } "
        r"k%s \text{ hidden layers}"
    )
    yield stated(
        ("sorting-one-layer-less", cubic % "", 0),
        ("sorting-two-layers-less", cubic % " - 1", 1),
        kind="upper",
        rests_on=("merging-sorted-lists",),
        source=OURS,
        idea=r"It is an average over the \( d \) subsets of \( d - 1 = 2^k \) inputs, each sorted in \( k \) layers. "
        r"So an error of \( 2^{-d} \) takes one layer less than the maximum takes by pairwise maxima, and polynomially "
        r"many units.",
        quantities=standard("d"),
        hypotheses=(
            Hypothesis(
                r"d = 2^k + 1,\ k \ge 1", lambda case: case["d"] >= 3 and (case["d"] - 1).bit_count() == 1
            ).failing_at(d=4),
        ),
        values=_cubic,
        cases=lambda kernel_max: ({"d": d} for d in (3, 5, 9, 17, 33, 65) if d <= 4 * kernel_max),
        topic="networks",
        group=PART,
    )
