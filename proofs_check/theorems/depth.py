r"""The number of hidden layers of an R-estimator.

Setting
    A set R of orders in 0..d; networks of ReLUs in layers, each fed by the one before alone, with a linear readout.
Claim
    Every R-estimator with max R >= 2 is the output of such a network with ceil(log2 max R) hidden layers.
Kind
    Upper bound on the depth.
Source
    Matoba, Dimitriadis, Fleuret, TMLR 2023, appendix E.
Proof
    In words: max(a, b) = relu(a - b) + relu(b) - relu(-b), so one hidden layer doubles the size of the subsets whose
    maxima are at hand, as a subset of r <= 2s elements is the union of its first and its last s elements; a maximum
    that is already there passes as v = relu(v) - relu(-v).
Check
    The network is built for an estimator with coefficients in general position, its hidden layers are counted, and it
    is proved to equal the estimator on all of R^d from its weights alone (:mod:`theory.networks.exactness`).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from proofs_check.claim import Claim, Instance
from proofs_check.theorems.link import sets_of_orders
from theory.estimator import Estimator
from theory.networks.build import build_network
from theory.networks.exactness import prove_exact
from theory.optimal.families import PAPER

BUILT_UP_TO = 6
"""The largest kernel size at which networks for all sets of orders are built."""


def estimator_in_general_position(kernel_size: int, orders: tuple[int, ...]) -> Estimator:
    """Return an estimator whose coefficients satisfy no simple relation, so that no part of its network is idle.

    Examples
    --------
    >>> estimator_in_general_position(4, (0, 1, 3)).coefficients
    {0: Fraction(1, 1), 1: Fraction(-1, 4), 3: Fraction(1, 16)}
    """
    return Estimator(kernel_size, {r: Fraction((-1) ** (r * (r + 1) // 2), (r + 1) ** 2) for r in orders})


def logarithm(number: int, fewer: int) -> int:
    """Return ceil(log2 number) less ``fewer``, but at least 1: a network has a hidden layer.

    Examples
    --------
    >>> [logarithm(number, 0) for number in (2, 3, 4, 5)]
    [1, 2, 2, 3]
    """
    return max(1, (number - 1).bit_length() - fewer)


def _instances(fewer: int, kernel_max: int) -> Iterator[Instance]:
    for d in range(2, min(kernel_max, BUILT_UP_TO) + 1):
        for orders in sets_of_orders(d + 1):
            if orders[-1] < 2:
                continue
            estimator = estimator_in_general_position(d, orders)
            network = build_network(estimator)
            depth = logarithm(orders[-1], fewer)
            where = f"d = {d}, R = {set(orders)}"
            proved = prove_exact(network, estimator).status == "proved"
            yield Instance(f"{where}, networks not proved exact", d, Fraction(not proved), Fraction(0))
            yield Instance(f"{where}, hidden layers", d, Fraction(network.hidden_layers), Fraction(depth))


def _claim(name: str, statement: str, fewer: int, neighbours: tuple[Claim, ...] = ()) -> Claim:
    return Claim(
        name=name,
        statement=statement,
        kind="upper",
        source=f"{PAPER}, appendix E",
        idea=r"A pairwise maximum takes one hidden layer, so each layer doubles the size of the subsets whose maxima "
        r"are at hand. Each network is proved exact on all of \( R^d \) from its weights.",
        instances=partial(_instances, fewer),
        scope=f"all sets of orders for d = 2..{BUILT_UP_TO}, each network on all of R^d",
        neighbours=neighbours,
    )


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    left = r"\text{hidden layers of an } R \text{-estimator} \le "
    false = _claim("depth-one-layer-less", left + r"\lceil \log_2 \max R \rceil - 1", 1)
    yield _claim("depth", left + r"\lceil \log_2 \max R \rceil", 0, (false,))
