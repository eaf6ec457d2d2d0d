"""Continuous piecewise linear functions with two hidden layers: sums of maxima of affine functions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from theory.errors import InputError
from theory.networks.matrix import RationalMatrix
from theory.networks.maximum import exact_max_network
from theory.networks.network import ReLUNetwork, network_from_rows
from theory.networks.two_layers import LARGEST_NETWORK
from theory.rationals import check_rational

Affine = tuple[Sequence[Fraction | int], Fraction | int]
"""a and b of the function a_1 x_1 + .. + a_m x_m + b."""


def two_layer_network(*maxima: Iterable[Affine], coefficients: Sequence[Fraction | int] | None = None) -> ReLUNetwork:
    """Build a network with two hidden layers for a sum of maxima of affine functions.

    Parameters
    ----------
    *maxima : iterables of (sequence of m rationals, rational)
        Each is a maximum, over up to seven affine functions of m variables: their slopes, and their values at 0.
    coefficients : sequence of rationals, optional
        What each maximum is multiplied by; 1 by default. Negative ones make differences.

    Returns
    -------
    ReLUNetwork
        In canonical form; its ``kernel_size`` is the number m of variables.

    Raises
    ------
    InputError
        If there is no maximum, one is over no function or over more than seven, or numbers of variables differ.

    Notes
    -----
    Every continuous piecewise linear function of m variables is such a sum, of maxima over at most m + 1 affine
    functions (Wang, Sun 2005); so this covers those of up to six variables. Each maximum is the two-layer network of
    its inputs (:func:`theory.exact_max_network`), whose first layer reads the affine functions; the networks stand
    side by side.

    Examples
    --------
    The median of three numbers is their sum less the largest and the smallest, and -min(x) = max(-x):

    >>> unit = [([1, 0, 0], 0), ([0, 1, 0], 0), ([0, 0, 1], 0)]
    >>> negative = [([-a for a in slopes], 0) for slopes, _ in unit]
    >>> median = two_layer_network([([1, 1, 1], 0)], unit, negative, coefficients=[1, -1, 1])
    >>> median.hidden_layers, median.evaluate_exact([5, -7, 2])
    (2, Fraction(2, 1))
    """
    given = [_check(pieces) for pieces in maxima]
    factors = [1] * len(given) if coefficients is None else coefficients
    if not given or len(factors) != len(given):
        raise InputError(f"each of one or more maxima has a coefficient: {len(factors)} are given for {len(given)}")
    variables = {len(slopes) for pieces in given for slopes, _ in pieces}
    if len(variables) > 1:
        raise InputError(f"the affine functions have different numbers of variables: {sorted(variables)}")
    number = variables.pop()
    first, second = list[dict[int, Fraction]](), list[dict[int, Fraction]]()
    offsets: list[Fraction] = []
    readout: dict[int, Fraction] = {}
    for factor, pieces in zip(factors, given, strict=True):
        network = exact_max_network(len(pieces), construction="two-layer")
        inner, outer, last = network.weights
        readout.update({len(second) + j: check_rational(factor, "coefficients") * w for j, w in last.rows[0]})
        second += [{len(first) + j: w for j, w in row} for row in outer.rows]
        # The affine functions are put for the inputs of the units.
        slopes = RationalMatrix.from_rows(number, [dict(enumerate(slopes)) for slopes, _ in pieces])
        first += map(dict, (inner @ slopes).rows)
        offsets += inner.apply([offset for _, offset in pieces])
    return network_from_rows(number, [(first, offsets), (second, None), ([readout], None)]).canonical()


def _check(pieces: Iterable[Affine]) -> list[tuple[list[Fraction], Fraction]]:
    checked = [([check_rational(a, "slopes") for a in slopes], check_rational(b, "offsets")) for slopes, b in pieces]
    if not 1 <= len(checked) <= LARGEST_NETWORK:
        raise InputError(f"a maximum is over 1 to {LARGEST_NETWORK} affine functions here, not {len(checked)}")
    return checked * 2 if len(checked) == 1 else checked  # one function is its maximum with itself
