"""The maximum itself as a ReLU network: the tree, the shallow constructions, and two hidden layers."""

from __future__ import annotations

from typing import Literal, get_args

from theory.networks.circuit import Circuit
from theory.networks.network import Domain, ReLUNetwork, check_domain, network_from_rows
from theory.networks.shallow import ShallowMaxima, shallow_hidden_layers
from theory.networks.two_layers import two_layer_max_network, two_layer_max_work, two_layer_widths
from theory.notation import KernelSize, check_kernel_size
from theory.subpools import check_choice
from theory.work import Work, as_float, readable

MaxConstruction = Literal["tree", "shallow", "two-layer"]

_SHALLOW_IN_TWO = range(3, 7)
"""Here blocks of six take two hidden layers as well, and fewer units."""


def two_layer_size(kernel_size: int) -> tuple[int, int]:
    """Count the units of the smallest network with two hidden layers that is known here; for d > 9 a bound.

    >>> [two_layer_size(d) for d in (4, 5, 6, 7)]
    [(6, 3), (10, 8), (18, 41), (29, 56733)]
    """
    d = check_kernel_size(kernel_size)
    if d in _SHALLOW_IN_TWO:
        first, second = _shallow(d, "real").widths
        return first, second
    return two_layer_widths(d)


def maximum_work(kernel_size: int, construction: MaxConstruction = "tree") -> Work:
    """Estimate what it takes to build the network of a maximum; of the shallow ones, which vary a lot, at the least.

    >>> maximum_work(10_000).seconds < 1, maximum_work(10_000, "shallow").seconds > 3_600
    (True, True)
    """
    d = as_float(check_kernel_size(kernel_size))
    what = f"building the maximum of {readable(kernel_size)} inputs"
    if construction == "two-layer":
        return two_layer_max_work(kernel_size)
    if construction == "shallow":
        return Work(what, seconds=2e-3 * d * d, memory=1e4 * d)
    return Work(what, seconds=5e-5 * d, memory=3e3 * d)


def exact_max_network(
    kernel_size: KernelSize, *, domain: Domain = "real", construction: MaxConstruction = "tree"
) -> ReLUNetwork:
    """Build a network that computes the maximum of its inputs.

    Parameters
    ----------
    kernel_size : int, >= 2, or "3x3", or (3, 3)
        Number d of inputs, or their shape.
    domain : {"real", "nonnegative"}
        ``"nonnegative"`` needs fewer units and is right for inputs >= 0 alone, such as the outputs of a ReLU.
    construction : {"tree", "shallow", "two-layer"}
        ``"tree"`` has ceil(log2 d) hidden layers and the fewest units a tree can have. ``"shallow"`` has
        ceil(log3(d / 2)) + 1 hidden layers: two for d <= 6, three for d <= 18, four for d <= 54; see
        :mod:`theory.networks.shallow`. ``"two-layer"`` has two, whatever d: they always suffice, but the network is
        built for d <= 7 only; see :mod:`theory.networks.two_layers`.

    Returns
    -------
    ReLUNetwork
        In canonical form.

    Raises
    ------
    KernelSizeError, InputError, ProblemTooLargeError

    Notes
    -----
    A layer of a tree that makes m' values of m as max(a, b) = b + relu(a - b) has m - m' units relu(a - b), and each of
    the m' values needs its linear part, b or a value that had no partner, carried: by relu(b), relu(-b), or by relu(b)
    alone where b >= 0. So it has m + m' units, or m. Both are least if each layer pairs all it can, m' = ceil(m / 2),
    which also takes the fewest layers of any tree. With m_i = ceil(d / 2^i), layer i has m_(i-1) + m_i units, or
    m_(i-1).

    Examples
    --------
    >>> exact_max_network(9).widths, exact_max_network(9, construction="shallow").widths
    ((14, 8, 5, 3), (16, 11, 3))
    >>> exact_max_network(4).evaluate_exact([-5, -2, -7, -3])
    Fraction(-2, 1)
    >>> exact_max_network(4, construction="star")
    Traceback (most recent call last):
    ...
    theory.errors.InputError: the construction is "tree", "shallow" or "two-layer", not 'star'
    """
    d = check_kernel_size(kernel_size)
    check_domain(domain)
    check_choice("the construction", construction, get_args(MaxConstruction))
    if construction == "two-layer" and d not in _SHALLOW_IN_TWO:
        return two_layer_max_network(d, domain=domain)
    if construction in ("shallow", "two-layer"):
        return _shallow(d, domain)
    maximum_work(d).check_memory()
    return _tree(d, domain)


def _shallow(kernel_size: int, domain: Domain) -> ReLUNetwork:
    circuit = Circuit(kernel_size)
    maximum = ShallowMaxima(circuit)(tuple(range(kernel_size)), shallow_hidden_layers(kernel_size))
    return circuit.layered(maximum, domain=domain)


def _tree(kernel_size: int, domain: Domain) -> ReLUNetwork:
    """Pair neighbours until one value is left; a value is a combination of the units of the layer before."""
    values: list[dict[int, int]] = [{j: 1} for j in range(kernel_size)]
    layers: list[list[dict[int, int]]] = []
    while len(values) > 1:
        units: list[dict[int, int]] = []
        larger = []
        for i in range(0, len(values), 2):
            value: dict[int, int] = {}
            if i + 1 < len(values):
                value[len(units)] = 1
                units.append({**values[i], **_negative(values[i + 1])})  # these read different units
            carried = values[min(i + 1, len(values) - 1)]
            value[len(units)] = 1
            units.append(carried)
            if domain == "real":
                value[len(units)] = -1
                units.append(_negative(carried))
            larger.append(value)
        layers.append(units)
        values = larger
    return network_from_rows(kernel_size, [*((units, None) for units in layers), (values, None)])


def _negative(value: dict[int, int]) -> dict[int, int]:
    return {j: -w for j, w in value.items()}
