r"""The number of hidden layers of an R-estimator.

Setting
    A set R of orders in 0..d; networks of ReLUs in layers, each fed by the one before alone, with a linear readout.
Claim
    Every R-estimator with max R >= 1 is the output of such a network with ceil(log2 max R) hidden layers.
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

from proofs_check.claim import Claim, stated
from proofs_check.statement import Case, Hypothesis, StatementError, Value, grid, sets_of_orders, standard
from theory.estimator import Estimator
from theory.networks.build import build_network
from theory.networks.exactness import prove_exact
from theory.networks.network import ReLUNetwork
from theory.networks.one_layer import Function, check_obstruction, one_layer_obstruction
from theory.optimal.families import PAPER

_MOST_KNOWN = 2
"""Hidden layers that are known to be needed, at most."""


def estimator_in_general_position(kernel_size: int, orders: tuple[int, ...]) -> Estimator:
    """Return an estimator whose coefficients satisfy no simple relation, so that no part of its network is idle.

    >>> estimator_in_general_position(4, (0, 1, 3)).coefficients
    {0: Fraction(1, 1), 1: Fraction(-1, 4), 3: Fraction(1, 16)}
    """
    return Estimator(kernel_size, {r: Fraction((-1) ** (r * (r + 1) // 2), (r + 1) ** 2) for r in orders})


def layers_needed_at_least(function: Function, kernel_size: int) -> int:
    """Return the number of hidden layers that are known to be needed: 2 at most, by the bends of one layer.

    >>> [layers_needed_at_least("max", d) for d in (2, 3, 9)]
    [1, 2, 2]
    """
    obstruction = one_layer_obstruction(function, kernel_size)
    if obstruction is not None:
        check_obstruction(obstruction)
        return _MOST_KNOWN
    linear = isinstance(function, Estimator) and len(set(function.order_statistic_weights)) == 1
    return 0 if linear else 1


def network_values(network: ReLUNetwork, function: Function, layers: int) -> Iterator[Value]:
    """Compare a network with the function that it is to compute and with the hidden layers that are said to suffice.

    A network with more layers refutes nothing; that one layer cannot compute the function does.
    """
    proved = prove_exact(network, function).status == "proved"
    yield Value("networks not proved exact", Fraction(not proved), Fraction(0), determined=False)
    # No more than two layers are ever known to be needed.
    needed = layers_needed_at_least(function, network.kernel_size) if layers < _MOST_KNOWN else 0
    refuted = needed > layers
    found = needed if refuted else network.hidden_layers
    yield Value("hidden layers", Fraction(found), Fraction(layers), determined=refuted)


def _values(fewer: int, case: Case) -> Iterator[Value]:
    d, orders = case["d"], case["R"]
    if orders[-1] < 1:
        raise StatementError("0 has no logarithm")
    estimator = estimator_in_general_position(d, orders)
    yield from network_values(build_network(estimator), estimator, (orders[-1] - 1).bit_length() - fewer)


def claims() -> Iterator[Claim]:
    """Yield the claim."""
    layers = r"\text{hidden layers that an } R \text{-estimator takes} \le \lceil \log_2 \max R \rceil"
    yield stated(
        ("depth", layers, 0),
        ("depth-one-layer-less", rf"{layers} - 1", 1),
        kind="upper",
        source=f"{PAPER}, appendix E",
        idea=r"A pairwise maximum takes one hidden layer, so each layer doubles the size of the subsets whose maxima "
        r"are at hand. Each network is proved exact on all of \( R^d \) from its weights.",
        quantities=standard("d", "R"),
        hypotheses=(Hypothesis(r"R \ne \{0\}", lambda case: case["R"] != (0,)).failing_at(d=2, R=(0,)),),
        values=_values,
        # Each network is built, and proved exact.
        cases=grid(most=6, R=lambda d: sets_of_orders(d + 1)),
        drawn_up_to=5,
        topic="depth",
    )
