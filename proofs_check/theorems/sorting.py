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
from functools import partial
from math import comb

from proofs_check.claim import Claim, Instance
from proofs_check.theorems.depth import estimator_in_general_position
from proofs_check.theorems.link import sets_of_orders
from proofs_check.theorems.merging import PART
from theory.networks.build import build_network
from theory.networks.exactness import prove_exact
from theory.networks.size import network_size
from theory.optimal.families import OURS

ALL_SETS_UP_TO = 7
"""The largest kernel size at which all sets of orders are counted."""

PROVED_UP_TO = 9
"""The largest kernel size at which the network is built and proved exact."""


def _not_proved(kernel_size: int, orders: tuple[int, ...], *, smallest: bool) -> Fraction:
    estimator = estimator_in_general_position(kernel_size, orders)
    network = build_network(estimator, construction="smallest" if smallest else "shallowest")
    return Fraction(prove_exact(network, estimator).status != "proved")


def _quadratic(factor: Fraction, kernel_max: int) -> Iterator[Instance]:
    for d in range(2, 4 * kernel_max):
        layers = (d - 1).bit_length()
        bound = factor * comb(d, 2) + d * (layers + 1)
        every = tuple(range(d + 1))
        for orders in sets_of_orders(d + 1) if d <= min(kernel_max, ALL_SETS_UP_TO) else [every, every[:-1]]:
            size = network_size(d, orders, construction="smallest")
            where = f"d = {d}, R = {set(orders) if d <= ALL_SETS_UP_TO else f'0..{orders[-1]}'}"
            yield Instance(f"{where}, hidden layers", d, Fraction(size.hidden_layers), Fraction(layers))
            yield Instance(f"{where}, units", d, Fraction(size.units), bound)
        if d <= min(kernel_max, PROVED_UP_TO):
            yield Instance(
                f"d = {d}, networks not proved exact", d, _not_proved(d, every[:-1], smallest=True), Fraction(0)
            )


def _cubic(divisor: int, kernel_max: int) -> Iterator[Instance]:
    k = 1
    while (d := 2**k + 1) <= 4 * kernel_max:
        size = network_size(d, range(d))
        yield Instance(f"d = {d}, hidden layers", d, Fraction(size.hidden_layers), Fraction(k))
        yield Instance(f"d = {d}, units", d, Fraction(size.units), Fraction(d**3, divisor))
        if d <= min(kernel_max, PROVED_UP_TO):
            orders = tuple(range(d))
            yield Instance(
                f"d = {d}, networks not proved exact", d, _not_proved(d, orders, smallest=False), Fraction(0)
            )
        k += 1


def _quadratic_claim(name: str, factor: Fraction, text: str, neighbours: tuple[Claim, ...] = ()) -> Claim:
    return Claim(
        name=name,
        statement=rf"\text{{units of any estimator}} \le {text} \binom{{d}}{{2}} + d (\lceil \log_2 d \rceil + 1), "
        r"\quad \text{in } \lceil \log_2 d \rceil \text{ hidden layers}",
        kind="upper",
        source=OURS,
        idea=r"Sorted blocks are merged in pairs: each pair of inputs is compared by one unit. So even the full set, "
        r"with the residual \( 2^{-d} \) and \( 2^d - 1 \) subpool maxima, takes a quadratic number of ReLUs.",
        instances=partial(_quadratic, factor),
        scope=f"all sets of orders for d = 2..{ALL_SETS_UP_TO}, the full sets beyond, up to four times the kernel size",
        neighbours=neighbours,
        group=PART,
    )


def _cubic_claim(name: str, divisor: int, neighbours: tuple[Claim, ...] = ()) -> Claim:
    return Claim(
        name=name,
        statement=r"d = 2^k + 1: \text{ an estimator of orders } 0..d-1 \text{ takes } k \text{ hidden layers and at "
        rf"most }} d^3/{divisor} \text{{ units}}",
        kind="upper",
        source=OURS,
        idea=r"It is an average over the \( d \) subsets of \( d - 1 = 2^k \) inputs, each sorted in \( k \) layers. "
        r"So an error of \( 2^{-d} \) takes one layer less than the maximum takes by pairwise maxima, and polynomially "
        r"many units.",
        instances=partial(_cubic, divisor),
        scope="d = 2^k + 1 up to four times the kernel size",
        neighbours=neighbours,
        group=PART,
    )


def claims() -> Iterator[Claim]:
    """Yield the claims."""
    half = Fraction(1, 2)
    yield _quadratic_claim(
        "sorting-width", Fraction(1), "", (_quadratic_claim("sorting-width-half", half, r"\frac{1}{2}"),)
    )
    yield _cubic_claim("sorting-one-layer-less", 2, (_cubic_claim("sorting-one-layer-less-quarter", 4),))
