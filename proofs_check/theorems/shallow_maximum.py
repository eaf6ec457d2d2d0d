r"""The maximum with fewer hidden layers than a tree of pairwise maxima, and why one layer is too few.

Setting
    Networks of ReLUs in layers, each fed by the one before alone, with a linear readout.
Claim
    (a) L hidden layers suffice for the maximum of 2 * 3^(L-1) inputs: ceil(log3(d/2)) + 1 for d inputs.
    (b) So three hidden layers suffice for the exact maximum of a 3 x 3 window, where the tree has four.
    (c) One hidden layer does not suffice for the maximum of three or more inputs.
Kind
    Upper bounds; lower bound.
Source
    (a), (b) this project; the best that we know of elsewhere is 3^(L-1) + 2 inputs: Bakaev, Brunck, Hertrich, Stade,
    Yehudayoff 2025, arXiv 2505.14338. With far more units, two hidden layers suffice for any number of inputs
    (:mod:`proofs_check.theorems.two_layers`); (a) is about networks that are built. (c) Mukherjee, Basu 2017, arXiv
    1711.03073.
Proof
    In words: (a) in the identity for six numbers (:mod:`proofs_check.theorems.max_of_six`) let each number be the
    maximum of a block of 3^(L-2) inputs. Then M_ij is the maximum over two blocks, 2 * 3^(L-2) inputs, which L-1 layers
    compute, and the ReLUs of their combinations take one layer more.
    (c) Across the hyperplane x_1 = x_2 the maximum bends where the other inputs are smaller, and does not where one is
    larger; but the bend of one hidden layer is the same at almost all points of a hyperplane. In Coq: f(x) - f(-x) is
    linear up to a constant if one hidden layer computes f; for the maximum it is the largest entry plus the smallest.
Check
    (a), (b) the networks are built and proved exact on all of R^d from their weights. (c) the two points and the bends
    at them, in exact arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from proofs_check.claim import Claim, stated
from proofs_check.statement import Case, Value, draw_numbers, grid, least_kernel_size, standard
from proofs_check.theorems.depth import layers_needed_at_least, network_values
from theory.networks.maximum import exact_max_network
from theory.optimal.families import OURS

_ONE_LAYER = "Mukherjee, Basu 2017, arXiv 1711.03073"
"""Source of what one layer cannot do."""


def _layers_needed(kernel_size: int, most: int) -> int:
    """Return the least L with ``most`` * 3^(L-1) >= kernel size.

    >>> [_layers_needed(d, 2) for d in (2, 3, 6, 7, 18, 19)]
    [1, 2, 2, 3, 3, 4]
    """
    layers = 1
    while most * 3 ** (layers - 1) < kernel_size:
        layers += 1
    return layers


def _depth_values(most: int, case: Case) -> Iterator[Value]:
    d = case["d"]
    yield from network_values(exact_max_network(d, construction="shallow"), "max", _layers_needed(d, most))


def _sizes(kernel_max: int) -> Iterator[Case]:
    # Each network is built, and proved exact.
    yield from grid(most=25)(kernel_max)
    yield from ({"d": 18}, {"d": 25})


def _nine_values(layers: int, case: Case) -> Iterator[Value]:
    network = exact_max_network(9, construction="shallow")
    yield from network_values(network, "max", layers)
    x = case["x"]
    distance = abs(network.evaluate_exact(x) - max(x))
    yield Value("distance from the maximum", distance, Fraction(0), determined=False)


_BLOCKS = (
    r"In the identity for six numbers each number may be the maximum of a block of inputs, so a layer more triples the "
    r"number of inputs. Each network is proved exact on all of \( R^d \) from its weights."
)


def claims() -> Iterator[Claim]:
    """Yield the claims."""
    takes = r"\text{hidden layers that } \max(x_1, \ldots, x_%s) \text{ takes} "
    yield stated(
        ("shallow-depth", takes % "d" + r"\le \lceil \log_3(d / 2) \rceil + 1", 2),
        ("shallow-depth-three", takes % "d" + r"\le \lceil \log_3(d / 3) \rceil + 1", 3),
        kind="upper",
        rests_on=("max-of-six",),
        source=OURS,
        idea=_BLOCKS,
        quantities=standard("d"),
        values=_depth_values,
        cases=_sizes,
        topic="depth",
        group="shallow",
    )
    yield stated(
        ("three-by-three-in-three-layers", takes % 9 + r"\le 3", 3),
        ("three-by-three-in-one-layer", takes % 9 + r"\le 1", 1),
        kind="upper",
        rests_on=("max-of-six",),
        source=OURS,
        idea=_BLOCKS,
        quantities={"x": draw_numbers(9)},
        values=_nine_values,
        cases=lambda _kernel_max: [{"x": tuple(range(9))}],
        scope="all of R^9",
        topic="depth",
        group="shallow",
    )
    at_least = takes % "d" + r"\ge 2"
    yield stated(
        ("one-layer-is-not-enough", at_least, 3),
        ("one-layer-is-not-enough-for-two", at_least, 2),
        kind="lower",
        source=_ONE_LAYER,
        idea=r"Across \( x_1 = x_2 \) the maximum bends where the other inputs are smaller, and not where one is "
        r"larger; one hidden layer bends alike at almost all points of a hyperplane.",
        quantities=standard("d"),
        hypotheses=lambda least: (least_kernel_size(least).failing_at(d=least - 1),),
        values=lambda _least, case: [
            Value("hidden layers at least", Fraction(layers_needed_at_least("max", case["d"])), Fraction(2))
        ],
        cases=grid(),
        topic="depth",
        group="shallow",
    )
