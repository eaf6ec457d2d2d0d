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
    Yehudayoff 2025, arXiv 2505.14338. With far more units, two hidden layers suffice for any number of inputs, a
    theorem of this project that is not checked here; (a) is about networks that are built. (c) Mukherjee, Basu 2017,
    arXiv 1711.03073.
Proof
    In words: (a) in the identity for six numbers (:mod:`proofs_check.theorems.max_of_six`) let each number be the
    maximum of a block of 3^(L-2) inputs. Then M_ij is the maximum over two blocks, 2 * 3^(L-2) inputs, which L-1 layers
    compute, and the ReLUs of their combinations take one layer more.
    (c) Across the hyperplane x_1 = x_2 the maximum bends where the other inputs are smaller, and does not where one is
    larger; but the bend of one hidden layer is the same at almost all points of a hyperplane.
Check
    (a), (b) the networks are built and proved exact on all of R^d from their weights. (c) the two points and the bends
    at them, in exact arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import partial

from proofs_check.claim import Claim, Instance, Kind
from theory.networks.exactness import prove_exact
from theory.networks.maximum import exact_max_network
from theory.networks.one_layer import check_obstruction, one_layer_obstruction
from theory.optimal.families import OURS

PROVED_UP_TO = 25
"""The largest kernel size at which the network is built and proved exact."""

ONE_LAYER = "Mukherjee, Basu 2017, arXiv 1711.03073"
"""Source of what one layer cannot do."""


def layers_needed(kernel_size: int, most: int) -> int:
    """Return the least L with ``most`` * 3^(L-1) >= kernel size.

    Examples
    --------
    >>> [layers_needed(d, 2) for d in (2, 3, 6, 7, 18, 19)]
    [1, 2, 2, 3, 3, 4]
    """
    layers = 1
    while most * 3 ** (layers - 1) < kernel_size:
        layers += 1
    return layers


def _network(kernel_size: int, layers: int) -> Iterator[Instance]:
    network = exact_max_network(kernel_size, construction="shallow")
    where = f"d = {kernel_size}"
    proved = prove_exact(network, "max").status == "proved"
    yield Instance(f"{where}, networks not proved exact", kernel_size, Fraction(not proved), Fraction(0))
    yield Instance(f"{where}, hidden layers", kernel_size, Fraction(network.hidden_layers), Fraction(layers))


def _depths(most: int, kernel_max: int) -> Iterator[Instance]:
    for d in (*range(2, min(kernel_max, PROVED_UP_TO) + 1), 18, 25):
        yield from _network(d, layers_needed(d, most))


def _three_by_three(layers: int, _kernel_max: int) -> Iterator[Instance]:
    yield from _network(9, layers)


def _one_layer(least: int, kernel_max: int) -> Iterator[Instance]:
    for d in range(least, kernel_max + 1):
        obstruction = one_layer_obstruction("max", d)
        if obstruction is not None:
            check_obstruction(obstruction)
        layers = 1 if obstruction is None else 2
        yield Instance(f"d = {d}, hidden layers at least", d, Fraction(layers), Fraction(2))


def claims() -> Iterator[Claim]:
    """Yield the claims."""

    def claim(name: str, statement: str, kind: Kind, idea: str, instances: object, scope: str, *false: Claim) -> Claim:
        return Claim(
            name=name,
            statement=statement,
            kind=kind,
            source=ONE_LAYER if kind == "lower" else OURS,
            idea=idea,
            instances=instances,  # type: ignore[arg-type]
            scope=scope,
            neighbours=false,
            group="shallow",
        )

    depth = r"\text{hidden layers of } \max(x_1, \ldots, x_d) \le \lceil \log_3(d / "
    blocks = (
        r"In the identity for six numbers each number may be the maximum of a block of inputs, so a layer more "
        r"triples the number of inputs. Each network is proved exact on all of \( R^d \) from its weights."
    )
    yield claim(
        "shallow-depth", depth + r"2) \rceil + 1", "upper", blocks, partial(_depths, 2),
        f"d up to the kernel size, at most {PROVED_UP_TO}, and d = 18, 25, each network on all of R^d",
        claim("shallow-depth-three", depth + r"3) \rceil + 1", "upper", blocks, partial(_depths, 3), "d"),
    )  # fmt: skip
    three = r"\text{hidden layers of } \max(x_1, \ldots, x_9) \le "
    yield claim(
        "three-by-three-in-three-layers", three + "3", "upper", blocks, partial(_three_by_three, 3), "all of R^9",
        claim("three-by-three-in-two-layers", three + "2", "upper", blocks, partial(_three_by_three, 2), "all of R^9"),
    )  # fmt: skip
    one = r"\text{hidden layers of } \max(x_1, \ldots, x_d) \ge 2, \quad d \ge "
    bend = (
        r"Across \( x_1 = x_2 \) the maximum bends where the other inputs are smaller, and not where one is larger; "
        r"one hidden layer bends alike at almost all points of a hyperplane."
    )
    yield claim(
        "one-layer-is-not-enough", one + "3", "lower", bend, partial(_one_layer, 3), "",
        claim("one-layer-is-not-enough-for-two", one + "2", "lower", bend, partial(_one_layer, 2), ""),
    )  # fmt: skip
